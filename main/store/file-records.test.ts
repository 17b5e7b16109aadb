// Owns the tests of the rows of files: their keys, what becomes of them with their draft, message, conversation and place.

import Database from 'better-sqlite3'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ConversationEvent } from '../../shared/model.ts'
import { cacheFile, exampleCache, nothingLive, openCache } from '../../testing/caches.ts'
import { createFolder, type Folder, findBytes } from '../../testing/folders.ts'
import { type Cipher, createCipher } from '../vault/cipher.ts'
import type { FileRecord } from './store.ts'

let cipher: Cipher
beforeAll(async () => {
  cipher = await createCipher()
})
let folder: Folder
let file: string
beforeEach(() => {
  folder = createFolder()
  file = cacheFile(folder.dir)
})
afterEach(() => folder.remove())

const known = exampleCache(91, 2, 0)
const { self, other, example } = known
const [first, second] = known.conversations as [(typeof known.conversations)[0], (typeof known.conversations)[0]]
const { conversationId } = first
const sha256 = (letter: string) => letter.repeat(43)

const record = (more: Partial<FileRecord> = {}): FileRecord => ({
  fileId: example.id('file'),
  conversationId,
  role: 'draft',
  name: '報告.pdf',
  mediaType: 'application/pdf',
  bytes: 9,
  folder: 'k3v9',
  parts: 0,
  whole: false,
  usedAtMs: 5,
  ...more,
})

function opened() {
  const store = openCache({ cipher, file, self })
  store.applyDirectory(known.people, 'd')
  store.applyAccess([first, second], [], 'a')
  return store
}
const withFiles = (seq: number, hashes: readonly string[], more: Partial<ConversationEvent> = {}): ConversationEvent =>
  example.event({
    conversationId,
    seq,
    atMs: seq * 60_000,
    actorId: other,
    content: example.messageContent({
      files: hashes.map((hash) => ({ sha256: hash, name: '報告.pdf', mediaType: 'application/pdf', bytes: 9 })),
    }),
    ...more,
  })
const sealedRows = (sql: string) => {
  const db = new Database(file, { readonly: true })
  const found = db.prepare(sql).pluck().all() as Uint8Array[]
  db.close()
  return found
}

test('[STR120] a file has a key of its own, is there over a restart, and takes no other’s place', () => {
  const store = opened()
  const before = store.keyCount()
  const [a, b] = [record(), record({ name: 'b' })]
  expect([store.addFile(a), store.addFile(b), store.addFile(a)]).toEqual([true, true, false])
  expect(store.addFile(record({ conversationId: example.id('conversation') }))).toBe(false)
  expect(store.keyCount()).toBe(before + 2)
  const key = store.fileKey(a.fileId)
  expect(key).toHaveLength(32)
  expect(store.fileKey(b.fileId)).not.toEqual(key)
  const whole = { ...a, sha256: sha256('A'), parts: 1, whole: true }
  expect(store.putFile(whole)).toBe(true)
  expect(store.putFile(record())).toBe(false)
  store.close()
  const again = openCache({ cipher, file, self })
  expect(again.files()).toEqual([whole, b])
  expect(again.file(a.fileId)).toEqual(whole)
  expect(again.fileKey(a.fileId)).toEqual(key)
  again.close()
})

test('[STR121] a file that is dropped is gone from file and log, with its key', () => {
  const store = opened()
  const [a, b] = [record(), record()]
  store.addFile(a)
  store.addFile(b)
  store.close()
  const gone = [
    ...sealedRows('SELECT sealed FROM file WHERE file_slot = 1'),
    ...sealedRows('SELECT keyring.sealed FROM keyring JOIN file USING (key_id) WHERE file_slot = 1'),
  ]
  expect(gone).toHaveLength(2)
  const again = openCache({ cipher, file, self })
  again.dropFiles([a.fileId, a.fileId, example.id('file')])
  expect(again.files()).toEqual([b])
  expect(again.fileKey(a.fileId)).toBeUndefined()
  expect(findBytes(folder.dir, gone)).toEqual([])
  again.close()
})

test('[STR122] losing a conversation takes its files and their keys, whatever they were for', () => {
  const store = opened()
  const kept = record({ conversationId: second.conversationId })
  store.addFile(kept)
  const before = store.keyCount()
  for (const role of ['draft', 'outgoing', 'cached'] as const) store.addFile(record({ role }))
  store.applyAccess([], [conversationId], 'a2')
  expect(store.files()).toEqual([kept])
  // The conversation's own key is gone too.
  expect(store.keyCount()).toBe(before - 1)
  store.close()
  const again = openCache({ cipher, file, self })
  expect(again.files()).toEqual([kept])
  again.close()
})

test('[STR123] the files of a message leave the draft with it, belong to the log once it arrives, and go where it is discarded', () => {
  const store = opened()
  const [sent, discarded, broken] = [
    record({ sha256: sha256('A'), whole: true }),
    record({ sha256: sha256('B'), whole: true }),
    record(),
  ]
  for (const each of [sent, discarded, broken]) store.addFile(each)
  const send = (files: readonly FileRecord[]) => {
    const clientId = example.id('message')
    store.enqueue(conversationId, {
      type: 'message',
      clientId,
      body: '報告.pdf',
      isFallback: true,
      createdAtMs: 1,
      files: files.map(({ fileId, name, mediaType, bytes }) => ({ fileId, name, mediaType, bytes })),
    })
    return clientId
  }
  const clientId = send([sent, broken])
  const never = send([discarded])
  expect(store.files().map(({ role }) => role)).toEqual(['outgoing', 'outgoing', 'outgoing'])
  const page = store.readPage(conversationId, undefined, 10, {
    ...nothingLive,
    transferOfFile: () => ({ state: 'uploading', doneBytes: 4 }),
  })
  expect(page.ok && page.value.messages[0]?.content).toMatchObject({
    text: '',
    files: [{ fileId: sent.fileId, transfer: { state: 'uploading', doneBytes: 4 } }, { fileId: broken.fileId }],
  })
  const arrived = withFiles(1, [sha256('A')], { actorId: self })
  store.applyEvents(conversationId, [
    { ...arrived, content: { ...arrived.content, clientId } as typeof arrived.content },
  ])
  expect(store.files()).toEqual([
    { ...sent, role: 'cached' },
    { ...discarded, role: 'outgoing' },
  ])
  store.takeOut(never)
  expect(store.files().map(({ fileId }) => fileId)).toEqual([sent.fileId])
  store.close()
})

test('[STR124] a file that a page has shown is found by the id it showed, as long as its message stands', () => {
  const store = opened()
  store.applyEvents(conversationId, [withFiles(1, [sha256('A'), sha256('B')])])
  const shown = () => {
    const page = store.readPage(conversationId, undefined, 10, {
      ...nothingLive,
      transferOf: (id, hash) => (id === conversationId && hash === sha256('B') ? { state: 'here' } : undefined),
    })
    const content = page.ok ? page.value.messages[0]?.content : undefined
    return content?.type === 'text' ? (content.files ?? []) : []
  }
  const [a, b] = shown()
  expect([a?.transfer, b?.transfer]).toEqual([{ state: 'remote' }, { state: 'here' }])
  expect(shown().map(({ fileId }) => fileId)).toEqual([a?.fileId, b?.fileId])
  expect(store.filePlace(b!.fileId!)).toMatchObject({ conversationId, seq: 1, file: { sha256: sha256('B') } })
  expect(store.filePlace(example.id('file'))).toBeUndefined()
  store.applyEvents(conversationId, [
    example.event({ conversationId, seq: 2, content: { type: 'deleted', targetSeq: 1 } }),
  ])
  expect(store.filePlace(b!.fileId!)).toBeUndefined()
  store.close()
})

test('[STR125] files kept of a message go with it: when it is deleted, and when it is evicted', () => {
  const store = opened()
  store.applyEvents(conversationId, [
    withFiles(1, [sha256('A')]),
    withFiles(2, [sha256('B')]),
    withFiles(3, [sha256('C')]),
  ])
  const cached = (letter: string) => record({ role: 'cached', sha256: sha256(letter), whole: true })
  const draft = record({ sha256: sha256('A'), whole: true })
  for (const each of [cached('A'), cached('B'), cached('C'), draft]) store.addFile(each)
  const before = store.keyCount()
  store.applyEvents(conversationId, [
    example.event({ conversationId, seq: 4, atMs: 240_000, content: { type: 'deleted', targetSeq: 2 } }),
  ])
  const hashes = () => store.files().map((each) => `${each.role} ${each.sha256?.[0]}`)
  expect(hashes()).toEqual(['cached A', 'cached C', 'draft A'])
  expect(store.keyCount()).toBe(before - 1)
  store.setBounds({ oldestMs: 2 * 60_000, most: 1000 })
  while (store.evictOnce());
  expect(hashes()).toEqual(['cached C', 'draft A'])
  store.close()
})

test('[STR126] a row of a file put back, or taken away, is damage', () => {
  const store = opened()
  const a = record()
  store.addFile(a)
  store.close()
  const take = (sql: string, ...values: unknown[]) => {
    const db = new Database(file)
    const row = db.prepare('SELECT * FROM file').get() as {
      file_slot: number
      key_id: number
      version: number
      sealed: Uint8Array
    }
    db.prepare(sql).run(...values)
    db.close()
    return row
  }
  const old = take('SELECT 1 WHERE 0 = ?', 1)
  const again = openCache({ cipher, file, self })
  again.putFile({ ...a, parts: 1 })
  again.close()
  take('UPDATE file SET version = ?, sealed = ?', old.version, old.sealed)
  expect(() => openCache({ cipher, file, self })).toThrow('store-corrupt')
})
