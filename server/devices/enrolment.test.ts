// Checks enrolment over HTTP: what a code is worth, for how long, for whom, and how often one may try.

import { createHash } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { enrolResponseSchema, problemSchema, serverInfoSchema } from '../../shared/wire.ts'
import { createServer, type Server } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/port.ts'
import { createTestClock, type TestClock } from '../test-clock.ts'
import { addUsers, enrolBody, makeDeviceKey, postJson } from '../test-device.ts'

let server: Server
let clock: TestClock
let store: Store
async function start(): Promise<void> {
  clock = createTestClock()
  store = createMemoryStore()
  server = await createServer({ store, clock, workspaceName: '海灣行 Harbour & Vale' })
  addUsers(server, 'alice', 'bob')
}
afterEach(() => server.close())

function newCode(user = 'alice'): string {
  const made = server.admin.createEnrolment({ user })
  if (!made.ok) throw new Error(made.error.code)
  return made.value.code
}

async function enrol(body: unknown): Promise<{ status: number; body: unknown; code?: string; response: Response }> {
  const response = await postJson(`${server.url}/v1/enroll`, body)
  const answer: unknown = await response.json()
  if (response.ok) return { status: response.status, body: enrolResponseSchema.parse(answer), response }
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  return { status: response.status, body: answer, code: problemSchema.parse(answer).code, response }
}

test('[ENR1] a code enrols a device, which is told the workspace and the keys to pin', async () => {
  await start()
  const code = newCode()
  expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/)
  const { status, body } = await enrol(enrolBody(code))
  expect(status).toBe(200)
  expect(body).toMatchObject({
    workspaceId: server.workspaceId,
    workspaceName: '海灣行 Harbour & Vale',
    authorityKeys: server.authorityKeys,
    timeMs: clock.nowMs(),
  })
  expect(server.admin.listDevices({})).toMatchObject({ value: [{ user: 'alice', name: 'Desk 1', status: 'active' }] })
})

test('[ENR2] a code is read however it is typed', async () => {
  await start()
  const code = newCode()
  const typed = ` ${code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')} `
  expect((await enrol(enrolBody(typed))).status).toBe(200)
})

test('[ENR3] a code works once; another device is told that it has been used', async () => {
  await start()
  const code = newCode()
  await enrol(enrolBody(code))
  expect(await enrol(enrolBody(code))).toMatchObject({ status: 409, code: 'code-used' })
})

test('[ENR4] the same device asking again, its answer lost, gets the same answer while the code lives', async () => {
  await start()
  const body = enrolBody(newCode())
  const first = await enrol(body)
  expect((await enrol(body)).body).toEqual(first.body)
  clock.advance(limits.enrolCodeLifeMs)
  expect(await enrol(body)).toMatchObject({ status: 409, code: 'code-used' })
  const listed = server.admin.listDevices({})
  expect(listed.ok && listed.value).toHaveLength(1)
})

test('[ENR5] an unknown and an expired code are told apart', async () => {
  await start()
  expect(await enrol(enrolBody('AAAA-BBBB-CCCC'))).toMatchObject({ status: 404, code: 'code-unknown' })
  const code = newCode()
  clock.advance(limits.enrolCodeLifeMs - 1)
  const late = newCode()
  clock.advance(1)
  expect(await enrol(enrolBody(code))).toMatchObject({ status: 410, code: 'code-expired' })
  expect((await enrol(enrolBody(late))).status).toBe(200)
})

test('[ENR6] the enroller has to hold the device key', async () => {
  await start()
  const code = newCode()
  const body = { ...enrolBody(code), devicePublicKey: makeDeviceKey().publicKey }
  expect(await enrol(body)).toMatchObject({ status: 403, code: 'proof-invalid' })
  const elsewhere = { ...enrolBody('AAAA-BBBB-CCCC'), code }
  expect(await enrol(elsewhere)).toMatchObject({ status: 403, code: 'proof-invalid' })
  expect((await enrol(enrolBody(code))).status).toBe(200)
})

test('[ENR7] a deactivated user enrols no device, with a code from before either', async () => {
  await start()
  const code = newCode()
  server.admin.deactivateUser({ userName: 'alice' })
  expect(await enrol(enrolBody(code))).toMatchObject({ status: 403, code: 'user-inactive' })
  expect(server.admin.createEnrolment({ user: 'alice' })).toMatchObject({ error: { code: 'user-inactive' } })
})

test('[ENR8] after too many wrong codes an address waits, whatever it tries, and is told how long', async () => {
  await start()
  const code = newCode()
  clock.advance(1)
  for (let i = 0; i < limits.enrolTriesPerWindow; i++) {
    expect((await enrol(enrolBody('AAAA-BBBB-CCCC'))).status).toBe(404)
  }
  clock.advance(limits.enrolWindowMs - 1500)
  const refused = await enrol(enrolBody(code))
  expect(refused).toMatchObject({ status: 429, code: 'rate-limited', body: { retryAfterMs: 1500 } })
  expect(refused.response.headers.get('retry-after')).toBe('2')
  clock.advance(1500)
  expect((await enrol(enrolBody(code))).status).toBe(200)
})

test('[ENR9] a user has a limited number of open codes', async () => {
  await start()
  for (let i = 0; i < limits.enrolCodesPerUser; i++) newCode()
  expect(server.admin.createEnrolment({ user: 'alice' })).toMatchObject({
    error: { code: 'rate-limited', retryAfterMs: limits.enrolCodeLifeMs },
  })
  newCode('bob')
  clock.advance(limits.enrolCodeLifeMs)
  newCode()
})

test('[ENR10] a code is kept as a keyed hash only', async () => {
  await start()
  const code = newCode().replaceAll('-', '')
  const rows = store.view.openCodesOf(store.view.userByFoldedName('alice')!.userId, clock.nowMs())
  const [row] = rows
  expect(Buffer.from(row!.codeHash)).toHaveLength(32)
  expect(Buffer.from(row!.codeHash).equals(createHash('sha256').update(code).digest())).toBe(false)
  expect(JSON.stringify({ ...row, codeHash: Buffer.from(row!.codeHash).toString('latin1') })).not.toContain(code)
})

test('[ENR11] a device key is one device: of another user it is refused, of the same user it stays that device', async () => {
  await start()
  const key = makeDeviceKey()
  const first = await enrol(enrolBody(newCode(), key))
  expect(await enrol(enrolBody(newCode('bob'), key))).toMatchObject({ status: 409, code: 'already-exists' })
  expect((await enrol(enrolBody(newCode(), key))).body).toEqual(first.body)
})

test.each([{}, [], 'no json', { ...enrolBody('AAAA-BBBB-CCCC'), extra: 1 }, { ...enrolBody('x'), deviceName: '' }])(
  '[ENR12] a malformed request is refused without a look at its code (%#)',
  async (body) => {
    await start()
    expect(await enrol(body)).toMatchObject({ status: 400, code: 'bad-input' })
  },
)

test('[ENR13] anybody may ask what answers here', async () => {
  await start()
  const response = await fetch(`${server.url}/v1/server`)
  expect(serverInfoSchema.parse(await response.json())).toEqual({
    product: 'causeway',
    workspaceId: server.workspaceId,
    versions: [1, 2],
    timeMs: clock.nowMs(),
  })
})
