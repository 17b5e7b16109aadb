// Owns the proof of which messages make a notification, what it says, and how several become one.

import { describe, expect, test } from 'vitest'
import { defaultSettings, type Settings } from '../shared/bridge.ts'
import type { ConversationId, Policy } from '../shared/model.ts'
import { createExample } from '../testing/example.ts'
import { createVirtualClock } from '../testing/virtual-clock.ts'
import { createNotices, type Due, isDue, isQuiet, noticeText } from './notices.ts'
import type { Notice } from './shell/shell.ts'
import type { Brief } from './store/store.ts'

const example = createExample(9)
const id = example.id('conversation')
const other = example.id('conversation')
const self = example.id('user')
const [ann, bob] = [example.id('user'), example.id('user')]

type Place = Pick<Brief, 'conversationId' | 'kind' | 'prefs'>
const place = (kind: Brief['kind'], muted = false): Place => ({
  conversationId: id,
  kind,
  prefs: { muted, pinned: false },
})
const rules = { notify: 'all', quietHours: null, minuteOfDay: 600, inView: undefined } as const

describe('which', () => {
  const night = { fromMinute: 1320, toMinute: 420 }
  test.each([
    ['a channel', place('channel'), false, rules, true],
    ['a muted channel', place('channel', true), false, rules, false],
    ['a mention in a muted channel', place('channel', true), true, rules, true],
    ['a muted direct conversation', place('direct', true), false, rules, false],
    ['mentions only, a channel', place('channel'), false, { ...rules, notify: 'mentions' }, false],
    ['mentions only, a mention', place('channel'), true, { ...rules, notify: 'mentions' }, true],
    ['mentions only, a direct conversation', place('direct'), false, { ...rules, notify: 'mentions' }, true],
    ['none, a mention', place('direct'), true, { ...rules, notify: 'none' }, false],
    ['the conversation in view, a mention', place('channel'), true, { ...rules, inView: id }, false],
    ['another in view', place('channel'), false, { ...rules, inView: other }, true],
    ['quiet hours, a mention', place('direct'), true, { ...rules, quietHours: night, minuteOfDay: 0 }, false],
    ['outside quiet hours', place('group'), false, { ...rules, quietHours: night }, true],
  ] as const)('[APP46] %s', (_what, conversation, concernsMe, by, due) => {
    expect(isDue(conversation, concernsMe, by)).toBe(due)
  })

  test('[APP47] quiet hours run from their first minute to their last, over midnight too', () => {
    const quiet = (fromMinute: number, toMinute: number, ...minutes: number[]) =>
      minutes.map((minute) => isQuiet({ fromMinute, toMinute }, minute))
    expect(quiet(720, 780, 719, 720, 779, 780)).toEqual([false, true, true, false])
    expect(quiet(1320, 420, 1319, 1320, 1439, 0, 419, 420)).toEqual([false, true, true, true, true, false])
    expect(quiet(60, 60, 59, 60, 61)).toEqual([false, false, false])
    expect(isQuiet(null, 5)).toBe(false)
  })
})

describe('text', () => {
  const due = (over: Partial<Due> = {}): Due => ({
    conversationId: id,
    seq: 4,
    senderName: '陳大文',
    conversationName: '合規',
    text: '早晨，\n報告呢？',
    ...over,
  })
  const hk = ['zh-Hant-HK', 'en']

  test('[APP48] policy decides how much it tells', () => {
    expect(noticeText([due()], 'full', hk)).toEqual({ title: '陳大文', body: '早晨， 報告呢？' })
    expect(noticeText([due()], 'sender', hk)).toEqual({ title: '陳大文', body: '有新訊息' })
    expect(noticeText([due()], 'hidden', hk)).toEqual({ title: 'Causeway', body: '有新訊息' })
    const several = [due(), due({ senderName: '李嘉欣', text: 'x' })]
    for (const tells of ['sender', 'hidden'] as const)
      expect(JSON.stringify(noticeText(several, tells, ['en']))).not.toMatch(/報告|合規|x"/)
    expect(noticeText(several, 'hidden', ['zh-CN'])).toEqual({ title: 'Causeway', body: '有 2 条新消息' })
  })

  test('[APP49] several become one: of one conversation under its name, of more under their senders', () => {
    const more = due({ senderName: '李嘉欣', text: 'OK' })
    expect(noticeText([due(), more], 'full', ['fr', 'en-GB'])).toEqual({
      title: '合規',
      body: '2 new messages\n李嘉欣: OK',
    })
    expect(noticeText([due(), { ...more, conversationId: other }], 'full', hk)).toEqual({
      title: '陳大文, 李嘉欣',
      body: '有 2 則新訊息\n李嘉欣: OK',
    })
    const direct = due({ conversationName: undefined })
    expect(noticeText([direct, direct], 'full', hk).title).toBe('陳大文')
    const many = ['a', 'b', 'c', 'd'].map((senderName) => due({ senderName }))
    expect(noticeText(many, 'sender', hk).title).toBe('a, b, c …')
    expect(noticeText([due({ text: '👍'.repeat(200) })], 'full', hk).body.isWellFormed()).toBe(true)
  })
})

describe('over time', () => {
  function setUp() {
    const clock = createVirtualClock(Date.UTC(2026, 2, 2, 4))
    const shown: Notice[] = []
    const clicks: unknown[] = []
    const now = {
      policy: { leaseHours: 72, notifications: 'full', contentProtection: false } as Policy,
      settings: defaultSettings as Settings,
      inView: undefined as ConversationId | undefined,
      readSeq: 0,
      cleared: 0,
      isOpen: true,
    }
    const notices = createNotices({
      clock,
      store: () =>
        now.isOpen
          ? {
              self,
              concernsMe: () => false,
              conversation: (conversationId) => ({
                ...{ conversationId, kind: 'group', name: '合規', memberIds: [], isOpen: false, archived: false },
                ...{ prefs: { muted: false, pinned: false }, readSeq: now.readSeq },
              }),
              person: (userId) => example.person({ userId, displayName: userId === ann ? 'Ann' : 'Bob' }),
            }
          : undefined,
      settings: () => now.settings,
      policy: () => now.policy,
      systemLanguages: ['en'],
      inView: () => now.inView,
      show: (notice) => shown.push(notice),
      clear: () => {
        now.cleared += 1
      },
      clicked: (...where) => clicks.push(where),
    })
    let seq = 0
    const says = (actorId: typeof ann, body = 'x') => {
      seq += 1
      notices.tell(id, [example.event({ conversationId: id, seq, actorId, content: example.messageContent({ body }) })])
    }
    return { clock, shown, clicks, now, notices, says }
  }

  test('[APP49] the first is shown at once, those that follow soon after it as one; a click leads to the newest', () => {
    const { clock, shown, clicks, says } = setUp()
    says(ann, 'one')
    expect(shown.map(({ title, body }) => [title, body])).toEqual([['Ann', 'one']])
    says(bob, 'two')
    says(ann, 'three')
    expect(shown).toHaveLength(1)
    clock.advance(60_000)
    expect(shown.map(({ title, body }) => [title, body]).slice(1)).toEqual([['合規', '2 new messages\nAnn: three']])
    for (const notice of shown) notice.onClick()
    expect(clicks).toEqual([
      [id, 1],
      [id, 3],
    ])
    says(ann, 'four')
    expect(shown).toHaveLength(3)
  })

  test('[APP50] none for the user’s own messages, for what is no message, or for what was read or looked at meanwhile', () => {
    const { clock, shown, now, notices, says } = setUp()
    says(self)
    notices.tell(id, [example.event({ conversationId: id, actorId: ann, content: { type: 'joined', userIds: [ann] } })])
    expect(shown).toEqual([])
    says(ann)
    says(ann)
    now.readSeq = 3
    clock.advance(60_000)
    says(ann)
    says(ann)
    now.inView = id
    clock.advance(60_000)
    expect(shown).toHaveLength(2)
  })

  test('[APP51] locked: what is shown is taken back, what waits is dropped, and a locked screen has no words', () => {
    const { clock, shown, now, notices, says } = setUp()
    says(ann)
    says(ann, 'secret')
    notices.clear()
    clock.advance(60_000)
    expect([shown.length, now.cleared]).toEqual([1, 1])
    notices.screenLocked(true)
    says(ann, 'secret')
    expect(shown[1]).toMatchObject({ title: 'Causeway', body: 'New message' })
    expect(now.cleared).toBe(2)
    now.isOpen = false
    clock.advance(60_000)
    says(ann, 'secret')
    notices.screenLocked(false)
    now.isOpen = true
    expect(JSON.stringify(shown)).not.toContain('secret')
    notices.stop()
    expect(clock.timers).toBe(0)
  })
})
