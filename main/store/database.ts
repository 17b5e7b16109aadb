// Owns opening the cache database: pragmas, migrations, the keyring, quarantine of what cannot be opened.
// Always holds: a database of a newer version is left untouched; a damaged one, or one sealed under another root key, is
// moved aside whole and named, never overwritten; sealed values are opened with the key and context of their own row.

import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { type Failure, FailureError, fail, ok, type Result } from '../../shared/result.ts'
import type { Cipher } from '../vault/cipher.ts'
import { migrate, migrations, schemaOf } from './migrations.ts'

/** Key 1 of the keyring: people, conversation states, cursors. */
const META_KEY = 1

export interface SealedDatabase {
  readonly db: Database.Database
  /** Seals a JSON value under the key `keyId`, bound to `context`. */
  seal(keyId: number, value: unknown, context: string): Uint8Array
  /** The JSON value; throws CorruptRecord where it does not open. */
  open(keyId: number, sealed: Uint8Array, context: string): unknown
  readonly metaKeyId: number
  /** Runs `work` as one durable transaction; keys made in it stay, and keys destroyed in it go, only if it commits. */
  transact<T>(work: () => T): T
  /** Makes a new data key; call inside the transaction that first uses it. */
  addKey(): number
  /** Destroys a data key; call inside a transaction: what it sealed is unreadable from the commit on. */
  destroyKey(keyId: number): void
  /** Data keys held. */
  keyCount(): number
  /** Closes the file and zeroes every key in memory. */
  close(): void
}

/** A sealed value that does not open in its row: damage, or someone moved it. `context` names the row, not its content. */
export class CorruptRecord extends Error {
  readonly context: string
  constructor(context: string) {
    super(`sealed value does not open: ${context}`)
    this.name = 'CorruptRecord'
    this.context = context
  }
}

export interface DatabaseParts {
  /** File of the database, or ':memory:'. */
  readonly file: string
  readonly cipher: Cipher
  /** Used to open the keyring; the caller zeroes it afterwards. */
  readonly rootKey: Uint8Array
}

/**
 * Opens (creating) the database. Codes: store-too-new (file untouched), store-corrupt (damaged, or the keyring does not
 * open under this root key), disk-full, profile-not-writable.
 */
export function openDatabase({ file, cipher, rootKey }: DatabaseParts): Result<SealedDatabase> {
  let db: Database.Database | undefined
  try {
    if (file !== ':memory:') {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
      if (writtenVersion(file) > migrations.length) return fail('store-too-new')
    }
    db = new Database(file)
    for (const pragma of pragmas) db.pragma(pragma)
    // Not ours, or tampered with: a trigger could hoard what a revocation destroys.
    if (schemaOf(db) !== schemaOfVersion(db.pragma('user_version', { simple: true }) as number)) {
      db.close()
      return fail('store-corrupt', 'The cache has another schema than its version.')
    }
    migrate(db)
    // What a revocation destroyed before the program was killed must not live on in the write-ahead log.
    db.pragma('wal_checkpoint(TRUNCATE)')
    const keys = openKeyring(db, cipher, rootKey)
    if (!keys) {
      db.close()
      return fail('store-corrupt', 'The keyring does not open under this root key.')
    }
    return ok(sealedDatabase(db, cipher, keys, Uint8Array.from(rootKey)))
  } catch (error) {
    db?.close()
    return { ok: false, error: storeFailure(error) }
  }
}

/**
 * The schema version of the database in `file`, 0 where there is none. Nothing is written: SQLite itself would fold the
 * write-ahead log of a newer version's crash into the file as soon as it is opened for writing.
 */
function writtenVersion(file: string): number {
  const hasLog = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
  if (!existsSync(file)) return 0
  if (!hasLog) {
    const header = Buffer.alloc(USER_VERSION_AT + 4)
    const fd = openSync(file, 'r')
    try {
      const isDatabase = readSync(fd, header) === header.length && header.toString('latin1').startsWith(MAGIC)
      return isDatabase ? header.readInt32BE(USER_VERSION_AT) : 0
    } finally {
      closeSync(fd)
    }
  }
  const db = new Database(file, { readonly: true })
  try {
    return db.pragma('user_version', { simple: true }) as number
  } finally {
    db.close()
    rmSync(`${file}-shm`, { force: true })
  }
}
/** Where the header of an SQLite database holds its user_version, big-endian (https://sqlite.org/fileformat2.html §1.3). */
const USER_VERSION_AT = 60
const MAGIC = 'SQLite format 3\0'

function schemaOfVersion(version: number): string {
  const db = new Database(':memory:')
  try {
    migrate(db, version)
    return schemaOf(db)
  } finally {
    db.close()
  }
}

const pragmas = [
  // One process owns the file: no shared-memory file on disk, and a second opener is refused.
  'locking_mode = EXCLUSIVE',
  'journal_mode = WAL',
  // The outbox is the only copy of what a user typed: a commit must survive a power cut.
  'synchronous = FULL',
  'secure_delete = ON',
  'temp_store = MEMORY',
  'foreign_keys = ON',
  'trusted_schema = OFF',
  'cell_size_check = ON',
  'journal_size_limit = 16777216',
]

function openKeyring(db: Database.Database, cipher: Cipher, rootKey: Uint8Array): Map<number, Uint8Array> | undefined {
  const keys = new Map<number, Uint8Array>()
  const rows = db.prepare('SELECT key_id, sealed FROM keyring').all() as { key_id: number; sealed: Uint8Array }[]
  for (const row of rows) {
    const key = cipher.open(rootKey, row.sealed, keyContext(row.key_id))
    if (!key) return undefined
    // A copy of its own: the cipher's result is a view into a larger buffer that zeroing would not cover alone.
    keys.set(row.key_id, Uint8Array.from(key))
    key.fill(0)
  }
  return keys
}

const keyContext = (keyId: number) => `keyring|${keyId}`

function sealedDatabase(
  db: Database.Database,
  cipher: Cipher,
  keys: Map<number, Uint8Array>,
  rootKey: Uint8Array,
): SealedDatabase {
  const insertKey = db.prepare('INSERT INTO keyring (key_id, sealed) VALUES (?, ?)')
  const deleteKey = db.prepare('DELETE FROM keyring WHERE key_id = ?')
  /** Keys made and destroyed by the transaction under way. */
  let made: number[] = []
  let destroyed: number[] = []
  const drop = (keyId: number): void => {
    keys.get(keyId)?.fill(0)
    keys.delete(keyId)
  }
  function transact<T>(work: () => T): T {
    made = []
    destroyed = []
    try {
      const result = db.transaction(work).immediate()
      destroyed.forEach(drop)
      return result
    } catch (error) {
      made.forEach(drop)
      throw error
    }
  }
  const keyOf = (keyId: number): Uint8Array => {
    const key = keys.get(keyId)
    if (!key) throw new CorruptRecord(keyContext(keyId))
    return key
  }
  function addKey(): number {
    const keyId = Math.max(0, ...keys.keys()) + 1
    const key = cipher.newKey()
    insertKey.run(keyId, cipher.seal(rootKey, key, keyContext(keyId)))
    keys.set(keyId, key)
    made.push(keyId)
    return keyId
  }
  if (!keys.has(META_KEY)) transact(addKey)
  return {
    db,
    transact,
    metaKeyId: META_KEY,
    seal: (keyId, value, context) => cipher.seal(keyOf(keyId), Buffer.from(JSON.stringify(value)), context),
    open(keyId, sealed, context) {
      const plaintext = cipher.open(keyOf(keyId), sealed, context)
      if (!plaintext) throw new CorruptRecord(context)
      return JSON.parse(Buffer.from(plaintext.buffer, plaintext.byteOffset, plaintext.byteLength).toString('utf8'))
    },
    addKey,
    destroyKey(keyId) {
      deleteKey.run(keyId)
      destroyed.push(keyId)
    },
    keyCount: () => keys.size,
    close() {
      for (const key of keys.values()) key.fill(0)
      keys.clear()
      rootKey.fill(0)
      db.close()
    },
  }
}

/** The failure an error from SQLite or from a sealed record stands for. Anything else is a bug and is thrown on. */
export function storeFailure(error: unknown): Failure {
  if (error instanceof CorruptRecord) return fail('store-corrupt', error.message).error
  if (error instanceof FailureError) return error.failure
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code.startsWith('SQLITE_FULL') || code === 'ENOSPC') return fail('disk-full').error
  // No statement of ours breaks a constraint on rows that are ours: somebody else has put some there.
  if (/^SQLITE_(?:CORRUPT|NOTADB|CONSTRAINT)/.test(code))
    return fail('store-corrupt', `The cache is damaged (${code}).`).error
  if (code.startsWith('SQLITE_BUSY')) return fail('profile-in-use').error
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN'))
    return fail('profile-not-writable', `The cache cannot be written (${code}).`).error
  if (/^E(?:ACCES|ROFS|PERM|EXIST|ISDIR|NOTDIR|BUSY)$/.test(code)) return fail('profile-not-writable').error
  throw error
}

/** Moves a database that cannot be opened aside, with its companions; returns the folder's name. Nothing is deleted. */
export function quarantine(file: string, nowMs: number): string {
  const name = join(dirname(file), `quarantine-${new Date(nowMs).toISOString().replace(/[:.]/g, '-')}`)
  let folder = name
  for (let next = 2; existsSync(folder); next++) folder = `${name}-${next}`
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const suffix of ['', '-wal', '-shm', '-journal']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, join(folder, `cache.db${suffix}`))
  }
  return folder
}
