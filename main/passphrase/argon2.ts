// Owns drawing a key from a person's passphrase: Argon2id (RFC 9106), in a worker thread of its own for each key.
// Always holds: the event loop is never blocked; the words are normalised in one way for the whole product; the worker
// ends with its key, and the 64 MiB that passphrase and key went through go back to the system with it.
// Must never: keep, log or write passphrase or key. Imports no other module of main: vault and key stores both build on it.

import { Worker } from 'node:worker_threads'
import { limits } from '../../shared/limits.ts'

export interface Argon2Cost {
  readonly passes: number
  readonly memoryKiB: number
}

/** The 32-byte key of `passphrase` under `salt` (ARGON2_SALT_BYTES). The caller zeroes it after use. */
export type Stretch = (passphrase: string, salt: Uint8Array, cost: Argon2Cost) => Promise<Uint8Array>

/**
 * RFC 9106 §4, the second recommended choice (3 passes over 64 MiB), but with one lane, which is what libsodium has: a
 * fifth of a second on a desktop, and a guess costs an attacker the same memory.
 */
export const argon2Cost: Argon2Cost = { passes: limits.argon2Passes, memoryKiB: limits.argon2MemoryKiB }
export const ARGON2_SALT_BYTES = 16

/** What the worker is given. */
export interface Argon2Work {
  readonly words: Uint8Array
  readonly salt: Uint8Array
  readonly cost: Argon2Cost
}

const encoder = new TextEncoder()

/**
 * NFKC (as NIST SP 800-63B-4 §3.1.1.2 advises), not the NFC of RFC 8265: a passphrase is typed unseen, and whether an input
 * method for Chinese gives Ａ or A, full or half width, is a mode of it that nobody sees.
 */
export const stretchPassphrase: Stretch = (passphrase, salt, cost) => {
  const work: Argon2Work = { words: encoder.encode(passphrase.normalize('NFKC')), salt: Uint8Array.from(salt), cost }
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./argon2.worker.ts', import.meta.url), {
      name: 'argon2',
      workerData: work,
      // Handed over, not copied: the bytes of the passphrase are in one place.
      transferList: [work.words.buffer as ArrayBuffer],
      execArgv: [],
      env: {},
    })
    worker.once('message', (key: Uint8Array) => {
      resolve(key)
      void worker.terminate()
    })
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the worker that draws keys ended with ${code}`)))
  })
}
