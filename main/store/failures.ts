// Owns the names of what can go wrong with the cache: sealed values that do not open, and errors of SQLite and the disk.
// Always holds: an expected fault becomes a Failure with a code; a bug is thrown on.

import { type Failure, FailureError, fail } from '../../shared/result.ts'

/** A sealed value that does not open in its row: damage, or someone moved it. `context` names the row, not its content. */
export class CorruptRecord extends Error {
  readonly context: string
  constructor(context: string) {
    super(`sealed value does not open: ${context}`)
    this.name = 'CorruptRecord'
    this.context = context
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
