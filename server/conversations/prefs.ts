// Owns what each person sets for a conversation (muted, pinned, marked unread), for all of their devices.
// Always holds: the last to arrive counts; only whoever may view a conversation sets anything for it.

import type { ConversationId, ConversationPrefs, UserId } from '../../shared/model.ts'
import { defaultPrefs } from '../../shared/model.ts'
import type { Access } from '../access/access.ts'
import type { Commits } from '../commits.ts'
import type { StoreView } from '../store/port.ts'

export interface Prefs {
  /** Keeps the settings, whole. `settled` tells what is kept, once it is durable; undefined where it is not. */
  set(
    userId: UserId,
    conversationId: ConversationId,
    prefs: ConversationPrefs,
    settled: (kept: ConversationPrefs | undefined) => void,
  ): void
  of(userId: UserId, conversationId: ConversationId): ConversationPrefs
}

export function createPrefs(parts: { view: StoreView; commits: Commits; access: Access }): Prefs {
  const { view, commits, access } = parts
  return {
    set: (userId, conversationId, prefs, settled) =>
      commits.enqueue(
        (tx) => {
          if (!access.mayView(userId, conversationId, tx)) return undefined
          tx.putPrefs(userId, conversationId, prefs)
          return prefs
        },
        (outcome) => settled(outcome.ok ? outcome.value : undefined),
      ),
    of: (userId, conversationId) => view.prefs(userId, conversationId) ?? defaultPrefs,
  }
}
