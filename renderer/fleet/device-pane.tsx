// Owns the page of a device: what it is, whose it is, how it stands, what can be done with it, and what happened to it.
// Always holds: what destroys stands apart from what does not; what cannot be done is not offered.

import { Award, CircleAlert, LogOut, MonitorSmartphone, ShieldX } from 'lucide-react'
import type { ReactNode } from 'react'
import type { FleetDevice, OrderKind } from '../../shared/fleet.ts'
import { useIsConnected } from '../app/connection.ts'
import { useActions, useNowMs, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { ActButton } from '../components/act-button.tsx'
import { PersonAvatar } from '../components/avatar.tsx'
import { StateMessage } from '../components/state-message.tsx'
import { Text } from '../components/text.tsx'
import { Aside, AsideSkeleton, Fact } from './aside.tsx'
import { DeviceTimeline } from './device-timeline.tsx'
import { canSignOut, canWipe, processorOf, seenText, systemOf, toneOfStatus } from './device-words.ts'
import { StateChip } from './state-chip.tsx'

export function DevicePane(): ReactNode {
  const told = useWorkspace((state) => state.fleet.device)
  const failure = useWorkspace((state) => state.fleet.asideFailure)
  const isConnected = useIsConnected()
  const { retryFleet } = useActions()
  const translator = useTranslator()
  const { t } = translator
  return (
    <Aside
      closeLabel={t('device.close')}
      label={t('device.label')}
      testId="device-pane"
      title={told?.device.name ?? t('device.label')}
    >
      {told === undefined ? (
        failure === undefined && isConnected ? (
          <AsideSkeleton label={t('device.loading')} />
        ) : (
          <div role="alert">
            <StateMessage
              body={translator.failure(failure?.code ?? 'offline')}
              compact
              icon={CircleAlert}
              title={t('device.failed')}
            >
              <button className="button" onClick={retryFleet} type="button">
                {t('screen.retry')}
              </button>
            </StateMessage>
          </div>
        )
      ) : (
        <>
          <DeviceFacts device={told.device} />
          <DeviceActs device={told.device} />
          <DeviceTimeline timeline={told.timeline} deviceId={told.device.deviceId} />
        </>
      )}
    </Aside>
  )
}

function DeviceFacts({ device }: { readonly device: FleetDevice }): ReactNode {
  const { showPerson } = useActions()
  const known = useWorkspace((state) => state.people?.some(({ userId }) => userId === device.userId) === true)
  const translator = useTranslator()
  const { t, full, size } = translator
  const nowMs = useNowMs()
  const { userId, displayName, userName, department, userInactive, platform, clientVersion, status } = device
  const { enrolledAtMs, lastSeenAtMs, leaseUntilMs, cacheBytes, deviceId } = device
  const processor = processorOf(platform)
  const person = (
    <>
      <PersonAvatar id={userId} inactive={userInactive === true} name={displayName} />
      <span className="member__lines">
        <span className="member__name">
          <Text className="ellipsis">{displayName}</Text>
          {userInactive === true && <span className="tag">{t('people.inactive')}</span>}
        </span>
        <Text className="member__line ellipsis">
          {department === undefined ? userName : `${department} · ${userName}`}
        </Text>
      </span>
    </>
  )
  return (
    <>
      {known ? (
        <button className="member" data-testid="device-person" onClick={() => showPerson(userId)} type="button">
          {person}
        </button>
      ) : (
        <div className="member" data-testid="device-person">
          {person}
        </div>
      )}
      <div className="device__state">
        <StateChip tone={toneOfStatus[status]}>{t(`fleet.status.${status}`)}</StateChip>
        <p>{t(`fleet.statusAbout.${status}`)}</p>
      </div>
      <dl className="fleet-facts">
        <Fact label={t('device.system')}>
          {t(`fleet.system.${systemOf(platform)}`)}
          {processor !== '' && <span className="fleet-facts__more"> · {processor}</span>}
        </Fact>
        <Fact label={t('device.version')}>{clientVersion}</Fact>
        <Fact label={t('device.seen')}>
          {device.connected || lastSeenAtMs === undefined ? seenText(device, nowMs, translator) : full(lastSeenAtMs)}
        </Fact>
        <Fact label={t('device.lease')} testId="device-lease">
          {leaseUntilMs === undefined
            ? '–'
            : leaseUntilMs <= nowMs
              ? t('device.leaseOver', { time: full(leaseUntilMs) })
              : full(leaseUntilMs)}
        </Fact>
        <Fact label={t('device.cache')}>{cacheBytes === undefined ? '–' : size(cacheBytes)}</Fact>
        <Fact label={t('device.enrolled')}>{full(enrolledAtMs)}</Fact>
        <Fact label={t('device.id')}>
          <span className="fleet-facts__id">{deviceId}</span>
        </Fact>
      </dl>
    </>
  )
}

function DeviceActs({ device }: { readonly device: FleetDevice }): ReactNode {
  const { beginOrder, showDevicesOf, showAside } = useActions()
  const { t } = useTranslator()
  const { deviceId, userId, name, displayName, wipeId } = device
  const begin = (kind: OrderKind) =>
    beginOrder({
      kind,
      target: { type: 'devices', deviceIds: [deviceId] },
      about: { type: 'device', name },
    })
  return (
    <div className="device__acts">
      {wipeId !== undefined && (
        <button
          className="details__act"
          data-testid="device-show-wipe"
          onClick={() => showAside({ type: 'wipe', wipeId, deviceId })}
          type="button"
        >
          <Award aria-hidden="true" />
          {t(device.status === 'wiped' ? 'device.receipt' : 'device.showWipe')}
        </button>
      )}
      <button
        className="details__act"
        data-testid="device-show-all"
        onClick={() => showDevicesOf(userId, displayName)}
        type="button"
      >
        <MonitorSmartphone aria-hidden="true" />
        {t('device.showAll', { name: displayName })}
      </button>
      {canSignOut(device) && (
        <ActButton
          aria-haspopup="dialog"
          className="details__act"
          data-testid="device-sign-out"
          onClick={() => begin('sign-out')}
        >
          <LogOut aria-hidden="true" />
          {t('device.signOut')}
        </ActButton>
      )}
      {canWipe(device) && (
        <ActButton
          aria-haspopup="dialog"
          className="details__act details__act--danger"
          data-testid="device-wipe"
          onClick={() => begin('wipe')}
        >
          <ShieldX aria-hidden="true" />
          {t('device.wipe')}
        </ActButton>
      )}
      <ActButton
        aria-haspopup="dialog"
        className="details__act details__act--danger"
        data-testid="device-wipe-all"
        onClick={() =>
          beginOrder({ kind: 'wipe', target: { type: 'user', userId }, about: { type: 'person', name: displayName } })
        }
      >
        <ShieldX aria-hidden="true" />
        {t('device.wipeAll', { name: displayName })}
      </ActButton>
    </div>
  )
}
