// Checks that a permit is believed only whole, in its time and from us.

import fc from 'fast-check'
import sodium from 'libsodium-wrappers'
import { beforeAll, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { makeId } from '../../shared/model.ts'
import { answerSchema } from '../../shared/wire.ts'
import { createSystemRandom } from '../clock.ts'
import { createSealing, type Sealing } from '../sealing.ts'
import { createTestClock } from '../test-clock.ts'
import { createPermits, type Permit } from './permits.ts'

const random = createSystemRandom()
const bound = {
  userId: makeId('user', random(20)),
  deviceId: makeId('device', random(20)),
  sha256: 'a'.repeat(43),
  bytes: limits.fileBytes,
  conversationId: makeId('conversation', random(20)),
}
const upload: Permit = { type: 'upload', ...bound }
const download: Permit = { type: 'download', ...bound, seq: Number.MAX_SAFE_INTEGER }
let sealing: Sealing
beforeAll(async () => {
  await sodium.ready
  sealing = createSealing(Buffer.alloc(32, 1), random)
})

test('[FIL7] a permit reads as it was written, until its time is over, and fits its answer', () => {
  const clock = createTestClock()
  const permits = createPermits(sealing, clock)
  for (const permit of [upload, download]) {
    const token = permits.write(permit)
    expect(permits.read(token)).toEqual(permit)
    expect(answerSchema.safeParse({ type: 'download', permit: token, bytes: 1 }).success).toBe(true)
    clock.advance(limits.filePermitMs - 1)
    expect(permits.read(token)).toEqual(permit)
    clock.advance(1)
    expect(permits.read(token)).toBeUndefined()
  }
})

test('[FIL7] a permit of another master key, a changed one or a made-up one is none', () => {
  const permits = createPermits(sealing, createTestClock())
  const others = createPermits(createSealing(Buffer.alloc(32, 2), random), createTestClock())
  const token = permits.write(upload)
  expect(others.read(token)).toBeUndefined()
  expect(permits.read(token.replace('upload', 'download'))).toBeUndefined()
  expect(permits.read('')).toBeUndefined()
  fc.assert(
    // Not the last character: two bits of it carry nothing.
    fc.property(fc.nat(token.length - 2), fc.constantFrom(...'a0._-'), (at, letter) => {
      const changed = token.slice(0, at) + letter + token.slice(at + 1)
      return changed === token || permits.read(changed) === undefined
    }),
  )
  fc.assert(fc.property(fc.string(), (text) => permits.read(text) === undefined))
})
