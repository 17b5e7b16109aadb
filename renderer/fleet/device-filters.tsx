// Owns what narrows the table of devices: words, states, the system, and how long a device has been silent.

import { Search, X } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useRef } from 'react'
import type { DeviceStatus } from '../../shared/fleet.ts'
import { limits, times } from '../../shared/limits.ts'
import { useActions, useNowMs, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { IconButton } from '../components/icon-button.tsx'
import { allOf, statusOrder, systemOrder, toneOfStatus } from './device-words.ts'

export const silentDays = Math.round(limits.deviceSilentMs / times.DAY_MS)

export function DeviceSearch(): ReactNode {
  const text = useWorkspace((state) => state.fleet.text)
  const { setFleetText } = useActions()
  const { t } = useTranslator()
  const field = useRef<HTMLInputElement>(null)
  const clear = () => {
    setFleetText('')
    field.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    if (event.key === 'Escape' && text !== '') clear()
    else if (event.key === 'ArrowDown') {
      document.querySelector<HTMLElement>('.row-grid__rows [role="row"][tabindex="0"]')?.focus()
    } else return
    event.preventDefault()
  }
  return (
    <div className="field fleet__search">
      <Search aria-hidden="true" />
      <input
        aria-label={t('fleet.filter')}
        autoComplete="off"
        data-testid="fleet-filter"
        onChange={(event) => setFleetText(event.target.value)}
        onKeyDown={onKeyDown}
        placeholder={t('fleet.filter')}
        ref={field}
        spellCheck={false}
        type="search"
        value={text}
      />
      {text !== '' && (
        <IconButton className="icon-button--small" icon={X} label={t('fleet.filter.clear')} onClick={clear} />
      )}
    </div>
  )
}

export function DeviceFilters(): ReactNode {
  const filter = useWorkspace((state) => state.fleet.filter)
  const personName = useWorkspace((state) => state.fleet.personName)
  const counts = useWorkspace((state) => state.fleet.counts)
  const { changeFilter } = useActions()
  const { t, number } = useTranslator()
  const nowMs = useNowMs()
  const chosen = filter.statuses ?? []
  const all = allOf(counts)
  const toggle = (status: DeviceStatus) =>
    changeFilter({
      statuses: chosen.includes(status) ? chosen.filter((each) => each !== status) : [...chosen, status],
    })
  return (
    <fieldset aria-label={t('fleet.filters')} className="filters">
      {filter.userId !== undefined && (
        <button
          aria-label={t('fleet.personChip.clear')}
          className="filter-chip"
          data-testid="filter-person"
          data-tip={t('fleet.personChip.clear')}
          onClick={() => changeFilter({ userId: undefined })}
          type="button"
        >
          {t('fleet.personChip', { name: personName ?? '' })}
          <X aria-hidden="true" />
        </button>
      )}
      <button
        aria-pressed={chosen.length === 0}
        className="filter-chip"
        data-testid="filter-all"
        onClick={() => changeFilter({ statuses: undefined })}
        type="button"
      >
        {t('fleet.all')} {all !== undefined && <span className="filter-chip__count tabular">{number(all)}</span>}
      </button>
      {statusOrder
        // What there is none of would only be in the way.
        .filter((status) => status === 'active' || chosen.includes(status) || (counts?.[status] ?? 0) > 0)
        .map((status) => (
          <button
            aria-pressed={chosen.includes(status)}
            className="filter-chip"
            data-testid={`filter-${status}`}
            data-tip={t(`fleet.statusAbout.${status}`)}
            data-tone={toneOfStatus[status]}
            key={status}
            onClick={() => toggle(status)}
            type="button"
          >
            {t(`fleet.status.${status}`)}{' '}
            {counts !== undefined && <span className="filter-chip__count tabular">{number(counts[status] ?? 0)}</span>}
          </button>
        ))}
      <span aria-hidden="true" className="filters__line" />
      <select
        aria-label={t('fleet.system')}
        className="select filters__select"
        data-testid="filter-system"
        onChange={(event) => {
          const system = systemOrder.find((each) => each === event.target.value)
          changeFilter({ systems: system === undefined ? undefined : [system] })
        }}
        value={filter.systems?.[0] ?? ''}
      >
        <option value="">{t('fleet.system.any')}</option>
        {systemOrder.map((system) => (
          <option key={system} value={system}>
            {t(`fleet.system.${system}`)}
          </option>
        ))}
      </select>
      <button
        aria-pressed={filter.notSeenSinceMs !== undefined}
        className="filter-chip"
        data-testid="filter-silent"
        onClick={() =>
          changeFilter({
            notSeenSinceMs: filter.notSeenSinceMs === undefined ? nowMs - limits.deviceSilentMs : undefined,
          })
        }
        type="button"
      >
        {t('fleet.silent', { days: silentDays })}
      </button>
    </fieldset>
  )
}
