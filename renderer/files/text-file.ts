// Owns turning the beginning of a text file into text: by its byte order mark, as UTF-8 where it is that, and else in the
// encoding that such files have where the reader is. Pure. Always holds: the text bears no controls and nothing that turns
// its direction; bytes that fit no encoding show as marks and never fail.

import { limits } from '../../shared/limits.ts'
import type { Language } from '../i18n/catalog.ts'

export interface TextFile {
  readonly text: string
  /** As the Encoding standard (WHATWG) names it. */
  readonly encoding: string
  /** There is more than is shown. */
  readonly cut: boolean
}

/** Bytes to read for a preview: four for each character at most. */
export const textFileBytes = limits.previewTextChars * 4

const controls = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
const kept = new Set(['\n', '\t'])

/** The text of a file of `bytes` in all, of which `head` is the beginning. */
export function readText(head: Uint8Array, bytes: number, language: Language): TextFile {
  const isWhole = head.length >= bytes
  const encoding = encodingOf(head, isWhole, language)
  const text = new TextDecoder(encoding)
    // Where the file goes on, a character may be cut by the end of its beginning: it is left out.
    .decode(head, { stream: !isWhole })
    .replace(/\r\n?/g, '\n')
    .replace(controls, (character) => (kept.has(character) ? character : '\ufffd'))
  const cut = !isWhole || text.length > limits.previewTextChars
  return { text: cut ? text.slice(0, limits.previewTextChars).toWellFormed() : text, encoding, cut }
}

function encodingOf(head: Uint8Array, isWhole: boolean, language: Language): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  if (decodes(head, 'utf-8', isWhole)) return 'utf-8'
  // Old office files of Hong Kong are Big5, of the mainland GB18030; each takes much of the other's for its own.
  const order = language === 'zh-Hans' ? ['gb18030', 'big5'] : ['big5', 'gb18030']
  return order.find((encoding) => decodes(head, encoding, isWhole)) ?? 'windows-1252'
}

function decodes(head: Uint8Array, encoding: string, isWhole: boolean): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(head, { stream: !isWhole })
    return true
  } catch {
    return false
  }
}
