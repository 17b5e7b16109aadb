// Owns one row of the conversation list: who, the last message, when, what is unread, waiting or refused.
// Always holds: what was begun and not sent stands in place of the last message, except in the open conversation, whose
// composer shows it.

import { CircleAlert, Clock } from 'lucide-react'
import { memo, type ReactNode } from 'react'
import type { ConversationView } from '../../shared/bridge.ts'
import { useActions, useNowMs, useTranslator, useWorkspace } from '../app/workspace-context.ts'
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
          <Preview conversation={conversation} current={current} />
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

/** A line of it is enough: a pasted page in every row would cost layout for nothing. */
function lineOf(text: string): string {
  return text.slice(0, 160).replace(/\s+/g, ' ')
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
