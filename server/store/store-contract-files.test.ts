// Owns what every implementation of the store port must do with what people set, with members, emoji and files.
// Always holds: it sees the port only, as store-contract.test.ts.

import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { ConversationId, UserId } from '../../shared/model.ts'
import { makeId } from '../../shared/model.ts'
import type { StoreTx, UploadRow } from './port.ts'
import { distinct, event, openImplementations, plain, putConversation, putDevice, putUser } from './store-fixtures.ts'

const { implementations, close } = openImplementations()
afterAll(close)

const hash = (letter: string) => letter.repeat(43)

function uploadOf(userId: UserId, sha256: string, touchedAtMs: number): UploadRow {
  return { userId, sha256, bytes: 9, folder: `f${userId}${sha256}`, sealedKey: Uint8Array.of(1), touchedAtMs }
}

function putFile(tx: StoreTx, sha256: string): void {
  tx.insertFile({ sha256, bytes: 9, folder: sha256, sealedKey: Uint8Array.of(2), createdAtMs: 3 })
}

describe.each(implementations)('store contract: $name', ({ open }) => {
  test('[STO31] a conversation is changed field by field; open ones that are not archived are listed', () => {
    const store = open()
    const [row, ownerId] = store.transact((tx) => {
      const owner = putUser(tx).userId
      putConversation(tx, [owner])
      return [putConversation(tx, [owner], { kind: 'channel', ownerId: owner, isOpen: true, topic: 't' }), owner]
    })
    const { conversationId } = row
    const listed = { conversationId, name: 'Group', topic: 't', space: undefined }
    expect(store.view.openConversations()).toEqual([listed])
    store.transact((tx) => tx.appendEvent(event(conversationId, ownerId, { atMs: 5 })))
    const revision = store.transact((tx) => {
      const next = tx.nextRevision('access')
      tx.updateConversation(conversationId, { name: 'N', topic: undefined, revision: next })
      return next
    })
    const expected = {
      ...row,
      name: 'N',
      topic: undefined,
      revision,
      archived: false,
      headSeq: 1,
      headAtMs: 5,
      withdrawnSeq: 0,
    }
    expect(plain(store.view.conversation(conversationId))).toEqual(plain(expected))
    store.transact((tx) => tx.updateConversation(conversationId, { archived: true }))
    expect(store.view.conversation(conversationId)).toMatchObject({ archived: true, isOpen: true, ownerId, name: 'N' })
    expect(store.view.openConversations()).toEqual([])
    store.transact((tx) => tx.updateConversation(conversationId, { archived: false, isOpen: false }))
    expect(store.view.openConversations()).toEqual([])
    expect(() => store.transact((tx) => tx.updateConversation(makeId('conversation', distinct()), {}))).toThrow()
  })

  test('[STO32] members are found by conversation and person; those who left are told apart, and their reads left out', () => {
    const store = open()
    const [ids, conversationId] = store.transact((tx) => {
      const users = [1, 2, 3].map(() => putUser(tx).userId).sort()
      const { conversationId: id } = putConversation(tx, [...users].reverse())
      for (const userId of users) tx.appendEvent(event(id, userId))
      for (const [i, userId] of users.slice(0, 2).entries()) tx.raiseRead(userId, id, i + 1)
      return [users as [UserId, UserId, UserId], id]
    })
    expect(store.view.memberIdsOf(conversationId)).toEqual(ids)
    expect(store.view.readsOf(conversationId).sort((a, b) => a.seq - b.seq)).toEqual([
      { userId: ids[0], seq: 1 },
      { userId: ids[1], seq: 2 },
    ])
    store.transact((tx) => tx.putMembership({ conversationId, userId: ids[0], active: false, revision: 9 }))
    expect(store.view.membership(conversationId, ids[0])).toEqual({
      conversationId,
      userId: ids[0],
      active: false,
      revision: 9,
    })
    expect(store.view.memberIdsOf(conversationId)).toEqual(ids.slice(1))
    expect(store.view.readsOf(conversationId)).toEqual([{ userId: ids[1], seq: 2 }])
    expect(store.view.membership(makeId('conversation', distinct()), ids[1])).toBeUndefined()
  })

  test('[STO33] what a person sets for a conversation is kept whole, and heads carry it', () => {
    const store = open()
    const [userId, conversationId] = store.transact((tx) => {
      const user = putUser(tx).userId
      return [user, putConversation(tx, [user]).conversationId]
    })
    expect([store.view.prefs(userId, conversationId), store.view.headsOf(userId)[0]?.prefs]).toEqual([
      undefined,
      undefined,
    ])
    for (const prefs of [
      { muted: true, pinned: false, unreadFromSeq: 4 },
      { muted: false, pinned: true },
    ]) {
      store.transact((tx) => tx.putPrefs(userId, conversationId, prefs))
      expect(store.view.prefs(userId, conversationId)).toEqual(prefs)
      expect(store.view.headsOf(userId)).toEqual([{ conversationId, headSeq: 0, headAtMs: 0, readSeq: 0, prefs }])
    }
    expect(store.view.headsOf(putOther()).length).toBe(0)
    function putOther(): UserId {
      return store.transact((tx) => putUser(tx).userId)
    }
  })

  test('[STO34] an event is found by who sent it, by its time, and the last edit by its message', () => {
    const store = open()
    const clientId = makeId('message', distinct())
    const [deviceId, id] = store.transact((tx) => {
      const { userId } = putUser(tx)
      const device = putDevice(tx, userId).deviceId
      const { conversationId } = putConversation(tx, [userId])
      tx.appendEvent(event(conversationId, userId, { atMs: 10 }))
      tx.appendEvent(event(conversationId, userId, { atMs: 20, deviceId: device, clientId }))
      for (const atMs of [20, 30]) tx.appendEvent(event(conversationId, userId, { atMs, kind: 'edited', targetSeq: 2 }))
      return [device, conversationId]
    })
    expect(store.view.placeOf(deviceId, clientId)).toEqual({ conversationId: id, seq: 2, atMs: 20 })
    expect(store.view.placeOf(deviceId, makeId('message', distinct()))).toBeUndefined()
    expect([0, 10, 11, 20, 21, 30, 31].map((atMs) => store.view.seqAt(id, atMs))).toEqual([1, 1, 2, 2, 4, 4, undefined])
    expect(store.view.seqAt(makeId('conversation', distinct()), 0)).toBeUndefined()
    expect([store.view.lastEdit(id, 2)?.seq, store.view.lastEdit(id, 1)]).toEqual([4, undefined])
  })

  test('[STO35] the first event at or after a time is found wherever times repeat', () => {
    const store = open()
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 12 }), fc.nat(10), (steps, wanted) => {
        const id = store.transact((tx) => {
          const { userId } = putUser(tx)
          const { conversationId } = putConversation(tx, [userId])
          for (const atMs of steps) tx.appendEvent(event(conversationId, userId, { atMs }))
          return conversationId
        })
        const rows = store.view.events(id, 1, 99)
        expect(store.view.seqAt(id, wanted)).toBe(rows.find((row) => row.atMs >= wanted)?.seq)
      }),
      { numRuns: 40 },
    )
  })

  test('[STO36] different emoji on a message are told as tags, once however many people chose them', () => {
    const store = open()
    const [ann, ben, id] = store.transact((tx) => {
      const users: [UserId, UserId] = [putUser(tx).userId, putUser(tx).userId]
      return [...users, putConversation(tx, users).conversationId]
    })
    const tags = () => store.view.reactionTags(id, 1)
    store.transact((tx) => {
      for (const userId of [ann, ben, ben]) tx.putReaction(id, 1, userId, 'b', true)
      tx.putReaction(id, 1, ben, 'a', true)
      tx.putReaction(id, 2, ben, 'c', true)
      tx.putReaction(id, 1, ann, 'd', false)
    })
    expect(tags()).toEqual(['a', 'b'])
    store.transact((tx) => tx.putReaction(id, 1, ben, 'b', false))
    expect(tags()).toEqual(['a', 'b'])
    store.transact((tx) => tx.putReaction(id, 1, ann, 'b', false))
    expect(tags()).toEqual(['a'])
    store.transact((tx) => tx.dropReactions(id, 1))
    expect([tags(), store.view.reactionTags(id, 2)]).toEqual([[], ['c']])
  })

  test('[STO37] uploads are one for each person and file, found by owner and by age', () => {
    const store = open()
    const [ann, ben] = store.transact((tx) => [putUser(tx).userId, putUser(tx).userId])
    const rows = [uploadOf(ann, hash('a'), 5), uploadOf(ann, hash('b'), 7), uploadOf(ben, hash('a'), 6)] as const
    store.transact((tx) => {
      for (const row of rows) tx.putUpload(row)
    })
    expect(plain(store.view.upload(ann, hash('a')))).toEqual(plain(rows[0]))
    expect(plain(store.view.uploadsOf(ann))).toEqual(plain([rows[1], rows[0]]))
    expect(plain(store.view.uploadsBefore(7))).toEqual(plain([rows[0], rows[2]]))
    const touched = { ...rows[0], touchedAtMs: 8 }
    store.transact((tx) => {
      tx.putUpload(touched)
      tx.dropUpload(ben, hash('a'))
    })
    expect(plain(store.view.uploadsBefore(99))).toEqual(plain([rows[1], touched]))
    expect(() => store.transact((tx) => tx.putUpload({ ...rows[2], folder: rows[1].folder }))).toThrow()
    expect(() => store.transact((tx) => tx.putUpload(uploadOf(makeId('user', distinct()), hash('c'), 1)))).toThrow()
  })

  test('[STO38] a file is held by who handed it in and seen by members where a message has it, while it has it', () => {
    const store = open()
    const [ann, ben, here, there] = store.transact((tx) => {
      const users: [UserId, UserId] = [putUser(tx).userId, putUser(tx).userId]
      const ids: [ConversationId, ConversationId] = [
        putConversation(tx, users).conversationId,
        putConversation(tx, [users[0]]).conversationId,
      ]
      return [...users, ...ids]
    })
    const sha256 = hash('x')
    store.transact((tx) => {
      putFile(tx, sha256)
      for (let i = 0; i < 2; i++) tx.addHolder(ann, sha256)
    })
    expect(plain(store.view.file(sha256))).toMatchObject({ sha256, bytes: 9, folder: sha256, createdAtMs: 3 })
    expect([ann, ben].map((id) => store.view.holdsFile(id, sha256))).toEqual([true, false])
    expect([ann, ben].map((id) => store.view.seesFile(id, sha256))).toEqual([false, false])
    store.transact((tx) => {
      for (let i = 0; i < 2; i++) tx.addFileRef(sha256, there, 4)
    })
    expect([ann, ben].map((id) => store.view.seesFile(id, sha256))).toEqual([true, false])
    store.transact((tx) => tx.addFileRef(sha256, here, 3))
    expect([ann, ben].map((id) => store.view.seesFile(id, sha256))).toEqual([true, true])
    expect([3, 4].map((seq) => store.view.fileIn(sha256, here, seq))).toEqual([true, false])
    store.transact((tx) => tx.putMembership({ conversationId: here, userId: ben, active: false, revision: 99 }))
    expect(store.view.seesFile(ben, sha256)).toBe(false)
    store.transact((tx) => tx.dropFileRefs(there, 4))
    expect([store.view.fileIn(sha256, there, 4), store.view.fileIn(sha256, here, 3)]).toEqual([false, true])
    expect(() => store.transact((tx) => putFile(tx, sha256))).toThrow()
    expect(() => store.transact((tx) => tx.addHolder(ann, hash('y')))).toThrow()
    expect(() => store.transact((tx) => tx.addFileRef(hash('y'), here, 3))).toThrow()
  })

  test('[LSE30] a file of a message that has been withdrawn is in it, and seen by nobody for it', () => {
    const store = open()
    const [userId, id] = store.transact((tx) => {
      const user = putUser(tx).userId
      putFile(tx, hash('w'))
      const { conversationId } = putConversation(tx, [user])
      for (const seq of [4, 9]) tx.addFileRef(hash('w'), conversationId, seq)
      return [user, conversationId]
    })
    const seesAfter = (withdrawnSeq: number) => {
      store.transact((tx) => tx.updateConversation(id, { withdrawnSeq }))
      return store.view.seesFile(userId, hash('w'))
    }
    expect([3, 4, 8, 9].map(seesAfter)).toEqual([true, true, true, false])
    expect(store.view.fileIn(hash('w'), id, 4)).toBe(true)
  })

  test('[STO39] none of it survives a transaction that fails', () => {
    const store = open()
    const [userId, id] = store.transact((tx) => {
      const user = putUser(tx).userId
      tx.putUpload(uploadOf(user, hash('a'), 5))
      putFile(tx, hash('a'))
      const { conversationId } = putConversation(tx, [user])
      tx.addFileRef(hash('a'), conversationId, 1)
      tx.putReaction(conversationId, 1, user, 't', true)
      return [user, conversationId]
    })
    const snapshot = () =>
      plain([
        store.view.uploadsOf(userId),
        [hash('a'), hash('b')].map((sha256) => store.view.file(sha256)),
        store.view.holdsFile(userId, hash('a')),
        [1, 2].map((seq) => store.view.fileIn(hash('a'), id, seq)),
        store.view.prefs(userId, id),
        store.view.reactionTags(id, 1),
        store.view.conversation(id),
      ])
    const before = snapshot()
    expect(() =>
      store.transact((tx) => {
        tx.dropUpload(userId, hash('a'))
        tx.putUpload(uploadOf(userId, hash('b'), 6))
        putFile(tx, hash('b'))
        tx.addHolder(userId, hash('a'))
        tx.dropFileRefs(id, 1)
        tx.addFileRef(hash('a'), id, 2)
        tx.putPrefs(userId, id, { muted: true, pinned: true })
        tx.putReaction(id, 1, userId, 'u', true)
        tx.dropReactions(id, 1)
        tx.updateConversation(id, { name: 'lost', archived: true })
        throw new Error('enough')
      }),
    ).toThrow('enough')
    expect(snapshot()).toEqual(before)
  })
})
