// Owns carrying mentions from a body as typed to the body as kept. Pure.
// Always holds: what comes out lies inside the body, ascends, does not overlap, and begins with '@'.

import { normaliseBody } from '../shared/body.ts'
import type { SendFrame } from '../shared/wire.ts'

export type Mentions = NonNullable<SendFrame['mentions']>

/** `mentions` of `typed` as stretches of `kept` (= normaliseBody(typed)); undefined where one names no stretch of it. */
export function moveMentions(mentions: Mentions, typed: string, kept: string): Mentions | undefined {
  const inner = withoutEnds(typed)
  // Only blank lines are taken off in front, and only behind is trimmed.
  const skipped = inner.length - inner.replace(/^(?:[ \t]*\n)+/, '').length
  const moved = mentions
    .map((mention) => ({
      ...mention,
      start: withoutEnds(typed.slice(0, mention.start)).length - skipped,
      end: withoutEnds(typed.slice(0, mention.end)).length - skipped,
    }))
    .sort((a, b) => a.start - b.start)
  let from = 0
  for (const { start, end } of moved) {
    if (start < from || end <= start || end > kept.length || kept[start] !== '@') return undefined
    from = end
  }
  return moved
}

/** As normaliseBody, but for what it takes off at both ends. */
function withoutEnds(text: string): string {
  return normaliseBody(`x${text}x`).slice(1, -1)
}
