// Owns the proof that the linter keeps pure files pure: no clock, no random, no waiting.

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectFolder, runTool } from './process.ts'

const source = `export const now = () => Date.now()
export const roll = () => Math.random()
export async function later(value: string) {
  return await Promise.resolve(value)
}
`

describe('pure files', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'causeway-pure-'))
  const output: Record<string, string> = {}

  beforeAll(async () => {
    for (const file of ['biome.json', 'build/pure.grit', '.gitignore']) {
      cpSync(path.join(projectFolder, file), path.join(folder, file))
    }
    for (const file of ['main/session/machine.ts', 'main/session/run.ts']) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
      writeFileSync(path.join(folder, file), source)
      output[file] = (await runTool('@biomejs/biome/bin/biome', ['lint', file], { cwd: folder })).output
    }
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each([
    ['a clock', 'variable Date'],
    ['randomness', 'Math.random'],
    ['a promise', 'variable Promise'],
    ['waiting', 'waits for nothing'],
  ])('[TOOL12] %s in a pure file is an error, elsewhere it is not', (_, message) => {
    expect(output['main/session/machine.ts']).toContain(message)
    expect(output['main/session/run.ts']).not.toContain(message)
  })
})
