// Owns the rows of the files whose sealed bytes lie on this desktop: which there are, of which conversation, and their keys.
// The bytes themselves are the business of main/files.
// Always holds: a file has a key of its own, which seals its row too and is destroyed in the transaction that takes the row
// away: with its conversation, its message, its draft, or to make room.

import {
  type ConversationEvent,
  type ConversationId,
  type FileId,
  type FileInfo,
  isKnownContent,
} from '../../shared/model.ts'
import { type Cache, transact } from './cache.ts'
import { contexts, type FileEntry, type FileRecord, type OutboxEntry } from './records.ts'

/** Makes the file's key and its row. False where its conversation is not here, or the file already is. */
export function addFile(cache: Cache, record: FileRecord): boolean {
  if (cache.files.has(record.fileId) || !cache.conversations.has(record.conversationId)) return false
  let highest = 0
  for (const { slot } of cache.files.values()) highest = Math.max(highest, slot)
  transact(cache, () => writeFile(cache, { slot: highest + 1, keyId: cache.sealed.addKey(), version: 0 }, record))
  return true
}

/** A known file's new state. What the user would miss outlives a power cut; progress can be found again. */
export function putFile(cache: Cache, record: FileRecord): boolean {
  const entry = cache.files.get(record.fileId)
  if (!entry) return false
  const before = entry.record
  const isProgress = before.role === record.role && before.whole === record.whole && before.sha256 === record.sha256
  transact(cache, () => replaceFile(cache, entry, record), isProgress ? 'kill' : 'power-cut')
  return true
}

/** Takes files away with their keys; nothing of the keys is left in the log. */
export function dropFiles(cache: Cache, fileIds: readonly FileId[]): void {
  const entries = [...new Set(fileIds)].flatMap((fileId) => cache.files.get(fileId) ?? [])
  if (entries.length === 0) return
  transact(cache, () => removeFiles(cache, entries))
  cache.sealed.db.pragma('wal_checkpoint(TRUNCATE)')
}

// --- inside a transaction ---------------------------------------------------------------------------------------------

function writeFile(cache: Cache, place: Omit<FileEntry, 'record'>, record: FileRecord): void {
  const { sealed, statements } = cache
  const entry = { ...place, version: place.version + 1, record }
  const context = contexts.file(entry.slot, entry.keyId, entry.version)
  statements.putFile.run(entry.slot, entry.keyId, entry.version, sealed.seal(entry.keyId, record, context))
  sealed.toggle(context)
  cache.afterCommit.push(() => cache.files.set(record.fileId, entry))
}

function replaceFile(cache: Cache, entry: FileEntry, record: FileRecord): void {
  cache.sealed.toggle(contexts.file(entry.slot, entry.keyId, entry.version))
  writeFile(cache, entry, record)
}

export function removeFiles(cache: Cache, entries: readonly FileEntry[]): void {
  for (const { slot, keyId, version, record } of new Set(entries)) {
    cache.sealed.toggle(contexts.file(slot, keyId, version))
    cache.statements.deleteFile.run(slot)
    cache.sealed.destroyKey(keyId)
    cache.afterCommit.push(() => cache.files.delete(record.fileId))
  }
}

/** The files of a message that goes into the outbox leave the draft. */
export function takeFiles(cache: Cache, fileIds: readonly FileId[]): void {
  for (const fileId of fileIds) {
    const entry = cache.files.get(fileId)
    if (entry?.record.role === 'draft') replaceFile(cache, entry, { ...entry.record, role: 'outgoing' })
  }
}

/** The files of what stands in the outbox. */
export function filesOfOutbox(cache: Cache, { record }: OutboxEntry): FileEntry[] {
  if (record.type === 'act') return []
  return (record.files ?? []).flatMap(({ fileId }) => cache.files.get(fileId) ?? [])
}

/** Our message has arrived: its files are files of the log now. One that is here twice is kept once. */
export function settleFiles(cache: Cache, sent: OutboxEntry): void {
  for (const entry of filesOfOutbox(cache, sent)) {
    const { record } = entry
    const { sha256 } = record
    const isKept = sha256 !== undefined && record.whole
    const known = isKept && cachedFiles(cache, record.conversationId, new Set([sha256])).length > 0
    if (isKept && !known) replaceFile(cache, entry, { ...record, role: 'cached' })
    else removeFiles(cache, [entry])
  }
}

// --- what is kept of messages -----------------------------------------------------------------------------------------

/** The files kept of messages of a conversation, by hash. */
function cachedFiles(cache: Cache, conversationId: ConversationId, hashes: ReadonlySet<string>): FileEntry[] {
  if (hashes.size === 0) return []
  return [...cache.files.values()].filter(
    ({ record }) =>
      record.role === 'cached' &&
      record.conversationId === conversationId &&
      record.sha256 !== undefined &&
      hashes.has(record.sha256),
  )
}

/** The files kept of one message. Another message with the same file has it fetched again. */
export function filesOfMessage(
  cache: Cache,
  conversationId: ConversationId,
  content: ConversationEvent['content'],
): FileEntry[] {
  return cachedFiles(cache, conversationId, new Set(filesOf(content).map(({ sha256 }) => sha256)))
}

/** The files of a message as its content names them. */
export function filesOf(content: ConversationEvent['content']): readonly FileInfo[] {
  return isKnownContent(content) && content.type === 'message' ? (content.files ?? []) : []
}
