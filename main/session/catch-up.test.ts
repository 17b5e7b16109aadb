// Owns the proof of which page is asked for next: properties over any gaps, and a server that plays along to the end.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { ConversationId } from '../../shared/model.ts'
import { createExample } from '../../testing/example.ts'
import { type Gap, HEAD_UNKNOWN, missedEvents, planPulls } from './catch-up.ts'

const example = createExample(7)
const ids = Array.from({ length: 12 }, () => example.id('conversation'))

const anyGap = fc
  .record({ headSeq: fc.nat(2000), missing: fc.nat(1200), cached: fc.nat(1500), headAtMs: fc.nat(1_000_000) })
  .map(({ headSeq, missing, cached, headAtMs }) => {
    const high = Math.max(0, headSeq - missing)
    return { low: high === 0 ? 0 : Math.max(1, high - cached), high, isBounded: false, headSeq, headAtMs }
  })
const anyGaps = fc
  .array(anyGap, { maxLength: ids.length })
  .map((gaps): Gap[] => gaps.map((gap, i) => ({ ...gap, conversationId: ids[i] as ConversationId })))
const withBusy = fc.tuple(anyGaps, fc.subarray(ids, { maxLength: limits.pullsInFlight }))

describe('planPulls', () => {
  test('[SYN1] at most one pull a conversation and limits.pullsInFlight in all', () => {
    fc.assert(
      fc.property(withBusy, ([gaps, busy]) => {
        const { pulls } = planPulls(gaps, new Set(busy))
        const asked = pulls.map((pull) => pull.conversationId)
        expect(new Set([...asked, ...busy]).size).toBe(asked.length + busy.length)
        expect(asked.length + busy.length).toBeLessThanOrEqual(limits.pullsInFlight)
      }),
    )
  })

  test('[SYN2] what was missed comes first, the conversation with the newest head before all', () => {
    fc.assert(
      fc.property(withBusy, ([gaps, busy]) => {
        const { pulls } = planPulls(gaps, new Set(busy))
        const gapOf = (id: ConversationId) => gaps.find((gap) => gap.conversationId === id) as Gap
        const missed = gaps.filter((gap) => gap.headSeq > gap.high)
        if (missed.length === 0) return
        const asked = pulls.map((pull) => gapOf(pull.conversationId))
        for (const gap of asked) expect(gap.headSeq).toBeGreaterThan(gap.high)
        const oldestAsked = Math.min(...asked.map((gap) => gap.headAtMs))
        const left = missed.filter((gap) => !asked.includes(gap) && !busy.includes(gap.conversationId))
        for (const gap of left) expect(gap.headAtMs).toBeLessThanOrEqual(oldestAsked)
        const room = limits.pullsInFlight - busy.length
        expect(asked.length).toBe(Math.min(room, asked.length + left.length))
      }),
    )
  })

  test('[SYN41] the conversation in view comes before all, and the line is little shared while it is behind', () => {
    fc.assert(
      fc.property(withBusy, fc.constantFrom(...ids), ([gaps, busy], inView) => {
        const { pulls } = planPulls(gaps, new Set(busy), inView)
        const gap = gaps.find((each) => each.conversationId === inView)
        if (!gap || gap.headSeq <= gap.high) {
          expect(pulls).toEqual(planPulls(gaps, new Set(busy)).pulls)
          return
        }
        expect(pulls.length).toBeLessThanOrEqual(Math.max(0, limits.pullsBesideView - busy.length))
        if (!busy.includes(inView) && busy.length < limits.pullsBesideView)
          expect(pulls[0]?.conversationId).toBe(inView)
      }),
    )
  })

  test('[SYN3] history is fetched only when nothing is missed or under way, one page at a time', () => {
    fc.assert(
      fc.property(withBusy, ([gaps, busy]) => {
        const { pulls, caughtUp } = planPulls(gaps, new Set(busy))
        expect(caughtUp).toBe(gaps.every((gap) => gap.headSeq <= gap.high))
        if (!caughtUp) return
        const old = gaps.filter((gap) => gap.low > 1)
        expect(pulls.length).toBe(busy.length === 0 && old.length > 0 ? 1 : 0)
        for (const pull of pulls) {
          const gap = gaps.find(({ conversationId }) => conversationId === pull.conversationId) as Gap
          expect(pull.from).toEqual({ before: gap.low })
          expect(gap.headAtMs).toBe(Math.max(...old.map(({ headAtMs }) => headAtMs)))
        }
      }),
    )
  })

  test('[SYN4] a conversation of which nothing is cached begins at its newest page, others after what they have', () => {
    const base = { headSeq: 900, headAtMs: 1, isBounded: false }
    const [a, b] = ids as [ConversationId, ConversationId]
    const { pulls } = planPulls(
      [
        { ...base, conversationId: a, low: 0, high: 0 },
        { ...base, conversationId: b, low: 200, high: 300 },
      ],
      new Set(),
    )
    expect(pulls).toEqual([
      { conversationId: a, from: { before: 901 } },
      { conversationId: b, from: { after: 300 } },
    ])
  })

  test('[SYN7] history that would only be evicted again is not asked for; what was missed is', () => {
    const [a, b] = ids as [ConversationId, ConversationId]
    const bounded = { headAtMs: 1, isBounded: true }
    const old = { ...bounded, conversationId: a, low: 500, high: 900, headSeq: 900 }
    expect(planPulls([old], new Set())).toEqual({ caughtUp: true, pulls: [] })
    const missed = { ...bounded, conversationId: b, low: 500, high: 900, headSeq: 950 }
    expect(planPulls([old, missed], new Set())).toEqual({
      caughtUp: false,
      pulls: [{ conversationId: b, from: { after: 900 } }],
    })
  })

  test('[SYN5] asked again and again, it ends with everything fetched and no event twice', () => {
    fc.assert(
      fc.property(anyGaps, fc.integer({ min: 1, max: limits.eventsPerPull }), (start, pageSize) => {
        const gaps = new Map(start.map((gap) => [gap.conversationId, gap]))
        const toFetch = start.reduce((sum, gap) => sum + gap.headSeq - (gap.high === 0 ? 0 : gap.high - gap.low + 1), 0)
        let fetched = 0
        for (;;) {
          const { pulls, caughtUp } = planPulls([...gaps.values()], new Set())
          if (pulls.length === 0) {
            expect(caughtUp).toBe(true)
            break
          }
          for (const { conversationId, from } of pulls) {
            const gap = gaps.get(conversationId) as Gap
            const first = 'after' in from ? from.after + 1 : Math.max(1, from.before - pageSize)
            const last = 'after' in from ? Math.min(gap.headSeq, from.after + pageSize) : from.before - 1
            fetched += last - first + 1
            const low = gap.low === 0 ? first : Math.min(gap.low, first)
            gaps.set(conversationId, { ...gap, low, high: Math.max(gap.high, last) })
          }
        }
        expect(fetched).toBe(toFetch)
        for (const gap of gaps.values()) {
          expect(gap.high).toBe(gap.headSeq)
          expect(gap.low).toBe(Math.min(1, gap.headSeq))
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('missedEvents', () => {
  const [id] = ids as [ConversationId]
  const of = (low: number, high: number, headSeq: number) =>
    missedEvents([{ conversationId: id, low, high, isBounded: false, headSeq, headAtMs: 0 }])

  test('[SYN6] counts what must be fetched before the session is live', () => {
    expect(of(1, 10, 10)).toBe(0)
    expect(of(1, 10, 25)).toBe(15)
    expect(of(0, 0, 25)).toBe(25)
    expect(of(0, 0, 5000)).toBe(limits.eventsPerPull)
  })

  test('[SYN6] a head that is not known yet counts as a page, whatever is cached', () => {
    expect(of(0, 0, HEAD_UNKNOWN)).toBe(limits.eventsPerPull)
    expect(of(1, 2, HEAD_UNKNOWN)).toBe(limits.eventsPerPull)
  })
})
