// Owns carrying out a wipe: journal, keys, files, receipt, delivery, device key; resumed at the next start after a crash.
// Always holds: the intent is durable before anything is destroyed, unless the disk is full: an order must not wait for room
// that only its execution makes; every step is journalled after it is done; the local work needs no network and is finished
// before any window shows; only the delivery waits for the server.

import { z } from 'zod'
import type { WipeNotice } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import { openOrder, signReceipt, type WipeOrder } from '../../shared/proof.ts'
import { FailureError } from '../../shared/result.ts'
import { errorName, type Log } from '../log.ts'
import type { Profile } from '../profile/profile.ts'
import type { Removed } from '../shell/shell.ts'
import type { Vault } from '../vault/vault.ts'
import { type RemovedFiles, removeFiles } from './files.ts'
import { type Journal, nextStep, receiptOf, type WipeStep } from './plan.ts'

const JOURNAL_FILE = 'wipe/journal.json'
const NOTICE_FILE = 'wipe/notice.json'

const journalSchema = z.object({
  format: z.literal(1),
  order: z.string(),
  serverOrigin: z.string(),
  startedAtMs: z.number(),
  attempts: z.number(),
  keysHeld: z.number(),
  keysGoneAtMs: z.number().optional(),
  filesGone: z.object({ atMs: z.number(), files: z.number(), bytes: z.number(), left: z.number() }).optional(),
  receipt: z.string().optional(),
  delivered: z.boolean().optional(),
  deviceKeyGone: z.boolean().optional(),
})
const noticeSchema = z.object({
  wipeId: z.string(),
  workspaceName: z.string(),
  issuedBy: z.string(),
  reason: z.string(),
  issuedAtMs: z.number(),
  wipedAtMs: z.number().optional(),
  filesRemoved: z.number().optional(),
  receipt: z.enum(['not-yet', 'signed', 'delivered']),
})

export interface WipeParts {
  readonly profile: Profile
  readonly vault: Pick<Vault, 'identity' | 'sign' | 'destroyDataKeys' | 'destroyDeviceKey'>
  /**
   * Closes the cache: its keys are zeroed when this returns, and nothing of it is written once it resolves. Called again, it
   * answers when that is so.
   */
  readonly closeCache: () => Promise<void>
  /** Closes logs and whatever else holds profile files open. */
  readonly releaseFiles: () => void
  readonly clearHostStorage: () => Promise<Removed>
  /** Sends the receipt; true once the server has acknowledged it. */
  readonly deliver: (serverOrigin: string, wipeId: string, receipt: string) => Promise<boolean>
  readonly nowMs: () => number
  readonly setTimer: (run: () => void, ms: number) => () => void
  readonly about: { readonly bootId: string; readonly version: string }
  readonly changed: (notice: WipeNotice) => void
  readonly log: Log
  /** Called before and after each step, for fault injection in tests. */
  readonly probe?: (step: WipeStep, when: 'before' | 'after') => void
}

export interface Wipe {
  /** What the window shows, where this profile is being or has been wiped. */
  notice(): WipeNotice | undefined
  /** True while local work or delivery is outstanding. */
  underWay(): boolean
  /**
   * Makes the intent durable and closes the cache; carryOut() does the rest. `keysHeld` counts the data keys of cache and
   * vault, before.
   */
  begin(order: WipeOrder, jws: string, serverOrigin: string, keysHeld: number): Promise<void>
  /** Does the local work (keys, files, receipt); resolves when it is done. Delivery goes on by itself. */
  carryOut(): Promise<void>
  /**
   * Tries the delivery now; true once nothing is outstanding: the receipt is acknowledged and the device key gone, or
   * there is no key to sign a receipt with, and never will be. Then a new enrolment may follow.
   */
  deliverNow(): Promise<boolean>
  /** A new enrolment: the notice is no longer shown. */
  forget(): void
  stop(): void
}

/** Reads the journal, if a wipe was cut off or is not yet acknowledged, and the notice of a finished one. */
export function createWipe(parts: WipeParts): Wipe {
  const { profile, vault, log } = parts
  let journal: Journal | undefined = readJournal()
  let notice: WipeNotice | undefined = journal ? undefined : readNotice()
  let cancelRetry: (() => void) | undefined
  let delivering: Promise<boolean> | undefined
  let carrying: Promise<void> | undefined
  /** A chain of delivery attempts is under way: there is never a second. */
  let keeping = false
  let stopped = false
  if (journal) write({ ...journal, attempts: journal.attempts + 1 })

  function readJournal(): Journal | undefined {
    const parsed = journalSchema.safeParse(readJson(JOURNAL_FILE))
    return parsed.success ? (parsed.data as Journal) : undefined
  }

  function readNotice(): WipeNotice | undefined {
    const parsed = noticeSchema.safeParse(readJson(NOTICE_FILE))
    return parsed.success ? (parsed.data as WipeNotice) : undefined
  }

  function readJson(name: string): unknown {
    const bytes = profile.read(name)
    try {
      return bytes && JSON.parse(Buffer.from(bytes).toString('utf8'))
    } catch {
      return undefined
    }
  }

  function writeJson(name: string, value: unknown): void {
    profile.write(name, Buffer.from(`${JSON.stringify(value)}\n`))
  }

  function write(next: Journal): void {
    try {
      writeJson(JOURNAL_FILE, next)
    } catch (error) {
      if (!(error instanceof FailureError && error.failure.code === 'disk-full')) throw error
      // Held in memory: each step may be done again, and those to come make room for the next entry.
      log.error('wipe.notJournalled', { code: error.failure.code })
    }
    journal = next
  }

  /** The order was verified before it was journalled; the device key may be gone by now, so it is only read here. */
  function orderOf(current: Journal): WipeOrder {
    const order = openOrder(current.order, () => true)
    if (!order.ok) throw new Error('the journalled order does not parse')
    return order.value
  }

  function noticeOf(current: Journal): WipeNotice {
    const order = orderOf(current)
    return {
      wipeId: order.wipeId,
      workspaceName: order.workspaceName,
      issuedBy: order.issuedBy,
      reason: order.reason,
      issuedAtMs: order.issuedAtMs,
      ...(current.filesGone && { wipedAtMs: current.filesGone.atMs, filesRemoved: current.filesGone.files }),
      receipt: current.delivered ? 'delivered' : current.receipt ? 'signed' : 'not-yet',
    }
  }

  /**
   * In the turn in which the intent became durable: from then on nothing is answered. The identity does not learn the counter:
   * it goes with this wipe, and a key store that takes its time would keep the keys waiting (decisions/0011).
   */
  function closeAtOnce(): void {
    try {
      // Waited for, and told, where the keys are destroyed.
      parts.closeCache().catch(() => undefined)
    } catch (error) {
      log.error('wipe.cacheNotClosed', { error: errorName(error) })
    }
  }

  async function perform(step: WipeStep, current: Journal): Promise<void> {
    parts.probe?.(step, 'before')
    await work(step, current)
    parts.probe?.(step, 'after')
    if (notice) parts.changed(notice)
  }

  async function work(step: WipeStep, current: Journal): Promise<void> {
    switch (step) {
      case 'destroy-keys': {
        let closed: Promise<void> | undefined
        try {
          closed = parts.closeCache()
        } finally {
          vault.destroyDataKeys()
        }
        await closed
        return write({ ...current, keysGoneAtMs: parts.nowMs() })
      }
      case 'remove-files': {
        parts.releaseFiles()
        const own = removeFiles(profile.dir, ['host/'])
        const host = await clearHost()
        const filesGone = {
          atMs: parts.nowMs(),
          files: own.files + host.files,
          bytes: own.bytes + host.bytes,
          left: own.left + host.left,
        }
        return write({ ...current, filesGone })
      }
      case 'sign-receipt': {
        const identity = vault.identity()
        if (!identity) throw new Error('no identity to sign the receipt with')
        const receipt = signReceipt(
          receiptOf(orderOf(current), current, { ...parts.about, userId: identity.userId }),
          vault.sign,
        )
        return write({ ...current, receipt })
      }
      case 'deliver':
        return
      case 'destroy-device-key':
        await vault.destroyDeviceKey()
        return write({ ...current, deviceKeyGone: true })
      case 'finish':
        notice = noticeOf(current)
        writeJson(NOTICE_FILE, notice)
        profile.remove(JOURNAL_FILE)
        journal = undefined
        return
    }
  }

  /** A host that fails to clear its storage counts as one file left: the receipt says so, rather than never coming. */
  async function clearHost(): Promise<RemovedFiles> {
    try {
      return { ...(await parts.clearHostStorage()), left: 0 }
    } catch (error) {
      log.error('wipe.hostStorage', { error: errorName(error) })
      return { files: 0, bytes: 0, left: 1 }
    }
  }

  async function attemptDelivery(): Promise<boolean> {
    const current = journal
    if (!current) return true
    if (!current.receipt) {
      if (!current.filesGone || vault.identity()) return false
      log.error('wipe.receiptImpossible', { wipeId: orderOf(current).wipeId })
      await perform('finish', current)
      return true
    }
    const { wipeId } = orderOf(current)
    if (!current.delivered) {
      parts.probe?.('deliver', 'before')
      if (!(await parts.deliver(current.serverOrigin, wipeId, current.receipt))) return false
      write({ ...current, delivered: true })
      parts.probe?.('deliver', 'after')
    }
    for (let left = journal; left; left = journal) await perform(nextStep(left), left)
    log.info('wipe.finished', { wipeId })
    return true
  }

  function deliverNow(): Promise<boolean> {
    delivering ??= attemptDelivery().finally(() => {
      delivering = undefined
    })
    return delivering
  }

  async function keepDelivering(delayMs: number): Promise<void> {
    if (stopped) return
    const done = await deliverNow().catch((error: unknown) => {
      log.error('wipe.deliveryFailed', { error: errorName(error) })
      return false
    })
    keeping = !done && !stopped
    if (!keeping) return
    cancelRetry = parts.setTimer(() => void keepDelivering(Math.min(delayMs * 2, limits.receiptRetryMostMs)), delayMs)
  }

  async function localWork(): Promise<void> {
    for (let current = journal; current; current = journal) {
      const step = nextStep(current)
      if (step === 'deliver') break
      await perform(step, current)
    }
    if (keeping) return
    keeping = true
    void keepDelivering(limits.receiptRetryFirstMs)
  }

  return {
    notice: () => (journal ? noticeOf(journal) : notice),
    underWay: () => journal !== undefined,
    async begin(order, jws, serverOrigin, keysHeld) {
      if (journal) return
      write({ format: 1, order: jws, serverOrigin, startedAtMs: parts.nowMs(), attempts: 1, keysHeld })
      log.info('wipe.begun', { wipeId: order.wipeId })
      closeAtOnce()
    },
    carryOut() {
      carrying ??= localWork().finally(() => {
        carrying = undefined
      })
      return carrying
    },
    deliverNow,
    forget() {
      notice = undefined
      profile.remove(NOTICE_FILE)
    },
    stop() {
      stopped = true
      cancelRetry?.()
    },
  }
}
