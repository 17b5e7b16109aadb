// Owns the floor of the benchmark `catchup`: a device that fetches the same missed pages over the same wire, as many at a
// time, parses them and keeps nothing.
// Always holds: it asks for exactly what the product asks for, so what the product takes longer is keeping and indexing.
// Usage (with an IPC channel): catchup-floor.program.ts URL CODE HEADS-BEFORE (JSON)

import { randomBytes, sign } from 'node:crypto'
import { WebSocket } from 'ws'
import { enrolBody, makeDeviceKey, postJson } from '../server/test-device.ts'
import { limits } from '../shared/limits.ts'
import type { ConversationId } from '../shared/model.ts'
import { toBase64url } from '../shared/proof.ts'
import { authProofText, enrolResponseSchema, PROTOCOL_VERSION, parseDownFrame, type UpFrame } from '../shared/wire.ts'

export interface FromFloor {
  readonly type: 'done'
  readonly events: number
  readonly allMs: number
}

const [url = '', code = '', headsText = ''] = process.argv.slice(2)
/** What lies above counts as missed. */
const headsBefore = JSON.parse(headsText) as Record<string, number>
const key = makeDeviceKey()
const answer = await postJson(`${url}/v1/enroll`, enrolBody(code, key))
const { deviceId } = enrolResponseSchema.parse(await answer.json())
const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/connect`, { perMessageDeflate: false })
const send = (frame: UpFrame) => socket.send(JSON.stringify(frame))
const waiting: { conversationId: ConversationId; after: number; head: number }[] = []
const underWay = new Map<number, { conversationId: ConversationId; head: number }>()
let id = 0
let events = 0
let from = 0

function pull(): void {
  while (underWay.size < limits.pullsInFlight) {
    const next = waiting.shift()
    if (next === undefined) break
    underWay.set(++id, next)
    const { conversationId, after } = next
    send({ type: 'pull', id, conversationId, from: { after }, limit: limits.eventsPerPull })
  }
  if (underWay.size > 0) return
  process.send?.({ type: 'done', events, allMs: performance.now() - from } satisfies FromFloor, () => process.exit(0))
}

socket.on('message', (data: Buffer) => {
  const parsed = parseDownFrame(data.toString())
  if (parsed.type !== 'frame') throw new Error('a frame did not parse')
  const { frame } = parsed
  if (frame.type === 'hello') {
    const proof = sign(null, Buffer.from(authProofText(url, deviceId, frame.nonce)), key.privateKey)
    send({
      type: 'auth',
      version: PROTOCOL_VERSION,
      deviceId,
      origin: url,
      proof: toBase64url(proof),
      clientNonce: toBase64url(randomBytes(32)),
      clientVersion: '0.1.0',
      platform: 'bench',
      directoryCursor: '',
      accessCursor: '',
    })
  } else if (frame.type === 'heads') {
    for (const { conversationId, headSeq } of frame.heads)
      waiting.push({ conversationId, after: headsBefore[conversationId] ?? 0, head: headSeq })
    if (frame.more) return
    from = performance.now()
    pull()
  } else if (frame.type === 'events') {
    const asked = underWay.get(frame.id)
    underWay.delete(frame.id)
    events += frame.events.length
    const last = frame.events.at(-1)?.seq ?? 0
    if (asked && last < asked.head) waiting.unshift({ ...asked, after: last })
    pull()
  }
})
