// Owns what must be true of a world at rest: each desktop's store against the server's log.
// Always holds: looks only; answers the first thing that is wrong, in words without message text.

import type { ConversationEvent, ConversationId } from '../shared/model.ts'
import type { Member, World } from './world.ts'

/** The first broken promise; undefined where all are kept. `reads`: compare unread counts as well. */
export function checkWorld(world: World, { reads }: { readonly reads: boolean }): string | undefined {
  const logs = new Map(
    world.server.view.conversations().map(({ conversationId }) => [conversationId, world.server.log(conversationId)]),
  )
  for (const member of world.members) {
    const problem =
      checkDirectory(world, member) ??
      checkConversations(world, member, logs, reads) ??
      checkWritten(world, member, logs)
    if (problem) return `${member.userName}: ${problem}`
  }
  return undefined
}

function storeOf({ desktop }: Member) {
  const store = desktop?.store()
  if (!store || !desktop) throw new Error('no store')
  return { store, sending: desktop.session.sending() }
}

function checkDirectory({ server }: World, member: Member): string | undefined {
  const { store } = storeOf(member)
  const known = store.listPeople().map((person) => person.userName)
  const there = server.view.users().map((row) => row.userName)
  return known.sort().join() === there.sort().join() ? undefined : `knows ${known} of ${there}`
}

function checkConversations(
  { server }: World,
  member: Member,
  logs: ReadonlyMap<ConversationId, readonly ConversationEvent[]>,
  reads: boolean,
): string | undefined {
  const { store, sending } = storeOf(member)
  if (store.queued() > 0) return `${store.queued()} messages are left in the outbox`
  if (sending.size > 0) return `${sending.size} messages count as under way`
  const listed = new Map(store.listConversations(sending).map((view) => [view.conversationId, view]))
  const viewable = server.viewableBy(member.userId)
  if ([...listed.keys()].sort().join() !== [...viewable].sort().join())
    return `sees ${listed.size} conversations of ${viewable.size}`
  for (const conversationId of viewable) {
    const log = logs.get(conversationId) ?? []
    const problem = comparePages(member, conversationId, log)
    if (problem) return `${conversationId}: ${problem}`
    const unread = unreadOf(server.view.readSeq(member.userId, conversationId), member, log)
    if (reads && listed.get(conversationId)?.unread !== unread)
      return `${conversationId}: ${listed.get(conversationId)?.unread} unread, not ${unread}`
  }
  return undefined
}

/** Messages of others past what this user has read or written. */
function unreadOf(readSeq: number, { userId }: Member, log: readonly ConversationEvent[]): number {
  const isMessage = (event: ConversationEvent) => event.content.type === 'message'
  const own = log.findLast((event) => isMessage(event) && event.actorId === userId)?.seq ?? 0
  const upTo = Math.max(readSeq, own)
  return log.filter((event) => event.seq > upTo && isMessage(event) && event.actorId !== userId).length
}

/** Reads every page as the window would, and compares it event by event. */
function comparePages(
  member: Member,
  conversationId: ConversationId,
  log: readonly ConversationEvent[],
): string | undefined {
  const { store, sending } = storeOf(member)
  const position = store.position(conversationId)
  if (position?.high !== log.length) return `cached up to ${position?.high} of ${log.length}`
  let expected = log.length
  let before: number | undefined
  do {
    const page = store.readPage(conversationId, before, 100, sending)
    if (!page.ok) return `a page does not open: ${page.error.code}`
    for (const message of page.value.messages.reverse()) {
      const event = log[expected - 1]
      if (message.seq !== expected || !event) return `seq ${message.seq} where ${expected} belongs`
      if (message.senderId !== event.actorId || message.atMs !== event.atMs) return `seq ${expected} is another's`
      if (
        event.content.type === 'message' &&
        (message.content.type !== 'text' || message.content.text !== event.content.body)
      )
        return `seq ${expected} has another text`
      expected -= 1
    }
    before = page.value.before
  } while (before !== undefined)
  return expected === 0 ? undefined : `nothing below ${expected}`
}

/** Every message that was written arrived, once, and in the order in which it was written. */
function checkWritten(
  { removed }: World,
  { userId, written }: Member,
  logs: ReadonlyMap<ConversationId, readonly ConversationEvent[]>,
): string | undefined {
  for (const [conversationId, log] of logs) {
    const arrived = log.flatMap(({ content }) => (content.type === 'message' ? [content.clientId as string] : []))
    if (new Set(arrived).size !== arrived.length) return `${conversationId}: a message stands in the log twice`
    const mine = written.filter((message) => message.conversationId === conversationId).map((m) => m.clientId as string)
    const wanted = new Set(mine)
    const found = arrived.filter((clientId) => wanted.has(clientId))
    const there = new Set(found)
    // What waited when access was lost is gone with it, by design; order holds for what did arrive.
    const expected = removed.has(`${userId} ${conversationId}`) ? mine.filter((clientId) => there.has(clientId)) : mine
    if (found.join() !== expected.join())
      return `${conversationId}: of ${mine.length} written, ${found.length} arrived, or not in order`
  }
  return undefined
}
