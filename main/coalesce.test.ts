// Owns the proof that changes are thinned out without losing the last one.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createExample } from '../testing/example.ts'
import { createVirtualClock } from '../testing/virtual-clock.ts'
import { createCoalescer } from './coalesce.ts'

const PAUSE_MS = 50
const example = createExample(41)
const [first, second] = [example.id('conversation'), example.id('conversation')]

function setUp() {
  const clock = createVirtualClock(0)
  const told: string[] = []
  const changes = createCoalescer(clock, PAUSE_MS, {
    session: () => told.push(`${clock.nowMs()} session`),
    list: () => told.push(`${clock.nowMs()} list`),
    conversation: (id) => told.push(`${clock.nowMs()} ${id === first ? 'first' : 'second'}`),
    attachments: (id) => told.push(`${clock.nowMs()} files of ${id === first ? 'first' : 'second'}`),
  })
  return { clock, told, changes }
}

describe('coalescer', () => {
  test('[APP1] the first change is told at once, the rest of a pause together at its end', () => {
    const { clock, told, changes } = setUp()
    for (let i = 0; i < 20; i++) {
      changes.list()
      clock.advance(4)
    }
    clock.advance(1000)
    expect(told).toEqual(['0 list', '50 list', '100 list'])
  })

  test('[APP1] kinds and conversations do not wait for each other', () => {
    const { told, changes } = setUp()
    changes.session()
    changes.list()
    changes.conversation(first)
    changes.conversation(second)
    changes.attachments(first)
    changes.conversation(first)
    expect(told).toEqual(['0 session', '0 list', '0 first', '0 second', '0 files of first'])
  })

  test('[APP1] whenever changes come: at most one a pause, and one follows every change within the pause', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(120), { minLength: 1, maxLength: 60 }), (gapsMs) => {
        const { clock, told, changes } = setUp()
        const changedAtMs: number[] = []
        for (const gapMs of gapsMs) {
          clock.advance(gapMs)
          changedAtMs.push(clock.nowMs())
          changes.list()
        }
        clock.advance(PAUSE_MS)
        const toldAtMs = told.map((line) => Number.parseInt(line, 10))
        for (const [i, atMs] of toldAtMs.entries())
          expect(atMs - (toldAtMs[i - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(PAUSE_MS)
        for (const atMs of changedAtMs)
          expect(toldAtMs.some((toldMs) => toldMs >= atMs && toldMs <= atMs + PAUSE_MS)).toBe(true)
        clock.advance(PAUSE_MS)
        expect(clock.timers).toBe(0)
      }),
    )
  })

  test('[APP1] after stop nothing is told and no timer is left', () => {
    const { clock, told, changes } = setUp()
    changes.list()
    changes.list()
    changes.stop()
    changes.session()
    expect(clock.timers).toBe(0)
    clock.advance(1000)
    expect(told).toEqual(['0 list'])
  })
})
