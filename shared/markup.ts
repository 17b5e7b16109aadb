// Owns building a page of HTML from texts that anybody may have written.
// Always holds: a text put into a template is escaped, and cannot reorder the line it stands in; attributes are quoted by
// whoever writes the template.

/** HTML that may stand as it is. */
export interface Markup {
  readonly markup: string
}
type Piece = string | number | Markup | readonly Markup[]

/** A template whose every value is escaped, but for what is Markup already. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  const inside = pieces.map((piece) => {
    if (typeof piece === 'string' || typeof piece === 'number') return escaped(String(piece))
    return 'markup' in piece ? piece.markup : piece.map(({ markup }) => markup).join('')
  })
  return { markup: strings.map((text, index) => text + (inside[index] ?? '')).join('') }
}
export const nothing: Markup = { markup: '' }

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
/** C0 but tab and line feed, C1, and what reorders a line: it could make a page read otherwise than it was signed. */
const unsafe = /[^\P{Cc}\t\n]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(unsafe, '\ufffd')
    .replace(/[&<>"']/g, (letter) => entities[letter] ?? '')
}
