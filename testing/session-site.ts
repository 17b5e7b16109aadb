// Owns a session for tests whose server is played by hand, over a socket that hands over what it is given; vault, store and
// exchange are the real ones.
// Always holds: nothing is handled but what a test gives; the clock stands unless a test moves it.

import type { SocketHandlers } from '../main/session/socket.ts'
import type { Cipher } from '../main/vault/cipher.ts'
import type { Policy } from '../shared/model.ts'
import { type SignOutOrder, signOrder, signSignOut, toBase64url, type WipeOrder } from '../shared/proof.ts'
import type { Failure } from '../shared/result.ts'
import { type DownFrame, type DownFrameOf, type UpFrame, welcomeProofText } from '../shared/wire.ts'
import { createDesktop, createDisk, type Desktop, type DesktopParts, enrolDisk } from './desktop.ts'
import { createExample, exampleTimeMs } from './example.ts'
import { createMemoryKeyStore } from './memory-key-store.ts'
import { createTestSigner, type TestSigner } from './signing.ts'
import { createVirtualClock } from './virtual-clock.ts'

export const ORIGIN = 'https://chat.harbour.example'
const encoder = new TextEncoder()
export const policy: Policy = { leaseHours: 72, notifications: 'full', contentProtection: false }
export const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}

export interface Line {
  readonly origin: string
  readonly sent: UpFrame[]
  open: boolean
  paused: number
  resumed: number
  handlers: SocketHandlers
}

/** A session not started, enrolled on a disk of its own; the server is played by hand. */
export async function setUpSession(cipher: Cipher, extra: Partial<DesktopParts> = {}) {
  const example = createExample(23)
  const authority = await createTestSigner(example.random)
  const stranger = await createTestSigner(example.random)
  const clock = createVirtualClock(exampleTimeMs)
  const keyStore = createMemoryKeyStore(example.random.bytes(32))
  const disk = createDisk(keyStore, ':memory:')
  const identity = {
    deviceId: example.id('device'),
    userId: example.id('user'),
    workspaceId: example.id('workspace'),
    workspaceName: 'Harbour',
    authorityKeys: [{ kid: authority.kid, publicKey: authority.publicKey }],
    serverOrigin: ORIGIN,
    orderCounter: 4,
    enrolledAtMs: exampleTimeMs,
  }
  const { publicKey } = await enrolDisk(disk, identity)
  const lines: Line[] = []
  const faults: string[] = []
  const desktop: Desktop = await createDesktop({
    disk,
    cipher,
    clock,
    random: example.random,
    log: { error: (event) => faults.push(event), info: () => undefined, debug: () => undefined },
    openSocket(origin, handlers) {
      const line: Line = { origin, handlers, sent: [], open: true, paused: 0, resumed: 0 }
      lines.push(line)
      return {
        send: (text) => void (line.open && line.sent.push(JSON.parse(text))),
        pause: () => void line.paused++,
        resume: () => void line.resumed++,
        close: () => {
          line.open = false
        },
      }
    },
    ...extra,
  })
  const line = () => lines.at(-1) as Line
  const state = () => desktop.session.state()

  /** Gives frames as one packet and lets the session handle them. */
  async function give(...frames: readonly (DownFrame | string)[]): Promise<void> {
    for (const frame of frames) line().handlers.onText(typeof frame === 'string' ? frame : JSON.stringify(frame))
    await turns(frames.length + 4)
  }
  const hello = (changes: Partial<DownFrameOf<'hello'>> = {}): DownFrameOf<'hello'> => ({
    type: 'hello',
    versions: [1],
    workspaceId: identity.workspaceId,
    nonce: toBase64url(example.random.bytes(32)),
    timeMs: clock.nowMs(),
    ...changes,
  })
  const lease = (share: Uint8Array = new Uint8Array(32).fill(5)): DownFrameOf<'welcome'>['lease'] => ({
    share: toBase64url(share),
    generation: 1,
    issuedAtMs: clock.nowMs(),
    untilMs: clock.nowMs() + 72 * 3_600_000,
  })
  const auth = () => line().sent.find((frame) => frame.type === 'auth')
  function welcome(
    changes: Partial<DownFrameOf<'welcome'>> & { signer?: TestSigner; nonce?: string } = {},
  ): DownFrameOf<'welcome'> {
    const { signer = authority, nonce = auth()?.clientNonce ?? '', ...fields } = changes
    const proof = signer.sign(encoder.encode(welcomeProofText(ORIGIN, identity.deviceId, nonce)))
    return {
      type: 'welcome',
      version: 1,
      kid: authority.kid,
      proof: toBase64url(proof),
      timeMs: clock.nowMs(),
      userId: identity.userId,
      workspaceName: 'Harbour',
      lease: lease(),
      policy,
      ...fields,
    }
  }
  const order = (changes: Partial<WipeOrder> = {}): WipeOrder =>
    example.wipeOrder({ deviceId: identity.deviceId, workspaceId: identity.workspaceId, counter: 5, ...changes })
  const orderFrame = (changes: Partial<WipeOrder> = {}, signer = authority): DownFrame => ({
    type: 'order',
    order: signOrder(order(changes), authority.kid, signer.sign),
  })
  const signOut = (changes: Partial<SignOutOrder> = {}): SignOutOrder => {
    const { scope: _, wipeId: __, approvedBy: ___, ...rest } = order()
    return { ...rest, orderId: example.id('order'), expiresAtMs: clock.nowMs() + 30 * 86_400_000, ...changes }
  }
  const signOutFrame = (signed: SignOutOrder = signOut(), signer = authority): DownFrame => ({
    type: 'order',
    order: signSignOut(signed, authority.kid, signer.sign),
  })
  /** To the point where `auth` has been sent. */
  async function greet(changes: Partial<DownFrameOf<'hello'>> = {}): Promise<void> {
    line().handlers.onOpen()
    await give(hello(changes))
  }
  const noHeads: DownFrame = { type: 'heads', heads: [], more: false }
  async function goLive(greeting: Partial<DownFrameOf<'hello'>> = {}): Promise<void> {
    await desktop.start()
    await greet(greeting)
    await give(welcome(), noHeads)
  }
  async function lineEnds(problem?: Failure): Promise<void> {
    line().handlers.onClose(problem)
    await turns(3)
  }
  return {
    example,
    authority,
    stranger,
    clock,
    keyStore,
    disk,
    identity,
    publicKey,
    desktop,
    lines,
    line,
    state,
    give,
    hello,
    lease,
    auth,
    welcome,
    order,
    orderFrame,
    signOut,
    signOutFrame,
    greet,
    goLive,
    lineEnds,
    faults,
    noHeads,
  }
}
export type SessionSite = Awaited<ReturnType<typeof setUpSession>>
