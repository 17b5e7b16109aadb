// Checks that no frame does harm beyond its own connection: real frames of a world, damaged, against the parsers, against the
// server with its gateway, and against a desktop with its store.

import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { createVault } from '../main/vault/vault.ts'
import { limits } from '../shared/limits.ts'
import type { ConversationId, UserId } from '../shared/model.ts'
import { toBase64url } from '../shared/proof.ts'
import { authProofText, type Parsed, parseDownFrame, parseUpFrame } from '../shared/wire.ts'
import type { Desktop, Disk } from './desktop.ts'
import { must } from './fake-shell.ts'
import { damaged, damages, shapesOf } from './mutation.ts'
import { createVersionSite, still, textsOf, type VersionSite } from './version-site.ts'
import { runWorld } from './world.ts'
import { WORLD_ORIGIN } from './world-server.ts'

/** Real frames of every shape that some worlds have brought forth. */
const real = { up: [] as string[], down: [] as string[] }
beforeAll(async () => {
  const texts = { up: [] as string[], down: [] as string[] }
  for (const seed of [3, 5, 8]) await runWorld(seed, { tap: (direction, text) => void texts[direction].push(text) })
  real.up = shapesOf(texts.up, 300)
  real.down = shapesOf(texts.down, 300)
})

const sites: VersionSite[] = []
afterEach(async () => {
  for (const site of sites.splice(0)) await site.end()
})

/** A real frame of one direction, damaged; as `local` makes it fit the place, which ids of another world never do. */
const hurt = (direction: 'up' | 'down') =>
  fc.tuple(fc.nat(299), fc.nat(299), damages).map(([one, other, damage]) => (local = (text: string) => text) => {
    const texts = real[direction]
    const [text, donor] = [one, other].map((at) => local(texts[at % texts.length] as string)) as [string, string]
    return damaged(text, damage, donor)
  })

/** Gives a frame of another world the conversation and the people of this one, and places near its head. */
function fitted(site: VersionSite, group: ConversationId) {
  const { headSeq = 0 } = site.server.view.conversation(group) ?? {}
  const people = site.server.view.users().map(({ userId }) => userId)
  return (text: string) =>
    text
      .replace(/cnv_\w{20}/g, group)
      .replace(/usr_\w{20}/g, (userId) => people[userId.charCodeAt(9) % people.length] as string)
      .replace(/"(seq|before|after|headSeq)":(\d+)/g, (_, name, seq) => `"${name}":${headSeq + 1 + (Number(seq) % 3)}`)
      .replace(
        /"(targetSeq|threadSeq|quoteSeq)":(\d+)/g,
        (_, name, seq) => `"${name}":${1 + (Number(seq) % (headSeq + 2))}`,
      )
}

describe('parsers', () => {
  const parsers: readonly (readonly [string, 'up' | 'down', (text: string) => Parsed<unknown>])[] = [
    ['from clients', 'up', parseUpFrame],
    ['from servers', 'down', parseDownFrame],
  ]
  test.each(parsers)(
    '[FUZ1] of frames %s: any text is a frame, an unknown one or malformed, told in a few words',
    (_, direction, parse) => {
      const texts = fc.oneof(
        { weight: 4, arbitrary: hurt(direction).map((make) => make()) },
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.json({ maxDepth: 5 }),
        fc
          .record({
            type: fc.oneof(fc.constantFrom('send', 'event', 'events', 'auth', 'access'), fc.string()),
            more: fc.jsonValue(),
          })
          .map((each) => JSON.stringify(each)),
      )
      fc.assert(
        fc.property(texts, (text) => {
          const parsed = parse(text)
          if (parsed.type === 'malformed') expect(parsed.reason.length).toBeLessThan(2000)
          if (parsed.type === 'unknown') expect(parsed.frameType.length).toBeLessThanOrEqual(64)
        }),
        { numRuns: 1500 },
      )
    },
  )

  test('[FUZ2] every real frame is one to its parser', () => {
    for (const text of real.up) expect(parseUpFrame(text).type).toBe('frame')
    for (const text of real.down) expect(parseDownFrame(text).type).toBe('frame')
  })
})

/** Ana, who is hostile, and ben, who talks to her. */
async function twoPeople() {
  const site = await createVersionSite('new')
  sites.push(site)
  for (const name of ['ana', 'ben']) site.addUser(name)
  const group = site.server.found('the group', ['ana', 'ben'])
  return { site, group, ana: await site.enrol('ana'), ben: await site.enrol('ben') }
}

/** A group of all people that this desktop's user owns: nobody else takes them out of it, or archives it. */
async function foundBy(site: VersionSite, { session }: Desktop): Promise<ConversationId> {
  const memberIds = site.server.view.users().map(({ userId }) => userId)
  const clientId = session.newClientId()
  const asked = session.request({ type: 'create', clientId, kind: 'group', name: 'ours', memberIds })
  await site.settle()
  const answer = must(await asked)
  if (answer.type !== 'created') throw new Error('not made')
  return answer.conversationId
}

/** A bare line to the server, through its proof; `heard` are the frames that came. */
async function dialAs(site: VersionSite, disk: Disk) {
  const vault = createVault(disk)
  await vault.load()
  const identity = vault.identity()
  const socket: WebSocket = site.server.dial()
  const heard: string[] = []
  let isClosed = false
  socket.on('error', () => undefined)
  socket.on('close', () => {
    isClosed = true
  })
  socket.on('message', (data) => {
    const text = String(data)
    heard.push(text)
    const hello = JSON.parse(text) as { type: string; nonce: string }
    if (hello.type !== 'hello' || !identity) return
    const proof = vault.sign(new TextEncoder().encode(authProofText(WORLD_ORIGIN, identity.deviceId, hello.nonce)))
    socket.send(
      JSON.stringify({
        type: 'auth',
        version: 2,
        deviceId: identity.deviceId,
        origin: WORLD_ORIGIN,
        proof: toBase64url(proof),
        clientNonce: 'A'.repeat(43),
        clientVersion: '1',
        platform: 'fuzz',
        directoryCursor: '',
        accessCursor: '',
      }),
    )
  })
  await site.settle()
  return { socket, heard, isClosed: () => isClosed }
}

function says(desktop: Desktop, site: VersionSite, id: ConversationId, body: string): void {
  const clientId = desktop.session.newClientId()
  desktop.store()?.enqueue(id, { type: 'message', clientId, body, createdAtMs: site.clock.nowMs() })
  desktop.session.flush()
}

describe('server', () => {
  test('[FUZ3] damaged frames of a device that has proved itself cost it its connection at most', async () => {
    const { site, ana, ben } = await twoPeople()
    const other = await site.startNew(ben)
    await site.settle()
    const group = await foundBy(site, other)
    let line = await dialAs(site, ana)
    let talked = 0
    await fc.assert(
      fc.asyncProperty(fc.array(hurt('up'), { minLength: 1, maxLength: 12 }), async (texts) => {
        if (line.isClosed()) line = await dialAs(site, ana)
        for (const make of texts) line.socket.send(make(fitted(site, group)))
        talked += 1
        says(other, site, group, `still here ${talked}`)
        await site.settle()
        // A fault would have been logged as an error.
        expect(site.takeFaults()).toEqual([])
        expect(other.session.state().type).toBe('live')
        expect(textsOf(other.store(), group)).toContain(`still here ${talked}`)
      }),
      // One run goes on where the one before ended: a shorter case would be another.
      { numRuns: 40, endOnFailure: true },
    )
  })

  test('[FUZ4] a device that asks and never reads is not read from any more, and then let go', async () => {
    const { site, group, ana } = await twoPeople()
    site.server.post(group, [...site.server.view.memberIdsOf(group)][0] as never, 2000)
    const line = await dialAs(site, ana)
    line.socket.pause()
    const pull = JSON.stringify({
      type: 'pull',
      id: 1,
      conversationId: group,
      from: { after: 0 },
      limit: limits.eventsPerPage,
    })
    const flooded = 5000
    for (let i = 0; i < flooded; i++) line.socket.send(pull)
    for (let i = 0; i < 200; i++) await new Promise<void>((resolve) => setImmediate(resolve))
    // What the server has not taken waits with the device that sent it.
    expect(line.socket.bufferedAmount).toBeGreaterThan((flooded * pull.length) / 2)
    await site.settle()
    site.clock.advance(2 * limits.serverSilenceMs)
    await site.settle()
    line.socket.resume()
    await site.settle()
    expect(line.isClosed()).toBe(true)
    expect(site.takeFaults()).toEqual([])
  })
})

describe('desktop', () => {
  /** What a desktop may say of a server that talks nonsense. */
  const expected =
    /session\.malformedFrame|session\.welcomeNotProven|sync\.brokenBatch|sync\.emptyPage|wipe\.orderRefused/

  /** Where a desktop may stand; never `wiped` or without its cache. */
  const states = ['live', 'catching-up', 'offline', 'connecting', 'handshaking', 'update-required', 'locked']

  test('[FUZ5] damaged frames of a server that has proved itself cost the connection at most: the cache opens, and an honest line is live', async () => {
    const { site, group, ana, ben } = await twoPeople()
    const other = await site.startNew(ben)
    const hostile = await site.startNew(ana)
    const anaId = site.server.view.users()[0]?.userId as UserId
    let said = 0
    const extra = fc.array(hurt('down'), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(
        extra,
        fc.array(damages, { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        async (makes, hits, isCut) => {
          // What a lie took from her, IT gives back.
          if (!hostile.store()?.position(group))
            for (const move of ['leave', 'join'] as const) site.server[move](group, anaId)
          await site.settle()
          if (isCut) site.cut()
          const more = makes.map((make) => make(fitted(site, group)))
          let passed = 0
          site.hearInstead((text) => {
            passed += 1
            const hit = hits[passed % (3 * hits.length)]
            const heard =
              hit && passed % 3 === 0
                ? damaged(text, hit, fitted(site, group)(real.down[passed % real.down.length] as string))
                : text
            return text.startsWith('{"type":"event') ? [heard, ...more.splice(0)] : [heard]
          })
          const before = site.sentUp()
          said += 1
          says(other, site, group, `said ${said}`)
          says(hostile, site, group, `answered ${said}`)
          await site.settle()
          expect(states).toContain(hostile.session.state().type)
          // No storm: a few frames for each that came, and some connections.
          expect(site.sentUp() - before).toBeLessThan(1000)
          site.hearInstead(undefined)
          site.cut()
          await site.settle()
          for (const { session } of [hostile, other]) session.dispatch({ type: 'connect-asked' })
          await site.settle()
          expect(site.takeFaults().filter((fault) => !expected.test(fault))).toEqual([])
          expect([hostile.session.state().type, other.session.state().type]).toEqual(['live', 'live'])
          for (const desktop of [hostile, other])
            for (const { conversationId } of desktop.store()?.listConversations(still) ?? [])
              expect(desktop.store()?.readPage(conversationId, undefined, 50, still).ok).toBe(true)
        },
      ),
      // One run goes on where the one before ended: a shorter case would be another.
      { numRuns: 40, endOnFailure: true },
    )
  })
})
