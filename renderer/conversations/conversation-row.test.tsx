import { afterEach, describe, expect, it } from 'vitest'
import type { ConversationView } from '../../shared/bridge.ts'
import { conversationOf, senderId } from '../dev/fake-host.ts'
import { a } from '../dev/fake-workspace.ts'
import { type Staged, stage } from '../dev/staged.tsx'
import { ConversationRow } from './conversation-row.tsx'

let staged: Staged
afterEach(() => staged.remove())

async function preview(change: Partial<ConversationView>, current: boolean, typed?: string) {
  const row = conversationOf(a, change)
  staged = await stage(
    <ConversationRow conversation={row} current={current} onFocus={() => undefined} tabStop={false} />,
    { state: { drafts: typed === undefined ? {} : { [a]: typed } } },
  )
  return staged.page.querySelector('.row__preview')?.textContent
}

describe('a row of the list', () => {
  it('[UI43] shows what was begun in place of the last message, but not of the open conversation', async () => {
    expect(await preview({ draft: 'half\na thought' }, false)).toBe('Draft: half a thought')
    staged.remove()
    expect(await preview({ draft: 'half a thought' }, true)).toBe('a: hi')
  })

  it('[UI43] what was typed here outranks what is kept, emptied or blank text included', async () => {
    expect(await preview({ draft: 'old' }, false, 'new')).toBe('Draft: new')
    staged.remove()
    expect(await preview({ draft: 'old' }, false, '')).toBe('a: hi')
    staged.remove()
    expect(await preview({}, false, ' \n')).toBe('a: hi')
  })

  it('[UI44] says of a last message without words that it was deleted', async () => {
    const lastMessage = { senderId, senderName: 'a', mine: false, text: '' }
    expect(await preview({ lastMessage }, false)).toBe('a: Message deleted')
  })
})
