// Owns what the growing and the packed part of a shard have in common: entries in columns, and lists of entries by term.
// Always holds: an entry is a number, its place in the columns; a list is ascending and names each entry once.

/** One array per property of the entries. */
export interface Columns {
  /** Place in the order of time, see `ShardHit`. */
  readonly keys: Float64Array
  readonly ats: Float64Array
  readonly slots: Uint32Array
  readonly seqs: Uint32Array
  readonly senders: Uint32Array
  /** 1 where the message has files. */
  readonly files: Uint8Array
}

export interface Part {
  /** Entries, those removed included. */
  readonly size: number
  /** Entries stand in the order of their keys. */
  readonly isInOrder: boolean
  readonly columns: Columns
  /** 1 where an entry was removed. */
  readonly gone: Uint8Array
  /** The list of a hashed term, or undefined. */
  hashList(hash: number): number | undefined
  /** The lists of a word, or of all words that begin so. */
  wordLists(word: string, prefix: boolean): number[]
  /** Grows with the number of a list's entries: to begin with the shortest. */
  lengthOf(list: number): number
  /** Writes a list's entries to the start of `into`; how many. */
  read(list: number, into: Uint32Array): number
  /** Moves those of the first `count` entries of `among` (ascending) that are in the list to its start; how many. */
  keep(list: number, among: Uint32Array, count: number): number
  /** The entry at a place, or undefined where it is not here or was removed. */
  entryAt(slot: number, seq: number): number | undefined
  /** Overwrites everything with zeros. */
  clear(): void
}
