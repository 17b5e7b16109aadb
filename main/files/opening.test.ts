// Owns the tests of looking at files and of handing them to other programs.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { FileId } from '../../shared/model.ts'
import { fail } from '../../shared/result.ts'
import { fileSlice } from '../../testing/file-bytes.ts'
import { type FileDesk, noServer, openFileDesk } from '../../testing/file-desk.ts'
import { png, zipOf } from '../../testing/file-examples.ts'
import { createVirtualClock } from '../../testing/virtual-clock.ts'
import { shredAll } from './shred.ts'

let desk: FileDesk
beforeEach(async () => {
  desk = await openFileDesk(noServer)
})
afterEach(() => desk.end())

const opened = () => (existsSync(join(desk.dir, 'open')) ? readdirSync(join(desk.dir, 'open')) : [])
const attach = (name: string, content: Buffer | string) => desk.attach(name, Buffer.from(content))
const refused = (code: string) => ({ ok: false, error: { code } })

test('[FIL80] a file is what its bytes are, whatever it is called, and may be opened where both agree', async () => {
  const inspect = async (name: string, content: Buffer | string) => {
    const found = await desk.files.inspect(await attach(name, content))
    return found.ok ? found.value : found
  }
  const may = { canOpen: true, canSave: true }
  const not = { canOpen: false, canSave: true }
  expect(await inspect('a.png', png)).toEqual({ kind: 'image', mediaType: 'image/png', ...may })
  expect(await inspect('a.txt', png)).toEqual({ kind: 'image', mediaType: 'image/png', ...not })
  expect(await inspect('a.txt', 'words')).toEqual({ kind: 'text', mediaType: 'text/plain', ...may })
  expect(await inspect('a.pdf', 'MZ')).toMatchObject(not)
  expect(await inspect('invoice\u202efdp.exe', 'words')).toMatchObject(not)
  expect(await inspect('empty.txt', '')).toMatchObject({ kind: 'text', ...may })
})

test('[FIL81] macros are found beyond the first part of a document', async () => {
  const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'
  const types = `<Types><Override PartName="/word/document.xml" ContentType="${word}"/></Types>`
  const plain = zipOf({ '[Content_Types].xml': types, 'word/media.bin': 'x'.repeat(limits.filePartBytes) })
  const evil = Buffer.concat([plain, Buffer.from('word/vbaProject.bin')])
  expect(await desk.files.inspect(await attach('a.docx', plain))).toMatchObject({ value: { canOpen: true } })
  expect(await desk.files.inspect(await attach('a.docx', evil))).toMatchObject({ value: { canOpen: false } })
})

test('[FIL82] a file is opened from a copy of its own that only this user may read', async () => {
  const content = fileSlice(1, 0, limits.filePartBytes + 10).toString('base64')
  const fileId = await attach('報告: 1.txt', content)
  expect(await desk.files.open(fileId)).toMatchObject({ ok: true })
  const [path = ''] = desk.opened
  expect(basename(path)).toBe('報告_ 1.txt')
  expect(readFileSync(path).equals(Buffer.from(content))).toBe(true)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700)
  expect(dirname(dirname(path))).toBe(join(desk.dir, 'open'))
})

test('[FIL83] unsafe kinds are not opened, and leave no copy; they can be saved', async () => {
  const fileId = await attach('setup.exe', 'MZ')
  expect(await desk.files.open(fileId)).toMatchObject(refused('file-unsafe'))
  expect([desk.opened, opened()]).toEqual([[], []])
  desk.saveTo = join(desk.dir, 'saved.exe')
  expect(await desk.files.save(fileId)).toEqual({ ok: true, value: { saved: true } })
  expect(readFileSync(desk.saveTo, 'utf8')).toBe('MZ')
})

test('[FIL84] where policy forbids it nothing leaves the app; previews stay', async () => {
  const fileId = await attach('a.txt', 'words')
  desk.policy = { downloads: false }
  desk.saveTo = join(desk.dir, 'saved.txt')
  expect(await desk.files.open(fileId)).toMatchObject(refused('policy-forbids'))
  expect(await desk.files.save(fileId)).toMatchObject(refused('policy-forbids'))
  expect([desk.opened, opened(), existsSync(desk.saveTo)]).toEqual([[], [], false])
  expect(await desk.files.inspect(fileId)).toMatchObject({ value: { kind: 'text', canOpen: false, canSave: false } })
  expect(await desk.files.read(fileId, 0, 10)).toMatchObject({ ok: true })
})

test('[FIL85] saving replaces what is there whole, and leaves it where it fails or the user cancels', async () => {
  const fileId = await attach('a.bin', fileSlice(2, 0, 2 * limits.filePartBytes))
  const to = join(desk.dir, 'target', 'a.bin')
  mkdirSync(dirname(to))
  writeFileSync(to, 'before')
  expect(await desk.files.save(fileId)).toEqual({ ok: true, value: { saved: false } })
  desk.saveTo = to
  const part = join(desk.dir, 'files', desk.store.file(fileId)?.folder ?? '', '1')
  const good = readFileSync(part)
  writeFileSync(part, 'nonsense')
  expect(await desk.files.save(fileId)).toMatchObject(refused('file-mismatch'))
  expect([readFileSync(to, 'utf8'), readdirSync(dirname(to))]).toEqual(['before', ['a.bin']])
  writeFileSync(part, good)
  expect(await desk.files.save(fileId)).toMatchObject({ value: { saved: true } })
  expect(readFileSync(to).equals(fileSlice(2, 0, 2 * limits.filePartBytes))).toBe(true)
  desk.saveTo = join(desk.dir, 'no-such-folder', 'a.bin')
  expect(await desk.files.save(fileId)).toMatchObject(refused('not-allowed'))
})

test('[FIL86] on Windows a copy bears the mark of the web', async () => {
  await desk.restart('close', { isWindows: true })
  const fileId = await attach('a.txt', 'words')
  await desk.files.open(fileId)
  // Elsewhere a stream beside a file is a file of that name.
  expect(readFileSync(`${desk.opened[0]}:Zone.Identifier`, 'utf8')).toMatch(/ZoneId=3/)
})

test('[FIL87] copies are removed when the cache closes, with their file, after their time, and at the next start', async () => {
  const clock = createVirtualClock(1000)
  await desk.restart('close', { clock })
  const open = async (name: string): Promise<FileId> => {
    const fileId = await attach(name, 'words')
    await desk.files.open(fileId)
    return fileId
  }
  await open('timed.txt')
  expect(opened()).toHaveLength(1)
  clock.advance(limits.openedFileMs)
  const detached = await open('detached.txt')
  // In order: the first is gone before the second is opened.
  expect(opened()).toHaveLength(1)
  desk.files.detach(detached)
  await open('closed.txt')
  await desk.files.close()
  expect(opened()).toEqual([])
  await desk.restart('close')
  await open('crashed.txt')
  // What the other program put beside it, and a link that must not be followed.
  const [path = ''] = desk.opened.slice(-1)
  const outside = join(desk.dir, 'outside')
  mkdirSync(outside)
  writeFileSync(join(outside, 'keep.txt'), 'keep')
  mkdirSync(join(dirname(path), 'lock'))
  writeFileSync(join(dirname(path), 'lock', '~$crashed.txt'), 'words')
  symlinkSync(outside, join(dirname(path), 'link'))
  symlinkSync(join(outside, 'keep.txt'), join(dirname(path), 'file-link'))
  await desk.files.abandon()
  expect(opened()).toHaveLength(1)
  await desk.restart('close')
  await desk.files.close()
  expect(opened()).toEqual([])
  expect(readFileSync(join(outside, 'keep.txt'), 'utf8')).toBe('keep')
})

test('[FIL87] a program that starts locked removes what a crash left before anything is unlocked', async () => {
  const fileId = await attach('a.txt', 'words')
  await desk.files.open(fileId)
  await desk.files.abandon()
  chmodSync(desk.opened[0] ?? '', 0o400)
  expect(shredAll(join(desk.dir, 'open'))).toBe(0)
  expect(opened()).toEqual([])
  expect(shredAll(join(desk.dir, 'no-such-folder'))).toBe(0)
})

test('[FIL88] no copy stays where no program takes it, or the app was locked while it was made', async () => {
  const shell = { openPath: async () => fail('unavailable'), saveAs: async () => undefined }
  await desk.restart('close', { shell })
  const fileId = await attach('a.txt', fileSlice(3, 0, 2 * limits.filePartBytes).toString('hex'))
  expect(await desk.files.open(fileId)).toMatchObject(refused('unavailable'))
  expect(opened()).toEqual([])
  await desk.restart('close')
  const under = desk.files.open(fileId)
  await desk.files.close()
  expect(await under).toMatchObject(refused('unavailable'))
  expect([desk.opened, opened()]).toEqual([[], []])
})

test('[FIL89] a preview reaches as far as its bound and no slice is larger than a call carries', async () => {
  const fileId = await attach('a.bin', fileSlice(4, 0, 1000))
  expect(await desk.files.read(fileId, 0, limits.fileSliceBytes + 1)).toMatchObject(refused('bad-input'))
  expect(await desk.files.read(fileId, limits.previewBytes, 1)).toMatchObject(refused('bad-input'))
  const end = await desk.files.read(fileId, 990, 100)
  expect(end.ok && end.value.length).toBe(10)
  const beyond = await desk.files.read(fileId, 2000, 100)
  expect(beyond.ok && beyond.value.length).toBe(0)
  expect(await desk.files.read(desk.known.example.id('file'), 0, 1)).toMatchObject(refused('not-found'))
})
