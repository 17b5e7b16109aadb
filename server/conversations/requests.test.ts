// Checks what people ask about conversations, in one process: rules where they meet the store, order of what devices are
// told, and that whoever follows it ends with what the server has, devices of version 1 too.

import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { ConversationId, ConversationInfo, UserId } from '../../shared/model.ts'
import type { Answer, Request } from '../../shared/wire.ts'
import { toConversationInfo } from './changes.ts'
import { found, newClientId, openSite, type Person, type Site, type Told, taken } from './test-site.ts'

/** The stored build of version 1's own parser. */
const wire1 = new URL('../../testing/builds/wire-1/wire.js', import.meta.url).href
const { parseDownFrame: parseDownFrame1 } = (await import(wire1)) as {
  parseDownFrame: (text: string) => { readonly type: string }
}

let site: Site
let ann: Person
let ben: Person
let eve: Person
beforeEach(async () => {
  site = await openSite()
  ;[ann, ben, eve] = [site.addPerson(), site.addPerson(), site.addPerson()]
})

const code = (by: Person, request: Request) => {
  const outcome = site.ask(by, request)
  return outcome.ok ? outcome.value.type : outcome.error.code
}
const infoOf = (conversationId: ConversationId): ConversationInfo => {
  const row = site.view.conversation(conversationId)
  if (row === undefined) throw new Error('no such conversation')
  return toConversationInfo(row, site.view.memberIdsOf(conversationId))
}
const ids = (...people: Person[]) => people.map((person) => person.userId).sort()
const kinds = (told: readonly Told[]) =>
  told.map((what) => (what.type === 'event' ? what.event.content.type : what.type))

test('[CNV30] whoever makes a conversation owns it; repeating it makes no second one', () => {
  const request: Request = {
    type: 'create',
    clientId: newClientId(),
    kind: 'channel',
    name: ' 法務\n部 ',
    topic: ' \u0007 ',
    isOpen: true,
    memberIds: [ben.userId, ann.userId, ben.userId],
  }
  const first = taken(site.ask(ann, request)) as Extract<Answer, { type: 'created' }>
  expect(infoOf(first.conversationId)).toEqual({
    conversationId: first.conversationId,
    kind: 'channel',
    name: '法務 部',
    memberIds: ids(ann, ben),
    ownerId: ann.userId,
    isOpen: true,
    asOfSeq: 2,
  })
  expect(kinds(site.told)).toEqual(['access', 'created', 'joined'])
  expect(taken(site.ask(ann, request))).toEqual(first)
  expect(site.view.conversations()).toHaveLength(1)
  expect(code({ ...ben, deviceId: ben.deviceId }, request)).toBe('created')
  expect(site.view.conversations()).toHaveLength(2)
})

test('[CNV31] a pair has one direct conversation: asking again, from either side, leads there', () => {
  const first = found(site, ann, 'direct', [ben])
  expect(infoOf(first)).toMatchObject({ name: '', kind: 'direct', memberIds: ids(ann, ben) })
  expect(infoOf(first).ownerId).toBeUndefined()
  expect([found(site, ann, 'direct', [ben]), found(site, ben, 'direct', [ann])]).toEqual([first, first])
  site.deactivate(ben)
  expect(found(site, ann, 'direct', [ben])).toBe(first)
})

test.each([
  ['a group without a name', { kind: 'group', name: ' \n' }, 'bad-input'],
  ['a direct one of one', { kind: 'direct', name: '', memberIds: [] }, 'bad-input'],
  ['an open group', { kind: 'group', isOpen: true }, 'bad-input'],
  ['somebody unknown', { memberIds: ['usr_00000000000000000000' as UserId] }, 'not-found'],
] as const)('[CNV32] no conversation is made of %s', (_, changes, expected) => {
  const request: Request = { type: 'create', clientId: newClientId(), kind: 'group', name: 'G', memberIds: [] }
  const asked = { ...request, ...changes, memberIds: [...('memberIds' in changes ? changes.memberIds : [])] }
  expect(code(ann, asked)).toBe(expected)
  expect(site.view.conversations()).toEqual([])
})

test('[CNV33] deactivated people are brought in nowhere', () => {
  const conversationId = found(site, ann, 'group', [])
  site.deactivate(eve)
  const create: Request = { type: 'create', clientId: newClientId(), kind: 'group', name: 'G', memberIds: [eve.userId] }
  expect(code(ann, create)).toBe('user-inactive')
  expect(code(ann, { type: 'invite', conversationId, userIds: [ben.userId, eve.userId] })).toBe('user-inactive')
  expect(infoOf(conversationId).memberIds).toEqual([ann.userId])
})

test('[CNV34] a group is bounded; a channel is not', () => {
  const many = Array.from({ length: limits.groupMembers }, () => site.addPerson())
  const group = found(site, ann, 'group', many.slice(1))
  const channel = found(site, ann, 'channel', many.slice(1))
  const invite = (conversationId: ConversationId, person: Person | undefined) =>
    code(ann, { type: 'invite', conversationId, userIds: person === undefined ? [] : [person.userId] })
  expect([invite(group, many[1]), invite(group, many[0]), invite(channel, many[0])]).toEqual([
    'done',
    'bad-input',
    'done',
  ])
})

test('[CNV35] whoever gains a conversation is told of it before the event; whoever loses it is told that, and not the event', () => {
  const conversationId = found(site, ann, 'group', [ben])
  site.told.length = 0
  expect(code(ben, { type: 'invite', conversationId, userIds: [eve.userId, ann.userId] })).toBe('done')
  expect(site.told).toMatchObject([
    { type: 'access', userIds: [eve.userId] },
    { type: 'info', conversationId },
    { type: 'event', event: { actorId: ben.userId, content: { type: 'joined', userIds: [eve.userId] } } },
  ])
  expect(site.told[2]).toMatchObject({ to: [ann.userId, ben.userId, eve.userId] })
  site.told.length = 0
  expect(code(ann, { type: 'remove', conversationId, userId: eve.userId })).toBe('done')
  expect(site.told).toMatchObject([
    { type: 'access', userIds: [eve.userId] },
    { type: 'info', conversationId },
    { type: 'event', event: { actorId: ann.userId, content: { type: 'left', userId: eve.userId } } },
  ])
  expect(site.told[2]).toMatchObject({ to: [ann.userId, ben.userId] })
  expect(site.view.accessSince(eve.userId, 0, 9)).toMatchObject([{ conversationId, granted: false }])
})

test('[CNV36] what is as asked already is answered as done, without an event', () => {
  const conversationId = found(site, ann, 'channel', [ben], true)
  expect(code(ben, { type: 'leave', conversationId })).toBe('done')
  const head = site.view.conversation(conversationId)?.headSeq
  site.told.length = 0
  for (const [by, request] of [
    [ben, { type: 'leave', conversationId }],
    [ann, { type: 'join', conversationId }],
    [ann, { type: 'remove', conversationId, userId: ben.userId }],
    [ann, { type: 'invite', conversationId, userIds: [ann.userId] }],
    [ann, { type: 'change', conversationId, name: ' Name', topic: '', isOpen: true, archived: false }],
    [ann, { type: 'change', conversationId }],
  ] as const) {
    expect(code(by, request as Request)).toBe('done')
  }
  expect([site.view.conversation(conversationId)?.headSeq, site.told]).toEqual([head, []])
})

test('[CNV37] a change is one event that says what differs; the feed grants the conversation again', () => {
  const conversationId = found(site, ann, 'channel', [ben])
  const before = site.view.revision('access')
  site.told.length = 0
  expect(code(ann, { type: 'change', conversationId, name: 'New', topic: 'T', isOpen: false })).toBe('done')
  expect(kinds(site.told)).toEqual(['info', 'changed'])
  expect(site.told[1]).toMatchObject({ event: { seq: 3, content: { type: 'changed', name: 'New', topic: 'T' } } })
  expect(infoOf(conversationId)).toMatchObject({ name: 'New', topic: 'T', asOfSeq: 3 })
  expect(site.view.accessSince(ben.userId, before, 9)).toMatchObject([{ conversationId, granted: true }])
  expect(code(ben, { type: 'change', conversationId, topic: '' })).toBe('done')
  expect(infoOf(conversationId).topic).toBeUndefined()
  expect(code(ben, { type: 'change', conversationId, name: 'Mine' })).toBe('not-allowed')
  expect(code(eve, { type: 'change', conversationId, topic: 'x' })).toBe('not-found')
  expect(code(ann, { type: 'change', conversationId, name: ' \n ' })).toBe('bad-input')
})

test('[CNV38] archived: read and left, no more; whoever owns it brings it back', () => {
  const conversationId = found(site, ann, 'channel', [ben], true)
  const { seq } = taken(site.say(ben, conversationId, 'one'))
  expect(code(ben, { type: 'change', conversationId, archived: true })).toBe('not-allowed')
  expect(code(ann, { type: 'change', conversationId, archived: true })).toBe('done')
  expect(infoOf(conversationId).archived).toBe(true)
  expect(site.say(ben, conversationId, 'two')).toMatchObject({ error: { code: 'conversation-archived' } })
  const act = site.act(ben, conversationId, { type: 'delete', targetSeq: seq })
  expect(act).toMatchObject({ error: { code: 'conversation-archived' } })
  for (const request of [
    { type: 'invite', conversationId, userIds: [eve.userId] },
    { type: 'change', conversationId, topic: 'x' },
    { type: 'upload', conversationId, sha256: 'A'.repeat(43), bytes: 1 },
  ] as const) {
    expect(code(ann, request as Request)).toBe('conversation-archived')
  }
  expect(code(eve, { type: 'join', conversationId })).toBe('conversation-archived')
  expect(code(eve, { type: 'browse', text: '' })).toBe('browsed')
  expect(site.read(ben, conversationId)).toHaveLength(4)
  expect(code(ben, { type: 'leave', conversationId })).toBe('done')
  expect(code(ann, { type: 'change', conversationId, archived: false, topic: 'again' })).toBe('done')
  expect(code(eve, { type: 'join', conversationId })).toBe('done')
})

test('[CNV39] an owner who has left owns nothing; a group then is everybody’s, a channel IT’s, until they are back', () => {
  for (const kind of ['group', 'channel'] as const) {
    const conversationId = found(site, ann, kind, [ben, eve])
    const archive: Request = { type: 'change', conversationId, archived: true }
    const remove: Request = { type: 'remove', conversationId, userId: eve.userId }
    expect([code(ben, archive), code(ben, remove)]).toEqual(['not-allowed', 'not-allowed'])
    expect(code(ann, { type: 'leave', conversationId })).toBe('done')
    // Devices are told who it is all the same: they learn from events when that person is back.
    const { ownerId, memberIds } = infoOf(conversationId)
    expect([ownerId, memberIds.includes(ann.userId)]).toEqual([ann.userId, false])
    expect(code(ben, remove)).toBe(kind === 'group' ? 'done' : 'not-allowed')
    expect(code(ben, { type: 'invite', conversationId, userIds: [ann.userId] })).toBe('done')
    expect(infoOf(conversationId).ownerId).toBe(ann.userId)
    expect(code(ann, archive)).toBe('done')
  }
})

test('[CNV40] open channels are found by name or topic, however written, a page at a time; others never', () => {
  const wanted = [...Array(limits.browsePage + 3).keys()].map((i) => `Ｔeam ${String(i).padStart(3, '0')}`)
  for (const name of [...wanted].reverse()) {
    taken(
      site.ask(ann, { type: 'create', clientId: newClientId(), kind: 'channel', name, isOpen: true, memberIds: [] }),
    )
  }
  taken(site.ask(ann, { type: 'create', clientId: newClientId(), kind: 'channel', name: 'Team closed', memberIds: [] }))
  const topical: Request = {
    type: 'create',
    clientId: newClientId(),
    kind: 'channel',
    name: 'AAA',
    topic: 'all TEAMS',
    isOpen: true,
    memberIds: [ben.userId],
  }
  taken(site.ask(ann, topical))
  const browse = (text: string, cursor?: string) => {
    const answer = taken(site.ask(ben, { type: 'browse', text, ...(cursor !== undefined && { cursor }) }))
    if (answer.type !== 'browsed') throw new Error(answer.type)
    return answer
  }
  const first = browse(' team ')
  const second = browse('team', first.cursor)
  expect([first.found.length, second.cursor]).toEqual([limits.browsePage, undefined])
  expect([...first.found, ...second.found].map((each) => each.name)).toEqual(['AAA', ...wanted])
  expect(first.found[0]).toMatchObject({ topic: 'all TEAMS', members: 2, isMember: true })
  expect(first.found[1]).toMatchObject({ members: 1, isMember: false })
  expect(browse('nothing').found).toEqual([])
  const closed = site.view.conversations().find((row) => row.name === 'Team closed')?.conversationId ?? ''
  for (const cursor of [closed, 'x', `cnv_${'0'.repeat(20)}`]) {
    expect(code(ben, { type: 'browse', text: '', cursor })).toBe('bad-input')
  }
})

test('[CNV41] the first event at or after a time is told to members, 0 where none is as late', () => {
  const conversationId = found(site, ann, 'group', [ben])
  const startMs = site.clock.nowMs()
  site.clock.advance(1000)
  const { seq } = taken(site.say(ann, conversationId, 'one'))
  const seqAt = (by: Person, atMs: number) => site.ask(by, { type: 'seqAt', conversationId, atMs })
  expect([0, startMs + 1, startMs + 1001].map((atMs) => taken(seqAt(ben, atMs)))).toEqual(
    [1, seq, 0].map((each) => ({ type: 'seqAt', seq: each })),
  )
  expect(seqAt(eve, 0)).toMatchObject({ ok: false, error: { code: 'not-found' } })
})

test('[CNV42] files are asked about by members only', () => {
  const conversationId = found(site, ann, 'group', [])
  const upload: Request = { type: 'upload', conversationId, sha256: 'A'.repeat(43), bytes: 1 }
  const download: Request = { type: 'download', conversationId, seq: 1, sha256: 'A'.repeat(43) }
  expect([code(ann, upload), code(ann, download)]).toEqual(['upload', 'download'])
  expect([code(eve, upload), code(eve, download)]).toEqual(['not-found', 'not-found'])
})

test('[CNV43] what a person sets for a conversation is kept for those who may view it', () => {
  const conversationId = found(site, ann, 'group', [])
  const prefs = { muted: true, pinned: true, unreadFromSeq: 2 }
  const set = (by: Person) =>
    site.settle<unknown>((settled) => site.prefs.set(by.userId, conversationId, prefs, settled))
  expect([set(ann), set(eve)]).toEqual([prefs, undefined])
  expect(site.prefs.of(ann.userId, conversationId)).toEqual(prefs)
  expect(site.prefs.of(eve.userId, conversationId)).toEqual({ muted: false, pinned: false })
})

/** What a device knows of conversations by following what it is told; version 1 knows no events that change them. */
function follow(person: Person, version: 1 | 2): ReadonlyMap<ConversationId, ConversationInfo> {
  const known = new Map<ConversationId, ConversationInfo>()
  let reached = 0
  function pull(): void {
    for (const row of site.view.accessSince(person.userId, reached, 1000)) {
      if (row.granted) known.set(row.conversationId, infoOf(row.conversationId))
      else known.delete(row.conversationId)
      reached = row.revision
    }
  }
  site.listeners.add((what) => {
    if (what.type === 'access') {
      if (what.userIds.includes(person.userId)) pull()
    } else if (what.type === 'info') {
      if (version === 1 && site.access.mayView(person.userId, what.conversationId)) pull()
    } else if (what.to.includes(person.userId) && version === 2) {
      const { conversationId, seq, content } = what.event
      const info = known.get(conversationId)
      if (info === undefined) throw new Error('an event came before its conversation')
      if (seq > (info.asOfSeq ?? 0)) known.set(conversationId, changedBy(info, content))
    }
  })
  return known
}

function changedBy(info: ConversationInfo, content: { readonly type: string }): ConversationInfo {
  const event = content as { type: string; userIds?: UserId[]; userId?: UserId } & Partial<ConversationInfo>
  if (event.type === 'joined') {
    for (const userId of event.userIds ?? []) if (info.memberIds.includes(userId)) throw new Error('joined twice')
    return { ...info, memberIds: [...info.memberIds, ...(event.userIds ?? [])] }
  }
  if (event.type === 'left') {
    return { ...info, memberIds: info.memberIds.filter((userId) => userId !== event.userId) }
  }
  if (event.type !== 'changed') return info
  const { name = info.name, topic = info.topic, isOpen = info.isOpen, archived = info.archived } = event
  return { ...info, name, topic, isOpen, archived } as ConversationInfo
}

/** As people see it, however absence is written. */
const shownInfo = ({ name, topic = '', isOpen = false, archived = false, memberIds }: ConversationInfo) => ({
  name,
  topic,
  isOpen,
  archived,
  memberIds: [...memberIds].sort(),
})

test('[CNV44] whatever is asked, in whatever commits: who follows ends with what the server has, and version 1 reads all of it', async () => {
  const person = fc.nat(3)
  const step = fc.record({
    by: person,
    where: fc.nat(2),
    what: fc.oneof(
      fc.record({
        type: fc.constant('create' as const),
        kind: fc.constantFrom('channel', 'group', 'direct'),
        other: person,
      }),
      fc.record({ type: fc.constant('join' as const) }),
      fc.record({ type: fc.constant('leave' as const) }),
      fc.record({ type: fc.constant('invite' as const), other: person }),
      fc.record({ type: fc.constant('remove' as const), other: person }),
      fc.record({ type: fc.constant('say' as const) }),
      fc.record({
        type: fc.constant('change' as const),
        name: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
        topic: fc.option(fc.constantFrom('', 't'), { nil: undefined }),
        isOpen: fc.option(fc.boolean(), { nil: undefined }),
        archived: fc.option(fc.boolean(), { nil: undefined }),
      }),
    ),
    commits: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
      site = await openSite()
      const people = [0, 1, 2, 3].map(() => site.addPerson())
      const at = (i: number) => people[i] as Person
      const conversations = [found(site, at(0), 'channel', [at(1)], true), found(site, at(1), 'group', [at(2)])]
      const followers = people.map((each) => [follow(each, 1), follow(each, 2)] as const)
      site.listeners.forEach((hear) => {
        hear({ type: 'access', userIds: people.map((each) => each.userId) })
      })
      const settled = () => undefined
      for (const { by, where, what, commits } of steps) {
        const me = at(by)
        const conversationId = conversations[where] ?? (conversations[0] as ConversationId)
        if (what.type === 'create') {
          const { kind, other } = what
          site.requests.perform(
            me,
            {
              type: 'create',
              clientId: newClientId(),
              kind: kind as 'group',
              name: 'n',
              memberIds: [at(other).userId],
            },
            (outcome) => {
              if (outcome.ok && outcome.value.type === 'created') conversations.push(outcome.value.conversationId)
            },
          )
        } else if (what.type === 'say') {
          const origin = { conversationId, actorId: me.userId, deviceId: me.deviceId, clientId: newClientId() }
          site.log.append({ ...origin, message: { body: 'x' } }, settled)
        } else if (what.type === 'invite') {
          site.requests.perform(me, { type: 'invite', conversationId, userIds: [at(what.other).userId] }, settled)
        } else if (what.type === 'remove') {
          site.requests.perform(me, { type: 'remove', conversationId, userId: at(what.other).userId }, settled)
        } else if (what.type === 'change') {
          const { name, topic, isOpen, archived } = what
          site.requests.perform(me, { type: 'change', conversationId, name, topic, isOpen, archived }, settled)
        } else {
          site.requests.perform(me, { type: what.type, conversationId }, settled)
        }
        if (commits) site.commits.flush()
      }
      site.commits.flush()
      for (const [i, { userId }] of people.entries()) {
        const mine = site.view.conversations().filter((row) => site.access.mayView(userId, row.conversationId))
        const expected = new Map(mine.map((row) => [row.conversationId, shownInfo(infoOf(row.conversationId))]))
        for (const known of followers[i] ?? []) {
          expect(new Map([...known].map(([id, info]) => [id, shownInfo(info)]))).toEqual(expected)
        }
      }
      for (const what of site.told) {
        if (what.type !== 'event') continue
        const text = JSON.stringify({ type: 'event', event: what.event })
        expect(parseDownFrame1(text)).toMatchObject({ type: 'frame' })
      }
      for (const row of site.view.conversations()) {
        const granted = [infoOf(row.conversationId)]
        const frame = { type: 'access', granted, revoked: [], cursor: 'access.1.1', more: false }
        expect(parseDownFrame1(JSON.stringify(frame))).toMatchObject({ type: 'frame' })
      }
    }),
    { numRuns: 60 },
  )
})
