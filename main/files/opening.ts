// Owns handing files to other programs: opened from a temporary copy, or saved where the user chooses.
// Always holds: policy, kind and name are judged on the bytes that are here, right before the copy is made; a copy lies alone
// in a folder of a random name that only this user may enter, and is removed (see shred.ts) when the app locks or ends, when
// its file goes, after limits.openedFileMs, and at the next start.

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { limits } from '../../shared/limits.ts'
import type { FileId, Policy } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Log } from '../log.ts'
import type { Clock } from '../session/run.ts'
import type { Shell } from '../shell/shell.ts'
import type { FileRecord } from '../store/store.ts'
import type { Disk, DiskJob } from './disk.ts'
import type { Inspected } from './protocol.ts'
import { safeName } from './safe-name.ts'

export interface OpeningParts {
  readonly openedDir: string
  readonly disk: Pick<Disk, 'do'>
  readonly shell: Pick<Shell, 'openPath' | 'saveAs'>
  readonly policy: () => Policy | undefined
  readonly clock: Clock
  readonly log: Log
  /** A job on a whole file; undefined where its key is gone. */
  readonly openJob: (record: FileRecord) => DiskJob | undefined
  readonly isWindows: boolean
}

export interface Inspection {
  readonly kind: Inspected['kind']
  readonly mediaType: string
  readonly canOpen: boolean
  readonly canSave: boolean
}

export interface Opening {
  /** What a file is by its bytes; `name` as its message shows it. Codes: file-missing, file-mismatch. */
  inspect(record: FileRecord, name: string): Promise<Result<Inspection>>
  /** Codes: policy-forbids, file-unsafe, file-missing, file-mismatch, disk-full, unavailable. */
  open(record: FileRecord, name: string): Promise<Result<void>>
  /** False where the user cancels. Codes: policy-forbids, file-missing, file-mismatch, disk-full, not-allowed. */
  save(record: FileRecord, name: string): Promise<Result<boolean>>
  /** Removes the copies of a file. */
  forget(fileId: FileId): void
  /** Removes all; resolves when they are gone, or are held by other programs. */
  clear(): Promise<void>
}

interface Copy {
  readonly fileId: FileId
  readonly folder: string
  readonly cancelRemoval: () => void
}

const FOLDER_BYTES = 16

export function createOpening(parts: OpeningParts): Opening {
  const { openedDir, disk, shell, clock, log } = parts
  const copies = new Map<string, Copy>()
  let isCleared = false

  const mayTake = () => parts.policy()?.downloads !== false

  async function withJob<T>(record: FileRecord, act: (job: DiskJob) => Promise<Result<T>>): Promise<Result<T>> {
    const job = parts.openJob(record)
    if (!job) return fail('file-missing')
    try {
      return await act(job)
    } finally {
      job.close()
    }
  }

  const look = (record: FileRecord, name: string) =>
    withJob(record, (job) => job.ask({ type: 'inspect', name: safeName(name) }))

  function keep(folder: string, fileId: FileId, afterMs: number): void {
    copies.set(folder, { fileId, folder, cancelRemoval: clock.setTimer(() => void remove([folder]), afterMs) })
  }

  async function remove(folders: readonly string[]): Promise<void> {
    const gone = folders.flatMap((folder) => copies.get(folder) ?? [])
    for (const { folder, cancelRemoval } of gone) {
      cancelRemoval()
      copies.delete(folder)
    }
    if (gone.length === 0) return
    const left = await disk.do({ type: 'shred', folders })
    if (left.ok && left.value === 0) return
    log.info('files.copyHeld', { count: left.ok ? left.value : gone.length })
    if (!isCleared) for (const { folder, fileId } of gone) keep(folder, fileId, limits.openedFileRetryMs)
  }

  return {
    async inspect(record, name) {
      const found = await look(record, name)
      if (!found.ok) return found
      const { kind, mediaType, isSafe } = found.value
      return ok({ kind, mediaType, canOpen: isSafe && mayTake(), canSave: mayTake() })
    },
    async open(record, name) {
      if (!mayTake()) return fail('policy-forbids')
      const found = await look(record, name)
      if (!found.ok) return found
      if (!found.value.isSafe) return fail('file-unsafe')
      if (isCleared) return fail('unavailable')
      const folder = randomBytes(FOLDER_BYTES).toString('hex')
      const to = join(openedDir, folder, safeName(name))
      keep(folder, record.fileId, limits.openedFileMs)
      const copied = await withJob(record, (job) =>
        job.ask({ type: 'copy', to, as: 'opened', isWindows: parts.isWindows }),
      )
      const opened = copied.ok && !copies.has(folder) ? fail('unavailable') : copied
      const shown = opened.ok ? await shell.openPath(to) : opened
      if (!shown.ok) await remove([folder])
      return shown
    },
    async save(record, name) {
      if (!mayTake()) return fail('policy-forbids')
      const to = await shell.saveAs(safeName(name))
      if (to === undefined) return ok(false)
      // It may have been forbidden while the dialog stood open.
      if (!mayTake()) return fail('policy-forbids')
      const saved = await withJob(record, (job) =>
        job.ask({ type: 'copy', to, as: 'saved', isWindows: parts.isWindows }),
      )
      return saved.ok ? ok(true) : saved
    },
    forget: (fileId) =>
      void remove([...copies.values()].filter((copy) => copy.fileId === fileId).map(({ folder }) => folder)),
    async clear() {
      isCleared = true
      await remove([...copies.keys()])
    },
  }
}
