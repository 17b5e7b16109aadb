// Owns what the window sees: the mirror and the outbox joined, in the bridge's shapes. Reads only.
// Always holds: a message is shown once, either as waiting or as sent; names are today's names from the directory.

import type { ConversationView, FileView, MessagePage, MessageView, PersonView } from '../../shared/bridge.ts'
import {
  type ClientId,
  type ConversationEvent,
  type ConversationId,
  type FileInfo,
  isKnownContent,
  type Person,
  type UserId,
} from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Cache } from './cache.ts'
import { eventsBelow, readAmendment } from './events.ts'
import { type ConversationEntry, type EventRecord, eventId, type OutboxEntry, REDACTED } from './records.ts'

/** How far back the list looks for a conversation's last message: notices may follow it. */
const PREVIEW_LOOKBACK = 20
/** Characters of a preview or a direct conversation's fallback name. */
const PREVIEW_CHARS = 160

export interface ViewContext {
  readonly cache: Cache
  readonly self: UserId
  /** Messages handed to the socket and not yet acknowledged. */
  readonly sending: ReadonlySet<string>
}

/** A person as shown. Someone no longer in the directory keeps a neutral name. */
export function personView(person: Person): PersonView {
  const { userId, userName, displayName, department, title, active } = person
  return { userId, userName, displayName, active, ...(department && { department }), ...(title && { title }) }
}

function nameOf(cache: Cache, userId: UserId): string {
  return cache.people.get(userId)?.person.displayName ?? '—'
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
  const { info, unread } = entry.state
  const otherId = info.kind === 'direct' ? info.memberIds.find((id) => id !== self) : undefined
  const other = otherId && cache.people.get(otherId)?.person
  const last = lastMessage(cache, entry)
  const newest = waiting.at(-1)?.record
  const shown = newest
    ? { senderId: self, text: newest.body, atMs: newest.createdAtMs }
    : last && { senderId: last.record.actorId, text: bodyOf(last.record.content) ?? '', atMs: last.record.atMs }
  return {
    conversationId: info.conversationId,
    kind: info.kind,
    name: conversationName(cache, info, self),
    ...(info.topic && { topic: info.topic }),
    ...(info.space && { space: info.space }),
    memberIds: info.memberIds,
    ...(other && { other: personView(other) }),
    unread,
    queued: waiting.filter((entry) => !entry.record.failure).length,
    failed: waiting.filter((entry) => entry.record.failure).length,
    ...(entry.state.draft && { draft: entry.state.draft }),
    ...(shown && {
      lastAtMs: shown.atMs,
      lastMessage: {
        senderId: shown.senderId,
        senderName: nameOf(cache, shown.senderId),
        mine: shown.senderId === self,
        text: shown.text.slice(0, PREVIEW_CHARS).toWellFormed().replace(/\s+/g, ' '),
      },
    }),
  }
}

/** A direct conversation bears the other person's name; others their own. */
export function conversationName(cache: Cache, info: ConversationEntry['state']['info'], self: UserId): string {
  if (info.kind !== 'direct') return info.name
  const otherId = info.memberIds.find((id) => id !== self)
  return otherId ? nameOf(cache, otherId) : nameOf(cache, self)
}

function lastMessage(cache: Cache, entry: ConversationEntry): { seq: number; record: EventRecord } | undefined {
  const id = entry.state.info.conversationId
  if (!cache.lastMessages.has(id)) {
    const recent = eventsBelow(cache, entry, entry.state.high, PREVIEW_LOOKBACK)
    const last = recent.find(({ record }) => record.content.type === 'message')
    cache.lastMessages.set(id, last && { seq: last.seq, record: asItReads(cache, entry, last.seq, last.record) })
  }
  return cache.lastMessages.get(id)
}

/** A message with the words of its latest edit. */
export function asItReads(cache: Cache, entry: ConversationEntry, seq: number, record: EventRecord): EventRecord {
  const amendment = amendmentOf(cache, entry, seq)
  return amendment?.type === 'edited' ? { ...record, content: { ...record.content, body: amendment.body } } : record
}

function amendmentOf(cache: Cache, entry: ConversationEntry, seq: number) {
  return cache.amendments.has(eventId(entry.slot, seq)) ? readAmendment(cache, entry.slot, seq) : undefined
}

function bodyOf(content: ConversationEvent['content']): string | undefined {
  return isKnownContent(content) && content.type === 'message' ? content.body : undefined
}

/**
 * A page of at most `limit` events before `before` (or the newest, then with the outbox), oldest first. Its `before` is
 * the next page's, absent at the beginning; where the cache ends before the conversation does, `olderUnavailable`.
 */
export function readPage(
  context: ViewContext,
  conversationId: ConversationId,
  before: number | undefined,
  limit: number,
): Result<MessagePage> {
  const { cache } = context
  const entry = cache.conversations.get(conversationId)
  if (!entry) return fail('not-found', 'No such conversation.')
  const { low, high, readSeq, wantReadSeq } = entry.state
  const top = before === undefined ? high : Math.min(high, before - 1)
  const found = high === 0 ? [] : eventsBelow(cache, entry, top, limit)
  const lowest = found.at(-1)?.seq ?? (before === undefined ? high + 1 : before)
  const messages = found.reverse().flatMap(({ seq, record }) => messageView(context, entry, seq, record) ?? [])
  if (before === undefined) messages.push(...waitingViews(context, conversationId))
  // A conversation begins with its own creation: one without any event here has not been fetched yet.
  const cacheEnds = lowest <= low || high === 0
  return ok({
    conversationId,
    messages,
    ...(lowest > 1 && { before: lowest }),
    olderUnavailable: cacheEnds && (lowest > 1 || high === 0),
    readSeq: Math.max(readSeq, wantReadSeq),
  })
}

function messageView(
  context: ViewContext,
  entry: ConversationEntry,
  seq: number,
  record: EventRecord,
): MessageView | undefined {
  const { cache, self } = context
  const { content } = record
  const isGone = content.type === REDACTED
  if (!isGone && !isKnownContent(content)) return undefined
  const mine = record.actorId === self
  const common = {
    seq,
    senderId: record.actorId,
    senderName: nameOf(cache, record.actorId),
    mine,
    atMs: record.atMs,
    delivery: { state: 'sent' as const },
  }
  if (isGone || !isKnownContent(content)) return goneView(cache, entry, seq, common, content.clientId)
  const names = (ids: readonly UserId[]) => ids.map((id) => nameOf(cache, id))
  switch (content.type) {
    case 'message': {
      const amendment = amendmentOf(cache, entry, seq)
      const edit = amendment?.type === 'edited' ? amendment : undefined
      return {
        ...common,
        ...keyOf(mine, seq, content.clientId),
        content: {
          type: 'text',
          text: edit?.body ?? content.body,
          ...(edit && { editedAtMs: edit.atMs }),
          ...(content.files && { files: filesView(content.files) }),
        },
      }
    }
    // They show on the message they change.
    case 'edited':
    case 'deleted':
      return undefined
    case 'created':
      return { ...common, key: `seq:${seq}`, content: { type: 'notice', notice: 'created', people: [] } }
    case 'joined':
      return {
        ...common,
        key: `seq:${seq}`,
        content: { type: 'notice', notice: 'joined', people: names(content.userIds) },
      }
    case 'left':
      return {
        ...common,
        key: `seq:${seq}`,
        content: { type: 'notice', notice: 'left', people: names([content.userId]) },
      }
  }
}

/** Our own message keeps the key it had in the outbox, so that it does not jump; others cannot choose a key. */
function keyOf(mine: boolean, seq: number, clientId: ClientId): Pick<MessageView, 'key' | 'clientId'> {
  return mine ? { key: clientId, clientId } : { key: `seq:${seq}` }
}

/** The place of a deleted message. What was an edit of one shows nothing. */
function goneView(
  cache: Cache,
  entry: ConversationEntry,
  seq: number,
  common: Omit<MessageView, 'key' | 'content'>,
  clientId: unknown,
): MessageView | undefined {
  if (amendmentOf(cache, entry, seq)?.type !== 'deleted') return undefined
  return {
    ...common,
    ...keyOf(common.mine && typeof clientId === 'string', seq, clientId as ClientId),
    content: { type: 'deleted' },
  }
}

/** Files as shown: names and sizes, no address. */
export function filesView(files: readonly FileInfo[]): FileView[] {
  return files.map(({ name, mediaType, bytes }) => ({ name, mediaType, bytes }))
}

function waitingViews({ cache, self, sending }: ViewContext, conversationId: ConversationId): MessageView[] {
  return [...cache.outbox.values()]
    .filter((entry) => entry.conversationId === conversationId)
    .map(({ record }) => ({
      key: record.clientId,
      clientId: record.clientId,
      senderId: self,
      senderName: nameOf(cache, self),
      mine: true,
      atMs: record.createdAtMs,
      content: { type: 'text' as const, text: record.body },
      delivery: record.failure
        ? { state: 'failed' as const, failure: record.failure }
        : { state: sending.has(record.clientId) ? ('sending' as const) : ('queued' as const) },
    }))
}
