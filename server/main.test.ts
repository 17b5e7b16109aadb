// Checks the program: its first line, its failures and exit codes, its signals, and what a restart keeps.

import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { createServer, type Server, startServer } from './server.ts'
import { addGroup, addUsers, enrolDevice, goLive, message } from './test-device.ts'

// Starts of real processes: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 })

const folder = mkdtempSync(join(tmpdir(), 'causeway-server-'))
let dirs = 0
const newDir = () => join(folder, `${++dirs}`)
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(...args: string[]) {
  const child = spawn(process.execPath, [new URL('./main.ts', import.meta.url).pathname, ...args])
  children.push(child)
  let stdout = ''
  let stderr = ''
  child.stderr.on('data', (data) => (stderr += data))
  const listening = new Promise<{ type: string; url: string; dataDir: string }>((resolve, reject) => {
    child.stdout.on('data', (data) => {
      stdout += data
      if (stdout.includes('\n')) resolve(JSON.parse(stdout.slice(0, stdout.indexOf('\n'))))
    })
    child.on('exit', () => reject(new Error(stderr)))
  })
  listening.catch(() => undefined)
  const exited = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  )
  return { child, listening, exited }
}

async function expectFailure(args: string[], exitCode: number, code: string): Promise<void> {
  const { code: found, stdout, stderr } = await run(...args).exited
  expect([found, stdout]).toEqual([exitCode, ''])
  const lines = stderr.trimEnd().split('\n')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0]!)).toEqual({ error: { code, message: expect.any(String) } })
}

test('[SRV37] the first line tells where it listens; a signal stops it cleanly; a restart keeps everything', async () => {
  const dataDir = newDir()
  const first = run('--data', dataDir, '--port', '0', '--workspace-name', '海灣行')
  const { type, url, dataDir: told } = await first.listening
  expect([type, told]).toEqual(['listening', dataDir])
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const token = readFileSync(join(dataDir, 'admin-token'), 'utf8').trim()
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
  const admin = (base: string, path: string, body?: object) =>
    fetch(`${base}/admin/v1${path}`, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    }).then((response) => response.json())
  await admin(url, '/users', { userName: 'ann', displayName: 'Ann' })
  const keys = await admin(url, '/keys')
  expect(keys).toMatchObject({ workspaceName: '海灣行' })
  first.child.kill('SIGTERM')
  expect(await first.exited).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[^\n]+\n$/) })
  const second = run('--data', dataDir, '--port', new URL(url).port, '--workspace-name', 'ignored')
  expect((await second.listening).url).toBe(url)
  expect(await admin(url, '/users')).toMatchObject([{ userName: 'ann' }])
  expect(await admin(url, '/keys')).toEqual(keys)
  second.child.kill('SIGINT')
  expect((await second.exited).code).toBe(0)
})

test('[SRV38] every part of the data directory is private to its owner', async () => {
  const dataDir = newDir()
  mkdirSync(dataDir, { mode: 0o755 })
  const server = await createServer({ dataDir })
  expect(statSync(dataDir).mode & 0o777).toBe(0o700)
  for (const entry of readdirSync(dataDir, { recursive: true, withFileTypes: true })) {
    const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777
    expect([entry.name, mode & 0o077]).toEqual([entry.name, 0])
  }
  await server.close()
})

test.each([
  [[]],
  [['--data', 'x']],
  [['--data', 'x', '--port', '70000']],
  [['--data', 'x', '--port', '0', '--verbose']],
  [['--data', 'x', '--port', '0', '--public-origin', 'chat.example.com']],
])('[SRV39] wrong usage %j is exit 2 with one line', async (args) => {
  await expectFailure(args, 2, 'wrong-usage')
})

test('[SRV40] a port that is taken, data that is in use, too new, damaged or not writable: exit 1 with its code', async () => {
  const taken = createTcpServer()
  const port = await new Promise<string>((resolve) =>
    taken.listen(0, '127.0.0.1', () => {
      const address = taken.address()
      resolve(typeof address === 'object' ? String(address?.port) : '')
    }),
  )
  await expectFailure(['--data', newDir(), '--port', port], 1, 'port-taken')
  taken.close()

  const used = newDir()
  const server = await createServer({ dataDir: used })
  await expectFailure(['--data', used, '--port', '0'], 1, 'data-in-use')
  expect(await startServer({ dataDir: used })).toMatchObject({ error: { code: 'data-in-use' } })
  await server.close()

  const database = new Database(join(used, 'workspace.db'))
  database.pragma('user_version = 99')
  database.close()
  await expectFailure(['--data', used, '--port', '0'], 1, 'data-too-new')

  const file = newDir()
  writeFileSync(file, '')
  await expectFailure(['--data', join(file, 'below'), '--port', '0'], 1, 'data-not-writable')
})

test('[SRV41] a failed start leaves nothing open: the next one works', async () => {
  const dataDir = newDir()
  const first = await createServer({ dataDir })
  const other = newDir()
  const port = Number(new URL(first.url).port)
  expect(await startServer({ dataDir: other, port })).toMatchObject({ error: { code: 'port-taken' } })
  const second = await createServer({ dataDir: other })
  await Promise.all([first.close(), second.close()])
})

test('[SRV42] data and keys belong together: with another master key, or a damaged one, the server does not start', async () => {
  const dataDir = newDir()
  await (await createServer({ dataDir })).close()
  const path = join(dataDir, 'keys', 'master.key')
  const good = readFileSync(path)
  writeFileSync(path, `${'A'.repeat(43)}\n`)
  expect(await startServer({ dataDir })).toMatchObject({ error: { code: 'store-corrupt' } })
  writeFileSync(path, 'short')
  expect(await startServer({ dataDir })).toMatchObject({ error: { code: 'store-corrupt' } })
  writeFileSync(join(dataDir, 'keys', 'authority.json'), '{}')
  writeFileSync(path, good)
  expect(await startServer({ dataDir })).toMatchObject({ error: { code: 'store-corrupt' } })
})

test('[SRV43] a key file that is readable by others is made private again', async () => {
  const dataDir = newDir()
  await (await createServer({ dataDir })).close()
  chmodSync(join(dataDir, 'admin-token'), 0o644)
  await (await createServer({ dataDir })).close()
  expect(statSync(join(dataDir, 'admin-token')).mode & 0o777).toBe(0o600)
})

async function withDevice(server: Server) {
  addUsers(server, 'alice', 'bob')
  const conversationId = addGroup(server, 'alice', 'bob')
  const device = await enrolDevice(server, 'alice')
  return { conversationId, device, line: await goLive(server, device) }
}

test('[SRV44] no text stands on the server’s disk in the clear, and a restart answers a resend with its place', async () => {
  const dataDir = newDir()
  const server = await createServer({ dataDir })
  const { conversationId, device, line } = await withDevice(server)
  const body = '不可外洩的內容 confidential text'
  const sent = message(conversationId, body)
  line.send(sent)
  const { seq } = await line.next('sent')
  const { share } = (await line.next('welcome')).lease
  const { cursor } = line.frames.find((frame) => frame.type === 'access')!
  await server.close()
  const secrets = [
    Buffer.from('不可外洩'),
    Buffer.from('confidential'),
    Buffer.from(share, 'base64url'),
    Buffer.from(share),
  ]
  for (const entry of readdirSync(dataDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const bytes = readFileSync(join(entry.parentPath, entry.name))
    for (const secret of secrets) expect([entry.name, bytes.includes(secret)]).toEqual([entry.name, false])
  }

  const again = await createServer({ dataDir })
  const back = await goLive(again, device, { accessCursor: cursor })
  expect(back.frames.find((frame) => frame.type === 'access')).toMatchObject({ granted: [] })
  expect((await back.next('welcome')).lease.share).toBe(share)
  back.send(sent)
  expect((await back.next('sent')).seq).toBe(seq)
  back.send({ type: 'pull', id: 1, conversationId, from: { after: 2 }, limit: 10 })
  expect((await back.next('events')).events).toMatchObject([{ seq, content: { body } }])
  await again.close()
})

test('[SRV45] killed without warning, the program has every message that it acknowledged, once', async () => {
  const dataDir = newDir()
  const program = run('--data', dataDir, '--port', '0')
  const { url } = await program.listening
  const token = readFileSync(join(dataDir, 'admin-token'), 'utf8').trim()
  const admin = async (path: string, body: object) => {
    const response = await fetch(`${url}/admin/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { ok: true, value: await response.json() } as never
  }
  await admin('/users', { userName: 'alice', displayName: 'Alice' })
  const made: { value: { id: never } } = await admin('/conversations', { name: 'g', members: ['alice'] })
  const code: { value: { code: string } } = await admin('/enrolments', { user: 'alice' })
  const remote = { url, admin: { createEnrolment: () => ({ ok: true, value: code.value }) } } as unknown as Server
  const device = await enrolDevice(remote, 'alice')
  const line = await goLive(remote, device)
  const conversationId = made.value.id
  const all = Array.from({ length: 150 }, (_, i) => message(conversationId, `no. ${i}`))
  for (const frame of all) line.send(frame)
  await line.next('sent')
  program.child.kill('SIGKILL')
  await line.closed
  const acknowledged = line.frames.flatMap((frame) => (frame.type === 'sent' ? [frame.clientId] : []))
  await program.exited

  const server = await createServer({ dataDir })
  const back = await goLive(server, device)
  const pull = async (id: number) => {
    back.send({ type: 'pull', id, conversationId, from: { after: 2 }, limit: 200 })
    return (await back.next('events')).events.map((event) => event.content.clientId)
  }
  const kept = await pull(1)
  expect(kept.slice(0, acknowledged.length)).toEqual(acknowledged)
  for (const frame of all) back.send(frame)
  for (const _ of all) await back.next('sent')
  expect(await pull(2)).toEqual(all.map((frame) => frame.clientId))
  await server.close()
})
