// Checks requests repeated with an idempotency key, over HTTP: done once and answered the same; another request with the key
// is refused; keys are each operator's own and are forgotten in time.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { createSystemRandom } from '../clock.ts'
import { createKeys } from '../keys.ts'
import { createServer, type Server } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/port.ts'
import { createTestClock, type TestClock } from '../test-clock.ts'
import { addUsers, enrolDevice, goLive } from '../test-device.ts'

const keys = await createKeys(createSystemRandom())
let server: Server
let store: Store
let clock: TestClock
beforeEach(async () => {
  store = createMemoryStore()
  clock = createTestClock()
  server = await createServer({ store, keys, clock })
  addUsers(server, 'ann')
})
afterEach(() => server.close())

async function post(path: string, body: unknown, key?: string, token = server.adminToken) {
  const response = await fetch(`${server.url}/admin/v1${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    body: JSON.stringify(body),
  })
  return { status: response.status, value: (await response.json()) as Record<string, unknown> }
}
const conversations = () => store.view.conversations().length
const orders = () => store.view.ordersBefore(undefined, 99).length

test('[FLT50] the same request with the same key is done once and answered as the first time, whatever has become of it', async () => {
  const device = await enrolDevice(server, 'ann')
  const line = await goLive(server, device)
  const wipe = () => post(`/devices/${device.deviceId}/wipe`, { reason: 'lost' }, 'key-1')
  const first = await wipe()
  expect(first).toMatchObject({ status: 200, value: { status: 'pending' } })
  await line.next('order')
  await line.settle()
  expect(server.admin.showWipe({ wipeId: first.value.wipeId as never })).toMatchObject({
    value: { status: 'delivered' },
  })
  expect(await wipe()).toEqual(first)
  expect(orders()).toBe(1)
  const group = { name: 'G', members: ['ann'] }
  const made = await post('/conversations', group, 'key-2')
  // Canonical: the order of fields does not matter.
  expect(await post('/conversations', { members: ['ann'], name: 'G' }, 'key-2')).toEqual(made)
  expect(conversations()).toBe(1)
  await post('/conversations', group)
  await post('/conversations', group)
  expect(conversations()).toBe(3)
})

test('[FLT51] the key with another body, device or route is refused, and nothing is done', async () => {
  const [one, two] = [await enrolDevice(server, 'ann'), await enrolDevice(server, 'ann')]
  expect((await post(`/devices/${one.deviceId}/wipe`, { reason: 'lost' }, 'k')).status).toBe(200)
  const answers = [
    await post(`/devices/${one.deviceId}/wipe`, { reason: 'stolen' }, 'k'),
    await post(`/devices/${two.deviceId}/wipe`, { reason: 'lost' }, 'k'),
    await post(`/devices/${one.deviceId}/sign-out`, { reason: 'lost' }, 'k'),
    await post('/conversations', { name: 'G', members: ['ann'] }, 'k'),
  ]
  for (const answer of answers) expect(answer).toMatchObject({ status: 422, value: { code: 'key-reused' } })
  expect([orders(), conversations()]).toEqual([1, 0])
})

test('[FLT52] keys are each operator’s own', async () => {
  const tokens = ['a', 'b'].map((name) => {
    const made = server.admin.createOperator({ name })
    return made.ok ? made.value.token : ''
  })
  const body = { name: 'G', members: ['ann'] }
  for (const token of [...tokens, server.adminToken]) {
    expect((await post('/conversations', body, 'k', token)).status).toBe(200)
    expect((await post('/conversations', body, 'k', token)).status).toBe(200)
  }
  expect(conversations()).toBe(3)
})

test('[FLT53] after its time a key is new again, and what was kept is dropped', async () => {
  const body = { name: 'G', members: ['ann'] }
  await post('/conversations', body, 'k')
  clock.advance(limits.idempotencyKeptMs - 1)
  await post('/conversations', body, 'k')
  expect(conversations()).toBe(1)
  clock.advance(1)
  expect((await post('/conversations', { ...body, name: 'H' }, 'k')).status).toBe(200)
  expect(conversations()).toBe(2)
  clock.advance(limits.idempotencyKeptMs + 1)
  await post('/conversations', body, 'other')
  expect(store.view.idempotency('root', 'k')).toBeUndefined()
})

test('[FLT54] a refusal is not kept: it may be asked again once what was in the way is gone', async () => {
  const body = { userName: 'ben', displayName: 'Ben', manager: 'boss' }
  expect((await post('/users', body, 'k')).status).toBe(404)
  addUsers(server, 'boss')
  expect((await post('/users', body, 'k')).status).toBe(200)
  expect((await post('/users', body, 'k')).status).toBe(200)
})

test('[FLT55] an order and its answer are kept together: if one cannot be, neither is', async () => {
  const { deviceId } = await enrolDevice(server, 'ann')
  const broken: Store = {
    ...store,
    transact: (work) =>
      store.transact((tx) =>
        work({
          ...tx,
          putIdempotency: () => {
            throw new Error('disk full')
          },
        }),
      ),
  }
  const other = await createServer({ store: broken, keys, clock })
  const order = { kind: 'wipe', target: { type: 'devices', deviceIds: [deviceId] }, reason: 'x' }
  const bodies: [string, object][] = [
    ['/orders', order],
    [`/devices/${deviceId}/wipe`, { reason: 'x' }],
    [`/devices/${deviceId}/sign-out`, { reason: 'x' }],
    ['/users/ann/wipe', { reason: 'x' }],
  ]
  for (const [path, body] of bodies) {
    const response = await fetch(`${other.url}/admin/v1${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${other.adminToken}`,
        'content-type': 'application/json',
        'idempotency-key': 'k',
      },
      body: JSON.stringify(body),
    })
    expect(response.status).toBe(500)
  }
  await other.close()
  expect([orders(), store.view.device(deviceId)?.status]).toEqual([0, 'active'])
})

test.each(['', 'a b', 'é', 'x'.repeat(limits.idempotencyKeyChars + 1)])('[FLT56] %j is no key', async (key) => {
  const answer = await post('/conversations', { name: 'G', members: ['ann'] }, key).catch(() => undefined)
  // What HTTP itself refuses never reaches the server.
  if (answer !== undefined) expect(answer).toMatchObject({ status: 400, value: { code: 'bad-input' } })
  expect(conversations()).toBe(0)
})

test('[FLT57] no secret is kept for a key: tokens, codes and secrets are told once', async () => {
  const texts: string[] = []
  for (const [path, body] of [
    ['/operators', { name: 'x' }],
    ['/webhooks', { url: 'http://127.0.0.1:9/' }],
    ['/enrolments', { user: 'ann' }],
  ] as const) {
    const { value } = await post(path, body, 'k')
    texts.push(String(value.token ?? value.secret ?? value.code))
  }
  expect(new Set(texts).size).toBe(3)
  expect(store.view.idempotency('root', 'k')).toBeUndefined()
})
