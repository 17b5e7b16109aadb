// Owns the proof of the client's end of a WebSocket, against ws on loopback.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { limits } from '../../shared/limits.ts'
import type { Failure } from '../../shared/result.ts'
import { openSocket } from './socket.ts'

const open: Server[] = []
afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
})

/** A server whose sockets `greet`; without it, every upgrade is refused with `status`. */
async function serve(greet: ((socket: WebSocket) => void) | undefined, status = 404): Promise<string> {
  const acceptor = new WebSocketServer({ noServer: true })
  const server = createServer()
  server.on('upgrade', (request, socket, head) => {
    if (greet) acceptor.handleUpgrade(request, socket, head, greet)
    else socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(server)
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Dials and resolves with what was heard once it has closed. */
function hear(origin: string, onOpen?: (socket: ReturnType<typeof openSocket>) => void) {
  return new Promise<{ texts: string[]; opened: number; closed: number; problem: Failure | undefined }>((resolve) => {
    const heard = { texts: [] as string[], opened: 0, closed: 0, problem: undefined as Failure | undefined }
    const socket = openSocket(origin, {
      onOpen() {
        heard.opened += 1
        onOpen?.(socket)
      },
      onText: (text) => heard.texts.push(text),
      onClose(problem) {
        heard.closed += 1
        heard.problem = problem
        // A second report would come in a later turn.
        setImmediate(() => setImmediate(() => resolve(heard)))
      },
    })
  })
}

describe('socket', () => {
  test('[SES31] carries text both ways in order and reports the close once, without a problem', async () => {
    const received: string[] = []
    const origin = await serve((socket) => {
      socket.on('message', (data) => {
        received.push(String(data))
        if (received.length === 2) for (const text of ['一', '二', '三']) socket.send(text)
        if (received.length === 2) socket.close(1000)
      })
    })
    const heard = await hear(origin, (socket) => {
      socket.send('a')
      socket.send('b')
    })
    expect(received).toEqual(['a', 'b'])
    expect(heard).toEqual({ texts: ['一', '二', '三'], opened: 1, closed: 1, problem: undefined })
  })

  test('[SES31] a binary frame is no frame of ours: not-a-server', async () => {
    const heard = await hear(await serve((socket) => socket.send(Buffer.from('{}'))))
    expect(heard).toMatchObject({ texts: [], closed: 1, problem: { code: 'not-a-server' } })
  })

  test('[SES31] a frame above limits.frameBytes ends the connection: too-large', async () => {
    const heard = await hear(await serve((socket) => socket.send('x'.repeat(limits.frameBytes + 1))))
    expect(heard).toMatchObject({ texts: [], closed: 1, problem: { code: 'too-large' } })
  })

  test.each([
    [404, 'not-a-server'],
    [200, 'not-a-server'],
    [302, 'not-a-server'],
    [502, 'unavailable'],
    [503, 'unavailable'],
  ])('[SES32] answered %i instead of an upgrade: %s', async (status, code) => {
    const heard = await hear(await serve(undefined, status))
    expect(heard).toMatchObject({ opened: 0, closed: 1, problem: { code } })
  })

  test('[SES32] nobody there: unavailable', async () => {
    const origin = await serve(undefined)
    for (const server of open.splice(0)) await new Promise<void>((resolve) => server.close(() => resolve()))
    expect(await hear(origin)).toMatchObject({ opened: 0, closed: 1, problem: { code: 'unavailable' } })
  })

  test('[SES33] after our close nothing is reported, whatever the server still sends', async () => {
    const heard: string[] = []
    const serverSawClose = new Promise<void>((resolve, reject) => {
      void serve((socket) => {
        socket.on('close', () => resolve())
        socket.send('first')
      })
        .then((origin) => {
          const socket = openSocket(origin, {
            onOpen: () => undefined,
            onText(text) {
              heard.push(text)
              socket.close()
              socket.send('too late')
            },
            onClose: () => heard.push('closed'),
          })
        })
        .catch(reject)
    })
    await serverSawClose
    expect(heard).toEqual(['first'])
  })
})
