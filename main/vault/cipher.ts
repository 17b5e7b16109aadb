// Owns the one cipher of the cache: XChaCha20-Poly1305-IETF (libsodium) over Padmé-padded plaintext, and the nonces.
// Always holds: a sealed value is nonce (24 B) ‖ ciphertext ‖ tag (16 B); its associated data names the row it stands in,
// so that a value moved elsewhere does not open; plaintext length shows only as its padded size.

import { randomFillSync } from 'node:crypto'
import sodium from 'libsodium-wrappers'
import { limits } from '../../shared/limits.ts'

const NONCE_BYTES = 24
const TAG_BYTES = 16
export const KEY_BYTES = 32
/** Sizes below this are all padded to it: a message's envelope is ~135 B, so bodies up to 30 Han characters look alike. */
const SMALLEST_PADDED = 256

const encoder = new TextEncoder()

export interface Cipher {
  /** A new random 32-byte key. */
  newKey(): Uint8Array
  /** Seals `plaintext` under `key`, bound to `context`. */
  seal(key: Uint8Array, plaintext: Uint8Array, context: string): Uint8Array
  /** The same for text as UTF-8. */
  sealText(key: Uint8Array, text: string, context: string): Uint8Array
  /** The plaintext; undefined where key, context or a single bit differs. */
  open(key: Uint8Array, sealed: Uint8Array, context: string): Uint8Array | undefined
  /** BLAKE2b-256 of `text` keyed with `key` (RFC 7693). */
  keyedHash(key: Uint8Array, text: string): Uint8Array
}

/** Loads libsodium (WASM) and returns the cipher. */
export async function createCipher(): Promise<Cipher> {
  await sodium.ready
  const pool = new Uint8Array(limits.noncePoolBytes)
  let used = pool.length
  // libsodium-wrappers' own randombytes_buf costs ~70 µs a call across the WASM border; the pool costs ~0.1 µs a nonce.
  const nonce = (): Uint8Array => {
    if (used + NONCE_BYTES > pool.length) {
      randomFillSync(pool)
      used = 0
    }
    const bytes = pool.subarray(used, used + NONCE_BYTES)
    used += NONCE_BYTES
    return bytes
  }
  // Padded plaintext is laid out in one buffer that grows and is used again: half the time of a seal went into new ones.
  let scratch = new Uint8Array(4096)
  const roomFor = (bytes: number): Uint8Array => {
    if (scratch.length < bytes) {
      scratch.fill(0)
      scratch = new Uint8Array(padmeLength(2 * bytes))
    }
    return scratch
  }
  /** Seals the first `length` bytes of the scratch buffer, and wipes what it used of it. */
  function sealScratch(key: Uint8Array, length: number, context: string): Uint8Array {
    const padded = scratch.subarray(0, padmeLength(length + 1))
    padded[length] = 0x80
    padded.fill(0, length + 1)
    const n = nonce()
    const box = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(padded, encoder.encode(context), null, n, key)
    padded.fill(0, 0, length + 1)
    const sealed = new Uint8Array(NONCE_BYTES + box.length)
    sealed.set(n)
    sealed.set(box, NONCE_BYTES)
    return sealed
  }
  return {
    newKey: () => randomFillSync(new Uint8Array(KEY_BYTES)),
    seal(key, plaintext, context) {
      roomFor(padmeLength(plaintext.length + 1)).set(plaintext)
      return sealScratch(key, plaintext.length, context)
    },
    sealText(key, text, context) {
      // A UTF-16 unit takes three bytes at most.
      const room = roomFor(padmeLength(3 * text.length + 1))
      return sealScratch(key, encoder.encodeInto(text, room).written, context)
    },
    open(key, sealed, context) {
      if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined
      try {
        const padded = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
          null,
          sealed.subarray(NONCE_BYTES),
          encoder.encode(context),
          sealed.subarray(0, NONCE_BYTES),
          key,
        )
        return unpad(padded)
      } catch {
        return undefined
      }
    },
    keyedHash: (key, text) => sodium.crypto_generichash(32, encoder.encode(text), key),
  }
}

/**
 * Length after padding by Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files…", PoPETs 2019, §4):
 * at most 12 % more, O(log log n) bits of the length revealed.
 */
export function padmeLength(length: number): number {
  if (length <= SMALLEST_PADDED) return SMALLEST_PADDED
  const exponent = Math.floor(Math.log2(length))
  const low = exponent - (Math.floor(Math.log2(exponent)) + 1)
  const mask = 2 ** low - 1
  return Math.ceil(length / (mask + 1)) * (mask + 1)
}

/** Takes off 0x80 ‖ zeros (ISO/IEC 7816-4). */
function unpad(padded: Uint8Array): Uint8Array | undefined {
  let end = padded.length - 1
  while (end >= 0 && padded[end] === 0) end--
  return end >= 0 && padded[end] === 0x80 ? padded.subarray(0, end) : undefined
}

/** The root key: BLAKE2b-256 keyed with the local secret over the server's lease share. Never stored. */
export function deriveRootKey(localSecret: Uint8Array, leaseSecret: Uint8Array): Uint8Array {
  const label = encoder.encode('causeway root key v1')
  const message = new Uint8Array(label.length + leaseSecret.length)
  message.set(label)
  message.set(leaseSecret, label.length)
  const root = sodium.crypto_generichash(KEY_BYTES, message, localSecret)
  message.fill(0)
  return root
}

/** An Ed25519 key pair from a 32-byte seed (RFC 8032). */
export function deviceKeyPair(seed: Uint8Array): {
  readonly publicKey: Uint8Array
  readonly sign: (bytes: Uint8Array) => Uint8Array
} {
  const pair = sodium.crypto_sign_seed_keypair(seed)
  return { publicKey: pair.publicKey, sign: (bytes) => sodium.crypto_sign_detached(bytes, pair.privateKey) }
}

/** True where `signature` over `bytes` is `publicKey`'s. Malformed keys and signatures are simply not valid. */
export function verifySignature(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    return sodium.crypto_sign_verify_detached(signature, bytes, publicKey)
  } catch {
    return false
  }
}
