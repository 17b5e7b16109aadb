// Runs the stored desktop of version 1 against today's server, and today's desktop against the stored server of version 1.

import { afterEach, expect, test } from 'vitest'
import type { Store } from '../main/store/store.ts'
import type { ConversationId, UserId } from '../shared/model.ts'
import type { Answer, MessageAct, Request } from '../shared/wire.ts'
import type { OldDesktop } from './builds/wire-1/desktop.js'
import { parseDownFrame as parseOldDownFrame } from './builds/wire-1/wire.js'
import type { Desktop } from './desktop.ts'
import { must } from './fake-shell.ts'
import { createVersionSite, oldTextsOf, still, textsOf, type VersionSite } from './version-site.ts'
import { runWorld } from './world.ts'
import { referenceOf } from './world-reference.ts'

const sites: VersionSite[] = []
afterEach(async () => {
  for (const site of sites.splice(0)) await site.end()
})
async function siteOf(...args: Parameters<typeof createVersionSite>): Promise<VersionSite> {
  const site = await createVersionSite(...args)
  sites.push(site)
  return site
}

/** A site with ana and ben in one group, before anybody has started. */
async function twoPeople(version: 'old' | 'new') {
  const site = await siteOf(version)
  const [ana, ben] = ['ana', 'ben'].map(site.addUser) as [UserId, UserId]
  const group = site.server.found('the group', ['ana', 'ben'])
  return { site, ana, ben, group }
}

async function ask(site: VersionSite, desktop: Desktop, request: Request): Promise<Answer> {
  const answered = desktop.session.request(request)
  await site.settle()
  return must(await answered)
}

function say(desktop: Desktop, site: VersionSite, id: ConversationId, body: string, more: object = {}): void {
  const clientId = desktop.session.newClientId()
  const record = { type: 'message' as const, clientId, body, createdAtMs: site.clock.nowMs(), ...more }
  must(storeOf(desktop).enqueue(id, record))
  desktop.session.flush()
}

function act(desktop: Desktop, site: VersionSite, id: ConversationId, what: MessageAct): void {
  const clientId = desktop.session.newClientId()
  must(storeOf(desktop).enqueue(id, { type: 'act', clientId, createdAtMs: site.clock.nowMs(), act: what }))
  desktop.session.flush()
}

function oldSay(desktop: OldDesktop, site: VersionSite, id: ConversationId, body: string): void {
  const clientId = desktop.session.newClientId()
  desktop.store()?.enqueue(id, { clientId, body, createdAtMs: site.clock.nowMs() })
  desktop.session.flush()
}

function storeOf(desktop: Desktop): Store {
  const store = desktop.store()
  if (!store) throw new Error('no cache')
  return store
}

const oldListed = (desktop: OldDesktop, id: ConversationId) =>
  desktop
    .store()
    ?.listConversations(new Set())
    .find((view) => view.conversationId === id)
const listed = (desktop: Desktop, id: ConversationId) =>
  desktop
    .store()
    ?.listConversations(still)
    .find((view) => view.conversationId === id)

/** Of everything that version 2 adds to a log, one, at its end. Answers where it begins. */
async function talkOfVersion2(site: VersionSite, desktop: Desktop, id: ConversationId, other: UserId): Promise<number> {
  const first = site.server.log(id).length + 1
  const mentions = [{ type: 'person' as const, start: 0, end: 4, userId: other }]
  say(desktop, site, id, '@ben look', { mentions })
  await site.settle()
  say(desktop, site, id, 'a reply', { threadSeq: first })
  say(desktop, site, id, 'a quote', { quoteSeq: first })
  say(desktop, site, id, 'to be changed')
  say(desktop, site, id, 'to be taken back')
  await site.settle()
  act(desktop, site, id, { type: 'edit', targetSeq: first + 3, body: 'was changed' })
  act(desktop, site, id, { type: 'delete', targetSeq: first + 4 })
  act(desktop, site, id, { type: 'react', targetSeq: first, emoji: '👍', on: true })
  say(desktop, site, id, '…', { isFallback: true, forward: { conversationId: id, seq: first + 2 } })
  await site.settle()
  await ask(site, desktop, { type: 'change', conversationId: id, topic: `what version 2 can do from ${first} on` })
  return first
}
const version2Talk = ['@ben look', 'a reply', 'a quote', 'was changed', 'a quote']

test('[CMP1] a desktop of version 1 catches up over a log of version 2, follows it live, writes and reads', async () => {
  const { site, ben, group } = await twoPeople('new')
  const today = await site.startNew(await site.enrol('ana'))
  await site.settle()
  await talkOfVersion2(site, today, group, ben)
  const stored = await site.startOld(await site.enrol('ben'))
  await site.settle()
  expect(stored.session.state().type).toBe('live')
  expect(oldTextsOf(stored, group)).toEqual(version2Talk)
  expect(oldListed(stored, group)).toMatchObject({ topic: 'what version 2 can do from 3 on', unread: 5 })
  await talkOfVersion2(site, today, group, ben)
  expect(oldTextsOf(stored, group)).toEqual([...version2Talk, ...version2Talk])
  oldSay(stored, site, group, 'from version 1')
  await site.settle()
  expect(textsOf(today.store(), group).at(-1)).toBe('from version 1')
  expect(site.server.log(group).filter(({ actorId }) => actorId === ben)).toHaveLength(1)
  const { length } = site.server.log(group)
  say(today, site, group, 'one more')
  await site.settle()
  stored.store()?.applyRead(group, length + 1, 'user')
  stored.session.markRead(group, length + 1)
  await site.settle()
  expect(site.server.view.readSeq(ben, group)).toBe(length + 1)
})

test('[CMP2] a desktop of version 1 learns of members, names, new and lost conversations as they happen', async () => {
  const { site, ana, ben, group } = await twoPeople('new')
  const cat = site.addUser('cat')
  const today = await site.startNew(await site.enrol('ana'))
  const stored = await site.startOld(await site.enrol('ben'))
  await site.settle()
  const made = await ask(site, today, {
    type: 'create',
    clientId: today.session.newClientId(),
    kind: 'channel',
    name: 'harbour',
    memberIds: [ben],
  })
  const harbour = made.type === 'created' ? made.conversationId : group
  expect(oldListed(stored, harbour)?.name).toBe('harbour')
  await ask(site, today, { type: 'invite', conversationId: harbour, userIds: [cat] })
  await ask(site, today, { type: 'change', conversationId: harbour, name: 'the harbour' })
  expect(oldListed(stored, harbour)).toMatchObject({ name: 'the harbour', memberIds: [ana, ben, cat].sort() })
  await ask(site, today, { type: 'remove', conversationId: harbour, userId: cat })
  expect(oldListed(stored, harbour)?.memberIds).toEqual([ana, ben].sort())
  await ask(site, today, { type: 'remove', conversationId: harbour, userId: ben })
  expect(oldListed(stored, harbour)).toBeUndefined()
  await ask(site, today, { type: 'invite', conversationId: harbour, userIds: [ben] })
  await site.settle()
  expect(oldListed(stored, harbour)?.memberIds).toEqual([ana, ben].sort())
  expect(stored.session.state().type).toBe('live')
})

test('[CMP3] every frame of today’s server is one that version 1 reads or skips', async () => {
  const types = new Map<string, Set<string>>()
  const tap = (direction: 'up' | 'down', text: string) => {
    if (direction === 'up') return
    const parsed = parseOldDownFrame(text)
    if (parsed.type === 'malformed') throw new Error(`${parsed.reason}: ${text.slice(0, 40)}`)
    const type = parsed.type === 'frame' ? parsed.frame.type : parsed.frameType
    types.set(parsed.type, (types.get(parsed.type) ?? new Set()).add(type))
  }
  for (let seed = 1; seed <= 6; seed++) await runWorld(seed, { tap })
  const read = ['access', 'directory', 'event', 'events', 'heads', 'hello', 'readMoved', 'refused', 'sent', 'welcome']
  expect([...(types.get('frame') ?? [])]).toEqual(expect.arrayContaining(read))
  expect([...(types.get('unknown') ?? [])]).toEqual(
    expect.arrayContaining(['answer', 'prefsMoved', 'presence', 'reads']),
  )
})

test('[CMP4] what version 1 has cached of a log of version 2 shows in full once its desktop is of today', async () => {
  const { site, ana, ben, group } = await twoPeople('new')
  const today = await site.startNew(await site.enrol('ana'))
  const disk = await site.enrol('ben')
  const stored = await site.startOld(disk)
  await site.settle()
  await talkOfVersion2(site, today, group, ben)
  expect(oldTextsOf(stored, group)).toEqual(version2Talk)
  await stored.stop()
  const upgraded = await site.startNew(disk)
  while (storeOf(upgraded).verifyStep());
  await site.settle()
  const log = site.server.log(group)
  const reader = {
    userId: ben,
    department: undefined,
    nameOf: (id: UserId) => (id === ana ? 'ana' : 'ben'),
    sees: () => true,
    readSeq: 0,
    prefs: { muted: false, pinned: false },
  }
  const reference = referenceOf(log, reader)
  const page = must(storeOf(upgraded).readPage(group, undefined, 200, still))
  expect(page.messages).toEqual(reference.timeline)
  expect(page.messages.find(({ seq }) => seq === 3)).toMatchObject({
    reactions: [{ emoji: '👍', userIds: [ana], mine: false }],
    thread: { replies: 1 },
  })
  expect(listed(upgraded, group)).toMatchObject({ ...reference.counts, topic: 'what version 2 can do from 3 on' })
  // From here on events alone tell what changes.
  await ask(site, today, { type: 'change', conversationId: group, topic: 'changed while live' })
  expect(listed(upgraded, group)?.topic).toBe('changed while live')
})

test('[CMP5] today’s desktop talks with a server of version 1; what that does not know is refused here, and shown', async () => {
  const { site, ben, group } = await twoPeople('old')
  const today = await site.startNew(await site.enrol('ana'))
  const stored = await site.startOld(await site.enrol('ben'))
  await site.settle()
  expect(today.session.state().type).toBe('live')
  say(today, site, group, 'hello')
  oldSay(stored, site, group, 'hello yourself')
  await site.settle()
  expect(textsOf(today.store(), group)).toEqual(expect.arrayContaining(['hello', 'hello yourself']))
  expect(oldTextsOf(stored, group)).toEqual(textsOf(today.store(), group))
  const { seq = 0 } = site.server.log(group).find(({ actorId }) => actorId === ben) ?? {}
  say(today, site, group, 'in a thread', { threadSeq: seq })
  act(today, site, group, { type: 'react', targetSeq: seq, emoji: '👍', on: true })
  say(today, site, group, 'plain again')
  await site.settle()
  expect(textsOf(today.store(), group)).toHaveLength(3)
  const message = must(storeOf(today).readPage(group, undefined, 50, still))
  expect(message.messages.find((row) => row.seq === seq)?.pending).toMatchObject({
    act: 'react',
    failure: { code: 'update-required' },
  })
  const thread = must(storeOf(today).readThread(group, seq, still))
  expect(thread.replies).toMatchObject([{ delivery: { state: 'failed', failure: { code: 'update-required' } } }])
  const asked = today.session.request({ type: 'leave', conversationId: group })
  await site.settle()
  expect(await asked).toMatchObject({ ok: false, error: { code: 'update-required' } })
  expect(oldTextsOf(stored, group).at(-1)).toBe('plain again')
  const cat = site.addUser('cat')
  site.server.join(group, cat)
  await site.settle()
  expect(today.session.state().type).toBe('live')
})

test('[CMP6] once its server speaks version 2, what was refused for that arrives on retry, and events change conversations', async () => {
  const { site, group } = await twoPeople('new')
  site.seemOld(true)
  const today = await site.startNew(await site.enrol('ana'))
  await site.settle()
  say(today, site, group, 'hello')
  await site.settle()
  act(today, site, group, { type: 'react', targetSeq: 3, emoji: '👍', on: true })
  say(today, site, group, 'in a thread', { threadSeq: 3 })
  must(storeOf(today).wantPrefs(group, { pinned: true }))
  today.session.sendPrefs(group)
  await site.settle()
  expect(listed(today, group)).toMatchObject({ failed: 2, pinned: true })
  site.seemOld(false)
  site.server.crash()
  await site.settle()
  site.server.start()
  await site.settle()
  expect(today.session.state().type).toBe('live')
  const page = must(storeOf(today).readPage(group, undefined, 50, still))
  const thread = must(storeOf(today).readThread(group, 3, still))
  const ids = [page.messages.find(({ seq }) => seq === 3)?.pending?.clientId, thread.replies[0]?.clientId]
  for (const clientId of ids) if (clientId) storeOf(today).setFailure(clientId, undefined)
  today.session.flush()
  await site.settle()
  expect(
    site.server
      .log(group)
      .slice(3)
      .map(({ content }) => content.type),
  ).toEqual(['reacted', 'message'])
  expect(listed(today, group)).toMatchObject({ failed: 0, queued: 0, pinned: true })
  await ask(site, today, { type: 'change', conversationId: group, topic: 'of version 2' })
  expect(listed(today, group)?.topic).toBe('of version 2')
})
