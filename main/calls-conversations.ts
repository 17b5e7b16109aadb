// Owns the answers to calls about conversations and people.
// Always holds: what changes a conversation is asked of the server and shows once its events come; settings of the user's own
// are kept here first, and told to the server now or on the next connection.

import type { conversationCalls } from '../shared/bridge-conversations.ts'
import type { ClientId } from '../shared/model.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { Answer, AnswerOf, Request, RequestOf } from '../shared/wire.ts'
import type { CallParts, Handlers, OpenParts } from './calls-parts.ts'
import type { Session } from './session/session.ts'

/** Asks the server for an answer of this type. Codes: those of Session.request, not-a-server. */
export async function ask<T extends Answer['type']>(
  session: Pick<Session, 'request'>,
  type: T,
  request: Request,
): Promise<Result<AnswerOf<T>>> {
  const answered = await session.request(request)
  if (!answered.ok) return answered
  const isOf = (answer: Answer): answer is AnswerOf<T> => answer.type === type
  return isOf(answered.value) ? ok(answered.value) : fail('not-a-server', 'The server answered something else.')
}

/** The handlers of conversationCalls. */
export function conversationHandlers(parts: CallParts, { store }: OpenParts): Handlers<keyof typeof conversationCalls> {
  /** A creation whose answer was lost: asked for again, it makes no second conversation. */
  let unanswered: { readonly key: string; readonly clientId: ClientId } | undefined

  async function change(request: Request): Promise<Result<Record<string, never>>> {
    const changed = await ask(parts.session(), 'done', request)
    return changed.ok ? ok({}) : changed
  }

  return {
    listConversations: () => ok({ conversations: store().listConversations(parts.live()) }),
    async createConversation(args) {
      const session = parts.session()
      const key = JSON.stringify(args)
      const clientId = unanswered?.key === key ? unanswered.clientId : session.newClientId()
      const { kind, name, topic, isOpen, memberIds } = args
      const request: RequestOf<'create'> = {
        type: 'create',
        clientId,
        kind,
        name,
        memberIds,
        ...(topic !== undefined && { topic }),
        ...(isOpen !== undefined && { isOpen }),
      }
      unanswered = { key, clientId }
      const created = await ask(session, 'created', request)
      if (created.ok || !['unavailable', 'offline'].includes(created.error.code)) unanswered = undefined
      if (!created.ok) return created
      const { conversationId } = created.value
      // The grant may come after the answer: the window is to find it.
      await session.granted(conversationId)
      return ok({ conversationId })
    },
    changeConversation: ({ conversationId, name, topic, isOpen, archived }) =>
      change({
        type: 'change',
        conversationId,
        ...(name !== undefined && { name }),
        ...(topic !== undefined && { topic }),
        ...(isOpen !== undefined && { isOpen }),
        ...(archived !== undefined && { archived }),
      }),
    async joinConversation({ conversationId }) {
      const joined = await change({ type: 'join', conversationId })
      if (joined.ok) await parts.session().granted(conversationId)
      return joined
    },
    leaveConversation: ({ conversationId }) => change({ type: 'leave', conversationId }),
    inviteMembers: ({ conversationId, userIds }) => change({ type: 'invite', conversationId, userIds }),
    removeMember: ({ conversationId, userId }) => change({ type: 'remove', conversationId, userId }),
    async browseConversations({ text, cursor }) {
      const browsed = await ask(parts.session(), 'browsed', {
        type: 'browse',
        text,
        ...(cursor !== undefined && { cursor }),
      })
      if (!browsed.ok) return browsed
      const { found, cursor: next } = browsed.value
      return ok({
        found: found.map(({ conversationId, name, topic, space, members, isMember }) => ({
          conversationId,
          name,
          members,
          isMember,
          ...(topic !== undefined && { topic }),
          ...(space !== undefined && { space }),
        })),
        ...(next !== undefined && { cursor: next }),
      })
    },
    setPrefs({ conversationId, ...change }) {
      const changed = store().wantPrefs(conversationId, change)
      if (!changed.ok) return changed
      if (changed.value) {
        parts.session().sendPrefs(conversationId)
        parts.listChanged()
      }
      return ok({})
    },
    setView({ conversationId, people }) {
      parts.viewChanged(conversationId)
      parts.session().lively.setView({ conversationId, people })
      return ok({})
    },
    noteTyping({ conversationId, threadSeq }) {
      if (!store().position(conversationId)) return fail('not-found', 'No such conversation.')
      parts.session().lively.noteTyping(conversationId, threadSeq)
      return ok({})
    },
    listPeople: () => ok({ people: store().listPeople() }),
  }
}
