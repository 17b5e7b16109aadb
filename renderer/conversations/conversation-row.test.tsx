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

  it('[UI44] shows the words of the last message without the marks of their formatting, in one line', async () => {
    const text = '**Filed** the `form`\n> see [the page](https://example.com/page)'
    expect(await preview({ lastMessage: { senderId, senderName: 'a', mine: false, text } }, false)).toBe(
      'a: Filed the form see the page',
    )
    staged.remove()
    const page = 'word '.repeat(5000)
    const lastMessage = { senderId, senderName: 'a', mine: false, text: page }
    expect((await preview({ lastMessage }, false))?.length).toBeLessThan(200)
  })

  it('[UI72] tells mentions apart from the rest of what is unread, in words too', async () => {
    await preview({ unread: 5, mentions: 2 }, false)
    expect(staged.get('row-mentions').textContent).toBe('2mentions you 2 times')
    expect(staged.get('row-unread').textContent).toBe('55 unread')
    expect(staged.get('conversation-row').dataset.unread).toBe('5')
    staged.remove()
    await preview({ unread: 1 }, false)
    expect(staged.find('row-mentions')).toBeUndefined()
  })

  it('[UI72] a muted row says so, and what is unread in it asks for no attention', async () => {
    await preview({ unread: 5, muted: true }, false)
    expect(staged.get('row-unread').dataset.quiet).toBe('')
    expect(staged.get('conversation-row').dataset.unread).toBe('0')
    expect(staged.page.textContent).toContain('Muted')
  })

  it('[UI76] says in words whether the other person is there, and nothing where that is not known', async () => {
    const other = { userId: senderId, displayName: 'Grace', userName: 'grace', active: true }
    await preview({ kind: 'direct', other }, false)
    expect(staged.find('presence-dot')).toBeUndefined()
    staged.remove()
    staged = await stage(
      <ConversationRow
        conversation={conversationOf(a, { kind: 'direct', other })}
        current={false}
        onFocus={() => undefined}
        tabStop={false}
      />,
      { state: { presence: { [senderId]: 'away' } } },
    )
    expect(staged.get('presence-dot').nextElementSibling?.textContent).toBe('Away')
  })

  it('[UI79] asks for its menu by the second button where the pointer is, and by its own button', async () => {
    const asked: unknown[] = []
    staged = await stage(
      <ConversationRow
        conversation={conversationOf(a)}
        current={false}
        onFocus={() => undefined}
        onMenu={(id, _, at) => asked.push([id, at])}
        tabStop
      />,
    )
    const row = staged.get('conversation-row')
    const press = new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: 30, clientY: 40 })
    await staged.settle(() => row.dispatchEvent(press))
    expect(press.defaultPrevented).toBe(true)
    await staged.settle(() => row.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true })))
    await staged.click('row-menu')
    expect(asked).toEqual([
      [a, { x: 30, y: 40 }],
      [a, undefined],
      [a, undefined],
    ])
    expect(staged.get('row-menu').tabIndex).toBe(0)
  })
})
