// Owns what a device's frames do once it has been admitted: pull, send, read, ping, receipt.
// Always holds: frames of a connection are taken in turn; a device under a wipe order is heard only for its receipt; a
// request that the line cannot carry waits, and no more is read from that peer meanwhile.

import { limits } from '../../shared/limits.ts'
import { type DeviceId, normaliseBody, type WipeId } from '../../shared/model.ts'
import { type Failure, failureCodes } from '../../shared/result.ts'
import { type DownFrame, type PullFrame, parseUpFrame, type SendFrame, type UpFrame } from '../../shared/wire.ts'
import type { Clock } from '../clock.ts'
import type { Commits } from '../commits.ts'
import type { ConversationLog } from '../conversations/log.ts'
import type { Wipes } from '../devices/wipes.ts'
import type { Connection, Connections, Following } from './connections.ts'
import type { FanOut } from './fan-out.ts'
import type { SendRate } from './send-rate.ts'

type ReadFrame = Extract<UpFrame, { type: 'read' }>

export interface Sessions {
  /** Takes a text frame of an admitted device. */
  take(connection: Connection, text: string): void
  /** Counts a frame that cannot be read, and closes the connection after limits.badFramesBeforeClose. */
  takeBadFrame(connection: Connection): void
  /** Goes on with frames that waited, where the line has room again. */
  resume(connection: Connection): void
}

const emptyMessage: Failure = { code: 'bad-input', message: 'The message is empty.' }

function refusalOf(failure: Failure, of: { clientId?: SendFrame['clientId']; id?: number }): DownFrame {
  const { code, message, retryAfterMs } = failure
  return { type: 'refused', ...of, code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}

export function createSessions(parts: {
  connections: Connections
  log: ConversationLog
  wipes: Wipes
  commits: Commits
  fanOut: FanOut
  sendRate: SendRate
  clock: Clock
}): Sessions {
  const { connections, log, wipes, commits, fanOut, sendRate, clock } = parts

  function take(connection: Connection, text: string): void {
    if (connection.paused) {
      connection.waiting.push(text)
      return
    }
    const parsed = parseUpFrame(text)
    if (parsed.type === 'frame') perform(connection, parsed.frame)
    else takeBadFrame(connection)
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
      performFollowing(connection, phase.following, frame)
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
      case 'read':
        read(following, frame)
        break
      case 'receipt':
        receipt(connection, following.deviceId, frame.wipeId, frame.receipt)
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
    if (connection.socket.bufferedAmount <= limits.pausedAboveBytes) return
    connection.paused = true
    connection.socket.pause()
  }

  function send(connection: Connection, { userId, deviceId }: Following, frame: SendFrame): void {
    const { conversationId, clientId } = frame
    const body = normaliseBody(frame.body)
    const failure = body === '' ? emptyMessage : overRate(deviceId)
    if (failure !== undefined) {
      connections.send(connection, refusalOf(failure, { clientId }))
      return
    }
    log.append({ conversationId, actorId: userId, deviceId, clientId, body }, (outcome) => {
      const answer: DownFrame = outcome.ok
        ? { type: 'sent', conversationId, clientId, seq: outcome.value.seq, atMs: outcome.value.atMs }
        : refusalOf(outcome.error, { clientId })
      connections.send(connection, answer)
    })
  }

  function overRate(deviceId: DeviceId): Failure | undefined {
    const waitMs = sendRate.take(deviceId)
    if (waitMs === undefined) return undefined
    return { code: 'rate-limited', message: failureCodes['rate-limited'], retryAfterMs: waitMs }
  }

  function read({ userId, deviceId }: Following, { conversationId, seq }: ReadFrame): void {
    log.read(userId, conversationId, seq, (moved) => {
      if (moved !== undefined) fanOut.readMoved(userId, conversationId, moved, deviceId)
    })
  }

  function receipt(connection: Connection, deviceId: DeviceId, wipeId: WipeId, jws: string): void {
    commits.enqueue(
      (tx) => wipes.takeReceipt(tx, wipeId, jws, deviceId),
      (outcome) => {
        const taken = outcome.ok ? outcome.value : outcome
        connections.send(connection, taken.ok ? { type: 'receiptAccepted', wipeId } : refusalOf(taken.error, {}))
      },
    )
  }

  function resume(connection: Connection): void {
    if (!connection.paused || connection.socket.bufferedAmount > limits.pausedAboveBytes) return
    connection.paused = false
    // The peer has been reading: that it was not read from is no silence of its own.
    connection.heardAtMs = clock.nowMs()
    const waiting = connection.waiting.splice(0)
    for (const text of waiting) take(connection, text)
    if (!connection.paused) connection.socket.resume()
  }

  return { take, takeBadFrame, resume }
}
