import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type {
  BridgeResult,
  CallResult,
  MessagePage,
  SessionState,
  SessionView,
  WipeNotice,
} from '../../shared/bridge.ts'
import type { ClientId, WipeId } from '../../shared/model.ts'
import { conversationOf as conversation, ok, pageOf as page, senderId, sessionOf, settle } from '../dev/fake-host.ts'
import { a, b, opened } from '../dev/fake-workspace.ts'
import { createWorkspace } from './workspace.ts'

const session = (state: SessionState, change: Partial<SessionView> = {}) => sessionOf({ state, ...change })
const wipe: WipeNotice = {
  wipeId: `wip_${'a'.repeat(20)}` as WipeId,
  workspaceName: 'W',
  issuedBy: 'IT',
  reason: 'lost',
  issuedAtMs: 1,
  receipt: 'signed',
}

describe('the workspace store', () => {
  it('[UI24] starting opens the latest conversation without anything unread, and marks nothing read', async () => {
    const { store, count } = await opened({}, [conversation(a, { unread: 2 }), conversation(b)])
    expect(store.getState().openId).toBe(b)
    expect(count('markRead')).toBe(0)
    const fresh = await opened({}, [conversation(a, { unread: 2 })])
    expect(fresh.store.getState().openId).toBeUndefined()
  })

  it('[UI25] everything of the workspace leaves memory when it is wiped, drafts included', async () => {
    const { store, actions, emit } = await opened()
    actions.setDraft(b, 'half a thought')
    emit('wiped', wipe)
    emit('sessionChanged', session('wiped', { wipe }))
    const state = store.getState()
    expect(state.wipe).toEqual(wipe)
    expect([state.conversations, state.timeline, state.people, state.openId]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect(state.drafts).toEqual({})
  })

  it('[UI25] locking drops what was read but keeps what was being written', async () => {
    const { store, actions, emit } = await opened()
    actions.setDraft(b, 'half a thought')
    emit('sessionChanged', session('locked'))
    expect(store.getState().conversations).toBeUndefined()
    expect(store.getState().timeline).toBeUndefined()
    expect(store.getState().drafts[b]).toBe('half a thought')
    emit('sessionChanged', session('live'))
    await settle()
    expect(store.getState().conversations).toHaveLength(2)
  })

  it('[UI25] an answer that arrives after locking is not shown', async () => {
    let answer: (value: BridgeResult<MessagePage>) => void = () => undefined
    const late = await opened({ readConversation: () => new Promise((resolve) => (answer = resolve)) })
    void late.actions.openConversation(a)
    late.emit('sessionChanged', session('locked'))
    answer(ok(page(a, 3, 3)))
    await settle()
    expect(late.store.getState().timeline).toBeUndefined()
  })

  it('[UI26] a burst of list changes costs one read in flight and one after it', async () => {
    const { emit, count } = await opened()
    const before = count('listConversations')
    for (let i = 0; i < 50; i++) emit('conversationsChanged', {})
    await settle()
    expect(count('listConversations') - before).toBe(2)
  })

  it('[UI26] a change of a conversation that is not open reads no page', async () => {
    const { emit, count, store } = await opened()
    const other = store.getState().openId === a ? b : a
    const before = count('readConversation')
    emit('messagesChanged', { conversationId: other })
    await settle()
    expect(count('readConversation')).toBe(before)
  })

  it('[UI27] read is marked only with the newest in view and the window focused, and once', async () => {
    const { actions, asked } = await opened({ readConversation: ({ conversationId: id }) => ok(page(id, 5, 3)) })
    await actions.openConversation(a)
    const marks = () => asked.filter((call) => call.name === 'markRead')
    actions.setAttention({ atEnd: false, focused: true })
    actions.setAttention({ atEnd: true, focused: false })
    expect(marks()).toHaveLength(0)
    actions.setAttention({ atEnd: true, focused: true })
    actions.setAttention({ atEnd: true, focused: true })
    expect(marks()).toEqual([{ name: 'markRead', args: { conversationId: a, seq: 5 } }])
  })

  it('[UI28] sending shows nothing by itself: the message appears when main tells', async () => {
    let upTo = 3
    const { store, actions, emit } = await opened({
      readConversation: ({ conversationId: id }) => ok(page(id, upTo, upTo)),
      sendMessage: () => ok({ clientId: `msg_${'a'.repeat(20)}` as ClientId }),
    })
    await actions.openConversation(a)
    actions.setDraft(a, 'hello')
    await actions.send(a)
    expect(store.getState().timeline?.messages).toHaveLength(3)
    expect(store.getState().drafts[a]).toBe('')
    upTo = 4
    emit('messagesChanged', { conversationId: a })
    await settle()
    expect(store.getState().timeline?.messages).toHaveLength(4)
  })

  it('[UI28] text that main does not take comes back before what was typed since', async () => {
    let refuse: (value: BridgeResult<{ clientId: ClientId }>) => void = () => undefined
    const { store, actions } = await opened({ sendMessage: () => new Promise((resolve) => (refuse = resolve)) })
    actions.setDraft(a, 'first')
    const sending = actions.send(a)
    actions.setDraft(a, 'second')
    refuse({ ok: false, error: { code: 'rate-limited', message: '' } })
    await sending
    expect(store.getState().drafts[a]).toBe('first\nsecond')
    expect(store.getState().actFailure?.code).toBe('rate-limited')
  })

  it('[UI28] blank and overlong drafts are not sent', async () => {
    const { actions, count } = await opened()
    actions.setDraft(a, ' \n ')
    await actions.send(a)
    actions.setDraft(a, 'x'.repeat(16_001))
    await actions.send(a)
    expect(count('sendMessage')).toBe(0)
  })

  it('[UI29] losing access to the open conversation closes it', async () => {
    const conversations = [conversation(a), conversation(b)]
    const { store, actions, emit } = await opened({}, conversations)
    await actions.openConversation(a)
    conversations.shift()
    emit('conversationsChanged', {})
    await settle()
    expect(store.getState().openId).toBeUndefined()
    expect(store.getState().timeline).toBeUndefined()
  })

  it('[UI29] a page for a conversation left meanwhile is dropped', async () => {
    const waiting = new Map<string, (value: BridgeResult<MessagePage>) => void>()
    const { store, actions } = await opened({
      readConversation: ({ conversationId: id }) => new Promise((resolve) => waiting.set(id, resolve)),
    })
    void actions.openConversation(a)
    void actions.openConversation(b)
    waiting.get(b)?.(ok(page(b, 2, 2)))
    await settle()
    waiting.get(a)?.(ok(page(a, 9, 9)))
    await settle()
    expect(store.getState().openId).toBe(b)
    expect(store.getState().timeline?.messages).toHaveLength(2)
  })

  it('[UI30] a host that throws is a failure with a code, never an exception', async () => {
    const workspace = createWorkspace({ call: () => Promise.reject(new Error('gone')), on: () => () => undefined })
    workspace.actions.start()
    await settle()
    expect(workspace.store.getState().startFailure?.code).toBe('internal')
  })
})

describe('searching', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const found = (text: string) =>
    ok({
      hits: [
        { conversationId: a, conversationName: 'A', seq: 1, senderId, senderName: 'a', atMs: 1, text, ranges: [] },
      ],
      complete: true,
    })

  it('[UI31] asks once typing pauses, and never shows the answer to an older question', async () => {
    const waiting: ((value: BridgeResult<CallResult<'search'>>) => void)[] = []
    const { store, actions, asked } = await opened({ search: () => new Promise((resolve) => waiting.push(resolve)) })
    actions.setSearchText('交')
    actions.setSearchText('交易')
    await vi.runAllTimersAsync()
    actions.setSearchText('交易時間')
    await vi.runAllTimersAsync()
    expect(asked.filter((call) => call.name === 'search').map((call) => call.args)).toEqual([
      { text: '交易' },
      { text: '交易時間' },
    ])
    waiting[1]?.(found('new'))
    await settle()
    waiting[0]?.(found('old'))
    await settle()
    expect(store.getState().search.hits.map((hit) => hit.text)).toEqual(['new'])
    expect(store.getState().search.answered).toBe('交易時間')
  })

  it('[UI39] an answer given while indexing went on is asked for again once what is cached has changed', async () => {
    let complete = false
    const { store, actions, emit, count } = await opened({ search: () => ok({ hits: [], complete }) })
    actions.setSearchText('x')
    await vi.runAllTimersAsync()
    await settle()
    expect(store.getState().search.complete).toBe(false)
    complete = true
    emit('conversationsChanged', {})
    await vi.runAllTimersAsync()
    await settle()
    expect(store.getState().search.complete).toBe(true)
    const asked = count('search')
    emit('conversationsChanged', {})
    await vi.runAllTimersAsync()
    expect(count('search')).toBe(asked)
  })

  it('[UI31] an emptied box shows nothing, whatever is still on its way', async () => {
    let answer: (value: BridgeResult<CallResult<'search'>>) => void = () => undefined
    const { store, actions } = await opened({ search: () => new Promise((resolve) => (answer = resolve)) })
    actions.setSearchText('x')
    await vi.runAllTimersAsync()
    actions.setSearchText('')
    answer(found('late'))
    await settle()
    expect(store.getState().search.hits).toEqual([])
    expect(store.getState().search.answered).toBeUndefined()
  })

  it('[UI31] the next page is asked with the cursor and goes below', async () => {
    const { store, actions } = await opened({
      search: ({ cursor }) => {
        const answer = found(cursor ?? 'first')
        return cursor === undefined ? ok({ ...answer.value, cursor: 'next' }) : answer
      },
    })
    actions.setSearchText('x')
    await vi.runAllTimersAsync()
    await settle()
    await actions.readMoreHits()
    expect(store.getState().search.hits.map((hit) => hit.text)).toEqual(['first', 'next'])
    expect(store.getState().search.cursor).toBeUndefined()
  })
})
