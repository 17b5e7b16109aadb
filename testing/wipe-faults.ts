// Owns the fault test of orders as a whole: `node testing/wipe-faults.ts --runs 400 [--seed S] [--only N] [--keep] [--json]`.
// Always holds: a run that fails is told by its number and plan, by which it can be played again; survivors are runs after
// which anything was left of what had to go, anything was gone that had to stay, or anything was wrong on the way.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { createRoomSearch } from './forensics.ts'
import { createRandom } from './random.ts'
import { type Story, startKiller } from './wipe-faults-client.ts'
import { type FalseOrders, tellFalseOrders } from './wipe-faults-false.ts'
import { planRun, type RunPlan, stories, type Variant, variants } from './wipe-faults-plan.ts'
import { playRun, type RunReport } from './wipe-faults-run.ts'
import { createFaultSite, type Sizes } from './wipe-faults-site.ts'

export interface Summary {
  readonly runs: number
  readonly kills: number
  /** Lives whose kill came too late, or never. */
  readonly uncut: number
  /** Runs in which something had to be faulted. */
  readonly survivors: number
  /** By what was ordered, and where the kills came: at boundaries and inside steps. */
  readonly orders: readonly {
    readonly story: Story
    readonly runs: number
    readonly places: Readonly<Record<string, number>>
    /** Under which circumstances. */
    readonly variants: Readonly<Record<string, number>>
    /** File operations of an order that was not cut off. */
    readonly operations: number
  }[]
  readonly skipped: Readonly<Record<string, string>>
  /** Calls of the window that were answered, one way or another. */
  readonly answers: number
  readonly profile: { readonly messages: number; readonly files: number; readonly bytes: number }
  readonly marksLookedFor: number
  readonly seed: number
  readonly falseOrders?: FalseOrders
  readonly seconds: number
}

export interface FaultRuns {
  readonly summary: Summary
  readonly failed: readonly RunReport[]
}

export interface FaultRunOptions {
  readonly runs: number
  readonly seed: number
  readonly sizes?: Partial<Sizes>
  /** False orders are told as well. */
  readonly falseOrders?: boolean
  /** These runs alone. */
  readonly only?: readonly number[]
  /** Folders of failed runs stay. */
  readonly keep?: boolean
  readonly baseDir?: string
  readonly told?: (report: RunReport) => void
}

const allStories = Object.keys(stories) as Story[]

/** Cuts off `runs` orders, after one of each kind that nobody cuts off. */
export async function cutOffOrders(options: FaultRunOptions): Promise<FaultRuns> {
  const { runs, seed, only, keep = false, told } = options
  const startedAtMs = performance.now()
  const baseDir = mkdtempSync(path.join(options.baseDir ?? tmpdir(), 'causeway-wipe-faults-'))
  // Some runs are another user's.
  chmodSync(baseDir, 0o755)
  const killer = startKiller()
  try {
    const site = await createFaultSite(createRandom(seed), path.join(baseDir, 'site'), options.sizes)
    const parts = { site, killer, search: createRoomSearch(site.canaries), baseDir, keep }
    const reports: RunReport[] = []
    const play = async (plan: RunPlan) => {
      const report = await playRun(parts, plan)
      reports.push(report)
      told?.(report)
      return report.operations
    }
    const course: Record<Story, number> = { device: 0, conversations: 0, 'sign-out': 0 }
    for (const [i, story] of allStories.entries()) course[story] = await play(uncutPlan(story, -1 - i))
    const indexes = only ?? Array.from({ length: Math.max(0, runs - allStories.length) }, (_, i) => i)
    for (const index of indexes) await play(planRun(seed, index, course))
    const falsely = options.falseOrders && { falseOrders: await tellFalseOrders(site, path.join(baseDir, 'false')) }
    const about = { profile: site.size, marksLookedFor: site.canaries.length, seed }
    const seconds = Math.round((performance.now() - startedAtMs) / 1000)
    return {
      summary: { ...summed(reports, course), ...about, ...falsely, seconds },
      failed: reports.filter(({ faults }) => faults.length > 0),
    }
  } finally {
    await killer.stop()
    if (!keep) rmSync(baseDir, { recursive: true, force: true })
  }
}

function uncutPlan(story: Story, index: number): RunPlan {
  return { index, story, variant: 'live', kills: [], keyStoreMs: 0, witness: false, again: false, thorough: false }
}

function summed(reports: readonly RunReport[], course: Readonly<Record<Story, number>>) {
  const played = reports.filter(({ skipped }) => skipped === undefined)
  const total = (of: (report: RunReport) => number) => played.reduce((sum, report) => sum + of(report), 0)
  return {
    runs: played.length,
    kills: total(({ kills }) => kills),
    uncut: total(({ uncut }) => uncut),
    survivors: played.filter(({ faults }) => faults.length > 0).length,
    orders: allStories.map((story) => {
      const own = played.filter(({ plan }) => plan.story === story)
      return {
        story,
        runs: own.length,
        places: counted(own.flatMap(({ places }) => places)),
        variants: counted(own.map(({ plan }) => plan.variant)),
        operations: course[story],
      }
    }),
    skipped: Object.fromEntries(reports.flatMap(({ plan, skipped }) => (skipped ? [[plan.variant, skipped]] : []))),
    answers: total(({ answers }) => answers),
  }
}

function counted(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words.toSorted()) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

function printed(summary: Summary): string {
  const { orders, skipped, profile, falseOrders, ...rest } = summary
  const lines: [string, unknown][] = Object.entries({ ...rest, ...profile })
  if (falseOrders) lines.push(['false orders', falseOrders.told], ['data lost', falseOrders.lost.length])
  for (const { story, runs, places, variants: by, operations } of orders) {
    lines.push(['', ''], [stories[story], `${runs} runs`], ['file operations, uncut', operations])
    for (const [place, count] of Object.entries(places)) lines.push([`killed ${place}`, count])
    for (const [variant, count] of Object.entries(by)) lines.push([variants[variant as Variant], count])
  }
  for (const [variant, why] of Object.entries(skipped)) lines.push([`skipped: ${variants[variant as Variant]}`, why])
  return lines.map(([name, value]) => `${name.padEnd(64)} ${value}`.trimEnd()).join('\n')
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string', multiple: true },
      keep: { type: 'boolean', default: false },
      'no-false-orders': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      out: { type: 'string' },
      dir: { type: 'string' },
    },
  })
  const { summary, failed } = await cutOffOrders({
    runs: Number(values.runs),
    seed: Number(values.seed),
    keep: values.keep,
    falseOrders: values.only === undefined && !values['no-false-orders'],
    ...(values.only !== undefined && { only: values.only.map(Number) }),
    ...(values.dir !== undefined && { baseDir: values.dir }),
    told({ plan, faults, ms }) {
      if (faults.length > 0) console.error(JSON.stringify({ failed: plan, ms, faults }))
    },
  })
  for (const lost of summary.falseOrders?.lost ?? []) console.error(JSON.stringify({ lost }))
  if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(summary, undefined, 2)}\n`)
  console.log(values.json ? JSON.stringify(summary) : printed(summary))
  process.exit(failed.length > 0 || (summary.falseOrders?.lost.length ?? 0) > 0 ? 1 : 0)
}
