// Owns the tests of the terminal layout: widths of East Asian text, alignment, what may not reach a terminal.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { block, displayWidth, safeJson, safeText, table } from './text.ts'

describe('text', () => {
  test.each([
    ['abc', 3],
    ['陳大文', 6],
    ['ＡＢ', 4],
    ['ｱ', 1],
    ['𨋢', 2],
    ['한글', 4],
    ['，。', 4],
    ['e\u0301', 1],
    ['👩🏽‍💻', 2],
    ['❤️', 2],
    ['🇭🇰', 2],
    ['·—…', 3],
    ['', 0],
  ])('[ADC1] %j takes %i columns', (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })

  test('[ADC1] columns start at the same display column in every row', () => {
    const lines = table(
      ['USER', 'NAME', 'ID'],
      [
        ['a', '陳大文', 'one'],
        ['somebody', 'x', 'two'],
        ['𨋢', '', 'three'],
      ],
    ).split('\n')
    const at = (line: string, word: string): number => displayWidth(line.slice(0, line.indexOf(word)))
    expect(lines).toHaveLength(4)
    expect(new Set(['ID', 'one', 'two', 'three'].map((word, index) => at(lines[index] ?? '', word))).size).toBe(1)
  })

  test('[ADC1] names in a block are padded and entries without a value left out', () => {
    expect(
      block([
        ['id', '1'],
        ['gone', undefined],
        ['department', '法務'],
      ]),
    ).toBe('id:         1\ndepartment: 法務')
  })

  test('[ADC2] no control or bidi character survives in text', () => {
    expect(safeText('a\u001b[31mb\u009bc\u202ed\ne\u2066')).toBe('a\ufffd[31mb\ufffdc\ufffdd\ufffde\ufffd')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(safeText(text)).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u)
      }),
    )
  })

  test('[ADC2] safeJson says the same value and holds no control character', () => {
    fc.assert(
      fc.property(fc.json(), fc.string({ unit: 'binary' }), (json, text) => {
        const value: unknown = [JSON.parse(json), text]
        const written = safeJson(value)
        expect(JSON.stringify(JSON.parse(written))).toBe(JSON.stringify(value))
        expect(written).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
      }),
    )
  })
})
