// Owns the queue between socket and session: frames received and not yet handled.
// Always holds: frames are handled one at a time, in the order received, one a turn of the event loop; reading pauses when
// they pile up and goes on when they are worked off; a frame whose handling fails does not keep the next one from its turn.

import { limits } from '../../shared/limits.ts'

export interface Inbox {
  /** Takes a frame's text; it is handled in a later turn. */
  push(text: string): void
  /** Drops what has not been handled yet. */
  clear(): void
  /** Resolves when nothing is being handled. */
  idle(): Promise<void>
}

export interface InboxParts {
  handle(text: string): Promise<void>
  /** What handle() threw. */
  failed(error: unknown): void
  pause(): void
  resume(): void
}

export function createInbox({ handle, failed, pause, resume }: InboxParts): Inbox {
  const waiting: string[] = []
  let handling: Promise<void> | undefined

  async function drain(): Promise<void> {
    // Leave the socket's own turn: several frames of one packet must not hold the loop together.
    await nextTurn()
    while (waiting.length > 0) {
      const text = waiting.shift() as string
      if (waiting.length === limits.inboundFramesResume) resume()
      try {
        await handle(text)
      } catch (error) {
        failed(error)
      }
      if (waiting.length > 0) await nextTurn()
    }
    // Before reading goes on: what that brings must find nobody handling.
    handling = undefined
    resume()
  }

  return {
    push(text) {
      waiting.push(text)
      if (waiting.length >= limits.inboundFramesPause) pause()
      handling ??= drain()
    },
    clear() {
      waiting.length = 0
    },
    idle: () => handling ?? Promise.resolve(),
  }
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))
