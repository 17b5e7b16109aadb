// Owns the key store of the Node hosts in earnest use: a key drawn from the user's passphrase with Argon2id (RFC 9106).
// Always holds: neither passphrase nor key is written anywhere; each sealed secret carries the salt it needs; a wrong
// passphrase is told from damaged bytes, so that a typing error never costs the cache.

import { argon2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { FailureError, fail, ok } from '../../shared/result.ts'
import { openBox, sealBox } from './sealed-box.ts'
import type { KeyStore } from './shell.ts'

const PURPOSE = 'causeway:passphrase:1'
const SALT_BYTES = 16
/** RFC 9106 §4, the second recommended choice: 3 passes over 64 MiB, 4 lanes; about a quarter of a second. */
const ARGON2ID = { passes: 3, memory: 64 * 1024, parallelism: 4, tagLength: 32 } as const

const deriveKey = promisify(argon2)

/** A KeyStore under `passphrase`; without one every use answers `passphrase-needed`. */
export function createPassphraseKeyStore(passphrase: string | undefined): KeyStore {
  const keyBySalt = new Map<string, Promise<Uint8Array>>()
  let sealingSalt: Uint8Array | undefined

  const keyFor = (words: string, salt: Uint8Array): Promise<Uint8Array> => {
    const name = Buffer.from(salt).toString('base64')
    const known = keyBySalt.get(name)
    if (known !== undefined) return known
    const key = deriveKey('argon2id', { ...ARGON2ID, message: Buffer.from(words.normalize('NFC')), nonce: salt })
    keyBySalt.set(name, key)
    return key
  }

  return {
    backend: 'passphrase',
    async check() {
      return passphrase ? ok(undefined) : fail('passphrase-needed')
    },
    async seal(secret) {
      if (!passphrase) throw new FailureError(fail('passphrase-needed').error)
      sealingSalt ??= randomBytes(SALT_BYTES)
      const key = await keyFor(passphrase, sealingSalt)
      return Buffer.concat([sealingSalt, await sealBox(key, PURPOSE, secret)])
    },
    async open(sealed) {
      if (!passphrase) return fail('passphrase-needed')
      if (sealed.length < SALT_BYTES) return fail('keystore-changed')
      const salt = Uint8Array.from(sealed.subarray(0, SALT_BYTES))
      const opened = await openBox(await keyFor(passphrase, salt), PURPOSE, sealed.subarray(SALT_BYTES))
      if (opened.type === 'opened') {
        sealingSalt ??= salt
        return ok(opened.secret)
      }
      return fail(opened.type === 'other-key' ? 'passphrase-wrong' : 'keystore-changed')
    },
    async destroy() {
      keyBySalt.clear()
      sealingSalt = undefined
    },
  }
}
