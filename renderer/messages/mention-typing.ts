// Owns the @ being typed in a field: where it is, what is suggested, which suggestion is pointed at.
// Always holds: put away with Escape, it stays away until another @ is typed.

import { useMemo, useState } from 'react'
import type { ConversationView } from '../../shared/bridge.ts'
import type { UserId } from '../../shared/model.ts'
import { useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { type DraftMention, mentionTyped, nameable, type Suggestion, suggestMentions } from '../text/mentions.ts'

/** Suggestions offered: more is found by typing. */
const offered = 20

export interface MentionTyping {
  /** Where the @ stands, while suggestions are shown. */
  readonly start: number | undefined
  readonly suggestions: readonly Suggestion[]
  readonly at: number
  point(index: number): void
  putAway(): void
}

/** The mention typed at `caret` of `text`, in a conversation whose last writers are `recent`. */
export function useMentionTyping(
  conversation: ConversationView,
  text: string,
  caret: number,
  chosen: readonly DraftMention[],
  recent: readonly UserId[],
): MentionTyping {
  const people = useWorkspace((state) => state.people)
  const myId = useWorkspace((state) => state.session?.me?.userId)
  const { t } = useTranslator()
  const [away, setAway] = useState<number>()
  const [pointed, setPointed] = useState({ query: '', at: 0 })
  const typed = mentionTyped(text, caret, chosen)
  const { memberIds, kind } = conversation
  const who = useMemo(() => {
    const members = new Set(memberIds)
    return nameable(
      (people ?? []).filter((person) => members.has(person.userId)),
      myId,
      kind,
    )
  }, [people, memberIds, myId, kind])
  const start = typed === undefined || typed.start === away ? undefined : typed.start
  const query = typed?.query ?? ''
  const everyone = t('mention.channel')
  const suggestions = useMemo(
    () => (start === undefined ? [] : suggestMentions(query, who, everyone, recent, offered)),
    [start, query, who, everyone, recent],
  )
  return {
    start: suggestions.length === 0 ? undefined : start,
    suggestions,
    at: pointed.query === query ? Math.min(pointed.at, suggestions.length - 1) : 0,
    point: (at) => setPointed({ query, at }),
    putAway: () => setAway(typed?.start),
  }
}
