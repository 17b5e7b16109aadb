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
import { threadSeqOf } from './amendments.ts'
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
import { type EventPlan, eventAt, planEvents, putEvents, readAmendment, removeEvents } from './events.ts'
import { filesOfMessage, removeFiles, settleFiles } from './file-records.ts'
import { withInfoAfter, withInfoGranted } from './info.ts'
import {
  type ConversationEntry,
  type ConversationState,
  contexts,
  MAX_SEQ,
  type OutboxEntry,
  REDACTED,
} from './records.ts'
import { shardsThatCover } from './shards.ts'
import { countBetween, type Me, meOf, unreadFrom, weigh } from './unread.ts'

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
export function applyDirectory(cache: Cache, people: readonly Person[], cursor: string, self: UserId): void {
  const me = people.findLast((person) => person.userId === self)
  const moved = me && me.department !== cache.people.get(self)?.person.department ? me : undefined
  transact(
    cache,
    () => {
      if (moved) recountMentions(cache, { userId: self, department: moved.department })
      let nextSlot = slotAfter(cache.people.values())
      for (const person of lastOfEach(people, (each) => each.userId))
        putPerson(cache, person, cache.people.has(person.userId) ? 0 : nextSlot++)
      putValue(cache, 'cursors', { ...cache.values.cursors, directory: cursor })
    },
    'kill',
  )
}

/** This user is of another department now: mentions of it name them. */
function recountMentions(cache: Cache, me: Me): void {
  for (const entry of cache.conversations.values()) {
    const { state } = entry
    if (state.unread === 0) continue
    const counts = countBetween(cache, entry, unreadFrom(state), state.high, me)
    if (counts.mentions !== (state.mentions ?? 0)) putConversation(cache, entry, { ...state, ...counts })
  }
}

/** The number after the highest slot in use. */
export function slotAfter(entries: Iterable<{ readonly slot: number }>): number {
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
      if (known && !lost.includes(known)) return putConversation(cache, known, withInfoGranted(known.state, info))
      const fresh = { slot: nextSlot++, keyId: cache.sealed.addKey(), version: 0 }
      const state: ConversationState = { info, low: 0, high: 0, readSeq: 0, wantReadSeq: 0, unread: 0, mentions: 0 }
      return putConversation(cache, { ...fresh, state }, state)
    })
    bringBackUnsent(cache, entries)
    putValue(cache, 'cursors', { ...cache.values.cursors, access: cursor })
  })
  // The destroyed keys must not live on in the write-ahead log.
  if (lost.length > 0) cache.sealed.db.pragma('wal_checkpoint(TRUNCATE)')
  return lost.map(({ state, slot }) => ({ conversationId: state.info.conversationId, slot }))
}

/** Takes all of a conversation away with its keys, but for its search shards. Inside a transaction. */
export function forget(cache: Cache, entry: ConversationEntry): void {
  const id = entry.state.info.conversationId
  for (const sent of cache.outbox.values()) if (sent.conversationId === id) removeOutbox(cache, sent)
  removeEvents(cache, entry)
  removeFiles(
    cache,
    [...cache.files.values()].filter(({ record }) => record.conversationId === id),
  )
  cache.sealed.toggle(contexts.conversation(entry.slot, entry.version))
  cache.statements.deleteConversation.run(entry.slot)
  cache.sealed.destroyKey(entry.keyId)
  // First of all that follows the commit: the same conversation may be granted anew in the same batch.
  cache.afterCommit.unshift(() => {
    cache.conversations.delete(id)
    cache.lastMessages.delete(id)
    cache.firstUnread.delete(id)
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
  const plan = planEvents(cache, entry, within)
  const next = withInfoAfter(stateAfter(cache, entry, within, plan, meOf(cache, self)), within)
  // What we sent comes back as an event, maybe without its words by now: it leaves the outbox in the same transaction.
  const settled = within.filter((event) => event.actorId === self).flatMap((event) => sentBy(cache, event) ?? [])
  const hasDeletion = within.some((event) => event.content.type === 'deleted')
  transact(
    cache,
    () => {
      removeFiles(cache, hasDeletion ? filesOfGone(cache, entry, within, plan) : [])
      putEvents(cache, entry, plan)
      for (const sent of settled) {
        settleFiles(cache, sent)
        removeOutbox(cache, sent)
      }
      putConversation(cache, entry, next)
    },
    // A power cut may take the last batches back, whole: the server has them, and our own in them is then sent again, which
    // it recognises. What was deleted must not come back by it.
    hasDeletion ? 'power-cut' : 'kill',
  )
  if (next.low !== entry.state.low) cache.oldestAtMs.delete(entry.slot)
  // Words that were deleted, and the key of a file that was there twice, must not be had through the write-ahead log.
  const hasFiles = settled.some(({ record }) => record.type === 'message' && record.files !== undefined)
  if (hasDeletion || hasFiles) cache.sealed.db.pragma('wal_checkpoint(TRUNCATE)')
  return { type: 'applied', events: within }
}

/** The files kept here of messages that `plan` takes the words of. */
function filesOfGone(
  cache: Cache,
  entry: ConversationEntry,
  events: readonly ConversationEvent[],
  { gone }: EventPlan,
) {
  if (cache.files.size === 0) return []
  const { conversationId } = entry.state.info
  return [...gone].flatMap((seq) => {
    const content = events.find((event) => event.seq === seq)?.content ?? eventAt(cache, entry, seq)?.content
    return content ? filesOfMessage(cache, conversationId, content) : []
  })
}

/** The outbox entry that `event` is the arrival of, in the conversation it was written in. */
function sentBy(cache: Cache, { content, conversationId }: ConversationEvent): OutboxEntry | undefined {
  const entry = cache.outbox.get(content.clientId as ClientId)
  return entry?.conversationId === conversationId ? entry : undefined
}

/** The state with new `events`, as `plan` stores them: its range, what is read, what is unread. */
function stateAfter(
  cache: Cache,
  entry: ConversationEntry,
  events: readonly ConversationEvent[],
  plan: EventPlan,
  me: Me,
): ConversationState {
  const { state } = entry
  const first = events[0]?.seq ?? 0
  // Writing into a conversation reads it, also what is deleted again later; answering in a thread does not.
  const own = events.findLast(
    ({ seq, actorId, content }) =>
      actorId === me.userId && isMessage(content) && threadSeqOf(content, seq) === undefined,
  )
  const next: ConversationState = {
    ...state,
    low: state.low === 0 ? first : Math.min(state.low, first),
    high: Math.max(state.high, events.at(-1)?.seq ?? 0),
    wantReadSeq: Math.max(state.wantReadSeq, own?.seq ?? 0),
  }
  const from = unreadFrom(next)
  let { unread, mentions } = countsBefore(cache, entry, from, me)
  const add = (counts: { unread: number; mentions: number }, sign: 1 | -1) => {
    unread += sign * counts.unread
    mentions += sign * counts.mentions
  }
  for (const event of plan.events)
    if (event.seq >= from && event.content.type === 'message') add(weigh(event, plan.amendmentOf(event.seq), me), 1)
  // Messages that were here already read otherwise now.
  for (const [seq, amendment] of plan.amended) {
    if (seq < from || seq < state.low || seq > state.high) continue
    const before = readAmendment(cache, entry.slot, seq)
    if (amendment.edit === before?.edit && amendment.deletedAtMs === before?.deletedAtMs) continue
    const record = eventAt(cache, entry, seq)
    if (!record) continue
    add(weigh(record, before, me), -1)
    add(weigh(record, amendment, me), 1)
  }
  return { ...next, unread, mentions }
}

/** A message, or what is left of one. */
function isMessage({ type, was }: ConversationEvent['content']): boolean {
  return type === 'message' || (type === REDACTED && was === 'message')
}

/** The counts of what was here before, from `from` on. */
function countsBefore(cache: Cache, entry: ConversationEntry, from: number, me: Me) {
  const { state } = entry
  const { low, high, unread, mentions = 0 } = state
  if (from > high) return { unread: 0, mentions: 0 }
  if (from <= Math.max(unreadFrom(state), low)) return { unread, mentions }
  return countBetween(cache, entry, from, high, me)
}
