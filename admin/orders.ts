// Owns the commands of the noun `orders`, and the wipe of single conversations: what IT says once for many desktops.
// Always holds: exactly one way of naming the desktops is taken; nothing is ordered by a dry run.

import {
  type DryRun,
  deviceStatuses,
  type FleetOrder,
  type OrderDevice,
  orderStates,
  systems,
} from '../shared/fleet.ts'
import { limits, times } from '../shared/limits.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { AdminAnswer, AdminCall } from './client.ts'
import {
  type Command,
  type CommandContext,
  defined,
  digestFlag,
  type Flag,
  type FlagReader,
  instant,
  keyFlag,
  need,
  numberFlag,
  type Output,
  parseNames,
  reasonFlag,
  shown,
  switchFlag,
  toNumber,
  yesNo,
} from './command.ts'
import { block, bytesText, listText } from './text.ts'
import { checkWaitFlags, waitFlags, waitFor } from './waiting.ts'

const filterNames = ['status', 'system', 'not-seen-days', 'text'] as const
/** The longest that a desktop can have been silent, in days: a century. */
const mostDays = 36_500

const targetFlags: Readonly<Record<string, Flag>> = {
  devices: { value: 'ID,ID', doc: 'these desktops' },
  'user-id': { value: 'ID', doc: 'all desktops of this person' },
  conversations: { value: 'ID,ID', doc: 'these conversations alone, on every desktop that may hold them' },
  status: {
    value: deviceStatuses.join(','),
    doc: 'desktops in one of these states',
    check: (text) => areOf(deviceStatuses, text),
  },
  system: { value: systems.join(','), doc: 'desktops of one of these systems', check: (text) => areOf(systems, text) },
  'not-seen-days': numberFlag(1, mostDays, 'desktops not seen for so many days, or never'),
  text: { value: 'TEXT', doc: 'desktops with this in the name of person, user or computer, the department, or the id' },
  'sign-out': switchFlag('ends sessions instead of wiping: nothing is destroyed'),
}

function areOf(words: readonly string[], text: string): boolean {
  const given = parseNames(text)
  return given.length > 0 && given.every((word) => words.includes(word))
}

function checkTarget(flag: FlagReader): string | undefined {
  const ways = [
    flag('devices') !== undefined,
    flag('user-id') !== undefined,
    flag('conversations') !== undefined,
    filterNames.some((name) => flag(name) !== undefined),
  ].filter(Boolean).length
  if (ways === 0) return 'Which desktops? One of --devices, --user-id, --conversations, or a filter is needed.'
  if (ways > 1) return '--devices, --user-id, --conversations and a filter exclude each other.'
  if (flag('conversations') !== undefined && flag('sign-out') !== undefined) {
    return 'Conversations can only be wiped; --sign-out is for desktops.'
  }
  return undefined
}

/** Kind and target as the flags say; the server's schema has the last word. */
function orderOf({ flag, nowMs }: Pick<CommandContext, 'flag' | 'nowMs'>): { kind: string; target: object } {
  const kind = flag('sign-out') === undefined ? 'wipe' : 'sign-out'
  if (flag('devices') !== undefined)
    return { kind, target: { type: 'devices', deviceIds: parseNames(flag('devices')) } }
  if (flag('user-id') !== undefined) return { kind, target: { type: 'user', userId: flag('user-id') } }
  if (flag('conversations') !== undefined) return { kind, target: conversationsTarget(flag('conversations')) }
  const days = toNumber(flag('not-seen-days'))
  const filter = defined({
    text: flag('text'),
    statuses: flag('status') === undefined ? undefined : parseNames(flag('status')),
    systems: flag('system') === undefined ? undefined : parseNames(flag('system')),
    notSeenSinceMs: days === undefined ? undefined : Math.max(0, nowMs() - days * times.DAY_MS),
  })
  return { kind, target: { type: 'filter', filter } }
}

function conversationsTarget(ids: string | undefined): object {
  return { type: 'conversations', conversationIds: parseNames(ids) }
}

async function give(context: CommandContext, order: { kind: string; target: object }): Promise<Result<Output>> {
  const { flag } = context
  const call = need(context.call)
  const body = defined({ ...order, reason: flag('reason'), digest: flag('digest') })
  const given = await call('giveOrder', { body, key: flag('key') })
  if (!given.ok || flag('wait') === undefined) return shown(given, orderText)
  const waited = await waitFor(context, {
    first: given.value,
    ask: async () => {
      const found = await call('showOrder', { params: { orderId: given.value.orderId }, query: { limit: '1' } })
      return found.ok ? ok(found.value.order) : found
    },
    isOver: isOrderOver,
    progress: progressText,
  })
  if (!waited.ok) return waited
  const { state, orderId } = waited.value
  if (state === 'rejected' || state === 'lapsed') return fail('order-decided', `The order ${orderId} is ${state}.`)
  return shown(waited, orderText)
}

function isOrderOver({ state, devices, progress }: FleetOrder): boolean {
  if (state === 'awaiting-approval') return false
  return state !== 'issued' || progress.done + progress.failed >= devices
}

function progressText({ orderId, state, devices, progress }: FleetOrder): string {
  if (state !== 'issued') return `${orderId}: ${state}`
  return `${orderId}: ${progress.done + progress.failed} of ${devices} done, ${progress.delivered} delivered`
}

async function decide(call: AdminCall, orderId: string, approve: boolean): Promise<Result<Output>> {
  return shown(await call('decideOrder', { params: { orderId }, body: { approve } }), orderText)
}

export const orderCommands: readonly Command[] = [
  {
    noun: 'orders',
    verb: 'dry-run',
    doc: 'Tells what an order would do. Nothing is done.',
    flags: targetFlags,
    check: checkTarget,
    run: async (context) => shown(await need(context.call)('tryOrder', { body: orderOf(context) }), dryRunText),
  },
  {
    noun: 'orders',
    verb: 'create',
    doc: 'Orders a wipe, or with --sign-out the end of sessions. A wipe cannot be taken back once issued.',
    flags: { ...targetFlags, reason: reasonFlag, digest: digestFlag, key: keyFlag, ...waitFlags },
    check: (flag) => checkTarget(flag) ?? checkWaitFlags(flag),
    run: async (context) => give(context, orderOf(context)),
  },
  {
    noun: 'orders',
    verb: 'list',
    doc: 'Lists orders, the newest first, and how many await a second person.',
    flags: { cursor: { value: 'CURSOR', doc: 'of an earlier list: the orders before those' } },
    run: async ({ call, flag }) =>
      shown(await need(call)('listOrders', { query: { cursor: flag('cursor') } }), ordersText),
  },
  {
    noun: 'orders',
    verb: 'show',
    operand: 'ID',
    doc: 'Shows an order and how far each of its desktops is.',
    flags: {
      from: numberFlag(0, 1_000_000, 'how many desktops to pass over'),
      limit: numberFlag(1, limits.fleetPage, 'how many desktops to show'),
    },
    run: async ({ call, operand, flag }) => {
      const query = { from: flag('from'), limit: flag('limit') }
      return shown(await need(call)('showOrder', { params: { orderId: operand }, query }), orderDevicesText)
    },
  },
  {
    noun: 'orders',
    verb: 'approve',
    operand: 'ID',
    doc: 'Approves an order that somebody else gave. It is issued at once.',
    flags: {},
    run: async ({ call, operand }) => decide(need(call), operand, true),
  },
  {
    noun: 'orders',
    verb: 'reject',
    operand: 'ID',
    doc: 'Rejects an order that awaits approval. Nothing is done.',
    flags: {},
    run: async ({ call, operand }) => decide(need(call), operand, false),
  },
]

export const conversationsWipe: Command = {
  noun: 'conversations',
  verb: 'wipe',
  operand: 'ID[,ID]',
  doc: 'Orders every desktop that may hold these conversations to destroy their keys and messages; the rest of it stays.',
  flags: { reason: reasonFlag, digest: digestFlag, key: keyFlag, ...waitFlags },
  check: checkWaitFlags,
  run: async (context) => give(context, { kind: 'wipe', target: conversationsTarget(context.operand) }),
}

/** An order, a line for each thing known of it. */
export function orderText(order: FleetOrder): string {
  const { progress } = order
  const counts = Object.entries(progress).map(([status, count]) => `${count} ${status}`)
  return block([
    ['order', order.orderId],
    ['kind', order.kind],
    ['state', order.state],
    ['for', `${order.targetName} (${order.targetType})`],
    ['conversations', order.conversationIds?.join(', ')],
    ['reason', order.reason],
    ['ordered by', order.orderedBy],
    ['ordered', instant(order.orderedAtMs)],
    ['decided by', order.decidedBy],
    ['decided', instant(order.decidedAtMs)],
    ['lapses', order.state === 'awaiting-approval' ? instant(order.lapsesAtMs) : undefined],
    ['devices', String(order.devices)],
    ['progress', order.state === 'issued' ? counts.join(', ') : undefined],
  ])
}

function dryRunText(dryRun: DryRun): string {
  const more = dryRun.devices - dryRun.sample.length
  return [
    block([
      ['devices', String(dryRun.devices)],
      ['people', String(dryRun.people)],
      ['online now', String(dryRun.connected)],
      ['silent', `${dryRun.silent} (not seen for ${limits.deviceSilentMs / times.DAY_MS} days)`],
      ['left out', `${dryRun.leftOut} (wiped, or under such an order)`],
      ['cache', bytesText(dryRun.cacheBytes)],
      ['needs approval', `${yesNo(dryRun.needsApproval)} (more than ${dryRun.approvalAbove} devices)`],
      ['digest', dryRun.digest],
    ]),
    listText(
      ['USER', 'NAME', 'STATUS', 'LAST SEEN', 'ID'],
      dryRun.sample.map((device) => [
        device.userName,
        device.name,
        device.status,
        instant(device.lastSeenAtMs) ?? 'never',
        device.deviceId,
      ]),
    ),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('\n\n')
}

function ordersText({ orders, awaiting, cursor }: AdminAnswer<'listOrders'>): string {
  return [
    listText(
      ['ORDERED', 'KIND', 'STATE', 'FOR', 'DEVICES', 'DONE', 'BY', 'REASON', 'ID'],
      orders.map((order) => [
        instant(order.orderedAtMs) ?? '',
        order.kind,
        order.state,
        order.targetName,
        String(order.devices),
        String(order.progress.done + order.progress.failed),
        order.orderedBy,
        order.reason,
        order.orderId,
      ]),
    ),
    ...(awaiting === 0 ? [] : [`${awaiting} ${orderStates[0]}`]),
    ...(cursor === undefined ? [] : [`older: --cursor ${cursor}`]),
  ].join('\n\n')
}

function orderDevicesText({ order, devices, total, from }: AdminAnswer<'showOrder'>): string {
  const rows = devices.map(({ device, status, wipeId, deliveredAtMs, doneAtMs }: OrderDevice) => [
    device.userName,
    device.name,
    status,
    instant(deliveredAtMs) ?? '',
    instant(doneAtMs) ?? '',
    device.deviceId,
    wipeId ?? '',
  ])
  const after = from + devices.length
  return [
    orderText(order),
    listText(['USER', 'NAME', 'STATUS', 'DELIVERED', 'DONE', 'DEVICE', 'WIPE'], rows),
    ...(after < total ? [`${total} devices; more: --from ${after}`] : []),
  ].join('\n\n')
}
