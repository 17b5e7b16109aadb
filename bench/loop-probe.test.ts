// Owns the proof of the arithmetic behind the figure of the benchmark `loop`.

import { expect, it } from 'vitest'
import { eventWait } from './loop-probe.ts'

it('[BENCH3] an event waits for the end of the turn it falls into: long turns weigh by their length', () => {
  // 900 ms in turns of 1 ms, one of 100 ms: a tenth of all moments lies in the long one, a tenth of those waits over 90 ms.
  const gaps = [...Array.from({ length: 900 }, () => 1), 100]
  expect(eventWait(gaps, 0.99)).toBeCloseTo(90, 1)
  expect(eventWait(gaps, 1)).toBeCloseTo(100, 1)
})

it('[BENCH3] where nothing was measured nothing is waited for', () => {
  expect(eventWait([], 0.99)).toBe(0)
})
