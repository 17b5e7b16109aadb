// Owns the proof that fetching back ends, and tells whether it got there.

import { describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { createExample } from '../../testing/example.ts'
import { codeOf } from '../../testing/fake-shell.ts'
import { loadBack } from './load-back.ts'

const conversationId = createExample(1).id('conversation')

function cached(low: number, high: number, answers: (page: number) => Result<void> = () => ok(undefined)) {
  const state = { low, high, pages: 0 }
  const parts = {
    position: () => ({ conversationId, isBounded: false, low: state.low, high: state.high }),
    async fetchOlder() {
      state.pages += 1
      const answer = answers(state.pages)
      if (answer.ok) state.low = Math.max(1, state.low - limits.eventsPerPull)
      return answer
    },
  }
  return { state, load: (seq: number) => loadBack(parts, conversationId, seq) }
}

describe('loadBack', () => {
  test('[SES43] what is cached needs no page; what is not is fetched, and no page more', async () => {
    const { state, load } = cached(1000, 2000)
    expect(await load(1000)).toEqual(ok({ reached: true }))
    expect(state.pages).toBe(0)
    expect(await load(1000 - limits.eventsPerPull - 1)).toEqual(ok({ reached: true }))
    expect(state.pages).toBe(2)
    expect(await load(2001)).toEqual(ok({ reached: false }))
  })

  test('[SES44] it ends after limits.jumpEvents', async () => {
    const { state, load } = cached(100_000, 100_500)
    expect(await load(5)).toEqual(ok({ reached: false }))
    expect(state.pages).toBe(
      Math.ceil((limits.jumpEvents - 501) / limits.eventsPerPull) + Math.ceil(501 / limits.eventsPerPull),
    )
  })

  test('[SES44] it ends where a page brings nothing, and tells why where none could be had', async () => {
    expect(codeOf(await cached(1000, 2000, () => fail('offline')).load(5))).toBe('offline')
    const broken = cached(1000, 2000, (page) => (page > 2 ? fail('unavailable') : ok(undefined)))
    expect(await broken.load(5)).toEqual(ok({ reached: false }))
    const gone = { position: () => undefined, fetchOlder: async () => ok(undefined) }
    expect(codeOf(await loadBack(gone, conversationId, 5))).toBe('not-found')
  })
})
