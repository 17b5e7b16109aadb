// Owns the server of the benchmarks `accept`, `fanout` and `connections` in a process of its own: the product's, or the
// least that ws makes possible (the floor), which says on to everybody what anybody says.
// Always holds: nothing but the server runs here; asked `measure`, it tells what the process has used. Ends with its parent.
// Usage (with an IPC channel): fleet-server.program.ts product|bare DIR

import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import { startFleetServer } from './fleet.ts'

export type ToFleetServer = { readonly type: 'measure'; readonly collect: boolean }
export type FromFleetServer =
  | { readonly type: 'listening'; readonly url: string }
  | { readonly type: 'measured'; readonly usage: Usage }

export interface Usage {
  readonly rssBytes: number
  readonly heapUsedBytes: number
  readonly externalBytes: number
  /** User and system time so far. */
  readonly cpuUs: number
}

const [kind = '', dir = ''] = process.argv.slice(2)
const { url, close } = kind === 'bare' ? await startBare() : await startProduct()
tell({ type: 'listening', url })

process.on('message', ({ collect }: ToFleetServer) => {
  if (collect) for (let i = 0; i < 3; i++) globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  const usage = { rssBytes: rss, heapUsedBytes: heapUsed, externalBytes: external, cpuUs: user + system }
  tell({ type: 'measured', usage })
})
process.once('disconnect', () => void close().finally(() => process.exit(0)))

async function startProduct() {
  const { server, store } = await startFleetServer(dir)
  return { url: server.url, close: () => server.close().then(() => store.close()) }
}

/** As ws's own documentation shows a broadcast. */
async function startBare() {
  const http = createHttpServer()
  const acceptor = new WebSocketServer({ server: http, perMessageDeflate: false })
  acceptor.on('connection', (socket) => {
    socket.on('error', () => undefined)
    socket.on('message', (data, isBinary) => {
      for (const client of acceptor.clients) {
        if (client.readyState === WebSocket.OPEN) client.send(data, { binary: isBinary })
      }
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: async () => acceptor.close() }
}

function tell(message: FromFleetServer): void {
  process.send?.(message)
}
