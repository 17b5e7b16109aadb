// Owns drawing a document as PDF in an installed browser, for the hosts that are no Electron.
// Always holds: a browser of its own, without a window, script, network or any page of the app's; its folder goes with it;
// one document at a time.

import { rmSync } from 'node:fs'
import { limits } from '../../shared/limits.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { errorName, type Log } from '../log.ts'
import { launchBrowser } from './chromium-launch.ts'
import { ownFolder } from './host-folder.ts'

/** Draws a document as PDF, A4. Codes: `unavailable`. */
export function createBrowserPrinter(parts: {
  readonly browserPath: string
  readonly hostDir: string
  readonly log: Log
}): (html: string) => Promise<Result<Uint8Array>> {
  let turn: Promise<unknown> = Promise.resolve()
  const print = async (html: string): Promise<Result<Uint8Array>> => {
    const browserDir = ownFolder(parts.hostDir, 'print')
    try {
      return ok(await draw(parts.browserPath, browserDir, html))
    } catch (error) {
      parts.log.error('print-failed', { error: errorName(error) })
      return fail('unavailable', 'The browser did not draw the document.')
    } finally {
      rmSync(browserDir, { recursive: true, force: true, maxRetries: 3 })
    }
  }
  return (html) => {
    const printed = turn.then(() => print(html))
    turn = printed.catch(() => undefined)
    return printed
  }
}

async function draw(browserPath: string, browserDir: string, html: string): Promise<Uint8Array> {
  const context = await launchBrowser({ browserPath, browserDir, isHeadless: true, isInert: true, args: [] })
  const timer = setTimeout(() => void context.close().catch(() => undefined), limits.printMs)
  try {
    await context.route('**/*', (route) => route.abort('aborted'))
    const page = context.pages()[0] ?? (await context.newPage())
    await page.setContent(html, { waitUntil: 'load' })
    return await page.pdf({ format: 'A4', printBackground: true, preferCSSPageSize: true, tagged: true })
  } finally {
    clearTimeout(timer)
    await context.close()
  }
}
