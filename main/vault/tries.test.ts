// Owns the tests of the arithmetic of wrong passphrases.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { limits, times } from '../../shared/limits.ts'
import { noTries, oneMoreWrong, pauseLeftMs, type Tries, triesSeen } from './tries.ts'

const NOW = 1_800_000_000_000

/** The pauses after each of `count` wrong ones, each tried when the pause before it was over. */
function pauses(count: number): number[] {
  let tries: Tries = noTries
  let nowMs = NOW
  return Array.from({ length: count }, () => {
    tries = oneMoreWrong(tries, nowMs)
    nowMs += tries.pauseMs
    return tries.pauseMs
  })
}

test('[VLT46] the first ones are free, then each pause is twice the last, up to the longest', () => {
  const first = limits.unlockPauseFirstMs
  expect(pauses(limits.unlockTriesFree + 2)).toEqual([0, 0, first, 2 * first, 4 * first])
  const all = pauses(200)
  expect(all.slice(20).every((ms) => ms === limits.unlockPauseMostMs)).toBe(true)
  expect(all).toEqual([...all].sort((a, b) => a - b))
})

test('[VLT47] a pause ends after its length and not before, looked at or not', () => {
  const tries: Tries = { wrong: 5, pauseMs: 8000, seenMs: NOW }
  expect([0, 7999, 8000, 9e9].map((ms) => pauseLeftMs(tries, NOW + ms))).toEqual([8000, 1, 0, 0])
})

test('[VLT47] however the clock wanders, a pause is over only once it has gone forward by its length in one stretch', () => {
  const steps = fc.array(fc.integer({ min: -10 * times.HOUR_MS, max: 14 * times.MINUTE_MS }), { maxLength: 30 })
  fc.assert(
    fc.property(steps, (deltas) => {
      let tries: Tries = { wrong: 20, pauseMs: limits.unlockPauseMostMs, seenMs: NOW }
      let nowMs = NOW
      let lowestMs = NOW
      for (const delta of deltas) {
        nowMs += delta
        lowestMs = Math.min(lowestMs, nowMs)
        tries = triesSeen(tries, nowMs)
        const leftMs = pauseLeftMs(tries, nowMs)
        expect(leftMs).toBeLessThanOrEqual(limits.unlockPauseMostMs)
        expect(leftMs === 0).toBe(nowMs - lowestMs >= limits.unlockPauseMostMs)
      }
    }),
  )
})

test('[VLT47] a clock that was years ahead and is put right makes no pause of years', () => {
  const tries = triesSeen({ wrong: 4, pauseMs: 4000, seenMs: NOW + 9e11 }, NOW)
  expect([pauseLeftMs(tries, NOW), pauseLeftMs(tries, NOW + 4000)]).toEqual([4000, 0])
})
