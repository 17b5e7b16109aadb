// Owns a bridge made up for the development page: answers every call from the sample workspace, in any session state.
// Hash parameters beside those of fake-session.ts: list=empty|loading, pages=loading|failed|offline, index=partial,
// arrive=<seconds between new messages>, enrol=<failure code>. The passphrase is "harbour"; the third wrong one pauses.

import type {
  BridgeResult,
  CallArgs,
  CallName,
  CallResult,
  CausewayApi,
  ConversationView,
  EventName,
  EventPayload,
  MessageView,
  SessionState,
  SessionView,
} from '../../shared/bridge.ts'
import type { ClientId, ConversationId } from '../../shared/model.ts'
import { createFakeFiles } from './fake-files.ts'
import { createFakeFleet } from './fake-fleet.ts'
import { createFakeMessages } from './fake-messages.ts'
import { createFakePlaces } from './fake-places.ts'
import { searchPage } from './fake-search.ts'
import { makeSession } from './fake-session.ts'
import { makeConversations, me, people, type SampleConversation } from './sample.ts'

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
  let session = makeSession(hash, nowMs)
  const messages = createFakeMessages({ hash, nowMs, all, session: () => session, emit })
  decorate(all, session.state)
  if (session.conversationsWiped !== undefined) withdraw(all[2])

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
  let passphrase = 'harbour'
  let wrongTries = 0
  function look(given: string) {
    if (given === passphrase) {
      wrongTries = 0
      return undefined
    }
    if (++wrongTries < 3) return fail('passphrase-wrong')
    const retryAfterMs = 2000 * 2 ** (wrongTries - 3)
    setSession({ appLock: { ...session.appLock, retryAtMs: Date.now() + retryAfterMs } })
    return { ok: false, error: { code: 'rate-limited', message: 'rate-limited', retryAfterMs } } as const
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
    markRead: ({ conversationId, seq }) => {
      const conversation = find(conversationId)
      if (conversation === undefined) return fail('not-found')
      conversation.readSeq = Math.max(conversation.readSeq, seq)
      emit('conversationsChanged', {})
      return ok({})
    },
    listPeople: () => ok({ people: hash.get('list') === 'empty' ? [] : [...people] }),
    search: (asked) => later(ok(searchPage(all, asked, hash.get('index') !== 'partial')), 60),
    saveDraft: ({ conversationId, text }) => {
      const conversation = find(conversationId)
      if (conversation === undefined) return fail('not-found')
      if (text === '') conversation.view = omitDraft(conversation.view)
      else conversation.view = { ...conversation.view, draft: text }
      emit('conversationsChanged', {})
      return ok({})
    },
    lock: () => {
      if (!session.appLock.enabled) return fail('not-allowed')
      setSession({ state: 'locked', appLock: { ...session.appLock, locked: true } })
      return ok({})
    },
    unlock: ({ passphrase: given }) => {
      const wrong = look(given)
      if (wrong !== undefined) return later(wrong, 350)
      setSession({ state: 'live', me, appLock: { ...session.appLock, locked: false } })
      return ok({})
    },
    setPassphrase: ({ current, next }) => {
      const wrong = session.appLock.enabled ? look(current ?? '') : undefined
      if (wrong !== undefined) return later(wrong, 350)
      passphrase = next ?? passphrase
      setSession({ appLock: { ...session.appLock, enabled: next !== undefined } })
      return later(ok({}), 350)
    },
    noteActivity: () => ok({}),
    dismissCacheNotice: () => {
      const { cacheNotice: _, ...rest } = session
      session = rest
      emit('sessionChanged', session)
      return ok({})
    },
    dismissConversationsWiped: () => {
      const { conversationsWiped: _, ...rest } = session
      session = rest
      emit('sessionChanged', session)
      return ok({})
    },
    setSettings: (change) => {
      const settings = Object.assign({ ...session.settings }, change)
      const lockAfterMinutes = Math.min(settings.lockAfterMinutes, Number(hash.get('policy') ?? Infinity))
      session = { ...session, settings, appLock: { ...session.appLock, lockAfterMinutes } }
      emit('sessionChanged', session)
      return ok(session.settings)
    },
    retryConnection: () => {
      setSession({ state: 'connecting' })
      setTimeout(() => setSession({ state: 'live', queued: 0 }), 900)
      return ok({})
    },
    openLink: () => ok({}),
    ...messages,
    ...createFakeFiles({ hash, all, session: () => session, emit, sendMessage: messages.sendMessage }),
    ...createFakePlaces({ hash, all, session: () => session, emit }),
    ...createFakeFleet({ hash, nowMs, session: () => session, emit }),
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

function omitDraft({ draft: _, ...view }: ConversationView): ConversationView {
  return view
}

/** A message in the list: of files alone, their names. */
function lineOf(content: MessageView['content']): string {
  if (content.type !== 'text') return ''
  return content.text || (content.files ?? []).map((file) => file.name).join(', ')
}

function viewOf({ view, messages, readSeq }: SampleConversation): SampleConversation['view'] {
  const last = messages.findLast((m) => m.content.type !== 'notice')
  const firstUnread = messages.find((m) => !m.mine && m.seq !== undefined && m.seq > readSeq)?.seq
  return {
    ...view,
    ...(firstUnread === undefined ? {} : { firstUnreadSeq: firstUnread }),
    unread: messages.filter((m) => !m.mine && m.seq !== undefined && m.seq > readSeq).length,
    mentions: (messages.findLast((m) => m.seq !== undefined)?.seq ?? 0) > readSeq ? view.mentions : 0,
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
            text: lineOf(last.content),
          },
        }),
  }
}

/** All but the latest messages have been taken from desktops by IT. */
function withdraw(conversation: SampleConversation | undefined): void {
  const messages = conversation?.messages ?? []
  const last = messages.at(-9)
  if (last === undefined) return
  const notice: MessageView = {
    key: `seq:${last.seq ?? 0}`,
    senderId: me.userId,
    senderName: me.displayName,
    mine: false,
    atMs: last.atMs,
    content: { type: 'notice', notice: 'withdrawn', people: [], byIt: true },
    delivery: { state: 'sent' },
    ...(last.seq === undefined ? {} : { seq: last.seq }),
  }
  messages.splice(0, messages.length - 8, notice)
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
