// Owns how text is folded and cut for search, and how a query becomes a full-text expression. Pure.
// Always holds: text and query are folded alike; each Han character is a token of its own and a run of them is a phrase, so
// one-, two- and many-character queries find every occurrence; a Latin word is found by its beginning.

/** A folded text and, for each of its UTF-16 units, the place in the original it came from. */
export interface Folded {
  readonly text: string
  /** origin[i] is where folded unit i begins in the original; one more entry marks the end. */
  readonly origin: readonly number[]
}

/** Case, width and diacritics removed (NFKC, lower case, combining marks dropped), character by character. */
export function fold(original: string): Folded {
  let text = ''
  const origin: number[] = []
  let at = 0
  for (const character of original) {
    const folded = foldCharacter(character)
    for (let i = 0; i < folded.length; i++) origin.push(at)
    text += folded
    at += character.length
  }
  origin.push(at)
  return { text, origin }
}

function foldCharacter(character: string): string {
  const code = character.codePointAt(0) as number
  if (code < 128) return character.toLowerCase()
  return character.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().normalize('NFC')
}

/**
 * Scripts written without blanks between words, and private-use characters (older HKSCS text has ideographs there): each
 * character is a token. Radicals and strokes of these scripts are symbols, no letters.
 */
const singly = /(?=[\p{L}\p{N}])[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|\p{Co}/u
const wordly = /[\p{L}\p{N}]/u

/** The tokens of a folded text, in order. */
export function tokens(folded: string): string[] {
  const found: string[] = []
  let word = ''
  for (const character of folded) {
    if (singly.test(character)) {
      if (word) found.push(word)
      word = ''
      found.push(character)
    } else if (wordly.test(character)) word += character
    else if (word) {
      found.push(word)
      word = ''
    }
  }
  if (word) found.push(word)
  return found
}

/** One term of a query: tokens that must stand next to each other; the last may be the beginning of a word. */
export interface Term {
  readonly tokens: readonly string[]
  /** apart[i]: something stood between token i and the one before it, so that anything may stand there in the text. */
  readonly apart: readonly boolean[]
  readonly prefix: boolean
}

/** The terms of a query, separated by blanks; text in double quotes is one exact term. All must occur. */
export function parseQuery(text: string): Term[] {
  const terms: Term[] = []
  for (const match of text.matchAll(/"([^"]*)"|([^\s"]+)/g)) {
    const quoted = match[1] !== undefined
    const placed = placeTokens(fold(match[1] ?? match[2] ?? '').text)
    const last = placed.at(-1)
    if (!last) continue
    terms.push({
      tokens: placed.map(({ token }) => token),
      apart: placed.map(({ start }, i) => start !== (placed[i - 1]?.end ?? start)),
      prefix: !quoted && !singly.test(last.token),
    })
  }
  return terms
}

/** The terms as an FTS5 expression. Tokens hold letters and digits only, so nothing in them can be an operator. */
export function matchExpression(terms: readonly Term[]): string {
  return terms.map((term) => `"${term.tokens.join(' ')}"${term.prefix ? '*' : ''}`).join(' AND ')
}

/**
 * Where the terms occur in `original`: [start, end) in UTF-16 units, ascending, not overlapping. Empty where one of them
 * does not occur: the index cannot see what stands between two tokens, this can.
 */
export function findRanges(original: string, terms: readonly Term[]): [number, number][] {
  const { text, origin } = fold(original)
  const placed = placeTokens(text)
  const ranges: [number, number][] = []
  for (const term of terms) {
    const before = ranges.length
    for (let i = 0; i + term.tokens.length <= placed.length; i++) {
      const first = placed[i]
      const last = placed[i + term.tokens.length - 1]
      if (!first || !last || !fits(term, placed, i, text)) continue
      const end = term.prefix ? last.start + (term.tokens.at(-1)?.length ?? 0) : last.end
      ranges.push([origin[first.start] ?? 0, endInOriginal(origin, end)])
    }
    if (ranges.length === before) return []
  }
  return merge(ranges)
}

function fits(term: Term, placed: readonly PlacedToken[], from: number, text: string): boolean {
  return term.tokens.every((token, k) => {
    const here = placed[from + k]
    const before = placed[from + k - 1]
    if (!here) return false
    const isSame = term.prefix && k === term.tokens.length - 1 ? here.token.startsWith(token) : here.token === token
    return isSame && (k === 0 || !before || term.apart[k] === true || areJoined(before, here, text))
  })
}

/** No character between them, or a blank between a Han character and a Latin word, which typists set or leave out. */
function areJoined(before: PlacedToken, here: PlacedToken, text: string): boolean {
  if (before.end === here.start) return true
  const isMixed = singly.test(before.token) !== singly.test(here.token)
  return isMixed && text.slice(before.end, here.start).trim() === ''
}

/** Where the original character that folded unit `end` - 1 came from ends: one character may fold to several units. */
function endInOriginal(origin: readonly number[], end: number): number {
  let next = end
  while (next < origin.length - 1 && origin[next] === origin[end - 1]) next++
  return origin[next] ?? 0
}

interface PlacedToken {
  readonly token: string
  readonly start: number
  readonly end: number
}

function placeTokens(folded: string): PlacedToken[] {
  const placed: PlacedToken[] = []
  let from = 0
  for (const token of tokens(folded)) {
    const start = folded.indexOf(token, from)
    from = start + token.length
    placed.push({ token, start, end: from })
  }
  return placed
}

function merge(ranges: [number, number][]): [number, number][] {
  const merged: [number, number][] = []
  for (const range of ranges.sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1)
    if (last && range[0] <= last[1]) last[1] = Math.max(last[1], range[1])
    else merged.push([range[0], range[1]])
  }
  return merged
}
