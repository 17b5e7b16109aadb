// Owns the screen of a desktop whose cache is closed until the server has been reached (its lease is over, its clock was set
// back, or it is an older copy of itself): why that is, and that nothing is lost.

import { Lock } from 'lucide-react'
import type { ReactNode } from 'react'
import { useActions, useNowMs, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { ScreenCard } from './screen-card.tsx'

export function LockedScreen(): ReactNode {
  const session = useWorkspace((state) => state.session)
  const { retryConnection } = useActions()
  const { t, moment, time } = useTranslator()
  const nowMs = useNowMs()
  if (session === undefined) return undefined
  const { retryAtMs, lastHeardAtMs, queued, closed } = session
  const waits = retryAtMs !== undefined && retryAtMs > nowMs
  const facts = [
    waits ? t('locked.waiting') : t('locked.trying'),
    waits ? t('locked.next', { time: time(retryAtMs) }) : undefined,
    lastHeardAtMs === undefined ? undefined : t('locked.last', { time: moment(lastHeardAtMs, nowMs) }),
  ].filter((fact) => fact !== undefined)
  return (
    <ScreenCard icon={<ScreenIcon />} testId="locked-screen" title={t('locked.title')}>
      <p data-closed={closed} data-testid="locked-why">
        {t(closed === undefined || closed === 'lease-over' ? 'locked.body' : `locked.${closed}.body`)}
      </p>
      {queued > 0 && <p>{t('locked.queued', { count: queued })}</p>}
      <p className="screen__quiet" role="status">
        {facts.join(' ')}
      </p>
      <div className="screen__buttons">
        <button
          className="button button--primary button--large"
          data-testid="locked-retry"
          onClick={retryConnection}
          type="button"
        >
          {t('status.retry')}
        </button>
      </div>
    </ScreenCard>
  )
}

function ScreenIcon(): ReactNode {
  return (
    <span aria-hidden="true" className="screen__icon">
      <Lock />
    </span>
  )
}
