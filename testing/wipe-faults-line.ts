// Owns the line between a desktop and its server in the test of false orders: somebody in between who answers in the server's
// place, puts frames of their own before or after the server's, changes what the server says, or only passes it on.
// Always holds: what is not asked for passes unchanged in both directions, requests for files too; it ends with close().

import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'

export type Said = string | Buffer

/** What whoever is in between does with connections made from now on. */
export interface Meddling {
  /** Answers the attempt to connect with this status. */
  readonly status?: number
  /** Said right after the server's `hello`; a Buffer as a binary frame. */
  readonly afterHello?: readonly Said[]
  /** What is heard in the place of a frame of the server's. */
  readonly instead?: (text: string) => string
}

export interface Line {
  readonly url: string
  /** How connections made from now on are treated; undefined: as by nobody. */
  meddle(how: Meddling | undefined): void
  /** Says something on every connection there is. */
  say(what: Said): void
  /** Cuts every connection. */
  cut(): void
  /** Connections that the desktop has asked for. */
  readonly asked: number
  close(): Promise<void>
}

/** A line to the server at `target()`. */
export async function openLine(target: () => string): Promise<Line> {
  let how: Meddling | undefined
  let asked = 0
  const nears = new Set<WebSocket>()
  const sockets = new WebSocketServer({ noServer: true })
  const server = createServer(passOn)

  function passOn(incoming: IncomingMessage, answer: ServerResponse): void {
    const { method, headers } = incoming
    const further = request(
      new URL(incoming.url ?? '/', target()),
      { method: method ?? 'GET', headers },
      (response) => {
        answer.writeHead(response.statusCode ?? 500, response.headers)
        response.pipe(answer)
      },
    )
    further.on('error', () => answer.destroy())
    incoming.pipe(further)
  }

  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    asked += 1
    const meddling = how
    socket.on('error', () => socket.destroy())
    if (meddling?.status !== undefined) {
      const location = meddling.status < 400 ? 'Location: https://elsewhere.example/\r\n' : ''
      socket.end(`HTTP/1.1 ${meddling.status} So\r\n${location}Content-Length: 0\r\nConnection: close\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(incoming, socket, head, (near) => join(near, incoming.url ?? '/', meddling))
  })

  function join(near: WebSocket, place: string, meddling: Meddling | undefined): void {
    nears.add(near)
    const far = new WebSocket(`${target().replace(/^http/, 'ws')}${place}`, { perMessageDeflate: false })
    const waiting: string[] = []
    far.on('open', () => {
      for (const text of waiting.splice(0)) far.send(text)
    })
    near.on('message', (data) => (far.readyState === far.OPEN ? far.send(String(data)) : waiting.push(String(data))))
    far.on('message', (data) => {
      const text = String(data)
      near.send(meddling?.instead?.(text) ?? text)
      if (text.startsWith('{"type":"hello"')) for (const said of meddling?.afterHello ?? []) near.send(said)
    })
    const end = () => {
      nears.delete(near)
      near.terminate()
      far.terminate()
    }
    for (const each of [near, far]) each.on('close', end).on('error', end)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    meddle(next) {
      how = next
    },
    say(what) {
      for (const near of nears) near.send(what)
    },
    cut() {
      for (const near of nears) near.terminate()
    },
    get asked() {
      return asked
    },
    async close() {
      for (const near of nears) near.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
