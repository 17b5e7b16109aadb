// Checks the policy: kept, bounded, on record, and known to every connected device at once.

import { afterEach, expect, test } from 'vitest'
import { adminRoutes, changePolicySchema } from '../shared/admin.ts'
import { limits } from '../shared/limits.ts'
import { policySchema } from '../shared/model.ts'
import { createSystemRandom } from './clock.ts'
import { createKeys } from './keys.ts'
import { createServer, type Server } from './server.ts'
import { createMemoryStore } from './store/memory.ts'
import { createTestClock } from './test-clock.ts'
import { addUsers, connectLine, enrolDevice, goLive } from './test-device.ts'

const keys = await createKeys(createSystemRandom())
let open: Server[] = []
async function start(store = createMemoryStore(), clock = createTestClock()): Promise<Server> {
  const server = await createServer({ store, keys, clock })
  open.push(server)
  return server
}
afterEach(async () => {
  await Promise.all(open.map((server) => server.close()))
  open = []
})

const initial = { leaseHours: limits.leaseHours, notifications: 'full', contentProtection: false }

test('[ADM10] the policy is changed field by field, survives a restart, and a bound can be taken off again', async () => {
  const store = createMemoryStore()
  const server = await start(store)
  expect(server.admin.showPolicy({})).toEqual({ ok: true, value: initial })
  const first = { cacheDays: 30, cacheMaxMessages: 5000, notifications: 'hidden', lockAfterMinutes: 5 } as const
  expect(server.admin.changePolicy(first)).toEqual({ ok: true, value: { ...initial, ...first } })
  expect(server.admin.changePolicy({ contentProtection: true, cacheDays: null })).toMatchObject({ ok: true })
  const { cacheDays: _, ...rest } = first
  const expected = { ok: true, value: { ...initial, ...rest, contentProtection: true } }
  expect(server.admin.showPolicy({})).toEqual(expected)
  await server.close()
  const again = await start(store)
  expect(again.admin.showPolicy({})).toEqual(expected)
})

test('[ADM11] connected devices are told at once, others with their welcome', async () => {
  const server = await start()
  addUsers(server, 'ann', 'ben')
  const ann = await enrolDevice(server, 'ann')
  const line = await goLive(server, ann)
  server.admin.changePolicy({ cacheDays: 7 })
  expect((await line.next('policy')).policy).toEqual({ ...initial, cacheDays: 7 })
  const other = await connectLine(server, await enrolDevice(server, 'ben'))
  expect((await other.next('welcome')).policy).toEqual({ ...initial, cacheDays: 7 })
  await line.settle()
  expect(line.frames.filter((frame) => frame.type === 'lease')).toEqual([])
})

test('[ADM12] another lease term reaches connected devices as a lease, shorter or longer', async () => {
  const clock = createTestClock()
  const server = await start(createMemoryStore(), clock)
  addUsers(server, 'ann')
  const line = await goLive(server, await enrolDevice(server, 'ann'))
  const { lease } = await line.next('welcome')
  for (const leaseHours of [1, 200]) {
    server.admin.changePolicy({ leaseHours })
    const renewed = await line.next('lease')
    expect(renewed.lease).toEqual({
      ...lease,
      issuedAtMs: clock.nowMs(),
      untilMs: clock.nowMs() + leaseHours * 3_600_000,
    })
  }
})

test.each([
  { cacheDays: 0 },
  { cacheDays: 1.5 },
  { cacheMaxMessages: 999 },
  { cacheMaxMessages: limits.cacheMaxMessages + 1 },
  { leaseHours: 0 },
  { leaseHours: null },
  { notifications: 'loud' },
  { contentProtection: 'on' },
  { lockAfterMinutes: 1441 },
  { other: 1 },
])('[ADM13] %j is no change of policy and changes nothing', async (body) => {
  const server = await start()
  const response = await fetch(`${server.url}/admin/v1/policy`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([400, 'bad-input'])
  expect(server.admin.showPolicy({})).toEqual({ ok: true, value: initial })
})

test('[ADM14] over HTTP the policy is shown and patched, and every field of it can be', async () => {
  const server = await start()
  const call = async (method: string, body?: unknown) => {
    const response = await fetch(`${server.url}/admin/v1/policy`, {
      method,
      headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return policySchema.parse(await response.json())
  }
  const changed = await call('PATCH', { cacheDays: 90, lockAfterMinutes: 10 })
  expect(changed).toEqual({ ...initial, cacheDays: 90, lockAfterMinutes: 10 })
  expect(await call('GET')).toEqual(changed)
  expect(Object.keys(changePolicySchema.shape).sort()).toEqual(Object.keys(policySchema.shape).sort())
  expect(adminRoutes.changePolicy.path).toBe('/policy')
})

test('[ADM15] a change of policy and a rotation stand on the record of acts, a refused one does not', async () => {
  const store = createMemoryStore()
  const clock = createTestClock()
  const server = await start(store, clock)
  addUsers(server, 'ann')
  const { deviceId } = await enrolDevice(server, 'ann')
  server.admin.changePolicy({ cacheDays: 9 })
  server.admin.rotateDevice({ deviceId })
  server.admin.rotateDevice({ deviceId: `dev_${'0'.repeat(20)}` as typeof deviceId })
  const before = ['createUser', 'createEnrolment']
  const acts = store.view.actsSince(before.length, 10)
  expect(store.view.actsSince(0, before.length).map(({ act }) => act)).toEqual(before)
  const by = { actor: 'IT administrator', actorId: 'root', atMs: clock.nowMs() }
  expect(acts.map(({ detail, ...act }) => ({ ...act, detail: JSON.parse(detail) as unknown }))).toEqual([
    {
      position: 3,
      ...by,
      act: 'changePolicy',
      subject: '',
      detail: { before: initial, after: { ...initial, cacheDays: 9 } },
    },
    { position: 4, ...by, act: 'rotateDevice', subject: deviceId, detail: { generation: 2 } },
  ])
})

test('[ADM16] a policy that cannot be read stops the start rather than become another one', async () => {
  const store = createMemoryStore()
  for (const text of ['{', '{"leaseHours":0}']) {
    store.transact((tx) => tx.setMeta('policy', text))
    await expect(start(store)).rejects.toMatchObject({ failure: { code: 'store-corrupt' } })
  }
})
