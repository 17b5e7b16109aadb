// Checks files over HTTP as they should go: sent in parts, cut off and resumed, finished, had only by who sent or sees them.

import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { fileHash, filePart, fileSlice } from '../../testing/file-bytes.ts'
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
import { createFolder, type Folder, findBytes, listFiles } from '../../testing/folders.ts'
import type { Store } from '../store/port.ts'
import { openSqliteStore } from '../store/sqlite.ts'
import { createTestClock } from '../test-clock.ts'

const mib = 1024 * 1024
let folder: Folder
let clock = createTestClock()
const sites: Site[] = []
const stores: Store[] = []
beforeEach(() => {
  folder = createFolder()
  clock = createTestClock()
})
afterEach(async () => {
  for (const site of sites.splice(0)) await site.close()
  for (const store of stores.splice(0)) store.close()
  folder.remove()
})
const dir = () => join(folder.dir, 'files')
async function open(changes: Partial<Parameters<typeof openSite>[0]> = {}): Promise<Site> {
  const site = await openSite({ dir: dir(), clock, ...changes })
  sites.push(site)
  return site
}
function sqlite(): Store {
  const store = openSqliteStore(join(folder.dir, 'workspace.db'))
  if (!store.ok) throw new Error(store.error.code)
  stores.push(store.value)
  return store.value
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

test.each([['memory'], ['sqlite']])(
  '[FIL14] a file goes up in parts and comes down to who sees it (%s)',
  async (kind) => {
    const site = await open(kind === 'sqlite' ? { store: sqlite() } : {})
    const [ann, bob] = [site.addPerson(), site.addPerson()]
    const talk = site.addConversation(ann.userId, bob.userId)
    const bytes = 2 * limits.filePartBytes + 12_345
    const sha256 = await send(site, ann, talk, 1, bytes)
    site.refer(sha256, talk, 1)
    expect(site.files.download(bob, fetching(talk, sha256))).toMatchObject({ ok: true, value: { bytes } })
    const permit = grantFetch(site, bob, talk, sha256)
    for (let n = 0; n < 3; n++) {
      const response = await getPart(site, sha256, n, permit)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-length')).toBe(String(filePart(1, bytes, n).length))
      expect(Buffer.from(await response.arrayBuffer()).equals(filePart(1, bytes, n))).toBe(true)
    }
    expect((await getPart(site, sha256, 3, permit)).status).toBe(404)
    expect(listFiles(dir()).map((name) => name.replace(/^[0-9a-f]{32}\//, ''))).toEqual(['0', '1', '2'])
    const needles = [0, 100_000, limits.filePartBytes, bytes - 100].map((from) => fileSlice(1, from, 24))
    expect(findBytes(folder.dir, [...needles, sha256])).toEqual(
      kind === 'sqlite' ? [`workspace.db-wal: ${sha256}`] : [],
    )
  },
)

test('[FIL15] an upload that was cut goes on where it was, also after a restart; the last part may come twice', async () => {
  let site = await open({ store: sqlite() })
  const ann = site.addPerson()
  const talk = site.addConversation(ann.userId)
  const bytes = 2 * limits.filePartBytes + 5
  const sha256 = fileHash(2, bytes)
  const first = grant(site, ann, talk, sha256, bytes)
  expect(first).toMatchObject({ parts: 0, complete: false })
  const put = (n: number, permit = first.permit) => putPart(site.url, sha256, n, permit, part(2, bytes, n))
  expect(await put(1)).toMatchObject({ status: 409, code: 'file-missing', parts: 0 })
  expect(await put(0)).toMatchObject({ status: 200, parts: 1 })
  expect(await put(0)).toMatchObject({ status: 200, parts: 1 })
  expect(await put(1)).toMatchObject({ status: 200, parts: 2 })
  expect(await put(0)).toMatchObject({ status: 409, parts: 2 })
  expect(await finish(site.url, sha256, first.permit)).toMatchObject({ status: 409, parts: 2 })

  site = await site.restart()
  sites.push(site)
  const again = grant(site, ann, talk, sha256, bytes)
  expect(again).toMatchObject({ parts: 2, complete: false })
  expect(await put(1, again.permit)).toMatchObject({ status: 200, parts: 2 })
  expect(await put(2, again.permit)).toMatchObject({ status: 200, parts: 3 })
  const [one, two] = await Promise.all([0, 1].map(() => finish(site.url, sha256, again.permit)))
  expect([one?.status, two?.status]).toEqual([200, 200])
  expect(await finish(site.url, sha256, again.permit)).toMatchObject({ status: 200, parts: 3 })
  expect(await put(2, again.permit)).toMatchObject({ status: 200, parts: 3 })
  expect(grant(site, ann, talk, sha256, bytes)).toMatchObject({ parts: 3, complete: true })
  expect(site.store.view.uploadsOf(ann.userId)).toEqual([])
})

test('[FIL16] bytes that are not those of the file make none, and have to be sent again from the start', async () => {
  const site = await open()
  const ann = site.addPerson()
  const talk = site.addConversation(ann.userId)
  const sha256 = fileHash(3, 1000)
  const { permit } = grant(site, ann, talk, sha256, 1000)
  await putPart(site.url, sha256, 0, permit, part(4, 1000, 0))
  expect(await finish(site.url, sha256, permit)).toMatchObject({ status: 422, code: 'file-mismatch' })
  expect([site.store.view.file(sha256), listFiles(dir())]).toEqual([undefined, []])
  expect(grant(site, ann, talk, sha256, 1000)).toMatchObject({ parts: 0, complete: false })
  await send(site, ann, talk, 3, 1000)
  expect(site.files.upload(ann, ask(talk, sha256, 999))).toMatchObject({ error: { code: 'file-mismatch' } })
})

test('[FIL17] a part of another size than it must have, or cut off, leaves nothing and the upload goes on', async () => {
  const site = await open()
  const ann = site.addPerson()
  const talk = site.addConversation(ann.userId)
  const bytes = limits.filePartBytes + 1000
  const sha256 = fileHash(5, bytes)
  const { permit } = grant(site, ann, talk, sha256, bytes)
  for (const wrong of [0, 10, mib]) {
    const put = await putPart(site.url, sha256, 0, permit, new Uint8Array(wrong))
    expect(put).toMatchObject({ status: 400, code: 'bad-input' })
  }
  const chunked = await call(site.url, `${sha256}/parts/0`, permit, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Blob([part(5, bytes, 0)]).stream(),
    duplex: 'half',
  } as RequestInit)
  expect(chunked).toMatchObject({ status: 400, code: 'bad-input' })
  expect((await putPart(site.url, sha256, 7, permit, new Uint8Array(1))).status).toBe(400)

  const { put, ended } = await startPut(site, sha256, 0, permit, limits.filePartBytes, part(5, mib, 0))
  await onDisk(unfinished)
  put.destroy()
  await ended
  await nothingOf(unfinished)
  expect(listFiles(dir())).toEqual([])
  expect(await putPart(site.url, sha256, 0, permit, part(5, bytes, 0))).toMatchObject({ status: 200 })
  expect(await putPart(site.url, sha256, 1, permit, part(5, bytes, 1))).toMatchObject({ status: 200 })
  expect(await finish(site.url, sha256, permit)).toMatchObject({ status: 200 })
})

test('[FIL19] to know a hash is not to have the file: who has neither sent nor seen it sends every byte', async () => {
  const site = await open()
  const [ann, bob] = [site.addPerson(), site.addPerson()]
  const [hers, his] = [site.addConversation(ann.userId), site.addConversation(bob.userId)]
  const sha256 = await send(site, ann, hers, 10, 1000)
  site.refer(sha256, hers, 1)
  expect(grant(site, bob, his, sha256, 1000)).toMatchObject({ parts: 0, complete: false })
  const { permit } = grant(site, bob, his, sha256, 1000)
  expect(await finish(site.url, sha256, permit)).toMatchObject({ status: 409, parts: 0 })
  await send(site, bob, his, 10, 1000)
  expect(site.store.view.holdsFile(bob.userId, sha256)).toBe(true)
  expect(listFiles(dir())).toHaveLength(1)
  const cat = site.addPerson()
  site.setMember(hers, cat.userId, true)
  expect(grant(site, cat, hers, sha256, 1000)).toMatchObject({ complete: true })
})

test('[FIL19] two people hand in the same new file at once: it is kept once, and both have it', async () => {
  const site = await open()
  const [ann, bob] = [site.addPerson(), site.addPerson()]
  const talk = site.addConversation(ann.userId, bob.userId)
  const [sha256] = await Promise.all([send(site, ann, talk, 11, 5 * mib), send(site, bob, talk, 11, 5 * mib)])
  expect([ann, bob].map(({ userId }) => site.store.view.holdsFile(userId, sha256 as string))).toEqual([true, true])
  expect(listFiles(dir())).toHaveLength(2)
  expect(site.faults).toEqual([])
})

test('[FIL27] an empty file needs no part', async () => {
  const site = await open()
  const ann = site.addPerson()
  const talk = site.addConversation(ann.userId)
  const sha256 = await send(site, ann, talk, 22, 0)
  site.refer(sha256, talk, 1)
  expect(site.files.download(ann, fetching(talk, sha256))).toMatchObject({ ok: true, value: { bytes: 0 } })
  expect(grant(site, ann, talk, sha256, 0)).toMatchObject({ parts: 0, complete: true })
})

test('[FIL28] a file damaged on disk is told and logged, never handed out; a damaged upload starts again', async () => {
  let site = await open()
  const ann = site.addPerson()
  const talk = site.addConversation(ann.userId)
  const bytes = 3 * limits.fileChunkBytes
  const sha256 = await send(site, ann, talk, 23, bytes)
  site.refer(sha256, talk, 1)
  const permit = grantFetch(site, ann, talk, sha256)
  const onlyFile = () => join(dir(), listFiles(dir())[0] ?? '')
  truncateSync(onlyFile(), 2 * limits.fileChunkBytes)
  await expect(getPart(site, sha256, 0, permit).then((response) => response.arrayBuffer())).rejects.toThrow()
  truncateSync(onlyFile(), 30)
  expect(await call(site.url, `${sha256}/parts/0`, permit)).toMatchObject({ status: 404, code: 'file-missing' })
  expect(site.faults).toHaveLength(2)

  const next = fileHash(24, bytes)
  await putPart(site.url, next, 0, grant(site, ann, talk, next, bytes).permit, part(24, bytes, 0))
  truncateSync(join(dir(), listFiles(dir()).find((name) => name.startsWith('incoming')) ?? ''), 30)
  site = await site.restart()
  sites.push(site)
  const { permit: again } = grant(site, ann, talk, next, bytes)
  expect(await finish(site.url, next, again)).toMatchObject({ status: 503, code: 'unavailable' })
  expect(grant(site, ann, talk, next, bytes)).toMatchObject({ parts: 0 })
})
