// Owns what stands between a host's file dialogs and the app: which of the paths chosen are files, what name is suggested.
// Always holds: a folder, a device or a file that has gone is no choice; a suggested name leads to no other folder.

import { existsSync, statSync } from 'node:fs'
import { basename, dirname, extname, isAbsolute, join } from 'node:path'
import type { PickedFile } from './shell.ts'

/** The files among `paths`, in their order. */
export function chosenFiles(paths: readonly string[]): PickedFile[] {
  return paths.flatMap((path) => {
    const found = statSync(path, { throwIfNoEntry: false })
    return found?.isFile() ? [{ path, name: basename(path), bytes: found.size }] : []
  })
}

/** The name that a sender gave a file, as a file's name on whatever system: without folders, never hidden or empty. */
export function suggestedName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? ''
  return last.replace(/^[\s.]+/, '').trimEnd() || 'file'
}

/** Where a file of this name can come to lie in `folder` without taking another's place. */
export function freePath(folder: string, name: string): string {
  const wanted = suggestedName(name)
  const ending = extname(wanted)
  const stem = wanted.slice(0, wanted.length - ending.length)
  for (let number = 1; ; number++) {
    const path = join(folder, number === 1 ? wanted : `${stem} (${number})${ending}`)
    if (!existsSync(path)) return path
  }
}

/** The file that a user has named in writing, `~` being their home; undefined where that lies in no folder that is there. */
export function writtenPath(text: string, home: string): string | undefined {
  const written = text.trim()
  const path = /^~[/\\]/.test(written) ? join(home, written.slice(2)) : written
  if (!isAbsolute(path) || statSync(path, { throwIfNoEntry: false })?.isDirectory()) return undefined
  return statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory() ? path : undefined
}
