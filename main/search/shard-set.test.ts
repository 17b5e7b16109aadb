// Owns the tests of many shards as one: where messages stand, in which order they are found, what a crash would leave.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { IndexedMessage, ShardRow } from '../store/store.ts'
import { createCoverage } from './coverage.ts'
import type { HitPlace } from './protocol.ts'
import { parseQuery } from './query.ts'
import { openShard } from './shard.ts'
import { createShardSet, type HeldShard, type ShardSet } from './shard-set.ts'

const START_MS = 1_700_000_000_000
const SHARD = 8

const message = (slot: number, seq: number, version = 0): IndexedMessage => ({
  slot,
  seq,
  // Times repeat, over conversations and within one.
  atMs: START_MS + Math.floor(seq / 3),
  senderSlot: 1 + (seq % 2),
  hasFile: seq % 5 === 0,
  text: `word v${version}x`,
})

const newSet = () => createShardSet({ shardMessages: SHARD, nextShardId: 1 })
const everything = { terms: parseQuery('word', () => 0).terms }
const versionQuery = (version: number) => ({ terms: parseQuery(`v${version}x`, () => 0).terms })

function pagesOf(set: ShardSet, limit: number, between: () => void = () => undefined) {
  const found = []
  let after: HitPlace | undefined
  for (;;) {
    const hits = set.find(everything, after, limit)
    found.push(...hits)
    after = hits.at(-1)
    if (hits.length < limit) return found
    between()
  }
}

describe('covering', () => {
  test('[SCH106] what holds no message is covered too, by the newest shard where the open one has none', () => {
    const set = newSet()
    const entries = Array.from({ length: SHARD }, (_, i) => message(1, i + 1))
    set.apply({ slot: 1, fromSeq: 1, toSeq: SHARD, entries, removed: [] })
    const full = set.nextToSeal(false)!
    set.sealed(full, 11, full.version)
    // An edit or a notice, with nothing to index: the shard that is open now has no message, and so no file.
    set.apply({ slot: 1, fromSeq: SHARD + 1, toSeq: SHARD + 2, entries: [], removed: [] })
    expect(set.nextToSeal(false)).toBeUndefined()
    expect(set.nextToSeal(true)).toBe(full)
    expect(full.covers.rows()).toEqual([{ slot: 1, ranges: [[1, SHARD + 2]] }])
    set.sealed(full, 12, full.version)
    expect(set.nextToSeal(true)).toBeUndefined()
    set.close()
  })
})

describe('finding', () => {
  test('[SCH72] hits of all shards come newest first, in pages of any size, each once', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(Array.from({ length: 12 }, (_, i) => i + 1)),
        fc.integer({ min: 1, max: 30 }),
        (order, limit) => {
          const set = newSet()
          for (const start of order) {
            const entries = [1, 2].flatMap((slot) => [0, 1, 2].map((i) => message(slot, start * 3 + i)))
            for (const slot of [1, 2])
              set.apply({
                slot,
                fromSeq: start * 3,
                toSeq: start * 3 + 2,
                entries: entries.filter((entry) => entry.slot === slot),
                removed: [],
              })
          }
          const hits = pagesOf(set, limit)
          expect(hits).toHaveLength(order.length * 6)
          expect(new Set(hits.map(({ slot, seq }) => `${slot}.${seq}`)).size).toBe(hits.length)
          const times = hits.map(({ seq }) => Math.floor(seq / 3))
          expect(times).toEqual(times.toSorted((a, b) => b - a))
          set.close()
        },
      ),
      { numRuns: 60 },
    )
  })

  test('[SCH73] pages neither repeat nor skip while messages are added, whole shards of them too', () => {
    const set = newSet()
    const add = (slot: number, seq: number) =>
      set.apply({ slot, fromSeq: seq, toSeq: seq, entries: [message(slot, seq)], removed: [] })
    for (let seq = 1; seq <= 40; seq++) add(1, seq)
    let next = 41
    const hits = pagesOf(set, 7, () => {
      for (let i = 0; i < 11; i++) add(1, next++)
    })
    expect(hits.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
    set.close()
  })
})

/** What lies on disk: the bytes and row of each shard. */
type Disk = Map<number, { row: ShardRow; bytes: Uint8Array; open: boolean }>

type Act =
  | { type: 'message'; slot: number }
  | { type: 'edit' | 'delete'; slot: number; back: number }
  | { type: 'remove'; slot: number; back: number }
  | { type: 'seal'; open: boolean }
  | { type: 'crash'; losing: number[] }

const slotOf = fc.integer({ min: 1, max: 2 })
const back = fc.integer({ min: 1, max: 30 })
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant('message' as const), slot: slotOf }) },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constantFrom('edit' as const, 'delete' as const), slot: slotOf, back }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('remove' as const), slot: slotOf, back }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('seal' as const), open: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('crash' as const), losing: fc.array(fc.nat(9), { maxLength: 3 }) }),
  },
)

/** A conversation's log as the store reads it: seq → what stands there. */
type Log = Map<
  number,
  { type: 'message'; version: number } | { type: 'edit' | 'delete'; target: number } | { type: 'gone' }
>

describe('what is on disk', () => {
  test('[SCH74] after a crash with any shards lost, indexing what no shard covers gives exactly what the store holds', () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 40, maxLength: 240, size: 'max' }), (acts) => {
        const logs = new Map<number, Log>([1, 2].map((slot) => [slot, new Map()]))
        const lows = new Map([
          [1, 1],
          [2, 1],
        ])
        let disk: Disk = new Map()
        let keyId = 1
        let set = newSet()

        /** As the store's indexWork. */
        const work = (slot: number, fromSeq: number, toSeq: number) => {
          const log = logs.get(slot)!
          const entries: IndexedMessage[] = []
          const removed: number[] = []
          for (let seq = fromSeq; seq <= toSeq; seq++) {
            const event = log.get(seq)
            if (event?.type === 'message') entries.push(message(slot, seq, event.version))
            if (event?.type === 'delete') removed.push(event.target)
            const target = event?.type === 'edit' ? log.get(event.target) : undefined
            if (event?.type !== 'edit' || target?.type !== 'message') continue
            if (event.target < fromSeq && event.target >= lows.get(slot)!)
              entries.push(message(slot, event.target, target.version))
          }
          return { slot, fromSeq, toSeq, entries, removed }
        }
        const append = (
          slot: number,
          event: { type: 'message'; version: number } | { type: 'edit' | 'delete'; target: number },
        ) => {
          const log = logs.get(slot)!
          const seq = log.size + 1
          log.set(seq, event)
          set.apply(work(slot, seq, seq))
        }
        const write = (held: HeldShard) => {
          const row = { shardId: held.shardId, keyId: keyId++, covers: held.covers.rows(), entries: 0, bytes: 0 }
          disk.set(held.shardId, { row, bytes: Uint8Array.from(held.shard.serialize()), open: set.isOpen(held) })
          set.sealed(held, row.keyId, held.version)
          for (const { shardId } of set.takeEmptied()) disk.delete(shardId)
        }
        const reopen = () => {
          set.close()
          set = createShardSet({ shardMessages: SHARD, nextShardId: Math.max(0, ...disk.keys()) + 1 })
          const covered = createCoverage([...disk.values()].flatMap(({ row }) => row.covers))
          for (const { row, bytes, open } of disk.values()) set.take(row, openShard(bytes), open)
          // As the feed does: pieces, the newest first.
          for (const [slot, log] of logs)
            for (const [from, to] of covered.gaps(slot, lows.get(slot)!, log.size).toReversed())
              for (let top = to; top >= from; top -= 5) set.apply(work(slot, Math.max(from, top - 4), top))
        }

        for (const step of acts) {
          if (step.type === 'message') append(step.slot, { type: 'message', version: 0 })
          if (step.type === 'edit' || step.type === 'delete') {
            const log = logs.get(step.slot)!
            const target = log.size + 1 - step.back
            const before = log.get(target)
            if (before?.type !== 'message') continue
            log.set(target, step.type === 'edit' ? { type: 'message', version: before.version + 1 } : { type: 'gone' })
            append(step.slot, { type: step.type, target })
          }
          if (step.type === 'remove') {
            const belowSeq = Math.max(lows.get(step.slot)!, logs.get(step.slot)!.size + 1 - step.back)
            lows.set(step.slot, belowSeq)
            // As the store does: rows that cover any of it go, in that same moment.
            for (const [shardId, { row }] of disk)
              if (row.covers.some(({ slot, ranges }) => slot === step.slot && ranges.some(([from]) => from < belowSeq)))
                disk.delete(shardId)
            set.remove([{ slot: step.slot, belowSeq }])
            set.keepKeys(new Set([...disk.values()].map(({ row }) => row.keyId)))
            for (const { shardId } of set.takeEmptied()) disk.delete(shardId)
          }
          if (step.type === 'seal') {
            const held = set.nextToSeal(step.open)
            if (held) write(held)
          }
          if (step.type === 'crash') {
            const lost = [...disk.keys()].filter((_, i) => step.losing.includes(i))
            disk = new Map([...disk].filter(([shardId]) => !lost.includes(shardId)))
            reopen()
          }
        }
        reopen()

        const expected = [...logs].flatMap(([slot, log]) =>
          [...log].flatMap(([seq, event]) =>
            event.type === 'message' && seq >= lows.get(slot)! ? [`${slot}.${seq} v${event.version}`] : [],
          ),
        )
        const found = [0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((version) =>
          set.find(versionQuery(version), undefined, 1000).map(({ slot, seq }) => `${slot}.${seq} v${version}`),
        )
        expect(found.sort()).toEqual(expected.filter((line) => Number(line.split('v')[1]) <= 8).sort())
        set.close()
      }),
      { numRuns: 100 },
    )
  })
})
