// Owns the rows between messages: the day, the unread line, and what happened to the conversation itself.

import { ChevronDown } from 'lucide-react'
import type { ReactNode } from 'react'
import type { MessageView } from '../../shared/bridge.ts'
import { useNowMs, useTranslator } from '../app/workspace-context.ts'
import type { Translator } from '../i18n/translator.ts'

interface DayRowProps {
  readonly dayMs: number
  /** Opens the calendar, hanging from the label. */
  readonly onJump: (anchor: HTMLElement) => void
}

export function DayRow({ dayMs, onJump }: DayRowProps): ReactNode {
  const { day, t } = useTranslator()
  const nowMs = useNowMs()
  const text = day(dayMs, nowMs)
  return (
    <div className="day">
      <button
        aria-haspopup="dialog"
        aria-label={t('jump.dateOf', { day: text })}
        className="day__label"
        data-testid="day"
        onClick={(event) => onJump(event.currentTarget)}
        type="button"
      >
        {text}
        <ChevronDown aria-hidden="true" />
      </button>
    </div>
  )
}

export function UnreadRow(): ReactNode {
  const { t } = useTranslator()
  return (
    <div className="unread-line" data-testid="unread-line">
      <span className="unread-line__label">{t('messages.new')}</span>
    </div>
  )
}

export function NoticeRow({ message }: { readonly message: MessageView }): ReactNode {
  const translator = useTranslator()
  if (message.content.type !== 'notice') return undefined
  const actorName = message.content.byIt ? translator.t('notice.it') : message.senderName
  return (
    <p className="notice" data-delivery="sent" data-key={message.key} data-testid="notice">
      <span>{noticeText(message.content, actorName, translator)}</span>
      <time className="tabular" dateTime={new Date(message.atMs).toISOString()}>
        {translator.time(message.atMs)}
      </time>
    </p>
  )
}

function noticeText(
  content: Extract<MessageView['content'], { type: 'notice' }>,
  name: string,
  { t, list }: Translator,
): string {
  // Whoever makes a conversation is among those who join it: nobody adds themselves.
  const others = content.people.filter((person) => person !== name)
  const alone = others.length === 0
  const people = alone ? name : list(others)
  const text = content.text ?? ''
  switch (content.notice) {
    case 'created':
      return t('notice.created', { name })
    case 'joined':
      return alone ? t('notice.joined', { people }) : t('notice.added', { name, people })
    case 'invited':
      return t('notice.invited', { name, people })
    case 'left':
      return alone ? t('notice.left', { people }) : t('notice.removed', { name, people })
    case 'removed':
      return t('notice.removed', { name, people })
    case 'renamed':
      return t('notice.renamed', { name, text })
    case 'topic':
      return text === '' ? t('notice.noTopic', { name }) : t('notice.topic', { name, text })
    case 'opened':
      return t('notice.opened', { name })
    case 'closed':
      return t('notice.closed', { name })
    case 'archived':
      return t('notice.archived', { name })
    case 'unarchived':
      return t('notice.unarchived', { name })
    case 'withdrawn':
      return t('notice.withdrawn')
    case 'unknown':
      return t('notice.unknown')
  }
}
