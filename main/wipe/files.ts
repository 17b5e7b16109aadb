// Owns removing a profile's files. Always holds: whatever persisted.ts does not mark to be kept is removed, declared or
// not; a file that cannot be removed is counted, never passed over in silence.

import { type Dirent, lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { rowOf } from '../profile/persisted.ts'
import { syncFolder } from '../profile/profile.ts'
import type { Removed } from '../shell/shell.ts'

export interface RemovedFiles extends Removed {
  /** Files that resisted. */
  readonly left: number
}

/** Removes every file of the profile folder that a wipe removes; those below `except` are left to the host. */
export function removeFiles(dir: string, except: readonly string[]): RemovedFiles {
  let files = 0
  let bytes = 0
  let left = 0
  /** Returns true where the folder is empty afterwards. */
  function clear(folder: string, name: string): boolean {
    let empty = true
    const entries = entriesOf(folder)
    if (!entries) {
      left += 1
      return false
    }
    for (const entry of entries) {
      const path = join(folder, entry.name)
      const inner = name + entry.name
      if (entry.isDirectory() && !entry.isSymbolicLink()) {
        if (except.includes(`${inner}/`) || !clear(path, `${inner}/`)) empty = false
        else removed(() => rmdirSync(path))
        continue
      }
      const keep = rowOf(inner)?.eraseOn
      if (keep === 'never' || keep === 'wipe-acknowledged') {
        empty = false
        continue
      }
      const size = lstatSync(path, { throwIfNoEntry: false })?.size ?? 0
      if (removed(() => unlinkSync(path))) {
        files += 1
        bytes += size
      } else {
        left += 1
        empty = false
      }
    }
    // A folder that goes with its last file is durably gone with its name in the one above.
    if (!empty && folder !== dir) syncFolder(folder)
    return empty
  }
  clear(dir, '')
  syncFolder(dir)
  return { files, bytes, left }
}

/** Undefined where the folder cannot be read: what is in it counts as one file that resisted. */
function entriesOf(folder: string): Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return undefined
  }
}

function removed(remove: () => void): boolean {
  try {
    remove()
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
  }
}
