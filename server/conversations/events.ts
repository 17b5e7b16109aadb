// Owns the way of an event's content into the log and out of it: sealed for its place, opened for whoever asks, and the
// JSON text in which devices get it.
// Always holds: what a content brings with it (files of a message, emoji that stand) changes in the transaction that
// appends it. Must never log or keep a content in the clear.

import type { ClientId, ConversationId, DeviceId, UserId } from '../../shared/model.ts'
import type { Sealing } from '../sealing.ts'
import type { Appended, EventRow, StoreTx, StoreView } from '../store/port.ts'

/** A content in the form in which it is sealed. */
export interface Prepared {
  readonly kind: string
  /** As in EventRow. */
  readonly targetSeq: number | undefined
  readonly json: string
  /** What else changes once the event has its place. */
  readonly follow?: (tx: StoreTx, seq: number) => void
}

/** An event as JSON text. `contentJson` is the server's own and is not parsed again. */
export function eventJson(
  event: { conversationId: ConversationId; seq: number; atMs: number; actorId: UserId },
  contentJson: string,
): string {
  const { conversationId, seq, atMs, actorId } = event
  return `{"conversationId":"${conversationId}","seq":${seq},"atMs":${atMs},"actorId":"${actorId}","content":${contentJson}}`
}

/** Seals a content and appends it inside a transaction; what follows from it happens there too, unless it is a repeat. */
export function appendContent(
  tx: StoreTx,
  sealing: Sealing,
  event: Prepared & {
    conversationId: ConversationId
    atMs: number
    actorId: UserId
    deviceId?: DeviceId | undefined
    clientId?: ClientId | undefined
  },
): Appended {
  const { conversationId } = event
  const appended = tx.appendEvent({
    conversationId,
    atMs: event.atMs,
    actorId: event.actorId,
    deviceId: event.deviceId,
    clientId: event.clientId,
    kind: event.kind,
    targetSeq: event.targetSeq,
    seal: (seq) => sealing.sealContent(conversationId, (id) => sealedKeyOf(tx, id), seq, event.json),
  })
  if (appended.type === 'appended') event.follow?.(tx, appended.seq)
  return appended
}

/** The content's JSON text, whether or not it has been deleted since. */
export function openContent(view: StoreView, sealing: Sealing, row: EventRow): string {
  return sealing.openContent(row.conversationId, (id) => sealedKeyOf(view, id), row.seq, row.sealed)
}

function sealedKeyOf(view: StoreView, conversationId: ConversationId): Uint8Array {
  const row = view.conversation(conversationId)
  if (row === undefined) throw new Error('no such conversation')
  return row.sealedKey
}
