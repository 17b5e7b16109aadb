// Owns the tests of what ties the rows of a cache together: rows and whole files that are older copies of themselves, keys
// and rotation, what an unclean end leaves, and what is rescued when a cache must be set aside.

import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import {
  cacheFile,
  exampleCache,
  fill,
  nothingLive,
  openCache,
  openInner,
  rootKeyOf,
  snapshot,
} from '../../testing/caches.ts'
import { createFolder, type Folder, findBytes } from '../../testing/folders.ts'
import { type Cipher, createCipher } from '../vault/cipher.ts'
import { openDatabase } from './database.ts'
import { applyAccess, applyEvents } from './mirror.ts'
import { enqueue } from './outbox.ts'
import { quarantine, removeQuarantined } from './quarantine.ts'
import { eventId } from './records.ts'
import { openStore } from './store.ts'

let cipher: Cipher
beforeAll(async () => {
  cipher = await createCipher()
})
let folder: Folder
let file: string
beforeEach(() => {
  folder = createFolder()
  file = cacheFile(folder.dir)
})
afterEach(() => folder.remove())

const known = exampleCache(41, 2, 12)
const [first, second] = known.conversations as [(typeof known.conversations)[0], (typeof known.conversations)[0]]
const clientId = known.example.id('message')

function stored() {
  const store = openCache({ cipher, file, self: known.self })
  fill(store, known)
  store.enqueue(first.conversationId, { type: 'message', clientId, body: '未送出', createdAtMs: 1 })
  store.close()
}
const reopen = (more: { keySeed?: number; previous?: number; anchor?: number } = {}) =>
  openStore({
    cipher,
    file,
    self: known.self,
    rootKey: rootKeyOf(more.keySeed ?? 7),
    ...(more.previous !== undefined && { previousRootKey: rootKeyOf(more.previous) }),
    ...(more.anchor !== undefined && { anchor: more.anchor }),
  })
/** The closed file, edited as someone with the disk but without keys can. */
function edit(change: (db: Database.Database) => void): void {
  const db = new Database(file)
  change(db)
  db.close()
}
const copyTo = (name: string) => {
  const to = join(folder.dir, 'copies', name)
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(file, to)
  return to
}
/** One row as `from` has it, in place of what the cache has. */
function replay(from: string, table: string, where: string): void {
  edit((db) => {
    db.pragma('foreign_keys = OFF')
    db.exec(`ATTACH '${from}' AS old`)
    db.exec(`DELETE FROM ${table} WHERE ${where}`)
    db.exec(`INSERT INTO ${table} SELECT * FROM old.${table} WHERE ${where}`)
  })
}

describe('an older copy', () => {
  const later = (act: (store: ReturnType<typeof openCache>) => void) => {
    const store = openCache({ cipher, file, self: known.self })
    act(store)
    store.close()
  }

  test.each<[string, string, string, (store: ReturnType<typeof openCache>) => void]>([
    ['read mark', 'conversation', 'slot = 1', (s) => s.applyRead(first.conversationId, 9, 'server')],
    ['draft', 'conversation', 'slot = 1', (s) => s.saveDraft(first.conversationId, 'other')],
    ['person', 'person', 'slot = 2', (s) => s.applyDirectory([{ ...known.people[1]!, title: 'New' }], 'd2')],
    ['cursor', 'state', "name = 'cursors'", (s) => s.applyDirectory([], 'd2')],
    ['ledger', 'state', "name = 'ledger'", (s) => s.applyDirectory([], 'd2')],
    ['sent message', 'outbox', 'position = 1', (s) => s.takeOut(clientId)],
    [
      'refused message',
      'outbox',
      'position = 1',
      (s) => s.setFailure(clientId, { code: 'not-allowed', message: 'no' }),
    ],
    ['revoked conversation’s row', 'conversation', 'slot = 2', (s) => s.applyAccess([], [second.conversationId], 'a2')],
    ['destroyed key', 'keyring', 'key_id = 3', (s) => s.applyAccess([], [second.conversationId], 'a2')],
    ['segment', 'segment', `id = ${eventId(2, 0)}`, (s) => s.applyAccess([], [second.conversationId], 'a2')],
  ])('[STR80] of a %s, put back in its place ⇒ store-corrupt', (_, table, where, act) => {
    stored()
    const before = copyTo('before.db')
    later(act)
    expect(reopenAndClose()).toBe('ok')
    replay(before, table, where)
    expect(reopenAndClose()).toBe('store-corrupt')
  })

  const reopenAndClose = (more?: Parameters<typeof reopen>[0]) => {
    const opened = reopen(more)
    if (!opened.ok) return opened.error.code
    opened.value.close()
    return 'ok'
  }

  test('[STR80] of everything that belongs to a revoked conversation, put back together ⇒ store-corrupt', () => {
    stored()
    const before = copyTo('before.db')
    later((store) => store.applyAccess([], [second.conversationId], 'a2'))
    edit((db) => {
      db.exec(`ATTACH '${before}' AS old`)
      for (const table of ['keyring', 'conversation', 'segment', 'event'])
        db.exec(`INSERT OR IGNORE INTO ${table} SELECT * FROM old.${table}`)
    })
    expect(reopenAndClose()).toBe('store-corrupt')
  })

  test('[STR81] of the whole file is told by the counter that the vault remembers', () => {
    stored()
    const before = copyTo('before.db')
    let anchor = 0
    later((store) => {
      store.applyAccess([], [second.conversationId], 'a2')
      anchor = store.counter()
    })
    copyFileSync(before, file)
    expect(reopenAndClose()).toBe('ok')
    copyFileSync(before, file)
    expect(reopen({ anchor })).toMatchObject({
      error: { code: 'store-rolled-back' },
      unsent: [{ conversationId: first.conversationId, record: { clientId } }],
      maybeLost: false,
    })
  })

  test('[STR81] a cache begun anew goes on counting where the last one ended', () => {
    const opened = reopen({ anchor: 500 })
    if (!opened.ok) throw new Error(opened.error.code)
    expect(opened.value.counter()).toBeGreaterThan(500)
    opened.value.close()
    expect(reopenAndClose({ anchor: 500 })).toBe('ok')
  })

  test('[STR81] only what a power cut cannot take back is counted on', () => {
    const cache = openInner({ cipher, file })
    applyAccess(cache, [first], [], 'a')
    const lasting = cache.sealed.lastingCounter()
    expect(lasting).toBe(cache.sealed.counter())
    applyEvents(cache, first.conversationId, known.events[0]!.slice(0, 3), known.self)
    expect(cache.sealed.db.pragma('synchronous', { simple: true })).toBe(1)
    expect(cache.sealed.lastingCounter()).toBe(lasting)
    expect(cache.sealed.counter()).toBe(lasting + 1)
    enqueue(cache, first.conversationId, { type: 'message', clientId, body: 'x', createdAtMs: 1 })
    expect(cache.sealed.db.pragma('synchronous', { simple: true })).toBe(2)
    expect(cache.sealed.lastingCounter()).toBe(lasting + 2)
    cache.sealed.close()
  })

  test('[STR82] the id of a destroyed key is never given out again', () => {
    stored()
    const ids: number[] = []
    for (let round = 0; round < 3; round++) {
      const cache = openInner({ cipher, file })
      cache.sealed.transact(() => ids.push(cache.sealed.addKey()))
      cache.sealed.transact(() => cache.sealed.destroyKey(ids.at(-1)!))
      cache.sealed.close()
    }
    expect(new Set(ids).size).toBe(3)
  })
})

describe('rotation of the root key', () => {
  test('[STR83] seals the keys anew and no record, and what the old root sealed is gone from the file', () => {
    stored()
    const cache = openInner({ cipher, file })
    const keyRows = cache.sealed.db.prepare('SELECT sealed FROM keyring').pluck().all() as Uint8Array[]
    const eventRows = cache.sealed.db.prepare('SELECT id, sealed FROM event').all()
    cache.sealed.rekey(rootKeyOf(9))
    expect(cache.sealed.db.prepare('SELECT id, sealed FROM event').all()).toEqual(eventRows)
    expect(findBytes(folder.dir, keyRows)).toEqual([])
    cache.sealed.transact(() => cache.sealed.addKey())
    cache.sealed.close()
    expect(reopen()).toMatchObject({ error: { code: 'store-other-key' } })
    const opened = reopen({ keySeed: 9 })
    expect(opened).toMatchObject({ ok: true })
    if (opened.ok) expect(opened.value.queued()).toBe(1)
  })

  test('[STR84] cut short before or after the keyring was sealed anew, it is finished by the next opening', () => {
    stored()
    const before = openCache({ cipher, file, self: known.self })
    const shown = snapshot(before)
    before.close()
    // Cut before: the file is still under the earlier root. Cut after: it is under the new one already.
    for (let round = 0; round < 2; round++) {
      const opened = reopen({ keySeed: 9, previous: 7 })
      if (!opened.ok) throw new Error(opened.error.code)
      expect(snapshot(opened.value)).toEqual(shown)
      opened.value.close()
    }
    expect(reopen()).toMatchObject({ error: { code: 'store-other-key' } })
  })

  test('[STR84] a full disk leaves the keyring under the root it had', () => {
    stored()
    const cache = openInner({ cipher, file })
    cache.sealed.db.pragma('max_page_count = 1')
    cache.sealed.db.exec('CREATE TEMP TABLE t (x)')
    const rekey = () =>
      cache.sealed.transact(() => {
        cache.sealed.rekey(rootKeyOf(9))
      })
    // A transaction inside a transaction is a fault of the caller; the root must not have changed by it.
    expect(rekey).toThrow()
    cache.sealed.close()
    expect(reopen()).toMatchObject({ ok: true })
  })
})

describe('an unclean end', () => {
  /** The cache as a kill leaves it: file and log copied while it is open. */
  function killed(): void {
    stored()
    const store = openCache({ cipher, file, self: known.self })
    store.saveDraft(first.conversationId, 'half a')
    const to = join(folder.dir, 'killed', 'store', 'cache.db')
    mkdirSync(dirname(to), { recursive: true })
    for (const suffix of ['', '-wal']) if (existsSync(file + suffix)) copyFileSync(file + suffix, to + suffix)
    store.close()
    file = to
  }

  test('[STR85] is noticed, and everything is looked through; an orderly end is not', () => {
    stored()
    const orderly = openCache({ cipher, file, self: known.self })
    expect(orderly.verifyStep()).toBe(false)
    orderly.close()
    killed()
    const store = openCache({ cipher, file, self: known.self })
    let steps = 0
    while (store.verifyStep()) steps++
    expect(steps).toBe(2)
    expect(store.listConversations(nothingLive)[0]?.draft ?? store.listConversations(nothingLive)[1]?.draft).toBe(
      'half a',
    )
    store.close()
  })

  test('[STR86] …and damage in the middle of a conversation is found before anyone scrolls there', () => {
    killed()
    edit((db) => db.exec(`UPDATE event SET sealed = zeroblob(300) WHERE id = ${eventId(2, 4)}`))
    const opened = reopen()
    if (!opened.ok) throw new Error(opened.error.code)
    expect(() => {
      while (opened.value.verifyStep());
    }).toThrow('event|2|4')
    opened.value.close()
  })
})

describe('a cache that must be set aside', () => {
  test('[STR87] what was not sent goes over to its successor, into the conversation it was written in', () => {
    stored()
    edit((db) => db.exec('UPDATE person SET sealed = zeroblob(300) WHERE slot = 1'))
    const broken = reopen()
    expect(broken).toMatchObject({ error: { code: 'store-corrupt' }, maybeLost: false })
    if (broken.ok) throw new Error('opened')
    quarantine(file, 1_700_000_000_000)
    const notice = { reason: 'damaged' as const, atMs: 5, rescued: broken.unsent.length, maybeLost: broken.maybeLost }
    const opened = openStore({
      cipher,
      file,
      self: known.self,
      rootKey: rootKeyOf(7),
      inherited: { unsent: broken.unsent, notice },
    })
    if (!opened.ok) throw new Error(opened.error.code)
    opened.value.close()
    // Over a restart, too: the server has not been reached yet.
    const store = openCache({ cipher, file, self: known.self })
    expect(store.notice()).toEqual(notice)
    expect(store.queued()).toBe(1)
    expect(store.waiting(new Set())).toEqual([])
    store.applyAccess([second], [], 'a1')
    expect(store.waiting(new Set())).toEqual([])
    store.applyAccess([first], [], 'a2')
    expect(
      store.waiting(new Set()).map(({ conversationId, record }) => [conversationId, 'body' in record && record.body]),
    ).toEqual([[first.conversationId, '未送出']])
    expect(store.unsent()).toHaveLength(1)
    store.dismissNotice()
    store.close()
    const last = openCache({ cipher, file, self: known.self })
    expect(last.notice()).toBeUndefined()
    expect(last.queued()).toBe(1)
    last.close()
  })

  test('[STR87] a message that does not open any more is not silently forgotten', () => {
    stored()
    edit((db) => db.exec('UPDATE outbox SET sealed = zeroblob(300)'))
    expect(reopen()).toMatchObject({ ok: false, unsent: [], maybeLost: true })
  })

  test('[STR88] it goes after a while, and at once when history must not outlive a revocation', () => {
    stored()
    const setAside = (atMs: number) => {
      const store = openCache({ cipher, file, self: known.self })
      store.close()
      quarantine(file, atMs)
    }
    setAside(1_700_000_000_000)
    setAside(1_700_000_000_000 + limits.quarantineMs)
    expect(removeQuarantined(file, 1_700_000_000_000 + limits.quarantineMs)).toBe(1)
    expect(readdirSync(dirname(file))).toHaveLength(1)
    const store = openCache({ cipher, file, self: known.self })
    fill(store, known)
    expect(readdirSync(dirname(file)).filter((name) => name.startsWith('quarantine'))).toHaveLength(1)
    store.applyAccess([], [first.conversationId], 'a2')
    expect(readdirSync(dirname(file)).filter((name) => name.startsWith('quarantine'))).toHaveLength(0)
    store.close()
    expect(openDatabase({ cipher, file, rootKey: rootKeyOf(7) }).ok).toBe(true)
  })
})
