// Owns jumps in the open conversation: to a quoted message, to the first unread, to a day. What is not cached is fetched
// first, with a quiet sign that it is. Always holds: the latest jump wins; one that fails leaves the reader in place.

import type { FailureView } from '../../shared/bridge.ts'
import type { WorkspaceActions, WorkspaceContext } from './state.ts'

/** A jump that is not there yet, or could not be made. */
export type JumpState =
  | { readonly type: 'loading' }
  | { readonly type: 'failed'; readonly failure: FailureView }
  /** As far as can be fetched at once. */
  | { readonly type: 'short' }

type JumpActions = Pick<WorkspaceActions, 'jumpTo' | 'jumpToDate' | 'cancelJump'>

interface JumpParts {
  readonly openConversation: WorkspaceActions['openConversation']
  readonly showLatest: WorkspaceActions['showLatest']
}

/** The jumps over `context`. */
export function createJumps({ ask, store }: WorkspaceContext, parts: JumpParts): JumpActions {
  let latest = 0

  async function jumpTo(seq: number): Promise<void> {
    const { openId, timeline } = store.getState()
    if (openId === undefined || timeline === undefined) return
    const mine = ++latest
    const first = timeline.messages.find((message) => message.seq !== undefined)?.seq
    if (timeline.messages.some((message) => message.seq === seq)) {
      const { jump } = timeline
      store.setState({ timeline: { ...timeline, targetSeq: seq, jump: jump + 1, grewAbove: false }, jump: undefined })
      return
    }
    let isShort = false
    if (first === undefined || seq < first) {
      store.setState({ jump: { type: 'loading' } })
      const answer = await ask('loadBack', { conversationId: openId, seq })
      if (mine !== latest || store.getState().openId !== openId) return
      if (!answer.ok) {
        store.setState({ jump: { type: 'failed', failure: answer.error } })
        return
      }
      isShort = !answer.value.reached
    }
    await parts.openConversation(openId, seq)
    if (mine === latest) store.setState({ jump: isShort ? { type: 'short' } : undefined })
  }

  return {
    jumpTo,
    async jumpToDate(atMs) {
      const { openId } = store.getState()
      if (openId === undefined) return
      const mine = ++latest
      store.setState({ jump: { type: 'loading' } })
      const answer = await ask('seqAt', { conversationId: openId, atMs })
      if (mine !== latest || store.getState().openId !== openId) return
      if (!answer.ok) store.setState({ jump: { type: 'failed', failure: answer.error } })
      else if (answer.value.seq === 0) {
        store.setState({ jump: undefined })
        await parts.showLatest()
      } else await jumpTo(answer.value.seq)
    },
    cancelJump() {
      latest++
      store.setState({ jump: undefined })
    },
  }
}
