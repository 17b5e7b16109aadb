// Owns how a conversation comes to be inside a transaction: its row, its key, its members, and the first two events of
// its log, `created` and `joined`.
// Always holds: a direct conversation has two members and is the only one of that pair; every member is there from
// revision on, so that one access page tells all of them.

import { type ConversationId, type ConversationKind, makeId, type UserId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Random } from '../clock.ts'
import type { Sealing } from '../sealing.ts'
import type { MembershipRow, StoreTx } from '../store/port.ts'
import { appendContent, eventJson } from './log.ts'

export interface Founding {
  readonly kind: ConversationKind
  /** Ignored for a direct conversation, which is shown under the other person's name. */
  readonly name: string
  readonly topic: string | undefined
  readonly space: string | undefined
  readonly labels: Readonly<Record<string, string>> | undefined
  /** Without repeats. */
  readonly memberIds: readonly UserId[]
  readonly actorId: UserId
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

/** The key by which the direct conversation of a pair is unique. */
function directKeyOf(memberIds: readonly UserId[]): string {
  return [...memberIds].sort().join(' ')
}

/** Founds a conversation. Failures: `bad-input` (a direct one without two members), `already-exists` (that pair's). */
export function foundConversation(
  tx: StoreTx,
  parts: { sealing: Sealing; random: Random },
  founding: Founding,
): Result<Founded> {
  const { kind, memberIds, actorId } = founding
  const direct = kind === 'direct'
  if (direct && memberIds.length !== 2) return fail('bad-input', 'A direct conversation has exactly two members.')
  const directKey = direct ? directKeyOf(memberIds) : undefined
  if (directKey !== undefined && tx.conversationByDirectKey(directKey) !== undefined) {
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
    directKey,
    createdAtMs: founding.atMs,
    sealedKey: parts.sealing.makeContentKey(conversationId),
    revision,
  })
  const memberships = memberIds.map((userId): MembershipRow => ({ conversationId, userId, active: true, revision }))
  for (const row of memberships) tx.putMembership(row)

  const operator = founding.byOperator ? { byOperator: true } : {}
  const contents = [
    { type: 'created', name, ...operator },
    { type: 'joined', userIds: memberIds, ...operator },
  ]
  let headSeq = 0
  const events = contents.map((content) => {
    const json = JSON.stringify(content)
    const place = appendContent(tx, parts.sealing, {
      conversationId,
      atMs: founding.atMs,
      actorId,
      kind: content.type,
      json,
    })
    headSeq = place.seq
    return eventJson({ conversationId, actorId, seq: place.seq, atMs: place.atMs }, json)
  })
  return ok({ conversationId, name, headSeq, memberships, events })
}
