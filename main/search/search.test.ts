// Owns the tests of search over a cache: recall against a plain scan, paging, removal, hostile input.

import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { ConversationId } from '../../shared/model.ts'
import { exampleCache, openCache } from '../../testing/caches.ts'
import { createExample } from '../../testing/example.ts'
import { createRandom, type Random } from '../../testing/random.ts'
import { type Cipher, createCipher } from '../vault/cipher.ts'
import { createIndex } from './index.ts'
import { fold, parseQuery, tokens } from './query.ts'
import { createSearch, type Search } from './search.ts'

let cipher: Cipher
beforeAll(async () => {
  cipher = await createCipher()
})

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
function findAll(search: Search, text: string, conversationId?: ConversationId) {
  const hits: Omit<Text, 'body'>[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < 1000; pages++) {
    const page = search.find(text, conversationId, cursor)
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
    search = createSearch(cache.store)
    await search.indexed
    return () => {
      search.close()
      cache.store.close()
    }
  })

  test('[SCH10] one to four Han characters: exactly what a scan for the characters finds', () => {
    const folded = texts.map((text) => ({ text, body: fold(text.body).text }))
    let found = 0
    for (let i = 0; i < 60; i++) {
      const query = Array.from({ length: 1 + (i % 4) }, () => random.pick(han)).join('')
      const expected = folded.filter(({ body }) => body.includes(query)).map(({ text }) => name(text))
      expect(findAll(search, query).map(name).sort(), query).toEqual(expected.sort())
      found += expected.length
    }
    expect(found).toBeGreaterThan(300)
  })

  test('[SCH11] a Latin word’s beginning finds every message with a word so begun', () => {
    for (const query of ['G', 'gdp', 'rep', 'report', 'CAF', 'café', 'ｃａｆ', 'q3', '202', 'nai', 'zzz']) {
      const wanted = fold(query).text
      const expected = texts.filter(({ body }) => tokens(fold(body).text).some((token) => token.startsWith(wanted)))
      expect(findAll(search, query).map(name).sort(), query).toEqual(expected.map(name).sort())
    }
  })

  test('[SCH12] mixed 中英 text: any piece of a message that begins at a word is found in it', () => {
    for (let i = 0; i < 60; i++) {
      const text = random.pick(texts)
      const run = random.pick(text.body.match(/[\p{L}\p{M}\p{N}]+/gu) ?? ['空'])
      const characters = [...run.normalize('NFC')]
      const starts = characters.flatMap((character, at) =>
        at === 0 || han.includes(character) || han.includes(characters[at - 1]!) ? [at] : [],
      )
      const start = random.pick(starts)
      const query = characters.slice(start, start + 1 + random.int(6)).join('')
      expect(findAll(search, query).map(name), `${query} in ${text.body}`).toContain(name(text))
    }
  })
})

describe('pages', () => {
  const bodies = Array.from({ length: 400 }, (_, i) => (i % 3 === 0 ? `開會。議 ${i}` : `會議 ${i}`))

  test('[SCH20] pages run newest first, without gap or repeat, though many messages share a time', async () => {
    const { store, texts, conversations } = cacheOf(bodies)
    const search = createSearch(store)
    await search.indexed
    const expected = texts.filter(({ body }) => body.startsWith('會議'))
    const hits = findAll(search, '會議')
    expect(hits).toHaveLength(expected.length)
    expect(new Set(hits.map(name)).size).toBe(expected.length)
    expect(hits.map(({ atMs }) => atMs)).toEqual(hits.map(({ atMs }) => atMs).sort((a, b) => b - a))
    const { conversationId } = conversations[1]!
    expect(findAll(search, '會議', conversationId).map(name).sort()).toEqual(
      expected
        .filter((text) => text.conversationId === conversationId)
        .map(name)
        .sort(),
    )
    const page = search.find('會議', undefined, undefined)
    expect(page.ok && page.value.hits.length).toBe(limits.searchPage)
    search.close()
    store.close()
  })

  test('[SCH21] a page is filled past hits that turn out to be none', async () => {
    const { store, texts } = cacheOf([
      ...Array.from({ length: 20 }, () => '會議'),
      ...Array.from({ length: 200 }, () => '會。議'),
    ])
    const search = createSearch(store)
    await search.indexed
    const page = search.find('會議', undefined, undefined)
    expect(page.ok && page.value.hits.map(name).sort()).toEqual(texts.slice(0, 20).map(name).sort())
    expect(page.ok && page.value.cursor).toBeUndefined()
    search.close()
    store.close()
  })

  test('[SCH22] a hit carries its text with what was found marked, and today’s names', async () => {
    const { store, conversations } = cacheOf(['明日 14:00 於 Central 開會'])
    const search = createSearch(store)
    await search.indexed
    const page = search.find('central 會', undefined, undefined)
    const hit = page.ok ? page.value.hits[0] : undefined
    expect(hit?.ranges.map(([start, end]) => hit.text.slice(start, end))).toEqual(['Central', '會'])
    expect(hit?.conversationName).toBe(conversations[0]!.name)
    expect(hit?.senderName).toBe(store.listPeople()[1]!.displayName)
    search.close()
    store.close()
  })

  test('[SCH23] a foreign cursor is bad input, an unknown conversation is not found, an empty query finds nothing', async () => {
    const { store } = cacheOf(['x'])
    const search = createSearch(store)
    for (const cursor of ['', 'x', '1.2', '1.2.3.4', '-1.2.3', '1.2.3 ', '99999999999999999.1.1'])
      expect(search.find('x', undefined, cursor), cursor).toMatchObject({ error: { code: 'bad-input' } })
    expect(search.find('x', createExample(1).id('conversation'), undefined)).toMatchObject({
      error: { code: 'not-found' },
    })
    await search.indexed
    expect(search.find(' ，', undefined, undefined)).toEqual({ ok: true, value: { hits: [], complete: true } })
    search.close()
    store.close()
  })
})

describe('keeping up', () => {
  test('[SCH30] while the cache is being indexed, answers say so; messages that come meanwhile are found', async () => {
    const { store, conversations } = cacheOf(Array.from({ length: 900 }, (_, i) => `舊訊息 ${i}`))
    const { conversationId } = conversations[0]!
    const search = createSearch(store)
    const early = search.find('舊訊息', undefined, undefined)
    expect(early).toMatchObject({ value: { complete: false } })
    const example = createExample(54)
    const event = example.event({ conversationId, seq: 451, content: example.messageContent({ body: '新訊息' }) })
    store.applyEvents(conversationId, [event])
    search.add(conversationId, [event])
    expect(findAll(search, '新訊息')).toHaveLength(1)
    await search.indexed
    expect(findAll(search, '新訊息')).toHaveLength(1)
    expect(findAll(search, '舊訊息')).toHaveLength(900)
    expect(search.find('舊', undefined, undefined)).toMatchObject({ value: { complete: true } })
    search.close()
    store.close()
  })

  test('[SCH31] a conversation that was lost is not found, and its place taken by another finds only the other', async () => {
    const { store, conversations } = cacheOf(Array.from({ length: 40 }, (_, i) => `秘密 ${i}`))
    const search = createSearch(store)
    await search.indexed
    const lost = conversations[1]!
    search.remove(store.applyAccess([], [lost.conversationId], 'a2'))
    expect(findAll(search, '秘密')).toHaveLength(20)
    const example = createExample(55)
    const next = example.conversation()
    store.applyAccess([next], [], 'a3')
    const event = example.event({ ...next, seq: 1, content: example.messageContent({ body: '公開' }) })
    store.applyEvents(next.conversationId, [event])
    search.add(next.conversationId, [event])
    expect(findAll(search, '公開')).toEqual([{ conversationId: next.conversationId, seq: 1, atMs: event.atMs }])
    expect(findAll(search, '秘密', next.conversationId)).toEqual([])
    search.close()
    store.close()
  })

  test('[SCH32] a conversation lost while it is being indexed stays lost', async () => {
    const { store, conversations } = cacheOf(Array.from({ length: 900 }, (_, i) => `秘密 ${i}`))
    const search = createSearch(store)
    await new Promise((resolve) => setImmediate(resolve))
    search.remove(store.applyAccess([], [conversations[0]!.conversationId], 'a2'))
    await search.indexed
    const hits = findAll(search, '秘密')
    expect(hits).toHaveLength(450)
    expect(hits.every(({ conversationId }) => conversationId === conversations[1]!.conversationId)).toBe(true)
    search.close()
    store.close()
  })

  test('[SCH33] closed while indexing, it ends quietly and touches neither index nor store again', async () => {
    const { store, conversations, events } = cacheOf(Array.from({ length: 900 }, (_, i) => `${i}`))
    const search = createSearch(store)
    search.close()
    search.close()
    store.close()
    await expect(search.indexed).resolves.toBeUndefined()
    search.add(conversations[0]!.conversationId, events.slice(0, 1))
    search.remove([conversations[0]!.conversationId])
  })

  test('[SCH34] content of a later version, notices and repeats are passed over', async () => {
    const { store, conversations } = cacheOf(['一'])
    const { conversationId } = conversations[0]!
    const search = createSearch(store)
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
    expect(findAll(search, '一')).toHaveLength(1)
    search.close()
    store.close()
  })
})

describe('hostile input', () => {
  test('[SCH40] operators, quotes, stars, columns and NULs are text like any other: nothing throws', async () => {
    const { store } = cacheOf(['NEAR(a b) AND OR NOT text: "quoted" a*', '中環 OR 金鐘'])
    const search = createSearch(store)
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
    fc.assert(
      fc.property(query, (text) => {
        expect(search.find(text, undefined, undefined).ok).toBe(true)
      }),
      { numRuns: 400 },
    )
    expect(findAll(search, 'or')).toHaveLength(2)
    expect(findAll(search, 'a OR 金鐘')).toHaveLength(0)
    expect(findAll(search, 'text:中環')).toHaveLength(0)
    search.close()
    store.close()
  })

  test('[SCH41] the index tells apart every letter and digit that is cut as one: a sample of all planes', () => {
    const index = createIndex()
    const random = createRandom(57)
    const characters = new Set<string>()
    while (characters.size < 3000) {
      const code = random.chance(0.5) ? random.int(0x3000) : random.int(0x33000)
      const character = String.fromCodePoint(code)
      if (character.isWellFormed() && tokens(fold(character).text).length > 0) characters.add(character)
    }
    const list = [...characters]
    index.add(list.map((body, i) => ({ slot: 1, seq: i + 1, atMs: 1, body })))
    for (const [i, body] of list.entries()) {
      const found = index.find(parseQuery(body), { limit: 5000 }).map(({ seq }) => seq)
      expect(found, `U+${body.codePointAt(0)?.toString(16)}`).toContain(i + 1)
    }
    index.close()
  })
})
