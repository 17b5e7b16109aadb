// Owns the tests of the cache under kill −9: a child process writes and is killed, this one reads what is left.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { cacheFile, exampleCache, openCache } from '../../testing/caches.ts'
import { createFolder, type Folder } from '../../testing/folders.ts'
import { runProgram } from '../../testing/programs.ts'
import { createRandom } from '../../testing/random.ts'
import { createCipher } from '../vault/cipher.ts'

const SEED = 71
const LENGTH = 4000

let folder: Folder
beforeEach(() => {
  folder = createFolder()
})
afterEach(() => folder.remove())

test('[STR70] killed at any moment, the cache is one gapless range with everything that was acknowledged', async () => {
  const known = exampleCache(SEED, 1, LENGTH)
  const { conversationId } = known.conversations[0]!
  const log = known.events[0]!
  const cipher = await createCipher()
  const file = cacheFile(folder.dir)
  const random = createRandom(5)
  const queued = new Set<string>()
  let kills = 0
  let high = 0
  for (let round = 0; round < 4; round++) {
    const more = 1 + random.int(25)
    const ended = await runProgram('store-writer', [file, String(SEED), String(LENGTH)], {
      killWhen: (lines) => lines.length > more,
    })
    expect(ended.errors).toBe('')
    if (ended.signal === 'SIGKILL') kills += 1
    for (const line of ended.lines) {
      const [word, value = ''] = line.split(' ')
      if (word === 'high') high = Math.max(high, Number(value))
      if (word === 'queued') queued.add(value)
    }
    const store = openCache({ cipher, file, self: known.self })
    const position = store.position(conversationId)!
    expect(position.high).toBeGreaterThanOrEqual(high)
    const stored = store.indexWork(store.slotOf(conversationId)!, 1, position.high).entries
    expect(stored.map(({ seq, text }) => [seq, text])).toEqual(
      log.slice(0, position.high).map((event) => [event.seq, event.content.body]),
    )
    const waiting = new Set<string>(store.waiting(new Set()).map(({ record }) => record.clientId))
    expect([...queued].filter((clientId) => !waiting.has(clientId))).toEqual([])
    expect(store.cursors()).toEqual({ directory: 'd', access: 'a' })
    while (store.verifyStep());
    store.close()
  }
  expect(kills).toBeGreaterThanOrEqual(2)
})
