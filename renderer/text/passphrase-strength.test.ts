import { describe, expect, it } from 'vitest'
import { strengthOf } from './passphrase-strength.ts'

describe('strengthOf', () => {
  it.each([
    ['', 'short'],
    ['abcde', 'short'],
    ['aaaaaaaaaaaaaaaaaaaa', 'weak'],
    ['12345678901234567890', 'weak'],
    ['abcdefghijklmnopqrst', 'weak'],
    ['password2025', 'weak'],
    ['Passw0rd', 'weak'],
    ['harbour', 'weak'],
    ['tramfare9', 'fair'],
    ['harbour lantern ferry', 'strong'],
    ['海港夜色', 'short'],
    ['海港夜色渡輪', 'fair'],
    ['海港夜色渡輪燈塔', 'strong'],
  ])('[UI37] %j is %s', (passphrase, strength) => {
    expect(strengthOf(passphrase)).toBe(strength)
  })
})
