// Owns the acts on conversations as places: making, changing, joining, leaving, inviting, browsing, and what a person sets
// for one (pinned, muted, unread). Always holds: every act only asks main; the list changes when main tells so.
// What fails is answered to whoever asked, so that it is shown where it was asked.

import type { BridgeResult, CallResult, FailureView } from '../../shared/bridge.ts'
import type { ConversationId, UserId } from '../../shared/model.ts'
import type { WorkspaceActions, WorkspaceContext } from './state.ts'

/** Messages looked at for the newest that another person wrote. */
const lookedAt = 30

type PlaceActions = Pick<
  WorkspaceActions,
  | 'createConversation'
  | 'messagePerson'
  | 'changeConversation'
  | 'joinConversation'
  | 'leaveConversation'
  | 'inviteMembers'
  | 'removeMember'
  | 'browseConversations'
  | 'setPrefs'
  | 'markUnread'
  | 'markAllRead'
  | 'showDialog'
>

interface PlaceParts {
  /** Reads the list again; settles once it is here. */
  readonly readList: () => Promise<void>
  readonly openConversation: (conversationId: ConversationId) => Promise<void>
  readonly closeConversation: () => void
}

/** The acts on places over `context`. */
export function createPlaceActions({ ask, store }: WorkspaceContext, parts: PlaceParts): PlaceActions {
  const failureOf = (answer: BridgeResult<unknown>): FailureView | undefined => (answer.ok ? undefined : answer.error)

  /** A conversation just made or joined is opened once the list has it: until then there is nothing to show. */
  async function goTo(conversationId: ConversationId): Promise<void> {
    if (!listed(conversationId)) await parts.readList()
    store.setState({ pane: 'conversations', awaitedId: listed(conversationId) ? undefined : conversationId })
    if (listed(conversationId)) await parts.openConversation(conversationId)
  }
  const listed = (conversationId: ConversationId) =>
    store.getState().conversations?.some((c) => c.conversationId === conversationId) === true

  async function createConversation(
    args: Parameters<WorkspaceActions['createConversation']>[0],
  ): Promise<FailureView | undefined> {
    const answer = await ask('createConversation', args)
    if (!answer.ok) return answer.error
    await goTo(answer.value.conversationId)
    return undefined
  }

  return {
    createConversation,
    async messagePerson(userId) {
      const known = store
        .getState()
        .conversations?.find((c) => c.kind === 'direct' && c.other?.userId === userId)?.conversationId
      if (known === undefined) return createConversation({ kind: 'direct', name: '', memberIds: [userId] })
      await goTo(known)
      return undefined
    },
    changeConversation: async (args) => failureOf(await ask('changeConversation', args)),
    async joinConversation(conversationId) {
      const answer = await ask('joinConversation', { conversationId })
      if (!answer.ok) return answer.error
      await goTo(conversationId)
      return undefined
    },
    leaveConversation: async (conversationId) => failureOf(await ask('leaveConversation', { conversationId })),
    inviteMembers: async (conversationId, userIds) =>
      failureOf(await ask('inviteMembers', { conversationId, userIds: [...userIds] })),
    removeMember: async (conversationId: ConversationId, userId: UserId) =>
      failureOf(await ask('removeMember', { conversationId, userId })),
    browseConversations(text, cursor): Promise<BridgeResult<CallResult<'browseConversations'>>> {
      return ask('browseConversations', { text, ...(cursor === undefined ? {} : { cursor }) })
    },
    async setPrefs(conversationId, change) {
      const answer = await ask('setPrefs', { conversationId, ...change })
      if (!answer.ok) store.setState({ listFailure: answer.error })
    },
    async markUnread(conversationId, fromSeq) {
      // Without a message to begin at, the last that another person wrote: one's own are never unread.
      const page =
        fromSeq === undefined ? await ask('readConversation', { conversationId, limit: lookedAt }) : undefined
      const last = page?.ok
        ? page.value.messages.findLast(
            (message) => message.seq !== undefined && !message.mine && message.content.type === 'text',
          )
        : undefined
      const seq = fromSeq ?? last?.seq
      if (seq === undefined) return
      // Whoever marks what is in view wants to come back to it: left open, it would be read at once.
      if (store.getState().openId === conversationId) parts.closeConversation()
      const answer = await ask('setPrefs', { conversationId, unreadFromSeq: seq })
      if (!answer.ok) store.setState({ listFailure: answer.error })
    },
    async markAllRead(conversationId) {
      const page = await ask('readConversation', { conversationId, limit: 1 })
      // What is newest need not be shown in the conversation: an answer in a thread, an edit.
      const seq = page.ok ? page.value.newestSeq : 0
      if (seq === 0) return
      const answer = await ask('markRead', { conversationId, seq })
      if (!answer.ok) store.setState({ listFailure: answer.error })
    },
    showDialog: (dialog, about) => store.setState({ dialog, dialogAbout: dialog === undefined ? undefined : about }),
  }
}
