// Owns one contender's run of the benchmark `seal`, in a process of its own; prints its figures as one JSON line.
// Always holds: what a contender seals is opened by it again before it is timed.
// Usage: seal.program.ts cipher|bare|sodium-native COUNT

import { randomFillSync } from 'node:crypto'
import sodium from 'libsodium-wrappers'
import { createCipher, padmeLength } from '../main/vault/cipher.ts'
import { round, timed } from './figures.ts'
import { requirePeer } from './peers.ts'

/** Plaintexts of a run: an ordinary message, a long one, a search shard. */
const sizes = { message: 180, longMessage: 4000, shard: 1_500_000 } as const
type Size = keyof typeof sizes

export type SealFigures = Readonly<Record<Size, { readonly sealUs: number; readonly openUs: number }>>

interface Sealer {
  seal(plaintext: Uint8Array): Uint8Array
  open(sealed: Uint8Array): Uint8Array | undefined
}

const NONCE_BYTES = 24
const TAG_BYTES = 16
const context = 'event|1|1'

/** The cache's own cipher: padding, nonce pool, associated data from the row's name. */
async function cacheCipher(): Promise<Sealer> {
  const cipher = await createCipher()
  const key = cipher.newKey()
  return {
    seal: (plaintext) => cipher.seal(key, plaintext, context),
    open: (sealed) => cipher.open(key, sealed, context),
  }
}

/** The bare call on unpadded bytes with a fixed nonce. */
async function bareWrappers(): Promise<Sealer> {
  await sodium.ready
  const [key, nonce, ad] = [new Uint8Array(32), new Uint8Array(NONCE_BYTES), new TextEncoder().encode(context)]
  return {
    seal: (plaintext) => sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, ad, null, nonce, key),
    open: (sealed) => sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, ad, nonce, key),
  }
}

/** The peer's functions, as far as they are used here. */
interface SodiumNative {
  crypto_aead_xchacha20poly1305_ietf_encrypt(
    sealed: Buffer,
    plaintext: Buffer,
    ad: Buffer,
    nsec: null,
    nonce: Buffer,
    key: Buffer,
  ): number
  crypto_aead_xchacha20poly1305_ietf_decrypt(
    plaintext: Buffer,
    nsec: null,
    sealed: Buffer,
    ad: Buffer,
    nonce: Buffer,
    key: Buffer,
  ): number
}

/** What the cache's cipher does (padding, nonce pool, one buffer for nonce and box), over the native library. */
function sodiumNative(): Sealer {
  const native = requirePeer('sodium-native') as SodiumNative
  const key = randomFillSync(Buffer.alloc(32))
  const pool = Buffer.alloc(16_384)
  let used = pool.length
  return {
    seal(plaintext) {
      if (used + NONCE_BYTES > pool.length) {
        randomFillSync(pool)
        used = 0
      }
      const padded = Buffer.alloc(padmeLength(plaintext.length + 1))
      padded.set(plaintext)
      padded[plaintext.length] = 0x80
      const sealed = Buffer.allocUnsafe(NONCE_BYTES + padded.length + TAG_BYTES)
      const nonce = sealed.subarray(0, NONCE_BYTES)
      nonce.set(pool.subarray(used, used + NONCE_BYTES))
      used += NONCE_BYTES
      const box = sealed.subarray(NONCE_BYTES)
      native.crypto_aead_xchacha20poly1305_ietf_encrypt(box, padded, Buffer.from(context), null, nonce, key)
      return sealed
    },
    open(sealed) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.length)
      const padded = Buffer.allocUnsafe(bytes.length - NONCE_BYTES - TAG_BYTES)
      const [nonce, box] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES)]
      native.crypto_aead_xchacha20poly1305_ietf_decrypt(padded, null, box, Buffer.from(context), nonce, key)
      let end = padded.length - 1
      while (end >= 0 && padded[end] === 0) end--
      return padded.subarray(0, end)
    },
  }
}

async function makeSealer(kind: string): Promise<Sealer> {
  if (kind === 'cipher') return cacheCipher()
  if (kind === 'bare') return bareWrappers()
  if (kind === 'sodium-native') return sodiumNative()
  throw new Error('usage: seal.program.ts cipher|bare|sodium-native COUNT')
}

function measure(sealer: Sealer, bytes: number, count: number) {
  const plaintext = randomFillSync(new Uint8Array(bytes))
  const sealed = sealer.seal(plaintext)
  if (!Buffer.from(sealer.open(sealed) ?? []).equals(plaintext)) throw new Error('error: it does not open')
  const perCallUs = (run: () => unknown) => {
    for (let i = 0; i < count / 5; i++) run()
    const ms = timed(() => {
      for (let i = 0; i < count; i++) run()
    })
    return round((ms * 1000) / count)
  }
  return { sealUs: perCallUs(() => sealer.seal(plaintext)), openUs: perCallUs(() => sealer.open(sealed)) }
}

const [kind = '', countText = ''] = process.argv.slice(2)
const sealer = await makeSealer(kind)
const count = Number(countText)
const figures: SealFigures = {
  message: measure(sealer, sizes.message, count),
  longMessage: measure(sealer, sizes.longMessage, Math.ceil(count / 10)),
  shard: measure(sealer, sizes.shard, Math.ceil(count / 5000)),
}
console.log(JSON.stringify(figures))
