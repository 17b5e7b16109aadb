// Owns the proof of how effects are performed: handshake, order of frames, wipe orders, faults, end. The server is played
// by hand over a socket that hands over what it is given; vault, store and exchange are the real ones.

import { beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { ConversationId } from '../../shared/model.ts'
import { fromBase64url, toBase64url } from '../../shared/proof.ts'
import { FailureError, fail, ok } from '../../shared/result.ts'
import { authProofText, type DownFrame } from '../../shared/wire.ts'
import type { Desktop, DesktopParts } from '../../testing/desktop.ts'
import { ORIGIN, policy, setUpSession, turns, type SessionSite as World } from '../../testing/session-site.ts'
import { verifyDetached } from '../../testing/signing.ts'
import type { Store } from '../store/store.ts'
import { type Cipher, createCipher } from '../vault/cipher.ts'

let cipher: Cipher
beforeAll(async () => {
  cipher = await createCipher()
})

const encoder = new TextEncoder()
const setUp = (extra?: Partial<DesktopParts>) => setUpSession(cipher, extra)

/** A conversation with one event, as the server grants it. */
function conversation(t: World) {
  const info = t.example.conversation({ memberIds: [t.identity.userId] })
  const access: DownFrame = { type: 'access', granted: [info], revoked: [], cursor: 'a1', more: false }
  const event = (seq: number): DownFrame => ({
    type: 'event',
    event: t.example.event({ conversationId: info.conversationId, seq }),
  })
  return { id: info.conversationId, access, event }
}

describe('handshake', () => {
  test('[SES10] dials the enrolled origin and proves the device key over nonce, origin and device', async () => {
    const t = await setUp()
    await t.desktop.start()
    expect(t.line().origin).toBe(ORIGIN)
    expect(t.state().type).toBe('connecting')
    t.line().handlers.onOpen()
    const hello = t.hello()
    await t.give(hello)
    const auth = t.auth()
    expect(auth).toMatchObject({ version: 1, deviceId: t.identity.deviceId, directoryCursor: '', accessCursor: '' })
    const text = encoder.encode(authProofText(ORIGIN, t.identity.deviceId, hello.nonce))
    const [key, proof] = [t.publicKey, auth?.proof ?? ''].map((b) => fromBase64url(b) as Uint8Array)
    expect(verifyDetached(key as Uint8Array, text, proof as Uint8Array)).toBe(true)
  })

  test('[SES10] a proven welcome opens the cache, keeps the lease and begins the exchange', async () => {
    const t = await setUp()
    await t.goLive()
    expect(t.state()).toEqual({ type: 'live', attempt: 0 })
    expect(t.desktop.store()).toBeDefined()
    expect(t.desktop.vault.leaseUntilMs()).toBe(t.clock.nowMs() + 72 * 3_600_000)
    expect(t.desktop.heard).toContainEqual({ type: 'policy', policy })
  })

  test('[SES10] later connections tell the feed cursors that are kept', async () => {
    const t = await setUp()
    await t.goLive()
    await t.give({ type: 'directory', people: [], cursor: 'd9', more: false }, conversation(t).access)
    await t.lineEnds()
    t.desktop.session.dispatch({ type: 'connect-asked' })
    await t.greet()
    expect(t.auth()).toMatchObject({ directoryCursor: 'd9', accessCursor: 'a1' })
  })

  const unproven: Record<string, (t: World) => DownFrame> = {
    'signed by another key': (t) => t.welcome({ signer: t.stranger }),
    'signed over another nonce': (t) => t.welcome({ nonce: toBase64url(t.example.random.bytes(32)) }),
    'of a key that is not pinned': (t) => t.welcome({ kid: t.stranger.kid, signer: t.stranger }),
    'with a broken signature': (t) => ({ ...t.welcome(), proof: 'A'.repeat(86) }),
  }
  test.each(Object.keys(unproven))('[SES11] a welcome %s: wrong-server, nothing kept, nothing opened', async (name) => {
    const t = await setUp()
    await t.desktop.start()
    await t.greet()
    await t.give((unproven[name] as (t: World) => DownFrame)(t), t.noHeads)
    expect(t.state()).toMatchObject({ type: 'locked', problem: { code: 'wrong-server' } })
    expect(t.line().open).toBe(false)
    expect(t.desktop.store()).toBeUndefined()
    expect(t.desktop.vault.leaseUntilMs()).toBeUndefined()
    expect(t.desktop.heard).toEqual([])
  })

  test('[SES11] a welcome of an earlier connection does not serve on the next', async () => {
    const t = await setUp()
    await t.desktop.start()
    await t.greet()
    const first = t.welcome()
    await t.give(first, t.noHeads)
    expect(t.state().type).toBe('live')
    await t.lineEnds()
    t.desktop.session.dispatch({ type: 'connect-asked' })
    t.line().handlers.onOpen()
    await t.give(first, t.noHeads)
    expect(t.state()).toMatchObject({ type: 'offline', problem: { code: 'wrong-server' } })
  })

  test('[SES12] before the server has proved itself its frames change nothing', async () => {
    const t = await setUp()
    await t.goLive()
    await t.lineEnds()
    const { id, access, event } = conversation(t)
    const [files, heard] = [new Map(t.disk.files), t.desktop.heard.length]
    t.desktop.session.dispatch({ type: 'connect-asked' })
    await t.greet()
    await t.give(
      { type: 'lease', lease: t.lease(new Uint8Array(32).fill(66)) },
      { type: 'policy', policy: { ...policy, contentProtection: true } },
      { type: 'directory', people: [t.example.person()], cursor: 'd1', more: false },
      access,
      event(1),
      t.noHeads,
    )
    expect(t.state().type).toBe('handshaking')
    expect(t.disk.files).toEqual(files)
    expect(t.desktop.heard).toHaveLength(heard)
    expect(t.desktop.store()?.position(id)).toBeUndefined()
    expect(t.desktop.store()?.cursors()).toEqual({ directory: '', access: '' })
    // The same frames count once it has.
    await t.give(t.welcome(), access, { type: 'policy', policy: { ...policy, contentProtection: true } })
    expect(t.desktop.store()?.position(id)).toBeDefined()
    expect(t.desktop.heard.at(-1)).toMatchObject({ type: 'policy', policy: { contentProtection: true } })
  })

  test('[SES12] a second hello is passed over', async () => {
    const t = await setUp()
    await t.desktop.start()
    await t.greet()
    await t.give(t.hello())
    expect(t.line().sent.filter((frame) => frame.type === 'auth')).toHaveLength(1)
    await t.give(t.welcome(), t.noHeads)
    expect(t.state().type).toBe('live')
  })

  test('[SES13] a workspace other than the enrolled one is not spoken to', async () => {
    const t = await setUp()
    await t.desktop.start()
    t.line().handlers.onOpen()
    await t.give(t.hello({ workspaceId: t.example.id('workspace') }))
    expect(t.state()).toMatchObject({ type: 'locked', problem: { code: 'wrong-server' } })
    expect(t.line().sent).toEqual([])
  })

  test('[SES9] a handshake that does not end is given up after limits.handshakeMs, and tried again', async () => {
    const t = await setUp()
    await t.desktop.start()
    await t.greet()
    t.clock.advance(limits.handshakeMs)
    expect(t.state()).toMatchObject({ type: 'locked', attempt: 1, problem: { code: 'unavailable' } })
    expect(t.line().open).toBe(false)
    t.clock.advance(limits.backoffFirstMs * 2)
    expect(t.lines).toHaveLength(2)
    expect(t.state()).toMatchObject({ type: 'connecting', attempt: 1 })
  })
})

describe('wipe orders', () => {
  const refused: Record<string, (t: World) => DownFrame> = {
    'signed by another key': (t) => t.orderFrame({}, t.stranger),
    'for another device': (t) => t.orderFrame({ deviceId: t.example.id('device') }),
    'of another workspace': (t) => t.orderFrame({ workspaceId: t.example.id('workspace') }),
    'with a counter below the last begun': (t) => t.orderFrame({ counter: 3 }),
    'that is no order': () => ({ type: 'order', order: 'aaaa.bbbb.cccc' }),
    'past its term': (t) => t.orderFrame({ expiresAtMs: t.clock.nowMs() - 1 }),
  }
  for (const when of ['in the handshake', 'while live'] as const)
    test.each(Object.keys(refused))(`[SES14] an order %s, ${when}: nothing changes`, async (name) => {
      const t = await setUp()
      if (when === 'while live') await t.goLive()
      else {
        await t.desktop.start()
        await t.greet()
      }
      const before = { state: t.state(), files: new Map(t.disk.files), heard: t.desktop.heard.length }
      await t.give((refused[name] as (t: World) => DownFrame)(t))
      expect(t.state()).toBe(before.state)
      expect(t.disk.files).toEqual(before.files)
      expect(t.desktop.heard).toHaveLength(before.heard)
      expect(t.line().open).toBe(true)
      expect(t.faults.some((event) => event.startsWith('wipe.'))).toBe(true)
    })

  test.each(['in the handshake', 'while live'] as const)(
    '[SES15] a sound order %s is begun before anything that follows it in the same packet',
    async (when) => {
      const t = await setUp()
      if (when === 'while live') await t.goLive()
      else {
        await t.desktop.start()
        await t.greet()
      }
      const heard = t.desktop.heard.length
      await t.give(t.orderFrame(), ...(when === 'in the handshake' ? [t.welcome()] : []), conversation(t).access)
      expect(t.desktop.heard.slice(heard)).toMatchObject([{ type: 'wipe', order: { counter: 5 } }])
      expect(t.state()).toEqual({ type: 'wiping' })
      expect(t.line().open).toBe(false)
      expect(t.desktop.store()?.positions() ?? []).toEqual([])
      expect(t.clock.timers).toBe(0)
    },
  )

  test('[SES16] where the intent cannot be made durable the connection ends, and the order is obeyed when it comes again', async () => {
    let full = true
    const begun: string[] = []
    const t = await setUp({
      host: {
        beginWipe: async (order) => {
          if (full) throw new FailureError(fail('disk-full').error)
          begun.push(order.wipeId)
        },
      },
    })
    await t.goLive()
    await t.give(t.orderFrame())
    expect(t.state()).toMatchObject({ type: 'offline', problem: { code: 'disk-full' } })
    full = false
    t.desktop.session.dispatch({ type: 'connect-asked' })
    await t.greet()
    await t.give(t.orderFrame())
    expect(t.state()).toEqual({ type: 'wiping' })
    expect(begun).toHaveLength(1)
  })
})

describe('frames', () => {
  test.each(['not json', '[]', '{"type":"event"}', '{"type":"welcome","kid":1}', '{"no":"type"}'])(
    '[SES17] a malformed frame ends the connection and is named: %s',
    async (text) => {
      const t = await setUp()
      await t.goLive()
      await t.give(text, conversation(t).access)
      expect(t.state()).toMatchObject({ type: 'offline', problem: { code: 'not-a-server' } })
      expect(t.line().open).toBe(false)
      expect(t.desktop.store()?.positions()).toEqual([])
    },
  )

  test('[SES17] a frame of a later version is passed over', async () => {
    const t = await setUp()
    await t.goLive()
    const { id, access } = conversation(t)
    await t.give('{"type":"poll","question":"?"}', access)
    expect(t.state().type).not.toBe('offline')
    expect(t.desktop.store()?.position(id)).toBeDefined()
  })

  test('[SES18] frames of one packet are handled in their order, one a turn', async () => {
    const t = await setUp()
    await t.goLive()
    const { id, access, event } = conversation(t)
    const frames = [access, ...[1, 2, 3, 4, 5].map(event)]
    for (const frame of frames) t.line().handlers.onText(JSON.stringify(frame))
    const high: number[] = []
    for (let i = 0; i < frames.length + 2; i++) {
      await turns(1)
      high.push(t.desktop.store()?.position(id)?.high ?? -1)
    }
    for (const [i, value] of high.entries()) expect(value - (high[i - 1] ?? -1)).toBeLessThanOrEqual(1)
    expect(high.at(-1)).toBe(5)
  })

  test('[SES18] frames that come while the cache is being opened wait for it', async () => {
    const t = await setUp()
    await t.desktop.start()
    await t.greet()
    const release = t.keyStore.hold()
    const { id, access, event } = conversation(t)
    await t.give(t.welcome(), access, event(1))
    expect(t.state()).toMatchObject({ type: 'handshaking', admitting: true })
    release()
    await turns(6)
    expect(t.desktop.store()?.position(id)).toMatchObject({ low: 1, high: 1 })
  })

  test('[SES19] reading pauses when frames pile up and goes on when they are worked off', async () => {
    const t = await setUp()
    await t.goLive()
    const { access, event } = conversation(t)
    await t.give(access)
    const before = t.line().resumed
    const count = limits.inboundFramesPause
    for (let seq = 1; seq < count; seq++) t.line().handlers.onText(JSON.stringify(event(seq)))
    expect(t.line().paused).toBe(0)
    t.line().handlers.onText(JSON.stringify(event(count)))
    expect(t.line().paused).toBe(1)
    await turns(count - limits.inboundFramesResume - 2)
    expect(t.line().resumed).toBe(before)
    await turns(4)
    expect(t.line().resumed).toBe(before + 1)
    await turns(count)
  })

  test('[SES18] a close is dealt with after the frames that came before it', async () => {
    const t = await setUp()
    await t.goLive()
    t.line().handlers.onText(JSON.stringify({ type: 'bye', code: 'device-revoked', message: 'Gone.' }))
    t.line().handlers.onClose()
    await turns(4)
    expect(t.state()).toMatchObject({ type: 'offline', problem: { code: 'device-revoked' } })
  })
})

describe('faults of the store', () => {
  const failing = (error: Error) => (store: Store) => ({
    ...store,
    applyEvents: () => {
      throw error
    },
  })
  const sqliteFull = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })

  test('[SES20] disk full: the connection ends, the cursor stays, and it is tried again rarely', async () => {
    const t = await setUp({ wrapStore: failing(sqliteFull) })
    await t.goLive()
    const { id, access, event } = conversation(t)
    await t.give(access)
    const sent = t.line().sent.length
    await t.give(event(1), event(2))
    expect(t.state()).toMatchObject({ type: 'offline', problem: { code: 'disk-full' } })
    expect(t.line().open).toBe(false)
    expect(t.line().sent).toHaveLength(sent)
    expect(t.desktop.store()?.position(id)).toMatchObject({ low: 0, high: 0 })
    expect(t.clock.nextInMs()).toBeGreaterThanOrEqual(limits.backoffMostMs)
  })

  test('[SES20] a bug in handling a frame is logged once and ends the connection, not the program', async () => {
    const t = await setUp({ wrapStore: failing(new TypeError('a bug')) })
    await t.goLive()
    const { access, event } = conversation(t)
    await t.give(access, event(1), event(2))
    expect(t.state()).toMatchObject({ type: 'offline', problem: { code: 'internal' } })
    expect(t.faults.filter((event) => event === 'session.fault')).toHaveLength(1)
    t.desktop.session.dispatch({ type: 'connect-asked' })
    await t.greet()
    expect(t.auth()).toBeDefined()
  })

  test('[SES20] a cache that does not open is named; without a lease kept the state is locked', async () => {
    const t = await setUp({ host: { openCache: async () => fail('store-corrupt') } })
    await t.desktop.start()
    t.desktop.store()?.close()
    await t.greet()
    await t.give(t.welcome())
    expect(t.state()).toMatchObject({ type: 'locked', problem: { code: 'store-corrupt' } })
  })
})

describe('time', () => {
  test('[SES9] a quiet line is pinged, a dead one left and dialled again', async () => {
    const t = await setUp()
    await t.goLive()
    t.clock.advance(limits.heartbeatMs)
    expect(t.line().sent.at(-1)).toEqual({ type: 'ping' })
    await t.give({ type: 'pong', timeMs: t.clock.nowMs() })
    t.clock.advance(limits.silenceMs - limits.heartbeatMs)
    expect(t.state().type).toBe('live')
    t.clock.advance(2 * (limits.silenceMs - limits.heartbeatMs))
    expect(t.state().type).toBe('offline')
    t.clock.advance(limits.backoffFirstMs)
    expect(t.lines).toHaveLength(2)
  })

  test('[SES2] the next attempt is told, and it is when it is made', async () => {
    const t = await setUp()
    await t.goLive()
    await t.lineEnds(fail('unavailable').error)
    const { retryAtMs } = t.desktop.session.facts()
    expect(retryAtMs).toBe(t.clock.nowMs() + (t.clock.nextInMs() ?? -1))
    t.clock.advance((retryAtMs ?? 0) - t.clock.nowMs())
    expect(t.state()).toMatchObject({ type: 'connecting', problem: { code: 'unavailable' } })
    expect(t.desktop.session.facts().retryAtMs).toBeUndefined()
  })

  test('[SES21] a clock that is off is told, and the lease keeps its length by our clock', async () => {
    const t = await setUp()
    await t.desktop.start()
    const serverMs = t.clock.nowMs() + 86_400_000
    t.line().handlers.onOpen()
    await t.give(t.hello({ timeMs: serverMs }))
    const lease = { ...t.lease(), issuedAtMs: serverMs, untilMs: serverMs + 3_600_000 }
    await t.give(t.welcome({ timeMs: serverMs, lease }), t.noHeads)
    expect(t.state().type).toBe('live')
    expect(t.desktop.session.facts().clockSkewMs).toBe(86_400_000)
    expect(t.desktop.vault.leaseUntilMs()).toBe(t.clock.nowMs() + 3_600_000)
    await t.give({ type: 'lease', lease: { ...lease, untilMs: serverMs + 7_200_000 } })
    expect(t.desktop.vault.leaseUntilMs()).toBe(t.clock.nowMs() + 7_200_000)
    await t.give({ type: 'pong', timeMs: t.clock.nowMs() + limits.clockSkewMs - 1 })
    expect(t.desktop.session.facts().clockSkewMs).toBeUndefined()
  })
})

describe('sleep and end', () => {
  test('[SES22] put to sleep while the cache is being opened: the next connection has to prove itself first', async () => {
    const t = await setUp()
    await t.desktop.start()
    await t.greet()
    const release = t.keyStore.hold()
    await t.give(t.welcome())
    t.desktop.session.dispatch({ type: 'suspended' })
    t.desktop.session.dispatch({ type: 'connect-asked' })
    t.line().handlers.onOpen()
    release()
    await turns(6)
    expect(t.lines).toHaveLength(2)
    expect(t.state()).toEqual({ type: 'handshaking', cache: true, attempt: 0 })
    const { id, access } = conversation(t)
    await t.give(access)
    expect(t.desktop.store()?.position(id)).toBeUndefined()
    await t.give(t.hello())
    await t.give(t.welcome(), t.noHeads)
    expect(t.state().type).toBe('live')
  })

  test('[SES22] put to sleep while the cache is being opened, and left so: readable, as the lease says', async () => {
    const t = await setUp()
    await t.desktop.start()
    await t.greet()
    const release = t.keyStore.hold()
    await t.give(t.welcome())
    t.desktop.session.dispatch({ type: 'suspended' })
    expect(t.state().type).toBe('locked')
    release()
    await turns(6)
    expect(t.state().type).toBe('offline')
  })

  const reached: Record<string, (t: World) => Promise<void>> = {
    connecting: (t) => t.desktop.start(),
    handshaking: async (t) => {
      await t.desktop.start()
      await t.greet()
    },
    admitting: async (t) => {
      await t.desktop.start()
      await t.greet()
      t.line().handlers.onText(JSON.stringify(t.welcome()))
    },
    live: (t) => t.goLive(),
    offline: async (t) => {
      await t.goLive()
      await t.lineEnds()
    },
  }
  test.each(Object.keys(reached))(
    '[SES23] stopped while %s: no timer, no socket, nothing happens later',
    async (name) => {
      const t = await setUp()
      await (reached[name] as (t: World) => Promise<void>)(t)
      const { handlers } = t.line()
      await t.desktop.stop()
      const state = t.state()
      const count = t.lines.length
      expect(t.clock.timers).toBe(0)
      expect(name === 'offline' || !t.line().open).toBe(true)
      handlers.onText(JSON.stringify(t.hello()))
      handlers.onClose()
      t.desktop.session.dispatch({ type: 'connect-asked' })
      t.clock.advance(3_600_000)
      await turns(5)
      expect(t.lines).toHaveLength(count)
      expect(t.state()).toBe(state)
      await expect(t.desktop.session.fetchOlder('cnv_x' as ConversationId)).resolves.toMatchObject({
        error: { code: 'offline' },
      })
    },
  )
})

describe('app lock', () => {
  const PASSPHRASE = 'seven lanterns'
  /** A desktop whose app is locked, at the point where the server has let it in. */
  async function listening(extra: Partial<DesktopParts> = {}): Promise<World> {
    const t = await setUp(extra)
    await t.desktop.vault.setPassphrase(undefined, PASSPHRASE, t.clock.nowMs())
    t.desktop.vault.lock()
    await t.goLive()
    return t
  }
  const lock = (t: World) => {
    t.desktop.vault.lock()
    t.desktop.session.dispatch({ type: 'app-locked' })
  }
  /** As the app does: passphrase, cache, then the session. */
  async function unlock(t: World): Promise<void> {
    expect(await t.desktop.vault.unlock(PASSPHRASE, t.clock.nowMs())).toEqual(ok(undefined))
    await t.desktop.start()
    t.desktop.session.dispatch({ type: 'app-unlocked', cache: t.desktop.store() !== undefined })
  }

  test('[SES35] locked by its user, the desktop is let in, keeps lease and policy, and stays connected without the cache', async () => {
    const t = await listening()
    expect(t.state()).toEqual({ type: 'locked', attempt: 0, listening: true })
    expect([t.lines.length, t.line().open, t.desktop.store()]).toEqual([1, true, undefined])
    expect(t.desktop.vault.leaseUntilMs()).toBe(t.clock.nowMs() + 72 * 3_600_000)
    expect(t.desktop.heard).toEqual([{ type: 'policy', policy }])
    expect(t.desktop.session.facts().retryAtMs).toBeUndefined()
  })

  test('[SES35] while it listens, leases and policy are kept and everything else is passed over', async () => {
    const t = await listening()
    const sent = t.line().sent.length
    const { id, access, event } = conversation(t)
    const later = { ...t.lease(), untilMs: t.clock.nowMs() + 80 * 3_600_000 }
    await t.give(
      { type: 'directory', people: [t.example.person()], cursor: 'd1', more: false },
      access,
      event(1),
      t.noHeads,
      { type: 'lease', lease: later },
      { type: 'policy', policy: { ...policy, contentProtection: true } },
      t.hello(),
      t.welcome(),
    )
    expect(t.state()).toEqual({ type: 'locked', attempt: 0, listening: true })
    expect(t.line().sent).toHaveLength(sent)
    expect(t.desktop.vault.leaseUntilMs()).toBe(t.clock.nowMs() + 80 * 3_600_000)
    expect(t.desktop.heard.slice(1)).toEqual([{ type: 'policy', policy: { ...policy, contentProtection: true } }])
    await unlock(t)
    expect(t.desktop.store()?.position(id)).toBeUndefined()
    expect(t.desktop.store()?.cursors()).toEqual({ directory: '', access: '' })
  })

  test('[SES36] a wipe order reaches a locked desktop', async () => {
    const t = await listening()
    await t.give(t.orderFrame({}, t.stranger))
    expect(t.state()).toMatchObject({ listening: true })
    await t.give(t.orderFrame())
    expect(t.desktop.heard.at(-1)).toMatchObject({ type: 'wipe', order: { counter: 5 } })
    expect(t.state()).toEqual({ type: 'wiping' })
    expect(t.clock.timers).toBe(0)
  })

  test('[SES36] a dead line is noticed while it listens, dialled again, and listened to again', async () => {
    const t = await listening()
    t.clock.advance(limits.heartbeatMs)
    expect(t.line().sent.at(-1)).toEqual({ type: 'ping' })
    t.clock.advance(limits.silenceMs - limits.heartbeatMs)
    expect(t.state()).toEqual({ type: 'locked', attempt: 0 })
    t.clock.advance(limits.backoffFirstMs)
    expect(t.lines).toHaveLength(2)
    await t.greet()
    await t.give(t.welcome(), t.noHeads)
    expect(t.state()).toMatchObject({ type: 'locked', listening: true })
  })

  test('[SES36] what the server says at the end is shown: a bye while it listens', async () => {
    const t = await listening()
    await t.give({ type: 'bye', code: 'device-revoked', message: 'Gone.' })
    expect(t.state()).toEqual({ type: 'locked', attempt: 1, problem: { code: 'device-revoked', message: 'Gone.' } })
    expect(t.line().open).toBe(false)
  })

  test('[SES37] locked while live, the cache is closed at once and the line kept', async () => {
    const t = await setUp()
    await t.desktop.vault.setPassphrase(undefined, PASSPHRASE, t.clock.nowMs())
    await t.goLive()
    const { access } = conversation(t)
    lock(t)
    expect(t.desktop.store()).toBeUndefined()
    expect(t.state()).toMatchObject({ type: 'locked', listening: true })
    await t.give(access)
    expect([t.lines.length, t.line().open]).toEqual([1, true])
    await t.give(t.orderFrame())
    expect(t.state()).toEqual({ type: 'wiping' })
  })

  test('[SES37] unlocked while it listens, it dials anew and tells the cursors of the cache', async () => {
    const t = await listening()
    await unlock(t)
    expect(t.state()).toEqual({ type: 'connecting', cache: true, attempt: 0 })
    expect(t.lines.map((line) => line.open)).toEqual([false, true])
    await t.greet()
    await t.give(t.welcome(), t.noHeads)
    expect(t.state()).toEqual({ type: 'live', attempt: 0 })
  })

  test('[SES37] unlocked without a connection, it dials at once, readable meanwhile', async () => {
    const t = await listening()
    await t.lineEnds()
    await unlock(t)
    expect(t.state()).toMatchObject({ type: 'connecting', cache: true })
  })

  test.each(['locked', 'unlocked'] as const)(
    '[SES38] %s while the cache is being opened: what holds when that is done counts',
    async (change) => {
      const t = await setUp()
      await t.desktop.vault.setPassphrase(undefined, PASSPHRASE, t.clock.nowMs())
      if (change === 'unlocked') t.desktop.vault.lock()
      await t.desktop.start()
      await t.greet()
      const release = t.keyStore.hold()
      await t.give(t.welcome())
      expect(t.state()).toMatchObject({ type: 'handshaking', admitting: true })
      if (change === 'locked') lock(t)
      release()
      if (change === 'unlocked') await unlock(t)
      await turns(6)
      if (change === 'locked') {
        expect(t.state()).toMatchObject({ type: 'locked', listening: true })
        expect(t.desktop.store()).toBeUndefined()
      } else {
        expect(t.desktop.store()).toBeDefined()
        expect(['connecting', 'catching-up']).toContain(t.state().type)
      }
    },
  )

  test('[SES38] locked just as the cache was opened, and closed again: it listens', async () => {
    const holder: { desktop?: Desktop } = {}
    const t = await setUp({
      host: {
        openCache: async () => {
          holder.desktop?.vault.lock()
          return fail('locked')
        },
      },
    })
    holder.desktop = t.desktop
    await t.desktop.vault.setPassphrase(undefined, PASSPHRASE, t.clock.nowMs())
    t.desktop.session.dispatch({ type: 'started', enrolled: true, cache: false })
    await t.greet()
    await t.give(t.welcome())
    expect(t.state()).toMatchObject({ type: 'locked', listening: true })
  })

  test('[SES39] another share while live: the cache is sealed under it at once, and only once the server has proved itself', async () => {
    let rekeyed = 0
    const t = await setUp({
      wrapStore: (store) => ({
        ...store,
        rekey: (root) => {
          rekeyed += 1
          store.rekey(root)
        },
      }),
    })
    await t.goLive()
    await t.give({ type: 'lease', lease: t.lease() })
    expect(rekeyed).toBe(0)
    await t.give({ type: 'lease', lease: t.lease(new Uint8Array(32).fill(6)) })
    expect([rekeyed, t.desktop.vault.rotationPending()]).toEqual([1, false])
    await t.lineEnds()
    t.desktop.session.dispatch({ type: 'connect-asked' })
    await t.greet()
    await t.give({ type: 'lease', lease: t.lease(new Uint8Array(32).fill(7)) })
    expect(rekeyed).toBe(1)
    await t.give(t.welcome({ lease: t.lease(new Uint8Array(32).fill(7)) }))
    expect([rekeyed, t.desktop.vault.rotationPending()]).toEqual([2, false])
  })

  test('[SES39] another share while it listens waits for the passphrase', async () => {
    const t = await listening()
    await unlock(t)
    lock(t)
    await t.greet()
    await t.give(t.welcome({ lease: t.lease(new Uint8Array(32).fill(6)) }))
    expect(t.state()).toMatchObject({ listening: true })
    expect(t.desktop.vault.rotationPending()).toBe(true)
    await unlock(t)
    expect(t.desktop.vault.rotationPending()).toBe(false)
  })
})
