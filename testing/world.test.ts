// Owns the seeded worlds that run with every `npm test`; many more run with `node testing/world-run.ts --seeds N`.
// Always holds: a seed that has ever failed stays here under the name of what was wrong.

import { describe, expect, test } from 'vitest'
import { runWorld, type WorldReport } from './world.ts'

const SEEDS = 30
/** Far above what they take: a machine may be busy. */
const LIMIT_MS = 120_000

describe('world', () => {
  test(
    `[SYN30] ${SEEDS} worlds of cuts, repeats, delays and restarts: every desktop ends equal to the log`,
    async () => {
      const reports: WorldReport[] = []
      for (let seed = 1; seed <= SEEDS; seed++) reports.push(await runWorld(seed))
      const sum = (of: (report: WorldReport) => number) => reports.reduce((n, report) => n + of(report), 0)
      // A world in which little happens would prove little.
      expect(sum((report) => report.events)).toBeGreaterThan(SEEDS * 50)
      expect(sum((report) => report.connections)).toBeGreaterThan(SEEDS * 8)
      expect(sum((report) => report.restarts)).toBeGreaterThan(SEEDS)
    },
    LIMIT_MS,
  )

  const failedOnce: readonly (readonly [seed: number, what: string])[] = [
    [213, 'access lost while a message was under way left it under way for ever'],
  ]
  test.each(failedOnce)(
    '[SYN30] seed %i: %s',
    async (seed) => {
      expect(await runWorld(seed)).toMatchObject({ seed })
    },
    LIMIT_MS,
  )

  test(
    '[SYN30] the same seed gives the same world',
    async () => {
      expect(await runWorld(4711, 40)).toEqual(await runWorld(4711, 40))
    },
    LIMIT_MS,
  )
})
