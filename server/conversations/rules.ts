// Owns who may do what to a conversation as a whole: change it, join, leave, invite, take somebody out.
// Always holds: pure; a stranger learns nothing of a conversation that is not open; a direct conversation stays as it is.
// What people do to messages stands in messages.ts.

import type { ConversationKind } from '../../shared/model.ts'
import { type Failure, failureCodes } from '../../shared/result.ts'

/** A conversation and the one who asks, as far as the rules look. */
export interface Standing {
  readonly kind: ConversationKind
  readonly isOpen: boolean
  readonly archived: boolean
  /** Its owner is still among its members. A group without one is everybody's, a channel without one is IT's. */
  readonly isOwned: boolean
  readonly role: 'operator' | 'owner' | 'member' | 'stranger'
}

/** What is to become different; what is absent stays. The empty topic is none. */
export interface InfoChange {
  readonly name?: string | undefined
  readonly topic?: string | undefined
  readonly isOpen?: boolean | undefined
  readonly archived?: boolean | undefined
}

const refusal = (code: Failure['code'], message: string = failureCodes[code]): Failure => ({ code, message })

function leads({ role, kind, isOwned }: Standing): boolean {
  return role === 'operator' || role === 'owner' || (role === 'member' && kind === 'group' && !isOwned)
}

/** What keeps whoever asks from touching the conversation at all. */
function barred({ role, kind }: Standing): Failure | undefined {
  if (role === 'stranger') return refusal('not-found')
  return kind === 'direct' ? refusal('not-allowed', 'A direct conversation stays as it is.') : undefined
}

/** Why this may not be changed; undefined where it may. `change` holds differences only. */
export function changeRefusal(standing: Standing, change: InfoChange): Failure | undefined {
  const bar = barred(standing)
  if (bar !== undefined) return bar
  const { kind, archived } = standing
  if (change.isOpen !== undefined && kind !== 'channel') {
    return refusal('bad-input', 'Only a channel is open to everybody.')
  }
  const leadsOnly =
    change.archived !== undefined || change.isOpen !== undefined || (kind === 'channel' && change.name !== undefined)
  if (leadsOnly && !leads(standing)) return refusal('not-allowed', 'This is for whoever made the conversation.')
  const isEmpty = Object.values(change).every((value) => value === undefined)
  return archived && change.archived !== false && !isEmpty ? refusal('conversation-archived') : undefined
}

/** Why the one who asks may not join by themselves. */
export function joinRefusal({ kind, isOpen, archived, role }: Standing): Failure | undefined {
  if (role !== 'stranger') return undefined
  if (kind !== 'channel' || !isOpen) return refusal('not-found')
  return archived ? refusal('conversation-archived') : undefined
}

/** Why the one who asks may not leave. What is archived may be left. */
export function leaveRefusal(standing: Standing): Failure | undefined {
  return barred(standing)
}

/** Why the one who asks may not bring others in. */
export function inviteRefusal(standing: Standing): Failure | undefined {
  return barred(standing) ?? (standing.archived ? refusal('conversation-archived') : undefined)
}

/** Why the one who asks may not take somebody else out. */
export function removeRefusal(standing: Standing): Failure | undefined {
  const bar = barred(standing)
  if (bar !== undefined) return bar
  return leads(standing) ? undefined : refusal('not-allowed', 'This is for whoever made the conversation.')
}
