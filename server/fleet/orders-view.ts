// Owns how orders are shown: one as people read it, pages of them, how far each device of one is, a wipe with its documents.
// Always holds: an order that nobody approved in time reads as lapsed from that moment on, whether or not that has been
// noted yet; whose order it is, is told by identity, never by name.

import type { FleetOrder, FleetToldOf, OrderDevice, WipeFile } from '../../shared/fleet.ts'
import { limits } from '../../shared/limits.ts'
import type { DeviceId, OrderId, WipeId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Actor } from '../admin/actor.ts'
import type { Clock } from '../clock.ts'
import type { Wipes } from '../devices/wipes.ts'
import type { Authority } from '../keys.ts'
import type { OrderRow, StoreView, WipeRow } from '../store/port.ts'
import type { FleetDevices, FleetPlace } from './devices.ts'
import { conversationsNamed } from './timeline.ts'

type Untyped<T> = Omit<T, 'type'>
export type OrderList = Untyped<FleetToldOf<'orders'>>
export type OrderDevices = Untyped<FleetToldOf<'orderDevices'>>

export interface OrdersView {
  toFleetOrder(row: OrderRow, by: Actor): FleetOrder
  /** The newest first. Failure: `bad-input` (not a cursor). */
  list(cursor: string | undefined, by: Actor): Result<OrderList>
  /** Failure: `not-found`. */
  show(orderId: OrderId, place: FleetPlace, by: Actor): Result<OrderDevices>
  /** A wipe with its documents. Failure: `not-found`. */
  wipeFile(wipeId: WipeId): Result<WipeFile>
}

export function createOrdersView(parts: {
  view: StoreView
  devices: Pick<FleetDevices, 'device'>
  wipes: Pick<Wipes, 'signedWipe'>
  authorities: readonly Pick<Authority, 'kid' | 'publicKey'>[]
  clock: Clock
}): OrdersView {
  const { view, devices, wipes, authorities, clock } = parts

  function stateOf({ state, lapsesAtMs }: OrderRow): OrderRow['state'] {
    const isOver = lapsesAtMs !== undefined && lapsesAtMs <= clock.nowMs()
    return state === 'awaiting-approval' && isOver ? 'lapsed' : state
  }

  function deviceName(deviceId: DeviceId | undefined): string {
    const device = deviceId === undefined ? undefined : view.device(deviceId)
    if (device === undefined) return ''
    return `${view.user(device.userId)?.displayName ?? ''} · ${device.name}`
  }

  function targetName({ target, orderId }: OrderRow): string {
    if (target.type === 'user') return view.user(target.userId)?.displayName ?? ''
    if (target.type === 'devices' || target.type === 'filter') return deviceName(view.deviceIdsOf(orderId, 0, 1)[0])
    return conversationsNamed(view, target.conversationIds)
      .map((each) => each.name)
      .join(', ')
  }

  function toFleetOrder(row: OrderRow, by: Actor): FleetOrder {
    const { target, decidedBy, decidedAtMs, lapsesAtMs } = row
    return {
      orderId: row.orderId,
      kind: row.kind,
      state: stateOf(row),
      targetType: target.type,
      targetName: targetName(row),
      ...(target.type === 'conversations' && { conversationIds: [...target.conversationIds] }),
      reason: row.reason,
      orderedBy: row.orderedBy,
      orderedAtMs: row.orderedAtMs,
      isMine: row.orderedById === by.identity,
      ...(decidedBy !== undefined && { decidedBy }),
      ...(decidedAtMs !== undefined && { decidedAtMs }),
      ...(lapsesAtMs !== undefined && { lapsesAtMs }),
      devices: row.devices,
      progress: { ...view.orderProgress(row.orderId) },
    }
  }

  /** Where the device stands in the order: by its wipe or sign-out in it, else by the one that was there before. */
  function placeIn(row: OrderRow, deviceId: DeviceId): Omit<OrderDevice, 'device'> {
    if (stateOf(row) !== 'issued') return { status: 'pending' }
    const ofOrder = view.wipeIn(row.orderId, deviceId)
    if (ofOrder !== undefined) return ofWipe(ofOrder)
    const [last] = view.signOutsOfDevice(deviceId)
    const signOut = view.signOut(row.orderId, deviceId)
    const elsewhere =
      signOut === undefined
        ? view.wipesOfDevice(deviceId).find((wipe) => wipe.conversationIds === undefined)
        : undefined
    if (elsewhere !== undefined) return ofWipe(elsewhere)
    const shown = signOut ?? last
    if (shown === undefined) return { status: 'done' }
    const { deliveredAtMs } = shown
    if (deliveredAtMs === undefined) return { status: 'pending' }
    return { status: 'done', deliveredAtMs, doneAtMs: deliveredAtMs }
  }

  const missing = fail('not-found', 'There is no such order.')
  return {
    toFleetOrder,
    list: (cursor, by) => {
      const before = cursor === undefined || cursor === '' ? undefined : positionOf(cursor)
      if (before !== undefined && !before.ok) return before
      const rows = view.ordersBefore(before?.value, limits.ordersPage + 1)
      const shown = rows.slice(0, limits.ordersPage)
      const last = rows.length > shown.length ? shown.at(-1) : undefined
      return ok({
        orders: shown.map((row) => toFleetOrder(row, by)),
        awaiting: view.ordersAwaiting().filter((row) => stateOf(row) === 'awaiting-approval').length,
        ...(last !== undefined && { cursor: String(last.position) }),
      })
    },
    show: (orderId, { from, limit }, by) => {
      const row = view.order(orderId)
      if (row === undefined) return missing
      const shown = view.deviceIdsOf(orderId, from, limit).flatMap((deviceId) => {
        const device = devices.device(deviceId)
        return device === undefined ? [] : [{ device, ...placeIn(row, deviceId) }]
      })
      return ok({ order: toFleetOrder(row, by), devices: shown, total: row.devices, from })
    },
    wipeFile: (wipeId) => {
      const signed = wipes.signedWipe(wipeId)
      if (!signed.ok) return signed
      const row = signed.value
      const device = devices.device(row.deviceId)
      const kept = view.device(row.deviceId)
      if (device === undefined || kept === undefined) throw new Error('a wipe without its device')
      const approvedBy = view.order(row.orderId)?.decidedBy
      const { receipt, countersignature, conversationIds } = row
      return ok({
        orderId: row.orderId,
        device,
        order: row.order,
        ...(receipt !== undefined && { receipt }),
        ...(countersignature !== undefined && { countersignature }),
        issuedAtMs: row.issuedAtMs,
        ...(approvedBy !== undefined && { approvedBy }),
        ...(conversationIds !== undefined && { conversations: conversationsNamed(view, conversationIds) }),
        devicePublicKey: kept.publicKey,
        authorityKeys: authorities.map(({ kid, publicKey }) => ({ kid, publicKey })),
        ...ofWipe(row),
      })
    },
  }
}

function ofWipe({ wipeId, status, deliveredAtMs, doneAtMs }: WipeRow) {
  return {
    wipeId,
    status,
    ...(deliveredAtMs !== undefined && { deliveredAtMs }),
    ...(doneAtMs !== undefined && { doneAtMs }),
  }
}

/** The position that a cursor stands for. */
function positionOf(cursor: string): Result<number> {
  return /^[1-9]\d{0,14}$/.test(cursor) ? ok(Number(cursor)) : fail('bad-input', 'This is not a cursor.')
}
