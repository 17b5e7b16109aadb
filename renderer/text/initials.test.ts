import { describe, expect, it } from 'vitest'
import { avatarHues, hueOf, initialsOf } from './initials.ts'

describe('initialsOf', () => {
  it.each([
    ['陳大文', '大文'],
    ['陈伟', '伟'],
    ['歐陽詩雅', '詩雅'],
    ['Chan Tai Man 陳大文', '大文'],
    ['Grace Wong', 'GW'],
    ['Wing-Yan Chan', 'WC'],
    ['ada', 'A'],
    ['Élodie Martin', 'ÉM'],
    ['…', '?'],
    ['', '?'],
  ])('[UI2] %s → %s', (name, letters) => {
    expect(initialsOf(name)).toBe(letters)
  })

  it('[UI2] a hue is stable, in range, and spread over the ids', () => {
    const hues = Array.from({ length: 400 }, (_, index) => hueOf(`usr_${index.toString(32).padStart(20, '0')}`))
    expect(hues.every((hue) => Number.isInteger(hue) && hue >= 0 && hue < avatarHues)).toBe(true)
    expect(new Set(hues).size).toBe(avatarHues)
    expect(hueOf('usr_a')).toBe(hueOf('usr_a'))
  })
})
