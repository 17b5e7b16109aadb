// Owns the tests of the order of a wipe's work.

import { expect, test } from 'vitest'
import { wipeReceiptSchema } from '../../shared/proof.ts'
import { createExample } from '../../testing/example.ts'
import { type Journal, nextStep, receiptOf } from './plan.ts'

const begun: Journal = {
  format: 1,
  order: 'a.b.c',
  serverOrigin: 'https://chat.harbour.example',
  startedAtMs: 1000,
  attempts: 1,
  keysHeld: 5,
}
const keysGone: Journal = { ...begun, keysGoneAtMs: 1040 }
const filesGone: Journal = { ...keysGone, filesGone: { atMs: 1900, files: 3, bytes: 9, left: 0 } }
const signed: Journal = { ...filesGone, receipt: 'r' }
const delivered: Journal = { ...signed, delivered: true }
const keyless: Journal = { ...delivered, deviceKeyGone: true }

test.each([
  ['begun', begun, 'destroy-keys'],
  ['keys gone', keysGone, 'remove-files'],
  ['files gone', filesGone, 'sign-receipt'],
  ['signed', signed, 'deliver'],
  ['refused once', { ...signed, delivered: false }, 'deliver'],
  ['delivered', delivered, 'destroy-device-key'],
  ['device key gone', keyless, 'finish'],
] as const)('[WIP1] %s: next comes the step that follows', (_, journal, step) => {
  expect(nextStep(journal)).toBe(step)
})

test('[WIP1] keys before files before the receipt: a journal that skipped a step goes back to it', () => {
  const { keysGoneAtMs: _, ...skipped } = keyless
  expect(nextStep(skipped)).toBe('destroy-keys')
})

test('[WIP2] the receipt says what was done, and partial where files resisted', () => {
  const example = createExample(91)
  const order = example.wipeOrder()
  const about = { userId: example.id('user'), bootId: 'boot', version: '0.1.0' }
  const receipt = receiptOf(order, filesGone, about)
  expect(wipeReceiptSchema.parse(receipt)).toEqual({
    wipeId: order.wipeId,
    deviceId: order.deviceId,
    ...about,
    outcome: 'wiped',
    keysDestroyed: 5,
    filesRemoved: 3,
    bytesRemoved: 9,
    filesLeft: 0,
    startedAtMs: 1000,
    keysGoneAtMs: 1040,
    finishedAtMs: 1900,
    attempts: 1,
  })
  const resisted = receiptOf(order, { ...filesGone, filesGone: { atMs: 1900, files: 3, bytes: 9, left: 1 } }, about)
  expect(resisted).toMatchObject({ outcome: 'partial', filesLeft: 1 })
})

test('[WIP2] no receipt before the work is done', () => {
  const example = createExample(92)
  const about = { userId: example.id('user'), bootId: 'boot', version: '0.1.0' }
  for (const journal of [begun, keysGone])
    expect(() => receiptOf(example.wipeOrder(), journal, about)).toThrow('before')
})
