// Owns the SQL of conversations: their rows, who is a member, what people set and have read, and the log of events.
// Always holds: NULL stays below these files (sqlite-*.ts); nothing here begins or ends a transaction.

import type Database from 'better-sqlite3'
import type { ConversationId, ConversationPrefs, UserId } from '../../shared/model.ts'
import type {
  AccessRow,
  ConversationRow,
  EventRow,
  HeadRow,
  MembershipRow,
  OpenConversationRow,
  ReadRow,
  SentPlace,
  StoreTx,
} from './port.ts'
import { type Columns, mapped, orNull } from './sqlite-columns.ts'

type ConversationColumns = Omit<Columns<ConversationRow>, 'labels'> & { labels: string | null }
interface PrefsColumns {
  readonly muted: number
  readonly pinned: number
  readonly unreadFromSeq: number | null
}
type HeadColumns = Omit<HeadRow, 'prefs'> & (PrefsColumns | { readonly [K in keyof PrefsColumns]: null })

const conversationColumns = `conversation_id AS conversationId, kind, name, topic, space, labels,
  direct_key AS directKey, created_at_ms AS createdAtMs, sealed_key AS sealedKey, revision,
  owner_id AS ownerId, is_open AS isOpen, archived,
  head_seq AS headSeq, head_at_ms AS headAtMs, withdrawn_seq AS withdrawnSeq`
const eventColumns = `position, conversation_id AS conversationId, seq, at_ms AS atMs, actor_id AS actorId,
  device_id AS deviceId, client_id AS clientId, kind, target_seq AS targetSeq, sealed`

function toConversation(row: ConversationColumns): ConversationRow {
  return {
    ...row,
    topic: row.topic ?? undefined,
    space: row.space ?? undefined,
    labels: row.labels === null ? undefined : (JSON.parse(row.labels) as Record<string, string>),
    directKey: row.directKey ?? undefined,
    ownerId: row.ownerId ?? undefined,
    isOpen: row.isOpen === 1,
    archived: row.archived === 1,
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

function toMembership(row: Columns<MembershipRow>): MembershipRow {
  return { ...row, active: row.active === 1 }
}

function toPrefs({ muted, pinned, unreadFromSeq }: PrefsColumns): ConversationPrefs {
  return { muted: muted === 1, pinned: pinned === 1, ...(unreadFromSeq === null ? {} : { unreadFromSeq }) }
}

function toHead({ muted, pinned, unreadFromSeq, ...head }: HeadColumns): HeadRow {
  return muted === null ? head : { ...head, prefs: toPrefs({ muted, pinned, unreadFromSeq }) }
}

type ConversationStatements = Pick<
  StoreTx,
  | 'conversation'
  | 'conversationByDirectKey'
  | 'conversations'
  | 'openConversations'
  | 'insertConversation'
  | 'updateConversation'
  | 'memberships'
  | 'membership'
  | 'memberIdsOf'
  | 'memberIdsEverOf'
  | 'putMembership'
  | 'accessSince'
  | 'headsOf'
  | 'events'
  | 'deletedSeqs'
  | 'lastEdit'
  | 'placeOf'
  | 'seqAt'
  | 'appendEvent'
  | 'readSeq'
  | 'readsOf'
  | 'raiseRead'
  | 'prefs'
  | 'putPrefs'
  | 'reactionTags'
  | 'putReaction'
  | 'dropReactions'
>

/** Prepares the statements of conversations on an open, migrated database. */
export function createConversationStatements(database: Database.Database): ConversationStatements {
  const one = <Row>(sql: string) => database.prepare<unknown[], Row>(sql)
  const run = (sql: string) => database.prepare(sql)

  const conversation = one<ConversationColumns>(
    `SELECT ${conversationColumns} FROM conversations WHERE conversation_id = ?`,
  )
  const conversationByDirectKey = one<ConversationColumns>(
    `SELECT ${conversationColumns} FROM conversations WHERE direct_key = ?`,
  )
  const conversations = one<ConversationColumns>(`SELECT ${conversationColumns} FROM conversations ORDER BY rowid`)
  const insertConversation = run(
    `INSERT INTO conversations (conversation_id, kind, name, topic, space, labels, direct_key, created_at_ms,
     sealed_key, revision, owner_id, is_open) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const updateConversation = run(
    `UPDATE conversations SET name = ?, topic = ?, is_open = ?, archived = ?, revision = ?, withdrawn_seq = ?
     WHERE conversation_id = ?`,
  )
  const openConversations = one<Columns<OpenConversationRow>>(
    `SELECT conversation_id AS conversationId, name, topic, space FROM conversations
     WHERE is_open = 1 AND archived = 0 ORDER BY rowid`,
  )
  const memberships = one<Columns<MembershipRow>>(
    'SELECT conversation_id AS conversationId, user_id AS userId, active, revision FROM memberships',
  )
  const membership = one<Columns<MembershipRow>>(
    `SELECT conversation_id AS conversationId, user_id AS userId, active, revision FROM memberships
     WHERE conversation_id = ? AND user_id = ?`,
  )
  const memberIds = one<{ userId: UserId }>(
    'SELECT user_id AS userId FROM memberships WHERE conversation_id = ? AND active = 1 ORDER BY user_id',
  )
  const memberIdsEver = one<{ userId: UserId }>(
    'SELECT user_id AS userId FROM memberships WHERE conversation_id = ? ORDER BY user_id',
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
  const headsOf = one<HeadColumns>(
    `SELECT m.conversation_id AS conversationId, c.head_seq AS headSeq, c.head_at_ms AS headAtMs,
       coalesce(r.seq, 0) AS readSeq, p.muted, p.pinned, p.unread_from_seq AS unreadFromSeq
     FROM memberships m JOIN conversations c USING (conversation_id)
     LEFT JOIN reads r ON r.user_id = m.user_id AND r.conversation_id = m.conversation_id
     LEFT JOIN prefs p ON p.user_id = m.user_id AND p.conversation_id = m.conversation_id
     WHERE m.user_id = ? AND m.active = 1`,
  )

  const events = one<Columns<EventRow>>(
    `SELECT ${eventColumns} FROM events WHERE conversation_id = ? AND seq BETWEEN ? AND ? ORDER BY seq`,
  )
  const deletedSeqs = one<{ seq: number }>(
    `SELECT target_seq AS seq FROM events WHERE conversation_id = ? AND kind = 'deleted' AND target_seq BETWEEN ? AND ?`,
  )
  const lastEdit = one<Columns<EventRow>>(
    `SELECT ${eventColumns} FROM events WHERE conversation_id = ? AND kind = 'edited' AND target_seq = ?
     ORDER BY seq DESC LIMIT 1`,
  )
  const atMsOf = one<{ atMs: number }>('SELECT at_ms AS atMs FROM events WHERE conversation_id = ? AND seq = ?')
  const eventBySender = one<SentPlace>(
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
  const readsOf = one<ReadRow>(
    `SELECT r.user_id AS userId, r.seq FROM reads r JOIN memberships m USING (conversation_id, user_id)
     WHERE r.conversation_id = ? AND m.active = 1`,
  )

  const prefs = one<PrefsColumns>(
    `SELECT muted, pinned, unread_from_seq AS unreadFromSeq FROM prefs WHERE user_id = ? AND conversation_id = ?`,
  )
  const putPrefs = run(
    `INSERT INTO prefs VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
     SET muted = excluded.muted, pinned = excluded.pinned, unread_from_seq = excluded.unread_from_seq`,
  )

  const reactionTags = one<{ tag: string }>(
    'SELECT DISTINCT tag FROM reactions WHERE conversation_id = ? AND target_seq = ? ORDER BY tag',
  )
  const addReaction = run('INSERT INTO reactions VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING')
  const dropReaction = run(
    'DELETE FROM reactions WHERE conversation_id = ? AND target_seq = ? AND tag = ? AND user_id = ?',
  )
  const dropReactions = run('DELETE FROM reactions WHERE conversation_id = ? AND target_seq = ?')

  /** By halves: time never decreases along a conversation. */
  function seqAt(conversationId: ConversationId, atMs: number): number | undefined {
    const end = head.get(conversationId)
    if (end === undefined || end.headSeq === 0 || end.headAtMs < atMs) return undefined
    let low = 1
    let high = end.headSeq
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if ((atMsOf.get(conversationId, middle)?.atMs ?? 0) >= atMs) high = middle
      else low = middle + 1
    }
    return low
  }

  return {
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
        orNull(row.ownerId),
        row.isOpen ? 1 : 0,
      ),
    updateConversation: (id, patch) => {
      const found = conversation.get(id)
      if (found === undefined) throw new Error('no such conversation')
      const row = { ...toConversation(found), ...patch }
      updateConversation.run(
        row.name,
        orNull(row.topic),
        row.isOpen ? 1 : 0,
        row.archived ? 1 : 0,
        row.revision,
        row.withdrawnSeq,
        id,
      )
    },
    openConversations: () =>
      openConversations.all().map((row) => ({ ...row, topic: row.topic ?? undefined, space: row.space ?? undefined })),
    memberships: () => memberships.all().map(toMembership),
    membership: (conversationId, userId) => mapped(membership.get(conversationId, userId), toMembership),
    memberIdsOf: (conversationId) => memberIds.all(conversationId).map((row) => row.userId),
    memberIdsEverOf: (conversationId) => memberIdsEver.all(conversationId).map((row) => row.userId),
    putMembership: (row) => void putMembership.run(row.conversationId, row.userId, row.active ? 1 : 0, row.revision),
    accessSince: (userId, after, limit) =>
      accessSince.all(userId, after, limit).map((row) => ({ ...row, granted: row.granted === 1 })),
    headsOf: (userId) => headsOf.all(userId).map(toHead),

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
    placeOf: (deviceId, clientId) => eventBySender.get(deviceId, clientId),
    seqAt,
    lastEdit: (conversationId, targetSeq) => mapped(lastEdit.get(conversationId, targetSeq), toEvent),
    readSeq: (userId, conversationId) => readSeq.get(userId, conversationId)?.seq ?? 0,
    readsOf: (conversationId) => readsOf.all(conversationId),
    raiseRead: (userId, conversationId, seq) => raiseRead.run(userId, conversationId, seq).changes > 0,
    prefs: (userId, conversationId) => mapped(prefs.get(userId, conversationId), toPrefs),
    putPrefs: (userId, conversationId, { muted, pinned, unreadFromSeq }) =>
      void putPrefs.run(userId, conversationId, muted ? 1 : 0, pinned ? 1 : 0, orNull(unreadFromSeq)),
    reactionTags: (conversationId, targetSeq) => reactionTags.all(conversationId, targetSeq).map((row) => row.tag),
    putReaction: (conversationId, targetSeq, userId, tag, on) =>
      void (on ? addReaction : dropReaction).run(conversationId, targetSeq, tag, userId),
    dropReactions: (conversationId, targetSeq) => void dropReactions.run(conversationId, targetSeq),
  }
}
