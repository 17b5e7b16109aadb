// Checks the parts on disk: sealed, durable or not there at all, opened in their own place only.

import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import sodium from 'libsodium-wrappers'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { sealedPartBytes } from '../../shared/sealed-parts.ts'
import { fileBytes, filePart } from '../../testing/file-bytes.ts'
import { createFolder, type Folder } from '../../testing/folders.ts'
import { silentLog } from '../log.ts'
import { createParts, type Disk, type StoredFile, systemDisk } from './parts.ts'

const bytes = limits.filePartBytes + 100_000
const file: StoredFile = { folder: 'ab'.repeat(16), key: new Uint8Array(32).fill(4), bytes }
const other: StoredFile = { ...file, folder: 'cd'.repeat(16) }
let site: Folder
beforeAll(() => sodium.ready)
beforeEach(() => {
  site = createFolder()
})
afterEach(() => site.remove())

async function* body(part: number, slices = 50_000, fail = false) {
  const whole = filePart(1, bytes, part)
  for (let at = 0; at < whole.length; at += slices) {
    if (fail && at > whole.length / 2) throw new Error('cut')
    yield whole.subarray(at, at + slices)
  }
}
const make = async (disk: Disk = systemDisk) => {
  const parts = createParts(site.dir, silentLog, disk)
  expect(await parts.makeFolder(file.folder)).toMatchObject({ ok: true })
  return parts
}
const path = (...names: string[]) => join(site.dir, 'incoming', file.folder, ...names)
async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const found: Uint8Array[] = []
  for await (const chunk of chunks) found.push(chunk)
  return Buffer.concat(found)
}
const nothing = () => undefined

test.each([999, 7_777, limits.fileChunkBytes, limits.filePartBytes])(
  '[FIL8] a part that comes in slices of %i bytes is sealed on disk and opens as it came',
  async (slices) => {
    const parts = await make()
    const seen: Uint8Array[] = []
    const write = (part: number) => parts.write(file, part, body(part, slices), (plain) => seen.push(plain))
    expect(await write(0)).toMatchObject({ ok: true })
    expect(await write(1)).toMatchObject({ ok: true })
    expect(parts.count(file.folder)).toBe(2)
    expect(readdirSync(path()).sort()).toEqual(['0', '1'])
    expect(statSync(path('1')).size).toBe(sealedPartBytes(100_000))
    for (const part of [0, 1]) {
      expect((await collect(parts.read(file, 'incoming', part))).equals(filePart(1, bytes, part))).toBe(true)
      expect(readFileSync(path(String(part))).includes(filePart(1, bytes, part).subarray(0, 16))).toBe(false)
    }
    expect(Buffer.concat(seen).equals(Buffer.concat([...fileBytes(1, bytes)]))).toBe(true)
  },
)

test('[FIL9] a part that is too short, too long or cut leaves nothing', async () => {
  const parts = await make()
  async function* twice() {
    yield* body(1)
    yield Buffer.alloc(1)
  }
  async function* short() {
    yield Buffer.alloc(99_999)
  }
  expect(await parts.write(file, 1, twice(), nothing)).toMatchObject({ error: { code: 'bad-input' } })
  expect(await parts.write(file, 1, short(), nothing)).toMatchObject({ error: { code: 'bad-input' } })
  expect(await parts.write(file, 0, body(0, 50_000, true), nothing)).toMatchObject({ error: { code: 'unavailable' } })
  expect(readdirSync(path())).toEqual([])
})

test('[FIL10] a part moved, swapped, shortened or changed on disk does not open', async () => {
  const parts = await make()
  await parts.makeFolder(other.folder)
  for (const part of [0, 1]) await parts.write(file, part, body(part), nothing)
  await parts.write(other, 0, body(0), nothing)
  const fails = async (part: number) =>
    expect(collect(parts.read(file, 'incoming', part))).rejects.toThrow('a part does not open')
  const whole = readFileSync(path('0'))
  copyFileSync(join(site.dir, 'incoming', other.folder, '0'), path('0'))
  await fails(0)
  copyFileSync(path('1'), path('0'))
  await fails(0)
  writeFileSync(path('0'), whole)
  truncateSync(path('0'), whole.length - 1)
  await fails(0)
  const changed = Uint8Array.from(whole)
  changed[whole.length >> 1] = (changed[whole.length >> 1] as number) ^ 1
  writeFileSync(path('0'), changed)
  await fails(0)
  writeFileSync(path('0'), '')
  await fails(0)
  writeFileSync(path('0'), whole)
  expect((await collect(parts.read(file, 'incoming', 0))).length).toBe(limits.filePartBytes)
})

test('[FIL11] a disk that fills up in the middle of a part is told, and leaves nothing', async () => {
  let left = 300_000
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' })
  const parts = await make({
    freeBytes: () => 0,
    openFile: async (name, flags, mode) => {
      const handle = await open(name, flags, mode)
      return {
        sync: () => handle.sync(),
        close: () => handle.close(),
        write: (async (buffer: Uint8Array, at: number, length: number) => {
          left -= length
          if (left < 0) throw full
          return handle.write(buffer, at, length)
        }) as typeof handle.write,
      }
    },
  })
  expect(await parts.write(file, 0, body(0), nothing)).toMatchObject({ error: { code: 'disk-full' } })
  expect(readdirSync(path())).toEqual([])
  expect(parts.hasRoom(1)).toBe(false)
  expect(createParts(site.dir, silentLog).hasRoom(Number.MAX_SAFE_INTEGER)).toBe(false)
})

test('[FIL12] whole files move out of those on their way, and back', async () => {
  const parts = await make()
  await parts.write(file, 0, body(0), nothing)
  await parts.keep(file.folder)
  expect([parts.incomingFolders(), existsSync(join(site.dir, file.folder, '0'))]).toEqual([[], true])
  expect((await collect(parts.read(file, 'kept', 0))).length).toBe(limits.filePartBytes)
  await parts.unkeep(file.folder)
  expect(parts.incomingFolders()).toEqual([file.folder])
  await parts.remove(file.folder)
  expect(parts.incomingFolders()).toEqual([])
})

test('[FIL13] no folder but one of our own form is ever touched', async () => {
  const parts = await make()
  for (const folder of ['..', '../..', '/etc', '', 'incoming', file.folder.toUpperCase(), `${file.folder}/..`]) {
    expect(() => parts.count(folder)).toThrow('not a folder of ours')
    await expect(parts.keep(folder)).rejects.toThrow('not a folder of ours')
    await expect(collect(parts.read({ ...file, folder }, 'kept', 0))).rejects.toThrow('not a folder of ours')
  }
})
