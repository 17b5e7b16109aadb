// Checks what files must refuse or bound: whoever may not, too much at once, too slow, a full disk, what is left behind.

import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { type ClientRequest, request } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { limits, times } from '../../shared/limits.ts'
import { fileHash, filePart } from '../../testing/file-bytes.ts'
import {
  ask,
  call,
  fetching,
  finish,
  getPart,
  grant,
  grantFetch,
  openSite,
  part,
  putPart,
  type Site,
  send,
  startPut,
} from '../../testing/file-site.ts'
import { createFolder, type Folder, listFiles } from '../../testing/folders.ts'
import { createTestClock } from '../test-clock.ts'
import { systemDisk } from './parts.ts'

const mib = 1024 * 1024
let folder: Folder
let clock = createTestClock()
const sites: Site[] = []
beforeEach(() => {
  folder = createFolder()
  clock = createTestClock()
})
afterEach(async () => {
  for (const site of sites.splice(0)) await site.close()
  folder.remove()
})
const dir = () => join(folder.dir, 'files')
async function open(changes: Partial<Parameters<typeof openSite>[0]> = {}): Promise<Site> {
  const site = await openSite({ dir: dir(), clock, ...changes })
  sites.push(site)
  return site
}
/** Waits until there is such a file on disk. */
async function onDisk(name: RegExp): Promise<void> {
  for (;;) {
    if (listFiles(folder.dir).some((file) => name.test(file))) return
    await new Promise((resolve) => setImmediate(resolve))
  }
}
async function nothingOf(name: RegExp): Promise<void> {
  while (listFiles(folder.dir).some((file) => name.test(file))) await new Promise((resolve) => setImmediate(resolve))
}
const unfinished = /unfinished$/

test('[FIL18] each call asks again who the device is, whose, and what its user may see', async () => {
  const site = await open()
  const [ann, bob] = [site.addPerson(), site.addPerson()]
  const [talk, other] = [site.addConversation(ann.userId, bob.userId), site.addConversation(ann.userId)]
  const sha256 = await send(site, ann, talk, 6, 1000)
  const next = fileHash(7, 1000)
  site.refer(sha256, talk, 1)
  const up = grant(site, bob, talk, next, 1000).permit
  const down = grantFetch(site, bob, talk, sha256)
  const tries = async () => {
    const got = await call(site.url, `${sha256}/parts/0`, down)
    return [got.code ?? got.status, (await putPart(site.url, next, 0, up, part(7, 1000, 0))).code ?? 200]
  }
  const set = (status: 'active' | 'wipe-pending' | 'wiped' | 'revoked') =>
    site.store.transact((tx) => tx.updateDevice(bob.deviceId, { status }))
  for (const status of ['wipe-pending', 'wiped'] as const) {
    set(status)
    expect(await tries()).toEqual(['device-wiped', 'device-wiped'])
  }
  set('revoked')
  expect(await tries()).toEqual(['device-revoked', 'device-revoked'])
  set('active')
  site.setActive(bob.userId, false)
  expect(await tries()).toEqual(['user-inactive', 'user-inactive'])
  site.setActive(bob.userId, true)
  site.setMember(talk, bob.userId, false)
  expect(await tries()).toEqual(['not-found', 'not-found'])
  expect(site.files.upload(bob, ask(talk, next, 1000))).toMatchObject({ error: { code: 'not-found' } })
  expect(site.files.download(bob, fetching(talk, sha256))).toMatchObject({ error: { code: 'not-found' } })
  site.setMember(talk, bob.userId, true)
  site.store.transact((tx) => tx.updateConversation(talk, { archived: true }))
  expect(await tries()).toEqual([200, 'conversation-archived'])
  site.store.transact((tx) => tx.updateConversation(talk, { archived: false }))
  site.store.transact((tx) => tx.dropFileRefs(talk, 1))
  expect(await tries()).toEqual(['file-missing', 200])
  expect(site.files.download(bob, fetching(talk, sha256))).toMatchObject({ error: { code: 'file-missing' } })
  expect(site.files.download(ann, fetching(other, sha256))).toMatchObject({ error: { code: 'file-missing' } })
})

test('[FIL18] a permit opens only its own file, its own way, and in its time', async () => {
  const site = await open()
  const ann = site.addPerson()
  const talk = site.addConversation(ann.userId)
  const [one, two] = [await send(site, ann, talk, 8, 1000), await send(site, ann, talk, 9, 1000)]
  for (const [seq, sha256] of [one, two].entries()) site.refer(sha256, talk, seq + 1)
  const down = grantFetch(site, ann, talk, one)
  const up = grant(site, ann, talk, one, 1000).permit
  const code = async (sha256: string, permit: string) => (await call(site.url, `${sha256}/parts/0`, permit)).code
  expect(await code(two, down)).toBe('proof-invalid')
  expect(await code(one, up)).toBe('proof-invalid')
  expect(await code(one, '')).toBe('proof-invalid')
  expect(await finish(site.url, one, down)).toMatchObject({ status: 403, code: 'proof-invalid' })
  expect(await code(one, down)).toBeUndefined()
  clock.advance(limits.filePermitMs)
  expect(await code(one, down)).toBe('proof-invalid')
})

test('[FIL20] unfinished uploads are few: a quiet one makes room, a busy one does not', async () => {
  const site = await open()
  const ann = site.addPerson()
  const talk = site.addConversation(ann.userId)
  const begin = async (seed: number) => {
    const sha256 = fileHash(seed, 10)
    const { permit } = grant(site, ann, talk, sha256, 10)
    expect(await putPart(site.url, sha256, 0, permit, part(seed, 10, 0))).toMatchObject({ status: 200 })
    clock.advance(1)
    return sha256
  }
  const [oldest] = [await begin(100)]
  for (let i = 1; i < limits.uploadsPerUser; i++) await begin(100 + i)
  const refused = site.files.upload(ann, ask(talk, fileHash(200, 10), 10))
  expect(refused).toMatchObject({ error: { code: 'rate-limited', retryAfterMs: expect.any(Number) } })
  clock.advance(limits.filePermitMs)
  await begin(200)
  expect(site.store.view.upload(ann.userId, oldest)).toBeUndefined()
  expect(site.store.view.uploadsOf(ann.userId)).toHaveLength(limits.uploadsPerUser)
  expect(readdirSync(join(dir(), 'incoming'))).toHaveLength(limits.uploadsPerUser)
})

test('[FIL21] an upload that nobody goes on with is removed', async () => {
  const site = await open()
  const ann = site.addPerson()
  const talk = site.addConversation(ann.userId)
  const [old, young] = [fileHash(12, 10), fileHash(13, 10)]
  await putPart(site.url, old, 0, grant(site, ann, talk, old, 10).permit, part(12, 10, 0))
  clock.advance(limits.uploadKeptMs - times.HOUR_MS)
  await putPart(site.url, young, 0, grant(site, ann, talk, young, 10).permit, part(13, 10, 0))
  clock.advance(2 * times.HOUR_MS)
  while (readdirSync(join(dir(), 'incoming')).length > 1) await new Promise((resolve) => setImmediate(resolve))
  expect(site.store.view.uploadsOf(ann.userId)).toMatchObject([{ sha256: young }])
})

test('[FIL21] after a crash, folders nobody knows are gone, and a file that was only half made is an upload again', async () => {
  let site = await open()
  const ann = site.addPerson()
  const talk = site.addConversation(ann.userId)
  const kept = await send(site, ann, talk, 14, 100)
  const sha256 = fileHash(15, 100)
  const { permit } = grant(site, ann, talk, sha256, 100)
  await putPart(site.url, sha256, 0, permit, part(15, 100, 0))
  const { folder: name } = site.store.view.upload(ann.userId, sha256) ?? { folder: '' }
  await site.close()
  renameSync(join(dir(), 'incoming', name), join(dir(), name))
  mkdirSync(join(dir(), 'incoming', 'f'.repeat(32)))
  writeFileSync(join(dir(), 'incoming', 'f'.repeat(32), 'unfinished'), 'x')
  site = await site.restart()
  sites.push(site)
  expect(readdirSync(join(dir(), 'incoming'))).toEqual([name])
  expect(await finish(site.url, sha256, grant(site, ann, talk, sha256, 100).permit)).toMatchObject({ status: 200 })
  expect([kept, sha256].map((file) => site.store.view.file(file)?.bytes)).toEqual([100, 100])
})

test('[FIL22] a device that comes back while its cut connection still seems open takes the part over', async () => {
  const site = await open()
  const ann = site.addPerson()
  const second = { ...ann, deviceId: site.addDevice(ann.userId) }
  const talk = site.addConversation(ann.userId)
  const bytes = limits.filePartBytes
  const sha256 = fileHash(16, bytes)
  const { permit } = grant(site, ann, talk, sha256, bytes)
  const { ended } = await startPut(site, sha256, 0, permit, bytes, part(16, mib, 0))
  await onDisk(unfinished)
  const other = grant(site, second, talk, sha256, bytes).permit
  expect(await putPart(site.url, sha256, 0, other, part(16, bytes, 0))).toMatchObject({ status: 429 })
  expect(await putPart(site.url, sha256, 0, permit, part(16, bytes, 0))).toMatchObject({ status: 200, parts: 1 })
  expect(await ended).toBe(0)
  expect(await finish(site.url, sha256, permit)).toMatchObject({ status: 200 })
})

test('[FIL23] a part that takes too long is cut off', async () => {
  const site = await open()
  const ann = site.addPerson()
  const talk = site.addConversation(ann.userId)
  const bytes = limits.filePartBytes
  const sha256 = fileHash(17, bytes)
  const { permit } = grant(site, ann, talk, sha256, bytes)
  const { ended } = await startPut(site, sha256, 0, permit, bytes, part(17, mib, 0))
  await onDisk(unfinished)
  clock.advance(limits.filePartMs)
  expect(await ended).toBe(0)
  await nothingOf(unfinished)
})

test('[FIL24] one device has few parts under way; those given up give their place back', async () => {
  const site = await open()
  const ann = site.addPerson()
  const talk = site.addConversation(ann.userId)
  const sha256 = await send(site, ann, talk, 18, limits.filePartBytes)
  site.refer(sha256, talk, 1)
  const permit = grantFetch(site, ann, talk, sha256)
  const held: ClientRequest[] = []
  const hold = () =>
    new Promise<number>((resolve) => {
      const headers = { authorization: `Bearer ${permit}` }
      const got = request(`${site.url}/v1/files/${sha256}/parts/0`, { headers, agent: false }, (response) => {
        response.pause()
        resolve(response.statusCode ?? 0)
      })
      got.on('error', () => undefined)
      got.end()
      held.push(got)
    })
  const statuses: number[] = []
  for (let i = 0; i < 9; i++) statuses.push(await hold())
  expect(statuses).toEqual([...Array<number>(8).fill(200), 429])
  for (const got of held) got.destroy()
  let status = 429
  while (status === 429) {
    const response = await getPart(site, sha256, 0, permit)
    status = response.status
    const bytes = Buffer.from(await response.arrayBuffer())
    if (status === 200) expect(bytes.equals(filePart(18, limits.filePartBytes, 0))).toBe(true)
  }
  expect(site.faults).toEqual([])
})

test('[FIL25] an answer is an attachment of no type, known by its tag; what is no file of ours is not found', async () => {
  const site = await open()
  const ann = site.addPerson()
  const talk = site.addConversation(ann.userId)
  const sha256 = await send(site, ann, talk, 19, 100)
  site.refer(sha256, talk, 1)
  const permit = grantFetch(site, ann, talk, sha256)
  const response = await getPart(site, sha256, 0, permit)
  await response.arrayBuffer()
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment',
    etag: `"${sha256}-0"`,
  })
  const again = await getPart(site, sha256, 0, permit, { 'if-none-match': `"${sha256}-0"` })
  expect([again.status, await again.text()]).toEqual([304, ''])
  const paths = [
    '..%2f..%2fetc/parts/0',
    `${sha256}/parts/..%2f0`,
    `${sha256}/parts/-1`,
    `${sha256}/parts/00`,
    `${sha256}/parts/1e1`,
    `${sha256}x/parts/0`,
    `${sha256}/parts/99999`,
  ]
  for (const path of paths) expect([path, (await call(site.url, path, permit)).status]).toEqual([path, 404])
  const other = await call(site.url, `${sha256}/parts/0`, permit, {
    method: 'PUT',
    headers: { 'content-type': 'text/html' },
    body: 'x',
  })
  expect(other.status).toBe(415)
})

test('[FIL26] a disk without room to spare takes no file, and says so', async () => {
  let free = limits.diskReserveBytes + 1000
  const site = await open({ disk: { ...systemDisk, freeBytes: () => free } })
  const ann = site.addPerson()
  const talk = site.addConversation(ann.userId)
  const sha256 = fileHash(20, 1000)
  expect(site.files.upload(ann, ask(talk, fileHash(21, 1001), 1001))).toMatchObject({ error: { code: 'disk-full' } })
  const { permit } = grant(site, ann, talk, sha256, 1000)
  free--
  expect(await putPart(site.url, sha256, 0, permit, part(20, 1000, 0))).toMatchObject({
    status: 507,
    code: 'disk-full',
  })
  expect(listFiles(folder.dir)).toEqual([])
  free++
  expect(await putPart(site.url, sha256, 0, permit, part(20, 1000, 0))).toMatchObject({ status: 200 })
})
