// Owns the conversations as IT sees them: creating, listing and changing them, and who is in them.
// Always holds: the rules of a conversation's kind bind IT too, those of its owner do not; each change stands on the record
// of acts, made in the same transaction.

import type { z } from 'zod'
import type { AdminConversation, changeConversationSchema, createConversationSchema } from '../../shared/admin.ts'
import type { ConversationId, UserId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Access } from '../access/access.ts'
import { type Actor, actedBy } from '../admin/actor.ts'
import type { Clock, Random } from '../clock.ts'
import { usersNamed } from '../directory/directory.ts'
import type { FanOut } from '../gateway/fan-out.ts'
import type { Sealing } from '../sealing.ts'
import type { ConversationRow, Store, StoreTx, UserRow } from '../store/port.ts'
import {
  type Acting,
  addMembers,
  asChange,
  type Change,
  changeInfo,
  differences,
  dropMember,
  standingOf,
  tellChange,
} from './changes.ts'
import { foundConversation } from './founding.ts'
import { changeRefusal, inviteRefusal, removeRefusal, type Standing } from './rules.ts'

export type NewConversation = z.infer<typeof createConversationSchema>
export type ConversationChange = z.infer<typeof changeConversationSchema>

export interface Conversations {
  /**
   * Creates a conversation of these userNames; without `kind` it is a channel where a space is given, else a group.
   * Failures: `not-found` (naming the unknown users), `user-inactive`, `bad-input`, `already-exists` (a pair's direct).
   */
  createConversation(input: NewConversation, by: Actor): Result<AdminConversation>
  /** In order of creation. */
  listConversations(): AdminConversation[]
  /** Failures: `not-found`, `not-allowed` (a direct one), `bad-input` (an open group), `conversation-archived`. */
  changeConversation(conversationId: ConversationId, change: ConversationChange, by: Actor): Result<AdminConversation>
  /** Brings these userNames in. Failures: those of `changeConversation`, `not-found` (the users), `user-inactive`. */
  addMembers(conversationId: ConversationId, userNames: readonly string[], by: Actor): Result<AdminConversation>
  /** Takes this userName out. Failures: `not-found` (also no member), `not-allowed` (a direct one). */
  removeMember(conversationId: ConversationId, userName: string, by: Actor): Result<AdminConversation>
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

  function toAdmin(row: ConversationRow, nameOf: (userId: UserId) => string | undefined): AdminConversation {
    return {
      id: row.conversationId,
      name: row.name,
      kind: row.kind,
      ...(row.topic !== undefined && { topic: row.topic }),
      ...(row.space !== undefined && { space: row.space }),
      ...(row.labels !== undefined && { labels: { ...row.labels } }),
      members: [...access.viewersOf(row.conversationId)].flatMap((userId) => nameOf(userId) ?? []),
      headSeq: row.headSeq,
      isOpen: row.isOpen,
      archived: row.archived,
    }
  }

  function show(conversationId: ConversationId): Result<AdminConversation> {
    const row = store.view.conversation(conversationId)
    return row === undefined ? missing : ok(toAdmin(row, (userId) => store.view.user(userId)?.userName))
  }

  /** Members that are to be: people there are, with active accounts. */
  function membersNamed(userNames: readonly string[]): Result<UserRow[]> {
    const rows = usersNamed(store.view, userNames)
    if (!rows.ok) return rows
    const gone = rows.value.filter((row) => !row.active)
    if (gone.length === 0) return rows
    return fail('user-inactive', `Deactivated: ${gone.map((row) => row.userName).join(', ')}.`)
  }

  function record(tx: StoreTx, by: Actor, act: string, conversationId: ConversationId, detail: object): void {
    tx.recordAct({
      atMs: clock.nowMs(),
      ...actedBy(by),
      act,
      subject: conversationId,
      detail: JSON.stringify(detail),
    })
  }

  /** Changes a conversation in the name of IT; `work` gives no change where all is as asked. */
  function change(
    conversationId: ConversationId,
    by: Actor,
    act: { act: string; detail: object },
    work: (tx: StoreTx, row: ConversationRow, standing: Standing) => Result<Change | undefined>,
  ): Result<AdminConversation> {
    const made = store.transact((tx) => {
      const row = tx.conversation(conversationId)
      if (row === undefined) return missing
      const outcome = work(tx, row, standingOf(tx, access, row, undefined))
      if (outcome.ok && outcome.value !== undefined) {
        record(tx, by, act.act, conversationId, act.detail)
      }
      return outcome
    })
    if (!made.ok) return made
    if (made.value !== undefined) tellChange({ access, fanOut }, made.value)
    return show(conversationId)
  }

  const acting = (actorId: UserId): Acting => ({ actorId, atMs: clock.nowMs(), byOperator: true })

  return {
    createConversation: (input, by) => {
      const members = membersNamed(input.members)
      if (!members.ok) return members
      const [first] = members.value
      if (first === undefined) return fail('bad-input', 'A conversation needs a member.')
      const made = store.transact((tx) => {
        const kind = input.kind ?? (input.space === undefined ? 'group' : 'channel')
        const founded = foundConversation(
          tx,
          { sealing, random },
          {
            kind,
            name: input.name,
            topic: input.topic,
            space: input.space,
            labels: input.labels,
            isOpen: input.isOpen ?? false,
            memberIds: members.value.map((row) => row.userId),
            actorId: first.userId,
            atMs: clock.nowMs(),
            byOperator: true,
          },
        )
        if (founded.ok) {
          const detail = { kind, name: input.name, members: members.value.length }
          record(tx, by, 'createConversation', founded.value.conversationId, detail)
        }
        return founded
      })
      if (!made.ok) return made
      tellChange({ access, fanOut }, asChange(made.value))
      return show(made.value.conversationId)
    },

    listConversations: () => {
      const names = new Map(store.view.users().map((row) => [row.userId, row.userName]))
      return store.view.conversations().map((row) => toAdmin(row, (userId) => names.get(userId)))
    },

    changeConversation: (conversationId, wanted, by) =>
      change(conversationId, by, { act: 'changeConversation', detail: wanted }, (tx, row, standing) => {
        const different = differences(row, wanted)
        const refused = changeRefusal(standing, different)
        if (refused !== undefined) return { ok: false, error: refused }
        if (Object.keys(different).length === 0) return ok(undefined)
        const actorId = somebodyOf(tx, conversationId)
        if (actorId === undefined) return fail('not-found', 'The conversation has never had a member.')
        return ok(changeInfo(tx, sealing, conversationId, acting(actorId), different))
      }),

    addMembers: (conversationId, userNames, by) => {
      const members = membersNamed(userNames)
      if (!members.ok) return members
      const userIds = members.value.map((row) => row.userId)
      return change(conversationId, by, { act: 'addMembers', detail: { userIds } }, (tx, _row, standing) => {
        const refused = inviteRefusal(standing)
        if (refused !== undefined) return { ok: false, error: refused }
        const added = userIds.filter((userId) => tx.membership(conversationId, userId)?.active !== true)
        const [first] = added
        return ok(first === undefined ? undefined : addMembers(tx, sealing, conversationId, acting(first), added))
      })
    },

    removeMember: (conversationId, userName, by) => {
      const found = usersNamed(store.view, [userName])
      if (!found.ok) return found
      const [user] = found.value
      if (user === undefined) return missing
      const { userId } = user
      return change(conversationId, by, { act: 'removeMember', detail: { userId } }, (tx, _row, standing) => {
        const refused = removeRefusal(standing)
        if (refused !== undefined) return { ok: false, error: refused }
        const isMember = tx.membership(conversationId, userId)?.active === true
        if (!isMember) return fail('not-found', `${user.userName} is no member.`)
        return ok(dropMember(tx, sealing, conversationId, acting(userId), userId))
      })
    },
  }
}

const missing = fail('not-found', 'There is no such conversation.')

/** In whose name IT changes a conversation: a member, or somebody who was one. */
function somebodyOf(tx: StoreTx, conversationId: ConversationId): UserId | undefined {
  const [member] = tx.memberIdsOf(conversationId)
  return member ?? tx.memberships().find((row) => row.conversationId === conversationId)?.userId
}
