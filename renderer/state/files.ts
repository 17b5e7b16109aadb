// Owns the files attached to drafts, as main tells them, handing over what was dropped or pasted, and the acts on files of
// messages. Always holds: one file is handed over at a time, its slices in order, each after the last was taken; what is
// too large, too many or a folder is refused before a byte of it is read; what a file is, main tells from its bytes.
// Must never: keep a file, a name or a byte in memory once the cache may no longer be read.

import type { Attachment, BridgeResult, CallResult, FailureView, MessageView } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import type { ConversationId, FileId } from '../../shared/model.ts'
import { fromBase64, toBase64 } from '../files/base64.ts'
import type { PictureSize } from '../files/picture-size.ts'
import type { Pictures } from '../files/pictures.ts'
import { shortenedName } from '../text/file-name.ts'
import { coalesce } from './bridge.ts'
import type { WorkspaceContext, WorkspaceState } from './state.ts'

/** What the window can hand over: a File of the page, or a part of one. */
export interface FileSource {
  readonly name: string
  readonly type: string
  readonly size: number
  slice(from: number, to: number): { arrayBuffer(): Promise<ArrayBuffer> }
}

/** A file whose turn to be handed over has not come. */
export interface WaitingFile {
  readonly key: number
  readonly name: string
  readonly bytes: number
}

export interface RefusedFile {
  readonly key: number
  readonly name: string
  /** A failure's code, or why the window did not take it. */
  readonly reason: string
}

/** What is attached to the draft of a conversation. */
export interface Attaching {
  readonly attachments: readonly Attachment[]
  readonly waiting: readonly WaitingFile[]
  readonly refused: readonly RefusedFile[]
}

/** A file of a message, shown large. */
export interface ViewedFile {
  readonly messageKey: string
  /** Its place among the message's files. */
  readonly place: number
}

export type Inspection = CallResult<'inspectFile'>

export interface FileActions {
  readAttachments(conversationId: ConversationId): Promise<void>
  /** Takes in what was dropped, pasted or chosen in the page; `folders` are refused by name. */
  attachFiles(conversationId: ConversationId, files: readonly FileSource[], folders?: readonly string[]): void
  /** Lets the user choose in the system's dialog; 'no-dialog' where the page's own has to serve. */
  pickFiles(conversationId: ConversationId): Promise<'done' | 'no-dialog'>
  detachFile(conversationId: ConversationId, fileId: FileId): void
  /** Takes off a file whose turn has not come. */
  detachWaiting(conversationId: ConversationId, key: number): void
  dismissRefused(conversationId: ConversationId): void
  fetchFile(fileId: FileId): Promise<FailureView | undefined>
  cancelFile(fileId: FileId): Promise<FailureView | undefined>
  openFile(fileId: FileId): Promise<FailureView | undefined>
  saveFile(fileId: FileId): Promise<FailureView | undefined>
  /** What a file that is here is by its bytes, and what may be done with it; asked once, and anew when policy changes. */
  inspectFile(fileId: FileId): Promise<BridgeResult<Inspection>>
  /** The first `bytes` of a file that is here. Ends early with `aborted` once nobody waits for them. */
  readFile(fileId: FileId, bytes: number, signal: AbortSignal): Promise<BridgeResult<Uint8Array<ArrayBuffer>>>
  /** A picture that is here, as small as it is shown; undefined where its bytes are none. */
  pictureOf(fileId: FileId, bytes: number, most: PictureSize, signal: AbortSignal): Promise<Blob | undefined>
  viewFile(viewed: ViewedFile | undefined): void
}

export interface Files extends FileActions {
  attachmentsChanged(conversationId: ConversationId): void
  /** Takes what is attached off the draft: it is on its way with a message. */
  take(conversationId: ConversationId, fileIds: readonly FileId[]): void
  /** The message with these was taken, or was not. */
  taken(conversationId: ConversationId, fileIds: readonly FileId[], sent: boolean): void
  forget(): void
  prune(listed: ReadonlySet<ConversationId>): void
  /** Drops what was drawn of pictures; what is shown still is drawn again. */
  forgetPictures(): void
}

const nothing: Attaching = { attachments: [], waiting: [], refused: [] }

/** Reduced pictures kept in memory: a few screens of them, ~50 kB each. */
const picturesKept = 60

/** What is attached to the draft of a conversation. */
export function attachingIn(state: WorkspaceState, conversationId: ConversationId): Attaching {
  return state.attaching[conversationId] ?? nothing
}

/** What a message sent now would carry: none, these, or undefined while something is not ready or is in the way. */
export function filesToSend({ attachments, waiting }: Attaching): readonly FileId[] | undefined {
  if (waiting.length > 0 || attachments.length > limits.filesPerMessage) return undefined
  if (attachments.some(({ transfer }) => transfer.state !== 'here')) return undefined
  return attachments.map(({ fileId }) => fileId)
}

/** The message of the open conversation, or of the open thread, that has this key. */
export function heldMessage({ timeline, thread }: WorkspaceState, key: string): MessageView | undefined {
  const replies = thread?.page === undefined ? [] : [thread.page.root, ...thread.page.replies]
  return [...(timeline?.messages ?? []), ...replies].find((message) => message?.key === key)
}

interface Handed {
  readonly key: number
  readonly conversationId: ConversationId
  readonly source: FileSource
  readonly name: string
}

/** The acts on files over `context`. */
export function createFiles({ ask, store }: WorkspaceContext, pictures: Pictures): Files {
  let queue: Handed[] = []
  let isHanding = false
  let nextKey = 0
  /** Raised when everything is dropped: work of before stops where it is. */
  let era = 0
  const away = new Set<FileId>()
  const likened = new Set<FileId>()
  /** The turn of the file being handed over, whose place its attachment takes; which one that is, main tells soon. */
  let begun: { readonly key: number; readonly fileId: FileId | undefined } | undefined
  /** By the file, and by what policy allowed when it was looked at. */
  const inspections = new Map<string, Inspection>()
  const reduced = new Map<string, Blob>()
  const readers = new Map<ConversationId, () => Promise<void>>()

  function change(conversationId: ConversationId, part: (held: Attaching) => Partial<Attaching>): void {
    store.setState((state) => {
      const held = attachingIn(state, conversationId)
      return { attaching: { ...state.attaching, [conversationId]: { ...held, ...part(held) } } }
    })
  }
  const refuse = (conversationId: ConversationId, name: string, reason: string) =>
    change(conversationId, ({ refused }) => ({ refused: [...refused, { key: nextKey++, name, reason }] }))
  const unqueue = (conversationId: ConversationId, key: number) =>
    change(conversationId, ({ waiting }) => ({ waiting: waiting.filter((file) => file.key !== key) }))

  function readAttachments(conversationId: ConversationId): Promise<void> {
    let read = readers.get(conversationId)
    if (read === undefined) {
      read = coalesce(async () => {
        const mine = era
        const answer = await ask('listAttachments', { conversationId })
        if (era !== mine || !answer.ok) return
        const attachments = answer.value.attachments.filter(({ fileId }) => !away.has(fileId))
        change(conversationId, (held) => withoutTwins(attachments, held))
        void likenAll(attachments)
      })
      readers.set(conversationId, read)
    }
    return read()
  }

  /** The attachments as told, but so that the file being handed over is not shown twice. */
  function withoutTwins(told: readonly Attachment[], { attachments, waiting }: Attaching): Partial<Attaching> {
    if (begun === undefined) return { attachments: told }
    const { fileId, key } = begun
    if (fileId !== undefined) return { attachments: told, waiting: waiting.filter((file) => file.key !== key) }
    const isKnown = (file: Attachment) => attachments.some((known) => known.fileId === file.fileId)
    return { attachments: told.filter((file) => file.transfer.state !== 'staging' || isKnown(file)) }
  }

  /** Makes likenesses one after the other: decoding takes memory. */
  let likening: Promise<void> = Promise.resolve()
  function likenAll(attachments: readonly Attachment[]): Promise<void> {
    for (const { fileId, transfer, thumbnail, bytes } of attachments) {
      if (transfer.state !== 'here' || thumbnail !== undefined || likened.has(fileId)) continue
      likened.add(fileId)
      likening = likening.then(() => liken(fileId, bytes))
    }
    return likening
  }
  async function liken(fileId: FileId, bytes: number): Promise<void> {
    const mine = era
    if (bytes === 0 || bytes > limits.previewBytes) return
    const inspected = await inspectFile(fileId)
    if (era !== mine || !inspected.ok || inspected.value.kind !== 'image') return
    const read = await readFile(fileId, bytes, new AbortController().signal)
    if (era !== mine || !read.ok) return
    const thumbnail = await pictures.likeness(read.value, inspected.value.mediaType)
    if (era === mine && thumbnail !== undefined) await ask('setThumbnail', { fileId, thumbnail })
  }

  async function handOver({ key, conversationId, source, name }: Handed): Promise<void> {
    const mine = era
    const { size, type } = source
    begun = { key, fileId: undefined }
    const answer = await ask('attachFile', {
      conversationId,
      name,
      mediaType: type.slice(0, limits.attributeChars),
      bytes: size,
    })
    if (era !== mine) return
    if (!answer.ok) {
      begun = undefined
      refuse(conversationId, name, answer.error.code)
      unqueue(conversationId, key)
      return
    }
    const { fileId } = answer.value
    begun = { key, fileId }
    await readAttachments(conversationId)
    if (era !== mine) return
    unqueue(conversationId, key)
    const piece = (offset: number) => source.slice(offset, Math.min(size, offset + limits.fileSliceBytes)).arrayBuffer()
    try {
      // The next slice is read while the last is taken; no more than these two are in memory.
      let next = size === 0 ? undefined : piece(0)
      for (let offset = 0; next !== undefined; ) {
        const bytes = new Uint8Array(await next)
        if (bytes.length !== Math.min(size - offset, limits.fileSliceBytes)) throw new Error('the file has changed')
        const end = offset + bytes.length
        next = end < size ? piece(end) : undefined
        // Nobody waits for it where the loop ends before its turn.
        next?.catch(() => undefined)
        const appended = await ask('appendFile', { fileId, offset, data: toBase64(bytes) })
        // Taken off meanwhile, or main tells on the file itself why it cannot be had.
        if (era !== mine || !appended.ok) break
        offset = end
      }
    } catch {
      if (era !== mine) return
      refuse(conversationId, name, 'unreadable')
      await ask('detachFile', { fileId })
    }
    if (era === mine) await readAttachments(conversationId)
  }

  async function handAll(): Promise<void> {
    if (isHanding) return
    isHanding = true
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await handOver(next)
    isHanding = false
  }

  async function inspectFile(fileId: FileId): Promise<BridgeResult<Inspection>> {
    const key = `${fileId} ${store.getState().session?.may.takeFiles}`
    const known = inspections.get(key)
    if (known !== undefined) return { ok: true, value: known }
    const mine = era
    const answer = await ask('inspectFile', { fileId })
    if (answer.ok && era === mine) inspections.set(key, answer.value)
    return answer
  }

  async function readFile(
    fileId: FileId,
    bytes: number,
    signal: AbortSignal,
  ): Promise<BridgeResult<Uint8Array<ArrayBuffer>>> {
    const whole = new Uint8Array(bytes)
    let offset = 0
    while (offset < bytes) {
      const length = Math.min(limits.fileSliceBytes, bytes - offset)
      const answer = await ask('readFile', { fileId, offset, length })
      if (signal.aborted) return { ok: false, error: { code: 'aborted', message: 'nobody waits for it' } }
      if (!answer.ok) return answer
      const slice = fromBase64(answer.value.data)?.subarray(0, length)
      if (slice === undefined || slice.length === 0) break
      whole.set(slice, offset)
      offset += slice.length
    }
    return { ok: true, value: whole.subarray(0, offset) }
  }

  const failureOf = async (asked: Promise<BridgeResult<unknown>>): Promise<FailureView | undefined> => {
    const answer = await asked
    return answer.ok ? undefined : answer.error
  }

  return {
    readAttachments,
    attachmentsChanged(conversationId) {
      const { openId, attaching } = store.getState()
      if (openId === conversationId || attaching[conversationId] !== undefined) void readAttachments(conversationId)
    },
    attachFiles(conversationId, files, folders = []) {
      const { session, conversations } = store.getState()
      const conversation = conversations?.find((c) => c.conversationId === conversationId)
      if (session?.appLock.locked === true || conversation?.archived !== false) return
      change(conversationId, () => ({ refused: [] }))
      for (const name of folders) refuse(conversationId, name, 'folder')
      for (const source of files) {
        const { attachments, waiting } = attachingIn(store.getState(), conversationId)
        const name = shortenedName(source.name, limits.fileNameChars)
        if (source.size > limits.fileBytes) refuse(conversationId, name, 'too-large')
        else if (attachments.length + waiting.length >= limits.filesPerMessage) refuse(conversationId, name, 'too-many')
        else {
          const key = nextKey++
          queue.push({ key, conversationId, source, name })
          change(conversationId, () => ({ waiting: [...waiting, { key, name, bytes: source.size }] }))
        }
      }
      void handAll()
    },
    async pickFiles(conversationId) {
      const mine = era
      const answer = await ask('pickFiles', { conversationId })
      if (era !== mine) return 'done'
      if (!answer.ok && answer.error.code === 'not-allowed') return 'no-dialog'
      change(conversationId, () => ({ refused: [] }))
      if (!answer.ok) {
        refuse(conversationId, '', answer.error.code)
        return 'done'
      }
      await readAttachments(conversationId)
      const { attachments, waiting } = attachingIn(store.getState(), conversationId)
      const over = attachments.slice(Math.max(0, limits.filesPerMessage - waiting.length))
      for (const { fileId, name } of over.filter((file) => answer.value.fileIds.includes(file.fileId))) {
        refuse(conversationId, name, 'too-many')
        await ask('detachFile', { fileId })
      }
      if (over.length > 0) await readAttachments(conversationId)
      return 'done'
    },
    detachFile(conversationId, fileId) {
      change(conversationId, ({ attachments }) => ({ attachments: attachments.filter((a) => a.fileId !== fileId) }))
      void ask('detachFile', { fileId }).then(() => readAttachments(conversationId))
    },
    detachWaiting(conversationId, key) {
      queue = queue.filter((handed) => handed.key !== key)
      unqueue(conversationId, key)
    },
    dismissRefused: (conversationId) => change(conversationId, () => ({ refused: [] })),
    take(conversationId, fileIds) {
      for (const fileId of fileIds) away.add(fileId)
      change(conversationId, ({ attachments }) => ({
        attachments: attachments.filter(({ fileId }) => !away.has(fileId)),
        refused: [],
      }))
    },
    taken(conversationId, fileIds, sent) {
      // Sent ones stay hidden: a list that was asked for before may still arrive with them.
      if (!sent) for (const fileId of fileIds) away.delete(fileId)
      if (fileIds.length > 0) void readAttachments(conversationId)
    },
    fetchFile: (fileId) => failureOf(ask('fetchFile', { fileId })),
    cancelFile: (fileId) => failureOf(ask('cancelFile', { fileId })),
    openFile: (fileId) => failureOf(ask('openFile', { fileId })),
    saveFile: (fileId) => failureOf(ask('saveFile', { fileId })),
    inspectFile,
    readFile,
    async pictureOf(fileId, bytes, most, signal) {
      const name = `${fileId} ${most.widthPx} ${most.heightPx}`
      const known = reduced.get(name)
      if (known !== undefined) return known
      const mine = era
      const inspected = await inspectFile(fileId)
      if (!inspected.ok || inspected.value.kind !== 'image' || signal.aborted) return undefined
      const read = await readFile(fileId, bytes, signal)
      if (!read.ok) return undefined
      const picture = await pictures.reduced(read.value, inspected.value.mediaType, most)
      if (picture === undefined || era !== mine) return undefined
      reduced.set(name, picture)
      const oldest = reduced.keys().next().value
      if (reduced.size > picturesKept && oldest !== undefined) reduced.delete(oldest)
      return picture
    },
    viewFile: (viewed) => store.setState({ viewed }),
    forget() {
      era++
      queue = []
      begun = undefined
      away.clear()
      likened.clear()
      inspections.clear()
      reduced.clear()
      readers.clear()
    },
    forgetPictures() {
      inspections.clear()
      reduced.clear()
    },
    prune(listed) {
      queue = queue.filter(({ conversationId }) => listed.has(conversationId))
      const { attaching } = store.getState()
      const kept = Object.entries(attaching).filter(([id]) => listed.has(id as ConversationId))
      if (kept.length < Object.keys(attaching).length) store.setState({ attaching: Object.fromEntries(kept) })
    },
  }
}
