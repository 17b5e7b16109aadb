// Owns one search shard in memory: which words and characters occur in which messages, and what filters need of each.
// Always holds: it keeps no text; entries are numbered in the order of time, so that the newest hits are read first; what was
// removed is found no more and is not in the bytes written after. It never touches the disk. Serialized bytes are plaintext:
// whoever takes them seals them.

import { limits } from '../../shared/limits.ts'
import { wanted } from './entry-terms.ts'
import { maskOf, newestEntries, type Sieve } from './finding.ts'
import { createGrowingPart } from './growing-part.ts'
import { layPackedPart, lowerBound, openPackedPart, type PackedPart } from './packed-part.ts'
import { pack } from './packing.ts'
import type { Part } from './part.ts'
import { createPlaceTable } from './place-table.ts'
import type { Term } from './query.ts'

/** One message as the index takes it. */
export interface ShardEntry {
  readonly slot: number
  readonly seq: number
  readonly atMs: number
  readonly senderSlot: number
  readonly hasFile: boolean
  readonly text: string
}

/** All that is given must hold. Without terms: every message that passes the filters. */
export interface ShardQuery {
  readonly terms: readonly Term[]
  readonly slots?: ReadonlySet<number>
  readonly senders?: ReadonlySet<number>
  /** Earliest time, inclusive. */
  readonly fromMs?: number
  /** Latest time, exclusive. */
  readonly untilMs?: number
  readonly hasFile?: boolean
}

export interface ShardHit {
  /** Place in the order of time, unique in the shard: below 2^53. */
  readonly key: number
  readonly slot: number
  readonly seq: number
  readonly atMs: number
}

export interface Shard {
  /** Takes entries in any order; one with the slot and seq of an older one replaces it. */
  add(entries: readonly ShardEntry[]): void
  /** Removes fromSeq to toSeq (inclusive) of one conversation; the number of entries removed. */
  remove(slot: number, fromSeq: number, toSeq: number): number
  has(slot: number, seq: number): boolean
  /** Messages that may fit, newest first, below `beforeKey`, at most `limit`. Each fit is among them; confirm each. */
  find(query: ShardQuery, beforeKey: number | undefined, limit: number): ShardHit[]
  readonly entries: number
  newestKey(): number | undefined
  oldestKey(): number | undefined
  /** The whole shard, for `openShard`. Plaintext. */
  serialize(): Uint8Array
  close(): void
}

/** 2000-01-01: messages older than that all count as of that moment; good until 2069. */
const EPOCH_MS = 946_684_800_000
const KEYS_PER_MS = 4096
const LAST_MS = 2 ** 41 - 2
/** Entries in the growing part at which it is packed though nobody asked for bytes: it takes four times the room. */
const GROWING_MOST = limits.shardMessages
/** Removed entries are packed away when they are this share of all, but not for a few. */
const GONE_SHARE = 0.25
const GONE_LEAST = 1000

/** An empty shard. */
export function createShard(): Shard {
  return shardOver(undefined)
}

/** The shard that `serialize` gave; `bytes` stay the caller's. Throws where they are damaged or of another version. */
export function openShard(bytes: Uint8Array): Shard {
  return shardOver(openPackedPart(new Uint8Array(bytes)))
}

function shardOver(opened: PackedPart | undefined): Shard {
  let packed = opened
  let growing = createGrowingPart()
  let entries = opened?.size ?? 0
  let gone = 0
  /** How many keys are taken of each millisecond (its high and low part) that the growing part has entries of. */
  const taken = createPlaceTable()

  const parts = (): Part[] => (packed ? [packed, growing] : [growing])

  function drop(part: Part, entry: number): void {
    part.gone[entry] = 1
    entries--
    gone++
  }

  function repack(): Uint8Array<ArrayBuffer> {
    const bytes = pack(packed, growing)
    packed?.clear()
    growing.clear()
    packed = layPackedPart(bytes)
    growing = createGrowingPart()
    gone = 0
    taken.clear()
    return bytes
  }

  function tidy(): void {
    const isGoneMuch = gone >= GONE_LEAST && gone > (gone + entries) * GONE_SHARE
    if (isGoneMuch || growing.size >= GROWING_MOST) repack()
  }

  /** After all keys of the same millisecond, or in the next where that one is full. */
  function freeKey(atMs: number): number {
    for (let low = firstKeyOf(atMs); ; low += KEYS_PER_MS) {
      const high = Math.floor(low / 2 ** 32)
      let count = taken.get(high, low >>> 0)
      if (count < 0) count = packed ? keysTaken(packed, low) : 0
      if (count === KEYS_PER_MS) continue
      taken.set(high, low >>> 0, count + 1)
      return low + count
    }
  }

  return {
    add(added) {
      for (const entry of inOrder(added)) {
        const old = packed?.entryAt(entry.slot, entry.seq)
        if (packed && old !== undefined) drop(packed, old)
        const older = growing.entryAt(entry.slot, entry.seq)
        if (older !== undefined) drop(growing, older)
        growing.add(entry, freeKey(entry.atMs))
        entries++
      }
      tidy()
    },
    remove(slot, fromSeq, toSeq) {
      const before = entries
      for (const part of parts()) {
        if (fromSeq === toSeq) {
          const entry = part.entryAt(slot, fromSeq)
          if (entry !== undefined) drop(part, entry)
          continue
        }
        const { slots, seqs } = part.columns
        for (let i = slots.indexOf(slot); i >= 0 && i < part.size; i = slots.indexOf(slot, i + 1)) {
          const seq = seqs[i] as number
          if (seq >= fromSeq && seq <= toSeq && part.gone[i] === 0) drop(part, i)
        }
      }
      tidy()
      return before - entries
    },
    has: (slot, seq) => parts().some((part) => part.entryAt(slot, seq) !== undefined),
    find(query, beforeKey, limit) {
      const asked = wanted(query.terms)
      const sieve = sieveOf(query, beforeKey)
      const hits = parts().flatMap((part) => {
        const { keys, slots, seqs, ats } = part.columns
        return newestEntries(part, asked, sieve, limit).map((entry) => ({
          key: keys[entry] as number,
          slot: slots[entry] as number,
          seq: seqs[entry] as number,
          atMs: ats[entry] as number,
        }))
      })
      return hits.sort((a, b) => b.key - a.key).slice(0, limit)
    },
    get entries() {
      return entries
    },
    newestKey: () => endKey(parts(), 'newest'),
    oldestKey: () => endKey(parts(), 'oldest'),
    serialize: () => new Uint8Array(packed && growing.size === 0 && gone === 0 ? packed.bytes : repack()),
    close() {
      for (const part of parts()) part.clear()
      packed = undefined
      growing = createGrowingPart()
      taken.clear()
      entries = 0
    },
  }
}

/** The lowest key that an entry of this time, or a later one, can have. */
function firstKeyOf(atMs: number): number {
  return Math.min(Math.max(Math.floor(atMs) - EPOCH_MS, 0), LAST_MS) * KEYS_PER_MS
}

function sieveOf(query: ShardQuery, beforeKey: number | undefined): Sieve {
  return {
    lowKey: query.fromMs === undefined ? 0 : firstKeyOf(query.fromMs),
    beforeKey: beforeKey ?? Number.POSITIVE_INFINITY,
    slots: query.slots && maskOf(query.slots),
    senders: query.senders && maskOf(query.senders),
    fromMs: query.fromMs ?? Number.NEGATIVE_INFINITY,
    untilMs: query.untilMs ?? Number.POSITIVE_INFINITY,
    hasFile: query.hasFile,
  }
}

/** How many of the keys of the millisecond that begins with `low` are in use: up to the highest one. */
function keysTaken({ size, columns: { keys } }: Part, low: number): number {
  if (size === 0 || (keys[size - 1] as number) < low) return 0
  const end = low + KEYS_PER_MS
  const last = keys[lowerBound(size, (at) => (keys[at] as number) < end) - 1] ?? -1
  return last < low ? 0 : last - low + 1
}

/** By time, conversation and seq: the same entries get the same keys in whatever order they come. */
function inOrder(entries: readonly ShardEntry[]): readonly ShardEntry[] {
  for (let i = 1; i < entries.length; i++) {
    if (byTime(entries[i - 1] as ShardEntry, entries[i] as ShardEntry) > 0) return entries.toSorted(byTime)
  }
  return entries
}

const byTime = (a: ShardEntry, b: ShardEntry) => a.atMs - b.atMs || a.slot - b.slot || a.seq - b.seq

/** The newest (or oldest) key of the entries that are left. */
function endKey(parts: readonly Part[], end: 'newest' | 'oldest'): number | undefined {
  let found: number | undefined
  for (const { size, isInOrder, columns, gone } of parts) {
    for (let i = 0; i < size; i++) {
      const entry = end === 'newest' ? size - 1 - i : i
      if (gone[entry] === 1) continue
      const key = columns.keys[entry] as number
      if (found === undefined || (end === 'newest' ? key > found : key < found)) found = key
      if (isInOrder) break
    }
  }
  return found
}
