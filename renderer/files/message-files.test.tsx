import { afterEach, describe, expect, it } from 'vitest'
import type { FileView, MessageView, Transfer } from '../../shared/bridge.ts'
import type { ClientId, FileId } from '../../shared/model.ts'
import { type Answers, fail, messageOf, ok, sessionOf } from '../dev/fake-host.ts'
import { type Staged, stage } from '../dev/staged.tsx'
import type { WorkspaceState } from '../state/state.ts'
import { MessageFiles } from './message-files.tsx'

let staged: Staged
afterEach(() => staged.remove())

const id = `fil_${'c'.repeat(20)}` as FileId
const clientId = `msg_${'m'.repeat(20)}` as ClientId
const fileOf = (transfer: Transfer, change: Partial<FileView> = {}): FileView => ({
  fileId: id,
  name: 'report.pdf',
  mediaType: 'application/pdf',
  bytes: 1_000_000,
  transfer,
  ...change,
})
const inspects = (
  change: Partial<{ kind: 'image' | 'text' | 'pdf' | 'other'; canOpen: boolean; canSave: boolean }>,
): Answers => ({
  inspectFile: () =>
    ok({ kind: 'other', mediaType: 'application/x-msdownload', canOpen: false, canSave: true, ...change }),
})
const thumbnail = { mediaType: 'image/webp', data: 'UklGRg==', widthPx: 1600, heightPx: 1000 } as const

async function show(
  files: readonly FileView[],
  answers: Answers = {},
  change: Partial<MessageView> = {},
  state: Partial<WorkspaceState> = {},
) {
  const message = messageOf(1, { content: { type: 'text', text: '', files: [...files] }, ...change })
  staged = await stage(<MessageFiles files={files} message={message} reachable />, { answers, state })
}
const asked = (name: string) => staged.host.asked.filter((call) => call.name === name).map(({ args }) => args)

describe('a file of a message', () => {
  it('[FIL112] that is not here offers to be fetched; while it is, progress and a way to end it', async () => {
    await show([fileOf({ state: 'remote' })], { fetchFile: () => ok({}) })
    expect(staged.get('file-download').getAttribute('aria-label')).toBe('Download report.pdf')
    await staged.click('file-download')
    expect(asked('fetchFile')).toEqual([{ fileId: id }])
    staged.remove()
    await show([fileOf({ state: 'downloading', doneBytes: 250_000 })], { cancelFile: () => ok({}) })
    const bar = staged.page.querySelector('progress')
    expect(bar?.getAttribute('aria-label')).toBe('Downloading report.pdf')
    expect([bar?.value, bar?.max]).toEqual([250_000, 1_000_000])
    await staged.click('file-cancel')
    expect(asked('cancelFile')).toEqual([{ fileId: id }])
  })

  it('[FIL112] that failed says why and can be tried again; one that waits says for what', async () => {
    await show([fileOf({ state: 'failed', failure: { code: 'file-mismatch', message: '' } })], {
      fetchFile: () => ok({}),
    })
    expect(staged.get('file-card').textContent).toContain('damaged')
    await staged.click('file-retry')
    expect(asked('fetchFile')).toEqual([{ fileId: id }])
    staged.remove()
    await show([fileOf({ state: 'waiting', doneBytes: 1 })], {}, {}, { session: sessionOf({ state: 'offline' }) })
    expect(staged.get('file-card').textContent).toContain('Goes on when connected')
    expect(staged.find('file-cancel')).toBeDefined()
  })

  it('[FIL113] is what its bytes are: a claim gives no icon, no preview and no way to open', async () => {
    await show([fileOf({ state: 'here' }, { name: 'holiday.jpg', mediaType: 'image/jpeg' })], inspects({}))
    expect(staged.page.querySelector('.file-icon')?.getAttribute('data-kind')).toBe('other')
    expect(staged.find('file-view')).toBeUndefined()
    expect(staged.find('file-open')).toBeUndefined()
    expect(staged.find('file-save')).toBeDefined()
    expect(staged.get('file-note').textContent).toContain('for your safety')
  })

  it('[FIL113] no bidirectional mark of a name takes effect', async () => {
    await show([fileOf({ state: 'remote' }, { name: 'salary\u202Egpj.exe' })])
    expect(staged.page.innerHTML).not.toContain('\u202E')
    expect(staged.get('file-card').textContent).toContain('salary\ufffdgpj.exe')
  })

  it('[FIL114] what stands in the way of opening is explained: safety, policy, a host without a dialog', async () => {
    const answers = {
      ...inspects({ kind: 'pdf', canOpen: true }),
      openFile: () => fail('file-unsafe'),
      saveFile: () => fail('not-allowed'),
    }
    await show([fileOf({ state: 'here' })], answers)
    await staged.click('file-open')
    expect(staged.get('file-note').textContent).toContain('for your safety')
    await staged.click('file-save')
    expect(staged.get('file-note').textContent).toBe('This window cannot save files.')
    expect(asked('openFile')).toEqual([{ fileId: id }])
  })

  it('[FIL115] where policy keeps files inside, it is said, and looking at them stays', async () => {
    const kept = sessionOf({ may: { forward: true, takeFiles: false, edit: true, delete: true } })
    await show([fileOf({ state: 'here' })], inspects({ kind: 'pdf', canSave: false }), {}, { session: kept })
    expect(staged.get('file-card').textContent).toContain('Stays inside Causeway')
    expect(staged.find('file-save')).toBeUndefined()
    await staged.click('file-view')
    expect(staged.state().viewed).toEqual({ messageKey: 'm1', place: 0 })
    staged.remove()
    await show([fileOf({ state: 'here' })], inspects({ kind: 'other', canSave: false }), {}, { session: kept })
    expect(staged.get('file-note').textContent).toContain('Your organisation keeps files inside Causeway')
  })
})

describe('a picture', () => {
  it('[FIL116] has its place before it is there; a small one is fetched as it comes into view, a large one is not', async () => {
    await show([fileOf({ state: 'remote' }, { thumbnail })], { fetchFile: () => ok({}) })
    const { style } = staged.get('picture')
    expect([style.width, style.aspectRatio]).toEqual(['360px', '360 / 225'])
    expect(asked('fetchFile')).toEqual([{ fileId: id }])
    staged.remove()
    await show([fileOf({ state: 'remote' }, { thumbnail, bytes: 30_000_000 })], { fetchFile: () => ok({}) })
    expect(asked('fetchFile')).toEqual([])
    await staged.click('picture')
    expect(staged.state().viewed).toEqual({ messageKey: 'm1', place: 0 })
  })

  it('[FIL116] is shown by blob: addresses alone, which are given back', async () => {
    const { createObjectURL, revokeObjectURL } = URL
    const alive = new Set<string>()
    let next = 0
    URL.createObjectURL = () => {
      alive.add(`blob:${next}`)
      return `blob:${next++}`
    }
    URL.revokeObjectURL = (url) => alive.delete(url)
    try {
      await show([fileOf({ state: 'remote' }, { thumbnail, bytes: 30_000_000 })])
      expect(staged.page.querySelector('img')?.getAttribute('src')).toBe('blob:0')
      staged.remove()
      expect(alive.size).toBe(0)
    } finally {
      Object.assign(URL, { createObjectURL, revokeObjectURL })
    }
    await show([])
  })
})

describe('sending', () => {
  it('[FIL117] of one’s own files shows how far it is, and ends with the message taken back', async () => {
    const files = [
      fileOf({ state: 'uploading', doneBytes: 400_000 }),
      fileOf({ state: 'waiting', doneBytes: 0 }, { fileId: `fil_${'d'.repeat(20)}` as FileId }),
    ]
    const { seq: _, ...unsent } = messageOf(1, { clientId, key: clientId, mine: true, delivery: { state: 'sending' } })
    staged = await stage(<MessageFiles files={files} message={unsent} reachable />, {
      answers: { discardMessage: () => ok({}) },
    })
    expect(staged.get('files-sending').textContent).toContain('400 kB of 2 MB')
    expect(staged.find('file-cancel')).toBeUndefined()
    await staged.click('cancel-sending')
    expect(asked('discardMessage')).toEqual([{ clientId }])
  })
})
