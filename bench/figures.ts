// Owns how benchmarks take and state figures: timing, percentiles, ratios, sizes on disk.
// Always holds: times are milliseconds of the monotonic clock unless the name says otherwise; a ratio is ours over theirs,
// and above 1 means ours is the larger figure.

import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export type Figures = Record<string, unknown>

export interface Spread {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** Milliseconds that `run` takes. */
export function timed(run: () => unknown): number {
  const from = performance.now()
  run()
  return performance.now() - from
}

/** Milliseconds that each of `count` runs takes, after a few that are not counted. */
export async function sampled(count: number, run: (i: number) => unknown): Promise<Spread> {
  const warmUp = Math.ceil(count / 20)
  const ms: number[] = []
  for (let i = -warmUp; i < count; i++) {
    const from = performance.now()
    const result = run(i + warmUp)
    if (result instanceof Promise) await result
    if (i >= 0) ms.push(performance.now() - from)
  }
  return spread(ms)
}

/** Percentiles of a list, which is sorted in place. */
export function spread(ms: number[]): Spread {
  ms.sort((a, b) => a - b)
  const at = (share: number) => round(ms[Math.min(ms.length - 1, Math.floor(ms.length * share))] ?? 0)
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}

/** To a thousandth. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000
}

/** Ours over theirs, to a hundredth; undefined where either is missing. */
export function ratio(ours: number | undefined, theirs: number | undefined): number | undefined {
  return ours === undefined || theirs === undefined || theirs === 0
    ? undefined
    : Math.round((ours / theirs) * 100) / 100
}

/** Items per second, whole. */
export function perSecond(count: number, ms: number): number {
  return Math.round((count / ms) * 1000)
}

/** Bytes of the files in `dir` and below. */
export function folderBytes(dir: string): number {
  let bytes = 0
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += lstatSync(join(entry.parentPath, entry.name)).size
  }
  return bytes
}

/** Mebibytes, to a tenth. */
export function mebibytes(bytes: number): number {
  return Math.round(bytes / 104_857.6) / 10
}

/** User and system time of this process, all its threads, in milliseconds since `from`. */
export function cpuMs(from?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(from)
  return Math.round((user + system) / 1000)
}
