// Checks what history may bring besides words: threads, quotes, mentions, reactions, what was passed on, open and archived
// conversations, settings. That it comes whole, once and in time is checked in conversations.test.ts and contents.test.ts.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { createServer, type Server } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/port.ts'
import { enrolDevice, goLive } from '../test-device.ts'
import type { PastConversation } from './import.ts'

let server: Server
let store: Store
beforeEach(async () => {
  store = createMemoryStore()
  server = await createServer({ store })
})
afterEach(() => server.close())

const people = ['ann', 'ben', 'zoe'].map((userName) => ({ userName, displayName: userName, department: 'Finance' }))
const said = (body: string, atMs: number, more: object = {}) => ({ by: 'ann', atMs, body, ...more })
const past: PastConversation = {
  key: 'k',
  kind: 'channel',
  name: 'K',
  members: ['ann', 'ben'],
  createdBy: 'ann',
  createdAtMs: 1,
  messages: [said('first', 10), said('second', 20)],
}
const bring = (...conversations: PastConversation[]) => server.importHistory({ people, conversations })
const userId = (userName: string) => store.view.userByFoldedName(userName)?.userId
function rowOf(name: string) {
  const row = store.view.conversations().find((one) => one.name === name)
  if (row === undefined) throw new Error('not imported')
  return row
}

/** What a device of `ben` is served of the conversation, `created` and `joined` left out. */
async function served(name = 'K') {
  const { conversationId } = rowOf(name)
  const line = await goLive(server, await enrolDevice(server, 'ben'))
  line.send({ type: 'pull', id: 1, conversationId, from: { after: 2 }, limit: 100 })
  const page = await line.next('events')
  const head = line.frames
    .flatMap((frame) => (frame.type === 'heads' ? frame.heads : []))
    .find((one) => one.conversationId === conversationId)
  return { events: page.events, head }
}

test('[CNV60] history brings threads, quotes and mentions; replies count as unread', async () => {
  const mentions = [
    { type: 'person', start: 0, end: 4, userName: 'ben' },
    { type: 'everyone', start: 5, end: 13 },
    { type: 'department', start: 14, end: 22, department: 'Finance' },
  ]
  const brought = bring({
    ...past,
    messages: [
      ...past.messages,
      said('@ben @channel @Finance', 30, { mentions }),
      said('reply', 40, { threadOf: 0, quoteOf: 1 }),
    ],
    unreadFor: { ben: 2 },
  })
  expect(brought).toMatchObject({ value: { conversations: 1, events: 6 } })
  const { events, head } = await served()
  const [{ userName: _, ...person }, everyone, department] = mentions as [{ userName: string }, object, object]
  expect(events.map(({ seq, content }) => [seq, content])).toMatchObject([
    [3, { body: 'first' }],
    [4, { body: 'second' }],
    [5, { mentions: [{ ...person, userId: userId('ben') }, everyone, department] }],
    [6, { body: 'reply', threadSeq: 3, quoteSeq: 4 }],
  ])
  expect(head).toMatchObject({ headSeq: 6, readSeq: 4 })
})

test('[CNV61] history brings reactions, put on and taken off, in their time', async () => {
  bring({
    ...past,
    changes: [
      { type: 'reacted', by: 'ben', atMs: 15, target: 0, emoji: '👍', on: true },
      { type: 'reacted', by: 'ben', atMs: 25, target: 0, emoji: '🙏', on: true },
      { type: 'reacted', by: 'ben', atMs: 35, target: 0, emoji: '🙏', on: false },
    ],
  })
  const { events } = await served()
  expect(events.map(({ content }) => [content.type, content.targetSeq, content.emoji, content.on])).toEqual([
    ['message', undefined, undefined, undefined],
    ['reacted', 3, '👍', true],
    ['message', undefined, undefined, undefined],
    ['reacted', 3, '🙏', true],
    ['reacted', 3, '🙏', false],
  ])
  expect(store.view.reactionTags(rowOf('K').conversationId, 3)).toHaveLength(1)
})

test('[CNV62] history passes on what a message of an earlier conversation says at its end, also in a later import', async () => {
  bring({ ...past, changes: [{ type: 'edited', by: 'ann', atMs: 50, target: 1, body: 'second, better' }] })
  const forwarded = { key: 'k', message: 1 }
  bring({ ...past, key: 'l', name: 'L', messages: [said('look', 60, { by: 'ben', forwarded })] })
  const { conversationId } = rowOf('K')
  const { events } = await served('L')
  expect(events[0]?.content).toMatchObject({
    body: 'look',
    forwarded: { conversationId, seq: 4, senderId: userId('ann'), atMs: 20, body: 'second, better' },
  })
})

test('[CNV63] history brings open channels, archived conversations and what each has set', async () => {
  bring({
    ...past,
    isOpen: true,
    archivedAtMs: 70,
    prefs: { ann: { muted: true }, ben: { pinned: true } },
  })
  const row = rowOf('K')
  expect(row).toMatchObject({ isOpen: true, archived: true, headSeq: 5, headAtMs: 70 })
  const { events, head } = await served()
  expect(events.at(-1)).toMatchObject({ actorId: userId('ann'), content: { type: 'changed', archived: true } })
  expect(head).toMatchObject({ readSeq: 5, prefs: { pinned: true, muted: false } })
})

test.each<[string, Partial<PastConversation>, string]>([
  ['a reply before its thread', { messages: [said('x', 10, { threadOf: 1 }), said('y', 20)] }, 'bad-input'],
  [
    'a reply to a reply',
    { messages: [...past.messages, said('x', 30, { threadOf: 0 }), said('y', 40, { threadOf: 2 })] },
    'bad-input',
  ],
  ['a quote of nothing', { messages: [said('x', 10, { quoteOf: 7 })] }, 'bad-input'],
  [
    'a mention of a stranger',
    { messages: [said('@zoe', 10, { mentions: [{ type: 'person', start: 0, end: 4, userName: 'zoe' }] })] },
    'bad-input',
  ],
  [
    'a reaction that is no emoji',
    { changes: [{ type: 'reacted', by: 'ben', atMs: 15, target: 0, emoji: 'ok', on: true }] },
    'bad-input',
  ],
  [
    'words of a conversation that is not there',
    { messages: [said('x', 10, { forwarded: { key: 'none', message: 0 } })] },
    'bad-input',
  ],
  [
    'words of a conversation that is not theirs',
    { messages: [said('x', 10, { by: 'ben', forwarded: { key: 'theirs', message: 0 } })] },
    'not-allowed',
  ],
  ['an end before its last message', { archivedAtMs: 15 }, 'bad-input'],
  ['an end in the future', { archivedAtMs: 8e15 }, 'bad-input'],
  ['an open group', { kind: 'group', isOpen: true }, 'bad-input'],
  ['settings of a stranger', { prefs: { zoe: { muted: true } } }, 'bad-input'],
])('[CNV64] history with %s is refused and leaves no trace', (_, changes, code) => {
  bring({ ...past, key: 'theirs', name: 'Theirs', members: ['ann', 'zoe'] })
  const before = server.admin.listConversations({})
  expect(bring({ ...past, ...changes })).toMatchObject({ error: { code } })
  expect(server.admin.listConversations({})).toEqual(before)
})
