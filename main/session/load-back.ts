// Owns fetching history back to a message, page after page, for a jump to it.
// Always holds: it ends: at the message, at the beginning, after limits.jumpEvents, or where a page brings nothing.

import { limits } from '../../shared/limits.ts'
import type { ConversationId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Position } from '../store/store.ts'

export interface LoadBackParts {
  readonly position: (conversationId: ConversationId) => Position | undefined
  /** Fetches one page below what is cached. */
  readonly fetchOlder: (conversationId: ConversationId) => Promise<Result<void>>
}

/**
 * Fetches until the event at `seq` is cached; `reached` tells whether it is. Codes: not-found, and those of the first page
 * where nothing could be fetched at all.
 */
export async function loadBack(
  { position, fetchOlder }: LoadBackParts,
  conversationId: ConversationId,
  seq: number,
): Promise<Result<{ reached: boolean }>> {
  const first = position(conversationId)
  if (!first) return fail('not-found', 'No such conversation.')
  for (let before = first; ; ) {
    if (before.low > 0 && before.low <= seq) return ok({ reached: seq <= before.high })
    const fetched = await fetchOlder(conversationId)
    const after = position(conversationId)
    if (!after) return fail('not-found', 'No such conversation.')
    const isSame = after.low === before.low && after.high === before.high
    if (!fetched.ok && isSame && before === first) return fetched
    if (!fetched.ok || isSame) return ok({ reached: false })
    const fetchedEvents = (first.low || after.high + 1) - after.low
    if (after.low > seq && fetchedEvents >= limits.jumpEvents) return ok({ reached: false })
    before = after
  }
}
