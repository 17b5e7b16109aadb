// Owns the tests of what a conversation is to this user: its info as events change it, their settings, how far others have read.

import { beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { ConversationEvent, ConversationInfo } from '../../shared/model.ts'
import { fail } from '../../shared/result.ts'
import { exampleCache, nothingLive, openCache } from '../../testing/caches.ts'
import { type Cipher, createCipher } from '../vault/cipher.ts'
import { withoutFiles } from './quarantine.ts'

let cipher: Cipher
beforeAll(async () => {
  cipher = await createCipher()
})

const known = exampleCache(95, 1, 0)
const { self, other, example, people } = known
const base: ConversationInfo = { ...known.conversations[0]!, memberIds: [self, other], name: 'before', asOfSeq: 2 }
const { conversationId } = base
const third = people[2]!.userId

const event = (seq: number, content: ConversationEvent['content'] = example.messageContent(), actorId = other) =>
  example.event({ conversationId, seq, atMs: seq, actorId, content })

function opened(info = base) {
  const store = openCache({ cipher, self })
  store.applyDirectory(people, 'd')
  store.applyAccess([info], [], 'a')
  return store
}
const listed = (store: ReturnType<typeof opened>) => store.listConversations(nothingLive)[0]!

describe('info', () => {
  const changes = [
    event(1, { type: 'changed', name: 'too old' }),
    event(2, { type: 'left', userId: other }),
    event(3, { type: 'joined', userIds: [third] }),
    event(4, { type: 'changed', name: 'after', topic: 'new', isOpen: true }),
    event(5, { type: 'changed', archived: true, topic: '' }),
  ]

  test('[STR130] events after the grant change it, those up to it do not, in whatever order they come', () => {
    for (const cut of [0, 1, 2, 3, 4]) {
      const store = opened()
      store.applyEvents(conversationId, changes.slice(cut))
      store.applyEvents(conversationId, changes.slice(0, cut))
      expect(listed(store)).toMatchObject({
        name: 'after',
        memberIds: [self, other, third],
        isOpen: true,
        archived: true,
      })
      expect(listed(store)).not.toHaveProperty('topic')
      store.close()
    }
  })

  test('[STR131] a newer grant wins but for what came after it; an older one undoes nothing', () => {
    const store = opened()
    // Newest first: what lies between the grant and these is still to come.
    store.applyEvents(conversationId, [event(9, { type: 'changed', name: 'latest' })])
    store.applyAccess([{ ...base, name: 'seventh', memberIds: [self], asOfSeq: 7 }], [], 'a2')
    expect(listed(store)).toMatchObject({ name: 'latest', memberIds: [self] })
    store.applyAccess([{ ...base, name: 'third', memberIds: [self, third], asOfSeq: 3 }], [], 'a3')
    expect(listed(store)).toMatchObject({ name: 'latest', memberIds: [self] })
    store.applyEvents(conversationId, [event(8, { type: 'joined', userIds: [other] })])
    expect(listed(store)).toMatchObject({ name: 'latest', memberIds: [self, other] })
    store.applyAccess([{ ...base, name: 'tenth', asOfSeq: 10 }], [], 'a4')
    store.applyEvents(conversationId, [event(10, { type: 'changed', name: 'in the grant' })])
    expect(listed(store).name).toBe('tenth')
    store.close()
  })

  test('[STR132] of a server of version 1 every grant wins and no event changes anything; that is told', () => {
    const { asOfSeq: _, ...bare } = base
    const store = opened(bare)
    expect(store.hasBareGrants()).toBe(true)
    store.applyEvents(conversationId, [event(1, { type: 'changed', name: 'x' })])
    expect(listed(store).name).toBe('before')
    store.applyAccess([{ ...bare, name: 'granted' }], [], 'a2')
    expect(listed(store).name).toBe('granted')
    store.applyAccess([{ ...base, name: 'of version 2', asOfSeq: 1 }], [], 'a3')
    expect([listed(store).name, store.hasBareGrants()]).toEqual(['of version 2', false])
    store.close()
  })
})

describe('settings', () => {
  const prefs = { muted: false, pinned: false }

  test('[STR133] what the user wants applies at once and stays until the server says the same', () => {
    const store = opened()
    expect(store.wantPrefs(conversationId, { muted: true })).toEqual({ ok: true, value: true })
    expect(store.wantPrefs(conversationId, { muted: true })).toEqual({ ok: true, value: false })
    expect(store.unsentPrefs(conversationId)).toEqual({ muted: true, pinned: false })
    // Said before it had heard of it.
    expect(store.applyPrefs([{ conversationId, prefs: { muted: false, pinned: true } }])).toBe(false)
    expect(listed(store)).toMatchObject({ muted: true, pinned: false })
    expect(store.applyPrefs([{ conversationId, prefs: { muted: true, pinned: false } }])).toBe(false)
    expect(store.unsentPrefs(conversationId)).toBeUndefined()
    expect(store.applyPrefs([{ conversationId, prefs: undefined }])).toBe(true)
    expect(listed(store)).toMatchObject({ muted: false, pinned: false })
    expect(store.wantPrefs(example.id('conversation'), { muted: true })).toMatchObject({ error: { code: 'not-found' } })
    store.close()
  })

  test('[STR134] marked unread, messages count again from there; reading past the mark takes it off', () => {
    const store = opened()
    store.applyEvents(
      conversationId,
      [1, 2, 3, 4, 5].map((seq) => event(seq)),
    )
    store.applyRead(conversationId, 5, 'user')
    expect(listed(store)).toMatchObject({ unread: 0 })
    store.wantPrefs(conversationId, { unreadFromSeq: 3 })
    expect(listed(store)).toMatchObject({ unread: 3, firstUnreadSeq: 3 })
    const page = store.readPage(conversationId, undefined, 10, nothingLive)
    expect(page.ok && page.value.readSeq).toBe(2)
    store.applyPrefs([{ conversationId, prefs: { ...prefs, unreadFromSeq: 3 } }])
    expect(store.unsentPrefs(conversationId)).toBeUndefined()
    expect(store.applyRead(conversationId, 2, 'user')).toBe(false)
    expect(listed(store).unread).toBe(3)
    // What has been read already is read again.
    expect(store.applyRead(conversationId, 5, 'user')).toBe(true)
    expect(listed(store).unread).toBe(0)
    expect(store.unsentPrefs(conversationId)).toEqual(prefs)
    store.close()
  })

  test('[STR135] what has left the cache is not counted', () => {
    const store = opened()
    const log = Array.from({ length: 600 }, (_, i) => event(i + 1))
    store.applyEvents(conversationId, log)
    expect(listed(store)).toMatchObject({ unread: 600, firstUnreadSeq: 1 })
    store.setBounds({ oldestMs: 301, most: 1_000_000 })
    while (store.evictOnce());
    expect(listed(store).unread).toBe(300)
    expect(listed(store)).not.toHaveProperty('firstUnreadSeq')
    store.applyRead(conversationId, 500, 'user')
    expect(listed(store)).toMatchObject({ unread: 100, firstUnreadSeq: 501 })
    store.close()
  })
})

test('[STR136] how far others have read never goes back, is kept within its bound, and of members only', () => {
  const store = opened()
  const readers = () => {
    const page = store.readPage(conversationId, undefined, 5, nothingLive)
    return page.ok ? page.value.readers : []
  }
  expect(
    store.applyReaders(conversationId, [
      { userId: other, seq: 4 },
      { userId: self, seq: 9 },
    ]),
  ).toBe(true)
  expect(store.applyReaders(conversationId, [{ userId: other, seq: 3 }])).toBe(false)
  expect(readers()).toEqual([{ userId: other, seq: 4 }])
  store.applyReaders(conversationId, [{ userId: third, seq: 2 }])
  expect(readers()).toEqual([{ userId: other, seq: 4 }])
  const crowd = Array.from({ length: limits.readersKept + 5 }, () => ({ userId: example.id('user'), seq: 1 }))
  store.applyReaders(conversationId, crowd)
  expect(readers()).toEqual([])
  const memberIds = [self, ...Array.from({ length: limits.livelyMembers }, () => example.id('user'))]
  store.applyAccess([{ ...base, memberIds, asOfSeq: 3 }], [], 'a2')
  expect(store.applyReaders(conversationId, [{ userId: memberIds[1]!, seq: 4 }])).toBe(false)
  store.close()
})

test('[STR137] acts and words go over to the next cache; files stay behind, and the user is asked', () => {
  const store = opened()
  store.applyEvents(conversationId, [event(1, example.messageContent(), self)])
  const file = { fileId: example.id('file'), name: 'a.pdf', mediaType: 'x', bytes: 3 }
  const put = (body: string, isFallback: boolean) =>
    store.enqueue(conversationId, {
      type: 'message',
      clientId: example.id('message'),
      body,
      createdAtMs: 1,
      files: [file],
      ...(isFallback && { isFallback }),
    })
  put('words', false)
  put('a.pdf', true)
  const act = { type: 'delete' as const, targetSeq: 1 }
  store.enqueue(conversationId, { type: 'act', clientId: example.id('message'), createdAtMs: 2, act })
  const records = store.unsent().map(({ record }) => record)
  const failure = fail('file-missing').error
  expect(records).toMatchObject([
    { type: 'message', body: 'words', failure },
    { type: 'message', body: 'a.pdf', failure },
    { type: 'act', act },
  ])
  for (const record of records) {
    expect(record).not.toHaveProperty('files')
    expect(record).not.toHaveProperty('isFallback')
    expect(withoutFiles(record)).toEqual(record)
  }
  store.close()
})
