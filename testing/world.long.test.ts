// Owns the seeded worlds that take a minute: more of them, and longer ones.

import { expect, test } from 'vitest'
import { runWorld, type WorldReport } from './world.ts'

const SHORT = 60
const LONG = 6
/** Far above what they take: a machine may be busy. */
const LIMIT_MS = 600_000

test(
  `[SYN30] ${SHORT} more worlds, and ${LONG} of five hundred acts: every desktop ends equal to the log`,
  async () => {
    const reports: WorldReport[] = []
    for (let i = 0; i < SHORT; i++) reports.push(await runWorld(100 + i))
    for (let i = 0; i < LONG; i++) reports.push(await runWorld(500 + i, { acts: 500 }))
    expect(reports).toHaveLength(SHORT + LONG)
    expect(Math.max(...reports.map(({ devices }) => devices))).toBeGreaterThan(5)
  },
  LIMIT_MS,
)
