// Owns telling the server this user's settings of conversations, and hearing what it keeps.
// Always holds: of a conversation's settings one word at a time is under way, and until the server has repeated it nothing
// that it says of them counts: only then does what it keeps tell whether it is what the user wants last.

import type { ConversationId, ConversationPrefs } from '../../shared/model.ts'
import type { Head, UpFrame } from '../../shared/wire.ts'
import type { Store } from '../store/store.ts'

export interface PrefsParts {
  readonly store: Pick<Store, 'applyPrefs' | 'unsentPrefs'>
  readonly send: (frame: UpFrame) => void
  /** The protocol version of this connection. */
  readonly version: number
}

export interface Prefs {
  /** Tells the server what the user wants, where it may not have it; later, where something is under way. */
  tell(conversationId: ConversationId): void
  /** What the server keeps, as the heads say; true where anything shown changed. */
  onHeads(heads: readonly Head[]): boolean
  /** What the server keeps from now on; true where anything shown changed. */
  onMoved(conversationId: ConversationId, prefs: ConversationPrefs): boolean
  /** Access is lost: nothing is repeated any more. */
  letGo(conversationId: ConversationId): void
}

/** The settings over one connection. */
export function createPrefs({ store, send, version }: PrefsParts): Prefs {
  const underWay = new Map<ConversationId, ConversationPrefs>()

  function tell(conversationId: ConversationId): void {
    const prefs = version >= 2 ? store.unsentPrefs(conversationId) : undefined
    if (!prefs || underWay.has(conversationId)) return
    underWay.set(conversationId, prefs)
    send({ type: 'prefs', conversationId, prefs })
  }

  return {
    tell,
    onHeads(heads) {
      // A server of version 1 knows nothing of settings, which is not to say that there are none.
      if (version < 2) return false
      const known = heads.filter(({ conversationId }) => !underWay.has(conversationId))
      const changed = store.applyPrefs(known.map(({ conversationId, prefs }) => ({ conversationId, prefs })))
      for (const { conversationId } of known) tell(conversationId)
      return changed
    },
    onMoved(conversationId, prefs) {
      const mine = underWay.get(conversationId)
      if (mine && !isSame(mine, prefs)) return false
      underWay.delete(conversationId)
      const changed = store.applyPrefs([{ conversationId, prefs }])
      tell(conversationId)
      return changed
    },
    letGo: (conversationId) => void underWay.delete(conversationId),
  }
}

function isSame(a: ConversationPrefs, b: ConversationPrefs): boolean {
  return a.muted === b.muted && a.pinned === b.pinned && a.unreadFromSeq === b.unreadFromSeq
}
