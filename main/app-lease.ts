// Owns watching the lease while the app runs: its end, at the start, by timer, on wake and now and then in between.
// Always holds: once the lease is over its share is erased and the cache closed, and nothing short of the server opens it. A
// look that the key store does not answer does not keep the next from being taken.

import { limits } from '../shared/limits.ts'
import { FailureError } from '../shared/result.ts'
import { errorName, type Log } from './log.ts'
import type { OpenCache } from './open-cache.ts'
import type { Clock, Session } from './session/session.ts'
import type { ClosedBecause, Vault } from './vault/vault.ts'

export interface LeaseWatchParts {
  readonly vault: () => Vault | undefined
  readonly cache: () => OpenCache | undefined
  readonly session: () => Session | undefined
  readonly clock: Clock
  readonly log: Log
  /** A clock that nobody sets, milliseconds: the process's own, where left out. */
  readonly steadyMs?: () => number
}

export interface LeaseWatch {
  /** Looks at the clock now, after a time in which nobody did: at the start, and on wake. */
  check(): Promise<void>
  /** Looks again and again, until stop(). */
  start(): void
  /** The app ends, and its cache is closed: resolves once that is noted with the lease. */
  stop(): Promise<void>
}

/** A lease that is looked at more often than this tells nothing new. */
const CHECK_LEAST_MS = 1000

/** The watch over one app's lease. */
export function createLeaseWatch(parts: LeaseWatchParts): LeaseWatch {
  const { vault, cache, session, clock, log, steadyMs = () => performance.now() } = parts
  let stopped = false
  let cancel: (() => void) | undefined
  /** Why the cache is closed, as last logged. */
  let told: ClosedBecause | undefined

  async function check(slept: boolean): Promise<void> {
    cache()?.note()
    const held = vault()
    if (!held) return
    const isOver = await held.leaseOver(clock.nowMs(), { slept, steadyMs: steadyMs() }).catch((error: unknown) => {
      if (!(error instanceof FailureError)) throw error
      log.error('lease.notWritten', { code: error.failure.code })
      return false
    })
    const erased = isOver ? held.eraseLease() : undefined
    const because = held.closedBecause()
    if (because !== told && because !== undefined) log.info('lease.closed', { because })
    told = because
    if (!erased) return
    session()?.dispatch({ type: 'cache-lost' })
    await erased
  }

  function watch(): void {
    if (stopped) return
    const leftMs = (vault()?.leaseUntilMs() ?? Number.POSITIVE_INFINITY) - clock.nowMs()
    cancel = clock.setTimer(
      () => {
        check(false).catch((error: unknown) => log.error('lease.check', { error: errorName(error) }))
        watch()
      },
      Math.min(limits.leaseCheckMs, Math.max(CHECK_LEAST_MS, leftMs)),
    )
  }

  return {
    check: () => check(true),
    start: watch,
    async stop() {
      stopped = true
      cancel?.()
      try {
        await vault()?.rest(clock.nowMs())
      } catch (error) {
        // It costs as much of the term as a kill would.
        log.error('lease.rest', { error: errorName(error) })
      }
    },
  }
}
