// Owns the fleet as IT sees it: every device with its person, found by a filter, sorted, by pages, and counted by status.
// Always holds: it answers what is committed; ten thousand devices are answered from memory, and of them only those that have
// moved since are read again. Nothing is kept until somebody first asks. Names are compared folded, numbers in them by value.

import {
  type DeviceStatus,
  type DryRun,
  deviceStatuses,
  type FleetDevice,
  type FleetFilter,
  type FleetPage,
  type FleetSort,
  systemOf,
  systems,
} from '../../shared/fleet.ts'
import { limits } from '../../shared/limits.ts'
import type { DeviceId, UserId } from '../../shared/model.ts'
import type { Clock } from '../clock.ts'
import type { DeviceRow, StoreView, UserRow } from '../store/port.ts'

export interface FleetPlace {
  readonly from: number
  readonly limit: number
}

/** Devices together, for whoever is about to order something of them. */
export type FleetSum = Pick<DryRun, 'devices' | 'people' | 'connected' | 'silent' | 'cacheBytes' | 'sample'>

export interface FleetDevices {
  /** What IT is shown of a device; undefined where there is none. */
  device(deviceId: DeviceId): FleetDevice | undefined
  page(filter: FleetFilter, sort: FleetSort, place: FleetPlace): FleetPage
  /** Those that fit, by person. */
  fitting(filter: FleetFilter): DeviceId[]
  sumUp(deviceIds: readonly DeviceId[]): FleetSum
  /** Something of this device, or of its person, has changed. Cheap: thousands may. */
  deviceMoved(deviceId: DeviceId): void
}

/** Sorted lists kept at once, of eight bytes a device: those of a few windows. */
const sortsKept = 4

/** One object a device for as long as it is known: what has moved is written into it. */
interface Entry {
  row: DeviceRow
  user: UserRow | undefined
  /** As sorted. */
  person: string
  name: string
  system: string
  version: string
  /** What a text is looked for in. */
  text: string
  /** As of the last question. */
  status: DeviceStatus
  connected: boolean
}

/** The devices in one order, as of the last question in it; `moved` have to find their places anew. */
interface Sorted {
  readonly list: readonly Entry[]
  readonly moved: Set<Entry>
}

/** The status that IT is shown: a device whose lease has run out is closed until it makes contact. */
export function shownStatus(row: Pick<DeviceRow, 'status' | 'leaseUntilMs'>, nowMs: number): DeviceStatus {
  const isOver = row.leaseUntilMs !== undefined && row.leaseUntilMs <= nowMs
  return row.status === 'active' && isOver ? 'lease-expired' : row.status
}

const fold = (text: string) => text.normalize('NFKC').toLowerCase().normalize('NFKC')
/** As sorted: what people would call the order of `Desk 2` and `Desk 10`, or of versions. */
const sortKey = (text: string) => fold(text).replace(/\d+/g, (digits) => digits.padStart(12, '0'))
const inOrder = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0)

/** By what a column is sorted; unknown is below everything. */
const columns: Record<FleetSort['by'], (entry: Entry) => string | number> = {
  person: (entry) => entry.person,
  name: (entry) => entry.name,
  system: (entry) => entry.system,
  version: (entry) => entry.version,
  // Who is connected is seen now, whenever that was last noted.
  seen: (entry) => (entry.connected ? Number.POSITIVE_INFINITY : (entry.row.lastSeenAtMs ?? -1)),
  lease: (entry) => entry.row.leaseUntilMs ?? -1,
  cache: (entry) => entry.row.cacheBytes ?? -1,
  status: (entry) => deviceStatuses.indexOf(entry.status),
}

function comparing({ by, descending }: FleetSort): (a: Entry, b: Entry) => number {
  const column = columns[by]
  const sign = descending ? -1 : 1
  return (a, b) =>
    sign * inOrder(column(a), column(b)) || inOrder(a.person, b.person) || inOrder(a.row.deviceId, b.row.deviceId)
}

/** Two lists in order as one. */
function merged(
  many: readonly Entry[],
  few: readonly Entry[],
  compare: (a: Entry, b: Entry) => number,
): readonly Entry[] {
  if (few.length === 0) return many
  const all: Entry[] = []
  let at = 0
  for (const entry of many) {
    for (let next = few[at]; next !== undefined && compare(next, entry) < 0; next = few[++at]) all.push(next)
    all.push(entry)
  }
  return all.concat(few.slice(at))
}

function fits(entry: Entry, filter: FleetFilter, text: string | undefined): boolean {
  const { row, status, connected } = entry
  if (filter.userId !== undefined && row.userId !== filter.userId) return false
  if (filter.statuses !== undefined && !filter.statuses.includes(status)) return false
  if (filter.connected !== undefined && connected !== filter.connected) return false
  if (filter.systems !== undefined && !filter.systems.includes(systemOf(row.platform))) return false
  if (filter.notSeenSinceMs !== undefined) {
    if (connected || (row.lastSeenAtMs !== undefined && row.lastSeenAtMs >= filter.notSeenSinceMs)) return false
  }
  return text === undefined || entry.text.includes(text)
}

export function createFleetDevices(parts: {
  view: StoreView
  isConnected: (deviceId: DeviceId) => boolean
  clock: Clock
}): FleetDevices {
  const { view, isConnected, clock } = parts
  let entries: Map<DeviceId, Entry> | undefined
  let stale = new Set<DeviceId>()
  let sorted = new Map<string, Sorted>()

  function entryOf(row: DeviceRow, user: UserRow | undefined): Entry {
    const { name, platform, clientVersion, deviceId } = row
    const { displayName = '', userName = '', department = '' } = user ?? {}
    return {
      row,
      user,
      person: sortKey(`${displayName}\n${userName}`),
      name: sortKey(name),
      system: `${systems.indexOf(systemOf(platform))} ${sortKey(platform)}`,
      version: sortKey(clientVersion),
      text: fold([displayName, userName, name, department, deviceId].join('\n')),
      status: row.status,
      connected: false,
    }
  }

  function load(): Map<DeviceId, Entry> {
    const users = new Map<UserId, UserRow>(view.users().map((user) => [user.userId, user]))
    stale = new Set()
    sorted = new Map()
    return new Map(view.devices().map((row) => [row.deviceId, entryOf(row, users.get(row.userId))]))
  }

  /** Reads the moved ones again. Devices are never taken away. */
  function refresh(known: Map<DeviceId, Entry>): void {
    for (const deviceId of stale) {
      const row = view.device(deviceId)
      if (row === undefined) continue
      const fresh = entryOf(row, view.user(row.userId))
      const before = known.get(deviceId)
      const entry = before === undefined ? fresh : Object.assign(before, fresh)
      known.set(deviceId, entry)
      for (const { moved } of sorted.values()) moved.add(entry)
    }
    stale = new Set()
  }

  /** Every device as it is now. */
  function current(): Map<DeviceId, Entry> {
    // Beyond a quarter of them it is quicker to read all.
    if (entries === undefined || stale.size * 4 > entries.size + 64) entries = load()
    else if (stale.size > 0) refresh(entries)
    const nowMs = clock.nowMs()
    for (const entry of entries.values()) {
      entry.status = shownStatus(entry.row, nowMs)
      entry.connected = isConnected(entry.row.deviceId)
    }
    return entries
  }

  function inSort(known: Map<DeviceId, Entry>, sort: FleetSort): readonly Entry[] {
    const key = `${sort.by} ${sort.descending}`
    const compare = comparing(sort)
    const before = sorted.get(key)
    const list =
      before === undefined
        ? [...known.values()].sort(compare)
        : // What stayed is in order but for what the clock and the line have changed: sorting it is one look at each.
          merged(
            before.list.filter((entry) => !before.moved.has(entry)).sort(compare),
            [...before.moved].sort(compare),
            compare,
          )
    // The one asked for last stands last; the first of too many goes.
    sorted.delete(key)
    sorted.set(key, { list, moved: new Set() })
    const [oldest] = sorted.keys()
    if (oldest !== undefined && sorted.size > sortsKept) sorted.delete(oldest)
    return list
  }

  function shown({ row, user, status, connected }: Entry): FleetDevice {
    const { deviceId } = row
    const hasWipe = row.status === 'wipe-pending' || row.status === 'wiped'
    const wipeId = hasWipe
      ? (view.openWipeOf(deviceId) ?? view.wipesOfDevice(deviceId).find((wipe) => wipe.conversationIds === undefined))
          ?.wipeId
      : undefined
    return {
      deviceId,
      userId: row.userId,
      userName: user?.userName ?? '',
      displayName: user?.displayName ?? '',
      ...(user?.department !== undefined && { department: user.department }),
      ...(user?.active === false && { userInactive: true }),
      name: row.name,
      platform: row.platform,
      clientVersion: row.clientVersion,
      status,
      connected,
      enrolledAtMs: row.enrolledAtMs,
      ...(row.lastSeenAtMs !== undefined && { lastSeenAtMs: row.lastSeenAtMs }),
      ...(row.leaseUntilMs !== undefined && { leaseUntilMs: row.leaseUntilMs }),
      ...(row.cacheBytes !== undefined && { cacheBytes: row.cacheBytes }),
      ...(wipeId !== undefined && { wipeId }),
    }
  }

  function chosen(filter: FleetFilter, sort: FleetSort): Entry[] {
    const text = filter.text === undefined || filter.text.trim() === '' ? undefined : fold(filter.text.trim())
    return inSort(current(), sort).filter((entry) => fits(entry, filter, text))
  }

  const byPersonAscending: FleetSort = { by: 'person', descending: false }
  return {
    device: (deviceId) => {
      const row = view.device(deviceId)
      if (row === undefined) return undefined
      const entry = entryOf(row, view.user(row.userId))
      entry.status = shownStatus(row, clock.nowMs())
      entry.connected = isConnected(deviceId)
      return shown(entry)
    },
    page: (filter, sort, { from, limit }) => {
      const found = chosen(filter, sort)
      const counts: Partial<Record<DeviceStatus, number>> = {}
      for (const { status } of entries?.values() ?? []) counts[status] = (counts[status] ?? 0) + 1
      return { devices: found.slice(from, from + limit).map(shown), total: found.length, from, counts }
    },
    fitting: (filter) => chosen(filter, byPersonAscending).map((entry) => entry.row.deviceId),
    sumUp: (deviceIds) => {
      const known = current()
      const found = deviceIds.flatMap((deviceId) => known.get(deviceId) ?? [])
      const silentBeforeMs = clock.nowMs() - limits.deviceSilentMs
      const isSilent = ({ row, connected }: Entry) =>
        !connected && (row.lastSeenAtMs ?? row.enrolledAtMs) < silentBeforeMs
      return {
        devices: found.length,
        people: new Set(found.map((entry) => entry.row.userId)).size,
        connected: found.filter((entry) => entry.connected).length,
        silent: found.filter(isSilent).length,
        cacheBytes: found.reduce((sum, entry) => sum + (entry.row.cacheBytes ?? 0), 0),
        sample: found.sort(comparing(byPersonAscending)).slice(0, limits.dryRunSample).map(shown),
      }
    },
    deviceMoved: (deviceId) => {
      if (entries !== undefined) stale.add(deviceId)
    },
  }
}
