// Owns the store as one object over its modules, and the bounds it keeps. Always holds: every write is one transaction of the
// module that it belongs to; after close() no key is left in memory.

import type { ConversationId, FileId, UserId } from '../../shared/model.ts'
import { isDeleted } from './amendments.ts'
import { type Cache, noValues, putValue, transact } from './cache.ts'
import { eventAt, readAmendment } from './events.ts'
import { type Bounds, cachedEvents, evictOnce, oldestAtMs, sealEviction } from './eviction.ts'
import { addFile, dropFiles, filesOf, putFile } from './file-records.ts'
import { indexWork, indexWorkOf, slots, storedMessage } from './indexing.ts'
import { applyAccess, applyDirectory, applyEvents } from './mirror.ts'
import { conversationName, personView } from './names.ts'
import { enqueue, saveDraft, setFailure, takeOut, waiting } from './outbox.ts'
import { readEdits, readPage, readThread, seqAt } from './pages.ts'
import { applyPrefs, unsentPrefs, wantPrefs } from './prefs.ts'
import { removeQuarantined, withoutFiles } from './quarantine.ts'
import { applyRead, applyReaders, applyReads } from './reads.ts'
import type { ConversationEntry } from './records.ts'
import { reviewSteps } from './review.ts'
import { dropKeys, newShardKey, nextShardId, putShards } from './shards.ts'
import type { FilePlace, Position, Store } from './store.ts'
import { meOf, prefsOf, weigh } from './unread.ts'
import { briefOf, listConversations } from './view.ts'
import { conversationsWiped, dismissConversationsWiped, wipeConversations } from './wiped.ts'

/** The store over an opened cache, whose database lies in `file`. */
export function createSealedStore(cache: Cache, self: UserId, file: string): Store {
  let bounds: Bounds = { oldestMs: 0, most: Number.MAX_SAFE_INTEGER }
  const slotIds = new Map<number, ConversationId>()
  const bySlot = (slot: number) => {
    const known = cache.conversations.get(slotIds.get(slot) as ConversationId)
    if (known?.slot === slot) return known
    const found = [...cache.conversations.values()].find((entry) => entry.slot === slot)
    if (found) slotIds.set(slot, found.state.info.conversationId)
    return found
  }
  const steps = reviewSteps(cache, self)

  /** `isFull`: more history, of whichever conversation, would only be evicted again. */
  function positionOf(entry: ConversationEntry, isFull: boolean): Position {
    const { info, low, high, floor = 0 } = entry.state
    const isOldEnough = (oldestAtMs(cache, entry) ?? Number.POSITIVE_INFINITY) < bounds.oldestMs
    const isBounded = high > 0 && (low <= floor || isFull || isOldEnough)
    return { conversationId: info.conversationId, low, high, isBounded }
  }

  return {
    self,
    cursors: () => cache.values.cursors,
    hasBareGrants: () => [...cache.conversations.values()].some(({ state }) => state.info.asOfSeq === undefined),
    applyDirectory: (people, cursor) => applyDirectory(cache, people, cursor, self),
    applyAccess(granted, revoked, cursor) {
      const lost = applyAccess(cache, granted, revoked, cursor)
      // A cache that was set aside must not keep what is revoked.
      if (lost.length > 0) removeQuarantined(file)
      return lost
    },
    wipeConversations: (order) => wipeConversations(cache, order, self),
    conversationsWiped: () => conversationsWiped(cache),
    dismissConversationsWiped: () => dismissConversationsWiped(cache),
    applyEvents: (conversationId, events) => applyEvents(cache, conversationId, events, self),
    applyRead: (conversationId, seq, by) => applyRead(cache, conversationId, seq, by, self),
    applyReads: (reads) => applyReads(cache, reads, self),
    applyReaders: (conversationId, readers) => applyReaders(cache, conversationId, readers, self),
    applyPrefs: (moved) => applyPrefs(cache, moved, self),
    wantPrefs: (conversationId, change) => wantPrefs(cache, conversationId, change, self),
    unsentPrefs: (conversationId) => unsentPrefs(cache, conversationId),
    positions() {
      const isFull = cachedEvents(cache) >= bounds.most
      return [...cache.conversations.values()].map((entry) => positionOf(entry, isFull))
    },
    position(conversationId) {
      const entry = cache.conversations.get(conversationId)
      return entry && positionOf(entry, cachedEvents(cache) >= bounds.most)
    },
    unsentRead(conversationId, serverReadSeq) {
      const want = cache.conversations.get(conversationId)?.state.wantReadSeq ?? 0
      return want > serverReadSeq ? want : undefined
    },
    enqueue: (conversationId, record) => enqueue(cache, conversationId, record),
    waiting: (underWay) => waiting(cache, underWay),
    outboxEntry: (clientId) => cache.outbox.get(clientId),
    setFailure: (clientId, failure) => setFailure(cache, clientId, failure),
    takeOut: (clientId) => takeOut(cache, clientId),
    saveDraft: (conversationId, text) => saveDraft(cache, conversationId, text),
    listConversations: (live) => listConversations({ cache, self, live }),
    conversation(conversationId) {
      const entry = cache.conversations.get(conversationId)
      return entry && briefOf({ cache, self }, entry)
    },
    concernsMe: (event) => weigh(event, undefined, meOf(cache, self)).mentions > 0,
    readPage: (conversationId, before, limit, live) => readPage({ cache, self, live }, conversationId, before, limit),
    readThread: (conversationId, rootSeq, live) => readThread({ cache, self, live }, conversationId, rootSeq),
    readEdits: (conversationId, seq) => readEdits(cache, conversationId, seq),
    seqAt: (conversationId, atMs) => seqAt(cache, conversationId, atMs),
    listPeople: () => [...cache.people.values()].map(({ person }) => personView(person)),
    person(userId) {
      const person = cache.people.get(userId)?.person
      return person && personView(person)
    },
    unread() {
      let sum = 0
      for (const { state } of cache.conversations.values())
        sum += prefsOf(state).muted ? (state.mentions ?? 0) : state.unread
      return sum
    },
    queued: () => cache.outbox.size + cache.values.unsent.length,
    unsent: () => [
      ...cache.values.unsent,
      ...[...cache.outbox.values()].map(({ conversationId, record }) => ({
        conversationId,
        record: withoutFiles(record),
      })),
    ],
    notice: () => cache.values.notice,
    dismissNotice() {
      if (cache.values.notice) transact(cache, () => putValue(cache, 'notice', undefined))
    },
    files: () => [...cache.files.values()].map(({ record }) => record),
    file: (fileId) => cache.files.get(fileId)?.record,
    addFile: (record) => addFile(cache, record),
    putFile: (record) => putFile(cache, record),
    fileKey(fileId) {
      const entry = cache.files.get(fileId)
      return entry && cache.sealed.copyKey(entry.keyId)
    },
    dropFiles: (fileIds) => dropFiles(cache, fileIds),
    filePlace: (fileId) => filePlace(cache, fileId),
    setBounds(next) {
      bounds = next
    },
    evictOnce: () => evictOnce(cache, bounds, self),
    sealEviction() {
      sealEviction(cache)
      removeQuarantined(file)
    },
    indexWork(slot, fromSeq, toSeq) {
      const entry = bySlot(slot)
      return entry ? indexWork(cache, entry, fromSeq, toSeq) : { entries: [], removed: [] }
    },
    indexWorkOf(conversationId, events) {
      const entry = cache.conversations.get(conversationId)
      return entry && indexWorkOf(cache, entry, events)
    },
    slots: () => slots(cache),
    shards: () => [...cache.shards.values()],
    nextShardId: () => nextShardId(cache),
    newShardKey: () => newShardKey(cache),
    shardKey: (keyId) => cache.sealed.copyKey(keyId),
    putShards: (rows, dropped) => putShards(cache, rows, dropped),
    dropKeys: (keyIds) => dropKeys(cache, keyIds),
    senderSlots: (match) =>
      [...cache.people.values()].filter(({ person }) => match(personView(person))).map(({ slot }) => slot),
    conversationSlots: (match) =>
      [...cache.conversations.values()]
        .filter(({ state }) => match(conversationName(cache, state.info, self), state.info.conversationId))
        .map(({ slot }) => slot),
    slotOf: (conversationId) => cache.conversations.get(conversationId)?.slot,
    message(slot, seq) {
      const entry = bySlot(slot)
      return entry && storedMessage(cache, self, entry, seq)
    },
    verifyStep: () => steps.next().done === false,
    rekey: (rootKey) => cache.sealed.rekey(rootKey),
    counter: () => cache.sealed.lastingCounter(),
    keyCount: () => cache.sealed.keyCount(),
    close() {
      cache.sealed.close()
      const { people, conversations, outbox, files, filePlaces, lastMessages, firstUnread } = cache
      for (const held of [people, conversations, outbox, files, filePlaces, lastMessages, firstUnread, slotIds])
        held.clear()
      cache.values = noValues
    },
  }
}

/** Where a file that has been shown stands, as long as its message does. */
function filePlace(cache: Cache, fileId: FileId): FilePlace | undefined {
  const place = cache.filePlaces.get(fileId)
  const entry = place && cache.conversations.get(place.conversationId)
  const record = entry && eventAt(cache, entry, place.seq)
  const file = record && filesOf(record.content)[place.index]
  if (!file || isDeleted(readAmendment(cache, entry.slot, place.seq))) return undefined
  return { conversationId: place.conversationId, seq: place.seq, file }
}
