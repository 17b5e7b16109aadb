// Owns the made-up calls about files of the development page: what is attached, sent, fetched and looked at.
// Hash parameters: upload (a message whose files are being sent), attached=<count> (files on the draft), dialog=none (the
// host has no dialog), fetch=slow|failed, file-open=<failure code>, stage=slow|failed.

import type {
  Attachment,
  BridgeResult,
  CallArgs,
  CallResult,
  EventName,
  EventPayload,
  FileView,
  MessageView,
  SessionView,
  Transfer,
} from '../../shared/bridge.ts'
import type { fileCalls } from '../../shared/bridge-files.ts'
import { limits } from '../../shared/limits.ts'
import type { ClientId, ConversationId, FileId, Thumbnail } from '../../shared/model.ts'
import { fromBase64, toBase64 } from '../files/base64.ts'
import { me, people, type SampleConversation } from './sample.ts'
import { bytesOf, likenessOf, type SampleFile, sampleFiles } from './sample-files.ts'

type FileCall = keyof typeof fileCalls | 'sendMessage'
type FileHandlers = {
  [N in FileCall]: (args: CallArgs<N>) => BridgeResult<CallResult<N>> | Promise<BridgeResult<CallResult<N>>>
}

interface FakeFilesParts {
  readonly hash: URLSearchParams
  readonly all: SampleConversation[]
  readonly session: () => SessionView
  readonly emit: <N extends EventName>(name: N, payload: EventPayload<N>) => void
  /** Sends the words; the files go with them here. */
  readonly sendMessage: FileHandlers['sendMessage']
}

interface HeldFile {
  readonly fileId: FileId
  readonly conversationId: ConversationId
  readonly sample: SampleFile
  bytes: number
  transfer: Transfer
  thumbnail: Thumbnail | undefined
  /** Handed over by the window. */
  data: Uint8Array<ArrayBuffer> | undefined
  isDraft: boolean
}

const ok = <T>(value: T) => ({ ok: true, value }) as const
const fail = (code: string) => ({ ok: false, error: { code, message: code } }) as const
const later = <T>(value: T, ms: number) => new Promise<T>((resolve) => setTimeout(() => resolve(value), ms))
const here = { state: 'here' } as const
const remote = { state: 'remote' } as const

/** The calls about files over the sample workspace; messages with files are put into it. */
export function createFakeFiles({ hash, all, session, emit, sendMessage }: FakeFilesParts): FileHandlers {
  const held = new Map<FileId, HeldFile>()
  let nextId = 0

  function hold(conversationId: ConversationId, sample: SampleFile, transfer: Transfer, isDraft = false): HeldFile {
    const fileId = `fil_${String(nextId++).padStart(20, '0')}` as FileId
    const bytes = sample.contents?.().length ?? sample.bytes ?? 640_000
    const thumbnail = isDraft ? undefined : likenessOf(sample)
    const file: HeldFile = { fileId, conversationId, sample, bytes, transfer, thumbnail, data: undefined, isDraft }
    held.set(fileId, file)
    // A picture drawn here is as large as it turns out, before it is asked for.
    if (sample.picture !== undefined)
      void bytesOf(sample).then((data) => {
        file.data = data
        file.bytes = data.length
        changed(file)
      })
    return file
  }
  const viewOf = ({ fileId, sample, bytes, thumbnail, transfer }: HeldFile): FileView => ({
    fileId,
    name: sample.name,
    mediaType: sample.mediaType,
    bytes,
    transfer,
    ...(thumbnail === undefined ? {} : { thumbnail }),
  })
  function changed(file: HeldFile): void {
    const { conversationId, fileId } = file
    if (file.isDraft) {
      emit('attachmentsChanged', { conversationId })
      return
    }
    const messages = all.find((c) => c.view.conversationId === conversationId)?.messages ?? []
    for (const [index, message] of messages.entries()) {
      if (message.content.type !== 'text' || !message.content.files?.some((view) => view.fileId === fileId)) continue
      const files = message.content.files.map((view) => (view.fileId === fileId ? viewOf(file) : view))
      messages[index] = { ...message, content: { ...message.content, files } }
    }
    emit('messagesChanged', { conversationId })
  }
  function set(file: HeldFile, transfer: Transfer): void {
    file.transfer = transfer
    changed(file)
  }

  /** Moves a transfer on until it is done or is something else. */
  function run(file: HeldFile, state: 'staging' | 'downloading' | 'uploading', share: number, done: () => void): void {
    setTimeout(() => {
      if (file.transfer.state !== state || !held.has(file.fileId)) return
      const doneBytes = file.transfer.doneBytes + Math.ceil(file.bytes * share)
      if (doneBytes >= file.bytes) done()
      else {
        set(file, { state, doneBytes })
        run(file, state, share, done)
      }
    }, 120)
  }

  function say(index: number, sender: number, text: string, samples: readonly [SampleFile, Transfer][]): void {
    const conversation = all[index]
    const person = people[sender]
    if (conversation === undefined || person === undefined) return
    const { view, messages } = conversation
    const last = messages.findLast((m) => m.seq !== undefined)
    const seq = (last?.seq ?? 0) + 1
    const files = samples.map(([sample, transfer]) => viewOf(hold(view.conversationId, sample, transfer)))
    const firstWaiting = messages.findIndex((m) => m.seq === undefined)
    messages.splice(firstWaiting === -1 ? messages.length : firstWaiting, 0, {
      key: `with-files-${index}-${seq}`,
      seq,
      senderId: person.userId,
      senderName: person.displayName,
      mine: person.userId === me.userId,
      atMs: (last?.atMs ?? 0) + 40_000,
      content: { type: 'text', text, files },
      delivery: { state: 'sent' },
    })
    conversation.readSeq = Math.max(conversation.readSeq, seq)
  }
  function beginUpload(index: number): void {
    const conversation = all[index]
    if (conversation === undefined) return
    const clientId = `msg_${String(810_000).padStart(20, '0')}` as ClientId
    const { conversationId } = conversation.view
    const isLive = session().state === 'live'
    const uploading = (sample: SampleFile, share: number) => {
      const file = hold(conversationId, sample, here)
      const doneBytes = Math.round(file.bytes * share)
      file.transfer = isLive ? { state: 'uploading', doneBytes } : { state: 'waiting', doneBytes }
      return viewOf(file)
    }
    const files = [uploading(sampleFiles.harbour, 0.9), uploading(sampleFiles.large, 0.34)]
    conversation.messages.push({
      key: clientId,
      clientId,
      senderId: me.userId,
      senderName: me.displayName,
      mine: true,
      atMs: (conversation.messages.at(-1)?.atMs ?? 0) + 60_000,
      content: { type: 'text', text: '錄影同相都喺度，多謝大家幫手！', files },
      delivery: { state: isLive ? 'sending' : 'queued' },
    })
  }

  const { harbour, plan, receipt, chart, pdf, sheet, video, csv, minutes, liar, zip, large } = sampleFiles
  if (all.length > 8) {
    const failed: Transfer = { state: 'failed', failure: { code: 'file-mismatch', message: '' } }
    say(4, 3, 'Latest flowchart and the form. 表格請填妥後交回。', [
      [pdf, here],
      [sheet, here],
      [video, remote],
    ])
    say(4, 9, '', [
      [csv, here],
      [minutes, here],
    ])
    say(4, 6, 'Is this from HR?', [[liar, here]])
    say(6, 5, '場地平面圖同尋日嘅相', [
      [plan, here],
      [harbour, here],
      [receipt, here],
    ])
    say(6, 8, '', [[chart, hash.has('fetch') ? remote : here]])
    say(6, 0, 'Signed set is in here, video to follow', [
      [zip, { state: 'downloading', doneBytes: 7_140_000 }],
      [large, session().state === 'live' ? remote : { state: 'waiting', doneBytes: 300_000_000 }],
      [video, failed],
    ])
    say(8, 1, 'From the terrace just now', [[harbour, here]])
    if (hash.has('upload')) beginUpload(6)
    const attached = [plan, csv, { ...large, name: '2025年度全體員工大會錄影（未剪輯）第一節.mov' }, pdf, receipt]
    for (const sample of attached.slice(0, Number(hash.get('attached') ?? 0))) {
      const conversationId = all[6]?.view.conversationId
      if (conversationId === undefined) break
      const isLong = sample.name.endsWith('.mov')
      const file = hold(conversationId, sample, isLong ? { state: 'staging', doneBytes: 402_000_000 } : here, true)
      if (hash.get('stage') === 'failed' && isLong)
        file.transfer = { state: 'failed', failure: { code: 'disk-full', message: '' } }
    }
  }

  function attach(conversationId: ConversationId, sample: SampleFile): FileId {
    const file = hold(conversationId, sample, { state: 'staging', doneBytes: 0 }, true)
    changed(file)
    run(file, 'staging', hash.get('stage') === 'slow' ? 0.02 : 0.3, () => set(file, here))
    return file.fileId
  }

  return {
    pickFiles: ({ conversationId }) => {
      if (hash.get('dialog') === 'none') return fail('not-allowed')
      return later(ok({ fileIds: [attach(conversationId, harbour), attach(conversationId, pdf)] }), 200)
    },
    attachFile: ({ conversationId, name, mediaType, bytes }) => {
      const isImage = /\.(png|jpe?g|gif|webp)$/i.test(name)
      const kind = isImage ? 'image' : /\.(txt|csv|md)$/i.test(name) ? 'text' : /\.pdf$/i.test(name) ? 'pdf' : 'other'
      const type = isImage ? `image/${name.split('.').at(-1)?.toLowerCase().replace('jpg', 'jpeg')}` : mediaType
      const file = hold(conversationId, { name, mediaType, bytes, kind, type, canOpen: true }, here, true)
      file.bytes = bytes
      file.data = new Uint8Array(bytes)
      if (bytes > 0) file.transfer = { state: 'staging', doneBytes: 0 }
      changed(file)
      return ok({ fileId: file.fileId })
    },
    appendFile: ({ fileId, offset, data }) => {
      const file = held.get(fileId)
      const bytes = fromBase64(data)
      if (file?.data === undefined || bytes === undefined) return fail('not-found')
      file.data.set(bytes, offset)
      const doneBytes = offset + bytes.length
      set(file, doneBytes >= file.bytes ? here : { state: 'staging', doneBytes })
      return later(ok({}), hash.get('stage') === 'slow' ? 200 : 5)
    },
    listAttachments: ({ conversationId }) => {
      const drafts = [...held.values()].filter((file) => file.isDraft && file.conversationId === conversationId)
      return ok({
        attachments: drafts.map(({ fileId, sample, bytes, transfer, thumbnail }): Attachment => {
          const { name, mediaType } = sample
          return { fileId, name, mediaType, bytes, transfer, ...(thumbnail === undefined ? {} : { thumbnail }) }
        }),
      })
    },
    setThumbnail: ({ fileId, thumbnail }) => {
      const file = held.get(fileId)
      if (file === undefined || thumbnail.data.length > limits.thumbnailChars) return fail('not-found')
      file.thumbnail = thumbnail
      changed(file)
      return ok({})
    },
    detachFile: ({ fileId }) => {
      const file = held.get(fileId)
      if (file === undefined) return fail('not-found')
      held.delete(fileId)
      changed(file)
      return ok({})
    },
    sendMessage: async (args) => {
      const sent = await sendMessage(args)
      if (!sent.ok || args.fileIds === undefined) return sent
      const messages = all.find((c) => c.view.conversationId === args.conversationId)?.messages ?? []
      const index = messages.findIndex((message) => message.clientId === sent.value.clientId)
      const message: MessageView | undefined = messages[index]
      if (message?.content.type !== 'text') return sent
      const files = args.fileIds.flatMap((fileId) => held.get(fileId) ?? [])
      messages[index] = { ...message, content: { ...message.content, files: files.map(viewOf) } }
      for (const file of files) file.isDraft = false
      emit('attachmentsChanged', { conversationId: args.conversationId })
      emit('messagesChanged', { conversationId: args.conversationId })
      return sent
    },
    fetchFile: ({ fileId }) => {
      const file = held.get(fileId)
      if (file === undefined) return fail('not-found')
      if (file.transfer.state === 'here') return ok({})
      if (session().state !== 'live') set(file, { state: 'waiting', doneBytes: 0 })
      else if (hash.get('fetch') === 'failed')
        set(file, { state: 'failed', failure: { code: 'file-missing', message: '' } })
      else {
        set(file, { state: 'downloading', doneBytes: 0 })
        run(file, 'downloading', hash.get('fetch') === 'slow' ? 0.01 : 0.2, () => set(file, here))
      }
      return ok({})
    },
    cancelFile: ({ fileId }) => {
      const file = held.get(fileId)
      if (file === undefined) return fail('not-found')
      set(file, remote)
      return ok({})
    },
    inspectFile: ({ fileId }) => {
      const file = held.get(fileId)
      if (file === undefined) return fail('file-missing')
      const { kind, type, canOpen, picture } = file.sample
      const mayTake = session().may.takeFiles
      const isKnown = canOpen === true || picture !== undefined
      return ok({ kind, mediaType: type, canOpen: mayTake && isKnown, canSave: mayTake })
    },
    readFile: async ({ fileId, offset, length }) => {
      const file = held.get(fileId)
      if (file === undefined) return fail('file-missing')
      file.data ??= await bytesOf(file.sample)
      return ok({ data: toBase64(file.data.subarray(offset, offset + length)) })
    },
    openFile: () => {
      const code = hash.get('file-open')
      return later(code === null ? ok({}) : fail(code), 200)
    },
    saveFile: () => later(ok({ saved: true }), 300),
  }
}
