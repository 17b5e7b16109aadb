// Owns how a part of a file is sealed on both ends: libsodium's secretstream (XChaCha20-Poly1305), a header and then chunks of
// limits.fileChunkBytes, each bound to its place as associated data, the last one tagged final.
// Always holds: a sealed part opens whole, in its own place and under its own key, or not at all: nothing may be cut off, added,
// reordered or put elsewhere. libsodium is a parameter, and ready.

import type libsodium from 'libsodium-wrappers'
import { limits } from './limits.ts'

export type StreamSodium = Pick<
  typeof libsodium,
  | 'crypto_secretstream_xchacha20poly1305_init_push'
  | 'crypto_secretstream_xchacha20poly1305_init_pull'
  | 'crypto_secretstream_xchacha20poly1305_push'
  | 'crypto_secretstream_xchacha20poly1305_pull'
  | 'crypto_secretstream_xchacha20poly1305_TAG_MESSAGE'
  | 'crypto_secretstream_xchacha20poly1305_TAG_FINAL'
>
type State = Parameters<StreamSodium['crypto_secretstream_xchacha20poly1305_push']>[0]

/** Bytes before the first chunk, and bytes that each chunk is longer than what it seals. */
export const sealedHeaderBytes = 24
export const sealedChunkExtraBytes = 17
/** The longest chunk as it is sealed. */
export const sealedChunkBytes = limits.fileChunkBytes + sealedChunkExtraBytes

/** How many parts a file of `bytes` has; an empty one has none. */
export function partCount(bytes: number): number {
  return Math.ceil(bytes / limits.filePartBytes)
}

/** Plain bytes of part `part` (from 0) of a file of `bytes`; 0 where it has no such part. */
export function partBytes(bytes: number, part: number): number {
  return Math.max(0, Math.min(limits.filePartBytes, bytes - part * limits.filePartBytes))
}

/** How long a part of `plainBytes` is once sealed: header and chunks; an empty one has one empty chunk. */
export function sealedPartBytes(plainBytes: number): number {
  const chunks = Math.max(1, Math.ceil(plainBytes / limits.fileChunkBytes))
  return sealedHeaderBytes + plainBytes + chunks * sealedChunkExtraBytes
}

/** Where a part belongs: `file` names its file where it is kept, and never names another there. */
export function partPlace(file: string, part: number, parts: number): string {
  return `${file}|${part}|${parts}`
}

export interface PartSealer {
  /** Goes before the first chunk. */
  readonly header: Uint8Array
  /**
   * The next chunk, sealed: limits.fileChunkBytes of plain bytes, fewer in the last one only. Throws RangeError where there
   * are more or fewer, and after the last.
   */
  push(plain: Uint8Array, isLast: boolean): Uint8Array
  /** Forgets the key; done by the last chunk too. */
  close(): void
}

export interface PartOpener {
  /** The next chunk, opened; undefined where it is not the one that belongs here, and ever after. */
  pull(sealed: Uint8Array): { readonly plain: Uint8Array; readonly isLast: boolean } | undefined
  /** Forgets the key; done by the last chunk and by a wrong one too. */
  close(): void
}

/** Seals one part chunk by chunk; `key` has 32 bytes. To be closed where it does not get to its last chunk. */
export function createPartSealer(sodium: StreamSodium, key: Uint8Array, place: string): PartSealer {
  const { state, header } = sodium.crypto_secretstream_xchacha20poly1305_init_push(key)
  let isOpen = true
  const close = () => {
    if (isOpen) release(sodium, state)
    isOpen = false
  }
  return {
    header,
    push: (plain, isLast) => {
      const fits = isLast ? plain.length <= limits.fileChunkBytes : plain.length === limits.fileChunkBytes
      if (!isOpen || !fits) throw new RangeError('not a chunk of this part')
      const tag = isLast
        ? sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
        : sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
      const sealed = sodium.crypto_secretstream_xchacha20poly1305_push(state, plain, place, tag)
      if (isLast) close()
      return sealed
    },
    close,
  }
}

/** Opens one part chunk by chunk. To be closed where it does not get to its last chunk. */
export function createPartOpener(sodium: StreamSodium, key: Uint8Array, place: string, header: Uint8Array): PartOpener {
  const state =
    header.length === sealedHeaderBytes
      ? sodium.crypto_secretstream_xchacha20poly1305_init_pull(header, key)
      : undefined
  let isOpen = state !== undefined
  const close = () => {
    if (isOpen && state !== undefined) release(sodium, state)
    isOpen = false
  }
  return {
    pull: (sealed) => {
      const fits = sealed.length >= sealedChunkExtraBytes && sealed.length <= sealedChunkBytes
      const pulled =
        isOpen && fits && state !== undefined
          ? sodium.crypto_secretstream_xchacha20poly1305_pull(state, sealed, place)
          : false
      const tag = pulled === false ? undefined : pulled.tag
      const isLast = tag === sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
      const isFull = pulled !== false && pulled.message.length === limits.fileChunkBytes
      const isNext = tag === sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE && isFull
      if (pulled === false || !(isLast || isNext)) {
        close()
        return undefined
      }
      if (isLast) close()
      return { plain: pulled.message, isLast }
    },
    close,
  }
}

/** A part sealed whole, for `place`; `key` has 32 bytes, `plain` at most limits.filePartBytes. Throws RangeError beyond. */
export function sealPart(sodium: StreamSodium, key: Uint8Array, place: string, plain: Uint8Array): Uint8Array {
  if (plain.length > limits.filePartBytes) throw new RangeError('longer than a part')
  const sealed = new Uint8Array(sealedPartBytes(plain.length))
  const sealer = createPartSealer(sodium, key, place)
  try {
    sealed.set(sealer.header)
    let to = sealedHeaderBytes
    let from = 0
    do {
      const end = Math.min(plain.length, from + limits.fileChunkBytes)
      const chunk = sealer.push(plain.subarray(from, end), end === plain.length)
      sealed.set(chunk, to)
      to += chunk.length
      from = end
    } while (from < plain.length)
    return sealed
  } finally {
    sealer.close()
  }
}

/** The plain bytes of a part sealed for `place` under `key`; undefined where it is not exactly that. */
export function openPart(
  sodium: StreamSodium,
  key: Uint8Array,
  place: string,
  sealed: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length > sealedPartBytes(limits.filePartBytes)) return undefined
  const opener = createPartOpener(sodium, key, place, sealed.subarray(0, sealedHeaderBytes))
  try {
    const plain = new Uint8Array(sealed.length)
    let to = 0
    for (let from = sealedHeaderBytes; from < sealed.length; from += sealedChunkBytes) {
      const pulled = opener.pull(sealed.subarray(from, from + sealedChunkBytes))
      if (pulled === undefined) return undefined
      plain.set(pulled.plain, to)
      to += pulled.plain.length
      // A chunk after the last one is refused by the opener, which has closed.
      if (pulled.isLast && from + sealedChunkBytes >= sealed.length) return plain.subarray(0, to)
    }
    return undefined
  } finally {
    opener.close()
  }
}

/**
 * libsodium's wrapper never gives a stream's state back: it would leave the key in memory, and 52 bytes for each part ever
 * sealed or opened. The module beneath it can.
 */
function release(sodium: StreamSodium, state: State): void {
  const { libsodium: module }: { libsodium?: Heap } = sodium as { libsodium?: Heap }
  const address: unknown = state
  if (module === undefined || typeof address !== 'number') return
  module.HEAPU8.fill(0, address, address + stateBytes)
  module._free(address)
}
/** crypto_secretstream_xchacha20poly1305_statebytes(). */
const stateBytes = 52
interface Heap {
  readonly HEAPU8: Uint8Array
  _free(address: number): void
}
