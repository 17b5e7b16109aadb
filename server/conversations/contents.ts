// Owns what the server takes as the content of an event, and in what form it hands an event's content out.
// Always holds: what is about a message names an earlier one of the same conversation; a reply belongs to a message that
// is no reply; the words of a deleted message, edits and file names included, and all words of what has been withdrawn from
// desktops, stay sealed in the log and are handed out no more; nothing is done any more to a message that has been withdrawn.

import { z } from 'zod'
import { normaliseBody } from '../../shared/body.ts'
import {
  type ClientId,
  type ConversationId,
  clientIdSchema,
  deletedContentSchema,
  editedContentSchema,
  type FileInfo,
  type Forwarded,
  futureContentSchema,
  type Mention,
  type MessageContent,
  messageContentSchema,
  reactedContentSchema,
  seqSchema,
  type UserId,
} from '../../shared/model.ts'
import { type Failure, fail, failureCodes, ok, type Result } from '../../shared/result.ts'
import type { Sealing } from '../sealing.ts'
import type { EventRow, StoreTx, StoreView } from '../store/port.ts'
import { openContent, type Prepared } from './events.ts'

/** A content as it is handed in: a message is told its clientId by whoever appends it. */
export type NewContent =
  | {
      readonly type: 'message'
      readonly clientId: ClientId
      readonly body: string
      readonly files?: readonly FileInfo[]
      readonly mentions?: readonly Mention[]
      readonly threadSeq?: number
      readonly quoteSeq?: number
      readonly forwarded?: Forwarded
    }
  | {
      readonly type: 'edited'
      readonly targetSeq: number
      readonly body: string
      readonly mentions?: readonly Mention[]
      readonly clientId?: ClientId
    }
  | { readonly type: 'deleted'; readonly targetSeq: number; readonly clientId?: ClientId }
  | {
      readonly type: 'reacted'
      readonly targetSeq: number
      readonly emoji: string
      readonly on: boolean
      readonly clientId?: ClientId
    }
  /** Of a kind that this version does not know; kept and carried as it is. */
  | { readonly type: 'other'; readonly content: z.infer<typeof futureContentSchema> }

const emptyMessage = 'The message is empty.'

/**
 * Takes a content of `actorId` for the end of the conversation, whatever policy says: who may do it is asked before.
 * Failures: `bad-input` (malformed, or no such target), `message-deleted` (the target), `not-allowed` (an edit of
 * somebody else's message).
 */
export function prepareContent(
  view: StoreView,
  sealing: Sealing,
  conversationId: ConversationId,
  actorId: UserId,
  content: NewContent,
): Result<Prepared> {
  if (content.type === 'other') return prepared(futureContentSchema, content.content, undefined)
  if (content.type === 'message') {
    const body = normaliseBody(content.body)
    const fault =
      mentionFault(view, conversationId, body, content.mentions) ?? placeFault(view, conversationId, content)
    if (fault !== undefined) return { ok: false, error: fault }
    return prepared(
      messageContentSchema,
      { ...content, body },
      content.threadSeq,
      keepFiles(conversationId, content.files),
    )
  }
  const { targetSeq } = content
  const target = messageAt(view, conversationId, targetSeq)
  if (!target.ok) return target
  if (content.type === 'deleted') {
    return prepared(deletedContentSchema, content, targetSeq, (tx) => {
      tx.dropFileRefs(conversationId, targetSeq)
      tx.dropReactions(conversationId, targetSeq)
    })
  }
  if (content.type === 'reacted') {
    const tag = sealing.emojiTag(conversationId, content.emoji)
    return prepared(reactedContentSchema, content, targetSeq, (tx) =>
      tx.putReaction(conversationId, targetSeq, actorId, tag, content.on),
    )
  }
  if (target.value.actorId !== actorId) return fail('not-allowed', 'Only its sender edits a message.')
  const body = normaliseBody(content.body)
  const fault = mentionFault(view, conversationId, body, content.mentions)
  if (fault !== undefined) return { ok: false, error: fault }
  return prepared(editedContentSchema, { ...content, body }, targetSeq)
}

function prepared(
  schema: z.ZodType<{ type: string }>,
  value: unknown,
  targetSeq: number | undefined,
  follow?: Prepared['follow'],
): Result<Prepared> {
  const parsed = schema.safeParse(value)
  if (!parsed.success) return fail('bad-input', 'The content does not fit its kind.')
  const made = { kind: parsed.data.type, targetSeq, json: JSON.stringify(parsed.data) }
  return ok(follow === undefined ? made : { ...made, follow })
}

/** Notes the files of a message that is appended: those that are here. */
export function keepFiles(
  conversationId: ConversationId,
  files: readonly FileInfo[] | undefined,
): (tx: StoreTx, seq: number) => void {
  return (tx, seq) => {
    for (const { sha256 } of files ?? []) if (tx.file(sha256) !== undefined) tx.addFileRef(sha256, conversationId, seq)
  }
}

/** The message at `seq`. Failures: `bad-input` (none there), `message-deleted` (also where it has been withdrawn). */
export function messageAt(view: StoreView, conversationId: ConversationId, seq: number): Result<EventRow> {
  const [row] = view.events(conversationId, seq, seq)
  if (row?.kind !== 'message') return fail('bad-input', 'There is no such message.')
  if (isWithdrawn(view, conversationId, seq)) return fail('message-deleted')
  return view.deletedSeqs(conversationId, seq, seq).size > 0 ? fail('message-deleted') : ok(row)
}

/** What a message says after its last edit. */
export interface StandingMessage {
  readonly content: MessageContent
  /** Empty where nobody wrote any words. */
  readonly body: string
}

/** How a message that is not deleted stands. */
export function standingMessage(view: StoreView, sealing: Sealing, row: EventRow): StandingMessage {
  const content = messageContentSchema.parse(JSON.parse(openContent(view, sealing, row)))
  const edit = view.lastEdit(row.conversationId, row.seq)
  if (edit === undefined) return { content, body: content.isFallback === true ? '' : content.body }
  return { content, body: editedContentSchema.parse(JSON.parse(openContent(view, sealing, edit))).body }
}

/**
 * Where a message's thread or quote leads nowhere. A message that has been deleted may be answered all the same; one that has
 * been withdrawn may not.
 */
export function placeFault(
  view: StoreView,
  conversationId: ConversationId,
  { threadSeq, quoteSeq }: { readonly threadSeq?: number | undefined; readonly quoteSeq?: number | undefined },
): Failure | undefined {
  if (threadSeq !== undefined) {
    const [root] = view.events(conversationId, threadSeq, threadSeq)
    if (root?.kind !== 'message') return badInput('There is no such message to reply to.')
    if (root.targetSeq !== undefined) return badInput('A reply has no thread of its own.')
    if (isWithdrawn(view, conversationId, threadSeq)) return withdrawn
  }
  if (quoteSeq !== undefined) {
    const [quoted] = view.events(conversationId, quoteSeq, quoteSeq)
    if (quoted?.kind !== 'message') return badInput('There is no such message to quote.')
    if (isWithdrawn(view, conversationId, quoteSeq)) return withdrawn
  }
  return undefined
}

/** Where a body is none, or its mentions are not stretches of it, one after the other, that name members. */
export function mentionFault(
  view: StoreView,
  conversationId: ConversationId,
  body: string,
  mentions: readonly Mention[] = [],
): Failure | undefined {
  if (body === '') return badInput(emptyMessage)
  let from = 0
  for (const mention of mentions) {
    const { start, end } = mention
    if (start < from || end <= start || end > body.length || body[start] !== '@') {
      return badInput('A mention is no stretch of the message.')
    }
    from = end
    if (mention.type === 'person' && view.membership(conversationId, mention.userId)?.active !== true) {
      return badInput('A mention names somebody who is no member.')
    }
  }
  return undefined
}

const badInput = (message: string): Failure => ({ code: 'bad-input', message })

/** What is said of a message that has been withdrawn, as of one that has been deleted. */
const withdrawn: Failure = { code: 'message-deleted', message: failureCodes['message-deleted'] }

/** Whether what stands at this place, if it is words or about words, has been withdrawn from desktops. */
function isWithdrawn(view: StoreView, conversationId: ConversationId, seq: number): boolean {
  return seq <= (view.conversation(conversationId)?.withdrawnSeq ?? 0)
}

/** Whether the file is in this message, for whoever views the conversation. */
export function showsFile(view: StoreView, conversationId: ConversationId, seq: number, sha256: string): boolean {
  return !isWithdrawn(view, conversationId, seq) && view.fileIn(sha256, conversationId, seq)
}

/** Who is there, and what the conversation is called: nothing of what was said. A kind not named here holds words. */
const wordless: ReadonlySet<string> = new Set(['created', 'joined', 'left', 'changed'])
const withdrawnJson = JSON.stringify({ type: 'withdrawn' })

/**
 * The content in the form in which devices are told of it now; opened only where its words are told, or what stays of them.
 * Deleted and withdrawn: as of the whole page (deletedAround()) and of the conversation.
 */
export function toldJson(
  row: EventRow,
  gone: { readonly deletedSeqs: ReadonlySet<number>; readonly withdrawnSeq: number },
  open: (row: EventRow) => string,
): string {
  if (row.seq <= gone.withdrawnSeq && !wordless.has(row.kind)) return withdrawnJson
  return isDeleted(row, gone.deletedSeqs) ? redactedJson(open(row)) : open(row)
}

/** What has been deleted of these events and of the messages that they are about. */
export function deletedAround(
  view: StoreView,
  conversationId: ConversationId,
  rows: readonly EventRow[],
): ReadonlySet<number> {
  const seqs = rows.flatMap((row) => {
    if (row.kind === 'message') return row.seq
    return row.kind === 'edited' && row.targetSeq !== undefined ? row.targetSeq : []
  })
  return seqs.length === 0 ? new Set() : view.deletedSeqs(conversationId, Math.min(...seqs), Math.max(...seqs))
}

/** Whether this event's words are gone: it is a deleted message, or an edit of one. */
function isDeleted(row: EventRow, deletedSeqs: ReadonlySet<number>): boolean {
  if (row.kind === 'message') return deletedSeqs.has(row.seq)
  return row.kind === 'edited' && row.targetSeq !== undefined && deletedSeqs.has(row.targetSeq)
}

const sentSchema = z.object({
  type: z.string(),
  clientId: clientIdSchema.optional(),
  threadSeq: seqSchema.optional(),
})

/**
 * What stands in the place of a content whose words are gone: what it was; a message keeps its clientId, by which its
 * sender's outbox knows it, and its thread. Clients see a type that they do not know, and the event `deleted` that follows.
 */
function redactedJson(contentJson: string): string {
  const { type: was, ...kept } = sentSchema.parse(JSON.parse(contentJson))
  return JSON.stringify({ type: 'redacted', was, ...kept })
}
