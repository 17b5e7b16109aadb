// Owns the real clock, in the form in which modules are given theirs.

import type { Clock } from './session/session.ts'

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  setTimer(run, ms) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
