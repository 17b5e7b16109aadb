// Owns measuring and removing files whose keys are gone: folders and single files, by their paths.
// Always holds: what resists is counted and stops nothing; a link is removed and never followed.

import { lstatSync, readdirSync, rmdirSync, type Stats, unlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { syncFolder } from '../profile/profile.ts'

export interface Measured {
  readonly files: number
  readonly bytes: number
}

const nothing: Measured = { files: 0, bytes: 0 }

/** The files at and below `paths`, and their bytes; what cannot be read counts as one file. */
export function measureRemains(paths: readonly string[]): Measured {
  return sumOf(paths.map((path) => walk(path, () => undefined)))
}

/** Removes what is at and below `paths`. Returns what is left. */
export function removeRemains(paths: readonly string[]): Measured {
  const left = sumOf(
    paths.map((path) => {
      walk(path, (file, isFolder) => (isFolder ? rmdirSync(file) : unlinkSync(file)))
      return measureRemains([path])
    }),
  )
  for (const folder of new Set(paths.map((path) => dirname(path)))) syncFolder(folder)
  return left
}

/** Does `act` to each file, then to the folder it lies in; a failure of it is passed over. */
function walk(path: string, act: (path: string, isFolder: boolean) => void): Measured {
  const stats = statsOf(path)
  if (!stats) return nothing
  if (!stats.isDirectory()) {
    attempt(() => act(path, false))
    return { files: 1, bytes: stats.size }
  }
  const names = attempt(() => readdirSync(path))
  const inside = names ? sumOf(names.map((name) => walk(join(path, name), act))) : { files: 1, bytes: 0 }
  attempt(() => act(path, true))
  return inside
}

function statsOf(path: string): Stats | undefined {
  return attempt(() => lstatSync(path, { throwIfNoEntry: false }))
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

function sumOf(list: readonly Measured[]): Measured {
  return list.reduce((sum, { files, bytes }) => ({ files: sum.files + files, bytes: sum.bytes + bytes }), nothing)
}
