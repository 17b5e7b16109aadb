// Owns the test of the CLI against the workspace server itself, both as processes: people, a device, its wipe, the proof.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openOrder, signReceipt, toBase64url } from '../shared/proof.ts'
import { type EnrolResponse, enrolProofText, normaliseEnrolCode } from '../shared/wire.ts'
import { createExample } from '../testing/example.ts'
import { createTestSigner } from '../testing/signing.ts'

const root = path.join(import.meta.dirname, '..')
const example = createExample(99)
let folder: string
let server: ChildProcess
let url: string

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'causeway-admin-server-'))
  const dataDir = path.join(folder, 'data')
  server = spawn(process.execPath, [path.join(root, 'server', 'main.ts'), '--data', dataDir, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  if (!server.stdout) throw new Error('the server has no output')
  const [first] = (await once(createInterface(server.stdout), 'line')) as [string]
  url = (JSON.parse(first) as { url: string }).url
})

afterAll(async () => {
  if (server.exitCode === null) {
    server.kill()
    await once(server, 'exit')
  }
  rmSync(folder, { recursive: true, force: true })
})

async function admin<T>(...words: readonly string[]): Promise<{ status: unknown; value: T; code: string | undefined }> {
  const argv = ['--server', url, '--token-file', path.join(folder, 'data', 'admin-token'), ...words, '--json']
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'main.ts'), ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = ['', '']
  for (const [index, stream] of [child.stdout, child.stderr].entries()) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      texts[index] += text
    })
  }
  const [status] = await once(child, 'close')
  const [stdout, stderr] = texts
  return {
    status,
    value: (stdout ? JSON.parse(stdout) : undefined) as T,
    code: stderr ? (JSON.parse(stderr) as { error: { code: string } }).error.code : undefined,
  }
}

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

/** Times of a receipt, by a clock that is right. */
function justNow(): { startedAtMs: number; keysGoneAtMs: number; finishedAtMs: number } {
  const nowMs = Date.now()
  return { startedAtMs: nowMs, keysGoneAtMs: nowMs, finishedAtMs: nowMs }
}

test('[ADC15] a device is enrolled, wiped and proven wiped; a changed byte is refused', async () => {
  const created = await admin(
    'users',
    'create',
    '--name',
    'tai-man.chan',
    '--display',
    '陳大文',
    '--department',
    '法務',
  )
  expect(created).toMatchObject({ status: 0, value: { userName: 'tai-man.chan', active: true, department: '法務' } })
  const again = await admin('users', 'create', '--name', 'tai-man.chan', '--display', 'x')
  expect(again).toEqual({ status: 1, value: undefined, code: 'already-exists' })
  const { value: conversation } = await admin('conversations', 'create', '--name', '合規', '--members', 'tai-man.chan')
  expect(await admin('conversations', 'list')).toMatchObject({ status: 0, value: [conversation] })

  const device = await createTestSigner(example.random)
  const { value: enrolment } = await admin<{ code: string }>('enroll', 'create', '--user', 'tai-man.chan')
  const code = normaliseEnrolCode(enrolment.code)
  const { deviceId, userId } = await post<EnrolResponse>('/v1/enroll', {
    code,
    devicePublicKey: device.publicKey,
    proof: toBase64url(device.sign(new TextEncoder().encode(enrolProofText(code, device.publicKey)))),
    deviceName: 'DESK-07',
    platform: 'linux-x64',
    clientVersion: '0.1.0',
  })
  expect(await admin('devices', 'list')).toMatchObject({
    value: [{ id: deviceId, user: 'tai-man.chan', status: 'active' }],
  })
  const keysFile = path.join(folder, 'keys.json')
  writeFileSync(keysFile, JSON.stringify((await admin('keys', 'show')).value))

  const ordered = await admin<{ wipeId: string }>('devices', 'wipe', deviceId, '--reason', '離職 leaver')
  expect(ordered).toMatchObject({ status: 0, value: { deviceId, status: 'pending' } })
  const { wipeId } = ordered.value
  const file = path.join(folder, 'wipe.json')
  const showInto = async (): Promise<{ order: string; receipt?: string; status: string }> => {
    const { value } = await admin<{ order: string; receipt?: string; status: string }>('wipes', 'show', wipeId)
    writeFileSync(file, JSON.stringify(value))
    return value
  }
  const pending = await showInto()
  expect(await admin('wipes', 'verify', file)).toMatchObject({ status: 1, code: 'not-found' })
  const order = openOrder(pending.order, () => true)
  if (!order.ok) throw new Error(order.error.code)
  expect(order.value).toMatchObject({ wipeId, deviceId, reason: '離職 leaver' })

  const receipt = signReceipt(example.wipeReceipt(order.value, { userId, ...justNow() }), device.sign)
  await post(`/v1/wipes/${wipeId}/receipt`, { receipt })
  const done = await showInto()
  expect(done).toMatchObject({ status: 'done', receipt, countersignature: expect.any(String) })
  expect(await admin('devices', 'list')).toMatchObject({ value: [{ id: deviceId, status: 'wiped' }] })

  const countersignature = expect.objectContaining({ wipeId, shareDestroyedAtMs: expect.any(Number) })
  const verdict = {
    status: 0,
    value: { verified: true, wipeId, deviceId, order: order.value, countersignature, doubts: [] },
  }
  expect(await admin('wipes', 'verify', file)).toMatchObject(verdict)
  expect(await admin('wipes', 'verify', file, '--keys', keysFile)).toMatchObject(verdict)
  const at = receipt.length - 20
  const changed = receipt.slice(0, at) + (receipt[at] === 'A' ? 'B' : 'A') + receipt.slice(at + 1)
  writeFileSync(file, JSON.stringify({ ...done, receipt: changed }))
  expect(await admin('wipes', 'verify', file)).toMatchObject({ status: 1, code: 'receipt-bad-signature' })
})
