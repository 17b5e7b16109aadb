// Owns the notifications in the settings: which messages make one, and the quiet hours. Always holds: a choice applies at
// once; a time that is not one is not saved; what a notification shows is the organisation's to decide, and that is said.

import { type KeyboardEvent, type ReactNode, useId, useState } from 'react'
import { Label, Radio, RadioGroup } from 'react-aria-components'
import type { Settings } from '../../shared/bridge.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { Switch } from '../components/switch.tsx'
import './notify-section.css'

const choices = ['all', 'mentions', 'none'] as const
/** Offered when quiet hours are first put on: from eight in the evening to eight in the morning. */
const usualHours = { fromMinute: 20 * 60, toMinute: 8 * 60 }

export function NotifySection({ settings }: { readonly settings: Settings }): ReactNode {
  const { notify, quietHours } = settings
  const told = useWorkspace((state) => state.session?.notifications)
  const { setSettings } = useActions()
  const { t } = useTranslator()
  const noteId = useId()
  const [last, setLast] = useState(quietHours ?? usualHours)
  const hours = quietHours ?? last
  const change = (next: Partial<typeof usualHours>) => {
    const changed = { ...hours, ...next }
    setLast(changed)
    void setSettings({ quietHours: changed })
  }
  return (
    <section className="settings__group">
      <RadioGroup
        aria-describedby={noteId}
        onChange={(chosen) => void setSettings({ notify: choices.find((choice) => choice === chosen) ?? 'all' })}
        value={notify}
      >
        <Label className="settings__label">{t('notify.title')}</Label>
        <div className="notify__choices">
          {choices.map((choice) => (
            <Radio className="language" data-testid={`notify-${choice}`} key={choice} value={choice}>
              <span aria-hidden="true" className="language__dot" />
              {t(`notify.${choice}`)}
            </Radio>
          ))}
        </div>
      </RadioGroup>
      <p className="notify__note" id={noteId}>
        {t(told === undefined ? 'notify.policy' : `notify.policy.${told}`)}
      </p>
      <div className="notify__quiet">
        <Switch
          about={t('notify.quiet.about')}
          label={t('notify.quiet')}
          on={quietHours !== null}
          onChange={(on) => void setSettings({ quietHours: on ? last : null })}
          testId="quiet-hours"
        />
        <div className="notify__times" data-off={quietHours === null ? '' : undefined}>
          <TimeField
            isOff={quietHours === null}
            label={t('notify.from')}
            minute={hours.fromMinute}
            onChange={(fromMinute) => change({ fromMinute })}
            testId="quiet-from"
          />
          <TimeField
            isOff={quietHours === null}
            label={t('notify.to')}
            minute={hours.toMinute}
            onChange={(toMinute) => change({ toMinute })}
            testId="quiet-to"
          />
          {quietHours !== null && hours.toMinute <= hours.fromMinute && (
            <span className="notify__next">{t('notify.nextDay')}</span>
          )}
        </div>
      </div>
    </section>
  )
}

interface TimeFieldProps {
  readonly label: string
  readonly minute: number
  readonly isOff: boolean
  readonly testId: string
  readonly onChange: (minute: number) => void
}

/** By how much the arrow keys move a time, in minutes. */
const stepMinutes = 15
const dayMinutes = 24 * 60

/** A time of 24 hours in every language; the engine's own field would follow the system's twelve. */
function TimeField({ label, minute, isOff, testId, onChange }: TimeFieldProps): ReactNode {
  const { t } = useTranslator()
  const [typed, setTyped] = useState<string>()
  const isWrong = typed !== undefined && minuteOf(typed) === undefined
  const commit = () => {
    const next = typed === undefined ? undefined : minuteOf(typed)
    setTyped(undefined)
    if (next !== undefined && next !== minute) onChange(next)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const step = { ArrowUp: stepMinutes, ArrowDown: -stepMinutes }[event.key]
    if (event.key === 'Enter') commit()
    else if (step !== undefined) {
      setTyped(undefined)
      onChange(((minuteOf(typed ?? '') ?? minute) + step + dayMinutes) % dayMinutes)
    } else return
    event.preventDefault()
  }
  return (
    <label className="notify__time">
      {label}
      <input
        aria-description={isWrong ? t('notify.timeWrong') : undefined}
        aria-invalid={isWrong}
        autoComplete="off"
        className="input tabular"
        data-testid={testId}
        disabled={isOff}
        inputMode="numeric"
        maxLength={5}
        onBlur={commit}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={onKeyDown}
        value={typed ?? timeText(minute)}
      />
    </label>
  )
}

/** 20:05. */
function timeText(minute: number): string {
  const pad = (value: number) => String(value).padStart(2, '0')
  return `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`
}

/** Minutes since midnight of what was typed: 20:05, 8:05, 2005, full-width digits and colon too. Undefined where it is none. */
export function minuteOf(text: string): number | undefined {
  const [, hours, minutes] = /^(\d{1,2}):?(\d{2})$/.exec(text.normalize('NFKC').trim()) ?? []
  if (hours === undefined || minutes === undefined) return undefined
  return Number(hours) < 24 && Number(minutes) < 60 ? Number(hours) * 60 + Number(minutes) : undefined
}
