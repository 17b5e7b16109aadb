// Owns the append-only event log as the rest of the server sees it: appending messages and reading pages of a
// conversation, contents sealed on the way in and opened on the way out.
// Always holds: a sender hears of an event only after it is durable, and everybody hears of a conversation's events in
// the order of seq; the same (device, clientId) is appended once; a page holds no words of a deleted message. Must never
// log or keep a content in the clear.

import { limits } from '../../shared/limits.ts'
import type { ClientId, ConversationId, DeviceId, UserId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { PullFrame } from '../../shared/wire.ts'
import type { Access } from '../access/access.ts'
import type { Clock } from '../clock.ts'
import type { Commits } from '../commits.ts'
import type { FanOut } from '../gateway/fan-out.ts'
import type { Sealing } from '../sealing.ts'
import type { Appended, EventRow, StoreTx, StoreView } from '../store/port.ts'
import { isDeleted, redactedJson } from './contents.ts'

/** Bytes of events in one page: half a frame, so that a page of longest messages still fits. */
const pageBytes = limits.frameBytes / 2

export interface Message {
  readonly conversationId: ConversationId
  readonly actorId: UserId
  readonly deviceId: DeviceId
  readonly clientId: ClientId
  /** As normaliseBody leaves it; not empty. */
  readonly body: string
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
   * Appends a message; `settled` is called in the order of the calls. Failures: `not-allowed` (also where there is no
   * such conversation), `bad-input` (the clientId stands in another conversation), `unavailable`.
   */
  append(message: Message, settled: (outcome: Result<Place>) => void): void
  /** A page for this user. Failure: `not-found`, whether the conversation is hidden or not there. */
  page(userId: UserId, conversationId: ConversationId, from: PullFrame['from'], limit: number): Result<Page>
  /** Notes how far the user has read, at most to the head. `settled` tells whether it moved, once that is durable. */
  read(userId: UserId, conversationId: ConversationId, seq: number, settled: (moved: number | undefined) => void): void
}

/** An event as JSON text. `contentJson` is the server's own and is not parsed again. */
export function eventJson(
  event: { conversationId: ConversationId; seq: number; atMs: number; actorId: UserId },
  contentJson: string,
): string {
  const { conversationId, seq, atMs, actorId } = event
  return `{"conversationId":"${conversationId}","seq":${seq},"atMs":${atMs},"actorId":"${actorId}","content":${contentJson}}`
}

/** Seals `content` and appends it inside a transaction. */
export function appendContent(
  tx: StoreTx,
  sealing: Sealing,
  event: {
    conversationId: ConversationId
    atMs: number
    actorId: UserId
    deviceId?: DeviceId
    clientId?: ClientId
    kind: string
    targetSeq?: number | undefined
    json: string
  },
): Appended {
  const { conversationId } = event
  return tx.appendEvent({
    conversationId,
    atMs: event.atMs,
    actorId: event.actorId,
    deviceId: event.deviceId,
    clientId: event.clientId,
    kind: event.kind,
    targetSeq: event.targetSeq,
    seal: (seq) => sealing.sealContent(conversationId, (id) => sealedKeyOf(tx, id), seq, event.json),
  })
}

function sealedKeyOf(view: StoreView, conversationId: ConversationId): Uint8Array {
  const row = view.conversation(conversationId)
  if (row === undefined) throw new Error('no such conversation')
  return row.sealedKey
}

/** The log over a store's group commit. */
export function createConversationLog(parts: {
  view: StoreView
  commits: Commits
  access: Access
  sealing: Sealing
  fanOut: FanOut
  clock: Clock
}): ConversationLog {
  const { view, commits, access, sealing, fanOut, clock } = parts

  function openEvent(row: EventRow, deletedSeqs: ReadonlySet<number>): string {
    const findKey = (id: ConversationId) => sealedKeyOf(view, id)
    const json = sealing.openContent(row.conversationId, findKey, row.seq, row.sealed)
    return eventJson(row, isDeleted(row, deletedSeqs) ? redactedJson(json) : json)
  }

  /** What has been deleted of these events and of the messages that they are about. */
  function deletedAround(conversationId: ConversationId, rows: readonly EventRow[]): ReadonlySet<number> {
    const seqs = rows.map((row) => row.targetSeq ?? row.seq)
    return seqs.length === 0 ? new Set() : view.deletedSeqs(conversationId, Math.min(...seqs), Math.max(...seqs))
  }

  return {
    append: (message, settled) => {
      const { conversationId, actorId, deviceId, clientId, body } = message
      const json = JSON.stringify({ type: 'message', clientId, body })
      commits.enqueue(
        // Access is asked when the event gets its place, not when it was queued: a loss in between counts.
        (tx): Result<Appended> =>
          access.mayPost(actorId, conversationId)
            ? ok(
                appendContent(tx, sealing, {
                  conversationId,
                  atMs: clock.nowMs(),
                  actorId,
                  deviceId,
                  clientId,
                  kind: 'message',
                  json,
                }),
              )
            : fail('not-allowed'),
        (outcome) => {
          const result = outcome.ok ? outcome.value : outcome
          if (!result.ok) return settled(result)
          const place = result.value
          if (place.type === 'repeated') {
            const elsewhere = place.conversationId !== conversationId
            return settled(elsewhere ? fail('bad-input', 'The clientId has been used.') : ok(place))
          }
          settled(ok(place))
          fanOut.appended(conversationId, eventJson({ conversationId, actorId, ...place }, json))
        },
      )
    },

    page: (userId, conversationId, from, limit) => {
      const row = access.mayView(userId, conversationId) ? view.conversation(conversationId) : undefined
      if (row === undefined) return fail('not-found')
      const backward = 'before' in from
      // Before a place beyond the head stands the newest page: a client that knows no head asks so.
      const last = Math.min(backward ? from.before - 1 : from.after + limit, row.headSeq)
      const first = backward ? Math.max(1, last - limit + 1) : from.after + 1
      const rows = view.events(conversationId, first, last)
      const deletedSeqs = deletedAround(conversationId, rows)
      if (backward) rows.reverse()
      const events: string[] = []
      let bytes = 0
      for (const event of rows) {
        const json = openEvent(event, deletedSeqs)
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
          const row = access.mayView(userId, conversationId) ? tx.conversation(conversationId) : undefined
          const reached = Math.min(seq, row?.headSeq ?? 0)
          return reached > 0 && tx.raiseRead(userId, conversationId, reached) ? reached : undefined
        },
        (outcome) => settled(outcome.ok ? outcome.value : undefined),
      )
    },
  }
}
