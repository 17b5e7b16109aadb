// Owns how text is folded and cut into tokens for search. Pure; what it has worked out of a character it remembers.
// Always holds: text and query are folded alike, so that width, case, diacritics and the way of writing Chinese (Traditional,
// Simplified, Hong Kong, Taiwan) make no difference; each Han character is a token of its own, a Latin word is one.

import { variantGroups } from './variants.ts'

/** A folded text and, for each of its UTF-16 units, the place in the original it came from. */
export interface Folded {
  readonly text: string
  /** origin[i] is where folded unit i begins in the original; one more entry marks the end. */
  readonly origin: readonly number[]
}

/** A token and where it stands in the folded text, in UTF-16 units. */
export interface PlacedToken {
  readonly token: string
  readonly start: number
  readonly end: number
}

/**
 * Scripts written without blanks between words, and private-use characters (older HKSCS text has ideographs there): each
 * character is a token. Radicals and strokes of these scripts are symbols, no letters.
 */
const singly = /(?=[\p{L}\p{N}])[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|\p{Co}/u
const wordly = /[\p{L}\p{N}]/u

const variantOf = new Map<string, string>()
for (const group of variantGroups.flatMap((line) => line.split(' '))) {
  const [first = '', ...others] = group
  for (const other of others) variantOf.set(other, first)
}

// A table per UTF-16 unit, filled as units are met: normalize() for each character would cost more than the index itself.
const UNKNOWN = 0
/** The unit folds to none, to several, or is half of a character: see `foldedCharacters`. U+FFFF is no character. */
const ELSEWHERE = 0xffff
const foldedUnits = new Uint16Array(0x10000)
const foldedCharacters = new Map<string, string>()
const kinds = new Uint8Array(0x10000)
const GAP = 1
const WORDLY = 2
const SINGLY = 3

/** Characters beyond the first plane that are remembered: all the variants and the emoji that people use. */
const CHARACTERS_REMEMBERED = 8192

function learnUnit(unit: number): number {
  const character = String.fromCharCode(unit)
  const folded = foldCharacter(character)
  if (folded.length === 1 && !isSurrogate(unit)) {
    foldedUnits[unit] = folded.charCodeAt(0)
    return folded.charCodeAt(0)
  }
  foldedUnits[unit] = ELSEWHERE
  return ELSEWHERE
}

function foldedElsewhere(character: string): string {
  const known = foldedCharacters.get(character)
  if (known !== undefined) return known
  const folded = foldCharacter(character)
  if (foldedCharacters.size < CHARACTERS_REMEMBERED) foldedCharacters.set(character, folded)
  return folded
}

function foldCharacter(character: string): string {
  const plain = character.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().normalize('NFC')
  return (
    variantOf.get(plain) ?? (plain.length < 2 ? plain : [...plain].map((one) => variantOf.get(one) ?? one).join(''))
  )
}

const isSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdfff
const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdbff

/** The character at `at`: both halves where it has two. */
function characterAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0)
}

const units: number[] = new Array(4096).fill(0)
/** The first `count` of `units`. */
const textOf = (count: number) => String.fromCharCode.apply(undefined, units.slice(0, count))

/** Case, width, diacritics and ways of writing Chinese removed, character by character. */
export function fold(original: string): Folded {
  const origin: number[] = []
  const text = foldInto(original, origin)
  origin.push(original.length)
  return { text, origin }
}

/** `fold` without the way back: what the index takes. */
export function foldText(original: string): string {
  return foldInto(original, undefined)
}

function foldInto(original: string, origin: number[] | undefined): string {
  let text = ''
  let filled = 0
  for (let at = 0; at < original.length; at++) {
    const unit = original.charCodeAt(at)
    let folded = foldedUnits[unit] ?? UNKNOWN
    if (folded === UNKNOWN) folded = learnUnit(unit)
    if (folded !== ELSEWHERE) {
      if (filled === units.length) {
        text += textOf(units.length)
        filled = 0
      }
      units[filled++] = folded
      origin?.push(at)
      continue
    }
    const character = characterAt(original, at)
    const several = foldedElsewhere(character)
    if (several !== '') {
      text += textOf(filled) + several
      filled = 0
    }
    for (let i = 0; i < several.length; i++) origin?.push(at)
    at += character.length - 1
  }
  return text + textOf(filled)
}

/** Whether a token is of a script that is cut character by character. */
export function isSingly(token: string): boolean {
  return kindAt(token, 0) === SINGLY
}

function kindAt(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  const known = kinds[unit]
  if (known !== undefined && known !== UNKNOWN) return known
  const character = characterAt(text, at)
  const kind = singly.test(character) ? SINGLY : wordly.test(character) ? WORDLY : GAP
  if (!isSurrogate(unit)) kinds[unit] = kind
  return kind
}

/** Each token of a folded text, in order: where it stands, and whether its script is cut character by character. */
export function eachToken(folded: string, visit: (start: number, end: number, single: boolean) => void): void {
  let start = -1
  for (let at = 0; at < folded.length; at++) {
    const kind = kindAt(folded, at)
    const end = isHighSurrogate(folded.charCodeAt(at)) && (folded.codePointAt(at) ?? 0) > 0xffff ? at + 2 : at + 1
    if (kind === WORDLY) {
      if (start < 0) start = at
    } else {
      if (start >= 0) visit(start, at, false)
      start = -1
      if (kind === SINGLY) visit(at, end, true)
    }
    at = end - 1
  }
  if (start >= 0) visit(start, folded.length, false)
}

/** The tokens of a folded text, in order, and their places. */
export function placeTokens(folded: string): PlacedToken[] {
  const placed: PlacedToken[] = []
  eachToken(folded, (start, end) => placed.push({ token: folded.slice(start, end), start, end }))
  return placed
}

/** The tokens of a folded text, in order. */
export function tokens(folded: string): string[] {
  return placeTokens(folded).map(({ token }) => token)
}
