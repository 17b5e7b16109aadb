// Owns the open thread: a message and the replies to it, read again on every change of its conversation.
// Always holds: one thread at most, of the open conversation; an answer for one left meanwhile is dropped. Replies are
// marked read only with the window in focus, and never over messages of the conversation that are still unread.

import type { FailureView, ThreadPage } from '../../shared/bridge.ts'
import { coalesce } from './bridge.ts'
import type { WorkspaceActions, WorkspaceContext } from './state.ts'
import { lastSeqOf } from './timeline.ts'

export interface ThreadState {
  readonly rootSeq: number
  /** Undefined until first read. */
  readonly page: ThreadPage | undefined
  readonly failure: FailureView | undefined
  /** Replies of others above this were unread when the thread was opened. */
  readonly unreadAfterSeq: number
  /** The reply to show and mark. */
  readonly targetSeq: number | undefined
}

type ThreadActions = Pick<WorkspaceActions, 'openThread' | 'closeThread' | 'attendThread'> & {
  readThreadAgain(): Promise<void>
  /** Opens the thread that the event `seq` is a reply in; false where it is none, as far as main can tell. */
  openThreadOf(seq: number): Promise<boolean>
}

/** The acts on the open thread over `context`. */
export function createThreadActions({ ask, store }: WorkspaceContext): ThreadActions {
  let markedSeq = 0

  const readThreadAgain = coalesce(async () => {
    const { openId, thread } = store.getState()
    if (openId === undefined || thread === undefined) return
    const answer = await ask('readThread', { conversationId: openId, rootSeq: thread.rootSeq })
    const now = store.getState()
    if (now.openId !== openId || now.thread?.rootSeq !== thread.rootSeq) return
    if (answer.ok) store.setState({ thread: { ...now.thread, page: answer.value, failure: undefined } })
    else store.setState({ thread: { ...now.thread, failure: answer.error } })
  })

  function show(rootSeq: number, targetSeq: number | undefined, page: ThreadPage | undefined): void {
    const { timeline } = store.getState()
    const unreadAfterSeq = timeline?.unreadAfterSeq ?? timeline?.readSeq ?? 0
    markedSeq = 0
    store.setState({
      thread: { rootSeq, page, failure: undefined, unreadAfterSeq, targetSeq },
      detailsOpen: false,
    })
  }

  return {
    readThreadAgain,
    async openThread(rootSeq, targetSeq) {
      const open = store.getState().thread
      if (open?.rootSeq === rootSeq) store.setState({ thread: { ...open, targetSeq } })
      else show(rootSeq, targetSeq, undefined)
      await readThreadAgain()
    },
    async openThreadOf(seq) {
      const { openId } = store.getState()
      if (openId === undefined) return false
      const answer = await ask('readThread', { conversationId: openId, rootSeq: seq })
      if (store.getState().openId !== openId || !answer.ok) return false
      const rootSeq = answer.value.root?.seq
      if (rootSeq === undefined || !answer.value.replies.some((reply) => reply.seq === seq)) return false
      show(rootSeq, seq, answer.value)
      return true
    },
    closeThread: () => store.setState({ thread: undefined }),
    attendThread() {
      const { openId, thread, timeline, conversations } = store.getState()
      if (openId === undefined || thread?.page === undefined || timeline === undefined) return
      if (!document.hasFocus()) return
      const seq = lastSeqOf(thread.page.replies)
      const readSeq = Math.max(timeline.readSeq, markedSeq)
      const isUnread = (conversations?.find((c) => c.conversationId === openId)?.unread ?? 0) > 0
      if (seq <= readSeq || !isUnread) return
      const skips = timeline.messages.some((m) => !m.mine && m.seq !== undefined && m.seq > readSeq && m.seq < seq)
      if (skips || timeline.newestSeq > Math.max(readSeq, seq)) return
      markedSeq = seq
      void ask('markRead', { conversationId: openId, seq })
    },
  }
}
