// Owns the tests of removing a profile's files, with a file system that resists.

import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createFolder, type Folder, listFiles } from '../../testing/folders.ts'
import { removeFiles } from './files.ts'

/** As a virus scanner or another program holding the file would answer. */
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  const resist =
    (act: (path: string, options?: never) => unknown, word: string) =>
    (path: string, options?: never): unknown => {
      if (path.includes(word)) throw Object.assign(new Error('resists'), { code: 'EPERM' })
      return act(path, options)
    }
  return {
    ...fs,
    unlinkSync: resist(fs.unlinkSync as never, 'held'),
    readdirSync: resist(fs.readdirSync as never, 'unreadable'),
  }
})

let folder: Folder
beforeEach(() => {
  folder = createFolder()
})
afterEach(() => folder.remove())

function put(...names: string[]): void {
  for (const name of names) {
    mkdirSync(join(folder.dir, name, '..'), { recursive: true })
    writeFileSync(join(folder.dir, name), '12345')
  }
}

test('[WIP3] everything goes, declared or not, but what must outlive the wipe; empty folders go with it', () => {
  put('store/cache.db', 'store/quarantine-1/cache.db', 'settings.json', 'logs/a.log', 'never-declared/deep/x', 'y.tmp')
  put('vault/local.sealed', 'vault/lease.sealed.new', 'vault/device.sealed', 'wipe/journal.json', 'wipe/notice.json')
  put('profile.lock', 'host/Default/Cookies', 'files/0a1b/0', 'files/0a1b/1.new', 'open/2c3d/Report.pdf')
  expect(removeFiles(folder.dir, ['host/'])).toEqual({ files: 11, bytes: 55, left: 0 })
  expect(listFiles(folder.dir)).toEqual([
    'host/Default/Cookies',
    'profile.lock',
    'vault/device.sealed',
    'wipe/journal.json',
    'wipe/notice.json',
  ])
  for (const name of ['store', 'files', 'open']) expect(existsSync(join(folder.dir, name))).toBe(false)
  expect(removeFiles(folder.dir, ['host/'])).toEqual({ files: 0, bytes: 0, left: 0 })
})

test('[WIP4] a file that resists is counted and the others go', () => {
  put('store/a', 'store/held.db', 'store/z', 'logs/held.log')
  expect(removeFiles(folder.dir, [])).toEqual({ files: 2, bytes: 10, left: 2 })
  expect(listFiles(folder.dir)).toEqual(['logs/held.log', 'store/held.db'])
})

test('[WIP4] a folder that cannot be read counts as a file left, and stops nothing', () => {
  put('a-unreadable/x', 'store/cache.db')
  expect(removeFiles(folder.dir, [])).toEqual({ files: 1, bytes: 5, left: 1 })
})

test('[WIP5] a link is removed, what it points to is not followed', () => {
  const outside = createFolder()
  writeFileSync(join(outside.dir, 'mine.txt'), 'x')
  symlinkSync(outside.dir, join(folder.dir, 'store'))
  expect(removeFiles(folder.dir, []).files).toBe(1)
  expect(listFiles(outside.dir)).toEqual(['mine.txt'])
  outside.remove()
})
