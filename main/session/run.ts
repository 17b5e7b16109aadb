// Owns performing the machine's effects: socket, timers, handshake, the order in which frames are handled.
// Always holds: frames are handled one at a time in the order received (inbox.ts); an order is carried out before anything
// that follows it is looked at; an order that does not verify changes nothing; while the app is locked by its user, orders,
// leases and policy are obeyed and nothing else is; while it is signed out, orders alone are.

import { limits } from '../../shared/limits.ts'
import { type ClientId, type ConversationEvent, type ConversationId, makeId } from '../../shared/model.ts'
import { fromBase64url, toBase64url } from '../../shared/proof.ts'
import { type Failure, FailureError, fail, type Result } from '../../shared/result.ts'
import {
  authProofText,
  type DownFrame,
  type DownFrameOf,
  type Lease,
  parseDownFrame,
  type UpFrame,
  welcomeProofText,
} from '../../shared/wire.ts'
import { errorName } from '../log.ts'
import { backoffMs } from './backoff.ts'
import { createInbox } from './inbox.ts'
import { createLively } from './lively.ts'
import { loadBack } from './load-back.ts'
import { type Effect, type Event, isListening, type State, step, type TimerName } from './machine.ts'
import { readOrder } from './orders.ts'
import { failureFrom } from './refusals.ts'
import { createReport, type Report } from './report.ts'
import type { Session, SessionParts } from './session.ts'
import type { Socket } from './socket.ts'
import { createSync, type Sync } from './sync.ts'

export type { Clock, Session, SessionHost, SessionParts } from './session.ts'

/** A session that begins with the event `started`. */
export function createSession(parts: SessionParts): Session {
  const { vault, host, clock, log } = parts
  let state: State = { type: 'signed-out' }
  let socket: Socket | undefined
  let sync: Sync | undefined
  let report: Report | undefined
  let hello: DownFrameOf<'hello'> | undefined
  let welcome: DownFrameOf<'welcome'> | undefined
  let clientNonce = ''
  let openedAtMs = 0
  let lastHeardAtMs: number | undefined
  let retryAtMs: number | undefined
  let clockSkewMs: number | undefined
  let catchUp: { done: number; total: number } | undefined
  let roles: readonly string[] = []
  let admitting: Promise<void> = Promise.resolve()
  let stopped = false
  let version = 1
  let isReachable = false
  const lively = createLively({
    nowMs: clock.nowMs,
    setTimer: clock.setTimer,
    self: () => vault.identity()?.userId,
    presenceChanged: host.presenceChanged,
    typingChanged: host.typingChanged,
  })
  const timers = new Map<TimerName, () => void>()
  const inbox = createInbox({
    handle: handleText,
    failed: (error) => dispatch({ type: 'cache-failed', problem: failureOf(error) }),
    pause: () => socket?.pause(),
    resume: () => socket?.resume(),
  })

  function dispatch(event: Event): void {
    if (stopped) return
    const next = step(state, event)
    const changed = next.state !== state
    if (next.state.type !== state.type)
      log.info('session.state', { from: state.type, to: next.state.type, on: event.type })
    state = next.state
    for (const effect of next.effects) perform(effect)
    if (changed) host.stateChanged()
  }

  function perform(effect: Effect): void {
    switch (effect.type) {
      case 'open-socket':
        open()
        return
      case 'close-socket':
        socket?.close()
        socket = undefined
        inbox.clear()
        return
      case 'authenticate':
        authenticate(effect.version)
        return
      case 'admit':
        admitting = admit()
        return
      case 'start-sync':
        startSync()
        return
      case 'stop-sync':
        stopSync()
        return
      case 'close-cache':
        host.closeCache()
        return
      case 'ping':
        send({ type: 'ping' })
        return
      case 'set-timer':
        setTimer(effect.name, effect.ms)
        return
      case 'stop-timer':
        timers.get(effect.name)?.()
        timers.delete(effect.name)
        if (effect.name === 'retry') retryAtMs = undefined
        return
      case 'schedule-retry': {
        const ms = Math.max(effect.leastMs, backoffMs(effect.attempt, parts.random()))
        retryAtMs = clock.nowMs() + ms
        setTimer('retry', ms)
        return
      }
    }
  }

  function stopSync(): void {
    sync?.stop()
    sync = undefined
    report?.stop()
    report = undefined
    if (!isReachable) return
    isReachable = false
    lively.disconnected()
    host.reachableChanged(false)
  }

  function setTimer(name: TimerName, ms: number): void {
    timers.get(name)?.()
    const cancel = clock.setTimer(() => {
      timers.delete(name)
      dispatch({ type: 'timer', name, silentForMs: silentForMs() })
    }, ms)
    timers.set(name, cancel)
  }

  function silentForMs(): number {
    const nowMs = clock.nowMs()
    // A clock that was set back must not make a dead line seem alive until it has caught up.
    if (lastHeardAtMs !== undefined && lastHeardAtMs > nowMs) lastHeardAtMs = nowMs
    return nowMs - (lastHeardAtMs ?? 0)
  }

  function send(frame: UpFrame): void {
    socket?.send(JSON.stringify(frame))
  }

  function open(): void {
    const identity = vault.identity()
    if (!identity) return
    hello = undefined
    welcome = undefined
    // A welcome proves itself over this connection's nonce: an earlier one's must not serve again.
    clientNonce = ''
    openedAtMs = clock.nowMs()
    const mine: Socket = parts.openSocket(identity.serverOrigin, {
      onOpen: () => mine === socket && dispatch({ type: 'socket-opened' }),
      onText: (text) => mine === socket && receive(text),
      onClose(problem) {
        if (mine !== socket) return
        // What was received before the close is handled before it.
        void inbox.idle().then(() => {
          if (mine !== socket) return
          socket = undefined
          dispatch({ type: 'socket-closed', livedMs: clock.nowMs() - openedAtMs, ...(problem && { problem }) })
        })
      },
    })
    socket = mine
  }

  function receive(text: string): void {
    lastHeardAtMs = clock.nowMs()
    inbox.push(text)
  }

  /** What could not be written ends the connection; a bug does too, rather than the program. */
  function failureOf(error: unknown): Failure {
    if (error instanceof FailureError) return error.failure
    try {
      return host.storeFailure(error)
    } catch {
      log.error('session.fault', { error: errorName(error) })
      return fail('internal').error
    }
  }

  async function handleText(text: string): Promise<void> {
    const parsed = parseDownFrame(text)
    switch (parsed.type) {
      case 'unknown':
        return log.info('session.unknownFrame', { frameType: parsed.frameType })
      case 'malformed':
        log.error('session.malformedFrame', { reason: parsed.reason })
        return dismissed(fail('not-a-server', 'The server sent a malformed frame.').error)
      case 'frame':
        return handle(parsed.frame)
    }
  }

  function dismissed(problem: Failure): void {
    dispatch({ type: 'dismissed', livedMs: clock.nowMs() - openedAtMs, problem })
  }

  async function handle(frame: DownFrame): Promise<void> {
    switch (frame.type) {
      case 'hello':
        // Once a connection: a second one would start a second handshake over the first.
        if (hello) return
        hello = frame
        noteClock(frame.timeMs)
        return dispatch({
          type: 'hello',
          versions: frame.versions,
          sameWorkspace: frame.workspaceId === vault.identity()?.workspaceId,
        })
      case 'order':
        return onOrder(frame.order)
      case 'welcome':
        return onWelcome(frame)
      case 'bye':
        return dismissed(failureFrom(frame))
      case 'lease':
        // Another's share would make the cache unreadable for good.
        return isProven() ? saveLease(frame.lease, clock.nowMs() + (clockSkewMs ?? 0)) : undefined
      case 'policy':
        return isProven() ? host.policyChanged(frame.policy) : undefined
      case 'roles':
        return isProven() ? setRoles(frame.roles) : undefined
      case 'fleetMoved':
        return isReachable ? host.fleetMoved() : undefined
      case 'pong':
        return noteClock(frame.timeMs)
      case 'receiptAccepted':
        return
      case 'presence':
        return isReachable ? lively.onPresence(frame) : undefined
      case 'typing':
        return isReachable ? lively.onTyping(frame) : undefined
      default:
        return sync?.handle(frame)
    }
  }

  function setRoles(next: readonly string[] = []): void {
    roles = next
    host.stateChanged()
  }

  /** The server of this connection has proved itself, and has been let in. */
  function isProven(): boolean {
    return sync !== undefined || isListening(state)
  }

  function noteClock(serverMs: number): void {
    const skew = serverMs - clock.nowMs()
    clockSkewMs = Math.abs(skew) >= limits.clockSkewMs ? skew : undefined
  }

  function authenticate(chosen: number): void {
    version = chosen
    const identity = vault.identity()
    if (!identity || !hello) return
    const cursors = host.store()?.cursors() ?? { directory: '', access: '' }
    clientNonce = toBase64url(parts.randomBytes(32))
    const proof = vault.sign(encoder.encode(authProofText(identity.serverOrigin, identity.deviceId, hello.nonce)))
    send({
      type: 'auth',
      version,
      deviceId: identity.deviceId,
      origin: identity.serverOrigin,
      proof: toBase64url(proof),
      clientNonce,
      clientVersion: parts.about.version,
      platform: parts.about.platform,
      directoryCursor: cursors.directory,
      // What a server of version 1 granted does not follow events: this one grants it anew.
      accessCursor: version >= 2 && host.store()?.hasBareGrants() ? '' : cursors.access,
    })
  }

  async function onWelcome(frame: DownFrameOf<'welcome'>): Promise<void> {
    const identity = vault.identity()
    const signature = fromBase64url(frame.proof)
    if (welcome) return
    const text =
      identity && clientNonce !== ''
        ? encoder.encode(welcomeProofText(identity.serverOrigin, identity.deviceId, clientNonce))
        : undefined
    const proven = text !== undefined && signature !== undefined && vault.verifyAuthority(frame.kid, text, signature)
    if (!proven) log.error('session.welcomeNotProven')
    welcome = frame
    dispatch({ type: 'welcomed', proven })
    // Frames that follow need the cache open.
    await admitting
  }

  async function admit(): Promise<void> {
    if (!welcome) return
    const { policy, lease, timeMs, workspaceName } = welcome
    try {
      setRoles(welcome.roles)
      await saveLease(lease, timeMs)
      if (workspaceName !== vault.identity()?.workspaceName) await vault.update({ workspaceName })
      host.policyChanged(policy)
      const opened = host.store() ? undefined : await host.openCache()
      // What is open now counts, not what was when the key store was asked: the user may have locked or unlocked meanwhile.
      if (host.store()) return dispatch({ type: 'cache-opened' })
      const problem = opened?.ok === false ? opened.error : fail('locked').error
      if (vault.isLocked() || problem.code === 'app-locked') return dispatch({ type: 'app-locked' })
      dispatch({ type: 'cache-failed', problem })
    } catch (error) {
      if (error instanceof FailureError) return dispatch({ type: 'cache-failed', problem: error.failure })
      throw error
    }
  }

  async function saveLease(lease: Lease, serverNowMs: number): Promise<void> {
    await vault.saveLease(lease, serverNowMs, clock.nowMs())
    if (host.store() && vault.rotationPending()) await host.rekeyCache()
  }

  function startSync(): void {
    const store = host.store()
    if (!store) throw new Error('sync without a cache')
    report = createReport({ send, setTimer: clock.setTimer, version, cacheBytes: host.cacheBytes })
    sync = createSync({
      store,
      send,
      log,
      version,
      isReady: host.isReady,
      inView: lively.inView,
      setTimer: clock.setTimer,
      listener: {
        conversationChanged: host.conversationChanged,
        listChanged: host.listChanged,
        eventsAdded(conversationId, events, live) {
          for (const { actorId, content } of live ? events : [])
            if (content.type === 'message') lively.onMessage(conversationId, actorId, threadOf(content))
          host.eventsAdded(conversationId, events, live)
        },
        messageSent: lively.noteSent,
        reached() {
          isReachable = true
          lively.connected(send, version)
          host.reachableChanged(true)
        },
        conversationsLost(lost) {
          lively.onLost(lost.map(({ conversationId }) => conversationId))
          host.conversationsLost(lost)
        },
        progress(progress) {
          catchUp = progress
          host.stateChanged()
        },
        caughtUp() {
          dispatch({ type: 'caught-up' })
          report?.live()
        },
        fellBehind: () => dispatch({ type: 'fell-behind' }),
      },
    })
  }

  async function onOrder(jws: string): Promise<void> {
    const identity = vault.identity()
    // Before `hello` there is no telling whether its term is over.
    if (!identity || !hello) return
    const verify = vault.verifyAuthority
    const read = readOrder(jws, { identity, verify, standing: host.orderStanding, serverNowMs: hello.timeMs })
    if (!read.ok) return log.error('wipe.orderRefused', { code: read.error.code })
    switch (read.value.type) {
      case 'wipe':
        await host.beginWipe(read.value.order, jws)
        return dispatch({ type: 'order-accepted' })
      case 'conversations': {
        const { order } = read.value
        await host.wipeConversations(order, jws)
        if (order.scope.type === 'conversations') sync?.conversationsWiped(order.scope.conversationIds)
        return
      }
      case 'sign-out':
        await host.signOut(read.value.order)
        return dispatch({ type: 'signed-out' })
      case 'met-again':
        return
    }
  }

  const fetchOlder = (conversationId: ConversationId): Promise<Result<void>> =>
    sync?.fetchOlder(conversationId) ?? Promise.resolve(fail('offline'))

  return {
    state: () => state,
    dispatch,
    facts: () => ({ lastHeardAtMs, retryAtMs, clockSkewMs, catchUp, roles }),
    sending: () => sync?.sending ?? none,
    flush() {
      try {
        sync?.flush()
      } catch (error) {
        dispatch({ type: 'cache-failed', problem: failureOf(error) })
      }
    },
    markRead: (conversationId, seq) => sync?.markRead(conversationId, seq),
    sendPrefs: (conversationId) => sync?.sendPrefs(conversationId),
    request: (request) => sync?.request(request) ?? Promise.resolve(fail('offline')),
    fetchOlder,
    loadBack: (conversationId, seq) =>
      loadBack({ position: (id) => host.store()?.position(id), fetchOlder }, conversationId, seq),
    granted: (conversationId) => sync?.granted(conversationId) ?? Promise.resolve(),
    lively,
    newClientId: () => makeId('message', parts.randomBytes(20)),
    async stop() {
      stopped = true
      for (const cancel of timers.values()) cancel()
      timers.clear()
      stopSync()
      lively.stop()
      socket?.close()
      socket = undefined
      inbox.clear()
      await inbox.idle()
    },
  }
}

function threadOf(content: ConversationEvent['content']): number | undefined {
  return typeof content.threadSeq === 'number' ? content.threadSeq : undefined
}

const encoder = new TextEncoder()
const none: ReadonlySet<ClientId> = new Set()
