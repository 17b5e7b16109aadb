// Owns the quiet notice that the cache could not be used as it was: why, what became of it, what to look at.
// Always holds: it stays until its reader dismisses it, and takes no focus.

import { ArchiveRestore, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { IconButton } from '../components/icon-button.tsx'
import { useActions, useNowMs, useTranslator, useWorkspace } from './workspace-context.ts'
import './cache-notice-bar.css'

export function CacheNoticeBar(): ReactNode {
  const notice = useWorkspace((state) => state.session?.cacheNotice)
  const { dismissCacheNotice } = useActions()
  const { t, moment, full, language } = useTranslator()
  const nowMs = useNowMs()
  if (notice === undefined) return undefined
  const { reason, atMs, rescued, maybeLost } = notice
  return (
    <section
      aria-label={t(`notice.cache.${reason}.title`)}
      className="notice-bar"
      data-reason={reason}
      data-testid="cache-notice"
      data-tone={maybeLost ? 'warn' : undefined}
    >
      <ArchiveRestore aria-hidden="true" />
      <div className="notice-bar__lines" role="status">
        <p className="notice-bar__title">
          {t(`notice.cache.${reason}.title`)}{' '}
          <time className="notice-bar__time tabular" dateTime={new Date(atMs).toISOString()} title={full(atMs)}>
            {moment(atMs, nowMs)}
          </time>
        </p>
        <p>
          {t('notice.cache.body')}
          {language === 'en' && ' '}
          {rescued > 0 && t('notice.cache.rescued', { count: rescued })}
        </p>
        {maybeLost && <p className="notice-bar__warn">{t('notice.cache.maybeLost')}</p>}
      </div>
      <IconButton
        className="icon-button--small"
        data-testid="cache-notice-dismiss"
        icon={X}
        label={t('notice.cache.dismiss')}
        onClick={() => void dismissCacheNotice()}
      />
    </section>
  )
}
