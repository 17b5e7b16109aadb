// Owns taking files in that the user attaches: slice by slice from the window, or whole from the disk. Both end as sealed
// parts and a hash. Always holds: a file counts as attached from its record on and as whole from its hash on; what was not
// taken in whole is gone after a restart, since nobody can hand over the rest; the disk keeps its reserve.

import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import type { Transfer } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import { type ConversationId, type FileId, makeId } from '../../shared/model.ts'
import { type Failure, fail, ok, type Result } from '../../shared/result.ts'
import type { Clock } from '../session/run.ts'
import type { FileRecord } from '../store/store.ts'
import type { DiskJob } from './disk.ts'
import type { Holdings } from './holdings.ts'
import { mediaTypeOf } from './media-types.ts'
import { failureOfOriginal } from './original.ts'

export interface NewFile {
  readonly conversationId: ConversationId
  readonly name: string
  readonly mediaType: string
  readonly bytes: number
}

export interface StagingParts {
  readonly holdings: Pick<Holdings, 'store' | 'add' | 'change' | 'drop'>
  readonly clock: Clock
  readonly openJob: (record: FileRecord, progress: (bytes: number) => void) => DiskJob | undefined
  readonly hasRoom: (bytes: number) => Promise<Result<void>>
  readonly changed: (conversationId: ConversationId) => void
  /** It is whole: whoever waits for it may go on. */
  readonly staged: (fileId: FileId) => void
  /** It cannot be had whole; its record is gone. */
  readonly lost: (fileId: FileId, failure: Failure) => void
  /** Records have been dropped: their folders follow. */
  readonly dropped: () => void
}

export interface Staging {
  /** Begins a file that the window hands over. Codes: not-found, too-large, disk-full. */
  attach(file: NewFile): Promise<Result<FileId>>
  /** Its next slice; done with the last. `data` is taken over. Codes: not-found, bad-input, file-mismatch, disk-full. */
  append(fileId: FileId, offset: number, data: Uint8Array): Promise<Result<void>>
  /** Begins to take files of the disk in; none of them where one cannot be had. Codes as of attach, and file-missing, not-allowed. */
  pick(conversationId: ConversationId, paths: readonly string[]): Promise<Result<FileId[]>>
  state(fileId: FileId): Transfer | undefined
  /** What could not be taken in and has not been detached, with why. */
  failed(conversationId: ConversationId): readonly FailedFile[]
  /** Ends taking in, forgets a failure; the record is its caller's. The conversation, where there was anything. */
  cancel(fileId: FileId): ConversationId | undefined
  /** Bytes still to be written. */
  outstandingBytes(): number
  stop(): void
}

export interface FailedFile {
  readonly record: FileRecord
  readonly failure: Failure
}

interface Taking {
  readonly record: FileRecord
  readonly job: DiskJob
  /** Handed over by the window; read from the disk. */
  doneBytes: number
  /** The window has gone silent. */
  cancelSilence: (() => void) | undefined
  isBusy: boolean
}

/** Random bytes in the name of a folder. */
const FOLDER_BYTES = 16

export function createStaging(parts: StagingParts): Staging {
  const { holdings, clock } = parts
  const taking = new Map<FileId, Taking>()
  const failures = new Map<FileId, FailedFile>()
  /** Files of the disk are taken in one after the other. */
  let queue: Promise<void> = Promise.resolve()
  /** Admitted, and not in the store yet. */
  let admitted = 0

  function admit(count: number, bytes: readonly number[]): Result<void> {
    const drafts = holdings.store.files().filter(({ role }) => role === 'draft').length
    if (drafts + admitted + count > limits.stagedFiles) return fail('too-large', 'Too many files are attached.')
    if (bytes.some((length) => length > limits.fileBytes)) return fail('too-large', 'The file is too large.')
    return ok(undefined)
  }

  function begin(file: NewFile): Result<Taking> {
    const record: FileRecord = {
      ...file,
      fileId: makeId('file', randomBytes(20)),
      role: 'draft',
      folder: randomBytes(FOLDER_BYTES).toString('hex'),
      parts: 0,
      whole: false,
      usedAtMs: clock.nowMs(),
    }
    if (!holdings.add(record)) return fail('not-found', 'No such conversation.')
    const job = parts.openJob(record, (bytes) => {
      const one = taking.get(record.fileId)
      if (one) one.doneBytes = bytes
      parts.changed(record.conversationId)
    })
    if (!job) return fail('unavailable')
    const one: Taking = { record, job, doneBytes: 0, cancelSilence: undefined, isBusy: false }
    taking.set(record.fileId, one)
    parts.changed(record.conversationId)
    return ok(one)
  }

  function end(fileId: FileId): Taking | undefined {
    const one = taking.get(fileId)
    if (!one) return undefined
    taking.delete(fileId)
    one.cancelSilence?.()
    one.job.close()
    return one
  }

  function lose(fileId: FileId, failure: Failure): void {
    const one = end(fileId)
    if (!one) return
    failures.set(fileId, { record: holdings.store.file(fileId) ?? one.record, failure })
    holdings.drop([fileId])
    parts.lost(fileId, failure)
    parts.dropped()
    parts.changed(one.record.conversationId)
  }

  async function finish(one: Taking): Promise<Result<void>> {
    const { fileId, conversationId } = one.record
    const hashed = await one.job.ask({ type: 'finish' })
    // Detached meanwhile.
    if (taking.get(fileId) !== one) return fail('not-found')
    if (!hashed.ok) {
      lose(fileId, hashed.error)
      return hashed
    }
    end(fileId)
    holdings.change(fileId, { sha256: hashed.value, parts: partsOf(one.record), whole: true, usedAtMs: clock.nowMs() })
    parts.staged(fileId)
    parts.changed(conversationId)
    return ok(undefined)
  }

  function watchSilence(one: Taking): void {
    one.cancelSilence?.()
    one.cancelSilence = clock.setTimer(
      () => lose(one.record.fileId, fail('file-missing').error),
      limits.fileSliceSilenceMs,
    )
  }

  async function take(fileId: FileId, path: string): Promise<void> {
    const one = taking.get(fileId)
    if (!one) return
    const taken = await one.job.ask({ type: 'take', path })
    if (taking.get(fileId) !== one) return
    if (taken.ok) await finish(one)
    else lose(fileId, taken.error)
  }

  return {
    async attach(file) {
      const admission = admit(1, [file.bytes])
      if (!admission.ok) return admission
      admitted += 1
      try {
        const room = await parts.hasRoom(file.bytes)
        if (!room.ok) return room
        const begun = begin(file)
        if (!begun.ok) return begun
        const { fileId } = begun.value.record
        if (file.bytes > 0) watchSilence(begun.value)
        else {
          const finished = await finish(begun.value)
          if (!finished.ok) return finished
        }
        return ok(fileId)
      } finally {
        admitted -= 1
      }
    },
    async append(fileId, offset, data) {
      const one = taking.get(fileId)
      if (!one?.cancelSilence) {
        const failed = failures.get(fileId)
        return failed ? { ok: false, error: failed.failure } : fail('not-found', 'No such file is being attached.')
      }
      const end = offset + data.length
      if (one.isBusy || offset !== one.doneBytes || data.length === 0 || end > one.record.bytes)
        return fail('bad-input', 'Slices come in order, each after the one before has been taken.')
      one.isBusy = true
      watchSilence(one)
      const taken = await one.job.ask({ type: 'append', bytes: ownBytes(data) })
      one.isBusy = false
      if (taking.get(fileId) !== one) return fail('not-found', 'The file has been detached.')
      if (!taken.ok) {
        lose(fileId, taken.error)
        return taken
      }
      one.doneBytes = end
      if (end === one.record.bytes) return finish(one)
      return ok(undefined)
    },
    async pick(conversationId, paths) {
      const found = await Promise.all(paths.map(lookAt))
      const files: (NewFile & { path: string })[] = []
      for (const one of found) {
        if (!one.ok) return one
        files.push({ conversationId, ...one.value })
      }
      const lengths = files.map(({ bytes }) => bytes)
      const admission = admit(files.length, lengths)
      if (!admission.ok) return admission
      admitted += files.length
      try {
        const room = await parts.hasRoom(lengths.reduce((sum, length) => sum + length, 0))
        if (!room.ok) return room
        const fileIds: FileId[] = []
        for (const { path, ...file } of files) {
          const begun = begin(file)
          if (!begun.ok) return begun
          const { fileId } = begun.value.record
          fileIds.push(fileId)
          queue = queue.then(() => take(fileId, path)).catch(() => lose(fileId, fail('internal').error))
        }
        return ok(fileIds)
      } finally {
        admitted -= files.length
      }
    },
    state(fileId) {
      const one = taking.get(fileId)
      if (one) return { state: 'staging', doneBytes: one.doneBytes }
      const failed = failures.get(fileId)
      return failed && { state: 'failed', failure: failed.failure }
    },
    failed: (conversationId) => [...failures.values()].filter(({ record }) => record.conversationId === conversationId),
    cancel(fileId) {
      const known = end(fileId) ?? failures.get(fileId)
      failures.delete(fileId)
      return known?.record.conversationId
    },
    outstandingBytes: () =>
      [...taking.values()].reduce((sum, { record, doneBytes }) => sum + record.bytes - doneBytes, 0),
    stop() {
      for (const fileId of [...taking.keys()]) end(fileId)
      failures.clear()
    },
  }
}

const partsOf = ({ bytes }: FileRecord) => Math.ceil(bytes / limits.filePartBytes)

async function lookAt(path: string): Promise<Result<Omit<NewFile, 'conversationId'> & { path: string }>> {
  try {
    const found = await stat(path)
    if (!found.isFile()) return fail('file-missing', 'This is not a file.')
    const name = basename(path).normalize('NFC').slice(-limits.fileNameChars).toWellFormed()
    return ok({ path, name, mediaType: mediaTypeOf(extname(name)), bytes: found.size })
  } catch (error) {
    return { ok: false, error: failureOfOriginal(error).failure }
  }
}

/** The same bytes in a buffer that can be handed over whole. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length
  return isWhole ? new Uint8Array(buffer) : Uint8Array.from(bytes)
}
