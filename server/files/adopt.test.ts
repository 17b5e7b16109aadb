// Checks files that the server brings itself: kept as an upload would be, and going on where an adoption was cut off.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { fileHash, filePart, fileSlice } from '../../testing/file-bytes.ts'
import { getPart, grant, grantFetch, openSite, part, putPart, type Site } from '../../testing/file-site.ts'
import { createFolder, type Folder, findBytes, listFiles } from '../../testing/folders.ts'
import { createTestClock } from '../test-clock.ts'

let folder: Folder
let site: Site
beforeEach(async () => {
  folder = createFolder()
  site = await openSite({ dir: folder.dir, clock: createTestClock() })
})
afterEach(async () => {
  await site.close()
  folder.remove()
})

const bytes = limits.filePartBytes + 5000
const whole = () => fileSlice(1, 0, bytes)

test('[FIL33] a file that the server brings itself is kept sealed, and had by whom it is brought for and their readers', async () => {
  const [ann, bob] = [site.addPerson(), site.addPerson()]
  const talk = site.addConversation(ann.userId, bob.userId)
  const sha256 = fileHash(1, bytes)
  expect(await site.files.adopt(ann.userId, whole())).toEqual({ ok: true, value: sha256 })
  expect(site.store.view.holdsFile(ann.userId, sha256)).toBe(true)
  expect(site.store.view.holdsFile(bob.userId, sha256)).toBe(false)
  expect(findBytes(folder.dir, [fileSlice(1, 100, 24)])).toEqual([])
  site.refer(sha256, talk, 1)
  const permit = grantFetch(site, bob, talk, sha256)
  for (const n of [0, 1]) {
    const response = await getPart(site, sha256, n, permit)
    expect(Buffer.from(await response.arrayBuffer()).equals(filePart(1, bytes, n))).toBe(true)
  }
  expect((await site.files.adopt(ann.userId, new Uint8Array(0))).ok).toBe(true)
})

test('[FIL34] bringing it again, or for another person, keeps it once; one that was cut off goes on', async () => {
  const [ann, bob] = [site.addPerson(), site.addPerson()]
  const talk = site.addConversation(ann.userId, bob.userId)
  const sha256 = fileHash(1, bytes)
  const { permit } = grant(site, ann, talk, sha256, bytes)
  await putPart(site.url, sha256, 0, permit, part(1, bytes, 0))
  for (const by of [ann, ann, bob]) {
    expect(await site.files.adopt(by.userId, whole())).toEqual({ ok: true, value: sha256 })
    expect(site.store.view.holdsFile(by.userId, sha256)).toBe(true)
  }
  expect(listFiles(folder.dir)).toHaveLength(2)
  expect(site.store.view.uploadsOf(ann.userId)).toEqual([])
})
