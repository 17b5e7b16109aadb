// Owns one desktop as a program: its command line on each host, its start, and its end with everything it started.
// Always holds: it runs in a process group of its own; it is asked to end first, and the group is killed if it does not;
// it ends by itself when we are gone, because the other end of its standard input closes.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { distFolder } from './bundle.ts'
import { projectFolder } from './process.ts'

export type HostName = 'electron' | 'chromium'

export interface DesktopOptions {
  readonly host: HostName
  /** Electron's or the browser's program. */
  readonly executable: string
  /** Ours (`--profile …`), then Chromium's own. */
  readonly args: readonly string[]
  /** Over this process's environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Takes what it writes; shown on our own streams where left out. */
  readonly onOutput?: (text: string) => void
  /** Opens a debugging port on the loopback address, so that pictures can be taken of the window. */
  readonly isDebuggable?: boolean
}

export interface Desktop {
  /** Exit code, or 128 where a signal ended it. */
  readonly exited: Promise<number>
  isRunning(): boolean
  /** Address of the debugging port once it is open; undefined where it does not open, or was not asked for. */
  debugUrl(): Promise<string | undefined>
  /** Asks it to end, and kills it with all it started where it has not after five seconds. */
  stop(): Promise<void>
}

const STOP_MS = 5000
const DEBUG_PORT_MS = 30_000
const POLL_MS = 100

/** Starts a desktop. The bundles must be there. */
export function openDesktop(options: DesktopOptions): Desktop {
  const portFile = options.isDebuggable === true ? newPortFile(options.host) : undefined
  const [command, args] = commandOf(options, portFile)
  const isPosix = process.platform !== 'win32'
  const child = spawn(command, args, {
    cwd: projectFolder,
    env: { ...process.env, CAUSEWAY_CHROMIUM: options.executable, ...options.env },
    detached: isPosix,
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr] as const) {
    stream.setEncoding('utf8').on('data', options.onOutput ?? ((text: string) => process.stderr.write(text)))
  }
  let announced: string | undefined
  if (options.isDebuggable === true) {
    child.stderr.on('data', (text: string) => {
      announced ??= /DevTools listening on ws:\/\/(127\.0\.0\.1:\d+)\//.exec(text)?.[1]
    })
  }
  // Writing to one that has just died is no fault of ours.
  child.stdin.on('error', () => undefined)
  const killGroup = () => endTree(child)
  process.once('exit', killGroup)
  const exited = new Promise<number>((resolve) => {
    child.once('error', () => resolve(127))
    child.once('close', (code) => resolve(code ?? 128))
  }).finally(() => {
    // Helpers of a browser that was killed can outlive it by a moment; nothing of the group may.
    killGroup()
    process.off('exit', killGroup)
    if (portFile !== undefined) rmSync(path.dirname(portFile), { recursive: true, force: true })
  })
  const isRunning = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null
  return {
    exited,
    isRunning,
    async debugUrl() {
      if (options.isDebuggable !== true) return undefined
      for (let waitedMs = 0; waitedMs < DEBUG_PORT_MS && isRunning(); waitedMs += POLL_MS) {
        if (announced !== undefined) return `http://${announced}`
        if (portFile !== undefined && existsSync(portFile)) return readFileSync(portFile, 'utf8').trim()
        await delay(POLL_MS)
      }
      return undefined
    },
    async stop() {
      if (!isRunning()) return
      child.kill('SIGTERM')
      const timer = setTimeout(killGroup, STOP_MS)
      await exited
      clearTimeout(timer)
    },
  }
}

/** Where the Chromium host writes its port; Electron names it on its error stream. */
function newPortFile(host: HostName): string | undefined {
  return host === 'chromium' ? path.join(mkdtempSync(path.join(tmpdir(), 'causeway-port-')), 'port') : undefined
}

function commandOf(options: DesktopOptions, portFile: string | undefined): [string, string[]] {
  const args = ['--quit-on-stdin-end', ...options.args]
  if (portFile !== undefined) args.push('--debug-port-file', portFile)
  if (options.host === 'chromium') {
    return [process.execPath, [path.join(projectFolder, 'main', 'node-entry.ts'), ...args]]
  }
  // Chromium refuses to run sandboxed as root; nobody else goes without.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const debugging = options.isDebuggable === true ? ['--remote-debugging-port=0'] : []
  return [options.executable, [...sandbox, ...debugging, path.join(distFolder, 'electron', 'main.js'), ...args]]
}

function endTree(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') spawn('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' })
    else process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The group has gone already.
  }
}
