// Owns the form in which the key stores of the Node hosts seal a secret under a key they hold themselves.
// Always holds: XChaCha20-Poly1305-IETF, a fresh random nonce each time, a purpose as associated data, and the id of the
// key in front, so that another key is told from changed bytes.

import { randomBytes } from 'node:crypto'
import sodium from 'libsodium-wrappers'

const KEY_ID_BYTES = 16
const NONCE_BYTES = 24

/** What opening came to. */
export type Opened =
  | { readonly type: 'opened'; readonly secret: Uint8Array }
  | { readonly type: 'other-key' }
  | { readonly type: 'damaged' }

/** keyId (16 B) ‖ nonce (24 B) ‖ ciphertext and tag of `secret` under the 32-byte `key`, bound to `purpose`. */
export async function sealBox(key: Uint8Array, purpose: string, secret: Uint8Array): Promise<Uint8Array> {
  await sodium.ready
  const nonce = randomBytes(NONCE_BYTES)
  const sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(secret, purpose, null, nonce, key)
  return Buffer.concat([keyId(key, purpose), nonce, sealed])
}

/** Opens what sealBox made. */
export async function openBox(key: Uint8Array, purpose: string, box: Uint8Array): Promise<Opened> {
  await sodium.ready
  if (box.length < KEY_ID_BYTES + NONCE_BYTES) return { type: 'damaged' }
  if (!sodium.memcmp(Uint8Array.from(box.subarray(0, KEY_ID_BYTES)), keyId(key, purpose))) return { type: 'other-key' }
  try {
    const nonce = box.subarray(KEY_ID_BYTES, KEY_ID_BYTES + NONCE_BYTES)
    const sealed = box.subarray(KEY_ID_BYTES + NONCE_BYTES)
    const secret = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, purpose, nonce, key)
    return { type: 'opened', secret }
  } catch {
    return { type: 'damaged' }
  }
}

function keyId(key: Uint8Array, purpose: string): Uint8Array {
  return sodium.crypto_generichash(KEY_ID_BYTES, `${purpose}:key-id`, key)
}
