// Owns what a user does with a message: by its bar, its menu and its keys alike. Always holds: a command does nothing where
// it may not be done; every one of them asks main and changes nothing here.

import type { MessageView } from '../../shared/bridge.ts'
import { useActions, useStateReader, useWorkspace } from '../app/workspace-context.ts'
import { placeKey, type WritingPlace } from '../state/writing.ts'
import { plainText } from '../text/markdown.ts'
import { copyText } from './clipboard.ts'
import { type MessageRights, rightsOver } from './message-rights.ts'
import { type Overlay, useRows } from './row-context.ts'

export interface MessageCommands {
  readonly rights: MessageRights
  react(anchor: HTMLElement): void
  more(anchor: HTMLElement): void
  readers(anchor: HTMLElement): void
  history(anchor: HTMLElement): void
  /** Puts an emoji on, or takes one's own off. */
  toggle(emoji: string): void
  thread(): void
  quote(): void
  forward(): void
  copy(): Promise<boolean>
  edit(): void
  remove(): void
  unread(): void
}

/** Moves the focus to the field of a place, once what was just done has been drawn. */
export function focusField(place: WritingPlace): void {
  const key = placeKey(place)
  requestAnimationFrame(() => {
    document.querySelector<HTMLTextAreaElement>(`textarea[data-place="${CSS.escape(key)}"]`)?.focus()
  })
}

/** The words of a message in one line: of files, their names. */
export function summaryOf({ content }: MessageView): string {
  if (content.type !== 'text') return ''
  if (content.text !== '') return plainText(content.text.slice(0, 600))
  return (content.files ?? []).map((file) => file.name).join(', ') || (content.forwarded?.text ?? '')
}

/** The commands on `message` in the list around. */
export function useMessageCommands(message: MessageView): MessageCommands {
  const rows = useRows()
  return useCommands(message, rows.place, rows.conversation.archived, rows.show)
}

/** The commands on a message whose answers are written at `place`. */
export function useCommands(
  message: MessageView,
  place: WritingPlace,
  archived: boolean,
  show: (overlay: Overlay) => void,
): MessageCommands {
  const may = useWorkspace((state) => state.session?.may)
  const actions = useActions()
  const read = useStateReader()
  const rights = rightsOver(message, may, archived)
  const { seq, content, senderName } = message
  const { conversationId } = place
  const open = (type: 'react' | 'more' | 'readers' | 'history', anchor: HTMLElement) =>
    show({ type, message, place, anchor })
  return {
    rights,
    react: (anchor) => rights.react && open('react', anchor),
    more: (anchor) => open('more', anchor),
    readers: (anchor) => rights.readers && open('readers', anchor),
    history: (anchor) => rights.history && open('history', anchor),
    toggle(emoji) {
      if (seq === undefined || !rights.react) return
      const mine = message.reactions?.find((reaction) => reaction.emoji === emoji)?.mine === true
      void actions.react(conversationId, seq, emoji, !mine)
    },
    thread() {
      if (seq === undefined || !rights.thread || place.threadSeq !== undefined) return
      void actions.openThread(seq)
      focusField({ conversationId, threadSeq: seq })
    },
    quote() {
      if (seq === undefined || !rights.quote) return
      actions.quoteMessage(place, { seq, senderName, text: summaryOf(message) })
      focusField(place)
    },
    forward: () => rights.forward && show({ type: 'forward', message, place }),
    copy: () => (content.type === 'text' ? copyText(content.text) : Promise.resolve(false)),
    edit() {
      if (!rights.edit) return
      actions.editMessage(place, message)
      focusField(place)
    },
    remove: () => rights.delete && show({ type: 'delete', message, place }),
    unread() {
      if (seq === undefined || !rights.unread) return
      // One's own messages are never unread: it begins with the next of somebody else.
      const held = read().timeline?.messages ?? []
      const from = message.mine
        ? held.find((other) => !other.mine && other.seq !== undefined && other.seq > seq)?.seq
        : seq
      if (from !== undefined) void actions.markUnread(conversationId, from)
    },
  }
}
