// Owns how answers look in a terminal: aligned tables, `key: value` blocks, widths of East Asian text (UAX #11).
// Always holds: what the server or a file says cannot steer the terminal: control and bidi characters are replaced.
// Never: decides what is shown; colours; reads the terminal.

/** Code points that UAX #11 calls Wide or Fullwidth, in the blocks that text can hold; emoji are told by property. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u
const presentedAsEmoji = /\ufe0f/u
const zeroWidth = /^[\p{Mn}\p{Me}\p{Cf}]+$/u
/** C0, C1, line separators, and the characters that reorder a line. */
const unsafe = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** Columns that `text` takes in a terminal: two for wide characters and emoji, none for marks standing alone. */
export function displayWidth(text: string): number {
  let width = 0
  for (const { segment } of graphemes.segment(text)) {
    if (zeroWidth.test(segment)) continue
    width += wide.test(segment) || presentedAsEmoji.test(segment) ? 2 : 1
  }
  return width
}

/** `text` on one line, with every character that could move the cursor or reorder the line replaced by U+FFFD. */
export function safeText(text: string): string {
  return text.toWellFormed().replace(unsafe, '\ufffd')
}

/** JSON on one line in which no character can steer a terminal either; the value it denotes is unchanged. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Rows under headings, two blanks apart, no blanks at line ends. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [headings, ...rows].map((row) => headings.map((_, column) => safeText(row[column] ?? '')))
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => displayWidth(row[column] ?? ''))))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - displayWidth(cell)))
      .join('  ')
      .trimEnd()
  return cells.map(line).join('\n')
}

/** A table, or `none` where it would be empty. */
export function listText(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? 'none' : table(headings, rows)
}

/** One `name: value` a line, values aligned; entries without a value are left out. */
export function block(entries: readonly (readonly [name: string, value: string | undefined])[]): string {
  const shown = entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined)
  const width = Math.max(0, ...shown.map(([name]) => displayWidth(name)))
  return shown
    .map(([name, value]) => `${name}:${' '.repeat(width - displayWidth(name))} ${safeText(value)}`.trimEnd())
    .join('\n')
}

/** A number of bytes to read at a glance: 1.2 GB; empty where it is not known. */
export function bytesText(bytes: number | undefined): string {
  if (bytes === undefined) return ''
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`
}
