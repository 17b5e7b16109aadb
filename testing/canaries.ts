// Owns the search of a folder for what must not stand there: message texts, names, keys, in every form in which programs
// write text down. It reads bytes only, so that it needs no knowledge of databases or browsers.
// Always holds: every file, hidden or not, and every name of a file, folder and link is looked at; what could not be read
// is told, so that a scan which saw nothing cannot pass for a clean one.
// Cannot see: what is compressed, encrypted, or split between places.

import { type FileHandle, open, readdir, readlink } from 'node:fs/promises'
import path from 'node:path'

/** What to look for: a text, or raw key bytes. `name` stands in reports in its place. */
export type Canary =
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly bytes: Uint8Array }

export interface CanaryHit {
  readonly canary: string
  /** The form in which it was found, such as `utf-16le` or `base64 of utf-8 (+1)`. */
  readonly form: string
  /** Relative to the folder, with `/`. */
  readonly file: string
  /** Byte offset of the first occurrence in the file; undefined where it stands in the name or a link’s target. */
  readonly offset: number | undefined
}

export interface CanaryReport {
  readonly hits: readonly CanaryHit[]
  readonly filesRead: number
  readonly bytesRead: number
  /** Files and folders that could not be read, with the system’s code; those that vanished meanwhile are left out. */
  readonly unreadable: readonly { readonly file: string; readonly code: string }[]
}

interface Needle {
  readonly canary: string
  readonly form: string
  readonly bytes: Buffer
}

/** Below this a find may be chance: in bytes, for each raw form of a canary. */
const SHORTEST_BYTES = 6
const WINDOW_BYTES = 1024 * 1024
const TABLE_BITS = 20

export interface CanaryScanner {
  /** Hits in bytes at hand, such as a program’s output; reported under `file`. */
  scanBytes(bytes: Uint8Array, file: string): CanaryHit[]
  /** Walks a folder. Throws only where the folder itself cannot be read. */
  scanFolder(folder: string): Promise<CanaryReport>
}

/**
 * Prepares a search for all canaries at once: one pass over the bytes, whatever their number. Throws RangeError for a
 * canary too short to be told from chance: fewer than six bytes in UTF-8 or UTF-16, or as a key.
 */
export function createCanaryScanner(
  canaries: readonly Canary[],
  options: { windowBytes?: number } = {},
): CanaryScanner {
  const needles = canaries.flatMap(needlesOf)
  const search = createSearch(needles)
  const overlap = needles.reduce((most, needle) => Math.max(most, needle.bytes.length - 1), 0)
  const windowBytes = options.windowBytes ?? WINDOW_BYTES

  function scanBytes(bytes: Uint8Array, file: string): CanaryHit[] {
    const first = new Map<Needle, number>()
    search(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, first)
    return hitsOf(first, file)
  }

  function scanName(name: string, file: string): CanaryHit[] {
    return scanBytes(Buffer.from(name, 'utf8'), file).map((hit) => ({ ...hit, offset: undefined }))
  }

  async function scanFile(handle: FileHandle, file: string): Promise<{ hits: CanaryHit[]; bytes: number }> {
    const buffer = Buffer.alloc(overlap + windowBytes)
    const first = new Map<Needle, number>()
    let carried = 0
    let total = 0
    for (;;) {
      const { bytesRead } = await handle.read(buffer, carried, buffer.length - carried, total)
      if (bytesRead === 0) return { hits: hitsOf(first, file), bytes: total }
      const filled = carried + bytesRead
      search(buffer.subarray(0, filled), total - carried, first)
      total += bytesRead
      carried = Math.min(overlap, filled)
      buffer.copyWithin(0, filled - carried, filled)
    }
  }

  async function scanFolder(folder: string): Promise<CanaryReport> {
    const hits: CanaryHit[] = []
    const unreadable: { file: string; code: string }[] = []
    let filesRead = 0
    let bytesRead = 0

    async function attempt(file: string, work: () => Promise<void>): Promise<void> {
      try {
        await work()
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
        if (code === undefined) throw error
        if (code !== 'ENOENT') unreadable.push({ file, code })
      }
    }

    async function walk(at: string): Promise<void> {
      const entries = await readdir(path.join(folder, at), { withFileTypes: true })
      for (const entry of entries.sort((one, two) => (one.name < two.name ? -1 : 1))) {
        const file = at === '' ? entry.name : `${at}/${entry.name}`
        const absolute = path.join(folder, file)
        hits.push(...scanName(entry.name, file))
        await attempt(file, async () => {
          if (entry.isDirectory()) return walk(file)
          if (entry.isSymbolicLink()) {
            hits.push(...scanName(await readlink(absolute), file))
          } else if (entry.isFile()) {
            const handle = await open(absolute, 'r')
            const scanned = await scanFile(handle, file).finally(() => handle.close())
            hits.push(...scanned.hits)
            filesRead += 1
            bytesRead += scanned.bytes
          }
        })
      }
    }

    await walk('')
    return { hits, filesRead, bytesRead, unreadable }
  }

  return { scanBytes, scanFolder }
}

/** Searches `folder` for all `canaries`. */
export function findCanaries(folder: string, canaries: readonly Canary[]): Promise<CanaryReport> {
  return createCanaryScanner(canaries).scanFolder(folder)
}

function hitsOf(first: ReadonlyMap<Needle, number>, file: string): CanaryHit[] {
  return [...first].map(([needle, offset]) => ({ canary: needle.canary, form: needle.form, file, offset }))
}

/**
 * One pass: the four bytes at each place are hashed into a table of a million flags; only where a flag is up are the needles
 * that begin so compared. Costs a few nanoseconds a byte, hardly more for ten thousands of needles.
 */
function createSearch(needles: readonly Needle[]): (bytes: Buffer, offset: number, first: Map<Needle, number>) => void {
  const flags = new Uint8Array(1 << TABLE_BITS)
  const buckets = new Map<number, Needle[]>()
  for (const needle of needles) {
    const slot = slotOf(needle.bytes.readUInt32BE(0))
    flags[slot] = 1
    const bucket = buckets.get(slot)
    if (bucket) bucket.push(needle)
    else buckets.set(slot, [needle])
  }
  return (bytes, offset, first) => {
    if (bytes.length < 4) return
    let four = bytes.readUInt32BE(0) >>> 8
    for (let end = 3; end < bytes.length; end++) {
      four = (four << 8) | (bytes[end] as number)
      const slot = slotOf(four)
      if (flags[slot] === 0) continue
      const at = end - 3
      for (const needle of buckets.get(slot) ?? []) {
        const until = at + needle.bytes.length
        if (until > bytes.length || first.has(needle)) continue
        if (needle.bytes.compare(bytes, at, until) === 0) first.set(needle, offset + at)
      }
    }
  }
}

function slotOf(four: number): number {
  return Math.imul(four, 0x9e3779b1) >>> (32 - TABLE_BITS)
}

function needlesOf(canary: Canary): Needle[] {
  const forms = 'text' in canary ? formsOfText(canary.text) : formsOfBytes(Buffer.from(canary.bytes), '')
  const seen = new Set<string>()
  return forms.flatMap(([form, bytes]) => {
    const key = bytes.toString('latin1')
    if (seen.has(key)) return []
    seen.add(key)
    return [{ canary: canary.name, form: form === '' ? 'raw' : form, bytes }]
  })
}

type Form = readonly [name: string, bytes: Buffer]

function formsOfText(text: string): Form[] {
  const utf16le = Buffer.from(text, 'utf16le')
  const written: Form[] = [
    ...formsOfBytes(Buffer.from(text, 'utf8'), 'utf-8'),
    ...formsOfBytes(utf16le, 'utf-16le'),
    ...formsOfBytes(Buffer.from(utf16le).swap16(), 'utf-16be'),
    ...percentForms(text),
    ...jsonForms(text),
  ]
  // A script engine keeps a string that holds one Chinese character in two-byte units throughout.
  const asciiForms = written.filter(([name]) => !name.startsWith('utf-'))
  return [...written, ...asciiForms.map(([name, bytes]): Form => [`${name}, in utf-16le`, widen(bytes)])]
}

/** The bytes themselves, in base64 of either alphabet at each alignment, and in hex of either case. */
function formsOfBytes(bytes: Buffer, of: string): Form[] {
  if (bytes.length < SHORTEST_BYTES) throw new RangeError(`a canary needs ${SHORTEST_BYTES} bytes in every form`)
  const suffix = of === '' ? '' : ` of ${of}`
  const hex = bytes.toString('hex')
  const forms: Form[] = [
    [of, bytes],
    [`hex${suffix}`, Buffer.from(hex, 'latin1')],
    [`HEX${suffix}`, Buffer.from(hex.toUpperCase(), 'latin1')],
  ]
  for (const before of [0, 1, 2]) {
    const letters = base64At(bytes, before)
    forms.push([`base64${suffix} (+${before})`, Buffer.from(letters, 'latin1')])
    forms.push([
      `base64url${suffix} (+${before})`,
      Buffer.from(letters.replaceAll('+', '-').replaceAll('/', '_'), 'latin1'),
    ])
  }
  return forms
}

/** The letters that `bytes` alone decide when `before` bytes (mod 3) precede them in the encoded whole. */
function base64At(bytes: Buffer, before: number): string {
  const all = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
  const from = Math.ceil((before * 8) / 6)
  const to = Math.floor(((before + bytes.length) * 8) / 6)
  return all.slice(from, to)
}

function percentForms(text: string): Form[] {
  const wellFormed = text.toWellFormed()
  const usual = encodeURIComponent(wellFormed)
  const every = [...Buffer.from(wellFormed, 'utf8')]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('')
  const lower = (escaped: string): string => escaped.replace(/%../g, (each) => each.toLowerCase())
  return [
    ['percent', Buffer.from(usual, 'latin1')],
    ['percent', Buffer.from(lower(usual), 'latin1')],
    ['percent, form', Buffer.from(usual.replaceAll('%20', '+'), 'latin1')],
    ['percent, every byte', Buffer.from(every, 'latin1')],
    ['percent, every byte', Buffer.from(lower(every), 'latin1')],
  ]
}

function jsonForms(text: string): Form[] {
  const escapeUnit = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  const upper = (escaped: string): string => escaped.replace(/\\u..../g, (each) => `\\u${each.slice(2).toUpperCase()}`)
  const quoted = JSON.stringify(text).slice(1, -1)
  const nonAscii = quoted.replace(/[^\x20-\x7e]/g, escapeUnit)
  const every = text.split('').map(escapeUnit).join('')
  return [
    ['json', Buffer.from(quoted, 'utf8')],
    ...[nonAscii, upper(nonAscii), every, upper(every)].map(
      (escaped): Form => ['json \\u', Buffer.from(escaped, 'latin1')],
    ),
  ]
}

/** Latin-1 bytes as UTF-16LE. */
function widen(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1'), 'utf16le')
}
