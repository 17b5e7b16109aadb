// Owns a program that tests kill: it wipes one conversation in the profile in DIR, and ends itself with SIGKILL at one point.
// Always holds: a line `STEP WHEN` is printed at each point before anything else happens there.
// Usage: node orderly.program.ts DIR [STEP WHEN]

import { writeSync } from 'node:fs'
import { conversations, openOrders, orderConversations, receiptsBeside } from './wipes.ts'

const [dir = '', killStep, killWhen] = process.argv.slice(2)
const opened = await openOrders(dir, {
  deliver: receiptsBeside(dir).deliver,
  probe(step, when) {
    writeSync(1, `${step} ${when}\n`)
    if (step === killStep && when === killWhen) process.kill(process.pid, 'SIGKILL')
  },
})
await opened.openCache()
writeSync(1, 'opened\n')
const conversationIds = conversations.slice(0, 1).map(({ conversationId }) => conversationId)
const { order, jws } = await orderConversations({ scope: { type: 'conversations', conversationIds } })
opened.orders.begin(order, jws)
const store = opened.store()
if (store) opened.orders.destroyIn(store)
await opened.orders.carryOn()
await opened.orders.deliverNow()
opened.close()
