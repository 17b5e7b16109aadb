// Owns the files of this desktop while its cache is open: joins taking in, sending, fetching, looking at and handing over.
// Always holds: every byte at rest is sealed under a key that the store holds, but for copies that another program reads; a
// file is shown as here only once its hash was compared; keys go before folders, and a folder without a record goes too.

import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Attachment, Transfer } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import type { ClientId, ConversationId, FileId, Policy, Thumbnail } from '../../shared/model.ts'
import { type Failure, fail, ok, type Result } from '../../shared/result.ts'
import type { Answer, Request } from '../../shared/wire.ts'
import { errorName, type Log } from '../log.ts'
import type { Clock } from '../session/run.ts'
import type { Shell } from '../shell/shell.ts'
import type { FilePlace, FileRecord } from '../store/store.ts'
import { leavingOf } from './bound.ts'
import { createDisk, type DiskJob, type FilesWorker } from './disk.ts'
import { createDownloads } from './downloads.ts'
import { createExchange } from './exchange.ts'
import { createHoldings, type FileStore } from './holdings.ts'
import { createOpening } from './opening.ts'
import { createOutgoing } from './outgoing.ts'
import { createPresent, type Present } from './present.ts'
import type { Folders } from './protocol.ts'
import { createReading } from './reading.ts'
import { createStaging, type NewFile } from './staging.ts'
import { createTransfers } from './transfers.ts'
import { createUploads } from './uploads.ts'

export interface FilesParts {
  readonly store: FileStore
  /** Where sealed parts lie; its parent must exist. */
  readonly dir: string
  /** Where copies for other programs lie. */
  readonly openedDir: string
  readonly shell: Pick<Shell, 'openPath' | 'saveAs'>
  /** The server's, for HTTP. */
  readonly origin: () => string | undefined
  /** Asks over the connection; `offline` where there is none. */
  readonly request: (request: Request) => Promise<Result<Answer>>
  readonly policy: () => Policy | undefined
  /** The pause before the next try of a transfer that does not get on: limits.transferRetryFirstMs…MostMs. */
  readonly retryMs: (attempt: number) => number
  /** Names a fault of the store met in the background, and does about it what is to be done. */
  readonly storeFailure: (error: unknown) => Failure
  /** A file of this conversation, or how far it is, has changed. */
  readonly changed: (conversationId: ConversationId) => void
  /** All files of this message are on the server. */
  readonly readyToSend: (clientId: ClientId) => void
  /** A file of this message cannot be sent: the message waits for its user. */
  readonly cannotSend: (clientId: ClientId, failure: Failure) => void
  readonly clock: Clock
  readonly log: Log
  readonly startWorker?: (folders: Folders) => FilesWorker
  /** Free bytes of the disk that `dir` lies on. */
  readonly freeBytes?: () => Promise<number>
  /** A smaller bound of the cache, for tests. */
  readonly cacheBytes?: number
  readonly isWindows?: boolean
}

export interface Files {
  // --- what is attached to drafts ---
  /** Begins a file that the window hands over in slices. Codes: not-found, too-large, disk-full. */
  attach(file: NewFile): Promise<Result<{ fileId: FileId }>>
  /** Takes `data` over. Codes: not-found, bad-input, file-mismatch, disk-full. */
  append(fileId: FileId, offset: number, data: Uint8Array): Promise<Result<void>>
  /** Begins to take in files of the disk: all or, where one cannot be had, none. Codes: file-missing, not-allowed, as attach. */
  pick(conversationId: ConversationId, paths: readonly string[]): Promise<Result<{ fileIds: FileId[] }>>
  list(conversationId: ConversationId): Attachment[]
  setThumbnail(fileId: FileId, thumbnail: Thumbnail): Result<void>
  detach(fileId: FileId): Result<void>

  // --- how files stand ---
  /** Of a message in the log; undefined: on the server only. */
  transferOf(conversationId: ConversationId, sha256: string): Transfer | undefined
  /** Of a draft, or of a message that has not left. */
  transferOfFile(fileId: FileId): Transfer | undefined

  // --- files of messages; a FileId of a draft serves too ---
  /** Begins to fetch. Codes: not-found, file-missing. */
  fetch(fileId: FileId): Result<void>
  /** Ends fetching; what is there is kept for going on. */
  cancel(fileId: FileId): Result<void>
  /** Codes: not-found, file-missing, file-mismatch. */
  inspect: Present['inspect']
  /** At most limits.fileSliceBytes, within limits.previewBytes; short at the file's end. Codes as of inspect, and bad-input. */
  read: Present['read']
  /** Codes as of inspect, and policy-forbids, file-unsafe, disk-full, unavailable. */
  open: Present['open']
  /** Codes as of inspect, and policy-forbids, disk-full, not-allowed. */
  save: Present['save']

  // --- the outbox ---
  /** A message with files has come into the outbox, or is to be tried again. */
  outgoing(clientId: ClientId): void
  /** All files of this message are on the server. */
  ready(clientId: ClientId): boolean

  /** The store has dropped files: with a conversation, a range that was evicted, a message that was deleted or discarded. */
  conversationsLost(): void
  connected(): void
  disconnected(): void
  /** Ends all, removes the copies that were opened. The store may be closed once it resolves, two seconds later at most. */
  close(): Promise<void>
  /** Ends all at once: nothing is asked of the store after the call, nothing written once it resolves. */
  abandon(): Promise<void>
}

const FOLDER_BYTES = 16

/** Files over an open store. What a crash left is set right at once. */
export function createFiles(parts: FilesParts): Files {
  const { store, dir, clock, log, storeFailure } = parts
  const holdings = createHoldings(store)
  let isEnded = false
  const changed = (conversationId: ConversationId) => {
    if (!isEnded) parts.changed(conversationId)
  }
  const disk = createDisk({
    sealedDir: dir,
    openedDir: parts.openedDir,
    log,
    ...(parts.startWorker && { startWorker: parts.startWorker }),
  })
  const transfers = createTransfers({ clock, log, retryMs: parts.retryMs, storeFailure, changed })
  const exchange = createExchange(parts.origin)
  const { request } = parts

  function openJob(record: FileRecord, progress?: (bytes: number) => void): DiskJob | undefined {
    const key = isEnded ? undefined : store.fileKey(record.fileId)
    return key && disk.open({ fileId: record.fileId, folder: record.folder, bytes: record.bytes }, key, progress)
  }

  const freeBytes = parts.freeBytes ?? (() => freeBytesOf(dirname(dir)))
  async function hasRoom(bytes: number, except?: FileId): Promise<Result<void>> {
    const free = await freeBytes()
    const promised = staging.outstandingBytes() + downloads.outstandingBytes(except)
    return free - promised - bytes < limits.diskReserveBytes ? fail('disk-full') : ok(undefined)
  }

  const outgoing = createOutgoing({
    store,
    uploads: () => uploads,
    readyToSend: parts.readyToSend,
    cannotSend: parts.cannotSend,
  })
  const outgoingFailed = (fileId: FileId, failure: Failure) => outgoing.failed(fileId, failure)

  const staging = createStaging({
    holdings,
    clock,
    openJob,
    hasRoom: (bytes) => hasRoom(bytes),
    changed,
    staged: () => inBackground(outgoing.sendWaiting),
    lost: outgoingFailed,
    dropped: () => inBackground(tidy),
  })

  const uploads = createUploads({
    transfers,
    exchange,
    request,
    openJob,
    done(fileId) {
      outgoing.arrived(fileId)
      const record = store.file(fileId)
      if (record) changed(record.conversationId)
    },
    failed: outgoingFailed,
  })

  const downloads = createDownloads({
    transfers,
    exchange,
    request,
    recordFor,
    hasRoom,
    openJob,
    arrived(record) {
      const count = Math.ceil(record.bytes / limits.filePartBytes)
      holdings.change(record.fileId, { parts: count, whole: true, usedAtMs: clock.nowMs() })
      keepWithinBound()
      changed(record.conversationId)
    },
    destroy(record) {
      holdings.drop([record.fileId])
      inBackground(tidy)
    },
    changed,
  })

  const reading = createReading({ clock, openJob })
  const opening = createOpening({
    openedDir: parts.openedDir,
    disk,
    shell: parts.shell,
    policy: parts.policy,
    clock,
    log,
    openJob,
    isWindows: parts.isWindows ?? process.platform === 'win32',
  })

  const present = createPresent({
    holdings,
    opening,
    reading,
    clock,
    isEnded: () => isEnded,
    damaged({ fileId, conversationId }) {
      log.error('files.damaged')
      holdings.drop([fileId])
      changed(conversationId)
      inBackground(tidy)
    },
  })

  const background = new Set<Promise<void>>()
  /** Work that only the closing waits for: a fault of it is named and logged. */
  function inBackground(work: () => Promise<void> | void): void {
    const run = async () => {
      if (!isEnded) await work()
    }
    const running = run()
      .catch((error: unknown) => {
        if (!isEnded) log.error('files.background', { code: nameOf(error) })
      })
      .finally(() => background.delete(running))
    background.add(running)
  }

  function nameOf(error: unknown): string {
    try {
      return storeFailure(error).code
    } catch {
      return errorName(error)
    }
  }

  // --- records and folders --------------------------------------------------------------------------------------------------

  function recordFor(fileId: FileId, { conversationId, file }: FilePlace): Result<FileRecord> {
    const { sha256, name, mediaType, bytes } = file
    const known = holdings.ofContent(conversationId, sha256)
    if (known) return known.bytes === bytes ? ok(known) : fail('file-mismatch')
    const record: FileRecord = {
      fileId,
      conversationId,
      role: 'cached',
      name,
      mediaType,
      bytes,
      sha256,
      folder: randomBytes(FOLDER_BYTES).toString('hex'),
      parts: 0,
      whole: false,
      usedAtMs: clock.nowMs(),
    }
    return holdings.add(record) ? ok(record) : fail('file-missing')
  }

  /** What has no record any more stops, and then its folder goes: the key went with the record. */
  async function tidy(): Promise<void> {
    const gone = holdings.vanished()
    if (gone.length === 0) return
    for (const { fileId } of gone) {
      reading.forget(fileId)
      opening.forget(fileId)
      // A file that could not be taken in has no record, and stays to be seen until it is detached.
      if (staging.state(fileId)?.state === 'staging') staging.cancel(fileId)
    }
    await Promise.all(gone.flatMap(({ fileId }) => [uploads.cancel(fileId), downloads.recordGone(fileId)]))
    await disk.do({ type: 'remove', folders: gone.map(({ folder }) => folder) })
  }

  function keepWithinBound(): void {
    const inUse = new Set([...downloads.underWay(), ...reading.underWay()])
    const leaving = leavingOf(store.files(), parts.cacheBytes ?? limits.fileCacheBytes, inUse)
    if (leaving.length === 0) return
    holdings.drop(leaving.map(({ fileId }) => fileId))
    for (const { conversationId } of leaving) changed(conversationId)
    log.info('files.evicted', { count: leaving.length })
    inBackground(tidy)
  }

  /** What a crash left: files that nobody can hand over the rest of, folders without a record, copies that were opened. */
  function setRight(): void {
    const cutOff = store.files().filter(({ role, whole }) => !whole && role !== 'cached')
    holdings.drop(cutOff.map(({ fileId }) => fileId))
    holdings.vanished()
    const known = new Set(store.files().map(({ folder }) => folder))
    const strays = namesIn(dir).filter((name) => !known.has(name))
    // No worker is started for nothing: the window is being painted meanwhile.
    if (strays.length > 0) inBackground(async () => void (await disk.do({ type: 'remove', folders: strays })))
    if (namesIn(parts.openedDir).length > 0)
      inBackground(async () => void (await disk.do({ type: 'shred', folders: 'all' })))
    keepWithinBound()
  }

  // --- what the window sees -------------------------------------------------------------------------------------------------

  function attachmentOf(record: FileRecord, transfer: Transfer): Attachment {
    const { fileId, name, mediaType, bytes, thumbnail } = record
    return { fileId, name, mediaType, bytes, ...(thumbnail && { thumbnail: thumbnailView(thumbnail) }), transfer }
  }

  function transferOfFile(fileId: FileId): Transfer | undefined {
    const record = store.file(fileId)
    return staging.state(fileId) ?? uploads.state(fileId) ?? (record?.whole ? { state: 'here' } : undefined)
  }

  // Not before whoever opened the cache has it: they hear of what cannot be sent.
  queueMicrotask(() => {
    inBackground(setRight)
    inBackground(outgoing.sendWaiting)
  })

  return {
    async attach(file) {
      const attached = await staging.attach(file)
      return attached.ok ? ok({ fileId: attached.value }) : attached
    },
    append: staging.append,
    async pick(conversationId, paths) {
      const picked = await staging.pick(conversationId, paths)
      return picked.ok ? ok({ fileIds: picked.value }) : picked
    },
    list(conversationId) {
      const drafts = store
        .files()
        .filter((record) => record.role === 'draft' && record.conversationId === conversationId)
      return [
        ...drafts.map((record) => attachmentOf(record, transferOfFile(record.fileId) ?? { state: 'here' })),
        ...staging
          .failed(conversationId)
          .filter(({ record }) => record.role === 'draft')
          .map(({ record, failure }) => attachmentOf(record, { state: 'failed', failure })),
      ]
    },
    setThumbnail(fileId, thumbnail) {
      const record = store.file(fileId)
      if (!record || record.role === 'cached') return fail('not-found', 'No such file is attached.')
      holdings.change(fileId, { thumbnail })
      changed(record.conversationId)
      return ok(undefined)
    },
    detach(fileId) {
      const record = store.file(fileId)
      if (record ? record.role !== 'draft' : staging.state(fileId) === undefined)
        return fail('not-found', 'No such file is attached.')
      const failedIn = staging.cancel(fileId)
      holdings.drop([fileId])
      inBackground(tidy)
      const conversationId = record?.conversationId ?? failedIn
      if (conversationId !== undefined) changed(conversationId)
      return ok(undefined)
    },
    transferOf(conversationId, sha256) {
      if (holdings.ofContent(conversationId, sha256)?.whole) return { state: 'here' }
      return downloads.state(conversationId, sha256)
    },
    transferOfFile,
    fetch(fileId) {
      const found = holdings.locate(fileId)
      if (!found) return fail('not-found', 'No such file.')
      if (found.record?.whole || !found.place) return ok(undefined)
      return downloads.want(fileId, found.place)
    },
    cancel(fileId) {
      const place = store.filePlace(fileId)
      if (!place) return fail('not-found', 'No such file.')
      inBackground(() => downloads.cancel(place.conversationId, place.file.sha256))
      return ok(undefined)
    },
    ...present,
    outgoing: (clientId) => inBackground(() => outgoing.retry(clientId)),
    ready: outgoing.ready,
    conversationsLost() {
      inBackground(tidy)
      inBackground(outgoing.sendWaiting)
    },
    connected: transfers.connected,
    disconnected: transfers.disconnected,
    async close() {
      if (isEnded) return
      isEnded = true
      staging.stop()
      reading.stop()
      const ended = Promise.all([opening.clear(), transfers.stop(), ...background])
      const enough = createPause(clock, limits.filesCloseMs)
      await Promise.race([ended, enough.over])
      enough.cancel()
      await disk.end()
    },
    async abandon() {
      isEnded = true
      staging.stop()
      reading.stop()
      const stopped = transfers.stop()
      await disk.end()
      await Promise.all([stopped, opening.clear()])
    },
  }
}

type View = NonNullable<Attachment['thumbnail']>
/** What the bridge takes and nothing beside it. */
function thumbnailView({ mediaType, data, widthPx, heightPx }: View): View {
  return { mediaType, data, widthPx, heightPx }
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

function createPause(clock: Clock, ms: number) {
  let cancel = (): void => undefined
  const over = new Promise<void>((resolve) => {
    cancel = clock.setTimer(resolve, ms)
  })
  return { over, cancel: () => cancel() }
}
