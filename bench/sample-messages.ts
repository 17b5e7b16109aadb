// Owns the cache that benchmarks fill: people, conversations of unequal size, the messages of the search corpus, in the
// pages in which a server sends them.
// Always holds: the same count gives the same messages, so every contender of a run is given the same.

import { normaliseBody } from '../shared/body.ts'
import { limits } from '../shared/limits.ts'
import {
  type ConversationEvent,
  type ConversationId,
  type ConversationInfo,
  makeId,
  type Person,
  type UserId,
} from '../shared/model.ts'
import { createRandom } from '../testing/random.ts'
import { searchCorpus } from './search-corpus.ts'

const MEMBERS = 20

export interface SampleCache {
  readonly self: UserId
  readonly people: readonly Person[]
  readonly conversations: readonly ConversationInfo[]
  /** In the order they arrive: page after page of each conversation, the conversations taking turns. */
  readonly pages: readonly SamplePage[]
}

interface SamplePage {
  /** Place in `conversations`. */
  readonly of: number
  readonly events: readonly ConversationEvent[]
}

/** `count` messages in pages of limits.eventsPerPage. */
export function sampleCache(count: number): SampleCache {
  const random = createRandom(7)
  const id = <K extends Parameters<typeof makeId>[0]>(kind: K) => makeId(kind, random.bytes(20))
  const people: Person[] = []
  const personOf = (slot: number) => {
    while (people.length <= slot) {
      const name = `person.${people.length}`
      people.push({ userId: id('user'), userName: name, displayName: `${name} 陳大文`, active: true })
    }
    return people[slot] as Person
  }
  const self = personOf(0).userId
  const events = new Map<number, ConversationEvent[]>()
  for (const { slot, seq, atMs, senderSlot, text } of searchCorpus(count, 1)) {
    const own = events.get(slot) ?? []
    const conversationId = own[0]?.conversationId ?? id('conversation')
    const content = { type: 'message' as const, clientId: id('message'), body: normaliseBody(text) }
    own.push({ conversationId, seq, atMs, actorId: personOf(senderSlot).userId, content })
    events.set(slot, own)
  }
  const logs = [...events.values()]
  const conversations = logs.map((log, i) => ({
    conversationId: log[0]?.conversationId as ConversationId,
    kind: 'group' as const,
    name: `項目 ${i}`,
    memberIds: people.slice(0, MEMBERS).map((person) => person.userId),
  }))
  const pages: SamplePage[] = []
  for (let from = 0, left = true; left; from += limits.eventsPerPage) {
    left = false
    for (const [of, log] of logs.entries()) {
      const page = log.slice(from, from + limits.eventsPerPage)
      if (page.length === 0) continue
      // As a frame brings them: strings in one piece, which those put together here are not.
      pages.push({ of, events: JSON.parse(JSON.stringify(page)) as ConversationEvent[] })
      left = true
    }
  }
  return { self, people, conversations, pages }
}

/** Bodies of `count` messages, by conversation; another seed gives others, in nearly the same number for each. */
export function sampleBodies(count: number, seed: number): string[][] {
  const bodies = new Map<number, string[]>()
  for (const { slot, text } of searchCorpus(count, seed)) {
    const own = bodies.get(slot)
    if (own) own.push(normaliseBody(text))
    else bodies.set(slot, [normaliseBody(text)])
  }
  return [...bodies.entries()].sort(([a], [b]) => a - b).map(([, own]) => own)
}
