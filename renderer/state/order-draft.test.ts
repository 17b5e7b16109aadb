import { describe, expect, it } from 'vitest'
import { deviceId, devicePage, dryRunOf, orderId, orderOf } from '../dev/fake-devices.ts'
import { type Answers, fail, ok, sessionOf, settle } from '../dev/fake-host.ts'
import { a, opened } from '../dev/fake-workspace.ts'
import type { OrderDraft } from './fleet-state.ts'
import { gateOf, isCount } from './order-draft.ts'

async function writing(answers: Answers = {}, order: Pick<OrderDraft, 'kind' | 'target' | 'about'> = one) {
  const workspace = await opened({
    getSession: () => ok(sessionOf({ roles: ['it'] })),
    listOrders: () => ok({ orders: [], awaiting: 0 }),
    listDevices: (asked) => ok(devicePage(asked, 9)),
    tryOrder: () => ok(dryRunOf(1)),
    giveOrder: () => ok(orderOf(1)),
    showOrder: ({ from }) => ok({ order: orderOf(1), devices: [], total: 0, from }),
    ...answers,
  })
  workspace.actions.beginOrder(order)
  await settle()
  const draft = () => workspace.store.getState().fleet.draft
  const asksOf = (name: string) => workspace.asked.filter((call) => call.name === name).map(({ args }) => args)
  return { ...workspace, draft, asksOf }
}
const one: Pick<OrderDraft, 'kind' | 'target' | 'about'> = {
  kind: 'wipe',
  target: { type: 'devices', deviceIds: [deviceId(1)] },
  about: { type: 'device', name: 'WS-1' },
}

describe('the gates before an order', () => {
  const draft: OrderDraft = {
    ...one,
    reason: 'lost',
    typed: '',
    dryRun: dryRunOf(1),
    trying: false,
    giving: false,
    failure: undefined,
    moved: false,
    declined: false,
  }

  it('[UIF20] it is given only with a dry run that names somebody, a reason, and for many their number', () => {
    expect(gateOf(draft)).toBe('ready')
    expect(gateOf({ ...draft, dryRun: undefined })).toBe('no-dry-run')
    expect(gateOf({ ...draft, trying: true })).toBe('no-dry-run')
    expect(gateOf({ ...draft, dryRun: dryRunOf(0) })).toBe('nobody')
    expect(gateOf({ ...draft, reason: ' \n' })).toBe('no-reason')
    expect(gateOf({ ...draft, dryRun: dryRunOf(1204) })).toBe('not-confirmed')
    expect(gateOf({ ...draft, dryRun: dryRunOf(1204), typed: '1205' })).toBe('not-confirmed')
    expect(gateOf({ ...draft, dryRun: dryRunOf(1204), typed: '1204' })).toBe('ready')
    expect(gateOf({ ...draft, giving: true })).toBe('busy')
  })

  it('[UIF20] the number may be typed as people write it, and nothing else is it', () => {
    for (const typed of ['1204', '1,204', ' 1 204 ', '１２０４', '1，204', "1'204"])
      expect(isCount(typed, 1204)).toBe(true)
    for (const typed of ['', '120', '1204.5x', '-1204', '1e3', 'all', '12041204120412041204'])
      expect(isCount(typed, 1204)).toBe(false)
    expect(isCount('', 0)).toBe(false)
  })
})

describe('giving an order', () => {
  it('[UIF21] gives what the dry run showed, by its digest, and leads to the order', async () => {
    const { actions, draft, asksOf, store } = await writing()
    expect(draft()).toMatchObject({ trying: false, dryRun: { devices: 1 } })
    expect(store.getState().dialog).toBe('order')
    await actions.giveOrder()
    expect(asksOf('giveOrder')).toEqual([])
    actions.writeOrder({ reason: '  lost laptop ' })
    await actions.giveOrder()
    await settle()
    expect(asksOf('giveOrder')).toEqual([
      { kind: 'wipe', target: one.target, reason: 'lost laptop', digest: 'digest-1' },
    ])
    const { dialog, pane, fleet } = store.getState()
    expect({ dialog, pane }).toEqual({ dialog: undefined, pane: 'fleet' })
    expect(fleet).toMatchObject({ draft: undefined, view: { type: 'order', orderId: orderId(1) } })
  })

  it('[UIF21] where the devices have changed it is run dry again, confirmed again, and only then given', async () => {
    let devices = 12
    const { actions, draft, asksOf } = await writing({
      tryOrder: () => ok(dryRunOf(devices)),
      giveOrder: ({ digest }) => (digest === `digest-${devices}` ? ok(orderOf(1)) : fail('fleet-moved')),
    })
    actions.writeOrder({ reason: 'lost', typed: '12' })
    devices = 13
    await actions.giveOrder()
    await settle()
    expect(draft()).toMatchObject({
      moved: true,
      typed: '',
      reason: 'lost',
      dryRun: { devices: 13 },
      failure: undefined,
    })
    await actions.giveOrder()
    expect(asksOf('giveOrder')).toHaveLength(1)
    actions.writeOrder({ typed: '13' })
    await actions.giveOrder()
    await settle()
    expect(asksOf('giveOrder')).toHaveLength(2)
    expect(draft()).toBeUndefined()
  })

  it('[UIF22] a no outside the window orders nothing and is no failure', async () => {
    const { actions, draft, store } = await writing({ giveOrder: () => fail('not-allowed') })
    actions.writeOrder({ reason: 'lost' })
    await actions.giveOrder()
    expect(draft()).toMatchObject({ declined: true, giving: false, failure: undefined, reason: 'lost' })
    expect(store.getState().dialog).toBe('order')
    actions.writeOrder({ reason: 'lost again' })
    expect(draft()?.declined).toBe(false)
  })

  it('[UIF22] what the server refuses it with is told, and what was entered stays', async () => {
    const { actions, draft } = await writing({ giveOrder: () => fail('unavailable') })
    actions.writeOrder({ reason: 'lost' })
    await actions.giveOrder()
    expect(draft()).toMatchObject({ failure: { code: 'unavailable' }, giving: false, reason: 'lost' })
    expect(gateOf(draft() as OrderDraft)).toBe('ready')
  })

  it('[UIF22] a second press while one is under way gives no second order', async () => {
    let answer: (() => void) | undefined
    const { actions, asksOf } = await writing({
      giveOrder: () =>
        new Promise((resolve) => {
          answer = () => resolve(ok(orderOf(1)))
        }),
    })
    actions.writeOrder({ reason: 'lost' })
    void actions.giveOrder()
    void actions.giveOrder()
    await settle()
    expect(asksOf('giveOrder')).toHaveLength(1)
    answer?.()
  })

  it('[UIF23] a dry run that fails can be run again; one of a dialog that was closed is nobody’s', async () => {
    let works = false
    const waiting: (() => void)[] = []
    const { actions, draft } = await writing({
      tryOrder: () =>
        works
          ? new Promise((resolve) => {
              waiting.push(() => resolve(ok(dryRunOf(4))))
            })
          : fail('unavailable'),
    })
    expect(draft()).toMatchObject({ trying: false, dryRun: undefined, failure: { code: 'unavailable' } })
    actions.writeOrder({ reason: 'x' })
    expect(draft()?.failure).toMatchObject({ code: 'unavailable' })
    works = true
    actions.tryOrderAgain()
    actions.showDialog(undefined)
    expect(draft()).toBeUndefined()
    actions.beginOrder(one)
    waiting[0]?.()
    await settle()
    expect(draft()).toMatchObject({ trying: true, dryRun: undefined })
    waiting[1]?.()
    await settle()
    expect(draft()).toMatchObject({ trying: false, dryRun: { devices: 4 } })
  })
})

describe('what an order is for', () => {
  it('[UIF24] devices picked one by one are named; all that match are the filter itself', async () => {
    const { actions, asksOf, store } = await writing()
    actions.showDialog(undefined)
    actions.showPane('fleet')
    await settle()
    await actions.selectRow(2)
    actions.beginOrderForSelection('sign-out')
    await actions.selectRow(4)
    actions.beginOrderForSelection('wipe')
    actions.clearSelection()
    actions.beginOrderForSelection('wipe')
    actions.changeFilter({ statuses: ['lease-expired'] })
    await settle()
    actions.selectAllRows()
    actions.beginOrderForSelection('wipe')
    expect(asksOf('tryOrder').slice(1)).toEqual([
      { kind: 'sign-out', target: { type: 'devices', deviceIds: [deviceId(2)] } },
      { kind: 'wipe', target: { type: 'devices', deviceIds: [deviceId(2), deviceId(4)] } },
      { kind: 'wipe', target: { type: 'filter', filter: { statuses: ['lease-expired'] } } },
    ])
    expect(store.getState().fleet.draft?.about).toEqual({ type: 'filter' })
  })

  it('[UIF24] a conversation is wiped from desktops by itself', async () => {
    const { actions, asksOf, draft } = await writing()
    actions.beginConversationWipe(a, 'fx-desk')
    expect(asksOf('tryOrder').at(-1)).toEqual({ kind: 'wipe', target: { type: 'conversations', conversationIds: [a] } })
    expect(draft()?.about).toEqual({ type: 'conversations', name: 'fx-desk' })
  })
})
