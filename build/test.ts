// Owns `npm test`: the checks, the build, then the end-to-end specs on every host that this machine has.
// Always holds: what cannot be run is said with its reason, never counted as passed. The last line is
// `N passed, N failed[, N skipped]` alone, and the exit code is 0 only where nothing failed.

import { globSync } from 'node:fs'
import path from 'node:path'
import { bundle } from './bundle.ts'
import { check } from './check.ts'
import { type Display, openDisplay } from './display.ts'
import { type Keyring, openKeyring } from './keyring.ts'
import { projectFolder, runTool, seconds } from './process.ts'
import { type Counts, readPlaywrightReport } from './report.ts'
import { findChromium, findElectron } from './runtime.ts'

const report = path.join(projectFolder, 'node_modules', '.cache', 'e2e-report.json')
const nothing: Counts = { passed: 0, failed: 0, skipped: 0 }

function print(ok: boolean, name: string, startedAtMs: number, note: string): void {
  const elapsed = seconds(performance.now() - startedAtMs).padStart(7)
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(10)} ${elapsed}  ${note}`)
}

async function build(): Promise<Counts> {
  const startedAtMs = performance.now()
  try {
    const built = await bundle(['renderer', 'electron'])
    print(true, 'build', startedAtMs, built.length === 0 ? 'up to date' : built.join(', '))
    return { ...nothing, passed: 1 }
  } catch (error) {
    console.log(error instanceof Error ? error.message : String(error))
    print(false, 'build', startedAtMs, 'the end-to-end specs were not run')
    return { ...nothing, failed: 1 }
  }
}

interface Hosts {
  names: string[]
  env: Record<string, string>
  close(): Promise<void>
}

/** Finds the hosts, opens what they need, and says which are used and why the others are not. */
async function openHosts(): Promise<Hosts> {
  const names: string[] = []
  const env: Record<string, string> = {}
  let keyring: Keyring | undefined
  const display: Display | undefined = await openDisplay()
  const electron = await findElectron({ mayDownload: true })
  const chromium = findChromium()
  const noDisplay = 'there is no display, and Xvfb is not installed'
  const leave = (host: string, reason: string) => console.log(`e2e skipped on ${host}: ${reason}`)

  if (display === undefined) leave('electron', noDisplay)
  else if (electron.type === 'missing') leave('electron', electron.reason)
  else {
    keyring = await openKeyring()
    if (keyring === undefined) leave('electron', 'there is no key store: install dbus and gnome-keyring')
    else {
      names.push('electron')
      Object.assign(env, keyring.env, { CAUSEWAY_ELECTRON: electron.executable })
      console.log(`e2e on electron: ${electron.says}, ${display.says}`)
    }
  }
  if (display === undefined) leave('chromium', noDisplay)
  else if (chromium.type === 'missing') leave('chromium', chromium.reason)
  else {
    names.push('chromium')
    env.CAUSEWAY_CHROMIUM = chromium.executable
    console.log(`e2e on chromium: ${chromium.says}, ${display.says}`)
  }
  return {
    names,
    env: { ...env, ...display?.env, CAUSEWAY_E2E_HOSTS: names.join(',') },
    close: async () => {
      await keyring?.close()
      await display?.close()
    },
  }
}

async function endToEnd(): Promise<Counts> {
  if (globSync('e2e/**/*.e2e.ts', { cwd: projectFolder }).length === 0) {
    console.log('e2e skipped: there is no spec')
    return nothing
  }
  const hosts = await openHosts()
  try {
    if (hosts.names.length === 0) return nothing
    const startedAtMs = performance.now()
    const result = await runTool('playwright/cli.js', ['test', '--reporter=list,json'], {
      env: { ...process.env, ...hosts.env, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
      show: true,
    })
    const counts = readPlaywrightReport(report, result.code)
    print(counts.failed === 0, 'e2e', startedAtMs, `${counts.passed} passed, ${counts.failed} failed`)
    return counts
  } finally {
    await hosts.close()
  }
}

const checked = await check({ stopAtFirst: false, long: true })
const built = await build()
const ran = built.failed === 0 ? await endToEnd() : nothing
const total = [checked, built, ran].reduce((sum, counts) => ({
  passed: sum.passed + counts.passed,
  failed: sum.failed + counts.failed,
  skipped: sum.skipped + counts.skipped,
}))
process.exitCode = total.failed === 0 ? 0 : 1
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped === 0 ? '' : `, ${total.skipped} skipped`}`)
