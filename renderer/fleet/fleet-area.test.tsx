import { afterEach, describe, expect, it } from 'vitest'
import type { FleetDevice } from '../../shared/fleet.ts'
import { Rail } from '../app/rail.tsx'
import { deviceId, deviceOf, devicePage, orderId, orderOf, wipeId } from '../dev/fake-devices.ts'
import { type Answers, conversationOf, fail, ok, sessionOf } from '../dev/fake-host.ts'
import { a } from '../dev/fake-workspace.ts'
import { type Staged, stage } from '../dev/staged.tsx'
import { DetailsPane } from '../messages/details-pane.tsx'
import type { DeviceView, WipeView } from '../state/fleet-state.ts'
import { FleetArea } from './fleet-area.tsx'

let staged: Staged
afterEach(() => staged.remove())
const itSession = sessionOf({ roles: ['it'] })

async function open(answers: Answers = {}, session = itSession) {
  staged = await stage(<FleetArea />, {
    state: { session, pane: 'fleet' },
    answers: {
      listDevices: (asked) => ok(devicePage(asked, 3)),
      listOrders: () => ok({ orders: [], awaiting: 0 }),
      ...answers,
    },
  })
  await staged.settle(() => staged.actions.showPane('fleet'))
}
const openDevice = async (device: Partial<FleetDevice>, timeline: DeviceView['timeline'] = []) => {
  await open({ showDevice: () => ok({ device: deviceOf(1, device), timeline }) })
  await staged.settle(() => staged.actions.showAside({ type: 'device', deviceId: deviceId(1) }))
}

describe('the way to the fleet', () => {
  it('[UIF33] is there for IT people alone, with how many orders await their approval', async () => {
    staged = await stage(<Rail />, { state: { session: sessionOf() } })
    expect(staged.find('rail-fleet')).toBeUndefined()
    staged.remove()
    const state = { session: itSession }
    staged = await stage(<Rail />, { state })
    expect(staged.get('rail-fleet').textContent).toBe('Fleet')
    await staged.settle(() =>
      staged.change((before) => ({ fleet: { ...before.fleet, orders: { ...before.fleet.orders, awaiting: 2 } } })),
    )
    expect(staged.get('fleet-badge').textContent).toBe('2')
    expect(staged.get('rail-fleet').textContent).toContain('2 orders await approval')
  })

  it('[UIF33] a conversation is wiped from its details by IT people alone, direct ones too', async () => {
    const conversation = conversationOf(a, { kind: 'direct', name: 'Grace' })
    staged = await stage(<DetailsPane conversation={conversation} />, { state: { session: sessionOf() } })
    expect(staged.find('details-wipe')).toBeUndefined()
    staged.remove()
    staged = await stage(<DetailsPane conversation={conversation} />, { state: { session: itSession } })
    await staged.click('details-wipe')
    expect(staged.state().fleet.draft).toMatchObject({ kind: 'wipe', about: { name: 'Grace' } })
    expect(staged.find('details-leave')).toBeUndefined()
  })
})

describe('the table of devices', () => {
  it('[UIF34] tells how many there are, and by status where there are any', async () => {
    await open({ listDevices: (asked) => ok({ ...devicePage(asked, 3), counts: { active: 8913, wiped: 170 } }) })
    expect(staged.get('fleet-count').textContent).toBe('3 devices')
    expect(staged.get('filter-all').textContent).toBe('All 9,083')
    expect(staged.get('filter-active').textContent).toBe('Active 8,913')
    expect(staged.find('filter-revoked')).toBeUndefined()
    await staged.click('filter-wiped')
    expect(staged.state().fleet.filter).toEqual({ statuses: ['wiped'] })
    expect(staged.get('filter-wiped').getAttribute('aria-pressed')).toBe('true')
    expect(staged.get('fleet-count').textContent).toBe('3 of 9,083 devices')
    await staged.click('filter-silent')
    expect(staged.state().fleet.filter.notSeenSinceMs).toBeLessThan(Date.now())
    await staged.click('filter-all')
    await staged.click('filter-silent')
    expect(staged.state().fleet.filter).toEqual({})
  })

  it('[UIF34] is a grid that says its size and how it is sorted', async () => {
    await open()
    const grid = staged.get('device')
    expect(grid.getAttribute('role')).toBe('grid')
    expect(grid.getAttribute('aria-rowcount')).toBe('4')
    expect(grid.querySelectorAll('[role=columnheader]')).toHaveLength(9)
    const sorted = () => grid.querySelector('[aria-sort]')
    expect(sorted()?.getAttribute('aria-sort')).toBe('ascending')
    await staged.click('sort-seen')
    expect(sorted()?.textContent).toBe('Last seen')
    expect(sorted()?.getAttribute('aria-sort')).toBe('descending')
  })

  it('[UIF34] offers orders for what is selected, and all that match', async () => {
    await open()
    expect(staged.find('selection-wipe')).toBeUndefined()
    await staged.click('select-all')
    expect(staged.get('fleet-count').textContent).toBe('All 3 that match are selected')
    expect(staged.get<HTMLInputElement>('device-check-all').checked).toBe(true)
    await staged.click('selection-wipe')
    expect(staged.state().fleet.draft).toMatchObject({ kind: 'wipe', target: { type: 'filter', filter: {} } })
    await staged.click('selection-clear')
    expect(staged.get('fleet-count').textContent).toBe('3 devices')
  })

  it('[UIF35] empty, narrowed to nothing, without a connection and failed are told apart', async () => {
    await open({ listDevices: (asked) => ok(devicePage(asked, 0)) })
    expect(staged.get('fleet-empty').textContent).toContain('No devices yet')
    await staged.settle(() => staged.actions.changeFilter({ systems: ['mac'] }))
    expect(staged.get('fleet-empty').textContent).toContain('No device matches')
    await staged.click('fleet-clear-filters')
    expect(staged.state().fleet.filter).toEqual({})
    staged.remove()
    await open({ listDevices: () => fail('offline') }, sessionOf({ roles: ['it'], state: 'offline' }))
    expect(staged.get('fleet-offline').textContent).toContain('needs a connection')
    staged.remove()
    let works = false
    await open({ listDevices: (asked) => (works ? ok(devicePage(asked, 3)) : fail('unavailable')) })
    works = true
    await staged.click('fleet-retry')
    expect(staged.get('fleet-count').textContent).toBe('3 devices')
  })

  it('[UIF35] what was told stays without a connection, and says since when; nothing can be ordered then', async () => {
    await open()
    await staged.click('select-all')
    await staged.settle(() => staged.change(() => ({ session: sessionOf({ roles: ['it'], state: 'offline' }) })))
    expect(staged.get('fleet-stale').textContent).toContain('You are offline')
    await staged.click('selection-wipe')
    expect(staged.state().fleet.draft).toBeUndefined()
  })
})

describe('the page of a device', () => {
  const acts = ['device-sign-out', 'device-wipe', 'device-show-wipe'] as const
  it.each([
    ['active', {}, ['device-sign-out', 'device-wipe']],
    ['lease-expired', {}, ['device-sign-out', 'device-wipe']],
    ['signed-out', {}, ['device-wipe']],
    ['revoked', {}, ['device-wipe']],
    ['wipe-pending', { wipeId: wipeId(1) }, ['device-show-wipe']],
    ['wiped', { wipeId: wipeId(1) }, ['device-show-wipe']],
  ] as const)('[UIF36] %s: offers what can be done', async (status, change, offered) => {
    await openDevice({ status, ...change })
    expect(acts.filter((act) => staged.find(act) !== undefined)).toEqual(offered)
  })

  it('[UIF36] orders for this device, or for all of its person’s', async () => {
    await openDevice({})
    await staged.click('device-sign-out')
    expect(staged.state().fleet.draft).toMatchObject({
      kind: 'sign-out',
      target: { type: 'devices', deviceIds: [deviceId(1)] },
    })
    await staged.click('device-wipe-all')
    expect(staged.state().fleet.draft).toMatchObject({
      kind: 'wipe',
      target: { type: 'user', userId: deviceOf(1).userId },
      about: { type: 'person', name: 'Person 1' },
    })
  })

  it('[UIF37] tells what happened in words, by whom and why; and leads to orders and receipts', async () => {
    const conversations = [{ conversationId: a, name: 'fx-desk' }]
    await openDevice({ wipeId: wipeId(3) }, [
      { atMs: 4, what: 'wipe-done', outcome: 'partial', wipeId: wipeId(3) },
      { atMs: 3, what: 'wipe-ordered', by: 'Kelvin', reason: 'lost on the MTR', orderId: orderId(8) },
      { atMs: 2, what: 'wipe-done', outcome: 'wiped', conversations, wipeId: wipeId(2) },
      { atMs: 1, what: 'enrolled' },
    ])
    const entries = [...staged.page.querySelectorAll('[data-testid="timeline-entry"]')].map((row) => row.textContent)
    expect(entries[0]).toContain('some files could not be removed')
    expect(entries[1]).toMatch(/Wipe ordered.*lost on the MTR.*by Kelvin/)
    expect(entries[2]).toContain('fx-desk wiped')
    expect(entries[3]).toContain('Enrolled')
    await staged.click('timeline-receipt')
    expect(staged.state().fleet.aside).toEqual({ type: 'wipe', wipeId: wipeId(3), deviceId: deviceId(1) })
    await staged.click('aside-back')
    expect(staged.state().fleet.aside).toEqual({ type: 'device', deviceId: deviceId(1) })
    await staged.click('timeline-order')
    expect(staged.state().fleet.view).toEqual({ type: 'order', orderId: orderId(8) })
  })
})

describe('the page of an order', () => {
  const openOrder = async (change: Parameters<typeof orderOf>[1], answers: Answers = {}) => {
    await open({
      showOrder: ({ from }) =>
        ok({ order: orderOf(1, change), devices: [{ device: deviceOf(1), status: 'pending' }], total: 1, from }),
      ...answers,
    })
    await staged.settle(() => staged.actions.showFleet({ type: 'order', orderId: orderId(1) }))
  }

  it('[UIF38] whoever gave it waits for another; anybody else decides', async () => {
    await openOrder({ state: 'awaiting-approval', isMine: true, lapsesAtMs: 9 })
    expect(staged.get('order-mine').textContent).toContain('another IT person')
    expect(staged.find('order-approve')).toBeUndefined()
    staged.remove()
    await openOrder(
      { state: 'awaiting-approval', devices: 1204, lapsesAtMs: 9 },
      { decideOrder: ({ approve }) => (approve ? fail('not-allowed') : fail('order-decided')) },
    )
    expect(staged.get('order-decision').textContent).toContain('destroys data on 1,204 devices')
    await staged.click('order-approve')
    expect(staged.find('problem-line')).toBeUndefined()
    await staged.click('order-reject')
    expect(staged.get('problem-line').dataset.code).toBe('order-decided')
  })

  it('[UIF38] approving a sign-out does not look like a wipe', async () => {
    await openOrder({ kind: 'sign-out', state: 'awaiting-approval', devices: 12, lapsesAtMs: 9 })
    expect(staged.get('order-approve').className).not.toContain('danger')
    expect(staged.get('order-decision').textContent).toContain('nothing is lost')
  })

  it('[UIF39] tells how far it is, in words and as a bar; one that was not issued did nothing', async () => {
    await openOrder({ devices: 48, progress: { pending: 12, delivered: 5, done: 29, failed: 2 } })
    const bar = staged.page.querySelector('[role=progressbar]')
    expect([bar?.getAttribute('aria-valuenow'), bar?.getAttribute('aria-valuemax')]).toEqual(['31', '48'])
    expect(staged.get('progress-done').textContent).toBe('Wiped29')
    expect(staged.get('progress-failed').textContent).toBe('Not complete2')
    staged.remove()
    await openOrder({ state: 'lapsed', lapsesAtMs: 9 })
    expect(staged.get('order-not-issued').textContent).toContain('nothing has happened')
    expect(staged.find('order-progress')).toBeUndefined()
  })
})

describe('the page of a wipe', () => {
  const done: WipeView = {
    wipeId: wipeId(1),
    orderId: orderId(1),
    status: 'done',
    device: deviceOf(1),
    reason: 'lost',
    orderedBy: 'Kelvin',
    issuedAtMs: 1,
    verdict: 'verified',
    receivedAtMs: 9,
    receiptSays: {
      outcome: 'wiped',
      destroyed: 148,
      filesRemoved: 327,
      bytesRemoved: 1_200_000_000,
      filesLeft: 0,
      startedAtMs: 1000,
      unreadableAtMs: 1041,
      finishedAtMs: 2480,
      attempts: 1,
    },
  }
  const openWipe = async (wipe: WipeView, answers: Answers = {}) => {
    await open({ showWipe: () => ok(wipe), ...answers })
    await staged.settle(() => staged.actions.showAside({ type: 'wipe', wipeId: wipeId(1) }))
  }

  it('[UIF40] tells what the desktop claims, what the server saw and what neither proves', async () => {
    await openWipe(done)
    expect(staged.get('wipe-verdict').dataset.verdict).toBe('verified')
    const text = staged.get('wipe-pane').textContent ?? ''
    for (const said of [
      '148',
      '327 files, 1.2 GB',
      '0.04 s after',
      '1.48 s after',
      'claimed, not proven',
      'photograph',
    ])
      expect(text).toContain(said)
  })

  it('[UIF40] without a receipt there is nothing to save; one that does not verify is no certificate', async () => {
    const { receivedAtMs: _, receiptSays: __, ...bare } = done
    await openWipe({ ...bare, status: 'delivered', verdict: 'open' })
    expect(staged.get('wipe-verdict').textContent).toContain('has received the order')
    expect(staged.find('save-documents')).toBeUndefined()
    staged.remove()
    await openWipe({ ...done, verdict: 'not-verified' })
    expect(staged.get('wipe-verdict').textContent).toContain('does not verify')
    expect(staged.find('save-certificate')).toBeUndefined()
    expect(staged.get('save-documents')).toBeDefined()
  })

  it('[UIF40] saving says when it is saved, and why it failed; not that its dialog was closed', async () => {
    let saved = false
    await openWipe(done, {
      saveWipeProof: ({ form }) => (form === 'certificate' ? ok({ saved }) : fail('unavailable')),
    })
    await staged.click('save-certificate')
    expect(staged.get('proof-saved').textContent).toBe('')
    saved = true
    await staged.click('save-certificate')
    expect(staged.get('proof-saved').textContent).toBe('Saved.')
    await staged.click('save-documents')
    expect(staged.get('proof-saved').textContent).toBe('')
    expect(staged.get('problem-line').dataset.code).toBe('unavailable')
  })
})
