// Owns what server batches write: people, conversations, events, read positions, feed cursors. The only writer of them.
// Always holds: a cursor moves in the transaction that writes its rows; an event already here is a no-op; an event past a
// gap is not written; losing access destroys the conversation's key and rows in one durable act.

import type {
  ClientId,
  ConversationEvent,
  ConversationId,
  ConversationInfo,
  Person,
  UserId,
} from '../../shared/model.ts'
import {
  type Cache,
  type ConversationEntry,
  type ConversationState,
  type Cursors,
  contexts,
  eventId,
  eventsBetween,
  MAX_SEQ,
  type OutboxEntry,
  putConversation,
  transact,
} from './cache.ts'

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
  const written = transact(cache, () => {
    let nextSlot = slotAfter(cache.people.values())
    const entries = lastOfEach(people, (person) => person.userId).map((person) => {
      const known = cache.people.get(person.userId)
      const entry = { slot: known?.slot ?? nextSlot++, version: (known?.version ?? 0) + 1, person }
      const sealed = cache.sealed.seal(cache.sealed.metaKeyId, person, contexts.person(entry.slot, entry.version))
      cache.statements.putPerson.run(entry.slot, entry.version, sealed)
      return entry
    })
    putCursors(cache, { ...cache.cursors, directory: cursor })
    return entries
  })
  for (const entry of written) cache.people.set(entry.person.userId, entry)
  keepCursors(cache, { ...cache.cursors, directory: cursor })
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

/** Conversations granted, changed and lost. Returns those that were here and are gone. */
export function applyAccess(
  cache: Cache,
  granted: readonly ConversationInfo[],
  revoked: readonly ConversationId[],
  cursor: string,
): readonly ConversationId[] {
  const lost = [...new Set(revoked)].flatMap((id) => cache.conversations.get(id) ?? [])
  const written = transact(cache, () => {
    for (const entry of lost) forget(cache, entry)
    let nextSlot = slotAfter(cache.conversations.values())
    const entries = lastOfEach(granted, (info) => info.conversationId).map((info) => {
      const known = cache.conversations.get(info.conversationId)
      if (known && !lost.includes(known)) return putConversation(cache, known, { ...known.state, info })
      const fresh = { slot: nextSlot++, keyId: cache.sealed.addKey(), version: 0 }
      const state: ConversationState = { info, low: 0, high: 0, readSeq: 0, wantReadSeq: 0, unread: 0 }
      return putConversation(cache, { ...fresh, state }, state)
    })
    putCursors(cache, { ...cache.cursors, access: cursor })
    return entries
  })
  const lostIds = lost.map((entry) => entry.state.info.conversationId)
  for (const id of lostIds) {
    cache.conversations.delete(id)
    cache.lastMessages.delete(id)
  }
  for (const [clientId, entry] of cache.outbox)
    if (lostIds.includes(entry.conversationId)) cache.outbox.delete(clientId)
  for (const entry of written) cache.conversations.set(entry.state.info.conversationId, entry)
  keepCursors(cache, { ...cache.cursors, access: cursor })
  // The destroyed key must not live on in the write-ahead log.
  if (lost.length > 0) cache.sealed.db.pragma('wal_checkpoint(TRUNCATE)')
  return lostIds
}

function forget(cache: Cache, entry: ConversationEntry): void {
  cache.sealed.db.prepare('DELETE FROM outbox WHERE slot = ?').run(entry.slot)
  cache.statements.deleteConversation.run(entry.slot)
  cache.statements.deleteEvents.run(eventId(entry.slot, 0), eventId(entry.slot, MAX_SEQ))
  cache.sealed.destroyKey(entry.keyId)
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
  const kept = transact(cache, () => {
    for (const event of within) {
      const record = { atMs: event.atMs, actorId: event.actorId, content: event.content }
      const sealed = cache.sealed.seal(entry.keyId, record, contexts.event(entry.slot, event.seq))
      cache.statements.putEvent.run(eventId(entry.slot, event.seq), sealed)
    }
    for (const sent of settled) cache.statements.deleteOutbox.run(sent.position)
    return putConversation(cache, entry, next)
  })
  cache.conversations.set(conversationId, kept)
  cache.lastMessages.delete(conversationId)
  for (const sent of settled) cache.outbox.delete(sent.record.clientId)
  return { type: 'applied', events: within }
}

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
  const entry = cache.conversations.get(conversationId)
  if (!entry) return false
  const { state } = entry
  const field = by === 'server' ? 'readSeq' : 'wantReadSeq'
  const upTo = by === 'user' ? Math.min(seq, state.high) : seq
  if (upTo <= state[field]) return false
  const moved = { ...state, [field]: upTo }
  const next = { ...moved, unread: countUnread(cache, entry, moved, self) }
  cache.conversations.set(
    conversationId,
    transact(cache, () => putConversation(cache, entry, next)),
  )
  return true
}

function countUnread(cache: Cache, entry: ConversationEntry, next: ConversationState, self: UserId): number {
  const before = Math.max(entry.state.readSeq, entry.state.wantReadSeq)
  const after = Math.max(next.readSeq, next.wantReadSeq)
  if (after === before) return entry.state.unread
  if (after >= next.high) return 0
  const isUnread = ({ record }: { record: { actorId: UserId; content: ConversationEvent['content'] } }) =>
    record.actorId !== self && record.content.type === 'message'
  // The shorter of the two ranges is opened: what is left unread, or what has just been read.
  if (next.high - after <= after - before)
    return eventsBetween(cache, entry, after + 1, next.high).filter(isUnread).length
  return Math.max(0, entry.state.unread - eventsBetween(cache, entry, before + 1, after).filter(isUnread).length)
}

function putCursors(cache: Cache, cursors: Cursors): void {
  const version = cache.cursorVersion + 1
  const sealed = cache.sealed.seal(cache.sealed.metaKeyId, cursors, contexts.state('cursors', version))
  cache.statements.putState.run('cursors', version, sealed)
}

function keepCursors(cache: Cache, cursors: Cursors): void {
  cache.cursors = cursors
  cache.cursorVersion += 1
}
