// Owns the session as the window sees it: the states of session, vault, store and wipe joined into one value.
// Always holds: reads only; no key, token or path is in it.

import type { SessionView, Settings, SignOutNotice } from '../shared/bridge.ts'
import { roles } from '../shared/fleet.ts'
import type { Policy } from '../shared/model.ts'
import { type Failure, fail } from '../shared/result.ts'
import type { Session } from './session/run.ts'
import type { Shell } from './shell/shell.ts'
import type { Store } from './store/store.ts'
import type { Vault } from './vault/vault.ts'
import type { Wipe } from './wipe/run.ts'

export interface SessionViewParts {
  readonly shell: Pick<Shell, 'kind' | 'systemLanguages'>
  readonly version: string
  readonly settings: Settings
  readonly policy: Policy
  readonly vault: Vault | undefined
  readonly session: Session | undefined
  readonly store: Store | undefined
  readonly wipe: Wipe | undefined
  /** The organisation has signed this desktop out. */
  readonly signOut: SignOutNotice | undefined
  /** What keeps the app from working at all, until the next start. */
  readonly obstacle: Failure | undefined
  readonly lockAfterMinutes: number
  readonly nowMs: number
}

/** The session, whole, as it stands. */
export function viewSession(parts: SessionViewParts): SessionView {
  const { shell, version, settings, policy, vault, session, store, wipe, signOut, obstacle, lockAfterMinutes, nowMs } =
    parts
  const identity = vault?.identity()
  const notice = wipe?.notice()
  const facts = session?.facts()
  const state = session?.state() ?? { type: 'signed-out' as const }
  const skewed = facts?.clockSkewMs === undefined ? undefined : fail('clock-skewed').error
  const problem = obstacle ?? ('problem' in state ? state.problem : undefined) ?? skewed
  const me = identity && store?.person(identity.userId)
  const readableUntilMs = vault?.leaseUntilMs()
  const unlockRetryAtMs = vault?.unlockRetryAtMs(nowMs)
  const cacheNotice = store?.notice()
  const conversationsWiped = store?.conversationsWiped()
  const told = new Set(facts?.roles)
  const closed = vault?.closedBecause()
  const lastHeardAtMs = facts?.lastHeardAtMs ?? vault?.leaseReceivedMs()
  return {
    // After a restart the session knows no identity; that there was a wipe is told by the notice that was left.
    state: notice && !identity ? 'wiped' : signOut && !isWiping(state.type) ? 'signed-out' : state.type,
    host: shell.kind,
    version,
    settings,
    systemLanguages: [...shell.systemLanguages],
    ...(identity && { workspaceName: identity.workspaceName }),
    ...(me && { me }),
    ...(lastHeardAtMs !== undefined && { lastHeardAtMs }),
    // Signed out it dials by itself, but for orders alone: nobody waits for that.
    ...(facts?.retryAtMs !== undefined && !signOut && { retryAtMs: facts.retryAtMs }),
    ...(readableUntilMs !== undefined && { readableUntilMs }),
    ...(facts?.catchUp && { catchUp: facts.catchUp }),
    queued: store?.queued() ?? 0,
    appLock: {
      enabled: vault?.hasPassphrase() ?? false,
      locked: vault?.isLocked() ?? false,
      lockAfterMinutes,
      ...(unlockRetryAtMs !== undefined && { retryAtMs: unlockRetryAtMs }),
    },
    ...(identity?.policy && { notifications: identity.policy.notifications }),
    may: may(policy),
    ...(cacheNotice && { cacheNotice }),
    ...(problem && { problem }),
    ...(facts?.clockSkewMs !== undefined && { clockSkewMs: facts.clockSkewMs }),
    ...(notice && { wipe: notice }),
    ...(signOut && !notice && { signOut }),
    ...(closed && !signOut && !store && { closed }),
    ...(conversationsWiped && { conversationsWiped }),
    roles: signOut ? [] : roles.filter((role) => told.has(role)),
  }
}

const isWiping = (state: SessionView['state']): boolean => state === 'wiping' || state === 'wiped'

/** Where policy says nothing, it allows. */
function may(policy: Policy): SessionView['may'] {
  return {
    forward: policy.forwarding ?? true,
    takeFiles: policy.downloads ?? true,
    edit: policy.editing ?? true,
    delete: policy.deleting ?? true,
  }
}
