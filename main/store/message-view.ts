// Owns a message, and a notice, as the window sees it: an event joined with what later events made of it, with acts of the
// user that have not arrived, and with how its files stand here. Reads only.
// Always holds: names are today's names from the directory; an act that was refused shows its failure and not its effect.

import type { FileView, MentionView, MessageView, QuoteView, ReactionView } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import {
  type ClientId,
  type ConversationId,
  type FileId,
  type FileInfo,
  type Forwarded,
  isKnownContent,
  type KnownContent,
  type Mention,
  makeId,
  type Thumbnail,
  type UserId,
} from '../../shared/model.ts'
import { isDeleted, threadSeqOf } from './amendments.ts'
import type { Cache } from './cache.ts'
import { eventAt, readAmendment } from './events.ts'
import { nameOf } from './names.ts'
import { lineOf, type Reading, readingOf } from './reading.ts'
import {
  type Amendment,
  type ConversationEntry,
  type EventRecord,
  type OutboxAct,
  type OutboxFile,
  type OutboxMessage,
  REDACTED,
  type Reaction,
} from './records.ts'
import { type Me, mentionsUser, meOf, unreadFrom } from './unread.ts'
import type { ViewContext } from './view.ts'

/** What rows of one conversation are made over. */
export interface RowContext extends ViewContext {
  readonly entry: ConversationEntry
  readonly me: Me
  /** Acts of the user that have not arrived, by the message they change. */
  readonly acts: ReadonlyMap<number, readonly OutboxAct[]>
}

export function rowContext(context: ViewContext, entry: ConversationEntry): RowContext {
  const acts = new Map<number, OutboxAct[]>()
  for (const { conversationId, record } of context.cache.outbox.values()) {
    if (record.type !== 'act' || conversationId !== entry.state.info.conversationId) continue
    const { targetSeq } = record.act
    acts.set(targetSeq, [...(acts.get(targetSeq) ?? []), record])
  }
  return { ...context, entry, acts, me: meOf(context.cache, context.self) }
}

type Common = Pick<MessageView, 'seq' | 'senderId' | 'senderName' | 'mine' | 'atMs' | 'delivery'>

/**
 * The rows that an event shows: none for what shows on another message, several for a change of several things. Of a run of
 * withdrawn events each would show the same: the timeline shows the newest alone.
 */
export function rowsOf(context: RowContext, seq: number, record: EventRecord): MessageView[] {
  const { cache, self, entry } = context
  const { content, actorId, atMs } = record
  const common: Common = {
    seq,
    senderId: actorId,
    senderName: nameOf(cache, actorId),
    mine: actorId === self,
    atMs,
    delivery: { state: 'sent' },
  }
  if (content.type === 'message' || content.type === REDACTED) {
    const row = messageRow(context, common, record, readAmendment(cache, entry.slot, seq))
    return row ? [row] : []
  }
  return isKnownContent(content) ? noticeRows(cache, common, seq, content) : []
}

function messageRow(
  context: RowContext,
  common: Common,
  record: EventRecord,
  amendment: Amendment | undefined,
): MessageView | undefined {
  const seq = common.seq ?? 0
  const { content } = record
  const reading = readingOf(record, amendment)
  // What was an edit of a deleted message shows nothing, nor does a message whose deletion is still to come.
  if (!reading && !isDeleted(amendment)) return undefined
  const overlay = overlaid(context, seq, reading, amendment?.reactions ?? [])
  const threadSeq = threadSeqOf(content, seq)
  const thread = threadView(context, amendment)
  const reactions = overlay.reading ? reactionsView(overlay.reactions, context.self) : []
  return {
    ...common,
    ...keyOf(common.mine, seq, content.clientId),
    content: overlay.reading ? textContent(context, seq, record, overlay.reading) : { type: 'deleted' },
    ...(reactions.length > 0 && { reactions }),
    ...(thread && { thread }),
    ...(threadSeq !== undefined && { threadSeq }),
    ...(overlay.pending && { pending: overlay.pending }),
  }
}

/** Our own message keeps the key it had in the outbox, so that it does not jump; others cannot choose a key. */
function keyOf(mine: boolean, seq: number, clientId: unknown): Pick<MessageView, 'key' | 'clientId'> {
  if (!mine || typeof clientId !== 'string') return { key: `seq:${seq}` }
  return { key: clientId, clientId: clientId as ClientId }
}

// --- acts that have not arrived ---------------------------------------------------------------------------------------

interface Overlay {
  /** Undefined where it is deleted, or is to be. */
  readonly reading: Reading | undefined
  readonly reactions: readonly Reaction[]
  readonly pending?: NonNullable<MessageView['pending']>
}

/** What matters most to the user is told: a refusal, then a change of the words. */
const urgency = (act: OutboxAct): number => (act.failure ? 3 : act.act.type === 'react' ? 1 : 2)

function overlaid(
  { acts, self }: RowContext,
  seq: number,
  reading: Reading | undefined,
  reactions: readonly Reaction[],
): Overlay {
  let overlay: Overlay = { reading, reactions }
  let shown: OutboxAct | undefined
  for (const waiting of acts.get(seq) ?? []) {
    if (!shown || urgency(waiting) >= urgency(shown)) shown = waiting
    if (!waiting.failure) overlay = acted(overlay, waiting, self)
  }
  if (!shown) return overlay
  const { clientId, act, failure } = shown
  return { ...overlay, pending: { clientId, act: act.type, ...(failure && { failure }) } }
}

function acted(overlay: Overlay, { act, createdAtMs }: OutboxAct, self: UserId): Overlay {
  const { reading, reactions } = overlay
  if (act.type === 'delete' || !reading) return { ...overlay, reading: undefined }
  if (act.type === 'edit')
    return {
      ...overlay,
      reading: { ...reading, text: act.body, mentions: act.mentions ?? [], editedAtMs: createdAtMs },
    }
  const { emoji, on } = act
  const isMine = (each: Reaction) => each.userId === self && each.emoji === emoji
  if (on && reactions.some((each) => isMine(each) && each.on)) return overlay
  const others = reactions.filter((each) => !isMine(each))
  return { ...overlay, reactions: on ? [...others, { userId: self, emoji, seq: Number.MAX_SAFE_INTEGER, on }] : others }
}

function reactionsView(reactions: readonly Reaction[], self: UserId): ReactionView[] {
  const byEmoji = new Map<string, UserId[]>()
  for (const { emoji, userId, on } of [...reactions].sort((a, b) => a.seq - b.seq))
    if (on) byEmoji.set(emoji, [...(byEmoji.get(emoji) ?? []), userId])
  return [...byEmoji].map(([emoji, userIds]) => ({ emoji, userIds, mine: userIds.includes(self) }))
}

// --- the parts of a message -------------------------------------------------------------------------------------------

type TextContent = Extract<MessageView['content'], { type: 'text' }>

function textContent(context: RowContext, seq: number, { content }: EventRecord, reading: Reading): TextContent {
  const { entry, me } = context
  const { text, editedAtMs, files, forwarded } = reading
  const mentions = mentionsView(reading.mentions, me)
  const quoteSeq = typeof content.quoteSeq === 'number' && content.quoteSeq < seq ? content.quoteSeq : undefined
  const { conversationId } = entry.state.info
  return {
    type: 'text',
    text,
    ...(editedAtMs !== undefined && { editedAtMs }),
    ...(files.length > 0 && {
      files: files.map((file, index) => messageFile(context, conversationId, seq, file, index)),
    }),
    ...(mentions.length > 0 && { mentions }),
    ...(quoteSeq !== undefined && { quote: quoteView(context, quoteSeq) }),
    ...(forwarded && { forwarded: forwardedView(context.cache, forwarded) }),
  }
}

function mentionsView(mentions: readonly Mention[], me: Me): MentionView[] {
  return mentions.map((mention) => ({
    type: mention.type,
    start: mention.start,
    end: mention.end,
    ...(mention.type === 'person' && { userId: mention.userId }),
    ...(mention.type === 'department' && { department: mention.department }),
    me: mentionsUser([mention], me),
  }))
}

function quoteView({ cache, entry }: RowContext, seq: number): QuoteView {
  const record = eventAt(cache, entry, seq)
  const unknown = { seq, senderName: '—', text: '' }
  if (!record) return { ...unknown, state: 'elsewhere' }
  const { actorId: senderId, atMs } = record
  const common = { seq, senderId, senderName: nameOf(cache, senderId), atMs }
  const reading = readingOf(record, readAmendment(cache, entry.slot, seq))
  if (!reading) return { ...common, text: '', state: 'deleted' }
  return { ...common, text: lineOf(reading, limits.quoteChars), state: 'here' }
}

function forwardedView(cache: Cache, { conversationId, seq, senderId, atMs, body }: Forwarded): QuoteView {
  return {
    seq,
    ...(cache.conversations.has(conversationId) && { conversationId }),
    senderId,
    senderName: nameOf(cache, senderId),
    atMs,
    text: body,
    state: 'here',
  }
}

function threadView({ entry, me }: RowContext, amendment: Amendment | undefined): MessageView['thread'] {
  const replies = amendment?.replies?.filter(({ gone }) => !gone) ?? []
  const last = replies.at(-1)
  if (!last) return undefined
  const from = unreadFrom(entry.state)
  return {
    replies: replies.length,
    unread: replies.filter(({ seq, userId }) => seq >= from && userId !== me.userId).length,
    lastAtMs: last.atMs,
    userIds: [...new Set(replies.map(({ userId }) => userId))],
  }
}

// --- files ------------------------------------------------------------------------------------------------------------

/** A file as shown where there is nothing to do with it: its name and size, no address. */
export function fileView({ name, mediaType, bytes }: Pick<FileInfo, 'name' | 'mediaType' | 'bytes'>): FileView {
  return { name, mediaType, bytes }
}

function thumbnailView({ mediaType, data, widthPx, heightPx }: Thumbnail): NonNullable<FileView['thumbnail']> {
  return { mediaType, data, widthPx, heightPx }
}

function messageFile(
  { cache, live }: ViewContext,
  conversationId: ConversationId,
  seq: number,
  file: FileInfo,
  index: number,
): FileView {
  const fileId: FileId = makeId('file', cache.sealed.pseudonym(`${conversationId}|${seq}|${index}`))
  cache.filePlaces.delete(fileId)
  cache.filePlaces.set(fileId, { conversationId, seq, index })
  if (cache.filePlaces.size > limits.filePlaces)
    for (const oldest of cache.filePlaces.keys()) {
      cache.filePlaces.delete(oldest)
      break
    }
  return {
    ...fileView(file),
    ...(file.thumbnail && { thumbnail: thumbnailView(file.thumbnail) }),
    fileId,
    transfer: live.transferOf(conversationId, file.sha256) ?? { state: 'remote' },
  }
}

function waitingFile({ cache, live }: ViewContext, conversationId: ConversationId, file: OutboxFile): FileView {
  const { fileId } = file
  const { sha256, thumbnail } = cache.files.get(fileId)?.record ?? {}
  const transfer = live.transferOfFile?.(fileId) ?? (sha256 && live.transferOf(conversationId, sha256))
  return {
    ...fileView(file),
    ...(thumbnail && { thumbnail: thumbnailView(thumbnail) }),
    fileId,
    ...(transfer && { transfer }),
  }
}

// --- what has not left ------------------------------------------------------------------------------------------------

/** The messages in the outbox for the conversation itself, or for the thread of `threadSeq`. */
export function waitingRows(context: RowContext, threadSeq: number | undefined): MessageView[] {
  const { cache, entry } = context
  const { conversationId } = entry.state.info
  return [...cache.outbox.values()].flatMap(({ record, conversationId: id }) =>
    id === conversationId && record.type === 'message' && record.threadSeq === threadSeq
      ? [waitingRow(context, record)]
      : [],
  )
}

function waitingRow(context: RowContext, record: OutboxMessage): MessageView {
  const { cache, self, live, entry, me } = context
  const { clientId, createdAtMs, body, isFallback, files, quoteSeq, threadSeq, forward, failure } = record
  const mentions = mentionsView(record.mentions ?? [], me)
  const { conversationId } = entry.state.info
  return {
    key: clientId,
    clientId,
    senderId: self,
    senderName: nameOf(cache, self),
    mine: true,
    atMs: createdAtMs,
    content: {
      type: 'text',
      text: isFallback ? '' : body,
      ...(files && { files: files.map((file) => waitingFile(context, conversationId, file)) }),
      ...(mentions.length > 0 && { mentions }),
      ...(quoteSeq !== undefined && { quote: quoteView(context, quoteSeq) }),
      ...(forward && { forwarded: sourceView(context, forward) }),
    },
    ...(threadSeq !== undefined && { threadSeq }),
    delivery: failure
      ? { state: 'failed', failure }
      : { state: live.sending.has(clientId) ? ('sending' as const) : ('queued' as const) },
  }
}

/** What a message that has not left forwards, as it reads now. */
function sourceView(context: RowContext, { conversationId, seq }: NonNullable<OutboxMessage['forward']>): QuoteView {
  const entry = context.cache.conversations.get(conversationId)
  if (!entry) return { seq, senderName: '—', text: '', state: 'elsewhere' }
  return { ...quoteView({ ...context, entry }, seq), conversationId }
}

// --- notices ----------------------------------------------------------------------------------------------------------

type Notice = Extract<MessageView['content'], { type: 'notice' }>

function noticeRows(cache: Cache, common: Common, seq: number, content: KnownContent): MessageView[] {
  const notices = noticesOf(content, common.senderId, (ids) => ids.map((id) => nameOf(cache, id)))
  return notices.map((notice, i) => ({
    ...common,
    key: i === 0 ? `seq:${seq}` : `seq:${seq}:${notice.notice}`,
    content: notice,
  }))
}

function noticesOf(content: KnownContent, actorId: UserId, names: (ids: readonly UserId[]) => string[]): Notice[] {
  const about = (notice: Notice['notice'], userIds: readonly UserId[] = []): Notice => ({
    type: 'notice',
    notice,
    people: names(userIds),
    // The log needs an actor; what IT did is not said to be theirs.
    ...(content.byOperator === true && { byIt: true as const }),
  })
  switch (content.type) {
    case 'created':
      return [about('created')]
    case 'joined':
      return [about(content.userIds.includes(actorId) ? 'joined' : 'invited', content.userIds)]
    case 'left':
      return [about(content.userId === actorId ? 'left' : 'removed', [content.userId])]
    case 'changed': {
      const { name, topic, isOpen, archived } = content
      return [
        ...(name === undefined ? [] : [{ ...about('renamed'), text: name }]),
        ...(topic === undefined ? [] : [{ ...about('topic'), ...(topic !== '' && { text: topic }) }]),
        ...(isOpen === undefined ? [] : [about(isOpen ? 'opened' : 'closed')]),
        ...(archived === undefined ? [] : [about(archived ? 'archived' : 'unarchived')]),
      ]
    }
    case 'withdrawn':
      // Whoever wrote what stood there did not take it away.
      return [{ type: 'notice', notice: 'withdrawn', people: [], byIt: true }]
    default:
      // They show on the message they change.
      return []
  }
}
