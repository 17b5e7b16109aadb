// Owns the proof of the exchange over a real store, against a server played by hand.

import { beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { ClientId, ConversationEvent, ConversationId, ConversationInfo, UserId } from '../../shared/model.ts'
import { type FailureCode, failureCodes } from '../../shared/result.ts'
import type { DownFrame, UpFrame } from '../../shared/wire.ts'
import { nothingLive } from '../../testing/caches.ts'
import { createExample, exampleTimeMs } from '../../testing/example.ts'
import { createVirtualClock } from '../../testing/virtual-clock.ts'
import { openStore, type Store } from '../store/store.ts'
import { type Cipher, createCipher } from '../vault/cipher.ts'
import { createSync, type Sync } from './sync.ts'

let cipher: Cipher
beforeAll(async () => {
  cipher = await createCipher()
})

type UpOf<T extends UpFrame['type']> = Extract<UpFrame, { type: T }>

/** One user's store and exchange, and the other side by hand. */
function setUp() {
  const example = createExample(11)
  const self = example.id('user')
  const other = example.id('user')
  const opened = openStore({ file: ':memory:', cipher, rootKey: example.random.bytes(32), self })
  if (!opened.ok) throw new Error(opened.error.code)
  const store: Store = opened.value
  const clock = createVirtualClock(exampleTimeMs)
  const logs = new Map<ConversationId, ConversationEvent[]>()
  const heard: string[] = []
  const progress: ({ done: number; total: number } | undefined)[] = []
  const faults: string[] = []
  let sent: UpFrame[] = []
  let sync: Sync

  const connect = (): Sync => {
    sent = []
    sync = createSync({
      store,
      send: (frame) => sent.push(frame),
      setTimer: clock.setTimer,
      log: { error: (event) => faults.push(event), info: () => undefined, debug: () => undefined },
      version: 2,
      isReady: () => true,
      listener: {
        messageSent: () => undefined,
        reached: () => undefined,
        conversationChanged: () => undefined,
        listChanged: () => undefined,
        eventsAdded: (_id, events, live) => heard.push(`${live ? 'live' : 'page'} ${events.map((e) => e.seq)}`),
        conversationsLost: (ids) => heard.push(`lost ${ids.length}`),
        progress: (p) => progress.push(p),
        caughtUp: () => heard.push('caught-up'),
        fellBehind: () => heard.push('fell-behind'),
      },
    })
    return sync
  }
  sync = connect()

  /** A conversation of the server with `count` messages of the other person. */
  function found(count: number): ConversationInfo {
    const info = example.conversation({ memberIds: [self, other] })
    logs.set(info.conversationId, example.events(info.conversationId, [other], count))
    return info
  }
  const log = (id: ConversationId) => logs.get(id) ?? []
  function append(id: ConversationId, actorId: UserId = other, clientId = example.id('message')): ConversationEvent {
    const event = example.event({
      conversationId: id,
      seq: log(id).length + 1,
      atMs: exampleTimeMs,
      actorId,
      content: example.messageContent({ clientId }),
    })
    logs.get(id)?.push(event)
    return event
  }
  const head = (id: ConversationId, readSeq = 0) => ({
    conversationId: id,
    headSeq: log(id).length,
    headAtMs: log(id).at(-1)?.atMs ?? 0,
    readSeq,
  })
  function grant(...infos: ConversationInfo[]): void {
    sync.handle({ type: 'access', granted: infos, revoked: [], cursor: 'a1', more: false })
  }
  function heads(readSeq = 0): void {
    sync.handle({ type: 'heads', heads: [...logs.keys()].map((id) => head(id, readSeq)), more: false })
  }
  const frames = <T extends UpFrame['type']>(type: T) => sent.filter((frame): frame is UpOf<T> => frame.type === type)
  const take = <T extends UpFrame['type']>(type: T): UpOf<T>[] => {
    const found = frames(type)
    sent = sent.filter((frame) => frame.type !== type)
    return found
  }
  /** The page that answers a pull, as a sound server would. */
  function page(pull: UpOf<'pull'>): Extract<DownFrame, { type: 'events' }> {
    const all = log(pull.conversationId)
    const events =
      'after' in pull.from
        ? all.slice(pull.from.after, pull.from.after + pull.limit)
        : all.slice(Math.max(0, pull.from.before - 1 - pull.limit), pull.from.before - 1)
    return { type: 'events', id: pull.id, conversationId: pull.conversationId, events, headSeq: all.length }
  }
  /** Answers pulls until none is asked. Returns how many there were. */
  function answerPulls(most = 100): number {
    let count = 0
    for (let pulls = take('pull'); pulls.length > 0; pulls = take('pull'))
      for (const pull of pulls) {
        count += 1
        if (count > most) throw new Error('the client keeps asking')
        sync.handle(page(pull))
      }
    return count
  }
  const bodies = (id: ConversationId): string[] => {
    const read = store.readPage(id, undefined, 200, { sending: sync.sending, transferOf: () => undefined })
    if (!read.ok) throw new Error(read.error.code)
    return read.value.messages.map((m) => (m.content.type === 'text' ? m.content.text : ''))
  }
  function write(id: ConversationId, body: string, clientId: ClientId = example.id('message')): ClientId {
    const queued = store.enqueue(id, { type: 'message', clientId, body, createdAtMs: clock.nowMs() })
    if (!queued.ok) throw new Error(queued.error.code)
    sync.flush()
    return clientId
  }
  /** The server's acknowledgement and its event, apart, so that their order can be chosen. */
  function accept(send: UpOf<'send'>): { sent: DownFrame; event: DownFrame } {
    const event = example.event({
      conversationId: send.conversationId,
      seq: log(send.conversationId).length + 1,
      atMs: exampleTimeMs,
      actorId: self,
      content: { type: 'message', clientId: send.clientId, body: send.body },
    })
    logs.get(send.conversationId)?.push(event)
    const { conversationId, clientId } = send
    return {
      sent: { type: 'sent', conversationId, clientId, seq: event.seq, atMs: event.atMs },
      event: { type: 'event', event },
    }
  }
  return {
    example,
    self,
    other,
    store,
    clock,
    heard,
    progress,
    faults,
    found,
    log,
    append,
    grant,
    heads,
    frames,
    take,
    page,
    answerPulls,
    bodies,
    write,
    accept,
    connect,
    handle: (frame: DownFrame) => sync.handle(frame),
    sync: () => sync,
    live(count: number) {
      const info = found(count)
      grant(info)
      heads()
      answerPulls()
      heard.length = 0
      return info.conversationId
    },
    delivery(id: ConversationId) {
      const read = store.readPage(id, undefined, 200, { sending: sync.sending, transferOf: () => undefined })
      return read.ok ? read.value.messages.map((m) => m.delivery) : []
    },
  }
}

const page = limits.eventsPerPull

describe('catch-up', () => {
  test('[SYN7] newest page, then all before it, then nothing more is asked', () => {
    const t = setUp()
    const info = t.found(450)
    t.grant(info)
    t.heads()
    expect(t.frames('pull').map((pull) => pull.from)).toEqual([{ before: 451 }])
    expect(t.answerPulls()).toBe(Math.ceil(450 / page))
    expect(t.store.position(info.conversationId)).toMatchObject({ low: 1, high: 450 })
    expect(t.heard.filter((line) => line === 'caught-up')).toHaveLength(1)
    expect(t.heard[1]).toBe('caught-up')
  })

  test('[SYN7] what was missed is fetched from the cursor on, across pages, before the session is live', () => {
    const t = setUp()
    const id = t.live(10)
    for (let i = 0; i < 420; i++) t.append(id)
    t.connect()
    t.heads()
    expect(t.heard).not.toContain('caught-up')
    expect(t.answerPulls()).toBe(Math.ceil(420 / page))
    expect(t.heard.at(-1)).toBe('caught-up')
    expect(t.store.position(id)).toMatchObject({ low: 1, high: 430 })
  })

  test('[SYN6] progress starts at nothing, never goes back and ends undefined', () => {
    const t = setUp()
    const id = t.live(10)
    for (let i = 0; i < 420; i++) t.append(id)
    t.connect()
    t.progress.length = 0
    t.heads()
    t.answerPulls()
    expect(t.progress).toEqual([
      ...Array.from({ length: Math.ceil(420 / page) }, (_, i) => ({ done: i * page, total: 420 })),
      undefined,
    ])
  })

  test('[SYN8] feed cursors are kept with what they brought', () => {
    const t = setUp()
    const person = t.example.person()
    t.handle({ type: 'directory', people: [person], cursor: 'd7', more: false })
    t.grant(t.found(1))
    expect(t.store.cursors()).toEqual({ directory: 'd7', access: 'a1' })
    expect(t.store.person(person.userId)?.displayName).toBe(person.displayName)
  })
})

describe('live events', () => {
  test('[SYN9] an event past a gap waits until what lies between has been fetched', () => {
    const t = setUp()
    const id = t.live(5)
    t.append(id)
    t.append(id)
    const third = t.append(id)
    t.handle({ type: 'event', event: third })
    expect(t.store.position(id)).toMatchObject({ high: 5 })
    expect(t.frames('pull').map((pull) => pull.from)).toEqual([{ after: 5 }])
    t.answerPulls()
    expect(t.store.position(id)).toMatchObject({ low: 1, high: 8 })
    expect(t.heard).toEqual(['fell-behind', 'page 6,7,8', 'caught-up'])
  })

  test('[SYN10] a repeated event changes nothing and is told once', () => {
    const t = setUp()
    const id = t.live(3)
    const event = t.append(id)
    t.handle({ type: 'event', event })
    t.handle({ type: 'event', event })
    expect(t.heard).toEqual(['live 4'])
    expect(t.bodies(id)).toHaveLength(4)
    expect(t.frames('pull')).toEqual([])
  })

  test('[SYN11] a page that live events have overtaken is no fault: what is missing later is still fetched', () => {
    const t = setUp()
    const id = t.live(3)
    const four = t.append(id)
    // The acknowledgement raises the head, another conversation's event makes the plan, the event itself comes after.
    t.handle({ type: 'sent', conversationId: id, clientId: t.example.id('message'), seq: 4, atMs: exampleTimeMs })
    t.handle({ type: 'event', event: t.example.event({ seq: 1 }) })
    const [pull] = t.take('pull')
    const answer = t.page(pull as NonNullable<typeof pull>)
    t.handle({ type: 'event', event: four })
    t.handle(answer)
    expect(t.faults).toEqual([])
    t.append(id)
    t.handle({ type: 'event', event: t.append(id) })
    expect(t.frames('pull').map((p) => p.from)).toEqual([{ after: 4 }])
  })
})

describe('sends', () => {
  test.each(['sent first', 'event first'] as const)('[SYN12] %s: the message leaves the outbox once', (order) => {
    const t = setUp()
    const id = t.live(2)
    const clientId = t.write(id, 'one')
    expect(t.delivery(id).at(-1)).toEqual({ state: 'sending' })
    const { sent, event } = t.accept(t.take('send')[0] as UpOf<'send'>)
    for (const frame of order === 'sent first' ? [sent, event] : [event, sent]) t.handle(frame)
    expect(t.bodies(id).filter((body) => body === 'one')).toHaveLength(1)
    expect(t.store.queued()).toBe(0)
    expect(t.sync().sending.has(clientId)).toBe(false)
    expect(t.delivery(id).at(-1)).toEqual({ state: 'sent' })
  })

  test('[SYN12] a clientId written again after it has been delivered is settled by the acknowledgement', () => {
    const t = setUp()
    const id = t.live(2)
    const clientId = t.write(id, 'one')
    const { sent, event } = t.accept(t.take('send')[0] as UpOf<'send'>)
    t.handle(sent)
    t.handle(event)
    t.write(id, 'one', clientId)
    expect(t.take('send').map((frame) => frame.clientId)).toEqual([clientId])
    t.handle(sent)
    expect(t.store.queued()).toBe(0)
    expect(t.bodies(id).filter((body) => body === 'one')).toHaveLength(1)
  })

  test('[SYN13] after a lost acknowledgement the message is sent again, and the page that holds it frees the next', () => {
    const t = setUp()
    const id = t.live(2)
    const first = t.write(id, 'one')
    const second = t.write(id, 'two')
    const { sent } = t.accept(t.take('send')[0] as UpOf<'send'>)
    // The line broke before either answer came.
    t.sync().stop()
    t.connect()
    t.heads()
    expect(t.take('send').map((frame) => frame.clientId)).toEqual([first])
    t.answerPulls()
    expect(t.take('send').map((frame) => frame.clientId)).toEqual([second])
    t.handle(sent)
    expect(t.take('send')).toEqual([])
    expect(t.store.queued()).toBe(1)
  })

  test('[SYN14] one message a conversation is under way, the next when it is settled, in the order written', () => {
    const t = setUp()
    const id = t.live(2)
    const written = ['a', 'b', 'c'].map((body) => t.write(id, body))
    const arrived: ClientId[] = []
    for (let i = 0; i < written.length; i++) {
      const [send, ...more] = t.take('send')
      expect(more).toEqual([])
      arrived.push((send as UpOf<'send'>).clientId)
      const { sent, event } = t.accept(send as UpOf<'send'>)
      t.handle(sent)
      t.handle(event)
    }
    expect(arrived).toEqual(written)
  })

  test('[SYN14] conversations do not wait for each other, up to limits.sendsInFlight', () => {
    const t = setUp()
    const infos = Array.from({ length: limits.sendsInFlight + 3 }, () => t.found(1))
    t.grant(...infos)
    t.heads()
    t.answerPulls()
    for (const { conversationId } of infos) t.write(conversationId, 'hello')
    const first = t.take('send')
    expect(first).toHaveLength(limits.sendsInFlight)
    t.handle(t.accept(first[0] as UpOf<'send'>).sent)
    expect(t.take('send')).toHaveLength(1)
  })

  test('[SYN15] nothing is sent before the heads are known', () => {
    const t = setUp()
    const info = t.found(1)
    t.grant(info)
    t.write(info.conversationId, 'early')
    t.handle({ type: 'heads', heads: [], more: true })
    expect(t.frames('send')).toEqual([])
    t.heads()
    expect(t.frames('send')).toHaveLength(1)
  })

  const lasting = (Object.keys(failureCodes) as FailureCode[]).filter(
    (code) => code !== 'rate-limited' && code !== 'unavailable',
  )
  test('[SYN16] refused with any lasting code: the failure is shown on the message and the next one goes', () => {
    for (const code of lasting) {
      const t = setUp()
      const id = t.live(2)
      const first = t.write(id, 'one')
      const second = t.write(id, 'two')
      t.take('send')
      t.handle({ type: 'refused', clientId: first, code, message: 'because' })
      expect(t.delivery(id).slice(-2)).toEqual([
        { state: 'failed', failure: { code, message: 'because' } },
        { state: 'sending' },
      ])
      expect(t.take('send').map((frame) => frame.clientId)).toEqual([second])
    }
  })

  test('[SYN16] a code this version does not know counts as not-allowed, in our words', () => {
    const t = setUp()
    const id = t.live(2)
    const clientId = t.write(id, 'one')
    t.handle({ type: 'refused', clientId, code: 'moon-phase', message: '<b>hi</b>' })
    expect(t.delivery(id).at(-1)).toEqual({
      state: 'failed',
      failure: { code: 'not-allowed', message: failureCodes['not-allowed'] },
    })
  })

  test.each(['rate-limited', 'unavailable'] as const)(
    '[SYN17] %s: sending pauses for the time named and goes on in order; no failure is shown',
    (code) => {
      const t = setUp()
      const id = t.live(2)
      const first = t.write(id, 'one')
      t.write(id, 'two')
      t.take('send')
      t.handle({ type: 'refused', clientId: first, code, message: '', retryAfterMs: 900 })
      t.write(id, 'three')
      t.clock.advance(899)
      expect(t.frames('send')).toEqual([])
      expect(t.delivery(id).slice(-3)).toEqual([{ state: 'queued' }, { state: 'queued' }, { state: 'queued' }])
      t.clock.advance(1)
      expect(t.take('send').map((frame) => frame.body)).toEqual(['one'])
    },
  )

  test('[SYN17] a pause is capped, whatever the server names', () => {
    const t = setUp()
    const id = t.live(2)
    const clientId = t.write(id, 'one')
    t.take('send')
    t.handle({ type: 'refused', clientId, code: 'rate-limited', message: '', retryAfterMs: Number.MAX_SAFE_INTEGER })
    expect(t.clock.nextInMs()).toBeLessThanOrEqual(limits.updateRetryMs)
  })
})

describe('reads', () => {
  test('[SYN18] what was read while away is told again until the server agrees', () => {
    const t = setUp()
    const id = t.live(5)
    t.sync().stop()
    t.store.applyRead(id, 4, 'user')
    t.connect()
    t.heads(2)
    expect(t.take('read')).toEqual([{ type: 'read', conversationId: id, seq: 4 }])
    t.sync().stop()
    t.connect()
    t.heads(4)
    expect(t.take('read')).toEqual([])
  })

  test('[SYN18] reading on another device moves the mark here and is not echoed', () => {
    const t = setUp()
    const id = t.live(5)
    expect(t.store.listConversations(nothingLive)[0]?.unread).toBe(5)
    t.handle({ type: 'readMoved', conversationId: id, seq: 3 })
    expect(t.store.listConversations(nothingLive)[0]?.unread).toBe(2)
    expect(t.frames('read')).toEqual([])
  })
})

describe('access', () => {
  test('[SYN19] lost while a page is under way: the late page is dropped, and the reader is told not-found', async () => {
    const t = setUp()
    const info = t.found(450)
    const id = info.conversationId
    t.grant(info)
    t.heads()
    const pull = t.take('pull')[0] as UpOf<'pull'>
    const older = t.sync().fetchOlder(id)
    t.handle({ type: 'access', granted: [], revoked: [id], cursor: 'a2', more: false })
    expect(t.heard).toContain('lost 1')
    await expect(older).resolves.toMatchObject({ ok: false, error: { code: 'not-found' } })
    t.handle(t.page(pull))
    expect(t.store.position(id)).toBeUndefined()
    expect(t.heard.filter((line) => line.startsWith('page'))).toEqual([])
  })

  test.each(['page', 'refusal'] as const)('[SYN19] lost and granted again: a late %s does not spoil it', (late) => {
    const t = setUp()
    const info = t.found(30)
    const id = info.conversationId
    t.grant(info)
    t.heads()
    const pull = t.take('pull')[0] as UpOf<'pull'>
    t.handle({ type: 'access', granted: [], revoked: [id], cursor: 'a2', more: false })
    t.grant(info)
    if (late === 'page') t.handle({ ...t.page(pull), events: t.page(pull).events.slice(0, 3) })
    else t.handle({ type: 'refused', id: pull.id, code: 'not-found', message: '' })
    t.answerPulls()
    expect(t.store.position(id)).toMatchObject({ low: 1, high: 30 })
    expect(t.heard.at(-1)).toBe('caught-up')
  })

  test.each(['before its acknowledgement', 'after it'])(
    '[SYN19] lost %s: the message is given up, and writing goes on once access is back',
    (when) => {
      const t = setUp()
      const id = t.live(2)
      const info = t.store.listConversations(nothingLive)[0]
      t.write(id, 'one')
      const { sent } = t.accept(t.take('send')[0] as UpOf<'send'>)
      if (when === 'after it') t.handle(sent)
      t.handle({ type: 'access', granted: [], revoked: [id], cursor: 'a2', more: false })
      if (when !== 'after it') t.handle(sent)
      expect(t.sync().sending.size).toBe(0)
      expect(t.store.queued()).toBe(0)
      t.grant(t.example.conversation({ conversationId: id, memberIds: info?.memberIds ?? [] }))
      t.write(id, 'two')
      expect(t.take('send').map((frame) => frame.body)).toEqual(['two'])
      t.answerPulls()
      expect(t.bodies(id).filter((body) => body === 'one')).toHaveLength(1)
    },
  )

  test('[SYN20] granted while live: its newest page is asked for and tells the head', () => {
    const t = setUp()
    t.live(2)
    const info = t.found(260)
    t.grant(info)
    t.answerPulls()
    expect(t.store.position(info.conversationId)).toMatchObject({ low: 1, high: 260 })
    expect(t.faults).toEqual([])
  })

  test('[SYN20] a server that answers a page from beyond the head with nothing is asked again from the head', () => {
    const t = setUp()
    t.live(2)
    const info = t.found(40)
    t.grant(info)
    const pull = t.take('pull')[0] as UpOf<'pull'>
    t.handle({ type: 'events', id: pull.id, conversationId: info.conversationId, events: [], headSeq: 40 })
    expect(t.frames('pull').map((frame) => frame.from)).toEqual([{ before: 41 }])
    t.answerPulls()
    expect(t.store.position(info.conversationId)).toMatchObject({ low: 1, high: 40 })
  })

  test('[SYN20] founded while live: its first events make it whole, and progress stays within reason', () => {
    const t = setUp()
    t.live(2)
    const info = t.found(0)
    const id = info.conversationId
    t.progress.length = 0
    t.grant(info)
    t.handle({ type: 'event', event: t.append(id) })
    t.handle({ type: 'event', event: t.append(id) })
    t.answerPulls()
    t.handle({ type: 'event', event: t.append(id) })
    expect(t.store.position(id)).toMatchObject({ low: 1, high: 3 })
    expect(t.heard.at(-1)).toBe('live 3')
    for (const told of t.progress) expect(told?.total ?? 0).toBeLessThanOrEqual(limits.eventsPerPull)
    expect(t.faults).toEqual([])
  })

  test('[SYN20] an empty conversation granted while live is complete', () => {
    const t = setUp()
    t.live(2)
    t.grant(t.found(0))
    t.answerPulls()
    expect(t.heard.at(-1)).toBe('caught-up')
    expect(t.faults).toEqual([])
  })
})

describe('a faulty server', () => {
  const faultyPages: Record<string, (page: Extract<DownFrame, { type: 'events' }>) => typeof page> = {
    empty: (page) => ({ ...page, events: [] }),
    'with a hole': (page) => ({ ...page, events: page.events.filter((_, i) => i !== 3) }),
    'far too short': (page) => ({ ...page, events: page.events.slice(0, 2) }),
    'of another conversation': (page) => ({
      ...page,
      events: page.events.map((event) => ({ ...event, conversationId: createExample(99).id('conversation') })),
    }),
  }
  test.each(Object.keys(faultyPages))(
    '[SYN21] pages %s: asked for a bounded number of times, the rest goes on',
    (name) => {
      const t = setUp()
      const good = t.live(3)
      const info = t.found(30)
      t.grant(info)
      t.append(good)
      t.connect()
      t.heads()
      let asked = 0
      for (let pulls = t.take('pull'); pulls.length > 0; pulls = t.take('pull'))
        for (const pull of pulls) {
          asked += 1
          expect(asked).toBeLessThan(20)
          const spoil = pull.conversationId === info.conversationId && faultyPages[name]
          t.handle(spoil ? spoil(t.page(pull)) : t.page(pull))
        }
      expect(t.heard.at(-1)).toBe('caught-up')
      expect(t.store.position(good)).toMatchObject({ high: 4 })
    },
  )

  test('[SYN21] a page that nobody asked for changes nothing', () => {
    const t = setUp()
    const id = t.live(3)
    t.append(id)
    t.handle({ type: 'events', id: 4711, conversationId: id, events: t.log(id).slice(3), headSeq: 4 })
    expect(t.store.position(id)).toMatchObject({ high: 3 })
  })

  test('[SYN22] a pull refused for the moment is asked again after the pause, one refused for good is not', () => {
    const t = setUp()
    const info = t.found(30)
    t.grant(info)
    t.heads()
    const first = t.take('pull')[0] as UpOf<'pull'>
    t.handle({ type: 'refused', id: first.id, code: 'unavailable', message: '', retryAfterMs: 5000 })
    expect(t.frames('pull')).toEqual([])
    t.clock.advance(5000)
    const second = t.take('pull')[0] as UpOf<'pull'>
    expect(second.from).toEqual(first.from)
    t.handle({ type: 'refused', id: second.id, code: 'not-allowed', message: '' })
    t.clock.advance(limits.updateRetryMs)
    expect(t.frames('pull')).toEqual([])
    expect(t.heard.at(-1)).toBe('caught-up')
  })
})

describe('fetchOlder', () => {
  /** Live with the newest page only; the page before it has been asked for by itself. */
  function withHistory() {
    const t = setUp()
    const info = t.found(450)
    t.grant(info)
    t.heads()
    t.handle(t.page(t.take('pull')[0] as UpOf<'pull'>))
    return { t, id: info.conversationId }
  }

  test('[SYN23] resolves with the page that is under way for the conversation', async () => {
    const { t, id } = withHistory()
    const older = t.sync().fetchOlder(id)
    const pulls = t.take('pull')
    expect(pulls).toHaveLength(1)
    t.handle(t.page(pulls[0] as UpOf<'pull'>))
    await expect(older).resolves.toEqual({ ok: true, value: undefined })
    expect(t.store.position(id)).toMatchObject({ low: 451 - 2 * page })
  })

  test('[SYN23] answers at once where the cache reaches the beginning, or knows no such conversation', async () => {
    const t = setUp()
    const id = t.live(5)
    await expect(t.sync().fetchOlder(id)).resolves.toEqual({ ok: true, value: undefined })
    await expect(t.sync().fetchOlder(t.example.id('conversation'))).resolves.toMatchObject({
      error: { code: 'not-found' },
    })
  })

  test('[SYN23] gives up after limits.olderPageMs; a page that comes later is used all the same', async () => {
    const { t, id } = withHistory()
    const older = t.sync().fetchOlder(id)
    const pull = t.take('pull')[0] as UpOf<'pull'>
    t.clock.advance(limits.olderPageMs)
    await expect(older).resolves.toMatchObject({ error: { code: 'unavailable' } })
    t.handle(t.page(pull))
    expect(t.store.position(id)).toMatchObject({ low: 451 - 2 * page })
  })

  test('[SYN23] is offline once the connection has ended, and for those who waited', async () => {
    const { t, id } = withHistory()
    const waiting = t.sync().fetchOlder(id)
    t.sync().stop()
    await expect(waiting).resolves.toMatchObject({ error: { code: 'offline' } })
    await expect(t.sync().fetchOlder(id)).resolves.toMatchObject({ error: { code: 'offline' } })
  })
})

describe('stop', () => {
  test('[SYN24] nothing is sent, no timer is left, and later frames change nothing', () => {
    const t = setUp()
    const id = t.live(450)
    const clientId = t.write(id, 'one')
    t.handle({ type: 'refused', clientId, code: 'rate-limited', message: '', retryAfterMs: 100 })
    void t.sync().fetchOlder(id)
    t.take('send')
    t.sync().stop()
    expect(t.clock.timers).toBe(0)
    t.handle({ type: 'event', event: t.append(id) })
    t.sync().flush()
    t.sync().markRead(id, 3)
    expect(t.store.position(id)).toMatchObject({ high: 450 })
    expect([...t.frames('send'), ...t.frames('read')]).toEqual([])
  })
})
