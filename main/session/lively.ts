// Owns what passes and is kept nowhere: who is there, who types, and whether the user is at this desktop.
// Always holds: it outlives connections, and says again on each what it wants to be told; without a connection nobody is
// there and nobody types; a typing mark goes after limits.typingShownMs; nothing is said to a server of version 1.

import { limits } from '../../shared/limits.ts'
import type { ConversationId, PresenceState, UserId } from '../../shared/model.ts'
import type { DownFrameOf, UpFrame } from '../../shared/wire.ts'

export interface Presence {
  readonly userId: UserId
  readonly state: PresenceState
}
export interface Typing {
  readonly userId: UserId
  readonly threadSeq?: number
}
/** What the window shows. */
export interface View {
  readonly conversationId?: ConversationId | undefined
  readonly people: readonly UserId[]
}

export interface LivelyParts {
  readonly nowMs: () => number
  readonly setTimer: (run: () => void, ms: number) => () => void
  readonly self: () => UserId | undefined
  /** Those whose state has changed. */
  readonly presenceChanged: (people: readonly Presence[]) => void
  /** Who types in a conversation now, whole. */
  readonly typingChanged: (conversationId: ConversationId, typing: readonly Typing[]) => void
}

export interface Lively {
  /** The server of a connection can be told things. */
  connected(send: (frame: UpFrame) => void, version: number): void
  disconnected(): void
  /**
   * What the window shows. Without a conversation the one before stays watched: a window that has lost the focus is still
   * looked at. What is known of these people is told again, for a window that has forgotten it.
   */
  setView(view: View): void
  /** The conversation that the window shows, or showed last. */
  inView(): ConversationId | undefined
  /** The user types; told at most every limits.typingEveryMs for one place. */
  noteTyping(conversationId: ConversationId, threadSeq: number | undefined): void
  /** A message has left: whoever goes on typing is told anew. */
  noteSent(conversationId: ConversationId): void
  /** Keyboard or pointer was used: at the desk for limits.awayAfterMs. */
  noteActivity(): void
  /** The desk is left now: locked, or put to sleep. */
  noteAway(): void
  onPresence(frame: DownFrameOf<'presence'>): void
  onTyping(frame: DownFrameOf<'typing'>): void
  /** These conversations are gone: whoever looks at one again, once it is back, says so anew. */
  onLost(conversationIds: readonly ConversationId[]): void
  /** A person has said what they typed. */
  onMessage(conversationId: ConversationId, userId: UserId, threadSeq: number | undefined): void
  stop(): void
}

interface Mark extends Typing {
  readonly cancel: () => void
}

/** One session's; it says nothing before connected(). */
export function createLively(parts: LivelyParts): Lively {
  let send: ((frame: UpFrame) => void) | undefined
  let view: View = { people: [] }
  /** Asked for by the window, and not said yet. */
  let isUnsaid = false
  let cancelPause: (() => void) | undefined
  let isActive = false
  let cancelAway: (() => void) | undefined
  const states = new Map<UserId, PresenceState>()
  const marks = new Map<string, Mark>()
  /** When the user's typing was last told, by place. */
  const typedAtMs = new Map<string, number>()

  function sayView(): void {
    isUnsaid = true
    if (!send || cancelPause) return
    isUnsaid = false
    send({
      type: 'watch',
      people: [...view.people],
      ...(view.conversationId && { conversationId: view.conversationId }),
    })
    cancelPause = parts.setTimer(() => {
      cancelPause = undefined
      if (isUnsaid) sayView()
    }, limits.presenceEveryMs)
  }

  function tellTyping(conversationId: ConversationId): void {
    const typing = [...marks.values()].map(({ userId, threadSeq }) => ({ userId, ...(threadSeq && { threadSeq }) }))
    parts.typingChanged(conversationId, typing)
  }

  function clearTyping(): void {
    if (marks.size === 0) return
    for (const { cancel } of marks.values()) cancel()
    marks.clear()
    if (view.conversationId) tellTyping(view.conversationId)
  }

  function takeOff(key: string): void {
    const mark = marks.get(key)
    if (!mark) return
    mark.cancel()
    marks.delete(key)
    if (view.conversationId) tellTyping(view.conversationId)
  }

  function attend(active: boolean): void {
    if (isActive === active) return
    isActive = active
    send?.({ type: 'attend', state: active ? 'active' : 'away' })
  }

  function noteAway(): void {
    cancelAway?.()
    cancelAway = undefined
    attend(false)
  }

  function disconnected(): void {
    send = undefined
    cancelPause?.()
    cancelPause = undefined
    typedAtMs.clear()
    clearTyping()
    const gone = [...states].filter(([, state]) => state !== 'offline')
    states.clear()
    if (gone.length > 0) parts.presenceChanged(gone.map(([userId]) => ({ userId, state: 'offline' })))
  }

  return {
    connected(over, version) {
      if (version < 2) return
      send = over
      if (isActive) send({ type: 'attend', state: 'active' })
      if (view.conversationId || view.people.length > 0) sayView()
    },
    disconnected,
    inView: () => view.conversationId,
    setView({ conversationId = view.conversationId, people }) {
      const known = people.flatMap((userId) => {
        const state = states.get(userId)
        return state ? [{ userId, state }] : []
      })
      if (known.length > 0) parts.presenceChanged(known)
      if (conversationId === view.conversationId && isSame(people, view.people)) return
      if (conversationId !== view.conversationId) clearTyping()
      view = { conversationId, people: [...people] }
      const watched = new Set(people)
      for (const userId of states.keys()) if (!watched.has(userId)) states.delete(userId)
      sayView()
    },
    noteTyping(conversationId, threadSeq) {
      const key = placeKey(conversationId, threadSeq)
      const nowMs = parts.nowMs()
      const sinceMs = nowMs - (typedAtMs.get(key) ?? Number.NEGATIVE_INFINITY)
      // A clock that was turned back does not silence it.
      if (!send || (sinceMs >= 0 && sinceMs < limits.typingEveryMs)) return
      // One place at a time: whoever types here does not type elsewhere.
      typedAtMs.clear()
      typedAtMs.set(key, nowMs)
      send({ type: 'typing', conversationId, ...(threadSeq !== undefined && { threadSeq }) })
    },
    noteSent(conversationId) {
      for (const key of typedAtMs.keys()) if (key.startsWith(conversationId)) typedAtMs.delete(key)
    },
    noteActivity() {
      cancelAway?.()
      cancelAway = parts.setTimer(noteAway, limits.awayAfterMs)
      attend(true)
    },
    noteAway,
    onPresence({ people }) {
      const watched = new Set(view.people)
      const changed = people.filter(({ userId, state }) => watched.has(userId) && states.get(userId) !== state)
      for (const { userId, state } of changed) states.set(userId, state)
      if (changed.length > 0) parts.presenceChanged(changed)
    },
    onTyping({ conversationId, userId, threadSeq }) {
      if (conversationId !== view.conversationId || userId === parts.self()) return
      const key = `${userId}|${threadSeq ?? ''}`
      const known = marks.get(key)
      if (!known && marks.size >= limits.livelyMembers) return
      known?.cancel()
      const cancel = parts.setTimer(() => takeOff(key), limits.typingShownMs)
      marks.set(key, { userId, cancel, ...(threadSeq !== undefined && { threadSeq }) })
      if (!known) tellTyping(conversationId)
    },
    onLost(conversationIds) {
      if (!view.conversationId || !conversationIds.includes(view.conversationId)) return
      clearTyping()
      view = { people: view.people }
    },
    onMessage(conversationId, userId, threadSeq) {
      if (conversationId === view.conversationId) takeOff(`${userId}|${threadSeq ?? ''}`)
    },
    stop() {
      disconnected()
      noteAway()
    },
  }
}

const placeKey = (conversationId: ConversationId, threadSeq: number | undefined) =>
  `${conversationId}|${threadSeq ?? ''}`

function isSame(a: readonly UserId[], b: readonly UserId[]): boolean {
  return a.length === b.length && a.every((userId, at) => userId === b[at])
}
