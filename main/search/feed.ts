// Owns feeding the search worker from the store: works out what no shard covers and sends it, newest conversations first.
// Always holds: a slice of work is a few milliseconds, and the event loop is given back after each; only so many batches are
// under way at once; what has been sent is as the store read at that moment, in that order. Never: full-text work.

import { setImmediate } from 'node:timers'
import type { ShardRow, Store } from '../store/store.ts'
import { createBacklog, type SlotRange } from './backlog.ts'
import { createCoverage } from './coverage.ts'
import type { Batch, Removal } from './protocol.ts'

export interface FeedParts {
  readonly store: Pick<Store, 'indexWork' | 'slots'>
  readonly post: (batch: Batch) => void
  /** The store could not be read; what was asked for stays out of the index. */
  readonly failed: (error: unknown) => void
  /** All there was has been indexed. */
  readonly idle: () => void
}

export interface Feed {
  /** Begins anew, for a worker that has nothing yet but what `rows` cover. */
  begin(rows: readonly ShardRow[]): void
  /** Shards that were counted on are of no use. */
  lost(rows: readonly ShardRow[]): void
  add(range: SlotRange): void
  removed(removals: readonly Removal[]): void
  applied(batchId: number): void
  /** Says `idle` again, if it is. */
  wake(): void
  isIdle(): boolean
  /** Events of the work since it was last idle. */
  progress(): { readonly done: number; readonly total: number }
  stop(): void
}

/** What one slice may take of the event loop, milliseconds: a fifth of a frame at 60 Hz. */
const SLICE_MS = 3
/** Bounds of a slice, events: enough that a slice is worth its turn; no more than the worker does while a query waits. */
const SLICE_EVENTS_LEAST = 16
const SLICE_EVENTS_MOST = 400
/** Events that go at once, without waiting for a turn: a burst of typing, not a catch-up. ~0.3 ms. */
const LIVE_EVENTS = 16
/** Batches sent and not yet applied: the worker always has one to do, and a removal never waits behind many. */
const BATCHES_UNDER_WAY = 3
/** Live batches come on top, up to here: then they wait their turn like others. */
const LIVE_BATCHES_UNDER_WAY = 16

/** A feed that waits for `begin`. */
export function createFeed({ store, post, failed, idle }: FeedParts): Feed {
  /** Covered by a shard, sent, or in the backlog. */
  const taken = createCoverage()
  const backlog = createBacklog()
  /** Events of each batch under way. */
  const underWay = new Map<number, number>()
  let nextBatchId = 1
  let sliceEvents = 64
  let total = 0
  let planDue = false
  let turnDue = false
  let stopped = true

  function nextTurn(): void {
    if (turnDue || stopped) return
    turnDue = true
    setImmediate(turn)
  }

  function turn(): void {
    turnDue = false
    if (stopped) return
    if (planDue) plan()
    if (underWay.size >= BATCHES_UNDER_WAY) return
    const range = backlog.next(sliceEvents)
    if (range) {
      send(range, false)
      nextTurn()
    } else if (underWay.size === 0) {
      total = 0
      idle()
    }
  }

  function plan(): void {
    planDue = false
    try {
      for (const { slot, low, high } of store.slots()) {
        if (high < 1) continue
        for (const [fromSeq, toSeq] of taken.gaps(slot, Math.max(low, 1), high).toReversed())
          take({ slot, fromSeq, toSeq }, backlog.addHistory)
      }
    } catch (error) {
      failed(error)
    }
  }

  function take(range: SlotRange, put: (range: SlotRange) => void): void {
    taken.add(range.slot, range.fromSeq, range.toSeq)
    total += range.toSeq - range.fromSeq + 1
    put(range)
  }

  function send(range: SlotRange, live: boolean): void {
    const startMs = performance.now()
    const events = range.toSeq - range.fromSeq + 1
    try {
      const { entries, removed } = store.indexWork(range.slot, range.fromSeq, range.toSeq)
      const batchId = nextBatchId++
      underWay.set(batchId, events)
      post({ type: 'batch', batchId, ...range, entries, removed, live })
    } catch (error) {
      failed(error)
    }
    if (live || events < sliceEvents) return
    const perEventMs = (performance.now() - startMs) / events
    // Halfway to what the last one would have allowed: one slow slice (a collection, a cold page) is not the rule.
    const fitting = (sliceEvents + SLICE_MS / Math.max(perEventMs, 0.001)) / 2
    sliceEvents = Math.round(Math.min(Math.max(fitting, SLICE_EVENTS_LEAST), SLICE_EVENTS_MOST))
  }

  return {
    begin(rows) {
      taken.clear()
      backlog.clear()
      underWay.clear()
      total = 0
      for (const { covers } of rows)
        for (const { slot, ranges } of covers) for (const [low, high] of ranges) taken.add(slot, low, high)
      stopped = false
      planDue = true
      nextTurn()
    },
    lost(rows) {
      for (const { covers } of rows)
        for (const { slot, ranges } of covers) for (const [low, high] of ranges) taken.remove(slot, low, high)
      planDue = true
      nextTurn()
    },
    add({ slot, fromSeq, toSeq }) {
      if (stopped) return
      const isLive = toSeq - fromSeq < LIVE_EVENTS && underWay.size < LIVE_BATCHES_UNDER_WAY
      for (const [low, high] of taken.gaps(slot, fromSeq, toSeq))
        take({ slot, fromSeq: low, toSeq: high }, isLive ? (range) => send(range, true) : backlog.addFresh)
      nextTurn()
    },
    removed(removals) {
      for (const { slot, belowSeq = Number.MAX_SAFE_INTEGER } of removals) {
        taken.remove(slot, 0, belowSeq - 1)
        backlog.remove(slot, belowSeq)
      }
      nextTurn()
    },
    applied(batchId) {
      underWay.delete(batchId)
      nextTurn()
    },
    wake: nextTurn,
    isIdle: () => !planDue && underWay.size === 0 && backlog.events() === 0,
    progress() {
      let open = backlog.events()
      for (const events of underWay.values()) open += events
      return { done: Math.max(0, total - open), total }
    },
    stop() {
      stopped = true
      taken.clear()
      backlog.clear()
      underWay.clear()
    },
  }
}
