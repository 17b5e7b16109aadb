// Owns the part of a shard that entries are added to: lists as chains in one array, found by hash or word.
// Always holds: entries stand in the order they came; each posting is also kept in the order of its entry, so that packing
// reads them straight on.

import { eachTerm, type TermSink } from './entry-terms.ts'
import type { Columns, Part } from './part.ts'
import type { ShardEntry } from './shard.ts'

export interface GrowingPart extends Part {
  add(entry: ShardEntry, key: number): void
  /** How many lists there are: they are numbered from 0. */
  readonly lists: number
  /** Hashed terms and, at the same places, their lists; in no order. */
  hashes(): { hashes: Uint32Array; lists: Uint32Array }
  words(): Iterable<[word: string, list: number]>
  /** Calls `visit` for each list that has `entry`. */
  listsOf(entry: number, visit: (list: number) => void): void
}

const PLACE_SPAN = 2 ** 32
const NONE = -1
/** Numbers per record of the arrays below. */
const POSTING = 3
const LIST = 3
const SEAT = 2

/** An empty part. */
export function createGrowingPart(): GrowingPart {
  let size = 0
  let columns = emptyColumns(256)
  let gone = new Uint8Array(256)
  /** Where the postings of each entry begin; those of entry i end where i + 1 begins. */
  let starts = new Uint32Array(257)
  const places = new Map<number, number>()
  // What is touched together stands together, for most of the time goes into waiting for memory.
  /** Per posting: its entry, its list, the posting before it in the list. */
  let chain = new Int32Array(POSTING * 4096)
  let postings = 0
  /** Per list: its last posting, its length, its last entry. */
  let heads = new Int32Array(LIST * 1024)
  let lists = 0
  /** Open addressing, half full at most. Per seat: the hash, its list + 1 (0: free). */
  let table = new Uint32Array(SEAT * 4096)
  let seated = 0
  const words = new Map<string, number>()

  function newList(): number {
    if (lists * LIST === heads.length) heads = grown(heads, new Int32Array(heads.length * 2))
    heads[lists * LIST] = NONE
    heads[lists * LIST + 2] = NONE
    return lists++
  }

  /** Where a hash is in the table, or where it would go. */
  function seatOf(hash: number): number {
    const mask = table.length - 1
    let at = (hash << 1) & mask
    while (table[at + 1] !== 0 && table[at] !== hash) at = (at + SEAT) & mask
    return at
  }

  function widenTable(): void {
    const narrow = table
    table = new Uint32Array(narrow.length * 2)
    for (let i = 0; i < narrow.length; i += SEAT) {
      if (narrow[i + 1] === 0) continue
      const at = seatOf(narrow[i] as number)
      table[at] = narrow[i] as number
      table[at + 1] = narrow[i + 1] as number
    }
    narrow.fill(0)
  }

  function post(list: number): void {
    const head = list * LIST
    if (heads[head + 2] === size) return
    const at = postings * POSTING
    if (at === chain.length) chain = grown(chain, new Int32Array(at * 2))
    chain[at] = size
    chain[at + 1] = list
    chain[at + 2] = heads[head] as number
    heads[head] = postings++
    heads[head + 1] = (heads[head + 1] as number) + 1
    heads[head + 2] = size
  }

  const sink: TermSink = {
    hash(hash) {
      let at = seatOf(hash)
      if (table[at + 1] === 0) {
        if (++seated * 2 * SEAT > table.length) {
          widenTable()
          at = seatOf(hash)
        }
        table[at] = hash
        table[at + 1] = newList() + 1
      }
      post((table[at + 1] as number) - 1)
    },
    word(word) {
      let list = words.get(word)
      if (list === undefined) {
        list = newList()
        words.set(word, list)
      }
      post(list)
    },
  }

  return {
    isInOrder: false,
    get size() {
      return size
    },
    get columns() {
      return columns
    },
    get gone() {
      return gone
    },
    get lists() {
      return lists
    },
    add(entry, key) {
      if (size === gone.length) {
        columns = widened(columns, size * 2)
        gone = grown(gone, new Uint8Array(size * 2))
        starts = grown(starts, new Uint32Array(size * 2 + 1))
      }
      columns.keys[size] = key
      columns.ats[size] = entry.atMs
      columns.slots[size] = entry.slot
      columns.seqs[size] = entry.seq
      columns.senders[size] = entry.senderSlot
      columns.files[size] = entry.hasFile ? 1 : 0
      places.set(entry.slot * PLACE_SPAN + entry.seq, size)
      eachTerm(entry.text, sink)
      starts[++size] = postings
    },
    hashList(hash) {
      const list = table[seatOf(hash) + 1] as number
      return list === 0 ? undefined : list - 1
    },
    wordLists(word, prefix) {
      if (prefix) return [...words].flatMap(([known, list]) => (known.startsWith(word) ? [list] : []))
      const list = words.get(word)
      return list === undefined ? [] : [list]
    },
    lengthOf: (list) => heads[list * LIST + 1] as number,
    read(list, into) {
      const count = heads[list * LIST + 1] as number
      let posting = heads[list * LIST] as number
      for (let i = count - 1; i >= 0; i--) {
        into[i] = chain[posting * POSTING] as number
        posting = chain[posting * POSTING + 2] as number
      }
      return count
    },
    keep(list, among, count) {
      if (heads[list * LIST + 1] === 0) return 0
      let posting = heads[list * LIST] as number
      let from = count
      for (let i = count - 1; i >= 0; i--) {
        const entry = among[i] as number
        while (posting !== NONE && (chain[posting * POSTING] as number) > entry)
          posting = chain[posting * POSTING + 2] as number
        if (posting === NONE) break
        if (chain[posting * POSTING] === entry) among[--from] = entry
      }
      among.copyWithin(0, from, count)
      return count - from
    },
    entryAt(slot, seq) {
      const entry = places.get(slot * PLACE_SPAN + seq)
      return entry === undefined || gone[entry] === 1 ? undefined : entry
    },
    hashes() {
      const hashes = new Uint32Array(seated)
      const found = new Uint32Array(seated)
      let count = 0
      for (let i = 0; i < table.length; i += SEAT) {
        if (table[i + 1] === 0) continue
        hashes[count] = table[i] as number
        found[count++] = (table[i + 1] as number) - 1
      }
      return { hashes, lists: found }
    },
    words: () => words,
    listsOf(entry, visit) {
      const end = starts[entry + 1] as number
      for (let i = starts[entry] as number; i < end; i++) visit(chain[i * POSTING + 1] as number)
    },
    clear() {
      for (const array of [...Object.values(columns), gone, starts, chain, heads, table]) array.fill(0)
      places.clear()
      words.clear()
      size = lists = postings = seated = 0
    },
  }
}

export function emptyColumns(size: number): Columns {
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
  return wide
}

/** `wider` with the content of `array`, which is overwritten. */
function grown<T extends Uint8Array | Uint32Array | Int32Array>(array: T, wider: T): T {
  wider.set(array)
  array.fill(0)
  return wider
}
