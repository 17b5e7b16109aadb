/**
 * What became of some of the demo's messages: files that came with them, edits, deletions.
 * A message is found by words of its body in one conversation; what cannot be found throws, so that no script can
 * change without this page. A pure function of the messages and the instant.
 */
import type { PastChange } from '../conversations/import.ts'
import { minuteMs } from './calendar.ts'
import { demoFile } from './files/files.ts'
import type { DemoMessage } from './history.ts'

export type DemoChange = Exclude<PastChange, { type: 'other' }>

interface Afterthought {
  in: string
  /** Words of the message as it reads now. */
  words: string
  /** Names of files in files/files.ts. */
  files?: readonly string[]
  /** What stood there at first instead of these words, and how many minutes later they were put in. */
  edited?: { words: string; was: string; minutes: number }
  /** Minutes until it was taken back. */
  deletedAfterMinutes?: number
  /** A thread that finds no room in some calendars: the message may be missing. */
  maybe?: boolean
}

const afterthoughts: readonly Afterthought[] = [
  {
    in: 'grp-pos',
    words: 'cut-over 計劃我放咗上',
    files: ['POS-07 沙田 cut-over 計劃 v3.xlsx'],
  },
  {
    in: 'grp-pos',
    words: 'failover took',
    edited: { words: 'took 4 seconds', was: 'took 40 seconds', minutes: 2 },
  },
  {
    in: 'grp-pos',
    words: '附了一张样本收据',
    files: ['样本收据-沙田-fw2.14.txt'],
  },
  {
    in: 'grp-anniversary',
    words: 'Key visual round 3 is in',
    files: ['HV40_KV_r3_A.png', 'HV40_KV_r3_B.png'],
  },
  {
    in: 'grp-anniversary',
    words: '禮盒成本出咗',
    edited: { words: '果醬）HK$142', was: '果醬）HK$124', minutes: 5 },
  },
  {
    in: 'grp-anniversary',
    words: 'looked at the lucky draw',
    files: ['Trade promotion competition licence, checklist.docx'],
  },
  {
    in: 'grp-surveillance',
    words: 'ref TD-1186',
    edited: { words: 'Done at 4.03%', was: 'Done at 4.30%', minutes: 1 },
  },
  {
    in: 'store-cwb',
    words: '相入咗 damage form',
    files: ['茶杯 damage 01.png', '茶杯 damage 02.png', 'Damage form 骨瓷茶杯.pdf'],
  },
  { in: 'store-cwb', words: 'Ms Wong 電話', deletedAfterMinutes: 3 },
  { in: 'it-helpdesk', words: '個密碼係 Harbour-2291', deletedAfterMinutes: 2 },
  { in: 'dm-karen-tony', words: '今晚返嚟食飯，唔使等門', deletedAfterMinutes: 1 },
  {
    in: 'dm-jason-arjun',
    words: 'certificate for the inventory app expires',
    edited: { words: 'expires in 19 days', was: 'expires in 9 days', minutes: 4 },
  },
  {
    in: 'dm-karen-wing',
    words: '櫥窗嗰個冷氣滴水',
    files: ['冷氣滴水 櫥窗.png'],
  },
  { in: 'general', words: 'our best ordinary trading week', files: ['Sales vs budget.png'] },
  { in: 'general', words: '【辦公室搬位】', files: ['18樓 平面圖.png'], maybe: true },
  { in: 'grp-pos', words: '三部收銀機嘅位置', files: ['沙田 收銀機位置圖.png'] },
  { in: 'grp-lease', words: 'second offer came in', files: ['Sha Tin landlord offer, one page.pdf'] },
  { in: 'finance-close', words: '有兩架係緊急加開', files: ['truck count last week.csv'] },
]

/** The messages of one conversation as they were first sent, and the changes that followed, ascending by time. */
export function thinkAgain(
  key: string,
  messages: readonly DemoMessage[],
  nowMs: number,
): { messages: DemoMessage[]; changes: DemoChange[] } {
  const sent = messages.map((message) => ({ ...message }))
  const changes: DemoChange[] = []
  for (const { words, files, edited, deletedAfterMinutes, maybe } of afterthoughts.filter((one) => one.in === key)) {
    const target = sent.findLastIndex((message) => message.body.includes(words))
    const message = sent[target]
    if (message === undefined && maybe === true) continue
    if (message === undefined) throw new Error(`no demo message in ${key}: ${words}`)
    const { by, body } = message
    const laterMs = (minutes: number) => Math.min(message.atMs + minutes * minuteMs, nowMs - minuteMs / 2)
    if (files !== undefined) message.files = files.map((name) => demoFile(name).info)
    if (edited !== undefined) {
      if (!body.includes(edited.words)) throw new Error(`no demo message in ${key}: ${edited.words}`)
      message.body = body.replace(edited.words, edited.was)
      changes.push({ type: 'edited', by, atMs: laterMs(edited.minutes), target, body })
    }
    if (deletedAfterMinutes !== undefined) {
      changes.push({ type: 'deleted', by, atMs: laterMs(deletedAfterMinutes), target })
    }
  }
  return { messages: sent, changes: changes.sort((a, b) => a.atMs - b.atMs) }
}
