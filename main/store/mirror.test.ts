// Owns the tests of what server batches write: feeds, contiguity, unread counts, revocation. In memory, on the real SQLite.

import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ConversationEvent, ConversationId } from '../../shared/model.ts'
import { exampleCache, fill, nothingLive, openCache, openInner } from '../../testing/caches.ts'
import { createExample } from '../../testing/example.ts'
import { type Cipher, createCipher } from '../vault/cipher.ts'
import { eventsBelow } from './events.ts'
import { applyAccess, applyDirectory, applyEvents } from './mirror.ts'
import { applyRead, applyReads } from './reads.ts'
import { MAX_SEQ } from './records.ts'

let cipher: Cipher
beforeAll(async () => {
  cipher = await createCipher()
})

const none = nothingLive

/** A store with one conversation of `length` events on the server, none of them cached yet. */
function withLog(length: number) {
  const known = exampleCache(11, 1, length)
  const [info] = known.conversations
  const log = known.events[0] ?? []
  if (!info) throw new Error('conversation')
  const store = openCache({ cipher, self: known.self })
  store.applyDirectory(known.people, 'd')
  store.applyAccess([info], [], 'a')
  return { ...known, store, log, conversationId: info.conversationId }
}

function cachedSeqs(store: ReturnType<typeof openCache>, conversationId: ConversationId): number[] {
  const { slot, low, high } = store.slots().find((each) => each.conversationId === conversationId)!
  return store.indexWork(slot, low, high).entries.map(({ seq }) => seq)
}

describe('contiguity', () => {
  test('[STR1] a first page may begin anywhere and makes the range', () => {
    const { store, log, conversationId } = withLog(10)
    expect(store.applyEvents(conversationId, log.slice(4, 7))).toEqual({ type: 'applied', events: log.slice(4, 7) })
    expect(store.position(conversationId)).toEqual({ conversationId, low: 5, high: 7, isBounded: false })
  })

  test('[STR2] an event already here is a no-op and is not told again', () => {
    const { store, log, conversationId } = withLog(10)
    store.applyEvents(conversationId, log.slice(0, 6))
    expect(store.applyEvents(conversationId, log.slice(2, 5))).toEqual({ type: 'applied', events: [] })
    expect(store.applyEvents(conversationId, log.slice(4, 8))).toEqual({ type: 'applied', events: log.slice(6, 8) })
    expect(cachedSeqs(store, conversationId)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  test('[STR2] a copy of a cached event with other content changes nothing', () => {
    const { store, log, conversationId, example } = withLog(3)
    store.applyEvents(conversationId, log)
    const before = store.readPage(conversationId, undefined, 10, none)
    const forged = log.map((event) => ({ ...event, content: example.messageContent({ body: 'forged' }) }))
    store.applyEvents(conversationId, forged)
    expect(store.readPage(conversationId, undefined, 10, none)).toEqual(before)
  })

  test.each([
    ['above', 7, 9],
    ['below', 0, 2],
  ])('[STR3] a batch %s a gap is not written', (_, from, to) => {
    const { store, log, conversationId } = withLog(10)
    store.applyEvents(conversationId, log.slice(3, 6))
    expect(store.applyEvents(conversationId, log.slice(from, to))).toEqual({ type: 'gap' })
    expect(store.position(conversationId)).toMatchObject({ low: 4, high: 6 })
    expect(cachedSeqs(store, conversationId)).toEqual([4, 5, 6])
  })

  test('[STR4] older pages extend downwards, and one that covers the range extends both ways', () => {
    const { store, log, conversationId } = withLog(10)
    store.applyEvents(conversationId, log.slice(5, 6))
    store.applyEvents(conversationId, log.slice(3, 5))
    expect(store.position(conversationId)).toMatchObject({ low: 4, high: 6 })
    expect(store.applyEvents(conversationId, log)).toMatchObject({ type: 'applied', events: { length: 7 } })
    expect(cachedSeqs(store, conversationId)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  test.each<[string, (log: readonly ConversationEvent[]) => ConversationEvent[]]>([
    ['a hole', ([a, , c]) => [a!, c!]],
    ['a repeat', ([a]) => [a!, a!]],
    ['descending order', ([a, b]) => [b!, a!]],
    ['another conversation', ([a, b]) => [a!, { ...b!, conversationId: createExample(5).id('conversation') }]],
    ['seq 0', ([a]) => [{ ...a!, seq: 0 }]],
    ['a seq past 2^32', ([a]) => [{ ...a!, seq: MAX_SEQ + 1 }]],
  ])('[STR5] a batch with %s is broken and writes nothing', (_, breakIt) => {
    const { store, log, conversationId } = withLog(3)
    expect(store.applyEvents(conversationId, breakIt(log))).toEqual({ type: 'broken' })
    expect(store.position(conversationId)).toMatchObject({ low: 0, high: 0 })
  })

  test('[STR5] events of a conversation not granted are refused', () => {
    const { store, log, example } = withLog(1)
    expect(store.applyEvents(example.id('conversation'), log)).toEqual({ type: 'unknown-conversation' })
  })

  test('[STR6] whatever comes in whatever order, the cache is one gapless range equal to the log', () => {
    const { people, self, conversations, events } = exampleCache(12, 2, 40)
    const batch = fc.record({
      conversation: fc.nat(1),
      from: fc.integer({ min: 1, max: 40 }),
      length: fc.integer({ min: 0, max: 12 }),
    })
    const act = fc.oneof({ weight: 8, arbitrary: batch }, { weight: 1, arbitrary: fc.constant('regrant' as const) })
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        const store = openCache({ cipher, self })
        store.applyDirectory(people, 'd')
        store.applyAccess(conversations, [], 'a')
        for (const next of acts) {
          const info = conversations[next === 'regrant' ? 0 : next.conversation]!
          if (next === 'regrant') store.applyAccess([info], [info.conversationId], 'b')
          else {
            const log = events[next.conversation]!
            const page = log.slice(next.from - 1, next.from - 1 + next.length)
            const before = store.position(info.conversationId)!
            const result = store.applyEvents(info.conversationId, page)
            const after = store.position(info.conversationId)!
            const touches = before.high === 0 || page.length === 0 || overlaps(before, page)
            expect(result.type).toBe(touches ? 'applied' : 'gap')
            if (touches && page.length > 0)
              expect(after).toMatchObject({
                low: before.low === 0 ? next.from : Math.min(before.low, next.from),
                high: Math.max(before.high, page.at(-1)!.seq),
              })
          }
        }
        for (const [i, { conversationId }] of conversations.entries()) {
          const { low, high } = store.position(conversationId)!
          const found = store.indexWork(store.slotOf(conversationId)!, low, high).entries
          const expected = low === 0 ? [] : events[i]!.slice(low - 1, high)
          expect(found.map(({ seq, text }) => [seq, text])).toEqual(expected.map((e) => [e.seq, e.content.body]))
        }
        store.close()
      }),
      { numRuns: 60 },
    )
  })
})

function overlaps({ low, high }: { low: number; high: number }, page: readonly ConversationEvent[]): boolean {
  return page[0]!.seq <= high + 1 && page.at(-1)!.seq >= low - 1
}

describe('unread', () => {
  test('[STR7] others’ messages past what is read count; own ones read the conversation; reading never goes back', () => {
    const { self, people, conversations } = exampleCache(13, 1, 0)
    const info = conversations[0]!
    const authors = people.map(({ userId }) => userId)
    const example = createExample(99)
    const log = fc.array(
      fc.record({
        author: fc.nat(authors.length - 1),
        kind: fc.constantFrom('message', 'message', 'message', 'joined'),
      }),
      { minLength: 1, maxLength: 30 },
    )
    const act = fc.oneof(
      fc.record({ type: fc.constant('page' as const), from: fc.nat(29), length: fc.integer({ min: 1, max: 10 }) }),
      fc.record({ type: fc.constant('read' as const), by: fc.constantFrom('server', 'user'), seq: fc.nat(34) }),
    )
    fc.assert(
      fc.property(log, fc.array(act, { maxLength: 30 }), (shape, acts) => {
        const events = shape.map(({ author, kind }, i): ConversationEvent => {
          const content = kind === 'message' ? example.messageContent() : { type: 'joined' as const, userIds: [self] }
          return example.event({ ...info, seq: i + 1, actorId: authors[author]!, content })
        })
        const store = openCache({ cipher, self })
        store.applyAccess([info], [], 'a')
        const read = { server: 0, user: 0, own: 0 }
        for (const next of acts) {
          if (next.type === 'page') {
            const page = events.slice(next.from, next.from + next.length)
            const applied = store.applyEvents(info.conversationId, page)
            if (applied.type === 'applied')
              for (const event of applied.events)
                if (event.actorId === self && event.content.type === 'message') read.own = Math.max(read.own, event.seq)
          } else if (next.by === 'server') {
            store.applyRead(info.conversationId, next.seq, 'server')
            read.server = Math.max(read.server, next.seq)
          } else {
            store.applyRead(info.conversationId, next.seq, 'user')
            read.user = Math.max(read.user, Math.min(next.seq, store.position(info.conversationId)!.high))
          }
          const { low, high } = store.position(info.conversationId)!
          const upTo = Math.max(read.server, read.user, read.own)
          const naive = events.filter(
            (e) => e.seq >= low && e.seq <= high && e.seq > upTo && e.actorId !== self && e.content.type === 'message',
          ).length
          expect(store.listConversations(none)[0]!.unread).toBe(naive)
          const want = Math.max(read.user, read.own)
          expect(store.unsentRead(info.conversationId, read.server)).toBe(want > read.server ? want : undefined)
        }
        store.close()
      }),
      { numRuns: 150 },
    )
  })

  test('[STR8] the marks of many conversations come as one transaction, and none goes back', () => {
    const known = exampleCache(19, 3, 6)
    const cache = openInner({ cipher })
    applyAccess(cache, known.conversations, [], 'a')
    for (const [i, { conversationId }] of known.conversations.entries())
      applyEvents(cache, conversationId, known.events[i]!, known.self)
    const before = cache.sealed.counter()
    const heads = known.conversations.map(({ conversationId }, i) => ({ conversationId, readSeq: 2 + i }))
    expect(applyReads(cache, heads, known.self)).toBe(true)
    expect(cache.sealed.counter()).toBe(before + 1)
    expect(applyReads(cache, heads, known.self)).toBe(false)
    expect(
      applyReads(
        cache,
        heads.map((head) => ({ ...head, readSeq: 1 })),
        known.self,
      ),
    ).toBe(false)
    expect(cache.sealed.counter()).toBe(before + 1)
    for (const { conversationId, readSeq } of heads)
      expect(cache.conversations.get(conversationId)?.state.readSeq).toBe(readSeq)
    cache.sealed.close()
  })

  test('[STR8] reading here is clipped to what is cached; a mark of an unknown conversation is nothing', () => {
    const { store, log, conversationId, example } = withLog(5)
    store.applyEvents(conversationId, log)
    store.applyRead(conversationId, 4000, 'user')
    expect(store.unsentRead(conversationId, 0)).toBe(5)
    expect(store.applyRead(conversationId, 3, 'user')).toBe(false)
    expect(store.applyRead(example.id('conversation'), 3, 'server')).toBe(false)
  })
})

describe('feeds', () => {
  test('[STR9] a frame that names one person twice keeps the last and takes no other’s place', () => {
    const cache = openInner({ cipher })
    const { people, self } = exampleCache(14)
    const [a, b] = people
    applyDirectory(cache, [a!, { ...a!, displayName: 'Renamed' }], 'd1', self)
    applyDirectory(cache, [b!], 'd2', self)
    applyDirectory(cache, [{ ...a!, displayName: 'Again' }], 'd3', self)
    const slots = [...cache.people.values()].map(({ slot }) => slot)
    expect(new Set(slots).size).toBe(2)
    expect(cache.sealed.db.prepare('SELECT count(*) FROM person').pluck().get()).toBe(2)
    expect(cache.people.get(a!.userId)?.person.displayName).toBe('Again')
    expect(cache.people.get(b!.userId)?.person).toEqual(b)
  })

  test('[STR9] a frame that grants or revokes one conversation twice leaves no second key or row', () => {
    const cache = openInner({ cipher })
    const { conversations } = exampleCache(15, 1)
    const info = conversations[0]!
    applyAccess(cache, [info, { ...info, name: 'renamed' }], [], 'a1')
    expect(cache.sealed.keyCount()).toBe(2)
    expect(cache.conversations.get(info.conversationId)?.state.info.name).toBe('renamed')
    applyAccess(
      cache,
      [
        { ...info, name: 'x' },
        { ...info, name: 'y' },
      ],
      [],
      'a2',
    )
    expect(cache.conversations.get(info.conversationId)?.state.info.name).toBe('y')
    expect(applyAccess(cache, [], [info.conversationId, info.conversationId], 'a3')).toEqual([
      { conversationId: info.conversationId, slot: 1 },
    ])
    expect(cache.sealed.keyCount()).toBe(1)
    expect(cache.sealed.db.prepare('SELECT count(*) FROM conversation').pluck().get()).toBe(0)
  })

  test('[STR10] a conversation lost and granted in one frame begins anew under a new key', () => {
    const cache = openInner({ cipher })
    const { conversations, events, self } = exampleCache(16, 1)
    const info = conversations[0]!
    applyAccess(cache, [info], [], 'a1')
    applyEvents(cache, info.conversationId, events[0]!, self)
    const before = cache.conversations.get(info.conversationId)!
    expect(applyAccess(cache, [info], [info.conversationId], 'a2')).toEqual([
      { conversationId: info.conversationId, slot: before.slot },
    ])
    const after = cache.conversations.get(info.conversationId)!
    expect(after.keyId).not.toBe(before.keyId)
    expect(after.state).toMatchObject({ low: 0, high: 0, unread: 0 })
    expect(cache.sealed.db.prepare('SELECT count(*) FROM event').pluck().get()).toBe(0)
  })

  test('[STR11] losing access takes rows, key, waiting messages and the previews in memory', () => {
    const known = exampleCache(17, 2)
    const store = openCache({ cipher, self: known.self })
    fill(store, known)
    const [lost, kept] = known.conversations
    store.enqueue(lost!.conversationId, {
      type: 'message',
      clientId: known.example.id('message'),
      body: 'a',
      createdAtMs: 1,
    })
    store.enqueue(kept!.conversationId, {
      type: 'message',
      clientId: known.example.id('message'),
      body: 'b',
      createdAtMs: 2,
    })
    const keys = store.keyCount()
    expect(store.applyAccess([], [lost!.conversationId], 'a2')).toMatchObject([
      { conversationId: lost!.conversationId },
    ])
    // Its own, and that of its one segment.
    expect(store.keyCount()).toBe(keys - 2)
    expect(store.readPage(lost!.conversationId, undefined, 10, none)).toMatchObject({ error: { code: 'not-found' } })
    expect(store.waiting(new Set()).map(({ record }) => record.type === 'message' && record.body)).toEqual(['b'])
    expect(store.listConversations(none).map((c) => c.conversationId)).toEqual([kept!.conversationId])
    expect(store.applyAccess([], [lost!.conversationId], 'a3')).toEqual([])
    expect(store.cursors().access).toBe('a3')
  })

  test('[STR12] a row that someone took out of the middle of a conversation is damage, not a shorter history', () => {
    const cache = openInner({ cipher })
    const { conversations, self, other, example } = exampleCache(18, 1)
    const { conversationId } = conversations[0]!
    applyAccess(cache, [conversations[0]!], [], 'a')
    applyEvents(cache, conversationId, example.events(conversationId, [other], 10), self)
    const entry = cache.conversations.get(conversationId)!
    cache.sealed.db.prepare('DELETE FROM event WHERE id % 4294967296 = 4').run()
    expect(eventsBelow(cache, entry, 10, 6)).toHaveLength(6)
    expect(() => eventsBelow(cache, entry, 10, 7)).toThrow('event|1|4')
    expect(() => applyRead(cache, conversationId, 3, 'user', self)).not.toThrow()
    expect(() => applyRead(cache, conversationId, 5, 'user', self)).toThrow('event|1|4')
  })
})
