import { afterEach, describe, expect, it } from 'vitest'
import { deviceId, dryRunOf, orderOf } from '../dev/fake-devices.ts'
import { type Answers, fail, ok, sessionOf } from '../dev/fake-host.ts'
import { a } from '../dev/fake-workspace.ts'
import { type Staged, stage } from '../dev/staged.tsx'
import type { Language } from '../i18n/catalog.ts'
import type { OrderDraft } from '../state/fleet-state.ts'
import { OrderDialog } from './order-dialog.tsx'

let staged: Staged
afterEach(() => staged.remove())
const itSession = sessionOf({ roles: ['it'] })
const one: Pick<OrderDraft, 'target' | 'about'> = {
  target: { type: 'devices', deviceIds: [deviceId(1)] },
  about: { type: 'device', name: 'WS-1' },
}

async function open(
  order: Pick<OrderDraft, 'kind' | 'target' | 'about'>,
  answers: Answers = {},
  session = itSession,
  language: Language = 'en',
) {
  staged = await stage(<OrderDialog onClose={() => undefined} />, {
    language,
    state: { session },
    answers: {
      tryOrder: () => ok(dryRunOf(1)),
      giveOrder: () => ok(orderOf(1)),
      listOrders: () => ok({ orders: [], awaiting: 0 }),
      ...answers,
    },
  })
  await staged.settle(() => staged.actions.beginOrder(order))
}
const submit = () => staged.get('order-submit')

describe('the dialog of an order', () => {
  it('[UIF30] a wipe and a sign-out share neither words nor looks', async () => {
    await open({ kind: 'wipe', ...one })
    expect(staged.get('order-dialog').textContent).toContain('Wipe WS-1?')
    const wipe = staged.get('order-consequences').textContent ?? ''
    for (const said of ['keys are destroyed first', 'waiting to be sent', 'blocked', 'half of the key', 'taken back'])
      expect(wipe).toContain(said)
    expect(submit().className).toContain('button--danger')
    expect(staged.get('order-body').dataset.kind).toBe('wipe')
    staged.remove()
    await open({ kind: 'sign-out', ...one })
    const signOut = staged.get('order-consequences').textContent ?? ''
    expect(signOut).toContain('nothing is lost')
    expect(signOut).not.toMatch(/are destroyed|taken back/)
    expect(submit().className).not.toContain('danger')
    expect(submit().textContent).toBe('Sign out device')
  })

  it('[UIF30] one for single conversations says what becomes of these, and nothing of the rest', async () => {
    await open({
      kind: 'wipe',
      target: { type: 'conversations', conversationIds: [a] },
      about: { type: 'conversations', name: 'fx-desk' },
    })
    const said = staged.get('order-consequences').textContent ?? ''
    expect(staged.get('order-dialog').textContent).toContain('fx-desk')
    expect(said).toContain('archive')
    expect(said).toContain('Nothing else on it is touched')
    expect(said).not.toContain('half of the key')
  })

  it('[UIF31] is given once there is a reason, which leads to its page', async () => {
    await open({ kind: 'wipe', ...one })
    expect(submit().dataset.gate).toBe('no-reason')
    await staged.click('order-submit')
    expect(staged.host.count('giveOrder')).toBe(0)
    await staged.type('order-reason', 'lost on the MTR')
    expect(submit().getAttribute('aria-disabled')).toBeNull()
    await staged.click('order-submit')
    expect(staged.host.asked.find(({ name }) => name === 'giveOrder')?.args).toMatchObject({
      reason: 'lost on the MTR',
    })
    expect(staged.state().pane).toBe('fleet')
  })

  it('[UIF31] one for many shows how many, who is silent and who is left out, and is confirmed by number', async () => {
    await open(
      { kind: 'wipe', target: { type: 'filter', filter: {} }, about: { type: 'filter' } },
      { tryOrder: () => ok(dryRunOf(1204, { people: 1100, silent: 37, leftOut: 12, connected: 400 })) },
    )
    const shown = staged.get('dry-run').textContent ?? ''
    for (const said of ['1,204', '1,100', '400', '37 devices have been silent', '12 devices are left out'])
      expect(shown).toContain(said)
    expect(staged.get('order-note').textContent).toContain('second IT person')
    expect(submit().textContent).toBe('Ask for approval')
    await staged.type('order-reason', 'office closes')
    expect(submit().dataset.gate).toBe('not-confirmed')
    await staged.type('order-typed', '1203')
    expect(staged.get('order-typed').getAttribute('aria-invalid')).toBe('true')
    await staged.click('order-submit')
    expect(staged.host.count('giveOrder')).toBe(0)
    await staged.type('order-typed', '1,204')
    await staged.click('order-submit')
    expect(staged.host.count('giveOrder')).toBe(1)
  })

  it('[UIF32] devices that have changed are told and shown anew; a no outside the window is told without alarm', async () => {
    let answer = fail('fleet-moved')
    await open({ kind: 'wipe', ...one }, { giveOrder: () => answer })
    await staged.type('order-reason', 'lost')
    await staged.click('order-submit')
    expect(staged.get('order-moved').textContent).toContain('nothing was ordered')
    expect(staged.host.count('tryOrder')).toBe(2)
    answer = fail('not-allowed')
    await staged.click('order-submit')
    expect(staged.get('order-note').textContent).toBe('Not confirmed: nothing was ordered.')
    expect(staged.find('problem-line')).toBeUndefined()
    expect(document.querySelector('[role=alert]')).toBeNull()
  })

  it('[UIF32] what failed is told where it was asked; a dry run that failed can be run again', async () => {
    let works = false
    await open(
      { kind: 'wipe', ...one },
      { tryOrder: () => (works ? ok(dryRunOf(0)) : fail('unavailable')), giveOrder: () => fail('unavailable') },
    )
    expect(staged.get('dry-run').textContent).toContain('cannot be reached')
    expect(submit().dataset.gate).toBe('no-dry-run')
    works = true
    await staged.click('order-try-again')
    expect(staged.get('dry-run').textContent).toContain('There is no device to wipe')
    expect(submit().dataset.gate).toBe('nobody')
  })

  it('[UIF32] without a connection it does nothing and says why', async () => {
    await open({ kind: 'wipe', ...one }, {}, sessionOf({ roles: ['it'], state: 'offline' }))
    await staged.type('order-reason', 'lost')
    await staged.click('order-submit')
    expect(staged.host.count('giveOrder')).toBe(0)
    expect(submit().dataset.tip).toContain('offline')
  })

  it('[UIF30] speaks the user’s language', async () => {
    await open({ kind: 'wipe', ...one }, {}, itSession, 'zh-Hant-HK')
    expect(staged.get('order-dialog').textContent).toContain('要清除 WS-1 嗎？')
    expect(staged.get('order-consequences').textContent).toContain('不能收回')
  })
})
