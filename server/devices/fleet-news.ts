// Owns the port by which devices and orders tell that something has become of them: webhooks hang on it, and what tells
// IT's windows that the fleet has moved.
// Always holds: called inside the transaction that makes the change, so that what follows from it is kept with it or not
// at all. An implementation must not change orders, devices or wipes itself, and must not throw for reasons of its own.

import type { WebhookEvent } from '../../shared/admin-operators.ts'
import type { DeviceId } from '../../shared/model.ts'
import type { StoreTx } from '../store/port.ts'
import type { OrderRow, WipeRow } from '../store/port-fleet.ts'

type Named<Prefix extends string> = Extract<WebhookEvent, `${Prefix}.${string}`>

export interface FleetNews {
  /** `device.signed-out`: the desktop has been told, not only ordered. */
  deviceChanged(tx: StoreTx, event: Named<'device'>, deviceId: DeviceId): void
  orderChanged(tx: StoreTx, event: Named<'order'>, order: OrderRow): void
  /** A wipe of a device or of single conversations, as it now stands. */
  wipeChanged(tx: StoreTx, event: Named<'wipe'>, wipe: WipeRow): void
  /** Something that no webhook hears of but the fleet table shows: seen, version, cache size, connected, not seen. */
  deviceMoved(deviceId: DeviceId): void
}
