// Owns Ed25519 signers for tests, from seeded bytes.
// Always holds: signs with libsodium, as the product does; the seed is handed out so that another library can hold the
// same key and check us.

import { createHash } from 'node:crypto'
import sodium from 'libsodium-wrappers'
import { type Sign, toBase64url } from '../shared/proof.ts'
import type { Random } from './random.ts'

export interface TestSigner {
  /** base64url of the first 16 bytes of SHA-256 over the public key. */
  readonly kid: string
  /** base64url, 32 bytes. */
  readonly publicKey: string
  readonly publicKeyBytes: Uint8Array
  /** The 32-byte private seed. */
  readonly seed: Uint8Array
  readonly sign: Sign
}

/** A key pair from the next 32 bytes of `random`. */
export async function createTestSigner(random: Random): Promise<TestSigner> {
  await sodium.ready
  const seed = random.bytes(32)
  const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(seed)
  return {
    kid: toBase64url(createHash('sha256').update(publicKey).digest().subarray(0, 16)),
    publicKey: toBase64url(publicKey),
    publicKeyBytes: publicKey,
    seed,
    sign: (bytes) => sodium.crypto_sign_detached(bytes, privateKey),
  }
}

/** True where `signature` over `bytes` verifies under `publicKey`; false, never a throw, for keys of a wrong length. */
export function verifyDetached(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    return sodium.crypto_sign_verify_detached(signature, bytes, publicKey)
  } catch {
    return false
  }
}
