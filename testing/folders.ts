// Owns the folders that tests write to: made fresh below the system's temporary folder, removed when the test ends.
// Always holds: a listing is by relative path with forward slashes, so that it can be held against persisted.ts.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'

export interface Folder {
  readonly dir: string
  remove(): void
}

/** A new empty folder. */
export function createFolder(): Folder {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-'))
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) }
}

/** Every file below `dir`, sorted. */
export function listFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}

/** Those of `needles` that stand in a file below `dir`, as `file: needle`: in UTF-8, UTF-16 (both orders), hex or base64. */
export function findBytes(dir: string, needles: readonly (string | Uint8Array)[]): string[] {
  const wanted = needles.flatMap((needle) =>
    (typeof needle === 'string' ? encodingsOf(needle) : [Buffer.from(needle)]).flatMap((bytes) =>
      formsOf(bytes).map((form) => ({ needle: String(needle), form })),
    ),
  )
  const look = () =>
    listFiles(dir).flatMap((name) => {
      const content = readFileSync(join(dir, name))
      const found = wanted.filter(({ form }) => content.includes(form))
      return [...new Set(found.map(({ needle }) => `${name}: ${needle}`))]
    })
  // A file of a program at work may get another name between being listed and read: then all are looked at anew.
  for (let tries = 1; ; tries++) {
    try {
      return look()
    } catch (error) {
      const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      if (!isGone || tries === 20) throw error
    }
  }
}

function encodingsOf(text: string): Buffer[] {
  const little = Buffer.from(text, 'utf16le')
  return [Buffer.from(text, 'utf8'), little, Buffer.from(little).swap16()]
}

/** The bytes and their hex; base64 at each of the three places a group can begin, without the ends that depend on it. */
function formsOf(bytes: Buffer): Buffer[] {
  const base64 = [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
    const stable = text.slice(shift === 0 ? 0 : 4, Math.floor((bytes.length + shift) / 3) * 4)
    return stable.length >= 8 ? [stable, stable.replaceAll('+', '-').replaceAll('/', '_')] : []
  })
  return [bytes, ...[bytes.toString('hex'), ...base64].map((text) => Buffer.from(text))]
}
