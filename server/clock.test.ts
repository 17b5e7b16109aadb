// Checks the pooled randomness: every draw is new, and the pool keeps none of what it gave.

import { expect, test } from 'vitest'
import { limits } from '../shared/limits.ts'
import { createSystemRandom } from './clock.ts'

test('[SRV48] draws are of the length asked for, all different, across refills and above the pool', () => {
  const random = createSystemRandom()
  const draws = Array.from({ length: 2000 }, () => random(24))
  expect(draws.every((draw) => draw.length === 24)).toBe(true)
  expect(new Set(draws.map((draw) => Buffer.from(draw).toString('hex'))).size).toBe(2000)
  expect(draws.every((draw) => draw.buffer.byteLength === 24)).toBe(true)
  const large = random(limits.noncePoolBytes + 1)
  expect(large).toHaveLength(limits.noncePoolBytes + 1)
  expect(large.some((byte) => byte !== 0)).toBe(true)
})
