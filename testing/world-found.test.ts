// Owns what worlds have found wrong, each told without a seed: worlds change, and a seed is then another story.

import { afterEach, expect, test } from 'vitest'
import type { Store } from '../main/store/store.ts'
import { limits, times } from '../shared/limits.ts'
import type { ConversationId, UserId } from '../shared/model.ts'
import type { MessageAct, Request } from '../shared/wire.ts'
import type { Desktop } from './desktop.ts'
import { must } from './fake-shell.ts'
import { createVersionSite, still, type VersionSite } from './version-site.ts'

const sites: VersionSite[] = []
afterEach(async () => {
  for (const site of sites.splice(0)) await site.end()
})

/** Ana and ben, each at a desktop that is live. */
async function twoPeople() {
  const site = await createVersionSite('new')
  sites.push(site)
  const [ana, ben] = ['ana', 'ben'].map(site.addUser) as [UserId, UserId]
  const desktops = [await site.startNew(await site.enrol('ana')), await site.startNew(await site.enrol('ben'))] as const
  await site.settle()
  return { site, ana, ben, desktops }
}

async function ask(site: VersionSite, desktop: Desktop, request: Request) {
  const answered = desktop.session.request(request)
  await site.settle()
  return must(await answered)
}

async function found(site: VersionSite, desktop: Desktop, memberIds: UserId[]): Promise<ConversationId> {
  const clientId = desktop.session.newClientId()
  const made = await ask(site, desktop, { type: 'create', clientId, kind: 'group', name: 'the group', memberIds })
  if (made.type !== 'created') throw new Error('not made')
  return made.conversationId
}

function storeOf(desktop: Desktop): Store {
  const store = desktop.store()
  if (!store) throw new Error('no cache')
  return store
}
const ownerOf = (desktop: Desktop, id: ConversationId) =>
  storeOf(desktop)
    .listConversations(still)
    .find(({ conversationId }) => conversationId === id)?.ownerId

test('[WLD1] whoever owns a conversation shows as its owner while they are in it, on every desktop, however it learned', async () => {
  const { site, ana, ben, desktops } = await twoPeople()
  const [hers, his] = desktops
  const group = await found(site, hers, [ben])
  expect([ownerOf(hers, group), ownerOf(his, group)]).toEqual([ana, ana])
  await ask(site, hers, { type: 'leave', conversationId: group })
  const later = await site.startNew(await site.enrol('ben'))
  await site.settle()
  // One learned from the event that she left, one was told how things stand.
  expect([ownerOf(his, group), ownerOf(later, group)]).toEqual([undefined, undefined])
  await ask(site, his, { type: 'invite', conversationId: group, userIds: [ana] })
  expect([hers, his, later].map((desktop) => ownerOf(desktop, group))).toEqual([ana, ana, ana])
})

test('[WLD2] a conversation that was lost and is looked at again once it is back is told how far others read', async () => {
  const { site, ana, ben, desktops } = await twoPeople()
  const [hers, his] = desktops
  const group = await found(site, hers, [ben])
  his.session.lively.setView({ conversationId: group, people: [] })
  await site.settle()
  await ask(site, hers, { type: 'remove', conversationId: group, userId: ben })
  // On the new line he cannot watch what is not his.
  site.cut()
  await site.settle()
  await ask(site, hers, { type: 'invite', conversationId: group, userIds: [ben] })
  his.session.lively.setView({ conversationId: group, people: [] })
  await site.settle()
  storeOf(hers).applyRead(group, 3, 'user')
  hers.session.markRead(group, 3)
  await site.settle()
  expect(must(storeOf(his).readPage(group, undefined, 5, still)).readers).toEqual([{ userId: ana, seq: 3 }])
})

test('[WLD3] access lost while a message is under way leaves nothing under way for ever', async () => {
  const { site, ben, desktops } = await twoPeople()
  const [hers, his] = desktops
  const group = await found(site, hers, [ben])
  const write = (body: string) => {
    const clientId = his.session.newClientId()
    must(storeOf(his).enqueue(group, { type: 'message', clientId, body, createdAtMs: site.clock.nowMs() }))
    his.session.flush()
  }
  // The answer and the event of his message are lost on him; that he is out is not.
  site.hearInstead((text) => (/^\{"type":"(?:sent|event)"/.test(text) ? [] : [text]))
  write('the last word')
  await site.settle()
  expect(his.session.sending().size).toBe(1)
  site.server.leave(group, ben)
  await site.settle()
  site.hearInstead(undefined)
  expect(his.session.sending().size).toBe(0)
  site.server.join(group, ben)
  await site.settle()
  write('back again')
  await site.settle()
  expect(his.session.sending().size).toBe(0)
  expect(site.server.log(group).at(-1)?.content).toMatchObject({ type: 'message', body: 'back again' })
})

test('[WLD4] a dead line is noticed although the clock has been set back', async () => {
  const site = await createVersionSite('new')
  sites.push(site)
  site.addUser('ana')
  let offMs = 0
  const desktop = await site.startNew(await site.enrol('ana'), () => offMs)
  await site.settle()
  expect(desktop.session.state().type).toBe('live')
  offMs = -365 * times.DAY_MS
  site.partition(true)
  for (let passedMs = 0; passedMs < 2 * limits.silenceMs; passedMs += 1000) site.clock.advance(1000)
  expect(desktop.session.state().type).not.toBe('live')
  site.partition(false)
  desktop.session.dispatch({ type: 'connect-asked' })
  await site.settle()
  expect(desktop.session.state().type).toBe('live')
})

test('[WLD5] a message of one’s own counts as reading up to it on every desktop, also where it was deleted before that desktop came', async () => {
  const { site, ana, ben, desktops } = await twoPeople()
  const [hers, his] = desktops
  const group = await found(site, his, [ana])
  await site.settle()
  const put = (desktop: Desktop, record: { type: 'message'; body: string } | { type: 'act'; act: MessageAct }) => {
    const clientId = desktop.session.newClientId()
    must(storeOf(desktop).enqueue(group, { ...record, clientId, createdAtMs: site.clock.nowMs() }))
    desktop.session.flush()
  }
  put(hers, { type: 'message', body: 'unread?' })
  await site.settle()
  put(his, { type: 'message', body: 'read' })
  await site.settle()
  put(his, { type: 'act', act: { type: 'delete', targetSeq: 4 } })
  await site.settle()
  const later = await site.startNew(await site.enrol('ben'))
  await site.settle()
  const unread = (desktop: Desktop) => storeOf(desktop).listConversations(still)[0]?.unread
  expect([unread(his), unread(later)]).toEqual([0, 0])
  expect(site.server.view.readSeq(ben, group)).toBe(0)
})
