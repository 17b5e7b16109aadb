// Owns what IT does with the fleet, whichever way they ask: the admin API (admin/fleet-acts.ts) and IT people's desktops
// (requests.ts) call the same functions, and are answered the same.
// Always holds: who may ask has been decided before; whoever does it is named in all that is kept of it.

import type { z } from 'zod'
import type {
  DryRun,
  deviceTimelineSchema,
  FleetAsk,
  FleetOrder,
  OrderKind,
  OrderRequest,
  OrderTarget,
} from '../../shared/fleet.ts'
import type { DeviceId, OrderId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Actor } from '../admin/actor.ts'
import type { Keep } from '../admin/idempotency.ts'
import type { Clock } from '../clock.ts'
import type { Orders } from '../devices/orders.ts'
import type { Wipes } from '../devices/wipes.ts'
import type { Authority } from '../keys.ts'
import type { StoreView } from '../store/port.ts'
import type { FleetDevices } from './devices.ts'
import { createOrdersView, type OrdersView } from './orders-view.ts'
import { timelineOf } from './timeline.ts'

export type DeviceTimeline = z.infer<typeof deviceTimelineSchema>
export type DevicesAsk = Omit<Extract<FleetAsk, { type: 'devices' }>, 'type'>

export interface FleetDesk extends Pick<OrdersView, 'list' | 'show' | 'wipeFile'> {
  devices(ask: DevicesAsk): ReturnType<FleetDevices['page']>
  /** Failure: `not-found`. */
  device(deviceId: DeviceId): Result<DeviceTimeline>
  /** Failures: as of orders.tryOrder. */
  tryOrder(kind: OrderKind, target: OrderTarget): Result<DryRun>
  /** `keep` runs in the order's own transaction. Failures: as of orders.giveOrder. */
  giveOrder(request: OrderRequest, by: Actor, keep?: Keep<FleetOrder>): Result<FleetOrder>
  /** Failures: as of orders.decideOrder. */
  decide(orderId: OrderId, approve: boolean, by: Actor, keep?: Keep<FleetOrder>): Result<FleetOrder>
}

export function createFleetDesk(parts: {
  view: StoreView
  devices: FleetDevices
  orders: Pick<Orders, 'tryOrder' | 'giveOrder' | 'decideOrder'>
  wipes: Pick<Wipes, 'signedWipe'>
  authorities: readonly Pick<Authority, 'kid' | 'publicKey'>[]
  clock: Clock
}): FleetDesk {
  const { view, devices, orders, clock } = parts
  const shown = createOrdersView(parts)

  return {
    list: shown.list,
    show: shown.show,
    wipeFile: shown.wipeFile,
    devices: ({ filter, sort, from, limit }) => devices.page(filter, sort, { from, limit }),
    device: (deviceId) => {
      const row = view.device(deviceId)
      const device = devices.device(deviceId)
      if (row === undefined || device === undefined) return fail('not-found', 'There is no such device.')
      return ok({ device, timeline: timelineOf(view, row, clock) })
    },
    tryOrder: (kind, target) => {
      const tried = orders.tryOrder(kind, target)
      if (!tried.ok) return tried
      const { deviceIds, leftOut, needsApproval, approvalAbove, digest } = tried.value
      return ok({ ...devices.sumUp(deviceIds), leftOut, needsApproval, approvalAbove, digest })
    },
    giveOrder: (request, by, keep) => {
      const given = orders.giveOrder(by, request, (tx, row) => keep?.(tx, shown.toFleetOrder(row, by)))
      return given.ok ? ok(shown.toFleetOrder(given.value, by)) : given
    },
    decide: (orderId, approve, by, keep) => {
      const decided = orders.decideOrder(by, orderId, approve, (tx, row) => keep?.(tx, shown.toFleetOrder(row, by)))
      return decided.ok ? ok(shown.toFleetOrder(decided.value, by)) : decided
    },
  }
}
