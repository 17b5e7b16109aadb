// Owns the proof of the session machine: every state against every event, and seeded walks that hold its promises.
// Always holds: a cell of the table names a kind of step; what a kind means in state and effects is written once below.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { type FailureCode, fail } from '../../shared/result.ts'
import { backoffMs } from './backoff.ts'
import { cacheOpen, type Effect, type Event, isListening, type State, step } from './machine.ts'

const unavailable = fail('unavailable').error
const diskFull = fail('disk-full').error

const states = {
  'signed-out': { type: 'signed-out' },
  locked: { type: 'locked', attempt: 3 },
  listening: { type: 'locked', attempt: 3, listening: true },
  offline: { type: 'offline', attempt: 3, problem: unavailable },
  connecting: { type: 'connecting', cache: true, attempt: 3 },
  handshaking: { type: 'handshaking', cache: false, attempt: 3 },
  admitting: { type: 'handshaking', cache: true, attempt: 3, admitting: true },
  'catching-up': { type: 'catching-up', attempt: 3 },
  live: { type: 'live', attempt: 3 },
  'update-required': { type: 'update-required', cache: true, attempt: 0 },
  wiping: { type: 'wiping' },
  wiped: { type: 'wiped' },
  out: { type: 'signed-out', isOrdered: true, attempt: 0 },
  'out, dialling': { type: 'signed-out', isOrdered: true, attempt: 0, dialling: 'connecting' },
  'out, greeted': { type: 'signed-out', isOrdered: true, attempt: 0, dialling: 'handshaking' },
} as const satisfies Record<string, State>
type StateName = keyof typeof states
const stateNames = Object.keys(states) as StateName[]

const shortMs = limits.backoffResetMs - 1
const longMs = limits.backoffResetMs
const events = {
  'started enrolled': { type: 'started', enrolled: true, cache: true },
  'started signed out': { type: 'started', enrolled: true, signedOut: true, cache: false },
  'started anew': { type: 'started', enrolled: false, cache: false, problem: fail('code-used').error },
  enrolled: { type: 'enrolled' },
  'connect-asked': { type: 'connect-asked' },
  suspended: { type: 'suspended' },
  'socket-opened': { type: 'socket-opened' },
  'socket-closed': { type: 'socket-closed', livedMs: shortMs, problem: unavailable },
  'hello ours': { type: 'hello', versions: [1], sameWorkspace: true },
  'hello foreign': { type: 'hello', versions: [1], sameWorkspace: false },
  'hello later': { type: 'hello', versions: [7], sameWorkspace: true },
  'welcomed proven': { type: 'welcomed', proven: true },
  'welcomed unproven': { type: 'welcomed', proven: false },
  'cache-opened': { type: 'cache-opened' },
  'cache-failed': { type: 'cache-failed', problem: diskFull },
  'caught-up': { type: 'caught-up' },
  'fell-behind': { type: 'fell-behind' },
  'dismissed passing': { type: 'dismissed', livedMs: shortMs, problem: unavailable },
  'dismissed old': { type: 'dismissed', livedMs: shortMs, problem: fail('update-required').error },
  'cache-lost': { type: 'cache-lost' },
  'app-locked': { type: 'app-locked' },
  'app-unlocked, open': { type: 'app-unlocked', cache: true },
  'app-unlocked, shut': { type: 'app-unlocked', cache: false },
  'timer retry': { type: 'timer', name: 'retry', silentForMs: 0 },
  'timer handshake': { type: 'timer', name: 'handshake', silentForMs: 0 },
  'heartbeat, heard': { type: 'timer', name: 'heartbeat', silentForMs: limits.heartbeatMs - 1 },
  'heartbeat, quiet': { type: 'timer', name: 'heartbeat', silentForMs: limits.heartbeatMs },
  'heartbeat, dead': { type: 'timer', name: 'heartbeat', silentForMs: limits.silenceMs },
  'order-accepted': { type: 'order-accepted' },
  'signed-out': { type: 'signed-out' },
  wiped: { type: 'wiped' },
} as const satisfies Record<string, Event>
type EventName = keyof typeof events

const disconnect = ['stop-sync', 'close-socket', 'stop-timer handshake', 'stop-timer heartbeat']
const connect = ['stop-timer retry', 'set-timer handshake', 'open-socket']

/** What each kind of step ends in: the state it must lead to, and its effects in order. */
const kinds = {
  '·': { to: (from: State) => from, effects: [] },
  connect: { to: (from: State) => ({ type: 'connecting', cache: cacheOpen(from) }), effects: connect },
  start: { to: () => ({ type: 'connecting', cache: true, attempt: 0 }), effects: connect },
  ready: { to: () => ({ type: 'signed-out', problem: fail('code-used').error }), effects: [] },
  shake: { to: (from: State) => ({ ...from, type: 'handshaking' }), effects: [] },
  rest: {
    to: (from: State) => ({ type: cacheOpen(from) ? 'offline' : 'locked' }),
    effects: [...disconnect, 'schedule-retry'],
  },
  auth: { to: (from: State) => from, effects: ['authenticate'] },
  admit: { to: (from: State) => ({ ...from, admitting: true }), effects: ['stop-timer handshake', 'admit'] },
  sync: { to: () => ({ type: 'catching-up' }), effects: ['start-sync', 'set-timer heartbeat'] },
  unlock: { to: () => ({ type: 'offline' }), effects: [] },
  cached: { to: (from: State) => ({ ...from, cache: true }), effects: [] },
  live: { to: () => ({ type: 'live' }), effects: [] },
  behind: { to: () => ({ type: 'catching-up' }), effects: [] },
  update: {
    to: (from: State) => ({ type: 'update-required', cache: cacheOpen(from), attempt: 0 }),
    effects: [...disconnect, 'schedule-retry'],
  },
  relock: {
    to: () => ({ type: 'connecting', cache: false, attempt: 0 }),
    effects: [...disconnect, 'close-cache', ...connect],
  },
  close: { to: () => ({ type: 'update-required', cache: false }), effects: ['close-cache'] },
  shut: { to: (from: State) => ({ ...from, cache: false }), effects: ['close-cache'] },
  hide: { to: () => ({ type: 'locked', attempt: 3, problem: unavailable }), effects: ['close-cache'] },
  listen: { to: () => ({ type: 'locked', attempt: 3, listening: true }), effects: ['stop-sync', 'close-cache'] },
  'let in': {
    to: () => ({ type: 'locked', attempt: 3, listening: true }),
    effects: ['close-cache', 'set-timer heartbeat'],
  },
  redial: { to: () => ({ type: 'connecting', cache: true, attempt: 0 }), effects: [...disconnect, ...connect] },
  'redial shut': { to: () => ({ type: 'connecting', cache: false, attempt: 0 }), effects: [...disconnect, ...connect] },
  'dial open': { to: () => ({ type: 'connecting', cache: true, attempt: 0 }), effects: connect },
  ping: { to: (from: State) => from, effects: ['ping', 'set-timer heartbeat'] },
  wait: { to: (from: State) => from, effects: ['set-timer heartbeat'] },
  wipe: { to: () => ({ type: 'wiping' }), effects: [...disconnect, 'stop-timer retry'] },
  done: { to: () => ({ type: 'wiped' }), effects: [] },
  'sign out': {
    to: () => ({ type: 'signed-out', isOrdered: true, attempt: 0 }),
    effects: [...disconnect, 'schedule-retry', 'close-cache'],
  },
  'dial out': { to: () => ({ type: 'signed-out', isOrdered: true, dialling: 'connecting' }), effects: connect },
  'shake out': { to: () => ({ type: 'signed-out', isOrdered: true, dialling: 'handshaking' }), effects: [] },
  'rest out': { to: () => ({ type: 'signed-out', isOrdered: true }), effects: [...disconnect, 'schedule-retry'] },
} satisfies Record<string, { to: (from: State) => object; effects: readonly string[] }>
type Kind = keyof typeof kinds

// biome-ignore format: a table
const table: Record<EventName, readonly Kind[]> = {
  //                   signed-out locked     listening  offline    connecting handshaking admitting  catching-up live      upd.-req.  wiping wiped out dialling greeted
  'started enrolled':  ['start',   '·',       '·',       '·',       '·',       '·',        '·',       '·',        '·',      '·',       '·',   '·', '·', '·', '·'],
  'started signed out': ['dial out','·',      '·',       '·',       '·',       '·',        '·',       '·',        '·',      '·',       '·',   '·', '·', '·', '·'],
  'started anew':      ['ready',   '·',       '·',       '·',       '·',       '·',        '·',       '·',        '·',      '·',       '·',   '·', '·', '·', '·'],
  enrolled:            ['connect', '·',       '·',       '·',       '·',       '·',        '·',       '·',        '·',      '·',       '·',   'connect', 'redial shut', 'redial shut', 'redial shut'],
  'connect-asked':     ['·',       'connect', '·',       'connect', '·',       '·',        '·',       '·',        '·',      'connect', '·',   '·', 'dial out', '·', '·'],
  suspended:           ['·',       '·',       'rest',    '·',       'rest',    'rest',     'rest',    'rest',     'rest',   '·',       '·',   '·', '·', 'rest out', 'rest out'],
  'socket-opened':     ['·',       '·',       '·',       '·',       'shake',   '·',        '·',       '·',        '·',      '·',       '·',   '·', '·', 'shake out', 'shake out'],
  'socket-closed':     ['·',       '·',       'rest',    '·',       'rest',    'rest',     'rest',    'rest',     'rest',   '·',       '·',   '·', '·', 'rest out', 'rest out'],
  'hello ours':        ['·',       '·',       '·',       '·',       '·',       'auth',     '·',       '·',        '·',      '·',       '·',   '·', '·', '·', 'auth'],
  'hello foreign':     ['·',       '·',       '·',       '·',       '·',       'rest',     '·',       '·',        '·',      '·',       '·',   '·', '·', '·', 'rest out'],
  'hello later':       ['·',       '·',       '·',       '·',       '·',       'update',   '·',       '·',        '·',      '·',       '·',   '·', '·', '·', 'rest out'],
  'welcomed proven':   ['·',       '·',       '·',       '·',       '·',       'admit',    '·',       '·',        '·',      '·',       '·',   '·', '·', 'rest out', 'rest out'],
  'welcomed unproven': ['·',       '·',       '·',       '·',       '·',       'rest',     '·',       '·',        '·',      '·',       '·',   '·', '·', 'rest out', 'rest out'],
  'cache-opened':      ['·',       'unlock',  'redial',  '·',       'cached',  'cached',   'sync',    '·',        '·',      'cached',  '·',   '·', '·', '·', '·'],
  'cache-failed':      ['·',       '·',       'rest',    '·',       'rest',    'rest',     'rest',    'rest',     'rest',   '·',       '·',   '·', '·', 'rest out', 'rest out'],
  'caught-up':         ['·',       '·',       '·',       '·',       '·',       '·',        '·',       'live',     '·',      '·',       '·',   '·', '·', '·', '·'],
  'fell-behind':       ['·',       '·',       '·',       '·',       '·',       '·',        '·',       '·',        'behind', '·',       '·',   '·', '·', '·', '·'],
  'dismissed passing': ['·',       '·',       'rest',    '·',       'rest',    'rest',     'rest',    'rest',     'rest',   '·',       '·',   '·', '·', 'rest out', 'rest out'],
  'dismissed old':     ['·',       '·',       'update',  '·',       'update',  'update',   'update',  'update',   'update', '·',       '·',   '·', '·', 'rest out', 'rest out'],
  'cache-lost':        ['·',       '·',       '·',       'relock',  'relock',  '·',        'relock',  'relock',   'relock', 'close',   '·',   '·', '·', '·', '·'],
  'app-locked':        ['·',       '·',       '·',       'hide',    'shut',     '·',        'let in',    'listen',   'listen', 'shut',    '·',   '·', '·', '·', '·'],
  'app-unlocked, open': ['·',      'dial open','redial', '·',       '·',        'cached',   '·',        '·',        '·',      '·',       '·',   '·', '·', '·', '·'],
  'app-unlocked, shut': ['·',      'connect', 'redial shut','·',    '·',        '·',        '·',        '·',        '·',      '·',       '·',   '·', '·', '·', '·'],
  'timer retry':       ['·',       'connect', '·',       'connect', '·',       '·',        '·',       '·',        '·',      'connect', '·',   '·', 'dial out', '·', '·'],
  'timer handshake':   ['·',       '·',       '·',       '·',       'rest',    'rest',     'rest',    '·',        '·',      '·',       '·',   '·', '·', 'rest out', 'rest out'],
  'heartbeat, heard':  ['·',       '·',       'wait',    '·',       '·',       '·',        '·',       'wait',     'wait',   '·',       '·',   '·', '·', '·', '·'],
  'heartbeat, quiet':  ['·',       '·',       'ping',    '·',       '·',       '·',        '·',       'ping',     'ping',   '·',       '·',   '·', '·', '·', '·'],
  'heartbeat, dead':   ['·',       '·',       'rest',    '·',       '·',       '·',        '·',       'rest',     'rest',   '·',       '·',   '·', '·', '·', '·'],
  'order-accepted':    ['wipe',    'wipe',    'wipe',    'wipe',    'wipe',    'wipe',     'wipe',    'wipe',     'wipe',   'wipe',    '·',   'wipe', 'wipe', 'wipe', 'wipe'],
  'signed-out':        ['sign out','sign out','sign out','sign out','sign out','sign out','sign out','sign out', 'sign out','sign out','·',   '·', '·', '·', '·'],
  wiped:               ['·',       '·',       '·',       '·',       '·',       '·',        '·',       '·',        '·',      '·',       'done', '·', '·', '·', '·'],
}

const nameOf = (effect: Effect) => ('name' in effect ? `${effect.type} ${effect.name}` : effect.type)

describe('transitions', () => {
  for (const [eventName, row] of Object.entries(table) as [EventName, readonly Kind[]][]) {
    test.each(stateNames.map((stateName, i) => [stateName, row[i] ?? '·'] as const))(
      `[SES1] ${eventName} in %s: %s`,
      (stateName, kind) => {
        const from: State = states[stateName]
        const next = step(from, events[eventName])
        expect(next.state).toMatchObject(kinds[kind].to(from))
        expect(next.effects.map(nameOf)).toEqual(kinds[kind].effects)
        if (kind === '·') expect(next.state).toBe(from)
      },
    )
  }

  test('[SES1] the table has a cell for every state in every row', () => {
    expect(Object.keys(table).sort()).toEqual(Object.keys(events).sort())
    for (const row of Object.values(table)) expect(row).toHaveLength(stateNames.length)
  })
})

describe('back-off', () => {
  const retry = (state: State, event: Event) => {
    const effect = step(state, event).effects.find((e) => e.type === 'schedule-retry')
    if (effect?.type !== 'schedule-retry') throw new Error('no retry')
    return effect
  }

  test('[SES2] a connection that ends early goes on with the back-off, one that lasted starts it anew', () => {
    for (const state of [states.live, states['catching-up'], states.admitting]) {
      expect(retry(state, { type: 'socket-closed', livedMs: shortMs })).toMatchObject({ attempt: 4, leastMs: 0 })
      expect(retry(state, { type: 'socket-closed', livedMs: longMs })).toMatchObject({ attempt: 0, leastMs: 0 })
      expect(retry(state, { type: 'dismissed', livedMs: shortMs, problem: unavailable }).attempt).toBe(4)
      expect(retry(state, { type: 'dismissed', livedMs: longMs, problem: unavailable }).attempt).toBe(0)
    }
  })

  test('[SES2] the attempt is carried from the rest through the connection', () => {
    const connecting = step(states.offline, events['timer retry']).state
    expect(connecting).toMatchObject({ type: 'connecting', attempt: 3, problem: unavailable })
    expect(step(connecting, events['socket-opened']).state).toMatchObject({ type: 'handshaking', attempt: 3 })
  })

  test('[SES2] asking by hand starts the back-off anew and keeps what was wrong on show', () => {
    expect(step(states.offline, events['connect-asked']).state).toMatchObject({ attempt: 0, problem: unavailable })
  })

  const lasting: readonly FailureCode[] = [
    'user-inactive',
    'device-unknown',
    'device-revoked',
    'device-wiped',
    'wrong-server',
    'proof-invalid',
    'replaced',
  ]
  test.each(lasting)('[SES3] dismissed with %s: shown, and not tried again before the longest delay', (code) => {
    const problem = fail(code).error
    for (const state of [states.handshaking, states.live]) {
      const { attempt, leastMs } = retry(state, { type: 'dismissed', livedMs: 0, problem })
      expect({ attempt, leastMs }).toEqual({ attempt: 4, leastMs: limits.backoffMostMs })
      expect(step(state, { type: 'dismissed', livedMs: 0, problem }).state).toMatchObject({ problem })
    }
  })

  test.each(['unavailable', 'too-slow', 'rate-limited', 'bad-input'] as const)(
    '[SES3] dismissed with %s: tried again soon, but not before the server asked',
    (code) => {
      expect(retry(states.live, { type: 'dismissed', livedMs: 0, problem: fail(code).error }).leastMs).toBe(0)
      const later = { type: 'dismissed', livedMs: 0, problem: fail(code, 'later', 7000).error } as const
      expect(retry(states.live, later).leastMs).toBe(7000)
    },
  )

  test('[SES3] a pause asked for by the server is capped', () => {
    const problem = fail('unavailable', 'later', Number.MAX_SAFE_INTEGER).error
    expect(retry(states.live, { type: 'dismissed', livedMs: 0, problem }).leastMs).toBe(limits.updateRetryMs)
  })

  test('[SES3] no common version: tried again rarely, cache readable meanwhile', () => {
    const next = step({ type: 'handshaking', cache: true, attempt: 5 }, events['hello later'])
    expect(next.state).toEqual({ type: 'update-required', cache: true, attempt: 0 })
    expect(next.effects).toContainEqual({ type: 'schedule-retry', attempt: 0, leastMs: limits.updateRetryMs })
  })

  test('[SES2] a delay lies between half a step and the step, and never above the longest', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, random) => {
        const delay = backoffMs(attempt, random)
        const stepMs = Math.min(limits.backoffMostMs, limits.backoffFirstMs * 2 ** Math.min(attempt, 30))
        expect(delay).toBeGreaterThanOrEqual(stepMs / 2)
        expect(delay).toBeLessThanOrEqual(stepMs)
        expect(Number.isInteger(delay)).toBe(true)
      }),
    )
    expect(backoffMs(0, 0)).toBe(limits.backoffFirstMs / 2)
    expect(backoffMs(1, 0)).toBe(limits.backoffFirstMs)
    expect(backoffMs(60, 0.999_999)).toBe(limits.backoffMostMs)
  })
})

describe('lease', () => {
  test('[SES4] over: the cache is closed in every state that has it open, and shown as closed', () => {
    for (const state of Object.values(states) as State[]) {
      const next = step(state, { type: 'cache-lost' })
      expect(cacheOpen(next.state)).toBe(false)
      const closes = next.effects.some((effect) => effect.type === 'close-cache')
      expect(closes).toBe(cacheOpen(state))
    }
  })
})

// --- walks: the machine driven by any events, with the few rules that the outside keeps ---------------------------------

interface Outside {
  state: State
  sockets: number
  retries: number
  syncs: number
  cache: boolean
  /** The passphrase has not been given: the vault gives no root key. */
  appLocked: boolean
  timers: Set<string>
}

function perform(outside: Outside, effect: Effect): void {
  switch (effect.type) {
    case 'open-socket':
      outside.sockets += 1
      return
    case 'close-socket':
      outside.sockets = 0
      return
    case 'schedule-retry':
      outside.retries = 1
      return
    case 'stop-timer':
      if (effect.name === 'retry') outside.retries = 0
      else outside.timers.delete(effect.name)
      return
    case 'set-timer':
      outside.timers.add(effect.name)
      return
    case 'start-sync':
      outside.syncs += 1
      return
    case 'stop-sync':
      outside.syncs = 0
      return
    case 'close-cache':
      outside.cache = false
      return
    default:
      return
  }
}

/** Keeps the rules of run.ts: a closed socket is gone, a timer that fires is no longer set, an opened cache is open. */
function feel(outside: Outside, event: Event): void {
  if (event.type === 'socket-closed') outside.sockets = 0
  if (event.type === 'timer' && event.name === 'retry') outside.retries = 0
  if (event.type === 'timer') outside.timers.delete(event.name)
  if (event.type === 'started') outside.cache = event.cache
  if (event.type === 'cache-opened' || (event.type === 'app-unlocked' && event.cache)) outside.cache = true
  if (event.type === 'app-locked') outside.appLocked = true
  if (event.type === 'app-unlocked') outside.appLocked = false
  // Destroying the keys closes it.
  if (event.type === 'order-accepted') outside.cache = false
  // A sign-out erases the half of the root key without which nothing opens.
  if (event.type === 'signed-out') outside.cache = false
}

/** Events that cannot come: run.ts and the app do not send them in this situation. */
function canCome(outside: Outside, event: Event): boolean {
  const { state } = outside
  if (event.type === 'socket-closed' || event.type === 'socket-opened') return outside.sockets > 0
  if (event.type === 'timer') return event.name === 'retry' ? outside.retries > 0 : outside.timers.has(event.name)
  if (event.type === 'started') return state.type === 'signed-out' && !state.isOrdered
  if (event.type === 'app-locked' || event.type === 'app-unlocked') {
    if (['signed-out', 'wiping', 'wiped'].includes(state.type)) return false
    // Unlocking opens a cache that the lock had closed.
    return event.type === 'app-locked' || outside.appLocked
  }
  // No root key, no cache.
  if (event.type === 'cache-opened' && outside.appLocked) return false
  // Opening the cache is begun by `admit` alone, and the wipe closes it for good.
  if (event.type === 'cache-opened') return !['signed-out', 'wiping', 'wiped'].includes(state.type)
  return true
}

const anyEvent = fc.constantFrom(...(Object.values(events) as Event[]))
const walk = fc.array(anyEvent, { minLength: 1, maxLength: 120 })

function run(path: readonly Event[], check: (outside: Outside, event: Event, before: State) => void): void {
  const outside: Outside = {
    state: { type: 'signed-out' },
    sockets: 0,
    retries: 0,
    syncs: 0,
    cache: false,
    appLocked: false,
    timers: new Set(),
  }
  for (const event of path) {
    if (!canCome(outside, event)) continue
    feel(outside, event)
    const before = outside.state
    const next = step(before, event)
    outside.state = next.state
    for (const effect of next.effects) perform(outside, effect)
    check(outside, event, before)
  }
}

const handshake: Event[] = [events['started enrolled'], events['socket-opened'], events['hello ours']]
const admitted: Event[] = [...handshake, events['welcomed proven'], events['cache-opened'], events['caught-up']]
const letIn: Event[] = [...handshake, events['welcomed proven'], events['app-locked']]
const dismissedOut: Event[] = [...admitted, events['signed-out']]
const listeningOut: Event[] = [events['started signed out'], events['socket-opened'], events['hello ours']]
const heads = fc.constantFrom<Event[]>([], handshake, admitted, letIn, dismissedOut, listeningOut)
const anyWalk = fc.tuple(heads, walk).map(([head, tail]) => [...head, ...tail])

/** Signed out by the organisation. */
const isOut = (state: State, how: 'resting' | 'dialling'): boolean =>
  state.type === 'signed-out' && state.isOrdered === true && (state.dialling !== undefined) === (how === 'dialling')

describe('walks', () => {
  const holds = (check: Parameters<typeof run>[1]) =>
    fc.assert(
      fc.property(anyWalk, (path) => run(path, check)),
      { numRuns: 400 },
    )

  test('[SES5] nothing leaves wiping but wiped', () => {
    holds((outside, event, before) => {
      if (before.type === 'wiping') expect(outside.state.type).toBe(event.type === 'wiped' ? 'wiped' : 'wiping')
    })
  })

  test('[CWP11] nothing leaves a sign-out but an enrolment and a wipe, and its cache is closed', () => {
    holds((outside, event, before) => {
      if (before.type !== 'signed-out' || !before.isOrdered) return
      expect(outside.cache).toBe(false)
      if (event.type === 'enrolled' || event.type === 'order-accepted') return
      expect(outside.state).toMatchObject({ type: 'signed-out', isOrdered: true })
    })
  })

  test('[SES34] while the app is locked the cache is closed, in every state', () => {
    holds((outside) => {
      if (!outside.appLocked) return
      expect(outside.cache).toBe(false)
      expect(cacheOpen(outside.state)).toBe(false)
    })
  })

  test('[SES34] nothing but what ends a connection ends one that listens', () => {
    holds((outside, event, before) => {
      if (!isListening(before) || isListening(outside.state)) return
      const ends = [
        'suspended',
        'socket-closed',
        'dismissed',
        'cache-failed',
        'timer',
        'app-unlocked',
        'order-accepted',
        'signed-out',
      ]
      expect([...ends, 'cache-opened']).toContain(event.type)
    })
  })

  test('[SES6] a state of rest has exactly one retry, and a connection has none', () => {
    holds((outside) => {
      const rests = ['locked', 'offline', 'update-required'].includes(outside.state.type) && !isListening(outside.state)
      expect(outside.retries).toBe(rests || isOut(outside.state, 'resting') ? 1 : 0)
    })
  })

  test('[SES7] there is a socket in connected states and in no other, and never two', () => {
    holds((outside) => {
      const { state } = outside
      const connected = ['connecting', 'handshaking', 'catching-up', 'live'].includes(state.type) || isListening(state)
      expect(outside.sockets).toBe(connected || isOut(state, 'dialling') ? 1 : 0)
    })
  })

  test('[SES8] the exchange runs while catching up or live, and at no other time', () => {
    holds((outside) => expect(outside.syncs).toBe(['catching-up', 'live'].includes(outside.state.type) ? 1 : 0))
  })

  test('[SES4] a state says that the cache is open exactly where it is', () => {
    holds((outside) => {
      if (!['signed-out', 'wiping', 'wiped'].includes(outside.state.type))
        expect(cacheOpen(outside.state)).toBe(outside.cache)
    })
  })

  test('[SES9] while a handshake is open its timeout runs, and after it the heartbeat', () => {
    holds((outside) => {
      const { state, timers } = outside
      const shaking =
        state.type === 'connecting' || (state.type === 'handshaking' && !state.admitting) || isOut(state, 'dialling')
      const beating = state.type === 'catching-up' || state.type === 'live' || isListening(state)
      expect([...timers]).toEqual(shaking ? ['handshake'] : beating ? ['heartbeat'] : [])
    })
  })
})

describe('heartbeat', () => {
  test('[SES9] a dead line is noticed within the silence, the ping and one check more', () => {
    // The checks as the machine sets them, over a line that fell silent right after a check.
    let state: State = states.live
    let atMs = 0
    let checkMs: number = limits.heartbeatMs
    let pings = 0
    while (state.type === 'live') {
      atMs += checkMs
      const next = step(state, { type: 'timer', name: 'heartbeat', silentForMs: atMs })
      pings += next.effects.filter((effect) => effect.type === 'ping').length
      const again = next.effects.find((effect) => effect.type === 'set-timer')
      checkMs = again?.type === 'set-timer' ? again.ms : 0
      state = next.state
    }
    expect(state.type).toBe('offline')
    expect(pings).toBeGreaterThan(0)
    expect(atMs).toBeLessThanOrEqual(limits.silenceMs + (limits.silenceMs - limits.heartbeatMs))
  })
})

test('[CWP11] a desktop that is signed out dials no sooner than the pause of one that must be updated', () => {
  const from: Event[] = [events['dismissed passing'], events['socket-closed'], events['timer handshake']]
  for (const event of from) {
    const retry = step(states['out, greeted'], event).effects.find(({ type }) => type === 'schedule-retry')
    expect(retry).toMatchObject({ leastMs: limits.updateRetryMs })
  }
})

test('[SES51] the newest version that both speak is spoken', () => {
  const authenticated = (versions: readonly number[]) =>
    step(states.handshaking, { type: 'hello', versions, sameWorkspace: true }).effects
  expect(authenticated([1])).toEqual([{ type: 'authenticate', version: 1 }])
  expect(authenticated([1, 2])).toEqual([{ type: 'authenticate', version: 2 }])
  expect(authenticated([9, 2, 3])).toEqual([{ type: 'authenticate', version: 2 }])
})
