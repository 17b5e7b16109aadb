// Owns what every implementation of the store port must do, as one suite run on each of them.
// Always holds: it sees the port only. What only a file can get wrong stands in sqlite.test.ts.

import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { type ClientId, type ConversationId, type DeviceId, makeId } from '../../shared/model.ts'
import type { NewConversationRow, StoreTx } from './port.ts'
import {
  codeOf,
  distinct,
  event,
  openImplementations,
  plain,
  putConversation,
  putDevice,
  putUser,
  putWipe,
} from './store-fixtures.ts'

const { implementations, close } = openImplementations()
afterAll(close)

describe.each(implementations)('store contract: $name', ({ open }) => {
  test('[STO1] a transaction that throws leaves nothing behind, in any table', () => {
    const store = open()
    const [user, conversation] = store.transact((tx) => {
      const row = putUser(tx)
      return [row, putConversation(tx, [row.userId])]
    })
    const { userId } = user
    const { conversationId } = conversation
    const snapshot = () =>
      plain([
        store.view.users(),
        store.view.devices(),
        store.view.conversations(),
        store.view.memberships(),
        store.view.events(conversationId, 1, 99),
        store.view.openCodesOf(userId, 0),
        store.view.readSeq(userId, conversationId),
        store.view.meta('k'),
        store.view.revision('directory'),
        store.view.revision('access'),
      ])
    const before = snapshot()
    expect(() =>
      store.transact((tx) => {
        tx.setMeta('k', 'v')
        const other = putUser(tx)
        tx.updateUser({ ...user, active: false, revision: tx.nextRevision('directory') })
        const device = putDevice(tx, userId)
        tx.putLeaseShare(device.deviceId, { generation: 1, sealed: distinct() })
        tx.insertCode(codeOf(userId))
        putWipe(tx, device.deviceId)
        putConversation(tx, [other.userId])
        tx.appendEvent(event(conversationId, userId))
        tx.appendEvent(event(conversationId, userId))
        tx.raiseRead(userId, conversationId, 1)
        throw new Error('enough')
      }),
    ).toThrow('enough')
    expect(snapshot()).toEqual(before)
    store.transact((tx) => expect(tx.appendEvent(event(conversationId, userId))).toMatchObject({ seq: 1 }))
  })

  test('[STO2] transactions do not nest', () => {
    const store = open()
    expect(() => store.transact(() => store.transact(() => 1))).toThrow('nest')
    expect(store.transact(() => 2)).toBe(2)
  })

  test('[STO3] a revision is given out once per feed, and the feeds are apart', () => {
    const store = open()
    const given = store.transact((tx) => [
      tx.nextRevision('directory'),
      tx.nextRevision('directory'),
      tx.nextRevision('access'),
    ])
    expect(given).toEqual([1, 2, 1])
    expect([store.view.revision('directory'), store.view.revision('access')]).toEqual([2, 1])
  })

  test('[STO4] people come back as they were put, by id, by name, in order of name and since a revision', () => {
    const store = open()
    const [b, a] = store.transact((tx) => {
      const boss = putUser(tx, { foldedName: 'b', department: 'IT', title: '主任' })
      return [boss, putUser(tx, { foldedName: 'a', managerId: boss.userId })]
    })
    expect(store.view.user(a.userId)).toEqual(a)
    expect(store.view.userByFoldedName('b')).toEqual(b)
    expect(store.view.userByFoldedName('c')).toBeUndefined()
    expect(store.view.users()).toEqual([a, b])
    expect(store.view.usersSince(0, 1)).toEqual([b])
    const changed = store.transact((tx) => {
      const row = { ...b, active: false, title: undefined, revision: tx.nextRevision('directory') }
      tx.updateUser(row)
      return row
    })
    expect(store.view.usersSince(1, 10)).toEqual([a, changed])
    expect(store.view.usersSince(changed.revision, 10)).toEqual([])
  })

  test.each<[string, (tx: StoreTx) => void]>([
    ['two users of one name', (tx) => [1, 2].map(() => putUser(tx, { foldedName: 'x' }))],
    ['two devices of one key', (tx) => [1, 2].map(() => putDevice(tx, putUser(tx).userId, { publicKey: 'k' }))],
    ['a device of nobody', (tx) => putDevice(tx, makeId('user', distinct()))],
    ['a code of nobody', (tx) => tx.insertCode(codeOf(makeId('user', distinct())))],
    ['a manager who is nobody', (tx) => putUser(tx, { managerId: makeId('user', distinct()) })],
    ['two directs of one pair', (tx) => [1, 2].map(() => putConversation(tx, [], { directKey: 'p q' }))],
    ['a member who is nobody', (tx) => putConversation(tx, [makeId('user', distinct())])],
    ['an event nowhere', (tx) => tx.appendEvent(event(makeId('conversation', distinct()), putUser(tx).userId))],
    [
      'an event by nobody',
      (tx) => tx.appendEvent(event(putConversation(tx, []).conversationId, makeId('user', distinct()))),
    ],
    ['a wipe of no device', (tx) => putWipe(tx, makeId('device', distinct()))],
    [
      'a second open wipe of a device',
      (tx) => {
        const { deviceId } = putDevice(tx, putUser(tx).userId)
        for (let i = 0; i < 2; i++) putWipe(tx, deviceId)
      },
    ],
  ])('[STO5] %s cannot be stored', (_, work) => {
    const store = open()
    expect(() => store.transact(work)).toThrow()
    expect(store.view.users()).toEqual([])
  })

  test('[STO6] seq runs from 1 without gaps in each conversation; positions run through all of them', () => {
    const store = open()
    const places = store.transact((tx) => {
      const { userId } = putUser(tx)
      const [a, b] = [putConversation(tx, [userId]).conversationId, putConversation(tx, [userId]).conversationId]
      return [a, b, a, a, b].map((id) => tx.appendEvent(event(id, userId)))
    })
    expect(places.map((place) => place.seq)).toEqual([1, 1, 2, 3, 2])
    const positions = places.map((place) => (place.type === 'appended' ? place.position : 0))
    expect(positions).toEqual([...positions].sort((a, b) => a - b))
    expect(new Set(positions).size).toBe(5)
  })

  test('[STO7] an event is sealed for the seq it gets, and its time is never before the head', () => {
    const store = open()
    const id = store.transact((tx) => {
      const { userId } = putUser(tx)
      const { conversationId } = putConversation(tx, [userId])
      for (const atMs of [5, 9, 7]) tx.appendEvent(event(conversationId, userId, { atMs }))
      return conversationId
    })
    const rows = store.view.events(id, 1, 10)
    expect(rows.map((row) => [row.seq, row.atMs, ...row.sealed])).toEqual([
      [1, 5, 1],
      [2, 9, 2],
      [3, 9, 3],
    ])
    expect(store.view.conversation(id)).toMatchObject({ headSeq: 3, headAtMs: 9 })
  })

  test('[STO8] the same device and clientId is appended once, in the same transaction or later', () => {
    const store = open()
    const clientId: ClientId = makeId('message', distinct())
    const [conversationId, userId, one, two] = store.transact((tx) => {
      const user = putUser(tx).userId
      return [
        putConversation(tx, [user]).conversationId,
        user,
        putDevice(tx, user).deviceId,
        putDevice(tx, user).deviceId,
      ]
    })
    const append = (deviceId: DeviceId | undefined) =>
      store.transact((tx) => tx.appendEvent(event(conversationId, userId, { deviceId, clientId, atMs: 7 })))
    expect(append(one)).toMatchObject({ type: 'appended', seq: 1 })
    expect(append(one)).toEqual({ type: 'repeated', conversationId, seq: 1, atMs: 7 })
    expect(append(two)).toMatchObject({ type: 'appended', seq: 2 })
    expect([append(undefined), append(undefined)]).toMatchObject([{ seq: 3 }, { seq: 4 }])
    expect(store.view.events(conversationId, 1, 9).map((row) => row.deviceId)).toEqual([one, two, undefined, undefined])
  })

  test('[STO9] events are read by range, inclusive, whatever lies outside', () => {
    const store = open()
    const id = store.transact((tx) => {
      const { userId } = putUser(tx)
      const { conversationId } = putConversation(tx, [userId])
      for (let i = 0; i < 5; i++) tx.appendEvent(event(conversationId, userId))
      return conversationId
    })
    const seqs = (from: number, to: number) => store.view.events(id, from, to).map((row) => row.seq)
    expect([seqs(2, 4), seqs(0, 1), seqs(5, 99), seqs(6, 9), seqs(4, 2)]).toEqual([[2, 3, 4], [1], [5], [], []])
  })

  test('[STO10] conversations keep every field', () => {
    const store = open()
    const row = store.transact((tx) =>
      putConversation(tx, [], { kind: 'channel', topic: '主題', space: 'HK', labels: { a: '一' }, directKey: 'd' }),
    )
    const expected = plain({ ...row, archived: false, headSeq: 0, headAtMs: 0, withdrawnSeq: 0 })
    expect(plain(store.view.conversation(row.conversationId))).toEqual(expected)
    expect(plain(store.view.conversationByDirectKey('d'))).toEqual(expected)
    expect(plain(store.view.conversations())).toEqual([expected])
  })

  test('[STO11] the access feed of a user tells grants, changes and losses after a revision, in order', () => {
    const store = open()
    const [me, a, b] = store.transact((tx) => {
      const { userId } = putUser(tx)
      const other = putUser(tx).userId
      putConversation(tx, [other])
      return [userId, putConversation(tx, [userId, other]), putConversation(tx, [userId])]
    })
    const row = ({ conversationId, revision }: NewConversationRow, granted = true) => ({
      conversationId,
      granted,
      revision,
    })
    expect(store.view.accessSince(me, 0, 10)).toEqual([row(a), row(b)])
    expect(store.view.accessSince(me, 0, 1)).toEqual([row(a)])
    expect(store.view.accessSince(me, a.revision, 10)).toEqual([row(b)])
    const lost = store.transact((tx) => {
      const revision = tx.nextRevision('access')
      tx.putMembership({ conversationId: a.conversationId, userId: me, active: false, revision })
      return { ...a, revision }
    })
    expect(store.view.accessSince(me, b.revision, 10)).toEqual([row(lost, false)])
    expect(store.view.accessSince(me, 0, 10)).toEqual([row(b), row(lost, false)])
    const changed = store.transact((tx) => {
      const conversation = putConversation(tx, [])
      tx.putMembership({ conversationId: conversation.conversationId, userId: me, active: true, revision: 1 })
      return conversation
    })
    expect(store.view.accessSince(me, lost.revision, 10)).toEqual([row(changed)])
    store.transact((tx) =>
      tx.putMembership({ conversationId: changed.conversationId, userId: me, active: false, revision: 1 }),
    )
    expect(store.view.accessSince(me, lost.revision, 10)).toEqual([])
    expect(store.view.headsOf(me).map((head) => head.conversationId)).toEqual([b.conversationId])
  })

  test('[STO12] the read position only rises, and heads carry it', () => {
    const store = open()
    const [userId, id] = store.transact((tx) => {
      const user = putUser(tx).userId
      const { conversationId } = putConversation(tx, [user])
      for (let i = 0; i < 5; i++) tx.appendEvent(event(conversationId, user, { atMs: 3 }))
      return [user, conversationId]
    })
    expect(store.view.headsOf(userId)).toEqual([{ conversationId: id, headSeq: 5, headAtMs: 3, readSeq: 0 }])
    const moved = store.transact((tx) => [3, 2, 3, 4].map((seq) => tx.raiseRead(userId, id, seq)))
    expect(moved).toEqual([true, false, false, true])
    expect(store.view.readSeq(userId, id)).toBe(4)
    expect(store.view.headsOf(userId)[0]?.readSeq).toBe(4)
  })

  test('[STO13] codes are found by hash, open ones by user, and dropped once long expired', () => {
    const store = open()
    const [userId, deviceId] = store.transact((tx) => {
      const user = putUser(tx).userId
      return [user, putDevice(tx, user).deviceId]
    })
    const [late, soon, used, past] = [200, 100, 300, 10].map((expiresAtMs) => codeOf(userId, { expiresAtMs }))
    store.transact((tx) => {
      for (const row of [late, soon, used, past]) if (row !== undefined) tx.insertCode(row)
      if (used !== undefined) tx.spendCode(used.codeHash, 5, deviceId)
    })
    expect(plain(store.view.openCodesOf(userId, 10))).toEqual(plain([soon, late]))
    expect(plain(store.view.code(used?.codeHash ?? distinct()))).toEqual(plain({ ...used, usedAtMs: 5, deviceId }))
    store.transact((tx) => tx.dropCodes(11))
    expect(store.view.code(past?.codeHash ?? distinct())).toBeUndefined()
    expect(store.view.code(soon?.codeHash ?? distinct())).toBeDefined()
  })

  test('[STO14] devices are patched field by field; a destroyed lease share is gone', () => {
    const store = open()
    const row = store.transact((tx) => {
      const device = putDevice(tx, putUser(tx).userId)
      tx.putLeaseShare(device.deviceId, { generation: 1, sealed: Uint8Array.of(1) })
      tx.putLeaseShare(device.deviceId, { generation: 2, sealed: Uint8Array.of(2) })
      return device
    })
    const { deviceId } = row
    expect(store.view.deviceByPublicKey(row.publicKey)).toEqual(row)
    expect(plain(store.view.leaseShare(deviceId))).toEqual({ generation: 2, sealed: [2] })
    store.transact((tx) => {
      tx.updateDevice(deviceId, { lastSeenAtMs: 8, leaseUntilMs: 9 })
      tx.updateDevice(deviceId, { orderCounter: 1 })
      tx.setDeviceStatus([deviceId], 'wipe-pending')
      tx.destroyLeaseShares([deviceId])
    })
    const changes = { lastSeenAtMs: 8, leaseUntilMs: 9, status: 'wipe-pending', orderCounter: 1 }
    expect(store.view.devices()).toEqual([{ ...row, ...changes }])
    expect(store.view.leaseShare(deviceId)).toBeUndefined()
  })

  test('[STO15] a wipe is open until it is done; then another may be stored', () => {
    const store = open()
    const [deviceId, row] = store.transact((tx) => {
      const device = putDevice(tx, putUser(tx).userId).deviceId
      return [device, putWipe(tx, device)]
    })
    store.transact((tx) => tx.updateWipe(row.wipeId, { status: 'delivered', deliveredAtMs: 2 }))
    expect(store.view.openWipeOf(deviceId)).toEqual({ ...row, status: 'delivered', deliveredAtMs: 2 })
    store.transact((tx) => tx.updateWipe(row.wipeId, { status: 'done', doneAtMs: 3, receipt: 'r' }))
    expect(store.view.openWipeOf(deviceId)).toBeUndefined()
    expect(store.view.wipe(row.wipeId)).toMatchObject({ status: 'done', receipt: 'r', deliveredAtMs: 2 })
    store.transact((tx) => putWipe(tx, deviceId))
  })

  test('[STO26] an event keeps what it is about; deleted seqs are found by range, in their conversation only', () => {
    const store = open()
    const [here, there] = store.transact((tx) => {
      const { userId } = putUser(tx)
      const ids = [1, 2].map(() => putConversation(tx, [userId]).conversationId)
      for (const id of ids) for (let i = 0; i < 4; i++) tx.appendEvent(event(id, userId))
      const [id] = ids
      if (id !== undefined) {
        tx.appendEvent(event(id, userId, { kind: 'edited', targetSeq: 1 }))
        for (const targetSeq of [2, 4]) tx.appendEvent(event(id, userId, { kind: 'deleted', targetSeq }))
      }
      return ids as [ConversationId, ConversationId]
    })
    expect(store.view.events(here, 4, 7).map((row) => row.targetSeq)).toEqual([undefined, 1, 2, 4])
    const deleted = (id: ConversationId, from: number, to: number) => [...store.view.deletedSeqs(id, from, to)].sort()
    expect([deleted(here, 1, 9), deleted(here, 3, 4), deleted(here, 3, 3), deleted(there, 1, 9)]).toEqual([
      [2, 4],
      [4],
      [],
      [],
    ])
  })

  test.each([0, 1, 2])('[STO27] an event about seq %i cannot be the first of its conversation', (targetSeq) => {
    const store = open()
    expect(() =>
      store.transact((tx) => {
        const { userId } = putUser(tx)
        tx.appendEvent(event(putConversation(tx, [userId]).conversationId, userId, { kind: 'deleted', targetSeq }))
      }),
    ).toThrow()
  })

  test('[STO28] acts are recorded in order, those of a failed transaction never, and read from a position', () => {
    const store = open()
    const act = (name: string) => ({
      atMs: 5,
      actor: 'IT',
      actorId: 'root',
      act: name,
      subject: 's',
      detail: '{"a":1}',
    })
    store.transact((tx) => tx.recordAct(act('one')))
    expect(() =>
      store.transact((tx) => {
        tx.recordAct(act('lost'))
        throw new Error('enough')
      }),
    ).toThrow('enough')
    store.transact((tx) => {
      tx.recordAct(act('two'))
      tx.recordAct(act('three'))
    })
    const all = store.view.actsSince(0, 10)
    expect(all.map((row) => row.act)).toEqual(['one', 'two', 'three'])
    expect(all[0]).toEqual({ position: all[0]?.position, ...act('one') })
    expect(store.view.actsSince(all[0]?.position ?? 0, 1).map((row) => row.act)).toEqual(['two'])
  })

  test('[STO29] a named value is kept, replaced, and as it was after a failed transaction', () => {
    const store = open()
    store.transact((tx) => tx.setMeta('policy', 'one'))
    expect(() =>
      store.transact((tx) => {
        tx.setMeta('policy', 'lost')
        throw new Error('enough')
      }),
    ).toThrow('enough')
    expect(store.view.meta('policy')).toBe('one')
    store.transact((tx) => tx.setMeta('policy', 'two'))
    expect([store.view.meta('policy'), store.view.meta('other')]).toEqual(['two', undefined])
  })

  test('[STO16] whatever is appended in whatever batches, some of them failing: the log is what was committed', () => {
    const store = open()
    const [userId, deviceId, conversations] = store.transact((tx) => {
      const user = putUser(tx).userId
      return [user, putDevice(tx, user).deviceId, [1, 2].map(() => putConversation(tx, [user]).conversationId)]
    })
    const sent = Array.from({ length: 8 }, () => makeId('message', distinct()))
    const batch = fc.record({
      fails: fc.boolean(),
      events: fc.array(fc.record({ where: fc.nat(1), clientId: fc.constantFrom(...sent), atMs: fc.nat(50) }), {
        maxLength: 5,
      }),
    })
    const expected = new Map<ConversationId, ClientId[]>(conversations.map((id) => [id, []]))
    const known = new Set<ClientId>()
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 4 }), (batches) => {
        for (const { fails, events } of batches) {
          try {
            store.transact((tx) => {
              for (const { where, clientId, atMs } of events) {
                const id = conversations[where] as ConversationId
                tx.appendEvent(event(id, userId, { deviceId, clientId, atMs }))
              }
              if (fails) throw new Error('rolled back')
            })
          } catch {
            continue
          }
          for (const { where, clientId } of events) {
            if (known.has(clientId)) continue
            known.add(clientId)
            expected.get(conversations[where] as ConversationId)?.push(clientId)
          }
        }
        for (const [id, clientIds] of expected) {
          const rows = store.view.events(id, 1, 1000)
          expect(rows.map((row) => row.clientId)).toEqual(clientIds)
          expect(rows.map((row) => row.seq)).toEqual(rows.map((_, i) => i + 1))
          expect(rows.every((row, i) => row.atMs >= (rows[i - 1]?.atMs ?? 0))).toBe(true)
        }
      }),
      { numRuns: 25 },
    )
  })
})
