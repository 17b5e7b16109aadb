// Owns how far this user and others have read. Always holds: reading never goes back; what the user has read here outlives a
// power cut; of others only as many are kept as are told, and none of large conversations.

import { limits } from '../../shared/limits.ts'
import type { ConversationId, UserId } from '../../shared/model.ts'
import { type Cache, putConversation, transact } from './cache.ts'
import { withoutUnreadMark } from './prefs.ts'
import type { ConversationEntry, ConversationState, Reader } from './records.ts'
import { meOf, recounted } from './unread.ts'

/**
 * The user has read up to `seq`: on another device (`by: 'server'`) or here. Returns true where anything changed.
 * Reading never goes back.
 */
export function applyRead(
  cache: Cache,
  conversationId: ConversationId,
  seq: number,
  by: 'server' | 'user',
  self: UserId,
): boolean {
  const moved = movedRead(cache, conversationId, seq, by, self)
  if (moved) transact(cache, () => putConversation(cache, moved.entry, moved.next))
  return moved !== undefined
}

/** What the server knows to be read, of many conversations, as one transaction. */
export function applyReads(
  cache: Cache,
  reads: readonly { readonly conversationId: ConversationId; readonly readSeq: number }[],
  self: UserId,
): boolean {
  const byId = new Map(reads.map(({ conversationId, readSeq }) => [conversationId, readSeq]))
  const moved = [...byId].flatMap(
    ([conversationId, readSeq]) => movedRead(cache, conversationId, readSeq, 'server', self) ?? [],
  )
  if (moved.length === 0) return false
  transact(
    cache,
    () => {
      for (const { entry, next } of moved) putConversation(cache, entry, next)
    },
    'kill',
  )
  return true
}

function movedRead(
  cache: Cache,
  conversationId: ConversationId,
  seq: number,
  by: 'server' | 'user',
  self: UserId,
): { readonly entry: ConversationEntry; readonly next: ConversationState } | undefined {
  const entry = cache.conversations.get(conversationId)
  if (!entry) return undefined
  const { state } = entry
  const field = by === 'server' ? 'readSeq' : 'wantReadSeq'
  const upTo = by === 'user' ? Math.min(seq, state.high) : seq
  const read = upTo > state[field] ? { ...state, [field]: upTo } : state
  const next = by === 'user' ? withoutUnreadMark(read, upTo) : read
  return next === state ? undefined : { entry, next: recounted(cache, entry, next, meOf(cache, self)) }
}

/** How far others have read. Returns true where anything changed. */
export function applyReaders(
  cache: Cache,
  conversationId: ConversationId,
  reads: readonly Reader[],
  self: UserId,
): boolean {
  const entry = cache.conversations.get(conversationId)
  if (!entry || entry.state.info.memberIds.length > limits.livelyMembers) return false
  const readers = new Map((entry.state.readers ?? []).map(({ userId, seq }) => [userId, seq]))
  let moved = false
  for (const { userId, seq } of reads) {
    if (userId === self || seq <= (readers.get(userId) ?? 0)) continue
    // Those who read last come last, and are kept.
    readers.delete(userId)
    readers.set(userId, seq)
    moved = true
  }
  if (!moved) return false
  const kept = [...readers].slice(-limits.readersKept).map(([userId, seq]) => ({ userId, seq }))
  transact(cache, () => putConversation(cache, entry, { ...entry.state, readers: kept }), 'kill')
  return true
}
