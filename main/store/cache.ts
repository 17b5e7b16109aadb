// Owns what the store holds in memory beside the database: people, conversation states, outbox, cursors, opened at unlock;
// and the writing of rows that can change, each with its toggles in the ledger.
// Always holds: memory changes only after the transaction that wrote the same change has committed; at loading every such row
// is there in its newest version, or the cache counts as damaged; events stay on disk and are opened page by page.

import type { Statement } from 'better-sqlite3'
import type { CacheNotice } from '../../shared/bridge.ts'
import type { ClientId, ConversationId, FileId, Person, UserId } from '../../shared/model.ts'
import type { Outlives, SealedDatabase } from './database.ts'
import { CorruptRecord } from './failures.ts'
import {
  type ConversationEntry,
  type ConversationState,
  type Cursors,
  contexts,
  type FileEntry,
  type FileRecord,
  type OutboxEntry,
  type OutboxRecord,
  outboxRecordFrom,
  type ShardRow,
  seqOf,
  slotOf,
  type Unsent,
  type WipedConversations,
} from './records.ts'

/** Single values, each a row of `state`. */
export interface StateValues {
  readonly cursors: Cursors
  /** Unsent messages of a cache that was set aside, until their conversations are granted again. */
  readonly unsent: readonly Unsent[]
  readonly notice: CacheNotice | undefined
  /** Which of the events it holds the cache has been looked through for; see review.ts. */
  readonly understanding: number | undefined
  /** Orders that wiped conversations here, until the user has read of them, the oldest first; see wiped.ts. */
  readonly wiped: readonly WipedConversations[]
}
export type StateName = keyof StateValues

export interface PersonEntry {
  readonly slot: number
  readonly version: number
  readonly person: Person
}

export interface Cache {
  readonly sealed: SealedDatabase
  readonly people: Map<UserId, PersonEntry>
  readonly conversations: Map<ConversationId, ConversationEntry>
  /** In the order they were written. */
  readonly outbox: Map<ClientId, OutboxEntry>
  /** Data key by segment id. */
  readonly segments: Map<number, number>
  /** Version by event id: which events have been edited or deleted. */
  readonly amendments: Map<number, number>
  readonly shards: Map<number, ShardRow>
  readonly files: Map<FileId, FileEntry>
  /** Where files of messages stand that have been shown, the latest last. */
  readonly filePlaces: Map<
    FileId,
    { readonly conversationId: ConversationId; readonly seq: number; readonly index: number }
  >
  /** Opened last messages of conversations, for the list; dropped when the conversation changes. */
  readonly lastMessages: Map<ConversationId, LastMessage | undefined>
  /** The first unread message of a conversation, where it is cached; dropped likewise. */
  readonly firstUnread: Map<ConversationId, number | undefined>
  /** Time of each conversation's oldest cached event, by slot; dropped when that changes. */
  readonly oldestAtMs: Map<number, number>
  values: StateValues
  readonly stateVersions: Map<StateName, number>
  readonly statements: Statements
  /** What the transaction under way changes in memory once it has committed. */
  readonly afterCommit: (() => void)[]
}

/** A conversation's last message as the list shows it. */
export interface LastMessage {
  readonly senderId: UserId
  readonly atMs: number
  readonly text: string
}

/** Those of a cache that holds nothing. */
export const noValues: StateValues = {
  cursors: { directory: '', access: '' },
  unsent: [],
  notice: undefined,
  understanding: undefined,
  wiped: [],
}

type Statements = ReturnType<typeof prepareStatements>

function prepareStatements({ db }: SealedDatabase) {
  const prepare = (sql: string): Statement => db.prepare(sql)
  return {
    putState: prepare('INSERT OR REPLACE INTO state (name, version, sealed) VALUES (?, ?, ?)'),
    deleteState: prepare('DELETE FROM state WHERE name = ?'),
    putPerson: prepare('INSERT OR REPLACE INTO person (slot, version, sealed) VALUES (?, ?, ?)'),
    // An upsert: REPLACE would delete the row first and trip the foreign keys that point at it.
    putConversation: prepare(
      `INSERT INTO conversation (slot, key_id, version, sealed) VALUES (?, ?, ?, ?)
       ON CONFLICT (slot) DO UPDATE SET version = excluded.version, sealed = excluded.sealed`,
    ),
    deleteConversation: prepare('DELETE FROM conversation WHERE slot = ?'),
    putSegment: prepare('INSERT OR REPLACE INTO segment (id, key_id) VALUES (?, ?)'),
    deleteSegment: prepare('DELETE FROM segment WHERE id = ?'),
    putEvent: prepare('INSERT INTO event (id, sealed) VALUES (?, ?)'),
    replaceEvent: prepare('UPDATE event SET sealed = ? WHERE id = ?'),
    deleteEvents: prepare('DELETE FROM event WHERE id BETWEEN ? AND ?'),
    eventsBelow: prepare('SELECT id, sealed FROM event WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT ?'),
    eventsBetween: prepare('SELECT id, sealed FROM event WHERE id BETWEEN ? AND ? ORDER BY id'),
    putAmendment: prepare('INSERT OR REPLACE INTO amendment (id, version, sealed) VALUES (?, ?, ?)'),
    getAmendment: prepare('SELECT version, sealed FROM amendment WHERE id = ?'),
    deleteAmendment: prepare('DELETE FROM amendment WHERE id = ?'),
    addOutbox: prepare('INSERT INTO outbox (position, slot, version, sealed) VALUES (?, ?, ?, ?)'),
    lastOutbox: prepare("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'"),
    updateOutbox: prepare('UPDATE outbox SET version = ?, sealed = ? WHERE position = ?'),
    deleteOutbox: prepare('DELETE FROM outbox WHERE position = ?'),
    putShard: prepare('INSERT INTO shard (shard_id, key_id, sealed) VALUES (?, ?, ?)'),
    deleteShard: prepare('DELETE FROM shard WHERE shard_id = ?'),
    putFile: prepare('INSERT OR REPLACE INTO file (file_slot, key_id, version, sealed) VALUES (?, ?, ?, ?)'),
    deleteFile: prepare('DELETE FROM file WHERE file_slot = ?'),
  } as const
}

/** Opens everything that is held in memory. Throws CorruptRecord where a row does not open, is missing or is an older one. */
export function loadCache(sealed: SealedDatabase): Cache {
  const cache: Cache = {
    sealed,
    people: new Map(),
    conversations: new Map(),
    outbox: new Map(),
    segments: new Map(),
    amendments: new Map(),
    shards: new Map(),
    files: new Map(),
    filePlaces: new Map(),
    lastMessages: new Map(),
    firstUnread: new Map(),
    oldestAtMs: new Map(),
    values: noValues,
    stateVersions: new Map(),
    statements: prepareStatements(sealed),
    afterCommit: [],
  }
  const found: string[] = []
  for (const keyId of sealed.keyIds()) found.push(contexts.keyring(keyId))
  loadValues(cache, found)
  loadPeople(cache, found)
  loadConversations(cache, found)
  loadPlaces(cache, found)
  loadFiles(cache, found)
  if (sealed.trustsRows) sealed.adopt(found.filter((context) => context !== ''))
  else if (!Buffer.from(sealed.sumOf(found)).equals(sealed.ledgerSum)) throw new CorruptRecord('ledger')
  return cache
}

interface VersionedRow {
  readonly version: number
  readonly sealed: Uint8Array
}

function rows<T>(sealed: SealedDatabase, sql: string): T[] {
  return sealed.db.prepare(sql).all() as T[]
}

function loadValues(cache: Cache, found: string[]): void {
  const { sealed } = cache
  for (const row of rows<VersionedRow & { name: StateName }>(
    sealed,
    "SELECT name, version, sealed FROM state WHERE name <> 'ledger'",
  )) {
    const context = contexts.state(row.name, row.version)
    const value = sealed.open(sealed.metaKeyId, row.sealed, context)
    cache.values = { ...cache.values, [row.name]: row.name === 'unsent' ? unsentFrom(value) : value }
    cache.stateVersions.set(row.name, row.version)
    found.push(context)
  }
}

function unsentFrom(value: unknown): Unsent[] {
  return (value as Unsent[]).map((each) => ({ ...each, record: outboxRecordFrom(each.record) }))
}

function loadPeople(cache: Cache, found: string[]): void {
  const { sealed } = cache
  for (const row of rows<VersionedRow & { slot: number }>(sealed, 'SELECT slot, version, sealed FROM person')) {
    const context = contexts.person(row.slot, row.version)
    const person = sealed.open(sealed.metaKeyId, row.sealed, context) as Person
    cache.people.set(person.userId, { slot: row.slot, version: row.version, person })
    found.push(context)
  }
}

function loadConversations(cache: Cache, found: string[]): void {
  const { sealed } = cache
  const bySlot = new Map<number, ConversationEntry>()
  for (const row of rows<VersionedRow & { slot: number; key_id: number }>(
    sealed,
    'SELECT slot, key_id, version, sealed FROM conversation',
  )) {
    const context = contexts.conversation(row.slot, row.version)
    const state = sealed.open(row.key_id, row.sealed, context) as ConversationState
    const entry = { slot: row.slot, keyId: row.key_id, version: row.version, state }
    bySlot.set(row.slot, entry)
    cache.conversations.set(state.info.conversationId, entry)
    found.push(context)
  }
  for (const row of rows<VersionedRow & { position: number; slot: number }>(
    sealed,
    'SELECT position, slot, version, sealed FROM outbox ORDER BY position',
  )) {
    const context = contexts.outbox(row.position, row.version)
    const entry = bySlot.get(row.slot)
    if (!entry) throw new CorruptRecord(context)
    const record = outboxRecordFrom(sealed.open(entry.keyId, row.sealed, context))
    const { conversationId } = entry.state.info
    cache.outbox.set(record.clientId, { position: row.position, version: row.version, conversationId, record })
    found.push(context)
  }
}

function loadPlaces(cache: Cache, found: string[]): void {
  const { sealed } = cache
  for (const row of rows<{ id: number; key_id: number }>(sealed, 'SELECT id, key_id FROM segment')) {
    cache.segments.set(row.id, row.key_id)
    found.push(contexts.segment(row.id, row.key_id))
  }
  for (const row of rows<{ id: number; version: number }>(sealed, 'SELECT id, version FROM amendment')) {
    cache.amendments.set(row.id, row.version)
    found.push(contexts.amendment(slotOf(row.id), seqOf(row.id), row.version))
  }
  for (const row of rows<{ shard_id: number; key_id: number; sealed: Uint8Array }>(
    sealed,
    'SELECT shard_id, key_id, sealed FROM shard',
  )) {
    const context = contexts.shard(row.shard_id, row.key_id)
    cache.shards.set(row.shard_id, sealed.open(sealed.metaKeyId, row.sealed, context) as ShardRow)
    found.push(context)
  }
}

function loadFiles(cache: Cache, found: string[]): void {
  const { sealed } = cache
  for (const row of rows<VersionedRow & { file_slot: number; key_id: number }>(
    sealed,
    'SELECT file_slot, key_id, version, sealed FROM file',
  )) {
    const { file_slot: slot, key_id: keyId, version } = row
    const context = contexts.file(slot, keyId, version)
    const record = sealed.open(keyId, row.sealed, context) as FileRecord
    cache.files.set(record.fileId, { slot, keyId, version, record })
    found.push(context)
  }
}

/** Runs `work` as one transaction; then what it has put down for afterwards. */
export function transact<T>(cache: Cache, work: () => T, outlives?: Outlives): T {
  cache.afterCommit.length = 0
  const result = cache.sealed.transact(work, outlives)
  for (const change of cache.afterCommit.splice(0)) change()
  return result
}

// --- rows that can change; each inside a transaction -------------------------------------------------------------------

/** Writes a single value; undefined takes it away. */
export function putValue<N extends StateName>(cache: Cache, name: N, value: StateValues[N]): void {
  const { sealed, stateVersions, statements } = cache
  const before = stateVersions.get(name)
  // The version goes on rising over an absence, so that no two values ever stand under one context.
  const version = Math.max(before ?? 0, sealed.counter()) + 1
  if (before !== undefined) sealed.toggle(contexts.state(name, before))
  if (value === undefined) statements.deleteState.run(name)
  else {
    const context = contexts.state(name, version)
    statements.putState.run(name, version, sealed.seal(sealed.metaKeyId, value, context))
    sealed.toggle(context)
  }
  cache.afterCommit.push(() => {
    cache.values = { ...cache.values, [name]: value }
    if (value === undefined) stateVersions.delete(name)
    else stateVersions.set(name, version)
  })
}

/** Writes a person under the slot of its predecessor, or under `slot`. */
export function putPerson(cache: Cache, person: Person, slot: number): void {
  const { sealed } = cache
  const known = cache.people.get(person.userId)
  const entry = { slot: known?.slot ?? slot, version: (known?.version ?? 0) + 1, person }
  if (known) sealed.toggle(contexts.person(known.slot, known.version))
  const context = contexts.person(entry.slot, entry.version)
  cache.statements.putPerson.run(entry.slot, entry.version, sealed.seal(sealed.metaKeyId, person, context))
  sealed.toggle(context)
  cache.afterCommit.push(() => cache.people.set(person.userId, entry))
}

/** Writes a conversation's state. A new entry comes with version 0. */
export function putConversation(cache: Cache, entry: ConversationEntry, state: ConversationState): ConversationEntry {
  const { sealed } = cache
  const next = { ...entry, version: entry.version + 1, state }
  if (entry.version > 0) sealed.toggle(contexts.conversation(entry.slot, entry.version))
  const context = contexts.conversation(next.slot, next.version)
  cache.statements.putConversation.run(next.slot, next.keyId, next.version, sealed.seal(next.keyId, state, context))
  sealed.toggle(context)
  cache.afterCommit.push(() => {
    cache.conversations.set(state.info.conversationId, next)
    cache.lastMessages.delete(state.info.conversationId)
    cache.firstUnread.delete(state.info.conversationId)
  })
  return next
}

/** Adds a message to the outbox at the next free position. */
export function addOutbox(
  cache: Cache,
  conversation: { readonly slot: number; readonly keyId: number },
  { conversationId, record }: Unsent,
): void {
  const { sealed, statements } = cache
  // Taken from the sequence, since the row's own place is part of what its seal proves. Never reused.
  const position = ((statements.lastOutbox.get() as { seq: number } | undefined)?.seq ?? 0) + 1
  const version = 1
  const context = contexts.outbox(position, version)
  statements.addOutbox.run(position, conversation.slot, version, sealed.seal(conversation.keyId, record, context))
  sealed.toggle(context)
  cache.afterCommit.push(() => cache.outbox.set(record.clientId, { position, version, conversationId, record }))
}

export function updateOutbox(cache: Cache, keyId: number, entry: OutboxEntry, record: OutboxRecord): void {
  const { sealed } = cache
  const next = { ...entry, version: entry.version + 1, record }
  sealed.toggle(contexts.outbox(entry.position, entry.version))
  const context = contexts.outbox(entry.position, next.version)
  cache.statements.updateOutbox.run(next.version, sealed.seal(keyId, record, context), entry.position)
  sealed.toggle(context)
  cache.afterCommit.push(() => cache.outbox.set(record.clientId, next))
}

export function removeOutbox(cache: Cache, entry: OutboxEntry): void {
  cache.sealed.toggle(contexts.outbox(entry.position, entry.version))
  cache.statements.deleteOutbox.run(entry.position)
  cache.afterCommit.push(() => cache.outbox.delete(entry.record.clientId))
}

/** Takes shards away, with their keys: their files are unreadable from the commit on. */
export function removeShards(cache: Cache, shards: readonly ShardRow[]): void {
  for (const { shardId, keyId } of shards) {
    cache.sealed.toggle(contexts.shard(shardId, keyId))
    cache.statements.deleteShard.run(shardId)
    cache.sealed.destroyKey(keyId)
    cache.afterCommit.push(() => cache.shards.delete(shardId))
  }
}
