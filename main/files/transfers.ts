// Owns how files are kept moving: each transfer is tried until it is done, refused for good, or ended; a few at a time, with
// growing pauses, at once when the connection is back. Uploads and downloads say what one try is.
// Always holds: nothing is tried without a connection; after cancel() or stop() a transfer does nothing more and tells nothing.

import type { Transfer } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import type { ConversationId } from '../../shared/model.ts'
import type { Failure } from '../../shared/result.ts'
import { errorName, type Log } from '../log.ts'
import type { Clock } from '../session/run.ts'

export type Outcome =
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly failure: Failure }
  /** `moved`: bytes got through before it broke. */
  | { readonly type: 'again'; readonly moved: boolean; readonly retryAfterMs?: number }

export interface Try {
  readonly signal: AbortSignal
  /** Plain bytes of the file that are through. */
  progress(doneBytes: number): void
}

export interface Work {
  readonly conversationId: ConversationId
  readonly direction: 'uploading' | 'downloading'
  attempt(by: Try): Promise<Outcome>
  /** It is done or has failed for good. */
  ended(outcome: Outcome & { type: 'done' | 'failed' }): void
  /** In every case, last of all: whatever it held is given back. */
  release(): void
}

export interface TransfersParts {
  readonly clock: Clock
  readonly log: Log
  /** The pause before attempt `attempt` (from 0) of a transfer that does not get on, in milliseconds. */
  readonly retryMs: (attempt: number) => number
  /** Names an error of the store met in the background. */
  readonly storeFailure: (error: unknown) => Failure
  readonly changed: (conversationId: ConversationId) => void
}

export interface Transfers {
  /** No-op where a transfer of this key is under way. */
  start(key: string, work: Work): void
  isUnderWay(key: string): boolean
  state(key: string): Transfer | undefined
  /** Ends one; resolves once it holds nothing any more. */
  cancel(key: string): Promise<void>
  connected(): void
  disconnected(): void
  /** Ends all, for good. */
  stop(): Promise<void>
}

interface Running {
  readonly work: Work
  readonly abort: AbortController
  state: Transfer
  doneBytes: number
  finished: Promise<void> | undefined
}

/** Nothing moves before connected(). */
export function createTransfers(parts: TransfersParts): Transfers {
  const { clock, log } = parts
  const running = new Map<string, Running>()
  const slots = { uploading: createSlots(limits.transfersAtOnce), downloading: createSlots(limits.transfersAtOnce) }
  /** Those that wait for the connection, or for a pause to end. */
  const asleep = new Set<() => void>()
  const toldAtMs = new Map<ConversationId, number>()
  let isConnected = false
  let isStopped = false

  function show(one: Running, state: Transfer): void {
    one.state = state
    if (!one.abort.signal.aborted) parts.changed(one.work.conversationId)
  }

  function showProgress(one: Running, doneBytes: number): void {
    one.doneBytes = doneBytes
    one.state = { state: one.work.direction, doneBytes }
    const { conversationId } = one.work
    const nowMs = clock.nowMs()
    if (one.abort.signal.aborted || Math.abs(nowMs - (toldAtMs.get(conversationId) ?? 0)) < limits.transferProgressMs)
      return
    toldAtMs.set(conversationId, nowMs)
    parts.changed(conversationId)
  }

  /** Until `ms` have passed, the connection comes back, or the transfer is ended. */
  function sleep(signal: AbortSignal, ms?: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        asleep.delete(wake)
        cancel?.()
        signal.removeEventListener('abort', wake)
        resolve()
      }
      const cancel = ms === undefined ? undefined : clock.setTimer(wake, ms)
      asleep.add(wake)
      signal.addEventListener('abort', wake)
      if (signal.aborted) wake()
    })
  }

  async function tryOnce(one: Running): Promise<Outcome> {
    const { work, abort } = one
    const leave = await slots[work.direction].enter(abort.signal)
    try {
      if (abort.signal.aborted) return { type: 'again', moved: false }
      show(one, { state: work.direction, doneBytes: one.doneBytes })
      return await work.attempt({ signal: abort.signal, progress: (doneBytes) => showProgress(one, doneBytes) })
    } catch (error) {
      if (abort.signal.aborted) return { type: 'again', moved: false }
      return { type: 'failed', failure: parts.storeFailure(error) }
    } finally {
      leave()
    }
  }

  async function run(one: Running): Promise<Outcome & { type: 'done' | 'failed' }> {
    const { signal } = one.abort
    for (let fruitless = 0; ; ) {
      if (!isConnected) {
        show(one, { state: 'waiting', doneBytes: one.doneBytes })
        await sleep(signal)
      }
      signal.throwIfAborted()
      const outcome = await tryOnce(one)
      signal.throwIfAborted()
      if (outcome.type !== 'again') return outcome
      fruitless = outcome.moved ? 0 : fruitless + 1
      if (fruitless === 0) continue
      show(one, { state: 'waiting', doneBytes: one.doneBytes })
      await sleep(signal, Math.max(outcome.retryAfterMs ?? 0, parts.retryMs(fruitless - 1)))
    }
  }

  async function keepTrying(key: string, one: Running): Promise<void> {
    let outcome: (Outcome & { type: 'done' | 'failed' }) | undefined
    try {
      outcome = await run(one)
    } catch (error) {
      if (!one.abort.signal.aborted) log.error('files.transfer', { error: errorName(error) })
    } finally {
      running.delete(key)
      one.work.release()
    }
    if (outcome && !isStopped) one.work.ended(outcome)
  }

  return {
    start(key, work) {
      if (isStopped || running.has(key)) return
      const one: Running = {
        work,
        abort: new AbortController(),
        state: { state: 'waiting', doneBytes: 0 },
        doneBytes: 0,
        finished: undefined,
      }
      running.set(key, one)
      one.finished = keepTrying(key, one).catch((error: unknown) =>
        log.error('files.transfer', { error: errorName(error) }),
      )
    },
    isUnderWay: (key) => running.has(key),
    state: (key) => running.get(key)?.state,
    async cancel(key) {
      const one = running.get(key)
      one?.abort.abort()
      await one?.finished
    },
    connected() {
      isConnected = true
      for (const wake of [...asleep]) wake()
    },
    disconnected() {
      isConnected = false
    },
    async stop() {
      isStopped = true
      const all = [...running.values()]
      for (const { abort } of all) abort.abort()
      await Promise.all(all.map(({ finished }) => finished))
    },
  }
}

interface Slots {
  /** Resolves with the way to leave, in the order of asking; at once for whoever has given up. */
  enter(signal: AbortSignal): Promise<() => void>
}

function createSlots(count: number): Slots {
  let free = count
  const queue: (() => void)[] = []
  const leave = () => {
    const next = queue.shift()
    if (next) next()
    else free += 1
  }
  const turn = (signal: AbortSignal) =>
    new Promise<boolean>((resolve) => {
      const mine = () => resolve(true)
      queue.push(mine)
      const giveUp = () => {
        const at = queue.indexOf(mine)
        if (at >= 0) queue.splice(at, 1)
        resolve(false)
      }
      signal.addEventListener('abort', giveUp, { once: true })
      if (signal.aborted) giveUp()
    })
  return {
    async enter(signal) {
      if (free > 0) free -= 1
      else if (!(await turn(signal))) return () => undefined
      return leave
    },
  }
}
