import { describe, expect, it } from 'vitest'
import type { ConversationId } from '../../shared/model.ts'
import { conversationOf, fail, messageOf, ok, pageOf, senderId, settle } from '../dev/fake-host.ts'
import { a, b, opened } from '../dev/fake-workspace.ts'

const made = `cnv_${'m'.repeat(20)}` as ConversationId
const argsOf = (asked: readonly { name: string; args: unknown }[], name: string) =>
  asked.filter((call) => call.name === name).map(({ args }) => args)

describe('making and finding conversations', () => {
  it('[UI73] one that was made opens once the list has it', async () => {
    const conversations = [conversationOf(a)]
    const { store, actions, emit } = await opened(
      { createConversation: () => ok({ conversationId: made }) },
      conversations,
    )
    expect(await actions.createConversation({ kind: 'group', name: 'x', memberIds: [senderId] })).toBeUndefined()
    expect(store.getState().openId).not.toBe(made)
    conversations.push(conversationOf(made))
    emit('conversationsChanged', {})
    await settle()
    expect(store.getState()).toMatchObject({ openId: made, awaitedId: undefined, pane: 'conversations' })
  })

  it('[UI73] what failed is told to whoever asked, and opens nothing', async () => {
    const { store, actions } = await opened({ createConversation: () => fail('already-exists') })
    const before = store.getState().openId
    const failure = await actions.createConversation({ kind: 'channel', name: 'x', memberIds: [] })
    expect(failure?.code).toBe('already-exists')
    expect(store.getState()).toMatchObject({ openId: before, awaitedId: undefined })
  })

  it('[UI73] writing to a person opens the conversation with them, and makes one only where there is none', async () => {
    const other = { userId: senderId, displayName: 'a', userName: 'a', active: true }
    const { store, actions, asked, count } = await opened({ createConversation: () => ok({ conversationId: b }) }, [
      conversationOf(a, { kind: 'direct', other }),
      conversationOf(b),
    ])
    await actions.messagePerson(senderId)
    expect(store.getState().openId).toBe(a)
    expect(count('createConversation')).toBe(0)
    const stranger = `usr_${'s'.repeat(20)}` as typeof senderId
    await actions.messagePerson(stranger)
    expect(argsOf(asked, 'createConversation')).toEqual([{ kind: 'direct', name: '', memberIds: [stranger] }])
    expect(store.getState().openId).toBe(b)
  })
})

describe('read and unread by hand', () => {
  const messages = [
    messageOf(1),
    messageOf(2),
    messageOf(3, { mine: true }),
    messageOf(4, { content: { type: 'notice', notice: 'joined', people: [] } }),
  ]

  it('[UI74] marking unread begins at the last words of another person, and leaves what is in view', async () => {
    const { store, actions, asked } = await opened({
      readConversation: ({ conversationId }) => ok({ ...pageOf(conversationId, 0, 4), messages }),
      setPrefs: () => ok({}),
    })
    await actions.openConversation(a)
    await actions.markUnread(a)
    expect(argsOf(asked, 'setPrefs')).toEqual([{ conversationId: a, unreadFromSeq: 2 }])
    expect(store.getState().openId).toBeUndefined()
    await actions.markUnread(a, 1)
    expect(argsOf(asked, 'setPrefs')).toHaveLength(2)
  })

  it('[UI74] one without a word of another person cannot be marked unread', async () => {
    const { actions, count } = await opened({
      readConversation: ({ conversationId }) => ok({ ...pageOf(conversationId, 0, 4), messages: messages.slice(2) }),
    })
    await actions.markUnread(a)
    expect(count('setPrefs')).toBe(0)
  })

  it('[UI74] what was marked unread is read once it is opened again, although its read mark is further', async () => {
    const { actions, asked } = await opened({}, [conversationOf(a, { unread: 1 }), conversationOf(b)])
    await actions.openConversation(a)
    actions.setAttention({ atEnd: true, focused: true })
    actions.setAttention({ atEnd: true, focused: true })
    expect(argsOf(asked, 'markRead')).toEqual([{ conversationId: a, seq: 3 }])
  })

  it('[UI74] marking read without opening reads to the newest message; a failure stands above the list', async () => {
    const { store, actions, asked } = await opened({
      markRead: () => fail('disk-full'),
      // The newest is an answer in a thread: the page does not show it.
      readConversation: ({ conversationId }) => ok({ ...pageOf(conversationId, 3, 0), newestSeq: 5 }),
    })
    await actions.markAllRead(b)
    expect(argsOf(asked, 'markRead')).toEqual([{ conversationId: b, seq: 5 }])
    expect(store.getState().listFailure?.code).toBe('disk-full')
    actions.dismissListFailure()
    expect(store.getState().listFailure).toBeUndefined()
  })
})
