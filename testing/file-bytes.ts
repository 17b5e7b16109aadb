// Owns the bytes of made-up files: a stream that a seed and a length determine, of which any stretch can be had at once
// (AES-CTR over zeros), and its hash. Always holds: memory does not grow with the file. Never used by the product.

import { createCipheriv, createHash } from 'node:crypto'
import { limits } from '../shared/limits.ts'

const blockBytes = 16

/** `count` bytes from `from` of the endless stream of `seed`. */
export function fileSlice(seed: number, from: number, count: number): Buffer {
  const key = createHash('sha256').update(`file ${seed}`).digest()
  const counter = Buffer.alloc(blockBytes)
  counter.writeBigUInt64BE(BigInt(Math.floor(from / blockBytes)), 8)
  const skipped = from % blockBytes
  return createCipheriv('aes-256-ctr', key, counter)
    .update(Buffer.alloc(skipped + count))
    .subarray(skipped)
}

/** A file of `bytes`, in slices of `sliceBytes`. */
export function* fileBytes(seed: number, bytes: number, sliceBytes: number = limits.fileChunkBytes): Generator<Buffer> {
  for (let from = 0; from < bytes; from += sliceBytes) yield fileSlice(seed, from, Math.min(sliceBytes, bytes - from))
}

/** Part `part` (from 0) of a file of `bytes`. */
export function filePart(seed: number, bytes: number, part: number): Buffer {
  const from = part * limits.filePartBytes
  return fileSlice(seed, from, Math.max(0, Math.min(limits.filePartBytes, bytes - from)))
}

/** SHA-256 of a file of `bytes`, as a message names it (base64url). */
export function fileHash(seed: number, bytes: number): string {
  const hash = createHash('sha256')
  for (const slice of fileBytes(seed, bytes)) hash.update(slice)
  return hash.digest('base64url')
}
