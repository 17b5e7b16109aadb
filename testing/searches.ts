// Owns opening a sealed cache together with its search in tests, the logs they index, and what a search ought to find.
// Always holds: what ought to be found is worked out from the store by a plain scan, never from the index.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../main/log.ts'
import type { IndexBounds } from '../main/search/protocol.ts'
import { fold } from '../main/search/query.ts'
import { createSearch, type Search, type SearchParts } from '../main/search/search.ts'
import { storeFailure } from '../main/store/failures.ts'
import type { Store } from '../main/store/store.ts'
import type { Cipher } from '../main/vault/cipher.ts'
import type { ConversationEvent, ConversationId, UserId } from '../shared/model.ts'
import { cacheFile, type ExampleCache, exampleCache, openCache } from './caches.ts'
import { createRandom } from './random.ts'

/** Small, so that a test has many shards and seals often. */
const smallBounds: IndexBounds = { shardMessages: 60, sealAfterMs: 20, sealAtMostMs: 200, sealRetryMs: 20 }

export const shardFolder = (dir: string): string => join(dir, 'store', 'shards')

export const silent: Log = { error: () => undefined, info: () => undefined, debug: () => undefined }

export interface SearchedCache {
  readonly store: Store
  readonly search: Search
  /** Events that were read for the index since the opening. */
  indexedEvents(): number
  /** Resolves as soon as the noted shards are as asked; they are looked at after each change of them. */
  untilShards(areRight: () => boolean): Promise<void>
  /** Every event that is cached stands in a noted shard. */
  isSealed(): boolean
  /** Seals, ends search and closes the store. */
  close(): Promise<void>
  /** Ends without sealing, as a crash would. */
  crash(): Promise<void>
}

export interface SearchedParts {
  readonly dir: string
  readonly cipher: Cipher
  readonly self: UserId
  readonly bounds?: Partial<IndexBounds>
  readonly log?: Log
  readonly change?: (store: Store) => Partial<Store>
  readonly startWorker?: SearchParts['startWorker']
}

/** The cache in `dir` with its search, shards and all. */
export function openSearched(parts: SearchedParts): SearchedCache {
  const plain = openCache({ cipher: parts.cipher, file: cacheFile(parts.dir), self: parts.self })
  let read = 0
  let waiting: { areRight: () => boolean; resolve: () => void }[] = []
  const look = () => {
    for (const { resolve } of waiting.filter(({ areRight }) => areRight())) resolve()
    waiting = waiting.filter(({ areRight }) => !areRight())
  }
  const store: Store = {
    ...plain,
    indexWork(slot, fromSeq, toSeq) {
      read += toSeq - fromSeq + 1
      return plain.indexWork(slot, fromSeq, toSeq)
    },
    putShards(rows, dropped) {
      plain.putShards(rows, dropped)
      look()
    },
    ...parts.change?.(plain),
  }
  const search = createSearch({
    store,
    dir: shardFolder(parts.dir),
    log: parts.log ?? silent,
    storeFailure,
    bounds: { ...smallBounds, ...parts.bounds },
    ...(parts.startWorker && { startWorker: parts.startWorker }),
  })
  return {
    store,
    search,
    indexedEvents: () => read,
    untilShards: (areRight) =>
      new Promise((resolve) => {
        waiting.push({ areRight, resolve })
        look()
      }),
    isSealed() {
      const ranges = plain.shards().flatMap(({ covers }) => covers)
      return plain.slots().every(({ slot, low, high }) => {
        let covered = 0
        for (const range of ranges)
          if (range.slot === slot)
            for (const [from, to] of range.ranges) covered += Math.min(to, high) - Math.max(from, low) + 1
        return high === 0 || covered >= high - low + 1
      })
    },
    async close() {
      await search.close()
      plain.close()
    },
    async crash() {
      const done = search.abandon()
      plain.close()
      await done
    },
  }
}

/** The names of the files that the noted shards ought to have. */
export const shardFileNames = (store: Store): string[] =>
  store
    .shards()
    .map(({ shardId, keyId }) => `${shardId}-${keyId}.sealed`)
    .sort()

/** The names of the files there are. */
export function listShardFiles(dir: string): string[] {
  try {
    return readdirSync(shardFolder(dir)).sort()
  } catch {
    return []
  }
}

const words = ['報告', '會議', '預算', '合規', 'report', 'budget', 'review', 'Q3'] as const

/** People, conversations and logs in which messages are edited and deleted, the same for the same seed. */
export function amendedCache(seed: number, conversations: number, length: number): ExampleCache {
  const known = exampleCache(seed, conversations, length)
  const random = createRandom(seed + 1)
  return { ...known, events: known.events.map((log, i) => log.map((event) => amended(event, log, i, random))) }
}

function amended(
  event: ConversationEvent,
  log: readonly ConversationEvent[],
  conversation: number,
  random: ReturnType<typeof createRandom>,
): ConversationEvent {
  const isAmendment = (seq: number) => seq % 9 === 7 || seq % 9 === 8
  const body = `${random.pick(words)} ${random.pick(words)} 第${event.seq}號 room${conversation}`
  if (!isAmendment(event.seq)) return { ...event, content: { ...event.content, type: 'message', body } as never }
  // Recent ones mostly, as people do; now and then one that a sealed shard holds.
  const reach = random.chance(0.7) ? 12 : log.length
  let targetSeq = Math.max(1, event.seq - 1 - random.int(Math.min(reach, event.seq)))
  while (targetSeq > 1 && isAmendment(targetSeq)) targetSeq--
  return {
    ...event,
    content: event.seq % 9 === 7 ? { type: 'edited', targetSeq, body: `${body} 改` } : { type: 'deleted', targetSeq },
  }
}

/** What a search for `piece` ought to find: every message whose folded text has it, by a scan of the store. */
export function scan(store: Store, piece: string, conversationId?: ConversationId): string[] {
  const wanted = fold(piece).text
  const slots = store.slots().filter((slot) => conversationId === undefined || slot.conversationId === conversationId)
  return slots
    .flatMap(({ slot, low, high }) =>
      Array.from({ length: high }, (_, i) => ({ slot, seq: i + 1 })).filter(({ seq }) => seq >= low),
    )
    .flatMap(({ slot, seq }) => {
      const message = store.message(slot, seq)
      return message && fold(message.text).text.includes(wanted) ? [`${message.conversationId}#${seq}`] : []
    })
    .sort()
}

/** Every page of a search, as `conversation#seq`, sorted. */
export async function findEvery(search: Search, text: string, conversationId?: ConversationId): Promise<string[]> {
  const hits: string[] = []
  let cursor: string | undefined
  do {
    const page = await search.find(text, conversationId, cursor)
    if (!page.ok) throw new Error(page.error.code)
    hits.push(...page.value.hits.map((hit) => `${hit.conversationId}#${hit.seq}`))
    cursor = page.value.cursor
  } while (cursor !== undefined)
  return hits.sort()
}

/** Searches that between them touch every message of an amended cache. */
export const amendedQueries = [...words, '第', '改', '第12', 'room0', 'room1', 'room2'] as const
