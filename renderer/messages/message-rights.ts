// Owns what may be done with a message, by what it is, whose it is, and what policy allows. Pure.
// Always holds: it only decides what the window offers; the server decides what is done.

import type { MessageView, SessionView } from '../../shared/bridge.ts'

export interface MessageRights {
  readonly react: boolean
  readonly thread: boolean
  readonly quote: boolean
  readonly forward: boolean
  readonly copy: boolean
  readonly edit: boolean
  readonly delete: boolean
  readonly unread: boolean
  readonly history: boolean
  readonly readers: boolean
}

/** What the user may do with `message`; `archived` tells whether its conversation is. */
export function rightsOver(
  message: MessageView,
  may: SessionView['may'] | undefined,
  archived: boolean,
): MessageRights {
  const { content, seq, mine, threadSeq, pending } = message
  const text = content.type === 'text' ? content : undefined
  const isThere = seq !== undefined && text !== undefined
  const isOpen = isThere && !archived && pending?.act !== 'delete'
  return {
    react: isOpen,
    thread: isThere && threadSeq === undefined && (!archived || message.thread !== undefined),
    quote: isOpen,
    forward: isThere && may?.forward === true,
    copy: text !== undefined && text.text !== '',
    edit: isOpen && mine && may?.edit === true && text.text !== '',
    delete: isOpen && mine && may?.delete === true,
    unread: seq !== undefined && threadSeq === undefined,
    history: isThere && text.editedAtMs !== undefined,
    readers: isThere && mine,
  }
}

/** The last message of this user's own that can be edited: what ArrowUp leads to. */
export function lastEditable(
  messages: readonly MessageView[],
  may: SessionView['may'] | undefined,
  archived: boolean,
): MessageView | undefined {
  return messages.findLast((message) => rightsOver(message, may, archived).edit)
}
