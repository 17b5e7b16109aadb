// Checks who may do what over the admin API: nobody without a token, operators what is not the root's alone, the holder of
// the admin token everything; and that what they do is recorded in their own name.

import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  type AdminRouteName,
  adminActSchema,
  adminOperatorSchema,
  adminRoutes,
  adminUserSchema,
} from '../../shared/admin.ts'
import type { OrderTarget } from '../../shared/fleet.ts'
import { limits } from '../../shared/limits.ts'
import type { OperatorId, WebhookId } from '../../shared/model.ts'
import { createServer, type Server } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/port.ts'
import { addGroup, addUsers, enrolDevice, goLive } from '../test-device.ts'

let server: Server
let store: Store
beforeEach(async () => {
  store = createMemoryStore()
  server = await createServer({ store })
})
afterEach(() => server.close())

function must<T>(result: { ok: true; value: T } | { ok: false; error: { code: string; message: string } }): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`)
  return result.value
}
const operator = (name: string, user?: string) =>
  must(server.admin.createOperator(user === undefined ? { name } : { name, user }))

async function call(token: string | undefined, method: string, path: string, body?: unknown) {
  const response = await fetch(`${server.url}/admin/v1${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, value: (await response.json()) as { code?: string } }
}

/** A request of each route that fits its contract. */
function requests(ids: Record<string, string>): Record<AdminRouteName, { params?: string[]; body?: object }> {
  const { device, conversation, order, operatorId, webhook, wipe } = ids as Record<string, string>
  const target = { type: 'devices', deviceIds: [device] }
  return {
    status: {},
    createUser: { body: { userName: 'new', displayName: 'New' } },
    listUsers: {},
    deactivateUser: { params: ['cy'], body: {} },
    createEnrolment: { body: { user: 'ann' } },
    createConversation: { body: { name: 'C', members: ['ann'] } },
    listConversations: {},
    changeConversation: { params: [conversation!], body: { topic: 'x' } },
    addMembers: { params: [conversation!], body: { members: ['ben'] } },
    removeMember: { params: [conversation!, 'ben'], body: {} },
    listDevices: {},
    wipeDevice: { params: [device!], body: { reason: 'x' } },
    showDevice: { params: [device!] },
    signOutDevice: { params: [device!], body: { reason: 'x' } },
    wipeUser: { params: ['ben'], body: { reason: 'x' } },
    setRoles: { params: ['ann'], body: { roles: ['it'] } },
    queryDevices: { body: {} },
    tryOrder: { body: { kind: 'wipe', target } },
    giveOrder: { body: { kind: 'wipe', target, reason: 'x' } },
    decideOrder: { params: [order!], body: { approve: false } },
    listOrders: {},
    showOrder: { params: [order!] },
    showRules: {},
    changeRules: { body: { approvalAbove: 3 } },
    createOperator: { body: { name: 'Mallory' } },
    listOperators: {},
    revokeOperator: { params: [operatorId!], body: {} },
    createWebhook: { body: { url: 'http://127.0.0.1:9/' } },
    listWebhooks: {},
    deleteWebhook: { params: [webhook!], body: {} },
    listActs: {},
    rotateDevice: { params: [device!], body: {} },
    showPolicy: {},
    changePolicy: { body: { cacheDays: 3 } },
    showWipe: { params: [wipe!] },
    showKeys: {},
  }
}
const rootOnly: AdminRouteName[] = ['changeRules', 'createOperator', 'revokeOperator', 'setRoles']

test('[FLT40] every route: nobody without a token, an operator all but what is the root’s alone, the root all', async () => {
  addUsers(server, 'ann', 'ben', 'cy')
  const { token, id } = operator('Service desk')
  const other = operator('Other')
  const routes = Object.keys(adminRoutes) as AdminRouteName[]
  for (const name of routes) {
    const devices = []
    for (let i = 0; i < 3; i++) devices.push(await enrolDevice(server, 'ann'))
    const [first, second, wiped] = devices
    must(server.admin.wipeDevice({ deviceId: wiped!.deviceId, reason: 'x' }))
    must(server.admin.changeRules({ approvalAbove: 0 }))
    const target: OrderTarget = { type: 'devices', deviceIds: [second!.deviceId] }
    const { digest } = must(server.admin.tryOrder({ kind: 'wipe', target }))
    const order = must(server.admin.giveOrder({ kind: 'wipe', target, reason: 'x', digest }))
    must(server.admin.changeRules({ approvalAbove: 5 }))
    const hook = must(server.admin.createWebhook({ url: 'http://127.0.0.1:9/' }))
    const request = requests({
      device: first!.deviceId,
      conversation: addGroup(server, 'ann', 'ben'),
      order: order.orderId,
      operatorId: other.id,
      webhook: hook.id,
      wipe: store.view.openWipeOf(wiped!.deviceId)!.wipeId,
    })[name]
    const { method, path } = adminRoutes[name]
    const params = [...(request.params ?? [])]
    const filled = path.replace(/:\w+/g, () => params.shift() ?? '')
    const ask = async (bearer: string | undefined) => (await call(bearer, method, filled, request.body)).status
    expect([name, await ask(undefined), await ask('x'.repeat(43))]).toEqual([name, 401, 401])
    expect([name, await ask(token)]).toEqual([name, rootOnly.includes(name) ? 403 : 200])
    if (rootOnly.includes(name)) expect([name, await ask(server.adminToken)]).toEqual([name, 200])
    for (const left of must(server.admin.listWebhooks({}))) server.admin.deleteWebhook({ webhookId: left.id })
  }
  expect(must(server.admin.listOperators({})).find((each) => each.id === id)?.revokedAt).toBeUndefined()
})

test('[FLT41] a token is told once and kept as a hash; revoked it opens nothing, at once, and for good', async () => {
  const made = operator('Service desk')
  expect(made.token).toMatch(/^[A-Za-z0-9_-]{43}$/)
  const listed = adminOperatorSchema.array().parse((await call(made.token, 'GET', '/operators')).value)
  expect(JSON.stringify(listed)).not.toContain(made.token)
  expect(JSON.stringify(store.view.actsSince(0, 99))).not.toContain(made.token)
  expect(JSON.stringify(store.view.operators().map((row) => [...row.tokenHash]))).not.toContain(made.token)
  expect((await call(made.token, 'GET', '/status')).status).toBe(200)
  const revoked = must(server.admin.revokeOperator({ operatorId: made.id }))
  expect(must(server.admin.revokeOperator({ operatorId: made.id }))).toEqual(revoked)
  expect(revoked.revokedAt).toBeDefined()
  expect((await call(made.token, 'GET', '/status')).status).toBe(401)
  expect(server.admin.revokeOperator({ operatorId: `opr_${'0'.repeat(20)}` as OperatorId })).toMatchObject({
    ok: false,
  })
  expect(server.admin.deleteWebhook({ webhookId: `whk_${'0'.repeat(20)}` as WebhookId })).toMatchObject({ ok: false })
})

test('[FLT42] an operator who is a person in the app is that person: not without them, and not their second', async () => {
  addUsers(server, 'ann')
  expect(server.admin.createOperator({ name: 'x', user: 'nobody' })).toMatchObject({ error: { code: 'not-found' } })
  const first = operator('Ann (laptop)', 'ANN')
  expect(first.user).toBe('ann')
  const second = operator('Ann (script)', 'ann')
  const stranger = operator('Ben')
  must(server.admin.changeRules({ approvalAbove: 0 }))
  const { deviceId } = await enrolDevice(server, 'ann')
  const target = { type: 'devices', deviceIds: [deviceId] }
  const tried = await call(first.token, 'POST', '/orders/dry-run', { kind: 'wipe', target })
  const { digest } = tried.value as { digest?: string }
  const given = await call(first.token, 'POST', '/orders', { kind: 'wipe', target, reason: 'x', digest })
  expect(given.value).toMatchObject({ state: 'awaiting-approval', orderedBy: 'Ann (laptop)', isMine: true })
  const { orderId } = given.value as { orderId?: string }
  const approve = (token: string) => call(token, 'POST', `/orders/${orderId}/decide`, { approve: true })
  expect(await approve(second.token)).toMatchObject({ status: 403, value: { code: 'approval-own' } })
  expect(await approve(stranger.token)).toMatchObject({ status: 200, value: { state: 'issued', isMine: false } })
  expect(await approve(server.adminToken)).toMatchObject({ status: 409, value: { code: 'order-decided' } })
  must(server.admin.deactivateUser({ userName: 'ann' }))
  expect((await call(first.token, 'GET', '/status')).status).toBe(401)
  expect(server.admin.createOperator({ name: 'x', user: 'ann' })).toMatchObject({ error: { code: 'user-inactive' } })
})

test('[FLT43] no more operators than so many hold tokens at once', () => {
  const made = Array.from({ length: limits.operators }, (_, i) => operator(`o${i}`))
  expect(server.admin.createOperator({ name: 'x' })).toMatchObject({ ok: false, error: { code: 'not-allowed' } })
  must(server.admin.revokeOperator({ operatorId: made[0]!.id }))
  expect(server.admin.createOperator({ name: 'x' })).toMatchObject({ ok: true })
})

test('[FLT44] every act that changes something is recorded in the name of whoever did it, and only such', async () => {
  addUsers(server, 'ann', 'ben')
  const { token } = operator('Service desk')
  const { deviceId } = await enrolDevice(server, 'ann')
  const from = store.view.actsSince(0, 999).length
  const body = { userName: 'new', displayName: '新人' }
  expect((await call(token, 'POST', '/users', body)).status).toBe(200)
  expect((await call(token, 'POST', '/users', body)).status).toBe(409)
  await call(token, 'GET', '/devices')
  await call(token, 'POST', '/devices/query', {})
  await call(token, 'POST', `/devices/${deviceId}/sign-out`, { reason: 'moved desk' })
  await call(token, 'POST', `/devices/${deviceId}/wipe`, { reason: 'lost' })
  await call(token, 'POST', '/users/ben/deactivate', {})
  await call(token, 'POST', '/users/ben/deactivate', {})
  await call(token, 'POST', '/enrolments', { user: 'ann' })
  await call(server.adminToken, 'PUT', '/users/ann/roles', { roles: ['it', 'it'] })
  await call(server.adminToken, 'PUT', '/users/ann/roles', { roles: ['it'] })
  const answer = await call(token, 'GET', `/audit?after=${from}&limit=50`)
  const acts = adminActSchema.array().parse(answer.value)
  expect(acts.map((each) => [each.by, each.act])).toEqual([
    ['Service desk', 'createUser'],
    ['Service desk', 'giveOrder'],
    ['Service desk', 'giveOrder'],
    ['Service desk', 'deactivateUser'],
    ['Service desk', 'createEnrolment'],
    ['IT administrator', 'setRoles'],
  ])
  expect(acts.map((each) => each.position)).toEqual(acts.map((_, i) => from + 1 + i))
  expect(acts.at(-1)?.detail).toEqual({ before: [], after: ['it'] })
  expect((await call(token, 'GET', '/audit?after=0&limit=2')).value).toHaveLength(2)
  for (const query of ['after=x', 'limit=0', 'limit=1001', 'more=1', 'after=-1']) {
    expect(await call(token, 'GET', `/audit?${query}`)).toMatchObject({ status: 400, value: { code: 'bad-input' } })
  }
})

test('[FLT45] roles are told to the person’s connected desktops at once, to others with the welcome; none when deactivated', async () => {
  addUsers(server, 'ann')
  const device = await enrolDevice(server, 'ann')
  const line = await goLive(server, device)
  expect(line.frames.find((frame) => frame.type === 'welcome')).toMatchObject({ roles: [] })
  const old = await goLive(server, await enrolDevice(server, 'ann'), { version: 1 })
  const answer = await call(server.adminToken, 'PUT', '/users/ann/roles', { roles: ['it'] })
  expect(adminUserSchema.parse(answer.value).roles).toEqual(['it'])
  expect(await line.next('roles')).toEqual({ type: 'roles', roles: ['it'] })
  await old.settle()
  expect(old.frames.some((frame) => frame.type === 'roles')).toBe(false)
  await line.close()
  const again = await goLive(server, device)
  expect(again.frames.find((frame) => frame.type === 'welcome')).toMatchObject({ roles: ['it'] })
  must(server.admin.setRoles({ userName: 'ann', roles: [] }))
  expect((await again.next('roles')).roles).toEqual([])
  expect(server.admin.setRoles({ userName: 'nobody', roles: [] })).toMatchObject({ error: { code: 'not-found' } })
  expect((await call(server.adminToken, 'PUT', '/users/ann/roles', { roles: ['admin'] })).status).toBe(400)
})
