// Checks orders for more devices than are signed at once: what holds from the first moment, and what follows in slices.

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { DeviceId } from '../../shared/model.ts'
import { openOrder } from '../../shared/proof.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/port.ts'
import { putDevice } from '../store/store-fixtures.ts'
import { addGroup, connectLine, enrolDevice, goLive, message, type TestDevice } from '../test-device.ts'
import { type OrderSite, openSite, taken } from './test-order-site.ts'

const many = 150
let site: OrderSite
/** Called after each commit. */
let committed: () => void
let last: TestDevice

beforeEach(async () => {
  committed = () => undefined
  const store = createMemoryStore()
  const watched: Store = {
    ...store,
    transact: (work) => {
      const value = store.transact(work)
      committed()
      return value
    },
  }
  site = await openSite(watched)
  site.addUsers('alice')
  const [alice] = site.view.users()
  if (alice === undefined) throw new Error('no user')
  store.transact((tx) => {
    for (let i = 0; i < many; i++) {
      const { deviceId } = putDevice(tx, alice.userId)
      tx.putLeaseShare(deviceId, { generation: 1, sealed: Uint8Array.of(1) })
    }
  })
  last = await enrolDevice(site.server(), 'alice')
  taken(site.server().admin.changeRules({ approvalAbove: 1000 }))
})
afterEach(() => site.close())

const allIds = () => site.view.devices().map((row) => row.deviceId)
const orderOf = (deviceId: DeviceId) => site.view.wipesOfDevice(deviceId)[0]?.order
const everybody = { type: 'filter', filter: {} } as const
/** Resolves once nothing is unsigned any more. */
const allSigned = () =>
  new Promise<void>((resolve) => {
    committed = () => {
      if (site.view.unsignedWipes(1).length + site.view.unsignedSignOuts(1).length === 0) resolve()
    }
  })

test('[ORD50] a large wipe closes every device at once, though its documents are signed one slice after another', async () => {
  const conversationId = addGroup(site.server(), 'alice')
  const line = await goLive(site.server(), last)
  const done = allSigned()
  const given = site.order('wipe', everybody)
  expect(given).toMatchObject({ state: 'issued', devices: many + 1 })
  expect(allIds().every((id) => site.view.device(id)?.status === 'wipe-pending')).toBe(true)
  expect(allIds().some((id) => site.view.leaseShare(id) !== undefined)).toBe(false)
  expect(orderOf(last.deviceId)).toBeUndefined()
  // The connected one is heard no more, before it has been handed anything.
  line.send(message(conversationId, 'still here'))
  expect((await line.next('order')).order).toBe(orderOf(last.deviceId))
  await line.settle()
  expect(line.frames.some((frame) => frame.type === 'sent')).toBe(false)
  await done
  const orders = allIds().map((id) => taken(openOrder(orderOf(id) ?? '', () => true)))
  expect(orders.map((order) => order.deviceId)).toEqual(allIds())
  expect(new Set(orders.map((order) => order.counter))).toEqual(new Set([1]))
  expect(line.frames.filter((frame) => frame.type === 'order')).toHaveLength(1)
})

test('[ORD51] a document that is asked for before its turn is signed then, once', async () => {
  const done = allSigned()
  site.order('wipe', everybody)
  const [wipe] = site.view.wipesOfDevice(last.deviceId)
  const { order } = taken(site.server().admin.showWipe({ wipeId: wipe?.wipeId as never }))
  expect(taken(site.server().admin.wipeDevice({ deviceId: last.deviceId, reason: 'again' })).order).toBe(order)
  await done
  expect(orderOf(last.deviceId)).toBe(order)
  expect(site.view.device(last.deviceId)?.orderCounter).toBe(1)
})

test('[ORD52] what a stop left unsigned is signed after the next start, and handed over as it is asked for', async () => {
  site.order('wipe', everybody)
  await site.restart()
  const unsigned = site.view.unsignedWipes(many + 1).length
  expect(unsigned).toBeGreaterThan(0)
  const done = allSigned()
  const line = await connectLine(site.server(), last)
  expect((await line.next('order')).order).toBe(orderOf(last.deviceId))
  await done
  expect(allIds().every((id) => orderOf(id) !== undefined)).toBe(true)
})

test('[ORD53] a large sign-out reaches a connected desktop with its slice', async () => {
  const line = await goLive(site.server(), last)
  const done = allSigned()
  const { orderId } = site.order('sign-out', everybody)
  expect(new Set(allIds().map((id) => site.view.device(id)?.status))).toEqual(new Set(['signed-out']))
  expect((await line.next('order')).order).toBe(site.view.openSignOutOf(last.deviceId)?.order)
  expect(await line.next('bye')).toMatchObject({ code: 'signed-out' })
  await done
  // That it has been told is noted by a commit of its own.
  await vi.waitFor(
    () => expect(site.view.orderProgress(orderId)).toEqual({ pending: many, delivered: 0, done: 1, failed: 0 }),
    { timeout: 60_000 },
  )
})
