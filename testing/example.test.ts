// Owns the tests of the test data itself: seeded, and shaped as the contracts say.

import { describe, expect, test } from 'vitest'
import { conversationEventSchema } from '../shared/model.ts'
import { createExample } from './example.ts'
import { createRandom } from './random.ts'

describe('example', () => {
  test('[EXA1] the same seed builds the same, another seed does not', () => {
    const build = (seed: number): string => {
      const example = createExample(seed)
      const order = example.wipeOrder()
      return JSON.stringify([example.people(3), example.event(), order, example.wipeReceipt(order)])
    }
    expect(build(3)).toBe(build(3))
    expect(build(3)).not.toBe(build(4))
  })

  test('[EXA1] events of a conversation ascend without a gap', () => {
    const example = createExample(1)
    const people = example.people(2)
    const events = example.events(
      example.id('conversation'),
      people.map((person) => person.userId),
      30,
      5,
    )
    expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 30 }, (_, index) => index + 5))
    events.reduce((before, event) => {
      expect(conversationEventSchema.parse(event)).toEqual(event)
      expect(event.atMs).toBeGreaterThan(before.atMs)
      return event
    })
    expect(new Set(people.map((person) => person.userName)).size).toBe(2)
  })

  test('[EXA2] numbers spread evenly, and a fork is not shifted by what is drawn beside it', () => {
    const random = createRandom(9)
    const counts = new Array<number>(10).fill(0)
    for (let i = 0; i < 10_000; i++) {
      const drawn = random.int(10)
      counts[drawn] = (counts[drawn] ?? 0) + 1
    }
    for (const count of counts) expect(count).toBeGreaterThan(850)
    const [one, two] = [createRandom(2), createRandom(2)]
    const [forkOne, forkTwo] = [one.fork(), two.fork()]
    one.bytes(100)
    expect(forkOne.bytes(8)).toEqual(forkTwo.bytes(8))
    expect(createRandom(2).chance(0)).toBe(false)
    expect(() => createRandom(2).pick([])).toThrow(RangeError)
  })
})
