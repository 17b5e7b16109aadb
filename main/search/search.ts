// Owns search over one open cache: what a query asks for, and the pages of what was found.
// Always holds: a hit is confirmed against the message as the store reads it now, so that the index can be behind but never
// wrong; the text of a query is followed here, the full-text work is the worker's; after close() nothing searchable is left.

import type { PersonView, SearchPage } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import type { ConversationEvent, ConversationId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/store.ts'
import { createIndexing, type IndexedStore, type SearchWorker } from './indexing.ts'
import type { HitPlace, IndexBounds, Removal } from './protocol.ts'
import { type DayStart, findRanges, matchesName, parseQuery, type Query, type Term } from './query.ts'
import type { ShardQuery } from './shard.ts'

export type SearchableStore = IndexedStore &
  Pick<Store, 'slotOf' | 'message' | 'senderSlots' | 'conversationSlots' | 'indexWorkOf'>

export interface SearchParts {
  readonly store: SearchableStore
  /** Folder of the sealed shards; undefined: the index lives in memory alone. */
  readonly dir: string | undefined
  readonly log: Log
  /** Names a fault of the store met in the background, and does about it what is to be done. */
  readonly storeFailure: (error: unknown) => { readonly code: string }
  /** Smaller ones for tests. */
  readonly bounds?: Partial<IndexBounds>
  readonly startWorker?: () => SearchWorker
  /** When days begin; by this computer's time zone unless told. */
  readonly dayStart?: DayStart
}

export interface Search {
  /** New events are in the store. */
  add(conversationId: ConversationId, events: readonly ConversationEvent[]): void
  /**
   * Conversations have left the store, or what they held below `belowSeq`. To be called in the turn in which they left:
   * no shard that was being written is noted from then on.
   */
  removed(removals: readonly Removal[]): void
  /**
   * `bad-input` for a foreign cursor, `not-found` for an unknown conversation, `unavailable` where search has ended. Rejects
   * with what the store throws.
   */
  find(
    text: string,
    conversationId: ConversationId | undefined,
    cursor: string | undefined,
  ): Promise<Result<SearchPage>>
  /** Resolves when all that is cached is indexed (or search has ended); another promise after a fault of the worker. */
  readonly indexed: Promise<void>
  /** Events of the indexing under way; equal where none is. */
  progress(): { readonly done: number; readonly total: number }
  /** Seals what is not sealed, within a second, and ends the worker. The store must stay open until it resolves. */
  close(): Promise<void>
  /** Ends the worker at once; nothing is written any more. The store may be closed right after the call. */
  abandon(): Promise<void>
}

/** Index hits taken at a time for one page, and at most: those not confirmed are passed over. */
const HITS_AT_A_TIME = 2 * limits.searchPage
const HITS_AT_MOST = 40 * limits.searchPage

const defaultBounds: IndexBounds = {
  shardMessages: limits.shardMessages,
  sealAfterMs: limits.shardSealAfterMs,
  sealAtMostMs: limits.shardSealAtMostMs,
  sealRetryMs: limits.shardSealRetryMs,
}

const localDayStart: DayStart = (year, month, day) => new Date(year, month - 1, day).getTime()

/** Search over `store`; shards are loaded, and what they lack is indexed, from now on. */
export function createSearch(parts: SearchParts): Search {
  const { store, dayStart = localDayStart } = parts
  const index = createIndexing({ ...parts, bounds: { ...defaultBounds, ...parts.bounds } })
  let ended = false

  async function readPage(
    terms: readonly Term[],
    asked: ShardQuery,
    cursor: HitPlace | undefined,
  ): Promise<SearchPage | undefined> {
    const hits: SearchPage['hits'] = []
    let place = cursor
    let looked = 0
    for (;;) {
      const found = await index.find(asked, place, HITS_AT_A_TIME)
      if (!found || ended) return undefined
      const { complete } = found
      for (const [i, hit] of found.hits.entries()) {
        looked++
        place = { key: hit.key, shardId: hit.shardId }
        const message = store.message(hit.slot, hit.seq)
        const ranges = message ? findRanges(message.text, terms) : []
        if (!message || (ranges.length === 0 && terms.length > 0)) continue
        hits.push({ ...message, seq: hit.seq, ranges })
        const isLast = i === found.hits.length - 1 && found.hits.length < HITS_AT_A_TIME
        if (hits.length === limits.searchPage && !isLast) return { hits, complete, cursor: cursorText(place) }
      }
      if (found.hits.length < HITS_AT_A_TIME) return { hits, complete }
      if (looked >= HITS_AT_MOST && place) return { hits, complete, cursor: cursorText(place) }
    }
  }

  return {
    get indexed() {
      return index.indexed
    },
    progress: index.progress,
    add(conversationId, events) {
      const slot = ended ? undefined : store.slotOf(conversationId)
      if (slot === undefined) return
      const runs = runsOf(events)
      const [run] = runs
      const first = events[0]?.seq
      const isOneRun =
        run !== undefined && runs.length === 1 && first === run[0] && events.length === run[1] - run[0] + 1
      const work = isOneRun ? store.indexWorkOf(conversationId, events) : undefined
      for (const [fromSeq, toSeq] of runs) index.add({ slot, fromSeq, toSeq }, work)
    },
    removed: index.removed,
    async find(text, conversationId, cursor) {
      const after = cursor === undefined ? undefined : parseCursor(cursor)
      if (cursor !== undefined && !after) return fail('bad-input', 'This is no cursor of a search.')
      if (ended) return fail('unavailable', 'Search has ended.')
      const slot = conversationId === undefined ? undefined : store.slotOf(conversationId)
      if (conversationId !== undefined && slot === undefined) return fail('not-found', 'No such conversation.')
      const query = parseQuery(text, dayStart)
      const asked = follow(store, query, slot)
      if (asked.type === 'problem') return ok({ hits: [], complete: index.isComplete(), problem: asked.problem })
      if (asked.type === 'nothing') return ok({ hits: [], complete: index.isComplete() })
      const page = await readPage(query.terms, asked.query, after)
      return page ? ok(page) : fail('unavailable', 'Search has ended.')
    },
    async close() {
      ended = true
      await index.close()
    },
    async abandon() {
      ended = true
      await index.abandon()
    },
  }
}

/** The events' seqs as runs without a gap. */
function runsOf(events: readonly ConversationEvent[]): [fromSeq: number, toSeq: number][] {
  const runs: [number, number][] = []
  for (const { seq } of events.toSorted((a, b) => a.seq - b.seq)) {
    const run = runs.at(-1)
    if (run && seq <= run[1] + 1) run[1] = seq
    else runs.push([seq, seq])
  }
  return runs
}

type Asked =
  | { readonly type: 'query'; readonly query: ShardQuery }
  /** Neither words nor filters. */
  | { readonly type: 'nothing' }
  | { readonly type: 'problem'; readonly problem: NonNullable<SearchPage['problem']> }

/** What the index is asked; or the filter that cannot be followed, because it names nobody and nothing in this cache. */
function follow(store: SearchableStore, { terms, filters, problem }: Query, slot: number | undefined): Asked {
  if (problem) return { type: 'problem', problem }
  if (terms.length === 0 && Object.keys(filters).length === 0) return { type: 'nothing' }
  const senders = new Set<number>()
  for (const value of filters.from ?? []) {
    const meant = store.senderSlots((person) => isMeant(value, person))
    if (meant.length === 0) return { type: 'problem', problem: { filter: 'from', value } }
    for (const sender of meant) senders.add(sender)
  }
  const within = new Set<number>()
  for (const value of filters.in ?? []) {
    const meant = store.conversationSlots((name) => matchesName(value, name))
    if (meant.length === 0) return { type: 'problem', problem: { filter: 'in', value } }
    for (const conversation of meant) within.add(conversation)
  }
  const slots = slot === undefined ? within : new Set(filters.in && !within.has(slot) ? [] : [slot])
  return {
    type: 'query',
    query: {
      terms,
      ...((filters.in || slot !== undefined) && { slots }),
      ...(filters.from && { senders }),
      ...(filters.afterMs !== undefined && { fromMs: filters.afterMs }),
      ...(filters.beforeMs !== undefined && { untilMs: filters.beforeMs }),
      ...(filters.hasFile && { hasFile: true }),
    },
  }
}

const isMeant = (value: string, { displayName, userName }: PersonView): boolean =>
  matchesName(value, displayName) || matchesName(value, userName)

const cursorText = ({ key, shardId }: HitPlace): string => `${key}.${shardId}`

function parseCursor(text: string): HitPlace | undefined {
  const match = /^(\d{1,16})\.(\d{1,9})$/.exec(text)
  const key = Number(match?.[1])
  return match && key < Number.MAX_SAFE_INTEGER ? { key, shardId: Number(match[2]) } : undefined
}
