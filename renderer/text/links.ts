// Owns finding links in message text. Always holds: only http, https and mailto become links, the pieces joined are the
// text unchanged, and a link is shown as it was written. It must never open anything: that is openLink's, in main.

export type TextPiece =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'link'; readonly text: string; readonly url: string }

/** As the bridge's openLink accepts, in UTF-16 units. */
const urlChars = 2048

// A link ends at blanks, quotes, angle brackets, CJK text or punctuation: 「請看https://a.hk。」 must not take the full stop.
const candidate =
  /(?:https?:\/\/|mailto:)[^\s<>"'`{}|\\^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef\u2018-\u201d\u2026]+|[a-z0-9][a-z0-9._%+-]*@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+/giu

/** `text` cut into plain pieces and links, in order. */
export function findLinks(text: string): readonly TextPiece[] {
  const pieces: TextPiece[] = []
  let end = 0
  for (const match of text.matchAll(candidate)) {
    const written = trimEnd(match[0])
    const url = urlOf(written)
    if (url === undefined) continue
    if (match.index > end) pieces.push({ type: 'text', text: text.slice(end, match.index) })
    pieces.push({ type: 'link', text: written, url })
    end = match.index + written.length
  }
  if (end < text.length) pieces.push({ type: 'text', text: text.slice(end) })
  return pieces
}

/** Without the punctuation that ends the sentence rather than the link; a closing bracket stays if it was opened inside. */
function trimEnd(written: string): string {
  let link = written
  for (;;) {
    const last = link.at(-1)
    if (last === undefined) return link
    if ('.,;:!?*_~'.includes(last)) link = link.slice(0, -1)
    else if (last === ')' && count(link, ')') > count(link, '(')) link = link.slice(0, -1)
    else if (last === ']' && count(link, ']') > count(link, '[')) link = link.slice(0, -1)
    else return link
  }
}

function count(text: string, character: string): number {
  return text.split(character).length - 1
}

function urlOf(written: string): string | undefined {
  const address = /^(?:https?:|mailto:)/i.test(written) ? written : `mailto:${written}`
  if (!URL.canParse(address)) return undefined
  const url = new URL(address)
  if (url.protocol === 'mailto:') {
    if (!url.pathname.includes('@')) return undefined
  } else if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  else if (url.hostname === '') return undefined
  return url.href.length <= urlChars ? url.href : undefined
}
