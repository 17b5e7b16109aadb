// Owns what stands between a host's file dialogs and the app: which of the paths chosen are files, what name is suggested.
// Always holds: a folder, a device or a file that has gone is no choice; a suggested name leads to no other folder.

import { statSync } from 'node:fs'
import { basename } from 'node:path'
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
