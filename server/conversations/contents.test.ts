// Checks events that are about other events, end to end over real sockets: edits, deletions, contents of a later version.

import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ConversationEvent, ConversationId, FileInfo } from '../../shared/model.ts'
import { parseDownFrame } from '../../shared/wire.ts'
import { createServer, type Server } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/port.ts'
import { addGroup, addUsers, enrolDevice, goLive, type Line, message } from '../test-device.ts'
import type { PastConversation } from './import.ts'
import type { Entry } from './recorder.ts'

let server: Server
let store: Store
let conversationId: ConversationId
beforeEach(async () => {
  store = createMemoryStore()
  server = await createServer({ store })
  addUsers(server, 'ann', 'ben', 'zoe')
  conversationId = addGroup(server, 'ann', 'ben')
})
afterEach(() => server.close())

const file: FileInfo = { sha256: 'A'.repeat(43), name: '合約 v3.pdf', mediaType: 'application/pdf', bytes: 12 }

function append(by: string, content: Entry['content'], id = conversationId): number {
  const appended = server.appendEvent({ conversationId: id, by, content })
  if (!appended.ok) throw new Error(`${appended.error.code}: ${appended.error.message}`)
  return appended.value.seq
}

async function pull(line: Line, from: { after: number } | { before: number }, limit = 100, id = conversationId) {
  line.send({ type: 'pull', id: 1, conversationId: id, from, limit })
  const page = await line.next('events')
  expect(parseDownFrame(JSON.stringify(page)).type).toBe('frame')
  return page.events
}
const contents = (events: readonly ConversationEvent[]) => events.map((event) => event.content)

test('[SRV50] files, edits and deletions reach devices live and by pull, and refer to an earlier message', async () => {
  const line = await goLive(server, await enrolDevice(server, 'ben'))
  const first = append('ann', { type: 'message', body: 'one', files: [file] })
  const second = append('ann', { type: 'message', body: 'two' })
  append('ann', { type: 'edited', targetSeq: first, body: 'one, better' })
  append('ben', { type: 'deleted', targetSeq: second })
  const live = []
  for (let i = 0; i < 4; i++) live.push((await line.next('event')).event)
  expect(contents(live)).toMatchObject([
    { type: 'message', body: 'one', files: [file] },
    { type: 'message', body: 'two' },
    { type: 'edited', targetSeq: first, body: 'one, better' },
    { type: 'deleted', targetSeq: second },
  ])
  expect(contents(await pull(line, { after: first - 1 }, 1))).toEqual([live[0]?.content])
})

test('[SRV51] once a message is deleted no page holds its words, its files or its edits, in either direction', async () => {
  const device = await enrolDevice(server, 'ben')
  const line = await goLive(server, device)
  const sent = message(conversationId, 'canary body')
  line.send(sent)
  const { seq } = await line.next('sent')
  const withFile = append('ann', { type: 'message', body: 'canary note', files: [file] })
  append('ben', { type: 'edited', targetSeq: seq, body: 'canary edit' })
  const kept = append('ann', { type: 'message', body: 'kept' })
  const edit = append('ann', { type: 'edited', targetSeq: kept, body: 'kept still' })
  append('ben', { type: 'deleted', targetSeq: seq })
  append('ann', { type: 'deleted', targetSeq: withFile })
  const fresh = await goLive(server, await enrolDevice(server, 'ann'))
  const forward = await pull(fresh, { after: 0 })
  const backward = await pull(fresh, { before: 100 })
  const pages = [forward, backward]
  // An edit alone on its page, far from its target.
  pages.push(await pull(fresh, { after: seq + 1 }, 1))
  expect(JSON.stringify(pages)).not.toContain('canary')
  expect(JSON.stringify(pages)).not.toContain(file.name)
  expect(forward).toEqual(backward)
  expect(forward.map((event) => event.seq)).toEqual(Array.from({ length: forward.length }, (_, i) => i + 1))
  expect(contents(forward).slice(2)).toEqual([
    { type: 'redacted', was: 'message', clientId: sent.clientId },
    { type: 'redacted', was: 'message', clientId: expect.stringMatching(/^msg_/) },
    { type: 'redacted', was: 'edited' },
    expect.objectContaining({ type: 'message', body: 'kept' }),
    { type: 'edited', targetSeq: kept, body: 'kept still' },
    { type: 'deleted', targetSeq: seq },
    { type: 'deleted', targetSeq: withFile },
  ])
  expect(edit).toBe(kept + 1)
  // What the firm has to keep is in the log, sealed as it was.
  expect(store.view.events(conversationId, seq, seq)[0]?.kind).toBe('message')
})

test('[SRV52] an edit or a deletion of what is no standing message of this conversation is refused', async () => {
  const other = addGroup(server, 'ann', 'ben')
  append('ann', { type: 'message', body: 'elsewhere' }, other)
  const mine = append('ann', { type: 'message', body: 'mine' })
  const edit = append('ann', { type: 'edited', targetSeq: mine, body: 'changed' })
  const gone = append('ann', { type: 'message', body: 'gone' })
  append('ann', { type: 'deleted', targetSeq: gone })
  const head = store.view.conversation(conversationId)?.headSeq
  const refused: [string, Entry['content'], string][] = [
    ['ann', { type: 'edited', targetSeq: 1, body: 'x' }, 'bad-input'],
    ['ann', { type: 'edited', targetSeq: edit, body: 'x' }, 'bad-input'],
    ['ann', { type: 'deleted', targetSeq: 99 }, 'bad-input'],
    ['ann', { type: 'deleted', targetSeq: gone }, 'message-deleted'],
    ['ann', { type: 'edited', targetSeq: gone, body: 'x' }, 'message-deleted'],
    ['ann', { type: 'edited', targetSeq: mine, body: ' \n' }, 'bad-input'],
    ['ann', { type: 'message', body: '' }, 'bad-input'],
    ['ann', { type: 'message', body: 'x', files: [{ ...file, sha256: 'short' }] }, 'bad-input'],
    ['ann', { type: 'other', content: { type: 'message' } }, 'bad-input'],
    ['ben', { type: 'edited', targetSeq: mine, body: 'x' }, 'not-allowed'],
    ['zoe', { type: 'message', body: 'x' }, 'not-allowed'],
    ['nobody', { type: 'message', body: 'x' }, 'not-found'],
  ]
  for (const [by, content, code] of refused) {
    expect(server.appendEvent({ conversationId, by, content })).toMatchObject({ ok: false, error: { code } })
  }
  expect(store.view.conversation(conversationId)?.headSeq).toBe(head)
})

test('[SRV53] a content of a later version is carried whole', async () => {
  const content = { type: 'voted', targetSeq: 1, emoji: '👍🏽', deep: { a: [1, '二'] } }
  const line = await goLive(server, await enrolDevice(server, 'ben'))
  append('ann', { type: 'other', content })
  expect((await line.next('event')).event.content).toEqual(content)
  expect(contents(await pull(line, { after: 2 }))).toEqual([content])
})

const past: PastConversation = {
  key: 'k',
  kind: 'group',
  name: 'K',
  members: ['ann', 'ben'],
  createdBy: 'ann',
  createdAtMs: 1,
  messages: ['a', 'b', 'c', 'd'].map((body, i) => ({ by: 'ann', atMs: 10 * (i + 1), body, files: [file] })),
}

test('[SRV54] history brings files, edits, deletions and other contents, each in its time; unread counts standing messages', async () => {
  const imported = server.importHistory({
    people: [],
    conversations: [
      {
        ...past,
        changes: [
          { type: 'edited', by: 'ann', atMs: 15, target: 0, body: 'a2' },
          { type: 'deleted', by: 'ben', atMs: 35, target: 2 },
          { type: 'other', by: 'ben', atMs: 40, content: { type: 'voted', emoji: '🎉' } },
          { type: 'edited', by: 'ann', atMs: 50, target: 3, body: 'd2' },
        ],
        unreadFor: { ben: 2 },
      },
    ],
  })
  expect(imported).toMatchObject({ value: { conversations: 1, events: 10 } })
  const line = await goLive(server, await enrolDevice(server, 'ben'))
  const head = line.frames
    .flatMap((frame) => (frame.type === 'heads' ? frame.heads : []))
    .find((each) => each.conversationId !== conversationId)
  // `b` (seq 5) and `d` (seq 8) are the last two that stand.
  expect(head).toMatchObject({ headSeq: 10, headAtMs: 50, readSeq: 4 })
  const events = await pull(line, { after: 2 }, 100, head?.conversationId)
  expect(events.map(({ atMs, content }) => [atMs, content.type, content.body ?? content.targetSeq])).toEqual([
    [10, 'message', 'a'],
    [15, 'edited', 'a2'],
    [20, 'message', 'b'],
    [30, 'redacted', undefined],
    [35, 'deleted', 6],
    [40, 'message', 'd'],
    [40, 'voted', undefined],
    [50, 'edited', 'd2'],
  ])
  expect(events[0]?.content).toMatchObject({ files: [file] })
})

test.each<[string, Partial<PastConversation>]>([
  [
    'an edit of a message that comes later',
    { changes: [{ type: 'edited', by: 'ann', atMs: 15, target: 1, body: 'x' }] },
  ],
  ['a deletion of nothing', { changes: [{ type: 'deleted', by: 'ann', atMs: 50, target: 9 }] }],
  [
    'changes that are not ascending',
    { changes: [50, 45].map((atMs, target) => ({ type: 'deleted', by: 'ann', atMs, target })) },
  ],
  ['a change of the future', { changes: [{ type: 'deleted', by: 'ann', atMs: 8e15, target: 0 }] }],
  [
    'more unread than stands',
    { changes: [{ type: 'deleted', by: 'ann', atMs: 50, target: 0 }], unreadFor: { ben: 4 } },
  ],
])('[SRV55] history with %s is refused and leaves no trace', (_, changes) => {
  const before = server.admin.listConversations({})
  expect(server.importHistory({ people: [], conversations: [{ ...past, ...changes }] })).toMatchObject({
    error: { code: 'bad-input' },
  })
  expect(server.admin.listConversations({})).toEqual(before)
})
