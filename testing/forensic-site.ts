// Owns the place in which the forensic test happens: a workspace server that can be cut off, conversations full of marks,
// and what a hard-working user does with the client, one act after another.
// Always holds: the same seed plants the same marks; the server writes to a folder of its own, which no client knows.

import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { createSystemRandom } from '../server/clock.ts'
import type { PastChange, PastMessage } from '../server/conversations/import.ts'
import { foldUserName } from '../server/directory/directory.ts'
import { createKeys } from '../server/keys.ts'
import { createServer, type Server } from '../server/server.ts'
import { openSqliteStore } from '../server/store/sqlite.ts'
import type { ConversationId, FileInfo, UserId } from '../shared/model.ts'
import type { Result } from '../shared/result.ts'
import type { Canary } from './canaries.ts'
import { createForensicFiles, type MarkedFile } from './forensic-files.ts'
import { createForensicTalk } from './forensic-talk.ts'
import { createForensicUse } from './forensic-use.ts'
import { createMarks, type ForensicClient, type Marks, type Room } from './forensics.ts'
import type { Random } from './random.ts'

const dayMs = 24 * 3_600_000
/** What the policy of the test leaves in the cache: messages older than this, in days, are evicted. */
const keptDays = 30

type Act = (client: ForensicClient) => Promise<void>

interface Conversation {
  readonly id: ConversationId
  readonly body: string
  readonly evicted: string
  readonly evictedFile: MarkedFile
  readonly marksFrom: number
}

export interface ForensicSite {
  readonly marks: Marks
  readonly passphrase: string
  /** Kinds of marks that the cache must hold in the end, and those that it must not. */
  readonly kept: readonly string[]
  readonly gone: readonly string[]
  /** Canaries of what has been deleted or evicted so far, and of lost conversations. */
  wordsGone(): readonly Canary[]
  /** What marked the conversations that this user has been taken out of. */
  lost(): readonly Canary[]
  /** Adds a conversation with a mark in every kind of content, and lifts the bounds of the cache. The server must be up. */
  addConversation(): Promise<void>
  /** What the user does, in order; each resolves when it has had its effect. The last two leave the server cut off. */
  readonly acts: readonly Act[]
  /** Some of them alone. `say` is begun before `unsay`, which deletes what it said; likewise the other pairs. */
  readonly act: Readonly<Record<ActName, Act>>
  /** Brings a client that has just started in `room` to a live session with an open cache, enrolling it the first time. */
  settle(client: ForensicClient, room: Room): Promise<void>
  serverUp(): Promise<void>
  serverDown(): Promise<void>
  /** What the server has on disk, but for its keys, which are in memory; and kinds of marks that its database shows. */
  readonly serverDir: string
  readonly shownByServer: readonly string[]
  close(): Promise<void>
}

type ActName =
  | 'rotate'
  | 'evict'
  | 'cut'
  | 'say'
  | 'unsay'
  | 'enter'
  | 'leave'
  | 'attach'
  | 'detach'
  | 'receive'
  | 'lock'
  | 'takeInLarge'
  | 'sendLarge'
  | 'fetchLarge'

/** A site whose server writes below `dir`. */
export async function createForensicSite(random: Random, dir: string): Promise<ForensicSite> {
  const marks = createMarks(random)
  const files = createForensicFiles(random, marks)
  const talk = createForensicTalk(marks, files)
  const serverDir = path.join(dir, 'server')
  mkdirSync(serverDir, { recursive: true })
  const store = must(openSqliteStore(path.join(serverDir, 'workspace.db')))
  const keys = await createKeys(createSystemRandom())
  const names = { workspaceName: marks.next('workspace').text, operatorName: 'IT' }
  const kept = { store, keys, filesDir: path.join(serverDir, 'files') }
  let server: Server | undefined = await createServer({ ...kept, ...names })
  const { url } = server
  marks.add({ name: 'server address', text: new URL(url).host })
  marks.add({ name: 'workspace id', text: server.workspaceId })
  const running = (): Server => {
    if (!server) throw new Error('the server is cut off')
    return server
  }

  const people = Array.from({ length: 4 }, () => ({
    userName: marks.next('user name').word,
    displayName: marks.next('display name').text,
    department: marks.next('department').text,
    title: marks.next('title').text,
  }))
  const [me, ...others] = people.map((person) => person.userName) as [string, string, string, string]
  must(running().importHistory({ people, conversations: [] }))
  const userId = (userName: string): UserId => {
    const row = store.view.userByFoldedName(foldUserName(userName))
    if (!row) throw new Error('no such user')
    return row.userId
  }
  for (const { userName } of people) marks.add({ name: 'user id', text: userId(userName) })

  const passphrase = marks.next('app passphrase').text
  /** Conversations in order of their making; the newest is worked in, the oldest is lost. */
  const conversations: Conversation[] = []
  let lost = 0
  const enrolled = new Set<Room>()

  /** A file that others handed in. */
  async function adopted(made: MarkedFile): Promise<FileInfo> {
    const { name, content } = made
    const sha256 = must(await running().adoptFile(others[0], content))
    return { sha256, name, mediaType: 'text/plain', bytes: content.length, thumbnail: files.thumbnail() }
  }

  /** A file that is on a message and can be had no more. */
  function lostFile(): FileInfo {
    const sha256 = Buffer.from(random.bytes(32)).toString('base64url')
    marks.add({ name: 'file digest', text: sha256 })
    return { sha256, name: `${marks.next('file name').text}.pdf`, mediaType: 'application/pdf', bytes: random.int(1e7) }
  }

  /** Where what is forwarded comes from: never lost. */
  const sourceKey = 'forensic source'
  const members = people.map((person) => person.userName)
  const group = { kind: 'group' as const, members, createdBy: others[0], createdAtMs: Date.now() - 900 * dayMs }
  const sourceMessage = { by: others[0], atMs: Date.now() - 5 * dayMs, body: marks.next('forwarded body').text }
  const past = { key: sourceKey, ...group, name: marks.next('conversation name').text, messages: [sourceMessage] }
  must(running().importHistory({ people: [], conversations: [past] }))
  // After it was made and joined.
  const source = { conversationId: store.view.meta(`imported ${sourceKey}`) as ConversationId, seq: 3 }

  async function addConversation(): Promise<void> {
    running().admin.changePolicy({ cacheDays: null, cacheMaxMessages: null })
    const nowMs = Date.now()
    const marksFrom = marks.canaries.length
    // The second one is long: several segments, and more than the policy keeps.
    const count = conversations.length === 1 ? 1500 : 60
    const body = marks.next('body')
    const evicted = marks.next('evicted body')
    const evictedFile = files.make('evicted ')
    const fileOfEvicted = await adopted(evictedFile)
    const messages: PastMessage[] = Array.from({ length: count }, (_, i) => {
      // The first half lies well before what the policy keeps.
      const ageDays = i < count / 2 ? 60 + (count - i) / 10 : ((count - i) / count) * keptDays * 0.9
      const text = i === 0 ? evicted.text : i === count - 1 ? body.text : undefined
      const kind = i < count / 2 ? 'evicted body' : 'body'
      const mark = text ?? (i % 9 === 0 ? marks.next(kind).text : `第 ${i} 項 checked`)
      return {
        by: random.pick(others),
        atMs: Math.floor(nowMs - ageDays * dayMs),
        body: `收到，${mark} noted.${' 請各部門跟進。'.repeat(random.int(random.chance(0.2) ? 90 : 8))}`,
        ...(i === 0 ? { files: [fileOfEvicted] } : {}),
        ...(i % 20 === 19 && i >= count / 2 ? { files: [lostFile()] } : {}),
        ...(i >= count - 9 && i < count - 6 ? { threadOf: count - 10 } : {}),
        ...(i === count - 6 ? { quoteOf: count - 10 } : {}),
        ...(i === count - 5 ? { forwarded: { key: sourceKey, message: 0 } } : {}),
      }
    })
    const times = messages.slice(-5).map(({ atMs }) => atMs)
    for (const atMs of times) {
      const bytes = Buffer.alloc(6)
      bytes.writeUIntBE(atMs, 0, 6)
      marks.add({ name: 'time of a message, as SQLite keeps integers', bytes })
      marks.add({ name: 'time of a message', text: String(atMs) })
    }
    const last = count - 2
    messages[last] = { ...(messages[last] as PastMessage), body: marks.next('body before an edit').text }
    const author = messages[last]?.by ?? me
    const atMs = nowMs - 60_000
    const changes: PastChange[] = [
      { type: 'edited', by: author, atMs, target: last, body: marks.next('edited body').text },
      ...others.map((by) => ({ type: 'reacted' as const, by, atMs, target: last, emoji: '🐢', on: true })),
      { type: 'other', by: author, atMs, content: { type: 'voted', note: marks.next('future content').text } },
    ]
    const key = `forensic ${conversations.length}`
    const past = {
      key,
      ...group,
      name: marks.next('conversation name').text,
      topic: marks.next('topic').text,
      space: marks.next('space').text,
      messages,
      changes,
      unreadFor: { [me]: 3 },
    }
    must(running().importHistory({ people: [], conversations: [past] }))
    const id = store.view.meta(`imported ${key}`) as ConversationId
    marks.add({ name: 'conversation id', text: id })
    conversations.push({ id, body: body.word, evicted: evicted.word, evictedFile, marksFrom })
  }

  const newest = () => conversations.at(-1) as Conversation

  const use = createForensicUse({
    ...{ marks, files, talk, me, passphrase, newest, adopted },
    memberIds: () => others.map(userId),
    say: (body, withFiles) => append({ type: 'message', body, files: withFiles }),
  })

  /** Messages of the newest page of a conversation as one text, with what is deleted named. */
  async function shown(client: ForensicClient, id: ConversationId): Promise<string> {
    const page = await client.must('readConversation', { conversationId: id, limit: 60 })
    return JSON.stringify(page.messages)
  }
  const until = (client: ForensicClient, id: ConversationId, holds: (page: string) => boolean) =>
    client.until(async () => holds(await shown(client, id)))

  /** The message that `unsay` deletes. */
  let doomed: { id: ConversationId; seq: number; words: string } | undefined

  function append(content: Parameters<Server['appendEvent']>[0]['content']): number {
    return must(running().appendEvent({ conversationId: newest().id, by: others[0], content })).seq
  }

  async function say(client: ForensicClient): Promise<void> {
    const { id } = newest()
    const [before, after] = [marks.next('body before an edit'), marks.next('edited body')]
    const [deleted, deletedEdit] = [marks.next('deleted body'), marks.next('deleted body')]
    const edited = append({ type: 'message', body: before.text, files: [lostFile()] })
    const deletedFile = files.make('deleted ')
    const seq = append({ type: 'message', body: deleted.text, files: [await adopted(deletedFile)] })
    append({ type: 'other', content: { type: 'voted', targetSeq: edited, note: marks.next('future content').text } })
    await until(client, id, (page) => page.includes(deleted.text) && page.includes(before.text))
    append({ type: 'edited', targetSeq: edited, body: after.text })
    append({ type: 'edited', targetSeq: seq, body: deletedEdit.text })
    await until(client, id, (page) => page.includes(after.text) && page.includes(deletedEdit.text))
    append({ type: 'reacted', targetSeq: seq, emoji: '🙈', on: true })
    await files.use(client, await files.fetch(client, id, deletedFile.name), deletedFile)
    doomed = { id, seq, words: deletedEdit.text }
  }

  async function unsay(client: ForensicClient): Promise<void> {
    if (!doomed) throw new Error('nothing was said')
    const { id, seq, words } = doomed
    append({ type: 'deleted', targetSeq: seq })
    await until(client, id, (page) => !page.includes(words))
  }

  async function amend(client: ForensicClient): Promise<void> {
    await say(client)
    await unsay(client)
  }

  async function evict(client: ForensicClient): Promise<void> {
    const { id, evicted, evictedFile } = newest()
    // The page before its second message has it.
    await client.must('loadBack', { conversationId: id, seq: 1 })
    await files.fetch(client, id, evictedFile.name, 4)
    await client.until(async () => (await client.must('search', { text: evicted })).hits.length > 0)
    // A run of evictions takes several transactions; at its end the log says so.
    const runs = () => client.errors().toString().split('"event":"cache.evicted"').length
    const before = runs()
    must(running().admin.changePolicy({ cacheDays: keptDays, cacheMaxMessages: 1000 }))
    await client.until(async () => runs() > before)
    refuseHits(await client.must('search', { text: evicted }))
  }

  /** The server is away: messages wait. Meanwhile the user is taken out of the oldest conversation. */
  async function cut(client: ForensicClient): Promise<void> {
    const { id } = newest()
    const seqs: number[] = []
    for (let i = 0; i < 6; i++) seqs.push(await talk.say(client, id, marks.next('sent body').text))
    await serverDown()
    await client.until(async () => (await client.must('getSession', {})).state !== 'live')
    const { text } = marks.next('outbox body')
    await client.must('sendMessage', { conversationId: newest().id, body: `${text} later` })
    await talk.leaveWaiting(client, id, seqs)
    const oldest = conversations[lost]
    if (!oldest || conversations.length < 3) return
    lost++
    store.transact((tx) => {
      const revision = tx.nextRevision('access')
      tx.putMembership({ conversationId: oldest.id, userId: userId(me), active: false, revision })
    })
    await serverUp()
    await client.must('retryConnection', {})
    await client.until(async () => {
      const { conversations: listed } = await client.must('listConversations', {})
      return !listed.some(({ conversationId }) => conversationId === oldest.id)
    })
    await serverDown()
    await client.until(async () => (await client.must('getSession', {})).state !== 'live')
    await client.must('sendMessage', { conversationId: newest().id, body: `${marks.next('outbox body').text} again` })
    await talk.leaveWaiting(client, id, seqs.slice(3))
  }

  async function live(client: ForensicClient): Promise<void> {
    await client.until(async () => (await client.must('getSession', {})).state === 'live')
  }

  const online =
    (act: Act): Act =>
    async (client) => {
      if (!server) {
        await serverUp()
        await client.must('retryConnection', {})
      }
      await live(client)
      await act(client)
    }

  async function rotate(): Promise<void> {
    for (const device of must(running().admin.listDevices({})))
      must(running().admin.rotateDevice({ deviceId: device.id }))
  }

  async function serverUp(): Promise<void> {
    server ??= await createServer({ ...kept, port: Number(new URL(url).port), ...names })
  }
  async function serverDown(): Promise<void> {
    const ending = server
    server = undefined
    await ending?.close()
  }

  const lostCanaries = () => marks.canaries.slice(conversations[0]?.marksFrom, conversations[lost]?.marksFrom)
  const act = {
    rotate: online(rotate),
    evict: online(evict),
    cut: online(cut),
    say: online(say),
    unsay: online(unsay),
    enter: online(use.enter),
    leave: online(use.leave),
    attach: online(use.attach),
    detach: online(use.detach),
    receive: online(use.receive),
    lock: online(use.lock),
    takeInLarge: online(use.takeInLarge),
    sendLarge: online(use.sendLarge),
    fetchLarge: online(use.fetchLarge),
  }
  const together =
    (...acts: readonly Act[]): Act =>
    async (client) => {
      for (const each of acts) await each(client)
    }
  const talkThere: Act = (client) => talk.talk(client, newest().id, source)
  const arrange: Act = (client) => talk.arrange(client, newest().id)

  return {
    marks,
    passphrase,
    kept: [
      'body',
      'edited body',
      'sent body',
      'outbox body',
      'file name',
      'draft',
      'future content',
      'user name',
      'display name',
      'department',
      'title',
      'conversation name',
      'space',
      'thread body',
      'mentioning body',
      'forwarding body',
      'forwarded body',
      'new conversation name',
      'new topic',
      'waiting edit',
      ...['draft', 'sent', 'received', 'waiting'].flatMap((kind) => [`${kind} file name`, `${kind} file bytes`]),
    ],
    gone: [
      // Replaced by another.
      'topic',
      'evicted body',
      'deleted body',
      'left conversation name',
      'left body',
      'left draft',
      ...['evicted', 'deleted', 'detached', 'left'].flatMap((kind) => [`${kind} file name`, `${kind} file bytes`]),
      'search query',
      'browsed text',
      'app passphrase',
      'wrong passphrase',
    ],
    wordsGone: () => [
      ...lostCanaries(),
      ...marks.canaries.filter(({ name }) => /^(deleted|evicted|detached|left) /.test(name)),
    ],
    lost: lostCanaries,
    addConversation,
    act,
    acts: [
      ...[use.read, use.search].map(online),
      together(online(use.draft), act.attach, act.detach),
      ...[use.send, talkThere, arrange].map(online),
      act.sendLarge,
      together(act.enter, act.leave),
      online(amend),
      act.receive,
      act.lock,
      act.rotate,
      act.evict,
      act.cut,
      use.lock,
    ],
    settle: async (client, room) => {
      if (!enrolled.has(room)) {
        const { code } = must(running().admin.createEnrolment({ user: me }))
        marks.add({ name: 'enrolment code', text: code })
        // `internal` until the client has opened its profile.
        await client.until(async () => !(await client.call('enroll', { serverUrl: url, code })).error)
        enrolled.add(room)
      }
      await client.until(async () => {
        const { state, appLock } = await client.must('getSession', {})
        if (appLock.locked) await use.unlock(client)
        return state === 'live'
      })
    },
    serverUp,
    serverDown,
    serverDir,
    shownByServer: [
      ...['workspace', 'user name', 'display name', 'department', 'title', 'space'],
      ...['conversation name', 'new conversation name', 'left conversation name', 'topic', 'new topic'],
      ...['workspace id', 'user id', 'conversation id', 'file digest'],
      ...['time of a message', 'time of a message, as SQLite keeps integers'],
    ],
    close: async () => {
      await serverDown()
      store.close()
    },
  }
}

function refuseHits({ hits }: { readonly hits: readonly unknown[] }): void {
  if (hits.length > 0) throw new Error('the search still finds what was evicted')
}

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`)
  return result.value
}
