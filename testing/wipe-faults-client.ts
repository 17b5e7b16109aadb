// Owns one process of the app under the fault test: what it is asked to do and where it is to be killed, what it has noted.
// Always holds: it is ended by its own handle; its notes are read from the file, where they stand whatever ended it.

import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { ConversationWipeStep } from '../main/wipe/conversation-plan.ts'
import type { WipeStep } from '../main/wipe/plan.ts'
import { type Answer, Ended, type ForensicClient, type Room } from './forensics.ts'
import type { OperationPhase, Refusal } from './wipe-faults-disk.ts'

const program = fileURLToPath(new URL('./wipe-faults.program.ts', import.meta.url))

/** What has been ordered. */
export type Story = 'device' | 'conversations' | 'sign-out'
export type Step = WipeStep | ConversationWipeStep | 'journal'

/** Where a process ends itself. */
export type KillPoint =
  | { readonly type: 'probe'; readonly step: Step; readonly when: 'before' | 'after' }
  | { readonly type: 'operation'; readonly operation: number; readonly phase: OperationPhase }
  /** `sent`: `afterMs` after the request was begun, answered or not. */
  | { readonly type: 'receipt'; readonly when: 'before' | 'sent' | 'answered'; readonly afterMs: number }

export interface AppPlan {
  readonly story: Story
  /** The order has had its effect in an earlier process. */
  readonly ordered: boolean
  readonly profileDir: string
  readonly witnessDir?: string
  /** The user's own folder. */
  readonly outside: string
  readonly notesFile: string
  readonly serverUrl?: string
  readonly enrolCode?: string
  readonly killAt?: KillPoint
  /** Operations count from the first on a path with this piece; at once where absent. */
  readonly countFrom?: string
  readonly refusals?: readonly Refusal[]
  /** What the first deliveries of the receipt are answered with, by somebody else than the server. */
  readonly falseAnswers?: readonly number[]
  /** How long the key store takes for each answer. */
  readonly keyStoreMs: number
  /** What a window asks for all the time, and words of what has been ordered away. */
  readonly asks?: {
    readonly conversationIds: readonly string[]
    readonly text: string
    readonly words: readonly string[]
  }
  readonly askEveryMs: number
}

export type Note =
  /** `ordered`: the profile knows of the order. */
  | { readonly type: 'started'; readonly ordered: boolean }
  | { readonly type: 'ready' }
  | { readonly type: 'state'; readonly state: string }
  | { readonly type: 'probe'; readonly step: Step; readonly when: 'before' | 'after' }
  | { readonly type: 'operation'; readonly operation: number; readonly call: string; readonly file: string }
  /**
   * `before`, `after`: whether the app knew of the order when it was asked, and when it had answered. `shows`: the answer has
   * words of what has been ordered away.
   */
  | {
      readonly type: 'answer'
      readonly name: string
      readonly before: boolean
      readonly after: boolean
      readonly outcome: string
      readonly shows: boolean
    }
  | { readonly type: 'asked'; readonly count: number }
  | ({ readonly type: 'delivering' } & Posted)
  | { readonly type: 'delivered'; readonly status: number }

/** A receipt that was sent. */
export interface Posted {
  readonly wipeId: string
  readonly receipt: string
}

/** A note and when it was made, in milliseconds since the start of its process. */
export type Noted = Note & { readonly atMs: number }

export interface FaultClient extends ForensicClient {
  readonly pid: number
  /** Resolves when the process has ended: how. */
  readonly ended: Promise<{ readonly signal: NodeJS.Signals | null; readonly code: number | null }>
  readonly isOver: () => boolean
  /** The state last told. */
  readonly state: () => string | undefined
  /** Ends it in good order. */
  quit(): Promise<void>
  /** What it has noted so far. */
  notes(): Noted[]
}

export interface StartOptions {
  /** Compiled code is kept here. */
  readonly compiledDir: string
  /** Runs as this user; only root may. */
  readonly uid?: number
}

/** How often `until` looks again by itself. */
const LOOK_AGAIN_MS = 20

export function startFaultClient(room: Room, plan: AppPlan, { compiledDir, uid }: StartOptions): FaultClient {
  const child = spawn(process.execPath, [program, JSON.stringify(plan)], {
    cwd: room.home,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
    env: {
      PATH: process.env.PATH,
      HOME: room.home,
      USERPROFILE: room.home,
      TMPDIR: room.tmp,
      TEMP: room.tmp,
      TMP: room.tmp,
      LANG: 'en_HK.UTF-8',
      NODE_COMPILE_CACHE: compiledDir,
    },
  })
  const waiting = new Map<number, { settle: (answer: Answer<unknown>) => void; reject: (error: Error) => void }>()
  const looks = new Set<() => void>()
  const errors: Buffer[] = []
  let lastId = 0
  let over = false
  let rest = ''
  let state: string | undefined
  const wakeAll = () => {
    for (const look of [...looks]) look()
  }
  child.stdin.on('error', () => undefined)
  child.stderr.on('data', (bytes: Buffer) => void errors.push(bytes))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const document = JSON.parse(line) as { id?: number; event?: string; data?: { state?: string } } & Answer<unknown>
      if (document.event === 'sessionChanged') state = document.data?.state
      if (document.id === undefined) wakeAll()
      else waiting.get(document.id)?.settle(document)
    }
  })
  const ended = new Promise<{ signal: NodeJS.Signals | null; code: number | null }>((resolve) => {
    child.on('close', (code, signal) => {
      over = true
      for (const { reject } of waiting.values()) reject(new Ended('the client has ended'))
      wakeAll()
      resolve({ signal, code })
    })
  })
  const call: ForensicClient['call'] = (name, args) => {
    if (over) return Promise.reject(new Ended('the client has ended'))
    const id = ++lastId
    return new Promise((resolve, reject) => {
      waiting.set(id, { settle: (answer) => resolve(answer as Answer<never>), reject })
      child.stdin.write(`${JSON.stringify({ id, call: name, args })}\n`)
    })
  }
  return {
    outside: plan.outside,
    pid: child.pid ?? 0,
    ended,
    isOver: () => over,
    state: () => state,
    call,
    must: async (name, args) => {
      const answer = await call(name, args)
      if (answer.error) throw new Error(`${name}: ${answer.error.code}`)
      return answer.ok
    },
    until: async (check) => {
      while (!(await check())) {
        if (over) throw new Ended('the client has ended')
        await new Promise<void>((resolve) => {
          const timer = setTimeout(wake, LOOK_AGAIN_MS)
          function wake() {
            clearTimeout(timer)
            looks.delete(wake)
            resolve()
          }
          looks.add(wake)
        })
      }
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    quit: async () => {
      child.stdin.end()
      await ended
    },
    errors: () => Buffer.concat(errors),
    notes: () => readNotes(plan.notesFile),
  }
}

function readNotes(file: string): Noted[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  // The last one may have been cut off.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Noted)
}

/** Kills to the tenth of a millisecond, whatever this thread is doing meanwhile. */
export interface Killer {
  /** SIGKILL for the process, `afterMs` from now. */
  kill(pid: number, afterMs: number): void
  stop(): Promise<unknown>
}

const killerCode = `
const { parentPort } = require('node:worker_threads');
const flag = new Int32Array(new SharedArrayBuffer(4));
parentPort.on('message', ({ pid, atMs }) => {
  const leftMs = atMs - (performance.timeOrigin + performance.now());
  if (leftMs > 0) Atomics.wait(flag, 0, 0, leftMs);
  try { process.kill(pid, 'SIGKILL') } catch {}
});`

export function startKiller(): Killer {
  const worker = new Worker(killerCode, { eval: true })
  worker.unref()
  return {
    kill: (pid, afterMs) => worker.postMessage({ pid, atMs: performance.timeOrigin + performance.now() + afterMs }),
    stop: () => worker.terminate(),
  }
}
