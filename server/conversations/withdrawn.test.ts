// Checks what devices are told of a conversation whose words IT has taken from desktops: places without words, and nothing
// that could be done with them; what is said afterwards goes on; the log keeps everything.

import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { ConversationId } from '../../shared/model.ts'
import type { Result } from '../../shared/result.ts'
import type { MessageAct, Request } from '../../shared/wire.ts'
import { createServer } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import { addGroup, addUsers, enrolDevice, goLive, makeClientId, message } from '../test-device.ts'
import type { NewMessage } from './messages.ts'
import { found, openSite, type Person, type Site, taken } from './test-site.ts'

const sha256 = 'w'.repeat(43)
const file = { sha256, name: '名單.txt', mediaType: 'text/plain', bytes: 5 }

let site: Site
let ann: Person
let ben: Person
let talk: ConversationId
beforeEach(async () => {
  site = await openSite()
  ann = site.addPerson()
  ben = site.addPerson()
  talk = found(site, ann, 'group', [ben])
})

/** As an order for the conversation does (devices/orders.ts). */
function withdraw(id = talk): number {
  const headSeq = site.view.conversation(id)?.headSeq ?? 0
  site.store.transact((tx) => tx.updateConversation(id, { withdrawnSeq: headSeq }))
  return headSeq
}
const say = (words: string | NewMessage, by = ann) => taken(site.say(by, talk, words)).seq
const codeOf = (result: Result<unknown>) => (result.ok ? 'ok' : result.error.code)

describe('pages', () => {
  test('[LSE31] words, edits, deletions and reactions are places without words; who is there and what it is called stay', () => {
    const first = say('canary one')
    say({ body: 'canary reply', threadSeq: first, quoteSeq: first })
    for (const act of [
      { type: 'edit', targetSeq: first, body: 'canary better' },
      { type: 'react', targetSeq: first, emoji: '👍', on: true },
    ] as const)
      taken(site.act(ann, talk, act))
    taken(site.act(ann, talk, { type: 'delete', targetSeq: say('canary gone') }))
    taken(site.ask(ann, { type: 'change', conversationId: talk, name: 'Renamed' }))
    const cy = site.addPerson()
    taken(site.ask(ann, { type: 'invite', conversationId: talk, userIds: [cy.userId] }))
    taken(site.ask(cy, { type: 'leave', conversationId: talk }))
    const before = site.read(ben, talk)
    const end = withdraw()
    say('said afterwards')

    const after = site.read(ben, talk)
    expect(JSON.stringify(after)).not.toContain('canary')
    expect(after.map(({ content }) => content.type)).toEqual([
      ...['created', 'joined', 'withdrawn', 'withdrawn', 'withdrawn', 'withdrawn', 'withdrawn', 'withdrawn'],
      ...['changed', 'joined', 'left', 'message'],
    ])
    for (const [i, event] of before.entries()) {
      const { content, ...place } = event
      const told = after[i]
      expect(told).toMatchObject(place)
      expect(told?.content).toEqual(told?.content.type === 'withdrawn' ? { type: 'withdrawn' } : content)
    }
    const pages = [1, 3, 200].map((limit) => taken(site.log.page(ben.userId, talk, { before: end + 1 }, limit)).events)
    expect(JSON.stringify(pages)).not.toContain('canary')
    // What the archive has is whole.
    expect(site.view.events(talk, 1, 99).filter((row) => row.kind === 'message')).toHaveLength(4)
  })

  test('[LSE31] a content of a later version has words too, for all we know', () => {
    const seq = site.store.transact((tx) => {
      const kind = 'sticker'
      const about = { conversationId: talk, atMs: 1, actorId: ann.userId, deviceId: undefined, clientId: undefined }
      return tx.appendEvent({ ...about, kind, targetSeq: undefined, seal: () => Uint8Array.of(1) }).seq
    })
    withdraw()
    // Not even opened: it would not be.
    expect(site.read(ben, talk).find((event) => event.seq === seq)?.content).toEqual({ type: 'withdrawn' })
  })
})

describe('acts', () => {
  test('[LSE32] nothing is done any more to what was withdrawn, nor said to it; to what comes after it, all is', () => {
    const old = say('old')
    const mine = say('mine', ben)
    withdraw()
    const acts = (targetSeq: number): MessageAct[] => [
      { type: 'edit', targetSeq, body: 'x' },
      { type: 'react', targetSeq, emoji: '👍', on: true },
      { type: 'react', targetSeq, emoji: '👍', on: false },
      { type: 'delete', targetSeq },
    ]
    for (const [by, seq] of [
      [ann, old],
      [ben, mine],
    ] as const)
      for (const act of acts(seq)) expect(codeOf(site.act(by, talk, act))).toBe('message-deleted')
    const other = found(site, ann, 'group', [])
    const refused: NewMessage[] = [
      { body: 'x', threadSeq: old },
      { body: 'x', quoteSeq: old },
    ]
    for (const words of refused) expect(codeOf(site.say(ann, talk, words))).toBe('message-deleted')
    const passedOn: NewMessage = { body: 'x', forward: { conversationId: talk, seq: old } }
    expect(codeOf(site.say(ann, other, passedOn))).toBe('message-deleted')
    // What is no message is none, withdrawn or not.
    expect(codeOf(site.say(ann, talk, { body: 'x', quoteSeq: 1 }))).toBe('bad-input')

    const fresh = say('fresh')
    say({ body: 'x', threadSeq: fresh, quoteSeq: fresh })
    taken(site.say(ann, other, { body: 'x', forward: { conversationId: talk, seq: fresh } }))
    for (const act of acts(fresh)) taken(site.act(ann, talk, act))
  })

  test('[LSE32] a send that was there before is settled with its place, whatever has become of it', () => {
    const clientId = makeClientId()
    const place = taken(site.say(ann, talk, 'once', clientId))
    withdraw()
    expect(taken(site.say(ann, talk, 'once', clientId))).toMatchObject(place)
    expect(site.view.conversation(talk)?.headSeq).toBe(place.seq)
  })

  test('[LSE33] a file that one saw in a withdrawn message alone cannot be sent on by its hash', () => {
    site.addFile(ann, sha256, 5)
    const other = found(site, ben, 'group', [ann])
    say({ body: 'x', files: [file] })
    const sendOn = () => codeOf(site.say(ben, other, { body: 'mine now', files: [file] }))
    withdraw()
    expect(sendOn()).toBe('file-missing')
    // Whoever handed it in has it.
    expect(codeOf(site.say(ann, other, { body: 'again', files: [file] }))).toBe('ok')
    expect(sendOn()).toBe('ok')
  })
})

// --- over the wire --------------------------------------------------------------------------------------------------------

/** The stored build of version 1's own parser. */
const wire1 = new URL('../../testing/builds/wire-1/wire.js', import.meta.url).href
const { parseDownFrame: parseDownFrame1 } = (await import(wire1)) as {
  parseDownFrame: (text: string) => { readonly type: string }
}

describe('over the wire', () => {
  test('[LSE34] devices of both versions read it and end with the same log; no permit opens a file of it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'causeway-withdrawn-'))
    const store = createMemoryStore()
    const server = await createServer({ store, filesDir: folder })
    try {
      addUsers(server, 'ann', 'ben')
      const id = addGroup(server, 'ann', 'ben')
      const now = await goLive(server, await enrolDevice(server, 'ann'), { version: 2 })
      const old = await goLive(server, await enrolDevice(server, 'ben'), { version: 1 })
      let asked = 0
      const request = (wanted: Request) => now.send({ type: 'request', id: ++asked, request: wanted })
      const send = async (words: Parameters<typeof now.send>[0]) => {
        now.send(words)
        await old.next('event')
        return (await now.next('sent')).seq
      }

      const plain = Buffer.from('canary bytes')
      const hash = createHash('sha256').update(plain).digest('base64url')
      request({ type: 'upload', conversationId: id, sha256: hash, bytes: plain.length })
      const { answer: upload } = await now.next('answer')
      if (upload.type !== 'upload') throw new Error(upload.type)
      const url = `${server.url}/v1/files/${hash}`
      const headers = { authorization: `Bearer ${upload.permit}`, 'content-type': 'application/octet-stream' }
      expect((await fetch(`${url}/parts/0`, { method: 'PUT', headers, body: plain })).ok).toBe(true)
      const { authorization } = headers
      expect((await fetch(`${url}/finish`, { method: 'POST', headers: { authorization } })).ok).toBe(true)

      await send(message(id, 'canary one'))
      const seq = await send({
        ...message(id, 'canary file'),
        files: [{ ...file, sha256: hash, bytes: plain.length }],
      })
      const download: Request = { type: 'download', conversationId: id, seq, sha256: hash }
      request(download)
      const { answer: granted } = await now.next('answer')
      if (granted.type !== 'download') throw new Error(granted.type)
      const part = () => fetch(`${url}/parts/0`, { headers: { authorization: `Bearer ${granted.permit}` } })
      expect((await part()).status).toBe(200)

      store.transact((tx) => tx.updateConversation(id, { withdrawnSeq: seq }))
      expect((await part()).status).toBe(404)
      request(download)
      expect(await now.next('refused')).toMatchObject({ code: 'file-missing' })
      await send(message(id, 'afterwards'))
      const pages = []
      for (const line of [now, old]) {
        line.send({ type: 'pull', id: 1, conversationId: id, from: { after: 0 }, limit: 100 })
        pages.push(await line.next('events'))
      }
      expect(pages[0]?.events).toEqual(pages[1]?.events)
      expect(pages[0]?.events.map((event) => event.content.type)).toEqual([
        ...['created', 'joined', 'withdrawn', 'withdrawn', 'message'],
      ])
      expect(JSON.stringify(pages)).not.toContain('canary')
      expect(parseDownFrame1(JSON.stringify(pages[1])).type).toBe('frame')
    } finally {
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
