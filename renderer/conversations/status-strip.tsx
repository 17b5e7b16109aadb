// Owns the quiet strip under the side pane that answers: live? offline since when? readable until when?

import { RefreshCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { useActions, useNowMs, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { IconButton } from '../components/icon-button.tsx'
import { statusOf } from './status.ts'

export function StatusStrip(): ReactNode {
  const session = useWorkspace((state) => state.session)
  const { retryConnection } = useActions()
  const translator = useTranslator()
  const nowMs = useNowMs()
  if (session === undefined) return undefined
  const status = statusOf(session, nowMs, translator)
  const { t } = translator
  return (
    <section
      aria-label={t('status.label')}
      className="status"
      data-state={session.state}
      data-testid="status-strip"
      data-tone={status.tone}
    >
      <span aria-hidden="true" className="status__dot" />
      <div className="status__lines">
        <p className="status__title tabular">{status.title}</p>
        {status.progress !== undefined && (
          <div aria-hidden="true" className="status__progress">
            <span style={{ width: `${status.progress * 100}%` }} />
          </div>
        )}
        {status.details.length > 0 && <p className="status__detail tabular">{status.details.join(' · ')}</p>}
        {status.warnings.map((warning) => (
          <p className="status__detail status__detail--warn" key={warning}>
            {warning}
          </p>
        ))}
      </div>
      {status.canRetry && (
        <IconButton
          className="icon-button--small"
          data-testid="retry-connection"
          icon={RefreshCw}
          label={t('status.retry')}
          onClick={retryConnection}
        />
      )}
    </section>
  )
}
