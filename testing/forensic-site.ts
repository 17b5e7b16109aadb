// Owns the place in which the forensic test happens: a workspace server that can be cut off, conversations full of marks,
// and what a hard-working user does with the client, one act after another.
// Always holds: the same seed plants the same marks; the server lies in memory, so that only the client writes to disk.

import { createSystemRandom } from '../server/clock.ts'
import type { PastChange, PastMessage } from '../server/conversations/import.ts'
import { foldUserName } from '../server/directory/directory.ts'
import { createKeys } from '../server/keys.ts'
import { createServer, type Server } from '../server/server.ts'
import { createMemoryStore } from '../server/store/memory.ts'
import type { ConversationId, FileInfo, UserId } from '../shared/model.ts'
import type { Result } from '../shared/result.ts'
import type { Canary } from './canaries.ts'
import { type Answer, createMarks, type ForensicClient, type Marks, type Room } from './forensics.ts'
import type { Random } from './random.ts'

const dayMs = 24 * 3_600_000
/** What the policy of the test leaves in the cache: messages older than this, in days, are evicted. */
const keptDays = 30

type Act = (client: ForensicClient) => Promise<void>

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
  addConversation(): void
  /** What the user does, in order; each resolves when it has had its effect. The last two leave the server cut off. */
  readonly acts: readonly Act[]
  /** Some of them alone. `say` is begun before `unsay`, which deletes what it said. */
  readonly act: { readonly [N in 'rotate' | 'evict' | 'cut' | 'say' | 'unsay']: Act }
  /** Brings a client that has just started in `room` to a live session with an open cache, enrolling it the first time. */
  settle(client: ForensicClient, room: Room): Promise<void>
  serverUp(): Promise<void>
  serverDown(): Promise<void>
  close(): Promise<void>
}

export async function createForensicSite(random: Random): Promise<ForensicSite> {
  const marks = createMarks(random)
  const store = createMemoryStore()
  const keys = await createKeys(createSystemRandom())
  const names = { workspaceName: marks.next('workspace').text, operatorName: 'IT' }
  let server: Server | undefined = await createServer({ store, keys, ...names })
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
  const conversations: { id: ConversationId; body: string; evicted: string; marksFrom: number }[] = []
  let lost = 0
  const enrolled = new Set<Room>()

  function file(): FileInfo {
    const sha256 = Buffer.from(random.bytes(32)).toString('base64url')
    marks.add({ name: 'file digest', text: sha256 })
    return { sha256, name: `${marks.next('file name').text}.pdf`, mediaType: 'application/pdf', bytes: random.int(1e7) }
  }

  function addConversation(): void {
    running().admin.changePolicy({ cacheDays: null, cacheMaxMessages: null })
    const nowMs = Date.now()
    const marksFrom = marks.canaries.length
    // The second one is long: several segments, and more than the policy keeps.
    const count = conversations.length === 1 ? 1500 : 60
    const body = marks.next('body')
    const evicted = marks.next('evicted body')
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
        ...(i % 20 === 19 && i >= count / 2 ? { files: [file()] } : {}),
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
      { type: 'other', by: author, atMs, content: { type: 'reacted', note: marks.next('future content').text } },
    ]
    const key = `forensic ${conversations.length}`
    const past = {
      key,
      kind: 'group' as const,
      name: marks.next('conversation name').text,
      topic: marks.next('topic').text,
      space: marks.next('space').text,
      members: people.map((person) => person.userName),
      createdBy: others[0],
      createdAtMs: nowMs - 900 * dayMs,
      messages,
      changes,
      unreadFor: { [me]: 3 },
    }
    must(running().importHistory({ people: [], conversations: [past] }))
    const id = store.view.meta(`imported ${key}`) as ConversationId
    marks.add({ name: 'conversation id', text: id })
    conversations.push({ id, body: body.word, evicted: evicted.word, marksFrom })
  }

  const newest = () => conversations.at(-1) as (typeof conversations)[number]

  /** Messages of the newest page of a conversation as one text, with what is deleted named. */
  async function shown(client: ForensicClient, id: ConversationId): Promise<string> {
    const page = await client.must('readConversation', { conversationId: id, limit: 60 })
    return JSON.stringify(page.messages)
  }
  const until = (client: ForensicClient, id: ConversationId, holds: (page: string) => boolean) =>
    client.until(async () => holds(await shown(client, id)))

  async function read(client: ForensicClient): Promise<void> {
    await client.must('setSettings', { language: 'en', theme: 'dark', listWidthPx: 300, lockAfterMinutes: 30 })
    const list = await client.must('listConversations', {})
    for (const { conversationId } of list.conversations) {
      let before: number | undefined
      for (let pages = 0; pages < 5; pages++) {
        const asked = { conversationId, limit: 50, ...(before === undefined ? {} : { before }) }
        before = (await client.must('readConversation', asked)).before
        if (before === undefined) break
      }
    }
    await client.must('listPeople', {})
  }

  async function search(client: ForensicClient): Promise<void> {
    const { body } = newest()
    await client.until(async () => (await client.must('search', { text: body })).hits.length > 0)
    const typed = marks.next('search query').text
    for (let length = 2; length <= typed.length; length += 3)
      await client.must('search', { text: typed.slice(0, length) })
    for (const text of [typed, `"${typed}"`, `from:${me} ${typed}`, `has:file ${body}`, `in:"${typed}"`]) {
      await client.must('search', { text })
    }
  }

  async function draft(client: ForensicClient): Promise<void> {
    const { text } = marks.next('draft')
    for (let length = 3; length <= text.length; length += 6) {
      await client.must('saveDraft', { conversationId: newest().id, text: text.slice(0, length) })
    }
    await client.must('saveDraft', { conversationId: newest().id, text: `${text}…` })
  }

  async function send(client: ForensicClient): Promise<void> {
    const { id } = newest()
    const { text } = marks.next('sent body')
    await client.must('sendMessage', { conversationId: id, body: `好 ${text}` })
    await until(client, id, (page) => page.includes(text) && !page.includes('"state":"queued"'))
    await client.must('markRead', { conversationId: id, seq: 10 })
  }

  /** The message that `unsay` deletes. */
  let doomed: { id: ConversationId; seq: number; words: string } | undefined

  function append(content: Parameters<Server['appendEvent']>[0]['content']): number {
    return must(running().appendEvent({ conversationId: newest().id, by: others[0], content })).seq
  }

  async function say(client: ForensicClient): Promise<void> {
    const { id } = newest()
    const [before, after] = [marks.next('body before an edit'), marks.next('edited body')]
    const [deleted, deletedEdit] = [marks.next('deleted body'), marks.next('deleted body')]
    const edited = append({ type: 'message', body: before.text, files: [file()] })
    const name = `${marks.next('deleted file name').text}.png`
    const seq = append({ type: 'message', body: deleted.text, files: [{ ...file(), name }] })
    append({ type: 'other', content: { type: 'reacted', targetSeq: edited, note: marks.next('future content').text } })
    await until(client, id, (page) => page.includes(deleted.text) && page.includes(before.text))
    append({ type: 'edited', targetSeq: edited, body: after.text })
    append({ type: 'edited', targetSeq: seq, body: deletedEdit.text })
    await until(client, id, (page) => page.includes(after.text) && page.includes(deletedEdit.text))
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

  async function unlock(client: ForensicClient): Promise<void> {
    for (;;) {
      const answer = await client.call('unlock', { passphrase })
      if (!answer.error) return
      if (answer.error.code !== 'rate-limited') throw new Error(`unlock: ${answer.error.code}`)
      const { retryAfterMs = 0 } = answer.error
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs))
    }
  }

  async function lock(client: ForensicClient): Promise<void> {
    const { appLock } = await client.must('getSession', {})
    if (!appLock.enabled) await client.must('setPassphrase', { next: passphrase })
    await client.must('lock', {})
    refused(await client.call('listConversations', {}), 'app-locked')
    refused(await client.call('unlock', { passphrase: marks.next('wrong passphrase').text }), 'passphrase-wrong')
    await unlock(client)
  }

  async function evict(client: ForensicClient): Promise<void> {
    const { evicted } = newest()
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
    await serverDown()
    await client.until(async () => (await client.must('getSession', {})).state !== 'live')
    const { text } = marks.next('outbox body')
    await client.must('sendMessage', { conversationId: newest().id, body: `${text} later` })
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
    server ??= await createServer({ store, keys, port: Number(new URL(url).port), ...names })
  }
  async function serverDown(): Promise<void> {
    const ending = server
    server = undefined
    await ending?.close()
  }

  const lostCanaries = () => marks.canaries.slice(conversations[0]?.marksFrom, conversations[lost]?.marksFrom)

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
      'topic',
      'space',
    ],
    gone: ['evicted body', 'deleted body', 'deleted file name', 'search query', 'app passphrase', 'wrong passphrase'],
    wordsGone: () => [...lostCanaries(), ...marks.canaries.filter(({ name }) => /^(deleted|evicted) /.test(name))],
    lost: lostCanaries,
    addConversation,
    act: { rotate: online(rotate), evict: online(evict), cut: online(cut), say: online(say), unsay: online(unsay) },
    acts: [...[read, search, draft, send, amend, lock, rotate, evict, cut].map(online), lock],
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
        if (appLock.locked) await unlock(client)
        return state === 'live'
      })
    },
    serverUp,
    serverDown,
    close: serverDown,
  }
}

function refuseHits({ hits }: { readonly hits: readonly unknown[] }): void {
  if (hits.length > 0) throw new Error('the search still finds what was evicted')
}

function refused(answer: Answer<unknown>, code: string): void {
  if (answer.error?.code !== code) throw new Error(`expected ${code}, had ${answer.error?.code ?? 'success'}`)
}

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`)
  return result.value
}
