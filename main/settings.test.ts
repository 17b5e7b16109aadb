// Owns the proof that settings of earlier versions and changed ones read as they were meant.

import { expect, test } from 'vitest'
import { defaultSettings } from '../shared/bridge.ts'
import { changeSettings, readSettings } from './settings.ts'

const read = (file: object) => readSettings({ read: () => Buffer.from(JSON.stringify(file)) })

test('[APP70] a file of an earlier version keeps what it says, and has the defaults for what is new', () => {
  const old = { theme: 'dark', language: 'zh-Hant-HK', listWidthPx: 300, lockAfterMinutes: 5 }
  expect(read(old)).toEqual({ ...defaultSettings, ...old })
  expect(read({ ...old, notify: 'loud' })).toEqual(defaultSettings)
})

test('[APP70] quiet hours are set, kept and taken off', () => {
  const quietHours = { fromMinute: 1320, toMinute: 420 }
  const set = changeSettings(defaultSettings, { quietHours, notify: 'mentions' })
  expect(read(set)).toEqual({ ...defaultSettings, quietHours, notify: 'mentions' })
  expect(changeSettings(set, { theme: 'light' })).toMatchObject({ quietHours, notify: 'mentions', theme: 'light' })
  expect(changeSettings(set, { quietHours: null })).toMatchObject({ quietHours: null, notify: 'mentions' })
})
