// Owns the check of a device's Ed25519 signature. Always holds: malformed input is a signature that does not verify.

import sodium from 'libsodium-wrappers'
import { fromBase64url } from '../../shared/proof.ts'

/** True where `signature` over `message` is that of `publicKey` (base64url, 32 bytes). libsodium must be ready. */
export function verifies(publicKey: string, message: Uint8Array | string, signature: Uint8Array | string): boolean {
  const key = fromBase64url(publicKey)
  const bytes = typeof signature === 'string' ? fromBase64url(signature) : signature
  if (key?.length !== 32 || bytes?.length !== 64) return false
  return sodium.crypto_sign_verify_detached(bytes, message, key)
}
