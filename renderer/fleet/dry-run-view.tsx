// Owns what a dry run showed: how many devices and people, who may never answer, what is left out, and which they are.
// Always holds: nothing has been done when it is shown.

import { CircleAlert, Info } from 'lucide-react'
import type { ReactNode } from 'react'
import type { DryRun, FleetDevice } from '../../shared/fleet.ts'
import { useActions, useNowMs, useTranslator } from '../app/workspace-context.ts'
import { Text } from '../components/text.tsx'
import type { OrderDraft } from '../state/fleet-state.ts'
import { silentDays } from './device-filters.tsx'
import { seenText, systemOf } from './device-words.ts'

/** So few are listed at once; more are shown on demand. */
const shownAtOnce = 3

interface DryRunViewProps {
  readonly draft: OrderDraft
  readonly what: 'wipe' | 'conversations' | 'sign-out'
}

export function DryRunView({ draft, what }: DryRunViewProps): ReactNode {
  const { dryRun, failure, kind } = draft
  const { tryOrderAgain } = useActions()
  const translator = useTranslator()
  const { t } = translator
  return (
    <section aria-label={t('order.about')} className="dry-run" data-testid="dry-run">
      {dryRun !== undefined ? (
        dryRun.devices === 0 ? (
          <p className="order__note" role="status">
            <Info aria-hidden="true" />
            {t(`order.nobody.${kind}`)}
          </p>
        ) : (
          <Figures dryRun={dryRun} what={what} />
        )
      ) : failure !== undefined ? (
        <p className="order__note" data-code={failure.code} data-tone="danger" role="alert">
          <CircleAlert aria-hidden="true" />
          <span>{translator.failure(failure.code)}</span>
          <button className="text-button" data-testid="order-try-again" onClick={tryOrderAgain} type="button">
            {t('order.tryAgain')}
          </button>
        </p>
      ) : (
        <div aria-busy="true" className="dry-run__figures" role="status">
          <span className="visually-hidden">{t('order.trying')}</span>
          {['a', 'b', 'c', 'd'].map((key) => (
            <div className="figure skeleton" key={key}>
              <span className="skeleton__bar figure__bar" />
              <span className="skeleton__bar" />
            </div>
          ))}
        </div>
      )}
    </section>
  )
}

function Figures({ dryRun, what }: { readonly dryRun: DryRun; readonly what: DryRunViewProps['what'] }): ReactNode {
  const { t, number, size } = useTranslator()
  const { devices, people, connected, silent, leftOut, cacheBytes, sample } = dryRun
  const figures = [
    { key: 'devices', value: number(devices), label: t('order.devices', { count: devices }) },
    { key: 'people', value: number(people), label: t('order.people', { count: people }) },
    { key: 'connected', value: number(connected), label: t('order.connected') },
    ...(silent > 0 ? [{ key: 'silent', value: number(silent), label: t('order.silent', { days: silentDays }) }] : []),
    ...(leftOut > 0 ? [{ key: 'leftOut', value: number(leftOut), label: t('order.leftOut') }] : []),
    // Of single conversations it would say what else is there too.
    ...(what === 'wipe' ? [{ key: 'cache', value: size(cacheBytes), label: t('order.cache') }] : []),
  ]
  return (
    <>
      <p className="visually-hidden" role="status">
        {t('fleet.count', { count: devices })}
      </p>
      {devices > 1 && (
        <div className="dry-run__figures">
          {figures.map(({ key, value, label }) => (
            <p className="figure" data-testid={`dry-run-${key}`} key={key}>
              <span className="figure__value tabular">{value}</span> <span className="figure__label">{label}</span>
            </p>
          ))}
        </div>
      )}
      {silent > 0 && (
        <p className="dry-run__note">{t(`order.silentNote.${what}`, { count: silent, days: silentDays })}</p>
      )}
      {leftOut > 0 && <p className="dry-run__note">{t('order.leftOutNote', { count: leftOut })}</p>}
      {sample.length <= shownAtOnce ? (
        <Sample devices={sample} />
      ) : (
        <details className="dry-run__sample">
          <summary data-testid="dry-run-show">
            {sample.length < devices
              ? t('order.sampleFirst', { count: number(sample.length) })
              : t('order.sample', { count: sample.length })}
          </summary>
          <Sample devices={sample} />
        </details>
      )}
    </>
  )
}

function Sample({ devices }: { readonly devices: readonly FleetDevice[] }): ReactNode {
  const translator = useTranslator()
  const { t } = translator
  const nowMs = useNowMs()
  return (
    <ul className="sample" data-testid="dry-run-sample" tabIndex={devices.length > shownAtOnce ? 0 : undefined}>
      {devices.map((device) => (
        <li className="sample__row" key={device.deviceId}>
          <span className="sample__lines">
            <Text className="ellipsis sample__name">{device.displayName}</Text>
            {device.department !== undefined && <Text className="ellipsis sample__under">{device.department}</Text>}
          </span>
          <span className="sample__lines">
            <Text className="ellipsis">{device.name}</Text>
            <span className="ellipsis sample__under">{t(`fleet.system.${systemOf(device.platform)}`)}</span>
          </span>
          <span className="sample__seen tabular">{seenText(device, nowMs, translator)}</span>
        </li>
      ))}
    </ul>
  )
}
