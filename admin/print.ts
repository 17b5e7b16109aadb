// Owns printing a page to PDF with an installed browser, headless.
// Always holds: the page and the browser's profile lie in a private folder of their own that is gone afterwards; the browser
// is ended when it takes too long; it resolves no name, so the page could reach nothing even if it tried.

import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fail, ok, type Result } from '../shared/result.ts'
import { findBrowser } from './browser.ts'

export interface Printer {
  readonly env: NodeJS.ProcessEnv
  readonly platform: NodeJS.Platform
  /** True for root on POSIX: there the browser's own sandbox does not start. */
  readonly isRoot: boolean
  /** The most that a print may take: a cold start of a browser on a busy machine, and then some. */
  readonly timeoutMs: number
}

/** The page as PDF. `unavailable` where there is no browser, it does not print, or takes longer than `timeoutMs`. */
export async function printPdf(page: string, printer: Printer): Promise<Result<Uint8Array>> {
  const { env, platform, isRoot, timeoutMs } = printer
  const browser = findBrowser(env, platform)
  if (browser === undefined) {
    return fail(
      'unavailable',
      'No browser to print with: install Chrome, Chromium or Edge, or name one in CAUSEWAY_CHROMIUM, or write a .html file.',
    )
  }
  const folder = await mkdtemp(join(tmpdir(), 'causeway-print-'))
  try {
    const source = join(folder, 'page.html')
    const target = join(folder, 'page.pdf')
    await writeFile(source, page, { mode: 0o600 })
    const flags = [
      '--headless',
      '--disable-gpu',
      '--disable-extensions',
      '--no-first-run',
      '--no-default-browser-check',
      '--host-resolver-rules=MAP * ~NOTFOUND',
      `--user-data-dir=${join(folder, 'profile')}`,
      '--no-pdf-header-footer',
      `--print-to-pdf=${target}`,
      ...(isRoot ? ['--no-sandbox'] : []),
    ]
    const ended = await run(browser, [...flags, pathToFileURL(source).href], env, timeoutMs)
    if (ended === 'late') return fail('unavailable', `The browser did not print within ${timeoutMs / 1000} s.`)
    const pdf = await readFile(target).catch(() => undefined)
    if (pdf?.subarray(0, 5).toString('latin1') !== '%PDF-') {
      return fail('unavailable', `The browser did not print (${ended}).`)
    }
    return ok(pdf)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}

/** How the program ended: `late` where it had to be ended. */
function run(program: string, argv: readonly string[], env: NodeJS.ProcessEnv, timeoutMs: number): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(program, argv, { stdio: 'ignore', env, windowsHide: true })
    let late = false
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, timeoutMs)
    child.on('error', () => {
      clearTimeout(timer)
      resolve('it did not start')
    })
    child.on('exit', (status, signal) => {
      clearTimeout(timer)
      resolve(late ? 'late' : `exit ${status ?? signal}`)
    })
  })
}
