// Owns the tests of ranges by conversation and of what is left to index, each against the plainest model there is.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBacklog } from './backlog.ts'
import { createCoverage } from './coverage.ts'

const range = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 12 }))
  .map(([from, length]) => [from, from + length] as const)
const step = fc.record({ act: fc.constantFrom('add', 'add', 'remove'), slot: fc.integer({ min: 1, max: 2 }), range })

test('[SCH70] ranges added and taken away are what a set of numbers would be, and stay few', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 2 }), range, (steps, slot, [from, to]) => {
      const coverage = createCoverage()
      const model = new Map([1, 2].map((id) => [id, new Set<number>()]))
      for (const { act, slot: id, range: changed } of steps) {
        coverage[act === 'add' ? 'add' : 'remove'](id, ...changed)
        for (let seq = changed[0]; seq <= changed[1]; seq++) model.get(id)![act === 'add' ? 'add' : 'delete'](seq)
      }
      const seqs = Array.from({ length: 80 }, (_, seq) => seq)
      for (const id of [1, 2]) {
        expect(seqs.filter((seq) => coverage.has(id, seq))).toEqual([...model.get(id)!].sort((a, b) => a - b))
        expect(coverage.hasSlot(id)).toBe(model.get(id)!.size > 0)
      }
      const within = seqs.filter((seq) => seq >= from && seq <= to)
      const gaps = coverage.gaps(slot, from, to).flatMap(([low, high]) => seqs.slice(low, high + 1))
      expect(gaps).toEqual(within.filter((seq) => !model.get(slot)!.has(seq)))
      expect(coverage.meets(slot, from, to)).toBe(within.some((seq) => model.get(slot)!.has(seq)))
      expect(createCoverage(coverage.rows()).rows()).toEqual(coverage.rows())
      for (const { ranges } of coverage.rows())
        for (const [i, [low]] of ranges.entries()) expect(low).toBeGreaterThan((ranges[i - 1]?.[1] ?? -1) + 1)
    }),
  )
})

test('[SCH71] what has just come is indexed before history, each newest first, in pieces, and what is removed not at all', () => {
  const backlog = createBacklog()
  backlog.addHistory({ slot: 1, fromSeq: 1, toSeq: 5 })
  backlog.addHistory({ slot: 2, fromSeq: 1, toSeq: 4 })
  backlog.addFresh({ slot: 3, fromSeq: 7, toSeq: 9 })
  expect(backlog.next(2)).toEqual({ slot: 3, fromSeq: 8, toSeq: 9 })
  backlog.remove(2, 3)
  expect(backlog.events()).toBe(1 + 5 + 2)
  expect([1, 2, 3, 4, 5].map(() => backlog.next(3))).toEqual([
    { slot: 3, fromSeq: 7, toSeq: 7 },
    { slot: 1, fromSeq: 3, toSeq: 5 },
    { slot: 1, fromSeq: 1, toSeq: 2 },
    { slot: 2, fromSeq: 3, toSeq: 4 },
    undefined,
  ])
})
