// Owns the line over the table of devices: how many there are, how many are selected, and what can be done with these.
// Always holds: of one height, so that selecting moves nothing; what destroys and what does not never look alike.

import { LogOut, ShieldX } from 'lucide-react'
import type { ReactNode } from 'react'
import { limits } from '../../shared/limits.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { ActButton } from '../components/act-button.tsx'
import { selectedCount } from '../state/order-draft.ts'
import { allOf } from './device-words.ts'

export function SelectionBar(): ReactNode {
  const total = useWorkspace((state) => state.fleet.devices.total)
  const counts = useWorkspace((state) => state.fleet.counts)
  const filter = useWorkspace((state) => state.fleet.filter)
  const selection = useWorkspace((state) => state.fleet.selection)
  const isFull = useWorkspace((state) => state.fleet.selectionFull)
  const { selectAllRows, clearSelection, beginOrderForSelection } = useActions()
  const { t, number } = useTranslator()
  const selected = selectedCount(selection, total)
  const all = allOf(counts) ?? 0
  const isNarrowed = Object.keys(filter).length > 0
  const isAll = selection.type === 'all'
  const label =
    total === undefined
      ? ''
      : selected > 0
        ? t(isAll ? 'fleet.selectedAll' : 'fleet.selected', { count: selected })
        : isNarrowed
          ? t('fleet.matching', { count: number(total), total: number(all) })
          : t('fleet.count', { count: total })
  return (
    <div className="selection" data-selected={selected > 0 ? '' : undefined}>
      <p className="selection__count tabular" data-testid="fleet-count" role="status">
        {label}
      </p>
      {selected > 0 && (
        <button className="text-button" data-testid="selection-clear" onClick={clearSelection} type="button">
          {t('fleet.clear')}
        </button>
      )}
      {!isAll && (total ?? 0) > 0 && (
        <button className="text-button" data-testid="select-all" onClick={selectAllRows} type="button">
          {t(isNarrowed ? 'fleet.selectAllMatching' : 'fleet.selectAll', { count: total ?? 0 })}
        </button>
      )}
      {isFull && (
        <p className="selection__full" role="alert">
          {t('fleet.selectionFull', { most: number(limits.devicesPerOrder) })}
        </p>
      )}
      {selected > 0 && (
        <span className="selection__acts">
          <ActButton
            aria-haspopup="dialog"
            data-testid="selection-sign-out"
            onClick={() => beginOrderForSelection('sign-out')}
          >
            <LogOut aria-hidden="true" />
            {t('fleet.signOut')}
          </ActButton>
          <ActButton
            aria-haspopup="dialog"
            className="button button--quiet-danger"
            data-testid="selection-wipe"
            onClick={() => beginOrderForSelection('wipe')}
          >
            <ShieldX aria-hidden="true" />
            {t('fleet.wipe')}
          </ActButton>
        </span>
      )}
    </div>
  )
}
