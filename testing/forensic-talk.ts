// Owns what the user of the forensic test does in conversations besides writing and reading: threads, quotes, forwarding,
// mentions, reactions, edits and deletions of their own, names and settings; groups that are made and left.
// Always holds: an act resolves once the server has what was done, or, where it is told so, once it waits in the outbox.

import type { MessageView } from '../shared/bridge.ts'
import type { ClientId, ConversationId, UserId } from '../shared/model.ts'
import type { ForensicFiles } from './forensic-files.ts'
import type { ForensicClient, Marks } from './forensics.ts'

export interface ForensicTalk {
  /** All that can be done with messages, in one conversation. `forward` names a message of another. */
  talk(client: ForensicClient, id: ConversationId, forward: Source): Promise<void>
  /** The conversation gets another name and topic, and settings of this user. */
  arrange(client: ForensicClient, id: ConversationId): Promise<void>
  /** Makes a group with words and a file in it. */
  enter(client: ForensicClient, memberIds: readonly UserId[]): Promise<ConversationId>
  /** Leaves a conversation; resolves once it is gone here. */
  leave(client: ForensicClient, id: ConversationId): Promise<void>
  /** Writes `body` and gives its seq. */
  say(client: ForensicClient, id: ConversationId, body: string): Promise<number>
  /** An edit, a deletion, a reaction and a message with a file, which wait. `seqs`: three messages of this user. */
  leaveWaiting(client: ForensicClient, id: ConversationId, seqs: readonly number[]): Promise<void>
}

interface Source {
  readonly conversationId: ConversationId
  readonly seq: number
}

export function createForensicTalk(marks: Marks, files: ForensicFiles): ForensicTalk {
  const newest = async (client: ForensicClient, conversationId: ConversationId) =>
    (await client.must('readConversation', { conversationId, limit: 60 })).messages

  /** Resolves with the seq of the message once the server has it. */
  async function arrived(
    client: ForensicClient,
    messages: () => Promise<readonly MessageView[]>,
    clientId: ClientId,
  ): Promise<number> {
    let seq: number | undefined
    await client.until(async () => {
      const found = (await messages()).find((message) => message.clientId === clientId)
      if (found?.delivery.state === 'failed') throw new Error(`sending: ${found.delivery.failure.code}`)
      seq = found?.seq
      return seq !== undefined
    })
    return seq as number
  }

  async function say(client: ForensicClient, conversationId: ConversationId, body: string): Promise<number> {
    const { clientId } = await client.must('sendMessage', { conversationId, body })
    return arrived(client, () => newest(client, conversationId), clientId)
  }

  /** Nothing of this user waits any more. */
  const settled = (client: ForensicClient) =>
    client.until(async () => {
      const { conversations } = await client.must('listConversations', {})
      if (conversations.some(({ failed }) => failed > 0)) throw new Error('the server refused something')
      return (await client.must('getSession', {})).queued === 0
    })

  return {
    say,
    async talk(client, conversationId, forward) {
      await client.must('setView', { conversationId, people: [] })
      await client.must('noteTyping', { conversationId })
      const rootSeq = await say(client, conversationId, `起 ${marks.next('sent body').text}`)
      const reply = { conversationId, body: marks.next('thread body').text, threadSeq: rootSeq }
      const { clientId } = await client.must('sendMessage', reply)
      const thread = async () => (await client.must('readThread', { conversationId, rootSeq })).replies
      await arrived(client, thread, clientId)
      const [who] = (await client.must('listPeople', {})).people
      if (!who) throw new Error('nobody is there')
      const name = `@${who.displayName}`
      const mentions = [{ type: 'person' as const, start: 0, end: name.length, userId: who.userId }]
      const body = `${name} ${marks.next('mentioning body').text}`
      await client.must('sendMessage', { conversationId, body, mentions, quoteSeq: rootSeq })
      await client.must('sendMessage', { conversationId, body: marks.next('forwarding body').text, forward })
      await client.must('sendMessage', { conversationId, body: '', forward })
      for (const emoji of ['👍', '🎉', '🦁']) {
        await client.must('react', { conversationId, seq: rootSeq, emoji, on: true })
      }
      await client.must('react', { conversationId, seq: rootSeq, emoji: '🦁', on: false })
      await client.must('editMessage', { conversationId, seq: rootSeq, body: marks.next('edited body').text })
      await settled(client)
      await client.must('readEdits', { conversationId, seq: rootSeq })
      await client.must('seqAt', { conversationId, atMs: Date.now() - 3_600_000 })
      await client.must('setView', { people: [] })
    },
    async arrange(client, conversationId) {
      const name = marks.next('new conversation name').text
      await client.must('changeConversation', { conversationId, name, topic: marks.next('new topic').text })
      await client.must('setPrefs', { conversationId, pinned: true, muted: true, unreadFromSeq: 20 })
      await client.must('browseConversations', { text: marks.next('browsed text').text })
      await client.until(async () => {
        const { conversations } = await client.must('listConversations', {})
        return conversations.some((each) => each.name === name && each.pinned)
      })
    },
    async enter(client, memberIds) {
      const made = {
        kind: 'group' as const,
        name: marks.next('left conversation name').text,
        memberIds: [...memberIds],
      }
      const { conversationId } = await client.must('createConversation', made)
      await say(client, conversationId, marks.next('left body').text)
      const file = files.make('left ')
      const fileId = await files.attach(client, conversationId, file)
      await client.must('sendMessage', { conversationId, body: '', fileIds: [fileId] })
      await settled(client)
      await files.attach(client, conversationId, files.make('left '))
      await client.must('saveDraft', { conversationId, text: marks.next('left draft').text })
      return conversationId
    },
    async leave(client, conversationId) {
      await client.must('leaveConversation', { conversationId })
      await client.until(async () => {
        const { conversations } = await client.must('listConversations', {})
        return !conversations.some((each) => each.conversationId === conversationId)
      })
    },
    async leaveWaiting(client, conversationId, [edited = 0, deleted = 0, reacted = 0]) {
      const body = marks.next('waiting edit').text
      await client.must('editMessage', { conversationId, seq: edited, body })
      await client.must('deleteMessage', { conversationId, seq: deleted })
      await client.must('react', { conversationId, seq: reacted, emoji: '⏳', on: true })
      const fileId = await files.attach(client, conversationId, files.make('waiting '))
      await client.must('sendMessage', { conversationId, body: marks.next('outbox body').text, fileIds: [fileId] })
    },
  }
}
