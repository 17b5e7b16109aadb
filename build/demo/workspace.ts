// Owns the demo's workspace: its server in this process, the staff and months of history, the two desktops' enrolment.
// Always holds: history is brought in once; a desktop that is enrolled is not enrolled again; the port stays the same
// while it is free, so that desktops find the server at the next start.

import { existsSync } from 'node:fs'
import path from 'node:path'
import { bringDemo } from '../../server/demo/bring.ts'
import { buildDemo } from '../../server/demo/history.ts'
import { people, staff, workspaceName } from '../../server/demo/people.ts'
import { type Server, startServer } from '../../server/server.ts'
import { FailureError, type Result } from '../../shared/result.ts'
import { demoPaths, readDemoState, rememberDemo } from './state.ts'

/** Any number: the same one gives the same workspace on every machine. */
const SEED = 852

export interface DemoDesktop {
  readonly userName: string
  readonly displayName: string
  readonly profileDir: string
  /** Its organisation has wiped it, and it has not been enrolled since. */
  readonly isWiped: boolean
}

export interface DemoWorkspace {
  readonly name: string
  readonly desktops: readonly DemoDesktop[]
  /** Others of the staff, for further desktops. */
  readonly others: readonly string[]
  url(): string
  isRunning(): boolean
  /** Starts the server again after stop(). */
  start(): Promise<void>
  stop(): Promise<void>
  newCode(userName: string): string
  /** Id of the newest desktop in use by that person, once it is enrolled. */
  deviceOf(userName: string): string | undefined
  /** How many of the two are connected. */
  connected(): number
}

type Write = (source: string, text: string) => void

/** Starts the server and, the first time, fills it; `say` hears of what takes a while. */
export async function openDemoWorkspace(write: Write, say: (text: string) => void): Promise<DemoWorkspace> {
  const line = (level: string) => (fields: object, message: string) =>
    write('server', JSON.stringify({ level, message, ...fields }))
  const log = { debug: () => undefined, info: line('info'), warn: line('warn'), error: line('error') }
  const open = async (port: number): Promise<Result<Server>> =>
    startServer({ dataDir: demoPaths.server, port, workspaceName, log })
  const openAnywhere = async (): Promise<Server> => {
    const remembered = readDemoState().port ?? 0
    const first = await open(remembered)
    const started = !first.ok && first.error.code === 'port-taken' ? await open(0) : first
    const server = taken(started)
    rememberDemo({ port: Number(new URL(server.url).port) })
    return server
  }

  let server: Server | undefined = await openAnywhere()
  const running = (): Server => {
    if (server === undefined) throw new FailureError({ code: 'unavailable', message: 'The server is stopped.' })
    return server
  }
  let url = server.url
  if (readDemoState().isImported !== true) {
    const demo = buildDemo({ nowMs: Date.now(), seed: SEED })
    say(`Filling the workspace with ${demo.conversations.length} conversations of made-up staff…`)
    taken(await bringDemo(server, demo))
    rememberDemo({ isImported: true })
  }
  const devices = () => taken(running().admin.listDevices({}))

  return {
    name: workspaceName,
    desktops: staff.map((userName, index) => {
      const profileDir = demoPaths.desktop(index + 1)
      return {
        userName,
        displayName: people.find((person) => person.userName === userName)?.displayName ?? userName,
        profileDir,
        isWiped:
          existsSync(path.join(profileDir, 'wipe', 'notice.json')) &&
          !existsSync(path.join(profileDir, 'vault', 'device.sealed')),
      }
    }),
    others: people.map((person) => person.userName).filter((userName) => !staff.includes(userName)),
    url: () => url,
    isRunning: () => server !== undefined,
    async start() {
      server ??= await openAnywhere()
      url = server.url
    },
    async stop() {
      const closing = server
      server = undefined
      await closing?.close()
    },
    newCode: (userName) =>
      taken(running().admin.createEnrolment({ user: userName } as Parameters<Server['admin']['createEnrolment']>[0]))
        .code,
    deviceOf: (userName) =>
      devices()
        .filter((device) => device.user === userName && device.status === 'active')
        .sort((a, b) => b.enrolledAt.localeCompare(a.enrolledAt))[0]?.id,
    connected: () =>
      new Set(devices().flatMap(({ connected, user }) => (connected && staff.includes(user) ? [user] : []))).size,
  }
}

/** True where this profile has a device of its own. */
export function isEnrolled(profileDir: string): boolean {
  return existsSync(path.join(profileDir, 'vault', 'device.sealed'))
}

function taken<T>(result: Result<T>): T {
  if (!result.ok) throw new FailureError(result.error)
  return result.value
}
