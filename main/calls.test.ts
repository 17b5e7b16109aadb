// Owns the proof of what the calls do with an open cache: a real store and search, a played session.

import { beforeAll, describe, expect, test } from 'vitest'
import { defaultSettings } from '../shared/bridge.ts'
import type { ClientId, ConversationId, FileId, Policy } from '../shared/model.ts'
import { type FailureCode, FailureError, fail, ok, type Result } from '../shared/result.ts'
import type { Answer, Request } from '../shared/wire.ts'
import { exampleCache, fill, nothingLive, openCache } from '../testing/caches.ts'
import { silentLog } from '../testing/desktop.ts'
import { exampleTimeMs } from '../testing/example.ts'
import { codeOf, createFakeShell, must } from '../testing/fake-shell.ts'
import { type CallParts, createCalls } from './calls.ts'
import type { Files } from './files/files.ts'
import { createSearch } from './search/search.ts'
import type { Session } from './session/session.ts'
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
  const asked: Request[] = []
  const answers: Result<Answer>[] = []
  const policy: { -readonly [K in keyof Policy]: Policy[K] } = {
    ...{ leaseHours: 72, notifications: 'full', contentProtection: false },
  }
  let fetched: Result<void> = fail('offline')
  let bringOlder = () => {}
  const session: Session = {
    state: () => ({ type: 'live', attempt: 0 }),
    dispatch: (event) => void done.push(event.type),
    facts: () => ({
      lastHeardAtMs: undefined,
      retryAtMs: undefined,
      clockSkewMs: undefined,
      catchUp: undefined,
      roles: [],
    }),
    sending: () => sending,
    flush: () => void done.push('flush'),
    markRead: (_id, seq) => void done.push(`read ${seq}`),
    fetchOlder: async () => {
      done.push('fetchOlder')
      bringOlder()
      return fetched
    },
    newClientId: () => cache.example.id('message'),
    sendPrefs: () => void done.push('prefs'),
    async request(request) {
      asked.push(request)
      return answers.shift() ?? fail('offline')
    },
    async loadBack(_id, seq) {
      done.push(`loadBack ${seq}`)
      bringOlder()
      return fetched.ok ? ok({ reached: true }) : fetched
    },
    granted: async () => void done.push('granted'),
    lively: {
      setView: ({ people }) => void done.push(`view ${people.length}`),
      noteTyping: () => void done.push('typing'),
      noteActivity: () => undefined,
      noteAway: () => undefined,
    },
    stop: async () => undefined,
  }
  const files = {
    outgoing: () => void done.push('outgoing'),
    conversationsLost: () => void done.push('files gone'),
    pick: async (_id: ConversationId, paths: readonly string[]) => {
      done.push(`pick ${paths}`)
      return ok({ fileIds: [] })
    },
    append: async (_id: FileId, offset: number, data: Uint8Array) => {
      done.push(`append ${offset} ${[...data]}`)
      return ok(undefined)
    },
    read: async () => ok(Uint8Array.of(0xfb, 0xff)),
  } satisfies Partial<Files> as unknown as Files
  const call = createCalls({
    session: () => session,
    cache: () => ok({ store, search, files }),
    live: () => ({ sending, transferOf: () => undefined }),
    policy: () => policy,
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
    pickFiles: async () => [{ path: '/x/a.pdf', name: 'a.pdf', bytes: 3 }],
    fleet: {
      shell: createFakeShell(),
      identity: () => undefined,
      verifySignature: () => false,
      languages: () => ['en'],
    },
    dismissConversationsWiped: () => void done.push('wiped ones seen'),
    viewChanged: (id) => void done.push(`shown ${id !== undefined}`),
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
    files,
    sending,
    done,
    asked,
    answers,
    policy,
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
      type: 'message',
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

describe('sendMessage with more than words', () => {
  const draft = (t: ReturnType<typeof setUp>, conversationId = t.id) => {
    const file = {
      role: 'draft',
      ...{ fileId: t.cache.example.id('file'), conversationId, name: '報告.pdf', bytes: 9 },
      ...{ mediaType: 'application/pdf', folder: 'f', parts: 0, whole: false, usedAtMs: 0 },
    } as const
    expect(t.store.addFile(file)).toBe(true)
    return file
  }
  const send = async (t: ReturnType<typeof setUp>, args: object) => {
    const answer = await t.call('sendMessage', { conversationId: t.id, body: '', ...args })
    return answer.ok ? t.store.outboxEntry((answer.value as { clientId: ClientId }).clientId)?.record : codeOf(answer)
  }

  test('[APP52] files alone make a message that older clients can read, and are sent on their way', async () => {
    const t = setUp()
    const { fileId, name, mediaType, bytes } = draft(t)
    const files = [{ fileId, name, mediaType, bytes }]
    expect(await send(t, { fileIds: [fileId, fileId] })).toMatchObject({ body: '報告.pdf', isFallback: true, files })
    expect(t.done).toContain('outgoing')
    expect(t.store.file(fileId)?.role).toBe('outgoing')
    const words = await send(t, { body: 'see', fileIds: [draft(t).fileId] })
    expect(words).toMatchObject({ body: 'see' })
    expect(words).not.toHaveProperty('isFallback')
  })

  test('[APP52] a file that is not attached here is refused', async () => {
    const t = setUp()
    const elsewhere = draft(t, t.cache.conversations[1]?.conversationId)
    for (const fileId of [elsewhere.fileId, t.cache.example.id('file')])
      expect(await send(t, { body: 'x', fileIds: [fileId] })).toBe('file-missing')
    expect(t.store.queued()).toBe(0)
  })

  test('[APP53] mentions follow their words, and one beside them is refused', async () => {
    const t = setUp()
    const mention = { type: 'person', userId: t.cache.other, start: 3, end: 7 }
    expect(await send(t, { body: '\r\n\n@ann', mentions: [mention] })).toMatchObject({
      body: '@ann',
      mentions: [{ ...mention, start: 0, end: 4 }],
    })
    expect(await send(t, { body: 'hello', mentions: [mention] })).toBe('bad-input')
  })

  test('[APP54] what policy forbids is refused before it is queued', async () => {
    const t = setUp()
    const forward = { conversationId: t.id, seq: 2 }
    expect(await send(t, { forward })).toMatchObject({ forward, isFallback: true })
    Object.assign(t.policy, { forwarding: false, editing: false, deleting: false })
    expect(await send(t, { forward })).toBe('policy-forbids')
    for (const [name, args] of [
      ['editMessage', { body: 'x' }],
      ['deleteMessage', {}],
    ] as const)
      expect(codeOf(await t.call(name, { conversationId: t.id, seq: 2, ...args }))).toBe('policy-forbids')
    expect(t.store.queued()).toBe(1)
  })
})

describe('acts on messages', () => {
  test('[APP55] edit, delete and react wait in the outbox as what they are', async () => {
    const t = setUp()
    const at = { conversationId: t.id, seq: 2 }
    for (const [name, args] of [
      ['editMessage', { ...at, body: ' new\r\n' }],
      ['react', { ...at, emoji: '👍', on: true }],
      ['deleteMessage', at],
    ] as const)
      must(await t.call(name, args))
    expect(t.store.waiting(new Set()).map(({ record }) => record.type === 'act' && record.act)).toEqual([
      { type: 'edit', targetSeq: 2, body: ' new' },
      { type: 'react', targetSeq: 2, emoji: '👍', on: true },
      { type: 'delete', targetSeq: 2 },
    ])
    expect(codeOf(await t.call('editMessage', { ...at, body: ' \n ' }))).toBe('bad-input')
  })
})

describe('jumps', () => {
  test('[APP56] the server is asked for a time only where the cache does not tell', async () => {
    const t = withoutHistory()
    const at = async (atMs: number) => t.call('seqAt', { conversationId: t.id, atMs })
    expect(must(await at(t.events[6]?.atMs ?? 0))).toEqual({ seq: 7 })
    expect(t.asked).toEqual([])
    expect(codeOf(await at(t.events[0]?.atMs ?? 0))).toBe('offline')
    t.answers.push(ok({ type: 'seqAt', seq: 1 }), ok({ type: 'done' }))
    expect(must(await at(t.events[0]?.atMs ?? 0))).toEqual({ seq: 1 })
    expect(codeOf(await at(1))).toBe('not-a-server')
  })

  test('[APP56] a thread whose root is not cached is fetched back to it', async () => {
    const t = withoutHistory()
    t.fetches(ok(undefined), () => t.store.applyEvents(t.id, t.events.slice(0, 4)))
    const thread = must(await t.call('readThread', { conversationId: t.id, rootSeq: 2 })) as { root?: { seq: number } }
    expect(thread.root?.seq).toBe(2)
    must(await t.call('readThread', { conversationId: t.id, rootSeq: 2 }))
    expect(t.done).toEqual(['loadBack 2'])
  })
})

describe('conversations', () => {
  const create = { kind: 'group', name: '核數', memberIds: [] }

  test('[APP57] a creation whose answer was lost is asked for again under the same clientId, another is not', async () => {
    const t = setUp()
    const conversationId = t.cache.example.id('conversation')
    t.answers.push(
      fail('unavailable'),
      ok({ type: 'created', conversationId }),
      ok({ type: 'created', conversationId }),
    )
    expect(codeOf(await t.call('createConversation', create))).toBe('unavailable')
    expect(must(await t.call('createConversation', create))).toEqual({ conversationId })
    must(await t.call('createConversation', create))
    const ids = t.asked.map((request) => request.type === 'create' && request.clientId)
    expect(ids[1]).toBe(ids[0])
    expect(ids[2]).not.toBe(ids[0])
    // The answer waits until the conversation is to be seen.
    expect(t.done).toEqual(['granted', 'granted'])
  })

  test('[APP58] changes are asked of the server as they were called, and refused as it refuses', async () => {
    const t = setUp()
    const conversationId = t.id
    const userIds = [t.cache.other]
    const calls: [string, object, Request][] = [
      ['changeConversation', { topic: '' }, { type: 'change', conversationId, topic: '' }],
      ['joinConversation', {}, { type: 'join', conversationId }],
      ['leaveConversation', {}, { type: 'leave', conversationId }],
      ['inviteMembers', { userIds }, { type: 'invite', conversationId, userIds }],
      ['removeMember', { userId: t.cache.other }, { type: 'remove', conversationId, userId: t.cache.other }],
    ]
    for (const [name, args, request] of calls) {
      t.answers.push(ok({ type: 'done' }), fail('not-allowed'))
      expect(await t.call(name, { conversationId, ...args })).toEqual(ok({}))
      expect(t.asked.at(-1)).toEqual(request)
      expect(codeOf(await t.call(name, { conversationId, ...args }))).toBe('not-allowed')
    }
  })

  test('[APP59] settings are kept first, and told once', async () => {
    const t = setUp()
    for (let i = 0; i < 2; i++) must(await t.call('setPrefs', { conversationId: t.id, muted: true }))
    expect(t.done).toEqual(['prefs', 'list'])
    must(await t.call('setPrefs', { conversationId: t.id, unreadFromSeq: 3 }))
    must(await t.call('setPrefs', { conversationId: t.id, unreadFromSeq: null }))
    expect(t.store.conversation(t.id)?.prefs).toEqual({ muted: true, pinned: false })
  })
})

describe('files', () => {
  test('[APP60] paths go from the dialog to the files alone, and bytes cross as base64', async () => {
    const t = setUp()
    expect(must(await t.call('pickFiles', { conversationId: t.id }))).toEqual({ fileIds: [] })
    const fileId = t.cache.example.id('file')
    must(await t.call('appendFile', { fileId, offset: 4, data: '+/8=' }))
    for (const data of ['+/8', '-_8=', 'a b=', '+/9='])
      expect(codeOf(await t.call('appendFile', { fileId, offset: 4, data }))).toBe('bad-input')
    expect(must(await t.call('readFile', { fileId, offset: 0, length: 2 }))).toEqual({ data: '+/8=' })
    expect(t.done).toEqual(['pick /x/a.pdf', 'append 4 251,255'])
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
    expect(t.store.listConversations(nothingLive).find((view) => view.conversationId === t.id)?.unread).toBe(0)
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
        const answer = open ? ok({ store: t.store, search: t.search, files: t.files }) : fail('locked')
        open = false
        return answer
      },
    })
    expect(codeOf(await closing.call('listConversations', {}))).toBe('locked')
  })
})
