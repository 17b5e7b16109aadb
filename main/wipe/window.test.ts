// Owns the tests of which orders are new.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { noOrders, type OrderWindow, standingOf, WINDOW, withObeyed } from './window.ts'

const wipe = (id: string, counter: number) => ({ id, counter, mayBeBegun: true })
const obeying = (orders: readonly (readonly [string, number])[], from: OrderWindow = noOrders) =>
  orders.reduce((window, [id, counter]) => withObeyed(window, 0, id, counter), from)

test('[CWP30] above every counter obeyed it is new; obeyed, it is met again, under whatever counter', () => {
  const window = obeying([['a', 3]])
  expect(standingOf(window, 0, wipe('b', 4))).toBe('new')
  for (const counter of [1, 3, 99]) expect(standingOf(window, 0, wipe('a', counter))).toBe('met-again')
})

test('[CWP30] orders that come out of turn are new, each once', () => {
  const window = obeying([
    ['a', 2],
    ['b', 5],
  ])
  expect([1, 3, 4].map((counter) => standingOf(window, 0, wipe('c', counter)))).toEqual(['new', 'new', 'new'])
  expect([2, 5].map((counter) => standingOf(window, 0, wipe('c', counter)))).toEqual(['replayed', 'replayed'])
  const after = withObeyed(window, 0, 'c', 3)
  expect(standingOf(after, 0, wipe('d', 3))).toBe('replayed')
  expect(standingOf(after, 0, wipe('d', 4))).toBe('new')
  expect(after.highest).toBe(5)
})

test('[CWP31] without a memory only what is above the counter that is kept is new, or the very order that left it', () => {
  expect(standingOf(noOrders, 7, wipe('a', 8))).toBe('new')
  expect(standingOf(noOrders, 7, wipe('a', 7))).toBe('new')
  expect(standingOf(noOrders, 7, { ...wipe('a', 7), mayBeBegun: false })).toBe('replayed')
  expect(standingOf(noOrders, 7, wipe('a', 6))).toBe('replayed')
  // What a kept counter is above of was never skipped here.
  expect(withObeyed(noOrders, 7, 'a', 10)).toEqual({ highest: 10, obeyed: [{ id: 'a', counter: 10 }], skipped: [8, 9] })
})

test('[CWP31] the memory is bounded, and what falls out of it is refused, not taken for new', () => {
  const window = obeying([
    ['a', 1],
    ['b', WINDOW * 3],
  ])
  expect(window.skipped).toHaveLength(WINDOW - 1)
  expect(standingOf(window, 0, wipe('c', WINDOW * 2))).toBe('replayed')
  expect(standingOf(window, 0, wipe('c', WINDOW * 2 + 1))).toBe('new')
})

test('[CWP31] whatever comes in whatever order: no order is obeyed twice, no counter serves two', () => {
  const orders = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 600 })), {
    maxLength: 400,
  })
  fc.assert(
    fc.property(orders, (list) => {
      let window = noOrders
      const ids: string[] = []
      const counters: number[] = []
      for (const [id, counter] of list) {
        if (standingOf(window, 0, { id: `${id}`, counter, mayBeBegun: false }) !== 'new') continue
        window = withObeyed(window, 0, `${id}`, counter)
        ids.push(`${id}`)
        counters.push(counter)
      }
      expect(new Set(ids).size).toBe(ids.length)
      expect(new Set(counters).size).toBe(counters.length)
      expect(window.obeyed.length).toBeLessThanOrEqual(WINDOW)
      expect(window.skipped.length).toBeLessThan(WINDOW)
    }),
  )
})
