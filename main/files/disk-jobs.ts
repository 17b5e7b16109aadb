// Owns the files worker's work: sealed parts on the disk, written, read, hashed and copied out, one job for each file.
// Always holds: nothing plain is written but copies that were asked for; a job is one queue, and its key and plain bytes are
// zeroed when it closes.
// Runs in a thread of its own, where blocking calls hurt nobody; between parts it listens.

import { createHash, randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { limits } from '../../shared/limits.ts'
import { type Failure, type FailureCode, FailureError, fail } from '../../shared/result.ts'
import { partBytes, partCount, partPlace, type StreamSodium } from '../../shared/sealed-parts.ts'
import { errorName } from '../log.ts'
import { failureOf, syncFolder } from '../profile/profile.ts'
import { takeFile } from './original.ts'
import { readPartFile, writeAll, writePartFile } from './part-files.ts'
import type { Ask, Chore, Folders, FromWorker, Inspected, SealedFile, ToWorker } from './protocol.ts'
import { shredAll, shredFolder } from './shred.ts'
import { createMacroScan, isOpenable, needsMacroScan, sniff } from './sniff.ts'

export interface DiskJobsParts extends Folders {
  readonly sodium: StreamSodium
  readonly post: (message: FromWorker, transfer: readonly ArrayBuffer[]) => void
  /** Called once every key is zeroed. */
  readonly ended: () => void
}

interface Job {
  readonly jobId: number
  readonly file: SealedFile
  readonly key: Uint8Array
  readonly hash: ReturnType<typeof createHash>
  /** Parts that are hashed and, of a file being taken in or fetched, on the disk. */
  done: number
  /** Taken in and not yet a part. */
  pending: Uint8Array[]
  pendingBytes: number
  /** The part that was opened last, for reading on in it. */
  opened: { readonly part: number; readonly plain: Uint8Array } | undefined
  queue: Promise<void>
  isClosed: boolean
}

const DRAFT = '.new'
const refuse = (code: FailureCode): never => {
  throw new FailureError(fail(code).error)
}
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** The receiver of what the main thread says. */
export function createDiskJobs(parts: DiskJobsParts): (message: ToWorker) => void {
  const { sodium, sealedDir, openedDir, post } = parts
  const jobs = new Map<number, Job>()

  const folderOf = ({ folder }: SealedFile) => join(sealedDir, folder)
  const pathOf = (job: Job, part: number) => join(folderOf(job.file), String(part))

  function assertOpen(job: Job): void {
    if (job.isClosed) refuse('unavailable')
  }

  // --- parts ----------------------------------------------------------------------------------------------------------------

  /** Room for one plain part, used again: everything that looks at it does so at once. */
  let scratch: Uint8Array | undefined
  function roomFor(bytes: number): Uint8Array {
    scratch ??= new Uint8Array(limits.filePartBytes)
    return scratch.subarray(0, bytes)
  }

  const sealOf = (job: Job, part: number) => ({
    sodium,
    key: job.key,
    place: partPlace(job.file.fileId, part, partCount(job.file.bytes)),
  })

  function writePart(job: Job, part: number, plain: Uint8Array): void {
    if (part !== job.done || plain.length !== partBytes(job.file.bytes, part)) refuse('file-mismatch')
    mkdirSync(folderOf(job.file), { recursive: true, mode: 0o700 })
    if (part === 0) syncFolder(sealedDir)
    writePartFile(pathOf(job, part), sealOf(job, part), plain)
    job.hash.update(plain)
    job.done += 1
  }

  /** Fills `plain` with a part; `file-mismatch` where it is not there or not what was sealed. */
  function readPart(job: Job, part: number, plain: Uint8Array): Uint8Array {
    return readPartFile(pathOf(job, part), sealOf(job, part), plain) ? plain : refuse('file-mismatch')
  }

  const lengthOf = (job: Job, part: number) => partBytes(job.file.bytes, part) || refuse('file-mismatch')

  /** Runs over the plain parts of the file from the first, listening in between. */
  async function eachPart(job: Job, see: (plain: Uint8Array) => void): Promise<void> {
    for (let part = 0; part < partCount(job.file.bytes); part++) {
      assertOpen(job)
      const plain = readPart(job, part, roomFor(lengthOf(job, part)))
      see(plain)
      plain.fill(0)
      await nextTurn()
    }
  }

  // --- taking in --------------------------------------------------------------------------------------------------------------

  function append(job: Job, bytes: Uint8Array): void {
    const taken = job.done * limits.filePartBytes + job.pendingBytes
    if (taken + bytes.length > job.file.bytes) refuse('file-mismatch')
    for (let from = 0; from < bytes.length; ) {
      const room = partBytes(job.file.bytes, job.done) - job.pendingBytes
      const piece = bytes.subarray(from, from + room)
      job.pending.push(piece)
      job.pendingBytes += piece.length
      from += piece.length
      if (piece.length === room) sealPending(job)
    }
  }

  function sealPending(job: Job): void {
    const plain = Buffer.concat(job.pending)
    try {
      writePart(job, job.done, plain)
    } finally {
      plain.fill(0)
      forgetPending(job)
    }
  }

  function forgetPending(job: Job): void {
    for (const piece of job.pending) piece.fill(0)
    job.pending = []
    job.pendingBytes = 0
  }

  function take(job: Job, path: string): Promise<void> {
    return takeFile(path, job.file.bytes, async (plain) => {
      assertOpen(job)
      writePart(job, job.done, plain)
      post({ type: 'progress', jobId: job.jobId, bytes: doneBytes(job) }, [])
      await nextTurn()
    })
  }

  const doneBytes = ({ done, file }: Job) => Math.min(file.bytes, done * limits.filePartBytes)

  /** What a download that was cut off has left. What does not open goes, and all after it. */
  async function resume(job: Job): Promise<number> {
    const total = partCount(job.file.bytes)
    while (job.done < total) {
      assertOpen(job)
      const plain = roomFor(lengthOf(job, job.done))
      if (!readPartFile(pathOf(job, job.done), sealOf(job, job.done), plain)) break
      job.hash.update(plain)
      plain.fill(0)
      job.done += 1
      post({ type: 'progress', jobId: job.jobId, bytes: doneBytes(job) }, [])
      await nextTurn()
    }
    for (const name of namesIn(folderOf(job.file)))
      if (!(Number(name) < job.done)) rmSync(join(folderOf(job.file), name), { force: true })
    return job.done
  }

  function finish(job: Job): string {
    if (job.pendingBytes > 0 || job.done !== partCount(job.file.bytes)) refuse('file-mismatch')
    return job.hash.digest('base64url')
  }

  // --- giving out -------------------------------------------------------------------------------------------------------------

  function slice(job: Job, offset: number, length: number): Uint8Array<ArrayBuffer> {
    const end = Math.min(offset + length, job.file.bytes)
    const whole = new Uint8Array(Math.max(0, end - offset))
    for (let at = offset; at < end; ) {
      const part = Math.floor(at / limits.filePartBytes)
      if (job.opened?.part !== part) {
        forgetOpened(job)
        job.opened = { part, plain: readPart(job, part, new Uint8Array(lengthOf(job, part))) }
      }
      const from = at - part * limits.filePartBytes
      const piece = job.opened.plain.subarray(from, from + end - at)
      whole.set(piece, at - offset)
      at += piece.length
    }
    return whole
  }

  function forgetOpened(job: Job): void {
    job.opened?.plain.fill(0)
    job.opened = undefined
  }

  async function copy(job: Job, { to, as, isWindows }: Ask & { type: 'copy' }): Promise<void> {
    // Beside its place, so that a file that is there is replaced by a whole one or not at all.
    const draft = as === 'opened' ? to : join(dirname(to), `.${randomBytes(8).toString('hex')}${DRAFT}`)
    if (as === 'opened') {
      mkdirSync(openedDir, { recursive: true, mode: 0o700 })
      mkdirSync(dirname(to), { mode: 0o700 })
    }
    const fd = openSync(draft, 'wx', 0o600)
    try {
      try {
        await eachPart(job, (plain) => writeAll(fd, plain))
        fsyncSync(fd)
      } finally {
        closeSync(fd)
      }
      if (draft !== to) renameSync(draft, to)
      if (isWindows) markAsForeign(to)
    } catch (error) {
      rmSync(draft, { force: true })
      throw error
    }
  }

  /** Elsewhere than in the profile other folders may be read-only, gone, or on a disk of their own. */
  async function save(job: Job, ask: Ask & { type: 'copy' }): Promise<void> {
    try {
      await copy(job, ask)
    } catch (error) {
      const failure = failureFrom(error)
      if (failure.code === 'profile-not-writable') refuse('not-allowed')
      throw new FailureError(failure, { cause: error })
    }
  }

  async function inspect(job: Job, name: string): Promise<Inspected> {
    const { bytes } = job.file
    // A copy: detectors wait in between.
    const head = bytes === 0 ? new Uint8Array() : readPart(job, 0, new Uint8Array(lengthOf(job, 0)))
    const sniffed = await sniff(head, partCount(bytes) <= 1)
    head.fill(0)
    const { kind, mediaType } = sniffed
    let isSafe = isOpenable(name, sniffed)
    if (isSafe && needsMacroScan(sniffed)) {
      const scan = createMacroScan()
      await eachPart(job, (plain) => {
        if (scan(plain)) isSafe = false
      })
    }
    return { kind, mediaType, isSafe }
  }

  // --- folders ----------------------------------------------------------------------------------------------------------------

  function doChore(chore: Chore): unknown {
    switch (chore.type) {
      case 'remove':
        removeFolders(chore.folders)
        return undefined
      case 'shred':
        if (chore.folders === 'all') return shredAll(openedDir)
        return chore.folders.filter((folder) => !shredFolder(join(openedDir, folder))).length
    }
  }

  function removeFolders(folders: readonly string[]): void {
    for (const folder of folders) rmSync(join(sealedDir, basename(folder)), { recursive: true, force: true })
    if (folders.length > 0) syncFolder(sealedDir)
  }

  // --- the thread -------------------------------------------------------------------------------------------------------------

  async function perform(job: Job, ask: Ask): Promise<unknown> {
    assertOpen(job)
    switch (ask.type) {
      case 'resume':
        return resume(job)
      case 'append':
        return append(job, ask.bytes)
      case 'take':
        return take(job, ask.path)
      case 'put':
        writePart(job, ask.part, ask.bytes)
        ask.bytes.fill(0)
        return new Uint8Array(ask.bytes.buffer)
      case 'finish':
        return finish(job)
      case 'part':
        return readPart(job, ask.part, new Uint8Array(ask.bytes.buffer, 0, lengthOf(job, ask.part)))
      case 'slice':
        return slice(job, ask.offset, ask.length)
      case 'copy':
        return ask.as === 'saved' ? save(job, ask) : copy(job, ask)
      case 'inspect':
        return inspect(job, ask.name)
    }
  }

  async function answer(callId: number, work: () => unknown): Promise<void> {
    try {
      const value = await work()
      post({ type: 'answer', callId, value }, value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : [])
    } catch (error) {
      post({ type: 'refused', callId, failure: failureFrom(error) }, [])
    }
  }

  function forget(job: Job): void {
    jobs.delete(job.jobId)
    job.key.fill(0)
    forgetPending(job)
    forgetOpened(job)
  }

  return (message) => {
    switch (message.type) {
      case 'open': {
        const { jobId, file, key } = message
        const hash = createHash('sha256')
        const empty = { done: 0, pending: [], pendingBytes: 0, opened: undefined, isClosed: false }
        jobs.set(jobId, { jobId, file, key, hash, ...empty, queue: Promise.resolve() })
        break
      }
      case 'ask': {
        const { callId, jobId, ask } = message
        const job = jobs.get(jobId)
        if (job) job.queue = job.queue.then(() => answer(callId, () => perform(job, ask)))
        else void answer(callId, () => refuse('unavailable'))
        break
      }
      case 'close': {
        const job = jobs.get(message.jobId)
        if (!job) break
        // What was asked before is refused at its next part; the key is needed no longer than that.
        job.isClosed = true
        job.queue = job.queue.then(() => forget(job))
        break
      }
      case 'chore':
        void answer(message.callId, () => doChore(message.chore))
        break
      case 'end':
        for (const job of jobs.values()) {
          job.isClosed = true
          forget(job)
        }
        parts.ended()
        break
      default:
        message satisfies never
    }
  }
}

function failureFrom(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure
  const isSystem = error instanceof Error && 'code' in error
  return isSystem ? failureOf(error).error : fail('internal', `The files worker failed (${errorName(error)}).`).error
}

/**
 * The mark of the web, by which Windows and Office treat the copy as a stranger's: a stream beside the file ([MS-FSCC] §5.6.1).
 * A file system without streams goes without.
 */
function markAsForeign(path: string): void {
  try {
    const fd = openSync(`${path}:Zone.Identifier`, 'w', 0o600)
    writeAll(fd, Buffer.from('[ZoneTransfer]\r\nZoneId=3\r\n'))
    closeSync(fd)
  } catch {
    // FAT, some network drives.
  }
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}
