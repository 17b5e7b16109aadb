// Owns the index inside the search worker: loading sealed shards, taking batches, answering queries, sealing what changed.
// Always holds: one piece of work a turn (a shard loaded, a batch applied), so that a query waits for no more than one; keys
// are zeroed once used; a shard on disk counts from the main thread's word on. Batches wait until all shards are loaded: what
// they replace may stand in any of them.

import { setImmediate } from 'node:timers'
import { errorName } from '../log.ts'
import type { ShardRow } from '../store/records.ts'
import type { Cipher } from '../vault/cipher.ts'
import type { Batch, FromWorker, Removal, SealedShard, ToWorker } from './protocol.ts'
import { createSealSchedule } from './seal-schedule.ts'
import { openShard, type Shard } from './shard.ts'
import { createShardFiles, type ShardFiles, shardContext } from './shard-files.ts'
import { createShardSet, type HeldShard } from './shard-set.ts'

export interface IndexerParts {
  readonly cipher: Cipher
  readonly post: (message: FromWorker) => void
}

type Sealing =
  | { readonly type: 'waiting-for-key' }
  | { readonly type: 'waiting-for-commit'; readonly held: HeldShard; readonly version: number; readonly keyId: number }

/** An indexer that waits for its `open`. Returns what takes each message of the main thread. */
export function createIndexer({ cipher, post }: IndexerParts): (message: ToWorker) => void {
  let indexer: ((message: ToWorker) => void) | undefined
  return (message) => {
    if (message.type === 'open') indexer = openIndexer({ cipher, post }, message)
    else indexer?.(message)
  }
}

function openIndexer({ cipher, post }: IndexerParts, order: ToWorker & { type: 'open' }): (message: ToWorker) => void {
  const { bounds } = order
  const files = order.dir === undefined ? undefined : createShardFiles(order.dir)
  const set = createShardSet({ shardMessages: bounds.shardMessages, nextShardId: order.nextShardId })
  const schedule = createSealSchedule(bounds, () => seal())
  const loading: SealedShard[] = [...order.shards]
  const queue: Batch[] = []
  /** What was removed while shards were still loading. */
  const removals: Removal[] = []
  let keptKeys: ReadonlySet<number> | undefined
  let sealing: Sealing | undefined
  let closing = false
  let closed = false
  let turnDue = false

  function nextTurn(): void {
    if (turnDue || closed || (loading.length === 0 && queue.length === 0)) return
    turnDue = true
    setImmediate(() => {
      turnDue = false
      if (closed) return
      const shard = loading.shift()
      if (shard) load(shard)
      else applyNext()
      nextTurn()
    })
  }

  function load({ row, key }: SealedShard): void {
    const shard = files && readShard(files, cipher, row, key)
    key.fill(0)
    if (typeof shard === 'object') {
      set.take(row, shard, row.shardId === order.openShardId)
      if (removals.length > 0) set.remove(removals)
      if (keptKeys) forgetFiles(keptKeys)
    } else {
      files?.remove(row)
      post({ type: 'lost', shardId: row.shardId, why: shard ?? 'missing' })
    }
    if (loading.length === 0) loaded()
  }

  function loaded(): void {
    removals.length = 0
    keptKeys = undefined
    post({ type: 'loaded' })
    seal()
  }

  function applyNext(): void {
    const batch = queue.shift()
    if (!batch) return
    set.apply(batch)
    post({ type: 'applied', batchId: batch.batchId })
    schedule.changed()
    seal()
  }

  function forgetFiles(keyIds: ReadonlySet<number>): void {
    for (const name of set.keepKeys(keyIds)) files?.remove(name)
  }

  function remove(gone: readonly Removal[], keyIds: readonly number[]): void {
    for (const removal of gone) {
      const kept = queue.flatMap((batch) => withoutRemoved(batch, removal))
      queue.splice(0, queue.length, ...kept)
    }
    set.remove(gone)
    const keys = new Set(keyIds)
    forgetFiles(keys)
    if (loading.length > 0) {
      removals.push(...gone)
      keptKeys = keys
    }
    schedule.removed()
    seal()
  }

  function find({ queryId, query, after, limit }: ToWorker & { type: 'find' }): void {
    // What has just arrived is found at once; what is merely being caught up with must not keep a query waiting.
    if (loading.length === 0) while (queue.some(({ live }) => live)) applyNext()
    try {
      const hits = set.find(query, after, limit)
      post({ type: 'found', queryId, hits, complete: loading.length === 0 && queue.length === 0 })
    } catch (error) {
      post({ type: 'query-failed', queryId, error: errorName(error) })
    }
  }

  // --- sealing: one shard at a time -------------------------------------------------------------------------------------

  /** Goes on with sealing, where anything is due. */
  function seal(): void {
    if (!files || sealing || closed || loading.length > 0) return
    const emptied = set.takeEmptied()
    for (const name of emptied) files.remove(name)
    if (emptied.length > 0) post({ type: 'emptied', shardIds: emptied.map(({ shardId }) => shardId) })
    if (schedule.isBlocked() && !closing) return
    if (set.nextToSeal(schedule.isDue() || closing)) {
      sealing = { type: 'waiting-for-key' }
      post({ type: 'key-wanted' })
    } else {
      if (schedule.isDue()) schedule.done()
      if (closing) end()
    }
  }

  /** Seals the next shard. Its three parts take a turn each: a query may come in between. */
  async function sealWith(keyId: number, key: Uint8Array): Promise<void> {
    const held = closed ? undefined : set.nextToSeal(schedule.isDue() || closing)
    if (!files || !held) {
      key.fill(0)
      sealing = undefined
      post({ type: 'key-unused', keyId })
      seal()
      return
    }
    const name = { shardId: held.shardId, keyId }
    const { version } = held
    const row = { ...name, covers: held.covers.rows(), entries: held.shard.entries }
    sealing = { type: 'waiting-for-commit', held, version, keyId }
    try {
      const bytes = held.shard.serialize()
      await turn()
      const sealed = cipher.seal(key, bytes, shardContext(name))
      bytes.fill(0)
      key.fill(0)
      await turn()
      files.write(name, sealed)
      post({ type: 'sealed', row: { ...row, bytes: sealed.length } })
    } catch (error) {
      key.fill(0)
      post({ type: 'seal-failed', keyId, error: errorName(error) })
      sealFailed()
    }
  }

  function committed(keyId: number): void {
    if (sealing?.type !== 'waiting-for-commit' || sealing.keyId !== keyId) return
    const { held, version } = sealing
    sealing = undefined
    const old = set.sealed(held, keyId, version)
    if (old) files?.remove(old)
    if (set.isOpen(held)) schedule.done()
    // Of what came while it was being written.
    if (held.version !== version) schedule.changed()
    seal()
  }

  function discarded(keyId: number, retry: 'now' | 'later'): void {
    if (sealing?.type !== 'waiting-for-commit' || sealing.keyId !== keyId) return
    const { held } = sealing
    sealing = undefined
    files?.remove({ shardId: held.shardId, keyId })
    if (retry === 'later') sealFailed()
    else seal()
  }

  /** Kept in memory; tried again later. */
  function sealFailed(): void {
    sealing = undefined
    schedule.block()
    if (closing) end()
  }

  function end(): void {
    if (closed) return
    closed = true
    schedule.stop()
    set.close()
    post({ type: 'closed' })
  }

  function close(): void {
    closing = true
    if (loading.length > 0) {
      for (const { key } of loading.splice(0)) key.fill(0)
      end()
      return
    }
    while (queue.length > 0) applyNext()
    seal()
    if (!files) end()
  }

  files?.removeOthers(order.shards.map(({ row }) => row))
  if (loading.length === 0) loaded()
  nextTurn()

  return (message) => {
    if (closed && message.type !== 'key') return
    switch (message.type) {
      case 'open':
        break
      case 'batch':
        queue.push(message)
        nextTurn()
        break
      case 'remove':
        remove(message.removals, message.keyIds)
        break
      case 'find':
        find(message)
        break
      case 'key':
        void sealWith(message.keyId, message.key)
        break
      case 'key-refused':
        sealFailed()
        break
      case 'committed':
        committed(message.keyId)
        break
      case 'discarded':
        discarded(message.keyId, message.retry)
        break
      case 'close':
        close()
        break
      default:
        message satisfies never
    }
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

function readShard(
  files: ShardFiles,
  cipher: Cipher,
  row: ShardRow,
  key: Uint8Array,
): Shard | 'missing' | 'damaged' | 'unreadable' {
  let sealed: Uint8Array | undefined
  try {
    sealed = files.read(row)
  } catch {
    return 'unreadable'
  }
  if (!sealed) return 'missing'
  const bytes = cipher.open(key, sealed, shardContext(row))
  if (!bytes) return 'damaged'
  try {
    return openShard(bytes)
  } catch {
    return 'damaged'
  } finally {
    bytes.fill(0)
  }
}

/** A batch without what has been removed since it was sent; none where nothing of it is left. */
function withoutRemoved(batch: Batch, { slot, belowSeq = Number.MAX_SAFE_INTEGER }: Removal): Batch[] {
  if (batch.slot !== slot) return [batch]
  const entries = batch.entries.filter(({ seq }) => seq >= belowSeq)
  // An empty range still has to be acknowledged.
  return [{ ...batch, fromSeq: Math.max(batch.fromSeq, belowSeq), entries }]
}
