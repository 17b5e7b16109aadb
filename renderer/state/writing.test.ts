import { describe, expect, it } from 'vitest'
import type { PersonView } from '../../shared/bridge.ts'
import type { ClientId, UserId } from '../../shared/model.ts'
import { conversationOf, fail, messageOf, ok, sessionOf } from '../dev/fake-host.ts'
import { a, b, opened } from '../dev/fake-workspace.ts'
import { fieldText, writingAt } from './writing.ts'

const clientId = `msg_${'a'.repeat(20)}` as ClientId
const grace: PersonView = {
  userId: `usr_${'g'.repeat(20)}` as UserId,
  displayName: 'Grace Wong',
  userName: 'grace',
  active: true,
}
const withGrace = () => [conversationOf(a, { memberIds: [grace.userId] }), conversationOf(b)]
const place = { conversationId: a }
const thread = { conversationId: a, threadSeq: 2 }

describe('writing', () => {
  it('[UI58] sends the text in its normal form with the mentions in it, the quote and the thread', async () => {
    const { actions, asked } = await opened(
      { sendMessage: () => ok({ clientId }), listPeople: () => ok({ people: [grace] }) },
      withGrace(),
    )
    actions.showPane('people')
    await Promise.resolve()
    await actions.openConversation(a)
    actions.write(place, '\n@Grace Wong please ', 0)
    actions.quoteMessage(place, { seq: 3, senderName: 'a', text: 'x' })
    await actions.send(a)
    actions.write(thread, 'in the thread', 13)
    await actions.send(a, 2)
    const sent = asked.filter(({ name }) => name === 'sendMessage').map(({ args }) => args)
    expect(sent).toEqual([
      {
        conversationId: a,
        body: '@Grace Wong please',
        mentions: [{ type: 'person', userId: grace.userId, start: 0, end: 11 }],
        quoteSeq: 3,
      },
      { conversationId: a, body: 'in the thread', threadSeq: 2 },
    ])
  })

  it('[UI58] who writes in a conversation is led to its end; who replies in a thread is not', async () => {
    const { actions, store } = await opened({ sendMessage: () => ok({ clientId }) }, withGrace())
    await actions.openConversation(a)
    actions.write(thread, 'in the thread', 13)
    await actions.send(a, 2)
    expect(store.getState().timeline?.written).toBe(0)
    actions.write(place, 'here', 4)
    await actions.send(a)
    expect(store.getState().timeline?.written).toBe(1)
  })

  it('[UI58] what main does not take in a thread comes back with its quote, before what was written since', async () => {
    const { actions, store } = await opened({ sendMessage: () => fail('rate-limited') })
    actions.write(thread, 'first', 5)
    actions.quoteMessage(thread, { seq: 3, senderName: 'a', text: 'x' })
    const sending = actions.send(a, 2)
    actions.write(thread, 'second', 6)
    await sending
    expect(fieldText(store.getState(), thread)).toBe('first\nsecond')
    expect(writingAt(store.getState(), thread).quote?.seq).toBe(3)
    expect(store.getState().actFailure?.code).toBe('rate-limited')
    expect(fieldText(store.getState(), place)).toBe('')
  })

  it('[UI59] editing takes the place of what was being written, which comes back', async () => {
    const { actions, store, asked } = await opened({ editMessage: () => ok({ clientId }) })
    actions.write(place, 'half a thought', 14)
    actions.editMessage(place, messageOf(3, { mine: true }))
    expect(fieldText(store.getState(), place)).toBe('text 3')
    actions.write(place, 'text three', 10)
    await actions.send(a)
    expect(asked.filter(({ name }) => name === 'editMessage')).toEqual([
      { name: 'editMessage', args: { conversationId: a, seq: 3, body: 'text three' } },
    ])
    expect(fieldText(store.getState(), place)).toBe('half a thought')
  })

  it('[UI59] an edit that changes nothing, or leaves nothing, is not sent', async () => {
    const { actions, store, count } = await opened({})
    actions.editMessage(place, messageOf(3))
    await actions.send(a)
    expect(writingAt(store.getState(), place).edit).toBeUndefined()
    actions.editMessage(place, messageOf(3))
    actions.write(place, ' \n', 2)
    await actions.send(a)
    expect(writingAt(store.getState(), place).edit?.seq).toBe(3)
    expect(count('editMessage')).toBe(0)
  })

  it('[UI59] an edit that main does not take goes on', async () => {
    const { actions, store } = await opened({ editMessage: () => fail('not-allowed') })
    actions.editMessage(place, messageOf(3))
    actions.write(place, 'changed', 7)
    await actions.send(a)
    expect(fieldText(store.getState(), place)).toBe('changed')
    expect(store.getState().actFailure?.code).toBe('not-allowed')
  })

  it('[UI58] nothing of it stays in memory once the app is locked, and a lease’s lock keeps only one’s own words', async () => {
    const appLock = { enabled: true, locked: false, lockAfterMinutes: 15 }
    const { actions, store, emit } = await opened({ getSession: () => ok(sessionOf({ appLock })) })
    const begin = () => {
      actions.write(thread, 'half a reply', 12)
      actions.quoteMessage(thread, { seq: 3, senderName: 'kingfisher', text: 'kingfisher' })
      actions.editMessage(place, messageOf(3, { content: { type: 'text', text: 'kingfisher' } }))
    }
    begin()
    emit('sessionChanged', sessionOf({ state: 'locked', appLock }))
    expect(JSON.stringify(store.getState().writing)).not.toContain('kingfisher')
    expect(fieldText(store.getState(), thread)).toBe('half a reply')
    emit('sessionChanged', sessionOf({ appLock }))
    begin()
    emit('sessionChanged', sessionOf({ state: 'locked', appLock: { ...appLock, locked: true } }))
    expect(store.getState().writing).toEqual({})
    actions.write(thread, 'typed after', 11)
    expect(store.getState().writing).toEqual({})
  })
})
