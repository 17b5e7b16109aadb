// Owns what the server takes as the content of an event, and in what form it hands an event's content out.
// Always holds: `edited` and `deleted` are about an earlier message of the same conversation that is not deleted yet;
// the words of a deleted message, edits and file names included, stay sealed in the log and are handed out no more.

import { z } from 'zod'
import {
  type ClientId,
  type ConversationId,
  clientIdSchema,
  deletedContentSchema,
  editedContentSchema,
  type FileInfo,
  futureContentSchema,
  messageContentSchema,
  normaliseBody,
  type UserId,
} from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { EventRow, StoreView } from '../store/port.ts'

/** A content as it is handed in: a message is told its clientId by whoever appends it. */
export type NewContent =
  | {
      readonly type: 'message'
      readonly clientId: ClientId
      readonly body: string
      readonly files?: readonly FileInfo[]
    }
  | { readonly type: 'edited'; readonly targetSeq: number; readonly body: string }
  | { readonly type: 'deleted'; readonly targetSeq: number }
  /** Of a kind that this version does not know; kept and carried as it is. */
  | { readonly type: 'other'; readonly content: z.infer<typeof futureContentSchema> }

/** A content in the form in which it is sealed. */
export interface Prepared {
  readonly kind: string
  readonly targetSeq: number | undefined
  readonly json: string
}

/**
 * Takes a content of `actorId` for the end of the conversation. Failures: `bad-input` (malformed, or no such target),
 * `not-allowed` (an edit of somebody else's message).
 */
export function prepareContent(
  view: StoreView,
  conversationId: ConversationId,
  actorId: UserId,
  content: NewContent,
): Result<Prepared> {
  if (content.type === 'other') return prepared(futureContentSchema, content.content, undefined)
  if (content.type === 'message') {
    return prepared(messageContentSchema, { ...content, body: normaliseBody(content.body) }, undefined)
  }
  const { targetSeq } = content
  const [target] = view.events(conversationId, targetSeq, targetSeq)
  if (target?.kind !== 'message') return fail('bad-input', 'There is no such message.')
  if (view.deletedSeqs(conversationId, targetSeq, targetSeq).size > 0) {
    return fail('bad-input', 'The message has been deleted.')
  }
  if (content.type === 'deleted') return prepared(deletedContentSchema, content, targetSeq)
  if (target.actorId !== actorId) return fail('not-allowed', 'Only its sender edits a message.')
  return prepared(editedContentSchema, { ...content, body: normaliseBody(content.body) }, targetSeq)
}

function prepared(
  schema: z.ZodType<{ type: string }>,
  value: unknown,
  targetSeq: number | undefined,
): Result<Prepared> {
  const parsed = schema.safeParse(value)
  if (!parsed.success) return fail('bad-input', 'The content does not fit its kind.')
  return ok({ kind: parsed.data.type, targetSeq, json: JSON.stringify(parsed.data) })
}

/** Whether this event's words are gone: it is a deleted message, or an edit of one. */
export function isDeleted(row: EventRow, deletedSeqs: ReadonlySet<number>): boolean {
  if (row.kind === 'message') return deletedSeqs.has(row.seq)
  return row.kind === 'edited' && row.targetSeq !== undefined && deletedSeqs.has(row.targetSeq)
}

const sentSchema = z.object({ clientId: clientIdSchema.optional() })

/**
 * What stands in the place of a content whose words are gone: a message keeps its clientId, by which its sender's outbox
 * knows it. Clients see a type that they do not know, and the event `deleted` that follows.
 */
export function redactedJson(contentJson: string): string {
  const { clientId } = sentSchema.parse(JSON.parse(contentJson))
  return JSON.stringify({ type: 'redacted', ...(clientId === undefined ? {} : { clientId }) })
}
