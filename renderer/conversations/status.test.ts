import { describe, expect, it } from 'vitest'
import { defaultSettings, type SessionView, sessionStates } from '../../shared/bridge.ts'
import { times } from '../../shared/limits.ts'
import { languages } from '../i18n/catalog.ts'
import { createTranslator } from '../i18n/translator.ts'
import { statusOf } from './status.ts'

const now = new Date(2025, 10, 24, 15, 0).getTime()
const en = createTranslator('en', ['en-GB'])
const session = (change: Partial<SessionView>): SessionView => ({
  state: 'live',
  host: 'electron',
  version: '0',
  settings: defaultSettings,
  may: { forward: true, takeFiles: true, edit: true, delete: true },
  systemLanguages: [],
  queued: 0,
  appLock: { enabled: false, locked: false, lockAfterMinutes: 15 },
  roles: [],
  ...change,
})

describe('statusOf', () => {
  it('[UI21] offline says since when, until when it can be read, and what waits', () => {
    const status = statusOf(
      session({
        state: 'offline',
        lastHeardAtMs: new Date(2025, 10, 24, 14, 2).getTime(),
        readableUntilMs: new Date(2025, 10, 27, 14, 2).getTime(),
        queued: 2,
      }),
      now,
      en,
    )
    expect(status.title).toBe('Offline since 14:02')
    expect(status.details).toEqual(['readable until Thu 14:02', '2 queued'])
    expect(status.canRetry).toBe(true)
  })

  it('[UI21] catching up tells how far', () => {
    const status = statusOf(session({ state: 'catching-up', catchUp: { done: 1200, total: 4800 } }), now, en)
    expect(status.title).toBe('Catching up · 1,200 of 4,800')
    expect(status.progress).toBe(0.25)
    expect(
      statusOf(session({ state: 'catching-up', catchUp: { done: 0, total: 0 } }), now, en).progress,
    ).toBeUndefined()
  })

  it('[UI22] a clock that is off is told in either direction, beside any state', () => {
    const behind = statusOf(session({ clockSkewMs: 26 * times.HOUR_MS }), now, en)
    expect(behind.warnings).toEqual(['This computer’s clock is 26 hours behind: times shown may mislead.'])
    const ahead = statusOf(session({ clockSkewMs: -7 * times.MINUTE_MS }), now, en)
    expect(ahead.warnings[0]).toContain('7 minutes ahead')
  })

  it('[UI22] a problem beside readable conversations is told; being out of reach is not told twice', () => {
    expect(statusOf(session({ problem: { code: 'disk-full', message: '' } }), now, en).warnings).toHaveLength(1)
    expect(
      statusOf(session({ state: 'offline', problem: { code: 'unavailable', message: '' } }), now, en).warnings,
    ).toEqual([])
  })

  it('[UI21] every state has a title in every language', () => {
    for (const language of languages)
      for (const state of sessionStates)
        expect(statusOf(session({ state }), now, createTranslator(language, [])).title).not.toBe('')
  })
})
