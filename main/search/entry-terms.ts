// Owns what the index keeps of a message's text and what a query asks of it: both sides of one agreement. Pure.
// Always holds: whatever `findRanges` finds for a term, `wanted` finds among what `termsOf` gave (recall is full); the other
// way round is not promised, for pairs are kept as 32-bit hashes and longer phrases as their pairs: hits are confirmed.

import { BOUND, cutText, isSingly } from './fold.ts'
import type { Term } from './query.ts'

/** Numbers per word in `words`. */
export const WORD = 3

/** What the index keeps of one text; the same may be there more than once. */
export interface EntryTerms {
  /** Single characters, pairs of neighbouring tokens, beginnings of words: the first `hashCount` count. */
  readonly hashes: Uint32Array
  readonly hashCount: number
  /** Per word: where it starts and ends in `units`, and its hash. */
  readonly words: Uint32Array
  readonly wordCount: number
  readonly units: readonly number[]
}

const latest: { -readonly [Name in keyof EntryTerms]: EntryTerms[Name] } = {
  hashes: new Uint32Array(4096),
  hashCount: 0,
  words: new Uint32Array(4096),
  wordCount: 0,
  units: [],
}
const HASHES_PER_TOKEN = 3

/**
 * Each Han character, each word, and each pair of neighbours: pairs are what keeps two frequent characters that seldom meet
 * from being looked up the long way. Characters with something between them are no pair, words are. A word also makes a
 * pair with its first letter only, for queries that have but its beginning. Good until the next text is folded.
 */
export function termsOf(text: string): EntryTerms {
  const { units, tokens, bounds } = cutText(text)
  latest.units = units
  if (latest.hashes.length < tokens * HASHES_PER_TOKEN) latest.hashes = new Uint32Array(tokens * HASHES_PER_TOKEN * 2)
  if (latest.words.length < tokens * WORD) latest.words = new Uint32Array(tokens * WORD * 2)
  const { hashes, words } = latest
  let hashed = 0
  let worded = 0
  let beforeHash = 0
  let beforeEnd = -1
  let beforeSingle = false
  for (let i = 0; i < tokens * BOUND; i += BOUND) {
    const start = bounds[i] as number
    const end = bounds[i + 1] as number
    const single = bounds[i + 2] === 1
    const first = hashedUnit(BASIS, units[start] as number)
    let hash = first
    for (let at = start + 1; at < end; at++) hash = hashedUnit(hash, units[at] as number)
    if (single) hashes[hashed++] = mixed(hash)
    else {
      words[worded] = start
      words[worded + 1] = end
      words[worded + 2] = hash
      worded += WORD
      hashes[hashed++] = beginningHash(first)
    }
    if (beforeEnd >= 0 && !(single && beforeSingle && beforeEnd !== start)) {
      hashes[hashed++] = pairHash(beforeHash, hash)
      if (!single) hashes[hashed++] = pairHash(beforeHash, first)
    }
    beforeHash = hash
    beforeEnd = end
    beforeSingle = single
  }
  latest.hashCount = hashed
  latest.wordCount = worded / WORD
  return latest
}

/** What a message must have, all of it. */
export interface Wanted {
  readonly hashes: readonly number[]
  readonly words: readonly { readonly word: string; readonly prefix: boolean }[]
}

/** What all of `terms` ask for. */
export function wanted(terms: readonly Term[]): Wanted {
  const hashes = new Set<number>()
  const words = new Map<string, { word: string; prefix: boolean }>()
  for (const { tokens, apart, prefix } of terms) {
    const hashed = tokens.map(hashOf)
    const paired = new Set<number>()
    for (let i = 1; i < tokens.length; i++) {
      const bothSingle = isSingly(tokens[i - 1] as string) && isSingly(tokens[i] as string)
      if (bothSingle && apart[i] === true) continue
      const isBeginning = prefix && i === tokens.length - 1
      const next = isBeginning ? firstOf(tokens[i] as string) : (hashed[i] as number)
      hashes.add(pairHash(hashed[i - 1] as number, next))
      paired.add(i - 1)
      if (!isBeginning) paired.add(i)
    }
    for (const [i, token] of tokens.entries()) {
      if (paired.has(i)) continue
      const isPrefix = prefix && i === tokens.length - 1
      if (isSingly(token)) hashes.add(mixed(hashed[i] as number))
      else if (isPrefix && token.length === 1) hashes.add(beginningHash(firstOf(token)))
      else words.set(`${isPrefix}${token}`, { word: token, prefix: isPrefix })
    }
  }
  return { hashes: [...hashes], words: [...words.values()] }
}

const BASIS = 0x811c9dc5
const hashedUnit = (hash: number, unit: number) => Math.imul(hash ^ unit, 0x01000193)

/** FNV-1a over UTF-16 units. */
export function hashOf(token: string): number {
  let hash = BASIS
  for (let at = 0; at < token.length; at++) hash = hashedUnit(hash, token.charCodeAt(at))
  return hash
}

/** The hash of a word's first UTF-16 unit. */
function firstOf(word: string): number {
  return hashedUnit(BASIS, word.charCodeAt(0))
}

/** Of words that begin with a letter: the first one typed would ask for too many words otherwise. */
function beginningHash(first: number): number {
  return mixed(first + 0x5bd1e995)
}

function pairHash(before: number, hash: number): number {
  return mixed(Math.imul(before, 0x9e3779b1) + hash)
}

/** The finishing step of MurmurHash3: spreads the values over all 32 bits. */
export function mixed(hash: number): number {
  let value = hash ^ (hash >>> 16)
  value = Math.imul(value, 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}
