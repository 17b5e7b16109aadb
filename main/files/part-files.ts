// Owns one sealed part as a file: written chunk by chunk, read chunk by chunk into a buffer that is used again.
// Always holds: a part appears whole and durable or not at all (draft, fsync, rename, fsync of its folder); what is read is
// exactly the part that was sealed for this place, or nothing. A file of 2 GB passes through a few megabytes of memory.

import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { limits } from '../../shared/limits.ts'
import {
  createPartOpener,
  createPartSealer,
  type StreamSodium,
  sealedChunkBytes,
  sealedHeaderBytes,
  sealedPartBytes,
} from '../../shared/sealed-parts.ts'
import { syncFolder } from '../profile/profile.ts'

/** What a part is sealed under and bound to. */
export interface Seal {
  readonly sodium: StreamSodium
  readonly key: Uint8Array
  readonly place: string
}

const DRAFT = '.new'

/** Writes `plain` sealed to `path`. */
export function writePartFile(path: string, { sodium, key, place }: Seal, plain: Uint8Array): void {
  const draft = path + DRAFT
  const sealer = createPartSealer(sodium, key, place)
  try {
    const fd = openSync(draft, 'w', 0o600)
    try {
      writeAll(fd, sealer.header)
      for (let at = 0; at < plain.length; at += limits.fileChunkBytes) {
        const end = Math.min(at + limits.fileChunkBytes, plain.length)
        writeAll(fd, sealer.push(plain.subarray(at, end), end === plain.length))
      }
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  } finally {
    sealer.close()
  }
  syncFolder(dirname(path))
}

/** Opens the part at `path` into `plain`, all of which it fills; false where it is not there, or is any other. */
export function readPartFile(path: string, { sodium, key, place }: Seal, plain: Uint8Array): boolean {
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch {
    return false
  }
  try {
    if (plain.length === 0 || fstatSync(fd).size !== sealedPartBytes(plain.length)) return false
    const header = new Uint8Array(sealedHeaderBytes)
    if (!readFully(fd, header)) return false
    const opener = createPartOpener(sodium, key, place, header)
    const chunk = new Uint8Array(sealedChunkBytes)
    try {
      for (let at = 0; at < plain.length; ) {
        const isLast = plain.length - at <= limits.fileChunkBytes
        const sealed = isLast ? chunk.subarray(0, sealedPartBytes(plain.length - at) - sealedHeaderBytes) : chunk
        const opened = readFully(fd, sealed) ? opener.pull(sealed) : undefined
        if (opened?.isLast !== isLast) return false
        plain.set(opened.plain, at)
        opened.plain.fill(0)
        at += limits.fileChunkBytes
      }
      return true
    } finally {
      opener.close()
    }
  } finally {
    closeSync(fd)
  }
}

/** Writes all of `bytes` where the file stands. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
}

/** Fills `into` from where the file stands; false where it ends before. */
function readFully(fd: number, into: Uint8Array): boolean {
  for (let at = 0; at < into.length; ) {
    const read = readSync(fd, into, at, into.length - at, null)
    if (read === 0) return false
    at += read
  }
  return true
}
