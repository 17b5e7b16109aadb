// Owns the files of the forensic test and what its user does with them: attached, taken off, sent, received, looked at, opened,
// saved. Always holds: every line of a file bears a mark, its name another, and its hash is looked for too; an act resolves
// when it has had its effect.

import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { FileView, MessageView } from '../shared/bridge.ts'
import { limits } from '../shared/limits.ts'
import type { ConversationId, FileId, FileInfo } from '../shared/model.ts'
import type { ForensicClient, Marks } from './forensics.ts'
import type { Random } from './random.ts'

export interface MarkedFile {
  readonly name: string
  readonly content: Buffer
  readonly sha256: string
}

export interface ForensicFiles {
  /** A text file of about `bytes`; its marks are of the kinds `<kind>file name` and `<kind>file bytes`. */
  make(kind: string, bytes?: number): MarkedFile
  /** A picture's likeness with bytes of its own. */
  thumbnail(): NonNullable<FileInfo['thumbnail']>
  /** Hands a file over as a window does. */
  attach(client: ForensicClient, conversationId: ConversationId, file: MarkedFile): Promise<FileId>
  /** Chooses a file in the system's dialog; resolves once it is taken in. */
  pick(client: ForensicClient, conversationId: ConversationId, file: MarkedFile): Promise<void>
  /** Fetches the file of this name, which a message on the page up to `before` has. */
  fetch(client: ForensicClient, conversationId: ConversationId, name: string, before?: number): Promise<FileId>
  /** Looks at a file, opens it with another program, and saves it. */
  use(client: ForensicClient, fileId: FileId, file: MarkedFile): Promise<void>
}

/** Beyond one part. */
export const largeFileBytes = limits.filePartBytes + 100_000

export function createForensicFiles(random: Random, marks: Marks): ForensicFiles {
  async function viewOf(client: ForensicClient, conversationId: ConversationId, name: string, before?: number) {
    const asked = { conversationId, limit: 60, ...(before === undefined ? {} : { before }) }
    const { messages } = await client.must('readConversation', asked)
    return messages.flatMap(filesOf).find((file) => file.name === name)
  }

  return {
    make(kind, bytes = 30_000 + random.int(100_000)) {
      const name = `${marks.next(`${kind}file name`).text}.txt`
      const { text } = marks.next(`${kind}file bytes`)
      let lines = ''
      while (lines.length < 16_384) lines += `${text} ${Buffer.from(random.bytes(30)).toString('base64')}\n`
      const block = Buffer.from(lines)
      const content = Buffer.concat(Array.from({ length: Math.ceil(bytes / block.length) }, () => block))
      const sha256 = createHash('sha256').update(content).digest('base64url')
      marks.add({ name: 'file digest', text: sha256 })
      return { name, content, sha256 }
    },
    thumbnail() {
      const bytes = random.bytes(600)
      marks.add({ name: 'thumbnail', bytes: Buffer.from(bytes).subarray(60, 120) })
      return { mediaType: 'image/webp', data: Buffer.from(bytes).toString('base64'), widthPx: 400, heightPx: 300 }
    },
    async attach(client, conversationId, { name, content }) {
      const asked = { conversationId, name, mediaType: 'text/plain', bytes: content.length }
      const { fileId } = await client.must('attachFile', asked)
      for (let offset = 0; offset < content.length; offset += limits.fileSliceBytes) {
        const data = content.subarray(offset, offset + limits.fileSliceBytes).toString('base64')
        await client.must('appendFile', { fileId, offset, data })
      }
      return fileId
    },
    async pick(client, conversationId, { name, content }) {
      const chosen = path.join(client.outside, 'chosen')
      rmSync(chosen, { recursive: true, force: true })
      mkdirSync(chosen, { recursive: true })
      writeFileSync(path.join(chosen, name), content)
      const { fileIds } = await client.must('pickFiles', { conversationId })
      if (fileIds.length !== 1) throw new Error('one file was chosen')
      await client.until(async () => {
        const { attachments } = await client.must('listAttachments', { conversationId })
        return attachments.some(({ fileId, transfer }) => fileIds.includes(fileId) && transfer.state === 'here')
      })
    },
    async fetch(client, conversationId, name, before) {
      let fileId: FileId | undefined
      await client.until(async () => {
        const view = await viewOf(client, conversationId, name, before)
        if (view?.fileId && fileId === undefined) {
          fileId = view.fileId
          await client.must('fetchFile', { fileId })
        }
        if (view?.transfer?.state === 'failed') throw new Error(`fetching: ${view.transfer.failure.code}`)
        return view?.transfer?.state === 'here'
      })
      if (fileId === undefined) throw new Error('no such file')
      return fileId
    },
    async use(client, fileId, { content }) {
      const { kind, canOpen } = await client.must('inspectFile', { fileId })
      if (kind !== 'text' || !canOpen) throw new Error('the file cannot be opened')
      const { data } = await client.must('readFile', { fileId, offset: 0, length: 20_000 })
      if (!content.subarray(0, 20_000).equals(Buffer.from(data, 'base64'))) throw new Error('the preview differs')
      await client.must('openFile', { fileId })
      await client.must('saveFile', { fileId })
    },
  }
}

function filesOf({ content }: MessageView): readonly FileView[] {
  return content.type === 'text' ? (content.files ?? []) : []
}
