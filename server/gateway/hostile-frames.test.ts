// Checks that no frame does harm: mutations of a real frame of each kind, cut ones and binary ones, against a real server.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { ConversationId } from '../../shared/model.ts'
import type { UpFrame } from '../../shared/wire.ts'
import type { Log } from '../log.ts'
import { createServer } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import { createTestClock } from '../test-clock.ts'
import { addGroup, addUsers, enrolDevice, goLive, makeClientId, type TestDevice } from '../test-device.ts'

/** A frame of each kind, from which mutations are made. */
function samples(conversationId: ConversationId, { deviceId, userId }: TestDevice): UpFrame[] {
  const place = { conversationId, clientId: makeClientId() }
  const sha256 = 'A'.repeat(43)
  return [
    { type: 'ping' },
    { type: 'pull', id: 1, conversationId, from: { after: 0 }, limit: 10 },
    { type: 'send', ...place, body: '@all 早晨', mentions: [{ type: 'everyone', start: 0, end: 4 }], threadSeq: 1 },
    {
      type: 'send',
      ...place,
      body: 'x',
      files: [{ sha256, name: 'a.png', mediaType: 'image/png', bytes: 5 }],
      quoteSeq: 2,
    },
    { type: 'act', ...place, act: { type: 'edit', targetSeq: 1, body: 'y' } },
    { type: 'act', ...place, act: { type: 'react', targetSeq: 1, emoji: '👍', on: true } },
    {
      type: 'request',
      id: 2,
      request: { type: 'create', clientId: place.clientId, kind: 'group', name: 'G', memberIds: [userId] },
    },
    { type: 'request', id: 3, request: { type: 'change', conversationId, topic: 'T' } },
    { type: 'request', id: 4, request: { type: 'browse', text: 'a', cursor: 'b' } },
    { type: 'request', id: 5, request: { type: 'upload', conversationId, sha256, bytes: 1 } },
    { type: 'request', id: 6, request: { type: 'download', conversationId, seq: 1, sha256 } },
    { type: 'prefs', conversationId, prefs: { muted: true, pinned: true } },
    { type: 'watch', conversationId, people: [userId] },
    { type: 'typing', conversationId, threadSeq: 1 },
    { type: 'attend', state: 'active' },
    { type: 'read', conversationId, seq: 1 },
    { type: 'receipt', wipeId: 'wip_00000000000000000000' as never, receipt: 'a.b.c' },
    {
      type: 'auth',
      version: 2,
      deviceId,
      origin: 'http://x',
      proof: 'A'.repeat(86),
      clientNonce: 'A'.repeat(43),
      clientVersion: '1',
      platform: 'x',
      directoryCursor: '',
      accessCursor: '',
    },
  ]
}

/** Values that programs forget about. */
const oddities: readonly unknown[] = [
  null,
  -1,
  0.5,
  Number.MAX_SAFE_INTEGER,
  1e308,
  '',
  '\u0000',
  '\ud800',
  '__proto__',
  [],
  {},
  true,
  'x'.repeat(20_000),
  Array.from({ length: 400 }, () => ({})),
  { type: 'everyone', start: 3, end: 1 },
  'cnv_00000000000000000000',
]

function mutated(frame: unknown, path: number, oddity: unknown): unknown {
  const copy: unknown = structuredClone(frame)
  const places: { of: Record<string, unknown>; key: string }[] = []
  const walk = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return
    for (const key of Object.keys(value)) {
      const of = value as Record<string, unknown>
      places.push({ of, key })
      walk(of[key])
    }
  }
  walk(copy)
  const place = places[path % places.length]
  if (place !== undefined) place.of[place.key] = oddity
  return copy
}

test('[GAT19] no frame, mutated, cut or binary, makes a fault in the server or harms another device', async () => {
  const clock = createTestClock()
  const faults: unknown[] = []
  const note = (...words: unknown[]) => void faults.push(words)
  const log = { error: note, warn: note, info: () => undefined, debug: () => undefined } as Log
  const server = await createServer({ store: createMemoryStore(), clock, log })
  addUsers(server, 'alice', 'bob')
  const conversationId = addGroup(server, 'alice', 'bob')
  const device = await enrolDevice(server, 'alice')
  const bob = await goLive(server, await enrolDevice(server, 'bob'))
  const frames = samples(conversationId, device)
  let line = await goLive(server, device)
  const damage = fc.oneof(
    fc.record({ kind: fc.constant('value' as const), path: fc.nat(30), oddity: fc.constantFrom(...oddities) }),
    fc.record({ kind: fc.constant('cut' as const), path: fc.nat(400), oddity: fc.constant(undefined) }),
    fc.record({ kind: fc.constant('binary' as const), path: fc.nat(1), oddity: fc.constant(undefined) }),
    fc.record({ kind: fc.constant('none' as const), path: fc.nat(1), oddity: fc.constant(undefined) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...frames), damage), { maxLength: 12 }), async (steps) => {
      for (const [frame, { kind, path, oddity }] of steps) {
        const text = JSON.stringify(kind === 'value' ? mutated(frame, path, oddity) : frame)
        if (kind === 'binary') line.socket.send(Buffer.from(text))
        else line.send(kind === 'cut' ? text.slice(0, path % text.length) : text)
      }
      clock.advance(limits.presenceEveryMs)
      line.send({ type: 'ping' })
      const alive = await Promise.race([line.next('pong').then(() => true), line.closed.then(() => false)]).catch(
        () => false,
      )
      if (!alive) line = await goLive(server, device)
      await bob.settle()
      expect(faults).toEqual([])
    }),
    { numRuns: 150 },
  )
  await server.close()
})
