// Checks what IT people's desktops ask of the fleet: who may, decided anew at each request; orders with two people; what is
// told when something moves.

import { createPublicKey } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FleetAsk, FleetDevice, OrderRequest, OrderTarget } from '../../shared/fleet.ts'
import { limits } from '../../shared/limits.ts'
import type { OrderId, WipeId } from '../../shared/model.ts'
import { createServer, type Server } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/port.ts'
import { createTestClock, type TestClock } from '../test-clock.ts'
import {
  addGroup,
  addUsers,
  connectLine,
  enrolBody,
  enrolDevice,
  goLive,
  makeReceipt,
  postJson,
  type TestDevice,
} from '../test-device.ts'
import { addDesk, deskOf, must } from './test-desk.ts'

let server: Server
let store: Store
let clock: TestClock
beforeEach(async () => {
  store = createMemoryStore()
  clock = createTestClock()
  server = await createServer({ store, clock })
  addUsers(server, 'ann', 'ben')
})
afterEach(() => server.close())

const page = { filter: {}, sort: { by: 'person', descending: false }, from: 0, limit: 50 } as const
const devices = { type: 'devices', ...page } as const
const wipeOf = ({ deviceId }: TestDevice, reason = 'lost'): OrderRequest => ({
  kind: 'wipe',
  target: { type: 'devices', deviceIds: [deviceId] },
  reason,
})
const key = (n: number) => `key-${'0'.repeat(12)}-${n}`

/** One of each. */
function everyAsk(device: TestDevice): FleetAsk[] {
  return [
    devices,
    { type: 'device', deviceId: device.deviceId },
    { type: 'dryRun', kind: 'wipe', target: { type: 'devices', deviceIds: [device.deviceId] } },
    { type: 'order', order: wipeOf(device), key: key(1) },
    { type: 'decide', orderId: `ord_${'0'.repeat(20)}` as OrderId, approve: true },
    { type: 'orders' },
    { type: 'orderDevices', orderId: `ord_${'0'.repeat(20)}` as OrderId, from: 0, limit: 5 },
    { type: 'wipe', wipeId: `wip_${'0'.repeat(20)}` as WipeId },
  ]
}

test('[FLT60] who is not of IT is refused whatever is asked, and learns nothing by it', async () => {
  const device = await enrolDevice(server, 'ben')
  const ann = await deskOf(server, await enrolDevice(server, 'ann'))
  for (const ask of everyAsk(device)) expect([ask.type, await ann.refusal(ask)]).toEqual([ask.type, 'not-allowed'])
  expect(store.view.ordersBefore(undefined, 9)).toEqual([])
  must(server.admin.deactivateUser({ userName: 'ben' }))
  clock.advance(limits.fleetTellMs * 2)
  await ann.line.settle()
  expect(ann.line.frames.some((frame) => frame.type === 'fleetMoved')).toBe(false)
})

test('[FLT61] a role taken away in mid-connection ends it with the next request; one given opens it', async () => {
  const desk = await addDesk(server, 'it')
  const device = await enrolDevice(server, 'ann')
  expect((await desk.ask(devices)).total).toBe(2)
  must(server.admin.setRoles({ userName: 'it', roles: [] }))
  for (const ask of everyAsk(device)) expect(await desk.refusal(ask)).toBe('not-allowed')
  clock.advance(limits.fleetTellMs * 2)
  await enrolDevice(server, 'ann')
  clock.advance(limits.fleetTellMs * 2)
  await desk.line.settle()
  expect(desk.line.frames.filter((frame) => frame.type === 'fleetMoved')).toEqual([])
  must(server.admin.setRoles({ userName: 'it', roles: ['it'] }))
  expect((await desk.ask(devices)).total).toBe(3)
  must(server.admin.deactivateUser({ userName: 'it' }))
  await desk.line.closed
})

test('[FLT62] a device page tells its life: enrolled, seen, signed out and in, share rotated, wiped, by whom and why', async () => {
  const desk = await addDesk(server, 'it')
  const device = await enrolDevice(server, 'ann')
  const by = 'it'
  const step = async (work: () => unknown) => {
    clock.advance(1000)
    await work()
  }
  await step(async () => (await goLive(server, device)).close())
  await step(() => server.admin.rotateDevice({ deviceId: device.deviceId }))
  await step(() => desk.ask({ type: 'order', order: { ...wipeOf(device, 'moved'), kind: 'sign-out' }, key: key(1) }))
  await step(async () => {
    const line = await connectLine(server, device)
    await line.closed
  })
  await step(async () => {
    const { code } = must(server.admin.createEnrolment({ user: 'ann' }))
    const publicKey = String(createPublicKey(device.privateKey).export({ format: 'jwk' }).x)
    const body = enrolBody(code, { privateKey: device.privateKey, publicKey })
    expect(await (await postJson(`${server.url}/v1/enroll`, body)).json()).toMatchObject({ deviceId: device.deviceId })
  })
  clock.advance(1000)
  const room = addGroup(server, 'ann')
  const target: OrderTarget = { type: 'conversations', conversationIds: [room] }
  await desk.ask({ type: 'order', order: { kind: 'wipe', target, reason: 'leak' }, key: key(2) })
  await step(() => desk.ask({ type: 'order', order: wipeOf(device), key: key(3) }))
  await step(async () => {
    const line = await connectLine(server, device)
    await line.next('order')
    const wipeId = store.view.openWipeOf(device.deviceId)!.wipeId
    line.send({ type: 'receipt', wipeId, receipt: makeReceipt(device, wipeId, { outcome: 'partial' }) })
    await line.next('receiptAccepted')
    await line.close()
  })
  await step(() => server.admin.deactivateUser({ userName: 'ann' }))
  const told = await desk.ask({ type: 'device', deviceId: device.deviceId })
  expect(told.device).toMatchObject({ status: 'wiped', userInactive: true, userName: 'ann' })
  const shown = told.timeline.map(({ what, by: who, reason, outcome, conversations }) =>
    [what, who, reason, outcome, conversations?.map((each) => each.name).join()].filter((part) => part !== undefined),
  )
  expect(shown).toEqual([
    ['user-deactivated', 'IT administrator'],
    ['wipe-done', 'partial'],
    ['wipe-done', 'partial', 'Group'],
    ['wipe-delivered'],
    ['wipe-delivered', 'Group'],
    ['seen'],
    ['wipe-ordered', by, 'lost'],
    ['wipe-ordered', by, 'leak', 'Group'],
    ['signed-in'],
    ['signed-out'],
    ['sign-out-ordered', by, 'moved'],
    ['share-rotated', 'IT administrator'],
    ['enrolled'],
  ])
  const times = told.timeline.map((entry) => entry.atMs)
  expect(times).toEqual([...times].sort((a, b) => b - a))
  expect(await desk.refusal({ type: 'device', deviceId: `dev_${'0'.repeat(20)}` as TestDevice['deviceId'] })).toBe(
    'not-found',
  )
})

test('[FLT63] a lease that ended is in the timeline until the device comes back', async () => {
  const device = await enrolDevice(server, 'ann')
  const until = (await (await connectLine(server, device)).next('welcome')).lease.untilMs
  clock.advance(until - clock.nowMs())
  const timeline = () => must(server.admin.showDevice({ deviceId: device.deviceId })).timeline
  expect(timeline()[0]).toEqual({ atMs: until, what: 'lease-over' })
  await goLive(server, device)
  expect(timeline().map((entry) => entry.what)).toEqual(['seen', 'enrolled'])
})

test('[FLT64] a large order: its dry run, its digest, somebody else’s word, and how far each device is', async () => {
  must(server.admin.changeRules({ approvalAbove: 1 }))
  const [ada, bob] = [await addDesk(server, 'ada'), await addDesk(server, 'bob')]
  const fleet = [await enrolDevice(server, 'ann'), await enrolDevice(server, 'ann'), await enrolDevice(server, 'ben')]
  const online = await goLive(server, fleet[0]!)
  const target: OrderTarget = { type: 'devices', deviceIds: fleet.map((each) => each.deviceId) }
  const order: OrderRequest = { kind: 'wipe', target, reason: 'sold' }
  const tried = await ada.ask({ type: 'dryRun', kind: 'wipe', target })
  expect(tried).toMatchObject({
    devices: 3,
    people: 2,
    connected: 1,
    leftOut: 0,
    needsApproval: true,
    approvalAbove: 1,
  })
  expect(tried.sample.map((each) => each.userName)).toEqual(['ann', 'ann', 'ben'])
  expect(await ada.refusal({ type: 'order', order, key: key(1) })).toBe('fleet-moved')
  expect(await ada.refusal({ type: 'order', order: { ...order, digest: 'x' }, key: key(2) })).toBe('fleet-moved')
  const ask = { type: 'order', order: { ...order, digest: tried.digest }, key: key(3) } as const
  const given = await ada.ask(ask)
  expect(given).toMatchObject({ state: 'awaiting-approval', isMine: true, orderedBy: 'ada', devices: 3 })
  expect(await ada.ask(ask)).toEqual(given)
  expect(await ada.refusal({ ...ask, order: { ...ask.order, reason: 'other' } })).toBe('key-reused')
  const listed = await bob.ask({ type: 'orders' })
  expect(listed).toMatchObject({ awaiting: 1, orders: [{ orderId: given.orderId, isMine: false }] })
  const { orderId } = given
  expect(await ada.refusal({ type: 'decide', orderId, approve: true })).toBe('approval-own')
  expect(await bob.ask({ type: 'decide', orderId, approve: true })).toMatchObject({ state: 'issued', decidedBy: 'bob' })
  expect(await bob.refusal({ type: 'decide', orderId, approve: true })).toBe('order-decided')
  const { order: jws } = await online.next('order')
  expect(JSON.parse(Buffer.from(jws.split('.')[1]!, 'base64url').toString())).toMatchObject({
    issuedBy: 'ada',
    approvedBy: 'bob',
  })
  const wipeId = store.view.openWipeOf(fleet[0]!.deviceId)!.wipeId
  online.send({ type: 'receipt', wipeId, receipt: makeReceipt(fleet[0]!, wipeId) })
  await online.next('receiptAccepted')
  const late = await connectLine(server, fleet[1]!)
  await late.next('order')
  await late.settle()
  const shown = await ada.ask({ type: 'orderDevices', orderId, from: 0, limit: 2 })
  expect(shown).toMatchObject({
    total: 3,
    from: 0,
    order: { progress: { done: 1, delivered: 1, pending: 1, failed: 0 } },
  })
  expect(shown.devices.map((each) => each.status)).toEqual(['done', 'delivered'])
  expect((await ada.ask({ type: 'orderDevices', orderId, from: 2, limit: 2 })).devices).toMatchObject([
    { status: 'pending', device: { userName: 'ben', status: 'wipe-pending' } },
  ])
  const file = await bob.ask({ type: 'wipe', wipeId })
  expect(file).toMatchObject({ status: 'done', approvedBy: 'bob', orderId, device: { deviceId: fleet[0]!.deviceId } })
  expect(file.authorityKeys).toEqual(server.authorityKeys)
  expect([file.order, file.receipt, file.countersignature].every((text) => text?.split('.').length === 3)).toBe(true)
})

test('[FLT65] a user, a filter, conversations; a rejected order and one that nobody decided do nothing', async () => {
  must(server.admin.changeRules({ approvalAbove: 0 }))
  const [ada, bob] = [await addDesk(server, 'ada'), await addDesk(server, 'bob')]
  const [one, two] = [await enrolDevice(server, 'ann'), await enrolDevice(server, 'ben')]
  const room = addGroup(server, 'ann', 'ben')
  const direct = must(server.admin.createConversation({ name: '', kind: 'direct', members: ['ann', 'ben'] })).id
  const targets: readonly [OrderTarget, OrderTarget, OrderTarget] = [
    { type: 'user', userId: one.userId },
    { type: 'filter', filter: { text: 'BEN' } },
    { type: 'conversations', conversationIds: [room, direct] },
  ]
  let n = 0
  const give = async (target: OrderTarget) => {
    const { digest } = await ada.ask({ type: 'dryRun', kind: 'wipe', target })
    return ada.ask({ type: 'order', order: { kind: 'wipe', target, reason: 'x', digest }, key: key(++n) })
  }
  const given = [await give(targets[0]), await give(targets[1]), await give(targets[2])]
  expect(given).toMatchObject([
    { targetType: 'user', targetName: 'ann', devices: 1 },
    { targetType: 'filter', targetName: 'ben · Desk 1', devices: 1 },
    { targetType: 'conversations', targetName: 'Group, ann · ben', conversationIds: [room, direct], devices: 2 },
  ])
  const rejected = await bob.ask({ type: 'decide', orderId: given[0]!.orderId, approve: false })
  expect(rejected).toMatchObject({ state: 'rejected', decidedBy: 'bob', progress: { pending: 0 } })
  expect(
    (await bob.ask({ type: 'orderDevices', orderId: given[0]!.orderId, from: 0, limit: 9 })).devices,
  ).toMatchObject([{ device: { deviceId: one.deviceId, status: 'active' }, status: 'pending' }])
  clock.advance(limits.approvalMs)
  expect(must(server.admin.listOrders({}))).toMatchObject({
    awaiting: 0,
    orders: [{ state: 'lapsed' }, { state: 'lapsed' }, { state: 'rejected' }],
  })
  expect(server.admin.decideOrder({ orderId: given[1]!.orderId, approve: true })).toMatchObject({
    error: { code: 'order-decided' },
  })
  expect(store.view.devices().every((row) => row.status === 'active')).toBe(true)
  expect(two.deviceId).toBe(store.view.deviceIdsOf(given[1]!.orderId, 0, 9)[0])
})

test('[FLT66] orders come in pages, the newest first, each once', async () => {
  const devicesOfAnn = []
  const more = 7
  for (let i = 0; i < limits.ordersPage + more; i++) {
    const device = await enrolDevice(server, 'ann')
    devicesOfAnn.push(must(server.admin.wipeDevice({ deviceId: device.deviceId, reason: `r${i}` })).orderId)
  }
  const first = must(server.admin.listOrders({}))
  expect(first.orders).toHaveLength(limits.ordersPage)
  const second = must(server.admin.listOrders({ cursor: first.cursor! }))
  expect([second.orders.length, second.cursor]).toEqual([more, undefined])
  expect([...first.orders, ...second.orders].map((each) => each.orderId)).toEqual(devicesOfAnn.reverse())
  for (const cursor of ['x', '0', '-1', '1.5']) {
    expect(server.admin.listOrders({ cursor })).toMatchObject({ error: { code: 'bad-input' } })
  }
})

test('[FLT67] windows that have asked are told that the fleet moved, gathered, and those that have not are not', async () => {
  const [ada, bob] = [await addDesk(server, 'ada'), await addDesk(server, 'bob')]
  const told = async (desk: typeof ada) => {
    await desk.line.settle()
    return desk.line.frames.filter((frame) => frame.type === 'fleetMoved').length
  }
  await ada.ask(devices)
  clock.advance(limits.fleetTellMs * 2)
  const device = await enrolDevice(server, 'ann')
  clock.advance(0)
  const start = await told(ada)
  expect(start).toBeGreaterThan(0)
  for (let i = 0; i < 20; i++) await enrolDevice(server, 'ann')
  clock.advance(limits.fleetTellMs - 1)
  expect(await told(ada)).toBe(start)
  clock.advance(1)
  expect(await told(ada)).toBe(start + 1)
  clock.advance(limits.fleetTellMs * 5)
  expect(await told(ada)).toBe(start + 1)
  const line = await goLive(server, device)
  clock.advance(0)
  expect(await told(ada)).toBe(start + 2)
  clock.advance(limits.fleetTellMs)
  line.send({ type: 'report', cacheBytes: 4096 })
  await line.settle()
  clock.advance(0)
  expect((await ada.ask({ type: 'device', deviceId: device.deviceId })).device.cacheBytes).toBe(4096)
  expect(await told(ada)).toBe(start + 3)
  expect(await told(bob)).toBe(0)
})

test('[FLT68] the table follows what happens to a device: connected, seen, leased, reported, ordered', async () => {
  const desk = await addDesk(server, 'ada')
  const device = await enrolDevice(server, 'ann')
  const row = async (): Promise<FleetDevice | undefined> =>
    (await desk.ask({ ...devices, filter: { text: 'ann' } })).devices[0]
  expect(await row()).toMatchObject({ connected: false, status: 'active' })
  expect((await row())?.lastSeenAtMs).toBeUndefined()
  const line = await goLive(server, device, { clientVersion: '9.9.9', platform: 'win32-x64' })
  const leased = await row()
  expect(leased).toMatchObject({
    connected: true,
    clientVersion: '9.9.9',
    platform: 'win32-x64',
    lastSeenAtMs: clock.nowMs(),
  })
  for (let passedMs = 0; passedMs <= limits.leaseRenewMs; passedMs += limits.serverSilenceMs / 2) {
    clock.advance(limits.serverSilenceMs / 2)
    await Promise.all([line.settle(), desk.line.settle()])
  }
  await line.next('lease')
  expect((await row())?.leaseUntilMs).toBeGreaterThan(leased!.leaseUntilMs!)
  await line.close()
  await desk.line.settle()
  expect(await row()).toMatchObject({ connected: false, lastSeenAtMs: clock.nowMs() })
  await desk.ask({ type: 'order', order: wipeOf(device), key: key(1) })
  const wiped = await row()
  expect(wiped).toMatchObject({ status: 'wipe-pending', wipeId: store.view.openWipeOf(device.deviceId)?.wipeId })
  expect((await desk.ask(devices)).counts).toEqual({ active: 1, 'wipe-pending': 1 })
})

test('[FLT69] IT’s own desktop can be wiped, by whoever sits at it too', async () => {
  const desk = await addDesk(server, 'ada')
  const given = await desk
    .ask({ type: 'order', order: wipeOf(desk.device), key: key(1) })
    .catch((error: unknown) => error)
  // The order itself may come before its answer, after which nothing else is said on the line.
  if (given instanceof Error) expect(given.message).toContain('no answer')
  await desk.line.next('order')
  const { wipeId } = store.view.openWipeOf(desk.device.deviceId)!
  const response = await postJson(`${server.url}/v1/wipes/${wipeId}/receipt`, {
    receipt: makeReceipt(desk.device, wipeId),
  })
  expect(response.status).toBe(200)
  expect(store.view.device(desk.device.deviceId)?.status).toBe('wiped')
})
