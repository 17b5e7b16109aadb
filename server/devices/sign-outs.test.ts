// Checks sign-outs over real sockets and HTTP: that a desktop is told, that nothing of it is destroyed, and how its person
// comes back.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { limits, times } from '../../shared/limits.ts'
import {
  addGroup,
  connectLine,
  enrolBody,
  enrolDevice,
  goLive,
  type Line,
  postJson,
  type TestDevice,
} from '../test-device.ts'
import { forDevices, type OrderSite, openSite, taken } from './test-order-site.ts'

let site: OrderSite
let alice: TestDevice
beforeEach(async () => {
  site = await openSite()
  site.addUsers('alice', 'bob')
  alice = await enrolDevice(site.server(), 'alice')
})
afterEach(() => site.close())

const typesOf = (line: Line) => line.frames.map((frame) => frame.type)
const signOut = () => site.issue('sign-out', forDevices(alice))
const openOf = () => site.view.openSignOutOf(alice.deviceId)
const codeFor = (userName: string) => taken(site.server().admin.createEnrolment({ user: userName })).code
const enrolAgain = (code: string) => postJson(`${site.server().url}/v1/enroll`, enrolBody(code, alice))

test('[ORD41] a live desktop is handed the sign-out and let go; nothing of it is destroyed', async () => {
  const line = await goLive(site.server(), alice)
  const { lease } = await line.next('welcome')
  const { orderId } = signOut()
  expect((await line.next('order')).order).toBe(openOf()?.order)
  expect(await line.next('bye')).toMatchObject({ code: 'signed-out' })
  await line.closed
  expect(await site.read(openOf()?.order)).toEqual({
    typ: 'causeway-sign-out+jws',
    orderId,
    workspaceId: site.server().workspaceId,
    deviceId: alice.deviceId,
    reason: '遺失 laptop',
    issuedBy: 'Ada',
    workspaceName: 'Harbour',
    issuedAtMs: site.clock.nowMs(),
    counter: 1,
    expiresAtMs: site.clock.nowMs() + limits.orderDays * times.DAY_MS,
  })
  expect(site.statuses(alice)).toEqual(['signed-out'])
  expect(site.view.leaseShare(alice.deviceId)?.generation).toBe(lease.generation)
  expect(site.view.orderProgress(orderId)).toMatchObject({ done: 1, pending: 0 })
  expect(openOf()).toMatchObject({ status: 'delivered', deliveredAtMs: site.clock.nowMs() })
})

test('[ORD42] a signed-out desktop is told so, and nothing else, each time it comes', async () => {
  const { orderId } = signOut()
  expect(site.view.orderProgress(orderId)).toMatchObject({ done: 0, pending: 1 })
  for (let i = 0; i < 2; i++) {
    const line = await connectLine(site.server(), alice)
    expect(await line.next('bye')).toMatchObject({ code: 'signed-out' })
    expect(typesOf(line)).toEqual(['hello', 'order', 'bye'])
    expect((await line.next('order')).order).toBe(openOf()?.order)
    await line.closed
  }
  expect(site.view.device(alice.deviceId)).toMatchObject({ lastSeenAtMs: site.clock.nowMs(), leaseUntilMs: undefined })
  // Ended soon, it is signed anew.
  const before = openOf()
  site.clock.advance(limits.orderDays * times.DAY_MS)
  const line = await connectLine(site.server(), alice)
  const { order } = await line.next('order')
  expect(order).not.toBe(before?.order)
  expect(await site.read(order)).toMatchObject({ orderId, counter: 2 })
})

test('[ORD43] also the desktop of somebody deactivated meanwhile is told of its sign-out', async () => {
  signOut()
  taken(site.server().admin.deactivateUser({ userName: 'alice' }))
  const line = await connectLine(site.server(), alice)
  expect(await line.next('bye')).toMatchObject({ code: 'signed-out' })
})

test('[ORD44] a desktop of version 1, which has no sign-outs, is told that it is not trusted, and loses nothing', async () => {
  const live = await goLive(site.server(), alice, { version: 1 })
  signOut()
  expect(await live.next('bye')).toMatchObject({ code: 'device-revoked' })
  const line = await connectLine(site.server(), alice, { version: 1 })
  expect(await line.next('bye')).toMatchObject({ code: 'device-revoked' })
  expect(typesOf(line)).toEqual(['hello', 'bye'])
  expect(openOf()?.status).toBe('pending')
})

test('[ORD45] the same person comes back as the same device, with the same lease share, and is admitted', async () => {
  const first = await goLive(site.server(), alice)
  const { lease } = await first.next('welcome')
  signOut()
  await first.closed
  site.clock.advance(1000)
  const code = codeFor('alice')
  const response = await enrolAgain(code)
  expect(await response.json()).toMatchObject({ deviceId: alice.deviceId, userId: alice.userId })
  expect(site.statuses(alice)).toEqual(['active'])
  expect(openOf()).toBeUndefined()
  expect(site.view.signOutsOfDevice(alice.deviceId)).toMatchObject([
    { endedBy: 'signed-in', endedAtMs: site.clock.nowMs() },
  ])
  const line = await goLive(site.server(), alice)
  const again = await line.next('welcome')
  expect([again.lease.share, again.lease.generation]).toEqual([lease.share, lease.generation])
  // The answer may have been lost: asked again it is the same.
  expect(await (await enrolAgain(code)).json()).toMatchObject({ deviceId: alice.deviceId })
  expect(site.view.devices()).toHaveLength(1)
})

test('[ORD46] the code that a device was enrolled with does not let it in again after a sign-out', async () => {
  const code = codeFor('bob')
  const bob = await postJson(`${site.server().url}/v1/enroll`, enrolBody(code, alice))
  expect(await bob.json()).toMatchObject({ code: 'already-exists' })
  const own = codeFor('alice')
  expect((await enrolAgain(own)).status).toBe(200)
  signOut()
  expect(await (await enrolAgain(own)).json()).toMatchObject({ code: 'code-used' })
  expect(site.statuses(alice)).toEqual(['signed-out'])
})

test('[ORD47] a code of somebody else does not open it, and is not spent by the attempt', async () => {
  signOut()
  const before = [site.view.device(alice.deviceId), openOf()]
  const code = codeFor('bob')
  expect(await (await enrolAgain(code)).json()).toMatchObject({ code: 'already-exists' })
  expect([site.view.device(alice.deviceId), openOf()]).toEqual(before)
  const fresh = await postJson(`${site.server().url}/v1/enroll`, enrolBody(code))
  expect(fresh.status).toBe(200)
})

test('[ORD48] a signed-out desktop that is wiped is handed the wipe, and cannot come back', async () => {
  signOut()
  site.issue('wipe', forDevices(alice))
  const line = await connectLine(site.server(), alice)
  expect((await line.next('order')).order).toBe(site.wipeOf(alice).order)
  await line.settle()
  expect(typesOf(line)).toEqual(['hello', 'order', 'pong'])
  expect(await (await enrolAgain(codeFor('alice'))).json()).toMatchObject({ code: 'already-exists' })
  expect(site.statuses(alice)).toEqual(['wipe-pending'])
})

test('[ORD49] a signed-out desktop gets no share that is new, and conversations wiped meanwhile when it comes back', async () => {
  const conversationId = addGroup(site.server(), 'alice')
  signOut()
  const rotated = site.server().admin.rotateDevice({ deviceId: alice.deviceId })
  expect(rotated).toMatchObject({ error: { code: 'signed-out' } })
  site.issue('wipe', { type: 'conversations', conversationIds: [conversationId] })
  const { status, order } = site.wipeOf(alice)
  expect(status).toBe('pending')
  await enrolAgain(codeFor('alice'))
  const line = await goLive(site.server(), alice)
  expect(typesOf(line).slice(0, 3)).toEqual(['hello', 'order', 'welcome'])
  expect((await line.next('order')).order).toBe(order)
})
