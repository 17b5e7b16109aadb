// Owns the form in which a shard is written, read and searched most of its life: one block of bytes, entries in the order of
// time, lists as runs of small differences or as bits, found by binary search.
// Always holds: nothing of removed entries is packed; bytes that are no whole block are refused before anything is read from
// them. Numbers stand as the machine has them (little-endian wherever this runs).

import { crc32 } from 'node:zlib'
import type { Columns, Part } from './part.ts'

export interface PackedPart extends Part {
  readonly bytes: Uint8Array
  /** Ascending: hash i has list i, word i the list after those of all hashes. */
  readonly hashes: Uint32Array
  /** Words in order, their units one after the other: word i ends at `wordEnds[i]`, where i + 1 starts. */
  readonly units: Uint16Array
  readonly wordEnds: Uint32Array
  /** Copies a list as it is written; how many bytes. */
  copy(list: number, into: Uint8Array, at: number): number
}

/** "CwS" and the version of the form, raised when it or the terms change: a shard of another version is made anew. */
export const MARK = 0x43775301
export const HEADER = {
  mark: 0,
  checksum: 1,
  size: 2,
  hashes: 3,
  words: 4,
  wordUnits: 5,
  postingBytes: 6,
  fields: 8,
} as const

/** Where each section of a block begins, those of the widest numbers first so that each is aligned. */
export function layout(size: number, hashes: number, words: number, wordUnits: number, postingBytes: number) {
  const keys = HEADER.fields * 4
  const ats = keys + size * 8
  const slots = ats + size * 8
  const seqs = slots + size * 4
  const senders = seqs + size * 4
  const hashesAt = senders + size * 4
  const offsets = hashesAt + hashes * 4
  const wordEnds = offsets + (hashes + words + 1) * 4
  const units = wordEnds + words * 4
  const files = units + wordUnits * 2
  const postings = files + size
  return {
    keys,
    ats,
    slots,
    seqs,
    senders,
    hashesAt,
    offsets,
    wordEnds,
    units,
    files,
    postings,
    end: postings + postingBytes,
  }
}

/** A block's part. Throws where the bytes are no whole block of this version. The part owns `bytes` from here on. */
export function openPackedPart(bytes: Uint8Array): PackedPart {
  const { buffer } = bytes
  if (bytes.byteOffset !== 0 || bytes.length !== buffer.byteLength) throw new Error('search shard: bytes within others')
  const damaged = () => new Error('search shard: damaged bytes')
  if (bytes.length < HEADER.fields * 4) throw damaged()
  const header = new Uint32Array(buffer, 0, HEADER.fields)
  if (header[HEADER.mark] !== MARK || header[HEADER.checksum] !== checksumOf(bytes)) throw damaged()
  const part = layPackedPart(bytes)
  if (!part) throw damaged()
  return part
}

/** `openPackedPart` for a block that was made just now; undefined where its length is not what its header says. */
export function layPackedPart(bytes: Uint8Array): PackedPart | undefined {
  const { buffer } = bytes
  const header = new Uint32Array(buffer, 0, HEADER.fields)
  const [size = 0, hashCount = 0, wordCount = 0, wordUnits = 0, postingBytes = 0] = header.subarray(HEADER.size)
  const at = layout(size, hashCount, wordCount, wordUnits, postingBytes)
  if (at.end !== bytes.length) return undefined
  const columns: Columns = {
    keys: new Float64Array(buffer, at.keys, size),
    ats: new Float64Array(buffer, at.ats, size),
    slots: new Uint32Array(buffer, at.slots, size),
    seqs: new Uint32Array(buffer, at.seqs, size),
    senders: new Uint32Array(buffer, at.senders, size),
    files: new Uint8Array(buffer, at.files, size),
  }
  const hashes = new Uint32Array(buffer, at.hashesAt, hashCount)
  const offsets = new Uint32Array(buffer, at.offsets, hashCount + wordCount + 1)
  const postings = new Uint8Array(buffer, at.postings, postingBytes)
  const wordEnds = new Uint32Array(buffer, at.wordEnds, wordCount)
  const units = new Uint16Array(buffer, at.units, wordUnits)
  const wordStart = (word: number) => (word === 0 ? 0 : (wordEnds[word - 1] as number))
  /** Below, equal to or above 0 as the known word stands before, with or after `word`; 0 also where it begins so, if asked. */
  const compare = (known: number, word: string, prefix: boolean): number => {
    const start = wordStart(known)
    const length = (wordEnds[known] as number) - start
    for (let i = 0; i < word.length; i++) {
      if (i === length) return -1
      const difference = (units[start + i] as number) - word.charCodeAt(i)
      if (difference !== 0) return difference
    }
    return prefix ? 0 : length - word.length
  }
  const gone = new Uint8Array(size)
  const bitmapLength = bitmapBytes(size)
  const spans = slotSpans(columns)
  return {
    size,
    isInOrder: true,
    columns,
    gone,
    bytes,
    hashes,
    units,
    wordEnds,
    copy(list, into, at) {
      const start = offsets[list] as number
      const length = (offsets[list + 1] as number) - start
      // Most are a byte or two: not worth a call.
      for (let i = 0; i < length; i++) into[at + i] = postings[start + i] as number
      return length
    },
    hashList(hash) {
      const list = lowerBound(hashCount, (i) => (hashes[i] as number) < hash)
      return list < hashCount && hashes[list] === hash ? list : undefined
    },
    wordLists(word, prefix) {
      const first = lowerBound(wordCount, (i) => compare(i, word, prefix) < 0)
      const end = lowerBound(wordCount, (i) => compare(i, word, prefix) <= 0)
      return Array.from({ length: end - first }, (_, i) => hashCount + first + i)
    },
    lengthOf: (list) => (offsets[list + 1] as number) - (offsets[list] as number),
    read(list, into) {
      const start = offsets[list] as number
      const end = offsets[list + 1] as number
      return end - start === bitmapLength
        ? readBitmap(postings.subarray(start, end), into)
        : readDifferences(postings, start, end, into)
    },
    keep(list, among, count) {
      const start = offsets[list] as number
      const end = offsets[list + 1] as number
      let kept = 0
      if (end - start === bitmapLength) {
        for (let i = 0; i < count; i++) {
          const entry = among[i] as number
          if (((postings[start + (entry >> 3)] as number) >> (entry & 7)) & 1) among[kept++] = entry
        }
        return kept
      }
      if (others.length < end - start) others = new Uint32Array(end - start)
      const length = readDifferences(postings, start, end, others)
      let at = 0
      for (let i = 0; i < count; i++) {
        const entry = among[i] as number
        while (at < length && (others[at] as number) < entry) at++
        if (at === length) break
        if (others[at] === entry) among[kept++] = entry
      }
      return kept
    },
    entryAt(slot, seq) {
      const span = spans.get(slot)
      if (!span || seq < span.first || seq > span.last) return undefined
      for (let at = columns.seqs.indexOf(seq); at >= 0; at = columns.seqs.indexOf(seq, at + 1)) {
        if (columns.slots[at] === slot && gone[at] === 0) return at
      }
      return undefined
    },
    clear: () => void bytes.fill(0),
  }
}

export function checksumOf(bytes: Uint8Array): number {
  return crc32(bytes.subarray(HEADER.size * 4))
}

/** Bytes of a list that has one bit per entry: the form of lists that would be as long or longer as differences. */
export const bitmapBytes = (size: number): number => Math.ceil(size / 8)

let others = new Uint32Array(0)

function readDifferences(postings: Uint8Array, start: number, end: number, into: Uint32Array): number {
  let entry = -1
  let count = 0
  for (let i = start; i < end; ) {
    let byte = postings[i++] as number
    let difference = byte & 0x7f
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = postings[i++] as number
      difference |= (byte & 0x7f) << shift
    }
    entry += difference
    into[count++] = entry
  }
  return count
}

function readBitmap(bits: Uint8Array, into: Uint32Array): number {
  let count = 0
  for (let i = 0; i < bits.length; i++) {
    for (let byte = bits[i] as number; byte !== 0; byte &= byte - 1) {
      into[count++] = i * 8 + 31 - Math.clz32(byte & -byte)
    }
  }
  return count
}

function slotSpans({ slots, seqs }: Columns): Map<number, { first: number; last: number }> {
  const spans = new Map<number, { first: number; last: number }>()
  for (let i = 0; i < slots.length; i++) {
    const seq = seqs[i] as number
    const span = spans.get(slots[i] as number)
    if (!span) spans.set(slots[i] as number, { first: seq, last: seq })
    else if (seq < span.first) span.first = seq
    else if (seq > span.last) span.last = seq
  }
  return spans
}

/** The first of `count` places at which `isBefore` is false. */
export function lowerBound(count: number, isBefore: (at: number) => boolean): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(middle)) low = middle + 1
    else high = middle
  }
  return low
}
