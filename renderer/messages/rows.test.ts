import { describe, expect, it } from 'vitest'
import type { MessageView } from '../../shared/bridge.ts'
import type { UserId } from '../../shared/model.ts'
import { groupMs, rowsOf } from './rows.ts'

const day = 86_400_000
const dayOf = (atMs: number) => Math.floor(atMs / day) * day
const user = (letter: string) => `usr_${letter.repeat(20)}` as UserId

function message(seq: number, sender: string, atMs: number, change: Partial<MessageView> = {}): MessageView {
  return {
    key: `m${seq}`,
    seq,
    senderId: user(sender),
    senderName: sender,
    mine: false,
    atMs,
    content: { type: 'text', text: `text ${seq}` },
    delivery: { state: 'sent' },
    ...change,
  }
}
const shape = (messages: MessageView[], unreadAfterSeq?: number) =>
  rowsOf(messages, unreadAfterSeq, dayOf).map((row) =>
    row.type === 'message' ? `${row.head ? 'head' : 'next'}:${row.key}` : row.type,
  )

describe('rowsOf', () => {
  it('[UI6] groups one sender within five minutes of the group’s first message', () => {
    expect(
      shape([
        message(1, 'a', 0),
        message(2, 'a', groupMs - 1),
        message(3, 'a', groupMs),
        message(4, 'b', groupMs + 1),
        message(5, 'a', groupMs + 2),
      ]),
    ).toEqual(['top', 'day', 'head:m1', 'next:m2', 'head:m3', 'head:m4', 'head:m5'])
  })

  it('[UI7] separates days, and begins a group anew after a separator', () => {
    expect(shape([message(1, 'a', day - 1), message(2, 'a', day)])).toEqual(['top', 'day', 'head:m1', 'day', 'head:m2'])
  })

  it('[UI7] never steps back a day for a message with an older time', () => {
    expect(shape([message(1, 'a', day), message(2, 'b', day - 1), message(3, 'a', day + 1)])).toEqual([
      'top',
      'day',
      'head:m1',
      'head:m2',
      'head:m3',
    ])
  })

  it('[UI8] draws the unread line once, before the first unread message of somebody else', () => {
    const messages = [message(1, 'a', 0), message(2, 'b', 1, { mine: true }), message(3, 'a', 2), message(4, 'a', 3)]
    expect(shape(messages, 1)).toEqual(['top', 'day', 'head:m1', 'head:m2', 'unread', 'head:m3', 'next:m4'])
    expect(shape(messages, 4)).not.toContain('unread')
    expect(shape(messages)).not.toContain('unread')
  })

  it('[UI6] a notice stands alone and ends a group', () => {
    const notice = message(2, 'a', 1, { key: 'seq:2', content: { type: 'notice', notice: 'joined', people: ['b'] } })
    expect(shape([message(1, 'a', 0), notice, message(3, 'a', 2)])).toEqual([
      'top',
      'day',
      'head:m1',
      'notice',
      'head:m3',
    ])
  })

  it('[UI6] only the newest delivered message of ours bears the tick', () => {
    const rows = rowsOf(
      [
        message(1, 'me', 0, { mine: true }),
        message(2, 'me', 1, { mine: true }),
        message(3, 'me', 2, { mine: true, delivery: { state: 'queued' } }),
      ],
      undefined,
      dayOf,
    )
    expect(rows.flatMap((row) => (row.type === 'message' && row.tick ? [row.key] : []))).toEqual(['m2'])
  })

  it('[UI6] keys are unique', () => {
    const rows = rowsOf([message(1, 'a', 0), message(2, 'a', day), message(3, 'a', 2 * day)], 1, dayOf)
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length)
  })
})
