// Owns the time that screens show things relative to. Always holds: it moves on the minute and at once when the window is
// looked at again, so that "Today" is never yesterday; only a countdown (countdown.ts) goes by the second.

import { times } from '../../shared/limits.ts'

export interface Minute {
  /** The time in milliseconds, as of the last tick. */
  read(): number
  /** Calls `changed` after each tick; what it returns ends that. */
  subscribe(changed: () => void): () => void
}

/** A clock for screens. It runs only while somebody listens. */
export function createMinute(): Minute {
  let nowMs = Date.now()
  const listeners = new Set<() => void>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const tick = () => {
    clearTimeout(timer)
    nowMs = Date.now()
    timer = setTimeout(tick, times.MINUTE_MS - (nowMs % times.MINUTE_MS))
    for (const changed of listeners) changed()
  }
  return {
    read: () => nowMs,
    subscribe(changed) {
      listeners.add(changed)
      if (listeners.size === 1) {
        document.addEventListener('visibilitychange', tick)
        tick()
      }
      return () => {
        listeners.delete(changed)
        if (listeners.size > 0) return
        clearTimeout(timer)
        document.removeEventListener('visibilitychange', tick)
      }
    },
  }
}
