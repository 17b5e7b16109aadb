// Owns the quiet notice that IT has wiped conversations from this desktop: which, why, by whom.
// Always holds: it stays until its reader dismisses it, and takes no focus.

import { MessageSquareX, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { IconButton } from '../components/icon-button.tsx'
import { Text } from '../components/text.tsx'
import { useActions, useNowMs, useTranslator, useWorkspace } from './workspace-context.ts'
import './cache-notice-bar.css'

export function ConversationsWipedBar(): ReactNode {
  const wiped = useWorkspace((state) => state.session?.conversationsWiped)
  const { dismissConversationsWiped } = useActions()
  const { t, moment, full, list } = useTranslator()
  const nowMs = useNowMs()
  if (wiped === undefined) return undefined
  const { names, issuedBy, reason, atMs } = wiped
  const title =
    names.length === 0
      ? t('notice.wiped.titleNoName')
      : t('notice.wiped.title', { count: names.length, names: names[0] ?? '' })
  return (
    <section aria-label={title} className="notice-bar" data-testid="conversations-wiped">
      <MessageSquareX aria-hidden="true" />
      <div className="notice-bar__lines" role="status">
        <p className="notice-bar__title">
          <Text>{title}</Text>{' '}
          <time className="notice-bar__time tabular" dateTime={new Date(atMs).toISOString()} title={full(atMs)}>
            {moment(atMs, nowMs)}
          </time>
        </p>
        {names.length > 1 && (
          <p>
            <Text>{t('notice.wiped.names', { names: list(names) })}</Text>
          </p>
        )}
        <p>
          <Text>{t('notice.wiped.body', { reason })}</Text>
        </p>
        <p>
          <Text>{t('notice.wiped.by', { name: issuedBy })}</Text>
        </p>
      </div>
      <IconButton
        className="icon-button--small"
        data-testid="conversations-wiped-dismiss"
        icon={X}
        label={t('notice.cache.dismiss')}
        onClick={() => void dismissConversationsWiped()}
      />
    </section>
  )
}
