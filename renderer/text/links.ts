// Owns finding links in message text. Always holds: only http, https and mailto become links, and a link is a stretch of
// the text as it was written. It must never open anything: that is openLink's, in main.
// Linear in the text's length, whatever the text is.

/** As the bridge's openLink accepts, in UTF-16 units. */
const urlChars = 2048

// A link ends at blanks, quotes, angle brackets, CJK text or punctuation: 「請看https://a.hk。」 must not take the full stop.
// An address begins where a word does: tried from within one, a long word would cost its length squared.
const candidate =
  /(?:https?:\/\/|mailto:)[^\s<>"'`{}|\\^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef\u2018-\u201d\u2026]+|(?<![a-z0-9._%+-])[a-z0-9][a-z0-9._%+-]*@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+/giu

interface LinkRange {
  /** [start, end) in UTF-16 units. */
  readonly start: number
  readonly end: number
  readonly url: string
}

/** The links in `text`, in order. */
export function linkRanges(text: string): readonly LinkRange[] {
  const ranges: LinkRange[] = []
  for (const match of text.matchAll(candidate)) {
    if (match[0].length > urlChars * 2) continue
    const written = trimEnd(match[0])
    const url = urlOf(written)
    if (url !== undefined) ranges.push({ start: match.index, end: match.index + written.length, url })
  }
  return ranges
}

/** Without the punctuation that ends the sentence rather than the link; a closing bracket stays if it was opened inside. */
function trimEnd(written: string): string {
  let round = count(written, ')') - count(written, '(')
  let square = count(written, ']') - count(written, '[')
  let end = written.length
  for (; end > 0; end--) {
    const last = written[end - 1] as string
    if ('.,;:!?*_~'.includes(last)) continue
    if (last === ')' && round > 0) round--
    else if (last === ']' && square > 0) square--
    else break
  }
  return written.slice(0, end)
}

function count(text: string, character: string): number {
  return text.split(character).length - 1
}

/** The address that `written` names, as main opens it; undefined for what is no http, https or mailto address. */
export function urlOf(written: string): string | undefined {
  const address = /^(?:https?:|mailto:)/i.test(written) ? written : `mailto:${written}`
  if (!URL.canParse(address)) return undefined
  const url = new URL(address)
  if (url.protocol === 'mailto:') {
    if (!url.pathname.includes('@')) return undefined
  } else if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  else if (url.hostname === '') return undefined
  return url.href.length <= urlChars ? url.href : undefined
}
