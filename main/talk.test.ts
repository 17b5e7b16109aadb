// Owns the proof of conversations as people use them, through whole apps on a real server: made, joined, changed, talked in,
// watched, notified of; and that what needs a connection says so.

import { afterEach, describe, expect, test } from 'vitest'
import type { MessageView } from '../shared/bridge.ts'
import type { ConversationId, UserId } from '../shared/model.ts'
import { type Desk, endDesks, enrolled, idle, live, say, session, shows, startServer, texts } from '../testing/desk.ts'
import { codeOf, must } from '../testing/fake-shell.ts'

afterEach(endDesks)

const conversations = async ({ shell }: Desk) => must(await shell.call('listConversations', {})).conversations
const view = async (desk: Desk, id: ConversationId) =>
  (await conversations(desk)).find(({ conversationId }) => conversationId === id)
const sees = (desk: Desk, id: ConversationId) => desk.shell.until(async () => (await view(desk, id)) !== undefined)
const messages = async ({ shell }: Desk, conversationId: ConversationId): Promise<readonly MessageView[]> =>
  must(await shell.call('readConversation', { conversationId, limit: 100 })).messages
const message = async (desk: Desk, id: ConversationId, text: string): Promise<MessageView | undefined> =>
  (await messages(desk, id)).find(({ content }) => content.type === 'text' && content.text === text)
const meOf = async (desk: Desk): Promise<UserId> => (await session(desk)).me?.userId as UserId

/** Two people, live, in a conversation of theirs. */
async function pair() {
  const server = await startServer()
  const id = server.found('合規', ['tai-man', 'ka-yan'])
  const one = await enrolled(server, 'tai-man')
  const two = await enrolled(server, 'ka-yan')
  for (const desk of [one, two]) await sees(desk, id)
  return { server, id, one, two }
}

describe('conversations', () => {
  test('[APP61] made, renamed, left and joined again: both sides follow', async () => {
    const { one, two } = await pair()
    const memberIds = [await meOf(two)]
    const made = must(
      await one.shell.call('createConversation', { kind: 'channel', name: '核數', isOpen: true, memberIds }),
    )
    // The call answers once the conversation is there to be opened.
    expect(await view(one, made.conversationId)).toMatchObject({ name: '核數', isOpen: true, ownerId: await meOf(one) })
    await sees(two, made.conversationId)
    must(await one.shell.call('changeConversation', { ...made, name: '核數組', topic: '年結' }))
    await two.shell.until(async () => (await view(two, made.conversationId))?.name === '核數組')
    expect(await view(two, made.conversationId)).toMatchObject({ topic: '年結' })
    must(await two.shell.call('leaveConversation', made))
    await two.shell.until(async () => (await view(two, made.conversationId)) === undefined)
    await one.shell.until(async () => (await view(one, made.conversationId))?.memberIds.length === 1)
    const { found } = must(await two.shell.call('browseConversations', { text: '核' }))
    expect(found).toMatchObject([{ ...made, name: '核數組', members: 1, isMember: false }])
    must(await two.shell.call('joinConversation', made))
    expect(await view(two, made.conversationId)).toMatchObject({ name: '核數組' })
    await one.shell.until(async () => (await view(one, made.conversationId))?.memberIds.length === 2)
  })

  test('[APP62] without a connection what must be asked says so, and what the outbox carries waits', async () => {
    const { server, id, one } = await pair()
    await say(one, id, 'before')
    await idle(one)
    await server.stop()
    await one.shell.until(async () => (await session(one)).state === 'offline')
    const { shell } = one
    for (const asked of [
      shell.call('createConversation', { kind: 'group', name: 'x', memberIds: [] }),
      shell.call('leaveConversation', { conversationId: id }),
      shell.call('browseConversations', { text: '' }),
    ])
      expect(codeOf(await asked)).toBe('offline')
    const seq = (await message(one, id, 'before'))?.seq as number
    must(await shell.call('react', { conversationId: id, seq, emoji: '👍', on: true }))
    must(await shell.call('setPrefs', { conversationId: id, muted: true, pinned: true }))
    expect((await message(one, id, 'before'))?.reactions).toMatchObject([{ emoji: '👍', mine: true }])
    await server.start()
    must(await shell.call('retryConnection', {}))
    await live(one)
    await idle(one)
    const other = await enrolled(server, 'tai-man')
    await sees(other, id)
    await other.shell.until(async () => (await view(other, id))?.pinned === true)
    expect(await view(other, id)).toMatchObject({ muted: true })
    await shows(other, id, 'before')
    expect((await message(other, id, 'before'))?.reactions).toMatchObject([{ emoji: '👍', mine: true }])
  })
})

describe('messages', () => {
  test('[APP63] edited, replied to in a thread, deleted: the other side follows, in one order', async () => {
    const { id, one, two } = await pair()
    await say(one, id, 'draft')
    await shows(two, id, 'draft')
    const seq = (await message(two, id, 'draft'))?.seq as number
    must(await one.shell.call('editMessage', { conversationId: id, seq, body: 'final' }))
    await shows(two, id, 'final')
    expect(
      must(await two.shell.call('readEdits', { conversationId: id, seq })).versions.map(({ text }) => text),
    ).toEqual(['draft', 'final'])
    must(await two.shell.call('sendMessage', { conversationId: id, body: 'reply', threadSeq: seq }))
    await one.shell.until(async () => (await message(one, id, 'final'))?.thread?.replies === 1)
    expect(await texts(one, id)).toEqual(['final'])
    const thread = must(await one.shell.call('readThread', { conversationId: id, rootSeq: seq }))
    expect(thread.replies.map(({ content }) => content.type === 'text' && content.text)).toEqual(['reply'])
    must(await one.shell.call('deleteMessage', { conversationId: id, seq }))
    await two.shell.until(async () => (await messages(two, id)).some(({ content }) => content.type === 'deleted'))
    expect(await texts(two, id)).toEqual([])
  })

  test('[APP64] an act that the server refuses is shown on its message, to be discarded', async () => {
    const { id, one, two } = await pair()
    await say(one, id, 'mine')
    await shows(two, id, 'mine')
    const seq = (await message(two, id, 'mine'))?.seq as number
    const { clientId } = must(await two.shell.call('editMessage', { conversationId: id, seq, body: 'stolen' }))
    const pending = async () => (await messages(two, id)).find((shown) => shown.seq === seq)?.pending
    await two.shell.until(async () => (await pending())?.failure !== undefined)
    expect(await pending()).toMatchObject({ clientId, act: 'edit', failure: { code: 'not-allowed' } })
    must(await two.shell.call('discardMessage', { clientId }))
    expect(await pending()).toBeUndefined()
    expect(await texts(one, id)).toEqual(['mine'])
  })
})

describe('who is there', () => {
  test('[APP65] presence and typing reach whoever looks, and end with the connection', async () => {
    const { server, id, one, two } = await pair()
    const people = [await meOf(two)]
    must(await two.shell.call('noteActivity', {}))
    must(await one.shell.call('setView', { conversationId: id, people }))
    const told = (name: 'presenceChanged' | 'typingChanged') =>
      one.shell.events.filter((event) => event.name === name).at(-1)?.payload
    await one.shell.until(() => told('presenceChanged') !== undefined)
    expect(told('presenceChanged')).toEqual({ people: [{ userId: people[0], state: 'active' }] })
    await one.shell.until(async () => {
      must(await two.shell.call('noteTyping', { conversationId: id }))
      return told('typingChanged') !== undefined
    })
    expect(told('typingChanged')).toEqual({ conversationId: id, typing: [{ userId: people[0] }] })
    await say(two, id, 'typed')
    await shows(one, id, 'typed')
    expect(told('typingChanged')).toEqual({ conversationId: id, typing: [] })
    await server.stop()
    await one.shell.until(async () => (await session(one)).state === 'offline')
    expect(told('presenceChanged')).toEqual({ people: [{ userId: people[0], state: 'offline' }] })
  })
})

describe('notifications', () => {
  test('[APP66] none for what is in view, one for the rest; a click shows the message', async () => {
    const { id, one, two } = await pair()
    must(await two.shell.call('setView', { conversationId: id, people: [] }))
    two.shell.focused = true
    await say(one, id, 'looked at')
    await shows(two, id, 'looked at')
    expect(two.shell.notices).toEqual([])
    two.shell.focused = false
    await say(one, id, 'not looked at')
    await two.shell.until(() => two.shell.notices.length > 0)
    expect(two.shell.notices).toMatchObject([{ title: '陳大文', body: 'not looked at' }])
    two.shell.notices[0]?.onClick()
    await two.shell.until(() => two.shell.events.some(({ name }) => name === 'messageAsked'))
    const seq = (await message(two, id, 'not looked at'))?.seq
    const asked = two.shell.events.find(({ name }) => name === 'messageAsked')
    expect(asked?.payload).toEqual({ conversationId: id, seq })
  })

  test('[APP67] the user’s other device, a muted conversation and the setting "none" make none; the badge follows', async () => {
    const { server, id, one, two } = await pair()
    const second = await enrolled(server, 'tai-man')
    await sees(second, id)
    must(await two.shell.call('setPrefs', { conversationId: id, muted: true }))
    await say(one, id, 'quiet')
    for (const desk of [two, second]) await shows(desk, id, 'quiet')
    expect([second.shell.notices, two.shell.notices]).toEqual([[], []])
    expect(await view(two, id)).toMatchObject({ unread: 1, muted: true })
    expect(two.shell.status?.unread).toBe(0)
    must(await two.shell.call('setPrefs', { conversationId: id, muted: false }))
    await two.shell.until(() => two.shell.status?.unread === 1)
    must(await two.shell.call('setSettings', { notify: 'none' }))
    await say(one, id, 'still quiet')
    await shows(two, id, 'still quiet')
    expect(two.shell.notices).toEqual([])
  })

  test('[APP68] locking takes back what is shown, and a locked app notifies of nothing', async () => {
    const { id, one, two } = await pair()
    must(await two.shell.call('setPassphrase', { next: 'long enough' }))
    await say(one, id, 'shown')
    await two.shell.until(() => two.shell.notices.length === 1)
    const cleared = two.shell.noticesCleared
    must(await two.shell.call('lock', {}))
    expect(two.shell.noticesCleared).toBeGreaterThan(cleared)
    await say(one, id, 'secret')
    await idle(one)
    must(await two.shell.call('unlock', { passphrase: 'long enough' }))
    await shows(two, id, 'secret')
    expect(two.shell.notices).toHaveLength(1)
  })
})

describe('files', () => {
  test('[APP69] handed over by the window, sent, fetched and read on the other side', async () => {
    const { id, one, two } = await pair()
    const bytes = Buffer.from('第一行\nsecond line\n')
    const { fileId } = must(
      await one.shell.call('attachFile', {
        conversationId: id,
        name: '筆記.txt',
        mediaType: 'text/plain',
        bytes: bytes.length,
      }),
    )
    must(await one.shell.call('appendFile', { fileId, offset: 0, data: bytes.toString('base64') }))
    must(await one.shell.call('sendMessage', { conversationId: id, body: '', fileIds: [fileId] }))
    await idle(one)
    const file = async () => {
      const found =
        (await messages(two, id)).flatMap(({ content }) => (content.type === 'text' ? content.files : [])) ?? []
      return found[0]
    }
    await two.shell.until(async () => (await file()) !== undefined)
    const got = (await file())?.fileId as typeof fileId
    must(await two.shell.call('fetchFile', { fileId: got }))
    await two.shell.until(async () => (await file())?.transfer?.state === 'here')
    const read = must(await two.shell.call('readFile', { fileId: got, offset: 0, length: 1000 }))
    expect(Buffer.from(read.data, 'base64').toString()).toBe(bytes.toString())
    expect(must(await two.shell.call('inspectFile', { fileId: got }))).toMatchObject({ kind: 'text' })
  })
})

describe('policy', () => {
  test('[APP71] what the server last told holds at a start without a connection', async () => {
    const { server, one } = await pair()
    server.setPolicy({ downloads: false, notifications: 'sender' })
    await one.shell.until(async () => (await session(one)).may.takeFiles === false)
    // A window that is open learns it, too.
    await one.shell.until(() =>
      one.shell.events.some(({ name, payload }) => name === 'sessionChanged' && !payload.may.takeFiles),
    )
    await server.stop()
    const again = await one.restart()
    expect(await session(again)).toMatchObject({
      may: { takeFiles: false, forward: true, edit: true, delete: true },
      notifications: 'sender',
    })
    expect((await session(again)).state).not.toBe('live')
  })
})
