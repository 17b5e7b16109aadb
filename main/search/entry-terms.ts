// Owns what the index keeps of a message's text and what a query asks of it: both sides of one agreement. Pure.
// Always holds: whatever `findRanges` finds for a term, `wanted` finds among what `eachTerm` gave (recall is full); the other
// way round is not promised, for pairs are kept as 32-bit hashes and longer phrases as their pairs: hits are confirmed.

import { eachToken, foldText, isSingly } from './fold.ts'
import type { Term } from './query.ts'

/** Takes the terms of one text; the same may come more than once. */
export interface TermSink {
  /** A single character, or two neighbouring tokens. */
  hash(hash: number): void
  word(word: string): void
}

/**
 * Each Han character, each word, and each pair of neighbours: pairs are what keeps two frequent characters that seldom meet
 * from being looked up the long way. Characters with something between them are no pair, words are. A word also makes a
 * pair with its first letter only, for queries that have but its beginning.
 */
export function eachTerm(text: string, sink: TermSink): void {
  const folded = foldText(text)
  let beforeHash = 0
  let beforeEnd = -1
  let beforeSingle = false
  eachToken(folded, (start, end, single) => {
    const hash = hashOf(folded, start, end)
    if (single) sink.hash(mixed(hash))
    else {
      sink.word(folded.slice(start, end))
      sink.hash(beginningHash(folded, start))
    }
    if (beforeEnd >= 0 && !(single && beforeSingle && beforeEnd !== start)) {
      sink.hash(pairHash(beforeHash, hash))
      if (!single) sink.hash(pairHash(beforeHash, firstOf(folded, start)))
    }
    beforeHash = hash
    beforeEnd = end
    beforeSingle = single
  })
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
    const hashed = tokens.map((token) => hashOf(token, 0, token.length))
    const paired = new Set<number>()
    for (let i = 1; i < tokens.length; i++) {
      const bothSingle = isSingly(tokens[i - 1] as string) && isSingly(tokens[i] as string)
      if (bothSingle && apart[i] === true) continue
      const isBeginning = prefix && i === tokens.length - 1
      const next = isBeginning ? firstOf(tokens[i] as string, 0) : (hashed[i] as number)
      hashes.add(pairHash(hashed[i - 1] as number, next))
      paired.add(i - 1)
      if (!isBeginning) paired.add(i)
    }
    for (const [i, token] of tokens.entries()) {
      if (paired.has(i)) continue
      const isPrefix = prefix && i === tokens.length - 1
      if (isSingly(token)) hashes.add(mixed(hashed[i] as number))
      else if (isPrefix && token.length === 1) hashes.add(beginningHash(token, 0))
      else words.set(`${isPrefix}${token}`, { word: token, prefix: isPrefix })
    }
  }
  return { hashes: [...hashes], words: [...words.values()] }
}

/** FNV-1a over UTF-16 units. */
function hashOf(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}

/** The hash of a word's first UTF-16 unit. */
function firstOf(text: string, start: number): number {
  return hashOf(text, start, start + 1)
}

/** Of words that begin with a letter: the first one typed would ask for too many words otherwise. */
function beginningHash(text: string, start: number): number {
  return mixed(firstOf(text, start) + 0x5bd1e995)
}

function pairHash(before: number, hash: number): number {
  return mixed(Math.imul(before, 0x9e3779b1) + hash)
}

/** The finishing step of MurmurHash3: spreads the values over all 32 bits. */
function mixed(hash: number): number {
  let value = hash ^ (hash >>> 16)
  value = Math.imul(value, 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}
