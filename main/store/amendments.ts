// Owns what events make of earlier messages: words of an edit, deletion, reactions, replies in a thread. Pure.
// Always holds: the outcome is the same in whatever order events arrive, older history after newer too; a deletion is final
// and takes edits and reactions along; the last word of a person about an emoji counts, by seq.

import { type ConversationEvent, isKnownContent } from '../../shared/model.ts'
import { type Amendment, REDACTED, type Reaction, type Reply } from './records.ts'

/** What the amendments of one batch are worked out over. */
export interface Amending {
  amendmentOf(seq: number): Amendment | undefined
  put(seq: number, amendment: Amendment): void
  /** The message whose thread the one at `seq` is a reply in, so far as that is cached. */
  threadOf(seq: number): number | undefined
}

/** The message whose thread this content, standing at `seq`, is a reply in; one that claims a later message is none. */
export function threadSeqOf({ type, threadSeq }: ConversationEvent['content'], seq: number): number | undefined {
  if (type !== 'message' && type !== REDACTED) return undefined
  return typeof threadSeq === 'number' && Number.isInteger(threadSeq) && threadSeq >= 1 && threadSeq < seq
    ? threadSeq
    : undefined
}

export const isDeleted = (amendment: Amendment | undefined): boolean => amendment?.deletedAtMs !== undefined

/** Notes what `event` makes of earlier messages. */
export function amend(event: ConversationEvent, to: Amending): void {
  const { seq, content } = event
  const rootSeq = threadSeqOf(content, seq)
  if (rootSeq !== undefined) to.put(rootSeq, withReply(to.amendmentOf(rootSeq), event, isDeleted(to.amendmentOf(seq))))
  if (!isKnownContent(content) || !('targetSeq' in content)) return
  const { targetSeq } = content
  if (typeof targetSeq !== 'number' || targetSeq >= seq) return
  const before = to.amendmentOf(targetSeq)
  if (content.type === 'deleted') {
    to.put(targetSeq, deletedFrom(before, event.atMs))
    markGone(to, targetSeq)
  } else if (isDeleted(before)) return
  else if (content.type === 'edited')
    to.put(targetSeq, { ...before, edit: editAfter(before?.edit, event, content.body, content.mentions) })
  else if (content.type === 'reacted') {
    const { emoji, on } = content
    const next = { userId: event.actorId, emoji, seq, on }
    to.put(targetSeq, { ...before, reactions: reactionsAfter(before?.reactions ?? [], next) })
  }
}

/** The thread of a deleted message stays; all else of it goes. */
function deletedFrom(before: Amendment | undefined, atMs: number): Amendment {
  return { deletedAtMs: before?.deletedAtMs ?? atMs, ...(before?.replies && { replies: before.replies }) }
}

function markGone(to: Amending, seq: number): void {
  const rootSeq = to.threadOf(seq)
  const root = rootSeq === undefined ? undefined : to.amendmentOf(rootSeq)
  if (rootSeq === undefined || !root?.replies) return
  const replies = root.replies.map((reply): Reply => (reply.seq === seq ? { ...reply, gone: true } : reply))
  to.put(rootSeq, { ...root, replies })
}

function withReply(root: Amendment | undefined, event: ConversationEvent, isGone: boolean): Amendment {
  const { seq, atMs, actorId: userId, content } = event
  const reply: Reply = { seq, atMs, userId, ...((isGone || content.type === REDACTED) && { gone: true as const }) }
  const before = root?.replies ?? []
  const last = before.at(-1)
  const replies =
    last === undefined || last.seq < seq
      ? [...before, reply]
      : [...before.filter((each) => each.seq !== seq), reply].sort((a, b) => a.seq - b.seq)
  return { ...root, replies }
}

type Edit = NonNullable<Amendment['edit']>

function editAfter(
  before: Edit | undefined,
  { seq, atMs }: ConversationEvent,
  body: string,
  mentions: Edit['mentions'],
): Edit {
  const seqs = [...(before?.seqs ?? []), seq].sort((a, b) => a - b)
  // Older history arrives after newer: the words of the latest edit stand.
  if (before && seqs.at(-1) !== seq) return { ...before, seqs }
  return { body, atMs, seqs, ...(mentions && { mentions }) }
}

function reactionsAfter(before: readonly Reaction[], next: Reaction): readonly Reaction[] {
  const known = before.find(({ userId, emoji }) => userId === next.userId && emoji === next.emoji)
  if (known && known.seq >= next.seq) return before
  return [...before.filter((each) => each !== known), next]
}
