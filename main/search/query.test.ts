// Owns the tests of folding, cutting and finding: what counts as the same, and where it stands.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findRanges, fold, matchExpression, parseQuery, tokens } from './query.ts'

const cut = (text: string) => tokens(fold(text).text)
/** The pieces of `text` that `query` marks. */
const marked = (text: string, query: string) =>
  findRanges(text, parseQuery(query)).map(([start, end]) => text.slice(start, end))

describe('folding', () => {
  test.each([
    ['case', 'GDP Report', 'gdp report'],
    ['full width', 'ＧＤＰ１２３', 'gdp123'],
    ['diacritics, composed', 'Café Zürich', 'cafe zurich'],
    ['diacritics, decomposed', 'Cafe\u0301 Zu\u0308rich', 'cafe zurich'],
    ['ligatures', 'ﬁnance', 'finance'],
    ['Kangxi radicals', '⼀⼆', '一二'],
    ['compatibility ideographs', '\uf900', '豈'],
    ['half-width katakana', 'ｶﾞ', 'カ'],
    ['Hangul stays whole', '한국', '한국'],
    ['variation selectors', '葛\u{e0100}飾', '葛飾'],
    ['non-BMP Han', '𨋢', '𨋢'],
  ])('[SCH1] %s', (_, text, folded) => {
    expect(fold(text).text).toBe(folded)
  })

  test('[SCH1] every folded unit knows where it came from, and folding twice changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const { text: folded, origin } = fold(text)
        expect(origin).toHaveLength(folded.length + 1)
        expect(origin.at(-1)).toBe(text.length)
        expect([...origin].sort((a, b) => a - b)).toEqual(origin)
        expect(fold(folded).text).toBe(folded)
      }),
    )
  })
})

describe('cutting', () => {
  test.each([
    ['words', 'The draft, for review', ['the', 'draft', 'for', 'review']],
    ['Han one by one', '中環開會', ['中', '環', '開', '會']],
    ['mixed', 'GDP增長3.5%', ['gdp', '增', '長', '3', '5']],
    ['HKSCS', '𨋢壞咗 嘅冇', ['𨋢', '壞', '咗', '嘅', '冇']],
    ['private use, as older HKSCS has it', '\ue000\ue001x', ['\ue000', '\ue001', 'x']],
    ['emoji and punctuation are none', '👍 —「」', []],
    ['radicals that are symbols are none', '⺀a⺁', ['a']],
    ['kana and Hangul', 'かなカナ 한', ['か', 'な', 'カ', 'ナ', '한']],
  ])('[SCH2] %s', (_, text, expected) => {
    expect(cut(text)).toEqual(expected)
  })
})

describe('queries', () => {
  test('[SCH3] blanks separate terms, quotes make one exact term, the last word of others may be a beginning', () => {
    expect(parseQuery('rep 中環')).toEqual([
      { tokens: ['rep'], apart: [false], prefix: true },
      { tokens: ['中', '環'], apart: [false, false], prefix: false },
    ])
    expect(parseQuery('"annual report"')).toEqual([
      { tokens: ['annual', 'report'], apart: [false, true], prefix: false },
    ])
    expect(parseQuery(' "  " ，。 👍')).toEqual([])
    expect(parseQuery('"unclosed quote').map(({ tokens: found }) => found)).toEqual([['unclosed'], ['quote']])
  })

  test('[SCH4] an expression holds nothing but quoted tokens, stars and AND', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const expression = matchExpression(parseQuery(text))
        expect(expression).toMatch(/^(?:$|"[^"]+"\*?(?: AND "[^"]+"\*?)*$)/)
      }),
    )
  })
})

describe('finding', () => {
  test.each([
    ['a word’s beginning', 'Annual reports, reported', 'rep', ['rep', 'rep']],
    ['not a word’s middle', 'unreported', 'rep', []],
    ['Han anywhere', '今日開會，會議開始', '會', ['會', '會']],
    ['Han across a full stop is none', '今日開會。議程如下', '會議', []],
    ['Han across a line is none', '開\n會', '開會', []],
    ['mixed, with or without the blank', 'GDP增長 GDP 增長', 'gdp增長', ['GDP增長', 'GDP 增長']],
    ['mixed across punctuation is none', 'GDP，增長', 'GDP增長', []],
    ['a hyphen asked for is a blank, too', 'well known, well-known', 'well-known', ['well known', 'well-known']],
    ['quoted is whole words', 'annual reports; annual\nreport', '"annual report"', ['annual\nreport']],
    ['full width and diacritics', 'ＣＡＦÉ', 'cafe', ['ＣＡＦÉ']],
    ['the mark belongs to its letter', 'cafe\u0301', 'cafe', ['cafe\u0301']],
    ['half of a ligature marks all of it', 'ﬁnance', 'f', ['ﬁ']],
    ['a square word', '㍿', '株', ['㍿']],
    ['non-BMP', 'A座𨋢壞咗', '𨋢', ['𨋢']],
    ['overlapping finds are one', '哈哈哈', '哈哈', ['哈哈哈']],
    ['all terms or nothing', '中環', '中環 金鐘', []],
    ['two terms', '金鐘去中環', '中環 金鐘', ['金鐘', '中環']],
  ])('[SCH5] %s', (_, text, query, expected) => {
    expect(marked(text, query)).toEqual(expected)
  })

  test('[SCH6] ranges are ascending, apart, never empty, and never cut a character in two', () => {
    const piece = fc.constantFrom('𨋢', '中', '環', 'ﬁ', 'é', 'e\u0301', '㍿', 'GDP', ' ', '，', 'ｶﾞ', 'x')
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 20 }),
        fc.array(piece, { minLength: 1, maxLength: 3 }),
        (text, query) => {
          const whole = text.join('')
          let end = -1
          for (const [start, stop] of findRanges(whole, parseQuery(query.join('')))) {
            expect(start).toBeGreaterThan(end)
            expect(stop).toBeGreaterThan(start)
            expect(whole.slice(start, stop).isWellFormed()).toBe(true)
            end = stop
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
