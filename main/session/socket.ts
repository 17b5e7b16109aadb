// Owns the client's end of a WebSocket (ws). Always holds: text frames only, bounded in size, no compression, no
// redirects; a close is reported exactly once.

import { WebSocket } from 'ws'
import { limits } from '../../shared/limits.ts'
import { type Failure, fail } from '../../shared/result.ts'

export interface SocketHandlers {
  onOpen(): void
  onText(text: string): void
  /** `problem` where the connection could not be made or broke a limit. */
  onClose(problem?: Failure): void
}

export interface Socket {
  /** Hands a text frame to the operating system. After a close it is dropped. */
  send(text: string): void
  /** Stops and resumes reading: a slow disk must not fill memory. */
  pause(): void
  resume(): void
  close(): void
}

export type OpenSocket = (origin: string, handlers: SocketHandlers) => Socket

/** Opens a WebSocket to the workspace server at `origin` (http or https). */
export const openSocket: OpenSocket = (origin, handlers) => {
  const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}/v1/connect`, {
    perMessageDeflate: false,
    maxPayload: limits.frameBytes,
    handshakeTimeout: limits.handshakeMs,
    followRedirects: false,
  })
  let problem: Failure | undefined
  let closed = false
  const close = () => {
    if (closed) return
    closed = true
    handlers.onClose(problem)
  }
  socket.on('open', () => handlers.onOpen())
  socket.on('message', (data, isBinary) => {
    if (closed) return
    if (isBinary) {
      problem = fail('not-a-server', 'The server sent a binary frame.').error
      socket.close(1003)
      return
    }
    handlers.onText(String(data))
  })
  socket.on('unexpected-response', (_request, response) => {
    // A server that is closing, or the proxy of one that is down, answers 5xx.
    const code = (response.statusCode ?? 0) >= 500 ? 'unavailable' : 'not-a-server'
    problem = fail(code, `The server answered ${response.statusCode} instead of opening a WebSocket.`).error
    response.resume()
    socket.terminate()
  })
  socket.on('error', (error) => {
    problem ??= connectFailure(error)
  })
  socket.on('close', close)
  return {
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close() {
      // The caller has let go: later frames and the close itself are nobody's business any more.
      closed = true
      socket.removeAllListeners()
      socket.on('error', () => undefined)
      if (socket.readyState === WebSocket.OPEN) {
        socket.close(1000)
        // A server that does not answer the close must not keep the socket alive.
        setTimeout(() => socket.terminate(), limits.shutdownMs).unref()
      } else socket.terminate()
    },
  }
}

function connectFailure(error: Error): Failure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
    return fail('too-large', 'The server sent an oversized frame.').error
  if (code.startsWith('WS_ERR') || code.startsWith('HPE_'))
    return fail('not-a-server', 'The server does not speak WebSocket.').error
  return fail('unavailable', `The server cannot be reached (${code || 'connection failed'}).`).error
}
