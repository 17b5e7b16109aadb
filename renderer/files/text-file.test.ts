import { describe, expect, it } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { readText } from './text-file.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)
const utf8 = (text: string) => new TextEncoder().encode(text)
const whole = (head: Uint8Array, language: 'en' | 'zh-Hant-HK' | 'zh-Hans' = 'zh-Hant-HK') =>
  readText(head, head.length, language)

describe('the text of a file', () => {
  it('[FIL100] is read by its byte order mark, as UTF-8, or in the encoding of where the reader is', () => {
    expect(whole(utf8('\ufeff會議 minutes'))).toMatchObject({ text: '會議 minutes', encoding: 'utf-8', cut: false })
    expect(whole(bytes(0xff, 0xfe, 0x03, 0x67, 0x41, 0))).toMatchObject({ text: '會A', encoding: 'utf-16le' })
    expect(whole(bytes(0xfe, 0xff, 0x67, 0x03))).toMatchObject({ text: '會', encoding: 'utf-16be' })
    // 中文 in Big5 and 中文 in GB18030, each read by those who write so.
    expect(whole(bytes(0xa4, 0xa4, 0xa4, 0xe5))).toMatchObject({ text: '中文', encoding: 'big5' })
    expect(whole(bytes(0xd6, 0xd0, 0xce, 0xc4), 'zh-Hans')).toMatchObject({ text: '中文', encoding: 'gb18030' })
    expect(whole(bytes(0x63, 0x61, 0x66, 0xe9, 0x20), 'en')).toMatchObject({ text: 'café ', encoding: 'windows-1252' })
  })

  it('[FIL100] a character that the end of the beginning cuts is left out, and the encoding stays', () => {
    const head = utf8('午餐會').subarray(0, 8)
    expect(readText(head, 100, 'en')).toEqual({ text: '午餐', encoding: 'utf-8', cut: true })
  })

  it('[FIL101] bears no controls and nothing that turns its direction; lines end one way', () => {
    expect(whole(utf8('a\r\nb\rc\td\u0000e\u202ef\u2066g')).text).toBe('a\nb\nc\td\ufffde\ufffdf\ufffdg')
  })

  it('[FIL101] is cut at limits.previewTextChars, of no pair’s half', () => {
    const { text, cut } = whole(utf8(`${'a'.repeat(limits.previewTextChars - 1)}𨋢x`))
    expect(cut).toBe(true)
    expect(text.length).toBe(limits.previewTextChars)
    expect(text.isWellFormed()).toBe(true)
  })
})
