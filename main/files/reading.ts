// Owns reading slices of files for previews. Always holds: one part of one file is open at a time, and for a short while: a
// preview is read slice after slice, and opening a part for each would cost twenty times as much.

import { limits } from '../../shared/limits.ts'
import type { FileId } from '../../shared/model.ts'
import { fail, type Result } from '../../shared/result.ts'
import type { Clock } from '../session/run.ts'
import type { FileRecord } from '../store/store.ts'
import type { DiskJob } from './disk.ts'

export interface ReadingParts {
  readonly clock: Clock
  /** A job on a whole file; undefined where its key is gone. */
  readonly openJob: (record: FileRecord) => DiskJob | undefined
}

export interface Reading {
  /** Short at the file's end. Codes: file-missing, file-mismatch. */
  slice(record: FileRecord, offset: number, length: number): Promise<Result<Uint8Array>>
  forget(fileId: FileId): void
  underWay(): readonly FileId[]
  stop(): void
}

export function createReading({ clock, openJob }: ReadingParts): Reading {
  let open: { readonly fileId: FileId; readonly job: DiskJob; cancelIdle: () => void } | undefined

  function stop(): void {
    open?.cancelIdle()
    open?.job.close()
    open = undefined
  }

  return {
    async slice(record, offset, length) {
      const { fileId } = record
      if (open?.fileId !== fileId || open.job.isOver()) {
        stop()
        const job = openJob(record)
        if (!job) return fail('file-missing')
        open = { fileId, job, cancelIdle: () => undefined }
      }
      open.cancelIdle()
      open.cancelIdle = clock.setTimer(stop, limits.fileReadIdleMs)
      return open.job.ask({ type: 'slice', offset, length })
    },
    forget(fileId) {
      if (open?.fileId === fileId) stop()
    },
    underWay: () => (open ? [open.fileId] : []),
    stop,
  }
}
