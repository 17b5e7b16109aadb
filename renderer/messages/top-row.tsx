// Owns the row above the oldest message held: the conversation's beginning, a page on its way, or why there is none.

import { CloudOff } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ConversationView } from '../../shared/bridge.ts'
import { useActions, useTranslator } from '../app/workspace-context.ts'
import { ConversationAvatar } from '../components/avatar.tsx'
import { Text } from '../components/text.tsx'
import type { Timeline } from '../state/timeline.ts'
import { MessageSkeleton } from './message-skeleton.tsx'

interface TopRowProps {
  readonly conversation: ConversationView
  readonly timeline: Timeline
}

export function TopRow({ conversation, timeline }: TopRowProps): ReactNode {
  const { readOlder } = useActions()
  const translator = useTranslator()
  const { t } = translator
  if (timeline.failure !== undefined && timeline.before !== undefined) {
    return (
      <div className="top-notice" role="alert">
        <span>{translator.failure(timeline.failure.code)}</span>
        <button className="text-button" onClick={() => void readOlder()} type="button">
          {t('messages.retryRead')}
        </button>
      </div>
    )
  }
  if (timeline.olderUnavailable) {
    return (
      <div className="top-notice" data-testid="older-unavailable">
        <CloudOff aria-hidden="true" />
        <span>{t('messages.olderUnavailable')}</span>
      </div>
    )
  }
  if (timeline.before !== undefined) return <MessageSkeleton rows={4} />
  const { kind, name, topic } = conversation
  const empty = timeline.messages.length === 0
  return (
    <div className="beginning">
      <ConversationAvatar conversation={conversation} size="large" />
      <p className="beginning__name">
        <Text>{name}</Text>
      </p>
      <p className="beginning__body">{t(`messages.beginning.${kind}`, { name })}</p>
      {topic !== undefined && (
        <p className="beginning__body">
          <Text>{topic}</Text>
        </p>
      )}
      {empty && <p className="beginning__body">{t('messages.empty')}</p>}
    </div>
  )
}
