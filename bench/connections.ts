// Owns the benchmark `connections`: resident memory of one server process per device that is connected, live and idle, at
// COUNT devices; against a server that does nothing but hold as many bare ws connections (the floor) in the same run.
// Always holds: every device is enrolled, has gone through the handshake, and watches what a window shows; clients run in
// processes of their own; memory is that after what the connections left behind has been collected, and also as it was.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Figures, ratio, round } from './figures.ts'
import { makeFleet } from './fleet.ts'
import { startFleetRun } from './fleet-run.ts'
import type { Usage } from './fleet-server.program.ts'
import { createPrograms } from './programs.ts'

/** Members of a conversation; every person is in one. */
const MEMBERS = 50
const CLIENT_PROGRAMS = 4
/** Time for the last frames of the handshakes to be told, and for presence to settle. */
const SETTLE_MS = 4000

/** Figures for `count` devices of as many people. */
export async function benchConnections(count: number): Promise<Figures> {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-bench-'))
  try {
    const groups = Array.from({ length: Math.ceil(count / MEMBERS) }, (_, i) =>
      Array.from({ length: Math.min(MEMBERS, count - i * MEMBERS) }, (_, member) => i * MEMBERS + member),
    )
    const file = join(dir, 'fleet.json')
    writeFileSync(file, JSON.stringify(await makeFleet(dir, count, groups)))
    const product = await held('product', dir, file, count)
    const bare = await held('bare', dir, file, count)
    return {
      devices: count,
      rssKBPerDevice: product.rssKB,
      toBare: ratio(product.rssKB, bare.rssKB),
      connectSeconds: product.connectSeconds,
      product,
      bare,
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function held(kind: 'product' | 'bare', dir: string, file: string, devices: number) {
  const programs = createPrograms()
  try {
    const run = await startFleetRun(programs, { kind, dir, file, devices, clientPrograms: CLIENT_PROGRAMS })
    const before = await run.measure(true)
    const from = performance.now()
    await run.connect()
    const connectSeconds = round((performance.now() - from) / 1000)
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    const asIs = await run.measure()
    const after = await run.measure(true)
    const perDeviceKB = (of: (usage: Usage) => number, usage = after) =>
      round((of(usage) - of(before)) / devices / 1000)
    return {
      rssKB: perDeviceKB(({ rssBytes }) => rssBytes),
      rssBeforeCollectingKB: perDeviceKB(({ rssBytes }) => rssBytes, asIs),
      heapKB: perDeviceKB(({ heapUsedBytes }) => heapUsedBytes),
      externalKB: perDeviceKB(({ externalBytes }) => externalBytes),
      rssOfServerMB: round(after.rssBytes / 1e6),
      connectSeconds,
    }
  } finally {
    await programs.stop()
  }
}
