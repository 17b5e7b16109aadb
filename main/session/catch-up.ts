// Owns which page to ask for next. Pure: positions and heads in, pulls out.
// Always holds: what was missed comes before what is old; the conversation in view first, then the newest; one pull per conversation at a
// time, so that pages arrive in order; a fresh conversation starts at its newest page.

import { limits } from '../../shared/limits.ts'
import type { ConversationId } from '../../shared/model.ts'
import type { PullFrame } from '../../shared/wire.ts'

/** Stands for a head that only the next page will tell; a page before it is the newest. */
export const HEAD_UNKNOWN = Number.MAX_SAFE_INTEGER - 1

export interface Gap {
  readonly conversationId: ConversationId
  /** Cached events are exactly low…high; 0…0 where none is. */
  readonly low: number
  readonly high: number
  /** What is older than `low` would only be evicted again. */
  readonly isBounded: boolean
  readonly headSeq: number
  readonly headAtMs: number
}

export interface Plan {
  readonly pulls: readonly Pick<PullFrame, 'conversationId' | 'from'>[]
  /** True where nothing that was missed is outstanding: the session is live. */
  readonly caughtUp: boolean
}

/** Pulls to send now, given what is under way (`busy`: their conversations) and which conversation is in view. */
export function planPulls(gaps: readonly Gap[], busy: ReadonlySet<ConversationId>, inView?: ConversationId): Plan {
  const missed = gaps.filter((gap) => gap.headSeq > gap.high)
  // While somebody waits for one conversation, the line is not shared out among all.
  const isAwaited = missed.some((gap) => gap.conversationId === inView)
  const room = Math.max(0, (isAwaited ? limits.pullsBesideView : limits.pullsInFlight) - busy.size)
  const free = (gap: Gap) => !busy.has(gap.conversationId)
  const isInView = (gap: Gap) => Number(gap.conversationId === inView)
  const newestFirst = (a: Gap, b: Gap) => isInView(b) - isInView(a) || b.headAtMs - a.headAtMs
  if (missed.length > 0) {
    const pulls = missed.filter(free).sort(newestFirst).slice(0, room)
    return { caughtUp: false, pulls: pulls.map(forward) }
  }
  // Old history is fetched one page at a time: it must not crowd out what the user does meanwhile.
  const old =
    busy.size > 0
      ? []
      : gaps
          .filter((gap) => gap.low > 1 && !gap.isBounded)
          .sort(newestFirst)
          .slice(0, 1)
  return {
    caughtUp: true,
    pulls: old.map((gap) => ({ conversationId: gap.conversationId, from: { before: gap.low } })),
  }
}

function forward(gap: Gap): Pick<PullFrame, 'conversationId' | 'from'> {
  const { conversationId } = gap
  return gap.high === 0
    ? { conversationId, from: { before: gap.headSeq + 1 } }
    : { conversationId, from: { after: gap.high } }
}

/** Events to fetch before the session is live: what the progress display counts. */
export function missedEvents(gaps: readonly Gap[]): number {
  let total = 0
  for (const gap of gaps) {
    if (gap.headSeq <= gap.high) continue
    // A head that is not known yet counts as one page, as does a conversation that starts at its newest page.
    total +=
      gap.high === 0 || gap.headSeq === HEAD_UNKNOWN
        ? Math.min(gap.headSeq, limits.eventsPerPull)
        : gap.headSeq - gap.high
  }
  return total
}
