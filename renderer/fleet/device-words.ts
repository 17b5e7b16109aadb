// Owns how a device and an order are put into words and tones. Pure. Always holds: a tone repeats what a word says, and only
// what needs somebody's eye has one.

import type { DeviceStatus, FleetDevice, FleetOrder, FleetPage, System, WipeStatus } from '../../shared/fleet.ts'
import type { MessageKey } from '../i18n/catalog.ts'
import type { Translator } from '../i18n/translator.ts'

export type Tone = 'plain' | 'quiet' | 'good' | 'warn' | 'danger'

/** As the chips and filters name them: what lives first, what is over last. */
export const statusOrder = [
  'active',
  'lease-expired',
  'signed-out',
  'wipe-pending',
  'wiped',
  'revoked',
] as const satisfies readonly DeviceStatus[]
export const systemOrder = ['windows', 'mac', 'linux', 'other'] as const satisfies readonly System[]

export const toneOfStatus: Readonly<Record<DeviceStatus, Tone>> = {
  active: 'plain',
  'lease-expired': 'warn',
  'signed-out': 'quiet',
  'wipe-pending': 'danger',
  wiped: 'quiet',
  revoked: 'warn',
}

// shared/fleet.ts has the same rule beside its schemas, which the window does not carry.
/** The family of a platform as devices tell it. */
export function systemOf(platform: string): System {
  if (platform.startsWith('win32')) return 'windows'
  if (platform.startsWith('darwin')) return 'mac'
  return platform.startsWith('linux') ? 'linux' : 'other'
}

/** The processor in a platform's name: 'x64' of 'win32-x64'. */
export function processorOf(platform: string): string {
  return platform.split('-').slice(1).join('-')
}

/** Of all devices, whatever their status; undefined before the server has told. */
export function allOf(counts: FleetPage['counts'] | undefined): number | undefined {
  return counts === undefined ? undefined : Object.values(counts).reduce<number>((sum, count) => sum + (count ?? 0), 0)
}

/** When a device was last seen, in the shortest form. */
export function seenText(
  { connected, lastSeenAtMs }: FleetDevice,
  nowMs: number,
  { t, shortDate }: Translator,
): string {
  if (connected) return t('fleet.now')
  return lastSeenAtMs === undefined ? t('fleet.never') : shortDate(lastSeenAtMs, nowMs)
}

/** Whether a wipe of the whole device can be ordered. */
export function canWipe({ status }: FleetDevice): boolean {
  return status !== 'wiped' && status !== 'wipe-pending'
}

/** Whether there is anybody to sign out. */
export function canSignOut({ status }: FleetDevice): boolean {
  return status === 'active' || status === 'lease-expired'
}

/** What an order is, in a line: its kind and whom it is for. */
export function titleOfOrder(order: FleetOrder, { t }: Pick<Translator, 't'>): string {
  const { kind, targetType, targetName, devices } = order
  const values = { kind: t(`orders.kind.${kind}`), name: targetName }
  if (targetType === 'user') return t('orders.for.user', values)
  if (targetType === 'conversations') return t('orders.for.conversations', values)
  if (targetType === 'filter') return t('orders.for.filter', { kind: values.kind, count: devices })
  return devices <= 1 ? t('orders.for.one', values) : t('orders.for.several', { ...values, count: devices - 1 })
}

/** How an order stands: awaited, not done, or how far. */
export function stateOfOrder({ state, devices, progress }: FleetOrder): {
  readonly key: MessageKey
  readonly tone: Tone
} {
  switch (state) {
    case 'awaiting-approval':
      return { key: 'orders.state.awaiting-approval', tone: 'warn' }
    case 'rejected':
      return { key: 'orders.state.rejected', tone: 'quiet' }
    case 'lapsed':
      return { key: 'orders.state.lapsed', tone: 'quiet' }
    case 'issued':
      if (progress.done + progress.failed < devices) return { key: 'orders.state.underway', tone: 'plain' }
      return progress.failed > 0
        ? { key: 'orders.state.failed', tone: 'warn' }
        : { key: 'orders.state.complete', tone: 'good' }
  }
}

/** How far one device of an order is. */
export function stepKey(kind: FleetOrder['kind'], status: WipeStatus): MessageKey {
  return status === 'done' ? `orders.part.done.${kind}` : `orders.part.${status}`
}

export const toneOfStep: Readonly<Record<WipeStatus, Tone>> = {
  pending: 'quiet',
  delivered: 'plain',
  done: 'good',
  failed: 'warn',
}
