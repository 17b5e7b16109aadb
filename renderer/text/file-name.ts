// Owns how a file's name is shown: its sender chose it, so it is shown and never trusted.
// Always holds: no character of it turns the direction of the text or breaks the line, so that a name cannot show an ending that is
// not its own; what stands in for such a character is as long, so that ranges into the name still fit.

/** Controls, line and paragraph separators, and the marks, embeddings, overrides and isolates of bidirectional text. */
const misleading = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

/** UTF-16 units of a name's end that always stay in view: its extension and what tells one scan from the next. */
const endChars = 10

/** `name` with each misleading character replaced by one that can be seen. */
export function shownName(name: string): string {
  return name.replace(misleading, '\ufffd')
}

/** Where a long name may be cut: everything before the index gives way first. No surrogate pair is split. */
export function cutOf(name: string): number {
  if (name.length <= endChars * 2) return name.length
  const at = name.length - endChars
  const unit = name.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at
}

/** `name` in at most `chars` UTF-16 units: what goes is before its end, so that its ending stays. */
export function shortenedName(name: string, chars: number): string {
  if (name.length <= chars) return name
  const end = name.slice(-endChars)
  return `${name.slice(0, chars - endChars)}${end}`.toWellFormed()
}

export type FileKind = 'image' | 'video' | 'audio' | 'sheet' | 'slides' | 'archive' | 'document' | 'other'

const kindsByExtension: Readonly<Record<string, FileKind>> = {
  csv: 'sheet',
  numbers: 'sheet',
  xls: 'sheet',
  xlsx: 'sheet',
  key: 'slides',
  odp: 'slides',
  ppt: 'slides',
  pptx: 'slides',
  '7z': 'archive',
  gz: 'archive',
  rar: 'archive',
  tar: 'archive',
  zip: 'archive',
  doc: 'document',
  docx: 'document',
  eml: 'document',
  msg: 'document',
  pages: 'document',
  pdf: 'document',
  rtf: 'document',
  txt: 'document',
}

/** What a file is, as its sender claims; for an icon and nothing else. */
export function fileKindOf(mediaType: string, name: string): FileKind {
  const type = mediaType.toLowerCase()
  const top = type.split('/', 1)[0]
  if (top === 'image' || top === 'video' || top === 'audio') return top
  if (/spreadsheet|excel|csv/.test(type)) return 'sheet'
  if (/presentation|powerpoint/.test(type)) return 'slides'
  if (/zip|compressed|x-tar|x-7z|gzip/.test(type)) return 'archive'
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  const known = Object.hasOwn(kindsByExtension, extension) ? kindsByExtension[extension] : undefined
  if (known !== undefined) return known
  return top === 'text' || /pdf|msword|wordprocessing|rtf|rfc822/.test(type) ? 'document' : 'other'
}
