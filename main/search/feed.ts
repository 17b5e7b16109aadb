// Owns feeding the search worker from the store: works out what no shard covers and sends it, newest conversations first.
// Always holds: a slice of work is a few milliseconds, and the event loop is given back after each; only so many batches are
// under way at once; what has been sent is as the store read at that moment, in that order. Never: full-text work.

import { setImmediate } from 'node:timers'
import type { IndexWork, ShardRow, Store } from '../store/store.ts'
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
  /** Events are new in the store; `work` where what they mean is known without reading them again. */
  add(range: SlotRange, work?: IndexWork): void
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
/** Events whose work waits ready, without being read again: ~6 MB of text. More of them are read when their turn comes. */
const READY_EVENTS_MOST = 20_000
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
  /** Before the backlog, in order. Their work is of the moment they were stored: any later change puts them back into it. */
  let ready: { readonly range: SlotRange; readonly work: IndexWork }[] = []
  let readyEvents = 0
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
    const next = ready.shift()
    if (next) {
      readyEvents -= eventsIn(next.range)
      sendWork(next.range, next.work, false)
      nextTurn()
      return
    }
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

  function sendWork(range: SlotRange, { entries, removed }: IndexWork, live: boolean): void {
    const batchId = nextBatchId++
    underWay.set(batchId, eventsIn(range))
    post({ type: 'batch', batchId, ...range, entries, removed, live })
  }

  /** What was made ready may read otherwise by now: it is read when its turn comes. */
  function unready(): void {
    for (const { range } of ready) backlog.addFresh(range)
    ready = []
    readyEvents = 0
  }

  function send(range: SlotRange, live: boolean): void {
    const startMs = performance.now()
    const events = eventsIn(range)
    try {
      sendWork(range, store.indexWork(range.slot, range.fromSeq, range.toSeq), live)
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
      ready = []
      readyEvents = 0
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
    add({ slot, fromSeq, toSeq }, work) {
      if (stopped) return
      // Without work to go by, they may change earlier ones.
      if (!work) unready()
      const isLive = toSeq - fromSeq < LIVE_EVENTS && underWay.size < LIVE_BATCHES_UNDER_WAY
      const gaps = taken.gaps(slot, fromSeq, toSeq)
      if (work && !isLive && gaps[0]?.[0] === fromSeq && gaps[0][1] === toSeq && readyEvents < READY_EVENTS_MOST) {
        take({ slot, fromSeq, toSeq }, (range) => void ready.push({ range, work }))
        readyEvents += toSeq - fromSeq + 1
        nextTurn()
        return
      }
      for (const [low, high] of gaps)
        take({ slot, fromSeq: low, toSeq: high }, isLive ? (range) => send(range, true) : backlog.addFresh)
      nextTurn()
    },
    removed(removals) {
      unready()
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
    isIdle: () => !planDue && underWay.size === 0 && readyEvents === 0 && backlog.events() === 0,
    progress() {
      let open = backlog.events() + readyEvents
      for (const events of underWay.values()) open += events
      return { done: Math.max(0, total - open), total }
    },
    stop() {
      stopped = true
      taken.clear()
      backlog.clear()
      ready = []
      readyEvents = 0
      underWay.clear()
    },
  }
}

const eventsIn = ({ fromSeq, toSeq }: SlotRange): number => toSeq - fromSeq + 1
