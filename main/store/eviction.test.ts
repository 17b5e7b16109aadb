// Owns the tests of the cache's bounds, of edits and deletions, and of the shards' rows: what leaves goes with its keys.

import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ConversationEvent } from '../../shared/model.ts'
import { cacheFile, exampleCache, nothingLive, openCache, openInner } from '../../testing/caches.ts'
import { createFolder, type Folder, findBytes } from '../../testing/folders.ts'
import { type Cipher, createCipher } from '../vault/cipher.ts'
import { evictOnce } from './eviction.ts'
import { applyAccess, applyEvents } from './mirror.ts'
import { eventId, segmentId } from './records.ts'
import type { ShardRow } from './store.ts'

let cipher: Cipher
beforeAll(async () => {
  cipher = await createCipher()
})
let folder: Folder
let file: string
beforeEach(() => {
  folder = createFolder()
  file = cacheFile(folder.dir)
})
afterEach(() => folder.remove())

const none = nothingLive
const known = exampleCache(51, 2, 0)
const [first, second] = known.conversations as [(typeof known.conversations)[0], (typeof known.conversations)[0]]

/** A log of `length` messages, one per minute; the body of each tells its place. */
const log = (conversation: typeof first, length: number, from = 1): ConversationEvent[] =>
  Array.from({ length }, (_, i) =>
    known.example.event({
      ...conversation,
      seq: from + i,
      atMs: (from + i) * 60_000,
      actorId: known.other,
      content: known.example.messageContent({ body: `${conversation.name} 第${from + i}則` }),
    }),
  )
const change = (seq: number, content: ConversationEvent['content']) =>
  known.example.event({ ...first, seq, atMs: seq * 60_000, actorId: known.other, content })

function opened(count: number, other = 0) {
  const store = openCache({ cipher, file, self: known.self })
  store.applyDirectory(known.people, 'd')
  store.applyAccess([first, second], [], 'a')
  for (let from = 1; from <= count; from += 200)
    store.applyEvents(first.conversationId, log(first, Math.min(200, count - from + 1), from))
  if (other > 0) store.applyEvents(second.conversationId, log(second, other))
  return store
}
const evictAll = (store: ReturnType<typeof openCache>) => {
  const seen = []
  for (let next = store.evictOnce(); next; next = store.evictOnce()) seen.push(next)
  return seen
}
const bodies = (store: ReturnType<typeof openCache>, limit = 200) => {
  const page = store.readPage(first.conversationId, undefined, limit, none)
  if (!page.ok) throw new Error(page.error.code)
  return page.value.messages.map(({ content }) => (content.type === 'text' ? content.text : content.type))
}

describe('bounds', () => {
  test('[STR90] messages past their days leave, to the message, and their history is not fetched again', () => {
    const store = opened(1500, 10)
    store.setBounds({ oldestMs: 1001 * 60_000, most: 1_000_000 })
    expect(evictAll(store).at(-1)?.belowSeq).toBeDefined()
    expect(store.position(first.conversationId)).toMatchObject({ low: 1001, high: 1500, isBounded: true })
    expect(store.position(second.conversationId)).toMatchObject({ low: 11, high: 10, isBounded: true })
    expect(bodies(store, 3)).toEqual(['1498', '1499', '1500'].map((n) => `${first.name} 第${n}則`))
    const end = store.readPage(first.conversationId, 1003, 50, none)
    expect(end).toMatchObject({ value: { messages: { length: 2 }, before: 1001, olderUnavailable: true } })
    expect(store.readPage(second.conversationId, undefined, 50, none)).toMatchObject({
      value: { messages: [], before: 11, olderUnavailable: true },
    })
    // What comes next joins on, and what is asked for by hand may come back.
    expect(store.applyEvents(second.conversationId, log(second, 1, 11))).toMatchObject({ type: 'applied' })
    expect(store.applyEvents(first.conversationId, log(first, 50, 951))).toMatchObject({ type: 'applied' })
    expect(store.position(first.conversationId)).toMatchObject({ low: 951, isBounded: true })
    evictAll(store)
    expect(store.position(first.conversationId)).toMatchObject({ low: 1001 })
    store.close()
  })

  test('[STR91] beyond the number, the oldest leave first, whichever conversation they are in', () => {
    const store = opened(0)
    const day = 24 * 60 * 60_000
    /** One message a week in the first, a hundred on one day in the second. */
    const weekly = log(first, 60).map((event) => ({ ...event, atMs: event.seq * 7 * day }))
    const busy = log(second, 100).map((event) => ({ ...event, atMs: 200 * day + event.seq }))
    store.applyEvents(first.conversationId, weekly)
    store.applyEvents(second.conversationId, busy)
    store.setBounds({ oldestMs: 0, most: 120 })
    evictAll(store)
    const left = () => [first, second].map(({ conversationId }) => store.position(conversationId)!)
    // Those before day 201 went from the quiet one; the rest had to come from the busy one.
    expect(left()).toMatchObject([
      { low: 29, high: 60, isBounded: true },
      { low: 13, high: 100, isBounded: true },
    ])
    store.close()
  })

  test('[STR92] what has left is gone from file and log, with the key it was sealed under', () => {
    const store = opened(600)
    store.close()
    const db = new Database(file, { readonly: true })
    const sealed = (sql: string, ...args: number[]) =>
      db
        .prepare(sql)
        .pluck()
        .all(...args) as Uint8Array[]
    const events = sealed('SELECT sealed FROM event WHERE id BETWEEN ? AND ?', eventId(1, 1), eventId(1, 299))
    const keys = sealed(
      'SELECT keyring.sealed FROM keyring JOIN segment USING (key_id) WHERE segment.id = ?',
      segmentId(1, 1),
    )
    db.close()
    expect(keys).toHaveLength(1)
    const again = openCache({ cipher, file, self: known.self })
    again.setBounds({ oldestMs: 300 * 60_000, most: 1_000_000 })
    const keyCount = again.keyCount()
    evictAll(again)
    again.sealEviction()
    // What is left of the segment has a key of its own, in place of the destroyed one.
    expect(again.keyCount()).toBe(keyCount)
    expect(findBytes(folder.dir, [...events, ...keys])).toEqual([])
    expect(bodies(again, 200)).toHaveLength(200)
    again.close()
    expect(findBytes(folder.dir, [...events, ...keys])).toEqual([])
    const last = openCache({ cipher, file, self: known.self })
    expect(last.position(first.conversationId)).toMatchObject({ low: 300, high: 600 })
    expect(last.indexWork(1, 300, 600).entries).toHaveLength(301)
    last.close()
  })

  test('[STR93] whatever is evicted, fetched and evicted again, the cache is one gapless range within its bounds', () => {
    const length = 700
    const full = log(first, length)
    fc.assert(
      fc.property(
        fc.array(fc.record({ cut: fc.integer({ min: 1, max: length }), back: fc.integer({ min: 0, max: 300 }) }), {
          maxLength: 6,
        }),
        (acts) => {
          const cache = openInner({ cipher })
          applyAccess(cache, [first], [], 'a')
          applyEvents(cache, first.conversationId, full.slice(200), known.self)
          for (const { cut, back } of acts) {
            const bounds = { oldestMs: cut * 60_000, most: 400 }
            while (evictOnce(cache, bounds, known.self));
            const { low, high } = cache.conversations.get(first.conversationId)!.state
            expect(high - low + 1).toBeLessThanOrEqual(400)
            expect(low).toBeGreaterThanOrEqual(cut)
            const rows = cache.sealed.db.prepare('SELECT count(*) FROM event').pluck().get()
            expect(rows).toBe(high - low + 1)
            if (back > 0) {
              const from = Math.max(0, low - 1 - back)
              applyEvents(cache, first.conversationId, full.slice(from, low - 1), known.self)
            }
          }
          const { low, high } = cache.conversations.get(first.conversationId)!.state
          const segments = cache.sealed.db.prepare('SELECT id FROM segment ORDER BY id').pluck().all()
          const needed = new Set<number>()
          for (let seq = low; seq <= high; seq++) needed.add(segmentId(1, seq))
          expect(segments).toEqual([...needed])
          // Meta, the conversation's own, one per segment.
          expect(cache.sealed.keyCount()).toBe(2 + needed.size)
          cache.sealed.close()
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('edits and deletions', () => {
  test('[STR94] an edited message reads as its latest edit, wherever and in whatever order edits arrive', () => {
    const events = [
      ...log(first, 3),
      change(4, { type: 'edited', targetSeq: 2, body: '第一次改' }),
      ...log(first, 1, 5),
      change(6, { type: 'edited', targetSeq: 2, body: '第二次改' }),
    ]
    const expected = [1, 2, 3, 5].map((n) => (n === 2 ? '第二次改' : `${first.name} 第${n}則`))
    for (const cut of [0, 2, 4, 5, 6]) {
      const store = openCache({ cipher, self: known.self })
      store.applyAccess([first], [], 'a')
      // Newest first, as a fresh device fetches.
      store.applyEvents(first.conversationId, events.slice(cut))
      store.applyEvents(first.conversationId, events.slice(0, cut))
      expect(bodies(store)).toEqual(expected)
      const page = store.readPage(first.conversationId, undefined, 10, none)
      expect(page.ok && page.value.messages[1]?.content).toMatchObject({ editedAtMs: 6 * 60_000 })
      expect(store.message(1, 2)?.text).toBe('第二次改')
      store.close()
    }
  })

  test('[STR95] a deleted message shows its place only; its words and those of its edits are gone from the file', () => {
    const secret = '機密正文 to be deleted'
    const events = [
      ...log(first, 1),
      change(2, known.example.messageContent({ body: secret })),
      change(3, { type: 'edited', targetSeq: 2, body: `${secret} again` }),
    ]
    const deletion = change(4, { type: 'deleted', targetSeq: 2 })
    const all = [...events, deletion]
    for (const cut of [0, 1, 2, 3]) {
      const cache = openInner({ cipher })
      applyAccess(cache, [first], [], 'a')
      applyEvents(cache, first.conversationId, all.slice(cut), known.self)
      applyEvents(cache, first.conversationId, all.slice(0, cut), known.self)
      const rows = cache.sealed.db.prepare('SELECT id, sealed FROM event').all() as { id: number; sealed: Uint8Array }[]
      const words = rows.map(({ id, sealed }) =>
        JSON.stringify(
          cache.sealed.open(cache.segments.get(segmentId(1, id % 2 ** 32))!, sealed, `event|1|${id % 2 ** 32}`),
        ),
      )
      expect(words).toHaveLength(4)
      expect(words.join()).not.toContain('機密')
      cache.sealed.close()
    }
    const store = openCache({ cipher, file, self: known.self })
    store.applyAccess([first], [], 'a')
    store.applyEvents(first.conversationId, events)
    expect(store.listConversations(none)[0]).toMatchObject({ unread: 2, lastMessage: { text: `${secret} again` } })
    store.applyEvents(first.conversationId, [deletion])
    expect(store.listConversations(none)[0]?.unread).toBe(1)
    expect(bodies(store)).toEqual([`${first.name} 第1則`, 'deleted'])
    expect(store.message(1, 2)).toBeUndefined()
    expect(store.listConversations(none)[0]?.lastMessage?.text).toBe(`${first.name} 第1則`)
    // A copy that comes late, and an edit after the end, bring nothing back.
    store.applyEvents(first.conversationId, [change(5, { type: 'edited', targetSeq: 2, body: secret })])
    expect(bodies(store)).toEqual([`${first.name} 第1則`, 'deleted'])
    store.close()
    const later = openCache({ cipher, file, self: known.self })
    expect(bodies(later)).toEqual([`${first.name} 第1則`, 'deleted'])
    later.close()
  })

  test('[STR96] what they mean for the index: the words as they read now, and what must go', () => {
    const store = opened(3)
    store.applyEvents(first.conversationId, [
      change(4, { type: 'edited', targetSeq: 1, body: '改' }),
      change(5, { type: 'deleted', targetSeq: 2 }),
    ])
    expect(store.indexWork(1, 4, 5)).toMatchObject({ entries: [{ seq: 1, text: '改' }], removed: [2] })
    const all = store.indexWork(1, 1, 5)
    expect(all.entries.map(({ seq, text }) => [seq, text])).toEqual([
      [1, '改'],
      [3, `${first.name} 第3則`],
    ])
    expect(all.removed).toEqual([2])
    store.close()
  })

  test('[STR96] …and without reading: for plain new messages alone, the same as reading them', () => {
    const store = opened(3)
    const plain = log(first, 2, 4)
    store.applyEvents(first.conversationId, plain)
    expect(store.indexWorkOf(first.conversationId, plain)).toEqual(store.indexWork(1, 4, 5))
    const edit = change(6, { type: 'edited', targetSeq: 4, body: '改' })
    store.applyEvents(first.conversationId, [edit])
    expect(store.indexWorkOf(first.conversationId, [edit])).toBeUndefined()
    expect(store.indexWorkOf(first.conversationId, plain)).toBeUndefined()
    store.close()
  })

  test('[STR97] an edit of what is not there yet, of itself or of what is to come does no harm', () => {
    const store = opened(3)
    store.applyEvents(first.conversationId, [
      change(4, { type: 'edited', targetSeq: 9, body: 'x' }),
      change(5, { type: 'edited', targetSeq: 5, body: 'x' }),
      change(6, { type: 'deleted', targetSeq: 6 }),
    ])
    expect(bodies(store)).toHaveLength(3)
    store.close()
  })
})

describe('shards', () => {
  const row = (shardId: number, keyId: number, slot: number, from: number, to: number): ShardRow => ({
    shardId,
    keyId,
    covers: [{ slot, ranges: [[from, to]] }],
    entries: to - from + 1,
    bytes: 1,
  })

  test('[STR98] a shard’s key goes with its row: when it is replaced, dropped, or holds words of what is lost', () => {
    const store = opened(600, 10)
    const before = store.keyCount()
    const [a, b, c] = [store.newShardKey(), store.newShardKey(), store.newShardKey()]
    expect(a.key).toHaveLength(32)
    store.putShards([row(1, a.keyId, 1, 1, 300), row(2, b.keyId, 1, 301, 600), row(3, c.keyId, 2, 1, 10)], [])
    expect(store.keyCount()).toBe(before + 3)
    const d = store.newShardKey()
    store.putShards([row(1, d.keyId, 1, 1, 300)], [])
    expect(store.shardKey(a.keyId)).toBeUndefined()
    expect(store.shardKey(d.keyId)).toEqual(d.key)
    store.setBounds({ oldestMs: 100 * 60_000, most: 1_000_000 })
    evictAll(store)
    expect(store.shards().map(({ shardId }) => shardId)).toEqual([2])
    store.applyAccess([], [first.conversationId], 'a2')
    expect(store.shards()).toEqual([])
    expect(store.shardKey(b.keyId)).toBeUndefined()
    store.close()
  })

  test('[STR99] a key that no row names any more, after a crash, is destroyed at the next opening', () => {
    const store = opened(10)
    const kept = store.newShardKey()
    store.putShards([row(1, kept.keyId, 1, 1, 10)], [])
    const orphan = store.newShardKey()
    const count = store.keyCount()
    store.close()
    const again = openCache({ cipher, file, self: known.self })
    expect(again.shardKey(orphan.keyId)).toBeUndefined()
    expect(again.shardKey(kept.keyId)).toEqual(kept.key)
    expect(again.keyCount()).toBe(count - 1)
    expect(again.shards()).toEqual([row(1, kept.keyId, 1, 1, 10)])
    again.dropKeys([kept.keyId, 999])
    expect(again.shardKey(kept.keyId)).toEqual(kept.key)
    again.close()
  })
})
