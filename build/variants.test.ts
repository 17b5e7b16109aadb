// Owns the tests of the table of character variants: it is what OpenCC's dictionaries give, and it is sound.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { variantGroups } from '../main/search/variants.ts'
import { projectFolder } from './process.ts'
import { variantsSource } from './variants.ts'

describe('character variants', () => {
  test('[SCH42] the table is what build/variants.ts makes of the dictionaries now', () => {
    const file = path.join(projectFolder, 'main', 'search', 'variants.ts')
    expect(readFileSync(file, 'utf8')).toBe(variantsSource())
  })

  test('[SCH42] no character is in two groups, each group has two or more, and compatibility forms are folded before', () => {
    const groups = variantGroups.flatMap((line) => line.split(' '))
    const characters = groups.flatMap((group) => [...group])
    expect(new Set(characters).size).toBe(characters.length)
    expect(groups.every((group) => [...group].length >= 2)).toBe(true)
    expect(characters.filter((character) => character.normalize('NFKC') !== character)).toEqual([])
    expect(groups.length).toBeGreaterThan(3900)
  })
})
