// Owns the proof that mentions stay on their words when a body is normalised.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normaliseBody } from '../shared/body.ts'
import { type Mentions, moveMentions } from './mentions.ts'

const at = (start: number, end: number): Mentions[number] => ({ type: 'everyone', start, end })
const move = (typed: string, ...mentions: Mentions) => moveMentions(mentions, typed, normaliseBody(typed))

test('[APP45] a mention names the same words in the body as kept', () => {
  const typed = '\r\n \n  hi\r\n@陳大文\u0007, see @all\n\n'
  const kept = normaliseBody(typed)
  const moved = move(
    typed,
    at(typed.indexOf('@all'), typed.indexOf('@all') + 4),
    at(typed.indexOf('@陳'), typed.indexOf(',')),
  )
  expect(moved?.map(({ start, end }) => kept.slice(start, end))).toEqual(['@陳大文', '@all'])
})

test('[APP45] what is no stretch of the body, overlaps, or does not begin with @ is refused', () => {
  expect(move('hi @all', at(3, 7))).toEqual([at(3, 7)])
  expect(move('hi @all', at(2, 7))).toBeUndefined()
  expect(move('hi @all', at(3, 8))).toEqual([at(3, 7)])
  expect(move('hi', at(5, 9))).toBeUndefined()
  expect(move('@@all', at(0, 5), at(1, 5))).toBeUndefined()
  expect(move('\n@all', at(0, 5))).toBeUndefined()
  expect(move('hi @   ', at(3, 3))).toBeUndefined()
})

test('[APP45] whatever is typed around it', () => {
  const around = fc.array(fc.constantFrom('a', '\r', '\n', ' ', '\t', '\u0000', '好', '\ud83d', '👍'), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(around, around, (before, after) => {
      const typed = `${before.join('')}@ka-yan${after.join('')}`
      const start = before.join('').length
      const kept = normaliseBody(typed)
      const [moved] = move(typed, at(start, start + 7)) ?? []
      expect(kept.slice(moved?.start, moved?.end)).toBe('@ka-yan')
    }),
  )
})
