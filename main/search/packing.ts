// Owns making one block of bytes of a shard's two parts: what is left of the packed one and what has been added since.
// Always holds: nothing of removed entries is in it, and of a term that only they had, nothing either; entries stand in the
// order of time. The same entries give the same bytes, however they came.

import type { GrowingPart } from './growing-part.ts'
import { createListWriter, type ListWriter, type Places } from './list-writer.ts'
import { checksumOf, HEADER, layout, MARK, type PackedPart } from './packed-part.ts'
import type { Columns } from './part.ts'
import { createPostingSort, type Postings, sortNumbers } from './posting-order.ts'

const NONE = -1

/** The block, for `openPackedPart`. */
export function pack(packed: PackedPart | undefined, growing: GrowingPart): Uint8Array<ArrayBuffer> {
  const order = mergedOrder(packed, growing)
  const fresh = hashPostings(growing, order)
  const lists = createListWriter(packed, order, fresh.length / 2 + growing.words.postings)
  const hashes = writeHashes(packed, fresh, lists)
  const { units, ends } = writeWords(packed, growing, order, lists)
  const { offsets, postings } = lists.done()
  const at = layout(order.size, hashes.length, ends.length, units.length, postings.length)
  const bytes = new Uint8Array(at.end)
  const { buffer } = bytes
  writeColumns(packed, growing, order, {
    keys: new Float64Array(buffer, at.keys, order.size),
    ats: new Float64Array(buffer, at.ats, order.size),
    slots: new Uint32Array(buffer, at.slots, order.size),
    seqs: new Uint32Array(buffer, at.seqs, order.size),
    senders: new Uint32Array(buffer, at.senders, order.size),
    files: new Uint8Array(buffer, at.files, order.size),
  })
  new Uint32Array(buffer, at.hashesAt, hashes.length).set(hashes)
  new Uint32Array(buffer, at.offsets, offsets.length).set(offsets)
  new Uint32Array(buffer, at.wordEnds, ends.length).set(ends)
  new Uint16Array(buffer, at.units, units.length).set(units)
  bytes.set(postings, at.postings)
  const header = new Uint32Array(buffer, 0, HEADER.fields)
  header.set([order.size, hashes.length, ends.length, units.length, postings.length], HEADER.size)
  header[HEADER.mark] = MARK
  header[HEADER.checksum] = checksumOf(bytes)
  for (const array of [hashes, offsets, units, ends, postings]) array.fill(0)
  return bytes
}

/** Where each entry of either part stands in the block; NONE where it was removed. */
interface Order extends Places {
  readonly placeOfFresh: Int32Array
  /** What is left of the growing part, in the order of time. */
  readonly freshEntries: Uint32Array
}

function mergedOrder(packed: PackedPart | undefined, growing: GrowingPart): Order {
  const { keys } = growing.columns
  const kept = new Uint32Array(growing.size)
  let count = 0
  for (let i = 0; i < growing.size; i++) if (growing.gone[i] === 0) kept[count++] = i
  const freshEntries = sortNumbers(kept.subarray(0, count), (a, b) => (keys[a] as number) > (keys[b] as number))
  const placeOfOld = new Int32Array(packed?.size ?? 0).fill(NONE)
  const placeOfFresh = new Int32Array(growing.size).fill(NONE)
  let size = 0
  let next = 0
  for (let old = 0; packed && old < packed.size; old++) {
    if (packed.gone[old] === 1) continue
    const key = packed.columns.keys[old] as number
    for (; next < count && (keys[freshEntries[next] as number] as number) < key; next++) {
      placeOfFresh[freshEntries[next] as number] = size++
    }
    placeOfOld[old] = size++
  }
  for (; next < count; next++) placeOfFresh[freshEntries[next] as number] = size++
  return { size, placeOfOld, placeOfFresh, freshEntries }
}

function writeColumns(packed: PackedPart | undefined, growing: GrowingPart, order: Order, to: Columns): void {
  const copy = (from: Columns, places: Int32Array) => {
    for (let entry = 0; entry < places.length; entry++) {
      const place = places[entry] as number
      if (place === NONE) continue
      to.keys[place] = from.keys[entry] as number
      to.ats[place] = from.ats[entry] as number
      to.slots[place] = from.slots[entry] as number
      to.seqs[place] = from.seqs[entry] as number
      to.senders[place] = from.senders[entry] as number
      to.files[place] = from.files[entry] as number
    }
  }
  if (packed) copy(packed.columns, order.placeOfOld)
  copy(growing.columns, order.placeOfFresh)
}

/** The growing part's hashed terms with places in the block: by hash, then by place; one may be there more than once. */
function hashPostings(growing: GrowingPart, { freshEntries, placeOfFresh }: Order): Postings {
  const counts = new Uint32Array(256)
  for (let i = 0; i < freshEntries.length; i++) {
    const entry = freshEntries[i] as number
    const hashes = growing.hashesOf(entry)
    const end = growing.hashesEnd(entry)
    for (let at = growing.hashesStart(entry); at < end; at++) {
      const byte = (hashes[at] as number) >>> 24
      counts[byte] = (counts[byte] as number) + 1
    }
  }
  const sort = createPostingSort(counts)
  for (let i = 0; i < freshEntries.length; i++) {
    const entry = freshEntries[i] as number
    const place = placeOfFresh[entry] as number
    sort.put(growing.hashesOf(entry), growing.hashesStart(entry), growing.hashesEnd(entry), place)
  }
  return sort.sorted()
}

/** Writes the lists of all hashes of both parts, in order; the hashes. */
function writeHashes(packed: PackedPart | undefined, fresh: Postings, lists: ListWriter): Uint32Array {
  const old = packed?.hashes ?? new Uint32Array(0)
  let distinct = 0
  for (let i = 0; i < fresh.length; i += 2) if (i === 0 || fresh[i] !== fresh[i - 2]) distinct++
  const hashes = new Uint32Array(old.length + distinct)
  let used = 0
  let next = 0
  for (let i = 0; i < fresh.length; ) {
    const hash = fresh[i] as number
    for (; next < old.length && (old[next] as number) < hash; next++) {
      if (lists.writeOld(next)) hashes[used++] = old[next] as number
    }
    let count = 0
    let before = NONE
    for (; i < fresh.length && fresh[i] === hash; i += 2) {
      const place = fresh[i + 1] as number
      if (place !== before) lists.places[count++] = place
      before = place
    }
    hashes[used++] = hash
    lists.write(next < old.length && old[next] === hash ? next++ : undefined, count)
  }
  for (; next < old.length; next++) if (lists.writeOld(next)) hashes[used++] = old[next] as number
  fresh.fill(0)
  return hashes.subarray(0, used)
}

/** Writes the lists of all words of both parts, in order; the words' units and ends. */
function writeWords(packed: PackedPart | undefined, growing: GrowingPart, order: Order, lists: ListWriter) {
  const { count: wordCount } = growing.words
  const words = { units: growing.words.units, ends: growing.words.ends, count: wordCount }
  const sorted = sortedWords(words)
  const old = { units: packed?.units ?? new Uint16Array(0), ends: packed?.wordEnds ?? new Uint32Array(0) }
  const firstOld = packed?.hashes.length ?? 0
  const { starts, places } = wordPostings(growing, order)
  const units = new Uint16Array(old.units.length + (words.ends[words.count - 1] ?? 0))
  const ends = new Uint32Array(old.ends.length + words.count)
  let usedUnits = 0
  let used = 0
  const append = (from: Words, word: number) => {
    const end = from.ends[word] as number
    for (let i = startOf(from, word); i < end; i++) units[usedUnits++] = from.units[i] as number
    ends[used++] = usedUnits
  }
  let next = 0
  for (const word of sorted) {
    const start = starts[word] as number
    const count = (starts[word + 1] as number) - start
    if (count === 0) continue
    let compared = 1
    for (; next < old.ends.length; next++) {
      compared = compareWords(old, next, words, word)
      if (compared >= 0) break
      if (lists.writeOld(firstOld + next)) append(old, next)
    }
    for (let i = 0; i < count; i++) lists.places[i] = places[start + i] as number
    lists.write(compared === 0 ? firstOld + next++ : undefined, count)
    append(words, word)
  }
  for (; next < old.ends.length; next++) if (lists.writeOld(firstOld + next)) append(old, next)
  return { units: units.subarray(0, usedUnits), ends: ends.subarray(0, used) }
}

/** The places of each word of the growing part: those of word i from `starts[i]` to `starts[i + 1]`, ascending. */
function wordPostings({ words, wordsEnd }: GrowingPart, { freshEntries, placeOfFresh }: Order) {
  const starts = new Uint32Array(words.count + 2)
  const places = new Uint32Array(words.postings)
  // Two places on: where each list begins is then found while it is filled.
  const start = (entry: number) => (entry === 0 ? 0 : wordsEnd(entry - 1))
  for (let i = 0; i < freshEntries.length; i++) {
    const entry = freshEntries[i] as number
    const end = wordsEnd(entry)
    for (let at = start(entry); at < end; at++) {
      const word = words.wordOf(at)
      starts[word + 2] = (starts[word + 2] as number) + 1
    }
  }
  for (let i = 1; i < starts.length; i++) starts[i] = (starts[i] as number) + (starts[i - 1] as number)
  for (let i = 0; i < freshEntries.length; i++) {
    const entry = freshEntries[i] as number
    const end = wordsEnd(entry)
    for (let posting = start(entry); posting < end; posting++) {
      const word = words.wordOf(posting)
      const at = starts[word + 1] as number
      starts[word + 1] = at + 1
      places[at] = placeOfFresh[entry] as number
    }
  }
  return { starts, places }
}

interface Words {
  readonly units: Uint16Array
  readonly ends: Uint32Array
}

const startOf = ({ ends }: Words, word: number) => (word === 0 ? 0 : (ends[word - 1] as number))

/** Below, equal to or above 0 as word `a` stands before, with or after word `b`: by their units, the shorter first. */
function compareWords(of: Words, a: number, others: Words, b: number): number {
  const startA = startOf(of, a)
  const startB = startOf(others, b)
  const lengthA = (of.ends[a] as number) - startA
  const lengthB = (others.ends[b] as number) - startB
  for (let i = 0; i < lengthA && i < lengthB; i++) {
    const difference = (of.units[startA + i] as number) - (others.units[startB + i] as number)
    if (difference !== 0) return difference
  }
  return lengthA - lengthB
}

/** Bits of a word's number beside its beginning, and of the units of that after the first, which has 16. */
const NUMBER_BITS = 21
const UNIT_BITS = 9
const UNIT_MOST = 2 ** UNIT_BITS - 1

/**
 * The words of a table in order. Beginnings and numbers go into 64 bits, which the engine sorts by itself; only words that
 * begin alike are compared.
 */
function sortedWords(words: Words & { readonly count: number }): Uint32Array {
  const { count } = words
  if (count >= 2 ** NUMBER_BITS) return sortNumbers(numbersBelow(count), (a, b) => compareWords(words, a, words, b) > 0)
  const keys = new BigUint64Array(count)
  const halves = new Uint32Array(keys.buffer)
  for (let word = 0; word < count; word++) {
    const start = startOf(words, word)
    const length = (words.ends[word] as number) - start
    const first = words.units[start] as number
    const second = length > 1 ? Math.min(words.units[start + 1] as number, UNIT_MOST) : 0
    // A unit that is cut off tells nothing more, nor does what stands behind it.
    const third = length > 2 && second < UNIT_MOST ? Math.min(words.units[start + 2] as number, UNIT_MOST) : 0
    const fourth =
      length > 3 && third < UNIT_MOST && third > 0 ? Math.min(words.units[start + 3] as number, UNIT_MOST) : 0
    const low = third * 2 ** UNIT_BITS + fourth
    halves[word * 2] = (low % 2 ** (32 - NUMBER_BITS)) * 2 ** NUMBER_BITS + word
    halves[word * 2 + 1] = (first * 2 ** UNIT_BITS + second) * 2 ** 7 + Math.floor(low / 2 ** (32 - NUMBER_BITS))
  }
  keys.sort()
  const sorted = new Uint32Array(count)
  for (let i = 0; i < count; i++) sorted[i] = (halves[i * 2] as number) % 2 ** NUMBER_BITS
  const isAlike = (i: number, j: number) =>
    halves[i * 2 + 1] === halves[j * 2 + 1] &&
    (halves[i * 2] as number) >>> NUMBER_BITS === (halves[j * 2] as number) >>> NUMBER_BITS
  for (let from = 0, to = 1; from < count; from = to++) {
    while (to < count && isAlike(from, to)) to++
    if (to - from === 1) continue
    const alike = sortNumbers(sorted.slice(from, to), (a, b) => compareWords(words, a, words, b) > 0)
    sorted.set(alike, from)
  }
  keys.fill(0n)
  return sorted
}

function numbersBelow(count: number): Uint32Array {
  const numbers = new Uint32Array(count)
  for (let i = 0; i < count; i++) numbers[i] = i
  return numbers
}
