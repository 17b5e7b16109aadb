// Checks remote wipes over real sockets and HTTP, with jose as an independent reader of the signed order.

import { compactVerify, importJWK } from 'jose'
import { afterEach, expect, test } from 'vitest'
import type { AdminWipe } from '../../shared/admin.ts'
import { limits, times } from '../../shared/limits.ts'
import type { WipeId } from '../../shared/model.ts'
import { openOrder } from '../../shared/proof.ts'
import { createSystemRandom } from '../clock.ts'
import { createKeys } from '../keys.ts'
import { createServer, type Server } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/port.ts'
import { createTestClock, type TestClock } from '../test-clock.ts'
import {
  addGroup,
  addUsers,
  connectLine,
  enrolDevice,
  goLive,
  makeDeviceKey,
  makeReceipt,
  message,
  postJson,
  type TestDevice,
} from '../test-device.ts'

let server: Server
let clock: TestClock
let store: Store
const keys = await createKeys(createSystemRandom())

async function start(): Promise<void> {
  clock = createTestClock()
  store = createMemoryStore()
  server = await createServer({ store, keys, clock, workspaceName: 'Harbour', operatorName: 'Harbour IT' })
  addUsers(server, 'alice', 'bob')
}
afterEach(() => server.close())

function wipe(device: TestDevice, reason = '遺失 laptop'): AdminWipe {
  const made = server.admin.wipeDevice({ deviceId: device.deviceId, reason })
  if (!made.ok) throw new Error(made.error.code)
  return made.value
}
function show(wipeId: WipeId): AdminWipe {
  const found = server.admin.showWipe({ wipeId })
  if (!found.ok) throw new Error(found.error.code)
  return found.value
}
const statusOf = (device: TestDevice) => {
  const listed = server.admin.listDevices({})
  return listed.ok ? listed.value.find((row) => row.id === device.deviceId)?.status : undefined
}
const deliver = (wipeId: WipeId, receipt: string) => postJson(`${server.url}/v1/wipes/${wipeId}/receipt`, { receipt })

test('[DEV1] a wipe reaches a live device at once; from then on only its receipt is heard', async () => {
  await start()
  const conversationId = addGroup(server, 'alice', 'bob')
  const device = await enrolDevice(server, 'alice')
  const line = await goLive(server, device)
  const bob = await goLive(server, await enrolDevice(server, 'bob'))
  const { wipeId, order, status } = wipe(device)
  expect(status).toBe('pending')
  expect((await line.next('order')).order).toBe(order)
  await line.settle()
  expect(show(wipeId)).toMatchObject({ status: 'delivered', deliveredAt: new Date(clock.nowMs()).toISOString() })
  expect(statusOf(device)).toBe('wipe-pending')

  bob.send(message(conversationId, 'do you read me'))
  await bob.next('sent')
  line.send(message(conversationId, 'still here'))
  line.send({ type: 'pull', id: 1, conversationId, from: { after: 0 }, limit: 10 })
  await line.settle()
  expect(line.frames.slice(5).map((frame) => frame.type)).toEqual(['order', 'pong', 'pong'])

  const receipt = makeReceipt(device, wipeId)
  line.send({ type: 'receipt', wipeId, receipt })
  expect(await line.next('receiptAccepted')).toEqual({ type: 'receiptAccepted', wipeId })
  expect(show(wipeId)).toMatchObject({ status: 'done', receipt, doneAt: new Date(clock.nowMs()).toISOString() })
  expect(statusOf(device)).toBe('wiped')
})

test('[DEV2] the order is a JWS that others can verify, over canonical JSON of what was ordered', async () => {
  await start()
  const device = await enrolDevice(server, 'alice')
  const { wipeId, order } = wipe(device)
  const authority = device.enrolled.authorityKeys[0]!
  const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: authority.publicKey }, 'EdDSA')
  const { payload, protectedHeader } = await compactVerify(order, key)
  expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'causeway-wipe-order+jws', kid: authority.kid })
  expect(JSON.parse(new TextDecoder().decode(payload))).toEqual({
    wipeId,
    workspaceId: server.workspaceId,
    deviceId: device.deviceId,
    scope: { type: 'device' },
    reason: '遺失 laptop',
    issuedBy: 'Harbour IT',
    workspaceName: 'Harbour',
    issuedAtMs: clock.nowMs(),
    counter: 1,
    expiresAtMs: clock.nowMs() + limits.orderDays * times.DAY_MS,
  })
  const other = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: makeDeviceKey().publicKey }, 'EdDSA')
  await expect(compactVerify(order, other)).rejects.toThrow()
})

test('[DEV3] a wipe waits for a device that is away and comes before any other frame', async () => {
  await start()
  const device = await enrolDevice(server, 'alice')
  const { wipeId, order } = wipe(device)
  expect(show(wipeId).status).toBe('pending')
  const line = await connectLine(server, device)
  expect((await line.next('order')).order).toBe(order)
  await line.settle()
  expect(line.frames.map((frame) => frame.type)).toEqual(['hello', 'order', 'pong'])
  await line.close()
  const again = await connectLine(server, device)
  expect((await again.next('order')).order).toBe(order)
})

test('[DEV4] the order reaches the device of a deactivated user', async () => {
  await start()
  const device = await enrolDevice(server, 'alice')
  server.admin.deactivateUser({ userName: 'alice' })
  const { order } = wipe(device)
  expect((await (await connectLine(server, device)).next('order')).order).toBe(order)
})

test('[DEV14] a device that is no longer trusted is not admitted, but can still be wiped', async () => {
  await start()
  const device = await enrolDevice(server, 'alice')
  store.transact((tx) => tx.updateDevice(device.deviceId, { status: 'revoked' }))
  expect(await (await connectLine(server, device)).next('bye')).toMatchObject({ code: 'device-revoked' })
  const { order } = wipe(device)
  expect((await (await connectLine(server, device)).next('order')).order).toBe(order)
})

test('[DEV5] an order to a device survives a restart of the server, word for word', async () => {
  await start()
  const device = await enrolDevice(server, 'alice')
  const { order } = wipe(device)
  await server.close()
  server = await createServer({ store, keys, clock })
  const line = await connectLine(server, device)
  expect((await line.next('order')).order).toBe(order)
})

test('[DEV6] a second wipe of a device answers the first while that is open; the counter grows with each order', async () => {
  await start()
  const device = await enrolDevice(server, 'alice')
  store.transact((tx) => tx.updateDevice(device.deviceId, { orderCounter: 5 }))
  const first = wipe(device)
  expect(openOrder(first.order, () => true)).toMatchObject({ value: { counter: 6 } })
  expect(wipe(device, 'another reason')).toEqual(first)
  expect(store.view.device(device.deviceId)?.orderCounter).toBe(6)
  await deliver(first.wipeId, makeReceipt(device, first.wipeId))
  expect(server.admin.wipeDevice({ deviceId: device.deviceId, reason: 'x' })).toMatchObject({
    error: { code: 'device-wiped' },
  })
})

test('[DEV7] ordering a wipe destroys the server half of the root key in the same transaction', async () => {
  await start()
  const device = await enrolDevice(server, 'alice')
  expect(store.view.leaseShare(device.deviceId)).toBeDefined()
  const line = await goLive(server, device)
  const { share } = (await line.next('welcome')).lease
  expect(Buffer.from(store.view.leaseShare(device.deviceId)!.sealed).includes(Buffer.from(share, 'base64url'))).toBe(
    false,
  )
  wipe(device)
  expect(store.view.leaseShare(device.deviceId)).toBeUndefined()
})

test('[DEV8] a receipt by HTTP is taken, and taking it again changes nothing', async () => {
  await start()
  const device = await enrolDevice(server, 'alice')
  const { wipeId } = wipe(device)
  const receipt = makeReceipt(device, wipeId)
  const response = await deliver(wipeId, receipt)
  expect([response.status, await response.json()]).toEqual([200, { wipeId }])
  const done = show(wipeId)
  expect(done).toMatchObject({ status: 'done', receipt })
  clock.advance(1000)
  const later = await deliver(wipeId, makeReceipt(device, wipeId, { attempts: 2 }))
  expect(later.status).toBe(200)
  expect(show(wipeId)).toEqual(done)
})

test('[DEV9] a receipt that does not verify, or is for something else, is refused and the wipe stays open', async () => {
  await start()
  const device = await enrolDevice(server, 'alice')
  const other = await enrolDevice(server, 'bob')
  const { wipeId } = wipe(device)
  const foreign = wipe(other)
  const good = makeReceipt(device, wipeId)
  const refused: [string, number, string][] = [
    [makeReceipt(device, wipeId, {}, other.privateKey), 403, 'receipt-bad-signature'],
    [`${good.slice(0, -4)}AAAA`, 403, 'receipt-bad-signature'],
    [makeReceipt(device, foreign.wipeId), 400, 'receipt-malformed'],
    [makeReceipt(device, wipeId, { userId: other.userId }), 400, 'receipt-malformed'],
    [makeReceipt(other, wipeId), 403, 'receipt-bad-signature'],
    ['a.b.c', 400, 'receipt-malformed'],
  ]
  for (const [receipt, status, code] of refused) {
    const response = await deliver(wipeId, receipt)
    expect([response.status, await response.json()]).toMatchObject([status, { code }])
  }
  const line = await connectLine(server, device)
  await line.next('order')
  line.send({ type: 'receipt', wipeId, receipt: refused[0]![0] })
  expect(await line.next('refused')).toMatchObject({ code: 'receipt-bad-signature' })
  line.send({ type: 'receipt', wipeId: foreign.wipeId, receipt: makeReceipt(other, foreign.wipeId) })
  expect(await line.next('refused')).toMatchObject({ code: 'not-found' })
  expect([show(wipeId).status, show(foreign.wipeId).status]).toEqual(['delivered', 'pending'])
  expect(statusOf(device)).toBe('wipe-pending')
})

test('[DEV10] guessing receipts is slowed down like guessing codes', async () => {
  await start()
  const device = await enrolDevice(server, 'alice')
  const { wipeId } = wipe(device)
  for (let i = 0; i < limits.enrolTriesPerWindow; i++) await deliver(wipeId, 'a.b.c')
  const response = await deliver(wipeId, makeReceipt(device, wipeId))
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '60'])
  clock.advance(limits.enrolWindowMs)
  expect((await deliver(wipeId, makeReceipt(device, wipeId))).status).toBe(200)
})

test('[DEV11] a wiped device is not admitted; its user can enrol anew with another key', async () => {
  await start()
  const device = await enrolDevice(server, 'alice')
  const { wipeId } = wipe(device)
  await deliver(wipeId, makeReceipt(device, wipeId))
  expect(await (await connectLine(server, device)).next('bye')).toMatchObject({ code: 'device-wiped' })
  const fresh = await enrolDevice(server, 'alice')
  await goLive(server, fresh)
  expect([statusOf(device), statusOf(fresh)]).toEqual(['wiped', 'active'])
})

test('[DEV12] a wipe of one device leaves the other devices of its user alone', async () => {
  await start()
  const one = await enrolDevice(server, 'alice')
  const two = await enrolDevice(server, 'alice')
  const line = await goLive(server, two)
  wipe(one)
  await line.settle()
  expect(line.frames.some((frame) => frame.type === 'order')).toBe(false)
  expect(statusOf(two)).toBe('active')
})

test('[DEV13] the public keys to verify orders and receipts are shown', async () => {
  await start()
  const device = await enrolDevice(server, 'alice')
  const { devicePublicKey } = wipe(device)
  expect(server.admin.showKeys({})).toEqual({
    ok: true,
    value: {
      workspaceId: server.workspaceId,
      workspaceName: 'Harbour',
      authority: device.enrolled.authorityKeys,
      devices: [{ deviceId: device.deviceId, publicKey: devicePublicKey }],
    },
  })
})
