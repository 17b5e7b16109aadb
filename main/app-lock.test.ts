// Owns the proof of the app lock as its user and IT meet it: a whole app, a real server, real keys on disk.

import { afterEach, describe, expect, test } from 'vitest'
import { limits } from '../shared/limits.ts'
import {
  clockOff,
  type Desk,
  endDesks,
  enrolled,
  idle,
  live,
  say,
  session,
  shows,
  startServer,
  texts,
} from '../testing/desk.ts'
import { codeOf, must } from '../testing/fake-shell.ts'
import { createVirtualClock } from '../testing/virtual-clock.ts'
import { createAppLock } from './app-lock.ts'
import type { Vault } from './vault/vault.ts'

afterEach(endDesks)

const PASSPHRASE = '正確的馬 battery'
const locked = (desk: Desk) => desk.shell.until(async () => (await session(desk)).appLock.locked)

/** A desk with a conversation, a message in it, and a passphrase. */
async function guarded(message = 'before the lock') {
  const server = await startServer()
  const id = server.found('合規', ['tai-man', 'ka-yan'])
  const desk = await enrolled(server, 'tai-man')
  await desk.shell.until(async () => (await texts(desk, id))[0] !== 'not-found')
  await say(desk, id, message)
  await idle(desk)
  must(await desk.shell.call('setPassphrase', { next: PASSPHRASE }))
  return { server, id, desk }
}

describe('locked', () => {
  test('[APP30] nothing can be read, searched or written; the page is dropped; the passphrase brings it back', async () => {
    const { server, id, desk } = await guarded()
    expect((await session(desk)).appLock).toMatchObject({ enabled: true, locked: false })
    const resets = desk.shell.windowsReset
    must(await desk.shell.call('lock', {}))
    await locked(desk)
    for (const [name, args] of [
      ['listConversations', {}],
      ['readConversation', { conversationId: id, limit: 10 }],
      ['search', { text: 'lock' }],
      ['sendMessage', { conversationId: id, body: 'x' }],
      ['listPeople', {}],
    ] as const)
      expect(codeOf(await desk.shell.call(name, args as never))).toBe('app-locked')
    expect(desk.shell.windowsReset).toBe(resets + 1)
    const view = await session(desk)
    expect(view.state).toBe('locked')
    expect(view.me).toBeUndefined()
    // What comes meanwhile is not shown either, and is here afterwards.
    const notices = desk.shell.notices.length
    server.append(id, 'ka-yan', { type: 'message', body: 'while locked' })
    must(await desk.shell.call('unlock', { passphrase: PASSPHRASE }))
    await shows(desk, id, 'while locked')
    expect(desk.shell.notices.slice(notices).some(({ body }) => body.includes('while locked'))).toBe(false)
    await live(desk)
    expect((await texts(desk, id)).includes('before the lock')).toBe(true)
  })

  test('[APP31] the app starts locked, offline too, and opens with the passphrase alone', async () => {
    const { server, id, desk } = await guarded()
    await server.stop()
    const again = await desk.restart()
    expect((await session(again)).appLock).toMatchObject({ enabled: true, locked: true })
    expect(codeOf(await again.shell.call('unlock', { passphrase: 'not this one' }))).toBe('passphrase-wrong')
    expect(await texts(again, id)).toEqual(['app-locked'])
    must(await again.shell.call('unlock', { passphrase: PASSPHRASE }))
    expect(await texts(again, id)).toContain('before the lock')
  })

  test('[APP32] wrong passphrases slow down, over a restart, and the right one waits like the rest', async () => {
    const { server, desk } = await guarded()
    await server.stop()
    // A clock that stands still: how long a try takes must not matter.
    const startMs = Date.now()
    let passedMs = 0
    const clock = { ...clockOff(0), nowMs: () => startMs + passedMs }
    const again = await desk.restart({ clock })
    for (let i = 0; i < limits.unlockTriesFree; i++)
      expect(codeOf(await again.shell.call('unlock', { passphrase: `wrong ${i}` }))).toBe('passphrase-wrong')
    const tooSoon = await again.shell.call('unlock', { passphrase: PASSPHRASE })
    expect(codeOf(tooSoon)).toBe('rate-limited')
    const waitMs = (!tooSoon.ok && tooSoon.error.retryAfterMs) || 0
    expect(waitMs).toBeGreaterThan(0)
    const later = await again.restart({ clock })
    expect((await session(later)).appLock.retryAtMs).toBe(startMs + waitMs)
    expect(codeOf(await later.shell.call('unlock', { passphrase: PASSPHRASE }))).toBe('rate-limited')
    passedMs = waitMs
    must(await later.shell.call('unlock', { passphrase: PASSPHRASE }))
  })

  test('[APP33] a wipe reaches a locked desktop', async () => {
    const { server, desk } = await guarded()
    must(await desk.shell.call('lock', {}))
    await locked(desk)
    server.wipe(server.deviceOf('tai-man'), 'lost')
    await desk.shell.until(async () => (await session(desk)).wipe?.receipt === 'delivered')
    expect((await session(desk)).state).toBe('wiped')
    expect(codeOf(await desk.shell.call('unlock', { passphrase: PASSPHRASE }))).toBe('not-enrolled')
  })

  test('[APP34] the computer’s lock screen locks it; without a passphrase nothing does', async () => {
    const { server, desk } = await guarded()
    desk.shell.power('lock-screen')
    await locked(desk)
    const other = await enrolled(server, 'ka-yan')
    other.shell.power('lock-screen')
    expect(codeOf(await other.shell.call('lock', {}))).toBe('not-allowed')
    expect((await session(other)).appLock).toMatchObject({ enabled: false, locked: false })
  })

  test('[APP35] the passphrase is changed and taken off with the one that holds now', async () => {
    const { desk } = await guarded()
    expect(codeOf(await desk.shell.call('setPassphrase', { next: 'another one' }))).toBe('passphrase-needed')
    expect(codeOf(await desk.shell.call('setPassphrase', { current: 'wrong', next: 'another one' }))).toBe(
      'passphrase-wrong',
    )
    must(await desk.shell.call('setPassphrase', { current: PASSPHRASE, next: 'another one' }))
    must(await desk.shell.call('lock', {}))
    await locked(desk)
    expect(codeOf(await desk.shell.call('unlock', { passphrase: PASSPHRASE }))).toBe('passphrase-wrong')
    must(await desk.shell.call('unlock', { passphrase: 'another one' }))
    must(await desk.shell.call('setPassphrase', { current: 'another one' }))
    expect((await session(desk)).appLock.enabled).toBe(false)
    const again = await desk.restart()
    expect((await session(again)).appLock).toMatchObject({ enabled: false, locked: false })
  })
})

describe('idleness', () => {
  const MINUTE = 60_000
  function idleLock(minutes = 15) {
    const clock = createVirtualClock(1_700_000_000_000)
    let isLocked = false
    let hasPassphrase = true
    const vault = {
      hasPassphrase: () => hasPassphrase,
      isLocked: () => isLocked,
      lock: () => {
        isLocked = true
      },
    } as Vault
    const limit = { minutes }
    const appLock = createAppLock({
      clock,
      log: { error: () => {}, info: () => {}, debug: () => {} },
      vault: () => vault,
      cache: () => undefined,
      session: () => undefined,
      idleMinutes: () => limit.minutes,
      changed: () => {},
      locked: () => undefined,
      opened: () => {},
    })
    appLock.start()
    return {
      clock,
      appLock,
      limit,
      isLocked: () => isLocked,
      takeOff: () => {
        hasPassphrase = false
      },
    }
  }

  test('[APP36] it locks when nothing was used for as long as is set, and use puts that off', () => {
    const { clock, appLock, isLocked } = idleLock()
    clock.advance(14 * MINUTE)
    appLock.noteActivity()
    clock.advance(14 * MINUTE)
    expect(isLocked()).toBe(false)
    clock.advance(MINUTE)
    expect(isLocked()).toBe(true)
  })

  test('[APP36] a shorter limit holds at once; a clock turned back is no use; without a passphrase nothing locks', () => {
    const shorter = idleLock()
    shorter.clock.advance(6 * MINUTE)
    shorter.limit.minutes = 5
    shorter.appLock.check()
    expect(shorter.isLocked()).toBe(true)
    const open = idleLock()
    open.takeOff()
    open.clock.advance(60 * MINUTE)
    expect(open.isLocked()).toBe(false)
  })
})
