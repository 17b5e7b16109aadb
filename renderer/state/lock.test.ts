import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { ClientId } from '../../shared/model.ts'
import { conversationOf, fail, ok, senderId, sessionOf, settle } from '../dev/fake-host.ts'
import { a, b, opened } from '../dev/fake-workspace.ts'

const appLock = { enabled: true, locked: false, lockAfterMinutes: 15 }
const open = sessionOf({ appLock })
const locked = sessionOf({ state: 'locked', appLock: { ...appLock, locked: true } })

describe('the app lock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('[UI32] locking leaves no word of the workspace in the window’s memory', async () => {
    const canary = 'kingfisher'
    const hit = { conversationId: a, conversationName: canary, seq: 1, senderId, senderName: canary, atMs: 1 }
    const { store, actions, emit } = await opened(
      {
        getSession: () => ok(open),
        search: () => ok({ hits: [{ ...hit, text: canary, ranges: [] }], complete: true }),
        listPeople: () => ok({ people: [{ userId: senderId, displayName: canary, userName: canary, active: true }] }),
        sendMessage: () => fail('not-allowed'),
      },
      [conversationOf(a, { name: canary, draft: canary }), conversationOf(b, { name: canary })],
    )
    await actions.openConversation(a)
    actions.setDraft(a, canary)
    actions.setDraft(b, `${canary} unsaved`)
    actions.setSearchText(canary)
    await vi.runAllTimersAsync()
    await settle()
    actions.showPerson(senderId)
    actions.showDialog('switcher')
    expect(JSON.stringify(store.getState())).toContain(canary)
    actions.setSearchText(`${canary} again`)
    emit('sessionChanged', locked)
    await vi.runAllTimersAsync()
    await settle()
    expect(JSON.stringify(store.getState())).not.toContain(canary)
    expect(store.getState().dialog).toBeUndefined()
  })

  it('[UI32] nothing that arrives or is typed after locking is taken up', async () => {
    let refuse: (value: ReturnType<typeof fail>) => void = () => undefined
    const { store, actions, emit } = await opened({
      getSession: () => ok(open),
      sendMessage: () => new Promise((resolve) => (refuse = resolve)),
    })
    await actions.openConversation(a)
    actions.setDraft(a, 'a secret')
    void actions.send(a)
    emit('sessionChanged', locked)
    refuse(fail('app-locked'))
    await settle()
    actions.setDraft(b, 'typed late')
    emit('conversationsChanged', {})
    emit('messagesChanged', { conversationId: a })
    await settle()
    const { drafts, conversations, timeline, actFailure } = store.getState()
    expect([drafts, conversations, timeline]).toEqual([{}, undefined, undefined])
    expect(actFailure?.code).not.toBe('not-allowed')
  })

  it('[UI32] unlocking leads back to the conversation that was open', async () => {
    const { store, actions, emit } = await opened({ getSession: () => ok(open) })
    await actions.openConversation(b)
    emit('sessionChanged', locked)
    expect(store.getState().openId).toBeUndefined()
    emit('sessionChanged', open)
    await settle()
    expect(store.getState().openId).toBe(b)
    expect(store.getState().timeline?.messages).toHaveLength(3)
  })

  it('[UI32] so it does where main tells of the passphrase before it tells of the open cache', async () => {
    const { store, actions, emit } = await opened({ getSession: () => ok(open) })
    await actions.openConversation(b)
    emit('sessionChanged', locked)
    emit('sessionChanged', sessionOf({ state: 'locked', appLock }))
    emit('sessionChanged', open)
    await settle()
    expect(store.getState().openId).toBe(b)
  })

  it('[UI32] an app that starts locked opens after unlocking as at any start', async () => {
    let session = locked
    const { store, actions } = await opened({
      getSession: () => ok(session),
      listConversations: () =>
        session.appLock.locked
          ? fail('app-locked')
          : ok({ conversations: [conversationOf(a, { unread: 1 }), conversationOf(b)] }),
      unlock: () => {
        session = open
        return ok({})
      },
    })
    expect(store.getState().conversations).toBeUndefined()
    expect(await actions.unlock('harbour')).toBeUndefined()
    await settle()
    expect(store.getState().openId).toBe(b)
    expect(JSON.stringify(store.getState())).not.toContain('harbour')
  })

  it('[UI32] what was typed is kept before the lock is asked for', async () => {
    const { actions, asked } = await opened({ getSession: () => ok(open), lock: () => ok({}) })
    actions.setDraft(a, 'half a thought')
    await actions.lock()
    const names = asked.map(({ name }) => name).filter((name) => name === 'lock' || name === 'saveDraft')
    expect(names).toEqual(['saveDraft', 'lock'])
  })

  it('[UI32] without a passphrase, locking leads to where one is set', async () => {
    const { store, actions, count } = await opened()
    await actions.lock()
    expect(count('lock')).toBe(0)
    expect(store.getState().dialog).toBe('app-lock')
  })
})

describe('telling of activity', () => {
  it('[UI42] main hears of it at once, then no more often than its limit, and never while locked', async () => {
    let now = 50_000
    const { actions, count, emit } = await opened({ getSession: () => ok(open) }, undefined, () => now)
    actions.noteActivity()
    actions.noteActivity()
    now += limits.activityEveryMs - 1
    actions.noteActivity()
    expect(count('noteActivity')).toBe(1)
    now += 1
    actions.noteActivity()
    expect(count('noteActivity')).toBe(2)
    emit('sessionChanged', locked)
    now += limits.activityEveryMs
    actions.noteActivity()
    expect(count('noteActivity')).toBe(2)
  })

  it('[UI42] a clock that is put back does not silence it', async () => {
    let now = 50_000_000
    const { actions, count } = await opened({}, undefined, () => now)
    actions.noteActivity()
    now -= 3_600_000
    actions.noteActivity()
    expect(count('noteActivity')).toBe(2)
  })
})

describe('drafts', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const saved = (asked: readonly { name: string; args: unknown }[]) =>
    asked.filter(({ name }) => name === 'saveDraft').map(({ args }) => args)

  it('[UI43] are kept once typing pauses, the last text only', async () => {
    const { actions, asked } = await opened()
    actions.setDraft(a, 'h')
    vi.advanceTimersByTime(500)
    actions.setDraft(a, 'he')
    vi.advanceTimersByTime(500)
    expect(saved(asked)).toEqual([])
    vi.advanceTimersByTime(100)
    expect(saved(asked)).toEqual([{ conversationId: a, text: 'he' }])
    await settle()
    actions.saveDrafts()
    expect(saved(asked)).toHaveLength(1)
  })

  it('[UI43] are kept at once when another conversation is opened, and both stand where they were typed', async () => {
    const { store, actions, asked } = await opened()
    await actions.openConversation(a)
    actions.setDraft(a, 'for a')
    await actions.openConversation(b)
    actions.setDraft(b, 'for b')
    await actions.openConversation(a)
    expect(saved(asked)).toEqual([
      { conversationId: a, text: 'for a' },
      { conversationId: b, text: 'for b' },
    ])
    expect(store.getState().drafts).toMatchObject({ [a]: 'for a', [b]: 'for b' })
  })

  it('[UI43] one that main did not take is asked for again', async () => {
    let takes = false
    const { actions, asked } = await opened({ saveDraft: () => (takes ? ok({}) : fail('disk-full')) })
    actions.setDraft(a, 'x')
    actions.saveDrafts()
    await settle()
    takes = true
    actions.saveDrafts()
    await settle()
    actions.saveDrafts()
    expect(saved(asked)).toHaveLength(2)
  })

  it('[UI43] sending forgets the draft only once the message was taken', async () => {
    let take: (value: { ok: true; value: { clientId: ClientId } }) => void = () => undefined
    const { actions, asked } = await opened({ sendMessage: () => new Promise((resolve) => (take = resolve)) })
    actions.setDraft(a, 'hello')
    void actions.send(a)
    await vi.runAllTimersAsync()
    expect(saved(asked)).toEqual([])
    take(ok({ clientId: `msg_${'a'.repeat(20)}` as ClientId }))
    await settle()
    expect(saved(asked)).toEqual([{ conversationId: a, text: '' }])
  })

  it('[UI43] one that the list tells of is sent as it stands', async () => {
    const { actions, asked } = await opened({}, [conversationOf(a, { draft: 'from yesterday' })])
    await actions.send(a)
    expect(asked.find(({ name }) => name === 'sendMessage')?.args).toMatchObject({ body: 'from yesterday' })
  })

  it('[UI43] one of a conversation that is no longer listed leaves memory', async () => {
    const conversations = [conversationOf(a), conversationOf(b)]
    const { store, actions, emit, asked } = await opened({}, conversations)
    actions.setDraft(a, 'for a')
    conversations.shift()
    emit('conversationsChanged', {})
    await settle()
    expect(store.getState().drafts).toEqual({})
    await vi.runAllTimersAsync()
    expect(saved(asked)).toEqual([])
  })

  it('[UI43] one longer than a message may be is kept as far as it may', async () => {
    const { actions, asked } = await opened()
    actions.setDraft(a, 'x'.repeat(limits.draftChars + 5))
    actions.saveDrafts()
    expect(saved(asked)).toEqual([{ conversationId: a, text: 'x'.repeat(limits.draftChars) }])
  })

  it('[UI43] after the lease’s lock, what main had not kept is kept', async () => {
    let takes = false
    const { store, actions, emit, asked } = await opened({ saveDraft: () => (takes ? ok({}) : fail('locked')) })
    actions.setDraft(a, 'half a thought')
    emit('sessionChanged', sessionOf({ state: 'locked' }))
    expect(store.getState().drafts).toEqual({ [a]: 'half a thought' })
    takes = true
    emit('sessionChanged', sessionOf())
    await settle()
    expect(saved(asked)).toContainEqual({ conversationId: a, text: 'half a thought' })
  })
})
