// Owns the table of devices: its columns, sorting by them, picking rows, and the states without rows.
// Always holds: only what has the server behind it is offered; what is asked anew leaves the rows before where they are.

import { ArrowDown, ArrowUp, CircleAlert, CloudOff, MonitorSmartphone, SearchX } from 'lucide-react'
import { memo, type ReactNode, useCallback, useEffect, useMemo, useRef } from 'react'
import type { FleetDevice, FleetSort } from '../../shared/fleet.ts'
import { limits } from '../../shared/limits.ts'
import { useIsConnected } from '../app/connection.ts'
import { useActions, useNowMs, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { StateMessage } from '../components/state-message.tsx'
import { Text } from '../components/text.tsx'
import { Cell, CheckCell, GapCells, HeaderCell } from './cell.tsx'
import { seenText, systemOf, toneOfStatus } from './device-words.ts'
import { focusAside } from './focus.ts'
import { GridSkeleton } from './grid-skeleton.tsx'
import { RowGrid, type RowSelection } from './row-grid.tsx'
import { StateChip } from './state-chip.tsx'

const rowPx = 48
const columns = ['person', 'name', 'system', 'version', 'seen', 'lease', 'cache', 'status'] as const

const withCheck = ['check', ...columns]
const idOf = ({ deviceId }: FleetDevice) => deviceId

export function DeviceTable(): ReactNode {
  const rows = useWorkspace((state) => state.fleet.devices)
  const filter = useWorkspace((state) => state.fleet.filter)
  const aside = useWorkspace((state) => state.fleet.aside)
  const selected = useWorkspace((state) => state.fleet.selection)
  const isConnected = useIsConnected()
  const { lookAtRows, showAside, selectRow, selectAllRows, clearFilter, retryFleet } = useActions()
  const translator = useTranslator()
  const { t } = translator
  const { total, failure } = rows
  const onLook = useCallback((from: number, to: number) => lookAtRows(from, to), [lookAtRows])
  const selection = useMemo(
    (): RowSelection<FleetDevice> => ({
      has: (row) => selected.type === 'all' || selected.devices.has(row.deviceId),
      labelOf: (row) => t('fleet.select', { device: row.name, person: row.displayName }),
      fixed: selected.type === 'all' && (total ?? 0) > limits.devicesPerOrder,
      onToggle: (index, through) => void selectRow(index, through),
      onAll: selectAllRows,
    }),
    [selected, total, t, selectRow, selectAllRows],
  )

  if (total === undefined) {
    if (!isConnected || failure?.code === 'offline') return <FleetOffline />
    if (failure === undefined)
      return <GridSkeleton className="devices" columns={withCheck} label={t('fleet.loading')} rowPx={rowPx} />
    return (
      <div className="fleet__state" role="alert">
        <StateMessage body={translator.failure(failure.code)} icon={CircleAlert} title={t('fleet.failed')}>
          <button className="button" data-testid="fleet-retry" onClick={retryFleet} type="button">
            {t('screen.retry')}
          </button>
        </StateMessage>
      </div>
    )
  }
  if (total === 0) {
    const isNarrowed = Object.keys(filter).length > 0
    return (
      <div className="fleet__state" data-testid="fleet-empty" role="status">
        <StateMessage
          body={t(isNarrowed ? 'fleet.none.body' : 'fleet.empty.body')}
          icon={isNarrowed ? SearchX : MonitorSmartphone}
          title={t(isNarrowed ? 'fleet.none.title' : 'fleet.empty.title')}
        >
          {isNarrowed && (
            <button className="button" data-testid="fleet-clear-filters" onClick={clearFilter} type="button">
              {t('fleet.none.clear')}
            </button>
          )}
        </StateMessage>
      </div>
    )
  }
  return (
    <RowGrid
      Cells={DeviceCells}
      className="devices"
      currentId={aside?.deviceId}
      headers={<Headers />}
      idOf={idOf}
      label={t('fleet.devices')}
      onLook={onLook}
      onOpen={(row, byKey) => {
        showAside({ type: 'device', deviceId: row.deviceId })
        if (byKey) focusAside()
      }}
      rowPx={rowPx}
      selection={selection}
      testId="device"
      window={rows}
    />
  )
}

/** For what is asked of the server alone. */
export function FleetOffline(): ReactNode {
  const { t } = useTranslator()
  return (
    <div className="fleet__state" data-testid="fleet-offline" role="status">
      <StateMessage body={t('fleet.offline.body')} icon={CloudOff} title={t('fleet.offline.title')} />
    </div>
  )
}

function Headers(): ReactNode {
  const sort = useWorkspace((state) => state.fleet.sort)
  const total = useWorkspace((state) => state.fleet.devices.total ?? 0)
  const selected = useWorkspace((state) => state.fleet.selection)
  const { sortFleet, selectAllRows, clearSelection } = useActions()
  const { t } = useTranslator()
  const isAll = selected.type === 'all'
  const isSome = selected.type === 'some' && selected.devices.size > 0
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (box.current !== null) box.current.indeterminate = isSome
  }, [isSome])
  return (
    <>
      <CheckCell header>
        <input
          aria-label={t('fleet.selectAll', { count: total })}
          checked={isAll}
          data-testid="device-check-all"
          data-tip={isAll || isSome ? t('fleet.clear') : t('fleet.selectAll', { count: total })}
          onChange={isAll || isSome ? clearSelection : selectAllRows}
          ref={box}
          type="checkbox"
        />
      </CheckCell>
      {columns.map((by) => (
        <ColumnHeader by={by} key={by} onSort={sortFleet} sort={sort} />
      ))}
    </>
  )
}

interface ColumnHeaderProps {
  readonly by: FleetSort['by']
  readonly sort: FleetSort
  readonly onSort: (by: FleetSort['by']) => void
}

function ColumnHeader({ by, sort, onSort }: ColumnHeaderProps): ReactNode {
  const { t } = useTranslator()
  const isBy = sort.by === by
  const Arrow = sort.descending ? ArrowDown : ArrowUp
  return (
    <HeaderCell column={by} sort={isBy ? (sort.descending ? 'descending' : 'ascending') : undefined}>
      <button data-testid={`sort-${by}`} onClick={() => onSort(by)} type="button">
        <span className="ellipsis">{t(`fleet.col.${by}`)}</span>
        {isBy && <Arrow aria-hidden="true" />}
      </button>
    </HeaderCell>
  )
}

const DeviceCells = memo(function DeviceCells({ row }: { readonly row: FleetDevice | undefined }): ReactNode {
  const translator = useTranslator()
  const { t, moment, full, size } = translator
  const nowMs = useNowMs()
  if (row === undefined) return <GapCells columns={columns} />
  const { displayName, department, userInactive, name, platform, clientVersion, status, connected } = row
  const { lastSeenAtMs, leaseUntilMs, cacheBytes } = row
  const isOver = leaseUntilMs !== undefined && leaseUntilMs <= nowMs
  const tipOf = (atMs: number | undefined) => (atMs === undefined ? undefined : full(atMs))
  return (
    <>
      <Cell column="person" look="cell--stack">
        <span className="cell__line">
          <Text className="ellipsis cell__name">{displayName}</Text>
          {userInactive === true && <span className="tag">{t('people.inactive')}</span>}
        </span>
        {department !== undefined && <Text className="ellipsis cell__under">{department}</Text>}
      </Cell>
      <Cell column="name">
        <Text className="ellipsis">{name}</Text>
      </Cell>
      <Cell column="system" look="cell--quiet">
        <span className="ellipsis">{t(`fleet.system.${systemOf(platform)}`)}</span>
      </Cell>
      <Cell column="version" look="cell--quiet tabular">
        <span className="ellipsis">{clientVersion}</span>
      </Cell>
      <Cell column="seen" look="cell--quiet tabular" tip={tipOf(lastSeenAtMs)}>
        {connected && <span aria-hidden="true" className="cell__there" />}
        <span className="ellipsis">{seenText(row, nowMs, translator)}</span>
      </Cell>
      <Cell column="lease" look={isOver ? 'cell--over tabular' : 'cell--quiet tabular'} tip={tipOf(leaseUntilMs)}>
        <span className="ellipsis">{leaseUntilMs === undefined ? '–' : moment(leaseUntilMs, nowMs)}</span>
      </Cell>
      <Cell column="cache" look="cell--quiet cell--end tabular">
        <span className="ellipsis">{cacheBytes === undefined ? '–' : size(cacheBytes)}</span>
      </Cell>
      <Cell column="status">
        <StateChip tone={toneOfStatus[status]}>{t(`fleet.status.${status}`)}</StateChip>
      </Cell>
    </>
  )
})
