// Owns a key store for tests: seals in memory, with knobs for every way an operating system's store fails; and a quick
// stand-in for Argon2id.
// Always holds: what it seals hides the secret and opens only under the same `secret` while it lasts. Never in the product.

import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import type { Argon2Cost, Stretch } from '../main/passphrase/argon2.ts'
import type { KeyStore } from '../main/shell/shell.ts'
import { FailureError, fail, ok, type Result } from '../shared/result.ts'

export interface MemoryKeyStore extends KeyStore {
  backend: string
  /** What check() answers; a failure also keeps seal() and open() from working. */
  state: Result<void>
  /** Another secret: what was sealed before no longer opens, as after a new Windows profile or a reset keyring. */
  replaceSecret(): void
  /** While held, seal() and open() wait: a key store of the system may take its time. Returns the release. */
  hold(): () => void
  readonly destroyed: boolean
}

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** A key store with a new secret, or with `secret` (32 bytes): two with the same one open what the other sealed. */
export function createMemoryKeyStore(secret: Uint8Array = randomBytes(32)): MemoryKeyStore {
  let key = secret
  let held: Promise<void> | undefined
  let destroyed = false
  const keyStore: MemoryKeyStore = {
    backend: 'memory',
    state: ok(undefined),
    check: async () => keyStore.state,
    async seal(plaintext) {
      await held
      if (!keyStore.state.ok) throw new FailureError(keyStore.state.error)
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES })
      return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
    },
    async open(sealed) {
      await held
      if (!keyStore.state.ok) return keyStore.state
      try {
        const nonce = sealed.subarray(0, NONCE_BYTES)
        const decipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES })
        decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
        const body = sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)
        return ok(new Uint8Array(Buffer.concat([decipher.update(body), decipher.final()])))
      } catch {
        return fail('keystore-changed')
      }
    },
    async destroy() {
      destroyed = true
      key = randomBytes(32)
    },
    replaceSecret() {
      key = randomBytes(32)
    },
    hold() {
      let release = () => {}
      held = new Promise((resolve) => {
        release = resolve
      })
      return () => {
        held = undefined
        release()
      }
    },
    get destroyed() {
      return destroyed
    },
  }
  return keyStore
}

export interface QuickStretch {
  readonly stretch: Stretch
  /** What keys were drawn with so far. */
  readonly costs: readonly Argon2Cost[]
  /** Every key given out: zeroed by whoever asked for it, once used. */
  readonly keys: readonly Uint8Array[]
  /** While held, drawing a key waits, as it does for a fifth of a second in the product. Returns the release. */
  hold(): () => void
}

/** Draws keys from passphrases at once, and without cost to whoever guesses. */
export function createQuickStretch(): QuickStretch {
  const costs: Argon2Cost[] = []
  const keys: Uint8Array[] = []
  let held: Promise<void> | undefined
  return {
    costs,
    keys,
    async stretch(passphrase, salt, cost) {
      costs.push(cost)
      await held
      const key = Uint8Array.from(createHash('sha256').update(salt).update(passphrase.normalize('NFKC')).digest())
      keys.push(key)
      return key
    },
    hold() {
      let release = () => {}
      held = new Promise((resolve) => {
        release = resolve
      })
      return () => {
        held = undefined
        release()
      }
    },
  }
}
