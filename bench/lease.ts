// Owns the benchmark `lease`: COUNT devices connected to one server process, each of whose leases is renewed within a minute,
// and then all at once, as after a change of policy: how the process and its event loop fare meanwhile, against a server
// that sends as many bare ws frames after as many durable commits (the floor) in the same run.
// Always holds: every device has gone through the handshake; a renewal counts when its device has it; server and devices
// are processes of their own; heartbeats and the probe go on in both, and what they cost is measured apart, without renewals.
// The product renews each quarter of an hour: here fifteen times as often.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limits } from '../shared/limits.ts'
import { type Figures, perSecond, ratio, round } from './figures.ts'
import { makeFleet } from './fleet.ts'
import { type FleetRun, startFleetRun } from './fleet-run.ts'
import type { FromLeaseServer, ToLeaseServer } from './lease-server.program.ts'
import { createPrograms, heard } from './programs.ts'

/** Members of a conversation; every person is in one. */
const MEMBERS = 50
const CLIENT_PROGRAMS = 4
const RENEW_MS = 60_000
/** Time for the last frames of the handshakes to be told, and for presence to settle. */
const SETTLE_MS = 4000
const IDLE_MS = 20_000
/** Another than the product's own, so that every lease changes. */
const OTHER_HOURS = 71

/** Figures for `count` devices of as many people. */
export async function benchLease(count: number): Promise<Figures> {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-bench-'))
  try {
    const groups = Array.from({ length: Math.ceil(count / MEMBERS) }, (_, i) =>
      Array.from({ length: Math.min(MEMBERS, count - i * MEMBERS) }, (_, member) => i * MEMBERS + member),
    )
    const file = join(dir, 'fleet.json')
    writeFileSync(file, JSON.stringify(await makeFleet(dir, count, groups)))
    const product = await renewed('product', dir, file, count)
    const bare = await renewed('bare', dir, file, count)
    return {
      devices: count,
      renewalsPerSecond: product.minute.renewalsPerSecond,
      delayP99Ms: product.minute.delayMs.p99,
      cpuShare: product.minute.cpuShare,
      cpuToBare: ratio(product.minute.cpuShare, bare.minute.cpuShare),
      cpuUsPerRenewal: product.cpuUsPerRenewal,
      perRenewalToBare: ratio(product.cpuUsPerRenewal, bare.cpuUsPerRenewal),
      // As often as the product renews.
      cpuShareAtProductPace: round((product.cpuUsPerRenewal * count) / 1000 / limits.leaseRenewMs),
      atOnceSeconds: product.atOnce.seconds,
      atOnceDelayMaxMs: product.atOnce.delayMs.max,
      atOnceToBare: ratio(product.atOnce.seconds, bare.atOnce.seconds),
      product,
      bare,
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function renewed(kind: 'product' | 'bare', dir: string, file: string, devices: number) {
  const programs = createPrograms()
  try {
    const options = { kind, dir, file, devices, clientPrograms: CLIENT_PROGRAMS }
    const run = await startFleetRun(programs, {
      ...options,
      serverProgram: 'lease-server.program.ts',
      serverArgs: [String(RENEW_MS)],
    })
    await run.connect()
    if (kind === 'bare') for (const client of run.clients) client.send({ type: 'heartbeat' })
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    const minute = await measured(run, devices, { type: 'renew', count: devices, seconds: RENEW_MS / 1000 })
    const atOnce = await measured(run, devices, { type: 'renewAll', hours: OTHER_HOURS })
    // All have just been renewed: for a minute there is nothing to renew.
    const idle = await measuredFor(run, IDLE_MS)
    const renewalsCpuUs = minute.cpuUs - idle.cpuShare * 1000 * minute.seconds * 1000
    return { cpuUsPerRenewal: round(Math.max(0, renewalsCpuUs) / devices), minute, atOnce, idle }
  } finally {
    await programs.stop()
  }
}

/** Figures of the time until every device has had a lease. */
async function measured(run: FleetRun, devices: number, order: ToLeaseServer) {
  const { server, clients } = run
  const share = Math.ceil(devices / clients.length)
  server.send({ type: 'begin' } satisfies ToLeaseServer)
  const asked = clients.map((_, i) => {
    const count = Math.min(share, devices - i * share)
    return run.ask(i, { type: 'lease', count }, 'leased')
  })
  server.send(order)
  const answers = await Promise.all(asked)
  const { loop, cpuUs, elapsedMs } = await endOf(run)
  const bySecond = new Map<string, number>()
  for (const answer of answers)
    for (const [second, leases] of Object.entries(answer.bySecond))
      bySecond.set(second, (bySecond.get(second) ?? 0) + leases)
  const lastMs = Math.max(...answers.map((answer) => answer.elapsedMs))
  return {
    seconds: round(lastMs / 1000),
    renewalsPerSecond: perSecond(devices, lastMs),
    busiestSecond: Math.max(...bySecond.values()),
    cpuUs,
    cpuShare: round(cpuUs / 1000 / elapsedMs),
    delayMs: loop.delayMs,
    eventWaitP99Ms: loop.eventWaitP99Ms,
    turnsOver16Ms: loop.turnsOver16Ms,
    loopBusy: loop.busy,
  }
}

async function measuredFor(run: FleetRun, ms: number) {
  run.server.send({ type: 'begin' } satisfies ToLeaseServer)
  await new Promise((resolve) => setTimeout(resolve, ms))
  const { loop, cpuUs, elapsedMs } = await endOf(run)
  return { cpuShare: cpuUs / 1000 / elapsedMs, delayMs: loop.delayMs, loopBusy: loop.busy }
}

function endOf({ server }: FleetRun) {
  const ended = heard<FromLeaseServer, 'ended'>(server, 'ended')
  server.send({ type: 'end' } satisfies ToLeaseServer)
  return ended
}
