// Owns the secrets of a profile: device key, local secret, lease share; who this device is and which keys it trusts.
//
// The hierarchy, each line opened by the one it hangs from:
//   key store of the system
//   ├ vault/device.sealed  identity JSON: Ed25519 seed of the device, ids, server, pinned authority keys, last order's counter
//   ├ vault/local.sealed   local secret, 32 random bytes made at enrolment; with a passphrase set, sealed once more under
//   │                      Argon2id(passphrase) and counting wrong ones (app-lock.ts)
//   └ vault/lease.sealed   LeaseRecord JSON: the server's share, 32 bytes, and until when it may be used offline; the share
//                          before it during a rotation; the cache's anchor
//   root key = BLAKE2b-256(key: local secret, message: label ‖ share), never written
//   └ keyring of the cache: a data key per segment, row group and search shard, sealed under the root key (main/store)
//     └ records, shards, files: padded, XChaCha20-Poly1305-IETF, their place as associated data (cipher.ts)
// Contents and versions: each JSON carries `format`; local.sealed is told by its length; an unknown format counts as damage.
// Written in one order, encode → seal → write durably (sealed-files.ts), one write of a file at a time.
// Rotation: another share ⇒ another root key. saveLease() keeps the old share beside the new one, openRootKey() gives both
// roots, the store re-seals its keyring (no record) in one transaction, rotated() forgets the old share. Cut off between any
// two of these, one of the two roots opens the cache. A new passphrase re-seals 32 bytes and changes no key.
// Zeroed: the local secret as soon as a root key is drawn; with a passphrase set, at lock(), a wipe or its removal. The root
// key by its caller, once the keyring is open. The device's seed by a wipe, once its receipt is acknowledged. A share lives as text
// while its term runs: half a key, which opens nothing.
// Always holds: nothing is written unsealed; a lease that cannot be read is no lease, as the server hands it out again;
// damage to any other file is named and nothing is overwritten.

import { randomFillSync } from 'node:crypto'
import { z } from 'zod'
import { deviceIdSchema, policySchema, userIdSchema, workspaceIdSchema } from '../../shared/model.ts'
import { fromBase64url, toBase64url } from '../../shared/proof.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { authorityKeySchema, type Lease } from '../../shared/wire.ts'
import { type Stretch, stretchPassphrase } from '../passphrase/argon2.ts'
import { createAppLock, LOCAL_FILE } from './app-lock.ts'
import { deriveRootKey, deviceKeyPair, KEY_BYTES, verifySignature } from './cipher.ts'
import { type LeaseRecord, leaseAfter, leaseExpired, leaseReceived, leaseSeen, shareTaken } from './lease.ts'
import { createSealedFiles, createTurns, damaged, parseJson, type SealedFileParts } from './sealed-files.ts'

const DEVICE_FILE = 'vault/device.sealed'
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
  /** As the server last told it: it holds offline too. */
  policy: policySchema.optional(),
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
  previousShare: z.string().length(43).optional(),
  nextShare: z.string().length(43).optional(),
  cacheCounter: z.number().int().min(0).optional(),
})

/** Root keys of the cache, zeroed by whoever asked for them. */
export interface RootKeys {
  readonly root: Uint8Array
  /** The cache may still be sealed under this one: it is then to be re-sealed under `root`. */
  readonly previousRoot?: Uint8Array
}

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
  /**
   * The root key: `app-locked` until the passphrase is given, `locked` where the lease share is not here. Once the cache is
   * open under `root`, and where there is a previousRoot, the caller says so by rotated().
   */
  openRootKey(nowMs: number): Promise<Result<RootKeys>>
  /** True from the coming of another share until rotated(). */
  rotationPending(): boolean
  /**
   * The cache is sealed under the root last given: the share before it is forgotten. True where yet another share has
   * come meanwhile, so that the cache should be brought under openRootKey()'s root once more.
   */
  rotated(): Promise<boolean>
  /**
   * The cache's ledger has reached `counter`. Kept with the lease and written with it; at once where `now` is set. A cache
   * begun anew counts on from cacheAnchor().
   */
  noteCache(counter: number, how?: { readonly now?: boolean }): Promise<void>
  /** The highest counter noted: a cache that stands lower is an older copy. Undefined where none is known. */
  cacheAnchor(): number | undefined
  /** A passphrase is set (known once load() has succeeded). */
  hasPassphrase(): boolean
  /** A passphrase is set and has not been given. */
  isLocked(): boolean
  /** After too many wrong passphrases: none is looked at before this time, by this computer's clock. */
  unlockRetryAtMs(nowMs: number): number | undefined
  /** Zeroes the local secret at once, also where an unlock is under way (which then answers `app-locked`). */
  lock(): void
  /**
   * Opens the local secret with the passphrase. `passphrase-wrong` (with retryAfterMs where a pause begins),
   * `rate-limited` (not looked at), `app-locked` (locked meanwhile), or the failure of key store or disk. Wrong ones are
   * counted on disk before the passphrase is looked at.
   */
  unlock(passphrase: string, nowMs: number): Promise<Result<void>>
  /**
   * Sets, changes (`next`) or takes off (`next` undefined) the passphrase. The one that holds now must be `current`, or it
   * fails as unlock() does; `passphrase-needed` where it is absent, `app-locked` while locked. Afterwards unlocked.
   */
  setPassphrase(current: string | undefined, next: string | undefined, nowMs: number): Promise<Result<void>>
  /** Destroys local secret and lease share, on disk and in memory, locked or not. Returns how many keys that were. */
  destroyDataKeys(): number
  /** Destroys the device key, last of all. */
  destroyDeviceKey(): Promise<number>
}

export interface VaultParts extends SealedFileParts {
  /** How a key is drawn from a passphrase; tests bring a quick one. */
  readonly stretch?: Stretch
}

/** A vault over the profile's files; createCipher() must have been awaited before (libsodium loaded). */
export function createVault({ profile, keyStore, stretch = stretchPassphrase }: VaultParts): Vault {
  const files = createSealedFiles({ profile, keyStore })
  const appLock = createAppLock({ files, stretch })
  let device: IdentityRecord | undefined
  let seed: Uint8Array | undefined
  let draft: Uint8Array | undefined
  let lease: LeaseRecord | undefined
  /** Apart from the lease: it outlives one that is erased, as the cache does. */
  let cacheCounter: number | undefined
  /** The share in the root key last given out. */
  let givenShare: string | undefined
  let writtenSeenMs = 0
  let timesDestroyed = 0
  const inTurn = createTurns()

  /** Anything that is not what we wrote is no lease; a key store that cannot be asked is a failure. */
  async function readLease(): Promise<Result<LeaseRecord | undefined>> {
    if (lease) return ok(lease)
    const before = timesDestroyed
    const file = await files.read(LEASE_FILE)
    if (file.type === 'refused') return { ok: false, error: file.failure }
    if (file.type !== 'opened' || timesDestroyed !== before) return ok(undefined)
    const record = leaseRecordSchema.safeParse(parseJson(file.bytes))
    file.bytes.fill(0)
    if (!record.success) return ok(undefined)
    const { cacheCounter: counter, ...rest } = record.data
    // Another may have been received while the key store was waited for.
    lease ??= rest
    cacheCounter ??= counter
    writtenSeenMs = lease.seenMs
    return ok(lease)
  }

  /** Writes `record` with what is known of the cache. */
  function writeLease(record: LeaseRecord, isWanted: () => boolean): Promise<boolean> {
    return files.writeJson(LEASE_FILE, { ...record, ...(cacheCounter !== undefined && { cacheCounter }) }, isWanted)
  }

  /** Writes the lease as it stands, or as `change` makes it. */
  function rewriteLease(change: (record: LeaseRecord) => LeaseRecord = (record) => record): Promise<void> {
    return inTurn(async () => {
      const before = lease
      if (!before) return
      const record = change(before)
      // The clock may be looked at meanwhile: that is no reason not to write.
      const isWanted = () =>
        lease !== undefined && lease.share === before.share && lease.receivedMs === before.receivedMs
      if (!(await writeLease(record, isWanted)) || !lease) return
      lease = { ...record, untilMs: lease.untilMs, seenMs: lease.seenMs }
      writtenSeenMs = record.seenMs
    })
  }

  return {
    async load() {
      const file = await files.read(DEVICE_FILE)
      if (file.type === 'absent') return ok(undefined)
      if (file.type !== 'opened') return { ok: false, error: file.failure }
      const record = identitySchema.safeParse(parseJson(file.bytes))
      file.bytes.fill(0)
      const key = record.success ? fromBase64url(record.data.deviceSeed) : undefined
      if (!record.success || key?.length !== KEY_BYTES) return { ok: false, error: damaged(DEVICE_FILE).failure }
      device = record.data
      seed = key
      const form = await appLock.load()
      if (!form.ok) return form
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
        await appLock.create()
        profile.shred(LEASE_FILE)
        const record: IdentityRecord = { format: 1, deviceSeed: toBase64url(draft), ...identity }
        await files.writeJson(DEVICE_FILE, record)
        device = record
        lease = undefined
        cacheCounter = undefined
        seed?.fill(0)
        seed = draft
        draft = undefined
      }),
    update: (change) =>
      inTurn(async () => {
        if (!device) throw new Error('not enrolled')
        const record = { ...device, ...change }
        if (await files.writeJson(DEVICE_FILE, record, () => device !== undefined)) device = record
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
      const before = timesDestroyed
      return inTurn(async () => {
        const term = await readLease()
        const record = leaseAfter(term.ok ? term.value : undefined, leaseReceived(received, serverNowMs, nowMs))
        if (!(await writeLease(record, () => timesDestroyed === before))) return
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
          if (await writeLease(seen, () => lease === seen)) writtenSeenMs = seen.seenMs
        })
      return false
    },
    eraseLease() {
      lease = undefined
      profile.shred(LEASE_FILE)
    },
    async openRootKey(nowMs) {
      if (appLock.isLocked()) return fail('app-locked')
      const term = await readLease()
      if (!term.ok) return term
      if (!term.value) return fail('locked')
      lease = leaseSeen(term.value, nowMs)
      if (leaseExpired(lease, nowMs)) return fail('locked')
      const before = timesDestroyed
      const local = await appLock.secret()
      // The key store was waited for: a wipe or the end of the lease may have come between.
      if (timesDestroyed !== before || !lease) {
        if (local.ok) local.value.fill(0)
        return fail('locked')
      }
      if (!local.ok) return local
      const root = rootOf(local.value, lease.share)
      const previousRoot = lease.previousShare === undefined ? undefined : rootOf(local.value, lease.previousShare)
      local.value.fill(0)
      givenShare = lease.share
      return root ? ok({ root, ...(previousRoot && { previousRoot }) }) : fail('locked')
    },
    rotationPending: () => lease?.previousShare !== undefined,
    async rotated() {
      if (lease?.previousShare === undefined) return false
      // Another may have come since the root key was given out: the cache is not sealed under that one.
      await rewriteLease((record) => (record.share === givenShare ? shareTaken(record) : record))
      return lease?.previousShare !== undefined
    },
    async noteCache(counter, { now = false } = {}) {
      cacheCounter = Math.max(counter, cacheCounter ?? 0)
      if (now) await rewriteLease()
    },
    cacheAnchor: () => cacheCounter,
    hasPassphrase: appLock.hasPassphrase,
    isLocked: appLock.isLocked,
    unlockRetryAtMs: appLock.retryAtMs,
    lock: appLock.lock,
    unlock: appLock.unlock,
    setPassphrase: appLock.setPassphrase,
    destroyDataKeys() {
      const count = [LOCAL_FILE, LEASE_FILE].filter(files.isThere).length
      timesDestroyed += 1
      appLock.forget()
      lease = undefined
      cacheCounter = undefined
      try {
        profile.shred(LOCAL_FILE)
      } finally {
        profile.shred(LEASE_FILE)
      }
      return count
    },
    async destroyDeviceKey() {
      const count = files.isThere(DEVICE_FILE) ? 1 : 0
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

function rootOf(local: Uint8Array, share: string): Uint8Array | undefined {
  const bytes = fromBase64url(share)
  if (bytes?.length !== KEY_BYTES) return undefined
  const root = deriveRootKey(local, bytes)
  bytes.fill(0)
  return root
}
