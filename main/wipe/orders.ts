// Owns the orders that leave the profile standing: wipes of single conversations, journalled until their receipts are
// acknowledged, and the memory of all orders obeyed. The wipe of the whole device is run.ts's, and takes this along.
// Always holds: the intent is durable before anything is destroyed, unless the disk is full; what waits for the cache is done
// with it before anything of it is read; an entry is believed only where its order verifies; receipts are delivered while the
// app goes on; after abandon() nothing is written.

import { z } from 'zod'
import { limits } from '../../shared/limits.ts'
import { conversationIdSchema, type OrderId, type WipeId } from '../../shared/model.ts'
import { openOrder, signReceipt, type WipeOrder } from '../../shared/proof.ts'
import { type Failure, FailureError } from '../../shared/result.ts'
import { errorName, type Log } from '../log.ts'
import type { Profile } from '../profile/profile.ts'
import type { Lost, Remains, Store } from '../store/store.ts'
import type { Identity, Vault } from '../vault/vault.ts'
import { type ConversationWipeStep, conversationReceiptOf, nextStepOf, type OrderEntry } from './conversation-plan.ts'
import { type Measured, measureRemains, removeRemains } from './remains.ts'
import { type Numbered, noOrders, type OrderWindow, type Standing, standingOf, withObeyed } from './window.ts'

export const ORDERS_FILE = 'wipe/orders.json'

const remainsSchema = z.object({
  // Paths are made of them: nothing but the names that we give.
  folders: z.array(z.string().regex(/^[0-9a-f]{1,64}$/)),
  shards: z.array(z.object({ shardId: z.int().min(0), keyId: z.int().min(0) })),
})
const entrySchema = z.object({
  order: z.string(),
  startedAtMs: z.number(),
  attempts: z.number(),
  destroyed: remainsSchema
    .extend({
      atMs: z.number(),
      held: z.array(conversationIdSchema),
      keys: z.number(),
      files: z.number(),
      bytes: z.number(),
    })
    .optional(),
  filesGone: z.object({ atMs: z.number(), left: z.number(), leftBytes: z.number() }).optional(),
  receipt: z.string().optional(),
})
const bookSchema = z.object({
  format: z.literal(1),
  window: z.object({
    highest: z.number(),
    obeyed: z.array(z.object({ id: z.string(), counter: z.number() })),
    skipped: z.array(z.number()),
  }),
  orders: z.array(entrySchema),
})

export type ConversationWipeProbe = (step: 'journal' | ConversationWipeStep, when: 'before' | 'after') => void

export interface OrdersParts {
  readonly profile: Pick<Profile, 'read' | 'write'>
  /** With its identity loaded. */
  readonly vault: Pick<Vault, 'identity' | 'update' | 'sign' | 'verifyAuthority'>
  /** Where sealed bytes of the cache lie beside its database. */
  readonly pathsOf: (remains: Remains) => readonly string[]
  /** Caches that were set aside: they hold what has been taken from the one in use, and the keys to it. */
  readonly setAside: () => readonly string[]
  /** Removes the copies of files that other programs read; how many are held. */
  readonly shredOpened: () => number
  /** Sends the receipt; true once the server has acknowledged it. */
  readonly deliver: (serverOrigin: string, wipeId: WipeId, receipt: string) => Promise<boolean>
  /** Names an error of the store, or throws on what is a bug. */
  readonly storeFailure: (error: unknown) => Failure
  readonly nowMs: () => number
  readonly setTimer: (run: () => void, ms: number) => () => void
  readonly about: { readonly bootId: string; readonly version: string }
  readonly log: Log
  /** Called before and after each step, for fault injection in tests. */
  readonly probe?: ConversationWipeProbe
}

export type WipingStore = Pick<Store, 'wipeConversations'>

export interface Orders {
  /** Whether an order is new, was obeyed before, or is a replay. */
  standing(order: Numbered): Standing
  /** Makes it durable that a wipe of single conversations is to be carried out. Throws FailureError where it cannot be. */
  begin(order: WipeOrder, jws: string): void
  /**
   * Destroys in the cache what is to be destroyed; search and files are to hear of what it returns in this turn. Throws what
   * the store throws: the cache must not be read then.
   */
  destroyIn(store: WipingStore): readonly Lost[]
  /** Does the rest: files, receipts. Resolves when they are done, or are to be tried again; delivery goes on by itself. */
  carryOn(): Promise<void>
  /** Tries the deliveries now; true once nothing waits for one. */
  deliverNow(): Promise<boolean>
  /** Remembers an order of another kind as obeyed; the counter and `change` are in the identity once it resolves. */
  obeyed(id: OrderId, counter: number, change: Partial<Identity>): Promise<void>
  /** Wipes not yet carried out, or not yet acknowledged. */
  underWay(): number
  stop(): void
  /** The whole profile is being wiped: everything is let go, and nothing is written any more. */
  abandon(): void
}

/** Reads what an earlier run left. */
export function createOrders(parts: OrdersParts): Orders {
  const { profile, vault, log, probe } = parts
  let entries: readonly OrderEntry[] = []
  let window: OrderWindow = noOrders
  let ended = false
  let isCounting: Promise<unknown> = Promise.resolve()
  let working: Promise<void> | undefined
  let delivering: Promise<boolean> | undefined
  let cancelRetry: (() => void) | undefined
  let retryMs: number = limits.receiptRetryFirstMs
  read()

  function read(): void {
    const parsed = bookSchema.safeParse(readJson())
    if (!parsed.success) return
    window = parsed.data.window
    const sound = parsed.data.orders.filter(({ order }) => openedOrder(order) !== undefined)
    if (sound.length < parsed.data.orders.length) log.error('wipe.entryRefused')
    entries = sound.map((entry) =>
      entry.receipt === undefined ? { ...entry, attempts: entry.attempts + 1 } : entry,
    ) as OrderEntry[]
    if (entries.length > 0) noteDown()
  }

  function readJson(): unknown {
    const bytes = profile.read(ORDERS_FILE)
    try {
      return bytes && JSON.parse(Buffer.from(bytes).toString('utf8'))
    } catch {
      return undefined
    }
  }

  function openedOrder(jws: string): WipeOrder | undefined {
    const order = openOrder(jws, vault.verifyAuthority)
    const { deviceId, workspaceId } = vault.identity() ?? {}
    if (!order.ok || order.value.deviceId !== deviceId || order.value.workspaceId !== workspaceId) return undefined
    return order.value
  }

  function orderOf({ order }: OrderEntry): WipeOrder {
    const opened = openedOrder(order)
    if (!opened) throw new Error('the journalled order does not verify')
    return opened
  }

  /** Writes down how things stand; what cannot be written is held in memory: each step may be done again. */
  function noteDown(mustBeDurable = false): void {
    if (ended) return
    try {
      profile.write(ORDERS_FILE, Buffer.from(`${JSON.stringify({ format: 1, window, orders: entries })}\n`))
    } catch (error) {
      if (!(error instanceof FailureError)) throw error
      // An order must not wait for room that only its execution makes.
      if (mustBeDurable && error.failure.code !== 'disk-full') throw error
      log.error('wipe.notJournalled', { code: error.failure.code })
    }
  }

  function replace(entry: OrderEntry, next: OrderEntry): OrderEntry {
    entries = entries.map((each) => (each === entry ? next : each))
    noteDown()
    return next
  }

  const kept = () => vault.identity()?.orderCounter ?? 0

  /** One at a time, and never back. */
  function keepCounter(counter: number, change: Partial<Identity>): Promise<void> {
    const done = isCounting.then(async () => {
      if (ended || !vault.identity()) return
      if (counter <= kept() && Object.keys(change).length === 0) return
      await vault.update({ ...change, orderCounter: Math.max(counter, kept()) })
    })
    isCounting = done.catch(() => undefined)
    return done
  }

  // --- keys ---------------------------------------------------------------------------------------------------------------

  function destroyIn(store: WipingStore): Lost[] {
    const lost: Lost[] = []
    for (const entry of entries.filter(({ destroyed }) => !destroyed)) {
      const order = orderOf(entry)
      probe?.('destroy-keys', 'before')
      const done = wipeIn(store, order)
      lost.push(...done.lost)
      const { atMs, held, keys, files, bytes, remains } = done.wiped
      replace(entry, { ...entry, destroyed: { atMs, held, keys, files, bytes, ...remains } })
      probe?.('destroy-keys', 'after')
      log.info('wipe.conversations', { wipeId: order.wipeId, held: held.length })
    }
    return lost
  }

  function wipeIn(store: WipingStore, { wipeId, scope, issuedBy, reason }: WipeOrder) {
    let found: Remains = { folders: [], shards: [] }
    let measured: Measured | undefined
    const order = {
      wipeId,
      conversationIds: scope.type === 'conversations' ? scope.conversationIds : [],
      issuedBy,
      reason,
      nowMs: parts.nowMs(),
      measure(remains: Remains) {
        found = remains
        measured ??= measureRemains([...parts.pathsOf(remains), ...parts.setAside()])
        return measured
      },
    }
    try {
      return store.wipeConversations(order)
    } catch (error) {
      const { folders, shards } = found
      if (parts.storeFailure(error).code !== 'disk-full' || folders.length + shards.length === 0) throw error
      // What goes anyway makes the room that its end takes.
      removeRemains(parts.pathsOf(found))
      return store.wipeConversations(order)
    }
  }

  // --- files and receipts -------------------------------------------------------------------------------------------------

  const nextLocal = () => entries.find((each) => localSteps.has(nextStepOf(each)))

  async function localWork(): Promise<void> {
    for (;;) {
      // Looked for anew each time: another order may have come meanwhile.
      const entry = nextLocal()
      if (ended || !entry) break
      const step = nextStepOf(entry)
      probe?.(step, 'before')
      await (step === 'remove-files' ? removeFiles(entry) : signed(entry))
      probe?.(step, 'after')
    }
    await countOn()
  }

  async function removeFiles(entry: OrderEntry): Promise<void> {
    if (!entry.destroyed) return
    // Its own keyring is in it: while it stands, the keys are not gone.
    if (removeRemains(parts.setAside()).files > 0) throw new Error('a cache that was set aside cannot be removed')
    // A copy may be of one of its files; the others are had again by opening them.
    let left = entry.destroyed.folders.length > 0 ? parts.shredOpened() : 0
    let leftBytes = 0
    for (const path of parts.pathsOf(entry.destroyed)) {
      const resisted = removeRemains([path])
      left += resisted.files
      leftBytes += resisted.bytes
      await nextTurn()
      if (ended) return
    }
    replace(entry, { ...entry, filesGone: { atMs: parts.nowMs(), left, leftBytes } })
  }

  function signed(entry: OrderEntry): void {
    const identity = vault.identity()
    if (!identity) throw new Error('no identity to sign the receipt with')
    const about = { ...parts.about, userId: identity.userId }
    replace(entry, { ...entry, receipt: signReceipt(conversationReceiptOf(orderOf(entry), entry, about), vault.sign) })
  }

  /** The counter follows what has been carried out: one that is lost with its journal must be obeyed when it comes again. */
  async function countOn(): Promise<void> {
    const done = entries.filter(({ destroyed }) => destroyed).map((entry) => orderOf(entry).counter)
    try {
      await keepCounter(Math.max(0, ...done), {})
    } catch (error) {
      if (!(error instanceof FailureError)) throw error
      log.error('wipe.counterNotKept', { code: error.failure.code })
    }
  }

  const undelivered = () => entries.filter(({ receipt }) => receipt !== undefined)

  async function attemptDeliveries(): Promise<boolean> {
    const tried = new Set<string>()
    for (;;) {
      const entry = undelivered().find(({ order }) => !tried.has(order))
      const origin = vault.identity()?.serverOrigin
      if (ended || origin === undefined || entry?.receipt === undefined) break
      tried.add(entry.order)
      const { wipeId } = orderOf(entry)
      probe?.('deliver', 'before')
      const isTaken = await parts.deliver(origin, wipeId, entry.receipt).catch(() => false)
      if (ended || !isTaken) continue
      probe?.('deliver', 'after')
      probe?.('forget', 'before')
      entries = entries.filter((each) => each !== entry)
      noteDown()
      probe?.('forget', 'after')
      log.info('wipe.conversationsDelivered', { wipeId })
    }
    return undelivered().length === 0
  }

  function deliverNow(): Promise<boolean> {
    delivering ??= attemptDeliveries().finally(() => {
      delivering = undefined
    })
    return delivering
  }

  async function work(): Promise<void> {
    cancelRetry?.()
    cancelRetry = undefined
    let isDone = false
    try {
      do await localWork()
      while (nextLocal() && !ended)
      isDone = true
    } catch (error) {
      log.error('wipe.step', { error: errorName(error) })
    }
    void deliverNow()
      .catch((error: unknown) => log.error('wipe.deliveryFailed', { error: errorName(error) }))
      .then(() => {
        // What is left otherwise waits for the cache alone.
        if (isDone && entries.every(({ destroyed }) => !destroyed)) retryMs = limits.receiptRetryFirstMs
        else tryAgain()
      })
  }

  function tryAgain(): void {
    if (ended || cancelRetry) return
    cancelRetry = parts.setTimer(() => {
      cancelRetry = undefined
      void carryOn()
    }, retryMs)
    retryMs = Math.min(retryMs * 2, limits.receiptRetryMostMs)
  }

  function carryOn(): Promise<void> {
    working ??= work().finally(() => {
      working = undefined
    })
    return working
  }

  return {
    standing: (order) => standingOf(window, kept(), order),
    begin(order, jws) {
      const before = { entries, window }
      probe?.('journal', 'before')
      entries = [...entries, { order: jws, startedAtMs: parts.nowMs(), attempts: 1 }]
      window = withObeyed(window, kept(), order.wipeId, order.counter)
      try {
        noteDown(true)
      } catch (error) {
        ;({ entries, window } = before)
        throw error
      }
      probe?.('journal', 'after')
    },
    destroyIn,
    carryOn,
    deliverNow,
    async obeyed(id, counter, change) {
      // In this order: cut off in between it is known by its counter, and never taken for one that nothing came of.
      const before = kept()
      await keepCounter(counter, change)
      window = withObeyed(window, before, id, counter)
      noteDown()
    },
    underWay: () => entries.length,
    stop() {
      ended = true
      cancelRetry?.()
    },
    abandon() {
      ended = true
      cancelRetry?.()
      entries = []
    },
  }
}

const localSteps: ReadonlySet<ConversationWipeStep> = new Set(['remove-files', 'sign-receipt'])
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))
