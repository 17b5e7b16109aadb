// Owns the forensic test: a profile of the real client, filled with marks, used hard and killed, is searched to its last byte
// for every mark in every usual writing, and for every key it has; and what it does tell is written down.
// CAUSEWAY_FORENSIC_ROUNDS asks for more kills than the usual few; CAUSEWAY_UPDATE=1 writes the table in docs/SECURITY.md.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Canary, createCanaryScanner } from './canaries.ts'
import { listFiles } from './folders.ts'
import { createForensicSite, type ForensicSite } from './forensic-site.ts'
import { createRoom, createRoomSearch, Ended, type Findings, type Room, startForensicClient } from './forensics.ts'
import { type OpenedProfile, openWholeProfile } from './opened-profile.ts'
import { createRandom } from './random.ts'
import { shapeOf, viewOfThief } from './thief-view.ts'

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const seed = Number(process.env.CAUSEWAY_FORENSIC_SEED ?? 20261123)
const rounds = Number(process.env.CAUSEWAY_FORENSIC_ROUNDS ?? 4)
/** Profiles whose enrolment is cut short; a person may have only so many codes at once. */
const freshProfiles = 2
/** A kill comes within this time of the beginning of an act. */
const killWithinMs = 400
const securityPage = path.join(import.meta.dirname, '..', 'docs', 'SECURITY.md')
const markers = {
  begin: '<!-- what a thief sees: begin (CAUSEWAY_UPDATE=1 vitest run testing/forensics.long.test.ts writes it) -->',
  end: '<!-- what a thief sees: end -->',
}

const random = createRandom(seed)
const base = mkdtempSync(path.join(tmpdir(), 'causeway-forensics-'))
let site: ForensicSite
let room: Room
/** After the rounds that were not cut short. */
let view: string
/** What was found after each kill. */
const lives: Life[] = []
/** What the profile held last, at kills and between. */
const snapshots: OpenedProfile[] = []
const snapshotsKept = 4
/** Every secret that was ever seen, by its bytes. */
const secretsSeen = new Map<string, Secret>()
/** Lives that were not cut short: the user does everything, at last locks and unlocks, then the kill comes. */
const fullLives = 3

beforeAll(async () => {
  room = createRoom(base)
  site = await createForensicSite(random.fork())
  for (let life = 0; life < fullLives; life++) await runLife(site.acts)
  view = viewOfThief(room.profile)
})
afterAll(async () => {
  await site?.close()
  rmSync(base, { recursive: true, force: true })
})

interface KillAt {
  /** The act with which the client begins; the kill comes during the next one, or at once where there is none. */
  readonly act: number | undefined
  readonly afterMs: number
}

/** One life of the client: all of `acts`, or as far as `killAt`; then the search of all that it could have written. */
async function runLife(acts: readonly Act[], killAt?: KillAt): Promise<Life> {
  await site.serverUp()
  site.addConversation()
  const client = startForensicClient(room)
  let killing: Promise<void> | undefined
  let isSettled = false
  const kill = (): void => {
    if (killAt) killing ??= after(killAt.afterMs).then(client.kill)
  }
  if (killAt && killAt.act === undefined) kill()
  try {
    await site.settle(client, room)
    isSettled = true
    const first = killAt?.act ?? 0
    for (const [i, act] of [...acts.slice(first), ...acts.slice(0, first)].entries()) {
      if (i === 1) kill()
      await act(client)
    }
  } catch (error) {
    if (!(error instanceof Ended) || killing === undefined) throw new Error(String(client.errors()), { cause: error })
  } finally {
    await (killing ?? client.kill())
  }
  const profile = await openWholeProfile(room.profile, site.passphrase)
  // Cut off between a destruction and its clearing from SQLite's log, the next opening clears it.
  const settled = killAt === undefined ? profile : isSettled ? lives.at(-1)?.profile : undefined
  const gone = settled ? goneSince(settled) : []
  keep(profile)
  const canaries = [...site.marks.canaries, ...secretsSeen.values(), ...gone]
  const findings = await createRoomSearch(canaries)(room, client.errors())
  const life = { profile, findings, gone: gone.map(({ name }) => name) }
  lives.push(life)
  return life
}

/** Looks at the profile of a client that has nothing to do. */
const snapshot: Act = async () => keep(await openWholeProfile(room.profile, site.passphrase))

function keep(profile: OpenedProfile): void {
  for (const secret of profile.secrets) secretsSeen.set(hex(secret.bytes), secret)
  snapshots.push(profile)
  if (snapshots.length > snapshotsKept) snapshots.shift()
}

type Act = ForensicSite['acts'][number]

interface Life {
  readonly profile: OpenedProfile
  readonly findings: Findings
  /** What was looked for of that which had been destroyed. */
  readonly gone: readonly string[]
}

/**
 * What was seen before and is not in `now`, as it lay sealed: data keys destroyed, or sealed anew by a rotation; records
 * with words that are gone.
 */
function goneSince(now: OpenedProfile): Secret[] {
  const stands = new Set([...now.sealedKeys.values(), ...now.contents.map((each) => each.sealed)].map(hex))
  const words = createCanaryScanner(site.wordsGone())
  const found = new Map<string, Secret>()
  const note = (name: string, bytes: Uint8Array): void => {
    if (!stands.has(hex(bytes))) found.set(hex(bytes), { name, bytes })
  }
  for (const { sealedKeys, contents } of snapshots) {
    for (const [id, sealed] of sealedKeys) {
      note(now.sealedKeys.has(id) ? 'data key before a rotation, as sealed' : 'data key destroyed, as sealed', sealed)
    }
    for (const { place, bytes, sealed } of contents) {
      const [first] = place === 'shard file' || stands.has(hex(sealed)) ? [] : words.scanBytes(bytes, place)
      if (first) note(`${kindOf(first.canary)}, as sealed`, sealed)
    }
  }
  return [...found.values()]
}

type Secret = OpenedProfile['secrets'][number]
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const kindOf = (canary: string): string => canary.replace(/ \d+ \(.*$/, '')

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Kinds of marks that stand in the opened contents of the profile, with the places where. */
function kindsIn(profile: OpenedProfile, canaries: readonly Canary[]): Map<string, Set<string>> {
  const scanner = createCanaryScanner(canaries)
  const kinds = new Map<string, Set<string>>()
  for (const { place, bytes } of profile.contents) {
    for (const { canary } of scanner.scanBytes(bytes, place)) {
      const kind = kindOf(canary)
      kinds.set(kind, (kinds.get(kind) ?? new Set()).add(place))
    }
  }
  return kinds
}

test('[FRN1] a client used hard and killed leaves no mark and no key in any file, name or output', () => {
  for (const { findings } of lives.slice(0, fullLives)) {
    expect(findings.finds).toEqual([])
    expect(findings.filesRead).toBeGreaterThanOrEqual(8)
    expect(findings.bytesRead).toBeGreaterThan(50_000)
  }
})

test('[FRN2] every kind of mark was there, sealed, and everything sealed opens with the keys of the profile alone', () => {
  const last = lives[fullLives - 1]?.profile
  if (!last) throw new Error('nothing was done')
  const found = kindsIn(last, site.marks.canaries)
  expect(site.kept.filter((kind) => !found.has(kind))).toEqual([])
  // Words are found in the index as well, so that their absence there (FRN3) says something.
  for (const kind of ['body', 'edited body', 'file name']) {
    expect([...(found.get(kind) ?? [])]).toEqual(expect.arrayContaining(['event', 'shard file']))
  }
  expect(last.unopened).toEqual([])
  expect(last.secrets.map((secret) => secret.name)).toEqual(
    expect.arrayContaining([
      'key store secret',
      'device seed',
      'lease share',
      'local secret',
      'root key 1',
      'data key 1',
    ]),
  )
  const planted = [...site.marks.kinds].filter((kind) => kind !== 'workspace' && kind !== 'body before an edit')
  expect(planted.sort()).toEqual([...site.kept, ...site.gone].sort())
})

test('[FRN3] what was deleted, evicted or lost, and what was typed into search or lock, is not even there sealed', () => {
  const last = lives[fullLives - 1]?.profile
  if (!last) throw new Error('nothing was done')
  const found = kindsIn(last, site.marks.canaries)
  const wrong = site.gone.filter((kind) => found.has(kind))
  expect(wrong.map((kind) => `${kind}: ${[...(found.get(kind) ?? [])]}`)).toEqual([])
  expect(site.lost().length).toBeGreaterThan(20)
  expect([...kindsIn(last, site.lost())]).toEqual([])
})

test.each([
  ['deleted', ['say', 'unsay'], 'deleted body, as sealed'],
  ['evicted', ['evict'], 'evicted body, as sealed'],
  ['lost', ['cut'], 'data key destroyed, as sealed'],
  ['under the key before a rotation', ['rotate', 'say'], 'data key before a rotation, as sealed'],
] as const)('[FRN4] what is %s is gone from every file at once, as it lay sealed too', async (_, names, expected) => {
  const last = names.at(-1) ?? 'cut'
  const { findings, gone } = await runLife([
    ...names.slice(0, -1).map((name) => site.act[name]),
    snapshot,
    site.act[last],
  ])
  expect(findings.finds).toEqual([])
  expect(gone).toContain(expected)
})

test('[FRN5] the view of a thief, as the security page tells it, is that of a real profile', () => {
  const page = readFileSync(securityPage, 'utf8')
  const from = page.indexOf(markers.begin) + markers.begin.length
  const to = page.indexOf(markers.end)
  expect(to, 'the page has its two markers').toBeGreaterThan(from)
  if (process.env.CAUSEWAY_UPDATE === '1') {
    writeFileSync(securityPage, `${page.slice(0, from)}\n\n${view}\n\n${page.slice(to)}`)
    return
  }
  expect(shapeOf(page.slice(from, to)).trim()).toEqual(shapeOf(view).trim())
})

test(
  '[FRN6] killed at random times, over and over: no mark, no key, and nothing sealed that does not open',
  async () => {
    for (let round = 0; round < rounds; round++) {
      const act = random.chance(0.2) ? undefined : random.int(site.acts.length)
      const killAt = { act, afterMs: random.int(act === undefined ? 1500 : killWithinMs) }
      const life = await runLife(site.acts, killAt)
      expect({ killAt, finds: life.findings.finds }).toEqual({ killAt, finds: [] })
      // A file of the index that was being written counts for nothing until its row does.
      expect({ killAt, unopened: life.profile.unopened.filter((place) => place !== 'shard file') }).toEqual({
        killAt,
        unopened: [],
      })
    }
  },
  60_000 + rounds * 20_000,
)

test('[FRN7] killed during enrolment and the first catch-up, too', async () => {
  for (let round = 0; round < freshProfiles; round++) {
    await site.serverUp()
    const fresh = createRoom(path.join(base, `fresh ${round}`))
    const client = startForensicClient(fresh)
    const afterMs = 200 + random.int(1000)
    const killed = after(afterMs).then(client.kill)
    await site.settle(client, fresh).catch((error: unknown) => {
      if (!(error instanceof Ended)) throw error
    })
    await killed
    const { secrets } = await openWholeProfile(fresh.profile)
    const { finds } = await createRoomSearch([...site.marks.canaries, ...secrets])(fresh, client.errors())
    expect({ afterMs, finds }).toEqual({ afterMs, finds: [] })
  }
})

test('[FRN8] the search finds a mark, a key, or a key as sealed, planted in any file that the profile has', async () => {
  const planted = createRoom(path.join(base, 'planted'))
  cpSync(room.profile, planted.profile, { recursive: true })
  const secrets = lives.at(-1)?.profile.secrets ?? []
  const canaries = [...site.marks.canaries, ...secrets]
  const search = createRoomSearch(canaries)
  const nothing = Buffer.alloc(0)
  expect((await search(planted, nothing)).finds).toEqual([])
  for (const file of listFiles(planted.profile)) {
    const canary = random.pick(canaries)
    const bytes =
      'text' in canary ? Buffer.from(canary.text, random.pick(['utf8', 'utf16le'])) : Buffer.from(canary.bytes)
    const whole = readFileSync(path.join(planted.profile, file))
    const at = random.int(whole.length + 1)
    writeFileSync(path.join(planted.profile, file), Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at)]))
    const { finds } = await search(planted, nothing)
    writeFileSync(path.join(planted.profile, file), whole)
    expect(finds.filter((find) => find.startsWith(canary.name) && find.includes(file)).length, file).toBeGreaterThan(0)
  }
  const [first = { name: '', text: '' }] = site.marks.canaries
  const log = Buffer.from(JSON.stringify('text' in first ? first.text : ''))
  expect((await search(planted, log)).finds.length).toBeGreaterThan(0)
})
