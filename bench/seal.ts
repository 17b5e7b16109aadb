// Owns the benchmark `seal`: sealing and opening one record as the cache does it, against the bare libsodium call on
// unpadded bytes with a fixed nonce (the floor: what padding, nonces and copies cost).

import sodium from 'libsodium-wrappers'
import { createCipher } from '../main/vault/cipher.ts'

/** Figures for `count` records of an ordinary message's size. */
export async function benchSeal(count: number): Promise<Record<string, unknown>> {
  const cipher = await createCipher()
  const key = cipher.newKey()
  const plaintext = new TextEncoder().encode(
    JSON.stringify({ atMs: 1_700_000_000_000, body: '收到，唔該晒 — thanks a lot'.repeat(4) }),
  )
  const nonce = new Uint8Array(24)
  const context = 'event|1|1'
  const contextBytes = new TextEncoder().encode(context)
  const sealed = cipher.seal(key, plaintext, context)
  const box = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, contextBytes, null, nonce, key)
  const perCallUs = (run: () => unknown) => {
    for (let i = 0; i < count / 10; i++) run()
    const from = performance.now()
    for (let i = 0; i < count; i++) run()
    return Math.round(((performance.now() - from) / count) * 1e6) / 1000
  }
  const sealUs = perCallUs(() => cipher.seal(key, plaintext, context))
  const openUs = perCallUs(() => cipher.open(key, sealed, context))
  const floorSealUs = perCallUs(() =>
    sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, contextBytes, null, nonce, key),
  )
  const floorOpenUs = perCallUs(() =>
    sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, box, contextBytes, nonce, key),
  )
  const ratio = (value: number, floor: number) => Math.round((value / floor) * 100) / 100
  return {
    records: count,
    plaintextBytes: plaintext.length,
    sealUs,
    openUs,
    floorSealUs,
    floorOpenUs,
    sealRatio: ratio(sealUs, floorSealUs),
    openRatio: ratio(openUs, floorOpenUs),
  }
}
