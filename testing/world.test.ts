// Owns the seeded worlds that run with every `npm test`; more run in world.long.test.ts, and any number with
// `node testing/world-run.ts --seeds N`.
// Always holds: what a seed has found wrong is told once more, without a seed, in world-found.test.ts.

import { describe, expect, test } from 'vitest'
import { runWorld, type WorldReport } from './world.ts'

const SEEDS = 10
/** Far above what they take: a machine may be busy. */
const LIMIT_MS = 120_000

describe('world', () => {
  test(
    `[SYN30] ${SEEDS} worlds of everything people do, cuts, repeats, delays, kills, wrong clocks and restarts: every desktop ends equal to the log`,
    async () => {
      const reports: WorldReport[] = []
      const types = new Map<string, number>()
      const tap = (_: 'up' | 'down', text: string) => {
        for (const [, type = ''] of text.matchAll(/"content":\{"type":"(\w+)"/g))
          types.set(type, (types.get(type) ?? 0) + 1)
      }
      for (let seed = 1; seed <= SEEDS; seed++) reports.push(await runWorld(seed, { tap }))
      const sum = (of: (report: WorldReport) => number) => reports.reduce((n, report) => n + of(report), 0)
      // A world in which little happens would prove little.
      expect(sum((report) => report.events)).toBeGreaterThan(SEEDS * 50)
      expect(sum((report) => report.connections)).toBeGreaterThan(SEEDS * 8)
      expect(sum((report) => report.restarts)).toBeGreaterThan(SEEDS)
      expect(sum((report) => report.crashes)).toBeGreaterThan(SEEDS / 2)
      const kinds = ['message', 'edited', 'deleted', 'reacted', 'created', 'joined', 'left', 'changed', 'redacted']
      expect([...types.keys()].sort()).toEqual(expect.arrayContaining(kinds.sort()))
    },
    LIMIT_MS,
  )

  test(
    '[SYN30] the same seed gives the same world',
    async () => {
      expect(await runWorld(4711)).toEqual(await runWorld(4711))
    },
    LIMIT_MS,
  )
})
