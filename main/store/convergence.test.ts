// Owns the proof that what a cache shows is a function of the log, the read marks and the settings: whatever the order of
// pages, and whether the server had taken deleted words out of them, against a plain reading of the whole log.

import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { ConversationEvent, ConversationInfo, ConversationPrefs, Mention, UserId } from '../../shared/model.ts'
import { exampleCache, nothingLive, openCache } from '../../testing/caches.ts'
import { createExample } from '../../testing/example.ts'
import { type Cipher, createCipher } from '../vault/cipher.ts'
import type { Store } from './store.ts'

let cipher: Cipher
beforeAll(async () => {
  cipher = await createCipher()
})

const known = exampleCache(71, 1, 0)
const people = known.people.map((person, i) => ({ ...person, department: i % 2 === 0 ? 'Legal' : 'IT' }))
const { self } = known
const userIds = people.map(({ userId }) => userId)
const base = known.conversations[0]!
const { conversationId } = base

const naming = fc.constantFrom('nobody', 'me', 'another', 'everyone', 'department')
type Naming = typeof naming extends fc.Arbitrary<infer T> ? T : never
const who = fc.nat(userIds.length - 1)
const at = fc.nat(100)
const act = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('message' as const), who, at, naming, reply: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('edited' as const), who, at, naming }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('deleted' as const), who, at }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('reacted' as const),
      who,
      at,
      emoji: fc.constantFrom('👍', '🎉'),
      on: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('joined' as const), who }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('left' as const), who }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('changed' as const), who, name: fc.constantFrom('a', 'b', undefined) }),
  },
)
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never

function mentionsOf(naming: Naming): Mention[] {
  const span = { start: 0, end: 2 }
  if (naming === 'me') return [{ type: 'person', userId: self, ...span }]
  if (naming === 'another') return [{ type: 'person', userId: known.other, ...span }]
  if (naming === 'everyone') return [{ type: 'everyone', ...span }]
  return naming === 'department' ? [{ type: 'department', department: 'Legal', ...span }] : []
}

/** A log as a server would hold it. */
function logOf(acts: readonly Act[]): ConversationEvent[] {
  const example = createExample(72)
  const log: ConversationEvent[] = []
  const messages: { seq: number; isReply: boolean }[] = []
  const targetOf = (at: number) => messages[at % Math.max(1, messages.length)]?.seq ?? 1
  for (const [i, next] of acts.entries()) {
    const seq = i + 1
    const actorId = userIds[next.who]!
    const event = (content: ConversationEvent['content']) =>
      log.push(example.event({ conversationId, seq, atMs: seq * 1000, actorId, content }))
    if (next.type === 'message') {
      const roots = messages.filter(({ isReply }) => !isReply)
      const threadSeq = next.reply ? roots[next.at % Math.max(1, roots.length)]?.seq : undefined
      messages.push({ seq, isReply: threadSeq !== undefined })
      const body = `@x words of ${seq}`
      const mentions = mentionsOf(next.naming)
      event(
        example.messageContent({
          body,
          ...(mentions.length > 0 && { mentions }),
          ...(threadSeq !== undefined && { threadSeq }),
        }),
      )
    } else if (next.type === 'edited') {
      const mentions = mentionsOf(next.naming)
      event({
        type: 'edited',
        targetSeq: targetOf(next.at),
        body: `@x edit by ${seq}`,
        ...(mentions.length > 0 && { mentions }),
      })
    } else if (next.type === 'deleted') event({ type: 'deleted', targetSeq: targetOf(next.at) })
    else if (next.type === 'reacted')
      event({ type: 'reacted', targetSeq: targetOf(next.at), emoji: next.emoji, on: next.on })
    else if (next.type === 'joined') event({ type: 'joined', userIds: [actorId] })
    else if (next.type === 'left') event({ type: 'left', userId: actorId })
    else event({ type: 'changed', ...(next.name !== undefined && { name: next.name }) })
  }
  return log
}

const deletedIn = (log: readonly ConversationEvent[]) =>
  new Set(
    log.flatMap(({ seq, content }) =>
      content.type === 'deleted' && Number(content.targetSeq) < seq ? [Number(content.targetSeq)] : [],
    ),
  )

/** The page as a server gives it once the deletions of the log have happened. */
function redacted(page: readonly ConversationEvent[], log: readonly ConversationEvent[]): ConversationEvent[] {
  const gone = deletedIn(log)
  return page.map((event) => {
    const { content, seq } = event
    const isGone =
      content.type === 'message' ? gone.has(seq) : content.type === 'edited' && gone.has(Number(content.targetSeq))
    if (!isGone) return event
    const { clientId, threadSeq } = content
    return {
      ...event,
      content: {
        type: 'redacted',
        was: content.type,
        ...(clientId !== undefined && { clientId }),
        ...(threadSeq !== undefined && { threadSeq }),
      },
    }
  })
}

/** Counts by reading the whole log. */
function naiveCounts(log: readonly ConversationEvent[], readSeq: number, prefs: ConversationPrefs) {
  const gone = deletedIn(log)
  const own = log.filter((e) => e.actorId === self && e.content.type === 'message' && e.content.threadSeq === undefined)
  const read = Math.max(readSeq, ...own.map(({ seq }) => seq))
  const isUnread = ({ seq }: ConversationEvent) =>
    seq > read || seq >= (prefs.unreadFromSeq ?? Number.POSITIVE_INFINITY)
  const unread = log.filter(
    (e) => e.content.type === 'message' && e.actorId !== self && !gone.has(e.seq) && isUnread(e),
  )
  const mentions = unread.filter(({ seq, content }) => {
    const edit = log.findLast((e) => e.seq > seq && e.content.type === 'edited' && e.content.targetSeq === seq)
    const named = ((edit ?? { content }).content.mentions ?? []) as Mention[]
    return named.some(
      (m) => m.type === 'everyone' || (m.type === 'person' ? m.userId === self : m.department === 'Legal'),
    )
  })
  return { unread: unread.length, mentions: mentions.length }
}

/** The conversation as it is after the first `seq` events. */
function infoAt(log: readonly ConversationEvent[], seq: number): ConversationInfo {
  const members = new Set<UserId>(userIds)
  let { name } = base
  for (const { content } of log.slice(0, seq)) {
    if (content.type === 'joined') for (const id of content.userIds as UserId[]) members.add(id)
    if (content.type === 'left') members.delete(content.userId as UserId)
    if (content.type === 'changed') name = (content.name as string | undefined) ?? name
  }
  return { ...base, name, memberIds: [...members], asOfSeq: seq }
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom('up' as const, 'down' as const),
      count: fc.integer({ min: 1, max: 12 }),
      redacted: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('read' as const),
      seq: fc.nat(60),
      by: fc.constantFrom('server' as const, 'user' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('prefs' as const),
      by: fc.constantFrom('server' as const, 'user' as const),
      unreadFromSeq: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('grant' as const), asOf: fc.nat(60) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function play(log: readonly ConversationEvent[], asOf: number, first: number, steps: readonly Step[]): Store {
  const store = openCache({ cipher, self })
  store.applyDirectory(people, 'd')
  store.applyAccess([infoAt(log, Math.min(asOf, log.length))], [], 'a')
  const apply = (from: number, to: number, isRedacted: boolean) => {
    const page = log.slice(from - 1, to)
    if (page.length > 0)
      expect(store.applyEvents(conversationId, isRedacted ? redacted(page, log) : page).type).toBe('applied')
  }
  const start = 1 + (first % log.length)
  apply(start, start, false)
  const all: readonly Step[] = [
    ...steps,
    { type: 'up', count: log.length, redacted: true },
    { type: 'down', count: log.length, redacted: true },
  ]
  for (const next of all) {
    const { low, high } = store.position(conversationId)!
    if (next.type === 'up' || next.type === 'down') {
      const [from, to] = next.type === 'up' ? [high + 1, high + next.count] : [Math.max(1, low - next.count), low - 1]
      apply(from, to, next.redacted)
    } else if (next.type === 'read') store.applyRead(conversationId, Math.min(next.seq, log.length), next.by)
    else if (next.type === 'grant') store.applyAccess([infoAt(log, Math.min(next.asOf, log.length))], [], 'a')
    else if (next.type === 'prefs') {
      const { unreadFromSeq } = next
      if (next.by === 'user') store.wantPrefs(conversationId, { unreadFromSeq: unreadFromSeq ?? null })
      const prefs = { muted: false, pinned: false, ...(unreadFromSeq !== undefined && { unreadFromSeq }) }
      if (next.by === 'server') store.applyPrefs([{ conversationId, prefs }])
    }
  }
  return store
}

/** Both devices hear from the server what the other has read and set. */
function agree(stores: readonly Store[], log: readonly ConversationEvent[], prefs: ConversationPrefs): number {
  const own = log.filter((e) => e.actorId === self && e.content.type === 'message' && e.content.threadSeq === undefined)
  // Without a mark of unread, what is shown as read is what was read.
  for (const store of stores) store.wantPrefs(conversationId, { unreadFromSeq: null })
  const readSeq = Math.max(
    0,
    ...own.map(({ seq }) => seq),
    ...stores.map((store) => store.conversation(conversationId)!.readSeq),
  )
  for (const store of stores) {
    store.applyReads([{ conversationId, readSeq }])
    store.wantPrefs(conversationId, { ...prefs, unreadFromSeq: prefs.unreadFromSeq ?? null })
    store.applyPrefs([{ conversationId, prefs }])
  }
  return readSeq
}

function shown(store: Store, log: readonly ConversationEvent[]) {
  const [listed] = store.listConversations(nothingLive)
  const { slot, low, high } = store.slots()[0]!
  const page = store.readPage(conversationId, undefined, 200, nothingLive)
  return {
    listed: { ...listed, memberIds: [...listed!.memberIds].sort() },
    page: page.ok && { ...page.value, readers: [] },
    threads: log.map(({ seq }) => store.readThread(conversationId, seq, nothingLive)),
    edits: log.map(({ seq }) => store.readEdits(conversationId, seq)),
    entries: store.indexWork(slot, low, high).entries.toSorted((a, b) => a.seq - b.seq),
  }
}

test('[STR100] whatever the order of pages, two caches of one person show the same, counts and names included', () => {
  fc.assert(
    fc.property(
      fc.array(act, { minLength: 1, maxLength: 40 }),
      fc.array(step, { maxLength: 16 }),
      fc.array(step, { maxLength: 16 }),
      fc.record({
        asOf: fc.nat(40),
        first: fc.nat(40),
        unreadFromSeq: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
      }),
      (acts, stepsA, stepsB, { asOf, first, unreadFromSeq }) => {
        const log = logOf(acts)
        const stores = [play(log, asOf, first, stepsA), play(log, log.length, 0, stepsB)]
        const prefs: ConversationPrefs = {
          muted: false,
          pinned: true,
          ...(unreadFromSeq !== undefined && { unreadFromSeq }),
        }
        const readSeq = agree(stores, log, prefs)
        const [a, b] = stores.map((store) => shown(store, log))
        expect(a).toEqual(b)
        expect(a!.listed).toMatchObject(naiveCounts(log, readSeq, prefs))
        const info = infoAt(log, log.length)
        expect(a!.listed).toMatchObject({ name: info.name, memberIds: [...info.memberIds].sort() })
        for (const store of stores) store.close()
      },
    ),
    { numRuns: 120 },
  )
})
