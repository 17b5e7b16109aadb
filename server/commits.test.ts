// Checks the group commit by itself: what is one transaction, who is told when, what a fault costs.

import { expect, test } from 'vitest'
import { limits } from '../shared/limits.ts'
import { createCommits } from './commits.ts'
import { silentLog } from './log.ts'
import { createMemoryStore } from './store/memory.ts'
import type { Store } from './store/port.ts'

function watched(): { store: Store; journal: string[] } {
  const inner = createMemoryStore()
  const journal: string[] = []
  const transact: Store['transact'] = (work) => {
    try {
      const value = inner.transact(work)
      journal.push('commit')
      return value
    } catch (error) {
      journal.push('rollback')
      throw error
    }
  }
  return { store: { ...inner, transact }, journal }
}

test('[SRV33] what is asked for in one turn is one transaction, told in order and only afterwards', async () => {
  const { store, journal } = watched()
  const commits = createCommits(store, silentLog)
  for (const name of ['a', 'b', 'c']) {
    commits.enqueue(
      (tx) => {
        journal.push(`work ${name}`)
        tx.setMeta(name, 'x')
      },
      (outcome) => journal.push(`${outcome.ok ? 'told' : 'refused'} ${name}`),
    )
  }
  await commits.run(() => undefined)
  expect(journal).toEqual(['work a', 'work b', 'work c', 'commit', 'told a', 'told b', 'told c'])
})

test('[SRV34] a transaction gathers no more than the limit', async () => {
  const { store, journal } = watched()
  const commits = createCommits(store, silentLog)
  const all = Array.from({ length: limits.groupCommitEvents + 1 }, (_, i) => commits.run(() => i))
  const outcomes = await Promise.all(all)
  expect(journal).toEqual(['commit', 'commit'])
  expect(outcomes.map((outcome) => outcome.ok && outcome.value)).toEqual(all.map((_, i) => i))
})

test('[SRV35] work that throws harms only itself', async () => {
  const { store } = watched()
  const faults: object[] = []
  const commits = createCommits(store, { ...silentLog, error: (fields) => faults.push(fields) })
  const [before, broken, after] = await Promise.all([
    commits.run((tx) => tx.setMeta('before', '1')),
    commits.run((tx) => {
      tx.setMeta('broken', '1')
      throw new Error('a fault')
    }),
    commits.run((tx) => tx.setMeta('after', '1')),
  ])
  expect([before.ok, broken, after.ok]).toMatchObject([true, { error: { code: 'unavailable' } }, true])
  expect(['before', 'broken', 'after'].map((key) => store.view.meta(key))).toEqual(['1', undefined, '1'])
  expect(faults).toHaveLength(1)
})

test('[SRV36] flush commits what is queued at once', () => {
  const { store, journal } = watched()
  const commits = createCommits(store, silentLog)
  commits.enqueue(
    (tx) => tx.setMeta('k', 'v'),
    () => journal.push('told'),
  )
  commits.flush()
  expect(journal).toEqual(['commit', 'told'])
})
