// Owns how a benchmark comes by other products to compare with, and how a contender is run: in a process of its own.
// Always holds: peers lie under bench/peers with a lockfile of their own, never in the product's; none of their install
// scripts runs; a peer that cannot be installed, does not load or crashes is reported in the figures and ends no benchmark.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { findProgram, type RunResult, run } from '../build/process.ts'

const folder = path.join(import.meta.dirname, 'peers')
const INSTALL_MS = 120_000

/** Loads a peer's package: call in a process that may die of it. The caller says what it has. */
export const requirePeer = createRequire(path.join(folder, 'package.json'))

/** Installs the peers where they are not there yet. Returns why not, or undefined. */
export async function installPeers(): Promise<string | undefined> {
  if (isInstalled()) return undefined
  console.error('bench: installing the peers (npm ci in bench/peers) …')
  const installed = await npm([
    'ci',
    '--prefix',
    folder,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ])
  return installed.code === 0 ? undefined : `npm ci failed: ${reasonIn(installed)}`
}

function isInstalled(): boolean {
  try {
    const read = (file: string) => JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Lockfile
    const present = read('node_modules/.package-lock.json').packages
    return Object.entries(read('package-lock.json').packages).every(
      ([place, { version }]) => place === '' || present[place]?.version === version,
    )
  } catch {
    return false
  }
}

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>
}

/** The npm that runs us, else that of PATH. */
function npm(args: readonly string[]): Promise<RunResult> {
  const script = process.env.npm_execpath
  if (script?.endsWith('.js')) return run(process.execPath, [script, ...args], { timeoutMs: INSTALL_MS })
  return run(findProgram('npm') ?? 'npm', args, { timeoutMs: INSTALL_MS })
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string }

/** Runs a program of this folder to its end; its last line of output is its result as JSON. */
export async function runContender<T>(program: string, args: readonly string[]): Promise<Outcome<T>> {
  const ended = await run(process.execPath, ['--expose-gc', path.join(import.meta.dirname, program), ...args])
  const last = ended.output.trimEnd().split('\n').at(-1) ?? ''
  if (ended.code === 0 && last.startsWith('{')) return { ok: true, value: JSON.parse(last) as T }
  return { ok: false, reason: `ended with ${ended.code}: ${reasonIn(ended)}` }
}

/** The line that says most, among what a failed program printed. */
function reasonIn({ output, timedOut }: RunResult): string {
  if (timedOut) return 'it took too long'
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  return (lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? 'nothing was said').trim().slice(0, 300)
}
