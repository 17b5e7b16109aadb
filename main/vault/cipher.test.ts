// Owns the tests of the one cipher of the cache, against the drafts and papers it follows.

import fc from 'fast-check'
import sodium from 'libsodium-wrappers'
import { beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { type Cipher, createCipher, deriveRootKey, deviceKeyPair, padmeLength, verifySignature } from './cipher.ts'

let cipher: Cipher
beforeAll(async () => {
  cipher = await createCipher()
})
const hex = (text: string) => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'))

describe('records', () => {
  test('[VLT1] what was sealed opens under the same key and context, for every length', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ maxLength: 3000 }),
        fc.string(),
        (key, text, context) => {
          const sealed = cipher.seal(key, text, context)
          expect(Buffer.from(cipher.open(key, sealed, context)!)).toEqual(Buffer.from(text))
          expect(sealed.length).toBe(24 + padmeLength(text.length + 1) + 16)
        },
      ),
    )
    // Plaintexts that look like padding.
    for (const text of [[0x80], [0x80, 0], [0, 0, 0], [0x80, 0x80]].map((bytes) => Uint8Array.from(bytes)))
      expect([...cipher.open(new Uint8Array(32), cipher.seal(new Uint8Array(32), text, ''), '')!]).toEqual([...text])
  })

  test('[VLT2] one flipped bit of nonce, ciphertext or tag is refused: each bit of one value', () => {
    const key = cipher.newKey()
    const sealed = cipher.seal(key, Buffer.from('早晨'), 'event|1|2')
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Uint8Array.from(sealed)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(cipher.open(key, changed, 'event|1|2'), `bit ${bit}`).toBeUndefined()
    }
    expect(cipher.open(key, sealed, 'event|1|2')).toBeDefined()
  })

  test('[VLT2] a flipped bit of the key, another context, a cut or lengthened value are refused', () => {
    const text = fc.uint8Array({ minLength: 1, maxLength: 600 })
    fc.assert(
      fc.property(text, fc.string(), fc.string(), fc.nat(255), fc.nat(39), (bytes, context, other, bit, cut) => {
        const key = cipher.newKey()
        const sealed = cipher.seal(key, bytes, context)
        const changed = Uint8Array.from(key)
        changed[bit >> 3]! ^= 1 << (bit & 7)
        expect(cipher.open(changed, sealed, context)).toBeUndefined()
        if (other !== context) expect(cipher.open(key, sealed, other)).toBeUndefined()
        expect(cipher.open(key, sealed.subarray(0, cut), context)).toBeUndefined()
        expect(cipher.open(key, sealed.subarray(0, -1), context)).toBeUndefined()
        expect(cipher.open(key, Buffer.concat([sealed, new Uint8Array(1)]), context)).toBeUndefined()
      }),
    )
  })

  test('[VLT3] nonces do not repeat, across several refills of the pool, and differ between ciphers', async () => {
    const other = await createCipher()
    const count = Math.ceil(limits.noncePoolBytes / 24) * 3
    const seen = new Set<string>()
    for (let i = 0; i < count; i++)
      for (const one of [cipher, other])
        seen.add(Buffer.from(one.seal(new Uint8Array(32), new Uint8Array(1), '').subarray(0, 24)).toString('hex'))
    expect(seen.size).toBe(count * 2)
    expect(seen.has('0'.repeat(48))).toBe(false)
  })

  test('[VLT4] the primitive is XChaCha20-Poly1305 of draft-irtf-cfrg-xchacha-03 §A.3.1', () => {
    const plaintext = Buffer.from(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
    )
    const aad = hex('50515253c0c1c2c3c4c5c6c7')
    const key = hex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f')
    const nonce = hex('404142434445464748494a4b4c4d4e4f5051525354555657')
    const ciphertext = hex(`
      bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb
      731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452
      2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9
      21f9664c97637da9768812f615c68b13b52e`)
    const tag = hex('c0875924c1c7987947deafd8780acf49')
    const sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, aad, null, nonce, key)
    expect(Buffer.from(sealed)).toEqual(Buffer.concat([ciphertext, tag]))
  })

  test('[VLT4] a value is nonce ‖ ciphertext ‖ tag over the padded plaintext, bound to its context', () => {
    const key = cipher.newKey()
    const sealed = cipher.seal(key, Buffer.from('x'), 'state|cursors|1')
    const padded = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
      null,
      sealed.subarray(24),
      Buffer.from('state|cursors|1'),
      sealed.subarray(0, 24),
      key,
    )
    expect([...padded.subarray(0, 3)]).toEqual([0x78, 0x80, 0])
    expect(padded.subarray(2).every((byte) => byte === 0)).toBe(true)
  })
})

describe('sizes', () => {
  /** The paper's own form: E ← ⌊log2 L⌋, S ← ⌊log2 E⌋ + 1, lastBits ← E − S, (L + mask) AND NOT mask. */
  const paper = (length: number): number => {
    const big = BigInt(length)
    const e = BigInt(big.toString(2).length - 1)
    const s = BigInt(e.toString(2).length)
    const mask = (1n << (e - s)) - 1n
    return Number((big + mask) & ~mask)
  }

  test('[VLT5] sizes above the floor follow the formula of the Padmé paper', () => {
    fc.assert(
      fc.property(fc.integer({ min: 257, max: 2 ** 40 }), (length) => {
        expect(padmeLength(length)).toBe(paper(length))
        expect(padmeLength(length)).toBeGreaterThanOrEqual(length)
        expect(padmeLength(length) / length).toBeLessThan(1.12)
      }),
    )
    for (let length = 257; length < 5000; length++) expect(padmeLength(length)).toBe(paper(length))
    for (const length of [0, 1, 63, 64, 255, 256]) expect(padmeLength(length)).toBe(256)
  })

  test('[VLT5] sizes never fall as lengths grow', () => {
    let before = 0
    for (let length = 0; length < 40_000; length++) {
      expect(padmeLength(length)).toBeGreaterThanOrEqual(before)
      before = padmeLength(length)
    }
  })
})

describe('keys', () => {
  test('[VLT6] the root key depends on every bit of both halves, and on which is which', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.nat(255),
        (local, share, bit) => {
          const flip = (key: Uint8Array) => {
            const changed = Uint8Array.from(key)
            changed[bit >> 3]! ^= 1 << (bit & 7)
            return changed
          }
          const root = Buffer.from(deriveRootKey(local, share))
          expect(root).toHaveLength(32)
          expect(Buffer.from(deriveRootKey(local, share))).toEqual(root)
          expect(Buffer.from(deriveRootKey(flip(local), share))).not.toEqual(root)
          expect(Buffer.from(deriveRootKey(local, flip(share)))).not.toEqual(root)
          if (Buffer.compare(local, share) !== 0) expect(Buffer.from(deriveRootKey(share, local))).not.toEqual(root)
        },
      ),
      { numRuns: 50 },
    )
  })

  test('[VLT7] new keys are 32 bytes and never the same', () => {
    const keys = Array.from({ length: 50 }, () => Buffer.from(cipher.newKey()).toString('hex'))
    expect(new Set(keys).size).toBe(50)
    expect(keys.every((key) => key.length === 64)).toBe(true)
  })

  test('[VLT8] device keys are Ed25519 of RFC 8032 §7.1 test 2; malformed keys and signatures are not valid', () => {
    const seed = hex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb')
    const pair = deviceKeyPair(seed)
    const message = hex('72')
    const signature = pair.sign(message)
    expect(Buffer.from(pair.publicKey).toString('hex')).toBe(
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    )
    expect(Buffer.from(signature).toString('hex')).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    )
    expect(verifySignature(pair.publicKey, message, signature)).toBe(true)
    expect(verifySignature(pair.publicKey, hex('73'), signature)).toBe(false)
    expect(verifySignature(pair.publicKey, message, signature.subarray(1))).toBe(false)
    expect(verifySignature(new Uint8Array(3), message, signature)).toBe(false)
    expect(verifySignature(new Uint8Array(32), message, new Uint8Array(64))).toBe(false)
  })
})
