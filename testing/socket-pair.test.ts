// Owns the tests of the in-memory line: it behaves as a WebSocket does, and its faults follow the seed.

import { describe, expect, test } from 'vitest'
import { createRandom } from './random.ts'
import { createSocketPair, type LineFaults, type SocketPair, type TextSocket } from './socket-pair.ts'

function record(socket: TextSocket): string[] {
  const heard: string[] = []
  socket.onOpen(() => heard.push('open'))
  socket.onText((text) => heard.push(text))
  socket.onClose((code, reason) => heard.push(`close ${code} ${reason}`.trim()))
  return heard
}

function open(faults?: Partial<LineFaults>, seed = 1) {
  const pair = createSocketPair({ random: createRandom(seed) })
  const client = record(pair.client)
  const server = record(pair.server)
  pair.flush()
  client.length = 0
  server.length = 0
  pair.setFaults(faults ?? {})
  return { pair, client, server }
}

function sendMany(pair: SocketPair, count: number): string[] {
  const sent = Array.from({ length: count }, (_, index) => `m${index}`)
  for (const text of sent) {
    pair.client.send(text)
    pair.server.send(text)
  }
  return sent
}

describe('line', () => {
  test('[PAR1] opens at the first flush, on both sides, and what was sent before is lost', () => {
    const pair = createSocketPair({ random: createRandom(1) })
    const [client, server] = [record(pair.client), record(pair.server)]
    pair.client.send('early')
    expect([client, server]).toEqual([[], []])
    pair.flush()
    expect([client, server, pair.lost]).toEqual([['open'], ['open'], 1])
  })

  test('[PAR1] nothing arrives without a flush; a flush delivers what was queued, not what is sent in answer', () => {
    const { pair, client, server } = open()
    pair.server.onText((text) => pair.server.send(`re ${text}`))
    pair.client.send('a')
    pair.client.send('b')
    expect(server).toEqual([])
    expect(pair.pending).toEqual({ toClient: 0, toServer: 2 })
    expect(pair.flush()).toBe(2)
    expect([server, client]).toEqual([['a', 'b'], []])
    expect(pair.flush()).toBe(2)
    expect(client).toEqual(['re a', 're b'])
    expect(pair.flush()).toBe(0)
  })

  test('[PAR1] flushAll goes on until both are quiet, and says so where they never are', () => {
    const { pair, client } = open()
    pair.server.onText((text) => text.length < 5 && pair.server.send(`${text}x`))
    pair.client.onText((text) => pair.client.send(text))
    pair.client.send('x')
    expect(pair.flushAll()).toBe(9)
    expect(client).toEqual(['xx', 'xxx', 'xxxx', 'xxxxx'])
    pair.server.onText((text) => pair.server.send(text))
    pair.client.send('again')
    expect(() => pair.flushAll(50)).toThrow(/not quiet/)
  })

  test('[PAR2] a close arrives after the frames before it, once; frames to the closing side are lost', () => {
    const { pair, client, server } = open()
    pair.client.send('last')
    pair.server.send('crossing')
    pair.client.close(4000, 'done')
    pair.client.close()
    pair.client.send('late')
    pair.flushAll()
    pair.server.send('late')
    pair.flushAll()
    expect([client, server]).toEqual([[], ['last', 'close 4000 done']])
    expect(pair.lost).toBe(3)
  })

  test('[PAR2] a cut is heard by both, and what was under way is lost', () => {
    const { pair, client, server } = open()
    sendMany(pair, 3)
    pair.cut()
    pair.cut()
    pair.client.send('unaware')
    pair.flushAll()
    expect([client, server, pair.lost]).toEqual([['close 1006'], ['close 1006'], 7])
  })

  test('[PAR2] a listener that closes hears no further frame', () => {
    const { pair, server } = open({ duplicate: 0.999 })
    pair.server.onText(() => pair.server.close())
    sendMany(pair, 3)
    pair.flushAll()
    expect(server).toEqual(['m0'])
  })

  test('[PAR2] a paused side hears nothing, its frames wait, and the other side is not held up', () => {
    const { pair, client, server } = open()
    pair.client.pause()
    const sent = sendMany(pair, 3)
    pair.server.close()
    pair.flushAll()
    expect([client, server]).toEqual([[], []])
    pair.client.resume()
    pair.flushAll()
    expect(client).toEqual([...sent, 'close 1000'])
  })
})

describe('faults', () => {
  test('[PAR3] the same seed gives the same run, another seed another', () => {
    const run = (seed: number): string => {
      const { pair, client, server } = open({ drop: 0.2, duplicate: 0.2, delay: 0.2, cut: 0.01 }, seed)
      for (let i = 0; i < 20; i++) {
        sendMany(pair, 3)
        pair.flush()
      }
      pair.flushAll()
      return JSON.stringify([client, server, pair.lost])
    }
    expect(run(5)).toBe(run(5))
    expect(new Set([1, 2, 3, 4, 5].map(run)).size).toBe(5)
  })

  test('[PAR3] each fault does its own and no other', () => {
    const outcomeOf = (faults: Partial<LineFaults>) => {
      const { pair, server } = open(faults)
      const sent = sendMany(pair, 200)
      const first = pair.flush()
      pair.flushAll()
      return { sent, server, first, lost: pair.lost }
    }
    const dropped = outcomeOf({ drop: 0.3 })
    expect(dropped.server.length).toBeLessThan(200)
    expect(dropped.server).toEqual(dropped.sent.filter((text) => dropped.server.includes(text)))
    const doubled = outcomeOf({ duplicate: 0.3 })
    expect([...new Set(doubled.server)]).toEqual(doubled.sent)
    expect(doubled.server.length).toBeGreaterThan(200)
    const delayed = outcomeOf({ delay: 0.3 })
    expect(delayed.server).toEqual(delayed.sent)
    expect(delayed.first).toBeLessThan(400)
    const cut = outcomeOf({ cut: 0.05 })
    expect(cut.server.at(-1)).toBe('close 1006')
    expect(cut.server.slice(0, -1)).toEqual(cut.sent.slice(0, cut.server.length - 1))
    for (const { lost } of [doubled, delayed]) expect(lost).toBe(0)
  })
})
