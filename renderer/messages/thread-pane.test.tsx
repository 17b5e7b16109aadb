import { afterEach, describe, expect, it } from 'vitest'
import type { ClientId } from '../../shared/model.ts'
import { conversationOf, fail, messageOf, ok } from '../dev/fake-host.ts'
import { a } from '../dev/fake-workspace.ts'
import { type Staged, stage } from '../dev/staged.tsx'
import type { ThreadState } from '../state/thread.ts'
import { ThreadPane } from './thread-pane.tsx'

let staged: Staged
afterEach(() => staged.remove())
const clientId = `msg_${'a'.repeat(20)}` as ClientId
const root = messageOf(5, { content: { type: 'text', text: 'the question' } })
const replies = [messageOf(7, { threadSeq: 5 }), messageOf(9, { threadSeq: 5 })]

async function open(change: Partial<ThreadState> = {}, archived = false) {
  const conversation = conversationOf(a, { name: 'fx-desk', archived })
  const thread: ThreadState = {
    rootSeq: 5,
    page: { root, replies, olderUnavailable: false },
    failure: undefined,
    unreadAfterSeq: 7,
    targetSeq: undefined,
    ...change,
  }
  staged = await stage(<ThreadPane conversation={conversation} show={() => undefined} thread={thread} />, {
    state: { conversations: [conversation], openId: a, thread },
    answers: { sendMessage: () => ok({ clientId }), readThread: () => fail('offline') },
  })
}
const rows = () =>
  [...staged.page.querySelectorAll('[data-testid="message"], [data-testid="unread-line"]')].map(
    (row) => row.getAttribute('data-seq') ?? 'new',
  )

describe('a thread', () => {
  it('[UI60] shows the message it is about, the replies, and the line before what is new', async () => {
    await open()
    expect(rows()).toEqual(['5', '7', 'new', '9'])
    expect(staged.get('thread').textContent).toContain('2 replies')
    expect(staged.find('thread-chip')).toBeUndefined()
    expect(staged.find('act-thread')).toBeUndefined()
  })

  it('[UI60] is answered in a field of its own', async () => {
    await open()
    await staged.type('thread-composer', 'an answer')
    expect(staged.state().drafts[a]).toBeUndefined()
    await staged.click('thread-send')
    expect(staged.host.asked.filter(({ name }) => name === 'sendMessage').map(({ args }) => args)).toEqual([
      { conversationId: a, body: 'an answer', threadSeq: 5 },
    ])
  })

  it('[UI60] says what of it is not here, and closes on Escape', async () => {
    await open({ page: { replies, olderUnavailable: true } })
    expect(staged.get('thread').textContent).toContain('connect to read it')
    await staged.settle(() =>
      staged
        .get('thread-composer')
        .dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true })),
    )
    expect(staged.state().thread).toBeUndefined()
  })

  it('[UI60] that cannot be read says why; in an archived conversation it is only read', async () => {
    await open({ page: undefined, failure: { code: 'offline', message: '' } })
    expect(staged.page.querySelector('[role="alert"]')?.textContent).toContain('needs a connection')
    staged.remove()
    await open({}, true)
    expect(staged.find('thread-composer')).toBeUndefined()
    expect(rows()).toHaveLength(4)
  })
})
