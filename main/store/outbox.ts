// Owns what user actions write: messages and acts on their way out, and drafts. The only writer of the outbox besides the
// mirror, which takes a record out in the transaction that stores its event.
// Always holds: a record is durable before its call answers; order of writing is order of sending; what was refused stays
// until the user retries or discards it; the files of a message leave the draft with it, and go with it where it is discarded.

import { limits } from '../../shared/limits.ts'
import type { ClientId, ConversationId } from '../../shared/model.ts'
import { type Failure, fail, ok, type Result } from '../../shared/result.ts'
import { addOutbox, type Cache, putConversation, removeOutbox, transact, updateOutbox } from './cache.ts'
import { filesOfOutbox, removeFiles, takeFiles } from './file-records.ts'
import type { ConversationState, NewOutbox, OutboxEntry } from './records.ts'

/** Adds a message or an act. Codes: not-found, too-large (outbox full). A clientId already waiting is a no-op. */
export function enqueue(cache: Cache, conversationId: ConversationId, record: NewOutbox): Result<void> {
  const conversation = cache.conversations.get(conversationId)
  if (!conversation) return fail('not-found', 'No such conversation.')
  if (cache.outbox.has(record.clientId)) return ok(undefined)
  if (cache.outbox.size >= limits.outboxMessages) return fail('too-large', 'Too many messages are waiting to be sent.')
  transact(cache, () => {
    addOutbox(cache, conversation, { conversationId, record })
    if (record.type === 'act') return
    const fileIds = (record.files ?? []).map(({ fileId }) => fileId)
    takeFiles(cache, fileIds)
    // What has been sent is no draft any more, even where the window is closed before it says so.
    if (conversation.state.draft?.trim() === record.body.trim())
      putConversation(cache, conversation, undrafted(conversation.state))
  })
  return ok(undefined)
}

/** Marks a message or an act as refused, or as waiting again where `failure` is undefined. */
export function setFailure(cache: Cache, clientId: ClientId, failure: Failure | undefined): boolean {
  const entry = cache.outbox.get(clientId)
  const conversation = entry && cache.conversations.get(entry.conversationId)
  if (!entry || !conversation) return false
  const { failure: _, ...rest } = entry.record
  const record = failure ? { ...rest, failure } : rest
  transact(cache, () => updateOutbox(cache, conversation.keyId, entry, record))
  return true
}

/** Takes a message or an act out, with its files. Returns false where it was not there. */
export function takeOut(cache: Cache, clientId: ClientId): boolean {
  const entry = cache.outbox.get(clientId)
  if (!entry) return false
  const files = filesOfOutbox(cache, entry)
  transact(cache, () => {
    removeFiles(cache, files)
    removeOutbox(cache, entry)
  })
  if (files.length > 0) cache.sealed.db.pragma('wal_checkpoint(TRUNCATE)')
  return true
}

/** Messages and acts to send, oldest first: not refused, not in `underWay`. */
export function waiting(cache: Cache, underWay: ReadonlySet<ClientId>): OutboxEntry[] {
  return [...cache.outbox.values()].filter((entry) => !entry.record.failure && !underWay.has(entry.record.clientId))
}

/** Keeps what the user has begun to write; the empty text forgets it. Returns false where nothing changed. */
export function saveDraft(cache: Cache, conversationId: ConversationId, text: string): Result<boolean> {
  const entry = cache.conversations.get(conversationId)
  if (!entry) return fail('not-found', 'No such conversation.')
  if ((entry.state.draft ?? '') === text) return ok(false)
  const rest = undrafted(entry.state)
  transact(cache, () => putConversation(cache, entry, text === '' ? rest : { ...rest, draft: text }))
  return ok(true)
}

function undrafted({ draft: _, ...rest }: ConversationState): ConversationState {
  return rest
}
