// Owns what user actions write: messages on their way out. The only writer of the outbox besides the mirror, which takes
// a message out in the transaction that stores its event.
// Always holds: a message is durable before sendMessage answers; order of writing is order of sending; a refused message
// stays until the user retries or discards it.

import { limits } from '../../shared/limits.ts'
import type { ClientId, ConversationId } from '../../shared/model.ts'
import { type Failure, fail, ok, type Result } from '../../shared/result.ts'
import { type Cache, contexts, type OutboxEntry, type OutboxRecord, transact } from './cache.ts'

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
  const version = 1
  const position = transact(cache, () => {
    // Taken from the sequence, since the row's own place is part of what its seal proves. Never reused.
    const next = ((cache.statements.lastOutbox.get() as { seq: number } | undefined)?.seq ?? 0) + 1
    const sealed = cache.sealed.seal(conversation.keyId, message, contexts.outbox(next, version))
    cache.statements.addOutbox.run(next, conversation.slot, version, sealed)
    return next
  })
  cache.outbox.set(message.clientId, { position, version, conversationId, record: message })
  return ok(undefined)
}

/** Marks a message as refused, or as waiting again where `failure` is undefined. */
export function setFailure(cache: Cache, clientId: ClientId, failure: Failure | undefined): boolean {
  const entry = cache.outbox.get(clientId)
  const conversation = entry && cache.conversations.get(entry.conversationId)
  if (!entry || !conversation) return false
  const { failure: _, ...message } = entry.record
  const record: OutboxRecord = failure ? { ...message, failure } : message
  const version = entry.version + 1
  const sealed = cache.sealed.seal(conversation.keyId, record, contexts.outbox(entry.position, version))
  transact(cache, () => cache.statements.updateOutbox.run(version, sealed, entry.position))
  cache.outbox.set(clientId, { ...entry, version, record })
  return true
}

/** Takes a message out. Returns false where it was not there. */
export function takeOut(cache: Cache, clientId: ClientId): boolean {
  const entry = cache.outbox.get(clientId)
  if (!entry) return false
  transact(cache, () => cache.statements.deleteOutbox.run(entry.position))
  cache.outbox.delete(clientId)
  return true
}

/** Messages to send, oldest first: not refused, not in `underWay`. */
export function waiting(cache: Cache, underWay: ReadonlySet<ClientId>): OutboxEntry[] {
  return [...cache.outbox.values()].filter((entry) => !entry.record.failure && !underWay.has(entry.record.clientId))
}
