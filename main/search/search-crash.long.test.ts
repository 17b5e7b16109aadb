// Owns the tests of search under kill −9: a child process fills, edits, revokes, evicts and seals until it is killed; this
// one opens what is left and holds it against the store.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFolder, type Folder } from '../../testing/folders.ts'
import { runProgram } from '../../testing/programs.ts'
import { createRandom } from '../../testing/random.ts'
import {
  amendedCache,
  amendedQueries,
  findEvery,
  listShardFiles,
  openSearched,
  scan,
  shardFileNames,
} from '../../testing/searches.ts'
import { createCipher } from '../vault/cipher.ts'

const SEED = 93
const CONVERSATIONS = 3
const LENGTH = 600

let folder: Folder
beforeEach(() => {
  folder = createFolder()
})
afterEach(() => folder.remove())

test('[SCH100] killed at any moment, search finds what the store holds and nothing else, and no file or key is left over', async () => {
  const known = amendedCache(SEED, CONVERSATIONS, LENGTH)
  const cipher = await createCipher()
  const random = createRandom(94)
  const done = new Set<string>()
  let saved = 0
  for (let round = 0; round < 6; round++) {
    const more = 2 + random.int(90)
    const args = [folder.dir, String(SEED), String(CONVERSATIONS), String(LENGTH), String(round)]
    const ended = await runProgram('search-writer', args, { killWhen: (lines) => lines.length > more })
    expect(ended.errors).toBe('')
    expect(ended.signal).toBe('SIGKILL')
    for (const line of ended.lines) done.add(line.split(' ')[0] ?? '')
    const cache = openSearched({ dir: folder.dir, cipher, self: known.self })
    await cache.search.indexed
    const cached = cache.store.slots().reduce((sum, { low, high }) => sum + Math.max(0, high - Math.max(low, 1) + 1), 0)
    saved += cached - cache.indexedEvents()
    for (const query of amendedQueries)
      expect(await findEvery(cache.search, query), `${query} in round ${round}`).toEqual(scan(cache.store, query))
    await cache.close()
    const again = openSearched({ dir: folder.dir, cipher, self: known.self })
    await again.search.indexed
    expect(again.indexedEvents()).toBe(0)
    expect(listShardFiles(folder.dir)).toEqual(shardFileNames(again.store))
    for (const { keyId } of again.store.shards()) expect(again.store.shardKey(keyId)).toHaveLength(32)
    await again.crash()
  }
  expect([...done].sort()).toEqual(['evicted', 'high', 'opened', 'revoked'])
  // Not everything was indexed anew each time: shards did get sealed, and counted.
  expect(saved).toBeGreaterThan(0)
})
