// Owns what IT people ask of the fleet over their desktop's connection.
// Always holds: each request is decided anew by what the person may do now, so that a role taken away ends it at once,
// whatever connections are open; whatever is done is done in that person's name.

import type { FleetAsk, FleetTold, FleetToldOf } from '../../shared/fleet.ts'
import type { DeviceId, UserId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { type Actor, userActor } from '../admin/actor.ts'
import type { Idempotency } from '../admin/idempotency.ts'
import type { StoreView } from '../store/port.ts'
import type { FleetDesk } from './desk.ts'
import type { Fleet } from './fleet.ts'

export interface FleetRequests {
  /** Failures: `not-allowed` (not of IT), and those of what is asked. */
  perform(by: { readonly userId: UserId; readonly deviceId: DeviceId }, ask: FleetAsk): Result<FleetTold>
}

/** The answer under its name. */
function told<T extends FleetTold['type']>(type: T, answer: Result<Omit<FleetToldOf<T>, 'type'>>): Result<FleetTold> {
  return answer.ok ? ok({ ...answer.value, type } as unknown as FleetTold) : answer
}

export function createFleetRequests(parts: {
  view: StoreView
  fleet: Pick<Fleet, 'isOfIt' | 'moved'>
  desk: FleetDesk
  idempotency: Idempotency
}): FleetRequests {
  const { view, fleet, desk, idempotency } = parts

  function answer(by: Actor, ask: FleetAsk): Result<FleetTold> {
    switch (ask.type) {
      case 'devices':
        return told('devices', ok(desk.devices(ask)))
      case 'device':
        return told('device', desk.device(ask.deviceId))
      case 'dryRun':
        return told('dryRun', desk.tryOrder(ask.kind, ask.target))
      case 'order': {
        const { order, key } = ask
        const keyed = { identity: by.identity, key, name: 'giveOrder', input: order }
        return told(
          'order',
          idempotency.once(keyed, (keep) => desk.giveOrder(order, by, keep)),
        )
      }
      case 'decide':
        return told('order', desk.decide(ask.orderId, ask.approve, by))
      case 'orders':
        return told('orders', desk.list(ask.cursor, by))
      case 'orderDevices':
        return told('orderDevices', desk.show(ask.orderId, ask, by))
      case 'wipe':
        return told('wipe', desk.wipeFile(ask.wipeId))
    }
  }

  return {
    perform: ({ userId, deviceId }, ask) => {
      const user = view.user(userId)
      if (user === undefined || !fleet.isOfIt(userId)) return fail('not-allowed')
      fleet.moved.asked(deviceId)
      return answer(userActor(userId, user.displayName), ask)
    },
  }
}
