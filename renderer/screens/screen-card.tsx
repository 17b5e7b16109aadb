// Owns the card in the middle of a full screen, and the language choice in its corner.
// Always holds: the title takes the focus when the screen appears, so that a screen reader starts there.

import { type ReactNode, useEffect, useRef } from 'react'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { BrandMark } from '../components/brand-mark.tsx'
import { languageNames, languages } from '../i18n/catalog.ts'

interface ScreenCardProps {
  readonly title: string
  readonly testId: string
  readonly code?: string
  readonly icon?: ReactNode
  /** False where a field of the screen takes the focus. */
  readonly focusTitle?: boolean
  readonly children: ReactNode
}

export function ScreenCard({ title, testId, code, icon, focusTitle = true, children }: ScreenCardProps): ReactNode {
  const { t } = useTranslator()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (focusTitle) heading.current?.focus()
  }, [focusTitle])
  return (
    <main className="screen" data-code={code} data-testid={testId}>
      <LanguageChoice />
      <div className="screen__card">
        <div className="screen__mark">{icon ?? <BrandMark size={44} />}</div>
        <h1 className="screen__title" ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {children}
        {code !== undefined && (
          <p className="screen__code" data-testid="screen-code">
            {t('screen.code', { code })}
          </p>
        )}
      </div>
    </main>
  )
}

function LanguageChoice(): ReactNode {
  const session = useWorkspace((state) => state.session)
  const { setSettings } = useActions()
  const { t, language } = useTranslator()
  if (session === undefined) return undefined
  return (
    <fieldset aria-label={t('screen.language')} className="screen__languages">
      {languages.map((choice) => (
        <button
          aria-pressed={choice === language}
          className="screen__language"
          data-testid={`screen-language-${choice}`}
          key={choice}
          lang={choice}
          onClick={() => void setSettings({ language: choice })}
          type="button"
        >
          {choice === 'zh-Hant-HK' ? '繁體中文' : languageNames[choice]}
        </button>
      ))}
    </fieldset>
  )
}
