// Owns the tests of the schema's history. A later version adds its own stored database to fixtures/ and a line to the list.
// `CAUSEWAY_UPDATE=1` writes schema.sql anew, and a fixture where it is missing; a fixture once released is never replaced.

import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cacheFile, exampleCache, fill, openCache, snapshot } from '../../testing/caches.ts'
import { createFolder, type Folder } from '../../testing/folders.ts'
import { createCipher } from '../vault/cipher.ts'
import { migrate, migrations, schemaOf } from './migrations.ts'

const update = process.env.CAUSEWAY_UPDATE === '1'
const here = dirname(fileURLToPath(import.meta.url))
const schemaFile = join(here, 'schema.sql')
/** Sealed under the root key of seed 7, holding exampleCache(101). */
const fixture = (version: number) => join(here, 'fixtures', `cache-v${version}.db`)

let folder: Folder
beforeEach(() => {
  folder = createFolder()
})
afterEach(() => folder.remove())

test('[STR60] schema.sql is what the migrations add up to', () => {
  const db = new Database(':memory:')
  migrate(db)
  const text = `-- Generated from migrations.ts; \`CAUSEWAY_UPDATE=1 vitest run main/store/migrations.test.ts\` writes it.\n\n${schemaOf(db)}`
  if (update) writeFileSync(schemaFile, text)
  expect(readFileSync(schemaFile, 'utf8')).toBe(text)
})

test('[STR61] migrations run one by one, each with its version number, and a newer database is not touched', () => {
  const db = new Database(':memory:')
  for (let version = 1; version <= migrations.length; version++) {
    expect(migrate(db, { upTo: version })).toBe('ready')
    expect(db.pragma('user_version', { simple: true })).toBe(version)
  }
  const before = schemaOf(db)
  expect(migrate(db)).toBe('ready')
  db.pragma(`user_version = ${migrations.length + 1}`)
  expect(migrate(db)).toBe('too-new')
  expect(schemaOf(db)).toBe(before)
  expect(migrations.map(({ id }) => id.slice(0, 4))).toEqual(migrations.map((_, i) => String(i + 1).padStart(4, '0')))
})

test.each(migrations.map((_, i) => i + 1))(
  '[STR62] a stored database of version %i opens with all it held',
  async (version) => {
    const known = exampleCache(101, 2, 6)
    const cipher = await createCipher()
    const clientId = known.example.id('message')
    const write = (file: string) => {
      const store = openCache({ cipher, file, self: known.self })
      fill(store, known)
      store.enqueue(known.conversations[1]!.conversationId, { clientId, body: '未送出 unsent', createdAtMs: 1 })
      store.applyRead(known.conversations[0]!.conversationId, 3, 'server')
      const shown = snapshot(store)
      store.close()
      return shown
    }
    const stored = fixture(version)
    if (update && version === migrations.length && !existsSync(stored)) {
      mkdirSync(dirname(stored), { recursive: true })
      write(stored)
    }
    const file = cacheFile(folder.dir)
    mkdirSync(dirname(file))
    copyFileSync(stored, file)
    const store = openCache({ cipher, file, self: known.self })
    const fresh = write(join(folder.dir, 'fresh.db'))
    // Version 1 had one key for all events of a conversation.
    expect(snapshot(store)).toEqual(version === 1 ? { ...fresh, keys: 3 } : fresh)
    store.close()
    // From the first opening on it is a cache of this version: what it was before opens it no more.
    const again = openCache({ cipher, file, self: known.self })
    expect(again.queued()).toBe(1)
    again.close()
  },
)
