// Owns the tests of verifying a wipe: what is accepted, that every changed byte is refused, and that an independent
// library (jose, on Node's own cryptography) agrees in both directions.

import { CompactSign, compactVerify, importJWK } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import type { AdminKeys } from '../shared/admin.ts'
import { limits } from '../shared/limits.ts'
import {
  fromBase64url,
  ORDER_TYPE,
  RECEIPT_TYPE,
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
})

function verify(text: string, withKeys = keys, atMs = nowMs): Result<WipeVerdict> {
  const documents = readDocuments(text)
  return documents.ok ? verifyWipe(documents.value, withKeys, verifyDetached, atMs) : documents
}
const codeOf = (result: Result<unknown>): string => (result.ok ? 'accepted' : result.error.code)
const shown = (changes: object = {}): string =>
  JSON.stringify({
    wipeId: order.wipeId,
    deviceId: order.deviceId,
    status: 'done',
    order: orderJws,
    receipt: receiptJws,
    issuedAt: new Date(order.issuedAtMs).toISOString(),
    deliveredAt: new Date(order.issuedAtMs + 1000).toISOString(),
    doneAt: new Date(order.issuedAtMs + 5000).toISOString(),
    devicePublicKey: device.publicKey,
    ...changes,
  })
const both = (changes: object = {}): string => JSON.stringify({ order: orderJws, receipt: receiptJws, ...changes })

describe('what is accepted', () => {
  test.each([
    ['the output of wipes show', () => shown(), true, true],
    ['the same, indented', () => JSON.stringify(JSON.parse(shown()), undefined, 2), true, true],
    ['order and receipt', () => both(), true, true],
    ['a bare order', () => `${orderJws}\n`, true, false],
    ['a bare receipt', () => `  ${receiptJws}`, false, true],
  ])('[ADC9] %s', (_, text, hasOrder, hasReceipt) => {
    const result = verify(text())
    expect(result).toMatchObject({
      ok: true,
      value: { verified: true, wipeId: order.wipeId, deviceId: order.deviceId },
    })
    if (!result.ok) return
    expect(result.value.order).toEqual(hasOrder ? order : undefined)
    expect(result.value.receipt).toEqual(hasReceipt ? receipt : undefined)
    expect(result.value.doubts).toEqual([])
    expect(result.value.doesNotProve.join(' ')).toContain(hasReceipt ? 'no copy exists elsewhere' : 'carried out')
  })

  test('[ADC9] keys are read from the output of keys show', () => {
    expect(readKeys(JSON.stringify(keys))).toEqual({ ok: true, value: keys })
    expect(codeOf(readKeys('{}'))).toBe('bad-input')
    expect(codeOf(readKeys('no'))).toBe('bad-input')
  })
})

describe('what is refused', () => {
  const flips = (jws: string): string[] =>
    [...jws].flatMap((letter, at) =>
      [String.fromCharCode(letter.charCodeAt(0) ^ 1), letter === 'A' ? 'B' : 'A', '.', '=']
        .filter((other) => other !== letter)
        .map((other) => jws.slice(0, at) + other + jws.slice(at + 1)),
    )

  test('[ADC10] every changed byte of the order', () => {
    for (const changed of flips(orderJws)) {
      expect(['order-malformed', 'order-bad-signature'], changed).toContain(codeOf(verify(both({ order: changed }))))
      expect(verify(changed).ok, changed).toBe(false)
    }
  })

  test('[ADC10] every changed byte of the receipt', () => {
    for (const changed of flips(receiptJws)) {
      expect(['receipt-malformed', 'receipt-bad-signature']).toContain(codeOf(verify(both({ receipt: changed }))))
      expect(verify(changed).ok, changed).toBe(false)
    }
  })

  test('[ADC10] every changed byte of the file, but for the server’s own two times', () => {
    const text = shown()
    const unsigned = ['deliveredAt', 'doneAt'].map((name) => {
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
    ['an order in the receipt’s place', () => both({ receipt: orderJws })],
    ['a receipt in the order’s place', () => both({ order: receiptJws })],
    ['a field that is not ours', () => both({ verified: true })],
    ['no order', () => JSON.stringify({ receipt: receiptJws })],
  ])('[ADC10] %s', (_, text) => {
    expect(verify(text()).ok).toBe(false)
  })

  test.each([
    [
      'order signed by another key',
      () => both({ order: signOrder(order, authority.kid, device.sign) }),
      'order-bad-signature',
    ],
    [
      'order by an unknown key',
      () => both({ order: signOrder(order, device.kid, device.sign) }),
      'order-bad-signature',
    ],
    [
      'receipt signed by another key',
      () => both({ receipt: signReceipt(receipt, authority.sign) }),
      'receipt-bad-signature',
    ],
    [
      'receipt of another device',
      () => both({ receipt: signReceipt({ ...receipt, deviceId: otherDeviceId }, otherDevice.sign) }),
      'order-wrong-device',
    ],
    [
      'receipt of another wipe',
      () => both({ receipt: signReceipt({ ...receipt, wipeId: example.id('wipe') }, device.sign) }),
      'bad-input',
    ],
    [
      'order of another workspace',
      () =>
        both({ order: signOrder({ ...order, workspaceId: example.id('workspace') }, authority.kid, authority.sign) }),
      'wrong-server',
    ],
    ['no receipt yet', () => shown({ receipt: undefined, status: 'delivered', doneAt: undefined }), 'not-found'],
    ['done without a receipt', () => shown({ receipt: undefined }), 'bad-input'],
    ['a receipt while pending', () => shown({ status: 'pending' }), 'bad-input'],
    ['another wipe beside it', () => shown({ wipeId: example.id('wipe') }), 'bad-input'],
    ['another device beside it', () => shown({ deviceId: otherDeviceId }), 'bad-input'],
    ['another key beside it', () => shown({ devicePublicKey: authority.publicKey }), 'bad-input'],
    ['another time beside it', () => shown({ issuedAt: new Date(order.issuedAtMs + 1).toISOString() }), 'bad-input'],
  ])('[ADC11] %s', (_, text, code) => {
    expect(codeOf(verify(text()))).toBe(code)
  })

  test('[ADC11] a device of the workspace cannot sign for another', async () => {
    const forged = await jose(RECEIPT_TYPE, otherDeviceId, receipt, otherDevice)
    expect(codeOf(verify(forged))).toBe('receipt-bad-signature')
    expect(codeOf(verify(both({ receipt: forged })))).toBe('receipt-bad-signature')
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
    ['a device clock behind the order', { startedAtMs: order.issuedAtMs - skewMs - 1 }, 'before it was ordered'],
    ['steps out of order', { keysGoneAtMs: receipt.startedAtMs - 1 }, 'out of order'],
    ['files left', { outcome: 'partial', filesLeft: 2 }, '2 files could not be removed'],
    ['a contradiction', { filesLeft: 1 }, 'nothing was left, and that files were left'],
    ['no keys', { keysDestroyed: 0 }, 'No key was destroyed'],
    ['the future', { finishedAtMs: nowMs + skewMs + 1 }, 'future'],
  ] as const)('[ADC12] %s is verified and told', (_, changes, words) => {
    const result = verify(both({ receipt: signReceipt({ ...receipt, ...changes }, device.sign) }))
    expect(codeOf(result)).toBe('accepted')
    expect(result.ok && result.value.doubts.join(' ')).toContain(words)
  })

  test('[ADC12] clocks within the allowed skew raise none', () => {
    const close = { ...receipt, startedAtMs: order.issuedAtMs - skewMs }
    expect(verify(both({ receipt: signReceipt(close, device.sign) }))).toMatchObject({
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
    ] as const) {
      const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: signer.publicKey }, 'EdDSA')
      const { payload, protectedHeader } = await compactVerify(jws, key, { algorithms: ['EdDSA'] })
      expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ })
      expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(document)
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

  test('[ADC13] its orders and receipts are accepted by us', async () => {
    const result = verify(
      JSON.stringify({
        order: await jose(ORDER_TYPE, authority.kid, order, authority),
        receipt: await jose(RECEIPT_TYPE, order.deviceId, receipt, device),
      }),
    )
    expect(result).toMatchObject({ ok: true, value: { order, receipt } })
  })

  test.each([
    ['JWT', RECEIPT_TYPE.replace('receipt', 'other')],
    ['no type of ours', 'JWT'],
  ])('[ADC13] a JWS of another type (%s) is none of ours', async (_, typ) => {
    expect(verify(await jose(typ, order.deviceId, receipt, device)).ok).toBe(false)
  })
})
