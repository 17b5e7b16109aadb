// Owns the settings of the app lock: whether it is on, when it locks by itself, and the ways to set, change and end it.
// Always holds: of the user's time and policy's the shorter is said to apply; after an act, what became of it is told.

import { Lock } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import type { AppLockView, Settings } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import { useActions, useTranslator } from '../app/workspace-context.ts'
import { type PassphraseAct, PassphraseForm } from './passphrase-form.tsx'
import './app-lock-section.css'

const mostMinutes = limits.lockAfterMinutesMost

interface AppLockProps {
  readonly appLock: AppLockView
  readonly settings: Settings
}

interface AppLockSectionProps extends AppLockProps {
  /** The dialog was opened for this: it comes into view and takes the focus. */
  readonly isWanted: boolean
}

export function AppLockSection({ appLock, settings, isWanted }: AppLockSectionProps): ReactNode {
  const { lock } = useActions()
  const { t } = useTranslator()
  const [act, setAct] = useState<PassphraseAct>()
  const [done, setDone] = useState<PassphraseAct>()
  const section = useRef<HTMLElement>(null)
  useEffect(() => {
    if (!isWanted) return
    // After the dialog itself has taken the focus.
    const frame = requestAnimationFrame(() => {
      section.current?.scrollIntoView({ block: 'nearest' })
      section.current?.querySelector('button')?.focus()
    })
    return () => cancelAnimationFrame(frame)
  }, [isWanted])
  // The form goes, and the focus with it: to the word that it worked, or back to what had opened it.
  const end = (ended: PassphraseAct, succeeded: boolean) => {
    setAct(undefined)
    setDone(succeeded ? ended : undefined)
    const target = succeeded ? '[role="status"]' : `[data-act="${ended}"]`
    requestAnimationFrame(() => section.current?.querySelector<HTMLElement>(target)?.focus())
  }
  const begin = (next: PassphraseAct) => () => {
    setAct(next)
    setDone(undefined)
  }
  return (
    <section className="settings__group app-lock" data-testid="app-lock" ref={section}>
      <h3 className="settings__label">{t('applock.section')}</h3>
      <p className="app-lock__about">{t(appLock.enabled ? 'applock.on' : 'applock.off')}</p>
      {appLock.enabled && <IdleMinutes appLock={appLock} settings={settings} />}
      {act === undefined ? (
        <div className="app-lock__buttons">
          {appLock.enabled ? (
            <>
              <button className="button" data-testid="app-lock-now" onClick={() => void lock()} type="button">
                <Lock aria-hidden="true" />
                {t('applock.lockNow')}
              </button>
              <button
                className="button"
                data-act="change"
                data-testid="app-lock-change"
                onClick={begin('change')}
                type="button"
              >
                {t('applock.change')}
              </button>
              <button
                className="button"
                data-act="remove"
                data-testid="app-lock-remove"
                onClick={begin('remove')}
                type="button"
              >
                {t('applock.remove')}
              </button>
            </>
          ) : (
            <button className="button" data-act="set" data-testid="app-lock-set" onClick={begin('set')} type="button">
              {t('applock.set')}
            </button>
          )}
        </div>
      ) : (
        <PassphraseForm act={act} key={act} onDone={(succeeded) => end(act, succeeded)} retryAtMs={appLock.retryAtMs} />
      )}
      <p className="app-lock__done" data-testid="app-lock-done" role="status" tabIndex={-1}>
        {done !== undefined && t(`applock.done.${done}`)}
      </p>
    </section>
  )
}

function IdleMinutes({ appLock, settings }: AppLockProps): ReactNode {
  const { setSettings } = useActions()
  const { t } = useTranslator()
  const id = useId()
  const saved = settings.lockAfterMinutes
  const [typed, setTyped] = useState<string>()
  const applies = appLock.lockAfterMinutes
  const commit = () => {
    const minutes = Math.round(Number(typed))
    setTyped(undefined)
    if (typed === undefined || typed.trim() === '' || !Number.isFinite(minutes)) return
    const next = Math.max(1, Math.min(mostMinutes, minutes))
    if (next !== saved) void setSettings({ lockAfterMinutes: next })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
    event.preventDefault()
    commit()
  }
  return (
    <div className="app-lock__idle">
      <label className="app-lock__line">
        {t('applock.idle')}
        <input
          aria-describedby={id}
          aria-label={t('applock.idleLabel')}
          className="app-lock__minutes tabular"
          data-testid="app-lock-minutes"
          inputMode="numeric"
          max={mostMinutes}
          min={1}
          onBlur={commit}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={onKeyDown}
          type="number"
          value={typed ?? saved}
        />
        {t('applock.idleUnit')}
      </label>
      <p className="app-lock__note" data-testid="app-lock-applies" id={id}>
        {applies < saved ? t('applock.policy', { count: applies }) : t('applock.idleRange', { most: mostMinutes })}
      </p>
    </div>
  )
}
