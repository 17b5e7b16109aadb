// Owns the profile folder: where each file lies, the lock that keeps a second process out, atomic writes, removal.
// Always holds: a file written here is either its old or its new content after a crash, never half; every path written
// by the client is declared in persisted.ts, which says when it is erased.

import { randomBytes } from 'node:crypto'
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { type Failure, FailureError, fail, ok, type Result } from '../../shared/result.ts'

export interface Profile {
  readonly dir: string
  /** The absolute path of a profile file named by its path below the folder, with forward slashes. */
  path(name: string): string
  /** The file's bytes, or undefined where it does not exist. Throws FailureError profile-not-writable where it cannot be read. */
  read(name: string): Uint8Array | undefined
  /** Writes the file whole and durably (fsync of file and folder). Throws FailureError disk-full / profile-not-writable. */
  write(name: string, bytes: Uint8Array): void
  /** Removes the file and its draft durably; absent is fine. */
  remove(name: string): void
  /** As remove(), after overwriting with random bytes, so far as the file lets itself be overwritten: for key files. */
  shred(name: string): void
  /** Gives up the lock. The folder may then be opened by another process. */
  release(): void
}

const LOCK_FILE = 'profile.lock'
/** Suffix of a file on its way to its place; one is left behind where a write was cut off. */
const DRAFT = '.new'

/**
 * Opens (creating) the profile folder for this process alone. The lock is an SQLite exclusive transaction, which the
 * operating system drops with the process, however it dies. Codes: profile-not-writable, profile-in-use, disk-full.
 */
export function openProfile(dir: string): Result<Profile> {
  let lock: Database.Database
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    accessSync(dir, constants.R_OK | constants.W_OK)
    lock = new Database(join(dir, LOCK_FILE), { timeout: 0 })
  } catch (error) {
    return failureOf(error)
  }
  try {
    lock.pragma('journal_mode = MEMORY')
    // SQLite takes no lock at all on a file that it may not write.
    accessSync(join(dir, LOCK_FILE), constants.W_OK)
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    return codeOf(error).startsWith('SQLITE_BUSY') ? fail('profile-in-use') : failureOf(error)
  }
  const path = (name: string) => join(dir, ...name.split('/'))
  return ok({
    dir,
    path,
    read(name) {
      try {
        return readFileSync(path(name))
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined
        throw new FailureError(failureOf(error).error, { cause: error })
      }
    },
    write(name, bytes) {
      try {
        writeDurably(path(name), bytes)
      } catch (error) {
        throw new FailureError(failureOf(error).error, { cause: error })
      }
    },
    remove(name) {
      for (const file of [path(name), path(name) + DRAFT]) rmSync(file, { force: true })
      syncFolder(dirname(path(name)))
    },
    shred(name) {
      for (const file of [path(name), path(name) + DRAFT]) {
        overwrite(file)
        rmSync(file, { force: true })
      }
      syncFolder(dirname(path(name)))
    },
    release() {
      if (lock.open) lock.close()
    },
  })
}

/** The failure a file-system or SQLite error stands for. */
export function failureOf(error: unknown): { readonly ok: false; readonly error: Failure } {
  const code = codeOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL') return fail('disk-full')
  return fail('profile-not-writable', `The profile folder cannot be used (${code || 'unknown error'}).`)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

function writeDurably(file: string, bytes: Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const draft = file + DRAFT
  try {
    const fd = openSync(draft, 'w', 0o600)
    try {
      let at = 0
      while (at < bytes.length) at += writeSync(fd, bytes, at)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(draft, file)
  } catch (error) {
    // On a full disk the draft would keep the space that its owner needs.
    rmSync(draft, { force: true, recursive: true })
    throw error
  }
  syncFolder(dirname(file))
}

/**
 * On flash the old cells may survive: this shortens the odds, the key store's seal is what protects (SECURITY.md). A file
 * that cannot be overwritten must still be removed, so a failure here is passed over.
 */
function overwrite(file: string): void {
  try {
    const size = statSync(file, { throwIfNoEntry: false })?.size
    if (size === undefined) return
    const fd = openSync(file, 'r+')
    try {
      writeSync(fd, randomBytes(size), 0, size, 0)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    if (codeOf(error) === '') throw error
  }
}

/** Makes a rename or removal durable. Windows has no folder handles to sync; NTFS journals them itself. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  let fd: number
  try {
    fd = openSync(folder, 'r')
  } catch {
    return
  }
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
