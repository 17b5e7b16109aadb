// Owns the count of failed attempts per remote address: at the limit, everything from there is refused for the window.
// Always holds: bounded memory, whoever knocks.

import { limits } from '../../shared/limits.ts'
import type { Clock } from '../clock.ts'

/** Addresses remembered at once (~100 B each); past it the oldest windows are forgotten first. */
const addressesKept = 10_000

export interface Attempts {
  /** How long this address has to wait, in milliseconds; undefined where it may try. */
  blockedForMs(address: string): number | undefined
  failed(address: string): void
}

/** Attempts by `limits.enrolTriesPerWindow` and `limits.enrolWindowMs`. */
export function createAttempts(clock: Clock): Attempts {
  const windows = new Map<string, { readonly startedAtMs: number; readonly failures: number }>()

  function current(address: string): { readonly startedAtMs: number; readonly failures: number } | undefined {
    const found = windows.get(address)
    if (found === undefined) return undefined
    const ageMs = clock.nowMs() - found.startedAtMs
    if (ageMs >= 0 && ageMs < limits.enrolWindowMs) return found
    windows.delete(address)
    return undefined
  }

  return {
    blockedForMs: (address) => {
      const found = current(address)
      if (found === undefined || found.failures < limits.enrolTriesPerWindow) return undefined
      return found.startedAtMs + limits.enrolWindowMs - clock.nowMs()
    },
    failed: (address) => {
      const found = current(address) ?? { startedAtMs: clock.nowMs(), failures: 0 }
      windows.set(address, { ...found, failures: found.failures + 1 })
      if (windows.size <= addressesKept) return
      const [oldest] = windows.keys()
      if (oldest !== undefined) windows.delete(oldest)
    },
  }
}
