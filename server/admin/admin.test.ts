// Checks the admin API over HTTP against its contract: token, parsing, answers, problems.

import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  adminConversationSchema,
  adminDeviceSchema,
  adminEnrolmentSchema,
  adminKeysSchema,
  adminRoutes,
  adminStatusSchema,
  adminUserSchema,
  adminWipeSchema,
} from '../../shared/admin.ts'
import { limits } from '../../shared/limits.ts'
import { problemSchema } from '../../shared/wire.ts'
import type { Log } from '../log.ts'
import { createServer, type Server } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import { enrolDevice, goLive, message } from '../test-device.ts'

let server: Server
let logged: string[]
beforeEach(async () => {
  logged = []
  const write = (fields: object, text: string) => void logged.push(JSON.stringify([fields, text]))
  const log: Log = { debug: write, info: write, warn: write, error: write }
  server = await createServer({ store: createMemoryStore(), log })
})
afterEach(() => server.close())

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${server.adminToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const value: unknown = text === '' ? undefined : JSON.parse(text)
  if (!response.ok) {
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    expect(problemSchema.parse(value).status).toBe(response.status)
  }
  return { status: response.status, value, headers: response.headers }
}
const post = (path: string, body: unknown = {}) => call('POST', `/admin/v1${path}`, body)
const get = (path: string) => call('GET', `/admin/v1${path}`)

test('[ADM1] every admin route needs the token', async () => {
  for (const { method, path } of Object.values(adminRoutes)) {
    const url = `/admin/v1${path.replace(/:\w+/, 'x')}`
    for (const authorization of ['', 'Bearer ', `Bearer ${server.adminToken}A`, `Basic ${server.adminToken}`]) {
      const answer = await call(method, url, method === 'POST' ? {} : undefined, { authorization })
      expect(answer).toMatchObject({ status: 401, value: { code: 'not-allowed' } })
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    }
  }
})

test('[ADM2] people: created, listed by name, deactivated; answers fit the contract', async () => {
  const boss = await post('/users', { userName: 'wong.kit', displayName: '黃潔', department: 'IT', title: 'Head' })
  expect([boss.status, adminUserSchema.parse(boss.value)]).toMatchObject([200, { active: true, department: 'IT' }])
  const staff = await post('/users', { userName: 'Ann', displayName: 'Ann', manager: 'WONG.KIT' })
  expect(adminUserSchema.parse(staff.value)).toMatchObject({ manager: 'wong.kit' })
  const listed = adminUserSchema.array().parse((await get('/users')).value)
  expect(listed.map((user) => user.userName)).toEqual(['Ann', 'wong.kit'])
  const ended = adminUserSchema.parse((await post('/users/ann/deactivate')).value)
  expect(ended).toMatchObject({ userName: 'Ann', active: false })
  expect((await call('POST', '/admin/v1/users/ann/deactivate')).status).toBe(200)
})

test.each([
  ['Ann', 'ann'],
  ['Ａｎｎ', 'ann'],
  ['STRASSE.é', 'strasse.e\u0301'],
])('[ADM3] user names are unique however they are written: %s and %s', async (first, second) => {
  expect((await post('/users', { userName: first, displayName: 'x' })).status).toBe(200)
  const again = await post('/users', { userName: second.normalize('NFC'), displayName: 'x' })
  expect(again).toMatchObject({ status: 409, value: { code: 'already-exists' } })
})

test('[ADM4] a user is found by a name of any script and of the greatest length in a path', async () => {
  const userName = '陳'.repeat(limits.userNameChars)
  await post('/users', { userName, displayName: 'x' })
  expect((await post(`/users/${encodeURIComponent(userName)}/deactivate`)).status).toBe(200)
})

test.each([
  ['POST', '/users', { userName: 'a b', displayName: 'x' }, 400, 'bad-input'],
  ['POST', '/users', { userName: 'ann', displayName: 'x', admin: true }, 400, 'bad-input'],
  ['POST', '/users', 'not json', 400, 'bad-input'],
  ['POST', '/users', { userName: 'ann', displayName: 'x', manager: 'nobody' }, 404, 'not-found'],
  ['POST', '/users/nobody/deactivate', {}, 404, 'not-found'],
  ['POST', '/enrolments', { user: 'nobody' }, 404, 'not-found'],
  ['POST', '/conversations', { name: 'x', members: [] }, 400, 'bad-input'],
  ['POST', '/devices/dev_nothing/wipe', { reason: 'x' }, 404, 'not-found'],
  ['POST', `/devices/dev_${'0'.repeat(20)}/wipe`, { reason: 'x' }, 404, 'not-found'],
  ['POST', `/devices/dev_${'0'.repeat(20)}/wipe`, { reason: '  ' }, 400, 'bad-input'],
  ['GET', `/wipes/wip_${'0'.repeat(20)}`, undefined, 404, 'not-found'],
  ['GET', '/nothing', undefined, 404, 'not-found'],
  ['DELETE', '/users', undefined, 404, 'not-found'],
  ['POST', '/users', `{"userName":"${'x'.repeat(limits.httpBodyBytes)}"}`, 413, 'too-large'],
])('[ADM5] %s %s (%#) is refused with a problem', async (method, path, body, status, code) => {
  expect(await call(method, `/admin/v1${path}`, body)).toMatchObject({ status, value: { code } })
})

test('[ADM6] conversations: kind by default, unknown members named, one direct per pair', async () => {
  for (const userName of ['ann', 'ben', 'cy']) await post('/users', { userName, displayName: userName })
  const create = (body: object) => post('/conversations', body)
  const group = adminConversationSchema.parse((await create({ name: 'G', members: ['ann', 'BEN', 'Ann'] })).value)
  expect(group).toMatchObject({ kind: 'group', members: ['ann', 'ben'], headSeq: 2 })
  const labels = { region: 'hk' }
  const channel = await create({ name: '公告', members: ['cy'], space: 'HK', labels, topic: 't' })
  expect(channel.value).toMatchObject({ kind: 'channel', space: 'HK', labels })
  const unknown = await create({ name: 'x', members: ['ann', 'zed', 'yan'] })
  expect(unknown).toMatchObject({ status: 404, value: { code: 'not-found', detail: 'No such user: zed, yan.' } })
  const direct = { name: 'x', kind: 'direct', members: ['ann', 'ben'] }
  expect((await create(direct)).value).toMatchObject({ kind: 'direct', name: '' })
  expect(await create({ ...direct, members: ['ben', 'ann'] })).toMatchObject({ status: 409 })
  expect(await create({ ...direct, members: ['ben', 'ann', 'cy'] })).toMatchObject({ status: 400 })
  expect(await create({ ...direct, members: ['ben'] })).toMatchObject({ status: 400 })
  await post('/users/cy/deactivate')
  expect(await create({ name: 'x', members: ['ann', 'cy'] })).toMatchObject({ value: { code: 'user-inactive' } })
  const listed = adminConversationSchema.array().parse((await get('/conversations')).value)
  expect(listed.map((one) => [one.kind, one.members.join()])).toEqual([
    ['group', 'ann,ben'],
    ['channel', 'cy'],
    ['direct', 'ann,ben'],
  ])
})

test('[ADM7] enrolments, devices, wipes, keys and status answer as the contract says', async () => {
  await post('/users', { userName: 'ann', displayName: 'Ann' })
  adminEnrolmentSchema.parse((await post('/enrolments', { user: 'ann' })).value)
  const line = await goLive(server, await enrolDevice(server, 'ann'))
  const [device] = adminDeviceSchema.array().parse((await get('/devices')).value)
  expect(device).toMatchObject({ user: 'ann', connected: true, status: 'active' })
  expect(adminStatusSchema.parse((await get('/status')).value)).toMatchObject({ connections: 1 })
  const wipe = adminWipeSchema.parse((await post(`/devices/${device!.id}/wipe`, { reason: ' lost ' })).value)
  await line.next('order')
  await line.settle()
  expect(adminWipeSchema.parse((await get(`/wipes/${wipe.wipeId}`)).value)).toMatchObject({ status: 'delivered' })
  expect(adminKeysSchema.parse((await get('/keys')).value).devices).toHaveLength(1)
})

test('[ADM8] answers are not for browsers to keep or show, and a fault tells nothing of itself', async () => {
  const answer = await get('/status')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  const broken = createMemoryStore()
  const other = await createServer({
    store: {
      ...broken,
      view: {
        ...broken.view,
        devices: () => {
          throw new Error('secret detail')
        },
      },
    },
  })
  const response = await fetch(`${other.url}/admin/v1/devices`, {
    headers: { authorization: `Bearer ${other.adminToken}` },
  })
  const text = await response.text()
  await other.close()
  expect([response.status, text.includes('secret')]).toEqual([500, false])
})

test('[ADM9] the log holds no text, name, code or token', async () => {
  await post('/users', { userName: 'ann.chan', displayName: '陳小姐' })
  const { code } = adminEnrolmentSchema.parse((await post('/enrolments', { user: 'ann.chan' })).value)
  const group = await post('/conversations', { name: '機密項目', members: ['ann.chan'] })
  const { id } = adminConversationSchema.parse(group.value)
  const line = await goLive(server, await enrolDevice(server, 'ann.chan'))
  line.send(message(id, 'top secret body'))
  await line.next('sent')
  await post('/users/ann.chan/deactivate')
  await line.closed
  await call('POST', '/v1/enroll', { code })
  await server.close()
  expect(logged.length).toBeGreaterThan(2)
  for (const secret of ['ann.chan', '陳小姐', '機密項目', 'top secret', code, server.adminToken]) {
    expect(logged.join('\n')).not.toContain(secret)
  }
})
