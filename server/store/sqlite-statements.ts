// Owns the SQL of the server's store: one prepared statement per question or change, and the way from columns to rows.
// Always holds: NULL stays below this file; nothing here begins or ends a transaction.

import type Database from 'better-sqlite3'
import type { ConversationId, UserId } from '../../shared/model.ts'
import type {
  AccessRow,
  ActRow,
  CodeRow,
  ConversationRow,
  DeviceRow,
  EventRow,
  HeadRow,
  LeaseShareRow,
  MembershipRow,
  StoreTx,
  UserRow,
  WipeRow,
} from './port.ts'

/** A row as SQLite gives it: NULL for what is not there, 0 or 1 for booleans. */
type Columns<Row> = {
  [K in keyof Row]: boolean extends Row[K]
    ? number
    : undefined extends Row[K]
      ? Exclude<Row[K], undefined> | null
      : Row[K]
}
type ConversationColumns = Omit<Columns<ConversationRow>, 'labels'> & { labels: string | null }

const userColumns = `user_id AS userId, user_name AS userName, folded_name AS foldedName, display_name AS displayName,
  department, title, manager_id AS managerId, active, revision`
const codeColumns = `code_hash AS codeHash, user_id AS userId, created_at_ms AS createdAtMs,
  expires_at_ms AS expiresAtMs, used_at_ms AS usedAtMs, device_id AS deviceId`
const deviceColumns = `device_id AS deviceId, user_id AS userId, public_key AS publicKey, name, platform,
  client_version AS clientVersion, status, enrolled_at_ms AS enrolledAtMs, last_seen_at_ms AS lastSeenAtMs,
  lease_until_ms AS leaseUntilMs, order_counter AS orderCounter`
const wipeColumns = `wipe_id AS wipeId, device_id AS deviceId, status, order_jws AS "order", receipt_jws AS receipt,
  issued_at_ms AS issuedAtMs, delivered_at_ms AS deliveredAtMs, done_at_ms AS doneAtMs`
const conversationColumns = `conversation_id AS conversationId, kind, name, topic, space, labels,
  direct_key AS directKey, created_at_ms AS createdAtMs, sealed_key AS sealedKey, revision,
  head_seq AS headSeq, head_at_ms AS headAtMs`
const eventColumns = `position, conversation_id AS conversationId, seq, at_ms AS atMs, actor_id AS actorId,
  device_id AS deviceId, client_id AS clientId, kind, target_seq AS targetSeq, sealed`

const orNull = <T>(value: T | undefined): T | null => value ?? null

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

function toConversation(row: ConversationColumns): ConversationRow {
  return {
    ...row,
    topic: row.topic ?? undefined,
    space: row.space ?? undefined,
    labels: row.labels === null ? undefined : (JSON.parse(row.labels) as Record<string, string>),
    directKey: row.directKey ?? undefined,
  }
}

function toEvent(row: Columns<EventRow>): EventRow {
  return {
    ...row,
    deviceId: row.deviceId ?? undefined,
    clientId: row.clientId ?? undefined,
    targetSeq: row.targetSeq ?? undefined,
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

  const conversation = one<ConversationColumns>(
    `SELECT ${conversationColumns} FROM conversations WHERE conversation_id = ?`,
  )
  const conversationByDirectKey = one<ConversationColumns>(
    `SELECT ${conversationColumns} FROM conversations WHERE direct_key = ?`,
  )
  const conversations = one<ConversationColumns>(`SELECT ${conversationColumns} FROM conversations ORDER BY rowid`)
  const insertConversation = run(
    `INSERT INTO conversations (conversation_id, kind, name, topic, space, labels, direct_key, created_at_ms,
     sealed_key, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const memberships = one<Columns<MembershipRow>>(
    'SELECT conversation_id AS conversationId, user_id AS userId, active, revision FROM memberships',
  )
  const putMembership = run(
    `INSERT INTO memberships VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET active = excluded.active, revision = excluded.revision`,
  )
  // A change of the conversation itself counts for its members, not for those who lost it.
  const accessSince = one<Columns<AccessRow>>(
    `SELECT m.conversation_id AS conversationId, m.active AS granted,
       iif(m.active, max(m.revision, c.revision), m.revision) AS revision
     FROM memberships m JOIN conversations c USING (conversation_id)
     WHERE m.user_id = ? AND iif(m.active, max(m.revision, c.revision), m.revision) > ?
     ORDER BY 3 LIMIT ?`,
  )
  const headsOf = one<HeadRow>(
    `SELECT m.conversation_id AS conversationId, c.head_seq AS headSeq, c.head_at_ms AS headAtMs,
       coalesce(r.seq, 0) AS readSeq
     FROM memberships m JOIN conversations c USING (conversation_id)
     LEFT JOIN reads r ON r.user_id = m.user_id AND r.conversation_id = m.conversation_id
     WHERE m.user_id = ? AND m.active = 1`,
  )

  const events = one<Columns<EventRow>>(
    `SELECT ${eventColumns} FROM events WHERE conversation_id = ? AND seq BETWEEN ? AND ? ORDER BY seq`,
  )
  const deletedSeqs = one<{ seq: number }>(
    `SELECT target_seq AS seq FROM events WHERE conversation_id = ? AND kind = 'deleted' AND target_seq BETWEEN ? AND ?`,
  )
  const eventBySender = one<{ conversationId: ConversationId; seq: number; atMs: number }>(
    `SELECT conversation_id AS conversationId, seq, at_ms AS atMs FROM events WHERE device_id = ? AND client_id = ?`,
  )
  const head = one<{ headSeq: number; headAtMs: number }>(
    'SELECT head_seq AS headSeq, head_at_ms AS headAtMs FROM conversations WHERE conversation_id = ?',
  )
  const insertEvent = run(
    `INSERT INTO events (conversation_id, seq, at_ms, actor_id, device_id, client_id, kind, target_seq, sealed)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const moveHead = run('UPDATE conversations SET head_seq = ?, head_at_ms = ? WHERE conversation_id = ?')
  const readSeq = one<{ seq: number }>('SELECT seq FROM reads WHERE user_id = ? AND conversation_id = ?')
  const raiseRead = run(
    `INSERT INTO reads VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq WHERE excluded.seq > seq`,
  )

  const actsSince = one<ActRow>(
    'SELECT position, at_ms AS atMs, act, subject, detail FROM acts WHERE position > ? ORDER BY position LIMIT ?',
  )
  const recordAct = run('INSERT INTO acts (at_ms, act, subject, detail) VALUES (?, ?, ?, ?)')

  const mapped = <Raw, Row>(row: Raw | undefined, to: (row: Raw) => Row) => (row === undefined ? undefined : to(row))
  const readSeqOf = (userId: UserId, conversationId: ConversationId) => readSeq.get(userId, conversationId)?.seq ?? 0

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

    conversation: (id) => mapped(conversation.get(id), toConversation),
    conversationByDirectKey: (key) => mapped(conversationByDirectKey.get(key), toConversation),
    conversations: () => conversations.all().map(toConversation),
    insertConversation: (row) =>
      void insertConversation.run(
        row.conversationId,
        row.kind,
        row.name,
        orNull(row.topic),
        orNull(row.space),
        row.labels === undefined ? null : JSON.stringify(row.labels),
        orNull(row.directKey),
        row.createdAtMs,
        row.sealedKey,
        row.revision,
      ),
    memberships: () => memberships.all().map((row) => ({ ...row, active: row.active === 1 })),
    putMembership: (row) => void putMembership.run(row.conversationId, row.userId, row.active ? 1 : 0, row.revision),
    accessSince: (userId, after, limit) =>
      accessSince.all(userId, after, limit).map((row) => ({ ...row, granted: row.granted === 1 })),
    headsOf: (userId) => headsOf.all(userId),

    events: (id, fromSeq, toSeq) => events.all(id, fromSeq, toSeq).map(toEvent),
    deletedSeqs: (id, fromSeq, toSeq) => new Set(deletedSeqs.all(id, fromSeq, toSeq).map((row) => row.seq)),
    appendEvent: (event) => {
      if (event.deviceId !== undefined && event.clientId !== undefined) {
        const before = eventBySender.get(event.deviceId, event.clientId)
        if (before !== undefined) return { type: 'repeated', ...before }
      }
      const end = head.get(event.conversationId)
      if (end === undefined) throw new Error('no such conversation')
      const seq = end.headSeq + 1
      const atMs = Math.max(event.atMs, end.headAtMs)
      const { lastInsertRowid } = insertEvent.run(
        event.conversationId,
        seq,
        atMs,
        event.actorId,
        orNull(event.deviceId),
        orNull(event.clientId),
        event.kind,
        orNull(event.targetSeq),
        event.seal(seq),
      )
      moveHead.run(seq, atMs, event.conversationId)
      return { type: 'appended', position: Number(lastInsertRowid), seq, atMs }
    },
    readSeq: readSeqOf,
    raiseRead: (userId, conversationId, seq) => raiseRead.run(userId, conversationId, seq).changes > 0,

    actsSince: (position, limit) => actsSince.all(position, limit),
    recordAct: (row) => void recordAct.run(row.atMs, row.act, row.subject, row.detail),
  }
}
