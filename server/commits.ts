// Owns the group commit: changes asked for in one turn of the event loop become one transaction, hence one sync of the
// disk, and each is told its outcome only after that.
// Always holds: outcomes come in the order in which the work was handed in; work that throws harms only itself.
// Must never be bypassed by what many devices do at once: sends, reads, admissions, receipts.

import { limits } from '../shared/limits.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { Log } from './log.ts'
import type { Store, StoreTx } from './store/port.ts'

export interface Commits {
  /**
   * Queues `work` for the next transaction; `settled` is called, synchronously and in order, once it is durable.
   * Failure: `unavailable` where it could not be committed.
   */
  enqueue<T>(work: (tx: StoreTx) => T, settled: (outcome: Result<T>) => void): void
  /** The same as a promise. */
  run<T>(work: (tx: StoreTx) => T): Promise<Result<T>>
  /** Commits what is queued, now. */
  flush(): void
}

interface Job {
  work(tx: StoreTx): void
  settle(): void
  refuse(): void
}

/** A group commit over `store`. */
export function createCommits(store: Store, log: Log): Commits {
  let queue: Job[] = []
  let scheduled = false

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    setImmediate(turn)
  }

  function turn(): void {
    scheduled = false
    const batch = queue.slice(0, limits.groupCommitEvents)
    queue = queue.slice(limits.groupCommitEvents)
    if (queue.length > 0) schedule()
    commit(batch)
  }

  function commit(batch: readonly Job[]): void {
    if (batch.length === 0) return
    try {
      store.transact((tx) => {
        for (const job of batch) job.work(tx)
      })
    } catch (error) {
      const [only, another] = batch
      if (only !== undefined && another === undefined) {
        log.error({ err: error }, 'a change could not be committed')
        only.refuse()
      } else {
        // One of them is at fault: each gets a transaction of its own.
        for (const job of batch) commit([job])
      }
      return
    }
    for (const job of batch) {
      try {
        job.settle()
      } catch (fault) {
        log.error({ err: fault }, 'what follows a commit failed')
      }
    }
  }

  function enqueue<T>(work: (tx: StoreTx) => T, settled: (outcome: Result<T>) => void): void {
    let outcome: Result<T> = fail('unavailable', undefined, limits.commitRetryMs)
    queue.push({
      work: (tx) => {
        outcome = ok(work(tx))
      },
      settle: () => settled(outcome),
      refuse: () => settled(fail('unavailable', undefined, limits.commitRetryMs)),
    })
    schedule()
  }

  return {
    enqueue,
    run: (work) => new Promise((resolve) => enqueue(work, resolve)),
    flush: () => {
      while (queue.length > 0) turn()
    },
  }
}
