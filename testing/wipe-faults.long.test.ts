// Owns the fault test of the wipe as it runs each time: two dozen wipes cut off in every kind of circumstance, and every false
// order told once. The command `node testing/wipe-faults.ts --runs 400` does the same for longer.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createRandom } from './random.ts'
import { cutOffOrders } from './wipe-faults.ts'
import { tellFalseOrders } from './wipe-faults-false.ts'
import { createFaultSite } from './wipe-faults-site.ts'

const RUNS = 25
const SEED = Number(process.env.CAUSEWAY_WIPE_FAULTS_SEED ?? 20261124)
/** Far above what they take: a machine may be busy. */
const LIMIT_MS = 900_000
const sizes = { messages: [900, 500, 60], missed: 1500 }

test(
  `[WFI1] ${RUNS} wipes of an app in use, killed at steps and inside them, end wiped: no mark, no key, one receipt, never half open`,
  async () => {
    const { summary, failed } = await cutOffOrders({ runs: RUNS, seed: SEED, sizes })
    const told = failed.map(({ plan, faults }) => ({ seed: SEED, plan, faults }))
    expect(told).toEqual([])
    expect(summary.runs + Object.keys(summary.skipped).length).toBeGreaterThanOrEqual(RUNS - 2)
    expect(summary.kills).toBeGreaterThan(RUNS / 2)
    // The window has been asking all the time.
    expect(summary.answers).toBeGreaterThan(1000)
    for (const { operations } of summary.orders) expect(operations).toBeGreaterThan(3)
  },
  LIMIT_MS,
)

test(
  '[WFI2] no false order and no answer of a server, whatever it is, takes a message, a file or a search result from an app',
  async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'causeway-false-orders-'))
    try {
      const site = await createFaultSite(createRandom(SEED), path.join(dir, 'site'), { ...sizes, waitingBytes: 1000 })
      const { told, lost, messagesRead, kinds } = await tellFalseOrders(site, path.join(dir, 'run'))
      expect(lost).toEqual([])
      expect(told).toBeGreaterThan(180)
      expect(kinds.orders).toBeGreaterThan(40)
      expect(messagesRead).toBeGreaterThan(1400)
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  },
  LIMIT_MS,
)
