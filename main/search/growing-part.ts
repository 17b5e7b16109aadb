// Owns the part of a shard that entries are added to: the hashed terms of each entry as they came, its words in a table.
// Always holds: entries stand in the order they came. A run of entries that is complete has its terms grouped by the first
// bits of their hashes as well, so that a query reads few; those of the last, incomplete run are read one by one.

import { termsOf } from './entry-terms.ts'
import type { Columns, Part } from './part.ts'
import { createPlaceTable } from './place-table.ts'
import type { ShardEntry } from './shard.ts'
import { createWordTable, grown, type WordTable } from './word-table.ts'

export interface GrowingPart extends Part {
  add(entry: ShardEntry, key: number): void
  readonly words: WordTable
  /** Where the word postings of an entry end: those of the next begin there. */
  wordsEnd(entry: number): number
  /** The array with the hashed terms of an entry, from `hashesStart` to `hashesEnd`. */
  hashesOf(entry: number): Uint32Array
  hashesStart(entry: number): number
  hashesEnd(entry: number): number
}

/** Entries in a run: few enough to read the terms of one in some microseconds. */
const RUN = 512
const GROUP_BITS = 11
const GROUPS = 2 ** GROUP_BITS
/** Lists of hashed terms are numbered so, those of words from 0: a word's number is below 2^32. */
const HASHED = 2 ** 32

interface Run {
  /** Terms as they came. */
  readonly hashes: Uint32Array
  /** Where each group begins; one more marks the end. */
  readonly groups: Uint32Array
  readonly grouped: Uint32Array
  /** The entry of each of `grouped`, counted from the first of the run. */
  readonly entries: Uint16Array
}

let others = new Uint32Array(0)

/** An empty part. */
export function createGrowingPart(): GrowingPart {
  let size = 0
  let columns = emptyColumns(RUN)
  let gone = new Uint8Array(RUN)
  /** Per entry: where its terms end among those of its run, and where its word postings end. */
  let hashEnds = new Uint32Array(RUN)
  let wordEnds = new Uint32Array(RUN)
  const places = createPlaceTable()
  const words = createWordTable()
  const runs: Run[] = []
  let last = new Uint32Array(16_384)
  let lastUsed = 0

  const startOf = (entry: number) => (entry % RUN === 0 ? 0 : (hashEnds[entry - 1] as number))

  function closeRun(): void {
    const hashes = last.slice(0, lastUsed)
    const groups = new Uint32Array(GROUPS + 1)
    for (let i = 0; i < hashes.length; i++) {
      const group = (hashes[i] as number) >>> (32 - GROUP_BITS)
      groups[group + 1] = (groups[group + 1] as number) + 1
    }
    for (let i = 1; i <= GROUPS; i++) groups[i] = (groups[i] as number) + (groups[i - 1] as number)
    const grouped = new Uint32Array(lastUsed)
    const entries = new Uint16Array(lastUsed)
    const first = size - RUN
    for (let entry = 0, i = 0; entry < RUN; entry++) {
      for (const end = hashEnds[first + entry] as number; i < end; i++) {
        const hash = hashes[i] as number
        const group = hash >>> (32 - GROUP_BITS)
        const at = groups[group] as number
        groups[group] = at + 1
        grouped[at] = hash
        entries[at] = entry
      }
    }
    // Each group's beginning has moved to its end, which is where the next one begins.
    groups.copyWithin(1, 0, GROUPS)
    groups[0] = 0
    runs.push({ hashes, groups, grouped, entries })
    last.fill(0, 0, lastUsed)
    lastUsed = 0
  }

  /** Writes the entries of a hashed term to `into`, ascending, `most` of them at most; how many. */
  function readHash(hash: number, into: Uint32Array, most: number): number {
    const group = hash >>> (32 - GROUP_BITS)
    let count = 0
    for (let run = 0; run < runs.length; run++) {
      const { groups, grouped, entries } = runs[run] as Run
      const end = groups[group + 1] as number
      let before = -1
      for (let i = groups[group] as number; i < end; i++) {
        if (grouped[i] !== hash || entries[i] === before) continue
        before = entries[i] as number
        into[count++] = run * RUN + before
        if (count === most) return count
      }
    }
    for (let entry = runs.length * RUN, i = 0; entry < size; entry++) {
      for (const end = hashEnds[entry] as number; i < end; i++) {
        if (last[i] !== hash) continue
        into[count++] = entry
        if (count === most) return count
        i = end - 1
      }
    }
    return count
  }

  function scratch(): Uint32Array {
    if (others.length < size) others = new Uint32Array(size * 2)
    return others
  }

  const read = (list: number, into: Uint32Array) =>
    list < HASHED ? words.read(list, into) : readHash(list - HASHED, into, size)

  return {
    isInOrder: false,
    words,
    get size() {
      return size
    },
    get columns() {
      return columns
    },
    get gone() {
      return gone
    },
    add(entry, key) {
      if (size === gone.length) {
        columns = widened(columns, size * 2)
        gone = grown(gone, new Uint8Array(size * 2))
        hashEnds = grown(hashEnds, new Uint32Array(size * 2))
        wordEnds = grown(wordEnds, new Uint32Array(size * 2))
      }
      columns.keys[size] = key
      columns.ats[size] = entry.atMs
      columns.slots[size] = entry.slot
      columns.seqs[size] = entry.seq
      columns.senders[size] = entry.senderSlot
      columns.files[size] = entry.hasFile ? 1 : 0
      places.set(entry.slot, entry.seq, size)
      const terms = termsOf(entry.text)
      const { hashes, hashCount } = terms
      while (lastUsed + hashCount > last.length) last = grown(last, new Uint32Array(last.length * 2))
      for (let i = 0; i < hashCount; i++) last[lastUsed + i] = hashes[i] as number
      lastUsed += hashCount
      words.add(terms, size)
      hashEnds[size] = lastUsed
      wordEnds[size] = words.postings
      size++
      if (size % RUN === 0) closeRun()
    },
    wordsEnd: (entry) => wordEnds[entry] as number,
    hashesOf: (entry) => runs[Math.floor(entry / RUN)]?.hashes ?? last,
    hashesStart: startOf,
    hashesEnd: (entry) => hashEnds[entry] as number,
    hashList: (hash) => (readHash(hash, scratch(), 1) === 0 ? undefined : HASHED + hash),
    wordLists(word, prefix) {
      if (prefix) return words.beginning(word)
      const found = words.find(word)
      return found === undefined ? [] : [found]
    },
    lengthOf: (list) => (list < HASHED ? words.lengthOf(list) : readHash(list - HASHED, scratch(), size)),
    read,
    keep(list, among, count) {
      const length = read(list, scratch())
      let kept = 0
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
      const entry = places.get(slot, seq)
      return entry < 0 || gone[entry] === 1 ? undefined : entry
    },
    clear() {
      for (const array of [...Object.values(columns), gone, hashEnds, wordEnds, last]) array.fill(0)
      for (const run of runs) for (const array of Object.values(run)) array.fill(0)
      runs.length = 0
      places.clear()
      words.clear()
      size = lastUsed = 0
    },
  }
}

function emptyColumns(size: number): Columns {
  return {
    keys: new Float64Array(size),
    ats: new Float64Array(size),
    slots: new Uint32Array(size),
    seqs: new Uint32Array(size),
    senders: new Uint32Array(size),
    files: new Uint8Array(size),
  }
}

function widened(columns: Columns, size: number): Columns {
  const wide = emptyColumns(size)
  wide.keys.set(columns.keys)
  wide.ats.set(columns.ats)
  wide.slots.set(columns.slots)
  wide.seqs.set(columns.seqs)
  wide.senders.set(columns.senders)
  wide.files.set(columns.files)
  for (const array of Object.values(columns)) array.fill(0)
  return wide
}
