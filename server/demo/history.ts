/**
 * Lays the demo's scripts out over about five months of Hong Kong working time that ends shortly before now.
 * The result is a pure function of (nowMs, seed): ascending times, every author a member, nothing after now.
 * Hand-written pieces keep their place; routine posts give way to them and never repeat a sentence at will.
 */
import type { FileInfo } from '../../shared/model.ts'
import type { PastConversation, PastMention, PastPlace } from '../conversations/import.ts'
import { type DemoChange, thinkAgain } from './afterthoughts.ts'
import type { Span } from './calendar.ts'
import { advance, dayMs, hongKongDate, isWorkingDay, midnightMs, minuteMs, retreat, spansBetween } from './calendar.ts'
import type { ConversationPlan, Routine } from './conversations.ts'
import { conversationPlans } from './conversations.ts'
import type { DemoPerson } from './people.ts'
import { people, staff, userNameOf, workspaceName } from './people.ts'
import { reactionsTo } from './reactions.ts'
import { routinePools } from './routines.ts'
import type { Random, ScriptLine, Tail, Thread } from './script.ts'
import { createRandom, parseScript, seedFrom } from './script.ts'
import { companyThreads } from './threads-company.ts'
import { directThreads } from './threads-direct.ts'
import { groupThreads } from './threads-groups.ts'
import { officeThreads } from './threads-office.ts'
import { seasonThreads } from './threads-season.ts'
import { storeThreads } from './threads-stores.ts'
import { tails as channelTails } from './threads-tail-channels.ts'
import { tails as openTails } from './threads-tail-open.ts'
import { tails as privateTails } from './threads-tail-private.ts'
import { type WrittenMessage, writeMessages } from './written.ts'

export interface DemoMessage {
  /** userName of the author. */
  by: string
  atMs: number
  /** As first sent. */
  body: string
  files?: FileInfo[]
  mentions?: PastMention[]
  /** Places in the conversation's messages, from 0: whose thread it belongs to, what it quotes. */
  threadOf?: number
  quoteOf?: number
  forwarded?: PastPlace
}

export interface DemoConversation extends PastConversation {
  messages: DemoMessage[]
  changes: DemoChange[]
}

export interface Demo {
  workspaceName: string
  people: DemoPerson[]
  /** userNames of the two demo desktops; both are in several conversations together. */
  staff: [string, string]
  conversations: DemoConversation[]
}

export type { DemoPerson } from './people.ts'

const threads: readonly Thread[] = [
  ...companyThreads,
  ...storeThreads,
  ...officeThreads,
  ...groupThreads,
  ...directThreads,
  ...seasonThreads,
]
const tails: readonly Tail[] = [...channelTails, ...privateTails, ...openTails]

/** Bodies longer than this many UTF-16 units count as sentences: they hardly ever recur, as with real people. */
const shortBodyLength = 8
const sentenceLength = 24
const longestThreadMs = 3 * dayMs

/** A run of messages that nothing else may interrupt. */
interface Block {
  startMs: number
  endMs: number
  messages: WrittenMessage[]
}

/** How often each body has been used, over all conversations. */
type Ledger = Map<string, number>

/** The demo workspace as of `nowMs` (Unix milliseconds). The same arguments give the same workspace. */
export function buildDemo(options: { nowMs: number; seed: number }): Demo {
  const ledger: Ledger = new Map()
  const layouts = conversationPlans.map((plan) => createLayout(plan, options))
  // Hand-written text first everywhere, so that a routine post can never use one of its sentences up.
  for (const layout of layouts) placeTail(layout, options.nowMs, ledger)
  for (const thread of threads) {
    const layout = layouts.find((l) => l.plan.key === thread.in)
    if (layout === undefined) throw new Error(`a demo thread is in no conversation: ${thread.in}`)
    placeThread(layout, thread, ledger)
  }
  for (const layout of layouts) {
    for (const routine of layout.plan.routines) placeRoutine(layout, routine, ledger)
  }
  const finished = layouts.map((layout) => toConversation(layout, options))
  passOn(finished)
  return {
    workspaceName,
    people: people.map((p) => ({ ...p })),
    staff: [...staff],
    conversations: finished.map(({ conversation }) => conversation),
  }
}

interface Layout {
  plan: ConversationPlan
  random: Random
  spans: Span[]
  createdAtMs: number
  /** Nothing but the tail is at or after this instant. */
  historyEndMs: number
  blocks: Block[]
  unread: Readonly<Record<string, number>>
}

function createLayout(plan: ConversationPlan, { nowMs, seed }: { nowMs: number; seed: number }): Layout {
  const random = createRandom(seedFrom(`${seed}/${plan.key}`))
  const fromMs = midnightMs(nowMs) - plan.startedDaysAgo * dayMs
  const spans = spansBetween(plan.hours, fromMs, nowMs)
  const first = spans[0]
  if (first === undefined) throw new Error('the demo window holds no working time')
  const createdAtMs = first.startMs + random.integer(1, 40) * minuteMs
  return { plan, random, spans, createdAtMs, historyEndMs: nowMs, blocks: [], unread: {} }
}

interface Finished {
  conversation: DemoConversation
  /** In the order of the conversation's messages. */
  written: readonly WrittenMessage[]
}

function toConversation(layout: Layout, { nowMs, seed }: { nowMs: number; seed: number }): Finished {
  const { plan, createdAtMs, blocks, unread } = layout
  const written = blocks.flatMap((b) => b.messages).sort((a, b) => a.atMs - b.atMs)
  const said = written.map(({ by, atMs, body, mentions, threadOf, quoteOf }): DemoMessage => {
    const place = { by, atMs, body, ...(mentions.length > 0 && { mentions }) }
    if (threadOf !== undefined) return { ...place, threadOf: written.indexOf(threadOf) }
    return quoteOf === undefined ? place : { ...place, quoteOf: written.indexOf(quoteOf) }
  })
  const { messages, changes: own } = thinkAgain(plan.key, said, nowMs)
  const members = plan.members.map(userNameOf)
  const random = createRandom(seedFrom(`${seed}/${plan.key}/reactions`))
  const gone = new Set(own.flatMap((change) => (change.type === 'deleted' ? [change.target] : [])))
  const reacted = written.flatMap((message, target) =>
    reactionsTo(message, members, random, nowMs)
      .filter(() => !gone.has(target))
      .map((reaction): DemoChange => ({ type: 'reacted', target, on: true, ...reaction })),
  )
  const changes = [...own, ...reacted].sort((a, b) => a.atMs - b.atMs)
  const lastMs = Math.max(messages.at(-1)?.atMs ?? createdAtMs, changes.at(-1)?.atMs ?? 0)
  const { pinnedBy = [], mutedBy = [] } = plan
  const prefs = [...new Set([...pinnedBy, ...mutedBy])].map(
    (name) => [userNameOf(name), { pinned: pinnedBy.includes(name), muted: mutedBy.includes(name) }] as const,
  )
  return {
    written,
    conversation: {
      key: plan.key,
      kind: plan.kind,
      ...(plan.name !== undefined && { name: plan.name }),
      ...(plan.topic !== undefined && { topic: plan.topic }),
      ...(plan.space !== undefined && { space: plan.space }),
      members,
      createdBy: userNameOf(plan.createdBy),
      createdAtMs,
      messages,
      changes,
      unreadFor: Object.fromEntries(Object.entries(unread).map(([name, count]) => [userNameOf(name), count])),
      isOpen: plan.isOpen === true,
      ...(plan.isArchived === true && { archivedAtMs: lastMs + 25 * minuteMs }),
      prefs: Object.fromEntries(prefs),
    },
  }
}

/** Finds what is passed on, once every conversation has its messages. */
function passOn(finished: readonly Finished[]): void {
  for (const [at, { conversation, written }] of finished.entries()) {
    for (const [index, { forward, atMs }] of written.entries()) {
      const message = conversation.messages[index]
      if (forward === undefined || message === undefined) continue
      const source = finished.slice(0, at).find((earlier) => earlier.conversation.key === forward.in)?.conversation
      const found = source?.messages.findLastIndex((m) => m.atMs < atMs && m.body.includes(forward.words)) ?? -1
      if (found === -1) throw new Error(`no demo message in ${forward.in} to pass on: ${forward.words}`)
      message.forwarded = { key: forward.in, message: found }
    }
  }
}

/** The milliseconds before each line: fixed by the script, or as long as people take to read and type. */
function gapsMs(lines: readonly ScriptLine[], random: Random): number[] {
  return lines.map(({ gapMinutes, text }, index) => {
    if (index === 0) return 0
    const jitterMs = random.integer(3, 55) * 1000
    if (gapMinutes !== undefined) return gapMinutes * minuteMs + jitterMs
    const quickMs = random.next() < 0.75 ? random.integer(0, 2) * minuteMs : random.integer(3, 11) * minuteMs
    return quickMs + Math.min(text.length, 120) * 350 + jitterMs
  })
}

function placeTail(layout: Layout, nowMs: number, ledger: Ledger): void {
  const tail = tails.find((t) => t.in === layout.plan.key)
  if (tail === undefined) throw new Error(`no demo tail for ${layout.plan.key}`)
  const lines = parseScript(tail.script)
  const gaps = gapsMs(lines, layout.random)
  const times: number[] = []
  let atMs = retreat(layout.spans, nowMs, tail.endedMinutesAgo * minuteMs + layout.random.integer(0, 50) * 1000)
  for (let i = lines.length - 1; i >= 0; i--) {
    if (atMs === undefined) throw new Error(`the demo tail of ${layout.plan.key} is longer than its conversation`)
    times[i] = atMs
    atMs = retreat(layout.spans, atMs, gaps[i] ?? 0)
  }
  const block = writeBlock(layout, lines, times)
  for (const message of block.messages) count(ledger, message.body)
  layout.blocks.push(block)
  // A breath between the history and the tail, so that the tail never looks like an answer to a routine post.
  layout.historyEndMs = block.startMs - 20 * minuteMs
  layout.unread = tail.unread ?? {}
}

function placeThread(layout: Layout, thread: Thread, ledger: Ledger): void {
  const { random, spans } = layout
  const candidates = spans.filter((span) => {
    const { month, date } = hongKongDate(span.startMs)
    if (span.endMs - span.startMs < 60 * minuteMs) return false
    if (span.startMs < layout.createdAtMs || span.endMs > layout.historyEndMs) return false
    if (thread.when?.months !== undefined && !thread.when.months.includes(month)) return false
    const [firstPart, lastPart] = thread.when?.part ?? [0, 1]
    const part = (span.startMs - layout.createdAtMs) / (layout.historyEndMs - layout.createdAtMs)
    if (part < firstPart || part > lastPart) return false
    const [firstDay, lastDay] = thread.when?.days ?? [1, 31]
    return date >= firstDay && date <= lastDay && isWorkingDay(span.startMs)
  })
  const lines = parseScript(thread.script)
  for (let attempt = 0; attempt < 12 && candidates.length > 0; attempt++) {
    const span = random.pick(candidates)
    const startMs = span.startMs + random.next() * (span.endMs - span.startMs - 45 * minuteMs)
    const times = timesFrom(spans, Math.floor(startMs), gapsMs(lines, random))
    if (times === undefined || !fits(layout, times)) continue
    const block = writeBlock(layout, lines, times)
    for (const message of block.messages) count(ledger, message.body)
    layout.blocks.push(block)
    return
  }
}

function placeRoutine(layout: Layout, routine: Routine, ledger: Ledger): void {
  const { random, spans } = layout
  const pool = routinePools[routine.pool]
  if (pool === undefined) throw new Error(`no such demo routine: ${routine.pool}`)
  let bag: string[] = []
  const [openMinute, closeMinute] = routine.between ?? [9 * 60 + 10, 18 * 60]
  const firstDayMs = midnightMs(layout.createdAtMs)
  for (let dayStartMs = firstDayMs; dayStartMs < layout.historyEndMs; dayStartMs += dayMs) {
    if (layout.plan.hours !== 'shop' && !isWorkingDay(dayStartMs)) continue
    let left = postsToday(routine.perDay, random)
    for (; left > 0; left--) {
      if (bag.length === 0) bag = shuffled(pool, random)
      const script = bag.pop() ?? ''
      for (let attempt = 0; attempt < 5; attempt++) {
        const startMs = dayStartMs + random.integer(openMinute * 60, closeMinute * 60) * 1000
        if (startMs < layout.createdAtMs + 30 * minuteMs) continue
        if (!spans.some((s) => s.startMs <= startMs && startMs < s.endMs)) continue
        const lines = parseScript(script)
        const times = timesFrom(spans, startMs, gapsMs(lines, random))
        if (times === undefined || !fits(layout, times)) continue
        const block = writeBlock(layout, lines, times)
        if (block.messages.some((m) => isWornOut(ledger, m.body))) continue
        for (const message of block.messages) count(ledger, message.body)
        layout.blocks.push(block)
        break
      }
    }
  }
}

/** Some days are quiet and some are busy; shop routines of nearly one a day stay nearly daily. */
function postsToday(perDay: number, random: Random): number {
  const mood = random.next()
  const factor = perDay > 0.7 ? 1 : mood < 0.14 ? 0.2 : mood > 0.86 ? 2.1 : 0.95
  const expected = perDay * factor
  return Math.floor(expected) + (random.next() < expected % 1 ? 1 : 0)
}

function shuffled(items: readonly string[], random: Random): string[] {
  const copy = [...items]
  for (let i = copy.length - 1; i > 0; i--) {
    const j = random.integer(0, i)
    const swap = copy[i] ?? ''
    copy[i] = copy[j] ?? ''
    copy[j] = swap
  }
  return copy
}

/** The times of a piece that starts at `startMs`; undefined when it would leave the conversation's hours. */
function timesFrom(spans: readonly Span[], startMs: number, gaps: readonly number[]): number[] | undefined {
  const times: number[] = []
  let atMs = startMs
  for (const gapMs of gaps) {
    const nextMs = advance(spans, atMs, gapMs)
    if (nextMs === undefined) return undefined
    atMs = nextMs
    times.push(atMs)
  }
  return times
}

function fits(layout: Layout, times: readonly number[]): boolean {
  const startMs = times[0] ?? 0
  const endMs = times.at(-1) ?? 0
  if (startMs < layout.createdAtMs || endMs >= layout.historyEndMs || endMs - startMs > longestThreadMs) return false
  return layout.blocks.every((b) => endMs + 2 * minuteMs < b.startMs || startMs > b.endMs + 2 * minuteMs)
}

function writeBlock(layout: Layout, lines: readonly ScriptLine[], times: readonly number[]): Block {
  return { startMs: times[0] ?? 0, endMs: times.at(-1) ?? 0, messages: writeMessages(layout, lines, times) }
}

function count(ledger: Ledger, body: string): void {
  ledger.set(body, (ledger.get(body) ?? 0) + 1)
}

function isWornOut(ledger: Ledger, body: string): boolean {
  if (body.length <= shortBodyLength) return false
  return (ledger.get(body) ?? 0) >= (body.length > sentenceLength ? 1 : 3)
}
