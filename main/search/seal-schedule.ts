// Owns when the open shard is sealed: once it has been quiet, at the latest after a while, soon after a removal, and not
// again at once after a failure. Always holds: one timer at most; `fire` is called whenever something may have become due.

import { limits } from '../../shared/limits.ts'
import type { IndexBounds } from './protocol.ts'

export interface SealSchedule {
  /** Something has changed. */
  changed(): void
  /** Something was removed: its shards have lost their files, a crash would cost them. */
  removed(): void
  /** The open shard is to be sealed. */
  isDue(): boolean
  /** It has been. */
  done(): void
  /** A shard could not be sealed: not before the pause is over. */
  block(): void
  isBlocked(): boolean
  stop(): void
}

const NEVER = Number.POSITIVE_INFINITY

/** A schedule by the real clock; nothing is due yet. */
export function createSealSchedule(bounds: IndexBounds, fire: () => void): SealSchedule {
  let timer: NodeJS.Timeout | undefined
  let timerMs = NEVER
  let quietMs = NEVER
  /** Latest time, set by the first change and by removals. */
  let latestMs = NEVER
  let blockedUntilMs = 0

  const dueMs = () => Math.max(Math.min(quietMs, latestMs), blockedUntilMs)

  /** The timer may run out early, never late: it then looks again, so that a change need not set it anew. */
  function arm(): void {
    const atMs = dueMs()
    if (atMs === NEVER || timerMs <= atMs) return
    clearTimeout(timer)
    timerMs = atMs
    timer = setTimeout(expired, Math.max(0, atMs - Date.now()))
  }

  function expired(): void {
    timerMs = NEVER
    if (Date.now() >= dueMs()) fire()
    else arm()
  }

  return {
    changed() {
      const now = Date.now()
      quietMs = now + bounds.sealAfterMs
      latestMs = Math.min(latestMs, now + bounds.sealAtMostMs)
      arm()
    },
    removed() {
      latestMs = Math.min(latestMs, Date.now() + Math.min(limits.shardSealAfterRemovalMs, bounds.sealAfterMs))
      arm()
    },
    isDue: () => Date.now() >= dueMs(),
    done() {
      quietMs = NEVER
      latestMs = NEVER
    },
    block() {
      const now = Date.now()
      blockedUntilMs = now + bounds.sealRetryMs
      latestMs = Math.min(latestMs, blockedUntilMs)
      arm()
    },
    isBlocked: () => Date.now() < blockedUntilMs,
    stop() {
      clearTimeout(timer)
      timerMs = NEVER
      quietMs = NEVER
      latestMs = NEVER
    },
  }
}
