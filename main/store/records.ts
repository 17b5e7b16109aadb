// Owns the shapes of what lies sealed in the cache, where each lies, and the contexts (associated data) that bind it there.
// Always holds: contexts are made here and nowhere else; a context names table, place and version.

import { limits } from '../../shared/limits.ts'
import type { ClientId, ConversationEvent, ConversationId, ConversationInfo, UserId } from '../../shared/model.ts'
import type { Failure } from '../../shared/result.ts'

export interface ConversationState {
  readonly info: ConversationInfo
  /** Cached events are exactly low…high, without a gap; 0…0 where none was ever cached; low = high + 1 where all have left. */
  readonly low: number
  readonly high: number
  /** Below this the cache does not reach by itself: what is older has been evicted, or is past the bounds. */
  readonly floor?: number
  /** Read up to here, as the server knows it. */
  readonly readSeq: number
  /** Read up to here, as this user did here; the server is told until it agrees. */
  readonly wantReadSeq: number
  /** Messages of others past what is read, among the cached. */
  readonly unread: number
  /** What the user has begun to write. */
  readonly draft?: string
}

export interface ConversationEntry {
  readonly slot: number
  readonly keyId: number
  readonly version: number
  readonly state: ConversationState
}

export interface OutboxRecord {
  readonly clientId: ClientId
  readonly body: string
  readonly createdAtMs: number
  /** Refused by the server: waits for the user to retry or discard. */
  readonly failure?: Failure
}

export interface OutboxEntry {
  readonly position: number
  readonly version: number
  readonly conversationId: ConversationId
  readonly record: OutboxRecord
}

/** A message of the user's that has not left, carried over from a cache that was set aside. */
export interface Unsent {
  readonly conversationId: ConversationId
  readonly record: OutboxRecord
}

/** A row of the event table, opened. The conversation and seq come from the row's place, which the seal proves. */
export interface EventRecord {
  readonly atMs: number
  readonly actorId: UserId
  readonly content: ConversationEvent['content']
}

/** What later events have made of a message. */
export type Amendment =
  | {
      readonly type: 'edited'
      readonly body: string
      readonly atMs: number
      /** Seqs of all its edits, the newest last: their words go with it when it is deleted. */
      readonly editSeqs: readonly number[]
    }
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
} as const
