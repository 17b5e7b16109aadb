// Owns the data keys of the cache: one per conversation, per segment of its events and per search shard, each sealed by the
// root key in its own row. Key 1 seals what belongs to no single conversation.
// Always holds: keys made in a transaction stay, and keys destroyed in it go, only if it commits; an id is never used twice;
// a destroyed key is zeroed in memory. Rotation of the root key seals the keys anew and touches no record.

import type { Database } from 'better-sqlite3'
import type { Cipher } from '../vault/cipher.ts'
import { CorruptRecord } from './failures.ts'

/** People, conversation list, cursors, shard rows. */
export const META_KEY = 1

/** Versioned, so that a row of an earlier schema does not fit in this one. */
const context = (keyId: number) => `keyring|2|${keyId}`
const contextBefore2 = (keyId: number) => `keyring|${keyId}`

export interface Keyring {
  /** The key itself; throws CorruptRecord where there is none. Not to be kept. */
  key(keyId: number): Uint8Array
  has(keyId: number): boolean
  ids(): IterableIterator<number>
  size(): number
  /** Inside a transaction. */
  add(): number
  /** Inside a transaction. */
  destroy(keyId: number): void
  /** Inside a transaction: seals every key under `rootKey` from its commit on. */
  rekey(rootKey: Uint8Array): void
  begin(): void
  commit(): void
  rollback(): void
  nextKeyId(): number
  /** Ids below `keyId` are not given out: the ledger remembers those of destroyed keys. */
  reserve(keyId: number): void
  close(): void
}

interface KeyRow {
  readonly key_id: number
  readonly sealed: Uint8Array
}

const rowsOf = (db: Database) => db.prepare('SELECT key_id, sealed FROM keyring').all() as KeyRow[]

/** Which of the root keys this database is sealed under; undefined where none opens it. A new database takes the first. */
export function rootKeyOf(db: Database, cipher: Cipher, candidates: readonly Uint8Array[]): Uint8Array | undefined {
  const rows = rowsOf(db)
  if (rows.length === 0) return candidates[0]
  return candidates.find((root) =>
    rows.some((row) => open(cipher, root, row, context) ?? open(cipher, root, row, contextBefore2)),
  )
}

function open(
  cipher: Cipher,
  root: Uint8Array,
  row: KeyRow,
  contextOf: (keyId: number) => string,
): Uint8Array | undefined {
  const key = cipher.open(root, row.sealed, contextOf(row.key_id))
  if (!key) return undefined
  // A copy of its own: the cipher's result is a view into a larger buffer that zeroing would not cover alone.
  const copy = Uint8Array.from(key)
  key.fill(0)
  return copy
}

/** Part of migration 2: the rows of version 1 under their new context. */
export function resealKeyring(db: Database, cipher: Cipher, rootKey: Uint8Array): void {
  const put = db.prepare('UPDATE keyring SET sealed = ? WHERE key_id = ?')
  for (const row of rowsOf(db)) {
    const key = open(cipher, rootKey, row, contextBefore2)
    if (!key) throw new CorruptRecord(contextBefore2(row.key_id))
    put.run(cipher.seal(rootKey, key, context(row.key_id)), row.key_id)
    key.fill(0)
  }
}

/** Opens every key. `damaged` holds the ids of those that do not open: what they sealed is lost, the rest can be read. */
export function openKeyring(db: Database, cipher: Cipher, root: Uint8Array): { keyring: Keyring; damaged: number[] } {
  const keys = new Map<number, Uint8Array>()
  const damaged: number[] = []
  const rootKey = Uint8Array.from(root)
  for (const row of rowsOf(db)) {
    const key = open(cipher, rootKey, row, context)
    if (key) keys.set(row.key_id, key)
    else damaged.push(row.key_id)
  }
  const insert = db.prepare('INSERT INTO keyring (key_id, sealed) VALUES (?, ?)')
  const update = db.prepare('UPDATE keyring SET sealed = ? WHERE key_id = ?')
  const remove = db.prepare('DELETE FROM keyring WHERE key_id = ?')
  let next = Math.max(0, ...keys.keys(), ...damaged) + 1
  let nextBefore = next
  let made: number[] = []
  let destroyed: number[] = []
  let nextRoot: Uint8Array | undefined
  const drop = (keyId: number): void => {
    keys.get(keyId)?.fill(0)
    keys.delete(keyId)
  }
  const keyring: Keyring = {
    key(keyId) {
      const key = keys.get(keyId)
      if (!key) throw new CorruptRecord(context(keyId))
      return key
    },
    has: (keyId) => keys.has(keyId),
    ids: () => keys.keys(),
    size: () => keys.size,
    add() {
      const keyId = next++
      const key = cipher.newKey()
      insert.run(keyId, cipher.seal(nextRoot ?? rootKey, key, context(keyId)))
      keys.set(keyId, key)
      made.push(keyId)
      return keyId
    },
    destroy(keyId) {
      remove.run(keyId)
      destroyed.push(keyId)
    },
    rekey(to) {
      nextRoot = Uint8Array.from(to)
      for (const [keyId, key] of keys)
        if (!destroyed.includes(keyId)) update.run(cipher.seal(nextRoot, key, context(keyId)), keyId)
    },
    begin() {
      made = []
      destroyed = []
      nextBefore = next
    },
    commit() {
      destroyed.forEach(drop)
      if (nextRoot) {
        rootKey.set(nextRoot)
        nextRoot.fill(0)
        nextRoot = undefined
      }
    },
    rollback() {
      made.forEach(drop)
      next = nextBefore
      nextRoot?.fill(0)
      nextRoot = undefined
    },
    nextKeyId: () => next,
    reserve(keyId) {
      next = Math.max(next, keyId)
    },
    close() {
      for (const key of keys.values()) key.fill(0)
      keys.clear()
      rootKey.fill(0)
    },
  }
  return { keyring, damaged }
}
