// Owns the tests of the CLI's commands about the fleet against a stand-in for the admin API: what each asks for, waiting,
// idempotency keys, certificates.

import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { AdminRouteName } from '../shared/admin.ts'
import { times } from '../shared/limits.ts'
import { signCountersignature, signOrder, signReceipt } from '../shared/proof.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import { type AdminStub, type StubHandler, startAdminStub } from '../testing/admin-stub.ts'
import { createExample, exampleTimeMs } from '../testing/example.ts'
import { createTestSigner, verifyDetached } from '../testing/signing.ts'
import { runAdmin } from './run.ts'

const TOKEN = 'adm_fleet'
const example = createExample(20260303)
const deviceId = example.id('device')
const userId = example.id('user')
const wipeId = example.id('wipe')
const orderId = example.id('order')
const operatorId = example.id('operator')
const webhookId = example.id('webhook')
const conversationIds = [example.id('conversation'), example.id('conversation')]
const instant = new Date(exampleTimeMs).toISOString()
const nowMs = exampleTimeMs + times.DAY_MS

const user = { id: userId, userName: 'n', displayName: '陳大文', active: true, roles: ['it'] }
const device = {
  deviceId,
  userId,
  userName: 'n',
  displayName: '陳大文',
  name: 'DESK-07',
  platform: 'win32-x64',
  clientVersion: '0.1.0',
  status: 'active',
  connected: true,
  enrolledAtMs: exampleTimeMs,
  cacheBytes: 1_234_567,
}
const wipe = { wipeId, deviceId, orderId, status: 'pending', order: 'a.b.c', issuedAt: instant, devicePublicKey: 'x' }
const order = {
  orderId,
  kind: 'wipe',
  state: 'issued',
  targetType: 'devices',
  targetName: 'DESK-07',
  reason: '離職',
  orderedBy: 'IT',
  orderedAtMs: exampleTimeMs,
  isMine: true,
  devices: 2,
  progress: { pending: 2, delivered: 0, done: 0, failed: 0 },
}
const dryRun = {
  devices: 1,
  people: 1,
  connected: 1,
  silent: 0,
  leftOut: 0,
  cacheBytes: 5,
  needsApproval: false,
  approvalAbove: 5,
  digest: 'dGVzdA',
  sample: [device],
}
const rules = { approvalAbove: 5, orderDays: 30 }
const operator = { id: operatorId, name: 'Lee 李', createdAt: instant }
const webhook = {
  id: webhookId,
  url: 'https://siem.example/hook',
  events: ['wipe.done'],
  createdAt: instant,
  waiting: 0,
  givenUp: 0,
}
const act = { position: 8, at: instant, by: 'IT', act: 'wipeDevice', subject: deviceId, detail: { reason: '離職' } }

let folder: string
let tokenFile: string
let stub: AdminStub | undefined

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'causeway-admin-fleet-'))
  tokenFile = path.join(folder, 'token')
  writeFileSync(tokenFile, TOKEN, { mode: 0o600 })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(async () => {
  await stub?.close()
  stub = undefined
})

interface Ran {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  /** Query and idempotency key of each request. */
  readonly asked: readonly { readonly query: string; readonly key: string | null }[]
  readonly slept: readonly number[]
  readonly written: ReadonlyMap<string, string | Uint8Array>
}

interface Means {
  readonly printPdf?: (page: string) => Promise<Result<Uint8Array>>
  readonly readText?: (file: string) => Promise<Result<string>>
}

async function run(
  words: readonly string[],
  handlers: Partial<Record<AdminRouteName, StubHandler>>,
  means: Means = {},
): Promise<Ran> {
  await stub?.close()
  stub = await startAdminStub(TOKEN, handlers)
  let stdout = ''
  let stderr = ''
  let clockMs = nowMs
  const asked: { query: string; key: string | null }[] = []
  const slept: number[] = []
  const written = new Map<string, string | Uint8Array>()
  const status = await runAdmin({
    argv: ['--server', stub.url, '--token-file', tokenFile, ...words],
    fetch: (input, init) => {
      asked.push({ query: new URL(String(input)).search, key: new Headers(init?.headers).get('idempotency-key') })
      return globalThis.fetch(input, init)
    },
    platform: process.platform,
    readText: means.readText ?? (() => Promise.reject(new Error('no file is read here'))),
    writeFile: async (file, content) => {
      written.set(file, content)
      return ok(undefined)
    },
    printPdf: means.printPdf ?? (() => Promise.reject(new Error('nothing is printed here'))),
    loadPrimitives: async () => ({
      verify: verifyDetached,
      sha256: (bytes) => createHash('sha256').update(bytes).digest(),
    }),
    nowMs: () => clockMs,
    sleep: async (ms) => {
      slept.push(ms)
      clockMs += ms
    },
    stdout: (text) => {
      stdout += text
    },
    stderr: (text) => {
      stderr += text
    },
  })
  return { status, stdout, stderr, asked, slept, written }
}

describe('commands', () => {
  const reason = ['--reason', '離職 leaver'] as const
  const said = { reason: '離職 leaver' }
  const key = 'ticket-2026-0414-a'
  test.each([
    {
      words: ['users', 'wipe', 'n', ...reason, '--digest', 'abc', '--key', key],
      route: 'wipeUser',
      params: { userName: 'n' },
      body: { ...said, digest: 'abc' },
      key,
      answer: order,
    },
    {
      words: ['users', 'role', 'n', '--it', 'on'],
      route: 'setRoles',
      params: { userName: 'n' },
      body: { roles: ['it'] },
      answer: user,
    },
    {
      words: ['users', 'role', 'n', '--it=off'],
      route: 'setRoles',
      params: { userName: 'n' },
      body: { roles: [] },
      answer: { ...user, roles: [] },
    },
    {
      words: ['devices', 'show', deviceId],
      route: 'showDevice',
      params: { deviceId },
      answer: {
        device,
        timeline: [
          {
            atMs: exampleTimeMs,
            what: 'wipe-ordered',
            by: 'IT',
            reason: '離職',
            wipeId,
            conversations: [{ conversationId: conversationIds[0], name: '合規' }],
          },
          { atMs: exampleTimeMs, what: 'wipe-done', outcome: 'partial', wipeId },
          { atMs: exampleTimeMs, what: 'enrolled' },
        ],
      },
    },
    {
      words: ['devices', 'wipe', deviceId, ...reason, '--key', key],
      route: 'wipeDevice',
      params: { deviceId },
      body: said,
      key,
      answer: wipe,
    },
    {
      words: ['devices', 'sign-out', deviceId, ...reason, '--key', key],
      route: 'signOutDevice',
      params: { deviceId },
      body: said,
      key,
      answer: { ...order, kind: 'sign-out' },
    },
    {
      words: ['conversations', 'wipe', conversationIds.join(','), ...reason],
      route: 'giveOrder',
      body: { ...said, kind: 'wipe', target: { type: 'conversations', conversationIds } },
      answer: { ...order, targetType: 'conversations', conversationIds },
    },
    {
      words: ['orders', 'dry-run', '--devices', `${deviceId}, `],
      route: 'tryOrder',
      body: { kind: 'wipe', target: { type: 'devices', deviceIds: [deviceId] } },
      answer: dryRun,
    },
    {
      words: ['orders', 'dry-run', '--user-id', userId, '--sign-out'],
      route: 'tryOrder',
      body: { kind: 'sign-out', target: { type: 'user', userId } },
      answer: { ...dryRun, devices: 60, needsApproval: true },
    },
    {
      words: [
        'orders',
        'create',
        '--status',
        'active,lease-expired',
        '--system=windows',
        '--not-seen-days=30',
        '--text',
        '法務',
        ...reason,
        '--digest=d',
        '--key',
        key,
      ],
      route: 'giveOrder',
      body: {
        ...said,
        kind: 'wipe',
        digest: 'd',
        target: {
          type: 'filter',
          filter: {
            statuses: ['active', 'lease-expired'],
            systems: ['windows'],
            text: '法務',
            notSeenSinceMs: nowMs - 30 * times.DAY_MS,
          },
        },
      },
      key,
      answer: { ...order, state: 'awaiting-approval', lapsesAtMs: nowMs },
    },
    {
      words: ['orders', 'create', '--conversations', conversationIds.join(), ...reason],
      route: 'giveOrder',
      body: { ...said, kind: 'wipe', target: { type: 'conversations', conversationIds } },
      answer: order,
    },
    { words: ['orders', 'list'], route: 'listOrders', answer: { orders: [order], awaiting: 1, cursor: 'c1' } },
    {
      words: ['orders', 'list', '--cursor', 'c1'],
      route: 'listOrders',
      query: '?cursor=c1',
      answer: { orders: [], awaiting: 0 },
    },
    {
      words: ['orders', 'show', orderId, '--from', '200', '--limit=50'],
      route: 'showOrder',
      params: { orderId },
      query: '?from=200&limit=50',
      answer: { order, devices: [{ device, status: 'done', wipeId, doneAtMs: nowMs }], total: 500, from: 200 },
    },
    {
      words: ['orders', 'approve', orderId],
      route: 'decideOrder',
      params: { orderId },
      body: { approve: true },
      answer: order,
    },
    {
      words: ['orders', 'reject', orderId],
      route: 'decideOrder',
      params: { orderId },
      body: { approve: false },
      answer: { ...order, state: 'rejected', decidedBy: 'Lee 李', decidedAtMs: nowMs },
    },
    { words: ['rules', 'show'], route: 'showRules', answer: rules },
    {
      words: ['rules', 'set', '--approval-above', '0', '--order-days=7'],
      route: 'changeRules',
      body: { approvalAbove: 0, orderDays: 7 },
      answer: rules,
    },
    {
      words: ['operators', 'create', '--name', 'Lee 李', '--user', 'n'],
      route: 'createOperator',
      body: { name: 'Lee 李', user: 'n' },
      answer: { ...operator, user: 'n', token: 'opr-token' },
    },
    { words: ['operators', 'list'], route: 'listOperators', answer: [operator] },
    {
      words: ['operators', 'revoke', operatorId],
      route: 'revokeOperator',
      params: { operatorId },
      body: {},
      answer: { ...operator, revokedAt: instant },
    },
    {
      words: ['webhooks', 'create', '--url', webhook.url, '--events', 'wipe.done, order.issued'],
      route: 'createWebhook',
      body: { url: webhook.url, events: ['wipe.done', 'order.issued'] },
      answer: { ...webhook, secret: 'whsec_c2VjcmV0' },
    },
    {
      words: ['webhooks', 'create', '--url', webhook.url],
      route: 'createWebhook',
      body: { url: webhook.url },
      answer: { ...webhook, secret: 's' },
    },
    { words: ['webhooks', 'list'], route: 'listWebhooks', answer: [{ ...webhook, lastFailure: '500' }] },
    {
      words: ['webhooks', 'delete', webhookId],
      route: 'deleteWebhook',
      params: { webhookId },
      body: {},
      answer: webhook,
    },
    { words: ['audit', 'tail'], route: 'listActs', query: '?after=0&limit=1000', answer: [act] },
    {
      words: ['audit', 'tail', '--after', '7', '--limit', '2'],
      route: 'listActs',
      query: '?after=7&limit=2',
      answer: [act],
    },
  ] as const)('[CRT11] $words asks for $route and prints the answer as one JSON value', async (each) => {
    const handlers = { [each.route]: () => each.answer }
    const { status, stdout, stderr, asked } = await run([...each.words, '--json'], handlers)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual(each.answer)
    expect(stub?.requests).toEqual([
      {
        route: each.route,
        params: 'params' in each ? each.params : {},
        body: 'body' in each ? each.body : undefined,
      },
    ])
    expect(asked).toEqual([{ query: 'query' in each ? each.query : '', key: 'key' in each ? each.key : null }])
    const readable = await run(each.words, handlers)
    expect(readable.status).toBe(0)
    expect(readable.stdout.trim()).not.toMatch(/^[[{]/)
    expect(readable.stdout).not.toMatch(/undefined|\[object|NaN/)
  })

  test('[CRT11] what a person must see of an answer stands in its text', async () => {
    expect((await run(['users', 'list'], { listUsers: () => [user] })).stdout).toMatch(/ROLES.*\n.*\bit\b/)
    const listed = {
      id: deviceId,
      user: 'n',
      name: 'D',
      platform: 'linux-x64',
      clientVersion: '1',
      status: 'signed-out',
      enrolledAt: instant,
      connected: false,
    }
    const devices = await run(['devices', 'list'], {
      listDevices: () => [{ ...listed, cacheBytes: 1_234_567_890 }, listed],
    })
    expect(devices.stdout).toMatch(/CACHE.*\n.*1\.2 GB/)
    const created = await run(['operators', 'create', '--name', 'x'], {
      createOperator: () => ({ ...operator, token: 'opr-token' }),
    })
    expect(created.stdout).toContain('opr-token')
    const dry = await run(['orders', 'dry-run', '--text', 'x'], {
      tryOrder: () => ({ ...dryRun, devices: 60, needsApproval: true }),
    })
    expect(dry.stdout).toContain('dGVzdA')
    expect(dry.stdout).toContain('and 59 more')
  })

  test('[CRT11] the newest acts are found however long the record is', async () => {
    const acts = Array.from({ length: 2500 }, (_, at) => ({ ...act, position: 2 * at + 1 }))
    const pages = [acts.slice(0, 1000), acts.slice(1000, 2000), acts.slice(2000)]
    let at = 0
    const ran = await run(['audit', 'tail', '--limit', '3', '--json'], { listActs: () => pages[at++] ?? [] })
    expect(JSON.parse(ran.stdout)).toEqual(acts.slice(-3))
    expect(ran.asked.map(({ query }) => query)).toEqual([
      '?after=0&limit=1000',
      '?after=1999&limit=1000',
      '?after=3999&limit=1000',
    ])
  })

  test.each([
    [['orders', 'dry-run']],
    [['orders', 'create', '--devices', deviceId]],
    [['orders', 'create', '--devices', deviceId, '--text', 'x', '--reason', 'r']],
    [['orders', 'create', '--user-id', userId, '--conversations', 'x', '--reason', 'r']],
    [['orders', 'create', '--conversations', conversationIds.join(), '--sign-out', '--reason', 'r']],
    [['orders', 'dry-run', '--status', 'gone']],
    [['orders', 'dry-run', '--system', ',']],
    [['orders', 'dry-run', '--not-seen-days', '0']],
    [['orders', 'dry-run', '--text', 'x', '--sign-out=yes']],
    [['orders', 'dry-run', '--text', 'x', '--sign-out', '--sign-out']],
    [['orders', 'show', orderId, '--limit', '201']],
    [['devices', 'wipe', deviceId, '--reason', 'r', '--timeout', '5']],
    [['devices', 'wipe', deviceId, '--reason', 'r', '--wait', '--timeout', '0']],
    [['devices', 'wipe', deviceId, '--reason', 'r', '--key', 'a b']],
    [['devices', 'wipe', deviceId, '--reason', 'r', '--key', 'k'.repeat(129)]],
    [['users', 'role', 'n']],
    [['users', 'role', 'n', '--it', 'yes']],
    [['rules', 'set']],
    [['rules', 'set', '--order-days', '366']],
    [['webhooks', 'create', '--url', 'https://x', '--events', 'all']],
    [['audit', 'tail', '--after', '-1']],
    [['wipes', 'certificate', wipeId]],
    [['wipes', 'certificate', wipeId, '--out', 'c.docx']],
    [['wipes', 'certificate', wipeId, '--out', 'c.pdf', '--language', 'fr']],
    [['wipes', 'certificate', wipeId, '--out', 'c.pdf', '--time-zone', 'Mars/North']],
  ])('[CRT12] %j is wrong usage, and nothing is asked', async (words) => {
    const { status, stdout, stderr, asked } = await run([...words, '--json'], {})
    expect({ status, stdout, asked }).toEqual({ status: 2, stdout: '', asked: [] })
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'wrong-usage' } })
  })

  test.each([
    [403, 'approval-own'],
    [409, 'fleet-moved'],
    [409, 'order-decided'],
    [422, 'key-reused'],
  ])('[CRT12] a refusal %i %s keeps its code', async (httpStatus, code) => {
    const refuse = () => ({ status: httpStatus, failure: { code, message: 'No.' } })
    const words = ['orders', 'create', '--user-id', userId, '--reason', 'r', '--json']
    const { status, stderr } = await run(words, { giveOrder: refuse })
    expect({ status, ...JSON.parse(stderr) }).toEqual({ status: 1, error: { code, message: 'No.' } })
  })
})

describe('waiting', () => {
  const words = ['devices', 'wipe', deviceId, '--reason', 'r', '--wait']
  /** Answers one after another, the last for ever. */
  const each = (answers: readonly unknown[]) => {
    let at = 0
    return () => answers[Math.min(at++, answers.length - 1)]
  }
  const passing = { status: 503, failure: { code: 'unavailable', message: 'Busy.' } }

  test('[CRT13] a wipe is asked after until the desktop has answered; progress goes to stderr', async () => {
    const done = { ...wipe, status: 'done', receipt: 'd.e.f' }
    const showWipe = each([wipe, passing, { ...wipe, status: 'delivered' }, done]) as StubHandler
    const { status, stdout, stderr, slept } = await run(words, { wipeDevice: () => wipe, showWipe })
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: `${wipeId}: pending\n${wipeId}: delivered\n${wipeId}: done\n`,
    })
    expect(stdout).toMatch(/status: +done/)
    expect(slept).toHaveLength(4)
    expect([...slept].sort((a, b) => a - b)).toEqual(slept)
  })

  test('[CRT13] with --json stderr stays empty, and stdout holds the last answer alone', async () => {
    const done = { ...wipe, status: 'done', receipt: 'd.e.f' }
    const ran = await run([...words, '--json'], { wipeDevice: () => wipe, showWipe: () => done })
    expect({ status: ran.status, stderr: ran.stderr, value: JSON.parse(ran.stdout) }).toEqual({
      status: 0,
      stderr: '',
      value: done,
    })
  })

  test('[CRT13] in time it gives up, and says that the order stands', async () => {
    const ran = await run([...words, '--timeout', '30', '--json'], { wipeDevice: () => wipe, showWipe: () => wipe })
    expect({ status: ran.status, stdout: ran.stdout }).toEqual({ status: 1, stdout: '' })
    expect(JSON.parse(ran.stderr)).toMatchObject({
      error: { code: 'unavailable', message: expect.stringContaining(wipeId) },
    })
    expect(ran.slept.reduce((sum, ms) => sum + ms, 0)).toBe(30_000)
  })

  test('[CRT13] a failure that does not pass ends it', async () => {
    const showWipe = () => ({ status: 404, failure: { code: 'not-found', message: 'No.' } })
    const ran = await run([...words, '--json'], { wipeDevice: () => wipe, showWipe })
    expect({ status: ran.status, code: JSON.parse(ran.stderr).error.code }).toEqual({ status: 1, code: 'not-found' })
  })

  test('[CRT13] an order is waited for through its approval, for all its desktops', async () => {
    const awaiting = { ...order, state: 'awaiting-approval' }
    const at = (done: number, failed = 0) => ({
      order: { ...order, progress: { pending: 2 - done - failed, delivered: 0, done, failed } },
      devices: [],
      total: 2,
      from: 0,
    })
    const showOrder = each([{ ...at(0), order: awaiting }, at(0), at(1), at(1, 1)]) as StubHandler
    const ran = await run(['conversations', 'wipe', conversationIds.join(), '--reason', 'r', '--wait'], {
      giveOrder: () => awaiting,
      showOrder,
    })
    expect({ status: ran.status, stderr: ran.stderr.split('\n') }).toEqual({
      status: 0,
      stderr: [
        `${orderId}: awaiting-approval`,
        `${orderId}: 0 of 2 done, 0 delivered`,
        `${orderId}: 1 of 2 done, 0 delivered`,
        `${orderId}: 2 of 2 done, 0 delivered`,
        '',
      ],
    })
    expect(ran.asked.at(-1)).toEqual({ query: '?limit=1', key: null })
  })

  test('[CRT13] an order that is rejected meanwhile is no success', async () => {
    const awaiting = { ...order, state: 'awaiting-approval' }
    const rejected = { order: { ...order, state: 'rejected' }, devices: [], total: 2, from: 0 }
    const ran = await run(['orders', 'create', '--user-id', userId, '--reason', 'r', '--wait', '--json'], {
      giveOrder: () => awaiting,
      showOrder: () => rejected,
    })
    expect({ status: ran.status, code: JSON.parse(ran.stderr).error.code }).toEqual({
      status: 1,
      code: 'order-decided',
    })
  })
})

describe('certificate', () => {
  const pdf = new TextEncoder().encode('%PDF-1.7')
  async function documented(part = false) {
    const authority = await createTestSigner(example.random)
    const signer = await createTestSigner(example.random)
    const scope = part ? { type: 'conversations' as const, conversationIds } : { type: 'device' as const }
    const content = example.wipeOrder({ deviceId, wipeId, scope, reason: '<b>離職</b>' })
    const answer = example.wipeReceipt(content, part ? { scope: 'conversations', conversationIds } : {})
    const signedOrder = signOrder(content, authority.kid, authority.sign)
    const receipt = signReceipt(answer, signer.sign)
    const hash = (text: string): string => createHash('sha256').update(text).digest('base64url')
    const { workspaceId, workspaceName } = content
    const said = { wipeId, workspaceId, deviceId, orderSha256: hash(signedOrder), receiptSha256: hash(receipt) }
    const countersignature = signCountersignature(
      { ...said, receivedAtMs: content.issuedAtMs + 5000, ...(part ? {} : { shareDestroyedAtMs: content.issuedAtMs }) },
      authority.kid,
      authority.sign,
    )
    const keys = {
      workspaceId,
      workspaceName,
      authority: [{ kid: authority.kid, publicKey: authority.publicKey }],
      devices: [{ deviceId, publicKey: signer.publicKey }],
    }
    const shown = {
      ...wipe,
      status: 'done',
      order: signedOrder,
      receipt,
      countersignature,
      deliveredAt: instant,
      devicePublicKey: signer.publicKey,
      ...(part ? { conversationIds } : {}),
    }
    const conversation = { name: '合規通告', kind: 'channel', members: [], headSeq: 1, isOpen: false, archived: false }
    return {
      keys,
      shown,
      handlers: {
        showWipe: () => shown,
        showKeys: () => keys,
        showDevice: () => ({ device, timeline: [] }),
        listConversations: () => conversationIds.map((id) => ({ ...conversation, id })),
      },
    }
  }

  test.each([
    ['en', 'Wipe certificate', false],
    ['zh-Hant-HK', '資料清除證明書', true],
    ['zh-Hans', '数据清除证明书', false],
  ])('[CRT14] is written as a page in %s once the documents have been verified', async (language, title, part) => {
    const { handlers } = await documented(part)
    const words = [
      'wipes',
      'certificate',
      wipeId,
      '--out',
      'c.html',
      '--language',
      language,
      '--time-zone',
      'Asia/Hong_Kong',
    ]
    const { status, stdout, written } = await run([...words, '--json'], handlers)
    expect({ status, value: JSON.parse(stdout) }).toEqual({
      status: 0,
      value: { wipeId, deviceId, out: 'c.html', verified: true, doubts: [] },
    })
    const page = String(written.get('c.html'))
    expect(page).toContain(`<title>${title} ${wipeId}</title>`)
    expect(page).toContain('&lt;b&gt;離職&lt;/b&gt;')
    expect(page).toContain('UTC+08:00')
    expect(page.includes('合規通告')).toBe(part)
    expect((await run(words, handlers)).stdout).toContain('c.html')
  })

  test('[CRT14] is printed where the file is a PDF; what prints gets the page whole', async () => {
    const { handlers } = await documented()
    let printed = ''
    const printPdf = async (page: string) => {
      printed = page
      return ok(pdf)
    }
    const { status, written } = await run(['wipes', 'certificate', wipeId, '--out', 'c.PDF'], handlers, { printPdf })
    expect({ status, content: written.get('c.PDF') }).toEqual({ status: 0, content: pdf })
    expect(printed).toContain(wipeId)
    const noBrowser = async () => fail('unavailable', 'No browser to print with.')
    const failed = await run(['wipes', 'certificate', wipeId, '--out', 'c.pdf', '--json'], handlers, {
      printPdf: noBrowser,
    })
    expect({ status: failed.status, written: failed.written.size }).toEqual({ status: 1, written: 0 })
    expect(JSON.parse(failed.stderr)).toEqual({ error: { code: 'unavailable', message: 'No browser to print with.' } })
  })

  test('[CRT14] is not made of documents that do not verify, nor of a wipe that is not done', async () => {
    const { handlers, shown, keys } = await documented()
    const changed = (text: string): string => (text.endsWith('A') ? `${text.slice(0, -1)}Q` : `${text.slice(0, -1)}A`)
    const words = ['wipes', 'certificate', wipeId, '--out', 'c.html', '--json']
    for (const [other, code] of [
      [{ ...shown, receipt: changed(shown.receipt) }, 'receipt-bad-signature'],
      [{ ...shown, countersignature: changed(shown.countersignature) }, 'receipt-bad-signature'],
      [{ ...shown, order: changed(shown.order) }, 'order-bad-signature'],
      [{ ...shown, receipt: undefined, countersignature: undefined, status: 'delivered' }, 'not-found'],
    ] as const) {
      const { status, stderr, written } = await run(words, { ...handlers, showWipe: () => other })
      expect({ status, code: JSON.parse(stderr).error.code, written: written.size }).toEqual({
        status: 1,
        code,
        written: 0,
      })
    }
    // Keys kept from before the wipe are believed, not the server's of now.
    const forged = { ...keys, authority: [{ ...keys.authority[0], publicKey: keys.devices[0]?.publicKey }] }
    const kept = await run(
      [...words, '--keys', 'kept.json'],
      { ...handlers, showKeys: () => forged },
      {
        readText: async () => ok(JSON.stringify(keys)),
      },
    )
    expect(kept.status).toBe(0)
    expect((await run(words, { ...handlers, showKeys: () => forged })).status).toBe(1)
  })
})
