// Owns the server of the benchmark `lease` in a process of its own: the product's, which renews the lease of each device that
// is connected each RENEW_MS, or the least that ws and the disk make possible (the floor): as many frames of the same size,
// after as many durable commits.
// Always holds: nothing but the server and a probe of its event loop runs here. Ends with its parent.
// Usage (with an IPC channel): lease-server.program.ts product|bare DIR RENEW_MS

import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { WebSocketServer } from 'ws'
import { limits } from '../shared/limits.ts'
import { startFleetServer } from './fleet.ts'
import { type LoopFigures, startLoopProbe } from './loop-probe.ts'

export type ToLeaseServer =
  | { readonly type: 'begin' }
  | { readonly type: 'end' }
  /** All leases at once: the product's policy has changed. */
  | { readonly type: 'renewAll'; readonly hours: number }
  /** The floor only: so many leases, spread over `seconds`. */
  | { readonly type: 'renew'; readonly count: number; readonly seconds: number }
export type FromLeaseServer =
  | { readonly type: 'listening'; readonly url: string }
  | { readonly type: 'ended'; readonly loop: LoopFigures; readonly cpuUs: number; readonly elapsedMs: number }

const [kind = '', dir = '', renewMs = ''] = process.argv.slice(2)
const server = kind === 'bare' ? await startBare() : await startProduct()
let measured: { readonly end: () => LoopFigures; readonly cpu: NodeJS.CpuUsage; readonly fromMs: number } | undefined
tell({ type: 'listening', url: server.url })

process.on('message', (message: ToLeaseServer) => {
  if (message.type === 'begin') {
    measured = { end: startLoopProbe(), cpu: process.cpuUsage(), fromMs: performance.now() }
  } else if (message.type === 'end' && measured !== undefined) {
    const { user, system } = process.cpuUsage(measured.cpu)
    const elapsedMs = performance.now() - measured.fromMs
    tell({ type: 'ended', loop: measured.end(), cpuUs: user + system, elapsedMs })
  } else if (message.type === 'renewAll') {
    server.renewAll(message.hours)
  } else if (message.type === 'renew') {
    server.renew(message.count, message.seconds)
  }
})
process.once('disconnect', () => void server.close().finally(() => process.exit(0)))

async function startProduct() {
  // By the product's own code, only more often than it does.
  Object.assign(limits, { leaseRenewMs: Number(renewMs) })
  const { server: product, store } = await startFleetServer(dir)
  return {
    url: product.url,
    renew: () => undefined,
    renewAll: (hours: number) => void product.admin.changePolicy({ leaseHours: hours }),
    close: () => product.close().then(() => store.close()),
  }
}

async function startBare() {
  const http = createHttpServer()
  const acceptor = new WebSocketServer({ server: http, perMessageDeflate: false })
  acceptor.on('connection', (socket) => {
    socket.on('error', () => undefined)
    socket.on('message', () => socket.send('{"type":"pong","timeMs":1800000000000}'))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  const database = new Database(join(dir, 'floor.db'))
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec('CREATE TABLE commits (at_ms INTEGER) STRICT')
  const insert = database.prepare('INSERT INTO commits VALUES (?)')
  let next = 0

  /** One commit, then the frames that wait for it. */
  function send(count: number): void {
    const sockets = [...acceptor.clients]
    insert.run(Date.now())
    const issuedAtMs = Date.now()
    const untilMs = issuedAtMs + 72 * 3_600_000
    for (let i = 0; i < count; i++) {
      const lease = { share: 'A'.repeat(43), generation: 1, issuedAtMs, untilMs }
      sockets[next++ % sockets.length]?.send(JSON.stringify({ type: 'lease', lease }))
    }
  }

  return {
    url: `http://127.0.0.1:${port}`,
    renew(count: number, seconds: number) {
      let sent = 0
      const from = performance.now()
      const timer = setInterval(() => {
        const due = Math.min(count, Math.ceil(((performance.now() - from) / 1000 / seconds) * count))
        while (sent < due) {
          const batch = Math.min(limits.groupCommitEvents, due - sent)
          send(batch)
          sent += batch
        }
        if (sent === count) clearInterval(timer)
      }, limits.sweepMs)
    },
    renewAll() {
      const turn = (left: number): void => {
        send(Math.min(limits.groupCommitEvents, left))
        if (left > limits.groupCommitEvents) setImmediate(() => turn(left - limits.groupCommitEvents))
      }
      turn(acceptor.clients.size)
    },
    close: async () => {
      acceptor.close()
      database.close()
    },
  }
}

function tell(message: FromLeaseServer): void {
  process.send?.(message)
}
