// Owns what people may add to a conversation: messages with their files, mentions, threads, quotes and forwarded words,
// and acts on messages that stand (edit, delete, react).
// Always holds: a file is sent only by whoever has handed all of it in or sees it in a message; forwarded words are read
// here, as they stand, and only where their reader may view them; policy is asked when the event gets its place.

import { normaliseBody } from '../../shared/body.ts'
import { limits } from '../../shared/limits.ts'
import type {
  ClientId,
  ConversationId,
  FileInfo,
  Forwarded,
  MessageContent,
  Policy,
  UserId,
} from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { MessageAct, SendFrame } from '../../shared/wire.ts'
import type { Access } from '../access/access.ts'
import type { Sealing } from '../sealing.ts'
import type { StoreView } from '../store/port.ts'
import { keepFiles, mentionFault, messageAt, placeFault, prepareContent, standingMessage } from './contents.ts'
import type { Prepared } from './events.ts'

/** A message as a device hands it in. */
export type NewMessage = Omit<SendFrame, 'type' | 'conversationId' | 'clientId'>

/** Who says it, where, and by which id it is settled. */
export interface Sender {
  readonly conversationId: ConversationId
  readonly actorId: UserId
  readonly clientId: ClientId
}

interface Parts {
  readonly view: StoreView
  readonly sealing: Sealing
  readonly access: Access
  readonly policy: Policy
}

/**
 * Takes a message for the end of the conversation. Failures: `bad-input`, `file-missing` (not handed in, or not by them),
 * `file-mismatch` (another size), `policy-forbids`, `not-allowed` and `message-deleted` (what is forwarded).
 */
export function prepareMessage(parts: Parts, sender: Sender, message: NewMessage): Result<Prepared> {
  const { view } = parts
  const { conversationId, actorId, clientId } = sender
  const { mentions, threadSeq, quoteSeq, isFallback } = message
  const fault =
    mentionFault(view, conversationId, normaliseBody(message.body), mentions) ??
    placeFault(view, conversationId, message)
  if (fault !== undefined) return { ok: false, error: fault }
  const handedIn = message.files ?? []
  const held = holdsFiles(view, actorId, handedIn)
  if (!held.ok) return held
  const source = message.forward === undefined ? ok(undefined) : forwardedFrom(parts, actorId, message.forward)
  if (!source.ok) return source
  const files = [...handedIn, ...(source.value?.files ?? [])]
  if (files.length > limits.filesPerMessage) return fail('bad-input', 'The message has too many files.')
  const forwarded = source.value?.forwarded
  if (isFallback === true && mentions !== undefined) return fail('bad-input', 'Nobody is named by words of no one.')
  // What repeats file names or forwarded words is what the server has of them.
  const body = isFallback === true ? fallbackBody(forwarded, files) : normaliseBody(message.body)
  if (body === '') return fail('bad-input', 'There is nothing that the words could repeat.')
  const content: MessageContent = {
    type: 'message',
    clientId,
    body,
    ...(isFallback === true && { isFallback }),
    ...(files.length > 0 && { files }),
    ...(mentions !== undefined && mentions.length > 0 && { mentions }),
    ...(threadSeq !== undefined && { threadSeq }),
    ...(quoteSeq !== undefined && { quoteSeq }),
    ...(forwarded !== undefined && { forwarded }),
  }
  const made = { kind: 'message', targetSeq: threadSeq, json: JSON.stringify(content) }
  return ok(files.length === 0 ? made : { ...made, follow: keepFiles(conversationId, files) })
}

function fallbackBody(forwarded: Forwarded | undefined, files: readonly FileInfo[]): string {
  const words = normaliseBody(forwarded?.body ?? '')
  if (words !== '') return words
  return normaliseBody(files.map((file) => file.name).join(', '))
}

function holdsFiles(view: StoreView, userId: UserId, files: readonly FileInfo[]): Result<void> {
  for (const { sha256, bytes } of files) {
    const row = view.file(sha256)
    if (row === undefined || !(view.holdsFile(userId, sha256) || view.seesFile(userId, sha256))) {
      return fail('file-missing')
    }
    if (row.bytes !== bytes) return fail('file-mismatch', 'The file is of another size.')
  }
  return ok(undefined)
}

/** The message at this place as it stands now, for whoever may view it. */
function forwardedFrom(
  { view, sealing, access, policy }: Parts,
  actorId: UserId,
  { conversationId, seq }: NonNullable<NewMessage['forward']>,
): Result<{ forwarded: Forwarded; files: readonly FileInfo[] }> {
  if (policy.forwarding === false) return fail('policy-forbids')
  if (!access.mayView(actorId, conversationId, view)) return fail('not-allowed')
  const row = messageAt(view, conversationId, seq)
  if (!row.ok) return row
  const { content, body } = standingMessage(view, sealing, row.value)
  const files = content.files ?? []
  // Words that were forwarded there, and nothing said about them, go on as what they were.
  if (body === '' && content.forwarded !== undefined) return ok({ forwarded: content.forwarded, files })
  const { actorId: senderId, atMs } = row.value
  return ok({ forwarded: { conversationId, seq, senderId, atMs, body }, files })
}

/**
 * Takes an act on a message. Failures: `policy-forbids`, `not-allowed` (somebody else's message), `message-deleted`,
 * `bad-input` (no such message, none of its own words, too many different emoji).
 */
export function prepareAct(parts: Parts, sender: Sender, act: MessageAct): Result<Prepared> {
  const { view, sealing, policy } = parts
  const { conversationId, actorId, clientId } = sender
  const { targetSeq } = act
  const target = messageAt(view, conversationId, targetSeq)
  if (!target.ok) return target
  if (act.type === 'react') {
    const { emoji, on } = act
    if (on) {
      const tags = view.reactionTags(conversationId, targetSeq)
      const isNew = !tags.includes(sealing.emojiTag(conversationId, emoji))
      if (isNew && tags.length >= limits.emojiPerMessage) return fail('bad-input', 'The message carries enough emoji.')
    }
    return prepareContent(view, sealing, conversationId, actorId, { type: 'reacted', targetSeq, emoji, on, clientId })
  }
  if (target.value.actorId !== actorId) return fail('not-allowed', 'Only its sender edits or deletes a message.')
  if (act.type === 'delete') {
    if (policy.deleting === false) return fail('policy-forbids')
    return prepareContent(view, sealing, conversationId, actorId, { type: 'deleted', targetSeq, clientId })
  }
  if (policy.editing === false) return fail('policy-forbids')
  if (standingMessage(view, sealing, target.value).body === '') {
    return fail('bad-input', 'The message has no words to edit.')
  }
  const { body, mentions } = act
  return prepareContent(view, sealing, conversationId, actorId, {
    type: 'edited',
    targetSeq,
    body,
    ...(mentions !== undefined && mentions.length > 0 && { mentions }),
    clientId,
  })
}
