// Owns what the system's notifications say of new messages: as much as policy lets them.
// Always holds: none for what the user looks at, for the user's own, or while nothing is known of policy.

import type { ConversationEvent, Policy, UserId } from '../shared/model.ts'
import type { Notice } from './shell/shell.ts'

/** Characters of a message in a notification: what systems show of it. */
const NOTICE_CHARS = 120

/** The notice for events that have just arrived; undefined where none is due. */
export function noticeOf(
  events: readonly ConversationEvent[],
  parts: {
    readonly self: UserId | undefined
    readonly policy: Policy | undefined
    readonly nameOf: (userId: UserId) => string | undefined
  },
): Omit<Notice, 'onClick'> | undefined {
  const { self, policy } = parts
  const latest = events.findLast((event) => event.content.type === 'message' && event.actorId !== self)
  if (!latest || !policy) return undefined
  const body = typeof latest.content.body === 'string' ? latest.content.body : ''
  return {
    title: policy.notifications === 'hidden' ? 'Causeway' : (parts.nameOf(latest.actorId) ?? ''),
    body: policy.notifications === 'full' ? body.slice(0, NOTICE_CHARS).toWellFormed() : '…',
  }
}
