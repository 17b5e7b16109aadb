// Owns the tests of search over a cache: recall against a plain scan, paging, removal, hostile input.

import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { ConversationId } from '../../shared/model.ts'
import { exampleCache, openCache } from '../../testing/caches.ts'
import { silentLog } from '../../testing/desktop.ts'
import { createExample } from '../../testing/example.ts'
import { createRandom, type Random } from '../../testing/random.ts'
import { storeFailure } from '../store/failures.ts'
import type { Store } from '../store/store.ts'
import { type Cipher, createCipher } from '../vault/cipher.ts'
import { fold, parseQuery, tokens } from './query.ts'
import { createSearch, type Search, type SearchParts } from './search.ts'
import { createShard } from './shard.ts'

let cipher: Cipher
beforeAll(async () => {
  cipher = await createCipher()
})

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

/** Search over `store`, in memory alone unless told; both are closed after the test. */
function openSearch(store: Store, change: Partial<SearchParts> = {}): Search {
  const search = createSearch({ store, dir: undefined, log: silentLog, storeFailure, ...change })
  cleanUps.push(async () => {
    await search.close()
    store.close()
  })
  return search
}

interface Text {
  readonly conversationId: ConversationId
  readonly seq: number
  readonly atMs: number
  readonly body: string
}

/** A cache holding `bodies`, dealt to two conversations, with times that repeat. */
function cacheOf(bodies: readonly string[]) {
  const { self, people, conversations } = exampleCache(51, 2, 0)
  const example = createExample(52)
  const store = openCache({ cipher, self })
  store.applyDirectory(people, 'd')
  store.applyAccess(conversations, [], 'a')
  const texts: Text[] = bodies.map((body, i) => ({
    conversationId: conversations[i % 2]!.conversationId,
    seq: Math.floor(i / 2) + 1,
    atMs: 1_700_000_000_000 + Math.floor(i / 5) * 1000,
    body,
  }))
  const events = texts.map((text) =>
    example.event({ ...text, actorId: people[1]!.userId, content: example.messageContent({ body: text.body }) }),
  )
  for (const { conversationId } of conversations)
    store.applyEvents(
      conversationId,
      events.filter((event) => event.conversationId === conversationId),
    )
  return { store, texts, events, conversations }
}

/** Every page, one after the other. */
async function findAll(search: Search, text: string, conversationId?: ConversationId) {
  const hits: Omit<Text, 'body'>[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < 1000; pages++) {
    const page = await search.find(text, conversationId, cursor)
    if (!page.ok) throw new Error(page.error.code)
    for (const { conversationId: id, seq, atMs } of page.value.hits) hits.push({ conversationId: id, seq, atMs })
    cursor = page.value.cursor
    if (cursor === undefined) return hits
  }
  throw new Error('paging does not end')
}

const name = ({ conversationId, seq }: { conversationId: string; seq: number }) => `${conversationId}#${seq}`

const han = [...'中環金鐘開會議程報告嘅咗冇𨋢壞財務']
const words = ['GDP', 'report', 'Reporting', 'café', 'ＣＡＦＥ', 'IPO', 'Q3', '2026', 'naïve']
const gaps = ['', '', '', '', ' ', '，', '。', '\n', '「', '👍', '—']

function mixedText(random: Random): string {
  let text = ''
  for (let i = 1 + random.int(12); i > 0; i--)
    text += random.chance(0.7)
      ? random.pick(han) + random.pick(gaps)
      : random.pick(words) + random.pick([' ', ' ', '，', ''])
  return text.trim() || '空'
}

describe('recall', () => {
  const random = createRandom(53)
  const bodies = Array.from({ length: 500 }, () => mixedText(random))
  let texts: readonly Text[]
  let search: Search
  beforeAll(async () => {
    const cache = cacheOf(bodies)
    texts = cache.texts
    search = createSearch({ store: cache.store, dir: undefined, log: silentLog, storeFailure })
    await search.indexed
    return async () => {
      await search.close()
      cache.store.close()
    }
  })

  test('[SCH10] one to four Han characters: exactly what a scan for the characters finds', async () => {
    const folded = texts.map((text) => ({ text, body: fold(text.body).text }))
    let found = 0
    for (let i = 0; i < 60; i++) {
      const query = Array.from({ length: 1 + (i % 4) }, () => random.pick(han)).join('')
      const expected = folded.filter(({ body }) => body.includes(fold(query).text)).map(({ text }) => name(text))
      expect((await findAll(search, query)).map(name).sort(), query).toEqual(expected.sort())
      found += expected.length
    }
    expect(found).toBeGreaterThan(300)
  })

  test('[SCH11] a Latin word’s beginning finds every message with a word so begun', async () => {
    for (const query of ['G', 'gdp', 'rep', 'report', 'CAF', 'café', 'ｃａｆ', 'q3', '202', 'nai', 'zzz']) {
      const wanted = fold(query).text
      const expected = texts.filter(({ body }) => tokens(fold(body).text).some((token) => token.startsWith(wanted)))
      expect((await findAll(search, query)).map(name).sort(), query).toEqual(expected.map(name).sort())
    }
  })

  test('[SCH12] mixed 中英 text: any piece of a message that begins at a word is found in it', async () => {
    for (let i = 0; i < 60; i++) {
      const text = random.pick(texts)
      const run = random.pick(text.body.match(/[\p{L}\p{M}\p{N}]+/gu) ?? ['空'])
      const characters = [...run.normalize('NFC')]
      const starts = characters.flatMap((character, at) =>
        at === 0 || han.includes(character) || han.includes(characters[at - 1]!) ? [at] : [],
      )
      const start = random.pick(starts)
      const query = characters.slice(start, start + 1 + random.int(6)).join('')
      expect((await findAll(search, query)).map(name), `${query} in ${text.body}`).toContain(name(text))
    }
  })
})

describe('pages', () => {
  const bodies = Array.from({ length: 400 }, (_, i) => (i % 3 === 0 ? `開會。議 ${i}` : `會議 ${i}`))

  test('[SCH20] pages run newest first, without gap or repeat, though many messages share a time', async () => {
    const { store, texts, conversations } = cacheOf(bodies)
    const search = openSearch(store)
    await search.indexed
    const expected = texts.filter(({ body }) => body.startsWith('會議'))
    const hits = await findAll(search, '會議')
    expect(hits).toHaveLength(expected.length)
    expect(new Set(hits.map(name)).size).toBe(expected.length)
    expect(hits.map(({ atMs }) => atMs)).toEqual(hits.map(({ atMs }) => atMs).sort((a, b) => b - a))
    const { conversationId } = conversations[1]!
    expect((await findAll(search, '會議', conversationId)).map(name).sort()).toEqual(
      expected
        .filter((text) => text.conversationId === conversationId)
        .map(name)
        .sort(),
    )
    const page = await search.find('會議', undefined, undefined)
    expect(page.ok && page.value.hits.length).toBe(limits.searchPage)
  })

  test('[SCH21] a page is filled past hits that turn out to be none', async () => {
    const { store, texts } = cacheOf([
      ...Array.from({ length: 20 }, () => '會議'),
      ...Array.from({ length: 200 }, () => '會。議'),
    ])
    const search = openSearch(store)
    await search.indexed
    const page = await search.find('會議', undefined, undefined)
    expect(page.ok && page.value.hits.map(name).sort()).toEqual(texts.slice(0, 20).map(name).sort())
    expect(page.ok && page.value.cursor).toBeUndefined()
  })

  test('[SCH22] a hit carries its text with what was found marked, and today’s names', async () => {
    const { store, conversations } = cacheOf(['明日 14:00 於 Central 開會'])
    const search = openSearch(store)
    await search.indexed
    const page = await search.find('central 會', undefined, undefined)
    const hit = page.ok ? page.value.hits[0] : undefined
    expect(hit?.ranges.map(([start, end]) => hit.text.slice(start, end))).toEqual(['Central', '會'])
    expect(hit?.conversationName).toBe(conversations[0]!.name)
    expect(hit?.senderName).toBe(store.listPeople()[1]!.displayName)
  })

  test('[SCH23] a foreign cursor is bad input, an unknown conversation is not found, an empty query finds nothing', async () => {
    const { store } = cacheOf(['x'])
    const search = openSearch(store)
    for (const cursor of ['', 'x', '1', '1.2.3', '-1.2', '1.2 ', '9007199254740991.1', '99999999999999999.1'])
      expect(await search.find('x', undefined, cursor), cursor).toMatchObject({ error: { code: 'bad-input' } })
    expect(await search.find('x', createExample(1).id('conversation'), undefined)).toMatchObject({
      error: { code: 'not-found' },
    })
    await search.indexed
    expect(await search.find(' ，', undefined, undefined)).toEqual({ ok: true, value: { hits: [], complete: true } })
  })
})

describe('filters', () => {
  const day = Date.UTC(2026, 2, 2)
  const dayMs = 86_400_000

  /** Two conversations, four people, five messages, a day apart. */
  async function openFiltered() {
    const { self, people, conversations } = exampleCache(58, 2, 0)
    const example = createExample(59)
    const store = openCache({ cipher, self })
    const named = people.map((person, i) => ({ ...person, displayName: ['Amy Chan', '陳大文', 'Bob', 'Amélie'][i]! }))
    const rooms = conversations.map((info, i) => ({ ...info, name: ['Treasury desk', '合規通告'][i]! }))
    store.applyDirectory(named, 'd')
    store.applyAccess(rooms, [], 'a')
    const file = { sha256: 'a'.repeat(43), name: '預算 budget.xlsx', mediaType: 'application/x', bytes: 1 }
    const said: [room: number, person: number, body: string, files?: (typeof file)[]][] = [
      [0, 0, 'report one'],
      [0, 1, 'report two', [file]],
      [1, 2, 'report three'],
      [1, 3, 'report four'],
      [1, 0, 'nothing', [file]],
    ]
    const seqs = [0, 0]
    for (const [i, [room, person, body, files]] of said.entries()) {
      const { conversationId } = rooms[room]!
      const content = example.messageContent({ body, ...(files && { files }) })
      const seq = ++seqs[room]!
      const event = { conversationId, seq, actorId: named[person]!.userId, atMs: day + i * dayMs + 1000, content }
      store.applyEvents(conversationId, [example.event(event)])
    }
    const search = openSearch(store, { dayStart: (year, month, date) => Date.UTC(year, month - 1, date) })
    await search.indexed
    const found = async (text: string, conversationId?: ConversationId) => {
      const page = await search.find(text, conversationId, undefined)
      if (!page.ok) throw new Error(page.error.code)
      return page.value.problem ?? page.value.hits.map((hit) => hit.text.split('\n')[0])
    }
    return { found, rooms, search }
  }

  test('[SCH101] from: in: before: after: has:file narrow a search or stand alone, newest first; several from: mean any of them', async () => {
    const { found, rooms } = await openFiltered()
    expect(await found('report from:amy')).toEqual(['report one'])
    expect(await found('from:amy')).toEqual(['nothing', 'report one'])
    expect(await found('from:amelie from:大文')).toEqual(['report four', 'report two'])
    expect(await found('report in:treasury')).toEqual(['report two', 'report one'])
    expect(await found('in:合规')).toEqual(['nothing', 'report four', 'report three'])
    expect(await found('has:file')).toEqual(['nothing', 'report two'])
    expect(await found('has:file from:amy in:合規')).toEqual(['nothing'])
    expect(await found('report after:2026-03-03')).toEqual(['report four', 'report three'])
    expect(await found('before:2026-03-04 after:2026-03-02')).toEqual(['report two'])
    expect(await found('report', rooms[1]!.conversationId)).toEqual(['report four', 'report three'])
    expect(await found('report in:treasury', rooms[1]!.conversationId)).toEqual([])
  })

  test('[SCH102] a filter that names nobody, no conversation, no date or no kind is told, and finds nothing', async () => {
    const { found } = await openFiltered()
    expect(await found('report from:zoe')).toEqual({ filter: 'from', value: 'zoe' })
    expect(await found('report from:amy from:zoe')).toEqual({ filter: 'from', value: 'zoe' })
    expect(await found('report in:nowhere')).toEqual({ filter: 'in', value: 'nowhere' })
    expect(await found('report before:soon')).toEqual({ filter: 'before', value: 'soon' })
    expect(await found('report has:time')).toEqual({ filter: 'has', value: 'time' })
  })

  test('[SCH103] a message is found by the names of its files, which stand below its words, marked like them', async () => {
    const { search } = await openFiltered()
    const page = await search.find('預算 BUDGET two', undefined, undefined)
    const [hit] = page.ok ? page.value.hits : []
    expect(hit?.text).toBe('report two\n預算 budget.xlsx')
    expect(hit?.files).toEqual([{ name: '預算 budget.xlsx', mediaType: 'application/x', bytes: 1 }])
    expect(hit?.ranges.map(([start, end]) => hit.text.slice(start, end))).toEqual(['two', '預算', 'budget'])
  })
})

describe('keeping up', () => {
  test('[SCH30] while the cache is being indexed, answers say so; messages that come meanwhile are found', async () => {
    const { store, conversations } = cacheOf(Array.from({ length: 900 }, (_, i) => `舊訊息 ${i}`))
    const { conversationId } = conversations[0]!
    const search = openSearch(store)
    const early = await search.find('舊訊息', undefined, undefined)
    expect(early).toMatchObject({ value: { complete: false } })
    const example = createExample(54)
    const event = example.event({ conversationId, seq: 451, content: example.messageContent({ body: '新訊息' }) })
    store.applyEvents(conversationId, [event])
    search.add(conversationId, [event])
    expect(await findAll(search, '新訊息')).toHaveLength(1)
    await search.indexed
    expect(await findAll(search, '新訊息')).toHaveLength(1)
    expect(await findAll(search, '舊訊息')).toHaveLength(900)
    expect(await search.find('舊', undefined, undefined)).toMatchObject({ value: { complete: true } })
  })

  test('[SCH31] a conversation that was lost is not found, and its place taken by another finds only the other', async () => {
    const { store, conversations } = cacheOf(Array.from({ length: 40 }, (_, i) => `秘密 ${i}`))
    const search = openSearch(store)
    await search.indexed
    const lost = conversations[1]!
    search.removed(store.applyAccess([], [lost.conversationId], 'a2'))
    expect(await findAll(search, '秘密')).toHaveLength(20)
    const example = createExample(55)
    const next = example.conversation()
    store.applyAccess([next], [], 'a3')
    const event = example.event({ ...next, seq: 1, content: example.messageContent({ body: '公開' }) })
    store.applyEvents(next.conversationId, [event])
    search.add(next.conversationId, [event])
    expect(await findAll(search, '公開')).toEqual([{ conversationId: next.conversationId, seq: 1, atMs: event.atMs }])
    expect(await findAll(search, '秘密', next.conversationId)).toEqual([])
  })

  test('[SCH32] a conversation lost while it is being indexed stays lost', async () => {
    const { store, conversations } = cacheOf(Array.from({ length: 900 }, (_, i) => `秘密 ${i}`))
    const search = openSearch(store)
    await new Promise((resolve) => setImmediate(resolve))
    search.removed(store.applyAccess([], [conversations[0]!.conversationId], 'a2'))
    await search.indexed
    const hits = await findAll(search, '秘密')
    expect(hits).toHaveLength(450)
    expect(hits.every(({ conversationId }) => conversationId === conversations[1]!.conversationId)).toBe(true)
  })

  test('[SCH33] closed while indexing, it ends quietly and touches neither index nor store again', async () => {
    const { store, conversations, events } = cacheOf(Array.from({ length: 900 }, (_, i) => `${i}`))
    const search = createSearch({ store, dir: undefined, log: silentLog, storeFailure })
    const asked = search.find('1', undefined, undefined)
    await Promise.all([search.close(), search.close()])
    store.close()
    await expect(search.indexed).resolves.toBeUndefined()
    expect(await asked).toMatchObject({ error: { code: 'unavailable' } })
    expect(await search.find('1', undefined, undefined)).toMatchObject({ error: { code: 'unavailable' } })
    search.add(conversations[0]!.conversationId, events.slice(0, 1))
    search.removed([{ slot: 1 }])
    await search.abandon()
  })

  test('[SCH34] content of a later version, notices and repeats are passed over', async () => {
    const { store, conversations } = cacheOf(['一'])
    const { conversationId } = conversations[0]!
    const search = openSearch(store)
    await search.indexed
    const example = createExample(56)
    const odd = [
      example.event({ conversationId, seq: 2, content: { type: 'poll', body: '一票' } }),
      example.event({ conversationId, seq: 3, content: { type: 'joined', userIds: [] } }),
    ]
    store.applyEvents(conversationId, odd)
    search.add(conversationId, odd)
    const again = example.event({ conversationId, seq: 1, content: example.messageContent({ body: '一' }) })
    search.add(conversationId, [again, again])
    expect(await findAll(search, '一')).toHaveLength(1)
  })
})

describe('hostile input', () => {
  test('[SCH40] operators, quotes, stars, columns and NULs are text like any other: nothing throws', async () => {
    const { store } = cacheOf(['NEAR(a b) AND OR NOT text: "quoted" a*', '中環 OR 金鐘'])
    const search = openSearch(store)
    await search.indexed
    const piece = fc.constantFrom(
      '"',
      '*',
      '(',
      ')',
      ':',
      '^',
      '-',
      '+',
      'AND',
      'OR',
      'NOT',
      'NEAR',
      'text',
      '\0',
      ' ',
      '中',
      'a',
      '{',
      '}',
      "'",
      ';',
      '⺀',
    )
    const query = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(piece).map((parts) => parts.join('')),
    )
    await fc.assert(
      fc.asyncProperty(query, async (text) => {
        expect((await search.find(text, undefined, undefined)).ok).toBe(true)
      }),
      { numRuns: 400 },
    )
    expect(await findAll(search, 'or')).toHaveLength(2)
    expect(await findAll(search, 'a OR 金鐘')).toHaveLength(0)
    expect(await findAll(search, 'text:中環')).toHaveLength(0)
  })

  test('[SCH41] the index tells apart every letter and digit that is cut as one: a sample of all planes', () => {
    const index = createShard()
    const random = createRandom(57)
    const characters = new Set<string>()
    while (characters.size < 3000) {
      const code = random.chance(0.5) ? random.int(0x3000) : random.int(0x33000)
      const character = String.fromCodePoint(code)
      if (character.isWellFormed() && tokens(fold(character).text).length > 0) characters.add(character)
    }
    const list = [...characters]
    index.add(
      list.map((text, i) => ({ slot: 1, seq: i + 1, atMs: 1_700_000_000_000, senderSlot: 1, hasFile: false, text })),
    )
    for (const [i, body] of list.entries()) {
      const found = index
        .find(
          parseQuery(body, () => 0),
          undefined,
          5000,
        )
        .map(({ seq }) => seq)
      expect(found, `U+${body.codePointAt(0)?.toString(16)}`).toContain(i + 1)
    }
    index.close()
  })
})
