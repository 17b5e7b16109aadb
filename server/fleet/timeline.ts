// Owns what has happened to a device, as IT reads it: from its own row, its orders and the record of acts.
// Always holds: the newest first, at most limits.timelineEntries; of two things of one moment the later in the order of work
// comes first. Nothing is kept for it: it is told from what is on record anyway.

import type { TimelineEntry } from '../../shared/fleet.ts'
import { limits } from '../../shared/limits.ts'
import type { ConversationId } from '../../shared/model.ts'
import type { Clock } from '../clock.ts'
import type { ActRow, DeviceRow, SignOutRow, StoreView, WipeRow } from '../store/port.ts'
import { shownStatus } from './devices.ts'
import { readReceipt } from './news.ts'

/** Earlier ones come first where they happen at one moment. */
const course: readonly TimelineEntry['what'][] = [
  'enrolled',
  'user-deactivated',
  'share-rotated',
  'sign-out-ordered',
  'wipe-ordered',
  'lease-over',
  'signed-in',
  'seen',
  'signed-out',
  'wipe-delivered',
  'wipe-done',
]

/** The conversations of a wipe as people know them; a direct one by its two people. */
export function conversationsNamed(view: StoreView, conversationIds: readonly ConversationId[]) {
  return conversationIds.map((conversationId) => ({ conversationId, name: nameOf(view, conversationId) }))
}

function nameOf(view: StoreView, conversationId: ConversationId): string {
  const name = view.conversation(conversationId)?.name ?? ''
  if (name !== '') return name
  const people = view.memberIdsEverOf(conversationId).map((userId) => view.user(userId)?.displayName ?? '')
  return people.sort().slice(0, 2).join(' · ')
}

function ofWipe(view: StoreView, row: WipeRow): TimelineEntry[] {
  const { wipeId, orderId, conversationIds, deliveredAtMs, doneAtMs } = row
  const order = view.order(orderId)
  const what = {
    wipeId,
    orderId,
    ...(conversationIds !== undefined && { conversations: conversationsNamed(view, conversationIds) }),
  }
  const outcome = row.receipt === undefined ? undefined : readReceipt(row.receipt)?.outcome
  return [
    {
      atMs: row.issuedAtMs,
      what: 'wipe-ordered',
      ...(order !== undefined && { by: bothOf(order), reason: order.reason }),
      ...what,
    },
    ...(deliveredAtMs === undefined ? [] : [{ atMs: deliveredAtMs, what: 'wipe-delivered' as const, ...what }]),
    ...(doneAtMs === undefined
      ? []
      : [{ atMs: doneAtMs, what: 'wipe-done' as const, ...what, ...(outcome !== undefined && { outcome }) }]),
  ]
}

/** Whoever gave an order, and whoever agreed to it. */
function bothOf({ orderedBy, decidedBy }: { orderedBy: string; decidedBy: string | undefined }): string {
  return decidedBy === undefined ? orderedBy : `${orderedBy} · ${decidedBy}`
}

function ofSignOut(view: StoreView, row: SignOutRow): TimelineEntry[] {
  const { orderId, issuedAtMs, deliveredAtMs, endedAtMs, endedBy } = row
  const order = view.order(orderId)
  const said = order === undefined ? {} : { by: bothOf(order), reason: order.reason }
  return [
    { atMs: issuedAtMs, what: 'sign-out-ordered', ...said, orderId },
    ...(deliveredAtMs === undefined ? [] : [{ atMs: deliveredAtMs, what: 'signed-out' as const, orderId }]),
    ...(endedAtMs === undefined || endedBy !== 'signed-in'
      ? []
      : [{ atMs: endedAtMs, what: 'signed-in' as const, orderId }]),
  ]
}

/** Acts of these names as entries. */
function ofActs(rows: readonly ActRow[], whatOf: Readonly<Record<string, TimelineEntry['what']>>): TimelineEntry[] {
  return rows.flatMap(({ act, atMs, actor }) => {
    const what = whatOf[act]
    return what === undefined ? [] : [{ atMs, what, ...(actor !== '' && { by: actor }) }]
  })
}

/** The timeline of a device. */
export function timelineOf(view: StoreView, device: DeviceRow, clock: Clock): TimelineEntry[] {
  const { deviceId, userId, lastSeenAtMs, leaseUntilMs } = device
  const isOver = shownStatus(device, clock.nowMs()) === 'lease-expired'
  const entries: TimelineEntry[] = [
    { atMs: device.enrolledAtMs, what: 'enrolled' },
    ...(lastSeenAtMs === undefined ? [] : [{ atMs: lastSeenAtMs, what: 'seen' as const }]),
    ...(isOver && leaseUntilMs !== undefined ? [{ atMs: leaseUntilMs, what: 'lease-over' as const }] : []),
    ...view.wipesOfDevice(deviceId).flatMap((row) => ofWipe(view, row)),
    ...view.signOutsOfDevice(deviceId).flatMap((row) => ofSignOut(view, row)),
    ...ofActs(view.actsOn(deviceId, limits.timelineEntries), { rotateDevice: 'share-rotated' }),
    ...ofActs(view.actsOn(userId, limits.timelineEntries), { deactivateUser: 'user-deactivated' }),
  ]
  return entries
    .sort((a, b) => b.atMs - a.atMs || course.indexOf(b.what) - course.indexOf(a.what))
    .slice(0, limits.timelineEntries)
}
