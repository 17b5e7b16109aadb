// Owns the test of the CLI's fleet commands against the workspace server itself: orders, a second person, webhooks, the
// documents that come of it and what of them is refused.

import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { compactVerify, importJWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AdminKeys, AdminWipe } from '../shared/admin.ts'
import type { DryRun, FleetOrder } from '../shared/fleet.ts'
import { openOrder, signReceipt, toBase64url, type WipeReceipt } from '../shared/proof.ts'
import { fail, ok } from '../shared/result.ts'
import { type EnrolResponse, enrolProofText, normaliseEnrolCode } from '../shared/wire.ts'
import { createExample } from '../testing/example.ts'
import { createTestSigner, type TestSigner, verifyDetached } from '../testing/signing.ts'
import { runAdmin } from './run.ts'
import { readDocuments, verifyWipe } from './verification.ts'

const example = createExample(505)
const primitives = {
  verify: verifyDetached,
  sha256: (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest(),
}
let folder: string
let server: ChildProcess
let url: string
let hook: Server
const heard: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = []

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'causeway-admin-fleet-server-'))
  const argv = [
    path.join(import.meta.dirname, '..', 'server', 'main.ts'),
    '--data',
    path.join(folder, 'data'),
    '--port',
    '0',
  ]
  server = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'ignore'] })
  if (!server.stdout) throw new Error('the server has no output')
  const [first] = (await once(createInterface(server.stdout), 'line')) as [string]
  url = (JSON.parse(first) as { url: string }).url
  hook = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      heard.push({ headers: request.headers, body })
      response.writeHead(204).end()
      hook.emit('heard')
    })
  })
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve))
})

afterAll(async () => {
  hook.close().closeAllConnections()
  if (server.exitCode === null) {
    server.kill()
    await once(server, 'exit')
  }
  rmSync(folder, { recursive: true, force: true })
})

async function adminAs<T>(tokenFile: string, words: readonly string[]): Promise<T> {
  let stdout = ''
  let stderr = ''
  await runAdmin({
    argv: ['--server', url, '--token-file', tokenFile, ...words, '--json'],
    fetch: globalThis.fetch,
    platform: process.platform,
    readText: async (file) => ok(readFileSync(file, 'utf8')),
    writeFile: async (file, content) => {
      writeFileSync(file, content)
      return ok(undefined)
    },
    printPdf: async () => fail('unavailable'),
    loadPrimitives: async () => primitives,
    nowMs: Date.now,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    stdout: (text) => {
      stdout += text
    },
    stderr: (text) => {
      stderr += text
    },
  })
  return JSON.parse(stdout === '' ? stderr : stdout) as T
}
const root = (): string => path.join(folder, 'data', 'admin-token')
const admin = <T = unknown>(...words: readonly string[]): Promise<T> => adminAs<T>(root(), words)

async function post<T>(at: string, body: unknown): Promise<T> {
  const response = await fetch(url + at, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer: unknown = await response.json()
  if (!response.ok) throw new Error(`status ${response.status}: ${JSON.stringify(answer)}`)
  return answer as T
}

interface Desk {
  readonly deviceId: string
  readonly userId: EnrolResponse['userId']
  readonly signer: TestSigner
}

async function enrol(userName: string, deviceName: string): Promise<Desk> {
  const signer = await createTestSigner(example.random)
  const made = await admin<{ code: string }>('enroll', 'create', '--user', userName)
  const code = normaliseEnrolCode(made.code)
  const { deviceId, userId } = await post<EnrolResponse>('/v1/enroll', {
    code,
    devicePublicKey: signer.publicKey,
    proof: toBase64url(signer.sign(new TextEncoder().encode(enrolProofText(code, signer.publicKey)))),
    deviceName,
    platform: 'win32-x64',
    clientVersion: '0.1.0',
  })
  return { deviceId, userId, signer }
}

/** The desktop carries the wipe out, by a clock that is right, and hands its receipt in. */
async function answer(
  wipeId: string,
  { userId, signer }: Desk,
  changes: Partial<WipeReceipt> = {},
): Promise<AdminWipe> {
  const { order } = await admin<AdminWipe>('wipes', 'show', wipeId)
  const opened = openOrder(order, () => true)
  if (!opened.ok) throw new Error(opened.error.code)
  const nowMs = Date.now()
  const clock = { startedAtMs: nowMs, keysGoneAtMs: nowMs, finishedAtMs: nowMs }
  const receipt = signReceipt(example.wipeReceipt(opened.value, { userId, ...clock, ...changes }), signer.sign)
  await post(`/v1/wipes/${wipeId}/receipt`, { receipt })
  return await admin<AdminWipe>('wipes', 'show', wipeId)
}

async function wipesOf(orderId: string): Promise<{ wipeId: string; deviceId: string }[]> {
  type Shown = { devices: { wipeId: string; device: { deviceId: string } }[] }
  const { devices } = await admin<Shown>('orders', 'show', orderId)
  return devices.map(({ wipeId, device }) => ({ wipeId, deviceId: device.deviceId }))
}

describe('fleet', () => {
  let first: Desk
  let second: Desk
  let done: AdminWipe
  let keys: AdminKeys

  beforeAll(async () => {
    for (const [name, display] of [
      ['tai-man.chan', '陳大文'],
      ['ka-yan.lee', '李嘉欣'],
    ] as const) {
      await admin('users', 'create', '--name', name, '--display', display)
    }
    first = await enrol('tai-man.chan', 'DESK-07')
    second = await enrol('tai-man.chan', 'LAPTOP-12')
  })

  test('[CRT16] the wipe of a person’s desktops needs a second person, a dry run, and is told to a webhook', async () => {
    const { port } = hook.address() as AddressInfo
    const webhook = await admin<{ id: string; secret: string }>(
      ...['webhooks', 'create', '--url', `http://127.0.0.1:${port}/hook`],
      ...['--events', 'order.awaiting-approval,order.issued,wipe.done'],
    )
    expect(await admin('rules', 'set', '--approval-above', '1')).toEqual({ approvalAbove: 1, orderDays: 30 })
    const operator = await admin<{ id: string; token: string }>(
      'operators',
      'create',
      '--name',
      'Lee 李',
      '--user',
      'ka-yan.lee',
    )
    const operatorFile = path.join(folder, 'operator')
    writeFileSync(operatorFile, operator.token, { mode: 0o600 })
    expect(await adminAs(operatorFile, ['rules', 'set', '--approval-above', '9'])).toMatchObject({
      error: { code: 'not-allowed' },
    })

    const words = ['--user-id', first.userId] as const
    const dryRun = await admin<DryRun>('orders', 'dry-run', ...words)
    expect(dryRun).toMatchObject({ devices: 2, people: 1, needsApproval: true })
    const reason = ['--reason', '離職 leaver'] as const
    expect(await admin('orders', 'create', ...words, ...reason)).toMatchObject({ error: { code: 'fleet-moved' } })
    const create = ['orders', 'create', ...words, ...reason, '--digest', dryRun.digest, '--key', 'leaver-0414']
    const order = await admin<FleetOrder>(...create)
    expect(order).toMatchObject({ state: 'awaiting-approval', devices: 2, isMine: true })
    expect(await admin(...create)).toEqual(order)
    const other = ['orders', 'create', ...words, '--reason', 'x', '--digest', dryRun.digest, '--key', 'leaver-0414']
    expect(await admin(...other)).toMatchObject({ error: { code: 'key-reused' } })
    expect(await admin('orders', 'list')).toMatchObject({ awaiting: 1, orders: [{ orderId: order.orderId }] })

    expect(await admin('orders', 'approve', order.orderId)).toMatchObject({ error: { code: 'approval-own' } })
    const approved = await adminAs<FleetOrder>(operatorFile, ['orders', 'approve', order.orderId])
    expect(approved).toMatchObject({ state: 'issued', decidedBy: 'Lee 李', progress: { pending: 2 } })
    expect(await admin('orders', 'reject', order.orderId)).toMatchObject({ error: { code: 'order-decided' } })

    for (const { wipeId, deviceId } of await wipesOf(order.orderId)) {
      done = await answer(wipeId, deviceId === first.deviceId ? first : second)
    }
    expect(await admin('orders', 'show', order.orderId)).toMatchObject({ order: { progress: { done: 2 } } })
    keys = await admin<AdminKeys>('keys', 'show')

    while (heard.length < 4) await once(hook, 'heard')
    const types = heard.map(({ body }) => (JSON.parse(body) as { type: string }).type).sort()
    expect(types).toEqual([
      'causeway.order.awaiting-approval',
      'causeway.order.issued',
      'causeway.wipe.done',
      'causeway.wipe.done',
    ])
    const secret = Buffer.from(webhook.secret.slice('whsec_'.length), 'base64')
    for (const { headers, body } of heard) {
      const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
      expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', secret).update(signed).digest('base64')}`)
    }
    expect(await admin('webhooks', 'delete', webhook.id)).toMatchObject({ id: webhook.id })
    expect(await admin('webhooks', 'list')).toEqual([])
    expect(await admin('operators', 'revoke', operator.id)).toMatchObject({ revokedAt: expect.any(String) })
    expect(await adminAs(operatorFile, ['status'])).toMatchObject({ error: { code: 'not-allowed' } })
  })

  test('[CRT17] the server’s documents verify, here and by jose, and no changed byte of any of them does', async () => {
    const file = path.join(folder, 'wipe.json')
    const keysFile = path.join(folder, 'keys.json')
    writeFileSync(file, JSON.stringify(done))
    writeFileSync(keysFile, JSON.stringify(keys))
    const verdict = await admin<{ order: { approvedBy: string }; doubts: string[] }>(
      'wipes',
      'verify',
      file,
      '--keys',
      keysFile,
    )
    expect(verdict).toMatchObject({ verified: true, wipeId: done.wipeId, doubts: [] })
    expect(verdict.order).toMatchObject({ reason: '離職 leaver', approvedBy: 'Lee 李' })

    const judged = (changes: Partial<AdminWipe>): boolean => {
      const documents = readDocuments(JSON.stringify({ ...done, ...changes }))
      return documents.ok && verifyWipe(documents.value, keys, primitives, Date.now()).ok
    }
    expect(judged({})).toBe(true)
    for (const name of ['order', 'receipt', 'countersignature'] as const) {
      const jws = done[name] ?? ''
      for (let at = 0; at < jws.length; at++) {
        const changed = jws.slice(0, at) + (jws[at] === 'A' ? 'B' : 'A') + jws.slice(at + 1)
        if (judged({ [name]: changed })) throw new Error(`${name}: a changed byte at ${at} is accepted`)
      }
      const publicKey = name === 'receipt' ? done.devicePublicKey : keys.authority[0]?.publicKey
      const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: publicKey ?? '' }, 'EdDSA')
      const { payload } = await compactVerify(jws, key, { algorithms: ['EdDSA'] })
      expect(JSON.parse(new TextDecoder().decode(payload))).toMatchObject({ wipeId: done.wipeId })
    }
  })

  test('[CRT17] the certificate of it names people, desktop and approver', async () => {
    const out = path.join(folder, 'c.html')
    const made = await admin('wipes', 'certificate', done.wipeId, '--out', out, '--language', 'zh-Hant-HK')
    expect(made).toMatchObject({ wipeId: done.wipeId, verified: true, doubts: [] })
    const page = readFileSync(out, 'utf8')
    for (const text of ['陳大文', '離職 leaver', 'Lee 李', done.wipeId, 'NIST SP 800-88r2'])
      expect(page).toContain(text)
  })

  test('[CRT18] a wipe of conversations ends with its own receipt, or with that of the whole desktop', async () => {
    await admin('rules', 'set', '--approval-above', '5')
    const desk = await enrol('ka-yan.lee', 'DESK-09')
    const make = (name: string) =>
      admin<{ id: AdminWipe['deviceId'] }>('conversations', 'create', '--name', name, '--members', 'ka-yan.lee')
    const one = await make('併購 Petrel')
    const two = await make('合規')
    const order = async (id: string): Promise<string> => {
      const { orderId } = await admin<FleetOrder>('conversations', 'wipe', id, '--reason', '法律保密')
      return (await wipesOf(orderId))[0]?.wipeId ?? 'none'
    }
    const own = await order(one.id)
    const conversationIds = [one.id] as never
    const answered = await answer(own, desk, { scope: 'conversations', conversationIds })
    expect(answered).toMatchObject({ status: 'done', conversationIds: [one.id] })

    const open = await order(two.id)
    const whole = await admin<AdminWipe>('devices', 'wipe', desk.deviceId, '--reason', '遺失', '--key', 'lost-0415-x')
    await answer(whole.wipeId, desk)
    const covered = await admin<AdminWipe>('wipes', 'show', open)
    expect(covered.status).toBe('done')

    for (const [wipe, coveredBy] of [
      [answered, undefined],
      [covered, whole.wipeId],
    ] as const) {
      const file = path.join(folder, `${wipe.wipeId}.json`)
      writeFileSync(file, JSON.stringify(wipe))
      const verdict = await admin<{ coveredBy?: string }>('wipes', 'verify', file)
      expect(verdict).toMatchObject({ verified: true, wipeId: wipe.wipeId })
      expect(verdict.coveredBy).toBe(coveredBy)
      const out = path.join(folder, `${wipe.wipeId}.html`)
      expect(await admin('wipes', 'certificate', wipe.wipeId, '--out', out)).toMatchObject({ verified: true })
      expect(readFileSync(out, 'utf8')).toContain(coveredBy ?? '併購 Petrel')
    }
  })

  test('[CRT18] roles, timelines, sign-outs and the record of acts', async () => {
    expect(await admin('users', 'role', 'ka-yan.lee', '--it', 'on')).toMatchObject({ roles: ['it'] })
    expect(await admin('users', 'list')).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ roles: ['it'] })]),
    )
    const desk = await enrol('ka-yan.lee', 'DESK-10')
    const signedOut = await admin<FleetOrder>('devices', 'sign-out', desk.deviceId, '--reason', '借調')
    expect(signedOut).toMatchObject({ kind: 'sign-out', state: 'issued', devices: 1 })
    const shown = await admin<{ timeline: { what: string }[] }>('devices', 'show', desk.deviceId)
    expect(shown).toMatchObject({ device: { status: 'signed-out' } })
    expect(shown.timeline.map(({ what }) => what)).toEqual(expect.arrayContaining(['sign-out-ordered', 'enrolled']))
    const wiped = await admin<{ timeline: { what: string; by?: string }[] }>('devices', 'show', first.deviceId)
    expect(wiped.timeline.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['wipe-ordered', 'wipe-done', 'enrolled']),
    )
    const acts = await admin<{ position: number; act: string }[]>('audit', 'tail')
    const after = acts.at(-3)?.position ?? 0
    expect(await admin('audit', 'tail', '--after', String(after))).toEqual(acts.slice(-2))
    expect(acts.map(({ act }) => act)).toEqual(
      expect.arrayContaining(['createUser', 'changeRules', 'createOperator', 'giveOrder', 'decideOrder', 'setRoles']),
    )
  })
})
