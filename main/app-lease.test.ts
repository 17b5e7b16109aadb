// Owns the tests of the lease at the level of the app: its end by timer, on wake and at a start, clocks that are set, older
// copies of the profile; real server, real disk, real sockets; host and clock are played.

import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SessionView } from '../shared/bridge.ts'
import { times } from '../shared/limits.ts'
import type { ConversationId } from '../shared/model.ts'
import { endDesks, folder, startServer } from '../testing/desk.ts'
import { silentLog } from '../testing/desktop.ts'
import { codeOf, createFakeShell, type FakeShell, must } from '../testing/fake-shell.ts'
import { listFiles } from '../testing/folders.ts'
import { createMemoryKeyStore } from '../testing/memory-key-store.ts'
import type { Workspace } from '../testing/workspace.ts'
import { type App, createApp } from './app.ts'
import type { Clock } from './session/session.ts'

const { HOUR_MS: HOUR, DAY_MS: DAY } = times
const YEAR = 365 * DAY

/** A clock that runs with the real one, and can be set and moved on. */
interface SetClock extends Clock {
  offsetMs: number
  /** Time goes by, and what falls due on the way is run. */
  pass(ms: number): void
}
function createSetClock(): SetClock {
  const timers = new Map<() => void, number>()
  const clock: SetClock = {
    offsetMs: 0,
    nowMs: () => Date.now() + clock.offsetMs,
    setTimer(run, ms) {
      const cancel = () => {
        timers.delete(fire)
        clearTimeout(real)
      }
      const fire = () => {
        cancel()
        run()
      }
      const real = setTimeout(fire, ms)
      timers.set(fire, clock.nowMs() + ms)
      return cancel
    },
    pass(ms) {
      clock.offsetMs += ms
      for (const [fire, atMs] of [...timers]) if (atMs <= clock.nowMs()) fire()
    },
  }
  return clock
}

let server: Workspace
let id: ConversationId
let clock: SetClock
let base: string
const keyStore = { current: createMemoryKeyStore() }
const apps: App[] = []
const profileDir = () => join(base, 'profile')
const witnessDir = () => join(base, 'state')

beforeEach(async () => {
  server = await startServer()
  id = server.found('合規', ['tai-man', 'ka-yan'])
  clock = createSetClock()
  base = folder()
  keyStore.current = createMemoryKeyStore()
})
afterEach(async () => {
  for (const app of apps.splice(0)) await app.stop()
  await endDesks()
})

interface Running {
  readonly shell: FakeShell
  stop(): Promise<void>
}
async function start(enrolCode?: string): Promise<Running> {
  const shell = createFakeShell(keyStore.current, { witnessDir: witnessDir() })
  const app = createApp({
    shell,
    profileDir: profileDir(),
    version: '0.1.0',
    platform: 'test',
    deviceName: 'Desk',
    log: silentLog,
    clock,
    ...(enrolCode !== undefined && { enrolCode, serverUrl: server.url }),
  })
  apps.push(app)
  await app.start()
  const stop = async () => {
    const at = apps.indexOf(app)
    if (at >= 0) apps.splice(at, 1)
    await app.stop()
  }
  return { shell, stop }
}
const view = async ({ shell }: Running): Promise<SessionView> => must(await shell.call('getSession', {}))
const said = async ({ shell }: Running): Promise<string[]> => {
  const page = await shell.call('readConversation', { conversationId: id, limit: 50 })
  if (!page.ok) return [page.error.code]
  return page.value.messages.flatMap(({ content }) => (content.type === 'text' ? [content.text] : []))
}
async function say(desk: Running, body: string): Promise<void> {
  await desk.shell.until(async () => (await desk.shell.call('readConversation', { conversationId: id, limit: 1 })).ok)
  must(await desk.shell.call('sendMessage', { conversationId: id, body }))
  await desk.shell.until(async () => (await view(desk)).queued === 0)
}
const shows = (desk: Running, text: string) => desk.shell.until(async () => (await said(desk)).includes(text))

/** Enrolled, with a message, and the server gone. */
async function offline(): Promise<Running> {
  const desk = await start(server.code('tai-man'))
  await say(desk, 'readable')
  await server.stop()
  await desk.shell.until(async () => (await view(desk)).state === 'offline')
  expect([await said(desk), (await view(desk)).closed]).toEqual([['readable'], undefined])
  return desk
}
/** Unreadable, and said why; then readable again by contact, with all that was there. */
async function closedUntilContact(desk: Running, closed: SessionView['closed']): Promise<void> {
  await desk.shell.until(async () => (await view(desk)).state === 'locked')
  expect([(await view(desk)).closed, await said(desk)]).toEqual([closed, ['locked']])
  expect(codeOf(await desk.shell.call('search', { text: 'readable' }))).toBe('locked')
  await server.start()
  must(await desk.shell.call('retryConnection', {}))
  await shows(desk, 'readable')
  expect((await view(desk)).closed).toBeUndefined()
}

test('[LSE40] over while the app runs, by its timer: closed, the window emptied, until contact', async () => {
  const desk = await offline()
  const { windowsReset } = desk.shell
  clock.pass(71 * HOUR)
  expect(await said(desk)).toEqual(['readable'])
  clock.pass(HOUR)
  await desk.shell.until(async () => (await view(desk)).state === 'locked')
  expect(desk.shell.windowsReset).toBeGreaterThan(windowsReset)
  await closedUntilContact(desk, 'lease-over')
})

test('[LSE40] over while the computer slept: closed on wake, before anything is asked of the server', async () => {
  const desk = await offline()
  desk.shell.power('suspend')
  // No timer runs in a sleep.
  clock.offsetMs += 73 * HOUR
  desk.shell.power('resume')
  await closedUntilContact(desk, 'lease-over')
})

test.each<[string, SessionView['closed'], number]>([
  ['past the end', 'lease-over', 73 * HOUR],
  ['with the clock set forward by a year', 'lease-over', YEAR],
  ['with the clock set back by a year', 'clock-set-back', -YEAR],
])('[LSE41] started %s: closed (%s), also at the start after it with the clock put right', async (_, closed, byMs) => {
  await (await offline()).stop()
  clock.offsetMs += byMs
  const late = await start()
  expect([await said(late), (await view(late)).closed]).toEqual([['locked'], closed])
  await late.stop()
  clock.offsetMs = 0
  await closedUntilContact(await start(), closed)
})

test('[LSE41] started within the term, again and again, it is read', async () => {
  await (await offline()).stop()
  for (let day = 1; day <= 2; day++) {
    clock.offsetMs += DAY
    const desk = await start()
    expect(await said(desk)).toEqual(['readable'])
    await desk.stop()
  }
})

test('[LSE42] a profile put back from an older copy, with the clock of its time: closed; nothing is lost by contact', async () => {
  const desk = await start(server.code('tai-man'))
  await say(desk, 'readable')
  await desk.stop()
  const copy = join(base, 'copy')
  cpSync(profileDir(), copy, { recursive: true })
  const again = await start()
  await say(again, 'said after the copy')
  await again.stop()
  await server.stop()

  clock.pass(80 * HOUR)
  rmSync(profileDir(), { recursive: true })
  cpSync(copy, profileDir(), { recursive: true })
  clock.offsetMs = 0
  const restored = await start()
  await closedUntilContact(restored, 'older-copy')
  await shows(restored, 'said after the copy')
  await restored.stop()
  await server.stop()
  // From then on it is the profile.
  expect(await said(await start())).toEqual(['readable', 'said after the copy'])
})

test.each<[string, (copy: (name: string) => void) => void]>([
  [
    'profile and witness put back from copies of one moment',
    (copy) => {
      copy('profile')
      copy('state')
    },
  ],
  ['the witness put back alone', (copy) => copy('state')],
  ['the witness removed', () => rmSync(witnessDir(), { recursive: true })],
])('[LSE43] %s: closed until contact', async (_, change) => {
  await (await offline()).stop()
  cpSync(base, join(`${base}-copies`), { recursive: true, preserveTimestamps: true })
  try {
    change((name) => {
      rmSync(join(base, name), { recursive: true })
      cpSync(join(`${base}-copies`, name), join(base, name), { recursive: true, preserveTimestamps: true })
    })
  } finally {
    rmSync(`${base}-copies`, { recursive: true })
  }
  await closedUntilContact(await start(), 'older-copy')
})

test('[LSE44] a wipe takes the witness with it, and nothing of a device is left outside the profile', async () => {
  const desk = await start(server.code('tai-man'))
  await say(desk, 'readable')
  expect(listFiles(witnessDir())).toHaveLength(1)
  server.wipe(server.deviceOf('tai-man'), 'lost')
  await desk.shell.until(async () => (await view(desk)).wipe?.receipt === 'delivered')
  await desk.stop()
  expect(existsSync(witnessDir()) ? listFiles(witnessDir()) : []).toEqual([])
  expect((await view(await start())).closed).toBeUndefined()
})
