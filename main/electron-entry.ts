// Owns starting the product in Electron: command line, profile folder, log, shell, app, in that order.
// Always holds: host files lie below PROFILE/host and never elsewhere; a failure to start is told as JSON on the error
// stream (and in a dialog once packaged) and ends the program with code 1.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createLog } from './log.ts'
import { readCommandLine } from './shell/command-line.ts'
import {
  createElectronShell,
  defaultProfileDir,
  electronReady,
  exitAsSecondInstance,
  exitWithFailure,
  prepareElectron,
} from './shell/electron.ts'
import { failureOfStart, logLevel, printFailure, quitOnSignals, quitOnStdinEnd, startApp } from './shell/start.ts'
import { witnessDirOf } from './shell/witness-dir.ts'

const commandLine = readCommandLine(process.argv.slice(1), true)
if (!commandLine.ok) throw new Error(commandLine.error.message)
const { profileDir = defaultProfileDir(), place, checkKeyStore } = commandLine.value
const hostDir = join(profileDir, 'host')

const refuse = (error: unknown) => {
  const failure = failureOfStart(error)
  printFailure(failure)
  exitWithFailure(failure.message)
}

const start = async (): Promise<void> => {
  mkdirSync(hostDir, { recursive: true, mode: 0o700 })
  mkdirSync(join(profileDir, 'logs'), { recursive: true, mode: 0o700 })
  if (!prepareElectron({ hostDir })) return exitAsSecondInstance()
  const log = createLog({ file: join(profileDir, 'logs', 'causeway.log'), stderr: true, level: logLevel() })
  await electronReady()
  const witnessDir = witnessDirOf(commandLine.value, profileDir, process.env, process.platform)
  const shell = createElectronShell({
    hostDir,
    rendererDir: join(import.meta.dirname, '..', 'renderer'),
    preloadFile: join(import.meta.dirname, 'preload.cjs'),
    log,
    ...(place === undefined ? {} : { place }),
    ...(witnessDir === undefined ? {} : { witnessDir }),
  })
  quitOnSignals(shell)
  if (checkKeyStore) {
    const checked = await shell.keyStore.check()
    process.stdout.write(`${JSON.stringify({ backend: shell.keyStore.backend, ...checked })}\n`)
    return shell.quit()
  }
  if (commandLine.value.quitOnStdinEnd) quitOnStdinEnd(shell)
  await startApp(shell, profileDir, commandLine.value, log)
}

start().catch(refuse)
