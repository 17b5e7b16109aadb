// Owns the bar that shows how far an order is: not reached, received, done, not complete. Always holds: the words beside it
// say what the colours show.

import type { ReactNode } from 'react'
import type { FleetOrder } from '../../shared/fleet.ts'
import { useTranslator } from '../app/workspace-context.ts'
import { stepKey } from './device-words.ts'

/** The parts of the bar, from its beginning. */
const parts = ['done', 'failed', 'delivered', 'pending'] as const

export function OrderBar({ order }: { readonly order: FleetOrder }): ReactNode {
  const { progress, devices } = order
  return (
    <div aria-hidden="true" className="order-bar">
      {parts.map((part) => (
        <span
          className="order-bar__part"
          data-part={part}
          key={part}
          style={{ width: `${(progress[part] / Math.max(1, devices)) * 100}%` }}
        />
      ))}
    </div>
  )
}

export function OrderProgress({ order }: { readonly order: FleetOrder }): ReactNode {
  const { t, number } = useTranslator()
  const { progress, devices, kind } = order
  const settled = progress.done + progress.failed
  return (
    <section aria-label={t('orders.progress')} className="order-progress" data-testid="order-progress">
      <p className="order-progress__line tabular">
        <span>{t('orders.progress')}</span>
        <span>{t('orders.done', { done: number(settled), count: number(devices) })}</span>
      </p>
      <div
        aria-label={t('orders.progress')}
        aria-valuemax={devices}
        aria-valuemin={0}
        aria-valuenow={Math.min(settled, devices)}
        role="progressbar"
      >
        <OrderBar order={order} />
      </div>
      <ul className="order-progress__legend tabular">
        {parts
          .filter((part) => part !== 'failed' || progress.failed > 0)
          .map((part) => (
            <li data-part={part} data-testid={`progress-${part}`} key={part}>
              <span aria-hidden="true" className="order-progress__dot" data-part={part} />
              {t(stepKey(kind, part))}
              <strong>{number(progress[part])}</strong>
            </li>
          ))}
      </ul>
    </section>
  )
}
