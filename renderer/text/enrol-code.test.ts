import { describe, expect, it } from 'vitest'
import { formatEnrolCode } from './enrol-code.ts'

describe('formatEnrolCode', () => {
  it('[UI5] groups by four while typing, and accepts any paste', () => {
    expect(formatEnrolCode('abcd').text).toBe('ABCD')
    expect(formatEnrolCode('abcde').text).toBe('ABCD-E')
    expect(formatEnrolCode('  abcd efgh–jkmn \n').text).toBe('ABCD-EFGH-JKMN')
    expect(formatEnrolCode('ＡＢＣＤ１２３４').text).toBe('ABCD-1234')
    expect(formatEnrolCode('ABCDEFGHJKMNPQRS').text).toBe('ABCD-EFGH-JKMN')
    expect(formatEnrolCode('').text).toBe('')
  })

  it('[UI5] says when the code is complete and changes nothing twice', () => {
    expect(formatEnrolCode('ABCD-EFGH-JKM').complete).toBe(false)
    const whole = formatEnrolCode('abcdefghjkmn')
    expect(whole.complete).toBe(true)
    expect(formatEnrolCode(whole.text).text).toBe(whole.text)
  })

  it('[UI5] keeps the caret beside its character', () => {
    expect(formatEnrolCode('ABCDE', 5).caret).toBe(6)
    expect(formatEnrolCode('AXBCD-EFGH', 2).caret).toBe(2)
    expect(formatEnrolCode('ABCD-EFGH', 0).caret).toBe(0)
    expect(formatEnrolCode('abcd', 4).caret).toBe(4)
  })
})
