// Owns a world: several desktops (real vault, store, exchange and session) and one server (its real gateway and log) in
// one process, driven by one seed through sends, reads, membership changes, cuts, repeats, delays and restarts.
// Always holds: the same seed gives the same world; at its end every desktop is connected and quiet, and is compared with
// the server's log. Must never use the real clock or a port.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OpenSocket } from '../main/session/socket.ts'
import { createCipher } from '../main/vault/cipher.ts'
import { createVault } from '../main/vault/vault.ts'
import { limits } from '../shared/limits.ts'
import type { ClientId, ConversationId, UserId } from '../shared/model.ts'
import { toBase64url } from '../shared/proof.ts'
import { fail } from '../shared/result.ts'
import { enrolProofText, normaliseEnrolCode } from '../shared/wire.ts'
import { createDesktop, createDisk, type Desktop, type Disk } from './desktop.ts'
import { exampleTimeMs } from './example.ts'
import { createMemoryKeyStore } from './memory-key-store.ts'
import { createRandom } from './random.ts'
import { createSocketPair, type LineFaults, type SocketPair } from './socket-pair.ts'
import { createVirtualClock } from './virtual-clock.ts'
import { checkWorld } from './world-check.ts'
import { createWorldServer, WORLD_ORIGIN, type WorldServer } from './world-server.ts'

export interface Written {
  readonly conversationId: ConversationId
  readonly clientId: ClientId
}

export interface Member {
  readonly userId: UserId
  readonly userName: string
  readonly disk: Disk
  desktop: Desktop | undefined
  /** What was put into this desktop's outbox, in order. */
  readonly written: Written[]
}

export interface World {
  readonly server: WorldServer
  readonly members: readonly Member[]
  /** `user conversation` pairs that lost access at some time: what waited for sending there is lost, by design. */
  readonly removed: ReadonlySet<string>
}

export interface WorldReport {
  readonly seed: number
  /** Acts done. */
  readonly acts: number
  /** Events in the server's log at the end. */
  readonly events: number
  readonly connections: number
  readonly restarts: number
}

const broken = (seed: number, what: string) => new Error(`seed ${seed}: ${what}`)
const noFaults: LineFaults = { drop: 0, duplicate: 0, delay: 0, cut: 0 }

/** Turns of the event loop after which what was handed over has been dealt with, short of long queues. */
const SOME_TURNS = 12
const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}

/** Caches lie where a sync costs nothing: durability against power cuts is not what a world is about. */
const shmDir = '/dev/shm'
const newFolder = () => mkdtempSync(join(existsSync(shmDir) ? shmDir : tmpdir(), 'causeway-world-'))

/** Runs the world of `seed`. Throws where it ends other than it must, naming the seed. */
export async function runWorld(seed: number, acts = 70): Promise<WorldReport> {
  const dir = newFolder()
  const world = await createWorld(seed, dir)
  try {
    for (let i = 0; i < acts; i++) await world.act()
    await world.comeToRest()
    const problem = checkWorld(world.world, { reads: false })
    if (problem) throw broken(seed, problem)
    // Read marks of conversations granted while live are told with the next connection.
    await world.reconnectAll()
    const later = checkWorld(world.world, { reads: true })
    if (later) throw broken(seed, `after connecting anew: ${later}`)
    return world.report(acts)
  } finally {
    await world.end()
    rmSync(dir, { recursive: true, force: true })
  }
}

async function createWorld(seed: number, dir: string) {
  const random = createRandom(seed)
  const clock = createVirtualClock(exampleTimeMs)
  const cipher = await createCipher()
  const server = await createWorldServer({ clock, random: random.fork() })
  const pairs = new Set<SocketPair>()
  const members: Member[] = []
  const removed = new Set<string>()
  let faults: LineFaults = { ...noFaults, delay: 0.2, duplicate: 0.05, cut: 0.002 }
  let restarts = 0
  let founded = 0

  const openSocket: OpenSocket = (_origin, handlers) => {
    const pair = createSocketPair({ random: random.fork(), faults })
    pairs.add(pair)
    let ended = { client: false, server: false }
    // Flushed until both ends have closed: a paused end hears of it later.
    const end = (which: 'client' | 'server') => {
      ended = { ...ended, [which]: true }
      if (ended.client && ended.server) pairs.delete(pair)
    }
    pair.server.onOpen(() => {
      const socket = server.dial()
      const waiting: string[] = []
      socket.on('open', () => {
        for (const text of waiting.splice(0)) socket.send(text)
      })
      socket.on('message', (data) => pair.server.send(String(data)))
      socket.on('error', () => undefined)
      socket.on('close', () => {
        pair.server.close(1006)
        end('server')
      })
      pair.server.onText((text) => {
        if (socket.readyState === socket.OPEN) socket.send(text)
        else waiting.push(text)
      })
      pair.server.onClose(() => {
        socket.terminate()
        end('server')
      })
    })
    pair.client.onOpen(handlers.onOpen)
    pair.client.onText(handlers.onText)
    pair.client.onClose((code) => {
      end('client')
      handlers.onClose(code === 1000 ? undefined : fail('unavailable').error)
    })
    return {
      ...pair.client,
      close() {
        pair.client.close()
        end('client')
      },
    }
  }

  async function startDesktop(member: Member): Promise<void> {
    member.desktop = await createDesktop({ disk: member.disk, cipher, clock, random: random.fork(), openSocket })
    await member.desktop.start()
  }

  async function enrol(userId: UserId, userName: string): Promise<void> {
    const disk = createDisk(createMemoryKeyStore(random.bytes(32)), join(dir, `${members.length}.db`))
    const vault = createVault(disk)
    const key = vault.draftDeviceKey()
    const code = server.createCode(userName)
    const text = enrolProofText(normaliseEnrolCode(code), key.publicKey)
    const enrolled = server.enrol({
      code,
      devicePublicKey: key.publicKey,
      proof: toBase64url(key.sign(new TextEncoder().encode(text))),
      deviceName: userName,
      platform: 'test',
      clientVersion: '0.1.0',
    })
    if (!enrolled.ok) throw new Error(enrolled.error.code)
    const { timeMs, ...identity } = enrolled.value
    await vault.enrolled({ ...identity, serverOrigin: WORLD_ORIGIN, orderCounter: 0, enrolledAtMs: timeMs })
    const member: Member = { userId, userName, disk, desktop: undefined, written: [] }
    members.push(member)
    await startDesktop(member)
  }

  const userNames: string[] = []
  const users: UserId[] = []
  function addUser(): void {
    const userName = `user${users.length}`
    users.push(server.addUser(userName))
    userNames.push(userName)
  }
  const conversations: ConversationId[] = []
  function found(): void {
    const names = userNames.filter(() => random.chance(0.6))
    const members = names.length > 0 ? names : [random.pick(userNames)]
    conversations.push(server.found(`c${founded++}`, members))
  }

  server.start()
  for (let i = 0; i < 2 + random.int(3); i++) addUser()
  for (let i = 0; i < 1 + random.int(3); i++) found()
  for (const [i, userId] of users.entries()) await enrol(userId, userNames[i] as string)
  if (random.chance(0.5)) await enrol(users[0] as UserId, userNames[0] as string)

  const flushLines = () => {
    for (const pair of [...pairs]) pair.flush()
  }
  async function flushSome(): Promise<void> {
    for (let i = 0; i < 1 + random.int(4); i++) {
      const all = [...pairs]
      if (random.chance(0.4) && all.length > 0) random.pick(all).flush()
      else flushLines()
      await turns(1 + random.int(SOME_TURNS))
    }
  }

  /** The acts, each with how often it is drawn. */
  const deeds: readonly (readonly [weight: number, act: (who: Member) => void | Promise<void>])[] = [
    [30, (who) => write(who, 1 + random.int(4))],
    [2, (who) => write(who, 30)],
    [30, flushSome],
    [10, () => clock.advance(random.int(3000))],
    [3, () => clock.advance(random.int(90_000))],
    [10, read],
    [3, writeAgain],
    [4, (who) => void who.desktop?.session.dispatch({ type: 'connect-asked' })],
    [2, (who) => void who.desktop?.session.dispatch({ type: 'suspended' })],
    [4, fetchOlder],
    [4, () => void ([...pairs].length > 0 && random.pick([...pairs]).cut())],
    [3, restartDesktop],
    [2, restartServer],
    [8, changeMember],
    [2, () => void (server.running && found())],
    [1, () => void (server.running && users.length < 6 && addUser())],
    [2, () => void (server.running && server.post(random.pick(conversations), random.pick(users), 1 + random.int(9)))],
    [1, () => void (server.running && server.post(random.pick(conversations), random.pick(users), 420))],
    [3, changeFaults],
  ]
  const totalWeight = deeds.reduce((sum, [weight]) => sum + weight, 0)

  async function act(): Promise<void> {
    let drawn = random.int(totalWeight)
    for (const [weight, deed] of deeds) {
      drawn -= weight
      if (drawn >= 0) continue
      await deed(random.pick(members))
      return turns(random.int(SOME_TURNS))
    }
  }

  function pickConversation(desktop: Desktop | undefined): ConversationId | undefined {
    const positions = desktop?.store()?.positions() ?? []
    return positions.length > 0 ? random.pick(positions).conversationId : undefined
  }

  function write(who: Member, count: number): void {
    const store = who.desktop?.store()
    const conversationId = pickConversation(who.desktop)
    if (!store || !who.desktop || !conversationId) return
    for (let i = 0; i < count; i++) {
      const clientId = who.desktop.session.newClientId()
      const body = `${who.userName} ${who.written.length}`
      const queued = store.enqueue(conversationId, { clientId, body, createdAtMs: clock.nowMs() })
      if (!queued.ok) throw new Error(queued.error.code)
      who.written.push({ conversationId, clientId })
      who.desktop.session.flush()
    }
  }

  /** The same message a second time, as a script that lost its answer would. */
  function writeAgain(who: Member): void {
    const store = who.desktop?.store()
    const last = who.written.at(-1)
    if (!store || !last || !store.position(last.conversationId)) return
    store.enqueue(last.conversationId, { clientId: last.clientId, body: 'again', createdAtMs: clock.nowMs() })
    who.desktop?.session.flush()
  }

  function read(who: Member): void {
    const store = who.desktop?.store()
    const conversationId = pickConversation(who.desktop)
    const high = conversationId && store?.position(conversationId)?.high
    if (!conversationId || !high || !store) return
    const seq = 1 + random.int(high)
    if (store.applyRead(conversationId, seq, 'user')) who.desktop?.session.markRead(conversationId, seq)
  }

  function fetchOlder(who: Member): void {
    const conversationId = pickConversation(who.desktop)
    // Answered, refused or given up: either way it must settle, which the end of the world waits for.
    if (conversationId) void who.desktop?.session.fetchOlder(conversationId)
  }

  async function restartDesktop(who: Member): Promise<void> {
    restarts += 1
    await who.desktop?.stop()
    who.desktop = undefined
    if (random.chance(0.5)) await flushSome()
    await startDesktop(who)
  }

  async function restartServer(): Promise<void> {
    if (!server.running) return
    restarts += 1
    if (random.chance(0.5)) server.crash()
    else await server.stop(() => turns(SOME_TURNS))
    for (let i = 0; i < random.int(3); i++) {
      clock.advance(random.int(4000))
      await flushSome()
    }
    server.start()
  }

  function changeMember(): void {
    if (!server.running) return
    const conversationId = random.pick(conversations)
    const userId = random.pick(users)
    if (server.viewableBy(userId).has(conversationId)) {
      removed.add(`${userId} ${conversationId}`)
      server.leave(conversationId, userId)
    } else server.join(conversationId, userId)
  }

  function changeFaults(): void {
    faults = random.chance(0.4)
      ? noFaults
      : { drop: 0, delay: random.next() * 0.6, duplicate: random.next() * 0.2, cut: random.next() * 0.02 }
    for (const pair of pairs) pair.setFaults(faults)
  }

  /** Lines without faults and time, until nothing changes any more. */
  async function comeToRest(): Promise<void> {
    faults = noFaults
    for (const pair of pairs) pair.setFaults(faults)
    server.start()
    // The longest delay before a connection is tried, the longest silence before a dead one is left, and pauses between.
    const mostMs = 4 * (limits.backoffMostMs + limits.silenceMs)
    for (let passedMs = 0; passedMs < mostMs; passedMs += 500) {
      if (await quiet()) return
      clock.advance(500)
    }
    throw broken(seed, `not at rest: ${members.map(statusOf).join('; ')}`)
  }

  const underWay = () => [...pairs].reduce((sum, { pending }) => sum + pending.toClient + pending.toServer, 0)

  /** Hands over everything that is under way; true where all are live and nothing was left. */
  async function quiet(): Promise<boolean> {
    for (let idle = 0; idle < 3; ) {
      idle = underWay() === 0 ? idle + 1 : 0
      flushLines()
      await turns(SOME_TURNS)
    }
    return members.every((member) => {
      const store = member.desktop?.store()
      return member.desktop?.session.state().type === 'live' && store?.waiting(new Set()).length === 0 && whole(store)
    })
  }

  async function reconnectAll(): Promise<void> {
    for (const pair of [...pairs]) pair.cut()
    flushLines()
    await turns(SOME_TURNS)
    await comeToRest()
  }

  return {
    world: { server, members, removed } satisfies World,
    act,
    comeToRest,
    reconnectAll,
    report: (done: number): WorldReport => ({
      seed,
      acts: done,
      events: server.view.conversations().reduce((sum, row) => sum + row.headSeq, 0),
      connections: server.connections,
      restarts,
    }),
    async end() {
      for (const member of members) await member.desktop?.stop()
      if (server.running) server.crash()
      await turns(SOME_TURNS)
    },
  }
}

type ListedStore = NonNullable<ReturnType<Desktop['store']>>

/** True where every cached conversation reaches its beginning: what is old has been fetched too. */
function whole(store: ListedStore): boolean {
  return store.positions().every(({ low }) => low === 1)
}

function statusOf({ userName, desktop }: Member): string {
  const store = desktop?.store()
  const lows = store?.positions().map(({ low, high }) => `${low}…${high}`)
  return `${userName} ${desktop?.session.state().type}, ${store?.queued()} waiting, ${lows}`
}
