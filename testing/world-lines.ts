// Owns the network of a world: the lines between desktops and server, and everything that goes wrong with lines.
// Always holds: what one line delivers arrives in order, as TCP has it; across lines anything goes: what a cut line had taken
// up arrives at the server later, or never, or once more on the next line; all of it drawn from the seed.

import type { WebSocket } from 'ws'
import type { OpenSocket } from '../main/session/socket.ts'
import { fail } from '../shared/result.ts'
import type { Random } from './random.ts'
import { createSocketPair, type LineFaults, type SocketPair } from './socket-pair.ts'

export interface LineParts {
  readonly random: Random
  readonly dial: () => WebSocket
  /** Every frame that arrives, for whoever collects them. */
  readonly tap?: (direction: 'up' | 'down', text: string, owner: number) => void
}

export interface Lines {
  /** How desktop `owner` dials. Lines that it has left deliver to it no more. */
  openSocket(owner: number): OpenSocket
  /** One round on every line, or on one drawn. Returns how many frames arrived. */
  flush(which: 'all' | 'one'): number
  setFaults(faults: Partial<LineFaults>): void
  /** Cuts one line, drawn: at once, or so that the server still receives what it had taken up. */
  cutOne(): void
  cutAll(): void
  /** From here on nothing of this desktop's passes, and nobody hears of it; until healed. */
  partition(owner: number): void
  heal(owner?: number): void
  /** The desktop is gone: what it had handed over may still arrive. */
  abandon(owner: number): void
  /** Frames under way. */
  readonly pending: number
  /** Frames that have arrived. */
  readonly delivered: number
}

interface Line {
  readonly owner: number
  readonly pair: SocketPair
  /** The desktop hears nothing more of it. */
  isLeft: boolean
  /** The line has gone, as far as the desktop is concerned: it is told. */
  leave(): void
}

/** What a proxy that lost its answer may hand over once more on the next line: each is harmless when repeated. */
const repeatableUp: ReadonlySet<string> = new Set(['send', 'act', 'read'])
const repeatableDown: ReadonlySet<string> = new Set(['event', 'sent', 'readMoved', 'pong'])
/** Frames of an owner that are remembered for that. */
const REMEMBERED = 8
/** How often a frame that passes brings an old one along. */
const REPEAT = 0.01

export function createLines({ random, dial, tap }: LineParts): Lines {
  const lines = new Set<Line>()
  const partitioned = new Set<number>()
  const past = new Map<string, string[]>()
  let faults: Partial<LineFaults> = {}
  let repeat = 0
  let delivered = 0

  function remember(owner: number, direction: 'up' | 'down', text: string): void {
    const type = text.match(/^\{"type":"(\w+)"/)?.[1] ?? ''
    // Once its refusal has come, what was refused is not said again by anybody but its user.
    const refused = type === 'refused' && text.match(/"clientId":"(\w+)"/)?.[1]
    if (refused)
      past.set(
        `${owner} up`,
        (past.get(`${owner} up`) ?? []).filter((old) => !old.includes(refused)),
      )
    if (!(direction === 'up' ? repeatableUp : repeatableDown).has(type)) return
    const kept = past.get(`${owner} ${direction}`) ?? []
    past.set(`${owner} ${direction}`, [...kept, text].slice(-REMEMBERED))
  }

  function open(owner: number, handlers: Parameters<OpenSocket>[1]): ReturnType<OpenSocket> {
    const pair = createSocketPair({ random: random.fork(), faults })
    const line: Line = {
      owner,
      pair,
      isLeft: false,
      leave() {
        pair.client.close()
        end('client')
        if (line.isLeft) return
        line.isLeft = true
        handlers.onClose(fail('unavailable').error)
      },
    }
    lines.add(line)
    // Flushed until both ends have closed: a paused end hears of it later.
    const open = new Set(['client', 'server'])
    const end = (which: 'client' | 'server') => {
      open.delete(which)
      if (open.size === 0) lines.delete(line)
    }
    joinServer(line, () => end('server'))
    const { client } = pair
    client.onOpen(() => !line.isLeft && handlers.onOpen())
    client.onText((text) => {
      delivered += 1
      tap?.('down', text, owner)
      if (line.isLeft) return
      handlers.onText(text)
      remember(owner, 'down', text)
    })
    client.onClose((code) => {
      end('client')
      if (line.isLeft) return
      line.isLeft = true
      handlers.onClose(code === 1000 ? undefined : fail('unavailable').error)
    })
    return {
      ...client,
      send(text) {
        if (line.isLeft) return
        client.send(text)
        // Past the handshake, when the server hears more than its proof.
        const old = past.get(`${owner} up`)
        if (old?.length && !text.startsWith('{"type":"auth"') && random.chance(repeat)) client.send(random.pick(old))
        remember(owner, 'up', text)
      },
      close() {
        line.isLeft = true
        client.close()
        end('client')
      },
    }
  }

  function joinServer({ owner, pair }: Line, end: () => void): void {
    const { server } = pair
    server.onOpen(() => {
      const socket = dial()
      const waiting: string[] = []
      let isWelcome = false
      socket.on('open', () => {
        for (const text of waiting.splice(0)) socket.send(text)
      })
      socket.on('message', (data) => {
        const text = String(data)
        server.send(text)
        isWelcome ||= text.startsWith('{"type":"heads"')
        const old = past.get(`${owner} down`)
        if (old?.length && isWelcome && random.chance(repeat)) server.send(random.pick(old))
      })
      socket.on('error', () => undefined)
      socket.on('close', () => {
        server.close(1006)
        end()
      })
      server.onText((text) => {
        delivered += 1
        tap?.('up', text, owner)
        if (socket.readyState === socket.OPEN) socket.send(text)
        else waiting.push(text)
      })
      server.onClose(() => {
        socket.terminate()
        end()
      })
    })
  }

  const able = () => [...lines].filter(({ owner }) => !partitioned.has(owner))

  function cut(line: Line): void {
    // Half the time the desktop is the one to notice, and what it had sent is still under way to the server.
    if (random.chance(0.5)) line.pair.cut()
    else line.leave()
  }

  return {
    openSocket: (owner) => (_origin, handlers) => open(owner, handlers),
    flush(which) {
      const all = able()
      if (all.length === 0) return 0
      return (which === 'all' ? all : [random.pick(all)]).reduce((sum, { pair }) => sum + pair.flush(), 0)
    },
    setFaults(next) {
      faults = next
      repeat = (next.duplicate ?? 0) > 0 ? REPEAT : 0
      for (const { pair } of lines) pair.setFaults(next)
    },
    cutOne() {
      if (lines.size > 0) cut(random.pick([...lines]))
    },
    cutAll() {
      for (const line of [...lines]) line.pair.cut()
    },
    partition: (owner) => void partitioned.add(owner),
    heal(owner) {
      if (owner === undefined) partitioned.clear()
      else partitioned.delete(owner)
    },
    abandon(owner) {
      for (const line of [...lines]) if (line.owner === owner) line.leave()
    },
    get pending() {
      return [...lines].reduce((sum, { pair }) => sum + pair.pending.toClient + pair.pending.toServer, 0)
    },
    get delivered() {
      return delivered
    },
  }
}
