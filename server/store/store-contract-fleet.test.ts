// Owns what every implementation of the store port must do for the fleet: orders, wipes, sign-outs, operators, webhooks.
// Always holds: it sees the port only.

import { afterAll, describe, expect, test } from 'vitest'
import { makeId } from '../../shared/model.ts'
import type { OrderRow, Store, StoreTx } from './port.ts'
import {
  distinct,
  openImplementations,
  plain,
  putConversation,
  putDevice,
  putOrder,
  putSignOut,
  putUser,
  putWipe,
} from './store-fixtures.ts'

const { implementations, close } = openImplementations()
afterAll(close)

const newDevice = (tx: StoreTx) => putDevice(tx, putUser(tx).userId).deviceId
const newDevices = (store: Store, count: number) =>
  store.transact((tx) => Array.from({ length: count }, () => newDevice(tx)))
const conversations = (count: number) => Array.from({ length: count }, () => makeId('conversation', distinct()))

describe.each(implementations)('store contract of the fleet: $name', ({ open }) => {
  test('[ORD1] an order keeps every field and its devices in their order, and is listed newest first by pages', () => {
    const store = open()
    const devices = newDevices(store, 5)
    const [one, two, three] = store.transact((tx) => [
      putOrder(tx, devices, {
        kind: 'sign-out',
        target: { type: 'filter', filter: { text: '香港', statuses: ['active'] } },
      }),
      putOrder(tx, [], { state: 'rejected', decidedBy: '陳', decidedById: 'user:u', decidedAtMs: 4, lapsesAtMs: 3 }),
      putOrder(tx, devices.slice(2)),
    ]) as [OrderRow, OrderRow, OrderRow]
    expect(one).toMatchObject({ devices: 5, reason: '遺失', target: { type: 'filter', filter: { text: '香港' } } })
    expect(store.view.order(two.orderId)).toEqual(two)
    expect(two).toMatchObject({ decidedBy: '陳', decidedById: 'user:u', decidedAtMs: 4, lapsesAtMs: 3, devices: 0 })
    expect(store.view.ordersBefore(undefined, 2)).toEqual([three, two])
    expect(store.view.ordersBefore(two.position, 2)).toEqual([one])
    expect(store.view.deviceIdsOf(one.orderId, 1, 2)).toEqual(devices.slice(1, 3))
    expect(store.view.deviceIdsOf(one.orderId, 4, 9)).toEqual(devices.slice(4))
    const more = newDevices(store, 2)
    store.transact((tx) => tx.addToOrder(three.orderId, more))
    expect(store.view.order(three.orderId)?.devices).toBe(5)
    expect(store.view.deviceIdsOf(three.orderId, 2, 9)).toEqual([devices[4], ...more])
  })

  test('[ORD2] orders that await approval are found, the first to lapse first, until they are decided', () => {
    const store = open()
    const awaiting = { state: 'awaiting-approval' as const }
    const [late, soon] = store.transact((tx) => [
      putOrder(tx, [], { ...awaiting, lapsesAtMs: 9 }),
      putOrder(tx, [], { ...awaiting, lapsesAtMs: 5 }),
      putOrder(tx, []),
    ]) as [OrderRow, OrderRow, OrderRow]
    expect(store.view.ordersAwaiting()).toEqual([soon, late])
    const decided = { state: 'issued', decidedBy: 'B', decidedById: 'user:b', decidedAtMs: 6 } as const
    store.transact((tx) => tx.updateOrder(soon.orderId, decided))
    expect(store.view.ordersAwaiting()).toEqual([late])
    expect(store.view.order(soon.orderId)).toEqual({ ...soon, ...decided })
  })

  test('[ORD3] of a device one wipe of the whole is open, beside any number of single conversations', () => {
    const store = open()
    const [deviceId = '' as never, other = '' as never] = newDevices(store, 2)
    const [first, second, whole] = store.transact((tx) => [
      putWipe(tx, deviceId, { conversationIds: conversations(2) }),
      putWipe(tx, deviceId, { conversationIds: conversations(1), status: 'delivered' }),
      putWipe(tx, deviceId),
      putWipe(tx, other, { conversationIds: conversations(1) }),
    ])
    expect(store.view.openWipeOf(deviceId)).toEqual(whole)
    expect(store.view.openConversationWipesOf(deviceId, 9)).toEqual([first, second])
    expect(store.view.openConversationWipesOf(deviceId, 1)).toEqual([first])
    expect(store.view.wipesOfDevice(deviceId)).toEqual([whole, second, first])
    expect(() => store.transact((tx) => putWipe(tx, deviceId))).toThrow()
    const done = { status: 'done', receipt: 'r', countersignature: 'c', doneAtMs: 3 } as const
    store.transact((tx) => {
      for (const row of [first, whole]) if (row !== undefined) tx.updateWipe(row.wipeId, done)
    })
    expect(store.view.openWipeOf(deviceId)).toBeUndefined()
    expect(store.view.openConversationWipesOf(deviceId, 9)).toEqual([second])
    expect(store.view.wipe(whole?.wipeId ?? ('' as never))).toEqual({ ...whole, ...done })
    const again = store.transact((tx) => putWipe(tx, deviceId, { status: 'delivered' }))
    expect(store.view.openWipeOf(deviceId)).toEqual(again)
  })

  test('[ORD4] wipes are found by order and device; unsigned ones wait, the oldest first', () => {
    const store = open()
    const devices = newDevices(store, 3)
    const unsigned = { order: undefined, counter: 0, expiresAtMs: undefined }
    const [order, rows] = store.transact((tx) => {
      const made = putOrder(tx, devices)
      const { orderId } = made
      return [made, devices.map((id, i) => putWipe(tx, id, { orderId, ...unsigned, issuedAtMs: 5 - i }))] as const
    })
    expect(store.view.wipeIn(order.orderId, devices[1] ?? ('' as never))).toEqual(rows[1])
    expect(store.view.wipeIn(makeId('order', distinct()), devices[1] ?? ('' as never))).toBeUndefined()
    expect(store.view.unsignedWipes(2)).toEqual([rows[2], rows[1]])
    const signed = { order: 'x.y.z', counter: 3, expiresAtMs: 77 }
    store.transact((tx) => tx.updateWipe(rows[2]?.wipeId ?? ('' as never), signed))
    expect(store.view.unsignedWipes(9)).toEqual([rows[1], rows[0]])
    expect(store.view.wipe(rows[2]?.wipeId ?? ('' as never))).toEqual({ ...rows[2], ...signed })
    expect(() => store.transact((tx) => putWipe(tx, devices[0] ?? ('' as never), { orderId: order.orderId }))).toThrow()
  })

  test('[ORD5] a device has one open sign-out; it ends, and another may follow', () => {
    const store = open()
    const [deviceId = '' as never] = newDevices(store, 1)
    const first = store.transact((tx) => putSignOut(tx, deviceId, { order: undefined, counter: 0 }))
    expect(store.view.openSignOutOf(deviceId)).toEqual(first)
    expect(store.view.unsignedSignOuts(9)).toEqual([first])
    expect(() => store.transact((tx) => putSignOut(tx, deviceId))).toThrow()
    const delivered = { status: 'delivered', order: 'x.y.z', counter: 2, deliveredAtMs: 4 } as const
    store.transact((tx) => tx.updateSignOut(first.orderId, deviceId, delivered))
    expect(store.view.signOut(first.orderId, deviceId)).toEqual({ ...first, ...delivered })
    expect(store.view.unsignedSignOuts(9)).toEqual([])
    const ended = { endedAtMs: 5, endedBy: 'signed-in' } as const
    store.transact((tx) => tx.updateSignOut(first.orderId, deviceId, ended))
    expect(store.view.openSignOutOf(deviceId)).toBeUndefined()
    const second = store.transact((tx) => putSignOut(tx, deviceId))
    expect(store.view.signOutsOfDevice(deviceId)).toEqual([second, { ...first, ...delivered, ...ended }])
  })

  test('[ORD6] an order is as far as its devices: those that came under another wipe first count as far as that is', () => {
    const store = open()
    const [a, b, c, d] = newDevices(store, 4) as [never, never, never, never]
    const [wipe, signOut, waiting] = store.transact((tx) => {
      const elsewhere = putWipe(tx, d, { status: 'delivered' })
      const { orderId } = putOrder(tx, [a, b, c, d])
      putWipe(tx, a, { orderId })
      putWipe(tx, b, { orderId, status: 'done' })
      putWipe(tx, c, { orderId, status: 'failed' })
      const out = putOrder(tx, [a, b, c, d], { kind: 'sign-out' }).orderId
      putSignOut(tx, a, { orderId: out })
      putSignOut(tx, b, { orderId: out, status: 'delivered' })
      expect(elsewhere.orderId).not.toBe(orderId)
      return [orderId, out, putOrder(tx, [a], { state: 'awaiting-approval', lapsesAtMs: 3 }).orderId] as const
    })
    expect(store.view.orderProgress(wipe)).toEqual({ pending: 1, delivered: 1, done: 1, failed: 1 })
    expect(store.view.orderProgress(signOut)).toEqual({ pending: 1, delivered: 1, done: 1, failed: 1 })
    expect(store.view.orderProgress(waiting)).toEqual({ pending: 0, delivered: 0, done: 0, failed: 0 })
  })

  test.each<[string, (tx: StoreTx) => void]>([
    ['an order for no device', (tx) => putOrder(tx, [makeId('device', distinct())])],
    ['a wipe of no order', (tx) => putWipe(tx, newDevice(tx), { orderId: makeId('order', distinct()) })],
    ['a sign-out of no order', (tx) => putSignOut(tx, newDevice(tx), { orderId: makeId('order', distinct()) })],
    [
      'two orders of one id',
      (tx) => {
        const orderId = makeId('order', distinct())
        for (let i = 0; i < 2; i++) putOrder(tx, [], { orderId })
      },
    ],
    [
      'two operators of one token',
      (tx) => {
        for (const n of [1, 2]) tx.insertOperator({ ...operator(n), tokenHash: Uint8Array.of(7) })
      },
    ],
    ['an operator who is nobody', (tx) => tx.insertOperator({ ...operator(1), userId: makeId('user', distinct()) })],
    ['a delivery to no webhook', (tx) => tx.insertDelivery(delivery(makeId('webhook', distinct())))],
  ])('[ORD7] %s cannot be stored, and leaves nothing', (_, work) => {
    const store = open()
    expect(() => store.transact(work)).toThrow()
    expect([store.view.ordersBefore(undefined, 9), store.view.users(), store.view.operators()]).toEqual([[], [], []])
  })

  test('[ORD8] a transaction that throws takes back orders, wipes, sign-outs, answers, operators and deliveries', () => {
    const store = open()
    const devices = newDevices(store, 2) as [never, never]
    const hook = webhook()
    const [order, wipe, signOut] = store.transact((tx) => {
      tx.insertWebhook(hook)
      tx.insertDelivery(delivery(hook.webhookId))
      tx.putIdempotency({ identity: 'root', key: 'k', requestHash: 'h', answer: '{}', atMs: 1 })
      return [putOrder(tx, devices), putWipe(tx, devices[0]), putSignOut(tx, devices[1])]
    })
    const snapshot = () =>
      plain([
        store.view.ordersBefore(undefined, 9),
        devices.map((id) => [store.view.wipesOfDevice(id), store.view.signOutsOfDevice(id)]),
        store.view.deviceIdsOf(order.orderId, 0, 9),
        store.view.idempotency('root', 'k'),
        store.view.operators(),
        store.view.webhooks(),
        store.view.nextDeliveryOf(hook.webhookId),
      ])
    const before = snapshot()
    expect(() =>
      store.transact((tx) => {
        tx.updateOrder(order.orderId, { state: 'lapsed', decidedAtMs: 7 })
        tx.addToOrder(order.orderId, [newDevice(tx)])
        tx.updateWipe(wipe.wipeId, { status: 'done' })
        tx.updateSignOut(signOut.orderId, devices[1], { endedAtMs: 3, endedBy: 'wipe' })
        putWipe(tx, devices[1])
        putSignOut(tx, devices[0])
        tx.putIdempotency({ identity: 'root', key: 'k', requestHash: 'other', answer: '1', atMs: 2 })
        tx.insertOperator(operator(1))
        tx.dropWebhook(hook.webhookId)
        throw new Error('enough')
      }),
    ).toThrow('enough')
    expect(snapshot()).toEqual(before)
  })

  test('[ORD9] what a request was answered is kept by identity and key, replaced, and forgotten in time', () => {
    const store = open()
    const row = { identity: 'root', key: 'k', requestHash: 'h', answer: '{"a":1}', atMs: 5 }
    store.transact((tx) => {
      tx.putIdempotency(row)
      tx.putIdempotency({ ...row, identity: 'user:u', atMs: 9 })
    })
    expect(store.view.idempotency('root', 'k')).toEqual(row)
    expect(store.view.idempotency('root', 'other')).toBeUndefined()
    store.transact((tx) => tx.putIdempotency({ ...row, answer: '2', atMs: 6 }))
    expect(store.view.idempotency('root', 'k')).toMatchObject({ answer: '2' })
    store.transact((tx) => tx.dropIdempotency(7))
    expect(store.view.idempotency('root', 'k')).toBeUndefined()
    expect(store.view.idempotency('user:u', 'k')).toMatchObject({ atMs: 9 })
  })

  test('[ORD10] operators are found by id and by token, also once revoked', () => {
    const store = open()
    const [one, two] = [operator(1), operator(2)]
    store.transact((tx) => {
      tx.insertOperator({ ...one, userId: putUser(tx).userId })
      tx.insertOperator(two)
    })
    expect(plain(store.view.operatorByToken(two.tokenHash))).toEqual(plain(two))
    expect(store.view.operatorByToken(Uint8Array.of(9))).toBeUndefined()
    store.transact((tx) => tx.revokeOperator(one.operatorId, 8))
    expect(store.view.operator(one.operatorId)).toMatchObject({ revokedAtMs: 8 })
    expect(store.view.operators().map((row) => row.operatorId)).toEqual([one.operatorId, two.operatorId])
  })

  test('[ORD11] a webhook’s deliveries are tried in order of time; given up they are counted, and dropped with age or with it', () => {
    const store = open()
    const hook = webhook()
    const { webhookId } = hook
    store.transact((tx) => {
      tx.insertWebhook(hook)
      for (const nextAtMs of [30, 10, 20]) tx.insertDelivery({ ...delivery(webhookId), nextAtMs })
    })
    expect(plain(store.view.webhook(webhookId))).toEqual(plain(hook))
    const next = () => store.view.nextDeliveryOf(webhookId)
    const first = next()
    expect(first).toMatchObject({ ...delivery(webhookId), nextAtMs: 10 })
    store.transact((tx) => tx.updateDelivery(first?.position ?? 0, { tries: 16, nextAtMs: undefined }))
    expect(next()).toMatchObject({ nextAtMs: 20 })
    store.transact((tx) => {
      tx.dropDelivery(next()?.position ?? 0)
      tx.updateWebhook(webhookId, { lastDeliveredAtMs: 20, lastFailure: '503' })
    })
    expect(store.view.deliveryCounts(webhookId)).toEqual({ waiting: 1, givenUp: 1 })
    expect(store.view.webhooks()).toMatchObject([{ lastDeliveredAtMs: 20, lastFailure: '503' }])
    store.transact((tx) => tx.dropGivenUp(2))
    expect(store.view.deliveryCounts(webhookId)).toEqual({ waiting: 1, givenUp: 0 })
    store.transact((tx) => tx.dropWebhook(webhookId))
    expect([store.view.webhooks(), next()]).toEqual([[], undefined])
  })

  test('[ORD12] roles, a cache’s size, ended leases, where words were withdrawn, and who did it are kept', () => {
    const store = open()
    const [user, device, conversation] = store.transact((tx) => {
      const row = putUser(tx, { roles: ['it'] })
      const other = putUser(tx)
      const made = putConversation(tx, [row.userId, other.userId])
      const { conversationId } = made
      tx.putMembership({ conversationId, userId: other.userId, active: false, revision: tx.nextRevision('access') })
      tx.updateConversation(conversationId, { withdrawnSeq: 7 })
      for (const subject of ['a', 'b', 'a']) {
        tx.recordAct({ atMs: 1, actor: '陳', actorId: 'user:u', act: 'x', subject, detail: '{}' })
      }
      return [row, putDevice(tx, row.userId, { status: 'signed-out' }), { ...made, other: other.userId }] as const
    })
    expect(store.view.user(user.userId)?.roles).toEqual(['it'])
    store.transact((tx) => {
      tx.updateUser({ ...user, roles: [] })
      tx.updateDevice(device.deviceId, { cacheBytes: 5_000_000_000 })
    })
    expect(store.view.user(user.userId)?.roles).toEqual([])
    expect(store.view.devicesOf(user.userId)).toEqual([{ ...device, cacheBytes: 5_000_000_000 }])
    store.transact((tx) => {
      const leases = [
        [20, 'active'],
        [10, 'active'],
        [30, 'active'],
        [15, 'signed-out'],
      ] as const
      for (const [leaseUntilMs, status] of leases) putDevice(tx, user.userId, { leaseUntilMs, status })
    })
    const ended = store.view.leasesEnded(9, 20)
    expect(ended.map((id) => store.view.device(id)?.leaseUntilMs)).toEqual([10, 20])
    expect(store.view.leasesEnded(20, 29)).toEqual([])
    expect(store.view.conversation(conversation.conversationId)?.withdrawnSeq).toBe(7)
    const ever = [user.userId, conversation.other].sort()
    expect(store.view.memberIdsEverOf(conversation.conversationId)).toEqual(ever)
    expect(store.view.memberIdsOf(conversation.conversationId)).toEqual([user.userId])
    expect(store.view.actsOn('a', 9).map((act) => [act.position, act.actor, act.actorId])).toEqual([
      [3, '陳', 'user:u'],
      [1, '陳', 'user:u'],
    ])
    expect(store.view.actsOn('a', 1)).toHaveLength(1)
  })
})

function operator(n: number) {
  return {
    operatorId: makeId('operator', distinct()),
    name: `Operator ${n}`,
    tokenHash: Uint8Array.of(n),
    userId: undefined,
    createdAtMs: 1,
    revokedAtMs: undefined,
  }
}

function webhook() {
  return {
    webhookId: makeId('webhook', distinct()),
    url: 'https://example.com/hook',
    events: ['wipe.done', 'device.enrolled'] as const,
    sealedSecret: Uint8Array.of(1, 2),
    createdAtMs: 1,
    lastDeliveredAtMs: undefined,
    lastFailure: undefined,
  }
}

function delivery(webhookId: ReturnType<typeof webhook>['webhookId']) {
  return { webhookId, messageId: 'msg', body: '{}', createdAtMs: 1, tries: 0, nextAtMs: 5 }
}
