/**
 * The conversations of the demo firm: who is in them, when they began, what hours they keep and which routine posts
 * fill them between the hand-written threads. People are given by short name; every cast member is a member.
 * Text lives in the threads files; nothing here depends on the time or the seed.
 */
import type { Hours } from './calendar.ts'
import { archivedPlan, openPlans } from './conversations-open.ts'
import { people } from './people.ts'

/** Routine posts of one kind: a pool of scripts, how many a day on average, and the minutes of the day they start in. */
export interface Routine {
  pool: string
  perDay: number
  between?: readonly [number, number]
}

export interface ConversationPlan {
  key: string
  kind: 'channel' | 'group' | 'direct'
  name?: string
  topic?: string
  space?: string
  members: readonly string[]
  createdBy: string
  startedDaysAgo: number
  hours: Hours
  /** Roles that routine scripts may name, and the short names that can play them. */
  cast: Readonly<Record<string, readonly string[]>>
  /** Word lists of this conversation alone, beside the shared vocabulary. */
  words?: Readonly<Record<string, readonly string[]>>
  routines: readonly Routine[]
  /** Anybody may find and join it. */
  isOpen?: boolean
  /** Over: archived soon after its last message. */
  isArchived?: boolean
  /** Short names of members who have it on top of their list, and who have silenced it. */
  pinnedBy?: readonly string[]
  mutedBy?: readonly string[]
}

const everyone = people.map((p) => p.userName.slice(0, p.userName.indexOf('.')))
/** Those who write Cantonese: routine acknowledgements in Chinese come from them alone. */
const cantonese = people
  .filter(
    (p) => /^\p{Script=Han}/u.test(p.displayName) && !p.displayName.includes('Wang') && !p.displayName.includes('Siyu'),
  )
  .map((p) => p.userName.slice(0, p.userName.indexOf('.')))
const company = '公司 Company'
const stores = '分店 Stores'
const office = '後勤 Head Office'
const morning = [9 * 60 + 42, 10 * 60 + 35] as const
const afternoon = [14 * 60 + 30, 17 * 60 + 30] as const
const closing = [20 * 60 + 50, 21 * 60 + 38] as const

const storeManagers = ['wing', 'tony', 'maggie']
/** Head-office people whom the shops ask daily. */
const storeSupport = ['samuel', 'imran', 'peggy', 'priya', 'jason', 'cherry', 'daniel', 'natalie', 'fiona']

function storeChannel(key: string, store: string, manager: string, team: readonly string[]): ConversationPlan {
  return {
    key,
    kind: 'channel',
    name: `${store} 店務`,
    topic: `${store}每日開舖、生意額、更表、貨品及維修`,
    space: stores,
    members: ['karen', 'victor', ...storeManagers, ...team, ...storeSupport],
    createdBy: 'karen',
    startedDaysAgo: 152,
    hours: 'shop',
    cast: { mgr: [manager], staff: team, sup: [manager, ...team], area: ['karen'], it: ['jason', 'cherry'] },
    words: { store: [store] },
    routines: [
      { pool: 'opening', perDay: 0.72, between: morning },
      { pool: 'takings', perDay: 0.71, between: closing },
      { pool: 'shopFloor', perDay: 0.3, between: afternoon },
      { pool: 'roster', perDay: 0.1, between: afternoon },
    ],
  }
}

function direct(
  a: string,
  b: string,
  startedDaysAgo: number,
  pools: Readonly<Record<string, number>>,
): ConversationPlan {
  return {
    key: `dm-${a}-${b}`,
    kind: 'direct',
    members: [a, b],
    createdBy: a,
    startedDaysAgo,
    hours: 'office',
    cast: { a: [a, b], b: [a, b], first: [a], second: [b] },
    routines: Object.entries(pools).map(([pool, perDay]) => ({ pool, perDay })),
  }
}

export const conversationPlans: readonly ConversationPlan[] = [
  {
    key: 'general',
    kind: 'channel',
    name: 'general 全公司公告',
    topic: 'Company-wide notices 全公司通告。請保持精簡，傾偈請去茶水間。',
    space: company,
    members: everyone,
    createdBy: 'victor',
    startedDaysAgo: 152,
    hours: 'office',
    cast: { hr: ['fiona', 'ben'], any: cantonese },
    routines: [{ pool: 'notices', perDay: 0.3 }],
  },
  {
    key: 'compliance-bulletin',
    kind: 'channel',
    name: 'compliance-bulletin 合規通告',
    topic: 'SFC / HKMA / PCPD updates and what they mean for us. Questions welcome 歡迎發問',
    space: company,
    members: everyone,
    createdBy: 'helen',
    startedDaysAgo: 152,
    hours: 'office',
    cast: { officer: ['daniel', 'grace', 'helen'], any: cantonese },
    mutedBy: ['jason'],
    routines: [{ pool: 'bulletins', perDay: 0.22 }],
  },
  {
    key: 'it-helpdesk',
    kind: 'channel',
    name: 'it-helpdesk IT 支援',
    topic: '報障請寫：地點、機號、錯誤訊息。Urgent: call the desk. 緊急請直接打內線',
    space: company,
    members: everyone,
    createdBy: 'raymond',
    startedDaysAgo: 152,
    hours: 'office',
    cast: {
      desk: ['jason', 'cherry'],
      shop: ['wing', 'tony', 'maggie', 'kit', 'fai', 'suki', 'iris', 'bong', 'yan'],
      user: [
        'alan',
        'joyce',
        'winnie',
        'ben',
        'fiona',
        'grace',
        'natalie',
        'peggy',
        'ivy',
        'rachel',
        'karen',
        'hailey',
      ],
      english: ['emma', 'oliver', 'priya', 'imran'],
    },
    pinnedBy: ['jason', 'cherry'],
    routines: [{ pool: 'tickets', perDay: 0.95 }],
  },
  storeChannel('store-cwb', '銅鑼灣店', 'wing', ['kit', 'yan']),
  storeChannel('store-mk', '旺角店', 'tony', ['fai', 'suki']),
  storeChannel('store-st', '沙田店', 'maggie', ['bong', 'iris']),
  {
    key: 'finance-close',
    kind: 'channel',
    name: 'finance-close 月結',
    topic: 'Month-end close: calendar, accruals, open items. WD5 = group pack.',
    space: office,
    members: ['stephen', 'winnie', 'alan', 'joyce', 'eric', 'rachel', 'karen', 'samuel', 'peggy', 'natalie', 'victor'],
    createdBy: 'winnie',
    startedDaysAgo: 149,
    hours: 'office',
    cast: {
      fin: ['alan', 'joyce', 'winnie'],
      boss: ['winnie', 'stephen'],
      tre: ['rachel', 'eric'],
      ops: ['karen', 'samuel', 'peggy'],
    },
    routines: [{ pool: 'finance', perDay: 0.85 }],
  },
  {
    key: 'legal-contracts',
    kind: 'channel',
    name: 'legal-contracts 合約',
    topic: 'Contract requests and signing status. 請先填 request form 再喺度跟進',
    space: office,
    members: [
      'oliver',
      'natalie',
      'karen',
      'victor',
      'samuel',
      'peggy',
      'priya',
      'raymond',
      'helen',
      'winnie',
      'fiona',
    ],
    createdBy: 'oliver',
    startedDaysAgo: 147,
    hours: 'office',
    cast: { counsel: ['natalie'], asker: ['peggy', 'samuel', 'karen', 'raymond', 'fiona'] },
    routines: [{ pool: 'contracts', perDay: 0.42 }],
  },
  {
    key: 'supply-chain',
    kind: 'channel',
    name: 'supply-chain 供應鏈',
    topic: '貨期、清關、葵涌倉、深圳仓。ETA 有變請即時更新',
    space: office,
    members: ['samuel', 'haoran', 'imran', 'peggy', 'karen', 'wing', 'tony', 'maggie', 'ivy', 'alan', 'joyce'],
    createdBy: 'samuel',
    startedDaysAgo: 151,
    hours: 'office',
    cast: { lead: ['samuel', 'peggy'], sz: ['haoran'], wh: ['imran'], shop: ['wing', 'tony', 'maggie'] },
    routines: [{ pool: 'deliveries', perDay: 1.15 }],
  },
  {
    key: 'pantry',
    kind: 'channel',
    name: '茶水間 pantry',
    topic: '吹水、食乜好、讓票、執到嘢。工作嘢請返正路 channel 🙏',
    space: company,
    members: everyone,
    createdBy: 'ben',
    startedDaysAgo: 150,
    hours: 'social',
    cast: {
      a: [
        'karen',
        'jason',
        'cherry',
        'joyce',
        'alan',
        'grace',
        'ben',
        'ivy',
        'peggy',
        'kit',
        'suki',
        'iris',
        'rachel',
        'natalie',
      ],
      b: [
        'karen',
        'jason',
        'cherry',
        'joyce',
        'alan',
        'grace',
        'ben',
        'ivy',
        'peggy',
        'kit',
        'suki',
        'iris',
        'rachel',
        'natalie',
      ],
      c: ['fai', 'bong', 'yan', 'winnie', 'eric', 'samuel', 'tony', 'wing', 'daniel'],
      e: ['emma', 'priya', 'arjun', 'imran', 'oliver'],
    },
    isOpen: true,
    mutedBy: ['karen', 'arjun'],
    routines: [{ pool: 'chatter', perDay: 0.55, between: [11 * 60 + 40, 17 * 60 + 50] }],
  },
  {
    key: 'grp-pos',
    kind: 'group',
    name: 'POS 更換小組',
    topic: 'New POS roll-out: 銅鑼灣 → 旺角 → 沙田',
    space: stores,
    members: ['jason', 'karen', 'arjun', 'siyu', 'cherry', 'wing', 'tony', 'maggie', 'winnie'],
    createdBy: 'jason',
    startedDaysAgo: 118,
    hours: 'office',
    cast: { it: ['jason', 'cherry'], ops: ['karen', 'tony', 'wing', 'maggie'], sys: ['arjun'], dev: ['siyu'] },
    pinnedBy: ['karen', 'jason'],
    routines: [{ pool: 'rollout', perDay: 0.6 }],
  },
  {
    key: 'grp-anniversary',
    kind: 'group',
    name: '週年慶推廣 Anniversary campaign',
    topic: 'Key visual, hampers, member offers, store set-up',
    space: stores,
    members: ['priya', 'ivy', 'karen', 'wing', 'peggy', 'samuel', 'natalie'],
    createdBy: 'priya',
    startedDaysAgo: 88,
    hours: 'office',
    cast: { mkt: ['ivy'], priya: ['priya'], ops: ['karen', 'wing'], buy: ['peggy', 'samuel'] },
    routines: [{ pool: 'campaign', perDay: 0.5 }],
  },
  {
    key: 'grp-lease',
    kind: 'group',
    name: '沙田店續租 Sha Tin lease',
    topic: 'Privileged & confidential: lease renewal',
    space: office,
    members: ['natalie', 'oliver', 'karen', 'victor', 'stephen', 'maggie'],
    createdBy: 'natalie',
    startedDaysAgo: 74,
    hours: 'office',
    cast: {},
    routines: [],
  },
  {
    key: 'grp-surveillance',
    kind: 'group',
    name: 'Treasury x Compliance 每日對盤',
    topic: 'Daily limits, breaks, approvals',
    space: office,
    members: ['eric', 'rachel', 'daniel', 'grace', 'stephen', 'hailey'],
    createdBy: 'eric',
    startedDaysAgo: 140,
    hours: 'office',
    cast: { tre: ['rachel', 'eric'], comp: ['grace', 'daniel'] },
    routines: [{ pool: 'limits', perDay: 0.7 }],
  },
  direct('karen', 'jason', 144, { dmOffice: 0.2, dmDevices: 0.2 }),
  direct('karen', 'wing', 150, { dmStore: 0.34, dmOffice: 0.07 }),
  direct('karen', 'tony', 150, { dmStore: 0.32, dmOffice: 0.07 }),
  { ...direct('karen', 'victor', 146, { dmBoss: 0.3 }), pinnedBy: ['karen'] },
  direct('karen', 'daniel', 131, { dmOffice: 0.22 }),
  direct('karen', 'samuel', 139, { dmOffice: 0.14, dmGoods: 0.28 }),
  direct('jason', 'arjun', 151, { dmEnglish: 0.36 }),
  direct('jason', 'cherry', 148, { dmDevices: 0.16, dmDesk: 0.3 }),
  ...openPlans,
  archivedPlan,
]
