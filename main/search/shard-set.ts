// Owns the shards of the index in memory: which message stands in which, what each covers, and hits merged over all.
// Always holds: a message stands in one shard at most, and that shard covers its seq; what one shard gives up to another it
// no longer covers, so that losing either loses only what is then uncovered and indexed again. One shard at a time is open:
// it alone takes entries. Shards are sealed oldest first, givers before takers. Touches no disk.

import type { ShardRow } from '../store/records.ts'
import { type Coverage, createCoverage, type SeqRange } from './coverage.ts'
import type { Batch, HitPlace, IndexHit, Removal } from './protocol.ts'
import { createShard, type Shard, type ShardEntry, type ShardQuery } from './shard.ts'
import type { ShardName } from './shard-files.ts'

/** One shard as it stands, and how much of that is on disk. */
export interface HeldShard {
  readonly shardId: number
  readonly shard: Shard
  readonly covers: Coverage
  /** Counts changes. */
  version: number
  /** The version on disk under `keyId`. */
  sealedVersion: number
  /** The key of its file; undefined where no file of it counts. */
  keyId: number | undefined
}

export interface ShardSet {
  /** Takes a shard that was read from its file; `isOpen`: it goes on being filled. */
  take(row: ShardRow, shard: Shard, isOpen: boolean): void
  apply(work: Pick<Batch, 'slot' | 'fromSeq' | 'toSeq' | 'entries' | 'removed'>): void
  remove(removals: readonly Removal[]): void
  /** Files under other keys than these count no more; returns them. */
  keepKeys(keyIds: ReadonlySet<number>): ShardName[]
  /** Newest first, after a place (exclusive), at most `limit`. */
  find(query: ShardQuery, after: HitPlace | undefined, limit: number): IndexHit[]
  /** The next shard whose file is behind; the open one only if asked, and after all others. */
  nextToSeal(open: boolean): HeldShard | undefined
  isOpen(held: HeldShard): boolean
  /** A file of `version` under `keyId` counts; returns the one it replaces. */
  sealed(held: HeldShard, keyId: number, version: number): ShardName | undefined
  /** Shards whose rows are to go because nothing is left in them; told once. Their last files. */
  takeEmptied(): ShardName[]
  close(): void
}

export interface ShardSetParts {
  readonly shardMessages: number
  readonly nextShardId: number
}

/** A set without shards. */
export function createShardSet({ shardMessages, nextShardId }: ShardSetParts): ShardSet {
  const covered = createCoverage()
  /** Full or left behind, oldest first: these only lose entries. */
  const closed: HeldShard[] = []
  let open: HeldShard | undefined
  let nextId = nextShardId
  let emptied: ShardName[] = []

  const all = (): HeldShard[] => (open ? [...closed, open] : [...closed])

  function taker(): HeldShard {
    open ??= {
      shardId: nextId++,
      shard: createShard(),
      covers: createCoverage(),
      version: 0,
      sealedVersion: 0,
      keyId: undefined,
    }
    return open
  }

  function cover(held: HeldShard, slot: number, [fromSeq, toSeq]: SeqRange): void {
    held.covers.add(slot, fromSeq, toSeq)
    covered.add(slot, fromSeq, toSeq)
  }

  /** The shard `held` takes the message over from whichever has it. */
  function takeOver(held: HeldShard, slot: number, seq: number): void {
    for (const other of closed) {
      if (!other.covers.has(slot, seq)) continue
      other.shard.remove(slot, seq, seq)
      other.covers.remove(slot, seq, seq)
      other.version++
    }
    cover(held, slot, [seq, seq])
  }

  function drop(held: HeldShard): void {
    if (held.keyId !== undefined) emptied.push({ shardId: held.shardId, keyId: held.keyId })
    held.keyId = undefined
  }

  /** Shards that have run empty go; what they covered needs no second look, so the open shard covers it from here on. */
  function settle(): void {
    for (const held of closed.filter(({ shard }) => shard.entries === 0)) {
      closed.splice(closed.indexOf(held), 1)
      for (const { slot, ranges } of held.covers.rows()) for (const range of ranges) cover(taker(), slot, range)
      taker().version++
      drop(held)
      held.shard.close()
    }
    if (open?.shard.entries === 0) drop(open)
    if (open && open.shard.entries >= shardMessages) {
      closed.push(open)
      open = undefined
    }
  }

  /**
   * An open shard without a message has no file, but what it covers (edits, notices) must not be looked at again after a
   * restart: the newest of the others covers it from here on.
   */
  function handOverCovers(): void {
    const heir = closed.at(-1)
    if (!open || !heir || open.shard.entries > 0) return
    const rows = open.covers.rows()
    if (rows.length === 0) return
    for (const { slot, ranges } of rows) for (const range of ranges) cover(heir, slot, range)
    open.covers.clear()
    heir.version++
  }

  return {
    take(row, shard, isOpen) {
      const covers = createCoverage(row.covers)
      const held = { shardId: row.shardId, shard, covers, version: 0, sealedVersion: 0, keyId: row.keyId }
      for (const { slot, ranges } of row.covers)
        for (const [fromSeq, toSeq] of ranges) covered.add(slot, fromSeq, toSeq)
      if (isOpen && !open) open = held
      else closed.push(held)
    },
    apply({ slot, fromSeq, toSeq, entries, removed }) {
      const held = taker()
      const fresh = covered.gaps(slot, fromSeq, toSeq)
      const isInside = (seq: number) => seq >= fromSeq && seq <= toSeq
      // What is covered inside the range came with a later edit, and read then as it reads now.
      const taken = entries.filter(({ seq }): boolean => !isInside(seq) || !covered.has(slot, seq)) as ShardEntry[]
      for (const { seq } of taken) if (!isInside(seq)) takeOver(held, slot, seq)
      for (const seq of removed) {
        for (const other of all()) {
          if (other.covers.has(slot, seq) && other.shard.remove(slot, seq, seq) > 0) other.version++
        }
      }
      held.shard.add(taken)
      for (const range of fresh) cover(held, slot, range)
      if (taken.length > 0 || fresh.length > 0) held.version++
      settle()
    },
    remove(removals) {
      for (const { slot, belowSeq = Number.MAX_SAFE_INTEGER } of removals) {
        const last = belowSeq - 1
        covered.remove(slot, 0, last)
        for (const held of all()) {
          if (!held.covers.meets(slot, 0, last)) continue
          held.shard.remove(slot, 0, last)
          held.covers.remove(slot, 0, last)
          held.version++
        }
      }
      settle()
    },
    keepKeys(keyIds) {
      return all().flatMap((held) => {
        if (held.keyId === undefined || keyIds.has(held.keyId)) return []
        const name = { shardId: held.shardId, keyId: held.keyId }
        held.keyId = undefined
        held.version++
        return [name]
      })
    },
    find(query, after, limit) {
      const slots = query.slots && [...query.slots]
      const candidates = all().flatMap((held) => {
        if (slots && !slots.some((slot) => held.covers.hasSlot(slot))) return []
        const newest = held.shard.newestKey()
        return newest === undefined ? [] : [{ held, place: { key: newest, shardId: held.shardId } }]
      })
      let found: IndexHit[] = []
      for (const { held, place } of candidates.sort((a, b) => byPlace(a.place, b.place))) {
        const last = found[limit - 1]
        // Nothing in this shard, nor in those after it, is newer than the last hit of a full page.
        if (last && byPlace(last, place) <= 0) break
        const hits = held.shard.find(query, keyBefore(held, after), limit)
        found = [...found, ...hits.map(({ key, slot, seq }) => ({ key, shardId: held.shardId, slot, seq }))]
          .sort(byPlace)
          .slice(0, limit)
      }
      return found
    },
    nextToSeal(withOpen) {
      if (withOpen) handOverCovers()
      const isBehind = (held: HeldShard) => held.shard.entries > 0 && held.version !== held.sealedVersion
      return closed.find(isBehind) ?? (withOpen && open && isBehind(open) ? open : undefined)
    },
    isOpen: (held) => held === open,
    sealed(held, keyId, version) {
      const isGone = held !== open && !closed.includes(held)
      const old = held.keyId
      held.keyId = keyId
      held.sealedVersion = version
      if (isGone || held.shard.entries === 0) drop(held)
      return old === undefined ? undefined : { shardId: held.shardId, keyId: old }
    },
    takeEmptied() {
      const names = emptied
      emptied = []
      return names
    },
    close() {
      for (const { shard } of all()) shard.close()
      closed.length = 0
      open = undefined
      covered.clear()
    },
  }
}

/** Newer before older; in one key the shard of the higher id first. */
function byPlace(a: HitPlace, b: HitPlace): number {
  return b.key - a.key || b.shardId - a.shardId
}

/** The bound (exclusive) on keys of `held` for what comes after a place in the order of all hits. */
function keyBefore({ shardId }: HeldShard, after: HitPlace | undefined): number | undefined {
  if (!after) return undefined
  return shardId < after.shardId ? after.key + 1 : after.key
}
