// Owns the secrets of a profile: device key, local secret, lease share; who this device is and which keys it trusts.
//
// The hierarchy, each line opened by the one it hangs from:
//   key store of the system
//   ├ vault/device.sealed  identity JSON: Ed25519 seed of the device, ids, server, pinned authority keys, last order's counter
//   ├ vault/local.sealed   local secret, 32 random bytes made at enrolment; with a passphrase set, sealed once more under
//   │                      Argon2id(passphrase) and counting wrong ones (app-lock.ts)
//   └ vault/lease.sealed   LeaseRecord JSON: the server's share, 32 bytes, and until when it may be used offline; the share
//                          before it during a rotation; the cache's anchor. Once erased: why (kept-lease.ts)
//     and, outside the profile, its witness: how far profile and term have come, no key (witness.ts)
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
import { deviceIdSchema, orderIdSchema, policySchema, userIdSchema, workspaceIdSchema } from '../../shared/model.ts'
import { fromBase64url, toBase64url } from '../../shared/proof.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { authorityKeySchema, type Lease } from '../../shared/wire.ts'
import { type Stretch, stretchPassphrase } from '../passphrase/argon2.ts'
import { createAppLock, LOCAL_FILE } from './app-lock.ts'
import { deriveRootKey, deviceKeyPair, KEY_BYTES, verifySignature } from './cipher.ts'
import { type ClosedBecause, createKeptLease, type Look } from './kept-lease.ts'
import { shareTaken } from './lease.ts'
import { createSealedFiles, createTurns, damaged, parseJson, type SealedFileParts } from './sealed-files.ts'
import { createWitness, createWitnessFile, type WitnessFile } from './witness.ts'

export type { ClosedBecause } from './kept-lease.ts'

const DEVICE_FILE = 'vault/device.sealed'

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
  /** The organisation has ended this device's session: nothing opens until the same person has enrolled it again. */
  signedOut: z
    .strictObject({ orderId: orderIdSchema, reason: z.string(), issuedBy: z.string(), atMs: z.number() })
    .optional(),
})
type IdentityRecord = z.infer<typeof identitySchema>
/** Who this device is; without its key. */
export type Identity = Omit<IdentityRecord, 'format' | 'deviceSeed'>

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
  /**
   * A fresh device key for an enrolment under way; kept in memory until enrolled() or destroyDeviceKey(). Where the device is
   * signed out: its own key, by which the server knows it again.
   */
  draftDeviceKey(): { readonly publicKey: string; readonly sign: (bytes: Uint8Array) => Uint8Array }
  /**
   * Makes the drafted key this device's and writes identity and a new local secret. Where the device was signed out and is
   * the same: it is signed out no more, and the rest stays, the cache's keys too.
   */
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
  /** When the last lease was received, by this computer's clock: the last contact known after a restart. */
  leaseReceivedMs(): number | undefined
  /**
   * Looks at the clock; true where the term is over, or what is left of it cannot be kept. The caller then closes the cache
   * and calls eraseLease(). A clock that has gone back while it `slept`, or before the first look of all, ends the term;
   * with `steadyMs`, time is also taken by that clock. Throws FailureError where what is left cannot be written yet.
   */
  leaseOver(nowMs: number, how?: Look): Promise<boolean>
  /** Erases the server's half before it returns; resolves, always, once it is also noted why it is not there. */
  eraseLease(): Promise<void>
  /** Why the cache is closed until the server has been reached; undefined where it is not, or no device is enrolled. */
  closedBecause(): ClosedBecause | undefined
  /** The cache has been closed: the time that a kill would have cost is taken back. Throws FailureError. */
  rest(nowMs: number): Promise<void>
  /**
   * The root key: `app-locked` until the passphrase is given, `locked` where the lease share is not here; where the disk does
   * not take that it is used, `disk-full` or `locked`. Once the cache is open under `root`, and where there is a
   * previousRoot, the caller says so by rotated().
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
  /** Where the profile's witness lies (witnessPath()), outside its folder; absent: an older copy of it is not known for one. */
  readonly witnessPath?: string
  /** In its place, for tests. */
  readonly witnessFile?: WitnessFile
}

/** A vault over the profile's files; createCipher() must have been awaited before (libsodium loaded). */
export function createVault(parts: VaultParts): Vault {
  const { profile, keyStore, stretch = stretchPassphrase } = parts
  const files = createSealedFiles({ profile, keyStore })
  const appLock = createAppLock({ files, stretch })
  const witnessFile = parts.witnessFile ?? (parts.witnessPath && createWitnessFile(parts.witnessPath))
  let device: IdentityRecord | undefined
  let seed: Uint8Array | undefined
  let draft: Uint8Array | undefined
  /** The share in the root key last given out. */
  let givenShare: string | undefined
  let timesDestroyed = 0
  const inTurn = createTurns()
  const lease = createKeptLease({
    files,
    witness: witnessFile ? createWitness({ file: witnessFile, keyStore }) : undefined,
    deviceId: () => device?.deviceId,
    hadContact: () => device?.policy !== undefined,
  })

  /** The device is signed out, and enrolled again as what it was. */
  async function signedInAgain(identity: Identity, before: IdentityRecord): Promise<void> {
    const { signedOut: _, ...kept } = before
    const orderCounter = Math.max(before.orderCounter, identity.orderCounter)
    const record: IdentityRecord = { ...kept, ...identity, orderCounter }
    if (await files.writeJson(DEVICE_FILE, record, () => device !== undefined)) device = record
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
      const term = await lease.read()
      return term.ok ? ok(record.data) : term
    },
    identity: () => device,
    draftDeviceKey() {
      const own = device?.signedOut && seed
      const key = own || draft || randomFillSync(new Uint8Array(KEY_BYTES))
      if (!own) draft = key
      const pair = deviceKeyPair(key)
      return { publicKey: toBase64url(pair.publicKey), sign: pair.sign }
    },
    enrolled: (identity) =>
      inTurn(async () => {
        if (device?.signedOut && seed && identity.deviceId === device.deviceId) return signedInAgain(identity, device)
        const key = draft
        if (!key) throw new Error('no device key was drafted')
        // Local secret first: an identity without one would be a profile that can never open a cache.
        await appLock.create()
        lease.begin()
        const record: IdentityRecord = { format: 1, deviceSeed: toBase64url(key), ...identity }
        await files.writeJson(DEVICE_FILE, record)
        device = record
        seed?.fill(0)
        seed = key
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
    saveLease: lease.save,
    leaseUntilMs: () => lease.current()?.untilMs,
    leaseReceivedMs: lease.receivedMs,
    leaseOver: (nowMs, how = {}) => lease.over(nowMs, how),
    eraseLease: lease.erase,
    closedBecause: lease.closedBecause,
    rest: lease.rest,
    async openRootKey(nowMs) {
      if (appLock.isLocked()) return fail('app-locked')
      const term = await lease.use(nowMs)
      if (!term.ok) return term
      const before = timesDestroyed
      const local = await appLock.secret()
      // The key store was waited for: a wipe or the end of the lease may have come between.
      const held = lease.current()
      if (timesDestroyed !== before || !held) {
        if (local.ok) local.value.fill(0)
        return fail('locked')
      }
      if (!local.ok) return local
      const root = rootOf(local.value, held.share)
      const previousRoot = held.previousShare === undefined ? undefined : rootOf(local.value, held.previousShare)
      local.value.fill(0)
      givenShare = held.share
      return root ? ok({ root, ...(previousRoot && { previousRoot }) }) : fail('locked')
    },
    rotationPending: () => lease.current()?.previousShare !== undefined,
    async rotated() {
      if (lease.current()?.previousShare === undefined) return false
      // Another may have come since the root key was given out: the cache is not sealed under that one.
      await lease.rewrite((record) => (record.share === givenShare ? shareTaken(record) : record))
      return lease.current()?.previousShare !== undefined
    },
    async noteCache(counter, { now = false } = {}) {
      lease.note(counter)
      if (now) await lease.rewrite()
    },
    cacheAnchor: lease.cacheCounter,
    hasPassphrase: appLock.hasPassphrase,
    isLocked: appLock.isLocked,
    unlockRetryAtMs: appLock.retryAtMs,
    lock: appLock.lock,
    unlock: appLock.unlock,
    setPassphrase: appLock.setPassphrase,
    destroyDataKeys() {
      let count = files.isThere(LOCAL_FILE) ? 1 : 0
      timesDestroyed += 1
      appLock.forget()
      try {
        profile.shred(LOCAL_FILE)
      } finally {
        count += lease.destroy()
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
