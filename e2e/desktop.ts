// Owns starting a desktop for end-to-end tests on either windowed host and reaching its window.
// Always holds: the program under test is the one users start; a test sees what a user sees and nothing of the app's inside.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { _electron, type Browser, chromium, type ElectronApplication, type Page, type TestInfo } from 'playwright/test'
import { root } from './workspace.ts'

/** Of what a program said last, this much is shown where it ends by itself. */
const KEPT_CHARS = 4000

export type Host = 'electron' | 'chromium'

export interface Desktop {
  readonly page: Page
  /** The program behind it, on Electron. */
  readonly app?: ElectronApplication
  readonly profileDir: string
  /** Ends the program as its user would. */
  close(): Promise<void>
  /** Ends the program at once (SIGKILL), as a crash or a power cut would. */
  kill(): Promise<void>
}

export interface DesktopOptions {
  readonly profileDir: string
  readonly serverUrl?: string
  readonly enrolCode?: string
}

/** Which host the running Playwright project stands for. */
export function hostOf(projectName: string): Host {
  return projectName === 'electron' ? 'electron' : 'chromium'
}

/** Starts a desktop; resolves when its window shows a page of ours. */
export function startDesktop(host: Host, options: DesktopOptions): Promise<Desktop> {
  mkdirSync(dirname(options.profileDir), { recursive: true })
  return host === 'electron' ? startElectron(options) : startChromium(options)
}

/** What each window shows, for whoever looks into a failure. */
export async function pictureAll(desktops: readonly Desktop[], info: TestInfo): Promise<void> {
  for (const { page, profileDir } of desktops) {
    const path = info.outputPath(`failed-${basename(profileDir)}.png`)
    await page.screenshot({ path }).catch(() => undefined)
  }
}

function argumentsOf({ profileDir, serverUrl, enrolCode }: DesktopOptions): string[] {
  return [
    '--profile',
    profileDir,
    // Beside the profile, as a user's own state folder is.
    '--witness',
    `${profileDir}.witness`,
    ...(serverUrl === undefined ? [] : ['--server', serverUrl]),
    ...(enrolCode === undefined ? [] : ['--enroll', enrolCode]),
  ]
}

async function startElectron(options: DesktopOptions): Promise<Desktop> {
  const executablePath = process.env.CAUSEWAY_ELECTRON
  if (!executablePath) throw new Error('CAUSEWAY_ELECTRON names no Electron runtime')
  const isRoot = process.getuid?.() === 0
  const app = await _electron.launch({
    executablePath,
    args: [
      ...(isRoot ? ['--no-sandbox'] : []),
      '--password-store=gnome-libsecret',
      join(root, 'dist/electron/main.js'),
      ...argumentsOf(options),
    ],
  })
  let said = ''
  let isExpected = false
  app.process().stderr?.on('data', (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-KEPT_CHARS)
  })
  app.process().once('exit', (code, signal) => {
    if (!isExpected) process.stderr.write(`Electron ended by itself (${code ?? signal}) after:\n${said}\n`)
  })
  const page = await app.firstWindow()
  return {
    page,
    app,
    profileDir: options.profileDir,
    close: () => {
      isExpected = true
      return app.close()
    },
    async kill() {
      isExpected = true
      const ended = once(app.process(), 'exit')
      app.process().kill('SIGKILL')
      await ended
    },
  }
}

async function startChromium(options: DesktopOptions): Promise<Desktop> {
  const portFile = `${options.profileDir}.debug-port`
  rmSync(portFile, { force: true })
  const child = spawn(
    process.execPath,
    [
      join(root, 'main/node-entry.ts'),
      '--dev-keystore',
      // Should the test die, its end of the pipe closes and nothing is left behind.
      '--quit-on-stdin-end',
      '--debug-port-file',
      portFile,
      ...(process.env.DISPLAY || process.platform !== 'linux' ? [] : ['--headless-window']),
      ...argumentsOf(options),
    ],
    { stdio: ['pipe', 'ignore', 'inherit'], detached: process.platform !== 'win32' },
  )
  const endpoint = await fileAppears(portFile, child)
  const browser = await chromium.connectOverCDP(endpoint)
  const page = browser.contexts()[0]?.pages()[0]
  if (!page) throw new Error('the Chromium host has no page')
  return {
    page,
    profileDir: options.profileDir,
    close: () => endChromium(child, browser, 'SIGTERM'),
    kill: () => endChromium(child, browser, 'SIGKILL'),
  }
}

async function endChromium(child: ChildProcess, browser: Browser, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve()
  // A crash takes the browser with it: the whole group that the program started.
  if (signal === 'SIGKILL' && child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, signal)
  else child.kill(signal)
  await ended
  await browser.close().catch(() => undefined)
}

async function fileAppears(file: string, child: ChildProcess): Promise<string> {
  for (;;) {
    if (existsSync(file)) return readFileSync(file, 'utf8').trim()
    if (child.exitCode !== null)
      throw new Error(`the Chromium host ended with ${child.exitCode} before its window opened`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
