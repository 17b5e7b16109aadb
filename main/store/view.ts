// Owns what the window sees of the whole: the list of conversations and people, mirror and outbox joined, in the bridge's
// shapes. Reads only. Always holds: names are today's names from the directory; what is most recent comes first.

import type { ConversationView, Transfer } from '../../shared/bridge.ts'
import type {
  ClientId,
  ConversationId,
  ConversationKind,
  ConversationPrefs,
  FileId,
  UserId,
} from '../../shared/model.ts'
import type { Cache, LastMessage } from './cache.ts'
import { eventsBelow, readAmendment } from './events.ts'
import { conversationName, nameOf, personView } from './names.ts'
import { lineOf, readingOf } from './reading.ts'
import type { ConversationEntry, OutboxEntry, OutboxMessage } from './records.ts'
import { firstUnreadSeq, prefsOf, unreadFrom } from './unread.ts'

/** How far back the list looks for a conversation's last message at first, and at most: notices and reactions may follow it. */
const PREVIEW_LOOKBACK = 20
const PREVIEW_LOOKBACK_MOST = 400
/** Characters of a preview. */
const PREVIEW_CHARS = 160

/** What is known of the moment and stands in no row. */
export interface Live {
  /** Messages and acts handed to the socket and not yet acknowledged. */
  readonly sending: ReadonlySet<ClientId>
  /** How a file of a message stands here; undefined where it is on the server only. */
  readonly transferOf: (conversationId: ConversationId, sha256: string) => Transfer | undefined
  /** The same for a file of a message that has not left, which may have no hash yet. */
  readonly transferOfFile?: (fileId: FileId) => Transfer | undefined
}

/** What a notification, a request or a check needs of a conversation. */
export interface Brief {
  readonly conversationId: ConversationId
  readonly kind: ConversationKind
  /** As shown. */
  readonly name: string
  readonly memberIds: readonly UserId[]
  readonly ownerId?: UserId
  readonly isOpen: boolean
  readonly archived: boolean
  readonly prefs: ConversationPrefs
  /** Read up to here, as far as this desktop knows. */
  readonly readSeq: number
}

export interface ViewContext {
  readonly cache: Cache
  readonly self: UserId
  readonly live: Live
}

/** All conversations, most recent first. */
export function listConversations(context: ViewContext): ConversationView[] {
  const waiting = new Map<ConversationId, OutboxEntry[]>()
  for (const entry of context.cache.outbox.values()) {
    const list = waiting.get(entry.conversationId)
    if (list) list.push(entry)
    else waiting.set(entry.conversationId, [entry])
  }
  return [...context.cache.conversations.values()]
    .map((entry) => conversationView(context, entry, waiting.get(entry.state.info.conversationId) ?? []))
    .sort((a, b) => (b.lastAtMs ?? 0) - (a.lastAtMs ?? 0))
}

function conversationView(
  context: ViewContext,
  entry: ConversationEntry,
  waiting: readonly OutboxEntry[],
): ConversationView {
  const { cache, self } = context
  const { info, unread, mentions = 0, draft } = entry.state
  const otherId = info.kind === 'direct' ? info.memberIds.find((id) => id !== self) : undefined
  const other = otherId && cache.people.get(otherId)?.person
  const shown = waitingMessage(waiting, self) ?? lastMessage(cache, entry)
  const firstUnread = firstUnreadSeq(cache, entry, self)
  const { conversationId, kind, name, ownerId, isOpen, archived, prefs } = briefOf(context, entry)
  return {
    conversationId,
    kind,
    name,
    ...(info.topic && { topic: info.topic }),
    ...(info.space && { space: info.space }),
    memberIds: info.memberIds,
    ...(ownerId && { ownerId }),
    isOpen,
    archived,
    muted: prefs.muted,
    pinned: prefs.pinned,
    ...(other && { other: personView(other) }),
    unread,
    mentions,
    ...(firstUnread !== undefined && { firstUnreadSeq: firstUnread }),
    queued: waiting.filter((entry) => !entry.record.failure).length,
    failed: waiting.filter((entry) => entry.record.failure).length,
    ...(draft && { draft }),
    ...(shown && {
      lastAtMs: shown.atMs,
      lastMessage: {
        senderId: shown.senderId,
        senderName: nameOf(cache, shown.senderId),
        mine: shown.senderId === self,
        text: shown.text,
      },
    }),
  }
}

export function briefOf({ cache, self }: Pick<ViewContext, 'cache' | 'self'>, { state }: ConversationEntry): Brief {
  const { conversationId, kind, memberIds, ownerId, isOpen, archived } = state.info
  return {
    conversationId,
    kind,
    name: conversationName(cache, state.info, self),
    memberIds,
    // An owner who has left rules no more.
    ...(ownerId && memberIds.includes(ownerId) && { ownerId }),
    isOpen: isOpen ?? false,
    archived: archived ?? false,
    prefs: prefsOf(state),
    readSeq: unreadFrom(state) - 1,
  }
}

/** The newest message that has not left. */
function waitingMessage(waiting: readonly OutboxEntry[], self: UserId): LastMessage | undefined {
  const newest = waiting.findLast(({ record }) => record.type === 'message')?.record as OutboxMessage | undefined
  if (!newest) return undefined
  const { body: text, files = [], createdAtMs: atMs } = newest
  return { senderId: self, atMs, text: lineOf({ text, files }, PREVIEW_CHARS) }
}

function lastMessage(cache: Cache, entry: ConversationEntry): LastMessage | undefined {
  const id = entry.state.info.conversationId
  if (!cache.lastMessages.has(id)) cache.lastMessages.set(id, findLast(cache, entry))
  return cache.lastMessages.get(id)
}

function findLast(cache: Cache, entry: ConversationEntry): LastMessage | undefined {
  const { low, high } = entry.state
  const end = Math.max(low, high - PREVIEW_LOOKBACK_MOST + 1)
  for (let top = high, most = PREVIEW_LOOKBACK; top >= end; top -= most, most = PREVIEW_LOOKBACK_MOST) {
    for (const { seq, record } of eventsBelow(cache, entry, top, most, end)) {
      if (record.content.type !== 'message') continue
      const reading = readingOf(record, readAmendment(cache, entry.slot, seq))
      if (reading) return { senderId: record.actorId, atMs: record.atMs, text: lineOf(reading, PREVIEW_CHARS) }
    }
    if (top < 1) break
  }
  return undefined
}
