// Owns the server's data directory: that it is there, private (0700), writable, and open in one process only.
// Always holds: the lock is an exclusive transaction on server.lock.db, which the system lifts when the process dies.

import { accessSync, chmodSync, constants, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { fail, ok, type Result } from '../shared/result.ts'

export interface DataDir {
  readonly path: string
  readonly databasePath: string
  /** Lifts the lock. */
  release(): void
}

/** Creates or takes `path`. Failures: `data-not-writable`, `data-in-use`. */
export function openDataDir(path: string): Result<DataDir> {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    chmodSync(path, 0o700)
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch {
    return fail('data-not-writable')
  }
  let lock: Database.Database | undefined
  try {
    const lockPath = join(path, 'server.lock.db')
    lock = new Database(lockPath, { timeout: 0 })
    chmodSync(lockPath, 0o600)
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock?.close()
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code.startsWith('SQLITE_BUSY')) return fail('data-in-use')
    if (code.startsWith('SQLITE_')) return fail('data-not-writable')
    throw error
  }
  const held = lock
  return ok({ path, databasePath: join(path, 'workspace.db'), release: () => void held.close() })
}
