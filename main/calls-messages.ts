// Owns the answers to calls about messages: pages, threads, writing, acting on messages, jumps.
// Always holds: what the user does to messages goes by the outbox, durable before the call answers; pages come from the cache,
// and from the server only where the cache ends.

import { normaliseBody } from '../shared/body.ts'
import type { CallArgs, CallResult, MessagePage } from '../shared/bridge.ts'
import type { messageCalls } from '../shared/bridge-messages.ts'
import type { ClientId, ConversationId } from '../shared/model.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { MessageAct } from '../shared/wire.ts'
import { ask } from './calls-conversations.ts'
import type { CallParts, Handlers, OpenParts } from './calls-parts.ts'
import { moveMentions } from './mentions.ts'
import type { NewOutbox, OutboxFile } from './store/store.ts'

/** What a message of nothing but a forwarded one says, until the server puts those words there. */
const FORWARDED = '…'

/** The handlers of messageCalls. */
export function messageHandlers(parts: CallParts, { store, files }: OpenParts): Handlers<keyof typeof messageCalls> {
  function changed(conversationId: ConversationId): void {
    parts.conversationChanged(conversationId)
    parts.listChanged()
    parts.session().flush()
  }

  function queue(conversationId: ConversationId, record: NewOutbox): Result<{ clientId: ClientId }> {
    const queued = store().enqueue(conversationId, record)
    if (!queued.ok) return queued
    changed(conversationId)
    return ok({ clientId: record.clientId })
  }

  function act(conversationId: ConversationId, act: MessageAct): Result<{ clientId: ClientId }> {
    const clientId = parts.session().newClientId()
    return queue(conversationId, { type: 'act', clientId, createdAtMs: parts.nowMs(), act })
  }

  async function readConversation({
    conversationId,
    before,
    limit,
  }: CallArgs<'readConversation'>): Promise<Result<MessagePage>> {
    const page = () => store().readPage(conversationId, before, limit, parts.live())
    const first = page()
    // Where the cache ends before the page does, the server is asked for the rest; offline, what is here is shown.
    if (!first.ok || !first.value.olderUnavailable) return first
    if (first.value.messages.length >= limit) return ok({ ...first.value, olderUnavailable: false })
    const fetched = await parts.session().fetchOlder(conversationId)
    if (!fetched.ok) return first
    const second = page()
    // Connected, so what is still missing can be had with the next page.
    return second.ok ? ok({ ...second.value, olderUnavailable: false }) : second
  }

  /** The attached files as the message names them. `file-missing` where one is no draft of this conversation. */
  function attached(conversationId: ConversationId, fileIds: CallArgs<'sendMessage'>['fileIds']): Result<OutboxFile[]> {
    const found: OutboxFile[] = []
    for (const fileId of new Set(fileIds)) {
      const record = store().file(fileId)
      if (record?.role !== 'draft' || record.conversationId !== conversationId) return fail('file-missing')
      found.push({ fileId, name: record.name, mediaType: record.mediaType, bytes: record.bytes })
    }
    return ok(found)
  }

  function sendMessage(args: CallArgs<'sendMessage'>): Result<{ clientId: ClientId }> {
    const { conversationId, body, clientId = parts.session().newClientId(), forward } = args
    if (store().outboxEntry(clientId)) return ok({ clientId })
    if (forward && parts.policy().forwarding === false) return fail('policy-forbids')
    const text = normaliseBody(body)
    const mentions = moveMentions(args.mentions ?? [], body, text)
    if (!mentions) return fail('bad-input', 'A mention names no stretch of the message.')
    const sent = attached(conversationId, args.fileIds)
    if (!sent.ok) return sent
    const names = sent.value.map(({ name }) => name).join(', ')
    const fallback = names || (forward ? FORWARDED : '')
    if (text === '' && fallback === '') return fail('bad-input', 'The message is empty.')
    const queued = queue(conversationId, {
      type: 'message',
      clientId,
      body: text || fallback,
      createdAtMs: parts.nowMs(),
      ...(text === '' && { isFallback: true }),
      ...(sent.value.length > 0 && { files: sent.value }),
      ...(mentions.length > 0 && { mentions }),
      ...(args.threadSeq !== undefined && { threadSeq: args.threadSeq }),
      ...(args.quoteSeq !== undefined && { quoteSeq: args.quoteSeq }),
      ...(forward && { forward }),
    })
    if (queued.ok && sent.value.length > 0) files().outgoing(clientId)
    return queued
  }

  function editMessage({ conversationId, seq, body, mentions = [] }: CallArgs<'editMessage'>) {
    if (parts.policy().editing === false) return fail('policy-forbids')
    const text = normaliseBody(body)
    if (text === '') return fail('bad-input', 'The message is empty.')
    const moved = moveMentions(mentions, body, text)
    if (!moved) return fail('bad-input', 'A mention names no stretch of the message.')
    return act(conversationId, {
      type: 'edit',
      targetSeq: seq,
      body: text,
      ...(moved.length > 0 && { mentions: moved }),
    })
  }

  async function readThread({
    conversationId,
    rootSeq,
  }: CallArgs<'readThread'>): Promise<Result<CallResult<'readThread'>>> {
    const read = () => store().readThread(conversationId, rootSeq, parts.live())
    const position = store().position(conversationId)
    if (!position) return fail('not-found', 'No such conversation.')
    // Replies follow their root: with it, all of them are here.
    if (position.low > rootSeq || position.low === 0) await parts.session().loadBack(conversationId, rootSeq)
    return read()
  }

  return {
    readConversation,
    sendMessage,
    editMessage,
    deleteMessage({ conversationId, seq }) {
      if (parts.policy().deleting === false) return fail('policy-forbids')
      return act(conversationId, { type: 'delete', targetSeq: seq })
    },
    react: ({ conversationId, seq, emoji, on }) => act(conversationId, { type: 'react', targetSeq: seq, emoji, on }),
    readThread,
    readEdits: ({ conversationId, seq }) => store().readEdits(conversationId, seq),
    async seqAt({ conversationId, atMs }) {
      if (!store().position(conversationId)) return fail('not-found', 'No such conversation.')
      const cached = store().seqAt(conversationId, atMs)
      if (cached !== undefined) return ok({ seq: cached })
      const told = await ask(parts.session(), 'seqAt', { type: 'seqAt', conversationId, atMs })
      return told.ok ? ok({ seq: told.value.seq }) : told
    },
    async loadBack({ conversationId, seq }) {
      const loaded = await parts.session().loadBack(conversationId, seq)
      return loaded.ok ? ok({ reached: loaded.value.reached }) : loaded
    },
    retryMessage({ clientId }) {
      const entry = store().outboxEntry(clientId)
      if (!entry) return fail('not-found', 'No such message is waiting.')
      store().setFailure(clientId, undefined)
      if (entry.record.type === 'message' && entry.record.files) files().outgoing(clientId)
      changed(entry.conversationId)
      return ok({})
    },
    discardMessage({ clientId }) {
      const entry = store().outboxEntry(clientId)
      if (!entry) return fail('not-found', 'No such message is waiting.')
      if (parts.session().sending().has(clientId)) return fail('not-allowed', 'The message is on its way.')
      store().takeOut(clientId)
      files().conversationsLost()
      changed(entry.conversationId)
      return ok({})
    },
    markRead({ conversationId, seq }) {
      if (!store().position(conversationId)) return fail('not-found', 'No such conversation.')
      if (store().applyRead(conversationId, seq, 'user')) {
        const upTo = Math.min(seq, store().position(conversationId)?.high ?? 0)
        parts.session().markRead(conversationId, upTo)
        // The mark of unread may have gone with it.
        parts.session().sendPrefs(conversationId)
        parts.listChanged()
      }
      return ok({})
    },
    async search({ text, conversationId, cursor }) {
      const cache = parts.cache()
      return cache.ok ? cache.value.search.find(text, conversationId, cursor) : cache
    },
    saveDraft({ conversationId, text }) {
      const saved = store().saveDraft(conversationId, text)
      if (!saved.ok) return saved
      if (saved.value) parts.listChanged()
      return ok({})
    },
  }
}
