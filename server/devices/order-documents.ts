// Owns signing what devices are handed: the wipe orders and sign-outs of each device, anew where they end too soon.
// Always holds: each signing takes the device's next counter and is stored in the same transaction before it is handed out;
// a document ends after the days that the rules say; the same wipe keeps its id however often it is signed.

import { limits, times } from '../../shared/limits.ts'
import type { DeviceId } from '../../shared/model.ts'
import { signOrder, signSignOut } from '../../shared/proof.ts'
import type { Clock } from '../clock.ts'
import type { Rules } from '../fleet/rules.ts'
import type { Authority } from '../keys.ts'
import type { OrderRow, SignOutRow, StoreTx, WipeRow } from '../store/port.ts'
import type { Workspace } from '../workspace.ts'

/** With the document that the device is handed. */
export type SignedWipe = WipeRow & { readonly order: string }
export type SignedSignOut = SignOutRow & { readonly order: string }

export interface OrderDocuments {
  /** The wipe with its order, signed now where it is not yet, or ends within limits.orderRenewMs. */
  signWipe(tx: StoreTx, wipe: WipeRow): SignedWipe
  /** The same for a sign-out. */
  signSignOut(tx: StoreTx, signOut: SignOutRow): SignedSignOut
}

interface Document {
  readonly order: string | undefined
  readonly expiresAtMs: number | undefined
}

export function createOrderDocuments(parts: {
  workspace: Workspace
  authority: Authority
  rules: Pick<Rules, 'current'>
  clock: Clock
}): OrderDocuments {
  const { workspace, authority, rules, clock } = parts

  /** Good to hand out as it is. An order of before these ended never ends. */
  function isGood<D extends Document>(row: D): row is D & { readonly order: string } {
    const endsSoon = row.expiresAtMs !== undefined && row.expiresAtMs - clock.nowMs() < limits.orderRenewMs
    return row.order !== undefined && !endsSoon
  }

  /** What every document says; takes the device's next counter. */
  function head(tx: StoreTx, order: OrderRow, deviceId: DeviceId) {
    const device = tx.device(deviceId)
    if (device === undefined) throw new Error('an order for no device')
    const issuedAtMs = clock.nowMs()
    const counter = device.orderCounter + 1
    tx.updateDevice(deviceId, { orderCounter: counter })
    return {
      workspaceId: workspace.workspaceId,
      deviceId,
      reason: order.reason,
      issuedBy: order.orderedBy,
      workspaceName: workspace.name,
      issuedAtMs,
      counter,
      expiresAtMs: issuedAtMs + rules.current().orderDays * times.DAY_MS,
    }
  }

  function orderOf(tx: StoreTx, row: WipeRow | SignOutRow): OrderRow {
    const order = tx.order(row.orderId)
    if (order === undefined) throw new Error('a device of no order')
    return order
  }

  return {
    signWipe: (tx, wipe) => {
      if (isGood(wipe)) return wipe
      const { wipeId, deviceId, conversationIds } = wipe
      const order = orderOf(tx, wipe)
      const content = {
        ...head(tx, order, deviceId),
        wipeId,
        scope:
          conversationIds === undefined
            ? { type: 'device' as const }
            : { type: 'conversations' as const, conversationIds: [...conversationIds] },
        ...(order.decidedBy === undefined ? {} : { approvedBy: order.decidedBy }),
      }
      const { counter, expiresAtMs } = content
      const signed = { order: signOrder(content, authority.kid, authority.sign), counter, expiresAtMs }
      tx.updateWipe(wipeId, signed)
      return { ...wipe, ...signed }
    },
    signSignOut: (tx, signOut) => {
      if (isGood(signOut)) return signOut
      const { orderId, deviceId } = signOut
      const content = { ...head(tx, orderOf(tx, signOut), deviceId), orderId }
      const { counter, expiresAtMs } = content
      const signed = { order: signSignOut(content, authority.kid, authority.sign), counter, expiresAtMs }
      tx.updateSignOut(orderId, deviceId, signed)
      return { ...signOut, ...signed }
    },
  }
}
