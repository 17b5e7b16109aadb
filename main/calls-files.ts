// Owns the answers to calls about files: the window's words (FileId, base64) turned into what the files module takes.
// Always holds: no path crosses in either direction; a path that the user chose goes from the dialog to the files module alone.

import type { fileCalls } from '../shared/bridge-files.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { CallParts, Handlers, OpenParts } from './calls-parts.ts'

const done = (result: Result<void>): Result<Record<string, never>> => (result.ok ? ok({}) : result)

/** The handlers of fileCalls. */
export function fileHandlers(parts: CallParts, { files, store }: OpenParts): Handlers<keyof typeof fileCalls> {
  return {
    async pickFiles({ conversationId }) {
      if (!store().position(conversationId)) return fail('not-found', 'No such conversation.')
      const picked = await parts.pickFiles()
      const paths = picked.map(({ path }) => path)
      return paths.length === 0 ? ok({ fileIds: [] }) : files().pick(conversationId, paths)
    },
    attachFile: (args) => files().attach(args),
    async appendFile({ fileId, offset, data }) {
      const bytes = fromBase64(data)
      if (!bytes) return fail('bad-input', 'The slice is not base64.')
      return done(await files().append(fileId, offset, bytes))
    },
    listAttachments({ conversationId }) {
      if (!store().position(conversationId)) return fail('not-found', 'No such conversation.')
      return ok({ attachments: files().list(conversationId) })
    },
    setThumbnail: ({ fileId, thumbnail }) => done(files().setThumbnail(fileId, thumbnail)),
    detachFile: ({ fileId }) => done(files().detach(fileId)),
    fetchFile: ({ fileId }) => done(files().fetch(fileId)),
    cancelFile: ({ fileId }) => done(files().cancel(fileId)),
    async inspectFile({ fileId }) {
      const inspected = await files().inspect(fileId)
      if (!inspected.ok) return inspected
      const { kind, mediaType, canOpen, canSave } = inspected.value
      return ok({ kind, mediaType, canOpen, canSave })
    },
    async readFile({ fileId, offset, length }) {
      const read = await files().read(fileId, offset, length)
      return read.ok ? ok({ data: Buffer.from(read.value).toString('base64') }) : read
    },
    openFile: async ({ fileId }) => done(await files().open(fileId)),
    saveFile: ({ fileId }) => files().save(fileId),
  }
}

/** The bytes, in memory of their own; undefined where `text` is not canonical base64. */
function fromBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? Uint8Array.from(bytes) : undefined
}
