// Owns the screen of an app that its user, or the time it lay idle, has locked: the passphrase opens it.
// Always holds: it names the workspace and nothing else of it; while a pause runs, no passphrase is asked for and the
// button says how long; what was typed is neither kept nor told.

import { Lock } from 'lucide-react'
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { useSecondsUntil, waitText } from '../app/countdown.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { PassphraseField } from '../components/passphrase-field.tsx'
import { Text } from '../components/text.tsx'
import type { MessageKey } from '../i18n/catalog.ts'
import { ScreenCard } from './screen-card.tsx'

/** What is said of a failure in words of this screen; of any other, in the words that it has everywhere. */
const wordsOf: Partial<Record<string, MessageKey>> = {
  'bad-input': 'unlock.missing',
  'passphrase-wrong': 'unlock.wrong',
  'rate-limited': 'unlock.paused',
}

export function AppLockScreen(): ReactNode {
  const workspaceName = useWorkspace((state) => state.session?.workspaceName)
  const toldMs = useWorkspace((state) => state.session?.appLock.retryAtMs)
  const { unlock } = useActions()
  const translator = useTranslator()
  const { t } = translator
  const [passphrase, setPassphrase] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const [hasWaited, setHasWaited] = useState(false)
  const [pausedUntilMs, setPausedUntilMs] = useState<number>()
  const field = useRef<HTMLInputElement>(null)
  const seconds = useSecondsUntil(Math.max(toldMs ?? 0, pausedUntilMs ?? 0))
  const isPaused = seconds > 0

  // The code is kept and put into words below: the language may be changed on this very screen.
  const tell = (code: string) => {
    setProblem(code)
    requestAnimationFrame(() => field.current?.select())
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || isPaused) return
    if (passphrase === '') return tell('bad-input')
    setBusy(true)
    setProblem(undefined)
    const failure = await unlock(passphrase)
    setBusy(false)
    if (failure === undefined) return setPassphrase('')
    if (failure.retryAfterMs !== undefined) setPausedUntilMs(Date.now() + failure.retryAfterMs)
    tell(failure.code)
  }

  const said = (code: string) => {
    const words = wordsOf[code]
    return words === undefined ? translator.failure(code) : t(words)
  }

  // The pause is over: said once, in place of what began it.
  const wasPaused = useRef(isPaused)
  useEffect(() => {
    if (wasPaused.current && !isPaused) {
      setProblem(undefined)
      setHasWaited(true)
    }
    wasPaused.current = isPaused
  }, [isPaused])

  return (
    <ScreenCard
      focusTitle={false}
      icon={
        <span aria-hidden="true" className="screen__icon">
          <Lock />
        </span>
      }
      testId="app-lock-screen"
      title={t('unlock.title')}
    >
      {workspaceName !== undefined && (
        <p className="screen__workspace">
          <Text>{workspaceName}</Text>
        </p>
      )}
      <p>{t('unlock.body')}</p>
      <form className="unlock" noValidate onSubmit={(event) => void submit(event)}>
        <PassphraseField
          autoFocus
          code={problem}
          error={problem === undefined ? (isPaused ? t('unlock.paused') : undefined) : said(problem)}
          label={t('unlock.label')}
          note={hasWaited && !isPaused ? t('unlock.retryNow') : undefined}
          onChange={(value) => {
            setPassphrase(value)
            if (!isPaused) setProblem(undefined)
          }}
          reference={field}
          testId="unlock-passphrase"
          value={passphrase}
        />
        <button
          aria-disabled={busy || isPaused}
          className="button button--primary button--large tabular"
          data-testid="unlock-submit"
          type="submit"
        >
          {isPaused
            ? t('applock.wait', { time: waitText(seconds, translator) })
            : t(busy ? 'unlock.busy' : 'unlock.submit')}
        </button>
      </form>
      <details className="screen__more">
        <summary>{t('unlock.forgotten')}</summary>
        <p>{t('unlock.forgottenBody')}</p>
      </details>
    </ScreenCard>
  )
}
