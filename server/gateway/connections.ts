// Owns the open connections: what is known of each in each of its phases, who is connected, and writing to a socket.
// Always holds: a device has at most one connection; nothing is written after `bye`; a connection that does not keep up
// is closed, since it can catch up by cursor. There are ten thousand of them: what each one holds is counted in bytes.

import type { Duplex } from 'node:stream'
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
  /** Of the protocol: decides what the device may say and is told. */
  readonly version: number
  directoryRevision: number
  accessRevision: number
  /** A page of the feed is due. */
  directoryDue: boolean
  accessDue: boolean
  /** The heads follow the feed: there is a conversation that the device did not have. */
  headsDue: boolean
  /** True once the heads have been sent: from then on each event is. */
  live: boolean
  /** Its user is at it, by its own word. */
  attended: boolean
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
  /** `userId`: whose device followed on it. */
  | { readonly type: 'closing'; readonly deadlineMs: number; readonly userId?: UserId | undefined }

export interface Connection {
  readonly socket: WebSocket
  /** What `socket` writes to. */
  readonly line: Duplex
  phase: Phase
  heardAtMs: number
  badFrames: number
  /** Frames that wait until the socket has drained, or the device has been admitted. */
  waiting: string[] | undefined
  paused: boolean
}

export interface Connections {
  readonly all: ReadonlySet<Connection>
  add(socket: WebSocket, line: Duplex): Connection
  /** Forgets it. Returns whose device followed on it. */
  remove(connection: Connection): UserId | undefined
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
  sendText(connection: Connection, text: string, drained?: () => void): void
  /** Sends what frameOf made; the same bytes may go to many. */
  sendFrame(connection: Connection, frame: Buffer): void
  /** Says why and closes. */
  bye(connection: Connection, code: FailureCode, retryAfterMs?: number): void
}

const none: ReadonlySet<Connection> = new Set()

/**
 * A text frame as it stands on the line of a server (RFC 6455 §5.2: final, unmasked). Written as one piece it costs half
 * of what ws needs for header and payload apart, and ten thousand connections share it.
 */
export function frameOf(text: string): Buffer {
  const bytes = Buffer.byteLength(text)
  const headerBytes = bytes < 126 ? 2 : bytes < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(headerBytes + bytes)
  frame[0] = 0x81
  frame[1] = bytes < 126 ? bytes : bytes < 65_536 ? 126 : 127
  if (headerBytes === 4) frame.writeUInt16BE(bytes, 2)
  else if (headerBytes === 10) frame.writeBigUInt64BE(BigInt(bytes), 2)
  frame.write(text, headerBytes)
  return frame
}

export function createConnections(clock: Clock, log: Log): Connections {
  const all = new Set<Connection>()
  const byDevice = new Map<DeviceId, Connection>()
  const byUser = new Map<UserId, Set<Connection>>()

  function deviceOf({ phase }: Connection): DeviceId | undefined {
    if (phase.type === 'following') return phase.following.deviceId
    return phase.type === 'admitting' || phase.type === 'wipe-only' ? phase.deviceId : undefined
  }

  function userOf(phase: Phase): UserId | undefined {
    return phase.type === 'following' ? phase.following.userId : phase.type === 'closing' ? phase.userId : undefined
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

  /** Gathers what is written until the current turn of the event loop ends: one commit brings a device many frames. */
  const gathering: Duplex[] = []
  function gather({ line }: Connection): void {
    if (line.writableCorked > 0) return
    line.cork()
    if (gathering.push(line) === 1) process.nextTick(handOver)
  }
  function handOver(): void {
    for (const line of gathering) line.uncork()
    gathering.length = 0
  }

  /** False where nothing may be written; lets a connection go that does not keep up. */
  function takes(connection: Connection): boolean {
    const { socket } = connection
    if (connection.phase.type === 'closing' || socket.readyState !== socket.OPEN) return false
    if (socket.bufferedAmount <= limits.outboundBufferBytes) return true
    bye(connection, 'too-slow')
    return false
  }

  function sendText(connection: Connection, text: string, drained?: () => void): void {
    if (!takes(connection)) return
    gather(connection)
    connection.socket.send(text, drained)
  }

  function bye(connection: Connection, code: FailureCode, retryAfterMs?: number): void {
    const { socket, phase } = connection
    if (phase.type === 'closing') return
    log.info({ device: deviceOf(connection), code }, 'connection closed by the server')
    release(connection)
    connection.phase = { type: 'closing', deadlineMs: clock.nowMs() + limits.byeMs, userId: userOf(phase) }
    connection.waiting = undefined
    // What it still says is not waited for, but its own goodbye is.
    if (connection.paused) socket.resume()
    connection.paused = false
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
    add: (socket, line) => {
      const nowMs = clock.nowMs()
      const connection: Connection = {
        socket,
        line,
        phase: { type: 'closing', deadlineMs: nowMs },
        heardAtMs: nowMs,
        badFrames: 0,
        waiting: undefined,
        paused: false,
      }
      all.add(connection)
      return connection
    },
    remove: (connection) => {
      const userId = userOf(connection.phase)
      release(connection)
      connection.phase = { type: 'closing', deadlineMs: 0 }
      connection.waiting = undefined
      all.delete(connection)
      return userId
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
      connection.waiting = undefined
    },
    ofDevice: (deviceId) => byDevice.get(deviceId),
    ofUser: (userId) => byUser.get(userId) ?? none,
    send: (connection, frame) => sendText(connection, JSON.stringify(frame)),
    sendText,
    sendFrame: (connection, frame) => {
      if (!takes(connection)) return
      gather(connection)
      connection.line.write(frame)
    },
    bye,
  }
}
