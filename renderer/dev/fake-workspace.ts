// Owns a started workspace for tests: two conversations of three read messages, over a host that a test can listen in on.

import type { ConversationId } from '../../shared/model.ts'
import { createWorkspace } from '../state/workspace.ts'
import { type Answers, conversationOf, createFakeHost, ok, pageOf, sessionOf, settle } from './fake-host.ts'

const conversationId = (letter: string) => `cnv_${letter.repeat(20)}` as ConversationId
export const a = conversationId('a')
export const b = conversationId('b')

/** The workspace once it has started; `change` answers in place of the answers here, `nowMs` is its clock. */
export async function opened(
  change: Answers = {},
  conversations = [conversationOf(a), conversationOf(b)],
  nowMs = () => 1000,
) {
  const host = createFakeHost({
    getSession: () => ok(sessionOf()),
    listConversations: () => ok({ conversations }),
    listPeople: () => ok({ people: [] }),
    readConversation: ({ conversationId: id }) => ok(pageOf(id, 3, 3)),
    markRead: () => ok({}),
    saveDraft: () => ok({}),
    ...change,
  })
  const workspace = createWorkspace(host.api, nowMs)
  workspace.actions.start()
  await settle()
  const { asked, emit, count } = host
  const { store, actions } = workspace
  return { asked, emit, count, store, actions }
}
