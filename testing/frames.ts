// Owns one well-formed example of every frame, for tests of the wire and of what reads it.
// Always holds: complete by type: a new frame type without an example here does not compile.

import { ORDER_TYPE, toBase64url } from '../shared/proof.ts'
import type { DownFrame, UpFrame } from '../shared/wire.ts'
import { type Example, exampleTimeMs } from './example.ts'

type ByType<F extends { type: string }> = { readonly [T in F['type']]: Extract<F, { type: T }> }

/** A frame of every type that clients send. */
export function upFrames(example: Example): ByType<UpFrame> {
  const bytes = (count: number): string => toBase64url(example.random.bytes(count))
  return {
    auth: {
      type: 'auth',
      version: 2,
      deviceId: example.id('device'),
      origin: 'https://chat.harbour.example',
      proof: bytes(64),
      clientNonce: bytes(32),
      clientVersion: '0.1.0',
      platform: 'win32-x64',
      directoryCursor: '',
      accessCursor: '12',
    },
    pull: { type: 'pull', id: 7, conversationId: example.id('conversation'), from: { after: 0 }, limit: 50 },
    send: {
      type: 'send',
      conversationId: example.id('conversation'),
      clientId: example.id('message'),
      body: example.body(),
    },
    read: { type: 'read', conversationId: example.id('conversation'), seq: 9 },
    ping: { type: 'ping' },
    act: {
      type: 'act',
      conversationId: example.id('conversation'),
      clientId: example.id('message'),
      act: { type: 'react', targetSeq: 4, emoji: '👍🏽', on: true },
    },
    request: {
      type: 'request',
      id: 8,
      request: {
        type: 'create',
        clientId: example.id('message'),
        kind: 'group',
        name: '核數 audit',
        memberIds: [example.id('user')],
      },
    },
    prefs: {
      type: 'prefs',
      conversationId: example.id('conversation'),
      prefs: { muted: true, pinned: false, unreadFromSeq: 7 },
    },
    watch: { type: 'watch', conversationId: example.id('conversation'), people: [example.id('user')] },
    typing: { type: 'typing', conversationId: example.id('conversation'), threadSeq: 4 },
    attend: { type: 'attend', state: 'active' },
    report: { type: 'report', cacheBytes: 52_428_800 },
    receipt: { type: 'receipt', wipeId: example.id('wipe'), receipt: compactJws(bytes) },
  }
}

/** A frame of every type that servers send. */
export function downFrames(example: Example): ByType<DownFrame> {
  const bytes = (count: number): string => toBase64url(example.random.bytes(count))
  const people = example.people(2)
  const userId = people[0]?.userId ?? example.id('user')
  const info = example.conversation({ memberIds: people.map((person) => person.userId), topic: '每週會議' })
  const { conversationId } = info
  const events = example.events(conversationId, info.memberIds, 3)
  const lease = { share: bytes(32), generation: 1, issuedAtMs: exampleTimeMs, untilMs: exampleTimeMs + 259_200_000 }
  const policy = { leaseHours: 72, notifications: 'sender', contentProtection: true } as const
  return {
    hello: {
      type: 'hello',
      versions: [1, 2],
      workspaceId: example.id('workspace'),
      nonce: bytes(32),
      timeMs: exampleTimeMs,
    },
    order: { type: 'order', order: compactJws(bytes) },
    welcome: {
      type: 'welcome',
      version: 2,
      kid: bytes(16),
      proof: bytes(64),
      timeMs: exampleTimeMs,
      userId,
      workspaceName: '海灣行 Harbour & Vale',
      lease,
      policy,
    },
    directory: { type: 'directory', people, cursor: '2', more: false },
    access: {
      type: 'access',
      granted: [info],
      revoked: [example.id('conversation')],
      cursor: '3',
      more: true,
    },
    heads: {
      type: 'heads',
      heads: [{ conversationId, headSeq: 3, headAtMs: exampleTimeMs, readSeq: 1 }],
      more: false,
    },
    events: { type: 'events', id: 7, conversationId, events, headSeq: 3 },
    event: { type: 'event', event: example.event({ conversationId, seq: 4 }) },
    sent: { type: 'sent', conversationId, clientId: example.id('message'), seq: 5, atMs: exampleTimeMs },
    refused: {
      type: 'refused',
      clientId: example.id('message'),
      code: 'rate-limited',
      message: 'Wait.',
      retryAfterMs: 50,
    },
    answer: { type: 'answer', id: 8, answer: { type: 'created', conversationId } },
    prefsMoved: { type: 'prefsMoved', conversationId, prefs: { muted: false, pinned: true } },
    presence: { type: 'presence', people: [{ userId, state: 'away' }] },
    reads: { type: 'reads', conversationId, reads: [{ userId, seq: 3 }] },
    typing: { type: 'typing', conversationId, userId },
    readMoved: { type: 'readMoved', conversationId, seq: 5 },
    pong: { type: 'pong', timeMs: exampleTimeMs },
    lease: { type: 'lease', lease },
    policy: { type: 'policy', policy },
    roles: { type: 'roles', roles: ['it'] },
    fleetMoved: { type: 'fleetMoved' },
    receiptAccepted: { type: 'receiptAccepted', wipeId: example.id('wipe') },
    bye: { type: 'bye', code: 'replaced', message: 'The same device connected a second time.' },
  }
}

/** The form of a compact JWS; it verifies under no key. */
function compactJws(bytes: (count: number) => string): string {
  const header = toBase64url(new TextEncoder().encode(JSON.stringify({ alg: 'EdDSA', typ: ORDER_TYPE })))
  return `${header}.${bytes(40)}.${bytes(64)}`
}
