// Owns the form that sets, changes or takes off the passphrase of the app lock.
// Always holds: an error stands under the field it is about and takes the focus there; the strength is a hint and refuses
// nothing, the shortest length and the repetition do; what was typed leaves memory with the form.

import { type FormEvent, type ReactNode, useRef, useState } from 'react'
import { limits } from '../../shared/limits.ts'
import { useSecondsUntil, waitText } from '../app/countdown.ts'
import { useActions, useTranslator } from '../app/workspace-context.ts'
import { PassphraseField } from '../components/passphrase-field.tsx'
import type { MessageKey } from '../i18n/catalog.ts'
import { strengthOf } from '../text/passphrase-strength.ts'

export type PassphraseAct = 'set' | 'change' | 'remove'
type Field = 'current' | 'next' | 'repeat'

/** What is wrong and where; put into words when shown, since the language may be changed beside this very form. */
interface Mistake {
  readonly field: Field
  readonly words?: MessageKey
  readonly code?: string
}

interface PassphraseFormProps {
  readonly act: PassphraseAct
  /** No passphrase is looked at before this time, after too many wrong ones. */
  readonly retryAtMs: number | undefined
  readonly onDone: (succeeded: boolean) => void
}

export function PassphraseForm({ act, retryAtMs, onDone }: PassphraseFormProps): ReactNode {
  const { setPassphrase } = useActions()
  const translator = useTranslator()
  const { t } = translator
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [repeat, setRepeat] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Mistake>()
  const [pausedUntilMs, setPausedUntilMs] = useState<number>()
  const seconds = useSecondsUntil(Math.max(retryAtMs ?? 0, pausedUntilMs ?? 0))
  const isPaused = act !== 'set' && seconds > 0
  const fields = {
    current: useRef<HTMLInputElement>(null),
    next: useRef<HTMLInputElement>(null),
    repeat: useRef<HTMLInputElement>(null),
  }
  const hasNext = act !== 'remove'

  const tell = (mistake: Mistake) => {
    setError(mistake)
    requestAnimationFrame(() => fields[mistake.field].current?.select())
  }
  const change = (field: Field, set: (value: string) => void) => (value: string) => {
    set(value)
    if (error?.field === field) setError(undefined)
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || isPaused) return
    if (act !== 'set' && current === '') return tell({ field: 'current', words: 'applock.missing' })
    if (hasNext) {
      if (next.length < limits.passphraseCharsLeast) return tell({ field: 'next', words: 'applock.tooShort' })
      if (act === 'change' && next === current) return tell({ field: 'next', words: 'applock.same' })
      if (next !== repeat) return tell({ field: 'repeat', words: 'applock.mismatch' })
    }
    setBusy(true)
    setError(undefined)
    const failure = await setPassphrase({
      ...(act === 'set' ? {} : { current }),
      ...(hasNext ? { next } : {}),
    })
    setBusy(false)
    if (failure === undefined) return onDone(true)
    if (failure.retryAfterMs !== undefined) setPausedUntilMs(Date.now() + failure.retryAfterMs)
    tell({ field: act === 'set' ? 'next' : 'current', code: failure.code })
  }
  const saidOf = ({ words, code = 'internal' }: Mistake) => {
    if (words !== undefined) return t(words, { count: limits.passphraseCharsLeast })
    return code === 'rate-limited' ? t('unlock.paused') : translator.failure(code)
  }
  const errorOf = (field: Field) => (error?.field === field ? { error: saidOf(error), code: error.code } : {})

  return (
    <form className="passphrase-form" data-act={act} noValidate onSubmit={(event) => void submit(event)}>
      {act !== 'set' && (
        <PassphraseField
          {...errorOf('current')}
          autoFocus
          label={t('applock.current')}
          onChange={change('current', setCurrent)}
          reference={fields.current}
          testId="passphrase-current"
          value={current}
        />
      )}
      {hasNext && (
        <>
          <PassphraseField
            {...errorOf('next')}
            autoFocus={act === 'set'}
            label={t('applock.next')}
            note={<StrengthNote passphrase={next} />}
            onChange={change('next', setNext)}
            reference={fields.next}
            testId="passphrase-next"
            value={next}
          />
          <PassphraseField
            {...errorOf('repeat')}
            label={t('applock.repeat')}
            onChange={change('repeat', setRepeat)}
            reference={fields.repeat}
            testId="passphrase-repeat"
            value={repeat}
          />
          <p className="app-lock__note">{t('applock.forgetful')}</p>
        </>
      )}
      <div className="app-lock__buttons">
        <button
          aria-disabled={busy || isPaused}
          className="button button--primary tabular"
          data-testid="passphrase-save"
          type="submit"
        >
          {isPaused
            ? t('applock.wait', { time: waitText(seconds, translator) })
            : t(busy ? 'applock.saving' : act === 'remove' ? 'applock.remove' : 'applock.save')}
        </button>
        <button className="button" data-testid="passphrase-cancel" onClick={() => onDone(false)} type="button">
          {t('applock.cancel')}
        </button>
      </div>
    </form>
  )
}

const levels = { short: 0, weak: 1, fair: 2, strong: 3 } as const

function StrengthNote({ passphrase }: { readonly passphrase: string }): ReactNode {
  const { t } = useTranslator()
  const least = limits.passphraseCharsLeast
  if (passphrase === '') return t('applock.shortest', { count: least })
  const strength = strengthOf(passphrase)
  return (
    <span className="strength" data-strength={strength} data-testid="passphrase-strength">
      <span aria-hidden="true" className="strength__bars">
        {[1, 2, 3].map((level) => (
          <span data-on={levels[strength] >= level ? '' : undefined} key={level} />
        ))}
      </span>
      {t(`applock.strength.${strength}`, { count: least - passphrase.length })}
    </span>
  )
}
