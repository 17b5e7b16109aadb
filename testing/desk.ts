// Owns a whole app below the window for tests: real server, real disk, real sockets; the host is played.
// Always holds: what a test has started ends with it, newest first.

import { join } from 'node:path'
import { type App, type AppOptions, createApp } from '../main/app.ts'
import type { Clock } from '../main/session/run.ts'
import type { SessionView } from '../shared/bridge.ts'
import type { ClientId, ConversationId } from '../shared/model.ts'
import { silentLog } from './desktop.ts'
import { createFakeShell, type FakeShell, must } from './fake-shell.ts'
import { createFolder } from './folders.ts'
import { createMemoryKeyStore } from './memory-key-store.ts'
import { startWorkspace, type Workspace } from './workspace.ts'

const cleanUps: (() => unknown)[] = []

/** Ends everything; after each test. */
export async function endDesks(): Promise<void> {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
}

export interface Desk {
  readonly shell: FakeShell
  readonly dir: string
  restart(change?: Partial<AppOptions>): Promise<Desk>
  stop(): Promise<void>
}

/** A clock that runs with the real one, off by `byMs`. */
export const clockOff = (byMs: number): Clock => ({
  nowMs: () => Date.now() + byMs,
  setTimer(run, ms) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
})

/** A desk on a new profile, started. */
export async function startDesk(
  options: Partial<AppOptions> = {},
  dir = join(folder(), 'profile'),
  keyStore = createMemoryKeyStore(),
): Promise<Desk> {
  const shell = createFakeShell(keyStore)
  const app: App = createApp({
    shell,
    profileDir: dir,
    version: '0.1.0',
    platform: 'test',
    deviceName: 'Desk',
    log: silentLog,
    ...options,
  })
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= app.stop()
    return stopped
  }
  cleanUps.push(stop)
  await app.start()
  return {
    shell,
    dir,
    stop,
    async restart(change = {}) {
      await stop()
      return startDesk(change, dir, keyStore)
    },
  }
}

/** A folder that goes with the test. */
export function folder(): string {
  const { dir, remove } = createFolder()
  cleanUps.push(remove)
  return dir
}

/** A server with two people, tai-man and ka-yan. */
export async function startServer(): Promise<Workspace> {
  const workspace = await startWorkspace(join(folder(), 'server'))
  cleanUps.push(() => workspace.stop())
  workspace.addUser('tai-man', '陳大文')
  workspace.addUser('ka-yan', '李嘉欣')
  return workspace
}

export const session = async ({ shell }: Desk): Promise<SessionView> => must(await shell.call('getSession', {}))
export const live = (desk: Desk): Promise<void> => desk.shell.until(async () => (await session(desk)).state === 'live')
/** The texts of a conversation's newest page, or the code of why there is none. */
export const texts = async ({ shell }: Desk, conversationId: ConversationId): Promise<string[]> => {
  const page = await shell.call('readConversation', { conversationId, limit: 200 })
  if (!page.ok) return [page.error.code]
  return page.value.messages.flatMap(({ content }) => (content.type === 'text' ? [content.text] : []))
}
export const shows = (desk: Desk, id: ConversationId, text: string): Promise<void> =>
  desk.shell.until(async () => (await texts(desk, id)).includes(text))
export const say = async (desk: Desk, conversationId: ConversationId, body: string): Promise<ClientId> =>
  must(await desk.shell.call('sendMessage', { conversationId, body })).clientId
/** Resolves once nothing waits in the outbox. */
export const idle = (desk: Desk): Promise<void> => desk.shell.until(async () => (await session(desk)).queued === 0)

/** Enrols a desk of `userName` and waits until it is live. */
export async function enrolled(server: Workspace, userName: string, options: Partial<AppOptions> = {}): Promise<Desk> {
  const desk = await startDesk({ serverUrl: server.url, enrolCode: server.code(userName), ...options })
  await live(desk)
  return desk
}
