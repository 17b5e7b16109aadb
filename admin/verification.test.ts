// Owns the tests of verifying a wipe: what is accepted, that every changed byte is refused, and that an independent
// library (jose, on Node's own cryptography) agrees in both directions.

import { createHash } from 'node:crypto'
import { CompactSign, compactVerify, importJWK } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import type { AdminKeys } from '../shared/admin.ts'
import type { WipeFile } from '../shared/fleet.ts'
import { limits } from '../shared/limits.ts'
import {
  COUNTERSIGNATURE_TYPE,
  type Countersignature,
  fromBase64url,
  ORDER_TYPE,
  RECEIPT_TYPE,
  signCountersignature,
  signOrder,
  signReceipt,
  toBase64url,
  type WipeOrder,
  type WipeReceipt,
} from '../shared/proof.ts'
import type { Result } from '../shared/result.ts'
import { createExample } from '../testing/example.ts'
import { createTestSigner, type TestSigner, verifyDetached } from '../testing/signing.ts'
import { readDocuments, readKeys, verifyWipe, type WipeVerdict } from './verification.ts'

const example = createExample(8)
const order: WipeOrder = example.wipeOrder()
const receipt: WipeReceipt = example.wipeReceipt(order)
const otherDeviceId = example.id('device')
const nowMs = order.issuedAtMs + 3_600_000
let authority: TestSigner
let device: TestSigner
let otherDevice: TestSigner
let keys: AdminKeys
let orderJws: string
let receiptJws: string
let countersignatureJws: string

beforeAll(async () => {
  authority = await createTestSigner(example.random)
  device = await createTestSigner(example.random)
  otherDevice = await createTestSigner(example.random)
  keys = {
    workspaceId: order.workspaceId,
    workspaceName: order.workspaceName,
    authority: [{ kid: authority.kid, publicKey: authority.publicKey }],
    devices: [
      { deviceId: otherDeviceId, publicKey: otherDevice.publicKey },
      { deviceId: order.deviceId, publicKey: device.publicKey },
    ],
  }
  orderJws = signOrder(order, authority.kid, authority.sign)
  receiptJws = signReceipt(receipt, device.sign)
  countersignatureJws = countersigned()
})

/** The server's word on the receipt, or on another one. */
function countersigned(changes: Partial<Countersignature> = {}, jws = receiptJws): string {
  const content = {
    wipeId: order.wipeId,
    workspaceId: order.workspaceId,
    deviceId: order.deviceId,
    orderSha256: createHash('sha256').update(orderJws).digest('base64url'),
    receiptSha256: createHash('sha256').update(jws).digest('base64url'),
    receivedAtMs: order.issuedAtMs + 4900,
    shareDestroyedAtMs: order.issuedAtMs,
    ...changes,
  }
  return signCountersignature(content, authority.kid, authority.sign)
}

function verify(text: string, withKeys = keys, atMs = nowMs): Result<WipeVerdict> {
  const documents = readDocuments(text)
  return documents.ok ? verifyWipe(documents.value, withKeys, { verify: verifyDetached, sha256 }, atMs) : documents
}
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()
const codeOf = (result: Result<unknown>): string => (result.ok ? 'accepted' : result.error.code)
const shown = (changes: object = {}): string =>
  JSON.stringify({
    wipeId: order.wipeId,
    deviceId: order.deviceId,
    status: 'done',
    order: orderJws,
    receipt: receiptJws,
    countersignature: countersignatureJws,
    orderId: example.id('order'),
    issuedAt: new Date(order.issuedAtMs).toISOString(),
    deliveredAt: new Date(order.issuedAtMs + 1000).toISOString(),
    doneAt: new Date(order.issuedAtMs + 5000).toISOString(),
    devicePublicKey: device.publicKey,
    ...changes,
  })
const all = (changes: object = {}): string =>
  JSON.stringify({ order: orderJws, receipt: receiptJws, countersignature: countersignatureJws, ...changes })
/** All three, with another receipt that is countersigned too. */
const answered = (changes: object): string => {
  const other = signReceipt({ ...receipt, ...changes }, device.sign)
  return all({ receipt: other, countersignature: countersigned({}, other) })
}
const saved = (changes: object = {}): string =>
  JSON.stringify({
    wipeId: order.wipeId,
    orderId: example.id('order'),
    status: 'done',
    device: {
      deviceId: order.deviceId,
      userId: receipt.userId,
      userName: 'tai-man.chan',
      displayName: '陳大文',
      name: 'DESK-07',
      platform: 'win32-x64',
      clientVersion: '0.1.0',
      status: 'wiped',
      connected: false,
      enrolledAtMs: order.issuedAtMs - 1000,
    },
    order: orderJws,
    receipt: receiptJws,
    countersignature: countersignatureJws,
    issuedAtMs: order.issuedAtMs,
    devicePublicKey: device.publicKey,
    authorityKeys: [{ kid: authority.kid, publicKey: authority.publicKey }],
    ...changes,
  } satisfies WipeFile)

describe('what is accepted', () => {
  test.each([
    ['the output of wipes show', () => shown(), ['order', 'receipt', 'countersignature']],
    [
      'the same, indented',
      () => JSON.stringify(JSON.parse(shown()), undefined, 2),
      ['order', 'receipt', 'countersignature'],
    ],
    ['what the app saves', () => saved(), ['order', 'receipt', 'countersignature']],
    ['order, receipt and countersignature', () => all(), ['order', 'receipt', 'countersignature']],
    ['a bare order', () => `${orderJws}\n`, ['order']],
    ['a bare receipt', () => `  ${receiptJws}`, ['receipt']],
    ['a bare countersignature', () => countersignatureJws, ['countersignature']],
  ])('[ADC9] %s', (_, text, documents) => {
    const result = verify(text())
    expect(result).toMatchObject({
      ok: true,
      value: { verified: true, wipeId: order.wipeId, deviceId: order.deviceId },
    })
    if (!result.ok) return
    expect(result.value.order).toEqual(documents.includes('order') ? order : undefined)
    expect(result.value.receipt).toEqual(documents.includes('receipt') ? receipt : undefined)
    expect(result.value.countersignature?.receivedAtMs).toBe(
      documents.includes('countersignature') ? order.issuedAtMs + 4900 : undefined,
    )
    expect(result.value.doubts).toEqual([])
    expect(result.value.doesNotProve.join(' ')).toContain(
      documents.includes('receipt')
        ? 'no copy exists elsewhere'
        : documents.includes('order')
          ? 'carried out'
          : 'only the receipt',
    )
  })

  test('[ADC9] a receipt without countersignature, as of a server of before; it is told', () => {
    const result = verify(all({ countersignature: undefined }))
    expect(result).toMatchObject({ ok: true, value: { receipt } })
    expect(result.ok && result.value.doubts.join(' ')).toContain('not countersigned')
  })

  test('[ADC9] an order that was signed after it was issued', () => {
    expect(codeOf(verify(shown({ issuedAt: new Date(order.issuedAtMs - 60_000).toISOString() })))).toBe('accepted')
  })

  test('[ADC9] keys are read from the output of keys show', () => {
    expect(readKeys(JSON.stringify(keys))).toEqual({ ok: true, value: keys })
    expect(codeOf(readKeys('{}'))).toBe('bad-input')
    expect(codeOf(readKeys('no'))).toBe('bad-input')
  })
})

describe('what is refused', () => {
  // More ways to change each are tried in shared/wipe-proof.test.ts.
  const flips = (jws: string): string[] =>
    [...jws]
      .map((letter, at) => jws.slice(0, at) + (letter === 'A' ? 'B' : 'A') + jws.slice(at + 1))
      .filter((changed) => changed !== jws)

  test('[ADC10] every changed byte of the order', () => {
    for (const changed of flips(orderJws)) {
      expect(['order-malformed', 'order-bad-signature'], changed).toContain(codeOf(verify(all({ order: changed }))))
      expect(verify(changed).ok, changed).toBe(false)
    }
  })

  test('[ADC10] every changed byte of the receipt', () => {
    for (const changed of flips(receiptJws)) {
      expect(['receipt-malformed', 'receipt-bad-signature']).toContain(codeOf(verify(all({ receipt: changed }))))
      expect(verify(changed).ok, changed).toBe(false)
    }
  })

  test('[ADC10] every changed byte of the countersignature', () => {
    for (const changed of flips(countersignatureJws)) {
      expect(['receipt-malformed', 'receipt-bad-signature']).toContain(
        codeOf(verify(all({ countersignature: changed }))),
      )
      expect(verify(changed).ok, changed).toBe(false)
    }
  })

  test('[ADC10] every changed byte of the file, but for the server’s own times and the id of its order', () => {
    const text = shown()
    const unsigned = ['issuedAt', 'deliveredAt', 'doneAt', 'orderId'].map((name) => {
      const from = text.indexOf(`"${name}":"`) + name.length + 4
      return [from, text.indexOf('"', from)] as const
    })
    for (let at = 0; at < text.length; at++) {
      if (unsigned.some(([from, to]) => at >= from && at < to)) continue
      const changed = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1)
      expect(verify(changed).ok, `${at}: ${changed.slice(Math.max(0, at - 10), at + 10)}`).toBe(false)
    }
  })

  test.each([
    ['bytes appended', () => `${receiptJws}A`],
    ['padding', () => `${receiptJws}=`],
    ['four parts', () => `${receiptJws}.AA`],
    ['an empty file', () => ''],
    ['JSON of another kind', () => '[]'],
    ['null', () => 'null'],
    ['an order in the receipt’s place', () => all({ receipt: orderJws })],
    ['a receipt in the order’s place', () => all({ order: receiptJws })],
    ['a field that is not ours', () => all({ verified: true })],
    ['no order', () => JSON.stringify({ receipt: receiptJws })],
  ])('[ADC10] %s', (_, text) => {
    expect(verify(text()).ok).toBe(false)
  })

  test.each([
    [
      'order signed by another key',
      () => all({ order: signOrder(order, authority.kid, device.sign) }),
      'order-bad-signature',
    ],
    ['order by an unknown key', () => all({ order: signOrder(order, device.kid, device.sign) }), 'order-bad-signature'],
    [
      'receipt signed by another key',
      () => all({ receipt: signReceipt(receipt, authority.sign) }),
      'receipt-bad-signature',
    ],
    [
      'receipt of another device',
      () => all({ receipt: signReceipt({ ...receipt, deviceId: otherDeviceId }, otherDevice.sign) }),
      'receipt-bad-signature',
    ],
    ['receipt of another wipe', () => answered({ wipeId: example.id('wipe') }), 'bad-input'],
    [
      'order of another workspace',
      () =>
        all({ order: signOrder({ ...order, workspaceId: example.id('workspace') }, authority.kid, authority.sign) }),
      'wrong-server',
    ],
    [
      'no receipt yet',
      () => shown({ receipt: undefined, countersignature: undefined, status: 'delivered', doneAt: undefined }),
      'not-found',
    ],
    ['done without a receipt', () => shown({ receipt: undefined, countersignature: undefined }), 'bad-input'],
    [
      'a countersignature of another receipt',
      () => all({ countersignature: countersigned({}, orderJws) }),
      'bad-input',
    ],
    [
      'a countersignature of another workspace',
      () => countersigned({ workspaceId: example.id('workspace') }),
      'wrong-server',
    ],
    [
      'conversations beside an order for a device',
      () => shown({ conversationIds: [example.id('conversation')] }),
      'bad-input',
    ],
    [
      'another authority key of the same id beside it',
      () => saved({ authorityKeys: [{ kid: authority.kid, publicKey: device.publicKey }] }),
      'bad-input',
    ],
    ['another device in what the app saves', () => saved({ device: undefined }), 'bad-input'],
    ['a receipt while pending', () => shown({ status: 'pending' }), 'bad-input'],
    ['another wipe beside it', () => shown({ wipeId: example.id('wipe') }), 'bad-input'],
    ['another device beside it', () => shown({ deviceId: otherDeviceId }), 'bad-input'],
    ['another key beside it', () => shown({ devicePublicKey: authority.publicKey }), 'bad-input'],
    [
      'a time beside it that is later than its order',
      () => shown({ issuedAt: new Date(order.issuedAtMs + 1).toISOString() }),
      'bad-input',
    ],
  ])('[ADC11] %s', (_, text, code) => {
    expect(codeOf(verify(text()))).toBe(code)
  })

  test('[ADC11] a device of the workspace cannot sign for another', async () => {
    const forged = await jose(RECEIPT_TYPE, otherDeviceId, receipt, otherDevice)
    expect(codeOf(verify(forged))).toBe('receipt-bad-signature')
    expect(codeOf(verify(all({ receipt: forged })))).toBe('receipt-bad-signature')
  })

  test('[ADC11] a key that comes with the document is not believed', () => {
    const noDevices = { ...keys, devices: [] }
    expect(codeOf(verify(receiptJws, noDevices))).toBe('receipt-bad-signature')
    expect(verify(shown(), noDevices).ok).toBe(false)
  })

  test('[ADC11] keys of a wrong length verify nothing', () => {
    const short = { ...keys, devices: [{ deviceId: order.deviceId, publicKey: 'AAAA' }] }
    expect(codeOf(verify(receiptJws, short))).toBe('receipt-bad-signature')
  })
})

describe('doubts', () => {
  const skewMs = limits.clockSkewMs
  test.each([
    ['a device clock behind the order', { startedAtMs: order.issuedAtMs - skewMs - 1 }, 'before the date of the order'],
    ['steps out of order', { keysGoneAtMs: receipt.startedAtMs - 1 }, 'out of order'],
    ['files left', { outcome: 'partial', filesLeft: 2 }, 'could not be removed'],
    ['a contradiction', { filesLeft: 1 }, 'nothing was left and that files were left'],
    ['no keys', { keysDestroyed: 0 }, 'No key was destroyed'],
    ['the future', { finishedAtMs: nowMs + skewMs + 1 }, 'future'],
  ] as const)('[ADC12] %s is verified and told', (_, changes, words) => {
    for (const text of [answered(changes), signReceipt({ ...receipt, ...changes }, device.sign)]) {
      const result = verify(text)
      expect(codeOf(result)).toBe('accepted')
      if (text.startsWith('{') || words !== 'before the date of the order') {
        expect(result.ok && result.value.doubts.join(' ')).toContain(words)
      }
    }
  })

  test('[ADC12] clocks within the allowed skew raise none', () => {
    expect(verify(answered({ startedAtMs: order.issuedAtMs - skewMs }))).toMatchObject({
      ok: true,
      value: { doubts: [] },
    })
  })
})

/** A compact JWS made by jose; its payload is plain JSON, not canonical. */
async function jose(typ: string, kid: string, payload: unknown, signer: TestSigner): Promise<string> {
  const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: signer.publicKey, d: toBase64url(signer.seed) }, 'EdDSA')
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'EdDSA', typ, kid })
    .sign(key)
}

describe('jose', () => {
  test('[ADC13] accepts what we sign, and reads the same', async () => {
    for (const [jws, signer, typ, document] of [
      [orderJws, authority, ORDER_TYPE, order],
      [receiptJws, device, RECEIPT_TYPE, receipt],
      [countersignatureJws, authority, COUNTERSIGNATURE_TYPE, undefined],
    ] as const) {
      const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: signer.publicKey }, 'EdDSA')
      const { payload, protectedHeader } = await compactVerify(jws, key, { algorithms: ['EdDSA'] })
      expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ })
      const read: unknown = JSON.parse(new TextDecoder().decode(payload))
      const ours = verify(jws)
      expect(read).toEqual(document ?? (ours.ok && ours.value.countersignature))
    }
  })

  test('[ADC13] refuses what we refuse', async () => {
    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: device.publicKey }, 'EdDSA')
    const bytes = fromBase64url(receiptJws.split('.')[2] ?? '') ?? new Uint8Array()
    bytes[0] = (bytes[0] ?? 0) ^ 1
    const changed = `${receiptJws.slice(0, receiptJws.lastIndexOf('.'))}.${toBase64url(bytes)}`
    await expect(compactVerify(changed, key)).rejects.toThrow()
    expect(codeOf(verify(changed))).toBe('receipt-bad-signature')
  })

  test('[ADC13] its documents are accepted by us', async () => {
    const madeOrder = await jose(ORDER_TYPE, authority.kid, order, authority)
    const madeReceipt = await jose(RECEIPT_TYPE, order.deviceId, receipt, device)
    const result = verify(JSON.stringify({ order: madeOrder, receipt: madeReceipt }))
    expect(result).toMatchObject({ ok: true, value: { order, receipt } })
    const countersignature = { ...(verify(countersignatureJws) as { value: WipeVerdict }).value.countersignature }
    const madeCountersignature = await jose(COUNTERSIGNATURE_TYPE, authority.kid, countersignature, authority)
    expect(verify(madeCountersignature)).toMatchObject({ ok: true, value: { countersignature } })
  })

  test.each([
    ['JWT', RECEIPT_TYPE.replace('receipt', 'other')],
    ['no type of ours', 'JWT'],
  ])('[ADC13] a JWS of another type (%s) is none of ours', async (_, typ) => {
    expect(verify(await jose(typ, order.deviceId, receipt, device)).ok).toBe(false)
  })
})
