// Owns the server's own secrets: the master key that seals keys at rest, the authority key that signs wipe orders and
// welcomes, the token of the admin API. Made at the first start, kept under DIR with mode 0600.
// Always holds: a key file is written whole or not at all; a key that is there is never replaced by a new one.

import { createHash } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import sodium from 'libsodium-wrappers'
import { z } from 'zod'
import { fromBase64url, toBase64url } from '../shared/proof.ts'
import { FailureError, fail, ok, type Result } from '../shared/result.ts'
import type { AuthorityKey } from '../shared/wire.ts'
import type { Random } from './clock.ts'

export interface Authority extends AuthorityKey {
  /** Ed25519 over the bytes. */
  sign(bytes: Uint8Array): Uint8Array
}

export interface ServerKeys {
  readonly masterKey: Uint8Array
  /** The current key first; earlier ones stay, so that what they signed can be verified. */
  readonly authorities: readonly [Authority, ...Authority[]]
  readonly adminToken: string
}

/** Key id: base64url of the first 16 bytes of SHA-256 over the public key. */
function keyIdOf(publicKey: Uint8Array): string {
  return toBase64url(createHash('sha256').update(publicKey).digest().subarray(0, 16))
}

/** An authority from its Ed25519 seed (32 bytes). libsodium must be ready. */
function createAuthority(seed: Uint8Array): Authority {
  const pair = sodium.crypto_sign_seed_keypair(seed)
  return {
    kid: keyIdOf(pair.publicKey),
    publicKey: toBase64url(pair.publicKey),
    sign: (bytes) => sodium.crypto_sign_detached(bytes, pair.privateKey),
  }
}

/** New keys that live in memory only: for a server on a memory store. Pass the same ones to "restart" it. */
export async function createKeys(random: Random): Promise<ServerKeys> {
  await sodium.ready
  return {
    masterKey: Uint8Array.from(random(32)),
    authorities: [createAuthority(random(32))],
    adminToken: toBase64url(random(32)),
  }
}

const authorityFileSchema = z.strictObject({
  version: z.literal(1),
  keys: z.array(z.strictObject({ kid: z.string(), seed: z.string().length(43), createdAtMs: z.number() })).min(1),
})

/** Writes a file of mode 0600 beside its place, syncs it and moves it there. */
function writeAtomically(path: string, text: string): void {
  const draft = `${path}.new`
  const file = openSync(draft, 'w', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** The file's text, made by `make` where there is none yet. */
function readOrMake(path: string, make: () => string): string {
  if (!existsSync(path)) writeAtomically(path, make())
  chmodSync(path, 0o600)
  return readFileSync(path, 'utf8').trim()
}

function unreadable(what: string): FailureError {
  return new FailureError({ code: 'store-corrupt', message: `${what} cannot be read; restore it from a backup.` })
}

function readKey32(path: string, random: Random): Uint8Array {
  const bytes = fromBase64url(readOrMake(path, () => `${toBase64url(random(32))}\n`))
  if (bytes?.length !== 32) throw unreadable('The master key')
  return bytes
}

function readAuthorities(path: string, random: Random, nowMs: number): readonly [Authority, ...Authority[]] {
  const make = () => {
    const seed = random(32)
    const { kid } = createAuthority(seed)
    return `${JSON.stringify({ version: 1, keys: [{ kid, seed: toBase64url(seed), createdAtMs: nowMs }] })}\n`
  }
  let value: unknown
  try {
    value = JSON.parse(readOrMake(path, make))
  } catch (error) {
    if (error instanceof SyntaxError) throw unreadable('The authority key')
    throw error
  }
  const parsed = authorityFileSchema.safeParse(value)
  if (!parsed.success) throw unreadable('The authority key')
  const [current, ...earlier] = parsed.data.keys.map(({ kid, seed }) => {
    const bytes = fromBase64url(seed)
    if (bytes === undefined) throw unreadable('The authority key')
    const authority = createAuthority(bytes)
    if (authority.kid !== kid) throw unreadable('The authority key')
    return authority
  })
  if (current === undefined) throw unreadable('The authority key')
  return [current, ...earlier]
}

/**
 * Reads the keys under `dataDir`, making those that are missing. Failures: `store-corrupt` (a key file that is none),
 * `data-not-writable`.
 */
export async function openKeys(dataDir: string, random: Random, nowMs: number): Promise<Result<ServerKeys>> {
  await sodium.ready
  try {
    const folder = join(dataDir, 'keys')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
    const adminToken = readOrMake(join(dataDir, 'admin-token'), () => `${toBase64url(random(32))}\n`)
    if (!/^[A-Za-z0-9_-]{43}$/.test(adminToken)) throw unreadable('The admin token')
    return ok({
      masterKey: readKey32(join(folder, 'master.key'), random),
      authorities: readAuthorities(join(folder, 'authority.json'), random, nowMs),
      adminToken,
    })
  } catch (error) {
    if (error instanceof FailureError) return { ok: false, error: error.failure }
    if (error instanceof Error && 'code' in error) return fail('data-not-writable')
    throw error
  }
}
