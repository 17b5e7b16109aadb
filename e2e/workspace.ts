// Owns a real workspace server for end-to-end tests, in a process of its own, and the admin CLI against it.
// Always holds: the server is the product's own program; it is ended by its pid and its data stays for a restart.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export const root = join(import.meta.dirname, '..')

export interface Workspace {
  readonly url: string
  readonly dataDir: string
  /** Runs `admin … --json` and answers its JSON value; throws with the CLI's error where it exits other than 0. */
  admin<T>(...args: readonly string[]): Promise<T>
  /** Stops the server; `start` again brings it back on the same port. */
  stop(): Promise<void>
  start(): Promise<void>
}

/** Starts the server over `dataDir` on a free port; `publicOrigin`: desktops reach it under this, too. */
export async function startWorkspace(dataDir: string, publicOrigin?: string): Promise<Workspace> {
  let server: ChildProcess | undefined
  let port = 0
  let url = ''

  async function start(): Promise<void> {
    const origin = publicOrigin === undefined ? [] : ['--public-origin', publicOrigin]
    const command = [join(root, 'server/main.ts'), '--data', dataDir, '--port', String(port), ...origin]
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] })
    server = child
    const lines = createInterface({ input: child.stdout })
    const [first] = (await Promise.race([
      once(lines, 'line'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`the server ended with ${code} before it listened`)
      }),
    ])) as [string]
    url = (JSON.parse(first) as { url: string }).url
    port = Number(new URL(url).port)
  }

  async function stop(): Promise<void> {
    if (!server || server.exitCode !== null) return
    const ended = once(server, 'exit')
    server.kill('SIGTERM')
    await ended
    server = undefined
  }

  await start()
  return {
    get url() {
      return url
    },
    dataDir,
    start,
    stop,
    admin<T>(...args: readonly string[]) {
      const tokenFile = join(dataDir, 'admin-token')
      const command = [join(root, 'admin/main.ts'), '--server', url, '--token-file', tokenFile, ...args, '--json']
      return new Promise<T>((resolve, reject) => {
        execFile(process.execPath, command, (error, stdout, stderr) => {
          if (error) reject(new Error(stderr || error.message))
          else resolve(JSON.parse(stdout) as T)
        })
      })
    },
  }
}
