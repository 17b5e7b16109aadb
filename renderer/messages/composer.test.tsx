import { afterEach, describe, expect, it } from 'vitest'
import { conversationOf, ok } from '../dev/fake-host.ts'
import { a } from '../dev/fake-workspace.ts'
import { type Staged, stage } from '../dev/staged.tsx'
import { Composer } from './composer.tsx'

let staged: Staged
afterEach(() => staged.remove())
const conversation = conversationOf(a, { draft: 'from yesterday' })
const open = () =>
  stage(<Composer conversation={conversation} />, {
    state: { conversations: [conversation], openId: a },
    answers: { saveDraft: () => ok({}) },
  })

describe('the composer', () => {
  it('[UI43] goes on with the draft that is kept, the caret at its end', async () => {
    staged = await open()
    const field = staged.get<HTMLTextAreaElement>('composer')
    expect(field.value).toBe('from yesterday')
    expect(field.selectionStart).toBe(field.value.length)
  })

  it('[UI43] has the draft kept when it loses the focus, and once it was emptied', async () => {
    staged = await open()
    await staged.type('composer', '')
    await staged.settle(() => staged.get('composer').dispatchEvent(new FocusEvent('focusout', { bubbles: true })))
    expect(staged.get<HTMLTextAreaElement>('composer').value).toBe('')
    const saved = staged.host.asked.filter(({ name }) => name === 'saveDraft').map(({ args }) => args)
    expect(saved).toEqual([{ conversationId: a, text: '' }])
  })
})
