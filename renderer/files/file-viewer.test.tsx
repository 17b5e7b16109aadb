import { afterEach, describe, expect, it } from 'vitest'
import type { FileView, Transfer } from '../../shared/bridge.ts'
import type { FileId } from '../../shared/model.ts'
import { useWorkspace } from '../app/workspace-context.ts'
import { type Answers, messageOf, ok, pageOf, sessionOf } from '../dev/fake-host.ts'
import { a } from '../dev/fake-workspace.ts'
import { type Staged, stage } from '../dev/staged.tsx'
import { openNewest, type Timeline } from '../state/timeline.ts'
import { FileViewer } from './file-viewer.tsx'

let staged: Staged
afterEach(() => staged.remove())

const fileOf = (letter: string, transfer: Transfer = { state: 'here' }): FileView => ({
  fileId: `fil_${letter.repeat(20)}` as FileId,
  name: `${letter}.txt`,
  mediaType: 'image/png',
  bytes: 9,
  transfer,
})
function timelineOf(files: readonly FileView[] | undefined, isSent: boolean): Timeline {
  const { seq, ...message } = messageOf(1, { content: { type: 'text', text: '', files: [...(files ?? [])] } })
  const shown = isSent && seq !== undefined ? { ...message, seq } : message
  const page = { ...pageOf(a, 0, 0), messages: files === undefined ? [] : [shown] }
  return openNewest(page, 1)
}

function Shown() {
  const viewed = useWorkspace((state) => state.viewed)
  return viewed && <FileViewer viewed={viewed} />
}
async function open(files: readonly FileView[] | undefined, answers: Answers = {}, may = {}, isSent = true) {
  staged = await stage(<Shown />, {
    answers: {
      inspectFile: () => ok({ kind: 'text', mediaType: 'text/plain', canOpen: true, canSave: true }),
      readFile: ({ fileId }) => ok({ data: btoa(`text of ${fileId[4]}`) }),
      fetchFile: () => ok({}),
      ...answers,
    },
    state: {
      session: sessionOf({ may: { forward: true, takeFiles: true, edit: true, delete: true, ...may } }),
      viewed: { messageKey: 'm1', place: 0 },
      timeline: timelineOf(files, isSent),
    },
  })
  await staged.settle()
}
const press = (key: string) =>
  staged.settle(() =>
    staged
      .get('viewer')
      .querySelector('.viewer__stage')
      ?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })),
  )

describe('the viewer', () => {
  it('[FIL121] shows a file by its bytes, goes to the next and back by keys, and stops at the ends', async () => {
    await open([fileOf('c'), fileOf('d')])
    expect(staged.get('viewer-text').textContent).toBe('text of c')
    await press('ArrowRight')
    await staged.settle()
    expect(staged.get('viewer-text').textContent).toBe('text of d')
    await press('ArrowRight')
    expect(staged.state().viewed).toEqual({ messageKey: 'm1', place: 1 })
    await press('ArrowLeft')
    expect(staged.state().viewed?.place).toBe(0)
    expect(staged.get('viewer-previous').getAttribute('aria-disabled')).toBe('true')
  })

  it('[FIL121] fetches what is not here and shows how far it is', async () => {
    await open([fileOf('c', { state: 'remote' })])
    expect(staged.host.asked.filter((call) => call.name === 'fetchFile')).toHaveLength(1)
    expect(staged.get('viewer-note').querySelector('progress')).not.toBeNull()
    expect(staged.find('viewer-text')).toBeUndefined()
  })

  it('[FIL121] shows one’s own file while it is sent', async () => {
    await open([fileOf('c', { state: 'uploading', doneBytes: 1 })], {}, {}, false)
    expect(staged.get('viewer-text').textContent).toBe('text of c')
    expect(staged.host.count('fetchFile')).toBe(0)
  })

  it('[FIL122] goes with its message: deleted or withdrawn, it is shown no longer', async () => {
    await open(undefined)
    expect(staged.find('viewer')).toBeUndefined()
    expect(staged.state().viewed).toBeUndefined()
  })

  it('[FIL122] a picture that is none, or would take too much memory, is not decoded', async () => {
    await open([fileOf('c')], {
      inspectFile: () => ok({ kind: 'image', mediaType: 'image/png', canOpen: true, canSave: true }),
    })
    expect(staged.find('viewer-picture')).toBeUndefined()
    expect(staged.get('viewer-note').textContent).toContain('damaged')
  })

  it('[FIL115] where policy keeps files inside, it says so and offers nothing else', async () => {
    await open(
      [fileOf('c')],
      { inspectFile: () => ok({ kind: 'text', mediaType: 'text/plain', canOpen: false, canSave: false }) },
      { takeFiles: false },
    )
    expect(staged.get('viewer').textContent).toContain('Your organisation keeps files inside Causeway')
    expect(staged.find('file-save')).toBeUndefined()
  })
})
