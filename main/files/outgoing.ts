// Owns which files are sent: those of the messages that wait in the outbox, and no others.
// Always holds: the store's outbox is the truth and is read anew each time; a message is ready once the server has all its
// files, in this run of the program: after a restart the server is asked again.

import type { ClientId, FileId } from '../../shared/model.ts'
import { type Failure, fail } from '../../shared/result.ts'
import type { FileStore } from './holdings.ts'
import type { Uploads } from './uploads.ts'

export interface OutgoingParts {
  readonly store: Pick<FileStore, 'file' | 'waiting' | 'outboxEntry'>
  readonly uploads: () => Uploads
  readonly readyToSend: (clientId: ClientId) => void
  readonly cannotSend: (clientId: ClientId, failure: Failure) => void
}

export interface Outgoing {
  /** Sends the files of what waits, and ends what is sent for nothing. */
  sendWaiting(): void
  /** The user wants this message tried again. */
  retry(clientId: ClientId): void
  ready(clientId: ClientId): boolean
  /** The server has this file. */
  arrived(fileId: FileId): void
  /** The server will never have it. */
  failed(fileId: FileId, failure: Failure): void
}

const nothingUnderWay: ReadonlySet<ClientId> = new Set()

export function createOutgoing({ store, uploads, readyToSend, cannotSend }: OutgoingParts): Outgoing {
  const filesOf = (clientId: ClientId): readonly FileId[] => {
    const record = store.outboxEntry(clientId)?.record
    return record?.type === 'message' ? (record.files ?? []).map(({ fileId }) => fileId) : []
  }

  const waiting = () =>
    store.waiting(nothingUnderWay).flatMap(({ record: { clientId } }) => {
      const fileIds = filesOf(clientId)
      return fileIds.length > 0 ? [{ clientId, fileIds }] : []
    })

  const messagesWith = (fileId: FileId): ClientId[] =>
    waiting().flatMap(({ clientId, fileIds }) => (fileIds.includes(fileId) ? [clientId] : []))

  const ready = (clientId: ClientId) => filesOf(clientId).every((fileId) => uploads().isDone(fileId))

  function sendWaiting(): void {
    const messages = waiting()
    const wanted = new Set(messages.flatMap(({ fileIds }) => fileIds))
    for (const fileId of uploads().known()) if (!wanted.has(fileId)) void uploads().cancel(fileId)
    for (const fileId of wanted) {
      const record = store.file(fileId)
      if (record?.whole) uploads().want(record)
    }
    for (const { clientId, fileIds } of messages)
      if (fileIds.some((fileId) => !store.file(fileId))) cannotSend(clientId, fail('file-missing').error)
  }

  return {
    sendWaiting,
    retry(clientId) {
      for (const fileId of filesOf(clientId)) uploads().forgive(fileId)
      sendWaiting()
    },
    ready,
    arrived(fileId) {
      for (const clientId of messagesWith(fileId)) if (ready(clientId)) readyToSend(clientId)
    },
    failed(fileId, failure) {
      for (const clientId of messagesWith(fileId)) cannotSend(clientId, failure)
    },
  }
}
