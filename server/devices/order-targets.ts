// Owns finding the devices that an order would be for: who is meant, who is left out, and the digest that names the list.
// Always holds: nothing is changed here; a device is meant at most once; the digest depends on the set of devices alone.

import { createHash } from 'node:crypto'
import type { FleetFilter, OrderKind, OrderTarget } from '../../shared/fleet.ts'
import { limits } from '../../shared/limits.ts'
import type { DeviceId, UserId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { DeviceRow, StoreView } from '../store/port.ts'
import { canBeSignedOut } from './sign-outs.ts'
import { canBeWiped, keepsConversations } from './wipes.ts'

export interface Meant {
  readonly deviceIds: readonly DeviceId[]
  /** Named by the target, but wiped, or under such an order already. */
  readonly leftOut: number
  /** SHA-256 over the sorted device ids, a line each, base64url. */
  readonly digest: string
}

/** Which devices fit a filter: the fleet's own search. */
export interface FleetSearch {
  fitting(filter: FleetFilter): readonly DeviceId[]
}

/** The target without repeats. */
export function withoutRepeats(target: OrderTarget): OrderTarget {
  if (target.type === 'devices') return { ...target, deviceIds: [...new Set(target.deviceIds)] }
  if (target.type === 'conversations') return { ...target, conversationIds: [...new Set(target.conversationIds)] }
  return target
}

function digestOf(deviceIds: readonly DeviceId[]): string {
  return createHash('sha256')
    .update([...deviceIds].sort().join('\n'))
    .digest('base64url')
}

/** The rows of these devices, in their order; those that are not there are left out. */
export function devicesOfIds(view: StoreView, deviceIds: readonly DeviceId[]): DeviceRow[] {
  const all =
    deviceIds.length < limits.manyDevices ? undefined : new Map(view.devices().map((row) => [row.deviceId, row]))
  return deviceIds.flatMap((deviceId) => (all === undefined ? view.device(deviceId) : all.get(deviceId)) ?? [])
}

/**
 * The devices that an order of this kind would be for now. Failures: `not-found` (a device, the user, a conversation),
 * `bad-input` (conversations are wiped, not signed out); `device-wiped` and `signed-out` where devices were named and all of
 * them are left out.
 */
export function devicesMeant(
  view: StoreView,
  search: FleetSearch,
  kind: OrderKind,
  target: OrderTarget,
): Result<Meant> {
  if (kind === 'sign-out' && target.type === 'conversations') {
    return fail('bad-input', 'Single conversations can be wiped; a sign-out is of a whole device.')
  }
  const named = devicesNamed(view, search, target)
  if (!named.ok) return named
  const fits = kind === 'sign-out' ? canBeSignedOut : target.type === 'conversations' ? keepsConversations : canBeWiped
  const deviceIds = named.value.filter(fits).map((row) => row.deviceId)
  if (target.type === 'devices' && deviceIds.length === 0) {
    const isSignedOut = named.value.some((row) => row.status === 'signed-out')
    return fail(kind === 'sign-out' && isSignedOut ? 'signed-out' : 'device-wiped')
  }
  return ok({ deviceIds, leftOut: named.value.length - deviceIds.length, digest: digestOf(deviceIds) })
}

function devicesNamed(view: StoreView, search: FleetSearch, target: OrderTarget): Result<DeviceRow[]> {
  if (target.type === 'user') {
    const user = view.user(target.userId)
    return user === undefined ? fail('not-found', 'There is no such user.') : ok(view.devicesOf(target.userId))
  }
  if (target.type === 'conversations') {
    const members = new Set<UserId>()
    for (const conversationId of target.conversationIds) {
      if (view.conversation(conversationId) === undefined) return fail('not-found', 'There is no such conversation.')
      for (const userId of view.memberIdsEverOf(conversationId)) members.add(userId)
    }
    return ok(view.devices().filter((row) => members.has(row.userId)))
  }
  const deviceIds = [...new Set(target.type === 'devices' ? target.deviceIds : search.fitting(target.filter))]
  const rows = devicesOfIds(view, deviceIds)
  return rows.length < deviceIds.length ? fail('not-found', 'One of the devices does not exist.') : ok(rows)
}
