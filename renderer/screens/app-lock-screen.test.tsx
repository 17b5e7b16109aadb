import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fail, ok, sessionOf } from '../dev/fake-host.ts'
import { type Staged, stage } from '../dev/staged.tsx'
import { AppLockScreen } from './app-lock-screen.tsx'

const locked = sessionOf({
  state: 'locked',
  workspaceName: 'Straits Capital',
  appLock: { enabled: true, locked: true, lockAfterMinutes: 15 },
})
let staged: Staged
afterEach(() => staged.remove())

describe('the lock screen', () => {
  it('[UI33] names the workspace and leads straight to the passphrase, which is hidden until asked for', async () => {
    staged = await stage(<AppLockScreen />, { state: { session: locked } })
    expect(staged.page.textContent).toContain('Straits Capital')
    const field = staged.get<HTMLInputElement>('unlock-passphrase')
    expect(document.activeElement).toBe(field)
    expect(field.type).toBe('password')
    await staged.click('unlock-passphrase-show')
    expect(field.type).toBe('text')
  })

  it('[UI33] says under the field that a passphrase was wrong, ties it to the field, and takes it back on typing', async () => {
    staged = await stage(<AppLockScreen />, {
      state: { session: locked },
      answers: { getSession: () => ok(locked), unlock: () => fail('passphrase-wrong') },
    })
    await staged.type('unlock-passphrase', 'nope')
    await staged.submit('unlock-passphrase')
    expect(staged.host.asked.filter(({ name }) => name === 'unlock')).toEqual([
      { name: 'unlock', args: { passphrase: 'nope' } },
    ])
    const error = staged.get('unlock-passphrase-error')
    expect(error.dataset.code).toBe('passphrase-wrong')
    expect(staged.get('unlock-passphrase').getAttribute('aria-describedby')).toBe(error.id)
    expect(staged.get('unlock-passphrase').getAttribute('aria-invalid')).toBe('true')
    await staged.type('unlock-passphrase', 'nope2')
    expect(staged.find('unlock-passphrase-error')).toBeUndefined()
  })

  it('[UI33] an empty passphrase is not asked about', async () => {
    staged = await stage(<AppLockScreen />, { state: { session: locked } })
    await staged.submit('unlock-passphrase')
    expect(staged.host.count('unlock')).toBe(0)
    expect(staged.find('unlock-passphrase-error')).toBeDefined()
  })
})

describe('the pause after wrong passphrases', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: 1_000_000 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('[UI34] counts down on the button, asks nothing meanwhile, and says when it is over', async () => {
    staged = await stage(<AppLockScreen />, {
      state: { session: locked },
      answers: { getSession: () => ok(locked), unlock: () => fail('rate-limited', 3000) },
    })
    await staged.type('unlock-passphrase', 'nope')
    await staged.submit('unlock-passphrase')
    const button = staged.get('unlock-submit')
    expect(button.textContent).toBe('Wait 3 s')
    expect(button.getAttribute('aria-disabled')).toBe('true')
    await staged.submit('unlock-passphrase')
    expect(staged.host.count('unlock')).toBe(1)
    await staged.settle(() => vi.advanceTimersByTime(2000))
    expect(button.textContent).toBe('Wait 1 s')
    await staged.settle(() => vi.advanceTimersByTime(1000))
    expect(button.textContent).toBe('Unlock')
    expect(staged.page.textContent).toContain('You can try again now.')
    await staged.submit('unlock-passphrase')
    expect(staged.host.count('unlock')).toBe(2)
  })

  it('[UI34] one that main tells of at the start holds as well', async () => {
    const appLock = { ...locked.appLock, retryAtMs: 1_000_000 + 245_000 }
    staged = await stage(<AppLockScreen />, { state: { session: { ...locked, appLock } } })
    expect(staged.get('unlock-submit').textContent).toBe('Wait 4 min 05 s')
    await staged.type('unlock-passphrase', 'harbour')
    await staged.submit('unlock-passphrase')
    expect(staged.host.count('unlock')).toBe(0)
  })
})
