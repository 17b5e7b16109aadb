// Owns the server of the benchmark `loop`: the product's own, in a process of its own, with a history to catch up on.
// Always holds: the client meets it over its socket only. Told `append`, it adds as many messages again to the same
// conversations, as people do while a desktop is shut. Ends with its parent.
// Usage (with an IPC channel): loop-server.program.ts COUNT DIR

import { join } from 'node:path'
import { createSystemRandom } from '../server/clock.ts'
import { appendContent } from '../server/conversations/events.ts'
import { createKeys } from '../server/keys.ts'
import { createSealing } from '../server/sealing.ts'
import { createServer } from '../server/server.ts'
import { openSqliteStore } from '../server/store/sqlite.ts'
import { makeId } from '../shared/model.ts'
import { FailureError, type Result } from '../shared/result.ts'
import { sampleBodies } from './sample-messages.ts'

export type ToServer = { readonly type: 'append' }
export type FromServer =
  | {
      readonly type: 'listening'
      readonly url: string
      /** Two codes for the same reader's desktops. */
      readonly code: string
      readonly otherCode: string
    }
  /** The head of each conversation before. */
  | { readonly type: 'appended'; readonly headsBefore: Readonly<Record<string, number>> }

const DAY_MS = 86_400_000

const [countText = '', dir = ''] = process.argv.slice(2)
const count = Number(countText)
const random = createSystemRandom()
const keys = await createKeys(random)
const store = must(openSqliteStore(join(dir, 'server.db')))
const server = await createServer({ store, keys })
const names = ['reader', ...Array.from({ length: 9 }, (_, i) => `writer.${i}`)]
const writers = names.slice(1)
const createdAtMs = Date.now() - DAY_MS
must(
  server.importHistory({
    people: names.map((userName) => ({ userName, displayName: userName })),
    conversations: sampleBodies(count, 1).map((bodies, i) => ({
      key: `c${i}`,
      kind: 'group' as const,
      name: `項目 ${i}`,
      members: names,
      createdBy: writers[0] ?? '',
      createdAtMs,
      messages: bodies.map((body, n) => ({
        by: writers[n % writers.length] ?? '',
        atMs: createdAtMs + Math.floor((n / bodies.length) * (DAY_MS / 2)),
        body,
      })),
      unreadFor: { reader: bodies.length },
    })),
  }),
)
const newCode = () => must(server.admin.createEnrolment({ user: 'reader' })).code
tell({ type: 'listening', url: server.url, code: newCode(), otherCode: newCode() })

process.on('message', (message: ToServer) => {
  if (message.type === 'append') append()
})
process.once('disconnect', () => void server.close().finally(() => process.exit(0)))

function append(): void {
  const sealing = createSealing(keys.masterKey, random)
  const conversations = must(server.admin.listConversations({}))
  const writer = must(server.admin.listUsers({})).find((user) => user.userName === writers[0])
  if (!writer) throw new Error('writer')
  const more = sampleBodies(count, 2)
  store.transact((tx) => {
    for (const [i, bodies] of more.entries()) {
      const conversationId = conversations[i % conversations.length]?.id
      if (!conversationId) throw new Error('conversation')
      for (const body of bodies) {
        const clientId = makeId('message', random(20))
        const message = {
          conversationId,
          actorId: writer.id,
          atMs: Date.now(),
          clientId,
          kind: 'message',
          targetSeq: undefined,
        }
        appendContent(tx, sealing, { ...message, json: JSON.stringify({ type: 'message', clientId, body }) })
      }
    }
  })
  tell({ type: 'appended', headsBefore: Object.fromEntries(conversations.map(({ id, headSeq }) => [id, headSeq])) })
}

function tell(message: FromServer): void {
  process.send?.(message)
}

function must<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new FailureError(result.error)
}
