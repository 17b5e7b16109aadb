// Checks files on the whole server: asked for over the wire, sent and fetched by HTTP, kept private and across a restart.

import { readdirSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { AnswerOf, Request } from '../../shared/wire.ts'
import { fileHash, filePart, fileSlice } from '../../testing/file-bytes.ts'
import { call, finish, putPart, startPut } from '../../testing/file-site.ts'
import { createFolder, type Folder, findBytes } from '../../testing/folders.ts'
import { createServer, type Server } from '../server.ts'
import { createTestClock } from '../test-clock.ts'
import { addGroup, addUsers, enrolDevice, goLive, type Line, makeClientId } from '../test-device.ts'

let folder: Folder
let server: Server
const dataDir = () => join(folder.dir, 'data')
beforeEach(async () => {
  folder = createFolder()
  server = await createServer({ dataDir: dataDir() })
})
afterEach(async () => {
  await server.close()
  folder.remove()
})

let asked = 0
async function ask<T extends 'upload' | 'download'>(line: Line, question: Extract<Request, { type: T }>) {
  line.send({ type: 'request', id: ++asked, request: question })
  return (await line.next('answer')).answer as AnswerOf<T>
}

test('[FIL30] a file is asked for over the wire, sent by HTTP, named in a message and fetched by its readers', async () => {
  addUsers(server, 'ann', 'bob')
  const talk = addGroup(server, 'ann', 'bob')
  const [ann, bob] = [await enrolDevice(server, 'ann'), await enrolDevice(server, 'bob')]
  const [hers, his] = [await goLive(server, ann, { version: 2 }), await goLive(server, bob, { version: 2 })]
  const bytes = limits.filePartBytes + 100
  const sha256 = fileHash(1, bytes)
  const up = await ask(hers, { type: 'upload', conversationId: talk, sha256, bytes })
  expect(up).toMatchObject({ parts: 0, complete: false })
  for (const part of [0, 1]) {
    const put = await putPart(server.url, sha256, part, up.permit, Uint8Array.from(filePart(1, bytes, part)))
    expect(put).toMatchObject({ status: 200, parts: part + 1 })
  }
  expect(await finish(server.url, sha256, up.permit)).toMatchObject({ status: 200 })
  const files = [{ sha256, name: '報告.pdf', mediaType: 'application/pdf', bytes }]
  hers.send({ type: 'send', conversationId: talk, clientId: makeClientId(), body: '報告.pdf', isFallback: true, files })
  const { seq } = await hers.next('sent')
  const down = await ask(his, { type: 'download', conversationId: talk, seq, sha256 })
  expect(down.bytes).toBe(bytes)
  const fetchPart = () =>
    fetch(`${server.url}/v1/files/${sha256}/parts/1`, { headers: { authorization: `Bearer ${down.permit}` } })
  const response = await fetchPart()
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-disposition': 'attachment',
    'content-security-policy': expect.stringContaining("default-src 'none'"),
  })
  expect(Buffer.from(await response.arrayBuffer()).equals(filePart(1, bytes, 1))).toBe(true)

  expect(server.admin.wipeDevice({ deviceId: bob.deviceId, reason: 'lost' })).toMatchObject({ ok: true })
  const refused = await call(server.url, `${sha256}/parts/1`, down.permit)
  expect(refused).toMatchObject({ status: 409, code: 'device-wiped' })

  await server.close()
  for (const entry of readdirSync(dataDir(), { recursive: true, withFileTypes: true })) {
    const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o077
    expect([entry.name, mode]).toEqual([entry.name, 0])
  }
  expect(findBytes(dataDir(), ['報告', fileSlice(1, 50_000, 24), fileSlice(1, bytes - 50, 24)])).toEqual([])
  server = await createServer({ dataDir: dataDir() })
  const again = await goLive(server, ann, { version: 2 })
  const { permit } = await ask(again, { type: 'download', conversationId: talk, seq, sha256 })
  expect(await call(server.url, `${sha256}/parts/0`, permit)).toMatchObject({ status: 200 })
})

test('[FIL31] a request that does not end in its time is cut off; a part has longer', async () => {
  const clock = createTestClock()
  const slow = await createServer({ dataDir: join(folder.dir, 'slow'), clock })
  try {
    for (const userName of ['ann', 'bob']) slow.admin.createUser({ userName, displayName: userName })
    const talk = addGroup(slow, 'ann', 'bob')
    const line = await goLive(slow, await enrolDevice(slow, 'ann'), { version: 2 })
    const bytes = limits.filePartBytes
    const sha256 = fileHash(2, bytes)
    const { permit } = await ask(line, { type: 'upload', conversationId: talk, sha256, bytes })
    const body = Uint8Array.from(filePart(2, bytes, 0))
    const { put, ended } = await startPut(slow, sha256, 0, permit, bytes, body.subarray(0, 1000))

    const enrolling = request(`${slow.url}/v1/enroll`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': 100 },
    })
    let isCut = false
    enrolling.on('error', () => {
      isCut = true
    })
    enrolling.write('{')
    // Other requests pass meanwhile, until the server has seen this one.
    for (let passedMs = 0; !isCut && passedMs < limits.filePartMs - limits.httpRequestMs; passedMs += 1000) {
      expect((await fetch(`${slow.url}/v1/server`)).status).toBe(200)
      clock.advance(passedMs === 0 ? limits.httpRequestMs : 1000)
    }
    expect(isCut).toBe(true)
    put.end(body.subarray(1000))
    expect(await ended).toBe(200)
  } finally {
    await slow.close()
  }
})
