// Owns what this user has set for a conversation: as the server has it, and as they want it here until the server agrees.
// Always holds: what the user wants outlives a power cut and is not undone by what the server said before it knew of it.

import { type ConversationId, type ConversationPrefs, defaultPrefs, type UserId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { type Cache, putConversation, transact } from './cache.ts'
import type { ConversationState } from './records.ts'
import { meOf, prefsOf, recounted } from './unread.ts'

/** What is absent stays. */
export interface PrefsChange {
  readonly muted?: boolean | undefined
  readonly pinned?: boolean | undefined
  /** null takes the mark off. */
  readonly unreadFromSeq?: number | null | undefined
}

/** What the server has, of many conversations, as one transaction. True where anything that applies here changed. */
export function applyPrefs(
  cache: Cache,
  moved: readonly { readonly conversationId: ConversationId; readonly prefs: ConversationPrefs | undefined }[],
  self: UserId,
): boolean {
  const me = meOf(cache, self)
  const byId = new Map(moved.map(({ conversationId, prefs }) => [conversationId, plain(prefs ?? defaultPrefs)]))
  const changed = [...byId].flatMap(([conversationId, prefs]) => {
    const entry = cache.conversations.get(conversationId)
    if (!entry) return []
    const { prefs: before, wantPrefs: wanted, ...rest } = entry.state
    const isAgreed = wanted !== undefined && isSame(wanted, prefs)
    if (!isAgreed && isSame(before ?? defaultPrefs, prefs)) return []
    const next: ConversationState = {
      ...rest,
      ...(!isSame(prefs, defaultPrefs) && { prefs }),
      ...(wanted && !isAgreed && { wantPrefs: wanted }),
    }
    return [{ entry, next: recounted(cache, entry, next, me) }]
  })
  if (changed.length === 0) return false
  transact(
    cache,
    () => {
      for (const { entry, next } of changed) putConversation(cache, entry, next)
    },
    'kill',
  )
  return changed.some(({ entry, next }) => !isSame(prefsOf(entry.state), prefsOf(next)))
}

/** What the user wants from here on. ok(false) where it is so already. */
export function wantPrefs(
  cache: Cache,
  conversationId: ConversationId,
  change: PrefsChange,
  self: UserId,
): Result<boolean> {
  const entry = cache.conversations.get(conversationId)
  if (!entry) return fail('not-found', 'No such conversation.')
  const before = prefsOf(entry.state)
  const next = changed(before, change)
  if (isSame(before, next)) return ok(false)
  const state = recounted(cache, entry, { ...entry.state, wantPrefs: next }, meOf(cache, self))
  transact(cache, () => putConversation(cache, entry, state))
  return ok(true)
}

/** What the user wants and the server has not said to have. */
export function unsentPrefs(cache: Cache, conversationId: ConversationId): ConversationPrefs | undefined {
  return cache.conversations.get(conversationId)?.state.wantPrefs
}

/** The state once the user has read up to `seq`: their mark of unread at or below it goes. */
export function withoutUnreadMark(state: ConversationState, seq: number): ConversationState {
  const prefs = prefsOf(state)
  if (prefs.unreadFromSeq === undefined || prefs.unreadFromSeq > seq) return state
  return { ...state, wantPrefs: changed(prefs, { unreadFromSeq: null }) }
}

function changed({ muted, pinned, unreadFromSeq }: ConversationPrefs, change: PrefsChange): ConversationPrefs {
  const from = change.unreadFromSeq === undefined ? unreadFromSeq : (change.unreadFromSeq ?? undefined)
  return plain({ muted: change.muted ?? muted, pinned: change.pinned ?? pinned, unreadFromSeq: from })
}

function plain({
  muted,
  pinned,
  unreadFromSeq,
}: Omit<ConversationPrefs, 'unreadFromSeq'> & { unreadFromSeq?: number | undefined }): ConversationPrefs {
  return { muted, pinned, ...(unreadFromSeq !== undefined && { unreadFromSeq }) }
}

function isSame(a: ConversationPrefs, b: ConversationPrefs): boolean {
  return a.muted === b.muted && a.pinned === b.pinned && a.unreadFromSeq === b.unreadFromSeq
}
