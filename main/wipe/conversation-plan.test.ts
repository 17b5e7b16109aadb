// Owns the tests of the order of work of a wipe of single conversations.

import { expect, test } from 'vitest'
import { wipeReceiptSchema } from '../../shared/proof.ts'
import { createExample } from '../../testing/example.ts'
import { conversationReceiptOf, nextStepOf, type OrderEntry } from './conversation-plan.ts'

const example = createExample(93)
const held = [example.id('conversation')]
const begun: OrderEntry = { order: 'a.b.c', startedAtMs: 1000, attempts: 2 }
const destroyed: OrderEntry = {
  ...begun,
  destroyed: { atMs: 1040, held, keys: 5, files: 3, bytes: 90, folders: ['0a'], shards: [] },
}
const filesGone: OrderEntry = { ...destroyed, filesGone: { atMs: 1900, left: 0, leftBytes: 0 } }
const about = { userId: example.id('user'), bootId: 'boot', version: '0.1.0' }

test.each([
  ['begun', begun, 'destroy-keys'],
  ['keys gone', destroyed, 'remove-files'],
  ['files gone', filesGone, 'sign-receipt'],
  ['signed', { ...filesGone, receipt: 'r' }, 'deliver'],
  ['a step skipped', { ...begun, receipt: 'r' }, 'destroy-keys'],
] as const)('[CWP20] %s: next comes the step that follows', (_, entry, step) => {
  expect(nextStepOf(entry)).toBe(step)
})

test('[CWP21] the receipt says that these conversations alone are gone, and partial where files resisted', () => {
  const order = example.wipeOrder()
  expect(wipeReceiptSchema.parse(conversationReceiptOf(order, filesGone, about))).toEqual({
    wipeId: order.wipeId,
    deviceId: order.deviceId,
    ...about,
    outcome: 'wiped',
    scope: 'conversations',
    conversationIds: held,
    keysDestroyed: 5,
    filesRemoved: 3,
    bytesRemoved: 90,
    filesLeft: 0,
    startedAtMs: 1000,
    keysGoneAtMs: 1040,
    finishedAtMs: 1900,
    attempts: 2,
  })
  const resisted = { ...filesGone, filesGone: { atMs: 1900, left: 1, leftBytes: 40 } }
  expect(conversationReceiptOf(order, resisted, about)).toMatchObject({
    outcome: 'partial',
    filesRemoved: 2,
    bytesRemoved: 50,
    filesLeft: 1,
  })
})

test('[CWP21] no receipt before the work is done', () => {
  for (const entry of [begun, destroyed])
    expect(() => conversationReceiptOf(example.wipeOrder(), entry, about)).toThrow('before')
})
