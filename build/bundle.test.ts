// Owns the proof that a worker's address survives bundling.

import { expect, it } from 'vitest'
import { bundledWorkerAddress } from './bundle.ts'

it('[TOOL10] a worker started from source by its .ts file is started from the bundle beside it', () => {
  const line = "const worker = new Worker(new URL('../search/index.worker.ts', import.meta.url), { name: 'a' })"
  expect(bundledWorkerAddress(line)).toBe(
    "const worker = new Worker(new URL('./index.worker.js', import.meta.url), { name: 'a' })",
  )
  expect(bundledWorkerAddress("new URL('./schema.sql', import.meta.url)")).toBe(
    "new URL('./schema.sql', import.meta.url)",
  )
})
