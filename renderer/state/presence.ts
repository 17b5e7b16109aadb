// Owns who is there and who types, as main last told, and what the window tells main it shows: the conversation in view and
// the people whose presence is on the screen. Always holds: main is told only what has changed, and a burst of changes once;
// without a connection nobody's presence is known; a conversation is in view only while the window has the focus.

import { limits } from '../../shared/limits.ts'
import type { ConversationId, UserId } from '../../shared/model.ts'
import type { WorkspaceActions, WorkspaceContext, WorkspaceState } from './state.ts'

/** Changes of what is shown are told together after this, in milliseconds: scrolling a list is one change. */
const tellAfterMs = 120

export type PresenceActions = Pick<WorkspaceActions, 'watchPeople' | 'noteFocus' | 'noteTyping'> & {
  presenceTold(people: readonly { userId: UserId; state: 'active' | 'away' | 'offline' }[]): void
  /** What was typed has been sent: whoever goes on typing is told of anew. */
  typingEnded(): void
  typingTold(conversationId: ConversationId, typing: WorkspaceState['typing'][ConversationId]): void
  /** The connection has come or gone. */
  connectionChanged(live: boolean): void
  /** Drops what was told, and tells main anew what is shown once there is something again. */
  forget(): void
}

/** The acts on presence over `context`. What is open is told of by itself. */
export function createPresence({ ask, store, nowMs }: WorkspaceContext): PresenceActions {
  const watched = new Map<string, readonly UserId[]>()
  let focused = true
  let told = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  let typedAt: { readonly key: string; readonly atMs: number } | undefined

  function tell(): void {
    timer = undefined
    const { openId, pane, session } = store.getState()
    if (session === undefined || session.appLock.locked) return
    // What was opened last comes first: the list may hold more people than may be watched.
    const people = [...new Set([...watched.values()].reverse().flat())].slice(0, limits.watchedPeople)
    const inView = focused && pane !== 'people' ? openId : undefined
    const view = { ...(inView === undefined ? {} : { conversationId: inView }), people }
    const text = JSON.stringify(view)
    if (text === told) return
    told = text
    void ask('setView', view)
  }
  function tellSoon(): void {
    timer ??= setTimeout(tell, tellAfterMs)
  }
  store.subscribe((state, before) => {
    if (state.openId !== before.openId || state.pane !== before.pane) tellSoon()
  })

  return {
    watchPeople(place, people) {
      if (people.length === 0) watched.delete(place)
      else watched.set(place, people)
      tellSoon()
    },
    noteFocus(isFocused) {
      focused = isFocused
      // Told at once: a message that arrives now makes a notification or none by it.
      clearTimeout(timer)
      tell()
    },
    noteTyping(conversationId, threadSeq) {
      if (store.getState().session?.state !== 'live') return
      const key = `${conversationId} ${threadSeq ?? ''}`
      const sinceMs = nowMs() - (typedAt?.atMs ?? 0)
      // A clock that was put back must not silence it.
      if (typedAt?.key === key && sinceMs >= 0 && sinceMs < limits.typingEveryMs) return
      typedAt = { key, atMs: nowMs() }
      void ask('noteTyping', { conversationId, ...(threadSeq === undefined ? {} : { threadSeq }) })
    },
    typingEnded() {
      typedAt = undefined
    },
    presenceTold(people) {
      store.setState(({ presence }) => ({
        presence: { ...presence, ...Object.fromEntries(people.map(({ userId, state }) => [userId, state])) },
      }))
    },
    typingTold(conversationId, typing) {
      store.setState((state) => ({ typing: { ...state.typing, [conversationId]: typing } }))
    },
    connectionChanged(live) {
      if (!live) store.setState({ presence: {}, typing: {} })
    },
    forget() {
      clearTimeout(timer)
      timer = undefined
      told = ''
      typedAt = undefined
    },
  }
}
