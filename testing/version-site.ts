// Owns a site of two versions for tests: today's or the stored server, today's and stored desktops, in one process on a
// virtual clock, over lines without faults.
// Always holds: an error that any of them logs fails the test that ends the site.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OpenSocket } from '../main/session/socket.ts'
import type { Store } from '../main/store/store.ts'
import { createCipher } from '../main/vault/cipher.ts'
import { createVault } from '../main/vault/vault.ts'
import type { ClientId, ConversationId, UserId } from '../shared/model.ts'
import { toBase64url } from '../shared/proof.ts'
import { enrolProofText, normaliseEnrolCode } from '../shared/wire.ts'
import { createDesktop as createOldDesktop, type OldDesktop } from './builds/wire-1/desktop.js'
import { createWorldServer as createOldServer } from './builds/wire-1/world-server.js'
import { createDesktop, createDisk, type Desktop, type Disk } from './desktop.ts'
import { exampleTimeMs } from './example.ts'
import { createMemoryKeyStore } from './memory-key-store.ts'
import { createRandom } from './random.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'
import { createLines } from './world-lines.ts'
import { createWorldServer, WORLD_ORIGIN } from './world-server.ts'

export type Version = 'old' | 'new'

export interface VersionSite {
  readonly server: Awaited<ReturnType<typeof createOldServer>>
  readonly clock: VirtualClock
  /** How many frames the server has received. */
  sentUp(): number
  addUser(userName: string): UserId
  /** A disk that is enrolled for this person and holds nothing else. */
  enrol(userName: string): Promise<Disk>
  /** `offMs`: by how much its clock is wrong at the moment. */
  startNew(disk: Disk, offMs?: () => number): Promise<Desktop>
  startOld(disk: Disk): Promise<OldDesktop>
  /** Hands over everything that is under way, and lets time pass. */
  settle(): Promise<void>
  /** While set, desktops meet the server as if it were of version 1. */
  seemOld(isOld: boolean): void
  /** From here on desktops hear these frames in the place of each; undefined: what was sent. */
  hearInstead(of: ((text: string) => readonly string[]) | undefined): void
  /** Cuts every line: desktops connect anew. */
  cut(): void
  /** While set, nothing passes on any line, and nobody hears of it. */
  partition(isOn: boolean): void
  /** Takes the errors that have been logged, which then do not count at the end. */
  takeFaults(): string[]
  end(): Promise<void>
}

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}
/** Rounds of a quarter of a second: the longest pause before a connection is tried, with room. */
const MOST_ROUNDS = 400
const QUIET_ROUNDS = 40

export async function createVersionSite(serverOf: Version): Promise<VersionSite> {
  const random = createRandom(1)
  const clock = createVirtualClock(exampleTimeMs)
  const cipher = await createCipher()
  const dir = mkdtempSync(join(tmpdir(), 'causeway-versions-'))
  const faults: string[] = []
  const server =
    serverOf === 'old'
      ? await createOldServer({ clock, random: random.fork() })
      : await createWorldServer({
          clock,
          random: random.fork(),
          faulty: (fault) => void faults.push(`server: ${fault}`),
        })
  let up = 0
  const lines = createLines({
    random: random.fork(),
    dial: server.dial,
    tap(direction) {
      if (direction === 'up') up += 1
    },
  })
  const running: { stop(): Promise<void> }[] = []
  let seemsOld = false
  let instead: ((text: string) => readonly string[]) | undefined
  let owners = 0
  server.start()

  const log = (who: string) => ({
    error: (event: string, fields: object = {}) => void faults.push(`${who}: ${event} ${JSON.stringify(fields)}`),
    info: () => undefined,
    debug: () => undefined,
  })

  function openSocket(): OpenSocket {
    const open = lines.openSocket(owners++)
    return (origin, handlers) =>
      open(origin, {
        ...handlers,
        onText(text) {
          for (const heard of instead?.(text) ?? [seemsOld ? asOldServer(text) : text]) handlers.onText(heard)
        },
      })
  }

  return {
    server,
    clock,
    sentUp: () => up,
    addUser: (userName) => server.addUser(userName),
    async enrol(userName) {
      const disk = createDisk(createMemoryKeyStore(random.bytes(32)), join(dir, `${random.int(2 ** 31)}.db`))
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
      return disk
    },
    async startNew(disk, offMs = () => 0) {
      const itsClock = { nowMs: () => clock.nowMs() + offMs(), setTimer: clock.setTimer }
      const parts = {
        disk,
        cipher,
        clock: itsClock,
        random: random.fork(),
        openSocket: openSocket(),
        log: log('today'),
      }
      const desktop = await createDesktop(parts)
      running.push(desktop)
      await desktop.start()
      return desktop
    },
    async startOld(disk) {
      const parts = { disk, cipher, clock, random: random.fork(), openSocket: openSocket(), log: log('stored') }
      const desktop = await createOldDesktop(parts)
      running.push(desktop)
      await desktop.start()
      return desktop
    },
    async settle() {
      let quiet = 0
      for (let round = 0; round < MOST_ROUNDS && quiet < QUIET_ROUNDS; round++) {
        quiet = lines.flush('all') === 0 && lines.pending === 0 ? quiet + 1 : 0
        await turns(12)
        clock.advance(250)
      }
    },
    seemOld(isOld) {
      seemsOld = isOld
    },
    hearInstead(of) {
      instead = of
    },
    cut: () => lines.cutAll(),
    partition(isOn) {
      for (let owner = 0; owner < owners; owner++) if (isOn) lines.partition(owner)
      if (!isOn) lines.heal()
    },
    takeFaults: () => faults.splice(0),
    async end() {
      for (const each of running) await each.stop()
      if (server.running) server.crash()
      await turns(12)
      rmSync(dir, { recursive: true, force: true })
      if (faults.length > 0) throw new Error(`logged: ${faults.join('; ')}`)
    },
  }
}

/** What a server of version 1 would have said instead: it offers that version alone, and knows no `asOfSeq`. */
function asOldServer(text: string): string {
  if (text.startsWith('{"type":"hello"')) return text.replace('"versions":[1,2]', '"versions":[1]')
  return text.startsWith('{"type":"access"') ? text.replace(/,"asOfSeq":\d+/g, '') : text
}

/** Nothing is known of files here, and nothing counts as under way. */
export const still = { sending: new Set<ClientId>(), transferOf: () => undefined }

/** Every text of the timeline of today's desktop, oldest first. */
export function textsOf(store: Store | undefined, conversationId: ConversationId): string[] {
  const page = store?.readPage(conversationId, undefined, 200, still)
  if (!page?.ok) return []
  return page.value.messages.flatMap(({ content }) => (content.type === 'text' ? [content.text] : []))
}

/** The same of a stored one. */
export function oldTextsOf(desktop: OldDesktop, conversationId: ConversationId): string[] {
  const page = desktop.store()?.readPage(conversationId, undefined, 200, new Set())
  if (!page?.ok) return []
  return page.value.messages.flatMap(({ content }) => (content.type === 'text' ? [content.text] : []))
}
