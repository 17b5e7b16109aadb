import { afterEach, describe, expect, it } from 'vitest'
import type { SessionView } from '../../shared/bridge.ts'
import { ConversationsWipedBar } from '../app/conversations-wiped-bar.tsx'
import { wipeId } from '../dev/fake-devices.ts'
import { fail, messageOf, ok, sessionOf } from '../dev/fake-host.ts'
import { type Staged, stage } from '../dev/staged.tsx'
import { NoticeRow } from '../messages/quiet-rows.tsx'
import { screenOf } from '../state/screen.ts'
import { LockedScreen } from './locked-screen.tsx'
import { SignedOutScreen } from './signed-out-screen.tsx'

let staged: Staged
afterEach(() => staged.remove())

const signOut = {
  workspaceName: 'Straits Capital',
  issuedBy: 'Kelvin',
  reason: 'desk moves',
  atMs: 1,
  serverUrl: 'https://chat.example.hk',
}
const signedOut = sessionOf({ state: 'signed-out', signOut })

describe('a desktop that IT has signed out', () => {
  it('[UIF50] says so, and not that it was wiped; a desktop that was never enrolled does not', async () => {
    expect(screenOf(signedOut, undefined, false, 0)).toEqual({ type: 'signed-out' })
    expect(screenOf(sessionOf({ state: 'signed-out' }), undefined, false, 0)).toEqual({ type: 'enrol', back: false })
    staged = await stage(<SignedOutScreen />, { state: { session: signedOut } })
    const said = staged.page.textContent ?? ''
    for (const words of ['Straits Capital has signed this desktop out', 'Nothing is lost', 'desk moves', 'Kelvin'])
      expect(said).toContain(words)
    expect(said).not.toMatch(/wiped|destroyed/i)
  })

  it('[UIF50] is enrolled again below; a code of somebody else is told in words that fit', async () => {
    staged = await stage(<SignedOutScreen />, {
      state: { session: signedOut },
      answers: { enroll: () => fail('already-exists') },
    })
    expect(document.activeElement).not.toBe(staged.get('enrol-server'))
    await staged.type('enrol-server', 'https://causeway.example.hk')
    await staged.type('enrol-code', 'abcd-efgh-jkmn')
    await staged.submit('enrol-code')
    expect(staged.host.count('enroll')).toBe(1)
    expect(staged.get('enrol-error').textContent).toContain('somebody else')
  })
})

describe('a cache that is closed', () => {
  it.each([
    [undefined, 'longer than its policy allows'],
    ['lease-over', 'longer than its policy allows'],
    ['clock-set-back', 'clock has been set back'],
    ['older-copy', 'older copy'],
    ['first-contact', 'once before'],
  ] as const)('[UIF51] %s: says why, and that nothing is lost', async (closed, words) => {
    const session: SessionView = sessionOf({ state: 'locked', ...(closed === undefined ? {} : { closed }) })
    staged = await stage(<LockedScreen />, { state: { session } })
    expect(staged.page.textContent).toContain('Connect to unlock')
    expect(staged.get('locked-why').textContent).toContain(words)
    expect(staged.get('locked-why').textContent?.toLowerCase()).toContain('nothing is lost')
  })
})

describe('conversations that IT has wiped', () => {
  const open = (names: string[]) =>
    stage(<ConversationsWipedBar />, {
      state: {
        session: sessionOf({
          conversationsWiped: { wipeId: wipeId(1), names, issuedBy: 'Kelvin', reason: 'posted by mistake', atMs: 1 },
        }),
      },
      answers: { dismissConversationsWiped: () => ok({}), getSession: () => ok(sessionOf()) },
    })

  it('[UIF52] are named, with reason and orderer, until their reader dismisses it', async () => {
    staged = await open(['fx-desk'])
    const said = staged.get('conversations-wiped').textContent
    for (const words of ['fx-desk', 'posted by mistake', 'Kelvin']) expect(said).toContain(words)
    expect(staged.get('conversations-wiped').contains(document.activeElement)).toBe(false)
    await staged.click('conversations-wiped-dismiss')
    expect(staged.host.count('dismissConversationsWiped')).toBe(1)
    expect(staged.find('conversations-wiped')).toBeUndefined()
    staged.remove()
    staged = await open(['fx-desk', 'dinner'])
    expect(staged.get('conversations-wiped').textContent).toContain('2 conversations')
    expect(staged.get('conversations-wiped').textContent).toContain('fx-desk and dinner')
    staged.remove()
    staged = await open([])
    expect(staged.get('conversations-wiped').textContent).toContain('IT removed messages from this desktop')
  })

  it('[UIF52] leave one quiet line in the conversation', async () => {
    const message = messageOf(3, { content: { type: 'notice', notice: 'withdrawn', people: [], byIt: true } })
    staged = await stage(<NoticeRow message={message} />)
    expect(staged.get('notice').textContent).toContain('IT removed earlier messages')
  })
})
