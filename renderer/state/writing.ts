// Owns what is being written, in a conversation or in a thread of it: mentions and quote beside the text, a message being
// edited in its place, and handing it to main. The text of a conversation itself is a draft (drafts.ts); that of a thread
// lives here only.
// Always holds: sending shows nothing by itself; what main did not take comes back, before anything written since.
// Must never: put text back into memory while the app is locked.

import type { FailureView, MessageView } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import type { ConversationId, FileId } from '../../shared/model.ts'
import { type DraftMention, moveMentions, type Nameable, nameable, outgoing } from '../text/mentions.ts'
import { type Drafts, draftOf } from './drafts.ts'
import { attachingIn, type Files, filesToSend } from './files.ts'
import type { WorkspaceActions, WorkspaceContext, WorkspaceState } from './state.ts'

/** Where something is written. */
export interface WritingPlace {
  readonly conversationId: ConversationId
  /** In the thread of this message. */
  readonly threadSeq?: number | undefined
}

/** A message quoted in what is being written. */
export interface QuotedMessage {
  readonly seq: number
  readonly senderName: string
  readonly text: string
}

export interface Writing {
  /** Of a thread; a conversation's is its draft. */
  readonly text: string
  readonly mentions: readonly DraftMention[]
  readonly quote: QuotedMessage | undefined
  /** A message of this user's that is being edited; what was being written waits meanwhile. */
  readonly edit:
    | {
        readonly seq: number
        readonly before: string
        readonly text: string
        readonly mentions: readonly DraftMention[]
      }
    | undefined
}

const noFiles: readonly FileId[] = []
const nothing: Writing = { text: '', mentions: [], quote: undefined, edit: undefined }

/** Names a place in `WorkspaceState.writing`. */
export function placeKey({ conversationId, threadSeq }: WritingPlace): string {
  return threadSeq === undefined ? conversationId : `${conversationId}:${threadSeq}`
}

/** What is being written at a place, but for the text in its field. */
export function writingAt(state: WorkspaceState, place: WritingPlace): Writing {
  return state.writing[placeKey(place)] ?? nothing
}

/** What stands in the field of a place. */
export function fieldText(state: WorkspaceState, place: WritingPlace): string {
  const writing = writingAt(state, place)
  if (writing.edit !== undefined) return writing.edit.text
  return place.threadSeq === undefined ? draftOf(state, place.conversationId) : writing.text
}

/** Whom a message in a conversation may name. */
function nameableIn(state: WorkspaceState, conversationId: ConversationId): Nameable {
  const conversation = state.conversations?.find((c) => c.conversationId === conversationId)
  if (conversation === undefined) return { people: [], departments: [], everyone: false }
  const members = new Set(conversation.memberIds)
  const people = (state.people ?? []).filter((person) => members.has(person.userId))
  return nameable(people, state.session?.me?.userId, conversation.kind)
}

/** The mentions of a message as its text is edited. */
function mentionsOf(content: Extract<MessageView['content'], { type: 'text' }>): readonly DraftMention[] {
  return (content.mentions ?? []).flatMap(({ type, start, end, userId, department }): DraftMention[] => {
    const range = { start, end, label: content.text.slice(start, end) }
    if (type === 'everyone') return [{ ...range, named: { type } }]
    if (type === 'person') return userId === undefined ? [] : [{ ...range, named: { type, userId } }]
    return department === undefined ? [] : [{ ...range, named: { type, department } }]
  })
}

type WritingActions = Pick<
  WorkspaceActions,
  | 'write'
  | 'quoteMessage'
  | 'editMessage'
  | 'cancelEdit'
  | 'send'
  | 'forwardMessage'
  | 'retryMessage'
  | 'discardMessage'
  | 'deleteMessage'
  | 'react'
  | 'readEdits'
> & {
  /** Drops what was being written in conversations that are no longer listed. */
  pruneWriting(listed: ReadonlySet<ConversationId>): void
  /** Drops everything from memory, or all but this user's own words in threads, which main does not keep. */
  forgetWriting(keepUnsaved: boolean): void
}

interface WritingParts {
  readonly drafts: Drafts
  readonly files: Pick<Files, 'take' | 'taken'>
  /** The reader has written: back to the present, without an unread line. */
  readonly wrote: () => void
}

/** The acts of writing over `context`. */
export function createWriting(
  { ask, store }: WorkspaceContext,
  { drafts, files, wrote }: WritingParts,
): WritingActions {
  const isLocked = () => store.getState().session?.appLock.locked === true

  function change(place: WritingPlace, part: Partial<Writing>): void {
    if (isLocked()) return
    store.setState((state) => ({
      writing: { ...state.writing, [placeKey(place)]: { ...writingAt(state, place), ...part } },
    }))
  }
  function setText(place: WritingPlace, text: string): void {
    if (place.threadSeq === undefined) drafts.setDraft(place.conversationId, text)
    else change(place, { text })
  }
  function failed(error: FailureView): void {
    store.setState({ actFailure: error })
  }

  async function saveEdit(place: WritingPlace, edit: NonNullable<Writing['edit']>): Promise<void> {
    const { conversationId } = place
    const { body, mentions } = outgoing(edit.text, edit.mentions, nameableIn(store.getState(), conversationId))
    if (body === '' || body.length > limits.bodyChars) return
    change(place, { edit: undefined })
    if (body === edit.before) return
    const named = mentions.length === 0 ? {} : { mentions: [...mentions] }
    const answer = await ask('editMessage', { conversationId, seq: edit.seq, body, ...named })
    if (answer.ok) return
    failed(answer.error)
    if (writingAt(store.getState(), place).edit === undefined) change(place, { edit })
  }

  return {
    write(place, text, caret, mentions) {
      const { edit, ...writing } = writingAt(store.getState(), place)
      const before = fieldText(store.getState(), place)
      const held = edit?.mentions ?? writing.mentions
      const moved = mentions ?? moveMentions(held, before, text, caret)
      if (edit !== undefined) {
        change(place, { edit: { ...edit, text, mentions: moved } })
        return
      }
      setText(place, text)
      if (moved !== writing.mentions) change(place, { mentions: moved })
    },
    quoteMessage: (place, quote) => change(place, { quote }),
    editMessage(place, { seq, content }) {
      if (seq === undefined || content.type !== 'text') return
      change(place, { edit: { seq, before: content.text, text: content.text, mentions: mentionsOf(content) } })
    },
    cancelEdit: (place) => change(place, { edit: undefined }),
    async send(conversationId, threadSeq) {
      const place = { conversationId, threadSeq }
      const { edit, mentions: chosen, quote } = writingAt(store.getState(), place)
      if (edit !== undefined) return saveEdit(place, edit)
      const text = fieldText(store.getState(), place)
      const { body, mentions } = outgoing(text, chosen, nameableIn(store.getState(), conversationId))
      // Files are attached to a conversation's draft, not to that of a thread.
      const fileIds = threadSeq === undefined ? filesToSend(attachingIn(store.getState(), conversationId)) : noFiles
      if (fileIds === undefined || body.length > limits.bodyChars) return
      if (body.trim() === '' && fileIds.length === 0) return
      if (threadSeq === undefined) drafts.take(conversationId)
      if (fileIds.length > 0) files.take(conversationId, fileIds)
      change(place, nothing)
      store.setState({ actFailure: undefined })
      if (threadSeq === undefined) wrote()
      const answer = await ask('sendMessage', {
        conversationId,
        body: body.trim() === '' ? '' : body,
        ...(fileIds.length === 0 ? {} : { fileIds: [...fileIds] }),
        ...(mentions.length === 0 ? {} : { mentions: [...mentions] }),
        ...(threadSeq === undefined ? {} : { threadSeq }),
        ...(quote === undefined ? {} : { quoteSeq: quote.seq }),
      })
      files.taken(conversationId, fileIds, answer.ok)
      if (answer.ok) {
        if (threadSeq === undefined) drafts.sent(conversationId)
        return
      }
      // Not taken: it comes back, before anything written since.
      const since = fieldText(store.getState(), place)
      const later = writingAt(store.getState(), place)
      const shift = text.length + 1
      const moved = later.mentions.map((m) => ({ ...m, start: m.start + shift, end: m.end + shift }))
      if (text !== '') setText(place, since === '' ? text : `${text}\n${since}`)
      change(place, { mentions: [...chosen, ...moved], quote: later.quote ?? quote })
      failed(answer.error)
    },
    async forwardMessage(from, to, comment) {
      const { body, mentions } = outgoing(comment, [], nameableIn(store.getState(), to))
      const answer = await ask('sendMessage', {
        conversationId: to,
        body,
        ...(mentions.length === 0 ? {} : { mentions: [...mentions] }),
        forward: { conversationId: from.conversationId, seq: from.seq },
      })
      return answer.ok ? undefined : answer.error
    },
    async react(conversationId, seq, emoji, on) {
      const answer = await ask('react', { conversationId, seq, emoji, on })
      if (!answer.ok) failed(answer.error)
    },
    async deleteMessage(conversationId, seq) {
      const answer = await ask('deleteMessage', { conversationId, seq })
      return answer.ok ? undefined : answer.error
    },
    readEdits: (conversationId, seq) => ask('readEdits', { conversationId, seq }),
    async retryMessage(clientId) {
      const answer = await ask('retryMessage', { clientId })
      store.setState({ actFailure: answer.ok ? undefined : answer.error })
    },
    async discardMessage(clientId) {
      const answer = await ask('discardMessage', { clientId })
      store.setState({ actFailure: answer.ok ? undefined : answer.error })
    },
    forgetWriting(keepUnsaved) {
      const own = Object.entries(store.getState().writing).filter(([, { text }]) => keepUnsaved && text !== '')
      store.setState({ writing: Object.fromEntries(own.map(([key, { text }]) => [key, { ...nothing, text }])) })
    },
    pruneWriting(listed) {
      const { writing } = store.getState()
      const kept = Object.entries(writing).filter(([key]) => listed.has(key.split(':')[0] as ConversationId))
      if (kept.length < Object.keys(writing).length) store.setState({ writing: Object.fromEntries(kept) })
    },
  }
}
