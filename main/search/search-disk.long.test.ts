// Owns the tests of search with its shards on a real disk, a real store and a real worker: what a restart, a removal, a
// damaged file, a full disk and a dying worker leave to be found.

import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ExampleCache, fill } from '../../testing/caches.ts'
import { createFolder, type Folder, findBytes } from '../../testing/folders.ts'
import {
  amendedCache,
  amendedQueries,
  findEvery,
  listShardFiles,
  openSearched,
  type SearchedCache,
  type SearchedParts,
  scan,
  shardFileNames,
  shardFolder,
  silent,
} from '../../testing/searches.ts'
import type { LogFields } from '../log.ts'
import { type Cipher, createCipher } from '../vault/cipher.ts'
import type { SearchWorker } from './indexing.ts'

let cipher: Cipher
let folder: Folder
let known: ExampleCache
let opened: SearchedCache[] = []
beforeAll(async () => {
  cipher = await createCipher()
})
beforeEach(() => {
  folder = createFolder()
  known = amendedCache(91, 3, 150)
})
afterEach(async () => {
  for (const cache of opened) await cache.crash()
  opened = []
  folder.remove()
})

function open(change: Partial<SearchedParts> = {}): SearchedCache {
  const cache = openSearched({ dir: folder.dir, cipher, self: known.self, ...change })
  opened.push(cache)
  return cache
}

async function leave(cache: SearchedCache, how: 'close' | 'crash'): Promise<void> {
  opened = opened.filter((other) => other !== cache)
  await cache[how]()
}

/** A cache with everything in it, indexed, and sealed unless sealing is put off. */
async function openFull(change: Partial<SearchedParts> = {}): Promise<SearchedCache> {
  const cache = open(change)
  fill(cache.store, known)
  for (const [i, { conversationId }] of known.conversations.entries())
    cache.search.add(conversationId, known.events[i] ?? [])
  await cache.search.indexed
  if (change.bounds?.sealAfterMs === undefined) await cache.untilShards(cache.isSealed)
  return cache
}

async function expectRecall({ store, search }: SearchedCache): Promise<void> {
  await search.indexed
  let found = 0
  for (const query of amendedQueries) {
    const hits = await findEvery(search, query)
    expect(hits, query).toEqual(scan(store, query))
    found += hits.length
  }
  expect(found).toBeGreaterThan(0)
}

describe('a restart', () => {
  test('[SCH75] what was sealed is not indexed again, and all of it is found, edits as they read, deleted words not', async () => {
    const before = await openFull()
    await expectRecall(before)
    // How much a batch brings at once depends on the machine: more than one, then.
    expect(before.store.shards().length).toBeGreaterThan(1)
    await leave(before, 'close')
    const after = open()
    await expectRecall(after)
    expect(after.indexedEvents()).toBe(0)
    expect(await findEvery(after.search, '改')).not.toEqual([])
  })

  test('[SCH76] shards lie in files of their owner alone, one for each noted shard, with no word readable in them', async () => {
    const cache = await openFull()
    await leave(cache, 'close')
    const again = open()
    await again.search.indexed
    expect(listShardFiles(folder.dir)).toEqual(shardFileNames(again.store))
    expect(statSync(shardFolder(folder.dir)).mode & 0o777).toBe(0o700)
    for (const name of listShardFiles(folder.dir))
      expect(statSync(join(shardFolder(folder.dir), name)).mode & 0o777).toBe(0o600)
    expect(findBytes(shardFolder(folder.dir), ['report', 'budget', '報告', '會議', 'room1'])).toEqual([])
  })

  test('[SCH77] after a crash only what was not sealed is indexed again; drafts and files without a row are removed', async () => {
    const [conversation] = known.conversations
    const first = await openFull()
    await leave(first, 'close')
    const slow = open({ bounds: { sealAfterMs: 60_000, sealAtMostMs: 60_000 } })
    await slow.search.indexed
    const { conversationId } = conversation!
    const more = known.example.events(conversationId, [known.self], 5, 151)
    slow.store.applyEvents(conversationId, more)
    slow.search.add(conversationId, more)
    expect(await findEvery(slow.search, 'room')).toEqual(scan(slow.store, 'room'))
    await leave(slow, 'crash')
    for (const name of ['9-9.sealed', '1-2.sealed.new', 'x']) writeFileSync(join(shardFolder(folder.dir), name), 'y')
    const after = open()
    await expectRecall(after)
    expect(after.indexedEvents()).toBe(5)
    await after.untilShards(after.isSealed)
    await leave(after, 'close')
    const last = open()
    await last.search.indexed
    expect(listShardFiles(folder.dir)).toEqual(shardFileNames(last.store))
  })

  test('[SCH78] a session that ends soon leaves no shard of its own: the last one is continued, under a new key', async () => {
    const { conversationId } = known.conversations[0]!
    for (let session = 0; session < 4; session++) {
      const cache = open()
      if (session === 0) fill(cache.store, { ...known, events: [] })
      const more = known.events[0]!.slice(session * 10, session * 10 + 10)
      cache.store.applyEvents(conversationId, more)
      cache.search.add(conversationId, more)
      await cache.search.indexed
      await leave(cache, 'close')
      const { store } = open()
      expect(store.shards()).toHaveLength(1)
      expect(listShardFiles(folder.dir)).toEqual(shardFileNames(store))
      await leave(opened[0]!, 'crash')
    }
    await expectRecall(open())
  })

  test('[SCH79] closing seals what has just come, without waiting for quiet', async () => {
    const cache = open({ bounds: { sealAfterMs: 60_000, sealAtMostMs: 60_000 } })
    fill(cache.store, known)
    cache.search.add(known.conversations[0]!.conversationId, known.events[0]!)
    await cache.search.indexed
    await leave(cache, 'close')
    const after = open()
    await expectRecall(after)
    expect(after.indexedEvents()).toBe(0)
  })

  test('[SCH92] abandoned, nothing is written from the call on', async () => {
    const cache = open()
    fill(cache.store, known)
    cache.search.add(known.conversations[0]!.conversationId, known.events[0]!)
    await cache.untilShards(() => cache.store.shards().length > 0)
    const rows = cache.store.shards()
    const done = cache.search.abandon()
    const counter = cache.store.counter()
    await done
    const files = listShardFiles(folder.dir)
    expect(cache.store.shards()).toEqual(rows)
    expect(cache.store.counter()).toBe(counter)
    await new Promise((resolve) => setImmediate(resolve))
    expect(listShardFiles(folder.dir)).toEqual(files)
  })
})

describe('removal', () => {
  test('[SCH93] a lost conversation’s shards go at once, the rest is sealed anew; nothing of it is found, before or after a crash', async () => {
    for (const how of ['close', 'crash'] as const) {
      const cache = how === 'close' ? await openFull() : open()
      await cache.search.indexed
      const lost = known.conversations[how === 'close' ? 1 : 2]!
      const { keyId: destroyed } = cache.store
        .shards()
        .find(({ covers }) => covers.some(({ slot }) => slot === cache.store.slotOf(lost.conversationId)))!
      cache.search.removed(cache.store.applyAccess([], [lost.conversationId], 'a2'))
      expect(cache.store.shardKey(destroyed)).toBeUndefined()
      expect(await findEvery(cache.search, how === 'close' ? 'room1' : 'room2')).toEqual([])
      await expectRecall(cache)
      if (how === 'close') await cache.untilShards(cache.isSealed)
      await leave(cache, how)
      const after = open()
      await expectRecall(after)
      expect(await findEvery(after.search, 'room1')).toEqual([])
      if (how === 'close') expect(after.indexedEvents()).toBe(0)
      await leave(after, 'close')
    }
  })

  test('[SCH94] what is evicted is not found, and leaves the shards', async () => {
    const cache = await openFull()
    cache.store.setBounds({ oldestMs: 0, most: 200 })
    for (let evicted = cache.store.evictOnce(); evicted; evicted = cache.store.evictOnce())
      cache.search.removed([evicted])
    await expectRecall(cache)
    await cache.untilShards(cache.isSealed)
    const entries = cache.store.shards().reduce((sum, row) => sum + row.entries, 0)
    expect(entries).toBeLessThanOrEqual(200)
    await leave(cache, 'close')
    const after = open()
    await expectRecall(after)
    expect(after.indexedEvents()).toBe(0)
  })

  test('[SCH95] all conversations lost: no shard, no file, no key of one is left', async () => {
    const cache = await openFull()
    cache.search.removed(
      cache.store.applyAccess(
        [],
        known.conversations.map(({ conversationId }) => conversationId),
        'a2',
      ),
    )
    expect(await findEvery(cache.search, 'room')).toEqual([])
    await leave(cache, 'close')
    expect(listShardFiles(folder.dir)).toEqual([])
    const after = open()
    expect(after.store.shards()).toEqual([])
    expect(after.store.keyCount()).toBe(1)
  })

  test('[SCH96] an edit or deletion of a message in a sealed shard seals that shard anew: no old word is found after a crash', async () => {
    const first = await openFull()
    await leave(first, 'close')
    const cache = open()
    await cache.search.indexed
    const { conversationId } = known.conversations[0]!
    const place = (content: { type: 'edited' | 'deleted'; targetSeq: number; body?: string }, seq: number) =>
      known.example.event({ conversationId, seq, content: content as never })
    const events = [
      place({ type: 'edited', targetSeq: 1, body: 'zebra' }, 151),
      place({ type: 'deleted', targetSeq: 3 }, 152),
      place({ type: 'edited', targetSeq: 1, body: 'walrus' }, 153),
    ]
    const rows = new Map(cache.store.shards().map(({ shardId, keyId }) => [shardId, keyId]))
    cache.store.applyEvents(conversationId, events)
    cache.search.add(conversationId, events)
    expect(await findEvery(cache.search, 'walrus')).toEqual([`${conversationId}#1`])
    expect(await findEvery(cache.search, 'zebra')).toEqual([])
    await expectRecall(cache)
    await cache.untilShards(cache.isSealed)
    const rewritten = cache.store.shards().filter(({ shardId, keyId }) => rows.get(shardId) !== keyId)
    expect(rewritten.length).toBeGreaterThan(1)
    await leave(cache, 'crash')
    const after = open()
    await expectRecall(after)
    expect(after.indexedEvents()).toBe(0)
    expect(await findEvery(after.search, 'walrus')).toEqual([`${conversationId}#1`])
  })
})

describe('faults', () => {
  const damage: [string, (names: string[], old: Map<string, Buffer>) => void][] = [
    ['missing', ([name]) => rmSync(path(name!))],
    ['empty', ([name]) => writeFileSync(path(name!), '')],
    [
      'one bit off',
      ([name]) => {
        const bytes = readFileSync(path(name!))
        bytes[bytes.length >> 1]! ^= 1
        writeFileSync(path(name!), bytes)
      },
    ],
    [
      'swapped with another',
      ([one, other]) => {
        renameSync(path(one!), path('kept'))
        renameSync(path(other!), path(one!))
        renameSync(path('kept'), path(other!))
      },
    ],
    ['a copy of another', ([one, other]) => copyFileSync(path(one!), path(other!))],
    [
      'an older version of itself',
      (names, old) => {
        for (const [name, bytes] of old) {
          const now = names.find((other) => other.split('-')[0] === name.split('-')[0] && other !== name)
          if (now) writeFileSync(path(now), bytes)
        }
      },
    ],
    [
      'a folder',
      ([name]) => {
        rmSync(path(name!))
        mkdirSync(path(name!))
      },
    ],
  ]
  const path = (name: string) => join(shardFolder(folder.dir), name)

  test.each(damage)(
    '[SCH97] a shard’s file that is %s is dropped, and what it covered indexed again',
    async (_, spoil) => {
      const first = await openFull()
      const old = new Map(listShardFiles(folder.dir).map((name) => [name, readFileSync(path(name))]))
      const { conversationId } = known.conversations[0]!
      const edit = known.example.event({
        conversationId,
        seq: 151,
        content: { type: 'edited', targetSeq: 1, body: 'room0 again' },
      })
      first.store.applyEvents(conversationId, [edit])
      first.search.add(conversationId, [edit])
      await leave(first, 'close')
      spoil(listShardFiles(folder.dir), old)
      const lines: [string, LogFields | undefined][] = []
      const note = (event: string, fields?: LogFields) => void lines.push([event, fields])
      const cache = open({ log: { ...silent, error: note, info: note } })
      await expectRecall(cache)
      expect(cache.indexedEvents()).toBeGreaterThan(0)
      expect(lines.length).toBeGreaterThan(0)
      for (const [event, fields] of lines) {
        expect(event).toBe('search.shard-lost')
        expect(Object.keys(fields!)).toEqual(['why'])
      }
      await cache.untilShards(cache.isSealed)
      await leave(cache, 'close')
      const after = open()
      await expectRecall(after)
      expect(after.indexedEvents()).toBe(0)
      expect(listShardFiles(folder.dir)).toEqual(shardFileNames(after.store))
    },
  )

  test('[SCH98] while shards cannot be written, search works from memory; once they can, they are', async () => {
    const lines: string[] = []
    mkdirSync(join(folder.dir, 'store'), { recursive: true })
    writeFileSync(shardFolder(folder.dir), 'in the way')
    let failed: () => void = () => undefined
    const failure = new Promise<void>((resolve) => {
      failed = resolve
    })
    const cache = open({
      log: {
        ...silent,
        error(event) {
          lines.push(event)
          failed()
        },
      },
    })
    fill(cache.store, known)
    cache.search.add(known.conversations[0]!.conversationId, known.events[0]!)
    await failure
    await expectRecall(cache)
    expect(cache.store.shards()).toEqual([])
    rmSync(shardFolder(folder.dir))
    await cache.untilShards(cache.isSealed)
    expect(new Set(lines)).toEqual(new Set(['search.seal']))
    await leave(cache, 'close')
    const after = open()
    await expectRecall(after)
    expect(after.indexedEvents()).toBe(0)
  })

  test('[SCH99] a worker that dies is replaced: what was sealed is loaded, the rest fed again, and everything found', async () => {
    const workers: Worker[] = []
    const startWorker = (): SearchWorker => {
      const worker = new Worker(new URL('./search.worker.ts', import.meta.url))
      workers.push(worker)
      return worker
    }
    const cache = await openFull({ startWorker, bounds: { sealAfterMs: 60_000, sealAtMostMs: 60_000 } })
    const { conversationId } = known.conversations[0]!
    const more = known.example.events(conversationId, [known.self], 5, 151)
    cache.store.applyEvents(conversationId, more)
    cache.search.add(conversationId, more)
    const before = cache.indexedEvents()
    await workers[0]!.terminate()
    expect(workers).toHaveLength(2)
    expect(await cache.search.find('room', undefined, undefined)).toMatchObject({
      ok: true,
      value: { complete: false },
    })
    await expectRecall(cache)
    expect(cache.indexedEvents()).toBeGreaterThan(before)
  })
})
