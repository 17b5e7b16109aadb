// Owns looking the cache through, a stretch at a time, so that the loop is given back between: after an unclean end for
// damage; once, in a cache of version 2, for events that its program did not understand and this one does.
// Always holds: what has been looked through as of an earlier version is not done again; doing a part of it twice is harmless.

import type { ConversationId, UserId } from '../../shared/model.ts'
import { type Amending, amend, threadSeqOf } from './amendments.ts'
import { type Cache, putConversation, putValue, transact } from './cache.ts'
import { eventsBetween, type PlacedEvent, putAmendments, readAmendment, replaceEvent } from './events.ts'
import type { Amendment, ConversationEntry } from './records.ts'
import { countBetween, meOf, unreadFrom } from './unread.ts'

/** Rises when a program understands more of the events it finds cached. 1: reactions, threads, mentions. */
const UNDERSTANDING = 1
/** Events opened in one step: ~2 ms. */
const AT_A_TIME = 250

/** Before anything is shown: what a cache is to do once because an earlier program wrote it. */
export function beginReview(cache: Cache): void {
  if (cache.values.understanding === UNDERSTANDING) return
  transact(cache, () => {
    // What it was granted does not say as of which event: the whole feed is asked for again.
    putValue(cache, 'cursors', { ...cache.values.cursors, access: '' })
    if (cache.conversations.size === 0) putValue(cache, 'understanding', UNDERSTANDING)
  })
}

/** The steps there are to do, if any. Throws CorruptRecord at the first event that does not open. */
export function* reviewSteps(cache: Cache, self: UserId): Generator<void> {
  const isNew = cache.values.understanding !== UNDERSTANDING
  if (!isNew && !cache.sealed.wasUnclean) return
  for (const id of [...cache.conversations.keys()]) {
    for (let from = cache.conversations.get(id)?.state.low ?? 0; ; from += AT_A_TIME) {
      // What has left meanwhile, or come, is not looked at twice.
      const entry = cache.conversations.get(id)
      if (!entry || from > entry.state.high) break
      const found = eventsBetween(cache, entry, from, from + AT_A_TIME - 1)
      if (isNew) understand(cache, entry, found)
      yield
    }
    if (isNew) recount(cache, id, self)
  }
  if (isNew) transact(cache, () => putValue(cache, 'understanding', UNDERSTANDING))
}

/** Reactions and replies that were kept as they came, checked by nobody. */
function understand(cache: Cache, entry: ConversationEntry, events: readonly PlacedEvent[]): void {
  const amended = new Map<number, Amendment>()
  const amending: Amending = {
    amendmentOf: (seq) => amended.get(seq) ?? readAmendment(cache, entry.slot, seq),
    put: (seq, amendment) => void amended.set(seq, amendment),
    threadOf: () => undefined,
  }
  for (const { seq, record } of events)
    if (record.content.type === 'reacted' || threadSeqOf(record.content, seq) !== undefined)
      amend({ conversationId: entry.state.info.conversationId, seq, ...record }, amending)
  const unsound = events.filter(({ isMended }) => isMended)
  if (amended.size === 0 && unsound.length === 0) return
  transact(
    cache,
    () => {
      for (const event of unsound) replaceEvent(cache, entry, event)
      putAmendments(cache, entry, amended)
    },
    'kill',
  )
}

function recount(cache: Cache, id: ConversationId, self: UserId): void {
  const entry = cache.conversations.get(id)
  if (!entry || entry.state.unread === 0) return
  const { state } = entry
  const counts = countBetween(cache, entry, unreadFrom(state), state.high, meOf(cache, self))
  if (counts.unread !== state.unread || counts.mentions !== (state.mentions ?? 0))
    transact(cache, () => putConversation(cache, entry, { ...state, ...counts }), 'kill')
}
