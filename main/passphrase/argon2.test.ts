// Owns the tests of drawing a key from a passphrase, in the real worker.

import { argon2Sync } from 'node:crypto'
import { expect, test } from 'vitest'
import { argon2Cost, stretchPassphrase } from './argon2.ts'

const salt = Uint8Array.from({ length: 16 }, (_, i) => i * 11)
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test('[VLT53] the key is Argon2id’s, as another implementation draws it', async () => {
  const words = '正確 horse'
  const [passes, memory] = [argon2Cost.passes, argon2Cost.memoryKiB]
  expect([passes, memory]).toEqual([3, 64 * 1024])
  const expected = argon2Sync('argon2id', {
    message: words,
    nonce: salt,
    parallelism: 1,
    passes,
    memory,
    tagLength: 32,
  })
  expect(hex(await stretchPassphrase(words, salt, argon2Cost))).toBe(hex(expected))
})

const quick = { passes: 1, memoryKiB: 64 }

test('[VLT53] words that look the same give the same key; another salt, cost or word another', async () => {
  const key = hex(await stretchPassphrase('ｶﾌｪ１', salt, quick))
  expect(key).toHaveLength(64)
  expect(hex(await stretchPassphrase('カフェ1', salt, quick))).toBe(key)
  const others = [
    stretchPassphrase('カフェ2', salt, quick),
    stretchPassphrase('カフェ1', new Uint8Array(16), quick),
    stretchPassphrase('カフェ1', salt, { ...quick, passes: 2 }),
    stretchPassphrase('カフェ1', salt, { ...quick, memoryKiB: 128 }),
  ]
  expect(new Set([key, ...(await Promise.all(others)).map(hex)]).size).toBe(5)
})

test('[VLT53] the event loop turns meanwhile', async () => {
  let done = false
  let turns = 0
  const key = stretchPassphrase('words', salt, argon2Cost).finally(() => {
    done = true
  })
  while (!done) {
    await new Promise<void>((resolve) => setImmediate(resolve))
    turns += 1
  }
  await key
  // On the loop itself it would be one turn.
  expect(turns).toBeGreaterThan(10)
})

test('[VLT53] a cost that cannot be met is an error, not a hang', async () => {
  await expect(stretchPassphrase('words', salt, { passes: 0, memoryKiB: 1 })).rejects.toThrow()
  await expect(stretchPassphrase('words', new Uint8Array(3), quick)).rejects.toThrow()
})
