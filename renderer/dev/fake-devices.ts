// Owns devices and orders for tests: plain ones, told apart by their number, and a server's list of them.

import type { CallArgs, CallResult } from '../../shared/bridge.ts'
import type { DryRun, FleetDevice, FleetOrder } from '../../shared/fleet.ts'
import type { DeviceId, OrderId, UserId, WipeId } from '../../shared/model.ts'

const id = (prefix: string, index: number) => `${prefix}_${String(index).padStart(20, '0')}`

export const deviceId = (index: number) => id('dev', index) as DeviceId
export const orderId = (index: number) => id('ord', index) as OrderId
export const wipeId = (index: number) => id('wip', index) as WipeId

/** An active device with nothing remarkable about it, changed by `change`. */
export function deviceOf(index: number, change: Partial<FleetDevice> = {}): FleetDevice {
  return {
    deviceId: deviceId(index),
    userId: id('usr', index) as UserId,
    userName: `user${index}`,
    displayName: `Person ${index}`,
    name: `WS-${index}`,
    platform: 'win32-x64',
    clientVersion: '0.5.0',
    status: 'active',
    connected: false,
    enrolledAtMs: 1,
    ...change,
  }
}

/** The page that `asked` asks for of devices numbered from `first`, `total` in all. */
export function devicePage(
  { from, limit }: Pick<CallArgs<'listDevices'>, 'from' | 'limit'>,
  total: number,
  first = 0,
): CallResult<'listDevices'> {
  const count = Math.max(0, Math.min(limit, total - from))
  const devices = Array.from({ length: count }, (_, index) => deviceOf(first + from + index))
  return { devices, total, from, counts: { active: total } }
}

/** A wipe of one device, given by somebody else, changed by `change`. */
export function orderOf(index: number, change: Partial<FleetOrder> = {}): FleetOrder {
  return {
    orderId: orderId(index),
    kind: 'wipe',
    state: 'issued',
    targetType: 'devices',
    targetName: `WS-${index}`,
    reason: 'lost',
    orderedBy: 'Kelvin',
    orderedAtMs: 1000 - index,
    isMine: false,
    devices: 1,
    progress: { pending: 1, delivered: 0, done: 0, failed: 0 },
    ...change,
  }
}

/** A dry run that shows `devices` devices, more than five of which need a second person. */
export function dryRunOf(devices: number, change: Partial<DryRun> = {}): DryRun {
  return {
    devices,
    people: devices,
    connected: 0,
    silent: 0,
    leftOut: 0,
    cacheBytes: 0,
    needsApproval: devices > 5,
    approvalAbove: 5,
    digest: `digest-${devices}`,
    sample: Array.from({ length: Math.min(3, devices) }, (_, index) => deviceOf(index)),
    ...change,
  }
}
