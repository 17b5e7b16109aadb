// Owns counting and removing what a host keeps under PROFILE/host.
// Always holds: a file that another process holds or has just removed is passed over; removal never leaves the folder.

import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Removed } from './shell.ts'

/** How many files lie below `folder`, and their bytes together; nothing where it does not exist. */
export function measureFolder(folder: string): Removed {
  let files = 0
  let bytes = 0
  for (const entry of list(folder)) {
    const path = join(folder, entry)
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats === undefined) continue
    if (stats.isDirectory()) {
      const below = measureFolder(path)
      files += below.files
      bytes += below.bytes
    } else {
      files += 1
      bytes += stats.size
    }
  }
  return { files, bytes }
}

/** Removes everything directly in `folder` but the names in `kept`. What cannot be removed stays. */
export function removeExcept(folder: string, kept: ReadonlySet<string>): void {
  for (const entry of list(folder)) {
    if (kept.has(entry)) continue
    try {
      rmSync(join(folder, entry), { recursive: true, force: true })
    } catch {
      // Held open by the browser process on systems that lock open files; it holds no content.
    }
  }
}

/** The folder below `folder` that this process has to itself: `name-PID`. Those of processes that are gone are removed. */
export function ownFolder(folder: string, name: string): string {
  const left = list(folder).filter(
    (entry) => entry.startsWith(`${name}-`) && !isAlive(Number(entry.slice(name.length + 1))),
  )
  for (const entry of left) rmSync(join(folder, entry), { recursive: true, force: true })
  const own = join(folder, `${name}-${process.pid}`)
  mkdirSync(own, { recursive: true, mode: 0o700 })
  return own
}

function isAlive(pid: number): boolean {
  // Our own number on a folder that we have not made yet is an earlier process's.
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // There, and another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
