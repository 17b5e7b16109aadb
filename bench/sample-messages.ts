// Owns message text for benchmarks: mixed Chinese and English of ordinary lengths, the same for every competitor of a run.

import { randomBytes } from 'node:crypto'
import { type ConversationEvent, type ConversationId, makeId, type UserId } from '../shared/model.ts'

const phrases = [
  '今日銅鑼灣店營業額 $12,345，比上星期好',
  'Please approve the PO before 5pm, thanks',
  '個 delivery 幾時到？倉庫話未出車',
  '收到，唔該晒',
  'The stocktake variance in aisle 4 has been explained by the supplier credit note',
  '明早開會前請各位睇一睇份合約第三版，有意見即管留言',
  'OK',
]

/** `count` messages of one conversation, from seq 1, a second apart. */
export function sampleEvents(count: number, conversationId: ConversationId, actorId: UserId): ConversationEvent[] {
  return Array.from({ length: count }, (_, i) => ({
    conversationId,
    seq: i + 1,
    atMs: 1_700_000_000_000 + i * 1000,
    actorId,
    content: {
      type: 'message' as const,
      clientId: makeId('message', randomBytes(20)),
      body: `${phrases[i % phrases.length]} ${phrases[(i * 5 + 3) % phrases.length]} ${i}`,
    },
  }))
}
