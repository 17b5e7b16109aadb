// Owns running the programs that tests kill: `*.program.ts` beside this file, on this Node.
// Always holds: only processes started here are ended, each by its own handle, and none outlives its promise.

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Ended {
  readonly lines: readonly string[]
  readonly errors: string
  readonly signal: NodeJS.Signals | null
  readonly code: number | null
}

export interface RunOptions {
  /** Kills with SIGKILL once this answers true; asked after each line with all lines so far. */
  readonly killWhen?: (lines: readonly string[]) => boolean
  /** Runs as this user; only root may. */
  readonly uid?: number
}

/** Runs testing/NAME.program.ts to its end, or to its kill. */
export function runProgram(name: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const path = fileURLToPath(new URL(`./${name}.program.ts`, import.meta.url))
  const child = spawn(process.execPath, [path, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
  })
  const lines: string[] = []
  let rest = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) {
      lines.push(line)
      if (options.killWhen?.(lines)) child.kill('SIGKILL')
    }
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ lines, errors, signal, code }))
  })
}
