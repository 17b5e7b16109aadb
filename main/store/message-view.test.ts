// Owns the tests of what the window sees of a conversation: the timeline, threads, quotes, reactions, acts under way, notices.

import { beforeAll, describe, expect, test } from 'vitest'
import type { MessageView } from '../../shared/bridge.ts'
import { messagePageSchema, threadPageSchema } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import type { ConversationEvent, Mention } from '../../shared/model.ts'
import { fail } from '../../shared/result.ts'
import { exampleCache, nothingLive, openCache } from '../../testing/caches.ts'
import { type Cipher, createCipher } from '../vault/cipher.ts'
import type { NewOutbox } from './records.ts'

let cipher: Cipher
beforeAll(async () => {
  cipher = await createCipher()
})

const known = exampleCache(81, 2, 0)
const { self, other, example, people } = known
const [here, elsewhere] = known.conversations as [(typeof known.conversations)[0], (typeof known.conversations)[0]]
const { conversationId } = here

function opened() {
  const store = openCache({ cipher, self })
  store.applyDirectory(people, 'd')
  store.applyAccess([here, elsewhere], [], 'a')
  let seq = 0
  /** Adds an event of `actorId`; answers its seq. */
  const add = (content: ConversationEvent['content'], actorId = other): number => {
    seq += 1
    const event = example.event({ conversationId, seq, atMs: seq * 1000, actorId, content })
    expect(store.applyEvents(conversationId, [event]).type).toBe('applied')
    return seq
  }
  const say = (body: string, more: Record<string, unknown> = {}, actorId = other) =>
    add({ ...example.messageContent({ body }), ...more }, actorId)
  const page = (before?: number, limit = 100) => {
    const read = store.readPage(conversationId, before, limit, nothingLive)
    if (!read.ok) throw new Error(read.error.code)
    return messagePageSchema.parse(read.value)
  }
  const thread = (rootSeq: number) => {
    const read = store.readThread(conversationId, rootSeq, nothingLive)
    if (!read.ok) throw new Error(read.error.code)
    return threadPageSchema.parse(read.value)
  }
  const row = (at: number) => page().messages.find(({ seq }) => seq === at)
  const put = (record: Partial<NewOutbox> & Pick<NewOutbox, 'type'>) => {
    const clientId = example.id('message')
    store.enqueue(conversationId, { clientId, createdAtMs: 99_000, ...record } as NewOutbox)
    return clientId
  }
  return { store, add, say, page, thread, row, put }
}
const text = (view: MessageView | undefined) => (view?.content.type === 'text' ? view.content.text : view?.content.type)

describe('threads', () => {
  test('[STR101] replies show in their thread and not in the timeline; the message they answer tells of them', () => {
    const { store, say, add, page, thread, row, put } = opened()
    const root = say('root')
    say('unrelated')
    const [first, gone] = [say('one', { threadSeq: root }), say('two', { threadSeq: root })]
    say('mine', { threadSeq: root }, self)
    expect(page().messages.map(text)).toEqual(['root', 'unrelated'])
    expect(row(root)?.thread).toEqual({ replies: 3, unread: 2, lastAtMs: 5000, userIds: [other, self] })
    expect(thread(root).replies.map((reply) => [text(reply), reply.threadSeq])).toEqual([
      ['one', root],
      ['two', root],
      ['mine', root],
    ])
    // Answering in a thread does not read the conversation.
    expect(store.listConversations(nothingLive).find((c) => c.conversationId === conversationId)).toMatchObject({
      unread: 4,
      firstUnreadSeq: root,
      lastMessage: { text: 'mine' },
    })
    add({ type: 'deleted', targetSeq: gone })
    expect(row(root)?.thread).toMatchObject({ replies: 2, unread: 1 })
    expect(thread(root).replies.map(text)).toEqual(['one', 'deleted', 'mine'])
    put({ type: 'message', body: 'waiting', threadSeq: root })
    expect(page().messages.map(text)).toEqual(['root', 'unrelated'])
    expect(thread(root).replies.map(text)).toEqual(['one', 'deleted', 'mine', 'waiting'])
    store.applyRead(conversationId, first, 'user')
    expect(row(root)?.thread?.unread).toBe(0)
    // Its replies outlive it.
    add({ type: 'deleted', targetSeq: root })
    expect([text(row(root)), row(root)?.thread?.replies]).toEqual(['deleted', 2])
    store.close()
  })

  test('[STR102] a reply to a reply, to a notice or to what is to come begins no thread', () => {
    const { store, say, add, page } = opened()
    const notice = add({ type: 'created', name: 'x' })
    const root = say('root')
    const reply = say('reply', { threadSeq: root })
    say('to come', { threadSeq: 99 })
    expect(page().messages.map(text)).toEqual(['notice', 'root', 'to come'])
    expect(store.readThread(conversationId, notice, nothingLive)).toMatchObject({ error: { code: 'not-found' } })
    // A reply leads to its root.
    expect(store.readThread(conversationId, reply, nothingLive)).toEqual(
      store.readThread(conversationId, root, nothingLive),
    )
    expect(store.readThread(conversationId, 99, nothingLive)).toMatchObject({ ok: true, value: { replies: [] } })
    expect(store.readThread(example.id('conversation'), 1, nothingLive)).toMatchObject({ ok: false })
    store.close()
  })

  test('[STR103] replies whose root is not cached are had, and that older ones may be missing is told', () => {
    const store = openCache({ cipher, self })
    store.applyAccess([here], [], 'a')
    const content = example.messageContent({ body: 'late', threadSeq: 2 })
    store.applyEvents(conversationId, [example.event({ conversationId, seq: 9, atMs: 9, actorId: other, content })])
    const read = store.readThread(conversationId, 2, nothingLive)
    expect(read).toMatchObject({ ok: true, value: { replies: { length: 1 }, olderUnavailable: true } })
    expect(read.ok && read.value.root).toBeUndefined()
    store.close()
  })
})

describe('pages', () => {
  test('[STR104] a page looks past what shows nothing until it is full, and goes on where it ended', () => {
    const { store, say, add, page } = opened()
    const bodies = Array.from({ length: 12 }, (_, i) => `m${i}`)
    for (const body of bodies) {
      const seq = say(body)
      for (let i = 0; i < 40; i++) add({ type: 'reacted', targetSeq: seq, emoji: '👍', on: i % 2 === 0 })
    }
    const seen: (string | undefined)[] = []
    for (let before: number | undefined, next = page(before, 5); ; next = page(before, 5)) {
      expect(next.messages.length).toBeLessThanOrEqual(5)
      seen.unshift(...next.messages.map(text))
      before = next.before
      if (before === undefined) break
    }
    expect(seen).toEqual(bodies)
    expect(page(undefined, 5).messages).toHaveLength(5)
    store.close()
  })

  test('[STR104] …but no further than its bound', () => {
    const { store, say, page } = opened()
    const root = say('root')
    const replies = Array.from({ length: limits.pageLookback + 50 }, (_, i) =>
      example.event({
        conversationId,
        seq: 2 + i,
        atMs: 2,
        actorId: other,
        content: example.messageContent({ body: 'r', threadSeq: root }),
      }),
    )
    store.applyEvents(conversationId, replies)
    const first = page(undefined, 10)
    expect(first).toMatchObject({ messages: [], before: 52, olderUnavailable: false })
    expect(page(first.before, 10).messages.map(text)).toEqual(['root'])
    store.close()
  })

  test('[STR105] the time of an event is found where the cache tells, and not guessed where it does not', () => {
    const store = openCache({ cipher, self })
    store.applyAccess([here], [], 'a')
    const log = Array.from({ length: 40 }, (_, i) =>
      example.event({ conversationId, seq: i + 1, atMs: (i + 1) * 10, actorId: other }),
    )
    store.applyEvents(conversationId, log.slice(20))
    const at = (atMs: number) => store.seqAt(conversationId, atMs)
    expect([at(215), at(220), at(221), at(400)]).toEqual([22, 22, 23, 40])
    expect([at(401), at(210), at(5)]).toEqual([undefined, undefined, undefined])
    store.applyEvents(conversationId, log.slice(0, 20))
    expect([at(210), at(5), at(0)]).toEqual([21, 1, 1])
    expect(store.seqAt(example.id('conversation'), 5)).toBeUndefined()
    store.close()
  })
})

describe('quotes and forwarded messages', () => {
  test('[STR106] a quote reads as its message reads now; what is deleted or not cached says so', () => {
    const { store, say, add, row } = opened()
    const quoted = say('words')
    const answer = say('yes', { quoteSeq: quoted })
    const quote = () => {
      const content = row(answer)?.content
      return content?.type === 'text' ? content.quote : undefined
    }
    expect(quote()).toMatchObject({ seq: quoted, senderId: other, text: 'words', state: 'here' })
    add({ type: 'edited', targetSeq: quoted, body: 'other words' })
    expect(quote()).toMatchObject({ text: 'other words' })
    add({ type: 'deleted', targetSeq: quoted })
    expect(quote()).toMatchObject({ text: '', state: 'deleted' })
    store.close()
    const late = openCache({ cipher, self })
    late.applyAccess([here], [], 'a')
    const content = example.messageContent({ body: 'yes', quoteSeq: 1 })
    late.applyEvents(conversationId, [example.event({ conversationId, seq: 9, atMs: 9, actorId: other, content })])
    const page = late.readPage(conversationId, undefined, 9, nothingLive)
    expect(page.ok && page.value.messages[0]?.content).toMatchObject({ quote: { state: 'elsewhere', text: '' } })
    late.close()
  })

  test('[STR107] forwarded words show as such; the body that repeats them does not, in list and search neither', () => {
    const { store, say, row } = opened()
    const file = { sha256: 'A'.repeat(43), name: '報告.pdf', mediaType: 'application/pdf', bytes: 7 }
    const forwarded = {
      conversationId: elsewhere.conversationId,
      seq: 3,
      senderId: self,
      atMs: 5,
      body: '原文 original',
    }
    const seq = say('原文 original', { isFallback: true, forwarded, files: [file] })
    expect(row(seq)?.content).toMatchObject({
      text: '',
      forwarded: {
        conversationId: elsewhere.conversationId,
        seq: 3,
        senderId: self,
        text: '原文 original',
        state: 'here',
      },
      files: [{ name: '報告.pdf', bytes: 7, transfer: { state: 'remote' } }],
    })
    expect(store.indexWork(1, seq, seq).entries[0]).toMatchObject({ text: '原文 original\n報告.pdf', hasFile: true })
    expect(store.message(1, seq)?.text).toBe('原文 original\n報告.pdf')
    const onlyFile = say('報告.pdf', { isFallback: true, files: [file] })
    expect(text(row(onlyFile))).toBe('')
    expect(store.indexWork(1, onlyFile, onlyFile).entries[0]?.text).toBe('報告.pdf')
    expect(store.listConversations(nothingLive)[0]?.lastMessage?.text).toBe('報告.pdf')
    // Of a conversation that this user does not see, its name is not told.
    const unseen = { ...forwarded, conversationId: example.id('conversation') }
    expect(row(say('x', { forwarded: unseen }))?.content).not.toHaveProperty('forwarded.conversationId')
    store.close()
  })
})

describe('mentions', () => {
  const person: Mention = { type: 'person', userId: self, start: 0, end: 3 }

  test('[STR108] of mentions only those show that lie in the text, in order; those that name this user say so', () => {
    const { store, say, add, row } = opened()
    const wild: Mention[] = [person, { type: 'everyone', start: 2, end: 5 }, { type: 'everyone', start: 90, end: 99 }]
    const seq = say('@me hello', { mentions: wild })
    expect(row(seq)?.content).toMatchObject({
      mentions: [{ type: 'person', start: 0, end: 3, userId: self, me: true }],
    })
    expect(store.listConversations(nothingLive)[0]).toMatchObject({ unread: 1, mentions: 1 })
    add({ type: 'edited', targetSeq: seq, body: 'never mind' })
    expect(row(seq)?.content).not.toHaveProperty('mentions')
    expect(store.listConversations(nothingLive)[0]).toMatchObject({ unread: 1, mentions: 0 })
    store.close()
  })

  test('[STR109] a muted conversation counts by its mentions alone; a message that names this user is told', () => {
    const { store, say } = opened()
    say('plain')
    say('@me', { mentions: [person] })
    expect(store.unread()).toBe(2)
    store.wantPrefs(conversationId, { muted: true })
    expect(store.unread()).toBe(1)
    const event = (content: ConversationEvent['content'], actorId = other) =>
      store.concernsMe(example.event({ conversationId, actorId, content }))
    const named = example.messageContent({ mentions: [person] })
    expect([event(named), event(example.messageContent()), event(named, self)]).toEqual([true, false, false])
    expect(store.conversation(conversationId)).toMatchObject({
      name: here.name,
      prefs: { muted: true },
      archived: false,
    })
    store.close()
  })

  test('[STR109] mentions of a department follow this user into it', () => {
    const { store, say } = opened()
    say('@Sailing', { mentions: [{ type: 'department', department: 'Sailing', start: 0, end: 8 }] })
    expect(store.listConversations(nothingLive)[0]?.mentions).toBe(0)
    store.applyDirectory([{ ...people[0]!, department: 'Sailing' }], 'd2')
    expect(store.listConversations(nothingLive)[0]?.mentions).toBe(1)
    store.close()
  })
})

describe('acts that have not arrived', () => {
  test('[STR110] show their effect on the message, and leave the outbox with their event', () => {
    const { store, say, add, row, put } = opened()
    const seq = say('before', {}, self)
    const edit = put({ type: 'act', act: { type: 'edit', targetSeq: seq, body: 'after' } })
    expect(row(seq)).toMatchObject({ content: { text: 'after' }, pending: { clientId: edit, act: 'edit' } })
    put({ type: 'act', act: { type: 'react', targetSeq: seq, emoji: '👍', on: true } })
    expect(row(seq)).toMatchObject({
      reactions: [{ emoji: '👍', userIds: [self], mine: true }],
      pending: { act: 'edit' },
    })
    expect(store.queued()).toBe(2)
    add({ type: 'edited', targetSeq: seq, body: 'after', clientId: edit }, self)
    expect(store.queued()).toBe(1)
    expect(row(seq)).toMatchObject({ content: { text: 'after', editedAtMs: 2000 }, pending: { act: 'react' } })
    put({ type: 'act', act: { type: 'delete', targetSeq: seq } })
    expect(row(seq)).toMatchObject({ content: { type: 'deleted' }, pending: { act: 'delete' } })
    store.close()
  })

  test('[STR111] an act that was refused shows its failure and not its effect, until it is discarded', () => {
    const { store, say, row, put } = opened()
    const seq = say('before', {}, self)
    const edit = put({ type: 'act', act: { type: 'edit', targetSeq: seq, body: 'after' } })
    store.setFailure(edit, fail('policy-forbids').error)
    put({ type: 'act', act: { type: 'react', targetSeq: seq, emoji: '👍', on: true } })
    expect(row(seq)).toMatchObject({
      content: { text: 'before' },
      reactions: [{ emoji: '👍' }],
      pending: { clientId: edit, act: 'edit', failure: { code: 'policy-forbids' } },
    })
    expect(store.listConversations(nothingLive)[0]).toMatchObject({
      queued: 1,
      failed: 1,
      lastMessage: { text: 'before' },
    })
    store.takeOut(edit)
    expect(row(seq)?.pending).toMatchObject({ act: 'react' })
    store.close()
  })

  test('[STR112] reactions stand in the order they were put on; the last word of each counts; a deletion takes them', () => {
    const { store, say, add, row, put } = opened()
    const seq = say('x')
    const react = (emoji: string, on: boolean, actorId = other) =>
      add({ type: 'reacted', targetSeq: seq, emoji, on }, actorId)
    react('🎉', true)
    react('👍', true)
    react('👍', true, self)
    react('🎉', false)
    react('🎉', true, self)
    expect(row(seq)?.reactions).toEqual([
      { emoji: '👍', userIds: [other, self], mine: true },
      { emoji: '🎉', userIds: [self], mine: true },
    ])
    put({ type: 'act', act: { type: 'react', targetSeq: seq, emoji: '👍', on: false } })
    expect(row(seq)?.reactions?.[0]).toEqual({ emoji: '👍', userIds: [other], mine: false })
    add({ type: 'deleted', targetSeq: seq })
    react('👍', true)
    expect(row(seq)).not.toHaveProperty('reactions')
    store.close()
  })

  test('[STR113] what a message said is told version by version, and not once it is deleted', () => {
    const { store, say, add } = opened()
    const seq = say('first')
    add({ type: 'edited', targetSeq: seq, body: 'second' })
    add({ type: 'edited', targetSeq: seq, body: 'third' })
    expect(store.readEdits(conversationId, seq)).toEqual({
      ok: true,
      value: {
        versions: [
          { atMs: 1000, text: 'first' },
          { atMs: 2000, text: 'second' },
          { atMs: 3000, text: 'third' },
        ],
      },
    })
    expect(store.readEdits(conversationId, 2)).toMatchObject({ error: { code: 'not-found' } })
    add({ type: 'deleted', targetSeq: seq })
    expect(store.readEdits(conversationId, seq)).toMatchObject({ error: { code: 'message-deleted' } })
    store.close()
  })

  test('[STR114] our message that comes back without its words leaves the outbox all the same', () => {
    const { store, add, put } = opened()
    const clientId = put({ type: 'message', body: 'x' })
    add({ type: 'redacted', clientId }, self)
    expect(store.queued()).toBe(0)
    store.close()
  })
})

test('[STR115] what IT did is not said to be a member’s', () => {
  const { store, add, page } = opened()
  add({ type: 'changed', archived: true, byOperator: true })
  add({ type: 'changed', archived: false })
  expect(page().messages.map(({ content }) => content)).toEqual([
    { type: 'notice', notice: 'archived', people: [], byIt: true },
    { type: 'notice', notice: 'unarchived', people: [] },
  ])
  store.close()
})

test('[STR115] notices tell who did what to whom, and what a conversation has become', () => {
  const { store, add, page } = opened()
  const nameOf = (userId: string) => people.find((person) => person.userId === userId)!.displayName
  add({ type: 'created', name: 'x' })
  add({ type: 'joined', userIds: [other] })
  add({ type: 'joined', userIds: [self] })
  add({ type: 'left', userId: other })
  add({ type: 'left', userId: self })
  add({ type: 'changed', name: 'New', topic: '' })
  add({ type: 'changed', isOpen: true, archived: true })
  add({ type: 'of-a-later-version', words: 1 })
  const notices = page().messages.map(({ key, content }) =>
    content.type === 'notice' ? [key, content.notice, content.people, content.text] : key,
  )
  expect(notices).toEqual([
    ['seq:1', 'created', [], undefined],
    ['seq:2', 'joined', [nameOf(other)], undefined],
    ['seq:3', 'invited', [nameOf(self)], undefined],
    ['seq:4', 'left', [nameOf(other)], undefined],
    ['seq:5', 'removed', [nameOf(self)], undefined],
    ['seq:6', 'renamed', [], 'New'],
    ['seq:6:topic', 'topic', [], undefined],
    ['seq:7', 'opened', [], undefined],
    ['seq:7:archived', 'archived', [], undefined],
  ])
  store.close()
})
