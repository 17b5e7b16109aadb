// Owns what is read of one conversation at a time: pages of its timeline, a thread, the versions of a message, the place of a
// time. Reads only.
// Always holds: a message is shown once, either as waiting or as sent; replies show in their thread and not in the timeline;
// a run of withdrawn events shows as one notice, whatever pages it lies on;
// a page looks through a bounded number of events, and its `before` goes on where it ended.

import type { MessagePage, MessageView, ThreadPage } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import { type ConversationId, isKnownContent } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { isDeleted, threadSeqOf } from './amendments.ts'
import type { Cache } from './cache.ts'
import { eventAt, eventsBelow, readAmendment } from './events.ts'
import { type RowContext, rowContext, rowsOf, waitingRows } from './message-view.ts'
import { type EventRecord, REDACTED } from './records.ts'
import { unreadFrom } from './unread.ts'
import type { ViewContext } from './view.ts'

/** Events read at least at a time once a page needs more than its own number. */
const LOOKBACK_STEP = 100

/**
 * A page of at most `limit` rows before `before` (or the newest, then with the outbox), oldest first. Its `before` is the next
 * page's, absent at the beginning; where the cache ends before the conversation does, `olderUnavailable`. Codes: not-found.
 */
export function readPage(
  context: ViewContext,
  conversationId: ConversationId,
  before: number | undefined,
  limit: number,
): Result<MessagePage> {
  const entry = context.cache.conversations.get(conversationId)
  if (!entry) return fail('not-found', 'No such conversation.')
  const { low, high, info, readers = [] } = entry.state
  const rows = rowContext(context, entry)
  const top = before === undefined ? high : Math.min(high, before - 1)
  const { shown, lowest } = timelineBelow(rows, top, limit)
  const messages = shown.reverse().flat()
  if (before === undefined) messages.push(...waitingRows(rows, undefined))
  // A conversation begins with its own creation: one without any event here has not been fetched yet.
  const cacheEnds = lowest <= low || high === 0
  const members = new Set(info.memberIds)
  return ok({
    conversationId,
    messages,
    ...(lowest > 1 && { before: lowest }),
    olderUnavailable: cacheEnds && (lowest > 1 || high === 0),
    readSeq: unreadFrom(entry.state) - 1,
    newestSeq: high,
    readers:
      members.size > limits.livelyMembers
        ? []
        : readers.filter(({ userId }) => members.has(userId)).map(({ userId, seq }) => ({ userId, seq })),
  })
}

/** Rows of up to `limit` events from `top` down, the newest first, and the lowest seq looked at. */
function timelineBelow(context: RowContext, top: number, limit: number) {
  const { cache, entry } = context
  const shown: MessageView[][] = []
  let lowest = top + 1
  let looked = 0
  // The page before this one has shown the run of withdrawn events that goes on here.
  let isInRun = isWithdrawn(eventAt(cache, entry, top + 1))
  while (shown.length < limit && looked < limits.pageLookback) {
    const wanted = looked === 0 ? limit : Math.max(limit - shown.length, LOOKBACK_STEP)
    const found = eventsBelow(cache, entry, lowest - 1, Math.min(wanted, limits.pageLookback - looked))
    if (found.length === 0) break
    for (const { seq, record } of found) {
      lowest = seq
      looked += 1
      const isAgain = isInRun && isWithdrawn(record)
      isInRun = isWithdrawn(record)
      const isElsewhere = threadSeqOf(record.content, seq) !== undefined
      const rows = isAgain || isElsewhere ? [] : rowsOf(context, seq, record)
      if (rows.length > 0) shown.push(rows)
      if (shown.length === limit) break
    }
  }
  return { shown, lowest }
}

const isWithdrawn = (record: EventRecord | undefined): boolean => record?.content.type === 'withdrawn'

/** A message and the replies in its thread; asked for one of the replies, the same. Codes: not-found. */
export function readThread(context: ViewContext, conversationId: ConversationId, seq: number): Result<ThreadPage> {
  const { cache } = context
  const entry = cache.conversations.get(conversationId)
  if (!entry) return fail('not-found', 'No such conversation.')
  const rows = rowContext(context, entry)
  const asked = eventAt(cache, entry, seq)
  // A notification or a search hit leads to a reply.
  const rootSeq = (asked && threadSeqOf(asked.content, seq)) ?? seq
  const record = rootSeq === seq ? asked : eventAt(cache, entry, rootSeq)
  const isMessage = record && (record.content.type === 'message' || record.content.type === REDACTED)
  if (record && (!isMessage || threadSeqOf(record.content, rootSeq) !== undefined))
    return fail('not-found', 'No thread begins with this message.')
  const root = record && rowsOf(rows, rootSeq, record)[0]
  const all = readAmendment(cache, entry.slot, rootSeq)?.replies ?? []
  const replies = all.slice(-limits.threadReplies).flatMap(({ seq }) => {
    const reply = eventAt(cache, entry, seq)
    return reply ? rowsOf(rows, seq, reply) : []
  })
  return ok({
    ...(root && { root }),
    replies: [...replies, ...waitingRows(rows, rootSeq)],
    olderUnavailable: all.length > limits.threadReplies || entry.state.high === 0 || entry.state.low > rootSeq,
  })
}

/** What a message said, oldest first, and says. Codes: not-found, message-deleted. */
export function readEdits(
  cache: Cache,
  conversationId: ConversationId,
  seq: number,
): Result<{ versions: { atMs: number; text: string }[] }> {
  const entry = cache.conversations.get(conversationId)
  const record = entry && eventAt(cache, entry, seq)
  if (!entry || !record) return fail('not-found', 'No such message here.')
  const amendment = readAmendment(cache, entry.slot, seq)
  if (isDeleted(amendment)) return fail('message-deleted')
  const { content, atMs } = record
  if (!isKnownContent(content) || content.type !== 'message') return fail('not-found', 'No such message here.')
  const edits = (amendment?.edit?.seqs ?? []).flatMap((editSeq) => {
    const edit = eventAt(cache, entry, editSeq)
    return typeof edit?.content.body === 'string' ? [{ atMs: edit.atMs, text: edit.content.body }] : []
  })
  return ok({ versions: [{ atMs, text: content.isFallback ? '' : content.body }, ...edits] })
}

/** The first event at or after `atMs`; undefined where the cache does not tell. */
export function seqAt(cache: Cache, conversationId: ConversationId, atMs: number): number | undefined {
  const entry = cache.conversations.get(conversationId)
  if (!entry) return undefined
  const isBefore = (seq: number) => (eventAt(cache, entry, seq)?.atMs ?? 0) < atMs
  let { low, high } = entry.state
  if (high === 0 || low > high || isBefore(high)) return undefined
  if (!isBefore(low)) return low === 1 ? 1 : undefined
  // Of low…high the first is before the time, the last is not.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (isBefore(middle)) low = middle
    else high = middle
  }
  return high
}
