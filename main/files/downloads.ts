// Owns fetching files of messages into the sealed cache: a permit by request, the parts in order, and the hash of the whole.
// Always holds: a part is sealed and durable before the next is asked for, so that fetching goes on where it was cut off;
// nothing is `here` before its SHA-256 is the one the message names; what is another is destroyed.

import type { Transfer } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import type { ConversationId, FileId } from '../../shared/model.ts'
import { type Failure, fail, ok, type Result } from '../../shared/result.ts'
import { partBytes, partCount } from '../../shared/sealed-parts.ts'
import type { Answer, Request } from '../../shared/wire.ts'
import type { FilePlace, FileRecord } from '../store/store.ts'
import type { DiskJob } from './disk.ts'
import { type Exchange, replyTo } from './exchange.ts'
import type { Outcome, Transfers, Try } from './transfers.ts'
import { outcomeOf } from './uploads.ts'

export interface DownloadsParts {
  readonly transfers: Transfers
  readonly exchange: Exchange
  readonly request: (request: Request) => Promise<Result<Answer>>
  /** The record to fetch into, made where there is none: `file-missing` where the message is gone. */
  readonly recordFor: (fileId: FileId, place: FilePlace) => Result<FileRecord>
  /** Whether so much more may be kept: `disk-full`. */
  readonly hasRoom: (bytes: number, by: FileId) => Promise<Result<void>>
  readonly openJob: (record: FileRecord, progress: (bytes: number) => void) => DiskJob | undefined
  /** All of it is here and is what the message names. */
  readonly arrived: (record: FileRecord) => void
  /** It is not what the message names, and must not stay. */
  readonly destroy: (record: FileRecord) => void
  readonly changed: (conversationId: ConversationId) => void
}

export interface Downloads {
  /** Fetches, unless that is under way; forgets an earlier failure. */
  want(fileId: FileId, place: FilePlace): Result<void>
  state(conversationId: ConversationId, sha256: string): Transfer | undefined
  cancel(conversationId: ConversationId, sha256: string): Promise<void>
  /** Ends those whose record is gone. */
  recordGone(fileId: FileId): Promise<void>
  /** Records being fetched into. */
  underWay(): ReadonlySet<FileId>
  /** Bytes still to come, of all but one. */
  outstandingBytes(except: FileId | undefined): number
}

interface Wanted {
  readonly record: FileRecord
  readonly key: string
}

export function createDownloads(parts: DownloadsParts): Downloads {
  const { transfers, exchange, request } = parts
  const wanted = new Map<FileId, Wanted>()
  const failures = new Map<string, Failure>()

  const keyOf = (conversationId: ConversationId, sha256: string) => `down|${conversationId}|${sha256}`

  async function receive(place: FilePlace, have: number, job: DiskJob, by: Try): Promise<Outcome> {
    const { conversationId, seq, file } = place
    const { sha256, bytes } = file
    let moved = false
    if (have < partCount(bytes)) {
      const granted = await request({ type: 'download', conversationId, seq, sha256 })
      if (!granted.ok) return outcomeOf(replyTo(granted.error), false)
      if (granted.value.type !== 'download') return { type: 'failed', failure: fail('internal').error }
      // The message says another length than its file has: neither is to be believed.
      if (granted.value.bytes !== bytes) return { type: 'failed', failure: fail('file-mismatch').error }
      const from = { sha256, permit: granted.value.permit }
      let room = new Uint8Array(partBytes(bytes, have))
      for (let part = have; part < partCount(bytes); part++) {
        const before = part * limits.filePartBytes
        by.progress(before)
        const got = (more: number) => by.progress(before + more)
        const reply = await exchange.get(from, part, room.subarray(0, partBytes(bytes, part)), got, by.signal)
        if (reply.type !== 'ok') return outcomeOf(reply, moved)
        if (by.signal.aborted) return { type: 'again', moved }
        const put = await job.ask({ type: 'put', part, bytes: room.subarray(0, partBytes(bytes, part)) })
        if (!put.ok) return afterDisk(put.error, moved)
        room = put.value
        moved = true
      }
    }
    const hashed = await job.ask({ type: 'finish' })
    if (!hashed.ok) return afterDisk(hashed.error, moved)
    return hashed.value === sha256 ? { type: 'done' } : { type: 'failed', failure: fail('file-mismatch').error }
  }

  /** A worker that died is replaced; a disk that is full waits for its user. */
  const afterDisk = (failure: Failure, moved: boolean): Outcome =>
    failure.code === 'unavailable' ? { type: 'again', moved } : { type: 'failed', failure }

  async function attempt(record: FileRecord, place: FilePlace, job: DiskJob, by: Try): Promise<Outcome> {
    // What this job has hashed already is not looked through again.
    const have = await job.ask({ type: 'resume' })
    if (!have.ok) return afterDisk(have.error, false)
    const room = await parts.hasRoom(Math.max(0, record.bytes - have.value * limits.filePartBytes), record.fileId)
    if (!room.ok) return { type: 'failed', failure: room.error }
    return receive(place, have.value, job, by)
  }

  function begin(record: FileRecord, place: FilePlace, key: string): void {
    const { conversationId } = place
    let job: DiskJob | undefined
    let hear: (bytes: number) => void = () => undefined
    wanted.set(record.fileId, { record, key })
    transfers.start(key, {
      conversationId,
      direction: 'downloading',
      async attempt(by) {
        hear = by.progress
        if (job?.isOver()) job = undefined
        job ??= parts.openJob(record, (bytes) => hear(bytes))
        return job ? attempt(record, place, job, by) : { type: 'failed', failure: fail('file-missing').error }
      },
      ended(outcome) {
        if (outcome.type === 'done') return parts.arrived(record)
        if (outcome.failure.code === 'file-mismatch') parts.destroy(record)
        failures.set(key, outcome.failure)
        parts.changed(conversationId)
      },
      release() {
        job?.close()
        wanted.delete(record.fileId)
      },
    })
  }

  return {
    want(fileId, place) {
      const { conversationId, file } = place
      const key = keyOf(conversationId, file.sha256)
      if (transfers.isUnderWay(key)) return ok(undefined)
      failures.delete(key)
      const found = parts.recordFor(fileId, place)
      if (!found.ok) return found
      const record = found.value
      if (record.whole) return ok(undefined)
      begin(record, place, key)
      return ok(undefined)
    },
    state(conversationId, sha256) {
      const key = keyOf(conversationId, sha256)
      const failure = failures.get(key)
      return failure ? { state: 'failed', failure } : transfers.state(key)
    },
    async cancel(conversationId, sha256) {
      const key = keyOf(conversationId, sha256)
      failures.delete(key)
      await transfers.cancel(key)
      parts.changed(conversationId)
    },
    async recordGone(fileId) {
      const one = wanted.get(fileId)
      if (one) await transfers.cancel(one.key)
    },
    underWay: () => new Set(wanted.keys()),
    outstandingBytes(except) {
      let bytes = 0
      for (const { record, key } of wanted.values()) {
        const state = transfers.state(key)
        const done = state && 'doneBytes' in state ? state.doneBytes : 0
        if (record.fileId !== except) bytes += record.bytes - done
      }
      return bytes
    },
  }
}
