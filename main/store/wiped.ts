// Owns wiping single conversations from the cache on IT's order, and what is remembered of it until the user has read it.
// Always holds: the keys of a conversation, of its segments, files and search shards go in one durable act, with the memory
// of what went: cut off anywhere, the order is either not begun here or answered as it was carried out; then nothing of them
// is had through the write-ahead log. The conversation itself stays, empty: what the server tells of it comes as new.

import type { ConversationsWiped } from '../../shared/bridge.ts'
import type { ConversationId, UserId, WipeId } from '../../shared/model.ts'
import { type Cache, putConversation, putValue, removeOutbox, removeShards, transact } from './cache.ts'
import { filesOfOutbox, removeFiles } from './file-records.ts'
import { forget, type Lost, slotAfter } from './mirror.ts'
import { conversationName } from './names.ts'
import {
  type ConversationEntry,
  type ConversationState,
  type FileEntry,
  type OutboxEntry,
  type Remains,
  slotOf,
  type Unsent,
  type WipedConversations,
} from './records.ts'
import { shardsThatCover } from './shards.ts'

export interface ConversationsToWipe {
  readonly wipeId: WipeId
  readonly conversationIds: readonly ConversationId[]
  readonly issuedBy: string
  readonly reason: string
  readonly nowMs: number
  /** Files in what will lie on the disk without a key, and their bytes. */
  readonly measure: (remains: Remains) => { readonly files: number; readonly bytes: number }
}

/** Carries out an order for single conversations; see Store. */
export function wipeConversations(
  cache: Cache,
  order: ConversationsToWipe,
  self: UserId,
): { readonly wiped: WipedConversations; readonly lost: readonly Lost[] } {
  const known = cache.values.wiped.find(({ wipeId }) => wipeId === order.wipeId)
  const ordered = new Set(order.conversationIds)
  const entries = known ? [] : [...ordered].flatMap((id) => cache.conversations.get(id) ?? [])
  const { values } = cache
  const work: Work = {
    entries,
    forwards: known ? [] : forwardsOf(cache, ordered),
    files: known ? [] : filesOf(cache, ordered),
    slots: new Set(entries.map(({ slot }) => slot)),
    carriedOver: known ? [] : values.unsent.filter((unsent) => holdsWordsOf(unsent, ordered)),
  }
  const wiped = known ?? recordOf(cache, order, work, self)
  if (entries.length > 0 || work.forwards.length > 0 || work.carriedOver.length > 0)
    transact(cache, () => {
      removeShards(cache, shardsThatCover(cache, work.slots))
      let nextSlot = slotAfter(cache.conversations.values())
      for (const entry of entries) {
        forget(cache, entry)
        const state = emptied(entry.state)
        putConversation(cache, { slot: nextSlot++, keyId: cache.sealed.addKey(), version: 0, state }, state)
      }
      for (const sent of work.forwards) {
        removeFiles(cache, filesOfOutbox(cache, sent))
        removeOutbox(cache, sent)
      }
      if (work.carriedOver.length > 0) {
        const gone = new Set(work.carriedOver)
        putValue(
          cache,
          'unsent',
          values.unsent.filter((unsent) => !gone.has(unsent)),
        )
      }
      if (entries.length > 0) putValue(cache, 'wiped', [...values.wiped, wiped])
    })
  // The destroyed keys must not live on in the write-ahead log, also where a crash came before this was done.
  cache.sealed.db.pragma('wal_checkpoint(TRUNCATE)')
  return { wiped, lost: entries.map(({ state, slot }) => ({ conversationId: state.info.conversationId, slot })) }
}

/** What goes, as found before anything is done. */
interface Work {
  readonly entries: readonly ConversationEntry[]
  /** Messages on their way out elsewhere that forward words of these conversations. */
  readonly forwards: readonly OutboxEntry[]
  readonly files: readonly FileEntry[]
  readonly slots: ReadonlySet<number>
  /** Of a cache that was set aside. */
  readonly carriedOver: readonly Unsent[]
}

function forwardsOf(cache: Cache, ordered: ReadonlySet<ConversationId>): OutboxEntry[] {
  return [...cache.outbox.values()].filter((sent) => !ordered.has(sent.conversationId) && holdsWordsOf(sent, ordered))
}

/** What is on its way out holds words of the conversation it goes to, and of the one it forwards from. */
function holdsWordsOf({ conversationId, record }: Unsent, ordered: ReadonlySet<ConversationId>): boolean {
  if (ordered.has(conversationId)) return true
  return record.type === 'message' && record.forward !== undefined && ordered.has(record.forward.conversationId)
}

function filesOf(cache: Cache, ordered: ReadonlySet<ConversationId>): FileEntry[] {
  return [...cache.files.values()].filter(({ record }) => ordered.has(record.conversationId))
}

function recordOf(
  cache: Cache,
  order: ConversationsToWipe,
  { entries, forwards, files, slots, carriedOver }: Work,
  self: UserId,
): WipedConversations {
  const shards = shardsThatCover(cache, slots)
  const gone = [...files, ...forwards.flatMap((sent) => filesOfOutbox(cache, sent))]
  const segments = [...cache.segments].filter(([id]) => slots.has(slotOf(id)))
  const keys = new Set([
    ...entries.map(({ keyId }) => keyId),
    ...segments.map(([, keyId]) => keyId),
    ...gone.map(({ keyId }) => keyId),
    ...shards.map(({ keyId }) => keyId),
  ])
  const remains: Remains = {
    folders: [...new Set(gone.map(({ record }) => record.folder))],
    shards: shards.map(({ shardId, keyId }) => ({ shardId, keyId })),
  }
  const { wipeId, issuedBy, reason, nowMs: atMs } = order
  const held = new Set([
    ...entries.map(({ state }) => state.info.conversationId),
    ...carriedOver.map(({ conversationId }) => conversationId),
  ])
  return {
    wipeId,
    issuedBy,
    reason,
    atMs,
    held: order.conversationIds.filter((id) => held.has(id)),
    names: entries.map(({ state }) => conversationName(cache, state.info, self)),
    keys: keys.size,
    remains,
    ...order.measure(remains),
  }
}

/**
 * What is left: who is in it and what it is called, as the server grants it; how far it was read; the user's settings as the
 * server has them.
 */
function emptied({ info, changes, readSeq, wantReadSeq, prefs }: ConversationState): ConversationState {
  return {
    info,
    ...(changes && { changes }),
    low: 0,
    high: 0,
    readSeq,
    wantReadSeq,
    unread: 0,
    mentions: 0,
    ...(prefs && { prefs }),
  }
}

/** The oldest order that the user has not read of. */
export function conversationsWiped(cache: Cache): ConversationsWiped | undefined {
  const first = cache.values.wiped[0]
  if (!first) return undefined
  const { wipeId, names, issuedBy, reason, atMs } = first
  return { wipeId, names: [...names], issuedBy, reason, atMs }
}

/** The user has read of the oldest. */
export function dismissConversationsWiped(cache: Cache): void {
  const [first, ...rest] = cache.values.wiped
  if (first) transact(cache, () => putValue(cache, 'wiped', rest))
}
