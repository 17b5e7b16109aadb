// Owns the secrets of a profile: device key, local secret, lease share; who this device is and which keys it trusts.
//
// On disk, each sealed by the OS key store as `{"backend":…,"sealed":base64}`:
//   vault/device.sealed  identity JSON: Ed25519 seed, ids, server, pinned authority keys, counter of the last wipe order
//   vault/local.sealed   32 random bytes, made at enrolment
//   vault/lease.sealed   LeaseRecord JSON: the server's 32 bytes and until when they may be used offline
// rootKey = BLAKE2b(key: local, message: label ‖ share); it exists in memory only, while the cache is open.
// Always holds: nothing is written unsealed; the key store that sealed is named beside the secret, so that a changed one
// is told apart from damage; purged bytes are zeroed. Write order: encode → seal → write durably.

import { randomFillSync } from 'node:crypto'
import { z } from 'zod'
import { deviceIdSchema, userIdSchema, workspaceIdSchema } from '../../shared/model.ts'
import { fromBase64url, toBase64url } from '../../shared/proof.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { authorityKeySchema, type Lease } from '../../shared/wire.ts'
import type { Profile } from '../profile/profile.ts'
import type { KeyStore } from '../shell/shell.ts'
import { deriveRootKey, deviceKeyPair, KEY_BYTES, verifySignature } from './cipher.ts'
import { type LeaseRecord, leaseExpired, leaseReceived, leaseSeen } from './lease.ts'

const DEVICE_FILE = 'vault/device.sealed'
const LOCAL_FILE = 'vault/local.sealed'
const LEASE_FILE = 'vault/lease.sealed'
/** How far the clock may move before the time seen is written again: a restart loses at most this. */
const CLOCK_WRITE_MS = 10 * 60 * 1000

const identitySchema = z.strictObject({
  format: z.literal(1),
  deviceSeed: z.string().length(43),
  deviceId: deviceIdSchema,
  userId: userIdSchema,
  workspaceId: workspaceIdSchema,
  workspaceName: z.string(),
  serverOrigin: z.string(),
  authorityKeys: z.array(authorityKeySchema),
  /** Counter of the last wipe order obeyed. */
  orderCounter: z.number().int().min(0),
  enrolledAtMs: z.number(),
})
type IdentityRecord = z.infer<typeof identitySchema>
/** Who this device is; without its key. */
export type Identity = Omit<IdentityRecord, 'format' | 'deviceSeed'>

const leaseRecordSchema = z.strictObject({
  share: z.string().length(43),
  generation: z.number().int(),
  receivedMs: z.number(),
  untilMs: z.number(),
  seenMs: z.number(),
})
const sealedFileSchema = z.object({ backend: z.string(), sealed: z.base64() })

export interface Vault {
  /** Opens the identity. `undefined` where this profile was never enrolled (or has been wiped). */
  load(): Promise<Result<Identity | undefined>>
  identity(): Identity | undefined
  /** A fresh device key for an enrolment under way; kept in memory until enrolled() or destroyDeviceKey(). */
  draftDeviceKey(): { readonly publicKey: string; readonly sign: (bytes: Uint8Array) => Uint8Array }
  /** Makes the drafted key this device's and writes identity and a new local secret. */
  enrolled(identity: Identity): Promise<void>
  /** Changes the identity record (server address, order counter, workspace name). */
  update(change: Partial<Identity>): Promise<void>
  /** Signs with the device key. Throws where there is none: a fault of the caller. */
  sign(bytes: Uint8Array): Uint8Array
  /** True where `signature` is that of the pinned authority key `kid`. */
  verifyAuthority(kid: string, bytes: Uint8Array, signature: Uint8Array): boolean
  /** Stores a lease from the server; has no effect where the data keys are destroyed meanwhile. */
  saveLease(lease: Lease, serverNowMs: number, nowMs: number): Promise<void>
  /** The end of the current lease by this computer's clock. */
  leaseUntilMs(): number | undefined
  /** When the current lease was received, by this computer's clock: the last contact known after a restart. */
  leaseReceivedMs(): number | undefined
  /** Looks at the clock; true where the term is over. The caller then closes the cache and calls eraseLease(). */
  leaseOver(nowMs: number): Promise<boolean>
  eraseLease(): void
  /** The root key, or `locked` where the lease share is not here. The caller zeroes it after use. */
  openRootKey(nowMs: number): Promise<Result<Uint8Array>>
  /** Destroys local secret and lease share, on disk and in memory. Returns how many keys that were. */
  destroyDataKeys(): number
  /** Destroys the device key, last of all. */
  destroyDeviceKey(): Promise<number>
}

export interface VaultParts {
  readonly profile: Pick<Profile, 'read' | 'write' | 'shred'>
  readonly keyStore: KeyStore
}

/** A vault over the profile's files; createCipher() must have been awaited before (libsodium loaded). */
export function createVault({ profile, keyStore }: VaultParts): Vault {
  let device: IdentityRecord | undefined
  let seed: Uint8Array | undefined
  let draft: Uint8Array | undefined
  let local: Uint8Array | undefined
  let lease: LeaseRecord | undefined
  let writtenSeenMs = 0
  let timesDestroyed = 0
  let lastWrite: Promise<unknown> = Promise.resolve()

  /** One write at a time: sealing waits for the key store, and an older record must not land on a newer one. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = lastWrite.then(work)
    lastWrite = done.catch(() => undefined)
    return done
  }

  /** Returns false, having written nothing, where the file was no longer wanted once it was sealed. */
  async function writeSealed(name: string, plaintext: Uint8Array, isWanted = () => true): Promise<boolean> {
    const sealed = await keyStore.seal(plaintext)
    if (!isWanted()) return false
    const file = { backend: keyStore.backend, sealed: Buffer.from(sealed).toString('base64') }
    profile.write(name, Buffer.from(`${JSON.stringify(file)}\n`))
    return true
  }

  async function readSealed(name: string): Promise<Result<Uint8Array | undefined>> {
    const bytes = profile.read(name)
    if (bytes === undefined) return ok(undefined)
    const file = sealedFileSchema.safeParse(parseJson(bytes))
    if (!file.success) return fail('keystore-changed', `${name} is damaged.`)
    const usable = await keyStore.check()
    if (!usable.ok) return usable
    if (file.data.backend !== keyStore.backend)
      return fail('keystore-changed', `${name} was sealed by ${file.data.backend}, not ${keyStore.backend}.`)
    return keyStore.open(Buffer.from(file.data.sealed, 'base64'))
  }

  const encodeJson = (value: unknown) => Buffer.from(JSON.stringify(value))

  async function readLease(): Promise<Result<LeaseRecord | undefined>> {
    if (lease) return ok(lease)
    const file = await readSealed(LEASE_FILE)
    if (!file.ok || !file.value) return file.ok ? ok(undefined) : file
    const record = leaseRecordSchema.safeParse(parseJson(file.value))
    lease = record.success ? record.data : undefined
    writtenSeenMs = lease?.seenMs ?? 0
    return ok(lease)
  }

  /** A file that cannot be read is there, too: it must not stand in the way of its own destruction. */
  function isThere(name: string): boolean {
    try {
      return profile.read(name) !== undefined
    } catch {
      return true
    }
  }

  return {
    async load() {
      const file = await readSealed(DEVICE_FILE)
      if (!file.ok) return file
      if (!file.value) return ok(undefined)
      const record = identitySchema.safeParse(parseJson(file.value))
      const key = record.success ? fromBase64url(record.data.deviceSeed) : undefined
      if (!record.success || key?.length !== KEY_BYTES) return fail('keystore-changed', `${DEVICE_FILE} is damaged.`)
      device = record.data
      seed = key
      const term = await readLease()
      return term.ok ? ok(record.data) : term
    },
    identity: () => device,
    draftDeviceKey() {
      draft ??= randomFillSync(new Uint8Array(KEY_BYTES))
      const pair = deviceKeyPair(draft)
      return { publicKey: toBase64url(pair.publicKey), sign: pair.sign }
    },
    enrolled: (identity) =>
      inTurn(async () => {
        if (!draft) throw new Error('no device key was drafted')
        // Local secret first: an identity without one would be a profile that can never open a cache.
        const secret = randomFillSync(new Uint8Array(KEY_BYTES))
        await writeSealed(LOCAL_FILE, secret)
        profile.shred(LEASE_FILE)
        const record: IdentityRecord = { format: 1, deviceSeed: toBase64url(draft), ...identity }
        await writeSealed(DEVICE_FILE, encodeJson(record))
        device = record
        local?.fill(0)
        local = secret
        lease = undefined
        seed?.fill(0)
        seed = draft
        draft = undefined
      }),
    update: (change) =>
      inTurn(async () => {
        if (!device) throw new Error('not enrolled')
        const record = { ...device, ...change }
        if (await writeSealed(DEVICE_FILE, encodeJson(record), () => device !== undefined)) device = record
      }),
    sign(bytes) {
      if (!seed) throw new Error('no device key')
      return deviceKeyPair(seed).sign(bytes)
    },
    verifyAuthority(kid, bytes, signature) {
      const pinned = device?.authorityKeys.find((key) => key.kid === kid)
      const publicKey = pinned && fromBase64url(pinned.publicKey)
      return publicKey !== undefined && verifySignature(publicKey, bytes, signature)
    },
    saveLease(received, serverNowMs, nowMs) {
      const record = leaseReceived(received, serverNowMs, nowMs)
      const before = timesDestroyed
      return inTurn(async () => {
        if (!(await writeSealed(LEASE_FILE, encodeJson(record), () => timesDestroyed === before))) return
        lease = record
        writtenSeenMs = record.seenMs
      })
    },
    leaseUntilMs: () => lease?.untilMs,
    leaseReceivedMs: () => lease?.receivedMs,
    async leaseOver(nowMs) {
      if (!lease) return false
      const seen = leaseSeen(lease, nowMs)
      lease = seen
      if (leaseExpired(seen, nowMs)) return true
      if (Math.abs(seen.seenMs - writtenSeenMs) >= CLOCK_WRITE_MS)
        await inTurn(async () => {
          // A lease that was erased or renewed meanwhile must not come back.
          if (await writeSealed(LEASE_FILE, encodeJson(seen), () => lease === seen)) writtenSeenMs = seen.seenMs
        })
      return false
    },
    eraseLease() {
      lease = undefined
      profile.shred(LEASE_FILE)
    },
    async openRootKey(nowMs) {
      const term = await readLease()
      if (!term.ok) return term
      if (!term.value) return fail('locked')
      lease = leaseSeen(term.value, nowMs)
      if (leaseExpired(lease, nowMs)) return fail('locked')
      if (!local) {
        const before = timesDestroyed
        const file = await readSealed(LOCAL_FILE)
        // The key store was waited for: a wipe or the end of the lease may have come between.
        if (timesDestroyed !== before || !lease) return fail('locked')
        if (!file.ok) return file
        if (file.value?.length !== KEY_BYTES) return fail('keystore-changed', `${LOCAL_FILE} is missing or damaged.`)
        local = file.value
      }
      const share = fromBase64url(term.value.share)
      if (share?.length !== KEY_BYTES) return fail('locked')
      const root = deriveRootKey(local, share)
      share.fill(0)
      return ok(root)
    },
    destroyDataKeys() {
      const count = [LOCAL_FILE, LEASE_FILE].filter(isThere).length
      timesDestroyed += 1
      local?.fill(0)
      local = undefined
      lease = undefined
      try {
        profile.shred(LOCAL_FILE)
      } finally {
        profile.shred(LEASE_FILE)
      }
      return count
    },
    async destroyDeviceKey() {
      const count = isThere(DEVICE_FILE) ? 1 : 0
      profile.shred(DEVICE_FILE)
      for (const key of [seed, draft]) key?.fill(0)
      seed = undefined
      draft = undefined
      device = undefined
      await keyStore.destroy()
      return count
    },
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}
