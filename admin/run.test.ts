// Owns the tests of the CLI against a stand-in for the admin API: arguments, requests, answers, failures, secrecy.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { AdminRouteName } from '../shared/admin.ts'
import { type AdminStub, type StubHandler, startAdminStub } from '../testing/admin-stub.ts'
import { createExample, exampleTimeMs } from '../testing/example.ts'
import { runAdmin } from './run.ts'

const TOKEN = 'adm_4f7aT0kenThatMustNeverBePrinted'
const example = createExample(20260302)
const userId = example.id('user')
const conversationId = example.id('conversation')
const deviceId = example.id('device')
const wipeId = example.id('wipe')
const instant = new Date(exampleTimeMs).toISOString()

const user = {
  id: userId,
  userName: 'tai-man.chan',
  displayName: '陳大文',
  active: true,
  department: '法務',
  roles: [],
}
const conversation = {
  id: conversationId,
  name: '合規通告',
  kind: 'channel',
  members: ['a', 'b'],
  headSeq: 3,
  isOpen: false,
  archived: false,
  labels: { region: 'hk' },
}
const device = {
  id: deviceId,
  user: 'tai-man.chan',
  name: 'DESK-07',
  platform: 'win32',
  clientVersion: '0.1.0',
  status: 'active',
  enrolledAt: instant,
  lastSeenAt: instant,
  leaseUntil: instant,
  connected: true,
}
const wipe = {
  wipeId,
  deviceId,
  orderId: example.id('order'),
  status: 'pending',
  order: 'a.b.c',
  issuedAt: instant,
  devicePublicKey: 'x',
}
const policy = { leaseHours: 72, notifications: 'full', contentProtection: false }
const keys = { workspaceId: example.id('workspace'), workspaceName: '海灣行', authority: [], devices: [] }

let folder: string
let tokenFile: string
let stub: AdminStub | undefined

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'causeway-admin-'))
  tokenFile = path.join(folder, 'token')
  writeFileSync(tokenFile, `${TOKEN}\n`, { mode: 0o600 })
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
}

async function run(argv: readonly string[], options: { timeoutMs?: number } = {}): Promise<Ran> {
  let stdout = ''
  let stderr = ''
  const status = await runAdmin({
    argv,
    fetch: globalThis.fetch,
    platform: process.platform,
    readText: () => Promise.reject(new Error('no file is read here')),
    writeFile: () => Promise.reject(new Error('no file is written here')),
    printPdf: () => Promise.reject(new Error('nothing is printed here')),
    loadPrimitives: () => Promise.reject(new Error('nothing is verified here')),
    nowMs: () => exampleTimeMs,
    sleep: () => Promise.reject(new Error('nobody waits here')),
    stdout: (text) => {
      stdout += text
    },
    stderr: (text) => {
      stderr += text
    },
    ...options,
  })
  return { status, stdout, stderr }
}

async function serve(handlers: Partial<Record<AdminRouteName, StubHandler>>): Promise<string[]> {
  stub = await startAdminStub(TOKEN, handlers)
  return ['--server', stub.url, '--token-file', tokenFile]
}

describe('commands', () => {
  test.each([
    {
      words: ['users', 'create', '--name', 'tai-man.chan', '--display', '陳大文', '--department', '法務'],
      route: 'createUser',
      body: { userName: 'tai-man.chan', displayName: '陳大文', department: '法務' },
      answer: user,
    },
    {
      words: ['users', 'create', '--name', 'n', '--display', 'D', '--title', 'T', '--manager', 'tai-man.chan'],
      route: 'createUser',
      body: { userName: 'n', displayName: 'D', title: 'T', manager: 'tai-man.chan' },
      answer: user,
    },
    { words: ['users', 'list'], route: 'listUsers', answer: [user] },
    {
      words: ['users', 'deactivate', 'a+b@x.hk'],
      route: 'deactivateUser',
      params: { userName: 'a+b@x.hk' },
      body: {},
      answer: { ...user, active: false },
    },
    {
      words: ['enroll', 'create', '--user', 'n'],
      route: 'createEnrolment',
      body: { user: 'n' },
      answer: { code: 'ABCD-EFGH-JKMN', expiresAt: instant },
    },
    {
      words: ['conversations', 'create', '--name', '合規', '--members', 'a, b,', '--labels', 'region=hk, rule=a=b'],
      route: 'createConversation',
      body: { name: '合規', members: ['a', 'b'], labels: { region: 'hk', rule: 'a=b' } },
      answer: conversation,
    },
    {
      words: ['conversations', 'create', '--name=C', '--members=a,b', '--space=S', '--kind=direct', '--topic=T'],
      route: 'createConversation',
      body: { name: 'C', members: ['a', 'b'], space: 'S', kind: 'direct', topic: 'T' },
      answer: conversation,
    },
    {
      words: ['conversations', 'create', '--name=C', '--members=a', '--kind=channel', '--open=on'],
      route: 'createConversation',
      body: { name: 'C', members: ['a'], kind: 'channel', isOpen: true },
      answer: { ...conversation, isOpen: true },
    },
    {
      words: [
        'conversations',
        'change',
        conversationId,
        '--name',
        '公告',
        '--topic',
        '',
        '--open=off',
        '--archived=on',
      ],
      route: 'changeConversation',
      params: { conversationId },
      body: { name: '公告', topic: '', isOpen: false, archived: true },
      answer: { ...conversation, archived: true },
    },
    {
      words: ['conversations', 'invite', conversationId, '--members', 'c, d'],
      route: 'addMembers',
      params: { conversationId },
      body: { members: ['c', 'd'] },
      answer: conversation,
    },
    {
      words: ['conversations', 'remove', conversationId, '--member', 'a+b@x.hk'],
      route: 'removeMember',
      params: { conversationId, userName: 'a+b@x.hk' },
      body: {},
      answer: conversation,
    },
    { words: ['conversations', 'list'], route: 'listConversations', answer: [conversation] },
    { words: ['devices', 'list'], route: 'listDevices', answer: [device] },
    {
      words: ['devices', 'wipe', deviceId, '--reason', '離職 leaver'],
      route: 'wipeDevice',
      params: { deviceId },
      body: { reason: '離職 leaver' },
      answer: wipe,
    },
    {
      words: ['devices', 'rotate', deviceId],
      route: 'rotateDevice',
      params: { deviceId },
      body: {},
      answer: { deviceId, generation: 2, connected: false },
    },
    { words: ['policy', 'show'], route: 'showPolicy', answer: policy },
    {
      words: ['policy', 'set', '--cache-days', '30', '--cache-max-messages', '5000', '--content-protection', 'on'],
      route: 'changePolicy',
      body: { cacheDays: 30, cacheMaxMessages: 5000, contentProtection: true },
      answer: { ...policy, cacheDays: 30 },
    },
    {
      words: ['policy', 'set', '--lease-hours=24', '--notifications=hidden', '--lock-after-minutes=5'],
      route: 'changePolicy',
      body: { leaseHours: 24, notifications: 'hidden', lockAfterMinutes: 5 },
      answer: { ...policy, lockAfterMinutes: 5 },
    },
    {
      words: ['policy', 'set', '--forwarding=off', '--downloads', 'on', '--editing', 'default', '--deleting=off'],
      route: 'changePolicy',
      body: { forwarding: false, downloads: true, editing: null, deleting: false },
      answer: { ...policy, forwarding: false },
    },
    {
      words: ['policy', 'set', '--cache-days', 'default', '--content-protection', 'off'],
      route: 'changePolicy',
      body: { cacheDays: null, contentProtection: false },
      answer: policy,
    },
    { words: ['wipes', 'show', wipeId], route: 'showWipe', params: { wipeId }, answer: wipe },
    { words: ['keys', 'show'], route: 'showKeys', answer: keys },
    { words: ['status'], route: 'status', answer: { version: '0.1.0', timeMs: exampleTimeMs, connections: 2 } },
  ] as const)('[ADC3] $words asks for $route and prints the answer as one JSON value', async (each) => {
    const server = await serve({ [each.route]: () => each.answer })
    const { status, stdout, stderr } = await run([...server, ...each.words, '--json'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual(each.answer)
    expect(stdout.trimEnd()).not.toContain('\n')
    expect(stub?.requests).toEqual([
      {
        route: each.route,
        params: 'params' in each ? each.params : {},
        body: 'body' in each ? each.body : undefined,
      },
    ])
    const readable = await run([...server, ...each.words])
    expect(readable.status).toBe(0)
    expect(readable.stdout.trim()).not.toMatch(/^[[{]/)
  })

  test('[ADC3] flags may stand before, between and after the words', async () => {
    const server = await serve({ listUsers: () => [user] })
    expect((await run(['--json', 'users', ...server, 'list'])).status).toBe(0)
  })

  test('[ADC3] an empty list says so in words', async () => {
    const server = await serve({ listDevices: () => [] })
    expect((await run([...server, 'devices', 'list'])).stdout).toBe('none\n')
  })

  test('[ADC3] a path in front of the API is kept', async () => {
    const asked: string[] = []
    const http = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.setHeader('content-type', 'application/json').end('[]')
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const { port } = http.address() as AddressInfo
    const { status } = await run([
      '--server',
      `http://127.0.0.1:${port}/causeway/`,
      '--token-file',
      tokenFile,
      'users',
      'list',
    ])
    await new Promise((resolve) => http.close(resolve).closeAllConnections())
    expect({ status, asked }).toEqual({ status: 0, asked: ['/causeway/admin/v1/users'] })
  })
})

describe('usage', () => {
  const server = ['--server', 'http://127.0.0.1:1', '--token-file', 'none']
  test.each([
    [[]],
    [['nonsense']],
    [['users']],
    [['users', 'nonsense']],
    [[...server, 'users', 'list', 'extra']],
    [[...server, 'users', 'list', '--name', 'x']],
    [[...server, 'users', 'create', '--name', 'x']],
    [[...server, 'users', 'list', '--no-such-flag']],
    [[...server, 'users', 'list', '--server', 'http://127.0.0.1:2']],
    [[...server, 'users', 'deactivate']],
    [[...server, 'users', 'create', '--name']],
    [[...server, 'conversations', 'create', '--name', 'x', '--members', 'a', '--kind', 'club']],
    [[...server, 'conversations', 'create', '--name', 'x', '--members', 'a', '--labels', 'novalue']],
    [[...server, 'conversations', 'create', '--name', 'x', '--members', 'a', '--labels', 'k=1,k=2']],
    [['users', 'list']],
    [['users', 'list', '--server', 'http://127.0.0.1:1']],
    [['wipes', 'verify', 'file']],
    [[...server, 'policy', 'set']],
    [[...server, 'policy', 'set', '--cache-days', '0']],
    [[...server, 'policy', 'set', '--cache-days', '1e3']],
    [[...server, 'policy', 'set', '--cache-max-messages', '999']],
    [[...server, 'policy', 'set', '--lease-hours', 'default']],
    [[...server, 'policy', 'set', '--lease-hours', '72.5']],
    [[...server, 'policy', 'set', '--notifications', 'loud']],
    [[...server, 'policy', 'set', '--content-protection', 'true']],
    [[...server, 'policy', 'set', '--editing', 'yes']],
    [[...server, 'conversations', 'change', conversationId]],
    [[...server, 'conversations', 'change', conversationId, '--archived', 'true']],
    [[...server, 'conversations', 'invite', conversationId]],
    [[...server, 'conversations', 'remove', '--member', 'a']],
    [[...server, 'policy', 'set', '--lock-after-minutes', '1441']],
  ])('[ADC4] %j is wrong usage: exit 2, usage on stderr, nothing on stdout', async (argv) => {
    const plain = await run(argv)
    expect({ status: plain.status, stdout: plain.stdout }).toEqual({ status: 2, stdout: '' })
    expect(plain.stderr).toMatch(/\(wrong-usage\)\nusage: admin /)
    const json = await run([...argv, '--json'])
    expect({ status: json.status, stdout: json.stdout }).toEqual({ status: 2, stdout: '' })
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'wrong-usage', usage: expect.any(String) } })
  })

  test('[ADC4] a figure of policy that is out of bounds is told its bounds', async () => {
    const { stderr } = await run([...server, 'policy', 'set', '--cache-max-messages', '5'])
    expect(stderr).toContain('--cache-max-messages takes 1000..1000000|default.')
    expect((await run(['policy', '--help'])).stdout).toContain('--lease-hours 1..8760')
  })

  test('[ADC4] --help alone lists every command, and after a noun its flags', async () => {
    const all = await run(['--help'])
    expect(all.status).toBe(0)
    for (const words of [
      'users create',
      'enroll create',
      'devices wipe ID',
      'wipes verify FILE',
      'keys show',
      'status',
    ]) {
      expect(all.stdout).toContain(words)
    }
    for (const noun of ['users', 'enroll', 'conversations', 'devices', 'policy', 'wipes', 'keys', 'status']) {
      const one = await run([noun, '--help'])
      expect({ status: one.status, stderr: one.stderr }).toEqual({ status: 0, stderr: '' })
      expect(one.stdout).toContain(noun)
    }
    expect((await run(['conversations', 'create', '-h'])).stdout).toContain('--labels k=v,k2=v2')
  })
})

describe('failures', () => {
  test.each([
    [404, 'not-found', 'not-found'],
    [409, 'already-exists', 'already-exists'],
    [429, 'rate-limited', 'rate-limited'],
    [403, 'user-inactive', 'user-inactive'],
    [409, 'code-of-a-newer-server', 'already-exists'],
    [418, 'code-of-a-newer-server', 'internal'],
    [400, 'toString', 'bad-input'],
  ])('[ADC5] a problem of status %i with code %s fails as %s', async (httpStatus, code, expected) => {
    const server = await serve({
      listUsers: () => ({ status: httpStatus, failure: { code, message: 'It says why.' } }),
    })
    const { status, stdout, stderr } = await run([...server, 'users', 'list', '--json'])
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(JSON.parse(stderr)).toEqual({ error: { code: expected, message: 'It says why.' } })
    const plain = await run([...server, 'users', 'list'])
    expect(plain).toEqual({ status: 1, stdout: '', stderr: `error: It says why. (${expected})\n` })
  })

  test('[ADC5] a wrong token is not-allowed', async () => {
    const server = await serve({ listUsers: () => [] })
    const other = path.join(folder, 'other')
    writeFileSync(other, 'another', { mode: 0o600 })
    const { status, stderr } = await run([
      server[0] ?? '',
      server[1] ?? '',
      '--token-file',
      other,
      'users',
      'list',
      '--json',
    ])
    expect({ status, code: JSON.parse(stderr).error.code }).toEqual({ status: 1, code: 'not-allowed' })
  })

  test('[ADC5] nobody listening, and nobody answering in time, are unavailable', async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const argv = ['--server', `http://127.0.0.1:${port}`, '--token-file', tokenFile, 'users', 'list', '--json']
    const late = await run(argv, { timeoutMs: 50 })
    await new Promise((resolve) => silent.close(resolve).closeAllConnections())
    const refused = await run(argv)
    for (const { status, stdout, stderr } of [late, refused]) {
      expect({ status, stdout, code: JSON.parse(stderr).error.code }).toEqual({
        status: 1,
        stdout: '',
        code: 'unavailable',
      })
    }
    expect(refused.stderr).toContain('ECONNREFUSED')
  })

  test.each([
    ['a page', 200, { 'content-type': 'text/html' }, '<html>'],
    ['another JSON', 200, { 'content-type': 'application/json' }, '{"users":[]}'],
    ['an error page', 500, { 'content-type': 'text/html' }, '<h1>no</h1>'],
    ['nothing', 200, {}, ''],
    ['a redirect', 307, { location: 'http://127.0.0.1:1/admin/v1/users' }, ''],
  ])('[ADC6] %s is not an answer of a server of ours', async (_, code, headers, body) => {
    const http = createServer((_request, response) => void response.writeHead(code, headers).end(body))
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const { port } = http.address() as AddressInfo
    const { status, stdout, stderr } = await run([
      '--server',
      `http://127.0.0.1:${port}`,
      '--token-file',
      tokenFile,
      'users',
      'list',
      '--json',
    ])
    await new Promise((resolve) => http.close(resolve).closeAllConnections())
    expect({ status, stdout, code: JSON.parse(stderr).error.code }).toEqual({
      status: 1,
      stdout: '',
      code: 'not-a-server',
    })
  })

  test.each([
    ['users', 'deactivate', '..'],
    ['users', 'deactivate', '.'],
    ['users', 'deactivate', 'a/b'],
    ['devices', 'wipe', 'not-an-id', '--reason', 'x'],
    ['users', 'create', '--name', 'x', '--display', ''],
    ['devices', 'wipe', deviceId, '--reason', '   '],
  ])('[ADC7] %s %s %s is bad-input and nothing is sent', async (...words) => {
    const server = await serve({})
    const { status, stderr } = await run([...server, ...words, '--json'])
    expect({ status, code: JSON.parse(stderr).error.code }).toEqual({ status: 1, code: 'bad-input' })
    expect(stub?.requests).toEqual([])
  })

  test.each(['ftp://x', 'localhost:8080', 'http://u:p@localhost', 'http://localhost/?x', 'nonsense'])(
    '[ADC7] --server %s is bad-input',
    async (server) => {
      const { status, stderr } = await run(['--server', server, '--token-file', tokenFile, 'users', 'list', '--json'])
      expect({ status, code: JSON.parse(stderr).error.code }).toEqual({ status: 1, code: 'bad-input' })
    },
  )
})

describe('token', () => {
  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['of several lines', `${TOKEN}\n${TOKEN}\n`],
    ['with a blank', `${TOKEN} ${TOKEN}`],
    ['not ASCII', `${TOKEN}é`],
    ['too long', TOKEN.repeat(1000)],
  ])('[ADC8] a token file that is %s is bad-input, and none of it is printed', async (name, content) => {
    const file = path.join(folder, name.replaceAll(' ', '-'))
    if (content !== undefined) writeFileSync(file, content, { mode: 0o600 })
    const { status, stdout, stderr } = await run([
      '--server',
      'http://127.0.0.1:1',
      '--token-file',
      file,
      'status',
      '--json',
    ])
    expect({ status, stdout, code: JSON.parse(stderr).error.code }).toEqual({
      status: 1,
      stdout: '',
      code: 'bad-input',
    })
    expect(stderr).not.toContain(TOKEN)
  })

  test('[ADC8] the token is printed nowhere, even when the server sends it back', async () => {
    const server = await serve({
      listUsers: () => [{ ...user, displayName: TOKEN }],
      listDevices: () => ({ status: 400, failure: { code: 'bad-input', message: `Bearer ${TOKEN}?` } }),
    })
    for (const words of [
      ['users', 'list'],
      ['devices', 'list'],
      ['devices', 'list', '--json'],
      ['users', 'list', '--json'],
    ]) {
      const { stdout, stderr } = await run([...server, ...words])
      expect(stdout + stderr).toContain('[token]')
      expect(stdout + stderr).not.toContain(TOKEN)
    }
  })

  test.skipIf(process.platform === 'win32')('[ADC8] a token file that others may read is warned of', async () => {
    const server = await serve({
      listUsers: () => [],
      listDevices: () => ({ status: 404, failure: { code: 'not-found', message: 'No.' } }),
    })
    const open = path.join(folder, 'open')
    writeFileSync(open, TOKEN)
    chmodSync(open, 0o644)
    const argv = [server[0] ?? '', server[1] ?? '', '--token-file', open]
    const done = await run([...argv, 'users', 'list', '--json'])
    expect(done).toMatchObject({ status: 0, stdout: '[]\n' })
    expect(done.stderr).toMatch(/^warning: .*mode 644/)
    // A script must be able to parse a failure.
    const failed = await run([...argv, 'devices', 'list', '--json'])
    expect(JSON.parse(failed.stderr)).toEqual({ error: { code: 'not-found', message: 'No.' } })
  })
})

describe('terminal', () => {
  test('[ADC2] what the server says cannot steer the terminal', async () => {
    const evil = 'x\u001b]0;owned\u0007\u009b2J\u202e'
    const server = await serve({
      listUsers: () => [{ ...user, displayName: evil }],
      listDevices: () => ({ status: 404, failure: { code: 'not-found', message: evil } }),
    })
    for (const words of [
      ['users', 'list'],
      ['users', 'list', '--json'],
      ['devices', 'list'],
      ['devices', 'list', '--json'],
    ]) {
      const { stdout, stderr } = await run([...server, ...words])
      expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202a-\u202e]/u)
    }
  })
})
