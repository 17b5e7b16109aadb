// Owns the SQL of people, devices, codes, wipes and the record of acts: one prepared statement per question or change.
// Always holds: NULL stays below these files (sqlite-*.ts); nothing here begins or ends a transaction.

import type Database from 'better-sqlite3'
import type { ActRow, CodeRow, DeviceRow, LeaseShareRow, StoreTx, UserRow, WipeRow } from './port.ts'
import { type Columns, mapped, orNull } from './sqlite-columns.ts'
import { createConversationStatements } from './sqlite-conversations.ts'
import { createFileStatements } from './sqlite-files.ts'

const userColumns = `user_id AS userId, user_name AS userName, folded_name AS foldedName, display_name AS displayName,
  department, title, manager_id AS managerId, active, revision`
const codeColumns = `code_hash AS codeHash, user_id AS userId, created_at_ms AS createdAtMs,
  expires_at_ms AS expiresAtMs, used_at_ms AS usedAtMs, device_id AS deviceId`
const deviceColumns = `device_id AS deviceId, user_id AS userId, public_key AS publicKey, name, platform,
  client_version AS clientVersion, status, enrolled_at_ms AS enrolledAtMs, last_seen_at_ms AS lastSeenAtMs,
  lease_until_ms AS leaseUntilMs, order_counter AS orderCounter`
const wipeColumns = `wipe_id AS wipeId, device_id AS deviceId, status, order_jws AS "order", receipt_jws AS receipt,
  issued_at_ms AS issuedAtMs, delivered_at_ms AS deliveredAtMs, done_at_ms AS doneAtMs`
function toUser(row: Columns<UserRow>): UserRow {
  return {
    ...row,
    department: row.department ?? undefined,
    title: row.title ?? undefined,
    managerId: row.managerId ?? undefined,
    active: row.active === 1,
  }
}

function toCode(row: Columns<CodeRow>): CodeRow {
  return { ...row, usedAtMs: row.usedAtMs ?? undefined, deviceId: row.deviceId ?? undefined }
}

function toDevice(row: Columns<DeviceRow>): DeviceRow {
  return { ...row, lastSeenAtMs: row.lastSeenAtMs ?? undefined, leaseUntilMs: row.leaseUntilMs ?? undefined }
}

function toWipe(row: Columns<WipeRow>): WipeRow {
  return {
    ...row,
    receipt: row.receipt ?? undefined,
    deliveredAtMs: row.deliveredAtMs ?? undefined,
    doneAtMs: row.doneAtMs ?? undefined,
  }
}

/** Prepares every statement on an open, migrated database. */
export function createStatements(database: Database.Database): StoreTx {
  const one = <Row>(sql: string) => database.prepare<unknown[], Row>(sql)
  const run = (sql: string) => database.prepare(sql)

  const meta = one<{ value: string }>('SELECT value FROM meta WHERE key = ?')
  const setMeta = run('INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value')
  const revision = one<{ value: number }>('SELECT value FROM revisions WHERE feed = ?')
  const nextRevision = one<{ value: number }>(
    'INSERT INTO revisions VALUES (?, 1) ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value',
  )

  const user = one<Columns<UserRow>>(`SELECT ${userColumns} FROM users WHERE user_id = ?`)
  const userByFoldedName = one<Columns<UserRow>>(`SELECT ${userColumns} FROM users WHERE folded_name = ?`)
  const users = one<Columns<UserRow>>(`SELECT ${userColumns} FROM users ORDER BY folded_name`)
  const usersSince = one<Columns<UserRow>>(
    `SELECT ${userColumns} FROM users WHERE revision > ? ORDER BY revision LIMIT ?`,
  )
  const insertUser = run('INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const updateUser = run(
    `UPDATE users SET user_name = ?, folded_name = ?, display_name = ?, department = ?, title = ?, manager_id = ?,
     active = ?, revision = ? WHERE user_id = ?`,
  )

  const code = one<Columns<CodeRow>>(`SELECT ${codeColumns} FROM enrolment_codes WHERE code_hash = ?`)
  const openCodes = one<Columns<CodeRow>>(
    `SELECT ${codeColumns} FROM enrolment_codes WHERE user_id = ? AND expires_at_ms > ? AND used_at_ms IS NULL
     ORDER BY expires_at_ms`,
  )
  const insertCode = run('INSERT INTO enrolment_codes VALUES (?, ?, ?, ?, ?, ?)')
  const spendCode = run('UPDATE enrolment_codes SET used_at_ms = ?, device_id = ? WHERE code_hash = ?')
  const dropCodes = run('DELETE FROM enrolment_codes WHERE expires_at_ms < ?')

  const device = one<Columns<DeviceRow>>(`SELECT ${deviceColumns} FROM devices WHERE device_id = ?`)
  const deviceByKey = one<Columns<DeviceRow>>(`SELECT ${deviceColumns} FROM devices WHERE public_key = ?`)
  const devices = one<Columns<DeviceRow>>(`SELECT ${deviceColumns} FROM devices ORDER BY rowid`)
  const insertDevice = run('INSERT INTO devices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const updateDevice = run(
    `UPDATE devices SET platform = ?, client_version = ?, status = ?, last_seen_at_ms = ?, lease_until_ms = ?,
     order_counter = ? WHERE device_id = ?`,
  )
  const leaseShare = one<LeaseShareRow>('SELECT generation, sealed FROM lease_shares WHERE device_id = ?')
  const putLeaseShare = run(
    `INSERT INTO lease_shares VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET generation = excluded.generation, sealed = excluded.sealed`,
  )
  const destroyLeaseShare = run('DELETE FROM lease_shares WHERE device_id = ?')

  const wipe = one<Columns<WipeRow>>(`SELECT ${wipeColumns} FROM wipes WHERE wipe_id = ?`)
  const openWipe = one<Columns<WipeRow>>(
    `SELECT ${wipeColumns} FROM wipes WHERE device_id = ? AND status IN ('pending', 'delivered')`,
  )
  const insertWipe = run('INSERT INTO wipes VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  const updateWipe = run(
    'UPDATE wipes SET status = ?, receipt_jws = ?, delivered_at_ms = ?, done_at_ms = ? WHERE wipe_id = ?',
  )

  const actsSince = one<ActRow>(
    'SELECT position, at_ms AS atMs, act, subject, detail FROM acts WHERE position > ? ORDER BY position LIMIT ?',
  )
  const recordAct = run('INSERT INTO acts (at_ms, act, subject, detail) VALUES (?, ?, ?, ?)')

  return {
    meta: (key) => meta.get(key)?.value,
    setMeta: (key, value) => void setMeta.run(key, value),
    revision: (feed) => revision.get(feed)?.value ?? 0,
    nextRevision: (feed) => {
      const row = nextRevision.get(feed)
      if (row === undefined) throw new Error('no revision was given out')
      return row.value
    },

    user: (userId) => mapped(user.get(userId), toUser),
    userByFoldedName: (name) => mapped(userByFoldedName.get(name), toUser),
    users: () => users.all().map(toUser),
    usersSince: (after, limit) => usersSince.all(after, limit).map(toUser),
    insertUser: (row) =>
      void insertUser.run(
        row.userId,
        row.userName,
        row.foldedName,
        row.displayName,
        orNull(row.department),
        orNull(row.title),
        orNull(row.managerId),
        row.active ? 1 : 0,
        row.revision,
      ),
    updateUser: (row) =>
      void updateUser.run(
        row.userName,
        row.foldedName,
        row.displayName,
        orNull(row.department),
        orNull(row.title),
        orNull(row.managerId),
        row.active ? 1 : 0,
        row.revision,
        row.userId,
      ),

    code: (hash) => mapped(code.get(hash), toCode),
    openCodesOf: (userId, nowMs) => openCodes.all(userId, nowMs).map(toCode),
    insertCode: (row) =>
      void insertCode.run(
        row.codeHash,
        row.userId,
        row.createdAtMs,
        row.expiresAtMs,
        orNull(row.usedAtMs),
        orNull(row.deviceId),
      ),
    spendCode: (hash, usedAtMs, deviceId) => void spendCode.run(usedAtMs, deviceId, hash),
    dropCodes: (expiredBeforeMs) => void dropCodes.run(expiredBeforeMs),

    device: (deviceId) => mapped(device.get(deviceId), toDevice),
    deviceByPublicKey: (publicKey) => mapped(deviceByKey.get(publicKey), toDevice),
    devices: () => devices.all().map(toDevice),
    insertDevice: (row) =>
      void insertDevice.run(
        row.deviceId,
        row.userId,
        row.publicKey,
        row.name,
        row.platform,
        row.clientVersion,
        row.status,
        row.enrolledAtMs,
        orNull(row.lastSeenAtMs),
        orNull(row.leaseUntilMs),
        row.orderCounter,
      ),
    updateDevice: (deviceId, patch) => {
      const found = device.get(deviceId)
      if (found === undefined) throw new Error('no such device')
      const row = { ...toDevice(found), ...patch }
      updateDevice.run(
        row.platform,
        row.clientVersion,
        row.status,
        orNull(row.lastSeenAtMs),
        orNull(row.leaseUntilMs),
        row.orderCounter,
        deviceId,
      )
    },
    leaseShare: (deviceId) => leaseShare.get(deviceId),
    putLeaseShare: (deviceId, row) => void putLeaseShare.run(deviceId, row.generation, row.sealed),
    destroyLeaseShare: (deviceId) => void destroyLeaseShare.run(deviceId),

    wipe: (wipeId) => mapped(wipe.get(wipeId), toWipe),
    openWipeOf: (deviceId) => mapped(openWipe.get(deviceId), toWipe),
    insertWipe: (row) =>
      void insertWipe.run(
        row.wipeId,
        row.deviceId,
        row.status,
        row.order,
        orNull(row.receipt),
        row.issuedAtMs,
        orNull(row.deliveredAtMs),
        orNull(row.doneAtMs),
      ),
    updateWipe: (wipeId, patch) => {
      const found = wipe.get(wipeId)
      if (found === undefined) throw new Error('no such wipe')
      const row = { ...toWipe(found), ...patch }
      updateWipe.run(row.status, orNull(row.receipt), orNull(row.deliveredAtMs), orNull(row.doneAtMs), wipeId)
    },

    ...createConversationStatements(database),
    ...createFileStatements(database),

    actsSince: (position, limit) => actsSince.all(position, limit),
    recordAct: (row) => void recordAct.run(row.atMs, row.act, row.subject, row.detail),
  }
}
