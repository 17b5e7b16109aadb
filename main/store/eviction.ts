// Owns keeping the cache within its bounds: which events leave, one segment at a time, so that the loop is given back between.
// Always holds: the oldest leave first; what leaves goes with its keys, what was made of it, and the search shards that hold
// words of it, in one durable act; the newest place of a conversation is kept, so that nothing is fetched twice.

import { limits } from '../../shared/limits.ts'
import type { ConversationId, UserId } from '../../shared/model.ts'
import { type Cache, putConversation, removeShards, transact } from './cache.ts'
import { eventsBetween, evictBelow } from './events.ts'
import { filesOfMessage, removeFiles } from './file-records.ts'
import { type ConversationEntry, segmentOf } from './records.ts'
import { shardsThatCover } from './shards.ts'
import { countBetween, meOf, unreadFrom } from './unread.ts'

export interface Bounds {
  /** Events before this time leave, milliseconds by the server's clock. */
  readonly oldestMs: number
  /** Most events cached. */
  readonly most: number
}

export interface Evicted {
  readonly conversationId: ConversationId
  readonly slot: number
  /** Events below this seq have left. */
  readonly belowSeq: number
}

const isEmpty = ({ state }: ConversationEntry): boolean => state.high === 0 || state.low > state.high

/** Events cached in all conversations. */
export function cachedEvents(cache: Cache): number {
  let total = 0
  for (const entry of cache.conversations.values()) if (!isEmpty(entry)) total += entry.state.high - entry.state.low + 1
  return total
}

/** Time of the oldest cached event; undefined where there is none. */
export function oldestAtMs(cache: Cache, entry: ConversationEntry): number | undefined {
  if (isEmpty(entry)) return undefined
  const known = cache.oldestAtMs.get(entry.slot)
  if (known !== undefined) return known
  const atMs = eventsBetween(cache, entry, entry.state.low, entry.state.low)[0]?.record.atMs ?? 0
  cache.oldestAtMs.set(entry.slot, atMs)
  return atMs
}

/** Evicts from one segment of one conversation; undefined where all is within the bounds. A few milliseconds of work. */
export function evictOnce(cache: Cache, bounds: Bounds, self: UserId): Evicted | undefined {
  let oldest: { readonly entry: ConversationEntry; readonly atMs: number } | undefined
  let nextOldestMs = Number.POSITIVE_INFINITY
  for (const entry of cache.conversations.values()) {
    const atMs = oldestAtMs(cache, entry)
    if (atMs === undefined) continue
    if (oldest === undefined || atMs < oldest.atMs) {
      nextOldestMs = oldest?.atMs ?? nextOldestMs
      oldest = { entry, atMs }
    } else nextOldestMs = Math.min(nextOldestMs, atMs)
  }
  if (!oldest) return undefined
  const excess = cachedEvents(cache) - bounds.most
  if (oldest.atMs >= bounds.oldestMs && excess <= 0) return undefined
  const { entry } = oldest
  const { low, high } = entry.state
  const nextSegment = Math.min((segmentOf(low) + 1) * limits.segmentEvents, high + 1)
  const byAge = firstSince(cache, entry, nextSegment, bounds.oldestMs)
  if (excess <= 0) return evict(cache, entry, byAge, self)
  // A quiet conversation's segment may span years: what is newer than others' oldest, by more than the slack, stays.
  const fair = firstSince(cache, entry, nextSegment, nextOldestMs + limits.evictSlackMs)
  return evict(cache, entry, Math.max(byAge, Math.min(low + excess, Math.max(fair, low + 1))), self)
}

/** The first seq from the oldest that is not before `oldestMs`, at most `end`. */
function firstSince(cache: Cache, entry: ConversationEntry, end: number, oldestMs: number): number {
  const found = eventsBetween(cache, entry, entry.state.low, end - 1)
  return found.find(({ record }) => record.atMs >= oldestMs)?.seq ?? end
}

function evict(cache: Cache, entry: ConversationEntry, belowSeq: number, self: UserId): Evicted {
  const { info, low, floor = 0, unread, mentions = 0 } = entry.state
  const { conversationId } = info
  // What has left is not cached, and so not counted.
  const left = countBetween(cache, entry, Math.max(unreadFrom(entry.state), low), belowSeq - 1, meOf(cache, self))
  const leaving = cache.files.size > 0 ? eventsBetween(cache, entry, low, belowSeq - 1) : []
  transact(cache, () => {
    removeShards(cache, shardsThatCover(cache, new Set([entry.slot]), belowSeq))
    removeFiles(
      cache,
      leaving.flatMap(({ record }) => filesOfMessage(cache, conversationId, record.content)),
    )
    evictBelow(cache, entry, belowSeq)
    putConversation(cache, entry, {
      ...entry.state,
      low: belowSeq,
      floor: Math.max(floor, belowSeq),
      unread: unread - left.unread,
      mentions: mentions - left.mentions,
    })
  })
  cache.oldestAtMs.delete(entry.slot)
  return { conversationId, slot: entry.slot, belowSeq }
}

/** Makes what has left unreadable in the write-ahead log too; once a run of evictions is over. */
export function sealEviction(cache: Cache): void {
  cache.sealed.db.pragma('wal_checkpoint(TRUNCATE)')
}
