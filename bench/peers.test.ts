// Owns the proof that what the benchmarks compare with stays out of the product, and that its failure ends no benchmark.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { runContender } from './peers.ts'

type Lockfile = { packages: Record<string, { resolved?: string; integrity?: string }> }
const read = (file: string) => JSON.parse(readFileSync(path.join(import.meta.dirname, file), 'utf8'))
const peers: Lockfile = read('peers/package-lock.json')

it('[BENCH1] no peer is a package of the product', () => {
  const { dependencies }: { dependencies: Record<string, string> } = read('peers/package.json')
  const product: Lockfile = read('../package-lock.json')
  expect(Object.keys(dependencies)).not.toEqual([])
  expect(Object.keys(dependencies).filter((name) => product.packages[`node_modules/${name}`])).toEqual([])
})

it('[BENCH1] the lockfile of the peers pins every package and names no place they come from', () => {
  const entries = Object.entries(peers.packages).filter(([place]) => place !== '')
  expect(entries.filter(([, entry]) => entry.resolved !== undefined || entry.integrity === undefined)).toEqual([])
})

it('[BENCH2] a contender that does not run is told by its reason, not by an exception', async () => {
  const outcome = await runContender('no-such.program.ts', [])
  expect(outcome).toMatchObject({ ok: false, reason: expect.stringContaining('no-such.program.ts') })
})
