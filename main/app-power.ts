// Owns what the computer's sleep and its lock screen mean for the app.
// Always holds: the lock screen locks the app too; on wake the lease is looked at before the server is asked.

import type { LeaseWatch } from './app-lease.ts'
import type { AppLock } from './app-lock.ts'
import type { Notices } from './notices.ts'
import type { Session } from './session/session.ts'
import type { Shell } from './shell/shell.ts'

export interface PowerParts {
  readonly shell: Pick<Shell, 'onPower'>
  readonly session: () => Session | undefined
  readonly notices: Notices
  readonly appLock: AppLock
  readonly leaseWatch: LeaseWatch
  readonly inBackground: (work: Promise<unknown>) => void
}

/** Listens until what it returns is called. */
export function listenToPower(parts: PowerParts): () => void {
  const { shell, session, notices, appLock, leaseWatch, inBackground } = parts
  return shell.onPower((event) => {
    if (event === 'suspend') session()?.dispatch({ type: 'suspended' })
    if (event === 'lock-screen' || event === 'unlock-screen') notices.screenLocked(event === 'lock-screen')
    if (event === 'suspend' || event === 'lock-screen') session()?.lively.noteAway()
    if (event === 'lock-screen') appLock.lock()
    if (event !== 'resume') return
    appLock.check()
    inBackground(leaseWatch.check().finally(() => session()?.dispatch({ type: 'connect-asked' })))
  })
}
