// Owns what a device's frames do once it has been admitted.
// Always holds: frames of a connection are taken in turn; a device that is to be wiped is heard only for its receipt; a
// device says nothing that its version does not have; a pull that the line cannot carry waits, and no more is read from
// that peer meanwhile; whoever asks too much is refused, told until when, and in the end let go.

import { limits } from '../../shared/limits.ts'
import type { ClientId, ConversationId, DeviceId, WipeId } from '../../shared/model.ts'
import { type Failure, failureCodes, type Result } from '../../shared/result.ts'
import {
  type ActFrame,
  type Answer,
  type DownFrame,
  type PullFrame,
  parseUpFrame,
  type SendFrame,
  typesSince2,
  type UpFrame,
  type UpFrameOf,
} from '../../shared/wire.ts'
import type { Clock } from '../clock.ts'
import type { Commits } from '../commits.ts'
import type { ConversationLog, Place } from '../conversations/log.ts'
import type { Prefs } from '../conversations/prefs.ts'
import type { Requests } from '../conversations/requests.ts'
import type { Devices } from '../devices/devices.ts'
import type { Wipes } from '../devices/wipes.ts'
import type { FleetRequests } from '../fleet/requests.ts'
import type { StoreView } from '../store/port.ts'
import type { Connection, Connections, Following } from './connections.ts'
import type { FanOut } from './fan-out.ts'
import type { Rates } from './rates.ts'
import type { Watches } from './watches.ts'

export interface Sessions {
  /** Takes a text frame of an admitted device. */
  take(connection: Connection, text: string): void
  /** Counts a frame that cannot be read, and closes the connection after limits.badFramesBeforeClose. */
  takeBadFrame(connection: Connection): void
  /** Goes on with frames that waited, where the line has room again. */
  resume(connection: Connection): void
}

function refusalOf(failure: Failure, of: { clientId?: ClientId; id?: number }): DownFrame {
  const { code, message, retryAfterMs } = failure
  return { type: 'refused', ...of, code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}

function rateLimited(retryAfterMs: number): Failure {
  return { code: 'rate-limited', message: failureCodes['rate-limited'], retryAfterMs }
}

/** True for what version 1 does not have: other frames, and messages that are more than words. */
function needsVersion2(frame: UpFrame): boolean {
  if (frame.type !== 'send') return typesSince2.has(frame.type)
  const { type, conversationId, clientId, body, ...more } = frame
  return Object.keys(more).length > 0
}

export function createSessions(parts: {
  connections: Connections
  log: ConversationLog
  requests: Requests
  prefs: Pick<Prefs, 'set'>
  wipes: Pick<Wipes, 'takeReceipt'>
  devices: Pick<Devices, 'noteReport'>
  fleet: FleetRequests
  view: Pick<StoreView, 'device'>
  commits: Commits
  fanOut: FanOut
  watches: Watches
  rates: Rates
  clock: Clock
}): Sessions {
  const { connections, log, requests, prefs, wipes, devices, fleet, view } = parts
  const { commits, fanOut, watches, rates, clock } = parts

  function take(connection: Connection, text: string): void {
    if (connection.paused) {
      waitFor(connection, text)
      return
    }
    const { phase } = connection
    if (phase.type !== 'following' && phase.type !== 'wipe-only') return
    const { deviceId } = phase.type === 'following' ? phase.following : phase
    const parsed = parseUpFrame(text)
    if (parsed.type === 'frame' && parsed.frame.type === 'pull' && !rates.mayPull(deviceId)) {
      // No refusal: a desktop that catches up asks as fast as it is answered, so it is answered more slowly.
      pause(connection)
      waitFor(connection, text)
      return
    }
    const waitMs = rates.frame(deviceId)
    if (waitMs !== undefined) connections.bye(connection, 'rate-limited', waitMs)
    else if (parsed.type === 'frame') perform(connection, parsed.frame)
    else takeBadFrame(connection)
  }

  function waitFor(connection: Connection, text: string): void {
    connection.waiting ??= []
    connection.waiting.push(text)
  }

  function pause(connection: Connection): void {
    connection.paused = true
    connection.socket.pause()
  }

  function takeBadFrame(connection: Connection): void {
    connection.badFrames++
    if (connection.badFrames >= limits.badFramesBeforeClose) connections.bye(connection, 'bad-input')
  }

  function perform(connection: Connection, frame: UpFrame): void {
    const { phase } = connection
    if (frame.type === 'ping' && (phase.type === 'following' || phase.type === 'wipe-only')) {
      connections.send(connection, { type: 'pong', timeMs: clock.nowMs() })
    } else if (phase.type === 'wipe-only') {
      // Frames that were under way when the order went out are let fall.
      if (frame.type === 'receipt') receipt(connection, phase.deviceId, frame.wipeId, frame.receipt)
    } else if (phase.type === 'following') {
      if (phase.following.version < 2 && needsVersion2(frame)) takeBadFrame(connection)
      else performFollowing(connection, phase.following, frame)
    }
  }

  function performFollowing(connection: Connection, following: Following, frame: UpFrame): void {
    switch (frame.type) {
      case 'pull':
        pull(connection, following, frame)
        break
      case 'send':
        send(connection, following, frame)
        break
      case 'act':
        act(connection, following, frame)
        break
      case 'request':
        request(connection, following, frame)
        break
      case 'read':
        read(following, frame)
        break
      case 'prefs':
        setPrefs(following, frame)
        break
      case 'watch':
        watches.watch(connection, following, frame)
        break
      case 'attend':
        watches.attend(following, frame)
        break
      case 'typing':
        watches.typing(following, frame)
        break
      case 'receipt':
        receipt(connection, following.deviceId, frame.wipeId, frame.receipt)
        break
      case 'report':
        report(following, frame)
        break
      case 'auth':
        takeBadFrame(connection)
        break
      case 'ping':
        break
    }
  }

  function pull(connection: Connection, { userId }: Following, frame: PullFrame): void {
    const { id, conversationId } = frame
    const page = log.page(userId, conversationId, frame.from, frame.limit)
    if (!page.ok) {
      connections.send(connection, refusalOf(page.error, { id }))
      return
    }
    const { events, headSeq } = page.value
    const text = `{"type":"events","id":${id},"conversationId":"${conversationId}","events":[${events.join(',')}],"headSeq":${headSeq}}`
    connections.sendText(connection, text, () => resume(connection))
    const isBehind = connection.socket.bufferedAmount > limits.pausedAboveBytes
    if (isBehind && connection.phase.type === 'following') pause(connection)
  }

  function send(connection: Connection, following: Following, frame: SendFrame): void {
    const { type, conversationId, clientId, ...message } = frame
    const { userId, deviceId } = following
    const refusal = overRate(following)
    if (refusal !== undefined) {
      connections.send(connection, refusalOf(refusal, { clientId }))
      return
    }
    watches.wrote(userId, conversationId)
    log.append(
      { conversationId, actorId: userId, deviceId, clientId, message },
      answerTo(connection, conversationId, clientId),
    )
  }

  function act(connection: Connection, following: Following, frame: ActFrame): void {
    const { conversationId, clientId } = frame
    const { userId, deviceId } = following
    const refusal = overRate(following)
    if (refusal !== undefined) {
      connections.send(connection, refusalOf(refusal, { clientId }))
      return
    }
    log.act(
      { conversationId, actorId: userId, deviceId, clientId, act: frame.act },
      answerTo(connection, conversationId, clientId),
    )
  }

  function answerTo(connection: Connection, conversationId: ConversationId, clientId: ClientId) {
    return (outcome: Result<Place>) => {
      const answer: DownFrame = outcome.ok
        ? { type: 'sent', conversationId, clientId, seq: outcome.value.seq, atMs: outcome.value.atMs }
        : refusalOf(outcome.error, { clientId })
      connections.send(connection, answer)
    }
  }

  function overRate({ deviceId, userId }: Following): Failure | undefined {
    const waitMs = rates.send(deviceId, userId)
    return waitMs === undefined ? undefined : rateLimited(waitMs)
  }

  function request(connection: Connection, { userId, deviceId }: Following, frame: UpFrameOf<'request'>): void {
    const { id } = frame
    const answer = (outcome: Result<Answer>) =>
      connections.send(
        connection,
        outcome.ok ? { type: 'answer', id, answer: outcome.value } : refusalOf(outcome.error, { id }),
      )
    const waitMs = rates.request(deviceId)
    if (waitMs !== undefined) {
      answer({ ok: false, error: rateLimited(waitMs) })
    } else if (frame.request.type === 'fleet') {
      const told = fleet.perform({ userId, deviceId }, frame.request.ask)
      answer(told.ok ? { ok: true, value: { type: 'fleet', told: told.value } } : told)
    } else {
      requests.perform({ userId, deviceId }, frame.request, answer)
    }
  }

  function read({ userId, deviceId }: Following, { conversationId, seq }: UpFrameOf<'read'>): void {
    log.read(userId, conversationId, seq, (moved) => {
      if (moved !== undefined) fanOut.readMoved(userId, conversationId, moved, deviceId)
    })
  }

  function setPrefs({ userId, deviceId }: Following, frame: UpFrameOf<'prefs'>): void {
    const { conversationId } = frame
    prefs.set(userId, conversationId, frame.prefs, (kept) => {
      if (kept !== undefined) fanOut.prefsMoved(userId, conversationId, kept, deviceId)
    })
  }

  function report({ deviceId }: Following, { cacheBytes }: UpFrameOf<'report'>): void {
    // Told again at each connection: most of the time it is what is known.
    if (view.device(deviceId)?.cacheBytes === cacheBytes) return
    commits.enqueue(
      (tx) => devices.noteReport(tx, deviceId, cacheBytes),
      () => undefined,
    )
  }

  function receipt(connection: Connection, deviceId: DeviceId, wipeId: WipeId, jws: string): void {
    commits.enqueue(
      (tx) => wipes.takeReceipt(tx, wipeId, jws, deviceId),
      (outcome) => {
        const taken = outcome.ok ? outcome.value : outcome
        connections.send(connection, taken.ok ? { type: 'receiptAccepted', wipeId } : refusalOf(taken.error, {}))
        if (taken.ok) fanOut.ordersDue(deviceId)
      },
    )
  }

  function resume(connection: Connection): void {
    const { phase, socket } = connection
    if (!connection.paused || phase.type === 'admitting' || socket.bufferedAmount > limits.pausedAboveBytes) return
    connection.paused = false
    // The peer has been reading: that it was not read from is no silence of its own.
    connection.heardAtMs = clock.nowMs()
    const waiting = connection.waiting ?? []
    connection.waiting = undefined
    for (const text of waiting) take(connection, text)
    if (!connection.paused) socket.resume()
  }

  return { take, takeBadFrame, resume }
}
