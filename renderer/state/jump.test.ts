import { describe, expect, it } from 'vitest'
import type { MessagePage } from '../../shared/bridge.ts'
import type { ConversationId } from '../../shared/model.ts'
import { type Answers, conversationOf, fail, messageOf, ok, settle } from '../dev/fake-host.ts'
import { a, b, opened } from '../dev/fake-workspace.ts'

const newest = 200
/** Fifty messages before `before`, of two hundred. */
function pageBefore(conversationId: ConversationId, before = newest + 1): MessagePage {
  const last = Math.min(newest, before - 1)
  const first = Math.max(1, last - 49)
  return {
    conversationId,
    messages: Array.from({ length: last - first + 1 }, (_, index) => messageOf(first + index)),
    ...(first > 1 ? { before: first } : {}),
    olderUnavailable: false,
    readSeq: newest,
    newestSeq: newest,
    readers: [],
  }
}
const start = (answers: Answers = {}, conversations = [conversationOf(a), conversationOf(b)]) =>
  opened(
    { readConversation: ({ conversationId, before }) => ok(pageBefore(conversationId, before)), ...answers },
    conversations,
  )
const seqs = (messages: readonly { seq?: number | undefined }[] | undefined) => messages?.map(({ seq }) => seq)

describe('jumps', () => {
  it('[UI61] to a message that is held only points at it', async () => {
    const { actions, store, count } = await start()
    await actions.openConversation(a)
    const { stretch } = store.getState().timeline ?? {}
    await actions.jumpTo(160)
    expect(store.getState().timeline).toMatchObject({ stretch, targetSeq: 160, jump: 1 })
    expect(count('loadBack')).toBe(0)
  })

  it('[UI61] to an older one fetches history first and says so meanwhile', async () => {
    let arrive: (value: ReturnType<typeof ok<{ reached: boolean }>>) => void = () => undefined
    const { actions, store, asked } = await start({ loadBack: () => new Promise((resolve) => (arrive = resolve)) })
    await actions.openConversation(a)
    const jumping = actions.jumpTo(20)
    expect(store.getState().jump).toEqual({ type: 'loading' })
    expect(asked.at(-1)).toEqual({ name: 'loadBack', args: { conversationId: a, seq: 20 } })
    arrive(ok({ reached: true }))
    await jumping
    expect(seqs(store.getState().timeline?.messages)).toContain(20)
    expect(store.getState().timeline?.targetSeq).toBe(20)
    expect(store.getState().jump).toBeUndefined()
  })

  it('[UI61] one that fails leaves the reader in place and says why; one cut short says that', async () => {
    let reached: 'failed' | 'short' = 'failed'
    const { actions, store } = await start({
      loadBack: () => (reached === 'failed' ? fail('offline') : ok({ reached: false })),
    })
    await actions.openConversation(a)
    const before = store.getState().timeline
    await actions.jumpTo(20)
    expect(store.getState().jump).toMatchObject({ type: 'failed', failure: { code: 'offline' } })
    expect(store.getState().timeline).toBe(before)
    reached = 'short'
    await actions.jumpTo(20)
    expect(store.getState().jump).toEqual({ type: 'short' })
  })

  it('[UI61] one called off, or overtaken by another conversation, leads nowhere', async () => {
    let arrive: (value: ReturnType<typeof ok<{ reached: boolean }>>) => void = () => undefined
    const { actions, store } = await start({ loadBack: () => new Promise((resolve) => (arrive = resolve)) })
    await actions.openConversation(a)
    void actions.jumpTo(20)
    actions.cancelJump()
    arrive(ok({ reached: true }))
    await settle()
    expect(seqs(store.getState().timeline?.messages)).not.toContain(20)
    void actions.jumpTo(20)
    await actions.openConversation(b)
    arrive(ok({ reached: true }))
    await settle()
    expect(store.getState().openId).toBe(b)
    expect(store.getState().timeline?.targetSeq).toBeUndefined()
    expect(store.getState().jump).toBeUndefined()
  })

  it('[UI61] to a day asks where it begins, and goes to the latest where nothing came since', async () => {
    let seq = 170
    const { actions, store } = await start({ seqAt: () => ok({ seq }) })
    await actions.openConversation(a)
    await actions.jumpToDate(5)
    expect(store.getState().timeline?.targetSeq).toBe(170)
    seq = 0
    await actions.jumpToDate(9)
    expect(store.getState().timeline?.targetSeq).toBeUndefined()
    expect(store.getState().timeline?.reachesNewest).toBe(true)
  })

  it('[UI62] a conversation opens where unread begins, however far back, and tells it of the latest', async () => {
    const unread = conversationOf(a, { unread: 120, firstUnreadSeq: 81 })
    const { actions, store } = await start({}, [unread, conversationOf(b)])
    await actions.openConversation(a)
    const open = store.getState().timeline
    expect(seqs(open?.messages)).toContain(81)
    expect(open).toMatchObject({
      unreadAfterSeq: 80,
      reachesNewest: false,
      targetSeq: undefined,
      unreadAbove: undefined,
    })
    await actions.showLatest()
    expect(store.getState().timeline).toMatchObject({ reachesNewest: true, unreadAbove: { seq: 81, count: 120 } })
  })

  it('[UI62] reading to the end reads all, what is not shown included', async () => {
    const { actions, asked } = await start({
      readConversation: ({ conversationId }) => ok({ ...pageBefore(conversationId), readSeq: 190, newestSeq: 207 }),
    })
    await actions.openConversation(a)
    actions.setAttention({ atEnd: true, focused: true })
    expect(asked.filter(({ name }) => name === 'markRead').map(({ args }) => args)).toEqual([
      { conversationId: a, seq: 207 },
    ])
  })
})

describe('threads', () => {
  const root = messageOf(150, { thread: { replies: 1, unread: 1, lastAtMs: 1, userIds: [] } })
  const reply = messageOf(202, { threadSeq: 150 })
  const page = { root, replies: [reply], olderUnavailable: false }

  it('[UI60] one opens in the details’ place, is read again on each change, and goes with its conversation', async () => {
    let replies = [reply]
    const { actions, store, emit } = await start({
      readThread: () => ok({ ...page, replies }),
      listPeople: () => ok({ people: [] }),
    })
    await actions.openConversation(a)
    actions.toggleDetails(true)
    await actions.openThread(150)
    expect(store.getState()).toMatchObject({ detailsOpen: false, thread: { rootSeq: 150, page } })
    replies = [reply, messageOf(203)]
    emit('messagesChanged', { conversationId: a })
    await settle()
    expect(store.getState().thread?.page?.replies).toHaveLength(2)
    actions.toggleDetails(true)
    expect(store.getState().thread).toBeUndefined()
    await actions.openThread(150)
    await actions.openConversation(b)
    expect(store.getState().thread).toBeUndefined()
  })

  it('[UI60] an answer for a thread left meanwhile is dropped', async () => {
    const waiting = new Map<number, () => void>()
    const { actions, store } = await start({
      readThread: ({ rootSeq }) =>
        new Promise((resolve) => waiting.set(rootSeq, () => resolve(ok({ ...page, root: messageOf(rootSeq) })))),
    })
    await actions.openConversation(a)
    void actions.openThread(150)
    await settle()
    void actions.openThread(160)
    waiting.get(150)?.()
    await settle()
    expect(store.getState().thread).toMatchObject({ rootSeq: 160, page: undefined })
    waiting.get(160)?.()
    await settle()
    expect(store.getState().thread?.page?.root?.seq).toBe(160)
  })

  it('[UI60] asked for a reply that stands in no page, its thread is opened at it', async () => {
    const { actions, store } = await start({
      readThread: ({ rootSeq }) => (rootSeq === 202 ? ok(page) : fail('not-found')),
    })
    await actions.openConversation(a, 202)
    expect(store.getState().thread).toMatchObject({ rootSeq: 150, targetSeq: 202 })
    await actions.openConversation(b, 201)
    expect(store.getState().thread).toBeUndefined()
  })
})
