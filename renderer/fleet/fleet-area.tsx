// Owns the area of IT people: the devices, the orders, and what stands beside them.
// Always holds: it shows what the server told; without it, that this is so, and since when.

import { CloudOff } from 'lucide-react'
import type { ReactNode } from 'react'
import { useIsConnected } from '../app/connection.ts'
import { useActions, useNowMs, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { StatusStrip } from '../conversations/status-strip.tsx'
import { awaitingOf } from '../state/order-list.ts'
import { DeviceFilters, DeviceSearch } from './device-filters.tsx'
import { DevicePane } from './device-pane.tsx'
import { DeviceTable } from './device-table.tsx'
import { OrderPage } from './order-page.tsx'
import { OrdersList } from './orders-list.tsx'
import { SelectionBar } from './selection-bar.tsx'
import { WipePane } from './wipe-pane.tsx'
import './fleet.css'
import './orders.css'

export function FleetArea(): ReactNode {
  const view = useWorkspace((state) => state.fleet.view)
  const aside = useWorkspace((state) => state.fleet.aside)
  const { t } = useTranslator()
  return (
    <div className="fleet" data-testid="fleet">
      <header className="fleet__header">
        <h1 className="fleet__title">{t('rail.fleet')}</h1>
        <ViewTabs />
        <span className="fleet__space" />
        {view.type === 'devices' && <DeviceSearch />}
      </header>
      <OldNews />
      {view.type === 'devices' && (
        <>
          <DeviceFilters />
          <SelectionBar />
          <RowsFailure />
        </>
      )}
      <div className="fleet__body">
        <section aria-label={t(view.type === 'devices' ? 'fleet.devices' : 'fleet.orders')} className="fleet__list">
          {view.type === 'devices' && <DeviceTable />}
          {view.type === 'orders' && <OrdersList />}
          {view.type === 'order' && <OrderPage />}
        </section>
        {aside?.type === 'device' && <DevicePane key={aside.deviceId} />}
        {aside?.type === 'wipe' && <WipePane key={aside.wipeId} wipeId={aside.wipeId} />}
      </div>
      <StatusStrip />
    </div>
  )
}

function ViewTabs(): ReactNode {
  const view = useWorkspace((state) => state.fleet.view)
  const awaiting = useWorkspace((state) => awaitingOf(state.fleet.orders))
  const { showFleet } = useActions()
  const { t, number } = useTranslator()
  const isDevices = view.type === 'devices'
  return (
    <nav aria-label={t('fleet.views')} className="fleet__tabs">
      <button
        aria-current={isDevices ? 'page' : undefined}
        className="fleet__tab"
        data-testid="fleet-devices"
        onClick={() => showFleet({ type: 'devices' })}
        type="button"
      >
        {t('fleet.devices')}
      </button>
      <button
        aria-current={isDevices ? undefined : 'page'}
        className="fleet__tab"
        data-testid="fleet-orders"
        onClick={() => showFleet({ type: 'orders' })}
        type="button"
      >
        {t('fleet.orders')}
        {awaiting > 0 && (
          <>
            <span aria-hidden="true" className="fleet__awaiting tabular">
              {number(awaiting)}
            </span>
            <span className="visually-hidden">{t('rail.awaiting', { count: awaiting })}</span>
          </>
        )}
      </button>
    </nav>
  )
}

/** What is shown is as old as the connection has been gone. */
function OldNews(): ReactNode {
  const toldAtMs = useWorkspace((state) => state.fleet.toldAtMs)
  const hasRows = useWorkspace((state) => state.fleet.devices.total !== undefined)
  const isConnected = useIsConnected()
  const { t, moment } = useTranslator()
  const nowMs = useNowMs()
  if (isConnected || !hasRows || toldAtMs === undefined) return undefined
  return (
    <p className="fleet__stale" data-testid="fleet-stale" role="status">
      <CloudOff aria-hidden="true" />
      {t('fleet.stale', { time: moment(toldAtMs, nowMs) })}
    </p>
  )
}

/** Some rows are here and others could not be had. */
function RowsFailure(): ReactNode {
  const failure = useWorkspace(({ fleet }) => (fleet.devices.total === undefined ? undefined : fleet.devices.failure))
  const isConnected = useIsConnected()
  const { retryFleet } = useActions()
  const translator = useTranslator()
  const { t } = translator
  if (failure === undefined || !isConnected) return undefined
  return (
    <p className="fleet__stale" role="alert">
      {t('fleet.failedRows', { reason: translator.failure(failure.code) })}
      <button className="text-button" onClick={retryFleet} type="button">
        {t('screen.retry')}
      </button>
    </p>
  )
}
