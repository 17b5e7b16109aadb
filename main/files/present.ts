// Owns the use of files that are here: finding one by its id, looking at it, handing it out, and what follows from that.
// Always holds: a name is the one its message shows; a cached file that turns out damaged is destroyed and can be fetched
// anew; how recently a file was used is known to the minute.

import { limits } from '../../shared/limits.ts'
import type { FileId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Clock } from '../session/run.ts'
import type { FileRecord } from '../store/store.ts'
import type { Holdings } from './holdings.ts'
import type { Inspection, Opening } from './opening.ts'
import type { Reading } from './reading.ts'

export interface PresentParts {
  readonly holdings: Pick<Holdings, 'locate' | 'change'>
  readonly opening: Pick<Opening, 'inspect' | 'open' | 'save'>
  readonly reading: Pick<Reading, 'slice'>
  readonly clock: Clock
  /** The cache has been closed: nothing is asked of it any more. */
  readonly isEnded: () => boolean
  readonly damaged: (record: FileRecord) => void
}

/** As in Files. */
export interface Present {
  inspect(fileId: FileId): Promise<Result<Inspection>>
  read(fileId: FileId, offset: number, length: number): Promise<Result<Uint8Array>>
  open(fileId: FileId): Promise<Result<void>>
  save(fileId: FileId): Promise<Result<{ saved: boolean }>>
}

export function createPresent({ holdings, opening, reading, clock, isEnded, damaged }: PresentParts): Present {
  /** A whole file and the name it is shown under. Codes: not-found, file-missing. */
  function find(fileId: FileId): Result<{ readonly record: FileRecord; readonly name: string }> {
    const found = holdings.locate(fileId)
    if (!found) return fail('not-found', 'No such file.')
    const { record, place } = found
    if (!record?.whole) return fail('file-missing')
    return ok({ record, name: place?.file.name ?? record.name })
  }

  async function using<T>(
    fileId: FileId,
    use: (record: FileRecord, name: string) => Promise<Result<T>>,
  ): Promise<Result<T>> {
    const found = find(fileId)
    if (!found.ok) return found
    const { record, name } = found.value
    const used = await use(record, name)
    if (isEnded()) return used
    if (used.ok) noteUse(record)
    else if (used.error.code === 'file-mismatch' && record.role === 'cached') damaged(record)
    return used
  }

  function noteUse({ fileId, usedAtMs }: FileRecord): void {
    const nowMs = clock.nowMs()
    if (Math.abs(nowMs - usedAtMs) > limits.fileUseNotedMs) holdings.change(fileId, { usedAtMs: nowMs })
  }

  return {
    inspect: (fileId) => using(fileId, opening.inspect),
    async read(fileId, offset, length) {
      if (length > limits.fileSliceBytes || offset + length > limits.previewBytes)
        return fail('bad-input', 'A preview does not reach so far.')
      return using(fileId, (record) => reading.slice(record, offset, length))
    },
    open: (fileId) => using(fileId, opening.open),
    async save(fileId) {
      const saved = await using(fileId, opening.save)
      return saved.ok ? ok({ saved: saved.value }) : saved
    },
  }
}
