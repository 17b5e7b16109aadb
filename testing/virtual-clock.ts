// Owns a clock that moves only when a test says so; it fits the client's port (setTimer) and the server's (after).
// Always holds: timers fall due in the order of their times, those of one time in the order they were set; a timer set by
// a timer that has just run waits for its own time. Never: the real clock.

export interface VirtualClock {
  nowMs(): number
  /** Runs once after `ms`; returns the way to cancel it. */
  setTimer(run: () => void, ms: number): () => void
  /** The same with the arguments the other way round. */
  after(ms: number, run: () => void): () => void
  /** Moves on by `ms`, running what falls due on the way. */
  advance(ms: number): void
  /** Timers that are set. */
  readonly timers: number
  /** Time to the next timer; undefined where none is set. */
  nextInMs(): number | undefined
  /** The same clock shown `byMs` later: a computer whose clock is off. Its timers run with this one's. */
  skewed(byMs: number): Pick<VirtualClock, 'nowMs' | 'setTimer'>
}

/** A clock that starts at `startMs`. */
export function createVirtualClock(startMs: number): VirtualClock {
  let nowMs = startMs
  let serial = 0
  const timers = new Set<{ readonly atMs: number; readonly serial: number; readonly run: () => void }>()
  const setTimer = (run: () => void, ms: number) => {
    const timer = { atMs: nowMs + Math.max(0, ms), serial: serial++, run }
    timers.add(timer)
    return () => void timers.delete(timer)
  }
  const next = () => {
    let first: { readonly atMs: number; readonly serial: number; readonly run: () => void } | undefined
    for (const timer of timers)
      if (!first || timer.atMs < first.atMs || (timer.atMs === first.atMs && timer.serial < first.serial)) first = timer
    return first
  }
  return {
    nowMs: () => nowMs,
    setTimer,
    after: (ms, run) => setTimer(run, ms),
    advance(ms) {
      const untilMs = nowMs + ms
      for (let due = next(); due && due.atMs <= untilMs; due = next()) {
        timers.delete(due)
        nowMs = Math.max(nowMs, due.atMs)
        due.run()
      }
      nowMs = untilMs
    },
    get timers() {
      return timers.size
    },
    nextInMs: () => {
      const due = next()
      return due && due.atMs - nowMs
    },
    skewed: (byMs) => ({ nowMs: () => nowMs + byMs, setTimer }),
  }
}
