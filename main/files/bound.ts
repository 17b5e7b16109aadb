// Owns which cached files leave a desktop that holds too much: the least recently used. Pure.
// Always holds: what is attached, on its way out or in use stays; nothing leaves while all is within the bound.

import type { FileId } from '../../shared/model.ts'
import type { FileRecord } from '../store/store.ts'

/** The files to drop so that all take at most `mostBytes`; a file that is here in part counts whole. */
export function leavingOf(
  records: readonly FileRecord[],
  mostBytes: number,
  inUse: ReadonlySet<FileId>,
): readonly FileRecord[] {
  let held = records.reduce((sum, { bytes }) => sum + bytes, 0)
  const leaving: FileRecord[] = []
  if (held <= mostBytes) return leaving
  const free = records.filter(({ role, fileId }) => role === 'cached' && !inUse.has(fileId))
  for (const record of free.sort((a, b) => a.usedAtMs - b.usedAtMs)) {
    if (held <= mostBytes) break
    leaving.push(record)
    held -= record.bytes
  }
  return leaving
}
