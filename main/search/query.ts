// Owns how a search text becomes terms and filters, and where terms occur in a message. Pure: the time zone is an argument.
// Always holds: text and query are folded alike; all terms must occur; a run of Han characters is a phrase, so that one-, two-
// and many-character queries find every occurrence; a Latin word is found by its beginning.

import { fold, foldText, isSingly, type PlacedToken, placeTokens } from './fold.ts'

export { fold, tokens } from './fold.ts'

/** One term of a query: tokens that must stand next to each other; the last may be the beginning of a word. */
export interface Term {
  readonly tokens: readonly string[]
  /** apart[i]: something stood between token i and the one before it, so that anything may stand there in the text. */
  readonly apart: readonly boolean[]
  readonly prefix: boolean
}

export type FilterName = 'from' | 'in' | 'before' | 'after' | 'has'

/** What else must hold of a message. Several `from` (or `in`) mean one of them. */
export interface Filters {
  /** Names of senders, as typed: see `matchesName`. */
  readonly from?: readonly string[]
  /** Names of conversations, as typed. */
  readonly in?: readonly string[]
  /** Only messages before this time (exclusive): the start of the day, month or year of `before:`. */
  readonly beforeMs?: number
  /** Only messages from this time on (inclusive): the end of the day, month or year of `after:`. */
  readonly afterMs?: number
  readonly hasFile?: true
}

export interface Query {
  readonly terms: readonly Term[]
  readonly filters: Filters
  /** The first filter that cannot be followed, its value as typed. Nothing is to be searched then. */
  readonly problem?: { readonly filter: FilterName; readonly value: string }
}

/** When a day begins in the computer's time zone; day and month count from 1 and may lie past the end of theirs. */
export type DayStart = (year: number, month: number, day: number) => number

const filterNames: Readonly<Record<string, FilterName>> = {
  from: 'from',
  來自: 'from',
  来自: 'from',
  in: 'in',
  在: 'in',
  before: 'before',
  之前: 'before',
  after: 'after',
  之後: 'after',
  之后: 'after',
  has: 'has',
  有: 'has',
}
const fileWords = new Set(['file', 'files', 'attachment', 'attachments', '檔案', '文件', '附件'].map(foldText))

const QUOTED = '["“”„＂]([^"“”„＂]*)["“”„＂]|「([^「」]*)」|『([^『』]*)』'
const UNQUOTED = '[^\\s"“”„＂「」『』]+'
// A filter stands at the start of a word and its value right after the colon: `https://` and `re:invent` are none.
const piece = new RegExp(
  `(?<!\\S)(${Object.keys(filterNames).join('|')})[:：](?!//)(?:${QUOTED}|(${UNQUOTED}))|${QUOTED}|(${UNQUOTED})`,
  'giu',
)

/**
 * A search text: terms separated by blanks, "exact phrases" in quotes, and the filters `from:` `in:` `before:` `after:`
 * `has:file` with quoted values where they have blanks. Dates are YYYY-MM-DD (or with / or .), YYYY-MM, YYYY.
 */
export function parseQuery(text: string, dayStart: DayStart): Query {
  const terms: Term[] = []
  const from: string[] = []
  const within: string[] = []
  let beforeMs: number | undefined
  let afterMs: number | undefined
  let hasFile = false
  let problem: Query['problem']
  for (const match of text.matchAll(piece)) {
    const filter = filterNames[match[1]?.toLowerCase() ?? '']
    if (!filter) {
      const phrase = match[6] ?? match[7] ?? match[8]
      const term = termOf(phrase ?? match[9] ?? '', phrase === undefined)
      if (term) terms.push(term)
      continue
    }
    const value = match[2] ?? match[3] ?? match[4] ?? match[5] ?? ''
    const period = filter === 'before' || filter === 'after' ? parsePeriod(value, dayStart) : undefined
    if (filter === 'from' && value.trim()) from.push(value)
    else if (filter === 'in' && value.trim()) within.push(value)
    else if (filter === 'has' && fileWords.has(foldText(value).trim())) hasFile = true
    else if (filter === 'before' && period) beforeMs = Math.min(period.startMs, beforeMs ?? period.startMs)
    else if (filter === 'after' && period) afterMs = Math.max(period.endMs, afterMs ?? period.endMs)
    else problem ??= { filter, value }
  }
  return {
    terms,
    filters: {
      ...(from.length > 0 && { from }),
      ...(within.length > 0 && { in: within }),
      ...(beforeMs !== undefined && { beforeMs }),
      ...(afterMs !== undefined && { afterMs }),
      ...(hasFile && { hasFile }),
    },
    ...(problem && { problem }),
  }
}

function termOf(text: string, unquoted: boolean): Term | undefined {
  const placed = placeTokens(foldText(text))
  const last = placed.at(-1)
  if (!last) return undefined
  return {
    tokens: placed.map(({ token }) => token),
    apart: placed.map(({ start }, i) => start !== (placed[i - 1]?.end ?? start)),
    prefix: unquoted && !isSingly(last.token),
  }
}

/** The day, month or year that a date names: [startMs, endMs). */
function parsePeriod(value: string, dayStart: DayStart): { startMs: number; endMs: number } | undefined {
  const match = /^([12]\d{3})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?$/.exec(foldText(value).trim())
  if (!match) return undefined
  const year = Number(match[1])
  if (match[2] === undefined) return { startMs: dayStart(year, 1, 1), endMs: dayStart(year + 1, 1, 1) }
  const month = Number(match[2])
  if (month < 1 || month > 12) return undefined
  if (match[3] === undefined) return { startMs: dayStart(year, month, 1), endMs: dayStart(year, month + 1, 1) }
  const day = Number(match[3])
  if (day < 1 || day > daysIn(year, month)) return undefined
  return { startMs: dayStart(year, month, day), endMs: dayStart(year, month, day + 1) }
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Whether a name is meant by a filter's value: words of it by their beginning, Han characters anywhere, folded. */
export function matchesName(value: string, name: string): boolean {
  const term = termOf(value, true)
  return term !== undefined && findRanges(name, [term]).length > 0
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
  const isMixed = isSingly(before.token) !== isSingly(here.token)
  return isMixed && text.slice(before.end, here.start).trim() === ''
}

/** Where the original character that folded unit `end` - 1 came from ends: one character may fold to several units. */
function endInOriginal(origin: readonly number[], end: number): number {
  let next = end
  while (next < origin.length - 1 && origin[next] === origin[end - 1]) next++
  return origin[next] ?? 0
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
