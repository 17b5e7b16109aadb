// Owns the open connections: what is known of each in each of its phases, who is connected, and writing to a socket.
// Always holds: a device has at most one connection; nothing is written after `bye`; a connection that does not keep up
// is closed, since it can catch up by cursor.

import type { WebSocket } from 'ws'
import { limits } from '../../shared/limits.ts'
import type { DeviceId, UserId, WipeId } from '../../shared/model.ts'
import { type FailureCode, failureCodes } from '../../shared/result.ts'
import type { DownFrame } from '../../shared/wire.ts'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'

/** What a device follows once it is admitted. */
export interface Following {
  readonly deviceId: DeviceId
  readonly userId: UserId
  directoryRevision: number
  accessRevision: number
  /** A page of the feed is due. */
  directoryDue: boolean
  accessDue: boolean
  /** True once the heads have been sent: from then on each event is. */
  live: boolean
  leaseRenewAtMs: number
}

export type Phase =
  /** `hello` has been sent. */
  | { readonly type: 'greeted'; readonly nonce: string; readonly deadlineMs: number }
  /** The proof holds; what the device is answered is being committed. */
  | { readonly type: 'admitting'; readonly deviceId: DeviceId }
  | { readonly type: 'following'; readonly following: Following }
  /** Under a wipe order: nothing but its receipt is heard. */
  | { readonly type: 'wipe-only'; readonly deviceId: DeviceId; readonly wipeId: WipeId }
  | { readonly type: 'closing'; readonly deadlineMs: number }

export interface Connection {
  readonly socket: WebSocket
  phase: Phase
  heardAtMs: number
  badFrames: number
  /** Frames that wait until the socket has drained. */
  readonly waiting: string[]
  paused: boolean
}

export interface Connections {
  readonly all: ReadonlySet<Connection>
  add(socket: WebSocket): Connection
  remove(connection: Connection): void
  /** Makes this the device's connection; an earlier one is told `replaced`. */
  claim(connection: Connection, deviceId: DeviceId): void
  /** Lets an admitted device follow. */
  follow(connection: Connection, following: Following): void
  /** Puts the device's connection under a wipe order. */
  restrict(connection: Connection, deviceId: DeviceId, wipeId: WipeId): void
  ofDevice(deviceId: DeviceId): Connection | undefined
  /** Connections of this user's devices that follow. */
  ofUser(userId: UserId): ReadonlySet<Connection>
  send(connection: Connection, frame: DownFrame): void
  /** Sends a frame that has been serialised; `drained` is called once it has been handed to the system. */
  sendText(connection: Connection, text: string | Buffer, drained?: () => void): void
  /** Says why and closes. */
  bye(connection: Connection, code: FailureCode, retryAfterMs?: number): void
}

const none: ReadonlySet<Connection> = new Set()

export function createConnections(clock: Clock, log: Log): Connections {
  const all = new Set<Connection>()
  const byDevice = new Map<DeviceId, Connection>()
  const byUser = new Map<UserId, Set<Connection>>()

  function deviceOf({ phase }: Connection): DeviceId | undefined {
    if (phase.type === 'following') return phase.following.deviceId
    return phase.type === 'admitting' || phase.type === 'wipe-only' ? phase.deviceId : undefined
  }

  /** Takes the connection out of whom it can be found by. */
  function release(connection: Connection): void {
    const deviceId = deviceOf(connection)
    if (deviceId !== undefined && byDevice.get(deviceId) === connection) byDevice.delete(deviceId)
    if (connection.phase.type !== 'following') return
    const { userId } = connection.phase.following
    const set = byUser.get(userId)
    set?.delete(connection)
    if (set?.size === 0) byUser.delete(userId)
  }

  function sendText(connection: Connection, text: string | Buffer, drained?: () => void): void {
    const { socket } = connection
    if (connection.phase.type === 'closing' || socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > limits.outboundBufferBytes) bye(connection, 'too-slow')
    else if (drained === undefined) socket.send(text, { binary: false })
    else socket.send(text, { binary: false }, drained)
  }

  function bye(connection: Connection, code: FailureCode, retryAfterMs?: number): void {
    const { socket, phase } = connection
    if (phase.type === 'closing') return
    log.info({ device: deviceOf(connection), code }, 'connection closed by the server')
    release(connection)
    connection.phase = { type: 'closing', deadlineMs: clock.nowMs() + limits.byeMs }
    connection.waiting.length = 0
    const frame: DownFrame = {
      type: 'bye',
      code,
      message: failureCodes[code],
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    }
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame))
    socket.close(1000)
  }

  return {
    all,
    add: (socket) => {
      const nowMs = clock.nowMs()
      const connection: Connection = {
        socket,
        phase: { type: 'closing', deadlineMs: nowMs },
        heardAtMs: nowMs,
        badFrames: 0,
        waiting: [],
        paused: false,
      }
      all.add(connection)
      return connection
    },
    remove: (connection) => {
      release(connection)
      connection.phase = { type: 'closing', deadlineMs: 0 }
      connection.waiting.length = 0
      all.delete(connection)
    },
    claim: (connection, deviceId) => {
      const before = byDevice.get(deviceId)
      if (before !== undefined && before !== connection) bye(before, 'replaced')
      byDevice.set(deviceId, connection)
      connection.phase = { type: 'admitting', deviceId }
    },
    follow: (connection, following) => {
      connection.phase = { type: 'following', following }
      const set = byUser.get(following.userId)
      if (set === undefined) byUser.set(following.userId, new Set([connection]))
      else set.add(connection)
    },
    restrict: (connection, deviceId, wipeId) => {
      release(connection)
      byDevice.set(deviceId, connection)
      connection.phase = { type: 'wipe-only', deviceId, wipeId }
      connection.waiting.length = 0
    },
    ofDevice: (deviceId) => byDevice.get(deviceId),
    ofUser: (userId) => byUser.get(userId) ?? none,
    send: (connection, frame) => sendText(connection, JSON.stringify(frame)),
    sendText,
    bye,
  }
}
