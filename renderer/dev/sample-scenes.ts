// Owns what makes the sample conversations look used: threads, reactions, quotes, forwarded messages, mentions, formatting,
// edits and who has read. Made up throughout.

import type { MentionView, MessageView, ReactionView } from '../../shared/bridge.ts'
import type { ClientId, ConversationId, UserId } from '../../shared/model.ts'
import { me, people, type SampleConversation } from './sample.ts'

/** What the fake bridge keeps beside the messages of a conversation. */
export interface Scene {
  /** Replies by the seq of the message they answer. */
  readonly threads: Map<number, MessageView[]>
  /** What edited messages said, oldest first. */
  readonly edits: Map<number, { atMs: number; text: string }[]>
  readers: { userId: UserId; seq: number }[]
}

const minuteMs = 60_000
const personAt = (index: number) => people[index] ?? me
const idOf = (index: number) => personAt(index).userId

type Named = readonly [label: string, who: number | 'everyone' | string]

function mentionsOf(text: string, named: readonly Named[]): MentionView[] {
  return named
    .map(([label, who]): MentionView => {
      const start = text.indexOf(label)
      const range = { start, end: start + label.length }
      if (who === 'everyone') return { ...range, type: 'everyone', me: true }
      if (typeof who === 'string') return { ...range, type: 'department', department: who, me: who === me.department }
      return { ...range, type: 'person', userId: idOf(who), me: idOf(who) === me.userId }
    })
    .toSorted((a, b) => a.start - b.start)
}

const reaction = (emoji: string, ...who: number[]): ReactionView => ({
  emoji,
  userIds: who.map(idOf),
  mine: who.includes(0),
})

let nextKey = 700_000
function said(sender: number, text: string, seq: number, atMs: number, change: Partial<MessageView> = {}): MessageView {
  const clientId = `msg_${String(nextKey++).padStart(20, '0')}` as ClientId
  const { userId, displayName } = personAt(sender)
  return {
    key: clientId,
    clientId,
    seq,
    senderId: userId,
    senderName: displayName,
    mine: userId === me.userId,
    atMs,
    content: { type: 'text', text },
    delivery: { state: 'sent' },
    ...change,
  }
}

function quoteOf({ seq, senderId, senderName, atMs, content }: MessageView) {
  const text = content.type === 'text' ? content.text : ''
  return { seq: seq ?? 0, senderId, senderName, atMs, text, state: 'here' as const }
}

/** Furnishes the conversations of `all`; answers what belongs to each. */
export function furnish(all: readonly SampleConversation[], nowMs: number): Map<ConversationId, Scene> {
  const scenes = new Map<ConversationId, Scene>()
  for (const { view, messages } of all) {
    const last = messages.at(-1)?.seq ?? 0
    const others = view.memberIds.filter((userId) => userId !== me.userId)
    const readers = others.map((userId, place) => ({ userId, seq: Math.max(0, last - place * 3) }))
    scenes.set(view.conversationId, { threads: new Map(), edits: new Map(), readers })
  }
  const channel = all[4]
  const scene = channel && scenes.get(channel.view.conversationId)
  if (channel !== undefined && scene !== undefined) furnishChannel(channel, scene, all, nowMs)
  const direct = all[8]
  if (direct !== undefined) {
    change(direct.messages, 3, { reactions: [reaction('🙏', 0)] })
    change(direct.messages, 1, { reactions: [reaction('🎉', 1)] })
  }
  return scenes
}

function change(messages: MessageView[], back: number, part: Partial<MessageView>): void {
  const index = messages.length - back
  const message = messages[index]
  if (message !== undefined) messages[index] = { ...message, ...part }
}

function furnishChannel(
  channel: SampleConversation,
  scene: Scene,
  all: readonly SampleConversation[],
  nowMs: number,
): void {
  const { messages } = channel
  let seq = messages.at(-1)?.seq ?? 0
  const add = (
    sender: number,
    ago: number,
    text: string,
    named: readonly Named[] = [],
    part: Partial<MessageView> = {},
  ) => {
    const mentions = mentionsOf(text, named)
    const content: MessageView['content'] = { type: 'text', text, ...(mentions.length === 0 ? {} : { mentions }) }
    const message = said(sender, text, ++seq, nowMs - ago * minuteMs, { content, ...part })
    messages.push(message)
    return message
  }
  const asked = add(
    3,
    13,
    '@陳穎欣 the SFC circular says *“centrally kept”*. Does a **screenshot in the case file** satisfy that, or do we need the original? I would like one answer for all desks.',
    [['@陳穎欣', 0]],
    { reactions: [reaction('👀', 6, 9)] },
  )
  const text =
    '**簡單講：截圖不足夠。** 請按以下次序處理：\n\n1. 以錄音電話或 Causeway 覆述指示，請客戶確認；\n2. 把原訊息轉存至個案，並填上 `channel-exception` 欄；\n3. 即日交 @合規部 覆核。\n\n> 指示紀錄須集中保存最少兩年。\n\n完整流程見[內聯網第七版](https://intranet.example.hk/compliance/channels?v=7)。'
  const answer = add(0, 12, text, [], {
    reactions: [reaction('👍', 3, 6, 9), reaction('🙏', 0, 3), reaction('✅', 9)],
  })
  if (answer.content.type === 'text') {
    messages[messages.length - 1] = {
      ...answer,
      content: {
        ...answer.content,
        editedAtMs: nowMs - 10 * minuteMs,
        mentions: mentionsOf(text, [['@合規部', '合規部']]),
        quote: quoteOf(asked),
      },
    }
  }
  scene.edits.set(answer.seq ?? 0, [
    {
      atMs: nowMs - 12 * minuteMs,
      text: '簡單講：截圖不足夠。請按以下次序處理：\n1. 覆述指示並請客戶確認；\n2. 即日交合規部覆核。',
    },
    { atMs: nowMs - 10 * minuteMs, text },
  ])
  const replies = [
    said(6, '收到。咁如果客戶淨係 send voice note 呢？', ++seq, nowMs - 11 * minuteMs, { threadSeq: answer.seq ?? 0 }),
    said(0, '一樣當指示處理，先轉成文字再覆述。', ++seq, nowMs - 10.5 * minuteMs, {
      threadSeq: answer.seq ?? 0,
      reactions: [reaction('👍', 6)],
    }),
    said(
      9,
      'Could the template have a field for the *time received*, not only the time filed?',
      ++seq,
      nowMs - 8 * minuteMs,
      {
        threadSeq: answer.seq ?? 0,
      },
    ),
  ]
  scene.threads.set(answer.seq ?? 0, replies)
  add(
    9,
    7,
    "For the monthly check I run this; shout if a column is missing:\n\n```sql\nSELECT desk, channel, count(*) AS exceptions, max(received_at) AS latest_received_at_of_all_rows\nFROM   channel_exception\nWHERE  filed_at - received_at > interval '15 minutes'\nGROUP  BY desk, channel;\n```",
  )
  const source = all[2]?.messages.at(-2)
  if (source !== undefined && source.content.type === 'text') {
    add(9, 6, 'FYI, from the desk this morning:', [], {
      content: {
        type: 'text',
        text: 'FYI, from the desk this morning:',
        forwarded: {
          ...quoteOf(source),
          ...(all[2] === undefined ? {} : { conversationId: all[2].view.conversationId }),
        },
      },
    })
  }
  add(0, 5, '多謝 Priya，`received_at` 已加入表格。', [], {
    pending: {
      clientId: `msg_${'7'.repeat(20)}` as ClientId,
      act: 'edit',
      failure: { code: 'policy-forbids', message: '' },
    },
  })
  add(6, 4, '@所有人 提提大家，今日 *五點前* 要交齊十月份例外表格。', [['@所有人', 'everyone']], {
    reactions: [reaction('😂', 9), reaction('👍', 0, 3)],
  })
  const last = add(3, 3, 'Mine is in. @Tom Chan 陳大文 yours is the ~~last one~~ last two missing 🙂', [
    ['@Tom Chan 陳大文', 6],
  ])
  add(0, 2, '收到，我五點半前會覆核完。')
  replies.push(
    said(3, 'Agreed, that is what the SFC asked us for last time.', ++seq, nowMs - 1.5 * minuteMs, {
      threadSeq: answer.seq ?? 0,
    }),
  )
  channel.readSeq = (last.seq ?? 0) - 2
  scene.readers = [
    { userId: idOf(3), seq },
    { userId: idOf(6), seq },
    { userId: idOf(9), seq: seq - 3 },
  ]
}
