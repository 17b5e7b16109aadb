// Checks what people may add to a conversation and do to its messages: threads, quotes, mentions, files, forwarding, acts.

import { beforeEach, describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import type { ConversationEvent, ConversationId, FileInfo } from '../../shared/model.ts'
import { found, newClientId, openSite, type Person, type Site, taken } from './test-site.ts'

let site: Site
let ann: Person
let ben: Person
let eve: Person
let here: ConversationId
let secret: ConversationId
beforeEach(async () => {
  site = await openSite()
  ;[ann, ben, eve] = [site.addPerson(), site.addPerson(), site.addPerson()]
  here = found(site, ann, 'group', [ben])
  secret = found(site, ann, 'group', [])
})

const sha = (letter: string) => letter.repeat(43)
const fileOf = (letter: string, changes: Partial<FileInfo> = {}): FileInfo => ({
  sha256: sha(letter),
  name: `${letter}.pdf`,
  mediaType: 'application/pdf',
  bytes: 7,
  ...changes,
})
const codeOf = (outcome: ReturnType<Site['say']>) => (outcome.ok ? 'ok' : outcome.error.code)
const last = (events: readonly ConversationEvent[]) => events.at(-1)?.content

describe('messages', () => {
  test('[CNV1] a message carries its thread, quote and mentions to everybody, as it was written', () => {
    const root = taken(site.say(ann, here, 'root')).seq
    const body = '@Ben @all @法務部 please'
    const mentions = [
      { type: 'person', start: 0, end: 4, userId: ben.userId },
      { type: 'everyone', start: 5, end: 9 },
      { type: 'department', start: 10, end: 14, department: '法務部' },
    ] as const
    const clientId = newClientId()
    const message = { body, mentions: [...mentions], threadSeq: root, quoteSeq: root }
    const { seq } = taken(site.say(ben, here, message, clientId))
    const content = { type: 'message', clientId, ...message }
    expect(last(site.read(ann, here))).toEqual(content)
    const told = site.told.at(-1)
    expect(told).toMatchObject({ type: 'event', event: { seq, content }, to: [ann.userId, ben.userId] })
  })

  test('[CNV2] a reply belongs to a message here that is no reply; a quote is of a message here; deleted ones may be answered', () => {
    const root = taken(site.say(ann, here, 'root')).seq
    const reply = taken(site.say(ben, here, { body: 'reply', threadSeq: root })).seq
    taken(site.say(ann, secret, 'a'))
    const refused: { threadSeq?: number; quoteSeq?: number }[] = [
      { threadSeq: reply },
      { threadSeq: 1 },
      { threadSeq: 99 },
      { quoteSeq: 1 },
      { quoteSeq: 99 },
    ]
    expect(refused.map((place) => codeOf(site.say(ann, here, { body: 'x', ...place })))).toEqual(
      refused.map(() => 'bad-input'),
    )
    taken(site.act(ann, here, { type: 'delete', targetSeq: root }))
    expect(codeOf(site.say(ben, here, { body: 'still', threadSeq: root, quoteSeq: reply }))).toBe('ok')
  })

  test.each<[string, ...{ start: number; end: number }[]]>([
    ['it starts elsewhere', { start: 1, end: 4 }],
    ['it is empty', { start: 0, end: 0 }],
    ['it ends beyond the body', { start: 5, end: 99 }],
    ['they overlap', { start: 0, end: 4 }, { start: 3, end: 9 }],
    ['they are not ascending', { start: 5, end: 9 }, { start: 0, end: 4 }],
  ])('[CNV3] a mention is refused where %s', (_, ...spans) => {
    const mentions = spans.map((span) => ({ type: 'everyone', ...span }) as const)
    expect(codeOf(site.say(ann, here, { body: '@Ben @all', mentions }))).toBe('bad-input')
  })

  test('[CNV4] a mention of somebody who is no member, or no more, is refused', () => {
    const mention = (person: Person) => ({ type: 'person', start: 0, end: 2, userId: person.userId }) as const
    expect(codeOf(site.say(ann, here, { body: '@x', mentions: [mention(eve)] }))).toBe('bad-input')
    expect(codeOf(site.say(ann, here, { body: '@x', mentions: [mention(ben)] }))).toBe('ok')
    taken(site.ask(ben, { type: 'leave', conversationId: here }))
    expect(codeOf(site.say(ann, here, { body: '@x', mentions: [mention(ben)] }))).toBe('bad-input')
  })

  test('[CNV5] a file is sent by who handed all of it in, or sees it in a message; knowing its hash is not enough', () => {
    site.addFile(ann, sha('a'), 7)
    const send = (by: Person, where: ConversationId, file: FileInfo) =>
      codeOf(site.say(by, where, { body: 'see', files: [file] }))
    expect(send(ben, here, fileOf('a'))).toBe('file-missing')
    expect(send(ann, here, fileOf('b'))).toBe('file-missing')
    expect(send(ann, here, fileOf('a', { bytes: 8 }))).toBe('file-mismatch')
    const { seq } = taken(site.say(ann, here, { body: 'see', files: [fileOf('a')] }))
    expect(site.view.fileIn(sha('a'), here, seq)).toBe(true)
    expect(last(site.read(ben, here))).toMatchObject({ files: [fileOf('a')] })
    expect(send(ben, here, fileOf('a', { name: '改名.pdf' }))).toBe('ok')
    const after = taken(site.say(ben, here, { body: 'x' })).seq - 1
    for (const [by, targetSeq] of [
      [ann, seq],
      [ben, after],
    ] as const) {
      taken(site.act(by, here, { type: 'delete', targetSeq }))
    }
    expect(site.view.fileIn(sha('a'), here, seq)).toBe(false)
    expect(send(ben, here, fileOf('a'))).toBe('file-missing')
    expect(send(ann, here, fileOf('a'))).toBe('ok')
  })

  test('[CNV6] words that only repeat file names are the server’s own, and nobody is named by them', () => {
    site.addFile(ann, sha('a'), 7)
    const files = [fileOf('a', { name: '一.pdf' }), fileOf('a', { name: 'two.pdf' })]
    taken(site.say(ann, here, { body: 'something else', isFallback: true, files }))
    expect(last(site.read(ben, here))).toMatchObject({ body: '一.pdf, two.pdf', isFallback: true, files })
    const mentions = [{ type: 'everyone', start: 0, end: 2 } as const]
    expect(codeOf(site.say(ann, here, { body: '@x', isFallback: true, files, mentions }))).toBe('bad-input')
    expect(codeOf(site.say(ann, here, { body: 'x', isFallback: true }))).toBe('bad-input')
  })

  test('[CNV7] forwarded words and files are read by the server as they stand, and may be passed on from there', () => {
    site.addFile(ann, sha('a'), 7)
    const said = taken(site.say(ann, secret, { body: 'first', files: [fileOf('a')] }))
    const { seq, atMs } = said
    taken(site.act(ann, secret, { type: 'edit', targetSeq: seq, body: 'better' }))
    taken(site.say(ann, here, { body: 'a lie', isFallback: true, forward: { conversationId: secret, seq } }))
    const forwarded = { conversationId: secret, seq, senderId: ann.userId, atMs, body: 'better' }
    const shown = { body: 'better', isFallback: true, forwarded, files: [fileOf('a')] }
    expect(last(site.read(ben, here))).toMatchObject(shown)
    const first = site.read(ben, here).length
    expect(site.view.fileIn(sha('a'), here, first)).toBe(true)
    const theirs = found(site, ben, 'group', [eve])
    const forward = { conversationId: here, seq: first }
    taken(site.say(ben, theirs, { body: 'look', forward }))
    expect(last(site.read(eve, theirs))).toMatchObject({ body: 'look', forwarded, files: [fileOf('a')] })
    expect(last(site.read(eve, theirs))).not.toHaveProperty('isFallback')
  })

  test('[CNV8] nothing is forwarded that its reader may not view, that is deleted, is no message, or that policy keeps', () => {
    const hidden = taken(site.say(ann, secret, 'hidden')).seq
    const gone = taken(site.say(ann, here, 'gone')).seq
    const kept = taken(site.say(ann, here, 'kept')).seq
    taken(site.act(ann, here, { type: 'delete', targetSeq: gone }))
    const forward = (conversationId: ConversationId, seq: number) =>
      codeOf(site.say(ben, here, { body: 'x', forward: { conversationId, seq } }))
    expect([forward(secret, hidden), forward(here, gone), forward(here, 1), forward(here, kept)]).toEqual([
      'not-allowed',
      'message-deleted',
      'bad-input',
      'ok',
    ])
    site.setPolicy({ forwarding: false })
    expect(forward(here, kept)).toBe('policy-forbids')
  })

  test('[CNV9] files of a message and of what it forwards together are bounded', () => {
    site.addFile(ann, sha('a'), 7)
    const files = Array.from({ length: limits.filesPerMessage }, () => fileOf('a'))
    const { seq } = taken(site.say(ann, here, { body: 'many', files }))
    const forward = { conversationId: here, seq }
    expect(codeOf(site.say(ann, here, { body: 'x', forward }))).toBe('ok')
    expect(codeOf(site.say(ann, here, { body: 'x', forward, files: [fileOf('a')] }))).toBe('bad-input')
  })
})

describe('acts', () => {
  test('[CNV10] an edit, a deletion and a reaction are events that carry the id they are settled by', () => {
    const { seq } = taken(site.say(ann, here, 'one'))
    const ids = [newClientId(), newClientId(), newClientId()] as const
    const react = { type: 'react', targetSeq: seq, emoji: '👍🏽', on: true } as const
    taken(site.act(ben, here, react, ids[0]))
    taken(site.act(ann, here, { type: 'edit', targetSeq: seq, body: ' @all two\n', mentions: [] }, ids[1]))
    expect(
      site
        .read(ben, here)
        .slice(-2)
        .map((event) => event.content),
    ).toEqual([
      { type: 'reacted', targetSeq: seq, emoji: '👍🏽', on: true, clientId: ids[0] },
      { type: 'edited', targetSeq: seq, body: ' @all two', clientId: ids[1] },
    ])
    taken(site.act(ann, here, { type: 'delete', targetSeq: seq }, ids[2]))
    const events = site.read(ben, here)
    expect(last(events)).toEqual({ type: 'deleted', targetSeq: seq, clientId: ids[2] })
    expect(events[seq - 1]?.content).toEqual({
      type: 'redacted',
      was: 'message',
      clientId: expect.any(String) as string,
    })
    expect(JSON.stringify(events)).not.toContain('two')
  })

  test('[CNV11] a repeat is answered with its first place, whatever has become of message, conversation and access', () => {
    const { seq } = taken(site.say(ann, here, 'one'))
    const clientId = newClientId()
    const remove = { type: 'delete', targetSeq: seq } as const
    const first = site.act(ann, here, remove, clientId)
    const told = site.told.length
    expect(site.act(ann, here, remove, clientId)).toEqual(first)
    expect(codeOf(site.act(ann, here, remove))).toBe('message-deleted')
    expect(codeOf(site.say(ann, secret, 'x', clientId))).toBe('bad-input')
    taken(site.ask(ann, { type: 'change', conversationId: here, archived: true }))
    expect(site.act(ann, here, remove, clientId)).toEqual(first)
    taken(site.ask(ann, { type: 'leave', conversationId: here }))
    expect(site.act(ann, here, remove, clientId)).toEqual(first)
    expect(site.told.slice(told).filter(({ type }) => type === 'event')).toHaveLength(2)
  })

  test('[CNV12] people edit and delete their own messages, where policy lets them; anybody here reacts', () => {
    const { seq } = taken(site.say(ann, here, 'one'))
    const edit = { type: 'edit', targetSeq: seq, body: 'two' } as const
    const remove = { type: 'delete', targetSeq: seq } as const
    const react = { type: 'react', targetSeq: seq, emoji: '🎉', on: true } as const
    const codes = (by: Person) => [edit, react].map((act) => codeOf(site.act(by, here, act)))
    expect(codes(ben)).toEqual(['not-allowed', 'ok'])
    expect(codes(eve)).toEqual(['not-allowed', 'not-allowed'])
    expect(codes(ann)).toEqual(['ok', 'ok'])
    expect(codeOf(site.act(ben, here, remove))).toBe('not-allowed')
    site.setPolicy({ editing: false, deleting: false })
    expect([codeOf(site.act(ann, here, edit)), codeOf(site.act(ann, here, remove))]).toEqual([
      'policy-forbids',
      'policy-forbids',
    ])
  })

  test('[CNV13] acts are on messages that stand: not on notices, edits, nothing, or what is deleted', () => {
    const { seq } = taken(site.say(ann, here, 'one'))
    const edited = taken(site.act(ann, here, { type: 'edit', targetSeq: seq, body: 'two' })).seq
    for (const targetSeq of [1, edited, 99]) {
      for (const act of [
        { type: 'edit', targetSeq, body: 'x' },
        { type: 'delete', targetSeq },
        { type: 'react', targetSeq, emoji: '🎉', on: true },
      ] as const) {
        expect(codeOf(site.act(ann, here, act))).toBe('bad-input')
      }
    }
    taken(site.act(ann, here, { type: 'delete', targetSeq: seq }))
    expect(codeOf(site.act(ben, here, { type: 'react', targetSeq: seq, emoji: '🎉', on: true }))).toBe(
      'message-deleted',
    )
    expect(codeOf(site.act(ann, here, { type: 'edit', targetSeq: seq, body: 'x' }))).toBe('message-deleted')
  })

  test('[CNV14] an edit has words, and is of words: file names and forwarded words alone are not edited', () => {
    site.addFile(ann, sha('a'), 7)
    const words = taken(site.say(ann, here, 'one')).seq
    const files = taken(site.say(ann, here, { body: 'x', isFallback: true, files: [fileOf('a')] })).seq
    const edit = (targetSeq: number, body: string) => codeOf(site.act(ann, here, { type: 'edit', targetSeq, body }))
    expect([edit(words, ' \n '), edit(files, 'new'), edit(words, 'new')]).toEqual(['bad-input', 'bad-input', 'ok'])
  })

  test('[CNV15] a message carries so many different emoji; one that is there already, or is taken off, always counts', () => {
    const { seq } = taken(site.say(ann, here, 'one'))
    const emoji = Array.from({ length: limits.emojiPerMessage + 1 }, (_, i) => String.fromCodePoint(0x1f600 + i))
    const react = (by: Person, text: string, on = true) =>
      codeOf(site.act(by, here, { type: 'react', targetSeq: seq, emoji: text, on }))
    const [extra = '', first = ''] = [emoji.at(-1), emoji[0]]
    expect(emoji.slice(0, -1).map((text) => react(ann, text))).toEqual(emoji.slice(0, -1).map(() => 'ok'))
    expect([react(ben, extra), react(ben, first)]).toEqual(['bad-input', 'ok'])
    expect([react(ann, first, false), react(ben, extra)]).toEqual(['ok', 'bad-input'])
    expect([react(ben, first, false), react(ben, extra)]).toEqual(['ok', 'ok'])
  })

  test('[CNV16] a deleted reply keeps its place in the thread', () => {
    const root = taken(site.say(ann, here, 'root')).seq
    const { seq } = taken(site.say(ben, here, { body: 'reply', threadSeq: root }))
    taken(site.act(ben, here, { type: 'delete', targetSeq: seq }))
    const content = site.read(ann, here)[seq - 1]?.content
    expect(content).toEqual({
      type: 'redacted',
      was: 'message',
      clientId: expect.any(String) as string,
      threadSeq: root,
    })
  })

  test('[CNV17] access is asked when the event gets its place: what left before it in the same commit counts', () => {
    const { seq } = taken(site.say(ben, here, 'one'))
    const codes: string[] = []
    const origin = () => ({
      conversationId: here,
      actorId: ben.userId,
      deviceId: ben.deviceId,
      clientId: newClientId(),
    })
    const note = (outcome: ReturnType<Site['say']>) => void codes.push(codeOf(outcome))
    site.log.append({ ...origin(), message: { body: 'before' } }, note)
    site.requests.perform(ben, { type: 'leave', conversationId: here }, () => undefined)
    site.log.append({ ...origin(), message: { body: 'after' } }, note)
    site.log.act({ ...origin(), act: { type: 'delete', targetSeq: seq } }, note)
    site.commits.flush()
    expect(codes).toEqual(['ok', 'not-allowed', 'not-allowed'])
  })
})
