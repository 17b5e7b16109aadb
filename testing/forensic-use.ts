// Owns what the user of the forensic test does with the client alone: reading, searching, drafts, files, a group that is entered
// and left, the app's lock. Always holds: an act resolves once it has had its effect; acts leave the server as it was.

import type { ConversationId, FileId, FileInfo, UserId } from '../shared/model.ts'
import { type ForensicFiles, largeFileBytes, type MarkedFile } from './forensic-files.ts'
import type { ForensicTalk } from './forensic-talk.ts'
import type { Answer, ForensicClient, Marks } from './forensics.ts'

export interface ForensicUseParts {
  readonly marks: Marks
  readonly files: ForensicFiles
  readonly talk: ForensicTalk
  /** userName of the user. */
  readonly me: string
  readonly passphrase: string
  readonly newest: () => { readonly id: ConversationId; readonly body: string }
  readonly memberIds: () => readonly UserId[]
  /** A file that others handed in. */
  readonly adopted: (made: MarkedFile) => Promise<FileInfo>
  /** Somebody else says something in the newest conversation. */
  readonly say: (body: string, files: readonly FileInfo[]) => void
}

/** The acts. */
export function createForensicUse(parts: ForensicUseParts) {
  const { marks, files, talk, me, passphrase, newest, memberIds, adopted } = parts

  async function read(client: ForensicClient): Promise<void> {
    await client.must('setSettings', { language: 'en', theme: 'dark', listWidthPx: 300, lockAfterMinutes: 30 })
    const list = await client.must('listConversations', {})
    for (const { conversationId } of list.conversations) {
      let before: number | undefined
      for (let pages = 0; pages < 5; pages++) {
        const asked = { conversationId, limit: 50, ...(before === undefined ? {} : { before }) }
        before = (await client.must('readConversation', asked)).before
        if (before === undefined) break
      }
    }
    await client.must('listPeople', {})
  }

  async function search(client: ForensicClient): Promise<void> {
    const { body } = newest()
    await client.until(async () => (await client.must('search', { text: body })).hits.length > 0)
    const typed = marks.next('search query').text
    for (let length = 2; length <= typed.length; length += 3)
      await client.must('search', { text: typed.slice(0, length) })
    for (const text of [typed, `"${typed}"`, `from:${me} ${typed}`, `has:file ${body}`, `in:"${typed}"`]) {
      await client.must('search', { text })
    }
  }

  async function draft(client: ForensicClient): Promise<void> {
    const { text } = marks.next('draft')
    for (let length = 3; length <= text.length; length += 6) {
      await client.must('saveDraft', { conversationId: newest().id, text: text.slice(0, length) })
    }
    await client.must('saveDraft', { conversationId: newest().id, text: `${text}…` })
    await files.pick(client, newest().id, files.make('draft '))
  }

  async function send(client: ForensicClient): Promise<void> {
    const { id } = newest()
    await talk.say(client, id, `好 ${marks.next('sent body').text}`)
    await client.must('markRead', { conversationId: id, seq: 10 })
  }

  let doomedDraft: FileId | undefined
  async function attach(client: ForensicClient): Promise<void> {
    const { id } = newest()
    await files.attach(client, id, files.make('draft '))
    doomedDraft = await files.attach(client, id, files.make('detached '))
    for (const { fileId } of (await client.must('listAttachments', { conversationId: id })).attachments)
      await client.must('setThumbnail', { fileId, thumbnail: files.thumbnail() })
  }

  async function detach(client: ForensicClient): Promise<void> {
    if (doomedDraft === undefined) throw new Error('nothing was attached')
    await client.must('detachFile', { fileId: doomedDraft })
  }

  let left: ConversationId | undefined
  async function enter(client: ForensicClient): Promise<void> {
    left = await talk.enter(client, memberIds())
  }
  async function leave(client: ForensicClient): Promise<void> {
    if (left === undefined) throw new Error('nothing was entered')
    await talk.leave(client, left)
  }

  /** Of others, fetched, looked at, opened and saved; the opened copy stays. */
  async function receive(client: ForensicClient): Promise<void> {
    const made = files.make('received ')
    parts.say(marks.next('body').text, [await adopted(made)])
    await files.use(client, await files.fetch(client, newest().id, made.name), made)
  }

  async function takeInLarge(client: ForensicClient): Promise<void> {
    await files.attach(client, newest().id, files.make('draft ', largeFileBytes))
  }

  async function sendLarge(client: ForensicClient): Promise<void> {
    const { id } = newest()
    const fileId = await files.attach(client, id, files.make('sent ', largeFileBytes))
    const small = await files.attach(client, id, files.make('sent '))
    await client.must('setThumbnail', { fileId: small, thumbnail: files.thumbnail() })
    await client.must('sendMessage', { conversationId: id, body: '', fileIds: [fileId, small] })
    await client.until(async () => (await client.must('getSession', {})).queued === 0)
  }

  async function fetchLarge(client: ForensicClient): Promise<void> {
    const made = files.make('received ', largeFileBytes)
    parts.say(marks.next('body').text, [await adopted(made)])
    await files.fetch(client, newest().id, made.name)
  }

  async function unlock(client: ForensicClient): Promise<void> {
    for (;;) {
      const answer = await client.call('unlock', { passphrase })
      if (!answer.error) return
      if (answer.error.code !== 'rate-limited') throw new Error(`unlock: ${answer.error.code}`)
      const { retryAfterMs = 0 } = answer.error
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs))
    }
  }

  async function lock(client: ForensicClient): Promise<void> {
    const { appLock } = await client.must('getSession', {})
    if (!appLock.enabled) await client.must('setPassphrase', { next: passphrase })
    await client.must('lock', {})
    refused(await client.call('listConversations', {}), 'app-locked')
    refused(await client.call('unlock', { passphrase: marks.next('wrong passphrase').text }), 'passphrase-wrong')
    await unlock(client)
  }

  return {
    read,
    search,
    draft,
    send,
    attach,
    detach,
    enter,
    leave,
    receive,
    takeInLarge,
    sendLarge,
    fetchLarge,
    unlock,
    lock,
  }
}

function refused(answer: Answer<unknown>, code: string): void {
  if (answer.error?.code !== code) throw new Error(`expected ${code}, had ${answer.error?.code ?? 'success'}`)
}
