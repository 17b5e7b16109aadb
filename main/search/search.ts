// Owns search over one open cache: fills the index in slices after unlock, keeps it up with new events, answers queries.
// Always holds: the event loop is given back between slices; results are read from the store, newest first, and confirmed;
// after close() nothing searchable is left in memory.

import type { SearchPage } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import type { ConversationEvent, ConversationId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Store } from '../store/store.ts'
import { createIndex, type Found } from './index.ts'
import { findRanges, parseQuery } from './query.ts'

export type SearchableStore = Pick<Store, 'positions' | 'messagesBelow' | 'slotOf' | 'message'>

export interface Search {
  /** New messages are in the store. */
  add(conversationId: ConversationId, events: readonly ConversationEvent[]): void
  /** Conversations have left the store. */
  remove(conversationIds: readonly ConversationId[]): void
  /** `bad-input` for a foreign cursor, `not-found` for an unknown conversation. */
  find(text: string, conversationId: ConversationId | undefined, cursor: string | undefined): Result<SearchPage>
  /** Resolves when all that was cached at opening is indexed (or search was closed). */
  readonly indexed: Promise<void>
  close(): void
}

/** Messages opened and indexed before the loop is given back: ~3 ms of work. */
const SLICE_EVENTS = 100
/** Index hits taken at a time for one page, and at most: those not confirmed are passed over. */
const HITS_AT_A_TIME = 2 * limits.searchPage
const HITS_AT_MOST = 40 * limits.searchPage

/** Search over `store`; indexing begins at once. */
export function createSearch(store: SearchableStore): Search {
  const index = createIndex()
  const slots = new Map<ConversationId, number>()
  let closed = false
  let complete = false

  async function indexAll(): Promise<void> {
    for (const { conversationId, high } of store.positions()) {
      let before: number | undefined = high + 1
      while (before !== undefined) {
        if (closed) return
        const batch: ReturnType<SearchableStore['messagesBelow']> = store.messagesBelow(
          conversationId,
          before,
          SLICE_EVENTS,
        )
        if (batch.messages[0]) slots.set(conversationId, batch.messages[0].slot)
        index.add(batch.messages)
        before = batch.next
        await new Promise<void>((resolve) => setImmediate(resolve))
      }
    }
    complete = true
  }

  const indexed = indexAll()
  return {
    indexed,
    add(conversationId, events) {
      const slot = store.slotOf(conversationId)
      if (closed || slot === undefined) return
      slots.set(conversationId, slot)
      index.add(
        events.flatMap(({ seq, atMs, content }) =>
          content.type === 'message' && typeof content.body === 'string'
            ? [{ slot, seq, atMs, body: content.body }]
            : [],
        ),
      )
    },
    remove(conversationIds) {
      for (const id of conversationIds) {
        const slot = slots.get(id)
        if (slot !== undefined && !closed) index.removeConversation(slot)
        slots.delete(id)
      }
    },
    find(text, conversationId, cursor) {
      const after = cursor === undefined ? undefined : parseCursor(cursor)
      if (cursor !== undefined && !after) return fail('bad-input', 'This is no cursor of a search.')
      const slot = conversationId === undefined ? undefined : store.slotOf(conversationId)
      if (conversationId !== undefined && slot === undefined) return fail('not-found', 'No such conversation.')
      const terms = parseQuery(text)
      const hits: SearchPage['hits'] = []
      let last = after
      let more = true
      for (let looked = 0; more && hits.length < limits.searchPage && looked < HITS_AT_MOST; ) {
        const found = index.find(terms, {
          limit: HITS_AT_A_TIME,
          ...(slot !== undefined && { slot }),
          ...(last && { cursor: last }),
        })
        looked += found.length
        more = found.length === HITS_AT_A_TIME
        for (const hit of found) {
          if (hits.length === limits.searchPage) {
            more = true
            break
          }
          last = hit
          const message = store.message(hit.slot, hit.seq)
          const ranges = message ? findRanges(message.body, terms) : []
          if (!message || ranges.length === 0) continue
          const { body, ...rest } = message
          hits.push({ ...rest, seq: hit.seq, text: body, ranges })
        }
      }
      return ok({ hits, complete, ...(more && last && { cursor: `${last.atMs}.${last.slot}.${last.seq}` }) })
    },
    close() {
      if (closed) return
      closed = true
      index.close()
      slots.clear()
    },
  }
}

function parseCursor(text: string): Found | undefined {
  const match = /^(\d{1,16})\.(\d{1,7})\.(\d{1,10})$/.exec(text)
  return match ? { atMs: Number(match[1]), slot: Number(match[2]), seq: Number(match[3]) } : undefined
}
