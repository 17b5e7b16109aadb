// Owns `npm run check`: types of every part, formatter and linter, the dependency rule, unused code, unit tests.
// Always holds: one summary line per step with its seconds; a failing step shows its whole output and ends the run.
// A part that has no file yet is no failure. It never changes a file of the tree.

import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { projectFolder, type RunResult, runTool, seconds } from './process.ts'
import { type Counts, readVitestReport } from './report.ts'

/** The compiler configurations, slowest first, so that the last ones fill the gaps. */
const compilerConfigs = [
  'tsconfig.tests.json',
  'renderer/tsconfig.json',
  'renderer/tsconfig.tests.json',
  'main/tsconfig.json',
  'main/tsconfig.pure.json',
  'server/tsconfig.json',
  'testing/tsconfig.json',
  'e2e/tsconfig.json',
  'build/tsconfig.json',
  'bench/tsconfig.json',
  'preload/tsconfig.json',
  'admin/tsconfig.json',
  'shared/tsconfig.json',
]
const parts = ['shared', 'main', 'preload', 'renderer', 'server', 'admin', 'testing', 'e2e', 'bench', 'build']
const cacheFolder = path.join(projectFolder, 'node_modules', '.cache')
const unitReport = path.join(cacheFolder, 'unit-report.json')

interface StepResult {
  ok: boolean
  output: string
  /** Said behind the step's name in its summary line. */
  note?: string
}

interface CompilerConfig {
  include?: string[]
  exclude?: string[]
}

/** Whether a compiler configuration covers any file: the compiler itself calls an empty one an error. */
function coversFiles(config: string): boolean {
  const file = path.join(projectFolder, config)
  if (!existsSync(file)) return false
  const { include = [], exclude = [] } = JSON.parse(readFileSync(file, 'utf8')) as CompilerConfig
  return globSync(include, { cwd: path.dirname(file), exclude }).length > 0
}

/** No incremental build information: the compiler has been seen to answer from a stale one after a change of `lib`. */
async function checkTypes(): Promise<StepResult> {
  const configs = compilerConfigs.filter(coversFiles)
  const waiting = [...configs]
  const failures: string[] = []
  const work = async () => {
    for (let config = waiting.shift(); config !== undefined; config = waiting.shift()) {
      const result = await runTool('typescript/bin/tsc', ['--project', config, '--pretty', 'false'])
      if (result.code !== 0) failures.push(`${config}\n${result.output}`)
    }
  }
  await Promise.all([work(), work()])
  return { ok: failures.length === 0, output: failures.join('\n'), note: `${configs.length} parts` }
}

const outcome = (result: RunResult): StepResult => ({ ok: result.code === 0, output: result.output })

async function checkStyle(): Promise<StepResult> {
  return outcome(
    await runTool('@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '--max-diagnostics=50', '.']),
  )
}

async function checkLayers(): Promise<StepResult> {
  const present = parts.filter((part) => existsSync(path.join(projectFolder, part)))
  return outcome(
    await runTool('dependency-cruiser/bin/dependency-cruiser.mjs', ['--config', '.dependency-cruiser.mjs', ...present]),
  )
}

async function checkUnused(): Promise<StepResult> {
  return outcome(
    await runTool('knip/bin/knip.js', [
      '--no-progress',
      '--no-config-hints',
      '--cache',
      '--cache-location',
      path.join(cacheFolder, 'knip'),
    ]),
  )
}

async function checkUnits(projects: readonly string[]): Promise<StepResult & { unit: Counts }> {
  const result = await runTool('vitest/vitest.mjs', [
    'run',
    ...projects.map((project) => `--project=${project}`),
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${unitReport}`,
  ])
  const unit = readVitestReport(unitReport, result.code)
  return { ok: result.code === 0, output: result.output, note: `${unit.passed} passed, ${unit.failed} failed`, unit }
}

/**
 * Runs the steps in order, printing one line for each. Stops at the first failure unless told to go on. With `long` the tests
 * that take their time are run too.
 */
export async function check(options: { stopAtFirst: boolean; long: boolean }): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 }
  const steps: [string, () => Promise<StepResult & { unit?: Counts }>][] = [
    ['types', checkTypes],
    ['style', checkStyle],
    ['layers', checkLayers],
    ['unused', checkUnused],
    ['unit tests', () => checkUnits(options.long ? [] : ['node', 'page'])],
  ]
  for (const [name, step] of steps) {
    const startedAtMs = performance.now()
    const result = await step()
    const elapsed = seconds(performance.now() - startedAtMs)
    if (!result.ok) process.stdout.write(`${result.output.trimEnd()}\n`)
    console.log(
      `${result.ok ? 'ok  ' : 'FAIL'} ${name.padEnd(10)} ${elapsed.padStart(7)}${result.note === undefined ? '' : `  ${result.note}`}`,
    )
    const added = result.unit ?? { passed: result.ok ? 1 : 0, failed: result.ok ? 0 : 1, skipped: 0 }
    counts.passed += added.passed
    counts.failed += added.failed
    counts.skipped += added.skipped
    if (!result.ok && options.stopAtFirst) break
  }
  return counts
}

if (import.meta.main) process.exitCode = (await check({ stopAtFirst: true, long: false })).failed === 0 ? 0 : 1
