import { describe, expect, it } from 'vitest'
import type { MessagePage, MessageView } from '../../shared/bridge.ts'
import type { ConversationId, UserId } from '../../shared/model.ts'
import { lastSeqOf, mergeNewer, mergeNewest, mergeOlder, moveUnreadLine, openAround, openNewest } from './timeline.ts'

const conversationId = `cnv_${'a'.repeat(20)}` as ConversationId
const senderId = `usr_${'a'.repeat(20)}` as UserId

function row(seq: number | undefined, key = `m${seq}`, mine = false): MessageView {
  return {
    key,
    ...(seq === undefined ? {} : { seq }),
    senderId,
    senderName: 'a',
    mine,
    atMs: (seq ?? 1000) * 1000,
    content: { type: 'text', text: key },
    delivery: seq === undefined ? { state: 'queued' } : { state: 'sent' },
  }
}
const rows = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => row(from + index))
const page = (messages: MessageView[], change: Partial<MessagePage> = {}): MessagePage => ({
  conversationId,
  messages,
  olderUnavailable: false,
  readSeq: 0,
  newestSeq: Math.max(0, ...messages.map((message) => message.seq ?? 0)),
  readers: [],
  ...change,
})
const keys = (messages: readonly MessageView[]) => messages.map((message) => message.key)

describe('timeline', () => {
  it('[UI9] the newest page replaces the tail and keeps the rows above it', () => {
    const held = mergeOlder(openNewest(page(rows(51, 100), { before: 51 }), 1), page(rows(1, 50)))
    const next = mergeNewest(held, page(rows(53, 102), { before: 53 }), true)
    expect(keys(next.messages)).toEqual(keys(rows(1, 102)))
    expect(next.before).toBeUndefined()
    expect(next.newestSeq).toBe(102)
  })

  it('[UI9] outbox rows vanish when discarded and take their place once delivered', () => {
    const held = openNewest(
      page([...rows(1, 3), row(undefined, 'q1', true), row(undefined, 'q2', true)], { before: 1 }),
      1,
    )
    const next = mergeNewest(held, page([...rows(1, 4), row(5, 'q2', true)], { before: 1 }), true)
    expect(keys(next.messages)).toEqual(['m1', 'm2', 'm3', 'm4', 'q2'])
    expect(new Set(keys(next.messages)).size).toBe(next.messages.length)
  })

  it('[UI9] a page that is the whole conversation drops what it lacks', () => {
    const held = openNewest(page(rows(1, 5)), 1)
    expect(keys(mergeNewest(held, page(rows(3, 5)), true).messages)).toEqual(['m3', 'm4', 'm5'])
  })

  it('[UI9] after a gap a reader at the end follows, a reader above stays in the past', () => {
    const held = openNewest(page([...rows(1, 50), row(undefined, 'q')], { before: 1 }), 1)
    const newest = page(rows(201, 250), { before: 201 })
    const followed = mergeNewest(held, newest, true)
    expect(keys(followed.messages)).toEqual(keys(rows(201, 250)))
    expect(followed.stretch).toBe(2)
    const stayed = mergeNewest(held, newest, false)
    expect(keys(stayed.messages)).toEqual(keys(rows(1, 50)))
    expect(stayed.reachesNewest).toBe(false)
    expect(stayed.newestSeq).toBe(250)
  })

  it('[UI10] an older page goes above, without repeats, and says so', () => {
    const held = openNewest(page(rows(51, 100), { before: 51 }), 1)
    const next = mergeOlder(held, page(rows(11, 52), { before: 11 }))
    expect(keys(next.messages)).toEqual(keys(rows(11, 100)))
    expect(next.grewAbove).toBe(true)
    expect(next.before).toBe(11)
    expect(mergeNewest(next, page(rows(51, 101), { before: 51 }), true).grewAbove).toBe(false)
  })

  it('[UI11] a search hit opens a stretch of the past that grows until it meets the newest', () => {
    const newest = page([...rows(151, 200), row(undefined, 'q')], { before: 151, readSeq: 200 })
    const held = openAround(page(rows(51, 100), { before: 51 }), newest, 3, 76)
    expect(held.reachesNewest).toBe(false)
    expect(held.targetSeq).toBe(76)
    const grown = mergeNewer(held, page(rows(91, 150), { before: 91 }))
    expect(lastSeqOf(grown.messages)).toBe(150)
    const whole = mergeNewest(grown, newest, false)
    expect(whole.reachesNewest).toBe(true)
    expect(keys(whole.messages)).toEqual([...keys(rows(51, 200)), 'q'])
    expect(whole.before).toBe(51)
  })

  it('[UI11] a hit on the newest page opens that page', () => {
    const newest = page(rows(151, 200), { before: 151, readSeq: 200 })
    const held = openAround(page(rows(141, 190), { before: 141 }), newest, 1, 180)
    expect(held.reachesNewest).toBe(true)
    expect(keys(held.messages)).toEqual(keys(rows(151, 200)))
  })

  it('[UI8] the unread line is fixed at opening and moves only when all above it was read', () => {
    const held = openNewest(page(rows(1, 5), { readSeq: 3 }), 1)
    expect(held.unreadAfterSeq).toBe(3)
    expect(moveUnreadLine(held).unreadAfterSeq).toBe(3)
    const read = mergeNewest(held, page(rows(1, 6), { readSeq: 5 }), true)
    expect(read.unreadAfterSeq).toBe(3)
    expect(moveUnreadLine(read).unreadAfterSeq).toBe(5)
    expect(openNewest(page(rows(1, 5), { readSeq: 5 }), 1).unreadAfterSeq).toBeUndefined()
    expect(openNewest(page([row(1), row(2, 'mine', true)], { readSeq: 1 }), 1).unreadAfterSeq).toBeUndefined()
  })
})
