// Owns reading a file of the user's while it is taken in. Always holds: what was read is one state of that file: if it grew,
// shrank, was written to, replaced or removed meanwhile, the reading fails. Never writes, never follows anything but the path.

import { type BigIntStats, closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { limits } from '../../shared/limits.ts'
import { FailureError, fail } from '../../shared/result.ts'

/**
 * Hands the file at `path` to `see` part by part; each is zeroed once it has been seen. Codes: file-missing where it is not
 * there (any more) or no file, file-mismatch where it is not `bytes` long or changes, not-allowed where it may not be read.
 */
export async function takeFile(path: string, bytes: number, see: (plain: Uint8Array) => Promise<void>): Promise<void> {
  const fd = attempt(() => openSync(path, 'r'))
  try {
    const before = attempt(() => fstatSync(fd, { bigint: true }))
    if (!before.isFile()) throw failure('file-missing')
    if (before.size !== BigInt(bytes)) throw failure('file-mismatch')
    const room = Buffer.alloc(Math.min(limits.filePartBytes, bytes))
    for (let at = 0; at < bytes; ) {
      const plain = room.subarray(0, Math.min(room.length, bytes - at))
      readFully(fd, plain, at)
      if (!isSame(before, fstatSync(fd, { bigint: true }))) throw failure('file-mismatch')
      at += plain.length
      await see(plain)
      plain.fill(0)
    }
    // Another file may have taken its place: then this is no longer the one the user chose.
    if (
      !isSame(
        before,
        attempt(() => statSync(path, { bigint: true })),
      )
    )
      throw failure('file-mismatch')
  } finally {
    closeSync(fd)
  }
}

function readFully(fd: number, into: Uint8Array, from: number): void {
  for (let at = 0; at < into.length; ) {
    const read = attempt(() => readSync(fd, into, at, into.length - at, from + at))
    if (read === 0) throw failure('file-mismatch')
    at += read
  }
}

/** mtime alone: on many systems reading moves no other time, but an indexer or a virus scanner may move ctime. */
function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return a.ino === b.ino && a.dev === b.dev && a.size === b.size && a.mtimeNs === b.mtimeNs
}

const failure = (code: 'file-missing' | 'file-mismatch' | 'not-allowed') => new FailureError(fail(code).error)

function attempt<T>(act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw failureOfOriginal(error)
  }
}

/** What an error of the file system means for a file that the user has chosen. */
export function failureOfOriginal(error: unknown): FailureError {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  return failure(code === 'EACCES' || code === 'EPERM' ? 'not-allowed' : 'file-missing')
}
