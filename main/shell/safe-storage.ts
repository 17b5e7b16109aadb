// Owns the key store of the Electron host: Electron's safeStorage (DPAPI, Keychain, Secret Service, KWallet) as a KeyStore.
// Always holds: features are looked for, never versions; a store that would keep its key in the clear is refused.
// Must never: seal before check() has passed, or take a key store that is away for one that has changed.

import { FailureError, fail, ok, type Result } from '../../shared/result.ts'
import type { KeyStore } from './shell.ts'

/** What is used of Electron's safeStorage. The asynchronous half is absent before Electron 41, the other from 46. */
export interface SafeStorage {
  isEncryptionAvailable?(): boolean
  encryptString?(text: string): Buffer
  decryptString?(sealed: Buffer): string
  isAsyncEncryptionAvailable?(): Promise<boolean>
  encryptStringAsync?(text: string): Promise<Buffer>
  decryptStringAsync?(sealed: Buffer): Promise<{ readonly result: string }>
  getSelectedStorageBackend?(): string
}

/** Chromium marks what it sealed under its built-in password, on Linux, with this; anyone can open that. */
const BUILT_IN_PASSWORD_MARK = 'v10'

/** A KeyStore over `safeStorage`; to be used once Electron's app is ready. */
export function createSafeStorageKeyStore(options: {
  readonly safeStorage: SafeStorage
  readonly platform: NodeJS.Platform
}): KeyStore {
  const { safeStorage, platform } = options
  const hasAsync = safeStorage.encryptStringAsync !== undefined && safeStorage.decryptStringAsync !== undefined

  const encrypt = async (text: string): Promise<Buffer> => {
    if (hasAsync && safeStorage.encryptStringAsync) return safeStorage.encryptStringAsync(text)
    if (safeStorage.encryptString) return safeStorage.encryptString(text)
    throw new FailureError(fail('keystore-unavailable').error)
  }
  const decrypt = async (sealed: Buffer): Promise<string> => {
    if (hasAsync && safeStorage.decryptStringAsync) return (await safeStorage.decryptStringAsync(sealed)).result
    if (safeStorage.decryptString) return safeStorage.decryptString(sealed)
    throw new FailureError(fail('keystore-unavailable').error)
  }
  const isAvailable = async (): Promise<boolean> => {
    if (hasAsync && safeStorage.isAsyncEncryptionAvailable) return safeStorage.isAsyncEncryptionAvailable()
    return safeStorage.isEncryptionAvailable?.() ?? false
  }
  const nameOfBackend = (): string => {
    if (platform === 'darwin') return 'keychain'
    if (platform === 'win32') return 'dpapi'
    return safeStorage.getSelectedStorageBackend?.() ?? 'unknown'
  }
  const check = async (): Promise<Result<void>> => {
    const onLinux = platform !== 'darwin' && platform !== 'win32'
    if (onLinux && ['basic_text', 'unknown'].includes(nameOfBackend())) return fail('keystore-insecure')
    try {
      if (!(await isAvailable())) return fail('keystore-unavailable')
      const probe = await encrypt('probe')
      if (onLinux && isOpenToAnyone(probe)) return fail('keystore-insecure')
    } catch {
      return fail('keystore-unavailable')
    }
    return ok(undefined)
  }
  let ready: Promise<Result<void>> | undefined
  /** Asked once while it succeeds: the answer costs a round trip to another process. */
  const checkOnce = async (): Promise<Result<void>> => {
    ready ??= check()
    const result = await ready
    if (!result.ok) ready = undefined
    return result
  }

  return {
    get backend() {
      return nameOfBackend()
    },
    check: checkOnce,
    async seal(secret) {
      const checked = await checkOnce()
      if (!checked.ok) throw new FailureError(checked.error)
      return encrypt(Buffer.from(secret).toString('base64'))
    },
    async open(sealed) {
      const checked = await checkOnce()
      if (!checked.ok) return checked
      try {
        return ok(new Uint8Array(Buffer.from(await decrypt(Buffer.from(sealed)), 'base64')))
      } catch {
        return fail('keystore-changed')
      }
    },
    async destroy() {
      // The operating system's entry is one per program and user, not per profile: another profile may need it. What
      // this profile has are the sealed files, and those the vault removes.
    },
  }
}

function isOpenToAnyone(sealed: Buffer): boolean {
  return sealed.subarray(0, BUILT_IN_PASSWORD_MARK.length).toString('latin1') === BUILT_IN_PASSWORD_MARK
}
