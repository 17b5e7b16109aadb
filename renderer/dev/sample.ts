// Owns the sample workspace of the development page: a Hong Kong firm, its people, channels and months of messages.
// Made up throughout; deterministic, so that screens can be compared.

import type { ConversationView, MessageView, PersonView } from '../../shared/bridge.ts'
import type { ClientId, ConversationId, UserId } from '../../shared/model.ts'
import { scripts } from './sample-texts.ts'

const id = (prefix: string, index: number) => `${prefix}_${String(index).padStart(20, '0')}`
const userId = (index: number) => id('usr', index) as UserId

const staff: readonly (readonly [string, string, string, string])[] = [
  ['陳穎欣', 'winnie.chan', '合規部', '合規經理'],
  ['Grace Wong', 'grace.wong', 'Markets', 'Head of FX Sales'],
  ['李家豪', 'kelvin.lee', '資訊科技部', '系統工程師'],
  ['Daniel Fraser', 'daniel.fraser', 'Legal', 'General Counsel'],
  ['王雨桐', 'yutong.wang', '研究部', '研究员'],
  ['何詠琳', 'vivian.ho', '客戶服務部', '客戶關係主任'],
  ['Tom Chan 陳大文', 'tom.chan', 'Markets', 'Trader'],
  ['刘子涵', 'zihan.liu', '研究部', '高级分析师'],
  ['歐陽詩雅', 'shirley.auyeung', '人力資源部', '人事總監'],
  ['Priya Nair', 'priya.nair', 'Risk', 'Credit Risk Analyst'],
  ['張志明', 'ming.cheung', '營運部', '結算主管'],
  ['Marcus Lee', 'marcus.lee', 'Legal', 'Associate'],
]

export const people: readonly PersonView[] = staff.map(([displayName, userName, department, title], index) => ({
  userId: userId(index),
  displayName,
  userName,
  department,
  title,
  active: index !== 11,
}))
export const me = people[0] as PersonView

interface Sample {
  readonly kind: ConversationView['kind']
  readonly name: string
  readonly topic?: string
  readonly space?: string
  readonly members: readonly number[]
  readonly script: keyof typeof scripts
  readonly unread?: number
  /** Minutes since the last message. */
  readonly agoMinutes: number
  readonly count: number
  readonly draft?: string
  readonly mentions?: number
  readonly isOpen?: boolean
  readonly pinned?: boolean
  readonly muted?: boolean
  readonly archived?: boolean
  /** Who made it; without one, IT did. */
  readonly owner?: number
}

const everyone = people.map((_, index) => index)
const samples: readonly Sample[] = [
  {
    kind: 'channel',
    name: '全公司公告',
    topic: '公司通告，請各同事留意 · Firm-wide announcements',
    members: everyone,
    script: 'notices',
    unread: 2,
    agoMinutes: 6,
    count: 40,
  },
  {
    kind: 'channel',
    name: 'general',
    members: everyone,
    script: 'general',
    agoMinutes: 47,
    count: 60,
    isOpen: true,
    muted: true,
    unread: 7,
  },
  {
    kind: 'channel',
    name: 'fx-desk',
    topic: 'Spot, forwards, NDF. No client names in here.',
    space: 'Markets 市場部',
    members: [0, 1, 6, 9, 10],
    script: 'desk',
    unread: 5,
    agoMinutes: 2,
    count: 260,
    mentions: 2,
  },
  {
    kind: 'channel',
    name: 'research-中国宏观',
    topic: '宏观数据与研究简报',
    space: 'Markets 市場部',
    members: [0, 1, 4, 7],
    script: 'research',
    agoMinutes: 190,
    count: 80,
    isOpen: true,
    owner: 4,
    draft: 'Summary for clients: retail sales came in at',
  },
  {
    kind: 'channel',
    name: '合規問答',
    topic: '交易前有疑問請先在此提出；如涉及客戶身分，請改用私訊。',
    space: '合規與法律',
    members: [0, 3, 6, 9, 11],
    script: 'compliance',
    agoMinutes: 14,
    count: 120,
    isOpen: true,
    pinned: true,
    owner: 0,
    unread: 3,
    mentions: 1,
  },
  {
    kind: 'channel',
    name: 'audit-2025',
    topic: 'Preparation for the SFC thematic review',
    space: '合規與法律',
    members: [0, 3, 9],
    script: 'audit',
    agoMinutes: 2900,
    count: 30,
    archived: true,
    owner: 0,
  },
  {
    kind: 'group',
    name: '週年晚宴籌備小組',
    members: [0, 5, 8, 10],
    script: 'dinner',
    unread: 1,
    agoMinutes: 33,
    count: 45,
    owner: 0,
  },
  {
    kind: 'group',
    name: 'Onboarding Q4',
    members: [0, 8, 2, 3],
    script: 'general',
    agoMinutes: 8700,
    count: 24,
    archived: true,
    owner: 8,
  },
  { kind: 'direct', name: 'Grace Wong', members: [0, 1], script: 'grace', agoMinutes: 9, count: 70, pinned: true },
  {
    kind: 'direct',
    name: '李家豪',
    members: [0, 2],
    script: 'kelvin',
    agoMinutes: 61,
    count: 36,
    draft: '家豪，部機收到，多謝！另外想問下',
  },
  { kind: 'direct', name: '王雨桐', members: [0, 4], script: 'yutong', unread: 3, agoMinutes: 128, count: 28 },
  { kind: 'direct', name: 'Daniel Fraser', members: [0, 3], script: 'audit', agoMinutes: 1560, count: 18 },
  { kind: 'direct', name: '何詠琳', members: [0, 5], script: 'dinner', agoMinutes: 4400, count: 12 },
  { kind: 'direct', name: 'Marcus Lee', members: [0, 11], script: 'audit', agoMinutes: 68_000, count: 8 },
]

export interface SampleConversation {
  view: ConversationView
  readonly messages: MessageView[]
  readSeq: number
}

/** The conversations as of `nowMs`. */
export function makeConversations(nowMs: number): SampleConversation[] {
  return samples.map((sample, index) => {
    const conversationId = id('cnv', index) as ConversationId
    const messages = makeMessages(sample, index, nowMs)
    const unread = sample.unread ?? 0
    const other = sample.kind === 'direct' ? people[sample.members[1] ?? 0] : undefined
    return {
      view: {
        conversationId,
        kind: sample.kind,
        name: sample.name,
        ...(sample.topic === undefined ? {} : { topic: sample.topic }),
        ...(sample.space === undefined ? {} : { space: sample.space }),
        memberIds: sample.members.map(userId),
        ...(other === undefined ? {} : { other }),
        ...(sample.owner === undefined ? {} : { ownerId: userId(sample.owner) }),
        isOpen: sample.isOpen === true,
        archived: sample.archived === true,
        muted: sample.muted === true,
        pinned: sample.pinned === true,
        unread,
        mentions: sample.mentions ?? 0,
        queued: 0,
        failed: 0,
        ...(sample.draft === undefined ? {} : { draft: sample.draft }),
      },
      messages,
      readSeq: messages.length - unread,
    }
  })
}

/** Gaps between messages in minutes, walked backwards: conversations come in bursts. */
const gaps = [1, 2, 1, 4, 19, 2, 1, 3, 64, 1, 1, 2, 11, 2, 430, 3, 1, 7, 2, 1380, 5, 1, 2, 36, 1, 3, 2900]

function makeMessages(sample: Sample, index: number, nowMs: number): MessageView[] {
  const lines = scripts[sample.script]
  const messages: MessageView[] = []
  let atMs = nowMs - sample.agoMinutes * 60_000
  for (let back = 0; back < sample.count; back++) {
    const seq = sample.count - back
    const line = lines[lines.length - 1 - (back % lines.length)]
    if (line === undefined) continue
    const [speaker, text] = line
    const sender = people[sample.members[speaker % sample.members.length] ?? 0] as PersonView
    messages.push({
      key: id('msg', index * 1000 + seq),
      seq,
      clientId: id('msg', index * 1000 + seq) as ClientId,
      senderId: sender.userId,
      senderName: sender.displayName,
      mine: sender.userId === me.userId,
      atMs,
      content: { type: 'text', text },
      delivery: { state: 'sent' },
    })
    atMs -= (gaps[(back + index * 3) % gaps.length] ?? 1) * 60_000
  }
  messages.reverse()
  touch(messages, sample.script)
  const first = messages[0]
  const second = messages[1]
  if (first !== undefined && second !== undefined) {
    messages[0] = { ...first, key: 'seq:1', content: { type: 'notice', notice: 'created', people: [] } }
    messages[1] = {
      ...second,
      key: 'seq:2',
      content: {
        type: 'notice',
        notice: 'joined',
        people: sample.members.slice(1, 4).map((m) => people[m]?.displayName ?? ''),
      },
    }
  }
  return messages
}

/** Edits and deletions among the newest messages, so that they can be looked at. */
function touch(messages: MessageView[], script: keyof typeof scripts): void {
  const change = (back: number, content: MessageView['content']) => {
    const index = messages.length - back
    const message = messages[index]
    if (message !== undefined) messages[index] = { ...message, content }
  }
  const textOf = (back: number) => {
    const content = messages[messages.length - back]?.content
    return content?.type === 'text' ? content.text : ''
  }
  const atMs = (back: number) => (messages[messages.length - back]?.atMs ?? 0) + 4 * 60_000
  if (script === 'desk') {
    change(3, { type: 'deleted' })
    change(5, { type: 'text', text: textOf(5), editedAtMs: atMs(5) })
  }
  if (script === 'compliance') {
    change(1, { type: 'text', text: textOf(1), editedAtMs: atMs(1) })
    change(4, { type: 'deleted' })
  }
}
