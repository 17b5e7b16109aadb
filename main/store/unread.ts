// Owns what counts as unread, and as naming this user. A pure function of the log, the read marks and the settings, so that
// two devices of one person agree whatever the order in which pages came to them; here as far as the log is cached.
// Always holds: own messages, deleted ones and notices never count; replies in threads do; the words are today's words.

import { limits } from '../../shared/limits.ts'
import { type ConversationPrefs, defaultPrefs, isKnownContent, type Mention, type UserId } from '../../shared/model.ts'
import { isDeleted, threadSeqOf } from './amendments.ts'
import type { Cache } from './cache.ts'
import { eventsBetween, type PlacedEvent, readAmendment } from './events.ts'
import type { Amendment, ConversationEntry, ConversationState, EventRecord } from './records.ts'

/** Who reads here, as far as mentions can name them. */
export interface Me {
  readonly userId: UserId
  readonly department: string | undefined
}

export interface Counts {
  readonly unread: number
  readonly mentions: number
}

export function meOf(cache: Cache, self: UserId): Me {
  return { userId: self, department: cache.people.get(self)?.person.department }
}

/** This user's settings as they apply here. */
export function prefsOf({ prefs, wantPrefs }: ConversationState): ConversationPrefs {
  return wantPrefs ?? prefs ?? defaultPrefs
}

/** The seq from which messages of others count as unread. */
export function unreadFrom(state: ConversationState): number {
  const unread = Math.max(state.readSeq, state.wantReadSeq) + 1
  return Math.min(unread, prefsOf(state).unreadFromSeq ?? unread)
}

export function mentionsUser(mentions: readonly Mention[] | undefined, me: Me): boolean {
  return (
    mentions?.some((mention) => {
      if (mention.type === 'person') return mention.userId === me.userId
      return mention.type === 'everyone' || mention.department === me.department
    }) ?? false
  )
}

const nothing: Counts = { unread: 0, mentions: 0 }
const unreadOnly: Counts = { unread: 1, mentions: 0 }
const unreadMention: Counts = { unread: 1, mentions: 1 }

/** What one event adds to the counts where it is past what is read. */
export function weigh({ actorId, content }: EventRecord, amendment: Amendment | undefined, me: Me): Counts {
  if (content.type !== 'message' || actorId === me.userId || isDeleted(amendment)) return nothing
  const mentions = amendment?.edit ? amendment.edit.mentions : isKnownContent(content) && content.mentions
  return mentions && mentionsUser(mentions as readonly Mention[], me) ? unreadMention : unreadOnly
}

/** The counts over fromSeq…toSeq as cached; opens each of these events. */
export function countBetween(cache: Cache, entry: ConversationEntry, fromSeq: number, toSeq: number, me: Me): Counts {
  let { unread, mentions } = nothing
  for (const { seq, record } of eventsBetween(cache, entry, fromSeq, toSeq)) {
    const counts = weigh(record, readAmendment(cache, entry.slot, seq), me)
    unread += counts.unread
    mentions += counts.mentions
  }
  return { unread, mentions }
}

/** `next`, a state of `entry` with other marks or settings but the same events, with its counts brought up to date. */
export function recounted(cache: Cache, entry: ConversationEntry, next: ConversationState, me: Me): ConversationState {
  const { unread, mentions = 0, low, high } = entry.state
  const before = Math.max(unreadFrom(entry.state), low)
  const from = Math.max(unreadFrom(next), low)
  if (from === before) return next
  if (from > high) return { ...next, unread: 0, mentions: 0 }
  const count = (fromSeq: number, toSeq: number) => countBetween(cache, entry, fromSeq, toSeq, me)
  if (from < before) {
    const added = count(from, Math.min(before - 1, high))
    return { ...next, unread: unread + added.unread, mentions: mentions + added.mentions }
  }
  // The shorter of the two ranges is opened: what is left unread, or what has just been read.
  if (high - from + 1 <= from - before) return { ...next, ...count(from, high) }
  const read = count(before, from - 1)
  return { ...next, unread: unread - read.unread, mentions: mentions - read.mentions }
}

/** The first unread message of the timeline; undefined where there is none, or it is not cached. */
export function firstUnreadSeq(cache: Cache, entry: ConversationEntry, self: UserId): number | undefined {
  const { state } = entry
  const id = state.info.conversationId
  if (state.unread === 0) return undefined
  if (!cache.firstUnread.has(id)) cache.firstUnread.set(id, findFirstUnread(cache, entry, self))
  return cache.firstUnread.get(id)
}

/** Events opened at a time while looking for it: most often it is the first. */
const LOOK_STEP = 20

function findFirstUnread(cache: Cache, entry: ConversationEntry, self: UserId): number | undefined {
  const { low, high } = entry.state
  const from = unreadFrom(entry.state)
  if (from < low) return undefined
  const isIt = ({ seq, record }: PlacedEvent) =>
    record.content.type === 'message' && record.actorId !== self && threadSeqOf(record.content, seq) === undefined
  for (let seq = from; seq <= high && seq < from + limits.pageLookback; seq += LOOK_STEP) {
    const found = eventsBetween(cache, entry, seq, seq + LOOK_STEP - 1).find(isIt)
    if (found) return found.seq
  }
  return undefined
}
