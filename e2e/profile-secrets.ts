// Owns taking the secrets out of a profile sealed by the dev key store, so that a test can look for them everywhere else.
// Always holds: works on a copy of the cache; the profile itself is only read.

import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { createDevKeyStore, devKeyStoreFile } from '../main/shell/dev-key-store.ts'
import { createCipher, deriveRootKey } from '../main/vault/cipher.ts'
import { fromBase64url } from '../shared/proof.ts'
import type { Canary } from '../testing/canaries.ts'

/** Every secret of the profile as raw bytes: key store secret, device seed, both halves, root key, each data key. */
export async function secretsOf(profileDir: string): Promise<Canary[]> {
  const cipher = await createCipher()
  const keyStoreFile = devKeyStoreFile(profileDir)
  const keyStore = createDevKeyStore(keyStoreFile)
  const open = async (name: string): Promise<Uint8Array> => {
    const file = JSON.parse(readFileSync(join(profileDir, 'vault', name), 'utf8')) as { sealed: string }
    const opened = await keyStore.open(Buffer.from(file.sealed, 'base64'))
    if (!opened.ok) throw new Error(`${name} does not open`)
    return opened.value
  }
  const json = async (name: string) =>
    JSON.parse(Buffer.from(await open(name)).toString('utf8')) as Record<string, string>
  const seed = fromBase64url((await json('device.sealed')).deviceSeed ?? '')
  const share = fromBase64url((await json('lease.sealed')).share ?? '')
  const local = await open('local.sealed')
  if (!seed || !share) throw new Error('the vault is not what it was')
  const rootKey = deriveRootKey(local, share)
  const keys = dataKeys(profileDir, (keyId, sealed) => cipher.open(rootKey, sealed, `keyring|${keyId}`))
  return [
    { name: 'key store secret', bytes: readFileSync(keyStoreFile) },
    { name: 'device seed', bytes: seed },
    { name: 'lease share', bytes: share },
    { name: 'local secret', bytes: local },
    { name: 'root key', bytes: rootKey },
    ...keys.map((bytes, i) => ({ name: `data key ${i + 1}`, bytes })),
  ]
}

function dataKeys(
  profileDir: string,
  open: (keyId: number, sealed: Uint8Array) => Uint8Array | undefined,
): Uint8Array[] {
  const copy = mkdtempSync(join(tmpdir(), 'causeway-copy-'))
  try {
    cpSync(join(profileDir, 'store'), copy, { recursive: true })
    const db = new Database(join(copy, 'cache.db'))
    const rows = db.prepare('SELECT key_id, sealed FROM keyring').all() as { key_id: number; sealed: Uint8Array }[]
    db.close()
    return rows.map((row) => {
      const key = open(row.key_id, row.sealed)
      if (!key) throw new Error('a data key does not open')
      return key
    })
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}
