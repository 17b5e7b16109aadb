// Owns the sealed cache as the rest of main sees it: one object over mirror, outbox and view.
// Always holds: server batches write only the mirror, user actions only the outbox and read marks; every write is one
// durable transaction; after close() no key of it is left in memory. Errors of SQLite and of sealed records leave as
// exceptions that storeFailure() names.

import type { ConversationView, MessagePage, PersonView } from '../../shared/bridge.ts'
import type {
  ClientId,
  ConversationEvent,
  ConversationId,
  ConversationInfo,
  Person,
  UserId,
} from '../../shared/model.ts'
import { type Failure, ok, type Result } from '../../shared/result.ts'
import type { Cipher } from '../vault/cipher.ts'
import { type Cursors, eventsBelow, loadCache, type OutboxEntry } from './cache.ts'
import { openDatabase, storeFailure } from './database.ts'

export type { Applied } from './mirror.ts'

import { type Applied, applyAccess, applyDirectory, applyEvents, applyRead } from './mirror.ts'
import { enqueue, setFailure, takeOut, waiting } from './outbox.ts'
import { conversationName, listConversations, personView, readPage } from './view.ts'

export interface Position {
  readonly conversationId: ConversationId
  /** Cached events are exactly low…high; 0…0 where none is. */
  readonly low: number
  readonly high: number
}

/** A stored message as the search index takes it. */
export interface IndexedMessage {
  readonly slot: number
  readonly conversationId: ConversationId
  readonly seq: number
  readonly atMs: number
  readonly body: string
}

export interface Store {
  readonly self: UserId
  cursors(): Cursors
  applyDirectory(people: readonly Person[], cursor: string): void
  applyAccess(
    granted: readonly ConversationInfo[],
    revoked: readonly ConversationId[],
    cursor: string,
  ): readonly ConversationId[]
  applyEvents(conversationId: ConversationId, events: readonly ConversationEvent[]): Applied
  applyRead(conversationId: ConversationId, seq: number, by: 'server' | 'user'): boolean
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
  /** Messages of a conversation with seq < `before`, newest first: at most `limit` events are looked at. */
  messagesBelow(
    conversationId: ConversationId,
    before: number,
    limit: number,
  ): { messages: IndexedMessage[]; next: number | undefined }
  slotOf(conversationId: ConversationId): number | undefined
  /** One stored message, for search results. */
  message(
    slot: number,
    seq: number,
  ):
    | { conversationId: ConversationId; conversationName: string; senderName: string; atMs: number; body: string }
    | undefined
  keyCount(): number
  /** Closes the file and zeroes all keys. */
  close(): void
}

export interface StoreParts {
  readonly file: string
  readonly cipher: Cipher
  readonly rootKey: Uint8Array
  /** The user this cache belongs to. */
  readonly self: UserId
}

/** Opens (creating) the cache. Codes: store-too-new, store-corrupt, disk-full, profile-not-writable. */
export function openStore({ self, ...parts }: StoreParts): Result<Store> {
  const opened = openDatabase(parts)
  if (!opened.ok) return opened
  const sealed = opened.value
  try {
    return ok(storeOver(loadCache(sealed), self))
  } catch (error) {
    sealed.close()
    return { ok: false, error: storeFailure(error) }
  }
}

function storeOver(cache: ReturnType<typeof loadCache>, self: UserId): Store {
  const bySlot = (slot: number) => [...cache.conversations.values()].find((entry) => entry.slot === slot)
  return {
    self,
    cursors: () => cache.cursors,
    applyDirectory: (people, cursor) => applyDirectory(cache, people, cursor),
    applyAccess: (granted, revoked, cursor) => applyAccess(cache, granted, revoked, cursor),
    applyEvents: (conversationId, events) => applyEvents(cache, conversationId, events, self),
    applyRead: (conversationId, seq, by) => applyRead(cache, conversationId, seq, by, self),
    positions: () =>
      [...cache.conversations.values()].map(({ state }) => ({
        conversationId: state.info.conversationId,
        low: state.low,
        high: state.high,
      })),
    position(conversationId) {
      const state = cache.conversations.get(conversationId)?.state
      return state && { conversationId, low: state.low, high: state.high }
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
    listConversations: (sending) => listConversations({ cache, self, sending }),
    readPage: (conversationId, before, limit, sending) =>
      readPage({ cache, self, sending }, conversationId, before, limit),
    listPeople: () => [...cache.people.values()].map(({ person }) => personView(person)),
    person(userId) {
      const person = cache.people.get(userId)?.person
      return person && personView(person)
    },
    unread: () => [...cache.conversations.values()].reduce((sum, { state }) => sum + state.unread, 0),
    queued: () => cache.outbox.size,
    messagesBelow(conversationId, before, limit) {
      const entry = cache.conversations.get(conversationId)
      if (!entry) return { messages: [], next: undefined }
      const found = eventsBelow(cache, entry, before - 1, limit)
      const lowest = found.at(-1)?.seq
      const messages = found.flatMap(({ seq, record }) =>
        record.content.type === 'message' && typeof record.content.body === 'string'
          ? [{ slot: entry.slot, conversationId, seq, atMs: record.atMs, body: record.content.body }]
          : [],
      )
      return { messages, next: found.length === limit && lowest !== undefined && lowest > 1 ? lowest : undefined }
    },
    slotOf: (conversationId) => cache.conversations.get(conversationId)?.slot,
    message(slot, seq) {
      const entry = bySlot(slot)
      const [found] = entry ? eventsBelow(cache, entry, seq, 1, seq) : []
      if (!entry || !found || found.record.content.type !== 'message') return undefined
      const { info } = entry.state
      return {
        conversationId: info.conversationId,
        conversationName: conversationName(cache, info, self),
        senderName: cache.people.get(found.record.actorId)?.person.displayName ?? '—',
        atMs: found.record.atMs,
        body: String(found.record.content.body),
      }
    },
    keyCount: () => cache.sealed.keyCount(),
    close() {
      cache.sealed.close()
      cache.people.clear()
      cache.conversations.clear()
      cache.outbox.clear()
      cache.lastMessages.clear()
    },
  }
}
