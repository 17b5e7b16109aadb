// Owns opening sealed caches in tests: under a known root key, through the store or one layer below it.
// Always holds: an example cache of one seed holds the same people, conversations and events every time.

import { join } from 'node:path'
import { type Cache, loadCache } from '../main/store/cache.ts'
import { openDatabase } from '../main/store/database.ts'
import { type Live, openStore, type Store } from '../main/store/store.ts'
import type { Cipher } from '../main/vault/cipher.ts'
import type { ConversationEvent, ConversationInfo, Person, UserId } from '../shared/model.ts'
import { createExample, type Example } from './example.ts'

/** A root key that differs by `seed`. */
export const rootKeyOf = (seed: number): Uint8Array => new Uint8Array(32).fill(seed)

/** Where the cache of the profile in `dir` lies. */
export const cacheFile = (dir: string): string => join(dir, 'store', 'cache.db')

export interface CacheParts {
  readonly cipher: Cipher
  /** ':memory:' unless told. */
  readonly file?: string
  readonly self: UserId
  readonly keySeed?: number
}

/** The store, or a throw naming the failure. */
export function openCache({ cipher, file = ':memory:', self, keySeed = 7 }: CacheParts): Store {
  const opened = openStore({ cipher, file, self, rootKey: rootKeyOf(keySeed) })
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.message}`)
  return opened.value
}

/** The layer below the store, for its inner state. */
export function openInner({ cipher, file = ':memory:', keySeed = 7 }: Omit<CacheParts, 'self'>): Cache {
  const opened = openDatabase({ cipher, file, rootKey: rootKeyOf(keySeed) })
  if (!opened.ok) throw new Error(opened.error.code)
  return loadCache(opened.value)
}

export interface ExampleCache {
  readonly example: Example
  readonly people: readonly Person[]
  readonly self: UserId
  readonly other: UserId
  readonly conversations: readonly ConversationInfo[]
  /** Events by the place of their conversation in `conversations`, from seq 1. */
  readonly events: readonly (readonly ConversationEvent[])[]
}

/** What a server would send: four people, `count` conversations of `length` events each. */
export function exampleCache(seed: number, count = 2, length = 8): ExampleCache {
  const example = createExample(seed)
  const people = example.people(4)
  const [me, them] = people
  if (!me || !them) throw new Error('people')
  const memberIds = people.map((person) => person.userId)
  const conversations = Array.from({ length: count }, () => example.conversation({ memberIds }))
  return {
    example,
    people,
    self: me.userId,
    other: them.userId,
    conversations,
    events: conversations.map(({ conversationId }) => example.events(conversationId, memberIds, length)),
  }
}

/** Applies all of it to `store`. */
export function fill(store: Store, { people, conversations, events }: ExampleCache): void {
  store.applyDirectory(people, 'd1')
  store.applyAccess(conversations, [], 'a1')
  for (const [i, { conversationId }] of conversations.entries()) store.applyEvents(conversationId, events[i] ?? [])
}

/** Nothing is on its way, and no file is here. */
export const nothingLive: Live = { sending: new Set(), transferOf: () => undefined }

/** Everything the store shows, for comparing one with another. */
export function snapshot(store: Store) {
  const live = nothingLive
  return {
    cursors: store.cursors(),
    people: store.listPeople(),
    positions: store.positions(),
    conversations: store.listConversations(live),
    pages: store.positions().map(({ conversationId }) => {
      const page = store.readPage(conversationId, undefined, 200, live)
      // The id of a message's file is the cache's own.
      return JSON.parse(JSON.stringify(page), (key, value) => (key === 'fileId' ? undefined : value)) as typeof page
    }),
    waiting: store.waiting(new Set()),
    files: store.files(),
    prefs: store.positions().map(({ conversationId }) => store.unsentPrefs(conversationId)),
    queued: store.queued(),
    keys: store.keyCount(),
  }
}
