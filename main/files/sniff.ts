// Owns what a file is by its bytes, and whether it may be handed to another program. Runs in the worker: the bytes are a
// stranger's. Always holds: a claim (name, media type) never makes a file more than its bytes are; what is not on the list of
// harmless kinds, or is another kind than its name says, is not opened.

import { fileTypeFromBuffer } from 'file-type'
import type { FileKind } from '../../shared/bridge.ts'
import { extensionOf } from './safe-name.ts'

export interface Sniffed {
  readonly kind: FileKind
  /** Of an image the type to decode it as. */
  readonly mediaType: string
  /** Name of the type in file-type's list; undefined where no signature is known. */
  readonly type: string | undefined
}

/** Pictures that the window decodes. An animated PNG is a PNG. */
const images: Readonly<Record<string, string>> = {
  png: 'image/png',
  apng: 'image/png',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
}

/** Types that file-type tells from plain text by their first words. */
const textTypes: ReadonlySet<string> = new Set(['xml', 'ics', 'vcf', 'vtt', 'reg'])

/** Extensions of plain text that no system runs, whatever the words are. */
const textExtensions: ReadonlySet<string> = new Set(['txt', 'text', 'md', 'csv', 'tsv', 'log', 'json'])

/**
 * Kinds that other programs may be given, with the types their bytes may be. No archives: what is in them is not looked
 * at. No pages and no SVG: they run scripts. No .xls: its oldest kind of macro shows in no name.
 */
const openable: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    png: ['png', 'apng'],
    jpg: ['jpg'],
    jpeg: ['jpg'],
    gif: ['gif'],
    webp: ['webp'],
    bmp: ['bmp'],
    tif: ['tif'],
    tiff: ['tif'],
    heic: ['heic'],
    avif: ['avif'],
    pdf: ['pdf'],
    docx: ['docx'],
    xlsx: ['xlsx'],
    pptx: ['pptx'],
    odt: ['odt'],
    ods: ['ods'],
    odp: ['odp'],
    rtf: ['rtf'],
    doc: ['cfb'],
    ppt: ['cfb'],
    mp3: ['mp3'],
    wav: ['wav'],
    flac: ['flac'],
    ogg: ['ogg', 'oga', 'opus'],
    m4a: ['m4a', 'mp4'],
    mp4: ['mp4', 'm4v'],
    m4v: ['m4v', 'mp4'],
    mov: ['mov'],
    webm: ['webm'],
    mkv: ['mkv'],
    avi: ['avi'],
  }),
)

/** Types that can carry macros in a place that the signature does not tell. */
const mayCarryMacros: ReadonlySet<string> = new Set(['cfb', 'docx', 'xlsx', 'pptx', 'odt', 'ods', 'odp'])

/** What `head`, the beginning of a file, is; `isWhole` where it is all of it. */
export async function sniff(head: Uint8Array, isWhole: boolean): Promise<Sniffed> {
  const found = await typeOf(head)
  const image = found && images[found.ext]
  if (image) return { kind: 'image', mediaType: image, type: found.ext }
  if (found?.ext === 'pdf') return { kind: 'pdf', mediaType: 'application/pdf', type: 'pdf' }
  if ((!found || textTypes.has(found.ext)) && isText(head, isWhole))
    return { kind: 'text', mediaType: 'text/plain', type: found?.ext }
  return { kind: 'other', mediaType: found?.mime ?? 'application/octet-stream', type: found?.ext }
}

/** True where a file of this (safe) name and content may be opened with another program, unless it carries macros. */
export function isOpenable(name: string, { kind, type }: Sniffed): boolean {
  const extension = extensionOf(name)
  // Text in an old code page has no signature either: an editor shows it.
  if (textExtensions.has(extension)) return kind === 'text' || type === undefined
  return type !== undefined && openable.get(extension)?.includes(type) === true
}

/** True where macros have to be looked for before a file of this kind may be opened. */
export function needsMacroScan({ type }: Sniffed): boolean {
  return type !== undefined && mayCarryMacros.has(type)
}

/**
 * Names under which macros lie: storages of a compound file (MS-CFB, in UTF-16), entries of a package (never compressed).
 * A file that only mentions them is refused too: that is the harmless mistake.
 */
const macroNames: readonly Buffer[] = [
  Buffer.from('_VBA_PROJECT', 'utf16le'),
  Buffer.from('vbaProject', 'latin1'),
  Buffer.from('xl/macrosheets/', 'latin1'),
  Buffer.from('Basic/script-lc.xml', 'latin1'),
  Buffer.from('Scripts/python', 'latin1'),
]
const longestName = Math.max(...macroNames.map(({ length }) => length))

/** Looks for macros in a file that comes piece by piece; true from the piece on that shows one. */
export function createMacroScan(): (piece: Uint8Array) => boolean {
  let tail: Uint8Array = new Uint8Array()
  let found = false
  return (piece) => {
    if (found) return true
    // A name may lie across two pieces.
    const seam = Buffer.concat([tail, piece.subarray(0, longestName)])
    const all = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    found = macroNames.some((name) => all.includes(name) || seam.includes(name))
    tail = Uint8Array.from(
      piece.length >= longestName ? piece.subarray(1 - longestName) : seam.subarray(1 - longestName),
    )
    return found
  }
}

async function typeOf(head: Uint8Array): Promise<{ readonly ext: string; readonly mime: string } | undefined> {
  try {
    return await fileTypeFromBuffer(head)
  } catch {
    // Broken in a way that its own detector does not get through: then no known type.
    return undefined
  }
}

/** UTF-8 without control characters but tab, line ends and form feed. */
function isText(head: Uint8Array, isWhole: boolean): boolean {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: !isWhole })
  } catch {
    return false
  }
  return !/[^\P{Cc}\t\n\r\f]/u.test(text)
}
