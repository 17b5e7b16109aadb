// Owns what server batches write: people, conversations, events, read positions, feed cursors. The only writer of them.
// A batch outlives a kill, not always a power cut: what that takes back, the server gives again.
// Always holds: a cursor moves in the transaction that writes its rows; an event already here is a no-op; an event past a
// gap is not written; losing access destroys the conversation's keys, its rows and the search shards that hold words of it
// in one durable act.

import type {
  ClientId,
  ConversationEvent,
  ConversationId,
  ConversationInfo,
  Person,
  UserId,
} from '../../shared/model.ts'
import {
  addOutbox,
  type Cache,
  putConversation,
  putPerson,
  putValue,
  removeOutbox,
  removeShards,
  transact,
} from './cache.ts'
import { eventsBetween, type PlacedEvent, putEvents, removeEvents } from './events.ts'
import { type ConversationEntry, type ConversationState, contexts, MAX_SEQ, type OutboxEntry } from './records.ts'
import { shardsThatCover } from './shards.ts'

export type Applied =
  /** `events` were new and are now durable; they may be none. */
  | { readonly type: 'applied'; readonly events: readonly ConversationEvent[] }
  /** Not contiguous with what is cached: fetch from `high` first. Nothing was written. */
  | { readonly type: 'gap' }
  /** No such conversation here (access not granted, or lost meanwhile). */
  | { readonly type: 'unknown-conversation' }
  /** The batch contradicts itself: a faulty or hostile server. Nothing was written. */
  | { readonly type: 'broken' }

/** People added or changed. */
export function applyDirectory(cache: Cache, people: readonly Person[], cursor: string): void {
  transact(
    cache,
    () => {
      let nextSlot = slotAfter(cache.people.values())
      for (const person of lastOfEach(people, (each) => each.userId))
        putPerson(cache, person, cache.people.has(person.userId) ? 0 : nextSlot++)
      putValue(cache, 'cursors', { ...cache.values.cursors, directory: cursor })
    },
    'kill',
  )
}

/** The number after the highest slot in use. */
function slotAfter(entries: Iterable<{ readonly slot: number }>): number {
  let highest = 0
  for (const { slot } of entries) highest = Math.max(highest, slot)
  return highest + 1
}

/** A server that names one thing twice must not make two rows of it: the second would outlive a revocation. */
function lastOfEach<T, K>(list: readonly T[], keyOf: (item: T) => K): T[] {
  return [...new Map(list.map((item) => [keyOf(item), item])).values()]
}

/** A conversation that was here and is gone; search forgets what it knows under `slot`. */
export interface Lost {
  readonly conversationId: ConversationId
  readonly slot: number
}

/** Conversations granted, changed and lost. Returns those that were here and are gone. */
export function applyAccess(
  cache: Cache,
  granted: readonly ConversationInfo[],
  revoked: readonly ConversationId[],
  cursor: string,
): readonly Lost[] {
  const lost = [...new Set(revoked)].flatMap((id) => cache.conversations.get(id) ?? [])
  transact(cache, () => {
    removeShards(cache, shardsThatCover(cache, new Set(lost.map((entry) => entry.slot))))
    for (const entry of lost) forget(cache, entry)
    let nextSlot = slotAfter(cache.conversations.values())
    const entries = lastOfEach(granted, (info) => info.conversationId).map((info) => {
      const known = cache.conversations.get(info.conversationId)
      if (known && !lost.includes(known)) return putConversation(cache, known, { ...known.state, info })
      const fresh = { slot: nextSlot++, keyId: cache.sealed.addKey(), version: 0 }
      const state: ConversationState = { info, low: 0, high: 0, readSeq: 0, wantReadSeq: 0, unread: 0 }
      return putConversation(cache, { ...fresh, state }, state)
    })
    bringBackUnsent(cache, entries)
    putValue(cache, 'cursors', { ...cache.values.cursors, access: cursor })
  })
  // The destroyed keys must not live on in the write-ahead log.
  if (lost.length > 0) cache.sealed.db.pragma('wal_checkpoint(TRUNCATE)')
  return lost.map(({ state, slot }) => ({ conversationId: state.info.conversationId, slot }))
}

function forget(cache: Cache, entry: ConversationEntry): void {
  const id = entry.state.info.conversationId
  for (const sent of cache.outbox.values()) if (sent.conversationId === id) removeOutbox(cache, sent)
  removeEvents(cache, entry)
  cache.sealed.toggle(contexts.conversation(entry.slot, entry.version))
  cache.statements.deleteConversation.run(entry.slot)
  cache.sealed.destroyKey(entry.keyId)
  // First of all that follows the commit: the same conversation may be granted anew in the same batch.
  cache.afterCommit.unshift(() => {
    cache.conversations.delete(id)
    cache.lastMessages.delete(id)
    cache.oldestAtMs.delete(entry.slot)
  })
}

/** Messages carried over from a cache that was set aside go on where their conversation is granted again. */
function bringBackUnsent(cache: Cache, entries: readonly ConversationEntry[]): void {
  if (cache.values.unsent.length === 0) return
  const granted = new Map(entries.map((entry) => [entry.state.info.conversationId, entry]))
  const left = cache.values.unsent.filter(({ conversationId }) => !granted.has(conversationId))
  if (left.length === cache.values.unsent.length) return
  for (const unsent of cache.values.unsent) {
    const entry = granted.get(unsent.conversationId)
    if (entry && !cache.outbox.has(unsent.record.clientId)) addOutbox(cache, entry, unsent)
  }
  putValue(cache, 'unsent', left)
}

/** A batch of events of one conversation, ascending. `self` is this user: own messages count as read. */
export function applyEvents(
  cache: Cache,
  conversationId: ConversationId,
  events: readonly ConversationEvent[],
  self: UserId,
): Applied {
  const entry = cache.conversations.get(conversationId)
  if (!entry) return { type: 'unknown-conversation' }
  const first = events[0]?.seq
  const last = events.at(-1)?.seq
  if (first === undefined || last === undefined) return { type: 'applied', events: [] }
  const contiguous = events.every((event, i) => event.seq === first + i && event.conversationId === conversationId)
  if (!contiguous || first < 1 || last > MAX_SEQ) return { type: 'broken' }
  const { low, high } = entry.state
  const within = high === 0 ? events : events.filter((event) => event.seq < low || event.seq > high)
  const touches = high === 0 || (first <= high + 1 && last >= low - 1)
  if (!touches) return { type: 'gap' }
  if (within.length === 0) return { type: 'applied', events: [] }
  const next = stateAfter(entry.state, within, self)
  // What we sent comes back as an event: it leaves the outbox in the same transaction.
  const settled = within.flatMap((event) =>
    event.actorId === self && event.content.type === 'message' ? (sentBy(cache, event) ?? []) : [],
  )
  // A power cut may take the last batches back, whole: the server has them, and our own in them is then sent again, which it
  // recognises. What was deleted must not come back by it.
  const outlives = within.some((event) => event.content.type === 'deleted') ? 'power-cut' : 'kill'
  transact(
    cache,
    () => {
      putEvents(cache, entry, within)
      for (const sent of settled) removeOutbox(cache, sent)
      putConversation(cache, entry, next)
    },
    outlives,
  )
  if (next.low !== entry.state.low) cache.oldestAtMs.delete(entry.slot)
  if (within.some((event) => event.content.type === 'deleted')) afterDeletion(cache, conversationId, self)
  return { type: 'applied', events: within }
}

/** Words that were deleted must not be had through the write-ahead log, and are not unread any more. */
function afterDeletion(cache: Cache, conversationId: ConversationId, self: UserId): void {
  const entry = cache.conversations.get(conversationId)
  if (entry && entry.state.unread > 0) {
    const { state } = entry
    const from = Math.max(state.readSeq, state.wantReadSeq) + 1
    const unread = eventsBetween(cache, entry, from, state.high).filter(isUnreadFor(self)).length
    if (unread !== state.unread) transact(cache, () => putConversation(cache, entry, { ...state, unread }))
  }
  cache.sealed.db.pragma('wal_checkpoint(TRUNCATE)')
}

const isUnreadFor =
  (self: UserId) =>
  ({ record }: PlacedEvent): boolean =>
    record.actorId !== self && record.content.type === 'message'

/** The outbox entry that `event` is the arrival of, in the conversation it was written in. */
function sentBy(cache: Cache, { content, conversationId }: ConversationEvent): OutboxEntry | undefined {
  const entry = cache.outbox.get(content.clientId as ClientId)
  return entry?.conversationId === conversationId ? entry : undefined
}

function stateAfter(state: ConversationState, added: readonly ConversationEvent[], self: UserId): ConversationState {
  const own = added.filter((event) => event.actorId === self && event.content.type === 'message')
  const wantReadSeq = Math.max(state.wantReadSeq, own.at(-1)?.seq ?? 0)
  const readUpTo = Math.max(state.readSeq, wantReadSeq)
  const counted = (event: ConversationEvent) =>
    event.seq > readUpTo && event.actorId !== self && event.content.type === 'message'
  // Writing into a conversation reads it: what was unread before our own newest message is read now.
  const before = wantReadSeq > state.wantReadSeq && wantReadSeq > state.high ? 0 : state.unread
  return {
    ...state,
    low: state.low === 0 ? (added[0]?.seq ?? 0) : Math.min(state.low, added[0]?.seq ?? state.low),
    high: Math.max(state.high, added.at(-1)?.seq ?? 0),
    wantReadSeq,
    unread: before + added.filter(counted).length,
  }
}

/**
 * The user has read up to `seq`: on another device (`by: 'server'`) or here. Returns true where anything changed.
 * Reading never goes back.
 */
export function applyRead(
  cache: Cache,
  conversationId: ConversationId,
  seq: number,
  by: 'server' | 'user',
  self: UserId,
): boolean {
  const moved = movedRead(cache, conversationId, seq, by, self)
  if (moved) transact(cache, () => putConversation(cache, moved.entry, moved.next))
  return moved !== undefined
}

/** What the server knows to be read, of many conversations, as one transaction. */
export function applyReads(
  cache: Cache,
  reads: readonly { readonly conversationId: ConversationId; readonly readSeq: number }[],
  self: UserId,
): boolean {
  const moved = lastOfEach(reads, ({ conversationId }) => conversationId).flatMap(
    ({ conversationId, readSeq }) => movedRead(cache, conversationId, readSeq, 'server', self) ?? [],
  )
  if (moved.length === 0) return false
  transact(
    cache,
    () => {
      for (const { entry, next } of moved) putConversation(cache, entry, next)
    },
    'kill',
  )
  return true
}

function movedRead(
  cache: Cache,
  conversationId: ConversationId,
  seq: number,
  by: 'server' | 'user',
  self: UserId,
): { readonly entry: ConversationEntry; readonly next: ConversationState } | undefined {
  const entry = cache.conversations.get(conversationId)
  if (!entry) return undefined
  const { state } = entry
  const field = by === 'server' ? 'readSeq' : 'wantReadSeq'
  const upTo = by === 'user' ? Math.min(seq, state.high) : seq
  if (upTo <= state[field]) return undefined
  const moved = { ...state, [field]: upTo }
  return { entry, next: { ...moved, unread: countUnread(cache, entry, moved, self) } }
}

function countUnread(cache: Cache, entry: ConversationEntry, next: ConversationState, self: UserId): number {
  const before = Math.max(entry.state.readSeq, entry.state.wantReadSeq)
  const after = Math.max(next.readSeq, next.wantReadSeq)
  if (after === before) return entry.state.unread
  if (after >= next.high) return 0
  const isUnread = isUnreadFor(self)
  // The shorter of the two ranges is opened: what is left unread, or what has just been read.
  if (next.high - after <= after - before)
    return eventsBetween(cache, entry, after + 1, next.high).filter(isUnread).length
  return Math.max(0, entry.state.unread - eventsBetween(cache, entry, before + 1, after).filter(isUnread).length)
}
