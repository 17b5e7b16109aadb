import { describe, expect, it } from 'vitest'
import { linkRanges } from './links.ts'

/** `text` cut into plain pieces and links, in order. */
function findLinks(text: string) {
  const pieces: ({ type: 'text'; text: string } | { type: 'link'; text: string; url: string })[] = []
  let at = 0
  for (const { start, end, url } of linkRanges(text)) {
    if (start > at) pieces.push({ type: 'text', text: text.slice(at, start) })
    pieces.push({ type: 'link', text: text.slice(start, end), url })
    at = end
  }
  if (at < text.length) pieces.push({ type: 'text', text: text.slice(at) })
  return pieces
}

const linksIn = (text: string) =>
  findLinks(text).flatMap((piece) => (piece.type === 'link' ? [[piece.text, piece.url]] : []))

describe('findLinks', () => {
  it('[UI3] finds http, https and mail addresses, and keeps what was written', () => {
    expect(linksIn('see https://intranet.example.hk/a?b=1#c and HTTP://EXAMPLE.HK')).toEqual([
      ['https://intranet.example.hk/a?b=1#c', 'https://intranet.example.hk/a?b=1#c'],
      ['HTTP://EXAMPLE.HK', 'http://example.hk/'],
    ])
    expect(linksIn('ask it-desk@example.com.hk.')).toEqual([
      ['it-desk@example.com.hk', 'mailto:it-desk@example.com.hk'],
    ])
    expect(linksIn('mailto:a@b.hk')).toEqual([['mailto:a@b.hk', 'mailto:a@b.hk']])
  })

  it('[UI3] stops at Chinese text and punctuation, and at the end of a sentence', () => {
    expect(linksIn('請看https://a.hk/x。謝謝')).toEqual([['https://a.hk/x', 'https://a.hk/x']])
    expect(linksIn('（https://a.hk/y）')).toEqual([['https://a.hk/y', 'https://a.hk/y']])
    expect(linksIn('(https://a.hk/z), then')).toEqual([['https://a.hk/z', 'https://a.hk/z']])
    expect(linksIn('https://a.hk/w_(b)')).toEqual([['https://a.hk/w_(b)', 'https://a.hk/w_(b)']])
  })

  it('[UI3] makes a link of no other scheme', () => {
    for (const text of [
      'javascript:alert(1)',
      'file:///etc/passwd',
      'data:text/html,x',
      'ms-msdt:/id',
      'ftp://a.hk',
      'smb://a/b',
    ])
      expect(linksIn(text)).toEqual([])
    expect(linksIn('https://')).toEqual([])
    expect(linksIn(`https://a.hk/${'x'.repeat(3000)}`)).toEqual([])
  })

  it('[UI3] loses no character', () => {
    const text = 'a https://a.hk, b\n\nc@d.hk。中文http://e.hk/）末'
    expect(
      findLinks(text)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text)
    expect(findLinks('')).toEqual([])
  })
})
