// Owns the sealed cache as the rest of main sees it: one object over mirror, outbox, files and view, and its opening.
// Always holds: server batches write only the mirror, user actions only the outbox, drafts, settings and read marks; every
// write is one transaction that outlives a kill, and a power cut where the server could not give it again; after close() no key
// of it is left in memory. Errors of SQLite and of sealed records leave as exceptions that storeFailure() names.

import type {
  CacheNotice,
  ConversationsWiped,
  ConversationView,
  MessagePage,
  PersonView,
  ThreadPage,
} from '../../shared/bridge.ts'
import type {
  ClientId,
  ConversationEvent,
  ConversationId,
  ConversationInfo,
  ConversationPrefs,
  FileId,
  FileInfo,
  Person,
  UserId,
} from '../../shared/model.ts'
import { type Failure, ok, type Result } from '../../shared/result.ts'
import { loadCache, putValue, transact } from './cache.ts'
import { type DatabaseParts, openDatabase, type SealedDatabase } from './database.ts'
import type { Bounds, Evicted } from './eviction.ts'
import { storeFailure } from './failures.ts'
import type { FoundMessage, IndexWork, Slot } from './indexing.ts'
import type { Applied, Lost } from './mirror.ts'
import { rescueUnsent } from './quarantine.ts'
import type {
  Cursors,
  FileRecord,
  NewOutbox,
  OutboxEntry,
  Reader,
  ShardRow,
  Unsent,
  WipedConversations,
} from './records.ts'
import { beginReview } from './review.ts'
import { createSealedStore } from './sealed-store.ts'
import { dropOrphanKeys } from './shards.ts'
import type { Brief, Live } from './view.ts'
import type { ConversationsToWipe } from './wiped.ts'

export type { Bounds, Evicted } from './eviction.ts'
export type { FoundMessage, IndexedMessage, IndexWork, Slot } from './indexing.ts'
export type { Applied, Lost } from './mirror.ts'
export type {
  FileRecord,
  NewOutbox,
  OutboxEntry,
  OutboxFile,
  OutboxMessage,
  Reader,
  Remains,
  ShardRow,
  Unsent,
  WipedConversations,
} from './records.ts'
export type { Brief, Live } from './view.ts'
export type { ConversationsToWipe } from './wiped.ts'

export interface Position {
  readonly conversationId: ConversationId
  /** Cached events are exactly low…high; 0…0 where none is. */
  readonly low: number
  readonly high: number
  /** No history below `low` is to be fetched unasked: it has been evicted, or would be. */
  readonly isBounded: boolean
}

/** A file of a message in the log. */
export interface FilePlace {
  readonly conversationId: ConversationId
  readonly seq: number
  readonly file: FileInfo
}

export interface Store {
  readonly self: UserId
  cursors(): Cursors
  /**
   * Something here was granted by a server of version 1, which does not say as of which event: from a newer one access is to
   * be asked for from its beginning, or events would change nothing of it.
   */
  hasBareGrants(): boolean
  applyDirectory(people: readonly Person[], cursor: string): void
  /** A grant that is older than what is here (by `asOfSeq`) undoes nothing. */
  applyAccess(granted: readonly ConversationInfo[], revoked: readonly ConversationId[], cursor: string): readonly Lost[]
  /** What they change of the conversation's info, of other messages and of the outbox is in the same transaction. */
  applyEvents(conversationId: ConversationId, events: readonly ConversationEvent[]): Applied
  /** By the user up to or past their mark of unread (ConversationPrefs), that mark goes too: see unsentPrefs. */
  applyRead(conversationId: ConversationId, seq: number, by: 'server' | 'user'): boolean
  /** What the server knows to be read, of many conversations, as one transaction; true where anything changed. */
  applyReads(reads: readonly { conversationId: ConversationId; readSeq: number }[]): boolean
  /** How far others have read; true where anything changed. Nothing is kept of large conversations. */
  applyReaders(conversationId: ConversationId, readers: readonly Reader[]): boolean
  /**
   * What the server has of this user's settings, from heads (absent there: the default) or `prefsMoved`, as one transaction;
   * true where anything shown changed. What the user wants stays until the server says the same.
   */
  applyPrefs(moved: readonly { conversationId: ConversationId; prefs: ConversationPrefs | undefined }[]): boolean
  /** What the user wants; what is absent stays. ok(false) where nothing changed. Codes: not-found. */
  wantPrefs(
    conversationId: ConversationId,
    change: { muted?: boolean | undefined; pinned?: boolean | undefined; unreadFromSeq?: number | null | undefined },
  ): Result<boolean>
  /** What the user wants and the server has not confirmed: to be sent, and sent again on the next connection. */
  unsentPrefs(conversationId: ConversationId): ConversationPrefs | undefined
  positions(): Position[]
  position(conversationId: ConversationId): Position | undefined
  /** Read marks that the server may not know yet: what this user has read here beyond `serverReadSeq`. */
  unsentRead(conversationId: ConversationId, serverReadSeq: number): number | undefined
  /** Adds to the outbox; its files leave the draft with it. Codes: not-found, too-large. A clientId waiting is a no-op. */
  enqueue(conversationId: ConversationId, record: NewOutbox): Result<void>
  /** Messages and acts to send, in the order they were written: not refused, not in `underWay`. */
  waiting(underWay: ReadonlySet<ClientId>): OutboxEntry[]
  outboxEntry(clientId: ClientId): OutboxEntry | undefined
  setFailure(clientId: ClientId, failure: Failure | undefined): boolean
  /** Discards; the records and keys of its files go with it, their folders are then without a record. */
  takeOut(clientId: ClientId): boolean
  listConversations(live: Live): ConversationView[]
  /** What a notification, a request or a check needs of a conversation. */
  conversation(conversationId: ConversationId): Brief | undefined
  /** A message of another that names this user. */
  concernsMe(event: ConversationEvent): boolean
  /** Codes: not-found. */
  readPage(conversationId: ConversationId, before: number | undefined, limit: number, live: Live): Result<MessagePage>
  /** Codes: not-found (also where `rootSeq` is no message that has a thread). */
  readThread(conversationId: ConversationId, rootSeq: number, live: Live): Result<ThreadPage>
  /** What a message said, oldest first, and says. Codes: not-found, message-deleted. */
  readEdits(conversationId: ConversationId, seq: number): Result<{ versions: { atMs: number; text: string }[] }>
  /** The first event at or after a time; undefined where the cache does not tell. */
  seqAt(conversationId: ConversationId, atMs: number): number | undefined
  listPeople(): PersonView[]
  person(userId: UserId): PersonView | undefined
  /** Unread messages in all conversations; of muted ones, those that name this user. */
  unread(): number
  /** Messages and acts waiting or refused. */
  queued(): number
  /** Keeps what the user has begun to write; ok(false) where nothing changed. Codes: not-found. */
  saveDraft(conversationId: ConversationId, text: string): Result<boolean>
  /** Everything that has not left, for carrying over to another cache. */
  unsent(): Unsent[]
  /** That an earlier cache was set aside, until the user has seen it. */
  notice(): CacheNotice | undefined
  dismissNotice(): void

  // --- files ---
  files(): readonly FileRecord[]
  file(fileId: FileId): FileRecord | undefined
  /** Makes the file's key; durable. False where its conversation is not here, or the file already is. */
  addFile(record: FileRecord): boolean
  /** A known file's new state; false where it is not known. Progress alone (`parts`, `usedAtMs`) outlives a kill only. */
  putFile(record: FileRecord): boolean
  /** A copy of a file's key; the caller zeroes it. */
  fileKey(fileId: FileId): Uint8Array | undefined
  /** Forgets files and destroys their keys, durably. */
  dropFiles(fileIds: readonly FileId[]): void
  /** Where a file stands that a page, a thread or a search hit has shown since the store was opened; undefined where it is gone. */
  filePlace(fileId: FileId): FilePlace | undefined

  // --- bounds ---
  /** Sets what is kept; history beyond it is no longer asked for. */
  setBounds(bounds: Bounds): void
  /** Evicts a little of what is beyond the bounds; undefined once all is within. */
  evictOnce(): Evicted | undefined
  /** After a run of evictions: nothing of what has left is had through the write-ahead log or a cache set aside. */
  sealEviction(): void

  // --- what search needs ---
  /** What events of a conversation mean for the index; at most a few hundred at a time. */
  indexWork(slot: number, fromSeq: number, toSeq: number): IndexWork
  /** The same for events that have just been stored, without reading them again; undefined where they must be read. */
  indexWorkOf(conversationId: ConversationId, events: readonly ConversationEvent[]): IndexWork | undefined
  /** The conversations and their cached ranges; those with the newest messages first. */
  slots(): Slot[]
  shards(): readonly ShardRow[]
  nextShardId(): number
  /** A key for a shard that is about to be written; durable. The caller zeroes its copy. */
  newShardKey(): { readonly keyId: number; readonly key: Uint8Array }
  /** A copy of a shard's key; the caller zeroes it. */
  shardKey(keyId: number): Uint8Array | undefined
  /** Notes written shards and takes others away; the keys of what they replace are destroyed. */
  putShards(rows: readonly ShardRow[], dropped: readonly number[]): void
  dropKeys(keyIds: readonly number[]): void
  senderSlots(match: (person: PersonView) => boolean): number[]
  conversationSlots(match: (name: string, conversationId: ConversationId) => boolean): number[]
  slotOf(conversationId: ConversationId): number | undefined
  /** One stored message as it reads now; undefined where it is deleted or gone. */
  message(slot: number, seq: number): FoundMessage | undefined

  // --- wipes of single conversations ---
  /**
   * Takes conversations away with all that was made of them, and their keys, durably; what the server grants of them stays as
   * an empty conversation. The same order again changes nothing and is answered alike. `lost` is what search and files are
   * to hear of in this turn.
   */
  wipeConversations(order: ConversationsToWipe): { readonly wiped: WipedConversations; readonly lost: readonly Lost[] }
  /** The oldest order that wiped conversations here and that the user has not read of. */
  conversationsWiped(): ConversationsWiped | undefined
  dismissConversationsWiped(): void

  // --- the file of the cache ---
  /**
   * Looks through the next stretch of what is stored, after an unclean end or in a cache of an earlier version; false when
   * done. Throws where it is damaged.
   */
  verifyStep(): boolean
  /** Seals the keyring under another root key, durably; records stay as they are. */
  rekey(rootKey: Uint8Array): void
  /** Rises with the changes over the life of this cache; a power cut does not take it back. */
  counter(): number
  keyCount(): number
  /** Closes the file and zeroes all keys. */
  close(): void
}

export interface StoreParts extends DatabaseParts {
  /** The user this cache belongs to. */
  readonly self: UserId
  /** From a cache that was set aside: what it leaves to this one. */
  readonly inherited?: { readonly unsent: readonly Unsent[]; readonly notice: CacheNotice }
}

export type OpenedStore =
  | { readonly ok: true; readonly value: Store }
  /** Where the cache must be set aside: what could be rescued from it, and whether that is all. */
  | { readonly ok: false; readonly error: Failure; readonly unsent: readonly Unsent[]; readonly maybeLost: boolean }

/**
 * Opens (creating) the cache. Codes: store-too-new, store-corrupt, store-other-key, store-rolled-back, disk-full,
 * profile-in-use, profile-not-writable.
 */
export function openStore({ self, inherited, ...parts }: StoreParts): OpenedStore {
  const opened = openDatabase(parts)
  if (!opened.ok) return { ok: false, error: opened.error, ...rescue(opened.half, opened.error) }
  const sealed = opened.value
  try {
    const cache = loadCache(sealed)
    if (sealed.wasUnclean) checkSmallTables(sealed)
    dropOrphanKeys(cache)
    beginReview(cache)
    if (inherited)
      transact(cache, () => {
        if (inherited.unsent.length > 0) putValue(cache, 'unsent', [...cache.values.unsent, ...inherited.unsent])
        putValue(cache, 'notice', inherited.notice)
      })
    return ok(createSealedStore(cache, self, parts.file))
  } catch (error) {
    const failure = storeFailure(error)
    return { ok: false, error: failure, ...rescue(sealed, failure) }
  }
}

/** Failures after which a cache is set aside: waiting would not mend it. */
const lastingFailures: ReadonlySet<string> = new Set(['store-corrupt', 'store-other-key', 'store-rolled-back'])

/** What can be read of the outbox of a cache that cannot be used; closes it. */
function rescue(half: SealedDatabase | undefined, failure: Failure) {
  try {
    if (!lastingFailures.has(failure.code)) return { unsent: [], maybeLost: false }
    return half ? rescueUnsent(half) : { unsent: [], maybeLost: true }
  } finally {
    half?.close()
  }
}

/** After an unclean end: the tables whose size does not grow with the messages. The events follow, bit by bit. */
function checkSmallTables({ db }: SealedDatabase): void {
  for (const table of ['keyring', 'state', 'person', 'conversation', 'segment', 'outbox', 'shard', 'file']) {
    const found = db.pragma(`quick_check('${table}')`, { simple: true })
    if (found !== 'ok') throw Object.assign(new Error('quick_check'), { code: 'SQLITE_CORRUPT' })
  }
}
