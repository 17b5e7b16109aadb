// Owns one row of the conversation list: who, the last message, when, what is unread, waiting or refused.

import { CircleAlert, Clock } from 'lucide-react'
import { memo, type ReactNode } from 'react'
import type { ConversationView } from '../../shared/bridge.ts'
import { useActions, useNowMs, useTranslator } from '../app/workspace-context.ts'
import { ConversationAvatar } from '../components/avatar.tsx'
import { Text } from '../components/text.tsx'

interface ConversationRowProps {
  readonly conversation: ConversationView
  readonly current: boolean
  /** The one row of the list that Tab reaches. */
  readonly tabStop: boolean
  readonly onFocus: (conversationId: string) => void
}

export const ConversationRow = memo(function ConversationRow(props: ConversationRowProps): ReactNode {
  const { conversation, current, tabStop, onFocus } = props
  const { conversationId, name, unread, queued, failed, lastAtMs } = conversation
  const { openConversation } = useActions()
  const { t, shortDate, number, full } = useTranslator()
  const nowMs = useNowMs()
  return (
    <button
      aria-current={current ? 'true' : undefined}
      className="row"
      data-conversation-id={conversationId}
      data-testid="conversation-row"
      data-unread={unread}
      onClick={() => void openConversation(conversationId)}
      onFocus={() => onFocus(conversationId)}
      tabIndex={tabStop ? 0 : -1}
      type="button"
    >
      <ConversationAvatar conversation={conversation} />
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
          <Preview conversation={conversation} />
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
          {unread > 0 && (
            <span className="row__badge tabular">
              <span aria-hidden="true">{unread > 99 ? '99+' : number(unread)}</span>
              <span className="visually-hidden">{t('list.unread', { count: unread })}</span>
            </span>
          )}
        </span>
      </span>
    </button>
  )
})

function Preview({ conversation }: { readonly conversation: ConversationView }): ReactNode {
  const { lastMessage, kind } = conversation
  const { t } = useTranslator()
  if (lastMessage === undefined) return <span className="row__preview ellipsis">{t('list.noMessages')}</span>
  // A line of it is enough: a pasted page in every row would cost layout for nothing.
  const text = lastMessage.text.slice(0, 160).replace(/\s+/g, ' ')
  const sender = lastMessage.mine
    ? t('list.you')
    : kind === 'direct'
      ? ''
      : t('list.sender', { name: lastMessage.senderName })
  return (
    <span className="row__preview ellipsis">
      {sender}
      <Text>{text}</Text>
    </span>
  )
}
