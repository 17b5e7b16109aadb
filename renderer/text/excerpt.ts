// Owns cutting a search hit down to the part around what was found. Always holds: the segments joined are a contiguous
// part of the text (plus an ellipsis where it was cut), and no surrogate pair is split.

export interface Segment {
  readonly text: string
  readonly marked: boolean
}

/** Most UTF-16 units of a hit that are shown: three lines of the list pane. */
const excerptChars = 180
/** …of which stand before the first find. */
const leadChars = 32

/**
 * `text` around the first of `ranges` ([start, end) in UTF-16 units), blanks folded to one line, cut into marked and
 * unmarked segments. Ranges that do not fit the text are ignored: they come from another process.
 */
export function excerptOf(text: string, ranges: readonly (readonly [number, number])[]): readonly Segment[] {
  const sound = ranges
    .filter(
      ([start, end]) =>
        Number.isInteger(start) && Number.isInteger(end) && start >= 0 && end > start && end <= text.length,
    )
    .toSorted((a, b) => a[0] - b[0])
  const firstStart = sound[0]?.[0] ?? 0
  const start = boundary(text, firstStart > leadChars * 2 ? firstStart - leadChars : 0)
  const end = boundary(text, Math.min(text.length, start + excerptChars))
  const segments: Segment[] = []
  const push = (from: number, to: number, marked: boolean) => {
    if (to > from) segments.push({ text: text.slice(from, to).replace(/\s+/g, ' '), marked })
  }
  let at = start
  for (const [rangeStart, rangeEnd] of sound) {
    const from = boundary(text, Math.max(at, rangeStart))
    const to = boundary(text, Math.min(end, rangeEnd))
    if (to <= from) continue
    push(at, from, false)
    push(from, to, true)
    at = to
  }
  push(at, end, false)
  if (start > 0) segments.unshift({ text: '…', marked: false })
  if (end < text.length) segments.push({ text: '…', marked: false })
  return segments
}

/** `index`, moved left where it would split a surrogate pair. */
function boundary(text: string, index: number): number {
  const unit = text.charCodeAt(index)
  return unit >= 0xdc00 && unit <= 0xdfff ? index - 1 : index
}
