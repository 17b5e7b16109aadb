import { describe, expect, it } from 'vitest'
import type { ConversationView } from '../../shared/bridge.ts'
import type { UserId } from '../../shared/model.ts'
import { conversationOf, senderId } from '../dev/fake-host.ts'
import { a } from '../dev/fake-workspace.ts'
import { badgeOf } from './counts.ts'
import { rightsOf } from './rights.ts'

const me = `usr_${'m'.repeat(20)}` as UserId
const may = (change: Partial<ConversationView>) =>
  Object.entries(rightsOf(conversationOf(a, change), me))
    .filter(([, allowed]) => allowed === true)
    .map(([right]) => right)

describe('rightsOf', () => {
  it('[UI71] nothing is done to a direct conversation', () => {
    expect(may({ kind: 'direct', ownerId: me })).toEqual([])
  })

  it('[UI71] a group is changed by any member, and its owner removes and archives', () => {
    expect(may({ kind: 'group', ownerId: senderId })).toEqual(['rename', 'topic', 'invite', 'leave'])
    expect(may({ kind: 'group', ownerId: me })).toEqual(['rename', 'topic', 'invite', 'remove', 'archive', 'leave'])
    expect(may({ kind: 'group' })).toContain('archive')
  })

  it('[UI71] of a channel members set the topic and invite; its owner does the rest, and one of IT’s has none', () => {
    expect(may({ kind: 'channel', ownerId: senderId })).toEqual(['topic', 'invite', 'leave'])
    expect(may({ kind: 'channel' })).toEqual(['topic', 'invite', 'leave'])
    expect(may({ kind: 'channel', ownerId: me })).toEqual([
      'rename',
      'topic',
      'invite',
      'remove',
      'open',
      'archive',
      'leave',
    ])
  })

  it('[UI71] what is archived can only be left, or taken out of the archive by its owner', () => {
    expect(may({ kind: 'channel', ownerId: me, archived: true })).toEqual(['unarchive', 'leave'])
    expect(may({ kind: 'channel', ownerId: senderId, archived: true })).toEqual(['leave'])
  })
})

describe('badges', () => {
  it('[UI72] of a muted conversation only what names the user counts', () => {
    expect(badgeOf(conversationOf(a, { unread: 7, mentions: 2 }))).toBe(7)
    expect(badgeOf(conversationOf(a, { unread: 7, mentions: 2, muted: true }))).toBe(2)
  })
})
