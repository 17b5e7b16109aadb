// Owns the proof that docs/SPEC.md and the tests say the same.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { gatherRules, specFile, specPage } from './spec.ts'

test('[TOOL13] docs/SPEC.md holds the rules of all tests, as their titles say them', () => {
  expect(gatherRules().size).toBeGreaterThan(300)
  expect(readFileSync(specFile, 'utf8'), 'run `node build/spec.ts`').toBe(specPage())
})
