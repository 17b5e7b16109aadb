// Checks sending, reading and catching up over real sockets: durability before answers, order, dedup, isolation.

import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { ConversationEvent, ConversationId } from '../../shared/model.ts'
import { createServer, type Server, type ServerOptions } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/port.ts'
import { createTestClock } from '../test-clock.ts'
import { addGroup, addUsers, enrolDevice, goLive, type Line, message } from '../test-device.ts'

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

async function pullAll(line: Line, conversationId: ConversationId): Promise<ConversationEvent[]> {
  const events: ConversationEvent[] = []
  for (let id = 1; ; id++) {
    line.send({ type: 'pull', id, conversationId, from: { after: events.length }, limit: limits.eventsPerPage })
    const page = await line.next('events')
    events.push(...page.events)
    if (events.length >= page.headSeq) return events
  }
}

const bodiesOf = (events: readonly ConversationEvent[]) =>
  events.flatMap(({ content }) => (content.type === 'message' ? [content.body] : []))

test('[SRV20] a message reaches every device of every member, the sender included, and is pulled as it was sent', async () => {
  const server = await start()
  addUsers(server, 'alice', 'bob')
  const conversationId = addGroup(server, 'alice', 'bob')
  const alice = await goLive(server, await enrolDevice(server, 'alice'))
  const alice2 = await goLive(server, await enrolDevice(server, 'alice'))
  const bob = await goLive(server, await enrolDevice(server, 'bob'))
  const sent = message(conversationId, '  收到，thanks 👍🏽\r\n第二行\u0007\n')
  alice.send(sent)
  expect(await alice.next('sent')).toMatchObject({ conversationId, clientId: sent.clientId, seq: 3 })
  for (const line of [alice, alice2, bob]) {
    expect((await line.next('event')).event).toMatchObject({
      conversationId,
      seq: 3,
      content: { type: 'message', clientId: sent.clientId, body: '  收到，thanks 👍🏽\n第二行' },
    })
  }
  const pulled = await pullAll(bob, conversationId)
  expect(pulled.map((event) => event.seq)).toEqual([1, 2, 3])
  expect(pulled[2]).toEqual(bob.frames.find((frame) => frame.type === 'event')?.event)
})

test('[SRV21] a message repeated by its device is answered with its first place and appended once', async () => {
  const server = await start()
  addUsers(server, 'alice')
  const conversationId = addGroup(server, 'alice')
  const other = addGroup(server, 'alice')
  const device = await enrolDevice(server, 'alice')
  const line = await goLive(server, device)
  const sent = message(conversationId, 'once')
  line.send(sent)
  line.send(sent)
  const first = await line.next('sent')
  expect(await line.next('sent')).toEqual(first)
  const again = await goLive(server, device)
  again.send(sent)
  expect(await again.next('sent')).toEqual(first)
  again.send({ ...sent, conversationId: other })
  expect(await again.next('refused')).toMatchObject({ clientId: sent.clientId, code: 'bad-input' })
  expect(bodiesOf(await pullAll(again, conversationId))).toEqual(['once'])
  const second = await goLive(server, await enrolDevice(server, 'alice'))
  second.send(sent)
  expect((await second.next('sent')).seq).toBe(first.seq + 1)
})

test('[SRV22] a message that is empty once normalised is refused', async () => {
  const server = await start()
  addUsers(server, 'alice')
  const conversationId = addGroup(server, 'alice')
  const line = await goLive(server, await enrolDevice(server, 'alice'))
  const blank = message(conversationId, ' \n\u0000\t ')
  line.send(blank)
  expect(await line.next('refused')).toMatchObject({ clientId: blank.clientId, code: 'bad-input' })
})

test('[SRV23] sends, reads and pulls of a stranger are refused alike for a hidden and a missing conversation', async () => {
  const server = await start()
  addUsers(server, 'alice', 'bob', 'eve')
  const hidden = addGroup(server, 'alice', 'bob')
  const missing = `cnv_${'0'.repeat(20)}` as ConversationId
  const alice = await goLive(server, await enrolDevice(server, 'alice'))
  const eve = await goLive(server, await enrolDevice(server, 'eve'))
  const answers = []
  for (const conversationId of [hidden, missing]) {
    const sent = message(conversationId, 'let me in')
    eve.send(sent)
    const { clientId, ...refusedSend } = await eve.next('refused')
    expect(clientId).toBe(sent.clientId)
    eve.send({ type: 'pull', id: 1, conversationId, from: { before: 100 }, limit: 50 })
    const refusedPull = await eve.next('refused')
    eve.send({ type: 'read', conversationId, seq: 2 })
    answers.push({ refusedSend, refusedPull })
  }
  expect(answers[0]).toEqual(answers[1])
  expect(answers[0]).toMatchObject({ refusedSend: { code: 'not-allowed' }, refusedPull: { id: 1, code: 'not-found' } })
  alice.send(message(hidden, 'a secret'))
  await alice.next('sent')
  await eve.settle()
  expect(JSON.stringify(eve.frames)).not.toContain(hidden)
  expect(JSON.stringify(eve.frames)).not.toContain('a secret')
})

test('[SRV24] pages go forward and backward, ascending, contiguous, within the limit', async () => {
  const server = await start()
  addUsers(server, 'alice')
  const conversationId = addGroup(server, 'alice')
  const line = await goLive(server, await enrolDevice(server, 'alice'))
  for (let i = 3; i <= 10; i++) line.send(message(conversationId, `no. ${i}`))
  for (let i = 3; i <= 10; i++) await line.next('sent')
  const page = async (from: { after: number } | { before: number }, limit: number) => {
    line.send({ type: 'pull', id: 7, conversationId, from, limit })
    const { events, headSeq, id } = await line.next('events')
    expect([headSeq, id]).toEqual([10, 7])
    return events.map((event) => event.seq)
  }
  expect(await page({ after: 0 }, 4)).toEqual([1, 2, 3, 4])
  expect(await page({ after: 8 }, 4)).toEqual([9, 10])
  expect(await page({ after: 10 }, 4)).toEqual([])
  expect(await page({ after: 999 }, 4)).toEqual([])
  expect(await page({ before: 11 }, 4)).toEqual([7, 8, 9, 10])
  expect(await page({ before: 999 }, 4)).toEqual([7, 8, 9, 10])
  expect(await page({ before: 3 }, 4)).toEqual([1, 2])
  expect(await page({ before: 1 }, 4)).toEqual([])
})

test('[SRV25] a page of longest messages is cut to what a frame may hold, at the end that was asked from', async () => {
  const clock = createTestClock()
  const server = await start({ clock })
  addUsers(server, 'alice')
  const messages = Array.from({ length: 100 }, (_, i) => ({
    by: 'alice',
    atMs: i,
    body: '長'.repeat(limits.bodyChars),
  }))
  server.importHistory({
    people: [],
    conversations: [
      { key: 'a', kind: 'group', name: 'A', members: ['alice'], createdBy: 'alice', createdAtMs: 0, messages },
    ],
  })
  const line = await goLive(server, await enrolDevice(server, 'alice'))
  const { conversationId } = (await line.next('access')).granted[0]!
  line.send({ type: 'pull', id: 1, conversationId, from: { before: 103 }, limit: 200 })
  const backward = await line.next('events')
  expect(JSON.stringify(backward).length).toBeLessThan(limits.frameBytes)
  expect(backward.events.length).toBeLessThan(100)
  expect(backward.events.at(-1)?.seq).toBe(102)
  expect(await pullAll(line, conversationId)).toHaveLength(102)
})

test('[SRV26] a burst above the limit is refused, and no later message passes a refused one', async () => {
  const clock = createTestClock()
  const server = await start({ clock })
  addUsers(server, 'alice')
  const conversationId = addGroup(server, 'alice')
  const line = await goLive(server, await enrolDevice(server, 'alice'))
  for (let i = 0; i < limits.sendBurst + 3; i++) {
    // Time goes on a little after the first refusal: enough for a token, not for the time that was named.
    if (i === limits.sendBurst + 1) {
      await line.settle()
      clock.advance(100)
    }
    line.send(message(conversationId, `${i}`))
  }
  await line.settle()
  expect(line.frames.filter((frame) => frame.type === 'sent')).toHaveLength(limits.sendBurst)
  const { retryAfterMs, code } = await line.next('refused')
  expect(code).toBe('rate-limited')
  expect(await line.next('refused')).toMatchObject({ code, retryAfterMs: retryAfterMs! - 100 })
  clock.advance(retryAfterMs!)
  const accepted = line.frames.length
  for (let i = 0; i < limits.sendsInFlight; i++) line.send(message(conversationId, 'again'))
  await line.settle()
  expect(line.frames.slice(accepted).filter((frame) => frame.type === 'refused')).toEqual([])
})

test('[SRV27] how far a user has read is kept, never goes back nor beyond the head, and reaches the other devices', async () => {
  const server = await start()
  addUsers(server, 'alice', 'bob')
  const conversationId = addGroup(server, 'alice', 'bob')
  const device = await enrolDevice(server, 'alice')
  const one = await goLive(server, device)
  const two = await goLive(server, await enrolDevice(server, 'alice'))
  const bob = await goLive(server, await enrolDevice(server, 'bob'))
  one.send({ type: 'read', conversationId, seq: 1 })
  expect(await two.next('readMoved')).toEqual({ type: 'readMoved', conversationId, seq: 1 })
  one.send({ type: 'read', conversationId, seq: 0 })
  one.send({ type: 'read', conversationId, seq: 999 })
  expect(await two.next('readMoved')).toMatchObject({ seq: 2 })
  await bob.settle()
  expect([...one.frames, ...bob.frames].some((frame) => frame.type === 'readMoved')).toBe(false)
  const again = await goLive(server, device)
  expect(again.frames.at(-1)).toMatchObject({ heads: [{ conversationId, readSeq: 2 }] })
})

test('[SRV28] nobody hears of a message before it is durable, and a failed commit is told to its sender', async () => {
  const inner = createMemoryStore()
  let durable = 0
  let broken = false
  const store: Store = {
    ...inner,
    transact: (work) => {
      const value = inner.transact((tx) => {
        const done = work(tx)
        if (broken) throw new Error('no space left')
        return done
      })
      durable = inner.view.conversations()[0]?.headSeq ?? 0
      return value
    },
  }
  const server = await start({ store })
  addUsers(server, 'alice')
  const conversationId = addGroup(server, 'alice')
  const line = await goLive(server, await enrolDevice(server, 'alice'))
  const heard: { seq: number; durable: number }[] = []
  line.socket.on('message', (data) => {
    const frame = JSON.parse(data.toString())
    if (frame.type === 'sent') heard.push({ seq: frame.seq, durable })
  })
  for (let i = 0; i < 50; i++) line.send(message(conversationId, `${i}`))
  for (let i = 0; i < 50; i++) await line.next('sent')
  expect(heard).toHaveLength(50)
  expect(heard.every((one) => one.seq <= one.durable)).toBe(true)
  broken = true
  const lost = message(conversationId, 'lost')
  line.send(lost)
  expect(await line.next('refused')).toMatchObject({ clientId: lost.clientId, code: 'unavailable' })
  broken = false
  line.send(lost)
  expect((await line.next('sent')).seq).toBe(53)
  expect(bodiesOf(await pullAll(line, conversationId)).filter((body) => body === 'lost')).toHaveLength(1)
})

test('[SRV29] whoever sends what when: every device sees each conversation without gap, repeat or disorder', async () => {
  const server = await start({ clock: createTestClock() })
  addUsers(server, 'alice', 'bob')
  const conversations = [addGroup(server, 'alice', 'bob'), addGroup(server, 'bob', 'alice')]
  const lines = await Promise.all(
    ['alice', 'alice', 'bob'].map(async (name) => goLive(server, await enrolDevice(server, name))),
  )
  const heads = [2, 2]
  const step = fc.record({ who: fc.nat(2), where: fc.nat(1), repeat: fc.boolean(), pause: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const from = lines.map((line) => line.frames.length)
      const sentBy: string[][] = [[], [], []]
      for (const { who, where, repeat, pause } of steps) {
        const frame = message(conversations[where]!, `${who}`)
        lines[who]!.send(frame)
        if (repeat) lines[who]!.send(frame)
        if (pause) await lines[who]!.settle()
        sentBy[who]!.push(frame.clientId)
        heads[where]!++
      }
      // Every sender has its answers before anybody is looked at: what followed them is under way to all.
      for (const line of [...lines, ...lines]) await line.settle()
      for (const [at, line] of lines.entries()) {
        const frames = line.frames.slice(from[at])
        const events = frames.flatMap((frame) => (frame.type === 'event' ? [frame.event] : []))
        for (const [i, conversationId] of conversations.entries()) {
          const seqs = events.filter((event) => event.conversationId === conversationId).map((event) => event.seq)
          expect(seqs).toEqual(seqs.map((_, k) => heads[i]! - seqs.length + 1 + k))
        }
        expect(events).toHaveLength(steps.length)
        const answers = frames.flatMap((frame) => (frame.type === 'sent' ? [frame.clientId] : []))
        expect([...new Set(answers)]).toEqual(sentBy[at])
      }
    }),
    { numRuns: 12 },
  )
})

test('[SRV30] times of a conversation never decrease, whatever the clock does', async () => {
  const clock = createTestClock()
  const server = await start({ clock })
  addUsers(server, 'alice')
  const conversationId = addGroup(server, 'alice')
  const line = await goLive(server, await enrolDevice(server, 'alice'))
  line.send(message(conversationId, 'now'))
  const { atMs } = await line.next('sent')
  clock.advance(-60_000)
  line.send(message(conversationId, 'earlier by the clock'))
  expect((await line.next('sent')).atMs).toBe(atMs)
})

test('[SRV31] history is imported whole, sealed, once, with its times and what each has read', async () => {
  const store = createMemoryStore()
  const server = await start({ store })
  const people = ['ann', 'ben', 'cy'].map((userName) => ({ userName, displayName: userName }))
  const past = {
    key: 'ops',
    kind: 'channel' as const,
    name: 'Operations',
    space: 'HK',
    members: ['ann', 'ben', 'cy'],
    createdBy: 'ben',
    createdAtMs: 1000,
    messages: [1001, 1001, 5000].map((atMs, i) => ({ by: ['ann', 'ben', 'cy'][i]!, atMs, body: `message ${i}` })),
    unreadFor: { ann: 2 },
  }
  expect(server.importHistory({ people, conversations: [past] })).toEqual({
    ok: true,
    value: { people: 3, conversations: 1, events: 5 },
  })
  expect(server.importHistory({ people, conversations: [past] })).toEqual({
    ok: true,
    value: { people: 0, conversations: 0, events: 0 },
  })
  const line = await goLive(server, await enrolDevice(server, 'ann'))
  const head = line.frames.flatMap((frame) => (frame.type === 'heads' ? frame.heads : []))[0]
  expect(head).toMatchObject({ headSeq: 5, headAtMs: 5000, readSeq: 3 })
  const events = await pullAll(line, head!.conversationId)
  expect(events.map((event) => event.atMs)).toEqual([1000, 1000, 1001, 1001, 5000])
  expect(bodiesOf(events)).toEqual(['message 0', 'message 1', 'message 2'])
  expect(Buffer.from(store.view.events(head!.conversationId, 5, 5)[0]!.sealed).includes('message 2')).toBe(false)
  const other = await goLive(server, await enrolDevice(server, 'cy'))
  expect(other.frames.at(-1)).toMatchObject({ heads: [{ readSeq: 5 }] })
})

test.each([
  ['an author who is no member', { messages: [{ by: 'zoe', atMs: 2, body: 'x' }] }, 'bad-input'],
  ['an unknown member', { members: ['ann', 'nobody'] }, 'not-found'],
  [
    'a message before the one above it',
    { messages: [2, 1].map((atMs) => ({ by: 'ann', atMs, body: 'x' })) },
    'bad-input',
  ],
  ['a message of the future', { messages: [{ by: 'ann', atMs: 8e15, body: 'x' }] }, 'bad-input'],
  ['an empty message', { messages: [{ by: 'ann', atMs: 2, body: ' ' }] }, 'bad-input'],
])('[SRV32] history with %s is refused and leaves no trace of that conversation', async (_, changes, code) => {
  const server = await start()
  const people = ['ann', 'zoe'].map((userName) => ({ userName, displayName: userName }))
  const past = {
    key: 'k',
    kind: 'group' as const,
    name: 'K',
    members: ['ann'],
    createdBy: 'ann',
    createdAtMs: 1,
    messages: [{ by: 'ann', atMs: 1, body: 'fine' }],
  }
  const refused = server.importHistory({ people, conversations: [{ ...past, ...changes }] })
  expect(refused).toMatchObject({ ok: false, error: { code } })
  expect(server.admin.listConversations({})).toEqual({ ok: true, value: [] })
  expect(server.importHistory({ people, conversations: [past] })).toMatchObject({ value: { conversations: 1 } })
})
