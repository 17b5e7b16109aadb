// Owns the index as the main thread has it: the worker's life, the keys and rows of its shards, and the queries under way.
// Always holds: a shard counts only with its row, and no row is written once something it covers has been removed; a worker
// that dies is replaced a few times, then search is unavailable; after close() or abandon() no worker runs and no key is out.

import { Worker } from 'node:worker_threads'
import { limits } from '../../shared/limits.ts'
import { errorName, type Log } from '../log.ts'
import type { IndexWork, ShardRow, Store } from '../store/store.ts'
import type { SlotRange } from './backlog.ts'
import { createFeed } from './feed.ts'
import type { FromWorker, HitPlace, IndexBounds, IndexHit, Removal, SealedShard, ToWorker } from './protocol.ts'
import type { ShardQuery } from './shard.ts'

export type IndexedStore = Pick<
  Store,
  'indexWork' | 'slots' | 'shards' | 'nextShardId' | 'newShardKey' | 'shardKey' | 'putShards' | 'dropKeys'
>

/** What is used of a worker thread. */
export type SearchWorker = Pick<Worker, 'postMessage' | 'on' | 'terminate'>

export interface IndexingParts {
  readonly store: IndexedStore
  /** Folder of the shard files; undefined: nothing goes to disk. */
  readonly dir: string | undefined
  readonly bounds: IndexBounds
  readonly log: Log
  /** Names a fault of the store, and does about it what is to be done. */
  readonly storeFailure: (error: unknown) => { readonly code: string }
  readonly startWorker?: () => SearchWorker
}

export interface IndexAnswer {
  readonly hits: readonly IndexHit[]
  /** False while the index is behind the store. */
  readonly complete: boolean
}

export interface Indexing {
  /** Events are new in the store; `work` where what they mean is known without reading them again. */
  add(range: SlotRange, work?: IndexWork): void
  /** Conversations, or their beginnings, have left the store. Call in the turn in which they left. */
  removed(removals: readonly Removal[]): void
  /** undefined: there is no index any more. Rejects where the query itself fails. */
  find(query: ShardQuery, after: HitPlace | undefined, limit: number): Promise<IndexAnswer | undefined>
  /** Resolves when all that is cached is indexed, or never will be; another promise after a worker has died. */
  readonly indexed: Promise<void>
  /** Nothing is in the store that is not in the index. */
  isComplete(): boolean
  progress(): { readonly done: number; readonly total: number }
  /** Seals what is not sealed, within limits.searchCloseMs, and ends the worker. */
  close(): Promise<void>
  /** Ends the worker at once. Nothing is written from the call on, not even to the store; certain when it resolves. */
  abandon(): Promise<void>
}

/** A shard with less than this part of its messages left is given up at opening, and what is left indexed anew. */
const THIN = 1 / 4

const startSearchWorker = (): SearchWorker =>
  // Without the options of this process: they may name a preload that is no business of a worker.
  new Worker(new URL('./search.worker.ts', import.meta.url), { name: 'search', execArgv: [] })

/** An index of `store`; loading and indexing begin at once. */
export function createIndexing(parts: IndexingParts): Indexing {
  const { store, dir, bounds, log, startWorker = startSearchWorker } = parts
  let worker: SearchWorker | undefined
  let phase: 'running' | 'given-up' | 'closing' | 'ended' = 'running'
  let restarts = 0
  let loaded = false
  /** The key of the shard being sealed. */
  let keyOut: number | undefined
  /** Rows of the shards that the worker was given. */
  let given = new Map<number, ShardRow>()
  let nextQueryId = 1
  const queries = new Map<number, QueryUnderWay>()
  let allIndexed = createSignal()
  const workerDone = createSignal()

  const feed = createFeed({
    store,
    post,
    failed: storeFault,
    idle: () => {
      if (loaded) allIndexed.resolve()
    },
  })

  function post(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    worker?.postMessage(message, transfer)
  }

  function storeFault(error: unknown): void {
    let code: string
    try {
      code = parts.storeFailure(error).code
    } catch {
      code = errorName(error)
    }
    log.error('search.store', { code })
  }

  /** Runs a write to the store; false where it failed. */
  function wrote(write: () => void): boolean {
    try {
      write()
      return true
    } catch (error) {
      storeFault(error)
      return false
    }
  }

  const isComplete = () => loaded && feed.isIdle()

  const dropRows = (shardIds: readonly number[]) => shardIds.length === 0 || wrote(() => store.putShards([], shardIds))

  /** What the shard under way would be opened with is gone: its file is void, whenever it appears. */
  function voidKey(): void {
    const keyId = keyOut
    keyOut = undefined
    if (keyId !== undefined) wrote(() => store.dropKeys([keyId]))
  }

  // --- the worker's life --------------------------------------------------------------------------------------------------

  function start(): void {
    try {
      startOver()
    } catch (error) {
      storeFault(error)
      giveUp('given-up')
    }
  }

  function startOver(): void {
    loaded = false
    voidKey()
    const { shards, openShardId } = dir === undefined ? { shards: [], openShardId: undefined } : readShards()
    const rows = shards.map(({ row }) => row)
    given = new Map(rows.map((row) => [row.shardId, row]))
    const started = startWorker()
    worker = started
    let fault = 'exit'
    started.on('message', (message: FromWorker) => {
      if (worker === started) receive(message)
    })
    started.on('error', (error) => {
      fault = errorName(error)
    })
    started.on('exit', () => {
      if (worker === started) workerEnded(fault)
    })
    const nextShardId = Math.max(store.nextShardId(), ...store.shards().map(({ shardId }) => shardId + 1))
    const keys = shards.map(({ key }) => key.buffer)
    post({ type: 'open', dir, bounds, shards, openShardId, nextShardId }, keys)
    feed.begin(rows)
    for (const { message } of queries.values()) post(message)
  }

  /** The shards worth loading, newest first, and which of them to go on filling. */
  function readShards(): { shards: SealedShard[]; openShardId: number | undefined } {
    const rows = newestFirst(store.shards())
    const fillable = rows.filter(({ entries }) => entries < bounds.shardMessages)
    const openShardId = fillable.length === 0 ? undefined : Math.max(...fillable.map(({ shardId }) => shardId))
    const useless: number[] = []
    const shards = rows.flatMap((row) => {
      const isThin = row.entries < bounds.shardMessages * THIN && row.shardId !== openShardId
      const key = isThin ? undefined : store.shardKey(row.keyId)
      if (!key) useless.push(row.shardId)
      return key ? [{ row, key: ownCopy(key) }] : []
    })
    dropRows(useless)
    return { shards, openShardId }
  }

  /** Those with the newest message of many conversations first. */
  function newestFirst(rows: readonly ShardRow[]): ShardRow[] {
    const heads = new Map(rows.length < 2 ? [] : store.slots().map(({ slot, high }) => [slot, high]))
    const headsIn = ({ covers }: ShardRow) =>
      covers.filter(({ slot, ranges }) => ranges.at(-1)?.[1] === heads.get(slot)).length
    const ranked = rows.map((row) => ({ row, heads: headsIn(row) }))
    return ranked.sort((a, b) => b.heads - a.heads || b.row.shardId - a.row.shardId).map(({ row }) => row)
  }

  function workerEnded(fault: string): void {
    worker = undefined
    workerDone.resolve()
    if (phase !== 'running') return
    log.error('search.worker', { error: fault, restarts })
    if (restarts === limits.searchRestarts) giveUp('given-up')
    else {
      restarts++
      if (allIndexed.isResolved()) allIndexed = createSignal()
      start()
    }
  }

  /** No answer will come any more. */
  function giveUp(next: 'given-up' | 'closing' | 'ended'): void {
    phase = next
    feed.stop()
    for (const { resolve } of queries.values()) resolve(undefined)
    queries.clear()
    allIndexed.resolve()
    if (next === 'given-up') voidKey()
  }

  async function endWorker(): Promise<void> {
    const ending = worker
    worker = undefined
    phase = 'ended'
    workerDone.resolve()
    await ending?.terminate()
  }

  let closing: Promise<void> | undefined
  async function close(): Promise<void> {
    if (phase === 'ended') return
    giveUp('closing')
    if (worker) {
      post({ type: 'close' })
      const cancel = workerDone.resolveAfter(limits.searchCloseMs)
      await workerDone.promise
      cancel()
    }
    await endWorker()
    voidKey()
  }

  // --- what the worker says -----------------------------------------------------------------------------------------------

  function receive(message: FromWorker): void {
    switch (message.type) {
      case 'lost': {
        log.info('search.shard-lost', { why: message.why })
        dropRows([message.shardId])
        const row = given.get(message.shardId)
        if (row && phase === 'running') feed.lost([row])
        break
      }
      case 'loaded':
        loaded = true
        feed.wake()
        break
      case 'applied':
        feed.applied(message.batchId)
        break
      case 'found':
        queries.get(message.queryId)?.resolve({
          hits: message.hits,
          complete: message.complete && isComplete(),
        })
        queries.delete(message.queryId)
        break
      case 'query-failed':
        queries.get(message.queryId)?.reject(new Error(`search worker: ${message.error}`))
        queries.delete(message.queryId)
        break
      case 'key-wanted':
        giveKey()
        break
      case 'key-unused':
        if (message.keyId === keyOut) voidKey()
        break
      case 'sealed':
        commit(message.row)
        break
      case 'seal-failed':
        log.error('search.seal', { error: message.error })
        if (message.keyId === keyOut) voidKey()
        break
      case 'emptied':
        dropRows(message.shardIds)
        break
      case 'closed':
        workerDone.resolve()
        break
      default:
        message satisfies never
    }
  }

  function giveKey(): void {
    voidKey()
    const made = wrote(() => {
      const { keyId, key } = store.newShardKey()
      const copy = ownCopy(key)
      keyOut = keyId
      post({ type: 'key', keyId, key: copy }, [copy.buffer])
    })
    if (!made) post({ type: 'key-refused' })
  }

  function commit(row: ShardRow): void {
    const { keyId } = row
    // A removal has overtaken it.
    if (keyId !== keyOut) post({ type: 'discarded', keyId, retry: 'now' })
    else if (wrote(() => store.putShards([row], []))) {
      keyOut = undefined
      post({ type: 'committed', keyId })
    } else {
      voidKey()
      post({ type: 'discarded', keyId, retry: 'later' })
    }
  }

  start()
  return {
    add: feed.add,
    removed(removals) {
      if (removals.length === 0 || phase === 'ended') return
      feed.removed(removals)
      voidKey()
      post({ type: 'remove', removals, keyIds: store.shards().map(({ keyId }) => keyId) })
    },
    find(query, after, limit) {
      if (phase !== 'running') return Promise.resolve(undefined)
      const message = { type: 'find' as const, queryId: nextQueryId++, query, after, limit }
      return new Promise((resolve, reject) => {
        queries.set(message.queryId, { message, resolve, reject })
        post(message)
      })
    },
    get indexed() {
      return allIndexed.promise
    },
    isComplete,
    progress: feed.progress,
    close() {
      closing ??= close()
      return closing
    },
    async abandon() {
      giveUp('ended')
      keyOut = undefined
      await endWorker()
      await closing
    },
  }
}

interface QueryUnderWay {
  readonly message: ToWorker & { type: 'find' }
  readonly resolve: (answer: IndexAnswer | undefined) => void
  readonly reject: (error: Error) => void
}

/** A key in a buffer of its own, which can be handed over whole; the original is zeroed. */
function ownCopy(key: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(key)
  key.fill(0)
  return copy
}

/** A promise that is resolved from outside. */
function createSignal() {
  let isResolved = false
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((done) => {
    resolve = () => {
      isResolved = true
      done()
    }
  })
  return {
    promise,
    isResolved: () => isResolved,
    resolve: () => resolve(),
    resolveAfter(ms: number): () => void {
      const timer = setTimeout(resolve, ms)
      return () => clearTimeout(timer)
    },
  }
}
