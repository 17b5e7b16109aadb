// Owns who may send and fetch files: what a device is granted over its connection, and the same question anew for each part
// that it then sends or fetches by HTTP.
// Always holds: a file is fetched only by who may see a message that has it, as things stand at that moment (one that has
// been withdrawn shows none); that a file is here is told only to who has handed in its bytes or sees such a message:
// knowing a hash opens nothing.

import { createHash } from 'node:crypto'
import { limits } from '../../shared/limits.ts'
import type { ConversationId, DeviceId, UserId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { partBytes, partCount } from '../../shared/sealed-parts.ts'
import type { AnswerOf, RequestOf } from '../../shared/wire.ts'
import type { Access } from '../access/access.ts'
import type { Clock, Random } from '../clock.ts'
import type { Commits } from '../commits.ts'
import { showsFile } from '../conversations/contents.ts'
import type { Log } from '../log.ts'
import type { Sealing } from '../sealing.ts'
import type { StoreView } from '../store/port.ts'
import { createParts, type Disk } from './parts.ts'
import { createPermits, type Permit } from './permits.ts'
import { type Body, type Outcome, openUploads } from './uploads.ts'

export interface By {
  readonly userId: UserId
  readonly deviceId: DeviceId
}
/** What an HTTP request brings: the bearer token and the file of its path. */
export interface Ask {
  readonly token: string
  readonly sha256: string
}
/** A part on its way out. */
export interface Fetched {
  readonly plainBytes: number
  readonly chunks: AsyncGenerator<Uint8Array, void>
  /** To be called when it has been sent or given up. */
  close(): void
}

export interface Files {
  /**
   * Whether the person may send this file to the conversation, and what of it is here. Failures: `not-found`,
   * `conversation-archived`, `file-mismatch` (another length than the file of this hash has), `rate-limited`, `disk-full`,
   * `unavailable`.
   */
  upload(by: By, request: RequestOf<'upload'>): Result<AnswerOf<'upload'>>
  /** Whether the person may fetch this file of this message. Failures: `not-found`, `file-missing`. */
  download(by: By, request: RequestOf<'download'>): Result<AnswerOf<'download'>>
  /**
   * Takes a part of `bodyBytes`. Failures: `proof-invalid` (the permit), `device-unknown`, `device-wiped`, `signed-out`, `device-revoked`,
   * `user-inactive`, those of `upload`, and `bad-input`.
   */
  take(ask: Ask, part: number, bodyBytes: number | undefined, body: Body): Promise<Result<Outcome>>
  /** All parts are here. Failures as of `take`, and `file-mismatch`. */
  finish(ask: Ask): Promise<Result<Outcome>>
  /** A part, opened chunk by chunk. Failures as of `take`, and `file-missing`. */
  fetch(ask: Ask, part: number): Promise<Result<Fetched>>
  /**
   * Keeps a whole file as handed in by this person, and tells its SHA-256 (base64url): for what the server brings itself.
   * Repeating it is harmless. Failures: `disk-full`, `rate-limited` (they send it at this moment), `unavailable`.
   */
  adopt(userId: UserId, bytes: Uint8Array): Promise<Result<string>>
  /** Ends what is under way. */
  close(): Promise<void>
}

export interface FilesOwned {
  readonly view: StoreView
  readonly access: Pick<Access, 'mayView' | 'mayPost'>
  readonly commits: Commits
  readonly sealing: Pick<Sealing, 'makeFileKey' | 'openFileKey' | 'permitTag'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly disk?: Disk
}

/** Files kept below `dir`. libsodium must be ready. */
export async function openFiles(dir: string, owned: FilesOwned): Promise<Files> {
  const { view, access, sealing, clock, log } = owned
  const permits = createPermits(sealing, clock)
  const parts = createParts(dir, log, owned.disk)
  const uploads = await openUploads({ ...owned, parts })
  const underWay = new Map<DeviceId, number>()
  let allUnderWay = 0

  /** Takes a place among the parts under way; the answer gives it back. */
  function enter(deviceId: DeviceId): Result<() => void> {
    const own = underWay.get(deviceId) ?? 0
    if (own >= limits.filePartsPerDevice) return fail('rate-limited', undefined, limits.filePartRetryMs)
    if (allUnderWay >= limits.filePartsAtOnce) return fail('unavailable', undefined, limits.filePartRetryMs)
    underWay.set(deviceId, own + 1)
    allUnderWay++
    let isIn = true
    return ok(() => {
      if (!isIn) return
      isIn = false
      allUnderWay--
      const left = (underWay.get(deviceId) ?? 1) - 1
      if (left === 0) underWay.delete(deviceId)
      else underWay.set(deviceId, left)
    })
  }

  function maySend(userId: UserId, conversationId: ConversationId): Result<void> {
    if (!access.mayPost(userId, conversationId)) return fail('not-found')
    if (view.conversation(conversationId)?.archived === true) return fail('conversation-archived')
    return ok(undefined)
  }

  function mayFetch(userId: UserId, conversationId: ConversationId, seq: number, sha256: string): Result<void> {
    if (!access.mayView(userId, conversationId)) return fail('not-found')
    return showsFile(view, conversationId, seq, sha256) ? ok(undefined) : fail('file-missing')
  }

  function isTrusted({ deviceId, userId }: Permit): Result<void> {
    const device = view.device(deviceId)
    if (device === undefined || device.userId !== userId) return fail('device-unknown')
    if (device.status === 'wiped' || device.status === 'wipe-pending') return fail('device-wiped')
    if (device.status === 'signed-out') return fail('signed-out')
    if (device.status !== 'active') return fail('device-revoked')
    return view.user(userId)?.active === true ? ok(undefined) : fail('user-inactive')
  }

  /** What the bearer may do now. */
  function permitted<T extends Permit['type']>(ask: Ask, type: T): Result<Extract<Permit, { type: T }>> {
    const permit = permits.read(ask.token)
    if (permit?.type !== type || permit.sha256 !== ask.sha256) {
      return fail('proof-invalid', 'The permit is not valid for this, or is past its time.')
    }
    const trusted = isTrusted(permit)
    if (!trusted.ok) return trusted
    const { userId, conversationId, sha256 } = permit
    const allowed =
      permit.type === 'upload' ? maySend(userId, conversationId) : mayFetch(userId, conversationId, permit.seq, sha256)
    return allowed.ok ? ok(permit as Extract<Permit, { type: T }>) : allowed
  }

  return {
    upload: (by, { conversationId, sha256, bytes }) => {
      const allowed = maySend(by.userId, conversationId)
      if (!allowed.ok) return allowed
      const permit = permits.write({ type: 'upload', ...by, sha256, bytes, conversationId })
      if (view.holdsFile(by.userId, sha256) || view.seesFile(by.userId, sha256)) {
        if (view.file(sha256)?.bytes !== bytes) return fail('file-mismatch')
        return ok({ type: 'upload', permit, parts: partCount(bytes), complete: true })
      }
      const begun = uploads.begin({ userId: by.userId, sha256, bytes })
      return begun.ok ? ok({ type: 'upload', permit, parts: begun.value, complete: false }) : begun
    },
    download: (by, { conversationId, seq, sha256 }) => {
      const allowed = mayFetch(by.userId, conversationId, seq, sha256)
      if (!allowed.ok) return allowed
      const file = view.file(sha256)
      if (file === undefined) return fail('file-missing')
      const { bytes } = file
      return ok({
        type: 'download',
        permit: permits.write({ type: 'download', ...by, sha256, bytes, conversationId, seq }),
        bytes,
      })
    },

    take: async (ask, part, bodyBytes, body) => {
      const permit = permitted(ask, 'upload')
      if (!permit.ok) return permit
      const { deviceId, userId, sha256, bytes } = permit.value
      if (part >= partCount(bytes)) return fail('bad-input', 'The file has no such part.')
      if (bodyBytes !== partBytes(bytes, part)) return fail('bad-input', 'The part is not as long as it must be.')
      const entered = enter(deviceId)
      if (!entered.ok) return entered
      try {
        return await uploads.take({ userId, sha256, bytes }, deviceId, part, body)
      } finally {
        entered.value()
      }
    },
    finish: async (ask) => {
      const permit = permitted(ask, 'upload')
      if (!permit.ok) return permit
      const { userId, sha256, bytes } = permit.value
      return uploads.finish({ userId, sha256, bytes })
    },
    fetch: async (ask, part) => {
      const permit = permitted(ask, 'download')
      if (!permit.ok) return permit
      const file = view.file(ask.sha256)
      if (file === undefined || part >= partCount(file.bytes)) return fail('file-missing')
      const entered = enter(permit.value.deviceId)
      if (!entered.ok) return entered
      const { folder, bytes, sealedKey } = file
      const opened = parts.read({ folder, bytes, key: sealing.openFileKey(folder, sealedKey) }, 'kept', part)
      const damaged = (error: unknown) => log.error({ err: error, part }, 'a part of a file cannot be read')
      let first: IteratorResult<Uint8Array, void>
      try {
        // A part that is gone or changed is told as a failure, not as an answer that breaks off.
        first = await opened.next()
      } catch (error) {
        entered.value()
        damaged(error)
        return fail('file-missing', 'The file is damaged here.')
      }
      async function* chunks(): AsyncGenerator<Uint8Array, void> {
        try {
          if (first.done !== true) yield first.value
          yield* opened
        } catch (error) {
          damaged(error)
          throw error
        }
      }
      const close = () => {
        entered.value()
        // Of a generator that has ended this is a no-op.
        opened.return().catch(damaged)
      }
      return ok({ plainBytes: partBytes(bytes, part), chunks: chunks(), close })
    },
    adopt: async (userId, bytes) => {
      const sent = { userId, sha256: createHash('sha256').update(bytes).digest('base64url'), bytes: bytes.length }
      // As many as have come already are passed over: an adoption that was cut off goes on.
      for (let part = 0; part < partCount(bytes.length); ) {
        const from = part * limits.filePartBytes
        const taken = await uploads.take(sent, 'server', part, whole(bytes.subarray(from, from + limits.filePartBytes)))
        if (!taken.ok) return taken
        part = taken.value.parts
      }
      const finished = await uploads.finish(sent)
      if (!finished.ok) return finished
      return finished.value.type === 'done' ? ok(sent.sha256) : fail('unavailable')
    },
    close: uploads.close,
  }
}

/** Bytes that are here as the body of a part. */
function whole(bytes: Uint8Array): Body {
  return {
    async *[Symbol.asyncIterator]() {
      yield bytes
    },
    destroy: () => undefined,
  }
}

/** For a server that has nowhere to keep files: all of it fails with `unavailable`. */
export function createNoFiles(): Files {
  const none = () => fail('unavailable', 'This server keeps no files.')
  return {
    upload: none,
    download: none,
    take: async () => none(),
    finish: async () => none(),
    fetch: async () => none(),
    adopt: async () => none(),
    close: async () => undefined,
  }
}
