// Checks what IT's orders go through: who may give and decide them, when, for which devices, and that nothing of one is done
// by half.

import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { makeId } from '../../shared/model.ts'
import type { Actor } from '../admin/actor.ts'
import type { Store, StoreTx } from '../store/port.ts'
import { openImplementations } from '../store/store-fixtures.ts'
import { addGroup, enrolDevice, makeReceipt, type TestDevice } from '../test-device.ts'
import { ada, ben, codeOf, forDevices, type OrderSite, openSite, taken } from './test-order-site.ts'

let site: OrderSite
const everybody = { type: 'filter', filter: {} } as const

beforeEach(async () => {
  site = await openSite()
  site.addUsers('alice', 'bob')
})
afterEach(() => site.close())

/** Six devices of Alice: one more than an order may be for without a second person. */
const enrolMany = () => site.enrol(...Array.from({ length: limits.approvalAbove + 1 }, () => 'alice'))
const decide = (orderId: string, approve: boolean, by: Actor) =>
  site.server().admin.decideOrder({ orderId: orderId as never, approve }, by)
const statesOf = () => site.view.ordersBefore(undefined, 9).map((row) => row.state)

describe('approval', () => {
  test('[ORD15] an order for few devices is issued at once, in the name of whoever gave it', async () => {
    const devices = await site.enrol('alice', 'bob')
    const given = site.order('wipe', forDevices(...devices))
    expect(given).toMatchObject({ state: 'issued', orderedBy: 'Ada', devices: 2, isMine: true })
    expect(given.progress).toEqual({ pending: 2, delivered: 0, done: 0, failed: 0 })
    expect(site.statuses(...devices)).toEqual(['wipe-pending', 'wipe-pending'])
    const wipes = devices.map(site.wipeOf)
    for (const [i, wipe] of wipes.entries()) {
      const { wipeId, deviceId } = wipe
      expect(await site.read(wipe.order)).toMatchObject({ wipeId, deviceId, issuedBy: 'Ada', counter: 1 })
      expect(deviceId).toBe(devices[i]?.deviceId)
      expect(site.view.leaseShare(deviceId)).toBeUndefined()
    }
  })

  test('[ORD16] an order for more devices waits: nothing happens to any of them until a second person approves', async () => {
    const devices = await enrolMany()
    const given = site.order('wipe', everybody)
    expect(given).toMatchObject({ state: 'awaiting-approval', devices: 6 })
    expect(given.lapsesAtMs).toBe(site.clock.nowMs() + limits.approvalMs)
    expect(new Set(site.statuses(...devices))).toEqual(new Set(['active']))
    expect(devices.every(({ deviceId }) => site.view.leaseShare(deviceId) !== undefined)).toBe(true)
    expect(devices.flatMap(({ deviceId }) => site.view.wipesOfDevice(deviceId))).toEqual([])

    expect(codeOf(decide(given.orderId, true, ada))).toBe('approval-own')
    expect(new Set(site.statuses(...devices))).toEqual(new Set(['active']))

    site.clock.advance(60_000)
    expect(taken(decide(given.orderId, true, ben))).toMatchObject({
      state: 'issued',
      decidedBy: '陳主任',
      isMine: false,
    })
    expect(new Set(site.statuses(...devices))).toEqual(new Set(['wipe-pending']))
    const wipe = site.wipeOf(devices[3] as TestDevice)
    expect(wipe.issuedAtMs).toBe(site.clock.nowMs())
    expect(await site.read(wipe.order)).toMatchObject({ issuedBy: 'Ada', approvedBy: '陳主任' })
  })

  const approve = (by: Actor) => ({ approve: true, by })
  const reject = (by: Actor) => ({ approve: false, by })
  const anotherToken = { ...ben, identity: ada.identity }
  test.each<[string, waitedMs: number, steps: { approve: boolean; by: Actor }[], code: string, state: string]>([
    ['approved by another', 0, [approve(ben)], 'ok', 'issued'],
    ['approved by whoever gave it', 0, [approve(ada)], 'approval-own', 'awaiting-approval'],
    ['approved by the same person otherwise', 0, [approve(anotherToken)], 'approval-own', 'awaiting-approval'],
    ['rejected by another', 0, [reject(ben)], 'ok', 'rejected'],
    ['rejected by whoever gave it', 0, [reject(ada)], 'ok', 'rejected'],
    ['approved when it was rejected', 0, [reject(ben), approve(ben)], 'order-decided', 'rejected'],
    ['rejected when it was approved', 0, [approve(ben), reject(ben)], 'order-decided', 'issued'],
    ['approved twice', 0, [approve(ben), approve(ben)], 'order-decided', 'issued'],
    ['approved in the last moment', limits.approvalMs - 1, [approve(ben)], 'ok', 'issued'],
    ['approved when it had lapsed', limits.approvalMs, [approve(ben)], 'order-decided', 'lapsed'],
    ['rejected when it had lapsed', limits.approvalMs, [reject(ben)], 'order-decided', 'lapsed'],
  ])('[ORD17] an order that awaits approval, %s', async (_, waitedMs, steps, code, state) => {
    const devices = await enrolMany()
    const { orderId } = site.order('wipe', everybody)
    site.clock.advance(waitedMs)
    const codes = steps.map((step) => codeOf(decide(orderId, step.approve, step.by)))
    expect(codes.at(-1)).toBe(code)
    expect(site.view.order(orderId)?.state).toBe(state)
    expect(site.statuses(...devices)[0]).toBe(state === 'issued' ? 'wipe-pending' : 'active')
  })

  test('[ORD17] an order that is not there cannot be decided', () => {
    expect(codeOf(decide(makeId('order', Buffer.alloc(20)), true, ben))).toBe('not-found')
  })

  test('[ORD17] an order past its time cannot be approved even where the clock has not yet marked it', async () => {
    await enrolMany()
    const { orderId } = site.order('wipe', everybody)
    // As after a sleep: the time is past, the timer has not run.
    await site.server().close()
    site.clock.advance(limits.approvalMs)
    site.store.transact((tx) => tx.updateOrder(orderId, { state: 'awaiting-approval', decidedAtMs: undefined }))
    expect(codeOf(decide(orderId, true, ben))).toBe('order-decided')
    expect(site.view.order(orderId)?.state).toBe('lapsed')
    await site.restart()
  })

  test('[ORD18] an order lapses by the clock, also while the server is down, and is told of once', async () => {
    await enrolMany()
    const first = site.order('wipe', everybody)
    site.clock.advance(limits.approvalMs / 2)
    const second = site.order('sign-out', everybody, ben)
    site.clock.advance(limits.approvalMs / 2)
    expect(statesOf()).toEqual(['awaiting-approval', 'lapsed'])
    expect(site.view.actsOn(first.orderId, 9).map((act) => act.act)).toEqual(['lapseOrder', 'giveOrder'])
    await site.server().close()
    site.clock.advance(limits.approvalMs)
    await site.restart()
    expect(statesOf()).toEqual(['lapsed', 'lapsed'])
    expect(site.view.actsOn(second.orderId, 9)[0]).toMatchObject({ act: 'lapseOrder', actorId: '' })
  })

  test('[ORD19] beyond the rule an order needs the digest of its dry run, and the fleet may not have moved since', async () => {
    await enrolMany()
    const { admin } = site.server()
    const { digest, devices, needsApproval } = taken(admin.tryOrder({ kind: 'wipe', target: everybody }))
    expect([devices, needsApproval]).toEqual([6, true])
    const give = (changes: object) => admin.giveOrder({ kind: 'wipe', target: everybody, reason: 'r', ...changes }, ada)
    expect(codeOf(give({}))).toBe('fleet-moved')
    expect(codeOf(give({ digest: digest.slice(1) }))).toBe('fleet-moved')
    const [newcomer] = await site.enrol('bob')
    expect(codeOf(give({ digest }))).toBe('fleet-moved')
    expect(statesOf()).toEqual([])
    // Few devices: the digest is not needed, but where it is given it counts.
    const one = forDevices(newcomer as TestDevice)
    expect(codeOf(give({ target: one, digest }))).toBe('fleet-moved')
    expect(codeOf(give({ target: one }))).toBe('ok')
    const again = taken(admin.tryOrder({ kind: 'wipe', target: everybody }))
    expect(again).toMatchObject({ devices: 6, leftOut: 1, digest })
    expect(codeOf(give({ digest }))).toBe('ok')
  })

  test('[ORD20] devices that a person has got since are no part of an order, so it is not approved; those of conversations are added', async () => {
    await enrolMany()
    const alice = taken(site.server().admin.listUsers({}))[0]?.id as never
    const { orderId } = site.order('wipe', { type: 'user', userId: alice })
    const conversationId = addGroup(site.server(), 'alice', 'bob')
    const talk = site.order('wipe', { type: 'conversations', conversationIds: [conversationId] }, ben)
    expect(talk.state).toBe('awaiting-approval')
    const [late, other] = (await site.enrol('alice', 'bob')) as [TestDevice, TestDevice]
    expect(codeOf(decide(orderId, true, ben))).toBe('fleet-moved')
    expect(site.view.order(orderId)?.state).toBe('awaiting-approval')
    expect(codeOf(decide(orderId, false, ben))).toBe('ok')
    expect(taken(decide(talk.orderId, true, ada))).toMatchObject({ state: 'issued', devices: 8 })
    expect([site.wipeOf(late), site.wipeOf(other)].map((wipe) => wipe.conversationIds)).toEqual([
      [conversationId],
      [conversationId],
    ])
  })

  test('[ORD21] a device that came under another wipe meanwhile is left out of what is issued, and counted as that stands', async () => {
    const devices = await enrolMany()
    const { orderId } = site.order('wipe', everybody)
    const single = taken(site.server().admin.wipeDevice({ deviceId: devices[0]?.deviceId as never, reason: 'x' }))
    const issued = taken(decide(orderId, true, ben))
    expect(site.view.wipesOfDevice(single.deviceId).map((row) => row.wipeId)).toEqual([single.wipeId])
    expect(site.view.wipeIn(orderId, single.deviceId)).toBeUndefined()
    expect(issued.progress).toEqual({ pending: 6, delivered: 0, done: 0, failed: 0 })
  })
})

describe('targets', () => {
  test('[ORD22] a person’s devices are wiped, also a signed-out one, whose sign-out ends by it', async () => {
    const [one, two, other] = (await site.enrol('alice', 'alice', 'bob')) as [TestDevice, TestDevice, TestDevice]
    site.issue('sign-out', forDevices(two))
    site.clock.advance(1000)
    expect(taken(site.server().admin.wipeUser({ userName: 'alice', reason: 'left' }, ada))).toMatchObject({
      targetType: 'user',
      devices: 2,
      state: 'issued',
    })
    expect(site.statuses(one, two, other)).toEqual(['wipe-pending', 'wipe-pending', 'active'])
    expect(site.view.openSignOutOf(two.deviceId)).toBeUndefined()
    expect(site.view.signOutsOfDevice(two.deviceId)).toMatchObject([{ endedBy: 'wipe', endedAtMs: site.clock.nowMs() }])
    // The counter is the device's own, whatever the kind of order.
    expect([site.wipeOf(one).counter, site.wipeOf(two).counter]).toEqual([1, 2])
  })

  test.each<[string, (devices: TestDevice[]) => [kind: 'wipe' | 'sign-out', target: object], string]>([
    [
      'a device that is not there',
      () => ['wipe', forDevices({ deviceId: makeId('device', Buffer.alloc(20)) })],
      'not-found',
    ],
    [
      'a person who is not there',
      () => ['wipe', { type: 'user', userId: makeId('user', Buffer.alloc(20)) }],
      'not-found',
    ],
    [
      'a conversation that is not there',
      () => ['wipe', { type: 'conversations', conversationIds: [makeId('conversation', Buffer.alloc(20))] }],
      'not-found',
    ],
    [
      'a sign-out of conversations',
      () => ['sign-out', { type: 'conversations', conversationIds: [makeId('conversation', Buffer.alloc(20))] }],
      'bad-input',
    ],
    ['a wipe of a device under a wipe', ([, wiped]) => ['wipe', forDevices(wiped as TestDevice)], 'device-wiped'],
    [
      'a sign-out of a device under a wipe',
      ([, wiped]) => ['sign-out', forDevices(wiped as TestDevice)],
      'device-wiped',
    ],
    ['a sign-out of a signed-out device', ([out]) => ['sign-out', forDevices(out as TestDevice)], 'signed-out'],
  ])('[ORD23] %s is refused, and no order is kept', async (_, make, code) => {
    const [out, wiped] = (await site.enrol('alice', 'bob')) as [TestDevice, TestDevice]
    site.issue('sign-out', forDevices(out))
    site.issue('wipe', forDevices(wiped))
    const before = site.view.ordersBefore(undefined, 9).length
    const [kind, target] = make([out, wiped])
    const { admin } = site.server()
    expect(codeOf(admin.tryOrder({ kind, target: target as never }))).toBe(code)
    expect(codeOf(admin.giveOrder({ kind, target: target as never, reason: 'r' }, ada))).toBe(code)
    expect(site.view.ordersBefore(undefined, 9)).toHaveLength(before)
  })

  test('[ORD24] a device named twice is wiped once', async () => {
    const [device] = (await site.enrol('alice')) as [TestDevice]
    expect(site.order('wipe', forDevices(device, device)).devices).toBe(1)
    expect(site.view.wipesOfDevice(device.deviceId)).toHaveLength(1)
  })

  test('[ORD25] where every wipe needs a second person, the single route gives none', async () => {
    const [device] = (await site.enrol('alice')) as [TestDevice]
    taken(site.server().admin.changeRules({ approvalAbove: 0 }))
    const { deviceId } = device
    expect(codeOf(site.server().admin.wipeDevice({ deviceId, reason: 'x' }))).toBe('not-allowed')
    expect(site.order('wipe', forDevices(device)).state).toBe('awaiting-approval')
    expect(site.statuses(device)).toEqual(['active'])
  })
})

describe('all or nothing', () => {
  /** A store whose transactions fail at their nth change. */
  function failing(store: Store) {
    let at = Number.POSITIVE_INFINITY
    const changes = /^(set|next|insert|update|spend|drop|put|destroy|append|raise|add|record|revoke)/
    const wrapped: Store = {
      ...store,
      transact: (work) =>
        store.transact((tx) => {
          let done = 0
          const counted = new Proxy(tx, {
            get: (target, name: keyof StoreTx & string) => {
              const value = target[name] as (...args: unknown[]) => unknown
              if (!changes.test(name)) return value
              return (...args: unknown[]) => {
                if (++done > at) throw new Error('killed')
                return value(...args)
              }
            },
          })
          return work(counted)
        }),
    }
    return { store: wrapped, failAt: (n: number) => (at = n) }
  }

  const { implementations, close } = openImplementations()
  afterAll(close)
  test.each(implementations)(
    '[ORD26] an order that is interrupted anywhere leaves every device, share and record as it was ($name)',
    async ({ open }) => {
      const { store, failAt } = failing(open())
      await site.close()
      site = await openSite(store)
      site.addUsers('alice', 'bob')
      const conversationId = addGroup(site.server(), 'alice', 'bob')
      const devices = await site.enrol('alice', 'bob')
      const { view } = store
      const snapshot = () =>
        JSON.stringify([
          view.devices(),
          devices.map(({ deviceId }) => [
            view.leaseShare(deviceId)?.generation,
            view.wipesOfDevice(deviceId),
            view.signOutsOfDevice(deviceId),
          ]),
          view.ordersBefore(undefined, 9),
          view.actsSince(0, 99),
          view.conversation(conversationId)?.withdrawnSeq,
          view.revision('access'),
        ])
      const kinds = [
        ['sign-out', forDevices(devices[1] as TestDevice)],
        ['wipe', { type: 'conversations', conversationIds: [conversationId] }],
        ['wipe', forDevices(...devices)],
      ] as const
      for (const [kind, target] of kinds) {
        const before = snapshot()
        let n = 0
        for (; ; n++) {
          failAt(n)
          try {
            taken(site.server().admin.giveOrder({ kind, target: target as never, reason: 'r' }, ada))
            break
          } catch (error) {
            expect(String(error)).toContain('killed')
            expect(snapshot()).toBe(before)
          }
        }
        failAt(Number.POSITIVE_INFINITY)
        expect(n).toBeGreaterThan(4)
        expect(snapshot()).not.toBe(before)
      }
      expect(site.statuses(...devices)).toEqual(['wipe-pending', 'wipe-pending'])
    },
  )

  test.each(implementations)(
    '[ORD54] a receipt that is interrupted anywhere is refused for the moment, and taken whole when it comes again ($name)',
    async ({ open }) => {
      const { store, failAt } = failing(open())
      await site.close()
      site = await openSite(store)
      site.addUsers('alice')
      const conversationId = addGroup(site.server(), 'alice')
      const [device] = (await site.enrol('alice')) as [TestDevice]
      site.issue('wipe', { type: 'conversations', conversationIds: [conversationId] })
      site.issue('wipe', forDevices(device))
      const { wipeId } = site.wipeOf(device)
      const receipt = makeReceipt(device, wipeId)
      const snapshot = () => JSON.stringify([store.view.wipesOfDevice(device.deviceId), store.view.actsSince(0, 99)])
      const before = snapshot()
      let status = 0
      for (let n = 0; status !== 200; n++) {
        failAt(n)
        status = (await site.deliver(wipeId, receipt)).status
        if (status !== 200) expect([status, snapshot(), site.statuses(device)]).toEqual([503, before, ['wipe-pending']])
        expect(n).toBeLessThan(20)
      }
      failAt(Number.POSITIVE_INFINITY)
      expect(store.view.wipesOfDevice(device.deviceId)).toMatchObject([
        { status: 'done', receipt, countersignature: expect.any(String) },
        { status: 'done', receipt, countersignature: expect.any(String) },
      ])
      expect(site.statuses(device)).toEqual(['wiped'])
    },
  )

  test('[ORD27] who gave, decided and answered an order stands on the record of acts', async () => {
    await enrolMany()
    const { orderId } = site.order('wipe', everybody)
    decide(orderId, true, ben)
    expect(
      site.view.actsOn(orderId, 9).map(({ act, actor, actorId, detail }) => [act, actor, actorId, JSON.parse(detail)]),
    ).toEqual([
      ['decideOrder', '陳主任', 'user:usr_b', { approve: true, devices: 6 }],
      [
        'giveOrder',
        'Ada',
        'operator:opr_a',
        { kind: 'wipe', target: everybody, reason: '遺失 laptop', state: 'awaiting-approval', devices: 6, leftOut: 0 },
      ],
    ])
  })

  test('[ORD28] IT’s own desktop can be wiped, also by its own person', async () => {
    const device = await enrolDevice(site.server(), 'bob')
    const by: Actor = { identity: `user:${device.userId}`, name: 'Bob', isRoot: false }
    expect(site.order('wipe', forDevices(device), by).state).toBe('issued')
    expect(site.statuses(device)).toEqual(['wipe-pending'])
  })
})
