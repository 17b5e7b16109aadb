// Owns repeated requests: what was asked with an idempotency key is done once, and answered again as it was the first time.
// Always holds: keys are each identity's own; the same key with another request is refused; what an order answers is kept in
// the transaction that gives it, so that no crash in between makes a second one. A refusal is not kept: nothing was done.
// Must never keep an answer that holds a secret.

import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { limits } from '../../shared/limits.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Clock } from '../clock.ts'
import type { Store, StoreTx } from '../store/port.ts'

/** A request as it is known again. */
export interface Keyed {
  readonly identity: string
  readonly key: string
  /** As admin routes are named; the wire's requests of the same kind go by the same name. */
  readonly name: string
  readonly input: unknown
}

/** Keeps the answer inside the transaction that does what was asked. */
export type Keep<T> = (tx: StoreTx, answer: T) => void

export interface Idempotency {
  /**
   * Does `work`, or answers as it was answered. `work` keeps its answer where it can; otherwise that is done after it.
   * Failures: `key-reused`, and those of `work`.
   */
  once<T>(keyed: Keyed, work: (keep: Keep<T>) => Result<T>): Result<T>
}

export function createIdempotency(parts: { store: Store; clock: Clock }): Idempotency {
  const { store, clock } = parts

  return {
    once: <T>({ identity, key, name, input }: Keyed, work: (keep: Keep<T>) => Result<T>) => {
      const requestHash = createHash('sha256')
        .update(canonicalize({ name, input }) ?? '')
        .digest('base64url')
      const nowMs = clock.nowMs()
      const keptAfterMs = nowMs - limits.idempotencyKeptMs
      const before = store.view.idempotency(identity, key)
      if (before !== undefined && before.atMs > keptAfterMs) {
        return before.requestHash === requestHash ? ok(JSON.parse(before.answer) as T) : fail('key-reused')
      }
      let isKept = false
      const keep: Keep<T> = (tx, answer) => {
        tx.dropIdempotency(keptAfterMs)
        tx.putIdempotency({ identity, key, requestHash, answer: JSON.stringify(answer), atMs: nowMs })
        isKept = true
      }
      const done = work(keep)
      if (done.ok && !isKept) store.transact((tx) => keep(tx, done.value))
      return done
    },
  }
}
