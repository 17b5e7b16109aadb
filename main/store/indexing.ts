// Owns what search gets to see of the cache: what events mean for an index, and a found message as it is shown. Reads only.
// Always holds: a message stands for the words of its latest edit and the names of its files; a deleted one for nothing.

import type { FileView } from '../../shared/bridge.ts'
import {
  type ConversationEvent,
  type ConversationId,
  type FileInfo,
  isKnownContent,
  type UserId,
} from '../../shared/model.ts'
import type { Cache } from './cache.ts'
import { eventsBelow, eventsBetween } from './events.ts'
import { type ConversationEntry, type EventRecord, eventId } from './records.ts'
import { asItReads, conversationName, filesView } from './view.ts'

/** A message as the index takes it. */
export interface IndexedMessage {
  readonly slot: number
  readonly seq: number
  readonly atMs: number
  /** The sender's number in this cache; 0 for someone who is not in the directory. */
  readonly senderSlot: number
  readonly hasFile: boolean
  /** Body, then the names of its files, a line each. */
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
  /** Body, then the names of its files, a line each. */
  readonly text: string
  readonly files?: FileView[]
}

/** What the events fromSeq…toSeq of a conversation mean for the index. */
export function indexWork(cache: Cache, entry: ConversationEntry, fromSeq: number, toSeq: number): IndexWork {
  const entries: IndexedMessage[] = []
  const removed: number[] = []
  const take = (seq: number, record: EventRecord): void => {
    if (record.content.type === 'message') entries.push(indexed(cache, entry, seq, record))
  }
  for (const { seq, record } of eventsBetween(cache, entry, fromSeq, toSeq)) {
    const { content } = record
    if (!isKnownContent(content)) continue
    if (content.type === 'deleted') removed.push(content.targetSeq)
    else if (content.type === 'edited') {
      const inRange = content.targetSeq >= fromSeq && content.targetSeq <= toSeq
      const [target] = inRange ? [] : eventsBelow(cache, entry, content.targetSeq, 1, content.targetSeq)
      if (target) take(target.seq, target.record)
    } else take(seq, record)
  }
  return { entries, removed }
}

/**
 * The same for events as they have just been stored, without opening them again; undefined where one of them changes another,
 * or has been changed: then only the store knows how they read.
 */
export function indexWorkOf(
  cache: Cache,
  entry: ConversationEntry,
  events: readonly ConversationEvent[],
): IndexWork | undefined {
  const entries: IndexedMessage[] = []
  for (const { seq, atMs, actorId, content } of events) {
    if (content.type === 'edited' || content.type === 'deleted') return undefined
    if (cache.amendments.has(eventId(entry.slot, seq))) return undefined
    if (content.type === 'message') entries.push(indexed(cache, entry, seq, { atMs, actorId, content }))
  }
  return { entries, removed: [] }
}

function indexed(cache: Cache, entry: ConversationEntry, seq: number, record: EventRecord): IndexedMessage {
  const files = filesOf(record)
  return {
    slot: entry.slot,
    seq,
    atMs: record.atMs,
    senderSlot: cache.people.get(record.actorId)?.slot ?? 0,
    hasFile: files.length > 0,
    text: textOf(asItReads(cache, entry, seq, record), files),
  }
}

function filesOf(record: EventRecord): readonly FileInfo[] {
  const { content } = record
  return isKnownContent(content) && content.type === 'message' ? (content.files ?? []) : []
}

function textOf(record: EventRecord, files: readonly FileInfo[]): string {
  const body = typeof record.content.body === 'string' ? record.content.body : ''
  return [body, ...files.map(({ name }) => name)].join('\n')
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
  const [found] = eventsBelow(cache, entry, seq, 1, seq)
  if (found?.record.content.type !== 'message') return undefined
  const files = filesOf(found.record)
  const { info } = entry.state
  return {
    conversationId: info.conversationId,
    conversationName: conversationName(cache, info, self),
    senderId: found.record.actorId,
    senderName: cache.people.get(found.record.actorId)?.person.displayName ?? '—',
    atMs: found.record.atMs,
    text: textOf(asItReads(cache, entry, seq, found.record), files),
    ...(files.length > 0 && { files: filesView(files) }),
  }
}
