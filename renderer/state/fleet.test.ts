import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SessionView } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import { deviceId, deviceOf, devicePage, orderId, orderOf, wipeId } from '../dev/fake-devices.ts'
import { type Answers, fail, ok, sessionOf, settle } from '../dev/fake-host.ts'
import { opened } from '../dev/fake-workspace.ts'
import { selectedCount } from './order-draft.ts'
import { awaitingOf } from './order-list.ts'

const itSession = sessionOf({ roles: ['it'] })
const noOrders = { orders: [], awaiting: 0 }

async function fleetOf(total: number, answers: Answers = {}, session: SessionView = itSession) {
  const workspace = await opened({
    getSession: () => ok(session),
    listDevices: (asked) => ok(devicePage(asked, total)),
    listOrders: () => ok(noOrders),
    showDevice: ({ deviceId: id }) => ok({ device: deviceOf(Number(id.slice(4))), timeline: [] }),
    ...answers,
  })
  const fleet = () => workspace.store.getState().fleet
  const asksOf = (name: string) => workspace.asked.filter((call) => call.name === name).map(({ args }) => args)
  const show = async () => {
    workspace.actions.showPane('fleet')
    await settle()
  }
  const picked = () => {
    const { selection, devices } = fleet()
    if (selection.type === 'all') return 'all'
    const ids = [...selection.devices.keys()].map((id) => Number(id.slice(4))).toSorted((a, b) => a - b)
    return { count: selectedCount(selection, devices.total), ids }
  }
  return { ...workspace, fleet, asksOf, show, picked }
}

describe('the fleet in the window', () => {
  it('[UIF10] is asked for only by IT people, and only when it is shown; orders at once, for their badge', async () => {
    const plain = await fleetOf(3, {}, sessionOf())
    expect(plain.asked.map(({ name }) => name)).not.toContain('listOrders')
    const { asksOf, show, fleet } = await fleetOf(3)
    expect(asksOf('listOrders')).toHaveLength(1)
    expect(asksOf('listDevices')).toEqual([])
    await show()
    expect(asksOf('listDevices')).toEqual([
      { filter: {}, sort: { by: 'person', descending: false }, from: 0, limit: limits.fleetPage },
    ])
    expect(fleet()).toMatchObject({ counts: { active: 3 }, devices: { total: 3 } })
  })

  it('[UIF10] goes from memory with the role, the app lock and the wipe', async () => {
    for (const next of [
      sessionOf(),
      sessionOf({ state: 'locked', roles: ['it'], appLock: { enabled: true, locked: true, lockAfterMinutes: 15 } }),
      sessionOf({ state: 'wiping', roles: ['it'] }),
    ]) {
      const { fleet, show, emit, store, actions } = await fleetOf(3)
      await show()
      await actions.selectRow(1)
      actions.beginOrderForSelection('wipe')
      emit('sessionChanged', next)
      await settle()
      expect(fleet()).toMatchObject({ devices: { total: undefined, pages: {} }, draft: undefined, counts: undefined })
      expect(selectedCount(fleet().selection, undefined)).toBe(0)
      expect(store.getState().dialog).toBeUndefined()
      if (next.roles.length === 0) expect(store.getState().pane).toBe('conversations')
    }
  })

  it('[UIF11] a change reads again what is shown and nothing else; orders always, for their badge', async () => {
    const { asksOf, show, emit, actions, fleet } = await fleetOf(1000)
    emit('fleetChanged', {})
    await settle()
    expect(asksOf('listOrders')).toHaveLength(2)
    expect(asksOf('listDevices')).toHaveLength(0)
    await show()
    actions.lookAtRows(0, 12)
    actions.showAside({ type: 'device', deviceId: deviceId(7) })
    await settle()
    const before = [asksOf('listDevices').length, asksOf('showDevice').length]
    emit('fleetChanged', {})
    await settle()
    expect([asksOf('listDevices').length, asksOf('showDevice').length]).toEqual(before.map((count) => count + 1))
    expect(fleet().device?.device.deviceId).toBe(deviceId(7))
    // Kept while it is read again: nothing flickers.
    expect(fleet().devices.epoch).toBe(1)
  })

  it('[UIF11] what was told stays when the connection goes, and is read again when it is back', async () => {
    let reached = true
    const { asksOf, show, emit, fleet } = await fleetOf(3, {
      listDevices: (asked) => (reached ? ok(devicePage(asked, 3)) : fail('offline')),
    })
    await show()
    reached = false
    emit('sessionChanged', sessionOf({ state: 'offline', roles: ['it'] }))
    emit('fleetChanged', {})
    await settle()
    expect(fleet().devices).toMatchObject({ total: 3, failure: { code: 'offline' } })
    const before = asksOf('listDevices').length
    reached = true
    emit('sessionChanged', itSession)
    await settle()
    expect(asksOf('listDevices').length).toBe(before + 1)
    expect(fleet().devices).toMatchObject({ total: 3, failure: undefined })
  })

  it('[UIF11] what stands beside the list is of what was last opened, whatever is answered later', async () => {
    const waiting: (() => void)[] = []
    const { actions, fleet, show } = await fleetOf(9, {
      showDevice: ({ deviceId: id }) =>
        new Promise((resolve) => {
          waiting.push(() => resolve(ok({ device: deviceOf(Number(id.slice(4))), timeline: [] })))
        }),
      showWipe: () => fail('not-found'),
    })
    await show()
    actions.showAside({ type: 'device', deviceId: deviceId(1) })
    actions.showAside({ type: 'device', deviceId: deviceId(2) })
    waiting.shift()?.()
    await settle()
    expect(fleet().device).toBeUndefined()
    waiting.shift()?.()
    await settle()
    expect(fleet().device?.device.deviceId).toBe(deviceId(2))
    actions.showAside({ type: 'wipe', wipeId: wipeId(1), deviceId: deviceId(2) })
    await settle()
    expect(fleet()).toMatchObject({ device: undefined, wipe: undefined, asideFailure: { code: 'not-found' } })
    actions.showAside(undefined)
    expect(fleet().asideFailure).toBeUndefined()
  })
})

describe('narrowing and sorting the fleet', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('[UIF12] words are asked for once typing pauses; a filter that asks nothing is left out', async () => {
    const { actions, asksOf, show, fleet } = await fleetOf(9)
    await show()
    actions.setFleetText('c')
    actions.setFleetText('chan ')
    expect(fleet().text).toBe('chan ')
    vi.advanceTimersByTime(1000)
    await settle()
    expect(asksOf('listDevices').slice(1)).toMatchObject([{ filter: { text: 'chan' }, from: 0 }])
    actions.changeFilter({ statuses: ['active'], systems: undefined })
    await settle()
    expect(fleet().filter).toEqual({ text: 'chan', statuses: ['active'] })
    actions.changeFilter({ statuses: [] })
    await settle()
    expect(fleet().filter).toEqual({ text: 'chan' })
    actions.clearFilter()
    await settle()
    expect(fleet()).toMatchObject({ filter: {}, text: '' })
  })

  it('[UIF12] a column sorts by what is most wanted first, then the other way round', async () => {
    const { actions, asksOf, show } = await fleetOf(9)
    await show()
    for (const by of ['seen', 'seen', 'name'] as const) {
      actions.sortFleet(by)
      await settle()
    }
    expect(asksOf('listDevices').slice(1)).toMatchObject([
      { sort: { by: 'seen', descending: true } },
      { sort: { by: 'seen', descending: false } },
      { sort: { by: 'name', descending: false } },
    ])
  })

  it('[UIF12] a person’s devices are shown whatever was filtered before, under their name', async () => {
    const { actions, asksOf, fleet, store } = await fleetOf(9)
    const { userId } = deviceOf(4)
    actions.showDevicesOf(userId, 'Person 4')
    await settle()
    expect(store.getState().pane).toBe('fleet')
    expect(asksOf('listDevices')).toMatchObject([{ filter: { userId } }])
    expect(fleet().personName).toBe('Person 4')
    actions.changeFilter({ userId: undefined })
    expect(fleet()).toMatchObject({ filter: {}, personName: undefined })
  })
})

describe('selecting devices', () => {
  it('[UIF13] takes one, or all through to another, reading what is not here', async () => {
    const { actions, show, picked, asksOf } = await fleetOf(1000)
    await show()
    await actions.selectRow(2)
    await actions.selectRow(4)
    await actions.selectRow(2)
    expect(picked()).toEqual({ count: 1, ids: [4] })
    actions.lookAtRows(400, 412)
    await settle()
    const before = asksOf('listDevices').length
    await actions.selectRow(401, true)
    expect(picked()).toMatchObject({ count: 398 })
    expect(asksOf('listDevices').length).toBe(before)
    actions.clearSelection()
    expect(picked()).toEqual({ count: 0, ids: [] })
  })

  it('[UIF13] a stretch that reaches over pages not held reads them', async () => {
    const { actions, show, picked, asksOf, fleet } = await fleetOf(1000)
    await show()
    await actions.selectRow(0)
    actions.lookAtRows(860, 872)
    await settle()
    expect(fleet().devices.pages[2]).toBeUndefined()
    await actions.selectRow(865, true)
    expect(asksOf('listDevices').map((args) => (args as { from: number }).from)).toContain(2 * limits.fleetPage)
    expect(picked()).toMatchObject({ count: 866 })
  })

  it('[UIF14] all that match is one choice; of few, one can be taken out again; of many, none', async () => {
    const few = await fleetOf(450)
    await few.show()
    few.actions.selectAllRows()
    expect(few.picked()).toBe('all')
    expect(selectedCount(few.fleet().selection, 450)).toBe(450)
    await few.actions.selectRow(7)
    expect(few.picked()).toMatchObject({ count: 449 })
    const many = await fleetOf(limits.devicesPerOrder + 1)
    await many.show()
    many.actions.selectAllRows()
    await many.actions.selectRow(7)
    expect(many.picked()).toBe('all')
  })

  it('[UIF14] all that match ends with another filter; those picked one by one stay; a new order of rows changes neither', async () => {
    const { actions, show, picked } = await fleetOf(9)
    await show()
    actions.selectAllRows()
    actions.sortFleet('name')
    await settle()
    expect(picked()).toBe('all')
    actions.changeFilter({ statuses: ['active'] })
    await settle()
    expect(picked()).toEqual({ count: 0, ids: [] })
    await actions.selectRow(3)
    actions.clearFilter()
    await settle()
    expect(picked()).toEqual({ count: 1, ids: [3] })
  })

  it('[UIF14] more than an order takes one by one are not taken, and that is told', async () => {
    const { actions, show, picked, fleet } = await fleetOf(3000)
    await show()
    await actions.selectRow(0)
    actions.lookAtRows(1500, 1512)
    await settle()
    await actions.selectRow(1505, true)
    expect(picked()).toEqual({ count: 1, ids: [0] })
    expect(fleet().selectionFull).toBe(true)
    actions.lookAtRows(0, 12)
    await settle()
    await actions.selectRow(1)
    expect(fleet().selectionFull).toBe(false)
  })
})

describe('orders in the window', () => {
  const waiting = (index: number, isMine: boolean) => orderOf(index, { state: 'awaiting-approval', isMine })

  it('[UIF15] the badge counts orders that await approval and are not the user’s own', async () => {
    const { fleet } = await fleetOf(1, {
      listOrders: () => ok({ orders: [waiting(1, true), waiting(2, false), orderOf(3)], awaiting: 4 }),
    })
    expect(awaitingOf(fleet().orders)).toBe(3)
  })

  it('[UIF15] the list is read on from where it ends, no order twice, and read again as far as it was read', async () => {
    const all = [1, 2, 3, 4, 5].map((index) => orderOf(index))
    const { actions, fleet, asksOf, emit } = await fleetOf(1, {
      listOrders: ({ cursor }) => {
        const from = Number(cursor ?? 0)
        return ok({
          orders: all.slice(from, from + 2),
          awaiting: 0,
          ...(from + 2 < all.length ? { cursor: String(from + 2) } : {}),
        })
      },
    })
    const ids = () => fleet().orders.orders?.map((order) => Number(order.orderId.slice(4)))
    expect(ids()).toEqual([1, 2])
    // One more came meanwhile: the rest begins with one that is shown already.
    all.unshift(orderOf(0))
    await actions.readMoreOrders()
    expect(ids()).toEqual([1, 2, 3])
    emit('fleetChanged', {})
    await settle()
    expect(ids()).toEqual([0, 1, 2, 3])
    expect(asksOf('listOrders').at(-1)).toEqual({ cursor: '2' })
    await actions.readMoreOrders()
    await actions.readMoreOrders()
    expect(ids()).toEqual([0, 1, 2, 3, 4, 5])
    expect(fleet().orders.cursor).toBeUndefined()
  })

  it('[UIF16] an order’s page follows it; another order begins anew, and late answers are not mixed in', async () => {
    let done = 0
    const { actions, fleet, emit, show } = await fleetOf(1, {
      showOrder: ({ orderId: id, from }) =>
        ok({
          order: orderOf(Number(id.slice(4)), { progress: { pending: 1 - done, delivered: 0, done, failed: 0 } }),
          devices: [{ device: deviceOf(Number(id.slice(4))), status: done === 0 ? 'pending' : 'done' }],
          total: 1,
          from,
        }),
    })
    await show()
    actions.showFleet({ type: 'order', orderId: orderId(1) })
    await settle()
    expect(fleet()).toMatchObject({ order: { progress: { pending: 1 } }, orderRows: { total: 1 } })
    done = 1
    emit('fleetChanged', {})
    await settle()
    expect(fleet().order?.progress.done).toBe(1)
    expect(fleet().orderRows.pages[0]?.[0]?.status).toBe('done')
    actions.showFleet({ type: 'order', orderId: orderId(2) })
    expect(fleet()).toMatchObject({ order: undefined, orderRows: { total: undefined } })
    await settle()
    expect(fleet().order?.orderId).toBe(orderId(2))
  })

  it('[UIF16] a decision is told as it was answered; a no outside the window is no failure', async () => {
    let answer: ReturnType<NonNullable<Answers['decideOrder']>> = fail('not-allowed')
    const { actions, asksOf, fleet } = await fleetOf(1, {
      decideOrder: () => answer,
      showOrder: ({ from }) => ok({ order: orderOf(1), devices: [], total: 0, from }),
    })
    actions.showFleet({ type: 'order', orderId: orderId(1) })
    await settle()
    expect(await actions.decideOrder(orderId(1), true)).toBeUndefined()
    answer = fail('order-decided')
    expect(await actions.decideOrder(orderId(1), true)).toMatchObject({ code: 'order-decided' })
    answer = ok(orderOf(1, { state: 'rejected' }))
    expect(await actions.decideOrder(orderId(1), false)).toBeUndefined()
    expect(fleet().order?.state).toBe('rejected')
    expect(asksOf('decideOrder')).toEqual([
      { orderId: orderId(1), approve: true },
      { orderId: orderId(1), approve: true },
      { orderId: orderId(1), approve: false },
    ])
  })
})
