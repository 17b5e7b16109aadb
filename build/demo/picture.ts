// Owns pictures of the demo's windows, taken over the desktop's debugging port.
// Always holds: a picture file is replaced whole; a window that is busy or gone gives no picture, and that is no fault.

import { renameSync, rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { Desktop } from '../desktop-process.ts'

const LIVE_MS = 60_000
const POLL_MS = 200

export interface Camera {
  /** Waits until the desktop is live and a conversation stands in its window. Throws where that does not come about. */
  openConversation(): Promise<void>
  /** Takes a PNG; false where there was nothing to take. */
  take(file: string): Promise<boolean>
  close(): Promise<void>
}

/** A camera before `desktop`, which must be debuggable; undefined where its window cannot be reached. */
export async function openCamera(desktop: Desktop): Promise<Camera | undefined> {
  const url = await desktop.debugUrl()
  if (url === undefined) return undefined
  const browser = await chromium.connectOverCDP(url)
  const page = await firstPage(browser)
  if (page === undefined) {
    await browser.close()
    return undefined
  }
  return {
    async openConversation() {
      const row = page.getByTestId('conversation-row').first()
      await row.waitFor({ timeout: LIVE_MS })
      await waitUntilLive(page)
      await row.click()
      await page.getByTestId('message').last().waitFor({ timeout: LIVE_MS })
      await page.evaluate('document.fonts.ready.then(() => undefined)')
    },
    async take(file) {
      try {
        await page.screenshot({ path: `${file}.new.png`, timeout: 10_000 })
        renameSync(`${file}.new.png`, file)
        return true
      } catch {
        rmSync(`${file}.new.png`, { force: true })
        return false
      }
    },
    close: () => browser.close(),
  }
}

async function firstPage(browser: Browser): Promise<Page | undefined> {
  const [context] = browser.contexts()
  return context?.pages().find((page) => /^(?:causeway:|https:\/\/causeway\.invalid)/.test(page.url()))
}

/** Text, since the types of a page are not those of this part: what state the session is in. */
const STATE =
  "window.causeway.call('getSession', {}).then((answer) => answer.ok ? answer.value.state : answer.error.code)"

async function waitUntilLive(page: Page): Promise<void> {
  let state = 'unknown'
  for (let waitedMs = 0; waitedMs < LIVE_MS; waitedMs += POLL_MS) {
    state = await page.evaluate<string>(STATE)
    if (state === 'live') return
    await delay(POLL_MS)
  }
  throw new Error(`the desktop is not live after ${LIVE_MS / 1000} s but ${state}`)
}
