// Owns one row of the conversation list: who, whether they are there, the last message, when, what is unread, what of it
// names the user, what is waiting or refused. Its menu opens from the row, by pointer or keyboard.
// Always holds: what was begun and not sent stands in place of the last message, except in the open conversation, whose
// composer shows it.

import { AtSign, BellOff, CircleAlert, Clock, Ellipsis } from 'lucide-react'
import { type MouseEvent, memo, type ReactNode } from 'react'
import type { ConversationView } from '../../shared/bridge.ts'
import { useActions, useNowMs, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { ConversationAvatar } from '../components/avatar.tsx'
import { Presence } from '../components/presence.tsx'
import { Text } from '../components/text.tsx'
import { plainText } from '../text/markdown.ts'
import { badgeOf, badgeText } from './counts.ts'

interface ConversationRowProps {
  readonly conversation: ConversationView
  readonly current: boolean
  /** The one row of the list that Tab reaches. */
  readonly tabStop: boolean
  readonly onFocus: (conversationId: string) => void
  /** The menu was asked for; `at` is where the pointer was, absent for the keyboard. */
  readonly onMenu?: (
    conversationId: string,
    anchor: HTMLElement,
    at?: { readonly x: number; readonly y: number },
  ) => void
  /** Its menu is open. */
  readonly menuOpen?: boolean
}

export const ConversationRow = memo(function ConversationRow(props: ConversationRowProps): ReactNode {
  const { conversation, current, tabStop, onFocus, onMenu, menuOpen = false } = props
  const { conversationId, name, unread, mentions, muted, queued, failed, lastAtMs, other } = conversation
  const { openConversation } = useActions()
  const { t, shortDate, number, full } = useTranslator()
  const nowMs = useNowMs()
  const onContextMenu = (event: MouseEvent<HTMLButtonElement>) => {
    if (onMenu === undefined) return
    event.preventDefault()
    // The menu key reports no pointer.
    const byKey = event.clientX === 0 && event.clientY === 0
    onMenu(conversationId, event.currentTarget, byKey ? undefined : { x: event.clientX, y: event.clientY })
  }
  return (
    <div className="row-frame" data-menu={menuOpen ? '' : undefined}>
      <button
        aria-current={current ? 'true' : undefined}
        className="row"
        data-conversation-id={conversationId}
        data-muted={muted ? '' : undefined}
        data-testid="conversation-row"
        data-unread={badgeOf(conversation)}
        onClick={() => void openConversation(conversationId)}
        onContextMenu={onContextMenu}
        onFocus={() => onFocus(conversationId)}
        tabIndex={tabStop ? 0 : -1}
        type="button"
      >
        <Presence userId={other?.userId}>
          <ConversationAvatar conversation={conversation} />
        </Presence>
        <span className="row__lines">
          <span className="row__line">
            <Text className="row__name ellipsis">{name}</Text>
            {lastAtMs !== undefined && (
              <time className="row__time tabular" dateTime={new Date(lastAtMs).toISOString()} title={full(lastAtMs)}>
                {shortDate(lastAtMs, nowMs)}
              </time>
            )}
          </span>
          <span className="row__line">
            <Preview conversation={conversation} current={current} />
            {muted && (
              <span className="row__mark" title={t('list.muted')}>
                <BellOff aria-hidden="true" />
                <span className="visually-hidden">{t('list.muted')}</span>
              </span>
            )}
            {failed > 0 && (
              <span className="row__mark row__mark--failed" title={t('list.failed', { count: failed })}>
                <CircleAlert aria-hidden="true" />
                <span className="visually-hidden">{t('list.failed', { count: failed })}</span>
              </span>
            )}
            {queued > 0 && (
              <span className="row__mark" title={t('list.queued', { count: queued })}>
                <Clock aria-hidden="true" />
                <span className="visually-hidden">{t('list.queued', { count: queued })}</span>
              </span>
            )}
            {mentions > 0 && (
              <span className="row__badge row__badge--mentions tabular" data-testid="row-mentions">
                <AtSign aria-hidden="true" />
                {mentions > 1 && <span aria-hidden="true">{badgeText(mentions, number)}</span>}
                <span className="visually-hidden">{t('list.mentions', { count: mentions })}</span>
              </span>
            )}
            {unread > 0 && (
              <span className="row__badge tabular" data-quiet={muted ? '' : undefined} data-testid="row-unread">
                <span aria-hidden="true">{badgeText(unread, number)}</span>
                <span className="visually-hidden">{t('list.unread', { count: unread })}</span>
              </span>
            )}
          </span>
        </span>
      </button>
      {onMenu !== undefined && (
        <button
          aria-expanded={menuOpen}
          aria-haspopup="menu"
          aria-label={t('row.menu', { name })}
          className="icon-button--small row-frame__menu"
          data-testid="row-menu"
          onClick={(event) => onMenu(conversationId, event.currentTarget)}
          tabIndex={tabStop ? 0 : -1}
          type="button"
        >
          <Ellipsis aria-hidden="true" />
        </button>
      )}
    </div>
  )
})

/** UTF-16 units that fill the widest list, and those looked at for them: marks of formatting take some. */
const shownUnits = 160
const lookedUnits = 320

/** A line of the words is enough: a pasted page in every row would cost layout for nothing. */
function lineOf(text: string): string {
  return plainText(text.slice(0, lookedUnits)).slice(0, shownUnits)
}

interface PreviewProps {
  readonly conversation: ConversationView
  readonly current: boolean
}

function Preview({ conversation, current }: PreviewProps): ReactNode {
  const { conversationId, lastMessage, kind } = conversation
  const typed = useWorkspace((state) => (current ? '' : state.drafts[conversationId]))
  const { t } = useTranslator()
  const draft = typed ?? conversation.draft ?? ''
  if (draft.trim() !== '') {
    return (
      <span className="row__preview ellipsis" data-testid="row-draft">
        <span className="row__draft">{t('list.draft')}</span>
        <Text>{lineOf(draft)}</Text>
      </span>
    )
  }
  if (lastMessage === undefined) return <span className="row__preview ellipsis">{t('list.noMessages')}</span>
  const text = lineOf(lastMessage.text)
  const sender = lastMessage.mine
    ? t('list.you')
    : kind === 'direct'
      ? ''
      : t('list.sender', { name: lastMessage.senderName })
  return (
    <span className="row__preview ellipsis">
      {sender}
      {text === '' ? t('list.deleted') : <Text>{text}</Text>}
    </span>
  )
}
