// Owns what is asked of the server and answered at once: requests under way, their answers, their time limit.
// Always holds: each is settled exactly once, by its answer, a refusal, its time limit or the end of the connection.
// Must never: be asked of a server that does not know requests; `update-required` says so instead.

import { limits } from '../../shared/limits.ts'
import { type Failure, fail, ok, type Result } from '../../shared/result.ts'
import type { Answer, DownFrameOf, Request, UpFrame } from '../../shared/wire.ts'

export interface RequestsParts {
  readonly send: (frame: UpFrame) => void
  readonly setTimer: (run: () => void, ms: number) => () => void
  /** The next id: pulls and requests draw from one row, since a refusal names either. */
  readonly nextId: () => number
  /** The protocol version of this connection. */
  readonly version: number
}

export interface Requests {
  /** Codes: update-required, unavailable (limits.requestMs have passed), offline (the connection ended), and the server's. */
  perform(request: Request): Promise<Result<Answer>>
  onAnswer(frame: DownFrameOf<'answer'>): void
  /** The server refused `id`; false where that is no request under way. */
  onRefused(id: number, failure: Failure): boolean
  /** Settles what is under way with `offline`. */
  stop(): void
}

/** The requests of one connection. */
export function createRequests({ send, setTimer, nextId, version }: RequestsParts): Requests {
  const underWay = new Map<number, (outcome: Result<Answer>) => void>()
  const settle = (id: number, outcome: Result<Answer>): boolean => {
    const waiter = underWay.get(id)
    waiter?.(outcome)
    return waiter !== undefined
  }
  return {
    perform(request) {
      if (version < 2) return Promise.resolve(fail('update-required', 'The server is too old for this.'))
      const id = nextId()
      return new Promise((resolve) => {
        const cancel = setTimer(() => settle(id, fail('unavailable', 'The server did not answer.')), limits.requestMs)
        underWay.set(id, (outcome) => {
          cancel()
          underWay.delete(id)
          resolve(outcome)
        })
        send({ type: 'request', id, request })
      })
    },
    onAnswer(frame) {
      settle(frame.id, ok(frame.answer))
    },
    onRefused: (id, error) => settle(id, { ok: false, error }),
    stop() {
      for (const id of [...underWay.keys()]) settle(id, fail('offline'))
    },
  }
}
