// Owns the calendar from which one jumps to a day of the conversation. Always holds: days to come cannot be chosen.

import { ChevronLeft, ChevronRight } from 'lucide-react'
import { type ReactNode, use, useEffect, useRef } from 'react'
import {
  Button,
  Calendar,
  CalendarCell,
  CalendarGrid,
  CalendarStateContext,
  type DateValue,
  Heading,
  I18nProvider,
} from 'react-aria-components'
import { useActions, useTranslator } from '../app/workspace-context.ts'
import { Popover } from './popover.tsx'

interface DatePopoverProps {
  /** Local midnight of the day it was opened at. */
  readonly dayMs: number
  readonly anchor: HTMLElement
  readonly onClose: () => void
}

const startOf = ({ year, month, day }: DateValue) => new Date(year, month - 1, day).getTime()

export function DatePopover({ dayMs, anchor, onClose }: DatePopoverProps): ReactNode {
  const { jumpTo, jumpToDate, showLatest } = useActions()
  const { t, language } = useTranslator()
  const todayMs = new Date().setHours(0, 0, 0, 0)
  return (
    <Popover anchor={anchor} label={t('jump.date')} onClose={onClose} placement="bottom" testId="date-jump">
      <I18nProvider locale={language}>
        <Calendar
          aria-label={t('jump.date')}
          className="calendar"
          isDateUnavailable={(date) => startOf(date) > todayMs}
          onChange={(date) => {
            onClose()
            void jumpToDate(startOf(date))
          }}
        >
          <StartAt dayMs={dayMs} />
          <div className="calendar__header">
            <Button aria-label={t('jump.previousMonth')} className="calendar__turn" slot="previous">
              <ChevronLeft aria-hidden="true" />
            </Button>
            <Heading className="calendar__title" />
            <Button aria-label={t('jump.nextMonth')} className="calendar__turn" slot="next">
              <ChevronRight aria-hidden="true" />
            </Button>
          </div>
          <CalendarGrid className="calendar__grid" weekdayStyle="short">
            {(date) => (
              <CalendarCell
                className={startOf(date) === todayMs ? 'calendar__day calendar__day--today' : 'calendar__day'}
                date={date}
              />
            )}
          </CalendarGrid>
          <div className="calendar__ways">
            <button
              className="text-button"
              onClick={() => {
                onClose()
                void jumpTo(1)
              }}
              type="button"
            >
              {t('jump.beginning')}
            </button>
            <button
              className="text-button"
              onClick={() => {
                onClose()
                void showLatest()
              }}
              type="button"
            >
              {t('jump.today')}
            </button>
          </div>
        </Calendar>
      </I18nProvider>
    </Popover>
  )
}

/** Puts the focus on the day `dayMs` once: a calendar's dates are made from its own. */
function StartAt({ dayMs }: { readonly dayMs: number }): ReactNode {
  const state = use(CalendarStateContext)
  const done = useRef(false)
  useEffect(() => {
    if (state === null || done.current) return
    done.current = true
    const day = new Date(dayMs)
    state.setFocusedDate(
      state.focusedDate.set({ year: day.getFullYear(), month: day.getMonth() + 1, day: day.getDate() }),
    )
    state.setFocused(true)
  }, [state, dayMs])
  return undefined
}
