// Owns `npm start`: a server with a workspace of made-up staff, and two of their desktops side by side.
// Always holds: everything lies in .demo/ of the checkout and goes with --reset; starting again goes on where it was;
// however it ends, no process is left. What cannot be had is said in plain words, with what to do.

import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { FailureError } from '../shared/result.ts'
import { hasChineseFont } from './demo/packages.ts'
import { type Camera, openCamera } from './demo/picture.ts'
import { openStage, type Stage } from './demo/stage.ts'
import { claimDemo, demoPaths, isDemoRunning, openDemoLog, removeDemo } from './demo/state.ts'
import { welcome } from './demo/words.ts'
import { type DemoWorkspace, isEnrolled, openDemoWorkspace } from './demo/workspace.ts'
import { type Desktop, openDesktop } from './desktop-process.ts'

const CONNECTED_MS = 90_000
const POLL_MS = 200
const PICTURE_MS = 5000

/** A reason to stop that the user can do something about. */
class DemoError extends Error {}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** What is open, last opened first to be closed. */
const closers: (() => Promise<void>)[] = []
let closing: Promise<void> | undefined
function closeAll(): Promise<void> {
  closing ??= (async () => {
    for (const close of closers.reverse()) {
      try {
        await close()
      } catch (error) {
        say(`While stopping: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  })()
  return closing
}

/** Resolves when the user, the terminal or the system asks for the end. */
function endAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      // Ours alone: the toolchain's own handler would end this process before the desktops have closed their stores.
      process.removeAllListeners(signal)
      process.on(signal, () => resolve())
    }
  })
}

function openDesktops(
  workspace: DemoWorkspace,
  stage: Stage,
  write: (source: string, text: string) => void,
): Desktop[] {
  return workspace.desktops.map((desktop, index) => {
    const enrolment =
      isEnrolled(desktop.profileDir) || desktop.isWiped ? [] : ['--enroll', workspace.newCode(desktop.userName)]
    const place = ['--place', index === 0 ? 'left' : 'right']
    // With the demo's data rather than among the user's own.
    const kept = ['--profile', desktop.profileDir, '--witness', `${desktop.profileDir}.witness`]
    const args = [...kept, '--server', workspace.url(), ...enrolment, ...place, ...stage.args]
    const opened = openDesktop({
      host: stage.host.name,
      executable: stage.host.executable,
      args,
      env: stage.env,
      onOutput: (text) => write(`desktop-${index + 1}`, text),
      isDebuggable: stage.isUnseen || isPictureOnly,
    })
    closers.push(() => opened.stop())
    return opened
  })
}

async function waitUntilConnected(workspace: DemoWorkspace, desktops: readonly Desktop[]): Promise<void> {
  const wanted = workspace.desktops.filter((desktop) => !desktop.isWiped).length
  for (let waitedMs = 0; waitedMs < CONNECTED_MS && closing === undefined; waitedMs += POLL_MS) {
    if (workspace.connected() >= wanted) return
    if (desktops.some((desktop) => !desktop.isRunning())) throw new DemoError('A desktop ended by itself.')
    await delay(POLL_MS)
  }
  if (closing === undefined) throw new DemoError('The desktops do not connect.')
}

/** Keeps pictures of the windows fresh until the demo ends. */
async function keepPictures(desktops: readonly Desktop[]): Promise<void> {
  const cameras = (await Promise.all(desktops.map((desktop) => openCamera(desktop)))).filter(isDefined)
  closers.push(async () => {
    await Promise.all(cameras.map((camera) => camera.close()))
  })
  // A picture of an empty pane tells little: the first desktop shows a conversation.
  await cameras[0]?.openConversation().catch(() => undefined)
  while (closing === undefined) {
    for (const [index, camera] of cameras.entries()) {
      const file = demoPaths.screenshots[index]
      if (file !== undefined && closing === undefined) await camera.take(file)
    }
    await delay(PICTURE_MS, undefined, { ref: false })
  }
}

function isDefined(camera: Camera | undefined): camera is Camera {
  return camera !== undefined
}

async function takeOnePicture(desktop: Desktop | undefined, file: string): Promise<void> {
  const camera = desktop === undefined ? undefined : await openCamera(desktop)
  if (camera === undefined) throw new DemoError('The first desktop’s window cannot be reached.')
  try {
    await camera.openConversation()
    if (!(await camera.take(file))) throw new DemoError('The picture could not be taken.')
  } finally {
    await camera.close()
  }
}

/** Lets the user stop and start the server, to see the desktops offline. */
function obeyKeys(workspace: DemoWorkspace, end: () => void): void {
  const toggle = async () => {
    if (workspace.isRunning()) {
      await workspace.stop()
      say('The server is stopped: the desktops are offline.')
    } else {
      await workspace.start()
      say(`The server runs again: ${workspace.url()}`)
    }
  }
  if (process.platform !== 'win32') process.on('SIGUSR2', () => void toggle())
  if (process.stdin.isTTY !== true) return
  const lines = createInterface({ input: process.stdin })
  lines.on('line', (line) => {
    if (line.trim() === 's') void toggle()
    if (line.trim() === 'q') end()
  })
  // The terminal has gone.
  lines.on('close', end)
  closers.push(async () => lines.close())
}

async function run(screenshot: string | undefined): Promise<void> {
  const release = claimDemo()
  closers.push(async () => release())
  const write = openDemoLog()
  let isEnding = false
  const ended = endAsked().then(() => {
    isEnding = true
  })
  const staged = await openStage(say)
  if (staged.type === 'impossible') throw new DemoError(staged.why)
  const { stage } = staged
  closers.push(() => stage.close())
  if (!(await hasChineseFont())) {
    say('No font here has Chinese characters: they will show as boxes (Debian: apt-get install fonts-noto-cjk).')
  }
  const workspace = await openDemoWorkspace(write, say)
  closers.push(() => workspace.stop())
  say(`Opening two desktops on ${stage.host.says}…`)
  const desktops = openDesktops(workspace, stage, write)
  const allClosed = Promise.all(desktops.map((desktop) => desktop.exited)).then(() => undefined)

  const work = async (): Promise<void> => {
    await waitUntilConnected(workspace, desktops)
    if (screenshot !== undefined) {
      await takeOnePicture(desktops[0], screenshot)
      say(
        `${path.relative(process.cwd(), screenshot)} shows ${workspace.desktops[0]?.displayName}’s desktop on ${stage.host.says}.`,
      )
      return
    }
    say(welcome(workspace, stage))
    const keys = new Promise<void>((resolve) => obeyKeys(workspace, resolve))
    if (stage.isUnseen) void keepPictures(desktops).catch((error) => write('demo', `no pictures: ${String(error)}`))
    await Promise.race([
      allClosed.then(() => closing === undefined && !isEnding && say('Both windows are closed.')),
      keys,
    ])
  }
  await Promise.race([work(), ended])
  say('Stopping…')
}

const { values } = parseArgs({
  options: { reset: { type: 'boolean' }, screenshot: { type: 'string' } },
})
const isPictureOnly = values.screenshot !== undefined
if (isDemoRunning()) {
  say('The demo is running in this checkout already; stop it first.')
  process.exit(1)
}
if (values.reset === true) {
  removeDemo()
  say('The demo’s data is gone; it begins anew.')
}
let exitCode = 0
process.on('uncaughtException', (error) => {
  say(`The demo broke: ${error.stack ?? error.message}`)
  void closeAll().finally(() => process.exit(1))
})
try {
  await run(values.screenshot === undefined ? undefined : path.resolve(values.screenshot))
} catch (error) {
  exitCode = 1
  const isExpected = error instanceof DemoError || error instanceof FailureError
  if (closing === undefined) say(isExpected ? error.message : String(error instanceof Error ? error.stack : error))
  if (closing === undefined) say(`More may stand in ${path.relative(process.cwd(), demoPaths.log)}.`)
}
await closeAll()
process.exit(exitCode)
