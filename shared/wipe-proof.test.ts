// Owns the tests of judging a wipe's three documents: what verifies, that no changed byte does, that documents of different
// wipes do not pass for one, and that an independent library (jose) agrees in both directions.

import { createHash } from 'node:crypto'
import { CompactSign, compactVerify, importJWK } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { createExample } from '../testing/example.ts'
import { createTestSigner, type TestSigner, verifyDetached } from '../testing/signing.ts'
import { limits } from './limits.ts'
import {
  COUNTERSIGNATURE_TYPE,
  type Countersignature,
  ORDER_TYPE,
  RECEIPT_TYPE,
  signCountersignature,
  signOrder,
  signReceipt,
  signSignOut,
  toBase64url,
  type WipeOrder,
  type WipeReceipt,
} from './proof.ts'
import { hashOf, verifyWipeProof, type WipeProof, type WipeProofRequest } from './wipe-proof.ts'

const example = createExample(41)
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()
const order = example.wipeOrder()
const receipt = example.wipeReceipt(order)
const conversationIds = [example.id('conversation'), example.id('conversation')]
const partOrder = example.wipeOrder({
  workspaceId: order.workspaceId,
  deviceId: order.deviceId,
  scope: { type: 'conversations', conversationIds },
})
const partReceipt = example.wipeReceipt(partOrder, {
  scope: 'conversations',
  conversationIds: conversationIds.slice(1),
})
const nowMs = order.issuedAtMs + 3_600_000
let authority: TestSigner
let device: TestSigner
let other: TestSigner

beforeAll(async () => {
  authority = await createTestSigner(example.random)
  device = await createTestSigner(example.random)
  other = await createTestSigner(example.random)
})

interface Made {
  readonly order: WipeOrder
  readonly receipt: WipeReceipt
  readonly countersignature: Partial<Countersignature>
}

/** The three documents, signed, with changes; the countersignature fits whatever the others are. */
function documents(made: Partial<Made> = {}): { order: string; receipt: string; countersignature: string } {
  const signedOrder = signOrder(made.order ?? order, authority.kid, authority.sign)
  const signedReceipt = signReceipt(made.receipt ?? receipt, device.sign)
  const { wipeId, workspaceId, deviceId, issuedAtMs, scope } = made.order ?? order
  const content: Countersignature = {
    wipeId,
    workspaceId,
    deviceId,
    orderSha256: hashOf(signedOrder, sha256),
    receiptSha256: hashOf(signedReceipt, sha256),
    receivedAtMs: issuedAtMs + 4000,
    ...(scope.type === 'device' ? { shareDestroyedAtMs: issuedAtMs } : {}),
    ...made.countersignature,
  }
  const countersignature = signCountersignature(content, authority.kid, authority.sign)
  return { order: signedOrder, receipt: signedReceipt, countersignature }
}

function judge(changes: Partial<WipeProofRequest> = {}): WipeProof {
  return verifyWipeProof({
    ...documents(),
    devicePublicKey: device.publicKey,
    authorityKeys: [
      { kid: other.kid, publicKey: other.publicKey },
      { kid: authority.kid, publicKey: authority.publicKey },
    ],
    workspaceId: order.workspaceId,
    verify: verifyDetached,
    sha256,
    nowMs,
    ...changes,
  })
}
const codeOf = (proof: WipeProof): string => (proof.type === 'not-verified' ? proof.failure.code : proof.type)

describe('what verifies', () => {
  test('[CRT1] the three documents of a wipe, with the key that signed each and its hash', () => {
    const made = documents()
    expect(judge(made)).toEqual({
      type: 'verified',
      order,
      receipt,
      countersignature: expect.objectContaining({ wipeId: order.wipeId, shareDestroyedAtMs: order.issuedAtMs }),
      marks: {
        order: { kid: authority.kid, sha256: createHash('sha256').update(made.order).digest('base64url') },
        receipt: { kid: order.deviceId, sha256: createHash('sha256').update(made.receipt).digest('base64url') },
        countersignature: { kid: authority.kid, sha256: hashOf(made.countersignature, sha256) },
      },
      doubts: [],
    })
  })

  test('[CRT1] an order alone is open, not carried out', () => {
    expect(judge({ receipt: undefined, countersignature: undefined })).toMatchObject({ type: 'open', order })
  })

  test('[CRT1] a receipt that is not countersigned verifies, and that is told', () => {
    expect(judge({ countersignature: undefined })).toMatchObject({ type: 'verified', doubts: ['not-countersigned'] })
  })

  test('[CRT1] a wipe of conversations, of which the desktop held some or none', () => {
    expect(judge(documents({ order: partOrder, receipt: partReceipt }))).toMatchObject({ type: 'verified', doubts: [] })
    const none = { ...partReceipt, conversationIds: [], keysDestroyed: 0 }
    expect(judge(documents({ order: partOrder, receipt: none }))).toMatchObject({ type: 'verified', doubts: [] })
  })

  test('[CRT1] the receipt of the whole device stands for its open wipe of conversations, if the server says so', () => {
    const made = documents({ order: partOrder, receipt })
    expect(judge(made)).toMatchObject({ type: 'verified', coveredBy: order.wipeId, order: partOrder, receipt })
    expect(judge({ ...made, countersignature: undefined })).toMatchObject({ document: 'receipt' })
  })
})

describe('what is refused', () => {
  const flips = (jws: string): string[] =>
    [...jws].flatMap((letter, at) =>
      [String.fromCharCode(letter.charCodeAt(0) ^ 1), letter === 'A' ? 'B' : 'A', '.', '=', '']
        .filter((instead) => instead !== letter)
        .map((instead) => jws.slice(0, at) + instead + jws.slice(at + 1)),
    )

  test.each(['order', 'receipt', 'countersignature'] as const)('[CRT2] every changed byte of the %s', (document) => {
    const made = documents()
    for (const changed of flips(made[document])) {
      expect(judge({ ...made, [document]: changed }), changed).toMatchObject({ type: 'not-verified', document })
    }
  })

  test.each([
    ['an order of another workspace', () => ({ workspaceId: example.id('workspace') }), 'order', 'wrong-server'],
    ['an authority key that is not known', () => ({ authorityKeys: [] }), 'order', 'order-bad-signature'],
    ['a device key that is not known', () => ({ devicePublicKey: undefined }), 'receipt', 'receipt-bad-signature'],
    ['another device’s key', () => ({ devicePublicKey: other.publicKey }), 'receipt', 'receipt-bad-signature'],
    ['a key of a wrong length', () => ({ devicePublicKey: 'AAAA' }), 'receipt', 'receipt-bad-signature'],
    [
      'a receipt of another device of the workspace',
      () => ({ receipt: signReceipt({ ...receipt, deviceId: example.id('device') }, other.sign) }),
      'receipt',
      'receipt-bad-signature',
    ],
    ['a countersignature without a receipt', () => ({ receipt: undefined }), 'countersignature', 'bad-input'],
    [
      'an authority’s order as countersignature',
      () => ({ countersignature: documents().order }),
      'countersignature',
      'receipt-malformed',
    ],
    [
      'a sign-out as an order',
      () => {
        const { workspaceId, deviceId, reason, issuedBy, workspaceName, issuedAtMs, counter } = order
        const orderId = example.id('order')
        const told = { orderId, workspaceId, deviceId, reason, issuedBy, workspaceName, issuedAtMs, counter }
        return { order: signSignOut({ ...told, expiresAtMs: issuedAtMs + 1 }, authority.kid, authority.sign) }
      },
      'order',
      'order-malformed',
    ],
    [
      'a countersignature by the device',
      () => ({ countersignature: signCountersignature(content(), order.deviceId, device.sign) }),
      'countersignature',
      'receipt-bad-signature',
    ],
  ] as const)('[CRT3] %s', (_, changes, document, code) => {
    expect(judge(changes())).toMatchObject({ type: 'not-verified', document, failure: { code } })
  })

  const content = (): Countersignature => ({
    wipeId: order.wipeId,
    workspaceId: order.workspaceId,
    deviceId: order.deviceId,
    orderSha256: hashOf(documents().order, sha256),
    receiptSha256: hashOf(documents().receipt, sha256),
    receivedAtMs: order.issuedAtMs,
  })

  const anyHash = toBase64url(new Uint8Array(32))
  const skewMs = limits.clockSkewMs
  test.each([
    ['order and receipt of different wipes', { receipt: { ...receipt, wipeId: example.id('wipe') } }],
    ['a receipt that the device signed for another', { receipt: { ...receipt, deviceId: example.id('device') } }],
    ['a countersignature of another wipe', { countersignature: { wipeId: example.id('wipe') } }],
    ['a countersignature of another device', { countersignature: { deviceId: example.id('device') } }],
    ['a countersignature of another workspace', { countersignature: { workspaceId: example.id('workspace') } }],
    ['a countersignature of another text of the order', { countersignature: { orderSha256: anyHash } }],
    ['a countersignature of another receipt', { countersignature: { receiptSha256: anyHash } }],
    ['a receipt that came before the order', { countersignature: { receivedAtMs: order.issuedAtMs - skewMs - 1 } }],
    ['a word about the future', { countersignature: { shareDestroyedAtMs: order.issuedAtMs + 4000 + skewMs + 1 } }],
    ['conversations where the device was ordered', { receipt: { ...receipt, scope: 'conversations' } }],
    [
      'conversations that were not ordered',
      { order: partOrder, receipt: { ...partReceipt, conversationIds: [example.id('conversation')] } },
    ],
    [
      'conversations by the receipt of another wipe of conversations',
      { order: partOrder, receipt: { ...partReceipt, wipeId: example.id('wipe') } },
    ],
  ] as const satisfies readonly (readonly [string, Partial<Made>])[])('[CRT3] well signed: %s', (_, made) => {
    expect(codeOf(judge(documents()))).toBe('verified')
    expect(['bad-input', 'order-wrong-device', 'wrong-server', 'receipt-bad-signature']).toContain(
      codeOf(judge(documents(made))),
    )
  })

  test('[CRT3] a renewed order does not pass for the one that was countersigned', () => {
    const renewed = signOrder({ ...order, counter: order.counter + 1 }, authority.kid, authority.sign)
    expect(judge({ ...documents(), order: renewed })).toMatchObject({ document: 'countersignature' })
  })
})

describe('doubts', () => {
  const skewMs = limits.clockSkewMs
  test.each([
    ['began-before-order', { receipt: { ...receipt, startedAtMs: order.issuedAtMs - skewMs - 1 } }],
    ['steps-out-of-order', { receipt: { ...receipt, keysGoneAtMs: receipt.startedAtMs - 1 } }],
    ['ended-after-receipt', { receipt: { ...receipt, finishedAtMs: order.issuedAtMs + 4000 + skewMs + 1 } }],
    ['ended-in-future', { receipt: { ...receipt, finishedAtMs: nowMs + skewMs + 1 } }],
    ['files-left', { receipt: { ...receipt, outcome: 'partial', filesLeft: 2 } }],
    ['no-keys', { receipt: { ...receipt, keysDestroyed: 0 } }],
    ['ordered-in-future', { order: { ...order, issuedAtMs: nowMs + skewMs + 1 } }],
    ['received-in-future', { countersignature: { receivedAtMs: nowMs + skewMs + 1 } }],
  ] as const)('[CRT4] %s is verified and told', (doubt, made) => {
    const proof = judge(documents(made as Partial<Made>))
    expect(proof.type).toBe('verified')
    expect(proof.type === 'verified' && proof.doubts).toContain(doubt)
  })

  test('[CRT4] a share that is not told of, and a receipt that contradicts itself', () => {
    const { shareDestroyedAtMs: _, ...bare } = JSON.parse(
      Buffer.from(documents().countersignature.split('.')[1] ?? '', 'base64url').toString(),
    ) as Countersignature
    const countersignature = signCountersignature(bare, authority.kid, authority.sign)
    expect(judge({ ...documents(), countersignature })).toMatchObject({ doubts: ['share-not-told'] })
    expect(judge(documents({ receipt: { ...receipt, filesLeft: 1 } }))).toMatchObject({
      doubts: ['files-left', 'contradicts-itself'],
    })
  })

  test('[CRT4] clocks within the allowed skew raise none', () => {
    const close = { ...receipt, startedAtMs: order.issuedAtMs - skewMs, finishedAtMs: order.issuedAtMs + 4000 + skewMs }
    expect(judge(documents({ receipt: close }))).toMatchObject({ type: 'verified', doubts: [] })
  })
})

describe('jose', () => {
  const types = { order: ORDER_TYPE, receipt: RECEIPT_TYPE, countersignature: COUNTERSIGNATURE_TYPE } as const
  const signerOf = { order: () => authority, receipt: () => device, countersignature: () => authority } as const

  test.each(['order', 'receipt', 'countersignature'] as const)(
    '[CRT5] verifies our %s and reads the same',
    async (name) => {
      const proof = judge(documents())
      const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: signerOf[name]().publicKey }, 'EdDSA')
      const { payload, protectedHeader } = await compactVerify(documents()[name], key, { algorithms: ['EdDSA'] })
      expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: types[name] })
      expect(proof.type === 'verified' && proof[name]).toEqual(JSON.parse(new TextDecoder().decode(payload)))
    },
  )

  test('[CRT5] makes documents that we verify, though its JSON is not canonical', async () => {
    const made = async (name: keyof typeof types, kid: string, payload: unknown): Promise<string> => {
      const signer = signerOf[name]()
      const jwk = { kty: 'OKP', crv: 'Ed25519', x: signer.publicKey, d: toBase64url(signer.seed) }
      return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
        .setProtectedHeader({ alg: 'EdDSA', typ: types[name], kid })
        .sign(await importJWK(jwk, 'EdDSA'))
    }
    const madeOrder = await made('order', authority.kid, order)
    const madeReceipt = await made('receipt', order.deviceId, receipt)
    const madeCountersignature = await made('countersignature', authority.kid, {
      shareDestroyedAtMs: order.issuedAtMs,
      receivedAtMs: order.issuedAtMs + 4000,
      receiptSha256: createHash('sha256').update(madeReceipt).digest('base64url'),
      orderSha256: createHash('sha256').update(madeOrder).digest('base64url'),
      deviceId: order.deviceId,
      workspaceId: order.workspaceId,
      wipeId: order.wipeId,
    })
    expect(judge({ order: madeOrder, receipt: madeReceipt, countersignature: madeCountersignature })).toMatchObject({
      type: 'verified',
      order,
      receipt,
      doubts: [],
    })
  })
})
