// Owns one run of the fault test: the order comes to an app in use, the app is killed as planned, over and over, and left alone
// in the end; then everything that must hold is looked at.
// Always holds: a run works on copies of its own and removes them; processes, mounts and servers of a run end with it; what is
// waited for is a state, with a net for what hangs.

import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { type createRoomSearch, Ended } from './forensics.ts'
import {
  type AppPlan,
  type FaultClient,
  type Killer,
  type Noted,
  type Posted,
  type Story,
  startFaultClient,
} from './wipe-faults-client.ts'
import { createConversationsStory, wipedWords } from './wipe-faults-conversations.ts'
import { createDesk, type Desk, whyNot } from './wipe-faults-desk.ts'
import { createDeviceStory } from './wipe-faults-device.ts'
import type { Kill, RunPlan } from './wipe-faults-plan.ts'
import { createSignOutStory } from './wipe-faults-sign-out.ts'
import { type FaultSite, planFor, type RunServer } from './wipe-faults-site.ts'
import {
  faultsOfNotes,
  isSignedOut,
  type KillPlace,
  lieOf,
  type OrderStory,
  placeOf,
  type Scene,
} from './wipe-faults-story.ts'

export interface RunReport {
  readonly plan: RunPlan
  /** Why it could not be played here; nothing was done. */
  readonly skipped?: string
  readonly kills: number
  /** Lives that were over before their kill came. */
  readonly uncut: number
  readonly places: readonly KillPlace[]
  readonly answers: number
  readonly faults: readonly string[]
  /** Processes. */
  readonly starts: number
  /** Operations that changed files in the first life, from the first that the order caused. */
  readonly operations: number
  readonly ms: number
}

export interface RunParts {
  readonly site: FaultSite
  readonly killer: Killer
  readonly search: ReturnType<typeof createRoomSearch>
  /** Folders of runs are made below it. */
  readonly baseDir: string
  /** Folders of failed runs stay. */
  readonly keep: boolean
}

/** A net for what hangs, far above what anything takes. */
const HANGS_MS = 60_000
const stories: Readonly<Record<Story, (scene: Scene) => OrderStory>> = {
  device: createDeviceStory,
  conversations: createConversationsStory,
  'sign-out': createSignOutStory,
}
/** The first file that an order changes: operations of a first life count from there. */
const firstFiles: Readonly<Record<Story, string>> = {
  device: path.join('wipe', 'journal.json'),
  conversations: path.join('wipe', 'orders.json'),
  'sign-out': path.join('vault', 'device.sealed'),
}

export async function playRun(parts: RunParts, plan: RunPlan): Promise<RunReport> {
  const startedAtMs = performance.now()
  const report = { plan, kills: 0, uncut: 0, places: [], answers: 0, faults: [], starts: 0, operations: 0, ms: 0 }
  const skipped = whyNot(plan)
  if (skipped !== undefined) return { ...report, skipped }
  const run = createRun(parts, plan)
  try {
    await run.play()
  } catch (error) {
    run.say(
      `stuck: ${error instanceof Error ? `${error.message} ${error.stack?.split('\n')[1]?.trim() ?? ''}` : 'unknown'}`,
    )
  } finally {
    await run.end()
  }
  return { ...report, ...run.tally(), ms: Math.round(performance.now() - startedAtMs) }
}

function createRun({ site, killer, search, baseDir, keep }: RunParts, plan: RunPlan) {
  const { variant } = plan
  const dir = path.join(baseDir, `run-${plan.index}`)
  const tally = {
    kills: 0,
    uncut: 0,
    answers: 0,
    starts: 0,
    operations: 0,
    faults: new Set<string>(),
    places: [] as KillPlace[],
  }
  const posted: Posted[] = []
  const say = (fault: string) => void tally.faults.add(fault)
  let host: RunServer | undefined
  let port: number | undefined
  let desk: Desk | undefined
  let client: FaultClient | undefined
  let outputs = Buffer.alloc(0)
  /** As the process that runs found it. */
  let found = lieOf(dir)
  let attempts = { least: 0, most: 0 }
  /** The order has had its effect: no process may answer any more. */
  let isOrdered = false

  async function inTime<T>(work: Promise<T>, what: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`${what} hangs`)), HANGS_MS)
    })
    return Promise.race([work, late]).finally(() => clearTimeout(timer))
  }

  async function serverUp(): Promise<RunServer> {
    host ??= await site.open(variant === 'catching-up' ? 'missed' : 'usual', path.join(dir, 'server'), {
      ...(port !== undefined && { port }),
    })
    port = Number(new URL(host.url).port)
    return host
  }
  async function serverDown(): Promise<void> {
    const ending = host
    host = undefined
    await ending?.close()
  }

  function start({ room, uid, refusals }: Desk, kill: Kill | undefined, isFirst: boolean): FaultClient {
    tally.starts += 1
    const texts = wipedWords(site, variant).flatMap((canary) => ('text' in canary ? [canary.text] : []))
    // A few of them tell as much as all.
    const words = plan.story === 'conversations' ? texts.filter((_, i) => i % 10 === 0) : []
    const change: Partial<AppPlan> = {
      story: plan.story,
      ordered: isOrdered,
      notesFile: path.join(dir, `notes-${tally.starts}.jsonl`),
      serverUrl: host?.url ?? `http://127.0.0.1:${port}`,
      keyStoreMs: plan.keyStoreMs,
      asks: { conversationIds: site.conversationIds, text: site.word, words },
      ...(plan.witness && { witnessDir: path.join(path.dirname(room.profile), 'witness') }),
      ...(kill && kill.type !== 'time' && { killAt: kill }),
      // Before the order an app does all kinds of things.
      ...(isFirst && { countFrom: firstFiles[plan.story] }),
      refusals,
      ...(variant === 'receipt-refused' && tally.starts < 3 && { falseAnswers: [401, 404, 500] }),
    }
    found = lieOf(room.profile)
    client = startFaultClient(room, planFor(room, change), { ...site.start, ...(uid !== undefined && { uid }) })
    return client
  }

  /** Looks at what a process has done, once it has ended. */
  async function lookBack({ room }: Desk, story: OrderStory, ended: FaultClient, wasKilled: boolean): Promise<void> {
    const notes = ended.notes()
    outputs = Buffer.concat([outputs, ended.errors()])
    for (const fault of faultsOfNotes(plan.story, notes)) say(fault)
    for (const note of notes) if (note.type === 'delivering') posted.push(note)
    tally.answers += notes.reduce((sum, { type }) => sum + (type === 'asked' ? 100 : type === 'answer' ? 1 : 0), 0)
    const left = lieOf(room.profile)
    for (const fault of story.faultsAfter(found, left)) say(fault)
    countAttempt(notes)
    if (plan.story === 'sign-out') isOrdered ||= await isSignedOut(room.profile)
    if (tally.starts === 1)
      tally.operations = Math.max(0, ...notes.map((note) => (note.type === 'operation' ? note.operation : 0)))
    if (!wasKilled) return
    tally.kills += 1
    tally.places.push(placeOf(plan.story, notes, found, left))
    if (plan.thorough) await scan('after a kill')
  }

  /** A process start that found the journal, or began it, and wrote so; until there is a receipt. */
  function countAttempt(notes: readonly Noted[]): void {
    if (found.journal?.receipt ?? found.entry?.receipt) return
    attempts = {
      most: attempts.most + 1,
      // On a full disk it is not written down.
      least: attempts.least + (notes.some(isJournalled) && variant !== 'disk-full' ? 1 : 0),
    }
  }

  async function scan(when: string): Promise<void> {
    if (!desk) return
    const { finds } = await search(desk.room, outputs)
    // While it is not wiped, the host's folder tells what the test has put there, and an open copy what is open.
    const isMeant = (find: string) =>
      (when === 'after a kill' || plan.story !== 'device') && / in profile\/(host|open)\//.test(find)
    for (const find of finds) if (!isMeant(find)) say(`${when}: ${find}`)
  }

  /** Waits for the kill, or until there is nothing more to come. True where it was killed. */
  async function endOf(app: FaultClient, story: OrderStory): Promise<boolean> {
    await inTime(
      app.until(async () => story.isQuiet(app)),
      'the order',
    ).catch(passEnd)
    if (!app.isOver()) return false
    const { signal, code } = await app.ended
    if (signal !== 'SIGKILL') throw new Error(`the app ended with ${code}: ${app.errors().toString().slice(-500)}`)
    return true
  }

  async function life(on: Desk, story: OrderStory, kill: Kill | undefined, isFirst: boolean): Promise<void> {
    if (variant !== 'network-gone' || isFirst) await serverUp()
    if (isFirst && variant === 'not-running') await story.give()
    const app = start(on, kill, isFirst)
    const isTimed = kill?.type === 'time'
    if (isFirst && variant !== 'not-running') {
      await inTime(on.prepare(app, serverUp), 'the way to the order')
      if (isTimed) killer.kill(app.pid, kill.afterMs)
      await story.give()
      if (variant === 'signed-out') {
        // By itself it asks once an hour.
        const ask = app.until(
          async () => story.isDelivered() || (await app.call('retryConnection', {})).ok === undefined,
        )
        await inTime(ask, 'another order').catch(passEnd)
      }
      if (variant === 'network-gone') {
        await app.until(async () => story.isDelivered()).catch(() => undefined)
        await serverDown()
      }
    } else {
      if (isTimed) killer.kill(app.pid, kill.afterMs)
      if (variant === 'two-orders') await story.give()
    }
    const wasKilled = await endOf(app, story)
    if (!wasKilled) {
      await app.kill()
      tally.uncut += 1
    }
    await lookBack(on, story, app, wasKilled)
  }

  async function lastLife(on: Desk, story: OrderStory): Promise<void> {
    on.relent()
    await serverUp()
    const app = start(on, undefined, false)
    await story.finish(app)
    await inTime(app.quit(), 'the end')
    const { code } = await app.ended
    if (code !== 0) say(`the app ended with ${code}`)
    // What it answers once it is over is right.
    if (plan.story === 'sign-out') outputs = Buffer.concat([outputs, app.errors()])
    else await lookBack(on, story, app, false)
  }

  return {
    say,
    async play(): Promise<void> {
      mkdirSync(dir, { recursive: true })
      chmodSync(dir, 0o755)
      desk = createDesk(site, plan, path.join(dir, 'desk'), say)
      const story = stories[plan.story]({ site, plan, room: desk.room, host: () => host, serverUp, say, inTime })
      const kills: readonly (Kill | undefined)[] = plan.kills.length > 0 ? plan.kills : [undefined]
      for (const [i, kill] of kills.entries()) {
        if (i > 0 && story.isFinished()) break
        await life(desk, story, kill, i === 0)
      }
      await lastLife(desk, story)
      if (plan.again && plan.story !== 'sign-out') await lastLife(desk, story)
      await scan('at the end')
      for (const fault of await story.faultsAtEnd(posted, attempts, tally.starts)) say(fault)
    },
    tally: () => ({ ...tally, faults: [...tally.faults] }),
    async end(): Promise<void> {
      if (client && !client.isOver()) await client.kill()
      await serverDown()
      desk?.end()
      if (!keep || tally.faults.size === 0) rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** The journal is durable by then. */
const isJournalled = (note: Noted) => note.type === 'probe' && !(note.step === 'journal' && note.when === 'before')

/** It has been killed meanwhile. */
function passEnd(error: unknown): void {
  if (!(error instanceof Ended)) throw error
}
