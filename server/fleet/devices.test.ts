// Checks the table of devices: every filter and sort against a plain look through the rows, pages that stay in order, and
// that what has moved is read again.

import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import {
  type DeviceStatus,
  deviceStatuses,
  type FleetDevice,
  type FleetFilter,
  type FleetSort,
  fleetPageSchema,
  fleetSorts,
  systemOf,
  systems,
} from '../../shared/fleet.ts'
import { limits } from '../../shared/limits.ts'
import type { DeviceId } from '../../shared/model.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { DeviceRow, Store, StoredDeviceStatus, UserRow } from '../store/port.ts'
import { openImplementations, putDevice, putUser, putWipe } from '../store/store-fixtures.ts'
import { createTestClock } from '../test-clock.ts'
import { createFleetDevices } from './devices.ts'

const { implementations, close } = openImplementations()
afterAll(close)

const byPerson: FleetSort = { by: 'person', descending: false }
const all = { from: 0, limit: limits.fleetPage }

function open(store: Store = createMemoryStore()) {
  const clock = createTestClock(1_000_000)
  const connected = new Set<DeviceId>()
  const fleet = createFleetDevices({ view: store.view, isConnected: (deviceId) => connected.has(deviceId), clock })
  const ids = (filter: FleetFilter, sort = byPerson) =>
    fleet.page(filter, sort, all).devices.map((each) => each.deviceId)
  return { store, clock, connected, fleet, ids }
}
type Site = ReturnType<typeof open>

function addDevice({ store }: Site, user: Partial<UserRow> | UserRow, device: Partial<DeviceRow> = {}): DeviceRow {
  return store.transact((tx) => {
    const owner = user.userId === undefined ? putUser(tx, user) : (user as UserRow)
    return putDevice(tx, owner.userId, device)
  })
}

test('[FLT10] a device is shown with its person, its state by the clock, and the wipe it is under', () => {
  const site = open()
  const person = { displayName: '陳嘉欣 Karen Chan', department: 'Retail', active: false }
  const row = addDevice(site, person, {
    leaseUntilMs: 1_000_500,
    lastSeenAtMs: 9,
    cacheBytes: 77,
    platform: 'win32-x64',
  })
  const shown = () => site.fleet.page({}, byPerson, all)
  fleetPageSchema.parse(shown())
  expect(shown().devices).toMatchObject([
    {
      deviceId: row.deviceId,
      displayName: '陳嘉欣 Karen Chan',
      department: 'Retail',
      userInactive: true,
      status: 'active',
      connected: false,
      cacheBytes: 77,
      lastSeenAtMs: 9,
    },
  ])
  site.clock.advance(500)
  site.connected.add(row.deviceId)
  expect(shown()).toMatchObject({
    devices: [{ status: 'lease-expired', connected: true }],
    counts: { 'lease-expired': 1 },
  })
  const wipe = site.store.transact((tx) => {
    tx.updateDevice(row.deviceId, { status: 'wipe-pending' })
    return putWipe(tx, row.deviceId)
  })
  site.fleet.deviceMoved(row.deviceId)
  expect(shown().devices).toMatchObject([{ status: 'wipe-pending', wipeId: wipe.wipeId }])
  site.store.transact((tx) => tx.updateWipe(wipe.wipeId, { status: 'done' }))
  expect(site.fleet.device(row.deviceId)).toMatchObject({ wipeId: wipe.wipeId })
  expect(site.fleet.device(makeUnknown())).toBeUndefined()
})
const makeUnknown = () => `dev_${'0'.repeat(20)}` as DeviceId

test('[FLT11] a text is found in every name, the department and the id, however it is written', () => {
  const site = open()
  const row = addDevice(
    site,
    { displayName: '陳嘉欣 Karen', userName: 'karen.chan', department: 'ＩＴ' },
    { name: 'Köln 桌面' },
  )
  addDevice(site, { displayName: 'Ann' }, { name: 'x' })
  for (const text of ['嘉欣', 'KAREN.', 'it', 'köln', '桌', row.deviceId, '  karen ']) {
    expect([text, site.ids({ text })]).toEqual([text, [row.deviceId]])
  }
  expect(site.ids({ text: '\n' })).toHaveLength(2)
  expect(site.ids({ text: 'karen\n' })).toHaveLength(1)
  expect(site.ids({ text: 'nobody' })).toEqual([])
})

test('[FLT12] names sort folded and numbers in them by value; what is unknown is below everything', () => {
  const site = open()
  const user = { displayName: 'b' }
  const names = ['desk 10', 'Desk 9', 'ÄX', 'desk 1']
  for (const name of names) addDevice(site, user, { name })
  const shown = (sort: FleetSort) => site.fleet.page({}, sort, all).devices
  expect(shown({ by: 'name', descending: false }).map((each) => each.name)).toEqual([
    'desk 1',
    'Desk 9',
    'desk 10',
    'ÄX',
  ])
  const versions = open()
  for (const clientVersion of ['0.10.0', '0.9.3', '1.0.0']) addDevice(versions, user, { clientVersion })
  const found = versions.fleet.page({}, { by: 'version', descending: true }, all).devices
  expect(found.map((each) => each.clientVersion)).toEqual(['1.0.0', '0.10.0', '0.9.3'])
  const seen = open()
  const never = addDevice(seen, user)
  const long = addDevice(seen, user, { lastSeenAtMs: 5 })
  const here = addDevice(seen, user, { lastSeenAtMs: 4 })
  seen.connected.add(here.deviceId)
  expect(seen.ids({}, { by: 'seen', descending: true })).toEqual([here, long, never].map((row) => row.deviceId))
  expect(seen.ids({ notSeenSinceMs: 6 })).toEqual([never, long].map((row) => row.deviceId).sort())
  expect(seen.ids({ notSeenSinceMs: 5 })).toEqual([never.deviceId])
})

describe.each(implementations)('on $name', ({ open: openStore }) => {
  test('[FLT13] what moved is read again, in its place in the order: status, name, newcomers, many at once', () => {
    const site = open(openStore())
    const rows = ['a', 'b', 'c', 'd'].map((displayName) => addDevice(site, { displayName }))
    const sorts: FleetSort[] = fleetSorts.flatMap((by) => [
      { by, descending: false },
      { by, descending: true },
    ])
    const fresh = () => createFleetDevices({ view: site.store.view, isConnected: () => false, clock: site.clock })
    const sameAsFresh = () => {
      for (const sort of sorts) {
        expect(site.fleet.page({}, sort, all)).toEqual(fresh().page({}, sort, all))
        expect(site.fleet.page({}, sort, all)).toEqual(fresh().page({}, sort, all))
      }
    }
    sameAsFresh()
    for (const [i, row] of rows.entries()) {
      const change = { lastSeenAtMs: 40 - i, clientVersion: `0.${i * 3}.0`, cacheBytes: i % 2 }
      site.store.transact((tx) => tx.updateDevice(row.deviceId, change))
      site.fleet.deviceMoved(row.deviceId)
      sameAsFresh()
    }
    const more = Array.from({ length: 200 }, (_, i) => addDevice(site, { displayName: `e${200 - i}` }))
    for (const row of more) site.fleet.deviceMoved(row.deviceId)
    site.fleet.deviceMoved(rows[0]!.deviceId)
    sameAsFresh()
    expect(site.fleet.page({}, byPerson, all).total).toBe(204)
  })
})

/** The same answer by looking at every row, without anything kept. */
function plainly(devices: readonly FleetDevice[], filter: FleetFilter): Set<DeviceId> {
  const fits = (each: FleetDevice) =>
    (filter.userId === undefined || each.userId === filter.userId) &&
    (filter.statuses === undefined || filter.statuses.includes(each.status)) &&
    (filter.systems === undefined || filter.systems.includes(systemOf(each.platform))) &&
    (filter.connected === undefined || filter.connected === each.connected) &&
    (filter.notSeenSinceMs === undefined ||
      (!each.connected && (each.lastSeenAtMs === undefined || each.lastSeenAtMs < filter.notSeenSinceMs))) &&
    (filter.text === undefined ||
      `${each.displayName}|${each.userName}|${each.name}|${each.deviceId}`.includes(filter.text))
  return new Set(devices.filter(fits).map((each) => each.deviceId))
}

test('[FLT14] any filter finds what a plain look finds, and its pages make up the whole, in one order', () => {
  const site = open()
  const platforms = ['win32-x64', 'darwin-arm64', 'linux-x64', 'freebsd-x64']
  const stored: StoredDeviceStatus[] = ['active', 'active', 'wipe-pending', 'wiped', 'signed-out', 'revoked']
  const users = Array.from({ length: 7 }, (_, i) => addDevice(site, { displayName: `p${i % 5}` }).userId)
  for (let i = 0; i < 120; i++) {
    const row = site.store.transact((tx) =>
      putDevice(tx, users[i % users.length]!, {
        name: `n${i % 9}`,
        platform: platforms[i % platforms.length]!,
        status: stored[i % stored.length]!,
        ...(i % 3 > 0 && { lastSeenAtMs: (i * 37) % 50 }),
        ...(i % 4 > 0 && { leaseUntilMs: 999_990 + (i % 20) }),
        cacheBytes: i % 6,
      }),
    )
    if (i % 5 === 0) site.connected.add(row.deviceId)
  }
  const everything = site.fleet.page({}, byPerson, { from: 0, limit: 1000 }).devices
  const counted = deviceStatuses.map((status): [DeviceStatus, number] => [
    status,
    everything.filter((each) => each.status === status).length,
  ])
  const filters = fc.record(
    {
      text: fc.constantFrom('p1', 'n3', '1', 'none'),
      statuses: fc.subarray([...deviceStatuses]),
      systems: fc.subarray([...systems]),
      userId: fc.constantFrom(...users),
      notSeenSinceMs: fc.integer({ min: 0, max: 60 }),
      connected: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  const sorts = fc.record({ by: fc.constantFrom(...fleetSorts), descending: fc.boolean() })
  fc.assert(
    fc.property(filters, sorts, fc.integer({ min: 1, max: 40 }), (filter, sort, limit) => {
      const expected = plainly(everything, filter)
      const paged: DeviceId[] = []
      for (let from = 0; from < Math.max(expected.size, 1); from += limit) {
        const page = site.fleet.page(filter, sort, { from, limit })
        expect([page.total, page.from]).toEqual([expected.size, from])
        expect(page.devices.length).toBeLessThanOrEqual(limit)
        expect(Object.entries(page.counts).sort()).toEqual(counted.filter(([, count]) => count > 0).sort())
        paged.push(...page.devices.map((each) => each.deviceId))
      }
      expect(paged).toHaveLength(expected.size)
      expect(new Set(paged)).toEqual(expected)
      expect(new Set(site.fleet.fitting(filter))).toEqual(expected)
    }),
    { numRuns: 150 },
  )
})

test('[FLT15] a sum names devices, people, connected, silent, bytes, and the first by person', () => {
  const site = open()
  site.clock.advance(limits.deviceSilentMs + 10)
  const nowMs = site.clock.nowMs()
  const ben = site.store.transact((tx) => putUser(tx, { displayName: 'Ben' }))
  const silent = addDevice(site, ben, { cacheBytes: 5, lastSeenAtMs: nowMs - limits.deviceSilentMs - 1 })
  const recent = addDevice(site, ben, { cacheBytes: 7, lastSeenAtMs: nowMs - limits.deviceSilentMs })
  const newcomer = addDevice(site, { displayName: 'Ann' }, { enrolledAtMs: nowMs })
  const online = addDevice(site, { displayName: 'Cy' }, { lastSeenAtMs: 1 })
  site.connected.add(online.deviceId)
  const ids = [silent, recent, newcomer, online].map((row) => row.deviceId)
  const sum = site.fleet.sumUp([...ids, makeUnknown()])
  expect(sum).toMatchObject({ devices: 4, people: 3, connected: 1, silent: 1, cacheBytes: 12 })
  expect(sum.sample.map((each) => each.displayName)).toEqual(['Ann', 'Ben', 'Ben', 'Cy'])
  const many = Array.from({ length: limits.dryRunSample + 5 }, () => addDevice(site, ben).deviceId)
  for (const deviceId of many) site.fleet.deviceMoved(deviceId)
  expect(site.fleet.sumUp(many).sample).toHaveLength(limits.dryRunSample)
})
