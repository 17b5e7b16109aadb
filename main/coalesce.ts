// Owns thinning out change events to the renderer: during a catch-up thousands of changes become a few events a second.
// Always holds: after a change an event follows, at once or within the pause; the last state is always told.

import type { ConversationId } from '../shared/model.ts'
import type { Clock } from './session/run.ts'

export interface Changes {
  session(): void
  list(): void
  conversation(conversationId: ConversationId): void
  /** What is attached to the draft of a conversation. */
  attachments(conversationId: ConversationId): void
  stop(): void
}

/** Changes told through `tell`, each kind (and each conversation) at most once per `pauseMs`, the first at once. */
export function createCoalescer(clock: Clock, pauseMs: number, tell: Omit<Changes, 'stop'>): Changes {
  let stopped = false
  const waiting = new Map<string, { again: boolean; cancel: () => void }>()
  function change(key: string, emit: () => void): void {
    if (stopped) return
    const pause = waiting.get(key)
    if (pause) {
      pause.again = true
      return
    }
    const begun = {
      again: false,
      cancel: clock.setTimer(() => {
        waiting.delete(key)
        if (begun.again) change(key, emit)
      }, pauseMs),
    }
    waiting.set(key, begun)
    emit()
  }
  return {
    session: () => change('session', tell.session),
    list: () => change('list', tell.list),
    conversation: (conversationId) => change(conversationId, () => tell.conversation(conversationId)),
    attachments: (conversationId) => change(`attachments ${conversationId}`, () => tell.attachments(conversationId)),
    stop() {
      stopped = true
      for (const { cancel } of waiting.values()) cancel()
      waiting.clear()
    },
  }
}
