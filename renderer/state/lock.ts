// Owns the acts on the app lock, on the notices about the cache, and telling main of the user's activity.
// Always holds: a passphrase is passed on and never kept; after each answer the session is read again, so that the window
// shows what main holds; main hears of activity no more often than limits.activityEveryMs.

import type { BridgeResult, FailureView } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import type { WorkspaceActions, WorkspaceContext } from './state.ts'

type LockActions = Pick<
  WorkspaceActions,
  'lock' | 'unlock' | 'setPassphrase' | 'noteActivity' | 'dismissCacheNotice' | 'dismissConversationsWiped'
>

interface LockParts {
  readonly saveDrafts: () => void
  /** Reads the session again. */
  readonly readSession: () => Promise<void>
}

/** The acts on the app lock over `context`. */
export function createLockActions({ ask, store, nowMs }: WorkspaceContext, parts: LockParts): LockActions {
  let notedMs = Number.NEGATIVE_INFINITY

  async function settled(asked: Promise<BridgeResult<unknown>>): Promise<FailureView | undefined> {
    const answer = await asked
    await parts.readSession()
    return answer.ok ? undefined : answer.error
  }

  return {
    async lock() {
      const { session } = store.getState()
      if (session === undefined || session.appLock.locked) return undefined
      if (!session.appLock.enabled) {
        // Whoever wants to lock is led to where a passphrase is set.
        store.setState({ dialog: 'app-lock' })
        return undefined
      }
      // Asked before the lock, which main takes in turn: nothing typed is lost to it.
      parts.saveDrafts()
      return settled(ask('lock', {}))
    },
    async unlock(passphrase) {
      store.setState({ unlocking: true })
      const failure = await settled(ask('unlock', { passphrase }))
      store.setState({ unlocking: false })
      return failure
    },
    setPassphrase: (change) => settled(ask('setPassphrase', change)),
    noteActivity() {
      const { session } = store.getState()
      if (session === undefined || session.appLock.locked) return
      const sinceMs = nowMs() - notedMs
      // A clock that was put back must not silence the window.
      if (sinceMs >= 0 && sinceMs < limits.activityEveryMs) return
      notedMs = nowMs()
      void ask('noteActivity', {})
    },
    async dismissCacheNotice() {
      await settled(ask('dismissCacheNotice', {}))
    },
    async dismissConversationsWiped() {
      await settled(ask('dismissConversationsWiped', {}))
    },
  }
}
