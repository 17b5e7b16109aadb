// Owns enrolment: the server's address and a code from IT. Always holds: an error stands under the field it is about,
// in words, and takes the focus there; the code field accepts any paste and shows groups of four.

import { CircleAlert } from 'lucide-react'
import {
  type ChangeEvent,
  type FormEvent,
  type ReactNode,
  type RefObject,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import type { FailureView } from '../../shared/bridge.ts'
import { useActions, useTranslator } from '../app/workspace-context.ts'
import type { MessageKey } from '../i18n/catalog.ts'
import { formatEnrolCode } from '../text/enrol-code.ts'
import { ScreenCard } from './screen-card.tsx'

type Field = 'server' | 'code' | 'form'

const codeProblems = new Set(['code-unknown', 'code-used', 'code-expired'])
const serverProblems = new Set(['not-a-server', 'wrong-server', 'unavailable', 'offline', 'bad-input'])

function fieldOf(failure: FailureView): Field {
  if (codeProblems.has(failure.code)) return 'code'
  return serverProblems.has(failure.code) ? 'server' : 'form'
}

export function EnrolScreen({ back }: { readonly back: boolean }): ReactNode {
  const { t } = useTranslator()
  return (
    <ScreenCard focusTitle={false} testId="enrol-screen" title={t('enrol.title')}>
      <p>{t('enrol.intro')}</p>
      <EnrolForm back={back} />
    </ScreenCard>
  )
}

interface EnrolFormProps {
  readonly back?: boolean
  /** The screen has something to be read first. */
  readonly autoFocus?: boolean
  /** The server's address, where it is known. */
  readonly serverUrl?: string
  /** What is said of a failure here, where its own words would mislead. */
  readonly wordsOf?: Partial<Record<string, MessageKey>>
}

export function EnrolForm({ back = false, autoFocus = true, serverUrl = '', wordsOf = {} }: EnrolFormProps): ReactNode {
  const { enrol, askToEnrol } = useActions()
  const translator = useTranslator()
  const { t } = translator
  const [server, setServer] = useState(serverUrl)
  const [code, setCode] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<{ field: Field; text: string; code?: string }>()
  const serverField = useRef<HTMLInputElement>(null)
  const codeField = useRef<HTMLInputElement>(null)
  const alert = useRef<HTMLDivElement>(null)
  const caret = useRef<number | undefined>(undefined)

  useLayoutEffect(() => {
    if (caret.current === undefined) return
    codeField.current?.setSelectionRange(caret.current, caret.current)
    caret.current = undefined
  })

  const tell = (field: Field, text: string, failureCode?: string) => {
    setError({ field, text, ...(failureCode === undefined ? {} : { code: failureCode }) })
    const target = field === 'server' ? serverField : field === 'code' ? codeField : alert
    requestAnimationFrame(() => target.current?.focus())
  }
  const changeCode = (event: ChangeEvent<HTMLInputElement>) => {
    const { value, selectionStart } = event.target
    // A composition must reach its end untouched; full-width letters are folded after it.
    if ((event.nativeEvent as InputEvent).isComposing) {
      setCode(value)
      return
    }
    const formatted = formatEnrolCode(value, selectionStart ?? value.length)
    caret.current = formatted.caret
    setCode(formatted.text)
    if (error?.field === 'code') setError(undefined)
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    const address = server.trim()
    const formatted = formatEnrolCode(code)
    if (address === '') return tell('server', t('enrol.serverMissing'))
    if (formatted.text === '') return tell('code', t('enrol.codeMissing'))
    if (!formatted.complete) return tell('code', t('enrol.codeShort'))
    setBusy(true)
    setError(undefined)
    const failure = await enrol(address, formatted.text)
    setBusy(false)
    if (failure === undefined) return
    const wait =
      failure.retryAfterMs === undefined ? '' : ` ${t('enrol.wait', { count: Math.ceil(failure.retryAfterMs / 1000) })}`
    const words = wordsOf[failure.code]
    tell(fieldOf(failure), (words === undefined ? translator.failure(failure.code) : t(words)) + wait, failure.code)
  }

  return (
    <form className="enrol" noValidate onSubmit={(event) => void submit(event)}>
      <EnrolField
        autoFocus={autoFocus}
        error={error?.field === 'server' ? error : undefined}
        hint={t('enrol.serverHint')}
        inputMode="url"
        label={t('enrol.server')}
        onChange={(event) => {
          setServer(event.target.value)
          if (error?.field === 'server') setError(undefined)
        }}
        reference={serverField}
        testId="enrol-server"
        value={server}
      />
      <EnrolField
        error={error?.field === 'code' ? error : undefined}
        hint={t('enrol.codeHint')}
        inputMode="text"
        label={t('enrol.code')}
        mono
        onChange={changeCode}
        onCompositionEnd={() => setCode((value) => formatEnrolCode(value).text)}
        placeholder="XXXX-XXXX-XXXX"
        reference={codeField}
        testId="enrol-code"
        value={code}
      />
      {error?.field === 'form' && (
        <div
          className="enrol__alert"
          data-code={error.code}
          data-testid="enrol-error"
          ref={alert}
          role="alert"
          tabIndex={-1}
        >
          <CircleAlert aria-hidden="true" />
          <span>{error.text}</span>
        </div>
      )}
      <div className="screen__buttons">
        <button
          aria-disabled={busy}
          className="button button--primary button--large"
          data-testid="enrol-submit"
          type="submit"
        >
          {t(busy ? 'enrol.busy' : 'enrol.submit')}
        </button>
        {back && (
          <button className="button button--large" onClick={() => askToEnrol(false)} type="button">
            {t('enrol.back')}
          </button>
        )}
      </div>
    </form>
  )
}

interface EnrolFieldProps {
  readonly label: string
  readonly hint: string
  readonly value: string
  readonly testId: string
  readonly inputMode: 'url' | 'text'
  readonly error: { readonly text: string; readonly code?: string } | undefined
  readonly reference: RefObject<HTMLInputElement | null>
  readonly onChange: (event: ChangeEvent<HTMLInputElement>) => void
  readonly onCompositionEnd?: () => void
  readonly placeholder?: string
  readonly mono?: boolean
  readonly autoFocus?: boolean
}

function EnrolField(props: EnrolFieldProps): ReactNode {
  const {
    label,
    hint,
    value,
    testId,
    inputMode,
    error,
    reference,
    onChange,
    onCompositionEnd,
    placeholder,
    mono,
    autoFocus,
  } = props
  const id = useId()
  return (
    <div className="enrol__field">
      <label htmlFor={id}>{label}</label>
      <input
        aria-describedby={`${id}-note`}
        aria-invalid={error !== undefined}
        autoCapitalize="off"
        autoComplete="off"
        autoCorrect="off"
        // biome-ignore lint/a11y/noAutofocus: the screen is this form.
        autoFocus={autoFocus}
        className={mono === true ? 'enrol__input enrol__input--mono' : 'enrol__input'}
        data-testid={testId}
        id={id}
        inputMode={inputMode}
        onChange={onChange}
        onCompositionEnd={onCompositionEnd}
        placeholder={placeholder}
        ref={reference}
        spellCheck={false}
        type="text"
        value={value}
      />
      <p
        aria-live="polite"
        className={error === undefined ? 'enrol__note' : 'enrol__note enrol__note--error'}
        data-code={error?.code}
        data-testid={error === undefined ? undefined : 'enrol-error'}
        id={`${id}-note`}
      >
        {error?.text ?? hint}
      </p>
    </div>
  )
}
