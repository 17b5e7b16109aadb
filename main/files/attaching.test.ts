// Owns the tests of taking files in: from the window in slices, from the disk whole, and what goes wrong on the way.

import { createHash } from 'node:crypto'
import { copyFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { FileId } from '../../shared/model.ts'
import { fileSlice } from '../../testing/file-bytes.ts'
import { type FileDesk, noServer, openFileDesk } from '../../testing/file-desk.ts'
import { findBytes, listFiles } from '../../testing/folders.ts'

let desk: FileDesk
beforeEach(async () => {
  desk = await openFileDesk(noServer)
})
afterEach(() => desk.end())

const hashOf = (content: Buffer) => createHash('sha256').update(content).digest('base64url')
const attach = (bytes: number) =>
  desk.files.attach({ conversationId: desk.conversationId, name: 'a.bin', mediaType: '', bytes })
const sealed = () => listFiles(desk.dir).filter((name) => name.startsWith('files/'))
const stateOf = (fileId: FileId) => desk.files.transferOfFile(fileId)?.state
/** What a file that is here holds, read as a preview reads it. */
async function contentOf(fileId: FileId, bytes: number): Promise<Buffer> {
  const slices: Uint8Array[] = []
  for (let at = 0; at < bytes; at += limits.fileSliceBytes) {
    const slice = await desk.files.read(fileId, at, limits.fileSliceBytes)
    if (!slice.ok) throw new Error(slice.error.code)
    slices.push(slice.value)
  }
  return Buffer.concat(slices)
}

test('[FIL55] a file handed over in slices is sealed, hashed and read back, whatever the slices', async () => {
  const content = fileSlice(1, 0, limits.filePartBytes + 100_001)
  const fileId = await desk.attach('a.bin', content, 70_001)
  expect(desk.store.file(fileId)).toMatchObject({ role: 'draft', whole: true, sha256: hashOf(content), parts: 2 })
  expect(stateOf(fileId)).toBe('here')
  expect(hashOf(await contentOf(fileId, content.length))).toBe(hashOf(content))
  expect(sealed()).toHaveLength(2)
  expect(findBytes(join(desk.dir, 'files'), [content.subarray(0, 64), content.subarray(-64)])).toEqual([])
})

test('[FIL55] an empty file is attached at once', async () => {
  const attached = await attach(0)
  const fileId = attached.ok ? attached.value.fileId : undefined
  expect(desk.store.files()).toMatchObject([{ fileId, whole: true, sha256: hashOf(Buffer.alloc(0)) }])
})

test('[FIL56] slices come in order and no further than the file: others are refused, and change nothing', async () => {
  const content = fileSlice(2, 0, 1000)
  const attached = await attach(1000)
  if (!attached.ok) throw new Error(attached.error.code)
  const { fileId } = attached.value
  const append = (offset: number, from: number, count: number) =>
    desk.files.append(fileId, offset, Uint8Array.from(content.subarray(from, from + count)))
  const refused = { ok: false, error: { code: 'bad-input' } }
  expect(await append(1, 1, 10)).toMatchObject(refused)
  expect(await append(0, 0, 400)).toMatchObject({ ok: true })
  expect(await append(0, 0, 400)).toMatchObject(refused)
  expect(await append(400, 0, 601)).toMatchObject(refused)
  // The second does not wait for the first.
  const both = await Promise.all([append(400, 400, 100), append(500, 500, 100)])
  expect(both).toMatchObject([{ ok: true }, refused])
  expect(await append(500, 500, 500)).toMatchObject({ ok: true })
  expect(hashOf(await contentOf(fileId, 1000))).toBe(hashOf(content))
  expect(await append(1000, 0, 1)).toMatchObject({ ok: false, error: { code: 'not-found' } })
})

test('[FIL57] a file of the disk is taken in whole, and the folder it came from does not matter any more', async () => {
  const content = fileSlice(3, 0, 2 * limits.filePartBytes + 5)
  const path = join(desk.dir, 'Bericht.pdf')
  writeFileSync(path, content)
  const picked = await desk.files.pick(desk.conversationId, [path])
  const [fileId] = picked.ok ? picked.value.fileIds : []
  if (!fileId) throw new Error('picked')
  await desk.until(() => stateOf(fileId) === 'here')
  rmSync(path)
  expect(desk.files.list(desk.conversationId)).toMatchObject([
    { name: 'Bericht.pdf', mediaType: 'application/pdf', bytes: content.length, transfer: { state: 'here' } },
  ])
  expect(desk.store.file(fileId)?.sha256).toBe(hashOf(content))
})

test('[FIL58] a file of the disk that changes before it has been read is not attached, and says why until it is detached', async () => {
  const [large, small] = [join(desk.dir, 'large.bin'), join(desk.dir, 'small.log')]
  writeFileSync(large, fileSlice(4, 0, limits.filePartBytes))
  writeFileSync(small, 'words')
  const picked = await desk.files.pick(desk.conversationId, [large, small])
  const [first, fileId] = picked.ok ? picked.value.fileIds : []
  if (!first || !fileId) throw new Error('picked')
  // Its turn comes after the other's.
  writeFileSync(small, 'more words')
  await desk.until(() => stateOf(first) === 'here' && stateOf(fileId) === 'failed')
  expect(desk.files.list(desk.conversationId)).toMatchObject([
    { fileId: first },
    { fileId, transfer: { failure: { code: 'file-mismatch' } } },
  ])
  expect(desk.store.files()).toHaveLength(1)
  expect(desk.files.detach(fileId)).toMatchObject({ ok: true })
  expect(desk.files.list(desk.conversationId)).toHaveLength(1)
})

test('[FIL59] what cannot be attached is told at once and leaves nothing', async () => {
  const there = join(desk.dir, 'there.txt')
  writeFileSync(there, 'words')
  const pick = (...paths: string[]) => desk.files.pick(desk.conversationId, paths)
  expect(await pick(there, join(desk.dir, 'gone.txt'))).toMatchObject({ error: { code: 'file-missing' } })
  expect(await pick(there, desk.dir)).toMatchObject({ error: { code: 'file-missing' } })
  expect(await pick(...Array<string>(limits.stagedFiles + 1).fill(there))).toMatchObject({
    error: { code: 'too-large' },
  })
  const conversationId = desk.known.example.id('conversation')
  const foreign = { conversationId, name: 'a', mediaType: '', bytes: 1 }
  expect(await desk.files.attach(foreign)).toMatchObject({ error: { code: 'not-found' } })
  expect(desk.store.files()).toEqual([])
})

test('[FIL60] the disk keeps its reserve: a file that would eat into it is refused, what is under way counted', async () => {
  let free = limits.diskReserveBytes + 1000
  await desk.restart('close', { freeBytes: async () => free })
  expect(await attach(1001)).toMatchObject({ error: { code: 'disk-full' } })
  expect(await attach(600)).toMatchObject({ ok: true })
  expect(await attach(600)).toMatchObject({ error: { code: 'disk-full' } })
  free += 200
  expect(await attach(600)).toMatchObject({ ok: true })
})

test('[FIL61] what is detached is destroyed: its record, its key, its folder, even in mid-way', async () => {
  const whole = await desk.attach('a.bin', fileSlice(5, 0, 1000))
  const attached = await attach(limits.filePartBytes + 1000)
  const half = attached.ok ? attached.value.fileId : whole
  await desk.files.append(half, 0, Uint8Array.from(fileSlice(6, 0, limits.filePartBytes)))
  expect(sealed()).toHaveLength(2)
  for (const fileId of [whole, half]) expect(desk.files.detach(fileId)).toEqual({ ok: true, value: undefined })
  expect(desk.store.files()).toEqual([])
  // In order: the folders go before anything asked later is done.
  await desk.attach('b.bin', fileSlice(7, 0, 10))
  expect(sealed()).toHaveLength(1)
  expect(desk.files.detach(whole)).toMatchObject({ error: { code: 'not-found' } })
})

test('[FIL62] after a crash what was attached whole is there; what was not, and its folder, is gone', async () => {
  const content = fileSlice(8, 0, 5000)
  const whole = await desk.attach('a.bin', content)
  const attached = await attach(2 * limits.filePartBytes)
  if (!attached.ok) throw new Error(attached.error.code)
  await desk.files.append(attached.value.fileId, 0, Uint8Array.from(fileSlice(9, 0, limits.filePartBytes)))
  expect(sealed()).toHaveLength(2)
  await desk.restart('abandon')
  expect(desk.store.files().map(({ fileId }) => fileId)).toEqual([whole])
  expect(hashOf(await contentOf(whole, content.length))).toBe(hashOf(content))
  expect(readdirSync(join(desk.dir, 'files'))).toEqual([desk.store.file(whole)?.folder])
})

test('[FIL63] a part that was changed, moved to another place or to another file does not open', async () => {
  const content = fileSlice(10, 0, 2 * limits.filePartBytes)
  const [first, second] = [await desk.attach('a.bin', content), await desk.attach('b.bin', content)]
  const part = (fileId: FileId, n: number) => join(desk.dir, 'files', desk.store.file(fileId)?.folder ?? '', String(n))
  copyFileSync(part(first, 0), part(first, 1))
  expect(await desk.files.read(first, 0, 10)).toMatchObject({ ok: true })
  expect(await desk.files.read(first, limits.filePartBytes, 10)).toMatchObject({ error: { code: 'file-mismatch' } })
  copyFileSync(part(first, 0), part(second, 0))
  expect(await desk.files.read(second, 0, 10)).toMatchObject({ error: { code: 'file-mismatch' } })
})

test('[FIL64] a likeness is kept with the draft, as given and no more', async () => {
  const fileId = await desk.attach('a.png', fileSlice(11, 0, 10))
  const thumbnail = { mediaType: 'image/webp' as const, data: 'AAAA', widthPx: 3, heightPx: 4 }
  expect(desk.files.setThumbnail(fileId, { ...thumbnail, more: 1 })).toMatchObject({ ok: true })
  expect(desk.files.list(desk.conversationId)[0]?.thumbnail).toEqual(thumbnail)
  expect(desk.files.list(desk.otherConversationId)).toEqual([])
})
