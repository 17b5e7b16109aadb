import { afterEach, describe, expect, it } from 'vitest'
import type { AppLockView } from '../../shared/bridge.ts'
import { useWorkspace } from '../app/workspace-context.ts'
import { type Answers, fail, ok, sessionOf } from '../dev/fake-host.ts'
import { type Staged, stage } from '../dev/staged.tsx'
import { AppLockSection } from './app-lock-section.tsx'

let staged: Staged
afterEach(() => staged.remove())

function Section() {
  const session = useWorkspace((state) => state.session)
  if (session === undefined) return undefined
  return <AppLockSection appLock={session.appLock} isWanted={false} settings={session.settings} />
}
const off: AppLockView = { enabled: false, locked: false, lockAfterMinutes: 15 }
const on: AppLockView = { ...off, enabled: true }
async function open(appLock: AppLockView, answers: Answers = {}) {
  let now = appLock
  staged = await stage(<Section />, {
    state: { session: sessionOf({ appLock }) },
    answers: {
      getSession: () => ok(sessionOf({ appLock: now })),
      setPassphrase: ({ next }) => {
        now = { ...now, enabled: next !== undefined }
        return ok({})
      },
      ...answers,
    },
  })
}
const asked = () => staged.host.asked.filter(({ name }) => name === 'setPassphrase').map(({ args }) => args)
const errorOf = (field: string) => staged.find(`${field}-error`)?.textContent

describe('the app lock in the settings', () => {
  it('[UI35] a passphrase is set only where it is long enough and repeated alike', async () => {
    await open(off)
    await staged.click('app-lock-set')
    await staged.type('passphrase-next', 'short')
    await staged.submit('passphrase-next')
    expect(errorOf('passphrase-next')).toContain('6')
    await staged.type('passphrase-next', 'harbour bridge')
    await staged.type('passphrase-repeat', 'harbour brigde')
    await staged.submit('passphrase-next')
    expect(errorOf('passphrase-repeat')).toBeDefined()
    expect(asked()).toEqual([])
    await staged.type('passphrase-repeat', 'harbour bridge')
    await staged.submit('passphrase-next')
    expect(asked()).toEqual([{ next: 'harbour bridge' }])
    expect(staged.get('app-lock-done').textContent).not.toBe('')
    expect(staged.find('passphrase-next')).toBeUndefined()
    expect(staged.find('app-lock-now')).toBeDefined()
  })

  it('[UI35] changing asks for the one that applies, and says under it when it was wrong', async () => {
    await open(on, { setPassphrase: () => fail('passphrase-wrong') })
    await staged.click('app-lock-change')
    await staged.type('passphrase-next', 'harbour bridge')
    await staged.type('passphrase-repeat', 'harbour bridge')
    await staged.submit('passphrase-next')
    expect(errorOf('passphrase-current')).toBeDefined()
    expect(asked()).toEqual([])
    await staged.type('passphrase-current', 'not it')
    await staged.submit('passphrase-next')
    expect(asked()).toEqual([{ current: 'not it', next: 'harbour bridge' }])
    expect(staged.get('passphrase-current-error').dataset.code).toBe('passphrase-wrong')
  })

  it('[UI35] taking the lock off asks for the passphrase and sends no new one', async () => {
    await open(on)
    await staged.click('app-lock-remove')
    await staged.type('passphrase-current', 'harbour')
    await staged.submit('passphrase-current')
    expect(asked()).toEqual([{ current: 'harbour' }])
    expect(staged.find('app-lock-set')).toBeDefined()
  })

  it('[UI35] after too many wrong passphrases the form waits as the lock screen does', async () => {
    await open(on, { setPassphrase: () => fail('rate-limited', 60_000) })
    await staged.click('app-lock-remove')
    await staged.type('passphrase-current', 'no')
    await staged.submit('passphrase-current')
    await staged.submit('passphrase-current')
    expect(asked()).toHaveLength(1)
    expect(staged.get('passphrase-save').getAttribute('aria-disabled')).toBe('true')
  })

  it('[UI36] idle minutes are kept within 1 and 240', async () => {
    await open(on)
    for (const typed of ['999', '0', '', '30']) {
      await staged.type('app-lock-minutes', typed)
      await staged.settle(() =>
        staged.get('app-lock-minutes').dispatchEvent(new FocusEvent('focusout', { bubbles: true })),
      )
    }
    const sent = staged.host.asked.filter(({ name }) => name === 'setSettings').map(({ args }) => args)
    expect(sent).toEqual([{ lockAfterMinutes: 240 }, { lockAfterMinutes: 1 }, { lockAfterMinutes: 30 }])
  })

  it('[UI36] where policy’s time is shorter, that is said', async () => {
    await open({ ...on, lockAfterMinutes: 5 })
    expect(staged.get('app-lock-applies').textContent).toContain('5 minutes')
    staged.remove()
    await open(on)
    expect(staged.get('app-lock-applies').textContent).toContain('240')
  })
})
