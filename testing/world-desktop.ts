// Owns one desktop of a world: its disk, its clock that may be off, and its sudden death in the midst of a write. Starting it
// again finds what was on the disk at that moment.
// Always holds: a desktop that was killed does nothing more: no timer, no frame, no write reaches anybody.

import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import type { OpenSocket } from '../main/session/socket.ts'
import { storeFailure } from '../main/store/failures.ts'
import type { Store } from '../main/store/store.ts'
import type { Cipher } from '../main/vault/cipher.ts'
import type { ConversationId, UserId } from '../shared/model.ts'
import { createDesktop, createDisk, type Desktop, type Disk } from './desktop.ts'
import type { Random } from './random.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** What is thrown where a desktop dies: nothing after it happens. */
class Killed extends Error {}

/** Where in the course of a write it dies: on being asked, amid its transaction, or before anybody hears that it is done. */
export type DeathPoint = 'before' | 'within' | 'after'

export interface WorldDesktop {
  readonly index: number
  readonly userId: UserId
  readonly userName: string
  /** Undefined while it is not running. */
  readonly running: Desktop | undefined
  /** The store of the running desktop, where its cache is open. */
  store(): Store | undefined
  /** Runs `act` as the user would; it may die of it. */
  use(act: (desktop: Desktop, store: Store) => void): void
  /** Its clock goes wrong by this much from here on. */
  setClock(offMs: number): void
  /** From here on it dies at the `nth` chance of this kind. */
  loadDeath(point: DeathPoint, nth: number): void
  start(): Promise<void>
  /** Ends it properly, or whatever is left of it. */
  stop(): Promise<void>
  /** Errors that it has logged, but those of its death. */
  readonly faults: readonly string[]
  readonly deaths: number
}

export interface WorldDesktopParts {
  readonly index: number
  readonly userId: UserId
  readonly userName: string
  readonly dir: string
  readonly disk: Disk
  readonly cipher: Cipher
  readonly clock: VirtualClock
  readonly random: Random
  readonly openSocket: OpenSocket
  /** It has died: its lines are to be let go. */
  readonly died: () => void
  readonly lost: (conversationIds: readonly ConversationId[]) => void
}

/** Methods of the store that write. */
const writing = [
  'applyDirectory',
  'applyAccess',
  'applyEvents',
  'applyRead',
  'applyReads',
  'applyReaders',
  'applyPrefs',
  'wantPrefs',
  'enqueue',
  'setFailure',
  'takeOut',
  'saveDraft',
] as const satisfies readonly (keyof Store)[]

export function createWorldDesktop(parts: WorldDesktopParts): WorldDesktop {
  const { index, dir, clock, random } = parts
  const faults: string[] = []
  let disk = parts.disk
  let running: Desktop | undefined
  let life: { isOver: boolean } = { isOver: true }
  let death: { readonly point: DeathPoint; left: number } | undefined
  let offMs = 0
  let lastError: Error | undefined
  let deaths = 0

  /** What a new process would find: the bytes as they stand, amid a transaction or not. */
  function diskAsItStands(): Disk {
    const cacheFile = join(dir, `${index}-${deaths}.db`)
    for (const suffix of ['', '-wal'])
      if (existsSync(disk.cacheFile + suffix)) copyFileSync(disk.cacheFile + suffix, cacheFile + suffix)
    const copy = createDisk(disk.keyStore, cacheFile)
    for (const [name, bytes] of disk.files) copy.files.set(name, bytes)
    return copy
  }

  function tick(point: DeathPoint): void {
    if (life.isOver) throw new Killed()
    if (death?.point !== point) return
    death.left -= 1
    if (death.left > 0) return
    death = undefined
    deaths += 1
    life.isOver = true
    disk = diskAsItStands()
    parts.died()
    throw new Killed()
  }

  function mortal(store: Store): Store {
    const wrapped: Record<string, unknown> = {}
    for (const name of writing) {
      const write = store[name] as (...args: unknown[]) => unknown
      wrapped[name] = (...args: unknown[]) => {
        tick('before')
        const result = write(...args)
        tick('after')
        return result
      }
    }
    return { ...store, ...wrapped }
  }

  const guarded = (run: () => void) => {
    if (life.isOver) return
    try {
      run()
    } catch (error) {
      if (!(error instanceof Killed)) throw error
    }
  }

  return {
    index,
    userId: parts.userId,
    userName: parts.userName,
    faults,
    get running() {
      return life.isOver ? undefined : running
    },
    get deaths() {
      return deaths
    },
    store: () => (life.isOver ? undefined : running?.store()),
    use(act) {
      const desktop = running
      const store = desktop?.store()
      if (desktop && store) guarded(() => act(desktop, store))
    },
    setClock(byMs) {
      offMs = byMs
    },
    loadDeath(point, nth) {
      death = { point, left: nth }
    },
    async start() {
      const mine = { isOver: false }
      life = mine
      death = undefined
      const timed = (run: () => void) => () => (mine === life ? guarded(run) : undefined)
      running = await createDesktop({
        disk,
        cipher: {
          ...parts.cipher,
          sealText(key, text, context) {
            tick('within')
            return parts.cipher.sealText(key, text, context)
          },
        },
        clock: { nowMs: () => clock.nowMs() + offMs, setTimer: (run, ms) => clock.setTimer(timed(run), ms) },
        random: random.fork(),
        openSocket: parts.openSocket,
        wrapStore: mortal,
        host: {
          conversationsLost: (lost) => parts.lost(lost.map(({ conversationId }) => conversationId)),
          storeFailure(error) {
            // What is no failure of the store is a bug, and of that more than its name is wanted here.
            if (!(error instanceof Killed) && error instanceof Error) lastError = error
            return storeFailure(error)
          },
        },
        log: {
          error(event, fields) {
            const details = event === 'session.fault' ? lastError?.stack : JSON.stringify(fields ?? {})
            if (!mine.isOver) faults.push(`${event} ${details}`)
          },
          info: () => undefined,
          debug: () => undefined,
        },
      })
      try {
        await running.start()
      } catch (error) {
        if (!(error instanceof Killed)) throw error
      }
    },
    async stop() {
      const ending = running
      running = undefined
      death = undefined
      try {
        await ending?.stop()
      } catch (error) {
        if (!(error instanceof Killed)) throw error
      }
      life.isOver = true
    },
  }
}
