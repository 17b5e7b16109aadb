// Owns sending files to the server: a permit by request, the parts that are missing there, one after the other, and the proof
// that the whole arrived. Always holds: the server's count says where to go on, so that a cut or a restart on either side costs
// one part at most; a content is sent once at a time, however many messages have it.

import type { Transfer } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import type { FileId } from '../../shared/model.ts'
import { type Failure, fail, type Result } from '../../shared/result.ts'
import { partBytes, partCount } from '../../shared/sealed-parts.ts'
import type { Answer, Request } from '../../shared/wire.ts'
import type { FileRecord } from '../store/store.ts'
import type { DiskJob } from './disk.ts'
import { type Exchange, type FilePermit, type Refusal, replyTo } from './exchange.ts'
import type { Outcome, Transfers, Try } from './transfers.ts'

export interface UploadsParts {
  readonly transfers: Transfers
  readonly exchange: Exchange
  readonly request: (request: Request) => Promise<Result<Answer>>
  /** A job on a whole file; undefined where its key is gone. */
  readonly openJob: (record: FileRecord) => DiskJob | undefined
  /** The server has it. */
  readonly done: (fileId: FileId) => void
  readonly failed: (fileId: FileId, failure: Failure) => void
}

export interface Uploads {
  /** Sends a whole file, unless that is under way, done, or has failed. */
  want(record: FileRecord): void
  isDone(fileId: FileId): boolean
  state(fileId: FileId): Transfer | undefined
  /** Ends it and forgets how it went; resolves once nothing of it runs. */
  cancel(fileId: FileId): Promise<void>
  /** Forgets a failure, so that it is tried again when it is next wanted. */
  forgive(fileId: FileId): void
  /** Wanted, done or failed. */
  known(): readonly FileId[]
}

export function createUploads(parts: UploadsParts): Uploads {
  const { transfers, exchange, request } = parts
  const doneIds = new Set<FileId>()
  const failures = new Map<FileId, Failure>()
  const wanted = new Set<FileId>()
  /** The last one sending each content. */
  const turns = new Map<string, Promise<unknown>>()

  const keyOf = (fileId: FileId) => `up|${fileId}`

  async function inTurn(sha256: string, send: () => Promise<Outcome>): Promise<Outcome> {
    const turn = (turns.get(sha256) ?? Promise.resolve()).catch(() => undefined).then(send)
    turns.set(sha256, turn)
    try {
      return await turn
    } finally {
      if (turns.get(sha256) === turn) turns.delete(sha256)
    }
  }

  async function send(record: FileRecord, sha256: string, job: DiskJob, by: Try): Promise<Outcome> {
    const { conversationId, bytes } = record
    const granted = await request({ type: 'upload', conversationId, sha256, bytes })
    if (!granted.ok) return outcomeOf(replyTo(granted.error), false)
    if (granted.value.type !== 'upload') return { type: 'failed', failure: fail('internal').error }
    const { permit, complete, parts: there } = granted.value
    if (complete) return { type: 'done' }
    const to: FilePermit = { sha256, permit }
    let moved = false
    let room = new Uint8Array(partBytes(bytes, there))
    for (let part = there; part < partCount(bytes); part++) {
      const before = part * limits.filePartBytes
      by.progress(before)
      const plain = await job.ask({ type: 'part', part, bytes: room })
      // The file is damaged here: no other try mends that.
      if (!plain.ok) return outcomeOf(replyTo(plain.error), moved)
      const reply = await exchange.put(to, part, plain.value, (sent) => by.progress(before + sent), by.signal)
      plain.value.fill(0)
      room = new Uint8Array(plain.value.buffer)
      if (reply.type !== 'ok') return outcomeOf(reply, moved)
      moved = true
      by.progress(before + partBytes(bytes, part))
    }
    const reply = await exchange.finish(to, by.signal)
    return reply.type === 'ok' ? { type: 'done' } : outcomeOf(reply, moved)
  }

  function start(record: FileRecord, sha256: string): void {
    const { fileId, conversationId } = record
    let mismatches = 0
    let job: DiskJob | undefined
    transfers.start(keyOf(fileId), {
      conversationId,
      direction: 'uploading',
      async attempt(by) {
        job ??= parts.openJob(record)
        if (!job) return { type: 'failed', failure: fail('file-missing').error }
        const open = job
        const outcome = await inTurn(sha256, () => send(record, sha256, open, by))
        if (outcome.type === 'again') {
          // Whatever broke, the next try has a worker and a line of its own.
          job.close()
          job = undefined
        }
        const isMismatch = outcome.type === 'failed' && outcome.failure.code === 'file-mismatch'
        if (isMismatch && ++mismatches < limits.uploadMismatches) return { type: 'again', moved: false }
        return outcome
      },
      ended(outcome) {
        wanted.delete(fileId)
        if (outcome.type === 'done') {
          doneIds.add(fileId)
          parts.done(fileId)
        } else {
          failures.set(fileId, outcome.failure)
          parts.failed(fileId, outcome.failure)
        }
      },
      release: () => job?.close(),
    })
  }

  return {
    want(record) {
      const { fileId, sha256 } = record
      if (sha256 === undefined || doneIds.has(fileId) || failures.has(fileId) || wanted.has(fileId)) return
      wanted.add(fileId)
      start(record, sha256)
    },
    isDone: (fileId) => doneIds.has(fileId),
    state(fileId) {
      const failure = failures.get(fileId)
      if (failure) return { state: 'failed', failure }
      return transfers.state(keyOf(fileId))
    },
    cancel(fileId) {
      wanted.delete(fileId)
      doneIds.delete(fileId)
      failures.delete(fileId)
      return transfers.cancel(keyOf(fileId))
    },
    forgive: (fileId) => void failures.delete(fileId),
    known: () => [...new Set([...wanted, ...failures.keys(), ...doneIds])],
  }
}

/** What a reply that is not `ok` means for the try. A permit that is over, and a part that is not due, are asked for anew. */
export function outcomeOf(reply: Refusal, moved: boolean): Outcome {
  if (reply.type === 'failed') return { type: 'failed', failure: reply.failure }
  const retryAfterMs = reply.type === 'again' ? reply.retryAfterMs : undefined
  return retryAfterMs === undefined ? { type: 'again', moved } : { type: 'again', moved, retryAfterMs }
}
