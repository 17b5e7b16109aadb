// Owns the chip under a message that has a thread: who replied, how many times, what is new; it opens the thread.

import type { ReactNode } from 'react'
import type { MessageView } from '../../shared/bridge.ts'
import { useNowMs, useTranslator } from '../app/workspace-context.ts'
import { PersonAvatar } from '../components/avatar.tsx'
import { useNames } from './names.ts'

/** Faces shown: the rest is in the count. */
const facesMost = 3

interface ThreadChipProps {
  readonly thread: NonNullable<MessageView['thread']>
  readonly reachable: boolean
  readonly onOpen: () => void
}

export function ThreadChip({ thread, reachable, onOpen }: ThreadChipProps): ReactNode {
  const { t, moment } = useTranslator()
  const nowMs = useNowMs()
  const nameOf = useNames(true)
  const { replies, unread, lastAtMs, userIds } = thread
  const time = moment(lastAtMs, nowMs)
  return (
    <button
      className="thread-chip"
      data-testid="thread-chip"
      onClick={onOpen}
      tabIndex={reachable ? 0 : -1}
      type="button"
    >
      <span className="visually-hidden">{t('thread.open')}</span>
      <span className="thread-chip__people">
        {userIds.slice(0, facesMost).map((userId) => (
          <PersonAvatar id={userId} key={userId} name={nameOf(userId)} size="small" />
        ))}
      </span>
      <span className="thread-chip__count">{t('thread.replies', { count: replies })}</span>
      {unread > 0 && <span className="thread-chip__unread">{t('thread.unread', { count: unread })}</span>}
      <span className="ellipsis">{t('thread.last', { time })}</span>
    </button>
  )
}
