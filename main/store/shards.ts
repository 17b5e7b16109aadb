// Owns the rows of the search shards: which files there are, what each covers, and their keys. The bytes of a shard are the
// business of search alone.
// Always holds: a shard has a key of its own, destroyed in the transaction that replaces or removes its row; keys of shards
// that were never noted are destroyed at the next opening.

import { type Cache, removeShards, transact } from './cache.ts'
import { contexts, type ShardRow } from './records.ts'

/** The shards with words of a conversation in `slots`; with `belowSeq`, only those that cover something below it. */
export function shardsThatCover(
  cache: Cache,
  slots: ReadonlySet<number>,
  belowSeq = Number.POSITIVE_INFINITY,
): ShardRow[] {
  if (slots.size === 0) return []
  return [...cache.shards.values()].filter(({ covers }) =>
    covers.some(({ slot, ranges }) => slots.has(slot) && ranges.some(([from]) => from < belowSeq)),
  )
}

/** A key for a shard that is about to be written; durable. The caller zeroes its copy. */
export function newShardKey(cache: Cache): { readonly keyId: number; readonly key: Uint8Array } {
  const keyId = transact(cache, () => cache.sealed.addKey())
  return { keyId, key: cache.sealed.copyKey(keyId) ?? new Uint8Array() }
}

/** Notes shards that have been written, in place of what stood under their ids, and takes `dropped` away. */
export function putShards(cache: Cache, rows: readonly ShardRow[], dropped: readonly number[]): void {
  const { sealed, statements } = cache
  const replaced = [...rows.map((row) => row.shardId), ...dropped]
  const before = [...new Set(replaced)].flatMap((shardId) => cache.shards.get(shardId) ?? [])
  transact(cache, () => {
    removeShards(cache, before)
    for (const row of rows) {
      const context = contexts.shard(row.shardId, row.keyId)
      statements.putShard.run(row.shardId, row.keyId, sealed.seal(sealed.metaKeyId, row, context))
      sealed.toggle(context)
      cache.afterCommit.push(() => cache.shards.set(row.shardId, row))
    }
  })
  // The words that a new version leaves out must not be had through the old key in the write-ahead log.
  if (before.length > 0) sealed.db.pragma('wal_checkpoint(TRUNCATE)')
}

/** Destroys keys of shards that were written and not kept. Ids that are in use, or unknown, are passed over. */
export function dropKeys(cache: Cache, keyIds: readonly number[]): void {
  const known = new Set(cache.sealed.keyIds())
  const used = usedKeys(cache)
  const gone = keyIds.filter((keyId) => known.has(keyId) && !used.has(keyId))
  if (gone.length > 0) transact(cache, () => gone.forEach(cache.sealed.destroyKey))
}

/** Destroys the keys that nothing refers to: a crash came between making a shard's key and noting its row. */
export function dropOrphanKeys(cache: Cache): void {
  dropKeys(cache, [...cache.sealed.keyIds()])
}

function usedKeys(cache: Cache): Set<number> {
  const used = new Set([cache.sealed.metaKeyId])
  for (const { keyId } of cache.conversations.values()) used.add(keyId)
  for (const keyId of cache.segments.values()) used.add(keyId)
  for (const { keyId } of cache.shards.values()) used.add(keyId)
  for (const { keyId } of cache.files.values()) used.add(keyId)
  return used
}

/** An id that no shard has; search keeps count of those it has given out itself. */
export function nextShardId(cache: Cache): number {
  return Math.max(0, ...cache.shards.keys()) + 1
}
