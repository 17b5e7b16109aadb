// Owns the open conversation as the window holds it: one contiguous stretch of messages, and what is known around it.
// Always holds: rows with a seq are in its order and contiguous with what main answered; rows without (the outbox) stand
// at the end and only where the stretch reaches the newest. Pure: no clock, no bridge.

import type { FailureView, MessagePage, MessageView } from '../../shared/bridge.ts'

export interface Timeline {
  readonly messages: readonly MessageView[]
  /** Pass to readConversation for the page above; absent at the conversation's beginning. */
  readonly before: number | undefined
  readonly olderUnavailable: boolean
  readonly readSeq: number
  /** The unread line stands after this seq; fixed when the conversation is opened. */
  readonly unreadAfterSeq: number | undefined
  /** False for a stretch in the past, opened from a search hit. */
  readonly reachesNewest: boolean
  readonly newestSeq: number
  /** Reading to here reads all: the newest place, shown or not (replies in threads, reactions). */
  readonly endSeq: number
  /** True where the last change added rows above: the list must keep its place from the end. */
  readonly grewAbove: boolean
  readonly loading: 'older' | 'newer' | undefined
  readonly failure: FailureView | undefined
  /** Changes with each stretch that has nothing to do with the one before: the list starts anew. */
  readonly stretch: number
  /** The message to show and mark when the stretch is opened. */
  readonly targetSeq: number | undefined
  /** Counts the jumps to targets within the stretch. */
  readonly jump: number
  /** Counts what the user has written here while it was open: who writes is led to the end. */
  readonly written: number
  /** How far others have read, as last heard. */
  readonly readers: MessagePage['readers']
  /** What was unread when the conversation was opened, where it began above the page it opened with. */
  readonly unreadAbove: { readonly seq: number; readonly count: number } | undefined
}

/** The highest seq among `messages`, 0 where none has one. */
export function lastSeqOf(messages: readonly MessageView[]): number {
  return messages.reduce((last, message) => Math.max(last, message.seq ?? 0), 0)
}

function firstSeqOf(messages: readonly MessageView[]): number | undefined {
  return messages.find((message) => message.seq !== undefined)?.seq
}

/** Opens at the newest page: the unread line goes after what was read, if others wrote since. */
export function openNewest(page: MessagePage, stretch: number, targetSeq?: number): Timeline {
  return {
    messages: page.messages,
    before: page.before,
    olderUnavailable: page.olderUnavailable,
    readSeq: page.readSeq,
    unreadAfterSeq: unreadLine(page),
    reachesNewest: true,
    newestSeq: lastSeqOf(page.messages),
    endSeq: page.newestSeq,
    grewAbove: false,
    loading: undefined,
    failure: undefined,
    stretch,
    targetSeq,
    jump: 0,
    written: 0,
    readers: page.readers,
    unreadAbove: undefined,
  }
}

/** Opens around a message of the past: `around` is the page that holds it, `newest` tells how far the present is. */
export function openAround(
  around: MessagePage,
  newest: MessagePage,
  stretch: number,
  targetSeq: number | undefined,
): Timeline {
  if (targetSeq !== undefined && newest.messages.some((message) => message.seq === targetSeq))
    return openNewest(newest, stretch, targetSeq)
  const messages = around.messages.filter((message) => message.seq !== undefined)
  const timeline: Timeline = {
    ...openNewest({ ...around, messages }, stretch, targetSeq),
    unreadAfterSeq: unreadLine(newest),
    readSeq: newest.readSeq,
    readers: newest.readers,
    reachesNewest: false,
    newestSeq: lastSeqOf(newest.messages),
    endSeq: newest.newestSeq,
  }
  return meets(messages, newest) ? mergeNewest(timeline, newest, true) : timeline
}

function unreadLine(page: MessagePage): number | undefined {
  const unread = page.messages.some(
    (message) => !message.mine && message.seq !== undefined && message.seq > page.readSeq,
  )
  return unread ? page.readSeq : undefined
}

/**
 * `held` as opened by somebody with `count` unread messages from `seq` on, by hand or as they came: the line stands before
 * them, and where they begin above what is held, that is told.
 */
export function withUnread(held: Timeline, unread: { readonly seq: number; readonly count: number }): Timeline {
  const first = firstSeqOf(held.messages)
  const above = first !== undefined && unread.seq < first
  return { ...held, unreadAfterSeq: unread.seq - 1, unreadAbove: above ? unread : undefined }
}

/** True where the newest page begins at or before the row that follows `held`. */
function meets(held: readonly MessageView[], newest: MessagePage): boolean {
  const first = firstSeqOf(newest.messages)
  return first === undefined || newest.before === undefined || first <= lastSeqOf(held) + 1
}

/** What is left of `held` where `page` says that IT has taken what was there from desktops: their words are not kept here either. */
function withoutWithdrawn(held: Timeline, page: MessagePage): Timeline {
  const upTo = page.messages.reduce((last, { content, seq = 0 }) => {
    return content.type === 'notice' && content.notice === 'withdrawn' ? Math.max(last, seq) : last
  }, 0)
  if (upTo === 0 || (firstSeqOf(held.messages) ?? upTo + 1) > upTo) return held
  return { ...held, messages: held.messages.filter(({ seq }) => seq === undefined || seq > upTo) }
}

/**
 * The newest page, read again. Its rows replace the tail, so that delivered, refused and discarded messages change place
 * or vanish. Where so much came that it no longer meets what is held, `follow` (the reader stands at the end) moves to
 * the newest, and otherwise the stretch stays in the past and is continued by scrolling.
 */
export function mergeNewest(before: Timeline, page: MessagePage, follow: boolean): Timeline {
  const held = withoutWithdrawn(before, page)
  const newestSeq = lastSeqOf(page.messages)
  const known = {
    ...held,
    newestSeq,
    endSeq: page.newestSeq,
    readSeq: page.readSeq,
    readers: page.readers,
    grewAbove: false,
    failure: undefined,
  }
  const first = firstSeqOf(page.messages)
  if (!meets(held.messages, page)) {
    if ((follow && held.reachesNewest) || firstSeqOf(held.messages) === undefined)
      return { ...openNewest(page, held.stretch + 1), unreadAfterSeq: held.unreadAfterSeq }
    return { ...known, messages: held.messages.filter((message) => message.seq !== undefined), reachesNewest: false }
  }
  const kept = held.messages.filter(
    (message) => message.seq !== undefined && first !== undefined && message.seq < first,
  )
  // A page that holds the whole conversation is the whole truth: what it lacks is gone.
  const whole = page.before === undefined && !page.olderUnavailable
  return {
    ...known,
    messages: whole ? page.messages : [...kept, ...page.messages],
    before: whole ? undefined : kept.length > 0 ? held.before : page.before,
    olderUnavailable: kept.length > 0 ? held.olderUnavailable : page.olderUnavailable,
    reachesNewest: true,
  }
}

/** A page from above what is held. */
export function mergeOlder(before: Timeline, page: MessagePage): Timeline {
  const held = withoutWithdrawn(before, page)
  const first = firstSeqOf(held.messages) ?? Number.POSITIVE_INFINITY
  const older = page.messages.filter((message) => message.seq !== undefined && message.seq < first)
  return {
    ...held,
    messages: [...older, ...held.messages],
    before: page.before,
    olderUnavailable: page.olderUnavailable,
    grewAbove: older.length > 0,
    loading: undefined,
    failure: undefined,
  }
}

/** A page from below a stretch of the past. */
export function mergeNewer(before: Timeline, page: MessagePage): Timeline {
  const held = withoutWithdrawn(before, page)
  const last = lastSeqOf(held.messages)
  const newer = page.messages.filter((message) => message.seq !== undefined && message.seq > last)
  return { ...held, messages: [...held.messages, ...newer], grewAbove: false, loading: undefined, failure: undefined }
}

/** Draws the unread line anew for what arrives while nobody looks; a line that still has unread rows below stays. */
export function moveUnreadLine(held: Timeline): Timeline {
  const line = held.unreadAfterSeq
  const waiting = line !== undefined && held.readSeq <= line
  if (waiting) return held
  const unread = held.messages.some(
    (message) => !message.mine && message.seq !== undefined && message.seq > held.readSeq,
  )
  return unread ? { ...held, unreadAfterSeq: held.readSeq } : held
}
