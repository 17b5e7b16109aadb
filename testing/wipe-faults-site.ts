// Owns the place in which wipes are cut off: a workspace server and the used profile of one of its people, made once and copied
// for each run: thousands of messages, files attached, sent, fetched and opened, search shards, a cache that was set aside,
// drafts, settings, logs, the host's own folder, messages that wait; and the same profile with a passphrase.
// Always holds: the same seed plants the same marks; a copy shares nothing with its original; what a profile knows and what
// opens it are known to the test as well.

import { closeSync, cpSync, existsSync, mkdirSync, openSync, readdirSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { createSystemRandom } from '../server/clock.ts'
import { appendContent } from '../server/conversations/events.ts'
import type { PastChange, PastMessage } from '../server/conversations/import.ts'
import { foldUserName } from '../server/directory/directory.ts'
import { createKeys, type ServerKeys } from '../server/keys.ts'
import { createSealing } from '../server/sealing.ts'
import { createServer, type Server, type ServerOptions } from '../server/server.ts'
import type { Store } from '../server/store/port.ts'
import { openSqliteStore } from '../server/store/sqlite.ts'
import { limits } from '../shared/limits.ts'
import { type ConversationId, type DeviceId, type FileInfo, makeId, type UserId } from '../shared/model.ts'
import type { Canary } from './canaries.ts'
import { must } from './fake-shell.ts'
import { createForensicFiles, type ForensicFiles } from './forensic-files.ts'
import { createForensicTalk } from './forensic-talk.ts'
import { createForensicUse } from './forensic-use.ts'
import { createMarks, createRoom, type Marks, type Room } from './forensics.ts'
import { type OpenedProfile, openWholeProfile } from './opened-profile.ts'
import type { Random } from './random.ts'
import { type AppPlan, type FaultClient, type StartOptions, startFaultClient } from './wipe-faults-client.ts'

const DAY_MS = 24 * 3_600_000
/** Messages of the conversations, the newest last; of those missed while the desktop was off; bytes of what waits to be sent. */
const usualSizes = { messages: [1400, 900, 500, 60], missed: 2500, waitingBytes: 3 * limits.filePartBytes }
export type Sizes = typeof usualSizes

export type DeskKind = 'open' | 'passphrase'
export type ServerKind = 'usual' | 'missed'

export interface RunServer {
  readonly server: Server
  readonly store: Store
  readonly url: string
  close(): Promise<void>
}

export interface FaultSite {
  readonly marks: Marks
  /** The marks, and every secret of the profiles. */
  readonly canaries: readonly Canary[]
  readonly keys: ServerKeys
  readonly deviceId: DeviceId
  readonly me: string
  readonly passphrase: string
  readonly conversationIds: readonly ConversationId[]
  /** Stands in a message that is cached, of the newest conversation. */
  readonly word: string
  /** What marks a conversation; of the newest also what its user has done in it. */
  marksOf(conversationId: ConversationId): readonly Canary[]
  /** Stands in its last message but those of its user. */
  lastWordOf(conversationId: ConversationId): string
  /** The profile opened, as every run finds it. */
  readonly opened: OpenedProfile
  readonly files: ForensicFiles
  readonly start: StartOptions
  /** Messages in the profile, and what its folder holds. */
  readonly size: { readonly messages: number; readonly files: number; readonly bytes: number }
  /** A copy of the profile below `dir`, with folders of its own. */
  desk(kind: DeskKind, dir: string): Room
  /** A server over a copy of its data in `dir`, or, where that is there, over it again. */
  open(kind: ServerKind, dir: string, options?: Pick<ServerOptions, 'port' | 'publicOrigins'>): Promise<RunServer>
}

/** Makes a site below `dir`. */
export async function createFaultSite(random: Random, dir: string, sizes: Partial<Sizes> = {}): Promise<FaultSite> {
  const { messages: counts, missed, waitingBytes } = { ...usualSizes, ...sizes }
  const marks = createMarks(random)
  const files = createForensicFiles(random, marks)
  const talk = createForensicTalk(marks, files)
  const keys = await createKeys(createSystemRandom())
  const start = { compiledDir: path.join(dir, 'compiled') }
  // Stands in the notice of who wiped the desktop, which outlives the wipe.
  const names = { workspaceName: 'Harbour', operatorName: 'IT' }

  async function openOver(dataDir: string, options: Partial<ServerOptions> = {}): Promise<RunServer> {
    mkdirSync(dataDir, { recursive: true })
    const store = must(openSqliteStore(path.join(dataDir, 'workspace.db')))
    const kept = { store, keys, filesDir: path.join(dataDir, 'files') }
    const server = await createServer({ ...kept, ...names, ...options })
    return {
      server,
      store,
      url: server.url,
      async close() {
        await server.close()
        store.close()
      },
    }
  }

  const dataDir = path.join(dir, 'server')
  let running = await openOver(dataDir)
  const port = Number(new URL(running.url).port)
  const userId = (userName: string): UserId => {
    const row = running.store.view.userByFoldedName(foldUserName(userName))
    if (!row) throw new Error('no such user')
    return row.userId
  }

  // --- what the workspace holds ---------------------------------------------------------------------------------------------

  const people = Array.from({ length: 4 }, () => ({
    userName: marks.next('user name').word,
    displayName: marks.next('display name').text,
    department: marks.next('department').text,
    title: marks.next('title').text,
  }))
  const [me, ...others] = people.map((person) => person.userName) as [string, string, string, string]
  const members = [me, ...others]
  let word = ''

  function pastMessages(count: number): PastMessage[] {
    const fromMs = Date.now() - 20 * DAY_MS
    return Array.from({ length: count }, (_, i) => {
      const mark = i % 5 === 0 || i === count - 1 ? marks.next('body') : undefined
      word = mark?.word ?? word
      return {
        by: random.pick(others),
        atMs: Math.floor(fromMs + (i / count) * 19 * DAY_MS),
        body: `收到，${mark?.text ?? `第 ${i} 項 checked`} noted.${' 請各部門跟進。'.repeat(random.int(8))}`,
        ...(i >= count - 9 && i < count - 6 ? { threadOf: count - 10 } : {}),
        ...(i === count - 6 ? { quoteOf: count - 10 } : {}),
      }
    })
  }

  const ids: ConversationId[] = []
  const lastWords: string[] = []
  /** Where in the marks each conversation begins. */
  const marksFrom: number[] = []
  const missedMarks = new Map<ConversationId, Canary[]>()
  function importConversation(count: number, index: number): void {
    marksFrom.push(marks.canaries.length)
    const atMs = Date.now() - 60_000
    const by = others[0]
    const changes: PastChange[] = [
      { type: 'edited', by, atMs, target: count - 2, body: marks.next('edited body').text },
      { type: 'reacted', by, atMs, target: count - 2, emoji: '🐢', on: true },
    ]
    const messages = pastMessages(count)
    messages[count - 2] = { ...(messages[count - 2] as PastMessage), by }
    const key = `fault ${index}`
    const past = { key, kind: 'group' as const, members, createdBy: by, createdAtMs: Date.now() - 40 * DAY_MS }
    const named = { name: marks.next('conversation name').text, topic: marks.next('topic').text }
    const conversations = [{ ...past, ...named, messages, changes, unreadFor: { [me]: 3 } }]
    must(running.server.importHistory({ people: index === 0 ? people : [], conversations }))
    ids.push(running.store.view.meta(`imported ${key}`) as ConversationId)
    lastWords.push(word)
  }
  for (const [index, count] of counts.entries()) importConversation(count, index)
  const newest = () => ({ id: ids.at(-1) as ConversationId, body: word })

  // --- what its user has done -----------------------------------------------------------------------------------------------

  const room = createRoom(path.join(dir, 'desk'))
  const startClient = (change: Partial<AppPlan> = {}): FaultClient =>
    startFaultClient(room, planFor(room, change), start)

  const live = (client: FaultClient) => client.until(async () => (await client.must('getSession', {})).state === 'live')
  const idle = (client: FaultClient) => client.until(async () => (await client.must('getSession', {})).queued === 0)

  async function firstLife(): Promise<DeviceId> {
    const { code } = must(running.server.admin.createEnrolment({ user: me }))
    const client = startClient({ serverUrl: running.url, enrolCode: code })
    await live(client)
    await client.must('saveDraft', { conversationId: newest().id, text: marks.next('draft').text })
    await client.quit()
    // What cannot be opened any more is set aside whole at the next start.
    const fd = openSync(path.join(room.profile, 'store', 'cache.db'), 'r+')
    writeSync(fd, 'no longer a database', 0)
    closeSync(fd)
    const [device] = must(running.server.admin.listDevices({}))
    if (!device) throw new Error('no device')
    return device.id
  }

  async function adopted(made: ReturnType<ForensicFiles['make']>): Promise<FileInfo> {
    const { name, content } = made
    const sha256 = must(await running.server.adoptFile(others[0], content))
    return { sha256, name, mediaType: 'text/plain', bytes: content.length, thumbnail: files.thumbnail() }
  }

  const use = createForensicUse({
    ...{ marks, files, talk, me, newest, adopted },
    passphrase: marks.next('app passphrase').text,
    memberIds: () => others.map(userId),
    say: (body, withFiles) => {
      const content = { type: 'message' as const, body, files: withFiles }
      must(running.server.appendEvent({ conversationId: newest().id, by: others[0], content }))
    },
  })

  async function secondLife(): Promise<void> {
    const client = startClient()
    await live(client)
    await use.read(client)
    await use.search(client)
    await use.send(client)
    await talk.arrange(client, newest().id)
    await use.attach(client)
    await use.draft(client)
    await use.sendLarge(client)
    for (let i = 0; i < 3; i++) await use.receive(client)
    await use.fetchLarge(client)
    await idle(client)
    await client.until(async () => (await client.must('search', { text: word })).complete)
    const { id } = newest()
    await running.close()
    await client.until(async () => (await client.must('getSession', {})).state !== 'live')
    for (let i = 0; i < 3; i++) {
      await client.must('sendMessage', { conversationId: id, body: marks.next('outbox body').text })
    }
    const waiting = files.make('waiting ', waitingBytes)
    const fileId = await files.attach(client, id, waiting)
    await client.must('sendMessage', { conversationId: id, body: '', fileIds: [fileId] })
    await client.quit()
  }

  const deviceId = await firstLife()
  await secondLife()
  marksFrom.push(marks.canaries.length)
  // A browser of the system keeps what it likes.
  for (const name of ['Default/Cache/data_1', 'Default/Cookies', 'Local State']) {
    const file = path.join(room.profile, 'host', name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, `${marks.next('host file').text}\n`.repeat(200))
  }
  const quarantined = readdirSync(path.join(room.profile, 'store')).filter((name) => name.startsWith('quarantine-'))
  if (quarantined.length !== 1) throw new Error('no cache was set aside')
  if (readdirSync(path.join(room.profile, 'store', 'shards')).length === 0) throw new Error('no shard was sealed')

  // --- the same with a passphrase, and with a history that it has missed -----------------------------------------------------

  const passphrase = marks.next('app passphrase').text
  const lockedRoom = createRoom(path.join(dir, 'locked-desk'))
  copyDesk(room, lockedRoom)
  const locking = startFaultClient(lockedRoom, planFor(lockedRoom), start)
  await locking.must('setPassphrase', { next: passphrase })
  await locking.quit()

  const missedDir = path.join(dir, 'server-missed')
  cpSync(dataDir, missedDir, { recursive: true })
  running = await openOver(missedDir)
  const sealing = createSealing(keys.masterKey, createSystemRandom())
  const [writer = ''] = others
  running.store.transact((tx) => {
    for (let i = 0; i < missed; i++) {
      const conversationId = ids[i % ids.length] as ConversationId
      const clientId = makeId('message', random.bytes(20))
      const from = marks.canaries.length
      const body = i % 50 === 0 ? marks.next('missed body').text : `第 ${i} 項 missed`
      missedMarks.set(conversationId, [...(missedMarks.get(conversationId) ?? []), ...marks.canaries.slice(from)])
      const json = JSON.stringify({ type: 'message', clientId, body })
      const event = { conversationId, actorId: userId(writer), atMs: Date.now(), clientId, kind: 'message' }
      appendContent(tx, sealing, { ...event, targetSeq: undefined, json })
    }
  })
  await running.close()

  const opened = [await openWholeProfile(room.profile), await openWholeProfile(lockedRoom.profile, passphrase)]
  for (const each of opened) {
    if (each.unopened.length > 0) throw new Error(`the profile holds what nothing opens: ${each.unopened[0]}`)
  }
  const secrets = new Map(opened.flatMap((each) => each.secrets.map((secret) => [hex(secret.bytes), secret])))
  const canaries = [...marks.canaries, ...secrets.values()]
  const [first] = opened
  if (!first) throw new Error('no profile')
  const sizeOf = (kind: string) => first.contents.filter(({ place }) => place === kind).length

  return {
    marks,
    canaries,
    keys,
    deviceId,
    me,
    passphrase,
    conversationIds: ids,
    word,
    marksOf(id) {
      const at = ids.indexOf(id)
      return [...marks.canaries.slice(marksFrom[at], marksFrom[at + 1]), ...(missedMarks.get(id) ?? [])]
    },
    lastWordOf: (id) => lastWords[ids.indexOf(id)] ?? '',
    opened: first,
    files,
    start,
    size: {
      messages: sizeOf('event'),
      files: sizeOf('file'),
      bytes: first.contents.reduce((sum, { bytes }) => sum + bytes.length, 0),
    },
    desk(kind, to) {
      const copy = createRoom(to)
      copyDesk(kind === 'open' ? room : lockedRoom, copy)
      return copy
    },
    open: async (kind, to, options = {}) => {
      if (!existsSync(to)) cpSync(kind === 'usual' ? dataDir : missedDir, to, { recursive: true })
      return openOver(to, { port, ...options })
    },
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** What every process of a room is told. */
export function planFor(room: Room, change: Partial<AppPlan> = {}): AppPlan {
  const base = path.dirname(room.profile)
  return {
    story: 'device',
    ordered: false,
    profileDir: room.profile,
    outside: path.join(base, 'outside'),
    notesFile: path.join(base, 'notes.jsonl'),
    keyStoreMs: 0,
    askEveryMs: 1,
    ...change,
  }
}

function copyDesk(from: Room, to: Room): void {
  cpSync(from.profile, to.profile, { recursive: true })
  cpSync(`${from.profile}.dev-keystore`, `${to.profile}.dev-keystore`)
}
