// Owns watching the lease while the app runs: its end, by timer, on wake and now and then in between.
// Always holds: once the lease is over its share is erased and the cache closed, and nothing short of the server opens it.

import { limits } from '../shared/limits.ts'
import { errorName, type Log } from './log.ts'
import type { OpenCache } from './open-cache.ts'
import type { Clock, Session } from './session/session.ts'
import type { Vault } from './vault/vault.ts'

export interface LeaseWatchParts {
  readonly vault: () => Vault | undefined
  readonly cache: () => OpenCache | undefined
  readonly session: () => Session | undefined
  readonly clock: Clock
  readonly log: Log
}

export interface LeaseWatch {
  /** Looks at the clock now. */
  check(): Promise<void>
  /** Looks again and again, until stop(). */
  start(): void
  stop(): void
}

/** A lease that is looked at more often than this tells nothing new. */
const CHECK_LEAST_MS = 1000

/** The watch over one app's lease. */
export function createLeaseWatch({ vault, cache, session, clock, log }: LeaseWatchParts): LeaseWatch {
  let stopped = false
  let cancel: (() => void) | undefined

  async function check(): Promise<void> {
    cache()?.note()
    const held = vault()
    if (!held || !(await held.leaseOver(clock.nowMs()))) return
    log.info('lease.over')
    held.eraseLease()
    session()?.dispatch({ type: 'cache-lost' })
  }

  function watch(): void {
    if (stopped) return
    const leftMs = (vault()?.leaseUntilMs() ?? Number.POSITIVE_INFINITY) - clock.nowMs()
    cancel = clock.setTimer(
      () => {
        check()
          .catch((error: unknown) => log.error('lease.check', { error: errorName(error) }))
          .finally(watch)
      },
      Math.min(limits.leaseCheckMs, Math.max(CHECK_LEAST_MS, leftMs)),
    )
  }

  return {
    check,
    start: watch,
    stop() {
      stopped = true
      cancel?.()
    },
  }
}
