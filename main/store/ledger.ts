// Owns the proof that the rows of the cache belong together: a keyed multiset hash over the name and version of every row
// that can change, and a counter that rises with each transaction. Both stand in one sealed row (`state`, name `ledger`).
// Always holds: a row taken away, added, or replaced by an earlier copy of itself changes the sum, and nobody without the
// key can find other rows with the same sum. Events are not in it: they never change under their place, and their range is.
//
// XOR of a keyed hash per element is a set hash in the sense of Clarke et al., "Incremental Multiset Hash Functions"
// (ASIACRYPT 2003), §5: secure where no element occurs twice (a row has one version at a time) and the sum is not shown.

import type { Cipher } from '../vault/cipher.ts'

export interface LedgerRecord {
  /** Base64 of the 32-byte sum. */
  readonly sum: string
  /** Key ids are never used twice: a destroyed key's row must not fit where a later key stands. */
  readonly nextKeyId: number
  /** False from the first change after opening until an orderly end: what a crash leaves is looked through. */
  readonly clean: boolean
}

export interface Ledger {
  /** Adds a row's context to the sum, or takes it out. */
  toggle(context: string): void
  readonly sum: Uint8Array
  readonly isDirty: boolean
  /** What a rolled-back transaction goes back to. */
  save(): () => void
  settle(): void
  close(): void
}

/** A ledger keyed with `key` (32 bytes, kept until close), beginning with `sum`. */
export function createLedger(cipher: Pick<Cipher, 'keyedHash'>, key: Uint8Array, sum: Uint8Array): Ledger {
  const current = Uint8Array.from(sum)
  let isDirty = false
  return {
    sum: current,
    get isDirty() {
      return isDirty
    },
    toggle(context) {
      const hash = cipher.keyedHash(key, context)
      for (let i = 0; i < current.length; i++) current[i] = (current[i] as number) ^ (hash[i] as number)
      isDirty = true
    },
    save() {
      const before = Uint8Array.from(current)
      const wasDirty = isDirty
      return () => {
        current.set(before)
        isDirty = wasDirty
      }
    },
    settle() {
      isDirty = false
    },
    close: () => key.fill(0),
  }
}

export const SUM_BYTES = 32
