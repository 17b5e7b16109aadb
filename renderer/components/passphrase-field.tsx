// Owns the field for a passphrase: shown or hidden, a note or an error under it, and a word when Caps Lock is on.
// Always holds: it is hidden until its user asks; the note is tied to the field and told when it changes.

import { Eye, EyeOff } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, type RefObject, useId, useState } from 'react'
import { limits } from '../../shared/limits.ts'
import { useTranslator } from '../app/workspace-context.ts'
import { IconButton } from './icon-button.tsx'
import './passphrase-field.css'

interface PassphraseFieldProps {
  readonly label: string
  readonly value: string
  readonly testId: string
  readonly onChange: (value: string) => void
  readonly note?: ReactNode
  readonly error?: string | undefined
  /** The failure's code, for those who look for it. */
  readonly code?: string | undefined
  readonly reference?: RefObject<HTMLInputElement | null>
  readonly autoFocus?: boolean
}

export function PassphraseField(props: PassphraseFieldProps): ReactNode {
  const { label, value, testId, onChange, note, error, code, reference, autoFocus } = props
  const { t } = useTranslator()
  const id = useId()
  const [isShown, setShown] = useState(false)
  const [hasCapsLock, setCapsLock] = useState(false)
  const look = (event: KeyboardEvent) => setCapsLock(event.getModifierState('CapsLock'))
  return (
    <div className="passphrase">
      <label className="passphrase__label" htmlFor={id}>
        {label}
      </label>
      <div className="passphrase__box" data-invalid={error === undefined ? undefined : ''}>
        <input
          aria-describedby={`${id}-note`}
          aria-invalid={error !== undefined}
          autoCapitalize="off"
          autoComplete="off"
          autoCorrect="off"
          // biome-ignore lint/a11y/noAutofocus: only where it is the whole screen, or its user has just asked for it.
          autoFocus={autoFocus}
          data-testid={testId}
          id={id}
          maxLength={limits.passphraseChars}
          onBlur={() => setCapsLock(false)}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={look}
          onKeyUp={look}
          ref={reference}
          spellCheck={false}
          type={isShown ? 'text' : 'password'}
          value={value}
        />
        <IconButton
          aria-pressed={isShown}
          className="icon-button--small passphrase__eye"
          data-testid={`${testId}-show`}
          icon={isShown ? EyeOff : Eye}
          label={t(isShown ? 'applock.hide' : 'applock.show')}
          onClick={() => setShown(!isShown)}
        />
      </div>
      <p
        aria-live="polite"
        className={error === undefined ? 'passphrase__note' : 'passphrase__note passphrase__note--error'}
        data-code={code}
        data-testid={error === undefined ? undefined : `${testId}-error`}
        id={`${id}-note`}
      >
        {error ?? (hasCapsLock ? t('applock.caps') : note)}
      </p>
    </div>
  )
}
