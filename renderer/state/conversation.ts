// Owns the acts on the open conversation: opening it, reading its pages and marking it read.
// Always holds: a page that answers an older question is dropped.
// A read mark is set only where the newest message is in view and the window has the focus.

import type { BridgeResult, MessagePage } from '../../shared/bridge.ts'
import type { ConversationId } from '../../shared/model.ts'
import { coalesce } from './bridge.ts'
import type { Drafts } from './drafts.ts'
import type { WorkspaceActions, WorkspaceContext } from './state.ts'
import {
  lastSeqOf,
  mergeNewer,
  mergeNewest,
  mergeOlder,
  moveUnreadLine,
  openAround,
  openNewest,
  type Timeline,
  withUnread,
} from './timeline.ts'

/** Messages in one page: two to three screens. */
const pageMessages = 50
/** Messages below a search hit when it is opened. */
const belowTarget = 25

type ConversationActions = Pick<
  WorkspaceActions,
  'openConversation' | 'closeConversation' | 'readOlder' | 'readNewer' | 'showLatest' | 'setAttention'
> & {
  /** The reader has written: back to the present, without an unread line. */
  wrote(): void
  /** Reads the newest page of the open conversation again. */
  readAgain(): Promise<void>
  /** Drops what is held here beside the store's state. */
  forget(): void
}

/**
 * The acts on the open conversation over `context`. `findThread` is asked to show an event that stands in no page: a reply
 * in a thread.
 */
export function createConversationActions(
  { ask, store }: WorkspaceContext,
  drafts: Drafts,
  findThread: (seq: number) => Promise<boolean>,
): ConversationActions {
  let stretch = 0
  let attention = { atEnd: true, focused: true }
  let markedSeq = 0

  const readPage = (conversationId: ConversationId, before?: number): Promise<BridgeResult<MessagePage>> =>
    ask('readConversation', { conversationId, limit: pageMessages, ...(before === undefined ? {} : { before }) })

  /** Applies `change` to the stretch with which the question was asked, if that is still open. */
  function update(asked: number, change: (held: Timeline) => Timeline): void {
    const { timeline } = store.getState()
    if (timeline === undefined || timeline.stretch !== asked) return
    const next = change(timeline)
    if (next.stretch !== timeline.stretch) stretch = Math.max(stretch, next.stretch)
    store.setState({ timeline: next })
  }

  function markRead(): void {
    const { openId, timeline, conversations } = store.getState()
    if (openId === undefined || timeline === undefined) return
    if (!attention.atEnd || !attention.focused || !timeline.reachesNewest) return
    const seq = timeline.endSeq
    // Marked unread by hand, it is behind the read mark and unread all the same.
    const isUnread = (conversations?.find((c) => c.conversationId === openId)?.unread ?? 0) > 0
    if (seq <= markedSeq || (seq <= timeline.readSeq && !isUnread)) return
    markedSeq = seq
    void ask('markRead', { conversationId: openId, seq })
  }

  const readAgain = coalesce(async () => {
    const { openId, timeline } = store.getState()
    if (openId === undefined) return
    if (timeline === undefined) {
      await openConversation(openId)
      return
    }
    const answer = await readPage(openId)
    if (!answer.ok) return
    update(timeline.stretch, (held) => {
      // Coming back online, what was out of reach may be had again.
      const merged = mergeNewest(held, answer.value, attention.atEnd)
      const reachable = merged.olderUnavailable && !answer.value.olderUnavailable
      const next = reachable ? { ...merged, olderUnavailable: false } : merged
      return attention.atEnd && attention.focused ? next : moveUnreadLine(next)
    })
    markRead()
  })

  async function openConversation(conversationId: ConversationId, targetSeq?: number): Promise<void> {
    const unread = targetSeq === undefined ? unreadOf(conversationId) : undefined
    await openAt(conversationId, targetSeq, unread, targetSeq ?? unread?.seq)
  }

  /** What is unread of a conversation, as the list tells. */
  function unreadOf(conversationId: ConversationId): { readonly seq: number; readonly count: number } | undefined {
    const listed = store.getState().conversations?.find((c) => c.conversationId === conversationId)
    if (listed === undefined || listed.unread === 0 || listed.firstUnreadSeq === undefined) return undefined
    return { seq: listed.firstUnreadSeq, count: listed.unread }
  }

  /** Opens with the page that holds `around`, or with the newest; `targetSeq` is marked, before `unread` stands the line. */
  async function openAt(
    conversationId: ConversationId,
    targetSeq: number | undefined,
    unread: { readonly seq: number; readonly count: number } | undefined,
    around: number | undefined,
  ): Promise<void> {
    const mine = ++stretch
    const sameOpen = store.getState().openId === conversationId
    if (!sameOpen) drafts.saveDrafts()
    attention = { ...attention, atEnd: around === undefined }
    markedSeq = 0
    store.setState({
      openId: conversationId,
      timelineFailure: undefined,
      actFailure: undefined,
      ...(sameOpen ? {} : { timeline: undefined, thread: undefined, jump: undefined }),
    })
    const [newest, page] = await Promise.all([
      readPage(conversationId),
      targetSeq === undefined ? undefined : readPage(conversationId, targetSeq + belowTarget),
    ])
    if (stretch !== mine || store.getState().openId !== conversationId) return
    if (!newest.ok) {
      store.setState({ timelineFailure: newest.error, timeline: undefined })
      return
    }
    let timeline =
      page?.ok === true ? openAround(page.value, newest.value, mine, targetSeq) : openNewest(newest.value, mine)
    if (page === undefined && around !== undefined && !reaches(timeline, around)) {
      // More is unread than a page holds: it opens where that begins.
      const first = await readPage(conversationId, around + belowTarget)
      if (stretch !== mine || store.getState().openId !== conversationId) return
      if (first.ok) timeline = openAround(first.value, newest.value, mine, undefined)
    }
    store.setState({ timeline: unread === undefined ? timeline : withUnread(timeline, unread) })
    if (targetSeq !== undefined && !holds(timeline, targetSeq)) await findThread(targetSeq)
  }
  const reaches = ({ messages, before }: Timeline, seq: number) =>
    before === undefined || messages.some((message) => message.seq !== undefined && message.seq <= seq)
  const holds = ({ messages }: Timeline, seq: number) => messages.some((message) => message.seq === seq)

  async function readOlder(): Promise<void> {
    const { openId, timeline } = store.getState()
    if (openId === undefined || timeline?.before === undefined) return
    if (timeline.loading !== undefined || timeline.olderUnavailable) return
    const asked = timeline.stretch
    store.setState({ timeline: { ...timeline, loading: 'older', grewAbove: false } })
    const answer = await readPage(openId, timeline.before)
    update(asked, (held) =>
      answer.ok ? mergeOlder(held, answer.value) : { ...held, loading: undefined, failure: answer.error },
    )
  }

  async function readNewer(): Promise<void> {
    const { openId, timeline } = store.getState()
    if (openId === undefined || timeline === undefined || timeline.reachesNewest || timeline.loading !== undefined)
      return
    const asked = timeline.stretch
    const last = lastSeqOf(timeline.messages)
    store.setState({ timeline: { ...timeline, loading: 'newer', grewAbove: false } })
    // The page that ends one page further on; near the end, the newest page itself.
    const before = last + pageMessages + 1
    const nearEnd = before > timeline.newestSeq
    const answer = await readPage(openId, nearEnd ? undefined : before)
    update(asked, (held) => {
      if (!answer.ok) return { ...held, loading: undefined, failure: answer.error }
      if (nearEnd) return { ...mergeNewest(held, answer.value, false), loading: undefined }
      return mergeNewer(held, answer.value)
    })
    const grown = store.getState().timeline
    if (grown?.stretch === asked && !nearEnd && lastSeqOf(grown.messages) === last) await showLatest()
  }

  async function showLatest(): Promise<void> {
    const { openId } = store.getState()
    if (openId !== undefined) await openAt(openId, undefined, unreadOf(openId), undefined)
  }

  return {
    openConversation,
    closeConversation() {
      stretch++
      store.setState({
        openId: undefined,
        timeline: undefined,
        timelineFailure: undefined,
        detailsOpen: false,
        thread: undefined,
        jump: undefined,
      })
    },
    readOlder,
    readNewer,
    showLatest,
    readAgain,
    forget() {
      stretch++
      markedSeq = 0
    },
    setAttention(next) {
      attention = next
      markRead()
    },
    wrote() {
      store.setState(({ timeline }) => ({
        timeline: timeline && {
          ...timeline,
          unreadAfterSeq: undefined,
          unreadAbove: undefined,
          grewAbove: false,
          written: timeline.written + 1,
        },
      }))
      if (store.getState().timeline?.reachesNewest === false) void showLatest()
    },
  }
}
