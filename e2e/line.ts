// Owns a line between desktops and a server that a test can hold and cut, so that it decides where a transfer stands.
// Always holds: bytes pass unchanged and in order; what is held passes once the line is free, or is lost with a cut.

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** To the server, or from it. */
export type Direction = 'up' | 'down'

export interface Line {
  /** Where desktops connect to. */
  readonly url: string
  /** Leads to the server at `url` from now on. */
  lead(url: string): void
  /** So many more bytes pass in that direction, of all connections together, and no more until `free`. */
  hold(direction: Direction, bytes: number): void
  /** Breaks every connection; none is taken until `free`. */
  block(): void
  free(): void
  /** Breaks every connection; new ones are taken at once. */
  cut(): void
  close(): Promise<void>
}

interface Lane {
  readonly direction: Direction
  readonly from: Socket
}

/** A line that listens on a port of its own. */
export async function openLine(): Promise<Line> {
  const lanes = new Set<Lane>()
  /** Bytes that may still pass. */
  const left: Record<Direction, number> = { up: Number.POSITIVE_INFINITY, down: Number.POSITIVE_INFINITY }
  let port = 0
  let isBlocked = false

  function lay(direction: Direction, from: Socket, to: Socket): void {
    const lane: Lane = { direction, from }
    lanes.add(lane)
    const end = () => {
      lanes.delete(lane)
      to.destroy()
    }
    from.on('error', end).on('close', end)
    from.on('data', (bytes) => {
      const passing = bytes.subarray(0, Math.max(0, left[direction]))
      left[direction] -= passing.length
      const isTaken = passing.length === 0 || to.write(passing)
      if (passing.length < bytes.length) {
        from.pause()
        from.unshift(bytes.subarray(passing.length))
      } else if (!isTaken) {
        from.pause()
        to.once('drain', () => from.resume())
      }
    })
  }

  const server = createServer((near) => {
    if (isBlocked) {
      near.destroy()
      return
    }
    const far = connect(port, '127.0.0.1')
    lay('up', near, far)
    lay('down', far, near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the line has no port')
  const cut = () => {
    for (const { from } of lanes) from.destroy()
  }

  return {
    url: `http://127.0.0.1:${address.port}`,
    lead(url) {
      port = Number(new URL(url).port)
    },
    hold(direction, bytes) {
      left[direction] = bytes
      for (const lane of lanes) if (lane.direction === direction) lane.from.resume()
    },
    block() {
      isBlocked = true
      cut()
    },
    free() {
      isBlocked = false
      left.up = left.down = Number.POSITIVE_INFINITY
      for (const { from } of lanes) from.resume()
    },
    cut,
    async close() {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}
