// Owns removing copies that other programs have read: contents overwritten, names replaced, then unlinked.
// Always holds: whatever is in the folder goes, also what the other program put there; a link is removed and never followed;
// what another program holds is left for the next time, and told. On flash the old cells may survive: see SECURITY.md.

import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  type Dirent,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { limits } from '../../shared/limits.ts'
import { syncFolder } from '../profile/profile.ts'

const SLICE_BYTES = 1024 * 1024

/** Removes all that is in `openedDir`; how many folders resisted. */
export function shredAll(openedDir: string): number {
  if (!existsSync(openedDir)) return 0
  return readdirSync(openedDir).filter((name) => !shredFolder(join(openedDir, name))).length
}

/** True where nothing of it is left. */
export function shredFolder(folder: string): boolean {
  const entries = entriesOf(folder)
  if (entries === undefined) return removed(() => unlinkSync(folder))
  let isEmpty = true
  for (const entry of entries) {
    const path = join(folder, entry.name)
    const gone = entry.isDirectory() ? shredFolder(path) : shredFile(folder, entry)
    isEmpty &&= gone
  }
  syncFolder(folder)
  return isEmpty && removed(() => rmdirSync(folder))
}

function shredFile(folder: string, entry: Dirent): boolean {
  const path = join(folder, entry.name)
  if (entry.isFile()) overwrite(path)
  // A removed entry keeps its name in the folder's own blocks.
  const nameless = join(folder, randomBytes(8).toString('hex'))
  const isRenamed = removed(() => renameSync(path, nameless))
  return removed(() => unlinkSync(isRenamed ? nameless : path))
}

/** What cannot be overwritten must still be removed, so a failure here is passed over. */
function overwrite(path: string): void {
  try {
    const fd = openSync(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0))
    try {
      const end = Math.min(fstatSync(fd).size, limits.shreddedBytes)
      for (let at = 0; at < end; at += SLICE_BYTES)
        writeSync(fd, randomBytes(Math.min(SLICE_BYTES, end - at)), 0, null, at)
      fsyncSync(fd)
      ftruncateSync(fd, 0)
    } finally {
      closeSync(fd)
    }
  } catch {
    // Read-only, or held by another program.
  }
}

/** undefined where it is no folder. */
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
