// Checks wipes of single conversations over real sockets and HTTP: whom they reach, that the connection goes on, what ends
// them; and what is evidence of them, with jose as an independent reader.

import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { limits, times } from '../../shared/limits.ts'
import type { ConversationId } from '../../shared/model.ts'
import { openOrder } from '../../shared/proof.ts'
import { addGroup, connectLine, goLive, type Line, makeReceipt, message, type TestDevice } from '../test-device.ts'
import { ada, forDevices, type OrderSite, openSite, taken } from './test-order-site.ts'

let site: OrderSite
beforeEach(async () => {
  site = await openSite()
  site.addUsers('alice', 'bob', 'carol')
})
afterEach(() => site.close())

const forConversations = (...conversationIds: ConversationId[]) => ({ type: 'conversations', conversationIds }) as const
const typesOf = (line: Line) => line.frames.map((frame) => frame.type)
const sha256 = (text: string | undefined) =>
  createHash('sha256')
    .update(text ?? '')
    .digest('base64url')

/** A receipt for these conversations. */
function conversationReceipt(device: TestDevice, conversationIds: readonly ConversationId[], changes = {}): string {
  const { wipeId } = site.wipeOf(device)
  return makeReceipt(device, wipeId, { scope: 'conversations', conversationIds: [...conversationIds], ...changes })
}

test('[ORD29] the desktops of everybody who is or was a member are ordered, each about its own conversations only', async () => {
  const [alice, bob, carol] = (await site.enrol('alice', 'bob', 'carol')) as [TestDevice, TestDevice, TestDevice]
  const server = site.server()
  const both = addGroup(server, 'alice', 'bob')
  const own = addGroup(server, 'alice')
  taken(server.admin.removeMember({ conversationId: both, userName: 'bob' }))
  const given = site.issue('wipe', forConversations(both, own, both))
  expect(given).toMatchObject({ targetType: 'conversations', devices: 2, conversationIds: [both, own] })
  expect(site.wipeOf(alice).conversationIds).toEqual([both, own])
  expect(site.wipeOf(bob).conversationIds).toEqual([both])
  expect(site.view.wipesOfDevice(carol.deviceId)).toEqual([])
  expect(await site.read(site.wipeOf(bob).order)).toMatchObject({
    typ: 'causeway-wipe-order+jws',
    scope: { type: 'conversations', conversationIds: [both] },
    counter: 1,
  })
  // Nothing else of the device is touched.
  expect(site.statuses(alice, bob)).toEqual(['active', 'active'])
  expect(site.view.leaseShare(alice.deviceId)).toBeDefined()
})

test('[ORD30] from the issue on, and not before, the words up to the head are withdrawn', async () => {
  const devices = await site.enrol(...Array.from({ length: 6 }, () => 'alice'))
  const conversationId = addGroup(site.server(), 'alice')
  const line = await goLive(site.server(), devices[0] as TestDevice)
  line.send(message(conversationId, 'one'))
  const { seq } = await line.next('sent')
  const withdrawnSeq = () => site.view.conversation(conversationId)?.withdrawnSeq
  const { orderId } = site.order('wipe', forConversations(conversationId))
  expect(withdrawnSeq()).toBe(0)
  line.send(message(conversationId, 'two'))
  const second = await line.next('sent')
  taken(site.server().admin.decideOrder({ orderId, approve: true }))
  expect(second.seq).toBe(seq + 1)
  expect(withdrawnSeq()).toBe(second.seq)
})

test('[ORD31] a live desktop is handed the order, is granted the conversation anew after it, and its connection goes on', async () => {
  const [alice] = (await site.enrol('alice')) as [TestDevice]
  const server = site.server()
  const [conversationId, other] = [addGroup(server, 'alice'), addGroup(server, 'alice')]
  const line = await goLive(server, alice)
  const seen = line.frames.length
  site.issue('wipe', forConversations(conversationId))
  expect((await line.next('order')).order).toBe(site.wipeOf(alice).order)
  await line.settle()
  expect(typesOf(line).slice(seen)).toEqual(['order', 'access', 'heads', 'pong'])
  const access = line.frames.findLast((frame) => frame.type === 'access')
  expect(access?.granted.map((info) => info.conversationId)).toEqual([conversationId])
  expect(site.wipeOf(alice)).toMatchObject({ status: 'delivered', deliveredAtMs: site.clock.nowMs() })
  line.send(message(other, 'still here'))
  expect(await line.next('sent')).toMatchObject({ conversationId: other })

  line.send({
    type: 'receipt',
    wipeId: site.wipeOf(alice).wipeId,
    receipt: conversationReceipt(alice, [conversationId]),
  })
  expect(await line.next('receiptAccepted')).toMatchObject({ wipeId: site.wipeOf(alice).wipeId })
  expect(site.wipeOf(alice)).toMatchObject({ status: 'done', doneAtMs: site.clock.nowMs() })
  expect(site.statuses(alice)).toEqual(['active'])
  line.send(message(other, 'and now'))
  await line.next('sent')
})

test('[ORD32] at each handshake open orders come before the welcome, word for word, until the receipt', async () => {
  const [alice] = (await site.enrol('alice')) as [TestDevice]
  const server = site.server()
  const conversationId = addGroup(server, 'alice')
  const before = await goLive(server, alice)
  const { cursor } = await before.next('access')
  await before.close()
  site.issue('wipe', forConversations(conversationId))
  const order = site.wipeOf(alice).order
  for (let i = 0; i < 2; i++) {
    // Also where the desktop's cursor says that it has been granted everything.
    const line = await goLive(server, alice, { accessCursor: i === 0 ? cursor : await current(server) })
    expect(typesOf(line).slice(0, 4)).toEqual(['hello', 'order', 'welcome', 'directory'])
    expect((await line.next('order')).order).toBe(order)
    expect((await line.next('access')).granted.map((info) => info.conversationId)).toEqual([conversationId])
    await line.close()
  }
  const { wipeId } = site.wipeOf(alice)
  expect((await site.deliver(wipeId, conversationReceipt(alice, [conversationId]))).status).toBe(200)
  const after = await goLive(server, alice, { accessCursor: await current(server) })
  expect(typesOf(after)).not.toContain('order')

  async function current(at: typeof server): Promise<string> {
    const line = await goLive(at, alice)
    const { cursor: reached } = await line.next('access')
    await line.close()
    return reached
  }
})

test('[ORD33] a desktop of version 1 is handed no such order; it stays open until a later version comes', async () => {
  const [alice] = (await site.enrol('alice')) as [TestDevice]
  const server = site.server()
  const conversationId = addGroup(server, 'alice')
  const old = await goLive(server, alice, { version: 1 })
  site.issue('wipe', forConversations(conversationId))
  await old.settle()
  await old.close()
  const again = await goLive(server, alice, { version: 1 })
  await again.settle()
  expect([...typesOf(old), ...typesOf(again)]).not.toContain('order')
  await again.close()
  expect(site.wipeOf(alice).status).toBe('pending')
  const later = await goLive(server, alice)
  expect((await later.next('order')).order).toBe(site.wipeOf(alice).order)
})

test('[ORD59] the desktop of somebody deactivated is handed the orders, too, before it is let go', async () => {
  const [alice] = (await site.enrol('alice')) as [TestDevice]
  const server = site.server()
  const conversationId = addGroup(server, 'alice')
  taken(server.admin.deactivateUser({ userName: 'alice' }))
  site.issue('wipe', forConversations(conversationId))
  const line = await connectLine(server, alice)
  expect(await line.next('bye')).toMatchObject({ code: 'user-inactive' })
  expect(typesOf(line)).toEqual(['hello', 'order', 'bye'])
  const { wipeId, order } = site.wipeOf(alice)
  expect((await line.next('order')).order).toBe(order)
  expect((await site.deliver(wipeId, conversationReceipt(alice, [conversationId]))).status).toBe(200)
  const again = await connectLine(server, alice)
  await again.next('bye')
  expect(typesOf(again)).toEqual(['hello', 'bye'])
})

test('[ORD34] of many orders so many are handed over at once; a receipt makes room for the next', async () => {
  const [alice] = (await site.enrol('alice')) as [TestDevice]
  const server = site.server()
  const count = limits.ordersAtOnce + 2
  const conversations = Array.from({ length: count }, () => addGroup(server, 'alice'))
  for (const id of conversations) site.issue('wipe', forConversations(id))
  const line = await goLive(server, alice)
  const orders = () => line.frames.flatMap((frame) => (frame.type === 'order' ? [frame.order] : []))
  expect(orders()).toHaveLength(limits.ordersAtOnce)
  const wipes = site.view.wipesOfDevice(alice.deviceId).reverse()
  expect(orders()).toEqual(wipes.slice(0, limits.ordersAtOnce).map((wipe) => wipe.order))
  const [first, second] = wipes
  for (const wipe of [first, second]) {
    if (wipe === undefined) throw new Error('no wipe')
    const conversationIds = [...(wipe.conversationIds ?? [])]
    const receipt = makeReceipt(alice, wipe.wipeId, { scope: 'conversations', conversationIds })
    if (wipe === first) await site.deliver(wipe.wipeId, receipt)
    else line.send({ type: 'receipt', wipeId: wipe.wipeId, receipt })
  }
  await line.next('receiptAccepted')
  await line.settle()
  await line.settle()
  expect(orders()).toEqual(wipes.map((wipe) => wipe.order))
})

test('[ORD35] a wipe of the device ends its open wipes of conversations with its own receipt, each countersigned', async () => {
  const [alice] = (await site.enrol('alice')) as [TestDevice]
  const server = site.server()
  const conversationId = addGroup(server, 'alice')
  const line = await goLive(server, alice)
  site.issue('wipe', forConversations(conversationId))
  const inner = site.wipeOf(alice)
  site.issue('wipe', forDevices(alice))
  const outer = site.wipeOf(alice)
  await line.settle()
  const orders = line.frames.flatMap((frame) => (frame.type === 'order' ? [frame.order] : []))
  expect(orders).toEqual([inner.order, outer.order])
  expect(orders.map((jws) => taken(openOrder(jws, () => true)).counter)).toEqual([1, 2])
  line.send(message(conversationId, 'too late'))
  await line.settle()
  expect(typesOf(line)).not.toContain('sent')

  // Away and back: the order for the whole device, and nothing else.
  await line.close()
  const again = await connectLine(server, alice)
  await again.next('order')
  await again.settle()
  expect(typesOf(again)).toEqual(['hello', 'order', 'pong'])

  const receipt = makeReceipt(alice, outer.wipeId)
  expect((await site.deliver(outer.wipeId, receipt)).status).toBe(200)
  for (const { wipeId, order } of [inner, outer]) {
    const wipe = site.view.wipe(wipeId)
    expect(wipe).toMatchObject({ status: 'done', receipt })
    expect(await site.read(wipe?.countersignature)).toMatchObject({ wipeId, orderSha256: sha256(order) })
  }
  // Its own receipt, should it still come, changes nothing.
  const late = makeReceipt(alice, inner.wipeId, { scope: 'conversations', conversationIds: [conversationId] })
  expect((await site.deliver(inner.wipeId, late)).status).toBe(200)
  expect(site.view.wipe(inner.wipeId)?.receipt).toBe(receipt)
})

test('[ORD36] a receipt of another scope, of other conversations, of another device or wipe, or forged is refused', async () => {
  const [alice, bob] = (await site.enrol('alice', 'bob')) as [TestDevice, TestDevice]
  const server = site.server()
  const [one, two] = [addGroup(server, 'alice', 'bob'), addGroup(server, 'alice')]
  site.issue('wipe', forConversations(one))
  const { wipeId } = site.wipeOf(alice)
  const first = conversationReceipt(alice, [one])
  expect((await site.deliver(wipeId, first)).status).toBe(200)
  const done = site.view.wipe(wipeId)
  site.issue('wipe', forConversations(one))
  const next = site.wipeOf(alice)
  const refused: [string, string][] = [
    [makeReceipt(alice, next.wipeId), 'receipt-malformed'],
    [conversationReceipt(alice, [two]), 'receipt-malformed'],
    [conversationReceipt(alice, [one, two]), 'receipt-malformed'],
    // The receipt of the wipe before, replayed.
    [first, 'receipt-malformed'],
    [makeReceipt(bob, next.wipeId, { scope: 'conversations', conversationIds: [one] }), 'receipt-bad-signature'],
    [
      makeReceipt(alice, next.wipeId, { scope: 'conversations', conversationIds: [one] }, bob.privateKey),
      'receipt-bad-signature',
    ],
  ]
  for (const [receipt, code] of refused) {
    const response = await site.deliver(next.wipeId, receipt)
    expect(await response.json()).toMatchObject({ code })
  }
  expect(site.wipeOf(alice).status).toBe('pending')
  expect(site.view.wipe(wipeId)).toEqual(done)
  // A desktop that held nothing of it says so.
  expect((await site.deliver(next.wipeId, conversationReceipt(alice, []))).status).toBe(200)
  expect(site.wipeOf(alice).status).toBe('done')
})

test('[ORD37] a receipt for single conversations does not end a wipe of the device', async () => {
  const [alice] = (await site.enrol('alice')) as [TestDevice]
  const conversationId = addGroup(site.server(), 'alice')
  site.issue('wipe', forDevices(alice))
  const { wipeId } = site.wipeOf(alice)
  const response = await site.deliver(wipeId, conversationReceipt(alice, [conversationId]))
  expect(await response.json()).toMatchObject({ code: 'receipt-malformed' })
  expect(site.statuses(alice)).toEqual(['wipe-pending'])
})

test('[ORD38] a receipt is countersigned as it comes, and that stands on the record of acts', async () => {
  const [alice] = (await site.enrol('alice')) as [TestDevice]
  site.issue('wipe', forDevices(alice))
  const { wipeId, order, issuedAtMs } = site.wipeOf(alice)
  site.clock.advance(5000)
  const receipt = makeReceipt(alice, wipeId)
  await site.deliver(wipeId, receipt)
  const { countersignature } = site.wipeOf(alice)
  expect(await site.read(countersignature)).toEqual({
    typ: 'causeway-wipe-countersignature+jws',
    wipeId,
    workspaceId: site.server().workspaceId,
    deviceId: alice.deviceId,
    orderSha256: sha256(order),
    receiptSha256: sha256(receipt),
    receivedAtMs: site.clock.nowMs(),
    shareDestroyedAtMs: issuedAtMs,
  })
  expect(taken(site.server().admin.showWipe({ wipeId }))).toMatchObject({ countersignature, status: 'done' })
  const [act] = site.view.actsOn(wipeId, 9)
  expect(act).toMatchObject({ act: 'takeReceipt', actorId: `device:${alice.deviceId}`, atMs: site.clock.nowMs() })
  expect(JSON.parse(act?.detail ?? '')).toEqual({ receiptSha256: sha256(receipt), countersignature })
  // Taken again it is neither countersigned nor recorded again.
  site.clock.advance(5000)
  await site.deliver(wipeId, makeReceipt(alice, wipeId, { attempts: 2 }))
  expect(site.wipeOf(alice).countersignature).toBe(countersignature)
  expect(site.view.actsOn(wipeId, 9)).toHaveLength(1)
})

test('[ORD39] an order that ends soon is signed anew as it is handed over, under the same id and a higher counter', async () => {
  const [alice, bob] = (await site.enrol('alice', 'bob')) as [TestDevice, TestDevice]
  const server = site.server()
  const conversationId = addGroup(server, 'bob')
  site.issue('wipe', forDevices(alice))
  site.issue('wipe', forConversations(conversationId))
  const lifeMs = limits.orderDays * times.DAY_MS
  site.clock.advance(lifeMs - limits.orderRenewMs)
  for (const [device, renews] of [
    [alice, false],
    [bob, false],
    [alice, true],
    [bob, true],
  ] as const) {
    if (renews && device === alice) site.clock.advance(1)
    const before = site.wipeOf(device)
    const line = await connectLine(server, device)
    const { order } = await line.next('order')
    await line.close()
    const now = site.wipeOf(device)
    expect(now.order).toBe(order)
    expect(order === before.order).toBe(!renews)
    expect(now).toMatchObject({ wipeId: before.wipeId, issuedAtMs: before.issuedAtMs })
    if (!renews) continue
    const nowMs = site.clock.nowMs()
    expect(await site.read(order)).toMatchObject({
      wipeId: before.wipeId,
      issuedBy: ada.name,
      issuedAtMs: nowMs,
      expiresAtMs: nowMs + lifeMs,
      counter: before.counter + 1,
    })
    expect(site.view.device(device.deviceId)?.orderCounter).toBe(before.counter + 1)
  }
  const { wipeId, order } = site.wipeOf(alice)
  await site.deliver(wipeId, makeReceipt(alice, wipeId))
  expect(await site.read(site.wipeOf(alice).countersignature)).toMatchObject({ orderSha256: sha256(order) })
})

test('[ORD40] how long orders hold is what the rules say when they are signed', async () => {
  const [alice] = (await site.enrol('alice')) as [TestDevice]
  taken(site.server().admin.changeRules({ orderDays: 2 }))
  site.issue('wipe', forDevices(alice))
  const { expiresAtMs, issuedAtMs } = site.wipeOf(alice)
  expect(expiresAtMs).toBe(issuedAtMs + 2 * times.DAY_MS)
})
