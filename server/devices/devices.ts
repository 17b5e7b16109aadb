// Owns the devices: who they are, what a connecting one is answered, the lease that each contact renews.
// Always holds: a device under a wipe order is answered with it whoever its user is and whatever became of them; a lease
// is handed out only once it is on record; only an active device of an active user gets one; of a device's lease shares
// the server knows the newest only.

import type { AdminDevice } from '../../shared/admin.ts'
import type { DeviceId, UserId } from '../../shared/model.ts'
import { toBase64url } from '../../shared/proof.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { AuthFrame, Lease } from '../../shared/wire.ts'
import type { Clock, Random } from '../clock.ts'
import type { Policies } from '../policies.ts'
import type { Sealing } from '../sealing.ts'
import type { DeviceRow, StoreTx, StoreView, WipeRow } from '../store/port.ts'

const hourMs = 3_600_000

export type Admission =
  | { readonly type: 'order'; readonly wipe: WipeRow }
  | { readonly type: 'refused'; readonly code: 'device-unknown' | 'device-wiped' | 'device-revoked' | 'user-inactive' }
  | { readonly type: 'admitted'; readonly userId: UserId; readonly lease: Lease }

export interface Devices {
  /** Decides inside a transaction what a device that proved itself is answered, and notes the contact. */
  admit(tx: StoreTx, deviceId: DeviceId, client: Pick<AuthFrame, 'clientVersion' | 'platform'>): Admission
  /** Renews the lease of a connected device; undefined where it gets none any more. */
  renewLease(tx: StoreTx, deviceId: DeviceId): Lease | undefined
  /** Notes that the device was there until now. */
  noteSeen(tx: StoreTx, deviceId: DeviceId): void
  /**
   * Replaces the device's lease share inside a transaction and gives the new generation. Failures: `not-found`,
   * `device-wiped` (also where a wipe is pending), `device-revoked`.
   */
  rotateShare(tx: StoreTx, deviceId: DeviceId): Result<number>
  listDevices(isConnected: (deviceId: DeviceId) => boolean): AdminDevice[]
}

/** The status that IT is shown: a device whose lease ran out is closed until it makes contact. */
function statusOf(row: DeviceRow, nowMs: number): AdminDevice['status'] {
  const expired = row.leaseUntilMs !== undefined && row.leaseUntilMs <= nowMs
  return row.status === 'active' && expired ? 'lease-expired' : row.status
}

export function createDevices(parts: {
  view: StoreView
  sealing: Sealing
  policies: Policies
  clock: Clock
  random: Random
}): Devices {
  const { view, sealing, policies, clock, random } = parts

  function giveLease(tx: StoreTx, deviceId: DeviceId, seen: Pick<DeviceRow, 'clientVersion' | 'platform'> | undefined) {
    const share = tx.leaseShare(deviceId)
    if (share === undefined) throw new Error('an active device without a lease share')
    const issuedAtMs = clock.nowMs()
    const untilMs = issuedAtMs + policies.current().leaseHours * hourMs
    tx.updateDevice(deviceId, { ...seen, lastSeenAtMs: issuedAtMs, leaseUntilMs: untilMs })
    const bytes = sealing.openShare(deviceId, share.sealed)
    return { share: toBase64url(bytes), generation: share.generation, issuedAtMs, untilMs }
  }

  return {
    admit: (tx, deviceId, client) => {
      const device = tx.device(deviceId)
      if (device === undefined) return { type: 'refused', code: 'device-unknown' }
      const wipe = tx.openWipeOf(deviceId)
      if (wipe !== undefined) {
        tx.updateDevice(deviceId, { lastSeenAtMs: clock.nowMs() })
        return { type: 'order', wipe }
      }
      if (device.status === 'wiped') return { type: 'refused', code: 'device-wiped' }
      if (device.status !== 'active') return { type: 'refused', code: 'device-revoked' }
      if (tx.user(device.userId)?.active !== true) return { type: 'refused', code: 'user-inactive' }
      const { clientVersion, platform } = client
      return { type: 'admitted', userId: device.userId, lease: giveLease(tx, deviceId, { clientVersion, platform }) }
    },
    renewLease: (tx, deviceId) => {
      const device = tx.device(deviceId)
      const trusted = device?.status === 'active' && tx.user(device.userId)?.active === true
      return trusted ? giveLease(tx, deviceId, undefined) : undefined
    },
    noteSeen: (tx, deviceId) => tx.updateDevice(deviceId, { lastSeenAtMs: clock.nowMs() }),
    rotateShare: (tx, deviceId) => {
      const device = tx.device(deviceId)
      if (device === undefined) return fail('not-found', 'There is no such device.')
      if (device.status === 'wiped') return fail('device-wiped')
      if (device.status === 'wipe-pending') return fail('device-wiped', 'A wipe of this device is pending.')
      const before = tx.leaseShare(deviceId)
      if (device.status !== 'active' || before === undefined) return fail('device-revoked')
      const generation = before.generation + 1
      tx.putLeaseShare(deviceId, { generation, sealed: sealing.sealShare(deviceId, random(32)) })
      return ok(generation)
    },

    listDevices: (isConnected) => {
      const nowMs = clock.nowMs()
      const names = new Map(view.users().map((row) => [row.userId, row.userName]))
      const instant = (atMs: number) => new Date(atMs).toISOString()
      return view.devices().map((row) => ({
        id: row.deviceId,
        user: names.get(row.userId) ?? '',
        name: row.name,
        platform: row.platform,
        clientVersion: row.clientVersion,
        status: statusOf(row, nowMs),
        enrolledAt: instant(row.enrolledAtMs),
        ...(row.lastSeenAtMs === undefined ? {} : { lastSeenAt: instant(row.lastSeenAtMs) }),
        ...(row.leaseUntilMs === undefined ? {} : { leaseUntil: instant(row.leaseUntilMs) }),
        connected: isConnected(row.deviceId),
      }))
    },
  }
}
