// Owns the key store of the Node hosts in earnest use: a key drawn from the user's passphrase with Argon2id (RFC 9106).
// A sealed secret is: format (1 B) ‖ salt (16 B) ‖ sealed box; the format names the cost and how the words are normalised.
// Always holds: neither passphrase nor key is written anywhere; each sealed secret carries the salt it needs; a wrong
// passphrase is told from damaged bytes, so that a typing error never costs the cache.

import { randomBytes } from 'node:crypto'
import { FailureError, fail, ok } from '../../shared/result.ts'
import { ARGON2_SALT_BYTES, argon2Cost, stretchPassphrase } from '../passphrase/argon2.ts'
import { openBox, sealBox } from './sealed-box.ts'
import type { KeyStore } from './shell.ts'

const PURPOSE = 'causeway:passphrase:2'
/** Format 1, before the first release, had four lanes and no byte to say so. */
const FORMAT = 2
const HEAD_BYTES = 1 + ARGON2_SALT_BYTES

/** A KeyStore under `passphrase`; without one every use answers `passphrase-needed`. */
export function createPassphraseKeyStore(passphrase: string | undefined): KeyStore {
  const keyBySalt = new Map<string, Promise<Uint8Array>>()
  let sealingSalt: Uint8Array | undefined

  const keyFor = (words: string, salt: Uint8Array): Promise<Uint8Array> => {
    const name = Buffer.from(salt).toString('base64')
    const known = keyBySalt.get(name)
    if (known !== undefined) return known
    const key = stretchPassphrase(words, salt, argon2Cost)
    keyBySalt.set(name, key)
    key.catch(() => keyBySalt.delete(name))
    return key
  }

  return {
    backend: 'passphrase',
    async check() {
      return passphrase ? ok(undefined) : fail('passphrase-needed')
    },
    async seal(secret) {
      if (!passphrase) throw new FailureError(fail('passphrase-needed').error)
      sealingSalt ??= randomBytes(ARGON2_SALT_BYTES)
      const salt = sealingSalt
      const key = await keyFor(passphrase, salt)
      return Buffer.concat([Uint8Array.of(FORMAT), salt, await sealBox(key, PURPOSE, secret)])
    },
    async open(sealed) {
      if (!passphrase) return fail('passphrase-needed')
      if (sealed.length < HEAD_BYTES || sealed[0] !== FORMAT) return fail('keystore-changed')
      const salt = Uint8Array.from(sealed.subarray(1, HEAD_BYTES))
      const opened = await openBox(await keyFor(passphrase, salt), PURPOSE, sealed.subarray(HEAD_BYTES))
      if (opened.type === 'opened') {
        sealingSalt ??= salt
        return ok(opened.secret)
      }
      return fail(opened.type === 'other-key' ? 'passphrase-wrong' : 'keystore-changed')
    },
    async destroy() {
      const keys = [...keyBySalt.values()]
      keyBySalt.clear()
      sealingSalt = undefined
      for (const key of await Promise.allSettled(keys)) if (key.status === 'fulfilled') key.value.fill(0)
    },
  }
}
