// Owns the screens of a remote wipe: while it runs, and the notice after it.
// Always holds: it says by whom, why, when, what was removed and what the proof does not prove; it cannot be dismissed.

import { ShieldCheck } from 'lucide-react'
import type { ReactNode } from 'react'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { Text } from '../components/text.tsx'
import { ScreenCard } from './screen-card.tsx'

export function WipingScreen(): ReactNode {
  const workspace = useWorkspace((state) => state.wipe?.workspaceName ?? state.session?.workspaceName)
  const { t } = useTranslator()
  return (
    <ScreenCard testId="wiping-screen" title={t('wiping.title')}>
      <p role="status">{workspace === undefined ? t('wiping.bodyNoName') : t('wiping.body', { workspace })}</p>
      <div aria-hidden="true" className="screen__progress" />
    </ScreenCard>
  )
}

export function WipedScreen(): ReactNode {
  const wipe = useWorkspace((state) => state.session?.wipe ?? state.wipe)
  const { askToEnrol } = useActions()
  const { t, full } = useTranslator()
  const title = wipe === undefined ? t('wiped.titleNoName') : t('wiped.title', { workspace: wipe.workspaceName })
  return (
    <ScreenCard
      icon={
        <span aria-hidden="true" className="screen__icon">
          <ShieldCheck />
        </span>
      }
      testId="wiped-screen"
      title={title}
    >
      <p>{t('wiped.body')}</p>
      {wipe !== undefined && (
        <dl className="screen__facts">
          <div>
            <dt>{t('wiped.reason')}</dt>
            <dd data-testid="wipe-reason">
              <Text>{wipe.reason}</Text>
            </dd>
          </div>
          <div>
            <dt>{t('wiped.issuedBy')}</dt>
            <dd data-testid="wipe-issuer">
              <Text>{wipe.issuedBy}</Text>
            </dd>
          </div>
          <div>
            <dt>{t('wiped.issuedAt')}</dt>
            <dd>{full(wipe.issuedAtMs)}</dd>
          </div>
          {wipe.wipedAtMs !== undefined && (
            <div>
              <dt>{t('wiped.wipedAt')}</dt>
              <dd>{full(wipe.wipedAtMs)}</dd>
            </div>
          )}
          {wipe.filesRemoved !== undefined && (
            <div>
              <dt>{t('wiped.removed')}</dt>
              <dd>{t('wiped.files', { count: wipe.filesRemoved })}</dd>
            </div>
          )}
          <div>
            <dt>{t('wiped.proof')}</dt>
            <dd data-receipt={wipe.receipt} data-testid="wipe-receipt">
              {t(`wiped.receipt.${wipe.receipt}`)}
            </dd>
          </div>
        </dl>
      )}
      <p className="screen__quiet">{t('wiped.limits')}</p>
      <div className="screen__buttons">
        <button
          className="button button--large"
          data-testid="wiped-enrol"
          onClick={() => askToEnrol(true)}
          type="button"
        >
          {t('wiped.enrol')}
        </button>
      </div>
      {wipe !== undefined && <p className="screen__code">{t('wiped.order', { id: wipe.wipeId })}</p>}
    </ScreenCard>
  )
}
