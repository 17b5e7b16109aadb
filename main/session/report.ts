// Owns what this desktop tells of itself over one connection: how much lies sealed on its disk.
// Always holds: told when the connection is live, then at most each limits.reportEveryMs and where it has changed by a tenth;
// a server of version 1 is told nothing.

import { limits } from '../../shared/limits.ts'
import type { UpFrame } from '../../shared/wire.ts'

export interface ReportParts {
  readonly send: (frame: UpFrame) => void
  readonly setTimer: (run: () => void, ms: number) => () => void
  /** The protocol version of this connection. */
  readonly version: number
  /** Sealed bytes on the disk; undefined while the cache is closed. */
  readonly cacheBytes: () => number | undefined
}

export interface Report {
  /** The session is live, again or for the first time. */
  live(): void
  stop(): void
}

/** The report of one connection; nothing is told before live(). */
export function createReport({ send, setTimer, version, cacheBytes }: ReportParts): Report {
  let told: number | undefined
  let cancel: (() => void) | undefined

  function tell(): void {
    cancel = setTimer(tell, limits.reportEveryMs)
    const now = cacheBytes()
    if (now === undefined || (told !== undefined && Math.abs(now - told) * 10 < told)) return
    // What was nothing and is nothing has not changed.
    if (now === told) return
    told = now
    send({ type: 'report', cacheBytes: now })
  }

  return {
    live() {
      if (version >= 2 && !cancel) tell()
    },
    stop: () => cancel?.(),
  }
}
