// Owns how an installed browser is started: quiet, off the record, without a proxy, a name look-up or a permission.
// Always holds: every browser of ours starts here, so that none of them is looser than another.

import { type BrowserContext, chromium } from 'playwright-core'

const flags = [
  '--incognito',
  '--no-first-run',
  '--no-default-browser-check',
  '--no-proxy-server',
  '--no-pings',
  '--host-resolver-rules=MAP * ~NOTFOUND',
  '--block-new-web-contents',
  '--deny-permission-prompts',
  '--disable-background-networking',
  '--disable-breakpad',
  '--disable-component-update',
  '--disable-crash-reporter',
  '--disable-domain-reliability',
  '--disable-quic',
  '--disable-save-password-bubble',
  '--disable-sync',
  '--disk-cache-size=1',
  '--media-cache-size=1',
]

/** What every page of ours has, whatever it shows. */
export const quietPage = { acceptDownloads: false, serviceWorkers: 'block' } as const

/** Starts the browser over a folder that it has to itself; `args` beside what every browser of ours is started with. */
export function launchBrowser(options: {
  readonly browserPath: string
  readonly browserDir: string
  readonly isHeadless: boolean
  readonly args: readonly string[]
  /** Without script, and without whatever of a network the flags leave. */
  readonly isInert?: boolean
}): Promise<BrowserContext> {
  const isRoot = process.getuid?.() === 0
  return chromium.launchPersistentContext(options.browserDir, {
    executablePath: options.browserPath,
    headless: options.isHeadless,
    // Chromium refuses to run sandboxed as root.
    chromiumSandbox: !isRoot,
    viewport: null,
    colorScheme: null,
    reducedMotion: null,
    forcedColors: null,
    contrast: null,
    ...quietPage,
    ...(options.isInert === true && { javaScriptEnabled: false, offline: true }),
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    ignoreDefaultArgs: ['--enable-automation'],
    args: [
      ...flags,
      ...options.args,
      // Silences the bar that warns of the missing sandbox and takes the page's room.
      ...(isRoot ? ['--test-type'] : []),
    ],
  })
}
