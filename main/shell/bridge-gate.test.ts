import { expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { FailureError, fail, ok } from '../../shared/result.ts'
import type { Log } from '../log.ts'
import { createBridgeGate, isTrustedSender } from './bridge-gate.ts'

const lines: string[] = []
const log: Log = { error: (event, fields) => lines.push(JSON.stringify({ event, ...fields })), info() {}, debug() {} }
const ORIGIN = 'causeway://app'
const good = { isOurWindow: true, isMainFrame: true, url: 'causeway://app/' }

test.each([
  ['our top frame', good, true],
  ['another window', { ...good, isOurWindow: false }, false],
  ['a frame inside', { ...good, isMainFrame: false }, false],
  ['a foreign page', { ...good, url: 'https://example.com/' }, false],
  ['an origin that only begins like ours', { ...good, url: 'causeway://app.example.com/' }, false],
  ['a blob of ours', { ...good, url: 'blob:causeway://app/1' }, false],
  ['a blank page', { ...good, url: 'about:blank' }, false],
  ['a frame that has gone', { ...good, url: '' }, false],
])('[SHL5] sender check: %s', (_name, sender, expected) => {
  expect(isTrustedSender(sender, ORIGIN)).toBe(expected)
})

test('[SHL6] a refused sender never reaches the app', async () => {
  const gate = createBridgeGate({ log })
  let reached = 0
  gate.serve(async () => {
    reached += 1
    return ok({})
  })
  expect(JSON.parse(await gate.call(false, 'getSession', '{}'))).toMatchObject({ error: { code: 'not-allowed' } })
  expect(reached).toBe(0)
})

test.each([
  ['a name that is no string', 7, '{}', 'bad-input'],
  ['arguments that are no string', 'search', {}, 'bad-input'],
  ['arguments that are no JSON', 'search', '{', 'bad-input'],
  ['arguments above the limit', 'search', `"${'x'.repeat(limits.bridgeCallBytes)}"`, 'too-large'],
  ['arguments above the limit in bytes alone', 'search', `"${'字'.repeat(limits.bridgeCallBytes / 2)}"`, 'too-large'],
])('[SHL7] %s: refused before the app', async (_name, name, argsJson, code) => {
  const gate = createBridgeGate({ log })
  gate.serve(() => Promise.reject(new Error('reached')))
  expect(JSON.parse(await gate.call(true, name, argsJson))).toMatchObject({ ok: false, error: { code } })
})

test('[SHL8] calls above the number allowed under way are refused, and there is room again afterwards', async () => {
  const gate = createBridgeGate({ log })
  let finish: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    finish = resolve
  })
  gate.serve(async () => {
    await held
    return ok({})
  })
  const underWay = Array.from({ length: limits.bridgeCallsInFlight }, () => gate.call(true, 'search', '{}'))
  expect(JSON.parse(await gate.call(true, 'search', '{}'))).toMatchObject({ error: { code: 'rate-limited' } })
  finish()
  for (const answer of await Promise.all(underWay)) expect(JSON.parse(answer)).toEqual({ ok: true, value: {} })
  expect(JSON.parse(await gate.call(true, 'search', '{}'))).toMatchObject({ ok: true })
})

test('[SHL9] a fault of the app answers internal, and neither answer nor log holds its text', async () => {
  const gate = createBridgeGate({ log })
  gate.serve(() => Promise.reject(new Error('機密 body text')))
  const answer = await gate.call(true, 'sendMessage', '{}')
  expect(JSON.parse(answer)).toMatchObject({ ok: false, error: { code: 'internal' } })
  expect(answer + lines.join('')).not.toContain('機密')
})

test('[SHL9] a failure thrown as an exception keeps its code', async () => {
  const gate = createBridgeGate({ log })
  gate.serve(() => Promise.reject(new FailureError(fail('disk-full').error)))
  expect(JSON.parse(await gate.call(true, 'sendMessage', '{}'))).toMatchObject({ error: { code: 'disk-full' } })
})

test('[SHL10] calls made before the app serves wait for it; an empty result is an empty object', async () => {
  const gate = createBridgeGate({ log })
  const early = gate.call(true, 'getSession', '{"a":1}')
  gate.serve(async (_name, args) => ok(args === undefined ? 'no' : undefined))
  expect(JSON.parse(await early)).toEqual({ ok: true, value: {} })
})
