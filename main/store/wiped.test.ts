// Owns the tests of wiping single conversations from the cache, and of how what comes back of them is shown.

import { cpSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ConversationEvent } from '../../shared/model.ts'
import {
  cacheFile,
  exampleCache,
  fill,
  nothingLive,
  openCache,
  openInner,
  rootKeyOf,
  snapshot,
} from '../../testing/caches.ts'
import { createFolder, type Folder } from '../../testing/folders.ts'
import { type Cipher, createCipher } from '../vault/cipher.ts'
import { openStore, type Store } from './store.ts'

let cipher: Cipher
let folder: Folder
beforeAll(async () => {
  cipher = await createCipher()
})
beforeEach(() => {
  folder = createFolder()
})
afterEach(() => folder.remove())

const NOW = 1_790_000_000_000

/** A cache of three conversations of eight events; the first has all that a user can leave in one. */
function used(file = ':memory:') {
  const known = exampleCache(71, 3, 8)
  const { example, self, other } = known
  const store = openCache({ cipher, file, self })
  fill(store, known)
  const [first, second, third] = known.conversations.map(({ conversationId }) => conversationId)
  if (!first || !second || !third) throw new Error('conversations')
  const message = (body: string) => ({
    type: 'message' as const,
    clientId: example.id('message'),
    createdAtMs: NOW,
    body,
  })
  store.enqueue(first, message('waits'))
  store.enqueue(second, message('stays'))
  store.enqueue(second, {
    ...message('words of the first'),
    isFallback: true,
    forward: { conversationId: first, seq: 2 },
  })
  store.saveDraft(first, 'begun')
  store.applyPrefs([{ conversationId: first, prefs: { muted: true, pinned: false } }])
  store.wantPrefs(first, { pinned: true })
  store.applyRead(first, 5, 'server')
  store.applyReaders(first, [{ userId: other, seq: 4 }])
  const fileId = example.id('file')
  store.addFile({
    fileId,
    conversationId: first,
    role: 'draft',
    name: 'a',
    mediaType: '',
    bytes: 20,
    folder: 'aa',
    parts: 1,
    whole: false,
    usedAtMs: 1,
  })
  for (const covered of [[first, second], [third]]) {
    const { keyId, key } = store.newShardKey()
    key.fill(0)
    const covers = covered.map((id) => ({ slot: store.slotOf(id) ?? 0, ranges: [[1, 8]] as const }))
    store.putShards([{ shardId: store.nextShardId(), keyId, covers, entries: 8, bytes: 9 }], [])
  }
  const order = (change: Partial<Parameters<Store['wipeConversations']>[0]> = {}) => ({
    wipeId: example.id('wipe'),
    conversationIds: [first],
    issuedBy: 'IT',
    reason: 'left',
    nowMs: NOW,
    measure: () => ({ files: 2, bytes: 30 }),
    ...change,
  })
  return { ...known, store, first, second, third, fileId, order }
}

describe('what goes', () => {
  test('[CWP40] all that was made of it goes; who is in it, how far it was read and the settings the server has stay', () => {
    const { store, first, order } = used()
    const before = store.listConversations(nothingLive).find(({ conversationId }) => conversationId === first)
    const slot = store.slotOf(first)
    const keys = store.keyCount()
    const read = store.readPage(first, undefined, 10, nothingLive)
    const { wiped, lost } = store.wipeConversations(order())
    expect(lost).toEqual([{ conversationId: first, slot }])
    // Conversation, segment, file, shard; and the conversation has a key of its own again.
    expect(wiped).toMatchObject({ held: [first], names: [before?.name], keys: 4, atMs: NOW, files: 2, bytes: 30 })
    expect(wiped.remains).toMatchObject({ folders: ['aa'], shards: [{ shardId: 1 }] })
    expect(store.keyCount()).toBe(keys - 4 + 1)
    expect(store.position(first)).toEqual({ conversationId: first, low: 0, high: 0, isBounded: false })
    expect(store.slotOf(first)).not.toBe(slot)
    const after = store.listConversations(nothingLive).find(({ conversationId }) => conversationId === first)
    expect(after).toMatchObject({ name: before?.name, memberIds: before?.memberIds, muted: true, pinned: false })
    expect(after).toMatchObject({ unread: 0, queued: 0, failed: 0 })
    for (const gone of ['draft', 'lastMessage', 'lastAtMs']) expect(after).not.toHaveProperty(gone)
    expect(store.readPage(first, undefined, 10, nothingLive)).toMatchObject({
      value: { messages: [], olderUnavailable: true, readSeq: read.ok && read.value.readSeq, readers: [] },
    })
    expect(store.unsentPrefs(first)).toBeUndefined()
    expect(store.files()).toEqual([])
  })

  test('[CWP40] other conversations stay as they are, but for words of it on their way out', () => {
    const { store, first, second, order } = used()
    const view = () => {
      const { pages, positions } = snapshot(store)
      const others = store.waiting(new Set()).filter(({ conversationId }) => conversationId !== first)
      return {
        pages: pages.filter(
          (page) => page.ok && page.value.conversationId !== first && page.value.conversationId !== second,
        ),
        positions: positions.filter(({ conversationId }) => conversationId !== first),
        others: others.map(({ record }) => (record.type === 'message' ? record.body : '')),
      }
    }
    const before = view()
    expect(before.others).toEqual(['stays', 'words of the first'])
    store.wipeConversations(order())
    expect(view()).toEqual({ ...before, others: ['stays'] })
    expect(store.shards().map(({ shardId }) => shardId)).toEqual([2])
  })

  test('[CWP41] the same order again changes nothing and is answered alike, also by the next run', () => {
    const file = cacheFile(folder.dir)
    const { store, order, self, first, example } = used(file)
    const mine = order()
    const { wiped } = store.wipeConversations(mine)
    // What has come since is not the order's.
    store.applyEvents(first, [example.event({ conversationId: first, seq: 9 })])
    const counter = store.counter()
    expect(store.wipeConversations(mine)).toEqual({ wiped, lost: [] })
    expect(store.counter()).toBe(counter)
    store.close()
    const again = openCache({ cipher, file, self })
    expect(again.wipeConversations(mine)).toEqual({ wiped, lost: [] })
    expect(again.position(first)).toMatchObject({ low: 9, high: 9 })
    again.close()
  })

  test('[CWP41] nothing of it is in the write-ahead log afterwards, and a cut-off leaves a whole cache behind', () => {
    const file = cacheFile(folder.dir)
    const { store, order, self, first, third } = used(file)
    store.wipeConversations(order())
    expect(statSync(`${file}-wal`).size).toBe(0)
    // As a kill would leave it.
    const copy = join(folder.dir, 'copy/cache.db')
    cpSync(join(folder.dir, 'store'), join(folder.dir, 'copy'), { recursive: true })
    const again = openCache({ cipher, file: copy, self })
    expect(again.position(first)).toMatchObject({ high: 0 })
    expect(again.position(third)).toMatchObject({ high: 8 })
    while (again.verifyStep());
    again.close()
    store.close()
    const inner = openInner({ cipher, file })
    expect(inner.values.wiped).toHaveLength(1)
    inner.sealed.close()
  })

  test('[CWP42] what was carried over from a cache that was set aside goes too', () => {
    const { example, self, conversations } = exampleCache(72, 2, 1)
    const [first, second] = conversations.map(({ conversationId }) => conversationId)
    if (!first || !second) throw new Error('conversations')
    const unsent = [first, second].map((conversationId) => ({
      conversationId,
      record: { type: 'message' as const, clientId: example.id('message'), createdAtMs: 1, body: 'x' },
    }))
    const notice = { reason: 'damaged' as const, atMs: 1, rescued: 2, maybeLost: false }
    const opened = openStore({ cipher, file: ':memory:', self, rootKey: rootKeyOf(7), inherited: { unsent, notice } })
    if (!opened.ok) throw new Error(opened.error.code)
    const store = opened.value
    const { wiped } = store.wipeConversations({
      wipeId: example.id('wipe'),
      conversationIds: [first],
      issuedBy: 'IT',
      reason: 'left',
      nowMs: NOW,
      measure: () => ({ files: 0, bytes: 0 }),
    })
    expect(wiped).toMatchObject({ held: [first], names: [], keys: 0 })
    expect(store.unsent().map(({ conversationId }) => conversationId)).toEqual([second])
    // There is nothing the user could have seen: nothing is said.
    expect(store.conversationsWiped()).toBeUndefined()
  })
})

describe('what is told', () => {
  test('[CWP43] the oldest order that the user has not read of, until they have, over restarts', () => {
    const file = cacheFile(folder.dir)
    const { store, order, self, second, example } = used(file)
    const one = order()
    const two = order({ wipeId: example.id('wipe'), conversationIds: [second], reason: 'project over' })
    store.wipeConversations(one)
    store.wipeConversations(two)
    expect(store.conversationsWiped()).toMatchObject({ wipeId: one.wipeId, issuedBy: 'IT', reason: 'left', atMs: NOW })
    store.close()
    const again = openCache({ cipher, file, self })
    expect(again.conversationsWiped()?.names).toHaveLength(1)
    again.dismissConversationsWiped()
    expect(again.conversationsWiped()).toMatchObject({ wipeId: two.wipeId, reason: 'project over' })
    again.dismissConversationsWiped()
    again.dismissConversationsWiped()
    expect(again.conversationsWiped()).toBeUndefined()
    again.close()
  })
})

describe('withdrawn', () => {
  /** A wiped conversation whose first `withdrawn` events the server tells without their words. */
  function told(change: (seq: number) => Partial<ConversationEvent> | undefined = () => undefined) {
    const made = used()
    const { store, first, order, other, example } = made
    store.wipeConversations(order())
    const events = Array.from({ length: 12 }, (_, i): ConversationEvent => {
      const seq = i + 1
      const content = seq <= 8 ? { type: 'withdrawn' as const } : example.messageContent({ body: `new ${seq}` })
      return example.event({ conversationId: first, seq, actorId: other, atMs: NOW + seq, content, ...change(seq) })
    })
    expect(store.applyEvents(first, events)).toMatchObject({ type: 'applied', events: { length: 12 } })
    return { ...made, events }
  }
  const rows = (store: Store, id: Parameters<Store['readPage']>[0], limit: number) => {
    const all: string[][] = []
    for (let before: number | undefined; ; ) {
      const page = store.readPage(id, before, limit, nothingLive)
      if (!page.ok) throw new Error(page.error.code)
      all.unshift(
        page.value.messages.map(({ seq, content }) =>
          content.type === 'notice'
            ? `${seq} ${content.notice} ${content.byIt ?? ''}`.trim()
            : `${seq} ${content.type}`,
        ),
      )
      before = page.value.before
      if (before === undefined) return all
    }
  }

  test('[CWP50] a run of them is one notice, of IT, where it ends', () => {
    const { store, first } = told()
    expect(rows(store, first, 100)).toEqual([['8 withdrawn true', '9 text', '10 text', '11 text', '12 text']])
  })

  test.each([1, 2, 3, 4, 5, 7])('[CWP50] in pages of %i too, and each page goes on where the last ended', (limit) => {
    const { store, first } = told()
    expect(rows(store, first, limit).flat()).toEqual(['8 withdrawn true', '9 text', '10 text', '11 text', '12 text'])
  })

  test('[CWP50] what stays between them shows, and parts them', () => {
    const { other } = exampleCache(71, 3, 8)
    const { store, first } = told((seq) => (seq === 4 ? { content: { type: 'joined', userIds: [other] } } : undefined))
    const expected = ['3 withdrawn true', '4 joined', '8 withdrawn true', '9 text', '10 text', '11 text', '12 text']
    expect(rows(store, first, 100).flat()).toEqual(expected)
    expect(rows(store, first, 2).flat()).toEqual(expected)
  })

  test('[CWP51] they are no messages: not unread, not the last, not found, not answered, and a quote of one is of nothing', () => {
    const { store, first, other, example } = told((seq) => {
      if (seq > 9) return { content: { type: 'withdrawn' } }
      return seq === 9 ? { content: example9 } : undefined
    })
    const list = store.listConversations(nothingLive).find(({ conversationId }) => conversationId === first)
    expect(list).toMatchObject({ unread: 1, mentions: 0, lastMessage: { text: 'about the second' } })
    const work = store.indexWork(store.slotOf(first) ?? 0, 1, 12)
    expect(work).toMatchObject({ entries: [{ seq: 9 }], removed: [] })
    expect(store.message(store.slotOf(first) ?? 0, 3)).toBeUndefined()
    expect(store.readThread(first, 3, nothingLive)).toMatchObject({ error: { code: 'not-found' } })
    expect(store.readEdits(first, 3)).toMatchObject({ error: { code: 'not-found' } })
    const page = store.readPage(first, 10, 1, nothingLive)
    expect(page).toMatchObject({
      value: { messages: [{ content: { quote: { seq: 2, state: 'deleted', text: '' } } }] },
    })
    const event = example.event({ conversationId: first, seq: 3, actorId: other, content: { type: 'withdrawn' } })
    expect(store.concernsMe(event)).toBe(false)
  })
  const example9 = {
    type: 'message' as const,
    clientId: 'msg_00000000000000000000' as never,
    body: 'about the second',
    quoteSeq: 2,
  }
})
