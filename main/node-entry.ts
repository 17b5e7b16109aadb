// Owns starting the two hosts that run in Node: headless (JSON lines on stdio) and the Chromium stand-in.
// Always holds: wrong usage ends with 2, a failure to start with 1, each told as one JSON line on the error stream.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describeBridge } from '../shared/bridge.ts'
import { FailureError, fail } from '../shared/result.ts'
import { createLog, type Log } from './log.ts'
import { findBrowser } from './shell/browser-path.ts'
import { type CommandLine, readCommandLine } from './shell/command-line.ts'
import { createDevKeyStore, devKeyStoreFile } from './shell/dev-key-store.ts'
import { createHeadlessShell, describeQuestions } from './shell/headless.ts'
import { askPassphrase } from './shell/passphrase.ts'
import { createPassphraseKeyStore } from './shell/passphrase-key-store.ts'
import type { KeyStore, Shell } from './shell/shell.ts'
import { failureOfStart, logLevel, printFailure, quitOnSignals, quitOnStdinEnd, startApp } from './shell/start.ts'
import { witnessDirOf } from './shell/witness-dir.ts'

const commandLine = readCommandLine(process.argv.slice(2))
if (!commandLine.ok) {
  printFailure(commandLine.error)
  process.exit(2)
}
if (commandLine.value.describe) {
  process.stdout.write(
    `${JSON.stringify({ ...(describeBridge() as object), questions: describeQuestions() }, undefined, 2)}\n`,
  )
} else {
  start(commandLine.value).catch((error) => {
    printFailure(failureOfStart(error))
    process.exit(1)
  })
}

async function start(asked: CommandLine): Promise<void> {
  const { profileDir } = asked
  if (profileDir === undefined) throw new FailureError(fail('wrong-usage').error)
  mkdirSync(join(profileDir, 'logs'), { recursive: true, mode: 0o700 })
  const log = createLog({ file: join(profileDir, 'logs', 'causeway.log'), stderr: true, level: logLevel() })
  const keyStore = asked.devKeyStore
    ? createDevKeyStore(devKeyStoreFile(profileDir))
    : createPassphraseKeyStore(await askPassphrase(process.env, process.stdin))
  const hostDir = join(profileDir, 'host')
  const witnessDir = witnessDirOf(asked, profileDir, process.env, process.platform)
  const outside = witnessDir === undefined ? {} : { witnessDir }
  const shell = asked.headless
    ? createHeadlessShell({
        ...{ keyStore, log, ...outside, input: process.stdin, output: process.stdout },
        printPdf: browserPrinter(hostDir, log),
      })
    : await createChromium(asked, { keyStore, log, hostDir, ...outside })
  quitOnSignals(shell)
  if (asked.quitOnStdinEnd && !asked.headless) quitOnStdinEnd(shell)
  await startApp(shell, profileDir, asked, log)
}

interface HostParts {
  readonly hostDir: string
  readonly keyStore: KeyStore
  readonly log: Log
  readonly witnessDir?: string
}

async function createChromium(asked: CommandLine, parts: HostParts): Promise<Shell> {
  const browserPath = findBrowser()
  if (browserPath === undefined) {
    throw new FailureError(
      fail('unavailable', 'No Chromium, Chrome or Edge is installed; see CAUSEWAY_CHROMIUM.').error,
    )
  }
  // Loaded only here: the headless host must not need a browser driver.
  const { createChromiumShell } = await import('./shell/chromium.ts')
  return createChromiumShell({
    ...parts,
    rendererDir: join(import.meta.dirname, '..', 'dist', 'renderer'),
    browserPath,
    isHeadless: asked.headlessWindow,
    ...(asked.place === undefined ? {} : { place: asked.place }),
    ...(asked.debugPortFile === undefined ? {} : { debugPortFile: asked.debugPortFile }),
  })
}

/** Draws with an installed browser, where there is one, also without a window of our own. */
function browserPrinter(hostDir: string, log: Log): Shell['printPdf'] {
  const browserPath = findBrowser()
  if (browserPath === undefined) {
    return async () => fail('unavailable', 'No Chromium, Chrome or Edge is installed to draw with.')
  }
  let printer: Promise<Shell['printPdf']> | undefined
  return async (html) => {
    printer ??= import('./shell/chromium-print.ts').then(({ createBrowserPrinter }) =>
      createBrowserPrinter({ browserPath, hostDir, log }),
    )
    return (await printer)(html)
  }
}
