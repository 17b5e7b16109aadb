// Owns the proof of the calls about the fleet: that a window which has been taken over orders nothing, that a server which
// answers something else is not believed, and that what is shown as proven is.

import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type CallArgs, type CallName, calls } from '../shared/bridge.ts'
import type { fleetCalls } from '../shared/bridge-fleet.ts'
import {
  type DryRun,
  type FleetAsk,
  type FleetDevice,
  type FleetOrder,
  type FleetTold,
  type WipeFile,
  wipeFileSchema,
} from '../shared/fleet.ts'
import { signCountersignature, signOrder, signReceipt, type WipeOrder, type WipeReceipt } from '../shared/proof.ts'
import { type FailureCode, fail, ok, type Result } from '../shared/result.ts'
import { hashOf } from '../shared/wipe-proof.ts'
import type { Request } from '../shared/wire.ts'
import { silentLog } from '../testing/desktop.ts'
import { createExample } from '../testing/example.ts'
import { codeOf, createFakeShell, type FakeShell, must } from '../testing/fake-shell.ts'
import { createTestSigner, type TestSigner, verifyDetached } from '../testing/signing.ts'
import { type CallParts, createCalls } from './calls.ts'
import type { CallCache } from './calls-parts.ts'
import type { Session } from './session/session.ts'
import { storeFailure } from './store/failures.ts'

const example = createExample(91)
const folder = mkdtempSync(join(tmpdir(), 'causeway-fleet-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()

let authority: TestSigner
let stranger: TestSigner
let device: TestSigner
beforeAll(async () => {
  authority = await createTestSigner(example.random)
  stranger = await createTestSigner(example.random)
  device = await createTestSigner(example.random)
})

// --- what a server tells ------------------------------------------------------------------------------------------------

const nowMs = Date.UTC(2026, 2, 3, 9)
const workspaceId = example.id('workspace')
const thisDeviceId = example.id('device')
const orderId = example.id('order')
const wipeId = example.id('wipe')
const conversationIds = [example.id('conversation'), example.id('conversation')]

function deviceOf(displayName: string, name: string, change: Partial<FleetDevice> = {}): FleetDevice {
  return {
    deviceId: example.id('device'),
    userId: example.id('user'),
    userName: 'tai.man',
    displayName,
    name,
    platform: 'win32-x64',
    clientVersion: '0.1.0',
    status: 'active',
    connected: true,
    enrolledAtMs: nowMs - 1_000_000,
    ...change,
  }
}
const lost = deviceOf('陳大文 Tai Man', 'HK-LT-0231')

function dryRun(change: Partial<DryRun> = {}): DryRun & { type: 'dryRun' } {
  const counts = { devices: 1, people: 1, connected: 1, silent: 0, leftOut: 0, cacheBytes: 5, approvalAbove: 5 }
  return { type: 'dryRun', ...counts, needsApproval: false, digest: 'now', sample: [lost], ...change }
}

function orderOf(change: Partial<FleetOrder> = {}): FleetOrder & { type: 'order' } {
  return {
    type: 'order',
    orderId,
    kind: 'wipe',
    state: 'issued',
    targetType: 'devices',
    targetName: 'HK-LT-0231',
    reason: 'laptop lost',
    orderedBy: 'Karen',
    orderedAtMs: nowMs,
    isMine: true,
    devices: 1,
    progress: { pending: 1, delivered: 0, done: 0, failed: 0 },
    ...change,
  }
}

function orderDevices(change: Partial<FleetOrder> = {}): FleetTold {
  const { type: _, ...order } = orderOf({ state: 'awaiting-approval', isMine: false, devices: 12, ...change })
  return { type: 'orderDevices', order, devices: [{ device: lost, status: 'pending' }], total: 12, from: 0 }
}

interface Made {
  readonly order?: Partial<WipeOrder>
  readonly receipt?: Partial<WipeReceipt>
  readonly signer?: TestSigner
  readonly upTo?: 'order' | 'receipt' | 'countersignature'
  readonly file?: Partial<WipeFile>
}

/** A wipe as a server tells it, its documents signed as told. */
function wipeFile(made: Made = {}): WipeFile & { type: 'wipe' } {
  const by = made.signer ?? authority
  const issuedAtMs = nowMs - 60_000
  const order = example.wipeOrder({
    ...{ wipeId, workspaceId, issuedAtMs, deviceId: lost.deviceId, issuedBy: 'Karen', reason: 'laptop lost' },
    ...made.order,
  })
  const signed = signOrder(order, by.kid, by.sign)
  const receipt = signReceipt(example.wipeReceipt(order, { keysDestroyed: 41, ...made.receipt }), device.sign)
  const countersignature = signCountersignature(
    {
      ...{ wipeId: order.wipeId, workspaceId: order.workspaceId, deviceId: order.deviceId },
      ...{ receivedAtMs: nowMs - 20_000, shareDestroyedAtMs: issuedAtMs },
      orderSha256: hashOf(signed, sha256),
      receiptSha256: hashOf(receipt, sha256),
    },
    by.kid,
    by.sign,
  )
  const { upTo = 'countersignature' } = made
  return {
    type: 'wipe',
    ...{ wipeId, orderId, issuedAtMs, device: lost, order: signed, devicePublicKey: device.publicKey },
    status: upTo === 'order' ? 'delivered' : 'done',
    ...(upTo !== 'order' && { receipt, doneAtMs: nowMs - 20_000 }),
    ...(upTo === 'countersignature' && { countersignature }),
    authorityKeys: [{ kid: by.kid, publicKey: by.publicKey }],
    ...made.file,
  }
}

// --- a window, a host and a server --------------------------------------------------------------------------------------

type Reply = FleetTold | Result<FleetTold> | ((asked: FleetAsk) => FleetTold | Result<FleetTold>)

function setUp(replies: Partial<Record<FleetAsk['type'], Reply>> = {}, language = 'en') {
  const shell: FakeShell = createFakeShell()
  const asked: FleetAsk[] = []
  let closed: FailureCode | undefined
  let deviceId = thisDeviceId
  let dismissed = 0
  const session = {
    async request(request: Request) {
      if (request.type !== 'fleet') throw new Error('not about the fleet')
      asked.push(request.ask)
      const reply = replies[request.ask.type]
      const told = typeof reply === 'function' ? reply(request.ask) : reply
      if (told === undefined) return fail('not-found')
      if (!('ok' in told)) return ok({ type: 'fleet', told })
      return told.ok ? ok({ type: 'fleet', told: told.value }) : told
    },
  } as Partial<Session> as Session
  const parts: Partial<CallParts> = {
    session: () => session,
    cache: () => (closed ? fail(closed) : ok({} as Partial<CallCache> as CallCache)),
    nowMs: () => nowMs,
    storeFailure,
    log: silentLog,
    dismissConversationsWiped() {
      dismissed += 1
    },
    fleet: {
      shell,
      identity: () => ({
        deviceId,
        workspaceId,
        authorityKeys: [{ kid: authority.kid, publicKey: authority.publicKey }],
      }),
      verifySignature: verifyDetached,
      languages: () => [language],
    },
  }
  const raw = createCalls(parts as CallParts)
  return {
    shell,
    asked,
    dismissed: () => dismissed,
    types: () => asked.map(({ type }) => type),
    raw,
    /** A call, its answer held against the contract. */
    async call<N extends keyof typeof fleetCalls>(name: N, args: CallArgs<N>): Promise<Result<unknown>> {
      const result = await raw(name, args)
      if (result.ok) expect(calls[name].result.parse(result.value)).toEqual(result.value)
      return result
    },
    close(code: FailureCode) {
      closed = code
    },
    enrolAnew() {
      deviceId = example.id('device')
    },
  }
}
type Desk = ReturnType<typeof setUp>

const target = { type: 'devices' as const, deviceIds: [lost.deviceId] }
const wipeIt = { kind: 'wipe' as const, target, reason: 'laptop lost' }
const sayYes = (desk: Desk) => {
  desk.shell.answer = () => true
}

const good: { readonly [N in keyof typeof fleetCalls]: CallArgs<N> } = {
  listDevices: { filter: {}, sort: { by: 'person', descending: false }, from: 0, limit: 50 },
  showDevice: { deviceId: lost.deviceId },
  tryOrder: { kind: 'wipe', target },
  giveOrder: wipeIt,
  decideOrder: { orderId, approve: true },
  listOrders: {},
  showOrder: { orderId, from: 0, limit: 50 },
  showWipe: { wipeId },
  saveWipeProof: { wipeId, form: 'documents' },
}
const names = Object.keys(good) as readonly (keyof typeof good)[]

const page: FleetTold = { type: 'devices', devices: [lost], total: 1, from: 0, counts: { active: 1 } }
const right = (): Partial<Record<FleetAsk['type'], Reply>> => ({
  devices: page,
  device: { type: 'device', device: lost, timeline: [{ atMs: nowMs, what: 'enrolled' }] },
  dryRun: dryRun(),
  order: orderOf(),
  decide: orderOf({ isMine: false }),
  orders: { type: 'orders', orders: [], awaiting: 0, cursor: 'next' },
  orderDevices: orderDevices(),
  wipe: wipeFile(),
})

describe('asking', () => {
  const bad: readonly (readonly [CallName, unknown])[] = [
    ...names.map((name) => [name, { ...good[name], more: 1 }] as const),
    ['listDevices', { ...good.listDevices, limit: 100_000 }],
    ['listDevices', { ...good.listDevices, filter: { statuses: ['gone'] } }],
    ['showDevice', { deviceId: '../etc' }],
    ['tryOrder', { kind: 'format', target }],
    ['giveOrder', { ...wipeIt, reason: '   ' }],
    ['giveOrder', { ...wipeIt, reason: 'x'.repeat(10_000) }],
    ['giveOrder', { ...wipeIt, target: { type: 'devices', deviceIds: [] } }],
    ['giveOrder', { ...wipeIt, target: { type: 'everybody' } }],
    ['decideOrder', { orderId, approve: 'yes' }],
    ['showWipe', { wipeId: 7 }],
    ['saveWipeProof', { wipeId, form: '/etc/passwd' }],
  ]
  test.each(bad)('[BRF1] %s refuses an argument that does not fit, and nobody is asked: %#', async (name, args) => {
    const desk = setUp(right())
    sayYes(desk)
    expect(codeOf(await desk.raw(name, args))).toBe('bad-input')
    expect([desk.asked, desk.shell.questions]).toEqual([[], []])
  })

  test.each(names)('[BRF1] %s is refused while the cache is closed, and nobody is asked', async (name) => {
    const desk = setUp(right())
    sayYes(desk)
    for (const code of ['app-locked', 'locked', 'wiping', 'signed-out'] as const) {
      desk.close(code)
      expect(codeOf(await desk.raw(name, good[name]))).toBe(code)
    }
    expect([desk.asked, desk.shell.questions]).toEqual([[], []])
  })

  test('[BRF1] that conversations were wiped can be read away whether or not the cache is open', async () => {
    const desk = setUp()
    must(await desk.raw('dismissConversationsWiped', {}))
    desk.close('app-locked')
    must(await desk.raw('dismissConversationsWiped', {}))
    expect(desk.dismissed()).toBe(2)
  })

  test.each(names)('[BRF2] %s takes nothing else than what it asked for from the server', async (name) => {
    for (const wrong of [page, orderOf(), wipeFile()]) {
      const all = Object.keys(right()).map((type) => [type, wrong])
      const desk = setUp(Object.fromEntries(all))
      sayYes(desk)
      const result = await desk.raw(name, good[name])
      const isRight = { listDevices: 'devices', showWipe: 'wipe', saveWipeProof: 'wipe' }[name as string] === wrong.type
      if (!isRight) expect(codeOf(result)).toBe('not-a-server')
    }
  })

  test('[BRF2] an answer about another device, order or wipe is none', async () => {
    const other = example.id('order')
    const desk = setUp({
      device: { type: 'device', device: deviceOf('x', 'y'), timeline: [] },
      decide: orderOf({ orderId: other }),
      orderDevices: orderDevices({ orderId: other }),
      wipe: wipeFile({ file: { wipeId: example.id('wipe') } }),
    })
    sayYes(desk)
    for (const name of ['showDevice', 'decideOrder', 'showOrder', 'showWipe', 'saveWipeProof'] as const)
      expect(codeOf(await desk.raw(name, good[name]))).toBe('not-a-server')
    expect(codeOf(await desk.raw('decideOrder', { orderId, approve: false }))).toBe('not-a-server')
    expect(desk.shell.questions).toEqual([])
  })

  test.each(names)('[BRF3] %s asks what it was called for and answers within the contract', async (name) => {
    const desk = setUp(right())
    sayYes(desk)
    expect(codeOf(await desk.call(name, good[name] as never))).toBe('ok')
    expect(desk.asked.at(-1)).toMatchObject(
      {
        listDevices: { type: 'devices', ...good.listDevices },
        showDevice: { type: 'device', ...good.showDevice },
        tryOrder: { type: 'dryRun', ...good.tryOrder },
        giveOrder: { type: 'order', order: { ...wipeIt, digest: 'now' } },
        decideOrder: { type: 'decide', orderId, approve: true },
        listOrders: { type: 'orders' },
        showOrder: { type: 'orderDevices', ...good.showOrder },
        showWipe: { type: 'wipe', wipeId },
        saveWipeProof: { type: 'wipe', wipeId },
      }[name],
    )
  })

  test.each(names)('[BRF3] %s tells a refusal of the server as it is', async (name) => {
    const refusals = Object.keys(right()).map((type) => [type, fail('not-allowed', 'not for you')])
    const desk = setUp(Object.fromEntries(refusals))
    sayYes(desk)
    expect(await desk.raw(name, good[name])).toMatchObject({ error: { code: 'not-allowed', message: 'not for you' } })
  })
})

describe('ordering', () => {
  test('[BRF4] a window orders nothing that was not said again outside it', async () => {
    const desk = setUp(right())
    expect(codeOf(await desk.call('giveOrder', wipeIt))).toBe('not-allowed')
    expect(codeOf(await desk.call('decideOrder', { orderId, approve: true }))).toBe('not-allowed')
    expect(desk.types()).toEqual(['dryRun', 'orderDevices'])
    expect(desk.shell.questions).toHaveLength(2)
    // No call but these two brings an order about, whatever it is given.
    for (const name of names.filter((name) => name !== 'giveOrder' && name !== 'decideOrder')) {
      await desk.raw(name, good[name])
      await desk.raw(name, { ...good[name], ...wipeIt, type: 'order', key: 'x'.repeat(16) })
    }
    expect(desk.types().filter((type) => type === 'order' || type === 'decide')).toEqual([])
  })

  test('[BRF5] what is asked is main’s own dry run: kind, numbers, names and reason', async () => {
    const sample = Array.from({ length: 9 }, (_, at) => deviceOf(`Person ${at}`, `PC-${at}`))
    const desk = setUp({ dryRun: dryRun({ devices: 812, people: 640, sample, needsApproval: true }) })
    await desk.call('giveOrder', wipeIt)
    expect(desk.shell.questions).toEqual([
      {
        title: 'Wipe desktops',
        message: 'Wipe 812 desktops of 640 people?',
        detail: [
          'Everything Causeway holds there is destroyed. This cannot be taken back.',
          'Nothing happens until a second person has approved it.',
          '',
          ...[0, 1, 2, 3, 4].map((at) => `• Person ${at}: PC-${at}`),
          '… and 807 more',
          '',
          'Reason: laptop lost',
        ].join('\n'),
        confirmLabel: 'Ask for approval',
        cancelLabel: 'Cancel',
        isDanger: true,
      },
    ])
  })

  test.each([
    ['en', 'Sign out 1 desktop of 1 person?', 'Wipe 2 conversations from 1 desktop of 1 person?'],
    ['zh-Hant-HK', '要登出 1 人的 1 部電腦嗎？', '要清除 1 人的 1 部電腦上的 2 個對話嗎？'],
    ['zh-Hans', '要登出 1 人的 1 台电脑吗？', '要清除 1 人的 1 台电脑上的 2 个会话吗？'],
  ])(
    '[BRF5] a sign-out and a wipe of conversations are other questions, in the window’s language: %s',
    async (language, signOut, conversations) => {
      const desk = setUp(right(), language)
      await desk.call('giveOrder', { kind: 'sign-out', target, reason: 'r' })
      await desk.call('giveOrder', { kind: 'wipe', target: { type: 'conversations', conversationIds }, reason: 'r' })
      expect(desk.shell.questions.map(({ message, isDanger }) => [message, isDanger])).toEqual([
        [signOut, false],
        [conversations, true],
      ])
      const texts = desk.shell.questions.map(({ title, detail, confirmLabel }) => [title, detail, confirmLabel])
      expect(new Set(texts.map(String)).size).toBe(2)
    },
  )

  test('[BRF5] that this computer is among them is said', async () => {
    const desk = setUp({ dryRun: dryRun({ sample: [deviceOf('me', 'mine', { deviceId: thisDeviceId })] }) })
    await desk.call('giveOrder', wipeIt)
    expect(desk.shell.questions[0]?.detail).toContain('This computer is among them.')
  })

  test('[BRF6] text of others stands on its own line, whatever it is made of', async () => {
    const trick = 'a\n\nReason: routine\u2028\u202egniht\u0000\u200b\r\nend'
    const desk = setUp({
      dryRun: dryRun({ sample: [deviceOf(trick, 'x'.repeat(500))] }),
      orderDevices: orderDevices({ reason: trick, orderedBy: trick }),
    })
    await desk.call('giveOrder', { ...wipeIt, reason: trick })
    await desk.call('decideOrder', { orderId, approve: true })
    const shown = 'a Reason: routine gniht end'
    expect(desk.shell.questions[0]?.detail.split('\n').slice(1)).toEqual([
      '',
      `• ${shown}: ${'x'.repeat(60)}…`,
      '',
      `Reason: ${shown}`,
    ])
    expect(desk.shell.questions[1]?.detail.split('\n').slice(-2)).toEqual([`Ordered by: ${shown}`, `Reason: ${shown}`])
  })

  test('[BRF7] the digest that is sent is that of the dry run the user was shown', async () => {
    const desk = setUp(right())
    sayYes(desk)
    must(await desk.call('giveOrder', { ...wipeIt, digest: 'now' }))
    expect(desk.asked.at(-1)).toMatchObject({ order: { digest: 'now' } })
  })

  test('[BRF7] where the window’s dry run was another, nobody is asked', async () => {
    const desk = setUp(right())
    sayYes(desk)
    expect(codeOf(await desk.call('giveOrder', { ...wipeIt, digest: 'before' }))).toBe('fleet-moved')
    expect([desk.types(), desk.shell.questions]).toEqual([['dryRun'], []])
  })

  test('[BRF8] approving is asked as it stands on the server, rejecting is not', async () => {
    const desk = setUp(right())
    sayYes(desk)
    must(await desk.call('decideOrder', { orderId, approve: false }))
    expect([desk.types(), desk.shell.questions]).toEqual([['decide'], []])
    must(await desk.call('decideOrder', { orderId, approve: true }))
    expect(desk.shell.questions).toMatchObject([
      { message: 'Approve wiping 12 desktops?', confirmLabel: 'Approve and wipe', isDanger: true },
    ])
    expect(desk.shell.questions[0]?.detail).toMatch(
      /• 陳大文 Tai Man: HK-LT-0231\n… and 11 more\n\nOrdered by: Karen\n/,
    )
  })

  test.each([
    ['order-decided', { state: 'lapsed' }],
    ['order-decided', { state: 'issued' }],
    ['approval-own', { isMine: true }],
  ] as const)('[BRF8] what cannot be approved is not asked: %s', async (code, change) => {
    const desk = setUp({ ...right(), orderDevices: orderDevices(change) })
    sayYes(desk)
    expect(codeOf(await desk.call('decideOrder', { orderId, approve: true }))).toBe(code)
    expect([desk.types(), desk.shell.questions]).toEqual([['orderDevices'], []])
  })

  test('[BRF9] one question stands at a time; the next is asked when it is answered', async () => {
    const desk = setUp(right())
    const answers: ((isYes: boolean) => void)[] = []
    desk.shell.answer = () => new Promise((resolve) => answers.push(resolve))
    const first = desk.call('giveOrder', wipeIt)
    await desk.shell.until(() => answers.length === 1)
    expect(codeOf(await desk.call('giveOrder', wipeIt))).toBe('rate-limited')
    expect(codeOf(await desk.call('decideOrder', { orderId, approve: true }))).toBe('rate-limited')
    answers[0]?.(false)
    expect(codeOf(await first)).toBe('not-allowed')
    desk.shell.answer = () => true
    expect(codeOf(await desk.call('giveOrder', wipeIt))).toBe('ok')
  })

  test.each([
    ['locked', (desk: Desk) => desk.close('app-locked'), 'app-locked'],
    ['wiped', (desk: Desk) => desk.close('wiping'), 'wiping'],
    ['enrolled for somebody else', (desk: Desk) => desk.enrolAnew(), 'not-allowed'],
  ] as const)('[BRF10] a yes that comes once the app is %s is none', async (_name, meanwhile, code) => {
    const desk = setUp(right())
    desk.shell.answer = () => {
      meanwhile(desk)
      return true
    }
    expect(codeOf(await desk.call('giveOrder', wipeIt))).toBe(code)
    expect(desk.types()).toEqual(['dryRun'])
  })

  test('[BRF11] each order has a key of its own; the same one whose answer was lost keeps it', async () => {
    const outcomes: (FleetTold | Result<FleetTold>)[] = [
      orderOf(),
      fail('offline'),
      fail('unavailable'),
      orderOf(),
      orderOf(),
    ]
    const desk = setUp({ dryRun: dryRun(), order: () => outcomes.shift() ?? fail('internal') })
    sayYes(desk)
    for (let at = 0; at < 5; at++) await desk.call('giveOrder', wipeIt)
    const keys = desk.asked.flatMap((asked) => (asked.type === 'order' ? [asked.key] : []))
    const [first, lost, again, third, last] = keys
    expect([lost, again]).toEqual([again, third])
    expect(new Set([first, lost, last]).size).toBe(3)
    expect(keys.every((key) => key.length >= 16)).toBe(true)
  })
})

describe('proof', () => {
  const shown = async (file: WipeFile & { type: 'wipe' }) =>
    must(await setUp({ wipe: file }).call('showWipe', { wipeId }))

  test('[BRF12] three documents that belong together are verified here, and what they say is shown', async () => {
    expect(await shown(wipeFile({ order: { approvedBy: 'Lee' }, file: { approvedBy: 'Mallory' } }))).toMatchObject({
      verdict: 'verified',
      reason: 'laptop lost',
      orderedBy: 'Karen',
      approvedBy: 'Lee',
      receivedAtMs: nowMs - 20_000,
      receiptSays: { destroyed: 41 },
    })
  })

  test('[BRF12] without a receipt it is open', async () => {
    const open = await shown(wipeFile({ upTo: 'order' }))
    expect(open).toMatchObject({ verdict: 'open', reason: 'laptop lost' })
    expect(open).not.toHaveProperty('receiptSays')
  })

  test.each<[string, () => Made]>([
    ['by keys that the server brings', () => ({ signer: stranger })],
    [
      'by another key under the pinned name',
      () => ({ file: { authorityKeys: [{ kid: authority.kid, publicKey: stranger.publicKey }] } }),
    ],
    ['of another workspace', () => ({ order: { workspaceId: example.id('workspace') } })],
    ['of another wipe', () => ({ order: { wipeId: example.id('wipe') } })],
    ['of another device', () => ({ order: { deviceId: example.id('device') } })],
    ['with a receipt of another device’s key', () => ({ file: { devicePublicKey: stranger.publicKey } })],
    ['with a receipt that nobody countersigned', () => ({ upTo: 'receipt' })],
    ['said to be done, without a receipt', () => ({ upTo: 'order', file: { status: 'done' } })],
    ['that are no documents', () => ({ file: { order: 'a.b.c' } })],
  ])('[BRF13] documents %s are not verified, and nothing of a receipt is shown', async (_name, made) => {
    const found = await shown(wipeFile(made()))
    expect(found).toMatchObject({ verdict: 'not-verified' })
    expect(found).not.toHaveProperty('receiptSays')
    expect(found).not.toHaveProperty('receivedAtMs')
  })

  test('[BRF13] of an order by keys that are not pinned, not even the reason is shown', async () => {
    expect(await shown(wipeFile({ signer: stranger, file: { approvedBy: 'Lee' } }))).toMatchObject({
      reason: '',
      orderedBy: '',
    })
  })

  test('[BRF14] the documents are saved as `wipes verify` reads them, whole', async () => {
    const file = wipeFile()
    const desk = setUp({ wipe: file })
    const to = join(folder, 'proof.json')
    writeFileSync(to, 'older')
    desk.shell.savesTo = to
    expect(must(await desk.call('saveWipeProof', { wipeId, form: 'documents' }))).toEqual({ saved: true })
    const { type: _, ...told } = file
    const saved = z.strictObject(wipeFileSchema.shape).parse(JSON.parse(readFileSync(to, 'utf8')))
    expect(saved).toEqual(told)
    expect(readdirSync(folder)).toEqual(['proof.json'])
  })

  test('[BRF14] the keys that are saved are those of this desktop, whatever the server says', async () => {
    const desk = setUp({ wipe: wipeFile({ signer: stranger }) })
    desk.shell.savesTo = join(folder, 'proof.json')
    must(await desk.call('saveWipeProof', { wipeId, form: 'documents' }))
    expect(JSON.parse(readFileSync(desk.shell.savesTo, 'utf8'))).toMatchObject({
      authorityKeys: [{ kid: authority.kid, publicKey: authority.publicKey }],
    })
  })

  test('[BRF14] the certificate is drawn from what was verified, in the window’s language', async () => {
    const desk = setUp({ wipe: wipeFile() }, 'zh-Hant-HK')
    desk.shell.savesTo = join(folder, 'certificate.pdf')
    expect(must(await desk.call('saveWipeProof', { wipeId, form: 'certificate' }))).toEqual({ saved: true })
    expect(readFileSync(desk.shell.savesTo, 'utf8')).toBe(`%PDF-${desk.shell.printed[0]}`)
    expect(desk.shell.printed[0]).toContain('lang="zh-Hant-HK"')
    expect(desk.shell.printed[0]).toContain(authority.publicKey)
  })

  test.each<[FailureCode, Made]>([
    ['not-found', { upTo: 'order' }],
    ['receipt-bad-signature', { upTo: 'receipt' }],
    ['order-wrong-device', { order: { deviceId: example.id('device') } }],
  ])('[BRF14] there is no certificate of what is not proven: %s', async (code, made) => {
    const desk = setUp({ wipe: wipeFile(made) })
    desk.shell.savesTo = join(folder, 'none.pdf')
    expect(codeOf(await desk.call('saveWipeProof', { wipeId, form: 'certificate' }))).toBe(code)
    expect([desk.shell.printed, readdirSync(folder).includes('none.pdf')]).toEqual([[], false])
  })

  test('[BRF14] a dialog that is cancelled saves nothing; a place that cannot be written is told', async () => {
    const desk = setUp({ wipe: wipeFile() })
    expect(must(await desk.call('saveWipeProof', { wipeId, form: 'documents' }))).toEqual({ saved: false })
    desk.shell.savesTo = join(folder, 'missing', 'proof.json')
    expect(codeOf(await desk.call('saveWipeProof', { wipeId, form: 'documents' }))).toBe('not-allowed')
    desk.shell.canPrint = false
    expect(codeOf(await desk.call('saveWipeProof', { wipeId, form: 'certificate' }))).toBe('unavailable')
  })
})
