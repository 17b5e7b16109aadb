// Owns what devices are told of what their windows show: which people are there, how far the others have read, who types.
// Always holds: it goes to those that watch only, gathered for limits.presenceEveryMs; a connection that is behind gets
// none of it, and the whole once it has caught up; nothing is told of a conversation that its watcher may not view. Nothing
// here is kept beyond the connection.

import { limits } from '../../shared/limits.ts'
import type { ConversationId, PresenceState, UserId } from '../../shared/model.ts'
import type { DownFrameOf, UpFrameOf } from '../../shared/wire.ts'
import type { Access } from '../access/access.ts'
import type { Clock } from '../clock.ts'
import type { StoreView } from '../store/port.ts'
import { type Connection, type Connections, type Following, frameOf } from './connections.ts'

/** People told to be typing in one conversation at a time: beyond a few a window says "several". */
const typersTold = 5

export interface Watches {
  /** From here on this is what the device's window shows. */
  watch(connection: Connection, following: Following, frame: UpFrameOf<'watch'>): void
  attend(following: Following, frame: UpFrameOf<'attend'>): void
  typing(following: Following, frame: UpFrameOf<'typing'>): void
  /** What this person typed has been sent: that they did is no news any more. */
  wrote(userId: UserId, conversationId: ConversationId): void
  /** A device of this person has come or gone. */
  moved(userId: UserId): void
  readMoved(userId: UserId, conversationId: ConversationId, seq: number): void
  /** The connection has ended. */
  end(connection: Connection): void
  /** Tells nothing more. */
  stop(): void
}

interface Watch {
  readonly connection: Connection
  readonly userId: UserId
  people: readonly WatchedPerson[]
  place: WatchedConversation | undefined
  answeredAtMs: number
}

interface WatchedPerson {
  readonly userId: UserId
  told: PresenceState
  readonly watches: Set<Watch>
}

interface WatchedConversation {
  readonly conversationId: ConversationId
  readonly watches: Set<Watch>
  /** What is to be told: where each types (0: not in a thread), how far each has read. */
  readonly typing: Map<UserId, number>
  readonly reads: Map<UserId, number>
}

export function createWatches(parts: {
  connections: Connections
  access: Access
  view: StoreView
  clock: Clock
}): Watches {
  const { connections, access, view, clock } = parts
  const watches = new Map<Connection, Watch>()
  const people = new Map<UserId, WatchedPerson>()
  const conversations = new Map<ConversationId, WatchedConversation>()
  const movedPeople = new Set<WatchedPerson>()
  const movedConversations = new Set<WatchedConversation>()
  /** To be told everything. */
  const owed = new Set<Watch>()
  let cancel: (() => void) | undefined
  let stopped = false

  function schedule(): void {
    if (cancel === undefined && !stopped) cancel = clock.after(limits.presenceEveryMs, tell)
  }

  function stateOf(userId: UserId): PresenceState {
    let state: PresenceState = 'offline'
    for (const { phase } of connections.ofUser(userId)) {
      if (phase.type !== 'following') continue
      if (phase.following.attended) return 'active'
      state = 'away'
    }
    return state
  }

  /** Few enough members for everybody to be told what everybody does. */
  const isLively = (conversationId: ConversationId) => access.viewersOf(conversationId).size <= limits.livelyMembers

  function release(watch: Watch): void {
    for (const person of watch.people) {
      person.watches.delete(watch)
      if (person.watches.size > 0) continue
      people.delete(person.userId)
      movedPeople.delete(person)
    }
    watch.people = []
    watch.place?.watches.delete(watch)
    if (watch.place?.watches.size === 0) {
      conversations.delete(watch.place.conversationId)
      movedConversations.delete(watch.place)
    }
    watch.place = undefined
  }

  function watchPerson(watch: Watch, userId: UserId): WatchedPerson {
    let person = people.get(userId)
    if (person === undefined) {
      person = { userId, told: stateOf(userId), watches: new Set() }
      people.set(userId, person)
    }
    person.watches.add(watch)
    return person
  }

  function watchConversation(watch: Watch, conversationId: ConversationId): WatchedConversation {
    let place = conversations.get(conversationId)
    if (place === undefined) {
      place = { conversationId, watches: new Set(), typing: new Map(), reads: new Map() }
      conversations.set(conversationId, place)
    }
    place.watches.add(watch)
    return place
  }

  /** Sends what may be lost; false where the connection is behind, which is then owed everything. */
  function say(watch: Watch, frame: Buffer | string): boolean {
    const { connection } = watch
    if (connection.socket.bufferedAmount > limits.pausedAboveBytes) {
      owed.add(watch)
      return false
    }
    if (typeof frame === 'string') connections.sendText(connection, frame)
    else connections.sendFrame(connection, frame)
    return true
  }

  function answer(watch: Watch): void {
    watch.answeredAtMs = clock.nowMs()
    const { place, userId } = watch
    const presence: DownFrameOf<'presence'> = {
      type: 'presence',
      people: watch.people.map((person) => ({ userId: person.userId, state: stateOf(person.userId) })),
    }
    if (watch.people.length > 0 && !say(watch, JSON.stringify(presence))) return
    if (place === undefined || !access.mayView(userId, place.conversationId)) return
    const { conversationId } = place
    const viewers = access.viewersOf(conversationId)
    const reads = isLively(conversationId)
      ? view.readsOf(conversationId).filter((read) => read.userId !== userId && viewers.has(read.userId))
      : []
    say(watch, JSON.stringify({ type: 'reads', conversationId, reads } satisfies DownFrameOf<'reads'>))
  }

  function tell(): void {
    cancel = undefined
    // Told anew below where they are behind still.
    const due = [...owed]
    owed.clear()
    tellPresence()
    for (const place of movedConversations) tellPlace(place)
    movedConversations.clear()
    for (const watch of due) answer(watch)
    if (owed.size > 0) schedule()
  }

  function tellPresence(): void {
    const news = new Map<Watch, string[]>()
    for (const person of movedPeople) {
      const { userId } = person
      const state = stateOf(userId)
      if (state === person.told) continue
      person.told = state
      const entry = JSON.stringify({ userId, state })
      for (const watch of person.watches) {
        const entries = news.get(watch)
        if (entries === undefined) news.set(watch, [entry])
        else entries.push(entry)
      }
    }
    movedPeople.clear()
    for (const [watch, entries] of news) say(watch, `{"type":"presence","people":[${entries.join(',')}]}`)
  }

  function tellPlace({ conversationId, watches: watchers, typing, reads }: WatchedConversation): void {
    const isHere = ([userId]: readonly [UserId, number]) => access.mayView(userId, conversationId)
    const readers = [...reads]
      .filter(isHere)
      .slice(-limits.livelyMembers)
      .map(([userId, seq]) => ({ userId, seq }))
    const typers = [...typing]
      .filter(isHere)
      .slice(-typersTold)
      .map(([userId, threadSeq]) => {
        const frame: DownFrameOf<'typing'> = {
          type: 'typing',
          conversationId,
          userId,
          ...(threadSeq === 0 ? {} : { threadSeq }),
        }
        return { userId, frame: frameOf(JSON.stringify(frame)) }
      })
    typing.clear()
    reads.clear()
    const readsFrame = (shown: typeof readers) =>
      frameOf(JSON.stringify({ type: 'reads', conversationId, reads: shown } satisfies DownFrameOf<'reads'>))
    let shared: Buffer | undefined
    for (const watch of watchers) {
      const { userId } = watch
      if (!access.mayView(userId, conversationId)) continue
      const others = readers.filter((read) => read.userId !== userId)
      if (others.length > 0) {
        shared ??= readsFrame(readers)
        if (!say(watch, others.length < readers.length ? readsFrame(others) : shared)) continue
      }
      for (const typer of typers) if (typer.userId !== userId) say(watch, typer.frame)
    }
  }

  return {
    watch: (connection, { userId }, frame) => {
      let watch = watches.get(connection)
      if (watch === undefined) {
        watch = { connection, userId, people: [], place: undefined, answeredAtMs: 0 }
        watches.set(connection, watch)
      } else {
        release(watch)
      }
      const { conversationId } = frame
      const mayView = conversationId !== undefined && access.mayView(userId, conversationId)
      if (mayView) watch.place = watchConversation(watch, conversationId)
      const current = watch
      watch.people = [...new Set(frame.people)].map((person) => watchPerson(current, person))
      // Whoever goes through conversations quickly is answered for the last one.
      const sinceMs = clock.nowMs() - watch.answeredAtMs
      if (sinceMs >= 0 && sinceMs < limits.presenceEveryMs) owed.add(watch)
      else answer(watch)
      if (owed.size > 0) schedule()
    },

    attend: (following, { state }) => {
      const attended = state === 'active'
      if (following.attended === attended) return
      following.attended = attended
      moved(following.userId)
    },

    typing: ({ userId }, { conversationId, threadSeq = 0 }) => {
      const place = conversations.get(conversationId)
      if (place === undefined || !access.mayPost(userId, conversationId) || !isLively(conversationId)) return
      // Again at the end: the last to type are those that are told.
      place.typing.delete(userId)
      place.typing.set(userId, threadSeq)
      movedConversations.add(place)
      schedule()
    },

    wrote: (userId, conversationId) => {
      conversations.get(conversationId)?.typing.delete(userId)
    },

    moved,

    readMoved: (userId, conversationId, seq) => {
      const place = conversations.get(conversationId)
      if (place === undefined || !isLively(conversationId)) return
      place.reads.delete(userId)
      place.reads.set(userId, seq)
      movedConversations.add(place)
      schedule()
    },

    end: (connection) => {
      const watch = watches.get(connection)
      if (watch === undefined) return
      release(watch)
      owed.delete(watch)
      watches.delete(connection)
    },

    stop: () => {
      stopped = true
      cancel?.()
    },
  }

  function moved(userId: UserId): void {
    const person = people.get(userId)
    if (person === undefined) return
    movedPeople.add(person)
    schedule()
  }
}
