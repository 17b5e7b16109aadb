// Owns the program's log: one JSON object a line, to stderr and, where asked, to a file in the profile.
// Always holds: fields are scalars chosen by the caller. Never a body, a name, a code, a key or a token.

import { closeSync, openSync, renameSync, statSync, writeSync } from 'node:fs'

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

export interface Log {
  error(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  debug(event: string, fields?: LogFields): void
}

const levels = { error: 0, info: 1, debug: 2 } as const
export type LogLevel = keyof typeof levels

/** A log file is turned over at this size; one older file is kept: enough for a support case, bounded on disk. */
const LOG_FILE_BYTES = 2 * 1024 * 1024

export interface LogOptions {
  /** Appended to; turned over at 2 MiB. A file that cannot be written is given up silently: logging never fails work. */
  readonly file?: string
  readonly stderr: boolean
  readonly level: LogLevel
}

/** A log to stderr and/or a file. `closeFile` lets a wipe delete the file and keeps later lines off the disk. */
export function createLog(options: LogOptions): Log & { closeFile(): void } {
  let fd = options.file === undefined ? undefined : openForAppend(options.file)
  const write = (level: LogLevel, event: string, fields: LogFields = {}) => {
    if (levels[level] > levels[options.level]) return
    const line = `${JSON.stringify({ at: new Date().toISOString(), level, event, ...fields })}\n`
    if (options.stderr) process.stderr.write(line)
    if (fd === undefined) return
    try {
      writeSync(fd, line)
    } catch {
      fd = undefined
    }
  }
  return {
    error: (event, fields) => write('error', event, fields),
    info: (event, fields) => write('info', event, fields),
    debug: (event, fields) => write('debug', event, fields),
    closeFile() {
      if (fd !== undefined) closeSync(fd)
      fd = undefined
    },
  }
}

function openForAppend(file: string): number | undefined {
  try {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
    if (size > LOG_FILE_BYTES) renameSync(file, `${file}.old`)
    return openSync(file, 'a', 0o600)
  } catch {
    return undefined
  }
}

/** The name of an error and nothing of its message, which may hold content. For logs. */
export function errorName(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : ''
  return `${error.name}${code}`
}
