// Owns one message: avatar and name at a group's head, what it answers, its text and files, reactions, thread, delivery.
// Always holds: acts are reached by pointer and keyboard alike; a row that has not changed is not drawn again.

import { Trash2 } from 'lucide-react'
import { type KeyboardEvent, memo, type ReactNode, useState } from 'react'
import type { MentionView, MessageView } from '../../shared/bridge.ts'
import type { UserId } from '../../shared/model.ts'
import { useTranslator } from '../app/workspace-context.ts'
import { PersonAvatar } from '../components/avatar.tsx'
import { Text } from '../components/text.tsx'
import { MessageFiles } from '../files/message-files.tsx'
import { DeliveryMark } from './delivery-mark.tsx'
import { MessageActs } from './message-acts.tsx'
import { MessageBody } from './message-body.tsx'
import { type MessageCommands, useMessageCommands } from './message-commands.ts'
import { MessageTroubles } from './message-troubles.tsx'
import { ForwardedCard, QuoteCard } from './quote-card.tsx'
import { ReactionsRow } from './reactions-row.tsx'
import { ThreadChip } from './thread-chip.tsx'

interface MessageRowProps {
  readonly message: MessageView
  readonly head: boolean
  readonly tick: boolean
  readonly target: boolean
  readonly tabStop: boolean
  /** Who has read it, of the newest delivered message of this user's. */
  readonly readBy: readonly UserId[]
  /** Keys of long messages shown whole; outlives the row's own life in the virtual list. */
  readonly expanded: Set<string>
  readonly onFocus: (key: string) => void
  /** Within a thread: the thread itself is not offered. */
  readonly inThread?: boolean
}

const nobody: readonly MentionView[] = []

export const MessageRow = memo(function MessageRow(props: MessageRowProps): ReactNode {
  const { message, head, tick, target, tabStop, readBy, expanded, onFocus, inThread = false } = props
  const { senderId, senderName, atMs, delivery, content, key, thread } = message
  const { t, time, full } = useTranslator()
  const commands = useMessageCommands(message)
  const [isPointed, setPointed] = useState(false)
  const classes = ['message', head ? 'message--head' : '', target ? 'message--target' : ''].filter(Boolean).join(' ')
  const hasReactions = message.reactions !== undefined && message.reactions.length > 0
  return (
    <article
      aria-label={t('messages.item', { name: senderName, time: full(atMs) })}
      className={classes}
      data-delivery={delivery.state}
      data-key={key}
      data-row={key}
      data-seq={message.seq}
      data-testid="message"
      onContextMenu={(event) => {
        // Where text is selected, or on a link, the system's own menu serves better.
        if (message.seq === undefined || hasSelection() || !(event.target instanceof Element)) return
        if (event.target.closest('a, button') !== null) return
        event.preventDefault()
        commands.more(event.currentTarget)
      }}
      onFocus={() => onFocus(key)}
      onKeyDown={(event) => onRowKey(event, commands)}
      onPointerEnter={() => setPointed(true)}
      onPointerLeave={() => setPointed(false)}
      // Where what lay over it goes from under the pointer, React hears of no entering.
      onPointerMove={() => setPointed(true)}
      tabIndex={tabStop ? 0 : -1}
    >
      <div className="message__gutter">
        {head ? (
          <PersonAvatar id={senderId} name={senderName} />
        ) : (
          <time aria-hidden="true" className="message__side-time tabular">
            {time(atMs)}
          </time>
        )}
      </div>
      <div className="message__main">
        {head && (
          <div className="message__head">
            <Text className="message__name ellipsis">{senderName}</Text>
            <time className="message__time tabular" dateTime={new Date(atMs).toISOString()} title={full(atMs)}>
              {time(atMs)}
            </time>
          </div>
        )}
        {content.type === 'text' && (
          <>
            {content.quote !== undefined && <QuoteCard quote={content.quote} reachable={tabStop} />}
            {content.text !== '' && (
              <MessageBody
                expanded={expanded}
                // Shown whole or not is remembered for the text that it was, not for what an edit made of it.
                key={content.editedAtMs}
                mark={
                  content.editedAtMs === undefined ? undefined : (
                    <EditedMark atMs={content.editedAtMs} commands={commands} reachable={tabStop} />
                  )
                }
                mentions={content.mentions ?? nobody}
                messageKey={key}
                text={content.text}
              />
            )}
            {content.forwarded !== undefined && <ForwardedCard forwarded={content.forwarded} reachable={tabStop} />}
            {content.files !== undefined && content.files.length > 0 && (
              <MessageFiles files={content.files} message={message} reachable={tabStop} />
            )}
          </>
        )}
        {content.type === 'deleted' && (
          <p className="message__deleted" data-testid="message-deleted">
            <Trash2 aria-hidden="true" />
            {t('messages.deleted')}
          </p>
        )}
        {hasReactions && <ReactionsRow commands={commands} message={message} reachable={tabStop} />}
        {thread !== undefined && thread.replies > 0 && !inThread && (
          <ThreadChip onOpen={commands.thread} reachable={tabStop} thread={thread} />
        )}
        <MessageTroubles message={message} />
      </div>
      <DeliveryMark commands={commands} message={message} reachable={tabStop} readBy={readBy} tick={tick} />
      {(isPointed || tabStop) && <MessageActs commands={commands} message={message} reachable={tabStop} />}
    </article>
  )
}, sameRow)

function hasSelection(): boolean {
  const selection = window.getSelection()
  return selection !== null && !selection.isCollapsed
}

/** Keys of a row that itself has the focus. */
function onRowKey(event: KeyboardEvent<HTMLElement>, commands: MessageCommands): void {
  const row = event.currentTarget
  if (event.target !== row || event.ctrlKey || event.metaKey || event.altKey) return
  switch (event.key === 'F10' && event.shiftKey ? 'ContextMenu' : event.key.toLowerCase()) {
    case '+':
      commands.react(row)
      break
    case 'r':
    case 'enter':
      commands.thread()
      break
    case 'q':
      commands.quote()
      break
    case 'f':
      commands.forward()
      break
    case 'e':
      commands.edit()
      break
    case 'c':
      void commands.copy()
      break
    case 'delete':
    case 'backspace':
      commands.remove()
      break
    case 'ContextMenu':
    case 'contextmenu':
    case 'm':
      commands.more(row)
      break
    default:
      return
  }
  event.preventDefault()
}

/** Pages are read again on each change, so rows arrive as new objects that are mostly equal. */
function sameRow(a: MessageRowProps, b: MessageRowProps): boolean {
  return (
    a.head === b.head &&
    a.tick === b.tick &&
    a.target === b.target &&
    a.tabStop === b.tabStop &&
    a.onFocus === b.onFocus &&
    (a.readBy === b.readBy || a.readBy.join() === b.readBy.join()) &&
    (a.message === b.message || JSON.stringify(a.message) === JSON.stringify(b.message))
  )
}

interface EditedMarkProps {
  readonly atMs: number
  readonly commands: MessageCommands
  readonly reachable: boolean
}

function EditedMark({ atMs, commands, reachable }: EditedMarkProps): ReactNode {
  const { t, full, language } = useTranslator()
  const time = full(atMs)
  return (
    <button
      aria-haspopup="dialog"
      aria-label={t('edit.historyOpen', { time })}
      className="message__edited"
      data-testid="message-edited"
      lang={language}
      onClick={(event) => commands.history(event.currentTarget)}
      tabIndex={reachable ? 0 : -1}
      title={t('messages.editedAt', { time })}
      type="button"
    >
      {t('messages.edited')}
    </button>
  )
}
