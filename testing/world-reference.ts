// Owns what a window must show of a conversation, worked out from its whole log in the plainest way: for comparison with what
// desktops show that learned the log in pieces, in any order, over broken lines.
// Always holds: a function of the log, the reader's marks and settings, and the directory; shares no code with main/ but the
// shapes. Must never be made fast: it is right by being simple.

import type { ConversationView, MessageView, QuoteView } from '../shared/bridge.ts'
import type { ConversationEvent, ConversationPrefs, KnownContent, Mention, UserId } from '../shared/model.ts'

/** Who looks, and what their desktop knows besides the log. */
export interface Reader {
  readonly userId: UserId
  readonly department: string | undefined
  nameOf(userId: UserId): string
  /** Conversations that this person sees. */
  sees(conversationId: string): boolean
  /** Read up to here, as the server knows it. */
  readonly readSeq: number
  readonly prefs: ConversationPrefs
}

/** What the log alone says of a conversation as a whole. */
export interface Whole {
  readonly name: string
  readonly memberIds: readonly UserId[]
  /** Absent: nothing in the log says. */
  readonly topic?: string
  readonly isOpen?: boolean
  readonly archived: boolean
  readonly founderId: UserId | undefined
}

type Known<T extends KnownContent['type']> = Extract<KnownContent, { type: T }>
type EventOf<T extends KnownContent['type']> = ConversationEvent & { readonly content: Known<T> }

function allOf<T extends KnownContent['type']>(log: readonly ConversationEvent[], type: T): EventOf<T>[] {
  return log.filter((event): event is EventOf<T> => event.content.type === type)
}

export function wholeOf(log: readonly ConversationEvent[]): Whole {
  const members = new Set<UserId>()
  let whole: Omit<Whole, 'memberIds'> = { name: '', archived: false, founderId: undefined }
  for (const { actorId, content } of log as readonly EventOf<KnownContent['type']>[]) {
    if (content.type === 'created') {
      const founderId = 'byOperator' in content ? undefined : actorId
      whole = { ...whole, name: content.name, founderId }
    } else if (content.type === 'joined') for (const userId of content.userIds) members.add(userId)
    else if (content.type === 'left') members.delete(content.userId)
    else if (content.type === 'changed') {
      const { name = whole.name, topic = whole.topic, isOpen = whole.isOpen, archived = whole.archived } = content
      whole = {
        ...whole,
        name,
        archived,
        ...(topic !== undefined && { topic }),
        ...(isOpen !== undefined && { isOpen }),
      }
    }
  }
  return { ...whole, memberIds: [...members] }
}

export interface Reference {
  /** The timeline, oldest first. */
  readonly timeline: readonly MessageView[]
  /** The replies in each thread, by its root. */
  readonly threads: ReadonlyMap<number, { readonly root: MessageView; readonly replies: readonly MessageView[] }>
  /** What each message that was edited and stands has said, oldest first. */
  readonly versions: ReadonlyMap<number, readonly { readonly atMs: number; readonly text: string }[]>
  readonly deleted: ReadonlySet<number>
  readonly unreadFrom: number
  readonly counts: Pick<ConversationView, 'unread' | 'mentions' | 'firstUnreadSeq'>
  readonly last: { readonly atMs: number; readonly senderId: UserId; readonly text: string } | undefined
}

/** What `reader` must see of the conversation. */
export function referenceOf(log: readonly ConversationEvent[], reader: Reader): Reference {
  const messages = allOf(log, 'message')
  const deleted = new Set(allOf(log, 'deleted').map(({ content }) => content.targetSeq))
  const editsOf = (seq: number) => allOf(log, 'edited').filter(({ content }) => content.targetSeq === seq)
  const repliesTo = (seq: number) => messages.filter(({ content }) => content.threadSeq === seq)
  const unreadFrom = unreadFromOf(messages, reader)

  const textOf = ({ seq, content }: EventOf<'message'>): string =>
    editsOf(seq).at(-1)?.content.body ?? (content.isFallback ? '' : content.body)
  const lineOf = (message: EventOf<'message'>, most: number): string =>
    (textOf(message) || message.content.forwarded?.body || '').slice(0, most).toWellFormed().replace(/\s+/g, ' ')
  const mentionsOf = ({ seq, content }: EventOf<'message'>): readonly Mention[] => {
    const edit = editsOf(seq).at(-1)
    return (edit ? edit.content.mentions : content.mentions) ?? []
  }
  const namesMe = (mention: Mention): boolean => {
    if (mention.type === 'person') return mention.userId === reader.userId
    return mention.type === 'everyone' || mention.department === reader.department
  }

  function quoteOf(quoteSeq: number): QuoteView {
    const quoted = messages.find(({ seq }) => seq === quoteSeq)
    if (!quoted) throw new Error('a quote of nothing stands in the log')
    const { seq, atMs, actorId: senderId } = quoted
    const common = { seq, senderId, senderName: reader.nameOf(senderId), atMs }
    return deleted.has(seq)
      ? { ...common, text: '', state: 'deleted' }
      : { ...common, text: lineOf(quoted, 300), state: 'here' }
  }

  function contentOf(message: EventOf<'message'>): MessageView['content'] {
    const { seq, content } = message
    if (deleted.has(seq)) return { type: 'deleted' }
    const { quoteSeq, forwarded } = content
    const editedAtMs = editsOf(seq).at(-1)?.atMs
    const mentions = mentionsOf(message)
    return {
      type: 'text',
      text: textOf(message),
      ...(editedAtMs !== undefined && { editedAtMs }),
      ...(mentions.length > 0 && { mentions: mentions.map((each) => ({ ...each, me: namesMe(each) })) }),
      ...(quoteSeq !== undefined && { quote: quoteOf(quoteSeq) }),
      ...(forwarded && {
        forwarded: {
          seq: forwarded.seq,
          ...(reader.sees(forwarded.conversationId) && { conversationId: forwarded.conversationId }),
          senderId: forwarded.senderId,
          senderName: reader.nameOf(forwarded.senderId),
          atMs: forwarded.atMs,
          text: forwarded.body,
          state: 'here',
        },
      }),
    }
  }

  function reactionsTo(targetSeq: number): NonNullable<MessageView['reactions']> {
    const said = allOf(log, 'reacted').filter(({ content }) => content.targetSeq === targetSeq)
    const standing = said.filter(
      ({ seq, actorId, content: { emoji, on } }) =>
        on && !said.some((later) => later.seq > seq && later.actorId === actorId && later.content.emoji === emoji),
    )
    const emoji = [...new Set(standing.map(({ content }) => content.emoji))]
    return emoji.map((each) => {
      const userIds = standing.filter(({ content }) => content.emoji === each).map(({ actorId }) => actorId)
      return { emoji: each, userIds, mine: userIds.includes(reader.userId) }
    })
  }

  function rowOf(message: EventOf<'message'>): MessageView {
    const { seq, atMs, actorId, content } = message
    const mine = actorId === reader.userId
    const replies = repliesTo(seq).filter((reply) => !deleted.has(reply.seq))
    const last = replies.at(-1)
    const reactions = deleted.has(seq) ? [] : reactionsTo(seq)
    return {
      ...(mine ? { key: content.clientId, clientId: content.clientId } : { key: `seq:${seq}` }),
      seq,
      senderId: actorId,
      senderName: reader.nameOf(actorId),
      mine,
      atMs,
      content: contentOf(message),
      ...(reactions.length > 0 && { reactions }),
      ...(last && {
        thread: {
          replies: replies.length,
          unread: replies.filter((reply) => reply.seq >= unreadFrom && reply.actorId !== reader.userId).length,
          lastAtMs: last.atMs,
          userIds: [...new Set(replies.map((reply) => reply.actorId))],
        },
      }),
      ...(content.threadSeq !== undefined && { threadSeq: content.threadSeq }),
      delivery: { state: 'sent' },
    }
  }

  const timeline = (log as readonly EventOf<KnownContent['type']>[]).flatMap((event): MessageView[] => {
    if (event.content.type !== 'message') return noticesOf(event, reader)
    return event.content.threadSeq === undefined ? [rowOf(event as EventOf<'message'>)] : []
  })
  const roots = messages.filter(({ content, seq }) => content.threadSeq === undefined && repliesTo(seq).length > 0)
  const standing = messages.filter(({ seq }) => !deleted.has(seq))
  const unread = standing.filter(({ seq, actorId }) => seq >= unreadFrom && actorId !== reader.userId)
  const firstUnreadSeq = unread.find(({ content }) => content.threadSeq === undefined)?.seq
  const last = standing.at(-1)
  return {
    timeline,
    threads: new Map(roots.map((root) => [root.seq, { root: rowOf(root), replies: repliesTo(root.seq).map(rowOf) }])),
    versions: new Map(
      standing
        .filter(({ seq }) => editsOf(seq).length > 0)
        .map(({ seq, atMs, content }) => [
          seq,
          [
            { atMs, text: content.isFallback ? '' : content.body },
            ...editsOf(seq).map((edit) => ({ atMs: edit.atMs, text: edit.content.body })),
          ],
        ]),
    ),
    deleted,
    unreadFrom,
    counts: {
      unread: unread.length,
      mentions: unread.filter((message) => mentionsOf(message).some(namesMe)).length,
      ...(firstUnreadSeq !== undefined && { firstUnreadSeq }),
    },
    last: last && { atMs: last.atMs, senderId: last.actorId, text: lineOf(last, 160) },
  }
}

/** Whoever writes into a conversation has read it; a mark of unread stands until they read past it. */
function unreadFromOf(messages: readonly EventOf<'message'>[], { userId, readSeq, prefs }: Reader): number {
  const own = messages.findLast(({ actorId, content }) => actorId === userId && content.threadSeq === undefined)
  const next = Math.max(readSeq, own?.seq ?? 0) + 1
  return Math.min(next, prefs.unreadFromSeq ?? next)
}

type NoticeView = Extract<MessageView['content'], { type: 'notice' }>

/** An event that changes the conversation as a whole, a row for each thing that it changes. */
function noticesOf(event: EventOf<KnownContent['type']>, reader: Reader): MessageView[] {
  const { seq, atMs, actorId, content } = event
  const notice = (name: NoticeView['notice'], userIds: readonly UserId[] = [], text = ''): NoticeView => ({
    type: 'notice',
    notice: name,
    people: userIds.map(reader.nameOf),
    ...('byOperator' in content && { byIt: true as const }),
    ...(text !== '' && { text }),
  })
  const notices: NoticeView[] = []
  if (content.type === 'created') notices.push(notice('created'))
  if (content.type === 'joined')
    notices.push(notice(content.userIds.includes(actorId) ? 'joined' : 'invited', content.userIds))
  if (content.type === 'left') notices.push(notice(content.userId === actorId ? 'left' : 'removed', [content.userId]))
  if (content.type === 'changed') {
    if (content.name !== undefined) notices.push(notice('renamed', [], content.name))
    if (content.topic !== undefined) notices.push(notice('topic', [], content.topic))
    if (content.isOpen !== undefined) notices.push(notice(content.isOpen ? 'opened' : 'closed'))
    if (content.archived !== undefined) notices.push(notice(content.archived ? 'archived' : 'unarchived'))
  }
  return notices.map((shown, i) => ({
    key: i === 0 ? `seq:${seq}` : `seq:${seq}:${shown.notice}`,
    seq,
    senderId: actorId,
    senderName: reader.nameOf(actorId),
    mine: actorId === reader.userId,
    atMs,
    content: shown,
    delivery: { state: 'sent' },
  }))
}
