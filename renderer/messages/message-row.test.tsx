import { afterEach, describe, expect, it } from 'vitest'
import type { MessageView } from '../../shared/bridge.ts'
import { messageOf } from '../dev/fake-host.ts'
import { type Staged, stage } from '../dev/staged.tsx'
import { MessageRow } from './message-row.tsx'

let staged: Staged
afterEach(() => staged.remove())

async function row(content: MessageView['content']) {
  staged = await stage(
    <MessageRow
      expanded={new Set()}
      head
      message={messageOf(1, { content })}
      onFocus={() => undefined}
      tabStop
      target={false}
      tick={false}
    />,
  )
}

describe('a message', () => {
  it('[UI44] that was edited says so, with the time at hand', async () => {
    const editedAtMs = new Date(2025, 10, 21, 15, 2).getTime()
    await row({ type: 'text', text: 'as it reads now', editedAtMs })
    const mark = staged.get('message-edited')
    expect(mark.textContent).toBe('edited')
    expect(mark.title).toContain('15:02')
    expect(staged.page.textContent).toContain('as it reads now')
  })

  it('[UI44] that was not edited bears no mark', async () => {
    await row({ type: 'text', text: 'x' })
    expect(staged.find('message-edited')).toBeUndefined()
  })

  it('[UI44] that was deleted leaves its place and no act on it', async () => {
    await row({ type: 'deleted' })
    expect(staged.get('message-deleted').textContent).toBe('This message was deleted.')
    expect(staged.page.querySelector('[role="toolbar"]')).toBeNull()
  })

  it('[UI41] shows its files with name and size, says that they cannot be opened yet, and makes no link of them', async () => {
    const name = 'a-very-long-name-of-a-scan-2025.pdf'
    await row({ type: 'text', text: 'see', files: [{ name, mediaType: 'application/pdf', bytes: 482_113 }] })
    const chip = staged.get('file-chip')
    expect(chip.textContent).toBe(`${name}482 kB`)
    expect(chip.title).toContain('later version')
    expect(chip.querySelector('a, button')).toBeNull()
  })
})
