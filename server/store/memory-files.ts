// Owns the files' part of the in-memory twin: uploads, files, who has handed them in and which messages have them.
// Always holds: it answers as sqlite-files.ts does; each change is made by the twin's own `put` and `drop`, which undo it.

import type { ConversationId, UserId } from '../../shared/model.ts'
import type { FileRow, StoreTx, UploadRow } from './port.ts'

type FileMaps = Pick<
  StoreTx,
  | 'upload'
  | 'uploadsOf'
  | 'uploadsBefore'
  | 'putUpload'
  | 'dropUpload'
  | 'file'
  | 'insertFile'
  | 'holdsFile'
  | 'addHolder'
  | 'fileIn'
  | 'seesFile'
  | 'addFileRef'
  | 'dropFileRefs'
>

interface FileRef {
  readonly sha256: string
  readonly conversationId: ConversationId
  readonly seq: number
}

export function createFileMaps(twin: {
  put<K, V>(map: Map<K, V>, key: K, value: V): void
  drop<K, V>(map: Map<K, V>, key: K): void
  insert<K, V>(map: Map<K, V>, key: K, value: V): void
  hasUser(userId: UserId): boolean
  hasConversation(conversationId: ConversationId): boolean
  isMember(conversationId: ConversationId, userId: UserId): boolean
  withdrawnSeq(conversationId: ConversationId): number
}): FileMaps {
  const { put, drop, insert } = twin
  const uploads = new Map<string, UploadRow>()
  const files = new Map<string, FileRow>()
  const holders = new Map<string, true>()
  const refs = new Map<string, FileRef>()

  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  const byPlace = (a: UploadRow, b: UploadRow) => byText(a.userId, b.userId) || byText(a.sha256, b.sha256)
  const ownKey = (userId: UserId, sha256: string) => `${userId} ${sha256}`
  const refKey = (ref: FileRef) => `${ref.sha256} ${ref.conversationId} ${ref.seq}`
  function demand(holds: boolean, what: string): void {
    if (!holds) throw new Error(what)
  }

  return {
    upload: (userId, sha256) => uploads.get(ownKey(userId, sha256)),
    uploadsOf: (userId) =>
      [...uploads.values()]
        .filter((row) => row.userId === userId)
        .sort((a, b) => b.touchedAtMs - a.touchedAtMs || byPlace(a, b)),
    uploadsBefore: (touchedMs) =>
      [...uploads.values()]
        .filter((row) => row.touchedAtMs < touchedMs)
        .sort((a, b) => a.touchedAtMs - b.touchedAtMs || byPlace(a, b)),
    putUpload: (row) => {
      const key = ownKey(row.userId, row.sha256)
      demand(twin.hasUser(row.userId), 'no such user')
      for (const [other, { folder }] of uploads) demand(other === key || folder !== row.folder, 'the folder is taken')
      put(uploads, key, row)
    },
    dropUpload: (userId, sha256) => drop(uploads, ownKey(userId, sha256)),

    file: (sha256) => files.get(sha256),
    insertFile: (row) => {
      for (const { folder } of files.values()) demand(folder !== row.folder, 'the folder is taken')
      insert(files, row.sha256, row)
    },
    holdsFile: (userId, sha256) => holders.has(ownKey(userId, sha256)),
    addHolder: (userId, sha256) => {
      demand(files.has(sha256) && twin.hasUser(userId), 'no such file or user')
      put(holders, ownKey(userId, sha256), true)
    },
    fileIn: (sha256, conversationId, seq) => refs.has(refKey({ sha256, conversationId, seq })),
    seesFile: (userId, sha256) => {
      for (const ref of refs.values()) {
        const isTold = ref.seq > twin.withdrawnSeq(ref.conversationId)
        if (ref.sha256 === sha256 && isTold && twin.isMember(ref.conversationId, userId)) return true
      }
      return false
    },
    addFileRef: (sha256, conversationId, seq) => {
      demand(files.has(sha256) && twin.hasConversation(conversationId), 'no such file or conversation')
      const ref = { sha256, conversationId, seq }
      put(refs, refKey(ref), ref)
    },
    dropFileRefs: (conversationId, seq) => {
      for (const [key, ref] of [...refs]) if (ref.conversationId === conversationId && ref.seq === seq) drop(refs, key)
    },
  }
}
