// Owns a clock for the server's tests that moves only when told to. Must never be imported by the product.

import type { Clock } from './clock.ts'

export interface TestClock extends Clock {
  /** Moves on by `ms`, running the timers that fall due, in their order. */
  advance(ms: number): void
}

/** A clock that starts at `startMs`. */
export function createTestClock(startMs = 1_760_000_000_000): TestClock {
  let nowMs = startMs
  const timers = new Set<{ readonly atMs: number; readonly run: () => void }>()
  return {
    nowMs: () => nowMs,
    after: (delayMs, run) => {
      const timer = { atMs: nowMs + delayMs, run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    advance: (ms) => {
      const untilMs = nowMs + ms
      for (;;) {
        const [due] = [...timers].filter((timer) => timer.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)
        if (due === undefined) break
        timers.delete(due)
        nowMs = Math.max(nowMs, due.atMs)
        due.run()
      }
      nowMs = untilMs
    },
  }
}
