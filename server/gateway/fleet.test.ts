// Checks what the gateway carries for the fleet: roles, what a desktop tells of itself, requests of IT people.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { createServer, type Server } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/port.ts'
import { addGroup, addUsers, enrolDevice, goLive, message, type TestDevice } from '../test-device.ts'

let server: Server
let store: Store
let changes: string[]
let alice: TestDevice

beforeEach(async () => {
  const kept = createMemoryStore()
  changes = []
  store = {
    ...kept,
    transact: (work) =>
      kept.transact((tx) =>
        work({
          ...tx,
          updateDevice: (deviceId, patch) => {
            changes.push(...Object.keys(patch))
            tx.updateDevice(deviceId, patch)
          },
        }),
      ),
  }
  server = await createServer({ store })
  addUsers(server, 'alice', 'bob')
  alice = await enrolDevice(server, 'alice')
})
afterEach(() => server.close())

test('[ORD55] the welcome tells the roles, and a connected desktop hears when they change', async () => {
  const line = await goLive(server, alice)
  const old = await goLive(server, await enrolDevice(server, 'alice'), { version: 1 })
  const bob = await goLive(server, await enrolDevice(server, 'bob'))
  expect((await line.next('welcome')).roles).toEqual([])
  expect(server.admin.setRoles({ userName: 'alice', roles: ['it'] })).toMatchObject({ value: { roles: ['it'] } })
  expect(await line.next('roles')).toEqual({ type: 'roles', roles: ['it'] })
  for (const each of [old, bob]) {
    await each.settle()
    expect(each.frames.some((frame) => frame.type === 'roles')).toBe(false)
  }
  await line.close()
  expect((await (await goLive(server, alice)).next('welcome')).roles).toEqual(['it'])
})

test('[ORD56] what a desktop tells of its cache is kept, and written only where it has changed', async () => {
  const conversationId = addGroup(server, 'alice')
  const line = await goLive(server, alice)
  const told = () => changes.filter((field) => field === 'cacheBytes').length
  for (const cacheBytes of [5_000_000_000, 5_000_000_000, 6]) {
    line.send({ type: 'report', cacheBytes })
    // Commits keep their order: after this one the report's is over.
    line.send(message(conversationId, 'x'))
    await line.next('sent')
  }
  expect(store.view.device(alice.deviceId)?.cacheBytes).toBe(6)
  expect(told()).toBe(2)
  const listed = server.admin.listDevices({})
  expect(listed.ok && listed.value[0]?.cacheBytes).toBe(6)
})

test.each(['{"type":"report","cacheBytes":-1}', '{"type":"report","cacheBytes":1.5}', '{"type":"report"}'])(
  '[ORD57] the report %s is a frame that cannot be read',
  async (text) => {
    const line = await goLive(server, alice)
    for (let i = 0; i < limits.badFramesBeforeClose; i++) line.send(text)
    expect(await line.next('bye')).toMatchObject({ code: 'bad-input' })
    expect(store.view.device(alice.deviceId)?.cacheBytes).toBeUndefined()
  },
)

test('[ORD58] requests about the fleet are answered to people of IT, from the moment they are until they are no more', async () => {
  const line = await goLive(server, alice)
  const ask = { type: 'device', deviceId: alice.deviceId } as const
  let id = 0
  const request = () => line.send({ type: 'request', id: ++id, request: { type: 'fleet', ask } })
  request()
  expect(await line.next('refused')).toMatchObject({ id: 1, code: 'not-allowed' })
  server.admin.setRoles({ userName: 'alice', roles: ['it'] })
  request()
  const { answer } = await line.next('answer')
  expect(answer).toMatchObject({ type: 'fleet', told: { type: 'device', device: { deviceId: alice.deviceId } } })
  server.admin.setRoles({ userName: 'alice', roles: [] })
  request()
  expect(await line.next('refused')).toMatchObject({ id: 3, code: 'not-allowed' })
})
