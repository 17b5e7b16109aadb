// Owns the devices: who they are, what a connecting one is answered, the lease that each contact renews.
// Always holds: a device under a wipe or a sign-out is answered with it whoever its user is and whatever became of them; a
// lease is handed out only once it is on record; only an active device of an active user gets one; of a device's lease
// shares the server knows the newest only.

import type { AdminDevice } from '../../shared/admin.ts'
import type { Role } from '../../shared/fleet.ts'
import type { DeviceId, UserId } from '../../shared/model.ts'
import { toBase64url } from '../../shared/proof.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { AuthFrame, Lease } from '../../shared/wire.ts'
import type { Clock, Random } from '../clock.ts'
import { shownStatus } from '../fleet/devices.ts'
import type { Policies } from '../policies.ts'
import type { Sealing } from '../sealing.ts'
import type { DeviceRow, StoreTx, StoreView } from '../store/port.ts'
import type { FleetNews } from './fleet-news.ts'
import type { SignedSignOut, SignedWipe } from './order-documents.ts'
import type { SignOuts } from './sign-outs.ts'
import type { Wipes } from './wipes.ts'

const hourMs = 3_600_000

export type Admission =
  | { readonly type: 'wipe'; readonly wipe: SignedWipe }
  | { readonly type: 'signed-out'; readonly signOut: SignedSignOut }
  | { readonly type: 'refused'; readonly code: 'device-unknown' | 'device-wiped' | 'device-revoked' }
  /** Its person has been deactivated: let go, but for what is to be wiped on it. */
  | { readonly type: 'blocked'; readonly wipes: readonly SignedWipe[] }
  | {
      readonly type: 'admitted'
      readonly userId: UserId
      readonly lease: Lease
      readonly roles: readonly Role[]
      /** Of single conversations, to be handed over before the welcome. */
      readonly wipes: readonly SignedWipe[]
    }

export interface Devices {
  /** Decides inside a transaction what a device that proved itself is answered, and notes the contact. */
  admit(tx: StoreTx, deviceId: DeviceId, client: Pick<AuthFrame, 'version' | 'clientVersion' | 'platform'>): Admission
  /** Renews the lease of a connected device; undefined where it gets none any more. */
  renewLease(tx: StoreTx, deviceId: DeviceId): Lease | undefined
  /** Notes that the device was there until now. */
  noteSeen(tx: StoreTx, deviceId: DeviceId): void
  /** Notes what the device tells of itself. */
  noteReport(tx: StoreTx, deviceId: DeviceId, cacheBytes: number): void
  /**
   * Replaces the device's lease share inside a transaction and gives the new generation. Failures: `not-found`,
   * `device-wiped` (also where a wipe is pending), `signed-out` (what it has could not be opened any more), `device-revoked`.
   */
  rotateShare(tx: StoreTx, deviceId: DeviceId): Result<number>
  listDevices(isConnected: (deviceId: DeviceId) => boolean): AdminDevice[]
}

export function createDevices(parts: {
  view: StoreView
  sealing: Sealing
  policies: Policies
  wipes: Pick<Wipes, 'handOut' | 'dueConversationWipes'>
  signOuts: Pick<SignOuts, 'handOut'>
  news: Pick<FleetNews, 'deviceMoved'>
  clock: Clock
  random: Random
}): Devices {
  const { view, sealing, policies, wipes, signOuts, news, clock, random } = parts

  function giveLease(tx: StoreTx, deviceId: DeviceId, seen: Pick<DeviceRow, 'clientVersion' | 'platform'> | undefined) {
    const share = tx.leaseShare(deviceId)
    if (share === undefined) throw new Error('an active device without a lease share')
    const issuedAtMs = clock.nowMs()
    const untilMs = issuedAtMs + policies.current().leaseHours * hourMs
    tx.updateDevice(deviceId, { ...seen, lastSeenAtMs: issuedAtMs, leaseUntilMs: untilMs })
    news.deviceMoved(deviceId)
    const bytes = sealing.openShare(deviceId, share.sealed)
    return { share: toBase64url(bytes), generation: share.generation, issuedAtMs, untilMs }
  }

  function noteSeen(tx: StoreTx, deviceId: DeviceId): void {
    tx.updateDevice(deviceId, { lastSeenAtMs: clock.nowMs() })
    news.deviceMoved(deviceId)
  }

  return {
    admit: (tx, deviceId, client) => {
      const device = tx.device(deviceId)
      if (device === undefined) return { type: 'refused', code: 'device-unknown' }
      const wipe = tx.openWipeOf(deviceId)
      if (wipe !== undefined) {
        noteSeen(tx, deviceId)
        return { type: 'wipe', wipe: wipes.handOut(tx, wipe) }
      }
      const signOut = device.status === 'signed-out' ? signOuts.handOut(tx, deviceId) : undefined
      if (signOut !== undefined) {
        noteSeen(tx, deviceId)
        return { type: 'signed-out', signOut }
      }
      if (device.status === 'wiped') return { type: 'refused', code: 'device-wiped' }
      if (device.status !== 'active') return { type: 'refused', code: 'device-revoked' }
      const user = tx.user(device.userId)
      const { version, clientVersion, platform } = client
      // Version 1 has no such orders: they wait until the desktop is a later one.
      const due = version < 2 ? [] : wipes.dueConversationWipes(tx, deviceId, false)
      if (user?.active !== true) return { type: 'blocked', wipes: due }
      return {
        type: 'admitted',
        userId: user.userId,
        lease: giveLease(tx, deviceId, { clientVersion, platform }),
        roles: user.roles,
        wipes: due,
      }
    },
    renewLease: (tx, deviceId) => {
      const device = tx.device(deviceId)
      const trusted = device?.status === 'active' && tx.user(device.userId)?.active === true
      return trusted ? giveLease(tx, deviceId, undefined) : undefined
    },
    noteSeen,
    noteReport: (tx, deviceId, cacheBytes) => {
      tx.updateDevice(deviceId, { cacheBytes })
      news.deviceMoved(deviceId)
    },
    rotateShare: (tx, deviceId) => {
      const device = tx.device(deviceId)
      if (device === undefined) return fail('not-found', 'There is no such device.')
      if (device.status === 'wiped') return fail('device-wiped')
      if (device.status === 'wipe-pending') return fail('device-wiped', 'A wipe of this device is pending.')
      if (device.status === 'signed-out') return fail('signed-out')
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
        status: shownStatus(row, nowMs),
        enrolledAt: instant(row.enrolledAtMs),
        ...(row.lastSeenAtMs === undefined ? {} : { lastSeenAt: instant(row.lastSeenAtMs) }),
        ...(row.leaseUntilMs === undefined ? {} : { leaseUntil: instant(row.leaseUntilMs) }),
        ...(row.cacheBytes === undefined ? {} : { cacheBytes: row.cacheBytes }),
        connected: isConnected(row.deviceId),
      }))
    },
  }
}
