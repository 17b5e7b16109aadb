// Owns what the main thread and the search worker say to each other. Types only.
// Always holds: messages arrive in the order they were sent; text goes to the worker and never comes back; a key sent is the
// only copy, and the worker zeroes it once it has been used.

import type { ShardRow } from '../store/records.ts'
import type { IndexedMessage } from '../store/store.ts'
import type { ShardQuery } from './shard.ts'

/** Bounds of the index; tests set smaller ones. */
export interface IndexBounds {
  /** Messages after which a shard is full. */
  readonly shardMessages: number
  /** Quiet time after which what changed is sealed. */
  readonly sealAfterMs: number
  /** Longest time that a change stays unsealed while others keep coming. */
  readonly sealAtMostMs: number
  /** Pause before the next attempt after a shard could not be written. */
  readonly sealRetryMs: number
}

/** A place in the order of hits: newest first, and in one millisecond by shard. */
export interface HitPlace {
  readonly key: number
  readonly shardId: number
}

export interface IndexHit extends HitPlace {
  readonly slot: number
  readonly seq: number
}

/** A conversation is gone, or what it held below `belowSeq`. */
export interface Removal {
  readonly slot: number
  readonly belowSeq?: number
}

/** What fromSeq…toSeq of a conversation means for the index. */
export interface Batch {
  readonly type: 'batch'
  readonly batchId: number
  readonly slot: number
  readonly fromSeq: number
  readonly toSeq: number
  readonly entries: readonly IndexedMessage[]
  readonly removed: readonly number[]
  /** Just arrived: a search asked for later has it. */
  readonly live: boolean
}

export interface SealedShard {
  readonly row: ShardRow
  readonly key: Uint8Array<ArrayBuffer>
}

export type ToWorker =
  /** First of all. `shards` in the order to load them; `openShardId` is the one to go on filling. */
  | {
      readonly type: 'open'
      /** Folder of the shard files; undefined: nothing goes to disk. */
      readonly dir: string | undefined
      readonly bounds: IndexBounds
      readonly shards: readonly SealedShard[]
      readonly openShardId: number | undefined
      readonly nextShardId: number
    }
  | Batch
  /** `keyIds` are those whose shards on disk are still good. */
  | { readonly type: 'remove'; readonly removals: readonly Removal[]; readonly keyIds: readonly number[] }
  | {
      readonly type: 'find'
      readonly queryId: number
      readonly query: ShardQuery
      readonly after: HitPlace | undefined
      readonly limit: number
    }
  /** The answer to 'key-wanted'. */
  | { readonly type: 'key'; readonly keyId: number; readonly key: Uint8Array<ArrayBuffer> }
  | { readonly type: 'key-refused' }
  /** The answers to 'sealed': the row is durable, or file and key are void. */
  | { readonly type: 'committed'; readonly keyId: number }
  | { readonly type: 'discarded'; readonly keyId: number; readonly retry: 'now' | 'later' }
  /** Seal what is not sealed, as far as that goes, say 'closed', and do nothing any more. */
  | { readonly type: 'close' }

export type FromWorker =
  /** A shard is of no use: missing, or it does not open. Its file is gone. */
  | { readonly type: 'lost'; readonly shardId: number; readonly why: 'missing' | 'damaged' | 'unreadable' }
  | { readonly type: 'loaded' }
  | { readonly type: 'applied'; readonly batchId: number }
  /** `complete`: nothing that was sent is still waiting. */
  | {
      readonly type: 'found'
      readonly queryId: number
      readonly hits: readonly IndexHit[]
      readonly complete: boolean
    }
  | { readonly type: 'query-failed'; readonly queryId: number; readonly error: string }
  | { readonly type: 'key-wanted' }
  | { readonly type: 'key-unused'; readonly keyId: number }
  | { readonly type: 'sealed'; readonly row: ShardRow }
  | { readonly type: 'seal-failed'; readonly keyId: number; readonly error: string }
  /** Nothing is left in these shards: their rows and keys can go; their files are gone. */
  | { readonly type: 'emptied'; readonly shardIds: readonly number[] }
  | { readonly type: 'closed' }
