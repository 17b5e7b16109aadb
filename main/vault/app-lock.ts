// Owns the local secret and the passphrase that may stand before it: vault/local.sealed, in one of two forms within the
// key store's seal:
//   32 bytes      no passphrase: the secret itself
//   LockedRecord  JSON: Argon2id cost and salt, the secret sealed (cipher.ts) under the key drawn from the passphrase, and
//                 how many wrong ones were tried. Counted in the file that holds the secret, before the passphrase is
//                 looked at: neither a kill nor a restart nor a file removed forgives a try.
// Always holds: with a passphrase set, the secret is in memory from unlock() to lock() and at no other time; lock() zeroes
// it at once, whatever is under way, and what was under way then changes nothing. Changes and tries go one at a time.

import { randomFillSync } from 'node:crypto'
import { z } from 'zod'
import { fromBase64url, toBase64url } from '../../shared/proof.ts'
import { FailureError, fail, ok, type Result } from '../../shared/result.ts'
import { ARGON2_SALT_BYTES, argon2Cost, type Stretch } from '../passphrase/argon2.ts'
import { createCipher, KEY_BYTES } from './cipher.ts'
import { createTurns, damaged, parseJson, type SealedFiles } from './sealed-files.ts'
import { noTries, oneMoreWrong, pauseLeftMs, type Tries, triesSeen } from './tries.ts'

export const LOCAL_FILE = 'vault/local.sealed'
const BOX_CONTEXT = 'causeway local secret v1'

const lockedRecordSchema = z.strictObject({
  format: z.literal(1),
  /** What the key was drawn with: a later version may ask for more of what it seals anew. */
  argon2id: z.strictObject({
    passes: z.number().int().min(1).max(100),
    memoryKiB: z
      .number()
      .int()
      .min(8)
      .max(1024 * 1024),
    salt: z.string(),
  }),
  box: z.string(),
  tries: z.strictObject({
    wrong: z.number().int().min(0),
    pauseMs: z.number().min(0),
    seenMs: z.number(),
  }),
})
type LockedRecord = z.infer<typeof lockedRecordSchema>

/** What local.sealed is known to hold. */
type Form =
  | { readonly type: 'unknown' }
  | { readonly type: 'plain' }
  | { readonly type: 'locked'; readonly record: LockedRecord }

export interface AppLock {
  /** Finds out which form the file has. A damaged or missing file is no failure yet: secret() says so. */
  load(): Promise<Result<void>>
  hasPassphrase(): boolean
  /** A passphrase is set and has not been given. */
  isLocked(): boolean
  /** Before this time no passphrase is looked at, milliseconds by this computer's clock; undefined where one is now. */
  retryAtMs(nowMs: number): number | undefined
  /** Zeroes the secret, where a passphrase can bring it back. */
  lock(): void
  unlock(passphrase: string, nowMs: number): Promise<Result<void>>
  setPassphrase(current: string | undefined, next: string | undefined, nowMs: number): Promise<Result<void>>
  /** The local secret, or `app-locked`. The caller zeroes it. */
  secret(): Promise<Result<Uint8Array>>
  /** Writes a new secret, without a passphrase. */
  create(): Promise<void>
  /** The file is about to be destroyed: forgets everything, and lets nothing under way write it again. */
  forget(): void
}

/** What may come between the steps of one piece of work. */
interface Underway {
  /** The file has not been destroyed since this was asked for. */
  isKept(): boolean
  /** …and the app has not been locked since. */
  isWanted(): boolean
}

export interface AppLockParts {
  readonly files: Pick<SealedFiles, 'read' | 'write' | 'writeJson'>
  readonly stretch: Stretch
}

export function createAppLock({ files, stretch }: AppLockParts): AppLock {
  const inTurn = createTurns()
  let form: Form = { type: 'unknown' }
  /** With a passphrase set, while unlocked. */
  let unlocked: Uint8Array | undefined
  /** Secrets that a change of passphrase is working with. */
  const inHand = new Set<Uint8Array>()
  let timesClosed = 0
  let timesForgotten = 0

  function close(): void {
    timesClosed += 1
    unlocked?.fill(0)
    unlocked = undefined
    for (const secret of inHand) secret.fill(0)
  }

  /** Reads the file where its form is not `locked`; gives the secret of the plain form. */
  async function readFile(): Promise<Result<Uint8Array | undefined>> {
    if (form.type === 'locked') return ok(undefined)
    const before = timesForgotten
    const file = await files.read(LOCAL_FILE)
    // The key store was waited for: a wipe may have come between.
    if (timesForgotten !== before) return fail('locked')
    if (file.type === 'refused') return { ok: false, error: file.failure }
    form = { type: 'unknown' }
    if (file.type !== 'opened') return { ok: false, error: damaged(LOCAL_FILE).failure }
    if (file.bytes.length === KEY_BYTES) {
      form = { type: 'plain' }
      return ok(file.bytes)
    }
    const record = lockedRecordSchema.safeParse(parseJson(file.bytes))
    if (!record.success) return { ok: false, error: damaged(LOCAL_FILE).failure }
    form = { type: 'locked', record: record.data }
    return ok(undefined)
  }

  /** Returns false, having written nothing, where `mayWrite` says no once the record is sealed. */
  async function writeRecord(record: LockedRecord, mayWrite: () => boolean, work: Underway): Promise<boolean> {
    if (!(await files.writeJson(LOCAL_FILE, record, mayWrite))) return false
    if (work.isKept()) form = { type: 'locked', record }
    return true
  }

  /** Looks at the clock. */
  function triesNow(record: LockedRecord, nowMs: number): Tries {
    const tries = triesSeen(record.tries, nowMs)
    if (tries !== record.tries) form = { type: 'locked', record: { ...record, tries } }
    return tries
  }

  /** Undefined where the secret was zeroed while the key was being drawn. */
  async function seal(passphrase: string, secret: Uint8Array, work: Underway): Promise<LockedRecord | undefined> {
    const salt = randomFillSync(new Uint8Array(ARGON2_SALT_BYTES))
    const key = await stretch(passphrase, salt, argon2Cost)
    const cipher = await createCipher()
    const box = work.isWanted() ? cipher.seal(key, secret, BOX_CONTEXT) : undefined
    key.fill(0)
    if (!box) return undefined
    return {
      format: 1,
      argon2id: { ...argon2Cost, salt: toBase64url(salt) },
      box: toBase64url(box),
      tries: noTries,
    }
  }

  /** Counts a try, then opens the box. */
  async function open(
    record: LockedRecord,
    passphrase: string,
    nowMs: number,
    work: Underway,
  ): Promise<Result<Uint8Array>> {
    const before = triesNow(record, nowMs)
    const leftMs = pauseLeftMs(before, nowMs)
    if (leftMs > 0) return fail('rate-limited', undefined, leftMs)
    const tries = oneMoreWrong(before, nowMs)
    if (!(await writeRecord({ ...record, tries }, work.isKept, work))) return fail('locked')
    const { salt, ...cost } = record.argon2id
    const [saltBytes, box] = [fromBase64url(salt), fromBase64url(record.box)]
    if (!saltBytes || !box) return { ok: false, error: damaged(LOCAL_FILE).failure }
    const key = await stretch(passphrase, saltBytes, cost)
    const secret = (await createCipher()).open(key, box, BOX_CONTEXT)
    key.fill(0)
    // What the key store opened is undamaged: only the passphrase is left to be wrong.
    if (!secret) return fail('passphrase-wrong', undefined, tries.pauseMs > 0 ? tries.pauseMs : undefined)
    return ok(secret)
  }

  /** Forgives the wrong ones. A full disk must not keep out who knows the passphrase: the count then stays. */
  async function forgive(record: LockedRecord, work: Underway): Promise<void> {
    try {
      await writeRecord({ ...record, tries: noTries }, work.isKept, work)
    } catch (error) {
      if (!(error instanceof FailureError)) throw error
    }
  }

  async function unlock(passphrase: string, nowMs: number, work: Underway): Promise<Result<void>> {
    const file = await readFile()
    if (!file.ok) return file
    file.value?.fill(0)
    if (!work.isWanted()) return fail('app-locked')
    if (form.type !== 'locked' || unlocked) return ok(undefined)
    const { record } = form
    const opened = await open(record, passphrase, nowMs, work)
    if (!opened.ok) return opened
    if (work.isWanted()) unlocked = opened.value
    else opened.value.fill(0)
    await forgive(record, work)
    return work.isWanted() ? ok(undefined) : fail('app-locked')
  }

  /** Gives the secret to a change of the passphrase that holds now; undefined where there is no such passphrase. */
  async function secretToChange(
    file: Uint8Array | undefined,
    current: string | undefined,
    nowMs: number,
    work: Underway,
  ): Promise<Result<Uint8Array>> {
    if (file) return ok(file)
    if (form.type !== 'locked' || !unlocked) return fail('app-locked')
    if (current === undefined) return fail('passphrase-needed')
    return open(form.record, current, nowMs, work)
  }

  async function change(
    current: string | undefined,
    next: string | undefined,
    nowMs: number,
    work: Underway,
  ): Promise<Result<void>> {
    const file = await readFile()
    if (!file.ok) return file
    const given = await secretToChange(file.value, current, nowMs, work)
    if (!given.ok) return given
    const secret = given.value
    inHand.add(secret)
    try {
      // From here to the write in place: a lock zeroes `secret`, and then nothing is written.
      if (!work.isWanted()) return fail('app-locked')
      if (next === undefined) {
        if (form.type === 'plain') return ok(undefined)
        if (!(await files.write(LOCAL_FILE, secret, work.isWanted))) return fail('app-locked')
        if (work.isKept()) form = { type: 'plain' }
        unlocked?.fill(0)
        unlocked = undefined
        return ok(undefined)
      }
      const record = await seal(next, secret, work)
      if (!record || !(await writeRecord(record, work.isWanted, work))) return fail('app-locked')
      // Locked in the very moment after the write: then `secret` is zeroes by now.
      if (work.isWanted()) unlocked ??= Uint8Array.from(secret)
      return ok(undefined)
    } finally {
      inHand.delete(secret)
      secret.fill(0)
    }
  }

  /** Runs `work` in its turn; what could not be read or written is a failure like any other. */
  async function inItsTurn(run: (work: Underway) => Promise<Result<void>>): Promise<Result<void>> {
    const [closed, forgotten] = [timesClosed, timesForgotten]
    const work = { isKept: () => timesForgotten === forgotten, isWanted: () => timesClosed === closed }
    try {
      return await inTurn(() => run(work))
    } catch (error) {
      if (error instanceof FailureError) return { ok: false, error: error.failure }
      throw error
    }
  }

  return {
    async load() {
      const file = await inTurn(readFile)
      if (file.ok) file.value?.fill(0)
      return file.ok || file.error.code === 'keystore-changed' ? ok(undefined) : file
    },
    hasPassphrase: () => form.type === 'locked',
    isLocked: () => form.type === 'locked' && !unlocked,
    retryAtMs(nowMs) {
      if (form.type !== 'locked') return undefined
      const leftMs = pauseLeftMs(triesNow(form.record, nowMs), nowMs)
      return leftMs > 0 ? nowMs + leftMs : undefined
    },
    lock() {
      if (form.type === 'locked') close()
    },
    unlock: (passphrase, nowMs) => inItsTurn((work) => unlock(passphrase, nowMs, work)),
    setPassphrase: (current, next, nowMs) => inItsTurn((work) => change(current, next, nowMs, work)),
    async secret() {
      if (form.type !== 'locked') {
        const file = await inTurn(readFile)
        if (!file.ok) return file
        if (file.value) return ok(file.value)
      }
      return unlocked ? ok(Uint8Array.from(unlocked)) : fail('app-locked')
    },
    create: () =>
      inTurn(async () => {
        const secret = randomFillSync(new Uint8Array(KEY_BYTES))
        await files.write(LOCAL_FILE, secret)
        secret.fill(0)
        close()
        form = { type: 'plain' }
      }),
    forget() {
      timesForgotten += 1
      close()
      form = { type: 'unknown' }
    },
  }
}
