// Owns the rows with which the store's contract is checked, and the implementations that it is checked on.
// Must never be imported by the product.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConversationId, type DeviceId, makeId, type UserId } from '../../shared/model.ts'
import { createMemoryStore } from './memory.ts'
import type {
  CodeRow,
  DeviceRow,
  NewConversationRow,
  NewEvent,
  NewOrderRow,
  OrderRow,
  SignOutRow,
  Store,
  StoreTx,
  UserRow,
  WipeRow,
} from './port.ts'
import { openSqliteStore } from './sqlite.ts'

let made = 0
/** Distinct bytes, so that ids differ. */
export function distinct(): Uint8Array {
  made++
  return Uint8Array.from({ length: 20 }, (_, i) => Math.floor(made / 32 ** i) % 32)
}

export function putUser(tx: StoreTx, changes: Partial<UserRow> = {}): UserRow {
  const userId = makeId('user', distinct())
  const row: UserRow = {
    userId,
    userName: userId,
    foldedName: userId,
    displayName: '陳大文',
    department: undefined,
    title: undefined,
    managerId: undefined,
    active: true,
    roles: [],
    revision: tx.nextRevision('directory'),
    ...changes,
  }
  tx.insertUser(row)
  return row
}

export function putDevice(tx: StoreTx, userId: UserId, changes: Partial<DeviceRow> = {}): DeviceRow {
  const deviceId = makeId('device', distinct())
  const row: DeviceRow = {
    deviceId,
    userId,
    publicKey: deviceId,
    name: 'Desk',
    platform: 'linux',
    clientVersion: '0.1.0',
    status: 'active',
    enrolledAtMs: 1,
    lastSeenAtMs: undefined,
    leaseUntilMs: undefined,
    orderCounter: 0,
    cacheBytes: undefined,
    ...changes,
  }
  tx.insertDevice(row)
  return row
}

export function putConversation(tx: StoreTx, members: readonly UserId[], changes: Partial<NewConversationRow> = {}) {
  const row: NewConversationRow = {
    conversationId: makeId('conversation', distinct()),
    kind: 'group',
    name: 'Group',
    topic: undefined,
    space: undefined,
    labels: undefined,
    directKey: undefined,
    createdAtMs: 1,
    sealedKey: Uint8Array.of(1, 2, 3),
    revision: tx.nextRevision('access'),
    ownerId: undefined,
    isOpen: false,
    ...changes,
  }
  tx.insertConversation(row)
  const { conversationId, revision } = row
  for (const userId of members) tx.putMembership({ conversationId, userId, active: true, revision })
  return row
}

export function event(conversationId: ConversationId, actorId: UserId, changes: Partial<NewEvent> = {}): NewEvent {
  return {
    conversationId,
    atMs: 1,
    actorId,
    deviceId: undefined,
    clientId: undefined,
    kind: 'message',
    targetSeq: undefined,
    seal: (seq) => Uint8Array.of(seq),
    ...changes,
  }
}

/** An issued order for these devices. */
export function putOrder(tx: StoreTx, deviceIds: readonly DeviceId[], changes: Partial<NewOrderRow> = {}): OrderRow {
  const row: NewOrderRow = {
    orderId: makeId('order', distinct()),
    kind: 'wipe',
    state: 'issued',
    target: { type: 'devices', deviceIds: [...deviceIds] },
    reason: '遺失',
    orderedBy: 'IT',
    orderedById: 'root',
    orderedAtMs: 1,
    lapsesAtMs: undefined,
    decidedBy: undefined,
    decidedById: undefined,
    decidedAtMs: undefined,
    ...changes,
  }
  tx.insertOrder(row, deviceIds)
  const order = tx.order(row.orderId)
  if (order === undefined) throw new Error('the order is not there')
  return order
}

/** A wipe of this device by an order of its own, unless `changes` names one; signed, unless they say otherwise. */
export function putWipe(tx: StoreTx, deviceId: DeviceId, changes: Partial<WipeRow> = {}): WipeRow {
  const { conversationIds, issuedAtMs = 1 } = changes
  const wipeId = makeId('wipe', distinct())
  const orderId = changes.orderId ?? putOrder(tx, [deviceId]).orderId
  tx.insertWipes({ orderId, issuedAtMs }, [{ wipeId, deviceId, conversationIds }])
  tx.updateWipe(wipeId, { order: 'a.b.c', counter: 1, expiresAtMs: 9, ...changes })
  const row = tx.wipe(wipeId)
  if (row === undefined) throw new Error('the wipe is not there')
  return row
}

/** The same for a sign-out. */
export function putSignOut(tx: StoreTx, deviceId: DeviceId, changes: Partial<SignOutRow> = {}): SignOutRow {
  const orderId = changes.orderId ?? putOrder(tx, [deviceId], { kind: 'sign-out' }).orderId
  tx.insertSignOuts({ orderId, issuedAtMs: changes.issuedAtMs ?? 1 }, [deviceId])
  tx.updateSignOut(orderId, deviceId, { order: 'd.e.f', counter: 1, expiresAtMs: 9, ...changes })
  const row = tx.signOut(orderId, deviceId)
  if (row === undefined) throw new Error('the sign-out is not there')
  return row
}

export function codeOf(userId: UserId, changes: Partial<CodeRow> = {}): CodeRow {
  const codeHash = distinct()
  return { codeHash, userId, createdAtMs: 1, expiresAtMs: 100, usedAtMs: undefined, deviceId: undefined, ...changes }
}

/** Rows with their bytes as plain arrays: one implementation may give a Buffer. */
export function plain<T>(value: T): unknown {
  if (value instanceof Uint8Array) return [...value]
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]))
}

/** Every implementation of the port; `close` ends what they have opened. */
export function openImplementations() {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-store-'))
  const stores: Store[] = []
  function openSqlite(): Store {
    const opened = openSqliteStore(join(folder, `${stores.length}.db`))
    if (!opened.ok) throw new Error(opened.error.code)
    stores.push(opened.value)
    return opened.value
  }
  return {
    implementations: [
      { name: 'memory', open: createMemoryStore },
      { name: 'sqlite', open: openSqlite },
    ],
    close: () => {
      for (const store of stores) store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
