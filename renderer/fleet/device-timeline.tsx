// Owns what happened to a device, in words, the newest first, with who did it and why.

import {
  Ban,
  CircleCheck,
  Hourglass,
  KeyRound,
  LogIn,
  LogOut,
  type LucideIcon,
  MonitorCheck,
  Radio,
  Send,
  ShieldX,
} from 'lucide-react'
import type { ReactNode } from 'react'
import type { TimelineEntry } from '../../shared/fleet.ts'
import type { DeviceId } from '../../shared/model.ts'
import { useActions, useTranslator } from '../app/workspace-context.ts'
import { Text } from '../components/text.tsx'
import type { MessageKey } from '../i18n/catalog.ts'
import type { Tone } from './device-words.ts'

const icons: Readonly<Record<TimelineEntry['what'], LucideIcon>> = {
  enrolled: MonitorCheck,
  seen: Radio,
  'lease-over': Hourglass,
  'share-rotated': KeyRound,
  'wipe-ordered': ShieldX,
  'wipe-delivered': Send,
  'wipe-done': CircleCheck,
  'sign-out-ordered': LogOut,
  'signed-out': LogOut,
  'signed-in': LogIn,
  'user-deactivated': Ban,
}

/** The words for `entry`: those about single conversations name them. */
function keyOf({ what, outcome, conversations }: TimelineEntry): MessageKey {
  if (what !== 'wipe-ordered' && what !== 'wipe-delivered' && what !== 'wipe-done') return `device.what.${what}`
  const how = what === 'wipe-done' && outcome === 'partial' ? 'wipe-partial' : what
  return conversations === undefined ? `device.what.${how}` : `device.what.${how}.conversations`
}

function toneOf({ what, outcome }: TimelineEntry): Tone {
  if (what === 'wipe-ordered') return 'danger'
  if (what === 'wipe-done') return outcome === 'partial' ? 'warn' : 'good'
  return 'plain'
}

interface DeviceTimelineProps {
  readonly timeline: readonly TimelineEntry[]
  readonly deviceId: DeviceId
}

export function DeviceTimeline({ timeline, deviceId }: DeviceTimelineProps): ReactNode {
  const { t } = useTranslator()
  if (timeline.length === 0) return undefined
  return (
    <section className="timeline">
      <h3 className="details__heading">{t('device.timeline')}</h3>
      <ol data-testid="device-timeline">
        {timeline.map((entry, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two things can happen in one millisecond, and the list is read whole.
          <Entry deviceId={deviceId} entry={entry} key={`${entry.atMs}:${entry.what}:${index}`} />
        ))}
      </ol>
    </section>
  )
}

function Entry({ entry, deviceId }: { readonly entry: TimelineEntry; readonly deviceId: DeviceId }): ReactNode {
  const { showAside, showFleet } = useActions()
  const { t, full, list } = useTranslator()
  const { atMs, what, by, reason, wipeId, orderId, conversations } = entry
  const Icon = icons[what]
  const names = list((conversations ?? []).map(({ name }) => name))
  return (
    <li className="timeline__entry" data-testid="timeline-entry" data-tone={toneOf(entry)} data-what={what}>
      <span aria-hidden="true" className="timeline__icon">
        <Icon />
      </span>
      <div className="timeline__lines">
        <p className="timeline__what">
          <Text>{t(keyOf(entry), { names })}</Text>
        </p>
        {reason !== undefined && (
          <p className="timeline__reason">
            <Text>{reason}</Text>
          </p>
        )}
        <p className="timeline__when tabular">
          <time dateTime={new Date(atMs).toISOString()}>{full(atMs)}</time>
          {by !== undefined && <Text>{t('device.by', { name: by })}</Text>}
          {wipeId !== undefined && what === 'wipe-done' && (
            <button
              className="text-button"
              data-testid="timeline-receipt"
              onClick={() => showAside({ type: 'wipe', wipeId, deviceId })}
              type="button"
            >
              {t('device.receipt')}
            </button>
          )}
          {orderId !== undefined && (what === 'wipe-ordered' || what === 'sign-out-ordered') && (
            <button
              className="text-button"
              data-testid="timeline-order"
              onClick={() => showFleet({ type: 'order', orderId })}
              type="button"
            >
              {t('device.order')}
            </button>
          )}
        </p>
      </div>
    </li>
  )
}
