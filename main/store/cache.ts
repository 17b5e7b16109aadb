// Owns what the store holds in memory beside the database: people, conversation states, outbox, cursors, opened at unlock.
// Always holds: memory changes only after the transaction that wrote the same change has committed; events stay on disk
// and are opened page by page. Row contexts (associated data) are made here and nowhere else.

import type { Statement } from 'better-sqlite3'
import type {
  ClientId,
  ConversationEvent,
  ConversationId,
  ConversationInfo,
  Person,
  UserId,
} from '../../shared/model.ts'
import type { Failure } from '../../shared/result.ts'
import { CorruptRecord, type SealedDatabase } from './database.ts'

export interface ConversationState {
  readonly info: ConversationInfo
  /** Cached events are exactly low…high, without a gap; 0…0 where none is cached. */
  readonly low: number
  readonly high: number
  /** Read up to here, as the server knows it. */
  readonly readSeq: number
  /** Read up to here, as this user did here; the server is told until it agrees. */
  readonly wantReadSeq: number
  /** Messages of others past what is read, among the cached. */
  readonly unread: number
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

/** A row of the event table, opened. The conversation and seq come from the row's place, which the seal proves. */
export interface EventRecord {
  readonly atMs: number
  readonly actorId: UserId
  readonly content: ConversationEvent['content']
}

export interface Cursors {
  readonly directory: string
  readonly access: string
}

const SEQ_SPAN = 2 ** 32
/** Row id of an event: slot in the high part. Safe integers hold 2^21 slots; a server claiming a seq past 2^32 is refused. */
export const eventId = (slot: number, seq: number): number => slot * SEQ_SPAN + seq
export const MAX_SEQ = SEQ_SPAN - 1

export const contexts = {
  state: (name: string, version: number) => `state|${name}|${version}`,
  person: (slot: number, version: number) => `person|${slot}|${version}`,
  conversation: (slot: number, version: number) => `conversation|${slot}|${version}`,
  event: (slot: number, seq: number) => `event|${slot}|${seq}`,
  outbox: (position: number, version: number) => `outbox|${position}|${version}`,
} as const

export interface Cache {
  readonly sealed: SealedDatabase
  readonly people: Map<UserId, { readonly slot: number; readonly version: number; readonly person: Person }>
  readonly conversations: Map<ConversationId, ConversationEntry>
  /** In the order they were written. */
  readonly outbox: Map<ClientId, OutboxEntry>
  /** Opened last messages of conversations, for the list; dropped when the conversation changes. */
  readonly lastMessages: Map<ConversationId, { readonly seq: number; readonly record: EventRecord } | undefined>
  cursors: Cursors
  cursorVersion: number
  readonly statements: Statements
}

interface Statements {
  readonly putState: Statement
  readonly putPerson: Statement
  readonly putConversation: Statement
  readonly deleteConversation: Statement
  readonly putEvent: Statement
  readonly deleteEvents: Statement
  readonly eventsBelow: Statement
  readonly eventsBetween: Statement
  readonly addOutbox: Statement
  readonly lastOutbox: Statement
  readonly updateOutbox: Statement
  readonly deleteOutbox: Statement
}

/** Opens everything that is held in memory. Throws CorruptRecord where a row does not open. */
export function loadCache(sealed: SealedDatabase): Cache {
  const { db } = sealed
  const cache: Cache = {
    sealed,
    people: new Map(),
    conversations: new Map(),
    outbox: new Map(),
    lastMessages: new Map(),
    cursors: { directory: '', access: '' },
    cursorVersion: 0,
    statements: {
      putState: db.prepare('INSERT OR REPLACE INTO state (name, version, sealed) VALUES (?, ?, ?)'),
      putPerson: db.prepare('INSERT OR REPLACE INTO person (slot, version, sealed) VALUES (?, ?, ?)'),
      // An upsert: REPLACE would delete the row first and trip the foreign keys that point at it.
      putConversation: db.prepare(
        `INSERT INTO conversation (slot, key_id, version, sealed) VALUES (?, ?, ?, ?)
         ON CONFLICT (slot) DO UPDATE SET version = excluded.version, sealed = excluded.sealed`,
      ),
      deleteConversation: db.prepare('DELETE FROM conversation WHERE slot = ?'),
      putEvent: db.prepare('INSERT INTO event (id, sealed) VALUES (?, ?)'),
      deleteEvents: db.prepare('DELETE FROM event WHERE id BETWEEN ? AND ?'),
      eventsBelow: db.prepare('SELECT id, sealed FROM event WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT ?'),
      eventsBetween: db.prepare('SELECT id, sealed FROM event WHERE id BETWEEN ? AND ? ORDER BY id'),
      addOutbox: db.prepare('INSERT INTO outbox (position, slot, version, sealed) VALUES (?, ?, ?, ?)'),
      lastOutbox: db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'"),
      updateOutbox: db.prepare('UPDATE outbox SET version = ?, sealed = ? WHERE position = ?'),
      deleteOutbox: db.prepare('DELETE FROM outbox WHERE position = ?'),
    },
  }
  for (const row of rows<VersionedRow & { name: string }>(sealed, 'SELECT name, version, sealed FROM state')) {
    if (row.name !== 'cursors') continue
    cache.cursors = sealed.open(sealed.metaKeyId, row.sealed, contexts.state(row.name, row.version)) as Cursors
    cache.cursorVersion = row.version
  }
  for (const row of rows<VersionedRow & { slot: number }>(sealed, 'SELECT slot, version, sealed FROM person')) {
    const person = sealed.open(sealed.metaKeyId, row.sealed, contexts.person(row.slot, row.version)) as Person
    cache.people.set(person.userId, { slot: row.slot, version: row.version, person })
  }
  const bySlot = new Map<number, ConversationEntry>()
  for (const row of rows<VersionedRow & { slot: number; key_id: number }>(
    sealed,
    'SELECT slot, key_id, version, sealed FROM conversation',
  )) {
    const state = sealed.open(row.key_id, row.sealed, contexts.conversation(row.slot, row.version)) as ConversationState
    const entry = { slot: row.slot, keyId: row.key_id, version: row.version, state }
    bySlot.set(row.slot, entry)
    cache.conversations.set(state.info.conversationId, entry)
  }
  for (const row of rows<VersionedRow & { position: number; slot: number }>(
    sealed,
    'SELECT position, slot, version, sealed FROM outbox ORDER BY position',
  )) {
    const entry = bySlot.get(row.slot)
    if (!entry) throw new CorruptRecord(contexts.outbox(row.position, row.version))
    const record = sealed.open(entry.keyId, row.sealed, contexts.outbox(row.position, row.version)) as OutboxRecord
    cache.outbox.set(record.clientId, {
      position: row.position,
      version: row.version,
      conversationId: entry.state.info.conversationId,
      record,
    })
  }
  return cache
}

interface VersionedRow {
  readonly version: number
  readonly sealed: Uint8Array
}

function rows<T>(sealed: SealedDatabase, sql: string): Iterable<T> {
  return sealed.db.prepare(sql).all() as T[]
}

/** Writes a conversation's state; call inside a transaction, and keep the returned entry after it has committed. */
export function putConversation(cache: Cache, entry: ConversationEntry, state: ConversationState): ConversationEntry {
  const next = { ...entry, version: entry.version + 1, state }
  const sealed = cache.sealed.seal(entry.keyId, state, contexts.conversation(entry.slot, next.version))
  cache.statements.putConversation.run(next.slot, next.keyId, next.version, sealed)
  return next
}

/** The cached events with `fromSeq` ≤ seq ≤ `toSeq`, newest first, at most `limit`. Throws CorruptRecord where one is missing. */
export function eventsBelow(
  cache: Cache,
  entry: ConversationEntry,
  toSeq: number,
  limit: number,
  fromSeq = 1,
): { seq: number; record: EventRecord }[] {
  const top = Math.min(toSeq, entry.state.high)
  const bottom = Math.max(fromSeq, entry.state.low, 1)
  if (top < bottom) return []
  const { eventsBelow: query } = cache.statements
  const found = query.all(eventId(entry.slot, bottom), eventId(entry.slot, top), limit) as EventRow[]
  return openEvents(cache, entry, found, Math.min(limit, top - bottom + 1), (i) => top - i)
}

/** The cached events with `fromSeq` ≤ seq ≤ `toSeq`, oldest first. Throws CorruptRecord where one is missing. */
export function eventsBetween(cache: Cache, entry: ConversationEntry, fromSeq: number, toSeq: number) {
  const top = Math.min(toSeq, entry.state.high)
  const bottom = Math.max(fromSeq, entry.state.low, 1)
  if (top < bottom) return []
  const { eventsBetween: query } = cache.statements
  const found = query.all(eventId(entry.slot, bottom), eventId(entry.slot, top)) as EventRow[]
  return openEvents(cache, entry, found, top - bottom + 1, (i) => bottom + i)
}

interface EventRow {
  readonly id: number
  readonly sealed: Uint8Array
}

/** Opens rows that must be exactly `count`, the i-th of them with seq `seqAt(i)`: a row taken away shows as damage. */
function openEvents(
  cache: Cache,
  entry: ConversationEntry,
  rows: readonly EventRow[],
  count: number,
  seqAt: (i: number) => number,
): { seq: number; record: EventRecord }[] {
  return Array.from({ length: count }, (_, i) => {
    const seq = seqAt(i)
    const context = contexts.event(entry.slot, seq)
    const row = rows[i]
    if (row?.id !== eventId(entry.slot, seq)) throw new CorruptRecord(context)
    return { seq, record: cache.sealed.open(entry.keyId, row.sealed, context) as EventRecord }
  })
}

/** Runs `work` as one durable transaction. */
export function transact<T>(cache: Cache, work: () => T): T {
  return cache.sealed.transact(work)
}
