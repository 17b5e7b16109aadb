// Owns the benchmark `fanout`: processor time of the server per message delivered to a member's device, with 100 and with
// 1000 members, against a bare ws broadcast of the same frame to as many connections in the same run (the floor).
// Always holds: what the product's server does from a member's `send` to the last delivery counts, checks, sealing, commit and
// acknowledgement included; both servers stand at the same time and take turns, each in a process of its own.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Figures, ratio, round } from './figures.ts'
import { makeFleet } from './fleet.ts'
import { type FleetRun, startFleetRun } from './fleet-run.ts'
import { createPrograms } from './programs.ts'

const MEMBERS = [100, 1000]
/** Turns that each server has; the first of each is not counted. */
const TURNS = 6
/** Messages under way at once: one conversation at its busiest. */
const AHEAD = 4

/** Figures for about `count` deliveries of each server, for each number of members. */
export async function benchFanout(count: number): Promise<Figures> {
  const figures: Record<string, Figures> = {}
  for (const members of MEMBERS) figures[`members${members}`] = await delivered(members, count)
  return { deliveries: count, ...figures }
}

async function delivered(members: number, count: number): Promise<Figures> {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-bench-'))
  const programs = createPrograms()
  try {
    const file = join(dir, 'fleet.json')
    writeFileSync(file, JSON.stringify(await makeFleet(dir, members, [Array.from({ length: members }, (_, i) => i)])))
    const product = await startFleetRun(programs, { kind: 'product', dir, file, devices: members })
    const bare = await startFleetRun(programs, { kind: 'bare', dir, file, devices: members })
    await product.connect()
    await bare.connect()
    const messages = Math.max(AHEAD, Math.ceil(count / members / (TURNS - 1)))
    const turns: { product: number; bare: number }[] = []
    for (let turn = 0; turn < TURNS; turn++) {
      const spent = { product: await cpuUsOf(product, messages), bare: await cpuUsOf(bare, messages) }
      if (turn > 0) turns.push(spent)
    }
    const perDelivery = (of: 'product' | 'bare') =>
      round(turns.reduce((sum, turn) => sum + turn[of], 0) / (turns.length * messages * members))
    const ours = perDelivery('product')
    const floor = perDelivery('bare')
    return {
      cpuUsPerDelivery: ours,
      bareCpuUsPerDelivery: floor,
      toBare: ratio(ours, floor),
      messages: messages * turns.length,
    }
  } finally {
    await programs.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

async function cpuUsOf(run: FleetRun, messages: number): Promise<number> {
  const before = await run.measure()
  await run.ask(0, { type: 'tell', count: messages, ahead: AHEAD }, 'told')
  const after = await run.measure()
  return after.cpuUs - before.cpuUs
}
