// Owns the client of the benchmark `loop`: the app as every host runs it, on a host without a window that asks for what a
// window would show; measures its own event loop.
// Always holds: nothing of the server runs in this process; work is done when every message is cached and searchable.
// Usage (with an IPC channel): loop-client.program.ts COUNT DIR URL CODE

import { createApp } from '../main/app.ts'
import { silentLog } from '../testing/desktop.ts'
import { createFakeShell, must } from '../testing/fake-shell.ts'
import { perSecond } from './figures.ts'
import { type LoopFigures, startLoopProbe } from './loop-probe.ts'

export type ToClient = { readonly type: 'resume' }
export type FromClient =
  /** Everything is cached and indexed, and the connection is down: what is appended now will have been missed. */
  { readonly type: 'offline' } | { readonly type: 'done'; readonly figures: ClientFigures }

export interface SyncFigures {
  readonly messagesPerSecond: number
  /** Until the last message could be found by search, too. */
  readonly indexedPerSecond: number
  /** Until the conversation in view showed its newest message. */
  readonly firstScreenMs: number
  readonly cachedMs: number
  readonly indexedMs: number
  readonly loop: LoopFigures
}

export interface ClientFigures {
  /** The app running, not enrolled: what the probe itself sees on this machine. */
  readonly idle: LoopFigures
  /** Just enrolled: newest pages first, then history one page at a time. */
  readonly firstSync: SyncFigures
  /** Back after an absence: what was missed, with all pulls in flight. */
  readonly catchUp: SyncFigures
}

const IDLE_MS = 3000
const POLL_MS = 100

const [countText = '', dir = '', serverUrl = '', code = ''] = process.argv.slice(2)
const count = Number(countText)
const shell = createFakeShell()
const about = { version: '0.1.0', platform: 'bench', deviceName: 'bench' }
const app = createApp({ shell, profileDir: dir, ...about, log: silentLog })

// A window lists conversations and reads its open one again after each change; the host sends the answers as text.
const tellHost = shell.emit
const sendToWindow = (answer: unknown) => void JSON.stringify(answer)
/** How far the conversation in view was shown, and when. */
let shownAt: { readonly atMs: number; readonly newestSeq: number }[] = []
let openConversation: Parameters<typeof readOpen>[0] | undefined
shell.emit = (name, payload) => {
  tellHost(name, payload)
  if (name === 'conversationsChanged') void list()
  if ('conversationId' in payload && payload.conversationId === openConversation) void readOpen(openConversation)
}

async function list() {
  const listed = await shell.call('listConversations', {})
  // Before the server has been reached there is nothing to list.
  const conversations = listed.ok ? listed.value.conversations : []
  sendToWindow(conversations)
  if (openConversation === undefined && conversations[0]) {
    openConversation = conversations[0].conversationId
    await shell.call('setView', { conversationId: openConversation, people: [] })
  }
  return conversations
}

async function readOpen(conversationId: Awaited<ReturnType<typeof list>>[number]['conversationId']) {
  const page = await shell.call('readConversation', { conversationId, limit: 50 })
  sendToWindow(page)
  if (page.ok) shownAt.push({ atMs: performance.now(), newestSeq: page.value.newestSeq })
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Resolves when `total` messages, all of them unread, are cached. */
async function cached(total: number): Promise<void> {
  while ((await list()).reduce((sum, { unread }) => sum + unread, 0) < total) await pause(POLL_MS)
}

async function indexed(): Promise<void> {
  while (!must(await shell.call('search', { text: 'approve' })).complete) await pause(POLL_MS)
}

async function measured(begin: () => unknown, total: number): Promise<SyncFigures> {
  const stopProbe = startLoopProbe()
  shownAt = []
  const from = performance.now()
  await begin()
  await cached(total)
  const cachedMs = performance.now() - from
  await indexed()
  const indexedMs = performance.now() - from
  const loop = stopProbe()
  if (openConversation) await readOpen(openConversation)
  const newestSeq = shownAt.at(-1)?.newestSeq
  const firstScreenMs = (shownAt.find((shown) => shown.newestSeq === newestSeq)?.atMs ?? from) - from
  return {
    messagesPerSecond: perSecond(count, cachedMs),
    indexedPerSecond: perSecond(count, indexedMs),
    firstScreenMs,
    cachedMs,
    indexedMs,
    loop,
  }
}

const tell = (message: FromClient) => process.send?.(message)

await app.start()
const stopIdleProbe = startLoopProbe()
await pause(IDLE_MS)
const idle = stopIdleProbe()
const firstSync = await measured(async () => must(await shell.call('enroll', { serverUrl, code })), count)
shell.power('suspend')
tell({ type: 'offline' })
await new Promise<void>((resolve) => {
  process.once('message', (message: ToClient) => {
    if (message.type === 'resume') resolve()
  })
})
const catchUp = await measured(() => shell.power('resume'), 2 * count)
tell({ type: 'done', figures: { idle, firstSync, catchUp } })
await app.stop()
process.disconnect()
