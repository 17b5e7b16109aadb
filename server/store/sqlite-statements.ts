// Owns the SQL of people, devices, codes and the record of acts: one prepared statement per question or change.
// Always holds: NULL stays below these files (sqlite-*.ts); nothing here begins or ends a transaction.

import type Database from 'better-sqlite3'
import type { Role } from '../../shared/fleet.ts'
import type { ActRow, CodeRow, DeviceRow, LeaseShareRow, StoreTx, UserRow } from './port.ts'
import { type Columns, mapped, orNull } from './sqlite-columns.ts'
import { createConversationStatements } from './sqlite-conversations.ts'
import { createFileStatements } from './sqlite-files.ts'
import { createOperatorStatements } from './sqlite-operators.ts'
import { createOrderStatements } from './sqlite-orders.ts'

const userColumns = `user_id AS userId, user_name AS userName, folded_name AS foldedName, display_name AS displayName,
  department, title, manager_id AS managerId, active, roles, revision`
type UserColumns = Omit<Columns<UserRow>, 'roles'> & { roles: string }
const codeColumns = `code_hash AS codeHash, user_id AS userId, created_at_ms AS createdAtMs,
  expires_at_ms AS expiresAtMs, used_at_ms AS usedAtMs, device_id AS deviceId`
const deviceColumns = `device_id AS deviceId, user_id AS userId, public_key AS publicKey, name, platform,
  client_version AS clientVersion, status, enrolled_at_ms AS enrolledAtMs, last_seen_at_ms AS lastSeenAtMs,
  lease_until_ms AS leaseUntilMs, order_counter AS orderCounter, cache_bytes AS cacheBytes`

function toUser(row: UserColumns): UserRow {
  return {
    ...row,
    department: row.department ?? undefined,
    title: row.title ?? undefined,
    managerId: row.managerId ?? undefined,
    active: row.active === 1,
    roles: JSON.parse(row.roles) as Role[],
  }
}

function toCode(row: Columns<CodeRow>): CodeRow {
  return { ...row, usedAtMs: row.usedAtMs ?? undefined, deviceId: row.deviceId ?? undefined }
}

function toDevice(row: Columns<DeviceRow>): DeviceRow {
  return {
    ...row,
    lastSeenAtMs: row.lastSeenAtMs ?? undefined,
    leaseUntilMs: row.leaseUntilMs ?? undefined,
    cacheBytes: row.cacheBytes ?? undefined,
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

  const user = one<UserColumns>(`SELECT ${userColumns} FROM users WHERE user_id = ?`)
  const userByFoldedName = one<UserColumns>(`SELECT ${userColumns} FROM users WHERE folded_name = ?`)
  const users = one<UserColumns>(`SELECT ${userColumns} FROM users ORDER BY folded_name`)
  const usersSince = one<UserColumns>(`SELECT ${userColumns} FROM users WHERE revision > ? ORDER BY revision LIMIT ?`)
  const insertUser = run(
    `INSERT INTO users (user_id, user_name, folded_name, display_name, department, title, manager_id, active, roles,
     revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const updateUser = run(
    `UPDATE users SET user_name = ?, folded_name = ?, display_name = ?, department = ?, title = ?, manager_id = ?,
     active = ?, roles = ?, revision = ? WHERE user_id = ?`,
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
  const devicesOf = one<Columns<DeviceRow>>(`SELECT ${deviceColumns} FROM devices WHERE user_id = ? ORDER BY rowid`)
  const insertDevice = run(
    `INSERT INTO devices (device_id, user_id, public_key, name, platform, client_version, status, enrolled_at_ms,
     last_seen_at_ms, lease_until_ms, order_counter, cache_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const updateDevice = run(
    `UPDATE devices SET platform = ?, client_version = ?, status = ?, last_seen_at_ms = ?, lease_until_ms = ?,
     order_counter = ?, cache_bytes = ? WHERE device_id = ?`,
  )
  // Without an index, which every renewal would have to move: asked once a minute, a millisecond for ten thousand.
  const leasesEnded = one<Pick<DeviceRow, 'deviceId'>>(
    `SELECT device_id AS deviceId FROM devices WHERE status = 'active' AND lease_until_ms > ? AND lease_until_ms <= ?
     ORDER BY lease_until_ms, rowid`,
  )
  const setDeviceStatus = run('UPDATE devices SET status = ? WHERE device_id IN (SELECT value FROM json_each(?))')
  const leaseShare = one<LeaseShareRow>('SELECT generation, sealed FROM lease_shares WHERE device_id = ?')
  const putLeaseShare = run(
    `INSERT INTO lease_shares VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET generation = excluded.generation, sealed = excluded.sealed`,
  )
  // Of many at once in one statement: an order may be for ten thousand devices.
  const destroyLeaseShares = run('DELETE FROM lease_shares WHERE device_id IN (SELECT value FROM json_each(?))')

  const actColumns = 'position, at_ms AS atMs, actor, actor_id AS actorId, act, subject, detail'
  const actsSince = one<ActRow>(`SELECT ${actColumns} FROM acts WHERE position > ? ORDER BY position LIMIT ?`)
  const actsOn = one<ActRow>(`SELECT ${actColumns} FROM acts WHERE subject = ? ORDER BY position DESC LIMIT ?`)
  const recordAct = run('INSERT INTO acts (at_ms, actor, actor_id, act, subject, detail) VALUES (?, ?, ?, ?, ?, ?)')

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
        JSON.stringify(row.roles),
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
        JSON.stringify(row.roles),
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
    devicesOf: (userId) => devicesOf.all(userId).map(toDevice),
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
        orNull(row.cacheBytes),
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
        orNull(row.cacheBytes),
        deviceId,
      )
    },
    leasesEnded: (fromMs, untilMs) => leasesEnded.all(fromMs, untilMs).map((row) => row.deviceId),
    setDeviceStatus: (deviceIds, status) => void setDeviceStatus.run(status, JSON.stringify(deviceIds)),
    leaseShare: (deviceId) => leaseShare.get(deviceId),
    putLeaseShare: (deviceId, row) => void putLeaseShare.run(deviceId, row.generation, row.sealed),
    destroyLeaseShares: (deviceIds) => void destroyLeaseShares.run(JSON.stringify(deviceIds)),

    ...createConversationStatements(database),
    ...createFileStatements(database),
    ...createOrderStatements(database),
    ...createOperatorStatements(database),

    actsSince: (position, limit) => actsSince.all(position, limit),
    actsOn: (subject, limit) => actsOn.all(subject, limit),
    recordAct: (row) => void recordAct.run(row.atMs, row.actor, row.actorId, row.act, row.subject, row.detail),
  }
}
