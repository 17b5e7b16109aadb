// Owns the order of the conversation list: pinned ones, channels grouped by space, groups, direct messages, and at the end
// what is archived, each most recent first.
// Pure. Always holds: every conversation stands in exactly one section; main's order is kept within it.

import type { ConversationView } from '../../shared/bridge.ts'

export interface Section {
  readonly key: string
  readonly kind: 'pinned' | 'channels' | 'groups' | 'direct' | 'archived'
  readonly space: string | undefined
  readonly rows: readonly ConversationView[]
}

/** The sections of the list; empty ones are left out, spaces stand in the order of their names. */
export function sectionsOf(conversations: readonly ConversationView[]): readonly Section[] {
  const spaces = new Map<string, ConversationView[]>()
  const groups: ConversationView[] = []
  const direct: ConversationView[] = []
  const pinned: ConversationView[] = []
  const archived: ConversationView[] = []
  for (const conversation of conversations) {
    if (conversation.archived) archived.push(conversation)
    else if (conversation.pinned) pinned.push(conversation)
    else if (conversation.kind === 'group') groups.push(conversation)
    else if (conversation.kind === 'direct') direct.push(conversation)
    else {
      const space = conversation.space ?? ''
      const rows = spaces.get(space)
      if (rows === undefined) spaces.set(space, [conversation])
      else rows.push(conversation)
    }
  }
  const channels = [...spaces]
    // Channels without a space come first: they are everybody's.
    .sort(([a], [b]) => (a === '' ? -1 : b === '' ? 1 : a.localeCompare(b, 'zh-Hant-HK')))
    .map(([space, rows]): Section => {
      return { key: `channels:${space}`, kind: 'channels', space: space === '' ? undefined : space, rows }
    })
  const sections: Section[] = [
    { key: 'pinned', kind: 'pinned', space: undefined, rows: pinned },
    ...channels,
    { key: 'groups', kind: 'groups', space: undefined, rows: groups },
    { key: 'direct', kind: 'direct', space: undefined, rows: direct },
    { key: 'archived', kind: 'archived', space: undefined, rows: archived },
  ]
  return sections.filter((section) => section.rows.length > 0)
}

/** All conversations in the order in which the list shows them; what is archived is folded away and not among them. */
export function orderOf(conversations: readonly ConversationView[]): readonly ConversationView[] {
  return sectionsOf(conversations).flatMap((section) => (section.kind === 'archived' ? [] : section.rows))
}

/** Conversations that fit `text`, best first: those that begin with it, then those with a word that does, then others. */
export function rank<T>(items: readonly T[], text: string, namesOf: (item: T) => readonly string[]): readonly T[] {
  const wanted = fold(text)
  if (wanted === '') return items
  const scored = items.map((item) => ({
    item,
    score: Math.max(...namesOf(item).map((name) => scoreOf(fold(name), wanted))),
  }))
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item)
}

function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim()
}

function scoreOf(name: string, wanted: string): number {
  if (name.startsWith(wanted)) return 4
  if (name.split(/[\s\-_/·#]+/u).some((word) => word.startsWith(wanted))) return 3
  if (name.includes(wanted)) return 2
  // Letters in order with gaps: "gwg" finds "Grace Wong".
  let at = 0
  for (const character of wanted) {
    at = name.indexOf(character, at) + 1
    if (at === 0) return 0
  }
  return 1
}
