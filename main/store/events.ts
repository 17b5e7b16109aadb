// Owns the events of the cache on disk: reading ranges of them, writing, the keys of their segments, and what edits and
// deletions have made of them.
// Always holds: each stretch of limits.segmentEvents seqs is sealed under a key of its own; what stands in the range low…high
// is complete, or reading it throws CorruptRecord; a deleted message's words, and those of its edits, are gone from the file.

import { limits } from '../../shared/limits.ts'
import { type ConversationEvent, isKnownContent, knownContentSchema, messageContentSchema } from '../../shared/model.ts'
import { amend, isDeleted, threadSeqOf } from './amendments.ts'
import type { Cache } from './cache.ts'
import { CorruptRecord } from './failures.ts'
import {
  type Amendment,
  amendmentFrom,
  type ConversationEntry,
  contexts,
  type EventRecord,
  eventId,
  MAX_SEQ,
  REDACTED,
  segmentId,
  seqOf,
  slotOf,
} from './records.ts'

export interface PlacedEvent {
  readonly seq: number
  readonly record: EventRecord
  /** What stands in the row is not sound: an earlier program kept what it could not check. */
  readonly isMended?: true
}

interface EventRow {
  readonly id: number
  readonly sealed: Uint8Array
}

/** The cached events with `fromSeq` ≤ seq ≤ `toSeq`, newest first, at most `limit`. Throws CorruptRecord where one is missing. */
export function eventsBelow(
  cache: Cache,
  entry: ConversationEntry,
  toSeq: number,
  limit: number,
  fromSeq = 1,
): PlacedEvent[] {
  const top = Math.min(toSeq, entry.state.high)
  const bottom = Math.max(fromSeq, entry.state.low, 1)
  if (top < bottom) return []
  const { eventsBelow: query } = cache.statements
  const found = query.all(eventId(entry.slot, bottom), eventId(entry.slot, top), limit) as EventRow[]
  return openEvents(cache, entry, found, Math.min(limit, top - bottom + 1), (i) => top - i)
}

/** The cached events with `fromSeq` ≤ seq ≤ `toSeq`, oldest first. Throws CorruptRecord where one is missing. */
export function eventsBetween(cache: Cache, entry: ConversationEntry, fromSeq: number, toSeq: number): PlacedEvent[] {
  const top = Math.min(toSeq, entry.state.high)
  const bottom = Math.max(fromSeq, entry.state.low, 1)
  if (top < bottom) return []
  const { eventsBetween: query } = cache.statements
  const found = query.all(eventId(entry.slot, bottom), eventId(entry.slot, top)) as EventRow[]
  return openEvents(cache, entry, found, top - bottom + 1, (i) => bottom + i)
}

/** The cached event at `seq`; undefined where it is not cached. */
export function eventAt(cache: Cache, entry: ConversationEntry, seq: number): EventRecord | undefined {
  return eventsBelow(cache, entry, seq, 1, seq)[0]?.record
}

/** Opens rows that must be exactly `count`, the i-th of them with seq `seqAt(i)`: a row taken away shows as damage. */
function openEvents(
  cache: Cache,
  entry: ConversationEntry,
  rows: readonly EventRow[],
  count: number,
  seqAt: (i: number) => number,
): PlacedEvent[] {
  return Array.from({ length: count }, (_, i) => {
    const seq = seqAt(i)
    const context = contexts.event(entry.slot, seq)
    const row = rows[i]
    if (row?.id !== eventId(entry.slot, seq)) throw new CorruptRecord(context)
    const record = cache.sealed.open(keyOf(cache, entry.slot, seq), row.sealed, context) as EventRecord
    return cache.values.understanding === undefined ? mended(seq, record) : { seq, record }
  })
}

/** An event as this program may rely on it; of an unsound message the plain words stay. */
function mended(seq: number, record: EventRecord): PlacedEvent {
  const { content } = record
  if (!isKnownContent(content) || knownContentSchema.safeParse(content).success) return { seq, record }
  const { clientId, body } = content
  const plain = messageContentSchema.safeParse({ type: content.type, clientId, body })
  return { seq, record: { ...record, content: plain.data ?? { type: 'unsound' } }, isMended: true }
}

/** Writes an event that stands already anew. Inside a transaction. */
export function replaceEvent(cache: Cache, entry: ConversationEntry, { seq, record }: PlacedEvent): void {
  const sealed = cache.sealed.seal(keyOf(cache, entry.slot, seq), record, contexts.event(entry.slot, seq))
  cache.statements.replaceEvent.run(sealed, eventId(entry.slot, seq))
}

/** The key that seals `seq`; throws CorruptRecord where its segment has none. */
function keyOf(cache: Cache, slot: number, seq: number): number {
  const keyId = cache.segments.get(segmentId(slot, seq))
  if (keyId === undefined) throw new CorruptRecord(contexts.segment(segmentId(slot, seq), 0))
  return keyId
}

/** The key for writing `seq`, made where its segment is new. Inside a transaction, whose new segments are in `made`. */
function keyForWriting(cache: Cache, slot: number, seq: number, made: Map<number, number>): number {
  const id = segmentId(slot, seq)
  const known = cache.segments.get(id) ?? made.get(id)
  if (known !== undefined) return known
  const keyId = cache.sealed.addKey()
  putSegment(cache, id, keyId)
  made.set(id, keyId)
  return keyId
}

/** Names the key of a new segment. */
function putSegment(cache: Cache, id: number, keyId: number): void {
  cache.statements.putSegment.run(id, keyId)
  cache.sealed.toggle(contexts.segment(id, keyId))
  cache.afterCommit.push(() => cache.segments.set(id, keyId))
}

/** New events of a conversation as they are to be stored, with what they make of earlier ones. Nothing is written yet. */
export interface EventPlan {
  /** Ascending; those whose words are gone already without them. */
  readonly events: readonly ConversationEvent[]
  /** Amendments as they are to stand, by seq; the messages they are of may be cached, among `events`, or still to come. */
  readonly amended: ReadonlyMap<number, Amendment>
  /** Messages, and edits of them, whose words these events take away. */
  readonly gone: ReadonlySet<number>
  amendmentOf(seq: number): Amendment | undefined
}

/** Works out what `events`, ascending and new, make of the conversation. */
export function planEvents(cache: Cache, entry: ConversationEntry, events: readonly ConversationEvent[]): EventPlan {
  const { slot } = entry
  const amended = new Map<number, Amendment>()
  const firstSeq = events[0]?.seq ?? 0
  const fresh = (seq: number) => events.find((event) => event.seq === seq)
  const amendmentOf = (seq: number) => amended.get(seq) ?? readAmendment(cache, slot, seq)
  const threadOf = (seq: number): number | undefined => {
    const content = (seq >= firstSeq ? fresh(seq)?.content : undefined) ?? eventAt(cache, entry, seq)?.content
    return content && threadSeqOf(content, seq)
  }
  const amending = { amendmentOf, threadOf, put: (seq: number, next: Amendment) => void amended.set(seq, next) }
  const gone = new Set<number>()
  for (const event of events) {
    const { content } = event
    if (isKnownContent(content) && content.type === 'deleted' && content.targetSeq < event.seq) {
      for (const edit of amendmentOf(content.targetSeq)?.edit?.seqs ?? []) gone.add(edit)
      gone.add(content.targetSeq)
    }
    amend(event, amending)
  }
  const isGone = ({ seq, content }: ConversationEvent): boolean => {
    if (gone.has(seq)) return true
    if (isKnownContent(content) && content.type === 'edited') return isDeleted(amendmentOf(content.targetSeq))
    return isDeleted(amendmentOf(seq))
  }
  const stored = events.map((event) => (isGone(event) ? { ...event, content: redacted(event.content) } : event))
  return { events: stored, amended, gone, amendmentOf }
}

/** Writes what has been planned. Inside a transaction. */
export function putEvents(cache: Cache, entry: ConversationEntry, { events, amended, gone }: EventPlan): void {
  const { slot } = entry
  const made = new Map<number, number>()
  const fresh = new Set<number>()
  for (const { seq, atMs, actorId, content } of events) {
    const keyId = keyForWriting(cache, slot, seq, made)
    const sealed = cache.sealed.seal(keyId, { atMs, actorId, content }, contexts.event(slot, seq))
    cache.statements.putEvent.run(eventId(slot, seq), sealed)
    fresh.add(seq)
  }
  for (const seq of gone) if (!fresh.has(seq)) redact(cache, entry, seq)
  for (const [seq, amendment] of amended)
    putAmendment(cache, slot, seq, amendment, keyForWriting(cache, slot, seq, made))
}

/** Adds to what has been made of messages, for events that are cached already. Inside a transaction. */
export function putAmendments(cache: Cache, entry: ConversationEntry, amended: ReadonlyMap<number, Amendment>): void {
  const made = new Map<number, number>()
  for (const [seq, amendment] of amended)
    putAmendment(cache, entry.slot, seq, amendment, keyForWriting(cache, entry.slot, seq, made))
}

function redacted(content: ConversationEvent['content']): ConversationEvent['content'] {
  const { clientId, threadSeq } = content
  return {
    type: REDACTED,
    ...(typeof clientId === 'string' && { clientId }),
    // It stays in its thread.
    ...((content.type === 'message' || content.type === REDACTED) && typeof threadSeq === 'number' && { threadSeq }),
  }
}

function redact(cache: Cache, entry: ConversationEntry, seq: number): void {
  const found = eventAt(cache, entry, seq)
  if (!found) return
  const record: EventRecord = { ...found, content: redacted(found.content) }
  replaceEvent(cache, entry, { seq, record })
}

function putAmendment(cache: Cache, slot: number, seq: number, amendment: Amendment, keyId: number): void {
  const id = eventId(slot, seq)
  const before = cache.amendments.get(id)
  const version = (before ?? 0) + 1
  if (before !== undefined) cache.sealed.toggle(contexts.amendment(slot, seq, before))
  const context = contexts.amendment(slot, seq, version)
  cache.statements.putAmendment.run(id, version, cache.sealed.seal(keyId, amendment, context))
  cache.sealed.toggle(context)
  cache.afterCommit.push(() => cache.amendments.set(id, version))
}

/** What has become of the message at `seq`, where anything has. */
export function readAmendment(cache: Cache, slot: number, seq: number): Amendment | undefined {
  const id = eventId(slot, seq)
  const version = cache.amendments.get(id)
  if (version === undefined) return undefined
  const context = contexts.amendment(slot, seq, version)
  const row = cache.statements.getAmendment.get(id) as { version: number; sealed: Uint8Array } | undefined
  if (row?.version !== version) throw new CorruptRecord(context)
  return amendmentFrom(cache.sealed.open(keyOf(cache, slot, seq), row.sealed, context))
}

/**
 * Removes a conversation's events below `newLow`, with what was made of them, and seals what is left of the segment that
 * `newLow` lies in anew: nothing that has gone opens under a key that is still there. Inside a transaction. The work is that
 * of one segment where `newLow` lies in the segment of the oldest event or at the start of the next.
 */
export function evictBelow(cache: Cache, entry: ConversationEntry, newLow: number): void {
  const { slot } = entry
  const boundary = segmentId(slot, newLow)
  const isAligned = newLow % limits.segmentEvents === 0
  const end = newLow - (newLow % limits.segmentEvents) + limits.segmentEvents - 1
  const kept = isAligned ? [] : eventsBetween(cache, entry, newLow, end)
  const amendments: { seq: number; amendment: Amendment }[] = []
  for (const [id, version] of cache.amendments) {
    if (slotOf(id) !== slot || seqOf(id) > end) continue
    const seq = seqOf(id)
    if (seq < newLow) removeAmendment(cache, slot, seq, version)
    else if (!isAligned) amendments.push({ seq, amendment: readAmendment(cache, slot, seq) as Amendment })
  }
  cache.statements.deleteEvents.run(eventId(slot, 0), eventId(slot, newLow - 1))
  for (const [id, keyId] of cache.segments)
    if (slotOf(id) === slot && (id < boundary || (id === boundary && !isAligned)))
      removeSegment(cache, entry, id, keyId)
  if (kept.length === 0 && amendments.length === 0) return
  const keyId = cache.sealed.addKey()
  putSegment(cache, boundary, keyId)
  for (const { seq, record } of kept)
    cache.statements.replaceEvent.run(cache.sealed.seal(keyId, record, contexts.event(slot, seq)), eventId(slot, seq))
  for (const { seq, amendment } of amendments) putAmendment(cache, slot, seq, amendment, keyId)
}

function removeSegment(cache: Cache, entry: ConversationEntry, id: number, keyId: number): void {
  cache.sealed.toggle(contexts.segment(id, keyId))
  cache.statements.deleteSegment.run(id)
  cache.afterCommit.push(() => cache.segments.delete(id))
  // Version 1 sealed events under the key of their conversation, which goes with it.
  if (keyId !== entry.keyId) cache.sealed.destroyKey(keyId)
}

function removeAmendment(cache: Cache, slot: number, seq: number, version: number): void {
  cache.sealed.toggle(contexts.amendment(slot, seq, version))
  cache.statements.deleteAmendment.run(eventId(slot, seq))
  cache.afterCommit.push(() => cache.amendments.delete(eventId(slot, seq)))
}

/** Takes away every event, amendment and segment key of a conversation. Inside a transaction. */
export function removeEvents(cache: Cache, entry: ConversationEntry): void {
  const { slot } = entry
  cache.statements.deleteEvents.run(eventId(slot, 0), eventId(slot, MAX_SEQ))
  for (const [id, version] of cache.amendments)
    if (slotOf(id) === slot) removeAmendment(cache, slot, seqOf(id), version)
  for (const [id, keyId] of cache.segments) if (slotOf(id) === slot) removeSegment(cache, entry, id, keyId)
}
