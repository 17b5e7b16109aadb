// Owns what the benchmark `store` asks of a cache under comparison. Types only.

import type { ConversationEvent } from '../shared/model.ts'

export interface Contender {
  /** A page of the conversation with this number: durable on return, searchable by settle() at the latest. */
  ingest(page: { readonly of: number; readonly events: readonly ConversationEvent[] }): void
  /** Resolves when all that was taken in is indexed, and the index is as safe as the messages. */
  settle(): Promise<void>
  /** Closes and opens again. Milliseconds until a page can be read, and until all of it can be searched. */
  reopen(): Promise<{ readonly openMs: number; readonly searchableMs: number }>
  /** The body of one message, opened. */
  message(of: number, seq: number): string
  /** Opens the page of `limit` messages below `before`; how many there were. */
  page(of: number, before: number, limit: number): number
  /** Finds text as a phrase whose last word may be unfinished; how many of the newest hits were opened. */
  find(text: string): Promise<number>
  close(): Promise<void>
}
