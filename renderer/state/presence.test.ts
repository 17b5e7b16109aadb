import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { UserId } from '../../shared/model.ts'
import { ok, senderId, sessionOf, settle } from '../dev/fake-host.ts'
import { a, b, opened } from '../dev/fake-workspace.ts'

const person = (index: number) => `usr_${String(index).padStart(20, '0')}` as UserId
const viewsOf = (asked: readonly { name: string; args: unknown }[]) =>
  asked.filter(({ name }) => name === 'setView').map(({ args }) => args)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('what the window shows', () => {
  it('[UI75] a burst of changes is told once, and nothing is told twice', async () => {
    const { actions, asked } = await opened()
    await vi.runAllTimersAsync()
    const before = viewsOf(asked).length
    actions.watchPeople('list', [person(1), person(2)])
    actions.watchPeople('details', [person(2), person(3)])
    await actions.openConversation(b)
    await vi.runAllTimersAsync()
    expect(viewsOf(asked).slice(before)).toEqual([{ conversationId: b, people: [person(2), person(3), person(1)] }])
    actions.watchPeople('list', [person(1), person(2)])
    await vi.runAllTimersAsync()
    expect(viewsOf(asked)).toHaveLength(before + 1)
  })

  it('[UI75] a conversation is in view only with the focus and outside the people pane; focus is told at once', async () => {
    const { actions, asked } = await opened()
    await actions.openConversation(a)
    await vi.runAllTimersAsync()
    actions.noteFocus(false)
    expect(viewsOf(asked).at(-1)).toEqual({ people: [] })
    actions.noteFocus(true)
    expect(viewsOf(asked).at(-1)).toEqual({ conversationId: a, people: [] })
    actions.showPane('people')
    await vi.runAllTimersAsync()
    expect(viewsOf(asked).at(-1)).toEqual({ people: [] })
  })

  it('[UI75] no more people are watched than the limit allows', async () => {
    const { actions, asked } = await opened()
    actions.watchPeople(
      'people',
      Array.from({ length: limits.watchedPeople + 5 }, (_, index) => person(index)),
    )
    await vi.runAllTimersAsync()
    expect(viewsOf(asked).at(-1)).toMatchObject({ people: { length: limits.watchedPeople } })
  })

  it('[UI75] while locked nothing is told, and after it what is shown is told anew', async () => {
    const appLock = { enabled: true, locked: false, lockAfterMinutes: 15 }
    const { actions, asked, emit } = await opened({ getSession: () => ok(sessionOf({ appLock })) })
    await actions.openConversation(a)
    await vi.runAllTimersAsync()
    emit('sessionChanged', sessionOf({ state: 'locked', appLock: { ...appLock, locked: true } }))
    const before = viewsOf(asked).length
    actions.noteFocus(false)
    await vi.runAllTimersAsync()
    expect(viewsOf(asked)).toHaveLength(before)
    emit('sessionChanged', sessionOf({ appLock }))
    actions.noteFocus(true)
    await vi.runAllTimersAsync()
    await settle()
    expect(viewsOf(asked).at(-1)).toEqual({ conversationId: a, people: [] })
  })
})

describe('who is there', () => {
  it('[UI76] changes add up, and without a connection nobody is known', async () => {
    const { store, emit } = await opened()
    emit('presenceChanged', { people: [{ userId: person(1), state: 'active' }] })
    emit('presenceChanged', { people: [{ userId: person(2), state: 'away' }] })
    emit('typingChanged', { conversationId: a, typing: [{ userId: person(1) }] })
    expect(store.getState().presence).toEqual({ [person(1)]: 'active', [person(2)]: 'away' })
    expect(store.getState().typing[a]).toHaveLength(1)
    emit('sessionChanged', sessionOf({ state: 'offline' }))
    expect(store.getState()).toMatchObject({ presence: {}, typing: {} })
  })

  it('[UI77] typing is told no more often than the limit, at once in another place or once it was sent, and only while connected', async () => {
    let now = 50_000
    const { actions, count, emit } = await opened({}, undefined, () => now)
    actions.noteTyping(a)
    now += limits.typingEveryMs - 1
    actions.noteTyping(a)
    expect(count('noteTyping')).toBe(1)
    actions.noteTyping(a, 7)
    expect(count('noteTyping')).toBe(2)
    now += limits.typingEveryMs
    actions.noteTyping(a, 7)
    expect(count('noteTyping')).toBe(3)
    actions.write({ conversationId: a, threadSeq: 7 }, 'said', 4)
    await actions.send(a, 7)
    actions.noteTyping(a, 7)
    expect(count('noteTyping')).toBe(4)
    emit('sessionChanged', sessionOf({ state: 'offline' }))
    now += limits.typingEveryMs
    actions.noteTyping(a, 7)
    expect(count('noteTyping')).toBe(4)
  })
})

describe('a clicked notification', () => {
  it('[UI78] leads to its message from wherever the window is', async () => {
    const { store, actions, asked, emit } = await opened()
    actions.showPerson(senderId)
    actions.showDialog('settings')
    emit('messageAsked', { conversationId: b, seq: 2 })
    await settle()
    expect(store.getState()).toMatchObject({ openId: b, pane: 'conversations', dialog: undefined })
    expect(asked.filter(({ name }) => name === 'readConversation').at(-1)?.args).toMatchObject({ conversationId: b })
    expect(store.getState().timeline?.targetSeq).toBe(2)
  })

  it('[UI78] clicked while the app is locked, it leads to the conversation after unlocking', async () => {
    const appLock = { enabled: true, locked: false, lockAfterMinutes: 15 }
    const { store, emit } = await opened({ getSession: () => ok(sessionOf({ appLock })) })
    emit('sessionChanged', sessionOf({ state: 'locked', appLock: { ...appLock, locked: true } }))
    emit('messageAsked', { conversationId: b, seq: 2 })
    expect(store.getState().openId).toBeUndefined()
    emit('sessionChanged', sessionOf({ appLock }))
    await settle()
    expect(store.getState().openId).toBe(b)
  })
})
