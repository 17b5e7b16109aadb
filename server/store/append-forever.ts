// Owns a program for sqlite.test.ts: appends batches to a database, prints each committed seq, and is killed meanwhile.
// Must never be imported.

import { writeSync } from 'node:fs'
import { conversationIdSchema, userIdSchema } from '../../shared/model.ts'
import { openSqliteStore } from './sqlite.ts'

const [path = '', conversation, user] = process.argv.slice(2)
const opened = openSqliteStore(path)
if (!opened.ok) throw new Error(opened.error.code)
const conversationId = conversationIdSchema.parse(conversation)
const actorId = userIdSchema.parse(user)
for (;;) {
  let seq = 0
  opened.value.transact((tx) => {
    for (let i = 0; i < 20; i++) {
      const seal = (place: number) => Buffer.alloc(2000, place & 255)
      const event = {
        conversationId,
        actorId,
        atMs: 1,
        deviceId: undefined,
        clientId: undefined,
        kind: 'message',
        targetSeq: undefined,
        seal,
      }
      seq = tx.appendEvent(event).seq
    }
  })
  writeSync(1, `${seq}\n`)
}
