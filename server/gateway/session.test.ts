// Checks what devices of each version may say and are told, and how much of it.

import { readFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { limits } from '../../shared/limits.ts'
import type { ConversationId, UserId } from '../../shared/model.ts'
import type { Parsed, Request, UpFrame } from '../../shared/wire.ts'
import { createServer, type Server, type ServerOptions } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import { createTestClock } from '../test-clock.ts'
import {
  addGroup,
  addUsers,
  connectLine,
  enrolDevice,
  goLive,
  type Line,
  makeClientId,
  message,
} from '../test-device.ts'
import { frameOf } from './connections.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

let open: Server[] = []
async function start(options: Partial<ServerOptions> = {}): Promise<Server> {
  const server = await createServer({ store: createMemoryStore(), ...options })
  open.push(server)
  return server
}
afterEach(async () => {
  await Promise.all(open.map((server) => server.close()))
  open = []
})

/** The frame parser of version 1, as it was built then. */
async function openFirstVersion(): Promise<(text: string) => Parsed<unknown>> {
  const url = new URL('../../testing/builds/wire-1/wire.js', import.meta.url)
  expect(readFileSync(url, 'utf8')).not.toBe('')
  const { parseDownFrame }: { parseDownFrame: (text: string) => Parsed<unknown> } = await import(url.href)
  return parseDownFrame
}

const asFirst = { version: 1 }
const count = (line: Line, type: string) => line.frames.filter((frame) => frame.type === type).length
let requests = 0
async function ask(line: Line, request: Request) {
  const id = ++requests
  line.send({ type: 'request', id, request })
  return line.next('answer')
}

/** Everything that a person of today can do in a conversation of theirs. */
async function liveADay(line: Line, conversationId: ConversationId, colleagueId: UserId): Promise<void> {
  const act = async (frame: UpFrame) => {
    line.send(frame)
    return line.next('sent')
  }
  const first = await act(message(conversationId, 'first'))
  const mentions = [
    { type: 'everyone' as const, start: 0, end: 8 },
    { type: 'person' as const, start: 9, end: 13, userId: colleagueId },
  ]
  await act({ ...message(conversationId, '@channel @bob!'), mentions, threadSeq: first.seq, quoteSeq: first.seq })
  const forward = { conversationId, seq: first.seq }
  await act({ ...message(conversationId, 'first'), isFallback: true, forward })
  const acts = [
    { type: 'edit', targetSeq: first.seq, body: 'first, but better' },
    { type: 'react', targetSeq: first.seq, emoji: '👍', on: true },
    { type: 'react', targetSeq: first.seq, emoji: '👍', on: false },
    { type: 'delete', targetSeq: first.seq },
  ] as const
  for (const each of acts) await act({ type: 'act', conversationId, clientId: makeClientId(), act: each })
  line.send({ type: 'prefs', conversationId, prefs: { muted: true, pinned: true, unreadFromSeq: 1 } })
  line.send({ type: 'attend', state: 'active' })
  line.send({ type: 'watch', conversationId, people: [colleagueId] })
  line.send({ type: 'typing', conversationId })
  line.send({ type: 'read', conversationId, seq: first.seq })
  const made = await ask(line, {
    type: 'create',
    clientId: makeClientId(),
    kind: 'channel',
    name: 'Harbour',
    topic: 'ships',
    isOpen: true,
    memberIds: [colleagueId],
  })
  if (made.answer.type !== 'created') throw new Error(made.answer.type)
  const { conversationId: channelId } = made.answer
  await ask(line, { type: 'change', conversationId: channelId, name: 'Harbours', isOpen: false })
  await ask(line, { type: 'remove', conversationId: channelId, userId: colleagueId })
  await ask(line, { type: 'invite', conversationId: channelId, userIds: [colleagueId] })
  await ask(line, { type: 'change', conversationId: channelId, archived: true })
}

test('[GAT10] whatever others do, a device of version 1 is told nothing that it cannot read', async () => {
  const clock = createTestClock()
  const server = await start({ clock })
  addUsers(server, 'alice', 'bob')
  const conversationId = addGroup(server, 'alice', 'bob')
  const [hers, his] = [await enrolDevice(server, 'alice'), await enrolDevice(server, 'bob')]
  const alice = await goLive(server, hers)
  const old = await goLive(server, his, asFirst)
  const oldOfAlice = await goLive(server, await enrolDevice(server, 'alice'), asFirst)
  await liveADay(alice, conversationId, his.userId)
  clock.advance(limits.presenceEveryMs)
  for (const line of [old, oldOfAlice]) {
    line.send({ type: 'pull', id: 1, conversationId, from: { after: 0 }, limit: limits.eventsPerPage })
    await line.next('events')
    await line.settle()
  }
  await old.close()
  const again = await goLive(server, his, asFirst)
  const parse = await openFirstVersion()
  for (const line of [old, oldOfAlice, again]) {
    expect(line.frames.flatMap((frame) => (parse(JSON.stringify(frame)).type === 'frame' ? [] : frame))).toEqual([])
  }
  // What it saw was the day's work, not nothing.
  expect(count(old, 'event')).toBeGreaterThan(8)
})

test('[GAT11] a change of members or name reaches live devices as its event; those of version 1 by the access feed too', async () => {
  const server = await start()
  addUsers(server, 'alice', 'bob', 'carol')
  const conversationId = addGroup(server, 'alice', 'bob')
  const alice = await goLive(server, await enrolDevice(server, 'alice'))
  const his = await enrolDevice(server, 'bob')
  const carol = await goLive(server, await enrolDevice(server, 'carol'))
  const old = await goLive(server, his, asFirst)
  for (const line of [alice, old, carol]) await line.next('access')
  server.admin.addMembers({ conversationId, members: ['carol'] })
  expect((await alice.next('event')).event.content.type).toBe('joined')
  const told = await old.next('access')
  expect(told.granted.map((info) => info.memberIds.length)).toEqual([3])
  expect((await carol.next('access')).granted).toMatchObject([{ conversationId }])
  await alice.settle()
  expect(count(alice, 'access')).toBe(1)
  expect(count(old, 'heads')).toBe(1)
  expect(count(carol, 'heads')).toBe(2)
})

test.each<[string, UpFrame]>([
  [
    'an act',
    {
      type: 'act',
      conversationId: 'cnv_00000000000000000000' as ConversationId,
      clientId: makeClientId(),
      act: { type: 'delete', targetSeq: 1 },
    },
  ],
  ['a request', { type: 'request', id: 1, request: { type: 'browse', text: '' } }],
  ['a watch', { type: 'watch', people: [] }],
  ['more than words', { ...message('cnv_00000000000000000000' as ConversationId, 'x'), threadSeq: 1 }],
])('[GAT12] %s from a device that speaks version 1 counts as a frame that cannot be read', async (_, frame) => {
  const server = await start()
  addUsers(server, 'alice')
  const line = await goLive(server, await enrolDevice(server, 'alice'), asFirst)
  for (let i = 0; i < limits.badFramesBeforeClose; i++) line.send(frame)
  expect(await line.next('bye')).toMatchObject({ code: 'bad-input' })
  expect([count(line, 'answer'), count(line, 'sent'), count(line, 'refused')]).toEqual([0, 0, 0])
})

test('[GAT13] an act is answered like a send, a request by its number, each refusal with its reason', async () => {
  const server = await start()
  addUsers(server, 'alice', 'bob')
  const conversationId = addGroup(server, 'alice', 'bob')
  const alice = await goLive(server, await enrolDevice(server, 'alice'))
  const bob = await goLive(server, await enrolDevice(server, 'bob'))
  alice.send(message(conversationId, 'mine'))
  const { seq } = await alice.next('sent')
  const act = {
    type: 'act',
    conversationId,
    clientId: makeClientId(),
    act: { type: 'edit', targetSeq: seq, body: 'his' },
  } as const
  bob.send(act)
  expect(await bob.next('refused')).toMatchObject({ clientId: act.clientId, code: 'not-allowed' })
  alice.send(act)
  expect(await alice.next('sent')).toMatchObject({ conversationId, clientId: act.clientId, seq: seq + 1 })
  alice.send({ type: 'request', id: 7, request: { type: 'seqAt', conversationId, atMs: 0 } })
  expect(await alice.next('answer')).toEqual({ type: 'answer', id: 7, answer: { type: 'seqAt', seq: 1 } })
  alice.send({ type: 'request', id: 8, request: { type: 'archive' } } as never)
  alice.send({
    type: 'request',
    id: 9,
    request: { type: 'join', conversationId: 'cnv_00000000000000000000' as ConversationId },
  })
  expect(await alice.next('refused')).toMatchObject({ id: 9, code: 'not-found' })
})

test('[GAT14] what a person sets for a conversation reaches all their devices, and whoever comes later with the heads', async () => {
  const server = await start()
  addUsers(server, 'alice', 'bob')
  const conversationId = addGroup(server, 'alice', 'bob')
  const device = await enrolDevice(server, 'alice')
  const desk = await goLive(server, device)
  const laptop = await goLive(server, await enrolDevice(server, 'alice'))
  const old = await goLive(server, await enrolDevice(server, 'alice'), asFirst)
  const bob = await goLive(server, await enrolDevice(server, 'bob'))
  const prefs = { muted: true, pinned: false, unreadFromSeq: 2 }
  desk.send({ type: 'prefs', conversationId, prefs })
  for (const line of [desk, laptop]) expect(await line.next('prefsMoved')).toMatchObject({ conversationId, prefs })
  for (const line of [old, bob]) await line.settle()
  expect([count(old, 'prefsMoved'), count(bob, 'prefsMoved')]).toEqual([0, 0])
  const later = await goLive(server, device)
  expect(later.frames.find((frame) => frame.type === 'heads')?.heads).toMatchObject([{ conversationId, prefs }])
})

test('[GAT15] the devices of one person together send no more than the limit, and each keeps its order', async () => {
  const clock = createTestClock()
  const server = await start({ clock })
  addUsers(server, 'alice')
  const conversationId = addGroup(server, 'alice')
  const lines: Line[] = []
  for (let i = 0; i < 3; i++) lines.push(await goLive(server, await enrolDevice(server, 'alice')))
  const each = limits.sendBurst * 0.75
  const sends = lines.map(() => Array.from({ length: each }, (_, i) => message(conversationId, String(i))))
  for (const [i, line] of lines.entries()) {
    for (const frame of sends[i] ?? []) line.send(frame)
    await vi.waitFor(() => expect(count(line, 'sent') + count(line, 'refused')).toBe(each))
  }
  const sentBy = (line: Line) => line.frames.flatMap((frame) => (frame.type === 'sent' ? frame.clientId : []))
  for (const [i, line] of lines.entries()) {
    const sent = sentBy(line)
    expect(sent).toEqual(sends[i]?.slice(0, sent.length).map((frame) => frame.clientId))
  }
  expect(lines.reduce((sum, line) => sum + count(line, 'sent'), 0)).toBe(limits.userSendBurst)
  const last = lines[2] as Line
  const refused = await last.next('refused')
  expect(refused).toMatchObject({ code: 'rate-limited' })
  clock.advance(refused.retryAfterMs ?? 0)
  const before = count(last, 'sent')
  last.send(message(conversationId, 'later'))
  await vi.waitFor(() => expect(count(last, 'sent')).toBe(before + 1))
})

test('[GAT16] requests above the limit are refused with the time to wait, after which they are answered', async () => {
  const clock = createTestClock()
  const server = await start({ clock })
  addUsers(server, 'alice')
  const line = await goLive(server, await enrolDevice(server, 'alice'))
  const browse = (id: number) => line.send({ type: 'request', id, request: { type: 'browse', text: '' } })
  for (let id = 1; id <= limits.requestBurst + 1; id++) browse(id)
  const refused = await line.next('refused')
  expect(refused).toMatchObject({ id: limits.requestBurst + 1, code: 'rate-limited' })
  clock.advance(refused.retryAfterMs ?? 0)
  browse(1000)
  await line.settle()
  expect(count(line, 'answer')).toBe(limits.requestBurst + 1)
})

test('[GAT17] a flood of frames costs the connection, and the device is not heard until the time it was told', async () => {
  const clock = createTestClock()
  const server = await start({ clock })
  addUsers(server, 'alice', 'bob')
  const device = await enrolDevice(server, 'alice')
  const other = await goLive(server, await enrolDevice(server, 'bob'))
  const line = await goLive(server, device)
  for (let i = 0; i <= limits.frameBurst; i++) line.send({ type: 'ping' })
  const bye = await line.next('bye')
  expect(bye).toMatchObject({ code: 'rate-limited' })
  await line.closed
  const early = await connectLine(server, device)
  expect(await early.next('bye')).toMatchObject({ code: 'rate-limited' })
  clock.advance(bye.retryAfterMs ?? 0)
  await goLive(server, device)
  await other.settle()
})

test('[GAT18] pulls without end are answered more slowly, in order, and none is refused', async () => {
  const clock = createTestClock()
  const server = await start({ clock })
  addUsers(server, 'alice')
  const conversationId = addGroup(server, 'alice')
  const line = await goLive(server, await enrolDevice(server, 'alice'))
  const pulls = limits.frameBurst * 1.5
  for (let id = 1; id <= pulls; id++) {
    line.send({ type: 'pull', id, conversationId, from: { after: 0 }, limit: 1 })
  }
  await vi.waitFor(() => expect(count(line, 'events')).toBe(limits.frameBurst / 2))
  await vi.waitFor(
    async () => {
      clock.advance(limits.sweepMs)
      await new Promise((resolve) => setImmediate(resolve))
      expect(count(line, 'events')).toBe(pulls)
    },
    { timeout: 20_000, interval: 5 },
  )
  const ids = line.frames.flatMap((frame) => (frame.type === 'events' ? frame.id : []))
  expect(ids).toEqual(Array.from({ length: pulls }, (_, i) => i + 1))
})

test.each([0, 1, 125, 126, 65_535, 65_536, 200_000])(
  '[GAT20] a frame of %i bytes reads back whole at a device',
  async (bytes) => {
    const text = 'é'.repeat(Math.floor(bytes / 2)) + 'x'.repeat(bytes % 2)
    const http = createHttpServer()
    const acceptor = new WebSocketServer({ noServer: true })
    http.on('upgrade', (request, line, head) => {
      acceptor.handleUpgrade(request, line, head, (socket) => {
        line.write(frameOf(text))
        socket.close(1000)
      })
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const socket = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`)
    const got: string[] = []
    socket.on('message', (data, isBinary) => got.push(isBinary ? 'binary' : data.toString()))
    await new Promise((resolve) => socket.on('close', resolve))
    http.close()
    expect(got).toEqual([text])
  },
)
