// Checks what IT does to conversations over HTTP: changed, people brought in and taken out, on record, and told to devices
// of either version.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { adminConversationSchema } from '../../shared/admin.ts'
import type { ConversationId } from '../../shared/model.ts'
import { createServer, type Server } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/port.ts'
import { addUsers, enrolDevice, goLive, message } from '../test-device.ts'

let server: Server
let store: Store
beforeEach(async () => {
  store = createMemoryStore()
  server = await createServer({ store })
  addUsers(server, 'ann', 'ben', 'cy')
})
afterEach(() => server.close())

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(`${server.url}/admin/v1/conversations/${path}`, {
    method,
    headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, value: (await response.json()) as unknown }
}

function create(input: Partial<Parameters<Server['admin']['createConversation']>[0]>): ConversationId {
  const made = server.admin.createConversation({ name: 'C', members: ['ann', 'ben'], kind: 'channel', ...input })
  if (!made.ok) throw new Error(made.error.code)
  return made.value.id
}

const codeOf = ({ value }: { value: unknown }) => (value as { code?: string }).code

test('[ADM17] IT renames, opens and archives a conversation, brings people in and takes them out', async () => {
  const id = create({ isOpen: true, topic: 't' })
  const change = { name: '公告', topic: '', isOpen: false, archived: true }
  const changed = adminConversationSchema.parse((await call('PATCH', id, change)).value)
  expect(changed).toMatchObject({ name: '公告', isOpen: false, archived: true, members: ['ann', 'ben'], headSeq: 3 })
  expect(changed.topic).toBeUndefined()
  expect(codeOf(await call('POST', `${id}/members`, { members: ['cy'] }))).toBe('conversation-archived')
  await call('PATCH', id, { archived: false })
  const invited = await call('POST', `${id}/members`, { members: ['CY', 'ann'] })
  expect(adminConversationSchema.parse(invited.value)).toMatchObject({ members: ['ann', 'ben', 'cy'], headSeq: 5 })
  const removed = await call('DELETE', `${id}/members/ann`, {})
  expect(adminConversationSchema.parse(removed.value)).toMatchObject({ members: ['ben', 'cy'], headSeq: 6 })
  expect(server.admin.listConversations({})).toEqual({ ok: true, value: [removed.value] })
})

test('[ADM18] what cannot be is refused: a direct one changed, a group opened, nobody, the deactivated, no member', async () => {
  const direct = create({ kind: 'direct' })
  const group = create({ kind: 'group' })
  server.admin.deactivateUser({ userName: 'cy' })
  const answers = [
    await call('PATCH', direct, { topic: 'x' }),
    await call('POST', `${direct}/members`, { members: ['ann'] }),
    await call('DELETE', `${direct}/members/ann`, {}),
    await call('PATCH', group, { isOpen: true }),
    await call('POST', `${group}/members`, { members: ['zed'] }),
    await call('POST', `${group}/members`, { members: ['cy'] }),
    await call('DELETE', `${group}/members/cy`, {}),
    await call('PATCH', `cnv_${'0'.repeat(20)}`, { name: 'x' }),
    await call('PATCH', group, { name: '' }),
  ]
  expect(answers.map(codeOf)).toEqual([
    'not-allowed',
    'not-allowed',
    'not-allowed',
    'bad-input',
    'not-found',
    'user-inactive',
    'not-found',
    'not-found',
    'bad-input',
  ])
  const opened = server.admin.createConversation({ name: 'G', members: ['ann'], kind: 'group', isOpen: true })
  expect(opened).toMatchObject({ ok: false, error: { code: 'bad-input' } })
})

test('[ADM19] what IT changes stands on the record of acts; what is so already does not', () => {
  const conversationId = create({})
  const acts = () => store.view.actsOn(conversationId, 99).map(({ act, detail }) => [act, JSON.parse(detail)])
  const userId = store.view.userByFoldedName('cy')?.userId
  for (let i = 0; i < 2; i++) server.admin.changeConversation({ conversationId, name: 'N' })
  for (let i = 0; i < 2; i++) server.admin.addMembers({ conversationId, members: ['cy'] })
  for (let i = 0; i < 2; i++) server.admin.removeMember({ conversationId, userName: 'cy' })
  expect(acts().reverse()).toEqual([
    ['createConversation', { kind: 'channel', name: 'C', members: 2 }],
    ['changeConversation', { name: 'N' }],
    ['addMembers', { userIds: [userId] }],
    ['removeMember', { userId }],
  ])
})

test('[ADM20] devices are told: events to all, the conversation anew to those of version 1, its loss to who lost it', async () => {
  const conversationId = create({})
  const old = await goLive(server, await enrolDevice(server, 'ann'), { version: 1 })
  const ben = await goLive(server, await enrolDevice(server, 'ben'), { version: 2 })
  const cy = await goLive(server, await enrolDevice(server, 'cy'), { version: 2 })
  for (const line of [old, ben, cy]) await line.next('access')
  server.admin.addMembers({ conversationId, members: ['cy'] })
  const granted = (await cy.next('access')).granted
  expect(granted).toMatchObject([{ conversationId, asOfSeq: 3 }])
  expect(new Set(granted[0]?.memberIds).size).toBe(3)
  expect((await old.next('access')).granted).toMatchObject([{ conversationId, asOfSeq: 3 }])
  for (const line of [old, ben, cy]) {
    expect((await line.next('event')).event).toMatchObject({ seq: 3, content: { type: 'joined', byOperator: true } })
  }
  server.admin.removeMember({ conversationId, userName: 'cy' })
  expect((await cy.next('access')).revoked).toEqual([conversationId])
  expect((await ben.next('event')).event.content).toMatchObject({ type: 'left', byOperator: true })
  old.send(message(conversationId, 'after'))
  expect((await ben.next('event')).event.content).toMatchObject({ body: 'after' })
  for (const line of [ben, cy]) await line.settle()
  expect(ben.frames.filter((frame) => frame.type === 'access')).toHaveLength(1)
  expect(cy.frames.filter((frame) => frame.type === 'event')).toHaveLength(1)
})
