// Owns the proof that tests are counted honestly.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readPlaywrightReport, readVitestReport } from './report.ts'

describe('report', () => {
  let folder = ''
  let file = ''
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'causeway-report-'))
    file = path.join(folder, 'report.json')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('[TOOL3] counts what each runner reports, and removes the report', () => {
    writeFileSync(file, JSON.stringify({ numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 }))
    expect(readVitestReport(file, 1)).toEqual({ passed: 5, failed: 1, skipped: 3 })
    expect(existsSync(file)).toBe(false)
    writeFileSync(file, JSON.stringify({ stats: { expected: 4, unexpected: 0, flaky: 0, skipped: 1 } }))
    expect(readPlaywrightReport(file, 0)).toEqual({ passed: 4, failed: 0, skipped: 1 })
  })

  it('[TOOL3] a flaky test counts as failed', () => {
    writeFileSync(file, JSON.stringify({ stats: { expected: 4, unexpected: 0, flaky: 2, skipped: 0 } }))
    expect(readPlaywrightReport(file, 0)).toEqual({ passed: 4, failed: 2, skipped: 0 })
  })

  it('[TOOL3] a runner that failed without naming a test is one failure, also without a report', () => {
    writeFileSync(file, JSON.stringify({ numPassedTests: 5, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 }))
    expect(readVitestReport(file, 1)).toEqual({ passed: 5, failed: 1, skipped: 0 })
    expect(readPlaywrightReport(file, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })
})
