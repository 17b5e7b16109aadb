// Owns the tests of a profile's secrets on disk: enrolment, lease, changed and damaged key stores, destruction, races.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { times } from '../../shared/limits.ts'
import { toBase64url } from '../../shared/proof.ts'
import { FailureError, fail, ok } from '../../shared/result.ts'
import type { Lease } from '../../shared/wire.ts'
import { createExample } from '../../testing/example.ts'
import { createFolder, type Folder, findBytes, listFiles } from '../../testing/folders.ts'
import { createMemoryKeyStore, type MemoryKeyStore } from '../../testing/memory-key-store.ts'
import { createTestSigner } from '../../testing/signing.ts'
import { openProfile, type Profile } from '../profile/profile.ts'
import { createCipher, verifySignature } from './cipher.ts'
import { createVault, type Identity, type Vault } from './vault.ts'

const HOUR = times.HOUR_MS
const NOW = 1_800_000_000_000
const example = createExample(61)
let folder: Folder
let profile: Profile
let keyStore: MemoryKeyStore

beforeEach(async () => {
  await createCipher()
  folder = createFolder()
  keyStore = createMemoryKeyStore()
  profile = openedProfile()
})
afterEach(() => {
  profile.release()
  folder.remove()
})

function openedProfile(): Profile {
  const opened = openProfile(folder.dir)
  if (!opened.ok) throw new Error(opened.error.code)
  return opened.value
}
const newVault = (): Vault => createVault({ profile, keyStore })

const lease = (hours = 72, generation = 1): Lease => ({
  share: toBase64url(example.random.bytes(32)),
  generation,
  issuedAtMs: NOW,
  untilMs: NOW + hours * HOUR,
})

function identity(overrides: Partial<Identity> = {}): Identity {
  return {
    deviceId: example.id('device'),
    userId: example.id('user'),
    workspaceId: example.id('workspace'),
    workspaceName: '海灣行',
    serverOrigin: 'https://chat.harbour.example',
    authorityKeys: [],
    orderCounter: 0,
    enrolledAtMs: NOW,
    ...overrides,
  }
}

async function enrolled(who = identity()): Promise<Vault> {
  const vault = newVault()
  vault.draftDeviceKey()
  await vault.enrolled(who)
  await vault.saveLease(lease(), NOW, NOW)
  return vault
}

async function loaded(): Promise<Vault> {
  const vault = newVault()
  await vault.load()
  return vault
}

async function rootKey(vault: Vault, nowMs = NOW): Promise<string> {
  const root = await vault.openRootKey(nowMs)
  return root.ok ? Buffer.from(root.value.root).toString('hex') : root.error.code
}

describe('a profile’s life', () => {
  test('[VLT20] enrolled, restarted: the same identity, device key, lease and root key', async () => {
    const who = identity()
    const vault = newVault()
    expect(await vault.load()).toEqual(ok(undefined))
    const draft = vault.draftDeviceKey()
    expect(vault.draftDeviceKey().publicKey).toBe(draft.publicKey)
    await vault.enrolled(who)
    expect(await rootKey(vault)).toBe('locked')
    await vault.saveLease(lease(), NOW, NOW)
    const root = await rootKey(vault)
    expect(root).toHaveLength(64)
    await vault.rest(NOW)

    const again = newVault()
    expect(await again.load()).toMatchObject({ ok: true, value: who })
    expect(again.identity()).toMatchObject(who)
    expect(again.leaseUntilMs()).toBe(NOW + 72 * HOUR)
    expect(await rootKey(again)).toBe(root)
    const bytes = Buffer.from('to be signed')
    expect(verifySignature(Buffer.from(draft.publicKey, 'base64url'), bytes, again.sign(bytes))).toBe(true)
  })

  test('[VLT21] another share or another enrolment gives another root key; the same share the same', async () => {
    const vault = await enrolled()
    const root = await rootKey(vault)
    const next = lease()
    await vault.saveLease(next, NOW, NOW)
    const changed = await rootKey(vault)
    expect(changed).not.toBe(root)
    await vault.eraseLease()
    await vault.saveLease(next, NOW, NOW)
    expect(await rootKey(vault)).toBe(changed)
    vault.draftDeviceKey()
    await vault.enrolled(identity())
    await vault.saveLease(next, NOW, NOW)
    expect(await rootKey(vault)).not.toBe(changed)
  })

  test('[VLT22] nothing of it is on disk unsealed', async () => {
    const who = identity({ workspaceName: '機密名稱workspace' })
    const given = lease()
    const vault = newVault()
    vault.draftDeviceKey()
    await vault.enrolled(who)
    await vault.saveLease(given, NOW, NOW)
    const root = await rootKey(vault)
    const secrets = [who.deviceId, who.userId, who.workspaceName, who.serverOrigin, given.share]
    expect(listFiles(folder.dir)).toContain('vault/lease.sealed')
    expect(
      findBytes(folder.dir, [...secrets, Buffer.from(given.share, 'base64url'), Buffer.from(root, 'hex')]),
    ).toEqual([])
  })

  test('[VLT23] updates under way at once are all kept', async () => {
    const vault = await enrolled()
    await Promise.all([
      vault.update({ orderCounter: 7 }),
      vault.update({ workspaceName: 'renamed' }),
      vault.update({ serverOrigin: 'https://moved.example' }),
    ])
    const again = newVault()
    await again.load()
    expect(again.identity()).toMatchObject({
      orderCounter: 7,
      workspaceName: 'renamed',
      serverOrigin: 'https://moved.example',
    })
  })

  test('[VLT24] only a pinned authority key verifies, under its own name', async () => {
    const [ours, theirs] = [await createTestSigner(example.random), await createTestSigner(example.random)]
    const vault = await enrolled(identity({ authorityKeys: [{ kid: ours.kid, publicKey: ours.publicKey }] }))
    const bytes = Buffer.from('order')
    expect(vault.verifyAuthority(ours.kid, bytes, ours.sign(bytes))).toBe(true)
    expect(vault.verifyAuthority(ours.kid, bytes, theirs.sign(bytes))).toBe(false)
    expect(vault.verifyAuthority(theirs.kid, bytes, theirs.sign(bytes))).toBe(false)
    expect(vault.verifyAuthority(ours.kid, Buffer.from('other'), ours.sign(bytes))).toBe(false)
  })

  test('[VLT25] without a device key signing, updating and enrolling are faults of the caller', async () => {
    const vault = newVault()
    expect(() => vault.sign(new Uint8Array(1))).toThrow('no device key')
    await expect(vault.update({ orderCounter: 1 })).rejects.toThrow('not enrolled')
    await expect(vault.enrolled(identity())).rejects.toThrow('no device key was drafted')
  })
})

describe('lease', () => {
  test('[VLT26] no lease, an expired lease and an erased one are all locked, also after a restart', async () => {
    const vault = await enrolled()
    expect(await rootKey(vault, NOW + 72 * HOUR)).toBe('locked')
    const late = newVault()
    await late.load()
    expect(await late.leaseOver(NOW + 72 * HOUR)).toBe(true)
    const erased = late.eraseLease()
    expect(existsSync(profile.path('vault/lease.sealed'))).toBe(false)
    await erased
    expect(await rootKey(late)).toBe('locked')
    expect(late.leaseUntilMs()).toBeUndefined()
    expect(await late.leaseOver(NOW + 99 * HOUR)).toBe(false)
    const again = newVault()
    await again.load()
    expect(await rootKey(again)).toBe('locked')
  })

  test('[VLT27] in one run every look at the clock counts, however often it is turned back', async () => {
    const vault = await enrolled()
    let over = false
    // Nine minutes at a time, back to the start each time: a restart's allowance is not given again and again.
    for (let look = 0; look < 480 && !over; look++) {
      await vault.leaseOver(NOW)
      over = await vault.leaseOver(NOW + 9 * times.MINUTE_MS)
    }
    expect(over).toBe(true)
    expect(await rootKey(vault)).toBe('locked')
  })

  test('[VLT27] a restart gives nothing back: nine minutes of reading at a time, killed and turned back each time', async () => {
    await enrolled()
    let reads = 0
    for (let isOpen = true; isOpen; reads++) {
      const vault = newVault()
      await vault.load()
      isOpen = (await rootKey(vault)).length === 64 && !(await vault.leaseOver(NOW + 9 * times.MINUTE_MS))
    }
    expect(reads * 9 * times.MINUTE_MS).toBeLessThanOrEqual(72 * HOUR)
  })

  test('[VLT28] a lease erased or renewed while its clock is being written does not come back', async () => {
    const vault = await enrolled()
    const release = keyStore.hold()
    const looking = vault.leaseOver(NOW + HOUR)
    const erased = vault.eraseLease()
    expect(existsSync(profile.path('vault/lease.sealed'))).toBe(false)
    release()
    await Promise.all([looking, erased])
    expect(await rootKey(vault)).toBe('locked')
    expect(await rootKey(await loaded())).toBe('locked')

    await vault.saveLease(lease(10), NOW, NOW)
    const hold = keyStore.hold()
    const slow = vault.leaseOver(NOW + HOUR)
    const renewed = vault.saveLease(lease(100, 2), NOW, NOW)
    hold()
    await Promise.all([slow, renewed])
    const again = newVault()
    await again.load()
    expect(again.leaseUntilMs()).toBe(NOW + 100 * HOUR)
  })
})

describe('key store and damage', () => {
  const files = () =>
    Object.fromEntries(
      listFiles(join(folder.dir, 'vault')).map((name) => [name, readFileSync(join(folder.dir, 'vault', name), 'hex')]),
    )

  test.each<[string, string, () => void]>([
    ['a key store with another secret', 'keystore-changed', () => keyStore.replaceSecret()],
    [
      'another key store',
      'keystore-changed',
      () => {
        keyStore.backend = 'other'
      },
    ],
    [
      'a key store that is away',
      'keystore-unavailable',
      () => {
        keyStore.state = fail('keystore-unavailable')
      },
    ],
    [
      'an insecure key store',
      'keystore-insecure',
      () => {
        keyStore.state = fail('keystore-insecure')
      },
    ],
    [
      'a damaged device file',
      'keystore-changed',
      () => writeFileSync(profile.path('vault/device.sealed'), '{"backend"'),
    ],
    ['an empty device file', 'keystore-changed', () => writeFileSync(profile.path('vault/device.sealed'), '')],
    [
      'a sealed value cut short',
      'keystore-changed',
      () => writeFileSync(profile.path('vault/device.sealed'), '{"backend":"memory","sealed":"AAAA"}'),
    ],
    [
      'the local secret in the place of the identity',
      'keystore-changed',
      () => writeFileSync(profile.path('vault/device.sealed'), readFileSync(profile.path('vault/local.sealed'))),
    ],
  ])('[VLT30] %s ⇒ %s, and every file is kept', async (_, code, change) => {
    await enrolled()
    change()
    const before = files()
    expect(await newVault().load()).toMatchObject({ ok: false, error: { code } })
    expect(files()).toEqual(before)
  })

  test.each<[string, () => void]>([
    ['missing', () => profile.remove('vault/local.sealed')],
    ['damaged', () => writeFileSync(profile.path('vault/local.sealed'), '{}')],
    [
      'replaced by the lease',
      () => writeFileSync(profile.path('vault/local.sealed'), readFileSync(profile.path('vault/lease.sealed'))),
    ],
  ])('[VLT31] a local secret that is %s ⇒ keystore-changed', async (_, change) => {
    await enrolled()
    change()
    const vault = newVault()
    expect((await vault.load()).ok).toBe(true)
    expect(await rootKey(vault)).toBe('keystore-changed')
  })

  test.each<[string, () => void]>([
    ['damaged', () => writeFileSync(profile.path('vault/lease.sealed'), 'x')],
    [
      'sealed by another key store’s secret',
      () => {
        const file = { backend: 'memory', sealed: Buffer.alloc(80, 7).toString('base64') }
        writeFileSync(profile.path('vault/lease.sealed'), JSON.stringify(file))
      },
    ],
    [
      'the identity in its place',
      () => writeFileSync(profile.path('vault/lease.sealed'), readFileSync(profile.path('vault/device.sealed'))),
    ],
  ])('[VLT45] a lease that is %s is no lease: locked, and the next one is kept', async (_, change) => {
    const root = await rootKey(await enrolled())
    change()
    const vault = newVault()
    expect((await vault.load()).ok).toBe(true)
    expect(await rootKey(vault)).toBe('locked')
    expect(vault.leaseUntilMs()).toBeUndefined()
    await vault.saveLease(lease(), NOW, NOW)
    expect([root.length, (await rootKey(vault)).length]).toEqual([64, 64])
    expect(vault.rotationPending()).toBe(false)
  })

  test.each<[string, Partial<MemoryKeyStore>]>([
    ['keystore-changed', { backend: 'other' }],
    ['keystore-unavailable', { state: fail('keystore-unavailable') }],
    ['keystore-insecure', { state: fail('keystore-insecure') }],
  ])('[VLT45] a key store that answers %s is not taken for a missing lease', async (code, change) => {
    const vault = await enrolled()
    const other = newVault()
    Object.assign(keyStore, change)
    expect(await rootKey(other)).toBe(code)
    Object.assign(keyStore, { backend: 'memory', state: ok(undefined) })
    expect(await rootKey(vault)).toHaveLength(64)
  })

  test('[VLT32] a vault file that cannot be read ⇒ profile-not-writable, as a failure with a code', async () => {
    mkdirSync(join(folder.dir, 'vault', 'device.sealed'), { recursive: true })
    const failure = await newVault()
      .load()
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(FailureError)
    expect(failure).toMatchObject({ failure: { code: 'profile-not-writable' } })
  })

  test('[VLT33] enrolling with a key store that is away fails with its code and leaves no identity', async () => {
    const vault = newVault()
    vault.draftDeviceKey()
    keyStore.state = fail('keystore-unavailable')
    await expect(vault.enrolled(identity())).rejects.toMatchObject({ failure: { code: 'keystore-unavailable' } })
    expect(vault.identity()).toBeUndefined()
    keyStore.state = ok(undefined)
    await vault.enrolled(identity())
    expect((await newVault().load()).ok).toBe(true)
  })
})

describe('destruction', () => {
  test('[VLT40] data keys go from disk and memory, counted; the device key still signs', async () => {
    const vault = await enrolled()
    await rootKey(vault)
    const sealed = ['local', 'lease'].map((name) => readFileSync(profile.path(`vault/${name}.sealed`)))
    expect(vault.destroyDataKeys()).toBe(2)
    expect(vault.destroyDataKeys()).toBe(0)
    expect(listFiles(folder.dir)).toEqual(['profile.lock', 'vault/device.sealed'])
    expect(findBytes(folder.dir, sealed)).toEqual([])
    expect(await rootKey(vault)).toBe('locked')
    expect(vault.sign(new Uint8Array(1))).toHaveLength(64)
    const again = newVault()
    expect((await again.load()).ok).toBe(true)
    expect(await rootKey(again)).toBe('locked')
  })

  test('[VLT41] drafts that a kill left beside the key files go with them', async () => {
    const vault = await enrolled()
    for (const name of ['local', 'lease', 'device'])
      writeFileSync(profile.path(`vault/${name}.sealed.new`), readFileSync(profile.path(`vault/${name}.sealed`)))
    const erased = vault.eraseLease()
    expect(listFiles(join(folder.dir, 'vault')).filter((name) => name.startsWith('lease'))).toEqual([])
    vault.destroyDataKeys()
    await erased
    expect(listFiles(join(folder.dir, 'vault'))).toEqual(['device.sealed', 'device.sealed.new'])
    await vault.destroyDeviceKey()
    expect(listFiles(folder.dir)).toEqual(['profile.lock'])
  })

  test('[VLT42] the device key goes last, with what the key store itself holds', async () => {
    const vault = await enrolled()
    vault.destroyDataKeys()
    expect(await vault.destroyDeviceKey()).toBe(1)
    expect(keyStore.destroyed).toBe(true)
    expect(vault.identity()).toBeUndefined()
    expect(() => vault.sign(new Uint8Array(1))).toThrow('no device key')
    expect(await vault.destroyDeviceKey()).toBe(0)
    expect(await newVault().load()).toEqual(ok(undefined))
  })

  test('[VLT43] what is being written or opened when the keys are destroyed does not bring them back', async () => {
    const vault = newVault()
    vault.draftDeviceKey()
    await vault.enrolled(identity())
    await vault.saveLease(lease(), NOW, NOW)
    const fresh = newVault()
    await fresh.load()
    const release = keyStore.hold()
    const work = [fresh.saveLease(lease(), NOW, NOW), fresh.leaseOver(NOW + HOUR), fresh.update({ orderCounter: 9 })]
    const opening = rootKey(fresh)
    await new Promise((resolve) => setImmediate(resolve))
    fresh.destroyDataKeys()
    await fresh.destroyDeviceKey()
    release()
    await Promise.allSettled(work)
    expect(await opening).toBe('locked')
    expect(listFiles(folder.dir)).toEqual(['profile.lock'])
    expect(fresh.leaseUntilMs()).toBeUndefined()
    expect(fresh.identity()).toBeUndefined()
  })

  test('[VLT44] a key file that cannot be overwritten or read is removed all the same', async () => {
    const vault = await enrolled()
    const stubborn: Pick<Profile, 'read' | 'write' | 'shred'> = {
      ...profile,
      read: () => {
        throw new FailureError(fail('profile-not-writable').error)
      },
    }
    await vault.eraseLease()
    const other = createVault({ profile: stubborn, keyStore })
    expect(other.destroyDataKeys()).toBe(2)
    expect(listFiles(join(folder.dir, 'vault'))).toEqual(['device.sealed'])
  })
})

describe('rotation', () => {
  const given = Array.from({ length: 5 }, () => lease())
  const hex = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('hex')
  async function roots(vault: Vault): Promise<(string | undefined)[]> {
    const keys = await vault.openRootKey(NOW)
    if (!keys.ok) throw new Error(keys.error.code)
    return [hex(keys.value.root), hex(keys.value.previousRoot)]
  }
  async function restarted(): Promise<Vault> {
    const vault = newVault()
    await vault.load()
    return vault
  }
  const rootOfShare = async (share: Lease) => {
    const vault = await restarted()
    await vault.eraseLease()
    await vault.saveLease(share, NOW, NOW)
    return (await roots(vault))[0]
  }

  test('[VLT60] another share ⇒ both root keys, also after a restart, until rotated()', async () => {
    const vault = await enrolled()
    const [before] = await roots(vault)
    await vault.saveLease(given[0]!, NOW, NOW)
    const [after, previous] = await roots(await restarted())
    expect([previous, after === before]).toEqual([before, false])
    expect(await roots(vault)).toEqual([after, before])
    expect(vault.rotationPending()).toBe(true)
    expect(await vault.rotated()).toBe(false)
    expect(await roots(await restarted())).toEqual([after, undefined])
    expect(vault.rotationPending()).toBe(false)
  })

  test('[VLT60] a share that comes while one is being taken waits, and takes its turn', async () => {
    const vault = await enrolled()
    const [a] = await roots(vault)
    await vault.saveLease(given[0]!, NOW, NOW)
    const [b] = await roots(vault)
    for (const share of [given[1]!, given[2]!]) {
      await vault.saveLease(share, NOW, NOW)
      expect(await roots(vault)).toEqual([b, a])
    }
    expect(await vault.rotated()).toBe(true)
    const [c, previous] = await roots(await restarted())
    expect(previous).toBe(b)
    await roots(vault)
    expect(await vault.rotated()).toBe(false)
    expect(await roots(vault)).toEqual([c, undefined])
    expect(await rootOfShare(given[2]!)).toBe(c)
  })

  test('[VLT60] rotated() says nothing about a share that came after the root key was given out', async () => {
    const vault = await enrolled()
    const [a] = await roots(vault)
    await vault.saveLease(given[0]!, NOW, NOW)
    expect(await vault.rotated()).toBe(true)
    expect((await roots(vault))[1]).toBe(a)
  })

  test('[VLT60] a share whose term was over is not kept beside the next one', async () => {
    const vault = await enrolled()
    await vault.saveLease(given[0]!, NOW, NOW + 72 * HOUR)
    expect(vault.rotationPending()).toBe(false)
  })

  test('[VLT61] cut off between any two writes, however often: one of the two root keys opens the cache', async () => {
    const act = fc.constantFrom('share', 'same share', 'open', 'cut before rekey', 'cut before rotated', 'cut')
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 25 }), async (acts) => {
        let vault = await enrolled()
        let sealedUnder = (await roots(vault))[0]
        let received = given[0]!
        for (const act of acts) {
          switch (act) {
            case 'share':
              received = lease()
              await vault.saveLease(received, NOW, NOW)
              break
            case 'same share':
              await vault.saveLease(received, NOW, NOW)
              break
            case 'cut':
              vault = await restarted()
              break
            default: {
              const keys = await roots(vault)
              expect(keys).toContain(sealedUnder)
              if (act !== 'cut before rekey') sealedUnder = keys[0]
              if (act === 'open') await vault.rotated()
              else vault = await restarted()
            }
          }
        }
        expect(await roots(vault)).toContain(sealedUnder)
        for (let turn = 0; turn < 3; turn++) {
          sealedUnder = (await roots(vault))[0]
          await vault.rotated()
        }
        expect(await roots(await restarted())).toEqual([sealedUnder, undefined])
        // What the server handed out last is what the cache ends under.
        if (acts.some((act) => act === 'share' || act === 'same share'))
          expect(await rootOfShare(received)).toBe(sealedUnder)
      }),
      { numRuns: 40 },
    )
  })

  test('[VLT61] a rotation whose record cannot be written is still open', async () => {
    const vault = await enrolled()
    const [a] = await roots(vault)
    await vault.saveLease(given[0]!, NOW, NOW)
    const [b] = await roots(vault)
    keyStore.state = fail('keystore-unavailable')
    await expect(vault.rotated()).rejects.toMatchObject({ failure: { code: 'keystore-unavailable' } })
    keyStore.state = ok(undefined)
    expect(await roots(vault)).toEqual([b, a])
    expect(await roots(await restarted())).toEqual([b, a])
  })
})

describe('anchor of the cache', () => {
  async function anchorOnDisk(): Promise<number | undefined> {
    const vault = newVault()
    await vault.load()
    return vault.cacheAnchor()
  }

  test('[VLT62] is the highest counter told, and is written with the lease, or at once where asked', async () => {
    const vault = await enrolled()
    expect([vault.cacheAnchor(), await anchorOnDisk()]).toEqual([undefined, undefined])
    await vault.noteCache(7)
    await vault.noteCache(5)
    expect([vault.cacheAnchor(), await anchorOnDisk()]).toEqual([7, undefined])
    await vault.saveLease(lease(), NOW, NOW)
    expect(await anchorOnDisk()).toBe(7)
    await vault.noteCache(9)
    await vault.leaseOver(NOW + HOUR)
    expect(await anchorOnDisk()).toBe(9)
    await vault.noteCache(12, { now: true })
    expect(await anchorOnDisk()).toBe(12)
  })

  test('[VLT62] outlives a lease that is erased and given again, and starts over when enrolled anew', async () => {
    const vault = await enrolled()
    await vault.noteCache(20, { now: true })
    await vault.eraseLease()
    expect(await anchorOnDisk()).toBe(20)
    await vault.noteCache(21, { now: true })
    await vault.saveLease(lease(), NOW, NOW)
    expect(await anchorOnDisk()).toBe(21)
    vault.draftDeviceKey()
    await vault.enrolled(identity())
    expect(vault.cacheAnchor()).toBeUndefined()
  })

  test('[VLT62] written while the clock is looked at or the lease renewed, neither undoes the other', async () => {
    const vault = await enrolled()
    const release = keyStore.hold()
    const work = [
      vault.noteCache(3, { now: true }),
      vault.leaseOver(NOW + HOUR),
      vault.saveLease(lease(80, 2), NOW, NOW + HOUR),
      vault.noteCache(4, { now: true }),
    ]
    release()
    await Promise.all(work)
    expect(await anchorOnDisk()).toBe(4)
    const again = newVault()
    await again.load()
    expect(again.leaseUntilMs()).toBe(NOW + 81 * HOUR)
  })
})
