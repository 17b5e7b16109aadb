// Owns the screen for what stops the window: what happened, what to do, the code for IT.
// Always holds: a code without a text of its own still gets a true sentence and shows itself.

import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { FailureView } from '../../shared/bridge.ts'
import { useActions, useTranslator } from '../app/workspace-context.ts'
import { catalogs, type MessageKey } from '../i18n/catalog.ts'
import { remedyOf } from '../state/screen.ts'
import { ScreenCard } from './screen-card.tsx'

/** Codes that share the screen of another. */
const sameScreen: Readonly<Record<string, string>> = {
  'device-unknown': 'device-revoked',
  'device-wiped': 'device-revoked',
}

function isKey(key: string): key is MessageKey {
  return Object.hasOwn(catalogs.en, key)
}

export function ProblemScreen({ failure }: { readonly failure: FailureView }): ReactNode {
  const { askToEnrol, retryConnection } = useActions()
  const translator = useTranslator()
  const { t } = translator
  const name = sameScreen[failure.code] ?? failure.code
  const text = (part: 'title' | 'body' | 'todo') => {
    const key = `problem.${name}.${part}`
    return isKey(key) ? t(key) : undefined
  }
  const remedy = remedyOf(failure.code)
  return (
    <ScreenCard
      code={failure.code}
      icon={
        <span aria-hidden="true" className="screen__icon screen__icon--warn">
          <TriangleAlert />
        </span>
      }
      testId="problem-screen"
      title={text('title') ?? t('problem.other.title')}
    >
      <section className="screen__part">
        <h2>{t('screen.whatHappened')}</h2>
        <p>{text('body') ?? translator.failure(failure.code)}</p>
      </section>
      <section className="screen__part">
        <h2>{t('screen.whatToDo')}</h2>
        <p>{text('todo') ?? t('problem.other.todo')}</p>
      </section>
      {remedy !== undefined && (
        <div className="screen__buttons">
          {remedy === 'enrol' ? (
            <button
              className="button button--primary button--large"
              data-testid="problem-enrol"
              onClick={() => askToEnrol(true)}
              type="button"
            >
              {t('screen.enrol')}
            </button>
          ) : (
            <button
              className="button button--primary button--large"
              data-testid="problem-retry"
              onClick={retryConnection}
              type="button"
            >
              {t('screen.retry')}
            </button>
          )}
        </div>
      )}
    </ScreenCard>
  )
}

/** For the page opened in an ordinary browser. */
export function NoBridgeScreen(): ReactNode {
  const { t } = useTranslator()
  return (
    <ScreenCard testId="no-bridge-screen" title={t('product.name')}>
      <p>{t('screen.noBridge')}</p>
    </ScreenCard>
  )
}
