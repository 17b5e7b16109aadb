// Owns what must be true of a world at rest: what each desktop shows against the server's log, by way of the reference.
// Always holds: looks only; answers the first thing that is wrong, in words without message text.

import { isDeepStrictEqual } from 'node:util'
import type { Store } from '../main/store/store.ts'
import type { ConversationView, MessageView } from '../shared/bridge.ts'
import { limits } from '../shared/limits.ts'
import { type ConversationEvent, type ConversationId, defaultPrefs, type KnownContent } from '../shared/model.ts'
import type { World } from './world.ts'
import { liveOf, type Member, type Written } from './world-deeds.ts'
import { type Reader, type Reference, referenceOf, type Whole, wholeOf } from './world-reference.ts'

type Log = readonly ConversationEvent[]
type Logs = ReadonlyMap<ConversationId, Log>

/** Refusals that people can meet with what they do here. */
const refusals: ReadonlySet<string> = new Set([
  'bad-input',
  'not-allowed',
  'conversation-archived',
  'message-deleted',
  'policy-forbids',
])

/** The first broken promise; undefined where all are kept. */
export function checkWorld(world: World): string | undefined {
  const logs: Logs = new Map(
    world.server.view.conversations().map(({ conversationId }) => [conversationId, world.server.log(conversationId)]),
  )
  for (const [conversationId, log] of logs) {
    const problem = checkLog(world, conversationId, log)
    if (problem) return `the log of ${conversationId}: ${problem}`
  }
  for (const member of world.members) {
    const problem = checkMember(world, member, logs)
    if (problem) return `${member.userName} on ${member.desktop.index}: ${problem}`
  }
  return checkWanted(world)
}

/** What the server says of a conversation is what its log says; nothing stands there twice. */
function checkLog({ server }: World, conversationId: ConversationId, log: Log): string | undefined {
  const row = server.view.conversation(conversationId)
  if (!row) return 'no such conversation'
  const whole = wholeOf(log)
  if (!log.every(({ seq }, i) => seq === i + 1)) return 'a gap'
  if (!log.every(({ atMs }, i) => atMs >= (log[i - 1]?.atMs ?? 0))) return 'time goes back'
  if (differs(sorted(server.view.memberIdsOf(conversationId)), sorted(whole.memberIds))) return 'other members'
  if (row.name !== whole.name || row.archived !== whole.archived) return 'another name or state'
  if ((whole.topic ?? row.topic ?? '') !== (row.topic ?? '')) return 'another topic'
  if ((whole.isOpen ?? row.isOpen) !== row.isOpen) return 'open, or not'
  const arrived = log.flatMap(({ content }) => (typeof content.clientId === 'string' ? [content.clientId] : []))
  return new Set(arrived).size === arrived.length ? undefined : 'something stands there twice'
}

interface Shown {
  readonly member: Member
  readonly store: Store
  readonly log: Log
  readonly reference: Reference
  readonly view: ConversationView
  /** What was refused and waits for its user. */
  readonly failed: readonly Written[]
}

function checkMember(world: World, member: Member, logs: Logs): string | undefined {
  const { server } = world
  const store = member.desktop.store()
  const running = member.desktop.running
  if (!store || !running) return 'not running'
  if (running.session.sending().size > 0) return `${running.session.sending().size} entries count as under way`
  const directory = sorted(store.listPeople().map((person) => `${person.userName} ${person.department}`))
  if (differs(directory, sorted(server.view.users().map((row) => `${row.userName} ${row.department}`))))
    return `another directory: ${directory} not ${sorted(server.view.users().map((row) => `${row.userName} ${row.department}`))}`
  const listed = new Map(store.listConversations(liveOf(new Set())).map((view) => [view.conversationId, view]))
  const viewable = server.viewableBy(member.userId)
  if (differs(sorted([...listed.keys()]), sorted([...viewable])))
    return `sees ${listed.size} conversations of ${viewable.size}`
  let failures = 0
  for (const [conversationId, view] of listed) {
    const log = logs.get(conversationId) ?? []
    const failed = member.written.filter(
      (each) => each.conversationId === conversationId && store.outboxEntry(each.clientId) !== undefined,
    )
    failures += failed.length
    const reference = referenceOf(log, readerOf(world, member, conversationId))
    const problem = checkConversation(world, { member, store, log, reference, view, failed })
    if (problem) return `${conversationId}: ${problem}`
  }
  if (store.queued() !== failures) return `${store.queued()} entries are in the outbox, not ${failures}`
  if (store.unread() !== badge([...listed.values()])) return 'another badge'
  return checkWritten(member, store, logs) ?? checkFounded(world, member)
}

const badge = (views: readonly ConversationView[]) =>
  views.reduce((sum, { muted, unread, mentions }) => sum + (muted ? mentions : unread), 0)

function readerOf({ server }: World, { userId }: Member, conversationId: ConversationId): Reader {
  const people = new Map(server.view.users().map((row) => [row.userId, row]))
  const viewable = server.viewableBy(userId)
  return {
    userId,
    department: people.get(userId)?.department,
    nameOf: (id) => people.get(id)?.displayName ?? '—',
    sees: (id) => viewable.has(id as ConversationId),
    readSeq: server.view.readSeq(userId, conversationId),
    prefs: server.view.prefs(userId, conversationId) ?? defaultPrefs,
  }
}

function checkConversation(world: World, shown: Shown): string | undefined {
  const { store, log, view } = shown
  const position = store.position(view.conversationId)
  if (position?.low !== 1 || position.high !== log.length) return `cached up to ${position?.high} of ${log.length}`
  return (
    checkView(world, shown) ??
    checkTimeline(shown) ??
    checkThreads(shown) ??
    checkVersions(shown) ??
    checkFailed(shown) ??
    checkReaders(world, shown)
  )
}

/** The line of the list. */
function checkView({ server }: World, { member, reference, log, view, failed }: Shown): string | undefined {
  const row = server.view.conversation(view.conversationId)
  if (!row) return 'no such conversation'
  const whole: Whole = wholeOf(log)
  const reader = readerOf({ server, members: [] }, member, view.conversationId)
  const topic = whole.topic ?? row.topic ?? ''
  const ownerId = row.kind === 'direct' ? undefined : whole.founderId
  const otherId = whole.memberIds.find((id) => id !== member.userId)
  const isMessageLeft = failed.some(({ record }) => record.type === 'message')
  const { last, counts } = reference
  // What was begun goes with a conversation that is lost, also where it comes back.
  const begun = member.drafts.has(view.conversationId) ? member.drafts.get(view.conversationId) : ''
  const draft = begun === undefined || hasLost(log, member.userId) ? view.draft : begun
  const expected = {
    kind: row.kind,
    name: row.kind === 'direct' ? reader.nameOf(otherId ?? member.userId) : whole.name,
    topic: topic === '' ? undefined : topic,
    memberIds: sorted(whole.memberIds),
    ownerId: ownerId && whole.memberIds.includes(ownerId) ? ownerId : undefined,
    isOpen: whole.isOpen ?? row.isOpen,
    archived: whole.archived,
    muted: reader.prefs.muted,
    pinned: reader.prefs.pinned,
    unread: counts.unread,
    mentions: counts.mentions,
    firstUnreadSeq: counts.firstUnreadSeq,
    queued: 0,
    failed: failed.length,
    draft: draft === '' ? undefined : draft,
    last: isMessageLeft ? undefined : last,
  }
  const actual = {
    kind: view.kind,
    name: view.name,
    topic: view.topic,
    memberIds: sorted(view.memberIds),
    ownerId: view.ownerId,
    isOpen: view.isOpen,
    archived: view.archived,
    muted: view.muted,
    pinned: view.pinned,
    unread: view.unread,
    mentions: view.mentions,
    firstUnreadSeq: view.firstUnreadSeq,
    queued: view.queued,
    failed: view.failed,
    draft: view.draft,
    last:
      isMessageLeft || !view.lastMessage
        ? undefined
        : { atMs: view.lastAtMs, senderId: view.lastMessage.senderId, text: view.lastMessage.text },
  }
  const wrong = (Object.keys(expected) as (keyof typeof expected)[]).find((key) => differs(actual[key], expected[key]))
  return wrong && `the list has ${wrong} ${JSON.stringify(actual[wrong])}, not ${JSON.stringify(expected[wrong])}`
}

/** Pages of sizes that meet every border sooner or later. */
const pageSizes = [7, 50, limits.pageMessages] as const

/** Reads every page as the window would, and compares them row by row. */
function checkTimeline({ member, store, log, reference, view, failed }: Shown): string | undefined {
  const { conversationId } = view
  const limit = pageSizes[(log.length + member.desktop.index) % pageSizes.length] as number
  const rows: MessageView[] = []
  let before: number | undefined
  do {
    const page = store.readPage(conversationId, before, limit, liveOf(new Set()))
    if (!page.ok) return `a page does not open: ${page.error.code}`
    if (page.value.readSeq !== reference.unreadFrom - 1)
      return `read up to ${page.value.readSeq}, not ${reference.unreadFrom - 1}`
    if (before !== undefined && page.value.before !== undefined && page.value.before >= before) return 'pages go round'
    rows.unshift(...page.value.messages)
    before = page.value.before
  } while (before !== undefined)
  const waiting = failed.filter(({ record }) => record.type === 'message' && record.threadSeq === undefined)
  const shownWaiting = rows.splice(rows.length - waiting.length)
  if (
    differs(
      shownWaiting.map(({ key }) => key),
      waiting.map(({ clientId }) => clientId as string),
    )
  )
    return 'what waits does not end the timeline'
  return compareRows(rows, reference.timeline)
}

function compareRows(rows: readonly MessageView[], expected: readonly MessageView[]): string | undefined {
  if (rows.length !== expected.length) {
    const at = expected.findIndex(({ key }, i) => rows[i]?.key !== key)
    return `${rows.length} rows, not ${expected.length}; the first that differs is ${rows[at]?.key ?? '—'}, not ${expected[at]?.key}`
  }
  for (const [i, row] of rows.entries()) {
    const wanted = expected[i] as MessageView
    const { pending: _, ...shown } = row
    if (differs(shown, wanted)) return `row ${row.key} differs: ${difference(shown, wanted)}`
  }
  return undefined
}

function checkThreads({ store, reference, view, failed }: Shown): string | undefined {
  for (const [rootSeq, { root, replies }] of reference.threads) {
    const thread = store.readThread(view.conversationId, rootSeq, liveOf(new Set()))
    if (!thread.ok) return `the thread of ${rootSeq} does not open: ${thread.error.code}`
    const waiting = failed.filter(({ record }) => record.type === 'message' && record.threadSeq === rootSeq)
    const shown = thread.value.replies.slice(0, thread.value.replies.length - waiting.length)
    const problem = compareRows(thread.value.root ? [thread.value.root, ...shown] : shown, [root, ...replies])
    if (problem) return `the thread of ${rootSeq}: ${problem}`
    if (thread.value.olderUnavailable) return `the thread of ${rootSeq} is not whole`
  }
  return undefined
}

function checkVersions({ store, reference, view }: Shown): string | undefined {
  for (const [seq, versions] of reference.versions) {
    const edits = store.readEdits(view.conversationId, seq)
    if (!edits.ok || differs(edits.value.versions, versions)) return `other versions of ${seq}`
  }
  for (const seq of reference.deleted) {
    const edits = store.readEdits(view.conversationId, seq)
    if (edits.ok || edits.error.code !== 'message-deleted') return `versions of ${seq}, which is deleted`
  }
  return undefined
}

/** What was refused is shown with the reason: a message in its place, an act on its message. */
function checkFailed({ store, view, failed, reference }: Shown): string | undefined {
  for (const { clientId, record } of failed) {
    const failure = store.outboxEntry(clientId)?.record.failure
    if (!failure) return `${clientId} waits and was not refused`
    if (!refusals.has(failure.code)) return `${clientId} was refused with ${failure.code}`
    const isShown = record.type === 'act' ? isActShown(store, view, record.act.targetSeq, reference) : true
    if (!isShown) return `the refusal of ${clientId} is not shown on its message`
  }
  return undefined
}

function isActShown(
  store: Store,
  view: ConversationView,
  targetSeq: number,
  { timeline, threads }: Reference,
): boolean {
  const replies = [...threads.values()].flatMap((thread) => thread.replies)
  const target = [...timeline, ...replies].find(({ seq }) => seq === targetSeq)
  if (!target || target.content.type === 'notice') return true
  const { conversationId } = view
  const rows =
    target.threadSeq === undefined
      ? store.readPage(conversationId, targetSeq + 1, 1, liveOf(new Set()))
      : store.readThread(conversationId, target.threadSeq, liveOf(new Set()))
  if (!rows.ok) return false
  const messages = 'messages' in rows.value ? rows.value.messages : rows.value.replies
  return messages.find(({ seq }) => seq === targetSeq)?.pending?.failure !== undefined
}

/** How far the others have read, of the conversation that the desktop looks at. */
function checkReaders({ server }: World, { member, store, view }: Shown): string | undefined {
  if (member.watched !== view.conversationId) return undefined
  const page = store.readPage(view.conversationId, undefined, 1, liveOf(new Set()))
  const told = page.ok ? page.value.readers : []
  const line = ({ userId, seq }: { userId: string; seq: number }) => `${userId} ${seq}`
  const there = server.view
    .readsOf(view.conversationId)
    .filter(({ userId }) => userId !== member.userId && view.memberIds.includes(userId))
  return differs(sorted(told.map(line)), sorted(there.map(line)))
    ? `others have read up to ${told.map(line)}, not ${there.map(line)}`
    : undefined
}

/** Everything written arrived once, as it was written and in that order; or its refusal is shown; or it was taken back. */
function checkWritten({ userId, written }: Member, store: Store, logs: Logs): string | undefined {
  for (const [conversationId, log] of logs) {
    const arrived = new Map(log.map((event) => [event.content.clientId, event]))
    const lost = hasLost(log, userId)
    let seqBefore = 0
    for (const each of written.filter((one) => one.conversationId === conversationId)) {
      const event = arrived.get(each.clientId)
      const isKept = store.outboxEntry(each.clientId) !== undefined
      if (event && isKept) return `${each.clientId} arrived and is still in the outbox`
      // What waited when access was lost is gone with it, by design.
      if (!event && !isKept && !each.isDiscarded && !each.isDoubtful && !lost) return `${each.clientId} is lost`
      if (!event) continue
      if (!isAsWritten(event, each, userId)) return `${each.clientId} says something else than was written`
      if (each.isRetried) continue
      if (event.seq < seqBefore) return `${each.clientId} arrived before what was written earlier`
      seqBefore = event.seq
    }
  }
  return undefined
}

function isAsWritten({ actorId, content: said }: ConversationEvent, { record }: Written, userId: string): boolean {
  const content = said as KnownContent
  if (actorId !== userId) return false
  if (record.type === 'message') {
    if (content.type !== 'message') return false
    const { body, isFallback, mentions, threadSeq, quoteSeq } = record
    const isSameBody = isFallback ? content.isFallback === true : content.body === body
    const isSamePlace = content.threadSeq === threadSeq && content.quoteSeq === quoteSeq
    return isSameBody && isSamePlace && !differs(content.mentions, mentions) && !content.forwarded === !record.forward
  }
  const { act } = record
  const types = { edit: 'edited', delete: 'deleted', react: 'reacted' } as const
  if (content.type !== types[act.type] || !('targetSeq' in content) || content.targetSeq !== act.targetSeq) return false
  if (act.type === 'edit') return content.type === 'edited' && content.body === act.body
  return act.type !== 'react' || (content.type === 'reacted' && content.emoji === act.emoji && content.on === act.on)
}

/** Asked for twice, made once. */
function checkFounded({ server }: World, { founded }: Member): string | undefined {
  for (const [clientId, made] of founded) {
    if (made.size > 1) return `${clientId} has made ${made.size} conversations`
    for (const conversationId of made) if (!server.view.conversation(conversationId)) return `${clientId} has made none`
  }
  return undefined
}

/** Settings that only one desktop of a person has changed are as they were wanted there; nobody has read less than they did. */
function checkWanted({ server, members }: World): string | undefined {
  for (const member of members) {
    const { userId, desktop } = member
    const lost = (conversationId: ConversationId) => hasLost(server.log(conversationId), userId)
    const others = members.filter((other) => other.userId === userId && other !== member)
    for (const [conversationId, wanted] of member.wanted) {
      if (!wanted || lost(conversationId) || others.some((other) => other.wanted.has(conversationId))) continue
      const kept = server.view.prefs(userId, conversationId) ?? defaultPrefs
      if (differs({ ...kept }, { ...wanted }))
        return `${member.userName} on ${desktop.index}: ${conversationId}: ${JSON.stringify(kept)}, wanted ${JSON.stringify(wanted)}`
    }
    for (const [conversationId, seq] of member.read) {
      const known = server.view.readSeq(userId, conversationId)
      if (!lost(conversationId) && known < seq)
        return `${member.userName} on ${desktop.index}: ${conversationId}: read to ${seq}, the server knows ${known}`
    }
  }
  return undefined
}

/** This person was out of the conversation at some time: what only their desktops had is gone. */
const hasLost = (log: Log, userId: string): boolean =>
  log.some(({ content }) => content.type === 'left' && content.userId === userId)

const sorted = <T extends string>(list: readonly T[]): T[] => [...list].sort()
const differs = (a: unknown, b: unknown): boolean => !isDeepStrictEqual(a, b)

/** The first field that differs, by its path; values only where they are no text of people's. */
function difference(a: unknown, b: unknown, path = ''): string {
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const [left, right] = [a, b].map((each) => (each as Record<string, unknown>)[key])
      if (differs(left, right)) return difference(left, right, path === '' ? key : `${path}.${key}`)
    }
  }
  return `${path} is ${JSON.stringify(a)}, not ${JSON.stringify(b)}`
}
