// Checks conversations over real sockets with devices of both versions: a device of version 2 does all it can, and one of
// version 1, whose own parser is kept as a build, reads every frame and ends with the same log.

import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Request } from '../../shared/wire.ts'
import { createServer, type Server } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import {
  addGroup,
  addUsers,
  enrolDevice,
  goLive,
  type Line,
  makeClientId,
  message,
  type TestDevice,
} from '../test-device.ts'

/** The stored build of version 1's own parser. */
const wire1 = new URL('../../testing/builds/wire-1/wire.js', import.meta.url).href
const { parseDownFrame: parseDownFrame1 } = (await import(wire1)) as {
  parseDownFrame: (text: string) => { readonly type: string }
}

let folder: string
let server: Server
let ann: TestDevice
let ben: TestDevice
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-files-'))
  server = await createServer({ store: createMemoryStore(), filesDir: folder })
  addUsers(server, 'ann', 'ben', 'cy')
  ;[ann, ben] = [await enrolDevice(server, 'ann'), await enrolDevice(server, 'ben')]
})
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

let lastId = 0
async function ask(line: Line, request: Request) {
  lastId++
  line.send({ type: 'request', id: lastId, request })
  return (await line.next('answer')).answer
}

test('[CNV50] a device of version 1 reads every frame of what newer ones do, and ends with the same log', async () => {
  const now = await goLive(server, ann, { version: 2 })
  const old = await goLive(server, ben, { version: 1 })
  const made = await ask(now, {
    type: 'create',
    clientId: makeClientId(),
    kind: 'channel',
    name: '法務部',
    topic: 't',
    isOpen: true,
    memberIds: [ben.userId],
  })
  if (made.type !== 'created') throw new Error(made.type)
  const { conversationId } = made
  const place = async () => (await now.next('sent')).seq
  const mentions = [{ type: 'everyone' as const, start: 0, end: 8 }]
  now.send({ ...message(conversationId, '@channel one'), mentions })
  const first = await place()
  now.send({ ...message(conversationId, 'two'), threadSeq: first, quoteSeq: first })
  const reply = await place()
  const act = { type: 'act', conversationId } as const
  for (const each of [
    { type: 'edit', targetSeq: first, body: '@channel better', mentions },
    { type: 'react', targetSeq: first, emoji: '👍🏽', on: true },
    { type: 'delete', targetSeq: reply },
  ] as const) {
    now.send({ ...act, clientId: makeClientId(), act: each })
    await place()
  }
  const forward = { conversationId, seq: first }
  now.send({ ...message(conversationId, 'as it was'), isFallback: true, forward })
  await place()
  const cy = (await enrolDevice(server, 'cy')).userId
  await ask(now, { type: 'invite', conversationId, userIds: [cy] })
  await ask(now, { type: 'remove', conversationId, userId: cy })
  await ask(now, { type: 'change', conversationId, name: '法務', topic: '', archived: true })
  old.send(message(conversationId, 'too late'))
  expect(await old.next('refused')).toMatchObject({ code: 'conversation-archived' })
  const pages = []
  for (const line of [now, old]) {
    await line.settle()
    line.send({ type: 'pull', id: 1, conversationId, from: { after: 0 }, limit: 100 })
    pages.push((await line.next('events')).events)
  }
  expect(pages[0]).toEqual(pages[1])
  expect(pages[0]?.map((event) => event.content.type)).toEqual(
    'created joined message redacted edited reacted deleted message joined left changed'.split(' '),
  )
  for (const frame of old.frames) expect(parseDownFrame1(JSON.stringify(frame))).toMatchObject({ type: 'frame' })
  const granted = old.frames.flatMap((frame) => (frame.type === 'access' ? frame.granted : []))
  expect(granted.at(-1)).toMatchObject({ name: '法務', memberIds: [ann.userId, ben.userId].sort() })
})

test('[CNV51] what one person sets reaches their other device at once and the heads of the next connection', async () => {
  const made = server.admin.createConversation({ name: 'C', members: ['ann', 'ben'] })
  if (!made.ok) throw new Error(made.error.code)
  const conversationId = made.value.id
  const desk = await goLive(server, ann, { version: 2 })
  const laptop = await goLive(server, await enrolDevice(server, 'ann'), { version: 2 })
  const prefs = { muted: true, pinned: false, unreadFromSeq: 2 }
  desk.send({ type: 'prefs', conversationId, prefs })
  expect(await laptop.next('prefsMoved')).toEqual({ type: 'prefsMoved', conversationId, prefs })
  const again = await goLive(server, ann, { version: 2 })
  const heads = again.frames.flatMap((frame) => (frame.type === 'heads' ? frame.heads : []))
  expect(heads).toMatchObject([{ conversationId, prefs }])
})

test('[CNV52] a file is handed in, sent, fetched by a member, and refused once its message is deleted', async () => {
  const conversationId = addGroup(server, 'ann', 'ben')
  const desk = await goLive(server, ann, { version: 2 })
  const other = await goLive(server, ben, { version: 2 })
  const plain = Buffer.from('合約全文')
  const sha256 = createHash('sha256').update(plain).digest('base64url')
  const upload = await ask(desk, { type: 'upload', conversationId, sha256, bytes: plain.length })
  if (upload.type !== 'upload') throw new Error(upload.type)
  const url = `${server.url}/v1/files/${sha256}`
  const headers = { authorization: `Bearer ${upload.permit}`, 'content-type': 'application/octet-stream' }
  expect((await fetch(`${url}/parts/0`, { method: 'PUT', headers, body: plain })).ok).toBe(true)
  const file = { sha256, name: '合約.txt', mediaType: 'text/plain', bytes: plain.length }
  desk.send({ ...message(conversationId, 'too early'), files: [file] })
  expect(await desk.next('refused')).toMatchObject({ code: 'file-missing' })
  const { authorization } = headers
  expect((await fetch(`${url}/finish`, { method: 'POST', headers: { authorization } })).ok).toBe(true)
  desk.send({ ...message(conversationId, 'x'), isFallback: true, files: [file] })
  const { seq } = await desk.next('sent')
  expect((await other.next('event')).event.content).toMatchObject({ body: '合約.txt', isFallback: true, files: [file] })
  const download = await ask(other, { type: 'download', conversationId, seq, sha256 })
  if (download.type !== 'download') throw new Error(download.type)
  const part = () => fetch(`${url}/parts/0`, { headers: { authorization: `Bearer ${download.permit}` } })
  expect(Buffer.from(await (await part()).arrayBuffer())).toEqual(plain)
  desk.send({ type: 'act', conversationId, clientId: makeClientId(), act: { type: 'delete', targetSeq: seq } })
  await desk.next('sent')
  expect((await part()).status).toBe(404)
})
