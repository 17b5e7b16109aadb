// Owns what becomes of a wipe on the server: issuing it for each device of an order, handing it out, taking the device's
// signed receipt and countersigning it.
// Always holds: the server's half of the device's root key is destroyed in the transaction that issues a wipe of the whole
// device; only a receipt that verifies against the device's own key ends a wipe, and it is countersigned in the transaction
// that takes it; there is no taking a wipe back.

import { createHash } from 'node:crypto'
import type { AdminWipe } from '../../shared/admin.ts'
import { limits } from '../../shared/limits.ts'
import { type ConversationId, type DeviceId, makeId, type UserId, type WipeId } from '../../shared/model.ts'
import { openReceipt, signCountersignature, type WipeReceipt } from '../../shared/proof.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Clock, Random } from '../clock.ts'
import type { OrderedWipe } from '../gateway/fan-out.ts'
import type { Authority } from '../keys.ts'
import type { DeviceRow, OrderRow, Store, StoreTx, StoreView, WipeRow } from '../store/port.ts'
import type { Workspace } from '../workspace.ts'
import type { FleetNews } from './fleet-news.ts'
import type { OrderDocuments, SignedWipe } from './order-documents.ts'
import { verifies } from './signatures.ts'

export interface Wipes {
  /** Failure: `not-found`. */
  showWipe(wipeId: WipeId): Result<AdminWipe>
  /** The wipe with its order, signed now where it has not been yet. Failure: `not-found`. */
  signedWipe(wipeId: WipeId): Result<SignedWipe>
  /** Issues an order's wipes inside a transaction, for those of the devices that are to be wiped still; not signed yet. */
  issue(tx: StoreTx, order: OrderRow, devices: readonly DeviceRow[], issuedAtMs: number): readonly OrderedWipe[]
  /** The order as it is handed to its device now. */
  handOut(tx: StoreTx, wipe: WipeRow): SignedWipe
  /**
   * Wipes of single conversations to hand to this device now, the oldest first, at most limits.ordersAtOnce; with
   * `onlyNew`, those that have not been handed out.
   */
  dueConversationWipes(tx: StoreTx, deviceId: DeviceId, onlyNew: boolean): SignedWipe[]
  /** Notes inside a transaction that the order has been sent. */
  noteDelivered(tx: StoreTx, wipeId: WipeId): void
  /**
   * Takes a receipt inside a transaction; taking it again changes nothing. `fromDevice` is the connected device, where
   * there is one. Failures: `not-found`, `receipt-malformed`, `receipt-bad-signature`.
   */
  takeReceipt(tx: StoreTx, wipeId: WipeId, receipt: string, fromDevice?: DeviceId): Result<WipeRow>
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url')

/** True for devices that a wipe of the whole device is for: not wiped, nor under such a wipe. */
export const canBeWiped = ({ status }: DeviceRow) => status !== 'wiped' && status !== 'wipe-pending'
/** True for devices that single conversations are wiped on: those that may come back with them. */
export const keepsConversations = ({ status }: DeviceRow) => status === 'active' || status === 'signed-out'

export function createWipes(parts: {
  store: Store
  workspace: Workspace
  authority: Authority
  documents: OrderDocuments
  news: FleetNews
  clock: Clock
  random: Random
}): Wipes {
  const { store, workspace, authority, documents, news, clock, random } = parts

  function toAdminWipe(view: StoreView, row: SignedWipe): AdminWipe {
    const device = view.device(row.deviceId)
    if (device === undefined) throw new Error('a wipe without its device')
    const instant = (atMs: number) => new Date(atMs).toISOString()
    return {
      wipeId: row.wipeId,
      deviceId: row.deviceId,
      status: row.status,
      order: row.order,
      ...(row.receipt === undefined ? {} : { receipt: row.receipt }),
      ...(row.countersignature === undefined ? {} : { countersignature: row.countersignature }),
      orderId: row.orderId,
      ...(row.conversationIds === undefined ? {} : { conversationIds: [...row.conversationIds] }),
      issuedAt: instant(row.issuedAtMs),
      ...(row.deliveredAtMs === undefined ? {} : { deliveredAt: instant(row.deliveredAtMs) }),
      ...(row.doneAtMs === undefined ? {} : { doneAt: instant(row.doneAtMs) }),
      devicePublicKey: device.publicKey,
    }
  }

  function signedWipe(wipeId: WipeId): Result<SignedWipe> {
    const row = store.view.wipe(wipeId)
    if (row === undefined) return fail('not-found', 'There is no such wipe.')
    const { order } = row
    // As it was handed out, however long ago.
    if (order !== undefined) return ok({ ...row, order })
    return ok(store.transact((tx) => documents.signWipe(tx, row)))
  }

  /** What makes a wipe of the whole device one before the device has heard of it. */
  function closeForGood(tx: StoreTx, devices: readonly DeviceRow[], atMs: number): void {
    const deviceIds = devices.map((row) => row.deviceId)
    tx.setDeviceStatus(deviceIds, 'wipe-pending')
    tx.destroyLeaseShares(deviceIds)
    for (const { deviceId, status } of devices) {
      const signOut = status === 'signed-out' ? tx.openSignOutOf(deviceId) : undefined
      if (signOut !== undefined) tx.updateSignOut(signOut.orderId, deviceId, { endedAtMs: atMs, endedBy: 'wipe' })
    }
  }

  /** Of the order's conversations, those that each person may have had. */
  function conversationsByPerson(tx: StoreTx, { target }: OrderRow): Map<UserId, ConversationId[]> {
    const byPerson = new Map<UserId, ConversationId[]>()
    for (const conversationId of target.type === 'conversations' ? target.conversationIds : []) {
      for (const userId of tx.memberIdsEverOf(conversationId)) {
        const before = byPerson.get(userId)
        if (before === undefined) byPerson.set(userId, [conversationId])
        else before.push(conversationId)
      }
    }
    return byPerson
  }

  function settle(tx: StoreTx, row: WipeRow, receipt: string, receivedAtMs: number): void {
    // One that was never handed out is settled by the wipe of the whole device all the same.
    const { order } = row.order === undefined ? documents.signWipe(tx, row) : { order: row.order }
    const isWhole = row.conversationIds === undefined
    const content = {
      wipeId: row.wipeId,
      workspaceId: workspace.workspaceId,
      deviceId: row.deviceId,
      orderSha256: sha256(order),
      receiptSha256: sha256(receipt),
      receivedAtMs,
      ...(isWhole ? { shareDestroyedAtMs: row.issuedAtMs } : {}),
    }
    const countersignature = signCountersignature(content, authority.kid, authority.sign)
    tx.updateWipe(row.wipeId, {
      status: 'done',
      receipt,
      countersignature,
      doneAtMs: receivedAtMs,
      deliveredAtMs: row.deliveredAtMs ?? receivedAtMs,
    })
    tx.recordAct({
      atMs: receivedAtMs,
      actor: tx.device(row.deviceId)?.name ?? '',
      actorId: `device:${row.deviceId}`,
      act: 'takeReceipt',
      subject: row.wipeId,
      detail: JSON.stringify({ receiptSha256: content.receiptSha256, countersignature }),
    })
    const after = tx.wipe(row.wipeId)
    if (after !== undefined) news.wipeChanged(tx, 'wipe.done', after)
  }

  function takeReceipt(tx: StoreTx, wipeId: WipeId, receipt: string, fromDevice?: DeviceId): Result<WipeRow> {
    const row = tx.wipe(wipeId)
    const device = row === undefined ? undefined : tx.device(row.deviceId)
    if (row === undefined || device === undefined) return fail('not-found')
    if (fromDevice !== undefined && fromDevice !== row.deviceId) return fail('not-found')
    const opened = openReceipt(
      receipt,
      (kid, bytes, signature) => kid === device.deviceId && verifies(device.publicKey, bytes, signature),
    )
    if (!opened.ok) return opened
    const mismatch = whyNotOf(opened.value, row, device)
    if (mismatch !== undefined) return fail('receipt-malformed', mismatch)
    if (row.status === 'done') return ok(row)
    const nowMs = clock.nowMs()
    settle(tx, row, receipt, nowMs)
    if (row.conversationIds === undefined) {
      // Nothing is left there to be read, or to take room.
      const nothing = { leaseUntilMs: undefined, cacheBytes: undefined }
      tx.updateDevice(device.deviceId, { ...nothing, status: 'wiped', lastSeenAtMs: nowMs })
      // With the device its conversations are gone: its own receipt is the evidence for these too.
      for (const other of tx.wipesOfDevice(device.deviceId)) {
        if (other.status === 'pending' || other.status === 'delivered') settle(tx, other, receipt, nowMs)
      }
    }
    news.deviceMoved(device.deviceId)
    return ok(row)
  }

  return {
    showWipe: (wipeId) => {
      const found = signedWipe(wipeId)
      return found.ok ? ok(toAdminWipe(store.view, found.value)) : found
    },
    signedWipe,
    issue: (tx, order, devices, issuedAtMs) => {
      const isWhole = order.target.type !== 'conversations'
      const byPerson = isWhole ? undefined : conversationsByPerson(tx, order)
      const fitting = devices.filter((row) => (isWhole ? canBeWiped(row) : keepsConversations(row)))
      const wipes = fitting.flatMap(({ deviceId, userId }) => {
        const conversationIds = byPerson?.get(userId)
        if (!isWhole && conversationIds === undefined) return []
        return [{ wipeId: makeId('wipe', random(20)), deviceId, conversationIds, order: undefined }]
      })
      tx.insertWipes({ orderId: order.orderId, issuedAtMs }, wipes)
      if (isWhole) closeForGood(tx, fitting, issuedAtMs)
      for (const { deviceId } of wipes) news.deviceMoved(deviceId)
      return wipes
    },
    handOut: documents.signWipe,
    dueConversationWipes: (tx, deviceId, onlyNew) =>
      tx
        .openConversationWipesOf(deviceId, limits.ordersAtOnce * (onlyNew ? 2 : 1))
        .filter((row) => !onlyNew || row.status === 'pending')
        .slice(0, limits.ordersAtOnce)
        .map((row) => documents.signWipe(tx, row)),
    noteDelivered: (tx, wipeId) => {
      if (tx.wipe(wipeId)?.status !== 'pending') return
      tx.updateWipe(wipeId, { status: 'delivered', deliveredAtMs: clock.nowMs() })
      const after = tx.wipe(wipeId)
      if (after !== undefined) news.wipeChanged(tx, 'wipe.delivered', after)
    },
    takeReceipt,
  }
}

/** Why the receipt is not one of this wipe; undefined where it is. */
function whyNotOf(receipt: WipeReceipt, wipe: WipeRow, device: DeviceRow): string | undefined {
  if (receipt.wipeId !== wipe.wipeId || receipt.deviceId !== device.deviceId || receipt.userId !== device.userId) {
    return 'The receipt is for another wipe or device.'
  }
  const ordered = wipe.conversationIds
  if ((receipt.scope === 'conversations') !== (ordered !== undefined)) return 'The receipt is for another scope.'
  const isWithin = (receipt.conversationIds ?? []).every((id) => ordered?.includes(id) === true)
  return isWithin ? undefined : 'The receipt names conversations that were not ordered.'
}
