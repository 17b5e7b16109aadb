// Owns turning a conversation's messages into the rows of its list: date separators, the unread line, groups.
// Always holds: rows are in the messages' order, each message gives exactly one row, and keys are unique and stable.

import type { MessageView } from '../../shared/bridge.ts'
import { times } from '../../shared/limits.ts'

/** Messages of one sender within this time of the group's first stand under one name. */
export const groupMs = 5 * times.MINUTE_MS

export type TimelineRow =
  | { readonly type: 'top'; readonly key: string; readonly dayMs: number }
  | { readonly type: 'day'; readonly key: string; readonly dayMs: number }
  | { readonly type: 'unread'; readonly key: string; readonly dayMs: number }
  | { readonly type: 'notice'; readonly key: string; readonly dayMs: number; readonly message: MessageView }
  | {
      readonly type: 'message'
      readonly key: string
      readonly dayMs: number
      readonly message: MessageView
      /** First of its group: shows avatar, name and time. */
      readonly head: boolean
      /** The newest delivered message of ours bears a tick. */
      readonly tick: boolean
    }

/** Local midnight before `atMs`, in milliseconds since the epoch. */
function startOfDay(atMs: number): number {
  const date = new Date(atMs)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

/**
 * The rows for `messages` (oldest first), under a row for the conversation's top. The unread line stands before the first
 * message of somebody else with a seq above `unreadAfterSeq`.
 */
export function rowsOf(
  messages: readonly MessageView[],
  unreadAfterSeq: number | undefined,
  dayOf: (atMs: number) => number = startOfDay,
): readonly TimelineRow[] {
  const first = messages[0]
  const rows: TimelineRow[] = [{ type: 'top', key: 'top', dayMs: first === undefined ? 0 : dayOf(first.atMs) }]
  const tickKey = messages.findLast((message) => message.mine && message.delivery.state === 'sent')?.key
  let dayMs: number | undefined
  let head: MessageView | undefined
  let lineDrawn = unreadAfterSeq === undefined
  for (const message of messages) {
    const day = dayOf(message.atMs)
    if (dayMs === undefined || day > dayMs) {
      // Days only move forward: a sender's wrong clock in the outbox must not draw yesterday below today.
      dayMs = day
      head = undefined
      rows.push({ type: 'day', key: `day:${day}`, dayMs })
    }
    if (!lineDrawn && !message.mine && message.seq !== undefined && message.seq > (unreadAfterSeq ?? 0)) {
      lineDrawn = true
      head = undefined
      rows.push({ type: 'unread', key: 'unread', dayMs })
    }
    if (message.content.type === 'notice') {
      head = undefined
      rows.push({ type: 'notice', key: message.key, dayMs, message })
      continue
    }
    const follows = head !== undefined && head.senderId === message.senderId && message.atMs - head.atMs < groupMs
    if (!follows) head = message
    rows.push({ type: 'message', key: message.key, dayMs, message, head: !follows, tick: message.key === tickKey })
  }
  return rows
}
