// Owns the proof of what the calls do with an open cache: a real store and search, a played session.

import { beforeAll, describe, expect, test } from 'vitest'
import { defaultSettings } from '../shared/bridge.ts'
import type { ClientId, ConversationId } from '../shared/model.ts'
import { type FailureCode, FailureError, fail, ok, type Result } from '../shared/result.ts'
import { exampleCache, fill, openCache } from '../testing/caches.ts'
import { silentLog } from '../testing/desktop.ts'
import { exampleTimeMs } from '../testing/example.ts'
import { codeOf, must } from '../testing/fake-shell.ts'
import { type CallParts, createCalls } from './calls.ts'
import { createSearch } from './search/search.ts'
import type { Session } from './session/run.ts'
import { storeFailure } from './store/failures.ts'
import type { Store } from './store/store.ts'
import { type Cipher, createCipher } from './vault/cipher.ts'

let cipher: Cipher
beforeAll(async () => {
  cipher = await createCipher()
})

function setUp(change: (store: Store) => Partial<Store> = () => ({}), parts: Partial<CallParts> = {}) {
  const cache = exampleCache(61, 2, 8)
  const plain = openCache({ cipher, self: cache.self })
  fill(plain, cache)
  const store: Store = { ...plain, ...change(plain) }
  const search = createSearch({ store, dir: undefined, log: silentLog, storeFailure })
  const sending = new Set<ClientId>()
  const done: string[] = []
  let fetched: Result<void> = fail('offline')
  let bringOlder = () => {}
  const session: Session = {
    state: () => ({ type: 'live', attempt: 0 }),
    dispatch: (event) => void done.push(event.type),
    facts: () => ({ lastHeardAtMs: undefined, retryAtMs: undefined, clockSkewMs: undefined, catchUp: undefined }),
    sending: () => sending,
    flush: () => void done.push('flush'),
    markRead: (_id, seq) => void done.push(`read ${seq}`),
    fetchOlder: async () => {
      done.push('fetchOlder')
      bringOlder()
      return fetched
    },
    newClientId: () => cache.example.id('message'),
    stop: async () => undefined,
  }
  const call = createCalls({
    session: () => session,
    cache: () => ok({ store, search }),
    getSession: () => {
      throw new Error('not here')
    },
    enroll: async () => fail('already-enrolled'),
    setSettings: () => defaultSettings,
    lock: () => fail('not-allowed'),
    unlock: async () => ok(undefined),
    setPassphrase: async () => ok(undefined),
    noteActivity: () => void done.push('activity'),
    sessionChanged: () => void done.push('session'),
    openExternal: async () => undefined,
    nowMs: () => exampleTimeMs,
    listChanged: () => void done.push('list'),
    conversationChanged: () => void done.push('conversation'),
    storeFailure,
    log: { error: (event, fields) => void done.push(`${event} ${fields?.error}`), info: () => {}, debug: () => {} },
    ...parts,
  })
  return {
    cache,
    store,
    search,
    sending,
    done,
    call,
    id: cache.conversations[0]?.conversationId as ConversationId,
    fetches(result: Result<void>, bring: () => void = () => {}) {
      fetched = result
      bringOlder = bring
    },
  }
}

const page = async (t: ReturnType<typeof setUp>, args: object) =>
  must(
    (await t.call('readConversation', { conversationId: t.id, limit: 50, ...args })) as Result<
      Extract<Awaited<ReturnType<Store['readPage']>>, { ok: true }>['value']
    >,
  )

describe('sendMessage', () => {
  test('[APP18] keeps the normalised text, says what has changed, and hands it to the session', async () => {
    const t = setUp()
    const sent = must(await t.call('sendMessage', { conversationId: t.id, body: '\r\n  你好\u0007\r\nworld \n' }))
    const { clientId } = sent as { clientId: ClientId }
    expect(t.store.outboxEntry(clientId)?.record).toEqual({
      clientId,
      body: '  你好\nworld',
      createdAtMs: exampleTimeMs,
    })
    expect(t.done).toEqual(['conversation', 'list', 'flush'])
  })

  test('[APP18] a clientId given twice is one message', async () => {
    const t = setUp()
    const clientId = t.cache.example.id('message')
    for (let i = 0; i < 2; i++)
      expect(await t.call('sendMessage', { conversationId: t.id, body: 'x', clientId })).toEqual(ok({ clientId }))
    expect(t.store.queued()).toBe(1)
  })
})

describe('retryMessage and discardMessage', () => {
  async function waiting(t: ReturnType<typeof setUp>): Promise<ClientId> {
    const sent = must(await t.call('sendMessage', { conversationId: t.id, body: 'x' }))
    t.done.length = 0
    return (sent as { clientId: ClientId }).clientId
  }

  test('[APP19] a refused message is tried again, or taken out', async () => {
    const t = setUp()
    const clientId = await waiting(t)
    t.store.setFailure(clientId, fail('not-allowed').error)
    expect(t.store.waiting(new Set())).toEqual([])
    must(await t.call('retryMessage', { clientId }))
    expect(t.store.waiting(new Set())).toHaveLength(1)
    expect(t.done).toEqual(['conversation', 'list', 'flush'])
    must(await t.call('discardMessage', { clientId }))
    expect(t.store.queued()).toBe(0)
    expect(codeOf(await t.call('retryMessage', { clientId }))).toBe('not-found')
    expect(codeOf(await t.call('discardMessage', { clientId }))).toBe('not-found')
  })

  test('[APP19] a message that is on its way is not taken out', async () => {
    const t = setUp()
    const clientId = await waiting(t)
    t.sending.add(clientId)
    expect(codeOf(await t.call('discardMessage', { clientId }))).toBe('not-allowed')
    expect(t.store.queued()).toBe(1)
  })
})

/** A conversation of another's eight messages, of which those above `missing` are cached. */
function withoutHistory(missing = 4) {
  const t = setUp()
  const info = t.cache.example.conversation({ memberIds: [t.cache.self] })
  const events = t.cache.example.events(info.conversationId, [t.cache.other], 8)
  t.store.applyAccess([info], [], 'a2')
  t.store.applyEvents(info.conversationId, events.slice(missing))
  return { ...t, id: info.conversationId, events }
}

describe('readConversation', () => {
  test('[APP20] within the cache the server is not asked', async () => {
    const t = setUp()
    expect((await page(t, { limit: 3 })).messages.map((m) => m.seq)).toEqual([6, 7, 8])
    expect(await page(t, { before: 3 })).toMatchObject({ olderUnavailable: false, messages: [{ seq: 1 }, { seq: 2 }] })
    expect(t.done).toEqual([])
  })

  test('[APP20] past the end of the cache the server is asked, and the page is whole', async () => {
    const t = withoutHistory()
    t.fetches(ok(undefined), () => t.store.applyEvents(t.id, t.events.slice(0, 4)))
    const read = await page(t, {})
    expect(read.messages.map((m) => m.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(read.olderUnavailable).toBe(false)
    expect(t.done).toEqual(['fetchOlder'])
  })

  test.each(['offline', 'unavailable'] as const)(
    '[APP20] %s: what is here is shown, and that there is more',
    async (code) => {
      const t = withoutHistory()
      t.fetches(fail(code))
      const read = await page(t, {})
      expect(read.messages.map((m) => m.seq)).toEqual([5, 6, 7, 8])
      expect(read).toMatchObject({ olderUnavailable: true, before: 5 })
    },
  )

  test('[APP20] a page that the cache fills does not ask', async () => {
    const t = withoutHistory()
    expect(await page(t, { limit: 4 })).toMatchObject({ olderUnavailable: false, before: 5 })
    expect(t.done).toEqual([])
  })
})

describe('markRead', () => {
  test('[APP21] moves the mark forward only, at most to what is cached, and tells the server once', async () => {
    const t = withoutHistory(0)
    for (const seq of [3, 3, 2, 4711]) must(await t.call('markRead', { conversationId: t.id, seq }))
    expect(t.done.filter((line) => line.startsWith('read'))).toEqual(['read 3', 'read 8'])
    expect(t.store.listConversations(new Set()).find((view) => view.conversationId === t.id)?.unread).toBe(0)
  })
})

describe('faults', () => {
  const failing = (error: unknown) =>
    setUp(() => ({
      enqueue: () => {
        throw error
      },
    }))
  const codes: [string, unknown, FailureCode][] = [
    ['a full disk', Object.assign(new Error('full'), { code: 'SQLITE_FULL' }), 'disk-full'],
    ['a disk that fails', Object.assign(new Error('io'), { code: 'SQLITE_IOERR_WRITE' }), 'profile-not-writable'],
    ['an expected failure thrown', new FailureError(fail('locked').error), 'locked'],
    ['a bug', new TypeError('secret text'), 'internal'],
  ]
  test.each(codes)('[APP22] %s becomes a result, nothing throws across', async (_what, error, code) => {
    const t = failing(error)
    const answer = await t.call('sendMessage', { conversationId: t.id, body: 'x' })
    expect(codeOf(answer)).toBe(code)
    expect(JSON.stringify(answer)).not.toContain('secret text')
    expect(t.done).toEqual(code === 'internal' ? ['bridge.fault TypeError'] : [])
  })

  test('[APP22] a call that closes the cache under way is told why', async () => {
    let open = true
    const t = setUp()
    const closing = setUp(undefined, {
      cache: () => {
        const answer = open ? ok({ store: t.store, search: t.search }) : fail('locked')
        open = false
        return answer
      },
    })
    expect(codeOf(await closing.call('listConversations', {}))).toBe('locked')
  })
})
