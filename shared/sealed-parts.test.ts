// Checks that a sealed part opens whole and in its own place only: every cut, swap, change and move is refused.

import fc from 'fast-check'
import sodium from 'libsodium-wrappers'
import { beforeAll, expect, test } from 'vitest'
import { filePart, fileSlice } from '../testing/file-bytes.ts'
import { limits } from './limits.ts'
import {
  createPartOpener,
  createPartSealer,
  openPart,
  partBytes,
  partCount,
  partPlace,
  sealedChunkBytes,
  sealedHeaderBytes,
  sealedPartBytes,
  sealPart,
} from './sealed-parts.ts'

beforeAll(() => sodium.ready)

const key = new Uint8Array(32).fill(7)
const place = partPlace('f1', 2, 5)
const chunk = limits.fileChunkBytes
const same = (a: Uint8Array | undefined, b: Uint8Array) => a !== undefined && Buffer.compare(a, b) === 0
const open = (sealed: Uint8Array, under = key, at = place) => openPart(sodium, under, at, sealed)
/** The header, then each chunk. */
const pieces = (sealed: Uint8Array) => {
  const found = [sealed.subarray(0, sealedHeaderBytes)]
  for (let at = sealedHeaderBytes; at < sealed.length; at += sealedChunkBytes) {
    found.push(sealed.subarray(at, at + sealedChunkBytes))
  }
  return found
}

test.each([0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, limits.filePartBytes])(
  '[FIL1] a part of %i bytes opens as it was sealed, and is as long as said',
  (bytes) => {
    const plain = fileSlice(1, 0, bytes)
    const sealed = sealPart(sodium, key, place, plain)
    expect(sealed.length).toBe(sealedPartBytes(bytes))
    expect(same(open(sealed), plain)).toBe(true)
    expect(same(sealPart(sodium, key, place, plain), sealed)).toBe(false)
  },
)

test('[FIL1] nothing of the plain bytes stands in a sealed part', () => {
  const plain = Buffer.alloc(2 * chunk, 'the quick brown fox ')
  expect(Buffer.from(sealPart(sodium, key, place, plain)).includes('quick')).toBe(false)
})

test('[FIL2] a part opens under its own key, file, number and count only', () => {
  const sealed = sealPart(sodium, key, place, fileSlice(2, 0, 2 * chunk))
  expect(open(sealed)).toBeDefined()
  expect(open(sealed, new Uint8Array(32).fill(8))).toBeUndefined()
  for (const other of [partPlace('f2', 2, 5), partPlace('f1', 1, 5), partPlace('f1', 2, 6), '']) {
    expect(open(sealed, key, other)).toBeUndefined()
  }
})

test('[FIL3] chunks that are cut off, swapped, doubled, left out, added or of another seal do not open', () => {
  const plain = fileSlice(3, 0, 3 * chunk + 9)
  const parts = pieces(sealPart(sodium, key, place, plain))
  const [header, a, b, c, last] = parts as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  const [otherHeader, otherA] = pieces(sealPart(sodium, key, place, plain)) as [Uint8Array, Uint8Array]
  expect(same(open(Buffer.concat(parts)), plain)).toBe(true)
  const wrong = {
    empty: [],
    'header alone': [header],
    'last cut off': [header, a, b, c],
    'first left out': [header, b, c, last],
    'middle left out': [header, a, c, last],
    swapped: [header, b, a, c, last],
    doubled: [header, a, a, b, c, last],
    'last twice': [header, a, b, c, last, last],
    'added zeros': [header, a, b, c, last, new Uint8Array(17)],
    'another header': [otherHeader, a, b, c, last],
    'a chunk of another seal of the same': [header, otherA, b, c, last],
    'last first': [header, last, a, b, c],
  }
  for (const [name, list] of Object.entries(wrong)) expect([name, open(Buffer.concat(list))]).toEqual([name, undefined])
})

test('[FIL3] a last chunk as long as the others, and what follows it, is refused', () => {
  const sealed = sealPart(sodium, key, place, fileSlice(4, 0, chunk))
  expect(open(Buffer.concat([sealed, pieces(sealed)[1] as Uint8Array]))).toBeUndefined()
})

test('[FIL3] a short chunk before the last one is refused, though it was sealed under the key', () => {
  const { state, header } = sodium.crypto_secretstream_xchacha20poly1305_init_push(key)
  const push = (bytes: number, tag: number) =>
    sodium.crypto_secretstream_xchacha20poly1305_push(state, new Uint8Array(bytes), place, tag)
  const opener = createPartOpener(sodium, key, place, header)
  expect(opener.pull(push(10, sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE))).toBeUndefined()
  expect(opener.pull(push(10, sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL))).toBeUndefined()
})

test('[FIL4] whatever is changed, cut or made up does not open, and nothing throws', () => {
  const plain = fileSlice(5, 0, chunk + 100)
  const sealed = sealPart(sodium, key, place, plain)
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = Uint8Array.from(sealed)
      changed[at] = (changed[at] as number) ^ flip
      return open(changed) === undefined
    }),
    { numRuns: 200 },
  )
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), (length) => open(sealed.subarray(0, length)) === undefined),
    { numRuns: 100 },
  )
  fc.assert(fc.property(fc.uint8Array({ maxLength: 4000 }), (bytes) => open(bytes) === undefined))
  expect(open(new Uint8Array(sealedPartBytes(limits.filePartBytes) + 1))).toBeUndefined()
})

test('[FIL5] the sealer takes full chunks, then one last, and no more; a part of more than its size is refused', () => {
  const sealer = createPartSealer(sodium, key, place)
  expect(() => sealer.push(new Uint8Array(chunk - 1), false)).toThrow(RangeError)
  expect(() => sealer.push(new Uint8Array(chunk + 1), true)).toThrow(RangeError)
  sealer.push(new Uint8Array(3), true)
  expect(() => sealer.push(new Uint8Array(3), true)).toThrow(RangeError)
  sealer.close()
  const closed = createPartSealer(sodium, key, place)
  closed.close()
  expect(() => closed.push(new Uint8Array(3), true)).toThrow(RangeError)
  expect(() => sealPart(sodium, key, place, new Uint8Array(limits.filePartBytes + 1))).toThrow(RangeError)
})

test('[FIL5] states are given back: what 5 000 parts used is what one used', () => {
  const place0 = () => {
    const { state } = sodium.crypto_secretstream_xchacha20poly1305_init_push(key)
    return Number(state)
  }
  sealPart(sodium, key, place, new Uint8Array(1))
  const before = place0()
  for (let i = 0; i < 5_000; i++) {
    const sealed = sealPart(sodium, key, place, new Uint8Array(1))
    open(sealed)
    open(sealed.subarray(0, 30))
    createPartSealer(sodium, key, place).close()
  }
  // 20 000 states of 52 bytes would lie between.
  expect(place0() - before).toBeLessThan(100_000)
})

test('[FIL6] a file is cut into full parts and a rest; an empty one has none', () => {
  const part = limits.filePartBytes
  expect([0, 1, part, part + 1, limits.fileBytes].map(partCount)).toEqual([0, 1, 1, 2, 512])
  expect([0, 1, 2, 3].map((n) => partBytes(2 * part + 5, n))).toEqual([part, part, 5, 0])
  expect(filePart(9, 2 * part + 5, 1).equals(fileSlice(9, part, part))).toBe(true)
})
