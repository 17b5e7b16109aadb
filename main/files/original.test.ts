// Owns the tests of reading a file that somebody else may be writing.

import { chmodSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { fileSlice } from '../../testing/file-bytes.ts'
import { createFolder, type Folder } from '../../testing/folders.ts'
import { failureOfOriginal, takeFile } from './original.ts'

let folder: Folder
let path: string
beforeEach(() => {
  folder = createFolder()
  path = join(folder.dir, 'a.log')
})
afterEach(() => folder.remove())

const BYTES = limits.filePartBytes + 10
const refusedWith = (code: string) => ({ failure: { code } })

test('[FIL57] a file that stands still is handed on part by part', async () => {
  const content = fileSlice(1, 0, BYTES)
  writeFileSync(path, content)
  const seen: Buffer[] = []
  await takeFile(path, BYTES, async (plain) => void seen.push(Buffer.from(plain)))
  expect(seen.map(({ length }) => length)).toEqual([limits.filePartBytes, 10])
  expect(Buffer.concat(seen).equals(content)).toBe(true)
})

test.each([
  ['touched', 'file-mismatch', () => utimesSync(path, 1, 1)],
  ['written to', 'file-mismatch', () => writeFileSync(path, 'x', { flag: 'r+' })],
  ['longer', 'file-mismatch', () => writeFileSync(path, 'x', { flag: 'a' })],
  ['shorter', 'file-mismatch', () => writeFileSync(path, 'x')],
  ['gone', 'file-missing', () => rmSync(path)],
  [
    'another',
    'file-mismatch',
    () => {
      writeFileSync(`${path}.new`, fileSlice(2, 0, BYTES))
      renameSync(`${path}.new`, path)
    },
  ],
])('[FIL58] a file that is %s while it is read is refused: %s', async (_what, code, change) => {
  writeFileSync(path, fileSlice(1, 0, BYTES))
  // Long ago, so that any write moves the time.
  utimesSync(path, 1000, 1000)
  const reading = takeFile(path, BYTES, async (plain) => {
    if (plain.length === limits.filePartBytes) change()
  })
  await expect(reading).rejects.toMatchObject(refusedWith(code))
})

test('[FIL58] what is no file, has another length or may not be read is refused before a byte is handed on', async () => {
  const see = async () => expect.fail('a byte was handed on')
  await expect(takeFile(path, 1, see)).rejects.toMatchObject(refusedWith('file-missing'))
  mkdirSync(join(folder.dir, 'b'))
  await expect(takeFile(join(folder.dir, 'b'), 1, see)).rejects.toMatchObject(refusedWith('file-missing'))
  writeFileSync(path, 'words')
  await expect(takeFile(path, 4, see)).rejects.toMatchObject(refusedWith('file-mismatch'))
  chmodSync(path, 0)
  // A superuser may read it all the same.
  expect(failureOfOriginal(Object.assign(new Error('x'), { code: 'EACCES' }))).toMatchObject(refusedWith('not-allowed'))
})
