import { describe, expect, it } from 'vitest'
import { languageOf } from './script.ts'

describe('languageOf', () => {
  it('[UI1] tells Traditional from Simplified by distinctive characters', () => {
    expect(languageOf('請問會議改到幾點？', 'en')).toBe('zh-Hant-HK')
    expect(languageOf('请问会议改到几点？', 'en')).toBe('zh-Hans')
    expect(languageOf('佢哋話聽日先嚟', 'zh-Hans')).toBe('zh-Hant-HK')
    expect(languageOf('客户资料已更新 (v2)', 'zh-Hant-HK')).toBe('zh-Hans')
    expect(languageOf('搭𨋢上去', 'en')).toBe('zh-Hant-HK')
  })

  it('[UI1] follows the window where the characters tell nothing', () => {
    expect(languageOf('你好', 'zh-Hans')).toBe('zh-Hans')
    expect(languageOf('你好', 'zh-Hant-HK')).toBe('zh-Hant-HK')
    expect(languageOf('你好', 'en')).toBe('zh-Hant-HK')
    expect(languageOf('12:30 — 14:00', 'zh-Hans')).toBe('zh-Hans')
  })

  it('[UI1] marks Latin text as English, kana as Japanese and hangul as Korean in any window', () => {
    expect(languageOf('See you at 3', 'zh-Hant-HK')).toBe('en')
    expect(languageOf('よろしくお願いします', 'zh-Hans')).toBe('ja')
    expect(languageOf('안녕하세요', 'en')).toBe('ko')
  })

  it('[UI1] weighs mixed text by its Han characters', () => {
    expect(languageOf('Please confirm 交易時間 before the desk opens', 'en')).toBe('zh-Hant-HK')
    expect(languageOf('Please confirm 交易时间 before the desk opens', 'en')).toBe('zh-Hans')
  })
})
