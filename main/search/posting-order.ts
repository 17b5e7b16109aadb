// Owns the two orders that packing needs: postings by the hash of their term, and numbers by any rule.
// Always holds: both keep the order of what is equal, so that lists come out ascending when postings went in that way.

/** Hashes and places in turns: the hash of posting i at 2i, its place at 2i + 1. */
export type Postings = Uint32Array

/** How many postings there are for each first byte of a hash, counted before they are put in. */
export function createPostingSort(counts: Uint32Array) {
  let total = 0
  let largest = 0
  const next = new Uint32Array(BYTES)
  for (let byte = 0; byte < BYTES; byte++) {
    next[byte] = total
    total += counts[byte] as number
    largest = Math.max(largest, counts[byte] as number)
  }
  const postings: Postings = new Uint32Array(total * 2)
  return {
    /** Puts postings of these hashes, all at `place`. */
    put(hashes: Uint32Array, from: number, to: number, place: number): void {
      for (let i = from; i < to; i++) {
        const hash = hashes[i] as number
        const byte = hash >>> 24
        const at = next[byte] as number
        next[byte] = at + 1
        postings[at * 2] = hash
        postings[at * 2 + 1] = place
      }
    },
    /** All postings by hash, those of one hash in the order they were put. Each first byte's fit the fast memory. */
    sorted(): Postings {
      const spare = new Uint32Array(largest * 2)
      const spare2 = new Uint32Array(largest * 2)
      for (let byte = 0, from = 0; byte < BYTES; byte++) {
        const to = next[byte] as number
        sortGroup(postings.subarray(from * 2, to * 2), spare, spare2)
        from = to
      }
      spare.fill(0)
      spare2.fill(0)
      return postings
    },
  }
}

const BYTES = 256
const lowCounts = new Uint32Array(BYTES)
const middleCounts = new Uint32Array(BYTES)
const highCounts = new Uint32Array(BYTES)

/** By the last three bytes of the hashes, the last first. */
function sortGroup(group: Postings, spare: Postings, spare2: Postings): void {
  const length = group.length
  if (length <= 2) return
  lowCounts.fill(0)
  middleCounts.fill(0)
  highCounts.fill(0)
  for (let i = 0; i < length; i += 2) {
    const hash = group[i] as number
    lowCounts[hash & 0xff] = (lowCounts[hash & 0xff] as number) + 2
    middleCounts[(hash >>> 8) & 0xff] = (middleCounts[(hash >>> 8) & 0xff] as number) + 2
    highCounts[(hash >>> 16) & 0xff] = (highCounts[(hash >>> 16) & 0xff] as number) + 2
  }
  scatter(group, spare, length, lowCounts, 0)
  scatter(spare, spare2, length, middleCounts, 8)
  scatter(spare2, group, length, highCounts, 16)
}

function scatter(from: Postings, to: Postings, length: number, counts: Uint32Array, shift: number): void {
  let total = 0
  for (let byte = 0; byte < BYTES; byte++) {
    const count = counts[byte] as number
    counts[byte] = total
    total += count
  }
  for (let i = 0; i < length; i += 2) {
    const hash = from[i] as number
    const byte = (hash >>> shift) & 0xff
    const at = counts[byte] as number
    counts[byte] = at + 2
    to[at] = hash
    to[at + 1] = from[i + 1] as number
  }
}

/** Merges from the bottom up; of numbers that are in order already, it only sees that they are. */
export function sortNumbers(numbers: Uint32Array, isAfter: (a: number, b: number) => boolean): Uint32Array {
  let from: Uint32Array = numbers
  let to: Uint32Array = new Uint32Array(numbers.length)
  for (let width = 1; width < numbers.length; width *= 2) {
    for (let start = 0; start < numbers.length; start += width * 2) {
      const middle = Math.min(start + width, numbers.length)
      const end = Math.min(start + width * 2, numbers.length)
      if (middle === end || !isAfter(from[middle - 1] as number, from[middle] as number)) {
        for (let i = start; i < end; i++) to[i] = from[i] as number
        continue
      }
      let left = start
      let right = middle
      for (let i = start; i < end; i++) {
        const takeRight = left === middle || (right < end && isAfter(from[left] as number, from[right] as number))
        to[i] = from[takeRight ? right++ : left++] as number
      }
    }
    const swapped = from
    from = to
    to = swapped
  }
  return from
}
