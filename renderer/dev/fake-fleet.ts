// Owns the made-up calls about the fleet of the development page. Hash parameters: fleet=<count>|loading|failed (devices),
// stir=<seconds> (a device changes that often), grow=<seconds> (one more is enrolled, above all others), order=moved|declined|<failure code> (what giving one meets),
// proof=open|not-verified (what a wipe's documents are found to be).

import type { BridgeResult, CallArgs, CallResult, EventName, EventPayload, SessionView } from '../../shared/bridge.ts'
import type { fleetCalls } from '../../shared/bridge-fleet.ts'
import type { DryRun, FleetDevice, FleetFilter, FleetSort, OrderRequest, OrderTarget } from '../../shared/fleet.ts'
import { limits } from '../../shared/limits.ts'
import type { OrderId, WipeId } from '../../shared/model.ts'
import { systemOf } from '../fleet/device-words.ts'
import { me } from './sample.ts'
import { counted, makeFleet, makeOrders, type SampleOrder, timelineOf } from './sample-fleet.ts'

type FleetCall = keyof typeof fleetCalls
type FleetHandlers = {
  [N in FleetCall]: (args: CallArgs<N>) => BridgeResult<CallResult<N>> | Promise<BridgeResult<CallResult<N>>>
}

interface FakeFleetParts {
  readonly hash: URLSearchParams
  readonly nowMs: number
  readonly session: () => SessionView
  readonly emit: <N extends EventName>(name: N, payload: EventPayload<N>) => void
}

const ok = <T>(value: T) => ({ ok: true, value }) as const
const fail = (code: string) => ({ ok: false, error: { code, message: code } }) as const
const approvalAbove = limits.approvalAbove

/** The calls about a fleet as `hash` asks for. */
export function createFakeFleet({ hash, nowMs, session, emit }: FakeFleetParts): FleetHandlers {
  const wanted = hash.get('fleet') ?? '10000'
  const devices = hash.has('it') ? makeFleet(Number.isNaN(Number(wanted)) ? 0 : Number(wanted), nowMs) : []
  const orders: SampleOrder[] = devices.length === 0 ? [] : makeOrders(devices, nowMs)
  const slowMs = Number(hash.get('slow') ?? 120)
  let wish = hash.get('order')
  let nextOrder = 100
  const ranks = new Map<FleetSort['by'], Map<FleetDevice['deviceId'], number>>()
  const sorted = new Map<string, readonly FleetDevice[]>()

  const keyOf: Record<FleetSort['by'], (device: FleetDevice) => string | number> = {
    person: ({ displayName }) => displayName,
    name: ({ name }) => name,
    system: ({ platform }) => platform,
    version: ({ clientVersion }) => clientVersion,
    seen: ({ connected, lastSeenAtMs = 0 }) => (connected ? Number.MAX_SAFE_INTEGER : lastSeenAtMs),
    lease: ({ leaseUntilMs = 0 }) => leaseUntilMs,
    cache: ({ cacheBytes = 0 }) => cacheBytes,
    status: ({ status }) => status,
  }
  const collator = new Intl.Collator('zh-Hant-HK')
  function rankBy(by: FleetSort['by']) {
    const known = ranks.get(by)
    if (known !== undefined) return known
    const key = keyOf[by]
    const compare = (a: string | number, b: string | number) =>
      typeof a === 'string' ? collator.compare(a, String(b)) : a - Number(b)
    const order = devices.map((device) => ({ device, key: key(device) })).sort((a, b) => compare(a.key, b.key))
    const made = new Map(order.map(({ device }, place) => [device.deviceId, place]))
    ranks.set(by, made)
    return made
  }
  function fits(device: FleetDevice, filter: FleetFilter): boolean {
    const { text, statuses, systems, userId, notSeenSinceMs, connected } = filter
    if (statuses !== undefined && !statuses.includes(device.status)) return false
    if (systems !== undefined && !systems.includes(systemOf(device.platform))) return false
    if (userId !== undefined && device.userId !== userId) return false
    if (notSeenSinceMs !== undefined && (device.lastSeenAtMs ?? 0) >= notSeenSinceMs) return false
    if (connected !== undefined && device.connected !== connected) return false
    const { displayName, userName, name, department = '', deviceId } = device
    const all = `${displayName}\n${userName}\n${name}\n${department}\n${deviceId}`.toLowerCase()
    return text === undefined || all.includes(text.toLowerCase())
  }
  function listed(filter: FleetFilter, sort: FleetSort): readonly FleetDevice[] {
    const key = JSON.stringify([filter, sort])
    const known = sorted.get(key)
    if (known !== undefined) return known
    const rank = rankBy(sort.by)
    const way = sort.descending ? -1 : 1
    const place = (device: FleetDevice) => rank.get(device.deviceId) ?? 0
    const found = devices.filter((device) => fits(device, filter)).sort((a, b) => way * (place(a) - place(b)))
    sorted.set(key, found)
    return found
  }
  function changed(): void {
    sorted.clear()
    emit('fleetChanged', {})
  }
  function targeted(target: OrderTarget): readonly FleetDevice[] {
    if (target.type === 'devices') {
      const wantedIds = new Set(target.deviceIds)
      return devices.filter(({ deviceId }) => wantedIds.has(deviceId))
    }
    if (target.type === 'user') return devices.filter(({ userId }) => userId === target.userId)
    if (target.type === 'filter') return devices.filter((device) => fits(device, target.filter))
    return devices.slice(200, 231)
  }
  function dryRunOf(kind: OrderRequest['kind'], target: OrderTarget): DryRun & { all: readonly FleetDevice[] } {
    const all = targeted(target)
    const over: readonly FleetDevice['status'][] =
      kind === 'wipe' ? ['wiped', 'wipe-pending'] : ['wiped', 'wipe-pending', 'signed-out', 'revoked']
    const chosen = all.filter(({ status }) => target.type === 'conversations' || !over.includes(status))
    const silentBeforeMs = nowMs - limits.deviceSilentMs
    return {
      all: chosen,
      devices: chosen.length,
      people: new Set(chosen.map(({ userId }) => userId)).size,
      connected: chosen.filter(({ connected }) => connected).length,
      silent: chosen.filter(({ lastSeenAtMs = 0 }) => lastSeenAtMs < silentBeforeMs).length,
      leftOut: all.length - chosen.length,
      cacheBytes: chosen.reduce((sum, { cacheBytes = 0 }) => sum + cacheBytes, 0),
      needsApproval: chosen.length > approvalAbove,
      approvalAbove,
      digest: `digest-${chosen.length}`,
      sample: chosen.toSorted((a, b) => collator.compare(a.displayName, b.displayName)).slice(0, limits.dryRunSample),
    }
  }

  /** Answers as a server would: not at once, and not without a connection. */
  async function request<T>(work: () => BridgeResult<T>, ms = slowMs): Promise<BridgeResult<T>> {
    if (session().state !== 'live') return fail('offline')
    if (wanted === 'loading') return new Promise<never>(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, ms))
    return wanted === 'failed' ? fail('unavailable') : work()
  }
  const find = (orderId: OrderId) => orders.find(({ order }) => order.orderId === orderId)

  /** Moves the devices of an issued order on, a few at a time. */
  function carryOut(made: SampleOrder): void {
    const step = () => {
      let left = 6
      for (const [index, row] of made.devices.entries()) {
        if (left === 0 || row.status === 'done' || !row.device.connected) continue
        left--
        const atMs = Date.now()
        made.devices[index] =
          row.status === 'pending'
            ? { ...row, status: 'delivered', deliveredAtMs: atMs }
            : { ...row, status: 'done', doneAtMs: atMs }
      }
      made.order = counted(made.order, made.devices)
      changed()
      if (left < 6) setTimeout(step, 1000)
    }
    setTimeout(step, 1000)
  }

  const stirEvery = Number(hash.get('stir') ?? 0)
  if (stirEvery > 0) {
    let turn = 0
    setInterval(() => {
      const at = (turn++ * 7919) % Math.max(1, devices.length)
      const device = devices[at]
      if (device !== undefined) devices[at] = { ...device, connected: !device.connected, lastSeenAtMs: Date.now() }
      changed()
    }, stirEvery * 1000)
  }

  const growEvery = Number(hash.get('grow') ?? 0)
  if (growEvery > 0) {
    let grown = 0
    setInterval(() => {
      const model = devices[0]
      if (model === undefined) return
      grown++
      const deviceId = `dev_${String(900_000 + grown).padStart(20, '0')}` as FleetDevice['deviceId']
      devices.push({ ...model, deviceId, displayName: `0 New ${grown}`, name: `NEW-${grown}` })
      for (const rank of ranks.values()) rank.set(deviceId, -grown)
      changed()
    }, growEvery * 1000)
  }

  return {
    listDevices: ({ filter, sort, from, limit }) =>
      request(() => {
        const found = listed(filter, sort)
        const counts: Partial<Record<FleetDevice['status'], number>> = {}
        for (const { status } of devices) counts[status] = (counts[status] ?? 0) + 1
        return ok({ devices: found.slice(from, from + limit), total: found.length, from, counts })
      }),
    showDevice: ({ deviceId }) =>
      request(() => {
        const device = devices.find((each) => each.deviceId === deviceId)
        return device === undefined ? fail('not-found') : ok({ device, timeline: timelineOf(device, nowMs) })
      }),
    tryOrder: ({ kind, target }) =>
      request(() => {
        const { all: _, ...dryRun } = dryRunOf(kind, target)
        return ok(dryRun)
      }, slowMs * 3),
    giveOrder: ({ kind, target, reason }) =>
      request(() => {
        if (wish !== null) {
          const code = wish === 'declined' ? 'not-allowed' : wish === 'moved' ? 'fleet-moved' : wish
          if (wish === 'moved') wish = null
          return fail(code)
        }
        const { all, needsApproval } = dryRunOf(kind, target)
        const number = nextOrder++
        const first = all[0]
        const made: SampleOrder = {
          order: {
            orderId: `ord_${String(number).padStart(20, '0')}` as OrderId,
            kind,
            state: needsApproval ? 'awaiting-approval' : 'issued',
            targetType: target.type,
            targetName: target.type === 'user' ? (first?.displayName ?? '') : (first?.name ?? ''),
            reason,
            orderedBy: me.displayName,
            orderedAtMs: Date.now(),
            isMine: true,
            ...(needsApproval ? { lapsesAtMs: Date.now() + limits.approvalMs } : {}),
            devices: all.length,
            progress: { pending: 0, delivered: 0, done: 0, failed: 0 },
          },
          devices: all.map((device, index) => ({
            device,
            status: 'pending',
            ...(kind === 'wipe'
              ? { wipeId: `wip_${String(number * 10_000 + index).padStart(20, '0')}` as WipeId }
              : {}),
          })),
        }
        made.order = counted(made.order, made.devices)
        orders.unshift(made)
        if (!needsApproval) carryOut(made)
        emit('fleetChanged', {})
        return ok(made.order)
      }, slowMs * 5),
    decideOrder: ({ orderId, approve }) =>
      request(() => {
        const made = find(orderId)
        if (made === undefined) return fail('not-found')
        if (wish === 'declined') return fail('not-allowed')
        if (made.order.isMine) return fail('approval-own')
        if (made.order.state !== 'awaiting-approval') return fail('order-decided')
        made.order = counted(
          {
            ...made.order,
            state: approve ? 'issued' : 'rejected',
            decidedBy: me.displayName,
            decidedAtMs: Date.now(),
          },
          made.devices,
        )
        if (approve) carryOut(made)
        emit('fleetChanged', {})
        return ok(made.order)
      }, slowMs * 5),
    listOrders: ({ cursor }) =>
      request(() => {
        const from = Number(cursor ?? 0)
        const to = from + 6
        return ok({
          orders: orders.slice(from, to).map(({ order }) => order),
          awaiting: orders.filter(({ order }) => order.state === 'awaiting-approval').length,
          ...(to < orders.length ? { cursor: String(to) } : {}),
        })
      }),
    showOrder: ({ orderId, from, limit }) =>
      request(() => {
        const made = find(orderId)
        if (made === undefined) return fail('not-found')
        return ok({
          order: made.order,
          devices: made.devices.slice(from, from + limit),
          total: made.devices.length,
          from,
        })
      }),
    showWipe: ({ wipeId }) =>
      request(() => {
        const row = orders.flatMap((made) => made.devices).find((each) => each.wipeId === wipeId)
        const made = orders.find((each) => row !== undefined && each.devices.includes(row))
        const device = row?.device ?? devices.find((each) => each.wipeId === wipeId) ?? devices[5]
        if (device === undefined) return fail('not-found')
        const status = row?.status ?? (device.status === 'wiped' ? 'done' : 'delivered')
        const isDone = (status === 'done' || status === 'failed') && hash.get('proof') !== 'open'
        const issuedAtMs = made?.order.orderedAtMs ?? nowMs - 5 * 3_600_000
        const startedAtMs = issuedAtMs + 20_000
        return ok({
          wipeId,
          orderId: made?.order.orderId ?? (`ord_${'0'.repeat(19)}6` as OrderId),
          status,
          device,
          issuedAtMs,
          ...(status === 'pending' ? {} : { deliveredAtMs: row?.deliveredAtMs ?? startedAtMs }),
          reason: made?.order.reason ?? '手提電腦遺失：於機場快綫遺留，已報警',
          orderedBy: made?.order.orderedBy ?? '李家豪',
          ...(made?.order.decidedBy === undefined ? {} : { approvedBy: made.order.decidedBy }),
          ...(made?.order.targetType === 'conversations'
            ? {
                conversations: (made.order.conversationIds ?? []).map((conversationId) => ({
                  conversationId,
                  name: made.order.targetName,
                })),
              }
            : {}),
          verdict: !isDone ? 'open' : hash.get('proof') === 'not-verified' ? 'not-verified' : 'verified',
          ...(isDone
            ? {
                doneAtMs: startedAtMs + 2100,
                receivedAtMs: startedAtMs + 2100,
                receiptSays: {
                  outcome: status === 'failed' ? 'partial' : 'wiped',
                  destroyed: 148,
                  filesRemoved: 327,
                  bytesRemoved: 1_204_000_000,
                  filesLeft: status === 'failed' ? 2 : 0,
                  startedAtMs,
                  unreadableAtMs: startedAtMs + 41,
                  finishedAtMs: startedAtMs + 1480,
                  attempts: status === 'failed' ? 3 : 1,
                },
              }
            : {}),
        })
      }),
    saveWipeProof: () => request(() => ok({ saved: true }), slowMs * 4),
  }
}
