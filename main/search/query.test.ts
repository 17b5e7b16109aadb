// Owns the tests of folding, cutting and finding: what counts as the same, and where it stands.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fold, foldText, tokens } from './fold.ts'
import { type DayStart, findRanges, matchesName, parseQuery, type Term } from './query.ts'

/** Hong Kong: eight hours ahead all year. */
const dayStart: DayStart = (year, month, day) => Date.UTC(year, month - 1, day, -8)
const termsOf = (query: string): readonly Term[] => parseQuery(query, dayStart).terms
const cut = (text: string) => tokens(fold(text).text)
/** The pieces of `text` that `query` marks. */
const marked = (text: string, query: string) =>
  findRanges(text, termsOf(query)).map(([start, end]) => text.slice(start, end))

describe('folding', () => {
  test.each([
    ['case', 'GDP Report', 'gdp report'],
    ['full width', 'ＧＤＰ１２３', 'gdp123'],
    ['diacritics, composed', 'Café Zürich', 'cafe zurich'],
    ['diacritics, decomposed', 'Cafe\u0301 Zu\u0308rich', 'cafe zurich'],
    ['ligatures', 'ﬁnance', 'finance'],
    ['Kangxi radicals', '⼀⼆', '一二'],
    ['compatibility ideographs', '\uf90a', '金'],
    ['half-width katakana', 'ｶﾞ', 'カ'],
    ['Hangul stays whole', '한국', '한국'],
    ['variation selectors', '葛\u{e0100}飾', '葛饰'],
    ['non-BMP Han', '𠝹', '𠝹'],
    ['a NUL and the last of the first plane', 'a\0\uffff', 'a\0\uffff'],
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
    ['Han one by one', '中環開會', ['中', '环', '开', '会']],
    ['mixed', 'GDP增長3.5%', ['gdp', '增', '长', '3', '5']],
    ['HKSCS', '𨋢壞咗 嘅冇', ['䢂', '坏', '咗', '嘅', '冇']],
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
    expect(termsOf('rep 中環')).toEqual([
      { tokens: ['rep'], apart: [false], prefix: true },
      { tokens: ['中', '环'], apart: [false, false], prefix: false },
    ])
    expect(termsOf('"annual report"')).toEqual([{ tokens: ['annual', 'report'], apart: [false, true], prefix: false }])
    expect(termsOf(' "  " ，。 👍')).toEqual([])
    expect(termsOf('"unclosed quote').map(({ tokens: found }) => found)).toEqual([['unclosed'], ['quote']])
  })

  test.each([
    ['“annual report”', [['annual', 'report']]],
    ['＂annual report＂ x', [['annual', 'report'], ['x']]],
    [
      '「開會 議程」中環',
      [
        ['开', '会', '议', '程'],
        ['中', '环'],
      ],
    ],
    ['『開會』', [['开', '会']]],
    ['說「開會」', [['说'], ['开', '会']]],
    ['「未完', [['未', '完']]],
  ])('[SCH49] quotes of Chinese and English typography make a phrase, too: %s', (query, expected) => {
    expect(termsOf(query).map(({ tokens: found }) => found)).toEqual(expected)
  })

  test('[SCH43] Traditional finds Simplified and the other way round, and Hong Kong and Taiwan shapes find each other', () => {
    const alike =
      '體体 灣湾 裏裡里 著着 羣群 衞衛卫 𨋢䢂 臺台檯枱 髮發发 後后 乾幹干 麵麪面 線綫线 峯峰 啟啓启 眾衆众 銹鏽锈 ' +
      '戶户戸 温溫 説說说 脫脱 污汙 牀床 喫吃 祇只 覆復复 帳賬账帐 畫劃划画 瞭了 藉借 邨村 鷄雞鸡 鰂鲗 黃黄 冊册 為爲为'
    for (const group of alike.split(' ')) {
      const forms = [...group]
      for (const form of forms) {
        expect(foldText(form), group).toBe(foldText(forms[0]!))
        for (const other of forms) expect(marked(`去${other}啦`, form), `${form} in ${other}`).toEqual([other])
      }
    }
    for (const pair of '銀跟 未末 己已 的得 我你 中環'.split(' ')) {
      expect(foldText(pair.charAt(0)), pair).not.toBe(foldText(pair.charAt(1)))
    }
    expect(marked('搭𨋢落樓', '𨋢')).toEqual(['𨋢'])
  })

  test('[SCH1] the way without places folds the same, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(foldText(text)).toBe(fold(text).text)
      }),
    )
    const long = '中Ａ𨋢é'.repeat(3000)
    expect(foldText(long)).toBe(foldText('中Ａ𨋢é').repeat(3000))
  })
})

describe('filters', () => {
  const filtersOf = (query: string) => parseQuery(query, dayStart)

  test.each([
    ['from:amy', { from: ['amy'] }],
    ['FROM:"Chan Tai Man" From：陳大文', { from: ['Chan Tai Man', '陳大文'] }],
    ['來自：陳大文 来自:“Amy Wong”', { from: ['陳大文', 'Amy Wong'] }],
    ['in:sales 在:「銷售 部」', { in: ['sales', '銷售 部'] }],
    ['has:file', { hasFile: true }],
    ['Has:Files', { hasFile: true }],
    ['有：檔案', { hasFile: true }],
    ['有:文件', { hasFile: true }],
    ['有:档案', { hasFile: true }],
  ])('[SCH44] %s', (query, filters) => {
    expect(filtersOf(query)).toEqual({ terms: [], filters })
  })

  test('[SCH44] filters and terms mix in any order', () => {
    const { terms, filters, problem } = filtersOf('report from:amy 中環 has:file "third draft" in:sales')
    expect(terms.map(({ tokens: found }) => found)).toEqual([['report'], ['中', '环'], ['third', 'draft']])
    expect(filters).toEqual({ from: ['amy'], in: ['sales'], hasFile: true })
    expect(problem).toBeUndefined()
  })

  const at = (iso: string) => Date.parse(`${iso}+08:00`)
  test.each([
    ['before:2026-02-28', { beforeMs: at('2026-02-28T00:00') }],
    ['after:2026-02-28', { afterMs: at('2026-03-01T00:00') }],
    ['after:2024/2/29', { afterMs: at('2024-03-01T00:00') }],
    ['before:2026.7.1', { beforeMs: at('2026-07-01T00:00') }],
    ['before:2026-01', { beforeMs: at('2026-01-01T00:00') }],
    ['after:2026-12', { afterMs: at('2027-01-01T00:00') }],
    ['before:2026', { beforeMs: at('2026-01-01T00:00') }],
    ['after:2025', { afterMs: at('2026-01-01T00:00') }],
    ['之前：２０２６－０１－０５', { beforeMs: at('2026-01-05T00:00') }],
    ['之後:2026年1月5日', { afterMs: at('2026-01-06T00:00') }],
    ['之后:2026年1月', { afterMs: at('2026-02-01T00:00') }],
    ['before:2026 before:2025', { beforeMs: at('2025-01-01T00:00') }],
    ['after:2024 after:2025', { afterMs: at('2026-01-01T00:00') }],
  ])('[SCH45] %s: before the start of the day, month or year, after its end, in local time', (query, filters) => {
    expect(filtersOf(query)).toEqual({ terms: [], filters })
  })

  test.each([
    ['before:yesterday', { filter: 'before', value: 'yesterday' }],
    ['after:2026-02-30', { filter: 'after', value: '2026-02-30' }],
    ['after:2025-02-29', { filter: 'after', value: '2025-02-29' }],
    ['before:2026-13', { filter: 'before', value: '2026-13' }],
    ['before:0026', { filter: 'before', value: '0026' }],
    ['has:link x', { filter: 'has', value: 'link' }],
    ['from:""', { filter: 'from', value: '' }],
    ['from:amy has:link before:x', { filter: 'has', value: 'link' }],
  ])('[SCH47] %s cannot be followed, and the first such filter is named as typed', (query, problem) => {
    expect(filtersOf(query).problem).toEqual(problem)
  })

  test.each([
    'https://x.example/in:box',
    're:invent',
    'login:in',
    'x"from:amy"',
    '"from:amy"',
    'from: amy',
    'in://x',
    '現在:中環',
    'before',
    'constructor:x',
    '__proto__:x',
  ])('[SCH46] %s has no filter: it is text', (query) => {
    const { terms, filters, problem } = filtersOf(query)
    expect(filters).toEqual({})
    expect(problem).toBeUndefined()
    expect(terms.length).toBeGreaterThan(0)
  })

  test('[SCH46] whatever is typed is parsed, and no term is empty', () => {
    const piece = fc.constantFrom(
      'from',
      'in',
      'has',
      ':',
      '：',
      '"',
      '“',
      '」',
      ' ',
      '中',
      'a',
      '2026',
      '-',
      '\0',
      '//',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece).map((all) => all.join('')),
        ),
        (text) => {
          const { terms } = filtersOf(text)
          for (const { tokens: found, apart } of terms) {
            expect(found.length).toBeGreaterThan(0)
            expect(apart).toHaveLength(found.length)
            expect(found.every((token) => token.length > 0)).toBe(true)
          }
        },
      ),
    )
  })

  test.each([
    ['chan', 'Chan Tai Man', true],
    ['tai m', 'Chan Tai Man', true],
    ['TAI', 'Chan Tai Man', true],
    ['ai', 'Chan Tai Man', false],
    ['大文', '陳大文', true],
    ['陈', '陳大文 Chan', true],
    ['文大', '陳大文', false],
    ['amy.wong', 'amy.wong', true],
    ['amy wong', 'amy.wong', true],
    ['zurich', 'Zürich Office', true],
    ['，', '陳大文', false],
    ['', 'Amy', false],
  ])('[SCH48] %s names %s: %s', (value, name, expected) => {
    expect(matchesName(value, name)).toBe(expected)
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
    ['a file name below the text', '請睇\n合約 v3.pdf', '合約 pdf', ['合約', 'pdf']],
    ['either script', '軟體開發，软体开发', '软體', ['軟體', '软体']],
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
          for (const [start, stop] of findRanges(whole, termsOf(query.join('')))) {
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
