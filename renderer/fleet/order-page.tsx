// Owns the page of an order: what it is for, why, by whom; deciding it where it awaits this user; how far each device is.
// Always holds: whoever gave an order is not asked to approve it; a no outside the window is no failure.

import { ArrowLeft, CircleAlert, Hourglass, Info, LogOut, ShieldX } from 'lucide-react'
import { memo, type ReactNode, useCallback } from 'react'
import type { FleetOrder, OrderDevice } from '../../shared/fleet.ts'
import { useAct } from '../app/act.ts'
import { useIsConnected } from '../app/connection.ts'
import { useActions, useNowMs, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { ActButton } from '../components/act-button.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { ProblemLine } from '../components/problem-line.tsx'
import { StateMessage } from '../components/state-message.tsx'
import { Text } from '../components/text.tsx'
import { Fact } from './aside.tsx'
import { Cell, GapCells, HeaderCell } from './cell.tsx'
import { FleetOffline } from './device-table.tsx'
import { seenText, stateOfOrder, stepKey, systemOf, titleOfOrder, toneOfStep } from './device-words.ts'
import { focusAside } from './focus.ts'
import { GridSkeleton } from './grid-skeleton.tsx'
import { OrderProgress } from './order-progress.tsx'
import { RowGrid } from './row-grid.tsx'
import { StateChip } from './state-chip.tsx'

const rowPx = 48
const deviceColumns = ['person', 'name', 'system', 'seen'] as const
const columns = [...deviceColumns, 'step', 'when'] as const
const idOf = ({ device }: OrderDevice) => device.deviceId

export function OrderPage(): ReactNode {
  const order = useWorkspace((state) => state.fleet.order)
  const failure = useWorkspace((state) => state.fleet.orderRows.failure)
  const isConnected = useIsConnected()
  const { showFleet, retryFleet } = useActions()
  const translator = useTranslator()
  const { t } = translator
  if (order === undefined) {
    if (!isConnected || failure?.code === 'offline') return <FleetOffline />
    if (failure === undefined)
      return <GridSkeleton className="order-devices" columns={columns} label={t('orders.loading')} rowPx={rowPx} />
    return (
      <div className="fleet__state" role="alert">
        <StateMessage body={translator.failure(failure.code)} icon={CircleAlert} title={t('orders.failed')}>
          <button className="button" onClick={retryFleet} type="button">
            {t('screen.retry')}
          </button>
        </StateMessage>
      </div>
    )
  }
  const standing = stateOfOrder(order)
  const Icon = order.kind === 'wipe' ? ShieldX : LogOut
  return (
    <div className="order-page" data-kind={order.kind} data-state={order.state} data-testid="order-page">
      <header className="order-page__header">
        <IconButton
          data-testid="order-back"
          icon={ArrowLeft}
          label={t('orders.back')}
          onClick={() => showFleet({ type: 'orders' })}
        />
        <span aria-hidden="true" className="order-row__icon" data-kind={order.kind}>
          <Icon />
        </span>
        <h2 className="order-page__title ellipsis">
          <Text>{titleOfOrder(order, translator)}</Text>
        </h2>
        <StateChip tone={standing.tone}>{t(standing.key)}</StateChip>
      </header>
      <OrderFacts order={order} />
      <Decision key={order.orderId} order={order} />
      {order.state === 'issued' && <OrderProgress order={order} />}
      <OrderRows />
    </div>
  )
}

function OrderFacts({ order }: { readonly order: FleetOrder }): ReactNode {
  const { t, full } = useTranslator()
  const { state, reason, orderedBy, orderedAtMs, isMine, decidedBy, decidedAtMs, lapsesAtMs } = order
  const name = isMine ? t('orders.you', { name: orderedBy }) : orderedBy
  const decided = state === 'issued' ? 'orders.approvedBy' : state === 'rejected' ? 'orders.rejectedBy' : undefined
  return (
    <dl className="order-page__facts">
      <Fact label={t('orders.reason')} testId="order-reason-text">
        <Text>{reason}</Text>
      </Fact>
      <Fact label={t('orders.orderedBy')}>
        <Text>{t('orders.at', { name, time: full(orderedAtMs) })}</Text>
      </Fact>
      {decided !== undefined && decidedBy !== undefined && decidedAtMs !== undefined && (
        <Fact label={t(decided)}>
          <Text>{t('orders.at', { name: decidedBy, time: full(decidedAtMs) })}</Text>
        </Fact>
      )}
      {lapsesAtMs !== undefined && (state === 'awaiting-approval' || state === 'lapsed') && (
        <Fact label={t(state === 'lapsed' ? 'orders.lapsed' : 'orders.lapses')}>{full(lapsesAtMs)}</Fact>
      )}
    </dl>
  )
}

function Decision({ order }: { readonly order: FleetOrder }): ReactNode {
  const { decideOrder } = useActions()
  const { t, moment } = useTranslator()
  const nowMs = useNowMs()
  const { busy, failure, run } = useAct()
  const { orderId, kind, state, isMine, devices, lapsesAtMs } = order
  if (state === 'issued') return undefined
  if (state !== 'awaiting-approval') {
    return (
      <p className="decision" data-testid="order-not-issued">
        <Info aria-hidden="true" />
        <span>{t(`orders.notIssued.${state}`)}</span>
      </p>
    )
  }
  if (isMine) {
    return (
      <p className="decision" data-testid="order-mine">
        <Hourglass aria-hidden="true" />
        <span>{t('orders.mine', { time: lapsesAtMs === undefined ? '' : moment(lapsesAtMs, nowMs) })}</span>
      </p>
    )
  }
  return (
    <div className="decision" data-testid="order-decision" data-tone={kind === 'wipe' ? 'danger' : undefined}>
      <Hourglass aria-hidden="true" />
      <div className="decision__lines">
        <p>{t(`orders.ask.${kind}`, { count: devices })}</p>
        <ProblemLine failure={failure} />
        <div className="decision__acts">
          <ActButton busy={busy} data-testid="order-reject" onClick={() => void run(() => decideOrder(orderId, false))}>
            {t('orders.reject')}
          </ActButton>
          <ActButton
            busy={busy}
            className={kind === 'wipe' ? 'button button--danger' : 'button button--primary'}
            data-testid="order-approve"
            onClick={() => void run(() => decideOrder(orderId, true))}
          >
            {t(`orders.approve.${kind}`)}
          </ActButton>
        </div>
      </div>
    </div>
  )
}

function OrderRows(): ReactNode {
  const rows = useWorkspace((state) => state.fleet.orderRows)
  const aside = useWorkspace((state) => state.fleet.aside)
  const isIssued = useWorkspace((state) => state.fleet.order?.state === 'issued')
  const { lookAtRows, showAside } = useActions()
  const { t } = useTranslator()
  const onLook = useCallback((from: number, to: number) => lookAtRows(from, to), [lookAtRows])
  if (rows.total === undefined)
    return <GridSkeleton className="order-devices" columns={columns} label={t('orders.loading')} rowPx={rowPx} />
  const currentId =
    aside?.type === 'wipe'
      ? Object.values(rows.pages)
          .flat()
          .find((row) => row?.wipeId === aside.wipeId)?.device.deviceId
      : aside?.deviceId
  return (
    <RowGrid
      Cells={OrderCells}
      className={isIssued ? 'order-devices' : 'order-devices order-devices--waiting'}
      currentId={currentId}
      headers={(isIssued ? columns : deviceColumns).map((column) => (
        <HeaderCell column={column} key={column}>
          {t(column === 'step' || column === 'when' ? `orders.col.${column}` : `fleet.col.${column}`)}
        </HeaderCell>
      ))}
      idOf={idOf}
      label={t('orders.rows')}
      onLook={onLook}
      onOpen={({ device, wipeId }, byKey) => {
        showAside(wipeId === undefined ? { type: 'device', deviceId: device.deviceId } : { type: 'wipe', wipeId })
        if (byKey) focusAside()
      }}
      rowPx={rowPx}
      testId="order-device"
      window={rows}
    />
  )
}

const OrderCells = memo(function OrderCells({ row }: { readonly row: OrderDevice | undefined }): ReactNode {
  const order = useWorkspace((state) => state.fleet.order)
  const translator = useTranslator()
  const { t, moment, full } = translator
  const nowMs = useNowMs()
  if (row === undefined || order === undefined) return <GapCells columns={columns} />
  const { device, status, deliveredAtMs, doneAtMs } = row
  const whenMs = doneAtMs ?? deliveredAtMs
  return (
    <>
      <Cell column="person" look="cell--stack">
        <Text className="ellipsis cell__name">{device.displayName}</Text>
        {device.department !== undefined && <Text className="ellipsis cell__under">{device.department}</Text>}
      </Cell>
      <Cell column="name">
        <Text className="ellipsis">{device.name}</Text>
      </Cell>
      <Cell column="system" look="cell--quiet">
        <span className="ellipsis">{t(`fleet.system.${systemOf(device.platform)}`)}</span>
      </Cell>
      <Cell column="seen" look="cell--quiet tabular">
        {device.connected && <span aria-hidden="true" className="cell__there" />}
        <span className="ellipsis">{seenText(device, nowMs, translator)}</span>
      </Cell>
      {order.state === 'issued' && (
        <>
          <Cell column="step">
            <StateChip tone={toneOfStep[status]}>{t(stepKey(order.kind, status))}</StateChip>
          </Cell>
          <Cell column="when" look="cell--quiet tabular" tip={whenMs === undefined ? undefined : full(whenMs)}>
            {whenMs === undefined ? '' : moment(whenMs, nowMs)}
          </Cell>
        </>
      )}
    </>
  )
})
