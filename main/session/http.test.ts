// Owns the proof of enrolment and receipt delivery over HTTP, against a small server that answers as told.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { fromBase64url } from '../../shared/proof.ts'
import { type FailureCode, failureCodes } from '../../shared/result.ts'
import { type EnrolRequest, enrolProofText, enrolRequestSchema, type Problem } from '../../shared/wire.ts'
import { createDisk } from '../../testing/desktop.ts'
import { createExample, exampleTimeMs } from '../../testing/example.ts'
import { createMemoryKeyStore } from '../../testing/memory-key-store.ts'
import { createTestSigner, verifyDetached } from '../../testing/signing.ts'
import { createCipher } from '../vault/cipher.ts'
import { createVault } from '../vault/vault.ts'
import { deliverReceipt, enrol, parseServerUrl } from './http.ts'

beforeAll(async () => void (await createCipher()))

const open: Server[] = []
afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
})

type Answer = (request: IncomingMessage, body: string, response: ServerResponse) => void

/** A server on loopback; `enroll` and `info` answer the two calls. */
async function serve(answers: { enroll?: Answer; info?: Answer; other?: Answer }) {
  const example = createExample(31)
  const authority = await createTestSigner(example.random)
  const workspaceId = example.id('workspace')
  const requests: EnrolRequest[] = []
  const info = { product: 'causeway', workspaceId, versions: [1], timeMs: exampleTimeMs }
  const enrolment = {
    deviceId: example.id('device'),
    userId: example.id('user'),
    workspaceId,
    workspaceName: 'Harbour',
    authorityKeys: [{ kid: authority.kid, publicKey: authority.publicKey }],
    timeMs: exampleTimeMs,
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      if (request.url === '/v1/server') return (answers.info ?? json(200, info))(request, body, response)
      if (request.url !== '/v1/enroll') return (answers.other ?? json(404, {}))(request, body, response)
      requests.push(enrolRequestSchema.parse(JSON.parse(body)))
      return (answers.enroll ?? json(200, enrolment))(request, body, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(server)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const disk = createDisk(createMemoryKeyStore(example.random.bytes(32)), ':memory:')
  const vault = createVault(disk)
  const run = (code = 'ABCD-EFGH-JKMN') =>
    enrol(vault, { serverUrl: url, code, platform: 'test', version: '0.1.0', deviceName: 'Desk' }, exampleTimeMs)
  return { url, vault, disk, run, requests, info, enrolment, example }
}

const json =
  (status: number, body: unknown): Answer =>
  (_request, _body, response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
const text =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  (_request, _body, response) => {
    response.writeHead(status, headers)
    response.end(body)
  }
const problem = (code: string, extra: Partial<Problem> = {}) => ({
  type: 'about:blank',
  title: 'A title.',
  status: 400,
  code,
  ...extra,
})

describe('server address', () => {
  test.each([
    ['chat.harbour.example', 'https://chat.harbour.example'],
    ['  https://chat.harbour.example/  ', 'https://chat.harbour.example'],
    ['https://chat.harbour.example:8443/path?x#y', 'https://chat.harbour.example:8443'],
    ['HTTPS://Chat.Harbour.Example', 'https://chat.harbour.example'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
  ])('[SES24] %s is %s', (typed, origin) => {
    expect(parseServerUrl(typed)).toEqual({ ok: true, value: origin })
  })

  test.each([
    'http://chat.harbour.example',
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
    'ftp://chat.harbour.example',
    'javascript://chat.harbour.example/%0aalert(1)',
    'file:///etc/passwd',
    'https://user:secret@chat.harbour.example',
    'https://',
    'not a host',
    '',
  ])('[SES24] %s is refused: bad-input', (typed) => {
    expect(parseServerUrl(typed)).toMatchObject({ ok: false, error: { code: 'bad-input' } })
  })
})

describe('enrolment', () => {
  test('[SES25] the device proves that it holds the key it names, and keeps who it is', async () => {
    const t = await serve({})
    const enrolled = await t.run('abcd efgh-jkmo')
    expect(enrolled).toMatchObject({ ok: true, value: { deviceId: t.enrolment.deviceId, serverOrigin: t.url } })
    const [request] = t.requests
    const [key, proof] = [request?.devicePublicKey, request?.proof].map((b) => fromBase64url(b ?? '') as Uint8Array)
    const signed = new TextEncoder().encode(enrolProofText('ABCDEFGHJKM0', request?.devicePublicKey ?? ''))
    expect(verifyDetached(key as Uint8Array, signed, proof as Uint8Array)).toBe(true)
    const again = createVault(t.disk)
    await expect(again.load()).resolves.toMatchObject({ ok: true, value: { deviceId: t.enrolment.deviceId } })
  })

  test('[SES26] every code of a problem is passed on with its words and its pause', async () => {
    for (const code of Object.keys(failureCodes) as FailureCode[]) {
      const t = await serve({ enroll: json(400, problem(code, { detail: 'In detail.', retryAfterMs: 4000 })) })
      expect(await t.run()).toEqual({ ok: false, error: { code, message: 'In detail.', retryAfterMs: 4000 } })
      expect(t.vault.identity()).toBeUndefined()
      expect(t.disk.files.size).toBe(0)
    }
  })

  test('[SES26] a code this version does not know counts as not-allowed', async () => {
    const t = await serve({ enroll: json(400, problem('moon-phase')) })
    expect(await t.run()).toMatchObject({ ok: false, error: { code: 'not-allowed' } })
  })

  const strange: Record<string, [FailureCode, Answer]> = {
    'a web page': ['not-a-server', text(200, '<html>hello</html>', { 'content-type': 'text/html' })],
    'JSON of something else': ['not-a-server', json(200, { product: 'other' })],
    'a 404 page': ['not-a-server', text(404, 'not found')],
    'the page of a proxy whose server is down': ['unavailable', text(502, '<html>bad gateway</html>')],
    'a redirect': ['unavailable', text(302, '', { location: 'https://elsewhere.example/' })],
    'more than limits.httpBodyBytes': ['not-a-server', text(200, 'x'.repeat(limits.httpBodyBytes + 1))],
    'a broken line': ['unavailable', (_request, _body, response) => void response.socket?.destroy()],
  }
  test.each(Object.keys(strange))('[SES27] where the address answers with %s', async (name) => {
    const [code, answer] = strange[name] as [FailureCode, Answer]
    for (const where of ['info', 'enroll'] as const) {
      const t = await serve({ [where]: answer })
      expect(await t.run()).toMatchObject({ ok: false, error: { code } })
      expect(t.vault.identity()).toBeUndefined()
    }
  })

  test('[SES27] nothing listens: unavailable, without an address in the message', async () => {
    const t = await serve({})
    for (const server of open.splice(0)) await new Promise<void>((resolve) => server.close(() => resolve()))
    const refused = await t.run()
    expect(refused).toMatchObject({ ok: false, error: { code: 'unavailable' } })
    expect(refused.ok ? '' : refused.error.message).not.toContain('127.0.0.1')
  })

  test('[SES28] no code is sent to a server that speaks no common version or is another workspace', async () => {
    const old = await serve({
      info: json(200, { product: 'causeway', versions: [9], timeMs: 0, workspaceId: createExample(1).id('workspace') }),
    })
    expect(await old.run()).toMatchObject({ ok: false, error: { code: 'update-required' } })
    expect(old.requests).toEqual([])
    const other = await serve({
      info: json(200, { product: 'causeway', versions: [1], timeMs: 0, workspaceId: createExample(2).id('workspace') }),
    })
    expect(await other.run()).toMatchObject({ ok: false, error: { code: 'wrong-server' } })
    expect(other.vault.identity()).toBeUndefined()
  })

  test('[SES28] plain http to another computer is refused before anything is sent', async () => {
    const t = await serve({})
    const request = { serverUrl: 'http://chat.harbour.example', code: 'X', platform: 'test', version: '0.1.0' }
    expect(await enrol(t.vault, request, 0)).toMatchObject({ ok: false, error: { code: 'bad-input' } })
  })

  test('[SES29] after a lost answer the same device key is offered again', async () => {
    let lost = true
    const t: Awaited<ReturnType<typeof serve>> = await serve({
      enroll: (request, body, response) => {
        if (lost) response.socket?.destroy()
        else json(200, t.enrolment)(request, body, response)
        lost = false
      },
    })
    expect(await t.run()).toMatchObject({ ok: false, error: { code: 'unavailable' } })
    expect(await t.run()).toMatchObject({ ok: true })
    expect(t.requests).toHaveLength(2)
    expect(t.requests[0]?.devicePublicKey).toBe(t.requests[1]?.devicePublicKey)
  })
})

describe('a device that is signed out', () => {
  async function signedOut(answers: Parameters<typeof serve>[0] = {}) {
    const t = await serve(answers)
    const first = await t.run()
    const orderId = t.example.id('order')
    await t.vault.update({
      orderCounter: 7,
      policy: { leaseHours: 1, notifications: 'hidden', contentProtection: true },
      signedOut: { orderId, reason: 'left', issuedBy: 'IT', atMs: exampleTimeMs },
    })
    return { ...t, first, orderId }
  }

  test('[CWP76] is enrolled again under its own key, and goes on counting orders where it was', async () => {
    const t = await signedOut()
    expect((await t.run('WXYZ')).ok).toBe(true)
    const [before, again] = t.requests
    expect(again?.devicePublicKey).toBe(before?.devicePublicKey)
    expect(t.vault.identity()).toMatchObject({ deviceId: t.enrolment.deviceId, orderCounter: 7 })
    expect(t.vault.identity()).not.toHaveProperty('signedOut')
  })

  test('[CWP76] is not enrolled anywhere else: nothing is registered there, nothing changes here', async () => {
    const t = await signedOut()
    const other = await serve({})
    const info = { product: 'causeway', workspaceId: t.example.id('workspace'), versions: [1], timeMs: exampleTimeMs }
    const elsewhere = await serve({ info: json(200, info) })
    const files = new Map(t.disk.files)
    const about = { code: 'X', platform: 'test', version: '0.1.0' }
    const answer = await enrol(t.vault, { ...about, serverUrl: elsewhere.url }, exampleTimeMs)
    expect(answer).toMatchObject({ error: { code: 'wrong-server' } })
    expect([elsewhere.requests, other.requests]).toEqual([[], []])
    expect(t.disk.files).toEqual(files)
  })

  test.each([
    ['another device', { deviceId: createExample(32).id('device') }, 'already-exists'],
    ['another person', { userId: createExample(32).id('user') }, 'already-exists'],
    ['another workspace', { workspaceId: createExample(32).id('workspace') }, 'wrong-server'],
  ])('[CWP76] a server that answers for %s changes nothing', async (_, change, code) => {
    const answers: Parameters<typeof serve>[0] = {}
    const t = await signedOut(answers)
    const files = new Map(t.disk.files)
    answers.enroll = json(200, { ...t.enrolment, ...change })
    expect(await t.run()).toMatchObject({ error: { code } })
    expect(t.disk.files).toEqual(files)
    expect(t.vault.identity()?.signedOut?.orderId).toBe(t.orderId)
  })

  test.each(['already-exists', 'code-unknown', 'user-inactive', 'device-wiped', 'internal'])(
    '[CWP76] refused with %s it stays what it was',
    async (code) => {
      const answers: Parameters<typeof serve>[0] = {}
      const t = await signedOut(answers)
      const files = new Map(t.disk.files)
      answers.enroll = json(403, problem(code))
      expect(await t.run()).toMatchObject({ error: { code } })
      expect(t.disk.files).toEqual(files)
    },
  )
})

describe('receipt', () => {
  test('[SES30] is delivered once it is acknowledged, and only then', async () => {
    const wipeId = createExample(3).id('wipe')
    const taken: string[] = []
    for (const [status, delivered] of [
      [200, true],
      [400, false],
      [404, false],
      [500, false],
      [302, false],
    ] as const) {
      const t = await serve({
        other: (request, body, response) => {
          taken.push(`${request.method} ${request.url} ${body}`)
          text(status, '{}', { location: '/elsewhere' })(request, body, response)
        },
      })
      expect(await deliverReceipt(t.url, wipeId, 'a.b.c')).toBe(delivered)
    }
    expect(new Set(taken)).toEqual(new Set([`POST /v1/wipes/${wipeId}/receipt {"receipt":"a.b.c"}`]))
  })
})
