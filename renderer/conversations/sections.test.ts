import { describe, expect, it } from 'vitest'
import type { ConversationView } from '../../shared/bridge.ts'
import type { ConversationId } from '../../shared/model.ts'
import { orderOf, rank, sectionsOf } from './sections.ts'

let next = 0
function conversation(kind: ConversationView['kind'], name: string, space?: string): ConversationView {
  return {
    conversationId: `cnv_${String(next++).padStart(20, '0')}` as ConversationId,
    kind,
    name,
    ...(space === undefined ? {} : { space }),
    memberIds: [],
    unread: 0,
    queued: 0,
    failed: 0,
  }
}

describe('sectionsOf', () => {
  const all = [
    conversation('direct', 'Grace Wong'),
    conversation('channel', 'desk', 'Markets'),
    conversation('group', 'Offsite'),
    conversation('channel', 'general'),
    conversation('channel', 'onboarding', 'Compliance'),
    conversation('channel', 'fx', 'Markets'),
  ]

  it('[UI19] channels stand by space, then groups, then direct messages, in main’s order within', () => {
    expect(sectionsOf(all).map((s) => [s.kind, s.space, s.rows.map((row) => row.name)])).toEqual([
      ['channels', undefined, ['general']],
      ['channels', 'Compliance', ['onboarding']],
      ['channels', 'Markets', ['desk', 'fx']],
      ['groups', undefined, ['Offsite']],
      ['direct', undefined, ['Grace Wong']],
    ])
  })

  it('[UI19] every conversation stands in the list once', () => {
    expect(new Set(orderOf(all)).size).toBe(all.length)
    expect(sectionsOf([])).toEqual([])
  })
})

describe('rank', () => {
  const names = ['Wong Ka Yan', 'Grace Wong', 'Swong', '王家欣', 'Élise Gwong']
  const find = (text: string) => rank(names, text, (name) => [name])

  it('[UI20] beginnings come before words, words before parts, parts before scattered letters', () => {
    expect(find('wong')).toEqual(['Wong Ka Yan', 'Grace Wong', 'Swong', 'Élise Gwong'])
    expect(find('grwg')).toEqual(['Grace Wong'])
    expect(find('家')).toEqual(['王家欣'])
    expect(find('elise')).toEqual(['Élise Gwong'])
    expect(find('zzz')).toEqual([])
    expect(find(' ')).toEqual(names)
  })
})
