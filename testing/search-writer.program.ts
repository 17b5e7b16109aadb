// Owns a program that tests kill: it applies logs to a cache and its search, with edits, deletions, revocations and
// evictions, telling on stdout what it has done. Always holds: a line is printed after the call that made it true returned.
// Usage: node search-writer.program.ts DIR SEED CONVERSATIONS LENGTH ROUND

import { writeSync } from 'node:fs'
import { createCipher } from '../main/vault/cipher.ts'
import { createRandom } from './random.ts'
import { amendedCache, openSearched } from './searches.ts'

const [dir = '', seed = '1', conversations = '1', length = '1', round = '0'] = process.argv.slice(2)
const known = amendedCache(Number(seed), Number(conversations), Number(length))
const random = createRandom(1000 + Number(round))
const { store, search } = openSearched({ dir, cipher: await createCipher(), self: known.self })
const tell = (line: string) => writeSync(1, `${line}\n`)

if (store.listPeople().length === 0) store.applyDirectory(known.people, 'd')
store.applyAccess(known.conversations, [], 'a')
tell('opened')
for (;;) {
  const act = random.next()
  const place = random.int(known.conversations.length)
  const conversation = known.conversations[place]
  const log = known.events[place] ?? []
  if (!conversation) throw new Error('conversation')
  const { conversationId } = conversation
  const high = store.position(conversationId)?.high ?? 0
  if (high === log.length || act < 0.02) {
    search.removed(store.applyAccess([], [conversationId], 'r'))
    tell(`revoked ${place}`)
    store.applyAccess([conversation], [], 'a')
  } else if (act < 0.04) {
    const cached = store.positions().reduce((sum, { low, high: top }) => sum + Math.max(0, top - low + 1), 0)
    store.setBounds({ oldestMs: 0, most: Math.max(1, Math.floor(cached * 0.9)) })
    for (let left = store.evictOnce(); left; left = store.evictOnce()) search.removed([left])
    store.sealEviction()
    tell('evicted')
  } else {
    const page = log.slice(high, high + 1 + random.int(40))
    store.applyEvents(conversationId, page)
    search.add(conversationId, page)
    tell(`high ${place} ${page.at(-1)?.seq}`)
  }
  if (random.chance(0.3)) await search.find('第', undefined, undefined)
  else for (let turns = random.int(12); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve))
}
