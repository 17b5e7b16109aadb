// Checks the handshake and the life of a connection against a real server on a memory store.

import { createPublicKey, verify } from 'node:crypto'
import { afterEach, expect, test, vi } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { fromBase64url } from '../../shared/proof.ts'
import { type AuthFrame, parseDownFrame, welcomeProofText } from '../../shared/wire.ts'
import { createServer, type Server, type ServerOptions } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import { createTestClock } from '../test-clock.ts'
import {
  addGroup,
  addUsers,
  connectLine,
  enrolDevice,
  goLive,
  makeClientId,
  makeDeviceKey,
  message,
  openLine,
} from '../test-device.ts'

// Slow readers move tens of megabytes: a busy machine takes its time.
vi.setConfig({ testTimeout: 30_000 })

let open: Server[] = []
async function start(options: Partial<ServerOptions> = {}): Promise<Server> {
  const server = await createServer({ store: createMemoryStore(), ...options })
  open.push(server)
  return server
}
afterEach(async () => {
  await Promise.all(open.map((server) => server.close()))
  open = []
})

const types = (frames: readonly { type: string }[]) => frames.map((frame) => frame.type)

test('[SRV1] the handshake goes hello, welcome, directory, access, heads, and every frame fits its schema', async () => {
  const server = await start()
  addUsers(server, 'alice', 'bob')
  addGroup(server, 'alice', 'bob')
  const line = await goLive(server, await enrolDevice(server, 'alice'))
  expect(types(line.frames)).toEqual(['hello', 'welcome', 'directory', 'access', 'heads'])
  for (const frame of line.frames) expect(parseDownFrame(JSON.stringify(frame)).type).toBe('frame')
  expect(line.frames[4]).toMatchObject({ heads: [{ headSeq: 2, readSeq: 0 }] })
})

test('[SRV2] directory, access and heads each come as at least one frame, where there is nothing to tell too', async () => {
  const server = await start()
  addUsers(server, 'alice')
  const device = await enrolDevice(server, 'alice')
  const first = await goLive(server, device)
  const { cursor: directoryCursor } = await first.next('directory')
  const { cursor: accessCursor } = await first.next('access')
  const second = await goLive(server, device, { directoryCursor, accessCursor })
  expect(types(second.frames)).toEqual(['hello', 'welcome', 'directory', 'access', 'heads'])
  expect(second.frames[2]).toMatchObject({ people: [], more: false, cursor: directoryCursor })
  expect(second.frames[3]).toMatchObject({ granted: [], revoked: [], more: false, cursor: accessCursor })
  expect(second.frames[4]).toMatchObject({ heads: [], more: false })
})

test('[SRV3] the welcome is signed by the authority key over origin, device and the nonce of the client', async () => {
  const server = await start()
  addUsers(server, 'alice')
  const device = await enrolDevice(server, 'alice')
  const clientNonce = 'A'.repeat(43)
  const line = await connectLine(server, device, { clientNonce })
  const { kid, proof } = await line.next('welcome')
  const authority = device.enrolled.authorityKeys.find((key) => key.kid === kid)
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: authority?.publicKey ?? '' }, format: 'jwk' })
  const text = welcomeProofText(server.url, device.deviceId, clientNonce)
  expect(verify(null, Buffer.from(text), key, fromBase64url(proof)!)).toBe(true)
})

test.each<[string, Partial<AuthFrame> & { signedOrigin?: string }, string]>([
  ['another origin', { origin: 'http://evil.example' }, 'wrong-server'],
  ['an origin with a line break', { origin: 'http://127.0.0.1:1\n' }, 'wrong-server'],
  ['an unknown device', { deviceId: `dev_${'0'.repeat(20)}` as AuthFrame['deviceId'] }, 'device-unknown'],
  ['a proof over something else', { signedOrigin: 'http://other.example' }, 'proof-invalid'],
  ['a version of the future', { version: 3 }, 'update-required'],
  ['a frame of the future', { version: 9, later: true } as Partial<AuthFrame>, 'update-required'],
  ['a malformed frame', { platform: '' }, 'bad-input'],
])('[SRV4] %s is refused by bye and the line closes, with nothing of the workspace sent', async (_, changes, code) => {
  const server = await start()
  addUsers(server, 'alice')
  const line = await connectLine(server, await enrolDevice(server, 'alice'), changes)
  expect(await line.next('bye')).toMatchObject({ code })
  expect((await line.closed).code).toBe(1000)
  expect(types(line.frames)).toEqual(['hello', 'bye'])
})

test('[SRV4] a proof by another key is refused', async () => {
  const server = await start()
  addUsers(server, 'alice')
  const device = await enrolDevice(server, 'alice')
  const line = await connectLine(server, { ...device, privateKey: makeDeviceKey().privateKey })
  expect(await line.next('bye')).toMatchObject({ code: 'proof-invalid' })
})

test('[SRV5] localhost, other spellings and public origins are origins of this server', async () => {
  const server = await start({ publicOrigins: ['https://chat.example.com'] })
  addUsers(server, 'alice')
  const device = await enrolDevice(server, 'alice')
  const { port } = new URL(server.url)
  for (const origin of [`http://localhost:${port}`, `ws://127.0.0.1:${port}/`, 'https://CHAT.example.com:443']) {
    const line = await connectLine(server, device, { origin })
    await line.next('welcome')
    await line.close()
  }
})

test('[SRV6] a request with an Origin header is refused before it becomes a WebSocket', async () => {
  const server = await start()
  const line = openLine(server.url, { origin: server.url })
  const status = new Promise((resolve) =>
    line.socket.on('unexpected-response', (_, { statusCode }) => resolve(statusCode)),
  )
  expect(await status).toBe(403)
  line.socket.terminate()
  expect(line.frames).toEqual([])
})

test('[SRV7] compression is not negotiated', async () => {
  const server = await start()
  const line = openLine(server.url)
  await line.next('hello')
  expect(line.socket.extensions).toBe('')
  await line.close()
})

test('[SRV8] a socket that says nothing valid in time is cut, and one that falls silent later too', async () => {
  const clock = createTestClock()
  const server = await start({ clock })
  addUsers(server, 'alice')
  const mute = openLine(server.url)
  await mute.next('hello')
  const line = await goLive(server, await enrolDevice(server, 'alice'))
  clock.advance(limits.authMs + 1000)
  expect((await mute.closed).code).toBe(1006)
  await line.settle()
  clock.advance(limits.serverSilenceMs - 1000)
  await line.settle()
  clock.advance(limits.serverSilenceMs + 1000)
  expect((await line.closed).code).toBe(1006)
})

test('[SRV9] a second connection of a device replaces the first', async () => {
  const server = await start()
  addUsers(server, 'alice')
  const device = await enrolDevice(server, 'alice')
  const first = await goLive(server, device)
  const second = await goLive(server, device)
  expect(await first.next('bye')).toMatchObject({ code: 'replaced' })
  await first.closed
  await second.settle()
  expect(server.admin.listDevices({})).toMatchObject({ value: [{ connected: true, status: 'active' }] })
})

test('[SRV10] a deactivated user is disconnected at once and not admitted again', async () => {
  const server = await start()
  addUsers(server, 'alice', 'bob')
  const device = await enrolDevice(server, 'alice')
  const witness = await goLive(server, await enrolDevice(server, 'bob'))
  await witness.next('directory')
  const line = await goLive(server, device)
  server.admin.deactivateUser({ userName: 'ALICE' })
  expect(await line.next('bye')).toMatchObject({ code: 'user-inactive' })
  await line.closed
  const again = await connectLine(server, device)
  expect(await again.next('bye')).toMatchObject({ code: 'user-inactive' })
  expect(await witness.next('directory')).toMatchObject({ people: [{ userName: 'alice', active: false }] })
})

test('[SRV11] frames that do not parse cost the connection after the limit; earlier ones are let pass', async () => {
  const server = await start()
  addUsers(server, 'alice')
  const line = await goLive(server, await enrolDevice(server, 'alice'))
  for (let i = 1; i < limits.badFramesBeforeClose; i++) line.send('{"type":"nonsense"}')
  await line.settle()
  line.socket.send(Buffer.from('{"type":"ping"}'))
  expect(await line.next('bye')).toMatchObject({ code: 'bad-input' })
  await line.closed
})

test('[SRV12] a frame above the limit closes the line, before and after the proof', async () => {
  const server = await start()
  addUsers(server, 'alice')
  const device = await enrolDevice(server, 'alice')
  const tooLarge = `{"type":"ping","x":"${'x'.repeat(limits.clientFrameBytes)}"}`
  const stranger = openLine(server.url)
  await stranger.next('hello')
  stranger.send(tooLarge)
  expect((await stranger.closed).code).toBe(1009)
  const line = await goLive(server, device)
  line.send(tooLarge)
  expect((await line.closed).code).toBe(1009)
})

test.each(['', 'directory.other.1', 'directory..-1', 'x', 'access.AAAAAAAA.99999'])(
  '[SRV13] an unknown cursor %j restarts the feeds',
  async (cursor) => {
    const server = await start()
    addUsers(server, 'alice', 'bob')
    addGroup(server, 'alice', 'bob')
    const line = await goLive(server, await enrolDevice(server, 'alice'), {
      directoryCursor: cursor,
      accessCursor: cursor,
    })
    expect((await line.next('directory')).people.map((person) => person.userName)).toEqual(['alice', 'bob'])
    expect((await line.next('access')).granted).toHaveLength(1)
  },
)

test('[SRV13] a cursor above the newest revision restarts the feed', async () => {
  const server = await start()
  addUsers(server, 'alice', 'bob')
  const device = await enrolDevice(server, 'alice')
  const { cursor } = await (await goLive(server, device)).next('directory')
  const tooHigh = cursor.replace(/\d+$/, '3')
  expect((await (await goLive(server, device, { directoryCursor: tooHigh })).next('directory')).people).toHaveLength(2)
})

test('[SRV14] feeds longer than a page come as several frames that together tell everything once', async () => {
  const server = await start()
  const people = limits.peoplePerPage + 1
  addUsers(server, ...Array.from({ length: people }, (_, i) => `user${i}`))
  for (let i = 0; i <= limits.conversationsPerPage; i++) addGroup(server, 'user0', 'user1')
  const line = await goLive(server, await enrolDevice(server, 'user0'))
  const pages = line.frames.filter((frame) => frame.type === 'directory')
  expect(pages.map((page) => [page.people.length, page.more])).toEqual([
    [limits.peoplePerPage, true],
    [1, false],
  ])
  const access = line.frames.filter((frame) => frame.type === 'access')
  expect(access.map((page) => page.granted.length)).toEqual([limits.conversationsPerPage, 1])
  const heads = line.frames.filter((frame) => frame.type === 'heads').flatMap((frame) => frame.heads)
  expect(new Set(heads.map((head) => head.conversationId)).size).toBe(limits.conversationsPerPage + 1)
})

test('[SRV15] what changes while a device is live is told at once: people, access with its heads, then the events', async () => {
  const server = await start()
  addUsers(server, 'alice')
  const line = await goLive(server, await enrolDevice(server, 'alice'))
  await line.next('directory')
  await line.next('access')
  addUsers(server, 'bob')
  expect(await line.next('directory')).toMatchObject({ people: [{ userName: 'bob' }] })
  const conversationId = addGroup(server, 'alice', 'bob')
  expect(await line.next('access')).toMatchObject({ granted: [{ conversationId, kind: 'group' }] })
  expect(await line.next('heads')).toMatchObject({ heads: [{ conversationId, headSeq: 2, readSeq: 0 }] })
  expect((await line.next('event')).event).toMatchObject({ conversationId, seq: 1, content: { type: 'created' } })
  expect((await line.next('event')).event).toMatchObject({ conversationId, seq: 2, content: { type: 'joined' } })
  expect(types(line.frames).slice(-4)).toEqual(['access', 'heads', 'event', 'event'])
})

test('[SRV16] the lease lasts as policy says, keeps its share, and is renewed while connected', async () => {
  const clock = createTestClock()
  const server = await start({ clock })
  addUsers(server, 'alice')
  const device = await enrolDevice(server, 'alice')
  const line = await goLive(server, device)
  const { lease, policy } = await line.next('welcome')
  expect(lease.untilMs - lease.issuedAtMs).toBe(policy.leaseHours * 3_600_000)
  for (let i = 0; i < 30; i++) {
    clock.advance(30_000)
    await line.settle()
  }
  const renewed = await line.next('lease')
  expect(renewed.lease.share).toBe(lease.share)
  expect(renewed.lease.untilMs).toBeGreaterThan(lease.untilMs)
  await line.close()
  clock.advance(policy.leaseHours * 3_600_000)
  expect(server.admin.listDevices({})).toMatchObject({ value: [{ status: 'lease-expired' }] })
  const back = await goLive(server, device)
  expect((await back.next('welcome')).lease.share).toBe(lease.share)
  expect(server.admin.listDevices({})).toMatchObject({ value: [{ status: 'active' }] })
})

test('[SRV17] stopping says bye to every device and closes', async () => {
  const server = await start()
  addUsers(server, 'alice')
  const line = await goLive(server, await enrolDevice(server, 'alice'))
  await server.close()
  expect(await line.next('bye')).toMatchObject({ code: 'unavailable' })
  await line.closed
})

test('[SRV18] a reader that does not keep up is let go instead of buffered without bound', async () => {
  const clock = createTestClock()
  const server = await start({ clock })
  addUsers(server, 'alice', 'bob')
  const conversationId = addGroup(server, 'alice', 'bob')
  const writer = await goLive(server, await enrolDevice(server, 'alice'))
  const reader = await goLive(server, await enrolDevice(server, 'bob'))
  reader.socket.pause()
  const body = '慢'.repeat(limits.bodyChars)
  const isConnected = () => {
    const devices = server.admin.listDevices({})
    return devices.ok && devices.value.some((device) => device.user === 'bob' && device.connected)
  }
  let sent = 0
  // The system's own socket buffers take some of it first. 800 × 60 ms stay below the server's patience with silence.
  for (; isConnected() && sent < 800; sent++) {
    clock.advance(60)
    writer.send(message(conversationId, body, makeClientId()))
    await writer.next('sent')
  }
  expect(sent).toBeLessThan(800)
  reader.socket.terminate()
  await writer.settle()
})

test('[SRV19] pulls that the line cannot carry wait, and none is lost', async () => {
  const clock = createTestClock()
  const server = await start({ clock })
  addUsers(server, 'alice')
  const conversationId = addGroup(server, 'alice')
  const body = '頁'.repeat(limits.bodyChars)
  const messages = Array.from({ length: 60 }, (_, i) => ({ by: 'bob', atMs: 1000 + i, body }))
  addUsers(server, 'bob')
  server.importHistory({
    people: [],
    conversations: [
      {
        key: 'long',
        kind: 'group',
        name: 'Long',
        members: ['alice', 'bob'],
        createdBy: 'bob',
        createdAtMs: 1,
        messages,
      },
    ],
  })
  const line = await goLive(server, await enrolDevice(server, 'alice'))
  const long = line.frames.find((frame) => frame.type === 'heads')?.heads.find((head) => head.headSeq === 62)
  expect(long?.conversationId).not.toBe(conversationId)
  // Another device's round trips let the server come to every pull while nobody reads its answers.
  const other = await goLive(server, await enrolDevice(server, 'bob'))
  // 40 MB: more than the server keeps unsent and the system's socket buffers together.
  const pulls = 20
  line.socket.pause()
  for (let id = 1; id <= pulls; id++) {
    line.send({ type: 'pull', id, conversationId: long!.conversationId, from: { after: 0 }, limit: 200 })
  }
  line.send({ type: 'ping' })
  for (let turn = 0; turn < 30; turn++) await other.settle()
  line.socket.resume()
  const ids: number[] = []
  for (let i = 0; i < pulls; i++) ids.push((await line.next('events')).id)
  expect(ids).toEqual(Array.from({ length: pulls }, (_, i) => i + 1))
  await line.next('pong')
})
