// Owns formatting by shortcut while a message is written: marks put around what is selected, or taken off again. Pure.

/** A text with a selection, [start, end) in UTF-16 units. */
export interface Selected {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** What to put in place of [from, to), and what is selected afterwards. */
export interface Replacement {
  readonly from: number
  readonly to: number
  readonly text: string
  readonly start: number
  readonly end: number
}

/** Puts `mark` around what is selected, or takes it off where it is there already; blanks at the ends stay outside. */
export function toggleMark({ text, start, end }: Selected, mark: string): Replacement {
  const selected = text.slice(start, end)
  const from = start + (selected.length - selected.trimStart().length)
  const to = selected.trim() === '' ? from : end - (selected.length - selected.trimEnd().length)
  const inner = text.slice(from, to)
  const width = mark.length
  const ends = (part: string, own: boolean) =>
    own && part.length >= 2 * width && runAt(part, 0) === width && runAt(part, part.length - 1) === width
  if (inner.startsWith(mark) && inner.endsWith(mark) && ends(inner, true)) {
    const bare = inner.slice(width, -width)
    return { from, to, text: bare, start: from, end: from + bare.length }
  }
  const around = text.slice(Math.max(0, from - width), from) === mark && text.slice(to, to + width) === mark
  if (around && runAt(text, from - 1) === width && runAt(text, to) === width) {
    return { from: from - width, to: to + width, text: inner, start: from - width, end: to - width }
  }
  return { from, to, text: `${mark}${inner}${mark}`, start: from + width, end: to + width }
}

/** How many characters like that at `index` stand there in a row: `*` within `**` is no mark of its own. */
function runAt(text: string, index: number): number {
  const character = text[index]
  if (character === undefined) return 0
  let first = index
  let last = index
  while (text[first - 1] === character) first--
  while (text[last + 1] === character) last++
  return last - first + 1
}
