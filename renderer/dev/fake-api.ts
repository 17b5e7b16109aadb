// Owns a bridge made up for the development page: answers every call from the sample workspace, in any session state.
// Hash parameters: state, language, theme, problem, list=empty|loading|long, pages=loading|failed|offline, receipt, skew,
// queued, open=none|<index>, arrive=<seconds between new messages>, enrol=<failure code>.

import type {
  BridgeResult,
  CallArgs,
  CallName,
  CallResult,
  CausewayApi,
  EventName,
  EventPayload,
  MessageView,
  SearchHit,
  SessionState,
  SessionView,
  WipeNotice,
} from '../../shared/bridge.ts'
import type { ClientId, ConversationId, WipeId } from '../../shared/model.ts'
import { makeConversations, me, people, type SampleConversation } from './sample.ts'

const hourMs = 3_600_000

type Handlers = {
  [N in CallName]: (args: CallArgs<N>) => BridgeResult<CallResult<N>> | Promise<BridgeResult<CallResult<N>>>
}

const ok = <T>(value: T) => ({ ok: true, value }) as const
const fail = (code: string) => ({ ok: false, error: { code, message: code } }) as const
const never = () => new Promise<never>(() => undefined)
const later = <T>(value: T, ms: number) => new Promise<T>((resolve) => setTimeout(() => resolve(value), ms))

/** A bridge over the sample workspace, as `hash` asks for. */
export function createFakeApi(hash: URLSearchParams): CausewayApi {
  const nowMs = Number(hash.get('now') ?? Date.now())
  const all = hash.get('list') === 'empty' ? [] : makeConversations(nowMs)
  const listeners = new Map<EventName, Set<(payload: never) => void>>()
  let nextId = 900_000
  let session = makeSession(hash, nowMs)
  decorate(all, session.state)

  function emit<N extends EventName>(name: N, payload: EventPayload<N>): void {
    for (const listener of listeners.get(name) ?? []) (listener as (payload: EventPayload<N>) => void)(payload)
  }
  const find = (conversationId: ConversationId) => all.find((c) => c.view.conversationId === conversationId)
  const changed = (conversation: SampleConversation) => {
    emit('messagesChanged', { conversationId: conversation.view.conversationId })
    emit('conversationsChanged', {})
  }
  const setSession = (change: Partial<SessionView>) => {
    session = { ...session, ...change }
    emit('sessionChanged', session)
  }
  const byClientId = (clientId: ClientId) => {
    for (const conversation of all) {
      const index = conversation.messages.findIndex((m) => m.clientId === clientId && m.seq === undefined)
      if (index !== -1) return { conversation, index }
    }
    return undefined
  }

  const handlers: Handlers = {
    getSession: () => ok(session),
    enroll: async () => {
      const code = hash.get('enrol')
      if (code !== null) return later(fail(code), 500)
      await later(undefined, 700)
      setSession({ state: 'live', me, workspaceName: '海峽資本 Straits Capital' })
      return ok(session)
    },
    listConversations: () => {
      if (hash.get('list') === 'loading') return never()
      return ok({ conversations: all.map(viewOf).toSorted((a, b) => (b.lastAtMs ?? 0) - (a.lastAtMs ?? 0)) })
    },
    readConversation: ({ conversationId, before, limit }) => {
      const conversation = find(conversationId)
      if (conversation === undefined) return fail('not-found')
      if (hash.get('pages') === 'loading') return never()
      if (hash.get('pages') === 'failed') return fail('store-corrupt')
      const delivered = conversation.messages.filter(
        (m) => m.seq !== undefined && (before === undefined || m.seq < before),
      )
      const page = delivered.slice(-limit)
      const first = page[0]?.seq ?? 1
      const cut = hash.get('pages') === 'offline'
      const answer = ok({
        conversationId,
        messages: before === undefined ? [...page, ...conversation.messages.filter((m) => m.seq === undefined)] : page,
        ...(first > 1 && !cut ? { before: first } : {}),
        olderUnavailable: cut,
        readSeq: conversation.readSeq,
      })
      return before === undefined ? answer : later(answer, 250)
    },
    sendMessage: ({ conversationId, body }) => {
      const conversation = find(conversationId)
      if (conversation === undefined) return fail('not-found')
      if (body.includes('!refuse')) return fail('rate-limited')
      const clientId = `msg_${String(nextId++).padStart(20, '0')}` as ClientId
      const message: MessageView = {
        key: clientId,
        clientId,
        senderId: me.userId,
        senderName: me.displayName,
        mine: true,
        atMs: Date.now(),
        content: { type: 'text', text: body },
        delivery: { state: session.state === 'live' ? 'sending' : 'queued' },
      }
      conversation.messages.push(message)
      changed(conversation)
      if (session.state === 'live') {
        setTimeout(() => {
          deliver(conversation, clientId)
          changed(conversation)
        }, 400)
      }
      return ok({ clientId })
    },
    retryMessage: ({ clientId }) => {
      const found = byClientId(clientId)
      if (found === undefined) return fail('not-found')
      deliver(found.conversation, clientId)
      changed(found.conversation)
      return ok({})
    },
    discardMessage: ({ clientId }) => {
      const found = byClientId(clientId)
      if (found === undefined) return fail('not-found')
      found.conversation.messages.splice(found.index, 1)
      changed(found.conversation)
      return ok({})
    },
    markRead: ({ conversationId, seq }) => {
      const conversation = find(conversationId)
      if (conversation === undefined) return fail('not-found')
      conversation.readSeq = Math.max(conversation.readSeq, seq)
      emit('conversationsChanged', {})
      return ok({})
    },
    listPeople: () => ok({ people: hash.get('list') === 'empty' ? [] : [...people] }),
    search: ({ text, conversationId, cursor }) => {
      const hits = searchIn(all, text, conversationId)
      const from = Number(cursor ?? 0)
      const page = hits.slice(from, from + 30)
      const next = from + page.length < hits.length ? { cursor: String(from + page.length) } : {}
      return later(ok({ hits: page, ...next, complete: hash.get('index') !== 'partial' }), 60)
    },
    setSettings: (change) => {
      session = { ...session, settings: Object.assign({ ...session.settings }, change) }
      emit('sessionChanged', session)
      return ok(session.settings)
    },
    retryConnection: () => {
      setSession({ state: 'connecting' })
      setTimeout(() => setSession({ state: 'live', queued: 0 }), 900)
      return ok({})
    },
    openLink: () => ok({}),
  }

  const every = Number(hash.get('arrive') ?? 0)
  if (every > 0) {
    let count = 0
    setInterval(() => {
      const conversation = all[2]
      const last = conversation?.messages.at(-1)
      if (conversation === undefined || last === undefined) return
      const seq = Math.max(...conversation.messages.map((m) => m.seq ?? 0)) + 1
      const sender = people[1 + (count++ % 2) * 5] ?? me
      conversation.messages.push({
        key: `arrived-${seq}`,
        seq,
        senderId: sender.userId,
        senderName: sender.displayName,
        mine: false,
        atMs: Date.now(),
        content: { type: 'text', text: `Update ${seq}: bid 7.10${50 + (seq % 40)}` },
        delivery: { state: 'sent' },
      })
      changed(conversation)
    }, every * 1000)
  }

  return {
    call: async <N extends CallName>(name: N, args: CallArgs<N>) =>
      handlers[name](args) as Promise<BridgeResult<CallResult<N>>>,
    on(name, listener) {
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set)
      set.add(listener as (payload: never) => void)
      return () => set.delete(listener as (payload: never) => void)
    },
  }
}

function deliver(conversation: SampleConversation, clientId: ClientId): void {
  const index = conversation.messages.findIndex((m) => m.clientId === clientId)
  const [message] = conversation.messages.splice(index, 1)
  if (message === undefined) return
  const seq = Math.max(0, ...conversation.messages.map((m) => m.seq ?? 0)) + 1
  const firstWaiting = conversation.messages.findIndex((m) => m.seq === undefined)
  const at = firstWaiting === -1 ? conversation.messages.length : firstWaiting
  conversation.messages.splice(at, 0, { ...message, seq, atMs: Date.now(), delivery: { state: 'sent' } })
}

function viewOf({ view, messages, readSeq }: SampleConversation): SampleConversation['view'] {
  const last = messages.at(-1)
  return {
    ...view,
    unread: messages.filter((m) => !m.mine && m.seq !== undefined && m.seq > readSeq).length,
    queued: messages.filter((m) => m.delivery.state === 'queued').length,
    failed: messages.filter((m) => m.delivery.state === 'failed').length,
    ...(last === undefined
      ? {}
      : {
          lastAtMs: last.atMs,
          lastMessage: {
            senderId: last.senderId,
            senderName: last.senderName,
            mine: last.mine,
            text: last.content.type === 'text' ? last.content.text : '',
          },
        }),
  }
}

/** Puts waiting and refused messages where they can be looked at. */
function decorate(all: readonly SampleConversation[], state: SessionState): void {
  const add = (index: number, text: string, delivery: MessageView['delivery'], number: number) => {
    const clientId = `msg_${String(800_000 + number).padStart(20, '0')}` as ClientId
    const conversation = all[index]
    const atMs = (conversation?.messages.at(-1)?.atMs ?? 0) + 60_000
    conversation?.messages.push({
      key: clientId,
      clientId,
      senderId: me.userId,
      senderName: me.displayName,
      mine: true,
      atMs,
      content: { type: 'text', text },
      delivery,
    })
  }
  const refused = { code: 'not-allowed', message: '' }
  add(4, '附上最新的渠道例外表格（第三版），請以此為準。', { state: 'failed', failure: refused }, 1)
  if (state === 'live') return
  add(8, 'On my way. 你哋開始先，唔使等我。', { state: 'queued' }, 2)
  add(8, 'Will dial in from the MTR.', { state: 'queued' }, 3)
}

function searchIn(all: readonly SampleConversation[], text: string, conversationId?: ConversationId): SearchHit[] {
  const wanted = text.toLowerCase()
  const hits: SearchHit[] = []
  for (const { view, messages } of all) {
    if (conversationId !== undefined && view.conversationId !== conversationId) continue
    for (const message of messages) {
      if (message.content.type !== 'text' || message.seq === undefined) continue
      const body = message.content.text
      const ranges: [number, number][] = []
      for (let at = body.toLowerCase().indexOf(wanted); at !== -1; at = body.toLowerCase().indexOf(wanted, at + 1))
        ranges.push([at, at + wanted.length])
      if (ranges.length === 0) continue
      hits.push({
        conversationId: view.conversationId,
        conversationName: view.name,
        seq: message.seq,
        senderName: message.senderName,
        atMs: message.atMs,
        text: body,
        ranges,
      })
    }
  }
  return hits.sort((a, b) => b.atMs - a.atMs)
}

function makeSession(hash: URLSearchParams, nowMs: number): SessionView {
  const state = (hash.get('state') ?? 'live') as SessionState
  const problem = hash.get('problem')
  const wipe: WipeNotice = {
    wipeId: `wip_${'7k2m'.repeat(5)}` as WipeId,
    workspaceName: '海峽資本 Straits Capital',
    issuedBy: '李家豪（資訊科技部）',
    reason: '手提電腦遺失：於 11 月 22 日在機場快綫遺留，已報警。Lost laptop, police report filed.',
    issuedAtMs: nowMs - 4 * 60_000,
    wipedAtMs: nowMs - 3 * 60_000,
    filesRemoved: 27,
    receipt: (hash.get('receipt') ?? 'delivered') as WipeNotice['receipt'],
  }
  const away = state === 'offline' || state === 'connecting' || state === 'locked'
  const gone = state === 'signed-out' || state === 'wiped'
  return {
    state,
    host: 'electron',
    version: '0.1.0',
    settings: {
      theme: (hash.get('theme') ?? 'light') as SessionView['settings']['theme'],
      language: (hash.get('language') ?? 'en') as SessionView['settings']['language'],
      listWidthPx: Number(hash.get('width') ?? 280),
    },
    systemLanguages: ['en-HK', 'zh-HK'],
    ...(gone ? {} : { workspaceName: '海峽資本 Straits Capital', me }),
    lastHeardAtMs: nowMs - (away ? 52 * 60_000 : 2000),
    ...(hash.get('lease') === 'none'
      ? {}
      : { readableUntilMs: nowMs - (away ? 52 * 60_000 : 0) + (state === 'locked' ? -1 : 72) * hourMs }),
    ...(state === 'locked' ? { retryAtMs: nowMs + 120_000 } : {}),
    ...(state === 'catching-up' ? { catchUp: { done: 1284, total: 5120 } } : {}),
    queued: away ? 2 : 0,
    ...(problem === null ? {} : { problem: { code: problem, message: problem } }),
    ...(hash.has('skew') ? { clockSkewMs: Number(hash.get('skew')) * 60_000 } : {}),
    ...(state === 'wiping' || state === 'wiped' ? { wipe } : {}),
  }
}
