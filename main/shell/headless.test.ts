import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { fail, ok } from '../../shared/result.ts'
import type { Log } from '../log.ts'
import type { BridgeHandler } from './bridge-gate.ts'
import { createDevKeyStore } from './dev-key-store.ts'
import { boundedLines, createHeadlessShell } from './headless.ts'

const root = mkdtempSync(join(tmpdir(), 'causeway-headless-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const log: Log = { error() {}, info() {}, debug() {} }

/** Feeds `text` to a headless shell served by `handle`; resolves with its output lines and exit code once it has ended. */
async function converse(text: string, handle: BridgeHandler) {
  const output = new PassThrough()
  const chunks: Buffer[] = []
  output.on('data', (chunk) => chunks.push(chunk))
  let stopped = false
  const code = await new Promise<number>((exit) => {
    const keyStore = createDevKeyStore(join(root, 'unused'))
    const shell = createHeadlessShell({ keyStore, input: Readable.from([Buffer.from(text)]), output, log, exit })
    shell.onQuit(async () => {
      stopped = true
    })
    shell.serve(handle)
  })
  const lines = Buffer.concat(chunks).toString().trimEnd().split('\n')
  return { code, stopped, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

test('[SHL22] each call is answered under its id, in the order they finish, before the end', async () => {
  let release: () => void = () => undefined
  const slow = new Promise<void>((resolve) => {
    release = resolve
  })
  const { code, stopped, lines } = await converse(
    '{"id":1,"call":"search","args":{"text":"慢"}}\n{"id":"b","call":"getSession"}\n',
    async (name, args) => {
      if (name === 'search') await slow
      else release()
      return ok({ name, args })
    },
  )
  expect(lines).toEqual([
    { id: 'b', ok: { name: 'getSession', args: {} } },
    { id: 1, ok: { name: 'search', args: { text: '慢' } } },
  ])
  expect([code, stopped]).toEqual([0, true])
})

test('[SHL22] a failure is answered with its code and message', async () => {
  const { lines } = await converse('{"id":1,"call":"nope"}\n', async () => fail('bad-input', 'no'))
  expect(lines).toEqual([{ id: 1, error: { code: 'bad-input', message: 'no' } }])
})

test.each([
  ['not JSON', 'hello', null, 'bad-input'],
  ['no call', '{"id":3}', 3, 'bad-input'],
  ['no id', '{"call":"getSession"}', null, 'bad-input'],
  ['an array', '[1]', null, 'bad-input'],
  ['an unknown member', '{"id":4,"call":"getSession","more":1}', 4, 'bad-input'],
  ['too long', `{"id":5,"call":"search","args":"${'x'.repeat(limits.bridgeCallBytes * 2)}"}`, null, 'too-large'],
  [
    'args above the bridge limit',
    `{"id":6,"call":"search","args":"${'x'.repeat(limits.bridgeCallBytes)}"}`,
    6,
    'too-large',
  ],
])('[SHL23] a malformed line is answered, and the next one is served: %s', async (_name, line, id, code) => {
  const { lines } = await converse(`${line}\n\n{"id":9,"call":"getSession"}\n`, async () => ok({}))
  expect(lines).toMatchObject([
    { id, error: { code } },
    { id: 9, ok: {} },
  ])
})

test('[SHL24] a script may write more calls at once than may be under way', async () => {
  const many = limits.bridgeCallsInFlight * 3
  const text = Array.from({ length: many }, (_, id) => JSON.stringify({ id, call: 'getSession' })).join('\n')
  let underWay = 0
  let most = 0
  const { lines } = await converse(text, async () => {
    underWay += 1
    most = Math.max(most, underWay)
    await new Promise((resolve) => setImmediate(resolve))
    underWay -= 1
    return ok({})
  })
  expect(lines.every((line) => 'ok' in line)).toBe(true)
  expect(lines).toHaveLength(many)
  expect(most).toBeLessThanOrEqual(limits.bridgeCallsInFlight)
})

test('[SHL24] lines are cut at newlines wherever chunks end, and a long one is dropped whole', async () => {
  const chunks = ['{"a"', ':"字', '"}\n\nxx', 'xxxxxxxx', 'xxxx\nlast'].map((text) => Buffer.from(text))
  const lines: (string | undefined)[] = []
  for await (const line of boundedLines(Readable.from(chunks), 12)) lines.push(line)
  expect(lines).toEqual(['{"a":"字"}', '', undefined, 'last'])
})

test('[SHL25] an event is a line of its own', async () => {
  const output = new PassThrough()
  const keyStore = createDevKeyStore(join(root, 'unused'))
  const shell = createHeadlessShell({ keyStore, input: new PassThrough(), output, log, exit: () => undefined })
  shell.emit('conversationsChanged', {})
  expect(output.read()?.toString()).toBe('{"event":"conversationsChanged","data":{}}\n')
})

/** Runs the real entry program. */
function runEntry(args: string[], input: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const entry = join(import.meta.dirname, '..', 'node-entry.ts')
  const child = spawn(process.execPath, [entry, ...args], {
    stdio: 'pipe',
    env: { ...process.env, CAUSEWAY_PASSPHRASE: '' },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdin.end(input)
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
}

test('[SHL26] --describe prints the contract as one JSON document and ends with 0', async () => {
  const { code, stdout } = await runEntry(['--headless', '--describe'], '')
  const contract: unknown = JSON.parse(stdout)
  expect(contract).toMatchObject({
    calls: { sendMessage: { args: { additionalProperties: false, required: ['conversationId', 'body'] } } },
    events: { wiped: { payload: { type: 'object' } } },
  })
  expect(code).toBe(0)
})

test.each([
  [['--headless'], 2, 'wrong-usage'],
  [['--headless', '--profile', 'x', '--bogus'], 2, 'wrong-usage'],
  [['--headless', '--profile', 'x', '--enroll', 'CODE'], 2, 'wrong-usage'],
  [['--headless', '--dev-keystore', '--profile', join(root, 'file', 'profile')], 1, 'profile-not-writable'],
])('[SHL27] %j ends with %i and %s on the error stream', async (args, exitCode, failureCode) => {
  writeFileSync(join(root, 'file'), '')
  const { code, stdout, stderr } = await runEntry(args, '')
  expect(JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ error: { code: failureCode } })
  expect([code, stdout]).toEqual([exitCode, ''])
})

test('[SHL28] the headless desktop answers on a fresh profile and ends at the end of input', async () => {
  const profileDir = join(root, 'fresh')
  const { code, stdout } = await runEntry(
    ['--headless', '--dev-keystore', '--profile', profileDir],
    '{"id":1,"call":"getSession","args":{}}\n{"id":2,"call":"nope","args":{}}\n',
  )
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  const answers = lines.filter((line) => 'id' in line).sort((a, b) => Number(a.id) - Number(b.id))
  expect(answers).toMatchObject([
    { id: 1, ok: { state: 'signed-out', host: 'headless' } },
    { id: 2, error: { code: 'bad-input' } },
  ])
  expect(lines.every((line) => 'id' in line || 'event' in line)).toBe(true)
  expect(code).toBe(0)
})
