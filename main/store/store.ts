// Owns the sealed cache as the rest of main sees it: one object over mirror, outbox and view.
// Always holds: server batches write only the mirror, user actions only the outbox and read marks; every write is one
// transaction that outlives a kill, and a power cut where the server could not give it again; after close() no key of it is left in memory. Errors of SQLite and of sealed records leave as
// exceptions that storeFailure() names.

import type { CacheNotice, ConversationView, MessagePage, PersonView } from '../../shared/bridge.ts'
import type {
  ClientId,
  ConversationEvent,
  ConversationId,
  ConversationInfo,
  Person,
  UserId,
} from '../../shared/model.ts'
import { type Failure, ok, type Result } from '../../shared/result.ts'
import { type Cache, loadCache, putValue, transact } from './cache.ts'
import { type DatabaseParts, openDatabase, type SealedDatabase } from './database.ts'
import { eventsBetween } from './events.ts'
import { type Bounds, cachedEvents, type Evicted, evictOnce, oldestAtMs, sealEviction } from './eviction.ts'
import { storeFailure } from './failures.ts'
import {
  type FoundMessage,
  type IndexWork,
  indexWork,
  indexWorkOf,
  type Slot,
  slots,
  storedMessage,
} from './indexing.ts'
import { type Applied, applyAccess, applyDirectory, applyEvents, applyRead, applyReads, type Lost } from './mirror.ts'
import { enqueue, saveDraft, setFailure, takeOut, waiting } from './outbox.ts'
import { removeQuarantined, rescueUnsent } from './quarantine.ts'
import type { ConversationEntry, Cursors, OutboxEntry, ShardRow, Unsent } from './records.ts'
import { dropKeys, dropOrphanKeys, newShardKey, nextShardId, putShards } from './shards.ts'
import { conversationName, listConversations, personView, readPage } from './view.ts'

export type { Bounds, Evicted } from './eviction.ts'
export type { FoundMessage, IndexedMessage, IndexWork, Slot } from './indexing.ts'
export type { Applied, Lost } from './mirror.ts'
export type { ShardRow, Unsent } from './records.ts'

export interface Position {
  readonly conversationId: ConversationId
  /** Cached events are exactly low…high; 0…0 where none is. */
  readonly low: number
  readonly high: number
  /** No history below `low` is to be fetched unasked: it has been evicted, or would be. */
  readonly isBounded: boolean
}

export interface Store {
  readonly self: UserId
  cursors(): Cursors
  applyDirectory(people: readonly Person[], cursor: string): void
  applyAccess(granted: readonly ConversationInfo[], revoked: readonly ConversationId[], cursor: string): readonly Lost[]
  applyEvents(conversationId: ConversationId, events: readonly ConversationEvent[]): Applied
  applyRead(conversationId: ConversationId, seq: number, by: 'server' | 'user'): boolean
  /** What the server knows to be read, of many conversations, as one transaction; true where anything changed. */
  applyReads(reads: readonly { conversationId: ConversationId; readSeq: number }[]): boolean
  positions(): Position[]
  position(conversationId: ConversationId): Position | undefined
  /** Read marks that the server may not know yet: what this user has read here beyond `serverReadSeq`. */
  unsentRead(conversationId: ConversationId, serverReadSeq: number): number | undefined
  enqueue(
    conversationId: ConversationId,
    message: { clientId: ClientId; body: string; createdAtMs: number },
  ): Result<void>
  waiting(underWay: ReadonlySet<ClientId>): OutboxEntry[]
  outboxEntry(clientId: ClientId): OutboxEntry | undefined
  setFailure(clientId: ClientId, failure: Failure | undefined): boolean
  takeOut(clientId: ClientId): boolean
  listConversations(sending: ReadonlySet<string>): ConversationView[]
  readPage(
    conversationId: ConversationId,
    before: number | undefined,
    limit: number,
    sending: ReadonlySet<string>,
  ): Result<MessagePage>
  listPeople(): PersonView[]
  person(userId: UserId): PersonView | undefined
  /** Unread messages in all conversations. */
  unread(): number
  /** Messages waiting or refused. */
  queued(): number
  /** Keeps what the user has begun to write; ok(false) where nothing changed. Codes: not-found. */
  saveDraft(conversationId: ConversationId, text: string): Result<boolean>
  /** Every message that has not left, for carrying over to another cache. */
  unsent(): Unsent[]
  /** That an earlier cache was set aside, until the user has seen it. */
  notice(): CacheNotice | undefined
  dismissNotice(): void

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

  // --- the file ---
  /** Looks through the next stretch of what is stored after an unclean end; false when done. Throws where it is damaged. */
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
    if (inherited)
      transact(cache, () => {
        if (inherited.unsent.length > 0) putValue(cache, 'unsent', [...cache.values.unsent, ...inherited.unsent])
        putValue(cache, 'notice', inherited.notice)
      })
    return ok(storeOver(cache, self, parts.file))
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
  for (const table of ['keyring', 'state', 'person', 'conversation', 'segment', 'outbox', 'shard']) {
    const found = db.pragma(`quick_check('${table}')`, { simple: true })
    if (found !== 'ok') throw Object.assign(new Error('quick_check'), { code: 'SQLITE_CORRUPT' })
  }
}

/** Events opened in one step of looking through: ~2 ms. */
const VERIFY_AT_A_TIME = 250

function storeOver(cache: Cache, self: UserId, file: string): Store {
  let bounds: Bounds = { oldestMs: 0, most: Number.MAX_SAFE_INTEGER }
  const slotIds = new Map<number, ConversationId>()
  const bySlot = (slot: number) => {
    const known = cache.conversations.get(slotIds.get(slot) as ConversationId)
    if (known?.slot === slot) return known
    const found = [...cache.conversations.values()].find((entry) => entry.slot === slot)
    if (found) slotIds.set(slot, found.state.info.conversationId)
    return found
  }
  const toVerify = cache.sealed.wasUnclean ? verifySteps(cache) : undefined

  /** `isFull`: more history, of whichever conversation, would only be evicted again. */
  function positionOf(entry: ConversationEntry, isFull: boolean): Position {
    const { info, low, high, floor = 0 } = entry.state
    const isOldEnough = (oldestAtMs(cache, entry) ?? Number.POSITIVE_INFINITY) < bounds.oldestMs
    const isBounded = high > 0 && (low <= floor || isFull || isOldEnough)
    return { conversationId: info.conversationId, low, high, isBounded }
  }

  return {
    self,
    cursors: () => cache.values.cursors,
    applyDirectory: (people, cursor) => applyDirectory(cache, people, cursor),
    applyAccess(granted, revoked, cursor) {
      const lost = applyAccess(cache, granted, revoked, cursor)
      // A cache that was set aside must not keep what is revoked.
      if (lost.length > 0) removeQuarantined(file)
      return lost
    },
    applyEvents: (conversationId, events) => applyEvents(cache, conversationId, events, self),
    applyRead: (conversationId, seq, by) => applyRead(cache, conversationId, seq, by, self),
    applyReads: (reads) => applyReads(cache, reads, self),
    positions() {
      const isFull = cachedEvents(cache) >= bounds.most
      return [...cache.conversations.values()].map((entry) => positionOf(entry, isFull))
    },
    position(conversationId) {
      const entry = cache.conversations.get(conversationId)
      return entry && positionOf(entry, cachedEvents(cache) >= bounds.most)
    },
    unsentRead(conversationId, serverReadSeq) {
      const want = cache.conversations.get(conversationId)?.state.wantReadSeq ?? 0
      return want > serverReadSeq ? want : undefined
    },
    enqueue: (conversationId, message) => enqueue(cache, conversationId, message),
    waiting: (underWay) => waiting(cache, underWay),
    outboxEntry: (clientId) => cache.outbox.get(clientId),
    setFailure: (clientId, failure) => setFailure(cache, clientId, failure),
    takeOut: (clientId) => takeOut(cache, clientId),
    saveDraft: (conversationId, text) => saveDraft(cache, conversationId, text),
    listConversations: (sending) => listConversations({ cache, self, sending }),
    readPage: (conversationId, before, limit, sending) =>
      readPage({ cache, self, sending }, conversationId, before, limit),
    listPeople: () => [...cache.people.values()].map(({ person }) => personView(person)),
    person(userId) {
      const person = cache.people.get(userId)?.person
      return person && personView(person)
    },
    unread: () => [...cache.conversations.values()].reduce((sum, { state }) => sum + state.unread, 0),
    queued: () => cache.outbox.size + cache.values.unsent.length,
    unsent: () => [
      ...cache.values.unsent,
      ...[...cache.outbox.values()].map(({ conversationId, record }) => ({ conversationId, record })),
    ],
    notice: () => cache.values.notice,
    dismissNotice() {
      if (cache.values.notice) transact(cache, () => putValue(cache, 'notice', undefined))
    },
    setBounds(next) {
      bounds = next
    },
    evictOnce: () => evictOnce(cache, bounds),
    sealEviction() {
      sealEviction(cache)
      removeQuarantined(file)
    },
    indexWork(slot, fromSeq, toSeq) {
      const entry = bySlot(slot)
      return entry ? indexWork(cache, entry, fromSeq, toSeq) : { entries: [], removed: [] }
    },
    indexWorkOf(conversationId, events) {
      const entry = cache.conversations.get(conversationId)
      return entry && indexWorkOf(cache, entry, events)
    },
    slots: () => slots(cache),
    shards: () => [...cache.shards.values()],
    nextShardId: () => nextShardId(cache),
    newShardKey: () => newShardKey(cache),
    shardKey: (keyId) => cache.sealed.copyKey(keyId),
    putShards: (rows, dropped) => putShards(cache, rows, dropped),
    dropKeys: (keyIds) => dropKeys(cache, keyIds),
    senderSlots: (match) =>
      [...cache.people.values()].filter(({ person }) => match(personView(person))).map(({ slot }) => slot),
    conversationSlots: (match) =>
      [...cache.conversations.values()]
        .filter(({ state }) => match(conversationName(cache, state.info, self), state.info.conversationId))
        .map(({ slot }) => slot),
    slotOf: (conversationId) => cache.conversations.get(conversationId)?.slot,
    message(slot, seq) {
      const entry = bySlot(slot)
      return entry && storedMessage(cache, self, entry, seq)
    },
    verifyStep: () => toVerify?.next().done === false,
    rekey: (rootKey) => cache.sealed.rekey(rootKey),
    counter: () => cache.sealed.lastingCounter(),
    keyCount: () => cache.sealed.keyCount(),
    close() {
      cache.sealed.close()
      for (const held of [cache.people, cache.conversations, cache.outbox, cache.lastMessages, slotIds]) held.clear()
      cache.values = { cursors: { directory: '', access: '' }, unsent: [], notice: undefined }
    },
  }
}

/** Opens every event there is, a stretch at a time. Throws CorruptRecord at the first that does not open. */
function* verifySteps(cache: Cache): Generator<void> {
  for (const id of [...cache.conversations.keys()]) {
    for (let from = cache.conversations.get(id)?.state.low ?? 0; ; from += VERIFY_AT_A_TIME) {
      // What has left meanwhile, or come, is not looked at twice.
      const entry = cache.conversations.get(id)
      if (!entry || from > entry.state.high) break
      eventsBetween(cache, entry, from, from + VERIFY_AT_A_TIME - 1)
      yield
    }
  }
}
