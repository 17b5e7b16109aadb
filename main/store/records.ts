// Owns the shapes of what lies sealed in the cache, where each lies, and the contexts (associated data) that bind it there.
// Always holds: contexts are made here and nowhere else; a context names table, place and version.

import { limits } from '../../shared/limits.ts'
import type {
  ClientId,
  ConversationEvent,
  ConversationId,
  ConversationInfo,
  ConversationPrefs,
  FileId,
  Mention,
  Thumbnail,
  UserId,
  WipeId,
} from '../../shared/model.ts'
import type { Failure } from '../../shared/result.ts'
import type { MessageAct, SendFrame } from '../../shared/wire.ts'

export interface ConversationState {
  /** As it stands: what the server granted, with the changes of the events after its `asOfSeq`. */
  readonly info: ConversationInfo
  /** Those changes, while events between `asOfSeq` and them may still come; see info.ts. */
  readonly changes?: InfoChanges
  /** Cached events are exactly low…high, without a gap; 0…0 where none was ever cached; low = high + 1 where all have left. */
  readonly low: number
  readonly high: number
  /** Below this the cache does not reach by itself: what is older has been evicted, or is past the bounds. */
  readonly floor?: number
  /** Read up to here, as the server knows it. */
  readonly readSeq: number
  /** Read up to here, as this user did here; the server is told until it agrees. */
  readonly wantReadSeq: number
  /** Messages of others that are unread, among the cached; see unread.ts. */
  readonly unread: number
  /** Of those, the ones that name this user; absent from caches of version 2. */
  readonly mentions?: number
  /** This user's settings as the server has them; absent where they are the default. */
  readonly prefs?: ConversationPrefs
  /** The settings as this user wants them, until the server agrees. */
  readonly wantPrefs?: ConversationPrefs
  /** How far others have read, those who read last at the end; at most limits.readersKept. */
  readonly readers?: readonly Reader[]
  /** What the user has begun to write. */
  readonly draft?: string
}

export interface Reader {
  readonly userId: UserId
  readonly seq: number
}

/** The last word of each event about a conversation's info, by seq. */
export interface InfoChanges {
  readonly name?: readonly [seq: number, value: string]
  readonly topic?: readonly [seq: number, value: string]
  readonly isOpen?: readonly [seq: number, value: boolean]
  readonly archived?: readonly [seq: number, value: boolean]
  /** True: is a member from then on. */
  readonly members?: Readonly<Record<UserId, readonly [seq: number, value: boolean]>>
}

export interface ConversationEntry {
  readonly slot: number
  readonly keyId: number
  readonly version: number
  readonly state: ConversationState
}

interface Waiting {
  readonly clientId: ClientId
  readonly createdAtMs: number
  /** Refused by the server: waits for the user to retry or discard. */
  readonly failure?: Failure
}

/** A file of a message that has not left. What is missing here (its hash, above all) stands in its FileRecord. */
export interface OutboxFile {
  readonly fileId: FileId
  readonly name: string
  readonly mediaType: string
  readonly bytes: number
}

/** A message on its way out. */
export interface OutboxMessage
  extends Waiting,
    Readonly<Pick<SendFrame, 'isFallback' | 'mentions' | 'threadSeq' | 'quoteSeq' | 'forward'>> {
  readonly type: 'message'
  readonly body: string
  readonly files?: readonly OutboxFile[]
}

/** An edit, a deletion or a reaction on its way out. */
export interface OutboxAct extends Waiting {
  readonly type: 'act'
  readonly act: MessageAct
}

export type OutboxRecord = OutboxMessage | OutboxAct
/** As it is put into the outbox. */
export type NewOutbox = Omit<OutboxMessage, 'failure'> | Omit<OutboxAct, 'failure'>

export interface OutboxEntry {
  readonly position: number
  readonly version: number
  readonly conversationId: ConversationId
  readonly record: OutboxRecord
}

/** What the user did and has not left, carried over from a cache that was set aside. */
export interface Unsent {
  readonly conversationId: ConversationId
  readonly record: OutboxRecord
}

/** Records of caches of version 2 are messages and do not say so. */
export function outboxRecordFrom(opened: unknown): OutboxRecord {
  const record = opened as OutboxRecord | Omit<OutboxMessage, 'type'>
  return 'type' in record ? record : { type: 'message', ...record }
}

/** A file whose bytes, or a part of them, lie sealed on this desktop. */
export interface FileRecord {
  readonly fileId: FileId
  readonly conversationId: ConversationId
  /** Attached to what the user writes; of a message that has not left; of a message in the log. */
  readonly role: 'draft' | 'outgoing' | 'cached'
  /** As its sender named it: untrusted. */
  readonly name: string
  readonly mediaType: string
  readonly bytes: number
  /** Absent until it has been taken in whole. */
  readonly sha256?: string
  readonly thumbnail?: Thumbnail
  /** Random name of the folder its sealed parts lie in. */
  readonly folder: string
  /** Sealed parts that are on the disk, from the first without a gap. */
  readonly parts: number
  /** All of it is here, and its hash was compared. */
  readonly whole: boolean
  readonly usedAtMs: number
}

export interface FileEntry {
  readonly slot: number
  readonly keyId: number
  readonly version: number
  readonly record: FileRecord
}

/** A row of the event table, opened. The conversation and seq come from the row's place, which the seal proves. */
export interface EventRecord {
  readonly atMs: number
  readonly actorId: UserId
  readonly content: ConversationEvent['content']
}

/** What later events have made of a message. */
export interface Amendment {
  /** The words of its latest edit. */
  readonly edit?: {
    readonly body: string
    readonly atMs: number
    readonly mentions?: readonly Mention[]
    /** Seqs of all its edits, the newest last: their words go with it when it is deleted. */
    readonly seqs: readonly number[]
  }
  /** Its words are gone; so are its edits and reactions. */
  readonly deletedAtMs?: number
  /** The last word of each person about each emoji; those that were taken off stay, since older words may come later. */
  readonly reactions?: readonly Reaction[]
  /** The replies in its thread, ascending. */
  readonly replies?: readonly Reply[]
}

export interface Reaction {
  readonly userId: UserId
  readonly emoji: string
  readonly seq: number
  readonly on: boolean
}

export interface Reply {
  readonly seq: number
  readonly atMs: number
  readonly userId: UserId
  /** Deleted. */
  readonly gone?: true
}

/** What an order for single conversations took from this cache. */
export interface WipedConversations {
  readonly wipeId: WipeId
  /** Those of the ordered that something was here of, and their names as shown. */
  readonly held: readonly ConversationId[]
  readonly names: readonly string[]
  readonly issuedBy: string
  readonly reason: string
  /** When their keys were destroyed, milliseconds by this computer's clock. */
  readonly atMs: number
  readonly keys: number
  /** What then lay on the disk without a key: folders of files, and search shards. */
  readonly remains: Remains
  /** Files that were in it, and their bytes. */
  readonly files: number
  readonly bytes: number
}

/** Sealed bytes beside the database whose keys are gone. */
export interface Remains {
  /** Folders of sealed parts, by name. */
  readonly folders: readonly string[]
  readonly shards: readonly { readonly shardId: number; readonly keyId: number }[]
}

/** Amendments of caches of version 2 are an edit or a deletion. */
export function amendmentFrom(opened: unknown): Amendment {
  const found = opened as Amendment | AmendmentOf2
  if (!('type' in found)) return found
  if (found.type === 'deleted') return { deletedAtMs: found.atMs }
  return { edit: { body: found.body, atMs: found.atMs, seqs: found.editSeqs } }
}
type AmendmentOf2 =
  | { readonly type: 'edited'; readonly body: string; readonly atMs: number; readonly editSeqs: readonly number[] }
  | { readonly type: 'deleted'; readonly atMs: number }

/** In the place of content whose words are gone. */
export const REDACTED = 'redacted'

export interface Cursors {
  readonly directory: string
  readonly access: string
}

/** Seqs of one conversation that a search shard covers: ascending, disjoint, both ends included. */
export interface CoveredRange {
  readonly slot: number
  readonly ranges: readonly (readonly [fromSeq: number, toSeq: number])[]
}

/** One file of the search index. */
export interface ShardRow {
  readonly shardId: number
  readonly keyId: number
  readonly covers: readonly CoveredRange[]
  readonly entries: number
  readonly bytes: number
}

const SEQ_SPAN = 2 ** 32
/** Row id of an event: slot in the high part. Safe integers hold 2^21 slots; a server claiming a seq past 2^32 is refused. */
export const eventId = (slot: number, seq: number): number => slot * SEQ_SPAN + seq
export const seqOf = (id: number): number => id % SEQ_SPAN
export const slotOf = (id: number): number => Math.floor(id / SEQ_SPAN)
export const MAX_SEQ = SEQ_SPAN - 1
/** Row id of the segment that `seq` lies in. */
export const segmentId = (slot: number, seq: number): number => slot * SEQ_SPAN + Math.floor(seq / limits.segmentEvents)
export const segmentOf = (seq: number): number => Math.floor(seq / limits.segmentEvents)

export const contexts = {
  keyring: (keyId: number) => `keyring|${keyId}`,
  state: (name: string, version: number) => `state|${name}|${version}`,
  person: (slot: number, version: number) => `person|${slot}|${version}`,
  conversation: (slot: number, version: number) => `conversation|${slot}|${version}`,
  segment: (id: number, keyId: number) => `segment|${slotOf(id)}|${seqOf(id)}|${keyId}`,
  event: (slot: number, seq: number) => `event|${slot}|${seq}`,
  amendment: (slot: number, seq: number, version: number) => `amendment|${slot}|${seq}|${version}`,
  outbox: (position: number, version: number) => `outbox|${position}|${version}`,
  shard: (shardId: number, keyId: number) => `shard-row|${shardId}|${keyId}`,
  file: (slot: number, keyId: number, version: number) => `file|${slot}|${keyId}|${version}`,
} as const
