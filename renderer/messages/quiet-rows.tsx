// Owns the rows between messages: the day, the unread line, and what happened to the conversation itself.

import type { ReactNode } from 'react'
import type { MessageView } from '../../shared/bridge.ts'
import { useNowMs, useTranslator } from '../app/workspace-context.ts'
import type { Translator } from '../i18n/translator.ts'

export function DayRow({ dayMs }: { readonly dayMs: number }): ReactNode {
  const { day } = useTranslator()
  const nowMs = useNowMs()
  return (
    <div className="day">
      <span className="day__label">{day(dayMs, nowMs)}</span>
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
  return (
    <p className="notice" data-delivery="sent" data-key={message.key} data-testid="notice">
      <span>{noticeText(message.content, message.senderName, translator)}</span>
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
  switch (content.notice) {
    case 'created':
      return t('notice.created', { name })
    case 'joined':
      return alone ? t('notice.joined', { people }) : t('notice.added', { name, people })
    case 'left':
      return alone ? t('notice.left', { people }) : t('notice.removed', { name, people })
    case 'unknown':
      return t('notice.unknown')
  }
}
