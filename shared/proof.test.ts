// Owns the tests of the signed documents: the compact JWS form, its base64url, and that no changed byte passes.

import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { CompactSign, compactVerify, importJWK } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { createExample } from '../testing/example.ts'
import { createTestSigner, type TestSigner, verifyDetached } from '../testing/signing.ts'
import { limits } from './limits.ts'
import {
  COUNTERSIGNATURE_TYPE,
  type Countersignature,
  fromBase64url,
  ORDER_TYPE,
  openCountersignature,
  openOrder,
  openReceipt,
  openSignOut,
  RECEIPT_TYPE,
  SIGN_OUT_TYPE,
  type Sign,
  type SignOutOrder,
  signCountersignature,
  signOrder,
  signReceipt,
  signSignOut,
  toBase64url,
  type Verify,
  type WipeOrder,
  wipeOrderSchema,
  wipeReceiptSchema,
} from './proof.ts'

const example = createExample(7)
const order = example.wipeOrder()
const receipt = example.wipeReceipt(order)
let signer: TestSigner
let verify: Verify
const signOut: SignOutOrder = {
  orderId: example.id('order'),
  workspaceId: order.workspaceId,
  deviceId: order.deviceId,
  reason: '調職 moved to another branch',
  issuedBy: 'IT 支援組',
  workspaceName: order.workspaceName,
  issuedAtMs: order.issuedAtMs,
  counter: 7,
  expiresAtMs: order.issuedAtMs + 2_592_000_000,
}
let countersignature: Countersignature
let orderJws: string
let receiptJws: string
let countersignatureJws: string
let signOutJws: string

beforeAll(async () => {
  signer = await createTestSigner(example.random)
  verify = (_, bytes, signature) => verifyDetached(signer.publicKeyBytes, bytes, signature)
  orderJws = signOrder(order, signer.kid, signer.sign)
  receiptJws = signReceipt(receipt, signer.sign)
  const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url')
  countersignature = {
    wipeId: order.wipeId,
    workspaceId: order.workspaceId,
    deviceId: order.deviceId,
    orderSha256: sha256(orderJws),
    receiptSha256: sha256(receiptJws),
    receivedAtMs: order.issuedAtMs + 5000,
    shareDestroyedAtMs: order.issuedAtMs,
  }
  countersignatureJws = signCountersignature(countersignature, signer.kid, signer.sign)
  signOutJws = signSignOut(signOut, signer.kid, signer.sign)
})

/** A compact JWS of any header and payload, signed well. */
function signed(header: unknown, payload: unknown, sign: Sign = signer.sign): string {
  const part = (value: unknown): string =>
    toBase64url(new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)))
  const input = `${part(header)}.${part(payload)}`
  return `${input}.${toBase64url(sign(new TextEncoder().encode(input)))}`
}
const header = (typ: string, changes: object = {}) => ({ alg: 'EdDSA', typ, kid: signer.kid, ...changes })

describe('base64url', () => {
  test('[PRF1] agrees with Node’s for every length and content', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = toBase64url(bytes)
        expect(text).toBe(Buffer.from(bytes).toString('base64url'))
        expect(fromBase64url(text)).toEqual(new Uint8Array(bytes))
      }),
    )
  })

  test('[PRF1] one byte sequence has one text: what is read back differently is refused', () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. \n'
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...letters), maxLength: 12 }), (text) => {
        const bytes = fromBase64url(text)
        if (bytes !== undefined) expect(toBase64url(bytes)).toBe(text)
        else expect(Buffer.from(Buffer.from(text, 'base64url')).toString('base64url')).not.toBe(text)
      }),
      { numRuns: 2000 },
    )
  })

  test.each(['A', 'AAAAA', 'AB', 'AAB', 'AA==', 'A+', 'A/', 'AA\n', 'Ａ', 'AAA\ud83d', '𨋢𨋢'])(
    '[PRF1] %j is refused',
    (text) => {
      expect(fromBase64url(text)).toBeUndefined()
    },
  )
})

describe('form', () => {
  test('[PRF2] order and receipt are read back as they were signed', () => {
    expect(openOrder(orderJws, verify)).toEqual({ ok: true, value: order })
    expect(openReceipt(receiptJws, verify)).toEqual({ ok: true, value: receipt })
    const some: WipeOrder = {
      ...order,
      scope: { type: 'conversations', conversationIds: [example.id('conversation')] },
    }
    expect(openOrder(signOrder(some, signer.kid, signer.sign), verify)).toEqual({ ok: true, value: some })
  })

  test('[PRF2] so are the countersignature and the sign-out', () => {
    expect(openCountersignature(countersignatureJws, verify)).toEqual({ ok: true, value: countersignature })
    expect(openSignOut(signOutJws, verify)).toEqual({ ok: true, value: signOut })
  })

  test('[PRF2] the largest order fits limits.orderBytes', () => {
    const most: WipeOrder = {
      ...order,
      scope: {
        type: 'conversations',
        conversationIds: Array.from({ length: limits.conversationsPerOrder }, () => example.id('conversation')),
      },
      reason: '字'.repeat(limits.reasonChars),
      issuedBy: '字'.repeat(limits.displayNameChars),
      approvedBy: '字'.repeat(limits.displayNameChars),
      workspaceName: '字'.repeat(limits.conversationNameChars),
      expiresAtMs: order.issuedAtMs,
    }
    const jws = signOrder(most, signer.kid, signer.sign)
    expect(jws.length).toBeLessThanOrEqual(limits.orderBytes)
    expect(openOrder(jws, verify)).toEqual({ ok: true, value: most })
  })

  test('[PRF2] header and payload are canonical JSON, whatever the order of keys in the caller’s object', () => {
    const [head, payload] = orderJws.split('.').map((part) => Buffer.from(part, 'base64url').toString('utf8'))
    expect(head).toBe(canonicalize({ typ: ORDER_TYPE, kid: signer.kid, alg: 'EdDSA' }))
    expect(payload).toBe(canonicalize(order))
    const reversed = Object.fromEntries(Object.entries(order).reverse()) as WipeOrder
    expect(signOrder(reversed, signer.kid, signer.sign)).toBe(orderJws)
  })

  test('[PRF2] a receipt names its device as key', () => {
    const [head] = receiptJws.split('.')
    expect(JSON.parse(Buffer.from(head ?? '', 'base64url').toString())).toMatchObject({ kid: receipt.deviceId })
  })

  test('[PRF2] jose verifies ours, and we open what jose signs', async () => {
    const publicKey = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: signer.publicKey }, 'EdDSA')
    for (const [jws, content] of [
      [receiptJws, receipt],
      [countersignatureJws, countersignature],
      [signOutJws, signOut],
    ] as const) {
      const { payload } = await compactVerify(jws, publicKey)
      expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(content)
    }
    const d = toBase64url(signer.seed)
    const privateKey = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: signer.publicKey, d }, 'EdDSA')
    const theirs = await new CompactSign(new TextEncoder().encode(canonicalize(order)))
      .setProtectedHeader({ alg: 'EdDSA', kid: signer.kid, typ: ORDER_TYPE })
      .sign(privateKey)
    expect(openOrder(theirs, verify)).toEqual({ ok: true, value: order })
  })
})

describe('refusal', () => {
  const refusals = {
    order: ['order-malformed', 'order-bad-signature'],
    receipt: ['receipt-malformed', 'receipt-bad-signature'],
  }

  test('[PRF3] every single changed character of any of the documents is refused', () => {
    for (const [jws, open, codes] of [
      [orderJws, openOrder, refusals.order],
      [receiptJws, openReceipt, refusals.receipt],
      [countersignatureJws, openCountersignature, refusals.receipt],
      [signOutJws, openSignOut, refusals.order],
    ] as const) {
      for (let at = 0; at < jws.length; at++) {
        for (const bit of [0, 1, 5]) {
          const changed = jws.slice(0, at) + String.fromCharCode(jws.charCodeAt(at) ^ (1 << bit)) + jws.slice(at + 1)
          const opened = open(changed, verify)
          expect(opened.ok ? 'accepted' : opened.error.code, `character ${at} bit ${bit}`).toBeOneOf([...codes])
        }
      }
    }
  })

  test('[PRF3] every single changed byte of the decoded header, payload and signature is refused', () => {
    const parts = receiptJws.split('.').map((part) => fromBase64url(part) ?? new Uint8Array())
    parts.forEach((bytes, part) => {
      for (let at = 0; at < bytes.length; at++) {
        const changed = bytes.with(at, (bytes[at] ?? 0) ^ 1)
        const jws = parts.map((each, index) => toBase64url(index === part ? changed : each)).join('.')
        expect(openReceipt(jws, verify).ok, `part ${part} byte ${at}`).toBe(false)
      }
    })
  })

  test('[PRF3] parts cut, added, swapped or emptied are refused', () => {
    const [head = '', payload = '', signature = ''] = orderJws.split('.')
    for (const jws of [
      '',
      '..',
      '...',
      head,
      `${head}.${payload}`,
      `${head}.${payload}.`,
      `${head}.${payload}.${signature}.`,
      `${head}.${payload}.${signature}.${signature}`,
      `${payload}.${head}.${signature}`,
      `.${payload}.${signature}`,
      `${head}..${signature}`,
      ` ${orderJws}`,
      `${orderJws}\n`,
      `${head}.${payload}.${toBase64url(new Uint8Array(64))}`,
      `${head}.${payload}.${toBase64url(new Uint8Array(63))}`,
    ]) {
      expect(openOrder(jws, verify).ok, JSON.stringify(jws.slice(0, 20))).toBe(false)
    }
  })

  test('[PRF4] no document passes for another', () => {
    const openers = [openOrder, openSignOut, openReceipt, openCountersignature]
    const documents = [orderJws, signOutJws, receiptJws, countersignatureJws]
    for (const [i, open] of openers.entries())
      for (const [k, jws] of documents.entries()) expect(open(jws, verify).ok, `${i} ${k}`).toBe(i === k)
    for (const typ of [SIGN_OUT_TYPE, RECEIPT_TYPE, COUNTERSIGNATURE_TYPE])
      expect(openOrder(signed(header(typ), order), verify).ok).toBe(false)
    expect(openReceipt(signed(header(ORDER_TYPE), receipt), verify).ok).toBe(false)
  })

  test.each([
    ['none', { alg: 'none' }],
    ['HS256', { alg: 'HS256' }],
    ['eddsa', { alg: 'eddsa' }],
    ['no alg', { alg: undefined }],
    ['no kid', { kid: undefined }],
    ['an empty kid', { kid: '' }],
    ['a long kid', { kid: 'k'.repeat(129) }],
    ['no typ', { typ: undefined }],
  ])('[PRF4] a header with %s is malformed though well signed', (_, changes) => {
    expect(openOrder(signed(header(ORDER_TYPE, changes), order), verify)).toMatchObject({
      error: { code: 'order-malformed' },
    })
  })

  test.each([
    ['an array', []],
    ['not JSON', '{'],
    ['null', 'null'],
    ['no counter', { ...order, counter: undefined }],
    ['a counter of 0', { ...order, counter: 0 }],
    ['a broken counter', { ...order, counter: 1.5 }],
    ['no reason', { ...order, reason: '' }],
    ['another scope', { ...order, scope: { type: 'everything' } }],
    ['no conversations', { ...order, scope: { type: 'conversations', conversationIds: [] } }],
    ['a device id of another form', { ...order, deviceId: order.wipeId }],
  ])('[PRF4] a payload that is %s is malformed though well signed', (_, payload) => {
    expect(openOrder(signed(header(ORDER_TYPE), payload), verify)).toMatchObject({ error: { code: 'order-malformed' } })
  })

  test('[PRF5] nothing of a payload is parsed before its signature has verified', () => {
    const seen: string[] = []
    const jws = signed(header(ORDER_TYPE), '{"not":"an order"}')
    const opened = openOrder(jws, (kid) => {
      seen.push(kid)
      return false
    })
    expect(opened).toMatchObject({ error: { code: 'order-bad-signature' } })
    expect(seen).toEqual([signer.kid])
  })

  test('[PRF5] the verifier gets the key id of the header and the very bytes that were sent', () => {
    const asked: unknown[] = []
    openReceipt(receiptJws, (kid, bytes, signature) => {
      asked.push(kid, new TextDecoder().decode(bytes), signature.length)
      return true
    })
    expect(asked).toEqual([receipt.deviceId, receiptJws.slice(0, receiptJws.lastIndexOf('.')), 64])
  })

  test('[PRF5] opening never throws, whatever the text', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.string({ unit: fc.constantFrom(...'AZaz09-_') }), { minLength: 2, maxLength: 4 })
        .map((p) => p.join('.')),
      fc.json().map((json) => signed(header(ORDER_TYPE), json)),
      fc.json().map((json) => signed(json, json)),
    )
    fc.assert(
      fc.property(anything, (text) => {
        expect(openOrder(text, verify).ok).toBe(false)
        expect(openReceipt(text, verify).ok).toBe(false)
      }),
    )
  })

  test('[PRF5] a failure holds nothing of the document', () => {
    const opened = openOrder(signed(header(ORDER_TYPE), { ...order, counter: 'CANARY' }), verify)
    expect(JSON.stringify(opened)).not.toContain('CANARY')
    expect(JSON.stringify(opened)).not.toContain(order.reason)
  })

  test('[PRF6] a field of a later version is passed over, not refused', () => {
    const later = { ...receipt, sanitisation: 'NIST SP 800-88r2' }
    expect(openReceipt(signed(header(RECEIPT_TYPE), later), verify)).toEqual({ ok: true, value: receipt })
  })

  test('[PRF6] what is signed fits its schema', () => {
    expect(wipeOrderSchema.parse(order)).toEqual(order)
    expect(wipeReceiptSchema.parse(receipt)).toEqual(receipt)
  })

  test('[PRF6] what JSON cannot say is a fault of the caller and throws', () => {
    expect(() => signOrder({ ...order, counter: Number.NaN }, signer.kid, signer.sign)).toThrow()
    expect(() => signOrder({ ...order, reason: 'lone \ud800' }, signer.kid, signer.sign)).toThrow()
  })
})
