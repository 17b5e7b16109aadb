// Owns which screen the window shows for a session. Pure. Always holds: the frame with conversations is shown only where
// the cache may be read; a wipe outranks everything.

import type { FailureView, SessionView } from '../../shared/bridge.ts'

export type Screen =
  | { readonly type: 'starting' }
  | { readonly type: 'enrol'; readonly back: boolean }
  /** By IT: nothing is lost, the same person enrols again. */
  | { readonly type: 'signed-out' }
  | { readonly type: 'app-locked' }
  | { readonly type: 'locked' }
  | { readonly type: 'problem'; readonly failure: FailureView }
  | { readonly type: 'update-required' }
  | { readonly type: 'wiping' }
  | { readonly type: 'wiped' }
  | { readonly type: 'frame' }

/** Problems with which nothing can or may be read, in whatever state they are told. */
const stopping: ReadonlySet<string> = new Set([
  'keystore-unavailable',
  'keystore-insecure',
  'keystore-changed',
  'store-corrupt',
  'store-too-new',
  'profile-in-use',
  'profile-not-writable',
  'user-inactive',
  'device-unknown',
  'device-revoked',
  'device-wiped',
])

/** Problems that a new enrolment ends. */
const endedByEnrolling: ReadonlySet<string> = new Set([
  'keystore-changed',
  'store-corrupt',
  'device-unknown',
  'device-revoked',
  'device-wiped',
])

/** Problems worth another try without restarting the program. */
const endedByTrying: ReadonlySet<string> = new Set([
  'keystore-unavailable',
  'disk-full',
  'user-inactive',
  'clock-skewed',
  'unavailable',
  'offline',
])

/** What a problem screen offers. */
export function remedyOf(code: string): 'enrol' | 'retry' | undefined {
  if (endedByEnrolling.has(code)) return 'enrol'
  return endedByTrying.has(code) ? 'retry' : undefined
}

/** True where cached conversations may be read. */
export function isReadable(session: SessionView, nowMs: number): boolean {
  if (session.appLock.locked) return false
  switch (session.state) {
    case 'offline':
    case 'connecting':
    case 'handshaking':
    case 'catching-up':
    case 'live':
      return true
    case 'update-required':
      return session.readableUntilMs !== undefined && session.readableUntilMs > nowMs
    case 'signed-out':
    case 'locked':
    case 'wiping':
    case 'wiped':
      return false
  }
}

/**
 * The screen for `session`. `startFailure` is why there is none; `enrolAgain` is set once the user has asked to enrol
 * from a wiped or problem screen; `unlocking` while a passphrase is looked at.
 */
export function screenOf(
  session: SessionView | undefined,
  startFailure: FailureView | undefined,
  enrolAgain: boolean,
  nowMs: number,
  unlocking = false,
): Screen {
  if (session === undefined) {
    return startFailure === undefined ? { type: 'starting' } : { type: 'problem', failure: startFailure }
  }
  if (session.state === 'wiping') return { type: 'wiping' }
  if (session.state === 'wiped') return enrolAgain ? { type: 'enrol', back: true } : { type: 'wiped' }
  const problem = session.problem
  const readable = isReadable(session, nowMs)
  // Of a locked app's problems only those are told that the passphrase would not end; after it, the lease's own screen.
  if (session.appLock.locked && (problem === undefined || !stopping.has(problem.code))) return { type: 'app-locked' }
  if (problem !== undefined && (stopping.has(problem.code) || (!readable && stopsEnrolment(session, problem)))) {
    return enrolAgain ? { type: 'enrol', back: true } : { type: 'problem', failure: problem }
  }
  if (session.state === 'signed-out') {
    return session.signOut === undefined ? { type: 'enrol', back: false } : { type: 'signed-out' }
  }
  // Between the right passphrase and the open cache there is nothing to read yet: no reason to show the lease's screen.
  if (session.state === 'locked') return { type: unlocking ? 'app-locked' : 'locked' }
  if (session.state === 'update-required' && !readable) return { type: 'update-required' }
  return { type: 'frame' }
}

/** Of the problems that leave the screens usable, those that stop one which is not open yet. */
function stopsEnrolment(session: SessionView, problem: FailureView): boolean {
  // While locked or updating, being out of reach is the screen's own story, not a problem beside it.
  if (problem.code === 'disk-full' || problem.code === 'internal') return true
  if (problem.code === 'passphrase-wrong' || problem.code === 'passphrase-needed') return true
  return session.state === 'locked' && problem.code === 'clock-skewed'
}
