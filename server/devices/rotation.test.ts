// Checks the rotation of a device's lease share: what is handed out, when, to whom, and that the old one is gone.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { createServer, type Server } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/port.ts'
import { addUsers, connectLine, enrolDevice, goLive, makeReceipt, postJson } from '../test-device.ts'

let server: Server
let store: Store
beforeEach(async () => {
  store = createMemoryStore()
  server = await createServer({ store })
  addUsers(server, 'ann', 'ben')
})
afterEach(() => server.close())

test('[DEV15] a connected device gets its new share at once, one that is away with its next welcome', async () => {
  const device = await enrolDevice(server, 'ann')
  const line = await goLive(server, device)
  const { lease: first } = await line.next('welcome')
  const answer = { ok: true, value: { deviceId: device.deviceId, generation: first.generation + 1, connected: true } }
  expect(server.admin.rotateDevice(device)).toEqual(answer)
  const { lease: second } = await line.next('lease')
  expect(second.generation).toBe(first.generation + 1)
  expect(second.share).not.toBe(first.share)
  const away = await enrolDevice(server, 'ben')
  expect(server.admin.rotateDevice(away)).toMatchObject({ value: { generation: 2, connected: false } })
  expect((await (await goLive(server, away)).next('welcome')).lease.generation).toBe(2)
})

test('[DEV16] the old share is overwritten, and no other device’s share moves', async () => {
  const device = await enrolDevice(server, 'ann')
  const other = await enrolDevice(server, 'ben')
  const before = store.view.leaseShare(device.deviceId)
  const untouched = store.view.leaseShare(other.deviceId)
  const line = await goLive(server, other)
  server.admin.rotateDevice(device)
  const after = store.view.leaseShare(device.deviceId)
  expect(after?.generation).toBe(2)
  expect(Buffer.from(after?.sealed ?? []).equals(Buffer.from(before?.sealed ?? []))).toBe(false)
  expect(store.view.leaseShare(other.deviceId)).toEqual(untouched)
  await line.settle()
  expect(line.frames.some((frame) => frame.type === 'lease')).toBe(false)
})

test('[DEV17] a device that is wiped, about to be, revoked or unknown gets no new share', async () => {
  const device = await enrolDevice(server, 'ann')
  const revoked = await enrolDevice(server, 'ben')
  store.transact((tx) => tx.updateDevice(revoked.deviceId, { status: 'revoked' }))
  const share = store.view.leaseShare(revoked.deviceId)
  expect(server.admin.rotateDevice(revoked)).toMatchObject({ error: { code: 'device-revoked' } })
  expect(store.view.leaseShare(revoked.deviceId)).toEqual(share)
  const made = server.admin.wipeDevice({ deviceId: device.deviceId, reason: 'lost' })
  if (!made.ok) throw new Error(made.error.code)
  expect(server.admin.rotateDevice(device)).toMatchObject({ error: { code: 'device-wiped' } })
  expect(store.view.leaseShare(device.deviceId)).toBeUndefined()
  const { wipeId } = made.value
  await postJson(`${server.url}/v1/wipes/${wipeId}/receipt`, { receipt: makeReceipt(device, wipeId) })
  expect(server.admin.rotateDevice(device)).toMatchObject({ error: { code: 'device-wiped' } })
  expect(store.view.leaseShare(device.deviceId)).toBeUndefined()
  const unknown = `dev_${'0'.repeat(20)}` as typeof device.deviceId
  expect(server.admin.rotateDevice({ deviceId: unknown })).toMatchObject({ error: { code: 'not-found' } })
})

test('[DEV18] a rotation while the device is being admitted is in its welcome or follows it', async () => {
  const device = await enrolDevice(server, 'ann')
  const line = await connectLine(server, device)
  const rotated = server.admin.rotateDevice(device)
  const { lease } = await line.next('welcome')
  const last = rotated.ok && lease.generation < rotated.value.generation ? (await line.next('lease')).lease : lease
  expect(last.generation).toBe(2)
})
