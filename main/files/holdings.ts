// Owns what of the store the files module works on, and finding a file in it: by its own id, by the message that has it, by
// conversation and hash. Always holds: the store's records are the truth and are asked anew each time, since the store drops
// them by itself; what it dropped is told once, so that folders and jobs follow.

import type { ConversationId, FileId } from '../../shared/model.ts'
import type { FilePlace, FileRecord, Store } from '../store/store.ts'

export type FileStore = Pick<
  Store,
  'files' | 'file' | 'addFile' | 'putFile' | 'fileKey' | 'dropFiles' | 'filePlace' | 'waiting' | 'outboxEntry'
>

export interface Holdings {
  readonly store: FileStore
  /** The record of this content in this conversation; one that is whole before others. */
  ofContent(conversationId: ConversationId, sha256: string): FileRecord | undefined
  /** What an id of the window means: a file of ours, or a file of a message with what is here of it. */
  locate(fileId: FileId): { readonly record?: FileRecord; readonly place?: FilePlace } | undefined
  /** False where its conversation is gone. */
  add(record: FileRecord): boolean
  /** Changes a record that is still there. */
  change(fileId: FileId, change: Partial<FileRecord>): FileRecord | undefined
  /** Forgets records and their keys. Their folders are then to be removed: see vanished(). */
  drop(fileIds: readonly FileId[]): void
  /** Files that have left the store since this was asked last, with their folders. */
  vanished(): { readonly fileId: FileId; readonly folder: string }[]
}

const keyOf = (conversationId: ConversationId, sha256: string) => `${conversationId}|${sha256}`

export function createHoldings(store: FileStore): Holdings {
  const folders = new Map<FileId, string>()
  const byContent = new Map<string, Set<FileId>>()

  function learn(record: FileRecord): void {
    folders.set(record.fileId, record.folder)
    if (record.sha256 === undefined) return
    const key = keyOf(record.conversationId, record.sha256)
    const known = byContent.get(key)
    if (known) known.add(record.fileId)
    else byContent.set(key, new Set([record.fileId]))
  }

  function ofContent(conversationId: ConversationId, sha256: string): FileRecord | undefined {
    const key = keyOf(conversationId, sha256)
    const ids = byContent.get(key)
    if (!ids) return undefined
    let best: FileRecord | undefined
    for (const fileId of ids) {
      const record = store.file(fileId)
      if (!record) ids.delete(fileId)
      // What is attached to a draft is nobody's to see yet as part of a message.
      else if (record.role !== 'draft' && (!best || (record.whole && !best.whole))) best = record
    }
    if (ids.size === 0) byContent.delete(key)
    return best
  }

  store.files().forEach(learn)

  return {
    store,
    ofContent,
    locate(fileId) {
      const own = store.file(fileId)
      const place = store.filePlace(fileId)
      if (!place) return own && { record: own }
      const record = own ?? ofContent(place.conversationId, place.file.sha256)
      return record ? { record, place } : { place }
    },
    add(record) {
      const isAdded = store.addFile(record)
      if (isAdded) learn(record)
      return isAdded
    },
    change(fileId, change) {
      const before = store.file(fileId)
      if (!before) return undefined
      const after = { ...before, ...change }
      if (!store.putFile(after)) return undefined
      learn(after)
      return after
    },
    drop(fileIds) {
      const known = fileIds.filter((fileId) => store.file(fileId))
      if (known.length > 0) store.dropFiles(known)
    },
    vanished() {
      const gone = [...folders].filter(([fileId]) => !store.file(fileId))
      for (const [fileId] of gone) folders.delete(fileId)
      return gone.map(([fileId, folder]) => ({ fileId, folder }))
    },
  }
}
