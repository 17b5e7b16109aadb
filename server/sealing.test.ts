// Checks that what is sealed opens in its own place only.

import sodium from 'libsodium-wrappers'
import { beforeAll, expect, test } from 'vitest'
import { makeId } from '../shared/model.ts'
import { createSystemRandom } from './clock.ts'
import { createSealing, type Sealing } from './sealing.ts'

const systemRandom = createSystemRandom()
const master = Buffer.alloc(32, 7)
const [a, b] = [makeId('conversation', Buffer.alloc(20, 1)), makeId('conversation', Buffer.alloc(20, 2))]
let sealing: Sealing
beforeAll(async () => {
  await sodium.ready
  sealing = createSealing(master, systemRandom)
})

test('[STO24] a content opens under its conversation and seq only, and two seals of it differ', () => {
  const key = sealing.makeContentKey(a)
  const find = () => key
  const sealed = sealing.sealContent(a, find, 5, '{"body":"早晨"}')
  expect(createSealing(master, systemRandom).openContent(a, find, 5, sealed)).toBe('{"body":"早晨"}')
  expect(Buffer.from(sealing.sealContent(a, find, 5, '{"body":"早晨"}')).equals(sealed)).toBe(false)
  expect(() => sealing.openContent(a, find, 6, sealed)).toThrow()
  expect(() => sealing.openContent(b, find, 5, sealed)).toThrow()
  const other = createSealing(Buffer.alloc(32, 8), systemRandom)
  expect(() => other.openContent(a, find, 5, sealed)).toThrow()
  const changed = Uint8Array.from(sealed)
  changed[30] = (changed[30] ?? 0) ^ 1
  expect(() => sealing.openContent(a, find, 5, changed)).toThrow()
})

test('[STO25] a lease share opens for its device only, and codes hash by the master key', () => {
  const [one, two] = [makeId('device', Buffer.alloc(20, 1)), makeId('device', Buffer.alloc(20, 2))]
  const share = Buffer.alloc(32, 9)
  const sealed = sealing.sealShare(one, share)
  expect(Buffer.from(sealing.openShare(one, sealed)).equals(share)).toBe(true)
  expect(() => sealing.openShare(two, sealed)).toThrow()
  const other = createSealing(Buffer.alloc(32, 8), systemRandom)
  expect(Buffer.from(other.codeHash('ABC')).equals(sealing.codeHash('ABC'))).toBe(false)
  expect(other.fingerprint).not.toBe(sealing.fingerprint)
})

test('[FIL32] the key of a file opens for its own folder and under its own master key only', () => {
  const [one, two] = ['a'.repeat(32), 'b'.repeat(32)]
  const sealed = sealing.makeFileKey(one)
  expect(sealing.openFileKey(one, sealed)).toHaveLength(32)
  expect(() => sealing.openFileKey(two, sealed)).toThrow()
  expect(() => createSealing(Buffer.alloc(32, 8), systemRandom).openFileKey(one, sealed)).toThrow()
})

test('[FLT3] the secret of a webhook opens for that webhook only, and tokens hash by the master key', () => {
  const [one, two] = [makeId('webhook', Buffer.alloc(20, 1)), makeId('webhook', Buffer.alloc(20, 2))]
  const sealed = sealing.sealWebhookSecret(one, Buffer.alloc(32, 9))
  expect(Buffer.from(sealing.openWebhookSecret(one, sealed)).equals(Buffer.alloc(32, 9))).toBe(true)
  expect(() => sealing.openWebhookSecret(two, sealed)).toThrow()
  const other = createSealing(Buffer.alloc(32, 8), systemRandom)
  expect(() => other.openWebhookSecret(one, sealed)).toThrow()
  expect(Buffer.from(other.tokenHash('t')).equals(sealing.tokenHash('t'))).toBe(false)
  expect(Buffer.from(sealing.tokenHash('t')).equals(sealing.tokenHash('t'))).toBe(true)
})
