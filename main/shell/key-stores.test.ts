import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { createDevKeyStore, devKeyStoreFile } from './dev-key-store.ts'
import { createPassphraseKeyStore } from './passphrase-key-store.ts'
import { createSafeStorageKeyStore, type SafeStorage } from './safe-storage.ts'
import type { KeyStore } from './shell.ts'

const root = mkdtempSync(join(tmpdir(), 'causeway-keystore-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let count = 0
const newFile = () => devKeyStoreFile(join(root, `profile-${count++}`))
const secret = Uint8Array.from({ length: 32 }, (_, i) => i * 7)

/** What Electron gives, with XOR for encryption and, like Chromium, a mark of the key's origin in front. */
function fakeSafeStorage(key: number, mark = 'v11'): Required<SafeStorage> {
  const xor = (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ key))
  const encrypt = (text: string) => Buffer.concat([Buffer.from(mark), xor(Buffer.from(`ok:${text}`))])
  const decrypt = (sealed: Buffer) => {
    const text = xor(sealed.subarray(3)).toString()
    if (!text.startsWith('ok:')) throw new Error('does not decrypt')
    return text.slice(3)
  }
  return {
    isEncryptionAvailable: () => true,
    encryptString: encrypt,
    decryptString: decrypt,
    isAsyncEncryptionAvailable: async () => true,
    encryptStringAsync: async (text) => encrypt(text),
    decryptStringAsync: async (sealed) => ({ result: decrypt(sealed) }),
    getSelectedStorageBackend: () => 'gnome_libsecret',
  }
}
const onLinux = (safeStorage: SafeStorage) => createSafeStorageKeyStore({ safeStorage, platform: 'linux' })
const synchronousOnly = (key: number): SafeStorage => {
  const { isEncryptionAvailable, encryptString, decryptString, getSelectedStorageBackend } = fakeSafeStorage(key)
  return { isEncryptionAvailable, encryptString, decryptString, getSelectedStorageBackend }
}
const asynchronousOnly = (key: number): SafeStorage => {
  const { isAsyncEncryptionAvailable, encryptStringAsync, decryptStringAsync, getSelectedStorageBackend } =
    fakeSafeStorage(key)
  return { isAsyncEncryptionAvailable, encryptStringAsync, decryptStringAsync, getSelectedStorageBackend }
}

/** `open()` makes a store over one underlying key again, as a restarted program does; `other()` one over another key. */
interface Subject {
  open(): KeyStore
  other(): KeyStore
  codeForOther: string
}
const subjects: Record<string, () => Subject> = {
  'dev key store': () => {
    const file = newFile()
    const otherFile = newFile()
    writeFileSync(otherFile, Buffer.alloc(32, 9))
    return {
      open: () => createDevKeyStore(file),
      other: () => createDevKeyStore(otherFile),
      codeForOther: 'keystore-changed',
    }
  },
  'passphrase key store': () => ({
    open: () => createPassphraseKeyStore('correct 馬 battery'),
    other: () => createPassphraseKeyStore('Correct 馬 battery'),
    codeForOther: 'passphrase-wrong',
  }),
  'safeStorage, synchronous': () => ({
    open: () => onLinux(synchronousOnly(3)),
    other: () => onLinux(synchronousOnly(4)),
    codeForOther: 'keystore-changed',
  }),
  'safeStorage, asynchronous': () => ({
    open: () => onLinux(asynchronousOnly(3)),
    other: () => onLinux(asynchronousOnly(4)),
    codeForOther: 'keystore-changed',
  }),
}

describe.each(Object.entries(subjects))('KeyStore contract: %s', (_name, subject) => {
  test('[SHL15] what it seals it opens, also after a restart', async () => {
    const { open } = subject()
    const keyStore = open()
    expect(await keyStore.check()).toEqual({ ok: true, value: undefined })
    const sealed = await keyStore.seal(secret)
    expect(await keyStore.open(sealed)).toEqual({ ok: true, value: secret })
    expect(await open().open(sealed)).toEqual({ ok: true, value: secret })
    expect(Buffer.from(sealed).includes(Buffer.from(secret))).toBe(false)
  })

  test('[SHL16] under another key it opens nothing and says so', async () => {
    const { open, other, codeForOther } = subject()
    const sealed = await open().seal(secret)
    expect(await other().open(sealed)).toMatchObject({ ok: false, error: { code: codeForOther } })
  })

  test('[SHL16] damaged and foreign bytes do not open', async () => {
    const { open } = subject()
    const keyStore = open()
    const sealed = await keyStore.seal(secret)
    const damaged = Uint8Array.from(sealed)
    damaged[4] = (damaged[4] ?? 0) ^ 0x80
    for (const bytes of [damaged, sealed.subarray(0, 5), new Uint8Array(0), new Uint8Array(200)]) {
      expect(await keyStore.open(bytes)).toMatchObject({ ok: false })
    }
  })
})

describe('dev key store', () => {
  test('[SHL17] its secret lies beside the profile folder, readable by its owner alone', async () => {
    const file = newFile()
    await createDevKeyStore(file).seal(secret)
    expect(file).toBe(join(root, `profile-${count - 1}.dev-keystore`))
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file)).toHaveLength(32)
  })

  test('[SHL17] a missing or damaged secret reads as a changed key store, and sealing starts anew', async () => {
    const file = newFile()
    const sealed = await createDevKeyStore(file).seal(secret)
    rmSync(file)
    expect(await createDevKeyStore(file).open(sealed)).toMatchObject({ error: { code: 'keystore-changed' } })
    writeFileSync(file, 'short')
    expect(await createDevKeyStore(file).open(sealed)).toMatchObject({ error: { code: 'keystore-changed' } })
    const again = await createDevKeyStore(file).seal(secret)
    expect(await createDevKeyStore(file).open(again)).toEqual({ ok: true, value: secret })
  })

  test('[SHL18] destroy removes the secret; nothing sealed before opens again', async () => {
    const file = newFile()
    const keyStore = createDevKeyStore(file)
    const sealed = await keyStore.seal(secret)
    await keyStore.destroy()
    expect(statSync(file, { throwIfNoEntry: false })).toBeUndefined()
    expect(await keyStore.open(sealed)).toMatchObject({ error: { code: 'keystore-changed' } })
    await keyStore.destroy()
  })
})

describe('passphrase key store', () => {
  test('[SHL19] without a passphrase nothing is sealed or opened', async () => {
    const keyStore = createPassphraseKeyStore(undefined)
    expect(await keyStore.check()).toMatchObject({ error: { code: 'passphrase-needed' } })
    expect(await keyStore.open(new Uint8Array(80))).toMatchObject({ error: { code: 'passphrase-needed' } })
    await expect(keyStore.seal(secret)).rejects.toThrow('passphrase-needed')
  })

  test('[SHL19] damaged bytes under the right passphrase are told from a wrong passphrase', async () => {
    const keyStore = createPassphraseKeyStore('x')
    const sealed = Uint8Array.from(await keyStore.seal(secret))
    sealed[sealed.length - 1] = (sealed[sealed.length - 1] ?? 0) ^ 1
    expect(await keyStore.open(sealed)).toMatchObject({ error: { code: 'keystore-changed' } })
  })

  test('[SHL19] two forms of the same character are the same passphrase', async () => {
    const sealed = await createPassphraseKeyStore('caf\u00e9').seal(secret)
    expect(await createPassphraseKeyStore('cafe\u0301').open(sealed)).toEqual({ ok: true, value: secret })
  })
})

describe('safeStorage key store', () => {
  test.each(['basic_text', 'unknown'])('[SHL20] backend %s on Linux is refused as insecure', async (backend) => {
    const keyStore = onLinux({ ...fakeSafeStorage(1), getSelectedStorageBackend: () => backend })
    expect(await keyStore.check()).toMatchObject({ error: { code: 'keystore-insecure' } })
    await expect(keyStore.seal(secret)).rejects.toThrow('keystore-insecure')
  })

  test('[SHL20] a backend of good name that seals under the built-in password is refused as insecure', async () => {
    expect(await onLinux(fakeSafeStorage(1, 'v10')).check()).toMatchObject({ error: { code: 'keystore-insecure' } })
  })

  test('[SHL20] the same mark is Keychain’s own on macOS', async () => {
    const keyStore = createSafeStorageKeyStore({ safeStorage: fakeSafeStorage(1, 'v10'), platform: 'darwin' })
    expect([keyStore.backend, (await keyStore.check()).ok]).toEqual(['keychain', true])
  })

  test('[SHL21] a key store that is away is unavailable, not changed, and is asked again later', async () => {
    const sealed = await onLinux(fakeSafeStorage(1)).seal(secret)
    let isThere = false
    const keyStore = onLinux({ ...fakeSafeStorage(1), isAsyncEncryptionAvailable: async () => isThere })
    expect(await keyStore.check()).toMatchObject({ error: { code: 'keystore-unavailable' } })
    expect(await keyStore.open(sealed)).toMatchObject({ error: { code: 'keystore-unavailable' } })
    isThere = true
    expect(await keyStore.open(sealed)).toEqual({ ok: true, value: secret })
  })

  test('[SHL21] a program without safeStorage functions has no key store', async () => {
    const keyStore = createSafeStorageKeyStore({ safeStorage: {}, platform: 'win32' })
    expect(await keyStore.check()).toMatchObject({ error: { code: 'keystore-unavailable' } })
  })
})
