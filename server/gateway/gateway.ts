// Owns the WebSocket endpoint: accepting a device, hello and proof, heartbeats and deadlines, closing down.
// Always holds: a device that proved itself is answered first with its orders, where there are any; nothing of the
// workspace is sent before the proof of the device key holds. See docs/ARCHITECTURE.md "Wire" for the order of frames.

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { limits } from '../../shared/limits.ts'
import { toBase64url } from '../../shared/proof.ts'
import type { FailureCode } from '../../shared/result.ts'
import {
  type AuthFrame,
  authProofText,
  PROTOCOL_FLOOR,
  PROTOCOL_VERSION,
  parseUpFrame,
  welcomeProofText,
} from '../../shared/wire.ts'
import type { Clock, Random } from '../clock.ts'
import type { Commits } from '../commits.ts'
import type { Admission, Devices } from '../devices/devices.ts'
import { verifies } from '../devices/signatures.ts'
import type { Authority } from '../keys.ts'
import type { Log } from '../log.ts'
import type { Policies } from '../policies.ts'
import type { StoreView } from '../store/port.ts'
import type { Workspace } from '../workspace.ts'
import type { Connection, Connections } from './connections.ts'
import type { Feeds } from './feeds.ts'
import type { Leases } from './leases.ts'
import type { Live } from './live.ts'
import { normaliseOrigin } from './origins.ts'
import type { Rates } from './rates.ts'
import type { Sessions } from './session.ts'
import type { Watches } from './watches.ts'

const encoder = new TextEncoder()
/** Pieces in which a frame of limits.clientFrameBytes may come: what ws keeps of a piece is many times a byte. */
const framePieces = 4096
export const protocolVersions: readonly number[] = Array.from(
  { length: PROTOCOL_VERSION - PROTOCOL_FLOOR + 1 },
  (_, step) => PROTOCOL_FLOOR + step,
)

export interface Gateway {
  /** Takes an HTTP upgrade to /v1/connect. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Says `bye` to every device and takes no more; resolves once all have closed, at the latest after `withinMs`. */
  close(withinMs: number): Promise<void>
}

/** Refuses an upgrade in plain HTTP. */
export function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

export function createGateway(parts: {
  connections: Connections
  sessions: Sessions
  live: Live
  leases: Leases
  watches: Watches
  rates: Rates
  feeds: Feeds
  devices: Devices
  commits: Commits
  view: StoreView
  workspace: Workspace
  policies: Policies
  authority: Authority
  /** Asked at each proof, since the port is known only after listening. */
  origins: () => ReadonlySet<string>
  clock: Clock
  random: Random
  log: Log
}): Gateway {
  const { connections, sessions, live, leases, watches, rates, feeds, devices, commits, view } = parts
  const { workspace, policies, authority, clock, random, log } = parts
  const acceptor = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.clientFrameBytes,
    maxFragments: framePieces,
    maxBufferedChunks: framePieces,
  })
  let closing = false
  let closed: (() => void) | undefined
  let stopSweep = clock.after(limits.sweepMs, sweep)

  function accept(socket: WebSocket, line: Duplex): void {
    const connection = connections.add(socket, line)
    const nonce = toBase64url(random(32))
    const nowMs = clock.nowMs()
    connection.phase = { type: 'greeted', nonce, deadlineMs: nowMs + limits.authMs }
    socket.on('message', (data, isBinary) => receive(connection, data, isBinary))
    // ws closes by itself after a frame that is too large or breaks the protocol.
    socket.on('error', (error) => log.info({ code: 'code' in error ? error.code : error.name }, 'connection failed'))
    socket.on('close', () => leave(connection))
    connections.send(connection, {
      type: 'hello',
      versions: [...protocolVersions],
      workspaceId: workspace.workspaceId,
      nonce,
      timeMs: nowMs,
    })
  }

  function receive(connection: Connection, data: RawData, isBinary: boolean): void {
    try {
      connection.heardAtMs = clock.nowMs()
      if (isBinary) refuseBinary(connection)
      else takeText(connection, data.toString())
    } catch (error) {
      // A fault of ours costs this peer its connection, not everybody the server.
      log.error({ err: error }, 'a frame could not be handled')
      connections.bye(connection, 'internal')
    }
  }

  function refuseBinary(connection: Connection): void {
    if (connection.phase.type === 'greeted') connections.bye(connection, 'bad-input')
    else sessions.takeBadFrame(connection)
  }

  function takeText(connection: Connection, text: string): void {
    const { phase } = connection
    if (phase.type === 'closing') return
    if (phase.type === 'greeted') authenticate(connection, phase.nonce, text)
    else sessions.take(connection, text)
  }

  function authenticate(connection: Connection, nonce: string, text: string): void {
    const parsed = parseUpFrame(text)
    if (parsed.type !== 'frame' || parsed.frame.type !== 'auth') {
      const later = parsed.type === 'malformed' && claimsOtherVersion(text)
      connections.bye(connection, later ? 'update-required' : 'bad-input')
      return
    }
    const auth = parsed.frame
    const refusal = refuseProof(auth, nonce)
    if (refusal === undefined) admit(connection, auth)
    else connections.bye(connection, refusal)
  }

  function admit(connection: Connection, auth: AuthFrame): void {
    const waitMs = rates.frame(auth.deviceId)
    if (waitMs !== undefined) {
      connections.bye(connection, 'rate-limited', waitMs)
      return
    }
    connections.claim(connection, auth.deviceId)
    // Until it is known as what it follows, what it says has no meaning, and is left on the line.
    connection.paused = true
    connection.socket.pause()
    commits.enqueue(
      (tx) => devices.admit(tx, auth.deviceId, auth),
      (outcome) => {
        // Replaced, or gone, while it was being committed.
        if (connection.phase.type !== 'admitting') return
        if (outcome.ok) answer(connection, auth, outcome.value)
        else connections.bye(connection, outcome.error.code, outcome.error.retryAfterMs)
      },
    )
  }

  function refuseProof(auth: AuthFrame, nonce: string): FailureCode | undefined {
    if (!protocolVersions.includes(auth.version)) return 'update-required'
    const origin = normaliseOrigin(auth.origin)
    if (origin === undefined || !parts.origins().has(origin)) return 'wrong-server'
    const device = view.device(auth.deviceId)
    if (device === undefined) return 'device-unknown'
    const proven = verifies(device.publicKey, authProofText(auth.origin, auth.deviceId, nonce), auth.proof)
    return proven ? undefined : 'proof-invalid'
  }

  function answer(connection: Connection, auth: AuthFrame, admission: Admission): void {
    if (admission.type === 'refused') {
      connections.bye(connection, admission.code)
    } else if (admission.type === 'blocked') {
      live.sendConversationWipes(connection, admission.wipes)
      connections.bye(connection, 'user-inactive')
    } else if (admission.type === 'wipe') {
      live.sendWipe(connection, admission.wipe)
    } else if (admission.type === 'signed-out') {
      live.sendSignOut(connection, admission.signOut, auth.version)
    } else {
      const { userId, lease, wipes } = admission
      live.sendConversationWipes(connection, wipes)
      const wipedIds = wipes.flatMap((wipe) => wipe.conversationIds ?? [])
      const proof = authority.sign(encoder.encode(welcomeProofText(auth.origin, auth.deviceId, auth.clientNonce)))
      connections.follow(connection, {
        deviceId: auth.deviceId,
        userId,
        version: auth.version,
        directoryRevision: feeds.revisionOf('directory', auth.directoryCursor),
        // What it wipes it is granted anew, whatever it knew of it.
        accessRevision: Math.min(feeds.revisionOf('access', auth.accessCursor), feeds.accessBefore(wipedIds)),
        directoryDue: true,
        accessDue: true,
        headsDue: true,
        live: false,
        attended: false,
        leaseRenewAtMs: clock.nowMs() + limits.leaseRenewMs,
      })
      connections.send(connection, {
        type: 'welcome',
        version: auth.version,
        kid: authority.kid,
        proof: toBase64url(proof),
        timeMs: clock.nowMs(),
        userId,
        workspaceName: workspace.name,
        lease,
        policy: policies.current(),
        roles: [...admission.roles],
      })
      live.pump(connection)
      watches.moved(userId)
    }
    sessions.resume(connection)
  }

  function leave(connection: Connection): void {
    const { phase } = connection
    const userId = connections.remove(connection)
    watches.end(connection)
    if (userId !== undefined) watches.moved(userId)
    if (phase.type === 'following' && !closing) {
      commits.enqueue(
        (tx) => devices.noteSeen(tx, phase.following.deviceId),
        () => undefined,
      )
    }
    if (closing && connections.all.size === 0) closed?.()
  }

  /** Looks at every deadline. */
  function sweep(): void {
    const nowMs = clock.nowMs()
    for (const connection of [...connections.all]) attend(connection, nowMs)
    stopSweep = clock.after(limits.sweepMs, sweep)
  }

  function attend(connection: Connection, nowMs: number): void {
    const { phase, socket } = connection
    if (isOverdue(connection, nowMs)) {
      socket.terminate()
      return
    }
    sessions.resume(connection)
    if (phase.type !== 'following') return
    if (!phase.following.live) live.pump(connection)
    if (nowMs >= phase.following.leaseRenewAtMs) leases.renew(connection)
  }

  function isOverdue({ phase, heardAtMs }: Connection, nowMs: number): boolean {
    if (phase.type === 'greeted' || phase.type === 'closing') return nowMs >= phase.deadlineMs
    return nowMs - heardAtMs >= limits.serverSilenceMs
  }

  return {
    upgrade: (request, socket, head) => {
      if (closing) return refuseUpgrade(socket, '503 Service Unavailable')
      // Devices are not browsers; a page that tries this rides on somebody's network position.
      if (request.headers.origin !== undefined) return refuseUpgrade(socket, '403 Forbidden')
      acceptor.handleUpgrade(request, socket, head, (accepted) => accept(accepted, socket))
    },
    close: (withinMs) =>
      new Promise((resolve) => {
        closing = true
        stopSweep()
        watches.stop()
        closed = () => {
          stopDeadline()
          resolve()
        }
        const stopDeadline = clock.after(withinMs, () => {
          for (const connection of [...connections.all]) connection.socket.terminate()
          resolve()
        })
        for (const connection of [...connections.all]) connections.bye(connection, 'unavailable')
        if (connections.all.size === 0) closed()
      }),
  }
}

/** True where a frame that this version cannot read is the `auth` of a version it does not speak. */
function claimsOtherVersion(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('type' in value) || !('version' in value)) return false
    return value.type === 'auth' && typeof value.version === 'number' && !protocolVersions.includes(value.version)
  } catch {
    return false
  }
}
