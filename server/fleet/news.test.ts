// Checks what webhooks hear, end to end: a server, a receiver over HTTP that verifies each message, a device through its
// life; leases that end, told once, also where the server was down.

import { createHmac } from 'node:crypto'
import { createServer as createReceiver, type Server as Receiver } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { OrderRequest, OrderTarget } from '../../shared/fleet.ts'
import { limits, times } from '../../shared/limits.ts'
import { createSystemRandom } from '../clock.ts'
import { createKeys } from '../keys.ts'
import { createServer, type Server } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/port.ts'
import { openImplementations, putDevice, putUser } from '../store/store-fixtures.ts'
import { createTestClock, type TestClock } from '../test-clock.ts'
import { addGroup, addUsers, connectLine, enrolDevice, goLive, makeReceipt } from '../test-device.ts'
import { must } from './test-desk.ts'

interface Heard {
  readonly type: string
  readonly subject: string
  readonly data: Record<string, unknown>
}

const keys = await createKeys(createSystemRandom())
let store: Store
let clock: TestClock
let server: Server
let receiver: Receiver
let url: string
let secret = ''
let heard: Heard[]
let forged: number
let wake: (() => void) | undefined

beforeEach(async () => {
  store = createMemoryStore()
  clock = createTestClock()
  server = await createServer({ store, keys, clock })
  heard = []
  forged = 0
  receiver = createReceiver((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = request.headers
      const mac = createHmac('sha256', Buffer.from(secret.slice(6), 'base64')).update(`${id}.${at}.${body}`)
      if (signature === `v1,${mac.digest('base64')}`) heard.push(JSON.parse(body) as Heard)
      else forged++
      response.writeHead(204).end()
      wake?.()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
})
afterEach(async () => {
  await server.close()
  receiver.closeAllConnections()
  receiver.close()
})

function listenTo(events?: Parameters<Server['admin']['createWebhook']>[0]['events']): void {
  const made = must(server.admin.createWebhook(events === undefined ? { url } : { url, events }))
  secret = made.secret
}
/** The types heard, once there are so many and the server knows that they have been. */
async function hears(count: number): Promise<string[]> {
  while (heard.length + forged < count) {
    await new Promise<void>((resolve) => {
      wake = resolve
    })
  }
  const waiting = () => must(server.admin.listWebhooks({})).some((each) => each.waiting > 0)
  while (waiting()) await new Promise((resolve) => setImmediate(resolve))
  expect(forged).toBe(0)
  return heard.map((each) => each.type.replace('causeway.', ''))
}

test('[FLT70] a receiver hears the life of a device and its orders, in order, each signed with its secret', async () => {
  listenTo()
  addUsers(server, 'ann')
  const device = await enrolDevice(server, 'ann')
  const { deviceId } = device
  must(server.admin.signOutDevice({ deviceId, reason: 'moved' }))
  await (await connectLine(server, device)).closed
  must(server.admin.changeRules({ approvalAbove: 0 }))
  const target: OrderTarget = { type: 'devices', deviceIds: [deviceId] }
  const { digest } = must(server.admin.tryOrder({ kind: 'wipe', target }))
  const order: OrderRequest = { kind: 'wipe', target, reason: '遺失', digest }
  const rejected = must(server.admin.giveOrder(order))
  must(server.admin.decideOrder({ orderId: rejected.orderId, approve: false }))
  const given = must(server.admin.giveOrder(order))
  const operator = { identity: 'operator:opr_x', name: 'Bob', isRoot: false }
  must(server.admin.decideOrder({ orderId: given.orderId, approve: true }, operator))
  const line = await connectLine(server, device)
  await line.next('order')
  const { wipeId } = store.view.openWipeOf(deviceId)!
  line.send({ type: 'receipt', wipeId, receipt: makeReceipt(device, wipeId) })
  await line.next('receiptAccepted')
  must(server.admin.deactivateUser({ userName: 'ann' }))
  expect(await hears(10)).toEqual([
    'device.enrolled',
    'order.issued',
    'device.signed-out',
    'order.awaiting-approval',
    'order.rejected',
    'order.awaiting-approval',
    'order.issued',
    'wipe.delivered',
    'wipe.done',
    'user.deactivated',
  ])
  const last = (type: string) => heard.findLast((each) => each.type === `causeway.${type}`)
  expect(last('device.enrolled')).toMatchObject({ subject: deviceId, data: { deviceId, user: 'ann', name: 'Desk 1' } })
  expect(last('order.issued')).toMatchObject({
    subject: given.orderId,
    data: {
      kind: 'wipe',
      state: 'issued',
      devices: 1,
      reason: '遺失',
      orderedBy: 'IT administrator',
      decidedBy: 'Bob',
    },
  })
  expect(last('wipe.done')).toMatchObject({
    subject: wipeId,
    data: {
      wipeId,
      orderId: given.orderId,
      status: 'done',
      scope: 'device',
      outcome: 'wiped',
      device: { user: 'ann' },
    },
  })
  expect(last('user.deactivated')).toMatchObject({ subject: device.userId, data: { user: 'ann' } })
})

test('[FLT71] a wipe of single conversations says so; an order that nobody decides lapses and says so', async () => {
  listenTo(['wipe.delivered', 'order.lapsed'])
  addUsers(server, 'ann')
  const device = await enrolDevice(server, 'ann')
  const line = await goLive(server, device)
  const room = addGroup(server, 'ann')
  const target: OrderTarget = { type: 'conversations', conversationIds: [room] }
  must(server.admin.giveOrder({ kind: 'wipe', target, reason: 'leak' }))
  await line.next('order')
  expect(await hears(1)).toEqual(['wipe.delivered'])
  expect(heard[0]?.data).toMatchObject({ scope: 'conversations', conversationIds: [room] })
  must(server.admin.changeRules({ approvalAbove: 0 }))
  const user: OrderTarget = { type: 'user', userId: device.userId }
  const { digest } = must(server.admin.tryOrder({ kind: 'sign-out', target: user }))
  must(server.admin.giveOrder({ kind: 'sign-out', target: user, reason: 'x', digest }))
  clock.advance(limits.approvalMs)
  expect(await hears(2)).toEqual(['wipe.delivered', 'order.lapsed'])
  expect(heard[1]?.data).toMatchObject({ state: 'lapsed', kind: 'sign-out' })
})

test('[FLT72] a lease that ends is told of once, whether the server was up or down, and again only after another', async () => {
  listenTo(['device.lease-expired'])
  addUsers(server, 'ann', 'ben')
  const [ann, ben] = [await enrolDevice(server, 'ann'), await enrolDevice(server, 'ben')]
  for (const device of [ann, ben]) await (await goLive(server, device)).close()
  const leaseMs = limits.leaseHours * times.HOUR_MS
  clock.advance(leaseMs)
  clock.advance(times.MINUTE_MS * 3)
  await hears(2)
  expect(heard.map((each) => each.subject).sort()).toEqual([ann.deviceId, ben.deviceId].sort())
  await (await goLive(server, ann)).close()
  await server.close()
  clock.advance(leaseMs * 2)
  server = await createServer({ store, keys, clock })
  await hears(3)
  expect(heard[2]?.subject).toBe(ann.deviceId)
  clock.advance(leaseMs * 2)
  must(server.admin.createWebhook({ url, events: ['user.deactivated'] }))
  expect(must(server.admin.listWebhooks({})).map((each) => each.waiting)).toEqual([0, 0])
})

test('[FLT73] over HTTP a webhook is made, listed without its secret, and taken away', async () => {
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${server.url}/admin/v1/webhooks${path}`, {
      method,
      headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, text: await response.text() }
  }
  const made = await call('POST', '', { url, events: ['wipe.done'] })
  expect(made.status).toBe(200)
  const { id } = JSON.parse(made.text) as { id: string }
  expect((await call('GET', '')).text).toContain(id)
  expect((await call('GET', '')).text).not.toContain('whsec_')
  expect((await call('POST', '', { url: 'http://elsewhere.example/' })).status).toBe(400)
  expect((await call('POST', '', { url, events: ['no.such'] })).status).toBe(400)
  expect((await call('DELETE', `/${id}`, {})).status).toBe(200)
  expect((await call('DELETE', `/${id}`, {})).status).toBe(404)
})

test('[FLT74] rules are kept over a restart, bounded, and what cannot be read stops the start', async () => {
  expect(must(server.admin.showRules({}))).toEqual({ approvalAbove: limits.approvalAbove, orderDays: limits.orderDays })
  expect(must(server.admin.changeRules({ orderDays: 7 }))).toEqual({
    approvalAbove: limits.approvalAbove,
    orderDays: 7,
  })
  await server.close()
  server = await createServer({ store, keys, clock })
  expect(must(server.admin.showRules({})).orderDays).toBe(7)
  const response = await fetch(`${server.url}/admin/v1/rules`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ approvalAbove: limits.approvalAboveMost + 1 }),
  })
  expect(response.status).toBe(400)
  const broken = createMemoryStore()
  broken.transact((tx) => tx.setMeta('fleetRules', '{"approvalAbove":-1,"orderDays":1}'))
  await expect(createServer({ store: broken, keys, clock })).rejects.toMatchObject({
    failure: { code: 'store-corrupt' },
  })
})

test('[FLT75] both stores find the leases that ended in a time: active devices only, the first to end first', () => {
  const { implementations, close } = openImplementations()
  for (const { open } of implementations) {
    const each = open()
    const ids = each.transact((tx) => {
      const { userId } = putUser(tx)
      const leases = [30, 20, 10, 31, undefined]
      putDevice(tx, userId, { leaseUntilMs: 25, status: 'wiped' })
      return leases.map((leaseUntilMs) => putDevice(tx, userId, { leaseUntilMs }).deviceId)
    })
    expect(each.view.leasesEnded(10, 30)).toEqual([ids[1], ids[0]])
    expect(each.view.leasesEnded(30, 30)).toEqual([])
  }
  close()
})
