// Owns the tests of the wipe certificate: what it is made of, that no text of anybody breaks its page, that it says in each
// language what it must, and marks what no signature covers.

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createExample } from '../testing/example.ts'
import { createTestSigner, type TestSigner, verifyDetached } from '../testing/signing.ts'
import {
  type CertificateFacts,
  type CertifiedWipe,
  certificateHtml,
  certificateLanguages,
  factsOf,
} from './certificate.ts'
import { signCountersignature, signOrder, signReceipt, type WipeOrder, type WipeReceipt } from './proof.ts'
import { hashOf, verifyWipeProof, type WipeProof } from './wipe-proof.ts'

const example = createExample(42)
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()
const conversationIds = [example.id('conversation'), example.id('conversation')]
const plain = example.wipeOrder({ reason: 'laptop lost', approvedBy: '李嘉欣', expiresAtMs: 1_780_000_000_000 })
const ofConversations = { ...plain, scope: { type: 'conversations', conversationIds } } satisfies WipeOrder
const answer = example.wipeReceipt(plain, { keysDestroyed: 4321, filesRemoved: 77, bytesRemoved: 1_234_567_890 })
const nowMs = plain.issuedAtMs + 3_600_000
let authority: TestSigner
let device: TestSigner

beforeAll(async () => {
  authority = await createTestSigner(example.random)
  device = await createTestSigner(example.random)
})

interface Texts {
  readonly order?: Partial<WipeOrder>
  readonly receipt?: Partial<WipeReceipt>
  readonly device?: Partial<CertifiedWipe['device']>
  readonly names?: readonly string[]
}

function wipeOf(texts: Texts = {}): CertifiedWipe {
  const order = { ...plain, ...texts.order }
  const receipt = { ...answer, ...texts.receipt }
  const signedOrder = signOrder(order, authority.kid, authority.sign)
  const signedReceipt = signReceipt(receipt, device.sign)
  const countersignature = signCountersignature(
    {
      wipeId: order.wipeId,
      workspaceId: order.workspaceId,
      deviceId: order.deviceId,
      orderSha256: hashOf(signedOrder, sha256),
      receiptSha256: hashOf(signedReceipt, sha256),
      receivedAtMs: order.issuedAtMs + 4000,
      ...(order.scope.type === 'device' ? { shareDestroyedAtMs: order.issuedAtMs + 1 } : {}),
    },
    authority.kid,
    authority.sign,
  )
  return {
    orderId: example.id('order'),
    order: signedOrder,
    receipt: signedReceipt,
    countersignature,
    issuedAtMs: order.issuedAtMs - 500,
    deliveredAtMs: order.issuedAtMs + 1500,
    devicePublicKey: device.publicKey,
    authorityKeys: [{ kid: authority.kid, publicKey: authority.publicKey }],
    device: {
      deviceId: order.deviceId,
      displayName: '陳大文',
      userName: 'tai-man.chan',
      department: '法務',
      name: 'DESK-07',
      platform: 'win32-x64',
      ...texts.device,
    },
    ...(order.scope.type === 'device'
      ? {}
      : {
          conversations: order.scope.conversationIds.map((conversationId, at) => ({
            conversationId,
            name: texts.names?.[at] ?? `conversation ${at}`,
          })),
        }),
  }
}

function judge(wipe: CertifiedWipe): WipeProof {
  return verifyWipeProof({ ...wipe, verify: verifyDetached, sha256, nowMs })
}

function factsFrom(texts: Texts = {}): CertificateFacts {
  const wipe = wipeOf(texts)
  const facts = factsOf(wipe, judge(wipe), nowMs)
  if (!facts.ok) throw new Error(facts.error.code)
  return facts.value
}
const partial: Texts = {
  order: ofConversations,
  receipt: { scope: 'conversations', conversationIds: conversationIds.slice(0, 1) },
}
/** The text of a page as a browser would show it. */
function textOf(page: string): string {
  return page
    .slice(page.indexOf('<body>'))
    .replace(/<[^>]*>/g, '\n')
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name] ?? "'")
}

describe('facts', () => {
  test('[CRT6] are made of documents that verify alone', () => {
    const wipe = wipeOf()
    const { receipt, ...rest } = wipe
    expect(factsOf(wipe, judge(wipe), nowMs)).toMatchObject({ ok: true })
    expect(factsOf({ ...rest }, judge({ ...rest, countersignature: undefined } as never), nowMs)).toMatchObject({
      error: { code: 'not-found' },
    })
    const changed = { ...wipe, receipt: `${receipt?.slice(0, -1)}${receipt?.endsWith('A') ? 'Q' : 'A'}` }
    expect(factsOf(changed, judge(changed), nowMs)).toMatchObject({ error: { code: 'receipt-bad-signature' } })
    const other = { ...wipe, device: { ...wipe.device, deviceId: example.id('device') } }
    expect(factsOf(other, judge(other), nowMs)).toMatchObject({ error: { code: 'order-wrong-device' } })
  })

  test('[CRT6] say which conversations the desktop held, where it has said so', () => {
    const named = conversationIds.map((id, at) => ({ id, name: `conversation ${at}` }))
    expect(factsFrom(partial).conversations).toEqual([
      { ...named[0], held: true },
      { ...named[1], held: false },
    ])
    expect(factsFrom().conversations).toBeUndefined()
  })
})

describe('page', () => {
  test.each(certificateLanguages)('[CRT7] in %s holds every fact', (language) => {
    const facts = factsFrom()
    const page = certificateHtml(facts, language)
    const text = textOf(page)
    const { proof } = facts
    expect(page).toContain(`<html lang="${language}">`)
    for (const fact of [
      plain.workspaceName,
      plain.issuedBy,
      '李嘉欣',
      plain.reason,
      String(plain.counter),
      plain.wipeId,
      plain.deviceId,
      facts.recorded.orderId,
      answer.userId,
      '陳大文',
      'tai-man.chan',
      '法務',
      'DESK-07',
      'win32-x64',
      '4,321',
      '77',
      '1.23 GB',
      '1,234,567,890',
      proof.marks.order.sha256,
      proof.marks.receipt.sha256,
      proof.marks.countersignature?.sha256 ?? 'none',
      authority.kid,
      authority.publicKey,
      device.publicKey,
      facts.documents.order,
      facts.documents.receipt,
      facts.documents.countersignature ?? 'none',
      'NIST SP 800-88r2',
      'cryptographic erase',
      'key sanitization',
      'Purge',
      'wipes verify',
      'jose',
      '2026-03-02 00:59:59.500 UTC',
      '2026-03-02 01:00:00.000 UTC',
      '2026-03-02 01:00:00.001 UTC',
      '2026-03-02 01:00:01.500 UTC',
      '2026-03-02 01:00:02.000 UTC',
      '2026-03-02 01:00:02.040 UTC',
      '+0.040 s',
      '2026-03-02 01:00:02.900 UTC',
      '2026-03-02 01:00:04.000 UTC',
      '2026-03-02 02:00:00.000 UTC',
    ]) {
      expect(text).toContain(fact)
    }
    expect(text).not.toMatch(/undefined|\[object|NaN/)
  })

  test.each([
    ['en', 'no copy exists elsewhere'],
    ['zh-Hant-HK', '別處沒有副本'],
    ['zh-Hans', '别处没有副本'],
  ] as const)('[CRT7] in %s says what it cannot prove, and of conversations where they are kept', (language, words) => {
    const whole = textOf(certificateHtml(factsFrom(), language))
    const part = textOf(certificateHtml(factsFrom(partial), language))
    expect(whole).toContain(words)
    expect(part).toContain(words)
    for (const id of conversationIds) expect(part).toContain(id)
    expect(part).toContain('conversation 1')
    const kept = { en: 'its record of them is kept', 'zh-Hant-HK': '保存於伺服器', 'zh-Hans': '保存在服务器上' }[
      language
    ]
    expect(part).toContain(kept)
    expect(whole).not.toContain(kept)
  })

  test.each(certificateLanguages)('[CRT7] in %s tells doubts and files left', (language) => {
    const clean = certificateHtml(factsFrom(), language)
    const doubtful = certificateHtml(
      factsFrom({ receipt: { outcome: 'partial', filesLeft: 3, keysGoneAtMs: answer.startedAtMs - 1 } }),
      language,
    )
    expect(clean).not.toContain('class="remarks"')
    expect(doubtful).toContain('class="remarks"')
    expect(textOf(doubtful)).toContain('−0.001 s')
  })

  test('[CRT8] no text of anybody makes an element, and none is lost', () => {
    const skeleton = (page: string): string[] | null => page.match(/<[^>]*>/g)
    const harmless = skeleton(certificateHtml(factsFrom(partial), 'en'))
    const hostile = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).map((text) => `<b>${text}'"&--></style>`)
    fc.assert(
      fc.property(hostile, hostile, hostile, (one, two, three) => {
        const facts = factsFrom({
          order: { ...ofConversations, reason: one, issuedBy: two, approvedBy: three, workspaceName: one },
          receipt: { ...partial.receipt, version: three.slice(0, 32) },
          device: { displayName: one, userName: two, department: three, name: one, platform: two },
          names: [two, three],
        })
        const page = certificateHtml(facts, 'en')
        expect(skeleton(page)).toEqual(harmless)
        const visible = two
          .toWellFormed()
          .replace(/[^\P{Cc}\t\n]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '\ufffd')
        expect(textOf(page)).toContain(visible)
        expect(page).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
      }),
      { numRuns: 40 },
    )
  })

  test('[CRT9] holds no script and nothing of elsewhere', () => {
    for (const language of certificateLanguages) {
      const page = certificateHtml(factsFrom(partial), language)
      expect(page).toContain(
        `content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`,
      )
      expect(page).not.toMatch(/<script|<link|<img|<iframe|src=|href=|url\(|@import|\son\w+=/i)
    }
  })

  test('[CRT10] what no signature covers bears a mark, and what is signed none', () => {
    const page = certificateHtml(factsFrom(partial), 'en')
    const marked = (text: string): boolean => page.includes(`${text}</bdi>\u00a0<span class="mark-unsigned">`)
    expect(['DESK-07', '法務', 'conversation 0', 'conversation 1'].map(marked)).toEqual([true, true, true, true])
    expect([plain.issuedBy, '李嘉欣', plain.reason, plain.workspaceName].map(marked)).toEqual([
      false,
      false,
      false,
      false,
    ])
  })

  test('[CRT10] times bear the offset of the zone that is asked for', () => {
    const text = textOf(certificateHtml(factsFrom(), 'en', 'Asia/Hong_Kong'))
    expect(text).toContain('2026-03-02 09:00:02.040 UTC+08:00')
    expect(text).not.toContain('01:00:02.040')
    expect(() => certificateHtml(factsFrom(), 'en', 'Nowhere/None')).toThrow(RangeError)
  })
})
