// Owns the tests of the schema's history. A later version adds its own stored database to fixtures/ and a line to the list.
// `CAUSEWAY_UPDATE=1` writes schema.sql anew, and a fixture where it is missing; a fixture once released is never replaced.

import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ConversationEvent, ConversationInfo } from '../../shared/model.ts'
import {
  cacheFile,
  type ExampleCache,
  exampleCache,
  fill,
  nothingLive,
  openCache,
  openInner,
  snapshot,
} from '../../testing/caches.ts'
import { createFolder, type Folder } from '../../testing/folders.ts'
import { createCipher } from '../vault/cipher.ts'
import { putConversation, transact } from './cache.ts'
import { putEvents } from './events.ts'
import { migrate, migrations, schemaOf } from './migrations.ts'
import { applyAccess, applyDirectory, applyEvents } from './mirror.ts'
import type { Store } from './store.ts'

const update = process.env.CAUSEWAY_UPDATE === '1'
const here = dirname(fileURLToPath(import.meta.url))
const schemaFile = join(here, 'schema.sql')
/** Sealed under the root key of seed 7, holding exampleCache(101). */
const fixture = (version: number) => join(here, 'fixtures', `cache-v${version}.db`)

let folder: Folder
beforeEach(() => {
  folder = createFolder()
})
afterEach(() => folder.remove())

test('[STR60] schema.sql is what the migrations add up to', () => {
  const db = new Database(':memory:')
  migrate(db)
  const text = `-- Generated from migrations.ts; \`CAUSEWAY_UPDATE=1 vitest run main/store/migrations.test.ts\` writes it.\n\n${schemaOf(db)}`
  if (update) writeFileSync(schemaFile, text)
  expect(readFileSync(schemaFile, 'utf8')).toBe(text)
})

test('[STR61] migrations run one by one, each with its version number, and a newer database is not touched', () => {
  const db = new Database(':memory:')
  for (let version = 1; version <= migrations.length; version++) {
    expect(migrate(db, { upTo: version })).toBe('ready')
    expect(db.pragma('user_version', { simple: true })).toBe(version)
  }
  const before = schemaOf(db)
  expect(migrate(db)).toBe('ready')
  db.pragma(`user_version = ${migrations.length + 1}`)
  expect(migrate(db)).toBe('too-new')
  expect(schemaOf(db)).toBe(before)
  expect(migrations.map(({ id }) => id.slice(0, 4))).toEqual(migrations.map((_, i) => String(i + 1).padStart(4, '0')))
})

/** What programs of version 3 write on top: every kind of event, row and value they have. */
function writeMore(store: Store, { conversations, example, other, self }: ExampleCache): void {
  const { conversationId } = conversations[0]!
  let seq = 6
  const add = (content: ConversationEvent['content'], actorId = other) => {
    seq += 1
    store.applyEvents(conversationId, [example.event({ conversationId, seq, atMs: seq * 1000, actorId, content })])
  }
  const files = [{ sha256: 'A'.repeat(43), name: '報告.pdf', mediaType: 'application/pdf', bytes: 9 }]
  const mentions = [{ type: 'person' as const, userId: self, start: 0, end: 3 }]
  add(example.messageContent({ body: '報告.pdf', isFallback: true, files }))
  add(example.messageContent({ body: '@me 睇下', mentions, threadSeq: 7, quoteSeq: 7 }))
  add({ type: 'reacted', targetSeq: 7, emoji: '👍', on: true })
  add({ type: 'edited', targetSeq: 5, body: '改 edited' })
  add({ type: 'deleted', targetSeq: 4 })
  add({ type: 'changed', name: '新名 renamed' })
  const act = { type: 'react' as const, targetSeq: 7, emoji: '🎉', on: true }
  store.enqueue(conversationId, { type: 'act', clientId: example.id('message'), createdAtMs: 2, act })
  const record = { conversationId, name: 'a.png', mediaType: 'image/png', bytes: 5, folder: 'f', parts: 1, whole: true }
  store.addFile({ ...record, fileId: example.id('file'), role: 'draft', sha256: 'B'.repeat(43), usedAtMs: 3 })
  store.wantPrefs(conversationId, { pinned: true })
  store.applyReaders(conversationId, [{ userId: other, seq: 5 }])
  store.saveDraft(conversationId, '未寫完')
}

test.each(migrations.map((_, i) => i + 1))(
  '[STR62] a stored database of version %i opens with all it held',
  async (version) => {
    const cipher = await createCipher()
    const { self } = exampleCache(101, 2, 6)
    const write = (file: string) => {
      const known = exampleCache(101, 2, 6)
      const clientId = known.example.id('message')
      const store = openCache({ cipher, file, self })
      fill(store, known)
      const message = { type: 'message' as const, clientId, body: '未送出 unsent', createdAtMs: 1 }
      store.enqueue(known.conversations[1]!.conversationId, message)
      store.applyRead(known.conversations[0]!.conversationId, 3, 'server')
      if (version >= 3) writeMore(store, known)
      const shown = snapshot(store)
      store.close()
      return shown
    }
    const stored = fixture(version)
    if (update && version === migrations.length && !existsSync(stored)) {
      mkdirSync(dirname(stored), { recursive: true })
      write(stored)
    }
    const file = cacheFile(folder.dir)
    mkdirSync(dirname(file))
    copyFileSync(stored, file)
    const store = openCache({ cipher, file, self })
    const fresh = write(join(folder.dir, 'fresh.db'))
    // What was granted before version 3 does not say as of which event: it is asked for again.
    const cursors = version < 3 ? { ...fresh.cursors, access: '' } : fresh.cursors
    // Version 1 had one key for all events of a conversation.
    const keys = version === 1 ? 3 : fresh.keys
    expect(snapshot(store)).toEqual({ ...fresh, cursors, keys })
    while (store.verifyStep());
    expect(snapshot(store)).toEqual({ ...fresh, cursors, keys })
    const queued = store.queued()
    expect(queued).toBe(version < 3 ? 1 : 2)
    store.close()
    // From the first opening on it is a cache of this version: what it was before opens it no more.
    const again = openCache({ cipher, file, self })
    expect(again.queued()).toBe(queued)
    again.close()
  },
)

test('[STR63] events that an earlier version kept without understanding are understood once, bit by bit', async () => {
  const cipher = await createCipher()
  const known = exampleCache(103, 1, 4)
  const { self, other, example } = known
  const [info] = known.conversations as [ConversationInfo]
  const { conversationId } = info
  const file = join(folder.dir, 'cache.db')
  const mentions = [{ type: 'everyone' as const, start: 0, end: 3 }]
  const contents: ConversationEvent['content'][] = [
    example.messageContent({ body: 'a reply', threadSeq: 1, mentions }),
    { type: 'reacted', targetSeq: 2, emoji: '👍', on: true },
    { type: 'reacted', targetSeq: 2, emoji: 'no emoji' } as never,
    { ...example.messageContent({ body: 'plain words' }), mentions: 'all', forwarded: 7 } as never,
    { type: 'changed', name: 7 } as never,
  ]
  const later = contents.map((content, i) =>
    example.event({ conversationId, seq: 5 + i, atMs: 5 + i, actorId: other, content }),
  )
  // As a program of version 2 stored them: whole, and nothing made of them.
  const cache = openInner({ cipher, file })
  applyDirectory(cache, known.people, 'd', self)
  applyAccess(cache, [info], [], 'a')
  applyEvents(cache, conversationId, known.events[0]!, self)
  const entry = cache.conversations.get(conversationId)!
  const { mentions: _, ...state } = entry.state
  const nothing = { amended: new Map(), gone: new Set<number>(), amendmentOf: () => undefined }
  transact(cache, () => {
    putEvents(cache, entry, { events: later, ...nothing })
    putConversation(cache, entry, { ...state, high: 9, unread: state.unread + 2 })
  })
  cache.sealed.close()

  const open = () => openCache({ cipher, file, self })
  const shown = (store: Store) => {
    const page = store.readPage(conversationId, undefined, 10, nothingLive)
    const [first, second] = page.ok ? page.value.messages : []
    const [listed] = store.listConversations(nothingLive)
    return [first?.thread?.replies, second?.reactions, listed?.mentions, listed?.lastMessage?.text]
  }
  const interrupted = open()
  expect(interrupted.cursors().access).toBe('')
  expect(shown(interrupted)).toEqual([undefined, undefined, 0, 'plain words'])
  interrupted.close()
  const store = open()
  while (store.verifyStep());
  const understood = [1, [{ emoji: '👍', userIds: [other], mine: false }], 1, 'plain words']
  expect(shown(store)).toEqual(understood)
  store.applyAccess([], [], 'a9')
  store.close()
  const again = open()
  expect(again.cursors().access).toBe('a9')
  expect(again.verifyStep()).toBe(false)
  expect(shown(again)).toEqual(understood)
  again.close()
})
