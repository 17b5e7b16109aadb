// Owns what search gets to see of the cache: what events mean for an index, and a found message as it is shown. Reads only.
// Always holds: a message stands for the words of its latest edit, those it forwards and the names of its files; replies in
// threads are messages like others; a deleted one stands for nothing.

import type { FileView } from '../../shared/bridge.ts'
import { type ConversationEvent, type ConversationId, isKnownContent, type UserId } from '../../shared/model.ts'
import { isDeleted } from './amendments.ts'
import type { Cache } from './cache.ts'
import { eventAt, eventsBelow, eventsBetween, readAmendment } from './events.ts'
import { fileView } from './message-view.ts'
import { conversationName, nameOf } from './names.ts'
import { readingOf, wordsOf } from './reading.ts'
import type { Amendment, ConversationEntry, EventRecord } from './records.ts'

/** A message as the index takes it. */
export interface IndexedMessage {
  readonly slot: number
  readonly seq: number
  readonly atMs: number
  /** The sender's number in this cache; 0 for someone who is not in the directory. */
  readonly senderSlot: number
  readonly hasFile: boolean
  /** Its words, those it forwards, the names of its files, a line each. */
  readonly text: string
}

export interface IndexWork {
  /** Each replaces what the index has at its place. A target of an edit may lie outside the range asked for. */
  readonly entries: readonly IndexedMessage[]
  /** Seqs whose entry must go. */
  readonly removed: readonly number[]
}

export interface Slot {
  readonly slot: number
  readonly conversationId: ConversationId
  readonly low: number
  readonly high: number
}

export interface FoundMessage {
  readonly conversationId: ConversationId
  readonly conversationName: string
  readonly senderId: UserId
  readonly senderName: string
  readonly atMs: number
  /** Its words, those it forwards, the names of its files, a line each. */
  readonly text: string
  readonly files?: FileView[]
}

/** What the events fromSeq…toSeq of a conversation mean for the index. */
export function indexWork(cache: Cache, entry: ConversationEntry, fromSeq: number, toSeq: number): IndexWork {
  const entries: IndexedMessage[] = []
  const removed: number[] = []
  const take = (seq: number, record: EventRecord): void => {
    const found = indexed(cache, entry, seq, record, readAmendment(cache, entry.slot, seq))
    if (found) entries.push(found)
  }
  for (const { seq, record } of eventsBetween(cache, entry, fromSeq, toSeq)) {
    const { content } = record
    if (!isKnownContent(content)) continue
    if (content.type === 'deleted') removed.push(content.targetSeq)
    else if (content.type === 'edited') {
      const inRange = content.targetSeq >= fromSeq && content.targetSeq <= toSeq
      const target = inRange ? undefined : eventAt(cache, entry, content.targetSeq)
      if (target) take(content.targetSeq, target)
    } else if (content.type === 'message') take(seq, record)
  }
  return { entries, removed }
}

/**
 * The same for events as they have just been stored, without opening them again; undefined where one of them changes the words
 * of another, or has had its own changed: then only the store knows how they read.
 */
export function indexWorkOf(
  cache: Cache,
  entry: ConversationEntry,
  events: readonly ConversationEvent[],
): IndexWork | undefined {
  const entries: IndexedMessage[] = []
  for (const { seq, atMs, actorId, content } of events) {
    if (content.type === 'edited' || content.type === 'deleted') return undefined
    if (content.type !== 'message') continue
    const amendment = readAmendment(cache, entry.slot, seq)
    if (amendment?.edit || isDeleted(amendment)) return undefined
    const found = indexed(cache, entry, seq, { atMs, actorId, content }, amendment)
    if (found) entries.push(found)
  }
  return { entries, removed: [] }
}

function indexed(
  cache: Cache,
  entry: ConversationEntry,
  seq: number,
  record: EventRecord,
  amendment: Amendment | undefined,
): IndexedMessage | undefined {
  const reading = readingOf(record, amendment)
  if (!reading) return undefined
  return {
    slot: entry.slot,
    seq,
    atMs: record.atMs,
    senderSlot: cache.people.get(record.actorId)?.slot ?? 0,
    hasFile: reading.files.length > 0,
    text: wordsOf(reading),
  }
}

/** The conversations and what is cached of them; those with the newest messages first. */
export function slots(cache: Cache): Slot[] {
  const newest = (entry: ConversationEntry) => eventsBelow(cache, entry, entry.state.high, 1)[0]?.record.atMs ?? 0
  return [...cache.conversations.values()]
    .map((entry) => ({ entry, atMs: newest(entry) }))
    .sort((a, b) => b.atMs - a.atMs)
    .map(({ entry: { slot, state } }) => ({
      slot,
      conversationId: state.info.conversationId,
      low: state.low,
      high: state.high,
    }))
}

/** A message as it reads now; undefined where it is deleted or gone. */
export function storedMessage(
  cache: Cache,
  self: UserId,
  entry: ConversationEntry,
  seq: number,
): FoundMessage | undefined {
  const found = eventAt(cache, entry, seq)
  const reading = found && readingOf(found, readAmendment(cache, entry.slot, seq))
  if (!reading) return undefined
  const { info } = entry.state
  return {
    conversationId: info.conversationId,
    conversationName: conversationName(cache, info, self),
    senderId: found.actorId,
    senderName: nameOf(cache, found.actorId),
    atMs: found.atMs,
    text: wordsOf(reading),
    ...(reading.files.length > 0 && { files: reading.files.map(fileView) }),
  }
}
