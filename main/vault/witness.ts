// Owns the witness of a profile: a small file outside its folder that says how far the profile has come, so that an older
// copy of the folder, put back, is known for one (decisions/0021).
// Always holds: sealed by the key store, without any key in it; replaced whole; it names the very file that it was written as,
// so that a copy of it, put back, is none. Must never be needed to wipe: it is removed, whatever it holds.

import { createHash } from 'node:crypto'
import {
  type BigIntStats,
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { type DeviceId, deviceIdSchema } from '../../shared/model.ts'
import { type Failure, FailureError } from '../../shared/result.ts'
import { failureOf, syncFolder } from '../profile/profile.ts'
import type { KeyStore } from '../shell/shell.ts'
import { createSealedFiles, parseJson } from './sealed-files.ts'

const contentSchema = z.strictObject({
  format: z.literal(1),
  deviceId: deviceIdSchema,
  /** How often witness and lease were written together. */
  written: z.number().int().min(1),
  /** Of the term, as lease.ts has it; nothing is left of it where the share has been erased. */
  untilMs: z.number(),
  seenMs: z.number(),
  setBackMs: z.number().optional(),
  /** When the last lease was received, milliseconds. */
  receivedMs: z.number().optional(),
  /** How far the cache is: an older copy of the whole profile must not bring back what it has lost since. */
  cacheCounter: z.number().int().min(0).optional(),
  /** The file it was written as (WitnessFile). */
  mark: z.string(),
})
export type Witnessed = Omit<z.infer<typeof contentSchema>, 'format' | 'mark'>

/** A file that can be told from its copies, so far as its file system lets it. */
export interface WitnessFile {
  /** Undefined where there is none. Throws FailureError where it cannot be read. */
  read(): { readonly bytes: Uint8Array; isMarked(mark: string): boolean } | undefined
  /** Begins a new file. Throws FailureError. */
  draft(): WitnessDraft
  /** Removes it, so far as that can be done. */
  remove(): void
}

export interface WitnessDraft {
  readonly mark: string
  /** Puts it durably in the place of the last one. False where the mark is no longer its own: draw another draft. */
  put(bytes: Uint8Array): boolean
  drop(): void
}

export interface Witness {
  /** What stands in it for `deviceId`; undefined where it is gone, damaged, another device's or a copy. */
  read(
    deviceId: DeviceId,
  ): Promise<
    | { readonly type: 'read'; readonly content: Witnessed | undefined }
    | { readonly type: 'refused'; readonly failure: Failure }
  >
  /** Writes it, once `isWanted` has been asked; right after it, and with nothing between, runs `alongside`. */
  write(content: Witnessed, isWanted: () => boolean, alongside: () => void): Promise<boolean>
  remove(): void
}

/** Where the witness of the profile in `profileDir` lies: by that path, so that it is found whatever the profile holds. */
export function witnessPath(witnessDir: string, profileDir: string): string {
  const name = createHash('sha256')
    .update(`causeway:witness:1:${resolve(profileDir)}`)
    .digest('hex')
    .slice(0, 32)
  return join(witnessDir, `${name}.sealed`)
}

/** A witness in `file`, sealed by `keyStore`. */
export function createWitness({
  file,
  keyStore,
}: {
  readonly file: WitnessFile
  readonly keyStore: KeyStore
}): Witness {
  const sealedIn = (bytes: Uint8Array | undefined) =>
    createSealedFiles({ profile: { read: () => bytes, write: () => undefined, shred: () => undefined }, keyStore })
  /** One that cannot be read is as good as gone: it must not stand in the way of a contact. */
  function readable(): ReturnType<WitnessFile['read']> {
    try {
      return file.read()
    } catch (error) {
      if (error instanceof FailureError) return undefined
      throw error
    }
  }

  return {
    async read(deviceId) {
      const found = readable()
      const opened = await sealedIn(found?.bytes).read('witness')
      if (opened.type === 'refused') return opened
      if (!found || opened.type !== 'opened') return { type: 'read', content: undefined }
      const parsed = contentSchema.safeParse(parseJson(opened.bytes))
      const isOurs = parsed.success && parsed.data.deviceId === deviceId && found.isMarked(parsed.data.mark)
      if (!isOurs) return { type: 'read', content: undefined }
      const { format: _, mark: __, ...content } = parsed.data
      return { type: 'read', content }
    },
    async write(content, isWanted, alongside) {
      for (;;) {
        const draft = file.draft()
        let isPut = false
        try {
          const bytes = await sealedIn(undefined).sealJson({ format: 1, ...content, mark: draft.mark })
          if (!isWanted()) return false
          isPut = draft.put(bytes)
        } finally {
          if (!isPut) draft.drop()
        }
        if (isPut) {
          alongside()
          return true
        }
      }
    },
    remove: () => file.remove(),
  }
}

/**
 * What tells a file from its copies, the strictest first. A file system that gives a file another number, or another time of
 * birth, when it is renamed is one of those after it: found out by doing it.
 */
const marks: readonly ((stats: BigIntStats) => string)[] = [
  // Numbers are given again at once by ext4; a time of birth, to the nanosecond, cannot be chosen.
  ({ ino, birthtimeNs }) => `born ${ino} ${birthtimeNs}`,
  // NTFS gives a file that takes another's name the time of its birth, but counts how often a number was given.
  ({ ino }) => `file ${ino}`,
  () => 'any',
]

/** The witness file at `path`; its folder is made where it is missing. */
export function createWitnessFile(path: string): WitnessFile {
  const draftPath = `${path}.new`
  let strictness = 0
  return {
    read() {
      return named(() => {
        let bytes: Uint8Array
        try {
          bytes = readFileSync(path)
        } catch (error) {
          if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
          throw error
        }
        const stats = statSync(path, { bigint: true })
        return { bytes, isMarked: (mark) => marks.some((markOf) => markOf(stats) === mark) }
      })
    },
    draft() {
      return named(() => {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
        rmSync(draftPath, { force: true })
        const fd = openSync(draftPath, 'wx', 0o600)
        const markOf = marks[strictness] as (stats: BigIntStats) => string
        const mark = markOf(fstatSync(fd, { bigint: true }))
        let isOpen = true
        const close = () => {
          if (isOpen) closeSync(fd)
          isOpen = false
        }
        return {
          mark,
          put: (bytes) =>
            named(() => {
              for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
              fsyncSync(fd)
              close()
              renameSync(draftPath, path)
              syncFolder(dirname(path))
              const isKept = markOf(statSync(path, { bigint: true })) === mark
              if (!isKept) strictness += 1
              return isKept
            }),
          drop() {
            close()
            rmSync(draftPath, { force: true })
          },
        }
      })
    },
    remove() {
      for (const name of [path, draftPath]) {
        try {
          rmSync(name, { force: true })
        } catch {
          // It holds no key: nothing waits for it.
        }
      }
    },
  }
}

function named<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof FailureError ? error : new FailureError(failureOf(error).error, { cause: error })
  }
}
