// Owns the conversations as IT sees them: creating and listing, and what devices are told of each.
// Always holds: members are told of a conversation (access) before they are sent its events.

import type { z } from 'zod'
import type { AdminConversation, createConversationSchema } from '../../shared/admin.ts'
import type { ConversationInfo, UserId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Access } from '../access/access.ts'
import type { Clock, Random } from '../clock.ts'
import { usersNamed } from '../directory/directory.ts'
import type { FanOut } from '../gateway/fan-out.ts'
import type { Sealing } from '../sealing.ts'
import type { ConversationRow, Store } from '../store/port.ts'
import { foundConversation } from './founding.ts'

export type NewConversation = z.infer<typeof createConversationSchema>

/** What a member's device is told of a conversation. */
export function toConversationInfo(row: ConversationRow, memberIds: Iterable<UserId>): ConversationInfo {
  return {
    conversationId: row.conversationId,
    kind: row.kind,
    name: row.name,
    ...(row.topic === undefined ? {} : { topic: row.topic }),
    ...(row.space === undefined ? {} : { space: row.space }),
    memberIds: [...memberIds],
  }
}

export interface Conversations {
  /**
   * Creates a conversation of these userNames; without `kind` it is a channel where a space is given, else a group.
   * Failures: `not-found` (naming the unknown users), `user-inactive`, `bad-input`, `already-exists` (a pair's direct).
   */
  createConversation(input: NewConversation): Result<AdminConversation>
  /** In order of creation. */
  listConversations(): AdminConversation[]
}

export function createConversations(parts: {
  store: Store
  access: Access
  sealing: Sealing
  fanOut: FanOut
  clock: Clock
  random: Random
}): Conversations {
  const { store, access, sealing, fanOut, clock, random } = parts
  return {
    createConversation: (input) => {
      const members = usersNamed(store.view, input.members)
      if (!members.ok) return members
      const gone = members.value.filter((row) => !row.active)
      if (gone.length > 0) {
        return fail('user-inactive', `Deactivated: ${gone.map((row) => row.userName).join(', ')}.`)
      }
      const [first] = members.value
      if (first === undefined) return fail('bad-input', 'A conversation needs a member.')
      const kind = input.kind ?? (input.space === undefined ? 'group' : 'channel')
      const made = store.transact((tx) =>
        foundConversation(
          tx,
          { sealing, random },
          {
            kind,
            name: input.name,
            topic: input.topic,
            space: input.space,
            labels: input.labels,
            memberIds: members.value.map((row) => row.userId),
            actorId: first.userId,
            atMs: clock.nowMs(),
            byOperator: true,
          },
        ),
      )
      if (!made.ok) return made
      const { conversationId, name, headSeq, memberships, events } = made.value
      access.apply(memberships)
      fanOut.accessChanged(memberships.map((row) => row.userId))
      for (const event of events) fanOut.appended(conversationId, event)
      return ok({
        id: conversationId,
        name,
        kind,
        ...(input.space === undefined ? {} : { space: input.space }),
        ...(input.labels === undefined ? {} : { labels: input.labels }),
        members: members.value.map((row) => row.userName),
        headSeq,
      })
    },
    listConversations: () => {
      const names = new Map(store.view.users().map((row) => [row.userId, row.userName]))
      return store.view.conversations().map((row) => ({
        id: row.conversationId,
        name: row.name,
        kind: row.kind,
        ...(row.space === undefined ? {} : { space: row.space }),
        ...(row.labels === undefined ? {} : { labels: { ...row.labels } }),
        members: [...access.viewersOf(row.conversationId)].flatMap((userId) => names.get(userId) ?? []),
        headSeq: row.headSeq,
      }))
    },
  }
}
