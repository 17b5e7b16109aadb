// Owns the tests of the witness file: on a real disk, with what people and programs do to files.

import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FailureError, fail } from '../../shared/result.ts'
import { createExample } from '../../testing/example.ts'
import { createFolder, type Folder, findBytes, listFiles } from '../../testing/folders.ts'
import { createMemoryKeyStore, type MemoryKeyStore } from '../../testing/memory-key-store.ts'
import { createWitness, createWitnessFile, type Witness, type Witnessed, witnessPath } from './witness.ts'

const example = createExample(93)
const deviceId = example.id('device')
const content = (written: number): Witnessed => ({ deviceId, written, untilMs: 1000, seenMs: 10, cacheCounter: 7 })

let folder: Folder
let keyStore: MemoryKeyStore
let path: string
beforeEach(() => {
  folder = createFolder()
  keyStore = createMemoryKeyStore()
  path = witnessPath(join(folder.dir, 'state', 'causeway'), join(folder.dir, 'profile'))
})
afterEach(() => folder.remove())

const opened = (at = path): Witness => createWitness({ file: createWitnessFile(at), keyStore })
const write = (witness: Witness, written: number): Promise<boolean> =>
  witness.write(
    content(written),
    () => true,
    () => undefined,
  )
async function written(witness = opened(), device = deviceId): Promise<number | string | undefined> {
  const read = await witness.read(device)
  return read.type === 'read' ? read.content?.written : read.failure.code
}

test('[LSE20] what was written is read again, by another start too; the folder is made, and only its user may enter', async () => {
  expect(await written()).toBeUndefined()
  await write(opened(), 3)
  expect(await opened().read(deviceId)).toEqual({ type: 'read', content: content(3) })
  await write(opened(), 4)
  expect(await written()).toBe(4)
  expect(listFiles(folder.dir)).toHaveLength(1)
  if (process.platform !== 'win32') {
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  }
})

test('[LSE20] it lies by the path of the profile, and tells nothing of it', async () => {
  const at = (dir: string) => witnessPath('/state', dir)
  expect(at('/home/a/profile')).toBe(at('/home/a/x/../profile/'))
  expect(at('/home/a/profile')).not.toBe(at('/home/b/profile'))
  await write(opened(), 3)
  expect(findBytes(folder.dir, [deviceId, 'profile'])).toEqual([])
})

test.each<[string, () => void]>([
  ['removed', () => rmSync(path)],
  ['put aside and copied back', () => roundTrip((aside) => cpSync(path, aside))],
  [
    'copied back with its times, as a backup does',
    () => roundTrip((aside) => cpSync(path, aside, { preserveTimestamps: true })),
  ],
  [
    'written back into the very file',
    () => {
      const bytes = readFileSync(early())
      writeFileSync(path, bytes)
    },
  ],
  ['half of it gone', () => writeFileSync(path, readFileSync(path).subarray(0, 80))],
  ['emptied', () => writeFileSync(path, '')],
  [
    'a folder',
    () => {
      rmSync(path)
      mkdirSync(path)
    },
  ],
  ['sealed by a key store with another secret', () => keyStore.replaceSecret()],
])('[LSE21] a witness that was %s is none', async (_, change) => {
  await write(opened(), 2)
  copyFileSync(path, early())
  await write(opened(), 3)
  change()
  expect(await written()).toBeUndefined()
})

const early = () => join(folder.dir, 'early')
function roundTrip(put: (aside: string) => void): void {
  const aside = join(folder.dir, 'aside')
  put(aside)
  rmSync(path)
  cpSync(aside, path, { preserveTimestamps: true })
}

test('[LSE21] another device’s is none; one that was moved away and back, or is linked, is the same', async () => {
  await write(opened(), 3)
  expect(await written(opened(), example.id('device'))).toBeUndefined()
  const aside = join(folder.dir, 'aside')
  renameSync(path, aside)
  expect(await written()).toBeUndefined()
  renameSync(aside, path)
  expect(await written()).toBe(3)
  linkSync(path, aside)
  expect(await written()).toBe(3)
})

test('[LSE21] a key store that is away is not taken for a missing witness', async () => {
  await write(opened(), 3)
  keyStore.state = fail('keystore-unavailable')
  expect(await written()).toBe('keystore-unavailable')
})

test('[LSE22] a file system that gives a file another number or birth when it is renamed: still read, so far as it can be', async () => {
  const real = createWitnessFile(path)
  let puts = 0
  const file = {
    ...real,
    draft() {
      const draft = real.draft()
      return {
        ...draft,
        put: (bytes: Uint8Array) => {
          draft.put(bytes)
          puts += 1
          // What the system says of the first is no longer so once it has its name.
          return puts > 1
        },
      }
    },
  }
  const witness = createWitness({ file, keyStore })
  let alongside = 0
  await witness.write(
    content(3),
    () => true,
    () => {
      alongside += 1
    },
  )
  expect([puts, alongside, await written()]).toEqual([2, 1, 3])
})

test('[LSE23] no longer wanted once it is sealed: nothing is written, nothing stays behind', async () => {
  await write(opened(), 3)
  const isDone = await opened().write(
    content(4),
    () => false,
    () => {
      throw new Error('nothing is written alongside')
    },
  )
  expect([isDone, await written(), listFiles(dirname(path)).length]).toEqual([false, 3, 1])
})

test('[LSE23] a folder that cannot be made or written: profile-not-writable; what a crash left is written over', async () => {
  writeFileSync(join(folder.dir, 'state'), 'a file')
  await expect(write(opened(), 1)).rejects.toMatchObject({ failure: { code: 'profile-not-writable' } })
  expect(await written()).toBeUndefined()
  rmSync(join(folder.dir, 'state'))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, 'half')
  await write(opened(), 1)
  expect(await written()).toBe(1)
  if (process.getuid?.() !== 0 && process.platform !== 'win32') {
    chmodSync(dirname(path), 0o500)
    await expect(write(opened(), 2)).rejects.toBeInstanceOf(FailureError)
    chmodSync(dirname(path), 0o700)
  }
})

test('[LSE24] removed, it is gone with its draft; removing what is not there or cannot be removed is no fault', async () => {
  await write(opened(), 3)
  writeFileSync(`${path}.new`, 'half')
  opened().remove()
  opened().remove()
  expect([existsSync(path), existsSync(`${path}.new`)]).toEqual([false, false])
  mkdirSync(join(path, 'x'), { recursive: true })
  opened().remove()
})
