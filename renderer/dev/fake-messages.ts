// Owns the made-up calls about messages of the development page: pages with threads and readers, edits, deletions,
// reactions, quotes, forwarding, jumps. Hash parameters: acts=<failure code> (acts on messages are refused),
// jump=slow|failed|short, unread=<count> (unread in the desk's channel).

import type {
  BridgeResult,
  CallArgs,
  CallName,
  CallResult,
  EventName,
  EventPayload,
  MentionView,
  MessageView,
  QuoteView,
  SessionView,
} from '../../shared/bridge.ts'
import type { ClientId, ConversationId } from '../../shared/model.ts'
import { me, type SampleConversation } from './sample.ts'
import { furnish, type Scene } from './sample-scenes.ts'

type MessageCall =
  | 'readConversation'
  | 'sendMessage'
  | 'editMessage'
  | 'deleteMessage'
  | 'react'
  | 'readThread'
  | 'readEdits'
  | 'seqAt'
  | 'loadBack'
  | 'retryMessage'
  | 'discardMessage'
type MessageHandlers = {
  [N in MessageCall & CallName]: (
    args: CallArgs<N>,
  ) => BridgeResult<CallResult<N>> | Promise<BridgeResult<CallResult<N>>>
}

interface FakeMessagesParts {
  readonly hash: URLSearchParams
  readonly nowMs: number
  readonly all: SampleConversation[]
  readonly session: () => SessionView
  readonly emit: <N extends EventName>(name: N, payload: EventPayload<N>) => void
}

const ok = <T>(value: T) => ({ ok: true, value }) as const
const fail = (code: string) => ({ ok: false, error: { code, message: code } }) as const
const later = <T>(value: T, ms: number) => new Promise<T>((resolve) => setTimeout(() => resolve(value), ms))
const sentMs = 400

/** The calls about messages over the sample workspace. */
export function createFakeMessages({ hash, nowMs, all, session, emit }: FakeMessagesParts): MessageHandlers {
  const scenes = furnish(all, nowMs)
  let nextId = 900_000
  const newId = () => `msg_${String(nextId++).padStart(20, '0')}` as ClientId
  const desk = all[2]
  if (hash.has('unread') && desk !== undefined) desk.readSeq = desk.messages.length - Number(hash.get('unread'))

  const find = (conversationId: ConversationId) => all.find((c) => c.view.conversationId === conversationId)
  const sceneOf = (conversationId: ConversationId): Scene => {
    const known = scenes.get(conversationId)
    if (known !== undefined) return known
    const made: Scene = { threads: new Map(), edits: new Map(), readers: [] }
    scenes.set(conversationId, made)
    return made
  }
  const changed = (conversationId: ConversationId) => {
    emit('messagesChanged', { conversationId })
    emit('conversationsChanged', {})
  }
  /** The list that holds a message: the conversation's own, or a thread's. */
  function listOf(conversationId: ConversationId, is: (message: MessageView) => boolean): MessageView[] | undefined {
    const lists = [find(conversationId)?.messages ?? [], ...sceneOf(conversationId).threads.values()]
    return lists.find((list) => list.some(is))
  }
  function update(conversationId: ConversationId, seq: number, work: (message: MessageView) => MessageView): boolean {
    const list = listOf(conversationId, (message) => message.seq === seq)
    const index = list?.findIndex((message) => message.seq === seq) ?? -1
    const message = list?.[index]
    if (list === undefined || message === undefined) return false
    list[index] = work(message)
    changed(conversationId)
    return true
  }
  function nextSeq(conversationId: ConversationId): number {
    const replies = [...sceneOf(conversationId).threads.values()].flat()
    return Math.max(0, ...[...(find(conversationId)?.messages ?? []), ...replies].map((m) => m.seq ?? 0)) + 1
  }
  function withThread(conversation: SampleConversation, message: MessageView): MessageView {
    const replies =
      message.seq === undefined ? undefined : sceneOf(conversation.view.conversationId).threads.get(message.seq)
    if (replies === undefined || replies.length === 0) return message
    const thread = {
      replies: replies.length,
      unread: replies.filter((r) => !r.mine && (r.seq ?? 0) > conversation.readSeq).length,
      lastAtMs: replies.at(-1)?.atMs ?? 0,
      userIds: [...new Set(replies.map((reply) => reply.senderId))],
    }
    return { ...message, thread }
  }
  function quoteOf(conversationId: ConversationId, seq: number): QuoteView | undefined {
    const message = listOf(conversationId, (m) => m.seq === seq)?.find((m) => m.seq === seq)
    if (message === undefined) return undefined
    const { senderId, senderName, atMs, content } = message
    const text = content.type === 'text' ? content.text : ''
    return { seq, senderId, senderName, atMs, text, state: content.type === 'deleted' ? 'deleted' : 'here' }
  }
  const viewed = (mentions: CallArgs<'sendMessage'>['mentions']): MentionView[] =>
    (mentions ?? []).map((mention) => ({
      ...mention,
      me: mention.type === 'everyone' || (mention.type === 'person' && mention.userId === me.userId),
    }))

  /** Waits as an act does, and then does it or is refused. */
  function act(
    conversationId: ConversationId,
    seq: number,
    kind: 'edit' | 'delete' | 'react',
    work: (m: MessageView) => MessageView,
  ) {
    const clientId = newId()
    const refused = hash.get('acts')
    if (kind === 'react') update(conversationId, seq, work)
    const isThere = update(conversationId, seq, (m) => ({ ...m, pending: { clientId, act: kind } }))
    if (!isThere) return fail('not-found')
    if (session().state !== 'live') return ok({ clientId })
    setTimeout(() => {
      update(conversationId, seq, ({ pending, ...message }) => {
        if (refused !== null)
          return { ...message, pending: { clientId, act: kind, failure: { code: refused, message: '' } } }
        return kind === 'react' ? message : work(message)
      })
    }, sentMs)
    return ok({ clientId })
  }

  function deliver(conversationId: ConversationId, clientId: ClientId): void {
    const list = listOf(conversationId, (message) => message.clientId === clientId)
    const index = list?.findIndex((message) => message.clientId === clientId) ?? -1
    if (list === undefined || index === -1) return
    const [message] = list.splice(index, 1)
    if (message === undefined) return
    const firstWaiting = list.findIndex((m) => m.seq === undefined)
    const sent = { ...message, seq: nextSeq(conversationId), atMs: Date.now(), delivery: { state: 'sent' } as const }
    list.splice(firstWaiting === -1 ? list.length : firstWaiting, 0, sent)
    changed(conversationId)
  }
  /** An unsent message, or an act that was refused, by its id. */
  function waiting(clientId: ClientId) {
    for (const { view } of all) {
      const is = (m: MessageView) =>
        (m.clientId === clientId && m.seq === undefined) || m.pending?.clientId === clientId
      const list = listOf(view.conversationId, is)
      const index = list?.findIndex(is) ?? -1
      if (list !== undefined && index !== -1) return { conversationId: view.conversationId, list, index }
    }
    return undefined
  }
  function settle(clientId: ClientId, retry: boolean) {
    const found = waiting(clientId)
    const message = found?.list[found.index]
    if (found === undefined || message === undefined) return fail('not-found')
    if (message.pending?.clientId === clientId) {
      const { pending: _, ...rest } = message
      found.list[found.index] = rest
    } else if (retry) deliver(found.conversationId, clientId)
    else found.list.splice(found.index, 1)
    changed(found.conversationId)
    return ok({})
  }

  return {
    readConversation: ({ conversationId, before, limit }) => {
      const conversation = find(conversationId)
      if (conversation === undefined) return fail('not-found')
      if (hash.get('pages') === 'loading') return new Promise<never>(() => undefined)
      if (hash.get('pages') === 'failed') return fail('store-corrupt')
      const shown = conversation.messages.map((message) => withThread(conversation, message))
      const delivered = shown.filter((m) => m.seq !== undefined && (before === undefined || m.seq < before))
      const page = delivered.slice(-limit)
      const first = page[0]?.seq ?? 1
      const cut = hash.get('pages') === 'offline'
      const answer = ok({
        conversationId,
        messages: before === undefined ? [...page, ...shown.filter((m) => m.seq === undefined)] : page,
        ...(first > 1 && !cut ? { before: first } : {}),
        olderUnavailable: cut,
        readSeq: conversation.readSeq,
        newestSeq: nextSeq(conversationId) - 1,
        readers: sceneOf(conversationId).readers,
      })
      return before === undefined ? answer : later(answer, 250)
    },
    sendMessage: ({ conversationId, body, mentions, threadSeq, quoteSeq, forward }) => {
      const conversation = find(conversationId)
      if (conversation === undefined) return fail('not-found')
      if (body.includes('!refuse')) return fail('rate-limited')
      const clientId = newId()
      const quote = quoteSeq === undefined ? undefined : quoteOf(conversationId, quoteSeq)
      const source = forward === undefined ? undefined : quoteOf(forward.conversationId, forward.seq)
      const named = viewed(mentions)
      const message: MessageView = {
        key: clientId,
        clientId,
        senderId: me.userId,
        senderName: me.displayName,
        mine: true,
        atMs: Date.now(),
        content: {
          type: 'text',
          text: body,
          ...(named.length === 0 ? {} : { mentions: named }),
          ...(quote === undefined ? {} : { quote }),
          ...(source === undefined || forward === undefined
            ? {}
            : { forwarded: { ...source, conversationId: forward.conversationId } }),
        },
        ...(threadSeq === undefined ? {} : { threadSeq }),
        delivery: { state: session().state === 'live' ? 'sending' : 'queued' },
      }
      if (threadSeq === undefined) conversation.messages.push(message)
      else {
        const { threads } = sceneOf(conversationId)
        threads.set(threadSeq, [...(threads.get(threadSeq) ?? []), message])
      }
      changed(conversationId)
      if (session().state === 'live') setTimeout(() => deliver(conversationId, clientId), sentMs)
      return ok({ clientId })
    },
    editMessage: ({ conversationId, seq, body, mentions }) =>
      act(conversationId, seq, 'edit', (message) => {
        if (message.content.type !== 'text') return message
        const { edits } = sceneOf(conversationId)
        const before = edits.get(seq) ?? [{ atMs: message.atMs, text: message.content.text }]
        const editedAtMs = Date.now()
        edits.set(seq, [...before, { atMs: editedAtMs, text: body }])
        return { ...message, content: { ...message.content, text: body, editedAtMs, mentions: viewed(mentions) } }
      }),
    deleteMessage: ({ conversationId, seq }) =>
      act(conversationId, seq, 'delete', ({ reactions: _, ...message }) => ({
        ...message,
        content: { type: 'deleted' },
      })),
    react: ({ conversationId, seq, emoji, on }) =>
      act(conversationId, seq, 'react', (message) => {
        const others = (message.reactions ?? []).map((reaction) =>
          reaction.emoji === emoji
            ? { ...reaction, mine: on, userIds: reaction.userIds.filter((userId) => userId !== me.userId) }
            : reaction,
        )
        const known = others.some((reaction) => reaction.emoji === emoji)
        const all = known || !on ? others : [...others, { emoji, userIds: [], mine: true }]
        const reactions = all
          .map((r) => (r.emoji === emoji && on ? { ...r, userIds: [...r.userIds, me.userId] } : r))
          .filter((reaction) => reaction.userIds.length > 0)
        return { ...message, reactions }
      }),
    readThread: ({ conversationId, rootSeq }) => {
      const conversation = find(conversationId)
      if (conversation === undefined) return fail('not-found')
      const { threads } = sceneOf(conversationId)
      // A reply leads to its thread.
      const of = [...threads].find(([, replies]) => replies.some((reply) => reply.seq === rootSeq))?.[0] ?? rootSeq
      const root = conversation.messages.find((message) => message.seq === of)
      const page = {
        ...(root === undefined ? {} : { root: withThread(conversation, root) }),
        replies: threads.get(of) ?? [],
        olderUnavailable: false,
      }
      return later(ok(page), 80)
    },
    readEdits: ({ conversationId, seq }) => {
      const message = listOf(conversationId, (m) => m.seq === seq)?.find((m) => m.seq === seq)
      if (message?.content.type !== 'text') return fail('not-found')
      const { text, editedAtMs } = message.content
      const made = [
        { atMs: message.atMs, text: `${text.slice(0, Math.ceil(text.length * 0.7))}…` },
        { atMs: editedAtMs ?? message.atMs, text },
      ]
      return later(ok({ versions: sceneOf(conversationId).edits.get(seq) ?? made }), 120)
    },
    seqAt: ({ conversationId, atMs }) => {
      const message = find(conversationId)?.messages.find((m) => m.seq !== undefined && m.atMs >= atMs)
      return later(ok({ seq: message?.seq ?? 0 }), 200)
    },
    loadBack: () => {
      const how = hash.get('jump')
      if (how === 'failed') return later(fail('offline'), 400)
      return later(ok({ reached: how !== 'short' }), how === 'slow' ? 60_000 : 300)
    },
    retryMessage: ({ clientId }) => settle(clientId, true),
    discardMessage: ({ clientId }) => settle(clientId, false),
  }
}
