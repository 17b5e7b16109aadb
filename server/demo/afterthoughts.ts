/**
 * What became of some of the demo's messages: files that came with them, edits, deletions.
 * A message is found by words of its body in one conversation; what cannot be found throws, so that no script can
 * change without this page. A pure function of the messages, the instant and the seed.
 */
import { createHash } from 'node:crypto'
import type { FileInfo } from '../../shared/model.ts'
import { minuteMs } from './calendar.ts'
import type { DemoMessage } from './history.ts'

export type DemoChange =
  /** `target` is a place in the conversation's messages, from 0. */
  | { type: 'edited'; by: string; atMs: number; target: number; body: string }
  | { type: 'deleted'; by: string; atMs: number; target: number }

interface Afterthought {
  in: string
  /** Words of the message as it reads now. */
  words: string
  files?: readonly { name: string; mediaType: string; bytes: number }[]
  /** What stood there at first instead of these words, and how many minutes later they were put in. */
  edited?: { words: string; was: string; minutes: number }
  /** Minutes until it was taken back. */
  deletedAfterMinutes?: number
}

const pdf = 'application/pdf'
const sheet = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const document = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

const afterthoughts: readonly Afterthought[] = [
  {
    in: 'grp-pos',
    words: 'cut-over 計劃我放咗上',
    files: [{ name: 'POS-07 沙田 cut-over 計劃 v3.xlsx', mediaType: sheet, bytes: 86_412 }],
  },
  {
    in: 'grp-pos',
    words: 'failover took',
    edited: { words: 'took 4 seconds', was: 'took 40 seconds', minutes: 2 },
  },
  {
    in: 'grp-pos',
    words: '附了一张样本收据',
    files: [{ name: '样本收据-沙田-fw2.14.pdf', mediaType: pdf, bytes: 214_880 }],
  },
  {
    in: 'grp-anniversary',
    words: 'Key visual round 3 is in',
    files: [
      { name: 'HV40_KV_r3_A.png', mediaType: 'image/png', bytes: 3_412_907 },
      { name: 'HV40_KV_r3_B.png', mediaType: 'image/png', bytes: 3_398_155 },
    ],
  },
  {
    in: 'grp-anniversary',
    words: '禮盒成本出咗',
    edited: { words: '果醬）HK$142', was: '果醬）HK$124', minutes: 5 },
  },
  {
    in: 'grp-anniversary',
    words: 'looked at the lucky draw',
    files: [{ name: 'Trade promotion competition licence, checklist.docx', mediaType: document, bytes: 41_730 }],
  },
  {
    in: 'grp-surveillance',
    words: 'ref TD-1186',
    edited: { words: 'Done at 4.03%', was: 'Done at 4.30%', minutes: 1 },
  },
  {
    in: 'store-cwb',
    words: '相入咗 damage form',
    files: [
      { name: '茶杯 damage 01.jpg', mediaType: 'image/jpeg', bytes: 1_804_233 },
      { name: '茶杯 damage 02.jpg', mediaType: 'image/jpeg', bytes: 1_766_018 },
      { name: 'Damage form 骨瓷茶杯.pdf', mediaType: pdf, bytes: 98_304 },
    ],
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
    files: [{ name: '冷氣滴水 櫥窗.mp4', mediaType: 'video/mp4', bytes: 18_220_544 }],
  },
]

/** The messages of one conversation as they were first sent, and the changes that followed, ascending by time. */
export function thinkAgain(
  key: string,
  messages: readonly DemoMessage[],
  { nowMs, seed }: { nowMs: number; seed: number },
): { messages: DemoMessage[]; changes: DemoChange[] } {
  const sent = messages.map((message) => ({ ...message }))
  const changes: DemoChange[] = []
  for (const { words, files, edited, deletedAfterMinutes } of afterthoughts.filter((one) => one.in === key)) {
    const target = sent.findLastIndex((message) => message.body.includes(words))
    const message = sent[target]
    if (message === undefined) throw new Error(`no demo message in ${key}: ${words}`)
    const { by, body } = message
    const laterMs = (minutes: number) => Math.min(message.atMs + minutes * minuteMs, nowMs - minuteMs / 2)
    if (files !== undefined)
      message.files = files.map((file) => ({ sha256: digestOf(`${seed}/${file.name}`), ...file }))
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

function digestOf(text: string): FileInfo['sha256'] {
  return createHash('sha256').update(text).digest('base64url')
}
