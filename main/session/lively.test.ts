// Owns the proof of presence, typing and attention over connections that come and go.

import { describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { UpFrame } from '../../shared/wire.ts'
import { createExample, exampleTimeMs } from '../../testing/example.ts'
import { createVirtualClock } from '../../testing/virtual-clock.ts'
import { createLively } from './lively.ts'

function setUp() {
  const example = createExample(5)
  const clock = createVirtualClock(exampleTimeMs)
  const [self, ann, bob] = [example.id('user'), example.id('user'), example.id('user')]
  const id = example.id('conversation')
  const heard: unknown[] = []
  const sent: UpFrame[] = []
  const lively = createLively({
    nowMs: clock.nowMs,
    setTimer: clock.setTimer,
    self: () => self,
    presenceChanged: (people) => heard.push(people.map(({ userId, state }) => [userId === ann ? 'ann' : 'bob', state])),
    typingChanged: (_id, typing) =>
      heard.push(typing.map(({ userId, threadSeq }) => [userId === ann ? 'ann' : 'bob', threadSeq])),
  })
  const connect = (version = 2) => lively.connected((frame) => sent.push(frame), version)
  return {
    ...{ example, clock, self, ann, bob, id, heard, sent, lively, connect },
    take: () => sent.splice(0),
    told: () => heard.splice(0),
  }
}

describe('what is watched', () => {
  test('[SES45] said once it can be, again on each connection, and no more often than limits.presenceEveryMs', () => {
    const { lively, take, connect, clock, id, ann, bob } = setUp()
    lively.setView({ conversationId: id, people: [ann] })
    expect(take()).toEqual([])
    connect()
    expect(take()).toEqual([{ type: 'watch', conversationId: id, people: [ann] }])
    lively.setView({ conversationId: id, people: [ann, bob] })
    lively.setView({ conversationId: id, people: [bob] })
    expect(take()).toEqual([])
    clock.advance(limits.presenceEveryMs)
    expect(take()).toEqual([{ type: 'watch', conversationId: id, people: [bob] }])
    lively.disconnected()
    connect()
    expect(take()).toEqual([{ type: 'watch', conversationId: id, people: [bob] }])
  })

  test('[SES45] without the focus the conversation before stays watched', () => {
    const { lively, take, connect, clock, id, ann } = setUp()
    connect()
    lively.setView({ conversationId: id, people: [] })
    clock.advance(limits.presenceEveryMs)
    take()
    lively.setView({ people: [ann] })
    expect(take()).toEqual([{ type: 'watch', conversationId: id, people: [ann] }])
  })

  test('[SES45] a conversation that was lost and is back is watched anew', () => {
    const { lively, take, connect, clock, id } = setUp()
    connect()
    lively.setView({ conversationId: id, people: [] })
    lively.onLost([id])
    clock.advance(limits.presenceEveryMs)
    take()
    lively.setView({ conversationId: id, people: [] })
    expect(take()).toEqual([{ type: 'watch', conversationId: id, people: [] }])
  })

  test('[SES46] nothing at all is said to a server of version 1', () => {
    const { lively, take, connect, id, ann } = setUp()
    lively.noteActivity()
    lively.setView({ conversationId: id, people: [ann] })
    connect(1)
    lively.noteTyping(id, undefined)
    lively.noteAway()
    expect(take()).toEqual([])
  })
})

describe('presence', () => {
  test('[SES47] changes are told, of those in view alone; without a connection nobody is there', () => {
    const { lively, connect, told, id, ann, bob } = setUp()
    connect()
    lively.setView({ conversationId: id, people: [ann] })
    const frame = (state: 'active' | 'away') => ({
      type: 'presence' as const,
      people: [ann, bob].map((userId) => ({ userId, state })),
    })
    lively.onPresence(frame('active'))
    lively.onPresence(frame('active'))
    expect(told()).toEqual([[['ann', 'active']]])
    // A window that has been loaded anew asks for the same again, and hears what is known.
    lively.setView({ conversationId: id, people: [ann] })
    expect(told()).toEqual([[['ann', 'active']]])
    lively.onPresence(frame('away'))
    lively.disconnected()
    lively.disconnected()
    expect(told()).toEqual([[['ann', 'away']], [['ann', 'offline']]])
  })

  test('[SES48] the user is there from the first use until limits.awayAfterMs after the last, and says so on change', () => {
    const { lively, connect, take, clock } = setUp()
    lively.noteActivity()
    connect()
    expect(take()).toEqual([{ type: 'attend', state: 'active' }])
    clock.advance(limits.awayAfterMs - 1)
    lively.noteActivity()
    clock.advance(limits.awayAfterMs - 1)
    expect(take()).toEqual([])
    clock.advance(1)
    expect(take()).toEqual([{ type: 'attend', state: 'away' }])
    lively.noteActivity()
    lively.noteAway()
    expect(take().map((frame) => frame.type === 'attend' && frame.state)).toEqual(['active', 'away'])
    expect(clock.timers).toBe(0)
    lively.disconnected()
    connect()
    // Away is what the server takes for granted.
    expect(take()).toEqual([])
  })
})

describe('typing', () => {
  test('[SES49] is told at most every limits.typingEveryMs for a place, anew after a message, and not while offline', () => {
    const { lively, connect, take, clock, id } = setUp()
    lively.noteTyping(id, undefined)
    connect()
    for (const threadSeq of [undefined, undefined, 4, 4]) lively.noteTyping(id, threadSeq)
    expect(take()).toEqual([
      { type: 'typing', conversationId: id },
      { type: 'typing', conversationId: id, threadSeq: 4 },
    ])
    clock.advance(limits.typingEveryMs - 1)
    lively.noteTyping(id, 4)
    expect(take()).toEqual([])
    lively.noteSent(id)
    lively.noteTyping(id, 4)
    clock.advance(limits.typingEveryMs)
    lively.noteTyping(id, 4)
    expect(take()).toHaveLength(2)
  })

  test('[SES50] a mark goes after limits.typingShownMs, with the message, with the conversation and with the connection', () => {
    const { lively, connect, told, clock, id, self, ann, bob, example } = setUp()
    connect()
    lively.setView({ conversationId: id, people: [] })
    const types = (userId: typeof ann, threadSeq?: number) =>
      lively.onTyping({ type: 'typing', conversationId: id, userId, ...(threadSeq && { threadSeq }) })
    types(ann)
    types(self)
    lively.onTyping({ type: 'typing', conversationId: example.id('conversation'), userId: bob })
    clock.advance(limits.typingShownMs - 1)
    types(ann)
    clock.advance(limits.typingShownMs - 1)
    expect(told()).toEqual([[['ann', undefined]]])
    clock.advance(1)
    expect(told()).toEqual([[]])
    types(bob, 3)
    lively.onMessage(id, bob, undefined)
    expect(told()).toEqual([[['bob', 3]]])
    lively.onMessage(id, bob, 3)
    expect(told()).toEqual([[]])
    types(ann)
    lively.disconnected()
    expect(told()).toEqual([[['ann', undefined]], []])
    connect()
    types(ann)
    lively.setView({ conversationId: example.id('conversation'), people: [] })
    expect(told()).toEqual([[['ann', undefined]], []])
    lively.stop()
    expect(clock.timers).toBe(0)
  })
})
