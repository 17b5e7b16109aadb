// Owns the append-only event log as the rest of the server sees it: appending messages and reading pages of a
// conversation, contents sealed on the way in and opened on the way out.
// Always holds: a sender hears of an event only after it is durable, and everybody hears of a conversation's events in
// the order of seq; the same (device, clientId) is appended once; a page holds no words of a deleted message, and none that were withdrawn. Must never
// log or keep a content in the clear.

import { limits } from '../../shared/limits.ts'
import type { ClientId, ConversationId, DeviceId, UserId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { MessageAct, PullFrame } from '../../shared/wire.ts'
import type { Access } from '../access/access.ts'
import type { Clock } from '../clock.ts'
import type { Commits } from '../commits.ts'
import type { FanOut } from '../gateway/fan-out.ts'
import type { Policies } from '../policies.ts'
import type { Sealing } from '../sealing.ts'
import type { StoreTx, StoreView } from '../store/port.ts'
import { deletedAround, toldJson } from './contents.ts'
import { appendContent, eventJson, openContent, type Prepared } from './events.ts'
import { type NewMessage, prepareAct, prepareMessage } from './messages.ts'

/** Bytes of events in one page: half a frame, so that a page of longest messages still fits. */
const pageBytes = limits.frameBytes / 2

/** Who hands something in, from which device, under which id it is settled. */
export interface Origin {
  readonly conversationId: ConversationId
  readonly actorId: UserId
  readonly deviceId: DeviceId
  readonly clientId: ClientId
}

export interface Place {
  readonly seq: number
  readonly atMs: number
}

export interface Page {
  /** JSON texts of conversation events, ascending and contiguous. */
  readonly events: readonly string[]
  readonly headSeq: number
}

export interface ConversationLog {
  /**
   * Appends a message; `settled` is called in the order of the calls. A repeat is answered with its first place. Failures:
   * `not-allowed` (also where there is no such conversation), `conversation-archived`, `bad-input` (also where the clientId
   * stands in another conversation), `unavailable`, and those of prepareMessage.
   */
  append(input: Origin & { readonly message: NewMessage }, settled: (outcome: Result<Place>) => void): void
  /** The same for an act on a message; its further failures are those of prepareAct. */
  act(input: Origin & { readonly act: MessageAct }, settled: (outcome: Result<Place>) => void): void
  /** A page for this user. Failure: `not-found`, whether the conversation is hidden or not there. */
  page(userId: UserId, conversationId: ConversationId, from: PullFrame['from'], limit: number): Result<Page>
  /** Notes how far the user has read, at most to the head. `settled` tells whether it moved, once that is durable. */
  read(userId: UserId, conversationId: ConversationId, seq: number, settled: (moved: number | undefined) => void): void
}

/** The log over a store's group commit. */
export function createConversationLog(parts: {
  view: StoreView
  commits: Commits
  access: Access
  sealing: Sealing
  policies: Pick<Policies, 'current'>
  fanOut: FanOut
  clock: Clock
}): ConversationLog {
  const { view, commits, access, sealing, policies, fanOut, clock } = parts

  /** Gives what `prepare` makes its place at the end of the conversation, and tells its members. */
  function place(
    { conversationId, actorId, deviceId, clientId }: Origin,
    prepare: (tx: StoreTx) => Result<Prepared>,
    settled: (outcome: Result<Place>) => void,
  ): void {
    commits.enqueue(
      (tx): Result<{ place: Place; json: string | undefined }> => {
        // A repeat is harmless whatever has become of the conversation, of the message, or of the sender's access.
        const before = tx.placeOf(deviceId, clientId)
        if (before !== undefined) {
          if (before.conversationId !== conversationId) return fail('bad-input', 'The clientId has been used.')
          return ok({ place: before, json: undefined })
        }
        // Access is asked when the event gets its place, not when it was queued: a loss in between counts.
        if (!access.mayPost(actorId, conversationId, tx)) return fail('not-allowed')
        if (tx.conversation(conversationId)?.archived !== false) return fail('conversation-archived')
        const ready = prepare(tx)
        if (!ready.ok) return ready
        const event = { conversationId, atMs: clock.nowMs(), actorId, deviceId, clientId, ...ready.value }
        return ok({ place: appendContent(tx, sealing, event), json: ready.value.json })
      },
      (outcome) => {
        const result = outcome.ok ? outcome.value : outcome
        if (!result.ok) return settled(result)
        const { seq, atMs } = result.value.place
        settled(ok({ seq, atMs }))
        const { json } = result.value
        if (json !== undefined) fanOut.appended(conversationId, eventJson({ conversationId, actorId, seq, atMs }, json))
      },
    )
  }

  return {
    append: (input, settled) =>
      place(
        input,
        (tx) => prepareMessage({ view: tx, sealing, access, policy: policies.current() }, input, input.message),
        settled,
      ),

    act: (input, settled) =>
      place(
        input,
        (tx) => prepareAct({ view: tx, sealing, access, policy: policies.current() }, input, input.act),
        settled,
      ),

    page: (userId, conversationId, from, limit) => {
      const row = access.mayView(userId, conversationId) ? view.conversation(conversationId) : undefined
      if (row === undefined) return fail('not-found')
      const backward = 'before' in from
      // Before a place beyond the head stands the newest page: a client that knows no head asks so.
      const last = Math.min(backward ? from.before - 1 : from.after + limit, row.headSeq)
      const first = backward ? Math.max(1, last - limit + 1) : from.after + 1
      const rows = view.events(conversationId, first, last)
      const gone = { deletedSeqs: deletedAround(view, conversationId, rows), withdrawnSeq: row.withdrawnSeq }
      if (backward) rows.reverse()
      const events: string[] = []
      let bytes = 0
      for (const event of rows) {
        const json = eventJson(
          event,
          toldJson(event, gone, (sealed) => openContent(view, sealing, sealed)),
        )
        bytes += Buffer.byteLength(json)
        if (events.length > 0 && bytes > pageBytes) break
        events.push(json)
      }
      if (backward) events.reverse()
      return ok({ events, headSeq: row.headSeq })
    },

    read: (userId, conversationId, seq, settled) => {
      commits.enqueue(
        (tx) => {
          const row = access.mayView(userId, conversationId, tx) ? tx.conversation(conversationId) : undefined
          const reached = Math.min(seq, row?.headSeq ?? 0)
          return reached > 0 && tx.raiseRead(userId, conversationId, reached) ? reached : undefined
        },
        (outcome) => settled(outcome.ok ? outcome.value : undefined),
      )
    },
  }
}
