// Owns the server's clock and source of chance as parameters, so that tests bring their own.
// Always holds: no other file of the server reads the time, sets a timer or draws random bytes by itself.

import { randomBytes, randomFillSync } from 'node:crypto'
import { limits } from '../shared/limits.ts'

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number
  /** Runs `run` once, `delayMs` from now; the answer calls it off. */
  after(delayMs: number, run: () => void): () => void
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Bytes fit for keys, nonces and ids. */
export type Random = (bytes: number) => Uint8Array

/** The operating system's randomness, drawn limits.noncePoolBytes at a time: a draw of 24 bytes costs as much as of 16 kB. */
export function createSystemRandom(): Random {
  const pool = new Uint8Array(limits.noncePoolBytes)
  let at = pool.length
  return (bytes) => {
    if (bytes > pool.length) return randomBytes(bytes)
    if (at + bytes > pool.length) {
      randomFillSync(pool)
      at = 0
    }
    const drawn = pool.slice(at, at + bytes)
    // What has been handed out may be a key: no copy of it stays behind.
    pool.fill(0, at, at + bytes)
    at += bytes
    return drawn
  }
}
