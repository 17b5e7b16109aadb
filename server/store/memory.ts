// Owns the in-memory twin of the store: the same port over maps, for tests and for worlds of many clients.
// Always holds: it answers as sqlite.ts does, uniqueness and references included; a failed transaction leaves no trace,
// since each change notes how to take it back. Must never be used for data that anyone wants to keep.

import type { ConversationId, ConversationPrefs, UserId } from '../../shared/model.ts'
import { createFileMaps } from './memory-files.ts'
import { createFleetMaps } from './memory-fleet.ts'
import type {
  ActRow,
  CodeRow,
  ConversationRow,
  DeviceRow,
  EventRow,
  FeedName,
  LeaseShareRow,
  MembershipRow,
  SentPlace,
  Store,
  StoreTx,
  UserRow,
} from './port.ts'

const hashKey = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
const pairKey = (a: string, b: string) => `${a} ${b}`
const messageKey = (conversationId: ConversationId, seq: number) => `${conversationId} ${seq}`
const byCodePoint = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** A store that lives as long as the object; closing it keeps its rows, so that a "restart" finds them. */
export function createMemoryStore(): Store {
  const meta = new Map<string, string>()
  const revisions = new Map<FeedName, number>()
  const users = new Map<UserId, UserRow>()
  const codes = new Map<string, CodeRow>()
  const devices = new Map<string, DeviceRow>()
  const shares = new Map<string, LeaseShareRow>()
  const conversations = new Map<ConversationId, ConversationRow>()
  const memberships = new Map<string, MembershipRow>()
  const reads = new Map<string, number>()
  const events = new Map<ConversationId, EventRow[]>()
  const senders = new Map<string, SentPlace>()
  const prefs = new Map<string, ConversationPrefs>()
  const reactions = new Map<string, ReadonlySet<string>>()
  const acts: ActRow[] = []
  let position = 0

  /** How to take back what the open transaction did; undefined outside one. */
  let undo: (() => void)[] | undefined

  function note(take: () => void): void {
    if (undefined === undo) throw new Error('changes belong inside a transaction')
    undo.push(take)
  }
  function put<K, V>(map: Map<K, V>, key: K, value: V): void {
    const before = map.get(key)
    const had = map.has(key)
    note(() => void (had ? map.set(key, before as V) : map.delete(key)))
    map.set(key, value)
  }
  function drop<K, V>(map: Map<K, V>, key: K): void {
    const before = map.get(key)
    if (before === undefined) return
    note(() => void map.set(key, before))
    map.delete(key)
  }
  function insert<K, V>(map: Map<K, V>, key: K, value: V): void {
    if (map.has(key)) throw new Error('a row of this key is there already')
    put(map, key, value)
  }
  function demand(holds: boolean, what: string): void {
    if (!holds) throw new Error(what)
  }
  const find = <V>(rows: Iterable<V>, matches: (row: V) => boolean): V | undefined => {
    for (const row of rows) if (matches(row)) return row
    return undefined
  }
  const activeMemberships = (userId: UserId) =>
    [...memberships.values()].filter((row) => row.userId === userId && row.active)
  const activeMembersOf = (conversationId: ConversationId) =>
    [...memberships.values()].flatMap((row) => (row.conversationId === conversationId && row.active ? row.userId : []))

  const tx: StoreTx = {
    meta: (key) => meta.get(key),
    setMeta: (key, value) => put(meta, key, value),
    revision: (feed) => revisions.get(feed) ?? 0,
    nextRevision: (feed) => {
      const next = (revisions.get(feed) ?? 0) + 1
      put(revisions, feed, next)
      return next
    },

    user: (userId) => users.get(userId),
    userByFoldedName: (name) => find(users.values(), (row) => row.foldedName === name),
    users: () => [...users.values()].sort((a, b) => byCodePoint(a.foldedName, b.foldedName)),
    usersSince: (after, limit) =>
      [...users.values()]
        .filter((row) => row.revision > after)
        .sort((a, b) => a.revision - b.revision)
        .slice(0, limit),
    insertUser: (row) => {
      demand(tx.userByFoldedName(row.foldedName) === undefined, 'the user name is taken')
      demand(row.managerId === undefined || users.has(row.managerId), 'no such manager')
      insert(users, row.userId, row)
    },
    updateUser: (row) => {
      const namesake = tx.userByFoldedName(row.foldedName)
      demand(namesake === undefined || namesake.userId === row.userId, 'the user name is taken')
      if (users.has(row.userId)) put(users, row.userId, row)
    },

    code: (hash) => codes.get(hashKey(hash)),
    openCodesOf: (userId, nowMs) =>
      [...codes.values()]
        .filter((row) => row.userId === userId && row.expiresAtMs > nowMs && row.usedAtMs === undefined)
        .sort((a, b) => a.expiresAtMs - b.expiresAtMs),
    insertCode: (row) => {
      demand(users.has(row.userId), 'no such user')
      insert(codes, hashKey(row.codeHash), row)
    },
    spendCode: (hash, usedAtMs, deviceId) => {
      const row = codes.get(hashKey(hash))
      demand(devices.has(deviceId), 'no such device')
      if (row !== undefined) put(codes, hashKey(hash), { ...row, usedAtMs, deviceId })
    },
    dropCodes: (expiredBeforeMs) => {
      for (const [key, row] of [...codes]) if (row.expiresAtMs < expiredBeforeMs) drop(codes, key)
    },

    device: (deviceId) => devices.get(deviceId),
    deviceByPublicKey: (publicKey) => find(devices.values(), (row) => row.publicKey === publicKey),
    devices: () => [...devices.values()],
    devicesOf: (userId) => [...devices.values()].filter((row) => row.userId === userId),
    insertDevice: (row) => {
      demand(users.has(row.userId), 'no such user')
      demand(tx.deviceByPublicKey(row.publicKey) === undefined, 'the device key is taken')
      insert(devices, row.deviceId, row)
    },
    updateDevice: (deviceId, patch) => {
      const row = devices.get(deviceId)
      if (row === undefined) throw new Error('no such device')
      put(devices, deviceId, { ...row, ...patch })
    },
    leasesEnded: (fromMs, untilMs) =>
      [...devices.values()]
        .filter(
          ({ status, leaseUntilMs = 0 }) => status === 'active' && fromMs < leaseUntilMs && leaseUntilMs <= untilMs,
        )
        .sort((a, b) => (a.leaseUntilMs ?? 0) - (b.leaseUntilMs ?? 0))
        .map((row) => row.deviceId),
    setDeviceStatus: (deviceIds, status) => {
      for (const deviceId of deviceIds) tx.updateDevice(deviceId, { status })
    },
    leaseShare: (deviceId) => shares.get(deviceId),
    putLeaseShare: (deviceId, row) => {
      demand(devices.has(deviceId), 'no such device')
      put(shares, deviceId, row)
    },
    destroyLeaseShares: (deviceIds) => {
      for (const deviceId of deviceIds) drop(shares, deviceId)
    },

    conversation: (id) => conversations.get(id),
    conversationByDirectKey: (key) => find(conversations.values(), (row) => row.directKey === key),
    conversations: () => [...conversations.values()],
    insertConversation: (row) => {
      demand(
        row.directKey === undefined || tx.conversationByDirectKey(row.directKey) === undefined,
        'the pair is taken',
      )
      demand(row.ownerId === undefined || users.has(row.ownerId), 'no such owner')
      insert(conversations, row.conversationId, { ...row, archived: false, headSeq: 0, headAtMs: 0, withdrawnSeq: 0 })
    },
    updateConversation: (id, patch) => {
      const row = conversations.get(id)
      if (row === undefined) throw new Error('no such conversation')
      put(conversations, id, { ...row, ...patch })
    },
    openConversations: () =>
      [...conversations.values()]
        .filter((row) => row.isOpen && !row.archived)
        .map(({ conversationId, name, topic, space }) => ({ conversationId, name, topic, space })),
    memberships: () => [...memberships.values()],
    membership: (conversationId, userId) => memberships.get(pairKey(conversationId, userId)),
    memberIdsOf: (conversationId) => activeMembersOf(conversationId).sort(byCodePoint),
    memberIdsEverOf: (conversationId) =>
      [...memberships.values()]
        .flatMap((row) => (row.conversationId === conversationId ? row.userId : []))
        .sort(byCodePoint),
    putMembership: (row) => {
      demand(conversations.has(row.conversationId) && users.has(row.userId), 'no such conversation or user')
      put(memberships, pairKey(row.conversationId, row.userId), row)
    },
    accessSince: (userId, after, limit) =>
      [...memberships.values()]
        .filter((row) => row.userId === userId)
        .map((row) => ({
          conversationId: row.conversationId,
          granted: row.active,
          revision: row.active
            ? Math.max(row.revision, conversations.get(row.conversationId)?.revision ?? 0)
            : row.revision,
        }))
        .filter((row) => row.revision > after)
        .sort((a, b) => a.revision - b.revision)
        .slice(0, limit),
    headsOf: (userId) =>
      activeMemberships(userId).flatMap(({ conversationId }) => {
        const row = conversations.get(conversationId)
        if (row === undefined) return []
        const { headSeq, headAtMs } = row
        const key = pairKey(userId, conversationId)
        const set = prefs.get(key)
        const head = { conversationId, headSeq, headAtMs, readSeq: reads.get(key) ?? 0 }
        return [set === undefined ? head : { ...head, prefs: set }]
      }),

    events: (id, fromSeq, toSeq) => (events.get(id) ?? []).slice(Math.max(0, fromSeq - 1), Math.max(0, toSeq)),
    deletedSeqs: (id, fromSeq, toSeq) =>
      new Set(
        (events.get(id) ?? []).flatMap(({ kind, targetSeq }) =>
          kind === 'deleted' && targetSeq !== undefined && fromSeq <= targetSeq && targetSeq <= toSeq
            ? [targetSeq]
            : [],
        ),
      ),
    lastEdit: (id, targetSeq) =>
      (events.get(id) ?? []).findLast((row) => row.kind === 'edited' && row.targetSeq === targetSeq),
    placeOf: (deviceId, clientId) => senders.get(pairKey(deviceId, clientId)),
    seqAt: (id, atMs) => events.get(id)?.find((row) => row.atMs >= atMs)?.seq,
    appendEvent: (event) => {
      const { deviceId, clientId, conversationId } = event
      const sender = deviceId === undefined || clientId === undefined ? undefined : pairKey(deviceId, clientId)
      const before = sender === undefined ? undefined : senders.get(sender)
      if (before !== undefined) return { type: 'repeated', ...before }
      const row = conversations.get(conversationId)
      if (row === undefined) throw new Error('no such conversation')
      demand(users.has(event.actorId), 'no such user')
      demand(deviceId === undefined || devices.has(deviceId), 'no such device')
      const seq = row.headSeq + 1
      demand(event.targetSeq === undefined || (event.targetSeq >= 1 && event.targetSeq < seq), 'no such target')
      const atMs = Math.max(event.atMs, row.headAtMs)
      const sealed = event.seal(seq)
      const list = events.get(conversationId) ?? []
      if (!events.has(conversationId)) put(events, conversationId, list)
      position++
      list.push({
        position,
        conversationId,
        seq,
        atMs,
        actorId: event.actorId,
        deviceId,
        clientId,
        kind: event.kind,
        targetSeq: event.targetSeq,
        sealed,
      })
      note(() => void list.pop())
      if (sender !== undefined) put(senders, sender, { conversationId, seq, atMs })
      put(conversations, conversationId, { ...row, headSeq: seq, headAtMs: atMs })
      return { type: 'appended', position, seq, atMs }
    },
    readSeq: (userId, conversationId) => reads.get(pairKey(userId, conversationId)) ?? 0,
    raiseRead: (userId, conversationId, seq) => {
      const key = pairKey(userId, conversationId)
      const before = reads.get(key)
      if (before !== undefined && seq <= before) return false
      demand(conversations.has(conversationId) && users.has(userId), 'no such conversation or user')
      put(reads, key, seq)
      return true
    },

    readsOf: (conversationId) =>
      activeMembersOf(conversationId).flatMap((userId) => {
        const seq = reads.get(pairKey(userId, conversationId))
        return seq === undefined ? [] : [{ userId, seq }]
      }),

    prefs: (userId, conversationId) => prefs.get(pairKey(userId, conversationId)),
    putPrefs: (userId, conversationId, set) => {
      demand(conversations.has(conversationId) && users.has(userId), 'no such conversation or user')
      put(prefs, pairKey(userId, conversationId), set)
    },
    reactionTags: (id, targetSeq) => {
      const on = reactions.get(messageKey(id, targetSeq)) ?? new Set()
      return [...new Set([...on].map((line) => line.slice(line.indexOf(' ') + 1)))].sort(byCodePoint)
    },
    putReaction: (id, targetSeq, userId, tag, on) => {
      demand(conversations.has(id) && users.has(userId), 'no such conversation or user')
      const after = new Set(reactions.get(messageKey(id, targetSeq)))
      if (on) after.add(pairKey(userId, tag))
      else after.delete(pairKey(userId, tag))
      put(reactions, messageKey(id, targetSeq), after)
    },
    dropReactions: (id, targetSeq) => drop(reactions, messageKey(id, targetSeq)),

    ...createFileMaps({
      put,
      drop,
      insert,
      hasUser: (userId) => users.has(userId),
      hasConversation: (id) => conversations.has(id),
      isMember: (id, userId) => memberships.get(pairKey(id, userId))?.active === true,
      withdrawnSeq: (id) => conversations.get(id)?.withdrawnSeq ?? 0,
    }),

    ...createFleetMaps({
      put,
      drop,
      insert,
      hasUser: (userId) => users.has(userId),
      hasDevice: (deviceId) => devices.has(deviceId),
    }),

    actsSince: (after, limit) => acts.slice(after, after + limit),
    actsOn: (subject, limit) =>
      acts
        .filter((row) => row.subject === subject)
        .reverse()
        .slice(0, limit),
    recordAct: (row) => {
      note(() => void acts.pop())
      acts.push({ position: acts.length + 1, ...row })
    },
  }

  return {
    view: tx,
    transact: (work) => {
      if (undo !== undefined) throw new Error('transactions do not nest')
      const taken: (() => void)[] = []
      undo = taken
      try {
        return work(tx)
      } catch (error) {
        for (const take of taken.reverse()) take()
        throw error
      } finally {
        undo = undefined
      }
    },
    close: () => undefined,
  }
}
