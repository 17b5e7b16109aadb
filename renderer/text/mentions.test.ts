import { describe, expect, it } from 'vitest'
import type { PersonView } from '../../shared/bridge.ts'
import type { UserId } from '../../shared/model.ts'
import {
  type DraftMention,
  insertMention,
  mentionTyped,
  moveMentions,
  nameable,
  outgoing,
  suggestMentions,
} from './mentions.ts'

const person = (letter: string, displayName: string, change: Partial<PersonView> = {}): PersonView => ({
  userId: `usr_${letter.repeat(20)}` as UserId,
  displayName,
  userName: `${letter}.name`,
  active: true,
  ...change,
})
const me = person('a', '陳穎欣')
const grace = person('b', 'Grace Wong', { department: 'Markets' })
const tom = person('c', 'Tom Chan 陳大文', { department: 'Markets' })
const tomToo = person('d', 'Tom Chan', { department: '合規部' })
const gone = person('e', 'Gone', { active: false })
const all = nameable([me, grace, tom, tomToo, gone], me.userId, 'channel')
const mention = (text: string, label: string, named: DraftMention['named']): DraftMention => {
  const start = text.indexOf(label)
  return { start, end: start + label.length, label, named }
}
const names = (query: string, recent: readonly UserId[] = []) =>
  suggestMentions(query, all, 'channel', recent, 20).map(({ name }) => name)

describe('mentions', () => {
  it('[UI55] one is being typed after an @ that is not within an address', () => {
    const at = (text: string) => mentionTyped(text, text.length, [])
    expect(at('@')).toEqual({ start: 0, query: '' })
    expect(at('請問@陳大')).toEqual({ start: 2, query: '陳大' })
    expect(at('請問＠gr')).toEqual({ start: 2, query: 'gr' })
    expect(at('hi @grace wo')).toEqual({ start: 3, query: 'grace wo' })
    expect(at('mail me a@b')).toBeUndefined()
    expect(at('@grace\n')).toBeUndefined()
    expect(at('@ x')).toBeUndefined()
    expect(at('@a b c d e')).toBeUndefined()
    expect(
      mentionTyped('@Grace Wong', 6, [mention('@Grace Wong', '@Grace Wong', { type: 'everyone' })]),
    ).toBeUndefined()
  })

  it('[UI55] people come first, by any part of their name in either script, then everybody, then departments', () => {
    expect(names('')).toEqual(['Grace Wong', 'Tom Chan 陳大文', 'Tom Chan', 'channel', 'Markets', '合規部'])
    expect(names('wong')).toEqual(['Grace Wong'])
    expect(names('大文')).toEqual(['Tom Chan 陳大文'])
    expect(names('cha')).toEqual(['channel', 'Tom Chan 陳大文', 'Tom Chan'])
    expect(names('ＭＡＲ')).toEqual(['Markets'])
    expect(names('所有')).toEqual(['channel'])
    expect(names('b.n')).toEqual(['Grace Wong'])
    expect(names('', [tomToo.userId])[0]).toBe('Tom Chan')
    expect(names('穎欣')).toEqual([])
    expect(nameable([me, grace], me.userId, 'direct')).toMatchObject({ departments: [], everyone: false })
  })

  it('[UI55] a chosen one is written out with a blank behind it, and those after it move', () => {
    const text = 'hi @gr and @Markets'
    const later = mention(text, '@Markets', { type: 'department', department: 'Markets' })
    const [suggestion] = suggestMentions('gr', all, 'channel', [], 5)
    if (suggestion === undefined) throw new Error('nothing was suggested')
    const next = insertMention(text, [later], { start: 3, caret: 6 }, suggestion)
    expect(next.text).toBe('hi @Grace Wong and @Markets')
    expect(next.mentions.map(({ start, end }) => next.text.slice(start, end))).toEqual(['@Grace Wong', '@Markets'])
    expect(next.text.slice(0, next.caret)).toBe('hi @Grace Wong ')
  })

  it('[UI56] ranges follow what is typed before them and end where the name is touched', () => {
    const text = 'aa @Tom Chan bb'
    const one = [mention(text, '@Tom Chan', { type: 'person', userId: tomToo.userId })]
    const moved = (next: string, caret: number) => moveMentions(one, text, next, caret).map(({ start }) => start)
    expect(moved('aaa @Tom Chan bb', 1)).toEqual([4])
    expect(moved('a @Tom Chan bb', 1)).toEqual([2])
    expect(moved('aa @Tom Chan bbb', 16)).toEqual([3])
    expect(moved('aa @Tom Cha bb', 11)).toEqual([])
    expect(moved('aa @Tom xChan bb', 9)).toEqual([])
    expect(moved('', 0)).toEqual([])
    // The same letters before it: the caret tells which of them are new.
    expect(
      moveMentions(
        [mention('@Tom Chan', '@Tom Chan', one[0]?.named ?? { type: 'everyone' })],
        '@Tom Chan',
        '@@Tom Chan',
        1,
      ).map(({ start }) => start),
    ).toEqual([1])
  })

  it('[UI56] ranges are those of the text as it is sent', () => {
    const text = ' \n\t\n\u0007\r\nhi\u0000 @Tom Chan and @Tom Chan  \n'
    const start = text.lastIndexOf('@')
    const second = { start, end: start + 9, label: '@Tom Chan', named: { type: 'person', userId: tom.userId } } as const
    const { body, mentions } = outgoing(text, [second], all)
    expect(body).toBe('hi @Tom Chan and @Tom Chan')
    expect(mentions.map((m) => [body.slice(m.start, m.end), m.type === 'person' && m.userId])).toEqual([
      ['@Tom Chan', tomToo.userId],
      ['@Tom Chan', tom.userId],
    ])
  })

  it('[UI56] a name written out in full is a mention, where only one person bears it and it is no code', () => {
    const sent = (text: string, who = all) => outgoing(text, [], who).mentions.map((m) => text.slice(m.start, m.end))
    expect(sent('@Tom Chan 陳大文, @channel and @合規部')).toEqual(['@Tom Chan 陳大文', '@channel', '@合規部'])
    expect(sent('@Tom Channel x@channel @channels `@channel`')).toEqual([])
    expect(sent('```\n@channel\n```')).toEqual([])
    expect(sent('@所有人請留意')).toEqual(['@所有人'])
    const twins = nameable([grace, { ...grace, userId: tom.userId }], me.userId, 'group')
    expect(sent('@Grace Wong', twins)).toEqual([])
    expect(sent('@channel', nameable([grace], me.userId, 'direct'))).toEqual([])
  })
})
