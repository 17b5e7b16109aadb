// Owns the tests of the passphrase lock, through the vault: what is on disk, wrong passphrases, races, crashes.

import { beforeAll, describe, expect, test } from 'vitest'
import { limits, times } from '../../shared/limits.ts'
import { toBase64url } from '../../shared/proof.ts'
import { FailureError, fail, ok } from '../../shared/result.ts'
import { createDisk, enrolDisk } from '../../testing/desktop.ts'
import { createExample } from '../../testing/example.ts'
import { createMemoryKeyStore, createQuickStretch } from '../../testing/memory-key-store.ts'
import { argon2Cost } from '../passphrase/argon2.ts'
import { createCipher } from './cipher.ts'
import { createVault, type Vault, type VaultParts } from './vault.ts'

const NOW = 1_800_000_000_000
const RIGHT = '七盞 lanterns'
const LOCAL = 'vault/local.sealed'
const example = createExample(67)
beforeAll(async () => void (await createCipher()))

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}
const code = (result: Awaited<ReturnType<Vault['unlock']>>) => (result.ok ? 'ok' : result.error.code)

/** An enrolled profile with a lease and, unless told otherwise, the passphrase RIGHT; unlocked. */
async function setUp(passphrase: string | undefined = RIGHT) {
  const quick = createQuickStretch()
  const keyStore = createMemoryKeyStore()
  const disk = createDisk(keyStore, ':memory:')
  const share = toBase64url(example.random.bytes(32))
  const lease = { share, generation: 1, issuedAtMs: NOW, untilMs: NOW + 72 * times.HOUR_MS }
  await enrolDisk(disk, {
    deviceId: example.id('device'),
    userId: example.id('user'),
    workspaceId: example.id('workspace'),
    workspaceName: 'Harbour',
    serverOrigin: 'https://chat.harbour.example',
    authorityKeys: [],
    orderCounter: 0,
    enrolledAtMs: NOW,
  })
  async function start(parts: Partial<VaultParts> = {}): Promise<Vault> {
    const vault = createVault({ ...disk, ...parts, stretch: quick.stretch })
    expect((await vault.load()).ok).toBe(true)
    return vault
  }
  const vault = await start()
  await vault.saveLease(lease, NOW, NOW)
  const root = await rootKey(vault)
  if (passphrase) expect(await vault.setPassphrase(undefined, passphrase, NOW)).toEqual(ok(undefined))
  const local = () => Buffer.from(disk.files.get(LOCAL) ?? []).toString()
  return { quick, keyStore, disk, lease, start, vault, root, local }
}

async function rootKey(vault: Vault): Promise<string> {
  const keys = await vault.openRootKey(NOW)
  return keys.ok ? Buffer.from(keys.value.root).toString('hex') : keys.error.code
}

/** Tries wrong ones until the next would have to wait. */
async function wrongOnes(vault: Vault, nowMs = NOW): Promise<void> {
  for (let n = 0; n < limits.unlockTriesFree; n++)
    expect(code(await vault.unlock('wrong', nowMs))).toBe('passphrase-wrong')
}

describe('locking', () => {
  test('[VLT48] with a passphrase set the app starts locked, and the passphrase opens the same root key', async () => {
    const t = await setUp()
    expect([await rootKey(t.vault), t.vault.hasPassphrase(), t.vault.isLocked()]).toEqual([t.root, true, false])
    const again = await t.start()
    expect([again.hasPassphrase(), again.isLocked(), await rootKey(again)]).toEqual([true, true, 'app-locked'])
    expect(await again.unlock(RIGHT, NOW)).toEqual(ok(undefined))
    expect([again.isLocked(), await rootKey(again), await rootKey(again)]).toEqual([false, t.root, t.root])
    expect(t.quick.costs.every((cost) => cost.passes === argon2Cost.passes && cost.memoryKiB === 65_536)).toBe(true)
    // Keys drawn from the passphrase are zeroed once used.
    expect(t.quick.keys.length).toBeGreaterThan(0)
    expect(t.quick.keys.every((key) => key.every((byte) => byte === 0))).toBe(true)
  })

  test('[VLT48] locked at any time, the secret leaves memory until the passphrase is given again', async () => {
    const t = await setUp()
    t.vault.lock()
    expect([t.vault.isLocked(), await rootKey(t.vault)]).toEqual([true, 'app-locked'])
    await t.vault.unlock(RIGHT, NOW)
    t.vault.lock()
    t.vault.lock()
    expect(await rootKey(t.vault)).toBe('app-locked')
    await t.vault.unlock(RIGHT, NOW)
    expect(await rootKey(t.vault)).toBe(t.root)
  })

  test('[VLT48] without a passphrase there is nothing to lock, and the secret read from disk is zeroed after use', async () => {
    const t = await setUp('')
    const opened: Uint8Array[] = []
    const keyStore = {
      ...t.keyStore,
      check: t.keyStore.check,
      async open(sealed: Uint8Array) {
        const result = await t.keyStore.open(sealed)
        if (result.ok) opened.push(result.value)
        return result
      },
    }
    const vault = await t.start({ keyStore })
    vault.lock()
    expect([vault.hasPassphrase(), vault.isLocked(), await rootKey(vault)]).toEqual([false, false, t.root])
    expect(code(await vault.unlock('anything', NOW))).toBe('ok')
    expect(vault.unlockRetryAtMs(NOW)).toBeUndefined()
    expect(opened.filter((bytes) => bytes.length === 32).length).toBeGreaterThan(1)
    expect(opened.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true)
  })

  test('[VLT48] the file opened by the key store alone holds neither secret nor passphrase', async () => {
    const t = await setUp('')
    const read = async () => {
      const file = JSON.parse(t.local()) as { sealed: string }
      const opened = await t.keyStore.open(Buffer.from(file.sealed, 'base64'))
      if (!opened.ok) throw new Error(opened.error.code)
      return Buffer.from(opened.value)
    }
    const secret = await read()
    expect(secret).toHaveLength(32)
    await t.vault.setPassphrase(undefined, RIGHT, NOW)
    const text = (await read()).toString()
    for (const encoding of ['hex', 'base64', 'base64url'] as const)
      expect(text).not.toContain(secret.toString(encoding))
    expect(text).not.toContain('lanterns')
    expect(JSON.parse(text)).toMatchObject({ format: 1, argon2id: { passes: 3, memoryKiB: 65_536 } })
  })

  test('[VLT48] a lease is renewed while locked, and its share is in the root key after', async () => {
    const t = await setUp()
    t.vault.lock()
    const next = { ...t.lease, untilMs: NOW + 90 * times.HOUR_MS }
    await t.vault.saveLease(next, NOW, NOW)
    expect(t.vault.leaseUntilMs()).toBe(NOW + 90 * times.HOUR_MS)
    await t.vault.saveLease({ ...next, share: toBase64url(example.random.bytes(32)) }, NOW, NOW)
    expect(t.vault.rotationPending()).toBe(true)
    await t.vault.unlock(RIGHT, NOW)
    const keys = await t.vault.openRootKey(NOW)
    expect(keys.ok && Buffer.from(keys.value.previousRoot ?? []).toString('hex')).toBe(t.root)
  })
})

describe('wrong passphrases', () => {
  test('[VLT49] some are free, then none is looked at before the pause is over, and the pauses grow', async () => {
    const t = await setUp()
    t.vault.lock()
    await wrongOnes(t.vault)
    expect(t.vault.unlockRetryAtMs(NOW)).toBe(NOW + limits.unlockPauseFirstMs)
    const looked = t.quick.costs.length
    // Even the right one.
    expect(await t.vault.unlock(RIGHT, NOW + 500)).toEqual(
      fail('rate-limited', undefined, limits.unlockPauseFirstMs - 500),
    )
    expect(t.quick.costs).toHaveLength(looked)
    const later = NOW + limits.unlockPauseFirstMs
    expect(t.vault.unlockRetryAtMs(later)).toBeUndefined()
    expect(await t.vault.unlock('wrong', later)).toEqual(
      fail('passphrase-wrong', undefined, 2 * limits.unlockPauseFirstMs),
    )
    expect(code(await t.vault.unlock(RIGHT, later + 2 * limits.unlockPauseFirstMs - 1))).toBe('rate-limited')
    expect(code(await t.vault.unlock(RIGHT, later + 2 * limits.unlockPauseFirstMs))).toBe('ok')
  })

  test('[VLT49] the right one forgives those before it', async () => {
    const t = await setUp()
    for (let round = 0; round < 3; round++) {
      t.vault.lock()
      expect(code(await t.vault.unlock('wrong', NOW))).toBe('passphrase-wrong')
      expect(code(await t.vault.unlock('wrong', NOW))).toBe('passphrase-wrong')
      expect(code(await t.vault.unlock(RIGHT, NOW))).toBe('ok')
    }
    const again = await t.start()
    expect(again.unlockRetryAtMs(NOW)).toBeUndefined()
  })

  test('[VLT49] neither a restart nor a clock turned back forgives or shortens anything', async () => {
    const t = await setUp()
    t.vault.lock()
    await wrongOnes(t.vault)
    const again = await t.start()
    expect(again.unlockRetryAtMs(NOW)).toBe(NOW + limits.unlockPauseFirstMs)
    const earlier = NOW - 400 * times.HOUR_MS
    expect(await again.unlock(RIGHT, earlier)).toEqual(fail('rate-limited', undefined, limits.unlockPauseFirstMs))
    expect(again.unlockRetryAtMs(earlier + 1)).toBe(earlier + limits.unlockPauseFirstMs)
    expect(code(await again.unlock(RIGHT, earlier + limits.unlockPauseFirstMs))).toBe('ok')
  })

  test('[VLT49] a try is on disk before the passphrase is looked at: killed in between, it counts', async () => {
    const t = await setUp()
    for (let n = 0; n < limits.unlockTriesFree; n++) {
      const killed = await t.start()
      const release = t.quick.hold()
      void killed.unlock('wrong', NOW)
      await turns(6)
      // These files are what the next one starts from, whatever this one still does.
      const files = new Map(t.disk.files)
      release()
      await turns(6)
      t.disk.files.clear()
      for (const [name, bytes] of files) t.disk.files.set(name, bytes)
    }
    expect((await t.start()).unlockRetryAtMs(NOW)).toBe(NOW + limits.unlockPauseFirstMs)
  })

  test('[VLT49] the count lies in the file of the secret: without it there is nothing to open', async () => {
    const t = await setUp()
    t.vault.lock()
    await wrongOnes(t.vault)
    expect([...t.disk.files.keys()].sort()).toEqual(['vault/device.sealed', 'vault/lease.sealed', LOCAL])
    t.disk.files.delete(LOCAL)
    const again = await t.start()
    expect(code(await again.unlock(RIGHT, NOW))).toBe('keystore-changed')
    expect(await rootKey(again)).toBe('keystore-changed')
  })

  test('[VLT49] where the try cannot be counted the passphrase is not looked at', async () => {
    const t = await setUp()
    let full = true
    const write: VaultParts['profile']['write'] = (name, bytes) => {
      if (full) throw new FailureError(fail('disk-full').error)
      t.disk.profile.write(name, bytes)
    }
    const vault = await t.start({ profile: { ...t.disk.profile, write } })
    const looked = t.quick.costs.length
    expect(code(await vault.unlock(RIGHT, NOW))).toBe('disk-full')
    expect([t.quick.costs.length, vault.isLocked()]).toEqual([looked, true])
    full = false
    t.keyStore.state = fail('keystore-unavailable')
    expect(code(await vault.unlock(RIGHT, NOW))).toBe('keystore-unavailable')
    t.keyStore.state = ok(undefined)
    expect(code(await vault.unlock(RIGHT, NOW))).toBe('ok')
  })

  test('[VLT49] a disk that fills up after the right one does not keep it out', async () => {
    const t = await setUp()
    let writes = 0
    const write: VaultParts['profile']['write'] = (name, bytes) => {
      writes += 1
      if (writes > 3) throw new FailureError(fail('disk-full').error)
      t.disk.profile.write(name, bytes)
    }
    const vault = await t.start({ profile: { ...t.disk.profile, write } })
    await vault.unlock(RIGHT, NOW)
    expect(await rootKey(vault)).toBe(t.root)
    vault.lock()
    writes = 2
    expect(code(await vault.unlock(RIGHT, NOW))).toBe('ok')
    expect([await rootKey(vault), writes]).toEqual([t.root, 4])
  })
})

describe('at once', () => {
  test('[VLT50] unlocks asked for together are handled in turn, and each wrong one counts', async () => {
    const t = await setUp()
    t.vault.lock()
    const tries = Array.from({ length: limits.unlockTriesFree + 2 }, () => t.vault.unlock('wrong', NOW))
    expect((await Promise.all(tries)).map(code)).toEqual([
      ...Array.from({ length: limits.unlockTriesFree }, () => 'passphrase-wrong'),
      'rate-limited',
      'rate-limited',
    ])
    const later = NOW + limits.unlockPauseFirstMs
    const looked = t.quick.costs.length
    expect((await Promise.all([t.vault.unlock(RIGHT, later), t.vault.unlock(RIGHT, later)])).map(code)).toEqual([
      'ok',
      'ok',
    ])
    expect(t.quick.costs).toHaveLength(looked + 1)
  })

  test.each(['key store', 'drawing of the key'] as const)(
    '[VLT50] locked while the %s is waited for: the unlock opens nothing, nor does one that was queued',
    async (held) => {
      const t = await setUp()
      t.vault.lock()
      const release = held === 'key store' ? t.keyStore.hold() : t.quick.hold()
      const unlocks = [t.vault.unlock(RIGHT, NOW), t.vault.unlock(RIGHT, NOW)]
      await turns(5)
      t.vault.lock()
      release()
      expect((await Promise.all(unlocks)).map(code)).toEqual(['app-locked', 'app-locked'])
      expect([t.vault.isLocked(), await rootKey(t.vault)]).toEqual([true, 'app-locked'])
      expect(t.quick.keys.every((key) => key.every((byte) => byte === 0))).toBe(true)
      expect(code(await t.vault.unlock(RIGHT, NOW))).toBe('ok')
    },
  )

  test.each(['unlock', 'change', 'removal'] as const)(
    '[VLT50] a wipe during a %s: nothing comes back',
    async (work) => {
      for (const held of ['key store', 'drawing of the key'] as const) {
        const t = await setUp()
        if (work === 'unlock') t.vault.lock()
        const release = held === 'key store' ? t.keyStore.hold() : t.quick.hold()
        const under =
          work === 'unlock'
            ? t.vault.unlock(RIGHT, NOW)
            : t.vault.setPassphrase(RIGHT, work === 'change' ? 'another one' : undefined, NOW)
        await turns(5)
        expect(t.vault.destroyDataKeys()).toBe(2)
        release()
        expect((await under).ok).toBe(false)
        await turns(5)
        expect([...t.disk.files.keys()]).toEqual(['vault/device.sealed'])
        expect([t.vault.hasPassphrase(), await rootKey(t.vault)]).toEqual([false, 'locked'])
      }
    },
  )

  test('[VLT50] data keys are destroyed while locked', async () => {
    const t = await setUp()
    const vault = await t.start()
    expect(vault.destroyDataKeys()).toBe(2)
    expect([...t.disk.files.keys()]).toEqual(['vault/device.sealed'])
    expect([vault.isLocked(), await rootKey(vault)]).toEqual([false, 'locked'])
  })
})

describe('setting', () => {
  test('[VLT51] changed, only the new one opens; taken off, none is asked for; the root key stays', async () => {
    const t = await setUp()
    expect(await t.vault.setPassphrase(RIGHT, 'another one', NOW)).toEqual(ok(undefined))
    expect(await rootKey(t.vault)).toBe(t.root)
    const again = await t.start()
    expect(code(await again.unlock(RIGHT, NOW))).toBe('passphrase-wrong')
    expect(code(await again.unlock('another one', NOW))).toBe('ok')
    expect(await again.setPassphrase('another one', undefined, NOW)).toEqual(ok(undefined))
    expect([again.hasPassphrase(), await rootKey(again)]).toEqual([false, t.root])
    const free = await t.start()
    expect([free.hasPassphrase(), await rootKey(free)]).toEqual([false, t.root])
    expect(await free.setPassphrase(undefined, undefined, NOW)).toEqual(ok(undefined))
  })

  test('[VLT51] a wrong current one changes nothing and counts as a try', async () => {
    const t = await setUp()
    const before = t.local()
    expect(code(await t.vault.setPassphrase(undefined, 'another one', NOW))).toBe('passphrase-needed')
    expect(t.local()).toBe(before)
    for (let n = 0; n < limits.unlockTriesFree; n++)
      expect(code(await t.vault.setPassphrase('wrong', n === 0 ? undefined : 'another one', NOW))).toBe(
        'passphrase-wrong',
      )
    expect(code(await t.vault.setPassphrase(RIGHT, 'another one', NOW))).toBe('rate-limited')
    t.vault.lock()
    expect(code(await t.vault.unlock(RIGHT, NOW))).toBe('rate-limited')
    expect(code(await t.vault.unlock(RIGHT, NOW + limits.unlockPauseFirstMs))).toBe('ok')
  })

  test('[VLT51] while locked nothing is changed, whatever is known', async () => {
    const t = await setUp()
    t.vault.lock()
    const before = t.local()
    expect(code(await t.vault.setPassphrase(RIGHT, 'another one', NOW))).toBe('app-locked')
    expect(t.local()).toBe(before)
  })

  test('[VLT51] two forms of the same words are one passphrase: composed or not, half or full width', async () => {
    const t = await setUp('Café Ａ１ﾊﾞ')
    for (const words of ['Cafe\u0301 A1バ', 'Café Ａ１ﾊﾞ']) {
      t.vault.lock()
      expect(code(await t.vault.unlock(words, NOW))).toBe('ok')
    }
    t.vault.lock()
    expect(code(await t.vault.unlock('café a1バ', NOW))).toBe('passphrase-wrong')
  })

  test.each(['set', 'change', 'removal'] as const)(
    '[VLT52] cut off at any write of a %s, the old passphrase or the new one opens, never neither',
    async (work) => {
      const first = work === 'set' ? undefined : RIGHT
      const next = work === 'removal' ? undefined : 'another one'
      for (let cutAt = 0; cutAt < 4; cutAt++) {
        const t = await setUp(first ?? '')
        let writes = 0
        const write: VaultParts['profile']['write'] = (name, bytes) => {
          if (writes++ >= cutAt) throw new Error('killed')
          t.disk.profile.write(name, bytes)
        }
        const cut = await t.start({ profile: { ...t.disk.profile, write } })
        if (first) await cut.unlock(first, NOW).catch(() => undefined)
        const done = await cut.setPassphrase(first, next, NOW).then(
          (result) => result.ok,
          () => false,
        )
        const again = await t.start()
        const opens: (string | undefined)[] = []
        for (const words of new Set([undefined, first, next])) {
          if (words === undefined && again.hasPassphrase()) continue
          if (words !== undefined && !again.hasPassphrase()) continue
          again.lock()
          if (words === undefined || (await again.unlock(words, NOW)).ok) opens.push(await rootKey(again))
        }
        expect(opens).toEqual([t.root])
        if (done) expect(again.hasPassphrase()).toBe(next !== undefined)
      }
    },
  )

  test('[VLT52] locked while the passphrase is being changed: nothing is written, and the old one opens', async () => {
    for (const held of ['key store', 'drawing of the key'] as const) {
      const t = await setUp()
      const release = held === 'key store' ? t.keyStore.hold() : t.quick.hold()
      const change = t.vault.setPassphrase(RIGHT, 'another one', NOW)
      await turns(5)
      t.vault.lock()
      release()
      expect(code(await change)).toBe('app-locked')
      expect(code(await t.vault.unlock(RIGHT, NOW))).toBe('ok')
      expect(await rootKey(t.vault)).toBe(t.root)
      expect(await rootKey(await t.start())).toBe('app-locked')
    }
  })

  test('[VLT52] locked while the new passphrase is being written: as if it had not been asked for', async () => {
    const t = await setUp()
    const drawn = t.quick.hold()
    const change = t.vault.setPassphrase(RIGHT, 'another one', NOW)
    await turns(5)
    const written = t.keyStore.hold()
    drawn()
    await turns(5)
    t.vault.lock()
    written()
    expect(code(await change)).toBe('app-locked')
    expect(code(await t.vault.unlock('another one', NOW))).toBe('passphrase-wrong')
    expect(code(await t.vault.unlock(RIGHT, NOW))).toBe('ok')
    expect(await rootKey(t.vault)).toBe(t.root)
  })

  test('[VLT52] enrolled anew, the lock is gone with the old secret', async () => {
    const t = await setUp()
    t.vault.lock()
    t.vault.draftDeviceKey()
    const who = t.vault.identity()
    if (!who) throw new Error('no identity')
    await t.vault.enrolled(who)
    await t.vault.saveLease(t.lease, NOW, NOW)
    expect([t.vault.hasPassphrase(), (await rootKey(t.vault)).length]).toEqual([false, 64])
    expect(await rootKey(t.vault)).not.toBe(t.root)
  })
})
