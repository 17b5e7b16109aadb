// Owns what bridge calls act on in a running app: session, cache, lock and window, asked for anew at each call.
// Always holds: reads what there is now; a call that needs the cache hears why there is none.

import type { CallArgs, SessionView, Settings } from '../shared/bridge.ts'
import type { ConversationId, Policy } from '../shared/model.ts'
import { type Failure, type FailureCode, FailureError, fail, ok, type Result } from '../shared/result.ts'
import type { AppLock } from './app-lock.ts'
import type { CallParts } from './calls-parts.ts'
import type { Changes } from './coalesce.ts'
import type { Log } from './log.ts'
import type { OpenCache } from './open-cache.ts'
import type { Clock, Session } from './session/session.ts'
import type { Shell } from './shell/shell.ts'
import type { Vault } from './vault/vault.ts'

export interface AppCallsParts {
  readonly shell: Shell
  readonly vault: () => Vault | undefined
  readonly cache: () => OpenCache | undefined
  readonly session: () => Session | undefined
  /** What keeps the app from working at all, until the next start. */
  readonly obstacle: () => Failure | undefined
  readonly appLock: AppLock
  readonly changes: Changes
  readonly listChanged: () => void
  readonly policy: () => Policy
  readonly settings: () => Settings
  readonly getSession: () => SessionView
  readonly enroll: (args: CallArgs<'enroll'>) => Promise<Result<SessionView>>
  readonly setSettings: (change: CallArgs<'setSettings'>) => Settings
  readonly viewChanged: (conversationId: ConversationId | undefined) => void
  readonly verifySignature: CallParts['fleet']['verifySignature']
  readonly storeFailure: (error: unknown) => Failure
  readonly clock: Clock
  readonly log: Log
}

/** The parts of createCalls(). */
export function appCallParts(parts: AppCallsParts): CallParts {
  const { shell, vault, cache, session, obstacle, appLock, changes } = parts
  const files = () => cache()?.current()?.files

  function whyNoCache(): FailureCode {
    const stops = obstacle()
    if (stops) return stops.code
    const state = session()?.state().type
    if (state === 'wiping' || state === 'wiped') return state
    const identity = vault()?.identity()
    if (!identity) return 'not-enrolled'
    if (identity.signedOut || state === 'signed-out') return 'signed-out'
    return vault()?.isLocked() ? 'app-locked' : 'locked'
  }

  return {
    session() {
      const running = session()
      if (!running) throw new FailureError(obstacle() ?? fail('not-enrolled').error)
      return running
    },
    cache() {
      const open = cache()?.current()
      return open ? ok(open) : fail(whyNoCache())
    },
    lock: appLock.lock,
    unlock: appLock.unlock,
    setPassphrase: appLock.setPassphrase,
    noteActivity() {
      appLock.noteActivity()
      session()?.lively.noteActivity()
    },
    viewChanged: parts.viewChanged,
    live: () => ({
      sending: session()?.sending() ?? new Set(),
      transferOf: (conversationId, sha256) => files()?.transferOf(conversationId, sha256),
      transferOfFile: (fileId) => files()?.transferOfFile(fileId),
    }),
    policy: parts.policy,
    getSession: parts.getSession,
    enroll: parts.enroll,
    setSettings: parts.setSettings,
    openExternal: shell.openExternal,
    pickFiles: () => shell.pickFiles(),
    fleet: {
      shell,
      identity: () => vault()?.identity(),
      verifySignature: parts.verifySignature,
      languages() {
        const { language } = parts.settings()
        return language === 'system' ? shell.systemLanguages : [language]
      },
    },
    dismissConversationsWiped() {
      cache()?.current()?.store.dismissConversationsWiped()
      changes.session()
    },
    nowMs: parts.clock.nowMs,
    listChanged: parts.listChanged,
    conversationChanged: changes.conversation,
    storeFailure: parts.storeFailure,
    sessionChanged: changes.session,
    log: parts.log,
  }
}
