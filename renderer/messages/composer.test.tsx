import { afterEach, describe, expect, it } from 'vitest'
import type { ClientId, UserId } from '../../shared/model.ts'
import { conversationOf, messageOf, ok } from '../dev/fake-host.ts'
import { a } from '../dev/fake-workspace.ts'
import { type Staged, stage } from '../dev/staged.tsx'
import type { Writing } from '../state/writing.ts'
import { Composer } from './composer.tsx'

let staged: Staged
afterEach(() => staged.remove())
const clientId = `msg_${'a'.repeat(20)}` as ClientId
const grace = { userId: `usr_${'g'.repeat(20)}` as UserId, displayName: 'Grace Wong', userName: 'grace', active: true }
const tom = { userId: `usr_${'h'.repeat(20)}` as UserId, displayName: '陳大文', userName: 'tom', active: true }

async function open(draft = '', writing?: Writing) {
  const conversation = conversationOf(a, {
    kind: 'channel',
    memberIds: [grace.userId, tom.userId],
    ...(draft === '' ? {} : { draft }),
  })
  staged = await stage(
    <Composer
      conversation={conversation}
      messages={[
        messageOf(1, { mine: true }),
        messageOf(2, { mine: true, content: { type: 'text', text: 'my last' } }),
        messageOf(3),
      ]}
    />,
    {
      state: {
        conversations: [conversation],
        openId: a,
        people: [grace, tom],
        writing: writing ? { [a]: writing } : {},
      },
      answers: {
        saveDraft: () => ok({}),
        sendMessage: () => ok({ clientId }),
        editMessage: () => ok({ clientId }),
        noteTyping: () => ok({}),
        listAttachments: () => ok({ attachments: [] }),
      },
    },
  )
}
const field = () => staged.get<HTMLTextAreaElement>('composer')
const asked = (name: string) => staged.host.asked.filter((call) => call.name === name).map(({ args }) => args)
const options = () => [...staged.page.querySelectorAll('.mention-list__name')].map((option) => option.textContent)
async function press(key: string, held: KeyboardEventInit = {}): Promise<boolean> {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...held })
  await staged.settle(() => field().dispatchEvent(event))
  return event.defaultPrevented
}
/** Types `text` at the end of what stands there. */
async function type(text: string): Promise<void> {
  await staged.type('composer', text)
  await staged.settle(() => {
    field().setSelectionRange(text.length, text.length)
    field().dispatchEvent(new Event('select', { bubbles: true }))
  })
}

describe('the composer', () => {
  it('[UI43] goes on with the draft that is kept, the caret at its end', async () => {
    await open('from yesterday')
    expect(field().value).toBe('from yesterday')
    expect(field().selectionStart).toBe(field().value.length)
  })

  it('[UI43] has the draft kept when it loses the focus, and once it was emptied', async () => {
    await open('from yesterday')
    await staged.type('composer', '')
    await staged.settle(() => field().dispatchEvent(new FocusEvent('focusout', { bubbles: true })))
    expect(field().value).toBe('')
    expect(asked('saveDraft')).toEqual([{ conversationId: a, text: '' }])
  })

  it('[UI66] Enter sends; with Shift, in a block of code, or while an input method composes it does not', async () => {
    await open()
    await type('```\nlet x')
    expect(await press('Enter')).toBe(false)
    expect(await press('Enter', { shiftKey: true })).toBe(false)
    expect(await press('Enter', { isComposing: true })).toBe(false)
    expect(asked('sendMessage')).toEqual([])
    expect(await press('Enter', { ctrlKey: true })).toBe(true)
    expect(asked('sendMessage')).toEqual([{ conversationId: a, body: '```\nlet x' }])
    await type('plain')
    expect(await press('Enter')).toBe(true)
    expect(asked('sendMessage')).toHaveLength(2)
  })

  it('[UI66] ArrowUp in an empty field edits one’s last message, and Escape leaves it', async () => {
    await open()
    await type('x')
    expect(await press('ArrowUp')).toBe(false)
    await type('')
    await press('ArrowUp')
    expect(field().value).toBe('my last')
    expect(staged.get('composer-edit').textContent).toContain('Editing message')
    await press('Escape')
    expect(field().value).toBe('')
    await press('ArrowUp')
    await type('my very last')
    await press('Enter')
    expect(asked('editMessage')).toEqual([{ conversationId: a, seq: 2, body: 'my very last' }])
  })

  it('[UI66] the platform’s keys format what is selected', async () => {
    await open()
    await type('請留意')
    field().setSelectionRange(0, 3)
    await press('b', { ctrlKey: true })
    expect(field().value).toBe('**請留意**')
    await press('b', { ctrlKey: true })
    expect(field().value).toBe('請留意')
    await press('i', { ctrlKey: true })
    await press('x', { ctrlKey: true, shiftKey: true })
    expect(field().value).toBe('*~~請留意~~*')
  })

  it('[UI55] an @ offers people; keys choose one and the message names them', async () => {
    await open()
    await type('請問@大')
    expect(options()).toEqual(['陳大文'])
    await type('請問@')
    expect(options()).toEqual(['Grace Wong', '陳大文', '@channel'])
    expect(field().getAttribute('aria-activedescendant')).toMatch(/-0$/)
    await press('ArrowDown')
    await press('Enter')
    expect(field().value).toBe('請問@陳大文 ')
    expect(options()).toEqual([])
    await press('Enter')
    expect(asked('sendMessage')).toEqual([
      {
        conversationId: a,
        body: '請問@陳大文',
        mentions: [{ type: 'person', userId: tom.userId, start: 2, end: 6 }],
      },
    ])
  })

  it('[UI55] put away with Escape, the suggestions stay away until another @', async () => {
    await open()
    await type('@gr')
    await press('Escape')
    expect(options()).toEqual([])
    await type('@gra')
    expect(options()).toEqual([])
    await type('@gra @')
    expect(options()).not.toEqual([])
  })

  it('[UI58] says what is quoted, and Escape lets it go', async () => {
    await open('', {
      mentions: [],
      text: '',
      edit: undefined,
      quote: { seq: 3, senderName: 'Grace Wong', text: 'see' },
    })
    expect(staged.get('composer-quote').textContent).toBe('Replying to Grace Wong see')
    await press('Escape')
    expect(staged.find('composer-quote')).toBeUndefined()
    expect(staged.state().writing[a]?.quote).toBeUndefined()
  })
})
