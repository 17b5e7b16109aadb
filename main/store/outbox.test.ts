// Owns the tests of messages on their way out: order, durability, settling with the event, refusals, bounds.

import { beforeAll, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { fail } from '../../shared/result.ts'
import { exampleCache, fill, nothingLive, openCache } from '../../testing/caches.ts'
import { type Cipher, createCipher } from '../vault/cipher.ts'
import type { NewOutbox } from './records.ts'

let cipher: Cipher
beforeAll(async () => {
  cipher = await createCipher()
})
const none = nothingLive

function filled(seed: number) {
  const known = exampleCache(seed, 2)
  const store = openCache({ cipher, self: known.self })
  fill(store, known)
  const write = (body: string, conversation = 0) => {
    const clientId = known.example.id('message')
    const { conversationId } = known.conversations[conversation]!
    expect(store.enqueue(conversationId, { type: 'message', clientId, body, createdAtMs: 5 })).toEqual({
      ok: true,
      value: undefined,
    })
    return clientId
  }
  return { ...known, store, write }
}

test('[STR20] messages wait in the order they were written and end the newest page', () => {
  const { store, write, conversations } = filled(21)
  for (const body of ['1', '2', '3']) write(body)
  expect(store.waiting(new Set()).map(({ record }) => record.type === 'message' && record.body)).toEqual([
    '1',
    '2',
    '3',
  ])
  const page = store.readPage(conversations[0]!.conversationId, undefined, 3, none)
  expect(page.ok && page.value.messages.slice(-3).map((m) => [m.content, m.delivery.state])).toEqual(
    ['1', '2', '3'].map((text) => [{ type: 'text', text }, 'queued']),
  )
})

test('[STR21] our message leaves the outbox with its event and is shown once, under one key', () => {
  const { store, write, conversations, self, example } = filled(22)
  const { conversationId } = conversations[0]!
  const clientId = write('hello')
  const content = example.messageContent({ clientId, body: 'hello' })
  const event = example.event({ conversationId, seq: 9, actorId: self, content })
  const shown = () => {
    const page = store.readPage(conversationId, undefined, 50, { ...none, sending: new Set([clientId]) })
    return page.ok ? page.value.messages.filter((m) => m.key === clientId).map((m) => m.delivery.state) : []
  }
  expect(shown()).toEqual(['sending'])
  expect(store.applyEvents(conversationId, [event]).type).toBe('applied')
  expect(shown()).toEqual(['sent'])
  expect(store.queued()).toBe(0)
})

test('[STR22] another’s event, or an event elsewhere, with our clientId takes nothing out of the outbox', () => {
  const { store, write, conversations, self, other, example } = filled(23)
  const clientId = write('mine')
  const content = example.messageContent({ clientId, body: 'mine' })
  const here = conversations[0]!.conversationId
  const elsewhere = conversations[1]!.conversationId
  store.applyEvents(here, [example.event({ conversationId: here, seq: 9, actorId: other, content })])
  store.applyEvents(elsewhere, [example.event({ conversationId: elsewhere, seq: 9, actorId: self, content })])
  expect(store.outboxEntry(clientId)?.record).toMatchObject({ body: 'mine' })
})

test('[STR23] a refused message stays, is shown as failed, is not sent, and can be tried again or discarded', () => {
  const { store, write, conversations } = filled(24)
  const clientId = write('no')
  const later = write('later')
  expect(store.setFailure(clientId, fail('not-allowed').error)).toBe(true)
  expect(store.waiting(new Set()).map(({ record }) => record.clientId)).toEqual([later])
  const listed = store.listConversations(none).find((c) => c.conversationId === conversations[0]!.conversationId)
  expect(listed).toMatchObject({ queued: 1, failed: 1 })
  store.setFailure(clientId, undefined)
  expect(store.waiting(new Set()).map(({ record }) => record.clientId)).toEqual([clientId, later])
  expect(store.outboxEntry(clientId)?.record).not.toHaveProperty('failure')
  expect(store.takeOut(clientId)).toBe(true)
  expect(store.takeOut(clientId)).toBe(false)
  expect(store.setFailure(clientId, undefined)).toBe(false)
})

test('[STR24] a clientId already waiting is a no-op; an unknown conversation and a full outbox are refused', () => {
  const { store, write, conversations, example } = filled(25)
  const { conversationId } = conversations[0]!
  const clientId = write('first')
  expect(store.enqueue(conversationId, { type: 'message', clientId, body: 'second', createdAtMs: 6 }).ok).toBe(true)
  expect(store.outboxEntry(clientId)?.record).toMatchObject({ body: 'first' })
  const message = (): NewOutbox => ({
    type: 'message',
    clientId: example.id('message'),
    body: 'x',
    createdAtMs: 7,
  })
  expect(store.enqueue(example.id('conversation'), message())).toMatchObject({ error: { code: 'not-found' } })
  while (store.queued() < limits.outboxMessages) write('x')
  expect(store.enqueue(conversationId, message())).toMatchObject({ error: { code: 'too-large' } })
})

test('[STR25] a position is never used twice, even after the newest message has left', () => {
  const { store, write } = filled(26)
  const first = store.outboxEntry(write('a'))!.position
  const second = store.outboxEntry(write('b'))!
  store.takeOut(second.record.clientId)
  expect(store.outboxEntry(write('c'))!.position).toBeGreaterThan(second.position)
  expect(second.position).toBeGreaterThan(first)
})

test('[STR28] a draft is kept until it is emptied, or sent as it stands', () => {
  const { store, conversations, example } = filled(27)
  const { conversationId } = conversations[0]!
  const draft = () => store.listConversations(nothingLive).find((c) => c.conversationId === conversationId)?.draft
  expect(store.saveDraft(conversationId, '未寫完')).toEqual({ ok: true, value: true })
  expect(store.saveDraft(conversationId, '未寫完')).toEqual({ ok: true, value: false })
  expect(draft()).toBe('未寫完')
  const send = (body: string) =>
    store.enqueue(conversationId, { type: 'message', clientId: example.id('message'), body, createdAtMs: 1 })
  send('another thing')
  expect(draft()).toBe('未寫完')
  send('未寫完')
  expect(draft()).toBeUndefined()
  store.saveDraft(conversationId, 'x')
  store.saveDraft(conversationId, '')
  expect(draft()).toBeUndefined()
  expect(store.saveDraft(example.id('conversation'), 'x')).toMatchObject({ error: { code: 'not-found' } })
})
