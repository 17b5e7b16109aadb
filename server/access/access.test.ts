// Checks who may view and post, as memberships and accounts change.

import { expect, test } from 'vitest'
import { makeId } from '../../shared/model.ts'
import { createMemoryStore } from '../store/memory.ts'
import { createAccess } from './access.ts'

test('[SRV49] members view and post; a deactivated member posts no more; a revoked one does neither', () => {
  const access = createAccess(createMemoryStore().view)
  const conversationId = makeId('conversation', Buffer.alloc(20))
  const [ann, ben] = [makeId('user', Buffer.alloc(20, 1)), makeId('user', Buffer.alloc(20, 2))]
  const may = () => [ann, ben].map((id) => [access.mayView(id, conversationId), access.mayPost(id, conversationId)])
  const neither = [false, false]
  const both = [true, true]
  expect(may()).toEqual([neither, neither])
  access.apply([ann, ben].map((userId) => ({ conversationId, userId, active: true, revision: 1 })))
  expect(may()).toEqual([both, both])
  expect([...access.viewersOf(conversationId)]).toEqual([ann, ben])
  access.applyUsers([{ userId: ben, active: false }])
  expect(may()).toEqual([both, [true, false]])
  access.applyUsers([{ userId: ben, active: true }])
  access.apply([{ conversationId, userId: ann, active: false, revision: 2 }])
  expect(may()).toEqual([neither, both])
  expect([...access.viewersOf(conversationId)]).toEqual([ben])
})
