// Owns what follows when something becomes of a device, an order or a wipe: webhooks are queued, the fleet's table reads it
// again, IT's windows are told to.
// Always holds: called inside the transaction of the change; what a webhook hears names people by id and user name, never
// what they wrote.

import type { WebhookEvent } from '../../shared/admin-operators.ts'
import { openReceipt, type WipeReceipt } from '../../shared/proof.ts'
import type { FleetNews } from '../devices/fleet-news.ts'
import type { DeviceRow, OrderRow, StoreTx, UserRow, WipeRow } from '../store/port.ts'
import type { FleetDevices } from './devices.ts'
import type { Moved } from './moved.ts'
import type { Webhooks } from './webhooks.ts'

/** What the directory tells, besides what devices and orders do. */
export interface PeopleNews {
  /** The account has been ended, inside a transaction. */
  userDeactivated(tx: StoreTx, user: UserRow): void
}

const instant = (atMs: number) => new Date(atMs).toISOString()

/** What a kept receipt says: it has been verified when it was taken. */
export function readReceipt(receipt: string): WipeReceipt | undefined {
  const opened = openReceipt(receipt, () => true)
  return opened.ok ? opened.value : undefined
}

export function createFleetNews(parts: {
  devices: Pick<FleetDevices, 'deviceMoved'>
  webhooks: Pick<Webhooks, 'queue'>
  moved: Pick<Moved, 'note'>
}): FleetNews & PeopleNews {
  const { devices, webhooks, moved } = parts

  function aboutDevice(tx: StoreTx, row: DeviceRow) {
    const user = tx.user(row.userId)?.userName
    const { deviceId, userId, name, platform, clientVersion } = row
    return { deviceId, name, platform, clientVersion, userId, ...(user !== undefined && { user }) }
  }

  function aboutOrder(order: OrderRow) {
    const { orderId, kind, state, target, devices: count, reason, orderedBy, decidedBy } = order
    return {
      orderId,
      kind,
      state,
      targetType: target.type,
      devices: count,
      reason,
      orderedBy,
      orderedAt: instant(order.orderedAtMs),
      ...(decidedBy !== undefined && { decidedBy }),
      ...(order.decidedAtMs !== undefined && { decidedAt: instant(order.decidedAtMs) }),
      ...(order.lapsesAtMs !== undefined && { lapsesAt: instant(order.lapsesAtMs) }),
    }
  }

  function aboutWipe(tx: StoreTx, wipe: WipeRow) {
    const { wipeId, orderId, status, conversationIds } = wipe
    const device = tx.device(wipe.deviceId)
    const outcome = wipe.receipt === undefined ? undefined : readReceipt(wipe.receipt)?.outcome
    return {
      wipeId,
      orderId,
      status,
      scope: conversationIds === undefined ? 'device' : 'conversations',
      ...(conversationIds !== undefined && { conversationIds }),
      issuedAt: instant(wipe.issuedAtMs),
      ...(wipe.deliveredAtMs !== undefined && { deliveredAt: instant(wipe.deliveredAtMs) }),
      ...(wipe.doneAtMs !== undefined && { doneAt: instant(wipe.doneAtMs) }),
      ...(outcome !== undefined && { outcome }),
      ...(device !== undefined && { device: aboutDevice(tx, device) }),
    }
  }

  function deviceMoved(deviceId: DeviceRow['deviceId']): void {
    devices.deviceMoved(deviceId)
    moved.note()
  }

  return {
    deviceMoved,
    deviceChanged: (tx, event, deviceId) => {
      deviceMoved(deviceId)
      const row = tx.device(deviceId)
      if (row !== undefined) webhooks.queue(tx, event satisfies WebhookEvent, deviceId, () => aboutDevice(tx, row))
    },
    orderChanged: (tx, event, order) => {
      // Each of its devices tells for itself that it has moved.
      moved.note()
      webhooks.queue(tx, event, order.orderId, () => aboutOrder(order))
    },
    wipeChanged: (tx, event, wipe) => {
      deviceMoved(wipe.deviceId)
      webhooks.queue(tx, event, wipe.wipeId, () => aboutWipe(tx, wipe))
    },
    userDeactivated: (tx, user) => {
      const { userId, userName } = user
      for (const { deviceId } of tx.devicesOf(userId)) deviceMoved(deviceId)
      webhooks.queue(tx, 'user.deactivated', userId, () => ({ userId, user: userName }))
    },
  }
}
