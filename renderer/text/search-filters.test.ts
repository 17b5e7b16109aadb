import { describe, expect, it } from 'vitest'
import { filtersIn, finishedPart, withFilter, withoutFilter } from './search-filters.ts'

const shape = (text: string) =>
  filtersIn(text).map(({ name, value, finished }) => `${name}=${value}${finished ? '' : '…'}`)

describe('filters in a search', () => {
  it.each([
    ['from:grace holiday', ['from=grace']],
    ['holiday FROM:"Grace Wong" has:file', ['from=Grace Wong', 'has=file']],
    ['來自：陳大文 之前:2025-11', ['from=陳大文', 'before=2025-11']],
    ['in:「週年 晚宴」 after:2025', ['in=週年 晚宴', 'after=2025']],
    ['from:', ['from=…']],
    ['from:"Grace W', ['from=Grace W…']],
    ['"from:grace"', []],
    ['"see from:grace now"', []],
    ['re:invent https://a.hk xfrom:a', []],
    ['in://share', []],
  ])('[UI38] %s', (text, filters) => {
    expect(shape(text)).toEqual(filters)
  })

  it('[UI38] what is asked is the text without a filter still being typed', () => {
    expect(finishedPart('holiday from:')).toBe('holiday')
    expect(finishedPart('from: holiday')).toBe('holiday')
    expect(finishedPart('holiday from:"Grace W')).toBe('holiday')
    expect(finishedPart(' from:grace  holiday ')).toBe('from:grace  holiday')
    expect(finishedPart('in:')).toBe('')
  })

  it('[UI38] a chip writes one filter at the end, in place of one just begun', () => {
    expect(withFilter('', 'from')).toBe('from:')
    expect(withFilter('holiday ', 'has')).toBe('holiday has:file ')
    expect(withFilter('holiday from:', 'in')).toBe('holiday in:')
  })

  it('[UI38] a token takes itself out, and the rest stays as typed', () => {
    const text = 'a from:"Grace Wong" b'
    const [token] = filtersIn(text)
    expect(token && withoutFilter(text, token)).toBe('a b')
  })
})
