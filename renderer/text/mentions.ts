// Owns mentions while a message is written: where one is being typed, whom it may name, and that the ranges of those
// chosen stay right through every change of the text. Pure.
// Always holds: a range reads `@name`, letter for letter, or it is no mention; ranges are in order and do not overlap.

import { normaliseBody } from '../../shared/body.ts'
import type { CallArgs, PersonView } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import type { UserId } from '../../shared/model.ts'
import { mentionsIn, parseMarkdown } from './markdown.ts'

export type Named =
  | { readonly type: 'person'; readonly userId: UserId }
  | { readonly type: 'everyone' }
  | { readonly type: 'department'; readonly department: string }
/** [start, end) in UTF-16 units; `label` is what stands there. */
export type DraftMention = { readonly start: number; readonly end: number; readonly label: string } & {
  readonly named: Named
}
export type MentionInput = NonNullable<CallArgs<'sendMessage'>['mentions']>[number]

/** What @channel is called, in every language: whichever is typed, it means everybody. */
const everyoneNames: readonly string[] = ['channel', '所有人']

/** Whom a message may name. */
export interface Nameable {
  readonly people: readonly PersonView[]
  readonly departments: readonly string[]
  /** Not in a conversation of two. */
  readonly everyone: boolean
}

/** People of a conversation and their departments; neither oneself nor who has left the organisation. */
export function nameable(
  members: readonly PersonView[],
  myId: UserId | undefined,
  kind: 'channel' | 'group' | 'direct',
): Nameable {
  const people = members.filter((person) => person.active && person.userId !== myId)
  const named = people.flatMap(({ department }) => (department === undefined || department === '' ? [] : [department]))
  const departments = kind === 'direct' ? [] : [...new Set(named)].sort()
  return { people, departments, everyone: kind !== 'direct' }
}

/** How far back from the caret a mention may begin, in UTF-16 units. */
const queryChars = 40

/** The mention that is being typed at `caret`: where its @ stands and what follows it. */
export function mentionTyped(
  text: string,
  caret: number,
  chosen: readonly DraftMention[],
): { readonly start: number; readonly query: string } | undefined {
  const from = Math.max(0, caret - queryChars - 1)
  // Not within an address: a@b is one. A Chinese input method writes its own ＠.
  const match = /(?<![\w.%+-])[@＠]((?:[^\s@＠]+ ?){0,3})$/u.exec(text.slice(from, caret))
  if (match === null) return undefined
  const start = from + match.index
  if (chosen.some((mention) => mention.start === start)) return undefined
  return { start, query: match[1] ?? '' }
}

export interface Suggestion {
  readonly key: string
  readonly named: Named
  /** What the message will say after the @. */
  readonly name: string
  readonly person: PersonView | undefined
}

const fold = (text: string) => text.normalize('NFKC').toLowerCase()

/** How well `name` answers `query`: 0 as a whole's beginning, 1 as a word's, 2 anywhere; undefined not at all. */
function fitOf(names: readonly string[], query: string): number | undefined {
  let best: number | undefined
  for (const name of names) {
    const at = fold(name).indexOf(query)
    if (at === -1) continue
    const fit = at === 0 ? 0 : /[\s._\-()（）·]/.test(fold(name)[at - 1] ?? '') ? 1 : 2
    if (best === undefined || fit < best) best = fit
  }
  return best
}

/** Suggestions for `query`, best first: people before everybody before departments; `recent` writers before others. */
export function suggestMentions(
  query: string,
  { people, departments, everyone }: Nameable,
  everyoneName: string,
  recent: readonly UserId[],
  most: number,
): readonly Suggestion[] {
  const asked = fold(query)
  const found: { readonly suggestion: Suggestion; readonly fit: number; readonly place: number }[] = []
  const offer = (suggestion: Suggestion, names: readonly string[], place: number) => {
    const fit = fitOf(names, asked)
    if (fit !== undefined) found.push({ suggestion, fit, place })
  }
  const places = new Map(recent.map((userId, place) => [userId, place]))
  for (const person of people) {
    const { userId, displayName, userName } = person
    const suggestion = { key: userId, named: { type: 'person', userId }, name: displayName, person } as const
    offer(suggestion, [displayName, userName], places.get(userId) ?? recent.length)
  }
  const after = recent.length + 1
  if (everyone) {
    const suggestion = { key: '@', named: { type: 'everyone' }, name: everyoneName, person: undefined } as const
    offer(suggestion, everyoneNames, after)
  }
  for (const department of departments) {
    const named = { type: 'department', department } as const
    offer({ key: `@${department}`, named, name: department, person: undefined }, [department], after + 1)
  }
  return found
    .toSorted((a, b) => a.fit - b.fit || a.place - b.place)
    .slice(0, most)
    .map(({ suggestion }) => suggestion)
}

/** `text` with the mention typed from `start` to `caret` written out, and a blank behind it. */
export function insertMention(
  text: string,
  chosen: readonly DraftMention[],
  typed: { readonly start: number; readonly caret: number },
  { name, named }: Suggestion,
): { readonly text: string; readonly mentions: readonly DraftMention[]; readonly caret: number } {
  const label = `@${name}`
  const rest = text.slice(typed.caret)
  const space = rest.startsWith(' ') ? '' : ' '
  const next = `${text.slice(0, typed.start)}${label}${space}${rest}`
  const caret = typed.start + label.length + 1
  const end = typed.start + label.length
  const moved = moveMentions(chosen, text, next, caret)
  const mentions = [...moved, { start: typed.start, end, label, named }].toSorted((a, b) => a.start - b.start)
  return { text: next, mentions, caret }
}

/**
 * The ranges after the text changed from `before` to `after` in one place; a mention that the change touched is none any
 * more. `caret` stands at the change's end and decides where letters repeat themselves.
 */
export function moveMentions(
  mentions: readonly DraftMention[],
  before: string,
  after: string,
  caret: number,
): readonly DraftMention[] {
  if (mentions.length === 0 || before === after) return mentions
  const most = Math.min(before.length, after.length)
  let tail = 0
  const tailMost = Math.min(most, after.length - Math.min(caret, after.length))
  while (tail < tailMost && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++
  let head = 0
  while (head < most - tail && before[head] === after[head]) head++
  const delta = after.length - before.length
  return mentions.flatMap((mention) => {
    const isAfter = mention.start >= before.length - tail
    if (!isAfter && mention.end > head) return []
    const start = isAfter ? mention.start + delta : mention.start
    const end = isAfter ? mention.end + delta : mention.end
    return after.slice(start, end) === mention.label ? [{ ...mention, start, end }] : []
  })
}

/** What normaliseBody does wherever it stands in a text. */
function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
}

/** Where `index` of `text` lies in its normal form; see normaliseBody. */
function normalIndex(text: string, index: number, normal: string): number {
  const whole = cleanText(text)
  const lead = whole.length - whole.replace(/^(?:[ \t]*\n)+/, '').length
  return Math.min(normal.length, cleanText(text.slice(0, index)).length - lead)
}

/**
 * What is sent for `text`: its normal form, with the mentions chosen and those written out in full (`@` and a name that
 * only one person bears), but for what stands in code.
 */
export function outgoing(
  text: string,
  chosen: readonly DraftMention[],
  { people, departments, everyone }: Nameable,
): { readonly body: string; readonly mentions: readonly MentionInput[] } {
  const body = normaliseBody(text)
  const found: { start: number; end: number; named: Named }[] = []
  const isFree = (start: number, end: number) => !found.some((range) => range.start < end && start < range.end)
  for (const { start, label, named } of chosen) {
    const at = normalIndex(text, start, body)
    if (body.startsWith(label, at) && isFree(at, at + label.length))
      found.push({ start: at, end: at + label.length, named })
  }
  if (/[@]/.test(body)) {
    const names = new Map<string, Named | undefined>()
    const add = (name: string, named: Named) => names.set(name, names.has(name) ? undefined : named)
    for (const { displayName, userId } of people) add(displayName, { type: 'person', userId })
    for (const department of departments) add(department, { type: 'department', department })
    if (everyone) for (const name of everyoneNames) add(name, { type: 'everyone' })
    const longestFirst = [...names.keys()].toSorted((a, b) => b.length - a.length)
    for (let at = body.indexOf('@'); at !== -1; at = body.indexOf('@', at + 1)) {
      if (/[\w.%+-]/.test(body[at - 1] ?? ' ')) continue
      const name = longestFirst.find((candidate) => body.startsWith(candidate, at + 1))
      const named = name === undefined ? undefined : names.get(name)
      if (name === undefined || named === undefined) continue
      const end = at + 1 + name.length
      const goesOn = /\w$/.test(name) && /^\w/.test(body.slice(end, end + 1))
      if (!goesOn && isFree(at, end)) found.push({ start: at, end, named })
    }
  }
  found.sort((a, b) => a.start - b.start)
  const stands = mentionsIn(parseMarkdown(body, found))
  const mentions = found
    .filter((_, index) => stands.has(index))
    .slice(0, limits.mentionsPerMessage)
    .map(({ start, end, named }): MentionInput => ({ ...named, start, end }))
  return { body, mentions }
}
