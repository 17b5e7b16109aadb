// Owns the way out of the outbox: which messages and acts are handed to the server when, and what settles them.
// Always holds: one entry per conversation is under way at a time, in the order written, so that a refusal never changes the
// order; but a message whose files are not all there yet holds up none behind it; a repeated send is safe, since the server
// dedups by clientId; what the server is too old for is refused here, with `update-required`, and never sent.

import { limits } from '../../shared/limits.ts'
import type { ClientId, ConversationEvent, ConversationId } from '../../shared/model.ts'
import { type Failure, fail, ok, type Result } from '../../shared/result.ts'
import type { SendFrame, UpFrame } from '../../shared/wire.ts'
import type { OutboxEntry, OutboxMessage, Store } from '../store/store.ts'
import { isPassing, pauseMs } from './refusals.ts'

export interface SendsParts {
  readonly store: Pick<Store, 'self' | 'waiting' | 'outboxEntry' | 'setFailure' | 'file'>
  readonly send: (frame: UpFrame) => void
  readonly setTimer: (run: () => void, ms: number) => () => void
  /** The protocol version of this connection. */
  readonly version: number
  /** All files of this message are on the server. */
  readonly isReady: (clientId: ClientId) => boolean
  /** How this entry shows has changed. */
  readonly changed: (conversationId: ConversationId) => void
  /** A message has been handed to the server. */
  readonly sent: (conversationId: ConversationId) => void
}

export interface Sends {
  /** Handed to the server and not yet seen in the log. */
  readonly sending: ReadonlySet<ClientId>
  /** Sends what may go now. */
  flush(): void
  /** Events that are in the store by now settle what they came from. */
  settleBy(events: readonly ConversationEvent[]): void
  /** Durable at the server: the next of its conversation may go. `isStored`: its event was here before the answer. */
  accepted(clientId: ClientId, isStored: boolean): void
  /** Refused: for the moment, and sending pauses; or for good, and that is shown. */
  refused(clientId: ClientId, failure: Failure): void
  /** Forgets what has left the outbox with its conversation. */
  letGo(): void
  stop(): void
}

/** The sends of one connection; none before the first flush(). */
export function createSends(parts: SendsParts): Sends {
  const { store, send, version } = parts
  /** Not acknowledged yet, by conversation. */
  const underWay = new Map<ClientId, ConversationId>()
  const sending = new Set<ClientId>()
  let stopped = false
  /** Set while the server has asked for a pause; calling it calls the resumption off. */
  let resume: (() => void) | undefined

  function forget(clientId: ClientId): void {
    underWay.delete(clientId)
    sending.delete(clientId)
  }

  function fails({ conversationId, record }: OutboxEntry, failure: Failure): void {
    store.setFailure(record.clientId, failure)
    parts.changed(conversationId)
  }

  function flush(): void {
    if (stopped || resume) return
    const busy = new Set(underWay.values())
    for (const entry of store.waiting(sending)) {
      if (underWay.size >= limits.sendsInFlight) return
      const { conversationId, record } = entry
      if (busy.has(conversationId)) continue
      const hasFiles = record.type === 'message' && record.files !== undefined
      if (version < 2 && needsVersion2(entry)) fails(entry, tooOld)
      else if (!hasFiles || parts.isReady(record.clientId)) {
        const frame = frameOf(entry, store)
        if (!frame.ok) {
          fails(entry, frame.error)
          continue
        }
        busy.add(conversationId)
        underWay.set(record.clientId, conversationId)
        sending.add(record.clientId)
        send(frame.value)
        if (record.type === 'message') parts.sent(conversationId)
        parts.changed(conversationId)
      }
    }
  }

  return {
    sending,
    flush,
    settleBy(events) {
      for (const { actorId, content } of events)
        if (actorId === store.self && 'clientId' in content) forget(content.clientId as ClientId)
    },
    accepted(clientId, isStored) {
      underWay.delete(clientId)
      if (isStored) sending.delete(clientId)
    },
    refused(clientId, failure) {
      const conversationId = underWay.get(clientId) ?? store.outboxEntry(clientId)?.conversationId
      forget(clientId)
      if (isPassing(failure)) {
        resume ??= parts.setTimer(() => {
          resume = undefined
          flush()
        }, pauseMs(failure))
      } else {
        store.setFailure(clientId, failure)
        flush()
      }
      if (conversationId) parts.changed(conversationId)
    },
    letGo() {
      for (const clientId of sending) if (!store.outboxEntry(clientId)) forget(clientId)
    },
    stop() {
      stopped = true
      resume?.()
      underWay.clear()
      sending.clear()
    },
  }
}

const tooOld = fail('update-required', 'The server is too old for this.').error

/** True for what a server of version 1 does not know: everything but a body. */
function needsVersion2({ record }: OutboxEntry): boolean {
  if (record.type === 'act') return true
  const { isFallback, files, mentions, threadSeq, quoteSeq, forward } = record
  const names = mentions !== undefined && mentions.length > 0
  return names || [isFallback, files, threadSeq, quoteSeq, forward].some((field) => field !== undefined)
}

/** What is sent. `file-missing` where a file of it is not here any more, or has not been taken in. */
function frameOf({ conversationId, record }: OutboxEntry, store: Pick<Store, 'file'>): Result<UpFrame> {
  const { clientId } = record
  if (record.type === 'act') return ok({ type: 'act', conversationId, clientId, act: record.act })
  const files = filesOf(record, store)
  if (!files.ok) return files
  const { body, isFallback, mentions, threadSeq, quoteSeq, forward } = record
  return ok({
    type: 'send',
    conversationId,
    clientId,
    body,
    ...(isFallback && { isFallback }),
    ...(files.value.length > 0 && { files: files.value }),
    ...(mentions && mentions.length > 0 && { mentions }),
    ...(threadSeq !== undefined && { threadSeq }),
    ...(quoteSeq !== undefined && { quoteSeq }),
    ...(forward && { forward }),
  })
}

function filesOf({ files = [] }: OutboxMessage, store: Pick<Store, 'file'>): Result<NonNullable<SendFrame['files']>> {
  const sent: NonNullable<SendFrame['files']> = []
  for (const { fileId, name, mediaType, bytes } of files) {
    const record = store.file(fileId)
    if (record?.sha256 === undefined) return fail('file-missing')
    const { sha256, thumbnail } = record
    sent.push({ sha256, name, mediaType, bytes, ...(thumbnail && { thumbnail: plainThumbnail(thumbnail) }) })
  }
  return ok(sent)
}

type SentThumbnail = NonNullable<NonNullable<SendFrame['files']>[number]['thumbnail']>
/** As sent: what the schema knows and nothing beside it. */
function plainThumbnail({ mediaType, data, widthPx, heightPx }: SentThumbnail): SentThumbnail {
  return { mediaType, data, widthPx, heightPx }
}
