// Owns an in-memory line between two ends that speak text frames, in place of a WebSocket, under the test's control.
// Always holds: nothing is delivered but inside flush(), in the order it was sent each way; what goes wrong is drawn from
// the seeded generator, so that a failing run can be run again.
// Never: timers, real sockets, or frames out of order (a WebSocket does not reorder).

import type { Random } from './random.ts'

/** One end of a line. Its side hears nothing more once it has closed. */
export interface TextSocket {
  /** Queues a frame for the other side. Lost before the line is open and after a close, as with a WebSocket. */
  send(text: string): void
  /** Closes: the other side hears of it after the frames that were sent before. */
  close(code?: number, reason?: string): void
  /** Stops and resumes what this side hears; frames wait meanwhile. */
  pause(): void
  resume(): void
  onOpen(listener: () => void): void
  onText(listener: (text: string) => void): void
  /** Once, where the other side closed (1000 unless it says otherwise) or the line was cut (1006). */
  onClose(listener: (code: number, reason: string) => void): void
}

/** Chances in [0, 1), each drawn for every frame. */
export interface LineFaults {
  /** The frame is lost alone: the line stays. Not what TCP does; a faulty proxy or peer does. */
  readonly drop: number
  /** The frame arrives twice. */
  readonly duplicate: number
  /** The frame and all behind it wait for the next round. */
  readonly delay: number
  /** The line is cut: what is under way in both directions is lost. */
  readonly cut: number
}

const noFaults: LineFaults = { drop: 0, duplicate: 0, delay: 0, cut: 0 }

export interface SocketPair {
  readonly client: TextSocket
  readonly server: TextSocket
  /** One round: delivers what is queued now, not what is sent in answer. Returns how many frames arrived. */
  flush(): number
  /** Rounds until nothing is under way (paused ends aside). Throws where that does not happen in `rounds` rounds. */
  flushAll(rounds?: number): number
  /** Cuts the line: both ends hear 1006 at the next flush, and what is under way is lost. */
  cut(): void
  /** From now on. */
  setFaults(faults: Partial<LineFaults>): void
  /** Frames under way, towards each end. */
  readonly pending: { readonly toClient: number; readonly toServer: number }
  readonly lost: number
}

type Item =
  | { readonly type: 'open' }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'close'; readonly code: number; readonly reason: string }

interface End {
  state: 'opening' | 'open' | 'closed'
  paused: boolean
  /** What this end has yet to hear. */
  inbox: Item[]
  readonly opened: (() => void)[]
  readonly received: ((text: string) => void)[]
  readonly closed: ((code: number, reason: string) => void)[]
}

/** A line that opens at the first flush. Faults are drawn from `random`; without them it is not used. */
export function createSocketPair(options: { random: Random; faults?: Partial<LineFaults> }): SocketPair {
  const { random } = options
  let faults: LineFaults = { ...noFaults, ...options.faults }
  let lost = 0
  const client = createEnd()
  const server = createEnd()

  function socketOf(self: End, other: End): TextSocket {
    return {
      send(text) {
        if (self.state === 'open' && other.state !== 'closed') other.inbox.push({ type: 'text', text })
        else lost += 1
      },
      close(code = 1000, reason = '') {
        if (self.state === 'closed') return
        self.state = 'closed'
        lost += countTexts(self.inbox)
        self.inbox = []
        if (other.state !== 'closed') other.inbox.push({ type: 'close', code, reason })
      },
      pause() {
        self.paused = true
      },
      resume() {
        self.paused = false
      },
      onOpen: (listener) => void self.opened.push(listener),
      onText: (listener) => void self.received.push(listener),
      onClose: (listener) => void self.closed.push(listener),
    }
  }

  function cut(): void {
    for (const end of [client, server]) {
      if (end.state === 'closed') continue
      lost += countTexts(end.inbox)
      end.inbox = [{ type: 'close', code: 1006, reason: '' }]
    }
  }

  /** Hands the first item of its inbox to `end`. */
  function deliver(end: End): 'arrived' | 'lost' | 'held' | 'other' {
    const item = end.inbox[0]
    if (item === undefined) return 'held'
    if (item.type !== 'text') {
      end.inbox.shift()
      if (item.type === 'open') {
        end.state = 'open'
        for (const listener of end.opened) listener()
      } else {
        end.state = 'closed'
        lost += countTexts(end.inbox)
        end.inbox = []
        for (const listener of end.closed) listener(item.code, item.reason)
      }
      return 'other'
    }
    if (random.chance(faults.delay)) return 'held'
    if (random.chance(faults.cut)) {
      cut()
      return 'held'
    }
    end.inbox.shift()
    if (random.chance(faults.drop)) {
      lost += 1
      return 'lost'
    }
    const times = random.chance(faults.duplicate) ? 2 : 1
    for (let time = 0; time < times && end.state === 'open'; time++) {
      for (const listener of end.received) listener(item.text)
    }
    return 'arrived'
  }

  function round(): { arrived: number; moved: number } {
    let arrived = 0
    let moved = 0
    const due = [client, server].map((end) => ({ end, items: end.inbox.length }))
    for (;;) {
      const able = due.filter(({ end, items }) => items > 0 && !end.paused && end.inbox.length > 0)
      if (able.length === 0) return { arrived, moved }
      const next = able.length === 1 ? able[0] : random.pick(able)
      if (!next) return { arrived, moved }
      const outcome = deliver(next.end)
      next.items = outcome === 'held' ? 0 : next.items - 1
      if (outcome === 'arrived') arrived += 1
      if (outcome !== 'held') moved += 1
    }
  }

  return {
    client: socketOf(client, server),
    server: socketOf(server, client),
    flush: () => round().arrived,
    flushAll(rounds = 10_000) {
      let arrived = 0
      for (let done = 0; done < rounds; done++) {
        if ([client, server].every((end) => end.paused || end.inbox.length === 0)) return arrived
        arrived += round().arrived
      }
      throw new Error(`the two sides were not quiet after ${rounds} rounds`)
    },
    cut,
    setFaults(changes) {
      faults = { ...faults, ...changes }
    },
    get pending() {
      return { toClient: countTexts(client.inbox), toServer: countTexts(server.inbox) }
    },
    get lost() {
      return lost
    },
  }
}

function createEnd(): End {
  return { state: 'opening', paused: false, inbox: [{ type: 'open' }], opened: [], received: [], closed: [] }
}

function countTexts(items: readonly Item[]): number {
  return items.filter((item) => item.type === 'text').length
}
