// Owns the tests of the cache on real files: what a restart, a thief, a full disk, damage and other versions find there.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FailureError, fail } from '../../shared/result.ts'
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
import { createFolder, type Folder, findBytes, listFiles } from '../../testing/folders.ts'
import { type Cipher, createCipher } from '../vault/cipher.ts'
import type { Cache } from './cache.ts'
import { openDatabase } from './database.ts'
import { storeFailure } from './failures.ts'
import { migrations } from './migrations.ts'
import { applyAccess, applyDirectory, applyEvents } from './mirror.ts'
import { enqueue, setFailure, takeOut } from './outbox.ts'
import { quarantine } from './quarantine.ts'
import type { NewOutbox } from './records.ts'
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

const none = nothingLive
const known = exampleCache(31, 3, 12)
const [first, second] = known.conversations as [(typeof known.conversations)[0], (typeof known.conversations)[0]]

/** A used cache on disk, closed. */
function stored() {
  const store = openCache({ cipher, file, self: known.self })
  fill(store, known)
  for (const [i, { conversationId }] of [first, first, second].entries())
    store.enqueue(conversationId, {
      type: 'message',
      clientId: known.example.id('message'),
      body: `waiting ${i}`,
      createdAtMs: i,
    })
  store.applyRead(first.conversationId, 4, 'server')
  store.applyRead(second.conversationId, 6, 'user')
  const shown = snapshot(store)
  store.close()
  return shown
}

const reopen = (keySeed = 7) => openStore({ cipher, file, self: known.self, rootKey: rootKeyOf(keySeed) })

/** Everything that can be read is read: the code of the first failure, or 'ok'. */
function verdict(): string {
  const opened = reopen()
  if (!opened.ok) return opened.error.code
  try {
    snapshot(opened.value)
    return 'ok'
  } catch (error) {
    return storeFailure(error).code
  } finally {
    opened.value.close()
  }
}

/** Edits the closed file as someone with the disk but without keys can. */
function edit(change: (db: Database.Database) => void): void {
  const db = new Database(file)
  change(db)
  db.close()
}

const fingerprint = () =>
  Object.fromEntries(
    listFiles(folder.dir).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder.dir, name)))
        .digest('hex'),
    ]),
  )

describe('restart', () => {
  test('[STR30] a cache shows the same after it was closed and opened again', () => {
    const before = stored()
    const store = openCache({ cipher, file, self: known.self })
    expect(snapshot(store)).toEqual(before)
    store.close()
    expect(before.queued).toBe(3)
    expect(before.conversations.some(({ unread }) => unread > 0)).toBe(true)
  })

  test('[STR26] our message leaves the outbox in the transaction that stores its event, or not at all', () => {
    stored()
    const cache = openInner({ cipher, file })
    const [clientId] = [...cache.outbox.keys()]
    const event = (body: string) =>
      known.example.event({
        ...first,
        seq: 13,
        actorId: known.self,
        content: known.example.messageContent({ clientId: clientId!, body }),
      })
    cache.sealed.db.pragma('max_page_count = 1')
    expect(() => applyEvents(cache, first.conversationId, [event('長'.repeat(9000))], known.self)).toThrow('full')
    expect(cache.outbox.has(clientId!)).toBe(true)
    cache.sealed.close()
    const again = openInner({ cipher, file })
    expect(again.outbox.has(clientId!)).toBe(true)
    applyEvents(again, first.conversationId, [event('sent')], known.self)
    again.sealed.close()
    const store = openCache({ cipher, file, self: known.self })
    expect(store.outboxEntry(clientId!)).toBeUndefined()
    expect(store.queued()).toBe(2)
    expect(store.position(first.conversationId)?.high).toBe(13)
    store.close()
  })

  test('[STR31] one file is left when it is closed, and a second opener is refused while it is open', () => {
    stored()
    expect(listFiles(folder.dir)).toEqual(['store/cache.db'])
    const store = openCache({ cipher, file, self: known.self })
    let refusal: unknown
    const rival = new Database(file, { timeout: 0 })
    try {
      rival.prepare('SELECT * FROM keyring').all()
    } catch (error) {
      refusal = error
    }
    rival.close()
    store.close()
    expect(storeFailure(refusal).code).toBe('profile-in-use')
  })

  test('[STR32] after close no key is left and nothing opens', () => {
    const cache = openInner({ cipher, file })
    applyAccess(cache, [first], [], 'a')
    const value = cache.sealed.seal(cache.sealed.metaKeyId, 'x', 'c')
    cache.sealed.close()
    expect(cache.sealed.keyCount()).toBe(0)
    expect(() => cache.sealed.open(cache.sealed.metaKeyId, value, 'c')).toThrow('keyring|2|1')
  })
})

describe('what a thief finds', () => {
  test('[STR33] no text, name, title or id stands in any file, in UTF-8, UTF-16, hex or base64, open or closed', () => {
    const store = openCache({ cipher, file, self: known.self })
    const person = {
      ...known.people[0]!,
      displayName: '陳機密大文canary',
      title: 'TitleCanary長',
      department: 'DeptCanary部',
    }
    const info = { ...first, name: '機密頻道canary', topic: '議題topiccanary', space: 'space空間canary' }
    const clientId = known.example.id('message')
    store.applyDirectory([person], 'cursor-canary-directory')
    store.applyAccess([info], [], 'cursor-canary-access')
    const content = known.example.messageContent({ body: '正文body canary 𨋢嘅咗冇' })
    store.applyEvents(info.conversationId, [known.example.event({ ...info, seq: 1, actorId: person.userId, content })])
    store.enqueue(info.conversationId, { type: 'message', clientId, body: '等待送出outbox canary', createdAtMs: 5 })
    const canaries = [
      person.displayName,
      person.title,
      person.department,
      person.userName,
      person.userId,
      info.name,
      info.topic,
      info.space,
      info.conversationId,
      content.body,
      content.clientId,
      '等待送出outbox canary',
      clientId,
      'cursor-canary-directory',
      'cursor-canary-access',
      rootKeyOf(7),
    ]
    expect(findBytes(folder.dir, canaries)).toEqual([])
    store.close()
    expect(findBytes(folder.dir, canaries)).toEqual([])
    // The net itself catches: the same words in the clear would be found in each form.
    const plain = join(folder.dir, 'plain.txt')
    for (const form of ['utf8', 'utf16le'] as const) {
      writeFileSync(plain, Buffer.from(`xx${content.body}`, form))
      expect(findBytes(folder.dir, canaries)).toEqual([`plain.txt: ${content.body}`])
      writeFileSync(plain, Buffer.from(`xx${content.body}`, form).toString('base64'))
      expect(findBytes(folder.dir, canaries)).toEqual([`plain.txt: ${content.body}`])
    }
  })

  test('[STR34] sealed sizes say little: messages up to thirty Han characters are of one size', () => {
    const store = openCache({ cipher, file, self: known.self })
    store.applyAccess([first], [], 'a')
    const bodies = ['好', 'ok', 'Lunch at one?', '下午三點前交報告', '長'.repeat(30)]
    const events = bodies.map((body, i) =>
      known.example.event({ ...first, seq: i + 1, content: known.example.messageContent({ body }) }),
    )
    store.applyEvents(first.conversationId, events)
    store.close()
    edit((db) => {
      expect(db.prepare('SELECT DISTINCT length(sealed) FROM event').pluck().all()).toHaveLength(1)
    })
  })
})

describe('revocation', () => {
  const secrets = (db: Database.Database, slot: number) => [
    ...(db.prepare('SELECT sealed FROM conversation WHERE slot = ?').pluck().all(slot) as Uint8Array[]),
    ...(db.prepare('SELECT sealed FROM event WHERE id / 4294967296 = ?').pluck().all(slot) as Uint8Array[]),
    ...(db.prepare('SELECT sealed FROM outbox WHERE slot = ?').pluck().all(slot) as Uint8Array[]),
    ...(db
      .prepare('SELECT sealed FROM keyring WHERE key_id = (SELECT key_id FROM conversation WHERE slot = ?)')
      .pluck()
      .all(slot) as Uint8Array[]),
  ]

  test('[STR35] a revoked conversation’s key and rows are gone from file and log at once, and stay gone', () => {
    stored()
    const cache = openInner({ cipher, file })
    const entry = cache.conversations.get(first.conversationId)!
    const values = secrets(cache.sealed.db, entry.slot)
    expect(values).toHaveLength(1 + 12 + 2 + 1)
    expect(findBytes(folder.dir, values).length).toBeGreaterThanOrEqual(values.length)
    applyAccess(cache, [], [first.conversationId], 'a2')
    // Still open: what a thief would copy this very moment.
    expect(findBytes(folder.dir, values)).toEqual([])
    expect(() => cache.sealed.open(entry.keyId, values[1]!, `event|${entry.slot}|1`)).toThrow('keyring|')
    cache.sealed.close()
    expect(findBytes(folder.dir, values)).toEqual([])
    const store = openCache({ cipher, file, self: known.self })
    expect(store.listConversations(none)).toHaveLength(2)
    expect(store.queued()).toBe(1)
    store.close()
  })

  test('[STR36] a log left by a kill between revocation and its clearing is cleared by the next start', () => {
    stored()
    // A copy of file and log as they are between the commit and the checkpoint.
    const cache = openInner({ cipher, file })
    const { db } = cache.sealed
    const values = secrets(db, cache.conversations.get(first.conversationId)!.slot)
    const killed = join(folder.dir, 'killed', 'cache.db')
    mkdirSync(dirname(killed))
    // A change first, so that the log holds the old page with the key before the revocation overwrites it.
    db.prepare('UPDATE keyring SET sealed = sealed').run()
    const pragma = db.pragma.bind(db)
    db.pragma = (text: string) => {
      if (text.startsWith('wal_checkpoint'))
        for (const suffix of ['', '-wal']) writeFileSync(killed + suffix, readFileSync(file + suffix))
      return pragma(text)
    }
    applyAccess(cache, [], [first.conversationId], 'a2')
    cache.sealed.close()
    expect(findBytes(dirname(killed), values).length).toBeGreaterThan(0)
    const store = openCache({ cipher, file: killed, self: known.self })
    expect(findBytes(dirname(killed), values)).toEqual([])
    store.close()
  })
})

describe('tampering', () => {
  const swap = (db: Database.Database, table: string, place: string, a: number, b: number) => {
    const get = db.prepare(`SELECT sealed FROM ${table} WHERE ${place} = ?`).pluck()
    const put = db.prepare(`UPDATE ${table} SET sealed = ? WHERE ${place} = ?`)
    const [x, y] = [get.get(a), get.get(b)]
    expect(x).toBeDefined()
    expect(y).toBeDefined()
    put.run(y, a)
    put.run(x, b)
  }

  test.each<[string, (db: Database.Database) => void]>([
    ['two events swapped', (db) => swap(db, 'event', 'id', eventId(1, 2), eventId(1, 3))],
    ['two events of different conversations swapped', (db) => swap(db, 'event', 'id', eventId(1, 2), eventId(2, 2))],
    [
      'an event moved to another conversation',
      (db) => db.exec(`UPDATE event SET id = ${eventId(2, 13)} WHERE id = ${eventId(1, 12)}`),
    ],
    [
      'an event moved past the end',
      (db) => db.exec(`UPDATE event SET id = ${eventId(1, 13)} WHERE id = ${eventId(1, 12)}`),
    ],
    ['an event deleted', (db) => db.exec(`DELETE FROM event WHERE id = ${eventId(3, 6)}`)],
    ['an event’s bit flipped', (db) => db.exec(`UPDATE event SET sealed = zeroblob(104) WHERE id = ${eventId(1, 1)}`)],
    ['a shortened value', (db) => db.exec(`UPDATE event SET sealed = x'00' WHERE id = ${eventId(1, 1)}`)],
    ['waiting messages swapped', (db) => swap(db, 'outbox', 'position', 1, 2)],
    [
      'a waiting message moved to another conversation',
      (db) => db.exec('UPDATE outbox SET slot = 2 WHERE position = 1'),
    ],
    ['a waiting message moved in the queue', (db) => db.exec('UPDATE outbox SET position = 9 WHERE position = 1')],
    ['conversations swapped', (db) => swap(db, 'conversation', 'slot', 1, 2)],
    ['a conversation pointed to another key', (db) => db.exec('UPDATE conversation SET key_id = 3 WHERE slot = 1')],
    ['people swapped', (db) => swap(db, 'person', 'slot', 1, 2)],
    ['a person’s version changed', (db) => db.exec('UPDATE person SET version = 2 WHERE slot = 1')],
    ['cursors’ version changed', (db) => db.exec('UPDATE state SET version = version + 1')],
    ['keys swapped', (db) => swap(db, 'keyring', 'key_id', 2, 3)],
    ['a key deleted', (db) => db.exec('PRAGMA foreign_keys = OFF; DELETE FROM keyring WHERE key_id = 3')],
    ['all keys deleted', (db) => db.exec('PRAGMA foreign_keys = OFF; DELETE FROM keyring')],
    ['a table dropped', (db) => db.exec('DROP TABLE outbox')],
    [
      'a trigger that hoards keys',
      (db) =>
        db.exec(
          'CREATE TRIGGER hoard BEFORE DELETE ON keyring BEGIN INSERT INTO state VALUES (old.key_id, 1, old.sealed); END',
        ),
    ],
    ['a version that was never written', (db) => db.pragma('user_version = -1')],
    ['tables but no version', (db) => db.pragma('user_version = 0')],
  ])('[STR40] %s ⇒ store-corrupt', (_, change) => {
    stored()
    expect(verdict()).toBe('ok')
    edit(change)
    expect(verdict()).toBe('store-corrupt')
  })

  test('[STR41] a row copied from another cache of the same root key does not open', () => {
    stored()
    const other = { ...exampleCache(32, 3, 12) }
    const store = openCache({ cipher, file: join(folder.dir, 'other.db'), self: other.self })
    fill(store, other)
    store.close()
    edit((db) => {
      db.exec(`ATTACH '${join(folder.dir, 'other.db')}' AS other`)
      db.exec(
        `UPDATE event SET sealed = (SELECT sealed FROM other.event WHERE id = ${eventId(1, 2)}) WHERE id = ${eventId(1, 2)}`,
      )
    })
    expect(verdict()).toBe('store-corrupt')
  })

  test('[STR42] an earlier state of a row under its present version does not open', () => {
    stored()
    let old: unknown
    edit((db) => {
      old = db.prepare('SELECT sealed FROM conversation WHERE slot = 1').pluck().get()
    })
    const store = openCache({ cipher, file, self: known.self })
    store.applyRead(first.conversationId, 9, 'server')
    store.close()
    edit((db) => db.prepare('UPDATE conversation SET sealed = ? WHERE slot = 1').run(old))
    expect(verdict()).toBe('store-corrupt')
  })

  test('[STR43] a stray row where the next event belongs is damage, not a fault of the program', () => {
    stored()
    edit((db) => db.prepare("INSERT INTO event VALUES (?, x'00')").run(eventId(1, 13)))
    const store = openCache({ cipher, file, self: known.self })
    let thrown: unknown
    try {
      store.applyEvents(first.conversationId, [known.example.event({ ...first, seq: 13 })])
    } catch (error) {
      thrown = error
    }
    expect(storeFailure(thrown).code).toBe('store-corrupt')
    expect(store.position(first.conversationId)?.high).toBe(12)
    store.close()
  })

  test('[STR44] another root key opens nothing', () => {
    stored()
    expect(reopen(8)).toMatchObject({ error: { code: 'store-other-key' }, unsent: [], maybeLost: true })
    expect(verdict()).toBe('ok')
  })
})

describe('damage and other versions', () => {
  test.each<[string, (bytes: Buffer) => Uint8Array]>([
    ['garbage', (bytes) => Buffer.alloc(bytes.length, 0x5a)],
    ['garbage shorter than a header', () => Buffer.from('garbage')],
    ['cut in the middle', (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2))],
    ['cut after the header', (bytes) => bytes.subarray(0, 100)],
    ['one page of zeros', (bytes) => Buffer.from(bytes).fill(0, 4096, 8192)],
  ])('[STR45] a file of %s ⇒ store-corrupt', (_, damage) => {
    stored()
    writeFileSync(file, damage(readFileSync(file)))
    expect(verdict()).toBe('store-corrupt')
  })

  test('[STR46] a database of a newer version is refused and every byte of it left as it was', () => {
    stored()
    edit((db) => db.pragma(`user_version = ${migrations.length + 1}`))
    const before = fingerprint()
    expect(reopen()).toMatchObject({ error: { code: 'store-too-new' } })
    expect(fingerprint()).toEqual(before)
  })

  test('[STR46] …also where the newer version was killed and its log holds the version', () => {
    stored()
    const newer = new Database(file)
    newer.pragma('locking_mode = EXCLUSIVE')
    newer.pragma('wal_autocheckpoint = 0')
    newer.pragma(`user_version = ${migrations.length + 1}`)
    const killed = ['', '-wal'].map((suffix) => [suffix, readFileSync(file + suffix)] as const)
    newer.close()
    for (const [suffix, bytes] of killed) writeFileSync(file + suffix, bytes)
    const before = fingerprint()
    expect(Object.keys(before)).toEqual(['store/cache.db', 'store/cache.db-wal'])
    expect(reopen()).toMatchObject({ error: { code: 'store-too-new' } })
    expect(fingerprint()).toEqual(before)
  })

  test('[STR47] quarantine moves the file and its companions aside whole, and never over an earlier one', () => {
    stored()
    writeFileSync(`${file}-wal`, 'log')
    const bytes = readFileSync(file)
    const aside = quarantine(file, 1_700_000_000_000)
    expect(existsSync(file)).toBe(false)
    expect(readdirSync(aside).sort()).toEqual(['cache.db', 'cache.db-wal'])
    expect(readFileSync(join(aside, 'cache.db'))).toEqual(bytes)
    writeFileSync(file, 'second')
    expect(quarantine(file, 1_700_000_000_000)).not.toBe(aside)
    expect(readFileSync(join(aside, 'cache.db'))).toEqual(bytes)
  })

  test('[STR48] something that is no folder where the cache belongs ⇒ profile-not-writable', () => {
    writeFileSync(join(folder.dir, 'store'), 'a file')
    expect(reopen()).toMatchObject({ error: { code: 'profile-not-writable' } })
  })

  test('[STR49] failures keep their code and bugs stay bugs', () => {
    expect(storeFailure(new FailureError(fail('disk-full').error)).code).toBe('disk-full')
    expect(storeFailure(Object.assign(new Error(), { code: 'ENOSPC' })).code).toBe('disk-full')
    expect(storeFailure(Object.assign(new Error(), { code: 'SQLITE_IOERR_WRITE' })).code).toBe('profile-not-writable')
    expect(() => storeFailure(new TypeError('bug'))).toThrow('bug')
    expect(() => storeFailure('text')).toThrow('text')
  })
})

describe('full disk', () => {
  const limit = (cache: Cache, pages: number | undefined) => {
    const { db } = cache.sealed
    db.pragma(`max_page_count = ${pages ?? 1_000_000}`)
  }
  const state = (cache: Cache) => ({
    people: [...cache.people],
    conversations: [...cache.conversations],
    outbox: [...cache.outbox],
    values: cache.values,
    segments: [...cache.segments],
    amendments: [...cache.amendments],
    ledger: Buffer.from(cache.sealed.ledgerSum).toString('hex'),
    keys: cache.sealed.keyCount(),
  })
  const long = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      known.example.event({
        ...first,
        seq: 13 + i,
        content: known.example.messageContent({ body: '長'.repeat(4000) }),
      }),
    )
  const message = (): NewOutbox => ({
    type: 'message',
    clientId: known.example.id('message'),
    body: '長'.repeat(6000),
    createdAtMs: 1,
  })
  const acts: [string, (cache: Cache) => void][] = [
    ['events', (cache) => void applyEvents(cache, first.conversationId, long(3), known.self)],
    ['people', (cache) => applyDirectory(cache, createPeople(), 'd2', known.self)],
    ['grants', (cache) => void applyAccess(cache, createGrants(), [first.conversationId], 'a2')],
    ['a message', (cache) => void enqueue(cache, first.conversationId, message())],
    [
      'a refusal',
      (cache) => void setFailure(cache, [...cache.outbox.keys()][0]!, fail('not-allowed', '長'.repeat(9000)).error),
    ],
  ]
  const createPeople = () => known.example.people(60).map((person) => ({ ...person, title: '長'.repeat(120) }))
  const createGrants = () => Array.from({ length: 40 }, () => known.example.conversation({ topic: '長'.repeat(200) }))

  test.each(acts)('[STR50] %s that do not fit ⇒ disk-full, nothing changes, and later they succeed', (_, act) => {
    stored()
    const cache = openInner({ cipher, file })
    const before = state(cache)
    limit(cache, 1)
    let code: string | undefined
    try {
      act(cache)
    } catch (error) {
      code = storeFailure(error).code
    }
    expect(code).toBe('disk-full')
    expect(state(cache)).toEqual(before)
    // Keys of a revocation that did not commit still open what they sealed.
    const reader = cache.conversations.get(first.conversationId)!
    expect(cache.sealed.seal(reader.keyId, 'x', 'c')).toBeDefined()
    limit(cache, undefined)
    act(cache)
    expect(state(cache)).not.toEqual(before)
    const after = state(cache)
    cache.sealed.close()
    const again = openInner({ cipher, file })
    const { people: peopleAgain, ...kept } = state(again)
    const { people, ...expected } = after
    expect(peopleAgain).toHaveLength(people.length)
    expect(kept).toEqual(expected)
    again.sealed.close()
  })

  test('[STR51] taking a message out needs no room', () => {
    stored()
    const cache = openInner({ cipher, file })
    limit(cache, 1)
    expect(takeOut(cache, [...cache.outbox.keys()][0]!)).toBe(true)
    cache.sealed.close()
    expect(openDatabase({ cipher, file, rootKey: rootKeyOf(7) }).ok).toBe(true)
  })
})
