// Owns the admin API's acts on the fleet: devices, orders, wipes, the rules for them.
// Always holds: they do what IT's windows do, through the same functions (fleet/desk.ts), in the name of whoever holds the
// token.

import type { FleetSort } from '../../shared/fleet.ts'
import { limits } from '../../shared/limits.ts'
import { ok, type Result } from '../../shared/result.ts'
import type { Clock } from '../clock.ts'
import type { Devices } from '../devices/devices.ts'
import type { Orders } from '../devices/orders.ts'
import type { Wipes } from '../devices/wipes.ts'
import { usersNamed } from '../directory/directory.ts'
import type { FleetDesk } from '../fleet/desk.ts'
import type { Fleet } from '../fleet/fleet.ts'
import type { Connections } from '../gateway/connections.ts'
import type { FanOut } from '../gateway/fan-out.ts'
import type { Store, UserRow } from '../store/port.ts'
import { type Actor, actedBy } from './actor.ts'
import type { AdminAct } from './acts.ts'

type FleetActName =
  | 'listDevices'
  | 'queryDevices'
  | 'showDevice'
  | 'wipeDevice'
  | 'signOutDevice'
  | 'wipeUser'
  | 'rotateDevice'
  | 'tryOrder'
  | 'giveOrder'
  | 'decideOrder'
  | 'listOrders'
  | 'showOrder'
  | 'showWipe'
  | 'showRules'
  | 'changeRules'

const byPerson: FleetSort = { by: 'person', descending: false }

export function createFleetActs(parts: {
  store: Store
  fleet: Pick<Fleet, 'rules'>
  desk: FleetDesk
  devices: Devices
  orders: Pick<Orders, 'wipeDevice'>
  wipes: Pick<Wipes, 'showWipe'>
  connections: Connections
  fanOut: FanOut
  clock: Clock
}): { readonly [N in FleetActName]: AdminAct<N> } {
  const { store, fleet, desk, devices, orders, wipes, connections, fanOut, clock } = parts

  function userNamed(userName: string): Result<UserRow> {
    const rows = usersNamed(store.view, [userName])
    if (!rows.ok) return rows
    return ok(rows.value[0] as UserRow)
  }

  function rotate(deviceId: Parameters<Devices['rotateShare']>[1], by: Actor): Result<number> {
    return store.transact((tx) => {
      const generation = devices.rotateShare(tx, deviceId)
      if (!generation.ok) return generation
      const detail = JSON.stringify({ generation: generation.value })
      tx.recordAct({ atMs: clock.nowMs(), ...actedBy(by), act: 'rotateDevice', subject: deviceId, detail })
      return generation
    })
  }

  return {
    listDevices: () => ok(devices.listDevices((deviceId) => connections.ofDevice(deviceId) !== undefined)),
    queryDevices: ({ filter = {}, sort = byPerson, from = 0, limit = limits.fleetPage }) =>
      ok(desk.devices({ filter, sort, from, limit })),
    showDevice: ({ deviceId }) => desk.device(deviceId),
    wipeDevice: ({ deviceId, reason }, by, keep) => {
      const given = orders.wipeDevice(by, deviceId, reason, (tx, wipe) => {
        // One that a large order has not signed yet is kept with its answer, after this.
        const shown = wipe.order === undefined ? undefined : wipes.showWipe(wipe.wipeId)
        if (shown?.ok === true) keep?.(tx, shown.value)
      })
      return given.ok ? wipes.showWipe(given.value.wipeId) : given
    },
    signOutDevice: ({ deviceId, reason }, by, keep) =>
      desk.giveOrder({ kind: 'sign-out', target: { type: 'devices', deviceIds: [deviceId] }, reason }, by, keep),
    wipeUser: ({ userName, reason, digest }, by, keep) => {
      const user = userNamed(userName)
      if (!user.ok) return user
      const target = { type: 'user', userId: user.value.userId } as const
      return desk.giveOrder({ kind: 'wipe', target, reason, ...(digest !== undefined && { digest }) }, by, keep)
    },
    rotateDevice: ({ deviceId }, by) => {
      const rotated = rotate(deviceId, by)
      if (!rotated.ok) return rotated
      fanOut.leaseChanged(deviceId)
      return ok({ deviceId, generation: rotated.value, connected: connections.ofDevice(deviceId) !== undefined })
    },
    tryOrder: ({ kind, target }) => desk.tryOrder(kind, target),
    giveOrder: (request, by, keep) => desk.giveOrder(request, by, keep),
    decideOrder: ({ orderId, approve }, by, keep) => desk.decide(orderId, approve, by, keep),
    listOrders: ({ cursor }, by) => desk.list(cursor, by),
    showOrder: ({ orderId, from = 0, limit = limits.fleetPage }, by) => desk.show(orderId, { from, limit }, by),
    showWipe: ({ wipeId }) => wipes.showWipe(wipeId),
    showRules: () => ok(fleet.rules.current()),
    changeRules: (change, by) => ok(fleet.rules.change(change, by)),
  }
}
