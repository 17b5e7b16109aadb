// Owns the server's database file: opening, migrating and closing it, and the transaction.
// Always holds: one writer (this connection), WAL with synchronous=FULL, so a transaction that returned has been synced;
// a database of a newer version is refused before SQLite touches the file.

import { closeSync, openSync, readSync } from 'node:fs'
import Database from 'better-sqlite3'
import { fail, type Result } from '../../shared/result.ts'
import { migrations } from './migrations.ts'
import type { Store, StoreTx } from './port.ts'
import { createStatements } from './sqlite-statements.ts'

/** 'CWsv': tells this database from any other SQLite file (PRAGMA application_id). */
const applicationId = 0x43577376
const newestVersion = migrations.length

/** Bytes of the database header that hold user_version and application_id, big-endian (SQLite file format §1.3). */
const header = { bytes: 100, magic: 'SQLite format 3\0', userVersionAt: 60, applicationIdAt: 68 } as const

/** What the file says of itself without SQLite opening it; undefined where there is no file yet, or an empty one. */
function readHeader(path: string): { ours: boolean; version: number } | undefined {
  const bytes = Buffer.alloc(header.bytes)
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    if (readSync(file, bytes, 0, header.bytes, 0) === 0) return undefined
  } finally {
    closeSync(file)
  }
  // A first start that was killed before its first commit leaves a database that is nobody's yet.
  const application = bytes.readUInt32BE(header.applicationIdAt)
  const isDatabase = bytes.toString('latin1', 0, header.magic.length) === header.magic
  return {
    ours: isDatabase && (application === applicationId || application === 0),
    version: bytes.readUInt32BE(header.userVersionAt),
  }
}

function failureOf(error: unknown): ReturnType<typeof fail> | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(error.code)) return fail('store-corrupt', 'The server’s database does not open.')
  if (/^(SQLITE_(CANTOPEN|READONLY|PERM)|EACCES|EPERM|EROFS|EISDIR)/.test(error.code)) return fail('data-not-writable')
  if (error.code.startsWith('SQLITE_FULL')) return fail('disk-full')
  return undefined
}

/**
 * Opens or creates the database at `path`. Failures: `data-too-new` (file untouched), `data-not-writable`,
 * `store-corrupt`, `disk-full`.
 */
export function openSqliteStore(path: string): Result<Store> {
  let database: Database.Database | undefined
  try {
    const found = readHeader(path)
    if (found?.ours === false) return fail('store-corrupt', 'The file is not a database of this program.')
    if (found !== undefined && found.version > newestVersion) return fail('data-too-new')
    // SQLite gives its -wal and -shm files the mode of the database.
    closeSync(openSync(path, 'a', 0o600))
    database = new Database(path)
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    database.pragma('secure_delete = ON')
    // A table that is made anew is dropped meanwhile, with rows that others refer to.
    database.pragma('foreign_keys = OFF')
    if (!migrate(database)) {
      database.close()
      return fail('data-too-new')
    }
    database.pragma('foreign_keys = ON')
    return { ok: true, value: createStore(database) }
  } catch (error) {
    database?.close()
    const failure = failureOf(error)
    if (failure !== undefined) return failure
    throw error
  }
}

/** Brings the schema up to date; false where the write-ahead log holds a newer version than the file's header told. */
function migrate(database: Database.Database): boolean {
  const version = Number(database.pragma('user_version', { simple: true }))
  if (version > newestVersion) return false
  if (version < newestVersion) database.function('jws_payload', { deterministic: true }, payloadOf)
  for (let step = version; step < newestVersion; step++) {
    database.transaction(() => {
      database.exec(migrations[step] ?? '')
      const [dangling] = database.pragma('foreign_key_check') as unknown[]
      if (dangling !== undefined) throw new Error('a step left a row that refers to nothing')
      database.pragma(`application_id = ${applicationId}`)
      database.pragma(`user_version = ${step + 1}`)
    })()
  }
  return true
}

/** What a compact JWS says, as JSON text. These were signed here. */
function payloadOf(jws: unknown): string {
  return Buffer.from(String(jws).split('.')[1] ?? '', 'base64url').toString()
}

function createStore(database: Database.Database): Store {
  const tx: StoreTx = createStatements(database)
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const rollback = database.prepare('ROLLBACK')
  return {
    view: tx,
    transact: (work) => {
      if (database.inTransaction) throw new Error('transactions do not nest')
      begin.run()
      try {
        const value = work(tx)
        commit.run()
        return value
      } catch (error) {
        // SQLite may have rolled back by itself (disk full, I/O error).
        if (database.inTransaction) rollback.run()
        throw error
      }
    },
    close: () => database.close(),
  }
}
