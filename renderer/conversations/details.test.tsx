import { afterEach, describe, expect, it } from 'vitest'
import type { ConversationView, PersonView, SessionState } from '../../shared/bridge.ts'
import type { UserId } from '../../shared/model.ts'
import { type Answers, conversationOf, fail, ok, senderId, sessionOf } from '../dev/fake-host.ts'
import { a } from '../dev/fake-workspace.ts'
import { type Staged, stage } from '../dev/staged.tsx'
import { DetailsPane } from '../messages/details-pane.tsx'
import { ArchivedBar } from './archived-bar.tsx'
import { TypingLine } from './typing-line.tsx'

let staged: Staged
afterEach(() => staged.remove())

const person = (id: UserId, displayName: string): PersonView => ({
  userId: id,
  displayName,
  userName: id,
  active: true,
})
const ids = Array.from({ length: 9 }, (_, index) => `usr_${String(index).padStart(20, '0')}` as UserId)
const me = person(ids[0] as UserId, 'Winnie')
const people = [me, ...ids.slice(1).map((id, index) => person(id, `Person ${index + 1}`))]
const members = people.slice(0, 3).map((p) => p.userId)

async function open(change: Partial<ConversationView>, answers: Answers = {}, state: SessionState = 'live') {
  const conversation = conversationOf(a, { name: 'desk', memberIds: members, ...change })
  staged = await stage(<DetailsPane conversation={conversation} />, {
    answers,
    state: { session: sessionOf({ me, state }), people, conversations: [conversation] },
  })
}
const asked = (name: string) => staged.host.asked.filter((call) => call.name === name).map(({ args }) => args)
const key = (testId: string, name: string) =>
  staged.settle(() =>
    staged.get(testId).dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true })),
  )

describe('the details of a conversation', () => {
  it('[UI80] a name is changed where it stands; Escape gives it up; a blank one is not saved', async () => {
    await open({ ownerId: me.userId }, { changeConversation: () => ok({}) })
    await staged.click('details-name-edit')
    await staged.type('details-name-box', 'new desk')
    await key('details-name-box', 'Escape')
    expect(staged.get('details-name').textContent).toBe('desk')
    await staged.click('details-name-edit')
    await staged.type('details-name-box', '  ')
    await staged.click('details-name-save')
    expect(asked('changeConversation')).toEqual([])
    await staged.type('details-name-box', ' new\n desk ')
    await key('details-name-box', 'Enter')
    expect(asked('changeConversation')).toEqual([{ conversationId: a, name: 'new desk' }])
    expect(staged.find('details-name-box')).toBeUndefined()
  })

  it('[UI80] what was refused is told where it was asked, and what was entered stays', async () => {
    await open({ topic: 'old' }, { changeConversation: () => fail('conversation-archived') })
    await staged.click('details-topic-edit')
    await staged.type('details-topic-box', '')
    await staged.click('details-topic-save')
    expect(asked('changeConversation')).toEqual([{ conversationId: a, topic: '' }])
    expect(staged.get('problem-line').textContent).toContain('archived')
    expect(staged.get<HTMLTextAreaElement>('details-topic-box').value).toBe('')
  })

  it('[UI80] offers only what the user may do', async () => {
    await open({ kind: 'channel', ownerId: senderId })
    for (const hidden of ['details-name-edit', 'member-remove', 'details-archive', 'details-access'])
      expect(staged.find(hidden), hidden).toBeUndefined()
    for (const shown of ['details-topic-edit', 'invite-open', 'details-leave']) expect(staged.get(shown)).toBeDefined()
    staged.remove()
    await open({ kind: 'direct', other: people[1] ?? me })
    expect(staged.find('details-leave')).toBeUndefined()
  })

  it('[UI81] without a connection acts stay where they are, do nothing and say why', async () => {
    await open({ kind: 'channel', ownerId: me.userId }, {}, 'offline')
    for (const act of ['details-access', 'details-leave', 'invite-open', 'details-topic-edit']) {
      await staged.click(act)
      expect(staged.get(act).dataset.tip).toContain('offline')
      expect(staged.get(act).getAttribute('aria-disabled')).toBe('true')
    }
    expect(asked('changeConversation')).toEqual([])
    expect(staged.state().dialog).toBeUndefined()
    // What a person sets for themselves works all the same.
    await staged.click('details-mute')
    expect(asked('setPrefs')).toEqual([{ conversationId: a, muted: true }])
  })

  it('[UI82] members are found by name where there are many; owner and oneself are told', async () => {
    await open({ memberIds: people.map((p) => p.userId), ownerId: me.userId })
    expect(staged.page.querySelectorAll('[data-testid="member"]')).toHaveLength(9)
    await staged.type('member-filter', 'person 3')
    expect([...staged.page.querySelectorAll('[data-testid="member"]')].map((row) => row.textContent)).toEqual([
      expect.stringContaining('Person 3'),
    ])
    await key('member-filter', 'Escape')
    expect(staged.page.querySelector('.member__name')?.textContent).toBe('Person 1')
    expect(staged.page.textContent).toContain('WinnieYouOwner')
    await staged.click('member-remove')
    expect(staged.state()).toMatchObject({
      dialog: 'remove-member',
      dialogAbout: { conversationId: a, userId: ids[1] },
    })
  })
})

describe('an archived conversation', () => {
  it('[UI83] says why nothing can be written, and offers the way back to its owner alone', async () => {
    const conversation = conversationOf(a, { kind: 'channel', archived: true, ownerId: me.userId })
    const state = { session: sessionOf({ me }) }
    const answers = { changeConversation: () => fail('not-allowed') }
    staged = await stage(<ArchivedBar conversation={conversation} />, { state, answers })
    expect(staged.get('archived-bar').textContent).toContain('archived')
    await staged.click('unarchive')
    expect(asked('changeConversation')).toEqual([{ conversationId: a, archived: false }])
    expect(staged.get('problem-line').dataset.code).toBe('not-allowed')
    staged.remove()
    staged = await stage(<ArchivedBar conversation={{ ...conversation, ownerId: senderId }} />, { state })
    expect(staged.find('unarchive')).toBeUndefined()
  })
})

describe('the typing line', () => {
  const typing = async (typists: { userId: UserId; threadSeq?: number }[], threadSeq?: number) => {
    staged = await stage(
      <TypingLine conversation={conversationOf(a)} {...(threadSeq === undefined ? {} : { threadSeq })} />,
      { state: { session: sessionOf({ me }), people, typing: { [a]: typists } } },
    )
    const text = staged.get('typing').textContent
    staged.remove()
    return text
  }
  const by = (index: number, threadSeq?: number) => ({
    userId: ids[index] as UserId,
    ...(threadSeq === undefined ? {} : { threadSeq }),
  })

  it('[UI77] names one and two, and no more; never the user; each thread its own', async () => {
    expect(await typing([])).toBe('')
    expect(await typing([by(0)])).toBe('')
    expect(await typing([by(0), by(1)])).toBe('Person 1 is typing…')
    expect(await typing([by(1), by(2)])).toBe('Person 1 and Person 2 are typing…')
    expect(await typing([by(1), by(2), by(3)])).toBe('Several people are typing…')
    expect(await typing([by(1, 5), by(2)])).toBe('Person 2 is typing…')
    expect(await typing([by(1, 5), by(2)], 5)).toBe('Person 1 is typing…')
  })
})
