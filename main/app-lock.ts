// Owns locking and unlocking the app as its user meets it: at once, on the computer's lock screen, or after idle time by the
// user's setting or policy's, whichever is shorter.
// Always holds: locking takes the keys out of memory and leaves the connection, for orders alone; sleep counts as idle time;
// without a passphrase nothing locks.

import type { CallArgs } from '../shared/bridge.ts'
import { times } from '../shared/limits.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { Log } from './log.ts'
import type { OpenCache } from './open-cache.ts'
import type { Clock, Session } from './session/run.ts'
import type { Vault } from './vault/vault.ts'

export interface AppLockParts {
  readonly clock: Clock
  readonly log: Log
  readonly vault: () => Vault | undefined
  readonly cache: () => OpenCache | undefined
  readonly session: () => Session | undefined
  /** Idle time before it locks, in minutes. */
  readonly idleMinutes: () => number
  /** The session view has changed. */
  readonly changed: () => void
  /** The cache has been opened. */
  readonly opened: () => void
  /** It is about to be closed: the user is not there. */
  readonly locked: () => void
}

export interface AppLock {
  /** Begins to watch for idleness. */
  start(): void
  /** `not-allowed` where no passphrase is set. */
  lock(): Result<void>
  unlock(args: CallArgs<'unlock'>): Promise<Result<void>>
  setPassphrase(args: CallArgs<'setPassphrase'>): Promise<Result<void>>
  /** The user has used keyboard or pointer. */
  noteActivity(): void
  /** Looks at the clock, as on wake or on a change of the limit. */
  check(): void
  stop(): void
}

/** An app that stays locked, or has no lock, is looked at no more often than this. */
const CHECK_LEAST_MS = 10_000

/** The lock of an app; nothing happens by itself before start(). */
export function createAppLock(parts: AppLockParts): AppLock {
  const { clock, log } = parts
  let lastUsedMs = clock.nowMs()
  let cancel: (() => void) | undefined
  let running = false

  function lock(): Result<void> {
    const vault = parts.vault()
    if (!vault?.hasPassphrase()) return fail('not-allowed', 'No passphrase is set.')
    if (vault.isLocked()) return ok(undefined)
    log.info('app.locked')
    vault.lock()
    parts.locked()
    parts.session()?.dispatch({ type: 'app-locked' })
    parts.changed()
    return ok(undefined)
  }

  function check(): void {
    cancel?.()
    if (!running) return
    const now = clock.nowMs()
    // A clock that was turned back must not make the app look used in the future.
    lastUsedMs = Math.min(lastUsedMs, now)
    const left = lastUsedMs + parts.idleMinutes() * times.MINUTE_MS - now
    if (left <= 0) lock()
    cancel = clock.setTimer(check, Math.max(CHECK_LEAST_MS, left))
  }

  return {
    start() {
      running = true
      check()
    },
    lock,
    async unlock({ passphrase }) {
      const vault = parts.vault()
      if (!vault?.identity()) return fail('not-enrolled')
      const unlocked = await vault.unlock(passphrase, clock.nowMs())
      if (!unlocked.ok) {
        parts.changed()
        return unlocked
      }
      lastUsedMs = clock.nowMs()
      const opened = (await parts.cache()?.open()) ?? fail('not-enrolled')
      // Without a lease it stays closed until the server has been reached, which is tried now.
      parts.session()?.dispatch({ type: 'app-unlocked', cache: opened.ok })
      parts.changed()
      parts.opened()
      return opened.ok || opened.error.code === 'locked' ? ok(undefined) : opened
    },
    async setPassphrase({ current, next }) {
      const vault = parts.vault()
      if (!vault?.identity()) return fail('not-enrolled')
      const done = await vault.setPassphrase(current, next, clock.nowMs())
      lastUsedMs = clock.nowMs()
      parts.changed()
      return done
    },
    noteActivity() {
      lastUsedMs = clock.nowMs()
    },
    check,
    stop() {
      running = false
      cancel?.()
    },
  }
}
