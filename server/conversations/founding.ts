// Owns how a conversation comes to be inside a transaction: its row, its key, its members, and the first two events of
// its log, `created` and `joined`.
// Always holds: a direct conversation has two members and is the only one of that pair; every member is there from
// revision on, so that one access page tells all of them.

import {
  type ClientId,
  type ConversationId,
  type ConversationKind,
  type DeviceId,
  makeId,
  type UserId,
} from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Random } from '../clock.ts'
import type { Sealing } from '../sealing.ts'
import type { ConversationRow, MembershipRow, StoreTx, StoreView } from '../store/port.ts'
import { appendContent, eventJson } from './events.ts'

export interface Founding {
  readonly kind: ConversationKind
  /** Ignored for a direct conversation, which is shown under the other person's name. */
  readonly name: string
  readonly topic: string | undefined
  readonly space: string | undefined
  readonly labels: Readonly<Record<string, string>> | undefined
  /** Channels only. */
  readonly isOpen: boolean
  /** Without repeats. */
  readonly memberIds: readonly UserId[]
  readonly actorId: UserId
  /** What a device asked for, and so is made once. */
  readonly from?: { readonly deviceId: DeviceId; readonly clientId: ClientId }
  readonly atMs: number
  /** True where IT made it: `actorId` has to be somebody, and the record should not claim that it was them. */
  readonly byOperator: boolean
}

export interface Founded {
  readonly conversationId: ConversationId
  readonly name: string
  readonly headSeq: number
  readonly memberships: readonly MembershipRow[]
  /** JSON texts of its first events. */
  readonly events: readonly string[]
}

/** The direct conversation of a pair. */
export function directOf(view: StoreView, memberIds: readonly UserId[]): ConversationRow | undefined {
  return view.conversationByDirectKey(directKeyOf(memberIds))
}

/** The key by which the direct conversation of a pair is unique. */
function directKeyOf(memberIds: readonly UserId[]): string {
  return [...memberIds].sort().join(' ')
}

/**
 * Founds a conversation. Failures: `bad-input` (a direct one without two members, an open one that is no channel),
 * `already-exists` (that pair's).
 */
export function foundConversation(
  tx: StoreTx,
  parts: { sealing: Sealing; random: Random },
  founding: Founding,
): Result<Founded> {
  const { kind, memberIds, actorId, byOperator, isOpen } = founding
  const direct = kind === 'direct'
  if (isOpen && kind !== 'channel') return fail('bad-input', 'Only a channel is open to everybody.')
  if (direct && memberIds.length !== 2) return fail('bad-input', 'A direct conversation has exactly two members.')
  if (direct && directOf(tx, memberIds) !== undefined) {
    return fail('already-exists', 'These two have a direct conversation already.')
  }
  const conversationId = makeId('conversation', parts.random(20))
  const revision = tx.nextRevision('access')
  const name = direct ? '' : founding.name
  tx.insertConversation({
    conversationId,
    kind,
    name,
    topic: founding.topic,
    space: founding.space,
    labels: founding.labels,
    directKey: direct ? directKeyOf(memberIds) : undefined,
    createdAtMs: founding.atMs,
    sealedKey: parts.sealing.makeContentKey(conversationId),
    revision,
    ownerId: byOperator || direct ? undefined : actorId,
    isOpen,
  })
  const memberships = memberIds.map((userId): MembershipRow => ({ conversationId, userId, active: true, revision }))
  for (const row of memberships) tx.putMembership(row)

  const operator = byOperator ? { byOperator: true } : {}
  const { atMs, from } = founding
  const contents = [
    { json: JSON.stringify({ type: 'created', name, ...operator }), kind: 'created', ...from },
    { json: JSON.stringify({ type: 'joined', userIds: memberIds, ...operator }), kind: 'joined' },
  ]
  let headSeq = 0
  const events = contents.map((content) => {
    const event = { conversationId, atMs, actorId, targetSeq: undefined, ...content }
    const place = appendContent(tx, parts.sealing, event)
    headSeq = place.seq
    return eventJson({ conversationId, actorId, seq: place.seq, atMs: place.atMs }, content.json)
  })
  return ok({ conversationId, name, headSeq, memberships, events })
}
