import { describe, expect, it } from 'vitest'
import type { Attachment, Transfer } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import type { FileId } from '../../shared/model.ts'
import { type Answers, fail, ok, sessionOf, settle } from '../dev/fake-host.ts'
import { a, b, opened } from '../dev/fake-workspace.ts'
import { fromBase64 } from '../files/base64.ts'
import { attachingIn, type FileSource } from './files.ts'

const fileId = (letter: string) => `fil_${letter.repeat(20)}` as FileId
const attachment = (letter: string, transfer: Transfer = { state: 'here' }): Attachment => ({
  fileId: fileId(letter),
  name: `${letter}.pdf`,
  mediaType: 'application/pdf',
  bytes: 3,
  transfer,
})
/** A file of the page that tells which parts of it were read. */
function source(name: string, bytes: number, read: string[] = []): FileSource {
  return {
    name,
    type: 'text/plain',
    size: bytes,
    slice: (from, to) => ({
      arrayBuffer: async () => {
        read.push(`${name} ${from}-${to}`)
        return new Uint8Array(to - from).fill(from % 251).buffer
      },
    }),
  }
}
const withList = (attachments: readonly Attachment[], change: Answers = {}): Answers => ({
  listAttachments: () => ok({ attachments: [...attachments] }),
  inspectFile: () => ok({ kind: 'other', mediaType: '', canOpen: false, canSave: false }),
  ...change,
})

describe('attaching', () => {
  it('[FIL104] files are handed over one after the other, in slices in order, each after the last was taken', async () => {
    const read: string[] = []
    const taken: unknown[] = []
    let isBusy = false
    let next = 0
    const { actions, store, count } = await opened(
      withList([], {
        attachFile: () => ok({ fileId: fileId('cd'[next++] ?? 'x') }),
        appendFile: async ({ fileId: id, offset, data }) => {
          expect(isBusy).toBe(false)
          isBusy = true
          await Promise.resolve()
          isBusy = false
          taken.push([id, offset, fromBase64(data)?.length])
          return ok({})
        },
      }),
    )
    await actions.openConversation(a)
    const slice = limits.fileSliceBytes
    actions.attachFiles(a, [source('one', slice * 2 + 5, read), source('two', 7, read), source('none', 0, read)])
    expect(attachingIn(store.getState(), a).waiting.map(({ name }) => name)).toEqual(['one', 'two', 'none'])
    for (let turn = 0; turn < 5; turn++) await settle()
    expect(taken).toEqual([
      [fileId('c'), 0, slice],
      [fileId('c'), slice, slice],
      [fileId('c'), slice * 2, 5],
      [fileId('d'), 0, 7],
    ])
    expect(read.at(-1)).toBe('two 0-7')
    expect(count('attachFile')).toBe(3)
    expect(attachingIn(store.getState(), a)).toEqual({ attachments: [], waiting: [], refused: [] })
  })

  it('[FIL104] a file being handed over is shown once, whether main tells of it before or after its answer', async () => {
    let answer: (begun: ReturnType<typeof ok<{ fileId: FileId }>>) => void = () => undefined
    let listed: readonly Attachment[] = []
    const { actions, store } = await opened(
      withList([], {
        listAttachments: () => ok({ attachments: [...listed] }),
        attachFile: () => new Promise((resolve) => (answer = resolve)),
        appendFile: () => ok({}),
      }),
    )
    await actions.openConversation(a)
    const shown = () => {
      const { attachments, waiting } = attachingIn(store.getState(), a)
      return [...attachments, ...waiting].length
    }
    actions.attachFiles(a, [source('c.pdf', 3)])
    listed = [attachment('c', { state: 'staging', doneBytes: 0 })]
    await actions.readAttachments(a)
    expect(shown()).toBe(1)
    const seen: number[] = []
    const stop = store.subscribe(() => seen.push(shown()))
    answer(ok({ fileId: fileId('c') }))
    for (let turn = 0; turn < 3; turn++) await settle()
    stop()
    expect(attachingIn(store.getState(), a)).toMatchObject({ attachments: [{ fileId: fileId('c') }], waiting: [] })
    expect(new Set(seen)).toEqual(new Set([1]))
  })

  it('[FIL105] what is too large, one too many or a folder is refused with a reason before a byte is read', async () => {
    const read: string[] = []
    const { actions, store, count } = await opened(withList([attachment('c')], { attachFile: () => fail('not-found') }))
    await actions.openConversation(a)
    await actions.readAttachments(a)
    actions.attachFiles(a, [source('big', limits.fileBytes + 1, read)], ['folder'])
    expect(attachingIn(store.getState(), a).refused.map(({ name, reason }) => [name, reason])).toEqual([
      ['folder', 'folder'],
      ['big', 'too-large'],
    ])
    const many = Array.from({ length: limits.filesPerMessage }, (_, index) => source(`f${index}`, 1, read))
    actions.attachFiles(a, many)
    expect(attachingIn(store.getState(), a).refused.map(({ name, reason }) => [name, reason])).toEqual([
      [`f${limits.filesPerMessage - 1}`, 'too-many'],
    ])
    expect(read).toEqual([])
    await settle()
    expect(count('appendFile')).toBe(0)
  })

  it('[FIL105] a file that cannot be read to its end is taken off again and told', async () => {
    const broken: FileSource = {
      ...source('moved.txt', 9),
      slice: () => ({ arrayBuffer: () => Promise.reject(new Error('gone')) }),
    }
    const { actions, store, asked } = await opened(
      withList([], { attachFile: () => ok({ fileId: fileId('c') }), detachFile: () => ok({}) }),
    )
    await actions.openConversation(a)
    actions.attachFiles(a, [broken])
    await settle()
    expect(attachingIn(store.getState(), a).refused).toMatchObject([{ name: 'moved.txt', reason: 'unreadable' }])
    expect(asked.find((call) => call.name === 'detachFile')?.args).toEqual({ fileId: fileId('c') })
  })

  it('[FIL106] where the host has no dialog the page’s own serves; of too many chosen the last are taken off', async () => {
    const none = await opened(withList([], { pickFiles: () => fail('not-allowed') }))
    expect(await none.actions.pickFiles(a)).toBe('no-dialog')
    const letters = [...'abcdefghijklmnopqrstuv']
    const all = letters.map((letter) => attachment(letter))
    const picked = await opened(
      withList(all, { pickFiles: () => ok({ fileIds: all.map((file) => file.fileId) }), detachFile: () => ok({}) }),
    )
    await picked.actions.openConversation(a)
    expect(await picked.actions.pickFiles(a)).toBe('done')
    const off = picked.asked.filter((call) => call.name === 'detachFile').map(({ args }) => args)
    expect(off).toEqual([{ fileId: fileId('u') }, { fileId: fileId('v') }])
    expect(attachingIn(picked.store.getState(), a).refused.map(({ reason }) => reason)).toEqual([
      'too-many',
      'too-many',
    ])
  })

  it('[FIL107] what files are dropped with the app’s lock: names, queue and results', async () => {
    const { actions, store, emit, count } = await opened(
      withList([attachment('c')], { attachFile: () => new Promise(() => undefined) }),
    )
    await actions.openConversation(a)
    await actions.readAttachments(a)
    actions.attachFiles(a, [source('one', 1), source('two', 1)])
    actions.viewFile({ messageKey: 'm1', place: 0 })
    emit(
      'sessionChanged',
      sessionOf({ state: 'locked', appLock: { enabled: true, locked: true, lockAfterMinutes: 15 } }),
    )
    await settle()
    expect(store.getState()).toMatchObject({ attaching: {}, viewed: undefined })
    actions.attachFiles(a, [source('three', 1)])
    await settle()
    expect(store.getState().attaching).toEqual({})
    expect(count('attachFile')).toBe(1)
  })
})

describe('sending files', () => {
  it('[FIL108] they go with a message, with or without words, once, and come back where it was not taken', async () => {
    let list = [attachment('c'), attachment('d')]
    let refuse = false
    const { actions, store, asked } = await opened(
      withList([], {
        listAttachments: () => ok({ attachments: list }),
        sendMessage: () => (refuse ? fail('rate-limited') : ok({ clientId: `msg_${'m'.repeat(20)}` as never })),
      }),
    )
    await actions.openConversation(a)
    await actions.readAttachments(a)
    refuse = true
    await actions.send(a)
    await settle()
    expect(attachingIn(store.getState(), a).attachments).toHaveLength(2)
    expect(store.getState().actFailure?.code).toBe('rate-limited')
    refuse = false
    const sending = actions.send(a)
    void actions.send(a)
    expect(attachingIn(store.getState(), a).attachments).toEqual([])
    await sending
    await settle()
    // The list of before may still arrive.
    expect(attachingIn(store.getState(), a).attachments).toEqual([])
    list = []
    const sent = asked.filter((call) => call.name === 'sendMessage').map(({ args }) => args)
    const message = { conversationId: a, body: '', fileIds: [fileId('c'), fileId('d')] }
    expect(sent).toEqual([message, message])
  })

  it('[FIL109] nothing is sent while a file is being added or has failed, and none goes with a reply in a thread', async () => {
    let transfer: Transfer = { state: 'staging', doneBytes: 1 }
    const { actions, asked, emit } = await opened(
      withList([], {
        listAttachments: () => ok({ attachments: [attachment('c', transfer)] }),
        sendMessage: () => ok({ clientId: `msg_${'m'.repeat(20)}` as never }),
      }),
    )
    const sent = () => asked.filter((call) => call.name === 'sendMessage').map(({ args }) => args)
    await actions.openConversation(a)
    await actions.readAttachments(a)
    actions.setDraft(a, 'see file')
    await actions.send(a)
    transfer = { state: 'failed', failure: { code: 'disk-full', message: '' } }
    emit('attachmentsChanged', { conversationId: a })
    await settle()
    await actions.send(a)
    expect(sent()).toEqual([])
    actions.write({ conversationId: a, threadSeq: 2 }, 'reply', 5)
    await actions.send(a, 2)
    expect(sent()).toEqual([{ conversationId: a, body: 'reply', threadSeq: 2 }])
  })

  it('[FIL110] a change of a draft that nobody looks at is not read', async () => {
    const { emit, count } = await opened(withList([]))
    const before = count('listAttachments')
    emit('attachmentsChanged', { conversationId: b })
    await settle()
    expect(count('listAttachments')).toBe(before)
  })
})

describe('reading a file', () => {
  it('[FIL123] what a file is is asked once, and anew when policy changes what may be done with it', async () => {
    const { actions, count, emit } = await opened(withList([]))
    for (let turn = 0; turn < 2; turn++) await actions.inspectFile(fileId('c'))
    expect(count('inspectFile')).toBe(1)
    emit('sessionChanged', sessionOf({ may: { forward: true, takeFiles: false, edit: true, delete: true } }))
    for (let turn = 0; turn < 2; turn++) await actions.inspectFile(fileId('c'))
    expect(count('inspectFile')).toBe(2)
  })

  it('[FIL111] is slice by slice, stops once nobody waits, and gives what there is of a shorter one', async () => {
    const bytes = limits.fileSliceBytes + 10
    const stopped = new AbortController()
    let slices = 0
    const { actions } = await opened({
      readFile: ({ offset, length }) => {
        slices++
        return ok({ data: btoa('x'.repeat(Math.min(length, bytes - offset))) })
      },
    })
    const whole = await actions.readFile(fileId('c'), bytes + 5, new AbortController().signal)
    expect(whole.ok && whole.value.length).toBe(bytes)
    stopped.abort()
    slices = 0
    expect(await actions.readFile(fileId('c'), bytes * 9, stopped.signal)).toMatchObject({ ok: false })
    expect(slices).toBe(1)
  })
})
