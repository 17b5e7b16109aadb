// Owns the tests of keeping transfers moving: pauses, turns, connections, ends.

import { expect, test } from 'vitest'
import { fail } from '../../shared/result.ts'
import { createExample } from '../../testing/example.ts'
import { createVirtualClock } from '../../testing/virtual-clock.ts'
import { createTransfers, type Outcome, type Try, type Work } from './transfers.ts'

const conversationId = createExample(1).id('conversation')
/** Lets what waits for nothing run. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

function site() {
  const clock = createVirtualClock(1_000_000)
  const pauses: number[] = []
  let told = 0
  const transfers = createTransfers({
    clock,
    log: { error: () => undefined, info: () => undefined, debug: () => undefined },
    retryMs(attempt) {
      pauses.push(attempt)
      return 1000 * 2 ** attempt
    },
    storeFailure: () => fail('disk-full').error,
    changed() {
      told += 1
    },
  })
  /** A transfer whose tries the test ends one by one. */
  function start(key: string, direction: Work['direction'] = 'downloading') {
    const tries: { readonly by: Try; readonly end: (outcome: Outcome) => Promise<void> }[] = []
    const ends: Outcome[] = []
    let released = 0
    transfers.start(key, {
      conversationId,
      direction,
      attempt: (by) =>
        new Promise((resolve) => {
          const end = async (outcome: Outcome) => {
            resolve(outcome)
            await settle()
          }
          by.signal.addEventListener('abort', () => resolve({ type: 'again', moved: false }))
          tries.push({ by, end })
        }),
      ended: (outcome) => ends.push(outcome),
      release() {
        released += 1
      },
    })
    return { tries, ends, released: () => released }
  }
  return { clock, transfers, pauses, start, told: () => told }
}

const again: Outcome = { type: 'again', moved: false }

test('[FIL90] the pauses grow while nothing gets through, and begin anew once something has', async () => {
  const { clock, transfers, pauses, start } = site()
  transfers.connected()
  const { tries } = start('a')
  await settle()
  for (const ms of [1000, 2000, 4000]) {
    await tries.at(-1)?.end(again)
    const before = tries.length
    clock.advance(ms - 1)
    await settle()
    expect(tries).toHaveLength(before)
    expect(transfers.state('a')).toEqual({ state: 'waiting', doneBytes: 0 })
    clock.advance(1)
    await settle()
    expect(tries).toHaveLength(before + 1)
  }
  // Something got through: at once, and then from the first pause on.
  await tries.at(-1)?.end({ type: 'again', moved: true })
  expect(tries).toHaveLength(5)
  await tries.at(-1)?.end(again)
  expect(pauses).toEqual([0, 1, 2, 0])
  // A server that says how long is heard.
  clock.advance(1000)
  await settle()
  await tries.at(-1)?.end({ type: 'again', moved: false, retryAfterMs: 60_000 })
  clock.advance(59_999)
  await settle()
  expect(tries).toHaveLength(6)
  await transfers.stop()
})

test('[FIL90] the connection coming back ends a pause', async () => {
  const { transfers, start } = site()
  const { tries } = start('a')
  await settle()
  expect(tries).toHaveLength(0)
  transfers.connected()
  await settle()
  transfers.disconnected()
  await tries[0]?.end(again)
  expect(tries).toHaveLength(1)
  transfers.connected()
  await settle()
  expect(tries).toHaveLength(2)
  await transfers.stop()
})

test('[FIL91] a few move at once in each direction; one that is ended while it waits takes nobody’s turn', async () => {
  const { transfers, start } = site()
  transfers.connected()
  const all = ['a', 'b', 'c', 'd', 'e'].map((key) => start(key))
  const up = start('u', 'uploading')
  await settle()
  const moving = () => all.map(({ tries }) => tries.length)
  expect([moving(), up.tries.length]).toEqual([[1, 1, 1, 0, 0], 1])
  await transfers.cancel('d')
  await all[1]?.tries[0]?.end({ type: 'done' })
  expect(moving()).toEqual([1, 1, 1, 0, 1])
  // One that pauses holds no turn.
  const late = start('f')
  await all[0]?.tries[0]?.end(again)
  expect(late.tries).toHaveLength(1)
  await transfers.stop()
})

test('[FIL92] a transfer ends once, gives back what it holds, and tells nothing after it was ended', async () => {
  const { transfers, start, told } = site()
  transfers.connected()
  const [done, ended, stopped] = [start('a'), start('b'), start('c')]
  start('a')
  await settle()
  await done.tries[0]?.end({ type: 'done' })
  expect([done.ends, done.released()]).toEqual([[{ type: 'done' }], 1])
  await transfers.cancel('b')
  const before = told()
  ended.tries[0]?.by.progress(5)
  expect([ended.ends, ended.released(), told(), transfers.state('b')]).toEqual([[], 1, before, undefined])
  await transfers.stop()
  start('d')
  expect([stopped.ends, stopped.released(), transfers.isUnderWay('d')]).toEqual([[], 1, false])
})

test('[FIL92] a fault of the store in mid-transfer is named, and the transfer fails with it', async () => {
  const { transfers } = site()
  transfers.connected()
  const ends: Outcome[] = []
  transfers.start('a', {
    conversationId,
    direction: 'uploading',
    attempt: async () => {
      throw new Error('SQLITE_FULL')
    },
    ended: (outcome) => ends.push(outcome),
    release: () => undefined,
  })
  await settle()
  expect(ends).toMatchObject([{ type: 'failed', failure: { code: 'disk-full' } }])
})

test('[FIL93] progress is told a few times a second at most; how a transfer stands is always known', async () => {
  const { clock, transfers, start, told } = site()
  transfers.connected()
  const { tries } = start('a')
  await settle()
  clock.advance(1000)
  const before = told()
  for (let bytes = 1; bytes <= 1000; bytes++) {
    tries[0]?.by.progress(bytes)
    clock.advance(1)
  }
  expect(told() - before).toBeLessThanOrEqual(5)
  expect(told() - before).toBeGreaterThan(0)
  expect(transfers.state('a')).toEqual({ state: 'downloading', doneBytes: 1000 })
  await transfers.stop()
})
