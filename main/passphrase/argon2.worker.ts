// Owns the worker that draws one key from a passphrase. Always holds: it is given one piece of work, answers with one key,
// and zeroes the words of the passphrase before it answers.

import { parentPort, workerData } from 'node:worker_threads'
// The larger build of libsodium: the other, used everywhere else, has no Argon2. Loaded in this worker alone.
import sodium from 'libsodium-wrappers-sumo'
import type { Argon2Work } from './argon2.ts'

const KEY_BYTES = 32

const { words, salt, cost } = workerData as Argon2Work
await sodium.ready
const drawn = sodium.crypto_pwhash(
  KEY_BYTES,
  words,
  salt,
  cost.passes,
  cost.memoryKiB * 1024,
  sodium.crypto_pwhash_ALG_ARGON2ID13,
)
words.fill(0)
const key = Uint8Array.from(drawn)
drawn.fill(0)
parentPort?.postMessage(key, [key.buffer])
