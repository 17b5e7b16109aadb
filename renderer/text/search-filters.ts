// Owns the filters of a search as the window shows and writes them: which stand in the text, adding and removing one.
// Always holds: the text is the only truth, what is shown is read from it; main alone decides what a filter means, and
// its grammar (names, colons, quotes) is followed here.

export const filterNames = ['from', 'in', 'before', 'after', 'has'] as const
export type FilterName = (typeof filterNames)[number]

export interface FilterToken {
  readonly name: FilterName
  readonly value: string
  /** False while its value is missing or its quotes are open: it is still being typed. */
  readonly finished: boolean
  /** [start, end) in UTF-16 units of the text. */
  readonly start: number
  readonly end: number
}

/** As they are typed in English and Chinese. */
const names: Readonly<Record<string, FilterName>> = {
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

const marks = '"“”„＂'
const quoted = `[${marks}]([^${marks}]*)[${marks}]|「([^「」]*)」|『([^『』]*)』`
const open = `([${marks}「『].*)$`
const bare = `([^\\s${marks}「」『』]*)`
// At the text's beginning or behind a blank; `https://` is no filter. A phrase in quotes is passed over as a whole.
const piece = new RegExp(
  `(?<!\\S)(${Object.keys(names).join('|')})[:：](?!//)(?:${quoted}|${open}|${bare})|${quoted}`,
  'giu',
)

/** The filters that stand in `text`, in order, those still being typed included. Text in quotes holds none. */
export function filtersIn(text: string): readonly FilterToken[] {
  return [...text.matchAll(piece)].flatMap((match) => {
    const name = names[match[1]?.toLowerCase() ?? '']
    if (name === undefined) return []
    const closed = match[2] ?? match[3] ?? match[4] ?? match[6] ?? ''
    const value = (match[5]?.slice(1) ?? closed).trim()
    const finished = match[5] === undefined && value !== ''
    return [{ name, value, finished, start: match.index, end: match.index + match[0].length }]
  })
}

/** `text` as it can be asked for already: without the filters that are still being typed. */
export function finishedPart(text: string): string {
  let part = text
  for (const token of filtersIn(text).toReversed()) if (!token.finished) part = withoutFilter(part, token)
  return part.trim()
}

/** `text` with the beginning of a filter at its end: `from:` waits for its value, `has:file` is whole. */
export function withFilter(text: string, name: FilterName): string {
  const before = finishedPart(text)
  const added = name === 'has' ? 'has:file ' : `${name}:`
  return before === '' ? added : `${before} ${added}`
}

/** `text` without the filter `token`, and without the blank that it leaves. */
export function withoutFilter(text: string, token: FilterToken): string {
  const before = text.slice(0, token.start).trimEnd()
  const after = text.slice(token.end).trimStart()
  return before === '' ? after : after === '' ? before : `${before} ${after}`
}
