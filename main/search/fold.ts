// Owns how text is folded and cut into tokens for search. Pure but for memory: what it has worked out of a character it
// remembers, and the text in hand lies in arrays that the next one overwrites.
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
const foldedCharacters = new Map<number, string>()
const kinds = new Uint8Array(0x10000)
const kindsBeyond = new Map<number, number>()
const GAP = 1
const WORDLY = 2
const SINGLY = 3

/** Characters beyond the first plane that are remembered: all the variants and the emoji that people use. */
const CHARACTERS_REMEMBERED = 8192

function learnUnit(unit: number): number {
  const folded = foldCharacter(String.fromCharCode(unit))
  foldedUnits[unit] = folded.length === 1 && !isSurrogate(unit) ? folded.charCodeAt(0) : ELSEWHERE
  return foldedUnits[unit] as number
}

function foldedElsewhere(code: number): string {
  const known = foldedCharacters.get(code)
  if (known !== undefined) return known
  const folded = foldCharacter(String.fromCodePoint(code))
  if (foldedCharacters.size < CHARACTERS_REMEMBERED) foldedCharacters.set(code, folded)
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
const isLowSurrogate = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff

/** The text in hand. A plain array, for strings are made of one faster than of a typed one. */
const units: number[] = new Array(4096).fill(0)
/** Units per call: each is an argument. */
const UNITS_AT_ONCE = 4096

/** The first `count` of `units`. */
function textOf(count: number): string {
  let text = ''
  for (let at = 0; at < count; at += UNITS_AT_ONCE) {
    text += String.fromCharCode.apply(undefined, units.slice(at, Math.min(at + UNITS_AT_ONCE, count)))
  }
  return text
}

/** Case, width, diacritics and ways of writing Chinese removed, character by character. */
export function fold(original: string): Folded {
  const origin: number[] = []
  const text = textOf(foldInto(original, origin))
  origin.push(original.length)
  return { text, origin }
}

/** `fold` without the way back. */
export function foldText(original: string): string {
  return textOf(foldInto(original, undefined))
}

/** Folds into `units`; how many. */
function foldInto(original: string, origin: number[] | undefined): number {
  let filled = 0
  for (let at = 0; at < original.length; at++) {
    const unit = original.charCodeAt(at)
    let folded = foldedUnits[unit] as number
    if (folded === UNKNOWN) folded = learnUnit(unit)
    if (folded !== ELSEWHERE) {
      units[filled++] = folded
      origin?.push(at)
      continue
    }
    const code = original.codePointAt(at) as number
    const several = foldedElsewhere(code)
    for (let i = 0; i < several.length; i++) {
      units[filled++] = several.charCodeAt(i)
      origin?.push(at)
    }
    if (code > 0xffff) at++
  }
  return filled
}

/** Whether a token is of a script that is cut character by character. */
export function isSingly(token: string): boolean {
  return kindOf(token.codePointAt(0) ?? 0) === SINGLY
}

function kindOf(code: number): number {
  const known = code <= 0xffff ? (kinds[code] as number) : (kindsBeyond.get(code) ?? UNKNOWN)
  if (known !== UNKNOWN) return known
  const character = String.fromCodePoint(code)
  const kind = singly.test(character) ? SINGLY : wordly.test(character) ? WORDLY : GAP
  if (code > 0xffff) {
    if (kindsBeyond.size < CHARACTERS_REMEMBERED) kindsBeyond.set(code, kind)
  } else if (!isHighSurrogate(code)) kinds[code] = kind
  return kind
}

/** Numbers per token in `bounds`. */
export const BOUND = 3

/** A folded text and its tokens, in order. */
export interface CutText {
  readonly units: readonly number[]
  readonly tokens: number
  /** Per token: where it starts and ends in the folded text, and 1 where its script is cut character by character. */
  readonly bounds: Uint32Array
}

const cut: { -readonly [Name in keyof CutText]: CutText[Name] } = { units, tokens: 0, bounds: new Uint32Array(4096) }

/** The folded text's tokens. Good until anything else is folded or cut. */
export function cutText(original: string): CutText {
  return cutUnits(foldInto(original, undefined))
}

function cutUnits(count: number): CutText {
  if (cut.bounds.length < count * BOUND) cut.bounds = new Uint32Array(count * 2 * BOUND)
  const { bounds } = cut
  let used = 0
  let start = -1
  for (let at = 0; at < count; at++) {
    const unit = units[at] as number
    let kind = kinds[unit] as number
    let end = at + 1
    if (kind === UNKNOWN) {
      const low = end < count ? (units[end] as number) : 0
      const isPair = isHighSurrogate(unit) && isLowSurrogate(low)
      kind = kindOf(isPair ? (unit - 0xd800) * 0x400 + low - 0xdc00 + 0x10000 : unit)
      if (isPair) end++
    }
    if (kind === WORDLY) {
      if (start < 0) start = at
    } else {
      if (start >= 0) {
        bounds[used] = start
        bounds[used + 1] = at
        bounds[used + 2] = 0
        used += BOUND
        start = -1
      }
      if (kind === SINGLY) {
        bounds[used] = at
        bounds[used + 1] = end
        bounds[used + 2] = 1
        used += BOUND
      }
    }
    at = end - 1
  }
  if (start >= 0) {
    bounds[used] = start
    bounds[used + 1] = count
    bounds[used + 2] = 0
    used += BOUND
  }
  cut.tokens = used / BOUND
  return cut
}

/** The tokens of a folded text, in order, and their places. */
export function placeTokens(folded: string): PlacedToken[] {
  for (let i = 0; i < folded.length; i++) units[i] = folded.charCodeAt(i)
  const { tokens, bounds } = cutUnits(folded.length)
  const placed: PlacedToken[] = []
  for (let i = 0; i < tokens * BOUND; i += BOUND) {
    const start = bounds[i] as number
    const end = bounds[i + 1] as number
    placed.push({ token: folded.slice(start, end), start, end })
  }
  return placed
}

/** The tokens of a folded text, in order. */
export function tokens(folded: string): string[] {
  return placeTokens(folded).map(({ token }) => token)
}
