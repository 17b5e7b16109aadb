// Owns the rows with which the store's contract is checked, and the implementations that it is checked on.
// Must never be imported by the product.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConversationId, type DeviceId, makeId, type UserId } from '../../shared/model.ts'
import { createMemoryStore } from './memory.ts'
import type { CodeRow, DeviceRow, NewConversationRow, NewEvent, Store, StoreTx, UserRow, WipeRow } from './port.ts'
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

export function wipeOf(deviceId: DeviceId): WipeRow {
  return {
    wipeId: makeId('wipe', distinct()),
    deviceId,
    status: 'pending',
    order: 'a.b.c',
    receipt: undefined,
    issuedAtMs: 1,
    deliveredAtMs: undefined,
    doneAtMs: undefined,
  }
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
