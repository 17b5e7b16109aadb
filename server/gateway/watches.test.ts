// Checks what devices are told of what their windows show: presence, read positions, typing; to whom, and how often.

import { afterEach, expect, test, vi } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { type ConversationId, makeId, type UserId } from '../../shared/model.ts'
import { parseDownFrame } from '../../shared/wire.ts'
import type { Access } from '../access/access.ts'
import { createServer, type Server } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { StoreView } from '../store/port.ts'
import { createTestClock, type TestClock } from '../test-clock.ts'
import { addGroup, addUsers, enrolDevice, goLive, type Line, message } from '../test-device.ts'
import type { Connection, Connections, Following } from './connections.ts'
import { createWatches } from './watches.ts'

let open: Server[] = []
afterEach(async () => {
  await Promise.all(open.map((server) => server.close()))
  open = []
})

interface Office {
  readonly server: Server
  readonly clock: TestClock
  readonly conversationId: ConversationId
  /** A live device of this person. */
  join(userName: string): Promise<{ line: Line; userId: UserId }>
}

async function openOffice(...members: string[]): Promise<Office> {
  const clock = createTestClock()
  const server = await createServer({ store: createMemoryStore(), clock })
  open.push(server)
  addUsers(server, ...members, 'stranger')
  const conversationId = addGroup(server, ...members)
  return {
    server,
    clock,
    conversationId,
    join: async (userName) => {
      const device = await enrolDevice(server, userName)
      return { line: await goLive(server, device), userId: device.userId }
    },
  }
}

/** Everything that was told in a second, once each of these lines has said all it had to say. */
async function tick(clock: TestClock, ...lines: Line[]): Promise<void> {
  for (const line of lines) await line.settle()
  clock.advance(limits.presenceEveryMs)
  for (const line of lines) await line.settle()
}

const count = (line: Line, type: string) => line.frames.filter((frame) => frame.type === type).length

test('[GAT1] who watches people is told at once how each stands, then of changes, gathered', async () => {
  const { clock, server, join } = await openOffice('alice', 'bob', 'carol')
  const alice = await join('alice')
  const bob = await join('bob')
  const { userId: carolsId } = await enrolDevice(server, 'carol')
  alice.line.send({ type: 'watch', people: [bob.userId, carolsId] })
  expect(await alice.line.next('presence')).toEqual({
    type: 'presence',
    people: [
      { userId: bob.userId, state: 'away' },
      { userId: carolsId, state: 'offline' },
    ],
  })
  await tick(clock, alice.line, bob.line)
  const before = count(alice.line, 'presence')
  for (const state of ['active', 'away', 'active'] as const) bob.line.send({ type: 'attend', state })
  await join('carol')
  await tick(clock, bob.line, alice.line)
  expect(count(alice.line, 'presence')).toBe(before + 1)
  const { people } = await alice.line.next('presence')
  expect(new Set(people.map(({ userId, state }) => `${userId} ${state}`))).toEqual(
    new Set([`${bob.userId} active`, `${carolsId} away`]),
  )
})

test('[GAT2] a person is as present as their most present device, and offline once the last has gone', async () => {
  const { clock, join } = await openOffice('alice', 'bob')
  const alice = await join('alice')
  const desk = await join('bob')
  const laptop = await join('bob')
  alice.line.send({ type: 'watch', people: [desk.userId] })
  const stateNow = async (...lines: Line[]) => {
    await tick(clock, ...lines, alice.line)
    return (await alice.line.next('presence')).people
  }
  expect((await alice.line.next('presence')).people).toEqual([{ userId: desk.userId, state: 'away' }])
  desk.line.send({ type: 'attend', state: 'active' })
  expect(await stateNow(desk.line)).toEqual([{ userId: desk.userId, state: 'active' }])
  laptop.line.send({ type: 'attend', state: 'away' })
  await laptop.line.close()
  await tick(clock, alice.line)
  desk.line.send({ type: 'attend', state: 'away' })
  expect(await stateNow(desk.line)).toEqual([{ userId: desk.userId, state: 'away' }])
  await desk.line.close()
  await vi.waitFor(async () => {
    await tick(clock, alice.line)
    expect(alice.line.frames.at(-2)).toEqual({ type: 'presence', people: [{ userId: desk.userId, state: 'offline' }] })
  })
})

test('[GAT3] who watches a conversation is told how far the others have read, then of moves, never of itself', async () => {
  const { clock, join, conversationId } = await openOffice('alice', 'bob', 'carol')
  const alice = await join('alice')
  const bob = await join('bob')
  const carol = await join('carol')
  bob.line.send({ type: 'read', conversationId, seq: 2 })
  await bob.line.settle()
  alice.line.send({ type: 'watch', people: [], conversationId })
  expect(await alice.line.next('reads')).toEqual({
    type: 'reads',
    conversationId,
    reads: [{ userId: bob.userId, seq: 2 }],
  })
  alice.line.send({ type: 'read', conversationId, seq: 1 })
  carol.line.send({ type: 'read', conversationId, seq: 1 })
  await tick(clock, alice.line, carol.line, alice.line)
  expect((await alice.line.next('reads')).reads).toEqual([{ userId: carol.userId, seq: 1 }])
  expect(count(bob.line, 'reads') + count(carol.line, 'reads')).toBe(0)
})

test('[GAT4] that somebody types reaches those who watch the conversation, once in a time, and not after the message', async () => {
  const { clock, join, conversationId } = await openOffice('alice', 'bob', 'carol')
  const alice = await join('alice')
  const bob = await join('bob')
  const carol = await join('carol')
  for (const { line } of [alice, bob]) line.send({ type: 'watch', people: [], conversationId })
  for (const { line } of [alice, bob]) await line.next('reads')
  for (let i = 0; i < 5; i++) bob.line.send({ type: 'typing', conversationId, threadSeq: 1 })
  await tick(clock, bob.line, alice.line, carol.line)
  expect(await alice.line.next('typing')).toEqual({ type: 'typing', conversationId, userId: bob.userId, threadSeq: 1 })
  expect([alice, bob, carol].map(({ line }) => count(line, 'typing'))).toEqual([1, 0, 0])
  bob.line.send({ type: 'typing', conversationId })
  bob.line.send(message(conversationId, 'said'))
  await bob.line.next('sent')
  await tick(clock, bob.line, alice.line)
  expect(count(alice.line, 'typing')).toBe(1)
})

test('[GAT5] nothing of a conversation is told to, or by, whoever may not view it, or no longer', async () => {
  const { clock, server, join, conversationId } = await openOffice('alice', 'bob')
  const alice = await join('alice')
  const bob = await join('bob')
  const stranger = await join('stranger')
  for (const { line } of [alice, bob, stranger]) line.send({ type: 'watch', people: [], conversationId })
  stranger.line.send({ type: 'typing', conversationId })
  stranger.line.send({ type: 'read', conversationId, seq: 2 })
  await tick(clock, alice.line, stranger.line)
  expect(count(stranger.line, 'reads')).toBe(0)
  expect(count(alice.line, 'typing')).toBe(0)
  expect(count(alice.line, 'reads')).toBe(1)
  expect(server.admin.removeMember({ conversationId, userName: 'bob' }).ok).toBe(true)
  const before = count(bob.line, 'typing')
  alice.line.send({ type: 'typing', conversationId })
  await tick(clock, alice.line, bob.line)
  expect(count(bob.line, 'typing')).toBe(before)
})

test('[GAT6] in a conversation of more members than the limit neither typing nor reading is told', async () => {
  const crowd = Array.from({ length: limits.livelyMembers + 1 }, (_, i) => `user${i}`)
  const { clock, join, conversationId } = await openOffice(...crowd)
  const one = await join('user0')
  const other = await join('user1')
  one.line.send({ type: 'watch', people: [], conversationId })
  expect((await one.line.next('reads')).reads).toEqual([])
  other.line.send({ type: 'typing', conversationId })
  other.line.send({ type: 'read', conversationId, seq: 1 })
  await tick(clock, other.line, one.line)
  expect([count(one.line, 'typing'), count(one.line, 'reads')]).toEqual([0, 1])
})

test('[GAT7] whoever goes through conversations quickly is answered for the last one only', async () => {
  const { clock, join, server, conversationId } = await openOffice('alice', 'bob')
  const second = addGroup(server, 'alice', 'bob')
  const third = addGroup(server, 'alice', 'bob')
  const alice = await join('alice')
  for (const id of [conversationId, second, third]) alice.line.send({ type: 'watch', people: [], conversationId: id })
  await tick(clock, alice.line)
  const told = alice.line.frames.flatMap((frame) => (frame.type === 'reads' ? frame.conversationId : []))
  expect(told).toEqual([conversationId, third])
})

test('[GAT8] a device that is behind is told nothing of this, and all of it once it has caught up', () => {
  const clock = createTestClock()
  const [bob, carol] = [makeId('user', Buffer.alloc(20, 1)), makeId('user', Buffer.alloc(20, 2))]
  const conversationId = makeId('conversation', Buffer.alloc(20, 3))
  const socket = { bufferedAmount: 0 }
  const following = { userId: bob, attended: false } as Following
  const hers = { userId: carol, attended: false } as Following
  const connection = { socket, phase: { type: 'following', following } } as Connection
  const herConnection = { socket: { bufferedAmount: 0 }, phase: { type: 'following', following: hers } } as Connection
  const told: unknown[] = []
  const watches = createWatches({
    connections: {
      ofUser: (userId) => new Set([userId === bob ? connection : herConnection]),
      sendText: (_, text) => void told.push(JSON.parse(text)),
      sendFrame: (_, frame) => void told.push(JSON.parse(frame.subarray(frame[1] === 126 ? 4 : 2).toString())),
    } as Partial<Connections> as Connections,
    access: { mayView: () => true, mayPost: () => true, viewersOf: () => new Set([bob, carol]) } as unknown as Access,
    view: { readsOf: () => [{ userId: carol, seq: 5 }] } as unknown as StoreView,
    clock,
  })
  watches.watch(connection, following, { type: 'watch', people: [carol], conversationId })
  told.length = 0
  socket.bufferedAmount = limits.pausedAboveBytes + 1
  watches.attend(hers, { type: 'attend', state: 'active' })
  watches.readMoved(carol, conversationId, 4)
  for (let turn = 0; turn < 3; turn++) {
    watches.typing(hers, { type: 'typing', conversationId })
    clock.advance(limits.presenceEveryMs)
  }
  expect(told).toEqual([])
  socket.bufferedAmount = 0
  clock.advance(limits.presenceEveryMs)
  const presence = { type: 'presence', people: [{ userId: carol, state: 'active' }] }
  expect(told).toEqual([presence, { type: 'reads', conversationId, reads: [{ userId: carol, seq: 5 }] }])
  watches.typing(hers, { type: 'typing', conversationId })
  clock.advance(3 * limits.presenceEveryMs)
  expect(told.slice(2)).toEqual([{ type: 'typing', conversationId, userId: carol }])
  watches.stop()
})

test('[GAT9] every frame of this fits its schema', async () => {
  const { clock, join, conversationId } = await openOffice('alice', 'bob')
  const alice = await join('alice')
  const bob = await join('bob')
  alice.line.send({ type: 'watch', people: [bob.userId, bob.userId], conversationId })
  bob.line.send({ type: 'attend', state: 'active' })
  bob.line.send({ type: 'typing', conversationId })
  bob.line.send({ type: 'read', conversationId, seq: 2 })
  await tick(clock, alice.line, bob.line, alice.line)
  for (const type of ['presence', 'reads', 'typing'] as const) expect(count(alice.line, type)).toBeGreaterThan(0)
  for (const frame of alice.line.frames) expect(parseDownFrame(JSON.stringify(frame)).type).toBe('frame')
})
