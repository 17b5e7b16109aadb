import { describe, expect, it } from 'vitest'
import { excerptOf } from './excerpt.ts'

const marks = (text: string, ranges: [number, number][]) =>
  excerptOf(text, ranges)
    .map((segment) => (segment.marked ? `[${segment.text}]` : segment.text))
    .join('')

describe('excerptOf', () => {
  it('[UI4] marks the ranges and keeps a short text whole', () => {
    expect(
      marks('交易時間改為十點', [
        [0, 4],
        [6, 8],
      ]),
    ).toBe('[交易時間]改為[十點]')
    expect(marks('nothing found', [])).toBe('nothing found')
  })

  it('[UI4] cuts a long text around the first find', () => {
    const text = `${'前'.repeat(500)}找到${'後'.repeat(500)}`
    const shown = marks(text, [[500, 502]])
    expect(shown.startsWith('…前')).toBe(true)
    expect(shown).toContain('[找到]')
    expect(shown.endsWith('後…')).toBe(true)
    expect(shown.length).toBeLessThan(200)
  })

  it('[UI4] folds line breaks and ignores ranges that do not fit', () => {
    expect(marks('a\n\nb', [[0, 1]])).toBe('[a] b')
    expect(
      marks('abc', [
        [-1, 2],
        [2, 9],
        [1, 1],
        [0.5, 2],
      ]),
    ).toBe('abc')
    expect(
      marks('abcdef', [
        [3, 5],
        [0, 4],
      ]),
    ).toBe('[abcd][e]f')
  })

  it('[UI4] never splits a surrogate pair', () => {
    const text = '𨋢'.repeat(300)
    for (const segment of excerptOf(text, [[301, 305]])) expect(segment.text.isWellFormed()).toBe(true)
  })
})
