// Owns the tests of the lease's arithmetic.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { times } from '../../shared/limits.ts'
import {
  type LeaseRecord,
  leaseExpired,
  leaseReceived,
  leaseSeen,
  leaseWitnessed,
  termAtMost,
  termLeftMs,
} from './lease.ts'

const HOUR = times.HOUR_MS
const share = 'A'.repeat(43)
/** A lease of 72 h that the server gave at its own `serverMs`, received when our clock showed `nowMs`. */
const received = (nowMs: number, serverMs = 1_000_000 * HOUR, lengthMs = 72 * HOUR) =>
  leaseReceived({ share, generation: 1, issuedAtMs: serverMs, untilMs: serverMs + lengthMs }, serverMs, nowMs)

/** Looks at the clock at each of `looks`; true where the cache was still readable at the last. */
function readable(record: LeaseRecord, looks: readonly number[]): boolean {
  let open = true
  let current = record
  for (const nowMs of looks) {
    open = open && !leaseExpired(current, nowMs)
    current = leaseSeen(current, nowMs)
  }
  return open
}

test('[VLT10] a lease lasts exactly its length', () => {
  expect(readable(received(0), [72 * HOUR - 1])).toBe(true)
  expect(readable(received(0), [72 * HOUR])).toBe(false)
})

test('[VLT11] a clock that is wrong, by however much, changes the length of a lease by nothing', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e15 }),
      fc.integer({ min: 0, max: 1e15 }),
      fc.nat(1e10),
      (nowMs, serverMs, length) => {
        const record = received(nowMs, serverMs, length)
        expect(record.untilMs - nowMs).toBe(length)
        expect(leaseExpired(record, nowMs + length)).toBe(true)
        if (length > 0) expect(leaseExpired(record, nowMs + length - 1)).toBe(false)
      },
    ),
  )
})

test('[VLT11] a lease that was over when it came gives nothing', () => {
  expect(leaseExpired(received(5 * HOUR, 10 * HOUR, -HOUR), 5 * HOUR)).toBe(true)
})

test('[VLT12] turning the clock back buys nothing: what has passed stays passed', () => {
  expect(readable(received(0), [71 * HOUR, 0, HOUR - 1])).toBe(true)
  expect(readable(received(0), [71 * HOUR, 0, HOUR])).toBe(false)
  expect(readable(received(0), [72 * HOUR, 0])).toBe(false)
})

test('[VLT12] a clock set years ahead for one renewal and then put right makes no lease of years', () => {
  const ahead = 90_000 * HOUR
  expect(readable(received(ahead), [0, 71 * HOUR])).toBe(true)
  expect(readable(received(ahead), [0, 72 * HOUR])).toBe(false)
})

test('[VLT13] what is left never grows, and is spent by every forward step of the clock, however it wanders', () => {
  const steps = fc.array(fc.integer({ min: -200 * HOUR, max: 30 * HOUR }), { maxLength: 30 })
  fc.assert(
    fc.property(steps, (deltas) => {
      let nowMs = 1000 * HOUR
      let spentMs = 0
      let record = received(nowMs)
      let over = false
      for (const delta of deltas) {
        nowMs += delta
        spentMs += Math.max(0, delta)
        const before = record.untilMs - record.seenMs
        over ||= leaseExpired(record, nowMs)
        record = leaseSeen(record, nowMs)
        expect(record.untilMs - record.seenMs).toBeLessThanOrEqual(before)
        expect(over).toBe(spentMs >= 72 * HOUR)
        // Once over, no time of the clock opens it again.
        if (over) for (const anyMs of [0, nowMs - 500 * HOUR, nowMs]) expect(leaseExpired(record, anyMs)).toBe(true)
      }
    }),
  )
})

test('[VLT13] it is never readable once the highest time ever seen has reached the end', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 200 * HOUR }), { minLength: 1, maxLength: 20 }), (looks) => {
      if (Math.max(...looks) >= 72 * HOUR) expect(readable(received(0), [...looks, 0])).toBe(false)
    }),
  )
})

test.each<[string, number, number | undefined, 'kept' | 'older copy']>([
  ['no witness, and there never was one', 0, undefined, 'kept'],
  ['no witness, and there was one', 1, undefined, 'older copy'],
  ['written together', 7, 7, 'kept'],
  ['cut off between the two', 6, 7, 'kept'],
  ['cut off at the first witness', 0, 1, 'kept'],
  ['two writes behind', 5, 7, 'older copy'],
  ['of before there was a witness, which there is', 0, 7, 'older copy'],
  ['a witness that is behind', 7, 6, 'older copy'],
])('[LSE15] a profile beside its witness: %s (%s, %s): %s', (_, written, witnessed, outcome) => {
  const record = leaseSeen(received(0), HOUR)
  const witness = witnessed === undefined ? undefined : { ...record, written: witnessed }
  expect(leaseWitnessed(record, written, witness) ? 'kept' : 'older copy').toBe(outcome)
})

test('[LSE15] what is left is the lesser of what profile and witness have left, whichever clock they saw', () => {
  const times = fc.tuple(fc.integer({ min: 0, max: 1e12 }), fc.integer({ min: -HOUR, max: 99 * HOUR }))
  fc.assert(
    fc.property(times, times, fc.integer({ min: 0, max: 1 }), ([seenMs, leftMs], [otherMs, otherLeftMs], behind) => {
      const record = { ...received(0), seenMs, untilMs: seenMs + leftMs }
      const witness = { seenMs: otherMs, untilMs: otherMs + otherLeftMs, written: 3 + behind }
      const kept = leaseWitnessed(record, 3, witness)
      expect(kept && termLeftMs(kept)).toBe(Math.max(0, Math.min(leftMs, otherLeftMs)))
      expect(kept?.share).toBe(share)
    }),
  )
})

test('[LSE16] another clock only takes, and never more than there is', () => {
  const record = leaseSeen(received(0), HOUR)
  expect(termAtMost(record, 99 * HOUR)).toBe(record)
  expect(termLeftMs(termAtMost(record, 5 * HOUR))).toBe(5 * HOUR)
  expect(termAtMost(record, -HOUR).untilMs).toBe(HOUR)
  expect(leaseExpired(termAtMost(record, 0), 0)).toBe(true)
})
