// Owns a program that tests kill: it applies a conversation's log to a cache page by page, and writes messages, for ever
// more, telling on stdout what is durable. Always holds: a line is printed after the call that made it true has returned.
// Usage: node store-writer.program.ts FILE SEED LENGTH

import { writeSync } from 'node:fs'
import { createCipher } from '../main/vault/cipher.ts'
import { exampleCache, openCache } from './caches.ts'

const [file = '', seed = '1', length = '1'] = process.argv.slice(2)
const known = exampleCache(Number(seed), 1, Number(length))
const conversation = known.conversations[0]
const log = known.events[0] ?? []
if (!conversation) throw new Error('conversation')
const { conversationId } = conversation
const store = openCache({ cipher: await createCipher(), file, self: known.self })
const tell = (line: string) => writeSync(1, `${line}\n`)

store.applyDirectory(known.people, 'd')
store.applyAccess([conversation], [], 'a')
tell('granted')
let high = store.position(conversationId)?.high ?? 0
while (high < log.length) {
  const page = log.slice(high, high + 1 + known.example.random.int(30))
  store.applyEvents(conversationId, page)
  high = page.at(-1)?.seq ?? high
  tell(`high ${high}`)
  const clientId = known.example.id('message')
  store.enqueue(conversationId, { type: 'message', clientId, body: clientId, createdAtMs: high })
  tell(`queued ${clientId}`)
}
tell('done')
store.close()
