// Owns the made-up fleet of the development page: thousands of desktops of a Hong Kong firm, and orders in every state.
// Made up throughout; deterministic, so that screens can be compared.

import type { FleetDevice, FleetOrder, OrderDevice, TimelineEntry } from '../../shared/fleet.ts'
import type { ConversationId, DeviceId, OrderId, UserId, WipeId } from '../../shared/model.ts'
import { people } from './sample.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const id = (prefix: string, index: number) => `${prefix}_${String(index).padStart(20, '0')}`

const surnames = [...'陳李黃張林梁何郭劉鄭馮周吳許鄧曾謝葉蔡潘']
const givens =
  '穎欣 家豪 詠琳 志明 子軒 嘉欣 俊傑 美玲 浩然 思敏 偉倫 曉彤 國強 靜儀 文傑 凱琪 卓霖 芷晴 永康 淑芬'.split(' ')
const firsts =
  'Grace Daniel Priya Marcus Tom Vivian Kelvin Shirley Winnie Edmund Joyce Raymond Ivy Alan Karen Oscar'.split(' ')
const lasts = 'Wong Fraser Nair Lee Chan Ho Cheung Leung Tsang Patel Ng Kwok Mak Lam Yeung Siu'.split(' ')
const departments = [
  '合規部',
  'Markets',
  '資訊科技部',
  'Legal',
  '研究部',
  '客戶服務部',
  '人力資源部',
  'Risk',
  '營運部',
  '财务部',
]
const places = ['HK', 'CEN', 'KLN', 'SZ', 'TKO']
const versions = ['0.5.0', '0.5.0', '0.5.0', '0.5.0', '0.4.2', '0.4.2', '0.4.1', '0.3.0']

/** A number that looks drawn, the same for the same arguments, in [0, 1). */
function draw(index: number, salt: number): number {
  let h = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39)
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32
}
const pick = <T>(items: readonly T[], index: number, salt: number): T =>
  items[Math.floor(draw(index, salt) * items.length)] as T

function personOf(index: number) {
  const known = people[index]
  if (known !== undefined) return { ...known, userInactive: !known.active }
  const displayName =
    draw(index, 1) < 0.6
      ? `${pick(surnames, index, 2)}${pick(givens, index, 3)}`
      : `${pick(firsts, index, 4)} ${pick(lasts, index, 5)}`
  return {
    userId: id('usr', index) as UserId,
    displayName,
    userName: `u${String(10_000 + index)}`,
    department: pick(departments, index, 6),
    userInactive: draw(index, 7) < 0.03,
  }
}

function statusOf(index: number): FleetDevice['status'] {
  if (index === 3) return 'wipe-pending'
  if (index === 5) return 'wiped'
  const drawn = draw(index, 8)
  if (drawn < 0.9) return 'active'
  if (drawn < 0.965) return 'lease-expired'
  if (drawn < 0.98) return 'wiped'
  if (drawn < 0.99) return 'signed-out'
  return drawn < 0.996 ? 'wipe-pending' : 'revoked'
}

/** `count` devices as of `nowMs`; most people have one. */
export function makeFleet(count: number, nowMs: number): FleetDevice[] {
  return Array.from({ length: count }, (_, index): FleetDevice => {
    const { userId, displayName, userName, department, userInactive } = personOf(Math.floor(index / 1.3))
    const platform = pick(
      ['win32-x64', 'win32-x64', 'win32-x64', 'darwin-arm64', 'darwin-arm64', 'linux-x64'],
      index,
      9,
    )
    const status = statusOf(index)
    const connected = status === 'active' && draw(index, 10) < 0.45
    const silent = draw(index, 11) < 0.06
    const ago = connected ? 0 : silent ? (30 + draw(index, 12) * 200) * dayMs : draw(index, 13) ** 3 * 12 * dayMs
    const lastSeenAtMs = nowMs - Math.round(ago)
    const isOpen = status === 'active' || status === 'lease-expired'
    const machine = platform.startsWith('win32')
      ? `${pick(places, index, 14)}-WS-${String(1000 + index).slice(-5)}`
      : platform.startsWith('darwin')
        ? /\p{Script=Han}/u.test(displayName)
          ? `${displayName}的MacBook Pro`
          : `${displayName.split(' ')[0]}’s MacBook Pro`
        : `trade-${String(index).padStart(5, '0')}`
    const hasWipe = status === 'wiped' || status === 'wipe-pending'
    return {
      deviceId: id('dev', index) as DeviceId,
      userId,
      userName,
      displayName,
      ...(department === undefined ? {} : { department }),
      ...(userInactive ? { userInactive } : {}),
      name: machine,
      platform,
      clientVersion: pick(versions, index, 15),
      status,
      connected,
      enrolledAtMs: nowMs - Math.round((20 + draw(index, 16) * 500) * dayMs) - ago,
      lastSeenAtMs,
      ...(isOpen
        ? {
            leaseUntilMs:
              status === 'active'
                ? nowMs + Math.round((4 + draw(index, 17) * 68) * hourMs)
                : lastSeenAtMs + 72 * hourMs,
          }
        : {}),
      ...(status === 'wiped' ? {} : { cacheBytes: Math.round(2e6 + draw(index, 18) ** 2 * 3e9) }),
      ...(hasWipe ? { wipeId: id('wip', index) as WipeId } : {}),
    }
  })
}

export interface SampleOrder {
  order: FleetOrder
  readonly devices: OrderDevice[]
}

/** The orders of the fleet `devices`, the newest first. */
export function makeOrders(devices: readonly FleetDevice[], nowMs: number): SampleOrder[] {
  const isIt = '李家豪'
  const make = (
    number: number,
    agoMs: number,
    range: readonly [number, number],
    part: Partial<FleetOrder>,
    stepOf: (index: number) => OrderDevice['status'] = () => 'pending',
  ): SampleOrder => {
    const orderedAtMs = nowMs - agoMs
    const chosen = devices.slice(...range)
    const isIssued = (part.state ?? 'issued') === 'issued'
    const rows = chosen.map((device, index): OrderDevice => {
      const status = isIssued ? stepOf(index) : 'pending'
      const at = orderedAtMs + 20_000 + index * 900
      return {
        device,
        status,
        ...(part.kind === 'sign-out' ? {} : { wipeId: id('wip', 200_000 + number * 1000 + index) as WipeId }),
        ...(status === 'pending' ? {} : { deliveredAtMs: at }),
        ...(status === 'done' || status === 'failed' ? { doneAtMs: at + 2100 } : {}),
      }
    })
    const order: FleetOrder = {
      orderId: id('ord', number) as OrderId,
      kind: 'wipe',
      state: 'issued',
      targetType: 'devices',
      targetName: chosen[0]?.name ?? '',
      reason: '',
      orderedBy: isIt,
      orderedAtMs,
      isMine: false,
      devices: chosen.length,
      progress: { pending: 0, delivered: 0, done: 0, failed: 0 },
      ...part,
    }
    return { order: counted(order, rows), devices: rows }
  }
  const winnie = { orderedBy: '陳穎欣', isMine: true }
  return [
    make(9, 14 * minuteMs, [40, 1244], {
      state: 'awaiting-approval',
      targetType: 'filter',
      targetName: '',
      reason: '深圳辦事處於十一月底關閉，電腦將交回業主。Shenzhen office closes; its computers are handed back.',
      lapsesAtMs: nowMs - 14 * minuteMs + dayMs,
    }),
    make(8, 50 * minuteMs, [20, 32], {
      ...winnie,
      kind: 'sign-out',
      state: 'awaiting-approval',
      reason: 'Desks move from Central to Tseung Kwan O on Monday',
      lapsesAtMs: nowMs - 50 * minuteMs + dayMs,
    }),
    make(
      7,
      2 * hourMs,
      [60, 108],
      {
        reason: '審計期完結，收回臨時員工的電腦',
        decidedBy: 'Daniel Fraser',
        decidedAtMs: nowMs - 110 * minuteMs,
      },
      (index) => (index < 29 ? 'done' : index < 31 ? 'failed' : index < 36 ? 'delivered' : 'pending'),
    ),
    make(6, 5 * hourMs, [3, 4], { ...winnie, reason: '手提電腦遺失：於機場快綫遺留，已報警' }, () => 'delivered'),
    make(
      5,
      26 * hourMs,
      [200, 231],
      {
        targetType: 'conversations',
        targetName: 'fx-desk',
        conversationIds: [id('cnv', 2) as ConversationId],
        reason: '誤發客戶名單 Client list was posted by mistake',
        decidedBy: '陳穎欣',
        decidedAtMs: nowMs - 25 * hourMs,
      },
      (index) => (index < 30 ? 'done' : 'pending'),
    ),
    make(
      4,
      3 * dayMs,
      [12, 14],
      { kind: 'sign-out', targetType: 'user', targetName: 'Marcus Lee', reason: 'Long leave; account stays' },
      () => 'done',
    ),
    make(3, 4 * dayMs, [300, 420], {
      state: 'rejected',
      targetType: 'filter',
      targetName: '',
      reason: 'Clean up everything not seen since August',
      decidedBy: '陳穎欣',
      decidedAtMs: nowMs - 4 * dayMs + hourMs,
    }),
    make(2, 9 * dayMs, [500, 512], {
      ...winnie,
      state: 'lapsed',
      reason: '實習生合約完結',
      lapsesAtMs: nowMs - 8 * dayMs,
    }),
    make(
      1,
      20 * dayMs,
      [5, 6],
      { reason: 'Laptop stolen from a car in Shatin; police report 2025-1102' },
      () => 'done',
    ),
  ]
}

/** `order` with the figures of its devices. */
export function counted(order: FleetOrder, devices: readonly OrderDevice[]): FleetOrder {
  const progress = { pending: 0, delivered: 0, done: 0, failed: 0 }
  if (order.state === 'issued') for (const { status } of devices) progress[status]++
  return { ...order, progress }
}

/** What happened to `device`, the newest first. */
export function timelineOf(device: FleetDevice, nowMs: number): TimelineEntry[] {
  const { status, enrolledAtMs, lastSeenAtMs = enrolledAtMs, wipeId, leaseUntilMs } = device
  const by = '李家豪'
  const order = { orderId: id('ord', 6) as OrderId, reason: '手提電腦遺失：於機場快綫遺留，已報警' }
  const wipe = wipeId === undefined ? {} : { wipeId }
  const entries: TimelineEntry[] = [
    { atMs: enrolledAtMs, what: 'enrolled' },
    { atMs: enrolledAtMs + 11 * dayMs, what: 'share-rotated', by },
    {
      atMs: nowMs - 26 * hourMs,
      what: 'wipe-ordered',
      by,
      reason: '誤發客戶名單 Client list was posted by mistake',
      orderId: id('ord', 5) as OrderId,
      conversations: [{ conversationId: id('cnv', 2) as ConversationId, name: 'fx-desk' }],
    },
    {
      atMs: nowMs - 25.9 * hourMs,
      what: 'wipe-done',
      outcome: 'wiped',
      wipeId: id('wip', 205_000) as WipeId,
      conversations: [{ conversationId: id('cnv', 2) as ConversationId, name: 'fx-desk' }],
    },
    { atMs: lastSeenAtMs, what: 'seen' },
  ]
  if (device.userInactive === true) entries.push({ atMs: lastSeenAtMs + hourMs, what: 'user-deactivated', by })
  if (status === 'lease-expired') entries.push({ atMs: leaseUntilMs ?? nowMs, what: 'lease-over' })
  if (status === 'signed-out')
    entries.push(
      {
        atMs: nowMs - 5 * hourMs,
        what: 'sign-out-ordered',
        by,
        reason: 'Long leave',
        orderId: id('ord', 4) as OrderId,
      },
      { atMs: nowMs - 4.9 * hourMs, what: 'signed-out' },
    )
  if (wipeId !== undefined) {
    entries.push({ atMs: nowMs - 5 * hourMs, what: 'wipe-ordered', by, ...order, ...wipe })
    entries.push({ atMs: nowMs - 4.9 * hourMs, what: 'wipe-delivered', ...wipe })
  }
  if (status === 'wiped') entries.push({ atMs: nowMs - 4.89 * hourMs, what: 'wipe-done', outcome: 'wiped', ...wipe })
  return entries.toSorted((a, b) => b.atMs - a.atMs)
}
