// Owns the proof of what version 2 adds to the exchange, over a real store and against a server played by hand: acts and
// messages with fields and files, settings of conversations, read positions, grants; and that version 1 gets none of it.

import { beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { ClientId, ConversationId } from '../../shared/model.ts'
import { downFrameSchema, type UpFrame, type UpFrameOf, upFrameSchema } from '../../shared/wire.ts'
import { exampleCache, fill, nothingLive, openCache } from '../../testing/caches.ts'
import { silentLog } from '../../testing/desktop.ts'
import { exampleTimeMs } from '../../testing/example.ts'
import { must } from '../../testing/fake-shell.ts'
import { createVirtualClock } from '../../testing/virtual-clock.ts'
import type { NewOutbox } from '../store/store.ts'
import { type Cipher, createCipher } from '../vault/cipher.ts'
import { createSync, type Sync } from './sync.ts'

let cipher: Cipher
beforeAll(async () => {
  cipher = await createCipher()
})

function setUp() {
  const cache = exampleCache(71, 2, 8)
  const store = openCache({ cipher, self: cache.self })
  fill(store, cache)
  const { example } = cache
  const clock = createVirtualClock(exampleTimeMs)
  const ids = cache.conversations.map(({ conversationId }) => conversationId)
  const [id, id2] = ids as [ConversationId, ConversationId]
  const ready = new Set<ClientId>()
  const heard: string[] = []
  let sent: UpFrame[] = []

  /** A connection whose heads say what is cached; `prefs` are the server's, by conversation. */
  function connect(version = 2, prefs: Parameters<typeof store.applyPrefs>[0] = []): Sync {
    sent = []
    const sync = createSync({
      store,
      version,
      log: silentLog,
      setTimer: clock.setTimer,
      isReady: (clientId) => ready.has(clientId),
      // Whatever is sent fits the contract.
      send: (frame) => sent.push(upFrameSchema.parse(frame)),
      listener: {
        conversationChanged: () => undefined,
        listChanged: () => undefined,
        eventsAdded: () => undefined,
        conversationsLost: () => undefined,
        messageSent: () => heard.push('sent'),
        reached: () => heard.push('reached'),
        progress: () => undefined,
        caughtUp: () => undefined,
        fellBehind: () => undefined,
      },
    })
    const heads = ids.map((conversationId) => ({
      ...{ conversationId, headSeq: 8, headAtMs: exampleTimeMs, readSeq: 8 },
      ...prefs.find((one) => one.conversationId === conversationId),
    }))
    sync.handle(downFrameSchema.parse({ type: 'heads', heads, more: false }))
    return sync
  }
  const take = <T extends UpFrame['type']>(type: T): UpFrameOf<T>[] => {
    const found = sent.filter((frame): frame is UpFrameOf<T> => frame.type === type)
    sent = sent.filter((frame) => frame.type !== type)
    return found
  }
  function write(conversationId: ConversationId, record: Partial<NewOutbox> & { type: 'message' | 'act' }): ClientId {
    const clientId = example.id('message')
    const common = { clientId, createdAtMs: clock.nowMs() }
    const full = record.type === 'act' ? { ...common, ...record } : { ...common, body: 'x', ...record }
    must(store.enqueue(conversationId, full as NewOutbox))
    return clientId
  }
  const react = (on = true) =>
    ({ type: 'act', act: { type: 'react', targetSeq: 2, emoji: '👍', on } }) satisfies Partial<NewOutbox>
  function addFile(conversationId: ConversationId, sha256?: string) {
    const record = {
      ...{ fileId: example.id('file'), conversationId, name: 'a.pdf', mediaType: 'application/pdf' },
      role: 'draft',
      ...{ bytes: 9, folder: 'f', parts: 1, whole: true, usedAtMs: 0 },
    } as const
    expect(store.addFile(sha256 === undefined ? record : { ...record, sha256 })).toBe(true)
    const { fileId, name, mediaType, bytes } = record
    return { fileId, name, mediaType, bytes }
  }
  const failureOf = (clientId: ClientId) => store.outboxEntry(clientId)?.record.failure?.code
  return { cache, example, store, clock, id, id2, ready, heard, connect, take, write, react, addFile, failureOf }
}
const HASH = 'a'.repeat(43)

describe('the outbox', () => {
  test('[SYN31] messages go with all their fields, acts as acts, in one order', () => {
    const t = setUp()
    const forward = { conversationId: t.id2, seq: 3 }
    const mentions = [{ type: 'everyone' as const, start: 0, end: 4 }]
    const first = t.write(t.id, { type: 'message', body: '@all x', mentions, threadSeq: 2, quoteSeq: 3, forward })
    const second = t.write(t.id, t.react())
    const sync = t.connect()
    expect(t.take('act')).toEqual([])
    expect(t.take('send')).toEqual([
      {
        ...{ type: 'send', conversationId: t.id, clientId: first, body: '@all x' },
        ...{ mentions, threadSeq: 2, quoteSeq: 3, forward },
      },
    ])
    sync.handle({ type: 'sent', conversationId: t.id, clientId: first, seq: 9, atMs: exampleTimeMs })
    expect(t.take('act')).toEqual([
      {
        type: 'act',
        conversationId: t.id,
        clientId: second,
        act: { type: 'react', targetSeq: 2, emoji: '👍', on: true },
      },
    ])
    expect(t.heard).toEqual(['reached', 'sent'])
  })

  test('[SYN32] an act is settled by the event that carries its clientId, and the next goes', () => {
    const t = setUp()
    const first = t.write(t.id, t.react())
    const second = t.write(t.id, t.react(false))
    const sync = t.connect()
    const event = t.example.event({
      ...{ conversationId: t.id, seq: 9, actorId: t.cache.self, atMs: exampleTimeMs },
      content: { type: 'reacted', targetSeq: 2, emoji: '👍', on: true, clientId: first },
    })
    // Somebody else's event that claims our clientId settles nothing.
    sync.handle({
      type: 'event',
      event: { ...event, actorId: t.cache.other, content: { ...event.content, on: false } },
    })
    expect(sync.sending.has(first)).toBe(true)
    sync.handle({ type: 'event', event: { ...event, seq: 10 } })
    expect(sync.sending.has(first)).toBe(false)
    expect(t.store.outboxEntry(first)).toBeUndefined()
    expect(t.take('act').map((frame) => frame.clientId)).toEqual([first, second])
  })

  test('[SYN33] a message whose files are not there yet holds up none behind it, and goes once they are', () => {
    const t = setUp()
    const file = t.addFile(t.id, HASH)
    const withFile = t.write(t.id, { type: 'message', files: [file] })
    const plain = t.write(t.id, { type: 'message' })
    const sync = t.connect()
    expect(t.take('send').map((frame) => frame.clientId)).toEqual([plain])
    sync.handle({ type: 'sent', conversationId: t.id, clientId: plain, seq: 9, atMs: exampleTimeMs })
    expect(t.take('send')).toEqual([])
    t.ready.add(withFile)
    sync.flush()
    const { fileId: _, ...info } = file
    expect(t.take('send')).toMatchObject([{ clientId: withFile, files: [{ ...info, sha256: HASH }] }])
  })

  test('[SYN33] a message whose file is gone is shown as failed, and the next one goes', () => {
    const t = setUp()
    const file = t.addFile(t.id)
    const withFile = t.write(t.id, { type: 'message', files: [file] })
    const plain = t.write(t.id, { type: 'message' })
    t.ready.add(withFile)
    t.connect()
    expect(t.failureOf(withFile)).toBe('file-missing')
    expect(t.take('send').map((frame) => frame.clientId)).toEqual([plain])
  })

  test.each(['conversation-archived', 'message-deleted', 'policy-forbids', 'not-allowed'] as const)(
    '[SYN34] an act refused with %s keeps the refusal, and what waits behind it goes',
    (code) => {
      const t = setUp()
      const first = t.write(t.id, t.react())
      const second = t.write(t.id, { type: 'message' })
      const sync = t.connect()
      sync.handle({ type: 'refused', clientId: first, code, message: 'No.' })
      expect(t.failureOf(first)).toBe(code)
      expect(t.take('send').map((frame) => frame.clientId)).toEqual([second])
    },
  )

  test('[SYN35] to a server of version 1 a plain message goes, and what it does not know is shown as update-required', () => {
    const t = setUp()
    const forward = { conversationId: t.id2, seq: 3 }
    const tooNew = [
      t.write(t.id, t.react()),
      t.write(t.id, { type: 'message', mentions: [{ type: 'everyone', start: 0, end: 4 }] }),
      t.write(t.id, { type: 'message', threadSeq: 2 }),
      t.write(t.id, { type: 'message', quoteSeq: 2 }),
      t.write(t.id, { type: 'message', forward }),
      t.write(t.id, { type: 'message', files: [t.addFile(t.id, HASH)] }),
    ]
    const plain = t.write(t.id, { type: 'message' })
    t.connect(1)
    expect(tooNew.map(t.failureOf)).toEqual(tooNew.map(() => 'update-required'))
    expect(t.take('send')).toEqual([{ type: 'send', conversationId: t.id, clientId: plain, body: 'x' }])
    expect(t.take('act')).toEqual([])
  })
})

describe('settings of a conversation', () => {
  const muted = { muted: true, pinned: false }
  const prefsOf = (t: ReturnType<typeof setUp>) => t.store.conversation(t.id)?.prefs

  test('[SYN36] what was set here is told until the server says the same, and shown meanwhile', async () => {
    const t = setUp()
    must(t.store.wantPrefs(t.id, { muted: true }))
    t.connect()
    expect(t.take('prefs')).toEqual([{ type: 'prefs', conversationId: t.id, prefs: muted }])
    expect(prefsOf(t)).toMatchObject(muted)
    t.connect(2, [{ conversationId: t.id, prefs: muted }])
    expect(t.take('prefs')).toEqual([])
    t.connect()
    // Taken back elsewhere meanwhile: what the server says counts again.
    expect(t.take('prefs')).toEqual([])
    expect(prefsOf(t)).toMatchObject({ muted: false })
  })

  test('[SYN36] what is set while connected is told at once, and what is set on another device shows', () => {
    const t = setUp()
    const sync = t.connect()
    must(t.store.wantPrefs(t.id, { pinned: true }))
    sync.sendPrefs(t.id)
    expect(t.take('prefs').map((frame) => frame.prefs)).toEqual([{ muted: false, pinned: true }])
    sync.handle({ type: 'prefsMoved', conversationId: t.id2, prefs: muted })
    expect(t.store.conversation(t.id2)?.prefs).toMatchObject(muted)
  })

  test('[SYN37] a server of version 1 is told none, and its silence undoes none', () => {
    const t = setUp()
    t.connect(2, [{ conversationId: t.id, prefs: muted }])
    must(t.store.wantPrefs(t.id2, { muted: true }))
    t.connect(1)
    expect(t.take('prefs')).toEqual([])
    expect(prefsOf(t)).toMatchObject(muted)
    expect(t.store.unsentPrefs(t.id2)).toMatchObject(muted)
  })
})

describe('others', () => {
  test('[SYN38] how far others have read is kept, of conversations that are here', () => {
    const t = setUp()
    const sync = t.connect()
    for (const conversationId of [t.id, t.example.id('conversation')])
      sync.handle({ type: 'reads', conversationId, reads: [{ userId: t.cache.other, seq: 5 }] })
    const page = must(t.store.readPage(t.id, undefined, 10, nothingLive))
    expect(page.readers).toEqual([{ userId: t.cache.other, seq: 5 }])
  })
})

describe('requests', () => {
  test('[SYN39] pulls and requests have different ids, so that a refusal settles the right one', async () => {
    const t = setUp()
    const sync = t.connect()
    const asked = sync.request({ type: 'join', conversationId: t.id })
    const [request] = t.take('request')
    t.store.applyAccess([t.example.conversation({ conversationId: t.example.id('conversation') })], [], 'a2')
    const info = t.example.conversation()
    sync.handle({ type: 'access', granted: [info], revoked: [], cursor: 'a3', more: false })
    const [pull] = t.take('pull')
    expect(pull?.id).not.toBe(request?.id)
    sync.handle({ type: 'refused', id: request?.id as number, code: 'conversation-archived', message: 'No.' })
    expect(await asked).toMatchObject({ ok: false, error: { code: 'conversation-archived' } })
    sync.stop()
    expect(await sync.request({ type: 'join', conversationId: t.id })).toMatchObject({ error: { code: 'offline' } })
  })

  test('[SYN40] waiting for a grant ends with it, at once where it is here, after a while, or with the connection', async () => {
    const t = setUp()
    const sync = t.connect()
    const info = t.example.conversation()
    await sync.granted(t.id)
    const timers = t.clock.timers
    const granted = sync.granted(info.conversationId)
    sync.handle({ type: 'access', granted: [info], revoked: [], cursor: 'a2', more: false })
    await granted
    const late = sync.granted(t.example.id('conversation'))
    t.clock.advance(limits.requestMs)
    await late
    const ended = sync.granted(t.example.id('conversation'))
    sync.stop()
    await ended
    expect(t.clock.timers).toBeLessThanOrEqual(timers)
  })
})
