// Owns the tests of the main thread's end of the index, against a worker that is played: keys, rows, races, its death.

import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import { silentLog } from '../../testing/desktop.ts'
import type { LogFields } from '../log.ts'
import type { IndexWork, ShardRow } from '../store/store.ts'
import { createIndexing, type IndexedStore, type SearchWorker } from './indexing.ts'
import type { FromWorker, ToWorker } from './protocol.ts'

const bounds = { shardMessages: 100, sealAfterMs: 1000, sealAtMostMs: 1000, sealRetryMs: 1000 }
const rowOf = (shardId: number, keyId: number, toSeq = 10): ShardRow => ({
  shardId,
  keyId,
  covers: [{ slot: 1, ranges: [[1, toSeq]] }],
  entries: 80,
  bytes: 1,
})

/** A worker that keeps what it is told and says what the test says. */
function createPlayedWorker() {
  const emitter = new EventEmitter()
  const told: ToWorker[] = []
  let terminated = false
  const worker = {
    postMessage: (message: ToWorker, transfer: ArrayBuffer[] = []) =>
      void told.push(structuredClone(message, { transfer })),
    on: (name: string, listener: (value: unknown) => void) => emitter.on(name, listener),
    terminate: async () => {
      terminated = true
      emitter.emit('exit', 1)
      return 1
    },
  } as unknown as SearchWorker
  return {
    worker,
    told,
    last: () => told.at(-1),
    ofType: <T extends ToWorker['type']>(type: T) =>
      told.filter((message): message is Extract<ToWorker, { type: T }> => message.type === type),
    says: (message: FromWorker) => void emitter.emit('message', message),
    dies(error?: Error) {
      if (error) emitter.emit('error', error)
      emitter.emit('exit', 1)
    },
    isTerminated: () => terminated,
  }
}

/** A store of one conversation with `high` messages, which keeps keys and rows and can be told to fail. */
function createPlayedStore(high = 0, rows: ShardRow[] = []) {
  const keys = new Map(rows.map(({ keyId }) => [keyId, new Uint8Array(32).fill(keyId)]))
  let shards = rows
  let nextKeyId = 100
  const handedOut: Uint8Array[] = []
  const store: IndexedStore & { high: number; isFull: boolean; asked: number[]; writes: number } = {
    high,
    isFull: false,
    asked: [],
    writes: 0,
    indexWork(slot, fromSeq, toSeq): IndexWork {
      store.asked.push(toSeq - fromSeq + 1)
      const seqs = Array.from({ length: toSeq - fromSeq + 1 }, (_, i) => fromSeq + i)
      return {
        entries: seqs.map((seq) => ({ slot, seq, atMs: seq, senderSlot: 1, hasFile: false, text: 'x' })),
        removed: [],
      }
    },
    slots: () => [{ slot: 1, conversationId: 'cnv' as never, low: 1, high: store.high }],
    shards: () => shards,
    nextShardId: () => 1,
    newShardKey() {
      write()
      const key = new Uint8Array(32).fill(7)
      handedOut.push(key)
      keys.set(nextKeyId, key.slice())
      return { keyId: nextKeyId++, key }
    },
    shardKey(keyId) {
      const key = keys.get(keyId)?.slice()
      if (key) handedOut.push(key)
      return key
    },
    putShards(put, dropped) {
      write()
      const gone = new Set([...put.map(({ shardId }) => shardId), ...dropped])
      for (const row of shards) if (gone.has(row.shardId)) keys.delete(row.keyId)
      shards = [...shards.filter(({ shardId }) => !gone.has(shardId)), ...put]
    },
    dropKeys(keyIds) {
      write()
      for (const keyId of keyIds) keys.delete(keyId)
    },
  }
  function write() {
    if (store.isFull) throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' })
    store.writes++
  }
  return { store, keys, handedOut, rows: () => shards }
}

function setUp(high = 0, rows: ShardRow[] = [], withoutKeys: number[] = []) {
  const played = createPlayedStore(high, rows)
  for (const keyId of withoutKeys) played.keys.delete(keyId)
  const workers: ReturnType<typeof createPlayedWorker>[] = []
  const lines: [string, LogFields | undefined][] = []
  const index = createIndexing({
    store: played.store,
    dir: '/nowhere',
    bounds,
    log: { ...silentLog, error: (event, fields) => void lines.push([event, fields]) },
    storeFailure: () => ({ code: 'disk-full' }),
    startWorker() {
      const next = createPlayedWorker()
      workers.push(next)
      return next.worker
    },
  })
  return { ...played, index, workers, lines, worker: () => workers.at(-1)! }
}

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
}

describe('feeding', () => {
  test('[SCH80] history goes in slices, newest first, a few under way at once, and only what no shard covers', async () => {
    const t = setUp(5000, [rowOf(1, 11, 1000)])
    t.worker().says({ type: 'loaded' })
    await turns(50)
    const first = t.worker().ofType('batch')
    expect(first).toHaveLength(3)
    expect(first[0]).toMatchObject({ toSeq: 5000, live: false })
    expect(t.index.isComplete()).toBe(false)
    let indexed = false
    void t.index.indexed.then(() => {
      indexed = true
    })
    for (let i = 0; i < t.worker().ofType('batch').length; i++) {
      expect(indexed).toBe(false)
      t.worker().says({ type: 'applied', batchId: t.worker().ofType('batch')[i]!.batchId })
      await turns(3)
    }
    const batches = t.worker().ofType('batch')
    expect(batches.at(-1)).toMatchObject({ fromSeq: 1001 })
    for (const [i, { toSeq }] of batches.entries()) if (i > 0) expect(toSeq).toBe(batches[i - 1]!.fromSeq - 1)
    expect(Math.max(...t.store.asked)).toBeLessThanOrEqual(400)
    expect(indexed).toBe(true)
    expect(t.index.isComplete()).toBe(true)
    await t.index.abandon()
  })

  test('[SCH81] a message that comes live goes at once, past a backlog; a long catch-up waits its turn', async () => {
    const t = setUp(5000)
    await turns(50)
    const before = t.worker().told.length
    t.store.high = 5002
    t.index.add({ slot: 1, fromSeq: 5001, toSeq: 5002 })
    t.index.add({ slot: 1, fromSeq: 5002, toSeq: 5002 })
    expect(t.worker().told.slice(before)).toMatchObject([{ type: 'batch', fromSeq: 5001, toSeq: 5002, live: true }])
    t.store.high = 6000
    t.index.add({ slot: 1, fromSeq: 5003, toSeq: 6000 })
    expect(t.worker().told).toHaveLength(before + 1)
    for (const { batchId } of t.worker().ofType('batch')) t.worker().says({ type: 'applied', batchId })
    await turns(10)
    expect(t.worker().told[before + 1]).toMatchObject({ type: 'batch', toSeq: 6000, live: false })
    await t.index.abandon()
  })

  test('[SCH82] what has been removed meanwhile is not fed any more', async () => {
    const t = setUp(5000)
    await turns(10)
    t.index.removed([{ slot: 1, belowSeq: 4990 }])
    const sent = t.worker().ofType('batch')
    t.worker().says({ type: 'loaded' })
    for (const { batchId } of sent) t.worker().says({ type: 'applied', batchId })
    await turns(10)
    expect(t.worker().ofType('batch')).toHaveLength(sent.length)
    expect(t.index.isComplete()).toBe(true)
    await t.index.abandon()
  })
})

describe('work that is known', () => {
  const work = (text: string) => ({
    entries: [{ slot: 1, seq: 5001, atMs: 1, senderSlot: 1, hasFile: false, text }],
    removed: [],
  })
  const page = { slot: 1, fromSeq: 5001, toSeq: 5200 }
  async function busy() {
    const t = setUp(5000)
    t.worker().says({ type: 'loaded' })
    await turns(10)
    t.store.high = 5400
    const settle = async () => {
      for (const { batchId } of t.worker().ofType('batch')) t.worker().says({ type: 'applied', batchId })
      await turns(10)
    }
    return {
      ...t,
      settle,
      sent: () =>
        t
          .worker()
          .ofType('batch')
          .find(({ fromSeq }) => fromSeq === 5001),
    }
  }

  test('[SCH104] a page of a catch-up goes as it was stored, without being read again', async () => {
    const t = await busy()
    const asked = t.store.asked.length
    t.index.add(page, work('as stored'))
    expect(t.index.isComplete()).toBe(false)
    await t.settle()
    expect(t.sent()).toMatchObject({ toSeq: 5200, entries: [{ text: 'as stored' }], live: false })
    expect(t.store.asked.slice(asked)).not.toContain(200)
    await t.index.abandon()
  })

  test('[SCH105] a change or a removal before its turn comes has it read again', async () => {
    for (const change of ['edit', 'removal'] as const) {
      const t = await busy()
      t.index.add(page, work('not any more'))
      if (change === 'edit') t.index.add({ slot: 1, fromSeq: 5201, toSeq: 5201 })
      else t.index.removed([{ slot: 1, belowSeq: 5001 }])
      await t.settle()
      await t.settle()
      const texts = t
        .worker()
        .ofType('batch')
        .flatMap(({ entries }) => entries.map(({ text }) => text))
      expect(texts).not.toContain('not any more')
      expect(t.sent()).toBeDefined()
      await t.index.abandon()
    }
  })
})

describe('sealing', () => {
  test('[SCH83] a removal that overtakes a shard being sealed voids it: key dropped at once, file discarded, no row', async () => {
    const t = setUp()
    t.worker().says({ type: 'key-wanted' })
    const { keyId } = t.worker().ofType('key')[0]!
    expect(t.keys.has(keyId)).toBe(true)
    t.index.removed([{ slot: 1 }])
    expect(t.keys.has(keyId)).toBe(false)
    t.worker().says({ type: 'sealed', row: rowOf(1, keyId) })
    expect(t.worker().last()).toEqual({ type: 'discarded', keyId, retry: 'now' })
    expect(t.rows()).toEqual([])
    t.worker().says({ type: 'key-wanted' })
    const again = t.worker().ofType('key')[1]!.keyId
    t.worker().says({ type: 'sealed', row: rowOf(1, again) })
    expect(t.worker().last()).toEqual({ type: 'committed', keyId: again })
    expect(t.rows()).toEqual([rowOf(1, again)])
    await t.index.abandon()
  })

  test('[SCH84] where the store cannot take key or row, nothing is noted, nothing thrown, and it is tried later', async () => {
    const t = setUp()
    t.store.isFull = true
    t.worker().says({ type: 'key-wanted' })
    expect(t.worker().last()).toEqual({ type: 'key-refused' })
    t.store.isFull = false
    t.worker().says({ type: 'key-wanted' })
    const { keyId } = t.worker().ofType('key')[0]!
    t.store.isFull = true
    t.worker().says({ type: 'sealed', row: rowOf(1, keyId) })
    expect(t.worker().last()).toEqual({ type: 'discarded', keyId, retry: 'later' })
    expect(t.rows()).toEqual([])
    expect(new Set(t.lines.map(([event, fields]) => `${event} ${fields?.code}`))).toEqual(
      new Set(['search.store disk-full']),
    )
    await t.index.abandon()
  })

  test('[SCH85] keys handed to the worker stay in no other buffer; one that was not used, or not kept, is dropped', async () => {
    const t = setUp(0, [rowOf(1, 11)])
    t.worker().says({ type: 'key-wanted' })
    expect(t.handedOut.length).toBe(2)
    for (const key of t.handedOut) expect([...key].every((byte) => byte === 0)).toBe(true)
    const { keyId } = t.worker().ofType('key')[0]!
    t.worker().says({ type: 'key-unused', keyId })
    expect(t.keys.has(keyId)).toBe(false)
    t.worker().says({ type: 'key-wanted' })
    const next = t.worker().ofType('key')[1]!.keyId
    t.worker().says({ type: 'seal-failed', keyId: next, error: 'Error ENOSPC' })
    expect(t.keys.has(next)).toBe(false)
    expect(t.lines).toEqual([['search.seal', { error: 'Error ENOSPC' }]])
    await t.index.abandon()
  })
})

describe('opening', () => {
  test('[SCH86] the newest shard that is not full goes on being filled; thin ones and those without a key are made anew', async () => {
    const covers = (from: number) => [{ slot: 1, ranges: [[from, from + 9] as const] }]
    const rows = [
      { ...rowOf(1, 11), covers: covers(1), entries: 24 },
      { ...rowOf(2, 12), covers: covers(11), entries: 100 },
      { ...rowOf(3, 13), covers: covers(21), entries: 24 },
      { ...rowOf(4, 14), covers: covers(31), entries: 100 },
    ]
    const t = setUp(50, rows, [14])
    expect(t.rows().map(({ shardId }) => shardId)).toEqual([2, 3])
    const [order] = t.worker().ofType('open')
    expect(order).toMatchObject({ openShardId: 3, nextShardId: 4 })
    expect(order!.shards.map(({ row }) => row.shardId)).toEqual([3, 2])
    t.worker().says({ type: 'loaded' })
    await turns(20)
    const fed = t.worker().ofType('batch')
    expect(fed.map(({ fromSeq, toSeq }) => [fromSeq, toSeq])).toEqual([
      [31, 50],
      [1, 10],
    ])
    await t.index.abandon()
  })

  test('[SCH87] a shard that is lost costs its row and key, and what it covered is indexed again', async () => {
    const t = setUp(20, [rowOf(1, 11, 20)])
    t.worker().says({ type: 'lost', shardId: 1, why: 'damaged' })
    t.worker().says({ type: 'loaded' })
    await turns(5)
    expect(t.rows()).toEqual([])
    expect(t.keys.has(11)).toBe(false)
    expect(t.worker().ofType('batch')).toMatchObject([{ fromSeq: 1, toSeq: 20 }])
    expect(t.lines).toEqual([])
    await t.index.abandon()
  })
})

describe('the worker’s end', () => {
  test('[SCH88] a worker that dies is replaced three times, each told what is on disk and what is asked; then no more', async () => {
    const t = setUp(20, [rowOf(1, 11, 10)])
    const asked = t.index.find({ terms: [] }, undefined, 10)
    for (let death = 1; death <= 3; death++) {
      t.worker().dies(new RangeError('secret text'))
      expect(t.workers).toHaveLength(death + 1)
      expect(
        t
          .worker()
          .ofType('open')[0]!
          .shards.map(({ row }) => row.keyId),
      ).toEqual([11])
      expect(t.worker().ofType('find')).toHaveLength(1)
      await turns(5)
      expect(t.worker().ofType('batch')).toMatchObject([{ fromSeq: 11, toSeq: 20 }])
    }
    t.worker().dies()
    expect(t.workers).toHaveLength(4)
    expect(await asked).toBeUndefined()
    expect(await t.index.find({ terms: [] }, undefined, 10)).toBeUndefined()
    await t.index.indexed
    expect(t.lines).toHaveLength(4)
    expect(JSON.stringify(t.lines)).not.toContain('secret')
    t.index.add({ slot: 1, fromSeq: 21, toSeq: 21 })
    t.index.removed([{ slot: 1 }])
    await t.index.close()
  })

  test('[SCH89] abandoned, it writes nothing more, whatever the worker still says', async () => {
    const t = setUp(20)
    t.worker().says({ type: 'key-wanted' })
    const { keyId } = t.worker().ofType('key')[0]!
    const { writes } = t.store
    const done = t.index.abandon()
    t.worker().says({ type: 'sealed', row: rowOf(1, keyId) })
    t.worker().says({ type: 'key-wanted' })
    t.worker().says({ type: 'lost', shardId: 1, why: 'missing' })
    await done
    await t.index.close()
    expect(t.worker().isTerminated()).toBe(true)
    expect(t.store.writes).toBe(writes)
    expect(t.workers).toHaveLength(1)
  })

  test('[SCH90] closed, it still notes what the worker seals, ends it, and drops a key that was not used', async () => {
    const t = setUp(20)
    const done = t.index.close()
    expect(t.worker().last()).toEqual({ type: 'close' })
    t.worker().says({ type: 'key-wanted' })
    const { keyId } = t.worker().ofType('key')[0]!
    t.worker().says({ type: 'sealed', row: rowOf(1, keyId) })
    t.worker().says({ type: 'key-wanted' })
    expect(t.worker().isTerminated()).toBe(false)
    t.worker().says({ type: 'closed' })
    await done
    expect(t.worker().isTerminated()).toBe(true)
    expect(t.rows()).toEqual([rowOf(1, keyId)])
    expect([...t.keys.keys()]).toEqual([keyId])
  })

  test('[SCH91] a worker that does not end is ended after a second, and a removal during that second still counts', async () => {
    const t = setUp(20)
    const done = t.index.close()
    t.worker().says({ type: 'key-wanted' })
    const { keyId } = t.worker().ofType('key')[0]!
    t.index.removed([{ slot: 1 }])
    t.worker().says({ type: 'sealed', row: rowOf(1, keyId) })
    await done
    expect(t.worker().isTerminated()).toBe(true)
    expect(t.rows()).toEqual([])
    expect(t.keys.size).toBe(0)
  })
})
