// Owns devices that a benchmark plays against a server, many in one process: each goes through the real handshake, says what
// a window in use would say, and from then on does as it is told. Against the bare server they only connect.
// Always holds: frames are looked at no closer than counting needs, so that the machine's other core has as little to do as
// can be. Ends with its parent.
// Usage (with an IPC channel): fleet-client.program.ts product|bare URL FILE FROM TO

import { createPrivateKey, randomBytes, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { WebSocket } from 'ws'
import { makeId } from '../shared/model.ts'
import { toBase64url } from '../shared/proof.ts'
import { type AuthFrame, authProofText, PROTOCOL_VERSION, parseDownFrame } from '../shared/wire.ts'
import { type Spread, spread } from './figures.ts'
import type { FleetDevice } from './fleet.ts'

export type ToFleetClient =
  | { readonly type: 'connect'; readonly cursors: Cursors }
  /** Each in turn says something, the next once the one before has reached everybody; `ahead` may be under way at once. */
  | { readonly type: 'tell'; readonly count: number; readonly ahead: number }
  /** All send at once, each with so many unacknowledged. */
  | { readonly type: 'send'; readonly count: number; readonly inFlight: number }
  /** They send in turn, so many in a second, however long the answers take. */
  | { readonly type: 'pace'; readonly count: number; readonly perSecond: number }
  /** They say at intervals that they are there, also to the bare server. */
  | { readonly type: 'heartbeat' }
  /** They wait for so many leases, all together. */
  | { readonly type: 'lease'; readonly count: number }

export interface Cursors {
  readonly directory: string
  readonly access: string
}
export type FromFleetClient =
  | { readonly type: 'connected'; readonly cursors: Cursors }
  | { readonly type: 'told' }
  /** How many came in each second of the clock on the wall. */
  | { readonly type: 'leased'; readonly elapsedMs: number; readonly bySecond: Readonly<Record<string, number>> }
  | {
      readonly type: 'sent'
      readonly elapsedMs: number
      readonly refused: number
      readonly ackMs: Spread
      /** How much later than due messages left here: what of `ackMs` is not the server's. */
      readonly lateMs: Spread
    }

interface Player {
  readonly device: FleetDevice
  readonly socket: WebSocket
  unacknowledged: number
}

/** Handshakes under way at once. */
const CONNECTING = 64
const HEARTBEAT_MS = 25_000
/** People whose presence a window shows: those in view and in the list. */
const WATCHED = 30
const body = '收到，聽日朝早十點開會，請帶埋上次嘅會議記錄同埋 PO 編號。Thanks!'

const [kind = '', url = '', file = '', fromText = '', toText = ''] = process.argv.slice(2)
const all = JSON.parse(readFileSync(file, 'utf8')) as FleetDevice[]
const devices = all.slice(Number(fromText), Number(toText))
const players: Player[] = []

let deliveries = 0
let deliveriesAwaited = Number.POSITIVE_INFINITY
let onDelivered: (() => void) | undefined
/** When each message that is not acknowledged was due, by its clientId. */
const dueMs = new Map<string, number>()
let ackMs: number[] = []
let lateMs: number[] = []
let refused = 0
let onAnswer: ((player: Player) => void) | undefined
let onLease: (() => void) | undefined

process.on('message', (message: ToFleetClient) => void obey(message))
process.once('disconnect', () => process.exit(0))

async function obey(message: ToFleetClient): Promise<void> {
  if (message.type === 'connect') tell({ type: 'connected', cursors: await connectAll(message.cursors) })
  else if (message.type === 'tell') await tellAll(message.count, message.ahead)
  else if (message.type === 'send') await sendAll(message.count, message.inFlight)
  else if (message.type === 'pace') await paceAll(message.count, message.perSecond)
  else if (message.type === 'lease') await awaitLeases(message.count)
  else beat()
}

async function connectAll(cursors: Cursors): Promise<Cursors> {
  const connectOne = (device: FleetDevice, from: Cursors) =>
    kind === 'bare' ? connectBare(device, from) : connect(device, from)
  const [first, ...others] = devices
  // What the first has learnt of the feeds, the others begin with.
  const known = first === undefined ? cursors : await connectOne(first, cursors)
  let next = 0
  const connectNext = async (): Promise<void> => {
    for (let device = others[next++]; device !== undefined; device = others[next++]) await connectOne(device, known)
  }
  await Promise.all(Array.from({ length: CONNECTING }, connectNext))
  if (kind !== 'bare') beat()
  return known
}

function beat(): void {
  setInterval(() => say(), HEARTBEAT_MS)
}

function say(): void {
  for (const { socket } of players) socket.send('{"type":"ping"}')
}

function listen(device: FleetDevice, socket: WebSocket): void {
  const player: Player = { device, socket, unacknowledged: 0 }
  players.push(player)
  socket.on('message', (data: Buffer) => {
    // {"type":"event",…  {"type":"sent",…  {"type":"refused",…  {"type":"lease",…
    const letter = data[9]
    if (letter === 101) {
      deliveries++
      if (deliveries >= deliveriesAwaited) onDelivered?.()
    } else if (letter === 115) {
      settle(player, data)
    } else if (letter === 114 && data[11] === 102) {
      refused++
      settle(player, data)
    } else if (letter === 108) {
      onLease?.()
    }
  })
}

function settle(player: Player, data: Buffer): void {
  const at = data.indexOf('"msg_')
  const clientId = data.toString('latin1', at + 1, at + 25)
  const due = dueMs.get(clientId)
  if (due === undefined) return
  dueMs.delete(clientId)
  ackMs.push(performance.now() - due)
  player.unacknowledged--
  onAnswer?.(player)
}

function open(): WebSocket {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/connect`, { perMessageDeflate: false })
  socket.on('error', (error) => {
    throw error
  })
  socket.on('close', (code) => {
    throw new Error(`the server closed a line with ${code}`)
  })
  return socket
}

function connectBare(device: FleetDevice, cursors: Cursors): Promise<Cursors> {
  const socket = open()
  return new Promise((resolve) => {
    socket.once('open', () => {
      listen(device, socket)
      resolve(cursors)
    })
  })
}

function connect(device: FleetDevice, cursors: Cursors): Promise<Cursors> {
  const socket = open()
  const found = { ...cursors }
  return new Promise((resolve) => {
    socket.on('message', function onFrame(data: Buffer) {
      const parsed = parseDownFrame(data.toString())
      if (parsed.type !== 'frame') throw new Error('a frame did not parse')
      const { frame } = parsed
      if (frame.type === 'hello') socket.send(JSON.stringify(authOf(device, frame.nonce, cursors)))
      else if (frame.type === 'directory') found.directory = frame.cursor
      else if (frame.type === 'access') found.access = frame.cursor
      else if (frame.type === 'bye') throw new Error(`refused: ${frame.code}`)
      else if (frame.type === 'heads' && !frame.more) {
        socket.off('message', onFrame)
        listen(device, socket)
        attend(device, socket)
        resolve(found)
      }
    })
  })
}

function authOf(device: FleetDevice, nonce: string, cursors: Cursors): AuthFrame {
  const key = createPrivateKey({ key: Buffer.from(device.privateKey, 'base64'), format: 'der', type: 'pkcs8' })
  return {
    type: 'auth',
    version: PROTOCOL_VERSION,
    deviceId: device.deviceId,
    origin: url,
    proof: toBase64url(sign(null, Buffer.from(authProofText(url, device.deviceId, nonce)), key)),
    clientNonce: toBase64url(randomBytes(32)),
    clientVersion: '0.1.0',
    platform: 'bench',
    directoryCursor: cursors.directory,
    accessCursor: cursors.access,
  }
}

/** As a window does that shows a conversation. */
function attend(device: FleetDevice, socket: WebSocket): void {
  socket.send(JSON.stringify({ type: 'attend', state: 'active' }))
  const at = all.indexOf(device)
  const people = Array.from({ length: Math.min(WATCHED, all.length) }, (_, i) => all[(at + i * 7) % all.length]?.userId)
  const [conversationId] = device.conversationIds
  socket.send(
    JSON.stringify({ type: 'watch', people: [...new Set(people)], ...(conversationId && { conversationId }) }),
  )
}

function sendFrom(player: Player, dueAtMs: number): void {
  const [conversationId] = player.device.conversationIds
  const clientId = makeId('message', randomBytes(20))
  dueMs.set(clientId, dueAtMs)
  lateMs.push(performance.now() - dueAtMs)
  player.unacknowledged++
  player.socket.send(JSON.stringify({ type: 'send', conversationId, clientId, body }))
}

/** What the product would tell of such a message, to be told on by the bare server. */
function eventText(player: Player, seq: number): string {
  const { device } = player
  const clientId = makeId('message', randomBytes(20))
  const [conversationId] = device.conversationIds
  const event = { conversationId, seq, atMs: Date.now(), actorId: device.userId }
  return JSON.stringify({ type: 'event', event: { ...event, content: { type: 'message', clientId, body } } })
}

async function tellAll(count: number, ahead: number): Promise<void> {
  for (let told = 0; told < count; told += ahead) {
    const batch = Math.min(ahead, count - told)
    deliveriesAwaited = deliveries + batch * players.length
    const delivered = new Promise<void>((resolve) => {
      onDelivered = resolve
    })
    for (let i = 0; i < batch; i++) {
      const player = players[(told + i) % players.length]
      if (player === undefined) throw new Error('nobody is connected')
      if (kind === 'bare') player.socket.send(eventText(player, told + i))
      else sendFrom(player, performance.now())
    }
    await delivered
  }
  if (refused > 0) throw new Error('messages were refused')
  tell({ type: 'told' })
}

async function sendAll(count: number, inFlight: number): Promise<void> {
  reset()
  const from = performance.now()
  let sent = 0
  let settled = 0
  await new Promise<void>((resolve) => {
    const fill = (player: Player) => {
      while (player.unacknowledged < inFlight && sent < count) {
        sent++
        sendFrom(player, performance.now())
      }
    }
    onAnswer = (player) => {
      settled++
      if (settled === count) resolve()
      else fill(player)
    }
    for (const player of players) fill(player)
  })
  tell({ type: 'sent', elapsedMs: performance.now() - from, refused, ackMs: spread(ackMs), lateMs: spread(lateMs) })
}

async function paceAll(count: number, perSecond: number): Promise<void> {
  reset()
  const from = performance.now()
  let sent = 0
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(count, Math.floor(((performance.now() - from) * perSecond) / 1000))
      for (; sent < due; sent++) {
        const player = players[sent % players.length]
        // From when it was due: what waited for a slow turn of this loop waited for the server all the same.
        if (player !== undefined) sendFrom(player, from + (sent * 1000) / perSecond)
      }
      if (sent === count) clearInterval(timer)
    }, 1)
    onAnswer = () => {
      if (ackMs.length === count) resolve()
    }
  })
  tell({ type: 'sent', elapsedMs: performance.now() - from, refused, ackMs: spread(ackMs), lateMs: spread(lateMs) })
}

async function awaitLeases(count: number): Promise<void> {
  const from = performance.now()
  const bySecond: Record<string, number> = {}
  let came = 0
  await new Promise<void>((resolve) => {
    onLease = () => {
      const second = Math.floor(Date.now() / 1000)
      bySecond[second] = (bySecond[second] ?? 0) + 1
      came++
      if (came === count) resolve()
    }
  })
  onLease = undefined
  tell({ type: 'leased', elapsedMs: performance.now() - from, bySecond })
}

function reset(): void {
  ackMs = []
  lateMs = []
  refused = 0
}

function tell(message: FromFleetClient): void {
  process.send?.(message)
}
