// Owns changes of a conversation as a whole, inside a transaction: its members, name, topic and state; and telling of them.
// Always holds: each change is one event of the log and takes a revision of the access feed, so that devices learn of it
// live or when they come back; whoever gains the conversation is told of it before that event, whoever loses it is told
// that and not the event. Who may do it is asked before (rules.ts).

import type { ClientId, ConversationId, ConversationInfo, DeviceId, UserId } from '../../shared/model.ts'
import type { Access } from '../access/access.ts'
import type { FanOut } from '../gateway/fan-out.ts'
import type { Sealing } from '../sealing.ts'
import type { ConversationRow, MembershipRow, StoreTx, StoreView } from '../store/port.ts'
import { appendContent, eventJson } from './events.ts'
import type { Founded } from './founding.ts'
import type { InfoChange, Standing } from './rules.ts'

/** What devices are told of once it is durable. */
export interface Change {
  readonly conversationId: ConversationId
  /** Of those who gained or lost the conversation. */
  readonly memberships: readonly MembershipRow[]
  /** JSON texts, ascending. */
  readonly events: readonly string[]
  readonly isNew: boolean
}

/** In whose name a conversation is changed. */
export interface Acting {
  readonly actorId: UserId
  readonly atMs: number
  /** True where IT does it: `actorId` has to be somebody, and the record should not claim that it was them. */
  readonly byOperator: boolean
  readonly from?: { readonly deviceId: DeviceId; readonly clientId: ClientId }
}

/** What a member's device is told of a conversation. `memberIds` are those of `row`'s own moment. */
export function toConversationInfo(row: ConversationRow, memberIds: readonly UserId[]): ConversationInfo {
  const { ownerId, isOpen, archived } = row
  return {
    conversationId: row.conversationId,
    kind: row.kind,
    name: row.name,
    ...(row.topic !== undefined && { topic: row.topic }),
    ...(row.space !== undefined && { space: row.space }),
    memberIds: [...memberIds],
    // Also where they have left: they rule while they are a member, which devices learn from events.
    ...(ownerId !== undefined && { ownerId }),
    ...(isOpen && { isOpen }),
    ...(archived && { archived }),
    asOfSeq: row.headSeq,
  }
}

/** How `userId` stands to the conversation within a transaction; undefined: IT. */
export function standingOf(
  view: StoreView,
  access: Access,
  row: ConversationRow,
  userId: UserId | undefined,
): Standing {
  const { conversationId, kind, isOpen, archived, ownerId } = row
  const isOwned = ownerId !== undefined && access.mayPost(ownerId, conversationId, view)
  const roleOf = (member: UserId): Standing['role'] => {
    if (!access.mayPost(member, conversationId, view)) return 'stranger'
    return isOwned && ownerId === member ? 'owner' : 'member'
  }
  return { kind, isOpen, archived, isOwned, role: userId === undefined ? 'operator' : roleOf(userId) }
}

/** What of `change` is not so already. */
export function differences(row: ConversationRow, change: InfoChange): InfoChange {
  const { name, topic, isOpen, archived } = change
  return {
    ...(name !== undefined && name !== row.name && { name }),
    ...(topic !== undefined && topic !== (row.topic ?? '') && { topic }),
    ...(isOpen !== undefined && isOpen !== row.isOpen && { isOpen }),
    ...(archived !== undefined && archived !== row.archived && { archived }),
  }
}

type ChangeContent =
  | { readonly type: 'joined'; readonly userIds: readonly UserId[] }
  | { readonly type: 'left'; readonly userId: UserId }
  | ({ readonly type: 'changed' } & InfoChange)

function append(tx: StoreTx, sealing: Sealing, conversationId: ConversationId, by: Acting, content: ChangeContent) {
  const { actorId, atMs, byOperator, from } = by
  const json = JSON.stringify(byOperator ? { ...content, byOperator } : content)
  const event = { conversationId, actorId, atMs, kind: content.type, targetSeq: undefined, json, ...from }
  const place = appendContent(tx, sealing, event)
  return eventJson({ conversationId, actorId, seq: place.seq, atMs: place.atMs }, json)
}

function changeMembers(
  tx: StoreTx,
  sealing: Sealing,
  conversationId: ConversationId,
  by: Acting,
  { userIds, active }: { userIds: readonly UserId[]; active: boolean },
  content: ChangeContent,
): Change {
  const revision = tx.nextRevision('access')
  const memberships = userIds.map((userId): MembershipRow => ({ conversationId, userId, active, revision }))
  for (const row of memberships) tx.putMembership(row)
  tx.updateConversation(conversationId, { revision })
  return { conversationId, memberships, events: [append(tx, sealing, conversationId, by, content)], isNew: false }
}

/** Brings people in who are not members; at least one. */
export function addMembers(
  tx: StoreTx,
  sealing: Sealing,
  conversationId: ConversationId,
  by: Acting,
  userIds: readonly UserId[],
): Change {
  return changeMembers(tx, sealing, conversationId, by, { userIds, active: true }, { type: 'joined', userIds })
}

/** Takes a member out, by themselves or by another. */
export function dropMember(
  tx: StoreTx,
  sealing: Sealing,
  conversationId: ConversationId,
  by: Acting,
  userId: UserId,
): Change {
  const content: ChangeContent = { type: 'left', userId }
  return changeMembers(tx, sealing, conversationId, by, { userIds: [userId], active: false }, content)
}

/** Changes name, topic or state; `change` holds at least one difference. */
export function changeInfo(
  tx: StoreTx,
  sealing: Sealing,
  conversationId: ConversationId,
  by: Acting,
  change: InfoChange,
): Change {
  const { name, topic, isOpen, archived } = change
  tx.updateConversation(conversationId, {
    ...(name !== undefined && { name }),
    ...(topic !== undefined && { topic: topic === '' ? undefined : topic }),
    ...(isOpen !== undefined && { isOpen }),
    ...(archived !== undefined && { archived }),
    revision: tx.nextRevision('access'),
  })
  const event = append(tx, sealing, conversationId, by, { type: 'changed', ...change })
  return { conversationId, memberships: [], events: [event], isNew: false }
}

/** A founding as a change. */
export function asChange({ conversationId, memberships, events }: Founded): Change {
  return { conversationId, memberships, events, isNew: true }
}

/** Tells of a change that is durable. */
export function tellChange(
  { access, fanOut }: { access: Access; fanOut: FanOut },
  { conversationId, memberships, events, isNew }: Change,
): void {
  access.apply(memberships)
  if (memberships.length > 0) fanOut.accessChanged(memberships.map((row) => row.userId))
  if (!isNew) fanOut.infoChanged(conversationId)
  for (const event of events) fanOut.appended(conversationId, event)
}

/** A name or topic on one line, without control characters. */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
}
