import { afterEach, describe, expect, it } from 'vitest'
import type { PersonView } from '../../shared/bridge.ts'
import type { ConversationId, UserId } from '../../shared/model.ts'
import { useActions, useWorkspace } from '../app/workspace-context.ts'
import { type Answers, conversationOf, fail, ok, sessionOf } from '../dev/fake-host.ts'
import { a, b } from '../dev/fake-workspace.ts'
import { type Staged, stage } from '../dev/staged.tsx'
import type { WorkspaceState } from '../state/state.ts'
import { PlaceDialogs } from './place-dialogs.tsx'

let staged: Staged
afterEach(() => staged.remove())

const person = (index: number, displayName: string, active = true): PersonView => ({
  userId: `usr_${String(index).padStart(20, '0')}` as UserId,
  displayName,
  userName: displayName.toLowerCase(),
  active,
})
const me = person(0, 'Winnie')
const people = [me, person(1, 'Ada'), person(2, 'Ben'), person(3, 'Carl', false)]

function Dialogs() {
  const dialog = useWorkspace((state) => state.dialog)
  const { showDialog } = useActions()
  if (dialog === undefined) return undefined
  return <PlaceDialogs dialog={dialog} onClose={() => showDialog(undefined)} />
}
async function open(state: Partial<WorkspaceState>, answers: Answers = {}) {
  const conversations = [conversationOf(a, { name: 'desk', memberIds: [me.userId, person(1, '').userId] })]
  staged = await stage(<Dialogs />, {
    answers: { listConversations: () => ok({ conversations: [...conversations, conversationOf(b)] }), ...answers },
    state: { session: sessionOf({ me }), people, conversations, ...state },
  })
}
const asked = (name: string) => staged.host.asked.filter((call) => call.name === name).map(({ args }) => args)
const rows = () => [...document.querySelectorAll<HTMLElement>('[data-testid="picker-row"]')]
const key = (name: string) =>
  staged.settle(() =>
    staged
      .get('picker-box')
      .dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true })),
  )

describe('a new conversation', () => {
  it('[UI84] people are chosen by keyboard, taken back by Backspace, and those who are gone or oneself not offered', async () => {
    await open({ dialog: 'new-group' }, { createConversation: () => ok({ conversationId: b }) })
    expect(rows().map((row) => row.querySelector('.member__name')?.textContent)).toEqual(['Ada', 'Ben'])
    await key('Enter')
    await key('ArrowDown')
    await key('Enter')
    await key('Backspace')
    await key('ArrowDown')
    expect(rows().map((row) => row.getAttribute('aria-selected'))).toEqual(['true', 'false'])
    await key('ArrowUp')
    await key('Enter')
    await staged.submit('create-name')
    expect(asked('createConversation')).toEqual([
      { kind: 'group', name: 'Ada, Ben', memberIds: [people[1]?.userId, people[2]?.userId] },
    ])
    expect(staged.state()).toMatchObject({ dialog: undefined, openId: b })
  })

  it('[UI84] a channel needs a name; a name that is taken is told, and what was entered stays', async () => {
    await open({ dialog: 'new-channel' }, { createConversation: () => fail('already-exists') })
    await staged.submit('create-name')
    expect(staged.get('create-name').getAttribute('aria-invalid')).toBe('true')
    expect(asked('createConversation')).toEqual([])
    await staged.type('create-name', ' settlement ')
    await staged.submit('create-name')
    expect(asked('createConversation')).toEqual([{ kind: 'channel', name: 'settlement', isOpen: true, memberIds: [] }])
    expect(staged.get('problem-line').dataset.code).toBe('already-exists')
    expect(staged.get<HTMLInputElement>('create-name').value).toBe(' settlement ')
    expect(staged.state().dialog).toBe('new-channel')
  })
})

describe('browsing channels', () => {
  const channel = (id: ConversationId, name: string, isMember = false) => ({
    conversationId: id,
    name,
    members: 3,
    isMember,
  })

  it('[UI85] joining opens the channel; the next page goes below', async () => {
    await open(
      { dialog: 'browse' },
      {
        browseConversations: ({ cursor }) =>
          ok(
            cursor === undefined
              ? { found: [channel(b, 'lunch')], cursor: '1' }
              : { found: [channel(a, 'desk', true)] },
          ),
        joinConversation: () => ok({}),
      },
    )
    await staged.settle()
    await staged.settle(() => document.querySelector<HTMLElement>('.browse__more button')?.click())
    expect([...document.querySelectorAll('.browse__name')].map((name) => name.textContent)).toEqual(['lunch', 'desk'])
    await staged.click('browse-join')
    expect(asked('joinConversation')).toEqual([{ conversationId: b }])
    expect(staged.state()).toMatchObject({ dialog: undefined, openId: b })
  })

  it('[UI85] without a connection it asks nothing and says why', async () => {
    await open({ dialog: 'browse', session: sessionOf({ me, state: 'offline' }) })
    await staged.settle()
    expect(asked('browseConversations')).toEqual([])
    expect(staged.get('browse').textContent).toContain('offline')
  })
})

describe('giving something up', () => {
  const about = { conversationId: a }

  it('[UI86] leaving asks first, says what is lost, and stays where it was refused', async () => {
    await open({ dialog: 'leave', dialogAbout: about }, { leaveConversation: () => fail('unavailable') })
    expect(staged.get('leave').textContent).toContain('What is kept of it on this computer is removed')
    expect(asked('leaveConversation')).toEqual([])
    await staged.click('leave-submit')
    expect(asked('leaveConversation')).toEqual([about])
    expect(staged.get('problem-line').dataset.code).toBe('unavailable')
    await staged.click('leave-cancel')
    expect(staged.state()).toMatchObject({ dialog: undefined, dialogAbout: undefined })
  })

  it('[UI86] taking a person out and archiving name what they are about', async () => {
    const userId = person(1, '').userId
    await open({ dialog: 'remove-member', dialogAbout: { ...about, userId } }, { removeMember: () => ok({}) })
    expect(staged.get('remove-member').textContent).toContain('Remove Ada from desk?')
    await staged.click('remove-member-submit')
    expect(asked('removeMember')).toEqual([{ conversationId: a, userId }])
    expect(staged.state().dialog).toBeUndefined()
  })

  it('[UI86] a dialog about a conversation that is gone closes', async () => {
    await open({ dialog: 'archive', dialogAbout: { conversationId: b } })
    await staged.settle()
    expect(staged.state().dialog).toBeUndefined()
  })

  it('[UI84] only those who are not in are offered for inviting', async () => {
    await open({ dialog: 'invite', dialogAbout: about }, { inviteMembers: () => ok({}) })
    expect(rows().map((row) => row.querySelector('.member__name')?.textContent)).toEqual(['Ben'])
    await staged.click('invite-submit')
    expect(asked('inviteMembers')).toEqual([])
    await key('Enter')
    await staged.click('invite-submit')
    expect(asked('inviteMembers')).toEqual([{ conversationId: a, userIds: [people[2]?.userId] }])
  })
})
