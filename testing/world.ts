// Owns a world: up to eight desktops of several people (real vault, store, exchange and session) and one server (its real
// gateway, log and requests) in one process, driven by one seed through everything that people do and everything that goes
// wrong with networks, clocks and processes.
// Always holds: the same seed gives the same world; at its end every desktop is connected and quiet, and is compared with
// the server's log. Must never use the real clock or a port.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCipher } from '../main/vault/cipher.ts'
import { createVault } from '../main/vault/vault.ts'
import { limits } from '../shared/limits.ts'
import type { ConversationId, UserId } from '../shared/model.ts'
import { toBase64url } from '../shared/proof.ts'
import { enrolProofText, normaliseEnrolCode } from '../shared/wire.ts'
import { createDisk } from './desktop.ts'
import { exampleTimeMs } from './example.ts'
import { createMemoryKeyStore } from './memory-key-store.ts'
import { createRandom } from './random.ts'
import { createVirtualClock } from './virtual-clock.ts'
import { checkWorld } from './world-check.ts'
import { createDeeds, type Member } from './world-deeds.ts'
import { createWorldDesktop } from './world-desktop.ts'
import { createLines } from './world-lines.ts'
import { createWorldServer, WORLD_ORIGIN, type WorldServer } from './world-server.ts'

export interface World {
  readonly server: WorldServer
  readonly members: readonly Member[]
}

export interface WorldReport {
  readonly seed: number
  /** Acts done. */
  readonly acts: number
  /** Events in the server's log at the end. */
  readonly events: number
  readonly devices: number
  readonly connections: number
  /** Frames that arrived, either way. */
  readonly frames: number
  /** Of desktops and of the server, in good order. */
  readonly restarts: number
  /** Desktops killed in the midst of a write, and servers that crashed. */
  readonly crashes: number
}

export interface WorldOptions {
  readonly acts?: number
  /** Hears every frame that arrives, and of which desktop's line. */
  readonly tap?: (direction: 'up' | 'down', text: string, owner: number) => void
}

const DEVICES_MOST = 8
const YEAR_MS = 365 * 24 * 60 * 60 * 1000
/** Turns of the event loop after which what was handed over has been dealt with, short of long queues. */
const SOME_TURNS = 12
const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}
const departments = ['Treasury', 'Legal', 'Compliance'] as const

/** Caches lie where a sync costs nothing: durability against power cuts is not what a world is about. */
const shmDir = '/dev/shm'
const newFolder = () => mkdtempSync(join(existsSync(shmDir) ? shmDir : tmpdir(), 'causeway-world-'))

/** Runs the world of `seed`. Throws where it ends other than it must, naming the seed. */
export async function runWorld(seed: number, { acts = 160, tap }: WorldOptions = {}): Promise<WorldReport> {
  const dir = newFolder()
  const world = await createWorld(seed, dir, tap)
  const check = (when: string) => {
    const problem = checkWorld(world.world)
    if (problem) throw new Error(`seed ${seed}: ${when}: ${problem}`)
  }
  try {
    for (let i = 0; i < acts; i++) await world.act()
    await world.comeToRest()
    check('at rest')
    // What is told with the next connection changes nothing of that.
    await world.reconnectAll()
    check('after connecting anew')
    return world.report(acts)
  } catch (error) {
    const problem = error instanceof Error ? error : new Error('unknown')
    if (!problem.message.startsWith('seed ')) problem.message = `seed ${seed}: ${problem.message}`
    throw problem
  } finally {
    await world.end()
    rmSync(dir, { recursive: true, force: true })
  }
}

async function createWorld(seed: number, dir: string, tap: WorldOptions['tap']) {
  const random = createRandom(seed)
  const clock = createVirtualClock(exampleTimeMs)
  const cipher = await createCipher()
  const faults: string[] = []
  const server = await createWorldServer({
    clock,
    random: random.fork(),
    faulty: (fault) => void faults.push(`server: ${fault}`),
  })
  const lines = createLines({ random: random.fork(), dial: server.dial, ...(tap && { tap }) })
  const members: Member[] = []
  const users: { readonly userId: UserId; readonly userName: string }[] = []
  let restarts = 0
  let crashes = 0
  let founded = 0
  /** Requests that are not settled yet. */
  let asked = 0

  function addUser(): void {
    const userName = `user${users.length}`
    users.push({ userId: server.addUser(userName, random.pick([undefined, ...departments])), userName })
  }

  async function enrol({ userId, userName }: (typeof users)[number]): Promise<void> {
    const index = members.length
    const disk = createDisk(createMemoryKeyStore(random.bytes(32)), join(dir, `${index}.db`))
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
    const desktop = createWorldDesktop({
      index,
      userId,
      userName,
      dir,
      disk,
      cipher,
      clock,
      random: random.fork(),
      openSocket: lines.openSocket(index),
      died: () => lines.abandon(index),
      // A window does not go on showing what is gone.
      lost(conversationIds) {
        if (member.watched && conversationIds.includes(member.watched)) member.watched = undefined
      },
    })
    const member: Member = {
      desktop,
      userId,
      userName,
      written: [],
      wanted: new Map(),
      drafts: new Map(),
      read: new Map(),
      watched: undefined,
      founded: new Map(),
    }
    members.push(member)
    await desktop.start()
  }

  const conversationIds = (): ConversationId[] => server.view.conversations().map((row) => row.conversationId)

  function found(): void {
    const names = users.filter(() => random.chance(0.6)).map(({ userName }) => userName)
    server.found(`c${founded++}`, names.length > 0 ? names : [random.pick(users).userName])
  }

  server.start()
  lines.setFaults({ delay: 0.2, duplicate: 0.05, cut: 0.002 })
  for (let i = 0; i < 2 + random.int(3); i++) addUser()
  for (let i = 0; i < 1 + random.int(3); i++) found()
  for (const user of users) await enrol(user)
  await enrol(users[0] as (typeof users)[number])

  async function flushSome(): Promise<void> {
    for (let i = 0; i < 1 + random.int(4); i++) {
      lines.flush(random.chance(0.4) ? 'one' : 'all')
      await turns(1 + random.int(SOME_TURNS))
    }
  }

  async function restartDesktop(who: Member): Promise<void> {
    restarts += 1
    await who.desktop.stop()
    who.watched = undefined
    if (random.chance(0.5)) await flushSome()
    await who.desktop.start()
  }

  /** Desktops that were killed are started again, sooner or later. */
  async function revive(chance: number): Promise<void> {
    for (const who of members) {
      if (who.desktop.running || !random.chance(chance)) continue
      await who.desktop.stop()
      who.watched = undefined
      await who.desktop.start()
    }
  }

  async function restartServer(): Promise<void> {
    if (!server.running) return
    if (random.chance(0.5)) {
      crashes += 1
      server.crash()
    } else {
      restarts += 1
      await server.stop(() => turns(SOME_TURNS))
    }
    for (let i = 0; i < random.int(3); i++) {
      clock.advance(random.int(4000))
      await flushSome()
    }
    server.start()
  }

  /** IT brings somebody in, or takes them out. */
  function changeMember(): void {
    const conversationId = random.pick(conversationIds())
    const { userId } = random.pick(users)
    if (server.view.conversation(conversationId)?.kind === 'direct') return
    if (server.viewableBy(userId).has(conversationId)) server.leave(conversationId, userId)
    else server.join(conversationId, userId)
  }

  function changeFaults(): void {
    lines.setFaults(
      random.chance(0.4)
        ? {}
        : { delay: random.next() * 0.6, duplicate: random.next() * 0.2, cut: random.next() * 0.02 },
    )
  }

  function changeClock({ desktop }: Member): void {
    const offMs = random.pick([0, 0, 1500, -1500, 3_600_000, -3_600_000, YEAR_MS, -YEAR_MS])
    desktop.setClock(offMs)
  }

  function changePolicy(): void {
    const field = random.pick(['forwarding', 'editing', 'deleting'] as const)
    server.changePolicy({ [field]: random.chance(0.7) })
  }

  async function enrolLate(): Promise<void> {
    if (server.running && members.length < DEVICES_MOST) await enrol(random.pick(users))
  }

  const death = ({ desktop }: Member) =>
    desktop.loadDeath(random.pick(['before', 'within', 'within', 'after']), 1 + random.int(12))

  const peopleDo = createDeeds({
    server,
    random,
    clock,
    members,
    departments,
    asked() {
      asked += 1
      return () => {
        asked -= 1
      }
    },
  })
  /** What is not done by anybody at a desktop. */
  const happen: readonly (readonly [weight: number, act: (who: Member) => void | Promise<void>])[] = [
    [60, flushSome],
    [14, () => clock.advance(random.int(3000))],
    [4, () => clock.advance(random.int(90_000))],
    [4, ({ desktop }) => void desktop.use(({ session }) => session.dispatch({ type: 'connect-asked' }))],
    [2, ({ desktop }) => void desktop.use(({ session }) => session.dispatch({ type: 'suspended' }))],
    [5, () => lines.cutOne()],
    [2, ({ desktop }) => lines.partition(desktop.index)],
    [8, ({ desktop }) => lines.heal(desktop.index)],
    [3, restartDesktop],
    [4, death],
    [2, restartServer],
    [2, changeClock],
    [2, changePolicy],
    [5, () => void (server.running && changeMember())],
    [2, () => void (server.running && found())],
    [1, () => void (server.running && users.length < 6 && addUser())],
    [2, () => void server.setDepartment(random.pick(users).userId, random.pick([undefined, ...departments]))],
    [
      2,
      () =>
        void (
          server.running && server.post(random.pick(conversationIds()), random.pick(users).userId, 1 + random.int(9))
        ),
    ],
    [5, () => void (server.running && server.post(random.pick(conversationIds()), random.pick(users).userId, 140))],
    [3, enrolLate],
    [3, changeFaults],
  ]
  const all = [...peopleDo, ...happen]
  const totalWeight = all.reduce((sum, [weight]) => sum + weight, 0)

  async function act(): Promise<void> {
    await revive(0.4)
    let drawn = random.int(totalWeight)
    for (const [weight, deed] of all) {
      drawn -= weight
      if (drawn >= 0) continue
      await deed(random.pick(members))
      break
    }
    await turns(random.int(SOME_TURNS))
    if (faults.length > 0) throw new Error(`logged: ${faults.join('; ')}`)
    for (const { userName, desktop } of members)
      if (desktop.faults.length > 0)
        throw new Error(`${userName} ${desktop.index} logged: ${desktop.faults.join('; ')}`)
  }

  /** Lines without faults and time, until nothing changes any more. */
  async function comeToRest(): Promise<void> {
    lines.setFaults({})
    lines.heal()
    server.start()
    await revive(1)
    // The longest delay before a connection is tried, the longest silence before a dead one is left, and pauses between.
    const mostMs = 4 * (limits.backoffMostMs + limits.silenceMs)
    let quietMs = 0
    for (let passedMs = 0; passedMs < mostMs; passedMs += 500) {
      await revive(1)
      // For long enough that everybody has been told what is told with delay.
      quietMs = (await quiet()) ? quietMs + 500 : 0
      if (quietMs > 2 * limits.presenceEveryMs) return
      clock.advance(500)
    }
    throw new Error(`not at rest: ${asked} unanswered; ${members.map(statusOf).join('; ')}`)
  }

  /** Hands over everything that is under way; true where all are live and nothing was left. */
  async function quiet(): Promise<boolean> {
    for (let idle = 0; idle < 3; ) {
      idle = lines.pending === 0 ? idle + 1 : 0
      lines.flush('all')
      await turns(SOME_TURNS)
    }
    return asked === 0 && members.every(isQuiet)
  }

  async function reconnectAll(): Promise<void> {
    lines.cutAll()
    lines.flush('all')
    await turns(SOME_TURNS)
    await comeToRest()
  }

  return {
    world: { server, members } satisfies World,
    act,
    comeToRest,
    reconnectAll,
    report: (done: number): WorldReport => ({
      seed,
      acts: done,
      events: server.view.conversations().reduce((sum, row) => sum + row.headSeq, 0),
      devices: members.length,
      connections: server.connections,
      frames: lines.delivered,
      restarts,
      crashes: crashes + members.reduce((sum, { desktop }) => sum + desktop.deaths, 0),
    }),
    async end() {
      for (const { desktop } of members) await desktop.stop()
      if (server.running) server.crash()
      await turns(SOME_TURNS)
    },
  }
}

/** Live, whole, and nothing waits to be told to the server. */
function isQuiet({ desktop }: Member): boolean {
  const store = desktop.store()
  if (!store || desktop.running?.session.state().type !== 'live') return false
  const isWhole = store.positions().every(({ low, conversationId }) => low === 1 && !store.unsentPrefs(conversationId))
  return isWhole && store.waiting(new Set()).length === 0
}

function statusOf({ userName, desktop }: Member): string {
  const store = desktop.store()
  const cached = store?.positions().map(({ low, high }) => `${low}…${high}`)
  const state = desktop.running?.session.state().type
  const unsent = store?.positions().filter(({ conversationId }) => store.unsentPrefs(conversationId)).length
  return `${userName} ${desktop.index} ${state}, ${store?.waiting(new Set()).length} waiting, ${unsent} settings, ${cached}`
}
