// Owns what the organisation's policy does to the app: what holds now, and making window, cache and lock follow it.
// Always holds: until the server has told its policy, nothing leaves that this desktop alone can keep.

import type { Settings } from '../shared/bridge.ts'
import type { Policy } from '../shared/model.ts'
import type { AppLock } from './app-lock.ts'
import type { Changes } from './coalesce.ts'
import type { OpenCache } from './open-cache.ts'
import type { Shell } from './shell/shell.ts'

/** What holds until the server has told its policy. */
const untold: Policy = { leaseHours: 1, notifications: 'hidden', contentProtection: true, downloads: false }

export interface AppPolicyParts {
  readonly shell: Pick<Shell, 'setContentProtection'>
  readonly cache: () => OpenCache | undefined
  readonly appLock: () => Pick<AppLock, 'check'>
  readonly settings: () => Settings
  readonly changes: Changes
}

export interface AppPolicy {
  known(): Policy
  obey(next: Policy): void
  /** Idle time before the app locks, by the user's setting or policy's, whichever is shorter; minutes. */
  lockAfterMinutes(): number
}

export function createAppPolicy({ shell, cache, appLock, settings, changes }: AppPolicyParts): AppPolicy {
  let policy: Policy | undefined
  return {
    known: () => policy ?? untold,
    obey(next) {
      policy = next
      shell.setContentProtection(next.contentProtection)
      cache()?.policyChanged(next)
      appLock().check()
      // What people may do here is shown.
      changes.session()
    },
    lockAfterMinutes: () => Math.min(settings().lockAfterMinutes, policy?.lockAfterMinutes ?? Number.POSITIVE_INFINITY),
  }
}
