// Owns the files that are on their way here: which parts of each have come, their hash so far, and what becomes of them.
// Always holds: parts come in order, one at a time for each upload; a file counts as here only once all its bytes have been
// hashed and are what they are called; an upload is on record before its folder is made and after that is removed.

import { createHash, type Hash } from 'node:crypto'
import { limits } from '../../shared/limits.ts'
import type { DeviceId, UserId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { partCount } from '../../shared/sealed-parts.ts'
import type { Clock, Random } from '../clock.ts'
import type { Commits } from '../commits.ts'
import type { Log } from '../log.ts'
import type { Sealing } from '../sealing.ts'
import type { StoreTx, StoreView, UploadRow } from '../store/port.ts'
import type { Parts, StoredFile } from './parts.ts'

/** A file that one person sends. */
export interface Sent {
  readonly userId: UserId
  readonly sha256: string
  /** Of the whole file. */
  readonly bytes: number
}
/** The bytes of a part as they come; `destroy` ends the connection that they come over. */
export interface Body extends AsyncIterable<Uint8Array> {
  destroy(): void
}
export type Outcome =
  | { readonly type: 'done'; readonly parts: number }
  /** Not the part, or not the time, for it: this many parts are there. */
  | { readonly type: 'elsewhere'; readonly parts: number }

export interface Uploads {
  /** Parts of it that are there. Failures: `rate-limited` (too many unfinished ones), `disk-full`. */
  begin(sent: Sent): Result<number>
  /**
   * Takes the next part; the last one that came may come again. Failures: `rate-limited` (too many unfinished ones, or another
   * device of the person sends a part of it), `bad-input`, `disk-full`, `unavailable`.
   */
  take(sent: Sent, by: DeviceId | 'server', part: number, body: Body): Promise<Result<Outcome>>
  /** Makes a file of the parts. Failures: `file-mismatch` (the upload is dropped), `unavailable`. Repeating it is harmless. */
  finish(sent: Sent): Promise<Result<Outcome>>
  close(): Promise<void>
}

interface Progress {
  parts: number
  /** Of the first `hashed` parts. */
  hash: Hash
  hashed: number
  usedAtMs: number
  writer: { readonly by: DeviceId | 'server'; readonly body: Body; readonly ended: Promise<unknown> } | undefined
  finishing: Promise<Result<Outcome>> | undefined
}

/** The uploads on record, their folders set right after a crash. */
export async function openUploads(owned: {
  view: StoreView
  commits: Commits
  sealing: Pick<Sealing, 'makeFileKey' | 'openFileKey'>
  parts: Parts
  clock: Clock
  random: Random
  log: Log
}): Promise<Uploads> {
  const { view, commits, sealing, parts, clock, random, log } = owned
  const progresses = new Map<string, Progress>()
  const underWay = new Set<Promise<unknown>>()
  /** The files that are being made, by hash: two people may hand in the same one at once. */
  const making = new Map<string, Promise<unknown>>()
  let isClosing = false

  const keyOf = ({ userId, sha256, bytes }: Sent) => `${userId}|${sha256}|${bytes}`
  const isBusy = (row: Sent) => {
    const progress = progresses.get(keyOf(row))
    return progress?.writer !== undefined || progress?.finishing !== undefined
  }
  const stored = (row: UploadRow): StoredFile => ({
    folder: row.folder,
    key: sealing.openFileKey(row.folder, row.sealedKey),
    bytes: row.bytes,
  })
  const rowOf = (sent: Sent): UploadRow | undefined => {
    const row = view.upload(sent.userId, sent.sha256)
    return row?.bytes === sent.bytes ? row : undefined
  }

  function progressOf(sent: Sent): Progress {
    let progress = progresses.get(keyOf(sent))
    if (progress === undefined) {
      const row = rowOf(sent)
      progress = {
        parts: row === undefined ? 0 : parts.count(row.folder),
        hash: createHash('sha256'),
        hashed: 0,
        usedAtMs: 0,
        writer: undefined,
        finishing: undefined,
      }
      progresses.set(keyOf(sent), progress)
    }
    progress.usedAtMs = clock.nowMs()
    return progress
  }

  function track<T>(work: Promise<T>): Promise<T> {
    underWay.add(work)
    const ended = () => void underWay.delete(work)
    work.then(ended, ended)
    return work
  }

  /** Which upload of the person makes room for another: undefined where none has to. */
  function crowdedOut(from: StoreView, userId: UserId): Result<UploadRow | undefined> {
    const rows = from.uploadsOf(userId)
    const oldest = rows.at(-1)
    if (rows.length < limits.uploadsPerUser || oldest === undefined) return ok(undefined)
    // Nobody holds a permit for one that has been quiet for as long as a permit lives.
    const quietMs = clock.nowMs() - oldest.touchedAtMs
    if (quietMs >= limits.filePermitMs && !isBusy(oldest)) return ok(oldest)
    const retryAfterMs = Math.max(limits.filePartRetryMs, limits.filePermitMs - quietMs)
    return fail('rate-limited', 'Too many files are being sent at once.', retryAfterMs)
  }

  /** Takes an upload off the record; its folder goes after the commit. */
  function drop(tx: StoreTx, row: UploadRow): void {
    tx.dropUpload(row.userId, row.sha256)
    progresses.delete(keyOf(row))
  }

  /** The row of the upload, on record, with its folder. */
  async function ensureRow(sent: Sent): Promise<Result<UploadRow>> {
    let row = rowOf(sent)
    if (row === undefined) {
      const folder = Buffer.from(random(16)).toString('hex')
      const made = { ...sent, folder, sealedKey: sealing.makeFileKey(folder), touchedAtMs: clock.nowMs() }
      const committed = await commits.run((tx) => {
        // The same file said to be of another length: one of the two is wrong, and the hash will tell.
        const other = tx.upload(sent.userId, sent.sha256)
        if (other !== undefined && isBusy(other)) return fail('rate-limited', undefined, limits.filePartRetryMs)
        const crowded = other === undefined ? crowdedOut(tx, sent.userId) : ok(other)
        if (!crowded.ok) return crowded
        if (crowded.value !== undefined) drop(tx, crowded.value)
        tx.putUpload(made)
        return crowded
      })
      const dropped = committed.ok ? committed.value : committed
      if (!dropped.ok) return dropped
      if (dropped.value !== undefined) await parts.remove(dropped.value.folder)
      row = made
    }
    const folder = await parts.makeFolder(row.folder)
    return folder.ok ? ok(row) : folder
  }

  async function takeNext(sent: Sent, progress: Progress, part: number, body: Body): Promise<Result<Outcome>> {
    const ensured = await ensureRow(sent)
    if (!ensured.ok) return ensured
    const row = ensured.value
    // A broken part must not leave its bytes in the hash.
    const hash = progress.hashed === part ? progress.hash.copy() : undefined
    const written = await parts.write(stored(row), part, body, (plain) => hash?.update(plain))
    if (!written.ok) return written
    progress.parts++
    if (hash !== undefined) {
      progress.hash = hash
      progress.hashed++
    }
    const touched = await commits.run((tx) => tx.putUpload({ ...row, touchedAtMs: clock.nowMs() }))
    return touched.ok ? ok({ type: 'done', parts: progress.parts }) : touched
  }

  /** What is said to a part that is not the next one. */
  function settled(progress: Progress, part: number): Result<Outcome> {
    return ok({ type: part === progress.parts - 1 ? 'done' : 'elsewhere', parts: progress.parts })
  }

  async function take(sent: Sent, by: DeviceId | 'server', part: number, body: Body): Promise<Result<Outcome>> {
    const before = progresses.get(keyOf(sent))?.writer
    if (before !== undefined) {
      if (before.by !== by) return fail('rate-limited', 'Another device sends this file.', limits.filePartRetryMs)
      // The device was cut off and has come back before we noticed.
      before.body.destroy()
      await before.ended
    }
    if (isClosing) return fail('unavailable')
    if (view.holdsFile(sent.userId, sent.sha256)) return ok({ type: 'done', parts: partCount(sent.bytes) })
    const progress = progressOf(sent)
    if (progress.writer !== undefined) return fail('rate-limited', undefined, limits.filePartRetryMs)
    if (progress.finishing !== undefined || part !== progress.parts) return settled(progress, part)
    if (!parts.hasRoom(Math.min(sent.bytes, limits.filePartBytes))) return fail('disk-full')
    const work = takeNext(sent, progress, part, body)
    const ended = work
      // After a fault the disk is asked anew.
      .catch(() => progresses.delete(keyOf(sent)))
      .then(() => {
        progress.writer = undefined
      })
    progress.writer = { by, body, ended }
    await track(ended)
    return work
  }

  /** Hashes what was not hashed as it came: after a restart, all of it. Each chunk is a turn of the event loop of its own. */
  async function hashRest(progress: Progress, file: StoredFile): Promise<string | undefined> {
    for (; progress.hashed < progress.parts; progress.hashed++) {
      const hash = progress.hash.copy()
      for await (const plain of parts.read(file, 'incoming', progress.hashed)) {
        if (isClosing) return undefined
        hash.update(plain)
      }
      progress.hash = hash
    }
    return progress.hash.copy().digest('base64url')
  }

  async function discard(row: UploadRow): Promise<Result<void>> {
    const dropped = await commits.run((tx) => drop(tx, row))
    if (dropped.ok) await parts.remove(row.folder)
    return dropped
  }

  /** Makes the file, or a holder of the file that is there already. */
  async function make(row: UploadRow): Promise<Result<void>> {
    const { userId, sha256, bytes, folder, sealedKey } = row
    const isNew = view.file(sha256) === undefined
    if (isNew) await parts.keep(folder)
    const committed = await commits.run((tx) => {
      if (isNew) tx.insertFile({ sha256, bytes, folder, sealedKey, createdAtMs: clock.nowMs() })
      tx.addHolder(userId, sha256)
      drop(tx, row)
    })
    if (isNew && !committed.ok) await parts.unkeep(folder)
    if (!isNew && committed.ok) await parts.remove(folder)
    return committed
  }

  async function finishOnce(sent: Sent, progress: Progress): Promise<Result<Outcome>> {
    const ensured = sent.bytes === 0 ? await ensureRow(sent) : undefined
    if (ensured?.ok === false) return ensured
    const row = ensured?.value ?? rowOf(sent)
    if (row === undefined || progress.parts !== partCount(sent.bytes)) {
      return ok({ type: 'elsewhere', parts: progress.parts })
    }
    let sha256: string | undefined
    try {
      sha256 = await hashRest(progress, stored(row))
    } catch (error) {
      log.error({ err: error }, 'a part on its way does not open: its file has to be sent again')
      const dropped = await discard(row)
      return dropped.ok ? fail('unavailable', undefined, limits.filePartRetryMs) : dropped
    }
    if (sha256 === undefined) return fail('unavailable')
    if (sha256 !== sent.sha256) {
      const dropped = await discard(row)
      return dropped.ok ? fail('file-mismatch') : dropped
    }
    while (making.has(sha256)) await making.get(sha256)
    const work = make(row)
    making.set(
      sha256,
      work.catch(() => undefined),
    )
    try {
      const made = await work
      return made.ok ? ok({ type: 'done', parts: progress.parts }) : made
    } finally {
      making.delete(sha256)
    }
  }

  async function finish(sent: Sent): Promise<Result<Outcome>> {
    if (isClosing) return fail('unavailable')
    const { userId, sha256, bytes } = sent
    if (view.holdsFile(userId, sha256)) return ok({ type: 'done', parts: partCount(bytes) })
    const progress = progressOf(sent)
    if (progress.finishing !== undefined) return progress.finishing
    if (progress.writer !== undefined) return ok({ type: 'elsewhere', parts: progress.parts })
    progress.finishing = track(finishOnce(sent, progress))
    try {
      return await progress.finishing
    } finally {
      progress.finishing = undefined
    }
  }

  async function sweep(): Promise<void> {
    for (const row of view.uploadsBefore(clock.nowMs() - limits.uploadKeptMs)) {
      if (isClosing) return
      const dropped = await commits.run((tx) => {
        if (isBusy(row)) return false
        drop(tx, row)
        return true
      })
      if (dropped.ok && dropped.value) await parts.remove(row.folder)
    }
    for (const [key, progress] of progresses) {
      const isIdle = progress.writer === undefined && progress.finishing === undefined
      if (isIdle && clock.nowMs() - progress.usedAtMs >= limits.uploadSweepMs) progresses.delete(key)
    }
  }

  /** Sets right what a crash left between record and disk. */
  async function tidy(): Promise<void> {
    const folders = new Set(parts.incomingFolders())
    for (const { folder } of view.uploadsBefore(Number.MAX_SAFE_INTEGER)) {
      if (!folders.delete(folder)) await parts.unkeep(folder).catch(() => undefined)
    }
    for (const folder of folders) await parts.remove(folder)
  }

  await tidy()
  const sweepLater = (): (() => void) =>
    clock.after(limits.uploadSweepMs, () => {
      track(sweep()).catch((error: unknown) => log.error({ err: error }, 'stale uploads could not be removed'))
      if (!isClosing) callOff = sweepLater()
    })
  let callOff = sweepLater()

  return {
    begin: (sent) => {
      const { parts: here } = progressOf(sent)
      const crowded =
        view.upload(sent.userId, sent.sha256) === undefined ? crowdedOut(view, sent.userId) : ok(undefined)
      if (!crowded.ok) return crowded
      return parts.hasRoom(Math.max(0, sent.bytes - here * limits.filePartBytes)) ? ok(here) : fail('disk-full')
    },
    take,
    finish,
    close: async () => {
      isClosing = true
      callOff()
      for (const { writer } of progresses.values()) writer?.body.destroy()
      await Promise.allSettled(underWay)
    },
  }
}
