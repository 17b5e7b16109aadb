// Owns the SQL of orders and of what they are for each device: wipes and sign-outs.
// Always holds: NULL stays below these files (sqlite-*.ts); nothing here begins or ends a transaction.

import type Database from 'better-sqlite3'
import type { OrderTarget, WipeStatus } from '../../shared/fleet.ts'
import type { ConversationId, DeviceId, OrderId } from '../../shared/model.ts'
import type { FleetTx, OrderRow, SignOutRow, WipeRow } from './port-fleet.ts'
import { type Columns, mapped, orNull } from './sqlite-columns.ts'

type OrderColumns = Omit<Columns<OrderRow>, 'target'> & { target: string }
type WipeColumns = Omit<Columns<WipeRow>, 'conversationIds'> & { conversationIds: string | null }

const orderColumns = `position, order_id AS orderId, kind, state, target, reason, ordered_by AS orderedBy,
  ordered_by_id AS orderedById, ordered_at_ms AS orderedAtMs, lapses_at_ms AS lapsesAtMs, decided_by AS decidedBy,
  decided_by_id AS decidedById, decided_at_ms AS decidedAtMs, devices`
const wipeColumns = `wipe_id AS wipeId, order_id AS orderId, device_id AS deviceId, status,
  conversation_ids AS conversationIds, order_jws AS "order", counter, expires_at_ms AS expiresAtMs,
  receipt_jws AS receipt, countersignature_jws AS countersignature, issued_at_ms AS issuedAtMs,
  delivered_at_ms AS deliveredAtMs, done_at_ms AS doneAtMs`
const signOutColumns = `order_id AS orderId, device_id AS deviceId, status, order_jws AS "order", counter,
  expires_at_ms AS expiresAtMs, issued_at_ms AS issuedAtMs, delivered_at_ms AS deliveredAtMs, ended_at_ms AS endedAtMs,
  ended_by AS endedBy`

function toOrder(row: OrderColumns): OrderRow {
  return {
    ...row,
    target: JSON.parse(row.target) as OrderTarget,
    lapsesAtMs: row.lapsesAtMs ?? undefined,
    decidedBy: row.decidedBy ?? undefined,
    decidedById: row.decidedById ?? undefined,
    decidedAtMs: row.decidedAtMs ?? undefined,
  }
}

function toWipe(row: WipeColumns): WipeRow {
  return {
    ...row,
    conversationIds: row.conversationIds === null ? undefined : (JSON.parse(row.conversationIds) as ConversationId[]),
    order: row.order ?? undefined,
    expiresAtMs: row.expiresAtMs ?? undefined,
    receipt: row.receipt ?? undefined,
    countersignature: row.countersignature ?? undefined,
    deliveredAtMs: row.deliveredAtMs ?? undefined,
    doneAtMs: row.doneAtMs ?? undefined,
  }
}

function toSignOut(row: Columns<SignOutRow>): SignOutRow {
  return {
    ...row,
    order: row.order ?? undefined,
    expiresAtMs: row.expiresAtMs ?? undefined,
    deliveredAtMs: row.deliveredAtMs ?? undefined,
    endedAtMs: row.endedAtMs ?? undefined,
    endedBy: row.endedBy ?? undefined,
  }
}

type OrderStatements = Pick<
  FleetTx,
  | 'order'
  | 'ordersBefore'
  | 'ordersAwaiting'
  | 'deviceIdsOf'
  | 'orderProgress'
  | 'insertOrder'
  | 'updateOrder'
  | 'addToOrder'
  | 'wipe'
  | 'wipeIn'
  | 'wipesOfDevice'
  | 'openWipeOf'
  | 'openConversationWipesOf'
  | 'unsignedWipes'
  | 'insertWipes'
  | 'updateWipe'
  | 'signOut'
  | 'openSignOutOf'
  | 'signOutsOfDevice'
  | 'unsignedSignOuts'
  | 'insertSignOuts'
  | 'updateSignOut'
>

/** Prepares the statements of orders on an open, migrated database. */
export function createOrderStatements(database: Database.Database): OrderStatements {
  const one = <Row>(sql: string) => database.prepare<unknown[], Row>(sql)
  const run = (sql: string) => database.prepare(sql)
  const wipeWhere = (rest: string) => one<WipeColumns>(`SELECT ${wipeColumns} FROM wipes WHERE ${rest}`)
  const signOutWhere = (rest: string) =>
    one<Columns<SignOutRow>>(`SELECT ${signOutColumns} FROM sign_outs WHERE ${rest}`)

  const order = one<OrderColumns>(`SELECT ${orderColumns} FROM orders WHERE order_id = ?`)
  const ordersBefore = one<OrderColumns>(
    `SELECT ${orderColumns} FROM orders WHERE position < ? ORDER BY position DESC LIMIT ?`,
  )
  const ordersAwaiting = one<OrderColumns>(
    `SELECT ${orderColumns} FROM orders WHERE state = 'awaiting-approval' ORDER BY lapses_at_ms, position`,
  )
  const insertOrder = run(
    `INSERT INTO orders (order_id, kind, state, target, reason, ordered_by, ordered_by_id, ordered_at_ms, lapses_at_ms,
     decided_by, decided_by_id, decided_at_ms, devices) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  // One statement for all of them, here and below: an order may be for ten thousand devices.
  const insertOrderDevices = run('INSERT INTO order_devices SELECT ?, key + ?, value FROM json_each(?)')
  const countDevices = run('UPDATE orders SET devices = devices + ? WHERE order_id = ?')
  const updateOrder = run(
    'UPDATE orders SET state = ?, decided_by = ?, decided_by_id = ?, decided_at_ms = ? WHERE order_id = ?',
  )
  const deviceIdsOf = one<{ deviceId: DeviceId }>(
    `SELECT device_id AS deviceId FROM order_devices WHERE order_id = ? AND place >= ? ORDER BY place LIMIT ?`,
  )
  const progressOf = one<{ status: WipeStatus; devices: number }>(
    `SELECT status, count(*) AS devices FROM wipes WHERE order_id = ? GROUP BY status
     UNION ALL SELECT iif(status = 'delivered', 'done', 'pending'), count(*) FROM sign_outs WHERE order_id = ?
     GROUP BY status`,
  )
  // Devices that came under another order before this one was approved: as far as that one is.
  const progressElsewhere = one<{ status: WipeStatus; devices: number }>(
    `SELECT coalesce(
       (SELECT status FROM wipes w WHERE w.device_id = d.device_id AND conversation_ids IS NULL
        ORDER BY rowid DESC LIMIT 1),
       (SELECT iif(status = 'delivered', 'done', 'pending') FROM sign_outs s WHERE s.device_id = d.device_id
        ORDER BY rowid DESC LIMIT 1), 'done') AS status, count(*) AS devices
     FROM order_devices d WHERE order_id = ?
       AND NOT EXISTS (SELECT 1 FROM wipes w WHERE w.order_id = ? AND w.device_id = d.device_id)
       AND NOT EXISTS (SELECT 1 FROM sign_outs s WHERE s.order_id = ? AND s.device_id = d.device_id)
     GROUP BY 1`,
  )

  const wipe = wipeWhere('wipe_id = ?')
  const wipeIn = wipeWhere('order_id = ? AND device_id = ?')
  const wipesOfDevice = wipeWhere('device_id = ? ORDER BY rowid DESC')
  const openWipe = wipeWhere(`device_id = ? AND status IN ('pending', 'delivered') AND conversation_ids IS NULL`)
  const openConversationWipes = wipeWhere(
    `device_id = ? AND status IN ('pending', 'delivered') AND conversation_ids IS NOT NULL ORDER BY rowid LIMIT ?`,
  )
  const unsignedWipes = wipeWhere('order_jws IS NULL ORDER BY issued_at_ms, rowid LIMIT ?')
  const insertWipes = run(
    `INSERT INTO wipes (wipe_id, order_id, device_id, status, conversation_ids, counter, issued_at_ms)
     SELECT value ->> 'wipeId', ?, value ->> 'deviceId', 'pending', value -> 'conversationIds', 0, ? FROM json_each(?)`,
  )
  const updateWipe = run(
    `UPDATE wipes SET status = ?, order_jws = ?, counter = ?, expires_at_ms = ?, receipt_jws = ?,
     countersignature_jws = ?, delivered_at_ms = ?, done_at_ms = ? WHERE wipe_id = ?`,
  )

  const signOut = signOutWhere('order_id = ? AND device_id = ?')
  const openSignOut = signOutWhere('device_id = ? AND ended_at_ms IS NULL')
  const signOutsOfDevice = signOutWhere('device_id = ? ORDER BY rowid DESC')
  const unsignedSignOuts = signOutWhere(
    'order_jws IS NULL AND ended_at_ms IS NULL ORDER BY issued_at_ms, rowid LIMIT ?',
  )
  const insertSignOuts = run(
    `INSERT INTO sign_outs (order_id, device_id, status, counter, issued_at_ms)
     SELECT ?, value, 'pending', 0, ? FROM json_each(?)`,
  )
  const updateSignOut = run(
    `UPDATE sign_outs SET status = ?, order_jws = ?, counter = ?, expires_at_ms = ?, delivered_at_ms = ?,
     ended_at_ms = ?, ended_by = ? WHERE order_id = ? AND device_id = ?`,
  )

  function orderProgress(orderId: OrderId) {
    const progress = { pending: 0, delivered: 0, done: 0, failed: 0 }
    const found = order.get(orderId)
    if (found?.state !== 'issued') return progress
    let counted = 0
    for (const { status, devices } of progressOf.all(orderId, orderId)) {
      progress[status] += devices
      counted += devices
    }
    if (counted < found.devices) {
      for (const { status, devices } of progressElsewhere.all(orderId, orderId, orderId)) progress[status] += devices
    }
    return progress
  }

  return {
    order: (orderId) => mapped(order.get(orderId), toOrder),
    ordersBefore: (position, limit) => ordersBefore.all(position ?? Number.MAX_SAFE_INTEGER, limit).map(toOrder),
    ordersAwaiting: () => ordersAwaiting.all().map(toOrder),
    deviceIdsOf: (orderId, from, limit) => deviceIdsOf.all(orderId, from, limit).map((row) => row.deviceId),
    orderProgress,
    insertOrder: (row, deviceIds) => {
      insertOrder.run(
        row.orderId,
        row.kind,
        row.state,
        JSON.stringify(row.target),
        row.reason,
        row.orderedBy,
        row.orderedById,
        row.orderedAtMs,
        orNull(row.lapsesAtMs),
        orNull(row.decidedBy),
        orNull(row.decidedById),
        orNull(row.decidedAtMs),
        deviceIds.length,
      )
      insertOrderDevices.run(row.orderId, 0, JSON.stringify(deviceIds))
    },
    updateOrder: (orderId, patch) => {
      const found = order.get(orderId)
      if (found === undefined) throw new Error('no such order')
      const row = { ...toOrder(found), ...patch }
      updateOrder.run(row.state, orNull(row.decidedBy), orNull(row.decidedById), orNull(row.decidedAtMs), orderId)
    },
    addToOrder: (orderId, deviceIds) => {
      const found = order.get(orderId)
      if (found === undefined) throw new Error('no such order')
      insertOrderDevices.run(orderId, found.devices, JSON.stringify(deviceIds))
      countDevices.run(deviceIds.length, orderId)
    },

    wipe: (wipeId) => mapped(wipe.get(wipeId), toWipe),
    wipeIn: (orderId, deviceId) => mapped(wipeIn.get(orderId, deviceId), toWipe),
    wipesOfDevice: (deviceId) => wipesOfDevice.all(deviceId).map(toWipe),
    openWipeOf: (deviceId) => mapped(openWipe.get(deviceId), toWipe),
    openConversationWipesOf: (deviceId, limit) => openConversationWipes.all(deviceId, limit).map(toWipe),
    unsignedWipes: (limit) => unsignedWipes.all(limit).map(toWipe),
    insertWipes: ({ orderId, issuedAtMs }, wipes) => void insertWipes.run(orderId, issuedAtMs, JSON.stringify(wipes)),
    updateWipe: (wipeId, patch) => {
      const found = wipe.get(wipeId)
      if (found === undefined) throw new Error('no such wipe')
      const row = { ...toWipe(found), ...patch }
      updateWipe.run(
        row.status,
        orNull(row.order),
        row.counter,
        orNull(row.expiresAtMs),
        orNull(row.receipt),
        orNull(row.countersignature),
        orNull(row.deliveredAtMs),
        orNull(row.doneAtMs),
        wipeId,
      )
    },

    signOut: (orderId, deviceId) => mapped(signOut.get(orderId, deviceId), toSignOut),
    openSignOutOf: (deviceId) => mapped(openSignOut.get(deviceId), toSignOut),
    signOutsOfDevice: (deviceId) => signOutsOfDevice.all(deviceId).map(toSignOut),
    unsignedSignOuts: (limit) => unsignedSignOuts.all(limit).map(toSignOut),
    insertSignOuts: ({ orderId, issuedAtMs }, deviceIds) =>
      void insertSignOuts.run(orderId, issuedAtMs, JSON.stringify(deviceIds)),
    updateSignOut: (orderId, deviceId, patch) => {
      const found = signOut.get(orderId, deviceId)
      if (found === undefined) throw new Error('no such sign-out')
      const row = { ...toSignOut(found), ...patch }
      updateSignOut.run(
        row.status,
        orNull(row.order),
        row.counter,
        orNull(row.expiresAtMs),
        orNull(row.deliveredAtMs),
        orNull(row.endedAtMs),
        orNull(row.endedBy),
        orderId,
        deviceId,
      )
    },
  }
}
