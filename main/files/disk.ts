// Owns the files worker as the main thread has it: its life, the jobs it holds, and what is asked of them.
// Always holds: a key is handed over, never copied; a worker that dies refuses what was asked of it with `unavailable`, and
// another is started for the next job; after close() or abandon() no worker runs and nothing is written.

import { Worker } from 'node:worker_threads'
import { limits } from '../../shared/limits.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { errorName, type Log } from '../log.ts'
import type { AnswerTo, Ask, Chore, Folders, FromWorker, SealedFile, ToWorker } from './protocol.ts'

/** What is used of a worker thread. */
export type FilesWorker = Pick<Worker, 'postMessage' | 'on' | 'terminate'>

export interface DiskParts extends Folders {
  readonly log: Log
  readonly startWorker?: (folders: Folders) => FilesWorker
}

export interface DiskJob {
  /** `unavailable` once the job is closed or its worker gone; else the codes of the work. Bytes asked with are handed over. */
  ask<A extends Ask>(ask: A): Promise<Result<AnswerTo<A['type']>>>
  /** Closed, or its worker is gone: another has to be opened. */
  isOver(): boolean
  /** What is under way ends at its next part; the worker zeroes the key. */
  close(): void
}

export interface Disk {
  /** A job on `file`; `key` is taken over. `progress` hears bytes that long work has got through. */
  open(file: SealedFile, key: Uint8Array, progress?: (bytes: number) => void): DiskJob
  do(chore: Chore): Promise<Result<number | undefined>>
  /** Ends the worker once it has zeroed its keys, or after `limits.fileWorkerEndMs`. */
  end(): Promise<void>
}

const startFilesWorker = (folders: Folders): FilesWorker =>
  // Without the options of this process: they may name a preload that is no business of a worker.
  new Worker(new URL('./files.worker.ts', import.meta.url), {
    name: 'files',
    workerData: folders,
    execArgv: [],
    env: {},
  })

/** No worker is started before there is something to do. */
export function createDisk(parts: DiskParts): Disk {
  const { log, sealedDir, openedDir, startWorker = startFilesWorker } = parts
  let worker: FilesWorker | undefined
  let workerGone: Promise<void> = Promise.resolve()
  let isEnded = false
  let nextId = 1
  const calls = new Map<number, { readonly by: FilesWorker; readonly settle: (result: Result<unknown>) => void }>()
  const progress = new Map<number, (bytes: number) => void>()

  function running(): FilesWorker {
    if (worker) return worker
    const started = startWorker({ sealedDir, openedDir })
    worker = started
    workerGone = new Promise((resolve) => {
      started.on('exit', () => {
        gone(started)
        resolve()
      })
    })
    started.on('message', receive)
    started.on('error', (error) => log.error('files.worker', { error: errorName(error) }))
    return started
  }

  function gone(ended: FilesWorker): void {
    if (worker === ended) worker = undefined
    for (const [callId, call] of calls) {
      if (call.by !== ended) continue
      calls.delete(callId)
      call.settle(fail('unavailable', 'The files worker has ended.'))
    }
  }

  function receive(message: FromWorker): void {
    switch (message.type) {
      case 'answer':
        settle(message.callId, ok(message.value))
        break
      case 'refused':
        settle(message.callId, { ok: false, error: message.failure })
        break
      case 'progress':
        progress.get(message.jobId)?.(message.bytes)
        break
      default:
        message satisfies never
    }
  }

  function settle(callId: number, result: Result<unknown>): void {
    calls.get(callId)?.settle(result)
    calls.delete(callId)
  }

  /** The worker's answers are typed by what was asked; the two ends are one program. */
  function call<T>(
    by: FilesWorker,
    message: (callId: number) => ToWorker,
    transfer: ArrayBuffer[],
  ): Promise<Result<T>> {
    const callId = nextId++
    return new Promise((resolve) => {
      calls.set(callId, { by, settle: (result) => resolve(result as Result<T>) })
      by.postMessage(message(callId), transfer)
    })
  }

  return {
    open(file, key, hear) {
      const own = Uint8Array.from(key)
      key.fill(0)
      if (isEnded) {
        own.fill(0)
        return { ask: async () => fail('unavailable'), isOver: () => true, close: () => undefined }
      }
      const by = running()
      const jobId = nextId++
      by.postMessage({ type: 'open', jobId, file, key: own } satisfies ToWorker, [own.buffer])
      if (hear) progress.set(jobId, hear)
      let isClosed = false
      const isOver = () => isClosed || worker !== by
      return {
        isOver,
        async ask(ask) {
          if (isOver()) return fail('unavailable', 'The files worker has ended.')
          return call(by, (callId) => ({ type: 'ask', callId, jobId, ask }), 'bytes' in ask ? [ask.bytes.buffer] : [])
        },
        close() {
          if (!isOver()) by.postMessage({ type: 'close', jobId } satisfies ToWorker)
          isClosed = true
          progress.delete(jobId)
        },
      }
    },
    async do(chore) {
      if (isEnded) return fail('unavailable')
      return call(running(), (callId) => ({ type: 'chore', callId, chore }), [])
    },
    async end() {
      isEnded = true
      const ending = worker
      if (!ending) return
      worker = undefined
      ending.postMessage({ type: 'end' } satisfies ToWorker)
      const timer = setTimeout(() => void ending.terminate(), limits.fileWorkerEndMs)
      await workerGone
      clearTimeout(timer)
      gone(ending)
    },
  }
}
