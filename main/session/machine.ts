// Owns the states of the session with the workspace server and what each event does to them. Pure: no socket, clock,
// random or await; effects are data that run.ts performs.
// Always holds: nothing leaves `wiping` but `wiped`; a cache that is not open is never shown as offline but as `locked`;
// whatever ends a connection leads to exactly one scheduled retry; an app that its user has locked stays reachable for orders;
// one that the organisation has signed out dials rarely, for orders alone, and nothing but an enrolment ends that.

import { limits } from '../../shared/limits.ts'
import { type Failure, fail } from '../../shared/result.ts'

export type State =
  /** No identity. `problem` says why an earlier one cannot be used. */
  | { readonly type: 'signed-out'; readonly problem?: Failure; readonly isOrdered?: false }
  /** By the organisation, with an identity: its cache is kept, sealed. */
  | SignedOut
  /** Enrolled, cache closed: the lease share is not here, or the app's passphrase has not been given. */
  | {
      readonly type: 'locked'
      readonly attempt: number
      readonly problem?: Failure
      /** Connected all the same, for want of the passphrase alone: hears orders, leases, policy and the end, nothing else. */
      readonly listening?: true
    }
  /** Enrolled, not connected, cache open. */
  | { readonly type: 'offline'; readonly attempt: number; readonly problem?: Failure }
  | { readonly type: 'connecting'; readonly cache: boolean; readonly attempt: number; readonly problem?: Failure }
  | {
      readonly type: 'handshaking'
      readonly cache: boolean
      readonly attempt: number
      readonly problem?: Failure
      /** The server has proved itself; the cache is being opened for this connection. */
      readonly admitting?: true
    }
  | { readonly type: 'catching-up'; readonly attempt: number }
  | { readonly type: 'live'; readonly attempt: number }
  /** Server and client share no protocol version. Tried again rarely: the server may be rolled back. */
  | { readonly type: 'update-required'; readonly cache: boolean; readonly attempt: number }
  | { readonly type: 'wiping' }
  | { readonly type: 'wiped' }

interface SignedOut {
  readonly type: 'signed-out'
  readonly isOrdered: true
  readonly attempt: number
  /** Connected, or about to be, to hear whether there is another order. */
  readonly dialling?: 'connecting' | 'handshaking'
}

export type TimerName = 'retry' | 'handshake' | 'heartbeat'

export type Event =
  | {
      readonly type: 'started'
      readonly enrolled: boolean
      readonly cache: boolean
      readonly problem?: Failure
      /** By the organisation, in an earlier run. */
      readonly signedOut?: boolean
    }
  | { readonly type: 'enrolled' }
  /** The user asked, the network came back or the computer woke. */
  | { readonly type: 'connect-asked' }
  /** The computer is about to sleep: better an orderly end than a dead socket on wake. */
  | { readonly type: 'suspended' }
  | { readonly type: 'socket-opened' }
  | { readonly type: 'socket-closed'; readonly livedMs: number; readonly problem?: Failure }
  | { readonly type: 'hello'; readonly versions: readonly number[]; readonly sameWorkspace: boolean }
  /** The server's welcome; `proven` where it is signed by the pinned key. */
  | { readonly type: 'welcomed'; readonly proven: boolean }
  | { readonly type: 'cache-opened' }
  /** The cache cannot be opened or written. */
  | { readonly type: 'cache-failed'; readonly problem: Failure }
  | { readonly type: 'caught-up' }
  | { readonly type: 'fell-behind' }
  /** The server said why it closes. */
  | { readonly type: 'dismissed'; readonly livedMs: number; readonly problem: Failure }
  /** The lease is over, or the cache is damaged: it stays closed until the server has been reached. */
  | { readonly type: 'cache-lost' }
  /** The keys are out of memory until the passphrase is given: locked by the user or by idleness, or found locked. */
  | { readonly type: 'app-locked' }
  /** The passphrase was given; `cache` where the cache is open by now. */
  | { readonly type: 'app-unlocked'; readonly cache: boolean }
  | { readonly type: 'timer'; readonly name: TimerName; readonly silentForMs: number }
  | { readonly type: 'order-accepted' }
  /** A sign-out has been obeyed. */
  | { readonly type: 'signed-out' }
  | { readonly type: 'wiped' }

export type Effect =
  | { readonly type: 'open-socket' }
  | { readonly type: 'close-socket' }
  /** Sign the nonce and send `auth`. */
  | { readonly type: 'authenticate'; readonly version: number }
  /** Keep the lease, open the cache with it, then report cache-opened, app-locked or cache-failed. */
  | { readonly type: 'admit' }
  | { readonly type: 'start-sync' }
  | { readonly type: 'stop-sync' }
  | { readonly type: 'close-cache' }
  | { readonly type: 'ping' }
  | { readonly type: 'set-timer'; readonly name: TimerName; readonly ms: number }
  | { readonly type: 'stop-timer'; readonly name: TimerName }
  /** Set the retry timer with jitter for this attempt, but not before `leastMs`. */
  | { readonly type: 'schedule-retry'; readonly attempt: number; readonly leastMs: number }

export interface Step {
  readonly state: State
  readonly effects: readonly Effect[]
}

/** Versions this client speaks, newest first. */
export const spokenVersions: readonly number[] = [2, 1]

/** A dismissal after which trying at once is pointless: the server will say the same until somebody acts there. */
const lastingProblems: ReadonlySet<string> = new Set([
  'user-inactive',
  'device-unknown',
  'device-revoked',
  'device-wiped',
  'wrong-server',
  'proof-invalid',
  'replaced',
  'signed-out',
])

/** The state after `event`, and what to do. */
export function step(state: State, event: Event): Step {
  if (state.type === 'wiping') return event.type === 'wiped' ? { state: { type: 'wiped' }, effects: [] } : stay(state)
  switch (event.type) {
    case 'started':
      return state.type === 'signed-out' && !isOrderedOut(state) ? started(event) : stay(state)
    case 'enrolled':
      if (isOrderedOut(state)) return reconnect(false)
      return state.type === 'signed-out' || state.type === 'wiped' ? connect(false, 0) : stay(state)
    case 'connect-asked':
      if (isOrderedOut(state)) return dial(state)
      return canConnect(state) ? connect(cacheOpen(state), 0, problemOf(state)) : stay(state)
    case 'timer':
      return onTimer(state, event.name, event.silentForMs)
    case 'suspended':
      return isConnected(state) ? rest(state, { attempt: 0, problem: undefined, leastMs: 0 }) : stay(state)
    case 'socket-opened':
      if (isOrderedOut(state) && state.dialling) return { state: { ...state, dialling: 'handshaking' }, effects: [] }
      return state.type === 'connecting' ? { state: { ...state, type: 'handshaking' }, effects: [] } : stay(state)
    case 'socket-closed':
      return onClosed(state, event.livedMs, event.problem)
    case 'hello':
      return onHello(state, event)
    case 'welcomed':
      // Whatever it says, it is an enrolment that ends a sign-out.
      if (isOrderedOut(state)) return state.dialling ? restSignedOut(0) : stay(state)
      if (state.type !== 'handshaking' || state.admitting) return stay(state)
      return event.proven
        ? { state: { ...state, admitting: true }, effects: [stopTimer('handshake'), { type: 'admit' }] }
        : rest(state, {
            attempt: state.attempt + 1,
            problem: fail('wrong-server').error,
            leastMs: limits.backoffMostMs,
          })
    case 'cache-opened':
      return onCacheOpened(state)
    case 'cache-failed':
      return onCacheFailed(state, event.problem)
    case 'caught-up':
      return state.type === 'catching-up' ? { state: { ...state, type: 'live' }, effects: [] } : stay(state)
    case 'fell-behind':
      return state.type === 'live' ? { state: { ...state, type: 'catching-up' }, effects: [] } : stay(state)
    case 'dismissed':
      return onDismissed(state, event.livedMs, event.problem)
    case 'cache-lost':
      return onCacheLost(state)
    case 'app-locked':
      return onAppLocked(state)
    case 'app-unlocked':
      return onAppUnlocked(state, event.cache)
    case 'order-accepted':
      return { state: { type: 'wiping' }, effects: [...disconnect, stopTimer('retry')] }
    case 'signed-out':
      return onSignedOut(state)
    case 'wiped':
      return stay(state)
  }
}

const stay = (state: State): Step => ({ state, effects: [] })
const stopTimer = (name: TimerName): Effect => ({ type: 'stop-timer', name })
/** Everything a connection holds, let go. */
const disconnect: readonly Effect[] = [
  { type: 'stop-sync' },
  { type: 'close-socket' },
  stopTimer('handshake'),
  stopTimer('heartbeat'),
]

function started(event: Extract<Event, { type: 'started' }>): Step {
  if (event.enrolled && event.signedOut) return dial({ type: 'signed-out', isOrdered: true, attempt: 0 })
  if (event.enrolled) return connect(event.cache, 0)
  return { state: event.problem ? { type: 'signed-out', problem: event.problem } : { type: 'signed-out' }, effects: [] }
}

/** `problem`: what ended the last attempt is shown until this one is further. */
function connect(cache: boolean, attempt: number, problem?: Failure): Step {
  return {
    state: { type: 'connecting', cache, attempt, ...(problem && { problem }) },
    effects: [
      stopTimer('retry'),
      { type: 'set-timer', name: 'handshake', ms: limits.handshakeMs },
      { type: 'open-socket' },
    ],
  }
}

type Locked = Extract<State, { type: 'locked' }>
type Connected = Extract<State, { type: 'connecting' | 'handshaking' | 'catching-up' | 'live' }> | Locked | SignedOut

function isOrderedOut(state: State): state is SignedOut {
  return state.type === 'signed-out' && state.isOrdered === true
}

/** True while connected for orders only. */
export function isListening(state: State): boolean {
  return state.type === 'locked' && state.listening === true
}

function isConnected(state: State): state is Connected {
  switch (state.type) {
    case 'connecting':
    case 'handshaking':
    case 'catching-up':
    case 'live':
      return true
    default:
      return isListening(state) || (isOrderedOut(state) && state.dialling !== undefined)
  }
}

function canConnect(state: State): state is Extract<State, { type: 'locked' | 'offline' | 'update-required' }> {
  if (isListening(state)) return false
  return state.type === 'locked' || state.type === 'offline' || state.type === 'update-required'
}

function problemOf(state: State): Failure | undefined {
  return 'problem' in state ? state.problem : undefined
}

/** True where the cache is open in this state. */
export function cacheOpen(state: State): boolean {
  switch (state.type) {
    case 'offline':
    case 'catching-up':
    case 'live':
      return true
    case 'connecting':
    case 'handshaking':
    case 'update-required':
      return state.cache
    default:
      return false
  }
}

/** Off the network until the retry: `offline` with the cache, `locked` without. */
function rest(state: State, why: { attempt: number; problem: Failure | undefined; leastMs: number }): Step {
  if (isOrderedOut(state)) return restSignedOut(why.attempt)
  return {
    state: {
      type: cacheOpen(state) ? 'offline' : 'locked',
      attempt: why.attempt,
      ...(why.problem && { problem: why.problem }),
    },
    effects: [...disconnect, { type: 'schedule-retry', attempt: why.attempt, leastMs: why.leastMs }],
  }
}

/** Its keys are gone already: another order can wait, the server cannot bear a fleet of signed-out desktops that will not. */
function restSignedOut(attempt: number): Step {
  return {
    state: { type: 'signed-out', isOrdered: true, attempt },
    effects: [...disconnect, { type: 'schedule-retry', attempt, leastMs: limits.updateRetryMs }],
  }
}

/** Listens for another order while signed out. */
function dial(state: SignedOut): Step {
  if (state.dialling) return stay(state)
  const { effects } = connect(false, state.attempt)
  return { state: { ...state, dialling: 'connecting' }, effects }
}

function onSignedOut(state: State): Step {
  if (state.type === 'wiped' || isOrderedOut(state)) return stay(state)
  const { state: next, effects } = restSignedOut(0)
  // Also where it is closed: it may be about to be opened.
  return { state: next, effects: [...effects, { type: 'close-cache' }] }
}

function onTimer(state: State, name: TimerName, silentForMs: number): Step {
  switch (name) {
    case 'retry':
      if (isOrderedOut(state)) return dial(state)
      return canConnect(state) ? connect(cacheOpen(state), state.attempt, problemOf(state)) : stay(state)
    case 'handshake':
      if (isOrderedOut(state)) return state.dialling ? restSignedOut(0) : stay(state)
      if (state.type !== 'connecting' && state.type !== 'handshaking') return stay(state)
      return rest(state, { attempt: state.attempt + 1, problem: fail('unavailable').error, leastMs: 0 })
    case 'heartbeat': {
      if (state.type !== 'catching-up' && state.type !== 'live' && !isListening(state)) return stay(state)
      if (silentForMs >= limits.silenceMs) return rest(state, { attempt: 0, problem: undefined, leastMs: 0 })
      const again: Effect = { type: 'set-timer', name: 'heartbeat', ms: limits.silenceMs - limits.heartbeatMs }
      return { state, effects: silentForMs >= limits.heartbeatMs ? [{ type: 'ping' }, again] : [again] }
    }
  }
}

/** The attempt that follows a connection: one that lasted starts the back-off anew. */
function attemptAfter(state: Connected, livedMs: number): number {
  return livedMs >= limits.backoffResetMs ? 0 : state.attempt + 1
}

function onClosed(state: State, livedMs: number, problem: Failure | undefined): Step {
  if (!isConnected(state)) return stay(state)
  return rest(state, { attempt: attemptAfter(state, livedMs), problem, leastMs: 0 })
}

function onCacheOpened(state: State): Step {
  switch (state.type) {
    case 'handshaking':
      if (!state.admitting) return { state: { ...state, cache: true }, effects: [] }
      return {
        state: { type: 'catching-up', attempt: state.attempt },
        effects: [{ type: 'start-sync' }, { type: 'set-timer', name: 'heartbeat', ms: limits.heartbeatMs }],
      }
    // The connection that brought the lease ended while the cache was being opened: the lease holds all the same.
    case 'locked':
      return state.listening ? reconnect(true) : { state: { ...state, type: 'offline' }, effects: [] }
    case 'connecting':
    case 'update-required':
      return { state: { ...state, cache: true }, effects: [] }
    default:
      return stay(state)
  }
}

function onHello(state: State, hello: Extract<Event, { type: 'hello' }>): Step {
  const isGreeted = isOrderedOut(state)
    ? state.dialling === 'handshaking'
    : state.type === 'handshaking' && !state.admitting
  if (!isGreeted || !('attempt' in state)) return stay(state)
  if (!hello.sameWorkspace)
    return rest(state, {
      attempt: state.attempt + 1,
      problem: fail('wrong-server').error,
      leastMs: limits.backoffMostMs,
    })
  const version = spokenVersions.find((spoken) => hello.versions.includes(spoken))
  return version === undefined ? updateRequired(state) : { state, effects: [{ type: 'authenticate', version }] }
}

function updateRequired(state: State): Step {
  if (isOrderedOut(state)) return restSignedOut(state.attempt + 1)
  return {
    state: { type: 'update-required', cache: cacheOpen(state), attempt: 0 },
    effects: [...disconnect, { type: 'schedule-retry', attempt: 0, leastMs: limits.updateRetryMs }],
  }
}

function onDismissed(state: State, livedMs: number, problem: Failure): Step {
  if (!isConnected(state)) return stay(state)
  if (problem.code === 'update-required') return updateRequired(state)
  const lasting = lastingProblems.has(problem.code)
  // Capped: a server's slip of a digit must not keep a desktop away for a year.
  const askedMs = Math.min(problem.retryAfterMs ?? 0, limits.updateRetryMs)
  const leastMs = Math.max(askedMs, lasting ? limits.backoffMostMs : 0)
  return rest(state, { attempt: attemptAfter(state, livedMs), problem, leastMs })
}

/** A cache that cannot be written: nothing may be acknowledged, so the connection ends until somebody frees the disk. */
function onCacheFailed(state: State, problem: Failure): Step {
  if (!isConnected(state)) return stay(state)
  return rest(state, { attempt: state.attempt + 1, problem, leastMs: limits.backoffMostMs })
}

function onCacheLost(state: State): Step {
  if (!cacheOpen(state)) return stay(state)
  const close: Effect = { type: 'close-cache' }
  if (state.type === 'update-required') return { state: { ...state, cache: false }, effects: [close] }
  // A connection renews the lease at once; without one the cache stays closed until the server is reached.
  const next = connect(false, 0)
  return { state: next.state, effects: [...disconnect, close, ...next.effects] }
}

/** Another connection in the place of this one, which was made without the cache and so tells no cursors. */
function reconnect(cache: boolean): Step {
  const next = connect(cache, 0)
  return { state: next.state, effects: [...disconnect, ...next.effects] }
}

/** The connection is kept: a wipe must reach a desktop that is locked. */
function onAppLocked(state: State): Step {
  const close: readonly Effect[] = cacheOpen(state) ? [{ type: 'close-cache' }] : []
  switch (state.type) {
    case 'offline':
      return { state: { ...state, type: 'locked' }, effects: close }
    case 'catching-up':
    case 'live':
      return {
        state: { type: 'locked', attempt: state.attempt, listening: true },
        effects: [{ type: 'stop-sync' }, ...close],
      }
    case 'handshaking':
      if (!state.admitting)
        return cacheOpen(state) ? { state: { ...state, cache: false }, effects: close } : stay(state)
      return {
        state: { type: 'locked', attempt: state.attempt, listening: true },
        effects: [...close, { type: 'set-timer', name: 'heartbeat', ms: limits.heartbeatMs }],
      }
    case 'connecting':
    case 'update-required':
      return cacheOpen(state) ? { state: { ...state, cache: false }, effects: close } : stay(state)
    default:
      return stay(state)
  }
}

/** Somebody is there: where nothing is under way yet, the server is dialled at once. */
function onAppUnlocked(state: State, cache: boolean): Step {
  switch (state.type) {
    case 'locked':
      return state.listening ? reconnect(cache) : connect(cache, 0, state.problem)
    case 'connecting':
    case 'handshaking':
    case 'update-required':
      return cache && !state.cache ? { state: { ...state, cache }, effects: [] } : stay(state)
    default:
      return stay(state)
  }
}
