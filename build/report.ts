// Owns the counting of tests from the runners' own JSON reports.
// Always holds: a runner that failed is never counted as passed, even where its report is missing or lists no failure.

import { readFileSync, rmSync } from 'node:fs'

export interface Counts {
  passed: number
  failed: number
  skipped: number
}

function readJson(file: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  } catch {
    return undefined
  }
}

const number = (value: unknown): number => (typeof value === 'number' ? value : 0)

/** A runner that exits with an error counts at least one failure: a file that does not load is no test, yet no pass. */
function honest(counts: Counts, exitCode: number): Counts {
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

/** Counts from vitest's `json` reporter. The report is removed, so that the next run cannot read this one's. */
export function readVitestReport(file: string, exitCode: number): Counts {
  const report = readJson(file) ?? {}
  rmSync(file, { force: true })
  return honest(
    {
      passed: number(report.numPassedTests),
      failed: number(report.numFailedTests),
      skipped: number(report.numPendingTests) + number(report.numTodoTests),
    },
    exitCode,
  )
}

/** Counts from Playwright's `json` reporter; a test that passed on a retry counts as failed: it is not sound. */
export function readPlaywrightReport(file: string, exitCode: number): Counts {
  const stats = (readJson(file)?.stats ?? {}) as Record<string, unknown>
  rmSync(file, { force: true })
  return honest(
    {
      passed: number(stats.expected),
      failed: number(stats.unexpected) + number(stats.flaky),
      skipped: number(stats.skipped),
    },
    exitCode,
  )
}
