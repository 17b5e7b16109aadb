import { useRef } from 'react'
import { afterEach, describe, expect, it } from 'vitest'
import type { Attachment } from '../../shared/bridge.ts'
import type { FileId } from '../../shared/model.ts'
import { type Answers, conversationOf, fail, ok } from '../dev/fake-host.ts'
import { a } from '../dev/fake-workspace.ts'
import { type Staged, stage } from '../dev/staged.tsx'
import { AttachButton } from './attach-button.tsx'
import { AttachmentTray, RefusedFiles, useAttaching } from './attachment-tray.tsx'
import { FileArea } from './file-area.tsx'

let staged: Staged
afterEach(() => staged.remove())

const file: Attachment = {
  fileId: `fil_${'c'.repeat(20)}` as FileId,
  name: '渠道例外表格（第三版）二〇二五年十一月修訂.xlsx',
  mediaType: '',
  bytes: 31_744,
  transfer: { state: 'staging', doneBytes: 10_000 },
}

function Draft({ archived = false }: { readonly archived?: boolean }) {
  const attaching = useAttaching(a)
  const field = useRef<HTMLTextAreaElement>(null)
  const focusField = () => field.current?.focus()
  return (
    <FileArea conversation={conversationOf(a, { name: 'desk', archived })}>
      <RefusedFiles conversationId={a} focusField={focusField} refused={attaching.refused} />
      <AttachmentTray attaching={attaching} conversationId={a} focusField={focusField} />
      <AttachButton conversationId={a} onDone={focusField} />
      <textarea data-testid="composer" ref={field} />
    </FileArea>
  )
}
async function open(answers: Answers = {}, archived = false) {
  staged = await stage(<Draft archived={archived} />, {
    answers: { listAttachments: () => ok({ attachments: [] }), attachFile: () => fail('disk-full'), ...answers },
    state: { conversations: [conversationOf(a, { archived })], openId: a },
  })
}
const asked = (name: string) => staged.host.asked.filter((call) => call.name === name).map(({ args }) => args)
/** An event that carries files, as a drag or a paste does. */
function carrying(type: string, files: readonly File[], types: readonly string[] = ['Files'], folder = '') {
  const event = new Event(type, { bubbles: true, cancelable: true })
  const items = [...files.map((each) => each.name), folder].filter(Boolean).map((name) => ({
    kind: 'file',
    webkitGetAsEntry: () => ({ name, isDirectory: name === folder }),
  }))
  const data = { types, files, items, dropEffect: '' }
  Object.assign(event, { dataTransfer: data, clipboardData: data })
  return { event, data }
}
const text = new File(['hello'], 'minutes.txt', { type: 'text/plain' })

describe('the tray', () => {
  it('[FIL118] shows each file with name, size and progress; taking it off leads the focus back to the field', async () => {
    await open({ listAttachments: () => ok({ attachments: [file] }), detachFile: () => ok({}) })
    const item = staged.get('attached')
    expect(item.textContent).toContain('10 kB of 32 kB')
    expect(item.querySelector('progress')?.getAttribute('aria-label')).toBe(`Adding ${file.name}`)
    expect(item.querySelector('.file-name__end')?.textContent).toContain('.xlsx')
    expect(staged.get('detach').getAttribute('aria-label')).toBe(`Remove ${file.name}`)
    await staged.click('detach')
    expect(asked('detachFile')).toEqual([{ fileId: file.fileId }])
    expect(document.activeElement).toBe(staged.get('composer'))
  })

  it('[FIL118] a file that could not be taken in says why', async () => {
    const failed: Attachment = { ...file, transfer: { state: 'failed', failure: { code: 'disk-full', message: '' } } }
    await open({ listAttachments: () => ok({ attachments: [failed] }) })
    expect(staged.get('attached').querySelector('[role="alert"]')?.textContent).not.toBe('')
  })
})

describe('dropping and pasting', () => {
  it('[FIL119] files dropped anywhere in the conversation are attached, folders refused; the curtain goes', async () => {
    await open()
    const over = carrying('dragover', [text])
    await staged.settle(() => staged.get('composer').dispatchEvent(over.event))
    expect(staged.get('drop-curtain').textContent).toContain('desk')
    expect([over.event.defaultPrevented, over.data.dropEffect]).toEqual([true, 'copy'])
    const drop = carrying('drop', [text], ['Files'], 'scans')
    await staged.settle(() => staged.get('composer').dispatchEvent(drop.event))
    expect(staged.find('drop-curtain')).toBeUndefined()
    expect(asked('attachFile')).toEqual([{ conversationId: a, name: 'minutes.txt', mediaType: 'text/plain', bytes: 5 }])
    const refused = staged.get('files-refused').textContent
    expect(refused).toContain('scans')
    expect(refused).toContain('minutes.txt')
  })

  it('[FIL119] elsewhere, or where nothing may be attached, a dropped file does not replace the page', async () => {
    await open({}, true)
    for (const target of [staged.get('composer'), document.body]) {
      const { event, data } = carrying('dragover', [text])
      const drop = carrying('drop', [text])
      await staged.settle(() => {
        target.dispatchEvent(event)
        target.dispatchEvent(drop.event)
      })
      expect([event.defaultPrevented, data.dropEffect, drop.event.defaultPrevented]).toEqual([true, 'none', true])
    }
    expect(asked('attachFile')).toEqual([])
  })

  it('[FIL120] a pasted picture gets a name of its own; what was copied as text stays text', async () => {
    await open()
    const sheet = carrying('paste', [new File(['x'], 'image.png', { type: 'image/png' })], ['text/html', 'Files'])
    await staged.settle(() => staged.get('composer').dispatchEvent(sheet.event))
    expect(sheet.event.defaultPrevented).toBe(false)
    const shot = carrying('paste', [new File(['x'], 'image.png', { type: 'image/png' })])
    await staged.settle(() => staged.get('composer').dispatchEvent(shot.event))
    expect(shot.event.defaultPrevented).toBe(true)
    expect(asked('attachFile')).toMatchObject([{ name: expect.stringMatching(/^Picture [\d-]+ [\d.]+\.png$/) }])
  })
})

describe('the button', () => {
  it('[FIL106] asks the host for its dialog once, and opens the page’s own where there is none', async () => {
    await open({ pickFiles: () => fail('not-allowed') })
    let opened = 0
    const input = staged.get<HTMLInputElement>('attach-input')
    input.click = () => {
      opened++
    }
    await staged.click('attach')
    await staged.click('attach')
    expect([opened, asked('pickFiles').length]).toEqual([2, 1])
  })
})
