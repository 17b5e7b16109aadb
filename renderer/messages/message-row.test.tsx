import { act } from 'react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { MessageView, SessionView } from '../../shared/bridge.ts'
import type { ClientId, UserId } from '../../shared/model.ts'
import { conversationOf, messageOf, ok, sessionOf } from '../dev/fake-host.ts'
import { a } from '../dev/fake-workspace.ts'
import { type Staged, stage } from '../dev/staged.tsx'
import { MessageRow } from './message-row.tsx'
import { RowOverlays, Rows } from './row-overlays.tsx'

let staged: Staged
afterEach(() => staged.remove())

const clientId = `msg_${'a'.repeat(20)}` as ClientId
const person = (letter: string) => `usr_${letter.repeat(20)}` as UserId
const people = [
  { userId: person('b'), displayName: 'Grace Wong', userName: 'grace', active: true },
  { userId: person('c'), displayName: '李家豪', userName: 'kelvin', active: true },
]

interface RowOptions {
  readonly readBy?: readonly UserId[]
  readonly may?: Partial<SessionView['may']>
  readonly archived?: boolean
  readonly tabStop?: boolean
}

async function row(
  message: Partial<MessageView>,
  { readBy = [], may = {}, archived = false, tabStop = true }: RowOptions = {},
) {
  const conversation = conversationOf(a, { archived, memberIds: people.map(({ userId }) => userId) })
  const session = sessionOf({ may: { forward: true, takeFiles: true, edit: true, delete: true, ...may } })
  staged = await stage(
    <RowOverlays conversation={conversation}>
      {(show) => (
        <Rows conversation={conversation} show={show}>
          <MessageRow
            expanded={new Set()}
            head
            message={messageOf(5, message)}
            onFocus={() => undefined}
            readBy={readBy}
            tabStop={tabStop}
            target={false}
            tick
          />
        </Rows>
      )}
    </RowOverlays>,
    {
      state: { session, people, conversations: [conversation], openId: a },
      answers: {
        react: () => ok({ clientId }),
        readEdits: () =>
          ok({
            versions: [
              { atMs: 1, text: 'before' },
              { atMs: 2, text: 'as it reads now' },
            ],
          }),
        deleteMessage: () => ok({ clientId }),
        retryMessage: () => ok({}),
        discardMessage: () => ok({}),
      },
    },
  )
}
const text = (words: string, change: object = {}): MessageView['content'] => ({ type: 'text', text: words, ...change })
const asked = (name: string) => staged.host.asked.filter((call) => call.name === name).map(({ args }) => args)
const press = (key: string) =>
  staged.settle(() =>
    staged.get('message').dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })),
  )
/** What is fetched on first use is there within this, on a busy computer too. */
const comesMs = 4000
/** Lets what is fetched on first use come. */
async function comes(testId: string): Promise<HTMLElement> {
  return vi.waitFor(async () => {
    await staged.settle()
    return staged.get(testId)
  }, comesMs)
}

describe('a message', () => {
  it('[UI44] that was edited says so, and shows what it said before', async () => {
    const editedAtMs = new Date(2025, 10, 21, 15, 2).getTime()
    await row({ content: text('as it reads now', { editedAtMs }) })
    const mark = staged.get('message-edited')
    expect(mark.textContent).toBe('edited')
    expect(mark.title).toContain('15:02')
    await staged.click('message-edited')
    const history = await comes('edit-history')
    for (let turn = 0; turn < 20 && staged.find('edit-version') === undefined; turn++) await staged.settle()
    expect(history.textContent).toMatch(/Original.*before.*Now.*as it reads now/)
  })

  it('[UI44] that was not edited bears no mark', async () => {
    await row({})
    expect(staged.find('message-edited')).toBeUndefined()
  })

  it('[UI44] that was deleted leaves its place and no act on it', async () => {
    await row({ content: { type: 'deleted' } })
    expect(staged.get('message-deleted').textContent).toBe('This message was deleted.')
    expect(staged.page.querySelector('[role="toolbar"]')).toBeNull()
  })

  it('[UI51] is text and never markup, and its links open through main', async () => {
    await row({ content: text('<b id="x">**bold**</b> [page](https://a.hk/p) javascript:alert(1)') })
    expect(staged.page.querySelector('#x')).toBeNull()
    expect(staged.page.querySelector('strong')?.textContent).toBe('bold')
    const links = [...staged.page.querySelectorAll('a')]
    expect(links.map((link) => link.href)).toEqual(['https://a.hk/p'])
    await staged.settle(() => links[0]?.click())
    expect(asked('openLink')).toEqual([{ url: 'https://a.hk/p' }])
  })

  it('[UI52] shows mentions, that of the reader strongest', async () => {
    const mentions = [
      { type: 'person', start: 0, end: 6, userId: person('b'), me: false },
      { type: 'everyone', start: 7, end: 15, me: true },
    ]
    await row({ content: text('@Grace @channel', { mentions }) })
    const marks = [...staged.page.querySelectorAll('.mention')]
    expect(marks.map((mark) => [mark.textContent, mark.classList.contains('mention--me')])).toEqual([
      ['@Grace', false],
      ['@channel', true],
    ])
  })

  it('[UI63] tells who reacted, and a press puts one’s own on or takes it off', async () => {
    const reactions = [
      { emoji: '👍', userIds: [person('b'), person('c')], mine: false },
      { emoji: '🎉', userIds: [person('c')], mine: true },
    ]
    await row({ reactions })
    const [thumbs, party] = [...staged.page.querySelectorAll<HTMLElement>('[data-testid="reaction"]')]
    expect(thumbs?.getAttribute('aria-label')).toContain('Grace Wong and 李家豪')
    expect(party?.getAttribute('aria-pressed')).toBe('true')
    await staged.settle(() => thumbs?.click())
    await staged.settle(() => party?.click())
    expect(asked('react')).toEqual([
      { conversationId: a, seq: 5, emoji: '👍', on: true },
      { conversationId: a, seq: 5, emoji: '🎉', on: false },
    ])
  })

  it('[UI63] is there for a pointer that comes to lie on the row without entering it', async () => {
    await row({}, { tabStop: false })
    expect(staged.page.querySelector('[role=toolbar]')).toBeNull()
    act(() => {
      staged.get('message').dispatchEvent(new PointerEvent('pointermove', { bubbles: true }))
    })
    expect(staged.page.querySelector('[role=toolbar]')).not.toBeNull()
  })

  it('[UI63] offers what policy and ownership allow, and nothing more', async () => {
    const has = () => ['act-react', 'act-thread', 'act-quote', 'act-forward'].map((id) => staged.find(id) !== undefined)
    await row({}, { may: { forward: false } })
    expect(has()).toEqual([true, true, true, false])
    await staged.click('act-more')
    await comes('message-menu-copy')
    expect(['edit', 'delete', 'readers'].map((id) => staged.find(`message-menu-${id}`))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    staged.remove()
    await row({ mine: true }, { may: { edit: false } })
    await staged.click('act-more')
    await comes('message-menu-delete')
    expect(staged.find('message-menu-edit')).toBeUndefined()
    staged.remove()
    await row({}, { archived: true })
    expect(has()).toEqual([false, false, false, true])
  })

  it('[UI63] is acted on by keys as well; deleting asks first', async () => {
    await row({ mine: true, content: text('mine') })
    await press('e')
    expect(staged.state().writing[a]?.edit?.seq).toBe(5)
    await press('q')
    expect(staged.state().writing[a]?.quote).toMatchObject({ seq: 5, text: 'mine' })
    await press('Delete')
    await comes('delete-dialog')
    expect(asked('deleteMessage')).toEqual([])
    await staged.click('delete-confirm')
    expect(asked('deleteMessage')).toEqual([{ conversationId: a, seq: 5 }])
    expect(staged.find('delete-dialog')).toBeUndefined()
  })

  it('[UI64] tells that it was sent, by how many it was read, and by whom', async () => {
    await row({ mine: true })
    expect(staged.get('delivery').textContent).toBe('Sent')
    staged.remove()
    await row({ mine: true }, { readBy: people.map(({ userId }) => userId) })
    expect(staged.get('read-by').getAttribute('aria-label')).toBe('Read by 2')
    await staged.click('read-by')
    await comes('readers')
  })

  it('[UI64] tells what waits, of itself and of an act on it', async () => {
    await row({ delivery: { state: 'queued' } })
    expect(staged.get('delivery').textContent).toBe('Waiting to be sent')
    staged.remove()
    await row({ pending: { clientId, act: 'edit' } })
    expect(staged.get('delivery').textContent).toBe('Edit waiting to be sent')
  })

  it('[UI65] that was refused says why and offers both ways out; so does an act that was', async () => {
    const failure = { code: 'policy-forbids', message: '' }
    await row({ pending: { clientId, act: 'delete', failure } })
    expect(staged.get('message-trouble').textContent).toContain('Not deleted · Your organisation does not allow this.')
    await staged.click('message-retry')
    await staged.click('message-discard')
    expect([asked('retryMessage'), asked('discardMessage')]).toEqual([[{ clientId }], [{ clientId }]])
    staged.remove()
    await row({ clientId, mine: true, delivery: { state: 'failed', failure } })
    expect(staged.get('message-trouble').textContent).toContain('Not sent')
  })

  it('[UI63] leads to what it quotes, and says where that was deleted', async () => {
    const quote = { seq: 2, senderName: 'Grace Wong', text: '**see** this', state: 'here' }
    await row({ content: text('yes', { quote }) })
    expect(staged.get('quote').textContent).toBe('Go to the quoted message:Grace Wongsee this')
    staged.remove()
    await row({ content: text('yes', { quote: { ...quote, text: '', state: 'deleted' } }) })
    expect(staged.get('quote').textContent).toBe('The quoted message was deleted.')
    expect(staged.get('quote').tagName).toBe('DIV')
  })

  it('[UI60] that has a thread says how many replied and what is new, and opens it', async () => {
    await row({ thread: { replies: 3, unread: 1, lastAtMs: 1, userIds: [person('b')] } })
    expect(staged.get('thread-chip').textContent).toContain('3 replies1 new')
    await staged.click('thread-chip')
    expect(staged.state().thread?.rootSeq).toBe(5)
  })
})
