import { describe, expect, it } from 'vitest'
import type { ConversationView } from '../../shared/bridge.ts'
import type { ConversationId } from '../../shared/model.ts'
import { conversationOf } from '../dev/fake-host.ts'
import { orderOf, rank, sectionsOf } from './sections.ts'

let next = 0
function conversation(
  kind: ConversationView['kind'],
  name: string,
  space?: string,
  change: Partial<ConversationView> = {},
): ConversationView {
  const id = `cnv_${String(next++).padStart(20, '0')}` as ConversationId
  return conversationOf(id, { kind, name, ...(space === undefined ? {} : { space }), ...change })
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

  it('[UI70] pinned ones stand on top whatever their kind, archived ones at the end, pinned or not', () => {
    const more = [
      ...all,
      conversation('direct', 'Tom', undefined, { pinned: true }),
      conversation('channel', 'old desk', 'Markets', { archived: true, pinned: true }),
      conversation('channel', 'news', undefined, { pinned: true }),
    ]
    const sections = sectionsOf(more).map((s) => [s.kind, s.rows.map((row) => row.name)])
    expect(sections[0]).toEqual(['pinned', ['Tom', 'news']])
    expect(sections.at(-1)).toEqual(['archived', ['old desk']])
    expect(orderOf(more).map((c) => c.name)).not.toContain('old desk')
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
