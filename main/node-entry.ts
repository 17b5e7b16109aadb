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
import { createHeadlessShell } from './shell/headless.ts'
import { askPassphrase } from './shell/passphrase.ts'
import { createPassphraseKeyStore } from './shell/passphrase-key-store.ts'
import type { KeyStore, Shell } from './shell/shell.ts'
import { failureOfStart, logLevel, printFailure, quitOnSignals, quitOnStdinEnd, startApp } from './shell/start.ts'

const commandLine = readCommandLine(process.argv.slice(2))
if (!commandLine.ok) {
  printFailure(commandLine.error)
  process.exit(2)
}
if (commandLine.value.describe) {
  process.stdout.write(`${JSON.stringify(describeBridge(), undefined, 2)}\n`)
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
  const shell = asked.headless
    ? createHeadlessShell({ keyStore, input: process.stdin, output: process.stdout, log })
    : await createChromium(asked, join(profileDir, 'host'), keyStore, log)
  quitOnSignals(shell)
  if (asked.quitOnStdinEnd && !asked.headless) quitOnStdinEnd(shell)
  await startApp(shell, profileDir, asked, log)
}

async function createChromium(asked: CommandLine, hostDir: string, keyStore: KeyStore, log: Log): Promise<Shell> {
  const browserPath = findBrowser()
  if (browserPath === undefined) {
    throw new FailureError(
      fail('unavailable', 'No Chromium, Chrome or Edge is installed; see CAUSEWAY_CHROMIUM.').error,
    )
  }
  // Loaded only here: the headless host must not need a browser driver.
  const { createChromiumShell } = await import('./shell/chromium.ts')
  return createChromiumShell({
    hostDir,
    rendererDir: join(import.meta.dirname, '..', 'dist', 'renderer'),
    keyStore,
    browserPath,
    isHeadless: asked.headlessWindow,
    log,
    ...(asked.place === undefined ? {} : { place: asked.place }),
    ...(asked.debugPortFile === undefined ? {} : { debugPortFile: asked.debugPortFile }),
  })
}
