// Owns a device for the server's tests: a hand-driven end of the wire, its keys by node:crypto, so that the server's
// libsodium is checked against another implementation. Must never be imported by the product.

import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { WebSocket } from 'ws'
import { type ClientId, type ConversationId, type DeviceId, makeId, type UserId, type WipeId } from '../shared/model.ts'
import { signReceipt, toBase64url, type WipeReceipt } from '../shared/proof.ts'
import {
  type AuthFrame,
  authProofText,
  type DownFrame,
  type DownFrameOf,
  type EnrolResponse,
  enrolProofText,
  normaliseEnrolCode,
  PROTOCOL_VERSION,
  type UpFrame,
} from '../shared/wire.ts'
import type { Server } from './server.ts'

export interface TestDevice {
  readonly deviceId: DeviceId
  readonly userId: UserId
  readonly enrolled: EnrolResponse
  readonly privateKey: KeyObject
  readonly publicKey: string
}

/** A new Ed25519 key pair; the public key as base64url of its 32 bytes. */
export function makeDeviceKey(): { privateKey: KeyObject; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return { privateKey, publicKey: String(publicKey.export({ format: 'jwk' }).x) }
}

const signText = (key: KeyObject, text: string) => toBase64url(sign(null, Buffer.from(text), key))

/** The body of POST /v1/enroll for a code. */
export function enrolBody(code: string, key = makeDeviceKey()) {
  return {
    code,
    devicePublicKey: key.publicKey,
    proof: signText(key.privateKey, enrolProofText(normaliseEnrolCode(code), key.publicKey)),
    deviceName: 'Desk 1',
    platform: 'linux',
    clientVersion: '0.1.0',
  }
}

export function postJson(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

/** Enrols a device of `userName` over HTTP, with a new key unless one is given. Throws what was answered instead. */
export async function enrolDevice(server: Server, userName: string, key = makeDeviceKey()): Promise<TestDevice> {
  const made = server.admin.createEnrolment({ user: userName })
  if (!made.ok) throw new Error(made.error.code)
  const response = await postJson(`${server.url}/v1/enroll`, enrolBody(made.value.code, key))
  if (!response.ok) throw new Error(await response.text())
  const enrolled = (await response.json()) as EnrolResponse
  return { deviceId: enrolled.deviceId, userId: enrolled.userId, enrolled, ...key }
}

/** A receipt of `device` for a wipe, signed by its key unless another is given. */
export function makeReceipt(
  device: TestDevice,
  wipeId: WipeId,
  changes: Partial<WipeReceipt> = {},
  key: KeyObject = device.privateKey,
): string {
  const receipt: WipeReceipt = {
    wipeId,
    deviceId: device.deviceId,
    userId: device.userId,
    outcome: 'wiped',
    keysDestroyed: 7,
    filesRemoved: 12,
    bytesRemoved: 34_567,
    filesLeft: 0,
    startedAtMs: 1_000,
    keysGoneAtMs: 1_010,
    finishedAtMs: 1_100,
    attempts: 1,
    bootId: 'boot',
    version: '0.1.0',
    ...changes,
  }
  return signReceipt(receipt, (bytes) => sign(null, bytes, key))
}

export interface Line {
  /** Every frame so far. */
  readonly frames: readonly DownFrame[]
  readonly socket: WebSocket
  /** Resolves once the socket has closed. */
  readonly closed: Promise<{ code: number }>
  /** The next frame of this type that has not been taken yet. Rejects where the line closes without one. */
  next<T extends DownFrame['type']>(type: T): Promise<DownFrameOf<T>>
  send(frame: UpFrame | string): void
  /** Sends a ping and waits for its pong: everything sent before has been looked at. */
  settle(): Promise<void>
  close(): Promise<void>
}

/** Opens a socket without saying anything. */
export function openLine(url: string, headers: Record<string, string> = {}): Line {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/connect`, { headers, perMessageDeflate: true })
  const frames: DownFrame[] = []
  const taken = new Set<DownFrame>()
  let waiting: (() => void)[] = []
  let ended = false
  const wake = () => {
    const before = waiting
    waiting = []
    for (const look of before) look()
  }
  socket.on('message', (data) => {
    frames.push(JSON.parse(data.toString()) as DownFrame)
    wake()
  })
  socket.on('error', () => undefined)
  const closed = new Promise<{ code: number }>((resolve) => {
    socket.on('close', (code) => {
      ended = true
      resolve({ code })
      wake()
    })
  })
  const next: Line['next'] = (type) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = frames.find((frame) => frame.type === type && !taken.has(frame))
        if (found !== undefined) {
          taken.add(found)
          resolve(found as DownFrameOf<typeof type>)
        } else if (ended) {
          reject(new Error(`the line closed without ${type}; frames: ${frames.map((f) => f.type).join(' ')}`))
        } else {
          waiting.push(look)
        }
      }
      look()
    })
  const send = (frame: UpFrame | string) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  return {
    frames,
    socket,
    closed,
    next,
    send,
    settle: async () => {
      send({ type: 'ping' })
      await next('pong')
    },
    close: async () => {
      socket.close()
      await closed
    },
  }
}

/** Opens a socket, waits for `hello` and answers it with a valid `auth`, altered by `changes`. */
export async function connectLine(
  server: Pick<Server, 'url'>,
  device: TestDevice,
  changes: Partial<AuthFrame> & { signedOrigin?: string } = {},
): Promise<Line> {
  const line = openLine(server.url)
  const hello = await line.next('hello')
  const { signedOrigin, ...fields } = changes
  const origin = fields.origin ?? server.url
  line.send({
    type: 'auth',
    version: PROTOCOL_VERSION,
    deviceId: device.deviceId,
    origin,
    proof: signText(device.privateKey, authProofText(signedOrigin ?? origin, device.deviceId, hello.nonce)),
    clientNonce: toBase64url(randomBytes(32)),
    clientVersion: '0.1.0',
    platform: 'linux',
    directoryCursor: '',
    accessCursor: '',
    ...fields,
  })
  return line
}

/** Connects and waits until the device is live. */
export async function goLive(server: Server, device: TestDevice, changes: Partial<AuthFrame> = {}): Promise<Line> {
  const line = await connectLine(server, device, changes)
  for (;;) if (!(await line.next('heads')).more) return line
}

export function makeClientId(): ClientId {
  return makeId('message', randomBytes(20))
}

/** A `send` frame. */
export function message(conversationId: ConversationId, body: string, clientId = makeClientId()) {
  return { type: 'send', conversationId, clientId, body } as const
}

/** Creates users of these names. */
export function addUsers(server: Server, ...userNames: string[]): void {
  for (const userName of userNames) {
    const made = server.admin.createUser({ userName, displayName: userName })
    if (!made.ok) throw new Error(made.error.code)
  }
}

/** Creates a group of these members and gives its id. */
export function addGroup(server: Server, ...members: string[]): ConversationId {
  const made = server.admin.createConversation({ name: 'Group', members })
  if (!made.ok) throw new Error(made.error.code)
  return made.value.id
}
