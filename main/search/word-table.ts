// Owns the words of a shard's growing part: each kept once, as its units, with the list of entries that have it.
// Always holds: words are numbered from 0 in the order they came; postings stand in the order of their entries, so that
// packing reads them straight on; no string is made of a word.

import { type EntryTerms, hashOf, mixed, WORD } from './entry-terms.ts'

export interface WordTable {
  readonly count: number
  /** All words' units, one after the other: word i ends at `ends[i]`, where i + 1 starts. */
  readonly units: Uint16Array
  readonly ends: Uint32Array
  /** Postings so far. */
  readonly postings: number
  /** The word of a posting. */
  wordOf(posting: number): number
  /** Adds the words of an entry, which comes after all others. */
  add(terms: EntryTerms, entry: number): void
  find(word: string): number | undefined
  /** All words that begin so. */
  beginning(prefix: string): number[]
  /** Entries that have the word. */
  lengthOf(word: number): number
  /** Writes them to the start of `into`, ascending; how many. */
  read(word: number, into: Uint32Array): number
  /** Overwrites everything with zeros. */
  clear(): void
}

/** Numbers per record of the arrays below. */
const POSTING = 3
const HEAD = 3

/** An empty table. */
export function createWordTable(): WordTable {
  let units = new Uint16Array(4096)
  let ends = new Uint32Array(512)
  /** Per word: its hash, its last posting + 1, its length. */
  let heads = new Uint32Array(HEAD * 512)
  let count = 0
  /** Open addressing, half full at most: word + 1, or 0. */
  let table = new Uint32Array(1024)
  /** Per posting: its entry, its word, the posting before it in the list + 1. */
  let chain = new Uint32Array(POSTING * 2048)
  let postings = 0

  const startOf = (word: number) => (word === 0 ? 0 : (ends[word - 1] as number))

  function widenTable(): void {
    table.fill(0)
    table = new Uint32Array(table.length * 2)
    const mask = table.length - 1
    for (let word = 0; word < count; word++) {
      let at = mixed(heads[word * HEAD] as number) & mask
      while (table[at] !== 0) at = (at + 1) & mask
      table[at] = word + 1
    }
  }

  function create(from: ArrayLike<number>, start: number, end: number, hash: number): number {
    const begin = startOf(count)
    const after = begin + end - start
    if (after > units.length) units = grown(units, new Uint16Array(after * 2))
    if (count === ends.length) {
      ends = grown(ends, new Uint32Array(count * 2))
      heads = grown(heads, new Uint32Array(count * 2 * HEAD))
    }
    for (let i = start; i < end; i++) units[begin + i - start] = from[i] as number
    ends[count] = after
    heads[count * HEAD] = hash
    return count++
  }

  /** Where in the table the word `from[start]` to `from[end]` is, or where it would go. */
  function seatOf(from: ArrayLike<number>, start: number, end: number, hash: number): number {
    const mask = table.length - 1
    for (let at = mixed(hash) & mask; ; at = (at + 1) & mask) {
      const word = (table[at] as number) - 1
      if (word < 0) return at
      if (heads[word * HEAD] !== hash) continue
      const begin = startOf(word)
      if ((ends[word] as number) - begin !== end - start) continue
      let i = start
      while (i < end && units[begin + i - start] === from[i]) i++
      if (i === end) return at
    }
  }

  function wordAt(from: ArrayLike<number>, start: number, end: number, hash: number): number {
    const at = seatOf(from, start, end, hash)
    if (table[at] !== 0) return (table[at] as number) - 1
    const word = create(from, start, end, hash)
    table[at] = word + 1
    if (count * 2 > table.length) widenTable()
    return word
  }

  function post(word: number, entry: number): void {
    const head = word * HEAD
    const last = heads[head + 1] as number
    if (last !== 0 && chain[(last - 1) * POSTING] === entry) return
    const at = postings * POSTING
    if (at === chain.length) chain = grown(chain, new Uint32Array(at * 2))
    chain[at] = entry
    chain[at + 1] = word
    chain[at + 2] = last
    heads[head + 1] = ++postings
    heads[head + 2] = (heads[head + 2] as number) + 1
  }

  function begins(word: number, prefix: string): boolean {
    const start = startOf(word)
    if ((ends[word] as number) - start < prefix.length) return false
    for (let i = 0; i < prefix.length; i++) if (units[start + i] !== prefix.charCodeAt(i)) return false
    return true
  }

  return {
    get count() {
      return count
    },
    get units() {
      return units
    },
    get ends() {
      return ends
    },
    get postings() {
      return postings
    },
    wordOf: (posting) => chain[posting * POSTING + 1] as number,
    add({ units: from, words, wordCount }, entry) {
      for (let i = 0; i < wordCount * WORD; i += WORD) {
        post(wordAt(from, words[i] as number, words[i + 1] as number, words[i + 2] as number), entry)
      }
    },
    find(word) {
      const from = Array.from({ length: word.length }, (_, i) => word.charCodeAt(i))
      const found = table[seatOf(from, 0, word.length, hashOf(word) >>> 0)] as number
      return found === 0 ? undefined : found - 1
    },
    beginning(prefix) {
      const found: number[] = []
      for (let word = 0; word < count; word++) if (begins(word, prefix)) found.push(word)
      return found
    },
    lengthOf: (word) => heads[word * HEAD + 2] as number,
    read(word, into) {
      const length = heads[word * HEAD + 2] as number
      let posting = heads[word * HEAD + 1] as number
      for (let i = length - 1; i >= 0; i--) {
        into[i] = chain[(posting - 1) * POSTING] as number
        posting = chain[(posting - 1) * POSTING + 2] as number
      }
      return length
    },
    clear() {
      for (const array of [units, ends, heads, table, chain]) array.fill(0)
      count = postings = 0
    },
  }
}

/** `wider` with the content of `array`, which is overwritten. */
export function grown<T extends Uint8Array | Uint16Array | Uint32Array>(array: T, wider: T): T {
  wider.set(array)
  array.fill(0)
  return wider
}
