// Owns the key store for tests and the demo: a random secret in a file beside the profile folder, `DIR.dev-keystore`.
// Always holds: it stands in for the operating system's store in form, not in strength: whoever can read the file can open
// the profile. Used only where asked for by name; never by a packaged program.

import { randomBytes } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { FailureError, fail, ok, type Result } from '../../shared/result.ts'
import { openBox, sealBox } from './sealed-box.ts'
import type { KeyStore } from './shell.ts'

const PURPOSE = 'causeway:dev-keystore:1'
const SECRET_BYTES = 32

/** The file that stands in for the operating system's key store of the profile in `profileDir`. */
export function devKeyStoreFile(profileDir: string): string {
  return `${profileDir.replace(/[\\/]+$/, '')}.dev-keystore`
}

/** A KeyStore whose secret lies in `file`, made (mode 0600) by the first seal. */
export function createDevKeyStore(file: string): KeyStore {
  const read = async (): Promise<Result<Uint8Array | undefined>> => {
    try {
      const secret = await readFile(file)
      return secret.length === SECRET_BYTES ? ok(secret) : fail('keystore-changed')
    } catch (error) {
      const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      return isMissing ? ok(undefined) : fail('keystore-unavailable')
    }
  }
  const readOrMake = async (): Promise<Uint8Array> => {
    const found = await read()
    if (!found.ok && found.error.code !== 'keystore-changed') throw new FailureError(found.error)
    if (found.ok && found.value !== undefined) return found.value
    const secret = randomBytes(SECRET_BYTES)
    try {
      await writeFile(file, secret, { mode: 0o600, flag: found.ok ? 'wx' : 'w' })
    } catch (error) {
      throw new FailureError(fail('keystore-unavailable').error, { cause: error })
    }
    return secret
  }

  return {
    backend: 'dev-keystore',
    async check() {
      const found = await read()
      return found.ok || found.error.code === 'keystore-changed' ? ok(undefined) : found
    },
    async seal(secret) {
      return sealBox(await readOrMake(), PURPOSE, secret)
    },
    async open(sealed) {
      const found = await read()
      if (!found.ok) return found
      if (found.value === undefined) return fail('keystore-changed')
      const opened = await openBox(found.value, PURPOSE, sealed)
      return opened.type === 'opened' ? ok(opened.secret) : fail('keystore-changed')
    },
    async destroy() {
      await rm(file, { force: true })
    },
  }
}
