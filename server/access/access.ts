// Owns the one question "may this user view, or post to, this conversation", and who its viewers are.
// Always holds: the answer is the committed membership, kept in memory so that each delivery can ask it; whoever changes
// memberships calls `apply` right after the commit. What is decided inside a transaction asks as that transaction has it,
// since others of the same commit come before. Policies over attributes and labels will answer here later.

import type { ConversationId, UserId } from '../../shared/model.ts'
import type { MembershipRow, StoreView, UserRow } from '../store/port.ts'

export interface Access {
  /** As committed, or as `within` has it. */
  mayView(userId: UserId, conversationId: ConversationId, within?: StoreView): boolean
  /** As `mayView`, and the account is active. */
  mayPost(userId: UserId, conversationId: ConversationId, within?: StoreView): boolean
  viewersOf(conversationId: ConversationId): ReadonlySet<UserId>
  /** Takes over committed memberships. */
  apply(rows: readonly MembershipRow[]): void
  /** Takes over the committed state of accounts. */
  applyUsers(rows: readonly Pick<UserRow, 'userId' | 'active'>[]): void
}

const nobody: ReadonlySet<UserId> = new Set()

/** Access as `view` has it now. */
export function createAccess(view: StoreView): Access {
  const viewers = new Map<ConversationId, Set<UserId>>()
  const inactive = new Set<UserId>()

  function apply(rows: readonly MembershipRow[]): void {
    for (const { conversationId, userId, active } of rows) {
      const members = viewers.get(conversationId)
      if (!active) members?.delete(userId)
      else if (members !== undefined) members.add(userId)
      else viewers.set(conversationId, new Set([userId]))
    }
  }

  function applyUsers(rows: readonly Pick<UserRow, 'userId' | 'active'>[]): void {
    for (const { userId, active } of rows) {
      if (active) inactive.delete(userId)
      else inactive.add(userId)
    }
  }

  apply(view.memberships())
  applyUsers(view.users())

  const mayView = (userId: UserId, conversationId: ConversationId, within?: StoreView) =>
    within === undefined
      ? viewers.get(conversationId)?.has(userId) === true
      : within.membership(conversationId, userId)?.active === true
  return {
    mayView,
    mayPost: (userId, conversationId, within) => mayView(userId, conversationId, within) && !inactive.has(userId),
    viewersOf: (conversationId) => viewers.get(conversationId) ?? nobody,
    apply,
    applyUsers,
  }
}
