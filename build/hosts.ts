// Owns the choice of host for a desktop that a person starts: Electron where it can be had, else an installed browser.
// Always holds: what was chosen is printed with its reason, on the error stream.

import type { HostName } from './desktop-process.ts'
import { findChromium, findElectron } from './runtime.ts'

export interface Host {
  readonly name: HostName
  readonly executable: string
  /** What it is, for a person to read. */
  readonly says: string
}

export type Choice =
  | { readonly type: 'chosen'; readonly host: Host }
  /** Sentences, one for each host, that say why it cannot be used. */
  | { readonly type: 'none'; readonly reasons: readonly string[] }

/** Looks for a host; `wanted` leaves only that one. May download Electron's runtime, which takes a minute at most. */
export async function chooseHost(wanted?: HostName): Promise<Choice> {
  const reasons: string[] = []
  if (wanted !== 'chromium') {
    const electron = await findElectron({ mayDownload: true })
    if (electron.type === 'found') {
      return { type: 'chosen', host: { name: 'electron', executable: electron.executable, says: electron.says } }
    }
    reasons.push(`Electron is not used: ${electron.reason}.`)
  }
  if (wanted !== 'electron') {
    const chromium = findChromium()
    if (chromium.type === 'found') {
      const says = `the Chromium host (${chromium.says})`
      return { type: 'chosen', host: { name: 'chromium', executable: chromium.executable, says } }
    }
    reasons.push(`The Chromium host is not used: ${chromium.reason}.`)
  }
  return { type: 'none', reasons }
}

export const installAdvice =
  'Install Chromium, Google Chrome or Microsoft Edge (or name one in CAUSEWAY_CHROMIUM), or run once where Electron’s runtime can be downloaded.'
