// Owns the test of the CLI as a process: exit status, streams, standard input.

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signCountersignature, signOrder, signReceipt } from '../shared/proof.ts'
import { startAdminStub } from '../testing/admin-stub.ts'
import { createExample } from '../testing/example.ts'
import { createTestSigner } from '../testing/signing.ts'

const entry = path.join(import.meta.dirname, 'main.ts')
const example = createExample(31)
let folder: string

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'causeway-admin-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function admin(
  argv: readonly string[],
  input?: string,
): Promise<{ status: unknown; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [entry, ...argv], { stdio: ['pipe', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdin.on('error', () => undefined).end(input)
  const status = await new Promise((resolve) => child.on('close', resolve))
  return { status, stdout, stderr }
}

describe('process', () => {
  test('[ADC14] exits 0, 1 and 2 with the promised streams', async () => {
    const tokenFile = path.join(folder, 'token')
    writeFileSync(tokenFile, 'secret', { mode: 0o600 })
    const stub = await startAdminStub('secret', { listDevices: () => [] })
    const server = ['--server', stub.url, '--token-file', tokenFile, '--json']
    const [done, failed, wrong] = await Promise.all([
      admin([...server, 'devices', 'list']),
      admin([...server, 'users', 'list']),
      admin([...server, 'users', 'lits']),
    ])
    await stub.close()
    expect(done).toEqual({ status: 0, stdout: '[]\n', stderr: '' })
    expect(failed).toEqual({
      status: 1,
      stdout: '',
      stderr: '{"error":{"code":"not-found","message":"No such thing."}}\n',
    })
    expect({ ...wrong, stderr: JSON.parse(wrong.stderr).error.code }).toEqual({
      status: 2,
      stdout: '',
      stderr: 'wrong-usage',
    })
  })

  test('[ADC14] verifies a file or standard input with a key file, needing neither server nor token', async () => {
    const authority = await createTestSigner(example.random)
    const device = await createTestSigner(example.random)
    const order = example.wipeOrder()
    const file = path.join(folder, 'wipe.json')
    const keysFile = path.join(folder, 'keys.json')
    const signedOrder = signOrder(order, authority.kid, authority.sign)
    const receipt = signReceipt(example.wipeReceipt(order), device.sign)
    const hash = (text: string): string => createHash('sha256').update(text).digest('base64url')
    const { wipeId, workspaceId, deviceId, issuedAtMs } = order
    const said = { wipeId, workspaceId, deviceId, orderSha256: hash(signedOrder), receiptSha256: hash(receipt) }
    const countersignature = signCountersignature(
      { ...said, receivedAtMs: issuedAtMs + 5000, shareDestroyedAtMs: issuedAtMs },
      authority.kid,
      authority.sign,
    )
    const wipe = JSON.stringify({ order: signedOrder, receipt, countersignature })
    writeFileSync(file, wipe)
    writeFileSync(
      keysFile,
      JSON.stringify({
        workspaceId: order.workspaceId,
        workspaceName: order.workspaceName,
        authority: [{ kid: authority.kid, publicKey: authority.publicKey }],
        devices: [{ deviceId: order.deviceId, publicKey: device.publicKey }],
      }),
    )
    const [fromFile, fromInput, changed, missing] = await Promise.all([
      admin(['wipes', 'verify', file, '--keys', keysFile]),
      admin(['wipes', 'verify', '-', '--keys', keysFile, '--json'], wipe),
      admin(
        ['wipes', 'verify', '-', '--keys', keysFile, '--json'],
        wipe.slice(0, -12) + (wipe.at(-12) === 'A' ? 'B' : 'A') + wipe.slice(-11),
      ),
      admin(['wipes', 'verify', path.join(folder, 'none'), '--keys', keysFile, '--json']),
    ])
    expect(fromFile).toMatchObject({ status: 0, stderr: '' })
    expect(fromFile.stdout).toMatch(/^Verified: order, receipt and countersignature\./)
    expect(fromFile.stdout).toContain('no copy exists elsewhere')
    expect(fromInput).toMatchObject({ status: 0, stderr: '' })
    expect(JSON.parse(fromInput.stdout)).toMatchObject({ verified: true, wipeId: order.wipeId, order })
    expect({ ...changed, stderr: JSON.parse(changed.stderr).error.code }).toEqual({
      status: 1,
      stdout: '',
      stderr: 'receipt-bad-signature',
    })
    expect({ ...missing, stderr: JSON.parse(missing.stderr).error.code }).toEqual({
      status: 1,
      stdout: '',
      stderr: 'bad-input',
    })
  })
})
