// Owns writing lists of places one after the other, in the form the packed part reads them: as differences, or one bit per
// entry where that is no longer.
// Always holds: a list of the old block is written with places of the new one, without those that were removed.

import { bitmapBytes, type PackedPart } from './packed-part.ts'

export interface ListWriter {
  /** For the places given to `write`: as many as there are entries in the block. */
  readonly places: Uint32Array
  /** Writes the first `count` (above 0) of `places`, ascending, joined with what is left of an old list. */
  write(old: number | undefined, count: number): void
  /** Writes what is left of an old list; false where that is nothing. */
  writeOld(old: number): boolean
  /** Where each list begins, and one more, the end; and the lists. The caller overwrites both. */
  done(): { offsets: Uint32Array; postings: Uint8Array }
}

const NONE = -1
/** Bytes of a difference at most. */
const DIFFERENCE_MOST = 5
/** Of all differences together: more is made room for when it comes. */
const BYTES_EXPECTED = 1.5

/** Of the block that is made. */
export interface Places {
  /** Entries in it. */
  readonly size: number
  /** Where each entry of the old block stands in it; NONE (-1) where it was removed. */
  readonly placeOfOld: Int32Array
}

/** `fresh`: about how many places will be given to `write` in all. */
export function createListWriter(
  packed: PackedPart | undefined,
  { size, placeOfOld }: Places,
  fresh: number,
): ListWriter {
  const places = new Uint32Array(size)
  const oldPlaces = new Uint32Array(placeOfOld.length)
  const joined = new Uint32Array(size)
  const bitmapLength = bitmapBytes(size)
  const oldBitmapLength = bitmapBytes(placeOfOld.length)
  /** Old places are new places, so that differences may stand as they are. */
  const isOldKept = placeOfOld.every((place, entry) => place === entry)
  let postings = new Uint8Array(65_536 + Math.ceil(fresh * BYTES_EXPECTED) + (packed?.bytes.length ?? 0))
  let used = 0
  let offsets = new Uint32Array(4096 + (fresh >>> 2) + (packed?.hashes.length ?? 0) + (packed?.wordEnds.length ?? 0))
  let lists = 0

  /** Begins a list of at most `most` bytes. */
  function begin(most: number): void {
    if (lists + 2 > offsets.length) {
      const narrow = offsets
      offsets = new Uint32Array(narrow.length * 2)
      offsets.set(narrow)
    }
    offsets[lists++] = used
    if (used + most <= postings.length) return
    const narrow = postings
    postings = new Uint8Array((used + most) * 2)
    postings.set(narrow)
    narrow.fill(0)
  }

  function writePlaces(from: Uint32Array, count: number): void {
    begin(Math.max(count * DIFFERENCE_MOST, bitmapLength))
    const start = used
    const into = postings
    let at = start
    let last = NONE
    for (let i = 0; i < count; i++) {
      const place = from[i] as number
      let difference = place - last
      last = place
      for (; difference >= 0x80; difference >>>= 7) into[at++] = (difference & 0x7f) | 0x80
      into[at++] = difference
    }
    used = at
    if (at - start < bitmapLength) return
    into.fill(0, start, at)
    for (let i = 0; i < count; i++) {
      const place = from[i] as number
      into[start + (place >> 3)] = (into[start + (place >> 3)] as number) | (1 << (place & 7))
    }
    used = start + bitmapLength
  }

  /** Reads what is left of an old list into `oldPlaces`; how many. */
  function readOld(from: PackedPart, old: number): number {
    const length = from.read(old, oldPlaces)
    let kept = 0
    for (let i = 0; i < length; i++) {
      const place = placeOfOld[oldPlaces[i] as number] as number
      if (place !== NONE) oldPlaces[kept++] = place
    }
    return kept
  }

  return {
    places,
    write(old, count) {
      const oldCount = old === undefined || !packed ? 0 : readOld(packed, old)
      if (oldCount === 0) {
        writePlaces(places, count)
        return
      }
      let next = 0
      let both = 0
      for (let i = 0; i < oldCount; i++) {
        const place = oldPlaces[i] as number
        while (next < count && (places[next] as number) < place) joined[both++] = places[next++] as number
        joined[both++] = place
      }
      while (next < count) joined[both++] = places[next++] as number
      writePlaces(joined, both)
    },
    writeOld(old) {
      if (!packed) return false
      const length = packed.lengthOf(old)
      if (isOldKept && length !== oldBitmapLength) {
        begin(length)
        used += packed.copy(old, postings, used)
        return true
      }
      const count = readOld(packed, old)
      if (count > 0) writePlaces(oldPlaces, count)
      return count > 0
    },
    done() {
      offsets[lists] = used
      return { offsets: offsets.subarray(0, lists + 1), postings: postings.subarray(0, used) }
    },
  }
}
