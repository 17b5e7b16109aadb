// Owns what the user is asked, outside the window, before an order is given or approved: the words, in the window's language.
// Always holds: numbers and names are the server's own answer, never the window's; text of others stands on one line of its
// own, without what would break or turn it. Pure.

import type { CertificateLanguage as Language } from '../shared/certificate.ts'
import type { FleetDevice, OrderKind } from '../shared/fleet.ts'
import { limits } from '../shared/limits.ts'
import type { DeviceId } from '../shared/model.ts'
import type { Question } from './shell/shell.ts'

/** The language of the first of these BCP 47 tags that is one of ours; English otherwise. */
export function languageOf(tags: readonly string[]): Language {
  for (const tag of tags) {
    if (/^zh\b.*\b(?:Hant|HK|TW|MO)\b/i.test(tag)) return 'zh-Hant-HK'
    if (/^zh\b/i.test(tag)) return 'zh-Hans'
    if (/^en\b/i.test(tag)) return 'en'
  }
  return 'en'
}

/** An order as it is about to be given, or awaits this user's approval. */
export interface Asked {
  readonly kind: OrderKind
  /** How many, where it is of these alone. */
  readonly conversations: number | undefined
  readonly devices: number
  /** Not known of an order that is to be approved. */
  readonly people: number | undefined
  /** The first of its devices. */
  readonly sample: readonly FleetDevice[]
  readonly thisDeviceId: DeviceId
  readonly reason: string
  readonly needsApproval: boolean
  /** Who gave it, where it is to be approved. */
  readonly orderedBy: string | undefined
}

type Act = 'wipe' | 'conversations' | 'sign-out'

interface Words {
  readonly title: Readonly<Record<Act, string>>
  readonly order: (act: Act, devices: string, conversations: string) => string
  readonly approve: (act: Act, devices: string, conversations: string) => string
  readonly devices: (count: number) => string
  readonly devicesOf: (devices: string, people: number) => string
  readonly conversations: (count: number) => string
  readonly more: (count: number) => string
  readonly thisOne: string
  readonly means: Readonly<Record<Act, string>>
  readonly needsApproval: string
  readonly orderedBy: (name: string) => string
  readonly reason: (text: string) => string
  readonly give: Readonly<Record<Act, string>>
  readonly ask: string
  readonly approveNow: Readonly<Record<Act, string>>
  readonly cancel: string
}

const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`

const english: Words = {
  title: { wipe: 'Wipe desktops', conversations: 'Wipe conversations', 'sign-out': 'Sign desktops out' },
  order: (act, devices, conversations) =>
    ({
      wipe: `Wipe ${devices}?`,
      conversations: `Wipe ${conversations} from ${devices}?`,
      'sign-out': `Sign out ${devices}?`,
    })[act],
  approve: (act, devices, conversations) =>
    ({
      wipe: `Approve wiping ${devices}?`,
      conversations: `Approve wiping ${conversations} from ${devices}?`,
      'sign-out': `Approve signing out ${devices}?`,
    })[act],
  devices: (count) => counted(count, 'desktop', 'desktops'),
  devicesOf: (devices, people) => `${devices} of ${counted(people, 'person', 'people')}`,
  conversations: (count) => counted(count, 'conversation', 'conversations'),
  more: (count) => `… and ${count} more`,
  thisOne: 'This computer is among them.',
  means: {
    wipe: 'Everything Causeway holds there is destroyed. This cannot be taken back.',
    conversations: 'What has been said there so far is destroyed on every desktop. This cannot be taken back.',
    'sign-out': 'Nothing is destroyed: what is there stays sealed until its person enrols again.',
  },
  needsApproval: 'Nothing happens until a second person has approved it.',
  orderedBy: (name) => `Ordered by: ${name}`,
  reason: (text) => `Reason: ${text}`,
  give: { wipe: 'Wipe', conversations: 'Wipe', 'sign-out': 'Sign out' },
  ask: 'Ask for approval',
  approveNow: { wipe: 'Approve and wipe', conversations: 'Approve and wipe', 'sign-out': 'Approve and sign out' },
  cancel: 'Cancel',
}

const traditional: Words = {
  title: { wipe: '清除電腦資料', conversations: '清除對話', 'sign-out': '登出電腦' },
  order: (act, devices, conversations) =>
    ({
      wipe: `要清除 ${devices}的資料嗎？`,
      conversations: `要清除 ${devices}上的 ${conversations}嗎？`,
      'sign-out': `要登出 ${devices}嗎？`,
    })[act],
  approve: (act, devices, conversations) =>
    ({
      wipe: `批准清除 ${devices}的資料嗎？`,
      conversations: `批准清除 ${devices}上的 ${conversations}嗎？`,
      'sign-out': `批准登出 ${devices}嗎？`,
    })[act],
  devices: (count) => `${count} 部電腦`,
  devicesOf: (devices, people) => `${people} 人的 ${devices}`,
  conversations: (count) => `${count} 個對話`,
  more: (count) => `⋯⋯以及另外 ${count} 部`,
  thisOne: '這部電腦也在其中。',
  means: {
    wipe: 'Causeway 存於該處的所有資料會被銷毀，不能復原。',
    conversations: '對話至今的內容會在每部電腦上銷毀，不能復原。',
    'sign-out': '不會銷毀任何資料：資料會保持加密封存，直至使用者重新登記。',
  },
  needsApproval: '須由另一人批准，在此之前不會執行。',
  orderedBy: (name) => `下令者：${name}`,
  reason: (text) => `原因：${text}`,
  give: { wipe: '清除', conversations: '清除', 'sign-out': '登出' },
  ask: '提交批准',
  approveNow: { wipe: '批准並清除', conversations: '批准並清除', 'sign-out': '批准並登出' },
  cancel: '取消',
}

const simplified: Words = {
  title: { wipe: '清除电脑数据', conversations: '清除会话', 'sign-out': '登出电脑' },
  order: (act, devices, conversations) =>
    ({
      wipe: `要清除 ${devices}的数据吗？`,
      conversations: `要清除 ${devices}上的 ${conversations}吗？`,
      'sign-out': `要登出 ${devices}吗？`,
    })[act],
  approve: (act, devices, conversations) =>
    ({
      wipe: `批准清除 ${devices}的数据吗？`,
      conversations: `批准清除 ${devices}上的 ${conversations}吗？`,
      'sign-out': `批准登出 ${devices}吗？`,
    })[act],
  devices: (count) => `${count} 台电脑`,
  devicesOf: (devices, people) => `${people} 人的 ${devices}`,
  conversations: (count) => `${count} 个会话`,
  more: (count) => `……以及另外 ${count} 台`,
  thisOne: '这台电脑也在其中。',
  means: {
    wipe: 'Causeway 保存在那里的所有数据将被销毁，无法恢复。',
    conversations: '会话至今的内容将在每台电脑上销毁，无法恢复。',
    'sign-out': '不会销毁任何数据：数据将保持加密封存，直到使用者重新注册。',
  },
  needsApproval: '须由另一人批准，在此之前不会执行。',
  orderedBy: (name) => `下令者：${name}`,
  reason: (text) => `原因：${text}`,
  give: { wipe: '清除', conversations: '清除', 'sign-out': '登出' },
  ask: '提交批准',
  approveNow: { wipe: '批准并清除', conversations: '批准并清除', 'sign-out': '批准并登出' },
  cancel: '取消',
}

const wordsByLanguage: Readonly<Record<Language, Words>> = {
  en: english,
  'zh-Hant-HK': traditional,
  'zh-Hans': simplified,
}

/** What the user is asked before this is sent. */
export function questionOf(asked: Asked, language: Language): Question {
  const words = wordsByLanguage[language]
  const act: Act = asked.conversations === undefined ? asked.kind : 'conversations'
  const count = words.devices(asked.devices)
  const devices = asked.people === undefined ? count : words.devicesOf(count, asked.people)
  const conversations = words.conversations(asked.conversations ?? 0)
  const { orderedBy } = asked
  const isApproval = orderedBy !== undefined
  const message = (isApproval ? words.approve : words.order)(act, devices, conversations)
  const named = asked.sample
    .slice(0, limits.namedInQuestion)
    .map(
      ({ displayName, name }) =>
        `• ${oneLine(displayName, limits.nameInQuestionChars)}: ${oneLine(name, limits.nameInQuestionChars)}`,
    )
  if (asked.devices > named.length) named.push(words.more(asked.devices - named.length))
  const isOfThis = asked.sample.some(({ deviceId }) => deviceId === asked.thisDeviceId)
  const lines = [
    words.means[act],
    ...(asked.needsApproval ? [words.needsApproval] : []),
    '',
    ...named,
    ...(isOfThis ? [words.thisOne] : []),
    '',
    ...(isApproval ? [words.orderedBy(oneLine(orderedBy, limits.nameInQuestionChars))] : []),
    words.reason(oneLine(asked.reason)),
  ]
  const confirmLabel = isApproval ? words.approveNow[act] : asked.needsApproval ? words.ask : words.give[act]
  return {
    title: words.title[act],
    message,
    detail: lines.join('\n'),
    confirmLabel,
    cancelLabel: words.cancel,
    isDanger: asked.kind === 'wipe',
  }
}

/** Text of others on one line: nothing in it ends the line, turns it round or cannot be seen. */
function oneLine(text: string, mostChars = Number.POSITIVE_INFINITY): string {
  const seen = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
  const letters = [...seen]
  return letters.length > mostChars ? `${letters.slice(0, mostChars).join('')}…` : seen
}
