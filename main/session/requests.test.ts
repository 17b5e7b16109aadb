// Owns the proof that a request is settled exactly once, whatever the server and the line do.

import { expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { fail } from '../../shared/result.ts'
import type { Request, UpFrame } from '../../shared/wire.ts'
import { createExample, exampleTimeMs } from '../../testing/example.ts'
import { codeOf, must } from '../../testing/fake-shell.ts'
import { createVirtualClock } from '../../testing/virtual-clock.ts'
import { createRequests } from './requests.ts'

function setUp(version = 2) {
  const clock = createVirtualClock(exampleTimeMs)
  const sent: UpFrame[] = []
  let id = 6
  const requests = createRequests({
    send: (frame) => sent.push(frame),
    setTimer: clock.setTimer,
    nextId: () => ++id,
    version,
  })
  const join: Request = { type: 'join', conversationId: createExample(1).id('conversation') }
  return { clock, sent, requests, join }
}

test('[SES40] a request is answered by the answer of its id, whatever their order', async () => {
  const { requests, sent, join, clock } = setUp()
  const first = requests.perform(join)
  const second = requests.perform(join)
  expect(sent).toEqual([7, 8].map((id) => ({ type: 'request', id, request: join })))
  requests.onAnswer({ type: 'answer', id: 8, answer: { type: 'seqAt', seq: 3 } })
  requests.onAnswer({ type: 'answer', id: 8, answer: { type: 'seqAt', seq: 4 } })
  requests.onAnswer({ type: 'answer', id: 99, answer: { type: 'done' } })
  requests.onAnswer({ type: 'answer', id: 7, answer: { type: 'done' } })
  expect(must(await first)).toEqual({ type: 'done' })
  expect(must(await second)).toEqual({ type: 'seqAt', seq: 3 })
  expect(clock.timers).toBe(0)
})

test('[SES41] refused, too long without an answer, or cut off: each is told by its code, and nothing is left', async () => {
  const { requests, join, clock } = setUp()
  const [refused, late, cut] = [requests.perform(join), requests.perform(join), requests.perform(join)]
  const busy = fail('rate-limited', 'Wait.', 700).error
  expect(requests.onRefused(7, busy)).toBe(true)
  expect(requests.onRefused(7, busy)).toBe(false)
  expect(await refused).toEqual({ ok: false, error: busy })
  clock.advance(limits.requestMs - 1)
  const asked = requests.perform(join)
  clock.advance(1)
  expect(codeOf(await late)).toBe('unavailable')
  expect(codeOf(await cut)).toBe('unavailable')
  requests.stop()
  expect(codeOf(await asked)).toBe('offline')
  expect(clock.timers).toBe(0)
})

test('[SES42] a server of version 1 is asked nothing: update-required', async () => {
  const { requests, sent, join } = setUp(1)
  expect(codeOf(await requests.perform(join))).toBe('update-required')
  expect(sent).toEqual([])
})
