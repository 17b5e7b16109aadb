import { describe, expect, it } from 'vitest'
import { defaultSettings, type SessionState, type SessionView, sessionStates } from '../../shared/bridge.ts'
import { isReadable, remedyOf, screenOf } from './screen.ts'

const now = 1_000_000
function session(state: SessionState, change: Partial<SessionView> = {}): SessionView {
  return {
    state,
    host: 'electron',
    version: '0',
    settings: defaultSettings,
    may: { forward: true, takeFiles: true, edit: true, delete: true },
    systemLanguages: [],
    queued: 0,
    appLock: { enabled: false, locked: false, lockAfterMinutes: 15 },
    roles: [],
    ...change,
  }
}
const problem = (code: string) => ({ problem: { code, message: code } })
const screen = (view: SessionView, enrolAgain = false) => screenOf(view, undefined, enrolAgain, now).type

describe('screenOf', () => {
  it('[UI17] conversations are shown only in the states in which the cache may be read', () => {
    const shown = sessionStates.filter((state) => screen(session(state)) === 'frame')
    expect(shown).toEqual(['offline', 'connecting', 'handshaking', 'catching-up', 'live'])
    expect(sessionStates.filter((state) => isReadable(session(state), now))).toEqual(shown)
  })

  it('[UI17] with an update required, they stay readable until the lease ends', () => {
    expect(screen(session('update-required', { readableUntilMs: now + 1 }))).toBe('frame')
    expect(screen(session('update-required', { readableUntilMs: now }))).toBe('update-required')
    expect(screen(session('update-required'))).toBe('update-required')
  })

  it('[UI18] a wipe outranks every problem, and a wiped desktop can be enrolled again', () => {
    expect(screen(session('wiping', problem('store-corrupt')), true)).toBe('wiping')
    expect(screen(session('wiped', problem('store-corrupt')))).toBe('wiped')
    expect(screenOf(session('wiped'), undefined, true, now)).toEqual({ type: 'enrol', back: true })
  })

  it('[UI18] problems that leave nothing to read take the whole window in any state', () => {
    for (const code of [
      'keystore-unavailable',
      'keystore-insecure',
      'keystore-changed',
      'store-too-new',
      'store-corrupt',
      'profile-not-writable',
      'profile-in-use',
      'user-inactive',
      'device-revoked',
    ]) {
      for (const state of ['signed-out', 'locked', 'offline', 'live'] as const)
        expect(screenOf(session(state, problem(code)), undefined, false, now)).toEqual({
          type: 'problem',
          failure: { code, message: code },
        })
    }
  })

  it('[UI18] other problems leave readable conversations readable', () => {
    for (const code of ['unavailable', 'disk-full', 'clock-skewed', 'rate-limited', 'code-of-tomorrow'])
      expect(screen(session('offline', problem(code)))).toBe('frame')
    expect(screen(session('signed-out', problem('disk-full')))).toBe('problem')
    expect(screen(session('signed-out', problem('unavailable')))).toBe('enrol')
    expect(screen(session('locked', problem('unavailable')))).toBe('locked')
  })

  it('[UI18] a changed key store offers enrolling anew, and leads there', () => {
    expect(remedyOf('keystore-changed')).toBe('enrol')
    expect(remedyOf('disk-full')).toBe('retry')
    expect(remedyOf('store-too-new')).toBeUndefined()
    expect(screen(session('signed-out', problem('keystore-changed')), true)).toBe('enrol')
  })

  it('[UI18] before the first answer it is starting; a host that fails is a problem', () => {
    expect(screenOf(undefined, undefined, false, now).type).toBe('starting')
    expect(screenOf(undefined, { code: 'profile-in-use', message: '' }, false, now).type).toBe('problem')
  })

  it('[UI32] a locked app shows its lock screen in every state but a wipe’s, and no state makes it readable', () => {
    const appLock = { enabled: true, locked: true, lockAfterMinutes: 15 }
    for (const state of sessionStates) {
      const wiped = state === 'wiping' || state === 'wiped'
      expect(screen(session(state, { appLock }))).toBe(wiped ? state : 'app-locked')
      expect(isReadable(session(state, { appLock, readableUntilMs: now + 1 }), now)).toBe(false)
    }
  })

  it('[UI32] while a passphrase opens the cache the lock screen stays; after it the lease’s own may follow', () => {
    expect(screenOf(session('locked'), undefined, false, now, true).type).toBe('app-locked')
    expect(screenOf(session('live'), undefined, false, now, true).type).toBe('frame')
    expect(screenOf(session('locked'), undefined, false, now, false).type).toBe('locked')
  })

  it('[UI32] of a locked app’s problems only those that a passphrase does not end come first', () => {
    const appLock = { enabled: true, locked: true, lockAfterMinutes: 15 }
    expect(screen(session('locked', { appLock, ...problem('device-revoked') }))).toBe('problem')
    expect(screen(session('locked', { appLock, ...problem('disk-full') }))).toBe('app-locked')
    expect(screen(session('locked', { appLock, ...problem('passphrase-wrong') }))).toBe('app-locked')
  })
})
