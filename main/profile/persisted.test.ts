// Owns the tests of the table of everything on disk, against a profile that has been used.

import { expect, test } from 'vitest'
import { createFolder, listFiles } from '../../testing/folders.ts'
import { createWipeable, openWipe } from '../../testing/wipes.ts'
import { persisted, rowOf } from './persisted.ts'

test('[PRO20] a used profile holds nothing that is not declared, open or closed, but what the test put there', async () => {
  const folder = createFolder()
  await createWipeable(folder.dir)
  const undeclared = () => listFiles(folder.dir).filter((name) => rowOf(name) === undefined)
  const opened = await openWipe(folder.dir)
  expect(listFiles(folder.dir)).toContain('store/cache.db-wal')
  expect(undeclared()).toEqual(['undeclared.tmp'])
  await opened.run()
  expect(listFiles(folder.dir)).toContain('wipe/journal.json')
  expect(undeclared()).toEqual([])
  opened.close()
  expect(undeclared()).toEqual([])
  folder.remove()
})

test.each([
  ['vault/local.sealed.new', 'wipe-first'],
  ['store/cache.db-wal', 'wipe'],
  ['store/quarantine-2026-01-01T00-00-00-000Z/cache.db', 'wipe'],
  ['files/0a1b/0.new', 'wipe'],
  ['open/0a1b/Report.pdf', 'wipe'],
  ['wipe/journal.json.new', 'wipe-acknowledged'],
  ['wipe/orders.json.new', 'wipe'],
  ['wipe/notice.json', 'never'],
  ['profile.lock-journal', 'never'],
])('[PRO21] %s belongs to a row erased on %s', (name, eraseOn) => {
  expect(rowOf(name)?.eraseOn).toBe(eraseOn)
})

test('[PRO21] a name that only resembles a row belongs to none', () => {
  for (const name of [
    'settings.json.bak',
    'vault/other',
    'storefront',
    'files',
    'opened/x',
    'wipe/x',
    'vault/local.sealed/x',
    '',
  ])
    expect(rowOf(name), name).toBeUndefined()
})

test('[PRO22] paths are declared once, relative, with forward slashes', () => {
  const paths = persisted.map(({ path }) => path)
  expect(new Set(paths).size).toBe(paths.length)
  for (const path of paths) expect(path).toMatch(/^[a-z][a-z./-]*$/)
})
