// Owns the acts on the open conversation: reading its pages, marking read and sending.
// Always holds: a page that answers an older question is dropped; sending only asks main and shows what main then tells.
// A read mark is set only where the newest message is in view and the window has the focus.

import type { BridgeResult, MessagePage } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import type { ClientId, ConversationId } from '../../shared/model.ts'
import { coalesce } from './bridge.ts'
import { type Drafts, draftOf } from './drafts.ts'
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
} from './timeline.ts'

/** Messages in one page: two to three screens. */
const pageMessages = 50
/** Messages below a search hit when it is opened. */
const belowTarget = 25

type ConversationActions = Pick<
  WorkspaceActions,
  | 'openConversation'
  | 'closeConversation'
  | 'readOlder'
  | 'readNewer'
  | 'showLatest'
  | 'setAttention'
  | 'send'
  | 'retryMessage'
  | 'discardMessage'
> & {
  /** Reads the newest page of the open conversation again. */
  readAgain(): Promise<void>
  /** Drops what is held here beside the store's state. */
  forget(): void
}

/** The acts on the open conversation over `context`. */
export function createConversationActions({ ask, store }: WorkspaceContext, drafts: Drafts): ConversationActions {
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
    const { openId, timeline } = store.getState()
    if (openId === undefined || timeline === undefined) return
    if (!attention.atEnd || !attention.focused || !timeline.reachesNewest) return
    const seq = timeline.newestSeq
    if (seq <= Math.max(timeline.readSeq, markedSeq)) return
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
    const mine = ++stretch
    const sameOpen = store.getState().openId === conversationId
    if (!sameOpen) drafts.saveDrafts()
    attention = { ...attention, atEnd: targetSeq === undefined }
    markedSeq = 0
    store.setState({
      openId: conversationId,
      timelineFailure: undefined,
      actFailure: undefined,
      ...(sameOpen ? {} : { timeline: undefined }),
    })
    const [newest, around] = await Promise.all([
      readPage(conversationId),
      targetSeq === undefined ? undefined : readPage(conversationId, targetSeq + belowTarget),
    ])
    if (stretch !== mine || store.getState().openId !== conversationId) return
    if (!newest.ok) {
      store.setState({ timelineFailure: newest.error, timeline: undefined })
      return
    }
    if (targetSeq !== undefined && around?.ok === true) {
      store.setState({ timeline: openAround(around.value, newest.value, mine, targetSeq) })
    } else store.setState({ timeline: openNewest(newest.value, mine) })
  }

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
    if (openId !== undefined) await openConversation(openId)
  }

  return {
    openConversation,
    closeConversation() {
      stretch++
      store.setState({ openId: undefined, timeline: undefined, timelineFailure: undefined, detailsOpen: false })
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
    async send(conversationId) {
      const text = draftOf(store.getState(), conversationId)
      if (text.trim() === '' || text.length > limits.bodyChars) return
      drafts.take(conversationId)
      store.setState((state) => ({
        actFailure: undefined,
        timeline:
          state.timeline === undefined ? undefined : { ...state.timeline, unreadAfterSeq: undefined, grewAbove: false },
      }))
      const open = store.getState().timeline
      if (open?.reachesNewest === false) void showLatest()
      const answer = await ask('sendMessage', { conversationId, body: text })
      if (answer.ok) {
        drafts.sent(conversationId)
        return
      }
      // Not taken: the text comes back, before anything typed since.
      const since = store.getState().drafts[conversationId] ?? ''
      drafts.setDraft(conversationId, since === '' ? text : `${text}\n${since}`)
      store.setState({ actFailure: answer.error })
    },
    retryMessage: (clientId) => act('retryMessage', clientId),
    discardMessage: (clientId) => act('discardMessage', clientId),
  }

  async function act(name: 'retryMessage' | 'discardMessage', clientId: ClientId): Promise<void> {
    const answer = await ask(name, { clientId })
    store.setState({ actFailure: answer.ok ? undefined : answer.error })
  }
}
