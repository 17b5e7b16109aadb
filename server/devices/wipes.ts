// Owns remote wipes on the server: the signed order, its delivery, the device's signed receipt.
// Always holds: an order is signed once and stored; its counter grows with each order to the device; the server's half of
// the device's root key is destroyed in the transaction that stores the order; only a receipt that verifies against the
// device's own key ends a wipe.

import type { AdminWipe } from '../../shared/admin.ts'
import { type DeviceId, makeId, type WipeId } from '../../shared/model.ts'
import { openReceipt, signOrder, type WipeOrder } from '../../shared/proof.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Clock, Random } from '../clock.ts'
import type { FanOut } from '../gateway/fan-out.ts'
import type { Authority } from '../keys.ts'
import type { Store, StoreTx, StoreView, WipeRow } from '../store/port.ts'
import type { Workspace } from '../workspace.ts'
import { verifies } from './signatures.ts'

export interface Wipes {
  /** Orders a wipe, or answers the one that is open. Failures: `not-found`, `device-wiped`. */
  wipeDevice(deviceId: DeviceId, reason: string): Result<AdminWipe>
  /** Failure: `not-found`. */
  showWipe(wipeId: WipeId): Result<AdminWipe>
  /** Notes inside a transaction that the order has been sent. */
  noteDelivered(tx: StoreTx, wipeId: WipeId): void
  /**
   * Takes a receipt inside a transaction; taking it again changes nothing. `fromDevice` is the connected device, where
   * there is one. Failures: `not-found`, `receipt-malformed`, `receipt-bad-signature`.
   */
  takeReceipt(tx: StoreTx, wipeId: WipeId, receipt: string, fromDevice?: DeviceId): Result<WipeId>
}

export function createWipes(parts: {
  store: Store
  workspace: Workspace
  authority: Authority
  fanOut: FanOut
  clock: Clock
  random: Random
}): Wipes {
  const { store, workspace, authority, fanOut, clock, random } = parts

  function toAdminWipe(view: StoreView, row: WipeRow): AdminWipe {
    const device = view.device(row.deviceId)
    if (device === undefined) throw new Error('a wipe without its device')
    const instant = (atMs: number) => new Date(atMs).toISOString()
    return {
      wipeId: row.wipeId,
      deviceId: row.deviceId,
      status: row.status,
      order: row.order,
      ...(row.receipt === undefined ? {} : { receipt: row.receipt }),
      issuedAt: instant(row.issuedAtMs),
      ...(row.deliveredAtMs === undefined ? {} : { deliveredAt: instant(row.deliveredAtMs) }),
      ...(row.doneAtMs === undefined ? {} : { doneAt: instant(row.doneAtMs) }),
      devicePublicKey: device.publicKey,
    }
  }

  function order(tx: StoreTx, deviceId: DeviceId, reason: string): Result<{ row: WipeRow; fresh: boolean }> {
    const device = tx.device(deviceId)
    if (device === undefined) return fail('not-found', 'There is no such device.')
    const open = tx.openWipeOf(deviceId)
    if (open !== undefined) return ok({ row: open, fresh: false })
    if (device.status === 'wiped') return fail('device-wiped')
    const issuedAtMs = clock.nowMs()
    const content: WipeOrder = {
      wipeId: makeId('wipe', random(20)),
      workspaceId: workspace.workspaceId,
      deviceId,
      scope: { type: 'device' },
      reason,
      issuedBy: workspace.operatorName,
      workspaceName: workspace.name,
      issuedAtMs,
      counter: device.orderCounter + 1,
    }
    const row: WipeRow = {
      wipeId: content.wipeId,
      deviceId,
      status: 'pending',
      order: signOrder(content, authority.kid, authority.sign),
      receipt: undefined,
      issuedAtMs,
      deliveredAtMs: undefined,
      doneAtMs: undefined,
    }
    tx.insertWipe(row)
    tx.updateDevice(deviceId, { status: 'wipe-pending', orderCounter: content.counter })
    tx.destroyLeaseShare(deviceId)
    return ok({ row, fresh: true })
  }

  return {
    wipeDevice: (deviceId, reason) => {
      const made = store.transact((tx) => order(tx, deviceId, reason))
      if (!made.ok) return made
      if (made.value.fresh) fanOut.wipeOrdered(made.value.row)
      return ok(toAdminWipe(store.view, made.value.row))
    },
    showWipe: (wipeId) => {
      const row = store.view.wipe(wipeId)
      return row === undefined ? fail('not-found', 'There is no such wipe.') : ok(toAdminWipe(store.view, row))
    },
    noteDelivered: (tx, wipeId) => {
      if (tx.wipe(wipeId)?.status !== 'pending') return
      tx.updateWipe(wipeId, { status: 'delivered', deliveredAtMs: clock.nowMs() })
    },
    takeReceipt: (tx, wipeId, receipt, fromDevice) => {
      const row = tx.wipe(wipeId)
      const device = row === undefined ? undefined : tx.device(row.deviceId)
      if (row === undefined || device === undefined) return fail('not-found')
      if (fromDevice !== undefined && fromDevice !== row.deviceId) return fail('not-found')
      const opened = openReceipt(
        receipt,
        (kid, bytes, signature) => kid === device.deviceId && verifies(device.publicKey, bytes, signature),
      )
      if (!opened.ok) return opened
      const { value } = opened
      if (value.wipeId !== wipeId || value.deviceId !== device.deviceId || value.userId !== device.userId) {
        return fail('receipt-malformed', 'The receipt is for another wipe or device.')
      }
      if (row.status === 'done') return ok(wipeId)
      const nowMs = clock.nowMs()
      tx.updateWipe(wipeId, { status: 'done', receipt, doneAtMs: nowMs, deliveredAtMs: row.deliveredAtMs ?? nowMs })
      tx.updateDevice(device.deviceId, { status: 'wiped', lastSeenAtMs: nowMs })
      return ok(wipeId)
    },
  }
}
