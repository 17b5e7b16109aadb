// Owns IT's orders: what one would do, giving it, the second person's decision, and its lapse where nobody decides.
// Always holds: an order for more devices than the rules allow waits for somebody else than whoever gave it, and was looked
// at first (its digest); giving, deciding and what follows from it is one transaction with the line in the record of acts.
// Must never be undone: what has been issued is issued.

import type { OrderKind, OrderRequest, OrderTarget } from '../../shared/fleet.ts'
import { limits } from '../../shared/limits.ts'
import { type DeviceId, makeId, type OrderId, type WipeId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { type Actor, actedBy } from '../admin/actor.ts'
import type { Clock, Random } from '../clock.ts'
import type { Rules } from '../fleet/rules.ts'
import type { FanOut, OrderedWipe } from '../gateway/fan-out.ts'
import type { OrderRow, SignOutRow, Store, StoreTx, WipeRow } from '../store/port.ts'
import type { FleetNews } from './fleet-news.ts'
import { devicesMeant, devicesOfIds, type FleetSearch, type Meant, withoutRepeats } from './order-targets.ts'
import type { SignOuts } from './sign-outs.ts'
import type { Signing } from './signing.ts'
import type { Wipes } from './wipes.ts'

export interface Tried extends Meant {
  readonly needsApproval: boolean
  readonly approvalAbove: number
}

export interface Orders {
  /** What an order would be for; nothing is done. Failures as of devicesMeant. */
  tryOrder(kind: OrderKind, target: OrderTarget): Result<Tried>
  /**
   * Gives an order: issued at once, or awaiting approval. `alongside` runs in the same transaction, for what is to be kept
   * with the order or not at all. Failures: those of tryOrder, `fleet-moved`.
   */
  giveOrder(by: Actor, request: OrderRequest, alongside?: (tx: StoreTx, order: OrderRow) => void): Result<OrderRow>
  /**
   * Approves or rejects. Whoever gave an order may reject it, too. Failures: `not-found`, `order-decided` (also where it has
   * lapsed), `approval-own`, `fleet-moved` (its user has other devices now: they would be left out).
   */
  decideOrder(
    by: Actor,
    orderId: OrderId,
    approve: boolean,
    alongside?: (tx: StoreTx, order: OrderRow) => void,
  ): Result<OrderRow>
  /**
   * Wipes one device by an order of its own, or answers the wipe that is open. Failures: `not-found`, `device-wiped`,
   * `not-allowed` (here even one device needs a second person).
   */
  wipeDevice(
    by: Actor,
    deviceId: DeviceId,
    reason: string,
    alongside?: (tx: StoreTx, wipe: WipeRow) => void,
  ): Result<WipeRow>
  /** Goes on with what a stop interrupted: orders to sign, orders that lapse. */
  start(): void
  stop(): void
}

/** What the gateway is told once it is durable. */
interface Issued {
  readonly wipes: readonly OrderedWipe[]
  readonly signOuts: readonly SignOutRow[]
}
const nothingIssued: Issued = { wipes: [], signOuts: [] }

export function createOrders(parts: {
  store: Store
  rules: Pick<Rules, 'current'>
  search: FleetSearch
  wipes: Wipes
  signOuts: SignOuts
  signing: Signing
  news: FleetNews
  fanOut: FanOut
  clock: Clock
  random: Random
}): Orders {
  const { store, rules, search, wipes, signOuts, signing, news, fanOut, clock, random } = parts
  let callOff: (() => void) | undefined

  const needsApproval = ({ deviceIds }: Meant) => deviceIds.length > rules.current().approvalAbove

  function row(tx: StoreTx, orderId: OrderId): OrderRow {
    const order = tx.order(orderId)
    if (order === undefined) throw new Error('an order that is not there')
    return order
  }

  function insert(
    tx: StoreTx,
    by: Actor,
    { kind, target, reason }: OrderRequest,
    meant: Meant,
    isIssued: boolean,
  ): OrderRow {
    const orderId = makeId('order', random(20))
    const atMs = clock.nowMs()
    tx.insertOrder(
      {
        orderId,
        kind,
        state: isIssued ? 'issued' : 'awaiting-approval',
        target,
        reason,
        orderedBy: by.name,
        orderedById: by.identity,
        orderedAtMs: atMs,
        lapsesAtMs: isIssued ? undefined : atMs + limits.approvalMs,
        decidedBy: undefined,
        decidedById: undefined,
        decidedAtMs: undefined,
      },
      meant.deviceIds,
    )
    const order = row(tx, orderId)
    const { devices, state } = order
    const detail = JSON.stringify({ kind, target, reason, state, devices, leftOut: meant.leftOut })
    tx.recordAct({ atMs, ...actedBy(by), act: 'giveOrder', subject: orderId, detail })
    return order
  }

  /** From here on devices hear no more of the words that are in these conversations now. */
  function withdraw(tx: StoreTx, { target }: OrderRow): void {
    for (const conversationId of target.type === 'conversations' ? target.conversationIds : []) {
      const conversation = tx.conversation(conversationId)
      if (conversation === undefined) continue
      // A new revision, so that a desktop that has dropped the conversation is granted it anew.
      const revision = tx.nextRevision('access')
      tx.updateConversation(conversationId, { withdrawnSeq: conversation.headSeq, revision })
    }
  }

  function issue(tx: StoreTx, order: OrderRow): Issued {
    const atMs = clock.nowMs()
    const { orderId, kind } = order
    const devices = devicesOfIds(tx, tx.deviceIdsOf(orderId, 0, order.devices))
    const signsNow = devices.length <= limits.signedAtOnce
    withdraw(tx, order)
    let issued = nothingIssued
    if (kind === 'wipe') {
      const made = wipes.issue(tx, order, devices, atMs)
      issued = { ...issued, wipes: signsNow ? made.map(({ wipeId }) => signed(tx, wipeId)) : made }
    } else {
      const made = signOuts.issue(tx, order, devices, atMs)
      issued = { ...issued, signOuts: signsNow ? made.flatMap((id) => signOuts.handOut(tx, id) ?? []) : [] }
    }
    news.orderChanged(tx, 'order.issued', order)
    return issued
  }

  function signed(tx: StoreTx, wipeId: WipeId): WipeRow {
    const wipe = tx.wipe(wipeId)
    if (wipe === undefined) throw new Error('a wipe that is not there')
    return wipes.handOut(tx, wipe)
  }

  function announce(issued: Issued): void {
    for (const wipe of issued.wipes) fanOut.wipeOrdered(wipe)
    for (const signOut of issued.signOuts) fanOut.signOutOrdered(signOut)
    signing.run()
  }

  /** Of an order that awaits approval: newcomers since, that it would have been for. */
  function newcomers(tx: StoreTx, order: OrderRow): DeviceId[] {
    if (order.target.type !== 'user' && order.target.type !== 'conversations') return []
    const meant = devicesMeant(tx, search, order.kind, order.target)
    const known = new Set(tx.deviceIdsOf(order.orderId, 0, order.devices))
    return meant.ok ? meant.value.deviceIds.filter((deviceId) => !known.has(deviceId)) : []
  }

  function lapse(tx: StoreTx, order: OrderRow): void {
    const atMs = clock.nowMs()
    tx.updateOrder(order.orderId, { state: 'lapsed', decidedAtMs: atMs })
    tx.recordAct({ atMs, actor: '', actorId: '', act: 'lapseOrder', subject: order.orderId, detail: '{}' })
    news.orderChanged(tx, 'order.lapsed', row(tx, order.orderId))
  }

  const hasLapsed = ({ lapsesAtMs }: OrderRow) => lapsesAtMs !== undefined && clock.nowMs() >= lapsesAtMs

  /** Lapses what is due and wakes for the next. */
  function watchLapses(): void {
    callOff?.()
    callOff = undefined
    const due = store.view.ordersAwaiting().filter(hasLapsed)
    if (due.length > 0) {
      store.transact((tx) => {
        for (const order of due) lapse(tx, order)
      })
    }
    const [next] = store.view.ordersAwaiting()
    if (next?.lapsesAtMs !== undefined) callOff = clock.after(next.lapsesAtMs - clock.nowMs(), watchLapses)
  }

  function tryOrder(kind: OrderKind, target: OrderTarget): Result<Tried> {
    const meant = devicesMeant(store.view, search, kind, target)
    if (!meant.ok) return meant
    const { approvalAbove } = rules.current()
    return ok({ ...meant.value, needsApproval: needsApproval(meant.value), approvalAbove })
  }

  return {
    tryOrder,
    giveOrder: (by, { digest, ...asked }, alongside) => {
      const request = { ...asked, target: withoutRepeats(asked.target) }
      const given = store.transact((tx) => {
        const meant = devicesMeant(tx, search, request.kind, request.target)
        if (!meant.ok) return meant
        const mustWait = needsApproval(meant.value)
        const isAsTried = digest === undefined ? !mustWait : digest === meant.value.digest
        if (!isAsTried) return fail('fleet-moved')
        const order = insert(tx, by, request, meant.value, !mustWait)
        if (mustWait) news.orderChanged(tx, 'order.awaiting-approval', order)
        const issued = mustWait ? nothingIssued : issue(tx, order)
        alongside?.(tx, order)
        return ok({ order, issued })
      })
      if (!given.ok) return given
      if (given.value.order.state === 'awaiting-approval') watchLapses()
      announce(given.value.issued)
      return ok(given.value.order)
    },
    decideOrder: (by, orderId, approve, alongside) => {
      const decided = store.transact((tx): Result<{ order: OrderRow; issued: Issued }> => {
        const before = tx.order(orderId)
        if (before === undefined) return fail('not-found', 'There is no such order.')
        if (before.state !== 'awaiting-approval') return fail('order-decided')
        if (hasLapsed(before)) {
          lapse(tx, before)
          return fail('order-decided', 'Nobody approved the order in time; it has lapsed.')
        }
        if (approve && by.identity === before.orderedById) return fail('approval-own')
        const more = approve ? newcomers(tx, before) : []
        if (more.length > 0 && before.target.type === 'user') {
          return fail(
            'fleet-moved',
            'The person has more devices now than the order is for: reject it and give it anew.',
          )
        }
        // Conversations are wiped on every desktop that may hold them, whenever it came.
        if (more.length > 0) tx.addToOrder(orderId, more)
        const atMs = clock.nowMs()
        const state = approve ? 'issued' : 'rejected'
        tx.updateOrder(orderId, { state, decidedBy: by.name, decidedById: by.identity, decidedAtMs: atMs })
        const order = row(tx, orderId)
        const detail = JSON.stringify({ approve, devices: order.devices })
        tx.recordAct({ atMs, ...actedBy(by), act: 'decideOrder', subject: orderId, detail })
        if (!approve) news.orderChanged(tx, 'order.rejected', order)
        const issued = approve ? issue(tx, order) : nothingIssued
        alongside?.(tx, order)
        return ok({ order, issued })
      })
      watchLapses()
      if (!decided.ok) return decided
      announce(decided.value.issued)
      return ok(decided.value.order)
    },
    wipeDevice: (by, deviceId, reason, alongside) => {
      const given = store.transact((tx): Result<{ wipe: WipeRow; issued: Issued }> => {
        const device = tx.device(deviceId)
        if (device === undefined) return fail('not-found', 'There is no such device.')
        const open = tx.openWipeOf(deviceId)
        if (open !== undefined) {
          const wipe = open.order === undefined ? wipes.handOut(tx, open) : open
          alongside?.(tx, wipe)
          return ok({ wipe, issued: nothingIssued })
        }
        const request: OrderRequest = { kind: 'wipe', target: { type: 'devices', deviceIds: [deviceId] }, reason }
        const meant = devicesMeant(tx, search, request.kind, request.target)
        if (!meant.ok) return meant
        if (needsApproval(meant.value)) {
          return fail('not-allowed', 'Every wipe needs a second person here: give it as an order, which awaits one.')
        }
        const issued = issue(tx, insert(tx, by, request, meant.value, true))
        const wipe = tx.openWipeOf(deviceId)
        if (wipe === undefined) throw new Error('an order without its wipe')
        alongside?.(tx, wipe)
        return ok({ wipe, issued })
      })
      if (!given.ok) return given
      announce(given.value.issued)
      return ok(given.value.wipe)
    },
    start: () => {
      watchLapses()
      signing.run()
    },
    stop: () => {
      callOff?.()
      signing.stop()
    },
  }
}
