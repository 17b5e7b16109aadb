// Owns the tests of sending and fetching: whole, cut off, restarted, refused, and with a server that lies.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { FileId, FileInfo } from '../../shared/model.ts'
import { fail } from '../../shared/result.ts'
import { fileSlice } from '../../testing/file-bytes.ts'
import { type FileDesk, openFileDesk } from '../../testing/file-desk.ts'
import { type FileServer, openFileServer } from '../../testing/file-server.ts'
import { findBytes } from '../../testing/folders.ts'

let server: FileServer
let desk: FileDesk
beforeEach(async () => {
  server = await openFileServer()
  desk = await openFileDesk(server)
})
afterEach(async () => {
  await desk.end()
  await server.close()
})

const PART = limits.filePartBytes
const hashOf = (content: Uint8Array) => createHash('sha256').update(content).digest('base64url')
const infoOf = (content: Buffer, over: Partial<FileInfo> = {}): FileInfo => ({
  sha256: hashOf(content),
  name: 'Plan.bin',
  mediaType: 'application/octet-stream',
  bytes: content.length,
  ...over,
})
const stateOf = (content: Buffer) => desk.files.transferOf(desk.conversationId, hashOf(content))?.state
const folders = () => (existsSync(join(desk.dir, 'files')) ? readdirSync(join(desk.dir, 'files')) : [])
const count = (call: string) => server.calls.filter((one) => one === call).length
async function headOf(fileId: FileId, bytes: number): Promise<Buffer> {
  const slice = await desk.files.read(fileId, 0, bytes)
  return slice.ok ? Buffer.from(slice.value) : Buffer.from(slice.error.code)
}
/** What the log of the server's day would make of a message that was sent. */
function settle(clientId: ReturnType<FileDesk['send']>, files: readonly FileInfo[]): void {
  const { conversationId, known, store } = desk
  const seq = (store.position(conversationId)?.high ?? 0) + 1
  const content = { type: 'message' as const, clientId, body: 'files', files: [...files] }
  store.applyEvents(conversationId, [{ conversationId, seq, atMs: seq, actorId: known.self, content }])
  desk.files.conversationsLost()
}

test('[FIL65] the files of a message are sent part by part, and the message is ready once the server has them all', async () => {
  const contents = [fileSlice(1, 0, 2 * PART + 7), fileSlice(2, 0, 0), fileSlice(3, 0, 500)]
  const fileIds: FileId[] = []
  for (const content of contents) fileIds.push(await desk.attach('a.bin', content))
  expect(server.calls).toEqual([])
  const clientId = desk.send(fileIds)
  expect(desk.files.ready(clientId)).toBe(false)
  await desk.until(() => desk.ready.includes(clientId))
  expect(desk.files.ready(clientId)).toBe(true)
  for (const content of contents) expect(server.content(hashOf(content))?.equals(content)).toBe(true)
  expect([count('PUT 0'), count('PUT 1'), count('PUT 2'), count('finish')]).toEqual([2, 1, 1, 3])
})

test('[FIL65] a message sent while its file is still being taken in is ready when that is in and up', async () => {
  const content = fileSlice(4, 0, 1000)
  const attached = await desk.files.attach({
    conversationId: desk.conversationId,
    name: 'a.bin',
    mediaType: '',
    bytes: 1000,
  })
  if (!attached.ok) throw new Error(attached.error.code)
  const { fileId } = attached.value
  const clientId = desk.send([fileId])
  expect(desk.files.transferOfFile(fileId)).toEqual({ state: 'staging', doneBytes: 0 })
  await desk.files.append(fileId, 0, Uint8Array.from(content))
  await desk.until(() => desk.ready.includes(clientId))
  expect(server.content(hashOf(content))?.equals(content)).toBe(true)
})

test('[FIL66] after a cut sending goes on where the server is, and so it does after a restart of this desktop', async () => {
  const content = fileSlice(5, 0, 3 * PART)
  const fileId = await desk.attach('a.bin', content)
  server.fault = (call) => (call === 'PUT 1' && count('PUT 1') < 3 ? 'cut' : undefined)
  const clientId = desk.send([fileId])
  await desk.until(() => count('PUT 1') >= 2)
  await desk.restart('abandon')
  await desk.until(() => desk.ready.includes(clientId))
  expect(count('PUT 0')).toBe(1)
  expect(server.content(hashOf(content))?.equals(content)).toBe(true)
})

test('[FIL66] what the server has already is not sent; a permit that is over is renewed; a busy server is tried again', async () => {
  const known = fileSlice(6, 0, PART + 1)
  server.keep(known)
  const first = desk.send([await desk.attach('a.bin', known)])
  await desk.until(() => desk.ready.includes(first))
  expect(server.calls).toEqual(['upload'])
  const content = fileSlice(7, 0, 2 * PART)
  let faults = 0
  server.fault = (call) => {
    if (call !== 'PUT 1') return undefined
    faults += 1
    if (faults === 1) server.expirePermits()
    return faults === 2 ? { status: 429, code: 'rate-limited', retryAfterMs: 2 } : undefined
  }
  const second = desk.send([await desk.attach('b.bin', content)])
  await desk.until(() => desk.ready.includes(second))
  expect([count('PUT 0'), faults, count('upload')]).toEqual([1, 3, 4])
  expect(server.content(hashOf(content))?.equals(content)).toBe(true)
})

test('[FIL67] a refusal fails the message with its reason; tried again, it is sent', async () => {
  const content = fileSlice(8, 0, 100)
  server.refuse = () => fail('conversation-archived').error
  const fileId = await desk.attach('a.bin', content)
  const clientId = desk.send([fileId])
  await desk.until(() => desk.refused.length > 0)
  expect(desk.refused).toMatchObject([{ clientId, failure: { code: 'conversation-archived' } }])
  expect(desk.files.transferOfFile(fileId)).toMatchObject({ state: 'failed' })
  server.refuse = () => undefined
  desk.store.setFailure(clientId, undefined)
  desk.files.outgoing(clientId)
  await desk.until(() => desk.ready.includes(clientId))
})

test('[FIL67] a message whose file a crash cut off while it was taken in fails: nobody has the rest', async () => {
  const { conversationId } = desk
  const attached = await desk.files.attach({ conversationId, name: 'a.bin', mediaType: '', bytes: 1000 })
  if (!attached.ok) throw new Error(attached.error.code)
  const clientId = desk.send([attached.value.fileId])
  await desk.restart('abandon')
  expect(desk.refused).toMatchObject([{ clientId, failure: { code: 'file-missing' } }])
})

test('[FIL68] bytes that arrived changed are sent anew; a second time the message fails', async () => {
  const content = fileSlice(9, 0, 100)
  let mismatches = 1
  server.fault = (call) => (call === 'finish' && mismatches-- > 0 ? { status: 422, code: 'file-mismatch' } : undefined)
  const first = desk.send([await desk.attach('a.bin', content)])
  await desk.until(() => desk.ready.includes(first))
  mismatches = 5
  const second = desk.send([await desk.attach('b.bin', fileSlice(10, 0, 100))])
  await desk.until(() => desk.refused.length > 0)
  expect(desk.refused).toMatchObject([{ clientId: second, failure: { code: 'file-mismatch' } }])
})

test('[FIL69] what was sent stays here under the hash; a message that is discarded takes its files along', async () => {
  const content = fileSlice(11, 0, 100)
  const sent = desk.send([await desk.attach('a.bin', content)])
  await desk.until(() => desk.ready.includes(sent))
  settle(sent, [infoOf(content)])
  expect(stateOf(content)).toBe('here')
  desk.files.disconnected()
  const discarded = desk.send([await desk.attach('b.bin', fileSlice(12, 0, 100))])
  expect(folders()).toHaveLength(2)
  desk.store.takeOut(discarded)
  desk.files.conversationsLost()
  await desk.files.close()
  expect(folders()).toHaveLength(1)
  expect(desk.store.files().map(({ role }) => role)).toEqual(['cached'])
})

test('[FIL70] a file of a message is fetched, verified and here, sealed; a second wish for it fetches nothing', async () => {
  const content = fileSlice(14, 0, 2 * PART + 9)
  server.keep(content)
  const fileId = desk.receive(infoOf(content))
  expect(stateOf(content)).toBeUndefined()
  expect(await headOf(fileId, 10)).toEqual(Buffer.from('file-missing'))
  expect(desk.files.fetch(fileId)).toEqual({ ok: true, value: undefined })
  expect(desk.files.fetch(fileId)).toEqual({ ok: true, value: undefined })
  await desk.until(() => stateOf(content) === 'here')
  expect(server.calls).toEqual(['download', 'GET 0', 'GET 1', 'GET 2'])
  expect((await headOf(fileId, 100)).equals(content.subarray(0, 100))).toBe(true)
  expect(findBytes(join(desk.dir, 'files'), [content.subarray(0, 64)])).toEqual([])
  desk.files.fetch(fileId)
  expect(server.calls).toHaveLength(4)
})

test('[FIL71] fetching goes on where it was: after a cut, after being ended, after a crash', async () => {
  const content = fileSlice(15, 0, 4 * PART)
  server.keep(content)
  const info = infoOf(content)
  const fileId = desk.receive(info)
  let faults = 0
  server.fault = (call) => (call === 'GET 2' || (call === 'GET 1' && ++faults < 3) ? 'cut' : undefined)
  desk.files.fetch(fileId)
  await desk.until(() => count('GET 2') > 0)
  desk.files.cancel(fileId)
  await desk.until(() => stateOf(content) === undefined)
  expect(stateOf(content)).toBeUndefined()
  server.fault = (call) => (call === 'GET 3' ? 'cut' : undefined)
  desk.files.fetch(fileId)
  await desk.until(() => count('GET 3') > 0)
  await desk.restart('abandon')
  // A crash in the middle of a part leaves a draft of it.
  writeFileSync(join(desk.dir, 'files', desk.store.file(fileId)?.folder ?? '', '3.new'), 'half')
  server.fault = () => undefined
  const again = desk.receive(info)
  desk.files.fetch(again)
  await desk.until(() => stateOf(content) === 'here')
  expect([count('GET 0'), count('GET 1')]).toEqual([1, 3])
  expect((await headOf(again, 100)).equals(content.subarray(0, 100))).toBe(true)
})

test('[FIL72] a part that was damaged while it waited is fetched again', async () => {
  const content = fileSlice(16, 0, 3 * PART)
  server.keep(content)
  const info = infoOf(content)
  server.fault = (call) => (call === 'GET 2' ? { status: 403, code: 'not-allowed' } : undefined)
  const fileId = desk.receive(info)
  desk.files.fetch(fileId)
  await desk.until(() => stateOf(content) === 'failed')
  await desk.restart('abandon')
  writeFileSync(join(desk.dir, 'files', desk.store.file(fileId)?.folder ?? '', '1'), 'nonsense')
  server.fault = () => undefined
  desk.files.fetch(desk.receive(info))
  await desk.until(() => stateOf(content) === 'here')
  expect([count('GET 0'), count('GET 1'), count('GET 2')]).toEqual([1, 2, 2])
})

test('[FIL73] bytes of another hash are destroyed and never here', async () => {
  const content = fileSlice(17, 0, PART + 10)
  server.keep(content)
  server.alter = (bytes) => Buffer.from(bytes.map((byte, i) => (i === 3 ? byte ^ 1 : byte)))
  const fileId = desk.receive(infoOf(content))
  desk.files.fetch(fileId)
  await desk.until(() => stateOf(content) === 'failed')
  expect(desk.files.transferOf(desk.conversationId, hashOf(content))).toMatchObject({
    failure: { code: 'file-mismatch' },
  })
  expect(desk.store.files()).toEqual([])
  // The user tries again, and the server has come to its senses.
  server.alter = (bytes) => bytes
  desk.files.fetch(fileId)
  await desk.until(() => stateOf(content) === 'here')
  expect(folders()).toEqual([desk.store.file(fileId)?.folder])
})

test.each([
  ['more', (bytes: Buffer) => Buffer.concat([bytes, bytes])],
  ['another length', (bytes: Buffer) => bytes],
])('[FIL73] a server that serves %s than the message says is not believed', async (what, alter) => {
  const content = fileSlice(18, 0, 1000)
  server.keep(content)
  server.alter = alter
  desk.files.fetch(desk.receive(infoOf(content, what === 'more' ? {} : { bytes: 999 })))
  await desk.until(() => stateOf(content) === 'failed')
  expect(desk.files.transferOf(desk.conversationId, hashOf(content))).toMatchObject({
    failure: { code: 'file-mismatch' },
  })
  expect(desk.store.files()).toEqual([])
})

test('[FIL74] without a connection a transfer waits, and begins when there is one', async () => {
  const content = fileSlice(19, 0, 100)
  server.keep(content)
  desk.files.disconnected()
  desk.files.fetch(desk.receive(infoOf(content)))
  expect(desk.files.transferOf(desk.conversationId, hashOf(content))).toEqual({ state: 'waiting', doneBytes: 0 })
  const clientId = desk.send([await desk.attach('a.bin', fileSlice(20, 0, 100))])
  expect(server.calls).toEqual([])
  desk.files.connected()
  await desk.until(() => stateOf(content) === 'here' && desk.ready.includes(clientId))
})

test('[FIL75] a disk without room fails the fetch before a byte of it comes', async () => {
  const content = fileSlice(21, 0, 100)
  server.keep(content)
  await desk.restart('close', { freeBytes: async () => limits.diskReserveBytes + 99 })
  desk.files.fetch(desk.receive(infoOf(content)))
  await desk.until(() => stateOf(content) === 'failed')
  expect(desk.files.transferOf(desk.conversationId, hashOf(content))).toMatchObject({ failure: { code: 'disk-full' } })
  expect(count('GET 0')).toBe(0)
})

test('[FIL76] with its conversation a file goes, key and folder, even in mid-fetch', async () => {
  const [here, coming] = [fileSlice(22, 0, 100), fileSlice(23, 0, 3 * PART)]
  for (const content of [here, coming]) server.keep(content)
  desk.files.fetch(desk.receive(infoOf(here)))
  await desk.until(() => stateOf(here) === 'here')
  server.fault = (call) => (call === 'GET 2' ? 'cut' : undefined)
  const fileId = desk.receive(infoOf(coming))
  desk.files.fetch(fileId)
  await desk.until(() => count('GET 2') > 0)
  const tried = count('download')
  desk.store.applyAccess([], [desk.conversationId], 'a2')
  desk.files.conversationsLost()
  expect(desk.store.files()).toEqual([])
  await desk.files.close()
  expect(folders()).toEqual([])
  expect(count('download') - tried).toBeLessThanOrEqual(1)
  expect(desk.files.fetch(fileId)).toMatchObject({ error: { code: 'not-found' } })
})

test('[FIL77] beyond the bound the least recently used cached files leave; drafts stay', async () => {
  let nowMs = 1_000_000
  const clock = { nowMs: () => nowMs, setTimer: () => () => undefined }
  await desk.restart('close', { cacheBytes: 3500, clock })
  const contents = [30, 31, 32].map((seed) => fileSlice(seed, 0, 1000))
  const ids: FileId[] = []
  for (const content of contents) {
    server.keep(content)
    const fileId = desk.receive(infoOf(content))
    ids.push(fileId)
    desk.files.fetch(fileId)
    await desk.until(() => stateOf(content) === 'here')
    nowMs += 100_000
  }
  await desk.attach('draft.bin', fileSlice(33, 0, 400))
  // The first is looked at again; so the second is the oldest.
  await desk.files.read(ids[0] as FileId, 0, 10)
  nowMs += 100_000
  const more = fileSlice(34, 0, 1000)
  server.keep(more)
  desk.files.fetch(desk.receive(infoOf(more)))
  await desk.until(() => stateOf(more) === 'here')
  expect(contents.map(stateOf)).toEqual(['here', undefined, 'here'])
  expect(desk.store.files().filter(({ role }) => role === 'draft')).toHaveLength(1)
})

test('[FIL78] folders without a record go at the start', async () => {
  const fileId = await desk.attach('a.bin', fileSlice(35, 0, 100))
  const { folder } = desk.store.file(fileId) ?? {}
  await desk.files.close()
  mkdirSync(join(desk.dir, 'files', 'stray'))
  writeFileSync(join(desk.dir, 'files', 'stray', '0'), 'sealed')
  await desk.restart('close')
  // In order with what is asked later.
  expect((await headOf(fileId, 10)).length).toBe(10)
  expect(folders()).toEqual([folder])
})

test('[FIL79] a cached file that turns out damaged is no longer here, and can be fetched anew', async () => {
  const content = fileSlice(36, 0, 1000)
  server.keep(content)
  const fileId = desk.receive(infoOf(content))
  desk.files.fetch(fileId)
  await desk.until(() => stateOf(content) === 'here')
  writeFileSync(join(desk.dir, 'files', desk.store.file(fileId)?.folder ?? '', '0'), 'nonsense')
  expect(await headOf(fileId, 10)).toEqual(Buffer.from('file-mismatch'))
  expect(stateOf(content)).toBeUndefined()
  desk.files.fetch(fileId)
  await desk.until(() => stateOf(content) === 'here')
  expect((await headOf(fileId, 10)).equals(content.subarray(0, 10))).toBe(true)
})
