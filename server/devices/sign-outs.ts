// Owns sign-outs on the server: ending a device's session without destroying anything, until its person enrols again.
// Always holds: the lease share is kept, so that what the device has cached opens again; a signed-out device is told so, and
// nothing else, each time it comes. A sign-out never touches a device that is under a wipe.

import type { DeviceId, OrderId } from '../../shared/model.ts'
import type { Clock } from '../clock.ts'
import type { DeviceRow, OrderRow, StoreTx } from '../store/port.ts'
import type { FleetNews } from './fleet-news.ts'
import type { OrderDocuments, SignedSignOut } from './order-documents.ts'

export interface SignOuts {
  /** Issues an order's sign-outs inside a transaction, for those of the devices that are signed in; not signed yet. */
  issue(tx: StoreTx, order: OrderRow, devices: readonly DeviceRow[], issuedAtMs: number): readonly DeviceId[]
  /** The order as it is handed to the device now; undefined where none is open. */
  handOut(tx: StoreTx, deviceId: DeviceId): SignedSignOut | undefined
  /** Notes inside a transaction that the order has been sent. */
  noteDelivered(tx: StoreTx, orderId: OrderId, deviceId: DeviceId): void
  /** Lets a device in again whose person has enrolled it anew. */
  end(tx: StoreTx, deviceId: DeviceId): void
}

/** True for devices that a sign-out is for. */
export const canBeSignedOut = ({ status }: DeviceRow) => status === 'active'

export function createSignOuts(parts: { documents: OrderDocuments; news: FleetNews; clock: Clock }): SignOuts {
  const { documents, news, clock } = parts
  return {
    issue: (tx, { orderId }, devices, issuedAtMs) => {
      const deviceIds = devices.filter(canBeSignedOut).map((row) => row.deviceId)
      tx.insertSignOuts({ orderId, issuedAtMs }, deviceIds)
      tx.setDeviceStatus(deviceIds, 'signed-out')
      for (const deviceId of deviceIds) news.deviceMoved(deviceId)
      return deviceIds
    },
    handOut: (tx, deviceId) => {
      const open = tx.openSignOutOf(deviceId)
      return open === undefined ? undefined : documents.signSignOut(tx, open)
    },
    noteDelivered: (tx, orderId, deviceId) => {
      if (tx.signOut(orderId, deviceId)?.status !== 'pending') return
      tx.updateSignOut(orderId, deviceId, { status: 'delivered', deliveredAtMs: clock.nowMs() })
      news.deviceChanged(tx, 'device.signed-out', deviceId)
    },
    end: (tx, deviceId) => {
      const open = tx.openSignOutOf(deviceId)
      if (open !== undefined) {
        tx.updateSignOut(open.orderId, deviceId, { endedAtMs: clock.nowMs(), endedBy: 'signed-in' })
      }
      tx.updateDevice(deviceId, { status: 'active' })
      news.deviceChanged(tx, 'device.signed-in', deviceId)
    },
  }
}
