// Owns a line of a conversation (its name, its topic) that may be changed where it stands. Always holds: Escape gives the
// change up and closes nothing else; what was entered stays while it is not taken.

import { Pencil } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import type { FailureView } from '../../shared/bridge.ts'
import { useAct } from '../app/act.ts'
import { useTranslator } from '../app/workspace-context.ts'
import { ActButton } from './act-button.tsx'
import { ProblemLine } from './problem-line.tsx'
import { Text } from './text.tsx'
import './editable-text.css'

interface EditableTextProps {
  readonly label: string
  readonly editLabel: string
  readonly value: string
  /** Shown where there is none. */
  readonly none: string
  readonly most: number
  readonly canBeEmpty: boolean
  readonly canEdit: boolean
  readonly testId: string
  readonly onSave: (value: string) => Promise<FailureView | undefined>
}

export function EditableText(props: EditableTextProps): ReactNode {
  const { label, editLabel, value, none, most, canBeEmpty, canEdit, testId, onSave } = props
  const { t } = useTranslator()
  const [typed, setTyped] = useState<string>()
  const field = useRef<HTMLTextAreaElement>(null)
  const opener = useRef<HTMLButtonElement>(null)
  const isOpen = typed !== undefined
  const wasOpen = useRef(false)
  const { busy, failure, run, forget } = useAct(() => setTyped(undefined))
  useEffect(() => {
    if (isOpen) field.current?.select()
    else if (wasOpen.current) opener.current?.focus()
    wasOpen.current = isOpen
  }, [isOpen])

  const close = () => {
    forget()
    setTyped(undefined)
  }
  const next = (typed ?? '').replace(/\s+/g, ' ').trim()
  const isUnready = next === '' && !canBeEmpty
  const save = () => {
    if (isUnready) return
    if (next === value) close()
    else void run(() => onSave(next))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    if (event.key === 'Escape') close()
    else if (event.key === 'Enter') save()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div>
      <dt className="editable__label">
        {label}
        {canEdit && !isOpen && (
          <ActButton
            aria-label={editLabel}
            className="icon-button--small editable__open"
            data-testid={`${testId}-edit`}
            onClick={() => setTyped(value)}
            ref={opener}
          >
            <Pencil aria-hidden="true" />
          </ActButton>
        )}
      </dt>
      <dd>
        {typed === undefined ? (
          value === '' ? (
            <span className="facts__none">{none}</span>
          ) : (
            <span data-testid={testId}>
              <Text>{value}</Text>
            </span>
          )
        ) : (
          <div className="editable__form">
            <textarea
              aria-label={label}
              className="input"
              data-testid={`${testId}-box`}
              maxLength={most}
              onChange={(event) => {
                setTyped(event.target.value)
                forget()
              }}
              onKeyDown={onKeyDown}
              ref={field}
              rows={1}
              value={typed}
            />
            <ProblemLine failure={failure} />
            <div className="editable__acts">
              <button className="button" onClick={close} type="button">
                {t('applock.cancel')}
              </button>
              <ActButton
                busy={busy}
                className="button button--primary"
                data-testid={`${testId}-save`}
                onClick={save}
                unready={isUnready}
              >
                {t('applock.save')}
              </ActButton>
            </div>
          </div>
        )}
      </dd>
    </div>
  )
}
