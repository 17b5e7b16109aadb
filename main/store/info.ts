// Owns how a conversation's info follows its events: who is in it, its name, topic and state. Pure.
// Always holds: events up to `asOfSeq` are in the granted info already and change nothing; of later ones the last word of
// each kind counts, by seq, in whatever order they arrive; a grant that is older than what is here undoes nothing.

import { type ConversationEvent, type ConversationInfo, isKnownContent, type UserId } from '../../shared/model.ts'
import type { ConversationState, InfoChanges } from './records.ts'

type WithInfo = Pick<ConversationState, 'info' | 'changes' | 'low' | 'high'>

/** The state with its info as it stands after `events`, which its low…high counts in already. */
export function withInfoAfter<S extends WithInfo>(state: S, events: readonly ConversationEvent[]): S {
  const { asOfSeq } = state.info
  // A server of version 1 tells every change by another grant.
  if (asOfSeq === undefined) return state
  const before = state.changes ?? {}
  const changes = events.reduce((all, event) => (event.seq > asOfSeq ? changedBy(all, event) : all), before)
  return settled(state, changes === before ? state.info : applied(state.info, changes), changes)
}

/** The state with what the server has granted anew. */
export function withInfoGranted<S extends WithInfo>(state: S, granted: ConversationInfo): S {
  const known = state.info.asOfSeq
  const { asOfSeq } = granted
  if (asOfSeq === undefined) return settled(state, granted, {})
  if (known !== undefined && asOfSeq < known) return state
  const changes = since(state.changes ?? {}, asOfSeq)
  return settled(state, applied(granted, changes), changes)
}

/** Once every event after `asOfSeq` is cached, the info is as of the newest, and no change needs remembering. */
function settled<S extends WithInfo>(state: S, info: ConversationInfo, changes: InfoChanges): S {
  const { changes: _, ...rest } = state
  const { low, high } = state
  const { asOfSeq } = info
  const isGapless = asOfSeq !== undefined && low > 0 && low <= asOfSeq + 1
  if (isGapless) return { ...rest, info: high > asOfSeq ? { ...info, asOfSeq: high } : info } as S
  return { ...rest, info, ...(Object.keys(changes).length > 0 && { changes }) } as S
}

function changedBy(changes: InfoChanges, { seq, content }: ConversationEvent): InfoChanges {
  if (!isKnownContent(content)) return changes
  if (content.type === 'joined') return withMembers(changes, content.userIds, seq, true)
  if (content.type === 'left') return withMembers(changes, [content.userId], seq, false)
  if (content.type !== 'changed') return changes
  const { name, topic, isOpen, archived } = content
  const isNewer = (known: readonly [number, unknown] | undefined) => known === undefined || known[0] < seq
  return {
    ...changes,
    ...(name !== undefined && isNewer(changes.name) && { name: [seq, name] as const }),
    ...(topic !== undefined && isNewer(changes.topic) && { topic: [seq, topic] as const }),
    ...(isOpen !== undefined && isNewer(changes.isOpen) && { isOpen: [seq, isOpen] as const }),
    ...(archived !== undefined && isNewer(changes.archived) && { archived: [seq, archived] as const }),
  }
}

function withMembers(changes: InfoChanges, userIds: readonly UserId[], seq: number, isMember: boolean): InfoChanges {
  const members: Record<UserId, readonly [number, boolean]> = { ...changes.members }
  for (const userId of userIds) if ((members[userId]?.[0] ?? 0) < seq) members[userId] = [seq, isMember]
  return { ...changes, members }
}

/** Those after `seq`. */
function since({ name, topic, isOpen, archived, members }: InfoChanges, seq: number): InfoChanges {
  const left = Object.entries(members ?? {}).filter(([, [at]]) => at > seq)
  return {
    ...(name && name[0] > seq && { name }),
    ...(topic && topic[0] > seq && { topic }),
    ...(isOpen && isOpen[0] > seq && { isOpen }),
    ...(archived && archived[0] > seq && { archived }),
    ...(left.length > 0 && { members: Object.fromEntries(left) }),
  }
}

function applied(info: ConversationInfo, { name, topic, isOpen, archived, members }: InfoChanges): ConversationInfo {
  const next = {
    ...info,
    ...(name && { name: name[1] }),
    ...(topic && { topic: topic[1] }),
    ...(isOpen && { isOpen: isOpen[1] }),
    ...(archived && { archived: archived[1] }),
  }
  if (!members) return next
  const memberIds = new Set(info.memberIds)
  for (const [userId, [, isMember]] of Object.entries(members) as [UserId, readonly [number, boolean]][])
    if (isMember) memberIds.add(userId)
    else memberIds.delete(userId)
  return { ...next, memberIds: [...memberIds] }
}
