// Owns the commands of the noun `devices`.
// Always holds: `devices list` prints what scripts count on (id, user, status, lastSeenAt, leaseUntil), and more beside it.

import type { AdminDevice, AdminShare } from '../shared/admin.ts'
import type { FleetDevice, TimelineEntry } from '../shared/fleet.ts'
import { type Command, defined, instant, keyFlag, need, reasonFlag, shown, yesNo } from './command.ts'
import { orderText } from './orders.ts'
import { block, bytesText, listText } from './text.ts'
import { checkWaitFlags, waitFlags, waitFor } from './waiting.ts'
import { wipeText } from './wipes.ts'

export const deviceCommands: readonly Command[] = [
  {
    noun: 'devices',
    verb: 'list',
    doc: 'Lists every enrolled desktop, when it was last seen and until when it can be read offline.',
    flags: {},
    run: async ({ call }) => shown(await need(call)('listDevices'), devicesText),
  },
  {
    noun: 'devices',
    verb: 'show',
    operand: 'ID',
    doc: 'Shows a desktop and what happened to it, the newest first.',
    flags: {},
    run: async ({ call, operand }) =>
      shown(await need(call)('showDevice', { params: { deviceId: operand } }), ({ device, timeline }) =>
        [deviceText(device), timelineText(timeline)].join('\n\n'),
      ),
  },
  {
    noun: 'devices',
    verb: 'wipe',
    operand: 'ID',
    doc: 'Orders a desktop to destroy its keys and cache, now or when it is next heard of. Cannot be taken back.',
    flags: { reason: reasonFlag, key: keyFlag, ...waitFlags },
    check: checkWaitFlags,
    run: async (context) => {
      const { operand, flag } = context
      const call = need(context.call)
      const body = defined({ reason: flag('reason') })
      const wipe = await call('wipeDevice', { params: { deviceId: operand }, body, key: flag('key') })
      if (!wipe.ok || flag('wait') === undefined) return shown(wipe, wipeText)
      const waited = await waitFor(context, {
        first: wipe.value,
        ask: () => call('showWipe', { params: { wipeId: wipe.value.wipeId } }),
        isOver: ({ status }) => status === 'done' || status === 'failed',
        progress: ({ wipeId, status }) => `${wipeId}: ${status}`,
      })
      return shown(waited, wipeText)
    },
  },
  {
    noun: 'devices',
    verb: 'sign-out',
    operand: 'ID',
    doc: 'Ends a desktop’s session. Nothing is destroyed: its cache stays sealed until the same person enrols again.',
    flags: { reason: reasonFlag, key: keyFlag },
    run: async ({ call, operand, flag }) => {
      const body = defined({ reason: flag('reason') })
      const request = { params: { deviceId: operand }, body, key: flag('key') }
      return shown(await need(call)('signOutDevice', request), orderText)
    },
  },
  {
    noun: 'devices',
    verb: 'rotate',
    operand: 'ID',
    doc: 'Gives a desktop a new server half of its root key and destroys the old one. A desktop whose lease runs out before it connects again loses its cache and what it had not sent.',
    flags: {},
    run: async ({ call, operand }) =>
      shown(await need(call)('rotateDevice', { params: { deviceId: operand } }), shareText),
  },
]

function devicesText(devices: readonly AdminDevice[]): string {
  return listText(
    ['USER', 'NAME', 'STATUS', 'ONLINE', 'LAST SEEN', 'READABLE UNTIL', 'CACHE', 'CLIENT', 'PLATFORM', 'ID'],
    devices.map((device) => [
      device.user,
      device.name,
      device.status,
      yesNo(device.connected),
      device.lastSeenAt ?? 'never',
      device.leaseUntil ?? '',
      bytesText(device.cacheBytes),
      device.clientVersion,
      device.platform,
      device.id,
    ]),
  )
}

function deviceText(device: FleetDevice): string {
  return block([
    ['person', `${device.displayName} (${device.userName})${device.userInactive ? ', deactivated' : ''}`],
    ['department', device.department],
    ['computer', device.name],
    ['platform', device.platform],
    ['client', device.clientVersion],
    ['status', device.status],
    ['online', yesNo(device.connected)],
    ['enrolled', instant(device.enrolledAtMs)],
    ['last seen', instant(device.lastSeenAtMs) ?? 'never'],
    ['readable until', instant(device.leaseUntilMs)],
    ['cache', device.cacheBytes === undefined ? undefined : bytesText(device.cacheBytes)],
    ['wipe', device.wipeId],
    ['id', device.deviceId],
  ])
}

function timelineText(timeline: readonly TimelineEntry[]): string {
  return listText(
    ['TIME', 'WHAT', 'BY', 'REASON', 'ID'],
    timeline.map((entry) => [
      instant(entry.atMs) ?? '',
      [
        entry.what,
        ...(entry.outcome === undefined ? [] : [`(${entry.outcome})`]),
        ...(entry.conversations === undefined ? [] : [entry.conversations.map(({ name }) => name).join(', ')]),
      ].join(' '),
      entry.by ?? '',
      entry.reason ?? '',
      entry.wipeId ?? entry.orderId ?? '',
    ]),
  )
}

function shareText(share: AdminShare): string {
  return block([
    ['device', share.deviceId],
    ['generation', String(share.generation)],
    ['handed out', share.connected ? 'now' : 'when the desktop connects'],
  ])
}
