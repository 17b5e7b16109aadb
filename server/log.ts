// Owns the type of the server's log and its ordinary maker: JSON lines on stderr.
// Always holds: a line carries ids, codes, counts and times; never message text, names, enrolment codes or tokens.

import pino from 'pino'

export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** A log on stderr, so that stdout stays for what programs read. */
export function createStderrLog(level: 'debug' | 'info' | 'warn' | 'error' | 'silent'): Log {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  )
}

export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing }
function nothing(): void {}
