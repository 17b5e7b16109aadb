// Checks who may do what to a conversation: over all standings, against the rules as they are told to people.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { conversationKinds } from '../../shared/model.ts'
import {
  changeRefusal,
  type InfoChange,
  inviteRefusal,
  joinRefusal,
  leaveRefusal,
  removeRefusal,
  type Standing,
} from './rules.ts'

const standings = fc
  .record<Standing>({
    kind: fc.constantFrom(...conversationKinds),
    isOpen: fc.boolean(),
    archived: fc.boolean(),
    isOwned: fc.boolean(),
    role: fc.constantFrom('operator', 'owner', 'member', 'stranger'),
  })
  .filter(({ role, isOwned, kind, isOpen }) => (role !== 'owner' || isOwned) && (!isOpen || kind === 'channel'))
const changes = fc.record<InfoChange>(
  { name: fc.constant('n'), topic: fc.constant('t'), isOpen: fc.boolean(), archived: fc.boolean() },
  { requiredKeys: [] },
)
const every = (standing: Standing, change: InfoChange) => [
  changeRefusal(standing, change),
  leaveRefusal(standing),
  inviteRefusal(standing),
  removeRefusal(standing),
]

test('[CNV20] a stranger is told of nothing but an open channel, which they may join unless it is archived', () => {
  fc.assert(
    fc.property(standings, changes, (made, change) => {
      const standing: Standing = { ...made, role: 'stranger' }
      expect(every(standing, change).map((refusal) => refusal?.code)).toEqual(Array(4).fill('not-found'))
      const expected = !standing.isOpen ? 'not-found' : standing.archived ? 'conversation-archived' : undefined
      expect(joinRefusal(standing)?.code).toBe(expected)
    }),
  )
})

test('[CNV21] a direct conversation is as it is for everybody, IT too', () => {
  fc.assert(
    fc.property(standings, changes, (made, change) => {
      fc.pre(made.role !== 'stranger')
      const standing: Standing = { ...made, kind: 'direct', isOpen: false }
      expect(every(standing, change).map((refusal) => refusal?.code)).toEqual(Array(4).fill('not-allowed'))
    }),
  )
})

test('[CNV22] members bring others in, set the topic and leave; the owner and IT also archive, take out, and name a channel', () => {
  fc.assert(
    fc.property(standings, changes, (standing, change) => {
      fc.pre(standing.role !== 'stranger' && standing.kind !== 'direct')
      const { kind, role, isOwned } = standing
      const leads = role !== 'member' || (kind === 'group' && !isOwned)
      expect(leaveRefusal(standing)).toBeUndefined()
      expect(inviteRefusal(standing)?.code).toBe(standing.archived ? 'conversation-archived' : undefined)
      expect(removeRefusal(standing)?.code).toBe(leads ? undefined : 'not-allowed')
      const isLeads =
        change.archived !== undefined ||
        change.isOpen !== undefined ||
        (kind === 'channel' && change.name !== undefined)
      const refusal = changeRefusal({ ...standing, archived: false }, change)
      if (kind === 'group' && change.isOpen !== undefined) expect(refusal?.code).toBe('bad-input')
      else expect(refusal?.code).toBe(isLeads && !leads ? 'not-allowed' : undefined)
    }),
  )
})

test('[CNV23] what is archived is changed only by what makes it no longer so', () => {
  fc.assert(
    fc.property(standings, changes, (made, change) => {
      fc.pre(made.kind === 'channel' && made.role !== 'stranger')
      const standing: Standing = { ...made, archived: true, role: 'owner', isOwned: true }
      const isEmpty = Object.keys(change).length === 0
      const expected = isEmpty || change.archived === false ? undefined : 'conversation-archived'
      expect(changeRefusal(standing, change)?.code).toBe(expected)
    }),
  )
})
