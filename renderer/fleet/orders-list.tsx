// Owns the list of orders, the newest first: what each is for, who gave it, and how far it is.

import { CircleAlert, ClipboardList, LogOut, ShieldX } from 'lucide-react'
import type { ReactNode } from 'react'
import type { FleetOrder } from '../../shared/fleet.ts'
import { useIsConnected } from '../app/connection.ts'
import { useActions, useNowMs, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { ProblemLine } from '../components/problem-line.tsx'
import { StateMessage } from '../components/state-message.tsx'
import { Text } from '../components/text.tsx'
import { FleetOffline } from './device-table.tsx'
import { stateOfOrder, titleOfOrder } from './device-words.ts'
import { OrderBar } from './order-progress.tsx'
import { StateChip } from './state-chip.tsx'

export function OrdersList(): ReactNode {
  const { orders, cursor, loading, failure } = useWorkspace((state) => state.fleet.orders)
  const isConnected = useIsConnected()
  const { readMoreOrders, retryFleet } = useActions()
  const translator = useTranslator()
  const { t } = translator
  if (orders === undefined) {
    if (!isConnected || failure?.code === 'offline') return <FleetOffline />
    if (failure === undefined) return <OrdersSkeleton />
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
  if (orders.length === 0) {
    return (
      <div className="fleet__state" data-testid="orders-empty">
        <StateMessage body={t('orders.empty.body')} icon={ClipboardList} title={t('orders.empty.title')} />
      </div>
    )
  }
  return (
    <div className="orders">
      <ul data-testid="orders">
        {orders.map((order) => (
          <li className="orders__row" key={order.orderId}>
            <OrderRow order={order} />
          </li>
        ))}
      </ul>
      {isConnected && <ProblemLine failure={failure} />}
      {cursor !== undefined && (
        <button
          aria-busy={loading || undefined}
          className="button orders__more"
          data-testid="orders-more"
          onClick={() => void readMoreOrders()}
          type="button"
        >
          {t('orders.more')}
        </button>
      )}
    </div>
  )
}

function OrderRow({ order }: { readonly order: FleetOrder }): ReactNode {
  const { showFleet } = useActions()
  const translator = useTranslator()
  const { t, shortDate, full, number } = translator
  const nowMs = useNowMs()
  const { orderId, kind, state, reason, orderedBy, orderedAtMs, isMine, devices, progress } = order
  const Icon = kind === 'wipe' ? ShieldX : LogOut
  const standing = stateOfOrder(order)
  const settled = progress.done + progress.failed
  return (
    <button
      className="order-row"
      data-order-id={orderId}
      data-state={state}
      data-testid="order-row"
      onClick={() => showFleet({ type: 'order', orderId })}
      type="button"
    >
      <span aria-hidden="true" className="order-row__icon" data-kind={kind}>
        <Icon />
      </span>
      <span className="order-row__lines">
        <Text className="ellipsis order-row__title">{titleOfOrder(order, translator)}</Text>
        <Text className="ellipsis order-row__reason">{reason}</Text>
      </span>
      <span className="order-row__who">
        <Text className="ellipsis">{isMine ? t('orders.you', { name: orderedBy }) : orderedBy}</Text>
        <time className="tabular" dateTime={new Date(orderedAtMs).toISOString()} title={full(orderedAtMs)}>
          {shortDate(orderedAtMs, nowMs)}
        </time>
      </span>
      <span className="order-row__progress tabular">
        {state === 'issued' ? (
          <>
            <span>{t('orders.done', { done: number(settled), count: number(devices) })}</span>
            <OrderBar order={order} />
          </>
        ) : (
          t('fleet.count', { count: devices })
        )}
      </span>
      <span className="order-row__state">
        <StateChip tone={standing.tone}>{t(standing.key)}</StateChip>
      </span>
    </button>
  )
}

function OrdersSkeleton(): ReactNode {
  const { t } = useTranslator()
  return (
    <div aria-busy="true" aria-label={t('orders.loading')} className="orders skeleton" role="status">
      {['52%', '38%', '60%', '44%', '56%'].map((width) => (
        <div className="order-row" key={width}>
          <span className="order-row__icon" />
          <span className="order-row__lines">
            <span className="skeleton__bar" style={{ width }} />
            <span className="skeleton__bar" style={{ width: '70%', marginTop: 8 }} />
          </span>
        </div>
      ))}
    </div>
  )
}
