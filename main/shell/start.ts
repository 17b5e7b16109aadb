// Owns what both entry programs share at start: log level, the app with what the command line asks, how a failure to start
// is told, the end of a parent.

import { hostname } from 'node:os'
import packageJson from '../../package.json' with { type: 'json' }
import { limits } from '../../shared/limits.ts'
import type { Failure } from '../../shared/result.ts'
import { FailureError, fail } from '../../shared/result.ts'
import { createApp } from '../app.ts'
import type { createLog, LogLevel } from '../log.ts'
import type { CommandLine } from './command-line.ts'
import type { Shell } from './shell.ts'

/** `CAUSEWAY_LOG` = error, info or debug; info otherwise. */
export function logLevel(): LogLevel {
  const level = process.env.CAUSEWAY_LOG
  return level === 'error' || level === 'debug' ? level : 'info'
}

/** The failure that kept the program from starting; a folder that cannot be made is the profile's. */
export function failureOfStart(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'ENOSPC' || code === 'EDQUOT') return fail('disk-full').error
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code)) {
    return fail('profile-not-writable', `The profile folder cannot be written (${code}).`).error
  }
  return fail('internal', error instanceof Error ? `${error.name}: ${error.message}` : undefined).error
}

/** Tells a failure as one JSON line on the error stream, as every command line of the product does. */
export function printFailure(failure: Failure): void {
  process.stderr.write(`${JSON.stringify({ error: { code: failure.code, message: failure.message } })}\n`)
}

/** Ends the program when whoever started it has gone: its end of our standard input closes, however it died. */
export function quitOnStdinEnd(shell: Shell): void {
  process.stdin.on('end', () => void shell.quit())
  process.stdin.on('error', () => void shell.quit())
  process.stdin.resume()
}

/** Ends the program in good order when the system or a terminal asks for it. */
export function quitOnSignals(shell: Shell): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void shell.quit())
}

/** Starts the app on `shell` with what the command line asks; resolves when its window is open. */
export function startApp(
  shell: Shell,
  profileDir: string,
  { serverUrl, enrolCode }: CommandLine,
  log: ReturnType<typeof createLog>,
): Promise<void> {
  const app = createApp({
    shell,
    profileDir,
    version: packageJson.version,
    platform: `${process.platform}-${process.arch}`,
    deviceName: hostname().slice(0, limits.deviceNameChars),
    log,
    ...(serverUrl === undefined ? {} : { serverUrl }),
    ...(enrolCode === undefined ? {} : { enrolCode }),
  })
  return app.start()
}
