// Owns turning a file's name, which its sender chose, into one that may be written on this desktop.
// Always holds: the result is one name and no path, shows the reader what the system reads (nothing invisible, nothing that
// turns the writing round), means no device, and keeps its extension; a safe name stays as it is. Pure.

import { limits } from '../../shared/limits.ts'

const EXTENSION_CHARS = 16
const FALLBACK = 'file'

/** What Windows forbids in a name, both kinds of separators, and the colon of its alternate streams. */
const forbidden = /[<>:"/\\|?*]/g
/** Controls, lone surrogates, line separators, and everything invisible (which holds all bidirectional controls) but the joiner of emoji. */
const unseen = /(?!\u200d)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\u2800]/gu
/** Names of devices on Windows, whatever follows the first dot ("Naming Files, Paths, and Namespaces"). */
const device = /^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$) *(?:\.|$)/i

const encoder = new TextEncoder()

/** The name of a file that stands for `name` in any folder of any system. Never empty. */
export function safeName(name: string): string {
  const seen = name.toWellFormed().normalize('NFC').replace(unseen, '').replace(forbidden, '_').replace(/\s+/g, ' ')
  const trimmed = seen.replace(/[. ]+$/, '').replace(/^ +/, '')
  const { base, extension } = splitName(trimmed)
  // A leading dot hides a file.
  const bare = base.replace(/^[. ]+/, '').replace(/[ ]+$/, '') || FALLBACK
  const whole = bare + extension
  return shorten(device.test(whole) ? `_${bare}` : bare, extension)
}

/** In lower case and without its dot; '' where there is none. */
export function extensionOf(name: string): string {
  return splitName(name).extension.slice(1).toLowerCase()
}

function splitName(name: string): { readonly base: string; readonly extension: string } {
  const dot = name.lastIndexOf('.')
  const extension = dot < 0 ? '' : name.slice(dot)
  const isExtension = extension.length > 1 && extension.length <= EXTENSION_CHARS + 1 && !extension.includes(' ')
  return isExtension ? { base: name.slice(0, dot), extension } : { base: name, extension: '' }
}

/** Cut between characters people see, so that no part of one is left. */
function shorten(base: string, extension: string): string {
  const fits = (text: string) =>
    text.length <= limits.savedNameChars && encoder.encode(text).length <= limits.savedNameBytes
  if (fits(base + extension)) return base + extension
  let kept = ''
  for (const { segment } of new Intl.Segmenter('en').segment(base)) {
    if (!fits(kept + segment + extension)) break
    kept += segment
  }
  return (kept.replace(/[. ]+$/, '') || FALLBACK) + extension
}
