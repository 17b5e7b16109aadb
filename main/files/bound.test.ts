// Owns the tests of which cached files leave a full desktop.

import { expect, test } from 'vitest'
import { createExample } from '../../testing/example.ts'
import type { FileRecord } from '../store/store.ts'
import { leavingOf } from './bound.ts'

const example = createExample(1)
const conversationId = example.id('conversation')
const record = (usedAtMs: number, bytes: number, role: FileRecord['role'] = 'cached'): FileRecord => ({
  fileId: example.id('file'),
  conversationId,
  role,
  name: 'a',
  mediaType: '',
  bytes,
  folder: 'f',
  parts: 1,
  whole: true,
  usedAtMs,
})

test('[FIL77] the least recently used leave until all fit; drafts, what is on its way out and what is in use stay', () => {
  const [newest, oldest, middle] = [record(30, 10), record(10, 10), record(20, 10)]
  const all = [newest, oldest, middle]
  expect(leavingOf(all, 30, new Set())).toEqual([])
  expect(leavingOf(all, 29, new Set())).toEqual([oldest])
  expect(leavingOf(all, 15, new Set())).toEqual([oldest, middle])
  expect(leavingOf(all, 29, new Set([oldest.fileId]))).toEqual([middle])
  const own = [record(1, 100, 'draft'), record(2, 100, 'outgoing')]
  expect(leavingOf([...own, ...all], 50, new Set())).toEqual([oldest, middle, newest])
})
