// Owns which of a conversation's unread messages ask for attention. Pure. Always holds: of a muted conversation only what
// names the user counts.

import type { ConversationView } from '../../shared/bridge.ts'

/** Unread messages that a badge tells of. */
export function badgeOf({ muted, unread, mentions }: ConversationView): number {
  return muted ? mentions : unread
}

/** A count as a badge shows it. */
export function badgeText(count: number, number: (value: number) => string): string {
  return count > 99 ? '99+' : number(count)
}
