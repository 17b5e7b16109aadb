// Owns making one block of bytes of a shard's two parts: what is left of the packed one and what has been added since.
// Always holds: nothing of removed entries is in it, and of a term that only they had, nothing either; entries stand in the
// order of time.

import { emptyColumns, type GrowingPart } from './growing-part.ts'
import { bitmapBytes, checksumOf, HEADER, layout, MARK, type PackedPart } from './packed-part.ts'
import type { Columns } from './part.ts'

const NONE = -1

/** The block, for `openPackedPart`. */
export function pack(packed: PackedPart | undefined, growing: GrowingPart): Uint8Array<ArrayBuffer> {
  const order = mergedOrder(packed, growing)
  const fresh = freshLists(growing, order.freshEntries, order.placeOfFresh)
  const lists = createListWriter(packed, order, fresh)
  const hashes: number[] = []
  eachHash(packed, growing, (hash, old, added) => {
    if (lists.write(old, added)) hashes.push(hash)
  })
  const words: string[] = []
  eachWord(packed, growing, (word, old, added) => {
    if (lists.write(old, added)) words.push(word)
  })
  const text = words.join('')
  const { offsets, postings } = lists.done()
  const at = layout(order.size, hashes.length, words.length, text.length, postings.length)
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
  const endSection = new Uint32Array(buffer, at.wordEnds, words.length)
  let end = 0
  for (const [i, word] of words.entries()) {
    end += word.length
    endSection[i] = end
  }
  const unitSection = new Uint16Array(buffer, at.units, text.length)
  for (let i = 0; i < text.length; i++) unitSection[i] = text.charCodeAt(i)
  bytes.set(postings, at.postings)
  const header = new Uint32Array(buffer, 0, HEADER.fields)
  header.set([order.size, hashes.length, words.length, text.length, postings.length], HEADER.size)
  header[HEADER.mark] = MARK
  header[HEADER.checksum] = checksumOf(bytes)
  return bytes
}

/** Where each entry of either part stands in the block; NONE where it was removed. */
interface Order {
  readonly size: number
  readonly placeOfOld: Int32Array
  readonly placeOfFresh: Int32Array
  /** What is left of the growing part, in the order of time. */
  readonly freshEntries: readonly number[]
}

function mergedOrder(packed: PackedPart | undefined, growing: GrowingPart): Order {
  const { keys } = growing.columns
  const freshEntries: number[] = []
  for (let i = 0; i < growing.size; i++) if (growing.gone[i] === 0) freshEntries.push(i)
  freshEntries.sort((a, b) => (keys[a] as number) - (keys[b] as number))
  const placeOfOld = new Int32Array(packed?.size ?? 0).fill(NONE)
  const placeOfFresh = new Int32Array(growing.size).fill(NONE)
  let size = 0
  let next = 0
  for (let old = 0; packed && old < packed.size; old++) {
    if (packed.gone[old] === 1) continue
    const key = packed.columns.keys[old] as number
    for (; next < freshEntries.length && (keys[freshEntries[next] as number] as number) < key; next++) {
      placeOfFresh[freshEntries[next] as number] = size++
    }
    placeOfOld[old] = size++
  }
  for (; next < freshEntries.length; next++) placeOfFresh[freshEntries[next] as number] = size++
  return { size, placeOfOld, placeOfFresh, freshEntries }
}

function writeColumns(packed: PackedPart | undefined, growing: GrowingPart, order: Order, to: Columns): void {
  const copy = (from: Columns, places: Int32Array) => {
    for (const [entry, place] of places.entries()) {
      if (place === NONE) continue
      to.keys[place] = from.keys[entry] as number
      to.ats[place] = from.ats[entry] as number
      to.slots[place] = from.slots[entry] as number
      to.seqs[place] = from.seqs[entry] as number
      to.senders[place] = from.senders[entry] as number
      to.files[place] = from.files[entry] as number
    }
  }
  copy(packed?.columns ?? emptyColumns(0), order.placeOfOld)
  copy(growing.columns, order.placeOfFresh)
}

/** The growing part's lists one after the other, with places in the block, ascending. */
interface FreshLists {
  readonly starts: Uint32Array
  readonly places: Uint32Array
}

function freshLists(growing: GrowingPart, entries: readonly number[], placeOf: Int32Array): FreshLists {
  const starts = new Uint32Array(growing.lists + 1)
  for (const entry of entries)
    growing.listsOf(entry, (list) => {
      starts[list + 1] = (starts[list + 1] as number) + 1
    })
  for (let i = 0; i < growing.lists; i++) starts[i + 1] = (starts[i + 1] as number) + (starts[i] as number)
  const places = new Uint32Array(starts[growing.lists] as number)
  const next = starts.slice()
  for (const entry of entries) {
    const place = placeOf[entry] as number
    growing.listsOf(entry, (list) => {
      const at = next[list] as number
      places[at] = place
      next[list] = at + 1
    })
  }
  return { starts, places }
}

/** Takes a term with its lists in the packed and in the growing part. */
type TermVisit<T> = (term: T, old: number | undefined, added: number | undefined) => void

function eachHash(packed: PackedPart | undefined, growing: GrowingPart, visit: TermVisit<number>): void {
  // One number of hash and list sorts many times faster than objects do: 32 and 21 bits make the 53 that are exact.
  const LISTS = 2 ** 21
  const { hashes, lists } = growing.hashes()
  const both = new Float64Array(hashes.length)
  for (let i = 0; i < both.length; i++) both[i] = (hashes[i] as number) * LISTS + (lists[i] as number)
  both.sort()
  for (let i = 0; i < both.length; i++) {
    hashes[i] = Math.floor((both[i] as number) / LISTS)
    lists[i] = (both[i] as number) % LISTS
  }
  eachMerged(packed?.hashes ?? [], 0, hashes, lists, visit)
}

function eachWord(packed: PackedPart | undefined, growing: GrowingPart, visit: TermVisit<string>): void {
  const added = [...growing.words()].sort(([a], [b]) => (a < b ? -1 : 1))
  const words = added.map(([word]) => word)
  const lists = added.map(([, list]) => list)
  eachMerged(packed?.words() ?? [], packed?.hashes.length ?? 0, words, lists, visit)
}

/** Terms of both parts in order; those of the packed part have the lists from `firstOld` on. */
function eachMerged<T extends number | string>(
  old: ArrayLike<T>,
  firstOld: number,
  added: ArrayLike<T>,
  lists: ArrayLike<number>,
  visit: TermVisit<T>,
): void {
  let next = 0
  for (let i = 0; i < old.length; i++) {
    const term = old[i] as T
    for (; next < added.length && (added[next] as T) < term; next++) visit(added[next] as T, undefined, lists[next])
    const isInBoth = next < added.length && added[next] === term
    visit(term, firstOld + i, isInBoth ? lists[next++] : undefined)
  }
  for (; next < added.length; next++) visit(added[next] as T, undefined, lists[next])
}

function createListWriter(packed: PackedPart | undefined, order: Order, fresh: FreshLists) {
  const oldPlaces = new Uint32Array(packed?.size ?? 0)
  let postings = new Uint8Array(65_536)
  let used = 0
  const offsets: number[] = []
  let last = NONE

  function put(place: number): void {
    let difference = place - last
    last = place
    if (used + 5 > postings.length) {
      const wider = new Uint8Array(postings.length * 2)
      wider.set(postings)
      postings.fill(0)
      postings = wider
    }
    for (; difference >= 0x80; difference >>>= 7) postings[used++] = (difference & 0x7f) | 0x80
    postings[used++] = difference
  }

  /** Puts the list that was written last in the other form. */
  function toBitmap(start: number): void {
    const bits = new Uint8Array(bitmapBytes(order.size))
    let place = NONE
    let difference = 0
    let shift = 0
    for (let i = start; i < used; i++) {
      const byte = postings[i] as number
      difference |= (byte & 0x7f) << shift
      shift += 7
      if (byte >= 0x80) continue
      place += difference
      bits[place >> 3] = (bits[place >> 3] as number) | (1 << (place & 7))
      difference = shift = 0
    }
    postings.set(bits, start)
    postings.fill(0, start + bits.length, used)
    used = start + bits.length
  }

  return {
    /** Writes what is left of a term's lists as one; false where that is nothing. */
    write(old: number | undefined, added: number | undefined): boolean {
      const start = used
      last = NONE
      const oldCount = old === undefined || !packed ? 0 : packed.read(old, oldPlaces)
      let next = added === undefined ? 0 : (fresh.starts[added] as number)
      const end = added === undefined ? 0 : (fresh.starts[added + 1] as number)
      for (let i = 0; i < oldCount; i++) {
        const place = order.placeOfOld[oldPlaces[i] as number] as number
        if (place === NONE) continue
        for (; next < end && (fresh.places[next] as number) < place; next++) put(fresh.places[next] as number)
        put(place)
      }
      for (; next < end; next++) put(fresh.places[next] as number)
      if (used === start) return false
      if (used - start >= bitmapBytes(order.size)) toBitmap(start)
      offsets.push(start)
      return true
    },
    done: () => ({ offsets: [...offsets, used], postings: postings.subarray(0, used) }),
  }
}
