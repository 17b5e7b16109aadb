// Owns what user actions write: messages on their way out, and drafts. The only writer of the outbox besides the mirror,
// which takes a message out in the transaction that stores its event.
// Always holds: a message is durable before sendMessage answers; order of writing is order of sending; a refused message
// stays until the user retries or discards it.

import { limits } from '../../shared/limits.ts'
import type { ClientId, ConversationId } from '../../shared/model.ts'
import { type Failure, fail, ok, type Result } from '../../shared/result.ts'
import { addOutbox, type Cache, putConversation, removeOutbox, transact, updateOutbox } from './cache.ts'
import type { ConversationState, OutboxEntry, OutboxRecord } from './records.ts'

/** Adds a message. Codes: not-found, too-large (outbox full). A clientId already waiting is a no-op. */
export function enqueue(
  cache: Cache,
  conversationId: ConversationId,
  message: { readonly clientId: ClientId; readonly body: string; readonly createdAtMs: number },
): Result<void> {
  const conversation = cache.conversations.get(conversationId)
  if (!conversation) return fail('not-found', 'No such conversation.')
  if (cache.outbox.has(message.clientId)) return ok(undefined)
  if (cache.outbox.size >= limits.outboxMessages) return fail('too-large', 'Too many messages are waiting to be sent.')
  transact(cache, () => {
    addOutbox(cache, conversation, { conversationId, record: message })
    // What has been sent is no draft any more, even where the window is closed before it says so.
    if (conversation.state.draft?.trim() === message.body.trim())
      putConversation(cache, conversation, undrafted(conversation.state))
  })
  return ok(undefined)
}

/** Marks a message as refused, or as waiting again where `failure` is undefined. */
export function setFailure(cache: Cache, clientId: ClientId, failure: Failure | undefined): boolean {
  const entry = cache.outbox.get(clientId)
  const conversation = entry && cache.conversations.get(entry.conversationId)
  if (!entry || !conversation) return false
  const { failure: _, ...message } = entry.record
  const record: OutboxRecord = failure ? { ...message, failure } : message
  transact(cache, () => updateOutbox(cache, conversation.keyId, entry, record))
  return true
}

/** Takes a message out. Returns false where it was not there. */
export function takeOut(cache: Cache, clientId: ClientId): boolean {
  const entry = cache.outbox.get(clientId)
  if (!entry) return false
  transact(cache, () => removeOutbox(cache, entry))
  return true
}

/** Messages to send, oldest first: not refused, not in `underWay`. */
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
