// Owns the benchmark `search`: recall against a plain scan for the substring, query times by kind, indexing speed, memory and
// load time of the shards, against an unencrypted FTS5 trigram table on the same text in the same run (the floor).
// Always holds: shards are asked as the product asks them: newest first, stopping when the page is full, each hit confirmed.

import Database from 'better-sqlite3'
import { foldText, isSingly, placeTokens } from '../main/search/fold.ts'
import { findRanges, parseQuery, type Term } from '../main/search/query.ts'
import {
  createShard,
  openShard,
  type Shard,
  type ShardEntry,
  type ShardHit,
  type ShardQuery,
} from '../main/search/shard.ts'
import { limits } from '../shared/limits.ts'
import { createRandom, type Random } from '../testing/random.ts'
import { searchCorpus } from './search-corpus.ts'

const BATCH = 500
const SEED = 20_260_101
const QUERIES_PER_KIND = 60
const FLOOR_QUERIES_PER_KIND = 10
/** Comparisons of the recall check: a scan of a million messages takes a third of a second. */
const MESSAGES_SCANNED = 60_000_000

interface Corpus {
  readonly entries: readonly ShardEntry[]
  readonly folded: readonly string[]
  readonly textOf: (slot: number, seq: number) => string
}

/** Figures for `count` messages. */
export async function benchSearch(count: number): Promise<Record<string, unknown>> {
  const random = createRandom(SEED)
  const entries = searchCorpus(count, SEED)
  const bySlot = new Map<number, ShardEntry[]>()
  for (const entry of entries) {
    const list = bySlot.get(entry.slot)
    if (list) list.push(entry)
    else bySlot.set(entry.slot, [entry])
  }
  const corpus: Corpus = {
    entries,
    folded: entries.map(({ text }) => foldText(text)),
    textOf: (slot, seq) => bySlot.get(slot)?.[seq - 1]?.text ?? '',
  }
  // Conversation by conversation, as a cache is indexed: shards then overlap in time, which is the harder case.
  const dealt = [...bySlot.values()].flat()
  const { shards, ...indexing } = indexed(dealt)
  const recall = recallOf(corpus, shards, random)
  const queries = queriesByKind(corpus, random)
  const times = Object.entries(queries).map(([kind, list]) => ({
    kind,
    ms: list.flatMap((query) => timesOf(shards, corpus, query)),
  }))
  const floor = floorOf(dealt, queries)
  const all = percentiles(times.flatMap(({ ms }) => ms))
  return {
    messages: count,
    shards: shards.length,
    ...indexing,
    floorIndexedPerSecond: floor.indexedPerSecond,
    indexedRatioToFloor: round(indexing.indexedPerSecond / floor.indexedPerSecond),
    floorBytesPerMessage: floor.bytesPerMessage,
    ...recall,
    queryP50Ms: all.p50,
    queryP99Ms: all.p99,
    ...Object.fromEntries(
      times.flatMap(({ kind, ms }) => {
        const { p50, p99 } = percentiles(ms)
        return [
          [`${kind}P50Ms`, p50],
          [`${kind}P99Ms`, p99],
        ] as const
      }),
    ),
    floorP50Ms: floor.p50,
    floorP99Ms: floor.p99,
    queryP99RatioToFloor: round(all.p99 / floor.p99),
  }
}

function indexed(dealt: readonly ShardEntry[]) {
  const building: Shard[] = []
  const cpuBefore = process.cpuUsage()
  const indexMs = timed(() => {
    for (let from = 0; from < dealt.length; from += limits.shardMessages) {
      const shard = createShard()
      for (let at = from; at < from + limits.shardMessages; at += BATCH) {
        shard.add(dealt.slice(at, Math.min(at + BATCH, from + limits.shardMessages)))
      }
      building.push(shard)
    }
  })
  const cpu = process.cpuUsage(cpuBefore)
  let bytes: Uint8Array[] = []
  const serializeMs = timed(() => {
    bytes = building.map((shard) => shard.serialize())
  })
  for (const shard of building) shard.close()
  let shards: Shard[] = []
  const openMs = timed(() => {
    shards = bytes.map((one) => openShard(one))
  })
  const per100k = (ms: number) => round((ms / dealt.length) * 100_000)
  return {
    shards,
    indexedPerSecond: Math.round((dealt.length / indexMs) * 1000),
    /** By processor time, collection of the corpus on this heap included: the worker, which holds none, has less of it. */
    indexedPerCpuSecond: Math.round((dealt.length / (cpu.user + cpu.system)) * 1e6),
    bytesPerMessage: round(bytes.reduce((sum, { length }) => sum + length, 0) / dealt.length),
    serializeMsPer100k: per100k(serializeMs),
    openMsPer100k: per100k(openMs),
  }
}

/** A page of hits from all shards, newest first, and where the next begins. */
function page(shards: readonly Shard[], query: ShardQuery, beforeKey: number | undefined, limit: number): ShardHit[] {
  let found: ShardHit[] = []
  const byNewest = shards
    .map((shard) => ({ shard, newest: shard.newestKey() ?? 0 }))
    .sort((a, b) => b.newest - a.newest)
  for (const { shard, newest } of byNewest) {
    const last = found[limit - 1]
    if (last && last.key >= newest) break
    found = [...found, ...shard.find(query, beforeKey, limit)].sort((a, b) => b.key - a.key).slice(0, limit)
  }
  return found
}

/** A page of confirmed hits; the key to go on below. */
function confirmedPage(shards: readonly Shard[], { textOf }: Corpus, query: ShardQuery, beforeKey: number | undefined) {
  const confirmed: ShardHit[] = []
  let below = beforeKey
  for (;;) {
    const hits = page(shards, query, below, 2 * limits.searchPage)
    for (const hit of hits) {
      below = hit.key
      const { terms } = query
      if (terms.length > 0 && findRanges(textOf(hit.slot, hit.seq), terms).length === 0) continue
      confirmed.push(hit)
      if (confirmed.length === limits.searchPage) return below
    }
    if (hits.length < 2 * limits.searchPage) return undefined
  }
}

const termsOf = (text: string): readonly Term[] => parseQuery(text, () => 0).terms

// --- recall -------------------------------------------------------------------------------------------------------------

function recallOf(corpus: Corpus, shards: readonly Shard[], random: Random) {
  const queries = Math.min(400, Math.ceil(MESSAGES_SCANNED / corpus.entries.length))
  let expected = 0
  let missed = 0
  let foundTooMany = 0
  for (let i = 0; i < queries; i++) {
    const query = i % 3 === 2 ? mixedPiece(corpus, random) : hanPiece(corpus, random, 1 + (i % 4))
    const wanted = scan(corpus, foldText(query))
    const terms = termsOf(query)
    const found = new Set<number>()
    for (const shard of shards) {
      for (const { slot, seq } of shard.find({ terms }, undefined, Number.MAX_SAFE_INTEGER)) {
        if (findRanges(corpus.textOf(slot, seq), terms).length > 0) found.add(placeOf(slot, seq))
      }
    }
    for (const place of wanted) if (!found.has(place)) missed++
    expected += wanted.length
    foundTooMany += found.size - wanted.length
  }
  return {
    recallQueries: queries,
    recallExpected: expected,
    recallMissed: missed,
    recall: 1 - missed / expected,
    /** What a scan does not find: a blank between a Han character and a word is let pass. */
    foundBeyondScan: foundTooMany,
  }
}

const placeOf = (slot: number, seq: number) => slot * 2 ** 32 + seq

/** Messages whose folded text has the piece; where it begins with a word, only from the beginning of a word. */
function scan({ entries, folded }: Corpus, piece: string): number[] {
  const found: number[] = []
  const first = placeTokens(piece)[0]
  const fromWord = first !== undefined && !isSingly(first.token)
  for (const [i, text] of folded.entries()) {
    let at = text.indexOf(piece)
    while (at > 0 && fromWord && isWordBefore(text, at)) at = text.indexOf(piece, at + 1)
    const entry = entries[i]
    if (at >= 0 && entry) found.push(placeOf(entry.slot, entry.seq))
  }
  return found
}

function isWordBefore(text: string, at: number): boolean {
  const before = placeTokens(text.slice(Math.max(0, at - 40), at)).at(-1)
  return before !== undefined && !isSingly(before.token) && text.slice(0, at).endsWith(before.token)
}

function hanPiece(corpus: Corpus, random: Random, length: number): string {
  for (;;) {
    const runs = random.pick(corpus.entries).text.match(/\p{Script=Han}+/gu) ?? []
    const characters = [...(runs[random.int(Math.max(1, runs.length))] ?? '')]
    if (characters.length < length) continue
    const start = random.int(characters.length - length + 1)
    return characters.slice(start, start + length).join('')
  }
}

/** From the beginning of a token, two to six characters of letters, digits and Han. */
function mixedPiece(corpus: Corpus, random: Random): string {
  for (;;) {
    const text = random.pick(corpus.entries).text.normalize('NFC')
    const placed = placeTokens(text)
    const start = placed[random.int(placed.length)]?.start ?? 0
    const piece = /^[\p{L}\p{N}]{2,6}/u.exec(text.slice(start))?.[0]
    if (piece) return piece
  }
}

// --- query times ----------------------------------------------------------------------------------------------------------

interface TimedQuery {
  readonly text: string
  readonly query: ShardQuery
  readonly pages: number
}

function queriesByKind(corpus: Corpus, random: Random): Record<string, TimedQuery[]> {
  const { han, words, meetings } = frequencies(corpus)
  const plain = (text: string): TimedQuery => ({ text, query: { terms: termsOf(text) }, pages: 1 })
  const many = (make: (i: number) => string) => Array.from({ length: QUERIES_PER_KIND }, (_, i) => plain(make(i)))
  const frequent = han.slice(0, 40)
  const apart = frequent
    .flatMap((a) =>
      frequent.map((b) => ({
        pair: a.token + b.token,
        rank: (a.count * b.count) / ((meetings.get(a.token + b.token) ?? 0) + 1),
      })),
    )
    .sort((a, b) => b.rank - a.rank)
  const { entries } = corpus
  const newestMs = entries.at(-1)?.atMs ?? 0
  const spanMs = newestMs - (entries[0]?.atMs ?? 0)
  return {
    oneHan: many(() => hanPiece(corpus, random, 1)),
    twoHan: many(() => hanPiece(corpus, random, 2)),
    fourHan: many(() => hanPiece(corpus, random, 4)),
    mixed: many(() => mixedPiece(corpus, random)),
    rare: many(() => random.pick(words.slice(-1000)).token),
    frequent: many((i) => frequent[i % 20]?.token ?? ''),
    frequentThatSeldomMeet: many((i) => apart[i]?.pair ?? ''),
    oneLetter: many((i) => String.fromCharCode(97 + (i % 26))),
    phrase: many((i) => `"${words[i % 12]?.token} ${words[(i * 5) % 13]?.token}"`),
    manyTerms: many((i) => [0, 1, 2, 3].map((k) => frequent[(i + k * 3) % 40]?.token).join(' ')),
    filtered: many((i) => frequent[i % 40]?.token ?? '').map((timed, i) => ({
      ...timed,
      query: {
        ...timed.query,
        senders: new Set([100 + i * 6]),
        ...(i % 2 === 0 && { hasFile: true }),
        ...(i % 3 === 0 && { fromMs: newestMs - spanMs / 2, untilMs: newestMs - spanMs / 4 }),
      },
    })),
    filtersOnly: many(() => '').map((timed, i) => ({
      ...timed,
      query: { terms: [], senders: new Set([i * 8]), hasFile: true },
    })),
    paged: many((i) => frequent[i % 40]?.token ?? '').map((timed) => ({ ...timed, pages: 5 })),
  }
}

/** Milliseconds of each page of a query: the middle one of three runs, for other programs share the cores. */
function timesOf(shards: readonly Shard[], corpus: Corpus, { query, pages }: TimedQuery): number[] {
  const times: number[] = []
  let below: number | undefined
  for (let i = 0; i < pages; i++) {
    const from = below
    const runs = Array.from({ length: 3 }, () =>
      timed(() => {
        below = confirmedPage(shards, corpus, query, from)
      }),
    )
    times.push(runs.sort((a, b) => a - b)[1] ?? 0)
    if (below === undefined) break
  }
  return times
}

function frequencies({ folded }: Corpus) {
  const counts = new Map<string, number>()
  const meetings = new Map<string, number>()
  for (const text of folded.slice(0, 100_000)) {
    let before = ''
    for (const { token } of placeTokens(text)) {
      counts.set(token, (counts.get(token) ?? 0) + 1)
      if (before) meetings.set(before + token, (meetings.get(before + token) ?? 0) + 1)
      before = token
    }
  }
  const sorted = [...counts].map(([token, count]) => ({ token, count })).sort((a, b) => b.count - a.count)
  return {
    han: sorted.filter(({ token }) => isSingly(token)),
    words: sorted.filter(({ token }) => /^[a-z]{2,}$/.test(token)),
    meetings,
  }
}

// --- floor ------------------------------------------------------------------------------------------------------------------

/** What an app without encryption gets from SQLite: a trigram table, and LIKE where a text is too short for it. */
function floorOf(dealt: readonly ShardEntry[], queries: Record<string, TimedQuery[]>) {
  const db = new Database(':memory:')
  db.exec("CREATE VIRTUAL TABLE message USING fts5(text, tokenize = 'trigram', detail = 'none')")
  const add = db.prepare('INSERT INTO message (rowid, text) VALUES (?, ?)')
  const indexMs = timed(() => {
    for (let at = 0; at < dealt.length; at += BATCH) {
      db.transaction(() => {
        for (const [i, { text }] of dealt.slice(at, at + BATCH).entries()) add.run(at + i + 1, text)
      })()
    }
  })
  const find = db.prepare('SELECT rowid FROM message WHERE text LIKE ? ORDER BY rowid DESC LIMIT ?')
  const times = ['oneHan', 'twoHan', 'fourHan', 'mixed', 'rare', 'frequentThatSeldomMeet'].flatMap((kind) =>
    (queries[kind] ?? [])
      .slice(0, FLOOR_QUERIES_PER_KIND)
      .map(({ text }) => timed(() => void find.all(`%${text}%`, limits.searchPage))),
  )
  const bytes =
    (db.pragma('page_count', { simple: true }) as number) * (db.pragma('page_size', { simple: true }) as number)
  db.close()
  return {
    ...percentiles(times),
    indexedPerSecond: Math.round((dealt.length / indexMs) * 1000),
    bytesPerMessage: round(bytes / dealt.length),
  }
}

function timed(run: () => void): number {
  const from = performance.now()
  run()
  return performance.now() - from
}

function percentiles(ms: readonly number[]): { p50: number; p99: number } {
  const sorted = [...ms].sort((a, b) => a - b)
  const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
  return { p50: at(0.5), p99: at(0.99) }
}

const round = (value: number) => Math.round(value * 1000) / 1000
