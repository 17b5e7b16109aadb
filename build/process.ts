// Owns how the toolchain starts other programs: output gathered or shown, a time limit, none left behind.
// Always holds: a program is started without a shell and ended by its own process group or id, never by name.

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import path from 'node:path'

export const projectFolder = path.join(import.meta.dirname, '..')

export interface RunOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  /** Ends the program after this long; the result then says `timedOut`. */
  timeoutMs?: number
  /** Runs as another account (only root may). */
  account?: { uid: number; gid: number }
  /** Shows the output as it comes, on top of gathering it. */
  show?: boolean
}

export interface RunResult {
  /** Exit code; 127 when the program could not be started, 128 when a signal ended it. */
  code: number
  output: string
  timedOut: boolean
  elapsedMs: number
}

const running = new Set<ChildProcess>()

/** Starts a program that ends when this process ends, whichever way that comes about. */
export function start(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn(command, args, { cwd: projectFolder, windowsHide: true, ...options })
  running.add(child)
  child.once('close', () => running.delete(child))
  child.once('error', () => running.delete(child))
  return child
}

/** Ends a started program: asks first, insists after `graceMs`. Resolves when it is gone. */
export async function stop(child: ChildProcess, graceMs = 3000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
    child.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill('SIGTERM')
  })
}

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.once(signal, () => {
    void Promise.all([...running].map((child) => stop(child))).finally(() => process.exit(code))
  })
}

/** Runs a program to its end and gathers what it prints on both streams, in order. Never rejects. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const startedAtMs = performance.now()
  return new Promise((resolve) => {
    const child = start(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
      ...options.account,
    })
    let output = ''
    let timedOut = false
    const gather = (chunk: string) => {
      output += chunk
      if (options.show === true) process.stdout.write(chunk)
    }
    child.stdout?.setEncoding('utf8').on('data', gather)
    child.stderr?.setEncoding('utf8').on('data', gather)
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true
            void stop(child)
          }, options.timeoutMs)
    const finish = (code: number) => {
      clearTimeout(timer)
      resolve({ code, output, timedOut, elapsedMs: performance.now() - startedAtMs })
    }
    child.once('error', (error) => {
      output += `${error.message}\n`
      finish(127)
    })
    child.once('close', (code) => finish(code ?? 128))
  })
}

/** Runs a package's JavaScript program under this same Node. `file` is relative to node_modules. */
export function runTool(file: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return run(process.execPath, [path.join(projectFolder, 'node_modules', file), ...args], options)
}

/** Full path of the first of these programs that PATH holds, or undefined. */
export function findProgram(...names: readonly string[]): string | undefined {
  const endings = process.platform === 'win32' ? (process.env.PATHEXT ?? '.EXE').split(';') : ['']
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
      for (const ending of endings) {
        const file = path.join(folder, name + ending)
        if (isProgram(file)) return file
      }
    }
  }
  return undefined
}

/** Whether this is a file that may be executed. */
export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** `1.2 s` */
export function seconds(elapsedMs: number): string {
  return `${(elapsedMs / 1000).toFixed(1)} s`
}
