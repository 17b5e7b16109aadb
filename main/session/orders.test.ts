// Owns the proof of how orders from the line are judged, and of what a session does with those that are obeyed while the app
// goes on. The server is played by hand.

import { beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { signOrder, signSignOut } from '../../shared/proof.ts'
import { type FailureCode, FailureError, fail, failureCodes } from '../../shared/result.ts'
import type { DownFrame, UpFrame } from '../../shared/wire.ts'
import type { DesktopParts } from '../../testing/desktop.ts'
import { createExample, exampleTimeMs } from '../../testing/example.ts'
import { type SessionSite, setUpSession } from '../../testing/session-site.ts'
import { type Cipher, createCipher } from '../vault/cipher.ts'
import { noOrders, standingOf } from '../wipe/window.ts'
import { type OrderContext, readOrder } from './orders.ts'

let cipher: Cipher
beforeAll(async () => {
  cipher = await createCipher()
})
const setUp = (extra?: Partial<DesktopParts>) => setUpSession(cipher, extra)

const sends = (t: SessionSite, type: UpFrame['type']) => t.line().sent.filter((frame) => frame.type === type)

describe('judging', () => {
  const example = createExample(5)
  const yes: OrderContext['verify'] = () => true
  const signature = () => new Uint8Array(64)
  const order = example.wipeOrder({ counter: 9 })
  const { scope: _, wipeId: __, ...rest } = order
  const signOut = { ...rest, orderId: example.id('order'), expiresAtMs: exampleTimeMs + 1000 }
  const context = (change: Partial<OrderContext> & { kept?: number } = {}): OrderContext => ({
    identity: { deviceId: order.deviceId, workspaceId: order.workspaceId },
    verify: yes,
    standing: (numbered) => standingOf(noOrders, change.kept ?? 8, numbered),
    serverNowMs: exampleTimeMs,
    ...change,
  })
  const read = (jws: string, change?: Parameters<typeof context>[0]) => {
    const found = readOrder(jws, context(change))
    return found.ok ? found.value.type : found.error.code
  }
  const wipe = (change: Partial<typeof order> = {}) => signOrder({ ...order, ...change }, 'k', signature)
  const out = (change: Partial<typeof signOut> = {}) => signSignOut({ ...signOut, ...change }, 'k', signature)

  test('[CWP1] the kind of an order follows from the document and its scope', () => {
    const scope = { type: 'conversations' as const, conversationIds: [example.id('conversation')] }
    expect([read(wipe()), read(wipe({ scope })), read(out())]).toEqual(['wipe', 'conversations', 'sign-out'])
  })

  test.each([
    ['of another device', { deviceId: example.id('device') }, 'order-wrong-device'],
    ['of another workspace', { workspaceId: example.id('workspace') }, 'order-wrong-device'],
    ['past its term by the clock of the server', { expiresAtMs: exampleTimeMs - 1 }, 'order-expired'],
    ['with a counter below the last', { counter: 7 }, 'order-replayed'],
  ])('[CWP2] an order %s is refused, a wipe as a sign-out', (_, change, code) => {
    expect([read(wipe(change)), read(out(change))]).toEqual([code, code])
  })

  test('[CWP2] one that is not signed by a pinned key, or is none, is refused', () => {
    for (const jws of [wipe(), out()]) expect(read(jws, { verify: () => false })).toBe('order-bad-signature')
    for (const jws of ['a.b.c', '', wipe().slice(3), `${out()}.`]) expect(read(jws)).toBe('order-malformed')
    // One document cannot stand for the other: its type is signed with it.
    const [head] = out().split('.')
    const [, payload, signed] = wipe().split('.')
    expect(read(`${head}.${payload}.${signed}`)).toBe('order-malformed')
  })

  test('[CWP2] the term ends with its last millisecond, and an order without one has none', () => {
    expect(read(wipe({ expiresAtMs: exampleTimeMs }))).toBe('wipe')
    expect(read(wipe(), { serverNowMs: Number.MAX_SAFE_INTEGER })).toBe('wipe')
  })

  test('[CWP3] the order already begun may come again; a sign-out already obeyed may not', () => {
    // A wipe whose journal was lost has left its counter; a sign-out leaves both or nothing.
    expect(read(wipe(), { kept: 9 })).toBe('wipe')
    expect(read(out(), { kept: 9 })).toBe('order-replayed')
  })

  test('[CWP3] an order that was obeyed is met again whatever its counter, and even past its term', () => {
    const standing = () => 'met-again' as const
    for (const jws of [wipe({ expiresAtMs: 1 }), out({ expiresAtMs: 1, counter: 99 })])
      expect(read(jws, { standing })).toBe('met-again')
  })
})

/** An order for single conversations. */
const wiping = (t: SessionSite, counter: number): DownFrame =>
  t.orderFrame({
    wipeId: t.example.id('wipe'),
    counter,
    scope: { type: 'conversations', conversationIds: [t.example.id('conversation')] },
  })

describe('orders for single conversations', () => {
  test('[CWP4] several in one handshake are carried out in turn, and the connection goes on', async () => {
    const t = await setUp()
    await t.desktop.start()
    await t.greet()
    await t.give(wiping(t, 5), wiping(t, 6), wiping(t, 7), t.welcome(), t.noHeads)
    const counters = t.desktop.heard.flatMap((heard) => (heard.type === 'conversations' ? [heard.order.counter] : []))
    expect(counters).toEqual([5, 6, 7])
    expect(t.state().type).toBe('live')
  })

  test('[CWP4] each is carried out before anything that follows it is looked at', async () => {
    const order: string[] = []
    const t = await setUp({
      host: {
        async wipeConversations() {
          order.push('begun')
          await new Promise((resolve) => setImmediate(resolve))
          order.push('done')
        },
        policyChanged: () => void order.push('welcome'),
      },
    })
    await t.desktop.start()
    await t.greet()
    await t.give(wiping(t, 5), wiping(t, 6), t.welcome(), t.noHeads)
    expect(order).toEqual(['begun', 'done', 'begun', 'done', 'welcome'])
  })

  test('[CWP4] live, one is carried out, the connection stays, and the same order again is passed over', async () => {
    const t = await setUp()
    await t.goLive()
    const frame = wiping(t, 5)
    await t.give(frame, frame)
    expect(t.desktop.heard.filter(({ type }) => type === 'conversations')).toHaveLength(1)
    expect(t.state().type).toBe('live')
    expect(t.faults).toEqual([])
  })

  test('[CWP5] where it cannot be carried out, the connection ends, and it is obeyed when it comes again', async () => {
    let full = true
    const t = await setUp({
      host: {
        orderStanding: () => 'new',
        wipeConversations: async () => {
          if (full) throw new FailureError(fail('disk-full').error)
        },
      },
    })
    await t.goLive()
    const frame = wiping(t, 5)
    await t.give(frame)
    expect(t.state()).toMatchObject({ type: 'offline', problem: { code: 'disk-full' } })
    full = false
    t.desktop.session.dispatch({ type: 'connect-asked' })
    await t.greet()
    await t.give(frame, t.welcome(), t.noHeads)
    expect(t.state().type).toBe('live')
  })

  test('[CWP5] with one for the whole device behind it, the device is wiped', async () => {
    const t = await setUp()
    await t.goLive()
    await t.give(wiping(t, 5), t.orderFrame({ counter: 6 }), wiping(t, 7))
    expect(t.desktop.heard.map(({ type }) => type).filter((type) => type !== 'policy')).toEqual([
      'conversations',
      'wipe',
    ])
    expect(t.state()).toEqual({ type: 'wiping' })
  })

  test('[CWP6] while history is fetched, answers under way are let go and what is left is asked for anew', async () => {
    const t = await setUp()
    await t.desktop.start()
    await t.greet()
    const info = t.example.conversation({ memberIds: [t.identity.userId] })
    const { conversationId } = info
    const head = { conversationId, headSeq: 500, headAtMs: exampleTimeMs, readSeq: 0 }
    await t.give(
      t.welcome(),
      { type: 'access', granted: [info], revoked: [], cursor: 'a1', more: false },
      { type: 'heads', heads: [head], more: false },
    )
    const [first] = sends(t, 'pull')
    expect(first).toMatchObject({ from: { before: 501 } })
    const scope = { type: 'conversations' as const, conversationIds: [conversationId] }
    await t.give(t.orderFrame({ counter: 5, scope }))
    const [, again] = sends(t, 'pull')
    expect(again).toMatchObject({ conversationId, from: { before: 501 } })
    // The answer to the first is about what is gone.
    const page = (id: number, from: number): DownFrame => ({
      type: 'events',
      id,
      conversationId,
      events: t.example.events(conversationId, [t.identity.userId], 500 - from + 1, from),
      headSeq: 500,
    })
    const idOf = (frame: UpFrame | undefined) => (frame?.type === 'pull' ? frame.id : 0)
    await t.give(page(idOf(first), 490))
    expect(t.desktop.store()?.position(conversationId)).toMatchObject({ low: 0, high: 0 })
    await t.give(page(idOf(again), 480))
    expect(t.desktop.store()?.position(conversationId)).toMatchObject({ low: 480, high: 500 })
  })
})

describe('what destroys nothing', () => {
  /** A live desktop with a message, and what it holds. */
  async function withData(extra: Partial<DesktopParts> = {}) {
    const t = await setUp(extra)
    await t.goLive()
    const info = t.example.conversation({ memberIds: [t.identity.userId] })
    const { conversationId } = info
    const event = t.example.event({ conversationId, seq: 1 })
    await t.give({ type: 'access', granted: [info], revoked: [], cursor: 'a1', more: false }, { type: 'event', event })
    const before = new Map(t.disk.files)
    return {
      ...t,
      expectWhole() {
        expect(t.desktop.store()?.position(conversationId)).toMatchObject({ low: 1, high: 1 })
        const obeyed = t.desktop.heard.filter(({ type }) => ['wipe', 'conversations', 'sign-out'].includes(type))
        expect(obeyed).toEqual([])
        expect([...t.disk.files.keys()].sort()).toEqual([...before.keys()].sort())
        // A lease may have been renewed meanwhile.
        for (const name of ['vault/device.sealed', 'vault/local.sealed'])
          expect(t.disk.files.get(name)).toEqual(before.get(name))
        expect(t.desktop.vault.identity()?.orderCounter).toBe(t.identity.orderCounter)
      },
    }
  }

  test('[CWP7] an order changed in any one letter, cut short, or put together from parts of others', async () => {
    const t = await withData()
    const sound = [t.orderFrame({ counter: 9 }), t.signOutFrame(t.signOut({ counter: 9 })), wiping(t, 9)]
    const texts = sound.flatMap((frame) => (frame.type === 'order' ? [frame.order] : []))
    const pieces = texts.map((text) => text.split('.'))
    const forged = new Set(
      pieces.flatMap(([head]) =>
        pieces.flatMap(([, payload]) => pieces.map(([, , sign]) => [head, payload, sign].join('.'))),
      ),
    )
    for (const text of texts) forged.delete(text)
    for (const text of texts) {
      forged.add(text.slice(0, -1)).add(text.slice(1)).add(`${text}A`).add(text.replaceAll('.', '..'))
      for (let at = 0; at < text.length; at += 7)
        forged.add(`${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`)
    }
    for (const text of texts) forged.delete(text)
    expect(forged.size).toBeGreaterThan(200)
    for (const order of forged) {
      await t.give({ type: 'order', order })
      if (t.line().open) continue
      // What is not even of the form of an order ends the connection.
      t.desktop.session.dispatch({ type: 'connect-asked' })
      await t.greet()
      await t.give(t.welcome(), t.noHeads)
    }
    expect(t.faults.filter((event) => event === 'wipe.orderRefused').length).toBeGreaterThan(200)
    t.expectWhole()
  })

  test.each(Object.keys(failureCodes) as FailureCode[])('[CWP8] goodbye with %s', async (code) => {
    const t = await withData()
    await t.give({ type: 'bye', code, message: 'x' })
    t.expectWhole()
    expect(['offline', 'update-required']).toContain(t.state().type)
    expect(t.state().type === 'update-required' || t.clock.timers).toBeTruthy()
  })

  test.each(['unavailable', 'not-allowed', 'not-a-server', 'wrong-server', 'device-unknown'] as const)(
    '[CWP8] a line that ends with %s (HTTP 401, 403, 404, 500; any close code), again and again',
    async (code) => {
      const t = await withData()
      for (let i = 0; i < 5; i++) {
        await t.lineEnds(fail(code).error)
        t.desktop.session.dispatch({ type: 'connect-asked' })
      }
      t.expectWhole()
    },
  )

  test('[CWP8] a refusal, a receipt accepted, an order before hello', async () => {
    const t = await withData()
    await t.give(
      { type: 'refused', code: 'device-wiped', message: 'x' },
      { type: 'receiptAccepted', wipeId: t.example.id('wipe') },
    )
    await t.lineEnds()
    t.desktop.session.dispatch({ type: 'connect-asked' })
    t.line().handlers.onOpen()
    await t.give(t.orderFrame({ counter: 9 }), wiping(t, 9), t.signOutFrame(t.signOut({ counter: 9 })))
    t.expectWhole()
  })
})

describe('sign-out', () => {
  test.each(['in the handshake', 'while live'] as const)(
    '[CWP10] a sound sign-out %s ends the session and closes the cache; nothing that follows is looked at',
    async (when) => {
      const t = await setUp()
      if (when === 'while live') await t.goLive()
      else {
        await t.desktop.start()
        await t.greet()
      }
      const signOut = t.signOut()
      await t.give(t.signOutFrame(signOut), t.welcome(), { type: 'bye', code: 'signed-out', message: '' })
      expect(t.state()).toEqual({ type: 'signed-out', isOrdered: true, attempt: 0 })
      expect(t.desktop.store()).toBeUndefined()
      expect(t.line().open).toBe(false)
      expect(t.desktop.vault.identity()).toMatchObject({ orderCounter: 5, signedOut: { orderId: signOut.orderId } })
    },
  )

  const refused: Record<string, (t: SessionSite) => DownFrame> = {
    'signed by another key': (t) => t.signOutFrame(t.signOut(), t.stranger),
    'for another device': (t) => t.signOutFrame(t.signOut({ deviceId: t.example.id('device') })),
    'past its term': (t) => t.signOutFrame(t.signOut({ expiresAtMs: t.clock.nowMs() - 1 })),
    replayed: (t) => t.signOutFrame(t.signOut({ counter: 4 })),
  }
  test.each(Object.keys(refused))('[CWP10] a sign-out %s changes nothing', async (name) => {
    const t = await setUp()
    await t.goLive()
    const before = { state: t.state(), heard: t.desktop.heard.length }
    await t.give((refused[name] as (t: SessionSite) => DownFrame)(t))
    expect(t.state()).toBe(before.state)
    expect(t.desktop.heard).toHaveLength(before.heard)
    expect(t.faults).toContain('wipe.orderRefused')
  })

  test('[CWP11] signed out it dials rarely, hears orders alone, and a wipe reaches it', async () => {
    const t = await setUp()
    await t.goLive()
    const frame = t.signOutFrame()
    await t.give(frame)
    const lines = t.lines.length
    t.clock.advance(limits.updateRetryMs - 1)
    expect(t.lines).toHaveLength(lines)
    t.clock.advance(1)
    expect(t.lines).toHaveLength(lines + 1)
    expect(t.state().type).toBe('signed-out')
    await t.greet()
    expect(t.auth()).toBeDefined()
    // The same sign-out, and what only an admitted desktop is told.
    await t.give(frame, { type: 'policy', policy: { leaseHours: 1, notifications: 'full', contentProtection: false } })
    expect(t.state()).toMatchObject({ type: 'signed-out', dialling: 'handshaking' })
    await t.give({ type: 'bye', code: 'signed-out', message: '' })
    expect(t.state()).toEqual({ type: 'signed-out', isOrdered: true, attempt: 1 })
    t.desktop.session.dispatch({ type: 'connect-asked' })
    await t.greet()
    await t.give(t.orderFrame({ counter: 9 }))
    expect(t.state()).toEqual({ type: 'wiping' })
  })

  test('[CWP11] a welcome does not let it back in: only an enrolment does', async () => {
    const t = await setUp()
    await t.goLive()
    await t.give(t.signOutFrame())
    t.desktop.session.dispatch({ type: 'connect-asked' })
    await t.greet()
    await t.give(t.welcome())
    expect(t.state()).toMatchObject({ type: 'signed-out', isOrdered: true })
    expect(t.line().open).toBe(false)
    expect(t.desktop.store()).toBeUndefined()
  })

  test('[CWP12] a server that only says that the device is signed out signs nothing out', async () => {
    const t = await setUp()
    await t.goLive()
    await t.give({ type: 'bye', code: 'signed-out', message: '' })
    expect(t.state()).toMatchObject({ type: 'offline', problem: { code: 'signed-out' } })
    expect(t.desktop.store()).toBeDefined()
    expect(t.desktop.vault.identity()).not.toHaveProperty('signedOut')
  })
})

describe('what only a connection of version 2 has', () => {
  const two = { versions: [2, 1] }

  test('[CWP13] roles are told in the welcome and anew, by a server that has proved itself', async () => {
    const t = await setUp()
    await t.desktop.start()
    await t.greet(two)
    await t.give({ type: 'roles', roles: ['it'] })
    expect(t.desktop.session.facts().roles).toEqual([])
    await t.give(t.welcome({ roles: ['it', 'later'] }), t.noHeads)
    expect(t.desktop.session.facts().roles).toEqual(['it', 'later'])
    await t.give({ type: 'roles', roles: [] })
    expect(t.desktop.session.facts().roles).toEqual([])
  })

  test('[CWP13] that the fleet has moved is passed on once the server can be asked', async () => {
    const t = await setUp()
    await t.desktop.start()
    await t.greet(two)
    await t.give({ type: 'fleetMoved' }, t.welcome(), { type: 'fleetMoved' })
    expect(t.desktop.heard).not.toContainEqual({ type: 'fleet' })
    await t.give(t.noHeads, { type: 'fleetMoved' })
    expect(t.desktop.heard).toContainEqual({ type: 'fleet' })
  })

  test('[CWP14] the size of the cache is told once live, then rarely and where it changed by a tenth', async () => {
    let bytes = 1000
    const t = await setUp({ host: { cacheBytes: () => bytes } })
    await t.goLive(two)
    const told = () => sends(t, 'report').map((frame) => (frame.type === 'report' ? frame.cacheBytes : 0))
    expect(told()).toEqual([1000])
    const wait = () => {
      for (let passed = 0; passed < limits.reportEveryMs; passed += limits.heartbeatMs) {
        t.line().handlers.onText(JSON.stringify({ type: 'pong', timeMs: t.clock.nowMs() }))
        t.clock.advance(Math.min(limits.heartbeatMs, limits.reportEveryMs - passed))
      }
    }
    bytes = 2000
    t.clock.advance(limits.heartbeatMs)
    expect(told()).toEqual([1000])
    wait()
    expect(told()).toEqual([1000, 2000])
    bytes = 1801
    wait()
    expect(told()).toEqual([1000, 2000])
    bytes = 1800
    wait()
    expect(told()).toEqual([1000, 2000, 1800])
  })

  test('[CWP14] a server of version 1, and one asked with a closed cache, is told nothing', async () => {
    const one = await setUp({ host: { cacheBytes: () => 1000 } })
    await one.goLive()
    expect(sends(one, 'report')).toEqual([])
    const closed = await setUp()
    await closed.goLive(two)
    expect(sends(closed, 'report')).toEqual([])
  })
})
